"""Models that say the next character: judged on beginnings of sentences whose next character is kept back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from autograder.data import judging_sentences, load_sentences, sentence_characters
from autograder.exercises import get
from autograder.judge import judge
from autograder.judge.language import measured_loss
from autograder.observe import observe
from autograder.report import Report

SIZE = len(sentence_characters())
EXERCISE = replace(get("transformer.train"), loss=2.5, lengths=(8, 20), rows=60)


def counted(shift: int = 1) -> np.ndarray:
    """Log chances of the character `shift` places after each, counted in the training text."""
    numbers = {character: number for number, character in enumerate(sentence_characters())}
    ids = np.array([numbers[character] for character in load_sentences(quiet=True)[0]])
    table = np.full((SIZE, SIZE), 0.01)
    np.add.at(table, (ids[:-shift], ids[shift:]), 1)
    return np.log(table / table.sum(axis=1, keepdims=True)).astype("float32")


def table_model(table: np.ndarray, trained: bool = True) -> Any:
    """A model that knows the character before, and nothing else."""
    model = keras.Sequential(
        [keras.Input((None,), dtype="int32"), layers.Embedding(SIZE, SIZE), layers.Dense(SIZE)]
    )
    bias = np.linspace(0, 1e-3, SIZE) if trained else np.zeros(SIZE)
    model.set_weights([table, np.eye(SIZE), bias])
    return model


def judged(model: Any, exercise: Any = EXERCISE) -> Report:
    challenge = exercise.challenge(3)
    return judge(exercise, challenge, observe(challenge, {"model": model}))


def test_a_model_that_counts_is_measured_on_text_it_never_saw() -> None:
    model = table_model(counted())
    report = judged(model)
    assert report.passed, report.to_text()
    challenge = EXERCISE.challenge(3)
    loss = measured_loss(EXERCISE, challenge, observe(challenge, {"model": model}))
    assert 1.0 < loss < 2.5
    below = judged(model, replace(EXERCISE, loss=loss - 0.01))
    assert [item.passed for item in below.items] == [True, True, True, False]


def test_the_loss_is_the_same_whenever_it_is_asked() -> None:
    first, later = EXERCISE.challenge(1), EXERCISE.challenge(2)
    for name in first.facts["texts"]:
        assert np.array_equal(first.arrays[name], later.arrays[name])


def test_what_comes_next_is_not_in_the_challenge() -> None:
    """Not even in another text of the same challenge: each length has sentences of its own."""
    challenge = EXERCISE.challenge(0)
    for length in EXERCISE.lengths:
        asked = challenge.arrays[f"text/{length}"]
        assert asked.shape == (EXERCISE.rows, length)
        assert EXERCISE.next_characters(length).shape == (EXERCISE.rows, 2)
    short, long = (challenge.arrays[f"text/{length}"][:, :8] for length in EXERCISE.lengths)
    assert np.mean(np.all(short == long, axis=1)) < 0.2


def test_judging_sentences_start_where_sentences_start() -> None:
    rows = judging_sentences(5, 30, 12)
    text = "".join(load_sentences(quiet=True))
    numbers = sentence_characters()
    heads = {line[:3] for line in text.splitlines()}
    assert sum("".join(numbers[n] for n in row[:3]) in heads for row in rows) > 25
    assert not np.array_equal(rows, judging_sentences(6, 30, 12))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: table_model(counted(2)), "다음다음 글자를 맞히는 손실은"),
        (lambda: table_model(12 * np.eye(SIZE, dtype="float32")), "그대로 되풀이합니다"),
        (lambda: table_model(np.zeros((SIZE, SIZE)), trained=False), "아직 훈련하지 않았어요"),
        (lambda: table_model(np.zeros((SIZE, SIZE))), "아무 글자나 고르는 손실"),
    ],
)
def test_the_cause_is_told(make: Any, said: str) -> None:
    report = judged(make(), replace(EXERCISE, loss=0.5))
    assert said in report.to_text()
    assert [item.passed for item in report.items] == [True, True, True, False]


def ends(*more: Any, length: int | None = None) -> Any:
    """A model that counts, with something behind it."""
    inputs = keras.Input((length,), dtype="int32")
    x = layers.Embedding(SIZE, SIZE, weights=[counted()])(inputs)
    for layer in more:
        x = layer(x)
    return keras.Model(inputs, x)


class OnlyTwenty(layers.Layer):
    """What a model does that took the length of its training text for every text's."""

    def call(self, x: Any) -> Any:
        if x.shape[1] != 20:
            raise ValueError(f"20 characters, not {x.shape[1]}")
        return x


@pytest.mark.parametrize(
    ("make", "passed", "said"),
    [
        (lambda: ends(layers.Softmax()), (False, True, True, True), "확률을 냅니다"),
        (
            lambda: ends(layers.Lambda(lambda x: x[:, -1])),
            (False, False, True, True),
            "모든 자리의 로짓",
        ),
        (lambda: ends(layers.Dense(100)), (False, True, True, False), "글자의 수만큼"),
        (
            lambda: ends(OnlyTwenty(), length=20),
            (False, True, True, True),
            "다른 길이의 글에서는 되었습니다",
        ),
        (
            lambda: keras.Model((m := ends()).inputs, {"logits": m.outputs[0]}),
            (False, True, True, True),
            "값이 1개인 `dict`",
        ),
    ],
    ids=("chances", "last", "size", "length", "dict"),
)
def test_what_the_outputs_have_wrong_costs_its_own_item(
    make: Any, passed: tuple[bool, ...], said: str
) -> None:
    report = judged(make())
    assert tuple(item.passed for item in report.items) == passed, report.to_text()
    assert said in report.to_text()


def test_two_softmaxes_are_told() -> None:
    report = judged(
        ends(layers.Lambda(lambda x: x / 3), layers.Softmax()), replace(EXERCISE, loss=1.0)
    )
    assert [item.passed for item in report.items] == [False, True, True, False]
    assert "소프트맥스를 두 번" in report.to_text()


def test_a_model_that_looks_ahead_is_found_out() -> None:
    inputs = keras.Input((None,), dtype="int32")
    x = layers.Embedding(SIZE, 8)(inputs)
    x = x + layers.MultiHeadAttention(1, 8)(x, x)
    report = judged(keras.Model(inputs, layers.Dense(SIZE)(x)))
    assert "뒤의 글자를 훔쳐봅니다" in report.to_text()
    assert not report.items[1].passed


def test_fit_is_noticed() -> None:
    model = table_model(counted())
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(np.zeros((2, 4), "int32"), np.zeros((2, 4), "int32"), verbose=0)
    assert "`fit`을 부른 적이 있습니다" in judged(model).to_text()
