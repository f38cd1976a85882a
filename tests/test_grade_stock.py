"""nbgrader's own rules: without our configuration they still grade right answers, and with it no
output of the learner's code can cost a right answer or give a wrong one points."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from graded_class import Class, find, is_check
from nbgrader import utils
from nbgrader.api import Gradebook

from autograder.grading.grade import grade_class
from autograder.report import Item, Report

UNIT, CELL = "00_start", "start_first_tensor"
INTEGERS = "x = tf.constant([[1, 2, 3], [4, 5, 6]])"
RIGHT = "x = tf.constant([[1, 2, 3], [4, 5, 6]], dtype=tf.float32)"
WARNING = "\nimport warnings; warnings.warn('경고'); import sys; print('줄', file=sys.stderr)"
# A stock test cell with anything on standard error is worth nothing.
NOISY_CHECK = (
    "\nimport autograder.learner as course, sys\n"
    "original = course.check\n"
    "def check(*subjects):\n"
    "    print('표준 오류', file=sys.stderr)\n"
    "    return original(*subjects)\n"
)
# A stock test cell that ends in one of these has full points, or stops the whole submission.
ENDS = {"numpy": "np.float64(3.0)", "nan": "float('nan')", "minus": "-1", "over": "1e9"}


def nbgrader(folder: Path, *arguments: str) -> None:
    # nbgrader starts `alembic` by its name.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env=dict(os.environ, PATH=path),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def auto_scores(folder: Path) -> dict[str, float | None]:
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "stock") as gradebook:
        return {
            submission.student.id: submission.notebooks[0].grades[0].auto_score
            for submission in gradebook.assignment_submissions(UNIT)
        }


@pytest.mark.slow
def test_stock_nbgrader_reads_the_reports_score(tmp_path: Path) -> None:
    course = Class(tmp_path, UNIT)
    (tmp_path / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "stock"\nc.Execute.timeout = 240\n',
        "utf-8",
    )
    course.submit("right", course.solved(**{CELL: RIGHT + WARNING}))
    course.submit("integers", course.solved(**{CELL: INTEGERS}))
    course.submit("untouched", course.released)
    nbgrader(tmp_path, "generate_assignment", UNIT)
    nbgrader(tmp_path, "autograde", UNIT)
    assert auto_scores(tmp_path) == {"right": 4, "integers": 3, "untouched": 0}
    executed = nbformat.read(tmp_path / "autograded" / "integers" / UNIT / course.file, 4)
    (shown,) = find(executed, is_check).outputs
    assert shown.data["text/plain"] == "3.0"
    assert "3 / 4점" in shown.data["text/html"]


@pytest.mark.slow
def test_with_our_configuration_outputs_count_for_nothing(tmp_path: Path) -> None:
    course = Class(tmp_path, UNIT)
    course.submit("noisy right", course.solved(**{CELL: RIGHT + WARNING + NOISY_CHECK}))
    for name, value in ENDS.items():
        answer = f"{INTEGERS}\noriginal = check\ncheck = lambda *s: (original(*s), {value})[1]"
        course.submit(name, course.solved(**{CELL: answer}))
    outcome = grade_class(UNIT, tmp_path, workers=2)
    scores = {row.student: row.total for row in outcome.rows}
    assert scores == {"noisy right": 4} | dict.fromkeys(ENDS, 3)


@pytest.mark.parametrize("score", [0.0, 1.25, 4.0])
def test_a_report_is_a_plain_float_for_nbgrader(
    score: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    report = Report("a.b", "1-1", "제목", (Item("항목", 4.0, score),))
    cell = nbformat.v4.new_code_cell("check")
    cell.metadata["nbgrader"] = nbformat.from_dict(
        {"grade": True, "grade_id": "x", "points": 4, "solution": False, "locked": True}
    )
    data = report._repr_mimebundle_()
    cell.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
    assert utils.determine_grade(cell) == (score, 4.0)
    # The rules that make this necessary; when they change, this test says so.
    for text, points in (("np.float64(3.0)", 4.0), ("'3'", 4.0), ("-1", 4.0)):
        other = copy.deepcopy(cell)
        other.outputs[0].data["text/plain"] = text
        assert utils.determine_grade(other) == (points, 4.0)
    over = copy.deepcopy(cell)
    over.outputs[0].data["text/plain"] = "4.5"
    with pytest.raises(ValueError, match="cannot be greater"):
        utils.determine_grade(over)
    noisy = copy.deepcopy(cell)
    noisy.outputs.insert(0, nbformat.v4.new_output("stream", name="stderr", text="경고"))
    assert utils.determine_grade(noisy) == (0, 4.0)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -3.0, 1e9])
def test_no_item_can_make_a_score_that_is_none(value: float) -> None:
    report = Report("a.b", "1-1", "제목", (Item("항목", 4.0, value), Item("둘", 1.0, 1.0)))
    assert 0 <= report.score <= report.points == 5
