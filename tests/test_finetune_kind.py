"""The kind `finetune`: the reference moves what it should in every challenge, and forged records earn nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from autograder.exercises import get
from autograder.judge import judge
from autograder.observe import observe

EXERCISE = get("topology.finetune")


@pytest.mark.parametrize("seed", range(6))
def test_the_reference_keeps_full_points(seed: int) -> None:
    challenge = EXERCISE.challenge(seed)
    report = judge(EXERCISE, challenge, observe(challenge, EXERCISE.solution()))
    assert report.score == report.points, report.to_text()


def test_one_layer_more_or_less_always_shows() -> None:
    """The layers at the border have weights that no batch normalization owns."""
    import keras

    from autograder.observe.transform import built

    for seed in range(20):
        for question in EXERCISE.challenge(seed).facts["bases"]:
            base = built(question)
            border = len(base.layers) - question["count"]
            for layer in base.layers[border - 1 : border + 1]:
                assert layer.weights and not isinstance(layer, keras.layers.BatchNormalization)


@pytest.mark.parametrize(
    "change",
    [
        {"moved": []},
        {"outputs": "nothing"},
        {"loss": "nan"},
        {"head": None},
        {"status": "problem"},
        {"compiled": "no", "fit": {}},
    ],
)
def test_a_record_out_of_shape_is_judged_without_an_error(change: dict[str, Any]) -> None:
    challenge = EXERCISE.challenge(1)
    evidence = observe(challenge, EXERCISE.solution())
    results = [[phase | change for phase in result] for result in evidence.facts["results"]]
    forged = replace(evidence, facts=evidence.facts | {"results": results})
    report = judge(EXERCISE, challenge, forged)
    assert report.score < report.points


def test_the_base_is_frozen_only_if_nothing_of_it_moves() -> None:
    challenge = EXERCISE.challenge(2)
    evidence = observe(challenge, EXERCISE.solution())
    results = evidence.facts["results"]
    results[0][0]["moved"] = [1e-6, *results[0][0]["moved"][1:]]
    lost = [item for item in judge(EXERCISE, challenge, evidence).items if not item.passed]
    assert [item.name for item in lost] == ["첫 단계: `base`는 그대로"]
