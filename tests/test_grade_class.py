"""A whole class, through nbgrader's converters and gradebook: each student costs only himself."""

from __future__ import annotations

import copy
import csv
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import graded_class
import nbformat
import pytest
from answering import Answering
from graded_class import Class, find, is_check, without_metadata

from autograder import notebook
from autograder.errors import CourseError
from autograder.grading.course.folder import CourseFolder
from autograder.grading.course.refresh import refresh
from autograder.grading.grade import Outcome, grade, grade_class
from autograder.grading.run.runner import run_notebook
from autograder.grading.store import Store

# The class is graded once, so its tests stay on one worker.
pytestmark = pytest.mark.xdist_group("grade_class")

UNIT, EXERCISE, CELL = "00_start", "start.first_tensor", "start_first_tensor"
INTEGERS = "x = tf.constant([[1, 2, 3], [4, 5, 6]])"

NO_OBSERVING = """
import os, pathlib
import numpy as np
import autograder.learner
from autograder.protocol import Evidence

def forge(folder, exercise_id, subjects, named):
    facts = {facts}
    made = Evidence(exercise_id, "value", facts, {{"value/0": np.ones((2, 3), "float32")}})
    made.write(folder / "evidence" / f"{{exercise_id}}.npz")

autograder.learner._observe_for_grading = forge
x = ...
"""
GARBAGE = NO_OBSERVING.format(facts='{"status": "seen", "score": 4, "points": 4, "passed": True}')
ODD_SHAPES = NO_OBSERVING.format(
    facts='{"status": "seen", "value": {"type": [[]], "array": {}, "dtype": 7, "shape": None}}'
)
PEEK = """
try:
    from autograder.exercises import get
    x = get("start.first_tensor").solution()["x"]
except ImportError:
    x = tf.zeros((2, 3), tf.int64)
"""
NOISE = """
import sys, threading, time, warnings
x = tf.constant([[1, 2, 3], [4, 5, 6]], dtype=tf.float32)
def shout():
    while True:
        print("시끄러운 스레드", file=sys.stderr, flush=True)
        warnings.warn("경고")
        time.sleep(0.01)
threading.Thread(target=shout, daemon=True).start()
"""
LEAVE = "x = tf.constant([[1, 2, 3], [4, 5, 6]], dtype=tf.float32)\nimport os; os._exit(0)"


def fill(course: Class) -> None:
    right = course.solved()
    integers = course.solved(**{CELL: INTEGERS})

    course.submit("right", right)
    course.submit("untouched", course.released)
    course.submit("integers", integers)
    course.submit("p-colab", notebook.text(without_metadata(integers)))

    doubled = copy.deepcopy(right)
    again = copy.deepcopy(doubled.cells[-2:])
    again[0].source = INTEGERS
    doubled.cells[2:2] = again
    course.submit("doubled", doubled)

    deleted = copy.deepcopy(right)
    deleted.cells = [cell for cell in deleted.cells if not is_check(cell)]
    course.submit("check deleted", deleted)

    edited = copy.deepcopy(integers)
    find(edited, is_check).source = "4.0"
    find(edited, lambda cell: cell.source == "4.0").metadata["nbgrader"]["points"] = 1000
    course.submit("p-check-edited", edited)

    corrupt = copy.deepcopy(right)
    corrupt.metadata["autograder"] = {"unreadable": "mine"}
    corrupt.cells[0].metadata["nbgrader"] = {"grade": True, "grade_id": "invented", "points": 99}
    find(corrupt, is_check).metadata["nbgrader"] = {"schema_version": 9, "grade": "yes"}
    course.submit("metadata corrupt", corrupt)

    huge = course.solved(**{CELL: INTEGERS + "\ncheck = lambda *_: np.float64(1e9)"})
    course.submit("p-shadow", huge)
    course.submit("forged garbage", course.solved(**{CELL: GARBAGE}))
    course.submit("forged shapes", course.solved(**{CELL: ODD_SHAPES}))
    course.submit("peek", course.solved(**{CELL: PEEK}))
    course.submit("noise", course.solved(**{CELL: NOISE}))
    course.submit("crash", course.solved(**{CELL: "raise RuntimeError('아직')\nx = 1"}))
    course.submit("leave", course.solved(**{CELL: LEAVE}))

    course.submit("김 철수", nbformat.v4.writes(right).encode("utf-8-sig"))
    course.submit("version 3", nbformat.writes(nbformat.convert(copy.deepcopy(right), 3)))
    course.submit("p-broken", '{"cells": [')
    course.submit("empty", "")
    course.submit("not a notebook", '{"nbformat": 4}')
    course.submit("wrong name", right, "start (1).ipynb")
    (course.root / "submitted" / "a folder" / UNIT / course.file).mkdir(parents=True)
    (course.root / "submitted" / "absent").mkdir()


