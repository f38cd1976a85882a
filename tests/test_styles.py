"""드물지만 맞는 답: 케라스의 덜 알려진 길로 쓴 모델도 만점입니다."""

from __future__ import annotations

import keras
import pytest
import tensorflow as tf
from keras import layers

from autograder import check


def dense_chain(**options):
    return [
        layers.Dense(64, activation="relu", **options),
        layers.Dense(64, activation="relu", **options),
        layers.Dense(10, activation="softmax", **options),
    ]


class GraphCall(keras.Model):
    def __init__(self):
        super().__init__()
        self.chain = [
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]

    @tf.function
    def call(self, inputs):
        x = inputs
        for layer in self.chain:
            x = layer(x)
        return x


class OwnDropout(layers.Layer):
    def call(self, inputs, training=None):
        return tf.nn.dropout(inputs, 0.1) if training else inputs


def regularized(regularizer, dropout, *, dropout_first=False):
    shapers = [layers.Flatten(), dropout]
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, (2, 2), activation="relu", kernel_regularizer=regularizer),
            layers.MaxPool2D((2, 2), strides=2),
            *(reversed(shapers) if dropout_first else shapers),
            layers.Dense(64, "relu"),
            layers.BatchNormalization(epsilon=1e-5),
            layers.Dense(20, "softmax"),
        ]
    )


def takes_functions_as_regularizers() -> bool:
    """케라스 3.10까지는 `Regularizer` 객체만 받았습니다."""
    try:
        layers.Dense(1, kernel_regularizer=lambda w: tf.reduce_sum(w)).build((None, 1))
    except ValueError:
        return False
    return True


RIGHT = {
    "배치 크기를 정함": (
        "sequential.mlp",
        lambda: keras.Sequential([keras.Input((784,), batch_size=32), *dense_chain()]),
    ),
    "float64": (
        "sequential.mlp",
        lambda: keras.Sequential(
            [keras.Input((784,), dtype="float64"), *dense_chain(dtype="float64")]
        ),
    ),
    "입력 없이": ("sequential.mlp", lambda: keras.Sequential(dense_chain())),
    "tf.function이 붙은 call": ("subclass.mnist", GraphCall),
    "드롭아웃을 직접": (
        "sequential.regularized",
        lambda: regularized(keras.regularizers.L2(0.04), OwnDropout()),
    ),
    "Flatten보다 드롭아웃이 먼저": (
        "sequential.regularized",
        lambda: regularized(keras.regularizers.L2(0.04), layers.Dropout(0.1), dropout_first=True),
    ),
}

if takes_functions_as_regularizers():
    RIGHT["규제를 함수로"] = (
        "sequential.regularized",
        lambda: regularized(lambda w: 0.04 * tf.reduce_sum(w * w), layers.Dropout(0.1)),
    )


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_model_is_right_however_it_is_written(name):
    exercise_id, make = RIGHT[name]
    model = make()
    for _ in range(4):
        report = check(exercise_id, model)
        assert report.passed, report
