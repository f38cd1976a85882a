"""성적부가 있는 데이터베이스: SQLite 파일인지 서버인지, 그 오류를 강사에게 어떻게 말하는지.

여기 없는 것: 성적부의 사본(`grading.course.backup`), 디스크와 SQLite의 오류(`grading.course.trouble`).
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy.exc
from nbgrader import api
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url

from autograder.errors import CourseError
from autograder.korean import with_particle

_SQLITE = "sqlite:///"
_DRIVERS = {
    "psycopg": 'pip install "psycopg[binary]"',
    "psycopg2": "pip install psycopg2-binary",
    "MySQLdb": "pip install mysqlclient",
    "pymysql": "pip install pymysql",
}


@contextlib.contextmanager
def quick_gradebooks() -> Iterator[None]:
    """nbgrader가 성적부를 여는 일을 이 안에서는 한 번만 준비합니다.

    nbgrader는 학생 하나를 적으며 성적부를 열몇 번 열고, 그때마다 SQLAlchemy의 엔진을 새로 만들어 같은 SQL을 다시
    컴파일합니다. 주소가 같으면 엔진도 같아도 됩니다. 닫을 때의 `dispose()`는 연결을 모두 닫습니다.
    """
    made = api.create_engine
    api.create_engine = functools.cache(made)
    try:
        yield
    finally:
        api.create_engine = made


def sqlite_file(coursedir: CourseDirectory) -> Path | None:
    """성적부가 SQLite 파일이면 그 경로, 데이터베이스 서버에 있으면 None."""
    url = str(coursedir.db_url)
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None


def copy_by_hand(coursedir: CourseDirectory) -> str:
    """서버에 있는 성적부의 사본을 만드는 법, 한 문장. 암호는 들어 있지 않습니다."""
    url = make_url(str(coursedir.db_url))
    if url.get_backend_name() != "postgresql":
        return f"{url.get_backend_name()}의 백업 도구로 만드세요."
    given = (("-h", url.host), ("-p", url.port), ("-U", url.username), ("-d", url.database))
    options = " ".join(f"{option} {value}" for option, value in given if value)
    return f"pg_dump {options} -f gradebook.sql 명령으로 만드세요."


def server_error(error: sqlalchemy.exc.SQLAlchemyError) -> CourseError | None:
    """데이터베이스 서버나 `db_url`의 문제일 때 강사에게 하는 말. SQLite 파일의 문제이면 None."""
    reason = _reason(error)
    own = getattr(error, "orig", None)
    server = own is not None and "sqlite" not in type(own).__module__
    if isinstance(error, sqlalchemy.exc.OperationalError) and server:
        return CourseError(
            f"성적부가 있는 데이터베이스 서버에 이어지지 않습니다: {reason}.",
            "서버가 켜져 있는지, nbgrader_config.py의 db_url에 적은 주소와 이름과 암호가 맞는지 "
            "확인하세요.",
        )
    if isinstance(error, sqlalchemy.exc.ArgumentError):
        return CourseError(
            f"nbgrader_config.py의 db_url을 읽을 수 없습니다: {reason}.",
            "postgresql+psycopg://사용자@서버/데이터베이스 꼴로 적거나, 지우고 SQLite를 쓰세요.",
        )
    return None


def missing_driver(error: ModuleNotFoundError) -> CourseError | None:
    """`db_url`의 데이터베이스를 쓰는 패키지가 없을 때 하는 말. 다른 것이 없는 것이면 None."""
    if error.name not in _DRIVERS:
        return None
    return CourseError(
        f"db_url의 데이터베이스에 이어 줄 패키지 {with_particle(error.name, '이', '가')} 없습니다.",
        f"{_DRIVERS[error.name]} 명령으로 설치하세요.",
    )


def _reason(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0].rstrip(".")
