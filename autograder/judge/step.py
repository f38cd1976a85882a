"""훈련 스텝의 판정: 같은 모델과 배치로 참고 답안을 실행해 돌려준 값과 가중치를 비교합니다.

다르면 문제에 적힌 흔한 오해(`Mistake`)를 하나씩 같은 조건에서 실행해 봅니다. 답과 같은 값이 나오는
오해가 있으면 그것이 까닭입니다.

볼 것(`Look`)의 종류
- `("returns", 장면)`이나 `("returns", 장면, 번호)`: 돌려준 값
- `("shaped", 장면)`: 돌려준 값. 담는 것 없이 모양까지 같아야 합니다.
- `("weights", 장면)`이나 `("weights", 장면, 모델)`: 부를 때마다 바뀐 가중치
- `("logs", 장면, 지표)`: `fit`이 에포크마다 기록한 값
- `("line", 장면)`, `("tape", 장면)`: 최소제곱 직선인지, 테이프를 썼는지
- `("samples", 장면)`, `("losses", 장면)`, `("training", 장면)`, `("updated", 장면)`,
  `("each", 장면)`, `("accuracy", 장면)`: `judge.loop`
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from autograder.exercise import Mistake, StepExercise
from autograder.exercise.step import Look
from autograder.judge import loop
from autograder.judge.problems import explain
from autograder.judge.wording import shape_advice
from autograder.korean import with_particle
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

VALUE_TOLERANCE = 2e-4
"""돌려준 값이 다를 수 있는 비율."""
WEIGHT_TOLERANCE = 5e-3
"""가중치의 변화가 다를 수 있는 비율."""
NEAR_TOLERANCE = 0.03
"""가깝지만 정확하지 않은 값이라고 말할 비율."""
NEAR = "near"
LINE_TOLERANCE = 0.01
"""x의 범위 안에서 직선이 최소제곱 직선과 다를 수 있는 정도(y의 표준편차에 견준 비율)."""

Failure = tuple[str, str]

_ADVICE = {
    "Unknown variable": "옵티마이저가 모르는 변수를 받았습니다. 인수로 받은 옵티마이저로, 인수로 받은 모델의 "
    "변수를 업데이트하세요.",
    "No gradients provided for any variable": "모델을 부르고 손실을 구하는 코드가 `with` 블록 안에 있는지, "
    "손실을 넘파이로 바꾸지 않았는지 보세요.",
    "non-persistent": "테이프 하나로는 그레이디언트를 한 번만 구합니다. "
    "테이프를 둘 쓰거나 `persistent=True`로 만드세요.",
    "positional argument": "매개변수의 수와 순서를 명세와 비교하세요.",
    "unexpected keyword argument": "매개변수의 이름을 명세와 비교하세요.",
    "create variables on non-first call": "`tf.function` 안에서 변수나 옵티마이저를 만들지 마세요.",
    "'str' object is not callable": "`compile`에는 손실을 문자열로 줄 수도 있습니다. "
    "`self.compute_loss(x=x, y=y, y_pred=y_pred)`로 구하세요.",
    "has no attribute 'numpy'": "`tf.function` 안의 텐서에는 값이 없어서 `.numpy()`를 쓸 수 없습니다.",
    "None values not supported": "그레이디언트가 `None`입니다. 손실이 그 변수에서 나왔는지 보세요.",
    "incompatible with the layer": "모델에 넣은 텐서의 모양을 확인하세요.",
    "converted to Python scalars": "`float(...)`는 원소가 하나인 값에만 쓸 수 있습니다. "
    "값의 모양을 확인하세요.",
}


@dataclass(frozen=True)
class View:
    """장면 하나를 관찰한 기록과 그 배열들."""

    record: dict[str, Any]
    arrays: dict[str, np.ndarray]


def items(exercise: StepExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """`exercise.groups`의 항목들."""
    if evidence.facts["status"] != "seen":
        message, advice = explain(evidence.facts, exercise.subjects[0])
        return [
            _lost(title, points, f"{title}: 확인하지 못했습니다.")
            if number
            else _lost(title, points, message, advice)
            for number, (title, points, _) in enumerate(exercise.groups)
        ]
    judgement = _Judgement(exercise, challenge, evidence)
    result, told = [], []
    for title, points, looks in exercise.groups:
        failure, passed = judgement.group(looks)
        if failure is None:
            result.append(Item(title, points, points, passed))
        elif failure in told:
            # 같은 까닭을 항목마다 되풀이하지 않습니다.
            result.append(_lost(title, points, f"{title}: 위와 같은 까닭으로 얻지 못했습니다."))
        else:
            told.append(failure)
            result.append(_lost(title, points, f"{title}: {failure[0]}", failure[1]))
    return result


def view_of(
    exercise: StepExercise, challenge: Challenge, make: Callable[[], Any], number: int
) -> View:
    """`make`가 만든 답을 `number`번째 장면에서만 관찰한 것."""
    from autograder.observe import observe

    scenes = [
        scene | {"fit": scene["fit"] | {"by_hand": True}} if "fit" in scene else scene
        for scene in challenge.facts["scenes"]
    ]
    alone = challenge.facts | {"scenes": scenes, "only": number}
    made = make()
    subject = made if isinstance(made, dict) else {exercise.subjects[0]: made}
    evidence = observe(replace(challenge, facts=alone), subject)
    return View(evidence.facts["scenes"][number], evidence.arrays)


def _lost(title: str, points: float, message: str, advice: str = "") -> Item:
    return Item(title, points, 0, message, advice)


class _Judgement:
    def __init__(self, exercise: StepExercise, challenge: Challenge, evidence: Evidence) -> None:
        self.exercise, self.challenge = exercise, challenge
        self.scenes = challenge.facts["scenes"]
        self.found = [
            View(record, evidence.arrays)
            for record, _ in zip(evidence.facts["scenes"], self.scenes, strict=True)
        ]
        self.cache: dict[tuple[int, int], View] = {}
        self.suspect: Mistake | None = None
        self.unknown: int | None = None
        self.makers: list[Callable[[], Any]] = [exercise.reference, *exercise.alternatives]
        self.variant = self._variant()

    def group(self, looks: tuple[Look, ...]) -> tuple[Failure | None, str]:
        """항목의 첫 번째 다른 점과, 맞았을 때 보일 말."""
        passed = ""
        for look in looks:
            failure = self._failure(look, self.variant)
            if failure:
                return failure, ""
            if look[0] == "accuracy":
                passed = loop.accuracy_text(self._accuracy(look[1]), self.exercise.threshold)
        return None, passed

    def _variant(self) -> int:
        """맞는 답이 여럿이면, 첫 장면에서 가장 비슷한 것과 견줍니다."""
        if len(self.makers) == 1:
            return 0
        looks = [look for _, _, looks in self.exercise.groups for look in looks]
        first = [look for look in looks if look[1] == looks[0][1]]
        failures = []
        for number in range(len(self.makers)):
            failed = [self._failure(look, number, explained=False) for look in first]
            failures.append(sum(failure is not None for failure in failed))
            if not failures[-1]:
                return number
        return failures.index(min(failures))

    def _failure(self, look: Look, variant: int, *, explained: bool = True) -> Failure | None:
        aspect, number, *more = look
        have = self.found[number]
        blocked = self._blocked(have)
        if blocked:
            return blocked
        if aspect in loop.LOOKS:
            return loop.LOOKS[aspect](self.scenes[number], self.challenge.arrays, have)
        if aspect == "accuracy":
            return loop.accuracy_failure(self._accuracy(number), self.exercise.threshold)
        if aspect == "line":
            return _line(self.scenes[number], self.challenge.arrays, have)
        if aspect == "tape":
            return _tape(self.scenes[number], self.challenge.arrays, have)
        compare = _COMPARE[aspect]
        failure = compare(self._seen(self.makers[variant], number), have, *more)
        if failure is None or not explained:
            return failure

        def difference(view: View) -> Failure | None:
            if aspect == "weights" and not _as_often(view, have):
                return "", ""
            return compare(view, have, *more)

        mistake = self._mistake(difference, number)
        if mistake is not None:
            return mistake.message, mistake.advice
        if failure[1] == NEAR:
            return failure[0], self.exercise.pitfalls.get(NEAR, "")
        return failure

    def _mistake(self, difference: Callable[[View], Failure | None], number: int) -> Mistake | None:
        """답과 같은 값을 내는 오해. 한 번 찾은 오해부터 보고, 모르는 오해는 한 장면에서만 찾습니다."""
        if self.suspect is None and self.unknown not in (None, number):
            return None
        first = [self.suspect] if self.suspect is not None else []
        for mistake in (*first, *self.exercise.mistakes):
            for make in (mistake.make, *mistake.others):
                if difference(self._seen(make, number)) is None:
                    self.suspect = mistake
                    return mistake
        self.unknown = number
        return None

    def _blocked(self, have: View) -> Failure | None:
        """값을 비교할 수 없게 하는 것: 오류, 스스로 쓰지 않은 훈련."""
        used = have.record.get("used", ())
        if self.exercise.form == "class" and "train_step" in used:
            return (
                f"`{self.exercise.subjects[0]}`의 `train_step`이 아니라 케라스의 기본 "
                "`train_step`이 훈련했습니다.",
                "메서드의 이름이 `train_step`인지, `super().train_step(...)`을 부르지 않았는지 보세요.",
            )
        if self.exercise.form == "function" and used:
            name = next(name for name in ("fit", "train_on_batch", "train_step") if name in used)
            return (
                f"모델의 {with_particle(f'`{name}`', '이', '가')} 훈련했습니다.",
                "`tf.GradientTape`로 그레이디언트를 구하고 옵티마이저로 업데이트하는 코드를 직접 쓰세요.",
            )
        for record in (have.record, *have.record.get("calls", ())):
            if record["status"] != "seen":
                return self._explained(record)
        return None

    def _explained(self, record: dict[str, Any]) -> Failure:
        said = str(record.get("message") or "")
        # 변수의 이름과 값은 장면마다 다르고 읽는 사람에게 쓸모가 없습니다.
        shown = re.sub(r":? ?<(Keras)?Variable path.*", "", said, flags=re.DOTALL)
        # 그래프의 오류는 어느 연산인지를 먼저, 까닭을 마지막에 적습니다.
        shown = re.sub(r"^Graph execution error:.*\n\n(?=.*\n\s*\[\[)", "", shown, flags=re.DOTALL)
        message, advice = explain(record | {"message": shown}, self.exercise.subjects[0])
        known = _ADVICE | self.exercise.pitfalls
        return message, next((text for sign, text in known.items() if sign in said), advice)

    def _seen(self, make: Callable[[], Any], number: int) -> View:
        key = id(make), number
        if key not in self.cache:
            self.cache[key] = view_of(self.exercise, self.challenge, make, number)
        return self.cache[key]

    def _accuracy(self, number: int) -> float:
        assert self.exercise.heldout is not None
        x, y = self.exercise.heldout(self.challenge)
        return loop.accuracy(self.scenes[number], self.found[number], x, y)


def values(
    call: dict[str, Any], arrays: dict[str, np.ndarray], count: int | None = None
) -> list[np.ndarray]:
    """돌려준 것들 가운데 수인 것. 수 `count`개를 담은 배열 하나는 수들로 나눕니다."""
    found = [np.asarray(arrays[item["array"]]) for item in call["outputs"] if "array" in item]
    if count is not None and len(found) == 1 < count and found[0].shape == (count,):
        return list(found[0])
    return found


def _returns(
    want: View, have: View, which: int | None = None, *, shaped: bool = False
) -> Failure | None:
    if _same_error(want, have):
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
        if shaped and found["type"] != found["outputs"][0]["type"]:
            return (
                f"텐서를 `{found['type']}`에 담아 돌려줍니다.",
                "담지 않은 텐서를 돌려주세요. `tape.gradient(y, [x])`는 리스트를 돌려줍니다.",
            )
        for index, (output, other) in enumerate(zip(outputs, others, strict=True)):
            if which is not None and index != which:
                continue
            difference = _value_difference(output, other, shaped)
            if difference:
                return difference
        for key, array in wanted["variables"].items():
            if not np.array_equal(want.arrays[array], have.arrays[found["variables"][key]]):
                return "인수로 받은 변수의 값이 바뀌었습니다.", "인수를 바꾸지 않고 계산하세요."
    if len(want.record["calls"]) != len(have.record["calls"]):
        return "", ""
    return None


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
    if np.all(gap <= VALUE_TOLERANCE * max(scale, 1e-2)):
        return None
    worst = int(np.argmax(gap))
    wanted, found = float(output.reshape(-1)[worst]), float(other.reshape(-1)[worst])
    text = with_particle(f"{wanted:.4g}", "이어야", "여야")
    near = NEAR if np.all(gap <= NEAR_TOLERANCE * scale) else ""
    return f"값이 {text} 하는데 {found:.4g}입니다.", near


def _weights(want: View, have: View, which: str | None = None) -> Failure | None:
    if _same_error(want, have):
        return None
    names = [which] if which else list(want.record["before"])
    for wanted, found in zip(want.record["calls"], have.record["calls"], strict=False):
        if wanted["status"] != "seen":
            return "", ""
        for name in names:
            keys = zip(
                want.record["before"][name],
                wanted["weights"][name],
                found["weights"][name],
                strict=True,
            )
            changes = [
                (want.arrays[after] - want.arrays[before], have.arrays[own] - want.arrays[before])
                for before, after, own in keys
            ]
            if not all(_same_change(*change) for change in changes):
                return _change_difference(name, len(names) > 1 or which is not None, changes, found)
    return None


def _same_change(wanted: np.ndarray, found: np.ndarray) -> bool:
    scale = float(np.max(np.abs(wanted), initial=0.0))
    return bool(
        wanted.shape == found.shape
        and np.all(np.isfinite(found))
        and np.all(np.abs(wanted - found) <= WEIGHT_TOLERANCE * scale + 3e-6)
    )


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
    ratio = float(given @ wanted / (wanted @ wanted))
    along = np.linalg.norm(given - ratio * wanted) < 0.02 * np.linalg.norm(given)
    if along and abs(ratio - 1) > 0.05:
        return (
            f"{with_particle(whose, '이', '가')} 명세의 {ratio:.2g}배만큼 바뀌었습니다.",
            "손실을 더하거나 나누지 않았는지, 업데이트를 몇 번 했는지 보세요.",
        )
    return (
        f"{with_particle(whose, '이', '가')} 명세와 다르게 바뀌었습니다.",
        "손실을 구하는 식, 그레이디언트를 구한 변수와 업데이트한 변수를 명세와 비교하세요.",
    )


def _as_often(want: View, have: View) -> bool:
    """옵티마이저를 같은 횟수만큼 썼는지. 두 배인 그레이디언트와 두 번 적용한 것을 가립니다."""
    return all(
        wanted["iterations"] == found["iterations"]
        for wanted, found in zip(want.record["calls"], have.record["calls"], strict=False)
        if wanted["status"] == found["status"] == "seen"
    )


def _logs(want: View, have: View, metric: str) -> Failure | None:
    if _same_error(want, have):
        return None
    if want.record["calls"][0]["status"] != "seen":
        return "", ""
    wanted = want.record["calls"][0]["history"][metric]
    history = have.record["calls"][0]["history"]
    if metric not in history:
        there = ", ".join(f"`{name}`" for name in history) or "없습니다"
        return (
            f"기록에 {with_particle(f'`{metric}`', '이', '가')} 없습니다. 지금 있는 것: {there}.",
            "`train_step`은 지표의 이름 → 값인 딕셔너리를 돌려줍니다.",
        )
    found = history[metric]
    if any(value is None for value in found) or len(found) != len(wanted):
        return f"기록의 `{metric}`이 에포크마다 하나의 수가 아닙니다.", ""
    for number, (value, other) in enumerate(zip(wanted, found, strict=True), 1):
        if not np.isfinite(float(other)) or abs(value - float(other)) > 1e-3 * max(abs(value), 0.1):
            text = with_particle(f"{value:.4g}", "이어야", "여야")
            return (
                f"{number}번째 에포크의 `{metric}` 기록이 {text} 하는데 {float(other):.4g}입니다.",
                "에포크 전체의 평균인지, 지표를 업데이트하는 값이 맞는지 보세요.",
            )
    return None


def _same_error(want: View, have: View) -> bool:
    """둘 다 같은 오류로 멈추었는지."""
    pairs = zip(want.record.get("calls", ()), have.record.get("calls", ()), strict=False)
    return any(
        one["status"] != "seen" and one.get("error") == other.get("error") for one, other in pairs
    )


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

    def near(self, w: float, b: float) -> bool:
        gap = np.abs((w - self.slope) * self.x + (b - self.offset))
        return bool(np.max(gap) <= LINE_TOLERANCE * np.std(self.y))

    def not_undone(self, w: float, b: float) -> str:
        """표준화한 x의 직선을 다 되돌리지 않았으면 그 조언."""
        deviation, room = float(np.std(self.x)), LINE_TOLERANCE * float(np.std(self.y))
        if abs(b - np.mean(self.y)) > room:
            return ""
        if abs(w - self.slope * deviation) <= room:
            return (
                "표준화한 x의 직선을 되돌리지 않았습니다. "
                "`w / deviation`과 `b - w * mean / deviation`을 돌려주세요."
            )
        if abs(w - self.slope) * deviation <= room:
            return "표준화한 x의 직선에서 `b`도 되돌리세요: `b - w * mean / deviation`."
        return ""


def _line(scene: dict[str, Any], given: dict[str, np.ndarray], have: View) -> Failure | None:
    line = _Line.of(scene, given)
    call = have.record["calls"][0]
    if call["none"]:
        return "아무것도 돌려주지 않습니다(`None`).", "`return w, b`를 빠뜨리지 않았는지 보세요."
    if call["type"] == "dict":
        return "`dict`가 아니라 튜플 `(w, b)`를 돌려주어야 합니다.", "`return w, b`로 돌려주세요."
    found = _pair(call, have)
    if found is None:
        return "수 두 개 `(w, b)`를 돌려주어야 합니다.", ""
    if not np.all(np.isfinite(found)):
        return (
            "`w`나 `b`가 무한대나 `NaN`입니다. 경사 하강법이 발산했습니다.",
            "학습률을 줄이거나, x를 평균 0, 표준편차 1로 표준화한 다음 되돌리세요.",
        )
    w, b = found
    if line.near(w, b):
        return None
    text = (
        f"`w={w:.4g}`, `b={b:.4g}`입니다. "
        f"최소제곱 직선은 `w={line.slope:.4g}`, `b={line.offset:.4g}`입니다."
    )
    if line.near(b, w):
        return text, "`w`와 `b`의 순서가 바뀌었습니다. `(w, b)`로 돌려주세요."
    if abs(b) < 1e-6:
        return text, "`b`도 업데이트하는지 보세요."
    if max(abs(w), abs(b)) > 1e3 * max(abs(line.slope), abs(line.offset), 1.0):
        return text, "경사 하강법이 발산했습니다. 학습률을 줄이거나 x를 표준화하세요."
    advice = "아직 멀었습니다. 스텝을 늘리거나, 학습률을 키우거나, x를 표준화하세요."
    return text, line.not_undone(w, b) or advice


def _pair(call: dict[str, Any], have: View) -> tuple[float, float] | None:
    """돌려준 수 두 개. 그렇지 않으면 None."""
    numbers = [value.reshape(-1) for value in values(call, have.arrays)]
    found = np.concatenate(numbers) if numbers else np.zeros(0)
    if found.size != 2 or len(numbers) != len(call["outputs"]):
        return None
    return float(found[0]), float(found[1])


def _tape(scene: dict[str, Any], given: dict[str, np.ndarray], have: View) -> Failure | None:
    call = have.record["calls"][0]
    advice = (
        "공식이나 `np.polyfit`이 아니라, 테이프로 구한 그레이디언트로 `w`와 `b`를 업데이트하세요."
    )
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


_COMPARE: dict[str, Callable[..., Failure | None]] = {
    "returns": _returns,
    "shaped": partial(_returns, shaped=True),
    "weights": _weights,
    "logs": _logs,
}
