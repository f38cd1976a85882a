"""가중치가 아직 처음 값인지 값으로 알아보는 법. 관찰하는 쪽과 판정하는 쪽이 같이 씁니다.

여기 없는 것: 훈련하지 않았다고 말하는 일(`judge.model.accuracy`), 층의 처음 값의 비교(`judge.layer.weights`).
"""

from __future__ import annotations

import numpy as np


def started(value: np.ndarray) -> bool:
    """초깃값을 정하는 함수(initializer)가 축이 하나인 가중치에 넣는 값인지.

    편향과 배치 정규화의 가중치는 모두 같은 값으로, LSTM의 편향은 0과 1로 시작합니다. 한 번이라도 훈련하면 저마다
    다른 값이 됩니다.
    """
    found = np.unique(value)
    return len(found) <= 1 or bool(np.isin(found, (0.0, 1.0)).all())


def untouched(weights: list[np.ndarray]) -> bool | None:
    """훈련 가능한 가중치들이 처음 값 그대로인지. 값으로 알 수 있는 가중치가 없으면 None."""
    vectors = [value for value in weights if value.ndim == 1 and value.size > 1]
    return all(map(started, vectors)) if vectors else None
