"""노트북을 실행하지 않고 알 수 있는, 학생용 노트북을 내보내면 안 되는 이유들.

여기 없는 것: 실행해야 아는 잘못(`authoring.verify`), 용어와 문체(`authoring.lint`).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from autograder.authoring.answers import load_answers
from autograder.authoring.stubs import COMMENT
from autograder.errors import CourseError
from autograder.exercises import unit_exercises
from autograder.notebook import (
    BEGIN,
    END,
    THEN_AND_NOW,
    has_solution,
    place,
    regions,
    tags,
)

LEAK_SHARE = 0.6
"""학생용 노트북의 한 셀에 이어서 나오면 풀이가 샌 것으로 보는, 풀이 구역의 비율."""
STYLES = 3
"""문제마다 있어야 하는 맞는 답의 수."""

_OLD_API = re.compile(r"\btf\.keras\.|\binput_shape\s*=(?!=)")
_SOLUTIONS_LINK = re.compile(
    r"""\]\([^)]*solutions/|(?:href|src)=["'][^"']*solutions/|^\[[^\]]+\]:\s*\S*solutions/""", re.M
)
_TRIVIAL = 12


def solution_problems(solution: NotebookNode) -> list[str]:
    """풀이 노트북만 보고 아는 문제들."""
    problems = []
    for index, cell in enumerate(solution.cells):
        if COMMENT in cell.source:
            problems.append(
                f"{place(index, cell)}: 빈칸의 글('{COMMENT}')이 풀이에 있습니다. 지우세요."
            )
        lines = cell.source.split("\n")
        for begin, end in regions(cell.source) if cell.cell_type == "code" else ():
            if not any(_code(line) for line in lines[begin : end - 1]):
                problems.append(f"{place(index, cell)}: 풀이 구역이 비어 있습니다.")
    return problems + _old_api(solution)


def student_problems(solution: NotebookNode, student: NotebookNode) -> list[str]:
    """학생용 노트북에 남은 풀이와 잘못된 빈칸, 링크."""
    problems = []
    for index, (before, cell) in enumerate(zip(solution.cells, student.cells, strict=True)):
        if BEGIN in cell.source or END in cell.source:
            problems.append(f"{place(index, cell)}: 풀이 구역의 표시가 남아 있습니다.")
        in_code = cell.cell_type == "code" and "solutions/" in cell.source
        if in_code or _SOLUTIONS_LINK.search(cell.source):
            problems.append(f"{place(index, cell)}: 링크가 solutions/를 가리킵니다.")
        stubs = len(list(regions(before.source))) if has_solution(before) else 0
        if cell.source.count(COMMENT) != stubs:
            problems.append(f"{place(index, cell)}: 빈칸이 {stubs}개여야 합니다.")
    return problems + _leaks(solution, student)


def exercise_problems(unit: str, root: Path) -> list[str]:
    """힌트나 답이 모자란 문제들."""
    try:
        answers = load_answers(unit, root)
    except CourseError as error:
        return [str(error)]
    problems = []
    exercises = {exercise.id: exercise for exercise in unit_exercises(unit)}
    for answer in answers:
        if answer.exercise not in exercises:
            problems.append(f"answers.py: 이 단원에 '{answer.exercise}'라는 문제가 없습니다.")
    for exercise in exercises.values():
        if not exercise.hints or not all(hint.strip() for hint in exercise.hints):
            problems.append(f"'{exercise.id}'에 힌트가 없습니다.")
        mine = [answer for answer in answers if answer.exercise == exercise.id]
        names = [answer.name for answer in mine]
        for name in sorted({name for name in names if names.count(name) > 1}):
            problems.append(f"answers.py: '{exercise.id}'에 '{name}'이라는 답이 둘입니다.")
        styles = len({answer.name for answer in mine if answer.right})
        if styles < STYLES:
            problems.append(
                f"answers.py: '{exercise.id}'의 맞는 답이 {STYLES}가지여야 하는데 {styles}가지입니다."
            )
        if all(answer.right for answer in mine):
            problems.append(f"answers.py: '{exercise.id}'의 틀린 답이 없습니다.")
    return problems


def _old_api(notebook: NotebookNode) -> list[str]:
    problems = []
    allowed = False
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            allowed = "그때와 지금" in cell.source
        elif THEN_AND_NOW not in tags(cell):
            allowed = False
        found = _OLD_API.search(cell.source)
        if found and not allowed:
            problems.append(
                f"{place(index, cell)}: '{found.group()}'은(는) **그때와 지금** 안에서만 씁니다. "
                f"코드 셀이면 그 바로 뒤에 두고 태그 {THEN_AND_NOW}를 다세요."
            )
    return problems


def _leaks(solution: NotebookNode, student: NotebookNode) -> list[str]:
    """풀이 구역의 줄들이 학생용 노트북의 한 셀에 이어서 나오는 곳.

    수업이 가르치는 줄(`layers.Flatten(),`)은 풀이에도 나오므로 한 줄로는 판단하지 않습니다.
    빈칸이 있는 그 셀에는 한 줄도 남을 수 없습니다.
    """
    problems = []
    for number, cell in enumerate(solution.cells):
        for region in _region_lines(cell):
            for index, seen in enumerate(student.cells):
                lines = [_code(line) for line in seen.source.split("\n")]
                lines = [line for line in lines if len(line) > _TRIVIAL]
                matcher = difflib.SequenceMatcher(None, region, lines, autojunk=False)
                longest = matcher.find_longest_match().size
                if index == number:
                    leaked = longest > 0
                else:
                    leaked = longest >= LEAK_SHARE * len(region)
                if leaked:
                    problems.append(
                        f"{place(index, seen)}: {number + 1}번째 셀의 풀이가 "
                        f"{longest}줄 남아 있습니다."
                    )
    return problems


def _region_lines(cell: NotebookNode) -> Iterator[list[str]]:
    if cell.cell_type != "code":
        return
    lines = cell.source.split("\n")
    for begin, end in regions(cell.source):
        found = [_code(line) for line in lines[begin : end - 1]]
        if found := [line for line in found if len(line) > _TRIVIAL]:
            yield found


def _code(line: str) -> str:
    """비교하려고 줄에서 빈칸과 주석을 뺀 것."""
    return "" if line.lstrip().startswith("#") else re.sub(r"\s+", "", line.split("  # ")[0])
