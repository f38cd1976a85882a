"""훈련한 모델을 다른 문제에 맞추는 함수 둘을 쓰는 문제.

여기 없는 것: 함수에 모델을 넣고 훈련하는 일(`observe.finetune`), 판정(`judge.finetune`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import Cases, Exercise


@dataclass(frozen=True, kw_only=True)
class FinetuneExercise(Exercise):
    """`base`를 동결해 머리를 붙이는 함수와, 위쪽 층을 여는 함수를 쓰는 문제.

    `subjects`는 그 두 함수의 이름입니다. `bases(random)`은 넣을 모델들(`observe.finetune` 참고)과 배열을 돌려줍니다.
    `rates`는 두 단계의 학습률입니다.
    """

    bases: Cases
    rates: tuple[float, float]

    kind: ClassVar[str] = "finetune"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        from autograder.observe.probe import same_randomness, same_registry
        from autograder.observe.quiet import quiet

        with quiet(), same_randomness(), same_registry():
            bases, arrays = self.bases(random)
        return {"bases": bases}, arrays
