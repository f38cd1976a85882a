"""디스크와 성적부의 오류를 한국어 한 문장과 할 일로 바꿉니다.

여기 없는 것: 데이터베이스 서버의 오류(`grading.course.database`), 폴더를 쥐고 기다리는 일(`grading.course.hold`).
"""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy.exc

from autograder.errors import CourseError
from autograder.grading.course.database import missing_driver, server_error
from autograder.grading.files import of_the_disk


@contextlib.contextmanager
def explained(folder: Path) -> Iterator[None]:
    """디스크와 성적부의 오류를 CourseError로 바꿉니다."""
    try:
        yield
    except (OSError, sqlite3.Error, sqlalchemy.exc.SQLAlchemyError) as error:
        raise explanation(error, folder) from error
    except ModuleNotFoundError as error:
        told = missing_driver(error)
        if told is None:
            raise
        raise told from error


def explanation(error: BaseException | str, folder: Path) -> CourseError:
    """디스크나 성적부의 오류(또는 그것이 적힌 nbgrader의 기록)를 한 문장과 할 일로."""
    reason = (str(error).strip().splitlines() or [""])[0]
    again = "같은 명령을 다시 실행하면 이어서 합니다."
    if isinstance(error, OSError):
        reason = error.strerror or reason
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return CourseError(
                f"디스크에 남은 자리가 없습니다({reason}).", f"자리를 비우고 {again}"
            )
        if error.filename == "alembic":
            return CourseError(
                f"nbgrader가 쓰는 프로그램 alembic을 실행할 수 없습니다({reason}).",
                "nbgrader를 설치한 파이썬 환경을 켜고 다시 실행하세요. "
                "켰는데도 그러면 alembic을 다시 설치하세요.",
            )
        return CourseError(
            f"{error.filename or folder}에 쓸 수 없습니다({reason}).",
            f"폴더의 권한과 디스크를 확인하고 {again}",
        )
    if isinstance(error, sqlalchemy.exc.SQLAlchemyError) and (told := server_error(error)):
        return told
    if "database is locked" in str(error):
        return locked()
    for words in ("No space left on device", "database or disk is full", "Disk quota exceeded"):
        if words in str(error):
            return CourseError(f"디스크에 남은 자리가 없습니다({words}).", f"자리를 비우고 {again}")
    if of_the_disk(str(error)):
        return CourseError(
            f"{folder}에 쓸 수 없습니다({reason}).", f"폴더의 권한과 디스크를 확인하고 {again}"
        )
    return CourseError(
        f"성적부를 읽거나 쓸 수 없습니다: {reason}.",
        "다른 프로그램이 성적부를 쓰고 있지 않은지, 파일의 권한이 맞는지 확인하세요. "
        "nbgrader를 새로 설치했다면 성적부를 복사해 두고 nbgrader db upgrade를 실행하세요.",
    )


def locked() -> CourseError:
    """성적부가 잠겨 있다는 말."""
    return CourseError(
        "다른 프로그램이 성적부를 쓰고 있어 적지 못했습니다(database is locked).",
        "formgrader나 성적부를 연 프로그램을 닫고 같은 명령을 다시 실행하세요. "
        "이미 실행한 노트북은 보관되어 있어 이어서 합니다.",
    )
