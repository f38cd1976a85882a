"""What a message says about a result that differs."""

from __future__ import annotations

from typing import Any

import pytest

from autograder import check
from autograder.judge.layer_names import shape_advice


@pytest.mark.parametrize(
    ("wanted", "found", "told"),
    [
        ((5, 2, 8), (5, 8), "2번째 축(크기 2)이 없습니다. 그 축을 따라 합치거나"),
        ((5, 28, 28, 1), (5, 28, 28), "4번째 축(크기 1)이 없습니다. 크기가 1인 축은 `tf.newaxis`"),
        ((None, 4), (4,), "1번째 축이 없습니다."),
        ((3, 3), (3,), "축 하나가 없습니다."),
        ((4,), (4, 1), "2번째 축(크기 1)이 더 있습니다. 크기가 1인 축은 `tf.squeeze`"),
        ((4,), (6, 4), "1번째 축(크기 6)이 더 있습니다. 그 축을 따라 합치거나"),
        ((2, 5, 3), (5, 2, 3), "축의 순서가 다릅니다."),
        ((4,), (9,), ""),
        ((4,), (4, 9, 9), ""),
    ],
)
def test_a_shape_that_differs_by_an_axis_is_explained(
    wanted: tuple[int | None, ...], found: tuple[int | None, ...], told: str
) -> None:
    advice = shape_advice(wanted, found)
    assert advice.startswith(told) and bool(advice) == bool(told)


def test_advice_about_values_is_not_given_to_a_function_that_raised() -> None:
    def standardize(x: Any) -> Any:
        raise RuntimeError("x")

    first, *_ = check("eager.standardize", standardize).items
    assert "오류가 났습니다" in first.message and first.advice == ""
