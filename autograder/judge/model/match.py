"""같은 가중치를 넣은 두 모델이 같은 값을 내는지: 추론 모드에서, 훈련 모드에서, 갈래를 다른 순서로 실행해서.

여기 없는 것: 이유를 말하는 글(`judge.model.whole`), 가중치를 넣어 실행하는 일(`observe.model`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.judge.model import branches
from autograder.judge.model.reference import in_order, wanted_steps
from autograder.kinds import ModelExercise
from autograder.kinds.telling import tried
from autograder.observe import structure
from autograder.observe.model import arranged, asked_inputs, fillings
from autograder.observe.probe import Scale, probe_values, probing
from autograder.observe.trace import record_calls
from autograder.protocol import Challenge, Evidence

LOSS_TOLERANCE = 1e-3
RELATIVE_TOLERANCE, LARGEST_TOLERANCE = 2e-3, 2e-2
"""출력의 차이를 출력이 퍼진 정도로 나눈 값의 한계: 제곱평균과 가장 큰 것.

float32 오차는 1e-5쯤이고, 곱하는 값을 10비트로 줄이는 장치(TensorFloat-32)의 오차는 제곱평균이 1e-3쯤,
가장 큰 것이 1e-2쯤입니다. `tests/test_rounding.py`가 봅니다.
"""


@dataclass(frozen=True)
class Match:
    """추론 모드에서 같은 값을 내는지(`equal`), 그렇다면 훈련 모드에서도 그런지(`alike`).

    `idle`은 훈련할 때만 일하는 층이 명세에 있는데 훈련 모드에서도 추론과 같은 값을 낸다는 것,
    `surplus`는 명세에 없는 가중치가 더 있지만 값은 같다는 것입니다. 이때 `equal`은 거짓입니다.
    """

    equal: bool
    alike: bool = True
    surplus: bool = False
    idle: bool = False


def match(
    exercise: ModelExercise,
    challenge: Challenge,
    reference: Evidence,
    evidence: Evidence,
    name: str,
    found: dict[str, Any],
) -> Match:
    """`name`인 모델의 기록 `found`를 참고 모델과 비교합니다. 갈래를 실행한 순서만 다른 모델도 같은 모델입니다."""
    wanted = reference.facts["parts"][name]
    if found.get("status") != "seen" or found["untracked"]:
        return Match(equal=False)
    asked, own = (
        Counter((tuple(w["shape"]), w["trainable"]) for w in _weights(facts, part))
        for facts, part in ((reference.facts, wanted), (evidence.facts, found))
    )
    if asked - own or len(wanted["outputs"]) != len(found["outputs"]):
        return Match(equal=False)
    if not same_losses(wanted, found):
        return Match(equal=False)

    def given(outputs: list[dict[str, Any]]) -> list[Any]:
        ordered = in_order(exercise, found, outputs)
        return [evidence.arrays.get(output.get("array")) for output in ordered]

    have = [given(outputs) for outputs in found["outputs"]]
    # 드롭아웃이 있는 명세는 훈련 모드의 값을 비교할 수 없습니다.
    random = any(step.invisible for step in wanted_steps(exercise, name, wanted))
    in_training = given(found["training_outputs"])
    trained = None if random else in_training
    want = [_arrays(reference, outputs) for outputs in wanted["outputs"]]
    surplus = bool(own - asked)
    if all(map(_all_close, want, have)):
        alike = trained is None or _all_close(
            _arrays(reference, wanted["training_outputs"]), trained
        )
        works = not _all_close(want[0], _arrays(reference, wanted["training_outputs"]))
        idle = random and works and _all_close(have[0], in_training)
        return Match(equal=not surplus, alike=alike, surplus=surplus, idle=idle)
    if len(reference.facts["parts"]) > 1 and not surplus:
        return _match_alone(exercise, challenge, evidence, name, found, have, trained)
    if surplus or not branches.is_graph(wanted):
        return Match(equal=False)
    matched = _match_reordered(exercise, challenge, name, have, trained)
    return replace(matched, idle=matched.equal and random and _all_close(have[0], in_training))


def same_losses(wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    """규제로 더해지는 손실이 같은지."""
    losses = np.array(found["losses"], float)
    return bool(np.allclose(wanted["losses"], losses, rtol=LOSS_TOLERANCE, atol=1e-6))


def _match_reordered(
    exercise: ModelExercise,
    challenge: Challenge,
    name: str,
    have: list[list[Any]],
    trained: list[Any] | None,
) -> Match:
    """참고 모델의 갈래를 다른 순서로 실행해 봅니다.

    관찰은 실행한 순서대로 값을 넣으므로, 갈래의 순서만 다른 같은 모델은 다른 값을 냅니다.
    """
    model = tried(exercise, challenge).solution[name]
    question = challenge.facts["parts"][name]["inputs"]
    given = [arranged(model, inputs) for inputs in asked_inputs(challenge, question)]
    trace = record_calls(model, given[0], configs=False)
    asked = list(zip(given, fillings(challenge), strict=True))

    def outputs_of(
        order: list[int], inputs: Any, values: tuple[int, Scale], *, training: bool = False
    ) -> list[Any]:
        ordered = [trace.weights[index] for index in order]
        for weight, value in zip(ordered, probe_values(ordered, *values), strict=True):
            weight.assign(value)
        arrays: dict[str, np.ndarray] = {}
        found = structure.collect("other", model(inputs, training=training), arrays)
        return [arrays[output["array"]] for output in found]

    with probing(trace.weights, model.variables):
        for order in branches.weight_orders(trace):
            # 한 시드에서 다르면 나머지는 실행하지 않습니다.
            if all(
                _all_close(outputs_of(order, *values), outputs)
                for values, outputs in zip(asked, have, strict=True)
            ):
                alike = trained is None or _all_close(
                    outputs_of(order, *asked[0], training=True), trained
                )
                return Match(equal=True, alike=alike)
    return Match(equal=False)


@dataclass(frozen=True)
class _Described:
    """넣는 값을 정하는 것만 적은 가중치."""

    shape: tuple[int, ...]
    name: str


def _match_alone(
    exercise: ModelExercise,
    challenge: Challenge,
    evidence: Evidence,
    name: str,
    found: dict[str, Any],
    have: list[list[Any]],
    trained: list[Any] | None,
) -> Match:
    """부분이 여럿일 때, 이 부분만 따로 봅니다. 관찰이 넣은 값을 참고 모델의 이 부분에 그대로 넣습니다.

    넣는 값은 모양이 같은 가중치 가운데 몇 번째인지로 정해지므로, 다른 부분에 가중치가 더 있거나 모자라면 이 부분의
    값까지 달라집니다.
    """
    base, _, rest = name.partition("[")
    model = tried(exercise, challenge).solution[base]
    model = model[int(rest[:-1])] if rest else model
    given = [
        arranged(model, inputs)
        for inputs in asked_inputs(challenge, challenge.facts["parts"][base]["inputs"])
    ]
    weights = record_calls(model, given[0], configs=False).weights
    described = [
        _Described(tuple(each["shape"]), str(each["name"])) for each in evidence.facts["weights"]
    ]
    own = found["weights"]
    if [tuple(weight.shape) for weight in weights] != [described[index].shape for index in own]:
        return Match(equal=False)

    def outputs_of(number: int, *, training: bool = False) -> list[Any]:
        values = probe_values(described, *fillings(challenge)[number])
        for weight, index in zip(weights, own, strict=True):
            weight.assign(values[index])
        arrays: dict[str, np.ndarray] = {}
        outputs = structure.collect("alone", model(given[number], training=training), arrays)
        return [arrays[output["array"]] for output in outputs]

    with probing(weights, model.variables):
        if not all(_all_close(outputs_of(number), each) for number, each in enumerate(have)):
            return Match(equal=False)
        alike = trained is None or _all_close(outputs_of(0, training=True), trained)
    return Match(equal=True, alike=alike)


def _arrays(evidence: Evidence, outputs: list[dict[str, Any]]) -> list[np.ndarray]:
    return [evidence.arrays[output["array"]] for output in outputs]


def _all_close(wanted: list[Any], found: list[Any]) -> bool:
    return len(wanted) == len(found) and all(map(close, wanted, found))


def _weights(facts: dict[str, Any], part: dict[str, Any]) -> list[dict[str, Any]]:
    return [facts["weights"][index] for index in part["weights"]]


def close(wanted: np.ndarray | None, found: np.ndarray | None) -> bool:
    """두 출력이 float32 오차 안에서 같은지. 차이를 `wanted`가 퍼진 정도로 나누어 봅니다."""
    if wanted is None or found is None or wanted.shape != found.shape:
        return False
    if not np.all(np.isfinite(found)):
        return False
    spread = float(np.std(wanted)) or float(np.max(np.abs(wanted), initial=0.0)) or 1.0
    error = np.abs(wanted - found) / spread
    rough = float(np.sqrt(np.mean(np.square(error)))) if error.size else 0.0
    return rough <= RELATIVE_TOLERANCE and float(error.max(initial=0.0)) <= LARGEST_TOLERANCE
