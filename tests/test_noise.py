"""잡음의 판정: 우연히 치우친 맞는 답을 틀렸다고 하지 않습니다."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.judge.layer.noise import compare_gaussian, compare_noise

SHAPES = [(900, 7), (64, 12, 8)]


def noise(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.random.RandomState(seed).normal(0, 0.4, shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_fresh_noise_is_right_whatever_was_drawn(shape: tuple[int, ...]) -> None:
    source = np.random.RandomState(1).normal(0, 1, shape)
    wanted = source + noise(2, shape)
    for seed in range(10, 400):
        found = [source + noise(seed, shape), source + noise(seed + 1000, shape)]
        assert compare_gaussian("TrainingNoise(0.4)", source, wanted, found) is None, seed


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("shape", SHAPES)
def test_noise_repeated_along_an_axis_is_told(shape: tuple[int, ...], axis: int) -> None:
    source = np.random.RandomState(1).normal(0, 1, shape)
    wanted = source + noise(2, shape)
    thin = tuple(1 if place == axis else size for place, size in enumerate(shape))
    for seed in range(10, 100):
        found = [source + noise(seed, thin), source + noise(seed + 1000, thin)]
        assert compare_gaussian("TrainingNoise(0.4)", source, wanted, found) is not None, seed


def test_rounding_is_no_noise() -> None:
    """Rows of a model without dropout are alike up to rounding, whatever numbers they hold."""
    for seed in range(200):
        random = np.random.RandomState(seed)
        row = random.normal(0, 1.1, (1, 10))
        wanted = (row + random.normal(0, 0.35, (1000, 10))).astype("float32")
        still = np.repeat(row, 1000, axis=0).astype("float32")
        still[::7] *= np.float32(1 + 2e-7)
        told = compare_noise("DropoutNet(0.2)", wanted, still, still)
        assert told is not None and "추론과 똑같이" in told[0], (seed, told)