EXPECTED = {
    "right": 4,
    "untouched": 0,
    "integers": 3,
    "p-colab": 3,
    "doubled": 4,
    "check deleted": 4,
    "p-check-edited": 3,
    "metadata corrupt": 4,
    "p-shadow": 3,
    "forged garbage": 0,
    "forged shapes": 0,
    "peek": 2,
    "noise": 4,
    "crash": 0,
    "leave": 0,
    "김 철수": 4,
    "version 3": 4,
    "p-broken": 0,
    "empty": 0,
    "not a notebook": 0,
    "wrong name": 4,
    "a folder": 0,
    "absent": None,
}
NOTES = {
    "forged garbage": "관찰 기록이 망가져서",
    "forged shapes": "관찰 기록이 망가져서",
    "crash": "NameError",
    "untouched": "받은 그대로입니다",
    "doubled": "마지막 것을 채점했습니다",
    "check deleted": "지워진 검사 셀을 다시 넣고",
    "p-check-edited": "고친 검사 셀 대신",
    "leave": "커널이 죽었습니다",
    "p-broken": "노트북으로 읽을 수 없습니다",
    "empty": "비어 있습니다",
    "not a notebook": "셀이 하나도 없습니다",
    "wrong name": "'00_start/start (1).ipynb'에서 찾은 노트북을 채점했습니다",
    "a folder": "start.ipynb 파일이 없습니다",
    "absent": "미제출",
}


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Class, Outcome]:
    course = Class(tmp_path_factory.mktemp("course"), UNIT)
    fill(course)
    grade_class(UNIT, course.root, workers=2)
    # Whose kernel died is run once more before that is a score.
    return course, grade_class(UNIT, course.root, workers=2)


def scores(outcome: Outcome) -> dict[str, float | None]:
    return {row.student: row.total for row in outcome.rows}


@pytest.mark.slow
def test_every_student_has_the_score_that_the_answer_is_worth(
    graded: tuple[Class, Outcome],
) -> None:
    _, outcome = graded
    assert scores(outcome) == EXPECTED
    assert not outcome.failed
    assert [column.points for column in outcome.columns] == [4]


def test_what_went_wrong_is_said(graded: tuple[Class, Outcome]) -> None:
    _, outcome = graded
    for row in outcome.rows:
        if row.student in NOTES:
            assert NOTES[row.student] in row.remark, row
        else:
            assert not row.remark, row


def test_the_gradebook_has_the_reports_scores(graded: tuple[Class, Outcome]) -> None:
    course, _ = graded
    folder = CourseFolder(course.root, UNIT)
    with folder.gradebook() as gradebook:
        stored = {
            submission.student.id: submission.score
            for submission in gradebook.assignment_submissions(UNIT)
        }
        waiting = [
            grade.notebook.student.id
            for submission in gradebook.assignment_submissions(UNIT)
            for made in submission.notebooks
            for grade in made.grades
            if grade.needs_manual_grade
        ]
    assert stored == {name: score for name, score in EXPECTED.items() if score is not None}
    assert not waiting


def test_grades_csv_is_read_by_korean_excel(graded: tuple[Class, Outcome]) -> None:
    _, outcome = graded
    assert outcome.csv.read_bytes().startswith(b"\xef\xbb\xbf")
    with outcome.csv.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["학생"]: row for row in csv.DictReader(file)}
    assert set(rows) == set(EXPECTED)
    assert rows["integers"] | {"비고": ""} == {
        "학생": "integers",
        "이름": "",
        EXERCISE: "3",
        "합계": "3",
        "만점": "4",
        "상태": "채점함",
        "비고": "",
    }
    assert (rows["absent"]["합계"], rows["absent"]["상태"]) == ("", "미제출")
    assert (rows["p-broken"]["합계"], rows["p-broken"]["상태"]) == ("0", "읽을 수 없음")
    assert (rows["a folder"]["합계"], rows["a folder"]["상태"]) == ("0", "파일 없음")


