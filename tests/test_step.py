"""훈련 스텝의 관찰과 판정: 오류, 끝나지 않는 코드, 모델에 들어간 것의 기록, 되돌려 놓기."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from references import observed_once

from autograder.exercises import get
from autograder.judge import judge
from autograder.judge.step.looks import _change_difference
from autograder.judge.step.replay import Rule
from autograder.observe import observe
from autograder.observe.passes import Passes
from autograder.protocol import Challenge

OFTEN_WRITTEN = (0.02, 0.03, 0.04, 0.05, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
STEPS = ("derivative", "linear_regression", "train_step", "train_loop", "clip", "gan_step")
LAYERS = [["Dense", {"units": 3, "activation": "tanh"}], ["Dense", {"units": 2}]]


def asked(function, scenes, arrays=None):
    facts = {"name": "f", "form": "function", "scenes": scenes}
    return observe(Challenge("x.y", "step", facts, arrays or {}), {"f": function})


def scene(calls, **more):
    return {"seed": 3, "calls": calls} | more


def model_scene(calls, **more):
    model = {"input": [4], "layers": LAYERS} | more
    return scene(
        calls,
        models={"model": model},
        optimizers={"optimizer": ["SGD", {"learning_rate": 0.1}, "model"]},
    )


@pytest.mark.parametrize("name", ["train_step", "custom_fit", "clip"])
def test_no_learning_rate_that_one_writes_is_drawn(name: str) -> None:
    """`SGD(0.4)` of one's own must not pass because 0.394 was drawn: changes are compared with 2 %."""
    for seed in range(200):
        for one in get(f"tape.{name}").challenge(seed).facts["scenes"]:
            for _, settings, *_ in one["optimizers"].values():
                rate = settings["learning_rate"]
                # Of the rates of a tenth, too.
                for times in (1, 10):
                    gaps = [abs(rate * times / written - 1) for written in OFTEN_WRITTEN]
                    assert min(gaps) > 0.03, (seed, rate)


def test_an_error_stops_its_scene_and_not_the_next():
    def function(x):
        if x > 2:
            raise ValueError("고장")
        return x

    scenes = [scene([[{"value": 1}], [{"value": 3}], [{"value": 1}]]), scene([[{"value": 2}]])]
    first, second = asked(function, scenes).facts["scenes"]
    assert [call["status"] for call in first["calls"]] == ["seen", "problem"]
    assert [call["status"] for call in second["calls"]] == ["seen"]


def test_an_endless_step_is_stopped_and_the_next_sooner(monkeypatch):
    monkeypatch.setattr("autograder.observe.step.SECONDS", 0.3)

    def endless(x):
        while True:
            x = x + 1

    scenes = asked(endless, [scene([[{"value": 1}]])] * 2).facts["scenes"]
    assert [item["calls"][0]["problem"] for item in scenes] == ["slow", "slow"]


def test_the_same_weights_for_everyone_and_another_for_another_seed():
    def touch(model):
        return model.trainable_variables[0]

    calls = [[{"model": "model"}]]
    seen = [asked(touch, [model_scene(calls) | {"seed": seed}]).arrays for seed in (3, 3, 4)]
    key = "0/before/model/0"
    assert np.array_equal(seen[0][key], seen[1][key])
    assert not np.array_equal(seen[0][key], seen[2][key])


def test_methods_that_train_are_noted_and_put_back():
    before = keras.Model.fit, keras.Model.train_on_batch, keras.Model.train_step

    def function(model, x):
        model.compile(optimizer="sgd", loss="mse")
        return model.train_on_batch(x, np.zeros((5, 2)))

    arrays = {"x": np.ones((5, 4), "float32")}
    evidence = asked(function, [model_scene([[{"model": "model"}, {"array": "x"}]])], arrays)
    assert evidence.facts["scenes"][0]["used"] == ["train_on_batch", "train_step"]
    assert (keras.Model.fit, keras.Model.train_on_batch, keras.Model.train_step) == before


@pytest.mark.parametrize("graph", [False, True])
@pytest.mark.parametrize("descend", [False, True])
def test_every_pass_through_a_model_is_noted(graph, descend):
    log = Passes(20, 2, 1)
    inputs = keras.Input((2,))
    outputs = log.exit()(keras.layers.Dense(1)(log.entry()(inputs)))
    model = keras.Model(inputs, outputs)
    assert len(model.weights) == 2

    def step(x, training):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(model(x, training=training))
        return tape.gradient(loss, model.trainable_variables) if descend else loss

    run = tf.function(step) if graph else step
    data = np.arange(10, dtype="float32").reshape(5, 2)
    run(tf.constant(data[:3]), True)
    run(tf.constant(data[3:]), False)
    arrays = {}
    record = log.collect("log", arrays)
    assert (record["rows"], record["passes"], record["complete"]) == (5, 2, True)
    assert np.array_equal(arrays["log/inputs"], data)
    assert arrays["log/row_passes"].tolist() == [0, 0, 0, 1, 1]
    assert arrays["log/training"].tolist() == [1, 0]
    assert arrays["log/gradients"].tolist() == [float(descend)] * 2
    assert np.allclose(arrays["log/outputs"], np.asarray(model(data)))


