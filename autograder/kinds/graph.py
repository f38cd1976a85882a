"""그래프로 실행되는 함수나 클래스를 쓰는 문제."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import Cases, Exercise


@dataclass(frozen=True)
class GraphItem:
    """항목 하나: 이름, 배점, 보는 법, 까닭과 상관없이 참인 조언.

    `method`와 `detail`
    - "graph": 그래프로 실행되고, 그래프 안에서 파이썬을 부르지 않습니다.
    - "equal": `detail`번째 호출들의 결과가 참고 답안과 같습니다.
    - "apart": 객체마다 같은 값을 차례로 줍니다. `detail`번째 호출들의 결과가 참고 답안과 같거나,
      그 앞의 "equal"이 틀렸으면 객체끼리는 서로 같습니다.
    - "ops": 모든 그래프에 `detail`의 연산 갈래("while", "assign")가 있습니다.
      `most`를 주면 연산이 그보다 많아도 안 됩니다(반복을 펼친 그래프는 아주 큽니다).
    - "traces": 트레이싱이 `detail`번을 넘지 않습니다.
    - "replaced": `replace`의 함수를 정말로 부릅니다.
    """

    title: str
    points: float
    method: str
    detail: Any = None
    advice: str = ""
    most: int | None = None


@dataclass(frozen=True, kw_only=True)
class GraphExercise(Exercise):
    """그래프로 실행되는 함수(`form="function"`)나 클래스(`form="class"`)를 쓰는 문제.

    `cases(random)`은 부를 것들(`{"object": 번호, "args": [구조, …]}`)과 배열을 돌려줍니다.
    `replace(random)`은 학습자의 함수가 불러야 하는 다른 함수를 무엇으로 바꿀지입니다.
    `integer`면 결과가 정수이기만 하면 되고, 아니면 자료형까지 참고 답안과 같아야 합니다.
    """

    cases: Cases
    groups: tuple[GraphItem, ...]
    form: str = "function"
    replace: Callable[[np.random.RandomState], dict[str, Any]] | None = None
    integer: bool = False
    tolerance: float = 1e-5

    kind: ClassVar[str] = "graph"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        calls, arrays = self.cases(random)
        facts: dict[str, Any] = {"name": self.subjects[0], "form": self.form, "calls": calls}
        if self.replace is not None:
            facts["replace"] = self.replace(random)
        return facts, arrays
