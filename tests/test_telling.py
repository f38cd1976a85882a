"""Before a probe counts, the reference must answer differently to other inputs and other weights."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest
from keras import layers

from autograder.exercises import get
from autograder.kinds.telling import TELLING, sensitivity, tried
from autograder.observe import observe

DRAWS = 4


def measured(model: keras.Model) -> tuple[float, list[float], list[float]]:
    inputs = keras.ops.convert_to_tensor(np.random.RandomState(0).normal(size=(4, 5)), "float32")
    return sensitivity(model, inputs, model.weights, 1)


def test_a_dead_output_tells_nothing() -> None:
    model = keras.Sequential([keras.Input((5,)), layers.Dense(1, "relu")])
    model.set_weights([np.ones((5, 1)), np.full(1, -100.0)])
    apart, inputs, weights = measured(model)
    assert apart == 0
    assert not any(inputs + weights)


def test_a_weight_that_changes_nothing_is_seen() -> None:
    inputs = keras.Input((5,))
    outputs = layers.Dense(3)(inputs) + 0 * layers.Dense(3)(inputs)
    apart, given, weights = measured(keras.Model(inputs, outputs))
    assert apart > TELLING
    assert min(given) > TELLING
    assert sorted(change > TELLING for change in weights) == [False, False, True, True]


@pytest.mark.parametrize("exercise_id", ["functional.autoencoder", "functional.ensemble"])
def test_every_probe_of_a_challenge_tells(exercise_id: str) -> None:
    exercise = get(exercise_id)
    for seed in range(DRAWS):
        challenge = exercise.challenge(seed)
        model = tried(exercise, challenge)
        for number in range(2):
            assert model.weakest(challenge, number) > 0.99, (seed, number)


def test_a_challenge_is_a_function_of_its_seed() -> None:
    from autograder.kinds import telling

    exercise = get("functional.autoencoder")
    first = exercise.challenge(5)
    telling._kept.cache_clear()
    exercise.challenge(6)
    again = exercise.challenge(5)
    assert json.dumps(first.facts, sort_keys=True) == json.dumps(again.facts, sort_keys=True)


def test_hidden_values_are_large_with_the_second_seed() -> None:
    """There `relu` and `relu6` differ, and the outputs still feel every weight."""
    exercise = get("sequential.mlp")
    challenge = exercise.challenge(3)

    def mlp(activation: str) -> keras.Model:
        hidden = [layers.Dense(64, activation=activation) for _ in range(2)]
        return keras.Sequential([keras.Input((784,)), *hidden, layers.Dense(10, "softmax")])

    small, large = (
        [
            evidence.arrays[output["array"]]
            for output in (row[0] for row in evidence.facts["parts"]["model"]["outputs"])
        ]
        for evidence in (observe(challenge, {"model": mlp(name)}) for name in ("relu", "relu6"))
    )
    assert np.allclose(small[0], large[0], atol=1e-5)
    assert np.abs(small[1] - large[1]).max() > 0.05
