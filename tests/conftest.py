"""Every test runs away from this machine's home, settings and graphics card.

The environment is set here, before anything imports TensorFlow; the workers of pytest-xdist inherit
it from the first process, so all of them share one temporary home.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import absl.logging
import pytest

from autograder.startup import import_jsonschema

ROOT = Path(__file__).resolve().parent.parent
HOME = "AUTOGRADER_TESTS_HOME"
OUTSIDE_HOME = "AUTOGRADER_TESTS_OUTSIDE_HOME"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def isolate() -> None:
    """Point everything that is kept in a home folder to a new, temporary one."""
    if HOME not in os.environ:
        os.environ[OUTSIDE_HOME] = str(Path.home())
        os.environ[HOME] = tempfile.mkdtemp(prefix="autograder-tests-")
    home = os.environ[HOME]
    os.environ["HOME"] = os.environ["USERPROFILE"] = home
    # Only pip keeps its cache and settings: TensorFlow is not to be fetched for every run.
    outside = Path(os.environ[OUTSIDE_HOME])
    os.environ.setdefault("PIP_CACHE_DIR", str(outside / ".cache" / "pip"))
    for name in tuple(os.environ):
        if name.startswith(("JUPYTER", "XDG_", "KERAS", "IPYTHON", "NBGRADER", "MPL")):
            del os.environ[name]
    # The tests measure the built-in data, whatever original data this machine has.
    os.environ.pop("AUTOGRADER_DATA", None)
    os.environ.pop("AUTOGRADER_RUN", None)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    os.environ["AUTOGRADER_HOME"] = str(Path(home) / f"progress-{worker}")
    os.environ["MPLBACKEND"] = "Agg"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    # The workers share the cores: more threads than cores only wait for each other. A container may
    # have fewer cores than it sees.
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    threads = "1" if workers > 1 else str(os.cpu_count() or 2)
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = threads
    # Programs that a test starts must find the package even where it isn't installed.
    paths = [str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(path for path in paths if path))


isolate()
import_jsonschema()
# absl keeps the standard error that it finds, and closes it: never one that a test captures.
absl.logging.get_absl_handler().python_handler.stream = sys.__stderr__


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ[HOME], ignore_errors=True)


HEAVY = {
    "test_boundary",
    "test_browser",
    "test_build",
    "test_check",
    "test_colab",
    "test_exchange",
    "test_formgrader",
    "test_grade_class",
    "test_grade_pool",
    "test_grade_run",
    "test_grade_sample",
    "test_grade_stock",
    "test_many_hands",
    "test_mutants",
    "test_notebooks",
    "test_postgres",
    "test_rounding",
    "test_sandbox",
    "test_seeds",
    "test_settings",
    "test_site",
    "test_source_mutants",
    "test_styles",
    "test_telling",
    "test_tensor_float",
    "test_thresholds",
    "test_validate",
}
"""Modules that `make quick` leaves out: they run notebooks, train, or try many changed answers."""


def trains(item: pytest.Item) -> bool:
    """Whether the answer of a test is a model that was trained until it is accurate."""
    from autograder.exercises import get

    answer = item.callspec.params.get("answer")  # type: ignore[attr-defined]
    if answer is None or not (answer.right and answer.trained):
        return False
    return getattr(get(answer.exercise), "accuracy", None) is not None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    kinds: set[str] = set()
    for item in items:
        module = item.path.stem
        if module == "test_answers" and "[" in item.name:
            # Of each exercise the first right and the first wrong answer that trains nothing.
            kind = "-".join(item.name.split("-")[:2])
            late = kind in kinds or trains(item)
            item.add_marker("heavy") if late else kinds.add(kind)
        elif module in HEAVY:
            item.add_marker("heavy")
    # Long tests first, so that no worker is left alone with one at the end.
    items.sort(key=lambda item: [item.get_closest_marker(m) is None for m in ("slow", "heavy")])


@pytest.fixture(autouse=True)
def own_progress() -> None:
    """Each test starts as a learner who has checked nothing."""
    shutil.rmtree(os.environ["AUTOGRADER_HOME"], ignore_errors=True)
    journal = sys.modules.get("autograder.journal")
    if journal is not None:
        journal._LAST.clear()


@pytest.fixture(autouse=True)
def settings_that_others_find() -> Iterator[None]:
    """A test that leaves another precision or order of channels would fail whatever comes after it."""
    yield
    keras = sys.modules.get("keras")
    if keras is None or not hasattr(keras, "config"):
        return
    config = keras.config
    left = config.floatx(), config.dtype_policy().name, config.image_data_format()
    config.set_floatx("float32")
    config.set_dtype_policy("float32")
    config.set_image_data_format("channels_last")
    assert left == ("float32", "float32", "channels_last"), f"left behind: {left}"


@pytest.fixture(autouse=True)
def one_look_at_the_database_versions() -> None:
    """nbgrader starts a program for every new gradebook to ask for what stays the same: 3 seconds."""
    api = sys.modules.get("nbgrader.api")
    if api is not None and not hasattr(api.get_alembic_version, "cache_info"):
        api.get_alembic_version = functools.cache(api.get_alembic_version)


@pytest.fixture(scope="module")
def references_once() -> Iterator[None]:
    """The references of a module's tests are observed once per challenge."""
    from references import observed_once

    with observed_once():
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture
def outside() -> dict[str, str]:
    """The environment of a program that must use this machine's own settings, as pip must."""
    environment = dict(os.environ, HOME=os.environ[OUTSIDE_HOME])
    environment["USERPROFILE"] = environment["HOME"]
    environment.pop("PYTHONPATH", None)
    return environment


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser. CI must have one; at home the test is left out and says why."""
    for program in BROWSERS:
        path = shutil.which(program)
        if path:
            return path
    reason = "chromium이 없습니다: apt install chromium"
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(reason)
    pytest.skip(reason)
