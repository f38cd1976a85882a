"""정리된 노트북에서 실행할 것을 만들고, 실행한 것을 노트북에 담습니다."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader import utils

from autograder.grading.run.runner import NOT_RUN, Code, Limits, Task
from autograder.grading.store import Graded, key_of
from autograder.notebook import checked_exercise
from autograder.report import Report

FILES_BYTES = 50 * 2**20
"""노트북과 함께 제출한 파일을 모두 합해 작업 폴더에 놓는 최대 크기."""
IGNORED = ("*.ipynb", "timestamp.txt", "*_secret.txt", "*.pyc", ".*")


@dataclass(frozen=True)
class Planned:
    """실행할 노트북과 그 열쇠. Challenge는 실제로 실행할 때(`task`) 뽑습니다."""

    key: str
    bare: Task

    def task(self) -> Task:
        """새 시드로 Challenge를 뽑은 `Task`."""
        from autograder.exercises import get

        challenges = {
            cell.exercise: get(cell.exercise).challenge(secrets.randbits(31)).to_bytes()
            for cell in self.bare.cells
            if cell.exercise
        }
        return replace(self.bare, challenges=challenges)


def plan(notebook: NotebookNode, files: dict[str, bytes], limits: Limits) -> Planned:
    """정리된 노트북(메타데이터를 믿을 수 있는)에서 `Planned`를 만듭니다."""
    cells = tuple(
        Code(cell.source, checked_exercise(cell) if utils.is_grade(cell) else "")
        for cell in notebook.cells
        if cell.cell_type == "code"
    )
    bare = Task(cells, {}, files, original_data(), limits)
    return Planned(key_of(bare), bare)


def original_data() -> tuple[str, ...]:
    """채점에 쓰는 원본 데이터의 경로들. 커널도 같은 데이터를 써야 문턱이 맞습니다."""
    from autograder.data import data_source, known_data

    sources = [data_source(name) for name in known_data()]
    return tuple(
        str(source.path.resolve())
        for source in sources
        if source.origin == "original" and source.path is not None
    )


def extra_files(*folders: Path) -> dict[str, bytes]:
    """노트북 옆에 있는 파일들(상대 경로 → 내용). 뒤 폴더의 것이 앞 폴더의 것을 덮습니다."""
    found: dict[str, bytes] = {}
    left = FILES_BYTES
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if _ignored(name.parts) or path.is_symlink() or not path.is_file():
                continue
            size = path.stat().st_size
            if size <= left:
                left -= size
                found[name.as_posix()] = path.read_bytes()
    return dict(sorted(found.items()))


def _ignored(parts: Iterable[str]) -> bool:
    return any(Path(part).match(pattern) for part in parts for pattern in IGNORED)


def fill_outputs(notebook: NotebookNode, graded: Graded) -> NotebookNode:
    """실행한 출력과, 검사 셀마다 Report를 노트북에 담습니다."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for index, cell in enumerate(code):
        cell.outputs, cell.execution_count = [], None
        if index < len(graded.results) and graded.results[index] != NOT_RUN:
            cell.execution_count = index + 1
            cell.outputs = [nbformat.from_dict(output) for output in graded.outputs[index]]
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = index + 1
        report = graded.reports.get(checked_exercise(cell)) if utils.is_grade(cell) else None
        if report is not None:
            kept = [output for output in cell.outputs if output.output_type != "execute_result"]
            cell.outputs = [_shown(report), *kept]
            cell.metadata["autograder"] = nbformat.from_dict({"report": report.to_dict()})
    return notebook


def _shown(report: Report) -> NotebookNode:
    return nbformat.v4.new_output(
        "display_data", data={"text/html": report.to_html(), "text/plain": report.to_text()}
    )
