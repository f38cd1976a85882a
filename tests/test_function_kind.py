"""함수의 관찰과 판정: 끝나지 않는 함수, 바뀐 배열, 이어 부르기, 코드 살피기."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from autograder.observe import observe
from autograder.observe.code import traits
from autograder.observe.limits import TooLong, time_limit
from autograder.protocol import Challenge


def asked(function, calls, arrays=None, **facts):
    challenge = Challenge("x.y", "function", {"name": "f", "calls": calls, **facts}, arrays or {})
    return observe(challenge, {"f": function})


def endless(x):
    while True:
        x = x + 1


def stubborn(x):
    while True:
        try:
            x = x + 1
        except BaseException:  # noqa: BLE001 - as stubborn as a bare one
            x = 0


@pytest.mark.parametrize("function", [endless, stubborn])
def test_an_endless_function_is_stopped_and_the_next_call_sooner(function):
    calls = [{"args": [{"value": 1}]}] * 3
    started = time.process_time()
    evidence = asked(function, calls, seconds=0.3)
    assert [call["problem"] for call in evidence.facts["calls"]] == ["slow"] * 3
    assert time.process_time() - started < 8


def test_what_ends_in_time_is_not_disturbed():
    with time_limit(0.2):
        pass
    # Nothing may arrive late.
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        math.sqrt(2)
    with pytest.raises(TooLong), time_limit(0.1):
        endless(0)


TRACED = """
import sys
from autograder.observe.limits import TooLong, time_limit

for seconds, work in ((5, "pass"), (0.1, "while True: pass")):
    try:
        with time_limit(seconds):
            exec(work)
    except TooLong:
        pass

def stepped():
    sys._getframe().f_trace = None
    first = 1
    second = 2

