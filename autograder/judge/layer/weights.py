"""가중치의 수, 모양, 훈련 가능한지, 처음 값을 비교해 다르면 무엇이 다른지 말합니다.

여기 없는 것: 출력의 비교(`judge.layer.looks`), 가중치를 채우는 일(`observe.layer.subject`).
"""

from __future__ import annotations

from typing import Any

from autograder.korean import with_particle

_HIDDEN = {
    "frozen": "`{name}` 가중치는 훈련되지 않습니다. `trainable=False`를 주지 않았는지 보세요.",
    "tf.Variable": "{name_place} 담은 `tf.Variable`은 층이 알지 못해서 훈련되지도 저장되지도 않습니다. "
    "`self.add_weight(...)`로 만드세요.",
    "keras.Variable": "{name_place} 담은 변수를 층이 알지 못합니다. "
    "`build`에서 `self.이름`에 담으세요.",
    "Layer": "{name_place} 담은 층을 바깥 층이 알지 못합니다. "
    "`self`나 리스트, 딕셔너리에 바로 담으세요.",
    "ndarray": "{name_place} 담은 넘파이 배열은 값이 바뀌지 않는 상수입니다. "
    "`self.add_weight(...)`로 만드세요.",
    "Tensor": "{name_place} 담은 텐서는 값이 바뀌지 않는 상수입니다. "
    "`self.add_weight(...)`로 만드세요.",
}


def compare_weights(
    wanted: list[dict[str, Any]],
    found: list[dict[str, Any]],
    hidden: list[dict[str, str]] | None = None,
    where: str = "",
) -> tuple[str, str] | None:
    """모양과 훈련 가능한지를 비교합니다. 같으면 None, 다르면 (메시지, 조언)."""
    want, have = (sorted(item["shape"] for item in weights) for weights in (wanted, found))
    if want != have:
        extra, missing = _without(have, want), _without(want, have)
        message = f"가중치의 모양이 {shapes_text(want)}이어야 하는데 {shapes_text(have)}입니다."
        if not have:
            message = f"모양이 {shapes_text(want)}인 가중치가 있어야 하는데 하나도 없습니다."
        elif not want:
            message = f"가중치가 없어야 하는데 모양이 {shapes_text(have)}입니다."
        elif have and not missing:
            message = f"명세에 없는 가중치가 더 있습니다. 모양은 {_first(extra)}입니다."
        elif have and not extra:
            message = f"빠진 가중치가 있습니다. 모양은 {_first(missing)}입니다."
        names = [str(item.get("name", "")) for item in found if item["shape"] in extra]
        advice = _turned(extra, missing) or _without_norm(wanted, found, missing)
        return where + message, advice or _advice(want, have, hidden or [], names)
    want, have = (
        sorted((item["shape"], item["trainable"]) for item in weights)
        for weights in (wanted, found)
    )
    for (shape, expected), (_, trainable) in zip(want, have, strict=True):
        if expected != trainable:
            state = "훈련 가능해야 하는데 그렇지 않습니다" if expected else "훈련되지 않아야 합니다"
            return f"{where}모양이 `{tuple(shape)}`인 가중치가 {state}.", "`trainable=`을 보세요."
    return None


def strays_of(found: dict[str, Any]) -> tuple[str, str] | None:
    """`call`에서 만들어 층이 모르는 가중치나, 부를 때마다 늘어나는 가중치가 있으면 말합니다."""
    if found.get("strays") or found.get("weights_added"):
        return "부를 때마다 가중치가 늘어납니다.", "층은 `call`이 아니라 `__init__`에서 만드세요."
    return None


def same_start(wanted: list[dict[str, Any]], found: list[dict[str, Any]]) -> bool:
    """난수로 시작해야 하는 행렬이 모두 같은 값으로 시작하는지."""
    varied = {
        tuple(item["shape"]) for item in wanted if len(item["shape"]) > 1 and item["spread"] > 0
    }
    return any(tuple(item["shape"]) in varied and item["spread"] == 0 for item in found)


def shapes_text(shapes: list[Any]) -> str:
    """모양들을 글로."""
    return ", ".join(f"`{tuple(shape)}`" for shape in shapes) or "없음"


def _first(shapes: list[Any], most: int = 4) -> str:
    more = f" 등 {len(shapes)}개" if len(shapes) > most else ""
    return shapes_text(shapes[:most]) + more


def _without(shapes: list[Any], others: list[Any]) -> list[Any]:
    """`shapes`에서 `others`에 있는 것을 하나씩 뺀 나머지."""
    left = list(shapes)
    for shape in others:
        if shape in left:
            left.remove(shape)
    return left


def _turned(extra: list[Any], missing: list[Any]) -> str:
    """행렬의 두 축이 뒤바뀐 것뿐이면 그 조언."""
    if not extra or sorted(shape[::-1] for shape in extra) != missing:
        return ""
    return f"{shapes_text(extra)}의 두 축이 뒤바뀌었습니다. 들어오는 크기가 앞, 나가는 크기가 뒤입니다."


def _without_norm(
    wanted: list[dict[str, Any]], found: list[dict[str, Any]], missing: list[Any]
) -> str:
    """빠진 것이 정규화 층의 가중치면 그 조언."""
    scales = [
        sum(item.get("name") == "gamma" and item["shape"] in missing for item in weights)
        for weights in (wanted, found)
    ]
    if scales[1] >= scales[0]:
        return ""
    return f"정규화 층이 {scales[0]}개여야 하는데 {scales[1]}개입니다. 정규화 층은 저마다 `gamma`와 `beta`가 있습니다."


def _advice(
    want: list[Any], have: list[Any], hidden: list[dict[str, Any]], names: list[str]
) -> str:
    """`names`는 명세에 없는 가중치들의 이름."""
    extra, missing = _without(have, want), _without(want, have)
    for item in hidden:
        # 빠진 가중치와 모양이 같을 때만 그것이 빠진 이유입니다.
        if item.get("type") in _HIDDEN and (
            item["type"] == "Layer" or item.get("shape") in missing
        ):
            attribute = str(item.get("attribute", ""))[:60]
            place = f"`self.{attribute}`에"
            return _HIDDEN[item["type"]].format(name_place=place, name=attribute)
    if not have:
        return (
            "층이 아는 가중치가 하나도 없습니다. `call`에서 만들거나 `self`에 담지 않으면 "
            "층이 알지 못합니다."
        )
    if not missing and extra:
        if names and all(name in ("b", "bias") for name in names):
            return "편향이 더 있습니다. 편향이 없는 층에는 `use_bias=False`를 주세요."
        told = ", ".join(f"`{name}`" for name in dict.fromkeys(names) if name)
        more = "명세에 없는 것은" if len(names) == len(extra) else "그 모양의 가중치는"
        more = f" {more} {told}입니다." if told and len(names) <= 5 else ""
        return f"`add_weight`나 안쪽 층이 명세보다 많은지 보세요.{more}"
    if not extra and all(len(shape) == 1 for shape in missing):
        return "축이 하나인 가중치는 대개 편향입니다. 편향을 빠뜨리지 않았는지 보세요."
    counted = with_particle(f"{len(want)}개", "이", "가")
    if len(have) != len(want):
        return f"가중치는 모두 {counted} 있어야 하는데 {len(have)}개입니다."
    return "유닛 수와 층의 개수를 명세와 비교하세요."
