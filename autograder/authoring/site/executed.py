"""실행한 풀이 노트북. 한 번 실행한 것은 내용이 바뀔 때까지 다시 실행하지 않습니다.

여기 없는 것: 노트북의 실행(`authoring.verify`), 출력을 옮겨 붙이는 일(`authoring.site.combine`).
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

from nbformat import NotebookNode

import autograder
from autograder.authoring import templates
from autograder.authoring.fill import fill
from autograder.authoring.verify import execute, solution_faults
from autograder.errors import CourseError
from autograder.exercises.units import UNITS, Unit
from autograder.notebook import read, text, tidy

TOGETHER = 2
"""함께 실행하는 단원의 수. 커널 하나가 메모리를 2 GB까지 씁니다."""

_SHOWS = ("keras", "matplotlib", "numpy", "tensorflow")
# Rooms that no cell of a notebook reaches; a change there leaves every output as it was.
_UNSEEN = ("authoring", "grading")


def kept_at(unit: Unit, root: Path, cache: Path) -> Path:
    """실행한 풀이가 놓이는 파일. 출력을 정하는 것(노트북, 강좌의 코드, 패키지)이 바뀌면 이름도 바뀝니다."""
    package = Path(autograder.__file__).parent
    digest = hashlib.sha256((root / "solutions" / unit.notebook).read_bytes())
    for path in sorted(package.rglob("*.py")):
        inner = path.relative_to(package)
        if inner.parts[0] not in _UNSEEN:
            digest.update(inner.as_posix().encode() + path.read_bytes())
    for name in _SHOWS:
        digest.update(f"{name}=={metadata.version(name)}".encode())
    return cache / f"{unit.name}-{digest.hexdigest()[:16]}.ipynb"


def run(unit: Unit, root: Path, cache: Path) -> None:
    """풀이를 실행해 `cache`에 둡니다. 오류가 나거나 만점이 아니면 CourseError."""
    notebook = tidy(read(root / "solutions" / unit.notebook), unit.name)
    problems = fill(notebook, unit, templates.repository(root))
    if not problems:
        done = execute(notebook)
        problems = solution_faults(done, unit.name)
    if problems:
        raise CourseError(f"{unit.notebook}: {problems[0]}", "autograder build로 확인하세요.")
    cache.mkdir(parents=True, exist_ok=True)
    for old in cache.glob(f"{unit.name}-*.ipynb"):
        old.unlink()
    kept = kept_at(unit, root, cache)
    partial = kept.with_suffix(".partial")
    partial.write_text(text(done.notebook), encoding="utf-8")
    partial.replace(kept)


def executed(units: Sequence[Unit], root: Path, cache: Path) -> dict[str, NotebookNode]:
    """단원의 이름 → 실행한 풀이. `cache`에 없는 것만 프로세스 `TOGETHER`개가 나누어 실행합니다."""

    def in_a_process(unit: Unit) -> None:
        command = [sys.executable, "-m", __name__, unit.name, str(root), str(cache)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            lines = done.stderr.strip().splitlines()
            raise CourseError(f"{unit.name}을(를) 실행하지 못했습니다: {' / '.join(lines[-3:])}")
        print(f"✔ {unit.name}: 풀이를 실행했습니다.", flush=True)

    missing = [unit for unit in units if not kept_at(unit, root, cache).is_file()]
    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(in_a_process, missing))
    return {unit.name: read(kept_at(unit, root, cache)) for unit in units}


if __name__ == "__main__":
    _name, _root, _cache = sys.argv[1:]
    run(UNITS[_name], Path(_root), Path(_cache))
