"""훈련 루프의 판정: 어느 샘플이 언제 모델에 들어갔는지의 기록으로 봅니다.

여기 없는 것: 스텝 하나(`judge.step.looks`), 옵티마이저(`judge.step.replay`), 순전파를 적는 일(`observe.passes`).

섞는 순서는 자유이므로 참고 답안의 값과는 비교하지 않습니다. 그레이디언트를 구한 순전파의 입력과 출력에서
에포크, 배치, 손실을 다시 셉니다. 어떤 손실을 어떤 레이블로 구했는지는 모델의 출력이 받은 그레이디언트에
적혀 있고, 옵티마이저는 같은 배치로 다시 훈련해 봅니다(`judge.step.replay`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.judge.step.looks import Failure, Recorded, View
from autograder.korean import with_particle

LOSS_TOLERANCE = 2e-3
"""돌려준 손실이 다시 센 손실과 다를 수 있는 비율."""
SAME_GRADIENT = 0.01
"""출력이 받은 그레이디언트가 손실의 그레이디언트와 다를 수 있는 비율."""
SAME_OUTPUT = 2e-6
"""가중치가 같아도 계산 순서 때문에 출력이 다를 수 있는 정도."""


@dataclass(frozen=True)
class Run:
    """훈련에 쓰인 배치들. `batches[i]`는 샘플의 번호들(모르면 -1), `labels[i]`는 짝이 되는 레이블.

    `upstream[i]`는 출력이 받은 그레이디언트, `losses[i]`는 학습자가 구한 샘플마다의 손실입니다.
    """

    samples: int
    epochs: int
    batch_size: int
    batches: list[np.ndarray]
    labels: list[np.ndarray]
    losses: list[np.ndarray]
    inputs: list[np.ndarray]
    outputs: list[np.ndarray]
    upstream: list[np.ndarray]
    flags: np.ndarray

    @property
    def steps(self) -> int:
        return math.ceil(self.samples / self.batch_size)


def run_of(scene: dict[str, Any], given: dict[str, np.ndarray], have: Any) -> Run | Failure:
    _, x_spec, y_spec, epochs, batch_size = (
        next(iter(item.values())) for item in scene["calls"][0]
    )
    x, y = given[x_spec], given[y_spec]
    (passes,) = have.record["passes"].values()
    if not passes["complete"]:
        return (
            f"모델에 샘플이 {passes['rows']:,}개나 들어갔습니다. "
            f"{len(x)}개를 {epochs}번씩이면 {len(x) * epochs:,}개여야 합니다.",
            "반복문이 몇 겹인지, 에포크를 몇 번 도는지 보세요.",
        )
    if not passes["passes"]:
        return (
            "모델을 한 번도 부르지 않았습니다.",
            "테이프 안에서 `model(x_batch, training=True)`을 부르세요.",
        )
    inputs, outputs, upstream, row_passes, training, gradients = (
        have.arrays[passes[key]]
        for key in ("inputs", "outputs", "upstream", "row_passes", "training", "gradients")
    )
    trained = np.flatnonzero(gradients > 0)
    if not len(trained):
        return (
            "모델을 불렀지만 그레이디언트를 구하지 않았습니다.",
            "`with tf.GradientTape() as tape:` 안에서 모델을 부르고 `tape.gradient`를 부르세요.",
        )
    known = {row.tobytes(): number for number, row in enumerate(x.astype("float32"))}
    parts = [row_passes == number for number in trained]
    batches = [
        np.array([known.get(row.tobytes(), -1) for row in inputs[rows]], int) for rows in parts
    ]
    run = Run(
        len(x),
        epochs,
        batch_size,
        batches,
        [np.where(ids >= 0, y[ids], -1) for ids in batches],
        [],
        [inputs[rows] for rows in parts],
        [outputs[rows] for rows in parts],
        [upstream[rows] for rows in parts],
        training[trained],
    )
    run.losses.extend(_own_losses(run, [y[ids] for ids in batches]))
    return run


def _own_losses(run: Run, labels: list[np.ndarray]) -> list[np.ndarray]:
    """학습자가 구한 샘플마다의 손실: 그레이디언트가 말해 주는 레이블과 손실로 셉니다.

    작은 배치 하나에서는 다른 손실도 비슷해 보일 수 있어, 배치 모두에 맞는 것만 믿습니다.
    """
    pairs = list(zip(run.outputs, run.upstream, strict=True))
    found = [_labels_used(outputs, upstream) for outputs, upstream in pairs]
    used = [item for item in found if item is not None]
    if len(used) == len(found):
        return [_cross_entropy(p, k) for p, k in zip(run.outputs, used, strict=True)]
    doubled = [_softmax(outputs) for outputs in run.outputs]
    if all(
        _along(q - _one_hot(q, y), upstream) > 0
        for q, y, upstream in zip(doubled, labels, run.upstream, strict=True)
    ):
        return [_cross_entropy(q, y) for q, y in zip(doubled, labels, strict=True)]
    return [_cross_entropy(p, y) for p, y in zip(run.outputs, labels, strict=True)]


def _one_hot(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return np.eye(outputs.shape[1])[labels]


def _along(wanted: np.ndarray, found: np.ndarray) -> float:
    """`found`가 `wanted`의 몇 배인지. 방향이 다르면 0.0."""
    wanted, found = wanted.astype("float64"), found.astype("float64")
    if not np.all(np.isfinite(found)):
        return 0.0
    ratio = float(np.sum(wanted * found) / max(np.sum(wanted * wanted), 1e-30))
    near = np.linalg.norm(found - ratio * wanted) <= SAME_GRADIENT * np.linalg.norm(found)
    return ratio if near else 0.0


def _before_softmax(outputs: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    """소프트맥스 앞에서의 그레이디언트. 확률의 합이 1이라 뜻이 없는 성분이 사라집니다."""
    p, g = outputs.astype("float64"), upstream.astype("float64")
    return p * (g - np.sum(p * g, axis=1, keepdims=True))


def _labels_used(outputs: np.ndarray, upstream: np.ndarray) -> np.ndarray | None:
    """교차 엔트로피의 그레이디언트라면, 구할 때 쓴 레이블들. 아니면 None."""
    if not np.all(np.isfinite(upstream)) or not len(outputs):
        return None
    found = _before_softmax(outputs, upstream)
    labels = np.argmin(found, axis=1)
    return labels if _along(outputs - _one_hot(outputs, labels), found) > 0 else None


def _cross_entropy(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    picked = probabilities.astype("float64")[np.arange(len(labels)), labels]
    return -np.log(np.clip(picked, 1e-7, 1 - 1e-7))


def _softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


class InRun(Recorded):
    """훈련에 쓰인 배치들에서 볼 것."""

    def failure(
        self, scene: dict[str, Any], given: dict[str, np.ndarray], have: View
    ) -> Failure | None:
        run = run_of(scene, given, have)
        return self.of(run, scene, given, have) if isinstance(run, Run) else run

    def of(
        self, run: Run, scene: dict[str, Any], given: dict[str, np.ndarray], have: View
    ) -> Failure | None:
        """`run`에서 잘못된 점. 없으면 None."""
        raise NotImplementedError


@dataclass(frozen=True)
class Samples(InRun):
    """에포크마다 모든 샘플이 한 번씩, `batch_size`개씩 쓰였는지."""

    def of(
        self, run: Run, scene: dict[str, Any], given: dict[str, np.ndarray], have: View
    ) -> Failure | None:
        used = np.concatenate(run.batches)
        if np.any(used < 0):
            return (
                "`x`에 없는 값이 모델에 들어갔습니다.",
                "`x`의 행을 바꾸지 말고 그대로 모델에 넣으세요.",
            )
        asked = f"샘플 {run.samples}개, 배치 크기 {run.batch_size}, 에포크 {run.epochs}번"
        sizes = [len(batch) for batch in run.batches]
        rest = run.samples % run.batch_size
        if max(sizes) == 1 < min(run.batch_size, run.samples):
            if len(sizes) >= run.samples * run.epochs:
                return (
                    f"{asked}인데 샘플을 하나씩 넣어 훈련했습니다.",
                    "`batch_size`개씩 모아서 넣으세요.",
                )
            return (
                f"{asked}인데 배치마다 샘플이 하나뿐이고, 나머지는 버려집니다.",
                "샘플을 모으는 `append`가 `if` 안에 있지 않은지 보세요. "
                "`batch_size`개마다 하나만 담게 됩니다.",
            )
        if max(sizes) > run.batch_size:
            return (
                f"{asked}인데 한 번에 {max(sizes)}개가 들어간 배치가 있습니다.",
                "`batch_size`개씩 나누세요.",
            )
        if rest and len(used) == run.epochs * (run.samples - rest):
            return (
                f"{asked}인데 에포크마다 {with_particle(f'{rest}개', '을', '를')} 버립니다.",
                "마지막 배치는 `batch_size`보다 작아도 써야 합니다.",
            )
        if len(used) != run.epochs * run.samples:
            if len(used) % run.samples == 0 and sorted(Counter(used).values())[0] > 0:
                return (
                    f"{asked}인데 에포크를 {len(used) // run.samples}번 돌았습니다.",
                    "`epochs`번 도는지, 반복자를 에포크마다 새로 만드는지 보세요.",
                )
            return (
                f"{asked}이면 샘플이 모두 {run.epochs * run.samples}번 쓰여야 하는데 {len(used)}번 쓰였습니다.",
                "에포크마다 모든 샘플을 한 번씩 쓰세요.",
            )
        return _epoch_failure(run, asked)


def _epoch_failure(run: Run, asked: str) -> Failure | None:
    counts: Counter[int] = Counter()
    epoch, steps = 1, 0
    for batch in run.batches:
        counts.update(int(number) for number in batch)
        steps += 1
        total = sum(counts.values())
        if total < run.samples:
            continue
        if total > run.samples:
            return (
                "배치 하나에 두 에포크의 샘플이 섞였습니다.",
                "`repeat`보다 `batch`를 먼저 부르거나, 에포크마다 데이터셋을 새로 도세요.",
            )
        if len(counts) != run.samples:
            often = max(counts.values())
            return (
                f"{epoch}번째 에포크에서 {run.samples - len(counts)}개는 한 번도 쓰이지 않고, "
                f"많게는 {often}번 쓰인 샘플도 있습니다.",
                "에포크마다 모든 샘플을 한 번씩 쓰세요. 무작위로 뽑지 말고 섞은 순서대로 나눕니다.",
            )
        if steps != run.steps:
            return (
                f"{asked}이면 에포크마다 배치가 {run.steps}개여야 하는데 {steps}개입니다.",
                "마지막이 아닌 배치는 `batch_size`개를 모두 채우세요.",
            )
        counts, epoch, steps = Counter(), epoch + 1, 0
    return None


@dataclass(frozen=True)
class Losses(InRun):
    """에포크마다의 평균 손실을 돌려주었는지. 배치의 평균도 샘플의 평균도 맞습니다."""

    def of(
        self, run: Run, scene: dict[str, Any], given: dict[str, np.ndarray], have: View
    ) -> Failure | None:
        call = have.record["calls"][0]
        if call["none"]:
            return (
                "아무것도 돌려주지 않습니다(`None`).",
                "에포크마다의 평균 손실을 리스트로 돌려주세요.",
            )
        parts = [
            have.arrays[item["array"]].reshape(-1) for item in call["outputs"] if "array" in item
        ]
        found = np.concatenate(parts).astype("float64") if parts else np.zeros(0)
        if len(found) != run.epochs:
            advice = "리스트에는 에포크마다 하나씩 담습니다."
            if len(found) == len(run.batches):
                advice = "배치마다 하나씩 담겼습니다. 에포크의 평균을 구해 하나씩 담으세요."
            elif len(found) == 1:
                advice = "손실 하나가 아니라 에포크마다의 손실을 모은 리스트를 돌려주세요."
            return f"손실이 {run.epochs}개여야 하는데 {len(found)}개입니다.", advice
        if not np.all(np.isfinite(found)):
            return "손실에 `NaN`이나 무한대가 있습니다.", "학습률이 너무 크지 않은지 보세요."
        if len(run.batches) % run.epochs:
            return "에포크를 나눌 수 없어서 손실을 확인하지 못했습니다.", ""
        return _loss_failure(run, found)


def _loss_failure(run: Run, found: np.ndarray) -> Failure | None:
    steps = len(run.batches) // run.epochs
    epochs = [run.losses[start : start + steps] for start in range(0, len(run.batches), steps)]

    def each(measure: Callable[[list[np.ndarray]], float]) -> np.ndarray:
        return np.array([measure(epoch) for epoch in epochs])

    def same(wanted: np.ndarray) -> bool:
        return bool(np.allclose(wanted, found, rtol=LOSS_TOLERANCE, atol=1e-4))

    by_batch = each(lambda epoch: float(np.mean([item.mean() for item in epoch])))
    by_sample = each(lambda epoch: float(np.concatenate(epoch).mean()))
    if same(by_batch) or same(by_sample):
        return None
    counts = np.arange(1, run.epochs + 1)
    means = np.array([item.mean() for item in run.losses])
    guesses = (
        (
            each(lambda epoch: float(epoch[-1].mean())),
            "마지막 배치의 손실입니다.",
            "에포크의 모든 배치의 손실을 평균하세요.",
        ),
        (
            each(lambda epoch: float(sum(item.mean() for item in epoch))),
            "배치의 손실을 더하기만 했습니다.",
            "배치의 수로 나누어 평균을 구하세요.",
        ),
        (
            each(lambda epoch: float(sum(item.mean() for item in epoch))) / run.samples,
            "배치마다의 평균을 더해 샘플의 수로 나누었습니다.",
            "배치의 수로 나누거나, 배치의 손실에 배치의 크기를 곱해 더한 다음 샘플의 수로 나누세요.",
        ),
        (
            np.cumsum(by_batch) / counts,
            "앞 에포크의 손실까지 평균에 들어갑니다.",
            "에포크를 시작할 때 합계나 지표를 처음으로 되돌리세요(`reset_state()`).",
        ),
        (
            np.cumsum(by_sample) / counts,
            "앞 에포크의 손실까지 평균에 들어갑니다.",
            "에포크를 시작할 때 합계나 지표를 처음으로 되돌리세요(`reset_state()`).",
        ),
        (
            np.cumsum(by_batch),
            "앞 에포크의 손실까지 더해집니다.",
            "에포크를 시작할 때 합계를 0으로 되돌리세요.",
        ),
        (
            np.full(run.epochs, means[0]) if run.epochs > 1 else np.array([np.nan]),
            "늘 첫 배치의 손실입니다.",
            "배치마다 손실을 새로 구해 모으고, 에포크마다 평균하세요.",
        ),
    )
    for guess, message, advice in guesses:
        if same(guess):
            return message, advice
    wanted = with_particle(f"{by_sample[0]:.4g}", "이어야", "여야")
    return (
        f"첫 에포크의 평균 손실이 {wanted} 하는데 {found[0]:.4g}입니다.",
        "훈련에 쓴 손실을, 업데이트하기 전에 구한 그대로 모으는지 보세요.",
    )


@dataclass(frozen=True)
class InTrainingMode(InRun):
    """그레이디언트를 구한 순전파가 모두 훈련 모드였는지."""

    def of(
        self, run: Run, scene: dict[str, Any], given: dict[str, np.ndarray], have: View
    ) -> Failure | None:
        if np.all(run.flags > 0.5):
            return None
        return (
            "모델을 훈련 모드로 부르지 않았습니다. 드롭아웃이 있어도 동작하지 않습니다.",
            "`model(x_batch, training=True)`로 부르세요.",
        )


@dataclass(frozen=True)
class Updated(Recorded):
    """훈련한 다음 가중치가 모두 바뀌었는지."""

    def failure(
        self, scene: dict[str, Any], given: dict[str, np.ndarray], have: View
    ) -> Failure | None:
        after = have.record["calls"][-1]["weights"]
        same = [
            np.array_equal(have.arrays[before], have.arrays[now])
            for name, keys in have.record["before"].items()
            for before, now in zip(keys, after[name], strict=True)
        ]
        if not any(same):
            return None
        advice = (
            "`optimizer.apply_gradients(zip(gradients, model.trainable_variables))`를 부르세요."
        )
        if all(same):
            return "가중치가 바뀌지 않았습니다. 그레이디언트를 적용하지 않은 것 같습니다.", advice
        return f"가중치 {len(same)}개 가운데 {sum(same)}개가 바뀌지 않았습니다.", advice


@dataclass(frozen=True)
class EveryBatch(InRun):
    """배치마다 업데이트했는지: 첫 에포크의 뒤 배치들의 출력이 처음 가중치로 구한 것과 다릅니다.

    학습률이 아주 작으면 배치 하나로는 드러나지 않습니다. 끝에 한 번 업데이트했으면 어느 배치에서도 같습니다.
    """

    def of(
        self, run: Run, scene: dict[str, Any], given: dict[str, np.ndarray], have: View
    ) -> Failure | None:
        before = np.cumsum([0, *map(len, run.batches)])
        later = [
            both
            for both, seen in zip(zip(run.inputs, run.outputs, strict=True), before, strict=False)
            if 0 < seen < run.samples
        ]
        if not later:
            return None
        ((name, keys),) = have.record["before"].items()
        model = model_of(scene["models"][name], [have.arrays[key] for key in keys])
        for inputs, outputs in later:
            unmoved = np.asarray(model(inputs, training=False))
            if np.max(np.abs(unmoved - outputs), initial=0.0) > SAME_OUTPUT:
                return None
        return (
            "첫 번째 배치로 훈련한 다음에도 가중치가 그대로입니다. 배치마다 업데이트하지 않았습니다.",
            "안쪽 반복문에서 배치마다 `optimizer.apply_gradients`를 부르세요.",
        )


@dataclass(frozen=True)
class Objective(InRun):
    """샘플과 짝이 맞는 레이블로 희소 범주형 교차 엔트로피를 미분했는지."""

    def of(
        self, run: Run, scene: dict[str, Any], given: dict[str, np.ndarray], have: View
    ) -> Failure | None:
        wrong = rows = 0
        for outputs, upstream, labels in zip(run.outputs, run.upstream, run.labels, strict=True):
            used = _labels_used(outputs, upstream)
            if used is None:
                return _other_objective(outputs, upstream, labels)
            wrong += int(np.sum((used != labels) & (labels >= 0)))
            rows += len(labels)
        if not wrong:
            return None
        return (
            f"레이블이 샘플과 짝이 맞지 않습니다. 샘플 {rows}개 가운데 {wrong}개가 다른 레이블로 훈련했습니다.",
            "`x`와 `y`를 따로 섞지 말고, 같은 순서로 섞거나 함께 섞으세요.",
        )


def _other_objective(outputs: np.ndarray, upstream: np.ndarray, labels: np.ndarray) -> Failure:
    advice = "`keras.losses.SparseCategoricalCrossentropy()(y_batch, y_pred)`로 구하세요."
    if not np.all(np.isfinite(upstream)):
        return "손실의 그레이디언트에 `NaN`이나 무한대가 있습니다.", advice
    one_hot = _one_hot(outputs, labels)
    if _along(_softmax(outputs) - one_hot, upstream) > 0:
        return (
            "확률에 소프트맥스를 한 번 더 한 손실입니다.",
            "모델의 출력이 이미 확률이므로 `from_logits=True`를 쓰지 마세요.",
        )
    if _along(outputs - one_hot, upstream) > 0:
        return "교차 엔트로피가 아니라 평균 제곱 오차입니다.", advice
    if _along(outputs - labels[:, None], upstream) > 0:
        return "레이블의 번호와 확률의 차이를 제곱한 손실입니다.", advice
    if _along(outputs - one_hot, _before_softmax(outputs, upstream)) < 0:
        return "손실의 부호가 반대입니다. 손실을 키우는 쪽으로 훈련합니다.", advice
    return "희소 범주형 교차 엔트로피의 그레이디언트가 아닙니다.", advice


def model_of(question: dict[str, Any], weights: list[np.ndarray]) -> Any:
    """Challenge에 적힌 모델에 `weights`를 넣은 것."""
    import keras

    from autograder.observe.step import graph_of, plain_precision

    with plain_precision():
        model = keras.Model(*graph_of(question))
    for weight, value in zip(model.weights, weights, strict=True):
        weight.assign(value)
    return model
