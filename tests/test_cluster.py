"""Grading with a real scheduler and real workers of dask.distributed."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graded_class import Class

from autograder.errors import CourseError
from autograder.grading import cluster
from autograder.grading.course.folder import CourseFolder
from autograder.grading.grade import grade_class
from autograder.grading.sandbox.levels import Level

pytestmark = [pytest.mark.xdist_group("cluster"), pytest.mark.slow]

UNIT, CELL = "00_start", "start_first_tensor"


@contextlib.contextmanager
def program(*arguments: str, until: str) -> Iterator[str]:
    """A program that runs until we leave; gives the line of its log that has `until`."""
    with subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"DASK_DISTRIBUTED__WORKER__DAEMON": "False"},
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if until in line:
                    yield line
                    return
            raise AssertionError(f"{arguments} ended")
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler and two workers of one thread each."""
    local = str(tmp_path_factory.mktemp("workers"))
    scheduler = ("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0")
    with contextlib.ExitStack() as stack:
        line = stack.enter_context(program(*scheduler, "--no-dashboard", until="Scheduler at:"))
        found = re.search(r"tcp://\S+", line)
        assert found is not None
        worker = ("distributed.cli.dask_worker", found[0], "--no-dashboard", "--no-nanny")
        for _ in range(2):
            own = ("--nthreads", "1", "--local-directory", local)
            stack.enter_context(program(*worker, *own, until="Registered to"))
        yield found[0]


def in_gradebook(course: Class) -> dict[str, tuple[Any, ...]]:
    folder = CourseFolder(course.root, UNIT)
    with folder.gradebook() as gradebook:
        return {
            found.student.id: tuple(
                (grade.name, grade.auto_score, grade.max_score, grade.needs_manual_grade)
                for made in found.notebooks
                for grade in made.grades
            )
            for found in gradebook.assignment_submissions(UNIT)
        }


def test_one_worker_two_workers_and_a_cluster_give_the_same_gradebook(
    tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {}
    for name, settings in {
        "one": {"workers": 1},
        "two": {"workers": 2},
        "cluster": {"cluster": address},
    }.items():
        course = Class(tmp_path / name, UNIT)
        course.submit("right", course.solved())
        course.submit(
            "integers", course.solved(**{CELL: "x = tf.constant([[1, 2, 3], [4, 5, 6]])"})
        )
        course.submit("leaves", course.solved(**{CELL: "import os; os._exit(1)"}))
        course.submit("broken", "{")
        outcome = grade_class(UNIT, course.root, **settings)  # type: ignore[arg-type]
        assert not outcome.failed
        found[name] = in_gradebook(course)
        assert {row.student: row.total for row in outcome.rows} == {
            "right": 4,
            "integers": 3,
            "leaves": 0,
            "broken": 0,
        }
    assert found["one"] == found["two"] == found["cluster"]
    assert "일꾼 2개가 함께 실행합니다" in capsys.readouterr().out


class Client:
    """What a client tells of its workers."""

    def __init__(self, **found: tuple[int, str]) -> None:
        self.found = found

    def run(self, _: Any) -> dict[str, tuple[int, str]]:
        return self.found


def test_a_worker_that_cannot_build_the_walls_is_refused() -> None:
    ours = cluster.observing_version()
    cluster._check(Client(a=(3, ours), b=(3, ours)), Level.NAMESPACES)
    with pytest.raises(CourseError, match="일꾼 b은") as raised:
        cluster._check(Client(a=(3, ours), b=(2, ours)), Level.NAMESPACES)
    assert "빼고" in raised.value.remedy
    with pytest.raises(CourseError, match="다릅니다"):
        cluster._check(Client(a=(3, ours), b=(3, "older")), Level.NAMESPACES)


def test_no_scheduler_is_one_korean_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with (
        pytest.raises(CourseError, match="이을 수 없습니다"),
        cluster.connected("tcp://127.0.0.1:9", Level.NONE),
    ):
        pass
    with (
        pytest.raises(CourseError, match="이을 수 없습니다"),
        cluster.connected("nonsense://", Level.NONE),
    ):
        pass
