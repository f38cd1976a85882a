"""The parts of grading that need no kernel: reading, repairing, explaining, writing."""

from __future__ import annotations

import copy
import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from graded_class import find, is_check, solution
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from rich.console import Console

from autograder import notebook
from autograder.authoring.release import release
from autograder.grading import submission, table
from autograder.grading.course.feedback_page import FeedbackExporter
from autograder.grading.course.safe_html import safe_html
from autograder.grading.planning import extra_files
from autograder.grading.run import kernel
from autograder.grading.run.outputs import TEXT_LIMIT, Outputs
from autograder.grading.run.runner import NOT_RUN, Code, Limits, Run, Task
from autograder.grading.store import Graded, Store, key_of
from autograder.grading.submission import MasterCell, UnreadableNotebook
from autograder.grading.table import Column, Row
from autograder.grading.unfinished import notes
from autograder.report import STYLE, Item, Report

UNIT = "04_sequential"


@pytest.fixture(scope="module")
def released() -> NotebookNode:
    return release(solution(UNIT))


@pytest.fixture(scope="module")
def masters(released: NotebookNode) -> list[MasterCell]:
    """What the gradebook knows of the released notebook."""
    found = []
    exercise = ""
    for cell in reversed(released.cells):
        entry = cell.metadata.get("nbgrader")
        if entry:
            exercise = notebook.checked_exercise(cell) or exercise
            made = MasterCell(
                entry.grade_id, cell.source, "code", dict(entry), exercise, entry.get("points")
            )
            found.append(made)
    return found[::-1]


def ids(made: NotebookNode) -> list[str]:
    return [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in made.cells]


def mended(made: NotebookNode, masters: list[MasterCell]) -> NotebookNode:
    return submission.repair(submission.read(notebook.text(made).encode()), masters)


# --- reading ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "비어 있습니다"),
        (b" \n", "비어 있습니다"),
        (b"{", "노트북으로 읽을 수 없습니다"),
        (b"\xff\xfe\x00", "노트북으로 읽을 수 없습니다"),
        (b"[" * 100_000, "노트북으로 읽을 수 없습니다"),
        (b"[]", "주피터 노트북(.ipynb)이 아닙니다"),
        (b'{"nbformat": "4", "cells": []}', "주피터 노트북(.ipynb)이 아닙니다"),
        (b'{"nbformat": 4, "cells": {}}', "셀이 하나도 없습니다"),
        (b'{"nbformat": 2}', "오래된 형식"),
        (b'{"nbformat": 3, "nbformat_minor": 0, "worksheets": 5}', "오래된 형식"),
    ],
)
def test_what_is_no_notebook_is_said_in_korean(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableNotebook, match=said.replace("(", r"\(").replace(")", r"\)")):
        submission.read(data)


def test_a_file_that_is_too_large_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "MAX_BYTES", 10)
    with pytest.raises(UnreadableNotebook, match="너무 큽니다"):
        submission.read(b'{"nbformat": 4, "cells": []}')


def test_odd_cells_are_put_right_or_left_out() -> None:
    cells: list[Any] = [
        {"cell_type": "code", "source": ["a = 1\n", "b = 2"], "outputs": "none", "id": "same"},
        {"cell_type": "code", "source": "c", "id": "same", "metadata": None},
        {"cell_type": "code", "source": "d", "id": "한글 id", "metadata": {"nbgrader": [1]}},
        {"cell_type": "markdown", "source": "\ud800글", "attachments": {"x.png": "no bundle"}},
        {"cell_type": "code", "source": {"not": "text"}},
        {"cell_type": "heading", "source": "옛날 셀"},
        "no cell",
        {"cell_type": "code", "input": "e = 5", "metadata": {"nbgrader": {"grade_id": 7}}},
    ]
    made = submission.read(json.dumps({"nbformat": 4, "cells": cells}).encode())
    assert [cell.source for cell in made.cells] == ["a = 1\nb = 2", "c", "d", "?글", "e = 5"]
    assert len({cell.id for cell in made.cells}) == 5
    nbformat.validate(made)


# --- repairing -------------------------------------------------------------------------------


