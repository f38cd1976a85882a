"""`load_data`와 `judging_data`: 원본이 있으면 원본, 없으면 내장 데이터.

여기 없는 것: 원본을 찾는 일(`data.finding`), 원본을 검사하며 읽는 일(`data.originals`), 내장 데이터(`data.sets`).
"""

from __future__ import annotations

import contextlib
import functools
from typing import Any

import numpy as np

from autograder.data import originals
from autograder.data.fetching import fetch_data
from autograder.data.finding import Origin, data_source, find, how_to_get, short
from autograder.data.originals import DataError, Found, ImageFormat, Pair
from autograder.data.sets import SETS, get_set

JUDGING_LIMIT = 2000
"""정확도를 재는 샘플 수의 상한. MNIST 합성곱 신경망도 3초보다 훨씬 빨리 추론합니다."""

# MNIST 테스트 세트는 앞쪽 절반이 뒤쪽보다 쉬우므로, 앞에서 자르지 않고 정해진 차례로 섞어 고릅니다.
_SUBSET_SEED = 20190407


def known_data() -> tuple[str, ...]:
    """`load_data`가 아는 이름들."""
    return tuple(SETS)


def load_data(name: str, *, download: bool = False, quiet: bool = False) -> Any:
    """데이터셋을 `keras.datasets`와 같은 모양으로 줍니다.

    | 이름 | 그림 | 레이블 |
    |---|---|---|
    | `"mnist"` | uint8 (N, 28, 28) | uint8 (N,) |
    | `"cifar100"` | uint8 (N, 32, 32, 3) | int64 (N, 1) |

    `"tickets"`는 그림이 아니라 글입니다. x는 `title`, `body`(글), `tags` float32 (N, 12)의
    딕셔너리이고, y는 `priority` float32 (N, 1), `department` int64 (N,)의 딕셔너리입니다.

    무엇을 주었는지 한 줄로 알립니다(`quiet=True`이면 알리지 않습니다).
    `download=True`이면 원본이 없을 때 `keras.datasets`로 받습니다.

    반환: `((x_train, y_train), (x_test, y_test))`. 고쳐 써도 되는 새 배열입니다.
    오류: 모르는 이름, 깨진 파일, 받지 못한 원본은 DataError.
    """
    data = get_set(name)
    if download:
        fetch_data(name)
    found = find(data)
    if found is None or data.form is None:
        split = _copied(data.builtin())
        what = f"내장 데이터({data.builtin_title})"
        where = data.builtin_file or ("코드로 그림" if data.form else "코드로 만듦")
    else:
        split = originals.read_all(data.form, found)
        what = f"원본({data.title})"
        where = short(found.path)
    if not quiet:
        train, test = (_count(y) for _, y in split)
        print(f"{name}: {what} · 훈련 샘플 {train:,}개, 테스트 샘플 {test:,}개 · {where}")
    return split


def label_names(name: str, origin: Origin | None = None) -> tuple[str, ...]:
    """레이블 번호 → 이름. `origin`을 주지 않으면 지금 `load_data`가 줄 데이터의 이름입니다."""
    data = get_set(name)
    origin = origin or data_source(name).origin
    return data.original_names if origin == "original" else data.builtin_names


def judging_data(
    name: str, seed: int, limit: int = JUDGING_LIMIT, origin: Origin | None = None
) -> Pair:
    """정확도를 재는 데이터입니다. 판정하는 쪽에서만 부르세요.

    - 원본: 테스트 세트에서 정해진 `limit`개(`seed`와 상관없이 같습니다).
    - 내장 mnist: `load_data`가 주지 않는 따로 둔 샘플 300개.
    - 내장 cifar100: `seed`로 새로 그린 `limit`개. `load_data`가 쓰지 않는 난수의 흐름입니다.

    `origin`은 `"original"`이나 `"builtin"`을 못박을 때 씁니다.
    반환: x uint8 (n, …), y int64 (n,), n ≤ `limit`. 원본을 못박았는데 없으면 DataError.
    """
    data = get_set(name)
    if limit < 1:
        raise DataError(f"limit은 1 이상이어야 하는데 {limit}입니다.")
    if (origin or data_source(name).origin) == "original":
        found = find(data)
        if found is None or data.form is None:
            raise DataError(f"{name} 원본이 없습니다.", how_to_get(name))
        x, y = _test_subset(data.form, found, limit, _changed(found))
    elif data.heldout is None:
        raise DataError(f"{name} 데이터셋으로는 판정하지 않습니다.")
    else:
        x, y = data.heldout(seed, limit)
    return x[:limit].copy(), y[:limit].reshape(-1).astype(np.int64)


def _copied(data: Any) -> Any:
    # 기억해 둔 배열을 학습자가 고치면 다음 load_data가 달라지므로 복사해서 줍니다.
    if isinstance(data, tuple):
        return tuple(map(_copied, data))
    if isinstance(data, dict):
        return {key: value.copy() for key, value in data.items()}
    return data.copy()


def _count(y: Any) -> int:
    return len(next(iter(y.values()))) if isinstance(y, dict) else len(y)


def _changed(found: Found) -> tuple[int, int]:
    path = found.path / "test" if found.layout == "folder" else found.path
    with contextlib.suppress(OSError):
        facts = path.stat()
        return facts.st_mtime_ns, facts.st_size
    return 0, 0


@functools.lru_cache(maxsize=2)
def _test_subset(form: ImageFormat, found: Found, limit: int, changed: tuple[int, int]) -> Pair:
    # `changed`는 파일이 바뀌면 다시 읽게 하는 열쇠입니다.
    x, y = originals.read_part(form, found, "test")
    chosen = np.random.RandomState(_SUBSET_SEED).permutation(len(y))[:limit]
    return x[chosen], y[chosen]
