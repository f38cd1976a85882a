"""파일을 씁니다. 쓰다가 멈추어도 반쪽 파일이 남지 않습니다.

여기 없는 것: 실행 결과의 꼴(`grading.store`), 노트북의 꼴(`notebook`).
"""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
"""한 학생의 일이 아니라 디스크의 일인 오류들."""
_WORDS = (
    "No space left on device",
    "database or disk is full",
    "disk I/O error",
    "Disk quota exceeded",
    "Read-only file system",
    "readonly database",
    "File too large",
)


def write(path: Path, data: bytes) -> None:
    """`path`에 씁니다. 폴더가 없으면 만듭니다."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def of_the_disk(error: BaseException | str) -> bool:
    """오류(또는 nbgrader의 기록)가 디스크의 일인지. 그러면 다음 학생도 마찬가지이므로 멈추어야 합니다."""
    if isinstance(error, str):
        return any(word in error for word in _WORDS)
    return isinstance(error, OSError) and error.errno in DISK


def try_to_write(folder: Path) -> None:
    """`folder`에 써 보고 지웁니다. 쓸 수 없으면 OSError."""
    write(folder / "probe", bytes(2**18))
    (folder / "probe").unlink()
