"""The core path: short enough, complete without what is deeper, and shown where learners look."""

from __future__ import annotations

import base64
import functools
import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat import NotebookNode
from small_course import EXERCISE, SOLVED, UNIT, cells, code, markdown, region

from autograder import notebook as notebooks
from autograder.authoring import path as paths
from autograder.authoring.path import (
    CORE_MINUTES,
    COURSE_HOURS,
    LAST_CORE,
    cell_minutes,
    deeper_exercises,
    minutes,
    path_problems,
    path_table,
    write_marks,
)
from autograder.authoring.pictures import HEIGHT, WIDTH, svg
from autograder.authoring.verify import execute
from autograder.exercises import all_exercises, get, unit_exercises
from autograder.exercises.path import FILE, is_deeper
from autograder.exercises.units import UNITS
from autograder.judge import points_of
from autograder.korean import DEEPER
from autograder.notebook import deeper_cells, generated, has_solution, heading, regions

ROOT = Path(__file__).resolve().parent.parent
CORE_UNITS = [name for name in UNITS if name <= LAST_CORE]

# What the authors estimated by hand for a whole unit before the minutes were measured. Nobody
# estimated 06_topology as it is now: a section on fine-tuning was added later.
BY_HAND = {
    name: by_hand
    for name, by_hand in zip(
        UNITS, (40, 150, 130, 120, 150, 150, None, 150, 150, 300, 170, 240, 180), strict=True
    )
    if by_hand
}
# What is at the end for everyone, and the table of all that the final unit asks for.
MAY_NAME_ALL = ("더 해 보기", "참고 자료", "1. 과제")
# The core of these is run in every `make test`; of all units with AUTOGRADER_CORE_RUNS=all.
CHEAP = ("00_start", "01_eager", "03_pipeline")


@functools.cache
def solution(unit: str) -> NotebookNode:
    return notebooks.read(ROOT / "solutions" / UNITS[unit].notebook)


@functools.cache
def table() -> dict[str, paths.UnitPath]:
    return path_table(ROOT)


def book(*made: NotebookNode) -> NotebookNode:
    made_book = nbformat.v4.new_notebook(cells=list(made))
    for number, cell in enumerate(made_book.cells):
        cell.id = f"cell-{number}"
    return made_book


def deeper(source: str, depth: str = "deeper", kind: str = "", exercise: str = "") -> NotebookNode:
    cell = markdown(source, kind, exercise)
    cell.metadata["autograder"] = nbformat.from_dict(
        {**cell.metadata.get("autograder", {}), "depth": depth}
    )
    return cell


# --- how long it takes ------------------------------------------------------------------------


def test_the_measured_minutes_agree_with_what_people_estimated() -> None:
    measured = {name: table()[name].core + table()[name].deeper for name in BY_HAND}
    assert sum(measured.values()) == pytest.approx(sum(BY_HAND.values()), rel=0.05)
    far = {
        name: (measured[name], by_hand)
        for name, by_hand in BY_HAND.items()
        if measured[name] != pytest.approx(by_hand, rel=0.3)
    }
    assert far == {}


def test_the_core_path_fits() -> None:
    core = {name: unit.core for name, unit in table().items()}
    assert max(core.values()) <= CORE_MINUTES, core
    assert sum(core[name] for name in CORE_UNITS) <= COURSE_HOURS * 60, core
    assert min(core.values()) >= 20, "a unit without a core teaches nothing"


def test_every_core_has_an_exercise() -> None:
    for name in UNITS:
        assert len(deeper_exercises(solution(name))) < len(unit_exercises(name)), name


def test_minutes_come_from_words_lines_cells_and_exercises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paths, "WORDS_A_MINUTE", 10)
    monkeypatch.setattr(paths, "SECONDS_A_LINE", 30)
    monkeypatch.setattr(paths, "SECONDS_A_CELL", 60)
    exercises = unit_exercises(UNIT)
    (exercise,) = [one for one in exercises if one.id == EXERCISE]
    folded = "\n\n<details><summary>답</summary>\n\n" + "낱말 " * 50 + "\n</details>"
    for cell, expected in (
        (markdown("낱말 " * 20), 2),
        (markdown("낱말 " * 20 + folded), 2),
        (code("a = 1\n\nb = 2"), 2),
        (markdown("명세 " * 90, "exercise", EXERCISE), exercise.minutes),
        (code(region(SOLVED)), 0),
        (code(f'check("{EXERCISE}", x)'), 0),
        (markdown("머리글", "header"), 0),
    ):
        assert cell_minutes(cell, exercises) == expected, cell.source
    made = book(markdown("## 1. 하나"), code("a = 1\n" * 18), deeper("## 2. 둘"), code("b\n" * 8))
    found = minutes(made, exercises)
    assert (found.core, found.deeper, found.total) == (10, 5, 15)


