"""모델을 만드는 문제."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from autograder.exercise.base import Exercise


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """정확도 항목: 어느 데이터셋에서 어느 문턱을 넘어야 하는지.

    `thresholds`는 데이터의 출처("builtin", "original") → 문턱(0–1),
    `prepare`는 uint8 이미지를 모델의 입력으로 바꾸는 함수입니다.
    """

    dataset: str
    thresholds: dict[str, float]
    prepare: Callable[[np.ndarray], np.ndarray]
    points: float = 3


@dataclass(frozen=True, kw_only=True)
class ModelExercise(Exercise):
    """모델을 만드는 문제.

    `inputs`는 부분의 이름 → 샘플 하나의 입력 모양, `style`은 요구하는 API("sequential",
    "functional", "subclass")입니다. `counts`는 모델의 리스트인 부분, `detailed`는 층마다 항목을
    두는 부분(없으면 전부), `model_name`은 요구하는 모델 이름, `shared`는 공유를 설명하는 항목의 이름입니다.
    """

    inputs: dict[str, tuple[int, ...]]
    style: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    detailed: tuple[str, ...] | None = None
    model_name: str | None = None
    shared: str | None = None
    accuracy: Accuracy | None = None
    training_matters: bool = False
    layer_points: float = 1
    whole_points: float = 2

    kind: ClassVar[str] = "model"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        arrays: dict[str, Any] = {}
        parts: dict[str, Any] = {}
        for name, shape in self.inputs.items():
            arrays[name] = random.uniform(0, 1, (6, *shape)).astype("float32")
            parts[name] = {"inputs": {"tensor": name}}
            if name in self.counts:
                parts[name]["count"] = self.counts[name]
        facts = {
            "parts": parts,
            "seeds": [int(random.randint(2**31)) for _ in range(2)],
            "training": self.training_matters,
            "weights": ["model"] if self.accuracy else [],
        }
        return facts, arrays
