"""다음 토큰의 로짓을 표에서 찾는 작은 언어 모델. 글을 만드는 함수에 넣어 볼 때 씁니다. 훈련하지 않습니다.

여기 없는 것: 그 모델로 글을 만드는 물음(`exercises.transformer`), 진짜 언어 모델의 관찰(`observe.language`).
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


class TabledModel(keras.Model):
    """표 셋(어휘, 어휘)으로 다음 토큰을 정하는 모델: 지금 토큰, 바로 앞 토큰, 맨 앞 토큰을 모두 봅니다.

    토큰 `(N, T)`를 받아 로짓 `(N, T, 어휘)`를 냅니다. 위치 임베딩이 있는 모델처럼 `window`개보다 긴 것은 받지
    않습니다(ValueError).
    """

    def __init__(self, tables: list[np.ndarray], window: int) -> None:
        super().__init__()
        self.tables = [keras.ops.convert_to_tensor(table) for table in tables]
        self.window = window

    def call(self, tokens: Any) -> Any:
        if len(tokens.shape) != 2:
            raise ValueError(f"토큰의 모양이 (N, T)이어야 하는데 {tuple(tokens.shape)}입니다.")
        length = tokens.shape[1]
        if length is not None and length > self.window:
            raise ValueError(
                f"토큰을 {self.window}개까지 받는데 {length}개가 들어왔습니다. "
                f"마지막 {self.window}개만 넣으세요."
            )
        tokens = keras.ops.cast(tokens, "int32")
        now, before, first = (keras.ops.take(table, tokens, axis=0) for table in self.tables)
        # 첫 자리에는 앞 토큰이 없습니다.
        shifted = keras.ops.pad(before[:, :-1], ((0, 0), (1, 0), (0, 0)))
        return now + shifted + first[:, :1]


def next_logits(tables: list[np.ndarray], window: int, tokens: list[int]) -> np.ndarray:
    """`TabledModel`이 `tokens` 다음에 내는 로짓. 넘치는 앞쪽은 버립니다."""
    seen = tokens[-window:]
    now, before, first = (table.astype("float64") for table in tables)
    logits = now[seen[-1]] + first[seen[0]]
    return logits + before[seen[-2]] if len(seen) > 1 else logits
