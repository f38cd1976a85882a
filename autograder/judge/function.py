"""함수의 판정: 같은 인수로 참고 답안을 불러 결과를 비교합니다.

여기 없는 것: 결과 하나의 비교(`judge.compare`), 함수를 부르는 일(`observe.function`), 그래프로 실행되는 함수(`judge.graph`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.judge import mistakes
from autograder.judge.compare import NO_RESULT, Difference, close, difference
from autograder.judge.problems import explain
from autograder.judge.told_once import nothing_seen
from autograder.kinds import FunctionExercise, Mistake
from autograder.kinds.function import FunctionItem, Holds, Loop
from autograder.korean import with_particle
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

SHORT = 40
"""부른 모습을 메시지에 그대로 적을 수 있는 길이."""


def items(exercise: FunctionExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """`exercise.groups`의 항목마다 맞았는지, 그리고 되풀이를 요구하면 그 항목."""
    name = exercise.subjects[0]
    loop = exercise.loop
    if evidence.facts["status"] != "seen":
        message, advice = explain(evidence.facts, name)
        titles = [(item.title, item.points) for item in exercise.groups]
        titles += [(loop.title, loop.points)] if loop else []
        return nothing_seen(titles, message, advice)
    judging = _Judging(exercise, challenge, evidence)
    result: list[Item] = []
    # The same failure is told once, with its advice.
    told: list[tuple[str, str]] = []
    charged = mistakes.Charged()
    for number, item in enumerate(exercise.groups):
        failure = judging.failure(item)
        if failure is None or charged.already(number, item.builds_on, judging.cause):
            result.append(Item(item.title, item.points, item.points))
            continue
        message, advice = failure.message, failure.advice
        # 오류에 적힌 모양은 부를 때마다 다릅니다.
        same = (re.sub(r"[\d.]+", "", message), advice)
        if failure.kind != "value" and same in told:
            message, advice = "위와 같은 이유로 확인하지 못했습니다.", ""
        elif advice and advice in [said for _, said in told]:
            advice = "위와 같은 이유입니다."
        told.append(same)
        judging.altered_told |= failure.altered
        result.append(Item(item.title, item.points, 0, f"{item.title}: {message}", advice))
    if loop is not None:
        result.append(_loop_item(loop, name, evidence, any(item.passed for item in result)))
    return result


@dataclass
class _Judging:
    exercise: FunctionExercise
    challenge: Challenge
    evidence: Evidence

    def __post_init__(self) -> None:
        name = self.exercise.subjects[0]
        truth = self.exercise.truth
        self.reference = self._observe(truth or self.exercise.solution()[name])
        self.order = list(self.exercise.mistakes)
        self.cause: Mistake | None = None
        self.altered_told = False

    def _observe(self, function: Callable[..., Any]) -> Evidence:
        from autograder.observe import observe

        return observe(self.challenge, {self.exercise.subjects[0]: function})

    def failure(self, item: FunctionItem) -> Difference | None:
        """`item`이 보는 것 가운데 처음으로 다른 것. 그 이유인 오해를 알면 `cause`입니다."""
        self.cause = None
        if item.holds is not None:
            return self._not_held(item, item.holds)
        wrong = {
            number: found for number in item.calls if (found := self._difference(number, item))
        }
        if not wrong:
            return None
        number, found = next(iter(wrong.items()))
        message, advice = found.message, ""
        if self._own(item):
            return found if found.kind in NO_RESULT else Difference(found.kind, *item.unlike)
        mistake = self.cause = self._known_mistake(wrong, item)
        if mistake is not None:
            advice = mistake.advice
        if found.kind == "value":
            message = (mistake.message if mistake else "") or self._error(number) or message
        if found.kind not in NO_RESULT and (shown := self._shown(number)):
            message = f"{with_particle(shown, '을', '를')} 부르면 {message}"
        return replace(found, message=message, advice=advice or found.advice)

    def _not_held(self, item: FunctionItem, holds: Holds) -> Difference | None:
        """모양이 다르면 그것, 아니면 결과들이 지키지 않은 것."""
        form = replace(item, part="form")
        results, calls = [], []
        for number in (*item.calls, *item.beside):
            unlike = self._compare(number, self.reference, form)
            if unlike is not None:
                if number in item.beside:
                    continue
                return unlike
            (output,) = self.evidence.facts["calls"][number]["outputs"]
            results.append(self.evidence.arrays[output["array"]])
            calls.append(self.challenge.facts["calls"][number])
        broken = holds(results, calls, self.challenge.arrays)
        return Difference("value", *broken) if broken else None

    def _difference(self, number: int, item: FunctionItem) -> Difference | None:
        if self._own(item):
            return self._compare(number, self.evidence, item, other=item.like)
        found = self._compare(number, self.reference, item)
        if found is None or item.follows is None:
            return found
        record = self.evidence.facts["calls"][number]
        if record["status"] != "seen":
            return found
        after = {
            key.rpartition("/")[2]: self.evidence.arrays[array]
            for key, array in record["variables"].items()
        }
        wanted = item.follows(self._arguments(number), after)
        tolerance = self.exercise.tolerance
        return None if all(close(wanted[key], after[key], tolerance) for key in wanted) else found

    def _own(self, item: FunctionItem) -> bool:
        """학습자의 다른 결과와 비교할지: 그것이 끝까지 계산한 텐서나 배열일 때입니다."""
        if item.like is None:
            return False
        number = item.like
        record = self.evidence.facts["calls"][number]
        outputs = record.get("outputs", [])
        wanted = self.reference.facts["calls"][number]["outputs"]
        return len(outputs) == len(wanted) and all("array" in output for output in outputs)

    def _arguments(self, number: int) -> list[Any]:
        """부르기 전의 인수들. 배열과 변수는 그 값입니다."""
        pairs = [next(iter(spec.items())) for spec in self.challenge.facts["calls"][number]["args"]]
        return [
            content if form == "value" else self.challenge.arrays[content]
            for form, content in pairs
        ]

    def _compare(
        self, number: int, wanted: Evidence, item: FunctionItem, *, other: int | None = None
    ) -> Difference | None:
        call = self.challenge.facts["calls"][number]
        found = self.evidence.facts["calls"][number]
        if self.altered_told:
            # 받은 것을 바꾸는 잘못은 한 항목에서만 잃습니다.
            found = found | {"changed": []}
        return difference(
            self.exercise.subjects[0],
            wanted.facts["calls"][number if other is None else other],
            found,
            wanted,
            self.evidence,
            tolerance=call.get("tolerance", self.exercise.tolerance),
            check_dtype=self.exercise.check_dtype,
            result=self.exercise.result,
            before=self.challenge.arrays,
            part=item.part,
            columns=call.get("columns", {}).get(item.columns),
            variables=item.variables,
            describe=self.exercise.describe,
        )

    def _known_mistake(self, wrong: dict[int, Difference], item: FunctionItem) -> Mistake | None:
        """틀린 호출마다 학습자의 답과 똑같이 구는 오해.

        값을 비교할 수 있는 호출이 하나도 없거나 이유가 여럿일 수 있으면, 다른 호출까지 모두 같아야 합니다.
        """
        if not {found.kind for found in wrong.values()} <= {"value", "call"}:
            return None
        told = [n for n, found in wrong.items() if found.kind == "value" and not found.common]
        first = told[0] if told else next(iter(wrong))
        # A mistake is the whole call: it changes every variable as the learner's answer does.
        whole = replace(item, variables=None) if told else FunctionItem("", 0, (), part="value")
        every = tuple(range(len(self.challenge.facts["calls"])))
        possible = []
        for mistake in tuple(self.order):
            for make in (mistake.make, *mistake.others):
                # Most mistakes are ruled out by one call.
                if not self._behaves((first,), make, whole):
                    continue
                # One that explains what is right as well is the likelier.
                if self._behaves(item.calls if told else every, make, whole):
                    return self._likely(mistake)
                possible.append((mistake, make))
        for mistake, make in possible if told else ():
            if self._behaves(tuple(wrong), make, whole):
                return self._likely(mistake)
        return None

    def _likely(self, mistake: Mistake) -> Mistake:
        """다음 항목에서 먼저 시험해 볼 오해."""
        self.order.remove(mistake)
        self.order.insert(0, mistake)
        return mistake

    def _behaves(
        self, numbers: tuple[int, ...], make: Callable[[], Any], item: FunctionItem
    ) -> bool:
        """이 호출들에서 학습자의 답이 `make()`가 만든 답과 똑같이 구는지."""
        calls = [self.challenge.facts["calls"][number] for number in numbers]
        facts = self.challenge.facts | {"calls": calls, "code": False}
        seen = mistakes.evidence_of(self.exercise, replace(self.challenge, facts=facts), make)
        for index, number in enumerate(numbers):
            mine, theirs = self.evidence.facts["calls"][number], seen.facts["calls"][index]
            if mine["status"] != "seen" or theirs["status"] != "seen":
                if not mine.get("problem") == theirs.get("problem") == "slow":
                    return False
            elif self._compare(number, seen, item, other=index) is not None:
                return False
        return True

    def _error(self, number: int) -> str:
        """참값과 여섯 자리까지 같은 수라면 그 상대 오차."""
        if self.exercise.truth is None:
            return ""
        values = []
        for evidence in (self.reference, self.evidence):
            (output,) = evidence.facts["calls"][number]["outputs"]
            values.append(float(evidence.arrays[output["array"]]))
        wanted, found = values
        if f"{wanted:.6g}" != f"{found:.6g}":
            return ""
        return f"결과 `{found:.6g}`의 상대 오차가 `{abs(found / wanted - 1):.1e}`로 아직 큽니다."

    def _shown(self, number: int) -> str:
        """수 몇 개로 부른 것이면 부른 모습, 아니면 빈 문자열."""
        call = self.challenge.facts["calls"][number]
        try:
            parts = [self._argument(spec) for spec in call.get("args", [])]
            parts += [f"{key}={self._argument(s)}" for key, s in call.get("kwargs", {}).items()]
        except ValueError:
            return ""
        text = f"`{self.exercise.subjects[0]}({', '.join(parts)})`"
        return text if len(text) <= 2 * SHORT else ""

    def _argument(self, spec: dict[str, Any]) -> str:
        ((form, content),) = spec.items()
        if form == "value":
            return f"{content:.6g}" if isinstance(content, float) else repr(content)
        if form not in ("array", "tensor") or np.ndim(self.challenge.arrays[content]):
            raise ValueError("수가 아닌 인수")
        value = self.challenge.arrays[content]
        return f"tf.constant({float(value):.6g}, tf.{value.dtype})"


def _loop_item(loop: Loop, name: str, evidence: Evidence, values_right: bool) -> Item:
    code = evidence.facts.get("code")
    if not values_right:
        message = f"{loop.title}: 값이 맞으면 확인합니다."
        return Item(loop.title, loop.points, 0, message)
    if code is None:
        return Item(loop.title, loop.points, loop.points)
    names = [banned for banned in loop.banned if banned in code["names"]]
    names += [f"** {power}" for power in loop.banned_powers if power in code["powers"]]
    names += [
        "`, `".join(together)
        for together in loop.banned_together
        if set(together) <= set(code["names"])
    ]
    if names:
        subject = with_particle(f"`{names[0]}`", "이", "가")
        message = f"{loop.title}: `{name}`의 코드에 {subject} 있습니다."
        return Item(loop.title, loop.points, 0, message, loop.advice)
    if not code["loops"]:
        message = f"{loop.title}: `{name}`에 반복문이 없습니다."
        return Item(loop.title, loop.points, 0, message, loop.advice)
    if loop.divides and not code.get("divides", True):
        message = f"{loop.title}: `{name}`에 되풀이하며 바뀌는 값으로 나누는 식이 없습니다."
        return Item(loop.title, loop.points, 0, message, loop.advice)
    return Item(loop.title, loop.points, loop.points)
