"""물음이 답을 가릴 수 있는지: 참고 모델로 한 번 해 보고, 가릴 수 없는 시드는 버립니다.

여기 없는 것: 은닉층의 유닛이 살아 있는 물음을 뽑는 일(`exercises.draws`), 가중치에 넣는 값(`observe.probe`).

정해진 난수를 넣은 모델이 어느 입력에나 같은 값을 내거나(마지막 `relu`가 모두 0) 어떤 가중치를 바꾸어도
값이 그대로면, 틀린 모델도 그 물음에는 맞게 답합니다. 시드로 정해지는 값만 보므로 물음은 여전히 시드의 함수입니다.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import numpy as np

from autograder.kinds.base import Exercise
from autograder.protocol import Challenge

TELLING, FELT = 0.02, 0.004
"""출력이 달라져야 하는 정도(출력이 퍼진 정도로 나눈 값).

샘플이 다르면 `TELLING`, 가중치를 바꾸면 그 가중치를 쓰는 부분 가운데 하나에서 `TELLING`, 나머지에서 `FELT`입니다.
출력이 같다고 보는 한계(`judge.model.match.RELATIVE_TOLERANCE`)의 열 배와 두 배입니다.
"""
_TRIES = 40
_FILLINGS = 8
"""출력이 0과 1 사이인지 볼 때 가중치를 채워 보는 횟수. 모두 0인 `relu`도 한두 번은 0과 1 사이입니다."""
_TRIED = 3
"""시험에 넣는 샘플의 수. 여기에서 갈리면 물음의 모든 샘플에서도 갈립니다."""


_ANY = ContextVar("any_seed", default=False)


@contextlib.contextmanager
def any_seed() -> Iterator[None]:
    """안에서는 가릴 수 있는지 해 보지 않습니다. 항목의 이름과 배점만 볼 때는 무엇을 묻든 같고, 훨씬 빠릅니다."""
    before = _ANY.set(True)
    try:
        yield
    finally:
        _ANY.reset(before)


def tells_enough(test: Callable[[], bool]) -> bool:
    """물음이 답을 가리는지. `any_seed` 안에서는 해 보지 않고 참입니다."""
    return _ANY.get() or test()


def telling_seed(random: np.random.RandomState, tells: Callable[[int], bool]) -> int:
    """`tells(시드)`가 참인 첫 시드. `_TRIES`번 안에 없으면 마지막 시드입니다.

    참고 답안이 가릴 수 있는지는 `tools/count_dead_probes.py`가 세므로, 검사를 멈추지는 않습니다.
    """
    for _ in range(_TRIES):
        seed = int(random.randint(2**31))
        if tells_enough(functools.partial(tells, seed)):
            break
    return seed


class Tried:
    """시험해 볼 참고 답안: 물음의 부분마다 모델과, 관찰하는 차례의 가중치들."""

    def __init__(self, solution: dict[str, Any], challenge: Challenge) -> None:
        from autograder.observe import model as observed

        self.solution = solution
        self.weights: list[Any] = []
        self.models: list[tuple[str, Any, list[Any]]] = []
        for base, question in challenge.facts["parts"].items():
            given = observed.asked_inputs(challenge, question["inputs"])[0]
            for _, item in observed.items_of(base, solution[base], question.get("count")):
                observed.first_run(item, given, self.weights)
                self.models.append((base, item, []))
        for _, model, own in self.models:
            known = {id(weight) for weight in model.weights}
            own += [weight for weight in self.weights if id(weight) in known]
        self._challenge = challenge

    def tells(self, challenge: Challenge, number: int) -> bool:
        """`number`번째 시드가 부분마다 샘플, 입력, 가중치를 모두 드러내는지."""
        return self.weakest(challenge, number) >= 1

    def weakest(self, challenge: Challenge, number: int) -> float:
        """가장 덜 드러나는 것이 드러나는 정도를 드러나야 하는 정도로 나눈 값."""
        import keras

        from autograder.observe import model as observed

        seed, scale = observed.fillings(challenge)[number]
        self._fill(seed, scale)
        felt: dict[int, list[float]] = {}
        for base, model, own in self.models:
            question = challenge.facts["parts"][base]["inputs"]
            few = keras.tree.map_structure(
                lambda item: item[:_TRIED], observed.asked_inputs(challenge, question)[number]
            )
            apart, given, changes = sensitivity(model, observed.arranged(model, few), own, seed)
            least = min([apart / TELLING, *(change / FELT for change in given)])
            if least < 1:
                return least
            for weight, change in zip(own, changes, strict=True):
                felt.setdefault(id(weight), []).append(change)
        return min([least, *(min(max(f) / TELLING, min(f) / FELT) for f in felt.values())])

    def _fill(self, seed: int, scale: Any) -> None:
        from autograder.observe.probe import probe_values

        for weight, value in zip(
            self.weights, probe_values(self.weights, seed, scale), strict=True
        ):
            weight.assign(value)

    def bounded(self) -> list[int]:
        """값이 아무리 커도 출력이 0과 1 사이인 출력들의 마지막 축. `any_seed` 안에서는 해 보지 않고 비웁니다."""
        return [] if _ANY.get() else self._bounded

    @functools.cached_property
    def _bounded(self) -> list[int]:
        import keras

        from autograder.observe import model as observed
        from autograder.observe.probe import Scale, same_randomness, same_registry
        from autograder.observe.quiet import quiet

        bounded: dict[int, bool] = {}
        with quiet(), same_randomness(), same_registry():
            for seed in range(_FILLINGS):
                self._fill(seed, Scale(ends=frozenset()))
                for base, model, _ in self.models:
                    question = self._challenge.facts["parts"][base]["inputs"]
                    given = observed.asked_inputs(self._challenge, question)[-1]
                    for output in keras.tree.flatten(model(observed.arranged(model, given))):
                        value = np.asarray(output)
                        inside = bool(value.min() >= 0 and value.max() <= 1)
                        bounded[value.shape[-1]] = bounded.get(value.shape[-1], True) and inside
        return sorted(size for size, inside in bounded.items() if inside)


def tried(exercise: Exercise, challenge: Challenge) -> Tried:
    """문제의 참고 답안. 만들기가 비싸므로 문제마다 하나를 두고 씁니다."""
    return _kept(exercise.reference, _Held(exercise, challenge))


class _Held:
    """`lru_cache`가 비교하지 않을 인수."""

    def __init__(self, exercise: Exercise, challenge: Challenge) -> None:
        self.exercise, self.challenge = exercise, challenge

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@functools.lru_cache(maxsize=32)
def _kept(reference: Callable[[], Any], held: _Held) -> Tried:
    from autograder.observe.probe import same_randomness, same_registry
    from autograder.observe.quiet import quiet

    with quiet(), same_randomness(), same_registry():
        return Tried(held.exercise.solution(), held.challenge)


def sensitivity(
    model: Any, inputs: Any, weights: list[Any], seed: int
) -> tuple[float, list[float], list[float]]:
    """`model(inputs)`가 얼마나 예민한지: (샘플끼리, 실수인 입력마다, 가중치마다) 달라지는 정도.

    출력이 퍼진 정도로 나눈 값입니다. 가중치와 입력은 그 값들이 퍼진 만큼 바꾼다고 보고, 출력을 아무 방향으로
    내린 그림자의 그레이디언트로 잽니다. 바꾸는 것마다 다시 실행하지 않아도 됩니다.
    """
    import keras
    import tensorflow as tf

    draw = np.random.RandomState(seed % 2**32)
    given = [item for item in keras.tree.flatten(inputs) if "float" in str(item.dtype)]
    variables = [weight.value for weight in weights]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(given)
        tape.watch(variables)
        outputs = keras.tree.flatten(model(inputs, training=False))
        shadow, apart = tf.constant(0.0), float("inf")
        for output in outputs:
            value = np.asarray(output)
            spread = float(np.std(value))
            if not spread or not np.isfinite(spread):
                return 0.0, [0.0] * len(given), [0.0] * len(weights)
            apart = min(apart, _apart(value) / spread)
            direction = draw.standard_normal(value.shape).astype("float32")
            shadow += tf.reduce_sum(output * direction) / (spread * float(np.sqrt(value.size)))
    gradients = tape.gradient(shadow, [*given, *variables])
    changes = [
        0.0 if gradient is None else _norm(gradient) * _size(item)
        for gradient, item in zip(gradients, [*given, *variables], strict=True)
    ]
    return apart, changes[: len(given)], changes[len(given) :]


def _apart(value: np.ndarray) -> float:
    """두 샘플의 차이. 짝마다 재어 가운데 값을 봅니다."""
    rows = value.reshape(len(value), -1)
    pairs = np.abs(rows[:, None] - rows[None]).max(-1)
    return float(np.median(pairs[~np.eye(len(rows), dtype=bool)]))


def _norm(gradient: Any) -> float:
    # 임베딩의 그레이디언트는 쓴 줄만 담은 IndexedSlices입니다.
    return float(np.linalg.norm(np.asarray(getattr(gradient, "values", gradient)).reshape(-1)))


_FEW = 4


def _size(item: Any) -> float:
    """값의 크기. 우연히 작은 값이 뽑힌 가중치도 있으므로, 넣는 값의 크기보다 작게 보지 않습니다."""
    from autograder.observe.probe import usual_size

    value = np.asarray(item)
    size = float(np.sqrt(np.mean(np.square(value))))
    return size if value.size > _FEW else max(size, usual_size(value.shape))
