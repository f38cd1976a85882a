"""A class is judged again from what was kept: nothing runs, and nothing is written unasked."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from answering import Answering
from graded_class import Class

from autograder import cli
from autograder.errors import CourseError
from autograder.grading import judging, rejudge, store
from autograder.grading.course.folder import CourseFolder
from autograder.grading.grade import grade_class
from autograder.grading.run.runner import Task
from autograder.judge import value
from autograder.report import Item

UNIT, EXERCISE, CELL = "00_start", "start.first_tensor", "start_first_tensor"


def answer(task: Task) -> dict[str, Any]:
    import tensorflow as tf

    integers = any("INTEGERS" in cell.source for cell in task.cells)
    return {"x": tf.constant([[1, 2, 3], [4, 5, 6]], "int32" if integers else "float32")}


@pytest.fixture
def course(tmp_path: Path) -> Class:
    made = Class(tmp_path, UNIT)
    made.submit("kim", made.solved())
    made.submit("lee", made.solved(**{CELL: "x = 'INTEGERS'"}))
    made.submit("park", "{")
    grade_class(UNIT, tmp_path, executor=Answering(answer))
    return made


@pytest.fixture
def mended(course: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of the dtype no longer minds integers."""
    items = value.items

    def lenient(*arguments: Any) -> list[Item]:
        return [
            replace(item, score=item.points, message="") if "자료형" in item.name else item
            for item in items(*arguments)
        ]

    monkeypatch.setattr(value, "items", lenient)
    changed(monkeypatch)


