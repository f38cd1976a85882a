"""훈련 스텝이나 훈련 루프를 쓰는 문제."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.exercise.base import Cases, Exercise
from autograder.protocol import Challenge

Look = tuple[Any, ...]
"""판정할 것 하나: (무엇을, 장면 번호, 더 자세히). 무엇이 있는지는 `judge.step`에 있습니다."""


@dataclass(frozen=True, kw_only=True)
class StepExercise(Exercise):
    """훈련 스텝이나 훈련 루프를 쓰는 문제.

    `scenes(random)`은 장면들과 배열을 돌려줍니다(`observe.step` 참고). `groups`는
    (항목 이름, 배점, 볼 것들)의 목록이며, 볼 것이 모두 참고 답안과 같으면 맞습니다.
    `alternatives`는 값은 다르지만 역시 맞는 답들입니다.
    `heldout(challenge)`은 정확도를 잴 입력과 레이블, `threshold`는 그 문턱입니다.
    """

    scenes: Cases
    groups: tuple[tuple[str, float, tuple[Look, ...]], ...]
    form: str = "function"
    alternatives: tuple[Callable[[], Any], ...] = ()
    heldout: Callable[[Challenge], tuple[np.ndarray, np.ndarray]] | None = None
    threshold: float = 0.0

    kind: ClassVar[str] = "step"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        scenes, arrays = self.scenes(random)
        return {"name": self.subjects[0], "form": self.form, "scenes": scenes}, arrays
