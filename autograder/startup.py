"""텐서플로를 조용히 불러옵니다.

텐서플로는 불러올 때 C++에서 표준 오류에 몇 줄을 씁니다. `TF_CPP_MIN_LOG_LEVEL=3`이어도 로그를
준비하기 전의 줄은 나옵니다. 노트북에서는 첫 셀 아래에 붉은 글로 보이고 nbgrader에서는 점수를 잃으므로,
그 줄만 버리고 다른 것은 그대로 보입니다.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import re
import sys
import tempfile
from typing import Any

CPU_DEVICES = 2
"""CPU를 나눈 논리 장치의 수."""

# absl's lines: severity, date, time, thread, file and line; and what it says before them.
_NOTE = re.compile(
    r"[IWE]\d{4} \d\d:\d\d:[\d.]+ +\d+ [\w./-]+:\d+\]"
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:[\d.]+: [IWE] "
    r"|WARNING: All log messages before absl::InitializeLog"
    r"|To enable the following instructions:"
)


def configure() -> None:
    """텐서플로를 불러오기 전에 정할 환경 변수. 이미 정해져 있으면 그대로 둡니다."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # A settings file may name another backend; this course is about TensorFlow.
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")


def import_tensorflow() -> None:
    """텐서플로와 케라스를 불러옵니다. 불러올 수 없으면 그 예외가 그대로 나옵니다."""
    if "tensorflow" in sys.modules and "keras" in sys.modules:
        split_cpu(sys.modules["tensorflow"])
        return
    configure()
    try:
        saved = os.dup(2)
    except OSError:
        # No file descriptor 2 (a window program): nothing to keep quiet.
        _import()
        return
    with tempfile.TemporaryFile() as caught:
        os.dup2(caught.fileno(), 2)
        try:
            _import()
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            caught.seek(0)
            os.write(2, _without_notes(caught.read().decode("utf-8", "replace")).encode())


def _import() -> None:
    tensorflow = importlib.import_module("tensorflow")
    # TensorFlow's own notes ("Assets written to …") go to standard error, red in a notebook.
    # The logger must have been asked for once: the first time, TensorFlow sets the level itself.
    tensorflow.get_logger().setLevel(logging.ERROR)
    split_cpu(tensorflow)
    importlib.import_module("keras")


def split_cpu(tensorflow: Any) -> None:
    """CPU를 논리 장치 둘로 나눕니다. 그래야 GPU가 없어도 여러 장치에서의 훈련을 배웁니다.

    텐서플로가 계산을 시작한 뒤이거나 누가 이미 나누었으면 그대로 둡니다. 계산의 빠르기는 같습니다.
    """
    config = tensorflow.config
    for cpu in config.list_physical_devices("CPU")[:1]:
        with contextlib.suppress(RuntimeError, ValueError):
            if not config.get_logical_device_configuration(cpu):
                each = config.LogicalDeviceConfiguration()
                config.set_logical_device_configuration(cpu, [each] * CPU_DEVICES)


def _without_notes(written: str) -> str:
    return "".join(line for line in written.splitlines(True) if not _NOTE.match(line))
