"""풀이 구역을 빈칸으로 바꿉니다. nbgrader의 ClearSolutions를 그대로 쓰고 빈칸만 정합니다.

여기 없는 것: 학생용 사본을 만드는 나머지 걸음(`authoring.release`), 풀이 구역을 찾는 일(`notebook`).
"""

from __future__ import annotations

import ast
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions

from autograder.notebook import parse, regions

COMMENT = "# 여기에 코드를 작성하세요"

_MARK = "__autograder_stub__"
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class KoreanStubs(ClearSolutions):  # type: ignore[misc]
    """빈칸은 `...`입니다. 뒤에서 쓰는 이름은 `이름 = ...`으로 남아 노트북이 끝까지 실행됩니다."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        # nbgrader's own base class offers no place to hand the later cells to a single cell.
        self._used_after = used_after(nb.cells)
        self.code_stub = {"python": _MARK}
        self.text_stub = "여기에 답을 쓰세요."
        return super().preprocess(nb, resources)

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, cell_index: int
    ) -> tuple[NotebookNode, Any]:
        if cell.cell_type != "code":
            return super().preprocess_cell(cell, resources, cell_index)
        replacements = iter(stubs(cell, self._used_after[cell_index]))
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        lines = []
        for line in cell.source.split("\n"):
            indent, mark, _ = line.partition(_MARK)
            lines += [indent + new for new in next(replacements)] if mark else [line]
        cell.source = "\n".join(lines)
        return cell, resources


def stubs(cell: NotebookNode, used_later: set[str]) -> list[list[str]]:
    """풀이 구역마다 빈칸의 줄들. `used_later`는 뒤의 셀들이 쓰는 이름입니다."""
    found = list(regions(cell.source))
    if not found:
        return [[f"...  {COMMENT}"]]
    tree = parse(cell)
    solved = {line for begin, end in found for line in range(begin, end + 1)}
    result = []
    for begin, end in found:
        scope = _scope(tree, begin)
        used = {
            node.id
            for node in ast.walk(scope)
            if isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)
            and node.lineno > end
            and node.lineno not in solved
        }
        if scope is tree:
            used |= used_later
        names = [name for name in _bound(scope, begin, end) if name in used]
        first, *rest = [f"{name} = ..." for name in names] or ["..."]
        result.append([f"{first}  {COMMENT}", *rest])
    return result


def used_after(cells: list[NotebookNode]) -> list[set[str]]:
    """셀마다, 그 뒤의 셀들이 풀이 구역 밖에서 읽는 이름."""
    later: set[str] = set()
    result = []
    for cell in reversed(cells):
        result.append(set(later))
        later |= _read_names(cell)
    return result[::-1]


def _read_names(cell: NotebookNode) -> set[str]:
    if cell.cell_type != "code":
        return set()
    solved = {line for begin, end in regions(cell.source) for line in range(begin, end + 1)}
    return {
        node.id
        for node in ast.walk(parse(cell))
        if isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Load)
        and node.lineno not in solved
    }


def _scope(tree: ast.Module, begin: int) -> ast.AST:
    """구역을 감싸는 가장 안쪽의 함수나 클래스. 없으면 모듈."""
    scope: ast.AST = tree
    for node in ast.walk(tree):
        if isinstance(
            node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        ) and node.lineno < begin < (node.end_lineno or node.lineno):
            # Breadth first: the innermost one comes last.
            scope = node
    return scope


def _bound(scope: ast.AST, begin: int, end: int) -> list[str]:
    """구역이 `scope`에 만드는 이름들, 나오는 순서대로."""
    names: dict[str, None] = {}
    waiting = list(ast.iter_child_nodes(scope))[::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.AugAssign):
            # `x += 1` needs an x that is there already.
            continue
        inside = begin < getattr(node, "lineno", begin) < end
        if inside:
            match node:
                case ast.Name(id=name, ctx=ast.Store()):
                    names[name] = None
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                    names[node.name] = None
                case ast.Import() | ast.ImportFrom():
                    for alias in node.names:
                        names[alias.asname or alias.name.partition(".")[0]] = None
                case ast.ExceptHandler(name=str(name)):
                    names[name] = None
        if not isinstance(node, (*_SCOPES, *_COMPREHENSIONS)):
            waiting += list(ast.iter_child_nodes(node))[::-1]
    return list(names)
