"""모델을 파일로 저장하거나 내보내는 함수를 쓰는 문제.

여기 없는 것: 파일을 만들어 읽는 일(`observe.artifact`), 판정(`judge.artifact`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import Cases, Exercise


@dataclass(frozen=True, kw_only=True)
class ArtifactExercise(Exercise):
    """모델을 파일로 저장하거나 내보내는 함수를 쓰는 문제.

    `networks(random)`은 저장할 모델의 설명들(`observe.described` 참고)과 배열을 돌려줍니다.
    `form`은 `"keras"`(저장과 읽기), `"savedmodel"`, `"lite"` 가운데 하나입니다.
    """

    form: str
    networks: Cases

    kind: ClassVar[str] = "artifact"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        networks, arrays = self.networks(random)
        return {"form": self.form, "networks": networks}, arrays