def test_an_untouched_notebook_keeps_all_of_its_metadata(
    released: NotebookNode, masters: list[MasterCell]
) -> None:
    made = mended(released, masters)
    assert ids(made) == ids(released)
    assert [cell.source for cell in made.cells] == [cell.source for cell in released.cells]
    nbformat.validate(made)


def test_lost_metadata_come_back(released: NotebookNode, masters: list[MasterCell]) -> None:
    lost = copy.deepcopy(released)
    for cell in lost.cells:
        cell.metadata = NotebookNode()
    made = mended(lost, masters)
    assert ids(made) == ids(released)
    check = next(cell for cell in made.cells if is_check(cell))
    assert (
        check.metadata.nbgrader == next(c for c in released.cells if is_check(c)).metadata.nbgrader
    )


def test_of_doubled_cells_the_last_one_counts(
    released: NotebookNode, masters: list[MasterCell]
) -> None:
    doubled = copy.deepcopy(released)
    first = copy.deepcopy(doubled.cells[3:5])
    first[0].source = "model = 'erster'"
    doubled.cells[2:2] = first
    made = mended(doubled, masters)
    assert [name for name in ids(made) if name] == [name for name in ids(released) if name]
    assert not made.cells[2].metadata.get("nbgrader")
    assert not made.cells[3].metadata.get("nbgrader")


def test_swapped_metadata_follow_the_source(
    released: NotebookNode, masters: list[MasterCell]
) -> None:
    swapped = copy.deepcopy(released)
    checks = [cell for cell in swapped.cells if is_check(cell)]
    checks[0].metadata, checks[1].metadata = checks[1].metadata, checks[0].metadata
    made = mended(swapped, masters)
    assert [cell.source for cell in made.cells] == [cell.source for cell in released.cells]
    assert ids(made) == ids(released)


def test_a_deleted_check_comes_back_before_the_next_exercise(
    released: NotebookNode, masters: list[MasterCell]
) -> None:
    for lost_metadata in (False, True):
        for gone in (0, 1, 3):
            without = copy.deepcopy(released)
            checks = [cell for cell in without.cells if is_check(cell)]
            without.cells = [cell for cell in without.cells if cell is not checks[gone]]
            if lost_metadata:
                for cell in without.cells:
                    cell.metadata = NotebookNode()
            made = mended(without, masters)
            sources = [cell.source for cell in made.cells]
            assert sources == [cell.source for cell in released.cells], (gone, lost_metadata)


def test_a_changed_check_is_ours_again(released: NotebookNode, masters: list[MasterCell]) -> None:
    changed = copy.deepcopy(released)
    check = [cell for cell in changed.cells if is_check(cell)][1]
    original = check.source
    check.source = "from autograder.report import Report\nReport"
    check.metadata.nbgrader.points = 100
    made = mended(changed, masters)
    cell = find(made, lambda cell: "mnist_check" in str(cell.metadata))
    assert cell.source == original and cell.metadata.nbgrader.points == 13


def test_a_check_that_became_text_is_code_again(
    released: NotebookNode, masters: list[MasterCell]
) -> None:
    changed = copy.deepcopy(released)
    index = next(i for i, cell in enumerate(changed.cells) if is_check(cell))
    text = nbformat.v4.new_markdown_cell("다 했다!")
    text.metadata = changed.cells[index].metadata
    changed.cells[index] = text
    made = mended(changed, masters)
    assert made.cells[index].cell_type == "code"
    assert made.cells[index].source == released.cells[index].source


def test_the_learners_own_checks_are_left_alone(
    released: NotebookNode, masters: list[MasterCell]
) -> None:
    own = copy.deepcopy(released)
    own.cells.append(nbformat.v4.new_code_cell('check("sequential.mlp", other)  # 한 번 더'))
    made = mended(own, masters)
    assert ids(made) == [*ids(released), ""]
    assert "other" in made.cells[-1].source


def test_invented_metadata_are_dropped(released: NotebookNode, masters: list[MasterCell]) -> None:
    invented = copy.deepcopy(released)
    cell = nbformat.v4.new_code_cell("bonus = 1")
    cell.metadata["nbgrader"] = {"grade": True, "grade_id": "bonus", "points": 50}
    invented.cells.append(cell)
    assert "nbgrader" not in mended(invented, masters).cells[-1].metadata


# --- explaining ------------------------------------------------------------------------------