def test_too_many_passes_are_counted_and_not_kept():
    log = Passes(4, 2, 2)
    inputs = keras.Input((2,))
    model = keras.Model(inputs, log.exit()(log.entry()(inputs)))
    for _ in range(3):
        model(np.ones((3, 2), "float32"))
    arrays = {}
    record = log.collect("log", arrays)
    assert (record["rows"], record["complete"], arrays) == (9, False, {})


def test_only_the_tape_counts_as_gradient_descent():
    def by_tape(x):
        with tf.GradientTape() as tape:
            w = tf.Variable(1.0)
            loss = w * w
        return tape.gradient(loss, w)

    question = scene([[{"value": 1.0}]], zero_gradient=True)
    for function, found, result in (
        (by_tape, True, 0.0),
        (tf.function(by_tape), True, 0.0),
        (tf.function(lambda x: x), False, 1.0),
    ):
        evidence = asked(function, [question])
        call = evidence.facts["scenes"][0]["calls"][0]
        assert call["gradient"] is found
        assert evidence.arrays[call["outputs"][0]["array"]] == result
    assert not tf.config.functions_run_eagerly()
    assert by_tape(1.0).numpy() == 2.0


def test_following_zero_gradients_ends(monkeypatch):
    monkeypatch.setattr("autograder.observe.step.ZERO_SECONDS", 0.1)

    def until_it_moves(x):
        w = tf.Variable(1.0)
        while w == 1.0:
            with tf.GradientTape() as tape:
                loss = w * x
            w.assign_sub(tape.gradient(loss, w))

    question = scene([[{"value": 1.0}]], zero_gradient=True)
    (call,) = asked(until_it_moves, [question]).facts["scenes"][0]["calls"]
    assert call == {"status": "seen", "gradient": True}


@pytest.mark.parametrize("name", [f"tape.{name}" for name in (*STEPS, "custom_fit")])
def test_the_reference_passes_whatever_the_seed(name):
    exercise = get(name)
    for seed in (5, 2**20 + 1):
        challenge = exercise.challenge(seed)
        report = judge(exercise, challenge, observe(challenge, exercise.solution()))
        assert report.passed, report


