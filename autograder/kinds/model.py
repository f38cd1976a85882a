"""모델을 만드는 문제.

여기 없는 것: 모델을 실행하는 일(`observe.model`), 판정(`judge.model`), 자유 설계(`kinds.open`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import Exercise
from autograder.kinds.telling import telling_seed, tried
from autograder.protocol import Challenge


@dataclass(frozen=True)
class Tokens:
    """단어 번호의 시퀀스인 입력. 길이가 정해지지 않았고 값은 0 이상 `vocabulary` 미만입니다."""

    vocabulary: int


@dataclass(frozen=True)
class Flags:
    """있으면 1, 없으면 0인 표시 `size`개인 입력. 어떤 자료형으로 받아도 값이 그대로입니다."""

    size: int


Field = tuple[int, ...] | Tokens | Flags
"""입력 하나: 샘플 하나의 모양(실수)이나 단어 번호나 표시."""


def field_shape(field: Field) -> tuple[int | None, ...]:
    """입력 하나의 모양. 배치 축은 뺍니다."""
    if isinstance(field, Flags):
        return (field.size,)
    return (None,) if isinstance(field, Tokens) else field


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """정확도 항목: 어느 데이터셋에서 어느 문턱을 넘어야 하는지.

    `thresholds`는 데이터의 출처("builtin", "original") → 문턱(0–1),
    `prepare`는 uint8 이미지를 모델의 입력으로 바꾸는 함수입니다.
    """

    dataset: str
    thresholds: dict[str, float]
    prepare: Callable[[np.ndarray], np.ndarray]
    points: float = 3


@dataclass(frozen=True, kw_only=True)
class ModelExercise(Exercise):
    """모델을 만드는 문제.

    `inputs`는 부분의 이름 → 샘플 하나의 입력 모양입니다. 입력이 여럿이면 이름 → 입력의 딕셔너리
    (이름까지 명세일 때)나 입력의 튜플을 담은 리스트(차례만 명세일 때)입니다.
    `output_names`는 요구하는 출력의 이름들, `style`은 요구하는 API("sequential",
    "functional", "subclass")입니다. `counts`는 모델의 리스트인 부분, `detailed`는 층마다 항목을
    두는 부분(없으면 전부), `without_fit`은 `fit`을 부르지 않고 훈련했는지 묻습니다. `model_name`은 요구하는 모델 이름, `shared`는 공유를 설명하는 항목의 이름입니다.
    """

    inputs: Mapping[str, Field | dict[str, Field] | list[Field]]
    output_names: tuple[str, ...] = ()
    style: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    detailed: tuple[str, ...] | None = None
    model_name: str | None = None
    shared: str | None = None
    accuracy: Accuracy | None = None
    layer_points: float = 1
    whole_points: float = 2
    without_fit: bool = False

    kind: ClassVar[str] = "model"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        arrays: dict[str, Any] = {}
        parts: dict[str, Any] = {}
        for name, wanted in self.inputs.items():
            parts[name] = {"inputs": _question(name, wanted, random, arrays)}
            if name in self.counts:
                parts[name]["count"] = self.counts[name]
        facts: dict[str, Any] = {
            "parts": parts,
            "seeds": [0, 0],
            "weights": ["model"] if self.accuracy else [],
            "tables": sorted(_vocabularies(self.inputs)),
            "loud": {"arrays": sorted(_loud(self.inputs)), "ends": []},
        }
        challenge = Challenge(self.id, self.kind, facts, arrays)
        model = tried(self, challenge)
        facts["loud"] = facts["loud"] | {"ends": model.bounded()} if _loud(self.inputs) else None
        for number in range(len(facts["seeds"])):

            def tells(seed: int, number: int = number) -> bool:
                facts["seeds"][number] = seed
                return model.tells(challenge, number)

            telling_seed(random, tells)
        return facts, arrays


def _loud(inputs: Any, name: str = "") -> list[str]:
    """크게 해도 되는 입력(실수)의 배열 이름들."""
    if isinstance(inputs, Mapping):
        return [n for key, item in inputs.items() for n in _loud(item, f"{name}/{key}".strip("/"))]
    if isinstance(inputs, list):
        return [n for key, item in enumerate(inputs) for n in _loud(item, f"{name}/{key}")]
    return [name] if isinstance(inputs, tuple) else []


def _vocabularies(inputs: Any) -> set[int]:
    """단어 번호인 입력들의 어휘 크기."""
    if isinstance(inputs, Tokens):
        return {inputs.vocabulary}
    items = inputs.values() if isinstance(inputs, Mapping) else inputs
    return set().union(*map(_vocabularies, items)) if isinstance(inputs, (Mapping, list)) else set()


_SAMPLES = 6
_SHORTEST = 4


def _question(
    name: str, wanted: Any, random: np.random.RandomState, arrays: dict[str, Any]
) -> dict[str, Any]:
    """입력 하나나 여럿의 구조를 적고 배열을 `arrays`에 담습니다."""
    if isinstance(wanted, dict):
        content: Any = {
            key: _question(f"{name}/{key}", field, random, arrays) for key, field in wanted.items()
        }
        return {"dict": content}
    if isinstance(wanted, list):
        content = [
            _question(f"{name}/{number}", field, random, arrays)
            for number, field in enumerate(wanted)
        ]
        return {"list": content}
    if isinstance(wanted, Tokens):
        # 시퀀스마다 길이가 다르므로 입력이 뒤바뀌면 드러납니다.
        used = {value.shape[1] for value in arrays.values() if value.dtype == np.int32}
        length = next(n for n in range(_SHORTEST + random.randint(4), 1000) if n not in used)
        tokens = random.randint(1, wanted.vocabulary, (_SAMPLES, length)).astype("int32")
        # 짧은 문장의 뒤는 0으로 채웁니다. 가장 큰 번호도 꼭 나옵니다.
        for row in range(1, _SAMPLES, 2):
            tokens[row, length - random.randint(1, _SHORTEST) :] = 0
        tokens[0, 0] = wanted.vocabulary - 1
        arrays[name] = tokens
    elif isinstance(wanted, Flags):
        arrays[name] = random.randint(0, 2, (_SAMPLES, wanted.size)).astype("float32")
    else:
        # 음수가 있어야 0으로 채우는 것과 아무것도 채우지 않는 것이 갈립니다.
        values = random.uniform(-1, 1, (_SAMPLES, *wanted))
        if len(wanted) > 1:
            # 잡음뿐이면 평균을 내는 모델은 어느 사진에나 거의 같은 값을 냅니다.
            tones = random.uniform(-1, 1, (_SAMPLES, *(1 for _ in wanted[1:]), wanted[-1]))
            values = (values + tones) / 2
        arrays[name] = values.astype("float32")
    return {"tensor": name}
