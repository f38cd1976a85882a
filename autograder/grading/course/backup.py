"""성적부의 날짜가 적힌 사본: 성적부를 바꾸기 전에 만들고, 되돌립니다.

여기 없는 것: 실행 결과의 보관(`grading.store`), 제출의 사본(`grading.hand_ins`).
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from autograder.errors import CourseError
from autograder.grading.course.database import copy_by_hand, sqlite_file
from autograder.grading.course.hold import wait_for_gradebook
from autograder.grading.course.trouble import explained

KEPT = 20
"""남겨 두는 사본의 수. 더 오래된 것은 지웁니다."""


def back_up(coursedir: CourseDirectory) -> Path | None:
    """성적부의 사본을 `.autograder/gradebook/`에 두고 그 경로를 돌려줍니다.

    성적부가 아직 없거나 SQLite 파일이 아니면 None입니다.
    """
    source = sqlite_file(coursedir)
    if source is None or not source.is_file():
        return None
    # SQLite's own backup would wait for ever.
    wait_for_gradebook(str(coursedir.db_url))
    folder = _folder(Path(coursedir.root))
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{datetime.now(UTC).astimezone():%Y-%m-%d_%H%M%S_%f}.db"
    _copy(source, target)
    for old in sorted(folder.glob("*.db"))[:-KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
    return target


def not_copied(coursedir: CourseDirectory) -> str:
    """성적부가 사본을 만들 수 없는 곳에 있으면 그 말과 할 일, 아니면 빈 문자열."""
    if sqlite_file(coursedir) is not None:
        return ""
    return f"데이터베이스 서버의 성적부는 사본을 만들지 않습니다. {copy_by_hand(coursedir)}"


def restore(coursedir: CourseDirectory, name: str) -> Path | None:
    """사본 `name`을 성적부로 되돌립니다. 지금의 성적부도 먼저 사본을 남기고 그 경로를 돌려줍니다.

    그런 사본이 없거나 성적부가 SQLite 파일이 아니면 CourseError.
    """
    target = sqlite_file(coursedir)
    kept = copies(Path(coursedir.root))
    source = next((path for path in kept if path.stem == name.removesuffix(".db")), None)
    if target is None:
        raise CourseError(
            "데이터베이스 서버의 성적부는 되돌릴 사본이 없습니다.",
            "서버의 백업(pg_dump로 남긴 것은 psql)으로 되돌리세요.",
        )
    if source is None:
        near = ", ".join(path.stem for path in kept[-3:]) or "아직 없음"
        raise CourseError(f"'{name}'라는 사본은 없습니다.", f"최근의 사본: {near}.")
    with explained(Path(coursedir.root)), tempfile.TemporaryDirectory() as folder:
        # The copy of today's may be the one too many that makes the oldest go.
        chosen = Path(folder) / source.name
        shutil.copyfile(source, chosen)
        before = back_up(coursedir)
        _copy(chosen, target)
    return before


def copies(root: Path) -> list[Path]:
    """과정 폴더 `root`에 있는 성적부의 사본, 오래된 것부터."""
    return sorted(_folder(root).glob("*.db"))


def _folder(root: Path) -> Path:
    return root / ".autograder" / "gradebook"


def _copy(source: Path, target: Path) -> None:
    """SQLite 파일을 베낍니다. 다른 프로그램이 열어 두었어도 됩니다."""
    with (
        contextlib.closing(sqlite3.connect(source)) as opened,
        contextlib.closing(sqlite3.connect(target)) as copied,
    ):
        opened.backup(copied)
