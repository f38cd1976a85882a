"""The kind `layer`: what is asked shows every weight, and one mistake costs only what it breaks."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from autograder import check
from autograder.exercises import get


def scores(exercise, subject):
    return {item.name: item.score for item in check(exercise, subject).items}


@pytest.mark.parametrize("exercise", ["layers.dense", "layers.block", "subclass.training_flag"])
def test_every_relu_unit_shows_in_what_is_asked(exercise):
    exercise = get(exercise)
    for seed in range(300):
        challenge = exercise.challenge(seed)
        assert exercise.telling(challenge.facts, challenge.arrays), seed


def dense(**options):
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.activation = keras.activations.get(activation)

        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], self.units), **options)
            self.b = self.add_weight(shape=(self.units,))

        def call(self, inputs):
            return self.activation(ops.matmul(inputs, self.w) + self.b)

    return CustomDense


def test_a_frozen_weight_costs_the_weights_and_the_training_alone():
    lost = [
        name for name, score in scores("layers.dense", dense(trainable=False)).items() if not score
    ]
    assert lost == ["가중치의 수와 모양", "`fit`으로 `w`와 `b`가 훈련됩니다"]


def test_a_layer_that_ignores_its_weights_is_not_trained():
    class CustomDense(dense()):
        def call(self, inputs):
            return self.activation(ops.matmul(inputs, self.w))

    report = check("layers.dense", CustomDense)
    assert report.score == 6
    assert "인 가중치가 그대로입니다" in report.to_text()


def test_a_layer_returning_its_input_gets_little():
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)

        def call(self, inputs):
            return inputs

    assert check("layers.dense", CustomDense).score <= 2


def test_variables_that_the_layer_does_not_know_are_put_back():
    kept = []

    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.activation = keras.activations.get(activation)

        def build(self, input_shape):
            self.w = tf.Variable(tf.ones((input_shape[-1], self.units)))
            self.b = tf.Variable(tf.zeros(self.units))
            kept.append(self)

        def call(self, inputs):
            return self.activation(inputs @ self.w + self.b)

    check("layers.dense", CustomDense)
    assert np.all(kept[0].w.numpy() == 1) and np.all(kept[0].b.numpy() == 0)


@pytest.mark.parametrize("exercise", ["layers.dense", "layers.noise", "subclass.tree"])
@pytest.mark.parametrize("subject", [None, 3, "f", object(), lambda: None, print, type, int])
def test_anything_gets_a_report_without_points(exercise, subject):
    report = check(exercise, subject)
    assert report.score == 0 and not report.passed