def test_every_exercise_without_evidence_has_a_reason() -> None:
    cells = tuple(Code("", exercise) for exercise in ("", "a", "", "b", "", "c"))
    error = {"output_type": "error", "ename": "NameError", "evalue": "name 'x'\nmore"}
    kinds = (
        kernel.DONE,
        kernel.ERROR,
        kernel.TIMEOUT,
        kernel.FLOOD,
        kernel.DIED,
        kernel.STUCK,
        "out of time",
        NOT_RUN,
    )
    for first in kinds:
        for second in kinds:
            results = [first, kernel.DONE, second, kernel.ERROR, kernel.DONE, NOT_RUN]
            run = Run(results, [[error]] * 6)
            said = notes(cells, run, Limits())
            assert set(said) == {"a", "b", "c"}
            for sentence in said.values():
                assert sentence.endswith(".") and "  " not in sentence
    assert "`NameError: name 'x'`" in said["b"]


def test_an_error_before_a_check_is_named_when_the_check_still_ran() -> None:
    cells = (Code("model = broken()"), Code("", "a"), Code(""), Code("", "b"))
    error = {"output_type": "error", "ename": "ValueError", "evalue": "`x` is wrong."}
    done = kernel.DONE
    run = Run([kernel.ERROR, done, done, done], [[error], [], [], []], {"a": b"", "b": b""})
    assert notes(cells, run, Limits()) == {
        "a": "이 검사 앞의 코드 셀에서 오류가 났습니다: `ValueError: 'x' is wrong`."
    }


# --- outputs ---------------------------------------------------------------------------------


def test_hostile_messages_make_valid_outputs() -> None:
    outputs = Outputs()
    for kind, content in (
        ("stream", {"name": "stdout", "text": None}),
        ("stream", {"name": "elsewhere", "text": "x"}),
        ("stream", {}),
        ("display_data", {"data": "text"}),
        ("display_data", {"data": {"text/plain": ["a", 1], "text/html": {"b": 2}}}),
        ("execute_result", {"data": {"text/plain": "3"}, "execution_count": "viele"}),
        ("update_display_data", {"transient": {"display_id": "unknown"}, "data": {}}),
        ("error", {"traceback": "no list", "ename": 5}),
        ("clear_output", {"wait": True}),
        ("no such message", {"x": 1}),
        ("stream", {"name": "stdout", "text": "뒤"}),
    ):
        outputs.receive(kind, content, 10)
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x")])
    made.cells[0].outputs = [nbformat.from_dict(output) for output in outputs.finish()]
    nbformat.validate(made)
    assert [output.text for output in made.cells[0].outputs] == ["뒤"]


def test_what_is_cleared_counts_all_the_same() -> None:
    outputs = Outputs()
    for _ in range(20):
        outputs.receive("stream", {"name": "stdout", "text": "x" * 100_000}, 100_000)
        outputs.receive("clear_output", {}, 10)
    assert not outputs.flooded and outputs.finish() == []
    pictures = Outputs()
    for _ in range(10):
        pictures.receive("display_data", {"data": {"image/png": "A" * 2_000_000}}, 2_000_000)
    sizes = [len(str(output["data"])) for output in pictures.finish()]
    assert sum(sizes) < 9_000_000 and "너무 커서" in str(pictures.finish()[-1])
    assert TEXT_LIMIT < 1_000_000


@pytest.mark.parametrize(
    ("written", "shown"),
    [("1%\r50%\r100%\n끝", "100%\n끝"), ("a\r\nb", "a\nb"), ("abc\b\bd", "ad"), ("x\r", "x\r")],
)
def test_progress_lines_show_their_last_state(written: str, shown: str) -> None:
    outputs = Outputs()
    outputs.receive("stream", {"name": "stdout", "text": written}, 1)
    assert outputs.finish()[0]["text"] == shown


# --- files -----------------------------------------------------------------------------------


