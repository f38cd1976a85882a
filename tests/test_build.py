"""`autograder build`: stubs, generated cells, metadata, refusals, the same bytes every time."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from small_course import EXERCISE, SOLVED, UNIT, cells, code, markdown, region, write

from autograder import notebook as notebooks
from autograder.about import course_root
from autograder.authoring import build as building
from autograder.authoring import pages, refusals, templates
from autograder.authoring.build import build, plan
from autograder.authoring.stubs import COMMENT, stubs
from autograder.authoring.verify import Run, solution_faults, untouched_faults
from autograder.errors import CourseError
from autograder.exercises.path import UnitPath
from autograder.exercises.units import UNITS
from autograder.report import Item, Report


@pytest.fixture
def course(tmp_path: Path, root: Path) -> Callable[..., Path]:
    """Writes a small course into a temporary folder and gives the folder."""

    def make(made: list[nbformat.NotebookNode] | None = None) -> Path:
        write(tmp_path, root, made or cells())
        return tmp_path

    return make


def student_of(folder: Path) -> Path:
    return folder / "notebooks" / UNITS[UNIT].notebook


def solution_of(folder: Path) -> Path:
    return folder / "solutions" / UNITS[UNIT].notebook


# --- stubs ------------------------------------------------------------------------------------

STUB_CASES = {
    "only the names that are used later": (
        region("images = load()", "model = make(images)", "history = model.fit(images)"),
        {"model", "history"},
        [[f"model = ...  {COMMENT}", "history = ..."]],
    ),
    "nothing is used": (region("print(1)"), {"model"}, [[f"...  {COMMENT}"]]),
    "every way to bind a name": (
        region(
            "import os.path",
            "import numpy as np2",
            "def f(inside): hidden = 1",
            "class C:",
            "    field = 1",
            "for i, (j, *k) in enumerate([]): pass",
            "with open('') as file: pass",
            "a, b = 1, 2",
            "typed: int = 3",
            "if (walrus := 4): pass",
            "squares = [element for element in range(3)]",
        ),
        set(
            re.findall(
                r"\w+", "os np2 f inside hidden C field i j k file a b typed walrus squares element"
            )
        ),
        [
            [
                f"os = ...  {COMMENT}",
                *(f"{name} = ..." for name in ("np2", "f", "C", "i", "j", "k", "file", "a", "b")),
                *(f"{name} = ..." for name in ("typed", "walrus", "squares")),
            ]
        ],
    ),
    "attributes and elements bind nothing": (
        region("self.x = 1", "table['a'] = 2"),
        {"self", "table", "x"},
        [[f"...  {COMMENT}"]],
    ),
    "adding to a name needs the name": (region("total += 1"), {"total"}, [[f"...  {COMMENT}"]]),
    "inside a function": (
        "def f(x):\n    ### BEGIN SOLUTION\n    y = x + 1\n    z = y\n    ### END SOLUTION\n"
        "    return z\n",
        {"y"},
        [[f"z = ...  {COMMENT}"]],
    ),
    "two methods of a class": (
        "class Net(Model):\n    def __init__(self):\n        super().__init__()\n"
        "        ### BEGIN SOLUTION\n        self.a = 1\n        ### END SOLUTION\n"
        "    def call(self, x):\n        ### BEGIN SOLUTION\n        x = self.a(x)\n"
        "        ### END SOLUTION\n        return x\n",
        {"x", "Net"},
        [[f"...  {COMMENT}"], [f"x = ...  {COMMENT}"]],
    ),
    "a use in the rest of the same cell": (
        region("model = make()") + "\nmodel.summary()",
        set(),
        [[f"model = ...  {COMMENT}"]],
    ),
    "a use in another region does not count": (
        region("a = 1") + "\n" + region("b = a"),
        {"b"},
        [[f"...  {COMMENT}"], [f"b = ...  {COMMENT}"]],
    ),
    "empty lines and magics before it": (
        "%%time\n\n" + region("a = 1", "b = 2"),
        {"b"},
        [[f"b = ...  {COMMENT}"]],
    ),
    "empty lines at the beginning": (
        "\n  \n" + region("a = 1", "b = 2") + "\nprint(a)",
        set(),
        [[f"a = ...  {COMMENT}"]],
    ),
    "a method's name is no name of the module": (
        "class A:\n    ### BEGIN SOLUTION\n    def call(self): pass\n    ### END SOLUTION",
        {"call"},
        [[f"...  {COMMENT}"]],
    ),
}


@pytest.mark.parametrize("case", STUB_CASES)
def test_stubs_leave_the_names_that_the_rest_needs(case: str) -> None:
    source, used_later, expected = STUB_CASES[case]
    assert stubs(code(source), used_later) == expected


def test_a_released_cell_keeps_comments_indentation_and_what_is_outside() -> None:
    source = (
        "# 층을 두 개 쌓으세요\nclass Net:\n    def call(self, x):\n        # x를 바꾸세요\n"
        "        ### BEGIN SOLUTION\n        x = x + 1\n        y = x\n        ### END SOLUTION\n"
        "        return x + y\n\n\nx = Net()"
    )
    made = nbformat.v4.new_notebook(cells=cells(source))
    with pytest.raises(RuntimeError, match="non-solution cell"):
        building.release(notebooks.tidy(made, UNIT))
    flags = {"grade": False, "locked": False, "solution": True, "task": False}
    made.cells[3].metadata["nbgrader"] = nbformat.from_dict(
        flags | {"grade_id": "a", "schema_version": 3}
    )
    released = building.release(notebooks.tidy(made, UNIT)).cells[3].source
    assert released == (
        "# 층을 두 개 쌓으세요\nclass Net:\n    def call(self, x):\n        # x를 바꾸세요\n"
        f"        x = ...  {COMMENT}\n        y = ...\n        return x + y\n\n\nx = Net()"
    )
    ast.parse(released)


# --- what comes out ---------------------------------------------------------------------------


def test_build_writes_both_notebooks_and_then_nothing(
    course: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = course()
    assert build([UNIT], root=folder, run=False) == 0
    assert capsys.readouterr().out.count("새로 썼습니다") == 2
    before = {path: path.stat().st_mtime_ns for path in (solution_of(folder), student_of(folder))}
    assert build([UNIT], root=folder, run=False) == 0
    assert "지금의 풀이와 같습니다" in capsys.readouterr().out
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_the_student_notebook(course: Callable[..., Path]) -> None:
    folder = course()
    build([UNIT], root=folder, run=False)
    raw = student_of(folder).read_text("utf-8")
    assert "아직" not in raw and "\\u" not in raw and raw.endswith("}\n") and '\n "cells"' in raw
    made = nbformat.reads(raw, as_version=4)
    nbformat.validate(made)
    header, _, exercise, answer, check, footer = made.cells
    assert made.metadata == {
        "kernelspec": notebooks.KERNELSPEC,
        "language_info": {"name": "python"},
    }
    assert header.source.startswith(f"# 00 · {UNITS[UNIT].title}\n")
    assert f"](../{list(UNITS.values())[1].notebook})" in header.source
    assert "이전" not in header.source
    assert "/blob/main/notebooks/00_start/start.ipynb)" in header.source
    assert exercise.source.startswith("### 문제 0-1 · 첫 번째 텐서")
    assert answer.source == f"x = ...  {COMMENT}"
    assert check.source == f'check("{EXERCISE}", x)'
    assert "](../README.md)" in footer.source
    assert answer.metadata.nbgrader.solution and not answer.metadata.nbgrader.grade
    assert check.metadata.nbgrader.grade and check.metadata.nbgrader.points == 4
    assert (answer.metadata.nbgrader.grade_id, check.metadata.nbgrader.grade_id) == (
        "start_first_tensor",
        "start_first_tensor_check",
    )
    # What nbgrader's own `generate_assignment` leaves: the check cannot be edited or deleted.
    assert check.metadata.editable is False and check.metadata.deletable is False
    assert answer.metadata.deletable is False and "editable" not in answer.metadata
    assert check.metadata.nbgrader.checksum
    assert "solutions" not in raw


def test_the_solution_is_completed_and_keeps_no_traces(course: Callable[..., Path]) -> None:
    made = cells()
    made[3].outputs = [nbformat.v4.new_output("stream", text="옛 출력\n")]
    made[3].execution_count = 7
    made[3].metadata.update({"collapsed": True, "ExecuteTime": {"start": 1}, "tags": ["keep"]})
    folder = course(made)
    build([UNIT], root=folder, run=False)
    written = nbformat.reads(solution_of(folder).read_text("utf-8"), as_version=4)
    assert written.cells[3].outputs == [] and written.cells[3].execution_count is None
    assert set(written.cells[3].metadata) == {"nbgrader", "tags"}
    assert "checksum" not in written.cells[3].metadata.nbgrader
    assert written.cells[0].source.startswith("# 00")
    assert SOLVED in written.cells[3].source


def test_the_same_bytes_in_every_process(
    course: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = cells(lesson=(markdown("수업"), code("a = b = c = 1"), code("a + b + c")))
    folder = course(made)
    # As an editor that knows no cell ids would leave them.
    raw = json.loads(solution_of(folder).read_text("utf-8"))
    for cell in raw["cells"][2:5]:
        del cell["id"]
    solution_of(folder).write_text(json.dumps(raw), "utf-8")
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(folder, other, dirs_exist_ok=True)
    build([UNIT], root=folder, run=False)
    program = (
        "import sys\nfrom pathlib import Path\nfrom autograder.authoring.build import build\n"
        "sys.exit(build([sys.argv[1]], root=Path(sys.argv[2]), run=False))"
    )
    subprocess.run(
        [sys.executable, "-c", program, UNIT, str(other)],
        env=dict(os.environ, PYTHONHASHSEED="1"),
        check=True,
        timeout=300,
    )
    for path in (solution_of, student_of):
        assert path(folder).read_bytes() == path(other).read_bytes()


def test_setup_imports_the_figures_that_the_notebook_uses() -> None:
    address = "https://github.com/someone/course"
    lesson = [code("show_flow(model)\nplot_history(history)"), code("setup", "setup")]
    from autograder import figures

    assert {"show_flow", "plot_history"} <= set(figures.__all__)
    source = templates.setup(lesson, address)
    assert "from autograder.figures import plot_history, show_flow\n\nimport keras" in source
    assert f'package = "git+{address}"' in source
    assert "figures" not in templates.setup([], address)
    everything = templates.setup([code("; ".join(figures.__all__))], address)
    assert all(f"    {name},\n" in everything for name in figures.__all__)
    for made in (source, everything):
        # Away from Colab and IPython it is plain Python too.
        compile(made, "setup", "exec")
        assert made.index("from autograder import") < made.index("import keras")


@pytest.mark.parametrize("address", ["", "https://gitlab.com/a/b", "https://github.com/only"])
def test_an_address_that_colab_cannot_open_is_refused(tmp_path: Path, address: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[project.urls]\nRepository = "{address}"\n')
    with pytest.raises(CourseError, match="Repository"):
        templates.repository(tmp_path)


def test_header_links_go_to_the_units_beside() -> None:
    units = list(UNITS.values())
    for before, unit, after in zip(units, units[1:], units[2:], strict=False):
        line = templates.navigation(unit)
        assert line.index(f"](../{before.notebook})") < line.index("](../README.md)")
        assert line.index("](../README.md)") < line.index(f"](../{after.notebook})")
    assert "다음" not in templates.navigation(units[-1])


NO_PATH = dict.fromkeys(UNITS, UnitPath(0, 0))


def only_one_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave UNIT alone; the units come back in their order (delitem would put them last)."""
    import autograder.authoring.build as build_module
    import autograder.exercises as exercises_module

    for module in (build_module, templates, exercises_module):
        if hasattr(module, "UNITS"):
            monkeypatch.setattr(module, "UNITS", {UNIT: UNITS[UNIT]})


