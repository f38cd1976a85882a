"""02 tf.function과 오토그래프."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from autograder.exercise import GraphExercise, GraphItem


def simple_nn():
    def linear_layer(x):
        return 3 * x + 2

    @tf.function
    def simple_nn(x):
        return tf.nn.relu(linear_layer(x))

    return {"simple_nn": simple_nn}


def collatz():
    @tf.function
    def collatz(n):
        steps = 0
        while n != 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            steps += 1
        return steps

    return {"collatz": collatz}


def one_trace():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def row_norms(x):
        return tf.norm(x, axis=1)

    return {"row_norms": row_norms}


def counter():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        @tf.function
        def __call__(self, v):
            return self.total.assign_add(v)

    return {"Accumulator": Accumulator}


def _tensor(name):
    return {"args": [{"tensor": name}]}


def nn_cases(random):
    first, second = random.normal(0, 2, (2, 5)).astype("float32")
    arrays = {
        "vector": np.concatenate([first, [-3, 3]]).astype("float32"),
        # 모양이 같고 값이 다른 입력: 트레이싱할 때 굳은 값은 여기에서 드러납니다.
        "again": np.concatenate([second, [-1, 1]]).astype("float32"),
        "matrix": random.normal(0, 2, (3, int(random.randint(2, 6)))).astype("float32"),
        "scalar": np.float32(random.uniform(-2, 2)),
    }
    return [_tensor(name) for name in arrays], arrays


def nn_replacement(random):
    return {
        "name": "linear_layer",
        "scale": round(random.uniform(4, 6), 2),
        "offset": round(random.uniform(-2, -1), 2),
    }


def peak(n):
    """콜라츠 수열에서 가장 큰 수."""
    largest = n
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        largest = max(largest, n)
    return largest


def collatz_cases(random):
    large = 2**33
    while peak(large) >= 2**62 or peak(large) == large:
        large = int(random.randint(2**32, 2**36, dtype="int64"))
    numbers = {
        "one": 1,
        "two": 2,
        "odd": 2 * int(random.randint(3, 400)) + 1,
        "even": 2 * int(random.randint(3, 400)),
        "next": int(random.randint(1000, 5000)),
        "large": large,
    }
    return [_tensor(name) for name in numbers], {
        name: np.int64(number) for name, number in numbers.items()
    }


def norm_cases(random):
    sizes = [int(size) for size in random.permutation(np.arange(2, 30))[:4]]
    arrays = {
        f"x{index}": random.normal(0, 3, (size, 3)).astype("float32")
        for index, size in enumerate([*sizes, 1])
    }
    arrays["x1"][0] = 0
    arrays["empty"] = np.zeros((0, 3), "float32")
    return [_tensor(name) for name in arrays], arrays


def counter_cases(random):
    order = [0, 0, 0, 1, 0, 1, 2, 1, 0, 2]
    arrays = {
        f"v{index}": np.float32(random.uniform(1, 9) * random.choice([-1, 1]))
        for index in range(len(order))
    }
    return [{"object": number} | _tensor(f"v{index}") for index, number in enumerate(order)], arrays


EXERCISES = (
    GraphExercise(
        id="graph.simple_nn",
        unit="02_graph",
        number="2-1",
        title="그래프가 된 두 함수",
        difficulty=1,
        minutes=10,
        subjects=("simple_nn",),
        reference=simple_nn,
        cases=nn_cases,
        replace=nn_replacement,
        groups=(
            GraphItem("`simple_nn`은 `tf.function`입니다", 2, "graph"),
            GraphItem("값이 relu(3x + 2)입니다", 2, "equal", (0, 1, 2, 3)),
            GraphItem(
                "보통의 파이썬 함수 `linear_layer`를 부릅니다",
                2,
                "replaced",
                advice="`simple_nn` 안에서 `linear_layer(x)`를 부르세요.",
            ),
        ),
        requirements=(
            "`linear_layer(x)`: 보통의 파이썬 함수. `3x + 2`를 돌려줍니다.",
            "`simple_nn(x)`: `tf.function`. `linear_layer(x)`에 `tf.nn.relu`를 씌워 돌려줍니다.",
            "`x`는 `float32` 텐서이고 모양은 무엇이든 됩니다.",
        ),
        hints=(
            "데코레이터는 가장 바깥 함수에만 붙입니다. 그 안에서 부르는 함수도 그래프가 됩니다.",
            "`linear_layer`는 보통의 `def`로, `simple_nn`은 윗줄에 `@tf.function`을 붙인 `def`로 씁니다.",
            "`def linear_layer(x): return 3 * x + 2`, 그다음 `@tf.function` 아래에 "
            "`def simple_nn(x): return tf.nn.relu(linear_layer(x))`.",
        ),
    ),
    GraphExercise(
        id="graph.collatz",
        unit="02_graph",
        number="2-2",
        title="그래프 안에서 도는 while",
        difficulty=3,
        minutes=20,
        subjects=("collatz",),
        reference=collatz,
        cases=collatz_cases,
        integer=True,
        groups=(
            GraphItem("`collatz`는 `tf.function`입니다", 1, "graph"),
            GraphItem("1이면 0을 돌려줍니다", 1, "equal", (0,)),
            GraphItem(
                "걸음 수가 맞습니다",
                2,
                "equal",
                (1, 2, 3, 4),
                "짝수면 반으로, 홀수면 3배 하고 1을 더합니다. 1이 될 때까지 몇 번인지 셉니다.",
            ),
            GraphItem(
                "`int32`를 넘는 큰 수도 맞습니다",
                1,
                "equal",
                (5,),
                "`n`의 자료형 `int64`를 그대로 두세요. `int32`로 바꾸면 넘쳐서 다른 수가 됩니다.",
            ),
            # Some 30 operations are enough; 300 steps laid out one by one are thousands.
            GraphItem("반복이 그래프의 `While`입니다", 2, "ops", "while", most=1000),
        ),
        requirements=(
            "`collatz(n)`: `tf.function`. `n`은 1 이상인 `int64` 스칼라 텐서입니다.",
            "`n`이 짝수면 `n // 2`, 홀수면 `3n + 1`로 바꾸는 것이 한 걸음입니다.",
            "1이 될 때까지의 걸음 수를 정수로 돌려줍니다. `n`이 1이면 0입니다.",
            "몇 번 돌지는 `n`의 값이 정합니다. 반복은 그래프 안의 `While` 연산이어야 합니다.",
        ),
        hints=(
            "보통의 파이썬으로 먼저 써 보세요. 조건이 텐서면 오토그래프가 `While`로 바꿉니다.",
            "`steps = 0`에서 시작해 `while n != 1:` 안에서 `n`을 바꾸고 `steps`를 1 늘립니다.",
            "`while n != 1:` 안에 `if n % 2 == 0: n = n // 2`, `else: n = 3 * n + 1`, `steps += 1`. "
            "끝나면 `return steps`.",
        ),
    ),
    GraphExercise(
        id="graph.one_trace",
        unit="02_graph",
        number="2-3",
        title="배치 크기가 달라도 트레이싱은 한 번",
        difficulty=2,
        minutes=15,
        subjects=("row_norms",),
        reference=one_trace,
        cases=norm_cases,
        groups=(
            GraphItem("`row_norms`는 `tf.function`입니다", 2, "graph"),
            GraphItem("행마다 L2 노름입니다", 2, "equal", (0, 1, 2, 3)),
            GraphItem("행이 하나이거나 없어도 됩니다", 1, "equal", (4, 5)),
            GraphItem(
                "행의 수가 달라도 트레이싱은 한 번입니다",
                3,
                "traces",
                1,
                "배치 크기를 `None`으로 둔 `tf.TensorSpec`을 `input_signature`에 넣으세요.",
            ),
        ),
        requirements=(
            "`row_norms(x)`: `tf.function`. `x`는 모양 `(N, 3)`인 `float32` 텐서입니다.",
            "행마다 L2 노름(제곱의 합의 제곱근)을 모양 `(N,)`으로 돌려줍니다.",
            "`N`이 얼마이든(0이어도) 트레이싱은 통틀어 **한 번**입니다.",
        ),
        hints=(
            "모양이 다르면 리트레이싱을 합니다. 어떤 모양이 올지 미리 알려 주면 어떨까요?",
            "`@tf.function(input_signature=[tf.TensorSpec(모양, 자료형)])`에서 모르는 크기는 `None`입니다.",
            "`@tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])`, "
            "그 아래에 `return tf.norm(x, axis=1)`.",
        ),
    ),
    GraphExercise(
        id="graph.counter",
        unit="02_graph",
        number="2-4",
        title="합을 기억하는 그래프",
        difficulty=3,
        minutes=20,
        subjects=("Accumulator",),
        reference=counter,
        cases=counter_cases,
        form="class",
        groups=(
            GraphItem("부르면 그래프가 실행됩니다", 1, "graph"),
            GraphItem(
                "부를 때마다 더한 합을 돌려줍니다",
                2,
                "equal",
                (0, 1, 2),
                "파이썬 수와 텐서는 트레이싱할 때의 값으로 굳습니다. 합은 `tf.Variable`에 담으세요.",
            ),
            GraphItem(
                "객체마다 따로 셉니다",
                2,
                "equal",
                (3, 4, 5, 6, 7, 8, 9),
                "변수를 클래스나 전역이 아니라 `__init__`에서 `self`에 담으세요.",
            ),
            GraphItem("그래프 안에서 변수를 바꿉니다", 1, "ops", "assign"),
            GraphItem(
                "부를 때마다 새로 트레이싱하지 않습니다",
                1,
                "traces",
                2,
                "`tf.function(...)`을 `__call__` 안에서 만들면 부를 때마다 새 그래프가 됩니다.",
            ),
        ),
        requirements=(
            "클래스 `Accumulator`: `acc = Accumulator()`로 만들며, 합은 0에서 시작합니다.",
            "`acc(v)`: `float32` 스칼라 텐서 `v`를 합에 더하고, **지금까지의 합**을 돌려줍니다.",
            "더하는 일은 그래프 안에서 합니다(`tf.function`). 변수는 객체마다 한 번만 만듭니다.",
            "객체가 여럿이면 저마다 따로 셉니다.",
        ),
        hints=(
            "그래프가 기억할 수 있는 것은 `tf.Variable`뿐입니다. 변수는 언제 만들어야 할까요?",
            "`__init__`에서 `self.total = tf.Variable(0.0)`, `__call__`에 `@tf.function`을 붙입니다.",
            "`@tf.function` 아래에 `def __call__(self, v): return self.total.assign_add(v)`.",
        ),
    ),
)
