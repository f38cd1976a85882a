"""함수의 코드에 되풀이가 있는지, 어떤 이름과 거듭제곱을 쓰는지. 소스가 아니라 바이트코드를 봅니다.

여기 없는 것: 함수를 부르는 일(`observe.function`), 되풀이를 요구하는 항목(`judge.function`).
"""

from __future__ import annotations

import dis
import inspect
import itertools
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

MAX_FUNCTIONS = 50
_POWERS = {"pow", "power", "float_power", "__pow__", "__ipow__"}
_LOOPING = {"while_loop", "fori_loop", "scan", "reduce", "accumulate", "takewhile", "fixed_point"}


_DIVIDING = {
    *("div", "divide", "div_no_nan", "divide_no_nan", "floordiv", "realdiv", "truediv"),
    *("true_divide", "reciprocal", "reciprocal_no_nan", "__truediv__", "__rtruediv__"),
}


def traits(function: Any) -> dict[str, Any] | None:
    """`{"loops": 되풀이하는지, "names": 쓰는 이름들, "powers": 거듭제곱의 지수들, "divides": …}`.

    `divides`는 바뀌는 값으로 나누는지입니다. 볼 수 없으면 None.

    안에서 부르는 함수 가운데 같은 모듈에서 정의한 것까지 따라갑니다.
    """
    start = _plain(function)
    if start is None:
        return None
    loops = False
    names: set[str] = set()
    powers: set[float] = set()
    divides = False
    for code, known in _codes(start):
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
        powers |= _powers(instructions, known)
        fixed = set() if recursive or code is not start.__code__ else _never_stored(code)
        divides = divides or bool(used & _DIVIDING) or _divides(instructions, fixed)
    return {
        "loops": loops,
        "names": sorted(names),
        "powers": sorted(powers),
        "divides": divides,
    }


def _never_stored(code: CodeType) -> set[str]:
    """값을 다시 담지 않는 매개변수들."""
    stored: set[str] = set()
    for item in dis.get_instructions(code):
        if item.opname.startswith("STORE_"):
            # Two names may be stored, or one stored and one loaded, at once.
            stored |= set(item.argval) if isinstance(item.argval, tuple) else {str(item.argval)}
    count = code.co_argcount + code.co_kwonlyargcount
    return set(code.co_varnames[:count]) - stored


def _divides(instructions: list[dis.Instruction], fixed: set[str]) -> bool:
    """상수도 `fixed`의 이름도 아닌 것으로 나누는 `/`나, 지수가 음수인 `**`가 있는지."""
    for index, item in enumerate(instructions):
        if item.argrepr in ("/", "/="):
            divisor = instructions[_start(instructions, index, 1) : index]
            names: set[str] = set()
            for part in divisor:
                if part.opname.startswith("LOAD_") and not isinstance(part.argval, (int, float)):
                    value = part.argval
                    # The name before the divisor may be loaded by the same instruction.
                    names |= {value[-1]} if isinstance(value, tuple) else {str(value)}
            if names - fixed:
                return True
        elif item.argrepr in ("**", "**=") and index:
            exponent = instructions[index - 1].argval
            if isinstance(exponent, (int, float)) and exponent < 0:
                return True
    return False


def _powers(instructions: list[dis.Instruction], known: dict[str, Any]) -> set[float]:
    """`x ** 지수`와 `pow(x, 지수)`에서, 식으로 계산하지 않은 지수들. `known`은 바깥 이름의 값입니다."""
    values: dict[str, set[float]] = {
        name: {value} for name, value in known.items() if isinstance(value, float)
    }
    for before, item in itertools.pairwise(instructions):
        if item.opname.startswith("STORE_") and isinstance(before.argval, float):
            values.setdefault(str(item.argval), set()).add(before.argval)
    found: set[float] = set()
    for index, item in enumerate(instructions):
        end = index
        if item.opname in ("CALL", "CALL_KW"):
            # The names of keyword arguments come last: a constant of their own from 3.13 on.
            end -= item.opname == "CALL_KW"
            while instructions[end - 1].opname in ("PRECALL", "KW_NAMES"):
                end -= 1
            callee = _start(instructions, end, item.arg or 0) - 1
            if instructions[callee].opname == "PUSH_NULL":
                callee -= 1
            if not item.arg or instructions[callee].argval not in _POWERS:
                continue
        elif item.argrepr not in ("**", "**="):
            continue
        exponent = instructions[_start(instructions, end, 1) : end]
        if any(part.opname.startswith("BINARY") for part in exponent):
            continue
        for part in exponent:
            if isinstance(part.argval, float):
                found.add(part.argval)
            # Two names may be loaded at once; the exponent is the last.
            name = part.argval[-1] if isinstance(part.argval, tuple) else part.argval
            if part.opname.startswith("LOAD") and isinstance(name, str):
                found |= values.get(name, set())
    return found


def _start(instructions: list[dis.Instruction], end: int, count: int) -> int:
    """`end` 바로 앞에서 스택에 놓인 값 `count`개를 만들기 시작하는 자리."""
    depth = 0
    while depth < count and end > 0:
        end -= 1
        depth += dis.stack_effect(instructions[end].opcode, instructions[end].arg, jump=False)
    return end


def _plain(function: Any) -> FunctionType | None:
    """`tf.function`이나 `functools.wraps`로 싼 것을 벗깁니다."""
    for _ in range(5):
        if isinstance(function, FunctionType) and not hasattr(function, "__wrapped__"):
            return function
        function = getattr(function, "python_function", None) or getattr(
            function, "__wrapped__", None
        )
    return None


def _codes(start: FunctionType) -> Iterator[tuple[CodeType, dict[str, Any]]]:
    """살필 코드와, 그 코드가 쓰는 바깥 이름(전역, 클로저, 기본값)의 값."""
    waiting: list[FunctionType] = [start]
    seen: set[int] = set()
    while waiting and len(seen) < MAX_FUNCTIONS:
        function = waiting.pop()
        if id(function.__code__) in seen:
            continue
        seen.add(id(function.__code__))
        reachable = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
        for code in _nested(function.__code__):
            outer = {name: reachable.get(name) for name in code.co_names + code.co_freevars}
            yield code, outer | _defaults(function)
        for name in function.__code__.co_names + function.__code__.co_freevars:
            other = _plain(reachable.get(name))
            if other is not None and other.__module__ == start.__module__:
                waiting.append(other)


def _defaults(function: FunctionType) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters.values()
    return {item.name: item.default for item in parameters}


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)
