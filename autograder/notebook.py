"""노트북 파일: 언제나 같은 바이트로 쓰기, 셀에서 알고 싶은 것 읽기.

여기 없는 것: 노트북의 실행(`grading.run`, `authoring.verify`), 제출을 바로잡는 일(`grading.submission`).
"""

from __future__ import annotations

import ast
import copy
import functools
import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.errors import CourseError
from autograder.korean import DEEPER

BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"
THEN_AND_NOW = "then-and-now"
"""옛 API를 보여 주는 코드 셀의 태그."""

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# What editors leave in a cell (times, ids, folding) isn't ours: only this is kept.
CELL_METADATA = ("autograder", "deletable", "editable", "nbgrader", "tags")


def read(path: Path) -> NotebookNode:
    """`path`의 노트북을 읽습니다. 노트북이 아니면 CourseError."""
    try:
        notebook = nbformat.v4.reads(path.read_text("utf-8"))
        if notebook.nbformat != 4 or not isinstance(notebook.cells, list):
            raise ValueError(f"nbformat {notebook.nbformat}")
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise CourseError(
            f"{path}을(를) 노트북으로 읽을 수 없습니다: {error}.", "파일을 다시 저장하세요."
        ) from error
    return notebook


def text(notebook: NotebookNode) -> str:
    """파일에 쓸 글. 같은 노트북은 언제나 같은 글입니다."""
    return str(nbformat.v4.writes(notebook)) + "\n"


def tidy(notebook: NotebookNode, unit: str) -> NotebookNode:
    """출력과 편집기의 흔적을 지우고 셀마다 바뀌지 않는 아이디를 준 사본."""
    made = copy.deepcopy(notebook)
    made.nbformat, made.nbformat_minor = 4, 5
    kept = {"jupytext": made.metadata["jupytext"]} if "jupytext" in made.metadata else {}
    made.metadata = nbformat.from_dict(
        {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}} | kept
    )
    seen: set[str] = set()
    for index, cell in enumerate(made.cells):
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in CELL_METADATA if cell.metadata.get(key)}
        )
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cell.source = cell.source.rstrip()
        if not cell.get("id") or cell.id in seen:
            # Derived, not random, so that two builds give the same bytes.
            cell.id = hashlib.sha256(f"{unit}/{index}/{cell.source}".encode()).hexdigest()[:8]
        seen.add(cell.id)
    return made


def generated(cell: NotebookNode) -> tuple[str, str]:
    """`build`가 쓰는 셀이면 (종류, 문제의 아이디). 아니면 빈 문자열 둘."""
    entry: Any = cell.metadata.get("autograder", {})
    return str(entry.get("generated", "")), str(entry.get("exercise", ""))


def heading(cell: NotebookNode) -> tuple[int, str]:
    """절의 첫 셀이면 (제목의 단계, 제목), 아니면 (0, 빈 문자열). 제목은 셀의 첫 줄에 있습니다."""
    found = _HEADING.match(cell.source) if cell.cell_type == "markdown" else None
    if found:
        return len(found[1]), found[2].removesuffix(f" · {DEEPER}")
    # Before the first build an exercise has no text yet.
    return (3, "") if generated(cell)[0] == "exercise" else (0, "")


_HEADING = re.compile(r"(#{1,6}) +(.+?) *$", re.M)


def marked_deeper(cell: NotebookNode) -> bool:
    """저자가 더 깊이라고 표시한 절의 첫 셀인지: 메타데이터 `"autograder": {"depth": "deeper"}`."""
    entry: Any = cell.metadata.get("autograder", {})
    return bool(entry.get("depth") == "deeper")


def deeper_cells(cells: Sequence[NotebookNode]) -> list[bool]:
    """셀마다 더 깊이인지. 표시는 같은 단계나 더 높은 단계의 다음 제목 앞까지 이어집니다."""
    found, limit = [], 0
    for cell in cells:
        level, _ = heading(cell)
        if level and level <= limit:
            limit = 0
        if level and not limit and marked_deeper(cell):
            limit = level
        found.append(bool(limit))
    return found


