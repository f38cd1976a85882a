"""훈련 스텝의 판정: 같은 모델과 배치로 참고 답안을 실행해 돌려준 값과 가중치를 비교합니다.

여기 없는 것: 볼 것과 그 판정(`judge.step.looks`와 `judge.step.loop`, `judge.step.line`, `judge.step.replay`), 관찰(`observe.step`).

다르면 문제에 적힌 흔한 오해(`Mistake`)를 하나씩 같은 조건에서 실행해 봅니다. 답과 같은 값이 나오는
오해가 있으면 그것이 이유입니다.

부를 때마다 학습자의 가중치에서 이어 가므로, 앞에서 틀린 것 때문에 뒤의 것을 잃지 않습니다.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.judge.problems import explain
from autograder.judge.step.looks import (
    NEAR,
    Compared,
    Failure,
    Recorded,
    View,
    Weights,
    as_often,
    same_error,
    values,
)
from autograder.kinds import Mistake, StepExercise, StepItem, StepLook
from autograder.korean import with_particle
from autograder.observe.problems import without_values
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

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


def items(exercise: StepExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """`exercise.groups`의 항목들."""
    if evidence.facts["status"] != "seen":
        message, advice = explain(evidence.facts, exercise.subjects[0])
        return [
            _lost(item, f"{item.title}: 확인하지 못했습니다.")
            if number
            else _lost(item, message, advice)
            for number, item in enumerate(exercise.groups)
        ]
    judgement = _Judgement(exercise, challenge, evidence)
    result, told = [], []
    for item, failure in zip(exercise.groups, judgement.groups(), strict=True):
        if failure is None:
            result.append(Item(item.title, item.points, item.points))
        elif failure in told:
            # 같은 이유를 항목마다 되풀이하지 않습니다.
            word = "확인하지" if failure in judgement.blocking else "얻지"
            result.append(_lost(item, f"{item.title}: 위와 같은 이유로 {word} 못했습니다."))
        else:
            told.append(failure)
            result.append(_lost(item, f"{item.title}: {failure[0]}", failure[1]))
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


def _lost(item: StepItem, message: str, advice: str = "") -> Item:
    return Item(item.title, item.points, 0, message, advice)


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
        excused: list[list[tuple[Mistake, Failure, StepLook]]] = []
        for item in self.exercise.groups:
            failure, passed_over = None, []
            for look in item.looks:
                seen, mistake = self._failure(look, self.variant)
                about = getattr(mistake, "about", ())
                if seen and mistake and about and item.title not in about:
                    passed_over.append((mistake, seen, look))
                elif seen:
                    failure = seen
                    break
            found.append(failure)
            excused.append(passed_over)
        titles = [item.title for item in self.exercise.groups]
        lost = {title for title, failure in zip(titles, found, strict=True) if failure}
        for number, passed_over in enumerate(excused):
            for mistake, seen, look in passed_over:
                if found[number] is None and not lost & set(getattr(mistake, "about", ())):
                    # 그 오해의 항목은 맞았으므로 여기가 틀린 것은 그 오해 때문이 아닙니다.
                    found[number] = self._failure(look, self.variant, explained=False)[0] or seen
        return found

    def _variant(self) -> int:
        """맞는 답이 여럿이면, 첫 장면에서 가장 비슷한 것과 비교합니다."""
        if len(self.makers) == 1:
            return 0
        looks = [look for item in self.exercise.groups for look in item.looks]
        first = [look for look in looks if look.scene == looks[0].scene]
        failures = []
        for number in range(len(self.makers)):
            failed = [self._failure(look, number, explained=False)[0] for look in first]
            failures.append(sum(failure is not None for failure in failed))
            if not failures[-1]:
                return number
        return failures.index(min(failures))

    def _failure(
        self, look: StepLook, variant: int, *, explained: bool = True
    ) -> tuple[Failure | None, Mistake | None]:
        """볼 것 하나에서 다른 점과, 그것을 설명하는 오해."""
        number = look.scene
        have, scene = self.found[number], self.scenes[number]
        blocked = self._blocked(number, explained=explained)
        if blocked:
            self.blocking.append(blocked)
            return blocked, None
        if isinstance(look, Recorded):
            return look.failure(scene, self.challenge.arrays, have), None
        assert isinstance(look, Compared)
        turns = self._turns(look.model)

        def difference(make: Callable[[], Any], *, often: bool = False) -> Failure | None:
            failure: Failure | None = None
            for turn in turns:
                view = self._seen(make, number, turn)
                found = look.difference(view, have)
                if often and found is None and not look.same(view, have):
                    found = "", ""
                counted = often and isinstance(look, Weights)
                if found is None and counted and not as_often(view, have):
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

    def _turns(self, model: str) -> tuple[str, ...]:
        """`model`을 볼 때 먼저 업데이트되었을 수 있는 것: 없음, 그리고 짝이 되는 모델."""
        return ("", self.exercise.turns[model]) if model in self.exercise.turns else ("",)

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
        return self._mistake(lambda make: same_error(self._seen(make, number), have), number)

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


def _tape_cause(want: View, have: View) -> Failure | None:
    """도함수를 얻지 못한 이유: 테이프를 어떻게 썼는지의 기록으로 봅니다."""
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