sys.settrace(lambda *_: None)
stepped()
"""


def test_a_debugger_works_after_a_time_limit(root: Path) -> None:
    """An interrupt that is taken back lets CPython 3.11 wait for it for ever, as soon as it traces."""
    subprocess.run([sys.executable, "-c", TRACED], cwd=root, check=True, timeout=60)


def test_changed_arguments_are_seen():
    arrays = {"x": np.arange(4.0)}
    call = {"args": [{"array": "x"}], "kwargs": {"more": {"list": [{"array": "x"}]}}}

    def writes(x, more):
        more[0][1] = 7
        return x

    assert asked(writes, [call], arrays).facts["calls"][0]["changed"] is True
    kept = asked(lambda x, more: x + 1, [call], arrays)
    assert kept.facts["calls"][0]["changed"] is False
    assert arrays["x"].tolist() == [0, 1, 2, 3]


def test_a_function_called_again_gets_the_same_variables():
    def add(v):
        v.assign_add(1.0)

    arrays = {"v": np.zeros((), "float32")}
    evidence = asked(add, [{"args": [{"variable": "v"}], "times": 3}], arrays)
    assert evidence.arrays["0/var/v"] == 3


def with_while(a):
    while a > 1:
        a = a / 2
    return a


def with_for(a):
    for _ in range(3):
        a = a / 2
    return a


def with_itself(a):
    return with_itself(a / 2) if a > 1 else a


def by_another(a):
    return with_while(a)


def with_sum(a):
    return sum([a / n for n in (1, 2)])


def plain(a):
    return (a + 1) ** 2


def root(a):
    return math.sqrt(a)


def power(a):
    return a**0.5


LOOPS = {
    with_while: True,
    with_for: True,
    with_itself: True,
    by_another: True,
    tf.function(with_while): True,
    plain: False,
    root: False,
    power: False,
}


@pytest.mark.parametrize(
    "function", LOOPS, ids=lambda function: getattr(function, "__name__", type(function).__name__)
)
def test_loops_are_found_in_the_code(function):
    assert traits(function)["loops"] is LOOPS[function]


POWERS = {
    "x ** 0.5": [0.5],
    "x ** half": [0.5],
    "x ** own": [-0.5],
    "x ** (1 / 2)": [0.5],
    "x ** given": [1.5],
    "pow(x, 0.5)": [0.5],
    "pow(abs(x), half)": [0.5],
    "tf.pow(x, 0.5)": [0.5],
    "tf.pow(x=x, y=0.5)": [0.5],
    "tf.pow(tf.cast(x, tf.float32), tf.constant(0.5))": [0.5],
    "np.power(np.abs(x), .5)": [0.5],
    "x.__pow__(0.5)": [0.5],
    "(x + 1) ** tf.constant(0.5)": [0.5],
    "0.5 * (x + 1 / x)": [],
    "tf.multiply(x, 0.5)": [],
    "tf.pow(0.5 * x, 2)": [],
    "0.5 * pow(x, 2)": [],
    "half * x ** 2": [],
    "x ** (half * 4)": [],
    "2 ** round(0.5 * x)": [],
    "[0.5, pow(x, 2)]": [],
}


@pytest.mark.parametrize("expression", POWERS)
def test_exponents_are_found_in_the_code(expression):
    names = {"tf": tf, "np": np, "half": 0.5}
    text = f"def f(x, given=1.5):\n    own = -0.5\n    return {expression}\n"
    exec(text, names)
    assert traits(names["f"])["powers"] == POWERS[expression]


DIVISIONS = {
    "y = (y + a / y) / 2": True,
    "y = 0.5 * (y + a / (2 * y))": True,
    "y /= (y + 1)": True,
    "y = tf.divide(a, y)": True,
    "y = a * tf.math.reciprocal(y)": True,
    "y = a * y ** -1": True,
    "y = a * y ** -1.0": True,
    "y, z = a, 1; y = z / y": True,
    "y = (y + a) / 2": False,
    "y = (y + a) / 2.0 - 3": False,
    "y = abs(y ** 2 - a) / a": False,
    "y = abs(y ** 2 - a) / (2 * a)": False,
    "y = y * 0.5": False,
    "y = y // 2": False,
}
"""Statement → whether it divides by something that changes."""


@pytest.mark.parametrize("statement", DIVISIONS)
def test_dividing_by_what_changes_is_found_in_the_code(statement):
    names = {"tf": tf}
    text = f"def f(a, tol=1e-6):\n    y = a\n    for _ in range(9):\n        {statement}\n    return y\n"
    exec(text, names)
    assert traits(names["f"])["divides"] is DIVISIONS[statement]


def test_dividing_is_found_in_recursion_and_in_helpers():
    def by_itself(a, x):
        return x if x * x == a else by_itself(a, (x + a / x) / 2)

    def better(a, x):
        return (x + a / x) / 2

    def helped(a):
        x = a
        for _ in range(9):
            x = better(a, x)
        return x

    assert traits(by_itself)["divides"]
    assert traits(helped)["divides"]


def test_names_and_powers_are_found_in_the_code():
    assert "sqrt" in traits(root)["names"]
    assert traits(power)["powers"] == [0.5]
    assert traits(plain)["powers"] == []
    assert traits(math.sqrt) is None
    assert traits(3) is None


def test_what_is_noted_of_a_result_can_always_be_read_again() -> None:
    """Evidence has a most; what goes beyond it is told beside the learner, not by the grader."""
    from autograder.observe import structure
    from autograder.protocol import MAX_MEMBERS

    arrays: dict[str, np.ndarray] = {}
    (picture,) = structure.collect("a", np.zeros((2, 3, 4, 1)).tolist(), arrays)
    assert picture["type"] == "list" and picture["shape"] == [2, 3, 4, 1]
    assert len(structure.collect("b", [[1.0, 2.0], [3.0, 4.0]], arrays)) == 2
    with pytest.raises(structure.TooLarge):
        structure.collect("c", [np.zeros(2)] * (structure.MAX_LEAVES + 1), arrays)
    # An exercise asks for a few dozen results.
    assert structure.MAX_LEAVES * 30 < MAX_MEMBERS
