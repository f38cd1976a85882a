"""층이나 모델의 클래스를 정의하는 문제.

여기 없는 것: 객체를 만드는 일(`observe.layer`), 볼 것과 그 판정(`judge.layer.looks`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import AskedItem, Cases, Exercise
from autograder.kinds.telling import tells_enough

DRAWS = 100
"""물음을 다시 뽑는 최대 횟수."""
Own = tuple[tuple[int, int], Callable[[np.ndarray], np.ndarray]] | None
"""학습자의 값끼리의 관계."""


Known = list[tuple[np.ndarray, np.ndarray]]
"""넣은 텐서와 학습자의 값의 짝들."""


@dataclass(frozen=True)
class Carried:
    """학습자의 값에서 이어 가는 참고 답안: 작은 것을 틀렸어도 그것으로 만드는 큰 것은 맞을 수 있습니다.

    `sources`는 텐서 하나를 넣는 호출들의 번호, `make(짝들)`은 그 입력에서 학습자의 값을 내는 답입니다.
    """

    sources: tuple[int, ...]
    make: Callable[[Known], Any]


@dataclass(frozen=True)
class LayerLook:
    """볼 자리들. 자리는 (객체 번호, 그 객체의 `calls`나 `uses`의 번호)입니다.

    무엇을 보는지는 하위 클래스이고, 판정도 거기에 있습니다(`judge.layer.looks`).
    """

    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class LayerItem(AskedItem):
    """항목 하나: 이름, 배점, 볼 것.

    `builds_on`은 이 항목이 기대는 앞의 항목들의 번호입니다. 거기서 말한 오해와 똑같이 틀렸으면 다시 잃지 않습니다.
    """

    look: LayerLook
    builds_on: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LayerExercise(Exercise):
    """층이나 모델의 클래스를 정의하는 문제.

    `objects(random)`은 만들 객체들과 배열을 돌려줍니다. `groups`는 항목들입니다.

    `fill`이 "trainable"이면 훈련 가능한 가중치만 채우고 비교합니다. "none"이면 채우지 않습니다.

    `own`은 값이 이미 틀렸을 때 학습자의 값끼리 보는 법입니다. (객체, 호출) → ((객체, 호출), 함수)면 그 호출의
    결과에 함수를 씌운 값과 같아야 하고, None이면 모양만 맞으면 됩니다. 그래서 앞의 잘못 하나가 그것과 상관없는
    항목의 점수까지 가져가지 않습니다.

    `carried`는 학습자가 먼저 구한 값에서 이어 가는 답입니다. 이것과 같아도 맞습니다.

    `alternatives`는 같은 계산을 다른 모양의 가중치로 하는 참고 답안들입니다. 학습자의 가중치와 모양이 같은 것과
    비교합니다. 그런 문제의 오해(`Mistake`)는 `make`가 `reference`의, `others`가 차례로 `alternatives`의 모양입니다.

    `telling(facts, arrays)`은 모든 가중치가 값에 드러나는 물음인지입니다. 아니면 물음을 다시 뽑습니다.
    """

    objects: Cases
    groups: tuple[LayerItem, ...]
    base: str = "model"
    fill: str = "all"
    weights_title: str = "가중치의 수와 모양"
    own: dict[tuple[int, int], Own] = field(default_factory=dict)
    carried: Carried | None = None
    alternatives: tuple[Callable[[], Any], ...] = ()
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
            if self.telling is None or tells_enough(partial(self.telling, facts, arrays)):
                break
        return facts, arrays
