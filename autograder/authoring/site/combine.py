"""학습자의 노트북에 풀이를 실행한 출력을 옮겨 붙입니다. 소스는 학습자의 것만 남습니다.

여기 없는 것: 풀이의 실행(`authoring.site.executed`), 쪽의 모습(`authoring.site.cells`).
"""

from __future__ import annotations

import ast
import copy

from nbformat import NotebookNode

from autograder.notebook import parse

TELLS = ("answer",)
"""출력이 정답인 함수. 부르는 셀의 출력은 옮기지 않습니다."""


def combine(student: NotebookNode, solved: NotebookNode) -> NotebookNode:
    """`student`의 사본에, 아이디가 같은 `solved`의 셀의 출력을 붙인 것."""
    outputs = {cell.id: cell.outputs for cell in solved.cells if cell.cell_type == "code"}
    made = copy.deepcopy(student)
    for cell in made.cells:
        if cell.cell_type == "code":
            told = bool(calls(cell) & set(TELLS))
            cell.outputs = [] if told else copy.deepcopy(outputs.get(cell.id, []))
    return made


def calls(cell: NotebookNode) -> set[str]:
    """코드 셀이 이름으로 부르는 함수들."""
    return {
        node.func.id
        for node in ast.walk(parse(cell))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
