"""The website's parts that need no run and no browser."""

from __future__ import annotations

import base64
import html
import io
import re
import shutil
import string
import struct
import zlib
from pathlib import Path

import nbformat
import pytest
from fontTools.ttLib import TTFont
from latex2mathml.converter import convert
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.authoring.release import release
from autograder.authoring.site import cells, mathml, outputs, stills
from autograder.authoring.site.combine import combine
from autograder.authoring.site.executed import kept_at
from autograder.authoring.site.mistakes import mistakes
from autograder.authoring.site.pages import glossary_page, index_page
from autograder.authoring.site.search import SearchKorean
from autograder.authoring.site.sphinx import pages_address, weave
from autograder.authoring.site.terms import Finder, terms
from autograder.authoring.templates import colab, repository
from autograder.errors import CourseError
from autograder.exercises.units import UNITS, Unit
from autograder.notebook import read

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = "https://github.com/someone/course"
UNIT = UNITS["04_sequential"]


def png(width: int, height: int) -> bytes:
    """A white picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    rows = (b"\0" + b"\xff" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def picture_output(pixels: int, text: str = "", **metadata: object) -> nbformat.NotebookNode:
    data = {"image/png": base64.b64encode(png(pixels, 10)).decode(), "text/plain": text}
    return new_output("display_data", data, metadata={"image/png": metadata})


def notebook_of(*made: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A notebook as a learner's, its solutions taken out."""
    return release(nbformat.from_dict(new_notebook(cells=list(made))))


# ----------------------------------------------------------------------- outputs without solutions


def test_outputs_come_from_the_solution_and_sources_do_not() -> None:
    solved = new_notebook(
        cells=[
            new_code_cell(
                "### BEGIN SOLUTION\nsecret = 41 + 1\n### END SOLUTION\nprint(secret)",
                id="one",
                metadata={
                    "nbgrader": {
                        "grade": False,
                        "grade_id": "a",
                        "locked": False,
                        "schema_version": 3,
                        "solution": True,
                        "task": False,
                    }
                },
                outputs=[new_output("stream", name="stdout", text="42\n")],
            ),
            new_code_cell(
                'answer("sequential.mlp")',
                id="two",
                outputs=[new_output("execute_result", {"text/plain": "secret"})],
            ),
        ]
    )
    made = combine(release(solved), solved)
    assert made.cells[0].outputs[0].text == "42\n"
    assert "41 + 1" not in made.cells[0].source
    assert made.cells[1].outputs == []
    text = cells.page(UNIT, made, {}, ADDRESS, {})
    assert "41 + 1" not in text and "BEGIN SOLUTION" not in text
    assert "42" in text and "여러분이 채울 셀" in text


def test_an_output_of_a_cell_that_is_no_longer_there_is_dropped() -> None:
    solved = new_notebook(cells=[new_code_cell("1", id="gone", outputs=[picture_output(4)])])
    student = new_notebook(cells=[new_code_cell("1", id="new")])
    assert combine(student, solved).cells[0].outputs == []


def test_the_name_of_a_run_changes_with_what_the_outputs_come_from(tmp_path: Path) -> None:
    notebook, reports = kept_at(UNIT, ROOT, tmp_path)
    assert (notebook, reports) == kept_at(UNIT, ROOT, tmp_path)
    shutil.copytree(ROOT / "solutions" / UNIT.name, tmp_path / "solutions" / UNIT.name)
    assert (notebook, reports) == kept_at(UNIT, tmp_path, tmp_path)
    for name, changed in (
        (UNIT.notebook, (True, False)),
        (f"{UNIT.name}/answers.py", (True, True)),
    ):
        with (tmp_path / "solutions" / name).open("a") as file:
            file.write("\n")
        other = kept_at(UNIT, tmp_path, tmp_path)
        assert (other[0] != notebook, other[1] != reports) == changed


def test_a_typical_mistake_is_shown_by_its_report_only() -> None:
    made = mistakes(UNITS["00_start"], ROOT)
    (report,) = made.values()
    assert list(made) == ["start.first_tensor"]
    assert "ag-partial" in report and "/ 4점" in report and "tf.constant(" not in report


# ------------------------------------------------------------------------------------------- cells


