"""Challenge에 JSON으로 적힌 식을 파이썬 함수로 만듭니다.

여기 없는 것: 모델의 설명(`observe.described`), 인수의 구조(`observe.structure`).

식은 `"x"`(인수), 수, `[연산, 식, …]` 가운데 하나입니다. 예: `["+", ["sin", "x"], ["*", 2.0, "x"]]`.
`["derivative", 식]`은 학습자의 함수로 그 식을 미분한 것입니다.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

_OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": tf.add,
    "-": tf.subtract,
    "*": tf.multiply,
    "/": tf.divide,
    "exp": tf.exp,
    "sin": tf.sin,
    "tanh": tf.tanh,
    "log": tf.math.log,
    "maximum": tf.maximum,
    "sum": tf.reduce_sum,
    "constant": tf.constant,
}


def function_of(expression: Any, subject: Callable[..., Any]) -> Callable[[Any], Any]:
    """식을 계산하는 함수. `subject`는 학습자의 `derivative(f, x)` 꼴의 함수입니다."""

    def function(x: Any) -> Any:
        return _value(expression, x, subject)

    return function


def _value(expression: Any, x: Any, subject: Callable[..., Any]) -> Any:
    if expression == "x":
        return x
    if isinstance(expression, (int, float)):
        return expression
    operation, *parts = expression
    if operation == "derivative":
        return subject(function_of(parts[0], subject), x)
    return _OPERATIONS[operation](*(_value(part, x, subject) for part in parts))
