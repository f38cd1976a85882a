"""Every answer of answers.py over many seeds: the score must not depend on what was drawn.

    python tools/repeat_answers.py [--seeds 30] [UNIT or exercise id …]

Prints one line per answer whose items differ between seeds, then the counts. Exit code 1 if there is one.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.pop("AUTOGRADER_DATA", None)

CHEAP = 0.5
"""An answer that takes longer than this to make (it trains) is made once, not for every seed."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chosen", nargs="*", help="units or exercise ids (all if none)")
    parser.add_argument("--seeds", type=int, default=30)
    options = parser.parse_args()
    from references import observed_once

    from autograder.authoring.answers import load_answers
    from autograder.exercises.units import UNITS
    from autograder.startup import import_tensorflow

    import_tensorflow()
    import keras

    unsteady = answers = 0
    started = time.perf_counter()
    for unit in UNITS:
        found = load_answers(unit, ROOT)
        for exercise_id in dict.fromkeys(answer.exercise for answer in found):
            if options.chosen and not {unit, exercise_id} & set(options.chosen):
                continue
            # What is kept of the references is dropped with the exercise.
            with observed_once():
                for answer in found:
                    if answer.exercise != exercise_id:
                        continue
                    answers += 1
                    seen = verdicts(answer, options.seeds)
                    # Every model that was fitted leaves its graphs behind.
                    keras.utils.clear_session()
                    gc.collect()
                    if len(seen) > 1:
                        unsteady += 1
                        told = "; ".join(f"{count}× {dict(v)}" for v, count in seen.most_common())
                        print(f"{answer.exercise} · {answer.name}: {told}", flush=True)
    minutes = (time.perf_counter() - started) / 60
    print(f"{answers} answers, {options.seeds} seeds, {unsteady} unsteady, {minutes:.1f} min")
    return 1 if unsteady else 0


def verdicts(answer: Any, seeds: int) -> Counter[tuple[tuple[str, float], ...]]:
    """How often each result came: the items' names and scores, without the accuracy reached."""
    import keras

    from autograder.exercises import get
    from autograder.judge import judge
    from autograder.observe import observe

    exercise = get(answer.exercise)
    found: list[tuple[tuple[str, float], ...]] = []
    subject, cost = None, 0.0
    for seed in range(seeds):
        if subject is None or cost < CHEAP:
            keras.utils.set_random_seed(zlib.crc32(f"{answer.name} {seed}".encode()) % 2**31)
            began = time.perf_counter()
            subject = answer.subjects(exercise)
            cost = time.perf_counter() - began
        challenge = exercise.challenge(1000 + seed)
        report = judge(exercise, challenge, observe(challenge, subject))
        found.append(tuple((item.name, item.score) for item in report.items))
    # Only what changes is worth a line.
    names = {
        name
        for row in found
        for name, score in row
        if any(dict(o).get(name) != score for o in found)
    }
    return Counter(tuple(pair for pair in row if pair[0] in names) for row in found)


if __name__ == "__main__":
    sys.exit(main())
