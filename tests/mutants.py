"""참고 모델을 한 군데씩 바꾼 모델(돌연변이)을 저절로 만듭니다."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers

from autograder.exercise import ModelExercise


@dataclass(frozen=True)
class Mutant:
    """바꾼 모델 하나. `signs` 가운데 하나가 메시지에 나와야 합니다."""

    name: str
    part: str
    layers: tuple[Callable[[], Any], ...]
    signs: tuple[str, ...]


CHANGES: dict[str, tuple[tuple[Any, ...], str]] = {
    "filters": ((lambda value: max(1, value // 2), lambda value: value + 1), "필터가"),
    "units": ((lambda value: max(1, value // 2), lambda value: value + 1), "유닛이"),
    "kernel_size": ((lambda value: [size + 1 for size in value],), "커널 크기가"),
    "strides": ((lambda value: [3 - size if size < 3 else 2 for size in value],), "스트라이드가"),
    "padding": ((lambda value: "same" if value == "valid" else "valid",), "패딩이"),
    "pool_size": ((lambda value: [size + 1 for size in value],), "풀링 크기가"),
    "size": ((lambda value: [size - 1 for size in value],), "업샘플링 크기가"),
    "rate": ((lambda value: value * 2, lambda value: value / 2), "비율이"),
    "use_bias": ((lambda value: not value,), "편향이"),
    "interpolation": ((lambda value: "bilinear",), "보간 방법이"),
    "target_shape": ((lambda value: [value[0] // 2, value[1] * 2, *value[2:]],), "목표 모양이"),
}
ACTIVATIONS = {"relu": ("linear", "tanh"), "softmax": ("sigmoid", "linear"), "sigmoid": ("tanh",)}
OTHER_KINDS = {
    "MaxPooling2D": layers.AveragePooling2D,
    "GlobalMaxPooling2D": layers.GlobalAveragePooling2D,
    "Conv2DTranspose": layers.Conv2D,
    "Flatten": layers.GlobalAveragePooling2D,
    "Dropout": layers.GaussianNoise,
    "BatchNormalization": layers.LayerNormalization,
}


def mutants(exercise: ModelExercise) -> Iterator[Mutant]:
    """모델이 일렬로 이어진 부분마다 모든 돌연변이를 만듭니다."""
    solution = exercise.solution()
    for part in exercise.detailed or tuple(solution):
        model = solution[part]
        if not isinstance(model, list):
            yield from _chain_mutants(part, _chain(model))


def rebuild(exercise: ModelExercise, mutant: Mutant) -> dict[str, Any]:
    """돌연변이를 넣은 답. 만들 수 없는 모델이면 케라스가 ValueError를 던집니다."""
    solution = exercise.solution()
    changed = _wrap(
        exercise.style or "functional",
        exercise.inputs[mutant.part],
        [make() for make in mutant.layers],
        exercise.model_name,
    )
    if "autoencoder" in solution:
        return _autoencoder(solution, mutant.part, changed)
    return solution | {mutant.part: changed}


def _autoencoder(solution: dict[str, Any], part: str, changed: Any) -> dict[str, Any]:
    parts = solution | {part: changed}
    inputs = keras.Input(solution["autoencoder"].inputs[0].shape[1:])
    outputs = parts["decoder"](parts["encoder"](inputs))
    return parts | {"autoencoder": keras.Model(inputs, outputs)}


def _chain(model: Any) -> list[Any]:
    return [layer for layer in model.layers if not isinstance(layer, layers.InputLayer)]


def _copy(layer: Any, **changes: Any) -> Callable[[], Any]:
    config = _settings(layer) | changes
    return lambda: type(layer).from_config(dict(config))


def _chain_mutants(part: str, chain: list[Any]) -> Iterator[Mutant]:
    plain = [_copy(layer) for layer in chain]

    def with_layer(index: int, *replacement: Callable[[], Any]) -> tuple[Callable[[], Any], ...]:
        return (*plain[:index], *replacement, *plain[index + 1 :])

    for index, layer in enumerate(chain):
        config, label = layer.get_config(), f"{part}[{index}] {type(layer).__name__}"
        for key, (changes, sign) in CHANGES.items():
            if config.get(key) is None:
                continue
            for change in changes:
                value = change(config[key])
                if value == config[key]:
                    continue
                yield Mutant(
                    f"{label} {key}={value}",
                    part,
                    with_layer(index, _copy(layer, **{key: value})),
                    (sign,),
                )
        for activation in ACTIVATIONS.get(str(config.get("activation")), ()):
            yield Mutant(
                f"{label} activation={activation}",
                part,
                with_layer(index, _copy(layer, activation=activation)),
                ("활성화 함수가",),
            )
        if "kernel_regularizer" in config:
            for regularizer in (None, keras.regularizers.L2(0.5), keras.regularizers.L1(0.04)):
                if config["kernel_regularizer"] is None and regularizer is None:
                    continue
                yield Mutant(
                    f"{label} kernel_regularizer={regularizer and regularizer.get_config()}",
                    part,
                    with_layer(index, _copy(layer, kernel_regularizer=regularizer)),
                    ("커널 규제가",),
                )
        if type(layer).__name__ in OTHER_KINDS:
            other = OTHER_KINDS[type(layer).__name__]
            yield Mutant(
                f"{label} → {other.__name__}",
                part,
                with_layer(index, lambda other=other, config=config: _other(other, config)),
                (other.__name__, "빠졌습니다"),
            )
        yield Mutant(f"{label} 빠짐", part, with_layer(index), ("빠졌습니다",))
        yield Mutant(
            f"{label} 두 번", part, with_layer(index, plain[index], plain[index]), ("더 있습니다",)
        )
        if index + 1 < len(chain) and not _same(layer, chain[index + 1]):
            swapped = (*plain[:index], plain[index + 1], plain[index], *plain[index + 2 :])
            signs = ("자리가 다릅니다", "더 있습니다", "빠졌습니다", "필터가", "유닛이", "활성화")
            yield Mutant(f"{label} ↔ 다음", part, swapped, signs)


def _same(layer: Any, other: Any) -> bool:
    return type(layer) is type(other) and _settings(layer) == _settings(other)


def _settings(layer: Any) -> dict[str, Any]:
    return {key: value for key, value in layer.get_config().items() if key != "name"}


def _other(kind: Any, config: dict[str, Any]) -> Any:
    known = {
        key: config[key]
        for key in ("filters", "kernel_size", "pool_size", "activation")
        if key in config
    }
    if kind is layers.GaussianNoise:
        known = {"stddev": 0.1}
    return kind(**known)


class Chain(keras.Model):
    """층을 차례로 부르는 서브클래싱 모델."""

    def __init__(self, chain: list[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.chain = chain

    def call(self, inputs: Any) -> Any:
        x = inputs
        for layer in self.chain:
            x = layer(x)
        return x


def _wrap(style: str, shape: tuple[int, ...], chain: list[Any], name: str | None) -> Any:
    if style == "subclass":
        return Chain(chain)
    if style == "sequential":
        return keras.Sequential([keras.Input(shape), *chain])
    inputs = keras.Input(shape)
    outputs = inputs
    for layer in chain:
        outputs = layer(outputs)
    return keras.Model(inputs, outputs, name=name)
