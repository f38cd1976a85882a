"""Challenge에 JSON으로 적힌 모델과 옵티마이저를 만듭니다. 관찰하는 쪽과 판정하는 쪽이 같이 씁니다.

여기 없는 것: 식으로 적은 함수(`observe.expression`), 인수의 구조(`observe.structure`).

모델의 설명
- `name`, `input`: 이름, `{"name": 이름, "shape": 샘플 하나의 모양}`
- `layers`: `{"class": 층의 이름, "config": {…}}`의 목록. 차례로 이어집니다.
- `weights`: 가중치 배열의 이름들
- `compile`(없어도 됨): `{"optimizer": {"class", "config"}, "loss": 이름, "seed": 옵티마이저 상태의 시드}`
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np
from keras import layers, ops


class OwnDense(layers.Dense):
    """학습자의 코드에 `CustomDense`가 없을 때 쓰는, 등록하지 않은 사용자 정의 층."""

    def get_config(self) -> dict[str, Any]:
        """학습자의 `CustomDense(units, activation)`도 읽을 수 있는 config."""
        config = super().get_config()
        return {key: config[key] for key in ("name", "trainable", "dtype", "units", "activation")}


# The layer is written by hand in the lesson; here only its name and that Keras does not know it
# matter, and this file lies beside the learner's code.
OwnDense.__name__ = OwnDense.__qualname__ = "CustomDense"
OWN_CLASSES = {"CustomDense": OwnDense}


@contextlib.contextmanager
def plain_settings() -> Iterator[None]:
    """안에서는 케라스의 기본 설정입니다. 학습자가 켜 둔 `mixed_float16`이 강좌의 모델을 바꾸지 않게 합니다."""
    policy, kind = keras.config.dtype_policy(), keras.config.floatx()
    order = keras.config.image_data_format()
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_floatx(kind)
        keras.config.set_image_data_format(order)
        keras.config.set_dtype_policy(policy)


def build(
    description: dict[str, Any],
    arrays: Mapping[str, np.ndarray],
    classes: Mapping[str, Any] | None = None,
    first: layers.Layer | None = None,
) -> keras.Model:
    """설명대로 만들고 가중치를 넣은 모델. `first`는 입력 바로 뒤에 끼울 층입니다.

    부르는 곳의 설정이 무엇이든 float32로 계산합니다.
    """
    with plain_settings():
        return _build(description, arrays, classes, first)


def _build(
    description: dict[str, Any],
    arrays: Mapping[str, np.ndarray],
    classes: Mapping[str, Any] | None,
    first: layers.Layer | None,
) -> keras.Model:
    known = OWN_CLASSES | dict(classes or {})
    given = description["input"]
    inputs = keras.Input(tuple(given["shape"]), name=given["name"])
    x = first(inputs) if first is not None else inputs
    for item in description["layers"]:
        kind = known.get(item["class"]) or getattr(layers, item["class"])
        x = kind(**item["config"])(x)
    model = keras.Model(inputs, x, name=description["name"])
    model.set_weights([arrays[name] for name in description["weights"]])
    if "compile" in description:
        _compile(model, description["compile"])
    return model


def _compile(model: keras.Model, settings: dict[str, Any]) -> None:
    wanted = settings["optimizer"]
    optimizer = getattr(keras.optimizers, wanted["class"])(**wanted["config"])
    model.compile(optimizer=optimizer, loss=settings["loss"], run_eagerly=True)
    optimizer.build(model.trainable_variables)
    random = np.random.RandomState(settings["seed"] % 2**32)
    slots = [item for item in optimizer.variables if tuple(item.shape)]
    for slot in slots:
        value = random.normal(0, 0.5, tuple(slot.shape))
        name = str(getattr(slot, "path", slot.name))
        slot.assign((np.abs(value) + 0.2 if "velocity" in name else value).astype("float32"))
    optimizer.iterations.assign(int(random.randint(3, 40)))


def scramble(model: keras.Model) -> None:
    """모델의 가중치를 다른 값으로 바꿉니다. 저장한 파일과 모델이 이어져 있지 않은지 보려는 것입니다."""
    for weight in model.weights:
        weight.assign(ops.ones_like(weight) * 0.37)


def train_once(model: keras.Model, x: np.ndarray, y: np.ndarray) -> None:
    """배치 하나로 한 스텝 훈련합니다."""
    model.run_eagerly = True
    model.train_on_batch(x, y)


def predict(model: Any, x: np.ndarray) -> np.ndarray:
    """추론 모드의 출력."""
    return np.asarray(ops.convert_to_numpy(model(x, training=False)))
