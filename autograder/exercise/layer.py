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
    (객체 번호, 번호)들)의 목록입니다. 번호는 비교 방법에 따라 `calls`나 `uses`의 번호입니다.

    - "equal": 호출의 결과가 참고 답안과 같은 값
    - "noise": 훈련 모드에서 참고 답안과 같은 드롭아웃이고, 바로 앞의 호출(같은 입력)과는 다른 자리를
      버림(같은 행을 되풀이한 입력)
    - "gaussian": 입력에 참고 답안과 같은 정규분포의 잡음을 더함
    - "fresh noise": "gaussian"이면서 바로 앞의 호출(같은 입력)과 다른 잡음
    - "use": 층을 새로 만들어 쓴 일(`observe.layer_uses`)의 결과가 같음
    - "graph noise": `uses`의 "graph"에서 부를 때마다 새 잡음

    `fill`이 "trainable"이면 훈련 가능한 가중치만 채우고 견줍니다.
    """

    objects: Cases
    groups: tuple[tuple[str, float, str, tuple[tuple[int, int], ...]], ...]
    base: str = "model"
    fill: str = "all"
    weights_title: str = "가중치의 수와 모양"

    kind: ClassVar[str] = "layer"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        objects, arrays = self.objects(random)
        facts = {
            "name": self.subjects[0],
            "objects": objects,
            "seed": int(random.randint(2**31)),
            "fill": self.fill,
        }
        return facts, arrays
