"""nbgrader의 Validate: 손대지 않은 노트북, 반만 맞은 노트북, 다 맞은 노트북에서 맞는 말을 합니다(실제 주피터랩)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from graded_class import Class, is_check
from lab_server import Server, browser_page, jupyterlab

UNIT, CELL = "00_start", "start_first_tensor"
INTEGERS = "x = tf.constant([[1, 2, 3], [4, 5, 6]])"
FAILED = "The following cell failed:"
SUCCESS = "Success! Your notebook passes all the tests."
SAID = {
    "untouched": [FAILED, "[0 / 4점] 아직 풀지 않았어요"],
    "half": [
        FAILED,
        "[3 / 4점] 일부 맞았습니다",
        "✘ 자료형이 `float32`여야 하는데 `int32`입니다.",
        "✔ 모양 `(2, 3)`",
    ],
    "right": [SUCCESS],
}

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab as a learner has it: without a setting of ours for nbgrader."""
    root = tmp_path_factory.mktemp("learner")
    made = Class(root / "made", UNIT)
    made.submit("untouched", made.released)
    made.submit("half", made.solved(**{CELL: INTEGERS}))
    made.submit("right", made.solved())
    # Nobody's check: what nbgrader has nothing to say of.
    made.released.cells = [cell for cell in made.released.cells if not is_check(cell)]
    made.submit("deleted", made.released)
    files = root / "files"
    files.mkdir()
    for name in (*SAID, "deleted"):
        (root / "made" / "submitted" / name / UNIT / made.file).rename(files / f"{name}.ipynb")
    with jupyterlab(files, root) as server:
        yield server


def test_the_button_says_of_each_notebook_what_is_so(lab: Server, chromium: str) -> None:
    with browser_page(chromium) as page:
        page.set_default_timeout(120_000)
        for name, said in SAID.items():
            page.goto(lab.page(f"lab/tree/{name}.ipynb?reset"), wait_until="commit")
            page.click(".validate-button:visible, button:has-text('Validate'):visible")
            dialog = page.locator(".jp-Dialog", has_text="Validation Results")
            dialog.wait_for()
            shown = dialog.inner_text()
            for sentence in said:
                assert sentence in shown, (name, shown)
            if name == "half":
                _keep(page, "validate")
            dialog.locator("button").last.click()


def test_a_notebook_without_its_checks_passes_for_nbgrader(lab: Server) -> None:
    """docs/nbgrader.md says so; when nbgrader learns better, this test says it."""
    assert lab.post("assignments/validate", {"path": "deleted.ipynb"}) == {
        "success": True,
        "value": {},
    }
    half = lab.post("assignments/validate", {"path": "half.ipynb"})
    (failed,) = half["value"]["failed"]
    assert failed["source"].startswith("check(")
    assert "자료형이 `float32`여야" in failed["raw_error"]


def _keep(page, name: str) -> None:
    """`AUTOGRADER_SCREENSHOTS`에 폴더를 주면 그림을 남깁니다(설명서의 그림을 만들 때)."""
    folder = os.environ.get("AUTOGRADER_SCREENSHOTS")
    if folder:
        page.wait_for_timeout(1500)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))
