"""그림에 넣은 값(텐서, 레이블, 이름)을 넘파이로 읽습니다.

여기 없는 것: 텐서를 칸으로 그리는 일(`figures.images`), 풀지 않은 답을 알아보는 법(`observe.problems`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.figures.style import CannotDraw
from autograder.observe.problems import unattempted


def unsolved(value: Any) -> bool:
    """아직 채우지 않은 칸(`...`)이나 None인지."""
    return value is None or unattempted(value)


def as_array(value: Any) -> np.ndarray:
    """텐서, 변수, 리스트를 넘파이 배열로. 값이 없는 심볼릭 텐서면 `CannotDraw`."""
    if isinstance(value, np.ndarray):
        return value
    keras = sys.modules.get("keras")
    if keras is not None and isinstance(value, keras.KerasTensor):
        raise CannotDraw(
            f"모양 {value.shape}만 있고 값은 아직 없는 심볼릭 텐서입니다. 모델에 데이터를 넣은 결과를 쓰세요."
        )
    try:
        if hasattr(value, "numpy") and callable(value.numpy):
            return np.asarray(value.numpy())
        array = np.asarray(value)
    except Exception:  # noqa: BLE001 - 학습자의 객체는 무엇이든 던질 수 있습니다
        array = np.empty((), dtype=object)
    if array.dtype == object:
        raise CannotDraw(
            f"배열로 바꿀 수 없는 값입니다(`{type(value).__name__}`). "
            "텐서나 넘파이 배열, 줄마다 길이가 같은 리스트를 넣으세요."
        )
    return array


def class_numbers(values: Any) -> np.ndarray:
    """레이블이나 예측을 샘플마다 하나씩으로: 원-핫과 확률은 가장 큰 자리, 한 칸짜리 확률은 0.5가 기준."""
    array = as_array(values)
    if array.ndim == 0:
        array = array.reshape(1)
    if array.ndim > 1 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim == 2:
        return np.asarray(np.argmax(array, axis=-1))
    if array.ndim > 2:
        raise CannotDraw(f"레이블의 모양은 (N,) 또는 (N, K)여야 하는데 {array.shape}입니다.")
    if array.dtype.kind == "b":
        return array.astype(int)
    if array.dtype.kind == "f" and np.all(array == np.round(array)):
        return array.astype(int)
    if array.dtype.kind == "f" and array.size and array.min() >= 0 and array.max() <= 1:
        return (array > 0.5).astype(int)
    return array


def name_of(label: Any, names: Any = None) -> str:
    """레이블의 이름. `names`에 없으면 레이블을 그대로 씁니다."""
    if isinstance(label, bytes):
        return label.decode("utf-8", "replace")
    if names is not None and isinstance(label, (int, np.integer)):
        if isinstance(names, Mapping):
            return str(names.get(int(label), label))
        if 0 <= label < len(names):
            return str(names[int(label)])
    return str(label)
