"""층의 판정 한 번: 학습자의 기록과 참고 답안의 기록, 앞의 항목에서 이미 아는 것.

여기 없는 것: 무엇을 볼지(`judge.layer.looks`), 참고 답안의 관찰(`judge.layer.reference`).
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from autograder.judge.compare import close, compare_call
from autograder.judge.layer.reference import (
    all_filled,
    at_real_places,
    carried_on,
    observe_solution,
    reference_of,
    suited,
)
from autograder.judge.layer.weights import compare_weights
from autograder.judge.problems import explain
from autograder.kinds import LayerExercise, LayerLook, Mistake
from autograder.protocol import Challenge, Evidence

Failure = tuple[str, str]
"""다른 점과 조언."""
Place = tuple[int, int]
NOTHING = ("아무것도 돌려주지 않습니다(`None`).", "`return`을 빠뜨리지 않았는지 보세요.")
_ADVICE = {
    "cannot add new elements of state": "가중치와 층은 `call`이 아니라 `build`나 `__init__`에서 만드세요.",
    "Matrix size-incompatible": "곱하는 두 행렬의 모양이 맞지 않습니다. 앞 행렬의 열과 뒤 행렬의 행의 수가 "
    "같아야 합니다. 입력의 크기는 `build(self, input_shape)`의 `input_shape[-1]`입니다.",
    "'str' object is not callable": "문자열을 함수처럼 불렀습니다. 활성화 함수의 이름이라면 "
    "`keras.activations.get(activation)`이 함수로 바꾸어 줍니다.",
    "does not have a `call": "`call` 메서드가 없습니다. 이름의 철자와 들여쓰기를 보세요.",
}


class Judging:
    """한 번의 판정. `wrong`은 앞의 항목에서 값이나 가중치가 이미 틀렸는지, `failed`는 틀린 것들의 종류,
    `cause`는 지금 보는 항목을 틀리게 한 오해입니다."""

    def __init__(self, exercise: LayerExercise, challenge: Challenge, evidence: Evidence) -> None:
        exercise = suited(exercise, challenge, evidence)
        self.exercise, self.challenge = exercise, challenge
        self.name = exercise.subjects[0]
        first = observe_solution(exercise, challenge)
        self.evidence = all_filled(first, evidence)
        self.reference = reference_of(exercise, challenge, first, self.evidence)
        self.wrong = False
        self.failed: set[type[LayerLook]] = set()
        self.known: Mistake | None = None
        self.cause: Mistake | None = None
        self.unexplained = False
        self.told_unsteady: Failure | None = None
        self.carried: list[Evidence] | None = None

    def records(self, thing: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """객체 `thing`에게 물은 것, 참고 답안의 기록, 학습자의 기록."""
        return (
            self.challenge.facts["objects"][thing],
            self.reference.facts["objects"][thing],
            self.evidence.facts["objects"][thing],
        )

    def weights_failure(self, thing: int) -> Failure | None:
        """이 객체의 가중치를 참고 답안처럼 채울 수 없어 값을 비교할 수 없으면 그 이유."""
        found = self.evidence.facts["objects"][thing]
        wanted = self.reference.facts["objects"][thing]
        if found["status"] != "seen" or ("filled" in found and not found["strays"]):
            return None
        shapes = [sorted(item["shape"] for item in one["weights"]) for one in (wanted, found)]
        if shapes[0] == shapes[1]:
            return None
        if found.get("failed_first"):
            return explained(found["failed_first"], self.name)
        return compare_weights(wanted["weights"], found["weights"], found["hidden"])

    def equal(self, thing: int, number: int) -> Failure | None:
        want = self.call(self.reference, thing, number)
        have = self.call(self.evidence, thing, number)
        asked = self.challenge.facts["objects"][thing]["calls"][number]
        masked = asked.get("mask", {}).get("tensor")
        sides = [
            at_real_places(one, record, self.challenge.arrays[masked]) if masked else one
            for one, record in ((self.reference, want), (self.evidence, have))
        ]
        failure = compare_call(self.name, want, have, *sides)
        if failure is None:
            return None
        if have["status"] != "seen":
            return explained(have, self.name)
        if self.wrong and (thing, number) in self.exercise.own and self._own(thing, number):
            return None
        return None if self._carries_on(thing, number) else failure

    def _carries_on(self, thing: int, number: int) -> bool:
        """앞에서 틀린 학습자의 값에서 명세대로 이어 간 값인지(`LayerExercise.carried`)."""
        carried = self.exercise.carried
        if carried is None or thing or number in carried.sources or not self.wrong:
            return False
        if self.carried is None:
            self.carried = carried_on(
                self.exercise, self.challenge, carried, partial(self.value, self.evidence)
            )
        have = self.call(self.evidence, thing, number)
        pairs = [(one, self.call(one, 0, number)) for one in self.carried]
        return any(
            want["status"] == "seen" and compare_call("", want, have, one, self.evidence) is None
            for one, want in pairs
        )

    def call(self, evidence: Evidence, thing: int, number: int) -> dict[str, Any]:
        record: dict[str, Any] = evidence.facts["objects"][thing]["calls"][number]
        return record

    def value(self, evidence: Evidence, thing: int, number: int) -> np.ndarray | None:
        """텐서 하나를 돌려주었으면 그 값."""
        record = evidence.facts["objects"][thing]
        calls = record.get("calls", [])
        if record["status"] != "seen" or calls[number]["status"] != "seen":
            return None
        outputs = calls[number]["outputs"]
        if len(outputs) != 1 or "array" not in outputs[0]:
            return None
        return evidence.arrays[outputs[0]["array"]]

    def _own(self, thing: int, number: int) -> bool:
        """값은 이미 틀렸지만 학습자의 값끼리는 맞는지."""
        have, want = (self.value(one, thing, number) for one in (self.evidence, self.reference))
        relation = self.exercise.own[thing, number]
        if have is None or want is None or have.shape != want.shape:
            return False
        if relation is None:
            return bool(np.all(np.isfinite(have)))
        other = self.value(self.evidence, *relation[0])
        return other is not None and close(relation[1](other.astype("float64")), have, 1e-4)

    def unsteady(self, thing: int, number: int) -> Failure | None:
        """추론 모드에서 같은 입력으로 부른 다른 결과와도 다른지: 난수를 씁니다."""
        asked = self.challenge.facts["objects"][thing]["calls"]
        mine = self.value(self.evidence, thing, number)
        if asked[number].get("training") or mine is None or self.weights_failure(thing):
            return None
        for other, call in enumerate(asked):
            given = ("inputs", "mask", "more")
            alike = all(call.get(key) == asked[number].get(key) for key in given)
            same = alike and not call.get("training")
            again = self.value(self.evidence, thing, other) if same else None
            if other == number or again is None or call.get("training") == "fit":
                continue
            # 주지 않은 것과 비교하면 기본값이 True라서 다를 수도 있습니다.
            comparable = asked[number].get("training") is False or call.get("training") is None
            if comparable and not close(again, mine, 1e-4):
                if not any(call.get("training") for call in asked):
                    return (
                        "같은 입력인데 부를 때마다 값이 다릅니다.",
                        "앞에서 부른 값을 `self`에 남겨 두고 쓰거나 난수를 쓰지 않는지 보세요.",
                    )
                return (
                    "같은 입력인데 부를 때마다 값이 다릅니다. 추론 모드에서도 난수를 씁니다.",
                    "`training`이 참일 때만 난수를 쓰는지, `training`의 기본값이 `None`이나 "
                    "`False`인지 보세요.",
                )
        return None


def explained(found: dict[str, Any], name: str) -> Failure:
    message, advice = explain(found, name)
    if found.get("problem") == "not_layer":
        kind = found.get("type", "")
        return f"`{name}(...)`으로 만든 것이 케라스 모델이나 층이 아니라 `{kind}`입니다.", ""
    text = str(found.get("message"))
    return message, next((said for sign, said in _ADVICE.items() if sign in text), advice)
