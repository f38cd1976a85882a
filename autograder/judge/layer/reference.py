"""층의 참고 답안을 학습자의 것과 같은 조건에서 관찰한 Evidence: 채운 가중치와 그 순서.

여기 없는 것: 비교하는 일(`judge.layer.looks`), 모델의 참고 답안(`judge.model.reference`).
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from autograder.judge.compare import compare_call
from autograder.kinds import Carried, LayerExercise
from autograder.protocol import Challenge, Evidence

MAX_ORDERS = 24
"""모양이 같은 가중치를 정의한 순서로 시험해 볼 최대 가짓수."""


def suited(exercise: LayerExercise, challenge: Challenge, evidence: Evidence) -> LayerExercise:
    """학습자의 가중치와 모양이 같은 참고 답안(`alternatives`)을 가진 문제. 그런 것이 없으면 그대로입니다."""
    found = next((one for one in evidence.facts["objects"] if "weights" in one), None)
    if not exercise.alternatives or found is None:
        return exercise
    place = evidence.facts["objects"].index(found)
    asked = challenge.facts["objects"][place] | {"uses": []}
    first = replace(challenge, facts=challenge.facts | {"objects": [asked]})
    shapes = sorted(item["shape"] for item in found["weights"])
    for number, reference in enumerate((exercise.reference, *exercise.alternatives)):
        # 오해도 참고 답안마다 하나씩 적혀 있습니다. 가중치의 모양이 다른 것은 해 볼 이유가 없습니다.
        slips = [((one.make, *one.others)[number], one) for one in exercise.mistakes]
        mistakes = tuple(replace(one, make=make, others=()) for make, one in slips)
        one = replace(exercise, reference=reference, mistakes=mistakes)
        (record,) = observe_solution(one, first).facts["objects"]
        if sorted(item["shape"] for item in record["weights"]) == shapes:
            return one
    return exercise


def at_real_places(evidence: Evidence, record: dict[str, Any], mask: np.ndarray) -> Evidence:
    """`mask`가 거짓인 자리의 출력을 0으로 바꾼 Evidence. 채워 넣은 자리에는 무엇이 나와도 됩니다."""
    arrays = dict(evidence.arrays)
    for output in record.get("outputs", []):
        value = arrays.get(output.get("array", ""))
        if value is not None and value.shape[: mask.ndim] == mask.shape:
            kept = mask.reshape(mask.shape + (1,) * (value.ndim - mask.ndim))
            arrays[output["array"]] = np.where(kept, value, np.zeros_like(value))
    return replace(evidence, arrays=arrays)


def all_filled(reference: Evidence, evidence: Evidence) -> Evidence:
    """훈련되지 않거나 층이 모르는 가중치까지 채워야 참고 답안과 모양이 같으면 그렇게 부른 결과로 바꿉니다.

    가중치의 잘못은 가중치의 항목이 말하고, 계산이 맞는지는 그것과 상관없이 봅니다.
    """
    objects = []
    for wanted, found in zip(reference.facts["objects"], evidence.facts["objects"], strict=True):
        if found["status"] == "seen" and "all" in found and "weights" in wanted:
            shapes = [
                sorted(item["shape"] for item in weights)
                for weights in (wanted["weights"], found["weights"], found["all"]["weights"])
            ]
            if shapes[1] != shapes[0] == shapes[2]:
                found = found | {"calls": found["all"]["calls"], "filled": found["all"]["weights"]}
        objects.append(found)
    return replace(evidence, facts=evidence.facts | {"objects": objects})


def reference_of(
    exercise: LayerExercise, challenge: Challenge, reference: Evidence, evidence: Evidence
) -> Evidence:
    """참고 답안을 관찰한 것. 같은 Evidence라면 드롭아웃이 버린 자리까지 언제나 같습니다.

    모양이 같은 가중치를 학습자가 다른 순서로 정의했으면 참고 답안의 가중치도 그 순서로 채웁니다.
    """
    questions, reordered = [], False
    for number, question in enumerate(challenge.facts["objects"]):
        order = _order(exercise, challenge, number, reference, evidence)
        questions.append(question | {"order": order} if order else question)
        reordered = reordered or order is not None
    if reordered:
        changed = replace(challenge, facts=challenge.facts | {"objects": questions})
        reference = observe_solution(exercise, changed)
    return reference


def observe_solution(exercise: LayerExercise, challenge: Challenge) -> Evidence:
    from autograder.observe import observe

    # 케라스는 시드를 정하지 않은 층의 시드를 파이썬의 난수에서 뽑습니다.
    random.seed(int(challenge.facts["seed"]))
    asked = replace(challenge, facts=challenge.facts | {"eager": True})
    return observe(asked, exercise.solution())


def carried_on(
    exercise: LayerExercise,
    challenge: Challenge,
    carried: Carried,
    value: Callable[[int, int], np.ndarray | None],
) -> list[Evidence]:
    """첫 객체의 `carried.sources`에서 `value(객체, 호출)`을 내고 나머지는 명세대로인 답을 관찰한 것.

    모양이 같은 가중치의 순서마다 하나씩입니다. 이어 갈 값이 없으면 비웁니다.
    """
    from autograder.observe import observe

    question = challenge.facts["objects"][0] | {"uses": []}
    known = []
    for number in carried.sources:
        own = value(0, number)
        if own is None:
            return []
        known.append((challenge.arrays[question["calls"][number]["inputs"]["tensor"]], own))
    subject = exercise.subject_of(partial(carried.make, known))
    facts = challenge.facts | {"eager": True, "objects": [question]}
    first = observe(replace(challenge, facts=facts), subject)
    (record,) = first.facts["objects"]
    if record["status"] != "seen":
        return []
    found = [first]
    for order in _orders([tuple(item["shape"]) for item in record["weights"]]):
        asked = facts | {"objects": [question | {"order": order}]}
        found.append(observe(replace(challenge, facts=asked), subject))
    return found


def _order(
    exercise: LayerExercise,
    challenge: Challenge,
    number: int,
    reference: Evidence,
    evidence: Evidence,
) -> list[int] | None:
    """학습자의 값과 같아지는 순서. 그대로 같거나 그런 순서가 없으면 None."""
    want, have = reference.facts["objects"][number], evidence.facts["objects"][number]
    question = challenge.facts["objects"][number]
    calls = [i for i, call in enumerate(question.get("calls", [])) if not call.get("training")]
    if have["status"] != "seen" or not calls:
        return None
    filled = have.get("filled", have["weights"])
    if sorted(item["shape"] for item in filled) != sorted(i["shape"] for i in want["weights"]):
        return None
    first = calls[0]

    def agrees(wanted: Evidence, index: int, call: int) -> bool:
        record = wanted.facts["objects"][index]["calls"][call]
        return compare_call("", record, have["calls"][first], wanted, evidence) is None

    if agrees(reference, number, first):
        return None
    for order in _orders([tuple(item["shape"]) for item in want["weights"]]):
        asked = question | {"calls": [question["calls"][first]], "uses": [], "order": order}
        alone = replace(challenge, facts=challenge.facts | {"objects": [asked]})
        if agrees(observe_solution(exercise, alone), 0, 0):
            return order
    return None


def _orders(shapes: list[tuple[int, ...]]) -> list[list[int]]:
    """모양이 같은 자리끼리만 바꾼 순서들, 그대로인 것은 빼고."""
    places: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for index, shape in enumerate(shapes):
        places[shape].append(index)
    groups = list(places.values())
    found: list[list[int]] = []
    for parts in (*_together(groups), *_each(groups)):
        order = list(range(len(shapes)))
        for group, part in zip(groups, parts, strict=True):
            for place, value in zip(group, part, strict=True):
                order[place] = value
        if order != sorted(order) and order not in found:
            found.append(order)
        if len(found) >= MAX_ORDERS:
            break
    return found


_Parts = Iterator[tuple[tuple[int, ...], ...]]
"""무리마다 그 자리들을 늘어놓은 것."""


def _together(groups: list[list[int]]) -> _Parts:
    """크기가 같은 무리를 함께 바꾼 것들: 층 하나의 커널과 편향은 함께 자리를 바꿉니다."""
    for count in sorted({len(group) for group in groups}):
        for order in itertools.islice(itertools.permutations(range(count)), 1, MAX_ORDERS):
            yield tuple(
                tuple(group[place] for place in order) if len(group) == count else tuple(group)
                for group in groups
            )


def _each(groups: list[list[int]]) -> _Parts:
    """무리마다 따로 바꾼 것들."""
    yield from itertools.product(*(itertools.permutations(group) for group in groups))