def test_files_beside_the_notebook_come_along(tmp_path: Path) -> None:
    own, master = tmp_path / "own", tmp_path / "master"
    for folder in (own / "data", master, own / "__pycache__", own / ".hidden"):
        folder.mkdir(parents=True)
    (own / "helper.py").write_text("mine")
    (own / "data" / "x.csv").write_text("1")
    (own / "__pycache__" / "helper.pyc").write_text("")
    (own / ".hidden" / "x").write_text("")
    (own / "timestamp.txt").write_text("2026-01-01")
    (own / "sequential.ipynb").write_text("{}")
    (own / "link").symlink_to("/etc/passwd")
    (master / "helper.py").write_text("master")
    # As Windows writes Korean into a zip, and unzip takes it out.
    (own / os.fsdecode("자료.csv".encode("cp949"))).write_text("2")
    assert extra_files(tmp_path / "missing") == {}
    assert extra_files(own) | extra_files(master) == {
        "data/x.csv": b"1",
        "helper.py": b"master",
        "자료.csv": b"2",
    }


def test_the_store_gives_back_what_it_got_and_survives_broken_files(tmp_path: Path) -> None:
    store = Store(tmp_path)
    report = Report("a.b", "1-1", "제목", (Item("항목", 2, 1.5, "메시지", "조언"),), True, "비고")
    graded = Graded([kernel.DONE], [[{"output_type": "stream"}]], {"a.b": report}, 1.5)
    assert store.get("key") is None
    store.put("key", graded)
    assert store.get("key") == graded
    (store.folder / "key.json").write_text('{"results": [')
    assert store.get("key") is None


def test_the_key_changes_with_whatever_could_change_the_result(tmp_path: Path) -> None:
    data = tmp_path / "mnist.npz"
    data.write_bytes(b"1")
    base = Task((Code("x", "a.b"),), {}, {}, (), Limits())
    keys = [
        key_of(task)
        for task in (
            base,
            Task((Code("y", "a.b"),), {}),
            Task((Code("x", ""),), {}),
            Task(base.cells, {}, {"helper.py": b"1"}),
            Task(base.cells, {}, {"helper.py": b"2"}),
            Task(base.cells, {}, {}, (str(data),)),
            Task(base.cells, {}, limits=Limits(cell_seconds=5)),
        )
    ]
    assert len(set(keys)) == len(keys)
    same = Task(base.cells, {"a.b": b"another seed"}, {}, (), Limits(threads=4))
    assert key_of(same) == keys[0]


COLUMNS = [Column("sequential.mlp", "4-1", 8), Column("sequential.mnist", "4-2", 13)]


def test_formulas_in_names_and_notes_stay_text_in_excel(tmp_path: Path) -> None:
    escape = Row("\x1b]0;a\x07", "채점함", {}, 0, notes=["b\x1b[2J\u202ec"])
    table.write_csv(tmp_path / "grades.csv", COLUMNS, [escape])
    # The name is the folder's, so that it can be found again; what is said about it is only read.
    assert "b\ufffd[2J\ufffdc" in (tmp_path / "grades.csv").read_text("utf-8")
    console = Console(file=io.StringIO(), width=120)
    table.show("04_sequential", COLUMNS, [escape], console)
    assert not {"\x1b", "\x07", "\u202e"} & set(console.file.getvalue())  # type: ignore[attr-defined]
    rows = [Row('=HYPERLINK("x")', "채점함", {}, 0, notes=["@SUM(1)", 'a, "b"\nc'])]
    table.write_csv(tmp_path / "grades.csv", COLUMNS, rows)
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        _, row = csv.reader(file)
    assert row[0] == '\'=HYPERLINK("x")'
    assert row[-1] == '\'@SUM(1) a, "b"\nc'


def test_the_table_shows_students_scores_and_the_first_sentences() -> None:
    rows = [
        Row("[red]김[/red]", "채점함", {"sequential.mlp": 8, "sequential.mnist": 2.5}, 10.5),
        Row(
            "이",
            "채점함",
            {"sequential.mlp": 0},
            0,
            penalty=1,
            notes=["4-1: 첫 문장입니다. 둘째 문장."],
        ),
        Row("박", "미제출", notes=["미제출"]),
    ]
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    table.show(UNIT, COLUMNS, rows, console)
    shown = console.export_text()
    assert "[red]김[/red]" in shown and "10.5" in shown and "2.5" in shown
    assert "4-1: 첫 문장입니다." in shown and "둘째" not in shown
    assert "지각 감점 1점" in shown
    assert "제출 2명 / 3명 · 평균 5.25점" in shown
    assert "이름" not in shown
    rows[0].name = "김철수"
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    table.show(UNIT, COLUMNS, rows, console)
    assert "김철수" in console.export_text()


