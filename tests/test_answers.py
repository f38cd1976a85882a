"""Right answers in many styles get full points, wrong ones the message that helps.

The answers are `solutions/<unit>/answers.py`, written by the authors of the notebooks.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from autograder.authoring.answers import Answer, load_answers
from autograder.errors import CourseError
from autograder.exercises.units import UNITS
from autograder.protocol import Challenge, Evidence, from_bytes
from autograder.report import Report
from autograder.startup import import_tensorflow

pytestmark = pytest.mark.usefixtures("references_once")

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


TYPICAL = 6
"""Mistakes that learners of a unit make most; each must be named."""
BARE = ("값이 명세와 다릅니다", "층과 설정은 명세와 같지만 계산 결과가 다릅니다")


@pytest.mark.parametrize("unit", UNITS)
def test_the_typical_mistakes_of_every_exercise_are_named(unit: str) -> None:
    from autograder.exercises import all_exercises

    answers = [answer for answer in load_answers(unit, ROOT) if answer.typical]
    for exercise in all_exercises():
        if exercise.unit == unit:
            said = [answer.expect for answer in answers if answer.exercise == exercise.id]
            assert len(said) >= TYPICAL, exercise.id
            assert not [text for text in said if text.strip(" .") in BARE], exercise.id


@pytest.mark.parametrize("answer", collect())
def test_answer(answer: Answer) -> None:
    report = judged(answer)
    text = report.to_text()
    lost = [item for item in report.items if not item.passed]
    if not answer.right:
        assert report.outcome != "right", text
        assert report.score <= report.points - 1, text
        assert answer.expect in text
        for false in answer.never:
            assert false not in text
    elif answer.trained:
        assert report.passed and report.score == report.points, text
    else:
        assert all(item.name.startswith(MEASURED) for item in lost), text
        assert report.attempted and len(lost) <= 1, text


MEASURED = ("테스트 정확도", "처음 보는 글의 손실")
"""Items that an answer which was never trained cannot have."""
SEEDS = 3
"""Challenges per exercise. The reference answers each of them once, whatever is compared with it."""


def judged(answer: Answer) -> Report:
    """The report of an answer; the same on every run of the tests.

    Everything crosses the boundary as in grading, where it is read from files.
    """
    import keras

    from autograder.exercises import get
    from autograder.judge import judge
    from autograder.observe import observe

    exercise = get(answer.exercise)
    seed = zlib.crc32(answer.name.encode()) % SEEDS
    keras.utils.set_random_seed(zlib.crc32(answer.name.encode()) % 2**31)
    challenge = from_bytes(Challenge, exercise.challenge(seed).to_bytes())
    evidence = observe(challenge, answer.subjects(exercise))
    return judge(exercise, challenge, from_bytes(Evidence, evidence.to_bytes()))
