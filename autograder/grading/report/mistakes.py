"""가장 잦은 실수: 판정이 한 말을 항목마다 모아 셉니다.

여기 없는 것: 누가 도움이 필요한지(`grading.report.attention`), 말을 만드는 일(`judge`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.grading.report.facts import Answer, Asked, UnitFacts
from autograder.report import Item

SPREAD = 3
"""수만 다른 말이 이보다 많으면 수를 가리고 한 줄로 셉니다."""
STOPPED = "끝까지 실행되지 않음"
"""답의 코드가 오류나 시간 때문에 멈춘 것을 세는 항목의 이름."""
_NOT_RUN = "실행되지 않았습니다."
# What the judge says of an item that it can look at only after another one is right.
_LATER = re.compile(
    r"확인하지 못했습니다\.$|(같아지면|맞으면) [^.]*(잽니다|비교합니다|확인합니다)\.$"
)
HIDDEN = "…"

# A list, what stands between backquotes, or a number that is no part of a name.
_VALUE = re.compile(r"\[[^\]]*\]|`[^`]*`|(?<![A-Za-z_])[-−]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class Variant:
    """한 항목에서 나온 말 하나와, 들은 학생들. `merged`면 수를 가리고 모은 것입니다."""

    message: str
    students: tuple[str, ...]
    merged: bool = False


@dataclass(frozen=True)
class Mistake:
    """한 문제의 한 항목에서 점수를 잃은 학생들과 들은 말들. 예는 그 가운데 한 학생의 것입니다."""

    exercise: Asked
    item: str
    students: tuple[str, ...]
    variants: tuple[Variant, ...]
    attempted: int
    """그 문제를 푼 학생의 수."""
    example_student: str = ""
    example_message: str = ""
    example_advice: str = ""
    example_code: str = ""

    @property
    def share(self) -> float:
        """푼 학생 가운데 이 항목을 놓친 학생의 몫."""
        return len(self.students) / self.attempted if self.attempted else 0.0


@dataclass
class _Found:
    """한 항목에서 잃은 것들: (학생, 말, 조언, 코드)."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)


def lost(answer: Answer, asked: Asked) -> list[Item]:
    """답이 잃은 항목 가운데 스스로 말하는 것, 많이 잃은 것부터.

    앞의 것 때문에 확인하지 못한 항목과 거기까지 실행되지 않은 답은 실수가 아니므로 빠집니다. 강사가 만점을 주었으면
    잃은 것이 없습니다.
    """
    if not answer.attempted or answer.score >= asked.points or not_run(answer):
        return []
    found = [item for item in answer.items if not item.passed and not unseen(item)]
    if answer.note and (not found or _is_error(answer.note)):
        missing = asked.points - answer.score if not found else 0.0
        found.append(Item(STOPPED, missing, 0.0, answer.note))
    return sorted(found, key=lambda item: item.score - item.points)


def _is_error(note: str) -> bool:
    return "오류가 났습니다" in note


def unseen(item: Item) -> bool:
    """앞의 이유로 확인하지 못한 항목인지."""
    return _LATER.search(item.message) is not None


def not_run(answer: Answer) -> bool:
    """앞에서 멈추어 이 문제의 검사까지 가지 못했는지."""
    return answer.note.endswith(_NOT_RUN)


def mistakes(facts: UnitFacts) -> list[Mistake]:
    """단원의 실수들, 많은 학생이 한 것부터."""
    made = []
    for asked in facts.exercises:
        found: dict[str, _Found] = {}
        attempted = 0
        for student in facts.students:
            answer = student.answers.get(asked.id)
            if answer is None or not answer.attempted or not student.readable:
                continue
            attempted += 1
            for item in lost(answer, asked):
                row = (student.label, item.message or item.name, item.advice, answer.code)
                found.setdefault(item.name, _Found()).rows.append(row)
        made += [_mistake(asked, name, each.rows, attempted) for name, each in found.items()]
    return sorted(made, key=lambda each: -len(each.students))


def _mistake(
    asked: Asked, item: str, rows: list[tuple[str, str, str, str]], attempted: int
) -> Mistake:
    said = variants([(student, message) for student, message, _, _ in rows])
    often = set(said[0].students)
    # The shortest cell shows the mistake with the least around it.
    student, message, advice, code = min(
        (row for row in rows if row[0] in often), key=lambda row: (not row[3], len(row[3]))
    )
    students = tuple(dict.fromkeys(row[0] for row in rows))
    return Mistake(asked, item, students, tuple(said), attempted, student, message, advice, code)


def variants(said: Sequence[tuple[str, str]]) -> list[Variant]:
    """(학생, 말)을 말마다 모읍니다, 많은 것부터. 수만 다른 말이 `SPREAD`보다 많으면 하나로 모읍니다."""
    exact: dict[str, list[str]] = {}
    for student, message in said:
        exact.setdefault(message, []).append(student)
    alike: dict[str, list[str]] = {}
    for message in exact:
        alike.setdefault(skeleton(message), []).append(message)
    made = []
    for messages in alike.values():
        if len(messages) > SPREAD:
            students = [student for message in messages for student in exact[message]]
            made.append(Variant(merged(messages), tuple(dict.fromkeys(students)), merged=True))
        else:
            made += [Variant(message, tuple(dict.fromkeys(exact[message]))) for message in messages]
    return sorted(made, key=lambda each: -len(each.students))


def skeleton(message: str) -> str:
    """수와 값을 가린 말."""
    return _VALUE.sub(HIDDEN, message)


def merged(messages: Sequence[str]) -> str:
    """뼈대가 같은 말들을 하나로: 저마다 다른 수와 값만 가립니다."""
    columns = zip(*(_VALUE.findall(message) for message in messages), strict=True)
    shown = iter([found[0] if len(set(found)) == 1 else HIDDEN for found in columns])
    return _VALUE.sub(lambda _: next(shown), messages[0])
