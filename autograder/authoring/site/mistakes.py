"""자주 하는 실수 하나씩의 Report: 틀렸을 때 무엇이 나오는지 보여 줍니다.

여기 없는 것: 틀린 답의 모음(`authoring.answers`), 판정(`judge`), 쪽에 넣는 일(`authoring.site.cells`).
"""

from __future__ import annotations

from pathlib import Path

from autograder.authoring.answers import Answer, load_answers
from autograder.exercises import unit_exercises
from autograder.exercises.units import Unit
from autograder.judge import judge
from autograder.kinds import Exercise
from autograder.observe import observe
from autograder.report import Report

TRIED = 3
"""한 문제에서 해 보는 실수의 수. 점수를 조금이라도 얻은 것을 먼저 고릅니다."""


def mistakes(unit: Unit, root: Path) -> dict[str, str]:
    """문제의 아이디 → 자주 하는 실수를 판정한 Report의 HTML. 답의 코드는 들어 있지 않습니다."""
    typical = [answer for answer in load_answers(unit.name, root) if answer.typical]
    found = {}
    for exercise in unit_exercises(unit.name):
        own = [answer for answer in typical if answer.exercise == exercise.id][:TRIED]
        reports = [_judged(exercise, answer) for answer in own]
        wrong = [report for report in reports if report.attempted and not report.passed]
        if wrong:
            partly = [report for report in wrong if report.score]
            found[exercise.id] = (partly or wrong)[0].to_html()
    return found


def _judged(exercise: Exercise, answer: Answer) -> Report:
    import keras

    keras.utils.set_random_seed(42)
    challenge = exercise.challenge(0)
    return judge(exercise, challenge, observe(challenge, answer.subjects(exercise)))
