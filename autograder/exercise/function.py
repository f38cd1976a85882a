"""함수를 쓰는 문제."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.exercise.base import Cases, Exercise


@dataclass(frozen=True, kw_only=True)
class FunctionExercise(Exercise):
    """함수를 쓰는 문제. `cases(random)`은 부를 인수들과 배열을, 항목은 이름 → 부를 번호들입니다.

    `cases`의 한 항목은 `{"args": [구조, …], "kwargs": {…}}`입니다(구조는 `observe.structure` 참고).
    `groups`는 (항목 이름, 배점, 번호들)의 목록이며, 번호의 결과가 모두 참고 답안과 같으면 맞습니다.
    """

    cases: Cases
    groups: tuple[tuple[str, float, tuple[int, ...]], ...]
    tolerance: float = 1e-4
    check_dtype: bool = True

    kind: ClassVar[str] = "function"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        calls, arrays = self.cases(random)
        return {"name": self.subjects[0], "calls": calls}, arrays
