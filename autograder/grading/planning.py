"""정리된 노트북에서 실행할 것을 만들고, 실행한 것을 노트북에 담습니다.

여기 없는 것: 필요한 셀을 고르는 법(`grading.needed`), 실행(`grading.run`), 제출을 바로잡는 일(`grading.submission`).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader import utils

from autograder.grading import deaths
from autograder.grading.needed import needed
from autograder.grading.run.runner import NOT_RUN, SKIPPED, Code, Limits, Task
from autograder.grading.store import Graded, key_of
from autograder.notebook import checked_exercise, magic_first, with_own_check
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


def plan(
    notebook: NotebookNode,
    files: dict[str, bytes],
    limits: Limits,
    lesson: frozenset[str] = frozenset(),
) -> Planned:
    """정리된 노트북(메타데이터를 믿을 수 있는)에서 `Planned`를 만듭니다.

    `lesson`은 내보낸 노트북의 수업 셀들의 소스이며, 그대로인 것 가운데 필요한 것만 실행합니다.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    keep = needed([(cell.source, cell.source.strip() in lesson) for cell in code])
    cells = tuple(_code(cell, run) for cell, run in zip(code, keep, strict=True))
    bare = Task(cells, {}, files, original_data(), limits)
    return Planned(key_of(bare), bare)


def lesson_cells(released: Path) -> frozenset[str]:
    """내보낸(또는 원본) 노트북에서 답도 검사도 아닌 코드 셀의 소스. 읽을 수 없으면 비어 있습니다."""
    try:
        notebook = nbformat.read(released, as_version=4)
    except Exception:  # noqa: BLE001 - 없거나 깨졌으면 모든 셀을 실행합니다
        return frozenset()
    return frozenset(
        cell.source.strip()
        for cell in notebook.cells
        if cell.cell_type == "code"
        and cell.source.strip()
        and not utils.is_grade(cell)
        and not utils.is_solution(cell)
    )


def _code(cell: NotebookNode, run: bool) -> Code:
    exercise = checked_exercise(cell) if utils.is_grade(cell) else ""
    # Whatever the learner calls `check`, a graded cell calls the course's.
    return Code(with_own_check(cell) if exercise else magic_first(cell.source), exercise, run)


def original_data() -> tuple[str, ...]:
    """채점에 쓰는 원본 데이터의 경로들. 커널도 같은 데이터를 써야 문턱이 맞습니다."""
    from autograder.data import data_source, known_data

    sources = [data_source(name) for name in known_data()]
    return tuple(
        str(source.path.resolve())
        for source in sources
        if source.origin == "original" and source.path is not None
    )


def extra_files(folder: Path) -> dict[str, bytes]:
    """`folder`에 노트북과 함께 있는 파일들(상대 경로 → 내용)."""
    found: dict[str, bytes] = {}
    left = FILES_BYTES
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if _ignored(name.parts) or path.is_symlink() or not path.is_file():
            continue
        size = path.stat().st_size
        if size <= left:
            left -= size
            found[_readable(name.as_posix())] = path.read_bytes()
    return dict(sorted(found.items()))


def _readable(name: str) -> str:
    """UTF-8로 적을 수 있는 이름. 아니면 윈도우가 적은 한글로 읽습니다."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("cp949", "replace")
    return name


def _ignored(parts: Iterable[str]) -> bool:
    return any(Path(part).match(pattern) for part in parts for pattern in IGNORED)


def fill_outputs(notebook: NotebookNode, graded: Graded) -> NotebookNode:
    """실행한 출력과, 검사 셀마다 Report를 노트북에 담습니다."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    notebook.metadata["autograder"] = nbformat.from_dict(
        {
            "skipped": graded.results.count(SKIPPED),
            "sandbox": graded.sandbox,
            "run_again": deaths.told(graded),
        }
    )
    for index, cell in enumerate(code):
        cell.outputs, cell.execution_count = [], None
        if index < len(graded.results) and graded.results[index] not in (NOT_RUN, SKIPPED):
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
