"""틀린 이유를 짐작하지 않고 시험합니다: 흔한 오해로 쓴 답을 같은 조건에서 관찰해 학습자의 답과 비교합니다.

여기 없는 것: 오해로 쓴 답들(`exercises`), 오해를 적는 꼴(`kinds.base`), 훈련 스텝의 오해(`judge.step`).

여기에는 문제에 적힌 `Mistake`를 찾는 법만 있고, 무엇이 같아야 하는지는 종류마다의 judge가 정합니다.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.kinds import Exercise, Mistake
from autograder.protocol import Challenge, Evidence


def evidence_of(exercise: Exercise, challenge: Challenge, make: Callable[[], Any]) -> Evidence:
    """`make()`가 만든 답을 학습자의 답과 똑같이 관찰한 Evidence."""
    from autograder.observe import observe

    return observe(challenge, exercise.subject_of(make))


class Suspects:
    """한 번의 판정에서 시험해 볼 오해들. 관찰은 오해마다 한 번만 하고, 맞아떨어진 오해를 먼저 봅니다."""

    def __init__(self, exercise: Exercise, challenge: Challenge) -> None:
        self.exercise, self.challenge = exercise, challenge
        self.order = list(exercise.mistakes)
        self.seen: dict[Callable[[], Any], Evidence] = {}

    def cause(self, explains: Callable[[Evidence], bool]) -> Mistake | None:
        """`explains(오해의 Evidence)`가 참인 첫 오해. 관찰할 수 없는 오해는 넘어갑니다."""
        for mistake in tuple(self.order):
            for make in (mistake.make, *mistake.others):
                evidence = self._evidence(make)
                if evidence.facts.get("status") == "seen" and explains(evidence):
                    self.order.remove(mistake)
                    self.order.insert(0, mistake)
                    return mistake
        return None

    def _evidence(self, make: Callable[[], Any]) -> Evidence:
        if make not in self.seen:
            self.seen[make] = evidence_of(self.exercise, self.challenge, make)
        return self.seen[make]


class Charged:
    """항목마다 점수를 잃게 한 오해. 앞의 항목에서 잃은 이유로 그것에 기대는 항목의 점수까지 잃지는 않습니다."""

    def __init__(self) -> None:
        self._causes: dict[int, Mistake] = {}

    def already(self, number: int, builds_on: tuple[int, ...], cause: Mistake | None) -> bool:
        """`number`번째 항목을 틀리게 한 `cause`를 `builds_on`의 항목에서 이미 말했는지."""
        if cause is None:
            return False
        self._causes[number] = cause
        return any(self._causes.get(before) is cause for before in builds_on)
