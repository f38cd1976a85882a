"""`autograder rejudge`: 보관한 관찰로 한 학급을 다시 판정합니다. 노트북은 실행하지 않습니다.

여기 없는 것: 처음 채점하는 일(`grading.grade`), 보관하는 법(`grading.store`).

판정을 고쳤거나 배점을 바꾼 뒤에 씁니다. 점수가 달라진 학생과 이유를 보이고, `--write`를 줄 때만 적습니다.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import SAWarning

from autograder.errors import CourseError
from autograder.grading import last_table, table
from autograder.grading.course.backup import back_up, not_copied
from autograder.grading.course.database import quick_gradebooks
from autograder.grading.course.folder import CourseFolder, require_course
from autograder.grading.course.hold import holding
from autograder.grading.course.trouble import explained
from autograder.grading.grade import CSV, columns_of
from autograder.grading.hand_ins import HandIns
from autograder.grading.judging import judged
from autograder.grading.progress import progress
from autograder.grading.recording import recorded
from autograder.grading.report.command import after_grading
from autograder.grading.run.pool import default_workers
from autograder.grading.store import Graded, Observed, Store, asked_by, judging_version
from autograder.grading.work import Work, prepare, read
from autograder.report import Item, Report, number_text
from autograder.startup import import_tensorflow

FEW = 8
"""이보다 적으면 프로세스를 더 켜지 않습니다."""
NOT_KEPT = "보관한 관찰이 없습니다"
ASKED_ANEW = "묻는 것이 바뀌었습니다"


@dataclass(frozen=True)
class Change:
    """한 학생의 한 문제: 전과 후의 점수, 달라진 이유."""

    student: str
    number: str
    before: float
    after: float
    reasons: tuple[str, ...]


@dataclass
class Rejudged:
    """다시 판정한 결과. `left`는 다시 판정하지 못한 학생과 이유입니다."""

    students: int = 0
    changes: list[Change] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    graded: dict[str, Graded] = field(default_factory=dict)
    """열쇠 → 새로 판정한 것 가운데 전과 다른 것."""

    def different(self, student: str) -> bool:
        """학생의 점수가 달라졌는지."""
        return any(change.student == student for change in self.changes)


def rejudge(
    unit: str,
    course: Path | str = ".",
    workers: int | None = None,
    *,
    write: bool = False,
    wait: bool = True,
) -> int:
    """`unit`을 다시 판정해 달라진 점수를 보이고, `write`면 성적부와 피드백에 적습니다.

    종료 코드를 돌려줍니다. 채점한 적이 없거나 과정 폴더가 잘못되었으면 CourseError.
    """
    require_course(Path(course), unit)
    import_tensorflow()
    with holding(Path(course), "autograder rejudge", wait=wait):
        return _rejudge(CourseFolder(Path(course), unit, may_differ=True), workers, write)


def _rejudge(folder: CourseFolder, workers: int | None, write: bool) -> int:
    unit = folder.unit.name
    store, hand_ins = Store(folder.root), HandIns(folder.root, unit)
    with explained(folder.root), warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        found = rejudged(store, hand_ins, workers or default_workers())
        if not found.students:
            raise CourseError(
                f"{folder.root}에는 {unit} 단원을 채점한 기록이 없습니다.",
                f"먼저 autograder grade {unit}으로 채점하세요.",
            )
        show(unit, found, Console())
        if write and found.changes:
            _write(folder, store, hand_ins, found)
        elif found.changes:
            print("아무것도 적지 않았습니다. 적으려면 --write를 붙이세요.")
    return 0


def rejudged(store: Store, hand_ins: HandIns, workers: int) -> Rejudged:
    """보관한 관찰을 모두 다시 판정합니다. 아무것도 쓰지 않습니다."""
    made = Rejudged()
    owners: dict[str, list[str]] = {}
    for student in hand_ins.students():
        made.students += 1
        if key := hand_ins.noted(student).get("key"):
            owners.setdefault(key, []).append(student)
    wanted: list[tuple[str, Observed]] = []
    for key, students in owners.items():
        observed = store.observed(key)
        reason = "" if observed is not None and store.get(key) is not None else NOT_KEPT
        if observed is not None and any(
            asked != asked_by(exercise) for exercise, asked in observed.asked.items()
        ):
            reason = ASKED_ANEW
        if observed is None or reason:
            made.left |= dict.fromkeys(students, reason)
        else:
            wanted.append((key, observed))
    with progress(len(wanted), "판정") as advance:
        for key, reports in _judged(wanted, workers):
            before = store.get(key)
            if before is not None:
                changes = [
                    change
                    for student in owners[key]
                    for change in _changes(student, before.reports, reports)
                ]
                made.changes += changes
                if changes:
                    made.graded[key] = replace(before, reports=reports, judged_by=judging_version())
            advance()
    made.changes.sort(key=lambda change: (change.student, change.number))
    return made


def _judged(
    wanted: list[tuple[str, Observed]], workers: int
) -> Iterable[tuple[str, dict[str, Report]]]:
    if len(wanted) <= FEW or workers == 1:
        for key, observed in wanted:
            yield key, judged(observed)
        return
    # Spawned, not forked: this process has TensorFlow's threads.
    with ProcessPoolExecutor(workers, get_context("spawn"), import_tensorflow) as pool:
        keys = [key for key, _ in wanted]
        yield from zip(keys, pool.map(judged, (observed for _, observed in wanted)), strict=True)


def _changes(student: str, before: dict[str, Report], after: dict[str, Report]) -> list[Change]:
    found = []
    for exercise, new in after.items():
        old = before.get(exercise)
        if old is not None and (old.score, old.points) != (new.score, new.points):
            found.append(Change(student, new.number, old.score, new.score, _reasons(old, new)))
    return found


def _reasons(old: Report, new: Report) -> tuple[str, ...]:
    """항목마다 무엇이 달라졌는지."""
    if old.attempted != new.attempted:
        return (new.headline,)
    was = {item.name: item for item in old.items}
    now = {item.name: item for item in new.items}
    said = [f"'{name}' 항목이 없어졌습니다" for name in was if name not in now]
    for name, item in now.items():
        said += _reason(was.get(name), item)
    if old.note != new.note and new.note:
        said.append(new.note)
    return tuple(said)


def _reason(old: Item | None, new: Item) -> list[str]:
    if old is None:
        return [f"'{new.name}' 항목이 생겼습니다({number_text(new.score)}점)"]
    if old.points != new.points:
        points = f"{number_text(old.points)} → {number_text(new.points)}점"
        return [f"'{new.name}'의 배점이 바뀌었습니다({points})"]
    if old.score == new.score:
        return []
    return [f"✔ {new.name}" if new.passed else f"✘ {new.message or new.name}"]


def show(unit: str, found: Rejudged, console: Console) -> None:
    """달라진 점수와 이유의 표."""
    shown = Table(title=f"{unit} 다시 판정한 결과", show_lines=True)
    shown.add_column("학생", no_wrap=True)
    shown.add_column("문제")
    shown.add_column("전", justify="right")
    shown.add_column("후", justify="right")
    shown.add_column("달라진 이유", overflow="fold", min_width=24)
    for change in found.changes:
        shown.add_row(
            Text(change.student),
            change.number,
            number_text(change.before),
            Text(number_text(change.after), "green" if change.after > change.before else "red"),
            Text("\n".join(change.reasons)),
        )
    if found.changes:
        console.print(shown)
    changed = len({change.student for change in found.changes})
    console.print(f"학생 {found.students}명 가운데 {changed}명의 점수가 달라졌습니다.")
    for reason in (NOT_KEPT, ASKED_ANEW):
        students = [student for student, said in found.left.items() if said == reason]
        if students:
            console.print(
                f"{reason}: {', '.join(students)}. autograder grade {unit}으로 다시 실행하세요.",
                soft_wrap=True,
                highlight=False,
                markup=False,
            )


@quick_gradebooks()
def _write(folder: CourseFolder, store: Store, hand_ins: HandIns, found: Rejudged) -> None:
    """달라진 학생만 성적부와 피드백에 적습니다. 손으로 준 점수는 그대로입니다."""
    if copy := back_up(folder.coursedir):
        print(f"바꾸기 전의 성적부: {copy.relative_to(folder.root)}")
    elif note := not_copied(folder.coursedir):
        print(note)
    folder.take_points()
    for key, graded in found.graded.items():
        store.put(key, graded)
    works = [Work(item) for item in folder.submissions()]
    for work in works:
        read(work, folder, hand_ins)
        prepare(work, folder, 1)
        if work.key and hand_ins.noted(work.student).get("key") != work.key:
            work.failure = "채점한 뒤에 새로 낸 것이 있습니다. autograder grade로"
    rows = recorded(works, folder, store, hand_ins, only=found.different)
    table.write_csv(folder.root / CSV, columns_of(folder), rows)
    last_table.keep(folder.root, folder.unit.name, rows)
    print(f"성적표: {folder.root / CSV}")
    print(after_grading(folder.unit.name, folder.root))
