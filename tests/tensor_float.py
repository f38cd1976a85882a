"""A GPU's products without a GPU: their inputs keep fewer bits of mantissa.

TensorFloat-32 keeps 10 bits and can be switched off, as on a GPU. What is left then is the order of
a product's sums, which differs from the CPU's and from run to run: that is as inexact as keeping 20.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from autograder.startup import import_tensorflow

# First of all, as in a notebook: it also splits the CPU into two devices.
import_tensorflow()

import tensorflow as tf  # noqa: E402
from tensorflow.python.ops import gen_linalg_ops, gen_math_ops, gen_nn_ops  # noqa: E402

# The operations that a GPU computes in TensorFloat-32, and how they are called from Python.
PRODUCTS = (
    (gen_math_ops, "mat_mul"),
    (gen_math_ops, "batch_mat_mul_v2"),
    (gen_math_ops, "batch_mat_mul_v3"),
    (gen_linalg_ops, "einsum"),
    (gen_nn_ops, "conv2d"),
    (gen_nn_ops, "conv2d_backprop_input"),
    (gen_nn_ops, "conv2d_backprop_filter"),
    (gen_nn_ops, "depthwise_conv2d_native"),
)
MANTISSA, TENSOR_FLOAT, SUMS = 23, 10, 20
"""Bits of mantissa: float32's, TensorFloat-32's, and what is sure of a sum in any order."""


def rounded(value: Any, bits: int = TENSOR_FLOAT) -> Any:
    """`value` with `bits` bits of mantissa if it is float32; its gradient is 1."""
    if isinstance(value, (list, tuple)):
        return type(value)(rounded(item, bits) for item in value)
    if getattr(value, "dtype", None) != tf.float32:
        return value
    value = tf.convert_to_tensor(value)
    dropped = MANTISSA - bits
    stored = tf.bitcast(value, tf.int32)
    half = tf.constant(1 << (dropped - 1), tf.int32)
    kept = tf.bitwise.bitwise_and(stored + half, tf.constant(-(1 << dropped), tf.int32))
    # Both sums are exact, so the value is the rounded one and the gradient passes.
    return value + tf.stop_gradient(tf.bitcast(kept, tf.float32) - value)


@contextlib.contextmanager
def products_of_a_gpu() -> Iterator[set[int]]:
    """Inside, products round their inputs as a GPU does. Yields the bits of mantissa that were kept."""
    used: set[int] = set()
    tensor_float = tf.config.experimental.tensor_float_32_execution_enabled

    def replacement(original: Callable[..., Any]) -> Callable[..., Any]:
        def product(*args: Any, **kwargs: Any) -> Any:
            bits = TENSOR_FLOAT if tensor_float() else SUMS
            used.add(bits)
            return original(
                *(rounded(item, bits) for item in args),
                **{key: rounded(item, bits) for key, item in kwargs.items()},
            )

        return product

    with pytest.MonkeyPatch.context() as patch:
        for module, name in PRODUCTS:
            if hasattr(module, name):
                patch.setattr(module, name, replacement(getattr(module, name)))
        yield used
