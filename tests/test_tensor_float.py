"""No right answer is lost on a GPU, whose products differ from those that the judge computes."""

from __future__ import annotations

import pytest
import tensorflow as tf
from tensor_float import SUMS, TENSOR_FLOAT, products_of_a_gpu, rounded

from autograder.exercises import unit_exercises
from autograder.exercises.units import UNITS
from autograder.judge import judge
from autograder.observe import observe
from autograder.observe.settings import course_settings

pytestmark = pytest.mark.usefixtures("references_once")

NO_PRODUCTS_OF_OURS = {"deploy.lite"}
"""LiteRT has no kernels for the simulation's own operations."""


def test_the_simulation_rounds_products_and_keeps_gradients() -> None:
    assert float(rounded(tf.constant(1.0 + 2**-9))) == 1.0 + 2**-9
    assert float(rounded(tf.constant(1.0 + 2**-12))) == 1.0
    x = tf.Variable([[1.0 + 2**-12]])
    with products_of_a_gpu() as used, tf.GradientTape() as tape:
        y = tf.matmul(x, tf.constant([[3.0]]))
    assert float(y[0, 0]) == 3.0
    assert float(tape.gradient(y, x)[0, 0]) == 3.0
    assert used == {TENSOR_FLOAT}


def test_checks_switch_tensor_float_32_off_and_on_again() -> None:
    enabled = tf.config.experimental.tensor_float_32_execution_enabled
    assert enabled(), "TensorFlow's default"
    with course_settings():
        assert not enabled()
    assert enabled()


TRAINED = ("정확도", "처음 보는 글의 손실")
"""Items of a trained model. A solution's model is handed over as it was built."""


@pytest.mark.parametrize("unit", UNITS)
def test_references_stay_right_on_a_gpu(unit: str) -> None:
    for exercise in unit_exercises(unit):
        if exercise.id in NO_PRODUCTS_OF_OURS:
            continue
        challenge = exercise.challenge(0)
        with products_of_a_gpu() as used:
            answer = dict(exercise.solution())
            used.clear()
            evidence = observe(challenge, answer)
        assert used <= {SUMS}
        report = judge(exercise, challenge, evidence)
        lost = [
            item
            for item in report.items
            if not item.passed and not any(words in item.name for words in TRAINED)
        ]
        assert not lost, report.to_text()
