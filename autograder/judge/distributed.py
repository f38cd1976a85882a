"""여러 장치에서 훈련하는 함수의 판정: 장치 하나에서 같은 스텝을 해서 손실과 가중치를 비교합니다.

여기 없는 것: 함수를 실행하는 일(`observe.distributed`), 장치 하나에서의 훈련 스텝(`judge.step`).
"""

from __future__ import annotations

import copy
import itertools
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.judge.problems import explain, wrong_arguments
from autograder.judge.told_once import told_once
from autograder.kinds import DistributedExercise
from autograder.kinds.base import AskedItem
from autograder.observe import described
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

TOLERANCE = 2e-4
"""손실과 가중치가 바뀐 양에 비한 오차의 한계."""

_TITLES = (
    ("`strategy.scope()` 안에서 모델을 만듭니다", 1.0),
    ("두 replica가 배치를 나누어 맡습니다", 2.0),
    ("돌려준 손실이 장치 하나로 계산한 것과 같습니다", 2.0),
    ("스텝 뒤의 가중치가 장치 하나로 훈련한 것과 같습니다", 2.0),
)

Failure = tuple[str, str] | None


def items(exercise: DistributedExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """scope, 나누기, 손실, 가중치."""
    facts = evidence.facts
    if facts["status"] == "unattempted":
        return [Item(title, points, 0, title) for title, points in _TITLES]
    if facts["status"] != "seen" and not facts.get("built"):
        return _failed(exercise, facts)
    step = _Step(exercise, challenge, facts.get("seen", []))
    weights = _weights(facts, step, evidence)
    excused: dict[str, str] = {}
    if facts["status"] == "seen":
        loss = _loss(facts, step, evidence)
        # 버린 나머지는 나누기의 항목이 말합니다. 받은 것으로 한 계산은 맞을 수 있습니다.
        for own in step.without_remainder(facts.get("seen", [])):
            if loss and not _loss(facts, own, evidence):
                loss = None
                excused[_TITLES[2][0]] = f"손실은 {_OTHERWISE}"
            if weights and not _weights(facts, own, evidence):
                weights = None
                excused[_TITLES[3][0]] = f"가중치는 {_OTHERWISE}"
        shared = _shared(exercise, facts, step.total, same=not loss and not weights)
    else:
        # 오류가 나기 전에 한 일이 맞으면 맞은 것이고, 나머지가 왜 모자라는지는 그 오류입니다.
        loss = _stopped(exercise, facts)
        weights = weights and loss
        shared = _shared(exercise, facts, step.total, same=not weights) and loss
    made = told_once(
        map(AskedItem, *zip(*_TITLES, strict=True)), (_scope(facts), shared, loss, weights)
    )
    return [replace(item, message=excused.get(item.name, item.message)) for item in made]


_OTHERWISE = "빠진 샘플까지 받으면 장치 하나로 계산한 것과 같아집니다."
_SCOPE = "모델과 옵티마이저를 모두 `with strategy.scope():` 안에서 만드세요."
_REPLICA = "`strategy.run(함수, args=...)`의 `args`는 그 함수의 인수를 차례로 담은 튜플입니다."
_ADVICE = {
    "is not in the current distribution strategy scope": _SCOPE,
    "different tf.distribute.Strategy": _SCOPE,
    "outside of the replica context": "`strategy.run`에 넘기는 함수 안에서 부르세요.",
}


def _failed(exercise: DistributedExercise, facts: dict[str, Any]) -> list[Item]:
    if facts.get("problem") == "one_device":
        message = "CPU 장치가 하나뿐이라 확인할 수 없습니다."
        advice = (
            "텐서플로가 계산을 시작한 뒤에는 장치를 나눌 수 없습니다. "
            "커널을 다시 시작하고 첫 셀부터 실행하세요."
        )
    else:
        message, advice = _stopped(exercise, facts)
    first, *rest = _TITLES
    return [Item(*first, 0, message, advice)] + [
        Item(title, points, 0, f"{title}: 확인하지 못했습니다.") for title, points in rest
    ]


def _stopped(exercise: DistributedExercise, facts: dict[str, Any]) -> tuple[str, str]:
    """끝나지 못한 이유와 조언."""
    name, told = exercise.subjects[0], str(facts.get("message", ""))
    message, advice = explain(facts, name)
    advice = wrong_arguments(told, name, _REPLICA) or advice
    advice = next((text for sign, text in _ADVICE.items() if sign in told), advice)
    if facts.get("problem") == "call" and facts.get("built") and not facts.get("inside"):
        advice = _SCOPE
    elif "AddN" in told and facts.get("compiled"):
        advice = (
            "샘플이 replica의 수로 나누어떨어지지 않으면 `fit`이 오류를 내는 버전이 있습니다. "
            "`strategy.run`을 쓰세요."
        )
    return message, advice


def _scope(facts: dict[str, Any]) -> Failure:
    if not facts["built"]:
        return "`build_model()`을 부르지 않았습니다.", "받은 `build_model`로 모델을 만드세요."
    if not facts["inside"]:
        return (
            "`build_model()`을 scope 밖에서 불렀습니다.",
            "`with strategy.scope():` 안에서 만든 변수만 장치마다 복사됩니다.",
        )
    return None


def _shared(
    exercise: DistributedExercise, facts: dict[str, Any], total: int, *, same: bool
) -> Failure:
    """replica들이 샘플을 빠짐없이 나누어 받았는지. `same`이면 손실과 가중치가 맞습니다."""
    seen = facts.get("seen", [])
    if not facts["built"]:
        return _scope(facts)
    if not seen:
        return "모델을 한 번도 부르지 않았습니다.", "replica의 함수 안에서 `model(x)`를 부르세요."
    rows: dict[int, list[int]] = {}
    for number, found in seen:
        rows.setdefault(number, []).extend(found)
    working = [number for number in range(exercise.replicas) if number in rows]
    if len(working) < exercise.replicas:
        return (
            f"replica {exercise.replicas}개 가운데 {len(working)}개만 일했습니다.",
            "한 스텝의 함수를 `strategy.run(함수, args=...)`으로 실행하세요.",
        )
    split = "`strategy.experimental_distribute_dataset(dataset)`이 배치를 나누어 줍니다."
    real = {number: {row for row in rows[number] if row >= 0} for number in working}
    if not all(real.values()):
        return "샘플을 하나도 받지 않은 replica가 있습니다. 일을 나누지 않았습니다.", split
    if all(len(found) == total for found in real.values()):
        return (
            f"두 replica가 모두 샘플 {total}개를 통째로 받았습니다. 일을 나누지 않았습니다.",
            split,
        )
    if any(len(found) == total for found in real.values()):
        return f"샘플 {total}개를 모두 받은 replica가 있습니다. 일을 나누지 않았습니다.", split
    missing = total - len(set.union(*real.values()))
    sizes = ", ".join(f"{len(rows[number])}개" for number in working)
    if missing:
        return (
            f"배치는 {total}개인데 replica들이 받은 것은 {sizes}이고, {missing}개는 아무도 받지 않았습니다.",
            "데이터셋을 전체 배치 크기로 `batch(len(x))` 한 뒤에 나누세요.",
        )
    # Padding and repeats are fine where they weigh nothing: then loss and weights are right.
    overlap = sum(len(found) for found in real.values()) != total
    if not same and (
        overlap or any(len(set(found)) < len(found) or -1 in found for _, found in seen)
    ):
        return (
            f"배치는 {total}개인데 replica들이 받은 것은 {sizes}입니다.",
            "더 넣은 샘플이 있으면 손실에서 빼거나 무게를 0으로 두세요.",
        )
    return None


class _Step:
    """장치 하나에서 한 스텝. 자주 하는 실수로 했을 때의 손실과 가중치도 알려 줍니다."""

    def __init__(
        self, exercise: DistributedExercise, challenge: Challenge, seen: list[list[Any]]
    ) -> None:
        self.exercise, self.challenge = exercise, challenge
        self.network = challenge.facts["network"]
        self.x, self.y = challenge.arrays["x"], challenge.arrays["y"]
        self.total = len(self.x)
        half = -(-self.total // exercise.replicas)
        rows: dict[int, list[int]] = {}
        for number, found in seen:
            rows.setdefault(number, [row for row in found if row >= 0])
        shares = [rows[number] for number in sorted(rows) if number >= 0]
        if len(shares) != exercise.replicas or sorted(itertools.chain(*shares)) != list(
            range(self.total)
        ):
            shares = [list(range(half)), list(range(half, self.total))]
        self.rows = [part for part in shares if part]
        self.sizes = [len(part) for part in self.rows]
        self.before = [challenge.arrays[name] for name in self.network["weights"]]
        self.losses, self.gradients = self._samples(self.before)

    def _samples(
        self, weights: list[np.ndarray], *, logits: bool = True
    ) -> tuple[np.ndarray, list[list[np.ndarray]]]:
        """replica마다 손실의 합과 그레이디언트의 합. `logits`가 거짓이면 로짓을 확률로 봅니다."""
        import keras
        import tensorflow as tf

        model = described.build(self.network, self.challenge.arrays)
        model.set_weights(weights)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=logits, reduction="none")
        sums, gradients = [], []
        for part in self.rows:
            with tf.GradientTape() as tape:
                total = tf.reduce_sum(loss(self.y[part], model(self.x[part], training=True)))
            found = tape.gradient(total, model.trainable_weights)
            sums.append(float(total))
            gradients.append([np.asarray(item) for item in found])
        return np.array(sums), gradients

    def without_remainder(self, seen: list[list[Any]]) -> list[_Step]:
        """replica의 수로 나눈 나머지를 버렸으면, 받은 샘플로 한 스텝. 받은 수로도 전체 크기로도 나눌 수 있습니다."""
        rows: dict[int, list[int]] = {}
        for number, found in seen:
            rows.setdefault(number, []).extend(found)
        received = list(itertools.chain(*rows.values()))
        kept = self.total - self.total % self.exercise.replicas
        whole = len(received) == len(set(received) & set(range(self.total)))
        if not whole or len(received) != kept or kept == self.total or not all(rows.values()):
            return []
        steps = []
        for total in (len(received), self.total):
            own = copy.copy(self)
            own.rows = [rows[number] for number in sorted(rows)]
            own.sizes, own.total = [len(part) for part in own.rows], total
            own.losses, own.gradients = own._samples(own.before)
            steps.append(own)
        return steps

    def mean_loss(self, weights: list[np.ndarray]) -> float:
        """가중치가 `weights`일 때 전체 배치의 평균 손실."""
        return float(self._samples(weights)[0].sum()) / self.total

    def as_probabilities(self) -> _Step:
        """로짓을 확률로 본 스텝."""
        other = copy.copy(self)
        other.losses, other.gradients = self._samples(self.before, logits=False)
        return other

    def again(self) -> list[np.ndarray]:
        """스텝을 두 번 한 가중치."""
        other = copy.copy(self)
        right = self.mistakes()["right"]
        other.before = self.weights(right)
        other.losses, other.gradients = self._samples(other.before)
        return other.weights(right)

    def loss(self, shares: list[float]) -> float:
        """replica의 손실 합에 `shares`를 곱해 더한 값."""
        return float(np.dot(self.losses, shares))

    def weights(self, shares: list[float]) -> list[np.ndarray]:
        """replica의 그레이디언트 합에 `shares`를 곱해 한 스텝 간 가중치."""
        rate = self.exercise.learning_rate
        steps = [
            sum(share * item for share, item in zip(shares, parts, strict=True))
            for parts in zip(*self.gradients, strict=True)
        ]
        return [old - rate * step for old, step in zip(self.before, steps, strict=True)]

    def mistakes(self) -> dict[str, list[float]]:
        """실수의 이름 → replica마다의 몫. 첫째가 맞는 계산입니다."""
        count = len(self.sizes)
        return {
            "right": [1 / self.total] * count,
            "mean of means": [1 / size / count for size in self.sizes],
            "sum of means": [1 / size for size in self.sizes],
            "sum": [1.0] * count,
            "by replicas": [1 / count] * count,
            "divided twice": [1 / self.total / count] * count,
            "first": [1 / self.total, *[0.0] * (count - 1)],
            "first mean": [1 / self.sizes[0], *[0.0] * (count - 1)],
            "last mean": [*[0.0] * (count - 1), 1 / self.sizes[-1]],
        }


_LOSS = {
    "mean of means": (
        "replica마다 평균을 내고 그 평균을 다시 평균했습니다.",
        "샘플 수가 다르면 평균의 평균은 전체 평균이 아닙니다. 샘플 손실의 합을 전체 배치 크기로 나누세요.",
    ),
    "sum of means": (
        "replica마다 평균을 내고 더해서 두 배쯤 큽니다.",
        "replica 안에서 `len(x)`(전체 배치 크기)로 나누세요.",
    ),
    "sum": ("샘플 손실의 합을 나누지 않았습니다.", "전체 배치 크기 `len(x)`로 나누세요."),
    "by replicas": (
        "샘플 손실의 합을 replica 수로 나누었습니다.",
        "전체 배치 크기 `len(x)`로 나누세요.",
    ),
    "divided twice": (
        "전체 배치 크기로 나눈 값을 replica 수로 한 번 더 나누었습니다.",
        "`strategy.reduce('SUM', ...)`으로 더하고, 손실은 `reduction='none'`으로 만드세요. "
        "scope 안에서 기본값으로 만든 손실은 replica 수로 나눕니다.",
    ),
    "first": (
        "replica 하나의 손실만 돌려줍니다.",
        "`strategy.reduce('SUM', ...)`으로 모두 더하세요.",
    ),
}
_LOSS["first mean"] = _LOSS["last mean"] = _LOSS["first"]


def _loss(facts: dict[str, Any], step: _Step, evidence: Evidence) -> Failure:
    value = facts["result"]
    if value is None:
        if "PerReplica" in str(facts["type"]):
            return (
                "손실이 수 하나가 아니라 replica마다의 값(`PerReplica`)입니다.",
                "`strategy.reduce('SUM', 손실들, axis=None)`으로 더하세요.",
            )
        if facts["type"] == "NoneType":
            return "아무것도 돌려주지 않습니다(`None`).", "손실을 `return`하세요."
        shape = f"모양이 `{tuple(facts['shape'])}`인 " if facts.get("shape") else ""
        return f"손실이 수 하나가 아니라 {shape}`{facts['type']}`입니다.", ""
    value = float(value)
    for name, shares in step.mistakes().items():
        if _near(step.loss(shares), value):
            return None if name == "right" else _LOSS[name]
    wanted = step.loss(step.mistakes()["right"])
    told = f"손실이 {wanted:.4f}이어야 하는데 {value:.4f}입니다."
    probabilities = step.as_probabilities()
    if any(_near(probabilities.loss(shares), value) for shares in step.mistakes().values()):
        return told, _LOGITS
    after = [evidence.arrays[key] for key in facts.get("weights", [])]
    if [item.shape for item in after] == [item.shape for item in step.before] and _near(
        step.mean_loss(after), value
    ):
        return (
            f"{told} 업데이트한 뒤의 손실입니다.",
            "돌려줄 것은 업데이트하기 **전의** 손실입니다. 그레이디언트를 구할 때의 손실을 돌려주세요.",
        )
    return told, ""


def _near(wanted: float, value: float) -> bool:
    return abs(value - wanted) <= TOLERANCE * abs(wanted)


_LOGITS = "모델의 출력은 로짓인데 확률로 보고 계산했습니다. `from_logits=True`를 주세요."
_WEIGHTS = {
    "mean of means": _LOSS["mean of means"],
    "sum of means": (
        "그레이디언트가 두 배쯤 큽니다. replica마다 평균을 내고 더했습니다.",
        "옵티마이저는 replica들의 그레이디언트를 **더합니다**. 손실을 전체 배치 크기로 나누세요.",
    ),
    "sum": (
        "그레이디언트가 샘플 수만큼 큽니다. 손실의 합을 나누지 않았습니다.",
        "미분하기 **전에** 손실을 전체 배치 크기 `len(x)`로 나누세요.",
    ),
    "by replicas": _LOSS["by replicas"],
    "divided twice": (
        "그레이디언트가 절반입니다. replica 수로 한 번 더 나누었습니다.",
        "옵티마이저는 replica들의 그레이디언트를 더합니다. 전체 배치 크기로만 나누세요.",
    ),
    "first": ("replica 하나의 그레이디언트만 썼습니다.", "모든 replica에서 업데이트하세요."),
}
_WEIGHTS["first mean"] = _WEIGHTS["last mean"] = _WEIGHTS["first"]


def _weights(facts: dict[str, Any], step: _Step, evidence: Evidence) -> Failure:
    found = [evidence.arrays[key] for key in facts.get("weights", [])]
    if [item.shape for item in found] != [item.shape for item in step.before]:
        return "`build_model()`로 만든 모델이 훈련되지 않았습니다.", ""
    if all(np.array_equal(a, b) for a, b in zip(found, step.before, strict=True)):
        return (
            "가중치가 그대로입니다.",
            "replica의 함수 안에서 옵티마이저의 `apply`를 부르세요.",
        )
    for name, shares in step.mistakes().items():
        wanted = step.weights(shares)
        if _same_step(wanted, found, step.before):
            return None if name == "right" else _WEIGHTS[name]
    return "장치 하나로 훈련한 가중치와 다릅니다.", _why_weights(step, found)


def _why_weights(step: _Step, found: list[np.ndarray]) -> str:
    """업데이트가 왜 다른지 계산해 본 이유. 없으면 빈 문자열."""
    rule = f"옵티마이저는 `SGD(learning_rate={step.exercise.learning_rate:g})`입니다."
    if _same_step(step.again(), found, step.before):
        return "같은 배치로 업데이트를 두 번 했습니다. 스텝은 한 번입니다."
    probabilities = step.as_probabilities()
    for shares in step.mistakes().values():
        if _same_step(probabilities.weights(shares), found, step.before):
            return _LOGITS
    wanted = step.weights(step.mistakes()["right"])
    ask = np.concatenate(
        [(a - b).ravel() for a, b in zip(wanted, step.before, strict=True)], dtype="float64"
    )
    did = np.concatenate(
        [(a - b).ravel() for a, b in zip(found, step.before, strict=True)], dtype="float64"
    )
    if not np.all(np.isfinite(did)):
        return "가중치에 `NaN`이나 무한대가 있습니다."
    times = float(did @ ask / (ask @ ask))
    if np.max(np.abs(did - times * ask)) <= 1e-3 * np.max(np.abs(did)):
        rate = times * step.exercise.learning_rate
        if rate < 0:
            return (
                "가중치가 그레이디언트의 방향으로 커졌습니다. 경사 하강법은 그레이디언트를 뺍니다."
            )
        return f"학습률이 {rate:.3g}인 것처럼 바뀌었습니다. {rule}"
    sizes = np.abs(did[np.abs(ask) > 1e-2 * np.max(np.abs(ask))])
    if np.max(sizes) - np.min(sizes) <= 0.02 * np.max(sizes):
        return f"가중치가 모두 같은 크기로 바뀌었습니다. `Adam` 같은 다른 옵티마이저를 쓴 것입니다. {rule}"
    return ""


def _same_step(wanted: list[np.ndarray], found: list[np.ndarray], before: list[np.ndarray]) -> bool:
    size = max(float(np.max(np.abs(a - b))) for a, b in zip(wanted, before, strict=True))
    gap = max(float(np.max(np.abs(a - b))) for a, b in zip(wanted, found, strict=True))
    return np.isfinite(gap) and gap <= TOLERANCE * size + 1e-6
