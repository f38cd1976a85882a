"""그래프로 실행되는 함수나 클래스를 쓰는 문제.

여기 없는 것: 그래프를 만드는 일(`observe.graph`), 볼 것과 그 판정(`judge.graph.looks`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import AskedItem, Cases, Exercise
from autograder.protocol import Evidence


class GraphLook:
    """항목 하나에서 볼 것. 무엇을 보는지는 하위 클래스이고, 판정도 거기에 있습니다(`judge.graph.looks`)."""

    explainable: ClassVar[bool] = False
    """흔한 오해(`Mistake`)로 이유를 찾아볼 수 있는지."""

    def failure(self, case: Any, evidence: Evidence) -> tuple[str, str] | None:
        """잘못된 점과 조언. 없으면 None. `case`는 문제, 물음, 참고 답안의 Evidence입니다."""
        raise NotImplementedError


@dataclass(frozen=True)
class GraphItem(AskedItem):
    """항목 하나: 이름, 배점, 볼 것."""

    look: GraphLook


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
