"""Keep what was observed of the references: half of the work of judging.

In a learner's notebook every check asks with new random numbers; the tests ask the same things often.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest


class Reference(dict[str, Any]):
    """What a reference answer makes: told apart from what an answer makes, and by its maker."""

    maker: Any = None


@contextlib.contextmanager
def observed_once() -> Iterator[None]:
    """Inside, a challenge is made once, and references and known mistakes answer it once."""
    import autograder.observe
    from autograder.judge import mistakes, step
    from autograder.kinds import Exercise
    from autograder.protocol import Challenge, Evidence, from_bytes

    kept: dict[tuple[bytes, Any], Evidence] = {}
    views: dict[tuple[bytes, Any, int], step.View] = {}
    wrong: dict[tuple[bytes, Any], Evidence] = {}
    asked: dict[tuple[str, int], bytes] = {}
    observe, solution, view_of = autograder.observe.observe, Exercise.solution, step.view_of
    evidence_of, challenge_of = mistakes.evidence_of, Exercise.challenge

    def key_of(challenge: Challenge) -> bytes:
        return hashlib.sha256(challenge.to_bytes()).digest()

    def observe_once(challenge: Challenge, subject: Any) -> Evidence:
        if not isinstance(subject, Reference):
            return observe(challenge, subject)
        key = key_of(challenge), subject.maker
        if key not in kept:
            kept[key] = observe(challenge, subject)
        return kept[key]

    def solution_told(exercise: Exercise) -> Reference:
        made = Reference(solution(exercise))
        made.maker = exercise.reference
        return made

    def view_once(exercise: Any, challenge: Challenge, make: Any, number: int) -> step.View:
        key = key_of(challenge), make, number
        if key not in views:
            views[key] = view_of(exercise, challenge, make, number)
        return views[key]

    def wrong_once(exercise: Any, challenge: Challenge, make: Any) -> Evidence:
        key = key_of(challenge), make
        if key not in wrong:
            wrong[key] = evidence_of(exercise, challenge, make)
        return wrong[key]

    def challenge_once(exercise: Exercise, seed: int) -> Challenge:
        key = exercise.id, seed
        if key not in asked:
            asked[key] = challenge_of(exercise, seed).to_bytes()
        return from_bytes(Challenge, asked[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Exercise, "challenge", challenge_once)
        patch.setattr(autograder.observe, "observe", observe_once)
        patch.setattr(Exercise, "solution", solution_told)
        patch.setattr(step, "view_of", view_once)
        patch.setattr(mistakes, "evidence_of", wrong_once)
        yield
