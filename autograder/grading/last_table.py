"""마지막 채점의 상태와 비고를 단원마다 `.autograder/tables/`에 둡니다: 성적부에는 없는 것들입니다.

여기 없는 것: 표의 열과 모습(`grading.table`), 실행한 것의 보관(`grading.store`).

점수는 여기에 없습니다. 강사가 고칠 수 있는 성적부의 것이 점수입니다.
"""

from __future__ import annotations

import contextlib
import json
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path

from autograder import about
from autograder.grading.files import write
from autograder.grading.table import Row

_PACKAGES = {"tensorflow": "텐서플로", "keras": "케라스", "numpy": "넘파이", "nbgrader": "nbgrader"}


@dataclass(frozen=True)
class LastTable:
    """언제 무엇으로 채점했는지와, 학생 → (상태, 비고들)."""

    when: str
    made_with: str
    students: dict[str, tuple[str, tuple[str, ...]]]


def keep(course: Path, unit: str, rows: Iterable[Row]) -> None:
    """표의 상태와 비고를 둡니다."""
    kept = {
        "when": now(),
        "made_with": versions(),
        "students": {row.student: [row.status, row.notes] for row in rows},
    }
    write(_path(course, unit), json.dumps(kept, ensure_ascii=False).encode())


def kept(course: Path, unit: str) -> LastTable | None:
    """둔 것. 없거나 읽을 수 없으면 None."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        found = json.loads(_path(course, unit).read_text("utf-8"))
        students = {
            str(student): (str(status), tuple(map(str, notes)))
            for student, (status, notes) in found["students"].items()
        }
        return LastTable(str(found["when"]), str(found["made_with"]), students)
    return None


def now() -> str:
    """지금, 이 컴퓨터의 시간으로."""
    return f"{datetime.now().astimezone():%Y-%m-%d %H:%M}"


def versions() -> str:
    """쓰는 패키지들의 버전을 한 줄로."""
    found = [f"autograder {about.version()}", f"파이썬 {platform.python_version()}"]
    for package, name in _PACKAGES.items():
        with contextlib.suppress(metadata.PackageNotFoundError):
            found.append(f"{name} {metadata.version(package)}")
    return ", ".join(found)


def _path(course: Path, unit: str) -> Path:
    return course / ".autograder" / "tables" / f"{unit}.json"
