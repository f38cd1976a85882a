"""`artifact` 관찰: 학습자의 함수로 모델을 파일로 내보내고, 그 파일만 가지고 다시 읽어 물어봅니다.

여기 없는 것: 물음을 만드는 일(`kinds.artifact`), 판정(`judge.artifact`), 모델의 설명(`observe.described`).

저장한 것은 다른 폴더로 옮기고, 원래 모델의 가중치를 바꾸고, 저장하는 동안 등록된 클래스를 지운 뒤에 읽습니다.
그래서 파일에 담기지 않은 것은 되살아나지 않습니다.

Challenge의 `facts`
- `form`: `"keras"`(저장과 읽기), `"savedmodel"`, `"lite"`
- `subjects`: 학습자가 정의한 함수의 이름들(`"keras"`면 저장, 읽기 순서)
- `networks`: 모델의 설명들(`described` 참고). `x`, `y`는 물어볼 입력과 훈련할 타깃의 배열 이름,
  `batches`는 물어볼 배치 크기들
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import os
import re
import shutil
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.observe import described, structure
from autograder.observe.layer.in_use import moved
from autograder.observe.problems import not_callable, problem
from autograder.protocol import Challenge, Evidence

LISTED = 8
"""폴더에 무엇이 있는지 적을 때의 최대 개수."""
MOST_WEIGHTS = 100_000
"""다시 읽은 모델의 가중치를 적어 둘 수 있는 최대 크기. 물어본 모델은 그보다 훨씬 작습니다."""


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """함수들을 부르고, 만들어진 것을 다시 읽어 적습니다."""
    functions = [subject.get(name) for name in challenge.facts["subjects"]]
    arrays: dict[str, np.ndarray] = {}
    for name, function in zip(challenge.facts["subjects"], functions, strict=True):
        if function is Ellipsis:
            facts = problem("not_written", subject=name)
            return Evidence(challenge.exercise, challenge.kind, facts)
        if missing := not_callable(function):
            facts = missing | {"subject": name}
            return Evidence(challenge.exercise, challenge.kind, facts)
    with tempfile.TemporaryDirectory() as place:
        look = {"keras": _round_trip, "savedmodel": _saved_models, "lite": _lite_models}
        with _registered_as_before(), described.plain_settings():
            results = look[challenge.facts["form"]](challenge, functions, Path(place), arrays)
        results = [_without(f"{place}{os.sep}", record) for record in results]
    facts = {"status": "seen", "results": results}
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def _failed_call(error: BaseException, kind: str = "call") -> dict[str, Any]:
    """부르다가 난 오류. 그래프의 오류는 첫 줄이 아니라 연산의 이름 바로 앞 줄에 이유가 있습니다.

    읽다가 난 오류는 긴 설정 다음에 이유를 적습니다.
    """
    record = problem(kind, error)
    causes = re.findall(r"^Exception encountered: (.+)$", str(error), re.M)
    if causes:
        record["message"] = causes[-1].partition(" Full object config")[0][:600]
    reason = re.search(r"^(.+)\n\s*\[\[\{\{node", str(error), re.M)
    if reason and str(error).startswith("Graph execution error"):
        record["message"] = reason[1][:600]
    return record


def _without(place: str, record: Any) -> Any:
    """기록에서 임시 폴더의 이름을 지웁니다. 실행할 때마다 다른 이름이라서입니다."""
    if isinstance(record, dict):
        return {key: _without(place, value) for key, value in record.items()}
    return record.replace(place, "") if isinstance(record, str) else record


# ------------------------------------------------------------------ save and load


def _round_trip(
    challenge: Challenge, functions: list[Any], folder: Path, arrays: dict[str, np.ndarray]
) -> list[dict[str, Any]]:
    save, load = functions
    classes = {name: _class_near(functions, name) for name in described.OWN_CLASSES}
    results: list[dict[str, Any]] = []
    originals = []
    with _registered_as_before(), contextlib.ExitStack() as elsewhere:
        # 예전 케라스는 등록하지 않은 클래스도 모듈의 이름으로 찾아 읽습니다. 다른 파이썬에는 그 모듈이 없습니다.
        for kind in filter(inspect.isclass, set(classes.values())):
            elsewhere.enter_context(moved(kind))
        for number, network in enumerate(challenge.facts["networks"]):
            try:
                model = described.build(network, challenge.arrays, classes)
            except Exception as error:  # noqa: BLE001 - the class may be the learner's own
                results.append(problem("described", error))
                continue
            originals.append(model)
            results.append(_written(save, model, folder, f"{number}", "model.keras"))
            described.scramble(model)
    loaded = {}
    for number in reversed(range(len(results))):
        if results[number]["status"] != "seen":
            continue
        try:
            with described.plain_settings():
                loaded[number] = load(str(folder / f"moved{number}" / "other.keras"))
        except Exception as error:  # noqa: BLE001 - the learner's function raises anything
            results[number] |= _failed_call(error, "load")
    for number, model in loaded.items():
        network = challenge.facts["networks"][number]
        same = any(model is original for original in originals)
        results[number] |= {"same_object": same} | _answers(
            f"{number}", model, network, challenge, arrays
        )
    return results


def _answers(
    name: str,
    model: Any,
    network: dict[str, Any],
    challenge: Challenge,
    arrays: dict[str, np.ndarray],
) -> dict[str, Any]:
    if not callable(model) or isinstance(model, type):
        kind = "none" if model is None else "loaded_type"
        return problem(kind, type=type(model).__name__)
    x = challenge.arrays[network["x"]]
    record: dict[str, Any] = {"model": isinstance(model, keras.Model)}
    record["weights"] = _weights(name, model, arrays)
    try:
        record["outputs"] = structure.collect(name, model(x, training=False), arrays)
    except Exception as error:  # noqa: BLE001
        return record | _failed_call(error, "answer")
    if "compile" in network:
        record["trained"] = _trained(name, model, network, challenge, arrays)
    return record


def _weights(name: str, model: Any, arrays: dict[str, np.ndarray]) -> list[str]:
    """다시 읽은 모델의 가중치를 담은 배열의 이름들. 너무 크거나 볼 수 없으면 빈 목록."""
    try:
        values = [np.asarray(value) for value in model.get_weights()]
    except Exception:  # noqa: BLE001 - a callable that is no model
        return []
    if sum(value.size for value in values) > MOST_WEIGHTS:
        return []
    keys = [f"{name}/weights/{index}" for index in range(len(values))]
    arrays.update(zip(keys, values, strict=True))
    return keys


def _training(model: Any) -> dict[str, Any]:
    """다시 읽은 모델의 옵티마이저의 종류, 학습률, 스텝 수와 손실. 알 수 없는 것은 뺍니다."""
    record: dict[str, Any] = {"optimizer": type(model.optimizer).__name__}
    with contextlib.suppress(Exception):
        record["learning_rate"] = float(model.optimizer.learning_rate)
    with contextlib.suppress(Exception):
        record["iterations"] = int(model.optimizer.iterations)
    with contextlib.suppress(Exception):
        loss = model.loss
        record["loss"] = loss if isinstance(loss, str) else getattr(loss, "name", None)
    return record


def _trained(
    name: str,
    model: Any,
    network: dict[str, Any],
    challenge: Challenge,
    arrays: dict[str, np.ndarray],
) -> dict[str, Any]:
    if getattr(model, "optimizer", None) is None:
        return problem("not_compiled")
    x = challenge.arrays[network["x"]]
    known = _training(model)
    try:
        described.train_once(model, x, challenge.arrays[network["y"]])
        outputs = structure.collect(f"{name}/after", model(x, training=False), arrays)
    except Exception as error:  # noqa: BLE001
        return _failed_call(error)
    return {"status": "seen", "outputs": outputs} | known


def _written(save: Any, model: Any, folder: Path, name: str, file: str) -> dict[str, Any]:
    """`save(model, path)`을 부르고, 만들어진 것을 다른 이름의 폴더로 옮깁니다."""
    place = folder / name
    place.mkdir()
    path = place / file
    try:
        with described.plain_settings():
            save(model, str(path))
    except Exception as error:  # noqa: BLE001
        return _failed_call(error)
    record: dict[str, Any] = {"status": "seen"}
    made = path
    if not (path.is_file() or (path.is_dir() and not path.suffix)):
        found = sorted(str(item.relative_to(place)) for item in place.rglob("*"))
        missing: dict[str, Any] = {"found": found[:LISTED], "wanted": file, "folder": path.is_dir()}
        # 이름에 무엇을 덧붙였을 뿐이면, 그렇게 쓰는 함수로서 되는지는 이어서 봅니다.
        beside = [item for item in place.iterdir() if item.name.startswith(file)]
        if len(beside) != 1 or path.exists() or beside[0].is_dir() != (not path.suffix):
            return problem("no_file", **missing)
        (made,) = beside
        record["misplaced"] = missing
    if made.is_file():
        record["keras_file"] = zipfile.is_zipfile(made)
        record["compiled_in_file"] = _compiled_in(made)
    moved = folder / f"moved{name}"
    moved.mkdir()
    shutil.move(made, moved / ("other" + path.suffix + made.name.removeprefix(file)))
    shutil.rmtree(place)
    return record


def _compiled_in(path: Path) -> bool | None:
    """`.keras` 파일에 컴파일한 설정이 있는지. 그런 파일이 아니면 None."""
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(json.loads(archive.read("config.json")).get("compile_config"))
    except Exception:  # noqa: BLE001 - the learner may write any bytes
        return None


@contextlib.contextmanager
def _registered_as_before() -> Iterator[None]:
    """안에서 등록된 사용자 정의 클래스를 나올 때 지웁니다."""
    registry = keras.saving.get_custom_objects()
    before = dict(registry)
    try:
        yield
    finally:
        registry.clear()
        registry.update(before)


def _class_near(functions: list[Any], name: str) -> Any:
    """학습자의 함수에서 보이는 그 이름의 층. 없으면 강좌의 것."""
    for function in functions:
        while isinstance(function, functools.partial):
            function = function.func
        function = inspect.unwrap(getattr(function, "__func__", function))
        seen = dict(getattr(function, "__globals__", {}))
        code, cells = getattr(function, "__code__", None), getattr(function, "__closure__", None)
        with contextlib.suppress(ValueError):  # an empty cell
            seen |= {
                key: cell.cell_contents
                for key, cell in zip(code.co_freevars if code else (), cells or (), strict=True)
            }
        if _is_layer(seen.get(name)):
            return seen[name]
    shared = [
        item
        for key, item in keras.saving.get_custom_objects().items()
        if key.rpartition(">")[2] == name
    ]
    here = [getattr(sys.modules.get("__main__"), name, None), *shared]
    return next((item for item in here if _is_layer(item)), described.OWN_CLASSES[name])


def _is_layer(item: Any) -> bool:
    return inspect.isclass(item) and issubclass(item, keras.layers.Layer)


# ------------------------------------------------------------------ SavedModel


def _saved_models(
    challenge: Challenge, functions: list[Any], folder: Path, arrays: dict[str, np.ndarray]
) -> list[dict[str, Any]]:
    results = []
    for number, network in enumerate(challenge.facts["networks"]):
        model = described.build(network, challenge.arrays)
        record = _written(functions[0], model, folder, f"{number}", "exported")
        if record["status"] == "seen":
            described.scramble(model)
            (place,) = (folder / f"moved{number}").iterdir()
            record |= _served(f"{number}", place, network, challenge, arrays)
        results.append(record)
    return results


def _served(
    name: str,
    place: Path,
    network: dict[str, Any],
    challenge: Challenge,
    arrays: dict[str, np.ndarray],
) -> dict[str, Any]:
    inside = place.iterdir() if place.is_dir() else iter(())
    facts: dict[str, Any] = {"folder": place.is_dir()}
    facts["found"] = sorted(item.name for item in inside)[:LISTED]
    deeper = [item.parent for item in place.rglob("saved_model.pb")]
    if len(deeper) == 1 and deeper[0] != place:
        # 한 단계 아래에 만들었으면 그것이 되는지는 이어서 봅니다.
        facts["nested"] = str(deeper[0].relative_to(place))
        (place,) = deeper
    try:
        restored = tf.saved_model.load(str(place))
        signatures = restored.signatures
    except Exception as error:  # noqa: BLE001 - TensorFlow raises many kinds
        return problem("not_saved_model", error, **facts)
    record: dict[str, Any] = facts | {"status": "seen", "signatures": sorted(signatures)[:LISTED]}
    record["kept"] = _kept_variables(place, network, challenge)
    # 이름이 다른 시그니처도 하나뿐이면 그것에 물어봅니다.
    named = "serving_default" if "serving_default" in signatures else next(iter(signatures), None)
    if named is None or (named != "serving_default" and len(signatures) > 1):
        return record
    serve = signatures[named]
    specs = serve.structured_input_signature[1]
    record["inputs"] = {key: [str(spec.shape), spec.dtype.name] for key, spec in specs.items()}
    record["calls"] = []
    for size in network["batches"]:
        x = tf.convert_to_tensor(challenge.arrays[network["x"]][:size])
        try:
            outputs = serve(**{key: tf.cast(x, spec.dtype) for key, spec in specs.items()})
            key = f"{name}/{size}"
            record["calls"].append(
                {"status": "seen", "outputs": structure.collect(key, dict(outputs), arrays)}
            )
            record["steady"] = _steady(serve, specs, x)
        except Exception as error:  # noqa: BLE001
            record["calls"].append(_failed_call(error))
    return record


def _steady(serve: Any, specs: dict[str, Any], x: Any) -> bool:
    """같은 입력에 같은 값을 내는지. 드롭아웃이 일하면 부를 때마다 다릅니다."""
    one, two = (
        serve(**{key: tf.cast(x, spec.dtype) for key, spec in specs.items()}) for _ in range(2)
    )
    return all(np.array_equal(one[key], two[key], equal_nan=True) for key in one)


def _kept_variables(place: Path, network: dict[str, Any], challenge: Challenge) -> int | None:
    """받은 모델의 가중치 가운데 몇 개가 SavedModel의 변수에 있는지. 변수를 읽을 수 없으면 None."""
    try:
        reader = tf.train.load_checkpoint(str(place / "variables" / "variables"))
        shapes = reader.get_variable_to_shape_map()
        asked = [challenge.arrays[name] for name in network["weights"]]
        wanted = {item.shape for item in asked}
        values = [reader.get_tensor(key) for key in shapes if tuple(shapes[key]) in wanted]
    except Exception:  # noqa: BLE001 - the learner may write any file
        return None
    return sum(any(np.array_equal(item, value) for value in values) for item in asked)


# ------------------------------------------------------------------ LiteRT


def _lite_models(
    challenge: Challenge, functions: list[Any], folder: Path, arrays: dict[str, np.ndarray]
) -> list[dict[str, Any]]:
    results = []
    for number, network in enumerate(challenge.facts["networks"]):
        model = described.build(network, challenge.arrays)
        try:
            made = functions[0](model)
        except Exception as error:  # noqa: BLE001
            results.append(_failed_call(error))
            continue
        results.append(_interpreted(f"{number}", made, network, challenge, arrays))
    return results


def _interpreted(
    name: str,
    made: Any,
    network: dict[str, Any],
    challenge: Challenge,
    arrays: dict[str, np.ndarray],
) -> dict[str, Any]:
    if made is None or not isinstance(made, (bytes, bytearray, memoryview)):
        kind = "none" if made is None else "not_bytes"
        return problem(kind, type=type(made).__name__)
    content = bytes(made)
    if content[4:8] != b"TFL3":
        return problem("not_lite", size=len(content))
    parsed = _parsed(content)
    if parsed is None:
        return problem("broken_lite", size=len(content))
    record: dict[str, Any] = {"status": "seen", "size": len(content)}
    with contextlib.suppress(Exception):
        record |= _inside_lite(parsed, network, challenge)
    try:
        interpreter = interpreter_for(content)
        given, answer = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        record["dtypes"] = [np.dtype(each["dtype"]).name for each in (given, answer)]
        record["counts"] = [
            len(interpreter.get_input_details()),
            len(interpreter.get_output_details()),
        ]
        x = _coded(challenge.arrays[network["x"]], given)
        interpreter.resize_tensor_input(given["index"], [1, *x.shape[1:]])
        interpreter.allocate_tensors()
        outputs = []
        for row in x:
            interpreter.set_tensor(given["index"], row[None])
            interpreter.invoke()
            outputs.append(_decoded(interpreter.get_tensor(answer["index"])[0], answer))
        record["outputs"] = structure.collect(name, np.stack(outputs), arrays)
    except Exception as error:  # noqa: BLE001
        return problem("interpreter", error, size=len(content))
    return record


def _coded(x: np.ndarray, details: dict[str, Any]) -> np.ndarray:
    """모델이 받는 자료형의 입력. 정수를 받으면 양자화한 값입니다."""
    scale, zero = details["quantization"]
    kind = np.dtype(details["dtype"])
    if kind.kind not in "iu" or not scale:
        return x.astype(kind)
    limits = np.iinfo(kind)
    return np.clip(np.round(x / scale + zero), limits.min, limits.max).astype(kind)


def _decoded(value: np.ndarray, details: dict[str, Any]) -> np.ndarray:
    """출력이 뜻하는 실수."""
    scale, zero = details["quantization"]
    if np.dtype(details["dtype"]).kind not in "iu" or not scale:
        return value
    return ((value.astype("float32") - zero) * scale).astype("float32")


def _parsed(content: bytes) -> Any:
    """파이썬으로 끝까지 읽은 파일. 읽을 수 없으면 None.

    인터프리터는 C++에서 잘린 곳 너머를 읽다가 커널을 죽이기도 합니다.
    """
    from tensorflow.lite.tools import flatbuffer_utils

    try:
        return flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    except Exception:  # noqa: BLE001 - 읽는 쪽이 던지는 예외는 자리마다 다릅니다
        return None


_LITE_TYPES = {0: "float32", 1: "float16", 9: "int8"}


def _inside_lite(parsed: Any, network: dict[str, Any], challenge: Challenge) -> dict[str, Any]:
    """파일 안의 상수가 자료형마다 몇 바이트인지, 입력을 8비트로 바꾸는 범위,

    받은 모델의 가중치(축이 둘 이상인 것) 가운데 몇 개가 있는지.
    """
    graph = parsed.subgraphs[0]
    sizes = dict.fromkeys(_LITE_TYPES.values(), 0)
    constants = []
    for tensor in graph.tensors:
        data, kind = parsed.buffers[tensor.buffer].data, _LITE_TYPES.get(tensor.type)
        if data is None or not len(data) or kind is None:
            continue
        raw = np.asarray(data, "uint8").tobytes()
        sizes[kind] += len(raw)
        value = np.frombuffer(raw, kind).reshape(tensor.shape).astype("float32")
        constants.append(_real(value, tensor.quantization))
    asked = [challenge.arrays[name] for name in network["weights"]]
    # 출력의 축이 맨 앞으로 옵니다.
    turned = [np.moveaxis(item, -1, 0) for item in asked if item.ndim > 1]
    kept = sum(
        any(
            item.size == value.size
            and np.max(np.abs(item.ravel() - value.ravel())) <= np.max(np.abs(item)) / 50
            for value in constants
        )
        for item in turned
    )
    return {"bytes": sizes, "kept": kept, "range": _input_range(graph)}


def _real(value: np.ndarray, quantization: Any) -> np.ndarray:
    """8비트 정수가 뜻하는 실수."""
    scale = getattr(quantization, "scale", None)
    if scale is None or not len(scale):
        return value
    shape = [1] * value.ndim
    if len(scale) > 1:
        shape[quantization.quantizedDimension] = len(scale)
    zero = np.asarray(quantization.zeroPoint, "float32").reshape(shape)
    return (value - zero) * np.asarray(scale, "float32").reshape(shape)


def _input_range(graph: Any) -> list[float] | None:
    """입력을 8비트 정수로 바꿀 때의 범위 [가장 작은 값, 가장 큰 값]. 바꾸지 않으면 None."""
    given = graph.inputs[0]
    users = [item.outputs[0] for item in graph.operators if given in list(item.inputs)]
    for index in (given, *users):
        tensor = graph.tensors[index]
        scale = getattr(tensor.quantization, "scale", None)
        if _LITE_TYPES.get(tensor.type) == "int8" and scale is not None and len(scale) == 1:
            zero = int(tensor.quantization.zeroPoint[0])
            return [float(scale[0]) * (-128 - zero), float(scale[0]) * (127 - zero)]
    return None


def interpreter_for(content: bytes) -> Any:
    """LiteRT의 인터프리터. `ai_edge_litert`가 없으면 텐서플로에 든 것."""
    try:
        from ai_edge_litert.interpreter import Interpreter

        made = Interpreter(model_content=content)
        made.allocate_tensors()
        return made
    except (ImportError, RuntimeError, ValueError):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return tf.lite.Interpreter(model_content=content)
