"""학습자의 코드가 돌던 폴더를 지웁니다. 안에 무엇이 있든 지웁니다.

여기 없는 것: 파일을 쓰는 일(`grading.files`), 폴더를 만드는 일(`grading.run.workplace`, `grading.sandbox.session`).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path


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
