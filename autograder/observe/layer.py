"""`layer` 관찰: 층이나 모델의 클래스로 객체를 만들고, 가중치를 정해 두고 불러 봅니다.

Challenge의 `facts`
- `name`: 학습자가 정의한 클래스의 이름
- `seed`: 가중치를 채울 시드
- `eager`: 참이면 `fit`도 즉시 실행으로 합니다. judge가 참고 답안을 관찰할 때만 쓰며, 그만큼 빠릅니다.
- `fill`: 채우고 견줄 가중치. "all"(없으면 이것), "trainable", 또는 "none"(훈련할 가중치를 적기만 함)
- `objects`: 만들 객체들.
  `{"args": [...], "kwargs": {...}, "calls": [{"inputs": 구조, "training": 참·거짓·없음, "mask": 구조}],
  "uses": [...], "order": [...]}`. 인수 자리의 `{"callable": "keras.ops.tanh"}`는 그 함수입니다.
  `uses`는 새로 만든 객체를 여러 자리에서 쓰는 일이며 `layer_uses`에 적혀 있습니다.
  `order`는 가중치마다 몇 번째 값으로 채울지입니다(judge가 참고 답안을 관찰할 때만).
"""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from types import FunctionType, SimpleNamespace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.observe import structure
from autograder.observe.limits import TooLong, time_limit
from autograder.observe.probe import probe_values, probing, snapshot
from autograder.observe.problems import problem
from autograder.observe.trace import record_calls
from autograder.protocol import Challenge, Evidence

SECONDS = 30.0
"""객체 하나를 만들고 쓰는 데 들 수 있는 CPU 시간(초)."""


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """`subject[이름]`이 클래스일 것으로 보고 객체를 만들어 관찰합니다."""
    given = subject.get(challenge.facts["name"])
    arrays: dict[str, np.ndarray] = {}
    facts: dict[str, Any] = {"status": "seen", "type": type(given).__name__}
    if inspect.isclass(given):
        facts["model"] = issubclass(given, keras.Model)
        facts["layer"] = issubclass(given, keras.layers.Layer)
    elif given is None or isinstance(given, keras.layers.Layer) or not callable(given):
        kind = "none" if given is None else "instance"
        facts = problem(kind, type=type(given).__name__)
        return Evidence(challenge.exercise, challenge.kind, facts)
    elif maker := _unfinished_decorator(given):
        facts = problem("bare_decorator", type=maker)
        return Evidence(challenge.exercise, challenge.kind, facts)
    facts["objects"], seconds = [], SECONDS
    for number, question in enumerate(challenge.facts["objects"]):
        try:
            with time_limit(seconds):
                record = Subject(given, question, challenge, arrays, f"{number}").observe()
        except TooLong:
            record, seconds = problem("slow", seconds=seconds), 2.0
        facts["objects"].append(record)
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def _unfinished_decorator(given: Any) -> str:
    """괄호 없이 쓴 케라스의 데코레이터(`@register_keras_serializable`)가 돌려준 함수면 그 데코레이터의 이름."""
    path = str(getattr(given, "__qualname__", ""))
    root = str(getattr(given, "__module__", "")).partition(".")[0]
    ours = isinstance(given, FunctionType) and root in ("keras", "tensorflow")
    return path.partition(".")[0] if ours and "<locals>" in path else ""


