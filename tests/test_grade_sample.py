"""`make grade`: the sample class has the scores that it says it expects."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder import notebook
from autograder.exercises.units import UNITS
from autograder.grading import sample
from autograder.grading.grade import Outcome
from autograder.grading.table import Column, Row


@pytest.mark.slow
def test_the_sample_class_is_graded_as_expected(tmp_path: Path, root: Path) -> None:
    """As `make grade` does: a process of its own, the way an instructor starts it."""
    command = [sys.executable, "-m", "autograder.cli", "sample", "--course", str(tmp_path)]
    done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8")
    printed = done.stdout
    assert done.returncode == 0, printed + done.stderr
    assert "점수가 모두 기대한 대로입니다" in printed
    for student in sample.EXPECTED:
        assert student in printed
    assert "안에 끝나지 않아 중단했습니다" in printed and "커널이 죽었습니다" in printed
    assert (tmp_path / "grades.csv").is_file()
    pages = {path.parts[-3] for path in tmp_path.glob("feedback/*/*/*.html")}
    assert pages == set(sample.EXPECTED) - {sample.NO_FILE}


def test_the_sample_hands_in_the_units_real_notebook(tmp_path: Path, root: Path) -> None:
    solution = notebook.read(root / "solutions" / UNITS[sample.UNIT].notebook)
    sample.make_class(tmp_path, solution)
    name = Path(UNITS[sample.UNIT].notebook).name
    for student in sample.STUDENTS:
        made = notebook.read(tmp_path / "submitted" / student / sample.UNIT / name)
        assert len(made.cells) == len(solution.cells)
        assert not any(notebook.has_solution(cell) for cell in made.cells)


def test_a_score_that_differs_is_told() -> None:
    columns = [Column(str(number), f"4-{number}", 10) for number in range(4)]
    rows = [
        Row(student, "채점함", {str(n): score for n, score in enumerate(scores)})
        for student, scores in sample.EXPECTED.items()
    ]
    outcome = Outcome(sample.UNIT, columns, rows, Path())
    assert sample.differences(outcome) == []
    rows[0].scores["0"] = 7
    del rows[-1]
    told = sample.differences(outcome)
    assert told == [
        "정답: 기대한 점수는 8, 13, 15, 12인데 7, 13, 15, 12입니다.",
        "파일없음: 기대한 점수는 0, 0, 0, 0인데 없음입니다.",
    ]
