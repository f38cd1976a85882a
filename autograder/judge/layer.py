"""층이나 모델 클래스의 판정: 참고 클래스로 같은 일을 해서 값, 가중치, 훈련 모드를 비교합니다."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from dataclasses import replace
from typing import Any

from autograder.exercise import LayerExercise
from autograder.judge.compare import compare_call
from autograder.judge.layer_uses import compare_use
from autograder.judge.noise import compare_gaussian, compare_noise
from autograder.judge.own_values import own_wanted
from autograder.judge.problems import explain
from autograder.judge.weights import compare_weights, strays_of
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

MAX_ORDERS = 24
"""모양이 같은 가중치를 정의한 순서로 시험해 볼 최대 가짓수."""

_BASES = {
    "model": "`keras.Model`을 상속한 클래스입니다",
    "layer": "`keras.layers.Layer`를 상속한 클래스입니다",
}


def items(exercise: LayerExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """상속, 가중치, `exercise.groups`의 항목들."""
    name = exercise.subjects[0]
    titles = [_BASES[exercise.base], exercise.weights_title]
    if evidence.facts["status"] != "seen":
        return _failed(name, titles, exercise, evidence)
    reference = _reference(exercise, challenge, evidence)
    weights = _weights_item(exercise, titles[1], reference, evidence)
    result = [_base_item(exercise, evidence), weights]
    # 같은 오류를 항목마다 되풀이하지 않습니다.
    told = [(weights.message, weights.advice)]
    for title, points, method, places in exercise.groups:
        failure = None
        for thing, number in places:
            failure = _compare(name, method, thing, number, challenge, reference, evidence)
            if failure:
                break
        if failure is None:
            result.append(Item(title, points, points))
        elif any(failure[0].endswith(message) for message, _ in told if message):
            # 다른 자리에서 본 같은 까닭입니다. 그 자리의 조언은 엉뚱한 곳을 가리킵니다.
            result.append(
                Item(title, points, 0, f"{title}: 위와 같은 까닭으로 확인하지 못했습니다.")
            )
        else:
            told.append(failure)
            result.append(Item(title, points, 0, f"{title}: {failure[0]}", failure[1]))
    return result


def _reference(exercise: LayerExercise, challenge: Challenge, evidence: Evidence) -> Evidence:
    """참고 답안을 관찰한 것. 같은 Evidence라면 드롭아웃이 버린 자리까지 언제나 같습니다.

    모양이 같은 가중치를 학습자가 다른 순서로 정의했으면 참고 답안의 가중치도 그 순서로 채웁니다.
    """
    reference = _observe_solution(exercise, challenge)
    questions, reordered = [], False
    for number, question in enumerate(challenge.facts["objects"]):
        order = _order(exercise, challenge, number, reference, evidence)
        questions.append(question | {"order": order} if order else question)
        reordered = reordered or order is not None
    if reordered:
        changed = replace(challenge, facts=challenge.facts | {"objects": questions})
        reference = _observe_solution(exercise, changed)
    return reference


def _observe_solution(exercise: LayerExercise, challenge: Challenge) -> Evidence:
    from autograder.observe import observe

    # 케라스는 시드를 정하지 않은 층의 시드를 파이썬의 난수에서 뽑습니다.
    random.seed(int(challenge.facts["seed"]))
    asked = replace(challenge, facts=challenge.facts | {"eager": True})
    return observe(asked, exercise.solution())


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
    if have["status"] != "seen" or not calls or compare_weights(want["weights"], have["weights"]):
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
        if agrees(_observe_solution(exercise, alone), 0, 0):
            return order
    return None


def _orders(shapes: list[tuple[int, ...]]) -> list[list[int]]:
    """모양이 같은 자리끼리만 바꾼 순서들, 그대로인 것은 빼고."""
    places: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for index, shape in enumerate(shapes):
        places[shape].append(index)
    groups = list(places.values())
    found = []
    for parts in itertools.product(*(itertools.permutations(group) for group in groups)):
        order = list(range(len(shapes)))
        for group, part in zip(groups, parts, strict=True):
            for place, value in zip(group, part, strict=True):
                order[place] = value
        if order != sorted(order):
            found.append(order)
        if len(found) >= MAX_ORDERS:
            break
    return found


def _failed(
    name: str, titles: list[str], exercise: LayerExercise, evidence: Evidence
) -> list[Item]:
    message, advice = explain(evidence.facts, name)
    rest = [(titles[1], 1.0)] + [(title, points) for title, points, *_ in exercise.groups]
    return [Item(titles[0], 1, 0, message, advice)] + [
        Item(title, points, 0, f"{title}: 확인하지 못했습니다.") for title, points in rest
    ]


def _base_item(exercise: LayerExercise, evidence: Evidence) -> Item:
    title = _BASES[exercise.base]
    if evidence.facts.get(exercise.base):
        return Item(title, 1, 1)
    base = "keras.Model" if exercise.base == "model" else "keras.layers.Layer"
    return Item(title, 1, 0, f"{title}.", f"`class {exercise.subjects[0]}({base}):`로 시작하세요.")


def _weights_item(
    exercise: LayerExercise, title: str, reference: Evidence, evidence: Evidence
) -> Item:
    for wanted, found in zip(reference.facts["objects"], evidence.facts["objects"], strict=True):
        failure: tuple[str, str] | None
        if found["status"] != "seen":
            failure = explain(found, exercise.subjects[0])
        elif "weights" not in wanted:
            continue
        else:
            failure = compare_weights(wanted["weights"], found["weights"], found["hidden"])
            failure = failure or strays_of(found)
        if failure:
            return Item(title, 1, 0, *failure)
    return Item(title, 1, 1)


def _compare(
    name: str,
    method: str,
    thing: int,
    number: int,
    challenge: Challenge,
    reference: Evidence,
    evidence: Evidence,
) -> tuple[str, str] | None:
    found = evidence.facts["objects"][thing]
    if found["status"] != "seen":
        return explain(found, name)
    question = challenge.facts["objects"][thing]
    wanted = reference.facts["objects"][thing]
    if method == "use":
        asked, want, have = (each["uses"][number] for each in (question, wanted, found))
        failure = compare_use(name, asked, want, have, reference, evidence)
        # 값이 틀린 것은 값의 항목이 말합니다. 여기에서는 그 층이 바로 냈던 값이 나오면 됩니다.
        own = own_wanted(question, asked, want, found) if failure else None
        return compare_use(name, asked, own, have, evidence, evidence) if own else failure
    if method == "graph noise":
        asked, want, have = (
            record["uses"][number]
            for record in (question, reference.facts["objects"][thing], found)
        )
        if have["status"] != "seen":
            return explain(have, name)
        given, results, expected = asked["inputs"], have["outputs"], want["outputs"]
    else:
        asked, want, have = (record["calls"][number] for record in (question, wanted, found))
        if method == "equal":
            return compare_call(name, want, have, reference, evidence)
        # 바로 앞의 호출과 같은 입력이어야 합니다.
        records = [have] if method == "gaussian" else [have, found["calls"][number - 1]]
        for record in records:
            if record["status"] != "seen":
                return explain(record, name)
        given, expected = asked["inputs"], [want["outputs"]]
        results = [record["outputs"] for record in records]
    if any(not item or item[0].get("shape") != expected[0][0]["shape"] for item in results):
        return "출력 모양이 명세와 다릅니다.", ""
    wants = [reference.arrays[item[0]["array"]] for item in expected]
    haves = [evidence.arrays[item[0]["array"]] for item in results]
    made = f"{name}({_arguments(question)})"
    if method == "noise":
        return _told_for(asked, compare_noise(made, wants[0], *haves))
    source = challenge.arrays[given["tensor"]]
    return compare_gaussian(made, source, wants[0], haves)


def _arguments(question: dict[str, Any]) -> str:
    given = [str(value) for value in question.get("args", [])]
    given += [f"{key}={value}" for key, value in question.get("kwargs", {}).items()]
    return ", ".join(given)


def _told_for(asked: dict[str, Any], failure: tuple[str, str] | None) -> tuple[str, str] | None:
    if failure and asked.get("training") == "fit" and "훈련 모드에서도" in failure[0]:
        return (
            failure[0].replace("훈련 모드에서도", "`fit`으로 훈련할 때도"),
            "`fit`은 `call`에 `training` 매개변수가 있을 때만 훈련 모드로 부릅니다.",
        )
    return failure
