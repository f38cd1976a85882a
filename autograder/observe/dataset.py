"""`dataset` 관찰: 함수를 불러 `tf.data.Dataset`을 얻고, 그 요소를 에포크마다 모두 꺼내 적습니다.

여기 없는 것: 물음을 만드는 일(`kinds.dataset`), 판정(`judge.dataset`).

Challenge의 `facts["steps"]`는 빈 임시 폴더에서 차례로 할 일입니다. 인수는 `observe.structure`의
구조이거나 `{"path": 이름}`(그 폴더 안의 경로, 글)입니다.
- `{"do": "call", "function", "args", "kwargs"}`: 부르기만 합니다(파일을 쓰는 함수).
- `{"do": "records", "path", "limit"}`: 파일이 TFRecord인지, 레코드가 몇 개인지 봅니다.
- `{"do": "mix", "path", "records": [[경로, 번호], ...]}`: 다른 파일의 레코드를 골라 새 파일을 씁니다.
  번호가 레코드 수를 넘으면 처음부터 다시 셉니다.
- `{"do": "dataset", "function", "args", "kwargs", "epochs", "limit", "mix": 할 일}`: 불러서 얻은
  Dataset을 `epochs`번 돕니다. 한 번에 요소를 `limit`개까지만 꺼내므로 끝없는 Dataset도 끝납니다.
  `mix`가 있으면 Dataset을 얻은 다음, 돌기 전에 합니다.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.observe import structure
from autograder.observe.limits import TooLong, time_limit
from autograder.observe.problems import not_callable, problem, unattempted
from autograder.protocol import Challenge, Evidence

SECONDS = 10.0
"""할 일 하나에 쓸 수 있는 CPU 시간(초)."""
COMPRESSIONS = ("", "GZIP", "ZLIB")
"""TFRecord 파일을 압축하는 방법."""


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """`challenge`의 할 일을 차례로 합니다."""
    arrays: dict[str, np.ndarray] = {}
    steps: list[dict[str, Any]] = []
    seconds = SECONDS
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for index, step in enumerate(challenge.facts["steps"]):
            try:
                with time_limit(seconds):
                    record = _step(f"{index}", step, subject, challenge, Path(folder), arrays)
            except TooLong:
                record = problem("slow", seconds=seconds)
                # One endless loop is enough to know; the others must not take as long again.
                seconds = min(seconds, 0.5)
            if "message" in record:
                record["inside"] = "in user code:" in record["message"]
                record["message"] = _plain(record["message"].replace(f"{folder}{os.sep}", ""))
            steps.append(record)
    return Evidence(challenge.exercise, challenge.kind, {"status": "seen", "steps": steps}, arrays)


def _plain(message: str) -> str:
    """tf.data의 오류에서, 실행할 때마다 다른 그래프의 이름을 뺀 알맹이."""
    if "in user code:" in message:
        # 그래프로 옮기는 함수 안에서 난 오류는 마지막 줄에 있습니다.
        message = re.sub(r"^\w+: ", "", message.strip().splitlines()[-1].strip())
    message = re.sub(r"\{\{function_node[^}]*\}\}\s*", "", message)
    message = re.sub(
        r"Error in user-defined function passed to \S+ transformation with iterator: \S+ ",
        "",
        message,
    )
    return re.sub(r"\s*(\[\[\{\{node|\[Op:).*", "", message, flags=re.DOTALL)


def _step(
    name: str,
    step: dict[str, Any],
    subject: dict[str, Any],
    challenge: Challenge,
    folder: Path,
    arrays: dict[str, np.ndarray],
) -> dict[str, Any]:
    if step["do"] == "records":
        return _records(folder / step["path"], step["limit"])
    if step["do"] == "mix":
        return _mix(step, folder)
    function: Any = subject.get(step["function"])
    if unattempted(function):
        return problem("stub")
    if missing := not_callable(function):
        return missing
    args = [_argument(spec, challenge, folder) for spec in step.get("args", [])]
    kwargs = {
        key: _argument(spec, challenge, folder) for key, spec in step.get("kwargs", {}).items()
    }
    try:
        made = function(*args, **kwargs)
        if step["do"] == "call":
            return {"status": "seen"}
        if not isinstance(made, tf.data.Dataset):
            py_dataset = isinstance(made, getattr(keras.utils, "PyDataset", ()))
            return problem("not_dataset", type=type(made).__name__, py_dataset=py_dataset)
        mixed = _mix(step["mix"], folder) if "mix" in step else {"status": "seen"}
        if mixed["status"] != "seen":
            return mixed
        return _dataset(name, made, step, arrays)
    except structure.TooLarge as error:
        return problem("huge", error)
    except Exception as error:  # noqa: BLE001 - 학습자의 코드는 무엇이든 던집니다
        return problem("call", error)


def _argument(spec: Any, challenge: Challenge, folder: Path) -> Any:
    if "path" in spec:
        return str(folder / spec["path"])
    return structure.build(spec, challenge.arrays)


def _dataset(
    name: str, dataset: Any, step: dict[str, Any], arrays: dict[str, np.ndarray]
) -> dict[str, Any]:
    spec = dataset.element_spec
    return {
        "status": "seen",
        "form": type(spec).__name__ if isinstance(spec, (tuple, list, dict)) else "single",
        "spec": [_describe(leaf) for leaf in tf.nest.flatten(spec)],
        "operations": _operations(dataset),
        "epochs": [
            _epoch(f"{name}/{epoch}", dataset, step["limit"], arrays)
            for epoch in range(step["epochs"])
        ],
    }


MOST_RECORDS = 100
MOST_OPERATIONS = 50
_DETAILS = {
    "buffer": "_buffer_size",
    "reshuffle": "_reshuffle_each_iteration",
    "drop": "_drop_remainder",
    "count": "_count",
}


def _operations(dataset: Any) -> list[dict[str, Any]]:
    """Dataset을 만든 일들을 바깥부터: 이름(`shuffle`, `batch`, …)과 설정. 알 수 없는 것은 빠집니다."""
    found: list[dict[str, Any]] = []
    waiting = [dataset]
    while waiting and len(found) < MOST_OPERATIONS:
        item = waiting.pop(0)
        name = type(item).__name__.strip("_").removesuffix("V2").removesuffix("V1")
        record: dict[str, Any] = {"name": name.removesuffix("Dataset").lower()}
        for key, attribute in _DETAILS.items():
            with contextlib.suppress(Exception):
                value = np.asarray(getattr(item, attribute))
                if value.ndim == 0 and value.dtype.kind in "biu":
                    record[key] = value.item()
        found.append(record)
        with contextlib.suppress(Exception):
            waiting = [*item._inputs(), *waiting]
    return found


def _describe(spec: Any) -> dict[str, Any]:
    """`TensorSpec` 하나의 종류, 모양(모르는 축은 없음), 자료형."""
    shape = getattr(spec, "shape", None)
    return {
        "type": type(spec).__name__,
        "shape": None if shape is None or shape.rank is None else list(shape),
        "dtype": getattr(getattr(spec, "dtype", None), "name", ""),
    }


def _epoch(name: str, dataset: Any, limit: int, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """한 에포크. 값은 부분마다 한 줄로 이어 담고, 요소마다의 모양을 따로 적습니다."""
    shapes: list[list[list[int]]] = []
    values: list[list[np.ndarray]] = []
    size, count, ended = 0, 0, True
    for element in dataset:
        if count == limit:
            ended = False
            break
        count += 1
        for index, leaf in enumerate(tf.nest.flatten(element)):
            value = _value(leaf)
            size += value.nbytes
            if size > structure.MAX_OUTPUT_BYTES:
                raise structure.TooLarge("Dataset의 요소가 너무 큽니다")
            if index == len(values):
                values.append([])
                shapes.append([])
            values[index].append(value.reshape(-1))
            shapes[index].append(list(value.shape))
    parts = []
    for index, pieces in enumerate(values):
        arrays[f"{name}/{index}"] = np.concatenate(pieces)
        parts.append({"array": f"{name}/{index}", "shapes": shapes[index]})
    return {"ended": ended, "count": count, "parts": parts}


def _value(leaf: Any) -> np.ndarray:
    """텐서 하나의 값. 수가 아니면(글, 들쭉날쭉한 텐서) 빈 배열입니다."""
    value = leaf.numpy() if isinstance(leaf, tf.Tensor) else None
    array = np.asarray(value)
    return array if array.dtype.kind in "biufc" else np.zeros(0, "float32")


def _raw_records(path: Path, limit: int) -> tuple[list[bytes], str] | None:
    """파일의 레코드들과 압축 방법. TFRecord가 아니면 None."""
    if path.stat().st_size > structure.MAX_OUTPUT_BYTES:
        return None
    for compression in COMPRESSIONS:
        with contextlib.suppress(tf.errors.OpError):
            stored = tf.data.TFRecordDataset(str(path), compression_type=compression)
            records = [record.numpy() for record in stored.take(limit)]
            if records:
                return records, compression
    return None


def _cut_short(path: Path) -> bool:
    """TFRecord로 시작하지만 끝까지 쓰이지 않은 파일인지."""
    for compression in COMPRESSIONS:
        with contextlib.suppress(tf.errors.OpError):
            stored = tf.data.TFRecordDataset(str(path), compression_type=compression)
            if list(stored.take(1)):
                return True
    return False


def _records(path: Path, limit: int) -> dict[str, Any]:
    if not path.is_file():
        inside = sorted(item.name for item in path.iterdir())[:9] if path.is_dir() else []
        others = sorted(item.name for item in path.parent.glob(f"{path.name}?*"))[:3]
        return {
            "status": "seen",
            "exists": False,
            "folder": path.is_dir(),
            "inside": inside,
            "others": others,
        }
    found = _raw_records(path, limit)
    record = {"status": "seen", "exists": True, "bytes": path.stat().st_size}
    if found is None:
        return record | {"records": None, "cut": _cut_short(path)}
    return record | {"records": len(found[0]), "lengths": [len(item) for item in found[0]]}


def _mix(step: dict[str, Any], folder: Path) -> dict[str, Any]:
    """레코드를 내용은 보지 않고 옮깁니다. 파일만 보고 읽는 함수라면 옮긴 차례대로 읽습니다."""
    wanted = [(str(path), int(number)) for path, number in step["records"]]
    files = {}
    for name in dict.fromkeys(name for name, _ in wanted):
        path = folder / name
        found = _raw_records(path, MOST_RECORDS) if path.is_file() else None
        if found is None:
            return problem("records")
        files[name] = found
    compression = next(iter(files.values()))[1]
    partial = folder / f"{step['path']}.mixed"
    with tf.io.TFRecordWriter(str(partial), compression) as writer:
        for name, number in wanted:
            writer.write(files[name][0][number % len(files[name][0])])
    partial.replace(folder / step["path"])
    return {"status": "seen"}
