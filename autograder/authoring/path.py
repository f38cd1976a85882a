"""핵심과 더 깊이: 노트북에서 재는 시간, 절의 제목에 쓰는 표시, 핵심만 따라갈 수 없는 이유.

여기 없는 것: 어느 셀이 더 깊이인지 읽는 일(`notebook`), 빌드가 적어 둔 것을 곧바로 읽는 일(`exercises.path`).

저자는 더 깊이인 절의 첫 셀(제목이 첫 줄인 셀)에 메타데이터 `"autograder": {"depth": "deeper"}`를 적습니다.
나머지는 모두 여기에서 나옵니다.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.authoring.lint.prose import words
from autograder.cell_names import Names, names_of
from autograder.exercises import unit_exercises
from autograder.exercises.path import UnitPath
from autograder.exercises.units import UNITS
from autograder.kinds import Exercise
from autograder.korean import DEEPER
from autograder.notebook import (
    checked_exercise,
    deeper_cells,
    generated,
    has_solution,
    heading,
    marked_deeper,
    parse,
    place,
    read,
)

WORDS_A_MINUTE = 90
SECONDS_A_LINE = 4
SECONDS_A_CELL = 15
"""글을 읽고, 코드 한 줄을 읽고, 셀 하나를 실행해 결과를 보는 데 드는 시간.

