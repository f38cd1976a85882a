"""여러 장치에서 훈련하는 함수를 쓰는 문제.

여기 없는 것: 장치 둘에서 실행하는 일(`observe.distributed`), 판정(`judge.distributed`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import Cases, Exercise


@dataclass(frozen=True, kw_only=True)
class DistributedExercise(Exercise):
    """`함수(strategy, build_model, x, y)`로 훈련 스텝 하나를 하는 문제.

    `network(random)`은 모델의 설명 하나를 담은 목록과 배열(`x`, `y`, 가중치)을 돌려줍니다.
    손실은 로짓을 받는 `SparseCategoricalCrossentropy`, 옵티마이저는 `SGD(learning_rate)`입니다.
    """

    network: Cases
    learning_rate: float
    replicas: int = 2

    kind: ClassVar[str] = "distributed"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        (network,), arrays = self.network(random)
        return {"network": network, "replicas": self.replicas, "x": "x", "y": "y"}, arrays
