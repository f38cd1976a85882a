"""`distributed` 관찰: CPU 장치 둘을 쓰는 `MirroredStrategy`로 훈련 스텝 하나를 실행합니다.

여기 없는 것: 물음을 만드는 일(`kinds.distributed`), 판정(`judge.distributed`), 장치를 나누는 일(`startup`).

모델의 입력 바로 뒤에 지켜보는 층을 끼워, 어느 replica가 어느 샘플을 받았는지 적습니다. 채워 넣은 샘플의 번호는 -1입니다.

Challenge의 `facts`
- `network`: 모델의 설명(`described` 참고)
- `replicas`: 장치의 수
- `x`, `y`: 전체 배치의 배열 이름
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.observe import described
from autograder.observe.problems import not_callable, problem
from autograder.protocol import Challenge, Evidence

MOST = 100
"""적어 두는 호출의 최대 수."""


class Witness(keras.layers.Layer):
    """입력을 그대로 내보내면서 replica의 번호와 받은 샘플의 번호들을 `write`에 넘기는 층."""

    def __init__(self, samples: np.ndarray, write: Callable[[int, list[int]], None]) -> None:
        super().__init__(name="witness", dtype="float32")
        self.write = write
        self.known = {row.tobytes(): index for index, row in enumerate(samples)}

    def call(self, inputs: Any) -> Any:
        """값이 있을 때만 적습니다. replica 밖에서 부르면 번호가 -1입니다."""
        if isinstance(inputs, keras.KerasTensor):
            return inputs
        number = -1
        if tf.distribute.has_strategy() and not tf.distribute.in_cross_replica_context():
            number = tf.distribute.get_replica_context().replica_id_in_sync_group

        def note(replica: Any, rows: Any) -> None:
            rows = np.asarray(rows, "float32")
            self.write(int(replica), [self.known.get(row.tobytes(), -1) for row in rows])

        tf.numpy_function(note, [number, inputs], [])
        return inputs


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """`subject[이름](strategy, build_model, x, y)`를 부릅니다."""
    facts = challenge.facts
    (name,) = facts["subjects"]
    function: Any = subject.get(name)
    arrays: dict[str, np.ndarray] = {}
    if missing := not_callable(function):
        return Evidence(challenge.exercise, challenge.kind, missing)
    devices = [device.name for device in tf.config.list_logical_devices("CPU")]
    if len(devices) < facts["replicas"]:
        return Evidence(challenge.exercise, challenge.kind, problem("one_device"))
    # Without collectives: their keys start again with every strategy of a process and collide.
    strategy = tf.distribute.MirroredStrategy(
        devices[: facts["replicas"]], cross_device_ops=tf.distribute.ReductionToOneDevice()
    )
    made: list[tuple[Any, list[list[Any]], bool]] = []
    samples = challenge.arrays[facts["x"]].astype("float32")

    def build_model() -> keras.Model:
        seen: list[list[Any]] = []
        inside = tf.distribute.has_strategy() and tf.distribute.get_strategy() is strategy
        witness = Witness(samples, lambda number, rows: seen.append([number, rows[:MOST]]))
        model = described.build(facts["network"], challenge.arrays, first=witness)
        made.append((model, seen, inside))
        return model

    x, y = challenge.arrays[facts["x"]].copy(), challenge.arrays[facts["y"]].copy()
    try:
        with described.plain_settings():
            result = function(strategy, build_model, x, y)
        record = {"status": "seen", "type": type(result).__name__, **_number(result)}
    except Exception as error:  # noqa: BLE001 - the learner's function raises anything
        record = problem("call", error)
    record |= {"built": len(made), "inside": all(inside for *_, inside in made)}
    record["compiled"] = any(bool(getattr(model, "compiled", False)) for model, *_ in made)
    # 오류로 끝났어도 그 앞에서 한 일은 적습니다.
    if made:
        model, seen, _ = next((item for item in reversed(made) if item[1]), made[-1])
        record["seen"] = seen[:MOST]
        record["weights"] = []
        for number, weight in enumerate(model.weights):
            key = f"weight/{number}"
            arrays[key] = np.asarray(keras.ops.convert_to_numpy(weight))
            record["weights"].append(key)
    return Evidence(challenge.exercise, challenge.kind, record, arrays)


def _number(result: Any) -> dict[str, Any]:
    """수 하나면 그 값, 아니면 None과 배열의 모양. 수를 적은 문자열은 수가 아닙니다."""
    try:
        value = np.asarray(keras.ops.convert_to_numpy(result))
        if result is None or value.dtype.kind in "USO":
            return {"result": None}
        value = value.astype("float64")
    except Exception:  # noqa: BLE001 - PerReplica and other objects
        return {"result": None}
    return {"result": None if value.ndim else float(value), "shape": list(value.shape)}
