"""Challenge 안에서 인수의 구조(튜플, 딕셔너리, 텐서, 변수)를 JSON으로 적는 법.

여기 없는 것: 모델의 설명(`observe.described`), 식으로 적은 함수(`observe.expression`), 파일의 꼴(`protocol`).

`{"array": "x"}`는 넘파이 배열, `{"tensor": "x"}`는 텐서, `{"variable": "x"}`는 `tf.Variable`,
`{"tuple": [...]}`, `{"list": [...]}`, `{"dict": {...}}`는 그 구조, `{"value": 3}`은 JSON 값입니다.
`{"language_model": {...}}`은 표에서 다음 토큰을 정하는 작은 모델입니다(`observe.tabled` 참고).
"""

from __future__ import annotations

import copy
from typing import Any

import keras
import numpy as np
import tensorflow as tf

MAX_OUTPUT_BYTES = 64 * 2**20
"""한 번 부른 결과에서 받아들이는 최대 크기(바이트)."""


MAX_LEAVES = 256
"""한 번 부른 결과에 담긴 것의 최대 개수."""
DEEP = 3
"""수의 리스트가 이만큼 겹쳐 있으면 배열 하나를 리스트로 바꾼 것입니다."""


class TooLarge(ValueError):
    """결과가 `MAX_OUTPUT_BYTES`보다 크거나, 담긴 것이 `MAX_LEAVES`개보다 많습니다."""


def build(spec: Any, arrays: dict[str, np.ndarray], variables: dict[str, Any] | None = None) -> Any:
    """`spec`이 적은 구조를 만듭니다. 만든 변수는 `variables`에 이름으로 담습니다."""
    ((form, content),) = spec.items()
    if form == "value":
        # 받은 리스트를 고치는 함수가 다음 물음까지 바꾸지 않게 합니다.
        return copy.deepcopy(content)
    if form == "language_model":
        from autograder.observe.tabled import TabledModel

        return TabledModel([arrays[name] for name in content["tables"]], content["window"])
    if form == "array":
        return arrays[content].copy()
    if form == "tensor":
        return tf.convert_to_tensor(arrays[content])
    if form == "variable":
        variable = tf.Variable(arrays[content])
        if variables is not None:
            variables[content] = variable
        return variable
    if form == "dict":
        return {key: build(item, arrays, variables) for key, item in content.items()}
    items = [build(item, arrays, variables) for item in content]
    return tuple(items) if form == "tuple" else items


def collect(name: str, structure: Any, arrays: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """결과의 텐서들을 `arrays`에 `name/번호`로 담고, 하나마다 종류·모양·자료형을 돌려줍니다."""
    found: list[dict[str, Any]] = []
    size = 0
    # `tolist()` of a batch of images: one value, not a hundred thousand.
    items = [structure] if _depth(structure) >= DEEP else leaves(structure)
    if len(items) > MAX_LEAVES:
        raise TooLarge(f"결과에 담긴 것이 {MAX_LEAVES:,}개보다 많습니다")
    for index, item in enumerate(items):
        record: dict[str, Any] = {"type": type(item).__name__}
        try:
            value = np.asarray(keras.ops.convert_to_numpy(item))
        except Exception:  # noqa: BLE001 - 학습자의 객체는 무엇이든 던질 수 있습니다
            value = None
        if value is not None and value.dtype.kind in "biufc":
            size += value.nbytes
            if size > MAX_OUTPUT_BYTES:
                raise TooLarge(f"결과가 {MAX_OUTPUT_BYTES // 2**20}MB보다 큽니다")
            key = f"{name}/{index}"
            arrays[key] = value
            record |= {"array": key, "shape": list(value.shape), "dtype": str(value.dtype)}
        else:
            record["text"] = repr(item)[:200]
        found.append(record)
    return found


def leaves(structure: Any) -> list[Any]:
    """구조 안의 값들을 차례로. 딕셔너리는 이름 순서, 수만 든 리스트는 값 하나로 봅니다."""
    if structure is None:
        return []
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in leaves(structure[key])]
    if isinstance(structure, (list, tuple)):
        if structure and all(isinstance(item, (int, float, np.integer)) for item in structure):
            return [structure]
        return [leaf for item in structure for leaf in leaves(item)]
    return [structure]


def _depth(structure: Any) -> int:
    """첫 원소를 따라가며 센 리스트의 겹수. 끝에 수가 없으면 0."""
    depth = 0
    while isinstance(structure, list) and structure and depth < 2 * DEEP:
        structure, depth = structure[0], depth + 1
    return depth if isinstance(structure, (int, float)) else 0