def test_links_lead_to_the_pages_and_the_rest_to_the_repository() -> None:
    text = (
        "[앞](../01_eager/eager.ipynb) [절](../01_eager/eager.ipynb#2) [차례](../README.md) "
        "[데이터](../../datasets/README.md) [밖](https://keras.io/) [여기](#절)"
    )
    assert cells.linked(text, UNIT, ADDRESS) == (
        "[앞](01_eager.md) [절](01_eager.md#2) [차례](index.md) "
        f"[데이터]({ADDRESS}/blob/main/datasets/README.md) [밖](https://keras.io/) [여기](#절)"
    )


@pytest.mark.parametrize("unit", UNITS.values(), ids=lambda unit: unit.name)
def test_the_head_of_a_page_is_the_head_of_the_notebook_without_its_navigation(unit: Unit) -> None:
    source = read(ROOT / "notebooks" / unit.notebook).cells[0].source
    head = cells.header(unit, source, ADDRESS)
    assert head.startswith(f"# {unit.number} · {unit.title}\n\n{unit.purpose}")
    assert "**예상 시간** 핵심" in head and unit.makes in head
    assert '<svg role="img" aria-label="' in head and "data:" not in head
    assert "../README.md" not in head and "colab-badge" not in head and head.count("</svg>") == 1
    assert "Colab에서 열고 풀기" in head and colab(unit, ADDRESS) in head


def test_text_of_a_terminal_becomes_readable() -> None:
    shown = outputs.output_html(
        new_output("stream", name="stdout", text="1/2\r2/2 \x1b[32m<다>\x1b[0m\n"), "", {}
    )
    assert "2/2 &lt;다&gt;" in shown and "1/2" not in shown and "\x1b" not in shown
    assert outputs.output_html(new_output("stream", name="stdout", text="\n"), "", {}) == ""


def test_a_picture_is_a_file_with_its_text_and_is_not_made_too_small() -> None:
    files: dict[str, bytes] = {}
    own = outputs.output_html(picture_output(900, width=450, alt="세 숫자"), "다른 글", files)
    (name,) = files
    assert f'src="{name}"' in own and 'width="450"' in own and 'alt="세 숫자"' in own
    assert "min-width: 270px" in own and 'class="output picture"' in own
    wide = outputs.output_html(picture_output(900), "손실", files)
    assert 'alt="손실"' in wide and "min-width: 540px" in wide and "output wide" in wide


def test_a_picture_without_text_is_told_by_its_code() -> None:
    cell = new_code_cell('plt.title("훈련")\nplt.plot(x)\naxes.set(xlabel="스텝", title="검증")')
    assert outputs.described(cell, "절") == "그림: 제목 훈련, 검증 · 가로축 스텝"
    assert outputs.described(new_code_cell("plt.plot(x)"), "절") == "그림: 절"


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ("크면 흔들립니다. **보세요.**\n\n## 다음", ("크면 흔들립니다. **보세요.**", True)),
        ("### 다음", ("`beta`를 바꾸어 보세요.", False)),
        ("<details><summary>생각</summary>", ("`beta`를 바꾸어 보세요.", False)),
    ],
)
def test_a_still_says_what_moving_it_teaches(after: str, told: tuple[str, bool]) -> None:
    made = [
        new_markdown_cell("## 골짜기\n\n`beta`를 바꾸어 보세요."),
        new_code_cell("explore(draw, beta=[0, 1])"),
        new_markdown_cell(after),
    ]
    made[1].outputs = [picture_output(40, stills.MARK + "모멘텀 beta", width=40)]
    assert stills.lesson(made, 1) == told
    page = cells.page(UNIT, new_notebook(cells=made), {}, ADDRESS, {})
    assert "슬라이더: 모멘텀 beta." in page
    assert "beta" in page.partition("still-note")[2] and f"#scrollTo={made[1].id}" in page
    assert ("<code>beta</code>를" in page) == (not told[1])


