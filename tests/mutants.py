"""참고 모델을 한 군데씩 바꾼 모델(돌연변이)을 저절로 만듭니다."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers

from autograder.exercises import get
from autograder.kinds import ModelExercise


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


def branches(exercise: ModelExercise) -> bool:
    """참고 모델이 한 줄이 아닌지: 입력이나 출력이 여럿이거나 두 갈래가 만납니다."""
    model = exercise.solution().get("model")
    if not isinstance(model, keras.Model) or not getattr(model, "inputs", None):
        return False
    return len(model.inputs) + len(model.outputs) > 2 or any(
        len(_arguments(layer)[0]) > 1
        for layer in model.get_config()["layers"]
        if "inbound_nodes" in layer
    )


def mutants(exercise: ModelExercise) -> Iterator[Mutant]:
    """모델이 일렬로 이어진 부분마다 모든 돌연변이를 만듭니다."""
    solution = exercise.solution()
    for part in exercise.detailed or tuple(solution):
        model = solution[part]
        if not isinstance(model, list):
            yield from _chain_mutants(part, _chain(model))


def rebuild(exercise: ModelExercise, mutant: Mutant) -> dict[str, Any]:
    """돌연변이를 넣은 답. 만들 수 없는 모델이면 케라스가 ValueError를 던집니다."""
    solution = _solution(exercise.id)
    changed = _wrap(
        exercise.style or "functional",
        exercise.inputs[mutant.part],
        [make() for make in mutant.layers],
        exercise.model_name,
    )
    if "autoencoder" in solution:
        return _autoencoder(solution, mutant.part, changed)
    return solution | {mutant.part: changed}


@functools.cache
def _solution(exercise_id: str) -> dict[str, Any]:
    """바꾸지 않은 부분은 모두 함께 씁니다. 관찰은 가중치를 되돌려 놓습니다."""
    return get(exercise_id).solution()


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
            signs += ("먼저 불렀습니다",)
            yield Mutant(f"{label} ↔ 다음", part, swapped, signs)


REMOVABLE = ("Conv2D", "Dense", "Dropout", "MaxPooling2D")


@dataclass(frozen=True)
class GraphMutant:
    """갈라지는 모델을 한 군데 바꾼 것: 케라스 설정을 고쳐 다시 만듭니다."""

    name: str
    config: dict[str, Any]
    signs: tuple[str, ...]

    def build(self) -> Any:
        """바꾼 모델. 만들 수 없으면 케라스가 ValueError를 던집니다.

        설정에서 만들 때는 모양을 다 검사하지 않으므로, 층을 하나씩 다시 부릅니다.
        """
        return keras.models.clone_model(keras.Model.from_config(copy.deepcopy(self.config)))


def graph_mutants(exercise: ModelExercise) -> Iterator[GraphMutant]:
    """설정, 이어진 곳, 공유, 이름을 한 군데씩 바꿉니다."""
    original = exercise.solution()["model"].get_config()

    def changed(name: str, signs: tuple[str, ...], change: Callable[[Any], None]) -> GraphMutant:
        config = copy.deepcopy(original)
        change(config)
        return GraphMutant(name, config, signs)

    for index, layer in enumerate(original["layers"]):
        kind, label = layer["class_name"], f"{layer['name']} ({layer['class_name']})"
        if kind == "InputLayer":
            continue
        yield from _setting_changes(index, layer, label, changed)
        if kind in ("Add", "Concatenate"):
            yield from _merge_changes(index, layer, label, changed)
        if len(layer["inbound_nodes"]) > 1:
            yield changed(f"{label} 따로", ("같은 층이어야",), lambda c, i=index: _unshare(c, i))
        elif kind in REMOVABLE and layer["name"] not in str(original["output_layers"]):
            yield changed(f"{label} 빠짐", ("빠졌습니다",), lambda c, i=index: _bypass(c, i))
    for name in exercise.output_names:
        yield changed(
            f"출력 {name}의 이름", ("출력의 이름은",), lambda c, n=name: _rename(c, n, f"{n}_other")
        )
    if len(exercise.output_names) == 2:
        first, second = exercise.output_names
        yield changed(
            "출력의 이름이 서로 바뀜", ("이어야", "여야"), lambda c: _swap(c, first, second)
        )


def _setting_changes(index: int, layer: Any, label: str, changed: Any) -> Iterator[GraphMutant]:
    settings = dict(layer["config"])
    more = {
        "input_dim": ((lambda value: value + 1,), "어휘 크기가"),
        "output_dim": ((lambda value: value // 2,), "임베딩 차원이"),
        "mask_zero": ((lambda value: not value,), "mask_zero"),
    }
    for key, (changes, sign) in (CHANGES | more).items():
        if settings.get(key) is None or (
            key == "padding" and settings.get("kernel_size") == (1, 1)
        ):
            continue
        for change in changes:
            value = change(settings[key])
            if value == settings[key]:
                continue

            def put(config: Any, key: str = key, value: Any = value) -> None:
                config["layers"][index]["config"][key] = value

            yield changed(f"{label} {key}={value}", (sign,), put)
    for activation in ACTIVATIONS.get(str(settings.get("activation")), ()):

        def activate(config: Any, activation: str = activation) -> None:
            config["layers"][index]["config"]["activation"] = activation

        yield changed(f"{label} activation={activation}", ("활성화 함수가",), activate)


def _merge_changes(index: int, layer: Any, label: str, changed: Any) -> Iterator[GraphMutant]:
    count = len(_arguments(layer)[0])

    def reorder(config: Any) -> None:
        tensors = _arguments(config["layers"][index])[0]
        tensors[0], tensors[1] = tensors[1], tensors[0]

    def drop(config: Any, number: int) -> None:
        del _arguments(config["layers"][index])[0][number]

    def repeat(config: Any) -> None:
        tensors = _arguments(config["layers"][index])[0]
        tensors[1] = copy.deepcopy(tensors[0])

    def other(config: Any) -> None:
        config["layers"][index]["class_name"] = "Multiply"
        config["layers"][index]["config"].pop("axis", None)

    if layer["class_name"] == "Concatenate":
        yield changed(f"{label} 차례", ("입력의 차례가",), reorder)
    for number in range(count if count > 2 else 0):
        yield changed(
            f"{label} 입력 {number} 빠짐",
            ("입력이", "빠졌습니다", "없습니다"),
            lambda c, n=number: drop(c, n),
        )
    yield changed(f"{label} 같은 것을 두 번", ("입력이", "빠졌습니다"), repeat)
    yield changed(f"{label} → Multiply", ("Multiply",), other)


def _arguments(layer: Any, node: int = 0) -> list[Any]:
    nodes = layer["inbound_nodes"]
    arguments = nodes[node]["args"] if nodes else [[]]
    return arguments if isinstance(arguments[0], list) else [[arguments[0]]]


def _bypass(config: Any, index: int) -> None:
    layer = config["layers"].pop(index)
    (source,) = _arguments(layer)[0]
    for tensor in _tensors(config):
        if tensor["config"]["keras_history"][0] == layer["name"]:
            tensor["config"] = copy.deepcopy(source["config"])


def _unshare(config: Any, index: int) -> None:
    """두 번 부른 층의 두 번째 호출을 새 층으로 바꿉니다."""
    layer = config["layers"][index]
    twin = copy.deepcopy(layer)
    twin["name"] = twin["config"]["name"] = layer["name"] + "_twin"
    twin["inbound_nodes"] = [layer["inbound_nodes"].pop(1)]
    config["layers"].append(twin)
    for tensor in _tensors(config):
        if tensor["config"]["keras_history"][:2] == [layer["name"], 1]:
            tensor["config"]["keras_history"] = [twin["name"], 0, 0]


def _rename(config: Any, before: str, after: str) -> None:
    for layer in config["layers"]:
        if layer["name"] == before:
            layer["name"] = layer["config"]["name"] = after
    for entry in config["output_layers"]:
        entry[0] = after if entry[0] == before else entry[0]


def _swap(config: Any, first: str, second: str) -> None:
    _rename(config, first, "swapping")
    _rename(config, second, first)
    _rename(config, "swapping", second)


def _tensors(structure: Any) -> Iterator[Any]:
    """설정 안에서 앞 층의 출력을 가리키는 곳들."""
    if isinstance(structure, dict):
        if structure.get("class_name") == "__keras_tensor__":
            structure["config"]["keras_history"] = list(structure["config"]["keras_history"])
            yield structure
            return
        structure = list(structure.values())
    if isinstance(structure, (list, tuple)):
        for item in structure:
            yield from _tensors(item)


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
