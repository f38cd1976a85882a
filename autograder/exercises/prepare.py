"""uint8 이미지를 모델의 입력으로 바꾸는 함수들. 노트북이 하는 것과 같습니다.

여기 없는 것: 이미지를 주는 일(`data.loading`), 정확도를 재는 일(`judge.model.accuracy`).
"""

from __future__ import annotations

import numpy as np


def scaled(images: np.ndarray) -> np.ndarray:
    """(N, H, W, C) uint8 → 같은 모양의 [0, 1] float32."""
    return images.astype("float32") / 255.0


def with_channel(images: np.ndarray) -> np.ndarray:
    """(N, H, W) uint8 → (N, H, W, 1) [0, 1] float32."""
    return scaled(images)[..., np.newaxis]


def flattened(images: np.ndarray) -> np.ndarray:
    """(N, H, W) uint8 → (N, H·W) [0, 1] float32."""
    return scaled(images).reshape(len(images), -1)