class Subject:
    """학습자의 클래스와, 객체 하나를 두고 물을 것."""

    def __init__(
        self,
        factory: Any,
        question: dict[str, Any],
        challenge: Challenge,
        arrays: dict[str, np.ndarray],
        name: str,
    ) -> None:
        self.factory = factory
        self.question = question
        self.challenge = challenge
        self.arrays = arrays
        self.name = name
        self.strays = 0
        self.reference = bool(challenge.facts.get("eager"))
        self.unfilled: list[Any] = []

    def make(self, **more: Any) -> Any:
        """새 객체. `more`는 더 줄 키워드 인수입니다."""
        args = [_argument(value) for value in self.question.get("args", [])]
        kwargs = {key: _argument(value) for key, value in self.question.get("kwargs", {}).items()}
        return self.factory(*args, **kwargs, **more)

    def build(self, spec: Any) -> Any:
        """Challenge에 적힌 구조."""
        return structure.build(spec, self.challenge.arrays)

    def weights_of(self, made: Any, inputs: Any, **options: Any) -> list[Any]:
        """한 번 불러 보고, 채우고 견줄 가중치를 실행 순서로 돌려줍니다."""
        weights: list[Any] = []
        record_calls(made, inputs, weights=weights, bridges=False, configs=False, **options)
        known = {id(item) for item in made.weights}
        self.strays = sum(id(item) not in known for item in weights)
        used = weights
        if self.challenge.facts.get("fill", "all") != "all":
            kept = {id(item) for item in made.trainable_weights}
            weights = [item for item in weights if id(item) in kept]
        filled = {id(item) for item in weights}
        others = [*used, *(item for _, item in hidden_items(made) if not is_layer(item))]
        self.unfilled = [
            item
            for item in {id(item): item for item in others}.values()
            if id(item) not in filled and _is_variable(item)
        ]
        return weights

    def fill(self, weights: list[Any]) -> None:
        """가중치를 정해진 난수로 채웁니다."""
        if self.challenge.facts.get("fill") == "none":
            return
        values = probe_values(weights, self.challenge.facts["seed"])
        for weight, place in zip(weights, self.places(weights), strict=True):
            weight.assign(values[place])

    def places(self, weights: list[Any]) -> list[int]:
        """가중치마다 몇 번째 값으로 채울지."""
        order = self.question.get("order")
        return order if order and len(order) == len(weights) else list(range(len(weights)))

    def keep_weights(self, key: str, weights: list[Any]) -> list[str]:
        """가중치의 지금 값을 담고, 모양과 (같은 모양 가운데) 번호로 된 이름들을 돌려줍니다."""
        seen: Counter[str] = Counter()
        found = []
        places = self.places(weights)
        for index in np.argsort(places) if len(places) else ():
            weight = weights[int(index)]
            shape = "x".join(str(int(size)) for size in weight.shape)
            name = f"{key}/{shape}/{seen[shape]}"
            seen[shape] += 1
            self.arrays[name] = snapshot(weight)
            found.append(name)
        return found

    def observe(self) -> dict[str, Any]:
        """만들고, 불러 보고, `uses`를 차례로 합니다."""
        from autograder.observe.layer_uses import use

        try:
            made = self.make()
        except Exception as error:  # noqa: BLE001 - 학습자의 생성자는 무엇이든 던집니다
            return problem("construct", error)
        if not isinstance(made, keras.layers.Layer):
            return problem("not_layer", type=type(made).__name__)
        record: dict[str, Any] = {"status": "seen"}
        record |= self._calls(made) if self.question.get("calls") else {}
        record["uses"] = [
            use(self, f"{self.name}/use{index}", asked)
            for index, asked in enumerate(self.question.get("uses", []))
        ]
        return record

    def _calls(self, made: Any) -> dict[str, Any]:
        record: dict[str, Any] = {"status": "seen"}
        before = len(made.weights)
        calls = [(call, self.build(call["inputs"])) for call in self.question["calls"]]
        weights, failure = None, None
        for call, inputs in calls:
            try:
                weights = self.weights_of(made, inputs, **self._options(made, call))
                break
            except Exception as error:  # noqa: BLE001
                failure = failure or problem("call", error)
        if weights is None:
            return (failure or {}) | {"hidden": hidden_state(made)}
        # 첫 호출이 오류로 끝나면 가중치를 다 보지 못했을 수 있습니다.
        record["failed_first"] = failure
        known = {id(item) for item in made.weights}
        record["weights_before_call"] = before
        record["strays"] = self.strays
        record["weights"] = [describe(item) for item in weights]
        record["hidden"] = hidden_state(made)
        everything = [*weights, *self.unfilled]
        with probing(everything, made.variables):
            self.fill(weights)
            record["calls"] = [
                self._call(f"{self.name}/{index}", made, call, inputs)
                for index, (call, inputs) in enumerate(calls)
            ]
            if self.unfilled and self.challenge.facts.get("fill") != "none":
                # 동결했거나 층이 모르는 가중치까지 채우면 계산만 따로 견줄 수 있습니다.
                self.fill(everything)
                record["all"] = {
                    "weights": [describe(item) for item in everything],
                    "calls": [
                        self._call(f"{self.name}/all/{index}", made, call, inputs)
                        for index, (call, inputs) in enumerate(calls)
                    ],
                }
        record["weights_added"] = len(made.weights) - len(known)
        return record

    def _call(self, name: str, made: Any, call: dict[str, Any], inputs: Any) -> dict[str, Any]:
        try:
            options = self._options(made, call)
            trace = record_calls(made, inputs, bridges=False, configs=False, **options)
            outputs = structure.collect(name, trace.outputs, self.arrays)
        except structure.TooLarge as error:
            return problem("huge", error)
        except Exception as error:  # noqa: BLE001
            return problem("call", error)
        layers = [{"class": leaf.class_name, "dropped": leaf.dropped} for leaf in trace.leaves]
        return {"status": "seen", "outputs": outputs, "layers": layers}

    def _options(self, made: Any, call: dict[str, Any]) -> dict[str, Any]:
        options = {"training": _training(made, call)}
        if "mask" in call:
            options["mask"] = self.build(call["mask"])
        return options


