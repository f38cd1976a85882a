"""02 tf.function과 오토그래프: 맞는 답과 틀린 답."""

import functools

import keras
import numpy as np
import tensorflow as tf

from autograder.authoring.answers import right, wrong

# ---------------------------------------------------------------- 2-1 graph.simple_nn


def linear_layer(x):
    return 3 * x + 2


@right("graph.simple_nn", "명세 그대로")
def nn_plain():
    @tf.function
    def simple_nn(x):
        return tf.nn.relu(linear_layer(x))

    return simple_nn


@right("graph.simple_nn", "tf.function으로 감싼 람다")
def nn_lambda():
    return tf.function(lambda x: tf.maximum(linear_layer(x), 0.0))


@right("graph.simple_nn", "jit_compile, 람다로 쓴 linear_layer, 이름을 붙인 인수")
def nn_jit():
    linear_layer = lambda x: tf.constant(3.0) * x + tf.constant(2.0)  # noqa: E731

    @tf.function(jit_compile=True)
    def simple_nn(x):
        return keras.ops.relu(linear_layer(x=x))

    return simple_nn


@right("graph.simple_nn", "가운데 함수를 하나 더 거침")
def nn_indirect():
    def body(x):
        return keras.activations.relu(linear_layer(x))

    @tf.function(reduce_retracing=True, autograph=False)
    def simple_nn(x):
        return body(x)

    return simple_nn


@right("graph.simple_nn", "메서드에 붙인 tf.function")
def nn_method():
    class Net:
        @tf.function
        def simple_nn(self, x):
            return tf.nn.relu(linear_layer(x))

    return Net().simple_nn


@right("graph.simple_nn", "__call__이 tf.function인 객체")
def nn_object():
    class Net(tf.Module):
        @tf.function
        def __call__(self, x):
            return tf.where(linear_layer(x) > 0, linear_layer(x), 0.0)

    return Net()


@right("graph.simple_nn", "기본값으로 받은 linear_layer와 partial")
def nn_default():
    def nn(x, layer=linear_layer):
        return tf.nn.relu(layer(x))

    return tf.function(functools.partial(nn))


@right("graph.simple_nn", "모양을 정하지 않은 input_signature")
def nn_signature():
    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32)])
    def simple_nn(x):
        y = linear_layer(x)
        return (y + tf.abs(y)) / 2

    return simple_nn


@right("graph.simple_nn", "이름으로 준 partial")
def nn_partial_keyword():
    def nn(x, layer):
        return tf.nn.relu(layer(x))

    return tf.function(functools.partial(nn, layer=linear_layer))


@right("graph.simple_nn", "함수 둘을 차례로 준 partial")
def nn_partial_apply():
    def apply(after, before, x):
        return after(before(x))

    return tf.function(functools.partial(apply, tf.nn.relu, linear_layer))


@right("graph.simple_nn", "이름으로만 받는 기본값")
def nn_keyword_only():
    @tf.function
    def simple_nn(x, *, layer=linear_layer):
        return tf.nn.relu(layer(x))

    return simple_nn


@right("graph.simple_nn", "바깥에서 지은 다른 이름")
def nn_alias():
    f = linear_layer

    @tf.function
    def simple_nn(x):
        return tf.nn.relu(f(x))

    return simple_nn


@right("graph.simple_nn", "두 함수의 합성")
def nn_composed():
    def compose(after, before):
        return lambda x: after(before(x))

    return tf.function(compose(tf.nn.relu, linear_layer))


@right("graph.simple_nn", "wraps를 쓴 데코레이터")
def nn_wraps():
    def with_relu(function):
        @functools.wraps(function)
        def call(*args):
            return tf.nn.relu(function(*args))

        return call

    @with_relu
    def linear_layer(x):
        return 3 * x + 2

    return tf.function(lambda x: linear_layer(x))


@right("graph.simple_nn", "함수의 리스트")
def nn_list():
    steps = [linear_layer, tf.nn.relu]

    @tf.function
    def simple_nn(x):
        for step in steps:
            x = step(x)
        return x

    return simple_nn


@right("graph.simple_nn", "케라스의 Lambda 층")
def nn_lambda_layer():
    layer = keras.layers.Lambda(linear_layer)
    return tf.function(lambda x: tf.nn.relu(layer(x)))


@right("graph.simple_nn", "속성에 담은 linear_layer")
def nn_attribute():
    class Net:
        def __init__(self):
            self.linear_layer = linear_layer

        @tf.function
        def __call__(self, x):
            return tf.nn.relu(self.linear_layer(x))

    return Net()


@right("graph.simple_nn", "자료형이 있는 층의 정적 메서드와 메서드")
def nn_static():
    class Net(keras.layers.Layer):
        @staticmethod
        def linear_layer(x):
            return 3 * x + 2

        def body(self, x):
            return self.linear_layer(x)

    net = Net()
    return tf.function(lambda x: tf.nn.relu(net.body(x)))


@right("graph.simple_nn", "층의 메서드인 linear_layer")
def nn_layer_method():
    class Net(keras.layers.Layer):
        def linear_layer(self, x):
            return 3 * x + 2

    net = Net()
    return tf.function(lambda x: tf.nn.relu(net.linear_layer(x)))


