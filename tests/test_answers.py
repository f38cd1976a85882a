"""Right answers in many styles get full points, wrong ones the message that helps.

The answers are `solutions/<unit>/answers.py`, written by the authors of the notebooks.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.classroom.answers import Answer, load_answers
from autograder.errors import CourseError
from autograder.exercises.units import UNITS
from autograder.protocol import Challenge, Evidence
from autograder.report import Report
from autograder.startup import import_tensorflow

ROOT = Path(__file__).resolve().parent.parent


def collect() -> list[pytest.param]:
    import_tensorflow()
    found = []
    for unit in UNITS:
        try:
            answers = load_answers(unit, ROOT)
        except CourseError:
            # Told by test_every_unit_has_answers; one broken file must not hide the others.
            continue
        for answer in answers:
            kind = "right" if answer.right else "wrong"
            found.append(
                pytest.param(
                    answer,
                    id=f"{answer.exercise}-{kind}-{answer.name}",
                    marks=pytest.mark.xdist_group(f"answers-{unit}"),
                )
            )
    return found


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_has_answers(unit: str) -> None:
    assert load_answers(unit, ROOT)


@pytest.mark.parametrize("answer", collect())
def test_answer(answer: Answer) -> None:
    report = judged(answer)
    text = report.to_text()
    lost = [item for item in report.items if not item.passed]
    if not answer.right:
        assert report.outcome != "right", text
        assert report.score <= report.points - 1, text
        assert answer.expect in text
    elif answer.trained:
        assert report.passed and report.score == report.points, text
    else:
        assert all(item.name.startswith("테스트 정확도") for item in lost), text
        assert report.attempted and len(lost) <= 1, text


SEEDS = 3
"""Challenges per exercise. The reference answers each of them once, whatever is compared with it."""


class Reference(dict[str, Any]):
    """What a reference answer makes: told apart from what an answer makes."""


@pytest.fixture(scope="module", autouse=True)
def reference_once() -> Iterator[None]:
    """Keep what was observed of the references: half of the work of judging."""
    import autograder.observe
    from autograder.exercise import Exercise

    kept: dict[bytes, Evidence] = {}
    observe, solution = autograder.observe.observe, Exercise.solution

    def observe_once(challenge: Challenge, subject: Any) -> Evidence:
        if not isinstance(subject, Reference):
            return observe(challenge, subject)
        key = hashlib.sha256(challenge.to_bytes()).digest()
        if key not in kept:
            kept[key] = observe(challenge, subject)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(autograder.observe, "observe", observe_once)
        patch.setattr(Exercise, "solution", lambda self: Reference(solution(self)))
        yield


def judged(answer: Answer) -> Report:
    """The report of an answer; the same on every run of the tests."""
    import keras

    from autograder.exercises import get
    from autograder.judge import judge
    from autograder.observe import observe

    exercise = get(answer.exercise)
    seed = zlib.crc32(answer.name.encode()) % SEEDS
    keras.utils.set_random_seed(zlib.crc32(answer.name.encode()) % 2**31)
    challenge = exercise.challenge(seed)
    return judge(exercise, challenge, observe(challenge, answer.subjects(exercise)))
