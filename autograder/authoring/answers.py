"""맞는 답과 틀린 답의 모음: `solutions/<단원>/answers.py`를 읽습니다.

여기 없는 것: 답이 모자란지 보는 일(`authoring.refusals`), 답을 모두 판정해 보는 일(`tests/test_answers.py`).

>>> @right("sequential.mlp", "add로 하나씩")
... def by_add():
...     ...
...     return model              # 답이 여럿이면 이름 → 객체 딕셔너리

>>> @wrong("sequential.mlp", "두 번째 층이 32개", expect="유닛이 64개여야 하는데 32개입니다")
... def narrow(): ...
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from autograder.errors import CourseError
from autograder.kinds import Exercise

_Make = TypeVar("_Make", bound=Callable[[], Any])


@dataclass(frozen=True)
class Answer:
    """답 하나. 틀린 답이면 `expect`가 Report에 나와야 할 말, 맞는 답이면 빈 문자열입니다.

    `trained`가 False면 맞는 답이라도 정확도 항목은 얻지 못합니다. `never`는 Report에 나오면 안 되는 말들
    (거짓인 조언), `typical`은 그 단원의 학습자가 가장 자주 하는 실수인지입니다.
    """

    exercise: str
    name: str
    make: Callable[[], Any]
    trained: bool = True
    expect: str = ""
    never: tuple[str, ...] = ()
    typical: bool = False

    @property
    def right(self) -> bool:
        """맞는 답인지."""
        return not self.expect

    def subjects(self, exercise: Exercise) -> dict[str, Any]:
        """답을 이름 → 객체로. 문제의 답이 하나면 돌려준 것이 그대로 그 객체입니다."""
        made = self.make()
        if isinstance(made, dict) and set(made) <= set(exercise.subjects):
            return made
        return {exercise.subjects[0]: made}


_COLLECTED: list[Answer] = []


def right(exercise_id: str, style: str, trained: bool = True) -> Callable[[_Make], _Make]:
    """맞는 답을 등록합니다. `style`은 다른 맞는 답과 무엇이 다른지입니다."""

    def register(make: _Make) -> _Make:
        _COLLECTED.append(Answer(exercise_id, style, make, trained))
        return make

    return register


def wrong(
    exercise_id: str,
    what: str,
    expect: str,
    *,
    never: tuple[str, ...] = (),
    typical: bool = False,
) -> Callable[[_Make], _Make]:
    """틀린 답을 등록합니다. `what`은 무엇이 틀렸는지, `expect`는 Report에 나와야 할 말입니다.

    `never`는 나오면 안 되는 말들입니다. 그 단원의 학습자가 가장 자주 하는 실수면 `typical=True`를 줍니다.
    """
    if not expect:
        raise ValueError("wrong()에는 Report에 나와야 할 말(expect)을 주어야 합니다.")

    def register(make: _Make) -> _Make:
        _COLLECTED.append(
            Answer(exercise_id, what, make, expect=expect, never=never, typical=typical)
        )
        return make

    return register


def answers_path(root: Path, unit: str) -> Path:
    """단원의 답 모음이 있는 자리."""
    return root / "solutions" / unit / "answers.py"


def load_answers(unit: str, root: Path) -> tuple[Answer, ...]:
    """단원의 답들. 파일이 없거나 실행되지 않으면 CourseError."""
    path = answers_path(root, unit)
    if not path.is_file():
        raise CourseError(
            f"solutions/{unit}/answers.py가 없습니다.", "맞는 답과 틀린 답을 거기에 적으세요."
        )
    name = f"_autograder_answers_{unit}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    _COLLECTED.clear()
    # Answers define Keras classes, which look their module up by its name.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        sys.modules.pop(name, None)
        raise CourseError(
            f"solutions/{unit}/answers.py를 실행할 수 없습니다: {type(error).__name__}: {error}."
        ) from error
    found = tuple(_COLLECTED)
    _COLLECTED.clear()
    return found
