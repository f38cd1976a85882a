"""Every solution notebook and every untouched student notebook, run from start to end.

Each notebook is run once, in a new kernel, with the built-in data, and all tests look at that run.
With `AUTOGRADER_REAL_DATA=FOLDER` (a folder with the original data sets) the notebooks that train on
them are run with the originals too; that takes long and is no part of `make test`.
"""

from __future__ import annotations

import functools
import os
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.version import Version

from autograder import notebook
from autograder.authoring.build import build
from autograder.authoring.verify import Run, execute, solution_faults, untouched_faults
from autograder.exercises.units import UNITS

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("solutions", "notebooks")
CELL_SECONDS = 600
# Cursor movements and colours, which only a terminal understands; a notebook shows them as rubbish.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

# What the oldest versions write and no setting stops: XLA's note in TensorFlow 2.16, and a warning of
# Keras before 3.10 about a list of one input, which Keras itself makes of `model.inputs`.
KNOWN_NOTES = tuple(
    note
    for package, below, note in (
        ("tensorflow", "2.17", "Compiled cluster using XLA"),
        ("keras", "3.10", "Expected: ['image']"),
    )
    if Version(version(package)) < Version(below)
)

REAL_DATA = os.environ.get("AUTOGRADER_REAL_DATA")
REAL_UNITS = ("04_sequential", "05_functional", "07_subclass", "09_tape", "11_final")


@functools.cache
def run_of(folder: str, unit: str) -> Run:
    """The notebook after its only run. Tests of one notebook share a worker, so a process."""
    path = ROOT / folder / UNITS[unit].notebook
    return execute(notebook.read(path), cell_seconds=CELL_SECONDS)


def unknown(faults: list[str]) -> list[str]:
    return [fault for fault in faults if not any(note in fault for note in KNOWN_NOTES)]


def notebooks(*folders: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("folder", "unit"),
        [
            pytest.param(
                folder,
                unit,
                id=f"{folder}-{unit}",
                marks=pytest.mark.xdist_group(f"{folder}-{unit}"),
            )
            for unit in UNITS
            for folder in folders
        ],
    )


def test_the_notebooks_are_what_build_makes(capsys: pytest.CaptureFixture[str]) -> None:
    assert build([], check=True, root=ROOT) == 0, capsys.readouterr().out


@pytest.mark.slow
@notebooks("solutions")
def test_a_solution_runs_quietly_and_gets_full_points(folder: str, unit: str) -> None:
    faults = unknown(solution_faults(run_of(folder, unit), unit))
    assert faults == [], "\n".join(faults)


@pytest.mark.slow
@notebooks("notebooks")
def test_an_untouched_notebook_runs_quietly_and_gets_nothing(folder: str, unit: str) -> None:
    faults = unknown(untouched_faults(run_of(folder, unit), unit))
    assert faults == [], "\n".join(faults)


@pytest.mark.slow
@notebooks(*FOLDERS)
def test_outputs_are_readable(folder: str, unit: str) -> None:
    found = []
    for index, cell in enumerate(run_of(folder, unit).notebook.cells):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            # 노트북은 HTML이 있으면 그것을 보입니다(summary()의 글에는 색이 들어 있습니다).
            shown = [
                output.get("text", ""),
                "" if "text/html" in data else data.get("text/plain", ""),
            ]
            if any(CONTROL.search(text) for text in shown):
                found.append(f"{notebook.place(index, cell)}: {shown!r:.300}")
    assert found == [], "\n".join(found)


@pytest.mark.slow
@notebooks("solutions")
def test_people_have_something_to_look_at(folder: str, unit: str) -> None:
    outputs = [
        output.get("data", {})
        for cell in run_of(folder, unit).notebook.cells
        for output in cell.get("outputs", [])
    ]
    pictures = [data for data in outputs if "image/png" in data or "image/svg+xml" in data]
    pictures += [data for data in outputs if "<svg" in data.get("text/html", "")]
    assert len(pictures) >= 6


if REAL_DATA:

    @pytest.mark.slow
    @pytest.mark.timeout(4 * 3600)
    @pytest.mark.parametrize("unit", REAL_UNITS)
    def test_a_solution_reaches_its_thresholds_on_the_originals(unit: str) -> None:
        folder = Path(REAL_DATA).resolve()
        assert folder.is_dir(), f"AUTOGRADER_REAL_DATA: {folder}라는 폴더가 없습니다"
        path = ROOT / "solutions" / UNITS[unit].notebook
        run = execute(notebook.read(path), data=folder, cell_seconds=2 * 3600)
        faults = solution_faults(run, unit)
        assert faults == [], "\n".join(faults)
        shown = [str(output) for cell in run.notebook.cells for output in cell.get("outputs", [])]
        assert any("원본" in text for text in shown), "원본 데이터를 썼다는 말이 없습니다"
