"""Every reference answer with one slip in its source loses points.

Slips that change nothing a learner could be blamed for are listed, with the exercise, in
`tests/harmless/<module>.txt`, a line each: they have to keep full points.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import source_mutants

from autograder.exercises import all_exercises, get
from autograder.judge import judge
from autograder.observe import observe

HARMLESS = Path(__file__).parent / "harmless"
SECONDS = 20
"""Processor time that one changed answer may take: some slips make a loop endless."""

# Models that are one chain of layers have mutants of their own: test_mutants.py.
CHAINS = ("04_sequential", "05_functional")
# Free designs, and the network of final.three_ways once more.
FREE = (
    "final.open",
    "final.own_loop",
    "subclass.mnist",
    "subclass.cifar100",
    "transformer.train",
)
EXERCISES = [item.id for item in all_exercises() if item.unit not in CHAINS and item.id not in FREE]


@contextlib.contextmanager
def time_limit() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError("endless")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.fixture
def nothing_registered() -> Iterator[None]:
    """As in a learner's new kernel: a class that another test registered would load for this one."""
    import keras

    registered = keras.saving.get_custom_objects()
    before = dict(registered)
    registered.clear()
    try:
        yield
    finally:
        registered.clear()
        registered.update(before)


def harmless(exercise_id: str) -> set[str]:
    path = HARMLESS / f"{exercise_id.partition('.')[0]}.txt"
    if not path.is_file():
        return set()
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t", 1) for line in lines if "\t" in line and not line.startswith("#")]
    return {text for name, text in pairs if name == exercise_id}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many slips make a loop endless: that is seen after a short time, too."""
    for module, name, seconds in (
        ("function", "SECONDS", 2.0),
        ("graph", "FIRST_SECONDS", 3.0),
        ("graph", "MAX_SECONDS", 1.5),
        ("step", "SECONDS", 4.0),
    ):
        monkeypatch.setattr(f"autograder.observe.{module}.{name}", seconds)


@pytest.mark.usefixtures("nothing_registered", "impatient", "references_once")
@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_no_slip_keeps_full_points(exercise_id: str, tmp_path: Path) -> None:
    exercise = get(exercise_id)
    challenge = exercise.challenge(20)
    if "seconds" in challenge.facts:
        challenge = replace(challenge, facts=challenge.facts | {"seconds": 0.5})
    source = source_mutants.source_of(exercise.reference)

    def kept(text: str, name: str) -> bool:
        try:
            with time_limit():
                made = source_mutants.run(text, exercise.reference, tmp_path, name)
                subjects = made if isinstance(made, dict) else {exercise.subjects[0]: made}
                report = judge(exercise, challenge, observe(challenge, subjects))
        except Exception:  # noqa: BLE001 - an answer that cannot even be defined
            return False
        return all(item.passed for item in report.items if "정확도" not in item.name)

    assert kept(source, "reference"), "the way the slips are run must not cost points itself"
    survivors = {
        mutant.name
        for number, mutant in enumerate(source_mutants.mutants(source))
        if kept(mutant.source, f"mutant_{number}")
    }
    assert survivors == harmless(exercise_id)
