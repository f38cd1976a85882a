"""모든 문제의 공통점.

여기 없는 것: 종류마다의 물음(`kinds.model`, `kinds.step`, …), 오해를 시험하는 일(`judge.mistakes`), 판정(`judge`).
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from autograder.protocol import Challenge

Cases = Callable[[np.random.RandomState], tuple[list[dict[str, Any]], dict[str, np.ndarray]]]
"""시드로 정해지는 물음: 부를 것들의 목록과 배열."""


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """흔한 오해 하나. `make()`는 그렇게 잘못 쓴 답이고, 답이 그것과 똑같이 굴면 `message`와 `advice`를 말합니다.

    조언이 말하는 이유는 이렇게 한 번 해 본 것이어야 합니다. `message`가 비어 있으면 무엇이 다른지는 judge의
    말 그대로 두고 조언만 답니다. `others`는 같은 오해를 다르게 쓴 답들(예: 업데이트하는 순서가 다른 것)입니다.
    """

    make: Callable[[], Any]
    message: str = ""
    advice: str = ""
    others: tuple[Callable[[], Any], ...] = ()


@dataclass(frozen=True)
class AskedItem:
    """명세의 항목 하나: 이름과 배점. 무엇을 보는지는 종류마다 더합니다."""

    title: str
    points: float


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """모든 문제의 공통점.

    `reference`는 참고 답안을 만드는 함수입니다. 답이 하나면 그 객체를, 여럿이면
    이름 → 객체 딕셔너리를 돌려줍니다. 함수의 소스가 그대로 `answer()`에 나오므로
    학습자가 읽을 코드로 씁니다. `mistakes`는 흔한 오해들이며, 판정하는 법은 `judge.mistakes`에 있습니다.
    """

    id: str
    unit: str
    number: str
    title: str
    difficulty: int
    minutes: int
    subjects: tuple[str, ...]
    reference: Callable[[], Any]
    hints: tuple[str, str, str]
    requirements: tuple[str, ...] = ()
    pitfalls: dict[str, str] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()

    kind: ClassVar[str] = ""

    def challenge(self, seed: int) -> Challenge:
        """`seed`로 정해지는 물음을 만듭니다."""
        from autograder.observe.settings import course_settings

        # 물음을 만들 때 모델을 만드는 종류도 있습니다.
        with course_settings():
            facts, arrays = self.questions(np.random.RandomState(seed % 2**32))
        return Challenge(self.id, self.kind, {"subjects": list(self.subjects)} | facts, arrays)

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        """Challenge의 `facts`와 `arrays`."""
        raise NotImplementedError

    def solution(self) -> dict[str, Any]:
        """참고 답안을 이름 → 객체로."""
        return self.subject_of(self.reference)

    def subject_of(self, make: Callable[[], Any]) -> dict[str, Any]:
        """`make()`가 만든 답을 이름 → 객체로."""
        made = make()
        return made if isinstance(made, dict) else {self.subjects[0]: made}

    def solution_code(self) -> str:
        """참고 답안의 소스. `return model`은 `model = …`로 읽히도록 고칩니다."""
        source = textwrap.dedent(inspect.getsource(self.reference))
        body = source[source.index("\n", source.index("def ")) + 1 :]
        body = textwrap.dedent(body)
        returned = re.search(r"^return (.+)\Z", body, re.M | re.S)
        if returned is None:
            return body.rstrip()
        expression = returned.group(1).rstrip()
        kept = body[: returned.start()].rstrip()
        if expression == self.subjects[0] or expression.startswith("{"):
            return kept
        return f"{kept}\n{self.subjects[0]} = {expression}".strip()
