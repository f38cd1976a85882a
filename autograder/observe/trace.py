"""모델을 한 번 실행하면서 모든 층 호출을 기록합니다.

여기 없는 것: 무엇을 넣어 실행할지(`observe.model`), 기록을 단계로 고치는 일(`judge.model.stages`), 그림(`figures.flow_graph`).

순차형, 함수형, 서브클래싱, 중첩 모델을 가리지 않고 같은 기록이 나옵니다.
모델이 *무엇이라고 쓰였는지*가 아니라 *무엇을 실행했는지*를 보기 때문입니다.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.protocol import plain

MODEL_INPUT = -1
"""`LayerCall.sources`에서 모델의 입력을 뜻하는 값."""
UNKNOWN = -2
"""`LayerCall.sources`에서 층이 아닌 연산의 결과를 뜻하는 값."""

ACTIVATIONS = (
    "relu",
    "softmax",
    "sigmoid",
    "tanh",
    "elu",
    "selu",
    "gelu",
    "silu",
    "softplus",
    "softsign",
    "leaky_relu",
    "relu6",
    "log_softmax",
)


@dataclass
class LayerCall:
    """층 호출 한 번.

    `sources[i]`는 i번째 입력 텐서를 만든 호출의 번호(`MODEL_INPUT`, `UNKNOWN`도 가능)이고,
    `bridges[i]`는 그 사이에 층 없이 한 연산의 이름("relu", "reshape" 등)이거나 None입니다.
    `origins[i]`는 모델의 입력에서 왔을 때 몇 번째 입력 텐서인지입니다(아니면 None).
    `inner`는 케라스가 준 층(`LSTM` 등)이 안에서 부른 것이어서 단계가 아니라는 뜻입니다.
    `dropped`는 훈련 모드 실행에서 0이 된 값의 비율, `trains`는 훈련 모드에서 추론 때와 다른 값을
    냈는지입니다.
    """

    index: int
    class_name: str
    name: str
    path: tuple[str, ...]
    leaf: bool
    config: dict[str, Any]
    input_shapes: list[tuple[int | None, ...]]
    output_shapes: list[tuple[int | None, ...]]
    sources: list[int]
    bridges: list[str | None]
    layer_id: int
    parameters: int
    weight_ids: list[int] = field(default_factory=list)
    dropped: float | None = None
    origins: list[int | None] = field(default_factory=list)
    inner: bool = False
    trains: bool = False


@dataclass
class Trace:
    """`record_calls`의 결과. `weights`는 실행 순서로 처음 쓰인 가중치의 목록입니다.

    `merges`는 층 없이 텐서를 합친 곳(`x + y`, `ops.concatenate` 등)을 층 호출처럼 적은 것이고,
    번호는 `calls` 다음부터입니다.
    """

    calls: list[LayerCall]
    outputs: Any
    weights: list[Any]
    output_sources: list[int]
    output_bridges: list[str | None]
    merges: list[LayerCall] = field(default_factory=list)

    @property
    def leaves(self) -> list[LayerCall]:
        """안에서 다른 층을 부르지 않은 호출들, 실행 순서대로."""
        return [call for call in self.calls if call.leaf]


def record_calls(
    model: Any,
    inputs: Any,
    *,
    training: bool | None = False,
    weights: list[Any] | None = None,
    bridges: bool = True,
    mask: Any = None,
    merges: bool = False,
    configs: bool = True,
    more: dict[str, Any] | None = None,
) -> Trace:
    """`model(inputs, **more)`를 실행하고 층 호출을 기록합니다.

    `weights`를 주면 그 목록에 이어서 번호를 매깁니다. 여러 모델이 가중치를 공유하는지 볼 때 씁니다.
    `bridges`가 거짓이면 층 없이 한 연산을 찾지 않고, `merges`가 참이면 층 없이 합친 곳도 찾습니다.
    `configs`가 거짓이면 층의 설정을 적지 않습니다.
    모델이 던지는 예외는 그대로 나갑니다. 그때까지 끝난 호출의 기록을 `partial_trace`에 답니다.
    """
    arguments = {} if training is None else {"training": training}
    if mask is not None:
        arguments["mask"] = mask
    arguments |= more or {}
    recorder = _Recorder([] if weights is None else weights, bridges, merges, configs)
    with eagerly():
        if not getattr(model, "built", True):
            # 처음 부를 때 케라스가 모양만 알아보려고 한 번 더 실행하는 것은 기록하지 않습니다.
            # 오류가 나면 다음의 실행에서 다시 나고, 거기에서 그때까지의 기록이 남습니다.
            with contextlib.suppress(Exception):
                model(inputs, **arguments)
        try:
            with _patched(recorder), _seen_as_built(model):
                outputs = model(inputs, **arguments)
        except Exception as error:
            with contextlib.suppress(AttributeError):
                error.partial_trace = recorder.so_far(inputs)  # type: ignore[attr-defined]
            raise
        if training:
            recorder.compare_with_inference()
    recorder.adopt(getattr(model, "weights", []))
    return recorder.finish(inputs, outputs)


@contextlib.contextmanager
def _seen_as_built(model: Any) -> Iterator[None]:
    """처음 부르다가 오류가 난 모델도, 안에서는 모양만 알아보는 실행을 하지 않습니다."""
    built = getattr(model, "built", True)
    if not built:
        model.built = True
    try:
        yield
    finally:
        if not built:
            model.built = False


def example_inputs(model: Any) -> Any:
    """모델이 아는 입력 모양으로 샘플 하나짜리 0 텐서를 만듭니다. 모르면 ValueError.

    모델을 만들 때 입력을 딕셔너리나 리스트로 묶었으면 그 구조로 줍니다.
    """
    specs = getattr(model, "inputs", None)
    if specs:
        tensors = [
            keras.ops.zeros([1 if size is None else size for size in spec.shape], spec.dtype)
            for spec in specs
        ]
        return _as_declared(model, tensors)
    shape = (model.get_build_config() or {}).get("input_shape") if model.built else None
    if isinstance(shape, (list, tuple)) and all(n is None or isinstance(n, int) for n in shape):
        return keras.ops.zeros([1 if size is None else size for size in shape])
    raise ValueError("모델의 입력 모양을 알 수 없습니다")


def _as_declared(model: Any, tensors: list[Any]) -> Any:
    try:
        structure = model.input
    except Exception:  # noqa: BLE001 - `inputs`라는 이름에 다른 것을 담은 서브클래싱 모델
        structure = None
    if isinstance(structure, dict) or (len(tensors) > 1 and structure is not None):
        return keras.tree.pack_sequence_as(structure, tensors)
    return tensors[0] if len(tensors) == 1 else tensors


class _Recorder:
    def __init__(self, weights: list[Any], bridges: bool, merges: bool, configs: bool) -> None:
        self.weights = weights
        self.bridges = bridges
        self.configs = configs
        self.find_merges = merges
        self.merges: list[LayerCall] = []
        self.weight_index = {id(weight): index for index, weight in enumerate(weights)}
        self.calls: list[LayerCall] = []
        self.active: list[LayerCall] = []
        self.atomic: set[int] = set()
        self.produced: dict[int, int] = {}
        # 텐서를 붙들어 두지 않으면 파이썬이 같은 id를 다시 쓸 수 있습니다.
        self.keep: list[Any] = []
        self.values: dict[int, tuple[list[Any], list[Any]]] = {}
        self.given: dict[int, tuple[Any, tuple[Any, ...], dict[str, Any]]] = {}

    def adopt(self, weights: Any) -> list[int]:
        ids = []
        for weight in weights:
            if id(weight) not in self.weight_index:
                self.weight_index[id(weight)] = len(self.weights)
                self.weights.append(weight)
            ids.append(self.weight_index[id(weight)])
        return ids

    def run(self, layer: Any, call: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        record = LayerCall(
            index=len(self.calls),
            class_name=type(layer).__name__,
            name=str(getattr(layer, "name", "")),
            path=tuple(outer.name for outer in self.active),
            leaf=True,
            config={},
            input_shapes=[],
            output_shapes=[],
            sources=[],
            bridges=[],
            layer_id=id(layer),
            parameters=0,
        )
        record.inner = any(outer.index in self.atomic for outer in self.active)
        record.leaf = not record.inner
        for outer in self.active:
            outer.leaf = outer.index in self.atomic and not outer.inner
        if is_atomic(layer):
            self.atomic.add(record.index)
        self.calls.append(record)
        self.active.append(record)
        inputs = _tensors((args, {k: v for k, v in kwargs.items() if k != "mask"}))
        record.sources = [self.produced.get(id(tensor), UNKNOWN) for tensor in inputs]
        try:
            result = call(layer, *args, **kwargs)
        except Exception as error:
            with contextlib.suppress(AttributeError):
                # 가장 안쪽 층의 이름이 남습니다.
                error.failed_layer = getattr(error, "failed_layer", None) or (  # type: ignore[attr-defined]
                    record.class_name
                )
            raise
        finally:
            self.active.pop()
        outputs = _tensors(result)
        record.input_shapes = [_shape(tensor) for tensor in inputs]
        record.output_shapes = [_shape(tensor) for tensor in outputs]
        record.weight_ids = self.adopt(layer.weights)
        record.parameters = sum(int(np.prod(weight.shape)) for weight in layer.weights)
        if self.configs and record.leaf:
            # 안에 층이 있는 모델의 설정은 아무도 보지 않는데, 만들기가 비쌉니다.
            record.config = _config(layer)
        self.keep.append((layer, inputs, outputs))
        self.values[record.index] = (inputs, outputs)
        self.given[record.index] = (layer, args, kwargs)
        if record.leaf:
            for tensor in outputs:
                self.produced[id(tensor)] = record.index
        return result

    def compare_with_inference(self) -> None:
        """가중치가 없는 층을 같은 입력으로 다시, 추론 모드로 불러 `trains`를 정합니다."""
        for call in self.calls:
            if not call.leaf or call.parameters:
                continue
            layer, args, kwargs = self.given[call.index]
            try:
                again = _tensors(layer(*args, **kwargs | {"training": False}))
            except Exception:  # noqa: BLE001 - 두 번 부르지 못하는 층은 알 수 없습니다
                continue
            values = [_value(tensor) for tensor in [*again, *self.values[call.index][1]]]
            half = len(again)
            call.trains = len(values) == 2 * half and any(
                before is not None and after is not None and not np.array_equal(before, after)
                for before, after in zip(values[:half], values[half:], strict=True)
            )

    def so_far(self, inputs: Any) -> Trace:
        """끝난 호출만의 기록."""
        self.calls = [call for call in self.calls if call.index in self.values]
        return self.finish(inputs, [])

    def finish(self, inputs: Any, outputs: Any) -> Trace:
        given = _tensors(inputs)
        for call in self.calls:
            if not call.leaf:
                continue
            call.bridges = [None] * len(call.sources)
            call.origins = [_position(tensor, given) for tensor in self.values[call.index][0]]
            for position, tensor in enumerate(self.values[call.index][0]):
                if call.sources[position] == UNKNOWN:
                    source, bridge, origin = self._trace_back(tensor, given, call.index)
                    call.sources[position], call.bridges[position] = source, bridge
                    call.origins[position] = origin
            call.dropped = _dropped(*self.values[call.index])
        sources, bridges = [], []
        for tensor in _tensors(outputs):
            source = self.produced.get(id(tensor), UNKNOWN)
            bridge = None
            if source == UNKNOWN:
                source, bridge, _ = self._trace_back(tensor, given, len(self.calls))
            sources.append(source)
            bridges.append(bridge)
        return Trace(self.calls, outputs, self.weights, sources, bridges, self.merges)

    def _trace_back(
        self, tensor: Any, given: list[Any], before: int
    ) -> tuple[int, str | None, int | None]:
        """층이 아닌 연산(`tf.nn.relu`, `tf.reshape` 등)의 결과가 어디에서 왔는지 값으로 찾습니다.

        (호출의 번호, 연산의 이름, 모델의 몇 번째 입력인지)를 돌려줍니다.
        """
        position = _position(tensor, given)
        if position is not None:
            return MODEL_INPUT, None, position
        value = _value(tensor) if self.bridges else None
        if value is None:
            return UNKNOWN, None, None
        candidates = [
            (call.index, candidate)
            for call in reversed(self.calls[:before])
            if call.leaf
            for candidate in self.values[call.index][1]
        ]
        candidates += [
            (merge.index, candidate)
            for merge in self.merges
            for candidate in self.values[merge.index][1]
        ]
        candidates += [(MODEL_INPUT, candidate) for candidate in given]
        for source, candidate in candidates:
            origin = _value(candidate)
            if origin is None or origin.size != value.size:
                continue
            bridge = _bridge(origin, value)
            if bridge is not None:
                where = _position(candidate, given) if source == MODEL_INPUT else None
                return source, bridge or None, where
        if self.find_merges:
            found = find_merge(
                value, [(s, v) for s, t in candidates if (v := _value(t)) is not None]
            )
            if found is not None:
                return self._merge(tensor, *found, candidates, given), None, None
        return UNKNOWN, None, None

    def _merge(
        self,
        tensor: Any,
        kind: str,
        chosen: list[int],
        candidates: list[tuple[int, Any]],
        given: list[Any],
    ) -> int:
        parts = [candidates[number] for number in chosen]
        record = LayerCall(
            index=len(self.calls) + len(self.merges),
            class_name=kind,
            name="",
            path=(),
            leaf=True,
            config={},
            input_shapes=[_shape(part) for _, part in parts],
            output_shapes=[_shape(tensor)],
            sources=[source for source, _ in parts],
            bridges=[None] * len(parts),
            layer_id=id(tensor),
            parameters=0,
            origins=[_position(part, given) for _, part in parts],
        )
        self.merges.append(record)
        self.keep.append(tensor)
        self.values[record.index] = ([part for _, part in parts], [tensor])
        return record.index


@contextlib.contextmanager
def _patched(recorder: _Recorder) -> Iterator[None]:
    original = keras.layers.Layer.__call__

    def recording_call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        return recorder.run(layer, original, args, kwargs)

    keras.layers.Layer.__call__ = recording_call
    try:
        yield
    finally:
        keras.layers.Layer.__call__ = original


@contextlib.contextmanager
def eagerly() -> Iterator[None]:
    """`@tf.function`이 붙은 `call`도 파이썬으로 실행해, 안에서 부르는 층과 지금의 가중치를 봅니다."""
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


def _bridge(origin: np.ndarray, value: np.ndarray) -> str | None:
    """`value`가 `origin`에서 나온 연산의 이름. 같은 값이면 "", 모르면 None."""
    flat = value.reshape(-1)
    if _close(origin.reshape(-1), flat):
        return "" if origin.shape == value.shape else "reshape"
    if origin.dtype.kind != "f":
        return None
    for name in ACTIVATIONS:
        activated = np.asarray(keras.ops.convert_to_numpy(keras.activations.get(name)(origin)))
        if _close(activated.reshape(-1), flat):
            return name if origin.shape == value.shape else f"{name}+reshape"
    return None


_MERGES: dict[str, Callable[[Any, Any], Any]] = {
    "Add": lambda x, y: x + y,
    "Multiply": lambda x, y: x * y,
    "Average": lambda x, y: (x + y) / 2,
    "Maximum": np.maximum,
    "Minimum": np.minimum,
    "Subtract": lambda x, y: x - y,
}
_PROBES = 64
_MOST_PARTS = 8


def find_merge(
    value: np.ndarray, candidates: list[tuple[int, np.ndarray]]
) -> tuple[str, list[int]] | None:
    """`value`가 후보 둘을 원소마다 합친 것이거나 후보들을 이어 붙인 것이면 (연산, 후보의 번호들)."""
    if value.dtype.kind != "f" or value.ndim < 2:
        return None
    flat = value.reshape(-1)
    places = np.linspace(0, flat.size - 1, min(_PROBES, flat.size)).astype(int)
    same = [n for n, (_, other) in enumerate(candidates) if other.shape == value.shape]
    probes = {n: candidates[n][1].reshape(-1)[places] for n in same}
    for kind, merge in _MERGES.items():
        for first in same:
            for second in same:
                if (first > second and kind != "Subtract") or (first == second and kind != "Add"):
                    continue
                if not _close(merge(probes[first], probes[second]), flat[places]):
                    continue
                if _close(merge(candidates[first][1], candidates[second][1]), value):
                    return kind, [first, second]
    parts = _concatenated(value, candidates, [])
    return ("Concatenate", parts) if parts else None


def _concatenated(
    value: np.ndarray, candidates: list[tuple[int, np.ndarray]], chosen: list[int]
) -> list[int] | None:
    """마지막 축으로 이어 붙이면 `value`가 되는 후보들."""
    start = sum(candidates[number][1].shape[-1] for number in chosen)
    if start == value.shape[-1]:
        return chosen if len(chosen) > 1 else None
    if len(chosen) == _MOST_PARTS:
        return None
    for number, (_, other) in enumerate(candidates):
        end = start + (other.shape[-1] if other.ndim == value.ndim else value.shape[-1] + 1)
        if end > value.shape[-1] or end == start or other.shape[:-1] != value.shape[:-1]:
            continue
        if _close(other, value[..., start:end]):
            found = _concatenated(value, candidates, [*chosen, number])
            if found:
                return found
    return None


def _position(tensor: Any, given: list[Any]) -> int | None:
    """모델의 몇 번째 입력 텐서인지."""
    return next((n for n, candidate in enumerate(given) if candidate is tensor), None)


def _close(first: np.ndarray, second: np.ndarray) -> bool:
    return bool(np.allclose(first, second, rtol=1e-5, atol=1e-6))


def is_atomic(layer: Any) -> bool:
    """안을 들여다보지 않는 층: 케라스가 준 층은 모델만 들여다봅니다(LSTM, 어텐션 등은 한 단계)."""
    from_keras = type(layer).__module__.partition(".")[0] == "keras"
    return from_keras and not isinstance(layer, keras.Model)


def _dropped(inputs: list[Any], outputs: list[Any]) -> float | None:
    if len(inputs) != 1 or len(outputs) != 1:
        return None
    before, after = _value(inputs[0]), _value(outputs[0])
    if before is None or after is None or before.shape != after.shape or before is after:
        return None
    alive = before != 0
    if before.dtype.kind != "f" or not alive.any() or np.array_equal(before, after):
        return None
    return float(np.mean(after[alive] == 0))


def _tensors(structure: Any) -> list[Any]:
    return [
        item
        for item in keras.tree.flatten(structure)
        if hasattr(item, "shape") and hasattr(item, "dtype")
    ]


def _value(tensor: Any) -> np.ndarray | None:
    # 그래프 안의 심볼릭 텐서에는 값이 없습니다.
    if isinstance(tensor, np.ndarray):
        return tensor
    if not hasattr(tensor, "numpy"):
        return None
    try:
        return np.asarray(tensor.numpy())
    except (AttributeError, NotImplementedError, TypeError):
        return None


def _shape(tensor: Any) -> tuple[int | None, ...]:
    try:
        return tuple(None if size is None else int(size) for size in tensor.shape)
    except (TypeError, ValueError):
        return ()


def _config(layer: Any) -> dict[str, Any]:
    try:
        config = layer.get_config()
    except Exception:  # noqa: BLE001 - 학습자의 get_config는 무엇이든 던질 수 있습니다
        return {}
    if not isinstance(config, dict):
        return {}
    return {
        str(key): value
        for key, value in plain(config).items()
        if key not in ("layers", "build_config") and len(repr(value)) < 1000
    }
