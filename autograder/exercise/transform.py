"""모델을 받아 모델을 돌려주는 함수를 쓰는 문제."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.exercise.base import Cases, Exercise


@dataclass(frozen=True, kw_only=True)
class TransformExercise(Exercise):
    """모델을 받아 모델을 돌려주는 함수를 쓰는 문제.

    `bases(random)`은 넣을 모델들(`{"class": …, "config": …, "inputs": 구조}`)과 배열을 돌려줍니다.
    `groups`는 (항목 이름, 배점, 번호들)의 목록이며, 번호의 결과가 모두 참고 답안과 같으면 맞습니다.
    """

    bases: Cases
    groups: tuple[tuple[str, float, tuple[int, ...]], ...]

    kind: ClassVar[str] = "transform"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        from autograder.observe.probe import same_randomness

        with same_randomness():
            bases, arrays = self.bases(random)
        bases = [base | {"seed": int(random.randint(2**31))} for base in bases]
        return {"name": self.subjects[0], "bases": bases}, arrays
