"""Dataset의 판정: 참고 답안으로 같은 일을 해서 요소의 꼴, 값, 순서를 비교합니다.

여기 없는 것: 배치의 비교 방법(`judge.dataset.batches`), 파일의 비교 방법(`judge.dataset.tfrecords`), 관찰(`observe.dataset`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autograder.judge.dataset import tfrecords
from autograder.judge.dataset.elements import Failure, Step
from autograder.judge.mistakes import Suspects
from autograder.judge.told_once import told_once
from autograder.kinds import DatasetExercise, DatasetItem
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

ALIKE: dict[Any, Callable[[Step, Step], bool]] = {tfrecords.rows: tfrecords.same_rows}
"""비교하는 함수 → 학습자의 답이 알려진 실수와 똑같이 구는지 보는 법."""


def items(exercise: DatasetExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """`exercise.groups`의 항목들."""
    from autograder.observe import observe

    if evidence.facts["status"] != "seen":
        return [
            Item(item.title, item.points, 0, f"{item.title}: 확인하지 못했습니다.")
            for item in exercise.groups
        ]
    reference = observe(challenge, exercise.solution())
    steps = [Step(challenge, reference, evidence, index) for index in _numbers(challenge)]
    return told_once(exercise.groups, (_failure(exercise, item, steps) for item in exercise.groups))


def _failure(exercise: DatasetExercise, item: DatasetItem, steps: list[Step]) -> Failure | None:
    compare = item.compare
    number, failure = next(
        ((n, found) for n in item.steps if (found := compare(steps[n]))), (0, None)
    )
    known = compare in ALIKE and not steps[number].trouble
    if failure and not failure[1] and known:
        return failure[0], _cause(exercise, steps[number], ALIKE[compare])
    return failure


def _cause(exercise: DatasetExercise, step: Step, alike: Callable[[Step, Step], bool]) -> str:
    """이 할 일을 학습자의 답과 똑같이 하는 알려진 실수의 조언. 파일을 쓰는 일과 이 일만 시켜 봅니다."""
    steps = step.challenge.facts["steps"]
    numbers = [n for n, each in enumerate(steps) if each["do"] == "call"] + [step.number]
    facts = step.challenge.facts | {"steps": [steps[number] for number in numbers]}
    challenge = replace(step.challenge, facts=facts)
    reference = replace(
        step.reference, facts={"steps": [step.reference.facts["steps"][n] for n in numbers]}
    )
    last = len(numbers) - 1
    mistake = Suspects(exercise, challenge).cause(
        lambda seen: alike(step, Step(challenge, reference, seen, last))
    )
    return mistake.advice if mistake else ""


def _numbers(challenge: Challenge) -> range:
    return range(len(challenge.facts["steps"]))
