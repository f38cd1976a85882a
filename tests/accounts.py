"""Programs that run as other Unix users, for the tests of what a class shares on one computer."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Account:
    """A Unix user and the folder that is its home here."""

    name: str
    uid: int
    gid: int
    home: Path
    prefix: tuple[str, ...] = ()
    """What starts a program as this user; nothing for the user that runs the tests."""

    def environment(self, **more: str) -> dict[str, str]:
        """What its programs see: nothing of the user's who runs the tests."""
        folder = str(Path(sys.executable).parent)
        return {
            "AUTOGRADER_HOME": str(self.home / "progress"),
            "CUDA_VISIBLE_DEVICES": "-1",
            "HOME": str(self.home),
            "LANG": os.environ.get("LANG", "C.UTF-8"),
            "PATH": os.pathsep.join((folder, os.environ["PATH"])),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        } | more

    def run(self, folder: Path, *arguments: str, **environment: str) -> str:
        """Run `python -m …` in `folder`. What it said; a failure is one of the test."""
        done = subprocess.run(
            [*self.prefix, sys.executable, "-m", *arguments],
            cwd=folder,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"{self.name}: {arguments}\n{said[-3000:]}"
        return said

    def own(self, folder: Path, mode: int = 0o755) -> Path:
        """Make `folder` and give it to this user."""
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, self.uid, self.gid)
        folder.chmod(mode)
        return folder


def accounts(place: Path, count: int) -> list[Account]:
    """`count` users with homes in `place`.

    They are users that the system has anyway, where the tests may become them (as root); elsewhere
    the user who runs the tests is each of them.
    """
    prefix = _becoming()
    if prefix:
        known = [user for user in pwd.getpwall() if 0 < user.pw_uid < 1000 and user.pw_gid][:count]
    else:
        known = [pwd.getpwuid(os.getuid())] * count
    made = []
    for number, user in enumerate(known):
        start = tuple(part.format(uid=user.pw_uid, gid=user.pw_gid) for part in prefix)
        account = Account(user.pw_name, user.pw_uid, user.pw_gid, place / f"home{number}", start)
        account.own(account.home, 0o700)
        made.append(account)
    return made


def _becoming() -> tuple[str, ...]:
    """How to start a program as another user. Empty where that can't be done."""
    setpriv = shutil.which("setpriv")
    if os.getuid() or setpriv is None:
        return ()
    become = (setpriv, "--reuid={uid}", "--regid={gid}", "--clear-groups")
    # Root's Python often lies in root's home: its files may be read, nothing more.
    read = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
    for prefix in (become, become + read):
        command = [part.format(uid=1, gid=1) for part in prefix]
        tried = subprocess.run(
            # The first program still starts with root's rights, only what it starts is the user's.
            [*command, "/bin/sh", "-c", 'exec "$0" --version', sys.executable],
            cwd="/",
            capture_output=True,
        )
        if tried.returncode == 0:
            return prefix
    return ()