@right("graph.simple_nn", "simple_nn 안에서 정의한 linear_layer")
def nn_nested():
    @tf.function
    def simple_nn(x):
        def linear_layer(x):
            return 3 * x + 2

        return tf.nn.relu(linear_layer(x))

    return simple_nn


@wrong(
    "graph.simple_nn",
    "데코레이터가 없음",
    expect="`simple_nn`은 보통의 파이썬 함수입니다.",
    typical=True,
)
def nn_undecorated():
    def simple_nn(x):
        return tf.nn.relu(linear_layer(x))

    return simple_nn


@wrong(
    "graph.simple_nn",
    "안쪽 함수에만 데코레이터",
    expect="그 안에서 `tf.function`을 부릅니다",
    typical=True,
)
def nn_inner_only():
    @tf.function
    def linear_layer(x):
        return 3 * x + 2

    def simple_nn(x):
        return tf.nn.relu(linear_layer(x))

    return simple_nn


@wrong(
    "graph.simple_nn",
    "둘 다 데코레이터",
    expect="`linear_layer`에도 `@tf.function`이 붙어 있습니다",
    typical=True,
)
def nn_both():
    @tf.function
    def linear_layer(x):
        return 3 * x + 2

    @tf.function
    def simple_nn(x):
        return tf.nn.relu(linear_layer(x))

    return simple_nn


@wrong(
    "graph.simple_nn",
    "linear_layer를 부르지 않고 다시 씀",
    expect="`linear_layer`의 결과를 명세대로",
    typical=True,
)
def nn_inlined():
    @tf.function
    def simple_nn(x):
        return tf.nn.relu(3 * x + 2)

    return simple_nn


@wrong(
    "graph.simple_nn", "부르기만 하고 버림", expect="`linear_layer`의 결과를 명세대로 쓰지 않습니다"
)
def nn_ignored():
    @tf.function
    def simple_nn(x):
        linear_layer(x)
        return tf.nn.relu(3 * x + 2)

    return simple_nn


@wrong(
    "graph.simple_nn",
    "partial로 받은 다음 버림",
    expect="`linear_layer`를 다른 함수로 바꾸어 보아도",
)
def nn_partial_ignored():
    def nn(x, layer):
        return tf.nn.relu(3 * x + 2 + 0 * layer(x))

    return tf.function(functools.partial(nn, layer=linear_layer))


@wrong(
    "graph.simple_nn",
    "relu가 없음",
    expect="`relu`를 거치지 않습니다",
    never=(
        "`linear_layer`의 결과를 명세대로 쓰지 않습니다",
        "값이 명세와 다릅니다",
    ),
    typical=True,
)
def nn_no_relu():
    return tf.function(lambda x: linear_layer(x))


@wrong(
    "graph.simple_nn",
    "relu를 먼저",
    expect="`relu`를 `x`에 먼저 씌우고",
    never=("`linear_layer`의 결과를 명세대로 쓰지 않습니다",),
    typical=True,
)
def nn_relu_first():
    return tf.function(lambda x: linear_layer(tf.nn.relu(x)))


@wrong(
    "graph.simple_nn", "2를 바깥에서 더함", expect="`linear_layer`의 결과를 명세대로 쓰지 않습니다"
)
def nn_split():
    def linear_layer(x):
        return 3 * x

    return tf.function(lambda x: tf.nn.relu(linear_layer(x) + 2))


@wrong("graph.simple_nn", "return이 없음", expect="아무것도 돌려주지 않습니다", typical=True)
def nn_no_return():
    @tf.function
    def simple_nn(x):
        tf.nn.relu(linear_layer(x))

    return simple_nn


@wrong(
    "graph.simple_nn",
    "넘파이로 계산",
    expect="넘파이 함수는 그래프에 들어가지 못합니다",
    typical=True,
)
def nn_numpy():
    @tf.function
    def simple_nn(x):
        return np.maximum(linear_layer(x), 0)

    return simple_nn


@wrong(
    "graph.simple_nn",
    "py_function으로 파이썬을 부름",
    expect="그래프 안에서 파이썬을 다시 부릅니다",
)
def nn_py_function():
    @tf.function
    def simple_nn(x):
        return tf.py_function(lambda x: tf.nn.relu(linear_layer(x)), [x], tf.float32)

    return simple_nn


@wrong("graph.simple_nn", "처음 받은 값이 굳음", expect="값이 명세와 다릅니다")
def nn_baked():
    seen = {}

    @tf.function
    def simple_nn(x):
        with tf.init_scope():
            shape = tuple(x.shape)
            seen.setdefault(shape, tf.ones(shape))
        return tf.nn.relu(linear_layer(seen[shape]))

    return simple_nn


@wrong(
    "graph.simple_nn", "함수가 아니라 부른 결과", expect="`simple_nn`에 함수가 아니라 `EagerTensor`"
)
def nn_called():
    return nn_plain()(tf.ones(3))


