"""끝난 실행을 과정 폴더의 `.autograder/`에 둡니다: 관찰한 것(Challenge와 Evidence)과 판정한 것.

여기 없는 것: 누가 무엇을 냈는지(`grading.hand_ins`), 판정하는 일(`grading.judging`), 성적부의 사본(`grading.course.backup`).

멈추었던 채점이 거기서 이어지고, 판정이 바뀌면 다시 실행하지 않고 다시 판정합니다. 열쇠는 실행되는 코드, 함께 놓인
파일, 물음, 관찰하는 쪽의 코드와 패키지의 버전, 데이터, 한도로 만듭니다. 어느 하나라도 바뀌면 다시 실행합니다.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import platform
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from autograder.grading.files import write
from autograder.grading.run.runner import Task
from autograder.grading.sandbox.package import OBSERVING, PACKAGE
from autograder.report import Report

FORMAT = 2
EVIDENCE_BYTES = 4 * 2**30
"""보관하는 관찰을 모두 합한 최대 크기. 넘으면 오래된 것부터 지웁니다."""
# These say how a class is handled, not what an answer is worth.
_ASIDE = ("authoring", "grading", "cli.py", "doctor.py")
_FACTS = "facts.json"


@dataclass(frozen=True)
class Graded:
    """실행하고 판정한 노트북."""

    results: list[str]
    """코드 셀마다의 결과."""
    outputs: list[list[dict[str, Any]]]
    """코드 셀마다의 출력."""
    reports: dict[str, Report]
    """문제마다의 Report."""
    seconds: float
    """실행하는 데 걸린 시간(초)."""
    _: KW_ONLY
    sandbox: int = 0
    """실행한 샌드박스의 단계."""
    deaths: tuple[str, ...] = ()
    """끝까지 실행되지 못한 이유, 실행할 때마다 하나씩(`deaths`)."""
    died: bool = False
    """마지막 실행도 끝까지 가지 못했는지."""
    judged_by: str = ""
    """판정한 코드의 지문(`judging_version`)."""
    exercise_seconds: dict[str, float] = field(default_factory=dict)
    """문제마다 실행하는 데 걸린 시간(초, `Run.exercise_seconds`)."""


@dataclass(frozen=True)
class Observed:
    """다시 판정할 때 쓰는 것: 문제마다의 물음(Challenge)과 관찰(Evidence), 끝나지 못한 이유."""

    challenges: dict[str, bytes]
    evidence: dict[str, bytes]
    notes: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    """물은 것의 지문(`asked_by`)."""


class Store:
    """과정 폴더 하나의 보관소."""

    def __init__(self, course: Path) -> None:
        self.folder = course / ".autograder" / "runs"
        self.evidence = course / ".autograder" / "evidence"

    def get(self, key: str) -> Graded | None:
        """보관한 결과. 없거나 읽을 수 없으면 None."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            stored = json.loads(self._path(key).read_text("utf-8"))
            stored["reports"] = {
                name: Report.from_dict(report) for name, report in stored["reports"].items()
            }
            return Graded(**stored | {"deaths": tuple(stored["deaths"])})
        return None

    def put(self, key: str, graded: Graded, observed: Observed | None = None) -> None:
        """결과를, 그리고 `observed`를 주면 관찰도 보관합니다. 쓰다가 멈추어도 반쪽 파일이 남지 않습니다."""
        if observed is not None:
            self._keep(key, observed)
        reports = {name: report.to_dict() for name, report in graded.reports.items()}
        stored = vars(graded) | {"reports": reports}
        write(self._path(key), json.dumps(stored, ensure_ascii=False).encode())

    def observed(self, key: str) -> Observed | None:
        """보관한 관찰. 지워졌거나 읽을 수 없으면 None."""
        found: dict[str, dict[str, bytes]] = {"challenges": {}, "evidence": {}}
        try:
            with zipfile.ZipFile(self._archive(key)) as archive:
                for name in archive.namelist():
                    folder, _, exercise = name.partition("/")
                    if folder in found:
                        found[folder][exercise] = archive.read(name)
                facts = json.loads(archive.read(_FACTS))
            return Observed(**found, notes=facts["notes"], asked=facts["asked"])
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
            return None

    def prune(self, most: int = EVIDENCE_BYTES) -> int:
        """관찰이 `most`바이트보다 많으면 오래된 것부터 지우고, 지운 수를 돌려줍니다."""
        found = []
        for path in self.evidence.glob("*.zip"):
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime_ns, status.st_size, path))
        total, removed = sum(size for _, size, _ in found), 0
        for _, size, path in sorted(found):
            if total <= most:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                total, removed = total - size, removed + 1
        return removed

    def _keep(self, key: str, observed: Observed) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for folder in ("challenges", "evidence"):
                for exercise, data in getattr(observed, folder).items():
                    archive.writestr(f"{folder}/{exercise}", data)
            facts = {"notes": observed.notes, "asked": observed.asked}
            archive.writestr(_FACTS, json.dumps(facts, ensure_ascii=False))
        write(self._archive(key), buffer.getvalue())

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def _archive(self, key: str) -> Path:
        return self.evidence / f"{key}.zip"


