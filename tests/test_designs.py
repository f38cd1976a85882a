"""설계의 지도: 잰 결과가 지금의 참고 모델의 것이고, 그 모델은 예산 안에서 늘 문턱을 넘습니다."""

from __future__ import annotations

from autograder.exercises import get
from autograder.figures.designs import measured_designs

REFERENCE = "배치 정규화 CNN"


def test_the_reference_design_always_passes_within_the_budget() -> None:
    exercise = get("final.open")
    entry = measured_designs()[REFERENCE]
    limits = exercise.accuracy.thresholds
    assert entry["parameters"] == exercise.reference().count_params() <= exercise.budget
    assert len(entry["accuracy"]) >= 20
    assert min(entry["accuracy"]) > limits["builtin"] + 0.02
    # Trained on half of the original for two epochs only.
    assert min(entry["original"]) > limits["original"]


def test_every_design_was_measured_more_than_once() -> None:
    for entry in measured_designs().values():
        assert len(set(entry["accuracy"])) >= 3
        assert entry["parameters"] > 0
