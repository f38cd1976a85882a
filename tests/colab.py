"""An environment with Colab's own packages, and the notebooks run in it.

The versions are those that Colab publishes (tools/colab-packages.txt). What can't be had here: its
Python (this machine's is used) and its front end; `google.colab` is an empty module.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from nbformat import NotebookNode

from autograder import notebook
from autograder.authoring.verify import Run, execute
from autograder.exercises.units import UNITS

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "tools" / "colab-packages.txt"
FOLDER = ROOT / ".venv-colab"
PYTHON = FOLDER / "bin" / "python"
ADDRESS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"][
    "Repository"
]
PRETEND = "import sys, types; sys.modules['google.colab'] = types.ModuleType('google.colab')"


def run(*command: str | Path, **settings: object) -> subprocess.CompletedProcess[str]:
    """A program that must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, **settings)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done


def repository(folder: Path) -> Path:
    """This working tree, as it would be cloned, as a git repository."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    run("git", "init", "--quiet", cwd=folder)
    run("git", "add", "--all", cwd=folder)
    who = {"user.name": "test", "user.email": "test@example.org", "commit.gpgsign": "false"}
    settings = [word for key, value in who.items() for word in ("-c", f"{key}={value}")]
    run("git", *settings, "commit", "--quiet", "--message", "copy", cwd=folder)
    return folder


def environment(outside: dict[str, str]) -> Path:
    """Colab's packages in `.venv-colab`, made once for each list of them. The environment's Python."""
    stamp = FOLDER / ".ready"
    wanted = hashlib.sha256(PACKAGES.read_bytes() + str(ROOT).encode()).hexdigest()
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        uv = [sys.executable, "-m", "uv"]
        settings = outside | {"UV_SYSTEM_CERTS": "1"}
        run(*uv, "venv", "--quiet", "--clear", "--python", sys.executable, FOLDER, env=settings)
        install = [*uv, "pip", "install", "--quiet", "--python", PYTHON]
        run(*install, "--requirement", PACKAGES, "pip", env=settings)
        stamp.write_text(wanted, encoding="utf-8")
    return PYTHON


def freeze(python: Path, environment: dict[str, str]) -> set[str]:
    """Every installed package but the course, with its version."""
    listed = run(python, "-m", "pip", "list", "--format", "freeze", env=environment).stdout
    return {line for line in listed.splitlines() if not line.startswith("autograder")}


def wheel(folder: Path, outside: dict[str, str]) -> Path:
    """The course, as the set-up cell installs it."""
    source = repository(folder / "repository")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    run(*command, "--wheel-dir", folder, source, env=outside)
    (made,) = folder.glob("*.whl")
    return made


def kernel_of(python: Path, folder: Path) -> Path:
    """A folder for JUPYTER_PATH with the kernel `colab`: `python` with google.colab in it."""
    where = folder / "kernels" / "colab"
    where.mkdir(parents=True)
    argv = [
        str(python),
        "-Xfrozen_modules=off",
        "-m",
        "ipykernel_launcher",
        "-f",
        "{connection_file}",
    ]
    argv.append(f"--IPKernelApp.exec_lines={PRETEND}")
    spec = {"argv": argv, "display_name": "Colab", "language": "python"}
    (where / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return folder


def play(folder: str, unit: str, made: Path, kernels: Path) -> Run:
    """The notebook from first to last cell in Colab's environment; its set-up cell installs `made`."""
    found: NotebookNode = notebook.read(ROOT / folder / UNITS[unit].notebook)
    lines = [cell for cell in found.cells if f"git+{ADDRESS}" in cell.source]
    assert len(lines) == 1
    lines[0].source = lines[0].source.replace(f"git+{ADDRESS}", str(made))
    os.environ["JUPYTER_PATH"] = str(kernels)
    try:
        # Not this environment's package: the installed one.
        return execute(found, kernel="colab", python=PYTHON)
    finally:
        del os.environ["JUPYTER_PATH"]
