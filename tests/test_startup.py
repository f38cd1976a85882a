"""A notebook's first import is silent, and hides nothing but TensorFlow's start-up notes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import startup

FIRST_CELL = """
from autograder import answer, check, hint, load_data, progress, ready
import keras
import tensorflow as tf
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
model.compile("sgd", "mse")
model.fit(tf.ones((4, 3)), tf.ones((4, 2)), verbose=0)
"""
DEVICES = "print(len(tf.config.list_logical_devices('CPU')))"


def run(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    names = ("TF_CPP_MIN_LOG_LEVEL", "KERAS_BACKEND", "CUDA_VISIBLE_DEVICES")
    kept = {key: value for key, value in os.environ.items() if key not in names}
    return subprocess.run(
        [sys.executable, "-c", program],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def first_cell() -> subprocess.CompletedProcess[str]:
    return run(FIRST_CELL + DEVICES)


def test_the_first_cell_writes_nothing_to_stderr(
    first_cell: subprocess.CompletedProcess[str],
) -> None:
    assert (first_cell.returncode, first_cell.stderr) == (0, "")


def test_a_settings_file_with_another_backend_is_overruled(tmp_path: Path) -> None:
    (tmp_path / "keras.json").write_text('{"backend": "jax"}')
    program = "from autograder import check\nimport keras\nprint(keras.backend.backend())"
    assert run(program, KERAS_HOME=str(tmp_path)).stdout == "tensorflow\n"


def test_what_was_chosen_stays() -> None:
    program = "import os, autograder\nprint(os.environ['TF_CPP_MIN_LOG_LEVEL'])"
    assert run(program, TF_CPP_MIN_LOG_LEVEL="0").stdout == "0\n"
    assert run(program).stdout == "3\n"


def test_importing_the_package_alone_is_quick() -> None:
    program = "import sys, autograder\nprint('tensorflow' in sys.modules, 'keras' in sys.modules)"
    assert run(program).stdout == "False False\n"


NOTES = """\
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795221836.640956    9525 port.cc:153] oneDNN custom operations are on.
E0000 00:00:1795221877.845677   12590 cuda_platform.cc:52] failed call to cuInit
2026-01-01 10:00:00.123456: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on.
To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow.
"""


@pytest.mark.parametrize(
    "told",
    [
        "ImportError: libfoo.so is missing\n",
        "/a/b.py:3: DeprecationWarning: old\n  import c\n",
        "F0000 00:00:1795221877.845677   12590 a.cc:52] Check failed\n",
        "no line break",
    ],
)
def test_other_messages_are_kept(told: str) -> None:
    assert startup._without_notes(NOTES) == ""
    assert startup._without_notes(NOTES + told) == told


def test_a_message_and_an_exception_while_importing_are_shown() -> None:
    program = (
        "import os, sys\nfrom autograder import startup\n"
        "def broken():\n    os.write(2, b'told\\n')\n    raise ImportError('no TensorFlow here')\n"
        "startup._import = broken\nstartup.import_tensorflow()"
    )
    done = run(program)
    assert done.returncode == 1
    assert done.stderr.startswith("told\n") and "ImportError: no TensorFlow here" in done.stderr


def test_the_cpu_is_two_devices_unless_somebody_decided_otherwise(
    first_cell: subprocess.CompletedProcess[str],
) -> None:
    assert first_cell.stdout == "2\n"
    late = f"import tensorflow as tf\nx = tf.ones(2) + 1\nfrom autograder import check\n{DEVICES}"
    assert run(late).stdout == "1\n"


def test_the_grading_programs_start_without_tensorflow() -> None:
    """Workers never need it: importing it costs each of them seconds, memory and lines on stderr."""
    program = """import sys
import autograder.grading.grade, autograder.grading.sample, autograder.cli
import autograder.kinds, autograder.judge, autograder.observe
print(sorted({"tensorflow", "keras"} & set(sys.modules)))"""
    done = run(program)
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize("package", ["grading", "authoring"])
def test_no_grammars_are_made_that_nobody_asks_for(package: str) -> None:
    done = run(
        f"import autograder.{package}, nbformat, sys\n"
        "print('rfc3987_syntax.syntax_helpers' in sys.modules, 'rfc3987_syntax' in sys.modules)\n"
        "nbformat.validate(nbformat.v4.new_notebook())"
    )
    assert (done.stdout, done.stderr) == ("False False\n", "")
