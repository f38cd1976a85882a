"""`autograder lab` starts JupyterLab with the course's settings and the user's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lab_server import IDLE, browser_page, jupyterlab

from autograder import lab as module
from autograder.errors import CourseError
from autograder.lab import command, environment, lab

ROOT = Path(__file__).resolve().parent.parent


def test_the_settings_are_files_that_jupyter_reads() -> None:
    for who in (False, True):
        for folder in environment(ROOT, {}, who)["JUPYTER_CONFIG_PATH"].split(os.pathsep):
            assert list(Path(folder).rglob("*.*"))
            for file in Path(folder).rglob("*.json"):
                assert json.loads(file.read_text("utf-8"))


def test_what_a_person_set_is_kept() -> None:
    given = {"JUPYTER_CONFIG_PATH": "mine", "PATH": "programs", "OTHER": "1"}
    made = environment(ROOT, given, False)
    assert made["JUPYTER_CONFIG_PATH"].split(os.pathsep)[-1] == "mine"
    own, *rest = made["PATH"].split(os.pathsep)
    assert (own, rest) == (str(Path(sys.executable).parent), ["programs"])
    assert made["OTHER"] == "1"
    learner, instructor = (environment(ROOT, {}, who)["JUPYTER_CONFIG_PATH"] for who in (0, 1))
    assert "learner" in learner and "learner" not in instructor


def test_arguments_reach_jupyterlab() -> None:
    assert command(ROOT, ["--no-browser"])[-1] == "--no-browser"


def test_jupyterlab_is_started_as_a_user_starts_it(tmp_path: Path) -> None:
    """From a folder below the course's, with an argument of JupyterLab's."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "lab", "--", "--version"],
        cwd=ROOT / "notebooks",
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()[0].isdigit()
    elsewhere = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "lab"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert elsewhere.returncode == 2
    assert elsewhere.stderr.startswith("여기는 강좌의 폴더가 아닙니다.")


def test_without_jupyterlab_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CourseError, match="주피터랩이 설치되어 있지 않습니다") as raised:
        lab()
    assert "pip install" in str(raised.value)


MENUS = "bar => bar.map(item => item.textContent)"


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("who", ["learner", "instructor"])
def test_the_lab_speaks_korean_and_shows_each_their_tools(
    who: str, tmp_path: Path, chromium: str
) -> None:
    shutil.copytree(ROOT / "notebooks" / "00_start", tmp_path / "files" / "00_start")
    config = environment(ROOT, {}, who == "instructor")["JUPYTER_CONFIG_PATH"]
    with (
        jupyterlab(tmp_path / "files", tmp_path, JUPYTER_CONFIG_PATH=config) as server,
        browser_page(chromium) as page,
    ):
        page.goto(server.page("lab/tree/00_start/start.ipynb?reset"), wait_until="commit")
        page.wait_for_function(IDLE, timeout=120_000)
        menus = page.eval_on_selector_all(".lm-MenuBar-itemLabel", MENUS)
        assert {"파일", "편집", "커널", "설정", "Nbgrader"} <= set(menus)
        shown = _menu(page, "Nbgrader")
        assert ("Formgrader" in shown) == (who == "instructor")
        assert "Assignment List" in shown
        # The words that the first notebook and the README name.
        assert "커널 재시작와 모든 셀 실행" in _menu(page, "커널")
        assert "언어" in _menu(page, "설정")
        sides = page.eval_on_selector_all(
            ".jp-SideBar .lm-TabBar-tab", "tabs => tabs.map(tab => tab.title + tab.dataset.id)"
        )
        create = any("create" in side.lower() for side in sides)
        assert create == (who == "instructor")


def _menu(page, name: str) -> list[str]:
    page.locator(".lm-MenuBar-itemLabel", has_text=name).first.click()
    page.wait_for_selector(".lm-Menu-itemLabel")
    items = page.eval_on_selector_all(".lm-Menu-itemLabel", MENUS)
    page.keyboard.press("Escape")
    return [str(item) for item in items]
