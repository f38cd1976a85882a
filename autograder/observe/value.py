"""`value` 관찰: 이름 하나에 담긴 값의 종류, 모양, 자료형, 내용.

여기 없는 것: 물음을 만드는 일(`kinds.value`), 판정(`judge.value`), 함수의 결과(`observe.function`).
"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import tensorflow as tf

from autograder.observe import structure
from autograder.observe.problems import problem
from autograder.protocol import Challenge, Evidence


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """`subject[challenge.facts["name"]]`의 값을 적습니다."""
    value: Any = subject.get(challenge.facts["name"])
    kind = type(value).__name__
    # A comma left at the end of the line makes a tuple of one tensor.
    alone = isinstance(value, (list, tuple)) and len(value) == 1 and tf.is_tensor(value[0])
    if alone:
        value = value[0]
    if value is None:
        return Evidence(challenge.exercise, challenge.kind, problem("none"))
    arrays: dict[str, np.ndarray] = {}
    try:
        found = structure.collect("value", _as_array(value), arrays)
    except structure.TooLarge as error:
        return Evidence(challenge.exercise, challenge.kind, problem("huge", error))
    # A tensor inside a graph has no value yet.
    is_tensor = isinstance(value, tf.Tensor) and hasattr(value, "numpy")
    if len(found) != 1 or ("array" not in found[0] and not is_tensor):
        facts = problem("not_value", type=kind)
        return Evidence(challenge.exercise, challenge.kind, facts)
    record = found[0] | {"type": kind, "tensor": is_tensor and not alone, "alone": alone}
    if is_tensor:
        record |= {"shape": value.shape.as_list(), "dtype": value.dtype.name}
    facts = {"status": "seen", "value": record}
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def _as_array(value: Any) -> Any:
    """수로 된 리스트는 배열로, 넘파이에 없는 자료형은 `float32`로 보아 모양과 값까지 말해 줄 수 있게 합니다."""
    if isinstance(value, tf.Tensor) and value.dtype == tf.bfloat16:
        return tf.cast(value, tf.float32)
    if isinstance(value, (list, tuple)):
        with contextlib.suppress(ValueError, TypeError):
            return np.asarray(value)
    return value
