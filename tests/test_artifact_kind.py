"""Models that the course makes, whatever the learner left switched on; weights that nobody trained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from autograder.authoring.answers import load_answers
from autograder.exercises import get
from autograder.judge import judge
from autograder.observe import observe

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def mixed_precision() -> Iterator[None]:
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@pytest.mark.usefixtures("mixed_precision")
@pytest.mark.parametrize("exercise_id", ["deploy.roundtrip", "deploy.lite"])
def test_course_models_are_float32_under_any_policy(exercise_id: str) -> None:
    import keras

    from autograder.observe import described

    challenge = get(exercise_id).challenge(0)
    for network in challenge.facts["networks"]:
        model = described.build(network, challenge.arrays)
        assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    assert keras.config.dtype_policy().name == "mixed_float16"


def test_untouched_weights_are_known_by_value() -> None:
    import keras
    from keras import layers

    from autograder.observe.started import untouched

    inputs = keras.Input((5, 3))
    x = layers.BatchNormalization()(layers.Dense(4, activation="relu")(inputs))
    model = keras.Model(inputs, layers.Dense(2)(layers.LSTM(3)(x)))
    values = [np.asarray(weight) for weight in model.get_weights()]
    assert untouched(values)
    model.trainable_weights[1].assign([0.0, 0.1, 0.0, -0.2])
    assert not untouched([np.asarray(weight) for weight in model.get_weights()])
    assert untouched([np.ones((3, 4))]) is None


@pytest.mark.parametrize("exercise_id", ["deploy.roundtrip", "deploy.savedmodel"])
def test_every_weight_and_input_shows_in_the_output(exercise_id: str) -> None:
    from autograder.exercises import deploy

    for seed in range(20):
        challenge = get(exercise_id).challenge(seed)
        for network in challenge.facts["networks"]:
            assert deploy._tells(network, challenge.arrays)


def test_mistakes_of_a_distributed_step_differ_from_the_right_one() -> None:
    from autograder.exercises import deploy

    for seed in range(20):
        challenge = get("deploy.distribute").challenge(seed)
        assert deploy._tells_mistakes(challenge.facts["network"], challenge.arrays)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("업데이트에서 오류", 1),
        # What the step did before the error is right all the same.
        ("손실을 더하다가 오류", 5),
    ],
)
def test_an_error_in_a_distributed_step_costs_what_depends_on_it(name: str, kept: float) -> None:
    answers = load_answers("10_deploy", ROOT)
    subject = next(one for one in answers if one.name == name).make()
    exercise = get("deploy.distribute")
    challenge = exercise.challenge(0)
    report = judge(exercise, challenge, observe(challenge, {"distributed_step": subject}))
    assert report.score == kept, report.to_text()
    assert report.to_text().count("오류가 났습니다") == 1
