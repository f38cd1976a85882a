"""A course of one small unit, for trying the build: the real exercise of 00_start, few cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder import notebook

UNIT = "00_start"
EXERCISE = "start.first_tensor"
SOLVED = "x = tf.constant([[1, 2, 3], [4, 5, 6]], dtype=tf.float32)"

ANSWERS = """\
import numpy as np
import tensorflow as tf

from autograder.authoring.answers import right, wrong


@right("start.first_tensor", "tf.constant")
def constant():
    return tf.constant([[1.0, 2, 3], [4, 5, 6]])


@right("start.first_tensor", "tf.reshape")
def reshaped():
    return tf.reshape(tf.range(1.0, 7.0), (2, 3))


@right("start.first_tensor", "NumPy에서")
def converted():
    return tf.convert_to_tensor(np.arange(1, 7).reshape(2, 3).astype("float32"))


@wrong("start.first_tensor", "정수", expect="float32")
def integers():
    return tf.constant([[1, 2, 3], [4, 5, 6]])
"""


def markdown(source: str, kind: str = "", exercise: str = "") -> NotebookNode:
    return _marked(nbformat.v4.new_markdown_cell(source), kind, exercise)


def code(source: str, kind: str = "", **metadata: Any) -> NotebookNode:
    cell = _marked(nbformat.v4.new_code_cell(source), kind, "")
    cell.metadata.update(nbformat.from_dict(metadata))
    return cell


def _marked(cell: NotebookNode, kind: str, exercise: str) -> NotebookNode:
    if kind:
        entry = {"generated": kind} | ({"exercise": exercise} if exercise else {})
        cell.metadata["autograder"] = nbformat.from_dict(entry)
    return cell


def region(*lines: str) -> str:
    return "\n".join(("### BEGIN SOLUTION", *lines, "### END SOLUTION"))


def cells(solution: str = "", lesson: tuple[NotebookNode, ...] = ()) -> list[NotebookNode]:
    """The cells of a solution notebook: `solution` is the learner's cell, `lesson` stands before."""
    made = [
        markdown("머리글", "header"),
        code("준비", "setup"),
        *lesson,
        markdown("문제", "exercise", EXERCISE),
        code(solution or region(SOLVED)),
        code(f'check("{EXERCISE}", x)'),
        markdown("바닥글", "footer"),
    ]
    made[1].source = "pass"
    for number, cell in enumerate(made):
        cell.id = f"cell-{number}"
    return made


def write(root: Path, repository: Path, made: list[NotebookNode]) -> Path:
    """Put a course with these cells into `root`; the project's settings come from `repository`."""
    folder = root / "solutions" / UNIT
    folder.mkdir(parents=True, exist_ok=True)
    (root / "pyproject.toml").write_bytes((repository / "pyproject.toml").read_bytes())
    (folder / "answers.py").write_text(ANSWERS, "utf-8")
    path = folder / "start.ipynb"
    path.write_text(notebook.text(nbformat.v4.new_notebook(cells=made)), "utf-8")
    return path
