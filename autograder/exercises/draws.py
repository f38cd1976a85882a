"""물음을 다시 뽑을지 정합니다: 가중치도, 답에 박아 둔 수도 값에 드러나야 틀린 답이 가려집니다.

여기 없는 것: 참고 모델이 물음을 가리는지 보는 일(`kinds.telling`), 가중치에 넣는 값(`observe.probe`).
"""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np

APART = 0.04
"""뽑은 수가 사람이 적는 수에서 이만큼은(비율) 떨어져 있어야 합니다. 변화를 비교하는 허용 오차는 2%입니다."""
ALIVE = 0.05
"""`relu`를 지난 값이 한 번은 이보다 커야 그 유닛이 살아 있다고 봅니다."""


def relu_units_alive(x: np.ndarray, sizes: list[int], seed: int, hidden: int) -> bool:
    """`Dense` 층을 이은 것에 `x`를 넣으면 앞의 `hidden`개 층의 모든 유닛이 어느 행에서는 0보다 큰지.

    `relu`가 언제나 0으로 만드는 유닛은 가중치가 무엇이든 같은 값을 내고, 0이 하나도 없으면 `relu`가 드러나지
    않습니다.
    """
    values = relu_values(x, sizes, seed, hidden)
    alive = all(bool(np.all(np.max(value, axis=0) > ALIVE)) for value in values)
    return alive and all(bool(np.mean(value == 0) > 0.02) for value in values)


def relu_values(x: np.ndarray, sizes: list[int], seed: int, hidden: int) -> list[np.ndarray]:
    """앞의 `hidden`개 층의 출력들. 가중치는 관찰할 때 채우는 값입니다."""
    from autograder.observe.probe import probe_values

    widths = [x.shape[-1], *sizes]
    shapes = [shape for before, after in pairwise(widths) for shape in ((before, after), (after,))]
    weights = probe_values([SimpleNamespace(shape=shape, name="") for shape in shapes], seed)
    value, found = x.reshape(-1, x.shape[-1]).astype("float64"), []
    for kernel, bias in list(zip(weights[::2], weights[1::2], strict=True))[:hidden]:
        value = np.maximum(value @ kernel + bias, 0)
        found.append(value)
    return found


WRITTEN_SIZES = (4, 8, 10, 16, 32)
"""사람이 코드에 적어 두곤 하는 크기."""


def odd_sizes(random: np.random.RandomState, low: int, high: int, count: int) -> list[int]:
    """`low` 이상 `high` 미만의 서로 다른 크기 `count`개. 사람이 적어 두곤 하는 크기는 뺍니다.

    인수 대신 `Dense(8)`로 박아 둔 답이, 뽑힌 크기가 8이라서 맞는 일이 없게 합니다.
    """
    sizes = np.setdiff1d(np.arange(low, high), WRITTEN_SIZES)
    return [int(size) for size in random.permutation(sizes)[:count]]


def odd_number(random: np.random.RandomState, low: float, high: float) -> float:
    """`low`와 `high` 사이의, 사람이 코드에 적는 수(0.3, 0.02처럼 한 자리)와 헷갈리지 않는 수.

    학습률을 인수로 받지 않고 `SGD(0.4)`로 박아 둔 답이, 뽑힌 학습률이 0.394라서 맞는 일이 없게 합니다.
    """
    while True:
        number = round(float(random.uniform(low, high)), 4)
        digit = 10.0 ** np.floor(np.log10(number))
        written = np.arange(1, 11) * digit
        if np.all(np.abs(number / written - 1) > APART):
            return number
