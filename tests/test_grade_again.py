"""Deaths are not grades, and what was handed in is what is graded."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from answering import Answering, dead_run
from graded_class import Class

from autograder import cli
from autograder.grading import deaths, grade
from autograder.grading.course.backup import KEPT, back_up
from autograder.grading.course.folder import CourseFolder
from autograder.grading.grade import Outcome, grade_class
from autograder.grading.hand_ins import HandIn, HandIns
from autograder.grading.run import kernel
from autograder.grading.run.runner import OUT_OF_TIME, Limits, Run, Task
from autograder.grading.store import Graded, Store

UNIT, CELL = "00_start", "start_first_tensor"


class Dying(Answering):
    """The first `times` runs of a notebook with DIES in it end in its first cell."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def run(self, task: Task) -> Run:
        if self.times and any("DIES" in cell.source for cell in task.cells):
            self.times -= 1
            return dead_run(task)
        return super().run(task)


def test_workers_get_ready_only_for_what_is_new(
    course: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = []

    @contextlib.contextmanager
    def pool(_: int, limits: Limits | None) -> Iterator[Answering]:
        expected.append(limits is not None)
        yield Answering()

    monkeypatch.setattr(grade, "local_pool", pool)
    for _ in range(2):
        grade_class(UNIT, course.root)
    course.submit("lives", course.solved(**{CELL: "x = 'another'"}))
    grade_class(UNIT, course.root)
    assert expected == [True, False, True]


@pytest.fixture
def course(tmp_path: Path) -> Class:
    made = Class(tmp_path, UNIT)
    made.submit("dies", made.solved(**{CELL: "x = 'DIES'"}))
    made.submit("lives", made.solved())
    return made


def row(outcome: Outcome, student: str) -> Any:
    (found,) = [found for found in outcome.rows if found.student == student]
    return found


def test_a_death_is_run_again_alone_before_it_counts(course: Class) -> None:
    asked = Dying(1)
    outcome = grade_class(UNIT, course.root, workers=2, executor=asked)
    assert row(outcome, "dies").total == 4
    assert row(outcome, "dies").remark.startswith("커널이 죽어 혼자 다시 실행했습니다.")
    assert row(outcome, "lives").remark == ""
    assert len(asked.tasks) == 3
    import os

    assert asked.tasks[-1].limits.threads == os.cpu_count()


def test_the_next_command_tries_once_more_and_then_it_counts(course: Class) -> None:
    first = Dying(9)
    outcome = grade_class(UNIT, course.root, executor=first)
    assert len(first.tasks) == 3
    assert row(outcome, "dies").total == 0
    assert "혼자 다시 실행했습니다(1번, 결과는 같았습니다)" in row(outcome, "dies").remark
    assert "다음에 채점할 때 한 번 더" in row(outcome, "dies").remark
    assert "커널이 죽었습니다" in row(outcome, "dies").remark
    second = Dying(9)
    outcome = grade_class(UNIT, course.root, executor=second)
    assert len(second.tasks) == 1
    assert "(2번, 결과는 같았습니다)" in row(outcome, "dies").remark
    assert "다음에" not in row(outcome, "dies").remark
    third = Dying(9)
    assert grade_class(UNIT, course.root, executor=third).rows == outcome.rows
    assert not third.tasks


def test_the_next_command_can_find_it_well(course: Class) -> None:
    grade_class(UNIT, course.root, executor=Dying(2))
    outcome = grade_class(UNIT, course.root, executor=Dying(0))
    assert row(outcome, "dies").total == 4
    assert "점수는 다시 실행한 것입니다" in row(outcome, "dies").remark


@pytest.mark.parametrize(
    ("result", "busy", "counts"),
    [
        (kernel.DIED, False, False),
        (kernel.MEMORY, False, False),
        (kernel.TIMEOUT, True, False),
        (kernel.STUCK, True, False),
        (OUT_OF_TIME, True, False),
        (kernel.TIMEOUT, False, True),
        (kernel.STUCK, False, True),
        (kernel.FLOOD, True, True),
        (kernel.ERROR, True, True),
        (kernel.DISK, True, True),
    ],
)
def test_which_ends_are_run_again(result: str, busy: bool, counts: bool) -> None:
    assert (deaths.cause(Run([kernel.DONE, result], [[], []], busy=busy)) == "") is counts


def test_a_run_that_ended_well_says_nothing() -> None:
    assert deaths.told(Graded([], [], {}, 0)) == ""


# --- what was handed in -------------------------------------------------------------------


class Overwriting(Answering):
    """While notebooks run, somebody writes over the submitted files."""

    def __init__(self, *paths: Path) -> None:
        super().__init__()
        self.paths = paths

    def run(self, task: Task) -> Run:
        for path in self.paths:
            path.write_text("{}", "utf-8")
        return super().run(task)


def test_a_file_that_changes_while_grading_is_never_graded(course: Class) -> None:
    path = course.root / "submitted" / "lives" / UNIT / course.file
    handed = path.read_bytes()
    outcome = grade_class(UNIT, course.root, executor=Overwriting(path))
    (failed,) = outcome.failed
    assert failed.student == "lives"
    assert "채점하는 동안 제출한 파일이 바뀌어 기록하지 않았습니다" in failed.remark
    assert row(outcome, "dies").total == 4
    folder = CourseFolder(course.root, UNIT)
    with folder.gradebook() as gradebook:
        assert [found.student.id for found in gradebook.assignment_submissions(UNIT)] == ["dies"]
    # What was read first is there, and graded once it is back.
    (copy,) = (course.root / ".autograder" / "handed_in" / UNIT / "lives").glob("*.zip")
    assert copy.relative_to(course.root).as_posix() in failed.remark
    import zipfile

    with zipfile.ZipFile(copy) as archive:
        path.write_bytes(archive.read("notebook.ipynb"))
    assert path.read_bytes() == handed
    asked = Answering()
    assert row(grade_class(UNIT, course.root, executor=asked), "lives").total == 4
    assert not asked.tasks


def test_a_file_beside_the_notebook_counts_too(course: Class) -> None:
    path = course.root / "submitted" / "lives" / UNIT / "helper.py"
    path.write_text("mine", "utf-8")
    outcome = grade_class(UNIT, course.root, executor=Overwriting(path))
    assert [failed.student for failed in outcome.failed] == ["lives"]


def test_what_each_student_was_graded_on_is_noted(course: Class) -> None:
    grade_class(UNIT, course.root, executor=Answering())
    hand_ins = HandIns(course.root, UNIT)
    assert hand_ins.students() == ["dies", "lives"]
    noted = hand_ins.noted("lives")
    path = course.root / "submitted" / "lives" / UNIT / course.file
    assert noted["handed_in"] == HandIn(path.read_bytes(), {}).digest
    graded = Store(course.root).get(noted["key"])
    assert graded is not None and graded.reports["start.first_tensor"].passed


def test_the_gradebook_is_copied_before_every_grading(course: Class) -> None:
    grade_class(UNIT, course.root, executor=Answering())
    grade_class(UNIT, course.root, executor=Answering())
    copies = sorted((course.root / ".autograder" / "gradebook").glob("*.db"))
    assert len(copies) == 2

    def graded(path: Path) -> int:
        with sqlite3.connect(path) as opened:
            (count,) = opened.execute("select count(*) from submitted_assignment").fetchone()
        return int(count)

    assert [graded(path) for path in copies] == [0, 2]
    folder = CourseFolder(course.root, UNIT)
    for _ in range(KEPT + 1):
        newest = back_up(folder.coursedir)
    copies = sorted((course.root / ".autograder" / "gradebook").glob("*.db"))
    assert len(copies) == KEPT and copies[-1] == newest


# --- a gradebook one can trust ------------------------------------------------------------------


def test_scores_that_no_check_gave_are_flagged(course: Class) -> None:
    grade_class(UNIT, course.root, executor=Answering())
    folder = CourseFolder(course.root, UNIT)

    def tamper(**values: float) -> None:
        with folder.gradebook() as gradebook:
            (grade,) = gradebook.find_submission_notebook("start", UNIT, "lives").grades
            for name, value in values.items():
                setattr(grade, name, value)
            gradebook.db.commit()

    tamper(manual_score=200)
    found = row(grade_class(UNIT, course.root, executor=Answering()), "lives")
    assert "0-1: 손으로 준 점수 200점이 배점 4점보다 큽니다" in found.remark
    tamper(manual_score=3.5, extra_credit=10)
    found = row(grade_class(UNIT, course.root, executor=Answering()), "lives")
    assert "0-1: 추가 점수 10점이 들어 있습니다" in found.remark and "배점" not in found.remark
    tamper(manual_score=2, extra_credit=None)  # type: ignore[arg-type]
    assert row(grade_class(UNIT, course.root, executor=Answering()), "lives").remark == ""


def test_a_copy_of_the_gradebook_is_brought_back(
    course: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    grade_class(UNIT, course.root, executor=Answering())
    grade_class(UNIT, course.root, executor=Answering())
    folder = CourseFolder(course.root, UNIT)
    with folder.gradebook() as gradebook:
        gradebook.find_submission_notebook("start", UNIT, "lives").grades[0].manual_score = 100
        gradebook.db.commit()

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main(["restore", *arguments, "--course", str(course.root)])
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    code, shown, _ = run()
    names = shown.split()
    assert code == 0 and len(names) == 2
    code, shown, _ = run(names[-1])
    assert code == 0 and "되돌리기 전의 성적부" in shown
    with folder.gradebook() as gradebook:
        assert gradebook.find_submission(UNIT, "lives").score == 4
    assert len(run()[1].split()) == 3
    code, _, error = run("2020-01-01")
    assert code == 2 and "라는 사본은 없습니다" in error
