"""A class in which nearly everybody attacks, graded by the real command beside honest students.

Nobody gets a point more than the honest part of the notebook earns, nobody else loses one, and the
instructor is told in Korean what happened.
"""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from attacks import ATTACKS, HONEST, HONEST_SCORE, MAYBE
from graded_class import Class, find, is_check, without_metadata

from autograder import notebook
from autograder.grading.grade import grade_class
from autograder.grading.hand_ins import HandIns
from autograder.grading.sandbox import choice
from autograder.grading.sandbox.choice import best_level
from autograder.grading.sandbox.levels import Level
from autograder.grading.sandbox.probe import why_not
from autograder.grading.store import Store

pytestmark = [
    pytest.mark.skipif(
        best_level() is Level.NONE, reason="이 컴퓨터는 샌드박스를 만들 수 없습니다"
    ),
    pytest.mark.xdist_group("attacks"),
    pytest.mark.slow,
]

UNIT, CELL = "00_start", "start_first_tensor"
HONEST_STUDENTS = 4
CONFIG = """
from autograder.grading import configure
c = get_config()
c.CourseDirectory.course_id = "attacked"
configure(c)
c.RunNotebook.cell_seconds = 6
c.RunNotebook.notebook_seconds = 60
c.RunNotebook.memory = 3.0
c.RunNotebook.processes = 100
c.RunNotebook.disk = 1.0
"""


@dataclass
class Attacked:
    """The course folder after the command, and what the command said."""

    root: Path
    scores: dict[str, float | None]
    remarks: dict[str, str]
    printed: str
    code: int
    seconds: float
    before: dict[Path, bytes]


