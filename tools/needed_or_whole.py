"""Every answer of answers.py in its notebook, with the needed lesson cells only and with all of them.

    python tools/needed_or_whole.py [UNIT or exercise id …]

One kernel per unit and side: the lesson goes on from cell to cell, and at an exercise all of its
answers run one after the other, each as the text that a learner would have written, with the same
challenge and the same seed. Prints one line per answer whose items differ, then the counts.
An answer that ends in an error, or that could not be observed, is graded from a whole run anyway
(`grading.run.runner`), so there is nothing to compare. Exit code 1 if one differs.
"""

from __future__ import annotations

import argparse
import ast
import os
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.pop("AUTOGRADER_DATA", None)

import nbformat  # noqa: E402

from autograder.authoring.answers import Answer, load_answers  # noqa: E402
from autograder.cell_names import names_of  # noqa: E402
from autograder.exercises import get  # noqa: E402
from autograder.exercises.units import UNITS  # noqa: E402
from autograder.grading.needed import needed  # noqa: E402
from autograder.grading.planning import lesson_cells  # noqa: E402
from autograder.grading.run.kernel import DONE, Kernel  # noqa: E402
from autograder.grading.run.outputs import Outputs  # noqa: E402
from autograder.grading.run.workplace import Workplace, workplace  # noqa: E402
from autograder.grading.sandbox.levels import Level  # noqa: E402
from autograder.grading.sandbox.process import opened  # noqa: E402
from autograder.notebook import checked_exercise, with_own_check  # noqa: E402
from autograder.protocol import Evidence, from_bytes  # noqa: E402
from autograder.startup import import_tensorflow  # noqa: E402

CELL_SECONDS = 600.0
SEED = 11


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chosen", nargs="*", help="units or exercise ids (all if none)")
    options = parser.parse_args()
    from references import observed_once

    import_tensorflow()
    started = time.monotonic()
    total = whole_anyway = different = skipped = 0
    for unit in UNITS:
        chosen = set(options.chosen)
        answers = [
            answer
            for answer in load_answers(unit, ROOT)
            if not chosen or {unit, answer.exercise} & chosen
        ]
        if not answers:
            continue
        lesson = Lesson(unit)
        held = [answer for answer in answers if lesson.text_of(answer)]
        few, all_of_it = lesson.run(held, whole=False), lesson.run(held, whole=True)
        with observed_once():
            for answer in held:
                one, other = (
                    few[answer.exercise, answer.name],
                    all_of_it[answer.exercise, answer.name],
                )
                total += 1
                skipped += one.left_out
                if one.evidence is None:
                    whole_anyway += 1
                elif (found := verdict(answer, one)) != (expected := verdict(answer, other)):
                    different += 1
                    odd = set(found) ^ set(expected)
                    print(f"{answer.exercise} · {answer.name}: {sorted(map(str, odd))}", flush=True)
        print(f"{unit}: {len(held)} of {len(answers)} answers", flush=True)
    minutes = (time.monotonic() - started) / 60
    print(
        f"{total} answers, {skipped / max(total, 1):.0f} lesson cells left out on average, "
        f"{whole_anyway} run whole anyway, {different} different, {minutes:.1f} min"
    )
    return 1 if different else 0


@dataclass(frozen=True)
class Seen:
    """What was observed of an answer, and how many lesson cells before it were not run."""

    evidence: bytes | None
    left_out: int


def verdict(answer: Answer, seen: Seen) -> list[tuple[str, float, str]]:
    from autograder.judge import judge

    exercise = get(answer.exercise)
    if seen.evidence is None:
        return []
    report = judge(exercise, exercise.challenge(SEED), from_bytes(Evidence, seen.evidence))
    return [(item.name, item.score, item.message) for item in report.items]