# --- what is deeper ---------------------------------------------------------------------------


def test_a_mark_reaches_to_the_next_heading_of_its_level() -> None:
    made = [
        markdown("# 제목", "header"),
        markdown("## 1. 하나"),
        code("a"),
        deeper("### 가"),
        code("b"),
        markdown("### 나"),
        code("c"),
        deeper("", kind="exercise", exercise=EXERCISE),
        code("d"),
        deeper("## 2. 둘"),
        markdown("### 다"),
        markdown("", "exercise", EXERCISE),
        code("e\n# ## no heading"),
        markdown("## 정리"),
    ]
    expected = "...dd..ddddd d."
    assert deeper_cells(made) == [mark == "d" for mark in expected.replace(" ", "")]


def test_marks_are_written_once_and_taken_away_again() -> None:
    made = book(
        markdown("# 제목", "header"),
        deeper("## 1. 하나\n\n글입니다."),
        markdown("### 가"),
        markdown("### 문제", "exercise", EXERCISE),
        deeper("## 2. 둘"),
        markdown("## 3. **셋**\n\n글입니다."),
        deeper("### 나"),
    )
    exercises = unit_exercises(UNIT)
    write_marks(made, exercises)
    first = [cell.source for cell in made.cells]
    assert first[1].startswith(f"## 1. 하나 · {DEEPER}\n\n> **{DEEPER}** · ")
    assert "핵심은 **3. 셋**에서 이어집니다." in first[1]
    assert first[1].endswith("\n\n글입니다.")
    assert first[2] == "### 가"
    assert first[3] == f"### 문제 · {DEEPER}"
    assert first[5] == "## 3. **셋**\n\n글입니다."
    assert first[6].endswith("건너뛰어도 됩니다.")
    write_marks(made, exercises)
    assert [cell.source for cell in made.cells] == first
    for cell in made.cells:
        cell.metadata.get("autograder", {}).pop("depth", None)
    write_marks(made, exercises)
    assert not any(DEEPER in cell.source for cell in made.cells)
    assert made.cells[1].source == "## 1. 하나\n\n글입니다."


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ([deeper("## 하나", depth="core")], 'depth는 "deeper"만'),
        ([deeper("글입니다.")], "제목(##, ###)이 첫 줄인 셀"),
        ([deeper("# 제목")], "제목(##, ###)이 첫 줄인 셀"),
        ([deeper("## 정리")], "'정리'은(는) 더 깊이가 될 수 없습니다"),
        ([deeper("## 하나"), deeper("### 둘")], "이미 더 깊이인 절 안"),
        ([markdown("글입니다.\n\n## 하나")], "제목은 셀의 첫 줄"),
        ([markdown("낱말 " * 9000)], "90분까지"),
        # A core cell that uses what a deeper one makes, whichever way it is made.
        ([deeper("## 하나"), code("a = 1"), markdown("## 둘"), code("print(a)")], "`a`"),
        ([deeper("## 하나"), code("import os"), markdown("## 둘"), code("os.sep")], "`os`"),
        ([deeper("## 하나"), code("def f(): pass"), markdown("## 둘"), code("f()")], "`f`"),
        (
            [deeper("## 하나"), code("a = 1"), markdown("## 둘"), code("def f():\n    return a")],
            "`a`",
        ),
        (
            [code("def f():\n    return a"), deeper("## 하나"), code("a = 1")],
            "`a`",
        ),
        # It is there without the deeper one too, but it is something else.
        (
            [code("a = 1"), deeper("### 하나"), code("a = 2"), markdown("### 둘"), code("a + 1")],
            "`a`",
        ),
        ([deeper("## 하나"), code("a = 1"), markdown("## 둘"), code("a = a + 1")], "`a`"),
    ],
)
def test_a_core_that_does_not_stand_alone_is_refused(made: list[NotebookNode], said: str) -> None:
    assert said in "\n".join(path_problems(book(*made), unit_exercises(UNIT)))


