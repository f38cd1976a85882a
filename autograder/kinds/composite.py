"""여러 물음을 묶은 문제.

여기 없는 것: 부분마다 관찰하는 일(`observe.composite`), 판정(`judge.composite`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import Exercise


@dataclass(frozen=True, kw_only=True)
class Part:
    """묶음 안의 물음 하나.

    `exercise`는 다른 종류의 문제이며 배점, 항목, 참고 답안이 거기에서 나옵니다. `call`이 있으면 답으로 받은 함수
    `exercise.subjects`의 객체 대신 함수 `call[0]`을 인수 `call[1]`로 부른 결과를 봅니다.
    `title`은 항목의 이름 앞에 붙습니다. `shown`이면 명세에 그 모델의 층을 적습니다.
    `layers`는 모델에 꼭 있어야 하는 층입니다: (답으로 받은 클래스의 이름, 수).
    """

    exercise: Exercise
    title: str = ""
    call: tuple[str, list[Any]] | None = None
    shown: bool = False
    layers: tuple[str, int] | None = None


@dataclass(frozen=True, kw_only=True)
class CompositeExercise(Exercise):
    """여러 물음을 묶은 문제. `parts`는 이름 → 물음입니다.

    `fresh`이면 `call`로 부르는 함수가 부를 때마다 가중치까지 새로 만드는지 묻습니다.
    """

    parts: dict[str, Part]
    fresh: bool = False

    kind: ClassVar[str] = "composite"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        asked: dict[str, Any] = {}
        arrays: dict[str, Any] = {}
        for key, part in self.parts.items():
            facts, own = part.exercise.questions(random)
            asked[key] = {
                "exercise": part.exercise.id,
                "kind": part.exercise.kind,
                "subjects": list(part.exercise.subjects),
                "facts": {"subjects": list(part.exercise.subjects)} | facts,
                "call": list(part.call) if part.call else None,
                "layers": part.layers[0] if part.layers else None,
            }
            arrays |= {f"{key}:{name}": value for name, value in own.items()}
        return {"parts": asked, "again": self.fresh}, arrays
