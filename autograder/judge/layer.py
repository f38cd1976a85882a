"""층이나 모델 클래스의 판정: 참고 클래스로 같은 일을 해서 값, 가중치, 훈련 모드를 비교합니다."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import LayerExercise
from autograder.judge.compare import compare_call
from autograder.judge.problems import explain
from autograder.korean import with_particle
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

NOISE_TOLERANCE = 0.3
"""훈련 모드에서 분산의 평균이 참고 답안과 다를 수 있는 비율. 행 400개로 재면 오차는 약 5 %입니다."""
COLUMN_TOLERANCE = 0.6
"""출력 하나하나의 분산이 다를 수 있는 비율. 행 400개로 재면 오차는 약 10 %입니다."""

_BASES = {
    "model": "`keras.Model`을 상속한 클래스입니다",
    "layer": "`keras.layers.Layer`를 상속한 클래스입니다",
}


def items(exercise: LayerExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """상속, 가중치, `exercise.groups`의 항목들."""
    from autograder.observe import observe

    name = exercise.subjects[0]
    titles = [_BASES[exercise.base], "가중치의 수와 모양"]
    if evidence.facts["status"] != "seen":
        return _failed(name, titles, exercise, evidence)
    reference = observe(challenge, exercise.solution())
    weights = _weights_item(name, titles[1], reference, evidence)
    result = [_base_item(exercise, evidence), weights]
    # 같은 오류를 항목마다 되풀이하지 않습니다.
    told = [(weights.message, weights.advice)]
    for title, points, method, calls in exercise.groups:
        failure = None
        for thing, number in calls:
            failure = _compare(name, method, thing, number, challenge, reference, evidence)
            if failure:
                break
        if failure is None:
            result.append(Item(title, points, points))
        elif failure in told:
            result.append(
                Item(title, points, 0, f"{title}: 위와 같은 까닭으로 확인하지 못했습니다.")
            )
        else:
            told.append(failure)
            result.append(Item(title, points, 0, f"{title}: {failure[0]}", failure[1]))
    return result


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


def _weights_item(name: str, title: str, reference: Evidence, evidence: Evidence) -> Item:
    for wanted, found in zip(reference.facts["objects"], evidence.facts["objects"], strict=True):
        if found["status"] != "seen":
            message, advice = explain(found, name)
            return Item(title, 1, 0, message, advice)
        want, have = (
            sorted(item["shape"] for item in record["weights"]) for record in (wanted, found)
        )
        if want != have:
            message = f"가중치의 모양이 {_shapes(want)}이어야 하는데 {_shapes(have)}입니다."
            return Item(title, 1, 0, message, _weights_advice(want, have))
        if found["weights_after"] != len(found["weights"]):
            return Item(
                title,
                1,
                0,
                "부를 때마다 가중치가 늘어납니다.",
                "층은 `call`이 아니라 `__init__`에서 만드세요.",
            )
    return Item(title, 1, 1)


def _weights_advice(want: list[Any], have: list[Any]) -> str:
    if not have:
        return "층을 `self`에 담지 않으면 모델이 가중치를 알지 못합니다."
    if len(have) > len(want):
        return "같은 층을 여러 번 만들지 않았는지 보세요. 층은 `__init__`에서 한 번만 만듭니다."
    return "층의 유닛 수와 층의 개수를 명세와 비교하세요."


def _shapes(shapes: list[Any]) -> str:
    return ", ".join(f"`{tuple(shape)}`" for shape in shapes) or "없음"


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
    want, have = reference.facts["objects"][thing]["calls"][number], found["calls"][number]
    if method == "equal":
        return compare_call(name, want, have, reference, evidence)
    if have["status"] != "seen":
        return explain(have, name)
    if not have["outputs"] or have["outputs"][0].get("shape") != want["outputs"][0]["shape"]:
        return "출력 모양이 명세와 다릅니다.", ""
    arguments = ", ".join(str(value) for value in challenge.facts["objects"][thing]["args"])
    failure = _compare_noise(
        f"{name}({arguments})",
        reference.arrays[want["outputs"][0]["array"]],
        evidence.arrays[have["outputs"][0]["array"]],
    )
    if failure and challenge.facts["objects"][thing]["calls"][number].get("training") == "fit":
        return (
            failure[0].replace("훈련 모드에서도", "`fit`으로 훈련할 때도"),
            "`fit`은 `call`에 `training` 매개변수가 있을 때만 훈련 모드로 부릅니다.",
        )
    return failure


def _compare_noise(made: str, wanted: np.ndarray, found: np.ndarray) -> tuple[str, str] | None:
    """같은 입력을 되풀이한 행들의 평균과 분산이 참고 답안과 같은지 봅니다."""
    want, have = float(np.mean(np.var(wanted, axis=0))), float(np.mean(np.var(found, axis=0)))
    if have <= 1e-9 * max(want, 1e-9) or have < 0.02 * want:
        return (
            f"{with_particle(f'`{made}`', '이', '가')} 훈련 모드에서도 추론과 똑같이 계산합니다.",
            "`training` 값을 드롭아웃 층까지 넘겼는지 보세요.",
        )
    if abs(have / want - 1) > NOISE_TOLERANCE:
        direction = "큽니다" if have > want else "작습니다"
        return (
            f"`{made}`의 훈련 모드 출력이 흔들리는 정도가 명세보다 {direction}"
            f"(분산 {have:.3g}, 명세 {want:.3g}).",
            "`rate`를 그대로 드롭아웃 층에 주었는지, 드롭아웃의 자리가 맞는지 보세요.",
        )
    columns = np.var(found, axis=0) / np.maximum(np.var(wanted, axis=0), 1e-12)
    if np.any(np.abs(columns - 1) > COLUMN_TOLERANCE):
        return (
            "훈련 모드에서 출력마다 흔들리는 정도가 명세와 다릅니다.",
            "드롭아웃의 자리가 은닉층과 출력층 사이인지 보세요.",
        )
    error = np.sqrt(np.var(wanted, axis=0) * 2 / len(wanted))
    if np.any(np.abs(wanted.mean(axis=0) - found.mean(axis=0)) > 6 * error + 1e-5):
        return "훈련 모드 출력의 평균이 명세와 다릅니다.", "드롭아웃의 자리를 명세와 비교하세요."
    return None
