"""A gradebook on a database server: what is said when it can't be reached, and a class on a real one."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import postgres
import pytest
from graded_class import Class
from nbgrader.api import Gradebook
from sqlalchemy.exc import OperationalError

from autograder import cli
from autograder.errors import CourseError
from autograder.grading.course.database import server_error
from autograder.grading.course.trouble import explained, explanation

UNIT, CELL = "00_start", "start_first_tensor"
INTEGERS = "x = tf.constant([[1, 2, 3], [4, 5, 6]])"


def course(root: Path, url: str) -> Class:
    made = Class(root, UNIT)
    made.submit("kim", made.solved())
    made.submit("이", made.solved(**{CELL: INTEGERS}))
    (root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "course"\n'
        f'c.CourseDirectory.db_url = "{url}"\n'
        "from autograder.grading import configure\nconfigure(c)\n",
        "utf-8",
    )
    return made


def run(root: Path, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main([*arguments, "--course", str(root)])
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "postgresql+psycopg2://me:secret@127.0.0.1:1/x",
            "패키지 psycopg2가 없습니다. pip install psycopg2-binary 명령으로 설치하세요.",
        ),
        ("postgres@server", "nbgrader_config.py의 db_url을 읽을 수 없습니다"),
        ("postgres+nothing://server/x", "nbgrader_config.py의 db_url을 읽을 수 없습니다"),
    ],
)
def test_a_gradebook_that_cannot_be_opened_is_one_sentence(
    url: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    course(tmp_path, url)
    assert run(tmp_path, "grade", UNIT) == cli.USAGE
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1
    assert "secret" not in told


def test_a_program_of_nbgraders_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="alembic을 실행할 수 없습니다"), explained(tmp_path):
        raise FileNotFoundError(2, "No such file or directory", "alembic")


def test_a_server_that_does_not_answer_is_told_from_a_file_that_is_locked() -> None:
    class DriversError(Exception):
        pass

    refused = OperationalError("SELECT 1", {}, DriversError("connection refused\nIs it running?"))
    told = server_error(refused)
    assert told is not None
    assert explanation(refused, Path()).message == told.message
    assert "데이터베이스 서버에 이어지지 않습니다" in told.message and "\n" not in str(told)
    DriversError.__module__ = "sqlite3"
    assert server_error(refused) is None
    assert "다른 프로그램이 성적부를 쓰고 있지 않은지" in explanation(refused, Path()).remedy


@pytest.mark.slow
def test_a_class_is_graded_into_postgresql(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    if postgres.program("initdb") is None or importlib.util.find_spec("psycopg") is None:
        pytest.skip('PostgreSQL이 없습니다: apt install postgresql, pip install "psycopg[binary]"')
    with postgres.server() as url:
        course(tmp_path, url)
        assert run(tmp_path, "grade", UNIT, "--workers", "1") == 0
        said = capsys.readouterr().out
        assert "사본을 만들지 않습니다. pg_dump -h 127.0.0.1 -p" in said
        assert "-U course -d postgres -f gradebook.sql" in said
        assert not (tmp_path / "gradebook.db").exists()

        with Gradebook(url, "course") as gradebook:
            (grade,) = gradebook.find_submission_notebook("start", UNIT, "이").grades
            assert (grade.auto_score, grade.manual_score) == (3, None)
            grade.manual_score, grade.extra_credit = 2, 0.5
            gradebook.db.commit()
        assert run(tmp_path, "grade", UNIT, "--workers", "1") == 0
        table = (tmp_path / "grades.csv").read_text("utf-8-sig")
        assert "이" in table and "2.5" in table

        assert run(tmp_path, "rejudge", UNIT) == 0
        assert run(tmp_path, "refresh", UNIT) == 0
        capsys.readouterr()
        assert run(tmp_path, "restore") == 0
        assert "pg_dump" in capsys.readouterr().out
        assert run(tmp_path, "restore", "2026-01-01") == cli.USAGE
        assert "되돌릴 사본이 없습니다" in capsys.readouterr().err
        with Gradebook(url, "course") as gradebook:
            (grade,) = gradebook.find_submission_notebook("start", UNIT, "이").grades
            assert (grade.auto_score, grade.score) == (3, 2.5)
    assert run(tmp_path, "grade", UNIT) == cli.USAGE
    assert "데이터베이스 서버에 이어지지 않습니다" in capsys.readouterr().err
