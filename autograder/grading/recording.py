"""채점한 것을 성적부와 피드백에 적습니다. nbgrader의 Autograde와 GenerateFeedback을 부르는 곳은 여기뿐입니다.

여기 없는 것: 실행(`grading.batch`), 판정(`grading.judging`), 전처리기(`grading.course.preprocessors`).

노트북은 실행하지 않습니다. 이미 끝난 실행을 `RunNotebook`이 보관소에서 찾습니다.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from autograder.exercises import get
from autograder.grading import deaths
from autograder.grading.course.folder import (
    NO_FILE,
    NOT_SUBMITTED,
    READY,
    CourseFolder,
    make_feedback,
)
from autograder.grading.course.hold import wait_for_gradebook
from autograder.grading.files import of_the_disk, try_to_write, write
from autograder.grading.hand_ins import HandIns
from autograder.grading.lms.freshness import note_made
from autograder.grading.progress import progress
from autograder.grading.run.pool import default_workers
from autograder.grading.store import Graded, Store
from autograder.grading.table import (
    ABSENT,
    BROKEN,
    GRADED,
    MISSING,
    UNREADABLE,
    UNTOUCHED,
    Row,
)
from autograder.grading.work import Work, handed_in, short
from autograder.report import Report, number_text

FEW = 6
"""이보다 적은 학생의 피드백은 이 프로세스에서 만듭니다."""


def recorded(
    works: list[Work],
    folder: CourseFolder,
    store: Store,
    hand_ins: HandIns,
    *,
    only: Callable[[str], bool] = lambda student: True,
) -> list[Row]:
    """`only`인 학생을 성적부와 피드백에 적고, 모든 학생의 줄을 돌려줍니다."""
    # What is not finished is run again by the next command, not while it is being recorded.
    folder.api.config.RunNotebook.run_again = False
    chosen = [work for work in works if only(work.student)]
    with (
        progress(len(chosen), "기록") as advance,
        _feedback(folder, len(chosen)) as make,
    ):
        made = []
        for work in chosen:
            wait_for_gradebook(folder.coursedir.db_url)
            _record(work, folder, hand_ins)
            if work.submission.status == READY and not work.failure:
                made.append((work, make(work.student)))
            advance()
        for work, feedback in made:
            work.failure = feedback()
    _note_feedback(folder, [work.student for work, _ in made if not work.failure])
    owners = {cell.grade_id: cell.exercise for cell in folder.masters() if cell.points is not None}
    return [_row(work, folder, store, owners) for work in works]


def remake_feedback(folder: CourseFolder, students: list[str]) -> dict[str, str]:
    """성적부가 바뀐 학생들의 피드백을 다시 만들고, 만들지 못한 학생과 이유를 돌려줍니다."""
    with progress(len(students), "피드백") as advance, _feedback(folder, len(students)) as make:
        waiting = {student: make(student) for student in students}
        failed = {}
        for student, feedback in waiting.items():
            if reason := feedback():
                failed[student] = reason
            advance()
    _note_feedback(folder, [student for student in students if student not in failed])
    return failed


def _note_feedback(folder: CourseFolder, students: list[str]) -> None:
    with folder.gradebook() as gradebook:
        note_made(folder.root, gradebook, folder.unit.name, students)


@contextmanager
def _feedback(folder: CourseFolder, students: int) -> Iterator[Callable[[str], Callable[[], str]]]:
    """학생의 피드백을 만들기 시작하는 함수. 그것이 돌려주는 함수는 만들지 못한 이유를 알려 줍니다."""
    unit = folder.unit.name
    if students <= FEW:
        yield lambda student: partial(_done, folder.feedback_made(student), folder, student)
        return
    # Rendering needs no gradebook of its own and as long as everything else that is recorded.
    with ProcessPoolExecutor(default_workers(), get_context("spawn")) as pool:

        def make(student: str) -> Callable[[], str]:
            future = pool.submit(make_feedback, folder.root, unit, student)
            return lambda: _done(_result(future), folder, student)

        yield make


def _result(future: Future[dict[str, Any]]) -> dict[str, Any]:
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - a process that died costs nobody else's feedback
        return {"success": False, "error": short(error)}


def _done(result: dict[str, Any], folder: CourseFolder, student: str) -> str:
    if result["success"]:
        return ""
    _keep_log(folder, student, result)
    return f"nbgrader가 피드백을 만들지 못했습니다: {_last_error(result)}"


def _record(work: Work, folder: CourseFolder, hand_ins: HandIns) -> None:
    """성적부를 씁니다. 쓰지 못했으면 이유가 `work.failure`에 있습니다."""
    if work.submission.status == NO_FILE:
        _record_zero(folder, work.student)
    elif work.submission.status == READY and not work.failure:
        work.failure = _written(work, folder, hand_ins)
    if work.handed is not None and not work.failure:
        hand_ins.note(work.student, work.handed.digest, work.key)


def _row(work: Work, folder: CourseFolder, store: Store, owners: dict[str, str]) -> Row:
    """표의 줄. 점수는 성적부에 적힌 것입니다."""
    row = Row(work.student, GRADED)
    if work.submission.status == NOT_SUBMITTED:
        row.status, row.notes = ABSENT, [work.submission.note]
        with folder.gradebook() as gradebook:
            row.name = _name_of(gradebook, work.student)
        return row
    if work.failure:
        row.status, row.notes = BROKEN, [f"{work.failure} 다시 채점하세요."]
        return row
    if work.submission.status == NO_FILE:
        row.status, row.notes = MISSING, [work.submission.note]
    elif work.reason:
        row.status, row.notes = UNREADABLE, [*work.told, work.reason]
    graded = store.get(work.key) if work.key else None
    if graded is not None:
        again = deaths.told(graded)
        row.notes = [*work.told, *([again] if again else []), *_notes(folder, graded.reports)]
        if not any(report.attempted for report in graded.reports.values()):
            row.status = UNTOUCHED
            row.notes = row.notes or ["받은 그대로입니다. 푼 문제가 없습니다."]
    _read_scores(folder, row, owners, graded)
    return row


def _written(work: Work, folder: CourseFolder, hand_ins: HandIns) -> str:
    """nbgrader로 성적부를 씁니다. 쓰지 못했으면 이유를 돌려줍니다."""
    if changed := _changed(work, folder, hand_ins):
        return changed
    result = folder.api.autograde(folder.unit.name, work.student)
    if not result["success"] and _locked(result):
        # It may have lasted longer than nbgrader waits.
        wait_for_gradebook(folder.coursedir.db_url)
        result = folder.api.autograde(folder.unit.name, work.student)
    if not result["success"]:
        _keep_log(folder, work.student, result)
        return f"nbgrader가 기록하지 못했습니다: {_last_error(result)}"
    return ""


def _changed(work: Work, folder: CourseFolder, hand_ins: HandIns) -> str:
    """실행하는 동안 제출 폴더의 것이 바뀌었으면 그 말, 아니면 빈 문자열. 바뀐 것은 채점하지 않습니다."""
    if work.handed is None:
        return ""
    try:
        same = handed_in(folder, work.submission) == work.handed
    except OSError:
        same = False
    if same:
        return ""
    copy = hand_ins.keep(work.student, work.handed).relative_to(folder.root)
    return (
        "채점하는 동안 제출한 파일이 바뀌어 기록하지 않았습니다. "
        f"처음 읽은 것은 {copy}에 있습니다. 어느 것이 맞는지 확인하고"
    )


def _notes(folder: CourseFolder, reports: dict[str, Report]) -> list[str]:
    """비고: 이유가 같은 문제는 한 줄에 모읍니다."""
    same: dict[str, list[str]] = {}
    for exercise in folder.exercises:
        if reports[exercise.id].note:
            same.setdefault(reports[exercise.id].note, []).append(exercise.number)
    return [f"{', '.join(numbers)}: {note}" for note, numbers in same.items()]


def _record_zero(folder: CourseFolder, student: str) -> None:
    """낼 파일이 없는 학생: nbgrader가 빠진 노트북에 하는 것처럼 0점을 적습니다."""
    with folder.gradebook() as gradebook:
        gradebook.update_or_create_student(student)
        stored = gradebook.update_or_create_submission(folder.unit.name, student)
        for notebook in stored.notebooks:
            for grade in notebook.grades:
                grade.auto_score = 0
                grade.needs_manual_grade = grade.manual_score is not None
        gradebook.db.commit()


def _read_scores(
    folder: CourseFolder, row: Row, owners: dict[str, str], graded: Graded | None
) -> None:
    """성적부의 점수: 강사가 준 점수가 있으면 그것입니다. 있을 수 없는 점수는 비고에서 알립니다."""
    with folder.gradebook() as gradebook:
        try:
            stored = gradebook.find_submission(folder.unit.name, row.student)
        except MissingEntry:
            return
        notebook = gradebook.find_submission_notebook(
            folder.notebook, folder.unit.name, row.student
        )
        for grade in notebook.grades:
            if exercise := owners.get(grade.name):
                extra = float(grade.extra_credit or 0)
                row.extra += extra
                row.scores[exercise] = float(grade.score) - extra
                row.notes += _doubts(grade, exercise, graded)
        row.penalty = float(stored.late_submission_penalty or 0.0)
        row.total = max(0.0, float(stored.score) - row.penalty)
        row.late = float(stored.total_seconds_late)
        row.name = _name_of(gradebook, row.student)


def _name_of(gradebook: Gradebook, student: str) -> str:
    """명단에서 온 이름. 성적부에 없는 사람이면 빈 문자열입니다."""
    try:
        person = gradebook.find_student(student)
    except MissingEntry:
        return ""
    return f"{person.last_name or ''}{person.first_name or ''}"


def _doubts(grade: Any, exercise: str, graded: Graded | None) -> list[str]:
    """자동 판정에서 나오지 않은 점수. formgrader에서 준 것일 수도, 누가 성적부를 고친 것일 수도 있습니다."""
    number, said = get(exercise).number, []
    if (grade.manual_score or 0) > grade.max_score:
        said.append(
            f"{number}: 손으로 준 점수 {number_text(grade.manual_score)}점이 배점 "
            f"{number_text(grade.max_score)}점보다 큽니다. 준 것이 맞는지 확인하세요."
        )
    if grade.extra_credit:
        said.append(
            f"{number}: 추가 점수 {number_text(grade.extra_credit)}점이 들어 있습니다. "
            "준 것이 맞는지 확인하세요."
        )
    report = graded.reports.get(exercise) if graded is not None else None
    if report is not None and abs((grade.auto_score or 0) - report.score) > 1e-6:
        said.append(
            f"{number}: 성적부의 자동 점수 {number_text(grade.auto_score or 0)}점이 판정한 점수 "
            f"{number_text(report.score)}점과 다릅니다. 다시 채점하세요."
        )
    return said


def _locked(result: dict[str, Any]) -> bool:
    return "database is locked" in _said(result)


def _said(result: dict[str, Any]) -> str:
    return f"{result.get('log', '')}\n{result.get('error', '')}"


def _keep_log(folder: CourseFolder, student: str, result: dict[str, Any]) -> None:
    if of_the_disk(_said(result)):
        # The words may be a student's; what the disk says isn't.
        try_to_write(folder.root / ".autograder")
    path = folder.root / ".autograder" / "logs" / f"{folder.unit.name}-{student}.log"
    write(path, _said(result).encode())


def _last_error(result: dict[str, Any]) -> str:
    """nbgrader의 기록에서 이유가 적힌 줄."""
    lines = [
        line
        for line in str(result.get("log", "")).splitlines()
        if ("Error" in line or "error" in line) and not line.startswith("[ERROR] There was")
    ]
    text = (lines or str(result.get("error", "")).strip().splitlines() or ["이유를 모릅니다"])[-1]
    return text.removeprefix("[ERROR] ").strip()[:200] + "."
