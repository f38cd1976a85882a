"""`autograder grade`: 한 단원의 제출을 모두 채점합니다.

1. 실행: 제출을 정리해 여러 프로세스에서 한꺼번에 실행하고, 끝나는 대로 여기서 판정해 보관합니다.
2. 기록: 학생마다 nbgrader의 Autograde와 GenerateFeedback을 부릅니다. 실행은 이미 끝났으므로
   보관한 결과가 쓰입니다. 성적부에 쓰는 것은 이 프로세스뿐입니다.
"""

from __future__ import annotations

import glob
import sys
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.converters import Autograde
from rich.console import Console
from sqlalchemy.exc import SAWarning
from tqdm import tqdm

from autograder.errors import CourseError
from autograder.grading import submission, table
from autograder.grading.course.folder import (
    NO_FILE,
    NOT_SUBMITTED,
    READY,
    CourseFolder,
    Submission,
    explained,
)
from autograder.grading.course.preprocessors import RunNotebook
from autograder.grading.judging import grade_run
from autograder.grading.planning import Planned, extra_files, plan
from autograder.grading.run.pool import WorkerDied, default_workers, run_all
from autograder.grading.run.runner import Run, Task
from autograder.grading.sandbox.levels import told
from autograder.grading.store import Graded, Store
from autograder.grading.table import Column, Row
from autograder.judge import points_of
from autograder.report import Report
from autograder.startup import import_tensorflow

CSV = "grades.csv"
FAILED = 1
"""채점기의 잘못으로 채점하지 못한 학생이 있을 때의 종료 코드."""

GRADED, MISSING, UNREADABLE, ABSENT, BROKEN = (
    "채점함",
    "파일 없음",
    "읽을 수 없음",
    "미제출",
    "채점 실패",
)
_BAR = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt}개 · {elapsed} 지남 · {remaining} 남음"


@dataclass
class Outcome:
    """채점한 결과: 표의 열과 줄, 만든 CSV 파일."""

    unit: str
    columns: list[Column]
    rows: list[Row]
    csv: Path

    @property
    def failed(self) -> list[Row]:
        """채점기의 잘못으로 채점하지 못한 학생들."""
        return [row for row in self.rows if row.status == BROKEN]


@dataclass
class _Work:
    """학생 한 명의 채점: 실행할 것, 읽을 수 없는 까닭, 채점기의 오류."""

    submission: Submission
    planned: Planned | None = None
    reason: str = ""
    failure: str = ""
    log: list[str] = field(default_factory=list)


def grade(
    unit: str,
    course: Path | str = ".",
    workers: int | None = None,
    cluster: str | None = None,
    *,
    executor: Executor | None = None,
    require_sandbox: str = "",
    allow_weaker_sandbox: bool = False,
) -> int:
    """`unit`의 제출을 모두 채점하고 표를 보입니다. 종료 코드를 돌려줍니다.

    `course`는 nbgrader 과정 폴더, `workers`는 한꺼번에 채점할 노트북의 수입니다. `executor`를
    주면 거기서 실행합니다. `require_sandbox`는 있어야 할 샌드박스의 이름이고, 만들 수 없으면
    `allow_weaker_sandbox`일 때만 채점합니다. 채점을 시작할 수 없으면 CourseError.
    """
    if cluster is not None:
        raise CourseError(
            "여러 컴퓨터에서 채점하는 기능은 아직 없습니다.",
            "--cluster 없이 실행하면 이 컴퓨터에서 채점합니다.",
        )
    outcome = grade_class(
        unit,
        Path(course),
        workers,
        executor=executor,
        require_sandbox=require_sandbox,
        allow_weaker_sandbox=allow_weaker_sandbox,
    )
    console = Console()
    table.show(unit, outcome.columns, outcome.rows, console)
    console.print(f"성적표: {outcome.csv}", soft_wrap=True, highlight=False)
    return FAILED if outcome.failed else 0


