"""What grading cannot be cheaper than: the needed cells of each submission in a fork, nothing around it.

    python tools/bare_cost.py COURSE UNIT WORKERS

No Jupyter, no walls, no judging, no gradebook. One process has imported everything; a fork per
submission runs the cells with `exec`, `WORKERS` at a time. Prints the seconds that all of them took.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["MPLBACKEND"] = "Agg"


def main(course: Path, unit: str, workers: int) -> float:
    """Seconds for all submissions, without the import that they share."""
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = str(max(1, (os.cpu_count() or 1) // workers))
    from autograder.exercises.units import UNITS
    from autograder.grading.planning import lesson_cells

    name = Path(UNITS[unit].notebook).name
    lesson = lesson_cells(course / "source" / unit / name)
    places = [prepared(path, lesson) for path in sorted(course.glob(f"submitted/*/{unit}/{name}"))]
    write_challenges([(place, asked) for place, _, asked in places])
    import keras  # noqa: F401
    import matplotlib.pyplot  # noqa: F401

    import autograder  # noqa: F401

    began = time.perf_counter()
    running: set[int] = set()
    for place, cells, _ in places:
        if len(running) == workers:
            running.discard(os.wait()[0])
        child = os.fork()
        if child == 0:
            run(place, cells)
        running.add(child)
    for _ in running:
        os.wait()
    return time.perf_counter() - began


def prepared(path: Path, lesson: frozenset[str]) -> tuple[Path, list[str], list[str]]:
    """The folder of a submission, the cells to run, and the exercises that they check."""
    import nbformat

    from autograder.grading.needed import needed
    from autograder.notebook import checked_exercise

    place = Path(tempfile.mkdtemp())
    for folder in ("challenges", "evidence"):
        (place / folder).mkdir()
    made = nbformat.read(path, as_version=4)
    code = [cell for cell in made.cells if cell.cell_type == "code"]
    keep = needed([(cell.source, cell.source.strip() in lesson) for cell in code])
    cells = [cell.source for cell, run in zip(code, keep, strict=True) if run]
    return place, cells, [exercise for cell in code if (exercise := checked_exercise(cell))]


def write_challenges(places: list[tuple[Path, list[str]]]) -> None:
    """In a process of its own: a fork after the first operation of TensorFlow hangs."""
    child = os.fork()
    if child == 0:
        from autograder.exercises import get

        for place, asked in places:
            for exercise in asked:
                data = get(exercise).challenge(7).to_bytes()
                (place / "challenges" / f"{exercise}.npz").write_bytes(data)
        os._exit(0)
    os.waitpid(child, 0)


def run(place: Path, cells: list[str]) -> None:
    """Runs the cells and leaves the process."""
    os.environ["AUTOGRADER_RUN"] = str(place)
    os.chdir(place)
    space: dict[str, object] = {"__name__": "__main__"}
    code = 0
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            for source in cells:
                exec(source, space)
        except BaseException:  # noqa: BLE001 - a fork has nobody above it
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
    if not list((place / "evidence").glob("*.npz")):
        print(f"{place}: nothing was observed", file=sys.stderr)
    os._exit(code)


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