def test_every_moving_picture_of_the_course_has_its_sentence() -> None:
    silent, found = [], 0
    for unit in UNITS.values():
        notebook = read(ROOT / "notebooks" / unit.notebook)
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code" and "\nexplore(" in f"\n{cell.source}".replace("    ", ""):
                found += 1
                if not stills.lesson(notebook.cells, index)[0]:
                    silent.append(f"{unit.name} {cell.id}")
    assert found >= 14 and silent == []


# ---------------------------------------------------------------------------------------- formulas


def test_the_font_of_formulas_has_what_the_formulas_of_the_course_use() -> None:
    font = TTFont(io.BytesIO(mathml.font()))
    assert "MATH" in font and "OFL" in str(font["name"].getDebugName(13)) + str(
        font["name"].getDebugName(14)
    )
    known, formulas = set(font.getBestCmap()), 0
    for unit in UNITS.values():
        for cell in read(ROOT / "notebooks" / unit.notebook).cells:
            for formula in re.findall(r"\$\$(.+?)\$\$", cell.source, re.S):
                formulas += 1
                for kind, text in re.findall(r"<(m[ion])[^>]*>([^<]+)<", convert(formula)):
                    shown = html.unescape(text)
                    if kind == "mi" and len(shown) == 1:
                        # Browsers make a single letter italic.
                        shown = ITALIC.get(shown, shown)
                    assert {ord(c) for c in shown if c.strip()} <= known, (formula, shown)
    assert formulas >= 5


ITALIC = {
    letter: chr(0x1D434 + index)
    for index, letter in enumerate(string.ascii_uppercase + string.ascii_lowercase)
} | {"h": "ℎ"}


# ------------------------------------------------------------------------------------------- terms


def linked_terms(text: str) -> list[str]:
    found = Finder(terms())
    return [part[0] for part in found.split(text) if isinstance(part, tuple)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("합성곱은 합성곱입니다.", ["합성곱"]),
        ("배치 정규화와 배치", ["배치 정규화", "배치"]),
        ("책상을 배치하다", []),
        ("과대적합되었다", []),
        ("은닉층에서 층마다", ["은닉층", "층"]),
        ("지층이", []),
        ("사용자 정의 층을 만듭니다", ["사용자 정의 층"]),
    ],
)
def test_only_whole_words_are_terms_and_only_once(text: str, words: list[str]) -> None:
    assert linked_terms(text) == words


def test_splitting_keeps_the_text() -> None:
    text = "텐서의 모양(shape)과 자료형(dtype)을 읽고, 텐서를 고칩니다."
    parts = list(Finder(terms()).split(text))
    assert "".join(p if isinstance(p, str) else p[0] for p in parts) == text


def test_every_term_has_its_own_place_in_the_glossary() -> None:
    page = glossary_page()
    anchors = [term.anchor for term in terms()]
    assert len(set(anchors)) == len(anchors) > 80
    assert all(f'id="{anchor}"' in page for anchor in anchors)


# ------------------------------------------------------------------------------------ search, pages


def test_a_page_that_sphinx_complains_of_leaves_the_site_as_it_was(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("before")
    with pytest.raises(CourseError, match="nowhere"):
        weave({"index": "# 첫 쪽\n\n[끊긴 링크](nowhere.md)"}, {}, site, tmp_path / "work", ADDRESS)
    assert (site / "index.html").read_text() == "before"
    weave({"index": "# 첫 쪽"}, {"figures/a.png": b"png"}, site, tmp_path / "work", ADDRESS)
    assert "첫 쪽" in (site / "index.html").read_text("utf-8")
    assert (site / "figures" / "a.png").read_bytes() == b"png"


def test_a_part_of_a_word_is_found() -> None:
    words = set(SearchKorean({}).split("합성곱층을 Conv2D로"))
    assert {"합성곱", "합성곱층", "성곱", "층", "합성곱층을", "Conv2D로"} <= words


def test_the_first_page_leads_to_every_unit() -> None:
    page = index_page(list(UNITS.values()), ADDRESS)
    for unit in UNITS.values():
        assert f"[{unit.number} · {unit.title}]({unit.name}.md)" in page
        assert unit.purpose in page


def test_the_address_of_the_site_comes_from_the_address_of_the_repository() -> None:
    assert pages_address("https://github.com/Some-One/the-course") == (
        "https://some-one.github.io/the-course/"
    )
    assert pages_address(repository(ROOT)) in (ROOT / "README.md").read_text(encoding="utf-8")
