"""가중치를 잠시 정해진 난수로 바꾸어 두 모델이 같은 함수인지 알아보는 법.

여기 없는 것: 값을 가릴 수 있는 시드를 고르는 일(`kinds.telling`), 출력의 비교(`judge.model.match`).

갓 만든 모델은 편향이 모두 0이고 배치 정규화가 거의 항등 함수라서, 그대로는 서로 다른 모델이
같은 값을 낼 수 있습니다. 그래서 모양이 같은 가중치에 같은 난수를 넣고 결과를 비교합니다.
"""

from __future__ import annotations

import contextlib
import functools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

LOUD = 16.0
"""큰 값을 볼 때 입력과 은닉층의 값이 커지는 배수."""


@dataclass(frozen=True)
class Scale:
    """가중치에 넣는 값의 크기를 정하는 것.

    - `tables`: 임베딩의 어휘 크기들. 첫 축이 이것인 가중치는 한 줄이 벡터 하나이므로 표준편차가 1입니다.
    - `ends`: 은닉층의 값을 크게 할 때, 크기를 지킬 출력들의 마지막 축. 크게 하지 않으면 None.
    """

    tables: frozenset[int] = frozenset()
    ends: frozenset[int] | None = None


PLAIN = Scale()


@contextlib.contextmanager
def probing(weights: list[Any], variables: list[Any]) -> Iterator[Any]:
    """안에서는 `fill(seed, scale)`로 `weights`를 바꿀 수 있고, 나올 때 `variables`까지 모두 되돌립니다."""
    saved = [(item, snapshot(item)) for item in _unique([*weights, *variables])]

    def fill(seed: int, scale: Scale = PLAIN) -> None:
        for weight, value in zip(weights, probe_values(weights, seed, scale), strict=True):
            weight.assign(value)

    try:
        yield fill
    finally:
        for item, value in saved:
            item.assign(value)


def snapshot(variable: Any) -> np.ndarray:
    """변수의 지금 값을 복사합니다."""
    return np.array(keras.ops.convert_to_numpy(variable))


def probe_values(weights: list[Any], seed: int, scale: Scale = PLAIN) -> list[np.ndarray]:
    """가중치마다 넣을 값.

    값은 `seed`, 모양, 같은 모양 가운데 몇 번째인지로만 정해집니다.
    분산(variance)은 5–15여서 배치 정규화의 epsilon이 결과에 드러나지 않고, 나머지는 표준편차 1/√fan_in(임베딩은 1)의
    정규분포입니다.
    `scale.ends`가 있으면 `LOUD`배인 입력과 함께 씁니다: 은닉층의 편향도 그만큼 키워 은닉층의 값이 모두 `LOUD`배가 됩니다.
    작은 값에서는 같은 `relu`와 `relu6`가 여기서 갈립니다. 마지막 축이 `ends`에 있는 층은 키운 만큼 줄여,
    소프트맥스가 0과 1로 굳지 않고 출력이 전과 같이 모든 가중치에 예민하게 합니다.
    """
    described = tuple(
        (tuple(int(size) for size in weight.shape), str(weight.name)) for weight in weights
    )
    # 변수가 배열의 메모리를 그대로 쓸 수 있으므로 복사해서 줍니다.
    return [value.copy() for value in _drawn(described, seed, scale)]


# 한 번의 검사에서 같은 값을 물음을 정할 때, 답을 볼 때, 참고 답안을 볼 때 씁니다.
@functools.lru_cache(maxsize=2)
def _drawn(
    described: tuple[tuple[tuple[int, ...], str], ...], seed: int, scale: Scale
) -> tuple[np.ndarray, ...]:
    seen: Counter[tuple[int, ...]] = Counter()
    values = []
    for shape, name in described:
        # 큰 모델에는 수백만 개가 들어갑니다. float32로 바로 뽑는 이 생성기가 서너 배 빠릅니다.
        entropy = [seed % 2**32, seen[shape], len(shape), *shape]
        draw = np.random.Generator(np.random.SFC64(entropy))
        seen[shape] += 1
        if "variance" in name:
            value = draw.uniform(5, 15, shape).astype("float32")
        else:
            value = draw.standard_normal(shape, dtype="float32")
            value *= np.float32(usual_size(shape, scale) * _factor(shape, name, scale.ends))
        values.append(value)
    return tuple(values)


def usual_size(shape: tuple[int, ...], scale: Scale = PLAIN) -> float:
    """모양이 `shape`인 가중치에 넣는 값의 표준편차. 크게 하기 전의 값입니다."""
    if len(shape) == 2 and shape[0] in scale.tables:
        return 1.0
    fan_in = int(np.prod(shape[:-1])) if len(shape) > 1 else 4
    return float(1 / np.sqrt(max(fan_in, 1)))


def _factor(shape: tuple[int, ...], name: str, ends: frozenset[int] | None) -> float:
    if ends is None or "gamma" in name:
        return 1.0
    if len(shape) > 1:
        return 1 / LOUD if shape[-1] in ends else 1.0
    return 1.0 if set(shape) & ends else LOUD


@contextlib.contextmanager
def same_randomness() -> Iterator[None]:
    """검사가 학습자의 난수 흐름을 바꾸지 않게, 파이썬과 넘파이의 난수 상태를 되돌립니다."""
    python_state, numpy_state = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)


@contextlib.contextmanager
def same_registry() -> Iterator[None]:
    """참고 답안이 케라스에 등록한 클래스가 학습자가 등록한 같은 이름의 클래스를 밀어내지 않게 합니다."""
    registry = keras.saving.get_custom_objects()
    before = dict(registry)
    try:
        yield
    finally:
        registry.clear()
        registry.update(before)


def _unique(items: list[Any]) -> list[Any]:
    return list({id(item): item for item in items}.values())