def test_the_course_map_adds_up(
    course: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from autograder.exercises import all_exercises

    points = pages.judged_points()
    page = pages.course_map("https://github.com/someone/course", points, NO_PATH)
    total = sum(points.values())
    (sums,) = [line for line in page.splitlines() if line.startswith("| 모두")]
    assert f"| {len(all_exercises())} | {total:g} |" in sums
    for exercise in all_exercises():
        assert page.count(f"`{exercise.id}`") == 1
    for unit in UNITS.values():
        assert f"[{unit.number} · {unit.title}]({unit.notebook})" in page
    # A build of everything writes it and finds notebooks that no unit makes.
    only_one_unit(monkeypatch)
    folder = course()
    stray = folder / "notebooks" / "old" / "old.ipynb"
    stray.parent.mkdir(parents=True)
    stray.write_text("{}")
    assert build([], root=folder, run=False) == building.FAILED
    assert "old/old.ipynb" in capsys.readouterr().out
    stray.unlink()
    assert build([], root=folder, run=False) == 0
    assert "| 1 | 4 |" in (folder / "notebooks" / "README.md").read_text("utf-8")


def test_the_listed_points_are_read_and_only_a_new_exercise_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    """That the list is up to date is for test_notebooks.py: it is one of the files of the build."""
    from autograder import judge
    from autograder.exercises import all_exercises
    from autograder.exercises import points as listed

    asked: list[str] = []
    monkeypatch.setattr(judge, "points_of", lambda exercise: asked.append(exercise.id) or 7.0)
    found = {exercise.id: listed.listed_points(exercise) for exercise in all_exercises()}
    text = (root / "autograder" / "exercises" / listed.FILE).read_text("utf-8")
    assert (found, asked) == (json.loads(text), [])
    assert pages.points_table(found) == text
    assert listed.listed_points(replace(all_exercises()[0], id="start.new")) == 7.0
    assert asked == ["start.new"]
    # The build of a course writes it where the package is.
    assert not [path for path in pages.pages(tmp_path, "https://a") if path.name == listed.FILE]
    (tmp_path / "autograder" / "exercises").mkdir(parents=True)
    made = pages.pages(tmp_path, "https://a")
    assert set(json.loads(made[tmp_path / "autograder" / "exercises" / listed.FILE])) == set(found)


def test_the_picture_of_the_course_names_only_units_that_are_there() -> None:
    lines = [
        line
        for line in pages.course_map("https://a", defaultdict(float), NO_PATH).splitlines()
        if "u" in line
    ]
    boxes = {
        line.split("[")[0].strip() for line in lines if line.strip().startswith("u") and "[" in line
    }
    arrows = [line.split("-->") for line in lines if "-->" in line]
    assert len(boxes) == len(UNITS)
    assert {end.strip() for arrow in arrows for end in arrow} <= boxes


def test_the_glossary_page_explains_every_term_of_the_lint() -> None:
    from autograder.authoring.lint.korean import glossary, korean_problems

    page = pages.glossary_page()
    for term in glossary():
        assert term["english"] in page
        assert len(term["meaning"]) > 8
    assert not list(korean_problems(page))


def test_a_readme_without_a_place_for_the_units_is_refused() -> None:
    assert pages.with_unit_table(f"a\n{pages.BEGIN}\nold\n{pages.END}\nb", NO_PATH).endswith(
        f"{pages.END}\nb"
    )
    with pytest.raises(CourseError, match="단원표"):
        pages.with_unit_table("# README", NO_PATH)


def test_a_notebook_edited_as_text_keeps_its_ids(course: Callable[..., Path]) -> None:
    """What CONTRIBUTING tells authors: jupytext --pipe EDITOR."""
    folder = course(cells(lesson=(markdown("수업"), code("%time 1", tags=["then-and-now"]))))
    build([UNIT], root=folder, run=False)
    path = solution_of(folder)
    before = path.read_bytes()
    editor = folder / "editor.py"
    edit = "import sys; from pathlib import Path; p = Path(sys.argv[1]); t = p.read_text('utf-8')\n"

    def pipe(program: str) -> None:
        editor.write_text(edit + program, "utf-8")
        arguments = ["--quiet", "--pipe", f"{sys.executable} {editor} {{}}", str(path)]
        subprocess.run([sys.executable, "-m", "jupytext", *arguments], check=True, timeout=120)

    pipe("p.write_text(t, 'utf-8')")
    assert path.read_bytes() == before
    pipe("p.write_text(t.replace('# 수업', '# 고친 수업\\n\\n# %%\\nnew = 1'), 'utf-8')")
    old, new = json.loads(before)["cells"], json.loads(path.read_text("utf-8"))["cells"]
    assert [cell["id"] for cell in old] == [c["id"] for c in new if c["source"] != ["new = 1"]]
    assert [c["metadata"] for c in old] == [
        c["metadata"] for c in new if c["source"] != ["new = 1"]
    ]
    assert len(new) == len(old) + 1
    assert build([UNIT], root=folder, run=False) == 0


# --- --check ----------------------------------------------------------------------------------


def test_check_writes_nothing_and_fails_on_any_drift(
    course: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = course()
    assert build([UNIT], check=True, root=folder) == building.FAILED
    assert not student_of(folder).exists()
    assert build([UNIT], root=folder, run=False) == 0
    assert build([UNIT], check=True, root=folder) == 0
    for path in (student_of(folder), solution_of(folder)):
        kept = path.read_bytes()
        path.write_bytes(kept.replace("바르게".encode(), b"").replace("첫 번째".encode(), b"1"))
        drifted = path.read_bytes()
        assert drifted != kept
        capsys.readouterr()
        assert build([UNIT], check=True, root=folder) == building.FAILED
        said = capsys.readouterr().out
        assert str(path.relative_to(folder)) in said and "autograder build" in said
        assert path.read_bytes() == drifted
        path.write_bytes(kept)
    assert build([UNIT], check=True, root=folder) == 0


def test_wrong_names_and_folders_are_told(tmp_path: Path, course: Callable[..., Path]) -> None:
    with pytest.raises(CourseError, match=r"'04_seq'라는 단원은 없습니다.*04_sequential"):
        build(["04_seq"], root=course())
    empty = tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "solutions").rename(tmp_path / "elsewhere")
    with pytest.raises(CourseError, match="강좌의 폴더가 아닙니다"):
        course_root(empty)


def test_the_course_is_found_from_inside_it(course: Callable[..., Path]) -> None:
    folder = course()
    assert course_root(solution_of(folder).parent) == folder.resolve()


def test_a_broken_file_is_told(course: Callable[..., Path]) -> None:
    folder = course()
    for broken in ("", "{}", "[1]", '{"nbformat": 3, "cells": []}', '{"nbformat": 4}'):
        solution_of(folder).write_text(broken)
        with pytest.raises(CourseError, match="노트북으로 읽을 수 없습니다"):
            plan(UNITS[UNIT], folder)


# --- refusals ---------------------------------------------------------------------------------


def without(made: list, *numbers: int) -> list:
    return [cell for number, cell in enumerate(made) if number not in numbers]


def changed(number: int, **values: object) -> list:
    made = cells()
    for key, value in values.items():
        if key == "source":
            made[number].source = value
        else:
            made[number].metadata[key] = nbformat.from_dict(value)
    return made


CHECK = f'check("{EXERCISE}", x)'
LESSON = "이 단원의 수업입니다."

REFUSALS = {
    "points that differ": (
        changed(4, nbgrader={"points": 3, "grade_id": "start_first_tensor_check"}),
        "points이(가) 3인데 4이어야",
    ),
    "another grade_id": (changed(3, nbgrader={"grade_id": "solve1"}), "grade_id이(가) solve1인데"),
    "nbgrader metadata on another cell": (
        changed(2, nbgrader={"grade_id": "start_first_tensor", "solution": True}),
        "풀이도 검사도 없는 셀",
    ),
    "no exercise text": (without(cells(), 2), f"'exercise {EXERCISE}'이(가) 하나여야 하는데 0개"),
    "exercise text twice": (
        [*cells()[:3], markdown("문제", "exercise", EXERCISE), *cells()[3:]],
        "하나여야 하는데 2개",
    ),
    "no header": (without(cells(), 0), "'header'이(가) 하나여야 하는데 0개"),
    "header not first": ([markdown("a"), *cells()], "header 셀이 맨 앞에"),
    "footer not last": ([*cells(), markdown("a")], "footer 셀이 맨 뒤에"),
    "an unknown generated cell": ([*cells(), markdown("a", "sidebar")], "'sidebar'라는 생성 셀"),
    "an exercise of another unit": (
        [*cells()[:2], markdown("", "exercise", "sequential.mnist"), *cells()[2:]],
        "'sequential.mnist'라는 문제가 없습니다",
    ),
    "setup as text": (
        [cells()[0], markdown("", "setup"), *cells()[2:]],
        "setup 셀은 코드 셀이어야",
    ),
    "no check cell": (without(cells(), 4), f"검사 셀이 없는 문제: {EXERCISE}"),
    "no solution": (without(cells(), 3), "풀이 셀(BEGIN SOLUTION)이 없습니다"),
    "two check cells": ([*cells()[:5], code(CHECK), cells()[5]], "검사 셀이 또 있습니다"),
    "a check of an unknown exercise": (
        [*cells()[:5], code('check("start.second", x)'), cells()[5]],
        "'start.second'라는 문제가 없습니다",
    ),
    "a solution after the last check": (
        [*cells()[:5], code(region("y = 1")), cells()[5]],
        "풀이 셀 뒤에 검사 셀(check)이 없습니다",
    ),
    "the check before the text": (
        [*cells()[:2], *cells()[3:5], cells()[2], cells()[5]],
        "바로 앞의 명세는 '없음'",
    ),
    "no Python": (changed(3, source=region("x = = 1")), "파이썬 코드가 아닙니다"),
    "BEGIN without END": (
        changed(3, source="### BEGIN SOLUTION\nx = 1"),
        "nbgrader가 거절했습니다",
    ),
    "END without BEGIN": (
        changed(3, source=region("x = 1") + "\n### END SOLUTION"),
        "짝이 맞지 않습니다",
    ),
    "BEGIN inside BEGIN": (
        changed(3, source="### BEGIN SOLUTION\n" + region("x = 1")),
        "nbgrader가 거절했습니다",
    ),
    "an empty solution": (changed(3, source=region("# 여기")), "풀이 구역이 비어"),
    "a stub in the solution": (
        cells(lesson=(code(f"y = ...  {COMMENT}"),)),
        "빈칸의 글",
    ),
    "the solution told again": (
        cells(lesson=(markdown(f"답은 이렇습니다.\n\n```python\n{SOLVED}\n```"),)),
        "풀이가 1줄 남아",
    ),
    "the solution in the comment above it": (
        changed(3, source=f"y = 1\n{SOLVED}\n" + region("x = y + y + y + y", SOLVED)),
        "풀이가 1줄 남아",
    ),
    "a link to the solutions": (
        cells(lesson=(markdown("[풀이](../../solutions/00_start/start.ipynb)"),)),
        "링크가 solutions/를",
    ),
    "a link written below": (
        cells(lesson=(markdown("[풀이][1]\n\n[1]: https://github.com/a/b/blob/main/solutions/x"),)),
        "링크가 solutions/를",
    ),
    "code that opens the solutions": (
        cells(lesson=(code("open('../../solutions/00_start/start.ipynb')"),)),
        "링크가 solutions/를",
    ),
    "a picture from the solutions": (
        cells(lesson=(markdown('<img src="../../solutions/a.png">'),)),
        "링크가 solutions/를",
    ),
    "tf.keras": (cells(lesson=(code("tf.keras.layers"),)), "'tf.keras.'은(는) **그때와 지금**"),
    "input_shape": (
        cells(lesson=(markdown("그때와 지금"), code("dict(input_shape=3)"))),
        "태그 then-and-now",
    ),
    "the tag without the text": (
        cells(lesson=(markdown(LESSON), code("dict(input_shape=3)", tags=["then-and-now"]))),
        "**그때와 지금**",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_solution_with_a_fault_is_refused(case: str, course: Callable[..., Path]) -> None:
    made, said = REFUSALS[case]
    problems = plan(UNITS[UNIT], course(made)).problems
    assert any(said in problem for problem in problems), problems


def test_what_is_refused_is_not_written(
    course: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = course(without(cells(), 4))
    before = solution_of(folder).read_bytes()
    assert build([UNIT], root=folder, run=False) == building.FAILED
    assert "검사 셀이 없는 문제" in capsys.readouterr().out
    assert solution_of(folder).read_bytes() == before and not student_of(folder).exists()


ACCEPTED = {
    "the word alone": (markdown("풀이는 solutions/ 폴더에 있습니다."),),
    "then and now": (
        markdown("**그때와 지금** 예전에는 `tf.keras.Input`이었습니다."),
        code("dict(input_shape=3)", tags=["then-and-now"]),
        code("dict(input_shape=4)", tags=["then-and-now"]),
    ),
    "comparing input_shape": (code("model = keras.Input((1,))\nmodel.shape == 3"),),
    "a line that lessons teach too": (
        code("model = keras.Sequential([keras.Input((3,))])\nmodel.compile(loss='mse')"),
    ),
    "magics": (code("%%time\nimport os"), code("%timeit -n1 -r1 1 + 1")),
    "a check that is not the last word": (code(f'report = check("{EXERCISE}", 3)\nreport'),),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_lessons_need_is_not_refused(case: str, course: Callable[..., Path]) -> None:
    solution = region(
        "model = keras.Sequential([keras.Input((3,))])",
        "model.add(keras.layers.Dense(3))",
        "model.add(keras.layers.Dense(6))",
        "model.add(keras.layers.Dense(9))",
        SOLVED,
    )
    made = plan(UNITS[UNIT], course(cells(solution, ACCEPTED[case])))
    assert made.problems == ()


def test_several_solution_cells_of_one_exercise_have_their_own_ids(
    course: Callable[..., Path],
) -> None:
    made = [*cells()[:3], code(region("y = 3")), *cells()[3:]]
    student = plan(UNITS[UNIT], course(made)).student
    assert student is not None
    ids = [c.metadata.nbgrader.grade_id for c in student.cells if "nbgrader" in c.metadata]
    assert ids == ["start_first_tensor", "start_first_tensor_2", "start_first_tensor_check"]


ANSWER_FAULTS = {
    "no file": (None, "answers.py가 없습니다"),
    "a file that fails": ("1 / 0", "ZeroDivisionError"),
    "two styles": ('right("start.first_tensor", "하나")(int)', "맞는 답이 3가지여야 하는데 1가지"),
    "nothing wrong": ('right("start.first_tensor", "하나")(int)', "틀린 답이 없습니다"),
    "another unit": ('right("tape.clip", "하나")(int)', "'tape.clip'라는 문제가 없습니다"),
    "the same name twice": (
        'right("start.first_tensor", "하나")(int)\nright("start.first_tensor", "하나")(int)',
        "'하나'이라는 답이 둘",
    ),
}


@pytest.mark.parametrize("case", ANSWER_FAULTS)
def test_exercises_without_enough_answers_are_refused(
    case: str, course: Callable[..., Path]
) -> None:
    source, said = ANSWER_FAULTS[case]
    folder = course()
    path = folder / "solutions" / UNIT / "answers.py"
    path.unlink()
    if source is not None:
        path.write_text("from autograder.authoring.answers import right, wrong\n" + source)
    problems = refusals.exercise_problems(UNIT, folder)
    assert any(said in problem for problem in problems), problems


def test_an_exercise_without_hints_is_refused(
    course: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.exercises import get

    folder = course()
    assert refusals.exercise_problems(UNIT, folder) == []
    exercise = get(EXERCISE)
    for hints in ((), ("먼저", " ", "끝으로")):
        monkeypatch.setitem(exercise.__dict__, "hints", hints)
        assert any("힌트가 없습니다" in p for p in refusals.exercise_problems(UNIT, folder))


def test_a_wrong_answer_must_say_what_is_expected() -> None:
    from autograder.authoring.answers import wrong

    with pytest.raises(ValueError, match="expect"):
        wrong("start.first_tensor", "정수", expect="")


# --- notebooks that are run -------------------------------------------------------------------


def small(*sources: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[code(source) for source in sources])


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import sys\nprint('경고', file=sys.stderr)", "표준 오류에 '경고'"),
        ("import os\nos.write(2, b'from C++')", "표준 오류에 'from C++'"),
        ("import warnings\nwarnings.warn('옛 함수')", "옛 함수"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import os\nos._exit(1)", "커널이 멈추었습니다"),
        ("import time\ntime.sleep(600)", "3초 안에 끝나지 않았습니다"),
    ],
    ids=["stderr", "C++", "warning", "raises", "dies", "endless"],
)
def test_a_run_tells_what_a_learner_must_not_meet(source: str, said: str) -> None:
    from autograder.authoring import verify

    faults = verify._faults(verify.execute(small("a = 1", source, "a"), cell_seconds=3))
    assert said in faults[0] and "None" not in faults[0]


def test_a_run_is_quiet_and_sees_only_the_built_in_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.authoring.verify import execute

    for name in ("AUTOGRADER_DATA", "AUTOGRADER_RUN", "NBGRADER_EXECUTION", "MPLBACKEND"):
        monkeypatch.setenv(name, str(tmp_path))
    seen = []
    run = execute(
        small(
            "import os, autograder\n(sorted(os.environ), os.listdir(), os.listdir('..'))",
            "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()",
        ),
        on_cell=seen.append,
    )
    assert run.noise == [] and run.error == "" and run.seconds > 0 and seen == [0, 1]
    names, here, _ = ast.literal_eval(run.notebook.cells[0].outputs[0].data["text/plain"])
    assert here == []
    assert not {"AUTOGRADER_DATA", "AUTOGRADER_RUN", "NBGRADER_EXECUTION"} & set(names)
    assert {"AUTOGRADER_HOME", "KERAS_HOME"} <= set(names)
    assert "image/png" in run.notebook.cells[1].outputs[-1].data


def run_showing(*reports: Report | None) -> Run:
    made = small(*[CHECK] * len(reports))
    for cell, report in zip(made.cells, reports, strict=True):
        if report is not None:
            data = report._repr_mimebundle_()
            cell.outputs = [nbformat.v4.new_output("execute_result", data)]
    return Run(made, 1.0)


def report(score: float, *, attempted: bool = True) -> Report:
    item = Item("값", 4, score)
    return Report(EXERCISE, "0-1", "첫 [번째] 텐서", (item,), attempted)


def test_the_shown_reports_decide() -> None:
    right, partly, wrong = report(4), report(2.5), report(0)
    untouched = report(0, attempted=False)
    assert solution_faults(run_showing(right), UNIT) == []
    assert untouched_faults(run_showing(untouched), UNIT) == []
    for bad in (partly, wrong, untouched, None):
        assert len(solution_faults(run_showing(bad), UNIT)) == 1
    for bad in (right, partly, wrong, None):
        assert len(untouched_faults(run_showing(bad), UNIT)) == 1
    assert "2.5점입니다" in solution_faults(run_showing(partly), UNIT)[0]
    assert "아직 맞지 않습니다" in untouched_faults(run_showing(wrong), UNIT)[0]


@pytest.mark.slow
def test_build_runs_what_changed_before_it_writes(
    course: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    # The solution is wrong; the untouched notebook gets a point by the lesson's last line.
    made = cells(region("x = tf.zeros((2, 3))"))
    made.insert(4, code("if x is ...:\n    x = tf.ones((2, 3))"))
    folder = course(made)
    assert build([UNIT], root=folder) == building.FAILED
    said = capsys.readouterr().out
    assert "풀이 노트북" in said and "점 만점이어야 하는데" in said
    assert "학생용 노트북" in said and "풀지 않았는데" in said
    assert not student_of(folder).exists()
    folder = course()
    assert build([UNIT], root=folder) == 0
    assert json.loads(student_of(folder).read_text("utf-8"))["nbformat"] == 4
