"""`graph` 관찰: `tf.function`을 부르며 결과, 트레이싱한 횟수, 그래프에 든 연산을 적습니다.

여기 없는 것: 물음을 만드는 일(`kinds.graph`), 판정(`judge.graph`), 그래프로 부르지 않는 함수(`observe.function`).

Challenge의 `facts`
- `name`: 학습자가 정의한 함수나 클래스의 이름
- `form`: "function"(함수를 바로 부름) 또는 "class"(객체를 만들어 부름)
- `calls`: `{"object": 객체 번호, "args": [구조, …]}`의 목록. 객체는 처음 부를 때 만듭니다.
- `replace`(없어도 됨): `{"name": 이름, "scale": a, "offset": b}`. 학습자의 함수가 부르는 그 이름의
  함수를 `a·x + b`로 바꾸어 다시 부릅니다. 정말로 그 함수를 부르는지 알 수 있습니다.

다른 관찰은 `tf.function`을 파이썬으로 실행하지만 여기에서는 정말로 그래프를 만듭니다.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import inspect
import operator
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

import numpy as np
import tensorflow as tf

from autograder.observe import structure
from autograder.observe.limits import TooLong, time_limit
from autograder.observe.problems import graph_problem, problem
from autograder.protocol import Challenge, Evidence

MAX_KINDS = 300
"""적어 두는 연산 종류의 최대 수."""
MAX_SECONDS, FIRST_SECONDS = 5.0, 10.0
"""한 번 부를 때 쓸 수 있는 CPU 시간. 처음에는 트레이싱까지 하므로 더 줍니다."""


@dataclass
class Run:
    """가장 바깥에서 그래프로 실행한 것 하나."""

    function: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    traces_before: int


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """`subject[이름]`을 challenge가 적은 대로 부르면서 그래프를 들여다봅니다."""
    given = subject.get(challenge.facts["name"])
    found = _unusable(given, challenge.facts["form"])
    if found is not None:
        return Evidence(challenge.exercise, challenge.kind, found)
    arrays: dict[str, np.ndarray] = {}
    facts: dict[str, Any] = {"status": "seen", "type": type(given).__name__}
    with _running_as_graphs(True):
        if challenge.facts["form"] == "function":
            facts["compiled"] = _compiled_kind(given)
        facts["calls"] = _calls(given, challenge, arrays)
    if "replace" in challenge.facts:
        with _running_as_graphs(False):
            facts["replaced"] = _replaced(given, challenge, arrays)
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def _unusable(given: Any, form: str) -> dict[str, Any] | None:
    if given is None:
        return problem("none", type="NoneType")
    if form == "class":
        if not inspect.isclass(given) and not isinstance(given, (FunctionType, functools.partial)):
            return problem("instance", type=type(given).__name__)
    elif inspect.isclass(given) or not callable(given):
        return problem(
            "not_function", type=given.__name__ if inspect.isclass(given) else type(given).__name__
        )
    return None


# 그래프인지 ---------------------------------------------------------------------------------


@functools.lru_cache(maxsize=1)
def _graph_types() -> tuple[Any, Any]:
    """`tf.function`이 만드는 객체의 클래스와, 그래프 하나(ConcreteFunction)의 클래스."""
    probe = tf.function(lambda: tf.constant(0))
    return type(probe), type(probe.get_concrete_function())


def _compiled_kind(given: Any) -> str | None:
    """ "function"(`tf.function`), "concrete"(그래프 하나), "object"(`__call__`이 `tf.function`), None."""
    function, concrete = _graph_types()
    while isinstance(given, functools.partial):
        given = given.func
    if isinstance(given, function):
        return "function"
    if isinstance(given, concrete):
        return "concrete"
    if not inspect.isclass(given) and isinstance(
        inspect.getattr_static(type(given), "__call__", None), function
    ):
        return "object"
    return None


@contextlib.contextmanager
def _running_as_graphs(graphs: bool) -> Iterator[None]:
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(not graphs)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


@contextlib.contextmanager
def _watching() -> Iterator[list[Run]]:
    """안에서 가장 바깥으로 실행된 그래프를 모두 적습니다."""
    runs: list[Run] = []
    depth = 0

    def watched(original: Any) -> Any:
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            nonlocal depth
            if not depth:
                runs.append(Run(self, args, kwargs, _traces(self)))
            depth += 1
            try:
                return original(self, *args, **kwargs)
            finally:
                depth -= 1

        return call

    originals = [(kind, kind.__call__) for kind in _graph_types()]
    for kind, original in originals:
        kind.__call__ = watched(original)
    try:
        yield runs
    finally:
        for kind, original in originals:
            kind.__call__ = original


def _traces(function: Any) -> int:
    count = getattr(function, "experimental_get_tracing_count", None)
    return int(count()) if count is not None else 1


@dataclass
class _Object:
    """부르는 것 하나와, 지금까지 본 그래프 함수들."""

    target: Any
    functions: dict[int, Any]
    traces: int = 0


# 부르기 -------------------------------------------------------------------------------------


def _calls(given: Any, challenge: Challenge, arrays: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    made: dict[int, _Object | dict[str, Any]] = {}
    records = []
    for index, call in enumerate(challenge.facts["calls"]):
        number = call.get("object", 0)
        if number not in made:
            made[number] = _make(given, challenge.facts["form"])
        thing = made[number]
        if isinstance(thing, dict):
            records.append(thing)
            continue
        args = [structure.build(spec, challenge.arrays) for spec in call["args"]]
        records.append(_call(f"{index}", thing, args, arrays))
        if records[-1].get("problem") == "slow":
            return records + [records[-1]] * (len(challenge.facts["calls"]) - len(records))
    return records


def _make(given: Any, form: str) -> _Object | dict[str, Any]:
    if form == "function":
        return _Object(given, {})
    try:
        return _Object(given(), {})
    except Exception as error:  # noqa: BLE001 - 학습자의 생성자는 무엇이든 던집니다
        return graph_problem("construct", error)


def _call(
    name: str, thing: _Object, args: list[Any], arrays: dict[str, np.ndarray]
) -> dict[str, Any]:
    failure: dict[str, Any] | None = None
    outputs: list[dict[str, Any]] = []
    seconds = MAX_SECONDS if thing.functions else FIRST_SECONDS
    with _watching() as runs:
        try:
            with time_limit(seconds):
                result = thing.target(*args)
            outputs = structure.collect(name, result, arrays)
        except structure.TooLarge as error:
            failure = problem("huge", error)
        except TooLong:
            failure = problem("slow", seconds=seconds)
        except Exception as error:  # noqa: BLE001 - 학습자의 함수는 무엇이든 던집니다
            failure = graph_problem("call", error)
    # The count before the first run of a function in this call is the one to start from.
    before = {id(run.function): run.traces_before for run in reversed(runs)}
    thing.functions |= {id(run.function): run.function for run in runs}
    thing.traces += sum(_traces(thing.functions[key]) - count for key, count in before.items())
    counted = {
        "traces": thing.traces,
        "total": sum(_traces(function) for function in thing.functions.values()),
    }
    if failure is not None:
        return failure | counted
    operations: Counter[str] = Counter()
    variables: set[int] = set()
    for run in runs:
        graph = _graph(run)
        if graph is not None:
            operations += operation_types(graph)
            variables |= {id(variable) for variable in graph.variables}
    record = {"status": "seen", "outputs": outputs, "graphs": len(runs), **counted}
    record["type"] = type(result).__name__
    record["captured"] = len(variables)
    record["ops"] = dict(operations.most_common(MAX_KINDS))
    return record


def _graph(run: Run) -> Any:
    """방금 실행한 그래프. 같은 인수로 물으므로 새로 트레이싱하지 않습니다."""
    function, _ = _graph_types()
    if not isinstance(run.function, function):
        return run.function.graph
    try:
        return run.function.get_concrete_function(*run.args, **run.kwargs).graph
    except Exception:  # noqa: BLE001 - 실행은 되었지만 그래프를 꺼낼 수 없는 때
        return None


def operation_types(graph: Any) -> Counter[str]:
    """그래프에 든 연산의 종류와 수. While과 If의 몸통, 부른 함수의 안까지 셉니다."""
    definition = graph.as_graph_def()
    library = {function.signature.name: function for function in definition.library.function}
    counts: Counter[str] = Counter()
    visited: set[str] = set()
    waiting = [definition.node]
    while waiting:
        for node in waiting.pop():
            counts[node.op] += 1
            inner = [node.op]
            for attribute in node.attr.values():
                inner += [attribute.func.name, *(item.name for item in attribute.list.func)]
            for name in inner:
                if name in library and name not in visited:
                    visited.add(name)
                    waiting.append(library[name].node_def)
    return counts


# 다른 함수를 부르는지 -----------------------------------------------------------------------


def _replaced(given: Any, challenge: Challenge, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    rule = challenge.facts["replace"]
    places = list(_places(given, rule["name"]))
    stand_in = _stand_in(rule["scale"], rule["offset"])
    swaps = _swaps(given, rule["name"], places, stand_in.__code__)
    if not places and not swaps:
        return {"status": "seen", "found": False}
    args = [structure.build(spec, challenge.arrays) for spec in challenge.facts["calls"][0]["args"]]
    try:
        with _in_their_place(places, swaps, stand_in):
            with time_limit(MAX_SECONDS):
                result = given(*args)
            outputs = structure.collect("replaced", result, arrays)
    except TooLong:
        return problem("slow", seconds=MAX_SECONDS) | {"found": True}
    except Exception as error:  # noqa: BLE001
        return graph_problem("call", error) | {"found": True}
    return {
        "status": "seen",
        "found": True,
        "plain": all(_compiled_kind(place.value) is None for place in places),
        "outputs": outputs,
    }


@dataclass
class _Place:
    """이름이 가리키는 값이 있는 자리: 전역 딕셔너리나 클로저의 칸."""

    holder: Any
    key: Any
    value: Any

    def put(self, value: Any) -> None:
        if isinstance(self.holder, dict):
            self.holder[self.key] = value
        else:
            self.holder.cell_contents = value


def _places(given: Any, name: str) -> Iterator[_Place]:
    waiting, visited, used = [given], set(), set()
    while waiting:
        function = _plain_function(waiting.pop())
        if function is None or id(function) in visited:
            continue
        visited.add(id(function))
        for free, cell in zip(
            function.__code__.co_freevars, function.__closure__ or (), strict=True
        ):
            with contextlib.suppress(ValueError):
                if free != name:
                    waiting.append(cell.cell_contents)
                elif id(cell) not in used:
                    used.add(id(cell))
                    yield _Place(cell, None, cell.cell_contents)
        names = function.__globals__
        if name in names and id(names) not in used:
            used.add(id(names))
            yield _Place(names, name, names[name])


def _stand_in(scale: float, offset: float) -> FunctionType:
    """텐서 인수에 `scale`을 곱하고 `offset`을 더하는 함수. 내장 이름만 써서 코드를 어디에나 옮길 수 있습니다."""
    text = "[item for item in (*args, *kwargs.values()) if hasattr(item, '__array__')][0]"
    code = eval(f"lambda *args, **kwargs: {scale!r} * {text} + {offset!r}").__code__
    return FunctionType(code, {})


def _swaps(
    given: Any, name: str, places: list[_Place], stand_in: CodeType
) -> list[tuple[FunctionType, CodeType]]:
    """학습자의 코드에서 그 이름으로 정의한 함수들과, 대신 쓸 코드.

    가리키는 자리가 아니라 함수의 코드를 바꾸므로 partial, 기본값, 리스트, 속성 어디에 담겼든 바뀝니다.
    """
    start = _plain_function(given)
    if start is None:
        return []
    named = {id(_unwrapped(place.value)) for place in places}
    swaps = []
    for item in gc.get_objects():
        if isinstance(item, FunctionType) and item.__globals__ is start.__globals__:
            # A decorator made with `functools.wraps` has the name too, but its code does not.
            whole = id(item) in named
            code = (
                _put(stand_in, item.__code__) if whole else _swapped(item.__code__, name, stand_in)
            )
            if code is not item.__code__:
                swaps.append((item, code))
    return swaps


def _put(stand_in: CodeType, code: CodeType) -> CodeType:
    return stand_in.replace(co_freevars=code.co_freevars)


def _swapped(code: CodeType, name: str, stand_in: CodeType) -> CodeType:
    """그 이름의 `def`를 몸통에 품은 코드라면 그것까지 바꾼 코드."""
    if code.co_name == name:
        return _put(stand_in, code)
    constants = [
        _swapped(item, name, stand_in) if isinstance(item, CodeType) else item
        for item in code.co_consts
    ]
    if all(map(operator.is_, constants, code.co_consts)):
        return code
    return code.replace(co_consts=tuple(constants))


def _unwrapped(function: Any) -> Any:
    """데코레이터가 `__wrapped__`에 남긴 파이썬 함수."""
    for _ in range(20):
        if not isinstance(function, FunctionType) or not hasattr(function, "__wrapped__"):
            break
        function = function.__wrapped__
    return function


@contextlib.contextmanager
def _in_their_place(
    places: list[_Place], swaps: list[tuple[FunctionType, CodeType]], stand_in: FunctionType
) -> Iterator[None]:
    """안에서는 코드를 바꿀 수 있는 함수는 코드를, 나머지는 가리키는 자리의 값을 바꿉니다."""
    originals = [(function, function.__code__) for function, _ in swaps]
    swapped = {id(function) for function, _ in swaps}
    others = [place for place in places if id(_unwrapped(place.value)) not in swapped]
    try:
        for function, code in swaps:
            function.__code__ = code
        for place in others:
            place.put(stand_in)
        yield
    finally:
        for function, code in originals:
            function.__code__ = code
        for place in others:
            place.put(place.value)


def _plain_function(given: Any) -> FunctionType | None:
    """`tf.function`, partial, 메서드, 데코레이터 안에 든 파이썬 함수."""
    for _ in range(20):
        if isinstance(given, FunctionType):
            wrapped = getattr(given, "__wrapped__", None)
            if wrapped is None:
                return given
            given = wrapped
        elif isinstance(given, functools.partial):
            given = given.func
        elif inspect.ismethod(given):
            given = given.__func__
        elif _compiled_kind(given) == "function":
            given = given.python_function
        elif _compiled_kind(given) == "object":
            given = inspect.getattr_static(type(given), "__call__")
        else:
            return None
    return None
