"""데이터셋의 목록: 어떻게 생겼고, 내장 데이터와 판정용 데이터를 어떻게 얻는지.

여기 없는 것: 그림을 그리는 코드(`data.shapes`), 티켓을 만드는 코드(`data.tickets`), 학습자가 부르는 함수(`data.loading`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.data import shapes, tickets
from autograder.data.names import CIFAR100_FINE
from autograder.data.originals import DataError, ImageFormat, Pair, Split, builtin_folder


@dataclass(frozen=True)
class DataSet:
    """데이터셋 하나.

    `heldout(seed, limit)`는 내장 데이터에서 `load_data`가 주지 않는 샘플입니다(판정에 쓰지 않으면 None).
    원본이 없는(코드로만 만드는) 데이터셋은 `form`이 None입니다.
    """

    title: str
    builtin_title: str
    builtin: Callable[[], Any]
    builtin_samples: tuple[int, int]
    builtin_file: str | None
    heldout: Callable[[int, int], Pair] | None
    builtin_names: tuple[str, ...]
    form: ImageFormat | None = None
    original_names: tuple[str, ...] = ()


@functools.cache
def _digits() -> Split:
    with np.load(builtin_folder() / "mnist_builtin.npz", allow_pickle=False) as stored:
        return (stored["x_train"], stored["y_train"]), (stored["x_test"], stored["y_test"])


@functools.cache
def _heldout_digits() -> Pair:
    path = builtin_folder() / "mnist_builtin_heldout.npz"
    with np.load(path, allow_pickle=False) as stored:
        return stored["x"], stored["y"]


# 난수의 흐름: 둘째 수가 다르므로 훈련·테스트·판정용 그림이 겹치지 않습니다.
_STREAM, _TRAIN, _TEST, _JUDGING = 20190407, 0, 1, 2
_SHAPES_SAMPLES = (6000, 1000)


@functools.cache
def _shapes() -> Split:
    train, test = _SHAPES_SAMPLES
    return (
        shapes.draw_shapes(train, _STREAM, _TRAIN),
        shapes.draw_shapes(test, _STREAM, _TEST),
    )


@functools.lru_cache(maxsize=2)
def _heldout_shapes(seed: int, limit: int) -> Pair:
    low, high = seed % 2**32, (seed >> 32) % 2**32  # 음수도 64비트 값으로 받습니다
    return shapes.draw_shapes(limit, _STREAM, _JUDGING, low, high)


_TICKETS_SAMPLES = (2400, 400)


@functools.cache
def _tickets() -> Any:
    train, test = _TICKETS_SAMPLES
    return (
        tickets.make_tickets(train, _STREAM, _TRAIN),
        tickets.make_tickets(test, _STREAM, _TEST),
    )


SETS: dict[str, DataSet] = {
    "mnist": DataSet(
        title="MNIST",
        builtin_title="UCI 손글씨 숫자",
        builtin=_digits,
        builtin_samples=(1197, 300),
        builtin_file="mnist_builtin.npz",
        heldout=lambda seed, limit: _heldout_digits(),
        builtin_names=tuple("0123456789"),
        form=ImageFormat("mnist", (28, 28), 10, np.uint8, label_column=False),
        original_names=tuple("0123456789"),
    ),
    "cifar100": DataSet(
        title="CIFAR-100",
        builtin_title="색 도형 100가지",
        builtin=_shapes,
        builtin_samples=_SHAPES_SAMPLES,
        builtin_file=None,
        heldout=_heldout_shapes,
        builtin_names=shapes.CLASS_NAMES,
        form=ImageFormat("cifar100", (32, 32, 3), 100, np.int64, label_column=True),
        original_names=CIFAR100_FINE,
    ),
    "tickets": DataSet(
        title="티켓",
        builtin_title="한국어 문의 티켓",
        builtin=_tickets,
        builtin_samples=_TICKETS_SAMPLES,
        builtin_file=None,
        heldout=None,
        builtin_names=tickets.DEPARTMENTS,
    ),
}


def get_set(name: str) -> DataSet:
    """이름으로 데이터셋을 찾습니다. 없는 이름이면 아는 이름들을 말하는 DataError."""
    if not isinstance(name, str) or name not in SETS:
        known = ", ".join(f'"{known}"' for known in SETS)
        raise DataError(f"{name!r}라는 데이터셋은 없습니다.", f"쓸 수 있는 이름: {known}.")
    return SETS[name]
