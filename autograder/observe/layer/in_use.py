"""`layer` 관찰에서 새로 만든 객체를 여러 자리에서 써 보는 일.

여기 없는 것: 객체 하나를 부르는 일(`observe.layer.subject`), 판정(`judge.layer.in_use`).

`uses`의 한 항목은 `{"use": 이름, ...}`입니다.
- `build` (`shape`): `build((None, *shape))`만 부르고 가중치를 봅니다.
- `symbolic` (`shape`, `dtype`): 데이터 없이 `keras.Input(shape)`에 이어 모양과 가중치를 봅니다.
- `model` (`style`, `inputs`, `head`, `train`): "functional", "sequential", "subclass" 모델 안에 넣어
  여러 배치로 불러 보고, `train`이면 경사 하강법으로 한 스텝 훈련합니다.
- `graph` (`inputs`, `training`, `times`): `tf.function` 안에서 같은 입력으로 여러 번 부릅니다.
- `config` (`kwargs`, `inputs`, `settings`): `get_config` → JSON → `from_config`. `settings`는 되살린 층의
  설정에서 볼 인수들의 이름입니다(추론의 출력에 드러나지 않는 드롭아웃의 비율 등).
- `file` (`inputs`, `registered`): 모델에 넣어 `.keras` 파일로 저장했다가 다시 읽습니다.

입력은 모두 텐서 하나이고, 배열의 첫 축이 배치입니다.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.observe import structure
from autograder.observe.layer.subject import Subject, describe, hidden_state
from autograder.observe.probe import probing
from autograder.observe.problems import graph_problem, problem
from autograder.observe.trace import eagerly

LEARNING_RATE = 0.1
PATIENCE = 8
"""한 스텝에 그대로인 가중치를 더 훈련해 보는 횟수."""
ELSEWHERE = "another_session"
"""다른 파이썬에서 읽는 것처럼, 클래스가 있다고 적어 둘 (없는) 모듈."""


def use(subject: Subject, name: str, asked: dict[str, Any]) -> dict[str, Any]:
    """`asked`가 적은 일을 하고 본 것을 적습니다. 배열의 이름은 `name`으로 시작합니다."""
    try:
        return {"status": "seen"} | _USES[asked["use"]](subject, name, asked)
    except _Stopped as stopped:
        return stopped.record
    except structure.TooLarge as error:
        return problem("huge", error)
    except Exception as error:  # noqa: BLE001 - 학습자의 층은 무엇이든 던집니다
        return graph_problem("call", error)


class _Stopped(Exception):
    def __init__(self, record: dict[str, Any]) -> None:
        super().__init__()
        self.record = record


@contextlib.contextmanager
def _telling(kind: str, **more: Any) -> Iterator[None]:
    """안에서 난 오류를 `kind`라는 문제로 적습니다."""
    try:
        yield
    except (_Stopped, structure.TooLarge):
        raise
    except Exception as error:
        raise _Stopped(graph_problem(kind, error, **more)) from error


def _build(subject: Subject, name: str, asked: dict[str, Any]) -> dict[str, Any]:
    made = subject.make()
    made.build((None, *asked["shape"]))
    return _weights(subject, made)


def _symbolic(subject: Subject, name: str, asked: dict[str, Any]) -> dict[str, Any]:
    made = subject.make()
    output = made(keras.Input(tuple(asked["shape"]), dtype=asked.get("dtype")))
    return _weights(subject, made) | {"shape": _static_shape(output)}


def _weights(subject: Subject, made: Any) -> dict[str, Any]:
    only = subject.challenge.facts.get("fill", "all") != "all"
    weights = made.trainable_weights if only else made.weights
    return {"weights": [describe(item) for item in weights], "hidden": hidden_state(made)}


def _static_shape(output: Any) -> list[int | None] | None:
    shape = getattr(output, "shape", None)
    return None if shape is None else [None if size is None else int(size) for size in shape]


def _model(subject: Subject, name: str, asked: dict[str, Any]) -> dict[str, Any]:
    made = subject.make()
    batches = [subject.build(spec) for spec in asked["inputs"]]
    model, head = _model_around(made, asked, batches[0])
    if not model.built:
        with eagerly():
            model(batches[0])
    weights = subject.weights_of(made, batches[0])
    known = {id(item) for item in model.weights}
    record: dict[str, Any] = {"unknown": sum(id(item) not in known for item in weights)}
    record["unfilled"] = len(subject.unfilled)
    subject.fill(weights)
    if head is not None:
        _fill_head(head)
    if not subject.reference:
        record["alone"] = _alone(subject, f"{name}/alone", made, head, batches[0])
    with eagerly():
        record["outputs"] = [
            structure.collect(f"{name}/{index}", model(batch, training=False), subject.arrays)
            for index, batch in enumerate(batches)
        ]
    first = record["outputs"][0]
    if asked.get("train") and len(first) == 1 and "array" in first[0]:
        shape = subject.arrays[first[0]["array"]].shape
        target = np.cos(np.arange(np.prod(shape), dtype="float32")).reshape(shape)
        model.compile(
            optimizer=keras.optimizers.SGD(LEARNING_RATE),
            loss="mse",
            run_eagerly=subject.challenge.facts.get("eager", False),
        )
        record["before"] = subject.keep_weights(f"{name}/before", weights)

        def step() -> None:
            with _telling("fit"):
                model.fit(batches[0], target, batch_size=len(target), shuffle=False, verbose=0)

        record["trained"] = _trained(subject, name, weights, record["before"], step)
    return record


def _trained(
    subject: Subject, name: str, weights: list[Any], before: list[str], step: Callable[[], None]
) -> list[str]:
    """한 스텝 훈련한 뒤의 가중치. 그대로인 것은 몇 스텝 더 해 보고, 달라지면 그때의 값입니다.

    난수로 끄는 층이 있으면 한 스텝에는 기울기가 우연히 0일 수 있습니다.
    """
    step()
    keys = subject.keep_weights(f"{name}/trained", weights)
    _keep_reach(subject, before, keys, keys)
    for number in range(PATIENCE):
        still = [
            place
            for place, (one, other) in enumerate(zip(before, keys, strict=True))
            if np.array_equal(subject.arrays[one], subject.arrays[other])
        ]
        if not still:
            break
        step()
        later = subject.keep_weights(f"{name}/later{number}", weights)
        _keep_reach(subject, before, later, [keys[place] for place in still])
        for place in still:
            subject.arrays[keys[place]] = subject.arrays[later[place]]
        for key in later:
            del subject.arrays[key]
    return keys


def _keep_reach(subject: Subject, before: list[str], after: list[str], keys: list[str]) -> None:
    """그때까지 가장 많이 움직인 가중치가 움직인 거리를 `keys`의 것으로 담습니다. 반올림이 얼마나 큰지는 이것이 정합니다."""
    far = max(
        (
            float(np.max(np.abs(subject.arrays[other] - subject.arrays[one]), initial=0.0))
            for one, other in zip(before, after, strict=True)
        ),
        default=0.0,
    )
    for key in keys:
        subject.arrays[key.replace("/trained/", "/reach/")] = np.array(far, "float32")


def _alone(subject: Subject, name: str, made: Any, head: Any, batch: Any) -> list[dict[str, Any]]:
    """모델 없이 층만 (그다음 `head`를) 불렀을 때의 출력. 모델 안에서 달라지는지 비교할 값입니다."""
    with eagerly():
        output = made(batch, training=False)
        output = output if head is None else head(output)
        return structure.collect(name, output, subject.arrays)


def _model_around(made: Any, asked: dict[str, Any], batch: Any) -> tuple[Any, Any]:
    """`made` 다음에 `head`개의 유닛을 가진 `Dense` 층을 놓은 모델."""
    shape = tuple(asked.get("shape") or batch.shape[1:])
    dtype = batch.dtype.name
    head = keras.layers.Dense(asked["head"]) if asked.get("head") else None
    style = asked.get("style", "functional")
    if style == "sequential":
        parts = [keras.Input(shape, dtype=dtype), made, *([head] if head else [])]
        return keras.Sequential(parts), head
    if style == "subclass":
        return _Around(made, head), head
    inputs = keras.Input(shape, dtype=dtype)
    outputs = made(inputs)
    return keras.Model(inputs, outputs if head is None else head(outputs)), head


class _Around(keras.Model):
    def __init__(self, inner: Any, head: Any) -> None:
        super().__init__()
        self.inner = inner
        self.head = head

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        x = self.inner(inputs, training=training)
        return x if self.head is None else self.head(x)


def _fill_head(head: Any) -> None:
    random = np.random.RandomState(11)
    for weight in head.weights:
        weight.assign(random.standard_normal(weight.shape) / np.sqrt(weight.shape[0]))


def _graph(subject: Subject, name: str, asked: dict[str, Any]) -> dict[str, Any]:
    made = subject.make()
    inputs = subject.build(asked["inputs"])
    weights = subject.weights_of(made, inputs)
    training = asked.get("training")
    with probing(weights, made.variables):
        subject.fill(weights)
        run = tf.function(lambda given: made(given, training=training))
        results = [run(inputs) for _ in range(asked.get("times", 1))]
        return {
            "outputs": [
                structure.collect(f"{name}/{index}", result, subject.arrays)
                for index, result in enumerate(results)
            ]
        }


def _config(subject: Subject, name: str, asked: dict[str, Any]) -> dict[str, Any]:
    with _telling("base_arguments", asked=asked.get("kwargs", {})):
        made = subject.make(**asked.get("kwargs", {}))
    kept = _base_settings(made)
    with _telling("get_config"):
        config = made.get_config()
    if not isinstance(config, dict):
        raise _Stopped(problem("config_type", type=type(config).__name__))
    if asked.get("inputs"):
        # 한 번 쓴 층의 설정에 텐서가 섞여 들어가는지도 봅니다.
        made(subject.build(asked["inputs"][0]))
        config = made.get_config()
    with _telling("not_json"):
        text = json.dumps(config)
    record: dict[str, Any] = {"settings": kept, "keys": sorted(str(key) for key in config)}
    with _telling("from_config", keys=record["keys"]):
        twin = type(made).from_config(json.loads(text))
    if type(twin) is not type(made):
        raise _Stopped(problem("config_class", type=type(twin).__name__))
    record["twin_settings"] = _base_settings(twin)
    if asked.get("settings"):
        again = twin.get_config()
        record["arguments"] = {name: again.get(name) for name in asked["settings"]}
    record["shared"] = bool({id(item) for item in made.weights} & {id(i) for i in twin.weights})
    batches = [subject.build(spec) for spec in asked.get("inputs", [])]
    for one, prefix in ((twin, ""), (made, "own_"))[: 1 if subject.reference else 2]:
        if batches:
            one.trainable = True
            weights = subject.weights_of(one, batches[0])
            record[f"{prefix}weights"] = [[int(size) for size in item.shape] for item in weights]
            subject.fill(weights)
        record[f"{prefix}outputs"] = [
            structure.collect(f"{name}/{prefix}{index}", one(batch), subject.arrays)
            for index, batch in enumerate(batches)
        ]
    return record


def _base_settings(made: Any) -> dict[str, Any]:
    return {
        "name": str(made.name),
        "trainable": bool(made.trainable),
        "dtype": str(made.dtype_policy.name),
    }


def _file(subject: Subject, name: str, asked: dict[str, Any]) -> dict[str, Any]:
    kind = subject.factory
    if not isinstance(kind, type):
        return problem("instance", type=type(kind).__name__)
    record: dict[str, Any] = {"registered": _registered(kind)}
    batches = [subject.build(spec) for spec in asked["inputs"]]
    made = subject.make()
    model, head = _model_around(made, asked, batches[0])
    weights = subject.weights_of(made, batches[0])
    subject.fill(weights)
    if head is not None:
        _fill_head(head)
    record["own_outputs"] = [
        structure.collect(f"{name}/own_{index}", model(batch, training=False), subject.arrays)
        for index, batch in enumerate([] if subject.reference else batches)
    ]
    options: dict[str, Any] = {}
    if not (asked.get("registered") and record["registered"]):
        # 등록하지 않은 클래스도 custom_objects로는 읽을 수 있는지 봅니다.
        options["custom_objects"] = {kind.__name__: kind}
    with tempfile.TemporaryDirectory() as folder, moved(kind):
        path = Path(folder) / "model.keras"
        with _telling("save"):
            model.save(path)
        with _telling("load", registered=record["registered"]):
            loaded = keras.models.load_model(path, **options)
    record["same_class"] = any(type(layer) is kind for layer in loaded._flatten_layers())
    record["outputs"] = [
        structure.collect(f"{name}/{index}", loaded(batch, training=False), subject.arrays)
        for index, batch in enumerate(batches)
    ]
    return record


def _registered(kind: type) -> bool:
    found = keras.saving.get_registered_object(keras.saving.get_registered_name(kind))
    return found is kind


@contextlib.contextmanager
def moved(kind: type) -> Iterator[None]:
    """클래스가 여기 없는 모듈에서 온 것처럼 저장합니다. 그래야 다른 파이썬에서처럼 읽습니다."""
    before = kind.__module__
    kind.__module__ = ELSEWHERE
    try:
        yield
    finally:
        kind.__module__ = before


_USES = {
    "build": _build,
    "symbolic": _symbolic,
    "model": _model,
    "graph": _graph,
    "config": _config,
    "file": _file,
}
