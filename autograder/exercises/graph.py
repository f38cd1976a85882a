"""02 tf.function과 오토그래프의 문제: 참고 답안, 물음, 항목, 힌트.

여기 없는 것: 볼 것의 판정(`judge.graph.looks`), 맞고 틀린 답(`solutions/02_graph/answers.py`).
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from autograder.judge.graph.looks import Apart, Equal, InGraph, Operations, Replaced, Traces
from autograder.kinds import GraphExercise, GraphItem, Mistake


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


# 흔한 오해 -------------------------------------------------------------------------------------


def _nn(body):
    def linear_layer(x):
        return 3 * x + 2

    @tf.function
    def simple_nn(x):
        return body(x, linear_layer)

    return lambda: {"simple_nn": simple_nn}


def _collatz(start=0, even=1, odd=1, dtype=tf.int64):
    @tf.function
    def collatz(n):
        n = tf.cast(n, dtype)
        steps = tf.constant(start)
        while n > 1:
            if n % 2 == 0:
                n = n // 2
                steps += even
            else:
                n = 3 * n + 1
                steps += odd
        return steps

    return lambda: {"collatz": collatz}


def _norms(body, **options):
    options = options or {"input_signature": [tf.TensorSpec([None, 3], tf.float32)]}
    return lambda: {"row_norms": tf.function(body, **options)}


def norms_made_inside():
    def row_norms(x):
        return tf.function(lambda x: tf.norm(x, axis=1))(x)

    return {"row_norms": row_norms}


def _accumulator(add, first=0.0, make=tf.Variable):
    def counter():
        class Accumulator:
            def __init__(self):
                self.total = make(first)

            @tf.function
            def __call__(self, v):
                return add(self.total, v)

        return {"Accumulator": Accumulator}

    return counter


def add_and_return_before(total, v):
    before = total.read_value()
    total.assign_add(v)
    return before


def counter_shared_reset():
    total = tf.Variable(0.0)

    class Accumulator:
        def __init__(self):
            total.assign(0.0)

        @tf.function
        def __call__(self, v):
            return total.assign_add(v)

    return {"Accumulator": Accumulator}


def counter_of_python_numbers():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        @tf.function
        def add(self, v):
            return self.total.assign_add(v)

        def __call__(self, v):
            return self.add(float(v))

    return {"Accumulator": Accumulator}


def counter_made_inside():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        def __call__(self, v):
            return tf.function(lambda v: self.total.assign_add(v))(v)

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


def steps_to_one(n):
    """콜라츠 수열이 1이 될 때까지의 걸음 수."""
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


def overflows_quietly(large):
    """`int32`로 바꾸어도 끝나지만 걸음 수는 다른지."""
    small = large % 2**32
    return 1 < small < 2**31 > peak(small) and steps_to_one(small) != steps_to_one(large)


def tells(large):
    """걸음 수와 도중에 커지는 크기가, 잘못 쓴 답을 언제나 똑같이 가르는 수인지."""
    # Whoever lays out 200 steps gets it wrong, whoever lays out 400 right.
    return (
        large < peak(large) < 2**62 and 200 < steps_to_one(large) < 400 and overflows_quietly(large)
    )


def collatz_cases(random):
    large = 2**33
    while not tells(large):
        large = int(random.randint(2**32, 2**36, dtype="int64"))
    long = 1000
    while not 128 < steps_to_one(long) < 200:
        # Whoever stops after a hundred steps gets it wrong with every seed.
        long = int(random.randint(1000, 5000))
    numbers = {
        "one": 1,
        "two": 2,
        "odd": 2 * int(random.randint(3, 400)) + 1,
        "even": 2 * int(random.randint(3, 400)),
        "next": long,
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
    calls, given = [], [0, 0, 0]
    for number in order:
        # 객체마다 같은 수를 차례로 받습니다.
        calls.append({"object": number} | _tensor(f"v{given[number]}"))
        given[number] += 1
    # 4분의 1의 배수는 어떤 순서로 더해도 float32에서 오차가 없지만, float16에는 담기지 않습니다. 부호가 번갈아
    # 바뀌고 크기가 커지므로 합이 늘 다릅니다.
    sign = random.choice([-1, 1])
    arrays = {}
    for index in range(max(given) - 1):
        least = 600 * 3**index
        size = random.randint(least, 2 * least) + 0.25
        arrays[f"v{index}"] = np.float32(sign * (-1) ** index * size)
    # A number seen before: it tells new graphs for every value from new graphs for every call.
    arrays[f"v{max(given) - 1}"] = arrays["v0"]
    return calls, arrays


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
            GraphItem("`simple_nn`은 `tf.function`입니다", 2, InGraph()),
            GraphItem("값이 relu(3x + 2)입니다", 2, Equal((0, 1, 2, 3))),
            GraphItem(
                "보통의 파이썬 함수 `linear_layer`를 부릅니다",
                2,
                Replaced("`simple_nn` 안에서 `linear_layer(x)`를 부르세요."),
            ),
        ),
        mistakes=(
            Mistake(
                make=_nn(lambda x, linear: linear(x)),
                message="`relu`를 거치지 않습니다. `3x + 2`가 음수인 자리가 0이 아니라 음수 그대로입니다.",
                advice="`tf.nn.relu(linear_layer(x))`를 돌려주세요.",
            ),
            Mistake(
                make=_nn(lambda x, linear: linear(tf.nn.relu(x))),
                message="순서가 바뀌었습니다. `relu`를 `x`에 먼저 씌우고 나서 `3x + 2`를 계산합니다.",
                advice="`relu(3x + 2)`는 안쪽인 `3x + 2`부터 계산합니다: `tf.nn.relu(linear_layer(x))`.",
            ),
            Mistake(
                make=_nn(lambda x, linear: tf.nn.relu(2 * x + 3)),
                message="`3x + 2`가 아니라 `2x + 3`을 계산합니다.",
                advice="3을 곱하고 2를 더합니다.",
            ),
            Mistake(
                make=_nn(lambda x, linear: tf.nn.relu(3 * (x + 2))),
                message="`3x + 2`가 아니라 `3(x + 2)`를 계산합니다.",
                advice="3을 먼저 곱하고 나서 2를 더합니다.",
            ),
        ),
        requirements=(
            "`linear_layer(x)`: 보통의 파이썬 함수. `3x + 2`를 돌려줍니다.",
            "`simple_nn(x)`: `tf.function`. `linear_layer(x)`에 `tf.nn.relu`를 씌워 돌려줍니다.",
            "`x`와 결과는 모양이 같은 `float32` 텐서이고, 모양은 무엇이든 됩니다.",
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
            GraphItem("`collatz`는 `tf.function`입니다", 1, InGraph()),
            GraphItem("1이면 0을 돌려줍니다", 1, Equal((0,))),
            GraphItem("걸음 수가 맞습니다", 2, Equal((1, 2, 3, 4))),
            GraphItem("`int32`를 넘는 큰 수도 맞습니다", 1, Equal((5,))),
            # Some 30 operations are enough; 300 steps laid out one by one are thousands.
            GraphItem("반복이 그래프의 `While`입니다", 2, Operations("while", most=1000)),
        ),
        mistakes=(
            Mistake(
                make=_collatz(dtype=tf.int32),
                advice="`n`의 자료형 `int64`를 그대로 두세요. `int32`로 바꾸면 넘쳐서 다른 수가 됩니다.",
            ),
            Mistake(
                make=_collatz(start=1),
                message="모든 수에서 하나씩 많습니다. 걸음이 아니라 수열에 나오는 수의 개수를 셉니다.",
                advice="`n`이 1이면 한 걸음도 걷지 않으므로 0에서 세기 시작합니다.",
            ),
            Mistake(
                make=_collatz(even=0),
                message="홀수에서 걷는 걸음만 셉니다.",
                advice="짝수를 반으로 나누는 것도 한 걸음입니다. `steps += 1`은 `if`와 `else`의 바깥에 둡니다.",
            ),
            Mistake(
                make=_collatz(odd=0),
                message="짝수에서 걷는 걸음만 셉니다.",
                advice="3배 하고 1을 더하는 것도 한 걸음입니다. `steps += 1`은 `if`와 `else`의 바깥에 둡니다.",
            ),
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
            GraphItem("`row_norms`는 `tf.function`입니다", 2, InGraph()),
            GraphItem("행마다 L2 노름입니다", 2, Equal((0, 1, 2, 3))),
            GraphItem("행이 하나이거나 없어도 됩니다", 1, Equal((4, 5))),
            GraphItem(
                "행의 수가 달라도 트레이싱은 한 번입니다",
                3,
                Traces(
                    1,
                    "`input_signature`에 배치 크기를 `None`으로 둔 `tf.TensorSpec`을 주면 처음부터 그래프 "
                    "하나로 모든 `N`을 받습니다.",
                ),
            ),
        ),
        mistakes=(
            Mistake(
                make=_norms(lambda x: tf.norm(x, axis=1), reduce_retracing=True),
                advice="`reduce_retracing=True`는 두 번째 모양을 보고 나서야 그래프를 넓힙니다. "
                "`input_signature`로 처음부터 알려 주세요.",
            ),
            Mistake(
                make=_norms(lambda x: tf.norm(x, axis=1), autograph=False),
                advice="`N`이 달라질 때마다 새로 트레이싱합니다. 배치 크기를 `None`으로 둔 "
                "`tf.TensorSpec`을 `input_signature`에 넣으세요.",
            ),
            Mistake(
                make=norms_made_inside,
                advice="`tf.function(...)`을 `row_norms` 안에서 만들면 부를 때마다 새 그래프가 됩니다.",
            ),
            Mistake(
                make=_norms(lambda x: tf.reduce_sum(x**2, axis=1)),
                message="제곱의 합을 그대로 돌려줍니다. 제곱근이 빠졌습니다.",
                advice="`tf.sqrt`를 씌우거나 `tf.norm(x, axis=1)`을 쓰세요.",
            ),
            Mistake(
                make=_norms(lambda x: tf.norm(x, ord=1, axis=1)),
                message="절댓값의 합(L1 노름)입니다.",
                advice="L2 노름은 제곱의 합의 제곱근입니다. `tf.norm`의 `ord`를 주지 않으면 L2 노름입니다.",
            ),
            Mistake(
                make=_norms(lambda x: tf.reduce_sum(x, axis=1)),
                message="행의 합을 돌려줍니다. 제곱도 제곱근도 하지 않습니다.",
                advice="`tf.norm(x, axis=1)`이 제곱의 합의 제곱근입니다.",
            ),
            Mistake(
                make=_norms(lambda x: tf.sqrt(tf.reduce_mean(x**2, axis=1))),
                message="제곱의 합이 아니라 제곱의 평균으로 제곱근을 구합니다.",
                advice="`tf.reduce_mean`을 `tf.reduce_sum`으로 바꾸세요.",
            ),
            Mistake(
                make=_norms(lambda x: tf.norm(x, axis=0)),
                advice="행이 아니라 열마다 구했습니다. 한 행 안에서 계산하려면 `axis=1`입니다.",
            ),
            Mistake(
                make=_norms(tf.norm),
                advice="모든 값의 노름 하나를 구했습니다. 행마다 구하려면 `axis=1`을 주세요.",
            ),
        ),
        requirements=(
            "`row_norms(x)`: `tf.function`. `x`는 모양 `(N, 3)`인 `float32` 텐서입니다.",
            "행마다 L2 노름(제곱의 합의 제곱근)을 모양 `(N,)`, 자료형 `float32`로 돌려줍니다.",
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
            GraphItem("부르면 그래프가 실행됩니다", 1, InGraph()),
            GraphItem("부를 때마다 더한 합을 돌려줍니다", 2, Equal((0, 1, 2))),
            GraphItem("객체마다 따로 셉니다", 2, Apart((3, 4, 5, 6, 7, 8, 9))),
            GraphItem("그래프 안에서 변수를 바꿉니다", 1, Operations("assign")),
            GraphItem(
                "부를 때마다 새로 트레이싱하지 않습니다",
                1,
                Traces(2),
            ),
        ),
        mistakes=(
            Mistake(
                make=_accumulator(lambda total, v: total + v, make=tf.constant),
                advice="파이썬 수와 텐서는 트레이싱할 때의 값으로 굳습니다. 합은 `tf.Variable`에 담으세요.",
            ),
            Mistake(
                make=_accumulator(lambda total, v: total + v),
                message="합이 늘지 않습니다. `self.total + v`를 돌려주기만 하고 변수에 담지 않습니다.",
                advice="`self.total.assign_add(v)`가 변수에 더합니다.",
            ),
            Mistake(
                make=_accumulator(lambda total, v: total.assign(v)),
                message="지금까지의 합이 아니라 방금 받은 `v`를 돌려줍니다.",
                advice="`assign_add`는 변수에 더하고, 더한 값을 돌려줍니다. `assign`은 변수의 값을 아예 바꿉니다.",
            ),
            Mistake(
                make=_accumulator(add_and_return_before),
                message="`v`를 더하기 전의 합을 돌려줍니다.",
                advice="먼저 더하고 그다음의 값을 돌려줍니다. `assign_add`가 더한 값을 돌려줍니다.",
            ),
            Mistake(
                make=_accumulator(lambda total, v: total.assign_sub(v)),
                message="더하지 않고 뺍니다.",
                advice="`assign_sub`를 `assign_add`로 바꾸세요.",
            ),
            Mistake(
                make=_accumulator(lambda total, v: total.assign_add(v), first=1.0),
                message="합이 0이 아니라 1에서 시작합니다.",
                advice="변수의 처음 값은 `tf.Variable(0.0)`입니다.",
            ),
            Mistake(
                make=counter_shared_reset,
                message="객체들이 변수 하나를 함께 쓰고, 새 객체를 만들면 그 변수가 0이 됩니다.",
                advice="변수를 클래스나 전역이 아니라 `__init__`에서 `self`에 담으세요.",
            ),
            Mistake(
                make=counter_of_python_numbers,
                advice="그래프에 파이썬 수를 넘기면 값마다 새로 트레이싱합니다. 텐서를 그대로 넘기세요.",
            ),
            Mistake(
                make=counter_made_inside,
                advice="`tf.function(...)`을 `__call__` 안에서 만들면 부를 때마다 새 그래프가 됩니다.",
            ),
        ),
        requirements=(
            "클래스 `Accumulator`: `acc = Accumulator()`로 만들며, 합은 0에서 시작합니다.",
            "`acc(v)`: `float32` 스칼라 텐서 `v`를 합에 더하고, **지금까지의 합**(`float32`)을 돌려줍니다.",
            "더하는 일은 그래프 안에서 합니다(`tf.function`). 변수는 객체마다 한 번만 만들고, "
            "부를 때마다 새로 트레이싱하지 않습니다.",
            "객체가 여럿이면 저마다 따로 셉니다.",
        ),
        hints=(
            "그래프가 기억할 수 있는 것은 `tf.Variable`뿐입니다. 변수는 언제 만들어야 할까요?",
            "`__init__`에서 `self.total = tf.Variable(0.0)`, `__call__`에 `@tf.function`을 붙입니다.",
            "`@tf.function` 아래에 `def __call__(self, v): return self.total.assign_add(v)`.",
        ),
    ),
)
