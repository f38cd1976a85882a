"""정확도 항목: 학습자의 가중치를 참고 모델에 넣고, 학습자에게 주지 않은 자료로 잽니다.

같은 가중치의 정확도는 언제 재어도 같습니다. 문턱에 걸친 모델의 점수가 운에 달리지 않게 자료를 정해 둡니다.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import ModelExercise
from autograder.observe.started import untouched
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

DRAW = 20190407
"""정확도를 재는 자료의 시드."""


def by_chance(accuracy: float, classes: int) -> bool:
    """아무것도 배우지 않은 모델의 정확도인지."""
    return accuracy < 3 / classes


def not_trained(started: bool | None, steps: int, accuracy: float, classes: int) -> bool:
    """훈련하지 않은 모델인지. 훈련한 법은 묻지 않고 가중치의 값과 정확도를 봅니다.

    `started`는 가중치가 처음 값 그대로인지이며, 값으로 알 수 없으면(None) 옵티마이저의 스텝 수 `steps`를 봅니다.
    """
    still = steps == 0 if started is None else started
    return still and by_chance(accuracy, classes)


def accuracy_item(
    exercise: ModelExercise,
    challenge: Challenge,
    reference: dict[str, Any],
    evidence: Evidence,
    *,
    same_structure: bool,
) -> Item:
    """정확도 항목을 만듭니다. 구조가 다르거나 훈련하지 않았으면 그 까닭을 말합니다."""
    from autograder.data import data_source, judging_data

    question = exercise.accuracy
    assert question is not None
    threshold = question.thresholds[data_source(question.dataset).origin]
    title = f"테스트 정확도 {threshold:.0%} 이상"
    points = question.points
    part = evidence.facts.get("parts", {}).get("model", {})
    if not same_structure:
        message = "정확도: 모델의 구조가 명세와 같아지면 잽니다."
        return Item(title, points, 0, message)
    weights = [evidence.arrays.get(f"weights/{index}") for index in part["weights"]]
    if any(weight is None or not np.all(np.isfinite(weight)) for weight in weights):
        return Item(
            title,
            points,
            0,
            "정확도: 가중치에 `NaN`이나 무한대가 있습니다.",
            "한번 이렇게 된 가중치는 더 훈련해도 돌아오지 않습니다. 모델을 다시 만들고, 손실이 `NaN`이 되는 "
            "스텝을 찾아 보세요.",
        )
    images, labels = judging_data(question.dataset, DRAW)
    images, labels = np.asarray(images), np.asarray(labels).reshape(-1)
    accuracy = _accuracy(exercise, reference, weights, question.prepare(images), labels)
    if accuracy >= threshold:
        return Item(title, points, points, f"테스트 정확도 {accuracy:.1%} (기준 {threshold:.0%})")
    classes = int(labels.max()) + 1
    trainable = [
        weight
        for index, weight in zip(part["weights"], weights, strict=True)
        if weight is not None and evidence.facts["weights"][index]["trainable"]
    ]
    if not_trained(untouched(trainable), part.get("trained_steps", 0), accuracy, classes):
        return Item(
            title,
            points,
            0,
            f"아직 훈련하지 않았어요. 훈련한 뒤 정확도가 {threshold:.0%} 이상이어야 합니다.",
            "모델을 다시 만들면 훈련도 다시 해야 합니다.",
        )
    message = f"테스트 정확도가 {threshold:.0%} 이상이어야 하는데 {accuracy:.1%}입니다."
    raw = question.prepare(images) * 255.0
    if _accuracy(exercise, reference, weights, raw, labels) > max(accuracy, 0.8 * threshold):
        advice = "입력을 255로 나누지 않고 훈련한 것 같습니다. [0, 1]로 바꾼 입력으로 훈련하세요."
    elif by_chance(accuracy, classes):
        advice = (
            f"클래스 {classes}개 가운데 아무것이나 찍은 것과 다르지 않습니다. "
            "입력과 레이블이 짝이 맞는지, 그레이디언트를 적용하는지 보세요."
        )
    else:
        advice = "손실, 옵티마이저, 에포크 수를 확인하세요. 5 에포크면 기준을 넘습니다."
    return Item(title, points, 0, message, advice)


def _accuracy(
    exercise: ModelExercise,
    reference: dict[str, Any],
    weights: list[Any],
    inputs: np.ndarray,
    labels: np.ndarray,
) -> float:
    from autograder.judge.model_reference import reference_trace

    model, trace = reference_trace(exercise)
    for variable, value in zip(trace.weights, _in_order(trace.weights, weights), strict=True):
        variable.assign(value)
    predicted = []
    for start in range(0, len(inputs), 500):
        outputs = model(inputs[start : start + 500], training=False)
        predicted.append(np.argmax(np.asarray(outputs), axis=-1))
    return float(np.mean(np.concatenate(predicted) == labels))


def _in_order(variables: list[Any], weights: list[np.ndarray]) -> list[np.ndarray]:
    """같은 모양끼리의 순서를 지키며, 참고 모델의 가중치 순서로 늘어놓습니다."""
    left = list(weights)
    ordered = []
    for variable in variables:
        index = next(i for i, value in enumerate(left) if value.shape == tuple(variable.shape))
        ordered.append(left.pop(index))
    return ordered
