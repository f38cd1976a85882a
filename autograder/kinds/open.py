"""구조를 정하지 않은 모델을 훈련하는 문제.

여기 없는 것: 예측하는 일(`observe.open`), 판정(`judge.open`), 구조를 정한 모델(`kinds.model`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import Exercise
from autograder.kinds.model import Accuracy
from autograder.protocol import Challenge

# Names of draws are public, the numbers made from them are not beside the learner's code.
_SALT = "open model"
SCALE = 255.0
"""이미지를 이것으로 나누어 모델에 넣습니다."""


@dataclass(frozen=True, kw_only=True)
class OpenExercise(Exercise):
    """파라미터 `budget`개 안에서 정확도의 문턱을 넘는, 구조는 자유인 모델을 훈련하는 문제.

    모델이 무엇이든 잴 수 있게, 레이블 없는 이미지를 물음으로 주고 예측만 받아 옵니다.
    레이블은 judge가 다시 만듭니다.
    """

    inputs: dict[str, tuple[int, ...]]
    classes: int
    budget: int
    accuracy: Accuracy

    kind: ClassVar[str] = "open"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        draw = int(random.randint(2**31))
        images, _ = self._drawn(draw)
        facts = {"name": self.subjects[0], "classes": self.classes, "scale": SCALE, "draw": draw}
        return facts, {"images": images}

    def labels(self, challenge: Challenge) -> np.ndarray:
        """물은 이미지의 레이블."""
        return self._drawn(challenge.facts["draw"])[1]

    def _drawn(self, draw: int) -> tuple[np.ndarray, np.ndarray]:
        from autograder.data import judging_data

        digest = hashlib.sha256(f"{_SALT}:{self.id}:{draw}".encode()).digest()
        seed = int.from_bytes(digest[:4], "big") % 2**31
        return judging_data(self.accuracy.dataset, seed)
