"""그래프의 판정: 값은 참고 답안과, 그래프는 있어야 할 연산과 트레이싱 횟수로 봅니다.

여기 없는 것: 볼 것마다의 판정(`judge.graph.looks`), 그래프를 만드는 일(`observe.graph`), 그래프의 그림(`figures.function_graph`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np

from autograder.judge.compare import compare_call
from autograder.judge.graph.looks import Case, Equal, Failure, Operations, explained, looks_of
from autograder.judge.mistakes import Suspects
from autograder.judge.told_once import nothing_seen
from autograder.kinds import GraphExercise, GraphItem, Mistake
from autograder.protocol import Challenge, Evidence
from autograder.report import Item


def items(exercise: GraphExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """`exercise.groups`의 항목마다 맞았는지."""
    from autograder.observe import observe

    if evidence.facts["status"] != "seen":
        message, advice = explained(evidence.facts, exercise.subjects[0])
        asked = [(item.title, item.points) for item in exercise.groups]
        return nothing_seen(asked, message, advice)
    case = (exercise, challenge, observe(challenge, exercise.solution()))
    suspects = Suspects(exercise, challenge)
    told: list[Failure] = []
    causes: list[Mistake | None] = []
    values_wrong = False
    result = []
    for item in exercise.groups:
        failure = item.look.failure(case, evidence)
        if failure is None:
            result.append(Item(item.title, item.points, item.points))
            continue
        mistake = None
        if item.look.explainable and failure not in told:
            mistake = suspects.cause(partial(_explains, item, case, evidence))
        if mistake is not None:
            failure = (mistake.message or failure[0], mistake.advice)
        known = mistake is not None and mistake in causes
        causes.append(mistake)
        if failure in told or known:
            text = f"{item.title}: 위와 같은 이유로 확인하지 못했습니다."
            result.append(Item(item.title, item.points, 0, text))
        elif isinstance(item.look, Equal) and values_wrong and mistake is None:
            # Its message supposes that the rest is right.
            text = f"{item.title}: 위의 값이 맞으면 확인합니다."
            result.append(Item(item.title, item.points, 0, text))
        else:
            told.append(failure)
            result.append(
                Item(item.title, item.points, 0, f"{item.title}: {failure[0]}", failure[1])
            )
        values_wrong = values_wrong or isinstance(item.look, Equal)
    return result


# 흔한 오해와 비교하기 -------------------------------------------------------------------------


def _explains(item: GraphItem, case: Case, evidence: Evidence, seen: Evidence) -> bool:
    """오해로 쓴 답이 이 항목에서 학습자의 답과 똑같이 틀리는지."""
    exercise, challenge, _ = case
    failure = item.look.failure(case, seen)
    if failure is None:
        return False
    if isinstance(item.look, Equal):
        # What is written in the graphs tells apart two mistakes that give the same numbers.
        others = looks_of(exercise, Operations)
        alike = _holds_variables(seen) == _holds_variables(evidence) and all(
            (other.failure(case, seen) is None) == (other.failure(case, evidence) is None)
            for other in others
        )
        numbers = range(len(challenge.facts["calls"]))
        return alike and (
            _agree(numbers, exercise, seen, evidence)
            or (len(item.look.calls) > 1 and _agree(item.look.calls, exercise, seen, evidence))
        )
    same = seen.facts.get("compiled") == evidence.facts.get("compiled")
    return same and failure == item.look.failure(case, evidence)


def _holds_variables(evidence: Evidence) -> list[bool]:
    return [call.get("captured", 0) > 0 for call in evidence.facts["calls"]]


def _agree(
    numbers: Iterable[int], exercise: GraphExercise, seen: Evidence, evidence: Evidence
) -> bool:
    for number in numbers:
        wanted, found = seen.facts["calls"][number], evidence.facts["calls"][number]
        if wanted["status"] != "seen" or found["status"] != "seen":
            return False
        if compare_call(
            "",
            wanted,
            found,
            seen,
            evidence,
            tolerance=exercise.tolerance,
            check_dtype=not exercise.integer,
        ):
            return False
        kinds = [np.dtype(one["outputs"][0]["dtype"]).kind for one in (wanted, found)]
        if kinds[0] != kinds[1]:
            return False
    return True
