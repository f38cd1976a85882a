"""Colab: the notebook's own set-up cell installs the base package, and the notebooks run there.

One environment holds nothing but IPython, which Colab has, and what the set-up cell then brings;
the other (`colab.environment`) holds Colab's own packages. The course's address in that cell is
answered by a git repository made of this working tree.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import colab
import pytest
from colab import ADDRESS, repository, run

from autograder.authoring.verify import Run, solution_faults, untouched_faults
from autograder.exercises.units import UNITS

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = "04_sequential/sequential.ipynb"
EXERCISE = "sequential.mlp"

# Runs in that environment, in a folder of its own: the cells one after the other, as they stand.
# Prints what the last one, a check, answered.
DRIVER = """
import json, sys, types
from IPython.core.interactiveshell import InteractiveShell

cells, where = sys.argv[1:]
if where == "colab":
    sys.modules["google.colab"] = types.ModuleType("google.colab")
shell = InteractiveShell.instance()
for source in json.load(open(cells, encoding="utf-8")):
    result = shell.run_cell(source)
    result.raise_error()
report = result.result
if report is not None:
    print("REPORT " + json.dumps({
        "score": report.score,
        "points": report.points,
        "passed": report.passed,
        "attempted": report.attempted,
        "html": shell.display_formatter.format(report)[0].get("text/html", ""),
    }))
"""

INSPECT = """
import json
from importlib.metadata import distributions
from importlib.util import find_spec
names = ["jupyterlab", "notebook", "nbgrader", "nbclient", "nbconvert", "ipykernel"]
import autograder
print(json.dumps({
    "found": [name for name in names if find_spec(name)],
    "installed": sorted(d.metadata["Name"].lower() for d in distributions()),
    "where": autograder.__file__,
}))
"""


def cells(folder: str) -> list[dict[str, object]]:
    path = ROOT / folder / NOTEBOOK
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def source(cell: dict[str, object]) -> str:
    return "".join(cell["source"])  # type: ignore[arg-type]


def set_up_cell() -> str:
    """The learner's cell that installs the package on Colab."""
    (found,) = [
        source(cell)
        for cell in cells("notebooks")
        if cell["cell_type"] == "code" and "google.colab" in source(cell)
    ]
    (line,) = [line for line in found.splitlines() if ADDRESS in line]
    assert not re.search("[=<>~]=|@v?[0-9]", line), "unpinned, so that it stays true"
    return found