def test_the_autograded_notebook_shows_the_report(graded: tuple[Class, Outcome]) -> None:
    course, _ = graded
    path = course.root / "autograded" / "integers" / UNIT / course.file
    cell = find(nbformat.read(path, 4), is_check)
    shown = cell.outputs[0].data
    assert "자료형이" in shown["text/html"] and "3 / 4점" in shown["text/html"]
    assert "3 / 4점" in shown["text/plain"]
    assert "관찰했습니다" not in json.dumps(cell.outputs, ensure_ascii=False)


@pytest.mark.parametrize("student", ["integers", "p-broken", "김 철수", "leave"])
def test_feedback_tells_the_student_in_korean(graded: tuple[Class, Outcome], student: str) -> None:
    course, _ = graded
    page = (course.root / "feedback" / student / UNIT / "start.html").read_text("utf-8")
    assert f"{UNIT} 피드백" in page and student in page
    score = EXPECTED[student]
    assert f"<b>{score}</b> / 4점" in page
    said = {"integers": "자료형이", "김 철수": "모든 항목이 맞았습니다"}
    assert said.get(student, NOTES.get(student, "")) in page
    assert "Score:" not in page and "Test cell" not in page


class Refusing(Executor):
    """An executor that must not be needed."""

    def submit(self, function: Any, /, *_: Any, **__: Any) -> Future[Any]:
        raise AssertionError("everything was run already")


def test_a_second_grading_runs_nothing_again(graded: tuple[Class, Outcome]) -> None:
    course, outcome = graded
    again = grade_class(UNIT, course.root, executor=Refusing())
    assert again.rows == outcome.rows


def test_a_score_given_by_hand_stays(graded: tuple[Class, Outcome]) -> None:
    course, _ = graded
    folder = CourseFolder(course.root, UNIT)

    def give(score: float | None) -> None:
        with folder.gradebook() as gradebook:
            (found,) = gradebook.find_submission_notebook("start", UNIT, "crash").grades
            found.manual_score = score
            gradebook.db.commit()

    give(1.5)
    again = grade_class(UNIT, course.root, executor=Refusing())
    assert scores(again) == EXPECTED | {"crash": 1.5}
    give(None)


@pytest.mark.slow
def test_nbgraders_own_command_gives_the_same_scores(
    graded: tuple[Class, Outcome], tmp_path: Path
) -> None:
    copied = tmp_path / "course"
    shutil.copytree(graded[0].root, copied, ignore=shutil.ignore_patterns(".autograder"))
    folder = CourseFolder(copied, UNIT)
    with folder.gradebook() as gradebook:
        for submission in gradebook.assignment_submissions(UNIT):
            for made in submission.notebooks:
                for found in made.grades:
                    found.auto_score = None
        gradebook.db.commit()
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", UNIT, "--force", "--student=p-*"],
        cwd=copied,
        check=True,
        capture_output=True,
    )
    with folder.gradebook() as gradebook:
        stored = {
            submission.student.id: submission.notebooks[0].grades[0].auto_score
            for submission in gradebook.assignment_submissions(UNIT)
        }
    expected = {name: score for name, score in EXPECTED.items() if name.startswith("p-")}
    assert {name: stored[name] for name in expected} == expected
    assert len(expected) == 4


class Interrupting(ThreadPoolExecutor):
    """Ctrl-C when the third notebook comes."""

    def __init__(self) -> None:
        super().__init__(1)
        self.count = 0

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        self.count += 1
        if self.count == 3:
            raise KeyboardInterrupt
        future = super().submit(function, *arguments, **named)
        future.exception()
        return future


class Counting(ThreadPoolExecutor):
    count = 0

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        self.count += 1
        return super().submit(function, *arguments, **named)


