"""층이나 모델 클래스의 판정: 참고 클래스로 같은 일을 해서 값, 가중치, 훈련 모드를 비교합니다.

여기 없는 것: 볼 것마다의 판정(`judge.layer.looks`), 가중치의 비교(`judge.layer.weights`), 관찰(`observe.layer`).
"""

from __future__ import annotations

import re

from autograder.judge.layer.judging import Judging, explained
from autograder.judge.layer.looks import Equal, Look
from autograder.judge.layer.weights import compare_weights, strays_of
from autograder.judge.mistakes import Charged
from autograder.judge.problems import explain
from autograder.kinds import LayerExercise
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

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
    judging = Judging(exercise, challenge, evidence)
    weights = _weights_item(exercise, titles[1], judging.reference, evidence)
    result = [_base_item(exercise, evidence), weights]
    # 같은 오류를 항목마다 되풀이하지 않습니다.
    told = [(weights.message, weights.advice)]
    judging.wrong = not weights.passed
    charged = Charged()
    for number, item in enumerate(exercise.groups):
        look, title, points = item.look, item.title, item.points
        assert isinstance(look, Look)
        judging.cause = None
        failure = look.failure(judging)
        if failure is not None:
            judging.failed.add(type(look))
            judging.wrong |= isinstance(look, Equal)
        if failure is None or charged.already(number, item.builds_on, judging.cause):
            result.append(Item(title, points, points))
        elif any(_alike(failure[0], message) for message, _ in told if message):
            # 다른 자리에서 본 같은 이유입니다. 그 자리의 조언은 엉뚱한 곳을 가리킵니다.
            result.append(Item(title, points, 0, f"{title}: 위와 같은 이유로 확인하지 못했습니다."))
        else:
            told.append(failure)
            result.append(Item(title, points, 0, f"{title}: {failure[0]}", failure[1]))
    return result


def _alike(message: str, told: str) -> bool:
    """같은 말인지. 오류에 적힌 모양과 층의 번호는 부를 때마다 다릅니다."""
    if "오류가 났습니다" in told:
        message, told = (re.sub(r"\d+", "", text) for text in (message, told))
    return message.endswith(told)


def _failed(
    name: str, titles: list[str], exercise: LayerExercise, evidence: Evidence
) -> list[Item]:
    message, advice = explain(evidence.facts, name)
    rest = [(titles[1], 1.0)] + [(item.title, item.points) for item in exercise.groups]
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
    failure: tuple[str, str] | None = None
    seen = False
    for wanted, found in zip(reference.facts["objects"], evidence.facts["objects"], strict=True):
        if found["status"] != "seen":
            failure = failure or explained(found, exercise.subjects[0])
        elif "weights" in wanted:
            unlike = compare_weights(wanted["weights"], found["weights"], found["hidden"])
            if unlike and found.get("failed_first"):
                failure = failure or explained(found["failed_first"], exercise.subjects[0])
                continue
            seen = True
            if unlike := unlike or strays_of(found):
                return Item(title, 1, 0, *unlike)
    # 오류가 난 객체의 가중치는 볼 수 없습니다. 그 오류는 그 객체를 묻는 항목이 말합니다.
    if failure and not seen:
        return Item(title, 1, 0, *failure)
    return Item(title, 1, 1)
