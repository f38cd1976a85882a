"""The kind `graph`: real graphs, their operations and traces, and nothing left changed."""

from __future__ import annotations

import functools
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

from autograder import check
from autograder.observe import observe
from autograder.observe.limits import TooLong, time_limit
from autograder.protocol import Challenge, Evidence, from_bytes


def asked(arrays, form="function", order=None, **more):
    calls = [
        {"object": (order or [0] * len(arrays))[i], "args": [{"tensor": f"x{i}"}]}
        for i in range(len(arrays))
    ]
    return Challenge(
        "graph.test",
        "graph",
        {"name": "f", "form": form, "calls": calls, **more},
        {f"x{index}": np.asarray(value, "float32") for index, value in enumerate(arrays)},
    )


def seen(challenge, subject):
    evidence = observe(challenge, {"f": subject})
    copied = from_bytes(Evidence, evidence.to_bytes())
    assert copied.facts == evidence.facts
    return evidence.facts


def test_operations_in_bodies_and_called_functions_are_counted():
    @tf.function
    def sine(x):
        return tf.sin(x)

    @tf.function
    def f(x):
        while x > 1.0:
            if x > 5.0:
                x = sine(x)
            else:
                x = x - tf.exp(0.0 * x)
        return x

    (call,) = seen(asked([3.0]), f)["calls"]
    assert {"StatelessWhile", "StatelessIf", "Sin", "Exp", "Sub"} <= set(call["ops"])
    assert call["graphs"] == 1 and call["traces"] == 1


def test_every_shape_is_a_trace_and_a_known_one_is_not():
    facts = seen(asked([[1], [2], [3, 4], [5]]), tf.function(lambda x: x + 1))
    assert [call["total"] for call in facts["calls"]] == [1, 1, 2, 2]


def test_traces_made_before_count_for_a_function():
    f = tf.function(lambda x: x + 1)
    f(tf.ones(7))
    (call,) = seen(asked([[1]]), f)["calls"]
    assert (call["total"], call["traces"]) == (2, 1)


def test_objects_are_made_when_first_called_and_counted_apart():
    made = []

    class Thing:
        def __init__(self):
            made.append(self)

        @tf.function
        def __call__(self, x):
            return x * 2

    facts = seen(asked([1, 2, 3], "class", [0, 1, 0]), Thing)
    assert len(made) == 2
    assert [call["traces"] for call in facts["calls"]] == [1, 1, 1]


@pytest.mark.parametrize("before", [True, False])
def test_graphs_are_real_even_when_functions_run_eagerly_and_that_is_restored(before):
    tf.config.run_functions_eagerly(before)
    original = type(tf.function(lambda: 0)).__call__
    try:
        facts = seen(asked([1.0]), tf.function(lambda x: x * 2))
        assert tf.config.functions_run_eagerly() is before
    finally:
        tf.config.run_functions_eagerly(False)
    assert facts["calls"][0]["ops"]["Mul"] == 1
    assert type(tf.function(lambda: 0)).__call__ is original


def inner(x):
    return x + 1


def test_the_replaced_function_is_put_back():
    before = inner
    challenge = asked([1.0], replace={"name": "inner", "scale": 10.0, "offset": 5.0})
    evidence = observe(challenge, {"f": tf.function(lambda x: -inner(x))})
    (output,) = evidence.facts["replaced"]["outputs"]
    assert evidence.arrays[output["array"]] == -15.0
    assert evidence.facts["replaced"]["plain"]
    assert inner is before


@pytest.mark.parametrize("place", ["closure", "list", "partial", "keyword", "nested"])
def test_the_function_is_replaced_wherever_it_lies(place):
    def made(weight):
        def inner(x, bias=1.0):
            return weight * x + bias

        return inner

    inner = other = made(1.0)
    held = [inner]

    def nested(x):
        def inner(x):
            return x + 1

        return -inner(x)

    subjects = {
        "closure": lambda x: -inner(x),
        "list": lambda x: -held[0](x),
        "partial": functools.partial(lambda layer, x: -layer(x), other),
        "keyword": lambda x, *, layer=other: -layer(x),
        "nested": nested,
    }
    given = tf.function(subjects[place])
    challenge = asked([1.0], replace={"name": "inner", "scale": 10.0, "offset": 5.0})
    evidence = observe(challenge, {"f": given})
    (output,) = evidence.facts["replaced"]["outputs"]
    assert evidence.arrays[output["array"]] == -15.0
    assert given(tf.constant(2.0)) == -3.0 and given(tf.ones(1)) == -2.0 and inner(3.0) == 4.0


