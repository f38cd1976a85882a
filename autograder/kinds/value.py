"""변수 하나에 값을 담는 문제.

여기 없는 것: 값을 읽는 일(`observe.value`), 판정(`judge.value`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import Exercise


@dataclass(frozen=True, kw_only=True)
class ValueExercise(Exercise):
    """변수 하나에 값을 담는 문제."""

    kind: ClassVar[str] = "value"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"name": self.subjects[0]}, {}
