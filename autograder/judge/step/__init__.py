"""훈련 스텝의 판정: 같은 모델과 배치로 참고 답안을 실행해 돌려준 값과 가중치를 비교합니다.

다르면 문제에 적힌 흔한 오해(`Mistake`)를 하나씩 같은 조건에서 실행해 봅니다. 답과 같은 값이 나오는
오해가 있으면 그것이 까닭입니다.

볼 것(`Look`)의 종류
- `("returns", 장면)`이나 `("returns", 장면, 번호)`: 돌려준 값. 모델의 이름이 더 있으면 그 모델의 것입니다.
- `("shaped", 장면)`: 돌려준 값. 담는 것 없이 모양까지 같아야 합니다.
- `("weights", 장면)`이나 `("weights", 장면, 모델)`: 부를 때마다 바뀐 가중치
- `("logs", 장면, 지표)`: `fit`이 에포크마다 기록한 값
- `("mode", 장면)`: 그레이디언트를 구한 순전파가 모두 훈련 모드였는지
- `("fed", 장면, 모델, 번호)`: 모델에 그 번호의 인수만 들어갔는지
- `("line", 장면)`, `("tape", 장면)`: `judge.step.line`
- `("samples", 장면)`, `("losses", 장면)`, `("training", 장면)`, `("updated", 장면)`,
  `("each", 장면)`, `("objective", 장면)`: `judge.step.loop`
- `("optimizer", 장면)`: `judge.step.replay`

부를 때마다 학습자의 가중치에서 이어 가므로, 앞에서 틀린 것 때문에 뒤의 것을 잃지 않습니다.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from autograder.judge.layer_names import shape_advice
from autograder.judge.problems import explain
from autograder.judge.step import line, loop, replay
from autograder.kinds import Mistake, StepExercise
from autograder.kinds.step import Look
from autograder.korean import with_particle
from autograder.observe.problems import without_values
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

VALUE_TOLERANCE = 1e-3
"""돌려준 값이 다를 수 있는 비율. 행렬곱의 입력을 가수 10비트로 반올림하는 기계에서는 2e-4까지 다릅니다."""
EXACT_TOLERANCE = 2e-4
"""행렬곱이 없는 계산(도함수)에서 다를 수 있는 비율. 수치 미분을 가립니다."""
WEIGHT_TOLERANCE = 0.02
"""가중치의 변화가 다를 수 있는 비율. 그런 기계에서는 5e-3까지 다릅니다."""
NEAR_TOLERANCE = 0.03
"""가깝지만 정확하지 않은 값이라고 말할 비율."""
NEAR = "near"

Failure = tuple[str, str]

_ADVICE = {
    "Unknown variable": "옵티마이저가 모르는 변수를 받았습니다. 인수로 받은 옵티마이저로, 인수로 받은 모델의 "
    "변수를 업데이트하세요.",
    "No gradients provided for any variable": "모델을 부르고 손실을 구하는 코드가 `with` 블록 안에 있는지, "
    "손실을 넘파이로 바꾸지 않았는지 보세요.",
    "non-persistent": "테이프 하나로는 그레이디언트를 한 번만 구합니다. "
    "테이프를 둘 쓰거나 `persistent=True`로 만드세요.",
    "create variables on (a )?non-first call|tf.function only supports singleton": "`tf.function` 안에서 "
    "변수나 옵티마이저를 만들지 마세요.",
    "None values not supported": "`None`을 텐서로 바꿀 수 없습니다. 그레이디언트라면, 손실이 그 변수에서 "
    "나왔는지 보세요.",
    "converted to Python scalars": "`float(...)`는 원소가 하나인 값에만 쓸 수 있습니다. "
    "값의 모양을 확인하세요.",
}
"""오류의 글에서 찾을 정규식 → 조언. 그 글이 나오는 모든 오류에서 참인 말만 적습니다."""


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
    for (title, points, _), failure in zip(exercise.groups, judgement.groups(), strict=True):
        if failure is None:
            result.append(Item(title, points, points))
        elif failure in told:
            # 같은 까닭을 항목마다 되풀이하지 않습니다.
            word = "확인하지" if failure in judgement.blocking else "얻지"
            result.append(_lost(title, points, f"{title}: 위와 같은 까닭으로 {word} 못했습니다."))
        else:
            told.append(failure)
            result.append(_lost(title, points, f"{title}: {failure[0]}", failure[1]))
    return result


def view_of(
    exercise: StepExercise, challenge: Challenge, make: Callable[[], Any], number: int
) -> View:
    """`make`가 만든 답을 `number`번째 장면에서만 관찰한 것."""
    from autograder.observe import observe

    scenes = [_plain(scene) for scene in challenge.facts["scenes"]]
    alone = challenge.facts | {"scenes": scenes, "only": number}
    made = make()
    subject = made if isinstance(made, dict) else {exercise.subjects[0]: made}
    evidence = observe(replace(challenge, facts=alone), subject)
    return View(evidence.facts["scenes"][number], evidence.arrays)


def _plain(scene: dict[str, Any]) -> dict[str, Any]:
    """같은 값이 나오는 가벼운 장면: `fit`은 즉시 실행으로, 순전파는 적지 않습니다."""
    models = {
        name: {key: value for key, value in model.items() if key != "passes"}
        for name, model in scene.get("models", {}).items()
    }
    light = scene | {"models": models}
    return light | {"fit": scene["fit"] | {"by_hand": True}} if "fit" in scene else light


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
        self.cache: dict[tuple[int, int, str], View] = {}
        self.suspect: Mistake | None = None
        self.unknown: int | None = None
        self.blocking: list[Failure] = []
        self.tape_told: Failure | None = None
        self.makers: list[Callable[[], Any]] = [exercise.reference, *exercise.alternatives]
        self.variant = self._variant()

    def groups(self) -> list[Failure | None]:
        """항목마다 첫 번째 다른 점.

        오해가 설명하는 다른 점은, 그 오해가 다른 항목의 것이고 거기에서 잃었으면 여기에서는 잃지 않습니다.
        """
        found: list[Failure | None] = []
        excused: list[list[tuple[Mistake, Failure]]] = []
        for title, _, looks in self.exercise.groups:
            failure, passed_over = None, []
            for look in looks:
                seen, mistake = self._failure(look, self.variant)
                about = getattr(mistake, "about", ())
                if seen and mistake and about and title not in about:
                    passed_over.append((mistake, seen))
                elif seen:
                    failure = seen
                    break
            found.append(failure)
            excused.append(passed_over)
        titles = [title for title, _, _ in self.exercise.groups]
        lost = {title for title, failure in zip(titles, found, strict=True) if failure}
        for number, passed_over in enumerate(excused):
            for mistake, seen in passed_over:
                if found[number] is None and not lost & set(getattr(mistake, "about", ())):
                    found[number] = seen
        return found

    def _variant(self) -> int:
        """맞는 답이 여럿이면, 첫 장면에서 가장 비슷한 것과 견줍니다."""
        if len(self.makers) == 1:
            return 0
        looks = [look for _, _, looks in self.exercise.groups for look in looks]
        first = [look for look in looks if look[1] == looks[0][1]]
        failures = []
        for number in range(len(self.makers)):
            failed = [self._failure(look, number, explained=False)[0] for look in first]
            failures.append(sum(failure is not None for failure in failed))
            if not failures[-1]:
                return number
        return failures.index(min(failures))

    def _failure(
        self, look: Look, variant: int, *, explained: bool = True
    ) -> tuple[Failure | None, Mistake | None]:
        """볼 것 하나에서 다른 점과, 그것을 설명하는 오해."""
        aspect, number, *more = look
        have, scene = self.found[number], self.scenes[number]
        blocked = self._blocked(number, explained=explained)
        if blocked:
            self.blocking.append(blocked)
            return blocked, None
        looks = loop.LOOKS | line.LOOKS
        if aspect in looks:
            return looks[aspect](scene, self.challenge.arrays, have), None
        if aspect == "optimizer":
            rate = self.exercise.learning_rate
            return replay.optimizer(scene, self.challenge.arrays, have, rate), None
        if aspect in _SEEN:
            return _SEEN[aspect](scene, self.challenge.arrays, have, *more), None
        compare, turns = _COMPARE[aspect], self._turns(more)

        def difference(make: Callable[[], Any], *, often: bool = False) -> Failure | None:
            failure: Failure | None = None
            for turn in turns:
                view = self._seen(make, number, turn)
                found = compare(view, have, *more)
                if found is None and often and aspect == "weights" and not _as_often(view, have):
                    found = "", ""
                if found is None:
                    return None
                failure = failure or found
            return failure

        failure = difference(self.makers[variant])
        if failure is None or not explained:
            return failure, None
        if self.tape_told and have.record["calls"][0].get("none"):
            return self.tape_told, None
        cause = _tape_cause(self._seen(self.makers[variant], number), have)
        if cause is not None and cause == self.tape_told:
            return cause, None
        mistake = self._mistake(lambda make: difference(make, often=True) is None, number)
        if mistake is not None:
            return (mistake.message, mistake.advice), mistake
        if cause is not None:
            self.tape_told = cause
            return cause, None
        if failure[1] == NEAR:
            return (failure[0], self.exercise.pitfalls.get(NEAR, "")), None
        return failure, None

    def _turns(self, more: list[Any]) -> tuple[str, ...]:
        """모델 하나를 볼 때 먼저 업데이트되었을 수 있는 것: 없음, 그리고 짝이 되는 모델."""
        others = [self.exercise.turns[name] for name in more if name in self.exercise.turns]
        return "", *others

    def _mistake(
        self, explains: Callable[[Callable[[], Any]], bool], number: int
    ) -> Mistake | None:
        """답과 같은 값을 내는 오해. 한 번 찾은 오해부터 보고, 모르는 오해는 한 장면에서만 찾습니다."""
        if self.suspect is None and self.unknown not in (None, number):
            return None
        first = [self.suspect] if self.suspect is not None else []
        for mistake in (*first, *self.exercise.mistakes):
            if any(map(explains, (mistake.make, *mistake.others))):
                self.suspect = mistake
                return mistake
        self.unknown = number
        return None

    def _blocked(self, number: int, *, explained: bool = True) -> Failure | None:
        """값을 비교할 수 없게 하는 것: 오류, 스스로 쓰지 않은 훈련."""
        have = self.found[number]
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
                if self.tape_told and "None" in str(record.get("message")):
                    # 안쪽에서 돌려준 `None` 때문입니다.
                    return self.tape_told
                message, advice = self._explained(record)
                mistake = self._same_stop(number) if explained else None
                if mistake is not None:
                    advice = f"{mistake.message} {mistake.advice}"
                return message, advice
        return None

    def _same_stop(self, number: int) -> Mistake | None:
        """같은 자리에서 같은 오류로 멈추는 오해."""
        have = self.found[number]
        if "fit" in self.scenes[number]:
            return None
        return self._mistake(lambda make: _same_error(self._seen(make, number), have), number)

    def _explained(self, record: dict[str, Any]) -> Failure:
        said = str(record.get("message") or "")
        # 변수의 이름은 장면마다 다르고 읽는 사람에게 쓸모가 없습니다.
        shown = re.sub(r":? ?<(?:Keras)?Variable [^<>]*>", "", without_values(said))
        message, advice = explain(record | {"message": shown}, self.exercise.subjects[0])
        known = _ADVICE | self.exercise.pitfalls
        return message, next(
            (text for sign, text in known.items() if re.search(sign, said)), advice
        )

    def _seen(self, make: Callable[[], Any], number: int, turn: str = "") -> View:
        key = id(make), number, turn
        if key not in self.cache:
            challenge = self._led(number, turn)
            self.cache[key] = view_of(self.exercise, challenge, make, number)
        return self.cache[key]

    def _led(self, number: int, turn: str) -> Challenge:
        """부를 때마다 학습자의 가중치에서 이어 가는 Challenge. 앞에서 틀린 것이 뒤까지 가지 않습니다.

        `turn`은 먼저 업데이트된 것으로 볼 모델입니다. 그 모델은 부른 다음의 가중치로 둡니다.
        """
        have, scene = self.found[number], self.scenes[number]
        arrays = dict(self.challenge.arrays)
        load: dict[str, dict[str, list[str]]] = {}
        for call, record in enumerate(have.record.get("calls", ())):
            if record["status"] != "seen" or "start" not in record:
                break
            wanted = dict(record["start"]) if call else {}
            if turn:
                wanted[turn] = record["weights"][turn]
            if wanted:
                load[str(call)] = wanted
                arrays |= {key: have.arrays[key] for keys in wanted.values() for key in keys}
        if not load:
            return self.challenge
        scenes = list(self.scenes)
        scenes[number] = scene | {"load": load}
        facts = self.challenge.facts | {"scenes": scenes}
        return replace(self.challenge, facts=facts, arrays=arrays)


def values(
    call: dict[str, Any], arrays: dict[str, np.ndarray], count: int | None = None
) -> list[np.ndarray]:
    """돌려준 것들 가운데 수인 것. 수 `count`개를 담은 배열 하나는 수들로 나눕니다."""
    found = [np.asarray(arrays[item["array"]]) for item in call["outputs"] if "array" in item]
    if count is not None and len(found) == 1 < count and found[0].shape == (count,):
        return list(found[0])
    return found


def _returns(
    want: View, have: View, which: int | None = None, whose: str = "", *, shaped: bool = False
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
    tolerance = EXACT_TOLERANCE if shaped else VALUE_TOLERANCE
    if np.all(gap <= tolerance * max(scale, 1e-2)):
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
                wanted.get("start", want.record["before"])[name],
                wanted["weights"][name],
                found.get("start", have.record["before"])[name],
                found["weights"][name],
                strict=True,
            )
            changes = [
                (want.arrays[after] - want.arrays[start], have.arrays[own] - have.arrays[own_start])
                for start, after, own_start, own in keys
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


def _mode(scene: dict[str, Any], given: dict[str, np.ndarray], have: View) -> Failure | None:
    """그레이디언트를 구한 순전파가 모두 훈련 모드였는지."""
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


def _fed(
    scene: dict[str, Any], given: dict[str, np.ndarray], have: View, name: str, argument: int
) -> Failure | None:
    """모델 `name`에 `argument`번째 인수만 들어갔는지."""
    passes = have.record["passes"][name]
    allowed = {
        row.tobytes()
        for call in scene["calls"]
        for row in given[next(iter(call[argument].values()))].astype("float32")
    }
    if not passes["complete"]:
        return None
    rows = have.arrays[passes["inputs"]]
    if all(row.tobytes() in allowed for row in rows):
        return None
    source = next(iter(scene["calls"][0][argument].values())).partition("_")[0]
    return (
        f"`{source}`가 아닌 값을 `{name}`에 넣었습니다.",
        f"새로 뽑거나 바꾸지 말고 인수로 받은 `{source}`를 그대로 넣으세요.",
    )


def _tape_cause(want: View, have: View) -> Failure | None:
    """도함수를 얻지 못한 까닭: 테이프를 어떻게 썼는지의 기록으로 봅니다."""
    for wanted, found in zip(want.record["calls"], have.record["calls"], strict=False):
        tape = found.get("tape")
        if tape is None or wanted["status"] != "seen" or found["status"] != "seen":
            continue
        lost = np.any([np.any(value) for value in values(wanted, want.arrays)])
        if not lost:
            continue
        if found["none"] and tape["asked"] > tape["none"]:
            return (
                "도함수를 구했지만 돌려주지 않습니다(`None`).",
                "`return tape.gradient(...)`처럼 돌려주세요.",
            )
        zero = not found["none"] and not any(np.any(v) for v in values(found, have.arrays))
        if not (zero or found["none"]) or not tape["asked"]:
            continue
        result = "`None`입니다" if found["none"] else "0이 되었습니다"
        if not tape["watched"]:
            return (
                f"`tape.watch(x)`를 부르지 않아 테이프가 `x`를 지켜보지 않았고, 도함수가 {result}.",
                "상수는 저절로 지켜보지 않습니다. `with` 블록 안에서 `tape.watch(x)`를 먼저 부르세요.",
            )
        if found["none"]:
            return (
                "`tape.gradient`가 `None`을 돌려줍니다. 지켜본 `x`로 `y`를 계산한 것이 기록되지 않았습니다.",
                "`tape.watch(x)` 다음에, `with` 블록 안에서, 지켜본 그 `x`로 `f(x)`를 계산하세요.",
            )
    return None


_COMPARE: dict[str, Callable[..., Failure | None]] = {
    "returns": _returns,
    "shaped": partial(_returns, shaped=True),
    "weights": _weights,
    "logs": _logs,
}
_SEEN: dict[str, Callable[..., Failure | None]] = {"mode": _mode, "fed": _fed}
