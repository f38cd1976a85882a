"""함수를 쓰는 문제.

여기 없는 것: 함수를 부르는 일(`observe.function`), 판정(`judge.function`), 그래프(`kinds.graph`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from autograder.kinds.base import AskedItem, Cases, Exercise


@dataclass(frozen=True, kw_only=True)
class Loop:
    """함수의 코드에 되풀이가 있어야 하고 `banned`의 이름이나 `banned_powers`의 거듭제곱은 없어야 한다는 항목.

    `banned_together`의 이름들은 모두 함께 있으면 안 됩니다(`exp`와 `log`로도 거듭제곱을 구합니다).
    `divides`면 되풀이하며 바뀌는 값으로 나누는 식이 있어야 합니다(뉴턴 방법과 이분법을 가릅니다).
    """

    title: str
    points: float
    advice: str
    banned: tuple[str, ...] = ()
    banned_powers: tuple[float, ...] = ()
    banned_together: tuple[tuple[str, ...], ...] = ()
    divides: bool = False


Part = Literal["all", "form", "value"]
Holds = Callable[
    [list[np.ndarray], list[dict[str, Any]], dict[str, np.ndarray]], tuple[str, str] | None
]
"""(결과들, 호출들, 물음의 배열) → 지키지 않은 것과 조언. 모두 지켰으면 None."""


@dataclass(frozen=True)
class FunctionItem(AskedItem):
    """항목 하나: 이름, 배점, 볼 호출의 번호들과 거기서 볼 것. 모두 참고 답안과 같으면 맞습니다.

    한 가지를 틀려도 그것과 상관없는 항목은 얻도록 볼 것을 나눕니다.
    - `part`: "form"은 모양, 자료형, 받은 배열을 그대로 두는지. "value"는 값만(개수가 같으면 모양은 묻지 않음).
    - `columns`: 값을 볼 마지막 축의 자리들의 이름(호출마다 `cases`의 `"columns"`에 있음).
    - `variables`: 볼 변수의 이름들(없으면 모두).
    - `follows(인수들, 부른 뒤의 변수들)`: 학습자가 먼저 구한 값에서 이어질 변수의 값. 이것과 같아도 맞습니다.
    - `like`: 참고 답안 대신 학습자의 이 번호 결과와 비교합니다(비교할 결과가 없으면 참고 답안과).
      다르면 `unlike`(메시지, 조언)를 말합니다.
    - `builds_on`: 이 항목이 기대는 앞의 항목들의 번호. 거기서 말한 오해와 똑같이 틀렸으면 다시 잃지 않습니다.
    - `holds(결과들, 호출들, 물음의 배열)`: 답이 하나로 정해지지 않는 함수(난수)의 결과가 지켜야 할 것입니다.
      결과의 모양이 참고 답안과 같으면 값 대신 이것만 봅니다. 맞으면 None, 아니면 (메시지, 조언)입니다.
    - `beside`: `holds`가 함께 볼 호출들. 끝까지 가지 못한 것은 빼고 보며, 이 항목의 점수를 잃게 하지 않습니다.
    """

    calls: tuple[int, ...]
    part: Part = "all"
    columns: str = ""
    variables: tuple[str, ...] | None = None
    follows: Callable[[list[Any], dict[str, np.ndarray]], dict[str, np.ndarray]] | None = None
    like: int | None = None
    unlike: tuple[str, str] = ("값이 같은 배열을 받았을 때와 결과가 다릅니다.", "")
    holds: Holds | None = None
    beside: tuple[int, ...] = ()
    builds_on: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FunctionExercise(Exercise):
    """함수를 쓰는 문제. `cases(random)`은 부를 인수들과 배열을, `groups`는 항목들입니다.

    `cases`의 한 항목은 `{"args": [구조, …], "kwargs": {…}}`입니다(구조는 `observe.structure` 참고).
    `"times"`를 더하면 같은 인수로 이어서 부르고, `"tolerance"`를 더하면 그 값으로 비교합니다.
    `"columns"`는 이름 → 마지막 축의 자리들이며, 그 이름을 적은 항목은 거기만 봅니다.

    `describe(바라는 값, 나온 값, 본 자리들)`은 값이 어떻게 다른지 재서 말합니다(없으면 다른 자리 하나를 말합니다).
    `truth`는 참고 답안보다 정확한 값을 내는 함수, `result`는 돌려주는 값을 볼지입니다.
    """

    cases: Cases
    groups: tuple[FunctionItem, ...]
    tolerance: float = 1e-4
    check_dtype: bool = True
    result: bool = True
    truth: Callable[..., Any] | None = None
    describe: Callable[[np.ndarray, np.ndarray, list[int]], str] | None = None
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
