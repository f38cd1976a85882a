"""`function` 관찰: 함수를 정해진 인수로 불러 결과, 자료형, 예외, 바뀐 변수와 배열을 적습니다.

여기 없는 것: 물음을 만드는 일(`kinds.function`), 판정(`judge.function`), 그래프(`observe.graph`).

Challenge의 `facts`
- `name`: 학습자가 정의한 함수의 이름
- `calls`: `{"args": [구조, …], "kwargs": {이름: 구조}, "times": 이어서 부를 횟수}`의 목록
- `code`: 참이면 함수의 코드도 살핍니다(`observe.code`)
- `seconds`: 한 번 부르는 데 쓸 수 있는 CPU 시간(없으면 `SECONDS`)
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from autograder.observe import structure
from autograder.observe.code import traits
from autograder.observe.limits import TooLong, time_limit
from autograder.observe.problems import not_callable, problem
from autograder.protocol import Challenge, Evidence

SECONDS = 10.0
"""한 번 부르는 데 쓸 수 있는 CPU 시간(초)."""
MOST_ENDLESS = 3
"""끝나지 않는 호출이 이만큼이면 나머지는 불러 보지 않습니다."""


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """`subject[이름]`을 challenge가 적은 대로 부릅니다."""
    function = subject.get(challenge.facts["name"])
    if missing := not_callable(function):
        return Evidence(challenge.exercise, challenge.kind, missing)
    arrays: dict[str, np.ndarray] = {}
    facts: dict[str, Any] = {"status": "seen", "calls": []}
    seconds, endless = float(challenge.facts.get("seconds", SECONDS)), 0
    for index, call in enumerate(challenge.facts["calls"]):
        if endless == MOST_ENDLESS:
            facts["calls"].append(problem("slow", seconds=seconds))
            continue
        record = _call(f"{index}", function, call, challenge, arrays, seconds)
        if record.get("problem") == "slow":
            # One endless loop is enough to know; the others must not take as long again.
            seconds, endless = min(seconds, 0.5), endless + 1
        facts["calls"].append(record)
    if challenge.facts.get("code"):
        facts["code"] = _traits(function)
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def _traits(function: Any) -> dict[str, Any] | None:
    try:
        return traits(function)
    except Exception:  # noqa: BLE001 - 코드를 볼 수 없는 함수도 있습니다
        return None


def _call(
    name: str,
    function: Any,
    call: dict[str, Any],
    challenge: Challenge,
    arrays: dict[str, np.ndarray],
    seconds: float,
) -> dict[str, Any]:
    variables: dict[str, Any] = {}
    args = [structure.build(spec, challenge.arrays, variables) for spec in call.get("args", [])]
    kwargs = {
        key: structure.build(spec, challenge.arrays, variables)
        for key, spec in call.get("kwargs", {}).items()
    }
    given = [
        item for item in structure.leaves([args, kwargs]) if isinstance(item, (np.ndarray, list))
    ]
    copies = [copy.copy(item) for item in given]
    try:
        with time_limit(seconds):
            for _ in range(call.get("times", 1)):
                result = function(*args, **kwargs)
        outputs = structure.collect(f"{name}/out", result, arrays)
        for key, variable in variables.items():
            arrays[f"{name}/var/{key}"] = variable.numpy()
    except TooLong:
        return problem("slow", seconds=seconds)
    except structure.TooLarge as error:
        return problem("huge", error)
    except Exception as error:  # noqa: BLE001 - 학습자의 함수는 무엇이든 던집니다
        return problem("call", error)
    record: dict[str, Any] = {"status": "seen", "none": result is None, "outputs": outputs}
    record["type"] = type(result).__name__
    record["variables"] = {key: f"{name}/var/{key}" for key in variables}
    altered = [one for one, before in zip(given, copies, strict=True) if not _same(one, before)]
    record["changed"] = bool(altered)
    record["changed_lists"] = any(isinstance(one, list) for one in altered)
    return record


def _same(one: Any, before: Any) -> bool:
    if isinstance(one, list):
        return bool(one == before)
    return np.array_equal(one, before)