@pytest.mark.slow
def test_an_interrupted_grading_goes_on_where_it_stopped(tmp_path: Path) -> None:
    course = Class(tmp_path, UNIT)
    for number in range(3):
        course.submit(f"student {number}", course.solved(**{CELL: f"x = tf.zeros(({number},))"}))
    # The second notebook is only recorded when the third is asked for: two at a time, one kept.
    with pytest.raises(KeyboardInterrupt), Interrupting() as stopping:
        grade_class(UNIT, course.root, workers=1, executor=stopping)
    done = len(list(Store(course.root).folder.glob("*.json")))
    assert 0 < done < 3
    with Counting(1) as counting:
        outcome = grade_class(UNIT, course.root, workers=1, executor=counting)
    assert counting.count == 3 - done
    assert scores(outcome) == {f"student {number}": 2 for number in range(3)}


class Dying(Executor):
    """A worker whose machine goes away."""

    def submit(self, function: Any, /, *_: Any, **__: Any) -> Future[Any]:
        assert function is run_notebook
        future: Future[Any] = Future()
        future.set_exception(ConnectionResetError("연결이 끊겼습니다"))
        return future


def test_a_grader_that_fails_is_not_the_students_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = Class(tmp_path, UNIT)
    course.submit("student", course.solved())
    course.submit("broken", "")
    assert grade(UNIT, course.root, executor=Dying()) == 1
    printed = capsys.readouterr().out
    assert "채점기에서 오류가 났습니다" in printed
    folder = CourseFolder(course.root, UNIT)
    with folder.gradebook() as gradebook:
        assert [item.student.id for item in gradebook.assignment_submissions(UNIT)] == ["broken"]


def test_a_folder_name_that_nbgrader_cannot_find_is_told(tmp_path: Path) -> None:
    course = Class(tmp_path, UNIT)
    course.submit("kim[1]", course.solved())
    (row,) = grade_class(UNIT, tmp_path, executor=Refusing()).failed
    assert row.remark.endswith("쓸 수 없습니다. 이름을 바꾸고 다시 채점하세요.")


def test_a_course_with_its_own_configuration_is_graded_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = Class(tmp_path, UNIT)
    course.submit("student", "{")
    own = 'c = get_config()\nc.CourseDirectory.course_id = "tf"\nc.RunNotebook.cell_seconds = 7\n'
    (tmp_path / "nbgrader_config.py").write_text(own, "utf-8")
    outcome = grade_class(UNIT, tmp_path, executor=Refusing())
    assert scores(outcome) == {"student": 0}
    assert "configure(c)" in capsys.readouterr().out
    assert (tmp_path / "nbgrader_config.py").read_text("utf-8") == own
    assert CourseFolder(tmp_path, UNIT).config.RunNotebook.cell_seconds == 7


def test_the_release_is_what_build_makes(tmp_path: Path) -> None:
    course = Class(tmp_path, UNIT)
    course.submit("student", "{")
    grade_class(UNIT, tmp_path, executor=Refusing())
    released = nbformat.read(tmp_path / "release" / UNIT / course.file, 4)
    assert [cell.source for cell in released.cells] == [
        cell.source for cell in course.released.cells
    ]
    assert [cell.metadata.get("nbgrader") for cell in released.cells] == [
        cell.metadata.get("nbgrader") for cell in course.released.cells
    ]


