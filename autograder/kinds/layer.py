"""층이나 모델의 클래스를 정의하는 문제."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import Cases, Exercise

DRAWS = 100
"""물음을 다시 뽑는 최대 횟수."""
Own = tuple[tuple[int, int], Callable[[np.ndarray], np.ndarray]] | None
"""학습자의 값끼리의 관계."""


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
    - "use": 층을 새로 만들어 쓴 일(`observe.layer.in_use`)의 결과가 같음
    - "graph noise": `uses`의 "graph"에서 부를 때마다 새 잡음

    `fill`이 "trainable"이면 훈련 가능한 가중치만 채우고 견줍니다. "none"이면 채우지 않습니다.

    `own`은 값이 이미 틀렸을 때 학습자의 값끼리 보는 법입니다. (객체, 호출) → ((객체, 호출), 함수)면 그 호출의
    결과에 함수를 씌운 값과 같아야 하고, None이면 모양만 맞으면 됩니다. 그래서 앞의 잘못 하나가 그것과 상관없는
    항목의 점수까지 가져가지 않습니다.

    `telling(facts, arrays)`은 모든 가중치가 값에 드러나는 물음인지입니다. 아니면 물음을 다시 뽑습니다.
    """

    objects: Cases
    groups: tuple[tuple[str, float, str, tuple[tuple[int, int], ...]], ...]
    base: str = "model"
    fill: str = "all"
    weights_title: str = "가중치의 수와 모양"
    own: dict[tuple[int, int], Own] = field(default_factory=dict)
    telling: Callable[[dict[str, Any], dict[str, np.ndarray]], bool] | None = None

    kind: ClassVar[str] = "layer"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        for _ in range(DRAWS):
            objects, arrays = self.objects(random)
            facts = {
                "name": self.subjects[0],
                "objects": objects,
                "seed": int(random.randint(2**31)),
                "fill": self.fill,
            }
            if self.telling is None or self.telling(facts, arrays):
                break
        return facts, arrays
