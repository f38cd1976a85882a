"""경사 하강법으로 맞춘 직선의 판정: 최소제곱 직선인지, 테이프의 그레이디언트로 구했는지.

여기 없는 것: 다른 볼 것(`judge.step.looks`), 항목으로 모으는 일(`judge.step`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.judge.step.looks import Failure, Recorded, View

LINE_TOLERANCE = 0.01
"""x의 범위 안에서 직선이 최소제곱 직선과 다를 수 있는 정도(y의 표준편차에 대한 비율)."""


@dataclass(frozen=True)
class _Line:
    """장면의 점들과 그 최소제곱 직선."""

    x: np.ndarray
    y: np.ndarray
    slope: float
    offset: float

    @classmethod
    def of(cls, scene: dict[str, Any], given: dict[str, np.ndarray]) -> _Line:
        x, y = (
            given[next(iter(spec.values()))].astype("float64").reshape(-1)
            for spec in scene["calls"][0]
        )
        slope, offset = np.polyfit(x, y, 1)
        return cls(x, y, float(slope), float(offset))

    @property
    def room(self) -> float:
        return LINE_TOLERANCE * float(np.std(self.y))

    def near(self, w: float, b: float) -> bool:
        gap = np.abs((w - self.slope) * self.x + (b - self.offset))
        return bool(np.max(gap) <= self.room)

    def cause(self, w: float, b: float) -> tuple[str, str] | None:
        """값이 알려 주는 이유: (무엇이 다른지, 다음에 볼 것). 값으로 확인한 것만 말합니다."""
        if self.near(b, w):
            return "", "`w`와 `b`의 순서가 바뀌었습니다. `(w, b)`로 돌려주세요."
        other_slope, other_offset = np.polyfit(self.y, self.x, 1)
        if _close(w, other_slope) and _close(b, other_offset):
            return "`x`와 `y`가 바뀐 직선입니다(`x ≈ w·y + b`).", "`w * x + b`와 `y`를 비교하세요."
        mean, deviation = float(np.mean(self.x)), float(np.std(self.x))
        if abs(w - self.slope) * deviation <= self.room:
            return "`w`는 맞고 `b`가 다릅니다.", self._offset_advice(w, b, mean, deviation)
        if abs(b) < 1e-6:
            return "", "`b`도 업데이트하는지 보세요."
        level = float(np.mean(self.y))
        if abs(w - self.slope * deviation) <= self.room and abs(b - level) <= self.room:
            return "", (
                "표준화한 x의 직선을 되돌리지 않았습니다. "
                "`w / deviation`과 `b - w * mean / deviation`을 돌려주세요."
            )
        if abs(b - self.offset) <= self.room:
            return (
                "`b`는 맞고 `w`가 다릅니다.",
                "`w`를 업데이트하는 식과, x를 바꾸었다면 되돌리는 식을 보세요.",
            )
        if self._least_absolute(w, b):
            return (
                "오차의 제곱이 아니라 절댓값의 평균을 가장 작게 하는 직선입니다.",
                "손실을 `tf.reduce_mean((w * x + b - y) ** 2)`로 구하세요.",
            )
        return None

    def _offset_advice(self, w: float, b: float, mean: float, deviation: float) -> str:
        """`w`는 맞고 `b`가 다를 때의 조언."""
        level = float(np.mean(self.y))
        if abs(b - level) <= self.room:
            return "표준화한 x의 직선에서 `b`도 되돌리세요: `b - w * mean / deviation`."
        if abs(b - (level + w * mean)) <= self.room:
            return "되돌리는 식의 부호가 반대입니다: `b - w * mean / deviation`."
        if abs(b - (level - w * deviation * mean)) <= self.room:
            return (
                "되돌릴 때 `deviation`으로 나누지 않은 `w`를 곱했습니다: "
                "`b - w * mean / deviation`."
            )
        if abs(b - (level - w / deviation * mean)) <= self.room:
            return "되돌릴 때 `deviation`으로 두 번 나누었습니다. 이미 나눈 `w`라면 `b - w * mean`입니다."
        if abs(b) < 1e-6:
            return "`b`도 업데이트하는지 보세요."
        return "`b`를 업데이트하는 식과, x를 바꾸었다면 되돌리는 식을 보세요."

    def _least_absolute(self, w: float, b: float) -> bool:
        rest = w * self.x + b - self.y
        width = np.std(self.x)
        signs = np.sign(rest)
        moved = (self.x - np.mean(self.x)) / width
        return bool(abs(np.mean(signs)) < 0.1 and abs(np.mean(signs * moved)) < 0.1)

    def slopes(self, w: float, b: float) -> tuple[float, float]:
        """`(w, b)`에서 평균 제곱 오차의 그레이디언트."""
        rest = w * self.x + b - self.y
        return float(2 * np.mean(rest * self.x)), float(2 * np.mean(rest))


def _close(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= LINE_TOLERANCE * max(abs(wanted), 1e-2)


@dataclass(frozen=True)
class FitsLine(Recorded):
    """돌려준 `(w, b)`가 최소제곱 직선인지."""

    def failure(
        self, scene: dict[str, Any], given: dict[str, np.ndarray], have: View
    ) -> Failure | None:
        wanted = _Line.of(scene, given)
        call = have.record["calls"][0]
        if call["none"]:
            return (
                "아무것도 돌려주지 않습니다(`None`).",
                "`return w, b`를 빠뜨리지 않았는지 보세요.",
            )
        if call["type"] == "dict":
            return (
                "`dict`가 아니라 튜플 `(w, b)`를 돌려주어야 합니다.",
                "`return w, b`로 돌려주세요.",
            )
        found = _pair(call, have)
        if found is None:
            return (
                "수 두 개 `(w, b)`를 돌려주어야 합니다.",
                "`return w, b`처럼 수 두 개만 튜플로 돌려주세요.",
            )
        if not np.all(np.isfinite(found)):
            return (
                "`w`나 `b`가 무한대나 `NaN`입니다. 경사 하강법이 발산했습니다.",
                "학습률을 줄이거나, x를 평균 0, 표준편차 1로 표준화한 다음 되돌리세요.",
            )
        w, b = found
        if wanted.near(w, b):
            return None
        text = (
            f"`w={w:.4g}`, `b={b:.4g}`입니다. "
            f"최소제곱 직선은 `w={wanted.slope:.4g}`, `b={wanted.offset:.4g}`입니다."
        )
        cause = wanted.cause(w, b)
        if cause is not None:
            return f"{text} {cause[0]}".rstrip(), cause[1]
        if max(abs(w), abs(b)) > 1e3 * max(abs(wanted.slope), abs(wanted.offset), 1.0):
            return text, "경사 하강법이 발산했습니다. 학습률을 줄이거나 x를 표준화하세요."
        slopes = ", ".join(f"{value:.3g}" for value in wanted.slopes(w, b))
        return (
            f"{text} 아직 멀었습니다: 거기에서 평균 제곱 오차의 그레이디언트가 `({slopes})`입니다.",
            "그레이디언트가 0에 가까워질 때까지 스텝을 늘리거나, 학습률을 키우거나, x를 표준화하세요.",
        )


def _pair(call: dict[str, Any], have: Any) -> tuple[float, float] | None:
    """돌려준 수 두 개. 그렇지 않으면 None."""
    given = [have.arrays[item["array"]] for item in call["outputs"] if "array" in item]
    numbers = [np.asarray(value).reshape(-1) for value in given]
    found = np.concatenate(numbers) if numbers else np.zeros(0)
    if found.size != 2 or len(numbers) != len(call["outputs"]):
        return None
    return float(found[0]), float(found[1])


@dataclass(frozen=True)
class ByTape(Recorded):
    """테이프의 그레이디언트로 구했는지: 그레이디언트가 모두 0이면 직선이 나오지 않아야 합니다."""

    def failure(
        self, scene: dict[str, Any], given: dict[str, np.ndarray], have: View
    ) -> Failure | None:
        call = have.record["calls"][0]
        advice = "공식이나 `np.polyfit`이 아니라, 테이프로 구한 그레이디언트로 `w`와 `b`를 업데이트하세요."
        if not call["gradient"]:
            return "`tf.GradientTape`로 그레이디언트를 구하지 않았습니다.", advice
        found = _pair(call, have) if "outputs" in call else None
        if found is not None and _Line.of(scene, given).near(*found):
            return (
                "테이프의 그레이디언트를 0으로 바꾸어도 최소제곱 직선이 나옵니다. "
                "그레이디언트를 쓰지 않았습니다.",
                advice,
            )
        return None