@pytest.mark.parametrize(
    ("unit", "prepare", "message"),
    [
        ("04_sequental", None, "'04_sequental'라는 단원은 없습니다."),
        (UNIT, "nothing", "제출된 노트북이 없습니다."),
        (UNIT, "another unit", "제출한 학생이 없습니다."),
        (UNIT, "config broken", "nbgrader_config.py"),
        (UNIT, "gradebook broken", "성적부를 읽거나 쓸 수 없습니다"),
        (UNIT, "points", "배점이 성적부에서는 9점인데 강좌에서는 4점입니다."),
        (UNIT, "other exercises", f"문제 {EXERCISE}이(가) 없습니다."),
    ],
)
def test_bad_input_is_one_korean_sentence_and_what_to_do(
    tmp_path: Path, unit: str, prepare: str | None, message: str
) -> None:
    if prepare != "nothing":
        course = Class(tmp_path, UNIT)
        course.submit("student", "{")
    if prepare == "another unit":
        (tmp_path / "submitted" / "student" / UNIT).rename(tmp_path / "submitted/student/01_eager")
    elif prepare == "config broken":
        (tmp_path / "nbgrader_config.py").write_text("c = get_config(\n", "utf-8")
    elif prepare == "gradebook broken":
        (tmp_path / "gradebook.db").write_bytes(b"not a database" * 1000)
    elif prepare == "points":
        made = graded_class.solution(UNIT)
        find(made, is_check).metadata["nbgrader"]["points"] = 9
        course.write_source(made)
    elif prepare == "other exercises":
        made = graded_class.solution(UNIT)
        find(made, is_check).source = 'check("start.other", x)'
        course.write_source(made)
    with pytest.raises(CourseError) as raised:
        grade_class(unit, tmp_path, executor=Refusing())
    assert message in str(raised.value)
    assert raised.value.remedy


def test_a_full_disk_stops_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    course = Class(tmp_path, UNIT)
    course.submit("student", "{")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "grades.csv")

    monkeypatch.setattr("autograder.grading.table.write_csv", full)
    with pytest.raises(CourseError, match="디스크에 남은 자리가 없습니다") as raised:
        grade_class(UNIT, tmp_path, executor=Refusing())
    assert "이어서 합니다" in raised.value.remedy


def test_an_assignment_that_changed_while_it_was_graded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One exercise more, one less, other points: the command that the message names mends it."""
    unit = "01_eager"
    course = Class(tmp_path, unit)
    whole = copy.deepcopy(course.solution)
    checks = [index for index, cell in enumerate(whole.cells) if is_check(cell)]
    older = copy.deepcopy(whole)
    older.cells[checks[0]].metadata["nbgrader"]["points"] = 1
    # The second exercise did not exist yet; another one did.
    second = older.cells[checks[1] - 2 : checks[1] + 1]
    second[1].metadata["nbgrader"]["grade_id"] = "eager_gone"
    second[2].metadata["nbgrader"]["grade_id"] = "eager_gone_check"
    second[2].source = 'check("eager.gone", x)'
    course.write_source(older)
    course.submit("kim", course.solved())
    with pytest.raises(CourseError) as raised:
        grade_class(unit, tmp_path, executor=Refusing())
    assert f"autograder refresh {unit}" in raised.value.remedy
    # Graded once before, by hand, with a comment.
    folder = CourseFolder(tmp_path, unit, may_differ=True)
    third = notebook.checked_exercise(whole.cells[checks[2]]).replace(".", "_")
    with folder.gradebook() as gradebook:
        gradebook.add_student("kim")
        gradebook.add_submission(unit, "kim")
        given = gradebook.find_grade(f"{third}_check", folder.notebook, unit, "kim")
        given.manual_score = 1.5
        gradebook.find_comment(third, folder.notebook, unit, "kim").manual_comment = "좋아요"
        gradebook.db.commit()
    assert refresh(unit, tmp_path) == 0
    printed = capsys.readouterr().out
    assert "없어진 문제: eager.gone" in printed and "바꾸기 전의 성적부: .autograder" in printed
    outcome = grade_class(unit, tmp_path, executor=Answering())
    (row,) = outcome.rows
    assert len(row.scores) == len(outcome.columns) == len(checks)
    # nbgrader adds what was given by hand; the rest is what the answers are worth.
    assert row.scores[notebook.checked_exercise(whole.cells[checks[2]])] == 1.5
    others = {column.exercise: column.points for column in outcome.columns}
    del others[notebook.checked_exercise(whole.cells[checks[2]])]
    assert {name: row.scores[name] for name in others} == others
    with folder.gradebook() as gradebook:
        kept = gradebook.find_comment(third, folder.notebook, unit, "kim").manual_comment
    assert kept == "좋아요"
    order = [cell.grade_id for cell in folder.masters() if cell.points is not None]
    assert order == [whole.cells[index].metadata["nbgrader"]["grade_id"] for index in checks]
    capsys.readouterr()
    assert refresh(unit, tmp_path) == 0
    assert "문제:" not in capsys.readouterr().out
