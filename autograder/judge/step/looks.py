"""훈련 스텝에서 볼 것(Look)과 그 판정: 돌려준 값, 바뀐 가중치, 기록, 훈련 모드.

여기 없는 것: 훈련 루프(`judge.step.loop`), 직선(`judge.step.line`), 옵티마이저(`judge.step.replay`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.judge.compare import same_change
from autograder.judge.layer_names import shape_advice
from autograder.kinds.step import StepLook
from autograder.korean import with_particle
from autograder.observe.problems import without_values

VALUE_TOLERANCE = 1e-3
"""돌려준 값이 다를 수 있는 비율. 행렬곱의 입력을 가수 10비트로 반올림하는 기계에서는 2e-4까지 다릅니다."""
EXACT_TOLERANCE = 2e-4
"""행렬곱이 없는 계산(도함수)에서 다를 수 있는 비율. 수치 미분을 가립니다."""
NEAR_TOLERANCE = 0.03
"""가깝지만 정확하지 않은 값이라고 말할 비율."""
NEAR = "near"
Failure = tuple[str, str]
"""다른 점과 조언."""


@dataclass(frozen=True)
class View:
    """장면 하나를 관찰한 기록과 그 배열들."""

    record: dict[str, Any]
    arrays: dict[str, np.ndarray]


def values(
    call: dict[str, Any], arrays: dict[str, np.ndarray], count: int | None = None
) -> list[np.ndarray]:
    """돌려준 것들 가운데 수인 것. 수 `count`개를 담은 배열 하나는 수들로 나눕니다."""
    found = [np.asarray(arrays[item["array"]]) for item in call["outputs"] if "array" in item]
    if count is not None and len(found) == 1 < count and found[0].shape == (count,):
        return list(found[0])
    return found


class Compared(StepLook):
    """참고 답안을 같은 조건에서 실행해 비교할 것."""

    model: str = ""

    def difference(self, want: View, have: View) -> Failure | None:
        """참고 답안의 `want`와 다른 점. 같으면 None."""
        raise NotImplementedError

    def same(self, want: View, have: View) -> bool:
        """흔한 오해의 `want`와 똑같이 굴었는지."""
        return self.difference(want, have) is None


class Recorded(StepLook):
    """학습자의 기록만 보고 알 수 있는 것."""

    def failure(
        self, scene: dict[str, Any], given: dict[str, np.ndarray], have: View
    ) -> Failure | None:
        """장면 `scene`과 배열 `given`으로 실행한 기록에서 잘못된 점. 없으면 None."""
        raise NotImplementedError


@dataclass(frozen=True)
class Returns(Compared):
    """돌려준 값. `which`번째 것만, 또는 그것이 `model`의 것이라고 알려 볼 수 있습니다."""

    which: int | None = None
    model: str = ""
    shaped: ClassVar[bool] = False

    def difference(self, want: View, have: View) -> Failure | None:
        if same_error(want, have):
            return None
        for wanted, found in zip(want.record["calls"], have.record["calls"], strict=False):
            if wanted["status"] != "seen":
                return "", ""
            outputs = values(wanted, want.arrays)
            others = values(found, have.arrays, len(outputs))
            if not outputs and not others and wanted["none"] == found["none"]:
                continue
            if found["none"]:
                return "아무것도 돌려주지 않습니다(`None`).", "`return`을 빠뜨리지 않았는지 보세요."
            strange = any("array" not in item for item in found["outputs"])
            if len(others) != len(outputs) or strange:
                return _count_difference(len(outputs), found), ""
            if self.shaped and found["type"] != found["outputs"][0]["type"]:
                return (
                    f"텐서를 `{found['type']}`에 담아 돌려줍니다.",
                    "담지 않은 텐서를 돌려주세요. `tape.gradient(y, [x])`는 리스트를 돌려줍니다.",
                )
            for index, (output, other) in enumerate(zip(outputs, others, strict=True)):
                if self.which is not None and index != self.which:
                    continue
                difference = _value_difference(output, other, self.shaped)
                if difference:
                    return difference
            for key, array in wanted["variables"].items():
                if not np.array_equal(want.arrays[array], have.arrays[found["variables"][key]]):
                    return "인수로 받은 변수의 값이 바뀌었습니다.", "인수를 바꾸지 않고 계산하세요."
        if len(want.record["calls"]) != len(have.record["calls"]):
            return "", ""
        return None


@dataclass(frozen=True)
class Shaped(Returns):
    """돌려준 값. 담는 것 없이 모양까지 같아야 합니다."""

    shaped: ClassVar[bool] = True


def _count_difference(count: int, found: dict[str, Any]) -> str:
    kind = f"`{found['type']}`"
    given = with_particle(kind, "을", "를")
    if found["type"] in ("list", "tuple", "dict"):
        given = f"{kind}에 담긴 {len(found['outputs'])}개를"
    return f"{count}개의 수나 텐서를 돌려주어야 하는데 {given} 돌려줍니다."


def _value_difference(output: np.ndarray, other: np.ndarray, shaped: bool) -> Failure | None:
    if output.size == other.size == 1 and not shaped:
        output, other = output.reshape(()), other.reshape(())
    if output.shape != other.shape:
        return (
            f"모양이 `{output.shape}`이어야 하는데 `{other.shape}`입니다.",
            shape_advice(output.shape, other.shape),
        )
    if not np.all(np.isfinite(other)):
        return "돌려준 값에 `NaN`이나 무한대가 있습니다.", ""
    scale = float(np.max(np.abs(output), initial=0.0))
    gap = np.abs(output.astype("float64") - other.astype("float64"))
    tolerance = EXACT_TOLERANCE if shaped else VALUE_TOLERANCE
    if np.all(gap <= tolerance * max(scale, 1e-2)):
        return None
    worst = int(np.argmax(gap))
    wanted, found = float(output.reshape(-1)[worst]), float(other.reshape(-1)[worst])
    text = with_particle(f"{wanted:.4g}", "이어야", "여야")
    near = NEAR if np.all(gap <= NEAR_TOLERANCE * scale) else ""
    return f"값이 {text} 하는데 {found:.4g}입니다.", near


@dataclass(frozen=True)
class Weights(Compared):
    """부를 때마다 바뀐 가중치. `model`을 주면 그 모델의 것만 봅니다."""

    model: str = ""

    def difference(self, want: View, have: View) -> Failure | None:
        if same_error(want, have):
            return None
        names = [self.model] if self.model else list(want.record["before"])
        for wanted, found in zip(want.record["calls"], have.record["calls"], strict=False):
            if wanted["status"] != "seen":
                return "", ""
            for name in names:
                keys = zip(
                    wanted.get("start", want.record["before"])[name],
                    wanted["weights"][name],
                    found.get("start", have.record["before"])[name],
                    found["weights"][name],
                    strict=True,
                )
                changes = [
                    (
                        want.arrays[after] - want.arrays[start],
                        have.arrays[own] - have.arrays[own_start],
                    )
                    for start, after, own_start, own in keys
                ]
                if not all(same_change(*change) for change in changes):
                    return _change_difference(
                        name, len(names) > 1 or bool(self.model), changes, found
                    )
        return None


def _change_difference(
    name: str, named: bool, changes: list[tuple[np.ndarray, np.ndarray]], found: dict[str, Any]
) -> Failure:
    whose = f"`{name}`의 가중치" if named else "모델의 가중치"
    wanted = np.concatenate([item.reshape(-1) for item, _ in changes]).astype("float64")
    given = np.concatenate([item.reshape(-1) for _, item in changes]).astype("float64")
    if not np.all(np.isfinite(given)):
        return f"{whose}에 `NaN`이나 무한대가 있습니다.", ""
    if np.max(np.abs(given), initial=0.0) < 1e-7:
        advice = "`optimizer.apply_gradients(zip(gradients, variables))`를 불렀는지 보세요."
        if found["iterations"] and all(found["iterations"].values()):
            advice = "옵티마이저에 넘긴 변수가 이 모델의 변수인지 보세요."
        return f"{with_particle(whose, '이', '가')} 바뀌지 않았습니다.", advice
    if np.max(np.abs(wanted), initial=0.0) < 1e-7:
        return f"{with_particle(whose, '은', '는')} 바뀌지 않아야 하는데 바뀌었습니다.", ""
    if found.get("iterations") and not any(found["iterations"].values()):
        return (
            f"{with_particle(whose, '이', '가')} 명세와 다르게 바뀌었습니다. 옵티마이저를 쓰지 않고 바꾸었습니다"
            "(`optimizer.iterations`가 0입니다).",
            "`optimizer.apply_gradients(zip(gradients, variables))`로 업데이트하세요. "
            "학습률과 업데이트하는 식은 옵티마이저에 있습니다.",
        )
    ratio = float(given @ wanted / (wanted @ wanted))
    along = np.linalg.norm(given - ratio * wanted) < 0.02 * np.linalg.norm(given)
    if along and ratio < 0:
        return (
            f"{with_particle(whose, '이', '가')} 손실이 커지는 쪽으로 바뀌었습니다.",
            "옵티마이저는 그레이디언트를 뺍니다. 부호를 바꾸어 넘기지 않았는지 보세요.",
        )
    if along and abs(ratio - 1) > 0.05:
        return (
            f"{with_particle(whose, '이', '가')} 명세의 {ratio:.2g}배만큼 바뀌었습니다.",
            "손실을 더하거나 나누지 않았는지, 업데이트를 몇 번 했는지 보세요.",
        )
    return (
        f"{with_particle(whose, '이', '가')} 명세와 다르게 바뀌었습니다.",
        "손실을 구하는 식, 그레이디언트를 구한 변수와 업데이트한 변수를 명세와 비교하세요.",
    )


@dataclass(frozen=True)
class MovingAverages(Compared):
    """훈련 모드의 순전파가 바꾼 이동 평균. 옵티마이저가 무엇을 했든 상관없도록 배치가 하나인 장면에서 봅니다."""

    def difference(self, want: View, have: View) -> Failure | None:
        if same_error(want, have):
            return None
        for wanted, found in zip(want.record["calls"], have.record["calls"], strict=False):
            if wanted["status"] != "seen":
                return "", ""
            for name, numbers in want.record["averages"].items():
                for number in numbers:
                    before = have.arrays[have.record["before"][name][number]]
                    after = have.arrays[found["weights"][name][number]]
                    goal = want.arrays[wanted["weights"][name][number]]
                    if same_change(goal - before, after - before):
                        continue
                    return (
                        "`BatchNormalization`의 이동 평균이 "
                        + (
                            "바뀌지 않았습니다."
                            if np.array_equal(before, after)
                            else "명세와 다르게 바뀌었습니다."
                        ),
                        "모델을 훈련 모드로 배치마다 한 번만 부르는지 보세요.",
                    )
        return None


def as_often(want: View, have: View) -> bool:
    """옵티마이저를 같은 횟수만큼 썼는지. 두 배인 그레이디언트와 두 번 적용한 것을 가립니다."""
    return all(
        wanted["iterations"] == found["iterations"]
        for wanted, found in zip(want.record["calls"], have.record["calls"], strict=False)
        if wanted["status"] == found["status"] == "seen"
    )


@dataclass(frozen=True)
class Logs(Compared):
    """`fit`이 에포크마다 기록한 `metric`의 값. `after`면 가중치가 명세대로 바뀌었을 때만 봅니다."""

    metric: str
    after: bool = False

    def difference(self, want: View, have: View) -> Failure | None:
        if same_error(want, have):
            return None
        if want.record["calls"][0]["status"] != "seen":
            return "", ""
        if self.after and Weights(self.scene).difference(want, have):
            # Other weights give other values; that the weights are others is said elsewhere.
            return None
        return self._difference(want, have)

    def same(self, want: View, have: View) -> bool:
        return same_error(want, have) or self._difference(want, have) is None

    def _difference(self, want: View, have: View) -> Failure | None:
        wanted = want.record["calls"][0]["history"][self.metric]
        history = have.record["calls"][0]["history"]
        if self.metric not in history:
            there = ", ".join(f"`{name}`" for name in history) or "없습니다"
            return (
                f"기록에 {with_particle(f'`{self.metric}`', '이', '가')} 없습니다. 지금 있는 것: {there}.",
                "`train_step`은 지표의 이름 → 값인 딕셔너리를 돌려줍니다.",
            )
        found = history[self.metric]
        if any(value is None for value in found) or len(found) != len(wanted):
            return f"기록의 `{self.metric}`이 에포크마다 하나의 수가 아닙니다.", ""
        for number, (value, other) in enumerate(zip(wanted, found, strict=True), 1):
            if not np.isfinite(float(other)) or abs(value - float(other)) > 1e-3 * max(
                abs(value), 0.1
            ):
                text = with_particle(f"{value:.4g}", "이어야", "여야")
                return (
                    f"{number}번째 에포크의 `{self.metric}` 기록이 {text} 하는데 {float(other):.4g}입니다.",
                    "에포크 전체의 평균인지, 지표를 업데이트하는 값이 맞는지 보세요.",
                )
        return None


def same_error(want: View, have: View) -> bool:
    """둘 다 같은 자리에서 같은 오류로 멈추었는지."""
    pairs = zip(want.record.get("calls", ()), have.record.get("calls", ()), strict=False)
    return any(
        one["status"] != "seen" and other["status"] != "seen" and _error(one) == _error(other)
        for one, other in pairs
    )


def _error(record: dict[str, Any]) -> tuple[Any, ...]:
    said = without_values(str(record.get("message") or ""))
    # 층과 변수의 번호는 만들 때마다 다릅니다.
    return record.get("problem"), record.get("error"), re.sub(r"\d+", "", said)[:160]


@dataclass(frozen=True)
class TrainingMode(Recorded):
    """그레이디언트를 구한 순전파가 모두 훈련 모드였는지."""

    def failure(
        self, scene: dict[str, Any], given: dict[str, np.ndarray], have: View
    ) -> Failure | None:
        idle = []
        for name, passes in have.record["passes"].items():
            if not passes["complete"]:
                return f"`{name}`을 너무 여러 번 불렀습니다.", "반복문이 몇 겹인지 보세요."
            flags = have.arrays[passes["training"]][have.arrays[passes["gradients"]] > 0]
            if not np.all(flags > 0.5):
                idle.append(name)
        if not idle:
            return None
        if len(have.record["passes"]) == 1:
            return (
                "모델을 훈련 모드로 부르지 않았습니다.",
                f"`{idle[0]}(x, training=True)`로 부르세요. 적지 않으면 추론 모드입니다.",
            )
        whose = "두 모델을" if len(idle) > 1 else with_particle(f"`{idle[0]}`", "을", "를")
        return (
            f"{whose} 훈련 모드로 부르지 않았습니다.",
            f"{', '.join(f'`{name}(..., training=True)`' for name in idle)}로 부르세요. "
            "적지 않으면 추론 모드입니다.",
        )


@dataclass(frozen=True)
class Fed(Recorded):
    """모델 `model`에 `argument`번째 인수만 들어갔는지."""

    model: str
    argument: int

    def failure(
        self, scene: dict[str, Any], given: dict[str, np.ndarray], have: View
    ) -> Failure | None:
        passes = have.record["passes"][self.model]
        allowed = {
            row.tobytes()
            for call in scene["calls"]
            for row in given[next(iter(call[self.argument].values()))].astype("float32")
        }
        if not passes["complete"]:
            return None
        rows = have.arrays[passes["inputs"]]
        if all(row.tobytes() in allowed for row in rows):
            return None
        source = next(iter(scene["calls"][0][self.argument].values())).partition("_")[0]
        return (
            f"`{source}`가 아닌 값을 `{self.model}`에 넣었습니다.",
            f"새로 뽑거나 바꾸지 말고 인수로 받은 `{source}`를 그대로 넣으세요.",
        )
