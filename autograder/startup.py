"""텐서플로를 조용히, `jsonschema`를 빨리 불러옵니다.

여기 없는 것: 다른 패키지와 환경의 점검(`doctor`), 관찰하는 동안의 조용함(`observe.quiet`).

텐서플로는 불러올 때 C++에서 표준 오류에 몇 줄을 씁니다. `TF_CPP_MIN_LOG_LEVEL=3`이어도 로그를
준비하기 전의 줄은 나옵니다. 노트북에서는 첫 셀 아래에 붉은 글로 보이고 nbgrader에서는 점수를 잃으므로,
그 줄만 버리고 다른 것은 그대로 보입니다. 불러온 뒤에 나오는 줄은 Abseil의 로그 수준을 맞추어 막습니다
(텐서플로 2.20의 XLA와 MLIR은 `TF_CPP_MIN_LOG_LEVEL`을 보지 않습니다).
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import logging
import mmap
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from autograder.errors import CourseError

BACKEND = "tensorflow"
_OVERRULED = "AUTOGRADER_OVERRULED_KERAS_BACKEND"
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
    """텐서플로를 불러오기 전에 정할 환경 변수. 로그 수준은 이미 정해져 있으면 그대로 둡니다."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # A settings file or a variable may name another backend; this course is about TensorFlow.
    if "keras" not in sys.modules:
        other = os.environ.get("KERAS_BACKEND", BACKEND)
        os.environ["KERAS_BACKEND"] = BACKEND
        if other != BACKEND:
            os.environ.setdefault(_OVERRULED, other)


def import_jsonschema() -> None:
    """`jsonschema`를 국제 주소(IRI)의 문법 없이 불러옵니다. 이미 불러왔으면 아무것도 하지 않습니다.

    `rfc3987_syntax`가 있으면 `jsonschema`는 불러올 때마다 그 문법 38개를 만드는데 1초가 넘고, 노트북의 스키마에는
    그런 값이 없습니다.
    """
    grammars = "rfc3987_syntax"
    if "jsonschema" in sys.modules or grammars in sys.modules:
        return
    sys.modules[grammars] = None  # type: ignore[assignment]
    try:
        with contextlib.suppress(ImportError):
            importlib.import_module("jsonschema")
    finally:
        del sys.modules[grammars]


def overruled_backend() -> str:
    """강좌가 바꾼 환경 변수 `KERAS_BACKEND`의 값. 바꾸지 않았으면 빈 문자열."""
    return os.environ.get(_OVERRULED, "")


def import_tensorflow() -> None:
    """텐서플로와 케라스를 불러옵니다. 불러올 수 없으면 그 예외가 그대로 나옵니다.

    케라스를 이미 다른 백엔드로 불러왔으면 CourseError. 환경 변수가 고른 다른 백엔드는 텐서플로로 바꾸고 한 줄로 말합니다.
    """
    if "keras" in sys.modules:
        _require_backend(sys.modules["keras"])
    if "tensorflow" in sys.modules and "keras" in sys.modules:
        split_cpu(sys.modules["tensorflow"])
        return
    configure()
    if (other := overruled_backend()) and "ipykernel" in sys.modules:
        print(f"환경 변수 KERAS_BACKEND가 {other}여서, 이 노트북에서는 {BACKEND}로 바꾸었습니다.")
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


def _require_backend(keras: Any) -> None:
    config = getattr(keras, "config", None)
    backend = BACKEND if config is None else config.backend()
    if backend != BACKEND:
        raise CourseError(
            f"케라스를 {backend} 백엔드로 이미 불러왔습니다. 이 강좌는 텐서플로 백엔드를 씁니다.",
            "커널을 다시 시작하고, 노트북의 준비 셀을 맨 먼저 실행하세요.",
        )


def _import() -> None:
    tensorflow = importlib.import_module("tensorflow")
    quiet_abseil(Path(str(tensorflow.__file__)).parent)
    # TensorFlow's own notes ("Assets written to …") go to standard error, red in a notebook.
    # The logger must have been asked for once: the first time, TensorFlow sets the level itself.
    tensorflow.get_logger().setLevel(logging.ERROR)
    split_cpu(tensorflow)
    importlib.import_module("keras")


# absl::SetMinLogLevel(absl::LogSeverityAtLeast), whatever the version in its name.
_SET_LEVEL = b"14SetMinLogLevelENS0_18LogSeverityAtLeastE\0"


def quiet_abseil(folder: Path) -> None:
    """`folder`에 있는 텐서플로의 Abseil 로그 수준을 `TF_CPP_MIN_LOG_LEVEL`에 맞춥니다.

    수준은 둘이 같습니다(0 정보, 1 경고, 2 오류, 3 치명적 오류). 그 함수가 없는 버전이나 운영 체제에서는 아무것도
    하지 않습니다.
    """
    level = os.environ.get("TF_CPP_MIN_LOG_LEVEL", "")
    if not level.isdecimal():
        return
    for library in sorted(folder.glob("libtensorflow_framework*")):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            name = _exported(library, _SET_LEVEL)
            if name:
                getattr(ctypes.CDLL(str(library)), name)(ctypes.c_int(min(int(level), 3)))
                return


def _exported(library: Path, ending: bytes) -> str:
    """`ending`으로 끝나는 기호의 이름. 없으면 빈 문자열."""
    with (
        library.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        place = content.find(ending)
        start = content.rfind(b"\0", 0, place) + 1 if place >= 0 else 0
        return content[start : place + len(ending) - 1].decode("ascii") if place >= 0 else ""


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