@wrong(
    "graph.simple_nn",
    "벡터만 받는 input_signature",
    expect="`input_signature`가 명세의 모양(shape)",
)
def nn_vector_only():
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def simple_nn(x):
        return tf.nn.relu(linear_layer(x))

    return simple_nn


@wrong("graph.simple_nn", "계수가 바뀜", expect="`3x + 2`가 아니라 `2x + 3`을 계산합니다")
def nn_swapped():
    def linear_layer(x):
        return 2 * x + 3

    return tf.function(lambda x: tf.nn.relu(linear_layer(x)))


@wrong(
    "graph.simple_nn",
    "relu 대신 sigmoid",
    expect="그 자리에 넣은 값은",
    never=("`linear_layer`의 결과를 명세대로 쓰지 않습니다",),
)
def nn_other_activation():
    return tf.function(lambda x: tf.nn.sigmoid(linear_layer(x)))


# ---------------------------------------------------------------- 2-2 graph.collatz


@right("graph.collatz", "명세 그대로")
def collatz_plain():
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

    return collatz


@right("graph.collatz", "tf.while_loop을 손으로, autograph=False")
def collatz_while_loop():
    @tf.function(autograph=False)
    def collatz(n):
        def step(n, steps):
            return tf.cond(n % 2 == 0, lambda: n // 2, lambda: 3 * n + 1), steps + 1

        _, steps = tf.while_loop(lambda n, _: n > 1, step, (n, tf.constant(0, tf.int64)))
        return steps

    return collatz


@right("graph.collatz", "tf.where, 조건부 표현식, input_signature")
def collatz_where():
    @tf.function(input_signature=[tf.TensorSpec([], tf.int64)])
    def collatz(n):
        steps = tf.zeros_like(n)
        while tf.not_equal(n, 1):
            n = tf.where(tf.equal(tf.math.floormod(n, 2), 0), n // 2, 3 * n + 1)
            steps = steps + 1
        return steps

    return collatz


@right("graph.collatz", "jit_compile과 비트 연산")
def collatz_jit():
    @tf.function(jit_compile=True)
    def collatz(n):
        steps = tf.constant(0)
        while n > 1:
            n = n // 2 if tf.bitwise.bitwise_and(n, tf.constant(1, tf.int64)) == 0 else 3 * n + 1
            steps += 1
        return steps

    return collatz


@right("graph.collatz", "tf.range와 break")
def collatz_range():
    def next_number(n):
        return n // 2 if n % 2 == 0 else n * 3 + 1

    @tf.function
    def collatz(n):
        count = tf.constant(0, tf.int64)
        for _ in tf.range(100_000):
            if n == 1:
                break
            n = next_number(n)
            count += 1
        return count

    return collatz


@right("graph.collatz", "홀수 걸음을 두 걸음씩")
def collatz_two_steps():
    @tf.function
    def collatz(n):
        steps = tf.constant(0, tf.int64)
        while n != 1:
            if n % 2 == 1:
                n = (3 * n + 1) // 2
                steps += 2
            else:
                n //= 2
                steps += 1
        return steps

    return collatz


@wrong(
    "graph.collatz",
    "보통의 파이썬 함수",
    expect="`collatz`는 보통의 파이썬 함수입니다",
    typical=True,
)
def collatz_eager():
    def collatz(n):
        steps = 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return tf.constant(steps)

    return collatz


@wrong("graph.collatz", "int(n)은 int32로 바꿈", expect="`int32`로 바꾸면 넘쳐서")
def collatz_int():
    @tf.function
    def collatz(n):
        n, steps = int(n), 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return steps

    return collatz


@wrong("graph.collatz", ".numpy()", expect="`.numpy()`를 쓸 수 없습니다", typical=True)
def collatz_numpy():
    @tf.function
    def collatz(n):
        n, steps = n.numpy(), 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return steps

    return collatz


@wrong(
    "graph.collatz", "py_function으로 파이썬을 부름", expect="그래프 안에서 파이썬을 다시 부릅니다"
)
def collatz_py_function():
    def count(n):
        n, steps = int(n), 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return np.int64(steps)

    @tf.function
    def collatz(n):
        return tf.numpy_function(count, [n], tf.int64)

    return collatz


@wrong("graph.collatz", "실수 나눗셈", expect="정수 나눗셈은 `//`입니다", typical=True)
def collatz_division():
    @tf.function
    def collatz(n):
        steps = 0
        while n != 1:
            if n % 2 == 0:
                n = n / 2
            else:
                n = 3 * n + 1
            steps += 1
        return steps

    return collatz


@wrong(
    "graph.collatz",
    "autograph=False인데 파이썬 while",
    expect="`autograph=False`를 썼다면 지우세요",
)
def collatz_no_autograph():
    @tf.function(autograph=False)
    def collatz(n):
        steps = 0
        while n != 1:
            n = n // 2
            steps += 1
        return steps

    return collatz


@wrong(
    "graph.collatz",
    "텐서를 파이썬 참·거짓처럼 씀",
    expect="`if n % 2 == 1:`처럼 비교를",
    typical=True,
)
def collatz_truthy():
    @tf.function
    def collatz(n):
        steps = 0
        while n != 1:
            if n % 2:
                n = 3 * n + 1
            else:
                n = n // 2
            steps += 1
        return steps

    return collatz


@wrong("graph.collatz", "int32로 바꿈", expect="`int32`로 바꾸면 넘쳐서", typical=True)
def collatz_int32():
    @tf.function
    def collatz(n):
        n = tf.cast(n, tf.int32)
        steps = 0
        while n > 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return steps

    return collatz


@wrong(
    "graph.collatz",
    "수의 개수를 셈(하나 많음)",
    expect="수열에 나오는 수의 개수를 셉니다",
    never=("int32`로 바꾸면",),
    typical=True,
)
def collatz_off_by_one():
    @tf.function
    def collatz(n):
        steps = 1
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return steps

    return collatz


@wrong(
    "graph.collatz",
    "끝나지 않는 반복",
    expect="`collatz`가 끝나지 않아 멈추었습니다",
    never=("int32`로 바꾸면",),
)
def collatz_endless():
    @tf.function
    def collatz(n):
        steps = 0
        m = n
        while n != 1:
            m = m // 2 if m % 2 == 0 else 3 * m + 1
            steps += 1
        return steps

    return collatz


@wrong("graph.collatz", "재귀", expect="트레이싱이 끝나지 않습니다")
def collatz_recursive():
    @tf.function
    def collatz(n):
        if n == 1:
            return 0
        return 1 + collatz(n // 2 if n % 2 == 0 else 3 * n + 1)

    return collatz


@wrong(
    "graph.collatz", "while True와 break", expect="`while n != 1`처럼 텐서를 조건으로", typical=True
)
def collatz_while_true():
    @tf.function
    def collatz(n):
        steps = 0
        while True:
            if n == 1:
                break
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return steps

    return collatz


@wrong(
    "graph.collatz",
    "걸음 수가 실수",
    expect="결과가 정수여야 하는데 자료형이 `float32`입니다",
    never=("int32`로 바꾸면",),
)
def collatz_float():
    @tf.function
    def collatz(n):
        steps = 0.0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return steps

    return collatz


@wrong("graph.collatz", "while 대신 펼친 파이썬 for", expect="그래프에 `While` 연산이 없습니다")
def collatz_unrolled():
    @tf.function
    def collatz(n):
        steps = tf.constant(0)
        for _ in range(200):
            going = n != 1
            steps += tf.cast(going, tf.int32)
            n = tf.where(going, tf.where(n % 2 == 0, n // 2, 3 * n + 1), n)
        return steps

    return collatz


@wrong(
    "graph.collatz", "펼친 걸음과 하는 일 없는 while", expect="반복을 트레이싱할 때 펼쳐 놓았습니다"
)
def collatz_dummy_while():
    @tf.function(autograph=False)
    def collatz(n):
        tf.while_loop(lambda i: i < 1, lambda i: (i + 1,), [tf.constant(0)])
        steps = tf.constant(0)
        for _ in range(420):
            going = n != 1
            steps += tf.cast(going, tf.int32)
            n = tf.where(going, tf.where(n % 2 == 0, n // 2, 3 * n + 1), n)
        return steps

    return collatz


@wrong(
    "graph.collatz",
    "홀수만 셈",
    expect="홀수에서 걷는 걸음만 셉니다",
    never=("int32`로 바꾸면",),
    typical=True,
)
def collatz_odd_only():
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

    return collatz


@wrong("graph.collatz", "짝수만 셈", expect="짝수에서 걷는 걸음만 셉니다")
def collatz_even_only():
    @tf.function
    def collatz(n):
        steps = 0
        while n != 1:
            if n % 2 == 0:
                n = n // 2
                steps += 1
            else:
                n = 3 * n + 1
        return steps

    return collatz


@wrong(
    "graph.collatz",
    "걸음을 일곱에서 멈춤",
    expect="넣었을 때입니다",
    never=("int32`로 바꾸면",),
)
def collatz_bounded():
    @tf.function
    def collatz(n):
        steps = tf.constant(0)
        while n != 1 and steps < 7:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return steps

    return collatz


@wrong("graph.collatz", "자료형이 바뀌는 반복", expect="앞과 뒤에서", never=("`/`는 결과가",))
def collatz_changing_dtype():
    @tf.function
    def collatz(n):
        steps = 0
        while n != 1:
            n = tf.cast(n // 2 if n % 2 == 0 else 3 * n + 1, tf.int32)
            steps += 1
        return steps

    return collatz


@right("graph.collatz", "함께 쓰는 변수에 세고 변수를 돌려줌")
def collatz_variable():
    steps = tf.Variable(0)

    @tf.function
    def collatz(n):
        steps.assign(0)
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps.assign_add(1)
        return steps

    return collatz


@right("graph.collatz", "TensorArray에 적고 길이를 셈")
def collatz_array():
    @tf.function
    def collatz(n):
        numbers = tf.TensorArray(tf.int64, size=0, dynamic_size=True)
        count = 0
        while n != 1:
            numbers = numbers.write(count, n)
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            count += 1
        return numbers.size()

    return collatz


@wrong(
    "graph.collatz",
    "리스트에 담아 돌려줌",
    expect="결과가 텐서나 배열이 아니라 파이썬 리스트입니다",
)
def collatz_boxed():
    @tf.function
    def collatz(n):
        steps = 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return [steps]

    return collatz


@wrong("graph.collatz", "백 걸음에서 멈춤", expect="하는데 `100`입니다")
def collatz_hundred():
    @tf.function
    def collatz(n):
        steps = tf.constant(0)
        for _ in tf.range(100):
            if n != 1:
                n = n // 2 if n % 2 == 0 else 3 * n + 1
                steps += 1
        return steps

    return collatz


@wrong(
    "graph.collatz",
    "한 걸음 함수에 인수를 더 줌",
    expect="`TypeError: step() takes 1 positional argument but 2 were given`",
    never=("<locals>", "tf__"),
)
def collatz_step_arguments():
    def step(n):
        return n // 2 if n % 2 == 0 else 3 * n + 1

    @tf.function
    def collatz(n):
        steps = 0
        while n != 1:
            n = step(n, steps)
            steps += 1
        return steps

    return collatz


# ---------------------------------------------------------------- 2-3 graph.one_trace


@right("graph.one_trace", "명세 그대로")
def norms_plain():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def row_norms(x):
        return tf.norm(x, axis=1)

    return row_norms


@right("graph.one_trace", "람다와 손으로 쓴 식, 모양을 덜 정한 명세")
def norms_by_hand():
    return tf.function(
        lambda x: tf.sqrt(tf.reduce_sum(x * x, axis=-1)),
        input_signature=(tf.TensorSpec(shape=(None, None)),),
    )


@right("graph.one_trace", "partial을 tf.function으로")
def norms_partial():
    return tf.function(
        functools.partial(tf.linalg.norm, axis=1),
        input_signature=[tf.TensorSpec([None, 3], tf.float32)],
    )


@right("graph.one_trace", "랭크까지 모르는 명세와 einsum")
def norms_any_rank():
    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32)], jit_compile=True)
    def row_norms(x):
        return tf.sqrt(tf.einsum("ij,ij->i", x, x))

    return row_norms


@right("graph.one_trace", "넓은 명세로 미리 트레이싱")
def norms_traced_before():
    @tf.function
    def row_norms(x):
        return keras.ops.norm(x, axis=1)

    row_norms.get_concrete_function(tf.TensorSpec([None, 3], tf.float32))
    return row_norms


@right("graph.one_trace", "그래프 하나를 꺼냄")
def norms_concrete():
    return norms_plain().get_concrete_function()


@right("graph.one_trace", "행마다 도는 tf.map_fn")
def norms_map():
    @tf.function(input_signature=[tf.TensorSpec([None, 3])])
    def row_norms(x):
        return tf.map_fn(lambda row: tf.sqrt(tf.reduce_sum(row**2)), x)

    return row_norms


@right("graph.one_trace", "메서드, 이미 여러 번 부른 다음")
def norms_method():
    class Rows(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 3])])
        def norms(self, x):
            return tf.norm(x, ord="euclidean", axis=1)

    rows = Rows()
    for size in (2, 5):
        rows.norms(tf.ones((size, 3)))
    return rows.norms


@wrong(
    "graph.one_trace",
    "input_signature가 없음",
    expect="한 번만 해야 하는데 6번 했습니다",
    typical=True,
)
def norms_no_signature():
    @tf.function
    def row_norms(x):
        return tf.norm(x, axis=1)

    return row_norms


@wrong(
    "graph.one_trace",
    "reduce_retracing",
    expect="`reduce_retracing=True`는 두 번째 모양을 보고",
    typical=True,
)
def norms_reduce_retracing():
    @tf.function(reduce_retracing=True)
    def row_norms(x):
        return tf.norm(x, axis=1)

    return row_norms


@wrong(
    "graph.one_trace", "미리 다 불러 둔 reduce_retracing", expect="한 번만 해야 하는데 2번 했습니다"
)
def norms_warmed_up():
    row_norms = norms_reduce_retracing()
    for size in (4, 5, 6):
        row_norms(tf.ones((size, 3)))
    return row_norms


@wrong(
    "graph.one_trace",
    "데코레이터가 없음",
    expect="`row_norms`는 보통의 파이썬 함수입니다",
    typical=True,
)
def norms_eager():
    def row_norms(x):
        return tf.norm(x, axis=1)

    return row_norms


@wrong(
    "graph.one_trace",
    "부를 때마다 tf.function을 만듦",
    expect="그 안에서 `tf.function`을 부릅니다",
    never=("`None`으로 둔",),
)
def norms_made_inside():
    def row_norms(x):
        return tf.function(lambda x: tf.norm(x, axis=1))(x)

    return row_norms


@wrong(
    "graph.one_trace",
    "배치 크기를 정한 명세",
    expect="`input_signature`가 명세의 모양(shape)",
    typical=True,
)
def norms_fixed():
    @tf.function(input_signature=[tf.TensorSpec([8, 3], tf.float32)])
    def row_norms(x):
        return tf.norm(x, axis=1)

    return row_norms


@wrong("graph.one_trace", "열마다 노름", expect="행이 아니라 열마다 구했습니다", typical=True)
def norms_columns():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def row_norms(x):
        return tf.norm(x, axis=0)

    return row_norms


@wrong("graph.one_trace", "축이 없음", expect="모든 값의 노름 하나를 구했습니다")
def norms_all():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def row_norms(x):
        return tf.norm(x)

    return row_norms


@wrong(
    "graph.one_trace",
    "L1 노름",
    expect="절댓값의 합(L1 노름)입니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def norms_l1():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def row_norms(x):
        return tf.norm(x, ord=1, axis=1)

    return row_norms


@wrong(
    "graph.one_trace",
    "제곱근이 없음",
    expect="제곱근이 빠졌습니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def norms_squared():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def row_norms(x):
        return tf.reduce_sum(x**2, axis=1)

    return row_norms


@wrong("graph.one_trace", "축을 남김", expect="결과의 모양이")
def norms_keepdims():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def row_norms(x):
        return tf.norm(x, axis=1, keepdims=True)

    return row_norms


@wrong(
    "graph.one_trace", "빈 배치에서 오류", expect="행이 하나이거나 없어도 됩니다: 실행하다가 오류가"
)
def norms_not_empty():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def row_norms(x):
        tf.debugging.assert_greater(tf.shape(x)[0], 0)
        return tf.norm(x, axis=1)

    return row_norms


@wrong("graph.one_trace", "넘파이로 계산", expect="그래프 안에서 파이썬을 다시 부릅니다")
def norms_numpy():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def row_norms(x):
        return tf.numpy_function(lambda x: np.linalg.norm(x, axis=1), [x], tf.float32)

    return row_norms


@wrong("graph.one_trace", "float64로 계산", expect="자료형이 `float32`여야 하는데 `float64`")
def norms_float64():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def row_norms(x):
        return tf.norm(tf.cast(x, tf.float64), axis=1)

    return row_norms


@wrong("graph.one_trace", "제곱의 평균", expect="제곱의 평균으로 제곱근을")
def norms_rms():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def row_norms(x):
        return tf.sqrt(tf.reduce_mean(tf.square(x), axis=1))

    return row_norms


@wrong(
    "graph.one_trace",
    "매개변수가 둘",
    expect="missing a required argument",
    never=("`input_signature`가 명세의",),
)
def norms_two_arguments():
    @tf.function
    def row_norms(x, axis):
        return tf.norm(x, axis=axis)

    return row_norms


@right("graph.one_trace", "행마다 TensorArray에 적음")
def norms_array():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def row_norms(x):
        rows = tf.shape(x)[0]
        norms = tf.TensorArray(tf.float32, size=rows)
        for row in tf.range(rows):
            norms = norms.write(row, tf.sqrt(tf.reduce_sum(x[row] ** 2)))
        return norms.stack()

    return row_norms


@right("graph.one_trace", "행렬곱의 대각선")
def norms_diagonal():
    def row_norms(x):
        return tf.sqrt(tf.linalg.diag_part(tf.matmul(x, x, transpose_b=True)))

    return tf.function(row_norms, input_signature=[tf.TensorSpec([None, 3], tf.float32)])


@wrong("graph.one_trace", "튜플에 담아 돌려줌", expect="결과가 텐서나 배열이 아니라 튜플입니다")
def norms_tuple():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def row_norms(x):
        return (tf.norm(x, axis=1),)

    return row_norms


@wrong(
    "graph.one_trace",
    "하나가 되면 축까지 없앰",
    expect="결과의 모양이 `(1,)`이어야 하는데 `()`입니다",
)
def norms_squeezed():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def row_norms(x):
        return tf.squeeze(tf.norm(x, axis=1, keepdims=True))

    return row_norms


# ---------------------------------------------------------------- 2-4 graph.counter


@right("graph.counter", "명세 그대로")
def counter_plain():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        @tf.function
        def __call__(self, v):
            return self.total.assign_add(v)

    return Accumulator


@right("graph.counter", "tf.Module, 더한 다음 변수를 돌려줌, input_signature")
def counter_module():
    class Accumulator(tf.Module):
        def __init__(self, name=None):
            super().__init__(name=name)
            self.total = tf.Variable(tf.zeros(()), trainable=False)

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def __call__(self, value):
            self.total.assign(self.total + value)
            return self.total

    return Accumulator


@right("graph.counter", "처음 부를 때 변수를 만듦")
def counter_lazy():
    class Accumulator:
        def __init__(self):
            self.total = None

        @tf.function
        def __call__(self, v):
            if self.total is None:
                self.total = tf.Variable(0.0)
            self.total.assign_add(v)
            return self.total.read_value()

    return Accumulator


@right("graph.counter", "__call__이 tf.function인 메서드에 맡김")
def counter_delegated():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)
            self._add = tf.function(self._add_in_graph)

        def _add_in_graph(self, v):
            return self.total.assign_add(v)

        def __call__(self, v):
            return self._add(v)

    return Accumulator


@right("graph.counter", "케라스 층과 add_weight")
def counter_layer():
    class Accumulator(keras.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.total = self.add_weight(shape=(), initializer="zeros", name="total")

        @tf.function
        def call(self, v):
            self.total.assign_add(v)
            return keras.ops.convert_to_tensor(self.total)

    return Accumulator


@right("graph.counter", "변수를 인수로 받는 함수 하나를 함께 씀")
def counter_shared_function():
    @tf.function
    def add(total, v):
        return total.assign_add(v)

    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        def __call__(self, v):
            return add(self.total, v)

    return Accumulator


@right("graph.counter", "부호를 바꾸어 뺌")
def counter_subtract():
    class Accumulator:
        def __init__(self):
            self.minus = tf.Variable(0.0)

        @tf.function(jit_compile=True)
        def __call__(self, v):
            return -self.minus.assign_sub(v)

    return Accumulator


@right("graph.counter", "벡터 변수의 한 칸에 더함")
def counter_scatter():
    class Accumulator:
        def __init__(self):
            self.totals = tf.Variable(tf.zeros([2]))

        @tf.function
        def __call__(self, v):
            self.totals.scatter_nd_add([[0]], [v])
            return self.totals[0]

    return Accumulator


@right("graph.counter", "벡터 변수의 한 칸에 assign")
def counter_slice():
    class Accumulator:
        def __init__(self):
            self.totals = tf.Variable(tf.zeros([2]))

        @tf.function
        def __call__(self, v):
            self.totals[0].assign(self.totals[0] + v)
            return self.totals[0]

    return Accumulator


@wrong(
    "graph.counter", "데코레이터가 없음", expect="부를 때 그래프를 실행하지 않습니다", typical=True
)
def counter_eager():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        def __call__(self, v):
            return self.total.assign_add(v)

    return Accumulator


@wrong("graph.counter", "파이썬 수에 더함", expect="트레이싱할 때의 값으로 굳습니다", typical=True)
def counter_python():
    class Accumulator:
        def __init__(self):
            self.total = 0.0

        @tf.function
        def __call__(self, v):
            self.total = self.total + v
            return self.total

    return Accumulator


@wrong("graph.counter", "텐서 상수에 더함", expect="합은 `tf.Variable`에 담으세요", typical=True)
def counter_constant():
    class Accumulator:
        def __init__(self):
            self.total = tf.constant(0.0)

        @tf.function
        def __call__(self, v):
            return self.total + v

    return Accumulator


@wrong(
    "graph.counter",
    "부를 때마다 변수를 만듦",
    expect="`__init__`에서 한 번만 만드세요",
    typical=True,
)
def counter_new_variable():
    class Accumulator:
        @tf.function
        def __call__(self, v):
            total = tf.Variable(0.0)
            return total.assign_add(v)

    return Accumulator


@wrong(
    "graph.counter",
    "클래스의 변수를 함께 씀",
    expect="다른 객체에 더한 값까지 합에 들어갑니다",
    typical=True,
)
def counter_class_variable():
    class Accumulator:
        total = tf.Variable(0.0)

        @tf.function
        def __call__(self, v):
            return self.total.assign_add(v)

    return Accumulator


@wrong(
    "graph.counter",
    "객체를 만들 때 함께 쓰는 변수를 0으로",
    expect="새 객체를 만들면 그 변수가 0이 됩니다",
)
def counter_reset():
    shared = tf.Variable(0.0)

    class Accumulator:
        def __init__(self):
            shared.assign(0.0)

        @tf.function
        def __call__(self, v):
            return shared.assign_add(v)

    return Accumulator


@wrong(
    "graph.counter",
    "더하기 전의 합",
    expect="`v`를 더하기 전의 합을 돌려줍니다",
    never=("합은 `tf.Variable`에 담으세요",),
    typical=True,
)
def counter_before():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        @tf.function
        def __call__(self, v):
            before = self.total.read_value()
            self.total.assign_add(v)
            return before

    return Accumulator


@wrong("graph.counter", "return이 없음", expect="아무것도 돌려주지 않습니다", typical=True)
def counter_no_return():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        @tf.function
        def __call__(self, v):
            self.total.assign_add(v)

    return Accumulator


@wrong(
    "graph.counter",
    "부를 때마다 tf.function을 만듦",
    expect="부를 때마다 새 그래프가 됩니다",
    typical=True,
)
def counter_retraced():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        def __call__(self, v):
            return tf.function(lambda v: self.total.assign_add(v))(v)

    return Accumulator


@wrong("graph.counter", "더하기는 그래프 밖에서", expect="그래프 안에서 변수를 바꾸지 않습니다")
def counter_outside():
    @tf.function
    def same(x):
        return tf.identity(x)

    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        def __call__(self, v):
            self.total.assign_add(v)
            return same(tf.convert_to_tensor(self.total))

    return Accumulator


@wrong("graph.counter", "__call__이 없음", expect="`__call__` 메서드가 있어야")
def counter_add():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        @tf.function
        def add(self, v):
            return self.total.assign_add(v)

    return Accumulator


@wrong("graph.counter", "클래스가 아니라 객체", expect="객체가 아니라 클래스가 있어야 하는데")
def counter_instance():
    return counter_plain()()


@wrong(
    "graph.counter",
    "1에서 시작",
    expect="합이 0이 아니라 1에서 시작합니다",
    never=("합은 `tf.Variable`에 담으세요",),
)
def counter_from_one():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(1.0)

        @tf.function
        def __call__(self, v):
            return self.total.assign_add(v)

    return Accumulator


@wrong(
    "graph.counter", "py_function으로 파이썬을 부름", expect="그래프 안에서 파이썬을 다시 부릅니다"
)
def counter_py_function():
    class Accumulator:
        def __init__(self):
            self.total = 0.0

        def _add(self, v):
            self.total += float(v)
            return np.float32(self.total)

        @tf.function
        def __call__(self, v):
            return tf.numpy_function(self._add, [v], tf.float32)

    return Accumulator


@wrong(
    "graph.counter",
    "더한 값을 변수에 담지 않음",
    expect="합이 늘지 않습니다",
    never=("합은 `tf.Variable`에 담으세요",),
)
def counter_not_kept():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        @tf.function
        def __call__(self, v):
            return self.total + v

    return Accumulator


@wrong(
    "graph.counter",
    "assign_add 대신 assign",
    expect="지금까지의 합이 아니라 방금 받은 `v`를 돌려줍니다",
    never=("합은 `tf.Variable`에 담으세요",),
    typical=True,
)
def counter_assign():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        @tf.function
        def __call__(self, v):
            self.total.assign(v)
            return self.total

    return Accumulator


@wrong(
    "graph.counter",
    "두 번 더함",
    expect="값이 `",
    never=("합은 `tf.Variable`에 담으세요",),
)
def counter_twice():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        @tf.function
        def __call__(self, v):
            self.total.assign_add(v)
            return self.total.assign_add(v)

    return Accumulator


@right("graph.counter", "케라스의 Sum 지표")
def counter_metric():
    class Accumulator:
        def __init__(self):
            self.total = keras.metrics.Sum()

        @tf.function
        def __call__(self, v):
            self.total.update_state(v)
            return self.total.result()

    return Accumulator


@right("graph.counter", "변수를 담은 함수를 만들어 주는 함수")
def counter_closure():
    def accumulator():
        total = tf.Variable(0.0)

        @tf.function
        def add(v):
            return total.assign_add(v)

        return add

    return {"Accumulator": accumulator}


@right("graph.counter", "더하기만 그래프에서, 값은 밖에서 읽음")
def counter_read_outside():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(tf.zeros(()))

        @tf.function
        def add(self, v):
            self.total.assign_add(v)

        def __call__(self, v):
            self.add(v)
            return self.total.numpy()

    return Accumulator


def _used_before(make):
    """노트북의 앞 셀에서 이미 불러 본 클래스."""
    used = make()
    for number in (1.0, 2.0, 10.0):
        used()(tf.constant(number))
    return used


@wrong(
    "graph.counter",
    "클래스의 변수를 함께 쓰는데 이미 불러 봄",
    expect="다른 객체에 더한 값까지 합에 들어갑니다",
    never=("부를 때마다 더한 합을 돌려줍니다: ",),
)
def counter_class_variable_used():
    return _used_before(counter_class_variable)


@right("graph.counter", "명세 그대로인데 이미 불러 봄")
def counter_plain_used():
    return _used_before(counter_metric)


@wrong("graph.counter", "절댓값을 더함", expect="부를 때마다 더한 합을 돌려줍니다: ")
def counter_absolute():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        @tf.function
        def __call__(self, v):
            return self.total.assign_add(tf.abs(v))

    return Accumulator


@wrong("graph.counter", "float16인 변수", expect="부를 때마다 더한 합을 돌려줍니다: 값이")
def counter_half():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(tf.zeros((), tf.float16))

        @tf.function
        def __call__(self, v):
            return tf.cast(self.total.assign_add(tf.cast(v, tf.float16)), tf.float32)

    return Accumulator


@wrong(
    "graph.counter",
    "더하고 v를 돌려줌",
    expect="지금까지의 합이 아니라 방금 받은 `v`를 돌려줍니다",
    never=("변수의 값을 `v`로 바꾸었습니다",),
)
def counter_returns_v():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        @tf.function
        def __call__(self, v):
            self.total.assign_add(v)
            return v

    return Accumulator


@wrong(
    "graph.counter",
    "파이썬 수로 바꾸어 넘김",
    expect="그래프에 파이썬 수를 넘기면 값마다 새로 트레이싱합니다",
)
def counter_python_numbers():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0.0)

        @tf.function
        def add(self, v):
            return self.total.assign_add(v)

        def __call__(self, v):
            return self.add(float(v))

    return Accumulator


@wrong(
    "graph.simple_nn",
    "relu가 linear_layer 안에 있음",
    expect="한쪽의 계산이 다른 쪽에 들어 있지 않은지",
    never=("바꾸어 보아도",),
)
def nn_relu_inside():
    def linear_layer(x):
        return tf.nn.relu(3 * x + 2)

    return tf.function(lambda x: linear_layer(x))
