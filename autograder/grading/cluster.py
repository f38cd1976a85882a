"""여러 컴퓨터의 일꾼: `dask.distributed`의 스케줄러에 이어진 일꾼들을 Executor로 씁니다.

여기 없는 것: 이 컴퓨터의 일꾼(`grading.run.pool`), 판정(`grading.judging`), 성적부(`grading.recording`).

일꾼이 하는 일은 이 컴퓨터의 프로세스가 하는 일과 같습니다(`run.runner`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from autograder.errors import CourseError
from autograder.grading.sandbox.choice import highest
from autograder.grading.sandbox.levels import Level
from autograder.grading.store import observing_version

CONNECT_SECONDS = 20


@dataclass(frozen=True)
class Cluster:
    """이어진 일꾼들: 일을 맡길 Executor와 한꺼번에 실행할 노트북의 수."""

    executor: Executor
    workers: int


@contextlib.contextmanager
def connected(address: str, level: Level) -> Iterator[Cluster]:
    """스케줄러 `address`의 일꾼들. 하나라도 `level`의 샌드박스를 만들 수 없거나 강좌가 다르면 CourseError."""
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise CourseError(
            "--cluster에는 distributed 패키지가 더 있어야 합니다.",
            "pip install distributed 명령으로 이 컴퓨터와 일꾼들에 설치하세요.",
        ) from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise CourseError(
            f"스케줄러 {address}에 이을 수 없습니다.",
            "주소가 tcp://컴퓨터:8786 꼴인지, dask scheduler가 켜져 있는지 확인하세요.",
        ) from error
    with client:
        threads = client.nthreads()
        if not threads:
            raise CourseError(
                f"스케줄러 {address}에 이어진 일꾼이 없습니다.",
                f"일꾼으로 쓸 컴퓨터에서 dask worker {address}를 실행하세요.",
            )
        _check(client, level)
        with client.get_executor(pure=False, retries=0) as executor:
            yield Cluster(executor, sum(threads.values()))


def _check(client: Any, level: Level) -> None:
    found: dict[str, tuple[int, str]] = client.run(standing)
    for worker, (reached, version) in found.items():
        if reached < level:
            raise CourseError(
                f"일꾼 {worker}은(는) '{level.title}'만큼 막을 수 없습니다"
                f"(막을 수 있는 것: '{Level(reached).title}').",
                "그 일꾼을 빼고 다시 실행하세요. 모든 일꾼이 채점하는 컴퓨터만큼 막아야 합니다.",
            )
        if version != observing_version():
            raise CourseError(
                f"일꾼 {worker}의 강좌나 패키지가 이 컴퓨터의 것과 다릅니다.",
                "같은 버전의 강좌와 텐서플로, 케라스, 넘파이, 파이썬을 설치하세요.",
            )


def standing() -> tuple[int, str]:
    """일꾼이 만들 수 있는 샌드박스의 단계와, 강좌와 패키지의 지문."""
    return int(highest()), observing_version()
