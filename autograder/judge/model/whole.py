"""모델 전체의 항목: 명세의 모델과 같은 값을 내는지, 아니면 그 이유가 무엇인지.

여기 없는 것: 값을 비교하는 일(`judge.model.match`), 층마다의 항목(`judge.model.layers`).
"""

from __future__ import annotations

import numpy as np

from autograder.judge.layer_names import setting_advice, with_batch
from autograder.judge.model.inputs import input_items
from autograder.judge.model.layers import (
    first_difference,
    hidden_difference,
    surplus_text,
    unknown_operation,
)
from autograder.judge.model.match import same_losses
from autograder.judge.model.part import Part
from autograder.judge.model.reference import in_order, output_order
from autograder.judge.problems import explain
from autograder.report import Item


def whole_item(part: Part) -> Item:
    """한 부분이 명세의 모델과 같은 값을 내는지 묻는 항목."""
    title = f"{part.prefix}같은 가중치를 넣으면 명세의 모델과 같은 값을 냅니다"
    points = part.exercise.whole_points
    if part.equal:
        # 층마다 항목이 없는 부분에서는 추론에 드러나지 않는 것도 여기에서 말합니다.
        hidden = None if part.detailed else hidden_difference(part)
        if hidden is None:
            return Item(title, points, points)
        return Item(title, points, 0, part.prefix + hidden[0], hidden[1])
    if part.surplus:
        # 층마다 항목이 있는 부분에서는 명세에 없는 층을 묻는 항목이 말합니다.
        if part.detailed:
            return Item(title, points, points)
        told, advice = surplus_text(part)
        return Item(title, points, 0, part.prefix + told, advice)
    if part.found["status"] == "unattempted":
        return Item(title, points, 0, f"{part.prefix}아직 풀지 않았어요")
    if part.found["status"] != "seen":
        message, advice = explain(part.found, part.name)
    else:
        message, advice = _why_different(part)
    return Item(title, points, 0, part.prefix + message, advice)


_SHAPE_ADVICE = "층마다 출력 모양을 명세대로 적어 보세요. `show_flow(모델)`이 그려 줍니다."


def _why_different(part: Part) -> tuple[str, str]:
    wanted, found = part.wanted, part.found
    outputs, others = wanted["outputs"][0], in_order(part.exercise, found, found["outputs"][0])
    if not others:
        return "모델이 아무것도 돌려주지 않습니다.", "`call`의 마지막 줄에 `return`을 쓰세요."
    if len(outputs) != len(others):
        return f"출력이 {len(outputs)}개여야 하는데 {len(others)}개입니다.", ""
    for output, other in zip(outputs, others, strict=True):
        want, have = output.get("shape"), other.get("shape")
        if have is None:
            return f"출력이 텐서가 아니라 `{other['type']}`입니다.", ""
        if want[1:] == have[1:] and want != have:
            return (
                f"샘플을 {want[0]}개 넣었는데 출력은 {have[0]}개입니다.",
                "배치 축은 그대로 두어야 합니다.",
            )
        if want != have:
            which = _output_name(part, outputs.index(output))
            return (
                f"{which}출력 모양이 `{with_batch(want)}`이어야 하는데 `{with_batch(have)}`입니다.",
                _SHAPE_ADVICE,
            )
        if not np.all(np.isfinite(part.arrays[other["array"]])):
            return (
                "출력에 `NaN`이나 무한대가 있습니다.",
                "0으로 나누거나 log(0)을 하는 곳이 있는지 보세요.",
            )
    if found["untracked"]:
        return (
            "모델이 알지 못하는 가중치가 있습니다. 그런 가중치는 훈련되지 않습니다.",
            "층은 `call`이 아니라 `__init__`에서 만드세요. `self`에 담아야 모델이 압니다.",
        )
    different = first_difference(part)
    if different:
        return (
            (
                "층이 명세와 다릅니다. 층이 같아지면 값을 다시 비교합니다.",
                "위의 ✘ 항목부터 고치세요.",
            )
            if part.detailed
            else different
        )
    frozen = len(found["trainable"]) - sum(found["trainable"])
    want, have = len(wanted["trainable"]), len(found["trainable"])
    if want != have:
        return (
            f"가중치의 수가 {want}개여야 하는데 {have}개입니다.",
            "층에 `use_bias`, `center`, `scale`처럼 가중치를 없애는 인수를 주지 않았는지 보세요."
            if have < want
            else "명세에 없는 층이나 가중치를 지우세요.",
        )
    if frozen > len(wanted["trainable"]) - sum(wanted["trainable"]):
        return (
            "훈련되지 않는 가중치가 있습니다.",
            "층이나 모델의 `trainable`을 `False`로 바꾸지 않았는지 보세요.",
        )
    if not same_losses(wanted, found):
        return "규제(regularizer)로 더해지는 손실이 명세와 다릅니다.", setting_advice(
            "kernel_regularizer"
        )
    if part.unshared:
        return (
            "층은 명세와 같지만 가중치가 이어져 있지 않아 값이 다릅니다.",
            "가중치를 함께 쓰는지 묻는 아래 항목을 보세요.",
        )
    if any(not item.passed for item in input_items("", part.name, part.exercise, found)):
        return (
            "입력이 명세와 달라 값이 다릅니다.",
            "위의 ✘ 항목부터 고치세요.",
        )
    return unknown_operation(part) or (
        "층과 설정은 명세와 같지만 계산 결과가 다릅니다.",
        "층 사이에 명세에 없는 연산이 있는지, 층을 부르는 순서와 입력이 맞는지 보세요.",
    )


def _output_name(part: Part, number: int) -> str:
    if output_order(part.exercise, part.found) is None:
        return ""
    return f"`{part.exercise.output_names[number]}` "
