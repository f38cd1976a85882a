"""풀이 노트북에서 `build`가 쓰는 부분을 채웁니다: 생성 셀의 글과 nbgrader의 메타데이터.

여기 없는 것: 머리글과 바닥글의 글(`authoring.templates`), 명세의 글(`exercises.specification`), 빈칸(`authoring.stubs`).
"""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.authoring import templates
from autograder.authoring.path import minutes, write_marks
from autograder.exercises import specification, unit_exercises
from autograder.exercises.units import Unit
from autograder.judge import points_of
from autograder.kinds import Exercise
from autograder.notebook import (
    END,
    checked_exercise,
    generated,
    grade_id,
    has_solution,
    parse,
    place,
    regions,
)

KINDS = ("header", "setup", "exercise", "footer")


def fill(notebook: NotebookNode, unit: Unit, address: str) -> list[str]:
    """`notebook`을 제자리에서 채우고, 채울 수 없는 이유들을 돌려줍니다."""
    problems = _unreadable(notebook)
    if problems:
        return problems
    exercises = {exercise.id: exercise for exercise in unit_exercises(unit.name)}
    problems += _generated_cells(notebook, exercises)
    problems += _exercise_cells(notebook, exercises)
    if problems:
        return problems
    spent = minutes(notebook, list(exercises.values()))
    for cell in notebook.cells:
        kind, exercise_id = generated(cell)
        if kind == "header":
            cell.source = templates.header(unit, address, spent)
        elif kind == "setup":
            cell.source = templates.setup(notebook.cells, address)
        elif kind == "exercise":
            cell.source = specification.markdown(exercises[exercise_id])
        elif kind == "footer":
            cell.source = templates.footer(unit)
    write_marks(notebook, list(exercises.values()))
    return []


def _unreadable(notebook: NotebookNode) -> list[str]:
    problems = []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        try:
            parse(cell)
        except SyntaxError as error:
            problems.append(f"{place(index, cell)}: 파이썬 코드가 아닙니다 ({error.msg}).")
        if len(list(regions(cell.source))) != cell.source.count(END):
            problems.append(
                f"{place(index, cell)}: BEGIN SOLUTION과 END SOLUTION의 짝이 맞지 않습니다."
            )
    return problems


def _generated_cells(notebook: NotebookNode, exercises: dict[str, Exercise]) -> list[str]:
    problems = []
    found: list[tuple[str, str]] = []
    for index, cell in enumerate(notebook.cells):
        kind, exercise_id = generated(cell)
        if not kind:
            continue
        found.append((kind, exercise_id))
        if kind not in KINDS:
            problems.append(f"{place(index, cell)}: '{kind}'라는 생성 셀은 없습니다.")
        elif (cell.cell_type == "code") != (kind == "setup"):
            expected = "코드" if kind == "setup" else "마크다운"
            problems.append(f"{place(index, cell)}: {kind} 셀은 {expected} 셀이어야 합니다.")
        elif kind == "exercise" and exercise_id not in exercises:
            problems.append(f"{place(index, cell)}: 이 단원에 '{exercise_id}'라는 문제가 없습니다.")
    wanted = [(kind, "") for kind in ("header", "setup", "footer")]
    wanted += [("exercise", exercise_id) for exercise_id in exercises]
    for kind, exercise_id in wanted:
        times = found.count((kind, exercise_id))
        if times != 1:
            name = f"{kind} {exercise_id}".strip()
            problems.append(f"생성 셀 '{name}'이(가) 하나여야 하는데 {times}개입니다.")
    if not problems and generated(notebook.cells[0])[0] != "header":
        problems.append("header 셀이 맨 앞에 있어야 합니다.")
    if not problems and generated(notebook.cells[-1])[0] != "footer":
        problems.append("footer 셀이 맨 뒤에 있어야 합니다.")
    return problems


def _exercise_cells(notebook: NotebookNode, exercises: dict[str, Exercise]) -> list[str]:
    problems = []
    order: list[str] = []
    stated, waiting = "", []
    wanted: dict[int, dict[str, Any]] = {}
    for index, cell in enumerate(notebook.cells):
        kind, named = generated(cell)
        if kind == "exercise":
            stated = named
        if has_solution(cell):
            waiting.append(index)
        exercise_id = checked_exercise(cell)
        if not exercise_id:
            continue
        order.append(exercise_id)
        if exercise_id not in exercises:
            problems.append(f"{place(index, cell)}: 이 단원에 '{exercise_id}'라는 문제가 없습니다.")
            continue
        if order.count(exercise_id) > 1:
            problems.append(f"{place(index, cell)}: '{exercise_id}'의 검사 셀이 또 있습니다.")
            continue
        if exercise_id != stated:
            problems.append(
                f"{place(index, cell)}: '{exercise_id}'를 검사하는데 바로 앞의 명세는 "
                f"'{stated or '없음'}'입니다."
            )
        if not waiting:
            problems.append(
                f"{place(index, cell)}: '{exercise_id}'의 풀이 셀(BEGIN SOLUTION)이 없습니다."
            )
        for number, solution in enumerate(waiting, 1):
            suffix = f"_{number}" if number > 1 else ""
            wanted[solution] = _metadata(grade_id(exercise_id) + suffix, solution=True)
        wanted[index] = _metadata(
            grade_id(exercise_id) + "_check", points=points_of(exercises[exercise_id])
        )
        waiting = []
    for index in waiting:
        problems.append(
            f"{place(index, notebook.cells[index])}: 풀이 셀 뒤에 검사 셀(check)이 없습니다."
        )
    missing = [exercise_id for exercise_id in exercises if exercise_id not in order]
    if missing:
        problems.append(f"검사 셀이 없는 문제: {', '.join(missing)}.")
    elif not problems and order != list(exercises):
        problems.append(f"문제의 차례가 다릅니다. {', '.join(exercises)} 차례여야 합니다.")
    for index, cell in enumerate(notebook.cells):
        problems += _set_metadata(index, cell, wanted.get(index, {}))
    return problems


def _metadata(name: str, *, solution: bool = False, points: float | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "grade": points is not None,
        "grade_id": name,
        "locked": points is not None,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        made["points"] = int(points) if points == int(points) else points
    return made


def _set_metadata(index: int, cell: NotebookNode, wanted: dict[str, Any]) -> list[str]:
    written = {
        key: value
        for key, value in cell.metadata.get("nbgrader", {}).items()
        if key not in ("cell_type", "checksum")
    }
    if written and not wanted:
        return [
            f"{place(index, cell)}: 풀이도 검사도 없는 셀에 nbgrader 메타데이터"
            f"(grade_id '{written.get('grade_id', '')}')가 있습니다. 지우세요."
        ]
    problems = [
        f"{place(index, cell)}: nbgrader의 {key}이(가) {value}인데 {wanted.get(key, '없음')}이어야 "
        "합니다. 지우면 build가 바르게 채웁니다."
        for key, value in written.items()
        if value != wanted.get(key)
    ]
    if wanted and not problems:
        cell.metadata["nbgrader"] = nbformat.from_dict(wanted)
    return problems
