"""`layer` 관찰: 층이나 모델의 클래스로 객체를 만들고, 가중치를 정해 두고 불러 봅니다.

Challenge의 `facts`
- `name`: 학습자가 정의한 클래스의 이름
- `seed`: 가중치를 채울 시드
- `objects`: 만들 객체들. `{"args": [...], "calls": [{"inputs": 구조, "training": 참·거짓·없음}]}`
"""

from __future__ import annotations

import inspect
from typing import Any

import keras
import numpy as np

from autograder.observe import structure
from autograder.observe.probe import probing
from autograder.observe.problems import problem
from autograder.observe.trace import record_calls
from autograder.protocol import Challenge, Evidence


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """`subject[이름]`이 클래스일 것으로 보고 객체를 만들어 관찰합니다."""
    given = subject.get(challenge.facts["name"])
    arrays: dict[str, np.ndarray] = {}
    facts: dict[str, Any] = {"status": "seen", "type": type(given).__name__}
    if inspect.isclass(given):
        facts["model"] = issubclass(given, keras.Model)
        facts["layer"] = issubclass(given, keras.layers.Layer)
    elif given is None or isinstance(given, keras.layers.Layer) or not callable(given):
        kind = "none" if given is None else "instance"
        facts = problem(kind, type=type(given).__name__)
        return Evidence(challenge.exercise, challenge.kind, facts)
    facts["objects"] = [
        _object(f"{number}", given, question, challenge, arrays)
        for number, question in enumerate(challenge.facts["objects"])
    ]
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def _object(
    name: str,
    factory: Any,
    question: dict[str, Any],
    challenge: Challenge,
    arrays: dict[str, np.ndarray],
) -> dict[str, Any]:
    try:
        made = factory(*question["args"])
    except Exception as error:  # noqa: BLE001 - 학습자의 생성자는 무엇이든 던집니다
        return problem("construct", error)
    if not isinstance(made, keras.layers.Layer):
        return problem("not_layer", type=type(made).__name__)
    record: dict[str, Any] = {"status": "seen", "calls": []}
    before = len(made.weights)
    weights: list[Any] = []
    calls = [
        (call, structure.build(call["inputs"], challenge.arrays)) for call in question["calls"]
    ]
    try:
        record_calls(
            made, calls[0][1], training=_training(made, calls[0][0]), weights=weights, bridges=False
        )
    except Exception as error:  # noqa: BLE001
        return problem("call", error)
    record["weights_before_call"] = before
    record["weights"] = [
        {"shape": list(item.shape), "name": str(item.name), "trainable": bool(item.trainable)}
        for item in weights
    ]
    with probing(weights, made.variables) as fill:
        fill(challenge.facts["seed"])
        for index, (call, inputs) in enumerate(calls):
            record["calls"].append(_call(f"{name}/{index}", made, call, inputs, weights, arrays))
    record["weights_after"] = len(made.weights)
    return record


def _training(made: Any, call: dict[str, Any]) -> bool | None:
    """`"fit"`이면 `Model.fit`처럼: `call`에 `training` 매개변수가 있을 때만 True."""
    if call.get("training") != "fit":
        return call.get("training")
    return True if "training" in inspect.signature(made.call).parameters else None


def _call(
    name: str,
    made: Any,
    call: dict[str, Any],
    inputs: Any,
    weights: list[Any],
    arrays: dict[str, np.ndarray],
) -> dict[str, Any]:
    try:
        trace = record_calls(
            made, inputs, training=_training(made, call), weights=weights, bridges=False
        )
        outputs = structure.collect(name, trace.outputs, arrays)
    except structure.TooLarge as error:
        return problem("huge", error)
    except Exception as error:  # noqa: BLE001
        return problem("call", error)
    layers = [
        {"class": leaf.class_name, "config": leaf.config, "dropped": leaf.dropped}
        for leaf in trace.leaves
    ]
    return {"status": "seen", "outputs": outputs, "layers": layers}
