"""저장하고 내보낸 파일의 판정: 같은 모델을 여기에서 만들어, 파일이 낸 답과 비교합니다.

여기 없는 것: 함수를 부르고 파일을 다시 읽는 일(`observe.artifact`), 문제의 꼴(`kinds.artifact`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judge.compare import close
from autograder.judge.problems import explain, wrong_arguments
from autograder.kinds import ArtifactExercise
from autograder.korean import with_particle
from autograder.observe import described
from autograder.observe.started import started
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

TOLERANCE = 1e-3
"""출력의 크기에 비한 오차의 한계. 저장했다 읽은 모델의 float32 오차는 1e-6쯤입니다."""
LITE_TOLERANCE = 0.08
"""양자화한 모델의 출력 오차(RMS)를 출력의 표준편차로 나눈 값의 한계(명세에 적혀 있습니다).

8비트의 오차는 0.02 안쪽이고, 입력과 상관없이 늘 같은 값을 내는 모델의 오차는 0.1을 넘습니다.
"""
LITE_SHARE = 0.5
"""float32 가중치의 크기에 비한 파일의 크기."""

Failure = tuple[str, str] | None


def items(exercise: ArtifactExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """`form`마다 정해진 항목들."""
    rules = {"keras": _keras, "savedmodel": _saved_model, "lite": _lite}[exercise.form]
    networks = challenge.facts["networks"]
    if evidence.facts["status"] != "seen":
        titles = [(title, points) for title, points, _ in rules(networks, challenge, None)]
        if evidence.facts["status"] == "unattempted":
            return [Item(title, points, 0, title) for title, points in titles]
        name = evidence.facts.get("subject", exercise.subjects[0])
        message, advice = _unseen(evidence.facts, name)
        first, *rest = titles
        return [Item(*first, 0, message, advice)] + [
            Item(title, points, 0, f"{title}: 확인하지 못했습니다.") for title, points in rest
        ]
    if len(evidence.facts["results"]) != len(networks):
        raise ValueError("모델마다 기록이 하나씩 있어야 합니다")
    result: list[Item] = []
    told: list[Failure] = []
    for title, points, failure in rules(networks, challenge, evidence):
        if failure is None:
            result.append(Item(title, points, points))
        elif failure in told:
            again = f"{title}: 위와 같은 이유로 확인하지 못했습니다."
            result.append(Item(title, points, 0, again))
        else:
            told.append(failure)
            result.append(Item(title, points, 0, f"{title}: {failure[0]}", failure[1]))
    return result


def _unseen(facts: dict[str, Any], name: str) -> tuple[str, str]:
    if facts.get("problem") == "not_written":
        return f"{with_particle(f'`{name}`', '을', '를')} 아직 쓰지 않았습니다.", ""
    return explain(facts, name)


def _raised(
    found: dict[str, Any], name: str, causes: dict[str, str], **more: Any
) -> tuple[str, str]:
    """난 오류와, 그 오류의 글이 말하는 이유. 층이나 함수를 쓰는 문제의 조언은 여기에 맞지 않습니다."""
    message, _ = explain(found | more, name)
    told = f"{found.get('error', '')}: {found.get('message', '')}"
    advice = next((text for sign, text in causes.items() if sign in told), "")
    return message, advice or wrong_arguments(told, name)


_SWAPPED = {
    "'str' object has no attribute": "받는 차례는 모델, 경로입니다: 첫 번째 매개변수가 `model`, "
    "두 번째가 `path`입니다.",
}
_SAVING = _SWAPPED | {
    "must end in `.weights.h5`": "`save_weights`는 가중치만 저장합니다. 구조와 옵티마이저까지 담으려면 "
    "`model.save(path)`를 쓰세요.",
    "must end in '.weights.h5'": "`save_weights`는 가중치만 저장합니다. 구조와 옵티마이저까지 담으려면 "
    "`model.save(path)`를 쓰세요.",
}
_EXPORTING = _SWAPPED | {
    "save_format": "케라스 3의 `model.save`는 SavedModel을 쓰지 않습니다. `model.export(path)`를 쓰세요.",
    "Invalid filepath extension for saving": "SavedModel은 `model.export(path)`로 내보내고, "
    "`model.save`에는 `.keras`로 끝나는 이름을 줍니다.",
}

_Rows = list[tuple[str, float, Failure]]


def _first(failures: Any) -> Failure:
    return next((failure for failure in failures if failure), None)


def _original(
    network: dict[str, Any],
    challenge: Challenge,
    *,
    trained: bool = False,
    fresh: bool = False,
    weights: list[np.ndarray] | None = None,
    dtype: str = "float32",
) -> np.ndarray:
    """원래 모델의 출력. `trained`면 한 스텝 더 훈련한 뒤, `fresh`면 옵티마이저를 새로 만들어서.

    `weights`가 있으면 그 가중치로, `dtype`은 입력을 그 자료형으로 바꾸어서.
    """
    model = described.build(network, challenge.arrays)
    if weights is not None:
        model.set_weights(weights)
    x = challenge.arrays[network["x"]].astype(dtype).astype("float32")
    if trained:
        if fresh:
            kind = type(model.optimizer)
            model.compile(
                kind.from_config(model.optimizer.get_config()), network["compile"]["loss"]
            )
        described.train_once(model, x, challenge.arrays[network["y"]])
    return described.predict(model, x)


def _value(record: dict[str, Any], evidence: Evidence) -> np.ndarray | None:
    outputs = record["outputs"]
    if len(outputs) != 1 or "array" not in outputs[0]:
        return None
    return evidence.arrays[outputs[0]["array"]]


# ------------------------------------------------------------------ save and load


def _keras(networks: list[Any], challenge: Challenge, evidence: Evidence | None) -> _Rows:
    titles = (
        ("`save_model`이 `path`에 파일을 만듭니다", 1.0),
        ("다시 읽은 모델이 저장할 때와 같은 값을 냅니다", 2.0),
        ("`CustomDense`가 든 모델도 읽습니다", 2.0),
        ("멈춘 곳에서 이어서 훈련합니다(옵티마이저의 상태)", 2.0),
    )
    if evidence is None:
        return [(title, points, None) for title, points in titles]
    results = evidence.facts["results"]
    custom = [any("Custom" in item["class"] for item in network["layers"]) for network in networks]
    pairs = list(zip(networks, results, strict=True))
    answers = [_answer(network, found, challenge, evidence) for network, found in pairs]
    plain = _first(bad for bad, own in zip(answers, custom, strict=True) if not own)
    # 위 항목에서 이미 말한 것(예: 가중치를 빠뜨림)은 다시 묻지 않습니다: 제 가중치로 제대로 계산하면 됩니다.
    own_values = [
        bad if bad != plain or not _works(network, found, challenge, evidence) else None
        for bad, (network, found) in zip(answers, pairs, strict=True)
    ]
    failures = (
        _first(_file(found) for found in results),
        plain,
        _first(bad for bad, own in zip(own_values, custom, strict=True) if own),
        _first(
            bad or _resumed(network, found, challenge, evidence)
            for (network, found), bad in zip(pairs, own_values, strict=True)
            if "compile" in network
        ),
    )
    return [(*title, failure) for title, failure in zip(titles, failures, strict=True)]


def _works(
    network: dict[str, Any], found: dict[str, Any], challenge: Challenge, evidence: Evidence
) -> bool:
    """다시 읽은 모델이 제 가중치로는 원래 모델과 같은 계산을 하는지. 새로 읽은 모델이라야 합니다."""
    if found["status"] != "seen" or found["same_object"]:
        return False
    weights = _own_weights(network, found, challenge, evidence)
    value = _value(found, evidence)
    if weights is None or value is None:
        return False
    return close(_original(network, challenge, weights=weights), value, TOLERANCE)


def _own_weights(
    network: dict[str, Any], found: dict[str, Any], challenge: Challenge, evidence: Evidence
) -> list[np.ndarray] | None:
    """다시 읽은 모델의 가중치. 원래 모델의 것과 모양이 다르면 None."""
    have = [evidence.arrays[key] for key in found["weights"]]
    want = [challenge.arrays[name].shape for name in network["weights"]]
    return have if [item.shape for item in have] == want else None


def _file(found: dict[str, Any]) -> Failure:
    if "misplaced" in found:
        return _no_file(found["misplaced"])
    if found["status"] == "seen" or found.get("problem") not in ("call", "no_file"):
        return None
    if found["problem"] == "call":
        return _raised(found, "save_model", _SAVING)
    return _no_file(found)


def _no_file(found: dict[str, Any]) -> Failure:
    names = ", ".join(f"`{name}`" for name in found["found"])
    if found["folder"]:
        exported = any(item.endswith("saved_model.pb") for item in found["found"])
        return (
            "`path`에 있는 것이 파일 하나가 아니라 폴더입니다.",
            "`model.export`는 서빙에 쓰는 SavedModel 폴더를 만듭니다. 다시 훈련할 모델은 "
            "`model.save(path)`로 저장하세요."
            if exported
            else "`path`는 파일의 이름입니다. 폴더를 만들지 말고 `path`에 바로 저장하세요.",
        )
    return (
        f"`path`에 파일이 없습니다. 그 폴더에 있는 것: {names or '없음'}.",
        "받은 `path`를 바꾸지 말고 그대로 쓰세요. 이미 `.keras`로 끝납니다.",
    )


_MOVED = (
    "`load_model`은 받은 `path`만 보고 읽어야 합니다. 파일은 저장한 곳에서 다른 곳으로 옮겼습니다."
)
_LOADING = {
    "Could not locate class": "등록하지 않은 클래스는 이름만으로 찾지 못합니다. "
    "`custom_objects={'CustomDense': CustomDense}`로 알려 주거나 클래스를 등록하세요.",
    "Unknown layer": "등록하지 않은 클래스는 이름만으로 찾지 못합니다. "
    "`custom_objects={'CustomDense': CustomDense}`로 알려 주거나 클래스를 등록하세요.",
    ".keras.keras": "받은 `path`는 이미 `.keras`로 끝납니다. 덧붙이지 말고 그대로 쓰세요.",
    "No such file": _MOVED,
    "File not found": _MOVED,
    "No file or directory found": _MOVED,
    # The path is the key: what was kept in a variable while saving.
    "other.keras'": "저장할 때 변수에 적어 둔 것이 아니라, `path`의 파일에서 읽어야 합니다.",
}


def _answer(
    network: dict[str, Any], found: dict[str, Any], challenge: Challenge, evidence: Evidence
) -> Failure:
    """다시 읽은 모델이 원래 모델과 다르면 무엇이 다른지."""
    if found["status"] != "seen":
        if "misplaced" in found:
            return _file(found)
        other = _other(network, found, challenge, evidence) if "weights" in found else None
        return other or _file(found) or _loading(found)
    other = _other(network, found, challenge, evidence)
    if other and not found["same_object"]:
        return other
    if found["same_object"]:
        return (
            "`load_model`이 저장할 때의 모델을 그대로 돌려줍니다.",
            "파이썬의 변수가 아니라 `path`의 파일에서 읽으세요.",
        )
    value = _value(found, evidence)
    wanted = _original(network, challenge)
    if value is None or value.shape != wanted.shape:
        return "다시 읽은 모델의 출력 모양이 다릅니다.", ""
    if close(wanted, value, TOLERANCE):
        return None
    scrambled = described.build(network, challenge.arrays)
    described.scramble(scrambled)
    if close(described.predict(scrambled, challenge.arrays[network["x"]]), value, TOLERANCE):
        return (
            "저장한 뒤에 원래 모델의 가중치를 바꾸었더니 다시 읽은 모델도 바뀌었습니다.",
            "파이썬의 변수에 담아 둔 모델이 아니라 `path`의 파일에서 읽으세요.",
        )
    return "저장한 모델과 다른 값을 냅니다.", _lost(network, found, challenge, evidence)


def _lost(
    network: dict[str, Any], found: dict[str, Any], challenge: Challenge, evidence: Evidence
) -> str:
    """다시 읽은 모델의 가중치를 저장한 것과 비교해 아는 이유. 알 수 없으면 빈 문자열."""
    have = _own_weights(network, found, challenge, evidence)
    want = [challenge.arrays[name] for name in network["weights"]]
    if have is None:
        return ""
    same = sum(np.allclose(a, b, rtol=1e-5, atol=1e-6) for a, b in zip(want, have, strict=True))
    if same == len(want):
        return (
            "가중치는 저장한 그대로인데 계산이 다릅니다. 활성화 함수 같은 층의 설정을 잃었습니다."
        )
    if all(started(item) for item in have if item.ndim == 1):
        return (
            "읽은 모델의 가중치가 갓 만든 모델의 것입니다. 구조만 저장했거나, 읽은 다음 모델을 새로 만들었습니다. "
            "`model.save(path)`는 가중치까지 저장하고, `keras.saving.load_model(path)`가 준 모델이 그 모델입니다."
        )
    if same:
        return f"가중치 {len(want)}개 가운데 {len(want) - same}개가 저장한 값과 다릅니다."
    return "읽은 모델의 가중치가 하나도 저장한 값이 아닙니다."


def _other(
    network: dict[str, Any], found: dict[str, Any], challenge: Challenge, evidence: Evidence
) -> Failure:
    """다른 때에 저장한 모델을 읽었는지."""
    have = [evidence.arrays[key] for key in found["weights"]]
    for other in challenge.facts["networks"]:
        want = [challenge.arrays[name] for name in other["weights"]]
        if other is not network and len(want) == len(have):
            pairs = zip(want, have, strict=True)
            if all(a.shape == b.shape and np.allclose(a, b) for a, b in pairs):
                return (
                    "받은 `path`의 파일이 아니라 다른 때에 저장한 모델을 읽습니다.",
                    "저장할 때의 이름이나 내용을 기억해 두지 말고, 부를 때마다 받은 `path`에서 읽으세요.",
                )
    return None


def _loading(found: dict[str, Any]) -> Failure:
    kind = found.get("problem")
    if kind == "none":
        return "`load_model`이 아무것도 돌려주지 않습니다(`None`).", "`return`을 쓰세요."
    if kind == "loaded_type":
        return (
            f"`load_model`이 모델이 아니라 `{found['type']}` 객체를 돌려줍니다.",
            "`keras.saving.load_model(...)`이 만든 모델을 `return`하세요.",
        )
    if kind == "described":
        message, advice = explain(found | {"problem": "construct"}, "CustomDense")
        return f"`CustomDense`로 모델을 만들 수 없습니다. {message}", advice
    if kind == "load":
        message, advice = _raised(found, "load_model", _LOADING | _SWAPPED, problem="call")
        return f"`load_model`을 {message}", advice
    message, _ = explain(found | {"problem": "call"}, "load_model")
    return f"다시 읽은 모델을 {message}", ""


def _resumed(
    network: dict[str, Any], found: dict[str, Any], challenge: Challenge, evidence: Evidence
) -> Failure:
    trained = found["trained"]
    if trained["status"] != "seen":
        if trained["problem"] == "not_compiled":
            advice = ""
            if found.get("compiled_in_file"):
                advice = "파일에는 있습니다. 읽을 때 `compile=False`를 주지 마세요."
            elif found.get("compiled_in_file") is False:
                advice = (
                    "파일에도 없습니다. 컴파일한 모델을 그대로 `model.save(path)`로 저장하세요."
                )
            return "다시 읽은 모델에 옵티마이저가 없어서 이어서 훈련할 수 없습니다.", advice
        message, _ = explain(trained, "load_model")
        return f"한 스텝 더 훈련하니 {message}", ""
    value = _value(trained, evidence)
    own = _own_weights(network, found, challenge, evidence)
    right = _original(network, challenge, trained=True, weights=own)
    if value is not None and close(right, value, TOLERANCE):
        return None
    fresh = _original(network, challenge, trained=True, fresh=True, weights=own)
    if value is not None and close(fresh, value, TOLERANCE):
        return (
            "옵티마이저가 처음 상태로 돌아갔습니다. 모멘텀과 스텝 수를 잃었습니다.",
            "가중치만 저장하거나 읽은 뒤에 다시 `compile`하면 옵티마이저의 상태가 빠집니다. "
            "모델 전체를 저장하고 그대로 읽으세요.",
        )
    return (
        "한 스텝 더 훈련한 결과가 저장하지 않고 이어서 훈련한 것과 다릅니다.",
        _other_training(network, trained, challenge),
    )


def _other_training(network: dict[str, Any], trained: dict[str, Any], challenge: Challenge) -> str:
    """옵티마이저와 손실 가운데 저장할 때와 다른 것. 없으면 빈 문자열."""
    original = described.build(network, challenge.arrays)
    wanted = {
        "optimizer": type(original.optimizer).__name__,
        "loss": network["compile"]["loss"],
        "learning_rate": float(original.optimizer.learning_rate),
        "iterations": int(original.optimizer.iterations),
    }
    names = {
        "optimizer": "옵티마이저",
        "loss": "손실",
        "learning_rate": "학습률",
        "iterations": "스텝 수",
    }
    for key, value in wanted.items():
        have = trained.get(key)
        if key == "loss" and have is not None:
            import keras

            have = keras.losses.get(str(have)) if isinstance(have, str) else have
            value = keras.losses.get(value)
            have, value = (getattr(item, "__name__", str(item)) for item in (have, value))
        if have is None or have == value:
            continue
        if isinstance(value, float) and np.isclose(value, have, rtol=1e-5):
            continue
        shown, told = (f"{v:.4g}" if isinstance(v, float) else str(v) for v in (value, have))
        advice = f"저장할 때의 {with_particle(names[key], '은', '는')} `{shown}`인데 읽은 모델에서는 `{told}`입니다."
        again = " 읽은 뒤에 다시 `compile`하면 저장한 옵티마이저를 버립니다."
        return advice + (again if trained.get("iterations") == 0 else "")
    return ""


# ------------------------------------------------------------------ SavedModel


def _saved_model(networks: list[Any], challenge: Challenge, evidence: Evidence | None) -> _Rows:
    titles = (
        ("`path`의 폴더를 `tf.saved_model.load`로 읽습니다", 1.0),
        ("시그니처 `serving_default`가 있습니다", 1.0),
        ("`serving_default`가 모델과 같은 값을 냅니다", 2.0),
        ("배치 크기가 달라도 됩니다", 1.0),
    )
    if evidence is None:
        return [(title, points, None) for title, points in titles]
    results = evidence.facts["results"]
    loads = _first(_folder(found) for found in results)
    # A folder or a signature of another name is one mistake: what it answers is looked at all the same.
    unread = _first(_folder(found) for found in results if found["status"] != "seen")
    named = unread or _first(_signature(found) for found in results)
    unasked = unread or _first(
        _signature(found)
        for found in results
        if not found.get("calls") or len(found["inputs"]) != 1
    )
    wrong = fixed = unasked
    if not unasked:
        calls = [
            call
            for network, found in zip(networks, results, strict=True)
            for call in _served(network, found, challenge, evidence)
        ]
        # TensorFlow may accept another batch size all the same; a server need not.
        frozen = any(_frozen(found) for found in results)
        wrong = _first(failure for failure, _ in calls if failure != _FIXED)
        fixed = _FIXED if frozen else _first(failure for failure, refused in calls if refused)
    return [
        (*title, failure)
        for title, failure in zip(titles, (loads, named, wrong, fixed), strict=True)
    ]


_FIXED = (
    "배치 크기가 다른 입력을 받지 못합니다.",
    "입력의 배치 축을 `None`으로 두세요: `tf.TensorSpec((None, ...))`.",
)


def _frozen(found: dict[str, Any]) -> bool:
    return not any(shape.startswith(("(None", "<unk")) for shape, _ in found["inputs"].values())


def _folder(found: dict[str, Any]) -> Failure:
    if "misplaced" in found:
        return _no_folder(found["misplaced"])
    if found["status"] == "seen" and not found.get("nested"):
        return None
    if found.get("problem") == "call":
        return _raised(found, "export_model", _EXPORTING)
    if found.get("problem") == "no_file":
        return _no_folder(found)
    names = ", ".join(f"`{name}`" for name in found.get("found", ())) or "없음"
    if not found.get("folder"):
        return (
            "`path`가 폴더가 아니라 파일입니다. SavedModel은 폴더입니다.",
            "`model.save`는 `.keras` 파일을 만듭니다. `model.export(path)`를 쓰세요."
            if found.get("keras_file")
            else "",
        )
    advice = ""
    if found.get("nested"):
        inside = with_particle(f"`{found['nested']}`", "이", "가")
        advice = f"SavedModel은 `path` 안의 폴더 {inside} 되었습니다. `path`에 바로 내보내세요."
    return f"SavedModel이 아닙니다. 폴더에 있는 것: {names}.", advice


def _no_folder(found: dict[str, Any]) -> Failure:
    tops = dict.fromkeys(name.partition("/")[0] for name in found["found"])
    names = ", ".join(f"`{name}`" for name in tops) or "없음"
    return (
        f"`path`에 아무것도 없습니다. 그 옆에 있는 것: {names}.",
        "받은 `path`를 바꾸지 말고 그대로 쓰세요.",
    )


def _signature(found: dict[str, Any]) -> Failure:
    if "serving_default" not in found["signatures"]:
        names = ", ".join(f"`{name}`" for name in found["signatures"]) or "없음"
        return (
            f"지금 있는 시그니처: {names}.",
            "`model.export`는 저절로 만듭니다. `tf.saved_model.save`에는 "
            "`signatures={'serving_default': ...}`를 줍니다.",
        )
    if len(found["inputs"]) != 1:
        return f"입력이 하나여야 하는데 {len(found['inputs'])}개입니다.", ""
    ((name, (_, dtype)),) = found["inputs"].items()
    if dtype != "float32":
        said = with_particle(f"`{name}`", "은", "는")
        return f"입력 {said} `float32`여야 하는데 `{dtype}`입니다.", ""
    return None


def _served(
    network: dict[str, Any], found: dict[str, Any], challenge: Challenge, evidence: Evidence
) -> list[tuple[Failure, bool]]:
    """배치 크기마다 (무엇이 다른지, 그 크기의 배치를 받지 못했는지)."""
    ((_, dtype),) = found["inputs"].values()
    original = _original(network, challenge, dtype=dtype)
    pairs = zip(network["batches"], found["calls"], strict=True)
    return [_served_once(network, found, original[:size], call, evidence) for size, call in pairs]


def _served_once(
    network: dict[str, Any],
    found: dict[str, Any],
    wanted: np.ndarray,
    call: dict[str, Any],
    evidence: Evidence,
) -> tuple[Failure, bool]:
    if call["status"] != "seen":
        if _frozen(found):
            return _FIXED, True
        message, _ = explain(call, "serving_default")
        return (message, _not_kept(network, found)), True
    value = _value(call, evidence)
    if value is None:
        return (f"출력이 하나여야 하는데 {len(call['outputs'])}개입니다.", ""), False
    if value.shape != wanted.shape:
        message = f"출력 모양이 `{wanted.shape}`이어야 하는데 `{value.shape}`입니다."
        return (message, ""), value.shape[:1] != wanted.shape[:1]
    if close(wanted, value, TOLERANCE):
        return None, False
    if found.get("steady") is False:
        return (
            "같은 입력에도 부를 때마다 값이 다릅니다. 드롭아웃이 일하는 훈련 모드입니다.",
            "추론 모드(`training=False`)로 내보내세요.",
        ), False
    if close(wanted, _softmax(value), TOLERANCE):
        return ("마지막 `softmax`를 거치지 않은 값을 냅니다.", ""), False
    return ("모델과 다른 값을 냅니다.", _not_kept(network, found)), False


def _not_kept(network: dict[str, Any], found: dict[str, Any]) -> str:
    """파일의 변수에 받은 모델의 가중치가 없으면 그 말."""
    kept = found.get("kept")
    if kept is None or kept == len(network["weights"]):
        return ""
    total = len(network["weights"])
    told = f"{total}개 가운데 {kept}개만 파일에 있습니다" if kept else "파일에 없습니다"
    return f"받은 `model`의 가중치가 {told}. 다른 모델이 아니라 받은 `model`을 내보내세요."


def _softmax(value: np.ndarray) -> np.ndarray:
    powers = np.exp(value - value.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


# ------------------------------------------------------------------ LiteRT


def _lite(networks: list[Any], challenge: Challenge, evidence: Evidence | None) -> _Rows:
    titles = (
        ("LiteRT가 읽는 바이트를 돌려줍니다", 1.0),
        ("입력과 출력이 `float32`입니다", 1.0),
        ("크기가 float32 가중치의 절반보다 작습니다", 2.0),
        ("원래 모델과 가까운 값을 냅니다", 2.0),
    )
    if evidence is None:
        return [(title, points, None) for title, points in titles]
    results = evidence.facts["results"]
    read = _first(_readable(found) for found in results)
    pairs = list(zip(networks, results, strict=True))
    failures = (
        read,
        read or _first(_dtypes(found) for found in results),
        read or _first(_size(network, found, challenge) for network, found in pairs),
        read or _first(_near(network, found, challenge, evidence) for network, found in pairs),
    )
    return [(*title, failure) for title, failure in zip(titles, failures, strict=True)]


def _readable(found: dict[str, Any]) -> Failure:
    if found["status"] == "seen":
        return None
    kind = found["problem"]
    if kind == "none":
        return "아무것도 돌려주지 않습니다(`None`).", "`return`을 쓰세요."
    if kind == "not_bytes":
        return (
            f"바이트가 아니라 {with_particle('`' + found['type'] + '`', '을', '를')} 돌려줍니다.",
            "`converter.convert()`의 결과가 바이트입니다. 파일이면 `read_bytes()`로 읽으세요.",
        )
    if kind == "not_lite":
        return (
            f"LiteRT의 파일이 아닙니다({found['size']:,}바이트).",
            "`tf.lite.TFLiteConverter`로 변환한 바이트를 그대로 돌려주세요.",
        )
    if kind == "call":
        return _raised(found, "to_lite", {})
    if kind == "broken_lite":
        return (
            f"LiteRT의 파일이 온전하지 않습니다({found['size']:,}바이트).",
            "변환한 바이트를 자르거나 바꾸지 말고 그대로 돌려주세요.",
        )
    message, _ = explain(found | {"problem": "call"}, "to_lite")
    missing = any(
        sign in str(found.get("message")) for sign in ("Select TensorFlow op", "custom op")
    )
    return f"인터프리터로 {message}", "LiteRT에 없는 연산이 들어 있습니다." if missing else ""


def _dtypes(found: dict[str, Any]) -> Failure:
    if found["counts"] != [1, 1]:
        return "입력과 출력이 하나씩이어야 합니다.", ""
    for what, dtype in zip(("입력", "출력"), found["dtypes"], strict=True):
        if dtype != "float32":
            return (
                f"{with_particle(what, '이', '가')} `{dtype}`입니다.",
                "`inference_input_type`과 `inference_output_type`을 정하지 않으면 `float32`입니다.",
            )
    return None


def _size(network: dict[str, Any], found: dict[str, Any], challenge: Challenge) -> Failure:
    weights = sum(4 * challenge.arrays[name].size for name in network["weights"])
    share = found["size"] / weights
    if share < LITE_SHARE:
        return None
    sizes = found.get("bytes", {})
    advice = ""
    if sizes.get("float16", 0) > 0.9 * sum(sizes.values()):
        advice = (
            "가중치를 16비트로 줄이면 절반이고, 나머지 정보 때문에 절반을 조금 넘습니다. "
            "8비트로 줄이세요: `target_spec.supported_types`를 정하지 마세요."
        )
    elif sizes and not sizes["int8"] and not sizes["float16"]:
        advice = "양자화하지 않았습니다: `converter.optimizations = [tf.lite.Optimize.DEFAULT]`."
    return f"가중치 {weights:,}바이트의 {share:.0%}인 {found['size']:,}바이트입니다.", advice


def _near(
    network: dict[str, Any], found: dict[str, Any], challenge: Challenge, evidence: Evidence
) -> Failure:
    value = _value(found, evidence)
    wanted = _original(network, challenge)
    if value is None or value.shape != wanted.shape:
        return "출력 모양이 원래 모델과 다릅니다.", _foreign(found)
    if not np.all(np.isfinite(value.astype("float64"))):
        return "출력에 `NaN`이나 무한대가 있습니다.", ""
    error = lite_error(wanted, value)
    if error < LITE_TOLERANCE:
        return None
    return (
        f"원래 모델과 너무 다릅니다. 오차가 출력의 표준편차의 {error:.0%}입니다.",
        _foreign(found) or _other_range(found),
    )


def _foreign(found: dict[str, Any]) -> str:
    """파일에 받은 모델의 가중치가 하나도 없으면 그 말."""
    if found.get("kept") == 0:
        return "파일에 받은 `model`의 가중치가 없습니다. 새로 만든 모델이 아니라 받은 `model`을 변환하세요."
    return ""


def _other_range(found: dict[str, Any]) -> str:
    """입력을 8비트로 바꾸는 범위가 [0, 1]과 다르면 그 말."""
    if found.get("range") is None:
        return ""
    low, high = found["range"]
    if low <= 0.1 and high >= 0.9 and high - low <= 4:
        return ""
    return (
        f"대표 데이터에서 잰 입력의 범위가 [{low:.3g}, {high:.3g}]입니다. 모델이 받을 입력과 같은 "
        "[0, 1]의 이미지를 `representative_dataset`으로 주세요."
    )


def lite_error(wanted: np.ndarray, value: np.ndarray) -> float:
    """출력 오차의 RMS를 출력의 표준편차로 나눈 값."""
    spread = float(np.std(wanted)) or 1.0
    return float(np.sqrt(np.mean((value - wanted) ** 2))) / spread
