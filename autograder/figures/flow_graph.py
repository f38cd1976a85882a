"""모델을 한 번 실행해서 층과 층 사이의 데이터 흐름을 알아냅니다. 그림은 그리지 않습니다.

여기 없는 것: 상자의 자리(`figures.flow_layout`), 그리는 일(`figures.flow`), 판정에 쓰는 연결(`judge.model.branches`).

층의 이름, 설정, 모양, 파라미터는 `observe.trace`의 기록에서 옵니다. 어떤 층의 출력이 어느 층으로
갔는지는 텐서플로 그래프에서 읽습니다. 그래서 `x + y`나 `tf.nn.relu(x)`처럼 층이 아닌 연산을
지나도 흐름이 끊기지 않습니다.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.figures.flow_words import family_of, operation_label, settings_of
from autograder.observe.trace import LayerCall, Trace, example_inputs, is_atomic, record_calls

MAX_EXAMPLE = 32
"""예시 입력이 이보다 많으면 앞의 몇 개만 씁니다."""
MAX_LAYERS = 60
"""펼친 층이 이보다 많으면 중첩된 모델을 안쪽부터 접습니다."""

_GRAPH_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*")


@dataclass(frozen=True)
class Node:
    """그림의 상자 하나. `kind`는 "input", "layer", "operation", "output" 가운데 하나입니다.

    `order`는 실행 순서(1부터, 층만), `shared`는 여러 번 불린 층의 번호(없으면 None),
    `repeated`는 같은 층이 앞에 이미 나왔는지, `frozen`은 가중치가 동결되었는지,
    `frames`는 이 상자를 감싼 틀의 번호들(바깥쪽부터)입니다.
    """

    index: int
    kind: str
    title: str
    family: str
    shape: str = ""
    name: str = ""
    settings: str = ""
    parameters: int = 0
    order: int | None = None
    shared: int | None = None
    repeated: bool = False
    frozen: bool = False
    frames: tuple[int, ...] = ()


@dataclass(frozen=True)
class Frame:
    """안에 층이 있는 모델이나 층을 부른 것 하나. 그림에서 안의 상자들을 감쌉니다."""

    index: int
    title: str
    name: str
    parameters: int
    shared: int | None
    repeated: bool
    frames: tuple[int, ...]


@dataclass(frozen=True)
class Flow:
    """층(`nodes`), 틀(`frames`), 흐름(`edges`: 보내는 상자와 받는 상자의 번호)."""

    name: str
    layers: int
    parameters: int
    folded: bool
    nodes: list[Node]
    frames: list[Frame]
    edges: list[tuple[int, int]]


class NoInputs(ValueError):
    """모델의 입력 모양을 알 수 없어서 예시 입력이 필요합니다."""


def read_flow(model: Any, inputs: Any = None, depth: int | None = None) -> Flow:
    """`model`을 실행해서 `Flow`를 만듭니다.

    `inputs`가 None이면 모델이 아는 입력 모양을 씁니다. 모르면 `NoInputs`를 일으킵니다.
    `depth`는 중첩된 모델을 몇 겹까지 펼칠지이고, None이면 층이 너무 많지 않은 한 모두 펼칩니다.
    모델이 던지는 예외는 그대로 나갑니다.
    """
    known = inputs is None
    if known:
        try:
            inputs = example_inputs(model)
        except Exception as error:
            raise NoInputs(str(error)) from error
    inputs = _as_tensors(inputs)
    if not model.built:
        model(inputs, training=False)
    record = None
    for shapes in ([_declared_shapes(model)] if known else []) + [None]:
        try:
            record = _record_graph(model, inputs, shapes)
            break
        except Exception:  # noqa: BLE001 - 그래프로 바꿀 수 없는 모델도 있습니다
            continue
    if record is None:
        record = _Record(*_record(model, inputs), inputs)
    flow = _Builder(model, record, depth).build()
    if depth is None:
        deepest = max((len(node.frames) for node in flow.nodes), default=0)
        while deepest > 0 and sum(node.kind == "layer" for node in flow.nodes) > MAX_LAYERS:
            deepest -= 1
            flow = _Builder(model, record, deepest).build()
    return flow


def _as_tensors(inputs: Any) -> Any:
    flat = keras.tree.flatten(inputs)
    if not isinstance(inputs, dict) and all(isinstance(item, (int, float)) for item in flat):
        return tf.convert_to_tensor(inputs)

    def as_tensor(value: Any) -> Any:
        tensor = tf.convert_to_tensor(value)
        return tensor[:MAX_EXAMPLE] if tensor.shape.rank else tensor

    return keras.tree.map_structure(as_tensor, inputs)


@dataclass
class _Seen:
    """층 호출 하나에서 오간 텐서들."""

    layer: Any
    parent: int | None
    inputs: list[Any]
    outputs: list[Any] = field(default_factory=list)


@dataclass
class _Record:
    trace: Trace
    seen: list[_Seen]
    inputs: Any


def _declared_shapes(model: Any) -> list[Any] | None:
    """모델의 입력이 선언한 모양. 크기를 정하지 않은 축은 None입니다."""
    declared = getattr(model, "inputs", None)
    return [tensor.shape for tensor in declared] if declared else None


def _record_graph(model: Any, inputs: Any, shapes: list[Any] | None) -> _Record:
    """모델을 계산하지 않고 그래프로만 만들면서 기록합니다."""
    kept: list[_Record] = []

    def run(*tensors: Any) -> None:
        symbolic = keras.tree.pack_sequence_as(inputs, list(tensors))
        kept.append(_Record(*_record(model, symbolic), symbolic))

    tensors = keras.tree.flatten(inputs)
    shapes = [tensor.shape for tensor in tensors] if shapes is None else shapes
    specs = [
        tf.TensorSpec(shape, tensor.dtype) for shape, tensor in zip(shapes, tensors, strict=True)
    ]
    tf.function(run, autograph=False).get_concrete_function(*specs)
    return kept[-1]


def _record(model: Any, inputs: Any) -> tuple[Trace, list[_Seen]]:
    with _watching() as seen:
        trace = record_calls(model, inputs)
    if len(seen) != len(trace.calls):
        raise RuntimeError("층 호출의 두 기록이 서로 다릅니다")
    return trace, seen


@contextmanager
def _watching() -> Iterator[list[_Seen]]:
    """층 호출마다 텐서를 붙들어 둡니다. `record_calls`와 같은 순서로 기록됩니다."""
    original = keras.layers.Layer.__call__
    seen: list[_Seen] = []
    active: list[int] = []

    def watching_call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        if tf.inside_function() and not _GRAPH_NAME.fullmatch(layer.name):
            # 여기에서 멈추지 않으면 케라스가 이름 범위를 연 채로 실패합니다.
            raise ValueError(f"그래프에서 쓸 수 없는 이름입니다: {layer.name}")
        mine = len(seen)
        given = {key: value for key, value in kwargs.items() if key != "mask"}
        seen.append(_Seen(layer, active[-1] if active else None, _tensors((args, given))))
        active.append(mine)
        try:
            outputs = original(layer, *args, **kwargs)
        finally:
            active.pop()
        seen[mine].outputs = _tensors(_in_written_order(outputs))
        return outputs

    keras.layers.Layer.__call__ = watching_call
    try:
        yield seen
    finally:
        keras.layers.Layer.__call__ = original


def _tensors(structure: Any) -> list[Any]:
    return [
        item
        for item in keras.tree.flatten(structure)
        if hasattr(item, "shape") and hasattr(item, "dtype")
    ]


def _in_written_order(structure: Any) -> Any:
    """케라스는 딕셔너리를 이름의 차례로 펼칩니다. 그 대신 쓴 차례대로 펼치게 합니다."""
    return list(structure.values()) if isinstance(structure, dict) else structure


def _key(tensor: Any) -> Any:
    """같은 텐서인지 알아보는 값."""
    if _symbolic(tensor):
        return id(tensor.graph), tensor.name
    return id(tensor)


def _symbolic(tensor: Any) -> bool:
    return isinstance(tensor, tf.Tensor) and hasattr(tensor, "op") and hasattr(tensor, "graph")


class _Builder:
    def __init__(self, model: Any, record: _Record, depth: int | None) -> None:
        self.model, self.record, self.depth = model, record, depth
        self.calls, self.seen = record.trace.calls, record.seen
        self.nodes: list[Node] = []
        self.frames: list[Frame] = []
        self.edges: list[tuple[int, int]] = []
        self.produced: dict[Any, int] = {}  # 텐서 → 만든 상자
        self.node_of_call: dict[int, int] = {}
        self.batch = self._batch_size()
        self.folded = False
        self.hidden = self._hidden_calls()
        self.turns = self._turns()
        self.children: dict[int, list[int]] = {}
        for index in self.turns:
            parent = self.seen[index].parent
            if parent is not None and index not in self.hidden:
                self.children.setdefault(parent, []).append(index)
        self.sharing = self._sharing()

    def build(self) -> Flow:
        self._add_inputs()
        self._visit(0, ())
        self._add_outputs()
        weights = {id(weight): weight for weight in self.model.weights}
        return Flow(
            name=_own_name(self.calls[0]) or type(self.model).__name__,
            layers=len({self.calls[index].layer_id for index in self.node_of_call}),
            parameters=sum(int(np.prod(weight.shape)) for weight in weights.values()),
            folded=self.folded,
            nodes=self.nodes,
            frames=self.frames,
            edges=self.edges,
        )

    def _visit(self, index: int, around: tuple[int, ...]) -> None:
        """층 호출 하나를 상자나 틀로 옮깁니다. 첫 호출은 모델 자신이라 틀을 그리지 않습니다."""
        if index not in self.children:
            self._add_layer(index, around)
            return
        inner = around
        if index > 0:
            # 틀에 들어가기 전에 한 연산은 틀 밖에, 나오기 전에 한 연산은 틀 안에 그립니다.
            for tensor in self.seen[index].inputs:
                self._source(tensor, around)
            inner = (*around, self._add_frame(self.calls[index], around))
        for child in self.children[index]:
            self._visit(child, inner)
        for tensor in self.seen[index].outputs:
            self._source(tensor, inner)

    def _batch_size(self) -> int | None:
        sizes = {
            tensor.shape[0]
            for tensor in _tensors(self.record.inputs)
            if tensor.shape.rank is not None and len(tensor.shape)
        }
        return sizes.pop() if len(sizes) == 1 else None

    def _turns(self) -> list[int]:
        """모든 호출의 번호를 그림의 차례로: 실행한 차례이고, 함수형 모델 안은 쓴 차례입니다."""
        inside: dict[int | None, list[int]] = {}
        for index, seen in enumerate(self.seen):
            inside.setdefault(seen.parent, []).append(index)
        turns: list[int] = []
        waiting = inside[None][::-1]
        while waiting:
            index = waiting.pop()
            turns.append(index)
            children = inside.get(index, [])
            if isinstance(self.seen[index].layer, keras.Function):
                children = self._as_written(index, children)
            waiting += children[::-1]
        return turns

    def _as_written(self, parent: int, children: list[int]) -> list[int]:
        """함수형 모델 안의 호출들을, 출력마다 앞의 입력을 만드는 갈래부터 차례대로 세웁니다.

        케라스는 서로 기다리지 않는 층을 쓴 차례와 거꾸로 실행하기도 합니다. 끊긴 흐름이 있으면
        실행한 차례 그대로입니다.
        """
        makers: dict[Any, list[int]] = {}
        for child in children:
            for tensor in self.seen[child].outputs:
                makers.setdefault(_key(tensor), []).append(child)
        order: list[int] = []
        visited: set[Any] = set()
        waiting: list[Any] = [
            (tensor, len(self.seen)) for tensor in self.seen[parent].outputs[::-1]
        ]
        while waiting:
            item = waiting.pop()
            if isinstance(item, int):
                order.append(item)  # 입력을 만드는 호출을 모두 세운 뒤입니다.
                continue
            tensor, reader = item
            # 받은 텐서를 그대로 돌려주는 층이 있으므로, 읽는 호출보다 앞에서 찾습니다.
            made = [child for child in makers.get(_key(tensor), []) if child < reader]
            mark = made[-1] if made else _key(tensor)
            if mark in visited:
                continue
            visited.add(mark)
            if made:
                inputs = [(source, made[-1]) for source in self.seen[made[-1]].inputs]
                waiting += [made[-1], *inputs[::-1]]
            elif _symbolic(tensor):
                waiting += [(source, reader) for source in tensor.op.inputs][::-1]
        return order if len(order) == len(children) else children

    def _hidden_calls(self) -> set[int]:
        """상자로 그리지 않는 호출: 한 상자로 보일 층의 안쪽."""
        hidden: set[int] = set()
        level: dict[int, int] = {}
        for index, seen in enumerate(self.seen):
            if seen.parent is None:
                level[index] = 0
                continue
            level[index] = level[seen.parent] + 1
            parent = self.seen[seen.parent].layer
            too_deep = self.depth is not None and level[index] > self.depth + 1
            if seen.parent in hidden or is_atomic(parent):
                hidden.add(index)
            elif too_deep:
                hidden.add(index)
                self.folded = True
        return hidden

    def _sharing(self) -> dict[int, int]:
        """여러 번 불린 층 → 번호. 가장 바깥의 공유만 셉니다."""
        counts: dict[int, int] = {}
        for index, call in enumerate(self.calls):
            if index not in self.hidden:
                counts[call.layer_id] = counts.get(call.layer_id, 0) + 1
        numbers: dict[int, int] = {}
        covered: set[int] = set()
        for index in self.turns:
            call, seen = self.calls[index], self.seen[index]
            if seen.parent in covered:
                covered.add(index)
            elif index not in self.hidden and counts[call.layer_id] > 1:
                numbers.setdefault(call.layer_id, len(numbers) + 1)
                covered.add(index)
        return numbers

    def _repeated(self, call: LayerCall) -> bool:
        before = self.turns[: self.turns.index(call.index)]
        return any(self.calls[index].layer_id == call.layer_id for index in before)

    def _shape(self, shape: Any) -> str:
        sizes = list(shape)
        if sizes and self.batch is not None and sizes[0] == self.batch:
            sizes[0] = None
        return str(tuple(sizes))

    def _shapes(self, shapes: list[Any]) -> str:
        texts = [self._shape(shape) for shape in shapes]
        return ", ".join(texts[:3]) + (" …" if len(texts) > 3 else "")

    def _add(self, kind: str, title: str, family: str, **more: Any) -> int:
        index = len(self.nodes)
        self.nodes.append(Node(index, kind, title, family, **more))
        return index

    def _add_inputs(self) -> None:
        tensors = _tensors(self.record.inputs)
        for tensor, name in zip(tensors, self._input_names(len(tensors)), strict=True):
            index = self._add(
                "input", "입력", "입력·출력", name=name, shape=self._shape(tensor.shape)
            )
            self.produced[_key(tensor)] = index

    def _input_names(self, count: int) -> list[str]:
        if isinstance(self.record.inputs, dict):
            return [str(key) for key in sorted(self.record.inputs)]
        names = [
            getattr(tensor, "name", "") for tensor in getattr(self.model, "inputs", None) or []
        ]
        # 이름을 주지 않은 입력의 자동 이름은 알려 주는 것이 없습니다.
        names = ["" if re.fullmatch(r"(keras_tensor|input_layer)(_\d+)?", n) else n for n in names]
        return names if len(names) == count else [""] * count

    def _add_frame(self, call: LayerCall, around: tuple[int, ...]) -> int:
        frame = Frame(
            index=len(self.frames),
            title=call.class_name,
            name=_own_name(call),
            parameters=call.parameters,
            shared=self.sharing.get(call.layer_id),
            repeated=self._repeated(call),
            frames=around,
        )
        self.frames.append(frame)
        return frame.index

    def _add_layer(self, index: int, around: tuple[int, ...]) -> None:
        call, seen = self.calls[index], self.seen[index]
        sources = [
            self._source(tensor, around, self._eager_source(call, position))
            for position, tensor in enumerate(seen.inputs)
        ]
        node = self._add(
            "layer",
            call.class_name,
            family_of(seen.layer),
            name=_own_name(call),
            settings=settings_of(seen.layer, call.config),
            shape=self._shapes(call.output_shapes),
            parameters=call.parameters,
            order=sum(node.kind == "layer" for node in self.nodes) + 1,
            shared=self.sharing.get(call.layer_id),
            repeated=self._repeated(call),
            frozen=call.parameters > 0 and not seen.layer.trainable_weights,
            frames=around,
        )
        self.node_of_call[index] = node
        for source in sources:
            if source is not None and (source, node) not in self.edges:
                self.edges.append((source, node))
        for tensor in seen.outputs:
            # 받은 텐서를 그대로 돌려주는 층(추론 때의 Dropout)도 흐름의 한 칸입니다.
            self.produced[_key(tensor)] = node

    def _add_outputs(self) -> None:
        structure = self.record.trace.outputs
        tensors = _tensors(structure)
        if isinstance(structure, dict):
            names = [str(key) for key in sorted(structure)]
        else:
            names = [str(name) for name in getattr(self.model, "output_names", [])]
        names = names if len(names) == len(tensors) > 1 else [""] * len(tensors)
        trace = self.record.trace
        places = list(range(len(tensors)))
        if isinstance(structure, dict) and len(structure) == len(tensors):
            places = [sorted(structure).index(key) for key in structure]
        for position in places:
            tensor, name = tensors[position], names[position]
            known = trace.output_sources[position], trace.output_bridges[position]
            source = self._source(tensor, (), known)
            shape = self._shape(tensor.shape)
            index = self._add("output", "출력", "입력·출력", name=name, shape=shape)
            if source is not None:
                self.edges.append((source, index))

    def _eager_source(self, call: LayerCall, position: int) -> tuple[int, str | None]:
        if position < len(call.sources) and position < len(call.bridges):
            return call.sources[position], call.bridges[position]
        return -2, None

    def _source(
        self,
        tensor: Any,
        around: tuple[int, ...],
        known: tuple[int, str | None] | None = None,
    ) -> int | None:
        """`tensor`를 만든 상자. 층이 아닌 연산을 지났으면 그 연산의 상자를 만듭니다."""
        key = _key(tensor)
        if key in self.produced:
            return self.produced[key]
        if _symbolic(tensor):
            sources, operations = self._walk_back(tensor)
            label = operation_label(operations)
        elif known is not None:
            sources, label = self._from_trace(*known)
        else:
            return None
        if not sources:
            return None
        if not label and len(sources) == 1:
            return sources[0]
        shape = self._shape(tensor.shape)
        node = self._add("operation", label or "연산", "층이 아닌 연산", shape=shape, frames=around)
        self.edges += [(source, node) for source in sources]
        self.produced[key] = node
        return node

    def _walk_back(self, tensor: Any) -> tuple[list[int], list[str]]:
        """그래프를 거슬러 올라가 처음 만나는 상자들과, 지나온 연산의 이름들(실행 순서)."""
        sources: list[int] = []
        operations: list[Any] = []
        visited: set[Any] = set()
        waiting = [tensor]
        while waiting:
            current = waiting.pop(0)
            key = _key(current)
            if key in visited:
                continue
            visited.add(key)
            if key in self.produced:
                if self.produced[key] not in sources:
                    sources.append(self.produced[key])
                continue
            # 모양만 읽은 것은 데이터의 흐름이 아닙니다.
            if current.op.type in ("Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike"):
                continue
            operations.append(current.op)
            waiting += list(current.op.inputs)
        useful = [op for op in operations if self._carries_data(op)]
        return sources, [op.type for op in reversed(useful)]

    def _carries_data(self, operation: Any) -> bool:
        """모델의 입력에서 온 값이 지나가는 연산인지(상수나 가중치만 다루는 연산이 아닌지)."""
        waiting, visited = list(operation.inputs), set()
        while waiting:
            tensor = waiting.pop()
            key = _key(tensor)
            if key in self.produced:
                return True
            if key not in visited:
                visited.add(key)
                waiting += list(tensor.op.inputs)
        return False

    def _from_trace(self, call: int, bridge: str | None) -> tuple[list[int], str]:
        """그래프가 없을 때: 값을 비교해서 찾은 출처. 못 찾으면 아직 쓰이지 않은 출력들."""
        if call == -1:
            return [0], bridge or ""
        while call >= 0 and call not in self.node_of_call:
            parent = self.seen[call].parent
            call = -2 if parent is None else parent
        if call >= 0:
            return [self.node_of_call[call]], bridge or ""
        used = {source for source, _ in self.edges}
        unused = [node.index for node in self.nodes if node.index not in used]
        return unused or ([len(self.nodes) - 1] if self.nodes else []), "층이 아닌 연산"


def _own_name(call: LayerCall) -> str:
    """자동으로 붙은 이름(`conv2d_3`)은 빼고, 사람이 붙인 이름만."""
    automatic = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", call.class_name))
    automatic = re.sub(r"([a-z])([A-Z])", r"\1_\2", automatic).lower()
    return "" if re.fullmatch(re.escape(automatic) + r"(_\d+)?", call.name) else call.name
