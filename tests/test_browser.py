"""학습자처럼: 주피터랩에서 노트북을 열고, 틀리게 풀고, 고칩니다(실제 브라우저)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_server import IDLE, Server, browser_page, jupyterlab

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = "04_sequential/sequential.ipynb"
CHECK = 'check("sequential.mlp"'

WRONG = """model = keras.Sequential([
keras.Input(shape=(784,)),
layers.Dense(64, activation="relu"),
layers.Dense(32, activation="relu"),
layers.Dense(10, activation="softmax"),
])"""

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with jupyterlab(folder / "notebooks", folder) as server:
        yield server


@pytest.fixture(scope="module")
def page(lab: Server, chromium: str) -> Iterator:
    with browser_page(chromium) as page:
        page.goto(lab.page(f"lab/tree/{NOTEBOOK}?reset"), wait_until="commit")
        yield page


INDEX_OF = """([text, before]) => {
  const cells = window.jupyterapp.shell.currentWidget.content.widgets.slice(0, before);
  return cells.findLastIndex(cell => cell.model.type === 'code'
    && cell.model.sharedModel.source.includes(text));
}"""
ACTIVATE = """async (index) => {
  const content = window.jupyterapp.shell.currentWidget.content;
  content.activeCellIndex = index;
  await content.scrollToItem(index, 'center');
  content.activate();
}"""
EXECUTED = """([index, before]) => {
  const model = window.jupyterapp.shell.currentWidget.content.widgets[index].model;
  return model.executionCount !== null && model.executionCount !== before
    && model.executionState !== 'running';
}"""


def _select(page, index: int) -> None:
    page.evaluate(ACTIVATE, index)
    page.wait_for_selector(".jp-Notebook .jp-Cell.jp-mod-active")


def _run(page, index: int) -> None:
    """셀을 고르고 Shift+Enter로 실행해 끝날 때까지 기다립니다."""
    _select(page, index)
    count = (
        "(index) => window.jupyterapp.shell.currentWidget.content.widgets[index]"
        ".model.executionCount"
    )
    before = page.evaluate(count, index)
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(EXECUTED, arg=[index, before], timeout=120_000)
    page.wait_for_function(IDLE, timeout=120_000)


def _type(page, index: int, text: str) -> None:
    """셀의 내용을 지우고 `text`를 한 글자씩 칩니다."""
    _select(page, index)
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    for line in text.split("\n"):
        page.keyboard.insert_text(line)
        page.keyboard.press("Enter")


def _report(page, index: int):
    _select(page, index)
    return page.locator(".jp-Cell.jp-mod-active .ag-report").last


def test_a_wrong_model_is_explained_and_the_corrected_one_passes(page):
    page.wait_for_function(IDLE, timeout=120_000)
    page.set_default_timeout(20_000)
    check = page.evaluate(INDEX_OF, [CHECK, 1000])
    learner = page.evaluate(INDEX_OF, ["여기에 코드를 작성하세요", check])
    setup = page.evaluate(INDEX_OF, ["set_random_seed", 10])
    assert 0 < setup < learner < check

    _run(page, setup)
    _run(page, learner)
    _run(page, check)
    assert "아직 풀지 않았어요" in _report(page, check).inner_text()

    _type(page, learner, WRONG)
    _run(page, learner)
    _run(page, check)
    report = _report(page, check)
    assert "2번째 밀집 층: 유닛이 64개여야 하는데 32개입니다." in report.inner_text()
    assert "일부 맞았습니다" in report.inner_text()
    _keep(page, "wrong")

    _type(page, learner, WRONG.replace("32", "64"))
    _run(page, learner)
    _run(page, check)
    assert "맞았습니다 8 / 8점" in " ".join(_report(page, check).inner_text().split())
    _keep(page, "right")


def _keep(page, name: str) -> None:
    """`AUTOGRADER_SCREENSHOTS`에 폴더를 주면 그림을 남깁니다(README의 그림을 만들 때)."""
    folder = os.environ.get("AUTOGRADER_SCREENSHOTS")
    if folder:
        page.wait_for_timeout(500)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))
