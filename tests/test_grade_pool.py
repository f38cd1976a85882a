"""Many notebooks at once: a worker that dies, a coordinator that is stopped or killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from autograder.grading.run import kernel
from autograder.grading.run.pool import WorkerDied, default_workers, local_pool, run_all
from autograder.grading.run.runner import Code, Limits, Run, Task
from autograder.grading.sandbox.choice import best_level
from autograder.grading.sandbox.levels import Level

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")

STOPPED = """
import sys
from autograder.grading.run.pool import run_all
from autograder.grading.run.runner import Code, Task

if __name__ == "__main__":
    task = Task((Code("import time; time.sleep(600)"),), {})
    try:
        list(run_all([("a", lambda: task), ("b", lambda: task)], 2))
    except KeyboardInterrupt:
        sys.exit(130)
"""


def task(source: str) -> Task:
    return Task((Code(source),), {})


def test_a_worker_that_dies_costs_only_the_one_to_blame() -> None:
    sources = {
        "before": "1",
        "killer": "import os, signal; os.kill(os.getppid(), signal.SIGKILL)",
        "beside": "import time; time.sleep(1)",
        "after": "2",
    }
    jobs = [(name, lambda source=source: task(source)) for name, source in sources.items()]
    outcomes = {name: outcome for name, _, outcome in run_all(jobs, 2)}
    assert isinstance(outcomes.pop("killer"), WorkerDied)
    assert set(outcomes) == {"before", "beside", "after"}
    for outcome in outcomes.values():
        assert isinstance(outcome, Run) and outcome.results == [kernel.DONE]


def test_tasks_are_made_only_when_they_are_run() -> None:
    made: list[int] = []

    def job(number: int) -> Task:
        made.append(number)
        return task(str(number))

    jobs = [(str(number), lambda number=number: job(number)) for number in range(6)]
    running = run_all(jobs, 1)
    next(running)
    assert len(made) <= 3
    assert len(list(running)) == 5
    assert default_workers() >= 1


@pytest.mark.skipif(best_level() < Level.NAMESPACES, reason="no warm processes here")
def test_warm_processes_start_before_the_first_notebook() -> None:
    expected = Limits(sandbox=int(best_level()))
    with local_pool(2, expected) as pool:
        wait_for(lambda: len(warm_processes()) == 2)
        made = task("x = 1")
        notebook = Task(made.cells, {}, limits=expected)
        ((_, _, outcome),) = run_all([("a", lambda: notebook)], 2, pool)
        assert isinstance(outcome, Run) and outcome.results == [kernel.DONE]
        assert len(warm_processes()) == 2
    wait_for(lambda: not warm_processes())


def warm_processes() -> list[psutil.Process]:
    """The warm processes of this test's workers, without the walls around them."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if process.name().startswith("python") and "warm_process.py" in str(process.cmdline()):
                found.append(process)
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_of_a_stopped_grading(tmp_path: Path, number: int) -> None:
    script = tmp_path / "stopped.py"
    script.write_text(STOPPED, "utf-8")
    # A short temporary folder: the path of a Unix socket is limited.
    with tempfile.TemporaryDirectory(prefix="t") as temporary:
        process = subprocess.Popen(
            [sys.executable, str(script)],
            env=dict(os.environ, TMPDIR=temporary),
            start_new_session=True,
        )
        wait_for(lambda: len(kernels(temporary)) == 2)
        # As a terminal does it, to the whole group; a kill reaches only the coordinator.
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.kill()
        # Before the ten seconds are over after which a worker is given up.
        assert process.wait(9) == (130 if number == signal.SIGINT else -signal.SIGKILL)
        wait_for(lambda: not kernels(temporary) and not list(Path(temporary).glob("ag-*")))


def kernels(temporary: str) -> list[str]:
    shown = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    return [line for line in shown.splitlines() if "ipykernel" in line and temporary in line]


def wait_for(condition: object) -> None:
    assert callable(condition)
    deadline = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < deadline, "still not so after 90 seconds"
        time.sleep(0.2)