class Lesson:
    """The notebook of a unit as it is handed in, and the texts of the answers that fit into it."""

    def __init__(self, unit: str) -> None:
        path = ROOT / "solutions" / UNITS[unit].notebook
        cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
        lesson = lesson_cells(path)
        self.cells = cells
        self.lesson = [cell.source.strip() in lesson for cell in cells]
        self.checks = {
            checked_exercise(cell): index
            for index, cell in enumerate(cells)
            if cell.metadata.get("nbgrader", {}).get("grade")
        }
        self.answers_path = path.parent / "answers.py"
        self.tree = ast.parse(self.answers_path.read_text("utf-8"))

    def solution_cells(self, exercise: str) -> list[int]:
        """The cells that belong to the exercise, from its first solution cell to its check."""
        last = self.checks[exercise]
        before = max((i for i in self.checks.values() if i < last), default=-1)
        return [i for i in range(before + 1, last) if not self.lesson[i] and i > 0]

    def text_of(self, answer: Answer) -> str:
        """The answer as a cell: what it uses of answers.py, its function, and the names that are checked."""
        defined: dict[str, ast.stmt] = {}
        for node in self.tree.body:
            for name in bound_by(node):
                defined[name] = node
        function = answer.make.__name__
        wanted, waiting = set[int](), [defined[function]]
        while waiting:
            node = waiting.pop()
            if id(node) in wanted:
                continue
            wanted.add(id(node))
            waiting += [
                defined[inner.id]
                for inner in ast.walk(node)
                if isinstance(inner, ast.Name) and inner.id in defined
            ]
        parts = []
        for node in self.tree.body:
            if id(node) in wanted and "autograder.authoring" not in ast.unparse(node):
                parts.append(ast.unparse(undecorated(node)))
        subjects = get(answer.exercise).subjects
        names = checked_names(self.cells[self.checks[answer.exercise]].source, subjects)
        parts.append(
            f"_made = {function}()\n"
            f"_named = _made if isinstance(_made, dict) and set(_made) <= {set(subjects)!r} "
            f"else {{{subjects[0]!r}: _made}}"
        )
        parts += [f"{name} = _named.get({subject!r}, ...)" for subject, name in names.items()]
        return "\n".join(parts)

    def keep(self, exercise: str, text: str) -> list[bool]:
        """Which cells are run when the answer stands in the notebook."""
        own = self.solution_cells(exercise)
        sources = [
            (text if index == own[0] else "" if index in own else cell.source, self.lesson[index])
            for index, cell in enumerate(self.cells)
        ]
        return needed(sources)

    def run(self, answers: list[Answer], *, whole: bool) -> dict[tuple[str, str], Seen]:
        found: dict[tuple[str, str], Seen] = {}
        with kernel() as (run, place):
            done: set[int] = set()

            def go_on(end: int, wanted: list[bool]) -> bool:
                well = True
                for index in range(end):
                    if wanted[index] and index not in done:
                        done.add(index)
                        if checked_exercise(self.cells[index]) in self.checks:
                            continue
                        well &= run(self.cells[index].source)
                return well

            for exercise in sorted(self.checks, key=self.checks.__getitem__):
                own, last = self.solution_cells(exercise), self.checks[exercise]
                between = {i for i in range(own[0], last) if self.lesson[i]}
                asked = []
                for answer in answers:
                    if answer.exercise == exercise:
                        text = self.text_of(answer)
                        keep = [True] * len(self.cells) if whole else self.keep(exercise, text)
                        asked.append((sum(keep[:last]), text, keep, answer))
                for _, text, keep, answer in sorted(asked, key=lambda one: one[0]):
                    go_on(own[0], keep)
                    place.challenge(exercise, get(exercise).challenge(SEED).to_bytes())
                    place.discard_evidence(exercise)
                    seed = zlib.crc32(answer.name.encode()) % 2**31
                    run(f"import keras as _keras\n_keras.utils.set_random_seed({seed})")
                    well = run(text)
                    for index in sorted(between):
                        if keep[index]:
                            well &= run(self.cells[index].source)
                    well &= run(with_own_check(self.cells[last]))
                    evidence = place.evidence(exercise) if well else None
                    left = sum(
                        self.lesson[i] and i not in done and i not in between for i in range(last)
                    )
                    found[exercise, answer.name] = Seen(evidence, left)
                # The notebook goes on with the reference answer.
                done |= {last}
                keep = (
                    [True] * len(self.cells)
                    if whole
                    else needed([(c.source, self.lesson[i]) for i, c in enumerate(self.cells)])
                )
                done -= between
                go_on(last, keep)
        return found


@contextmanager
def kernel() -> Iterator[tuple[Any, Workplace]]:
    """A function that runs a cell and tells whether it ended well, and the place it runs in."""
    with (
        opened(Level.NONE, 1) as room,
        workplace({}, (), room) as place,
        Kernel(room, place.root, place.environment(1), place.work) as running,
    ):

        def run(source: str) -> bool:
            if not source.strip():
                return True
            return running.run(source, CELL_SECONDS, Outputs()) == DONE

        yield run, place


def bound_by(node: ast.stmt) -> set[str]:
    return set(names_of(ast.unparse(node)).bound)


def undecorated(node: ast.stmt) -> ast.stmt:
    """Without the line that says what the answer is good for."""
    if isinstance(node, ast.FunctionDef):
        node.decorator_list = [
            one
            for one in node.decorator_list
            if not ast.unparse(one).startswith(("right(", "wrong("))
        ]
    return node


def checked_names(source: str, subjects: tuple[str, ...]) -> dict[str, str]:
    """Subject → the name that the check cell hands over for it."""
    call = next(
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "check"
    )
    given = dict(zip(subjects, call.args[1:], strict=False))
    given |= {word.arg: word.value for word in call.keywords if word.arg}
    return {subject: ast.unparse(value) for subject, value in given.items()}


if __name__ == "__main__":
    sys.exit(main())
