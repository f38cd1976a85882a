"""오류를 옮기는 말: 배열의 가운데에서 끊기지 않고, 조언은 그 글이 나오는 모든 오류에서 참입니다."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from autograder.judge.problems import LIMIT, advice_for, explain, shortened
from autograder.observe.problems import problem, without_values


def told(function, name="answer"):
    try:
        function()
    except Exception as error:  # noqa: BLE001 - whatever TensorFlow raises
        return explain(problem("call", error), name)
    raise AssertionError("no error")


def test_values_of_tensors_and_variables_are_dropped():
    for value in (
        tf.random.normal((30, 4)),
        tf.constant(1.5),
        tf.constant("a"),
        tf.Variable(tf.ones((20, 3))),
        keras.Variable(np.ones((20, 3))),
    ):
        text = without_values(f"Unknown: {value!r}. Expected {value!r} only.")
        assert "numpy=" not in text and "value=" not in text
        assert text.startswith("Unknown: <") and text.endswith(" only.") and "\n" not in text
        assert "shape=" in text
    assert without_values(str(np.arange(400).reshape(20, 20))) == "[…]"
    assert without_values("shape [2, 3] and [3, 2]") == "shape [2, 3] and [3, 2]"
    assert without_values("{{function_node __wrapped__AddV2}} Incompatible") == "Incompatible"
    renamed = "outer_factory.<locals>.inner_factory.<locals>.tf__step() takes 1 argument"
    assert without_values(renamed) == "step() takes 1 argument"


def test_a_long_message_keeps_its_end():
    optimizer = keras.optimizers.SGD()
    optimizer.build([keras.Variable(np.ones((50, 3)))])
    message, _ = told(
        lambda: optimizer.apply([tf.ones((20, 20))], [keras.Variable(np.ones((20, 20)))])
    )
    assert "Unknown variable" in message
    assert "you should recreate a new optimizer instance." in message
    assert "1." not in message


def test_shortening_keeps_whole_words_at_both_ends():
    text = "The first thing was wrong, " + "something between; " * 40 + "the end tells what to do."
    short = shortened(text)
    assert len(short) <= LIMIT
    assert short.startswith("The first thing was wrong,")
    assert short.endswith("the end tells what to do.") and "…" in short
    words = "".join(f"word{number} " for number in range(100)).strip()
    assert len(shortened(words)) <= LIMIT
    assert set(shortened(words).split()) - {"…"} <= set(words.split())
    assert len(shortened("x" * 1000)) <= LIMIT
    assert shortened("short") == "short"


def test_the_cause_of_an_error_in_a_graph_is_told():
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3)])

    @tf.function
    def called(x):
        return model(x)

    @tf.function
    def gathered(x):
        return tf.gather(x, 100) + tf.gather(x, 77)

    message, advice = told(lambda: called(tf.ones((30, 4))))
    assert "expected axis -1" in message and "in user code" not in message
    assert "받는 모양과 다릅니다" in advice
    message, advice = told(lambda: gathered(tf.ones((30, 4))))
    assert "is not in [0, 30)" in message and "Graph execution" not in message
    assert "0 이상 30 미만" in advice


class Own(keras.layers.Layer):
    def call(self, x):
        return self.forgotten(x)


@pytest.mark.parametrize(
    ("function", "said", "never"),
    [
        (lambda: tf.nothing, "`tensorflow`에 없는 이름입니다: `nothing`", "self."),
        (lambda: tf.ones(3).astype("int32"), "`tf.cast`", "self."),
        (lambda: tf.ones(3).forgotten, "없는 이름입니다: `forgotten`", "넘파이"),
        (lambda: np.ones(3).numpy(), "넘파이 배열에 없는 이름입니다: `numpy`", "self."),
        (lambda: None.shape, "`None`입니다", "self."),
        (lambda: Own()(tf.ones((2, 2))), "`self.forgotten = ...`", "넘파이"),
        (lambda: tf.function(lambda x: x.numpy())(tf.ones(2)), "값이 없어서", "self."),
        (lambda: tf.ones(3).__setitem__(0, 1), "", ""),
        (lambda: exec("(1, 2)[0] = 3"), "`tuple`의 원소는 바꿀 수 없습니다", "텐서"),
        (lambda: exec("x[0] = 3", {"x": tf.ones(3)}), "텐서는 바꿀 수 없습니다", "튜플"),
        (lambda: exec("x['a']", {"x": (1, 2)}), "딕셔너리처럼", "텐서처럼"),
        (lambda: exec("x[:, 0]", {"x": (1, 2)}), "텐서처럼", "딕셔너리처럼"),
        (lambda: keras.layers.LSTM(3)(tf.ones((4, 2))), "축이 3개인 값을 받는데 2개인", "Dense"),
        (lambda: keras.layers.Dense(3)(tf.ones(4)), "`x[None]`", "앞 층"),
        (lambda: tf.gather([1, 2], 9), "0 이상 2 미만", "`None`"),
        (lambda: np.reshape(1, 2, 3, 4, 5, 6), "인수의 수가 맞는지", "명세"),
        (lambda: tf.ones(3, shape_=2), "그런 매개변수(`shape_`)", "명세"),
    ],
)
def test_advice_is_chosen_by_what_the_error_is(function, said, never):
    _, advice = told(function)
    assert said in advice
    assert not never or never not in advice


def test_only_the_learners_own_parameters_are_compared_with_the_specification():
    def answer(x):
        return x

    assert "명세와 같은지" in told(lambda: answer(1, 2))[1]
    assert "명세와 같은지" in told(lambda: (lambda x: x)(1, 2))[1]
    assert "명세와 같은지" not in told(lambda: answer(1, 2), "other")[1]
    assert "명세" not in advice_for("f() takes 1 positional argument but 2 were given", "g")


def test_the_error_inside_an_inferred_shape_is_told():
    class Positions(keras.layers.Layer):
        def call(self, tokens):
            return keras.ops.arange(tokens.shape[1])

    message, _ = told(lambda: Positions()(keras.Input((None,), dtype="int32")))
    assert "NoneType" in message and "automatically infer" not in message


def test_a_sentence_broken_into_lines_is_told_whole():
    class Own(keras.layers.Layer):
        def __init__(self, function):
            super().__init__()

    message, advice = told(Own(lambda x: x).get_config)
    assert "must override" in message
    assert "get_config" in advice
