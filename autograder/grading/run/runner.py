"""노트북 하나를 실행합니다. 들어가고 나오는 것이 모두 자료라서 어느 Executor에서나 돕니다.

여기 없는 것: 커널(`grading.run.kernel`), 실행할 셀을 고르는 일(`grading.needed`), 판정(`grading.judging`).
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, field, replace
from typing import Any

from autograder.grading.run import kernel as kernels
from autograder.grading.run.kernel import Bounds, Kernel
from autograder.grading.run.outputs import Outputs
from autograder.grading.run.workplace import workplace
from autograder.grading.sandbox.choice import missing
from autograder.grading.sandbox.levels import Level
from autograder.grading.sandbox.process import keep_warm, opened
from autograder.grading.sandbox.session import SessionLost

NOT_RUN, OUT_OF_TIME, SKIPPED = "not run", "out of time", "skipped"
"""셀의 결과에 더해지는 것: 실행하지 못함, 노트북 전체의 시간이 다 됨, 채점에 필요 없어 실행하지 않음."""


OVERLOAD = 2.0
"""CPU 하나에 이보다 많은 일이 몰려 있으면 시간이 다 된 것을 노트북의 탓으로 보지 않습니다."""


class WeakSandbox(RuntimeError):
    """실행하는 컴퓨터가 요구된 샌드박스를 만들 수 없습니다."""


@dataclass(frozen=True)
class Limits:
    """시간의 한도(초), 계산에 쓰는 스레드 수, 메모리와 프로세스와 디스크의 한도."""

    cell_seconds: float = 120.0
    notebook_seconds: float = 1200.0
    threads: int = 1
    bounds: Bounds = field(default_factory=Bounds)
    sandbox: int = 0
    """샌드박스의 단계(`grading.sandbox.Level`). 실행하는 컴퓨터가 만들 수 없으면 실행하지 않습니다."""


@dataclass(frozen=True)
class Code:
    """코드 셀 하나. 점수가 걸린 검사 셀이면 `exercise`에 문제의 아이디가 있습니다.

    `needed`가 거짓이면 채점에 필요 없는 수업 셀입니다(`grading.needed`).
    """

    source: str
    exercise: str = ""
    needed: bool = True


@dataclass(frozen=True)
class Task:
    """실행할 노트북: 코드 셀들, 문제마다의 Challenge 파일, 함께 놓을 파일, 원본 데이터, 한도."""

    cells: tuple[Code, ...]
    challenges: dict[str, bytes]
    files: dict[str, bytes] = field(default_factory=dict)
    data: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass
class Run:
    """실행한 결과: 셀마다 결과와 출력, 문제마다 Evidence 파일의 내용."""

    results: list[str]
    outputs: list[list[dict[str, Any]]]
    evidence: dict[str, bytes] = field(default_factory=dict)
    seconds: float = 0.0
    busy: bool = False
    """시간이 다 되었을 때 컴퓨터에 할 일이 밀려 있었는지."""
    exercise_seconds: dict[str, float] = field(default_factory=dict)
    """문제마다, 앞 문제의 검사 다음부터 그 검사까지 실행한 시간(초). 거기까지 가지 못한 문제는 없습니다."""


def warm_up(limits: Limits) -> None:
    """그 한도의 첫 노트북이 쓸 따뜻한 프로세스를 켜 둡니다. 켤 수 없으면 첫 노트북이 그 이유를 냅니다."""
    with contextlib.suppress(SessionLost, OSError):
        keep_warm(Level(limits.sandbox), limits.threads)


def run_notebook(task: Task) -> Run:
    """`task`에서 필요한 셀을 새 커널에서 처음부터 끝까지 실행합니다.

    오류가 나거나 관찰하지 못한 답이 있으면, 남겨 둔 수업 셀 때문일 수도 있으므로 통째로 다시 실행합니다.
    학습자의 코드가 무엇을 하든 돌아옵니다. 커널을 켤 수 없으면 `KernelDidNotStart`, 샌드박스를 만들 수 없으면
    `WeakSandbox`, 자리를 만들 수 없으면 `OSError`입니다.
    """
    try:
        run = _run(task)
    except SessionLost:
        # The warm process went away between two notebooks; another one is there in seconds.
        run = _run(task)
    if all(cell.needed for cell in task.cells) or not _doubtful(task, run):
        return run
    whole = _run(replace(task, cells=tuple(replace(cell, needed=True) for cell in task.cells)))
    whole.seconds += run.seconds
    return whole


def _doubtful(task: Task, run: Run) -> bool:
    """수업 셀을 실행했다면 달랐을 수 있는지. 끝나지 못하고 멈춘 것은 다시 해도 멈춥니다."""
    if not {*run.results} <= {kernels.DONE, kernels.ERROR, SKIPPED}:
        return False
    return kernels.ERROR in run.results or any(
        cell.exercise and cell.exercise not in run.evidence for cell in task.cells
    )


def _run(task: Task) -> Run:
    started = time.monotonic()
    run = Run([NOT_RUN] * len(task.cells), [[] for _ in task.cells])
    level = Level(task.limits.sandbox)
    if why := missing(level):
        raise WeakSandbox(f"이 일꾼은 '{level.title}' 샌드박스를 만들 수 없습니다: {why}")
    with (
        opened(level, task.limits.threads) as room,
        workplace(task.files, task.data, room) as place,
    ):
        for exercise, data in task.challenges.items():
            place.challenge(exercise, data)
        with Kernel(
            room, place.root, place.environment(task.limits.threads), place.work, task.limits.bounds
        ) as kernel:
            spent = 0.0
            for index, cell in enumerate(task.cells):
                left = started + task.limits.notebook_seconds - time.monotonic()
                if left <= 0:
                    run.results[index] = OUT_OF_TIME
                    break
                if not cell.needed:
                    run.results[index] = SKIPPED
                    continue
                if not cell.source.strip():
                    run.results[index] = kernels.DONE
                    continue
                if cell.exercise:
                    place.discard_evidence(cell.exercise)
                outputs = Outputs()
                seconds = min(task.limits.cell_seconds, left)
                begun = time.monotonic()
                result = kernel.run(cell.source, seconds, outputs)
                spent += time.monotonic() - begun
                if cell.exercise:
                    run.exercise_seconds[cell.exercise], spent = spent, 0.0
                if result in (kernels.TIMEOUT, kernels.STUCK) and left < task.limits.cell_seconds:
                    result = OUT_OF_TIME
                run.busy |= result in (kernels.TIMEOUT, kernels.STUCK, OUT_OF_TIME) and overloaded()
                run.results[index], run.outputs[index] = result, outputs.finish()
                if cell.exercise and result == kernels.DONE:
                    found = place.evidence(cell.exercise)
                    if found is not None:
                        run.evidence[cell.exercise] = found
                if not kernel.alive or result == OUT_OF_TIME:
                    break
    run.seconds = time.monotonic() - started
    return run


def overloaded() -> bool:
    """지난 1분 동안 돌 차례를 기다린 일이 CPU보다 훨씬 많았는지. 알 수 없으면 거짓."""
    if not hasattr(os, "getloadavg"):
        return False
    return os.getloadavg()[0] > OVERLOAD * (os.cpu_count() or 1)
