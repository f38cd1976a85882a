"""`open` 관찰: 어떤 모델이든 레이블 없는 입력에 대한 예측과 파라미터의 수를 적습니다.

Challenge의 `facts`는 모델의 이름 `name`과 클래스의 수 `classes`, 입력을 나눌 수 `scale`,
배열 `images`는 나누기 전의 입력입니다.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.observe.problems import problem
from autograder.protocol import Challenge, Evidence

BATCH = 500
SMALL = 64
"""이보다 작은 상수(모양, 축, 비율)는 파라미터로 세지 않습니다."""


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """모델을 불러 예측한 클래스와 출력의 모양, 파라미터의 수를 적습니다."""
    from autograder.observe.model import identify

    model = subject.get(challenge.facts["name"])
    facts = identify(model)
    if facts["status"] != "seen":
        return Evidence(challenge.exercise, challenge.kind, facts)
    raw = challenge.arrays["images"].astype("float32")
    images = raw / np.float32(challenge.facts["scale"])
    arrays: dict[str, np.ndarray] = {}
    try:
        outputs = _run(model, images)
    except Exception as error:  # noqa: BLE001 - 학습자의 모델은 무엇이든 던집니다
        return Evidence(challenge.exercise, challenge.kind, facts | problem("call", error))
    facts["shape"] = list(outputs.shape)
    facts["finite"] = bool(np.all(np.isfinite(outputs)))
    facts["parameters"] = _parameters(model)
    facts["hidden"] = _hidden_numbers(model, images[:2])
    optimizer = getattr(model, "optimizer", None)
    facts["trained_steps"] = 0 if optimizer is None else int(optimizer.iterations)
    if outputs.shape == (len(images), challenge.facts["classes"]):
        arrays["predicted"] = np.argmax(outputs, axis=-1).astype("int32")
        arrays["predicted_raw"] = np.argmax(_run(model, raw), axis=-1).astype("int32")
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def _run(model: Any, images: np.ndarray) -> np.ndarray:
    parts = [
        np.asarray(keras.ops.convert_to_numpy(model(images[start : start + BATCH], training=False)))
        for start in range(0, len(images), BATCH)
    ]
    return np.concatenate(parts)


def _parameters(model: Any) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.weights)


def _hidden_numbers(model: Any, images: np.ndarray) -> int:
    """모델의 가중치가 아니면서 계산에 쓰는 수(상수로 넣은 배열, 모델이 모르는 변수)의 개수."""
    try:
        run = tf.function(lambda given: model(given, training=False), autograph=False)
        graph = run.get_concrete_function(tf.constant(images)).graph
        known = {id(getattr(weight, "value", weight)) for weight in model.variables}
        known |= {id(getattr(weight, "_value", weight)) for weight in model.variables}
        sizes = [int(np.prod(v.shape)) for v in graph.variables if id(v) not in known]
        captured = [outer for outer, _ in graph.captures]
        sizes += [int(np.prod(t.shape)) for t in captured if t.dtype != tf.resource]
        definition = graph.as_graph_def()
        functions = [function.node_def for function in definition.library.function]
        for nodes in (definition.node, *functions):
            for node in nodes:
                if node.op == "Const":
                    shape = node.attr["value"].tensor.tensor_shape
                    sizes.append(int(np.prod([size.size for size in shape.dim])))
    except Exception:  # noqa: BLE001 - 그래프로 바꿀 수 없는 모델은 가중치만 셉니다
        return 0
    return sum(size for size in sizes if size > SMALL)
