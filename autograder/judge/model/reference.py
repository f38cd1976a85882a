"""참고 모델의 Evidence와, 두 모델의 기록을 명세의 차례로 읽는 법.

여기 없는 것: 값을 비교하는 일(`judge.model.match`), 단계로 고치는 법(`judge.model.stages`), 층의 참고 답안(`judge.layer.reference`).
"""

from __future__ import annotations

import functools
import json
from typing import Any

import numpy as np

from autograder.judge.model import branches
from autograder.judge.model.align import Pair, align
from autograder.judge.model.stages import Step, split_by_use, steps_of
from autograder.kinds import ModelExercise
from autograder.kinds.telling import tried
from autograder.observe.trace import Trace, record_calls
from autograder.protocol import Challenge, Evidence


def reference_evidence(exercise: ModelExercise, challenge: Challenge) -> Evidence:
    """참고 답안을 학습자의 답과 똑같이 관찰한 Evidence."""
    key = json.dumps(challenge.facts, sort_keys=True)
    return _observed_reference(exercise.id, key, _Held(exercise, challenge))


class _Held:
    """`lru_cache`가 비교하지 않을 인수."""

    def __init__(self, exercise: ModelExercise, challenge: Challenge) -> None:
        self.exercise, self.challenge = exercise, challenge

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@functools.lru_cache(maxsize=8)
def _observed_reference(exercise_id: str, key: str, held: _Held) -> Evidence:
    from autograder.observe import observe

    evidence = observe(held.challenge, tried(held.exercise, held.challenge).solution)
    for part in evidence.facts["parts"].values():
        if part["status"] != "seen":
            raise RuntimeError(f"{exercise_id}의 참고 답안을 관찰할 수 없습니다: {part}")
    return evidence


def reference_trace(exercise: ModelExercise, part: str = "model") -> tuple[Any, Trace]:
    """참고 모델과 그 실행 기록. 학습자의 가중치를 옮길 때 씁니다."""
    model = exercise.solution()[part]
    shape = exercise.inputs[part]
    assert isinstance(shape, tuple)
    return model, record_calls(model, np.zeros((1, *shape), "float32"))


def specification_steps(exercise: ModelExercise) -> dict[str, list[Step]]:
    """부분의 이름 → 참고 모델의 단계들. 명세의 글을 쓸 때 씁니다."""
    evidence = reference_evidence(exercise, exercise.challenge(0))
    return {
        name: wanted_steps(exercise, name, part) for name, part in evidence.facts["parts"].items()
    }


def wanted_steps(exercise: ModelExercise, name: str, wanted: dict[str, Any]) -> list[Step]:
    """참고 모델의 단계들."""
    if branches.is_graph(wanted):
        return branches.graph_steps(wanted, labels(exercise, name, wanted))
    return steps_of(wanted)


def compared(
    exercise: ModelExercise, name: str, wanted_part: dict[str, Any], part: dict[str, Any]
) -> tuple[list[Step], list[Step], list[Pair]]:
    """명세의 단계, 학습자의 단계, 나란히 맞춘 것. 결과를 쓰지 않는 단계는 뺍니다."""
    wanted = wanted_steps(exercise, name, wanted_part)
    part, _ = split_by_use(part)
    if branches.is_graph(wanted_part) and part.get("calls"):
        order = output_order(exercise, part)
        return wanted, *branches.best_alignment(wanted, part, labels(exercise, name, part), order)
    found = steps_of(part)
    return wanted, found, align(wanted, found)


def labels(exercise: ModelExercise, name: str, part: dict[str, Any]) -> list[str]:
    """입력마다 부르는 말. 차례는 모델에 넣은 차례입니다."""
    wanted = exercise.inputs[name.partition("[")[0]]
    if isinstance(wanted, dict):
        names = part.get("input_names") or []
        return [f"`{key}`" for key in (names if set(names) <= set(wanted) and names else wanted)]
    if isinstance(wanted, list):
        return [f"모델의 {number}번째 입력" for number in range(1, len(wanted) + 1)]
    return ["모델의 입력"]


def output_order(exercise: ModelExercise, part: dict[str, Any]) -> list[int] | None:
    """출력을 명세의 차례로 보는 번호들. 이름이 명세와 다르면 None(있는 차례대로)."""
    names = part.get("output_names", [])
    if exercise.output_names and sorted(names) == sorted(exercise.output_names):
        return [names.index(name) for name in exercise.output_names]
    return None


def in_order(exercise: ModelExercise, part: dict[str, Any], outputs: list[Any]) -> list[Any]:
    """출력을 명세의 차례로. 이름을 모르면 있는 차례대로."""
    order = output_order(exercise, part)
    if order is None or len(order) != len(outputs):
        return outputs
    return [outputs[number] for number in order]
