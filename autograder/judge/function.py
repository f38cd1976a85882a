"""함수의 판정: 같은 인수로 참고 답안을 불러 결과를 비교합니다."""

from __future__ import annotations

from autograder.exercise import FunctionExercise
from autograder.judge.compare import compare_call
from autograder.judge.problems import explain
from autograder.protocol import Challenge, Evidence
from autograder.report import Item


def items(exercise: FunctionExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """`exercise.groups`의 항목마다 맞았는지."""
    from autograder.observe import observe

    name = exercise.subjects[0]
    if evidence.facts["status"] != "seen":
        message, advice = explain(evidence.facts, name)
        return [
            Item(
                title, points, 0, message if not index else f"{title}: 확인하지 못했습니다.", advice
            )
            for index, (title, points, _) in enumerate(exercise.groups)
        ]
    reference = observe(challenge, exercise.solution())
    result = []
    for title, points, numbers in exercise.groups:
        failure = next(
            (
                difference
                for number in numbers
                if (
                    difference := compare_call(
                        name,
                        reference.facts["calls"][number],
                        evidence.facts["calls"][number],
                        reference,
                        evidence,
                        tolerance=exercise.tolerance,
                        check_dtype=exercise.check_dtype,
                    )
                )
            ),
            None,
        )
        if failure is None:
            result.append(Item(title, points, points))
        else:
            result.append(Item(title, points, 0, f"{title}: {failure[0]}", failure[1]))
    return result
