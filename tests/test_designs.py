"""설계의 지도: 잰 결과가 지금의 참고 모델의 것이고, 그 모델은 예산 안에서 늘 문턱을 넘습니다."""

from __future__ import annotations

from itertools import combinations

import pytest

from autograder.exercises import get
from autograder.figures import style
from autograder.figures.designs import measured_designs, plot_designs

REFERENCE = "배치 정규화 CNN"


def test_the_reference_design_always_passes_within_the_budget() -> None:
    exercise = get("final.open")
    entry = measured_designs()[REFERENCE]
    limits = exercise.accuracy.thresholds
    assert entry["parameters"] == exercise.reference().count_params() <= exercise.budget
    assert len(entry["accuracy"]) >= 20
    assert min(entry["accuracy"]) > limits["builtin"] + 0.02
    # Trained for two epochs only.
    assert len(entry["original"]) >= 20
    assert min(entry["original"]) > limits["original"] + 0.02


def test_every_design_was_measured_more_than_once() -> None:
    for entry in measured_designs().values():
        assert len(set(entry["accuracy"])) >= 3
        assert entry["parameters"] > 0


@pytest.mark.parametrize("mine", [(), (43_032, 0.35), (43_032, 0.28), (43_032, 0.6), (59_000, 0.5)])
def test_no_text_of_the_map_covers_another_or_the_budget(mine: tuple[float, ...]) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with style.course_style():
        figure = plot_designs.figure(mine, budget=60_000, goal=0.5)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        (axes,) = figure.axes
        written = [*axes.texts, *(axes.get_legend().get_texts() if mine else ())]
        boxes = [(text.get_text(), text.get_window_extent()) for text in written]
        line = axes.transData.transform((60_000, 0.0))[0]
    assert mine == () or boxes[-1][0] == "여러분의 모델"
    for (name, one), (other, two) in combinations(boxes, 2):
        assert not one.overlaps(two), (name, other)
    for name, box in boxes:
        assert not box.x0 <= line <= box.x1, name
