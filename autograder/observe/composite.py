"""`composite` 관찰: 묶인 물음을 하나씩 제 종류대로 관찰합니다.

Challenge의 `facts`
- `parts`: 이름 → `{"exercise", "kind", "subjects", "facts", "call"}`. `call`이 `[함수의 이름, 인수들]`이면
  그 함수를 불러 얻은 것을 봅니다.

배열의 이름은 `부분:이름`입니다.
"""

from __future__ import annotations

import importlib
from typing import Any, TypeVar

from autograder.observe.problems import problem, unattempted
from autograder.protocol import Challenge, Evidence

_M = TypeVar("_M", Challenge, Evidence)


def inner(message: _M, key: str, facts: dict[str, Any]) -> _M:
    """묶음에서 부분 `key`의 Challenge나 Evidence를 꺼냅니다. `facts`는 그 부분의 것입니다."""
    prefix = f"{key}:"
    arrays = {
        name.removeprefix(prefix): value
        for name, value in message.arrays.items()
        if name.startswith(prefix)
    }
    return type(message)(facts["exercise"], facts["kind"], facts["facts"], arrays)


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """부분마다 관찰해 하나로 묶습니다."""
    facts: dict[str, Any] = {"status": "seen", "parts": {}}
    arrays: dict[str, Any] = {}
    for key, asked in challenge.facts["parts"].items():
        seen = _observe_part(inner(challenge, key, asked), asked, subject)
        facts["parts"][key] = {"exercise": seen.exercise, "kind": seen.kind, "facts": seen.facts}
        arrays |= {f"{key}:{name}": value for name, value in seen.arrays.items()}
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def _observe_part(challenge: Challenge, asked: dict[str, Any], subject: dict[str, Any]) -> Evidence:
    if not asked.get("call"):
        return _observe_one(challenge, {name: subject.get(name) for name in asked["subjects"]})
    name, args = asked["call"]
    function = subject.get(name)
    made: Any = None
    if function is None or not callable(function):
        kind = "none" if function is None else "not_function"
        facts = problem(kind, type=type(function).__name__)
        return Evidence(challenge.exercise, challenge.kind, facts)
    if unattempted(function):
        return Evidence(challenge.exercise, challenge.kind, {"status": "unattempted"})
    try:
        made = function(*args)
    except Exception as error:  # noqa: BLE001 - 학습자의 함수는 무엇이든 던집니다
        return Evidence(challenge.exercise, challenge.kind, problem("call", error))
    if made is None:
        return Evidence(challenge.exercise, challenge.kind, problem("returns_none"))
    return _observe_one(challenge, {asked["subjects"][0]: made})


def _observe_one(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    if unattempted(subject):
        return Evidence(challenge.exercise, challenge.kind, {"status": "unattempted"})
    module = importlib.import_module(f"autograder.observe.{challenge.kind}")
    try:
        evidence: Evidence = module.observe(challenge, subject)
    except Exception as error:  # noqa: BLE001 - 한 부분의 실패가 다른 부분을 막지 않습니다
        return Evidence(challenge.exercise, challenge.kind, problem("observe", error))
    return evidence
