"""누가 도움이 필요하고 무엇에서인가: 낮은 점수, 풀지 않은 문제, 가장 많이 잃은 항목.

여기 없는 것: 학급의 잦은 실수(`grading.report.mistakes`), 단원을 지나며 떨어진 학생(`grading.report.ways`).
"""

from __future__ import annotations

from dataclasses import dataclass

from autograder.grading.report.facts import Asked, Student, UnitFacts
from autograder.grading.report.mistakes import lost, not_run

LINE = 0.6
"""배점의 이 몫에 못 미치면 도움이 필요하다고 봅니다."""
MOST = 2
"""학생마다 보일 잃은 항목의 수."""


@dataclass(frozen=True)
class Loss:
    """한 항목에서 잃은 점수와 들은 말."""

    asked: Asked
    points: float
    message: str


@dataclass(frozen=True)
class InNeed:
    """도움이 필요한 학생: 얻은 몫, 풀지 않은 문제, 실행되지 않은 문제, 점수를 가장 많이 잃은 항목."""

    student: Student
    share: float
    untouched: tuple[Asked, ...]
    not_run: tuple[Asked, ...]
    losses: tuple[Loss, ...]


def in_need(facts: UnitFacts) -> list[InNeed]:
    """배점의 `LINE`에 못 미치거나 풀지 않은 문제가 있는 학생들, 점수가 낮은 차례로."""
    found = []
    for student in facts.scored:
        share = (student.total or 0.0) / facts.points if facts.points else 0.0
        untouched = tuple(
            asked
            for asked in facts.exercises
            if (answer := student.answers.get(asked.id)) is not None
            and not answer.attempted
            and not answer.score
        )
        if share < LINE or untouched:
            missed = tuple(
                asked
                for asked in facts.exercises
                if (answer := student.answers.get(asked.id)) is not None
                and not_run(answer)
                and not answer.score
            )
            found.append(InNeed(student, share, untouched, missed, _losses(facts, student)))
    return sorted(found, key=lambda each: (each.share, each.student.label))


def _losses(facts: UnitFacts, student: Student) -> tuple[Loss, ...]:
    found = []
    for asked in facts.exercises:
        answer = student.answers.get(asked.id)
        if answer is not None:
            found += [
                Loss(asked, item.points - item.score, item.message or item.name)
                for item in lost(answer, asked)
            ]
    return tuple(sorted(found, key=lambda loss: -loss.points)[:MOST])
