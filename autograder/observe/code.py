"""함수의 코드에 되풀이가 있는지, 어떤 이름과 거듭제곱을 쓰는지. 소스가 아니라 바이트코드를 봅니다."""

from __future__ import annotations

import dis
import inspect
import itertools
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

MAX_FUNCTIONS = 50
_LOOPING = {"while_loop", "fori_loop", "scan", "reduce", "accumulate", "takewhile", "fixed_point"}


def traits(function: Any) -> dict[str, Any] | None:
    """`{"loops": 되풀이하는지, "names": 쓰는 이름들, "powers": 거듭제곱의 지수들}`. 볼 수 없으면 None.

    안에서 부르는 함수 가운데 같은 모듈에서 정의한 것까지 따라갑니다.
    """
    start = _plain(function)
    if start is None:
        return None
    loops = False
    names: set[str] = set()
    powers: set[float] = set()
    for code in _codes(start):
        instructions = list(dis.get_instructions(code))
        used = set(code.co_names + code.co_freevars)
        names |= used
        recursive = code.co_name in used and code.co_name != "<module>"
        jumps = any(
            "JUMP" in item.opname and isinstance(item.argval, int) and item.argval <= item.offset
            for item in instructions
        )
        iterates = any(item.opname in ("FOR_ITER", "SEND") for item in instructions)
        loops = loops or recursive or jumps or iterates or bool(used & _LOOPING)
        for before, item in itertools.pairwise(instructions):
            is_power = item.argrepr in ("**", "**=")
            if is_power and "LOAD_CONST" in before.opname and isinstance(before.argval, float):
                powers.add(before.argval)
    return {"loops": loops, "names": sorted(names), "powers": sorted(powers)}


def _plain(function: Any) -> FunctionType | None:
    """`tf.function`이나 `functools.wraps`로 싼 것을 벗깁니다."""
    for _ in range(5):
        if isinstance(function, FunctionType) and not hasattr(function, "__wrapped__"):
            return function
        function = getattr(function, "python_function", None) or getattr(
            function, "__wrapped__", None
        )
    return None


def _codes(start: FunctionType) -> Iterator[CodeType]:
    waiting: list[FunctionType] = [start]
    seen: set[int] = set()
    while waiting and len(seen) < MAX_FUNCTIONS:
        function = waiting.pop()
        if id(function.__code__) in seen:
            continue
        seen.add(id(function.__code__))
        yield from _nested(function.__code__)
        reachable = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
        for name in function.__code__.co_names + function.__code__.co_freevars:
            other = _plain(reachable.get(name))
            if other is not None and other.__module__ == start.__module__:
                waiting.append(other)


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)
