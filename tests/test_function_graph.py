"""show_graph draws what the graph of a tf.function holds."""

from __future__ import annotations

from itertools import pairwise

import pytest
import tensorflow as tf

from autograder.figures import show_graph, style
from autograder.figures.flow_layout import TEXT_SIZE, lay_out
from autograder.figures.function_graph import operations, read_graph
from autograder.figures.style import CannotDraw

SCALAR = tf.TensorSpec([], tf.float32)


def flow_of(function, *args):
    return read_graph(tf.function(function).get_concrete_function(*args))


def edges(flow):
    return {(flow.nodes[a].title, flow.nodes[b].title) for a, b in flow.edges}


def frames_of(flow, title):
    (node,) = [node for node in flow.nodes if node.title == title]
    return [flow.frames[index].title for index in node.frames]


def test_a_chain_with_its_constants_and_shapes():
    flow = flow_of(lambda x: tf.nn.relu(3 * x + 2), tf.TensorSpec([None, 4], tf.float32))
    assert operations(flow) == ["Mul · 3", "AddV2 · 2", "Relu"]
    assert edges(flow) == {
        ("입력", "Mul · 3"),
        ("Mul · 3", "AddV2 · 2"),
        ("AddV2 · 2", "Relu"),
        ("Relu", "출력"),
    }
    assert {node.shape for node in flow.nodes} == {"(None, 4)"}


def test_a_loop_shows_its_condition_its_body_and_what_changes():
    def halvings(n):
        steps = 0
        while n > 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            steps += 1
        return steps

    flow = flow_of(halvings, tf.TensorSpec([], tf.int64))
    # The loop counter that TensorFlow keeps for itself is not drawn.
    assert sorted(operations(flow)) == sorted(
        ["Greater · 1", "FloorMod · 2", "Equal · 0", "FloorDiv · 2", "Mul · 3"] + ["AddV2 · 1"] * 2
    )
    loop = "StatelessWhile 반복"
    assert frames_of(flow, "Greater · 1") == [loop, "조건"]
    assert frames_of(flow, "FloorDiv · 2") == [loop, "몸통", "StatelessIf 분기", "참이면"]
    assert frames_of(flow, "Mul · 3") == [loop, "몸통", "StatelessIf 분기", "거짓이면"]
    assert ("값 A: 0에서 시작", "AddV2 · 1") in edges(flow)
    assert ("다음 값 A", "출력") in edges(flow)


def test_a_value_read_after_an_assignment_comes_from_it():
    total = tf.Variable(0.0, name="total")
    flow = flow_of(lambda v: total.assign_add(v), SCALAR)
    assert operations(flow) == ["AssignAddVariableOp"]
    assert edges(flow) == {
        ("입력", "AssignAddVariableOp"),
        ("변수", "AssignAddVariableOp"),
        ("AssignAddVariableOp", "출력"),
    }
    assert [node.name for node in flow.nodes if node.family == "변수"] == ["total"]


def test_called_functions_python_and_prints_are_there():
    @tf.function
    def double(x):
        return 2 * x

    def both(x):
        tf.print(x)
        return double(x), tf.py_function(lambda v: v, [x], tf.float32)

    flow = flow_of(both, SCALAR)
    assert frames_of(flow, "Mul · 2") == ["double"]
    assert {"PrintV2", "EagerPyFunc"} <= set(operations(flow))
    assert {node.family for node in flow.nodes} == {"입력·출력", "연산", "파이썬 부르기"}


def test_every_edge_goes_forward():
    def total(x):
        result = tf.constant(0.0)
        for row in x:
            result += tf.reduce_sum(row)
        return result

    flow = flow_of(total, tf.TensorSpec([3, 2], tf.float32))
    assert flow.edges and all(source < target for source, target in flow.edges)
    assert all(node.index == number for number, node in enumerate(flow.nodes))


def test_no_arrow_runs_through_the_title_of_a_frame():
    def absolute(x):
        if x > 0:
            y = x
        else:
            y = -x
        return y

    layout = lay_out(flow_of(absolute, SCALAR), style.text_width)
    assert {frame.frame.title for frame in layout.frames} == {
        "StatelessIf 분기",
        "참이면",
        "거짓이면",
    }
    for frame in layout.frames:
        end = frame.title_x + style.text_width(frame.frame.title, TEXT_SIZE)
        assert frame.x < frame.title_x and end < frame.x + frame.width
        for arrow in layout.arrows:
            for (x, top), (_, bottom) in pairwise(arrow.points):
                across = top <= frame.y + 0.1 and frame.y + 0.28 <= bottom
                assert not (across and frame.title_x < x < end)


def test_the_picture_tells_its_operations():
    figure = show_graph.figure(tf.function(lambda x: 3 * x), SCALAR, title="세 배")
    assert figure.get_label() == "세 배: 연산 1개. Mul · 3"


@pytest.mark.parametrize(
    ("function", "args", "text"),
    [
        (..., (), "먼저 문제를 풀면"),
        (lambda x: x, (SCALAR,), "`tf.function`을 넣으세요"),
        (tf.function(lambda x: x), (), "그래프를 만들다 오류가 났습니다"),
        (tf.function(lambda x: [x + i for i in range(99)]), (SCALAR,), "연산이 99개라서"),
    ],
)
def test_what_cannot_be_drawn_is_told(function, args, text):
    with pytest.raises(CannotDraw, match=text):
        show_graph.figure(function, *args)
