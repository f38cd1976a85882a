"""성적부의 날짜가 적힌 사본: 성적부를 바꾸기 전에 만듭니다."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

KEPT = 20
"""남겨 두는 사본의 수. 더 오래된 것은 지웁니다."""
_SQLITE = "sqlite:///"


def back_up(coursedir: CourseDirectory) -> Path | None:
    """성적부의 사본을 `.autograder/gradebook/`에 두고 그 경로를 돌려줍니다.

    성적부가 아직 없거나 SQLite 파일이 아니면 None입니다.
    """
    url = str(coursedir.db_url)
    source = Path(url.removeprefix(_SQLITE))
    if not url.startswith(_SQLITE) or not source.is_file():
        return None
    folder = Path(coursedir.root) / ".autograder" / "gradebook"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{datetime.now(UTC).astimezone():%Y-%m-%d_%H%M%S_%f}.db"
    # Also right while another program has it open.
    with (
        contextlib.closing(sqlite3.connect(source)) as opened,
        contextlib.closing(sqlite3.connect(target)) as copied,
    ):
        opened.backup(copied)
    for old in sorted(folder.glob("*.db"))[:-KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
    return target
