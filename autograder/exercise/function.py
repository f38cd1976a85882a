"""함수를 쓰는 문제."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from autograder.exercise.base import Cases, Exercise


@dataclass(frozen=True, kw_only=True)
class Loop:
    """함수의 코드에 되풀이가 있어야 하고 `banned`의 이름이나 `banned_powers`의 거듭제곱은 없어야 한다는 항목.

    `banned_together`의 이름들은 모두 함께 있으면 안 됩니다(`exp`와 `log`로도 거듭제곱을 구합니다).
    """

    title: str
    points: float
    advice: str
    banned: tuple[str, ...] = ()
    banned_powers: tuple[float, ...] = ()
    banned_together: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class FunctionExercise(Exercise):
    """함수를 쓰는 문제. `cases(random)`은 부를 인수들과 배열을, 항목은 이름 → 부를 번호들입니다.

    `cases`의 한 항목은 `{"args": [구조, …], "kwargs": {…}}`입니다(구조는 `observe.structure` 참고).
    `"times"`를 더하면 같은 인수로 이어서 부르고, `"tolerance"`를 더하면 그 값으로 비교합니다.
    `groups`는 (항목 이름, 배점, 번호들)의 목록이며, 번호의 결과가 모두 참고 답안과 같으면 맞습니다.

    `advice`는 항목 이름 → 다른 조언이 없을 때의 조언입니다.
    `truth`는 참고 답안보다 정확한 값을 내는 함수, `result`는 돌려주는 값을 볼지입니다.
    """

    cases: Cases
    groups: tuple[tuple[str, float, tuple[int, ...]], ...]
    tolerance: float = 1e-4
    check_dtype: bool = True
    result: bool = True
    truth: Callable[..., Any] | None = None
    advice: dict[str, str] = field(default_factory=dict)
    loop: Loop | None = None
    seconds: float | None = None

    kind: ClassVar[str] = "function"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        calls, arrays = self.cases(random)
        facts: dict[str, Any] = {"name": self.subjects[0], "calls": calls}
        if self.loop is not None:
            facts["code"] = True
        if self.seconds is not None:
            facts["seconds"] = self.seconds
        return facts, arrays
