"""docs/seeds.md: what it points to is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from autograder.exercises import all_exercises

LINK = re.compile(r"\[(\d\d)(?: §(\d+))?\]\(\.\./notebooks/([\w/.]+)\)")


def rows(root: Path) -> list[list[str]]:
    lines = (root / "docs" / "seeds.md").read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if line.startswith("| ") and "원자료 | 강좌" not in line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def sections(path: Path) -> set[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return set(re.findall(r"^## (\d+)\. ", text, re.M))


def test_every_row_says_where_it_is_taught(root: Path) -> None:
    found = rows(root)
    assert len(found) > 80
    for row in found:
        assert len(row) == 3, row
        assert LINK.search(row[1]), row


def test_every_section_and_exercise_named_is_there(root: Path) -> None:
    numbers = {exercise.number for exercise in all_exercises()}
    for row in rows(root):
        for unit, section, notebook in LINK.findall(row[1]):
            path = root / "notebooks" / notebook
            assert path.is_file() and notebook.startswith(unit), row
            assert not section or section in sections(path), (row, sections(path))
        named = re.findall(r"(?<![\d-])(\d{1,2}-\d)(?!\d)", LINK.sub("", row[1]))
        assert set(named) <= numbers, row


@pytest.mark.parametrize("seed", ["000", "001", "002", "003", "004"])
def test_every_document_has_its_table(root: Path, seed: str) -> None:
    assert f"## {seed} · " in (root / "docs" / "seeds.md").read_text(encoding="utf-8")
