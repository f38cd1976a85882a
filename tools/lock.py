"""Write requirements.txt, the exact versions of everything in pyproject.toml.

`make lock` adds what is new and keeps the rest; `make lock ARGS=--upgrade` takes the newest.

One file serves Python 3.11 to 3.13 on Linux, macOS and Windows: uv resolves for all of them at
once and puts a marker where they differ. The file names versions only, no place to get them from.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.txt"
NEWEST = "python_full_version < '3.14'"  # [tool.uv] in pyproject.toml
HEADER = """\
# Made by `make lock` from pyproject.toml: do not edit.
# Python 3.11 to 3.13 on Linux, macOS and Windows, all extras.
"""


def resolve(arguments: list[str]) -> None:
    """Let uv write the file; versions that are in it already stay unless `--upgrade` is given."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--all-extras"]
    command += ["--universal", "--python-version", "3.11", "--output-file", str(LOCK)]
    command += ["--no-annotate", "--no-header", "--quiet", *arguments]
    # A setting of this machine must not decide the course's versions.
    environment = {name: text for name, text in os.environ.items() if not name.startswith("UV_")}
    environment["UV_SYSTEM_CERTS"] = "1"
    done = subprocess.run(command, cwd=ROOT, env=environment)
    if done.returncode:
        sys.exit(done.returncode)


def without_bound(line: str) -> str:
    """Drop the marker that stands on every line because of the newest Python."""
    line = line.replace(f"{NEWEST} and ", "").replace(f" and {NEWEST}", "")
    return line.removesuffix(f" ; {NEWEST}")


def lines(text: str) -> list[str]:
    """Return the requirement lines; anything but `name==version` is refused."""
    found = [without_bound(line) for line in text.splitlines() if line and line[0] != "#"]
    for line in found:
        if not re.match(r"[A-Za-z0-9][\w.-]*==[\w.+!]+( ; |$)", line):
            sys.exit(f"not a plain version: {line}")
    return found


def main() -> None:
    """Resolve and write; arguments go to `uv pip compile`."""
    resolve(sys.argv[1:])
    found = lines(LOCK.read_text(encoding="utf-8"))
    LOCK.write_text(HEADER + "\n".join(found) + "\n", encoding="utf-8")
    print(f"{LOCK.name}: {len(found)} lines")


if __name__ == "__main__":
    main()
