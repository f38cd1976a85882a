"""A learner's settings are not the judge's: checks run under the course's own and put the learner's back.

Each setting is left on as a cell of a notebook would leave it, then one reference of every kind of
question is checked. Settings that cannot be taken back run in a process of their own.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.common import global_state

from autograder import check
from autograder.exercises import get
from autograder.judge import judge
from autograder.observe import observe
from autograder.observe.settings import course_settings, settings_found
from autograder.report import Report

pytestmark = pytest.mark.usefixtures("references_once")

KINDS = {
    "value": "start.first_tensor",
    "function": "eager.standardize",
    "graph": "graph.one_trace",
    "dataset": "pipeline.batches",
    "model": "functional.mlp",
    "transform": "topology.features",
    "finetune": "topology.finetune",
    "layer": "layers.noise",
    "step": "tape.train_loop",
    "artifact": "deploy.roundtrip",
    "converted": "deploy.lite",
    "distributed": "deploy.distribute",
    "composite": "final.own_block",
}


@contextlib.contextmanager
def changed(get_: Callable[[], Any], set_: Callable[[Any], Any], value: Any) -> Iterator[None]:
    before = get_()
    set_(value)
    try:
        yield
    finally:
        set_(before)


@contextlib.contextmanager
def policy(name: str) -> Iterator[None]:
    with changed(keras.config.dtype_policy, keras.config.set_dtype_policy, name):
        yield


@contextlib.contextmanager
def training_limits() -> Iterator[None]:
    """What KERAS_MAX_EPOCHS and KERAS_MAX_STEPS_PER_EPOCH set."""
    if not hasattr(keras.config, "set_max_epochs"):
        yield
        return
    keras.config.set_max_epochs(1)
    keras.config.set_max_steps_per_epoch(1)
    try:
        yield
    finally:
        keras.config.set_max_epochs(None)
        keras.config.set_max_steps_per_epoch(None)


@contextlib.contextmanager
def warnings_are_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@contextlib.contextmanager
def debugged_datasets() -> Iterator[None]:
    from tensorflow.python.data.ops import debug_mode

    with changed(
        lambda: debug_mode.DEBUG_MODE,
        lambda value: setattr(debug_mode, "DEBUG_MODE", value),
        True,
    ):
        yield


@contextlib.contextmanager
def numerics_checked() -> Iterator[None]:
    tf.debugging.enable_check_numerics()
    try:
        yield
    finally:
        tf.debugging.disable_check_numerics()


@contextlib.contextmanager
def compiled_by_default() -> Iterator[None]:
    tf.config.optimizer.set_jit(True)
    try:
        yield
    finally:
        tf.config.optimizer.set_jit("")


@contextlib.contextmanager
def tracebacks_unfiltered() -> Iterator[None]:
    tf.debugging.disable_traceback_filtering()
    keras.config.disable_traceback_filtering()
    try:
        yield
    finally:
        tf.debugging.enable_traceback_filtering()
        keras.config.enable_traceback_filtering()


@contextlib.contextmanager
def summaries_written(folder: str) -> Iterator[None]:
    with tf.summary.create_file_writer(folder).as_default(step=3), tf.summary.record_if(True):
        yield


@contextlib.contextmanager
def open_tape() -> Iterator[None]:
    with tf.GradientTape(persistent=True):
        yield


@pytest.fixture(autouse=True)
def nothing_chosen() -> Iterator[None]:
    """A policy that an earlier test chose would hide what `set_floatx` does, and outlives it."""
    global_state.set_global_attribute("dtype_policy", None)
    yield
    global_state.set_global_attribute("dtype_policy", None)


def report_of(exercise_id: str, answer: dict[str, Any]) -> Report:
    """What `check` says, always asked the same, so that the references answer once."""
    exercise = get(exercise_id)
    challenge = exercise.challenge(0)
    return judge(exercise, challenge, observe(challenge, answer))


config = keras.config
SETTINGS: dict[str, tuple[Callable[[], Any], str]] = {
    "channels_first": (
        lambda: changed(config.image_data_format, config.set_image_data_format, "channels_first"),
        "set_image_data_format('channels_last')",
    ),
    "floatx": (
        lambda: changed(config.floatx, config.set_floatx, "float64"),
        "set_floatx('float32')",
    ),
    "mixed_float16": (lambda: policy("mixed_float16"), "set_dtype_policy('float32')"),
    "mixed_bfloat16": (lambda: policy("mixed_bfloat16"), "set_dtype_policy('float32')"),
    "float64": (lambda: policy("float64"), "set_dtype_policy('float32')"),
    "epsilon": (lambda: changed(config.epsilon, config.set_epsilon, 0.1), "set_epsilon"),
    "functions run eagerly": (
        lambda: changed(tf.config.functions_run_eagerly, tf.config.run_functions_eagerly, True),
        "run_functions_eagerly(False)",
    ),
    "mirrored scope": (
        lambda: tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope(),
        "MirroredStrategy",
    ),
    "one device scope": (lambda: tf.distribute.OneDeviceStrategy("CPU:0").scope(), "scope()"),
    "name scope": (lambda: tf.name_scope("experiment"), "`experiment`"),
    "graph left open": (lambda: tf.Graph().as_default(), "즉시 실행이 꺼져"),
    "keras name scope": (lambda: keras.name_scope("experiment"), "`experiment`"),
    # What nobody need be told: it changes nothing that is judged.
    "device": (lambda: tf.device("CPU:1"), ""),
    "dataset debug mode": (debugged_datasets, ""),
    "training limits": (training_limits, ""),
    "floating point errors": (lambda: np.errstate(all="raise"), ""),
    "warnings are errors": (warnings_are_errors, ""),
    "open tape": (open_tape, ""),
    "numerics checked": (numerics_checked, ""),
    "compiled by default": (compiled_by_default, ""),
    "strict placement": (
        lambda: changed(
            tf.config.get_soft_device_placement, tf.config.set_soft_device_placement, False
        ),
        "",
    ),
    "tracebacks unfiltered": (tracebacks_unfiltered, ""),
    "few digits": (lambda: np.printoptions(precision=2, threshold=5, legacy="1.13"), ""),
    "quiet progress": (
        lambda: changed(
            config.is_interactive_logging_enabled,
            lambda on: (
                config.enable_interactive_logging if on else config.disable_interactive_logging
            )(),
            False,
        ),
        "",
    ),
    "shallow recursion": (lambda: changed(sys.getrecursionlimit, sys.setrecursionlimit, 500), ""),
    "summaries": (lambda: summaries_written(os.environ["HOME"]), ""),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_right_answers_stay_right_and_the_setting_is_told_and_kept(name: str) -> None:
    setting, told = SETTINGS[name]
    # Made under the course's settings: what the setting does to a model is another test.
    answers = {exercise: get(exercise).solution() for exercise in KINDS.values()}
    with setting():
        before = settings_found()
        for exercise, answer in answers.items():
            report = report_of(exercise, answer)
            lost = [i for i in report.items if not i.passed and "정확도" not in i.name]
            assert not lost, report.to_text()
            assert (told in report.note) if told else not report.note, report.note
        assert settings_found() == before
    assert settings_found() == {}


@pytest.mark.parametrize("name", ["mixed_float16", "mixed_bfloat16", "float64", "floatx"])
@pytest.mark.parametrize("exercise", ["sequential.mnist", "topology.shared_embedding"])
def test_a_model_made_in_another_precision_is_the_same_model(name: str, exercise: str) -> None:
    setting, told = SETTINGS[name]
    with setting():
        answer = get(exercise).solution()
        policies = [layer.dtype_policy.name for layer in answer["model"].layers]
        report = check(exercise, **answer)
        assert [layer.dtype_policy.name for layer in answer["model"].layers] == policies
    lost = [item for item in report.items if not item.passed and "정확도" not in item.name]
    assert not lost, report.to_text()
    assert told in report.note


def test_a_wrong_model_stays_wrong_in_half_precision() -> None:
    with policy("mixed_float16"):
        model = keras.Sequential(
            [
                keras.Input((784,)),
                keras.layers.Dense(64, "relu"),
                keras.layers.Dense(64, "tanh"),
                keras.layers.Dense(10, "softmax"),
            ]
        )
    text = check("sequential.mlp", model).to_text()
    assert "활성화 함수가 `relu`여야 하는데 `tanh`입니다" in text


def test_a_policy_nobody_chose_is_not_chosen_by_a_check() -> None:
    """After a check `set_floatx` must still decide, as if nothing had been checked."""
    with changed(config.floatx, config.set_floatx, config.floatx()):
        with course_settings():
            pass
        config.set_floatx("float64")
        assert settings_found() == {"floatx": "float64"}
        assert keras.config.dtype_policy().name == "float64"


def test_a_model_made_under_channels_first_is_told_so() -> None:
    setting, told = SETTINGS["channels_first"]
    with setting():
        model = keras.Sequential(
            [keras.Input((28, 28, 1)), keras.layers.Conv2D(32, 3, padding="same")]
        )
        report = check("sequential.mnist", model)
    assert not report.passed
    assert told in report.note


def separate(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=600,
    )


CHECK = """
import json, sys
from autograder import check
from autograder.exercises import get
import keras
def told(exercise, **answer):
    report = check(exercise, **(answer or get(exercise).solution()))
    print(json.dumps([exercise, report.score, report.points, report.note, report.to_text()]))