def filled_in() -> tuple[list[str], list[str]]:
    """The learner's code cells up to the check of EXERCISE: as handed out, and solved."""
    solved = {
        cell["metadata"]["nbgrader"]["grade_id"]: source(cell)  # type: ignore[index]
        for cell in cells("solutions")
        if "nbgrader" in cell["metadata"]  # type: ignore[operator]
    }
    untouched, answers = [], []
    for cell in cells("notebooks"):
        if cell["cell_type"] != "code":
            continue
        text = source(cell)
        mark = cell["metadata"].get("nbgrader", {})  # type: ignore[attr-defined]
        untouched.append(text)
        answers.append(solved[mark["grade_id"]] if mark.get("solution") else text)
        if re.search(rf"check\(\s*[\"']{re.escape(EXERCISE)}[\"']", text):
            assert answers != untouched
            return untouched, answers
    raise AssertionError(f"{NOTEBOOK} never checks {EXERCISE}")


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_learner_solves_an_exercise_on_colab(tmp_path: Path, outside: dict[str, str]) -> None:
    untouched, answers = filled_in()
    clone = repository(tmp_path / "repository")
    run(sys.executable, "-m", "venv", tmp_path / "colab", env=outside)
    python = tmp_path / "colab" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "ipython", env=outside, cwd=tmp_path)

    desk = tmp_path / "content"
    desk.mkdir()
    (desk / "driver.py").write_text(DRIVER, encoding="utf-8")

    def play(name: str, given: list[str], where: str, environment: dict[str, str]) -> str:
        (desk / f"{name}.json").write_text(json.dumps(given), encoding="utf-8")
        command = (python, "driver.py", f"{name}.json", where)
        return run(*command, env=environment, cwd=desk).stdout

    # The set-up cell as it stands, but for the address; pip uses this machine's own settings.
    set_up = set_up_cell().replace(ADDRESS, clone.as_uri())
    play("set-up", [set_up], "colab", outside | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"})

    # From here on nothing of this machine's home, path or packages.
    learner = {
        "HOME": str(desk),
        "PATH": f"{python.parent}:/usr/bin:/bin",
        "MPLBACKEND": "Agg",
        "LANG": "C.UTF-8",
    }
    seen = json.loads(run(python, "-c", INSPECT, env=learner, cwd=desk).stdout)
    assert seen["found"] == []
    assert "tensorflow" in seen["installed"]
    assert Path(seen["where"]).is_relative_to(tmp_path / "colab")

    reports = {
        name: json.loads(play(name, given, "here", learner).rpartition("REPORT ")[2])
        for name, given in (("untouched", untouched), ("solved", answers))
    }
    assert not reports["untouched"]["attempted"]
    assert reports["untouched"]["score"] == 0
    assert "아직 풀지 않" in reports["untouched"]["html"]
    assert reports["solved"]["passed"]
    assert reports["solved"]["score"] == reports["solved"]["points"] > 0
    assert "맞" in reports["solved"]["html"]


def test_the_wheel_holds_what_a_notebook_needs(tmp_path: Path, outside: dict[str, str]) -> None:
    source_tree = repository(tmp_path / "repository")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    run(*command, "--wheel-dir", tmp_path, source_tree, env=outside)
    (wheel,) = tmp_path.glob("*.whl")
    run(sys.executable, "-m", "zipfile", "--extract", wheel, tmp_path / "unpacked")
    package = tmp_path / "unpacked" / "autograder"
    ours = {path for path in (ROOT / "autograder").rglob("*") if path.is_file()}
    missing = {
        str(path.relative_to(ROOT))
        for path in ours
        if "__pycache__" not in path.parts
        and not (package / path.relative_to(ROOT / "autograder")).is_file()
    }
    assert missing == set()
    built_in = {path.name for path in (ROOT / "datasets").glob("*builtin*.npz")}
    assert built_in
    assert {path.name for path in (package / "_datasets").iterdir()} == built_in
    size = os.path.getsize(wheel)
    assert size < 20 * 2**20, f"{size:,} bytes are a lot to install on Colab"


SMOKE = ("00_start", "02_graph")
"""Units that `make test` runs in Colab's packages: both forms, widgets and XLA. `make colab` runs all."""
WIDGET = "application/vnd.jupyter.widget-view+json"


class Colab(NamedTuple):
    """Colab's packages, with the course installed as its set-up cell does it."""

    wheel: Path
    kernels: Path
    before: set[str]
    after: set[str]


@pytest.fixture(scope="module")
def on_colab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Colab]:
    outside = dict(os.environ, HOME=os.environ["AUTOGRADER_TESTS_OUTSIDE_HOME"])
    outside.pop("PYTHONPATH", None)
    folder = tmp_path_factory.mktemp("colab")
    python = colab.environment(outside)
    made = colab.wheel(folder, outside)
    before = colab.freeze(python, outside)
    pip = [python, "-m", "pip"]
    run(*pip, "install", "--quiet", made, env=outside)
    yield Colab(
        made, colab.kernel_of(python, folder / "jupyter"), before, colab.freeze(python, outside)
    )
    run(*pip, "uninstall", "--quiet", "--yes", "autograder-tf-course", env=outside)


def played(unit: str) -> pytest.param:
    marks = [pytest.mark.slow, pytest.mark.timeout(3600), pytest.mark.xdist_group("colab")]
    return pytest.param(unit, marks=marks if unit in SMOKE else [*marks, pytest.mark.colab])


@pytest.mark.xdist_group("colab")
def test_installing_the_course_changes_nothing_else_on_colab(on_colab: Colab) -> None:
    assert on_colab.after == on_colab.before


@pytest.mark.parametrize("unit", [played(unit) for unit in UNITS])
def test_a_solution_runs_on_colab(unit: str, on_colab: Colab) -> None:
    run_ = colab.play("solutions", unit, on_colab.wheel, on_colab.kernels)
    assert solution_faults(run_, unit) == []
    assert undrawn(run_) == []


@pytest.mark.parametrize("unit", [played(unit) for unit in UNITS])
def test_an_untouched_notebook_runs_on_colab(unit: str, on_colab: Colab) -> None:
    run_ = colab.play("notebooks", unit, on_colab.wheel, on_colab.kernels)
    assert untouched_faults(run_, unit) == []
    assert undrawn(run_) == []


def undrawn(run_: Run) -> list[str]:
    """The `explore(...)` cells that didn't show both a widget and its still picture."""
    faults = []
    for cell in run_.notebook.cells:
        if cell.cell_type != "code" or not re.search(r"^\s*explore\(", cell.source, re.M):
            continue
        outputs = cell.get("outputs", [])
        told = "".join(str(output.get("text", "")) for output in outputs)
        shown = [output.get("data", {}) for output in outputs]
        if "먼저 위의 문제를" not in told and not any(
            WIDGET in data and "image/png" in data for data in shown
        ):
            faults.append(cell.source)
    return faults
