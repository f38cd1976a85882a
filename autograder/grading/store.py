"""끝난 실행과 판정을 과정 폴더의 `.autograder/`에 둡니다. 멈추었던 채점이 거기서 이어집니다.

열쇠는 실행되는 코드, 함께 놓인 파일, 강좌의 버전, 데이터, 시간의 한도로 만듭니다.
어느 하나라도 바뀌면 다시 실행합니다.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import platform
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from autograder.grading.run.runner import Task
from autograder.grading.sandbox.package import PACKAGE
from autograder.report import Report

FORMAT = 1
# These say how a class is handled, not what an answer is worth.
_ASIDE = ("authoring", "grading", "cli.py", "doctor.py")


@dataclass(frozen=True)
class Graded:
    """실행하고 판정한 노트북: 코드 셀마다의 결과와 출력, 문제마다의 Report, 걸린 시간(초)."""

    results: list[str]
    outputs: list[list[dict[str, Any]]]
    reports: dict[str, Report]
    seconds: float


class Store:
    """과정 폴더 하나의 보관소."""

    def __init__(self, course: Path) -> None:
        self.folder = course / ".autograder" / "runs"

    def get(self, key: str) -> Graded | None:
        """보관한 결과. 없거나 읽을 수 없으면 None."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            stored = json.loads(self._path(key).read_text("utf-8"))
            return Graded(
                stored["results"],
                stored["outputs"],
                {name: Report.from_dict(report) for name, report in stored["reports"].items()},
                stored["seconds"],
            )
        return None

    def put(self, key: str, graded: Graded) -> None:
        """결과를 보관합니다. 쓰다가 멈추어도 반쪽 파일이 남지 않습니다."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        stored = {
            "results": graded.results,
            "outputs": graded.outputs,
            "reports": {name: report.to_dict() for name, report in graded.reports.items()},
            "seconds": graded.seconds,
        }
        partial.write_text(json.dumps(stored, ensure_ascii=False), "utf-8")
        partial.replace(path)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def key_of(task: Task) -> str:
    """`task`의 열쇠. Challenge의 시드와 스레드 수는 들어가지 않습니다."""
    parts: list[Any] = [
        FORMAT,
        course_version(),
        [(cell.source, cell.exercise, cell.needed) for cell in task.cells],
        sorted((name, hashlib.sha256(data).hexdigest()) for name, data in task.files.items()),
        [_stamp(Path(path)) for path in task.data],
        # What ran behind a lower wall is not taken for what runs behind a higher one.
        [task.limits.cell_seconds, task.limits.notebook_seconds, task.limits.sandbox],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


@functools.cache
def course_version() -> str:
    """노트북이 부르는 코드, 문제, 판정과 그것을 돌리는 패키지들의 지문."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        name = path.relative_to(PACKAGE)
        if path.suffix in (".py", ".json") and path.is_file() and name.parts[0] not in _ASIDE:
            digest.update(name.as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    versions = [platform.python_version(), sys.platform]
    for package in ("tensorflow", "keras", "numpy"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions.append(f"{package} {metadata.version(package)}")
    digest.update("\n".join(versions).encode())
    return digest.hexdigest()


def _stamp(path: Path) -> list[Any]:
    status = path.stat()
    return [path.name, status.st_size, status.st_mtime_ns]