"""


def reports(done: subprocess.CompletedProcess[str]) -> dict[str, list[Any]]:
    assert done.returncode == 0, done.stderr[-3000:]
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    return {row[0]: row for row in rows}


@pytest.mark.slow
@pytest.mark.parametrize("call", ["disable_eager_execution", "disable_v2_behavior"])
def test_without_eager_execution_functions_are_right_and_models_are_explained(call: str) -> None:
    program = f"import tensorflow as tf\ntf.compat.v1.{call}()\n{CHECK}"
    kinds = ["eager.standardize", "graph.counter", "pipeline.batches", "layers.dense"]
    program += f"for name in {kinds}: told(name)\ntold('sequential.mlp')\ntold('final.own_block')"
    found = reports(separate(program))
    for kind in kinds:
        assert found[kind][1] == found[kind][2], found[kind][4]
    for name in found:
        assert "즉시 실행이 꺼져 있습니다" in found[name][3]
    # One sentence for the model, not one for each item.
    text = found["sequential.mlp"][4]
    assert text.count("즉시 실행이 꺼진 채로") == 1
    assert "이어지는 항목" in text and "KeyError" not in text and "None" not in text
    # What doesn't depend on the model is judged.
    assert found["final.own_block"][1] >= 10


@pytest.mark.slow
def test_a_settings_file_changes_nothing(tmp_path: Any) -> None:
    settings = {"backend": "jax", "image_data_format": "channels_first", "floatx": "float64"}
    (tmp_path / "keras.json").write_text(json.dumps(settings | {"epsilon": 1e-3}))
    program = f"{CHECK}\ntold('eager.standardize')\ntold('sequential.mlp', model=None)"
    found = reports(separate(program, KERAS_HOME=str(tmp_path)))
    assert found["eager.standardize"][1] == found["eager.standardize"][2]
    assert "channels_first" in found["eager.standardize"][3]
    assert found["sequential.mlp"][1] == 0


@pytest.mark.slow
def test_another_backend_is_overruled_or_explained() -> None:
    overruled = separate(f"{CHECK}\ntold('eager.make_batch')", KERAS_BACKEND="torch")
    found = reports(overruled)
    assert found["eager.make_batch"][1] == found["eager.make_batch"][2]

    late = (
        "import sys, types\nkeras = types.ModuleType('keras')\n"
        "keras.config = types.SimpleNamespace(backend=lambda: 'jax')\n"
        "sys.modules['keras'] = keras\nfrom autograder import check"
    )
    done = separate(late)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "케라스를 jax 백엔드로 이미 불러왔습니다" in last and "커널을 다시 시작" in last


def test_a_model_of_the_keras_inside_tensorflow_is_called_by_its_name() -> None:
    from tensorflow.python import keras as old

    model = old.Sequential([old.Input((784,)), old.layers.Dense(10)])
    text = check("sequential.mlp", model).to_text()
    assert "`tensorflow.python.keras`로 만든 것이 들어 있습니다" in text
    assert "import keras" in text
    assert text.count("✘") <= 3


@pytest.mark.parametrize("exercise", ["sequential.mlp", "layers.dense", "functional.ensemble"])
def test_keras_2_is_called_by_its_name(exercise: str) -> None:
    """`tf_keras` itself would bring a second Keras into the environment; its names are enough."""

    class Model:
        __module__ = "tf_keras.src.engine.sequential"

        def __call__(self, x: Any) -> Any:
            return x

    subject: dict[str, Any] = {
        "sequential.mlp": {"model": Model()},
        "layers.dense": {"CustomDense": type("CustomDense", (Model,), {"call": lambda s, x: x})},
        "functional.ensemble": {"members": [Model()] * 3, "ensemble": Model()},
    }[exercise]
    report = check(exercise, **subject)
    assert report.score == 0
    assert "`tf_keras`로 만든 것이 들어 있습니다" in report.to_text()
    assert report.to_text().count("✘") <= 3
