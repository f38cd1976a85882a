"""층이 명세와 다른 값을 내도, 저장이나 모델 안에서의 쓰임은 그 층이 바로 냈던 값과 비교합니다."""

from __future__ import annotations

from typing import Any


def own_wanted(
    question: dict[str, Any], asked: dict[str, Any], wanted: dict[str, Any], found: dict[str, Any]
) -> dict[str, Any] | None:
    """`asked`(`uses`의 하나)에서 나와야 할 것을 학습자의 층이 `calls`에서 낸 것으로. 견줄 것이 없으면 None.

    `question`은 객체 하나의 물음, `found`는 그 객체의 기록입니다. 배열은 학습자의 Evidence에 있습니다.
    """
    if found["status"] != "seen" or "weights" not in found or asked.get("train"):
        return None
    own = dict(wanted)
    if "weights" in wanted:
        shapes = asked["use"] == "config"
        own["weights"] = [item["shape"] if shapes else item for item in found["weights"]]
    outputs = []
    for given in asked.get("inputs", []) if "outputs" in wanted else []:
        same = [
            record
            for call, record in zip(question.get("calls", []), found["calls"], strict=True)
            if call["inputs"] == given and not call.get("training") and "mask" not in call
        ]
        if not same or same[0]["status"] != "seen":
            return None
        outputs.append(same[0]["outputs"])
    return own | ({"outputs": outputs} if "outputs" in wanted else {})
