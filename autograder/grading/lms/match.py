"""LMS의 줄과 성적부의 학생을 맞춥니다. 확실한 것만 맞추고, 나머지는 이유와 함께 말합니다.

여기 없는 것: LMS의 파일을 읽는 일(`grading.lms.sheets`), 제출된 파일의 임자(`grading.course.who`).

번호와 아이디와 메일은 글자까지 같아야 하고, 이름은 양쪽에 하나뿐일 때에만 씁니다.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.grading.course.who import name_key
from autograder.grading.lms.marks import Student

EXACT = ("number", "id", "email", "login")
LOCAL = "local"
"""메일의 앞부분. 로그인 이름과 같으면, 다른 것으로 알 수 없을 때 씁니다."""


@dataclass(frozen=True)
class Line:
    """LMS의 줄 하나에 적힌 것. 비어 있는 것은 LMS가 알려 주지 않은 것입니다."""

    number: str = ""
    id: str = ""
    email: str = ""
    login: str = ""
    name: str = ""

    @property
    def shown(self) -> str:
        """사람에게 보이는 이름."""
        return " ".join(text for text in (self.name, self.id or self.email or self.number) if text)


@dataclass
class Matched:
    """맞춘 것: 줄의 차례 → 학생의 아이디. `doubtful`은 줄의 차례 → 맞추지 않은 이유입니다."""

    found: dict[int, str] = field(default_factory=dict)
    doubtful: dict[int, str] = field(default_factory=dict)


def match(lines: Sequence[Line], students: Sequence[Student], numbers: dict[str, str]) -> Matched:
    """`numbers`는 학생의 아이디 → LMS의 번호입니다."""
    known = {kind: _index(kind, students, numbers) for kind in (*EXACT, LOCAL)}
    names: dict[str, set[str]] = {}
    for student in students:
        for name in _names(student):
            names.setdefault(name, set()).add(student.id)
    repeated = Counter(name_key(line.name) for line in lines)
    made = Matched()
    for place, line in enumerate(lines):
        exact = {_only(known[kind].get(_exact(getattr(line, kind)))) for kind in EXACT} - {""}
        exact = exact or ({_only(known[LOCAL].get(_exact(line.login)))} - {""})
        named = names.get(name_key(line.name), set()) if line.name else set()
        if len(exact) > 1:
            made.doubtful[place] = f"여러 학생을 가리킵니다({', '.join(sorted(exact))})"
        elif exact:
            made.found[place] = exact.pop()
        elif len(named) == 1 and repeated[name_key(line.name)] == 1:
            made.found[place] = next(iter(named))
        elif named:
            made.doubtful[place] = f"이름이 같은 학생이 여럿입니다({', '.join(sorted(named))})"
    for owner, count in Counter(made.found.values()).items():
        if count > 1:
            for place in [place for place, found in made.found.items() if found == owner]:
                del made.found[place]
                made.doubtful[place] = f"학생 {owner}의 줄이 {count}개입니다"
    return made


def _index(kind: str, students: Sequence[Student], numbers: dict[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for student in students:
        for key in _keys(kind, student, numbers):
            if key:
                found.setdefault(_exact(key), set()).add(student.id)
    return found


def _keys(kind: str, student: Student, numbers: dict[str, str]) -> tuple[str, ...]:
    if kind == "number":
        return (numbers.get(student.id, ""),)
    if kind == "email":
        return (student.email,)
    if kind == LOCAL:
        return (student.email.partition("@")[0],)
    own = () if student.made_up else (student.id,)
    return own if kind == "id" else (*own, student.email)


def _names(student: Student) -> set[str]:
    told = [student.name, student.last + student.first, student.first + student.last]
    if not student.last and not student.first:
        told += [one.user for one in student.given.values()]
    return {name_key(name) for name in told} - {""}


def _only(students: set[str] | None) -> str:
    return next(iter(students)) if students is not None and len(students) == 1 else ""


def _exact(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()
