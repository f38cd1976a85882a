"""`make bench`: how fast grading is beside stock nbgrader, and how long a check takes.

Both graders get the same submissions in the same run and must give the same scores; the figures
that count are ratios, so that a busy machine doesn't change them much.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
os.environ["PYTHONPATH"] = os.pathsep.join(
    path for path in (str(ROOT), os.environ.get("PYTHONPATH", "")) if path
)
os.environ.pop("AUTOGRADER_DATA", None)

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

UNIT = "04_sequential"
MODEL_SECONDS, ACCURACY_SECONDS = 1.0, 3.0
REPEATS = 5


def main() -> int:
    """두 표를 보입니다. 두 채점의 점수가 다르면 1. 시간은 표에만 적습니다."""
    parser = argparse.ArgumentParser(description="채점 속도와 check 시간을 잽니다.")
    parser.add_argument("--students", type=int, default=8, help="채점할 제출의 수")
    parser.add_argument("--workers", type=int, help="한꺼번에 채점할 노트북의 수")
    parser.add_argument("--only", choices=["grade", "check"], help="하나만 잽니다")
    options = parser.parse_args()
    from autograder.startup import import_tensorflow

    import_tensorflow()
    if options.only != "grade":
        bench_check()
    if options.only == "check":
        return 0
    return 0 if bench_grading(options.students, options.workers) else 1


def bench_check() -> None:
    """문제마다 참고 답안을 검사하는 시간: 처음 한 번을 빼고 다섯 번의 중앙값."""
    from autograder import check
    from autograder.exercises import all_exercises
    from autograder.kinds import ModelExercise

    table = Table("문제", title="check의 시간(초)")
    for name in ("처음", "중앙값", "목표"):
        table.add_column(name, justify="right")
    home = tempfile.mkdtemp()
    os.environ["AUTOGRADER_HOME"] = home
    for exercise in all_exercises():
        subjects = exercise.solution()
        times = [timed(check, exercise.id, **subjects) for _ in range(REPEATS + 1)]
        accurate = isinstance(exercise, ModelExercise) and exercise.accuracy is not None
        target = ACCURACY_SECONDS if accurate else MODEL_SECONDS
        median = statistics.median(times[1:])
        mark = "" if median <= target else " ✘"
        table.add_row(exercise.id, f"{times[0]:.2f}", f"{median:.2f}{mark}", f"≤ {target:g}")
    shutil.rmtree(home, ignore_errors=True)
    Console().print(table)


def bench_grading(students: int, workers: int | None) -> bool:
    """같은 제출을 nbgrader와 autograder grade로 채점합니다."""
    from autograder.grading.run.pool import default_workers

    workers = workers or default_workers()
    folder = Path(tempfile.mkdtemp(prefix="autograder-bench-"))
    stock, ours = folder / "stock", folder / "ours"
    make_class(stock, students)
    shutil.copytree(stock, ours)
    # Without outputs, answers or scores taken from one run to the other.
    (stock / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "bench"\nc.Execute.timeout = 600\n'
    )
    run(stock, "-m", "nbgrader", "generate_assignment", UNIT)
    stock_seconds = timed(run, stock, "-m", "nbgrader", "autograde", UNIT)
    command = ("-m", "autograder.cli", "grade", UNIT, "--workers", str(workers))
    ours_seconds = timed(run, ours, *command)
    first, second = scores(stock), scores(ours)
    same = first == second

    table = Table("", title=f"제출 {students}개, 한꺼번에 {workers}개")
    for name in ("전체(초)", "제출 하나(초)", "배"):
        table.add_column(name, justify="right")
    for name, seconds in (("nbgrader", stock_seconds), ("autograder grade", ours_seconds)):
        ratio = stock_seconds / seconds
        table.add_row(name, f"{seconds:.1f}", f"{seconds / students:.1f}", f"{ratio:.2f}")
    console = Console()
    console.print(table)
    console.print("점수는 모두 같습니다." if same else f"점수가 다릅니다: {first} / {second}")
    if same:
        shutil.rmtree(folder, ignore_errors=True)
    return same


def make_class(folder: Path, students: int) -> None:
    """저마다 조금씩 다른(그래서 따로 실행되는) 제출들. 훈련은 하지 않습니다."""
    from graded_class import Class

    course = Class(folder, UNIT)
    for number in range(students):
        made = course.solved()
        if number % 3 == 1:
            for cell in made.cells:
                cell.source = cell.source.replace("Conv2D(64", "Conv2D(32")
        made.cells[0].source += f"\nstudent = {number}"
        course.submit(f"student{number:03}", made)


def scores(folder: Path) -> dict[str, float]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "bench") as gradebook:
        return {item.student.id: item.score for item in gradebook.assignment_submissions(UNIT)}


def run(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}:\n{done.stdout}\n{done.stderr}")


def timed(action: Any, *arguments: Any, **named: Any) -> float:
    started = time.perf_counter()
    action(*arguments, **named)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
