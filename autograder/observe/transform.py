"""`transform` 관찰: 모델을 받아 모델을 돌려주는 함수에 여러 모델을 넣어 봅니다.

여기 없는 것: 물음을 만드는 일(`kinds.transform`), 판정(`judge.transform`), 모델 하나의 관찰(`observe.model`).

Challenge의 `facts`
- `name`: 학습자가 정의한 함수의 이름
- `bases`: 넣을 모델들. `{"class": "Sequential"·"Functional", "config": 케라스 설정,
  "inputs": 구조, "seed": 가중치를 채울 시드}`
"""

from __future__ import annotations

import copy
from typing import Any

import keras
import numpy as np

from autograder.observe import structure
from autograder.observe.model import first_run, identify
from autograder.observe.probe import probe_values, snapshot
from autograder.observe.problems import not_callable, problem
from autograder.protocol import Challenge, Evidence

_CLASSES = {"Sequential": keras.Sequential, "Functional": keras.Model}


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """`subject[이름]`을 challenge가 적은 모델마다 부릅니다."""
    function = subject.get(challenge.facts["name"])
    # 부르면 모델이 나오는 것이면 함수든 클래스든 상관없습니다.
    if missing := not_callable(function):
        return Evidence(challenge.exercise, challenge.kind, missing)
    arrays: dict[str, np.ndarray] = {}
    results = [
        _result(f"{number}", function, question, challenge, arrays)
        for number, question in enumerate(challenge.facts["bases"])
    ]
    facts = {"status": "seen", "results": results}
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def _result(
    name: str,
    function: Any,
    question: dict[str, Any],
    challenge: Challenge,
    arrays: dict[str, np.ndarray],
) -> dict[str, Any]:
    base = built(question)
    values = probe_values(base.weights, question["seed"])
    for weight, value in zip(base.weights, values, strict=True):
        weight.assign(value)
    names, trainable = _state(base)
    known = {id(weight) for weight in base.weights}
    own = {id(layer) for layer in base.layers}
    try:
        made = function(base)
    except Exception as error:  # noqa: BLE001 - 학습자의 함수는 무엇이든 던집니다
        return problem("call", error)
    if isinstance(made, (list, tuple)):
        return problem("returned_list", type=type(made).__name__)
    record = identify(made)
    if record["status"] == "unattempted":
        return problem("none")
    if record["status"] != "seen":
        return record
    record["same"] = made is base
    given = structure.build(question["inputs"], challenge.arrays)
    try:
        _, _, trace = first_run(made, given, [])
        record["outputs"] = structure.collect(name, trace.outputs, arrays)
    except structure.TooLarge as error:
        return problem("huge", error)
    except Exception as error:  # noqa: BLE001
        return problem("call", error)
    record["form"] = type(trace.outputs).__name__
    listed = trace.outputs if isinstance(trace.outputs, (list, tuple)) else [trace.outputs]
    record["sequential"] = isinstance(base, keras.Sequential)
    record["nested"] = any(isinstance(output, (list, tuple, dict)) for output in listed)
    record["added"] = sorted(
        {call.class_name for call in trace.leaves if call.layer_id not in own} - {"InputLayer"}
    )
    record["foreign"] = sum(id(weight) not in known for weight in made.weights)
    names_after, trainable_after = _state(base)
    record["base_frozen"] = trainable != trainable_after
    record["base_changed"] = names != names_after or any(
        not np.array_equal(snapshot(weight), value)
        for weight, value in zip(base.weights, values, strict=False)
    )
    return record


def built(question: dict[str, Any]) -> Any:
    """물음에 적힌 모델."""
    # 케라스가 설정을 고쳐 쓰므로 복사해서 줍니다.
    return _CLASSES[question["class"]].from_config(copy.deepcopy(question["config"]))


def _state(base: Any) -> tuple[list[str], list[bool]]:
    """층의 이름들과, 모델과 층의 `trainable`."""
    names = [layer.name for layer in base.layers]
    return names, [bool(layer.trainable) for layer in [base, *base.layers]]
