"""The reference of eager.standardize keeps every promise of its specification, and the questions can tell."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from autograder.exercises import get

EXERCISE = get("eager.standardize")
DRAWS = 200


def standardized(x: np.ndarray) -> np.ndarray:
    return np.asarray(EXERCISE.solution()["standardize"](x.astype("float32")))


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 9, 11, 13, 100, 1000])
@pytest.mark.parametrize(
    "value", [0.1, 0.3, 1.7, 170.1, -170.1, 1e-20, 1e20, 1e-38, 3e38, 1 / 3, 0.0, 16777217.0]
)
def test_a_column_of_equal_values_is_zero(value: float, rows: int) -> None:
    x = np.stack([np.full(rows, value), np.arange(rows)], axis=1)
    result = standardized(x)
    assert result.dtype == np.float32
    assert not np.any(result[:, 0])
    if rows > 1:
        assert result[:, 1].std() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("mean", "scale"), [(1e4, 1), (0, 1e-20), (0, 1e20), (150, 0.11), (-1e6, 10)]
)
def test_other_columns_have_mean_zero_and_deviation_one(mean: float, scale: float) -> None:
    x = np.random.RandomState(0).normal(mean, scale, (50, 3)).astype("float32")
    result = standardized(x).astype("float64")
    assert np.abs(result.mean(axis=0)).max() < 1e-5
    assert np.abs(result.std(axis=0) - 1).max() < 1e-5


def test_what_is_asked_lies_in_the_domain_and_every_mean_is_rounded_somewhere() -> None:
    ways = {
        "rows": lambda x: np.mean(x, axis=0),
        "columns": lambda x: np.array([column.copy().mean() for column in x.T]),
        "tensor": lambda x: tf.reduce_mean(x, axis=0).numpy(),
        "vectors": lambda x: np.array([tf.reduce_mean(column).numpy() for column in x.T]),
    }
    for seed in range(DRAWS):
        challenge = EXERCISE.challenge(seed)
        rounded = dict.fromkeys(ways, 0)
        for call in challenge.facts["calls"]:
            ((_, name),) = call["args"][0].items()
            x = challenge.arrays[name]
            assert np.abs(x).max() <= 200
            varied = x.max(axis=0) > x.min(axis=0)
            assert np.all(x.astype("float64").std(axis=0)[varied] > 0.1)
            if name in ("constant", "zeros"):
                same = x[:, ~varied]
                assert np.array_equal(np.mean(same, axis=0), same[0])
            if name in ("rounded", "few"):
                same = x[:, ~varied]
                for way, mean in ways.items() if seed < 20 else list(ways.items())[:2]:
                    rounded[way] += int(np.sum(mean(same) != same[0]))
        assert rounded["rows"] >= 5 and rounded["columns"] >= 2
        if seed < 20:
            assert rounded["tensor"] >= 5 and rounded["vectors"] >= 2