def key_of(task: Task) -> str:
    """`task`의 열쇠. Challenge의 시드와 스레드 수는 들어가지 않습니다."""
    parts: list[Any] = [
        FORMAT,
        observing_version(),
        {cell.exercise: asked_by(cell.exercise) for cell in task.cells if cell.exercise},
        [(cell.source, cell.exercise, cell.needed) for cell in task.cells],
        sorted((name, hashlib.sha256(data).hexdigest()) for name, data in task.files.items()),
        [_stamp(Path(path)) for path in task.data],
        # What ran behind a lower wall is not taken for what runs behind a higher one.
        [task.limits.cell_seconds, task.limits.notebook_seconds, task.limits.sandbox],
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


@functools.cache
def observing_version() -> str:
    """노트북이 부르는 코드와 그것을 돌리는 패키지들과 내장 데이터의 지문."""
    versions = [platform.python_version(), sys.platform]
    for package in ("tensorflow", "keras", "numpy"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions.append(f"{package} {metadata.version(package)}")
    built_in = [*PACKAGE.glob("_datasets/*.npz"), *PACKAGE.parent.glob("datasets/*.npz")]
    return _fingerprint((*_code(OBSERVING), *built_in), versions)


@functools.cache
def judging_version() -> str:
    """문제와 판정, 그리고 둘이 쓰는 코드의 지문."""
    names = (entry.name for entry in PACKAGE.iterdir() if entry.name not in _ASIDE)
    return _fingerprint(_code(names), [])


@functools.cache
def asked_by(exercise_id: str) -> str:
    """문제가 묻는 것의 지문. 강좌에 없는 문제면 빈 문자열입니다."""
    from autograder.errors import UnknownExercise
    from autograder.exercises import get

    try:
        exercise = get(exercise_id)
    except UnknownExercise:
        return ""
    digest = hashlib.sha256()
    for seed in (0, 1):
        digest.update(exercise.challenge(seed).to_bytes())
    return digest.hexdigest()[:16]


def _code(names: Iterable[str]) -> list[Path]:
    found = []
    for name in names:
        path = PACKAGE / name
        found += [path] if path.is_file() else sorted(path.rglob("*"))
    return [path for path in found if path.suffix in (".py", ".json")]


def _fingerprint(paths: Iterable[Path], more: list[str]) -> str:
    digest = hashlib.sha256()
    for path in sorted(set(paths)):
        if path.is_file():
            digest.update(path.relative_to(PACKAGE.parent).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    digest.update("\n".join(more).encode())
    return digest.hexdigest()


def _stamp(path: Path) -> list[Any]:
    status = path.stat()
    return [path.name, status.st_size, status.st_mtime_ns]
