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
        "numbers += 1",
        "import warnings; warnings.simplefilter('error')",
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
