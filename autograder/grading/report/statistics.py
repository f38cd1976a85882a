"""점수에서 셈하는 것: 분포, 정답률, 변별도. 수만 받고 수만 돌려줍니다.

여기 없는 것: 문제마다의 뜻풀이(`grading.report.exercises`), 재료(`grading.report.facts`).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

FEWEST = 10
"""이보다 학생이 적으면 변별도를 말하지 않습니다."""
BINS = 10


def histogram(shares: Sequence[float]) -> list[int]:
    """몫(0–1)을 열 칸으로 나누어 센 수. 만점은 마지막 칸, 0보다 작은 것은 첫 칸에 듭니다."""
    counts = [0] * BINS
    for share in shares:
        # 0.3 × 10 must not fall below 3.
        counts[min(max(math.floor(share * BINS + 1e-9), 0), BINS - 1)] += 1
    return counts


def mean(values: Sequence[float]) -> float:
    """평균. 비었으면 0."""
    return statistics.fmean(values) if values else 0.0


def median(values: Sequence[float]) -> float:
    """중앙값. 비었으면 0."""
    return float(statistics.median(values)) if values else 0.0


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """피어슨 상관계수. 어느 한쪽이 모두 같거나 둘이 되지 않으면 None."""
    if len(first) < 2 or max(first) - min(first) < 1e-9 or max(second) - min(second) < 1e-9:
        return None
    return statistics.correlation(first, second)


def discrimination(scores: Sequence[float], totals: Sequence[float]) -> float | None:
    """문제의 점수와, 그 문제를 뺀 나머지 점수의 상관계수.

    학생이 `FEWEST`보다 적거나, 어느 한쪽이 모두 같으면 None입니다.
    """
    if len(scores) < FEWEST:
        return None
    rest = [total - score for score, total in zip(scores, totals, strict=True)]
    return correlation(scores, rest)


def fall(shares: Sequence[float | None], averages: Sequence[float]) -> float:
    """마지막 단원에서, 학급의 평균과 비교한 몫이 그 전보다 얼마나 떨어졌는지(0–1).

    `shares`는 단원마다의 몫(내지 않았으면 None은 0으로 봅니다), `averages`는 학급의 평균입니다. 전에 낸 것이 없거나
    떨어지지 않았으면 0입니다.
    """
    before = [
        share - average
        for share, average in zip(shares[:-1], averages[:-1], strict=True)
        if share is not None
    ]
    if not before:
        return 0.0
    last = (shares[-1] or 0.0) - averages[-1]
    return max(0.0, mean(before) - last)