def hostile_files(course: Class) -> dict[str, tuple[str | bytes, float]]:
    """Notebooks that are hostile as files."""
    honest = course.solved(**{CELL: HONEST})
    text = notebook.text(honest)

    doubled = copy.deepcopy(honest)
    for cell in copy.deepcopy(doubled.cells[-2:]):
        doubled.cells.append(cell)

    reordered = copy.deepcopy(honest)
    reordered.cells.reverse()

    points = copy.deepcopy(honest)
    find(points, is_check).metadata["nbgrader"]["points"] = 1000
    find(points, is_check).source = "1000"

    claims = copy.deepcopy(honest)
    claims.cells[0].metadata["nbgrader"] = {
        "grade": True,
        "solution": False,
        "locked": False,
        "task": False,
        "schema_version": 3,
        "grade_id": f"{CELL}_check",
        "points": 4,
    }
    claims.cells[0].source += "\n4"

    outputs = copy.deepcopy(honest)
    find(outputs, is_check).outputs = [
        nbformat.v4.new_output("execute_result", {"text/plain": "4"}, execution_count=1)
    ]
    outputs.metadata["autograder"] = {"report": {"score": 4}, "unreadable": ""}

    large = copy.deepcopy(honest)
    large.cells[0].outputs = [nbformat.v4.new_output("stream", text="x" * 30_000_000)]

    strange = copy.deepcopy(honest)
    for source in ("x\0y", "(" * 5000, "\ud800", "%%nonsense\n" * 3, "!" * 2000):
        strange.cells.append(nbformat.v4.new_code_cell(source))

    odd = json.loads(text)
    for cell in odd["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": 5, "execution_count": "x", "id": ["\x1b[2J"]}
            cell["source"] = [*cell["source"], 7, None, ["x = 0"]]
    for source in (None, 5, {"x": 1}, [["x = 0"]], "# " + "가" * 5_000_000):
        odd["cells"].append({"cell_type": "code", "source": source, "metadata": []})
    odd["metadata"] = odd["nbformat_minor"] = [float("nan")]

    checks = copy.deepcopy(honest)
    find(checks, is_check).metadata["nbgrader"]["grade_id"] = CELL
    for cell in checks.cells:
        cell.metadata.setdefault("nbgrader", {})["locked"] = False
    return {
        "file odd": (json.dumps(odd), 3),
        "file ids": (notebook.text(checks), 3),
        "file lines": (text.replace("\n", "\r\n"), 3),
        "file marked": (text.encode("utf-8-sig"), 3),
        "file utf-16": (text.encode("utf-16"), 0),
        "file keys": (text[:-2].rstrip().rstrip("}") + ', "cells": []}', 0),
        "file version 2": (
            json.dumps({"nbformat": 2, "worksheets": [{"cells": [{"cell_type": "code"}, 7]}]}),
            0,
        ),
        "file strange cells": (json.dumps(strange).encode("utf-8", "surrogatepass"), 3),
        "file truncated": (text[: len(text) // 2], 0),
        "file not json": (b"\x00\xff" * 100, 0),
        "file deep": ("[" * 100_000, 0),
        "file number": ('{"nbformat": 4, "cells": 7}', 0),
        "file bomb cell": ('{"nbformat": 4, "cells": [{"cell_type": "code", "source": {}}, 3]}', 0),
        "file version 3": (nbformat.writes(nbformat.convert(copy.deepcopy(honest), 3)), 3),
        "file version 99": (text.replace('"nbformat": 4', '"nbformat": 99'), 3),
        "file without metadata": (notebook.text(without_metadata(honest)), 3),
        "file points": (notebook.text(points), 3),
        "file claims": (notebook.text(claims), 3),
        "file outputs": (notebook.text(outputs), 3),
        "file doubled": (notebook.text(doubled), 3),
        "file reordered": (notebook.text(reordered), 0),
        "file large": (notebook.text(large), 3),
        "file kernelspec": (
            text.replace('"python3"', '"../../evil"').replace('"display_name"', '"argv"'),
            3,
        ),
    }


# Names of folders and of files beside the notebook, as an LMS or a student may make them.
HOSTILE_NAMES = (
    "\x1b]0;pwned\x07",
    "=cmd|' -C calc'!A0",
    "<script>document.title = 1<",
    "$(touch pwned)",
    "; rm -rf x",
    "-rf",
    "a'b\"c",
    "%s%n{0}",
    "학생\u202e이름",
)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    root = tmp_path_factory.mktemp("attacked")
    course = Class(root, UNIT)
    (root / "nbgrader_config.py").write_text(CONFIG, "utf-8")
    files: dict[str, str | bytes | Any] = {
        name: course.solved(**{CELL: HONEST + code.format(root=root)})
        for name, (code, _) in ATTACKS.items()
    }
    files |= {name: content for name, (content, _) in hostile_files(course).items()}
    files |= {name: course.solved(**{CELL: HONEST}) for name in HOSTILE_NAMES}
    for number, (name, content) in enumerate(files.items()):
        course.submit(name, content)
        if number % (len(files) // HONEST_STUDENTS) == 0:
            # In the order of their names, so that each has attackers before and after.
            course.submit(f"{name} honest", course.solved())
    beside = root / "submitted" / HOSTILE_NAMES[0] / UNIT
    (root / "start.first_tensor.npz").write_text("outside", "utf-8")
    # What an unzipping program makes of Korean names.
    broken = os.fsdecode("홍길동".encode("cp949"))
    course.submit(broken, course.solved())
    for name in (
        "numpy.py",
        "tensorflow.py",
        "a\nb.txt",
        "x" * 200,
        "sitecustomize.py",
        f"{broken}.txt",
    ):
        (beside / name).write_text("raise SystemExit('planted')", "utf-8")
    before = {path: path.read_bytes() for path in (root / "submitted").rglob("*") if path.is_file()}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "grade", UNIT, "--course", str(root)],
        capture_output=True,
        text=True,
        timeout=1500,
    )
    seconds = time.monotonic() - began
    scores, remarks = read(root)
    before[root / "start.first_tensor.npz"] = b"outside"
    return Attacked(
        root, scores, remarks, done.stdout + done.stderr, done.returncode, seconds, before
    )


def read(root: Path) -> tuple[dict[str, float | None], dict[str, str]]:
    import csv

    scores: dict[str, float | None] = {}
    remarks = {}
    with (root / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            name = row["학생"].removeprefix("'") if row["학생"][1:2] in "=+-@" else row["학생"]
            scores[name] = float(row["합계"]) if row["합계"] else None
            remarks[name] = row["비고"]
    return scores, remarks


def test_there_are_enough_of_them() -> None:
    assert len(ATTACKS) >= 75


OUT_OF_TIME = "안에 끝나지 않아 중단했습니다"
"""A cell that the clock stopped; what stood before it is judged."""


def fair(name: str, score: float | None, remark: str) -> bool:
    """Whether the score is what the attack is worth.

    Who raced with himself, or was stopped by the clock (on a slow machine that ends attacks that
    another limit ends elsewhere), has something between nothing and the honest part.
    """
    if name in MAYBE or OUT_OF_TIME in remark:
        return score is not None and 0 <= score <= HONEST_SCORE
    return score == ATTACKS[name][1]


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_earns_what_its_honest_part_is_worth(attacked: Attacked, name: str) -> None:
    score, remark = attacked.scores[name], attacked.remarks[name]
    assert fair(name, score, remark), (score, remark)
    assert "Traceback" not in attacked.remarks[name]
    # An odd object is judged like any answer; whoever got nothing otherwise is told why.
    if score == 0 and not name.startswith("object"):
        assert re.search("[가-힣]", attacked.remarks[name])


def test_a_hostile_file_earns_what_its_honest_part_is_worth(
    attacked: Attacked, tmp_path: Path
) -> None:
    expected = {name: score for name, (_, score) in hostile_files(Class(tmp_path, UNIT)).items()}
    assert {name: attacked.scores[name] for name in expected} == expected


def test_a_hostile_name_is_a_name(attacked: Attacked) -> None:
    assert {name: attacked.scores[name] for name in HOSTILE_NAMES} == dict.fromkeys(
        HOSTILE_NAMES, 3
    )
    assert not list(attacked.root.rglob("pwned"))


def test_honest_students_beside_them_have_their_points(attacked: Attacked) -> None:
    honest = {name: score for name, score in attacked.scores.items() if name.endswith(" honest")}
    assert len(honest) >= HONEST_STUDENTS
    assert set(honest.values()) == {4}
    assert {attacked.remarks[name] for name in honest} == {""}


def test_nothing_of_the_course_was_touched(attacked: Attacked) -> None:
    assert {path: path.read_bytes() for path in attacked.before} == attacked.before
    assert (attacked.root / "nbgrader_config.py").read_text("utf-8") == CONFIG


def test_the_command_ends_well_and_in_bounded_time(attacked: Attacked) -> None:
    assert attacked.code == 0, attacked.printed[-3000:]
    assert f"학급 보고서: {attacked.root / 'report.html'}" in attacked.printed
    assert "Traceback" not in attacked.printed
    assert "REACHED" not in "".join(
        path.read_text("utf-8") for path in Store(attacked.root).folder.glob("*.json")
    )
    assert attacked.seconds < 15 * len(attacked.scores)


def test_no_process_is_left_behind(attacked: Attacked) -> None:
    from test_sandbox import still_running

    assert attacked.root.is_dir()
    assert not still_running("time.sleep(3222)")


REACHING = ("read ", "network", "out ", "plant ", "evidence symlink", "evidence link", "evidence hard",
            "evidence elsewhere", "evidence for others", "end outlives")  # fmt: skip


@pytest.mark.skipif(why_not(Level.LANDLOCK) != "", reason="이 컴퓨터에는 Landlock이 없습니다")
def test_what_reaches_out_earns_no_more_behind_the_lower_wall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machines that refuse namespaces, as Docker does, grade behind this one."""
    monkeypatch.setattr(choice, "best_level", lambda: Level.LANDLOCK)
    course = Class(tmp_path, UNIT)
    # Nothing is warm there: the first cell also starts TensorFlow.
    config = CONFIG.replace("seconds = 6", "seconds = 60").replace("= 60\n", "= 300\n")
    (tmp_path / "nbgrader_config.py").write_text(config, "utf-8")
    chosen = [name for name in ATTACKS if name.startswith(REACHING)]
    assert len(chosen) > 20
    for name in chosen:
        course.submit(
            name, course.solved(**{CELL: HONEST + ATTACKS[name][0].format(root=tmp_path)})
        )
    course.submit("a honest", course.solved())
    course.submit("z honest", course.solved())
    with ThreadPoolExecutor(2) as pool:
        outcome = grade_class(UNIT, tmp_path, workers=2, executor=pool)
    found = {row.student: row.total for row in outcome.rows}
    remarks = {row.student: row.remark for row in outcome.rows}
    assert (found["a honest"], found["z honest"]) == (4, 4)
    # The process above is the notebook's own there: who ends it ends himself.
    own = ("out warm process", "out signal all", "out signals")
    assert all((found[name] or 0) <= HONEST_SCORE for name in chosen)
    unfair = {
        name: (found[name], remarks[name])
        for name in chosen
        if name not in own and not fair(name, found[name], remarks[name])
    }
    assert unfair == {}
    store, hand_ins = Store(tmp_path), HandIns(tmp_path, UNIT)
    for name in chosen:
        graded = store.get(hand_ins.noted(name)["key"])
        assert graded is not None and graded.sandbox == Level.LANDLOCK
        # What that one sees is the process above, its own.
        assert name == "read memory" or "REACHED" not in str(graded.outputs)
    assert (tmp_path / "nbgrader_config.py").read_text("utf-8") == config
