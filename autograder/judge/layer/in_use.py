"""층을 새로 만들어 여러 자리에서 쓴 기록의 판정. 하는 일은 `observe.layer.in_use`에 적혀 있습니다.

여기 없는 것: 객체를 만들어 써 보는 일(`observe.layer.in_use`), 값과 잡음의 비교(`judge.layer.looks`, `judge.layer.noise`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.judge.compare import compare_call, same_change
from autograder.judge.layer.weights import compare_weights, same_start
from autograder.judge.layer_names import shape_advice
from autograder.judge.problems import explain
from autograder.korean import with_particle
from autograder.protocol import Evidence

_Failure = tuple[str, str] | None
_NONE = ("got None", "got: None", "None values", "'NoneType'", "Invalid dtype: NoneType")
_STYLES = {
    "functional": "함수형 모델 안에서",
    "sequential": "순차형 모델 안에서",
    "subclass": "서브클래싱 모델 안에서",
}
ROUNDING = 1e-3
"""가장 많이 움직인 가중치의 이만큼도 움직이지 않았으면 반올림만으로도 그럴 수 있습니다. 참고 답안을 여든 번 훈련했을 때
그레이디언트가 본래 0인 것은 0.00002배까지, 나머지는 0.002배부터였습니다."""


def compare_use(
    name: str,
    asked: dict[str, Any],
    wanted: dict[str, Any],
    found: dict[str, Any],
    reference: Evidence,
    evidence: Evidence,
) -> _Failure:
    """같으면 None, 다르면 (메시지, 조언)."""
    if found["status"] != "seen":
        return _explained(name, asked, found)
    return _COMPARE[asked["use"]](name, asked, wanted, found, (reference, evidence))


def compare_own(
    name: str,
    asked: dict[str, Any],
    thing: dict[str, Any],
    found: dict[str, Any],
    failure: tuple[str, str],
    both: tuple[Evidence, Evidence],
) -> _Failure:
    """값이 이미 틀린 층: 참고 답안 대신 학습자의 층 자신과 비교합니다. 그것도 다르면 `failure`.

    `thing`은 같은 인수로 만든 층을 그냥 불렀을 때의 기록, `both`는 참고 답안과 학습자의 Evidence입니다.
    """
    same = _OWN.get(asked["use"])
    if same is None:
        return failure
    verdict = same(asked, thing, found, both)
    return None if verdict is True else verdict or failure


def _own_symbolic(asked: Any, thing: Any, found: Any, both: tuple[Evidence, Evidence]) -> bool:
    shapes = [sorted(item["shape"] for item in one["weights"]) for one in (thing, found)]
    call = thing["calls"][0]
    if not shapes[0] or shapes[0] != shapes[1] or call["status"] != "seen":
        return False
    untracked = any(item["type"] not in ("frozen", "") for item in found["hidden"])
    outputs = call["outputs"]
    if untracked or len(outputs) != 1 or "shape" not in outputs[0] or found["shape"] is None:
        return False
    own = [None, *outputs[0]["shape"][1:]]
    return found["shape"] == own and not _same_start(found["weights"])


def _own_model(
    asked: Any, thing: Any, found: Any, both: tuple[Evidence, Evidence]
) -> bool | tuple[str, str]:
    reference, evidence = both
    if found["unknown"] or not _alike([found["alone"]], found["outputs"][:1], evidence):
        return False
    if not asked.get("train"):
        return True
    untrained = [item for item in thing.get("hidden", []) if item["type"]]
    before, after = found.get("before", []), found.get("trained", [])
    if not before or untrained:
        return "`fit`을 불러도 훈련되지 않는 가중치가 있습니다.", ""
    must = _moving(reference, after)
    for one, other in zip(before, after, strict=True):
        value = evidence.arrays[other]
        if not np.array_equal(evidence.arrays[one], value):
            must[value.shape] -= 1
    # 그레이디언트가 본래 0인 가중치(어텐션의 키의 편향)는 맞는 답에서도 움직이지 않습니다.
    still = next((shape for shape, count in must.items() if count > 0), None)
    if still is not None:
        return (
            f"`fit`으로 한 스텝 훈련해도 모양이 `{still}`인 가중치가 그대로입니다.",
            "출력을 계산하는 데 이 가중치를 쓰는지 보세요.",
        )
    return True


def _moving(reference: Evidence, trained: list[str]) -> Counter[tuple[int, ...]]:
    """`trained`와 같은 이름의 참고 답안의 가중치 가운데 훈련으로 움직인 것의 모양들."""
    moving: Counter[tuple[int, ...]] = Counter()
    for key in trained:
        change = _change(reference, key)
        if change is None or not (
            same_change(np.zeros_like(change), change) or _only_rounding(reference, key, change)
        ):
            shape = key.split("/")[-2]
            moving[tuple(int(size) for size in shape.split("x") if size)] += 1
    return moving


def _own_config(asked: Any, thing: Any, found: Any, both: tuple[Evidence, Evidence]) -> bool:
    evidence = both[1]
    kept = all(
        found["settings"][key] == value and found["twin_settings"][key] == value
        for key, value in asked.get("kwargs", {}).items()
    )
    return (
        kept
        and all(found["keys"].count(key) for key in asked.get("settings", []))
        and not found["shared"]
        and sorted(found.get("weights", [])) == sorted(found.get("own_weights", []))
        and _alike(found["own_outputs"], found["outputs"], evidence)
    )


def _own_file(asked: Any, thing: Any, found: Any, both: tuple[Evidence, Evidence]) -> bool:
    evidence = both[1]
    registered = found["registered"] or not asked.get("registered")
    return (
        registered
        and found["same_class"]
        and _alike(found["own_outputs"], found["outputs"], evidence)
    )


def _alike(wanted: list[Any], found: list[Any], evidence: Evidence) -> bool:
    """둘 다 학습자의 것인 출력들이 같은지."""
    return all(
        compare_call("", {"outputs": want}, {"status": "seen", "outputs": have}, evidence, evidence)
        is None
        for want, have in zip(wanted, found, strict=True)
    )


_OWN: dict[str, Callable[[Any, Any, Any, tuple[Evidence, Evidence]], bool | tuple[str, str]]] = {
    "symbolic": _own_symbolic,
    "model": _own_model,
    "config": _own_config,
    "file": _own_file,
}


def _same_start(weights: list[dict[str, Any]]) -> bool:
    return any(len(item["shape"]) > 1 and item["spread"] == 0 for item in weights)


def _explained(name: str, asked: dict[str, Any], found: dict[str, Any]) -> tuple[str, str]:
    message, advice = explain(found, name)
    kind = found.get("problem")
    text = str(found.get("message"))
    if kind == "base_arguments":
        advice = "`__init__(self, ..., **kwargs)`로 받아 `super().__init__(**kwargs)`에 넘기세요."
    elif kind in ("from_config", "load") and re.search("(?:unexpected|Unrecognized) keyword", text):
        advice = (
            "`get_config()`에 적은 것은 모두 `__init__`의 인수가 됩니다. "
            "`**kwargs`를 받아 `super().__init__(**kwargs)`에 넘기세요."
        )
    elif kind in ("from_config", "load") and "missing" in text and "argument" in text:
        advice = "`__init__`이 받은 인수를 모두 `get_config()`에 적어야 합니다."
    elif kind == "not_json":
        advice = "함수는 `keras.activations.serialize(...)`로 바꾸어 적습니다."
    elif kind == "load" and not found.get("registered"):
        advice = "`@keras.saving.register_keras_serializable(package='...')`로 등록하세요."
    elif kind in ("call", "fit", "predict") and asked["use"] in (
        "symbolic",
        "model",
        "file",
        "graph",
    ):
        if "Inputs to a layer should be tensors" in text:
            advice = "앞의 층이 텐서를 돌려주지 않았습니다. `return`을 빠뜨리지 않았는지 보세요."
        elif any(sign in text for sign in _NONE):
            shape = asked.get("shape") or []
            axis = 1 + shape.index(None) if None in shape else 0
            size = "그 축의 크기를" if axis else "배치 크기를"
            advice = (
                f"모델을 그릴 때는 {size} 모르므로 `inputs.shape[{axis}]`이 `None`입니다. "
                f"`ops.shape(inputs)[{axis}]`을 쓰세요."
            )
        elif "numpy" in text.lower():
            advice = "모델을 그릴 때는 값이 없습니다. 넘파이 대신 `ops`나 `tf`의 함수로 계산하세요."
        elif "fully-defined" in text or "should be defined" in text:
            advice = (
                "케라스가 출력의 마지막 축의 크기를 모릅니다. "
                "`reshape`에는 `-1` 대신 아는 크기를 주세요."
            )
        elif "cannot add new elements of state" in text:
            advice = "가중치와 층은 `call`이 아니라 `build`나 `__init__`에서 만드세요."
    return message, advice


def _build(
    name: str, asked: Any, wanted: Any, found: Any, both: tuple[Evidence, Evidence]
) -> _Failure:
    shape = ", ".join(str(size) for size in [None, *asked["shape"]])
    return compare_weights(
        wanted["weights"], found["weights"], found["hidden"], f"`build(({shape}))`만 불렀을 때 "
    )


def _symbolic(
    name: str, asked: Any, wanted: Any, found: Any, both: tuple[Evidence, Evidence]
) -> _Failure:
    size = ", ".join(str(size) for size in asked["shape"])
    where = f"`keras.Input(({size}{',' * (len(asked['shape']) == 1)}))`에 이었을 때 "
    failure = compare_weights(wanted["weights"], found["weights"], found["hidden"], where)
    if failure:
        return failure
    # 정수를 받는 층의 행렬은 줄을 고르는 표입니다. 고른 줄만 움직이므로 같은 값으로 시작해도 배웁니다.
    looked_up = str(asked.get("dtype", "")).startswith("int")
    if not looked_up and same_start(wanted["weights"], found["weights"]):
        return (
            "가중치 행렬이 모두 같은 값으로 시작합니다. 그러면 모든 유닛이 똑같이 배웁니다.",
            "`initializer='glorot_uniform'`처럼 난수로 시작하세요.",
        )
    want, have = wanted["shape"], found["shape"]
    if have is None:
        return f"{where}아무것도 돌려주지 않습니다.", "`return`을 빠뜨리지 않았는지 보세요."
    # 모양을 모르는 축(`None`)은 다음 층이 받아 주면 괜찮습니다. 되는지는 모델에 넣어서 봅니다.
    if len(want) != len(have) or any(
        size is not None and size != expected for expected, size in zip(want, have, strict=True)
    ):
        return (
            f"{where}출력의 모양이 `{tuple(want)}`이어야 하는데 `{tuple(have)}`입니다.",
            _symbolic_advice(want, have),
        )
    return None


def _symbolic_advice(want: list[int | None], have: list[int | None]) -> str:
    """데이터 없이 이었을 때의 모양이 다른 이유: 정하지 않은 크기를 정했는지부터 봅니다."""
    if have[:1] != [None]:
        return "배치 크기는 정하지 않습니다."
    pairs = zip(want, have, strict=True) if len(want) == len(have) else ()
    fixed = [axis for axis, (size, own) in enumerate(pairs) if size is None and own is not None]
    if fixed:
        return (
            f"이때 입력의 `shape[{fixed[0]}]`은 `None`입니다. 실행할 때의 크기는 "
            f"`ops.shape(입력)[{fixed[0]}]`으로 알아내세요."
        )
    return shape_advice(want, have)


def _model(
    name: str, asked: Any, wanted: Any, found: Any, both: tuple[Evidence, Evidence]
) -> _Failure:
    where = _STYLES[asked.get("style", "functional")]
    if found["unknown"]:
        return f"{where} 모델이 모르는 가중치가 있습니다.", "가중치를 `self`에 담았는지 보세요."
    failure = _outputs(where, wanted["outputs"], found["outputs"], both)
    if failure or not asked.get("train"):
        return failure
    reference, evidence = both
    for key in wanted["trained"]:
        value = reference.arrays[key]
        change, own = _change(reference, key), _change(evidence, key)
        if change is None or _only_rounding(reference, key, change):
            continue
        if not same_change(change, own):
            if own is not None and not own.any():
                return (
                    f"{where} `fit`으로 한 스텝 훈련해도 모양이 `{value.shape}`인 가중치가 그대로입니다.",
                    "그레이디언트가 이 가중치까지 흐르는지 보세요. `numpy()`나 `stop_gradient`를 "
                    "지나면 끊깁니다.",
                )
            return (
                f"{where} `fit`으로 한 스텝 훈련한 다음 모양이 `{value.shape}`인 가중치가 "
                "명세와 다르게 바뀝니다.",
                "훈련할 때의 계산이 추론할 때와 다른지(드롭아웃 등), 그레이디언트가 이 가중치까지 흐르는지 "
                "보세요. `numpy()`나 `stop_gradient`를 지나면 끊깁니다.",
            )
    return None


def _change(evidence: Evidence, key: str) -> np.ndarray | None:
    """훈련이 가중치에 더한 것. 기록이 없으면 None."""
    after = evidence.arrays.get(key)
    before = evidence.arrays.get(key.replace("/trained/", "/before/"))
    if after is None or before is None or after.shape != before.shape:
        return None
    return np.asarray(after, "float64") - np.asarray(before, "float64")


def _only_rounding(evidence: Evidence, key: str, change: np.ndarray) -> bool:
    """가중치가 움직였어도 반올림 때문일 뿐인지. 어텐션의 키의 편향처럼 그레이디언트가 본래 0인 것이 그렇습니다."""
    reach = evidence.arrays.get(key.replace("/trained/", "/reach/"))
    far = float(np.max(np.abs(change), initial=0.0))
    return reach is not None and 0 < far <= ROUNDING * float(reach)


def _graph(
    name: str, asked: Any, wanted: Any, found: Any, both: tuple[Evidence, Evidence]
) -> _Failure:
    return _outputs("`tf.function` 안에서", wanted["outputs"], found["outputs"], both)


def _config(
    name: str, asked: Any, wanted: Any, found: Any, both: tuple[Evidence, Evidence]
) -> _Failure:
    for key, value in found["settings"].items():
        given = wanted["settings"][key]
        if key in asked.get("kwargs", {}) and value != given:
            return (
                f"`{key}={given!r}`로 만들었는데 {with_particle(f'`{key}`', '이', '가')} "
                f"`{value!r}`입니다.",
                "`**kwargs`를 `super().__init__(**kwargs)`에 넘기세요.",
            )
    for key, value in found["twin_settings"].items():
        given = found["settings"][key]
        if key in asked.get("kwargs", {}) and value != given:
            subject = with_particle(f"`{key}`", "은", "는")
            wish = with_particle(f"`{given!r}`", "이어야", "여야")
            return (
                f"되살린 층의 {subject} {wish} 하는데 `{value!r}`입니다.",
                "`{**super().get_config(), ...}`로 모든 층에 있는 설정도 함께 적으세요.",
            )
    for key, value in wanted.get("arguments", {}).items():
        own = found["arguments"][key]
        if own != value:
            wish = with_particle(f"`{value!r}`", "이어야", "여야")
            return (
                f"되살린 층의 {with_particle(f'`{key}`', '이', '가')} {wish} 하는데 `{own!r}`입니다.",
                "`__init__`이 받은 인수를 모두 `get_config()`에, 받은 값 그대로 적었는지 보세요.",
            )
    if asked.get("kwargs"):
        # 계산까지 같은지는 이 인수들을 주지 않은 층으로 봅니다.
        return None
    if found["shared"]:
        return "되살린 층이 원래 층과 가중치를 함께 씁니다.", "`from_config`는 새 객체를 만듭니다."
    want, have = (
        [{"shape": s, "trainable": True} for s in r.get("weights", [])] for r in (wanted, found)
    )
    failure = compare_weights(want, have, None, "되살린 층에서 ")
    failure = failure or _outputs("되살린 층으로", wanted["outputs"], found["outputs"], both)
    if failure is None:
        return None
    left_out = [f"`{key}`" for key in wanted["keys"] if key not in found["keys"]]
    if left_out:
        told = with_particle(", ".join(left_out), "이", "가")
        return failure[0], (
            f"`get_config()`의 결과에 {told} 없습니다. "
            "`__init__`이 받은 인수를 모두 `get_config()`에 적었는지 보세요."
        )
    return failure[0], (
        "`__init__`이 받은 인수를 모두 `get_config()`에, 받은 값 그대로 적었는지 보세요."
    )


def _file(
    name: str, asked: Any, wanted: Any, found: Any, both: tuple[Evidence, Evidence]
) -> _Failure:
    if asked.get("registered") and not found["registered"]:
        return (
            f"{with_particle(f'`{name}`', '이', '가')} 케라스에 등록되어 있지 않아서 다른 노트북에서는 "
            "읽지 못합니다.",
            "클래스 위에 `@keras.saving.register_keras_serializable(package='...')`를 쓰세요.",
        )
    if not found["same_class"]:
        return f"다시 읽은 모델 안에 `{name}` 층이 없습니다.", ""
    failure = _outputs("저장했다가 다시 읽은 모델로", wanted["outputs"], found["outputs"], both)
    if failure:
        return (
            failure[0],
            "`get_config()`에 모든 인수를 적었는지, 가중치를 모두 `self`에 담았는지 보세요.",
        )
    return None


def _outputs(
    where: str,
    wanted: list[Any],
    found: list[Any],
    both: tuple[Evidence, Evidence],
) -> _Failure:
    """배치마다 출력을 비교합니다."""
    for want, have in zip(wanted, found, strict=True):
        record = {"status": "seen", "outputs": have}
        failure = compare_call("", {"outputs": want}, record, *both)
        if failure:
            verb = "계산한 " if failure[0].startswith(("값이", "결과의", "자료형이")) else ""
            return f"{where} {verb}{failure[0]}", failure[1]
    return None


_COMPARE: dict[str, Callable[[str, Any, Any, Any, tuple[Evidence, Evidence]], _Failure]] = {
    "build": _build,
    "symbolic": _symbolic,
    "model": _model,
    "graph": _graph,
    "config": _config,
    "file": _file,
}
