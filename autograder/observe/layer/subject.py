"""층의 클래스로 만든 객체 하나: 만들고, 가중치를 채우고, 부르고, 본 것을 적습니다.

여기 없는 것: 여러 자리에서 써 보는 일(`observe.layer.in_use`), 가중치의 비교(`judge.layer.weights`).
"""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.observe import structure
from autograder.observe.probe import probe_values, probing, snapshot
from autograder.observe.problems import problem
from autograder.observe.trace import record_calls
from autograder.protocol import Challenge


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
        """한 번 불러 보고, 채우고 비교할 가중치를 실행 순서로 돌려줍니다."""
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

    def called(self, made: Any) -> dict[str, Any]:
        """가중치를 채우고 `calls`를 차례로 부른 결과."""
        record: dict[str, Any] = {"status": "seen"}
        before = len(made.weights)
        calls = [(call, self.build(call["inputs"])) for call in self.question["calls"]]
        weights, failure = self._most_weights(made, calls)
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
                # 동결했거나 층이 모르는 가중치까지 채우면 계산만 따로 비교할 수 있습니다.
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

    def _most_weights(
        self, made: Any, calls: list[tuple[dict[str, Any], Any]]
    ) -> tuple[list[Any] | None, dict[str, Any] | None]:
        """첫 호출이 쓰는 가중치. 그 호출이 오류로 끝나면 가중치를 가장 많이 쓰는 호출의 것과, 그 오류."""
        failure: dict[str, Any] | None = None
        most: list[Any] | None = None
        chosen = calls[0]
        for call, inputs in calls:
            try:
                found = self.weights_of(made, inputs, **self._options(made, call))
            except Exception as error:  # noqa: BLE001
                failure = failure or problem("call", error)
                continue
            if failure is None:
                return found, None
            if most is None or len(found) > len(most):
                most, chosen = found, (call, inputs)
        if most is None:
            return None, failure
        call, inputs = chosen
        return self.weights_of(made, inputs, **self._options(made, call)), failure

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
        options: dict[str, Any] = {"training": _training(made, call)}
        if "mask" in call:
            options["mask"] = self.build(call["mask"])
        if "more" in call:
            options["more"] = {key: self.build(item) for key, item in call["more"].items()}
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
