"""한 학급의 노트북을 모두 실행하고 끝나는 대로 판정해 보관합니다. 같은 코드는 한 번만 실행합니다.

여기 없는 것: 노트북 하나의 실행(`grading.run`), 성적부에 적는 일(`grading.recording`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace

from autograder.grading import deaths
from autograder.grading.files import of_the_disk
from autograder.grading.judging import settle, stored
from autograder.grading.planning import Planned
from autograder.grading.progress import progress
from autograder.grading.run.pool import Job, WorkerDied, run_all
from autograder.grading.run.runner import Run, Task
from autograder.grading.store import Graded, Store
from autograder.grading.work import Work, short


def execute(
    works: Sequence[Work],
    prepare: Callable[[Work], None],
    store: Store,
    workers: int,
    executor: Executor | None,
) -> None:
    """보관된 것이 없는 실행을 모두 합니다. 끝까지 가지 못한 것은 다른 것이 없을 때 혼자 다시 실행합니다.

    `prepare`는 일감 하나에 실행할 것을 만들며, 앞의 것이 실행되는 동안에 부릅니다.
    """
    planned: dict[str, Planned] = {}
    sharing: dict[str, list[Work]] = {}
    again: list[str] = []

    def fresh(advance: Callable[[], object]) -> Iterator[Job]:
        for work in works:
            prepare(work)
            if work.planned is None:
                advance()
                continue
            sharing.setdefault(work.key, []).append(work)
            if work.key in planned:
                advance()
                continue
            planned[work.key] = work.planned
            graded = stored(store, work.key)
            if graded is None:
                yield work.key, work.planned.task
                continue
            if deaths.due(graded):
                again.append(work.key)
            advance()

    def run(jobs: Iterable[Job], at_once: int, advance: Callable[[], object]) -> list[str]:
        """실행하고, 끝까지 가지 못한 것을 돌려줍니다."""
        lost = []
        for key, task, outcome in run_all(jobs, at_once, executor):
            graded = _settled(store, key, task, outcome)
            if isinstance(graded, Exception):
                for work in sharing[key]:
                    work.failure = _failure(graded)
            elif deaths.due(graded):
                lost.append(key)
            advance()
        return lost

    with progress(len(works), "실행") as advance:
        lost = run(fresh(advance), min(workers, len(works)), advance)
    again += lost
    if again:
        with progress(len(again), "혼자 다시 실행") as advance:
            run(((key, _alone(planned[key])) for key in again), 1, advance)


def _alone(planned: Planned) -> Callable[[], Task]:
    """컴퓨터를 혼자 쓰는 실행."""

    def task() -> Task:
        made = planned.task()
        return replace(made, limits=replace(made.limits, threads=os.cpu_count() or 1))

    return task


def _settled(store: Store, key: str, task: Task, outcome: Run | Exception) -> Graded | Exception:
    if isinstance(outcome, Exception):
        if of_the_disk(outcome):
            raise outcome
        return outcome
    try:
        return settle(store, key, task, outcome)
    except Exception as error:
        if of_the_disk(error):
            # The next student would meet the same.
            raise
        return error


def _failure(error: Exception) -> str:
    if isinstance(error, WorkerDied):
        return f"{error}."
    return f"채점기에서 오류가 났습니다: {short(error)}"
