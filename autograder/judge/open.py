"""구조가 자유인 모델의 판정: 출력의 모양, 파라미터의 수, 정확도.

여기 없는 것: 구조를 정한 모델(`judge.model`), 예측하는 일(`observe.open`), 문제의 꼴(`kinds.open`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judge.model.accuracy import by_chance, not_trained
from autograder.judge.problems import explain, several_outputs
from autograder.judge.told_once import nothing_seen
from autograder.kinds import OpenExercise
from autograder.korean import with_particle
from autograder.protocol import Challenge, Evidence
from autograder.report import Item


def items(exercise: OpenExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """모델, 파라미터, 정확도의 세 항목."""
    from autograder.data import data_source

    name, facts = exercise.subjects[0], evidence.facts
    question = exercise.accuracy
    threshold = question.thresholds[data_source(question.dataset).origin]
    (shape,) = exercise.inputs.values()
    titles = (
        f"입력 {with_particle(f'`{shape}`', '을', '를')} 받아 클래스 {exercise.classes}개의 값을 내는 모델",
        f"파라미터 {exercise.budget:,}개 이하",
        f"테스트 정확도 {threshold:.0%} 이상",
    )
    worth = (2.0, 2.0, question.points)
    if facts.get("status") != "seen" or "nested" in facts:
        nested = facts.get("nested")
        message, advice = several_outputs(nested) if nested else explain(facts, name)
        return nothing_seen(zip(titles, worth, strict=True), message, advice)
    shape_item = _shape_item(titles[0], worth[0], exercise, facts["shape"], len(_asked(challenge)))
    size_item = _size_item(titles[1], worth[1], exercise, facts, name)
    accuracy_item = Item(titles[2], worth[2], 0, "정확도: 위의 항목이 모두 맞으면 잽니다.")
    if shape_item.passed and size_item.passed:
        accuracy_item = _accuracy_item(titles[2], exercise, challenge, evidence, threshold)
    return [shape_item, size_item, accuracy_item]


def _asked(challenge: Challenge) -> np.ndarray:
    return challenge.arrays["images"]


def _shape_item(
    title: str, points: float, exercise: OpenExercise, shape: list[int], count: int
) -> Item:
    wanted = [count, exercise.classes]
    if shape == wanted:
        return Item(title, points, points)
    found = ", ".join(["N", *(str(size) for size in shape[1:])]) if shape else ""
    message = f"출력의 모양이 `(N, {exercise.classes})`이어야 하는데 `({found})`입니다."
    return Item(title, points, 0, message, f"마지막 층을 `Dense({exercise.classes})`로 두세요.")


def _size_item(
    title: str, points: float, exercise: OpenExercise, facts: dict[str, Any], name: str
) -> Item:
    if "uncounted" in facts:
        return Item(title, points, 0, *_uncounted(facts["uncounted"], name))
    parameters, hidden = facts["parameters"], facts["hidden"]
    if parameters + hidden <= exercise.budget:
        message = f"파라미터 {parameters + hidden:,}개 (예산 {exercise.budget:,}개)"
        return Item(title, points, points, message)
    message = f"파라미터가 {exercise.budget:,}개 이하여야 하는데 {parameters + hidden:,}개입니다."
    if hidden:
        message += f" 그 가운데 {hidden:,}개는 가중치가 아닌 상수입니다."
        return Item(title, points, 0, message, "계산에 쓰는 큰 배열도 파라미터로 셉니다.")
    advice = (
        "`model.summary()`에서 파라미터가 가장 많은 층을 찾으세요. "
        "보통 `Flatten` 다음의 `Dense` 층입니다."
    )
    return Item(title, points, 0, message, advice)


def _uncounted(record: dict[str, Any], name: str) -> tuple[str, str]:
    """파라미터를 세지 못한 이유. `record`는 그래프로 만들다가 난 오류의 기록입니다."""
    if not record:
        return (
            "`tf.numpy_function`이나 `tf.py_function` 안에서 쓰는 파라미터를 셀 수 없습니다.",
            "계산은 모두 케라스의 층이나 텐서플로의 연산으로 하세요.",
        )
    message = f"파라미터를 셀 수 없습니다. `tf.function`으로 {explain(record, name)[0]}"
    if "tf.Variable" in message:
        return message, "가중치가 있는 층은 `call`이 아니라 `__init__`에서 한 번만 만드세요."
    return (
        message,
        "텐서의 값을 파이썬으로 꺼내면(`.numpy()`, `int(...)`, `if`) "
        "`fit`과 `predict`로도 쓸 수 없습니다. 텐서플로의 연산으로 쓰세요.",
    )


def _accuracy_item(
    title: str, exercise: OpenExercise, challenge: Challenge, evidence: Evidence, threshold: float
) -> Item:
    points = exercise.accuracy.points
    if not evidence.facts["finite"]:
        message = "정확도: 출력에 `NaN`이나 무한대가 있습니다."
        return Item(title, points, 0, message, "손실이 `NaN`이 되는 스텝을 찾아 보세요.")
    labels = exercise.labels(challenge)
    accuracy = float(np.mean(evidence.arrays["predicted"] == labels))
    slack = _slack(exercise, threshold, len(labels))
    if accuracy >= threshold - slack:
        told = f", 샘플이 적어 생기는 오차 ±{100 * slack:.1f}%p" if accuracy < threshold else ""
        message = f"테스트 정확도 {accuracy:.1%} (기준 {threshold:.0%}{told})"
        return Item(title, points, points, message)
    facts = evidence.facts
    if not_trained(facts.get("started"), facts["trained_steps"], accuracy, exercise.classes):
        message = f"아직 훈련하지 않았어요. 훈련한 뒤 정확도가 {threshold:.0%} 이상이어야 합니다."
        return Item(title, points, 0, message, "모델을 다시 만들면 훈련도 다시 해야 합니다.")
    message = f"테스트 정확도가 {threshold:.0%} 이상이어야 하는데 {accuracy:.1%}입니다."
    raw = float(np.mean(evidence.arrays["predicted_raw"] == labels))
    if raw > max(accuracy, 0.8 * threshold):
        return Item(
            title,
            points,
            0,
            message,
            "0–255인 입력으로 훈련한 것 같습니다. 검사는 255로 나눈 [0, 1]의 입력을 넣습니다.",
        )
    if by_chance(accuracy, exercise.classes):
        advice = (
            f"클래스 {exercise.classes}개 가운데 아무것이나 찍은 것과 다르지 않습니다. "
            "입력과 레이블이 짝이 맞는지, 그레이디언트를 적용하는지 보세요."
        )
    else:
        advice = (
            "검증 정확도를 보며 에포크를 늘리고, 층의 크기와 배치 정규화, 드롭아웃을 바꾸어 보세요."
        )
    return Item(title, points, 0, message, advice)


def _slack(exercise: OpenExercise, threshold: float, count: int) -> float:
    """새로 뽑은 이미지 `count`장에서 생기는 오차.

    문턱을 넘는 모델이 뽑기의 운으로 떨어지지 않게 합니다. 원본 데이터의 이미지는 늘 같아서 운이 없습니다.
    """
    from autograder.data import data_source

    if data_source(exercise.accuracy.dataset).origin == "original":
        return 0.0
    return float(2.5 * np.sqrt(threshold * (1 - threshold) / count))