저자들이 단원마다 손으로 어림한 시간에 맞추었습니다(`tests/test_path.py`가 비교합니다). 문제는 `minutes`만큼 걸리므로
명세, 풀이, 검사, 접힌 글은 따로 세지 않습니다.
"""

CORE_MINUTES = 90
"""한 단원의 핵심에 드는 가장 긴 시간."""
COURSE_HOURS = 15
"""핵심만 따라 `LAST_CORE`까지 가는 데 드는 가장 긴 시간."""
LAST_CORE = "11_final"
"""핵심의 길이 끝나는 단원. 그다음 단원은 모두 더 해 보는 것입니다."""

_STEP = 5
_LINE = re.compile(rf"\n\n> \*\*{DEEPER}\*\*[^\n]*")
_HEADING_WITHIN = re.compile(r"(?<=\n)#{2,3} ")
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
_FRAME = ("정리", "더 해 보기", "참고 자료")
_FOLDED = re.compile(r"<details\b.*?</details>", re.S)


@dataclass(frozen=True)
class Minutes:
    """한 단원에 드는 시간(분). 5분 단위로 반올림합니다."""

    core: int = 0
    deeper: int = 0

    @property
    def total(self) -> int:
        """모두 하는 데 드는 시간."""
        return self.core + self.deeper


def minutes(notebook: NotebookNode, exercises: Sequence[Exercise]) -> Minutes:
    """노트북의 시간을 핵심과 더 깊이로 나누어."""
    spent = {True: 0.0, False: 0.0}
    for cell, deeper in zip(notebook.cells, deeper_cells(notebook.cells), strict=True):
        spent[deeper] += cell_minutes(cell, exercises)
    return Minutes(_rounded(spent[False]), _rounded(spent[True]))


def cell_minutes(cell: NotebookNode, exercises: Sequence[Exercise]) -> float:
    """셀 하나에 드는 시간(분)."""
    kind, name = generated(cell)
    if kind:
        return float(sum(exercise.minutes for exercise in exercises if exercise.id == name))
    if cell.cell_type != "code":
        return words(_FOLDED.sub("", _LINE.sub("", cell.source))) / WORDS_A_MINUTE
    if has_solution(cell) or checked_exercise(cell):
        return 0.0
    lines = sum(bool(line.strip()) for line in cell.source.split("\n"))
    return (lines * SECONDS_A_LINE + SECONDS_A_CELL) / 60


def _rounded(exact: float) -> int:
    return round(exact / _STEP) * _STEP


def deeper_exercises(notebook: NotebookNode) -> list[str]:
    """더 깊이인 절에 있거나 스스로 더 깊이라고 표시한 문제의 아이디."""
    return [
        generated(cell)[1]
        for cell, deeper in zip(notebook.cells, deeper_cells(notebook.cells), strict=True)
        if deeper and generated(cell)[0] == "exercise"
    ]


def write_marks(notebook: NotebookNode, exercises: Sequence[Exercise]) -> None:
    """더 깊이인 절의 제목에 표시를 쓰고, 그 아래에 어디로 건너뛰는지 한 줄을 씁니다. 다른 절에서는 지웁니다."""
    cells = notebook.cells
    deeper = deeper_cells(cells)
    for index, cell in enumerate(cells):
        level = heading(cell)[0]
        # The header belongs to the unit as a whole.
        if level < 2:
            continue
        first, _, rest = _LINE.sub("", cell.source).partition("\n")
        first = first.rstrip().removesuffix(f" · {DEEPER}")
        starts = deeper[index] and marked_deeper(cell)
        if starts or (deeper[index] and generated(cell)[0] == "exercise"):
            first += f" · {DEEPER}"
        if starts:
            end = next(
                (i for i in range(index + 1, len(cells)) if 0 < heading(cells[i])[0] <= level),
                len(cells),
            )
            spent = sum(cell_minutes(one, exercises) for one in cells[index:end])
            first += f"\n\n> **{DEEPER}** · {max(1, round(spent))}분. 건너뛰어도 됩니다."
            first += _next_core(cells, deeper, end)
        cell.source = f"{first}\n{rest}".rstrip("\n")


def _next_core(cells: Sequence[NotebookNode], deeper: Sequence[bool], start: int) -> str:
    for index in range(start, len(cells)):
        title = heading(cells[index])[1].replace("**", "")
        if title and not deeper[index]:
            return f" 핵심은 **{title}**에서 이어집니다."
    return ""


def path_problems(notebook: NotebookNode, exercises: Sequence[Exercise]) -> list[str]:
    """핵심만 따라갈 수 없는 이유들: 잘못된 표시, 더 깊이에 기대는 핵심, 너무 긴 핵심."""
    problems = [*_marks(notebook.cells), *_leaning(notebook.cells)]
    core = minutes(notebook, exercises).core
    if core > CORE_MINUTES:
        problems.append(
            f"핵심이 {core}분입니다. {CORE_MINUTES}분까지이므로 절을 더 깊이로 옮기세요."
        )
    return problems


def _marks(cells: Sequence[NotebookNode]) -> Iterator[str]:
    limit = 0
    for index, cell in enumerate(cells):
        level, title = heading(cell)
        if cell.cell_type == "markdown" and _HEADING_WITHIN.search(_FENCED.sub("", cell.source)):
            yield f"{place(index, cell)}: 제목은 셀의 첫 줄에 두세요. 셀을 나누면 됩니다."
        if level and level <= limit:
            limit = 0
        depth = cell.metadata.get("autograder", {}).get("depth")
        if depth is None:
            continue
        if depth != "deeper":
            yield f'{place(index, cell)}: depth는 "deeper"만 쓸 수 있는데 "{depth}"입니다.'
        elif level < 2:
            yield f"{place(index, cell)}: depth는 제목(##, ###)이 첫 줄인 셀에만 적습니다."
        elif title in _FRAME:
            yield f"{place(index, cell)}: '{title}'은(는) 더 깊이가 될 수 없습니다."
        elif limit:
            yield f"{place(index, cell)}: 이미 더 깊이인 절 안입니다. depth를 지우세요."
        else:
            limit = level


def _leaning(cells: Sequence[NotebookNode]) -> Iterator[str]:
    """더 깊이인 셀이 만드는 이름을 쓰는 핵심 셀.

    더 깊이가 핵심의 이름을 다시 만들고 핵심이 그것을 또 쓰면, 건너뛴 사람과 아닌 사람이 다른 것을 보므로 그것도 말합니다.
    """
    deeper = deeper_cells(cells)
    seen = [names_of(cell.source) if cell.cell_type == "code" else Names() for cell in cells]
    core = {name for one, deep in zip(seen, deeper, strict=True) if not deep for name in one.bound}
    maker: dict[str, int] = {}
    for index, one in enumerate(seen):
        if not deeper[index]:
            for name in sorted((one.reads | one.inner) - _own(cells[index])):
                if name in maker and deeper[maker[name]]:
                    source = place(maker[name], cells[maker[name]])
                    yield (
                        f"{place(index, cells[index])}: 핵심인데 더 깊이인 {source}이 만든 "
                        f"`{name}`을(를) 씁니다."
                    )
        maker |= dict.fromkeys(one.bound, index)
    for index, one in enumerate(seen):
        for name in sorted(one.inner - core) if not deeper[index] else ():
            later = [i for i, other in enumerate(seen) if i > index and name in other.bound]
            if later:
                yield (
                    f"{place(index, cells[index])}: 핵심인데 더 깊이인 "
                    f"{place(later[0], cells[later[0]])}이 만드는 `{name}`을(를) 씁니다."
                )


def _own(cell: NotebookNode) -> set[str]:
    """셀이 읽기 전에 스스로 만드는 이름. `for`와 `if` 안은 돌지 않을 수도 있어 `names_of`는 읽는다고 봅니다."""
    first: dict[str, bool] = {}
    waiting: list[ast.AST] = [parse(cell)] if cell.cell_type == "code" else []
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Name(id=name, ctx=context):
                first.setdefault(name, isinstance(context, ast.Store))
            case ast.ExceptHandler(name=str(name)):
                first.setdefault(name, True)
        parts = list(ast.iter_child_nodes(node))
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.For)):
            # What is assigned is computed first.
            given = node.iter if isinstance(node, ast.For) else node.value
            parts = [part for part in (given,) if part] + [p for p in parts if p is not given]
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            parts = [*node.generators, *(p for p in parts if not isinstance(p, ast.comprehension))]
        elif isinstance(node, ast.AugAssign):
            first.setdefault(getattr(node.target, "id", ""), False)
        elif isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            # Its body runs later and has names of its own.
            parts = list(getattr(node, "decorator_list", ()))
        waiting += reversed(parts)
    return {name for name, stored in first.items() if stored}


def path_table(root: Path) -> dict[str, UnitPath]:
    """단원 → 핵심과 더 깊이의 시간, 더 깊이인 문제. 노트북이 없는 단원은 0분입니다."""
    table = {}
    for unit in UNITS.values():
        path = root / "solutions" / unit.notebook
        if path.is_file():
            notebook = read(path)
            spent = minutes(notebook, unit_exercises(unit.name))
            exercises = tuple(deeper_exercises(notebook))
            table[unit.name] = UnitPath(spent.core, spent.deeper, exercises)
        else:
            table[unit.name] = UnitPath(0, 0)
    return table