def test_a_step_in_a_graph_serves_model_after_model():
    @tf.function
    def train_step(model, loss_fn, optimizer, x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    exercise = get("tape.train_step")
    for seed in range(2):
        challenge = exercise.challenge(seed)
        report = judge(exercise, challenge, observe(challenge, {"train_step": train_step}))
        assert report.passed, report


@pytest.mark.parametrize(("ratio", "said"), [(1.01, "명세와 다르게"), (2.0, "명세의 2배만큼")])
def test_a_change_of_almost_the_right_size_is_not_called_a_multiple(ratio, said):
    wanted = np.array([1.0, -2.0, 3.0])
    message, _ = _change_difference("model", False, [(wanted, ratio * wanted)], {})
    assert said in message


@pytest.mark.parametrize(
    ("kind", "optimizer"),
    [
        ("SGD", keras.optimizers.SGD(0.02)),
        ("Momentum", keras.optimizers.SGD(0.02, momentum=0.9)),
        ("RMSprop", keras.optimizers.RMSprop(0.02)),
        ("Adagrad", keras.optimizers.Adagrad(0.02)),
        ("Adam", keras.optimizers.Adam(0.02)),
    ],
)
def test_the_rules_of_the_replay_are_those_of_keras(kind, optimizer):
    random = np.random.RandomState(0)
    start = random.normal(size=(3, 2)).astype("float32")
    variable, weights = keras.Variable(start), [start.astype("float64")]
    rule = Rule(kind, 0.02)
    for _ in range(5):
        gradient = random.normal(size=(3, 2)).astype("float32")
        optimizer.apply([tf.constant(gradient)], [variable])
        rule.apply(weights, [gradient.astype("float64")])
    assert np.allclose(weights[0], variable.numpy(), atol=1e-5)


@pytest.fixture
def half_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy(before)


@pytest.mark.usefixtures("half_precision")
@pytest.mark.parametrize("name", [f"tape.{name}" for name in (*STEPS, "custom_fit")])
def test_a_policy_that_the_learner_left_on_changes_nothing(name):
    exercise = get(name)
    challenge = exercise.challenge(3)
    evidence = observe(challenge, exercise.solution())
    assert keras.config.dtype_policy().name == "mixed_float16"
    keras.config.set_dtype_policy("float32")
    report = judge(exercise, challenge, evidence)
    assert report.passed, report.to_text()


def test_no_class_of_ours_is_named_in_a_message():
    def train(model, x, y, epochs, batch_size):
        return model(x[0], training=True)

    exercise = get("tape.train_loop")
    challenge = exercise.challenge(3)
    text = judge(exercise, challenge, observe(challenge, {"train": train})).to_text()
    assert "_Entry" not in text and "_Exit" not in text and "오류가 났습니다" in text


def scored(name, answer, seed=1):
    exercise = get(name)
    challenge = exercise.challenge(seed)
    report = judge(exercise, challenge, observe(challenge, {exercise.subjects[0]: answer}))
    return report, {item.name for item in report.items if not item.passed}


@pytest.fixture(scope="class")
def gan_references_once():
    """All answers of the class are compared with the same: the reference and the known mistakes."""
    with observed_once():
        yield


@pytest.mark.usefixtures("gan_references_once")
class TestGanStep:
    @pytest.mark.parametrize("order", ["together", "d first", "g first"])
    @pytest.mark.parametrize("factor", [0.5, 0.3])
    def test_a_factor_on_one_loss_leaves_the_other_model_its_points(self, order, factor):
        bce = keras.losses.BinaryCrossentropy(from_logits=True)

        def gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise):
            def losses():
                kept = discriminator(real, training=True)
                fake = discriminator(generator(noise, training=True), training=True)
                d_loss = bce(tf.ones_like(kept), kept) + bce(tf.zeros_like(fake), fake)
                return {"d": factor * d_loss, "g": bce(tf.ones_like(fake), fake)}

            parts = {"d": (discriminator, d_optimizer), "g": (generator, g_optimizer)}
            found, waiting = {}, []
            for name in "gd" if order == "g first" else "dg":
                model, optimizer = parts[name]
                with tf.GradientTape() as tape:
                    found[name] = losses()[name]
                gradients = tape.gradient(found[name], model.trainable_variables)
                if order == "together":
                    waiting.append((optimizer, gradients, model.trainable_variables))
                else:
                    optimizer.apply(gradients, model.trainable_variables)
            for optimizer, gradients, variables in waiting:
                optimizer.apply(gradients, variables)
            return found["d"], found["g"]

        report, lost = scored("tape.gan_step", gan_step)
        assert "판별자의 손실" in lost
        assert not {"생성자의 손실", "생성자만 `g_optimizer`로 업데이트합니다"} & lost
        assert report.score >= 5, report.to_text()


def test_both_means_of_a_short_last_batch_are_right():
    def trained(weighted):
        def train(model, x, y, epochs, batch_size):
            loss_fn = keras.losses.SparseCategoricalCrossentropy()
            optimizer, history = keras.optimizers.Adam(0.02), []
            for _ in range(epochs):
                losses, sizes = [], []
                for start in range(0, len(x), batch_size):
                    part = slice(start, start + batch_size)
                    with tf.GradientTape() as tape:
                        loss = loss_fn(y[part], model(x[part], training=True))
                    variables = model.trainable_variables
                    optimizer.apply(tape.gradient(loss, variables), variables)
                    losses.append(float(loss))
                    sizes.append(len(x[part]))
                history.append(np.average(losses, weights=sizes if weighted else None))
            return history

        return train

    for weighted in (False, True):
        report, _ = scored("tape.train_loop", trained(weighted))
        assert report.passed, report.to_text()


def test_descent_without_standardizing_fits_the_narrow_range_whatever_was_drawn() -> None:
    """The first thing a learner tries: the data must not make it a matter of luck."""

    def fit_line(x, y):
        w, b = tf.Variable(0.0), tf.Variable(0.0)
        for _ in range(100):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((w * x + b - y) ** 2)
            for variable, gradient in zip([w, b], tape.gradient(loss, [w, b]), strict=True):
                variable.assign_sub(0.1 * gradient)
        return w, b

    exercise = get("tape.linear_regression")
    for seed in range(8):
        challenge = exercise.challenge(seed)
        report = judge(exercise, challenge, observe(challenge, {"fit_line": fit_line}))
        assert report.items[0].passed and not report.items[2].passed, report.to_text()