def test_functions_of_other_modules_are_replaced_only_where_they_are_named():
    inner = keras.activations.relu
    code, codes = inner.__code__, []

    def f(x):
        codes.append(keras.activations.relu.__code__)
        return -inner(x)

    challenge = asked([1.0], replace={"name": "inner", "scale": 10.0, "offset": 5.0})
    evidence = observe(challenge, {"f": tf.function(f)})
    (output,) = evidence.facts["replaced"]["outputs"]
    assert evidence.arrays[output["array"]] == -15.0
    assert set(codes) == {code} and inner is keras.activations.relu


def test_it_is_put_back_when_the_function_fails():
    before = inner

    def failing(x):
        inner(x)
        raise RuntimeError

    seen(asked([1.0], replace={"name": "inner", "scale": 1.0, "offset": 0.0}), failing)
    assert inner is before


def test_an_endless_loop_in_a_graph_is_stopped():
    @tf.function
    def endless(x):
        while x > 0:
            x = x + 1
        return x

    started = time.process_time()
    with pytest.raises(TooLong), time_limit(0.5):
        endless(tf.constant(1.0))
    assert time.process_time() - started < 10
    assert tf.function(lambda x: x + 1)(tf.constant(1.0)) == 2


def test_a_graph_that_fails_is_not_one_that_never_ends():
    @tf.function
    def failing(x):
        tf.debugging.assert_less(x, 0.0)
        return x

    with pytest.raises(tf.errors.InvalidArgumentError), time_limit(5.0):
        failing(tf.constant(1.0))


@pytest.mark.parametrize(
    "exercise", ["graph.simple_nn", "graph.collatz", "graph.one_trace", "graph.counter"]
)
@pytest.mark.parametrize(
    "subject", [None, 3, "f", [1], object(), type, int, lambda: None, print, tf.constant(1)]
)
def test_anything_gets_a_report_without_points(exercise, subject):
    report = check(exercise, subject)
    assert report.score == 0 and not report.passed


@pytest.mark.parametrize("exercise", ["graph.simple_nn", "graph.collatz", "graph.one_trace"])
def test_a_decorated_stub_is_unattempted(exercise):
    @tf.function
    def stub(x): ...

    assert check(exercise, stub).outcome == "unattempted"


def test_a_class_with_a_decorated_stub_is_unattempted():
    class Accumulator:
        def __init__(self): ...

        @tf.function
        def __call__(self, v): ...

    assert check("graph.counter", Accumulator).outcome == "unattempted"


def test_an_object_whose_values_are_wrong_can_still_keep_objects_apart():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(1.0)

        @tf.function
        def __call__(self, v):
            return self.total.assign_add(v)

    passed = {item.name: item.passed for item in check("graph.counter", Accumulator).items}
    assert [name for name, right in passed.items() if not right] == [
        "부를 때마다 더한 합을 돌려줍니다"
    ]


def test_a_function_that_fails_is_a_graph_all_the_same():
    @tf.function(input_signature=[tf.TensorSpec([8, 3], tf.float32)])
    def row_norms(x):
        return tf.norm(x, axis=1)

    report = check("graph.one_trace", row_norms)
    assert [item.passed for item in report.items] == [True, False, False, False]


def test_a_graph_that_fails_while_it_runs_tells_the_reason():
    @tf.function
    def failing(x):
        tf.debugging.assert_less(x, 0.0)
        return x

    (call,) = seen(asked([1.0]), failing)["calls"]
    assert "assertion failed" in call["message"].splitlines()[0]


def test_collatz_numbers_end_even_where_they_overflow():
    from autograder.exercises import get
    from autograder.exercises.graph import peak, steps_to_one

    for seed in range(1000):
        large = int(get("graph.collatz").challenge(seed).arrays["large"])
        assert peak(large) < 2**62 and peak(large % 2**32) < 2**31
        assert steps_to_one(large) != steps_to_one(large % 2**32)
