"""`function` 관찰: 함수를 정해진 인수로 불러 결과, 자료형, 예외, 바뀐 변수를 적습니다.

Challenge의 `facts`
- `name`: 학습자가 정의한 함수의 이름
- `calls`: `{"args": [구조, …], "kwargs": {이름: 구조}}`의 목록
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.observe import structure
from autograder.observe.problems import problem
from autograder.protocol import Challenge, Evidence


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """`subject[이름]`을 challenge가 적은 대로 부릅니다."""
    function = subject.get(challenge.facts["name"])
    if function is None or not callable(function):
        kind = "none" if function is None else "not_function"
        facts = problem(kind, type=type(function).__name__)
        return Evidence(challenge.exercise, challenge.kind, facts)
    arrays: dict[str, np.ndarray] = {}
    calls = [
        _call(f"{index}", function, call, challenge, arrays)
        for index, call in enumerate(challenge.facts["calls"])
    ]
    return Evidence(challenge.exercise, challenge.kind, {"status": "seen", "calls": calls}, arrays)


def _call(
    name: str,
    function: Any,
    call: dict[str, Any],
    challenge: Challenge,
    arrays: dict[str, np.ndarray],
) -> dict[str, Any]:
    variables: dict[str, Any] = {}
    args = [structure.build(spec, challenge.arrays, variables) for spec in call.get("args", [])]
    kwargs = {
        key: structure.build(spec, challenge.arrays, variables)
        for key, spec in call.get("kwargs", {}).items()
    }
    try:
        result = function(*args, **kwargs)
        outputs = structure.collect(f"{name}/out", result, arrays)
        for key, variable in variables.items():
            arrays[f"{name}/var/{key}"] = variable.numpy()
    except structure.TooLarge as error:
        return problem("huge", error)
    except Exception as error:  # noqa: BLE001 - 학습자의 함수는 무엇이든 던집니다
        return problem("call", error)
    record: dict[str, Any] = {"status": "seen", "none": result is None, "outputs": outputs}
    record["variables"] = {key: f"{name}/var/{key}" for key in variables}
    return record
