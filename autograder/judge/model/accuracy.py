"""정확도 항목: 학습자의 가중치를 참고 모델에 넣고, 학습자에게 주지 않은 자료로 잽니다.

여기 없는 것: 자료를 고르는 일(`data.loading`), 문턱(`exercises.thresholds`), 자유 설계의 정확도 항목(`judge.open`).

같은 가중치의 정확도는 언제 재어도 같습니다. 문턱에 걸친 모델의 점수가 운에 달리지 않게 자료를 정해 둡니다.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.kinds import ModelExercise
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
    evidence: Evidence,
    *,
    same_structure: bool,
) -> Item:
    """정확도 항목을 만듭니다. 구조가 다르거나 훈련하지 않았으면 그 이유를 말합니다."""
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
    predict = _predictor(exercise, weights)
    inputs = question.prepare(images)
    predicted = predict(inputs)
    accuracy = float(np.mean(predicted == labels))
    if accuracy >= threshold:
        return Item(title, points, points, f"테스트 정확도 {accuracy:.1%} (기준 {threshold:.0%})")
    steps = part.get("trained_steps", 0)
    classes = int(labels.max()) + 1
    trainable = [
        weight
        for index, weight in zip(part["weights"], weights, strict=True)
        if weight is not None and evidence.facts["weights"][index]["trainable"]
    ]
    if not_trained(untouched(trainable), steps, accuracy, classes):
        return Item(
            title,
            points,
            0,
            f"아직 훈련하지 않았어요. 훈련한 뒤 정확도가 {threshold:.0%} 이상이어야 합니다.",
            "모델을 다시 만들면 훈련도 다시 해야 합니다.",
        )
    message = f"테스트 정확도가 {threshold:.0%} 이상이어야 하는데 {accuracy:.1%}입니다."
    share = float(np.bincount(predicted).max()) / len(predicted)
    few = slice(_FEW)
    reached = [
        (float(np.mean(predict(change(inputs[few])) == labels[few])), told)
        for told, change in _OTHER_INPUTS
    ]
    best, told = max(reached)
    if best > accuracy + _FURTHER and best > 0.8 * threshold:
        advice = told
    elif share > _ALMOST_ALL or by_chance(accuracy, classes):
        seen = []
        if share > _ALMOST_ALL:
            same = int(np.bincount(predicted).argmax())
            seen.append(f"테스트 이미지의 {share:.0%}에 같은 답({same}번)을 냅니다.")
        if by_chance(accuracy, classes):
            seen.append(f"클래스 {classes}개 가운데 아무것이나 찍은 것과 다르지 않습니다.")
        advice = (
            f"{' '.join(seen)} 훈련하는 동안 손실이 줄었는지, 입력과 레이블이 짝이 맞는지 보세요."
        )
    else:
        trained = f"지금까지 {steps:,} 스텝 훈련했습니다. " if steps else ""
        advice = f"{trained}훈련 손실이 아직 줄고 있으면 더 훈련하세요."
    return Item(title, points, 0, message, advice)


_FEW = 500
"""이유를 시험할 때 쓰는 이미지의 수."""
_FURTHER = 0.1
"""입력을 다르게 바꾸면 정확도가 이만큼은 올라야 그것이 이유라고 봅니다."""
_ALMOST_ALL = 0.9
_OTHER_INPUTS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    (
        "입력을 255로 나누지 않고 훈련한 것 같습니다. [0, 1]로 바꾼 입력으로 훈련하세요.",
        lambda inputs: inputs * 255.0,
    ),
    (
        "[-1, 1]로 바꾼 입력으로 훈련한 것 같습니다. [0, 1]로 바꾼 입력으로 훈련하세요.",
        lambda inputs: inputs * 2.0 - 1.0,
    ),
    (
        "255로 두 번 나눈 입력으로 훈련한 것 같습니다. [0, 1]로 바꾼 입력으로 훈련하세요.",
        lambda inputs: inputs / 255.0,
    ),
)
"""다르게 바꾼 입력. 그 입력에서 정확하면 그렇게 훈련한 것입니다."""


def _predictor(exercise: ModelExercise, weights: list[Any]) -> Callable[[np.ndarray], np.ndarray]:
    """학습자의 가중치를 넣은 참고 모델이 고르는 클래스를 내는 함수."""
    from autograder.judge.model.reference import reference_trace

    model, trace = reference_trace(exercise)
    for variable, value in zip(trace.weights, _in_order(trace.weights, weights), strict=True):
        variable.assign(value)

    def predict(inputs: np.ndarray) -> np.ndarray:
        predicted = [
            np.argmax(np.asarray(model(inputs[start : start + 500], training=False)), axis=-1)
            for start in range(0, len(inputs), 500)
        ]
        return np.concatenate(predicted)

    return predict


def _in_order(variables: list[Any], weights: list[np.ndarray]) -> list[np.ndarray]:
    """같은 모양끼리의 순서를 지키며, 참고 모델의 가중치 순서로 늘어놓습니다."""
    left = list(weights)
    ordered = []
    for variable in variables:
        index = next(i for i, value in enumerate(left) if value.shape == tuple(variable.shape))
        ordered.append(left.pop(index))
    return ordered