def grade_class(
    unit: str,
    course: Path,
    workers: int | None = None,
    *,
    executor: Executor | None = None,
    require_sandbox: str = "",
    allow_weaker_sandbox: bool = False,
) -> Outcome:
    """`grade`에서 표를 보이는 것만 뺀 것."""
    workers = workers or default_workers()
    import_tensorflow()
    folder = CourseFolder(course, unit)
    if folder.missing_configuration:
        print(
            "nbgrader_config.py에 다음 두 줄을 넣으면 formgrader도 같은 점수를 줍니다:\n"
            "    from autograder.grading import configure\n"
            "    configure(c)"
        )
    config = folder.api.config.RunNotebook
    if require_sandbox:
        config.sandbox = require_sandbox
    if allow_weaker_sandbox:
        config.allow_weaker_sandbox = True
    print(told(RunNotebook(parent=folder.api).level()), flush=True)
    with explained(folder.root), warnings.catch_warnings():
        # nbgrader's own use of SQLAlchemy; nothing an instructor could do about it.
        warnings.simplefilter("ignore", SAWarning)
        works = [_Work(item) for item in folder.submissions()]
        if all(work.submission.status == NOT_SUBMITTED for work in works):
            raise CourseError(
                f"{folder.root}에 {unit} 단원을 제출한 학생이 없습니다.",
                f"submitted/<학생>/{unit}/{folder.notebook}.ipynb로 모은 뒤 다시 실행하세요.",
            )
        store = Store(folder.root)
        for work in works:
            _prepare(work, folder, workers)
        _execute(works, store, workers, executor)
        rows = [_record(work, folder, store) for work in _bar(works, "기록")]
        columns = [
            Column(exercise.id, exercise.number, points_of(exercise))
            for exercise in folder.exercises
        ]
        table.write_csv(folder.root / CSV, columns, rows)
    return Outcome(unit, columns, rows, folder.root / CSV)


def _prepare(work: _Work, folder: CourseFolder, workers: int) -> None:
    """제출을 nbgrader의 정리 단계와 똑같이 정리해, 실행할 것을 만듭니다."""
    if work.submission.status != READY:
        return
    student = work.submission.student
    if glob.escape(student) != student:
        # nbgrader takes the folder's name as a pattern and would not find it.
        work.failure = "학생 폴더의 이름에는 *, ?, [를 쓸 수 없습니다. 이름을 바꾸고"
        return
    try:
        converter = Autograde(coursedir=folder.coursedir, parent=folder.api)
        exporter = converter.exporter_class(parent=converter, config=converter.config)
        for preprocessor in converter.sanitize_preprocessors:
            exporter.register_preprocessor(preprocessor, enabled=True)
        text, _ = exporter.from_filename(
            str(work.submission.path), resources=folder.resources(student)
        )
        notebook = nbformat.reads(text, as_version=4)
        work.reason = submission.unreadable(notebook)
        if not work.reason:
            limits = RunNotebook(parent=exporter).limits(workers)
            work.planned = plan(
                notebook, extra_files(*folder.extra_folders(student)), limits, folder.lesson_cells()
            )
    except CourseError:
        raise
    except Exception as error:  # noqa: BLE001 - one student's file must not stop the class
        work.failure = f"제출을 정리하지 못했습니다: {_short(error)}"


def _execute(works: list[_Work], store: Store, workers: int, executor: Executor | None) -> None:
    """보관된 것이 없는 실행을 모두 합니다. 같은 코드는 한 번만 실행합니다."""
    wanted: dict[str, list[_Work]] = {}
    for work in works:
        if work.planned is not None and store.get(work.planned.key) is None:
            wanted.setdefault(work.planned.key, []).append(work)
    jobs = [(key, _planned(same[0]).task) for key, same in wanted.items()]
    with _progress(len(jobs), "실행") as advance:
        for key, task, outcome in run_all(jobs, min(workers, len(jobs) or 1), executor):
            graded: Graded | Exception = (
                _judged(task, outcome) if isinstance(outcome, Run) else outcome
            )
            if isinstance(graded, Graded):
                store.put(key, graded)
            else:
                said = (
                    f"{graded}."
                    if isinstance(graded, WorkerDied)
                    else f"채점기에서 오류가 났습니다: {_short(graded)}"
                )
                for work in wanted[key]:
                    work.failure = said
            advance()


