"""얼마나 했고 얼마나 남았는지 표준 오류에 보입니다.

여기 없는 것: 학습자의 진도(`journal`), 채점한 표(`grading.table`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

_BAR = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt}개 · {elapsed} 지남 · {remaining} 남음"


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[], object]]:
    """하나를 마칠 때마다 부를 함수를 냅니다. 터미널이 아니면 10초마다 한 줄씩 적습니다."""
    if sys.stderr.isatty():
        with tqdm(total=total, desc=label, bar_format=_BAR, leave=False) as bar:
            yield bar.update
        return
    started = told = time.monotonic()
    done = 0

    def advance() -> None:
        nonlocal done, told
        done += 1
        now = time.monotonic()
        if now - told >= 10:
            told = now
            left = (now - started) / done * (total - done)
            print(f"{label} {done}/{total} · 약 {left:.0f}초 남음", file=sys.stderr, flush=True)

    yield advance
