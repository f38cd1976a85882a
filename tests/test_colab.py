"""Colab: the base package alone, installed as the set-up cell does it, grades a learner's answer.

The environment is empty but for what the set-up cell's one line brings, and for IPython, which Colab
has. The address in that line is answered by a git repository made of this working tree.
"""

from __future__ import annotations

import json
import os
import re
import shlex
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

# Runs in the empty environment, in a folder of its own: the cells one after the other, as they
# stand, until the exercise is checked. Prints what the check answered.
DRIVER = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
result = None
for source in json.load(open(sys.argv[1], encoding="utf-8")):
    result = shell.run_cell(source, silent=False)
    result.raise_error()
report = result.result
print()
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
names = ["jupyterlab", "notebook", "nbgrader", "nbclient", "nbconvert", "ipykernel", "IPython"]
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


def install_line() -> list[str]:
    """What the set-up cell gives to `pip install`."""
    for cell in cells("notebooks"):
        if cell["cell_type"] == "code" and "google.colab" in source(cell):
            line = re.search(r"^.*pip install (.*)$", source(cell), re.M)
            assert line is not None, source(cell)
            return shlex.split(line[1].replace("%", ""), comments=True)
    raise AssertionError(f"{NOTEBOOK} has no set-up cell for Colab")


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
    requested = install_line()
    assert any(ADDRESS in word for word in requested), requested
    assert not any(re.search("==|<|~=", word) for word in requested), "unpinned"
    here = repository(tmp_path / "repository").as_uri()
    requested = [word.replace(ADDRESS, here) for word in requested]

    run(sys.executable, "-m", "venv", tmp_path / "colab", env=outside)
    python = tmp_path / "colab" / "bin" / "python"
    environment = outside | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    run(python, "-m", "pip", "install", "--quiet", *requested, env=environment, cwd=tmp_path)

    # The learner's machine: nothing of this one's home, path or packages.
    desk = tmp_path / "content"
    desk.mkdir()
    learner = {
        "HOME": str(desk),
        "PATH": f"{python.parent}:/usr/bin:/bin",
        "MPLBACKEND": "Agg",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "LANG": "C.UTF-8",
    }
    seen = json.loads(run(python, "-c", INSPECT, env=learner, cwd=desk).stdout)
    assert seen["found"] == []
    assert "tensorflow" in seen["installed"]
    assert Path(seen["where"]).is_relative_to(tmp_path / "colab")

    run(python, "-m", "pip", "install", "--quiet", "ipython", env=environment, cwd=tmp_path)
    (desk / "driver.py").write_text(DRIVER, encoding="utf-8")
    untouched, answers = filled_in()
    reports = {}
    for name, given in (("untouched", untouched), ("solved", answers)):
        (desk / f"{name}.json").write_text(json.dumps(given), encoding="utf-8")
        done = run(python, "driver.py", f"{name}.json", env=learner, cwd=desk)
        reports[name] = json.loads(done.stdout.rpartition("REPORT ")[2])

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
