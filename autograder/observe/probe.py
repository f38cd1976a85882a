"""가중치를 잠시 정해진 난수로 바꾸어 두 모델이 같은 함수인지 알아보는 법.

갓 만든 모델은 편향이 모두 0이고 배치 정규화가 거의 항등 함수라서, 그대로는 서로 다른 모델이
같은 값을 낼 수 있습니다. 그래서 모양이 같은 가중치에 같은 난수를 넣고 결과를 비교합니다.
"""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

LOUD, CALM = 16.0, 0.25
"""큰 값을 볼 때 은닉층의 편향(축이 하나인 가중치)과 나머지 가중치에 곱하는 수."""
Ends = set[int] | None


@contextlib.contextmanager
def probing(weights: list[Any], variables: list[Any]) -> Iterator[Any]:
    """안에서는 `fill(seed, ends)`로 `weights`를 바꿀 수 있고, 나올 때 `variables`까지 모두 되돌립니다."""
    saved = [(item, snapshot(item)) for item in _unique([*weights, *variables])]

    def fill(seed: int, ends: Ends = None) -> None:
        for weight, value in zip(weights, probe_values(weights, seed, ends), strict=True):
            weight.assign(value)

    try:
        yield fill
    finally:
        for item, value in saved:
            item.assign(value)


def snapshot(variable: Any) -> np.ndarray:
    """변수의 지금 값을 복사합니다."""
    return np.array(keras.ops.convert_to_numpy(variable))


def output_sizes(outputs: Any) -> set[int]:
    """출력마다 마지막 축의 크기. `probe_values`의 `ends`로 줍니다."""
    shapes = [tuple(getattr(item, "shape", ())) for item in keras.tree.flatten(outputs)]
    return {int(shape[-1]) for shape in shapes if len(shape) > 1}


def probe_values(weights: list[Any], seed: int, ends: Ends = None) -> list[np.ndarray]:
    """가중치마다 넣을 값.

    값은 `seed`, 모양, 같은 모양 가운데 몇 번째인지로만 정해집니다.
    분산(variance)은 5–15여서 배치 정규화의 epsilon이 결과에 드러나지 않고, 나머지는 표준편차 1/√fan_in의 정규분포입니다.
    `ends`(출력의 크기들)를 주면 은닉층의 출력이 수십까지 가도록 편향을 크게 합니다. 작은 값에서는 같은 `relu`와
    `relu6`가 여기서 갈립니다. 출력층의 편향은 그대로 두어 소프트맥스가 0과 1로 굳지 않게 합니다.
    """
    seen: Counter[tuple[int, ...]] = Counter()
    values = []
    for weight in weights:
        shape = tuple(int(size) for size in weight.shape)
        # 큰 모델에는 수백만 개가 들어갑니다. float32로 바로 뽑는 이 생성기가 서너 배 빠릅니다.
        entropy = [seed % 2**32, seen[shape], len(shape), *shape]
        draw = np.random.Generator(np.random.SFC64(entropy))
        seen[shape] += 1
        if "variance" in str(weight.name):
            value = draw.uniform(5, 15, shape).astype("float32")
        else:
            fan_in = int(np.prod(shape[:-1])) if len(shape) > 1 else 4
            value = draw.standard_normal(shape, dtype="float32")
            value *= np.float32(1 / np.sqrt(max(fan_in, 1)))
            if ends is not None and len(shape) > 1:
                value *= CALM
            elif ends is not None and "gamma" not in str(weight.name) and not ends & set(shape):
                value *= LOUD
        values.append(value)
    return values


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
