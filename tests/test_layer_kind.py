"""The kind `layer`: what is asked shows every weight, and one mistake costs only what it breaks."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from autograder import check
from autograder.authoring.answers import load_answers
from autograder.exercises import get
from autograder.judge import judge
from autograder.observe import observe


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


def lost(exercise, subject, seed=1):
    exercise = get(exercise)
    challenge = exercise.challenge(seed)
    report = judge(exercise, challenge, observe(challenge, {exercise.subjects[0]: subject}))
    return [item.name for item in report.items if not item.passed]


def answer(unit, exercise, name):
    found = load_answers(unit, Path(__file__).resolve().parent.parent)
    return next(one.make() for one in found if (one.exercise, one.name) == (exercise, name))


@pytest.mark.parametrize(
    ("unit", "exercise", "name", "titles"),
    [
        ("07_subclass", "subclass.tree", "잎에만 relu", ["잎 하나의 값"]),
        ("07_subclass", "subclass.tree", "노드를 먼저 만들고, 잎에 sigmoid", ["잎 하나의 값"]),
        (
            "07_subclass",
            "subclass.tree",
            "자식이 잎인 노드만",
            ["여러 층으로 중첩된 트리"],
        ),
        (
            "12_transformer",
            "transformer.heads",
            "점수를 나누지 않음",
            ["`query`와 `value`가 같을 때의 값"],
        ),
        (
            "12_transformer",
            "transformer.heads",
            "한 머리가 띄엄띄엄 가져감",
            ["`query`와 `value`가 같을 때의 값"],
        ),
        (
            "12_transformer",
            "transformer.heads",
            "길이가 다르면 뒤에서부터 맞추어 가림",
            ["`use_causal_mask=True`이면 뒤를 보지 않습니다"],
        ),
    ],
)
@pytest.mark.parametrize("seed", [0, 2])
def test_one_mistake_costs_its_own_item(unit, exercise, name, titles, seed):
    assert lost(exercise, answer(unit, exercise, name), seed) == titles


def test_a_weight_whose_gradient_is_zero_by_nature_need_not_move():
    # The bias of the keys: a softmax does not change when all its scores grow alike.
    class Wrong(layers.Layer):
        def __init__(self, heads, size, **kwargs):
            super().__init__(**kwargs)
            self.inner = layers.MultiHeadAttention(heads, size)

        def call(self, query, value=None, attention_mask=None, use_causal_mask=False):
            value = query if value is None else value
            options = {"attention_mask": attention_mask, "use_causal_mask": use_causal_mask}
            return 2 * self.inner(query, value, **options)

    for seed in range(4):
        assert "모델에 넣어 `fit`으로 훈련됩니다" not in lost("transformer.heads", Wrong, seed)


def test_a_remembered_state_is_not_called_random():
    class CustomRNN(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.kept = units, {}
            self.x = layers.Dense(units, activation="tanh")
            self.h = layers.Dense(units, activation="tanh")

        def call(self, inputs):
            state, states = ops.zeros((ops.shape(inputs)[0], self.units)), []
            if tf.executing_eagerly() and not isinstance(inputs, keras.KerasTensor):
                state = self.kept.get(inputs.shape, state)
            for step in range(inputs.shape[1]):
                state = self.x(inputs[:, step]) + self.h(state)
                states.append(state)
            if tf.executing_eagerly() and not isinstance(inputs, keras.KerasTensor):
                self.kept[inputs.shape] = state
            return ops.stack(states, axis=1)

    text = check("layers.rnn", CustomRNN).to_text()
    assert "부를 때마다 값이 다릅니다" in text
    assert "난수를 씁니다" not in text
