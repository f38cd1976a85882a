"""함수의 판정: 같은 인수로 참고 답안을 불러 결과를 비교합니다."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.exercise import FunctionExercise, Mistake
from autograder.exercise.function import Loop
from autograder.judge.compare import NO_RESULT, Difference, difference
from autograder.judge.mistakes import Suspects
from autograder.judge.problems import explain
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
        titles = [(title, points) for title, points, _ in exercise.groups]
        titles += [(loop.title, loop.points)] if loop else []
        return [
            Item(title, points, 0, f"{title}: 확인하지 못했습니다." if index else message, advice)
            for index, (title, points) in enumerate(titles)
        ]
    judging = _Judging(exercise, challenge, evidence)
    result: list[Item] = []
    # The same failure is told once, with its advice.
    told: list[tuple[str, str]] = []
    for title, points, numbers in exercise.groups:
        failure = next(filter(None, map(judging.failure, numbers)), None)
        if failure is None:
            result.append(Item(title, points, points))
            continue
        advice = failure.advice
        if not advice and failure.kind != "raised":
            # 항목의 조언은 끝까지 계산한 답에 하는 말입니다.
            advice = exercise.advice.get(title, "")
        if failure.kind in NO_RESULT and (failure.message, advice) in told:
            message, advice = "위와 같은 까닭으로 확인하지 못했습니다.", ""
        else:
            told.append((failure.message, advice))
            message = failure.message
        result.append(Item(title, points, 0, f"{title}: {message}", advice))
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
        self.suspects = Suspects(self.exercise, self.challenge)

    def _observe(self, function: Callable[..., Any]) -> Evidence:
        from autograder.observe import observe

        return observe(self.challenge, {self.exercise.subjects[0]: function})

    def failure(self, number: int) -> Difference | None:
        """`number`번째로 부른 결과가 다르면 무엇이 다른지."""
        found = self._compare(number, self.reference)
        if found is None:
            return None
        message, advice = found.message, ""
        if found.kind == "value":
            # What the difference itself tells gives way only to a mistake that explains every call.
            everything = range(len(self.challenge.facts["calls"]))
            mistake = self._known_mistake(everything if found.advice else [number])
            if mistake is not None:
                message, advice = mistake.message or message, mistake.advice
            message += self._error(number)
        elif found.kind == "result" and self._is_list(number):
            message = "결과가 텐서나 배열이 아니라 파이썬 리스트입니다."
        if found.kind not in NO_RESULT and (shown := self._shown(number)):
            message = f"{with_particle(shown, '을', '를')} 부르면 {message}"
        return Difference(found.kind, message, advice or found.advice)

    def _compare(self, number: int, wanted: Evidence) -> Difference | None:
        call = self.challenge.facts["calls"][number]
        return difference(
            self.exercise.subjects[0],
            wanted.facts["calls"][number],
            self.evidence.facts["calls"][number],
            wanted,
            self.evidence,
            tolerance=call.get("tolerance", self.exercise.tolerance),
            check_dtype=self.exercise.check_dtype,
            result=self.exercise.result,
            before=self.challenge.arrays,
        )

    def _known_mistake(self, numbers: Iterable[int]) -> Mistake | None:
        def explains(seen: Evidence) -> bool:
            calls = [seen.facts["calls"][number] for number in numbers]
            return all(call["status"] == "seen" for call in calls) and all(
                self._compare(number, seen) is None for number in numbers
            )

        return self.suspects.cause(explains)

    def _is_list(self, number: int) -> bool:
        found = self.evidence.facts["calls"][number]
        return found["type"] == "list" != self.reference.facts["calls"][number]["type"]

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
        return f" 상대 오차가 `{abs(found / wanted - 1):.1e}`로 아직 큽니다."

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
    return Item(loop.title, loop.points, loop.points)
