"""신뢰 경계를 건너는 자료: Challenge(무엇을 물을지)와 Evidence(무엇이 관찰되었는지).

여기 없는 것: 무엇을 적는지(`observe`), 무엇을 묻는지(`kinds`), 점수(`report`).

둘 다 JSON과 넘파이 배열만 담습니다. 피클은 읽지도 쓰지도 않으며 점수는 들어가지 않습니다.
파일 형식은 `.npz`이고, JSON은 `__json__`이라는 uint8 배열에 UTF-8로 들어 있습니다.
"""

from __future__ import annotations

import io
import json
import math
import tokenize
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np

RUN_VARIABLE = "AUTOGRADER_RUN"
"""채점하는 동안 Challenge와 Evidence의 폴더를 가리키는 환경 변수."""
MAX_BYTES = 256 * 2**20
"""한 Challenge나 Evidence가 풀린 상태에서 차지할 수 있는 최대 크기(바이트)."""
MAX_TEXT = 16 * 2**20
"""그 가운데 JSON의 최대 크기. 파이썬의 값이 되면 수십 배의 메모리를 쓸 수 있습니다."""
MAX_MEMBERS = 10_000
"""한 Challenge나 Evidence에 담는 배열의 최대 개수. zip의 목록만으로도 메모리를 쓸 수 있습니다."""

_JSON = "__json__"
_MEMBER = b"PK\x01\x02"
_ALLOWED_KINDS = "biufcSU?"
# 남이 만든 zip과 npy는 어디가 어긋났는지에 따라 이런 예외를 냅니다.
_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    SyntaxError,
    MemoryError,
    RuntimeError,  # 암호가 걸린 zip, 너무 깊은 JSON, 모르는 압축 방법
    zipfile.BadZipFile,
    tokenize.TokenError,  # 넘파이가 npy의 머리말을 읽다가 냅니다
    zlib.error,
)


class ProtocolError(ValueError):
    """파일이 Challenge나 Evidence의 형식이 아니거나 너무 큽니다."""


@dataclass(frozen=True)
class _Message:
    exercise: str
    kind: str
    facts: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)

    role: ClassVar[str] = ""

    def to_bytes(self) -> bytes:
        """파일 내용으로 바꿉니다. 배열에 객체(dtype=object)가 있으면 ProtocolError."""
        header = {
            "role": self.role,
            "exercise": self.exercise,
            "kind": self.kind,
            "facts": plain(self.facts),
        }
        # In the order they were put in: the parts of a question are asked in that order.
        text = json.dumps(header, ensure_ascii=False).encode()
        members = {name: _plain_array(name, value) for name, value in self.arrays.items()}
        size = len(text) + sum(value.nbytes for value in members.values())
        if size > MAX_BYTES:
            raise ProtocolError(f"자료가 너무 큽니다: {size:,}바이트 (최대 {MAX_BYTES:,}바이트)")
        buffer = io.BytesIO()
        np.savez(buffer, **{_JSON: np.frombuffer(text, np.uint8)}, **members)  # type: ignore[arg-type]
        return buffer.getvalue()

    def write(self, path: Path) -> None:
        """`path`에 씁니다. 쓰다가 멈추어도 반쪽 파일이 남지 않습니다."""
        partial = path.with_name(path.name + ".partial")
        partial.write_bytes(self.to_bytes())
        partial.replace(path)


@dataclass(frozen=True)
class Challenge(_Message):
    """학습자의 객체에 물을 것: `kind`, JSON 조건 `facts`, 입력 배열 `arrays`.

    정답과 레이블은 결코 담지 않습니다.
    """

    role: ClassVar[str] = "challenge"


@dataclass(frozen=True)
class Evidence(_Message):
    """관찰한 사실. `facts["status"]`는 "seen", "unattempted", "problem" 가운데 하나입니다."""

    role: ClassVar[str] = "evidence"


_M = TypeVar("_M", bound=_Message)


def read(cls: type[_M], path: Path) -> _M:
    """`path`의 파일을 `Challenge`나 `Evidence`로 읽습니다."""
    return from_bytes(cls, path.read_bytes())


def from_bytes(cls: type[_M], data: bytes) -> _M:
    """`to_bytes()`가 만든 내용을 되돌립니다. 형식이 다르거나 너무 크면 ProtocolError."""
    try:
        if data.count(_MEMBER) > MAX_MEMBERS:
            raise ProtocolError(f"배열이 너무 많습니다 (최대 {MAX_MEMBERS:,}개)")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_BYTES + 2**20:
                raise ProtocolError(f"자료가 너무 큽니다 (최대 {MAX_BYTES:,}바이트)")
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        text = arrays.pop(_JSON)
        if text.nbytes > MAX_TEXT:
            raise ProtocolError(f"글이 너무 깁니다 (최대 {MAX_TEXT:,}바이트)")
        header = json.loads(text.tobytes())
        if header["role"] != cls.role:
            raise ProtocolError(f"{cls.role} 파일이 아니라 {header['role']} 파일입니다")
        return cls(str(header["exercise"]), str(header["kind"]), dict(header["facts"]), arrays)
    except ProtocolError:
        raise
    except _UNREADABLE as error:
        raise ProtocolError(f"{cls.role} 파일을 읽을 수 없습니다: {error}") from error


def plain(value: Any) -> Any:
    """JSON으로 쓸 수 있는 값으로 바꿉니다. 넘파이 수는 파이썬 수로, 모르는 것은 짧은 repr로."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return number if math.isfinite(number) else repr(number)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return repr(value)[:200]


def _plain_array(name: str, value: np.ndarray) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in _ALLOWED_KINDS:
        raise ProtocolError(f"배열 {name}의 자료형 {array.dtype}은 담을 수 없습니다")
    return array
