"""`layer` 관찰: 층이나 모델의 클래스로 객체를 만들고, 가중치를 정해 두고 불러 봅니다.

여기 없는 것: 물음을 만드는 일(`kinds.layer`), 판정(`judge.layer`), 모델의 층 호출(`observe.trace`).

Challenge의 `facts`
- `name`: 학습자가 정의한 클래스의 이름
- `seed`: 가중치를 채울 시드
- `eager`: 참이면 `fit`도 즉시 실행으로 합니다. judge가 참고 답안을 관찰할 때만 쓰며, 그만큼 빠릅니다.
- `fill`: 채우고 비교할 가중치. "all"(없으면 이것), "trainable", 또는 "none"(훈련할 가중치를 적기만 함)
- `objects`: 만들 객체들.
  `{"args": [...], "kwargs": {...}, "calls": [{"inputs": 구조, "training": 참·거짓·없음, "mask": 구조,
  "more": {이름: 구조}}], "uses": [...], "order": [...]}`. `more`는 `call`에 더 줄 키워드 인수입니다. 인수 자리의 `{"callable": "keras.ops.tanh"}`는 그 함수입니다.
  `uses`는 새로 만든 객체를 여러 자리에서 쓰는 일이며 `observe.layer.in_use`에 적혀 있습니다.
  `order`는 가중치마다 몇 번째 값으로 채울지입니다(judge가 참고 답안을 관찰할 때만).
"""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import Any

import keras
import numpy as np

from autograder.observe.layer.in_use import use
from autograder.observe.layer.subject import Subject
from autograder.observe.limits import TooLong, time_limit
from autograder.observe.problems import problem
from autograder.protocol import Challenge, Evidence

SECONDS = 30.0
"""객체 하나를 만들고 쓰는 데 들 수 있는 CPU 시간(초)."""


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """`subject[이름]`이 클래스일 것으로 보고 객체를 만들어 관찰합니다."""
    given = subject.get(challenge.facts["name"])
    arrays: dict[str, np.ndarray] = {}
    facts: dict[str, Any] = {"status": "seen", "type": type(given).__name__}
    if inspect.isclass(given):
        facts["model"] = issubclass(given, keras.Model)
        facts["layer"] = issubclass(given, keras.layers.Layer)
    elif given is None or isinstance(given, keras.layers.Layer) or not callable(given):
        kind = "none" if given is None else "instance"
        facts = problem(kind, type=type(given).__name__)
        return Evidence(challenge.exercise, challenge.kind, facts)
    elif maker := _unfinished_decorator(given):
        facts = problem("bare_decorator", type=maker)
        return Evidence(challenge.exercise, challenge.kind, facts)
    facts["objects"], seconds = [], SECONDS
    for number, question in enumerate(challenge.facts["objects"]):
        try:
            with time_limit(seconds):
                record = _observed(Subject(given, question, challenge, arrays, f"{number}"))
        except TooLong:
            record, seconds = problem("slow", seconds=seconds), 2.0
        facts["objects"].append(record)
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def _unfinished_decorator(given: Any) -> str:
    """괄호 없이 쓴 케라스의 데코레이터(`@register_keras_serializable`)가 돌려준 함수면 그 데코레이터의 이름."""
    path = str(getattr(given, "__qualname__", ""))
    root = str(getattr(given, "__module__", "")).partition(".")[0]
    ours = isinstance(given, FunctionType) and root in ("keras", "tensorflow")
    return path.partition(".")[0] if ours and "<locals>" in path else ""


def _observed(subject: Subject) -> dict[str, Any]:
    """만들고, 불러 보고, `uses`를 차례로 합니다."""
    try:
        made = subject.make()
    except Exception as error:  # noqa: BLE001 - 학습자의 생성자는 무엇이든 던집니다
        return problem("construct", error)
    if not isinstance(made, keras.layers.Layer):
        return problem("not_layer", type=type(made).__name__)
    record: dict[str, Any] = {"status": "seen"}
    record |= subject.called(made) if subject.question.get("calls") else {}
    record["uses"] = [
        use(subject, f"{subject.name}/use{index}", asked)
        for index, asked in enumerate(subject.question.get("uses", []))
    ]
    return record
