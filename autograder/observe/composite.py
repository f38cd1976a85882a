"""`composite` 관찰: 묶인 물음을 하나씩 제 종류대로 관찰합니다.

여기 없는 것: 부분의 종류마다의 관찰(`observe`), 물음을 묶는 일(`kinds.composite`), 판정(`judge.composite`).

Challenge의 `facts`
- `parts`: 이름 → `{"exercise", "kind", "subjects", "facts", "call", "layers"}`.
  `call`이 `[함수의 이름, 인수들]`이면 그 함수를 불러 얻은 것을 봅니다.
  `layers`가 클래스의 이름이면 모델 안에 있는 그 클래스의 층을 셉니다.
- `again`: 참이면 `call`의 함수들을 한 번 더 불러, 만든 것들이 가중치를 같이 쓰는지 봅니다.

배열의 이름은 `부분:이름`입니다.
"""

from __future__ import annotations

import contextlib
import importlib
from typing import Any, TypeVar

import keras

from autograder.observe.problems import not_callable, problem, unattempted, unusable
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
    made: dict[str, Any] = {}
    for key, asked in challenge.facts["parts"].items():
        given, failed = _given(asked, subject)
        part = inner(challenge, key, asked)
        if failed:
            seen = Evidence(part.exercise, part.kind, failed)
        else:
            seen = _observe_one(part, given)
        facts["parts"][key] = {"exercise": seen.exercise, "kind": seen.kind, "facts": seen.facts}
        arrays |= {f"{key}:{name}": value for name, value in seen.arrays.items()}
        model = given.get(asked["subjects"][0])
        if isinstance(model, keras.Model):
            made[key] = model
            wanted = subject.get(asked["layers"]) if asked.get("layers") else None
            if isinstance(wanted, type):
                with contextlib.suppress(Exception):
                    facts["parts"][key]["layers"] = _count_layers(model, wanted)
    if challenge.facts.get("again"):
        facts["again"] = _again(challenge, subject, made)
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def _given(
    asked: dict[str, Any], subject: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """(부분이 볼 것들, 얻지 못했으면 그 이유의 기록)."""
    if not asked.get("call"):
        return {name: subject.get(name) for name in asked["subjects"]}, None
    name, args = asked["call"]
    function: Any = subject.get(name)
    if missing := not_callable(function):
        return {}, missing
    if unattempted(function):
        return {}, {"status": "unattempted"}
    try:
        made = function(*args)
    except Exception as error:  # noqa: BLE001 - 학습자의 함수는 무엇이든 던집니다
        return {}, problem("call", error)
    if made is None:
        return {}, problem("returns_none")
    return {asked["subjects"][0]: made}, None


def _count_layers(model: Any, kind: type) -> int:
    """모델 안(안쪽 모델까지)에 있는 클래스 `kind`의 층이 몇 개인지."""
    # 클래스의 셀만 다시 실행하면 모델에는 이름이 같은 먼저의 클래스가 있습니다.
    return sum(
        any(base is kind or base.__name__ == kind.__name__ for base in type(layer).__mro__)
        for layer in {id(layer): layer for layer in model._flatten_layers()}.values()
    )


def _again(challenge: Challenge, subject: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """한 번 더 만든 것과 처음 것이 같은지, 저마다 어느 가중치(의 번호)를 쓰는지."""
    found: dict[str, Any] = {}
    numbers: dict[int, int] = {}
    kept: list[Any] = []
    for key, first in made.items():
        asked = challenge.facts["parts"][key]
        if not asked.get("call"):
            continue
        given, failed = _given(asked, subject)
        second = given.get(asked["subjects"][0])
        # 지워진 객체의 번호는 다른 것이 다시 씁니다.
        kept.append(second)
        # 망가진 모델은 가중치를 말하지 못합니다.
        with contextlib.suppress(Exception):
            found[key] = failed or {
                "status": "seen",
                "same": second is first,
                "weights": [
                    [numbers.setdefault(id(weight), len(numbers)) for weight in model.weights]
                    for model in (first, second)
                    if isinstance(model, keras.Model)
                ],
            }
    return found


def _observe_one(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    if unattempted(subject):
        return Evidence(challenge.exercise, challenge.kind, {"status": "unattempted"})
    if facts := unusable(subject):
        return Evidence(challenge.exercise, challenge.kind, facts)
    module = importlib.import_module(f"autograder.observe.{challenge.kind}")
    try:
        evidence: Evidence = module.observe(challenge, subject)
    except Exception as error:  # noqa: BLE001 - 한 부분의 실패가 다른 부분을 막지 않습니다
        return Evidence(challenge.exercise, challenge.kind, problem("observe", error))
    return evidence
