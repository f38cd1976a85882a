"""The command `autograder` as a user meets it: in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

# Run the command as if these packages were not installed.
WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
from autograder.cli import main
main({arguments!r})
"""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder.cli", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=120,
    )


def run_without(names: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    code = WITHOUT.format(names=names, arguments=list(arguments))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)


def assert_one_korean_sentence(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert re.search("[가-힣]", lines[0])
    assert lines[0].endswith(".")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "명령을 주어야 합니다"),
        (("data",), "명령을 주어야 합니다"),
        (("frobnicate",), "frobnicate는 없는 명령입니다"),
        (("data", "frob"), "frob은 없는 명령입니다"),
        (("build", "--chek"), "--chek은 없는 인수입니다"),
        (("build", "--check=yes"), "--check에는 값을 줄 수 없습니다"),
        (("grade",), "단원을 주어야 합니다"),
        (("grade", "04_sequential", "--course"), "--course 뒤에 값이 있어야 합니다"),
        (("grade", "04_sequential", "--course", "no-such-folder"), "no-such-folder"),
        (("grade", "04_sequential", "--workers", "0"), "1 이상의 정수"),
        (("grade", "04_sequential", "--workers", "many"), "1 이상의 정수"),
        (("grade", "04_sequential", "--cluster"), "--cluster 뒤에 값이 있어야 합니다"),
        (("rejudge",), "단원을 주어야 합니다"),
        (("rejudge", "04_sequential", "--course", "no-such-folder"), "no-such-folder"),
        (("data", "import"), "파일을 주어야 합니다"),
        (("data", "import", "no-such.npz"), "no-such.npz가 없습니다"),
    ],
)
def test_wrong_use_is_answered_in_one_korean_sentence(
    arguments: tuple[str, ...], said: str
) -> None:
    done = run(*arguments)
    assert_one_korean_sentence(done)
    assert said in done.stderr


@pytest.mark.parametrize("command", [(), ("build",), ("grade",), ("data",), ("data", "import")])
def test_help_is_korean(command: tuple[str, ...]) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    assert done.stderr == ""
    for word in ("usage:", "options:", "positional arguments", "show this"):
        assert word not in done.stdout
    assert "쓰는 법: autograder" in done.stdout


def test_help_is_quick_because_tensorflow_is_not_imported() -> None:
    code = (
        "import sys\n"
        "from autograder import cli\n"
        "try:\n"
        "    cli.main(['--help'])\n"
        "except SystemExit:\n"
        "    heavy = {'tensorflow', 'keras', 'numpy', 'nbgrader'}.intersection(sys.modules)\n"
        "    sys.exit(', '.join(heavy) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("arguments", [("build", "--check"), ("grade", "04_sequential")])
def test_without_the_classroom_extra_the_pip_command_is_said(arguments: tuple[str, ...]) -> None:
    names = ["nbgrader", "nbconvert", "nbformat", "nbclient", "jupyter_client"]
    done = run_without(names, *arguments)
    assert_one_korean_sentence(done)
    assert "pip install" in done.stderr
    assert "[classroom]" in done.stderr


def test_exercises_are_listed_for_people_and_for_programs() -> None:
    listed = json.loads(run("exercises", "--json").stdout)
    assert [set(row) for row in listed] == [{"id", "title", "unit", "points", "depth"}] * len(
        listed
    )
    ids = [row["id"] for row in listed]
    assert len(set(ids)) == len(ids) > 0
    assert all(row["points"] > 0 for row in listed)
    assert {row["depth"] for row in listed} == {"core", "deeper"}

    table = run("exercises", COLUMNS="140").stdout
    for row in listed:
        assert row["id"] in table
    assert f"{len(listed)}개" in table


def test_doctor_is_content_with_the_environment_of_the_tests() -> None:
    done = run("doctor", COLUMNS="200")
    assert "fetch mnist" in done.stdout
    assert "fetch tickets" not in done.stdout, "tickets is made by code"
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    for name in ("파이썬", "텐서플로", "케라스", "한글 글꼴", "nbgrader", "데이터", "메모리"):
        assert name in done.stdout


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The doctor where two things are wrong: TensorFlow is imported once for both."""
    folder = tmp_path_factory.mktemp("broken")
    (folder / "mnist.npz").write_bytes(b"not a zip file")
    return run("doctor", COLUMNS="300", KERAS_BACKEND="jax", AUTOGRADER_DATA=str(folder))


@pytest.fixture(scope="module")
def unusual(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The doctor where everything is unusual that one can do without."""
    folder = tmp_path_factory.mktemp("unusual")
    settings = '{"backend": "torch", "image_data_format": "channels_first"}'
    (folder / "keras.json").write_text(settings)
    return run("doctor", COLUMNS="300", KERAS_HOME=str(folder), PATH=str(folder))


def test_doctor_sees_another_keras_backend(broken: subprocess.CompletedProcess[str]) -> None:
    assert broken.returncode == 1
    assert "케라스" in broken.stdout.splitlines()[-1]
    assert "백엔드가 jax입니다" in broken.stdout
    assert "KERAS_BACKEND" in broken.stdout


def test_doctor_sees_other_settings_of_keras(unusual: subprocess.CompletedProcess[str]) -> None:
    assert unusual.returncode == 0, unusual.stdout
    assert "backend가 torch입니다" in unusual.stdout
    assert "image_data_format가 channels_first입니다" in unusual.stdout


def test_doctor_sees_broken_data(broken: subprocess.CompletedProcess[str]) -> None:
    assert broken.returncode == 1
    assert "데이터 mnist" in broken.stdout.splitlines()[-1]


def test_doctor_sees_that_tensorflow_is_missing() -> None:
    done = run_without(["tensorflow"], "doctor")
    assert done.returncode == 1
    assert "꼭 있어야 하는 것이 빠졌습니다: 텐서플로" in done.stdout


def test_doctor_sees_which_programs_are_missing(
    unusual: subprocess.CompletedProcess[str],
) -> None:
    assert unusual.returncode == 0, unusual.stdout
    # Graphviz comes with pip, beside the interpreter.
    assert "Graphviz" in unusual.stdout
    assert "apt install chromium" in unusual.stdout
