"""다음 글자를 맞히는 모델의 판정: 출력의 모양, 인과성, 훈련한 법, 처음 보는 글의 손실.

여기 없는 것: 로짓을 적는 일(`observe.language`), 이미지 모델의 정확도(`judge.open`).
"""

from __future__ import annotations

import numpy as np

from autograder.judge.problems import explain, several_outputs
from autograder.judge.told_once import nothing_seen
from autograder.kinds import LanguageExercise
from autograder.korean import with_particle
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

LEAK = 1e-3
"""뒤의 글자를 바꾸었을 때 앞의 로짓이 달라져도 되는 크기(로짓의 표준편차에 대한 비율)."""
LEARNED_NOTHING = 0.9
"""손실이 아무것이나 고르는 손실의 이 비율보다 크면 배운 것이 없다고 봅니다."""
SURE_AND_WRONG = 1.3
"""손실이 아무것이나 고르는 손실의 이 배수보다 크면, 배우지 않은 것이 아니라 틀린 것을 배웠습니다."""
MOSTLY = 0.5
_TWICE = (
    "확률을 내는 모델에 `from_logits=True`인 손실을 썼다면 소프트맥스를 두 번 지난 것입니다. "
    "마지막 층의 소프트맥스를 빼고 다시 훈련하세요."
)
_ONE_LENGTH = (
    '다른 길이의 글에서는 되었습니다. 입력을 `keras.Input((None,), dtype="int32")`로 두고, '
    "자리의 번호는 들어온 글의 길이로 만드세요."
)


