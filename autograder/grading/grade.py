"""`autograder grade`: 한 단원의 제출을 모두 채점합니다.

여기 없는 것: 실행(`grading.batch`), 성적부에 적는 일(`grading.recording`), 보관한 것의 재판정(`grading.rejudge`).

1. 실행: 제출을 정리해 여러 프로세스에서 한꺼번에 실행하고, 끝나는 대로 여기서 판정해 보관합니다.
2. 기록: 학생마다 nbgrader의 Autograde와 GenerateFeedback을 부릅니다. 실행은 이미 끝났으므로
   보관한 결과가 쓰입니다. 성적부에 쓰는 것은 이 프로세스뿐입니다.
"""

from __future__ import annotations

import contextlib
import warnings
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from sqlalchemy.exc import SAWarning

from autograder.errors import CourseError
from autograder.grading import last_table, table
from autograder.grading.batch import Batch
from autograder.grading.cluster import connected
from autograder.grading.course.backup import back_up, not_copied
from autograder.grading.course.database import quick_gradebooks
from autograder.grading.course.folder import NOT_SUBMITTED, CourseFolder, require_course
from autograder.grading.course.hold import holding
from autograder.grading.course.preprocessors import RunNotebook
from autograder.grading.course.trouble import explained
from autograder.grading.hand_ins import HandIns
from autograder.grading.recording import recorded
from autograder.grading.report.command import after_grading
from autograder.grading.run.pool import default_workers, local_pool
from autograder.grading.sandbox.levels import told
from autograder.grading.store import Store
from autograder.grading.table import BROKEN, Column, Row
from autograder.grading.work import Work, prepare, read
from autograder.judge import points_of
from autograder.startup import import_tensorflow

CSV = "grades.csv"
FAILED = 1
"""채점기의 잘못으로 채점하지 못한 학생이 있을 때의 종료 코드."""


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


def grade(
    unit: str,
    course: Path | str = ".",
    workers: int | None = None,
    cluster: str | None = None,
    *,
    executor: Executor | None = None,
    require_sandbox: str = "",
    allow_weaker_sandbox: bool = False,
    wait: bool = True,
) -> int:
    """`unit`의 제출을 모두 채점하고 표를 보입니다. 종료 코드를 돌려줍니다.

    `course`는 nbgrader 과정 폴더, `workers`는 한꺼번에 채점할 노트북의 수입니다. `cluster`는
    `dask.distributed`의 스케줄러의 주소이고, 주면 거기 이어진 컴퓨터들에서, `executor`를 주면 거기서 실행합니다. `require_sandbox`는 있어야 할 샌드박스의 이름이고, 만들 수 없으면
    `allow_weaker_sandbox`일 때만 채점합니다. 다른 명령이 폴더를 쓰고 있으면 기다리며, `wait`가 거짓이면
    기다리지 않습니다. 채점을 시작할 수 없으면 CourseError.
    """
    outcome = grade_class(
        unit,
        Path(course),
        workers,
        cluster,
        executor=executor,
        require_sandbox=require_sandbox,
        allow_weaker_sandbox=allow_weaker_sandbox,
        wait=wait,
    )
    console = Console()
    table.show(unit, outcome.columns, outcome.rows, console)
    console.print(f"성적표: {outcome.csv}", soft_wrap=True, highlight=False)
    print(after_grading(unit, Path(course)))
    return FAILED if outcome.failed else 0


def grade_class(
    unit: str,
    course: Path,
    workers: int | None = None,
    cluster: str | None = None,
    *,
    executor: Executor | None = None,
    require_sandbox: str = "",
    allow_weaker_sandbox: bool = False,
    wait: bool = True,
) -> Outcome:
    """`grade`에서 표를 보이는 것만 뺀 것."""
    require_course(course, unit)
    with holding(course, "autograder grade", wait=wait):
        folder = CourseFolder(course, unit)
        if require_sandbox:
            folder.api.config.RunNotebook.sandbox = require_sandbox
        if allow_weaker_sandbox:
            folder.api.config.RunNotebook.allow_weaker_sandbox = True
        return _with_workers(folder, workers, cluster, executor)


def _with_workers(
    folder: CourseFolder, workers: int | None, cluster: str | None, executor: Executor | None
) -> Outcome:
    if folder.missing_configuration:
        print(
            "nbgrader_config.py에 다음 두 줄을 넣으면 formgrader도 같은 점수를 줍니다:\n"
            "    from autograder.grading import configure\n"
            "    configure(c)"
        )
    level = RunNotebook(parent=folder.api).level()
    print(told(level), flush=True)
    with contextlib.ExitStack() as stack:
        if cluster is not None:
            joined = stack.enter_context(connected(cluster, level))
            executor, workers = joined.executor, joined.workers
            print(f"일꾼 {workers}개가 함께 실행합니다: {cluster}", flush=True)
        return _graded(folder, workers or default_workers(), executor)


@quick_gradebooks()
def _graded(folder: CourseFolder, workers: int, executor: Executor | None) -> Outcome:
    unit = folder.unit.name
    with explained(folder.root), warnings.catch_warnings():
        # nbgrader's own use of SQLAlchemy; nothing an instructor could do about it.
        warnings.simplefilter("ignore", SAWarning)
        works = [Work(item) for item in folder.submissions()]
        if all(work.submission.status == NOT_SUBMITTED for work in works):
            raise CourseError(
                f"{folder.root}에 {unit} 단원을 제출한 학생이 없습니다.",
                f"submitted/<학생>/{unit}/{folder.notebook}.ipynb로 모은 뒤 다시 실행하세요.",
            )
        if loose := folder.loose_files():
            print(
                f"누구의 것인지 알 수 없어 채점하지 않은 파일: {', '.join(loose)}. "
                f"submitted/<학생>/{unit}/{folder.notebook}.ipynb로 두고 다시 채점하세요."
            )
        back_up(folder.coursedir)
        if note := not_copied(folder.coursedir):
            print(note)
        store, hand_ins = Store(folder.root), HandIns(folder.root, unit)
        # Everybody's file is read before anybody's code runs.
        for work in works:
            read(work, folder, hand_ins)
        batch = Batch(works, lambda work: prepare(work, folder, workers), store)
        at_once = min(workers, len(works))
        with contextlib.ExitStack() as stack:
            # The workers start TensorFlow while this process starts its own.
            limits = RunNotebook(parent=folder.api).limits(workers)
            expected = limits if any(_is_new(work, hand_ins) for work in works) else None
            pool = executor or stack.enter_context(local_pool(at_once, expected))
            import_tensorflow()
            batch.run(pool, at_once)
        batch.run_again(executor)
        store.prune()
        rows = recorded(works, folder, store, hand_ins)
        columns = columns_of(folder)
        table.write_csv(folder.root / CSV, columns, rows)
        last_table.keep(folder.root, unit, rows)
    return Outcome(unit, columns, rows, folder.root / CSV)


def _is_new(work: Work, hand_ins: HandIns) -> bool:
    """채점한 적이 없는 제출인지."""
    return (
        work.handed is not None
        and hand_ins.noted(work.student).get("handed_in") != work.handed.digest
    )


def columns_of(folder: CourseFolder) -> list[Column]:
    """표의 열: 단원의 문제들."""
    return [
        Column(exercise.id, exercise.number, points_of(exercise)) for exercise in folder.exercises
    ]
