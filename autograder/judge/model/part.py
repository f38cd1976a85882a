"""판정할 모델 하나: 명세의 기록과 학습자의 기록, 둘을 비교해 이미 아는 것.

여기 없는 것: 항목을 만드는 일(`judge.model.layers`, `judge.model.whole`), 부분의 단계들(`judge.model.reference`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.kinds import ModelExercise


@dataclass(frozen=True)
class Part:
    """`inputs`의 이름 하나(리스트면 그 가운데 하나)의 모델과 그것에 대해 아는 것.

    - `prefix`: 부분이 여럿일 때 항목과 메시지의 앞에 붙이는 말. 하나면 빈 문자열.
    - `wanted`, `found`: 참고 모델과 학습자의 모델을 관찰한 기록. `arrays`는 학습자의 출력.
    - `equal`: 추론 모드에서 같은 값을 내는지. `alike`: 훈련 모드에서도 같은 값을 내는지.
    - `surplus`: 명세에 없는 가중치가 더 있지만 값은 같은지(이때 `equal`은 거짓).
    - `idle`: 훈련할 때만 일하는 층이 명세에 있는데, 훈련 모드에서도 추론과 같은 값을 내는지.
    - `crossed`: 서로 바뀐 출력의 이름 → 그 값이 명세에서 갖는 이름. 없으면 빈 딕셔너리.
    - `detailed`: 층마다의 항목이 따로 있는지. `unshared`: 가중치의 공유가 명세와 다른지.
    """

    exercise: ModelExercise
    name: str
    prefix: str
    wanted: dict[str, Any]
    found: dict[str, Any]
    arrays: Mapping[str, np.ndarray]
    equal: bool
    alike: bool
    surplus: bool
    idle: bool
    crossed: dict[str, str]
    detailed: bool
    unshared: bool
