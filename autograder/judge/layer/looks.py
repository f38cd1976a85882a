"""층에서 볼 것(Look)과 그 판정: 값, 쓰는 자리, 드롭아웃, 잡음.

여기 없는 것: 분포의 비교(`judge.layer.noise`), 자리마다의 비교(`judge.layer.in_use`), 가중치(`judge.layer.weights`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.judge import mistakes
from autograder.judge.compare import compare_call
from autograder.judge.layer.in_use import compare_own, compare_use
from autograder.judge.layer.judging import NOTHING, Failure, Judging, Place, explained
from autograder.judge.layer.noise import compare_freshness, compare_gaussian, compare_noise
from autograder.kinds import LayerLook, Mistake
from autograder.protocol import Evidence

RATE_TOLERANCE = 0.08
"""드롭아웃 층이 0으로 만든 값의 비율이 명세와 다를 수 있는 크기."""


class Look(LayerLook):
    """볼 것 하나."""

    def failure(self, judging: Judging) -> Failure | None:
        """`places`에서 처음으로 다른 것."""
        for place in self.places:
            thing, number = place
            found = judging.evidence.facts["objects"][thing]
            if found["status"] != "seen":
                failure: Failure | None = explained(found, judging.name)
            else:
                failure = self.compare(judging, thing, number)
            if failure is not None:
                return self.told(judging, place, failure)
        return None

    def compare(self, judging: Judging, thing: int, number: int) -> Failure | None:
        """객체 `thing`의 `number`번째 기록에서 다른 것."""
        raise NotImplementedError

    def told(self, judging: Judging, place: Place, failure: Failure) -> Failure:
        """`place`에서 다른 것을 말하는 법."""
        return failure


@dataclass(frozen=True)
class Equal(Look):
    """호출의 결과가 참고 답안과 같은 값."""

    def compare(self, judging: Judging, thing: int, number: int) -> Failure | None:
        return judging.equal(thing, number)

    def told(self, judging: Judging, place: Place, failure: Failure) -> Failure:
        mistake = judging.cause = self._cause(judging, place)
        if mistake is not None:
            return mistake.message or failure[0], mistake.advice
        judging.told_unsteady = judging.told_unsteady or judging.unsteady(*place)
        return judging.weights_failure(place[0]) or judging.told_unsteady or failure

    def _cause(self, judging: Judging, place: Place) -> Mistake | None:
        """학습자의 답과 똑같은 오해. 먼저 다른 자리 하나에서 비교하고, 같은 것만 나머지도 봅니다."""
        objects = judging.evidence.facts["objects"]
        if judging.unexplained or all(record["status"] != "seen" for record in objects):
            return None
        thing, number = place
        question = judging.challenge.facts["objects"][thing]
        alone = question | {"calls": [question["calls"][number]], "uses": []}
        for mistake in sorted(judging.exercise.mistakes, key=lambda one: one is not judging.known):
            for make in (mistake.make, *mistake.others):
                seen = self._made(judging, make, [alone])
                if not _agree(judging, seen, (0, 0), place):
                    continue
                objects = judging.challenge.facts["objects"]
                whole = self._made(judging, make, [item | {"uses": []} for item in objects])
                if self._explains(judging, whole):
                    judging.known = mistake
                    return mistake
        judging.unexplained = True
        return None

    def _made(
        self, judging: Judging, make: Callable[[], Any], objects: list[dict[str, Any]]
    ) -> Evidence:
        """오해로 쓴 답을 관찰한 것. 쓰는 자리(`uses`)는 묻지 않습니다."""
        facts = judging.challenge.facts | {"objects": objects, "eager": True}
        return mistakes.evidence_of(judging.exercise, replace(judging.challenge, facts=facts), make)

    def _explains(self, judging: Judging, seen: Evidence) -> bool:
        """오해로 쓴 답이 값을 보는 자리마다 학습자의 답과 똑같은지."""
        looks = [item.look for item in judging.exercise.groups if isinstance(item.look, Equal)]
        everywhere = {place for look in looks for place in look.places}
        alike = {place for place in everywhere if _agree(judging, seen, place, place)}
        return alike == everywhere or (len(self.places) > 1 and set(self.places) <= alike)


def _agree(judging: Judging, seen: Evidence, place: Place, mine: Place) -> bool:
    want, have = seen.facts["objects"][place[0]], judging.evidence.facts["objects"][mine[0]]
    if want["status"] == have["status"] == "seen":
        want, have = judging.call(seen, *place), judging.call(judging.evidence, *mine)
    if want["status"] != "seen" or have["status"] != "seen":
        keys = ("status", "problem", "error")
        return [want.get(key) for key in keys] == [have.get(key) for key in keys]
    return compare_call("", want, have, seen, judging.evidence) is None


@dataclass(frozen=True)
class Used(Look):
    """층을 새로 만들어 쓴 일(`observe.layer.in_use`)의 결과가 같음."""

    def compare(self, judging: Judging, thing: int, number: int) -> Failure | None:
        question, wanted, found = judging.records(thing)
        calls = found.get("calls", [])
        if calls and calls[0]["status"] == "seen" and not calls[0]["outputs"]:
            return NOTHING
        asked, want, have = (record["uses"][number] for record in (question, wanted, found))
        mine = judging.evidence
        failure = compare_use(judging.name, asked, want, have, judging.reference, mine)
        if failure and judging.wrong and have["status"] == "seen":
            if judging.told_unsteady:
                return judging.told_unsteady
            own = compare_own(judging.name, asked, found, have, failure, (judging.reference, mine))
            return (judging.weights_failure(thing) or failure) if own == failure else own
        return failure


@dataclass(frozen=True)
class _Drawn:
    """비교할 결과들: `made`로 만든 층에 `asked`를 물은 참고 답안의 값과 학습자의 값들, 그리고 둘의 기록."""

    made: str
    asked: dict[str, Any]
    records: tuple[dict[str, Any], dict[str, Any]]
    wanted: np.ndarray
    found: list[np.ndarray]
    inferred: np.ndarray | None
    """추론 모드에서 같은 입력으로 부른 학습자의 값(그렇게 물었을 때만)."""


class _Random(Look):
    """난수가 참고 답안과 같은 분포인지. 비교할 결과는 `chosen`이 고릅니다."""

    def compare(self, judging: Judging, thing: int, number: int) -> Failure | None:
        question, wanted, found = judging.records(thing)
        asked, want, results = self.chosen(question, wanted, found, number)
        for record in results:
            if record["status"] != "seen":
                return explained(record, judging.name)
        outputs = [output for record in results for output in self.outputs(record)]
        expected = self.outputs(want)
        for item in outputs:
            if not item:
                return NOTHING
            shape = expected[0][0]["shape"]
            if item[0].get("shape") != shape:
                return (
                    f"결과의 모양이 `{tuple(shape)}`이어야 하는데 "
                    f"`{tuple(item[0].get('shape') or ())}`입니다.",
                    "",
                )
        wants = judging.reference.arrays[expected[0][0]["array"]]
        haves = [judging.evidence.arrays[item[0]["array"]] for item in outputs]
        made = f"{judging.name}({_arguments(question)})"
        still = _inferred(judging, question, asked, thing)
        return self.differs(judging, _Drawn(made, asked, (want, results[0]), wants, haves, still))

    def chosen(
        self, question: dict[str, Any], wanted: dict[str, Any], found: dict[str, Any], number: int
    ) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
        """물은 것, 참고 답안의 기록, 학습자의 기록들: 호출과 바로 앞의 (같은 입력의) 호출."""
        asked, want, have = (record["calls"][number] for record in (question, wanted, found))
        return asked, want, [have, found["calls"][number - 1]]

    def outputs(self, record: dict[str, Any]) -> list[Any]:
        """기록 하나에 든 결과들."""
        return [record["outputs"]]

    def differs(self, judging: Judging, drawn: _Drawn) -> Failure | None:
        """비교할 결과들이 다른 점."""
        source = judging.challenge.arrays[drawn.asked["inputs"]["tensor"]]
        if Gaussian in judging.failed and type(self) is not Gaussian:
            # 어떤 잡음인지는 앞의 항목에서 보았습니다.
            return compare_freshness(drawn.made, source, drawn.wanted, drawn.found)
        return compare_gaussian(drawn.made, source, drawn.wanted, drawn.found)


@dataclass(frozen=True)
class Gaussian(_Random):
    """입력에 참고 답안과 같은 정규분포의 잡음을 더함."""

    def chosen(
        self, question: dict[str, Any], wanted: dict[str, Any], found: dict[str, Any], number: int
    ) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
        asked, want, results = super().chosen(question, wanted, found, number)
        return asked, want, results[:1]


@dataclass(frozen=True)
class FreshGaussian(_Random):
    """`Gaussian`이면서 바로 앞의 호출(같은 입력)과 다른 잡음."""


@dataclass(frozen=True)
class FreshInGraph(_Random):
    """`uses`의 "graph"에서 부를 때마다 새 잡음."""

    def chosen(
        self, question: dict[str, Any], wanted: dict[str, Any], found: dict[str, Any], number: int
    ) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
        asked, want, have = (record["uses"][number] for record in (question, wanted, found))
        return asked, want, [have]

    def outputs(self, record: dict[str, Any]) -> list[Any]:
        made: list[Any] = record["outputs"]
        return made


@dataclass(frozen=True)
class Dropped(_Random):
    """훈련 모드에서 참고 답안과 같은 드롭아웃이고, 바로 앞의 호출(같은 입력)과는 다른 자리를 버림.

    같은 행을 되풀이한 입력으로 봅니다. `where`는 명세의 드롭아웃이 있는 곳입니다(조언에 적습니다).
    """

    where: str = ""

    def differs(self, judging: Judging, drawn: _Drawn) -> Failure | None:
        made, asked, wanted, found = drawn.made, drawn.asked, drawn.wanted, drawn.found

        def differs(want: np.ndarray, have: np.ndarray, before: np.ndarray) -> Failure | None:
            return compare_noise(
                made, want, have, before, inferred=drawn.inferred, where=self.where
            )

        failure = differs(wanted, found[0], found[1])
        if failure is None:
            return None
        if asked.get("training") == "fit" and Dropped in judging.failed:
            still = differs(wanted, found[1], found[1])
            if still and still[0] == failure[0]:
                return failure
            # 명세와 다른 드롭아웃이면 앞의 항목에서 말했습니다. 여기서는 그것과 같은지만 봅니다.
            return _told_for(asked, differs(found[1], found[0], found[1]))
        rates = [
            [layer["dropped"] for layer in record["layers"] if layer["class"] == "Dropout"]
            for record in drawn.records
        ]
        wanted_rates, found_rates = rates
        if len(wanted_rates) == len(found_rates) and None not in wanted_rates + found_rates:
            for rate, have in zip(wanted_rates, found_rates, strict=True):
                if abs(have - rate) > RATE_TOLERANCE:
                    share = f"드롭아웃 층이 값의 {have:.0%}를 0으로 만듭니다(명세 {rate:.0%})."
                    return failure[0], f"{share} 받은 `rate`를 그대로 드롭아웃 층에 주세요."
            if judging.wrong and not differs(found[0], found[0], found[1]):
                # 드롭아웃은 맞고, 그 앞이나 뒤의 계산이 틀렸습니다.
                return None
        return _told_for(asked, failure)


def _inferred(
    judging: Judging, question: dict[str, Any], asked: dict[str, Any], thing: int
) -> np.ndarray | None:
    same = [
        number
        for number, call in enumerate(question.get("calls", []))
        if call["inputs"] == asked["inputs"] and call.get("training") is False
    ]
    return judging.value(judging.evidence, thing, same[0]) if same else None


def _arguments(question: dict[str, Any]) -> str:
    given = [str(value) for value in question.get("args", [])]
    given += [f"{key}={value}" for key, value in question.get("kwargs", {}).items()]
    return ", ".join(given)


def _told_for(asked: dict[str, Any], failure: tuple[str, str] | None) -> tuple[str, str] | None:
    if failure and asked.get("training") == "fit" and "훈련 모드에서도" in failure[0]:
        return (
            failure[0].replace("훈련 모드에서도", "`fit`으로 훈련할 때도"),
            "`fit`은 `call`에 `training` 매개변수가 있을 때만 훈련 모드로 부릅니다.",
        )
    return failure
