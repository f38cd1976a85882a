"""풀이 노트북에서 학생용 노트북을 떼어 냅니다.

여기 없는 것: 빈칸의 모습(`authoring.stubs`), 파일에 쓰는 일(`authoring.build`), 실행해 보는 일(`authoring.verify`).

`grading`이 `authoring`에서 쓰는 것은 이 모듈뿐입니다(`grading.course.release`).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    LockCells,
)

from autograder.authoring.stubs import KoreanStubs

__all__ = ["KoreanStubs", "release"]

# The steps of `nbgrader generate_assignment` in its order, but for the database (SaveCells, which
# `autograder grade` does), header files (IncludeHeaderFooter) and test templates (InstantiateTests).
STEPS: tuple[Callable[[], Any], ...] = (
    LockCells,
    KoreanStubs,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
)


def release(solution: NotebookNode) -> NotebookNode:
    """풀이 노트북의 학생용 사본. 풀이 구역이 잘못되었으면 RuntimeError나 ValueError."""
    student = copy.deepcopy(solution)
    resources: dict[str, Any] = {}
    for step in STEPS:
        student, resources = step()(student, resources)
    student.metadata.pop("jupytext", None)
    return student
