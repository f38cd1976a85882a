"""단원을 지나며 학생마다 걸어온 길: 단원마다 얻은 몫, 학급의 평균, 떨어진 학생.

여기 없는 것: 한 단원 안에서 도움이 필요한 학생(`grading.report.attention`).
"""

from __future__ import annotations

from dataclasses import dataclass

from autograder.grading.report.facts import ClassFacts, Share
from autograder.grading.report.statistics import fall, mean

FELL = 0.2
"""학급의 평균과 비교해 이만큼 떨어졌으면 강조합니다."""


@dataclass(frozen=True)
class Way:
    """한 학생의 길. `fell`은 마지막 단원에서 전보다 떨어진 만큼입니다.

    `stopped`면 학급의 절반 넘게 낸 마지막 단원을 내지 않았습니다.
    """

    student: str
    shares: tuple[Share, ...]
    fell: float
    stopped: bool

    @property
    def marked(self) -> bool:
        """강조할 학생인지."""
        return self.fell >= FELL or self.stopped


def averages(facts: ClassFacts) -> list[float]:
    """단원마다 낸 학생들의 평균 몫."""
    columns: list[list[float]] = [[] for _ in facts.order]
    for shares in facts.ways.values():
        for column, share in zip(columns, shares, strict=True):
            if share.value is not None:
                column.append(share.value)
    return [mean(column) for column in columns]


def ways(facts: ClassFacts) -> list[Way]:
    """학생마다의 길. 단원이 둘이 되지 않으면 비어 있습니다. 강조할 학생이 먼저입니다."""
    if len(facts.order) < 2:
        return []
    usual = averages(facts)
    # While only a few have handed in, the others are not late.
    last = [shares[-1].value is not None for shares in facts.ways.values()]
    due = 2 * sum(last) > len(last)
    made = []
    for student, shares in facts.ways.items():
        values = [share.value for share in shares]
        before = any(value is not None for value in values[:-1])
        fell = fall(values, usual) if values[-1] is not None else 0.0
        made.append(Way(student, shares, fell, due and before and values[-1] is None))
    return sorted(made, key=lambda way: (not way.marked, -way.fell, way.student))
