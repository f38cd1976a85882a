"""실행한 풀이와 실수의 Report. 한 번 실행한 것은 내용이 바뀔 때까지 다시 실행하지 않습니다.

여기 없는 것: 노트북의 실행(`authoring.verify`), 출력을 옮겨 붙이는 일(`authoring.site.combine`).
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from nbformat import NotebookNode

import autograder
from autograder.authoring import templates
from autograder.authoring.answers import answers_path
from autograder.authoring.fill import fill
from autograder.authoring.site.mistakes import mistakes
from autograder.authoring.verify import execute, solution_faults
from autograder.errors import CourseError
from autograder.exercises.units import UNITS, Unit
from autograder.notebook import read, text, tidy

TOGETHER = 2
"""함께 실행하는 단원의 수. 커널 하나가 메모리를 2 GB까지 씁니다."""

_SHOWS = ("keras", "matplotlib", "numpy", "tensorflow")
# Rooms that no cell of a notebook reaches; a change there leaves every output as it was.
_UNSEEN = ("authoring", "grading")


@dataclass(frozen=True)
class Executed:
    """단원 하나의 결과: 실행한 풀이와, 문제의 아이디 → 자주 하는 실수의 Report(HTML)."""

    notebook: NotebookNode
    mistakes: dict[str, str]


def executed(units: Sequence[Unit], root: Path, cache: Path) -> dict[str, Executed]:
    """단원의 이름 → 결과. `cache`에 없는 것만 프로세스 `TOGETHER`개가 나누어 실행합니다."""

    def in_a_process(unit: Unit) -> None:
        command = [sys.executable, "-m", __name__, unit.name, str(root), str(cache)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            lines = done.stderr.strip().splitlines()
            raise CourseError(f"{unit.name}을(를) 실행하지 못했습니다: {' / '.join(lines[-3:])}")
        print(f"✔ {unit.name}: 풀이를 실행했습니다.", flush=True)

    places = {unit.name: kept_at(unit, root, cache) for unit in units}
    missing = [unit for unit in units if not all(path.is_file() for path in places[unit.name])]
    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(in_a_process, missing))
    return {
        name: Executed(read(notebook), json.loads(reports.read_text("utf-8")))
        for name, (notebook, reports) in places.items()
    }


def kept_at(unit: Unit, root: Path, cache: Path) -> tuple[Path, Path]:
    """실행한 풀이와 실수의 Report가 놓이는 파일들.

    그것을 정하는 것(풀이나 답의 모음, 강좌의 코드, 패키지의 버전)이 바뀌면 이름도 바뀝니다.
    """
    package = Path(autograder.__file__).parent
    shared = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        inner = path.relative_to(package)
        if inner.parts[0] not in _UNSEEN:
            shared.update(inner.as_posix().encode() + path.read_bytes())
    for name in _SHOWS:
        shared.update(f"{name}=={metadata.version(name)}".encode())

    def place(source: Path, ending: str) -> Path:
        digest = shared.copy()
        digest.update(source.read_bytes())
        return cache / f"{unit.name}-{digest.hexdigest()[:16]}{ending}"

    solution = root / "solutions" / unit.notebook
    return place(solution, ".ipynb"), place(answers_path(root, unit.name), ".json")


def run(unit: Unit, root: Path, cache: Path) -> None:
    """`cache`에 없는 것을 실행해 둡니다. 오류가 나거나 풀이가 만점이 아니면 CourseError."""
    notebook, reports = kept_at(unit, root, cache)
    if not notebook.is_file():
        _keep(notebook, text(_solved(unit, root)))
    if not reports.is_file():
        _keep(reports, json.dumps(mistakes(unit, root), ensure_ascii=False, indent=1))


def _solved(unit: Unit, root: Path) -> NotebookNode:
    notebook = tidy(read(root / "solutions" / unit.notebook), unit.name)
    problems = fill(notebook, unit, templates.repository(root))
    if not problems:
        done = execute(notebook)
        problems = solution_faults(done, unit.name)
    if problems:
        raise CourseError(f"{unit.notebook}: {problems[0]}", "autograder build로 확인하세요.")
    return done.notebook


def _keep(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(f"{path.name.partition('-')[0]}-*{path.suffix}"):
        old.unlink()
    partial = path.with_suffix(".partial")
    partial.write_text(content, encoding="utf-8")
    partial.replace(path)


if __name__ == "__main__":
    _name, _root, _cache = sys.argv[1:]
    run(UNITS[_name], Path(_root), Path(_cache))
