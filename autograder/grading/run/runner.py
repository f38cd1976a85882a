"""노트북 하나를 실행합니다. 들어가고 나오는 것이 모두 자료라서 어느 Executor에서나 돕니다."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from autograder.grading.run import kernel as kernels
from autograder.grading.run.kernel import Kernel
from autograder.grading.run.outputs import Outputs
from autograder.grading.run.workplace import workplace

NOT_RUN, OUT_OF_TIME = "not run", "out of time"
"""셀의 결과에 더해지는 둘: 실행하지 않음, 노트북 전체의 시간이 다 됨."""


@dataclass(frozen=True)
class Limits:
    """시간의 한도(초)와 계산에 쓰는 스레드 수."""

    cell_seconds: float = 120.0
    notebook_seconds: float = 1200.0
    threads: int = 1


@dataclass(frozen=True)
class Code:
    """코드 셀 하나. 점수가 걸린 검사 셀이면 `exercise`에 문제의 아이디가 있습니다."""

    source: str
    exercise: str = ""


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


def run_notebook(task: Task) -> Run:
    """`task`를 새 커널에서 처음부터 끝까지 실행합니다.

    학습자의 코드가 무엇을 하든 돌아옵니다. 커널을 켤 수 없으면 `KernelDidNotStart`,
    자리를 만들 수 없으면 `OSError`입니다.
    """
    started = time.monotonic()
    run = Run([NOT_RUN] * len(task.cells), [[] for _ in task.cells])
    with workplace(task.files, task.data) as place:
        for exercise, data in task.challenges.items():
            place.challenge(exercise, data)
        with Kernel(place.root, place.environment(task.limits.threads), place.work) as kernel:
            for index, cell in enumerate(task.cells):
                left = started + task.limits.notebook_seconds - time.monotonic()
                if left <= 0:
                    run.results[index] = OUT_OF_TIME
                    break
                if not cell.source.strip():
                    run.results[index] = kernels.DONE
                    continue
                if cell.exercise:
                    place.discard_evidence(cell.exercise)
                outputs = Outputs()
                seconds = min(task.limits.cell_seconds, left)
                result = kernel.run(cell.source, seconds, outputs)
                if result in (kernels.TIMEOUT, kernels.STUCK) and left < task.limits.cell_seconds:
                    result = OUT_OF_TIME
                run.results[index], run.outputs[index] = result, outputs.finish()
                if cell.exercise and result == kernels.DONE:
                    found = place.evidence(cell.exercise)
                    if found is not None:
                        run.evidence[cell.exercise] = found
                if not kernel.alive or result == OUT_OF_TIME:
                    break
    run.seconds = time.monotonic() - started
    return run
