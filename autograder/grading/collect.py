"""`autograder collect`: LMS에서 받은 zip과 폴더를 과정 폴더의 `submitted/`에 나누어 놓습니다.

여기 없는 것: 임자를 알아내는 일(`grading.course.who`), 제출 시각을 읽는 일(`grading.course.timestamps`), 채점(`grading.grade`).

먼저 무엇이 누구의 것으로 어디에 놓이는지 표로 보입니다. 조용히 덮어쓰는 것은 없습니다. 전에 있던 것과 앞선 제출은
`.autograder/attempts/`에 때와 함께 남습니다.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.errors import CourseError
from autograder.exercises.units import UNITS
from autograder.grading.course.archives import MARKS, SECRET, Entry, entries
from autograder.grading.course.hold import holding, wait_for_gradebook
from autograder.grading.course.locate import Candidate, described
from autograder.grading.course.timestamps import FILE as TIMESTAMP
from autograder.grading.course.timestamps import decoded, parsed
from autograder.grading.course.trouble import explained
from autograder.grading.course.who import Owner, Roster, listed, owner, read_roster
from autograder.grading.files import write
from autograder.grading.lms.names import CANVAS, remember
from autograder.korean import with_particle
from autograder.startup import import_tensorflow

NEW, SAME, REPLACED, EARLIER = "새로", "이미 있음", "바꿈", "앞선 제출"


@dataclass(frozen=True)
class HandedIn:
    """찾은 노트북 하나와 임자."""

    entry: Entry
    found: Candidate
    owner: Owner
    secret: bytes = b""
    """교환 폴더에서 곁에 있던 `SECRET`의 내용."""

    @property
    def order(self) -> tuple[bool, datetime, int, datetime]:
        """나중의 것이 큽니다. 손대지 않은 것은 언제나 앞입니다."""
        never = datetime.min
        told = self.owner.when.replace(tzinfo=None) if self.owner.when else never
        return self.found.solved > 0, told, self.owner.attempt, self.entry.when or never


@dataclass
class Collected:
    """놓을 것과 알아보지 못한 것."""

    chosen: dict[str, HandedIn] = field(default_factory=dict)
    earlier: list[HandedIn] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    """알아보지 못한 파일 → 이유."""


def collect(
    unit: str,
    files: Sequence[Path],
    course: Path | str = ".",
    roster: Path | None = None,
    *,
    dry_run: bool = False,
    wait: bool = True,
) -> int:
    """`files`의 노트북을 `course`의 submitted/에 놓습니다. 놓을 것이 하나도 없으면 CourseError."""
    import_tensorflow()
    if unit not in UNITS:
        raise CourseError(f"'{unit}'라는 단원은 없습니다.", f"단원: {', '.join(UNITS)}.")
    for path in files:
        if not path.exists():
            raise CourseError(
                f"{with_particle(str(path), '이', '가')} 없습니다.", "경로를 다시 확인하세요."
            )
    known = read_roster(roster) if roster is not None else Roster()
    found = sort_out(unit, files, known)
    root = Path(course)
    console = Console()
    _show(unit, found, root, known, console)
    if not found.chosen:
        raise CourseError(
            f"{unit} 단원의 노트북을 하나도 찾지 못했습니다.",
            "받은 zip이나 폴더를 그대로 주었는지, 단원의 이름이 맞는지 확인하세요.",
        )
    if dry_run:
        console.print("아무것도 쓰지 않았습니다. --dry-run 없이 실행하면 놓습니다.")
        return 0
    with holding(root, "autograder collect", wait=wait), explained(root):
        for student, handed in found.chosen.items():
            _place(root, unit, student, handed)
        for handed in found.earlier:
            _keep(
                root, unit, handed.owner.student, handed.entry.data, handed.order[1], handed.entry
            )
        given = {name: one.owner.given for name, one in found.chosen.items() if one.owner.given}
        remember(root, unit, given)
        if known.people:
            _name(root, known)
    console.print(
        f"이제 채점하세요: autograder grade {unit} --course {root}", soft_wrap=True, highlight=False
    )
    return 0


def sort_out(unit: str, files: Sequence[Path], roster: Roster) -> Collected:
    """누구의 무엇인지 가립니다. 아무것도 쓰지 않습니다."""
    made = Collected()
    notebook = Path(UNITS[unit].notebook).stem
    theirs: dict[str, list[HandedIn]] = {}
    for path in files:
        found = list(entries(path))
        marks = {entry.name: entry.data for entry in found if _is_mark(entry)}
        for entry in found:
            if entry.name in marks:
                continue
            reason, handed = _understood(entry, unit, notebook, roster)
            if handed is None:
                made.left[entry.name] = reason
            else:
                handed = _with_marks(handed, marks)
                theirs.setdefault(handed.owner.student, []).append(handed)
    for student, several in sorted(theirs.items()):
        *earlier, last = sorted(several, key=lambda each: each.order)
        made.chosen[student] = last
        seen = {last.entry.data}
        for handed in earlier:
            if handed.entry.data not in seen:
                made.earlier.append(handed)
                seen.add(handed.entry.data)
    return made


def _is_mark(entry: Entry) -> bool:
    return not entry.trouble and entry.name.rpartition("/")[2] in MARKS


def _with_marks(handed: HandedIn, marks: dict[str, bytes]) -> HandedIn:
    """곁에 있던 nbgrader의 파일에서 낸 때(이름에 없을 때)와 비밀을 더합니다."""
    folder = handed.entry.name.rpartition("/")[0]
    told = parsed(decoded(marks.get(f"{folder}/{TIMESTAMP}", b"")[:100]))
    when = handed.owner.when or (told.astimezone(UTC) if told else None)
    secret = marks.get(f"{folder}/{SECRET}", b"")
    return replace(handed, owner=replace(handed.owner, when=when), secret=secret)


def _understood(
    entry: Entry, unit: str, notebook: str, roster: Roster
) -> tuple[str, HandedIn | None]:
    if entry.trouble:
        return entry.trouble, None
    found = described(entry.name, entry.data)
    if found.unit and found.unit != unit:
        return f"{found.unit} 단원의 노트북입니다", None
    whose = owner(entry.name, unit, notebook, roster)
    if not whose.student:
        if not whose.name:
            return "누구의 것인지 알 수 없습니다", None
        return f"명단에 {with_particle(repr(whose.name), '이', '가')} 없습니다", None
    if not found.unit:
        return "이 강좌의 노트북이 아니거나 깨진 파일입니다", None
    return "", HandedIn(entry, found, whose)


def _target(root: Path, unit: str, student: str) -> Path:
    return root / "submitted" / student / unit / Path(UNITS[unit].notebook).name


def _what(target: Path, data: bytes) -> str:
    if not target.is_file():
        return NEW
    return SAME if target.read_bytes() == data else REPLACED


def _place(root: Path, unit: str, student: str, handed: HandedIn) -> None:
    target = _target(root, unit, student)
    what = _what(target, handed.entry.data)
    secret = target.with_name(SECRET)
    if handed.secret:
        write(secret, handed.secret)
    if what == SAME:
        return
    if not handed.secret:
        # It belongs to the one before.
        secret.unlink(missing_ok=True)
    if what == REPLACED:
        before = datetime.fromtimestamp(target.stat().st_mtime)
        _keep(root, unit, student, target.read_bytes(), before, handed.entry)
    write(target, handed.entry.data)
    stamp = target.with_name(TIMESTAMP)
    if handed.owner.when is not None:
        write(stamp, f"{handed.owner.when:%Y-%m-%d %H:%M:%S} UTC\n".encode())
    elif stamp.is_file():
        # The time of the earlier one is not the time of this one.
        stamp.unlink()


def _keep(root: Path, unit: str, student: str, data: bytes, when: datetime, entry: Entry) -> None:
    """앞선 제출을 때와 함께 남깁니다."""
    moment = when if when != datetime.min else entry.when
    told = f"{moment:%Y-%m-%d_%H%M%S}" if moment else "때 모름"
    mark = hashlib.sha256(data).hexdigest()[:8]
    write(root / ".autograder" / "attempts" / unit / student / f"{told}_{mark}.ipynb", data)


def _name(root: Path, roster: Roster) -> None:
    """명단의 이름을 성적부에 적습니다."""
    from autograder.grading.course.folder import course_directory, open_gradebook

    wait_for_gradebook(course_directory(root).db_url)
    with open_gradebook(root) as gradebook:
        for person in roster.people:
            last, first = (person.last, person.first) if person.last else ("", person.name)
            told = {"email": person.email, "lms_user_id": person.canvas}
            gradebook.update_or_create_student(
                person.id,
                first_name=first,
                last_name=last,
                **{name: text for name, text in told.items() if text},
            )


def _given_file(handed: HandedIn) -> str:
    return handed.entry.name.partition("/")[0]


def _shown(handed: HandedIn, one: bool) -> str:
    """파일의 이름. 준 것이 하나뿐이면 그 이름은 뺍니다."""
    inside = handed.entry.name.partition("/")[2]
    return inside if one and inside else handed.entry.name


def _late(handed: HandedIn) -> bool:
    """캔버스가 파일의 이름에 늦었다고 적었는지."""
    given = handed.owner.given
    return given is not None and given.lms == CANVAS and given.name.split("_")[1:2] == ["LATE"]


def _show(unit: str, found: Collected, root: Path, roster: Roster, console: Console) -> None:
    table = Table(title=f"{unit} 모으기", show_lines=False)
    for name in ("학생", "이름", "파일", "", "알아본 법"):
        table.add_column(name, overflow="fold")
    handed_in = [*found.chosen.values(), *found.earlier]
    one = len({_given_file(handed) for handed in handed_in}) == 1
    for student, handed in found.chosen.items():
        what = _what(_target(root, unit, student), handed.entry.data)
        late = ", 늦게 냄" if _late(handed) else ""
        note = "" if handed.found.solved else " (받은 그대로)"
        table.add_row(
            Text(student),
            Text(handed.owner.name),
            Text(_shown(handed, one)),
            what + late + note,
            handed.owner.how,
        )
    for handed in found.earlier:
        earlier = Text(_shown(handed, one), "dim")
        table.add_row(Text(handed.owner.student, "dim"), "", earlier, EARLIER, "")
    console.print(table)
    if found.left:
        console.print(f"놓지 않은 파일 {len(found.left)}개:")
        for name, reason in list(found.left.items())[:30]:
            console.print(f"  {name}: {reason}", markup=False, highlight=False, soft_wrap=True)
        if len(found.left) > 30:
            console.print(f"  … 그 밖에 {len(found.left) - 30}개")
    missing = [
        f"{person.id} {person.name}".strip()
        for person in roster.people
        if person.id not in found.chosen
    ]
    if missing:
        console.print(
            f"명단에 있으나 낸 것이 없는 학생 {len(missing)}명: {listed(missing)}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
