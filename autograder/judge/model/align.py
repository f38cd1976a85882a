"""명세의 단계와 학습자의 단계를 나란히 맞춥니다(Needleman–Wunsch 전역 정렬).

여기 없는 것: 단계를 만드는 일(`judge.model.stages`), 갈래의 차례(`judge.model.branches`), 다른 곳을 말하는 글(`judge.model.layers`).
"""

from __future__ import annotations

from dataclasses import dataclass

from autograder.judge.layer_names import USUAL
from autograder.judge.model.stages import Step

GAP = 1.0
OTHER_KIND = 1.7
RELATED_KIND = 0.8
PER_SETTING = 0.3
OTHER_SIZE = 0.01
"""설정이 같은 층이 여럿일 때, 가중치의 수까지 같은 쪽을 고르게 하는 값."""


@dataclass(frozen=True)
class Pair:
    """맞춘 한 쌍. `wanted`가 없으면 남는 단계, `found`가 없으면 빠진 단계입니다."""

    wanted: int | None
    found: int | None


def align(wanted: list[Step], found: list[Step]) -> list[Pair]:
    """두 목록을 차이가 가장 적게 맞춥니다."""
    rows, columns = len(wanted) + 1, len(found) + 1
    cost = [[0.0] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            if i or j:
                cost[i][j] = min(
                    cost[i - 1][j] + GAP if i else float("inf"),
                    cost[i][j - 1] + GAP if j else float("inf"),
                    cost[i - 1][j - 1] + distance(wanted[i - 1], found[j - 1])
                    if i and j
                    else float("inf"),
                )
    pairs: list[Pair] = []
    i, j = rows - 1, columns - 1
    while i or j:
        if i and j:
            both = cost[i - 1][j - 1] + distance(wanted[i - 1], found[j - 1])
            if abs(cost[i][j] - both) < 1e-9:
                i, j = i - 1, j - 1
                pairs.append(Pair(i, j))
                continue
        if i and abs(cost[i][j] - cost[i - 1][j] - GAP) < 1e-9:
            i -= 1
            pairs.append(Pair(i, None))
        else:
            j -= 1
            pairs.append(Pair(None, j))
    return pairs[::-1]


def distance(wanted: Step, found: Step) -> float:
    """두 단계가 다른 정도. 같으면 0."""
    if wanted.kind == found.kind:
        size = OTHER_SIZE if wanted.parameters != found.parameters else 0.0
        return min(PER_SETTING * len(differences(wanted, found)), 0.95) + size
    return RELATED_KIND if _family(wanted.kind) == _family(found.kind) else OTHER_KIND


def differences(wanted: Step, found: Step) -> list[str]:
    """값이 다른 설정의 이름들."""
    different = []
    for key, value in wanted.settings.items():
        if key not in found.settings and value == USUAL.get(key):
            # A layer of the learner's own that has no such setting has the usual one.
            continue
        other = found.settings.get(key)
        if key == "rate" and isinstance(other, float) and isinstance(value, (int, float)):
            # 드롭아웃 층이 아니면 비율을 실행에서 재므로 조금 다를 수 있습니다.
            close = abs(other - value) <= (0.02 if other != round(other, 3) else 1e-6)
            if not close:
                different.append(key)
        elif value != other:
            different.append(key)
    return different


def _family(kind: str) -> str:
    for family in ("Pooling", "Conv", "Dropout", "Normalization"):
        if family in kind:
            return family
    return kind
