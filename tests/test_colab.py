"""Colab: the notebook's own set-up cell installs the base package, and an answer is checked there.

The environment holds nothing but IPython, which Colab has, and what the set-up cell then brings.
The course's address in that cell is answered by a git repository made of this working tree.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = "04_sequential/sequential.ipynb"
EXERCISE = "sequential.mlp"
ADDRESS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"][
    "Repository"
]

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


def run(*command: str | Path, **settings: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, **settings)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done


def repository(folder: Path) -> Path:
    """This working tree, as it would be cloned, as a git repository."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    run("git", "init", "--quiet", cwd=folder)
    run("git", "add", "--all", cwd=folder)
    who = [
        "-c",
        "user.name=test",
        "-c",
        "user.email=test@example.org",
        "-c",
        "commit.gpgsign=false",
    ]
    run("git", *who, "commit", "--quiet", "--message", "copy", cwd=folder)
    return folder


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
