"""층이나 모델의 클래스를 정의하는 문제."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.exercise.base import Cases, Exercise


@dataclass(frozen=True, kw_only=True)
class LayerExercise(Exercise):
    """층이나 모델의 클래스를 정의하는 문제.

    `objects(random)`은 만들 객체들과 배열을 돌려줍니다. `groups`는 (항목 이름, 배점, 비교 방법,
    (객체 번호, 호출 번호)들)의 목록입니다. 비교 방법은 "equal"(참고 답안과 같은 값),
    "noise"(훈련 모드에서 참고 답안과 같은 평균과 분산) 가운데 하나입니다.
    """

    objects: Cases
    groups: tuple[tuple[str, float, str, tuple[tuple[int, int], ...]], ...]
    base: str = "model"

    kind: ClassVar[str] = "layer"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        objects, arrays = self.objects(random)
        facts = {
            "name": self.subjects[0],
            "objects": objects,
            "seed": int(random.randint(2**31)),
        }
        return facts, arrays
