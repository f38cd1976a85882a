"""옵티마이저의 판정: 학습자의 배치와 그레이디언트로 다시 훈련해 가중치를 비교합니다.

여기 없는 것: 어느 샘플이 쓰였는지(`judge.step.loop`), 참고 답안을 같은 조건에서 실행하는 비교(`judge.step`).

순전파마다 모델에 들어간 것과 출력이 받은 그레이디언트를 적어 두었으므로, 섞은 순서나 손실이 무엇이든
옵티마이저만 따로 볼 수 있습니다. 명세의 옵티마이저와 다르면 다른 것들로도 훈련해 보고, 가중치가 같아지는
것이 있으면 그것이 이유입니다.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.judge.step import loop
from autograder.judge.step.looks import Failure, View

CHANGE_TOLERANCE = 0.03
"""가중치의 변화가 다를 수 있는 비율."""
EXACT = CHANGE_TOLERANCE / 4
"""학습률까지 꼭 맞는 이유라고 볼 차이."""
RATE_TOLERANCE = 0.03
"""찾은 학습률이 명세의 것과 같다고 볼 비율."""
FAR = 0.5
"""학습률을 두 번 고친 다음에도 이만큼 다르면 그만둡니다."""
RATE_STEPS = 7
"""학습률을 고쳐 가며 다시 훈련하는 횟수."""
Weights = list[np.ndarray]


@dataclass
class Rule:
    """업데이트하는 법 하나. `kind`마다 케라스의 기본 설정과 같습니다."""

    kind: str
    rate: float
    state: dict[int, list[np.ndarray]] = field(default_factory=dict)
    count: int = 0

    def renew(self) -> None:
        self.state, self.count = {}, 0

    def apply(self, weights: Weights, gradients: Weights) -> None:
        self.count += 1
        for number, (weight, gradient) in enumerate(zip(weights, gradients, strict=True)):
            weight -= getattr(self, f"_{self.kind.lower()}")(number, gradient)

    def _memory(self, number: int, like: np.ndarray, count: int) -> list[np.ndarray]:
        return self.state.setdefault(number, [np.zeros_like(like) for _ in range(count)])

    def _sgd(self, number: int, gradient: np.ndarray) -> np.ndarray:
        return self.rate * gradient

    def _momentum(self, number: int, gradient: np.ndarray) -> np.ndarray:
        memory = self._memory(number, gradient, 1)
        memory[0] = 0.9 * memory[0] + self.rate * gradient
        return memory[0]

    def _rmsprop(self, number: int, gradient: np.ndarray) -> np.ndarray:
        memory = self._memory(number, gradient, 1)
        memory[0] = 0.9 * memory[0] + 0.1 * gradient**2
        return self.rate * gradient / np.sqrt(memory[0] + 1e-7)

    def _adagrad(self, number: int, gradient: np.ndarray) -> np.ndarray:
        memory = self._memory(number, gradient, 1)
        memory[0] = memory[0] + gradient**2
        return self.rate * gradient / np.sqrt(memory[0] + 0.1 + 1e-7)

    def _adam(self, number: int, gradient: np.ndarray) -> np.ndarray:
        memory = self._memory(number, gradient, 2)
        memory[0] = 0.9 * memory[0] + 0.1 * gradient
        memory[1] = 0.999 * memory[1] + 0.001 * gradient**2
        step = self.rate * np.sqrt(1 - 0.999**self.count) / (1 - 0.9**self.count)
        return step * memory[0] / (np.sqrt(memory[1]) + 1e-7)


@dataclass(frozen=True)
class _How:
    """다시 훈련하는 법: 옵티마이저를 언제 새로 만들고, 언제 몇 번 업데이트하는지."""

    kind: str = "Adam"
    renew: str = "never"
    every: str = "batch"
    times: int = 1


class _Replay:
    def __init__(self, run: loop.Run, scene: dict[str, Any], have: Any) -> None:
        ((name, keys),) = have.record["before"].items()
        self.run = run
        before = [have.arrays[key] for key in keys]
        self.model = loop.model_of(scene["models"][name], before)
        after = [have.arrays[key] for key in have.record["calls"][-1]["weights"][name]]
        numbers = {id(item): index for index, item in enumerate(self.model.weights)}
        places = [numbers[id(item)] for item in self.model.trainable_variables]
        # 업데이트하지 않은 가중치는 다른 항목이 말하므로 여기서는 보지 않습니다.
        moved = [n for n in places if not np.array_equal(before[n], after[n])]
        self.variables = [self.model.weights[n] for n in moved]
        self.before = [before[n].astype("float64") for n in moved]
        self.after = [after[n].astype("float64") for n in moved]
        self.changes = [now - old for now, old in zip(self.after, self.before, strict=True)]
        self.compiled = self._compiled()

    def gradients(self, weights: Weights, number: int) -> Weights:
        for variable, value in zip(self.variables, weights, strict=True):
            variable.assign(value.astype("float32"))
        found = self.compiled(self.run.inputs[number], self.run.upstream[number])
        return [np.asarray(item, "float64") for item in found]

    def _compiled(self) -> Callable[..., Any]:
        import tensorflow as tf

        # 이유를 찾을 때는 수백 번 부릅니다.
        @tf.function(reduce_retracing=True, autograph=False)
        def gradients(inputs: Any, upstream: Any) -> Any:
            with tf.GradientTape() as tape:
                total = tf.reduce_sum(self.model(inputs, training=False) * upstream)
            return tape.gradient(
                total, [item.value for item in self.variables], unconnected_gradients="zero"
            )

        return gradients

    def trained(self, how: _How, rate: float) -> Weights:
        """그렇게 훈련한 가중치의 변화."""
        weights = [value.copy() for value in self.before]
        rule = Rule(how.kind, rate)
        steps = max(1, len(self.run.batches) // self.run.epochs)
        waiting: list[Weights] = []
        for number in range(len(self.run.batches)):
            first = number % steps == 0
            if how.renew == "batch" or (how.renew == "epoch" and first):
                rule.renew()
            waiting.append(self.gradients(weights, number))
            if how.every == "batch" or (number + 1) % steps == 0:
                total = [np.sum(parts, axis=0) for parts in zip(*waiting, strict=True)]
                waiting = []
                for _ in range(how.times):
                    rule.apply(weights, total)
        return [now - old for now, old in zip(weights, self.before, strict=True)]

    def gap(self, changes: Weights) -> float:
        """학습자의 변화와 얼마나 다른지(비율)."""
        wanted = np.concatenate([change.ravel() for change in self.changes])
        found = np.concatenate([change.ravel() for change in changes])
        size = float(np.linalg.norm(wanted))
        return float(np.linalg.norm(found - wanted)) / size if size else 0.0

    def rate(self, how: _How, start: float) -> float | None:
        """학습자의 변화가 나오는 학습률. 없으면 None."""
        size = np.sqrt(sum(np.sum(change**2) for change in self.changes))
        rate = start
        for step in range(RATE_STEPS):
            changes = self.trained(how, rate)
            found = np.sqrt(sum(np.sum(change**2) for change in changes))
            gap = self.gap(changes)
            if gap <= CHANGE_TOLERANCE:
                return rate
            if not np.isfinite(found) or not found or (step > 1 and gap > FAR):
                return None
            rate = float(np.clip(rate * size / found, rate / 1e6, rate * 1e6))
        return None


@dataclass(frozen=True)
class ByAdam(loop.InRun):
    """한 번 만든 `Adam(rate)`으로 업데이트했는지."""

    rate: float

    def of(
        self, run: loop.Run, scene: dict[str, Any], given: dict[str, np.ndarray], have: View
    ) -> Failure | None:
        replay = _Replay(run, scene, have)
        if not replay.variables:
            return loop.Updated(self.scene).failure(scene, given, have)
        if not all(np.all(np.isfinite(part)) for part in (*replay.after, *run.upstream)):
            return "가중치에 `NaN`이나 무한대가 있습니다.", "학습률이 너무 크지 않은지 보세요."
        # 에포크마다 한 번 업데이트하는 것은 다른 항목이 말합니다.
        for every in ("batch", "epoch"):
            if replay.gap(replay.trained(_How(every=every), self.rate)) <= CHANGE_TOLERANCE:
                return None
        # 두 번 적용한 것은 학습률이 두 배인 것과 비슷합니다. 명세의 학습률로 꼭 맞는 이유가 먼저입니다.
        for how, say in _suspects():
            if replay.gap(replay.trained(how, self.rate)) <= EXACT:
                return say(self.rate, self.rate)
        for how, say in _suspects():
            found = replay.rate(how, self.rate)
            if found is not None:
                return say(found, self.rate)
        return (
            f"가중치가 `Adam({self.rate:g})`으로 업데이트한 것과 다르게 바뀌었습니다.",
            f"`keras.optimizers.Adam({self.rate:g})`을 `train`을 시작할 때 한 번 만들고, "
            "구한 그레이디언트를 그대로 한 번씩 적용하세요.",
        )


def _suspects() -> Iterator[tuple[_How, Callable[[float, float], Failure]]]:
    yield _How(), _other_rate
    yield _How(renew="epoch"), _renewed("에포크마다")
    yield _How(renew="batch"), _renewed("배치마다")
    yield _How(times=2), _twice
    for kind, name in (
        ("SGD", "SGD"),
        ("RMSprop", "RMSprop"),
        ("Momentum", "momentum=0.9인 SGD"),
        ("Adagrad", "Adagrad"),
    ):
        yield _How(kind=kind), _other_kind(name)


def _told(rate: float, wanted: float) -> str:
    return f"{wanted:g}" if abs(rate / wanted - 1) < RATE_TOLERANCE else f"{rate:.2g}"


def _other_rate(found: float, wanted: float) -> Failure:
    return (
        f"학습률이 {wanted:g}여야 하는데 {found:.2g}처럼 업데이트했습니다.",
        f"`keras.optimizers.Adam({wanted:g})`로 만드세요. 적지 않으면 0.001입니다.",
    )


def _renewed(when: str) -> Callable[[float, float], Failure]:
    def say(found: float, wanted: float) -> Failure:
        return (
            f"{when} 옵티마이저를 새로 만든 것처럼 업데이트했습니다.",
            "새로 만들면 `Adam`이 모아 둔 모멘텀이 사라집니다. `train`을 시작할 때 한 번만 만드세요.",
        )

    return say


def _twice(found: float, wanted: float) -> Failure:
    return (
        "같은 그레이디언트를 두 번 적용했습니다.",
        "`apply_gradients`는 배치마다 한 번만 부르세요.",
    )


def _other_kind(name: str) -> Callable[[float, float], Failure]:
    def say(found: float, wanted: float) -> Failure:
        return (
            f"`Adam({wanted:g})`이 아니라 `{name}`(학습률 {_told(found, wanted)})처럼 업데이트했습니다.",
            f"`keras.optimizers.Adam({wanted:g})`을 `train`을 시작할 때 한 번 만들어 쓰세요.",
        )

    return say
