"""모델에 무엇이 들어가고 나왔는지를 모델의 처음과 끝에 둔 층으로 적습니다.

여기 없는 것: 층마다의 호출(`observe.trace`), 기록에서 배치를 세는 일(`judge.step.loop`).

즉시 실행에서도 `tf.function` 안에서도 실행될 때마다 적히도록 `tf.Variable`에 씁니다.
케라스가 모르는 변수이므로 모델의 가중치에는 보이지 않습니다.
"""

from __future__ import annotations

import itertools
from typing import Any

import keras
import numpy as np
import tensorflow as tf

_NUMBERS = itertools.count()


class Passes:
    """순전파의 기록. 자리가 모자라면 처음부터 덮어쓰고, 몇 개였는지는 끝까지 셉니다."""

    def __init__(self, capacity: int, width: int, outputs: int) -> None:
        self.capacity = capacity
        self.rows = _variable((capacity, width))
        self.outputs = _variable((capacity, outputs))
        self.row_passes = _variable((capacity,), tf.int32)
        self.training = _variable((capacity,))
        self.gradients = _variable((capacity,))
        self.upstream = _variable((capacity, outputs))
        self.row_count = _variable((), tf.int32)
        self.pass_count = _variable((), tf.int32)

    def entry(self) -> keras.layers.Layer:
        """모델의 처음에 둘 층."""
        return _Entry(self, name=_name("input"))

    def exit(self) -> keras.layers.Layer:
        """모델의 끝에 둘 층."""
        return _Exit(self, name=_name("output"))

    def places(self, rows: Any, end: Any) -> Any:
        """`end`에서 끝나는 행들의 자리."""
        number = tf.shape(rows)[0]
        return tf.math.floormod(end - number + tf.range(number), self.capacity)[:, None]

    def collect(self, name: str, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
        """적은 것을 `arrays`에 담고 어디에 담았는지 돌려줍니다."""
        rows, passes = int(self.row_count.numpy()), int(self.pass_count.numpy())
        record: dict[str, Any] = {"rows": rows, "passes": passes}
        record["complete"] = max(rows, passes) <= self.capacity
        if record["complete"]:
            for key, variable, size in (
                ("inputs", self.rows, rows),
                ("outputs", self.outputs, rows),
                ("upstream", self.upstream, rows),
                ("row_passes", self.row_passes, rows),
                ("training", self.training, passes),
                ("gradients", self.gradients, passes),
            ):
                record[key] = f"{name}/{key}"
                arrays[record[key]] = variable.numpy()[:size]
        return record


class Helper(keras.layers.Layer):
    """우리가 모델에 끼우는 층: 학습자가 정한 자료형 정책(`mixed_float16` …)과 상관없이 float32입니다."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(dtype="float32", **settings)


class _Entry(Helper):
    def __init__(self, passes: Passes, **settings: Any) -> None:
        super().__init__(**settings)
        self.passes = passes

    def call(self, inputs: Any, training: Any = None) -> Any:
        log = self.passes
        if tuple(inputs.shape[1:]) != tuple(log.rows.shape[1:]):
            # 모양이 다른 것은 뒤의 층이 말하게 둡니다.
            return inputs
        inputs = tf.cast(inputs, tf.float32)
        end = log.row_count.assign_add(tf.shape(inputs)[0])
        number = log.pass_count.assign_add(1) - 1
        places = log.places(inputs, end)
        log.rows.scatter_nd_update(places, inputs)
        log.row_passes.scatter_nd_update(places, tf.fill(tf.shape(inputs)[:1], number))
        flag = tf.cast(False if training is None else training, tf.float32)
        log.training.scatter_nd_update(_place(number, log), [flag])
        return tf.identity(inputs)


class _Exit(Helper):
    def __init__(self, passes: Passes, **settings: Any) -> None:
        super().__init__(**settings)
        self.passes = passes

    def call(self, inputs: Any) -> Any:
        log = self.passes
        places = log.places(inputs, log.row_count.value())
        log.outputs.scatter_nd_update(places, inputs)
        place = _place(log.pass_count.value() - 1, log)

        @tf.custom_gradient
        def noted(tensor: Any) -> Any:
            def gradient(upstream: Any) -> Any:
                log.gradients.scatter_nd_add(place, [1.0])
                log.upstream.scatter_nd_update(places, tf.cast(upstream, tf.float32))
                return upstream

            return tf.identity(tensor), gradient

        return noted(inputs)


def _variable(shape: tuple[int, ...], dtype: Any = tf.float32) -> Any:
    return tf.Variable(tf.zeros(shape, dtype), trainable=False)


def _name(role: str) -> str:
    # 오류가 난 층의 이름은 학습자가 읽습니다.
    return f"{role}_{next(_NUMBERS)}"


def _place(number: Any, log: Passes) -> Any:
    return tf.reshape(tf.math.floormod(number, log.capacity), (1, 1))
