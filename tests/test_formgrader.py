"""강사처럼: formgrader에서 채점하고, 말과 추가 점수를 주고, 다시 채점하고, 피드백을 만듭니다(실제 브라우저)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from graded_class import Class
from lab_server import Server, browser_page, jupyterlab

from autograder.grading.course.folder import CourseFolder

UNIT, CELL = "00_start", "start_first_tensor"
INTEGERS = "x = tf.constant([[1, 2, 3], [4, 5, 6]])"
HOSTILE = (
    "<script>document.title = 'reached'</script><img src=x onerror=\"document.title = 'reached'\">"
)
HOSTILE_OUTPUT = f'\nfrom IPython.display import HTML, Javascript, Latex, Markdown, SVG, display\nfor kind in (HTML, Latex, Markdown):\n    display(kind({HOSTILE!r}))\ndisplay(Javascript("document.title = \'reached\'"))\ndisplay(SVG(\'<svg xmlns="http://www.w3.org/2000/svg" onload="document.title = 1"/>\'))'
REMARK = "자료형을 한 번 더 보세요."

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that `autograder grade` has made ready for nbgrader, with nothing graded yet."""
    root = tmp_path_factory.mktemp("course")
    made = Class(root, UNIT)
    notebook = made.solved(**{CELL: INTEGERS + HOSTILE_OUTPUT})
    notebook.cells.append(nbformat.v4.new_markdown_cell(f"글 **굵게** {HOSTILE}"))
    made.submit("kim", notebook)
    CourseFolder(root, UNIT)
    return root


@pytest.fixture(scope="module")
def lab(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with jupyterlab(course, tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="module")
def page(lab: Server, chromium: str) -> Iterator:
    with browser_page(chromium, height=1000) as page:
        page.set_default_timeout(30_000)
        page.goto(lab.page("formgrader/manage_assignments"), wait_until="commit")
        yield page


def _click(page, lab: Server, button: str) -> str:
    """Click a button in the submission's row. What the page then says, and the row's score."""
    page.goto(lab.page(f"formgrader/manage_submissions/{UNIT}"), wait_until="commit")
    page.click(f"td.{button} a")
    page.wait_for_selector(".modal.in .modal-body", timeout=240_000)
    said = page.inner_text(".modal.in .modal-body")
    assert said.startswith("Successfully"), said
    page.click(".modal.in .modal-footer button")
    page.wait_for_function("() => document.querySelector('td.score')?.innerText.includes('/')")
    return page.inner_text("td.score")


def _open(page, lab: Server) -> None:
    """Open the one submission the way an instructor finds it: Manual Grading, notebook, row."""
    page.goto(lab.page("formgrader/gradebook"), wait_until="commit")
    for name in (UNIT, "start", "Submission #1"):
        page.click(f"td a:has-text('{name}')")
    page.wait_for_function(
        "() => typeof formgrader !== 'undefined' && formgrader.grades?.loaded"
        " && formgrader.comments?.loaded"
    )


def _give(page, field: str, text: str) -> None:
    page.fill(field, text)
    with page.expect_response(lambda answer: "/formgrader/api/" in answer.url) as saved:
        page.press(field, "Tab")
    assert saved.value.ok


@pytest.mark.slow
def test_what_an_instructor_gives_stays_when_autograde_is_clicked_again(page, lab, course):
    assert _click(page, lab, "autograde") == "3 / 4"

    _open(page, lab)
    report = page.inner_text(".ag-report")
    assert "일부 맞았습니다" in report
    # What a learner wrote is shown and never run.
    assert page.locator("strong:has-text('굵게')").count() == 1
    _nothing_ran(page)
    assert "자료형이 float32여야 하는데 int32입니다." in report
    # Nothing but the reports: no warning of a library, no note of TensorFlow's.
    assert page.locator(".output_stderr, .output_error").count() == 0
    score, extra = f"#{CELL}_check", f"#{CELL}_check_extra_credit"
    remark = f"#{CELL}-comment"
    assert page.get_attribute(score, "placeholder") == "3"
    _give(page, remark, REMARK)
    _give(page, extra, "0.5")
    _keep(page, "formgrader")

    assert _click(page, lab, "autograde") == "3.5 / 4"
    _open(page, lab)
    assert page.input_value(remark) == REMARK
    assert page.input_value(extra) == "0.5"
    assert "일부 맞았습니다" in page.inner_text(".ag-report")

    _click(page, lab, "generate-feedback")
    feedback = (course / "feedback" / "kim" / UNIT / "start.html").read_text("utf-8")
    assert REMARK in feedback
    assert "3.5" in feedback
    page.goto((course / "feedback" / "kim" / UNIT / "start.html").as_uri())
    _nothing_ran(page)


def _nothing_ran(page) -> None:
    page.wait_for_timeout(500)
    assert page.title() != "reached" and page.title() != "1"


def _keep(page, name: str) -> None:
    """`AUTOGRADER_SCREENSHOTS`에 폴더를 주면 그림을 남깁니다(설명서의 그림을 만들 때)."""
    folder = os.environ.get("AUTOGRADER_SCREENSHOTS")
    if folder:
        page.wait_for_timeout(1500)
        page.evaluate("() => window.scrollTo(0, 0)")
        page.screenshot(path=str(Path(folder) / f"{name}.png"))
