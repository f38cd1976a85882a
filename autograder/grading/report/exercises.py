"""문제마다: 정답률, 변별도, 풀지 않은 학생, 실행 시간, 그리고 다시 볼 이유.

여기 없는 것: 셈의 식(`grading.report.statistics`), 문제의 정의(`exercises`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.grading.report.facts import Asked, Student, UnitFacts
from autograder.grading.report.mistakes import STOPPED, Mistake
from autograder.grading.report.statistics import FEWEST, discrimination, mean, median

HARD = 0.3
"""정답률이 이보다 낮으면 다시 보라고 합니다."""
OFTEN, OFTEN_STUDENTS = 0.4, 3
"""한 항목을 푼 학생의 이만큼이, 그리고 적어도 이 수가 놓치면 다시 보라고 합니다. 학생이 이보다 적으면 몫도 말하지 않습니다."""
LEFT = 0.3
"""이만큼이 풀지 않았으면 다시 보라고 합니다."""


@dataclass(frozen=True)
class ExerciseView:
    """문제 하나의 통계. 학생의 수 넷의 합은 채점할 수 있던 노트북의 수입니다."""

    asked: Asked
    full: int
    partial: int
    wrong: int
    untouched: int
    facility: float
    """정답률: 배점 가운데 얻은 몫의 평균."""
    discrimination: float | None
    silence: str
    """변별도를 말할 수 없는 이유."""
    seconds: float | None
    longest: float | None
    flags: tuple[str, ...]

    @property
    def students(self) -> int:
        """채점할 수 있던 노트북의 수."""
        return self.full + self.partial + self.wrong + self.untouched


def exercise_views(facts: UnitFacts, mistakes: Sequence[Mistake]) -> list[ExerciseView]:
    """단원의 문제들, 노트북에 나오는 순서대로."""
    students = [student for student in facts.students if student.readable]
    totals = [sum(answer.score for answer in student.answers.values()) for student in students]
    return [_view(asked, students, totals, mistakes) for asked in facts.exercises]


def _view(
    asked: Asked,
    students: Sequence[Student],
    totals: Sequence[float],
    mistakes: Sequence[Mistake],
) -> ExerciseView:
    answers = [student.answers.get(asked.id) for student in students]
    scores = [answer.score if answer is not None else 0.0 for answer in answers]
    left = sum(answer is None or (not answer.attempted and not answer.score) for answer in answers)
    full = sum(score >= asked.points for score in scores)
    partial = sum(0 < score < asked.points for score in scores)
    facility = mean([score / asked.points for score in scores]) if asked.points else 0.0
    found = discrimination(scores, totals)
    silence = "" if found is not None else _silence(scores, totals)
    seconds = [
        a.seconds for a in answers if a is not None and a.attempted and a.seconds is not None
    ]
    view = ExerciseView(
        asked,
        full,
        partial,
        len(students) - full - partial - left,
        left,
        facility,
        found,
        silence,
        median(seconds) if seconds else None,
        max(seconds) if seconds else None,
        (),
    )
    flags = _flags(view, [each for each in mistakes if each.exercise.id == asked.id])
    return ExerciseView(**{**vars(view), "flags": tuple(flags)})


def _silence(scores: Sequence[float], totals: Sequence[float]) -> str:
    if len(scores) < FEWEST:
        return "학생이 적어 말할 수 없습니다."
    if max(scores) - min(scores) < 1e-9:
        return "모두 같은 점수라 말할 수 없습니다."
    return "비교할 다른 점수가 없어 말할 수 없습니다."


def _flags(view: ExerciseView, mistakes: Sequence[Mistake]) -> list[str]:
    """다시 볼 이유들."""
    said = []
    if view.discrimination is not None and view.discrimination <= 0:
        said.append(
            "다른 문제를 잘한 학생이 이 문제를 더 잘하지는 않았습니다. "
            "명세가 다르게 읽히지 않는지, 판정이 맞는지 살펴보세요."
        )
    if view.students >= OFTEN_STUDENTS and view.facility < HARD:
        said.append(
            f"배점의 {view.facility:.0%}만 얻었습니다. "
            "수업에서 다시 다루거나 힌트를 더하는 것이 좋겠습니다."
        )
    for mistake in mistakes:
        count = len(mistake.students)
        if count >= OFTEN_STUDENTS and mistake.share >= OFTEN:
            what = (
                "의 코드가 끝까지 실행되지 않았습니다"
                if mistake.item == STOPPED
                else f"이 '{mistake.item}' 항목을 놓쳤습니다"
            )
            said.append(f"푼 {mistake.attempted}명 가운데 {count}명{what}.")
    if view.students >= OFTEN_STUDENTS and view.untouched / view.students >= LEFT:
        said.append(f"{view.students}명 가운데 {view.untouched}명이 풀지 않았습니다.")
    return said
