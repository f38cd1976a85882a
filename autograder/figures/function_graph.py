"""`tf.function`이 만든 그래프를 읽어 그립니다: 연산, 변수, While과 If의 몸통, 부른 함수의 안.

여기 없는 것: 케라스 모델의 그림(`figures.flow`), 그래프의 판정(`judge.graph`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.figures import style
from autograder.figures.flow import draw
from autograder.figures.style import CannotDraw, picture
from autograder.observe.problems import unattempted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from autograder.figures.flow_graph import Flow, Frame, Node

MAX_OPERATIONS = 90
"""이보다 연산이 많은 그래프는 그려도 읽을 수 없어서 그리지 않습니다."""

_LOOPS = ("While", "StatelessWhile")
_BRANCHES = ("If", "StatelessIf")
_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_THROUGH = ("Identity", "IdentityN", "StopGradient", "Cast", "ReadVariableOp", "EnsureShape")
_PYTHON = ("EagerPyFunc", "PyFunc", "PyFuncStateless")
_EFFECTS = ("Assign", "PrintV2", "Assert", "ScatterUpdate", *_PYTHON, "StatefulPartitionedCall")


@picture
def show_graph(function: Any, *args: Any, title: str | None = None) -> Figure:
    """`tf.function`의 그래프를 그립니다. 위에서 아래로 텐서가 흐릅니다.

    - 회색 상자가 입력과 출력, 파란 상자가 연산(op)입니다. `Mul · 3`은 상수 3을 곱하는 연산입니다.
    - `While`과 `If`의 몸통, 부른 `tf.function`의 안은 틀로 둘러쌉니다.
    - 값을 그대로 넘기는 연산(`Identity`, `Cast`, 변수 읽기)과 상수는 상자로 그리지 않습니다.

    Args:
        function: `tf.function`, 또는 `get_concrete_function()`으로 꺼낸 그래프.
        args: `tf.function`에 넣을 예시 인수나 `tf.TensorSpec`.
        title: 그림의 제목. 없으면 함수의 이름입니다.
    """
    from autograder.figures.flow_layout import lay_out

    concrete = _concrete(function, args)
    flow = read_graph(concrete)
    names = operations(flow)
    count = len(names)
    if count > MAX_OPERATIONS:
        raise CannotDraw(f"연산이 {count}개라서 한눈에 볼 수 있게 그릴 수 없습니다.")
    name = title or flow.name
    figure = draw(flow, lay_out(flow, style.text_width), name, f"연산 {count}개")
    words = ", ".join(names)
    frames = ", ".join(frame.title for frame in flow.frames)
    return style.describe(
        figure, f"{name}: 연산 {count}개. {words}" + (f" ({frames})" * bool(frames))
    )


def _concrete(function: Any, args: tuple[Any, ...]) -> Any:
    if function is None or unattempted(function):
        raise CannotDraw("먼저 문제를 풀면 여기에 그래프가 나옵니다.")
    if not hasattr(function, "get_concrete_function"):
        if hasattr(function, "graph") and hasattr(function, "captured_inputs"):
            return function
        raise CannotDraw(
            "`tf.function`을 넣으세요. 예: `show_graph(함수, tf.TensorSpec([None], tf.float32))`"
        )
    try:
        return function.get_concrete_function(*args)
    except Exception as error:  # noqa: BLE001 - 학습자의 함수는 무엇이든 던질 수 있습니다
        first = (str(error).strip().splitlines() or [""])[-1].strip()
        raise CannotDraw(
            f"그래프를 만들다 오류가 났습니다. {type(error).__name__}: {first[:200]}"
        ) from None


def read_graph(concrete: Any) -> Flow:
    """그래프 하나(ConcreteFunction)를 `Flow`로 옮깁니다."""
    definition = concrete.graph.as_graph_def(add_shapes=True)
    library = {function.signature.name: function for function in definition.library.function}
    reader = _Reader(library)
    captured = list(concrete.captured_inputs)
    inputs = list(concrete.inputs)
    count = len(inputs) - len(captured)
    scope = _Scope({node.name: node for node in definition.node}, ())
    for tensor in inputs[:count]:
        scope.known[tensor.op.name, 0] = _Value(reader.add_input(tensor.op.name, tensor.shape, ()))
    for external, tensor in zip(captured, inputs[count:], strict=True):
        scope.known[tensor.op.name, 0] = _captured(reader, external, concrete)
    for node in definition.node:
        if node.op.startswith(_EFFECTS):
            reader.visit(node, scope)
    for index, tensor in enumerate(concrete.outputs):
        value = reader.value(tensor.name, scope)
        name = str(index + 1) if len(concrete.outputs) > 1 else ""
        end = reader.add("output", "출력", "입력·출력", (), name, _shape(tensor.shape))
        reader.link(value, end)
    from autograder.figures.flow_graph import Flow

    return Flow(_tidy_name(concrete.name), 0, 0, False, reader.nodes, reader.frames, reader.edges)


def _captured(reader: _Reader, external: Any, concrete: Any) -> _Value:
    for variable in concrete.graph.variables:
        if variable.handle is external:
            name = variable.name.partition(":")[0]
            return _Value(
                reader.add(
                    "op",
                    "변수",
                    "변수",
                    (),
                    "" if name == "Variable" else name,
                    _shape(variable.shape),
                )
            )
    return _Value(reader.add("op", "바깥의 텐서", "변수", (), "", _shape(external.shape)))


@dataclass(frozen=True)
class _Value:
    """텐서 하나: 만든 상자의 번호 또는 상수의 글."""

    node: int | None
    text: str = ""


@dataclass
class _Scope:
    """그래프나 함수 하나의 안. `known`은 (연산 이름, 출력 번호) → 값입니다."""

    nodes: dict[str, Any]
    frames: tuple[int, ...]
    known: dict[tuple[str, int], _Value] = field(default_factory=dict)


class _Reader:
    def __init__(self, library: dict[str, Any]) -> None:
        self.library = library
        self.nodes: list[Node] = []
        self.frames: list[Frame] = []
        self.edges: list[tuple[int, int]] = []

    def add(
        self,
        kind: str,
        title: str,
        family: str,
        frames: tuple[int, ...],
        name: str = "",
        shape: str = "",
    ) -> int:
        index = len(self.nodes)
        from autograder.figures.flow_graph import Node

        self.nodes.append(Node(index, kind, title, family, name=name, shape=shape, frames=frames))
        return index

    def add_input(self, name: str, shape: Any, frames: tuple[int, ...]) -> int:
        return self.add("input", "입력", "입력·출력", frames, name, _shape(shape))

    def add_frame(self, title: str, around: tuple[int, ...]) -> tuple[int, ...]:
        index = len(self.frames)
        from autograder.figures.flow_graph import Frame

        self.frames.append(Frame(index, title, "", 0, None, False, around))
        return (*around, index)

    def link(self, value: _Value, target: int) -> None:
        if value.node is not None and (value.node, target) not in self.edges:
            self.edges.append((value.node, target))

    def value(self, reference: str, scope: _Scope) -> _Value:
        """ "이름", "이름:1", "이름:output:1"이 가리키는 텐서의 값."""
        name, *rest = reference.split(":")
        index = int(rest[-1]) if rest else 0
        if (name, index) in scope.known:
            return scope.known[name, index]
        if name in scope.nodes:
            self.visit(scope.nodes[name], scope)
        return scope.known.get((name, index), _Value(None, "?"))

    def visit(self, node: Any, scope: _Scope) -> None:
        """연산 하나를 상자로 옮깁니다. 입력이 되는 연산을 먼저 옮깁니다."""
        if (node.name, 0) in scope.known:
            return
        if node.op == "Const":
            scope.known[node.name, 0] = _Value(None, _constant(node))
            return
        # A read that waits for an assignment shows the value after it.
        waits = [name[1:] for name in node.input if name.startswith("^")]
        inputs = [self.value(name, scope) for name in node.input if not name.startswith("^")]
        if node.op in _THROUGH:
            if node.op == "ReadVariableOp":
                inputs = [self._after_assignment(waits, scope) or inputs[0]]
            for index, value in enumerate(inputs or [_Value(None, "?")]):
                scope.known[node.name, index] = value
        elif node.op in _LOOPS:
            self._loop(node, inputs, scope)
        elif node.op in _BRANCHES:
            self._branch(node, inputs, scope)
        elif node.op in _CALLS:
            self._call(node, inputs, scope)
        else:
            self._operation(node, inputs, scope)

    def _after_assignment(self, waits: list[str], scope: _Scope) -> _Value | None:
        for name in reversed(waits):
            if name in scope.nodes and scope.nodes[name].op.startswith("Assign"):
                return self.value(name, scope)
        return None

    def _operation(self, node: Any, inputs: list[_Value], scope: _Scope) -> None:
        import tensorflow as tf

        constants = [value.text for value in inputs if value.node is None and value.text]
        shapes = node.attr["_output_shapes"].list.shape
        index = self.add(
            "op",
            " · ".join([node.op, *constants[:3]]),
            _family(node.op),
            scope.frames,
            shape=_shape(tf.TensorShape(shapes[0])) if len(shapes) else "",
        )
        for value in inputs:
            self.link(value, index)
        for output in range(max(len(shapes), 1)):
            scope.known[node.name, output] = _Value(index)

    # 함수를 담은 연산 -----------------------------------------------------------------------

    def _inside(
        self,
        name: str,
        inputs: list[_Value],
        frames: tuple[int, ...],
        known: list[_Value | None] | None = None,
    ) -> list[_Value]:
        """라이브러리의 함수 안을 그리고, 돌려주는 값들을 줍니다. `known`에 있는 값은 그리지 않습니다."""
        function = self.library[name]
        scope = _Scope({node.name: node for node in function.node_def}, frames)
        for argument, value in zip(function.signature.input_arg, inputs, strict=False):
            scope.known[argument.name, 0] = value
        for node in function.node_def:
            if node.op.startswith(_EFFECTS):
                self.visit(node, scope)
        outputs = function.signature.output_arg
        return [
            value or self.value(function.ret[output.name], scope)
            for output, value in zip(outputs, known or [None] * len(outputs), strict=True)
        ]

    def _loop(self, node: Any, inputs: list[_Value], scope: _Scope) -> None:
        body = self.library[node.attr["body"].func.name]
        frames = self.add_frame(f"{node.op} 반복", scope.frames)
        # 도는 동안 바뀌는 값마다 알약 하나: 바퀴마다 여기에서 다시 시작합니다.
        names = [argument.name for argument in body.signature.input_arg]
        starts = [
            value if _hidden(name) or self._unchanged(body, number) else None
            for number, (name, value) in enumerate(zip(names, inputs, strict=True))
        ]
        state = []
        for value, start in zip(inputs, starts, strict=True):
            if start is not None:
                state.append(start)
                continue
            # 시작 값이 상수면 그 값을, 아니면 들어오는 화살표로 알 수 있습니다.
            title = self._state_name(value, starts[: len(state)].count(None))
            index = self.add("input", title, "입력·출력", frames)
            self.link(value, index)
            state.append(_Value(index))
        test = self.add_frame("조건", frames)
        (going, *_) = self._inside(node.attr["cond"].func.name, state, test)
        again = self.add("output", "참이면 한 바퀴 더", "입력·출력", test)
        self.link(going, again)
        inner = self.add_frame("몸통", frames)
        results = self._inside(node.attr["body"].func.name, state, inner, starts)
        for number, (result, start) in enumerate(zip(results, starts, strict=True)):
            if start is not None:
                scope.known[node.name, number] = start
                continue
            title = "다음 " + self.nodes[state[number].node or 0].title.partition(":")[0]
            index = self.add("output", title, "입력·출력", inner)
            self.link(result, index)
            scope.known[node.name, number] = _Value(index)
        scope.known.setdefault((node.name, 0), _Value(None))

    def _state_name(self, value: _Value, number: int) -> str:
        letter = f"값 {chr(ord('A') + number % 26)}"
        if value.node is None:
            return f"{letter}: {value.text}에서 시작" if value.text else letter
        source = self.nodes[value.node]
        return source.name if source.kind == "input" and source.name else letter

    @staticmethod
    def _unchanged(body: Any, number: int) -> bool:
        """바퀴마다 그대로 넘어가는 값인지."""
        argument = body.signature.input_arg[number].name
        nodes = {node.name: node for node in body.node_def}
        reference = body.ret[body.signature.output_arg[number].name]
        while reference.split(":")[0] in nodes:
            node = nodes[reference.split(":")[0]]
            if node.op != "Identity":
                return False
            reference = node.input[0]
        return bool(reference.split(":")[0] == argument)

    def _branch(self, node: Any, inputs: list[_Value], scope: _Scope) -> None:
        frames = self.add_frame(f"{node.op} 분기", scope.frames)
        results = []
        for title, attribute in (("참이면", "then_branch"), ("거짓이면", "else_branch")):
            inside = self.add_frame(title, frames)
            before = len(self.nodes)
            results.append(self._inside(node.attr[attribute].func.name, inputs[1:], inside))
            if len(self.nodes) == before:
                self._empty_branch(results[-1], inside)
        chosen = self.add("output", "하나를 고름", "입력·출력", frames)
        self.link(inputs[0], chosen)
        for number in range(max(map(len, results))):
            scope.known[node.name, number] = _Value(chosen)
            for branch in results:
                self.link(branch[number], chosen)

    def _empty_branch(self, results: list[_Value], frames: tuple[int, ...]) -> None:
        constants = [value.text for value in results if value.node is None and value.text]
        index = self.add("output", " · ".join(constants) or "그대로", "입력·출력", frames)
        for number, value in enumerate(results):
            self.link(value, index)
            results[number] = _Value(index)

    def _call(self, node: Any, inputs: list[_Value], scope: _Scope) -> None:
        name = node.attr["f"].func.name
        frames = self.add_frame(_tidy_name(name), scope.frames)
        for number, value in enumerate(self._inside(name, inputs, frames)):
            scope.known[node.name, number] = value
        scope.known.setdefault((node.name, 0), _Value(None))


def _hidden(name: str) -> bool:
    return "loop_counter" in name or "maximum_iterations" in name


def _family(kind: str) -> str:
    if kind.startswith(("Assign", "Scatter")):
        return "변수 바꾸기"
    if kind in _PYTHON:
        return "파이썬 부르기"
    return "연산"


def _constant(node: Any) -> str:
    """상수의 글: 스칼라와 짧은 벡터는 값, 나머지는 모양."""
    import tensorflow as tf

    value = tf.make_ndarray(node.attr["value"].tensor)
    if value.dtype.kind not in "biuf":
        return ""
    if value.size <= 3:
        return ", ".join(_number(item) for item in np.ravel(value))
    return f"상수 {tuple(value.shape)}"


def _number(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "참" if value else "거짓"
    return f"{value:g}" if isinstance(value, np.floating) else str(value)


def _shape(shape: Any) -> str:
    """모양의 글. 스칼라는 적지 않습니다."""
    if shape is None or shape.rank is None:
        return "모양 모름"
    return str(tuple(shape)) if shape.rank else ""


def _tidy_name(name: Any) -> str:
    text = name.decode() if isinstance(name, bytes) else str(name)
    return re.sub(r"^__(inference|forward|backward)_|_\d+$", "", text)


def operations(flow: Flow) -> list[str]:
    """그림에 있는 연산들의 글, 만들어진 순서대로."""
    return [node.title for node in flow.nodes if node.kind == "op" and node.family != "변수"]
