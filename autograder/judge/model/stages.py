"""층 호출의 기록을 비교할 수 있는 단계로 고칩니다.

여기 없는 것: 기록하는 일(`observe.trace`), 단계를 맞추는 일(`judge.model.align`), 설정을 부르는 말(`judge.layer_names`).

같은 일을 하는 다른 표현이 같은 단계가 됩니다: `activation="relu"`, `ReLU` 층, `tf.nn.relu`는
앞 단계의 활성화 함수로, `Reshape`와 `tf.reshape`로 편 것은 `Flatten`으로 모입니다.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from autograder.judge.layer_names import SETTINGS
from autograder.observe.trace import UNKNOWN

INVISIBLE = {
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
    "ActivityRegularization",
}
"""추론의 출력에는 드러나지 않는 층."""

_ACTIVATION_LAYERS = {
    "ReLU": "relu",
    "Softmax": "softmax",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "PReLU": "prelu",
}
IGNORED = {"InputLayer", "Identity"}
"""아무것도 하지 않는 층."""
MERGES = {"Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract", "Dot"}
"""여러 갈래를 하나로 합치는 층."""


@dataclass(frozen=True)
class Step:
    """모델이 거치는 단계 하나. `settings`의 값은 사람이 읽는 꼴로 고쳐 두었습니다.

    `training_only`는 훈련 모드에서만 값을 바꾸는, 케라스의 드롭아웃이나 잡음이 아닌 층(`RandomFlip` 등)입니다.

    갈라지는 모델에서는 `sources`에 입력을 낸 단계의 번호나 모델의 입력을 부르는 말이,
    `layer`에 어느 층을 불렀는지가, `output`에 모델의 몇 번째 출력인지가 들어 있습니다(`judge.model.branches`).
    """

    kind: str
    settings: dict[str, Any]
    output_shape: tuple[int | None, ...] = ()
    parameters: int = 0
    training_only: bool = False
    sources: tuple[int | str, ...] = ()
    layer: int | None = None
    output: int | None = None

    @property
    def invisible(self) -> bool:
        """추론의 출력만으로는 알 수 없는 층인지."""
        return self.training_only or self.kind in INVISIBLE

    @property
    def mixes(self) -> bool:
        """값을 섞는 층인지. 모양만 바꾸거나 원소마다 계산하는 층, 갈래를 합치는 층은 아닙니다."""
        shapers = {"Flatten", "Reshape", "Activation"}
        return not self.invisible and self.kind not in shapers | MERGES


def steps_of(record: dict[str, Any]) -> list[Step]:
    """Evidence의 한 부분(`facts["parts"][이름]`)을 단계의 목록으로 고칩니다."""
    trained = in_training(record)
    steps: list[Step] = []
    for call in record.get("calls", []):
        if not call["leaf"] or does_nothing(call):
            continue
        for bridge in call["bridges"]:
            _apply_bridge(steps, bridge, call["input_shapes"])
        _append(steps, step_of(call, trained))
    for bridge in record.get("output_bridges", []):
        _apply_bridge(steps, bridge, [])
    return steps


def split_by_use(record: dict[str, Any]) -> tuple[dict[str, Any], list[Step]]:
    """(출력에 닿는 호출만 남긴 기록, 결과를 쓰지 않는 단계들).

    `self.conv(x)`처럼 결과를 받지 않은 층은 실행되지만 출력에 닿지 않습니다.
    """
    calls = record.get("calls", [])
    kept = _reaching(calls, record.get("output_sources", []))
    lost = [
        call
        for call in calls
        if call["leaf"] and call["index"] not in kept and not does_nothing(call)
    ]
    if not lost or not kept:
        return record, []
    gone = {call["index"] for call in lost}
    left = [call for call in calls if call["index"] not in gone]
    known = in_training(record)
    return record | {"calls": left}, [replace(step_of(c, known), layer=c["layer"]) for c in lost]


def _reaching(calls: list[dict[str, Any]], ends: list[int]) -> set[int]:
    """출력에 닿는 호출의 번호들. 어디에서 왔는지 모르는 텐서는 앞의 모든 호출에서 왔을 수 있습니다."""
    leaves = {call["index"]: call for call in calls if call["leaf"]}
    waiting = [(source, max(leaves, default=0) + 1) for source in ends]
    reached: set[int] = set()
    while waiting:
        source, number = waiting.pop()
        found = [n for n in leaves if n < number] if source == UNKNOWN else [source]
        for one in found:
            if one in leaves and one not in reached:
                reached.add(one)
                waiting += [(before, one) for before in leaves[one]["sources"]]
    return reached


def does_nothing(call: dict[str, Any]) -> bool:
    """아무것도 하지 않는 층 호출인지. 비율이 0인 드롭아웃도 그렇습니다."""
    kind, config = call["class_name"], call["config"]
    if kind in INVISIBLE:
        strengths = [config[key] for key in ("rate", "stddev", "l1", "l2") if key in config]
        return bool(strengths) and not any(strengths)
    return kind in IGNORED


def in_training(record: dict[str, Any]) -> dict[Any, dict[str, Any]]:
    """층 호출의 자리 → 훈련 모드에서 그 층을 부른 기록."""
    return {_place(call): call for call in record.get("training_calls", [])}


def _place(call: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    return call["name"], tuple(call["path"])


def step_of(call: dict[str, Any], trained: dict[Any, dict[str, Any]]) -> Step:
    """층 호출 하나를 단계로 고칩니다. `trained`는 `in_training`의 결과입니다."""
    kind, config = call["class_name"], call["config"]
    seen = trained.get(_place(call), {})
    dropped = seen.get("dropped")
    settings: dict[str, Any] = {}
    for key in SETTINGS:
        if key in config and (key != "axis" or kind == "Concatenate"):
            settings[key] = readable(key, config[key])
    if "pool_size" in settings and config.get("strides") is None:
        settings["strides"] = settings["pool_size"]
    if kind in ("Reshape", "Flatten"):
        before, after = call["input_shapes"], call["output_shapes"]
        if before and after and len(after[0]) == 2 and len(before[0]) > 2:
            kind, settings = "Flatten", {}
    shapes = call["output_shapes"]
    if kind == "Concatenate":
        rank, axis = len(shapes[0]) if shapes else 0, settings.get("axis", -1)
        settings["axis"] = -1 if axis in (-1, rank - 1) else axis
    rank = len(shapes[0]) if shapes else 0
    if kind == "Softmax" and config.get("axis", -1) not in (-1, rank - 1):
        settings["softmax_axis"] = config["axis"]
    if kind not in INVISIBLE and dropped and not call["dropped"] and not call["parameters"]:
        # 이름은 달라도 훈련할 때 값을 0으로 만드는 층은 드롭아웃입니다.
        kind, settings = "Dropout", {"rate": dropped}
    shape = tuple(shapes[0]) if shapes else ()
    only = kind not in INVISIBLE and bool(seen.get("trains"))
    return Step(kind, settings, shape, call["parameters"], training_only=only)


def activation_of(step: Step) -> str | None:
    """활성화 함수만 하는 층이면 그 이름."""
    if step.kind == "Activation":
        return step.settings.get("activation")
    if step.kind == "Softmax" and "softmax_axis" in step.settings:
        return f"softmax(axis={step.settings['softmax_axis']})"
    return _ACTIVATION_LAYERS.get(step.kind)


def _append(steps: list[Step], step: Step) -> None:
    activation = activation_of(step)
    if activation is not None and _activate(steps, activation):
        return
    if activation is not None:
        step = replace(step, kind="Activation", settings={"activation": activation})
    if step.kind == "Flatten" and steps and len(steps[-1].output_shape) == 2:
        return
    steps.append(step)


def _activate(steps: list[Step], activation: str) -> bool:
    """바로 앞 단계에 활성화 함수가 비어 있으면 채웁니다."""
    if not steps or steps[-1].settings.get("activation") != "linear":
        return False
    steps[-1] = replace(steps[-1], settings=steps[-1].settings | {"activation": activation})
    return True


def _apply_bridge(steps: list[Step], bridge: str | None, shapes: Iterable[Any]) -> None:
    if not bridge:
        return
    activation, shaped = bridged(bridge, shapes)
    if activation and not _activate(steps, activation):
        steps.append(Step("Activation", {"activation": activation}))
    if shaped is not None:
        steps.append(shaped)


def bridged(bridge: str, shapes: Iterable[Any]) -> tuple[str, Step | None]:
    """층이 아닌 연산의 이름 → (활성화 함수의 이름, 모양을 바꾸는 단계)."""
    activation, _, reshaped = bridge.partition("+")
    if activation == "reshape":
        activation, reshaped = "", "reshape"
    if not reshaped:
        return activation, None
    shape = tuple(next(iter(shapes), ()))
    if len(shape) == 2 or not shape:
        return activation, Step("Flatten", {}, shape)
    return activation, Step("Reshape", {"target_shape": readable("target_shape", shape[1:])}, shape)


def readable(key: str, value: Any) -> Any:
    """설정값을 사람이 읽는 꼴로: (3, 3) → "3×3", L2 딕셔너리 → "L2(0.04)", True → "있음"."""
    if key == "activation":
        return _function_name(value) if value is not None else "linear"
    if key.endswith("regularizer"):
        return _regularizer(value)
    if key == "use_bias":
        return "있음" if value else "없음"
    if key == "noise_shape":
        return str(tuple(value)) if value else "없음"
    if key in ("return_sequences", "mask_zero"):
        return "예" if value else "아니요"
    if key == "target_shape":
        return "(" + ", ".join(str(size) for size in value) + ("," if len(value) == 1 else "") + ")"
    if key in ("kernel_size", "pool_size", "strides", "size", "dilation_rate"):
        if isinstance(value, int):
            return f"{value}×{value}"
        return "×".join(str(size) for size in value) if value is not None else None
    if isinstance(value, float) and value == int(value):
        return int(value)
    return value


def _function_name(value: Any) -> str:
    if isinstance(value, dict):
        config = value.get("config")
        name = config if isinstance(config, str) else value.get("class_name")
        # 람다에는 이름이 없습니다.
        return _ACTIVATION_LAYERS.get(str(name), str(name)) if name else "다른 함수"
    return str(value)


def _regularizer(value: Any) -> str:
    if value is None:
        return "없음"
    if not isinstance(value, dict):
        return str(value)
    config = value.get("config") or {}
    if not isinstance(config, dict):
        # 함수로 준 규제에는 이름만 있습니다.
        return str(config)
    numbers = [
        f"{number:.4g}"
        for _, number in sorted(config.items())
        if isinstance(number, (int, float)) and number
    ]
    kind = str(value.get("class_name"))
    # 람다로 준 규제에는 이름도 수도 없습니다.
    return "다른 함수" if kind.startswith("__") else f"{kind}({', '.join(numbers)})"
