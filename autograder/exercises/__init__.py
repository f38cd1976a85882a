"""문제의 목록. 이 패키지에는 정답이 있으므로 학습자의 코드 곁에서는 불러오지 않습니다.

여기 없는 것: 문제의 종류(`kinds`), 판정(`judge`), 힌트와 답을 보여 주는 일(`learner`).
"""

from __future__ import annotations

import difflib
import functools
import importlib

from autograder.errors import UnknownExercise
from autograder.exercises.units import UNITS
from autograder.kinds import Exercise
from autograder.startup import import_tensorflow


@functools.cache
def unit_exercises(unit: str) -> tuple[Exercise, ...]:
    """단원의 문제들, 노트북에 나오는 순서대로."""
    # Before anything is computed: the CPU cannot be split into devices later.
    import_tensorflow()
    module = importlib.import_module(f"autograder.exercises.{UNITS[unit].module}")
    return tuple(module.EXERCISES)


def all_exercises() -> tuple[Exercise, ...]:
    """강좌의 모든 문제."""
    return tuple(exercise for unit in UNITS for exercise in unit_exercises(unit))


def get(exercise_id: str) -> Exercise:
    """아이디로 문제를 찾습니다. 없으면 비슷한 아이디를 알려 주는 UnknownExercise."""
    prefix = str(exercise_id).partition(".")[0]
    for unit in UNITS.values():
        if unit.module == prefix:
            for exercise in unit_exercises(unit.name):
                if exercise.id == exercise_id:
                    return exercise
    known = [exercise.id for exercise in all_exercises()]
    raise UnknownExercise(
        str(exercise_id), difflib.get_close_matches(str(exercise_id), known, 3, 0.4)
    )
