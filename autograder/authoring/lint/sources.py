"""검사할 글이 있는 곳: 노트북, 문제, 소스의 한국어 문자열, 문서.

여기 없는 것: 글의 규칙(`authoring.lint.korean`), 노트북의 규칙(`authoring.lint.notebooks`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder import notebook
from autograder.authoring.lint.korean import korean_problems
from autograder.authoring.lint.notebooks import notebook_problems
from autograder.authoring.lint.prose import python_texts
from autograder.exercises import specification, unit_exercises
from autograder.exercises.units import UNITS, Unit

DOCUMENTS = ("*.md", "docs/**/*.md", "datasets/*.md", "notebooks/*.md", "autograder/**/*.md")
SOURCES = ("autograder/**/*.py", "solutions/**/*.py")
# The rules quote what they forbid.
RULES = "autograder/authoring/lint/korean.py"


def unit_problems(unit: Unit, root: Path) -> Iterator[str]:
    """단원의 풀이 노트북과 문제의 글에서 고칠 것."""
    path = root / "solutions" / unit.notebook
    exercises = unit_exercises(unit.name)
    for problem in notebook_problems(notebook.read(path), exercises):
        yield f"{path.relative_to(root)}: {problem}"
    for exercise in exercises:
        for name, text in (
            ("명세", specification.markdown(exercise)),
            *((f"힌트 {number}", hint) for number, hint in enumerate(exercise.hints, 1)),
        ):
            for found in korean_problems(text):
                yield f"문제 {exercise.id}의 {name}: {found}"


def source_problems(root: Path) -> Iterator[str]:
    """파이썬 소스의 한국어 글(메시지, 설명)에서 고칠 것."""
    for path in _files(root, SOURCES):
        if path == root / RULES:
            continue
        for line, text in python_texts(path.read_text("utf-8")):
            for found in korean_problems(text):
                yield f"{path.relative_to(root)}:{line}: {found}"


def document_problems(root: Path) -> Iterator[str]:
    """문서(README, CONTRIBUTING, docs)에서 고칠 것."""
    for path in _files(root, DOCUMENTS):
        for found in korean_problems(path.read_text("utf-8")):
            yield f"{path.relative_to(root)}: {found}"


def all_problems(root: Path) -> Iterator[str]:
    """강좌의 모든 글에서 고칠 것."""
    for unit in UNITS.values():
        yield from unit_problems(unit, root)
    yield from source_problems(root)
    yield from document_problems(root)


def _files(root: Path, patterns: tuple[str, ...]) -> list[Path]:
    return sorted({path for pattern in patterns for path in root.glob(pattern)})