def test_a_feedback_page_is_nbconverts_but_for_the_words_of_a_picture_without_any() -> None:
    def picture(html: str) -> NotebookNode:
        return nbformat.v4.new_output("display_data", {"text/html": html})

    cells = [
        nbformat.v4.new_code_cell(
            "x = 1 < 2",
            outputs=[picture('<p><img src="a.png"><IMG alt="가" src="b.png"></p>')],
        ),
        nbformat.v4.new_markdown_cell("# 제목\n글"),
    ]
    made = nbformat.v4.new_notebook(cells=cells)
    page, _ = FeedbackExporter().from_notebook_node(copy.deepcopy(made))
    plain, _ = HTMLExporter().from_notebook_node(copy.deepcopy(made))
    assert 'alt="노트북의 그림" src="a.png"' in page and page.count("노트북의 그림") == 1
    ours, nbconverts = (BeautifulSoup(text, "html.parser") for text in (page, plain))
    for tag in (*ours.select("[alt]"), *nbconverts.select("[alt]")):
        del tag["alt"]
    for tag in nbconverts.select("[tabindex]"):
        del tag["tabindex"]
    for tag in ours.select("[tabindex]"):
        del tag["tabindex"]
    assert str(ours.body) == str(nbconverts.body)


def test_formulas_of_a_feedback_page_need_no_script() -> None:
    text = "글 $a < b^2$\n\n$$\\frac{x}{2}$$\n\n\\begin{align}c\\end{align}\n\n틀린 $\\left($ 수식"
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    page = BeautifulSoup(FeedbackExporter().from_notebook_node(made)[0], "html.parser")
    formulas = page.select("main math, body math")
    assert [formula["display"] for formula in formulas[:3]] == ["inline", "block", "block"]
    assert formulas[0].text.replace(" ", "") == "a<b2"
    assert "틀린" in page.body.text


SCRIPTS = (
    "<script>document.x = 1</script>",
    "<img src=x onerror='document.x = 1'>",
    "<a href='javascript:document.x = 1'>a</a>",
    "<svg onload='document.x = 1'><script>1</script></svg>",
    "<iframe srcdoc='<script>1</script>'></iframe>",
    "<object data='data:text/html,a'></object><embed src='a'>",
    "<form action='http://a'><button formaction='javascript:1'>a</button></form>",
    "<meta http-equiv=refresh content='0; url=http://a'><base href='http://a'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<img src='data:image/svg+xml,<svg onload=1>'>",
    "<p style='background: url(javascript:1)'>a</p>",
)


@pytest.mark.parametrize("text", SCRIPTS)
def test_html_of_a_learner_holds_nothing_that_runs(text: str) -> None:
    for page in (safe_html(text), safe_html(STYLE + text).removeprefix(STYLE)):
        for tag in BeautifulSoup(page, "html.parser").find_all(True):
            assert tag.name in ("a", "p", "img", "table"), page
            assert not [name for name in tag.attrs if name.startswith("on")], page
            links = [str(tag.attrs.get(name, "")) for name in ("href", "src", "style")]
            assert not [link for link in links if "script" in link or "svg" in link], page


def test_what_the_course_shows_stays_as_it_is() -> None:
    picture = '<img src="data:image/png;base64,aGk=" width="9" alt="그림">'
    kept = f"<details open><summary><b>a</b></summary><table><tr><td>1</td></tr></table>{picture}</details>"
    shown = BeautifulSoup(safe_html(kept), "html.parser")
    assert str(shown.img) == str(BeautifulSoup(picture, "html.parser").img)
    assert [tag.name for tag in shown.find_all(True)][:3] == ["details", "summary", "b"]
    item = Item("항목", 2, 1.5, "메시지 `x`", "조언")
    report = Report("a.b", "1-1", "제목", (item,), True, "비고").to_html()
    cleaned = safe_html(report)
    assert cleaned.startswith(STYLE)
    # A browser adds the body of a table, too.
    bare = cleaned.replace("<tbody>", "").replace("</tbody>", "")
    assert BeautifulSoup(bare, "html.parser") == BeautifulSoup(report, "html.parser")
    svg = safe_html(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert svg.startswith('<img alt="') and "image/svg+xml;base64," in svg
