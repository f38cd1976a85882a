"""텐서플로 2 / 케라스 3 강좌의 검사기.

여기 없는 것: 명령줄(`cli`), 그림(`figures`), 학급의 채점(`grading`), 노트북을 만드는 일(`authoring`).

노트북에 필요한 것은 모두 여기에 있습니다.

>>> from autograder import check, hint, answer, progress, load_data
>>> check("sequential.mnist", model)
"""

from __future__ import annotations

from typing import Any

from autograder.errors import CourseError, UnknownExercise
from autograder.fonts import use_korean_font_when_needed
from autograder.startup import configure, import_tensorflow

__all__ = [
    "CourseError",
    "UnknownExercise",
    "answer",
    "check",
    "hint",
    "load_data",
    "progress",
    "quiet",
    "ready",
]

_HOMES = {
    "answer": "autograder.learner",
    "check": "autograder.learner",
    "hint": "autograder.learner",
    "progress": "autograder.learner",
    "quiet": "autograder.observe.quiet",
    "ready": "autograder.learner",
    "load_data": "autograder.data",
}

configure()
use_korean_font_when_needed()


def __getattr__(name: str) -> Any:
    # 텐서플로를 불러오는 데 몇 초가 걸리므로 쓸 때 불러옵니다.
    if name in _HOMES:
        import importlib

        # A notebook's first import: TensorFlow's start-up notes would stand under it.
        import_tensorflow()
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'autograder' has no attribute '{name}'")