def items(exercise: LanguageExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """모양, 인과성, `fit` 없이, 손실의 네 항목."""
    size = _vocabulary()
    facts, name = evidence.facts, exercise.subjects[0]
    titles = (
        f"글자 번호 `(N, T)`를 받아 로짓 {with_particle(f'`(N, T, {size})`', '을', '를')} 내는 모델",
        "뒤의 글자를 바꾸어도 앞자리의 로짓은 그대로입니다",
        "`fit`을 부르지 않고 훈련합니다",
        f"처음 보는 글의 손실 {exercise.loss:.2f} 이하",
    )
    worth = (2.0, 2.0, 1.0, exercise.loss_points)
    if facts.get("status") != "seen":
        message, advice = explain(facts, name)
        return nothing_seen(zip(titles, worth, strict=True), message, advice)
    made = [Item(title, points, points) for title, points in zip(titles, worth, strict=True)]
    if wrong := _wrong_outputs(challenge, evidence, name, size):
        made[0] = _lost(made[0], *wrong)
    # What the outputs have wrong costs its own item; the rest is judged by what can be seen of them.
    leak = None
    if not _in_places(challenge, evidence):
        made[1] = _lost(made[1], f"{titles[1]}: 출력의 모양이 맞으면 확인합니다.")
    elif leak := _leak(challenge, evidence):
        made[1] = _lost(made[1], *leak)
    if measured := _measured(exercise, challenge, evidence):
        made[3] = _loss_item(made[3], exercise, challenge, evidence, measured, leaks=bool(leak))
    else:
        made[3] = _lost(made[3], "손실: 출력의 모양이 맞으면 잽니다.")
    used = "fit" if facts["fitted"] else "train_on_batch" if facts["batch_trained"] else ""
    if used:
        made[2] = _lost(
            made[2],
            f"{titles[2]}. 이 모델에는 {with_particle(f'`{used}`', '을', '를')} 부른 적이 있습니다.",
            "모델을 새로 만들어 `tf.GradientTape`로 쓴 루프로만 훈련하세요.",
        )
    return made


def _vocabulary() -> int:
    from autograder.data import sentence_characters

    return len(sentence_characters())


def _lost(item: Item, message: str, advice: str = "") -> Item:
    return Item(item.name, item.points, 0, message, advice)


def _wrong_outputs(
    challenge: Challenge, evidence: Evidence, model: str, size: int
) -> tuple[str, str] | None:
    """출력에서 명세와 다른 것."""
    facts, texts = evidence.facts, challenge.facts["texts"]
    if nested := facts.get("nested"):
        return several_outputs(nested)
    if facts["failed"]:
        name, record = next(iter(facts["failed"].items()))
        length = challenge.arrays[name].shape[1]
        worked = {challenge.arrays[text].shape[1] for text in texts if text in facts["shapes"]}
        message, advice = explain(record, model)
        given = with_particle(f"`(N, {length})`", "을", "를")
        return f"글자 {given} 넣고 {message}", _ONE_LENGTH if worked - {length} else advice
    for name in texts:
        rows, length = challenge.arrays[name].shape
        found = facts["shapes"][name]
        if found == [rows, size]:
            return (
                f"로짓의 모양이 `(N, T, {size})`이어야 하는데 `(N, {size})`입니다.",
                "마지막 자리만이 아니라 모든 자리의 로짓을 내세요. 한 번에 T개의 다음 글자를 배웁니다.",
            )
        if found != [rows, length, size]:
            shown = ", ".join(["N", *(str(number) for number in found[1:])]) if found else ""
            given = with_particle(f"`(N, {length})`", "을", "를")
            return (
                f"글자 {given} 넣었을 때 로짓의 모양이 `(N, {length}, {size})`이어야 하는데 "
                f"`({shown})`입니다.",
                f"마지막 층을 `Dense({size})`로 두세요. 자리마다 글자의 수만큼 로짓이 나옵니다.",
            )
        if evidence.arrays[name].shape != (rows, size):
            raise ValueError("기록의 모양이 다릅니다")
        if _chances(evidence.arrays[name]):
            return (
                "로짓이 아니라 확률을 냅니다. 자리마다 값의 합이 1입니다.",
                "마지막 층에서 소프트맥스를 빼고, 손실에 `from_logits=True`를 주세요.",
            )
    return None


def _chances(value: np.ndarray) -> bool:
    """로짓이 아니라 확률인지."""
    return bool(np.all(value >= 0) and np.allclose(value.sum(-1), 1, atol=1e-3))


def _in_places(challenge: Challenge, evidence: Evidence) -> bool:
    """두 배열을 넣은 출력에 자리마다의 값이 있는지."""
    return all(
        name in evidence.arrays
        and evidence.facts["shapes"][name][1] == challenge.arrays[name].shape[1]
        for name in ("one", "other")
    )


def _leak(challenge: Challenge, evidence: Evidence) -> tuple[str, str] | None:
    one, other = (evidence.arrays[name].astype("float64") for name in ("one", "other"))
    gap = np.max(np.abs(one - other), initial=0.0)
    if np.isfinite(gap) and gap <= LEAK * max(float(np.std(one)), 1e-6):
        return None
    same = challenge.facts["same"]
    if not np.isfinite(gap):
        return "로짓에 `NaN`이나 무한대가 있습니다.", ""
    return (
        f"{same + 1}번째부터 뒤의 글자를 바꾸었더니 그 앞자리의 로짓이 {gap:.2g}만큼 달라집니다.",
        "뒤의 글자를 훔쳐봅니다. 모든 어텐션에 인과 마스크가 있는지, 축 `T`를 섞는 층이 또 있는지 보세요.",
    )


def _loss_item(
    item: Item,
    exercise: LanguageExercise,
    challenge: Challenge,
    evidence: Evidence,
    measured: dict[str, _Measured],
    *,
    leaks: bool,
) -> Item:
    loss = float(np.mean([one.loss for one in measured.values()]))
    if not np.isfinite(loss):
        return _lost(
            item,
            "손실: 로짓에 `NaN`이나 무한대가 있습니다.",
            "손실이 `NaN`이 되는 스텝을 찾아 보세요. 학습률이 너무 크지 않은지도 보세요.",
        )
    if loss <= exercise.loss:
        message = f"처음 보는 글의 손실 {loss:.3f} (기준 {exercise.loss:.2f})"
        return Item(item.name, item.points, item.points, message)
    chance = float(np.log(_vocabulary()))
    if evidence.facts.get("started") and loss > LEARNED_NOTHING * chance:
        return _lost(
            item,
            f"아직 훈련하지 않았어요. 훈련한 뒤 손실이 {exercise.loss:.2f} 이하여야 합니다.",
            "모델을 다시 만들면 훈련도 다시 해야 합니다.",
        )
    message = f"처음 보는 글의 손실이 {exercise.loss:.2f} 이하여야 하는데 {loss:.2f}입니다."
    repeated = float(
        np.mean([one.says(challenge.arrays[name][:, -1]) for name, one in measured.items()])
    )
    later = float(np.mean([one.later for one in measured.values()]))
    chances = any(_chances(evidence.arrays[name]) for name in measured)
    return _lost(item, message, _advice(loss, chance, repeated, later, leaks, chances))


def _advice(
    loss: float, chance: float, repeated: float, later: float, leaks: bool, chances: bool
) -> str:
    if repeated > MOSTLY:
        return (
            f"물음의 {repeated:.0%}에서 마지막 글자를 그대로 되풀이합니다. 타깃이 입력과 같으면 이렇게 배웁니다. "
            "타깃은 한 칸 뒤의 글자입니다: `x = windows[:, :-1]`, `y = windows[:, 1:]`."
        )
    if leaks:
        return (
            "훈련 손실이 낮아도 소용없습니다. 훈련할 때는 뒤의 글자를 보고 맞혔지만, 글을 만들 때는 뒤가 없습니다. "
            "모델을 고쳐 다시 훈련하세요."
        )
    if later < 0.8 * loss:
        return f"다음다음 글자를 맞히는 손실은 {later:.2f}로 더 작습니다. 타깃을 한 칸만 밀었는지 보세요."
    if loss > SURE_AND_WRONG * chance:
        return (
            f"아무 글자나 고르는 손실 {chance:.2f}보다도 훨씬 큽니다. 다른 것을 배웠습니다. "
            "타깃은 한 칸 뒤의 글자입니다: `x = windows[:, :-1]`, `y = windows[:, 1:]`."
        )
    if loss > LEARNED_NOTHING * chance:
        return (
            f"아무 글자나 고르는 손실 {chance:.2f}와 다르지 않습니다. 그레이디언트를 적용하는지, "
            "훈련하는 동안 손실이 줄었는지 보세요."
        )
    if chances:
        return _TWICE
    return "훈련 손실이 아직 줄고 있으면 더 훈련하세요. 학습률과 배치의 수도 바꾸어 보세요."


class _Measured:
    """마지막 자리의 로짓들과 그다음 글자들."""

    def __init__(self, logits: np.ndarray, following: np.ndarray) -> None:
        values = logits.astype("float64")
        if _chances(values):
            values = np.log(np.maximum(values, np.finfo("float32").tiny))
        values = values - values.max(axis=-1, keepdims=True)
        self.logs = values - np.log(np.exp(values).sum(axis=-1, keepdims=True))
        self.following = following

    def _loss(self, tokens: np.ndarray) -> float:
        return float(-np.mean(self.logs[np.arange(len(tokens)), tokens]))

    @property
    def loss(self) -> float:
        """다음 글자의 교차 엔트로피."""
        return self._loss(self.following[:, 0])

    @property
    def later(self) -> float:
        """다음다음 글자의 교차 엔트로피."""
        return self._loss(self.following[:, 1])

    def says(self, tokens: np.ndarray) -> float:
        """가장 큰 로짓이 `tokens`인 비율."""
        return float(np.mean(self.logs.argmax(axis=-1) == tokens))


def _measured(
    exercise: LanguageExercise, challenge: Challenge, evidence: Evidence
) -> dict[str, _Measured]:
    """글자의 수만큼 값을 낸 물음마다의 손실."""
    size, found = _vocabulary(), evidence.arrays
    return {
        name: _Measured(found[name], exercise.next_characters(length))
        for name, length in zip(challenge.facts["texts"], exercise.lengths, strict=True)
        if name in found and found[name].shape == (len(challenge.arrays[name]), size)
    }


def measured_loss(exercise: LanguageExercise, challenge: Challenge, evidence: Evidence) -> float:
    """관찰한 모델의 손실. `tools/measure_thresholds.py`가 문턱을 정할 때 씁니다."""
    measured = _measured(exercise, challenge, evidence)
    return float(np.mean([one.loss for one in measured.values()]))
