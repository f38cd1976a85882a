"""`tf.data.Dataset`을 만드는 문제.

여기 없는 것: Dataset을 도는 일(`observe.dataset`), 판정(`judge.dataset`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import AskedItem, Exercise

Steps = Callable[[np.random.RandomState], tuple[list[dict[str, Any]], dict[str, np.ndarray]]]
"""시드로 정해지는 할 일의 목록과 배열."""


@dataclass(frozen=True)
class DatasetItem(AskedItem):
    """항목 하나: 이름, 배점, 비교하는 함수(`judge.dataset`의 `batches`나 `tfrecords`에 있음), 볼 일의 번호들."""

    compare: Callable[[Any], tuple[str, str] | None]
    steps: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class DatasetExercise(Exercise):
    """`tf.data.Dataset`을 만드는 문제.

    `steps(random)`은 차례로 할 일(`observe.dataset` 참고)과 배열을 돌려줍니다. `groups`는
    항목들입니다.
    """

    steps: Steps
    groups: tuple[DatasetItem, ...]

    kind: ClassVar[str] = "dataset"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        steps, arrays = self.steps(random)
        return {"steps": steps}, arrays
