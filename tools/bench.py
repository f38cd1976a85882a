"""`make bench`: how fast grading is beside stock nbgrader, and how long a check takes.

Both graders get the same submissions in the same run and must give the same scores; the figures
that count are ratios, so that a busy machine doesn't change them much.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
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

import psutil  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from autograder.grading.sandbox.process import memory_of  # noqa: E402

UNITS_GRADED = ("00_start", "04_sequential", "08_layers")
MODEL_SECONDS, ACCURACY_SECONDS = 1.0, 3.0
REPEATS = 5
_CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "bench"\nc.Execute.timeout = 600\n'


def main() -> int:
    """표들을 보입니다. 두 채점의 점수가 다르면 1. 시간은 표에만 적습니다."""
    parser = argparse.ArgumentParser(description="채점 속도와 check 시간을 잽니다.")
    parser.add_argument("--students", type=int, default=6, help="단원마다 채점할 제출의 수")
    parser.add_argument("--workers", type=int, help="한꺼번에 채점할 노트북의 수")
    parser.add_argument("--only", choices=["grade", "check"], help="하나만 잽니다")
    parser.add_argument(
        "--units", nargs="+", default=UNITS_GRADED, metavar="단원", help="제출을 채점할 단원들"
    )
    parser.add_argument(
        "--exercises-only", action="store_true", help="수업이 없는, 문제만 든 노트북을 채점합니다"
    )
    options = parser.parse_args()
    from autograder.grading.run.pool import default_workers
    from autograder.startup import import_tensorflow

    import_tensorflow()
    if options.only != "grade":
        bench_check()
    if options.only == "check":
        return 0
    workers = options.workers or default_workers()
    table = Table(
        "", title=f"풀이 노트북 {options.students}개씩, 한꺼번에 {workers}개 (nbgrader는 하나씩)"
    )
    for name in ("전체(초)", "분당 제출", "배", "CPU(초)/제출", "메모리(MiB)"):
        table.add_column(name, justify="right")
    same = True
    for unit in options.units:
        same &= bench_grading(table, unit, options.students, workers, options.exercises_only)
    console = Console()
    console.print(table)
    console.print("점수는 모두 같습니다." if same else "점수가 다릅니다.")
    return 0 if same else 1


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


def bench_grading(
    table: Table, unit: str, students: int, workers: int, exercises_only: bool
) -> bool:
    """같은 제출을 nbgrader와 autograder grade로 채점합니다. 점수가 같은지 돌려줍니다."""
    folder = Path(tempfile.mkdtemp(prefix="autograder-bench-"))
    stock, ours = folder / "stock", folder / "ours"
    make_class(stock, unit, students, exercises_only)
    # Released once, before the term: in neither of the times.
    config = stock / "nbgrader_config.py"
    config.write_text(_CONFIG, "utf-8")
    run(stock, "-m", "nbgrader", "generate_assignment", unit)
    # Without outputs, answers or scores taken from one run to the other.
    shutil.copytree(stock, ours)
    (ours / config.name).unlink()
    grade = ("-m", "autograder.cli", "grade", unit, "--workers", str(workers))
    rows = {
        "nbgrader autograde": measured(stock, "-m", "nbgrader", "autograde", unit),
        "autograder grade": measured(ours, *grade),
        "셀만 실행": measured(ours, str(ROOT / "tools" / "bare_cost.py"), ".", unit, str(workers)),
    }
    # The bare cost is told by the program itself: what all submissions share doesn't count.
    bare = rows["셀만 실행"]
    bare.seconds = float(bare.printed.split()[-1])
    first = rows["nbgrader autograde"].seconds
    table.add_section()
    for name, row in rows.items():
        table.add_row(
            f"{unit} · {name}",
            f"{row.seconds:.1f}",
            f"{60 * students / row.seconds:.1f}",
            f"{first / row.seconds:.1f}",
            f"{row.cpu / students:.1f}",
            f"{row.memory / 2**20:.0f}",
        )
    found = scores(stock, unit), scores(ours, unit)
    if found[0] != found[1]:
        print(f"{unit}: {found[0]} / {found[1]}")
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return True


def make_class(folder: Path, unit: str, students: int, exercises_only: bool) -> None:
    """저마다 조금씩 다른(그래서 따로 실행되는) 풀이 노트북들."""
    from graded_class import Class, solved_class

    course = Class(folder, unit) if exercises_only else solved_class(folder, unit)
    for number in range(students):
        made = course.solved()
        cell = next(c for c in made.cells if c.metadata.get("nbgrader", {}).get("solution"))
        cell.source += f"\nstudent = {number}"
        course.submit(f"student{number:03}", made)


def scores(folder: Path, unit: str) -> dict[str, float]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "bench") as gradebook:
        return {item.student.id: item.score for item in gradebook.assignment_submissions(unit)}


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


@dataclass
class Measured:
    """걸린 시간과 CPU 시간(초), 프로세스들이 함께 쓴 가장 큰 메모리(바이트, PSS), 표준 출력."""

    seconds: float
    cpu: float
    memory: int
    printed: str


def measured(folder: Path, *arguments: str) -> Measured:
    """프로그램을 실행하며 잽니다."""
    before, peak, ended = processor_time(), 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.5):
            peak = max(peak, memory_of(psutil.Process().children(recursive=True)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    try:
        printed = run(folder, *arguments)
    finally:
        ended.set()
        watcher.join()
    return Measured(time.perf_counter() - began, processor_time() - before, peak, printed)


def processor_time() -> float:
    """끝난 자식들이 쓴 CPU 시간(초)."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(action: Any, *arguments: Any, **named: Any) -> float:
    started = time.perf_counter()
    action(*arguments, **named)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
