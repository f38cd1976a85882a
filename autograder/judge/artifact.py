"""저장하고 내보낸 파일의 판정: 같은 모델을 여기에서 만들어, 파일이 낸 답과 비교합니다."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import ArtifactExercise
from autograder.judge.compare import close
from autograder.judge.problems import explain
from autograder.korean import with_particle
from autograder.observe import described
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

TOLERANCE = 1e-3
"""출력의 크기에 견준 오차의 한계. 저장했다 읽은 모델의 float32 오차는 1e-6쯤입니다."""
LITE_TOLERANCE = 0.1
"""양자화한 모델의 출력 오차(RMS)를 출력이 퍼진 정도로 나눈 값의 한계. 8비트의 오차는 0.01쯤입니다."""
LITE_SHARE = 0.5
"""float32 가중치의 크기에 견준 파일의 크기."""

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
            again = f"{title}: 위와 같은 까닭으로 확인하지 못했습니다."
            result.append(Item(title, points, 0, again))
        else:
            told.append(failure)
            result.append(Item(title, points, 0, f"{title}: {failure[0]}", failure[1]))
    return result


def _unseen(facts: dict[str, Any], name: str) -> tuple[str, str]:
    if facts.get("problem") == "not_written":
        return f"{with_particle(f'`{name}`', '을', '를')} 아직 쓰지 않았습니다.", ""
    return explain(facts, name)


_Rows = list[tuple[str, float, Failure]]


def _first(failures: Any) -> Failure:
    return next((failure for failure in failures if failure), None)


def _original(
    network: dict[str, Any], challenge: Challenge, *, trained: bool = False, fresh: bool = False
) -> np.ndarray:
    """원래 모델의 출력. `trained`면 한 스텝 더 훈련한 뒤, `fresh`면 옵티마이저를 새로 만들어서."""
    model = described.build(network, challenge.arrays)
    x = challenge.arrays[network["x"]]
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
    pairs = list(zip(networks, results, custom, strict=True))
    answers = [_answer(network, found, challenge, evidence) for network, found, _ in pairs]
    failures = (
        _first(_file(found) for found in results),
        _first(bad for bad, own in zip(answers, custom, strict=True) if not own),
        _first(bad for bad, own in zip(answers, custom, strict=True) if own),
        _first(
            bad or _resumed(network, found, challenge, evidence)
            for (network, found, _), bad in zip(pairs, answers, strict=True)
            if "compile" in network
        ),
    )
    return [(*title, failure) for title, failure in zip(titles, failures, strict=True)]


def _file(found: dict[str, Any]) -> Failure:
    if found["status"] == "seen" or found.get("problem") not in ("call", "no_file"):
        return None
    if found["problem"] == "call":
        return explain(found, "save_model")
    names = ", ".join(f"`{name}`" for name in found["found"])
    if found["folder"]:
        return (
            "`path`에 있는 것이 파일 하나가 아니라 폴더입니다.",
            "`path`는 파일의 이름입니다. 폴더를 만들지 말고 `path`에 바로 저장하세요.",
        )
    return (
        f"`path`에 파일이 없습니다. 그 폴더에 있는 것: {names or '없음'}.",
        "받은 `path`를 바꾸지 말고 그대로 쓰세요. 이미 `.keras`로 끝납니다.",
    )


_LOADING = {
    "Could not locate class": "등록하지 않은 클래스는 이름만으로 찾지 못합니다. "
    "`custom_objects={'CustomDense': CustomDense}`로 알려 주거나 클래스를 등록하세요.",
    "could not be deserialized properly": "등록하지 않은 클래스는 이름만으로 찾지 못합니다. "
    "`custom_objects={'CustomDense': CustomDense}`로 알려 주거나 클래스를 등록하세요.",
    "No such file": "`load_model`은 받은 `path`만 보고 읽어야 합니다. 파일은 다른 곳으로 옮겨졌을 수 있습니다.",
    "not found": "`load_model`은 받은 `path`만 보고 읽어야 합니다. 파일은 다른 곳으로 옮겨졌을 수 있습니다.",
    "KeyError": "저장할 때 변수에 적어 둔 것이 아니라, 파일에서 읽어야 합니다.",
}


def _answer(
    network: dict[str, Any], found: dict[str, Any], challenge: Challenge, evidence: Evidence
) -> Failure:
    """다시 읽은 모델이 원래 모델과 다르면 무엇이 다른지."""
    if found["status"] != "seen":
        return _file(found) or _loading(found)
    if found["same_object"]:
        return (
            "`load_model`이 저장할 때의 모델을 그대로 돌려줍니다.",
            "파이썬의 변수가 아니라 `path`의 파일에서 읽으세요.",
        )
    value = _value(found, evidence)
    wanted = _original(network, challenge)
    if value is None or value.shape != wanted.shape:
        return "다시 읽은 모델의 출력 모양이 다릅니다.", "모델 전체를 저장했는지 보세요."
    if close(wanted, value, TOLERANCE):
        return None
    scrambled = described.build(network, challenge.arrays)
    described.scramble(scrambled)
    if close(described.predict(scrambled, challenge.arrays[network["x"]]), value, TOLERANCE):
        return (
            "저장한 뒤에 원래 모델의 가중치를 바꾸었더니 다시 읽은 모델도 바뀌었습니다.",
            "파이썬의 변수에 담아 둔 모델이 아니라 `path`의 파일에서 읽으세요.",
        )
    return (
        "저장한 모델과 다른 값을 냅니다.",
        "구조만 저장하고 가중치를 빠뜨리지 않았는지, 저장한 그 파일을 읽는지 보세요.",
    )


def _loading(found: dict[str, Any]) -> Failure:
    kind = found.get("problem")
    if kind == "none":
        return "`load_model`이 아무것도 돌려주지 않습니다(`None`).", "`return`을 쓰세요."
    if kind == "loaded_type":
        return f"`load_model`이 모델이 아니라 `{found['type']}` 객체를 돌려줍니다.", ""
    if kind == "described":
        message, advice = explain(found | {"problem": "construct"}, "CustomDense")
        return f"`CustomDense`로 모델을 만들 수 없습니다. {message}", advice
    message, advice = explain(found | {"problem": "call"}, "load_model")
    told = f"{found.get('error', '')}: {found.get('message', '')}"
    said = next((text for sign, text in _LOADING.items() if sign in told), advice)
    where = "`load_model`을 " if kind == "load" else "다시 읽은 모델을 "
    return where + message, said


def _resumed(
    network: dict[str, Any], found: dict[str, Any], challenge: Challenge, evidence: Evidence
) -> Failure:
    trained = found["trained"]
    if trained["status"] != "seen":
        if trained["problem"] == "not_compiled":
            return (
                "다시 읽은 모델에 옵티마이저가 없어서 이어서 훈련할 수 없습니다.",
                "`compile=False`로 읽지 않았는지, 모델 전체를 저장했는지 보세요.",
            )
        message, advice = explain(trained, "load_model")
        return f"한 스텝 더 훈련하니 {message}", advice
    value = _value(trained, evidence)
    if value is not None and close(_original(network, challenge, trained=True), value, TOLERANCE):
        return None
    fresh = _original(network, challenge, trained=True, fresh=True)
    if value is not None and close(fresh, value, TOLERANCE):
        return (
            "옵티마이저가 처음 상태로 돌아갔습니다. 모멘텀과 스텝 수를 잃었습니다.",
            "가중치만 저장하면 옵티마이저의 상태가 빠집니다. 모델 전체를 저장하세요.",
        )
    return (
        "한 스텝 더 훈련한 결과가 저장하지 않고 이어서 훈련한 것과 다릅니다.",
        "손실, 옵티마이저의 설정과 상태가 모두 파일에 있는지 보세요.",
    )


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
    named = loads or _first(_signature(found) for found in results)
    wrong = fixed = named
    if not named:
        calls = [
            _served(network, found, number, challenge, evidence)
            for network, found in zip(networks, results, strict=True)
            for number in range(len(network["batches"]))
        ]
        # TensorFlow may accept another batch size all the same; a server need not.
        fixed = _FIXED if any(_frozen(found) for found in results) else _first(calls)
        wrong = _first(failure for failure in calls if failure != _FIXED)
        if all(calls):
            wrong = calls[0]
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
    if found["status"] == "seen":
        return None
    if found["problem"] == "call":
        return explain(found, "export_model")
    names = ", ".join(f"`{name}`" for name in found.get("found", ())) or "없음"
    if found["problem"] == "no_file":
        return (
            f"`path`에 아무것도 없습니다. 그 옆에 있는 것: {names}.",
            "받은 `path`를 바꾸지 말고 그대로 쓰세요.",
        )
    if not found.get("folder"):
        return (
            "`path`가 폴더가 아니라 파일입니다. SavedModel은 폴더입니다.",
            "`model.save`가 아니라 `model.export`를 쓰세요.",
        )
    return f"SavedModel이 아닙니다. 폴더에 있는 것: {names}.", "`model.export(path)`를 보세요."


def _signature(found: dict[str, Any]) -> Failure:
    if "serving_default" not in found["signatures"]:
        names = ", ".join(f"`{name}`" for name in found["signatures"]) or "없음"
        return (
            f"지금 있는 시그니처: {names}.",
            "`model.export`가 만들어 줍니다. `tf.saved_model.save`를 쓴다면 "
            "`signatures={'serving_default': ...}`를 주세요.",
        )
    if len(found["inputs"]) != 1:
        return f"입력이 하나여야 하는데 {len(found['inputs'])}개입니다.", ""
    ((name, (_, dtype)),) = found["inputs"].items()
    if dtype != "float32":
        said = with_particle(f"`{name}`", "은", "는")
        return f"입력 {said} `float32`여야 하는데 `{dtype}`입니다.", ""
    return None


def _served(
    network: dict[str, Any],
    found: dict[str, Any],
    number: int,
    challenge: Challenge,
    evidence: Evidence,
) -> Failure:
    call = found["calls"][number]
    size = network["batches"][number]
    if call["status"] != "seen":
        if _frozen(found):
            return _FIXED
        message, advice = explain(call, "serving_default")
        return message, advice or "받은 `model`을 내보냈는지 보세요."
    value = _value(call, evidence)
    wanted = _original(network, challenge)[:size]
    if value is None:
        return f"출력이 하나여야 하는데 {len(call['outputs'])}개입니다.", ""
    if value.shape != wanted.shape:
        return f"출력 모양이 `{wanted.shape}`이어야 하는데 `{value.shape}`입니다.", ""
    if close(wanted, value, TOLERANCE):
        return None
    return (
        "모델과 다른 값을 냅니다.",
        "추론 모드(`training=False`)로 내보냈는지, 받은 `model`을 내보냈는지 보세요.",
    )


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
        return explain(found, "to_lite")
    if kind == "broken_lite":
        return (
            f"LiteRT의 파일이 온전하지 않습니다({found['size']:,}바이트).",
            "변환한 바이트를 자르거나 바꾸지 말고 그대로 돌려주세요.",
        )
    message, _ = explain(found | {"problem": "call"}, "to_lite")
    return f"인터프리터로 {message}", "LiteRT에 없는 연산을 쓰지 않았는지 보세요."


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
    if share < 0.75:
        advice = (
            "가중치를 16비트로 줄이면 절반이고, 나머지 정보 때문에 절반을 조금 넘습니다. "
            "8비트로 줄이세요: `target_spec.supported_types`를 정하지 마세요."
        )
    else:
        advice = "양자화하지 않았습니다: `converter.optimizations = [tf.lite.Optimize.DEFAULT]`."
    return f"가중치 {weights:,}바이트의 {share:.0%}인 {found['size']:,}바이트입니다.", advice


def _near(
    network: dict[str, Any], found: dict[str, Any], challenge: Challenge, evidence: Evidence
) -> Failure:
    value = _value(found, evidence)
    wanted = _original(network, challenge)
    if value is None or value.shape != wanted.shape:
        return "출력 모양이 원래 모델과 다릅니다.", "받은 `model`을 그대로 변환했는지 보세요."
    if not np.all(np.isfinite(value.astype("float64"))):
        return "출력에 `NaN`이나 무한대가 있습니다.", ""
    error = lite_error(wanted, value)
    if error < LITE_TOLERANCE:
        return None
    return (
        f"원래 모델과 너무 다릅니다. 오차가 출력이 퍼진 정도의 {error:.0%}입니다.",
        "받은 `model`을 그대로 변환했는지 보세요. 8비트 양자화의 오차는 보통 2 % 안쪽입니다.",
    )


def lite_error(wanted: np.ndarray, value: np.ndarray) -> float:
    """출력 오차의 RMS를 출력의 표준편차로 나눈 값."""
    spread = float(np.std(wanted)) or 1.0
    return float(np.sqrt(np.mean((value - wanted) ** 2))) / spread