def describe(weight: Any) -> dict[str, Any]:
    """가중치 하나의 모양, 이름, 훈련 가능한지, 처음 값이 퍼진 정도."""
    return {
        "shape": [int(size) for size in weight.shape],
        "name": str(weight.name),
        "trainable": bool(weight.trainable),
        "spread": float(np.std(snapshot(weight).astype("float64"))),
    }


def hidden_state(made: Any) -> list[dict[str, Any]]:
    """층이 알지 못하는 변수와 층: 속성에 담겼지만 `variables`나 안쪽 층에는 없는 것."""
    frozen = [
        {"attribute": str(item.name), "type": "frozen", "shape": _shape(item)}
        for item in made.weights
        if not item.trainable
    ]
    hidden = [
        {"attribute": name, "type": kind, "shape": [] if is_layer(item) else _shape(item)}
        for name, item in hidden_items(made)
        if (kind := _state_kind(item))
    ]
    return frozen[:5] + hidden[:10]


def hidden_items(made: Any) -> list[tuple[str, Any]]:
    """속성에 담겼지만 층이 알지 못하는 것들과 그 속성의 이름."""
    try:
        known = {id(item) for item in [*made.variables, *made._flatten_layers()]}
        own = set(vars(made)) - set(vars(keras.layers.Layer()))
        return [
            (name, item)
            for name in list(vars(made))
            if name in own and not name.startswith("_self_")
            for item in _inside(vars(made)[name], 3)
            if id(item) not in known and _state_kind(item)
        ]
    except Exception:  # noqa: BLE001 - 도움말을 위한 것이라 실패해도 됩니다
        return []


def is_layer(item: Any) -> bool:
    """케라스의 층인지."""
    return isinstance(item, keras.layers.Layer)


def _is_variable(item: Any) -> bool:
    return isinstance(item, (keras.Variable, tf.Variable)) and "float" in str(item.dtype)


def _shape(item: Any) -> list[int]:
    return [int(size) for size in item.shape]


def _state_kind(item: Any) -> str:
    if isinstance(item, keras.layers.Layer):
        return "Layer"
    if isinstance(item, keras.Variable):
        return "keras.Variable"
    if isinstance(item, tf.Variable):
        return "tf.Variable"
    if isinstance(item, np.ndarray) and item.dtype.kind == "f":
        return "ndarray"
    return "Tensor" if isinstance(item, tf.Tensor) and item.dtype.is_floating else ""


def _inside(value: Any, depth: int) -> Iterator[Any]:
    if isinstance(value, SimpleNamespace):
        value = vars(value)
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple, set)) and depth:
        for item in value:
            yield from _inside(item, depth - 1)
    else:
        yield value


def _argument(value: Any) -> Any:
    """JSON 값. `{"callable": "keras.ops.tanh"}`는 그 함수."""
    if isinstance(value, dict) and set(value) == {"callable"}:
        root, *path = value["callable"].split(".")
        found: Callable[..., Any] = functools.reduce(
            getattr, path, {"keras": keras, "tf": tf}[root]
        )
        return found
    return value


def _training(made: Any, call: dict[str, Any]) -> bool | None:
    """`"fit"`이면 `Model.fit`처럼: `call`에 `training` 매개변수가 있을 때만 True."""
    if call.get("training") != "fit":
        return call.get("training")
    return True if "training" in inspect.signature(made.call).parameters else None