def tags(cell: NotebookNode) -> list[str]:
    """셀의 태그."""
    return list(cell.metadata.get("tags", []))


def has_solution(cell: NotebookNode) -> bool:
    """풀이가 든 코드 셀인지."""
    return cell.cell_type == "code" and BEGIN in cell.source


def magic_first(source: str) -> str:
    """셀 매직(`%%…`) 위에 주석(코랩의 `#@title` 등)이 있으면 매직을 맨 앞으로 옮긴 소스.

    코랩은 주석을 떼고 실행하지만 IPython은 첫 줄의 매직만 알아봅니다.
    """
    lines = source.split("\n")
    for index, line in enumerate(lines):
        if line.startswith("%%") and index:
            return "\n".join([line, *lines[:index], *lines[index + 1 :]])
        if line.strip() and not line.lstrip().startswith("#"):
            break
    return source


def python(source: str) -> str:
    """IPython의 명령(`%…`, `!…`)을 파이썬으로 바꾼 소스. 줄 번호는 그대로입니다."""
    from IPython.core.inputtransformer2 import TransformerManager

    source = magic_first(source)
    if source.startswith("%%"):
        # The body of a cell magic is code too; its first line becomes an empty one.
        source = "\n" + source.partition("\n")[2]
    # IPython drops empty lines at the beginning, and the line numbers with them.
    body = re.sub(r"\A(\s*\n)+", "", source)
    dropped = source.count("\n") - body.count("\n")
    return "\n" * dropped + str(TransformerManager().transform_cell(body))


def parse(cell: NotebookNode) -> ast.Module:
    """코드 셀의 구문 트리. 파이썬이 아니면 SyntaxError."""
    return ast.parse(python(cell.source))


def checked_exercise(cell: NotebookNode) -> str:
    """`check("아이디", …)`로 끝나는 셀이면 그 아이디, 아니면 빈 문자열."""
    return _checked(cell.source) if cell.cell_type == "code" else ""


@functools.lru_cache(maxsize=4096)
def _checked(source: str) -> str:
    try:
        body = ast.parse(python(source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # A null character, a thousand brackets: whatever it is, it is no check.
        return ""
    match body[-1:]:
        case [
            ast.Expr(
                ast.Call(func=ast.Name("check"), args=[ast.Constant(str() as exercise_id), *_])
            )
        ]:
            return exercise_id
    return ""


def with_own_check(cell: NotebookNode) -> str:
    """검사 셀의 소스에서 마지막의 `check(…)`가 학습자가 같은 이름에 담은 것이 아니라 강좌의 것을 부르게 합니다."""
    source = python(cell.source)
    call = ast.parse(source).body[-1]
    assert isinstance(call, ast.Expr) and isinstance(call.value, ast.Call)
    name = call.value.func
    lines = source.split("\n")
    line = lines[name.lineno - 1].encode()
    end = name.end_col_offset or 0
    own = line[: name.col_offset] + b"__import__('autograder').check" + line[end:]
    lines[name.lineno - 1] = own.decode()
    return "\n".join(lines)


def regions(source: str) -> Iterator[tuple[int, int]]:
    """풀이 구역마다 (시작 표시의 줄 번호, 끝 표시의 줄 번호). 첫 줄이 1입니다."""
    begin = 0
    for number, line in enumerate(source.split("\n"), 1):
        if BEGIN in line:
            begin = number
        elif END in line and begin:
            yield begin, number
            begin = 0


def place(index: int, cell: NotebookNode) -> str:
    """메시지에 쓰는 셀의 자리: `12번째 셀(id 1a2b3c4d)`."""
    return f"{index + 1}번째 셀(id {cell.get('id', '없음')})"


def grade_id(exercise_id: str) -> str:
    """nbgrader가 받는 글자로 된 셀 이름: `sequential.mnist` → `sequential_mnist`."""
    return exercise_id.replace(".", "_")
