"""데이터셋의 원본이 어디에 있는지.

여기 없는 것: 읽기(`data.loading`), 받기와 넣기(`data.fetching`).
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.data import originals
from autograder.data.originals import Found
from autograder.data.sets import DataSet, get_set

Origin = Literal["original", "builtin"]


@dataclass(frozen=True)
class DataSource:
    """`load_data`가 줄 데이터의 출처.

    `origin`은 `"original"`이나 `"builtin"`, `path`는 파일이나 폴더입니다(코드로 만들면 None).
    """

    name: str
    origin: Origin
    path: Path | None


def data_source(name: str) -> DataSource:
    """`load_data(name)`이 무엇을 줄지, 데이터를 다 읽지 않고 알려 줍니다.

    npz 파일은 들어 있는 배열, 모양, 자료형, 레이블까지 검사합니다. 깨졌으면 DataError.
    """
    data = get_set(name)
    found = find(data)
    if found is not None and data.form is not None:
        if found.layout == "npz":
            originals.check_npz(data.form, found)
        return DataSource(name, "original", found.path)
    path = originals.builtin_folder() / data.builtin_file if data.builtin_file else None
    return DataSource(name, "builtin", path)


def find(data: DataSet) -> Found | None:
    """데이터셋의 원본이 있는 곳. 없으면 None."""
    return originals.find_original(data.form) if data.form else None


def how_to_get(name: str) -> str:
    """원본을 얻는 법을 한 문장으로."""
    return (
        f"네트워크가 되는 곳에서 autograder data fetch {name} 명령을 실행하거나, 따로 받은 "
        f"파일을 autograder data import {name}.npz 명령으로 넣으세요."
    )


def short(path: Path) -> str:
    """출력에 쓸 경로: 지금 폴더 아래면 상대 경로, 홈 아래면 `~/…`."""
    for base, mark in ((".", ""), (os.path.expanduser("~"), "~/")):
        with contextlib.suppress(ValueError, OSError):
            return mark + path.resolve().relative_to(Path(base).resolve()).as_posix()
    return str(path)
