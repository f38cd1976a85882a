"""What a solution needs was shown before: in a lesson cell of this or an earlier unit, or in the specification."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbformat import NotebookNode

from autograder import notebook
from autograder.exercises.units import UNITS

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = ("tf", "keras", "layers", "ops")
_DETAILS = re.compile(r"<details\b.*?</details>", re.S)
_CODE = re.compile(r"`+([^`]+)`+")
_WORD = re.compile(r"[A-Za-z_]\w*")

# What a learner can do without the name: unit → name → why.
HARMLESS: dict[str, dict[str, str]] = {
    "02_graph": {"norm": "The specification gives the formula: the root of the sum of the squares."}
}


def names(source: str) -> Iterator[str]:
    """The dotted names of the libraries in a piece of Python, by their last part."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            root: ast.expr = node
            while isinstance(root, ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name) and root.id in LIBRARIES:
                yield node.attr


def split(cell: NotebookNode) -> tuple[str, str]:
    """The source of a code cell without its solution regions, and the regions."""
    lines = notebook.python(cell.source).split("\n")
    solved = {n for begin, end in notebook.regions(cell.source) for n in range(begin, end + 1)}
    outside = ["pass" if n in solved else line for n, line in enumerate(lines, 1)]
    # `pass` stands as deep as the line it replaces, so that the rest remains Python.
    for n in solved:
        depth = len(lines[n - 1]) - len(lines[n - 1].lstrip())
        outside[n - 1] = " " * depth + "pass" if "SOLUTION" in lines[n - 1] else ""
    inside = [line if n in solved else "" for n, line in enumerate(lines, 1)]
    return "\n".join(outside), "\n".join(inside)


def not_yet_shown(cells: list[NotebookNode], seen: set[str]) -> Iterator[tuple[str, str]]:
    """(the cell's id, the name) of each name that a region uses first. `seen` grows on the way."""
    for cell in cells:
        if cell.cell_type == "markdown":
            for code in _CODE.findall(_DETAILS.sub("", cell.source)):
                seen.update(_WORD.findall(code))
        elif cell.cell_type == "code":
            outside, inside = split(cell)
            seen.update(names(outside))
            for name in dict.fromkeys(names(_dedented(inside))):
                if name not in seen:
                    yield cell.id, name
            # Told once: after this exercise the learner has met it.
            seen.update(names(_dedented(inside)))


def _dedented(region: str) -> str:
    kept = [line for line in region.split("\n") if line.strip()]
    if not kept:
        return ""
    depth = min(len(line) - len(line.lstrip()) for line in kept)
    body = "\n".join(" " + line[depth:] for line in kept)
    # `return` needs a function around it; deeper first lines (two regions in one class) a block each.
    try:
        ast.parse("def _():\n" + body)
    except IndentationError:
        return "\n".join(re.findall(r"(?:tf|keras|layers|ops)(?:\.\w+)+", body))
    return "def _():\n" + body


def test_a_name_used_first_in_a_solution_is_found() -> None:
    from small_course import code, markdown

    def cells(*before: NotebookNode) -> list[NotebookNode]:
        solved = "def f(x):\n    ### BEGIN SOLUTION\n    return tf.math.divide_no_nan(x, 2)\n    ### END SOLUTION"
        return [*before, code(solved)]

    def found(*before: NotebookNode) -> list[str]:
        return [name for _, name in not_yet_shown(cells(*before), {"math"})]

    assert found() == ["divide_no_nan"]
    assert found(code("tf.divide_no_nan(1, 0)")) == []
    assert found(markdown("`tf.math.divide_no_nan(a, b)`를 쓰세요.")) == []
    folded = "<details><summary>힌트</summary>`tf.math.divide_no_nan`</details>"
    assert found(markdown(folded)) == ["divide_no_nan"]


def test_no_solution_needs_what_no_lesson_has_shown() -> None:
    seen: set[str] = set()
    missing = []
    used: dict[str, set[str]] = {}
    for name, unit in UNITS.items():
        for cell, what in not_yet_shown(
            notebook.read(ROOT / "solutions" / unit.notebook).cells, seen
        ):
            if what in HARMLESS.get(name, {}):
                used.setdefault(name, set()).add(what)
            else:
                missing.append(f"{name} {cell}: {what}")
    assert missing == []
    assert {unit: set(names) for unit, names in HARMLESS.items()} == used, "no longer needed"


@pytest.mark.parametrize("unit", UNITS)
def test_regions_are_read(unit: str) -> None:
    """The search meets the solutions: each unit's regions use a library or plain Python."""
    cells = notebook.read(ROOT / "solutions" / UNITS[unit].notebook).cells
    regions = [
        split(cell)[1]
        for cell in cells
        if cell.cell_type == "code" and notebook.regions(cell.source)
    ]
    assert regions and any(list(names(_dedented(region))) for region in regions)
