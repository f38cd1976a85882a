"""훈련 스텝이나 훈련 루프를 쓰는 문제.

여기 없는 것: 장면을 실행하는 일(`observe.step`), 볼 것과 그 판정(`judge.step`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import AskedItem, Cases, Exercise, Mistake


@dataclass(frozen=True)
class StepLook:
    """`scene`번째 장면에서 볼 것. 무엇을 보는지는 하위 클래스이고, 판정도 거기에 있습니다(`judge.step`)."""

    scene: int


@dataclass(frozen=True)
class StepItem(AskedItem):
    """항목 하나: 이름, 배점, 볼 것들. 모두 맞아야 얻습니다."""

    looks: tuple[StepLook, ...]


@dataclass(frozen=True, kw_only=True)
class StepMistake(Mistake):
    """훈련 스텝의 오해. `about`은 그 오해로 잃는 항목의 이름들입니다(비어 있으면 모두).

    답의 값이 오해와 똑같으면 `about`에 없는 항목은 그 오해 말고는 맞게 한 것이므로 얻습니다.
    """

    about: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StepExercise(Exercise):
    """훈련 스텝이나 훈련 루프를 쓰는 문제.

    `scenes(random)`은 장면들과 배열을 돌려줍니다(`observe.step` 참고). `groups`는
    항목들입니다.
    `alternatives`는 값은 다르지만 역시 맞는 답들입니다. `turns`는 모델 → 먼저 업데이트해도 되는 다른 모델입니다.
    """

    scenes: Cases
    groups: tuple[StepItem, ...]
    form: str = "function"
    alternatives: tuple[Callable[[], Any], ...] = ()
    turns: dict[str, str] = field(default_factory=dict)

    kind: ClassVar[str] = "step"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        scenes, arrays = self.scenes(random)
        return {"name": self.subjects[0], "form": self.form, "scenes": scenes}, arrays
