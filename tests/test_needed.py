"""Which lesson cells a grading may leave out, and that nothing is lost by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from autograder.exercises.units import UNITS
from autograder.grading.judging import judged, observed_in
from autograder.grading.needed import needed
from autograder.grading.planning import lesson_cells, plan
from autograder.grading.run.runner import SKIPPED, Limits, run_notebook
from autograder.grading.sandbox.choice import best_level
from autograder.grading.sandbox.process import close_sessions

SETUP = "import keras\nimport numpy as np\nfrom keras import layers\nfrom autograder import check"
ANSWER = "model = keras.Sequential([layers.Dense(2)])"
CHECK = "check('sequential.mlp', model)"


def kept(*lesson: str, before: str = ANSWER, after: str = CHECK) -> list[bool]:
    """Which of the lesson cells between an answer and its check are run."""
    cells = [(SETUP, True), (before, False), *((source, True) for source in lesson), (after, False)]
    found = needed(cells)
    assert found[0] and found[1] and found[-1]
    return found[2:-1]


@pytest.mark.parametrize(
    "source",
    [
        "model.fit(x, y)",
        "model.layers[0].trainable = False",
        "train(model)",
        "for layer in model.layers: layer.rate = 0.5",
        "keras.mixed_precision.set_global_policy('float16')",
        "keras.config.set_floatx('float64')",
        "import os; os.environ['X'] = '1'",
        "np.mean = None",
        "first = model.layers[0]\nfirst.trainable = False",
        "part = model.get_layer('a')\npart.set_weights([])",
        "%matplotlib inline",
        "!ls",
        "exec(code)",
        "globals()['model'] = None",
        "def broken(:",
        "from helpers import *",
        "shared[0] = 1",
        "model += 1",
        "import warnings; warnings.simplefilter('error')",
        "stack = keras.Sequential([model, layers.Dense(1)])\nstack.fit(x, y)",
        "found = {'a': model}\nfor one in found.values():\n    one.fit(x, y)",
        "for name, one in zip(names, [model]):\n    one.fit(x, y)",
        "model(x, training=True)",
        "model.optimizer.learning_rate.assign(0.1)",
        "model.layers[0].kernel.assign(zeros)",
        "keras.saving.get_custom_objects()['a'] = 1",
    ],
)
def test_what_may_reach_an_answer_is_run(source: str) -> None:
    assert kept(source) == [True]


@pytest.mark.parametrize(
    "source",
    [
        "other = keras.Sequential([layers.Dense(8)])\nother.compile('sgd', 'mse')\nother.fit(x, y)",
        "print(model.count_params())",
        "show_flow(model)",
        "plot_history(model.history)",
        "keras.utils.set_random_seed(1)\ndemo = layers.Dense(2)",
        "picture = np.zeros((2, 2))\npicture[0] = 1",
        "def show(model):\n    model.fit(x)\n",
        "[model for model in others]",
        "import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('ignore')",
        "model.evaluate(x, y)",
        "guesses = model.predict(x).argmax(axis=1)",
        "print(len(model.losses), model.optimizer.learning_rate)",
        "other = keras.models.load_model('a.keras', custom_objects={'A': A})",
        "rows = []\nfor value in things:\n    size = [value]\n    size += [1]",
        "devices = tf.config.list_logical_devices()",
        "for index, value in enumerate(things):\n    print(index, value)",
    ],
)
def test_what_reaches_nothing_is_left_out(source: str) -> None:
    assert kept(source) == [False]


def test_what_a_needed_cell_reads_is_made() -> None:
    lesson = ["data = load()", "x = data / 2", "unused = 3", "def scale(v):\n    return v * factor"]
    assert kept(*lesson, "factor = 2", after="y = scale(x)\n" + CHECK) == [
        True,
        True,
        False,
        True,
        True,
    ]


def test_a_part_that_was_taken_before_is_still_a_part() -> None:
    assert kept("part = model.layers[0]", "other = part", "other.trainable = False") == [True] * 3


TRAIN = "def train(network, data):\n    network.fit(data)\n    return network"


@pytest.mark.parametrize(
    ("lesson", "expected"),
    [
        # Only what a function does with its arguments counts, wherever it stands.
        ([TRAIN, "train(model, x)"], [True, True]),
        ([TRAIN, "train(data=x, network=model)"], [True, True]),
        ([TRAIN, "both = [model]", "train(*both)"], [True, True, True]),
        ([TRAIN, "train(keras.Sequential([]), model)"], [False, False]),
        ([TRAIN, "def twice(n):\n    train(n, n)", "twice(model)"], [True, True, True]),
        (["def more():\n    model.fit(x)", "more()"], [True, True]),
        (
            ["def outer(n):\n    def inner():\n        n.fit(x)\n    inner()", "outer(model)"],
            [True, True],
        ),
        (
            ["def some(n):\n    part = n.layers[0]\n    part.trainable = False", "some(model)"],
            [True, True],
        ),
        (["def of(**given):\n    given['n'].fit(x)", "of(n=model)"], [True, True]),
        # A function that is made twice, or by a decorator, is not known.
        ([TRAIN, "train = other", "train(x, model)"], [False, True, True]),
        (["@wrapped\ndef train(a, b):\n    a.fit()", "train(x, model)"], [True, True]),
        # Something of the lesson's own is changed from another cell.
        (["table = {}", "table['a'] = 1"], [False, False]),
        (["table = {'a': model}", "table['a'].trainable = False"], [True, True]),
        (["import numpy", "numpy.mean = None"], [True, True]),
        (["other = keras.Sequential([])", "other.fit(x, y)"], [False, False]),
        (["if x:\n    model = keras.Sequential([])", "model.fit(x, y)"], [True, True]),
        # A loss and a layer leave what they are given as it is.
        (["loss = keras.losses.MeanSquaredError()", "print(loss(y, model))"], [False, False]),
    ],
)
def test_what_a_function_changes(lesson: list[str], expected: list[bool]) -> None:
    assert kept(*lesson) == expected


def test_a_name_that_the_lesson_took_is_the_lessons() -> None:
    lesson = ["model = keras.Sequential([])", "model.fit(x, y)"]
    mine = ANSWER + "\nmine = model"
    assert kept(*lesson, before=mine, after="check('sequential.mlp', mine)") == [False, False]


def test_what_a_class_of_the_student_made_is_not_the_class() -> None:
    lesson = [
        "net = keras.Sequential([Mine(3), layers.Dense(1)])",
        "net.fit(x, y)",
        "Mine(2).add()",
    ]
    before, after = "class Mine(layers.Layer):\n    pass", "check('layers.dense', Mine)"
    assert kept(*lesson, before=before, after=after) == [False] * 3
    assert kept("Mine.call = other", before=before, after=after) == [True]


def test_a_name_that_is_made_anew_needs_nothing_before() -> None:
    assert kept("x = slow()", "x = 1", after="y = x\n" + CHECK) == [False, True]


def test_a_file_that_an_answer_opens_is_written() -> None:
    assert kept("other.save('lesson.keras')", after="m = load('lesson.keras')\n" + CHECK) == [True]


def test_an_answer_that_sees_everything_needs_everything() -> None:
    assert kept("unused = 1", after="exec('print(unused)')\n" + CHECK) == [True]


def test_nothing_after_the_last_check_is_run() -> None:
    found = needed([(SETUP, True), (ANSWER, False), (CHECK, False), ("model.fit(x, y)", True)])
    assert found == [True, True, True, False]


@pytest.fixture(scope="module")
def one_warm_process() -> Iterator[None]:
    """The notebooks come from one warm process, as those of a class do."""
    yield
    close_sessions()


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("one_warm_process")
@pytest.mark.parametrize("unit", UNITS)
def test_the_solution_keeps_its_points(unit: str, root: Path) -> None:
    """Run as a hand-in is graded: behind walls, without the lesson cells that nothing depends on."""
    path = root / "solutions" / UNITS[unit].notebook
    solution = nbformat.read(path, as_version=4)
    limits = Limits(600, 1700, 1, sandbox=int(best_level()))
    planned = plan(solution, {}, limits, lesson_cells(path))
    task = planned.task()
    assert not all(cell.needed for cell in task.cells)
    run = run_notebook(task)
    reports = judged(observed_in(task, run))
    assert {name: report.score for name, report in reports.items()} == {
        name: report.points for name, report in reports.items()
    }
    # It was not run again as a whole: what was left out was not missed.
    assert SKIPPED in run.results
