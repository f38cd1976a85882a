"""Dataset의 판정: 참고 답안으로 같은 일을 해서 요소의 꼴, 값, 순서를 비교합니다.

`exercise.groups`의 비교 방법은 배치로 묶은 Dataset이면 `judge.batches`, 파일을 쓰고 읽는 함수면
`judge.records`의 `METHODS`에 있습니다.
"""

from __future__ import annotations

from autograder.exercise import DatasetExercise
from autograder.judge import batches, records
from autograder.judge.elements import Failure, Step
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

METHODS = batches.METHODS | records.METHODS


def items(exercise: DatasetExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """`exercise.groups`의 항목들."""
    from autograder.observe import observe

    if evidence.facts["status"] != "seen":
        return [
            Item(title, points, 0, f"{title}: 확인하지 못했습니다.")
            for title, points, *_ in exercise.groups
        ]
    reference = observe(challenge, exercise.solution())
    steps = [Step(challenge, reference, evidence, index) for index in _numbers(challenge)]
    result: list[Item] = []
    told: list[Failure] = []
    for title, points, method, numbers in exercise.groups:
        failure = next(
            (found for number in numbers if (found := METHODS[method](steps[number]))), None
        )
        if failure is None:
            result.append(Item(title, points, points))
        elif failure in told:
            text = f"{title}: 위와 같은 까닭으로 확인하지 못했습니다."
            result.append(Item(title, points, 0, text))
        else:
            told.append(failure)
            result.append(Item(title, points, 0, f"{title}: {failure[0]}", failure[1]))
    return result


def _numbers(challenge: Challenge) -> range:
    return range(len(challenge.facts["steps"]))
