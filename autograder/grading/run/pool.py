"""여러 노트북을 한꺼번에 실행합니다. 하나가 무엇을 하든 나머지는 계속됩니다.

여기 없는 것: 노트북 하나의 실행(`grading.run.runner`), 여러 컴퓨터의 일꾼(`grading.cluster`).
"""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from autograder.errors import CourseError
from autograder.grading.run.runner import Limits, Run, Task, run_notebook, warm_up


class WorkerDied(RuntimeError):
    """이 노트북을 실행하던 프로세스가 되풀이해서 죽었습니다."""


Job = tuple[str, Callable[[], Task]]
"""열쇠와, 실행할 때가 되어서야 `Task`를 만드는 함수."""


def run_all(
    jobs: Iterable[Job], workers: int, executor: Executor | None = None
) -> Iterator[tuple[str, Task, Run | Exception]]:
    """`jobs`를 실행하며 끝나는 대로 (열쇠, Task, 결과나 예외)를 냅니다.

    `executor`를 주지 않으면 이 컴퓨터의 프로세스 `workers`개를 씁니다. 디스크가 가득 차면
    더 하지 않고 CourseError입니다.
    """
    again: list[tuple[str, Task]] = []
    with contextlib.nullcontext(executor) if executor is not None else local_pool(workers) as pool:
        # Only a process of ours is told to leave by a signal.
        function = _work if isinstance(pool, ProcessPoolExecutor) else run_notebook
        for key, task, outcome in _run(jobs, workers, pool, function):
            if isinstance(outcome, BrokenProcessPool):
                again.append((key, task))
            else:
                yield key, task, outcome
    # One worker died, and with it everybody's work that was under way. Each gets another try in
    # a process of its own, so that only the one to blame fails.
    for key, task in again:
        with local_pool(1) as pool:
            for _, _, outcome in _run([(key, lambda task=task: task)], 1, pool, _work):  # type: ignore[misc]
                if isinstance(outcome, BrokenProcessPool):
                    outcome = WorkerDied(
                        "노트북을 실행하던 프로세스가 두 번 죽었습니다. 메모리가 모자라거나, "
                        "노트북이 다른 프로세스를 끝내는지 살펴보세요"
                    )
                yield key, task, outcome


def _run(
    jobs: Iterable[Job],
    workers: int,
    executor: Executor,
    function: Callable[[Task], Run],
) -> Iterator[tuple[str, Task, Run | Exception]]:
    waiting = iter(jobs)
    running: dict[Future[Run], tuple[str, Task]] = {}
    exhausted = False
    while running or not exhausted:
        # No more at a time than keeps the workers busy: challenges and evidence need memory.
        while not exhausted and len(running) < 2 * workers:
            job = next(waiting, None)
            if job is None:
                exhausted = True
                break
            key, make = job
            task = make()
            try:
                running[executor.submit(function, task)] = (key, task)
            except BrokenProcessPool as broken:
                yield key, task, broken
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            key, task = running.pop(future)
            try:
                outcome: Run | Exception = future.result()
            except Exception as error:
                if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                    raise CourseError(
                        "임시 폴더의 디스크에 남은 자리가 없습니다.",
                        "자리를 비우고 다시 실행하면 이어서 채점합니다.",
                    ) from error
                outcome = error
            yield key, task, outcome


@contextlib.contextmanager
def local_pool(workers: int, expected: Limits | None = None) -> Iterator[Executor]:
    """프로세스 `workers`개. 도중에 나가면 하던 일을 그만두게 하고 커널까지 끕니다.

    `expected`를 주면 저마다 첫 노트북을 기다리지 않고 그 한도에 맞는 따뜻한 프로세스를 켭니다.
    """
    before = set(multiprocessing.active_children())
    # Spawned, not forked: this process has TensorFlow's threads.
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_prepare_worker
    )
    try:
        if expected is not None:
            for _ in range(workers):
                pool.submit(warm_up, expected)
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in set(multiprocessing.active_children()) - before:
            worker.terminate()
            worker.join(10)
        raise
    pool.shutdown(wait=True, cancel_futures=True)


def _prepare_worker() -> None:
    # Ctrl-C is for the coordinator; it tells the workers with SIGTERM, and they clean up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _work(task: Task) -> Run:
    try:
        return run_notebook(task)
    except SystemExit as leaving:
        # Everything is cleaned up. The pool would take this for a result and go on working.
        os._exit(leaving.code if isinstance(leaving.code, int) else 1)


def _leave(number: int, _: object) -> None:
    sys.exit(128 + number)


def _follow_parent() -> None:
    """채점하던 프로세스가 갑자기 죽으면 일꾼도 뒷정리를 하고 끝납니다."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def default_workers() -> int:
    """이 컴퓨터에서 한꺼번에 채점할 노트북의 수."""
    affinity = getattr(os, "sched_getaffinity", None)
    return max(1, len(affinity(0)) if affinity else os.cpu_count() or 1)
