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


class Batch:
    """한 학급의 실행: 무엇을 실행했고, 무엇을 혼자 다시 실행해야 하는지."""

    def __init__(
        self, works: Sequence[Work], prepare: Callable[[Work], None], store: Store
    ) -> None:
        """`prepare`는 일감 하나에 실행할 것을 만들며, 앞의 것이 실행되는 동안에 부릅니다."""
        self.works, self.prepare, self.store = works, prepare, store
        self._planned: dict[str, Planned] = {}
        self._sharing: dict[str, list[Work]] = {}
        self._again: list[str] = []

    def run(self, executor: Executor, at_once: int) -> None:
        """보관된 것이 없는 실행을 모두, 한꺼번에 `at_once`개씩 합니다."""
        with progress(len(self.works), "실행") as advance:
            self._again += self._run(self._fresh(advance), at_once, executor, advance)

    def run_again(self, executor: Executor | None) -> None:
        """끝까지 가지 못한 것을 다른 것이 없을 때 하나씩 다시 실행합니다. `executor`가 없으면 새 프로세스에서."""
        if self._again:
            with progress(len(self._again), "혼자 다시 실행") as advance:
                jobs = ((key, _alone(self._planned[key])) for key in self._again)
                self._run(jobs, 1, executor, advance)

    def _fresh(self, advance: Callable[[], object]) -> Iterator[Job]:
        for work in self.works:
            self.prepare(work)
            if work.planned is None:
                advance()
                continue
            self._sharing.setdefault(work.key, []).append(work)
            if work.key in self._planned:
                advance()
                continue
            self._planned[work.key] = work.planned
            graded = stored(self.store, work.key)
            if graded is None:
                yield work.key, work.planned.task
                continue
            if deaths.due(graded):
                self._again.append(work.key)
            advance()

    def _run(
        self,
        jobs: Iterable[Job],
        at_once: int,
        executor: Executor | None,
        advance: Callable[[], object],
    ) -> list[str]:
        """실행하고, 끝까지 가지 못한 것을 돌려줍니다."""
        lost = []
        for key, task, outcome in run_all(jobs, at_once, executor):
            graded = _settled(self.store, key, task, outcome)
            if isinstance(graded, Exception):
                for work in self._sharing[key]:
                    work.failure = _failure(graded)
            elif deaths.due(graded):
                lost.append(key)
            advance()
        return lost


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
