"""과정 폴더를 한 번에 한 명령만 고치게 합니다. 성적부의 잠금을 기다리는 일도 여기에 있습니다.

여기 없는 것: 성적부의 사본(`grading.course.backup`), 오류를 말로 바꾸는 일(`grading.course.trouble`).

SQLite의 잠금을 씁니다. 성적부가 이미 기대는 것이라 리눅스, 맥, 윈도우와 네트워크 폴더에서 성적부와 똑같이 되고, 프로세스가
어떻게 죽든 운영체제가 풀므로 낡은 잠금이 남지 않습니다.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import platform
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.errors import CourseError
from autograder.grading.course.trouble import explained, locked
from autograder.grading.files import write
from autograder.korean import with_particle

GRADEBOOK_SECONDS = 20.0
"""다른 프로그램이 성적부를 쓰고 있을 때 기다리는 시간."""
_EVERY = 1.0
_SQLITE = "sqlite:///"


@contextlib.contextmanager
def holding(root: Path, command: str, *, wait: bool = True) -> Iterator[None]:
    """과정 폴더 `root`를 `command`가 쥐고 있는 동안. 다른 명령이 쥐고 있으면 누구인지 말하고 기다립니다.

    `wait`가 거짓이면 기다리지 않고 CourseError. 폴더에 쓸 수 없어도 CourseError.
    """
    folder = root.resolve() / ".autograder"
    lock, about = folder / "lock.db", folder / "lock.json"
    with contextlib.ExitStack() as stack:
        with explained(root):
            folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(lock, timeout=0, isolation_level=None)
            stack.enter_context(contextlib.closing(connection))
            _wait(connection, lock, about, wait)
            write(about, json.dumps(_me(command), ensure_ascii=False).encode())
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                about.unlink()


def _wait(connection: sqlite3.Connection, lock: Path, about: Path, wait: bool) -> None:
    told = ""
    while not _taken(connection, lock):
        holder = _holder(about)
        if not wait:
            raise CourseError(
                f"{holder} 이 과정 폴더를 쓰고 있습니다.", "끝난 뒤에 다시 실행하세요."
            )
        if holder != told:
            print(
                f"{holder} 이 과정 폴더를 쓰고 있어 끝나기를 기다립니다. "
                "그만두려면 Ctrl+C를 누르세요.",
                flush=True,
            )
            told = holder
        time.sleep(_EVERY)


def wait_for_gradebook(db_url: str, seconds: float | None = None) -> None:
    """SQLite 성적부에 쓸 수 있을 때까지 기다립니다. `seconds`가 지나도 안 되면 CourseError."""
    path = Path(db_url.removeprefix(_SQLITE))
    if not db_url.startswith(_SQLITE) or not path.is_file():
        return
    limit = GRADEBOOK_SECONDS if seconds is None else seconds
    connection = sqlite3.connect(path, timeout=limit, isolation_level=None)
    with contextlib.closing(connection):
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if _busy(error):
                raise locked() from error
            raise
        connection.execute("ROLLBACK")


def _taken(connection: sqlite3.Connection, path: Path) -> bool:
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if _busy(error):
            return False
        # SQLite doesn't say what the system said.
        path.open("ab").close()
        raise OSError(None, str(error), str(path)) from error
    return True


def _busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _me(command: str) -> dict[str, Any]:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = ""
    return {
        "command": command,
        "user": user,
        "computer": platform.node(),
        "process": os.getpid(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _holder(about: Path) -> str:
    """쥐고 있는 것에 대한 말: 주어까지."""
    try:
        held = json.loads(about.read_text("utf-8"))
        since = datetime.fromisoformat(held["since"]).astimezone()
        place = f"컴퓨터 {held['computer']}, 프로세스 {held['process']}"
        who = f"{held['user']}, " if held["user"] else ""
        return with_particle(f"{since:%H:%M}부터 {held['command']}({who}{place})", "이", "가")
    except (OSError, ValueError, KeyError, TypeError):
        return "다른 autograder가"