@pytest.mark.parametrize(
    "made",
    [
        [code("a = 1"), deeper("## 하나"), code("print(a)\nb = a"), markdown("## 둘"), code("a")],
        [deeper("## 하나"), code("a = 1"), markdown("## 둘"), code("a = 2\nprint(a)")],
        [deeper("## 하나"), code("a = 1"), markdown("## 둘"), code("for a in b:\n    print(a)")],
        [
            deeper("## 하나"),
            code("a = 1"),
            markdown("## 둘"),
            code("if b:\n    a = 1\n    print(a)"),
        ],
        [deeper("## 하나"), code("a = 1"), markdown("## 둘"), code("[a for a in b]")],
        [deeper("## 하나"), code("a = 1"), markdown("## 둘"), code("def f(a):\n    return a")],
        [deeper("## 하나"), code("a = 1"), deeper("## 둘"), code("print(a)")],
        [markdown("```\n## 제목이 아닙니다\n```"), markdown("글입니다.\n\n#### 작은 제목")],
    ],
)
def test_a_core_that_stands_alone_is_left(made: list[NotebookNode]) -> None:
    assert path_problems(book(*made), unit_exercises(UNIT)) == []


def test_the_build_refuses_a_core_that_leans_on_what_is_deeper(tmp_path: Path) -> None:
    from small_course import write

    from autograder.authoring.build import plan

    lesson = (deeper("## 1. 하나"), code("a = 1"), markdown("## 2. 둘"), code("print(a)"))
    write(tmp_path, ROOT, cells(lesson=lesson))
    assert any("`a`" in problem for problem in plan(UNITS[UNIT], tmp_path).problems)


@pytest.mark.parametrize("unit", UNITS)
def test_the_core_of_the_unit_stands_alone(unit: str) -> None:
    assert path_problems(solution(unit), unit_exercises(unit)) == []


@pytest.mark.parametrize("unit", UNITS)
def test_the_core_never_points_back_to_what_is_deeper(unit: str) -> None:
    """ "1절에서 보았듯이" helps nobody who skipped it; to point ahead to it is fine."""
    made = solution(unit)
    skipped: set[str] = set()
    found = []
    for index, (cell, deep) in enumerate(zip(made.cells, deeper_cells(made.cells), strict=True)):
        number = re.match(r"(?:문제 )?(\d+[.-]\d+|\d+(?=\.))", heading(cell)[1])
        if number and deep:
            skipped.add(number[1] if "-" in number[1] else f"{number[1]}절")
        if deep or cell.cell_type != "markdown" or heading(cell)[1] in MAY_NAME_ALL:
            continue
        for named in re.findall(r"(?<![\d–.])\d+(?:\.\d+)?절|(?<![\d–])\d+-\d+(?!\d)", cell.source):
            if named in skipped:
                found.append(f"{notebooks.place(index, cell)}: {named}")
    assert found == []


_API = re.compile(r"\b(?:layers|keras|tf|ops)(?:\.\w+)+")


def test_what_a_core_exercise_uses_was_shown_on_the_core_path() -> None:
    """Every name of an interface in a core solution stands in a core cell before it or in its help."""
    shown, missing = "", []
    for unit in CORE_UNITS:
        made = solution(unit)
        core = [
            cell
            for cell, deep in zip(made.cells, deeper_cells(made.cells), strict=True)
            if not deep
        ]
        for index, cell in enumerate(core):
            if has_solution(cell):
                end = next(i for i in range(index, len(core)) if heading(core[i])[0])
                near = "\n".join(other.source for other in core[index + 1 : end])
                (name,) = filter(None, map(notebooks.checked_exercise, core[index:end]))
                near += "\n".join(get(name).hints)
                lines = cell.source.split("\n")
                solved = "\n".join("\n".join(lines[a : b - 1]) for a, b in regions(cell.source))
                used = {name.rpartition(".")[2] for name in _API.findall(solved)}
                missing += [
                    f"{unit} {notebooks.place(index, cell)}: {name}"
                    for name in sorted(used)
                    if not re.search(rf"\b{name}\b", shown + near)
                ]
                shown += "\n" + "\n".join(line for line in lines if line not in solved.split("\n"))
            else:
                shown += "\n" + cell.source
    assert missing == []


def core_of(unit: str) -> NotebookNode:
    made = solution(unit)
    kept = [
        cell for cell, deep in zip(made.cells, deeper_cells(made.cells), strict=True) if not deep
    ]
    return nbformat.v4.new_notebook(cells=kept, metadata=made.metadata)


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", UNITS if os.environ.get("AUTOGRADER_CORE_RUNS") == "all" else CHEAP
)
def test_the_core_runs_alone_and_gets_its_points(unit: str) -> None:
    run = execute(core_of(unit))
    assert (run.error, run.noise) == ("", [])
    wanted = {
        exercise.id: points_of(exercise)
        for exercise in unit_exercises(unit)
        if exercise.id not in deeper_exercises(solution(unit))
    }
    assert {name: outcome.score for name, outcome in run.outcomes.items()} == wanted


