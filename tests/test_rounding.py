"""A right model stays right where products are rounded to ten bits (TensorFloat-32 on some GPUs)."""

from __future__ import annotations

from typing import Any

import pytest
import tensorflow as tf

from autograder.exercises import get
from autograder.judge import judge
from autograder.observe import observe

DROPPED = 13
"""float32 keeps 23 bits of the fraction, TensorFloat-32 ten."""


def rounded(value: Any) -> Any:
    tensor = tf.convert_to_tensor(value)
    if tensor.dtype != tf.float32:
        return tensor
    bits = tf.bitcast(tensor, tf.int32) + (1 << (DROPPED - 1))
    return tf.bitcast(tf.bitwise.bitwise_and(bits, tf.constant(-(1 << DROPPED))), tf.float32)


def round_products(patch: pytest.MonkeyPatch) -> None:
    for module, name in (
        (tf.nn, "convolution"),
        (tf.nn, "conv2d_transpose"),
        (tf, "matmul"),
    ):
        exact = getattr(module, name)
        patch.setattr(
            module,
            name,
            lambda x, y, *args, exact=exact, **kwargs: exact(
                rounded(x), rounded(y), *args, **kwargs
            ),
        )


@pytest.mark.parametrize(
    "exercise_id",
    [
        "sequential.cifar100",
        "sequential.regularized",
        "functional.autoencoder",
        "topology.tickets",
        "topology.inception",
        "topology.features",
    ],
)
def test_a_right_model_is_right_on_a_device_that_rounds(exercise_id: str) -> None:
    exercise = get(exercise_id)
    challenge = exercise.challenge(7)
    with pytest.MonkeyPatch.context() as patch:
        round_products(patch)
        evidence = observe(challenge, exercise.solution())
    report = judge(exercise, challenge, evidence)
    assert all(item.passed for item in report.items if "정확도" not in item.name), report.to_text()
