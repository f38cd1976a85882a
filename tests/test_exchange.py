"""nbgrader's exchange between an instructor and two students, each a Unix user of its own: release,
fetch, submit, collect, grade, feedback."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import accounts
from nbgrader.exchange.default import ExchangeReleaseFeedback
from traitlets.config import Config

from autograder import notebook
from autograder.grading import configure
from autograder.grading.course.archives import MARKS
from autograder.grading.course.exchange import ReleaseFeedback

UNIT, CELL, COURSE = "00_start", "start_first_tensor", "tf2"
RIGHT = "x = tf.constant([[1, 2, 3], [4, 5, 6]], dtype=tf.float32)"
INTEGERS = "x = tf.constant([[1, 2, 3], [4, 5, 6]])"


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own are for the one who runs it."""
    folder = Path(tempfile.mkdtemp(prefix="autograder-exchange-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
def test_an_assignment_goes_out_comes_back_and_is_graded(place: Path) -> None:
    teacher, *students = accounts(place, 3)
    exchange = teacher.own(place / "exchange", 0o777)
    shared = place / "jupyter"
    shared.mkdir()
    (shared / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.Exchange.root = "{exchange}"\n'
        f'c.CourseDirectory.course_id = "{COURSE}"\n',
        "utf-8",
    )
    seen = {"JUPYTER_CONFIG_PATH": str(shared)}
    course = teacher.own(place / COURSE)

    made = teacher.run(course, "autograder.cli", "refresh", UNIT, **seen)
    assert "nbgrader release_assignment" in made
    teacher.run(course, "nbgrader", "release_assignment", UNIT, **seen)

    handed_in = dict(zip(students, (RIGHT, INTEGERS), strict=True))
    for student, answer in handed_in.items():
        folder = student.own(student.home / "work")
        assert f"{COURSE} {UNIT}" in student.run(folder, "nbgrader", "list", **seen)
        student.run(folder, "nbgrader", "fetch_assignment", UNIT, **seen)
        # Somebody hands in again: the last one counts.
        for given in (INTEGERS, answer) if answer is RIGHT else (answer,):
            _solve(folder / UNIT / "start.ipynb", given)
            student.run(folder, "nbgrader", "submit", UNIT, **seen)

    said = teacher.run(course, "nbgrader", "collect", UNIT, **seen)
    assert "cheating" not in said
    graded = teacher.run(course, "autograder.cli", "grade", UNIT, "--workers", "1", **seen)
    # One user in all the roles has one hand-in, the last.
    average = "3.5" if len({student.uid for student in students}) == 2 else "3"
    assert f"평균 {average}점" in graded, graded
    teacher.run(course, "nbgrader", "release_feedback", UNIT, **seen)
    for student in handed_in if average == "3.5" else students[1:]:
        folder = student.home / "work"
        student.run(folder, "nbgrader", "fetch_feedback", UNIT, **seen)
        (page,) = folder.glob(f"{UNIT}/feedback/*/start.html")
        wrong = "자료형이 <code>float32</code>여야 하는데" in page.read_text("utf-8")
        assert wrong == (handed_in[student] is INTEGERS)


def test_feedback_goes_out_though_one_hand_in_came_by_another_way(tmp_path: Path) -> None:
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    (tmp_path / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.course_id = "{COURSE}"\n'
        f'c.Exchange.root = "{exchange}"\n'
        "from autograder.grading import configure\nconfigure(c)\n",
        "utf-8",
    )
    for student, marks in (("by mail", ()), ("here", MARKS)):
        folder = tmp_path / "feedback" / student / UNIT
        folder.mkdir(parents=True)
        (folder / "start.html").write_text(student, "utf-8")
        for mark in marks:
            (folder / mark).write_text("2026-11-30 07:00:00 UTC", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "release_feedback", UNIT],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "내보내지 않은 학생: by mail. feedback 폴더의 파일을 손수 전해 주세요." in done.stderr
    (page,) = (exchange / COURSE / "feedback").iterdir()
    assert page.read_text("utf-8") == "here"


def test_somebodys_own_exchange_stays() -> None:
    config = Config()
    assert configure(config).ExchangeFactory.release_feedback is ReleaseFeedback
    config = Config()
    config.ExchangeFactory.release_feedback = ExchangeReleaseFeedback
    assert configure(config).ExchangeFactory.release_feedback is ExchangeReleaseFeedback


def _solve(path: Path, answer: str) -> None:
    made = notebook.read(path)
    cell = next(
        cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == CELL
    )
    cell.source = answer
    path.write_text(notebook.text(made), "utf-8")