# --- where it is shown ------------------------------------------------------------------------


@pytest.mark.parametrize("unit", UNITS)
def test_learners_see_what_is_deeper(unit: str) -> None:
    """In the notebook that they open, from the notebook alone."""
    student = notebooks.read(ROOT / "notebooks" / UNITS[unit].notebook)
    marks = deeper_cells(student.cells)
    assert marks == deeper_cells(solution(unit).cells)
    header = student.cells[0].source
    assert f"**이 단원을 마치면** {UNITS[unit].makes} 만들 수 있습니다." in header
    assert "**예상 시간** 핵심 " in header and (f"· {DEEPER} " in header) == any(marks)
    for cell, deep in zip(student.cells, marks, strict=True):
        first = cell.source.partition("\n")[0]
        if generated(cell)[0] == "exercise" or notebooks.marked_deeper(cell):
            assert first.endswith(f" · {DEEPER}") == deep, first
        assert (f"> **{DEEPER}** · " in cell.source) == notebooks.marked_deeper(cell), first


@pytest.mark.parametrize("unit", UNITS)
def test_the_picture_of_the_unit_needs_no_file(unit: str) -> None:
    """Colab has no other file than the notebook; a picture there is a small one that says itself."""
    header = notebooks.read(ROOT / "notebooks" / UNITS[unit].notebook).cells[0].source
    (found,) = re.findall(r"!\[([^\]]+)\]\(data:image/svg\+xml;base64,([\w+/=]+)\)", header)
    alternative, data = found
    assert len(data) < 15_000
    assert re.search("[가-힣]", alternative) and len(alternative) > 20
    picture = ElementTree.fromstring(base64.b64decode(data).decode())
    assert picture.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    for text in picture.iter("{http://www.w3.org/2000/svg}text"):
        assert text.text and 0 < float(text.get("x", 0)) < WIDTH
        assert 0 < float(text.get("y", 0)) < HEIGHT


def test_every_unit_has_a_picture_of_its_own() -> None:
    assert len({svg(unit) for unit in UNITS.values()}) == len(UNITS)


def test_exported_notebooks_keep_the_picture() -> None:
    from nbconvert import HTMLExporter

    made, _ = HTMLExporter().from_notebook_node(
        nbformat.v4.new_notebook(cells=[solution("00_start").cells[0]])
    )
    assert '<img alt="' in made and 'src="data:image/svg+xml;base64,' in made


def test_the_table_of_the_package_is_that_of_the_notebooks() -> None:
    listed = json.loads((ROOT / "autograder" / "exercises" / FILE).read_text("utf-8"))
    assert {name: tuple(unit["deeper_exercises"]) for name, unit in listed.items()} == {
        name: unit.deeper_exercises for name, unit in table().items()
    }
    for exercise in all_exercises():
        assert is_deeper(exercise.id) == (exercise.id in table()[exercise.unit].deeper_exercises)


def test_progress_counts_core_and_deeper_apart() -> None:
    from autograder import progress

    shown = progress()
    core = [row for row in shown.rows if not row.deeper]
    assert 0 < len(core) < len(shown.rows)
    for text in (repr(shown), shown._repr_html_()):
        assert f"핵심 문제 {len(core)}개 가운데 0개" in text
        assert f"{DEEPER} 문제 {len(shown.rows) - len(core)}개 가운데 0개" in text
        assert text.count(f" · {DEEPER}") == len(shown.rows) - len(core)


def test_the_course_map_shows_both_times() -> None:
    from autograder.authoring.templates import duration

    page = (ROOT / "notebooks" / "README.md").read_text("utf-8")
    readme = (ROOT / "README.md").read_text("utf-8")
    total = duration(sum(table()[name].core for name in CORE_UNITS))
    for text in (page, readme):
        assert f"**핵심**만 따라가면 11까지 {total}입니다." in text
        for name, unit in table().items():
            (row,) = [
                line
                for line in text.splitlines()
                if f"({UNITS[name].notebook})" in line.replace("notebooks/", "")
                and UNITS[name].purpose in line
            ]
            assert f"| {duration(unit.core)} | {duration(unit.deeper)} |" in row
