"""모델을 받아 모델을 돌려주는 함수를 쓰는 문제.

여기 없는 것: 함수에 모델을 넣는 일(`observe.transform`), 판정(`judge.transform`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import AskedItem, Cases, Exercise
from autograder.kinds.telling import FELT, TELLING, sensitivity, telling_seed


@dataclass(frozen=True)
class TransformItem(AskedItem):
    """항목 하나: 이름, 배점, 결과가 참고 답안과 같아야 하는 물음의 번호들."""

    bases: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class TransformExercise(Exercise):
    """모델을 받아 모델을 돌려주는 함수를 쓰는 문제.

    `bases(random)`은 넣을 모델들(`{"class": …, "config": …, "inputs": 구조}`)과 배열을 돌려줍니다.
    `groups`는 항목들입니다.
    """

    bases: Cases
    groups: tuple[TransformItem, ...]

    kind: ClassVar[str] = "transform"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        from autograder.observe.probe import same_randomness, same_registry
        from autograder.observe.quiet import quiet

        with quiet(), same_randomness(), same_registry():
            bases, arrays = self.bases(random)
            bases = [self._telling(base, arrays, random) for base in bases]
        return {"name": self.subjects[0], "bases": bases}, arrays

    def _telling(
        self, base: dict[str, Any], arrays: dict[str, Any], random: np.random.RandomState
    ) -> dict[str, Any]:
        """참고 답안의 모든 출력이 샘플을 가르고, 모든 가중치가 드러나는 시드를 더한 물음."""
        from autograder.observe.transform import built

        def tells(seed: int) -> bool:
            return self.weakest(base | {"seed": seed}, arrays, made) >= 1

        model = built(base)
        made = model, self.solution()[self.subjects[0]](model)
        return base | {"seed": telling_seed(random, tells)}

    def weakest(self, base: dict[str, Any], arrays: dict[str, Any], made: tuple[Any, Any]) -> float:
        """`base`의 시드에서 가장 덜 드러나는 것이 드러나는 정도를 드러나야 하는 정도로 나눈 값.

        `made`는 받은 모델과 돌려준 모델입니다.
        """
        from autograder.observe import structure
        from autograder.observe.model import arranged
        from autograder.observe.probe import probe_values

        model, extractor = made
        values = probe_values(model.weights, base["seed"])
        for weight, value in zip(model.weights, values, strict=True):
            weight.assign(value)
        inputs = arranged(extractor, structure.build(base["inputs"], arrays))
        apart, given, changes = sensitivity(extractor, inputs, model.weights, base["seed"])
        return min(apart / TELLING, min([*given, *changes]) / FELT)
