"""How well the probes of the kinds `model` and `transform` tell: over many challenges, the weakest answer of the reference.

    python tools/count_dead_probes.py [--draws 1000] [exercise id …]

A probe that cannot tell gives the same outputs whatever goes in, or does not feel one of the weights.
Prints, per exercise, how many could not tell, how the weakest compares with what is asked for (1), how
many seeds were drawn again, and the processor time of a draw.
Exit code 1 if one could not tell.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chosen", nargs="*", help="exercise ids (all if none)")
    parser.add_argument("--draws", type=int, default=1000)
    options = parser.parse_args()
    from autograder.startup import import_tensorflow

    import_tensorflow()
    import numpy as np

    from autograder.kinds import TransformExercise, telling

    tries = 0
    tells = telling.telling_seed

    def counted(random: Any, tells_apart: Any) -> int:
        def counting(seed: int) -> bool:
            nonlocal tries
            tries += 1
            return bool(tells_apart(seed))

        return tells(random, counting)

    for name in ("model", "transform"):
        importlib.import_module(f"autograder.kinds.{name}").telling_seed = counted  # type: ignore[attr-defined]
    dead = 0
    for exercise in exercises():
        if options.chosen and exercise.id not in options.chosen:
            continue
        measure = of_transform if isinstance(exercise, TransformExercise) else of_model
        weakest, seconds, tries = [], [], 0
        for seed in range(options.draws):
            began = time.process_time()
            challenge = exercise.challenge(seed)
            seconds.append(time.process_time() - began)
            weakest.append(measure(exercise, challenge))
        found = np.array(weakest)
        missed = int((found < SAME).sum())
        dead += missed
        print(
            f"{exercise.id}: {found.size} probes, {missed} cannot tell, weakest "
            f"{found.min():.2f}, drawn again {tries - found.size}, "
            f"{np.median(seconds) * 1000:.0f} ms a draw",
            flush=True,
        )
    return 1 if dead else 0


SAME = 0.999
"""A probe that was let through is measured a second time: rounding may differ."""


def of_model(exercise: Any, challenge: Any) -> list[float]:
    from autograder.kinds.telling import tried

    model = tried(exercise, challenge)
    return [model.weakest(challenge, number) for number in range(len(challenge.facts["seeds"]))]


def of_transform(exercise: Any, challenge: Any) -> list[float]:
    from autograder.observe.transform import built

    found = []
    for base in challenge.facts["bases"]:
        model = built(base)
        made = model, exercise.solution()[exercise.subjects[0]](model)
        found.append(exercise.weakest(base, challenge.arrays, made))
    return found


def exercises() -> Iterator[Any]:
    """The exercises of the kinds, also those inside others."""
    from autograder.exercises import all_exercises
    from autograder.kinds import CompositeExercise, ModelExercise, TransformExercise

    for exercise in all_exercises():
        parts = [exercise]
        if isinstance(exercise, CompositeExercise):
            parts = [part.exercise for part in exercise.parts.values()]
        yield from (p for p in parts if isinstance(p, (ModelExercise, TransformExercise)))


if __name__ == "__main__":
    sys.exit(main())
