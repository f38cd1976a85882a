"""파일을 쓰고 폴더를 지웁니다. 쓰다가 멈추어도 반쪽 파일이 남지 않고, 폴더는 안에 무엇이 있든 지웁니다.

여기 없는 것: 실행 결과의 꼴(`grading.store`), 노트북의 꼴(`notebook`).
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
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


def remove_folder(folder: Path) -> None:
    """`folder`를 지웁니다. 안에서 남의 코드가 돌았어도 됩니다: 아무리 깊어도, 권한이 없는 폴더가 있어도 지웁니다."""
    # One level at a time: what lies deeper moves up before its folder goes, so that no path is too
    # long and nothing recurses.
    before: set[str] = set()
    while (inside := _entries(folder)) and {entry.name for entry in inside} != before:
        before = {entry.name for entry in inside}
        for entry in inside:
            with contextlib.suppress(OSError):
                if _is_folder(entry):
                    for deeper in _entries(Path(entry.path)):
                        _lift(deeper, folder)
                    os.rmdir(entry.path)
                else:
                    os.unlink(entry.path)
    with contextlib.suppress(OSError):
        os.rmdir(folder)


def _lift(entry: os.DirEntry[str], folder: Path) -> None:
    """폴더는 `folder`로 옮기고, 나머지는 지웁니다."""
    with contextlib.suppress(OSError):
        if _is_folder(entry):
            os.chmod(entry.path, stat.S_IRWXU)
            os.rename(entry.path, folder / secrets.token_hex(8))
        else:
            os.unlink(entry.path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with contextlib.suppress(OSError):
        os.chmod(folder, stat.S_IRWXU)
        with os.scandir(folder) as found:
            return list(found)
    return []


def of_the_disk(error: BaseException | str) -> bool:
    """오류(또는 nbgrader의 기록)가 디스크의 일인지. 그러면 다음 학생도 마찬가지이므로 멈추어야 합니다."""
    if isinstance(error, str):
        return any(word in error for word in _WORDS)
    return isinstance(error, OSError) and error.errno in DISK


def try_to_write(folder: Path) -> None:
    """`folder`에 써 보고 지웁니다. 쓸 수 없으면 OSError."""
    write(folder / "probe", bytes(2**18))
    (folder / "probe").unlink()