def _judged(task: Task, run: Run) -> Graded | Exception:
    try:
        return grade_run(task, run)
    except Exception as error:  # noqa: BLE001 - told as this student's failure
        return error


def _record(work: _Work, folder: CourseFolder, store: Store) -> Row:
    """성적부와 피드백을 쓰고 표의 줄을 만듭니다."""
    student, unit = work.submission.student, folder.unit.name
    row = Row(student, GRADED)
    if work.submission.status == NOT_SUBMITTED:
        row.status, row.notes = ABSENT, [work.submission.note]
        return row
    if work.submission.status == NO_FILE:
        row.status, row.notes = MISSING, [work.submission.note]
        _record_zero(folder, student)
    elif not work.failure:
        for step in (folder.api.autograde, folder.api.generate_feedback):
            result = step(unit, student)
            if not result["success"]:
                _keep_log(folder, student, result)
                work.failure = f"nbgrader가 기록하지 못했습니다: {_last_error(result)}"
                break
    if work.failure:
        row.status, row.notes = BROKEN, [f"{work.failure} 다시 채점하세요."]
        return row
    if work.reason:
        row.status, row.notes = UNREADABLE, [work.reason]
    elif work.planned is not None:
        graded = store.get(work.planned.key)
        row.notes = _notes(folder, graded.reports) if graded else []
    _read_scores(folder, row)
    return row


def _notes(folder: CourseFolder, reports: dict[str, Report]) -> list[str]:
    """비고: 까닭이 같은 문제는 한 줄에 모읍니다."""
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


def _read_scores(folder: CourseFolder, row: Row) -> None:
    """성적부의 점수: 강사가 준 점수가 있으면 그것입니다."""
    owners = {cell.grade_id: cell.exercise for cell in folder.masters() if cell.points is not None}
    with folder.gradebook() as gradebook:
        try:
            stored = gradebook.find_submission(folder.unit.name, row.student)
        except MissingEntry:
            return
        notebook = gradebook.find_submission_notebook(
            folder.notebook, folder.unit.name, row.student
        )
        for grade in notebook.grades:
            if owners.get(grade.name):
                row.scores[owners[grade.name]] = float(grade.score)
        row.penalty = float(stored.late_submission_penalty or 0.0)
        row.total = float(stored.score) - row.penalty
        person = gradebook.find_student(row.student)
        row.name = f"{person.last_name or ''}{person.first_name or ''}"


def _planned(work: _Work) -> Planned:
    assert work.planned is not None
    return work.planned


def _keep_log(folder: CourseFolder, student: str, result: dict[str, Any]) -> None:
    path = folder.root / ".autograder" / "logs" / f"{folder.unit.name}-{student}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{result.get('log', '')}\n{result.get('error', '')}", "utf-8")


def _last_error(result: dict[str, Any]) -> str:
    """nbgrader의 기록에서 까닭이 적힌 줄."""
    lines = [
        line
        for line in str(result.get("log", "")).splitlines()
        if ("Error" in line or "error" in line) and not line.startswith("[ERROR] There was")
    ]
    text = (lines or str(result.get("error", "")).strip().splitlines() or ["까닭을 모릅니다"])[-1]
    return text.removeprefix("[ERROR] ").strip()[:200] + "."


def _short(error: Exception) -> str:
    first = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}"[:200] + "."


def _bar(items: list[_Work], label: str) -> Iterator[_Work]:
    with _progress(len(items), label) as advance:
        for item in items:
            yield item
            advance()


@contextmanager
def _progress(total: int, label: str) -> Iterator[Any]:
    """남은 시간을 보이는 막대. 터미널이 아니면 10초마다 한 줄씩 적습니다."""
    if sys.stderr.isatty():
        with tqdm(total=total, desc=label, bar_format=_BAR, leave=False) as bar:
            yield bar.update
        return
    started = told = time.monotonic()
    done = 0

    def advance() -> None:
        nonlocal done, told
        done += 1
        now = time.monotonic()
        if now - told >= 10:
            told = now
            left = (now - started) / done * (total - done)
            print(f"{label} {done}/{total} · 약 {left:.0f}초 남음", file=sys.stderr, flush=True)

    yield advance
