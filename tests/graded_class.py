"""Small course folders for the grading tests: a unit's exercises without its lesson."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder import notebook
from autograder.authoring.release import release
from autograder.exercises import unit_exercises
from autograder.exercises.units import UNITS
from autograder.judge import points_of
from autograder.notebook import grade_id, regions

SETUP = "from autograder import check, hint, answer, ready"
KERAS = """
import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
"""


def solution(unit: str) -> NotebookNode:
    """What an author would write: per exercise a heading, the solved cell and the check."""
    cells = [nbformat.v4.new_code_cell(SETUP), nbformat.v4.new_code_cell(KERAS.strip())]
    for exercise in unit_exercises(unit):
        name = grade_id(exercise.id)
        heading = f"### 문제 {exercise.number} · {exercise.title}\n\n`{exercise.id}`"
        solved = f"### BEGIN SOLUTION\n{exercise.solution_code()}\n### END SOLUTION"
        checked = f'check("{exercise.id}", {", ".join(exercise.subjects)})'
        cells += [
            nbformat.v4.new_markdown_cell(heading),
            _cell(solved, grade=False, grade_id=name, locked=False, solution=True),
            _cell(
                checked,
                grade=True,
                grade_id=f"{name}_check",
                locked=True,
                solution=False,
                points=points_of(exercise),
            ),
        ]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return notebook.tidy(nbformat.v4.new_notebook(cells=cells), unit)


def _cell(source: str, **metadata: Any) -> NotebookNode:
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata["nbgrader"] = nbformat.from_dict({"schema_version": 3, "task": False} | metadata)
    return cell


class Class:
    """A course folder that is filled student by student."""

    def __init__(self, root: Path, unit: str, made: NotebookNode | None = None) -> None:
        self.root, self.unit = root, unit
        self.file = Path(UNITS[unit].notebook).name
        self.solution = solution(unit) if made is None else made
        self.released = release(self.solution)
        self.write_source(self.solution)

    def write_source(self, made: NotebookNode) -> None:
        path = self.root / "source" / self.unit / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook.text(made), "utf-8")

    def solved(self, **answers: str) -> NotebookNode:
        """The released notebook with these cells filled in; the others with the reference."""
        made = copy.deepcopy(self.released)
        for cell, original in zip(made.cells, self.solution.cells, strict=True):
            entry = cell.metadata.get("nbgrader", {})
            if entry.get("solution"):
                lines = original.source.splitlines()
                if own := answers.get(entry.grade_id):
                    # In place of all that is between the first mark and the last.
                    places = list(regions(original.source))
                    lines[places[0][0] - 1 : places[-1][1]] = own.splitlines()
                marks = (notebook.BEGIN, notebook.END)
                cell.source = "\n".join(
                    line for line in lines if not any(mark in line for mark in marks)
                )
        return made

    def submit(self, student: str, content: NotebookNode | str | bytes, name: str = "") -> Path:
        path = self.root / "submitted" / student / self.unit / (name or self.file)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, NotebookNode):
            content = notebook.text(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


def solved_class(root: Path, unit: str) -> Class:
    """A course folder with the unit's real notebook, lesson and all."""
    real = Path(__file__).resolve().parent.parent / "solutions" / UNITS[unit].notebook
    return Class(root, unit, notebook.read(real))


def find(made: NotebookNode, test: Callable[[NotebookNode], bool]) -> NotebookNode:
    """The one cell for which `test` is true."""
    (found,) = [cell for cell in made.cells if test(cell)]
    return found


def is_check(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and cell.source.startswith("check(")


def without_metadata(made: NotebookNode) -> NotebookNode:
    """As Colab gives a notebook back: no nbgrader metadata, its own ids and fields."""
    plain = json.loads(notebook.text(made))
    plain["nbformat_minor"] = 0
    plain["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3"}}
    for number, cell in enumerate(plain["cells"]):
        cell.pop("id", None)
        cell["metadata"] = {"id": f"Xy{number}", "colab": {"base_uri": "https://localhost:8080/"}}
    return nbformat.from_dict(plain)
