"""A PostgreSQL server of its own for a test, in a folder that goes with it."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lab_server import free_port


def program(name: str) -> str | None:
    """PostgreSQL's program `name`: on the path, or where Debian puts it."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A server on this machine only. The address of its database for SQLAlchemy."""
    folder = Path(tempfile.mkdtemp(prefix="autograder-postgres-"))
    port = free_port()
    control, data = program("pg_ctl"), folder / "data"
    assert control is not None
    try:
        _run(folder, control, "initdb", "-D", data, "-o", "--auth=trust --username=course -E UTF8")
        options = f"-c listen_addresses=127.0.0.1 -c fsync=off -p {port} -k {folder}"
        log = folder / "log"
        _run(folder, control, "start", "-w", "-t", 120, "-D", data, "-l", log, "-o", options)
        try:
            yield f"postgresql+psycopg://course@127.0.0.1:{port}/postgres"
        finally:
            _run(folder, control, "stop", "-D", data, "-m", "immediate")
    finally:
        shutil.rmtree(folder)


def _run(folder: Path, *command: object) -> None:
    as_other = {}
    if os.getuid() == 0:
        # The server refuses to be root.
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_other = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with (folder / "said").open("w+") as said:
        done = subprocess.run(
            [str(part) for part in command], cwd=folder, stdout=said, stderr=said, **as_other
        )
        said.seek(0)
        assert done.returncode == 0, said.read()
