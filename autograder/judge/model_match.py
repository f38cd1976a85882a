"""같은 가중치를 넣은 두 모델이 같은 값을 내는지: 추론 모드에서, 훈련 모드에서, 갈래를 다른 순서로 실행해서."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.exercise import ModelExercise
from autograder.judge import branches
from autograder.judge.model_reference import in_order, wanted_steps
from autograder.observe import structure
from autograder.observe.model import first_run
from autograder.observe.probe import output_sizes, probe_values, probing
from autograder.protocol import Challenge, Evidence

RELATIVE_TOLERANCE = 2e-3
"""출력의 차이를 출력이 퍼진 정도로 나눈 값의 한계. float32 오차는 1e-5쯤입니다."""


def matching(
    exercise: ModelExercise,
    challenge: Challenge,
    reference: Evidence,
    evidence: Evidence,
    name: str,
) -> str:
    """추론의 값이 같으면 "same", 갈래를 실행한 순서만 다르면 "reordered", 다르면 ""."""
    wanted, found = reference.facts["parts"][name], evidence.facts.get("parts", {}).get(name, {})
    if found.get("status") != "seen" or found["untracked"]:
        return ""
    shapes = [
        sorted((w["shape"], w["trainable"]) for w in _weights(facts, part))
        for facts, part in ((reference.facts, wanted), (evidence.facts, found))
    ]
    if shapes[0] != shapes[1] or len(wanted["outputs"]) != len(found["outputs"]):
        return ""
    if not np.allclose(wanted["losses"], np.array(found["losses"], float), rtol=1e-3, atol=1e-6):
        return ""
    given = [
        [evidence.arrays.get(output.get("array")) for output in in_order(exercise, found, outputs)]
        for outputs in found["outputs"]
    ]
    answers = [
        [reference.arrays.get(output["array"]) for output in outputs]
        for outputs in wanted["outputs"]
    ]
    if _all_close(answers, given):
        return "same"
    if len(reference.facts["parts"]) > 1 or not branches.is_graph(wanted):
        return ""
    others = _other_answers(exercise, challenge, name, given)
    return "reordered" if any(_all_close(other, given) for other in others) else ""


def trains_alike(
    exercise: ModelExercise, reference: Evidence, evidence: Evidence, name: str
) -> bool:
    """훈련 모드에서도 참고 모델과 같은 값을 내는지. 드롭아웃이 있는 명세는 값을 견줄 수 없어 참입니다."""
    wanted, found = reference.facts["parts"][name], evidence.facts["parts"][name]
    if any(step.invisible for step in wanted_steps(exercise, name, wanted)):
        return True
    want = [reference.arrays[output["array"]] for output in wanted["training_outputs"]]
    have = [
        evidence.arrays.get(output.get("array"))
        for output in in_order(exercise, found, found["training_outputs"])
    ]
    return _all_close([want], [have])


def _all_close(wanted: list[list[Any]], found: list[list[Any]]) -> bool:
    return all(
        len(one) == len(other) and all(map(close, one, other))
        for one, other in zip(wanted, found, strict=True)
    )


def _other_answers(
    exercise: ModelExercise, challenge: Challenge, name: str, given: list[list[Any]]
) -> Iterator[list[list[Any]]]:
    """갈래를 다른 순서로 실행했을 때 참고 모델이 낼 출력들.

    관찰은 실행한 순서대로 값을 넣으므로, 갈래의 순서만 다른 같은 모델은 다른 값을 냅니다.
    """
    model = exercise.solution()[name]
    question = challenge.facts["parts"][name]["inputs"]
    inputs, _, trace = first_run(model, structure.build(question, challenge.arrays), [])
    with probing(trace.weights, model.variables):
        for order in branches.weight_orders(trace):
            answers: list[list[Any]] = []
            for seed, outputs in zip(challenge.facts["seeds"], given, strict=True):
                ordered = [trace.weights[index] for index in order]
                ends = output_sizes(trace.outputs) if answers else None
                values = probe_values(ordered, seed, ends)
                for weight, value in zip(ordered, values, strict=True):
                    weight.assign(value)
                arrays: dict[str, np.ndarray] = {}
                found = structure.collect("other", model(inputs, training=False), arrays)
                answers.append([arrays[output["array"]] for output in found])
                # 첫 시드에서 다르면 나머지는 볼 것이 없습니다.
                if not _all_close(answers[-1:], [outputs]):
                    break
            else:
                yield answers


def _weights(facts: dict[str, Any], part: dict[str, Any]) -> list[dict[str, Any]]:
    return [facts["weights"][index] for index in part["weights"]]


def close(wanted: np.ndarray | None, found: np.ndarray | None) -> bool:
    """두 출력이 float32 오차 안에서 같은지. 차이를 `wanted`가 퍼진 정도로 나누어 봅니다."""
    if wanted is None or found is None or wanted.shape != found.shape:
        return False
    if not np.all(np.isfinite(found)):
        return False
    spread = float(np.std(wanted)) or float(np.max(np.abs(wanted), initial=0.0)) or 1.0
    return float(np.max(np.abs(wanted - found), initial=0.0)) <= RELATIVE_TOLERANCE * spread
