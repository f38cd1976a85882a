"""`open` 관찰: 어떤 모델이든 레이블 없는 입력에 대한 예측과 파라미터의 수를 적습니다.

여기 없는 것: 물음을 만드는 일(`kinds.open`), 정확도를 재는 일(`judge.open`).

Challenge의 `facts`는 모델의 이름 `name`과 클래스의 수 `classes`, 입력을 나눌 수 `scale`,
배열 `images`는 나누기 전의 입력입니다.
"""

from __future__ import annotations

import contextlib
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.observe.problems import problem
from autograder.observe.started import untouched
from autograder.protocol import Challenge, Evidence

BATCH = 500
SMALL = 64
"""이보다 작은 상수(모양, 축, 비율)는 파라미터로 세지 않습니다."""
PYTHON = ("PyFunc", "PyFuncStateless", "EagerPyFunc")
"""파이썬을 부르는 연산. 그 안에서 무엇을 쓰는지는 그래프로 알 수 없습니다."""


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """모델을 불러 예측한 클래스와 출력의 모양, 파라미터의 수를 적습니다."""
    from autograder.observe.model import identify

    model: Any = subject.get(challenge.facts["name"])
    facts = identify(model)
    if facts["status"] != "seen":
        return Evidence(challenge.exercise, challenge.kind, facts)
    raw = challenge.arrays["images"].astype("float32")
    images = raw / np.float32(challenge.facts["scale"])
    arrays: dict[str, np.ndarray] = {}
    try:
        found = _only(model(images[:1], training=False))
        if found is None:
            return Evidence(challenge.exercise, challenge.kind, facts | problem("returns_none"))
        if keras.tree.is_nested(found):
            facts["nested"] = {"type": type(found).__name__, "count": len(found)}
            return Evidence(challenge.exercise, challenge.kind, facts)
        outputs = _run(model, images)
    except Exception as error:  # noqa: BLE001 - 학습자의 모델은 무엇이든 던집니다
        return Evidence(challenge.exercise, challenge.kind, facts | problem("call", error))
    facts["shape"] = list(outputs.shape)
    facts["finite"] = bool(np.all(np.isfinite(outputs)))
    facts["parameters"] = _parameters(model)
    facts |= _hidden_numbers(model, images[:2])
    with contextlib.suppress(Exception):
        values = [np.asarray(keras.ops.convert_to_numpy(w)) for w in model.trainable_weights]
        facts["started"] = untouched(values)
    optimizer = getattr(model, "optimizer", None)
    facts["trained_steps"] = 0 if optimizer is None else int(optimizer.iterations)
    if outputs.shape == (len(images), challenge.facts["classes"]):
        arrays["predicted"] = np.argmax(outputs, axis=-1).astype("int32")
        arrays["predicted_raw"] = np.argmax(_run(model, raw), axis=-1).astype("int32")
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def _run(model: Any, images: np.ndarray) -> np.ndarray:
    parts = [
        np.asarray(
            keras.ops.convert_to_numpy(_only(model(images[start : start + BATCH], training=False)))
        )
        for start in range(0, len(images), BATCH)
    ]
    return np.concatenate(parts) if parts[0].ndim else parts[0]


def _only(outputs: Any) -> Any:
    """출력이 하나뿐인 리스트면 그 출력."""
    return outputs[0] if isinstance(outputs, (list, tuple)) and len(outputs) == 1 else outputs


def _parameters(model: Any) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.weights)


def _hidden_numbers(model: Any, images: np.ndarray) -> dict[str, Any]:
    """모델의 가중치가 아니면서 계산에 쓰는 수(상수로 넣은 배열, 모델이 모르는 변수)의 개수.

    그래프로 모두 볼 수 없는 모델은 그 이유를 `uncounted`에 적습니다.
    """
    run = tf.function(lambda given: model(given, training=False), autograph=False)
    try:
        graph = run.get_concrete_function(tf.constant(images)).graph
    except Exception as error:  # noqa: BLE001 - 학습자의 모델은 무엇이든 던집니다
        return {"hidden": 0, "uncounted": problem("call", error)}
    known = {id(getattr(weight, "value", weight)) for weight in model.variables}
    known |= {id(getattr(weight, "_value", weight)) for weight in model.variables}
    sizes = [int(np.prod(v.shape)) for v in graph.variables if id(v) not in known]
    captured = [outer for outer, _ in graph.captures]
    sizes += [int(np.prod(t.shape)) for t in captured if t.dtype != tf.resource]
    definition = graph.as_graph_def()
    functions = [function.node_def for function in definition.library.function]
    nodes = [node for listed in (definition.node, *functions) for node in listed]
    for node in nodes:
        if node.op == "Const":
            shape = node.attr["value"].tensor.tensor_shape
            sizes.append(int(np.prod([size.size for size in shape.dim])))
    hidden = {"hidden": sum(size for size in sizes if size > SMALL)}
    return hidden | ({"uncounted": {}} if any(node.op in PYTHON for node in nodes) else {})