def changed(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (store, judging, rejudge):
        monkeypatch.setattr(module, "judging_version", lambda: "mended")


def in_gradebook(course: Class) -> dict[str, tuple[float, float]]:
    folder = CourseFolder(course.root, UNIT)
    with folder.gradebook() as gradebook:
        return {
            found.student.id: (found.score, found.max_score)
            for found in gradebook.assignment_submissions(UNIT)
        }


def everything(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_without_a_change_there_is_nothing_to_say(
    course: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rejudge.rejudge(UNIT, course.root, write=True) == 0
    printed = capsys.readouterr().out
    assert "학생 3명 가운데 0명의 점수가 달라졌습니다." in printed
    assert "--write" not in printed


@pytest.mark.usefixtures("mended")
def test_what_changed_and_why_is_listed_and_nothing_is_written(
    course: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(course.root)
    assert rejudge.rejudge(UNIT, course.root) == 0
    printed = capsys.readouterr().out
    assert "lee" in printed and "✔ 자료형" in printed
    assert "kim" not in printed
    assert "3명 가운데 1명" in printed and "아무것도 적지 않았습니다" in printed
    assert everything(course.root) == before


@pytest.mark.usefixtures("mended")
def test_write_changes_gradebook_feedback_and_csv_of_those_who_changed(
    course: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    def page(student: str) -> Path:
        return course.root / "feedback" / student / UNIT / "start.html"

    untouched = page("kim").stat().st_mtime_ns
    assert in_gradebook(course) == {"kim": (4, 4), "lee": (3, 4), "park": (0, 4)}
    assert rejudge.rejudge(UNIT, course.root, write=True) == 0
    assert in_gradebook(course) == {"kim": (4, 4), "lee": (4, 4), "park": (0, 4)}
    assert "<b>4</b> / 4점" in page("lee").read_text("utf-8")
    assert page("kim").stat().st_mtime_ns == untouched
    with (course.root / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["학생"]: row["합계"] for row in csv.DictReader(file)} == {
            "kim": "4",
            "lee": "4",
            "park": "0",
        }
    copy = sorted((course.root / ".autograder" / "gradebook").glob("*.db"))[-1]
    assert copy.name in capsys.readouterr().out
    # Said once, it is so: the next time nothing is different.
    assert rejudge.rejudge(UNIT, course.root) == 0
    assert "0명의 점수가" in capsys.readouterr().out


@pytest.mark.usefixtures("mended")
def test_a_score_given_by_hand_stays(course: Class) -> None:
    folder = CourseFolder(course.root, UNIT)
    with folder.gradebook() as gradebook:
        (found,) = gradebook.find_submission_notebook("start", UNIT, "lee").grades
        found.manual_score = 1.5
        gradebook.db.commit()
    rejudge.rejudge(UNIT, course.root, write=True)
    assert in_gradebook(course)["lee"] == (1.5, 4)


def test_changed_points_are_taken_over(
    course: Class, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    items = value.items

    def doubled(*arguments: Any) -> list[Item]:
        return [
            replace(item, points=2 * item.points, score=2 * item.score)
            for item in items(*arguments)
        ]

    monkeypatch.setattr(value, "items", doubled)
    changed(monkeypatch)
    assert rejudge.rejudge(UNIT, course.root, write=True) == 0
    assert "배점이 바뀌었습니다" in capsys.readouterr().out
    found = in_gradebook(course)
    assert (found["kim"], found["lee"]) == ((8, 8), (6, 8))
    # Grading goes on with the new points, without running anything.
    asked = Answering(answer)
    outcome = grade_class(UNIT, course.root, executor=asked)
    assert not asked.tasks
    assert {row.student: row.total for row in outcome.rows} == {"kim": 8, "lee": 6, "park": 0}


@pytest.mark.usefixtures("mended")
def test_grading_after_the_change_judges_again_without_running(course: Class) -> None:
    asked = Answering(answer)
    outcome = grade_class(UNIT, course.root, executor=asked)
    assert not asked.tasks
    assert {row.student: row.total for row in outcome.rows} == {"kim": 4, "lee": 4, "park": 0}


@pytest.mark.usefixtures("mended")
def test_what_cannot_be_judged_again_is_named(
    course: Class, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = store.Store(course.root)
    key = rejudge.HandIns(course.root, UNIT).noted("lee")["key"]
    (kept.evidence / f"{key}.zip").unlink()
    rejudge.rejudge(UNIT, course.root)
    assert "보관한 관찰이 없습니다: lee." in capsys.readouterr().out
    monkeypatch.setattr(rejudge, "asked_by", lambda exercise: "another question")
    rejudge.rejudge(UNIT, course.root)
    assert "묻는 것이 바뀌었습니다: kim." in capsys.readouterr().out


@pytest.mark.usefixtures("mended")
def test_what_was_handed_in_since_is_not_given_the_old_score(course: Class) -> None:
    course.submit("lee", course.solved(**{CELL: "x = 'INTEGERS again'"}))
    rejudge.rejudge(UNIT, course.root, write=True)
    assert in_gradebook(course)["lee"] == (3, 4)
    with (course.root / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = [row for row in csv.DictReader(file) if row["학생"] == "lee"]
    assert "새로 낸 것이 있습니다" in row["비고"]


def test_a_class_that_was_never_graded_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Class(tmp_path, UNIT)
    made.submit("kim", made.solved())
    with pytest.raises(CourseError, match="채점한 기록이 없습니다"):
        rejudge.rejudge(UNIT, tmp_path)
    with pytest.raises(SystemExit) as stopped:
        cli.main(["rejudge", UNIT, "--course", str(tmp_path / "nowhere")])
    assert stopped.value.code == 2
    assert "없습니다" in capsys.readouterr().err


def test_the_oldest_evidence_goes_first(tmp_path: Path) -> None:
    kept = store.Store(tmp_path)
    graded = store.Graded([], [], {}, 0)
    for number in range(4):
        kept.put(f"key{number}", graded, store.Observed({}, {"a.b": bytes(range(256)) * 40}))
        path = kept.evidence / f"key{number}.zip"
        import os

        os.utime(path, (number, number))
    size = path.stat().st_size
    assert kept.prune(2 * size) == 2
    assert [kept.observed(f"key{number}") is None for number in range(4)] == [
        True,
        True,
        False,
        False,
    ]
    assert kept.get("key0") == graded


@pytest.mark.heavy
def test_large_classes_are_judged_by_several_processes(course: Class) -> None:
    kept = store.Store(course.root)
    hand_ins = rejudge.HandIns(course.root, UNIT)
    key = hand_ins.noted("kim")["key"]
    graded, observed = kept.get(key), kept.observed(key)
    assert graded is not None
    for number in range(rejudge.FEW + 1):
        kept.put(f"copy{number}", graded, observed)
        hand_ins.note(f"student {number}", "digest", f"copy{number}")
    found = rejudge.rejudged(kept, hand_ins, workers=2)
    assert found.students == rejudge.FEW + 4 and not found.changes and not found.left
