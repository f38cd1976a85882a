"""09 GradientTape: 맞는 답과 틀린 답."""

import itertools

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from autograder.authoring.answers import right, wrong

# ------------------------------------------------------------------- 9-1 tape.derivative


@right("tape.derivative", "unconnected_gradients")
def derivative_plain():
    def derivative(f, x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    return derivative


@right("tape.derivative", "None이면 0으로, 미분은 with 안에서")
def derivative_none_to_zero():
    def derivative(f, x):
        x = tf.constant(x, dtype=tf.float32) if not tf.is_tensor(x) else tf.identity(x)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            y = f(x)
            result = tape.gradient(y, x)
        if result is None:
            return tf.zeros_like(x)
        return result

    return derivative


@right("tape.derivative", "야코비의 합")
def derivative_jacobian():
    def derivative(f, x):
        x = tf.cast(tf.convert_to_tensor(x), tf.float32)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = tf.reduce_sum(f(x))
        found = tape.jacobian(y, x)
        return tf.zeros_like(x) if found is None else found

    return derivative


@right("tape.derivative", "tf.function")
def derivative_graph():
    @tf.function
    def derivative(f, x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x, unconnected_gradients="zero")

    return derivative


@right("tape.derivative", "케라스 연산, 리스트로 미분")
def derivative_keras():
    class Derivative:
        def __call__(self, f, x):
            point = ops.convert_to_tensor(x, dtype="float32")
            with tf.GradientTape() as tape:
                tape.watch([point])
                value = f(point)
            (found,) = tape.gradient(value, [point], unconnected_gradients="zero")
            return found

    return Derivative()


@right("tape.derivative", "앞 방향 자동 미분")
def derivative_forward():
    def derivative(f, x):
        x = tf.convert_to_tensor(x)
        flat = tf.reshape(x, [-1])
        size = int(flat.shape[0])
        parts = []
        for number in range(size):
            direction = tf.reshape(tf.one_hot(number, size, dtype=x.dtype), x.shape)
            with tf.autodiff.ForwardAccumulator(x, direction) as accumulator:
                y = f(x)
            found = accumulator.jvp(y, unconnected_gradients="zero")
            parts.append(tf.reduce_sum(found))
        return tf.reshape(tf.stack(parts), x.shape)

    return derivative


@wrong(
    "tape.derivative",
    "상수를 지켜보지 않음",
    expect="`tape.watch(x)`를 부르지 않아",
    never=("`return`을 빠뜨", "TypeError"),
    typical=True,
)
def derivative_unwatched():
    def derivative(f, x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            y = f(x)
        return tape.gradient(y, x)

    return derivative


@wrong(
    "tape.derivative",
    "지켜보지 않고 0으로 바꿈",
    expect="`tape.watch(x)`를 부르지 않아",
    never=("끊어졌습니다",),
    typical=True,
)
def derivative_all_zero():
    def derivative(f, x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            y = f(x)
        return tape.gradient(y, x, unconnected_gradients="zero")

    return derivative


@wrong(
    "tape.derivative",
    "f(x)가 블록 밖",
    expect="`with` 블록 안에서, 지켜본 그 `x`로 `f(x)`를",
    never=("`tape.watch(x)`를 부르지 않아",),
    typical=True,
)
def derivative_outside():
    def derivative(f, x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
        y = f(x)
        return tape.gradient(y, x)

    return derivative


@wrong("tape.derivative", "상수 함수에서 None", expect="`f`가 `x`와 상관없으면", typical=True)
def derivative_constant_none():
    def derivative(f, x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x)

    return derivative


@wrong("tape.derivative", "tf.Variable로 옮김", expect="바깥쪽 테이프와 끊어졌습니다", typical=True)
def derivative_variable():
    def derivative(f, x):
        x = tf.Variable(x)
        with tf.GradientTape() as tape:
            y = f(x)
        return tape.gradient(y, x, unconnected_gradients="zero")

    return derivative


@wrong("tape.derivative", "넘파이로 돌려줌", expect="도함수의 도함수")
def derivative_numpy():
    def derivative(f, x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x, unconnected_gradients="zero").numpy()

    return derivative


@wrong("tape.derivative", "수치 미분", expect="수치 미분이라면")
def derivative_numeric():
    def derivative(f, x):
        h = 1e-2
        return (f(x + h) - f(x)) / h

    return derivative


@wrong("tape.derivative", "가운데 차분의 수치 미분", expect="도함수의 도함수: 값")
def derivative_central():
    def derivative(f, x):
        h = 1e-3
        x = tf.convert_to_tensor(x)
        return (f(x + h) - f(x - h)) / (2 * h)

    return derivative


@wrong(
    "tape.derivative",
    "원소마다의 값을 더함",
    expect="원소마다의 도함수를 하나로 더했습니다",
    never=("위와 같은 이유",),
)
def derivative_summed():
    def derivative(f, x):
        return tf.reduce_sum(derivative_plain()(f, x))

    return derivative


@wrong(
    "tape.derivative", "함수의 값을 돌려줌", expect="함수의 값 `f(x)`를 돌려줍니다", typical=True
)
def derivative_value():
    def derivative(f, x):
        return f(tf.convert_to_tensor(x))

    return derivative


@wrong(
    "tape.derivative",
    "return을 빠뜨림",
    expect="도함수를 구했지만 돌려주지 않습니다",
    never=("지켜보지", "상관없으면"),
    typical=True,
)
def derivative_no_return():
    def derivative(f, x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        tape.gradient(y, x)

    return derivative


@wrong("tape.derivative", "인수의 순서가 반대", expect="실행하다가 오류가 났습니다")
def derivative_reversed():
    return lambda x, f: derivative_plain()(f, x)


@wrong("tape.derivative", "변수를 인수로 받은 변수 그대로 바꿈", expect="변수의 값이 바뀌었습니다")
def derivative_changes():
    def derivative(f, x):
        found = derivative_plain()(f, x)
        if isinstance(x, tf.Variable):
            x.assign_add(0.5)
        return found

    return derivative


@right("tape.derivative", "상수 함수에서 같은 모양의 넘파이 0")
def derivative_numpy_zero():
    def derivative(f, x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        found = tape.gradient(y, x)
        return np.zeros(x.shape, "float32")[()] if found is None else found

    return derivative


@wrong("tape.derivative", "리스트로 돌려줌", expect="`list`에 담아 돌려줍니다", typical=True)
def derivative_list():
    def derivative(f, x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, [x], unconnected_gradients="zero")

    return derivative


@wrong("tape.derivative", "튜플로 돌려줌", expect="`tuple`에 담아 돌려줍니다")
def derivative_tuple():
    return lambda f, x: (derivative_plain()(f, x),)


@wrong("tape.derivative", "스칼라에 축을 더함", expect="모양이 `()`이어야 하는데 `(1,)`입니다")
def derivative_axis():
    def derivative(f, x):
        found = derivative_plain()(f, x)
        return tf.reshape(found, [1]) if found.shape.rank == 0 else found

    return derivative


@wrong("tape.derivative", "파이썬 수로 바꿈", expect="원소가 하나인 값")
def derivative_float():
    return lambda f, x: derivative_plain()(f, tf.constant(float(x)))


@wrong(
    "tape.derivative", "텐서로 바꾸지 않음", expect="`tf.convert_to_tensor(x)`로 바꾼", typical=True
)
def derivative_unconverted():
    def derivative(f, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x, unconnected_gradients="zero")

    return derivative


# ------------------------------------------------------------ 9-2 tape.linear_regression


@right("tape.linear_regression", "표준화하고 assign_sub")
def line_standardized():
    def fit_line(x, y):
        mean, deviation = x.mean(), x.std()
        z = tf.constant((x - mean) / deviation)
        w, b = tf.Variable(0.0), tf.Variable(0.0)
        for _ in range(200):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(w * z + b - y))
            dw, db = tape.gradient(loss, [w, b])
            w.assign_sub(0.1 * dw)
            b.assign_sub(0.1 * db)
        return w / deviation, b - w * mean / deviation

    return fit_line


@right("tape.linear_regression", "한 변수에 w와 b, tf.function, 파이썬 수로")
def line_graph():
    def fit_line(x, y):
        mean, deviation = float(np.mean(x)), float(np.std(x))
        features = tf.stack([(x - mean) / deviation, np.ones_like(x)], axis=1)
        weights = tf.Variable(tf.zeros((2, 1)))

        @tf.function
        def descend():
            for _ in tf.range(300):
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((features @ weights - y[:, None]) ** 2)
                weights.assign_sub(0.2 * tape.gradient(loss, weights))

        descend()
        slope, offset = weights.numpy().ravel()
        return float(slope / deviation), float(offset - slope * mean / deviation)

    return fit_line


@right("tape.linear_regression", "케라스의 옵티마이저")
def line_adam():
    def fit_line(x, y):
        x_mean, x_deviation, y_mean, y_deviation = x.mean(), x.std(), y.mean(), y.std()
        z, target = (x - x_mean) / x_deviation, (y - y_mean) / y_deviation
        w, b = keras.Variable(0.0), keras.Variable(0.0)
        optimizer = keras.optimizers.SGD(0.2)
        for _ in range(60):
            with tf.GradientTape() as tape:
                loss = ops.mean((w * z + b - target) ** 2)
            optimizer.apply(tape.gradient(loss, [w, b]), [w, b])
        slope = float(w.numpy()) * y_deviation / x_deviation
        return slope, float(b.numpy()) * y_deviation + y_mean - slope * x_mean

    return fit_line


@right("tape.linear_regression", "상수를 지켜보며 while로, 넘파이 배열로")
def line_while():
    def fit_line(x, y):
        scale, mean = x.std(), x.mean()
        w, b = tf.constant(0.0), tf.constant(0.0)
        step, change = 0, 1.0
        while change > 1e-3 and step < 300:
            with tf.GradientTape() as tape:
                tape.watch([w, b])
                loss = tf.reduce_mean((w * (x - mean) / scale + b - y) ** 2) / 2
            dw, db = tape.gradient(loss, [w, b])
            w, b = w - 0.5 * dw, b - 0.5 * db
            change, step = float(abs(dw) + abs(db)), step + 1
        return np.array([w / scale, b - w * mean / scale])

    return fit_line


@right("tape.linear_regression", "미리 트레이싱한 tf.function을 밖에 둠")
def line_traced_before():
    @tf.function(input_signature=[tf.TensorSpec([None]), tf.TensorSpec([None])])
    def descend(z, y):
        w, b = tf.constant(0.0), tf.constant(0.0)
        for _ in tf.range(100):
            with tf.GradientTape() as tape:
                tape.watch([w, b])
                loss = tf.reduce_mean((w * z + b - y) ** 2)
            dw, db = tape.gradient(loss, [w, b])
            w -= 0.2 * dw
            b -= 0.2 * db
        return w, b

    def fit_line(x, y):
        mean, deviation = np.mean(x), np.std(x)
        w, b = descend((x - mean) / deviation, y)
        return w / deviation, b - w * mean / deviation

    fit_line(np.arange(5, dtype="float32"), np.ones(5, "float32"))
    return fit_line


@wrong("tape.linear_regression", "np.polyfit", expect="`tf.GradientTape`로 그레이디언트를 구하지")
def line_polyfit():
    return lambda x, y: tuple(np.polyfit(x, y, 1))


@wrong("tape.linear_regression", "fit을 씀", expect="`fit`이 훈련했습니다")
def line_fit():
    def fit_line(x, y):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
        model.fit(x[:, None], y, epochs=1, verbose=0)
        kernel, bias = model.get_weights()
        return kernel[0, 0], bias[0]

    return fit_line


def descent(rate, steps, bias=True, sign=1):
    def fit_line(x, y):
        w, b = tf.Variable(0.0), tf.Variable(0.0)
        for _ in range(steps):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((w * x + b - y) ** 2)
            dw, db = tape.gradient(loss, [w, b])
            w.assign_sub(sign * rate * dw)
            if bias:
                b.assign_sub(sign * rate * db)
        return w, b

    return fit_line


@wrong("tape.linear_regression", "큰 x에서 발산", expect="경사 하강법이 발산했습니다", typical=True)
def line_diverges():
    return descent(0.1, 150)


@wrong("tape.linear_regression", "스텝이 모자람", expect="아직 멀었습니다", typical=True)
def line_short():
    return descent(0.001, 50)


@wrong(
    "tape.linear_regression", "b를 업데이트하지 않음", expect="`b`도 업데이트하는지", typical=True
)
def line_no_bias():
    return descent(0.05, 100, bias=False)


@wrong("tape.linear_regression", "그레이디언트를 더함", expect="발산했습니다", typical=True)
def line_ascends():
    return descent(0.1, 100, sign=-1)


@wrong(
    "tape.linear_regression",
    "표준화한 다음 되돌리지 않음",
    expect="되돌리지 않았습니다",
    typical=True,
)
def line_not_undone():
    def fit_line(x, y):
        return descent(0.1, 60)((x - x.mean()) / x.std(), y)

    return fit_line


@wrong("tape.linear_regression", "(b, w)로 돌려줌", expect="순서가 바뀌었습니다", typical=True)
def line_swapped():
    return lambda x, y: line_standardized()(x, y)[::-1]


@wrong("tape.linear_regression", "하나만 돌려줌", expect="수 두 개 `(w, b)`를")
def line_only_w():
    return lambda x, y: line_standardized()(x, y)[0]


@wrong(
    "tape.linear_regression",
    "손실을 블록 밖에서 구함",
    expect="손실을 `with` 블록 안에서",
    typical=True,
)
def line_outside():
    def fit_line(x, y):
        w, b = tf.Variable(0.0), tf.Variable(0.0)
        with tf.GradientTape() as tape:
            y_pred = w * x + b
        loss = tf.reduce_mean((y_pred - y) ** 2)
        dw, db = tape.gradient(loss, [w, b])
        w.assign_sub(0.1 * dw)
        b.assign_sub(0.1 * db)
        return w, b

    return fit_line


@right("tape.linear_regression", "더 나아지지 않을 때까지")
def line_until_converged():
    def fit_line(x, y):
        mean, deviation = x.mean(), x.std()
        w, b = tf.Variable(0.0), tf.Variable(float(y.mean()))
        before, loss = None, tf.constant(0.0)
        while before is None or abs(before - float(loss)) > 1e-6 * float(loss):
            before = float(loss)
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((w * (x - mean) / deviation + b - y) ** 2)
            for variable, gradient in zip([w, b], tape.gradient(loss, [w, b]), strict=True):
                variable.assign_sub(0.2 * gradient)
        return w / deviation, b - w * mean / deviation

    return fit_line


@wrong("tape.linear_regression", "테이프는 시늉만 하고 np.polyfit", expect="0으로 바꾸어도")
def line_pretended():
    def fit_line(x, y):
        w = tf.Variable(0.0)
        for _ in range(20):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((w * x - y) ** 2)
            w.assign_sub(0.01 * tape.gradient(loss, w))
        return tuple(np.polyfit(x, y, 1))

    return fit_line


@wrong("tape.linear_regression", "변수를 텐서로 바꿈", expect="`w.assign_sub(...)`", typical=True)
def line_reassigned():
    def fit_line(x, y):
        w, b = tf.Variable(0.0), tf.Variable(0.0)
        for _ in range(50):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((w * x + b - y) ** 2)
            dw, db = tape.gradient(loss, [w, b])
            w, b = w - 0.1 * dw, b - 0.1 * db
        return w, b

    return fit_line


@wrong("tape.linear_regression", "기울기만 되돌림", expect="`b`도 되돌리세요", typical=True)
def line_half_undone():
    def fit_line(x, y):
        w, b = descent(0.1, 60)((x - x.mean()) / x.std(), y)
        return w / x.std(), b

    return fit_line


@wrong(
    "tape.linear_regression",
    "b만 다름",
    expect="`w`는 맞고 `b`가 다릅니다",
    never=("아직 멀었습니다",),
)
def line_other_offset():
    def fit_line(x, y):
        w, b = line_standardized()(x, y)
        return w, b + 2 * tf.math.reduce_std(y)

    return fit_line


def line_undone(undo):
    def fit_line(x, y):
        mean, deviation = x.mean(), x.std()
        w, b = descent(0.1, 100)((x - mean) / deviation, y)
        return undo(w, b, mean, deviation)

    return fit_line


@wrong("tape.linear_regression", "되돌리는 부호가 반대", expect="되돌리는 식의 부호가 반대입니다")
def line_undone_backwards():
    return line_undone(lambda w, b, mean, deviation: (w / deviation, b + w * mean / deviation))


@wrong("tape.linear_regression", "되돌릴 때 나누지 않은 w", expect="나누지 않은 `w`를 곱했습니다")
def line_undone_undivided():
    return line_undone(lambda w, b, mean, deviation: (w / deviation, b - w * mean))


@wrong("tape.linear_regression", "되돌릴 때 두 번 나눔", expect="두 번 나누었습니다")
def line_undone_twice():
    return line_undone(
        lambda w, b, mean, deviation: (w / deviation, b - w / deviation * mean / deviation)
    )


@wrong("tape.linear_regression", "w만 되돌리지 않음", expect="`b`는 맞고 `w`가 다릅니다")
def line_only_offset_undone():
    return line_undone(lambda w, b, mean, deviation: (w, b - w * mean / deviation))


@wrong("tape.linear_regression", "x와 y가 반대", expect="`x`와 `y`가 바뀐 직선입니다")
def line_reversed():
    return lambda x, y: line_standardized()(y, x)


@wrong("tape.linear_regression", "오차의 절댓값", expect="절댓값의 평균을 가장 작게")
def line_absolute():
    def fit_line(x, y):
        mean, deviation = x.mean(), x.std()
        z, scale = (x - mean) / deviation, y.std()
        w, b = tf.Variable(0.0), tf.Variable(0.0)
        for step in range(400):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(abs(w * z + b - y))
            for variable, gradient in zip([w, b], tape.gradient(loss, [w, b]), strict=True):
                variable.assign_sub(scale * 0.99**step * 0.3 * gradient)
        return w / deviation, b - w * mean / deviation

    return fit_line


@wrong("tape.linear_regression", "딕셔너리로 돌려줌", expect="`dict`가 아니라 튜플")
def line_dict():
    return lambda x, y: dict(zip("wb", line_standardized()(x, y), strict=True))


# ------------------------------------------------------------------- 9-3 tape.train_step


@right("tape.train_step", "apply_gradients와 zip")
def step_zip():
    def train_step(model, loss_fn, optimizer, x, y):
        with tf.GradientTape() as tape:
            predictions = model(x, training=True)
            loss = loss_fn(y, predictions)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return train_step


@right("tape.train_step", "tf.function, apply, trainable_weights")
def step_graph():
    @tf.function
    def train_step(model, loss_fn, optimizer, x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        weights = model.trainable_weights
        optimizer.apply(tape.gradient(loss, weights), weights)
        return loss

    return train_step


@right("tape.train_step", "시드처럼 블록 안에서 미분, 파이썬 수로")
def step_inside():
    def train_step(model, loss_fn, optimizer, x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(list(zip(gradients, model.trainable_variables, strict=True)))
        return float(loss)

    return train_step


@right("tape.train_step", "평균과 규제 손실을 더한 꼴, 메서드로 부른 call")
def step_regularized():
    def train_step(model, loss_fn, optimizer, x, y):
        with tf.GradientTape(persistent=True) as tape:
            loss = tf.reduce_mean(loss_fn(y, model(x, training=True)))
            total = tf.add_n([loss, *model.losses])
        variables = model.trainable_variables
        gradients = [tape.gradient(total, variable) for variable in variables]
        optimizer.apply(gradients, variables)
        return total.numpy()

    return train_step


@right("tape.train_step", "모든 가중치를 미분하고 None을 거름")
def step_filtered():
    def train_step(model, loss_fn, optimizer, x, y):
        trainable = {id(item) for item in model.trainable_variables}
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        pairs = zip(tape.gradient(loss, model.weights), model.weights, strict=True)
        optimizer.apply_gradients(
            [(g, v) for g, v in pairs if g is not None and id(v) in trainable]
        )
        return loss

    return train_step


@right("tape.train_step", "미분하는 함수를 따로 tf.function으로")
def step_two_functions():
    @tf.function(reduce_retracing=True)
    def differentiate(model, loss_fn, x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        return loss, tape.gradient(loss, model.trainable_variables)

    def train_step(model, loss_fn, optimizer, x, y):
        loss, gradients = differentiate(model, loss_fn, x, y)
        optimizer.apply(gradients, model.trainable_variables)
        return loss

    return train_step


@right("tape.train_step", "XLA로 컴파일")
def step_compiled():
    @tf.function(jit_compile=True)
    def train_step(model, loss_fn, optimizer, x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return train_step


def step_with(**changes):
    """바꾼 데가 있는 훈련 스텝."""

    def train_step(model, loss_fn, optimizer, x, y):
        if changes.get("swapped"):
            x_given, pair = x, lambda y_pred: (y_pred, y)
        else:
            x_given, pair = x, lambda y_pred: (y, y_pred)
        with tf.GradientTape() as tape:
            y_pred = model(x_given, training=changes.get("training", True))
            loss = loss_fn(*pair(y_pred))
            if changes.get("summed"):
                loss = loss * len(x)
        gradients = tape.gradient(loss, model.trainable_variables)
        for _ in range(changes.get("updates", 1)):
            optimizer.apply(gradients, model.trainable_variables)
        if changes.get("after"):
            return loss_fn(y, model(x, training=True))
        return loss

    return train_step


@wrong(
    "tape.train_step",
    "training을 넘기지 않음",
    expect="모델을 훈련 모드로 부르지 않았습니다",
    typical=True,
)
def step_no_training():
    return step_with(training=None)


@wrong(
    "tape.train_step", "업데이트한 다음의 손실", expect="업데이트한 다음의 손실입니다", typical=True
)
def step_after():
    return step_with(after=True)


@wrong("tape.train_step", "추론 모드로 다시 구한 손실", expect="업데이트한 다음의 손실입니다")
def step_after_inference():
    def train_step(model, loss_fn, optimizer, x, y):
        step_zip()(model, loss_fn, optimizer, x, y)
        return loss_fn(y, model(x))

    return train_step


@wrong(
    "tape.train_step",
    "적용하지 않음",
    expect="그레이디언트를 적용하지 않은 것 같습니다",
    typical=True,
)
def step_not_applied():
    return step_with(updates=0)


@wrong("tape.train_step", "두 번 적용", expect="두 번 적용했습니다", typical=True)
def step_applied_twice():
    return step_with(updates=2)


@wrong("tape.train_step", "손실에 배치 크기를 곱함", expect="손실에 샘플의 수를 곱했습니다")
def step_summed():
    return step_with(summed=True)


@wrong(
    "tape.train_step",
    "손실 함수의 인수가 반대",
    expect="손실 함수의 인수 순서가 바뀌었습니다",
    typical=True,
)
def step_swapped():
    return step_with(swapped=True)


@wrong("tape.train_step", "순전파를 두 번", expect="훈련 모드로 두 번 불렀습니다")
def step_two_passes():
    def train_step(model, loss_fn, optimizer, x, y):
        first = loss_fn(y, model(x, training=True))
        step_zip()(model, loss_fn, optimizer, x, y)
        return first

    return train_step


@wrong("tape.train_step", "train_on_batch", expect="`train_on_batch`가 훈련했습니다")
def step_train_on_batch():
    def train_step(model, loss_fn, optimizer, x, y):
        model.compile(optimizer=optimizer, loss=loss_fn)
        return model.train_on_batch(x, y)

    return train_step


@wrong("tape.train_step", "fit", expect="`fit`이 훈련했습니다")
def step_fit():
    def train_step(model, loss_fn, optimizer, x, y):
        model.compile(optimizer=optimizer, loss=loss_fn)
        return model.fit(x, y, batch_size=len(x), verbose=0).history["loss"][0]

    return train_step


@wrong("tape.train_step", "바깥의 모델을 훈련", expect="인수로 받은 모델의")
def step_global_model():
    own = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])

    def train_step(model, loss_fn, optimizer, x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
            own_loss = tf.reduce_mean(own(tf.ones((3, 2))) ** 2)
        gradients = tape.gradient(own_loss, own.trainable_variables)
        optimizer.apply(gradients, own.trainable_variables)
        return loss

    return train_step


@wrong("tape.train_step", "바깥의 옵티마이저", expect="인수로 받은 옵티마이저로")
def step_global_optimizer():
    own = keras.optimizers.SGD(0.4)

    def train_step(model, loss_fn, optimizer, x, y):
        return step_zip()(model, loss_fn, own, x, y)

    return train_step


@wrong(
    "tape.train_step",
    "옵티마이저를 부를 때마다 새로",
    expect="옵티마이저를 새로 만들어",
    typical=True,
)
def step_fresh_optimizer():
    def train_step(model, loss_fn, optimizer, x, y):
        fresh = keras.optimizers.get(keras.optimizers.serialize(optimizer))
        return step_zip()(model, loss_fn, fresh, x, y)

    return train_step


@wrong(
    "tape.train_step", "학습률을 정해 두고 직접 뺌", expect="옵티마이저를 쓰지 않고 바꾸었습니다"
)
def step_own_sgd():
    def train_step(model, loss_fn, optimizer, x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        for v, g in zip(
            model.trainable_variables, tape.gradient(loss, model.trainable_variables), strict=True
        ):
            v.assign_sub(optimizer.learning_rate * g)
        return loss

    return train_step


@wrong("tape.train_step", "손실을 블록 밖에서", expect="`with` 블록 안에 있는지", typical=True)
def step_outside():
    def train_step(model, loss_fn, optimizer, x, y):
        with tf.GradientTape() as tape:
            pass
        loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return train_step


@wrong("tape.train_step", "마지막 층만 업데이트", expect="다르게 바뀌었습니다")
def step_last_layer():
    def train_step(model, loss_fn, optimizer, x, y):
        variables = model.layers[-1].trainable_variables
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    return train_step


@wrong("tape.train_step", "동결한 층까지 업데이트", expect="옵티마이저가 하던 대로 이어 갑니다: ")
def step_frozen():
    def train_step(model, loss_fn, optimizer, x, y):
        for layer in model.layers:
            layer.trainable = True
        return step_zip()(model, loss_fn, optimizer, x, y)

    return train_step


@wrong("tape.train_step", "돌려주지 않음", expect="아무것도 돌려주지 않습니다", typical=True)
def step_no_return():
    def train_step(model, loss_fn, optimizer, x, y):
        step_zip()(model, loss_fn, optimizer, x, y)

    return train_step


@wrong("tape.train_step", "매개변수의 순서가 다름", expect="실행하다가 오류가 났습니다")
def step_other_order():
    return lambda x, y, model, loss_fn, optimizer: step_zip()(model, loss_fn, optimizer, x, y)


@wrong("tape.train_step", "변수와 그레이디언트의 순서가 반대", expect="실행하다가 오류가 났습니다")
def step_reversed_zip():
    def train_step(model, loss_fn, optimizer, x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(model.trainable_variables, gradients, strict=True))
        return loss

    return train_step


@right("tape.train_step", "손실 하나를 리스트에 담음")
def step_in_list():
    return lambda *args: [step_zip()(*args)]


@wrong("tape.train_step", "모델까지 돌려줌", expect="`tuple`에 담긴 2개를 돌려줍니다")
def step_with_model():
    return lambda model, *rest: (step_zip()(model, *rest), model)


@wrong("tape.train_step", "두 배한 손실로 미분", expect="명세의 2배만큼 바뀌었습니다")
def step_doubled():
    def train_step(model, loss_fn, optimizer, x, y):
        return step_zip()(model, lambda *pair: 2 * loss_fn(*pair), optimizer, x, y) / 2

    return train_step


# ------------------------------------------------------------------- 9-4 tape.train_loop


def sparse_step(model, optimizer, x, y, training=True, from_logits=False):
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=training))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return loss


@right("tape.train_loop", "tf.data와 tf.function")
def loop_dataset():
    def train(model, x, y, epochs, batch_size):
        optimizer = keras.optimizers.Adam(0.02)
        dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1024).batch(batch_size)

        @tf.function
        def train_step(x_batch, y_batch):
            return sparse_step(model, optimizer, x_batch, y_batch)

        history = []
        for _ in range(epochs):
            losses = [train_step(x_batch, y_batch) for x_batch, y_batch in dataset]
            history.append(float(tf.reduce_mean(losses)))
        return history

    return train


@right("tape.train_loop", "배열을 잘라서, 샘플로 가중한 평균")
def loop_slices():
    def train(model, x, y, epochs, batch_size):
        optimizer = keras.optimizers.Adam(learning_rate=0.02)
        history = []
        for _ in range(epochs):
            order = np.random.permutation(len(x))
            total = 0.0
            for start in range(0, len(x), batch_size):
                part = order[start : start + batch_size]
                total += float(sparse_step(model, optimizer, x[part], y[part])) * len(part)
            history.append(total / len(x))
        return history

    return train


@right("tape.train_loop", "케라스의 지표, 섞지 않음, 텐서의 리스트")
def loop_metric():
    def train(model, x, y, epochs, batch_size):
        optimizer = keras.optimizers.Adam(0.02)
        mean_loss = keras.metrics.Mean()
        history = []
        for _ in range(epochs):
            mean_loss.reset_state()
            for start in range(0, len(x), batch_size):
                stop = start + batch_size
                mean_loss.update_state(
                    sparse_step(model, optimizer, tf.constant(x[start:stop]), y[start:stop])
                )
            history.append(mean_loss.result())
        return history

    return train


@right("tape.train_loop", "시드의 루프를 고친 것, 넘파이 배열로")
def loop_seed_mended():
    def train(model, x, y, epochs, batch_size):
        optimizer = keras.optimizers.Adam(0.02)
        history = np.zeros(epochs)
        for epoch in range(epochs):
            x_batch, y_batch, losses = [], [], []
            for step, (features, label) in enumerate(zip(x, y, strict=True), 1):
                x_batch.append(features)
                y_batch.append(label)
                if len(x_batch) == batch_size or step == len(x):
                    losses.append(
                        sparse_step(model, optimizer, np.array(x_batch), np.array(y_batch))
                    )
                    x_batch, y_batch = [], []
            history[epoch] = np.mean(losses)
        return history

    return train


@right("tape.train_loop", "에포크 전체를 tf.function으로, 검증 손실도 셈")
def loop_whole_graph():
    def train(model, x, y, epochs, batch_size):
        optimizer = keras.optimizers.Adam(0.02)
        dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch_size).prefetch(1)

        @tf.function
        def one_epoch():
            total, count = tf.constant(0.0), tf.constant(0.0)
            for x_batch, y_batch in dataset:
                total += sparse_step(model, optimizer, x_batch, y_batch)
                count += 1.0
            return total / count

        history = []
        for _ in range(epochs):
            history.append(one_epoch())
            model(x[:10], training=False)
        return tuple(history)

    return train


@right("tape.train_loop", "마지막 배치까지 고르게 itertools로, 손실 함수로")
def loop_batched():
    def train(model, x, y, epochs, batch_size):
        optimizer = keras.optimizers.Adam(0.02)
        history = []
        for _ in range(epochs):
            losses = []
            numbers = iter(np.random.permutation(len(x)))
            while part := list(itertools.islice(numbers, batch_size)):
                with tf.GradientTape() as tape:
                    y_pred = model(tf.gather(x, part), training=True)
                    each = keras.losses.sparse_categorical_crossentropy(tf.gather(y, part), y_pred)
                    loss = tf.reduce_mean(each)
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply(gradients, model.trainable_variables)
                losses.extend(each.numpy())
            history.append(sum(losses) / len(losses))
        return history

    return train


def loop_with(
    batches=None,
    collect=None,
    training=True,
    from_logits=False,
    rate=0.02,
    update=True,
    make=None,
    anew=False,
    step=None,
):
    """바꾼 데가 있는 훈련 루프. `batches(x, y, batch_size)`는 한 에포크의 배치들."""

    def slices(x, y, batch_size):
        for start in range(0, len(x), batch_size):
            yield x[start : start + batch_size], y[start : start + batch_size]

    def train(model, x, y, epochs, batch_size):
        new = make or (lambda: keras.optimizers.Adam(rate))
        optimizer = new()
        history = []
        for _ in range(epochs):
            losses = []
            optimizer = new() if anew else optimizer
            for x_batch, y_batch in (batches or slices)(x, y, batch_size):
                if step:
                    loss = step(model, optimizer, x_batch, y_batch)
                elif update:
                    loss = sparse_step(model, optimizer, x_batch, y_batch, training, from_logits)
                else:
                    loss_fn = keras.losses.SparseCategoricalCrossentropy()
                    loss = loss_fn(y_batch, model(x_batch, training=training))
                losses.append(float(loss))
            (collect or (lambda history, losses: history.append(np.mean(losses))))(history, losses)
        return history

    return train


@wrong(
    "tape.train_loop",
    "시드의 실수: append가 if 안",
    expect="배치마다 샘플이 하나뿐이고",
    typical=True,
)
def loop_seed():
    def batches(x, y, batch_size):
        x_batch, y_batch = [], []
        for step, (features, label) in enumerate(zip(x, y, strict=True)):
            if step % batch_size == batch_size - 1:
                x_batch.append(features)
                y_batch.append(label)
                yield np.array(x_batch), np.array(y_batch)
                x_batch, y_batch = [], []

    return loop_with(batches)


@wrong("tape.train_loop", "마지막 배치를 버림", expect="버립니다")
def loop_drops():
    def batches(x, y, batch_size):
        for number in range(len(x) // batch_size):
            part = slice(number * batch_size, (number + 1) * batch_size)
            yield x[part], y[part]

    return loop_with(batches)


@wrong(
    "tape.train_loop",
    "drop_remainder",
    expect="마지막 배치는 `batch_size`보다 작아도",
    typical=True,
)
def loop_drop_remainder():
    def batches(x, y, batch_size):
        dataset = tf.data.Dataset.from_tensor_slices((x, y))
        return dataset.shuffle(100).batch(batch_size, drop_remainder=True)

    return loop_with(batches)


@wrong("tape.train_loop", "샘플을 하나씩", expect="샘플을 하나씩 넣어 훈련했습니다")
def loop_single():
    def batches(x, y, batch_size):
        return ((x[i : i + 1], y[i : i + 1]) for i in range(len(x)))

    return loop_with(batches)


@wrong("tape.train_loop", "한꺼번에", expect="개가 들어간 배치가 있습니다")
def loop_full_batch():
    return loop_with(lambda x, y, batch_size: [(x, y)])


@wrong("tape.train_loop", "무작위로 뽑음", expect="한 번도 쓰이지 않고")
def loop_random():
    def batches(x, y, batch_size):
        for start in range(0, len(x), batch_size):
            picked = np.random.randint(0, len(x), min(batch_size, len(x) - start))
            yield x[picked], y[picked]

    return loop_with(batches)


@wrong("tape.train_loop", "한 에포크만", expect="에포크를 1번 돌았습니다")
def loop_once():
    def train(model, x, y, epochs, batch_size):
        return loop_slices()(model, x, y, 1, batch_size) * epochs

    return train


@wrong("tape.train_loop", "다 쓴 반복자를 다시 돎", expect="에포크를 1번 돌았습니다")
def loop_exhausted():
    def train(model, x, y, epochs, batch_size):
        optimizer = keras.optimizers.Adam(0.02)
        batches = iter(tf.data.Dataset.from_tensor_slices((x, y)).batch(batch_size))
        history = []
        for _ in range(epochs):
            losses = [float(sparse_step(model, optimizer, *batch)) for batch in batches]
            history.append(sum(losses) / max(len(losses), 1))
        return history

    return train


@wrong("tape.train_loop", "에포크를 하나 더", expect="번 돌았습니다")
def loop_one_more():
    return lambda model, x, y, epochs, size: loop_slices()(model, x, y, epochs + 1, size)[:epochs]


@wrong("tape.train_loop", "repeat를 batch보다 먼저", expect="두 에포크의 샘플이 섞였습니다")
def loop_repeat():
    def train(model, x, y, epochs, batch_size):
        optimizer = keras.optimizers.Adam(0.02)
        dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(200)
        losses = [
            float(sparse_step(model, optimizer, *batch))
            for batch in dataset.repeat(epochs).batch(batch_size)
        ]
        steps = len(losses) // epochs
        return [np.mean(losses[i * steps : (i + 1) * steps]) for i in range(epochs)]

    return train


@wrong("tape.train_loop", "fit", expect="`fit`이 훈련했습니다")
def loop_fit():
    def train(model, x, y, epochs, batch_size):
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
        done = model.fit(x, y, epochs=epochs, batch_size=batch_size, verbose=0)
        return done.history["loss"]

    return train


@wrong("tape.train_loop", "train_on_batch", expect="`train_on_batch`가 훈련했습니다")
def loop_train_on_batch():
    def train(model, x, y, epochs, batch_size):
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
        return [
            np.mean(
                [
                    model.train_on_batch(x[i : i + batch_size], y[i : i + batch_size])
                    for i in range(0, len(x), batch_size)
                ]
            )
            for _ in range(epochs)
        ]

    return train


@wrong(
    "tape.train_loop",
    "training을 넘기지 않음",
    expect="모델을 훈련 모드로 부르지 않았습니다",
    typical=True,
)
def loop_inference():
    return loop_with(training=None)


@wrong("tape.train_loop", "마지막 배치의 손실", expect="마지막 배치의 손실입니다", typical=True)
def loop_last_loss():
    return loop_with(collect=lambda history, losses: history.append(losses[-1]))


@wrong("tape.train_loop", "손실의 합", expect="배치의 손실을 더하기만 했습니다")
def loop_sum():
    return loop_with(collect=lambda history, losses: history.append(sum(losses)))


@wrong("tape.train_loop", "배치마다 하나씩", expect="배치마다 하나씩 담겼습니다")
def loop_every_batch():
    return loop_with(collect=lambda history, losses: history.extend(losses))


@wrong(
    "tape.train_loop",
    "지표를 되돌리지 않음",
    expect="앞 에포크의 손실까지 평균에 들어갑니다",
    typical=True,
)
def loop_not_reset():
    def train(model, x, y, epochs, batch_size):
        optimizer = keras.optimizers.Adam(0.02)
        mean_loss = keras.metrics.Mean()
        history = []
        for _ in range(epochs):
            for start in range(0, len(x), batch_size):
                part = slice(start, start + batch_size)
                mean_loss.update_state(sparse_step(model, optimizer, x[part], y[part]))
            history.append(float(mean_loss.result()))
        return history

    return train


@wrong(
    "tape.train_loop", "확률을 로짓으로", expect="`from_logits=True`를 쓰지 마세요", typical=True
)
def loop_logits():
    return loop_with(from_logits=True)


@wrong(
    "tape.train_loop",
    "x와 y를 따로 섞음",
    expect="레이블이 샘플과 짝이 맞지 않습니다",
    typical=True,
)
def loop_unpaired():
    def batches(x, y, batch_size):
        x, y = np.random.permutation(x), np.random.permutation(y)
        for start in range(0, len(x), batch_size):
            yield x[start : start + batch_size], y[start : start + batch_size]

    return loop_with(batches)


@wrong("tape.train_loop", "업데이트하지 않음", expect="그레이디언트를 구하지 않았습니다")
def loop_no_update():
    return loop_with(update=False)


@wrong("tape.train_loop", "학습률이 너무 작음", expect="학습률이 0.02여야 하는데 1e-06처럼")
def loop_slow():
    return loop_with(rate=1e-6)


@wrong("tape.train_loop", "손실 하나만", expect="손실이 2개여야 하는데 1개입니다")
def loop_one_number():
    return lambda *args: loop_slices()(*args)[-1]


@wrong("tape.train_loop", "입력을 바꾸어 넣음", expect="`x`에 없는 값이 모델에 들어갔습니다")
def loop_scaled():
    return lambda model, x, *rest: loop_slices()(model, x / 255.0, *rest)


@wrong("tape.train_loop", "바깥의 옵티마이저", expect="`train` 안에서 새로 만드세요", typical=True)
def loop_global_optimizer():
    optimizer = keras.optimizers.Adam(0.02)

    def train(model, x, y, epochs, batch_size):
        history = []
        for _ in range(epochs):
            losses = []
            for start in range(0, len(x), batch_size):
                part = slice(start, start + batch_size)
                losses.append(float(sparse_step(model, optimizer, x[part], y[part])))
            history.append(np.mean(losses))
        return history

    return train


@wrong("tape.train_loop", "return을 빠뜨림", expect="아무것도 돌려주지 않습니다")
def loop_no_return():
    def train(model, x, y, epochs, batch_size):
        loop_slices()(model, x, y, epochs, batch_size)

    return train


@wrong(
    "tape.train_loop", "SGD(0.02)", expect="`SGD`(학습률 0.02)처럼 업데이트했습니다", typical=True
)
def loop_sgd():
    return loop_with(make=lambda: keras.optimizers.SGD(0.02))


@wrong("tape.train_loop", "RMSprop(0.02)", expect="`RMSprop`(학습률 0.02)처럼 업데이트했습니다")
def loop_rmsprop():
    return loop_with(make=lambda: keras.optimizers.RMSprop(0.02))


@wrong("tape.train_loop", "모멘텀이 있는 SGD", expect="`momentum=0.9인 SGD`(학습률 0.02)처럼")
def loop_momentum():
    return loop_with(make=lambda: keras.optimizers.SGD(0.02, momentum=0.9))


@wrong(
    "tape.train_loop",
    "기본 학습률의 Adam",
    expect="하는데 0.001처럼 업데이트했습니다",
    typical=True,
)
def loop_default_rate():
    return loop_with(make=keras.optimizers.Adam)


@wrong(
    "tape.train_loop",
    "옵티마이저를 에포크마다 새로",
    expect="에포크마다 옵티마이저를 새로 만든 것처럼",
    typical=True,
)
def loop_anew():
    return loop_with(anew=True)


@wrong(
    "tape.train_loop", "옵티마이저를 배치마다 새로", expect="배치마다 옵티마이저를 새로 만든 것처럼"
)
def loop_anew_every_batch():
    def step(model, optimizer, x, y):
        return sparse_step(model, keras.optimizers.Adam(0.02), x, y)

    return loop_with(step=step)


@wrong(
    "tape.train_loop", "AdamW, 큰 가중치 감쇠", expect="으로 업데이트한 것과 다르게 바뀌었습니다"
)
def loop_adamw():
    return loop_with(make=lambda: keras.optimizers.AdamW(0.02, weight_decay=0.5))


@wrong(
    "tape.train_loop", "같은 그레이디언트를 두 번", expect="같은 그레이디언트를 두 번 적용했습니다"
)
def loop_twice():
    def step(model, optimizer, x, y):
        loss_fn = keras.losses.SparseCategoricalCrossentropy()
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return loss

    return loop_with(step=step)


def other_loss(compute):
    def step(model, optimizer, x, y):
        with tf.GradientTape() as tape:
            loss = compute(y, model(x, training=True))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    return loop_with(step=step)


@wrong(
    "tape.train_loop",
    "원-핫 레이블의 평균 제곱 오차",
    expect="교차 엔트로피가 아니라 평균 제곱 오차입니다",
)
def loop_squared():
    return other_loss(lambda y, p: tf.reduce_mean((tf.one_hot(y, 3) - p) ** 2))


@wrong(
    "tape.train_loop",
    "번호와 확률의 차이",
    expect="레이블의 번호와 확률의 차이를 제곱한 손실입니다",
)
def loop_mse():
    return other_loss(lambda y, p: tf.reduce_mean((tf.cast(y, tf.float32)[:, None] - p) ** 2))


@wrong("tape.train_loop", "손실의 부호가 반대", expect="손실의 부호가 반대입니다")
def loop_negative():
    loss_fn = keras.losses.SparseCategoricalCrossentropy()
    return other_loss(lambda y, p: -loss_fn(y, p))


@wrong(
    "tape.train_loop",
    "레이블을 고르게 함",
    expect="희소 범주형 교차 엔트로피의 그레이디언트가 아닙니다",
)
def loop_smoothed():
    loss_fn = keras.losses.CategoricalCrossentropy(label_smoothing=0.3)
    return other_loss(lambda y, p: loss_fn(tf.one_hot(y, 3), p))


@right("tape.train_loop", "합한 손실을 배치의 크기로 나눔")
def loop_sum_divided():
    each = keras.losses.sparse_categorical_crossentropy
    return other_loss(lambda y, p: tf.reduce_sum(each(y, p)) / len(y))


@right("tape.train_loop", "원-핫 레이블의 범주형 교차 엔트로피")
def loop_one_hot():
    loss_fn = keras.losses.CategoricalCrossentropy()
    return other_loss(lambda y, p: loss_fn(tf.one_hot(y, 3), p))


@right("tape.train_loop", "로그 확률로 손수 쓴 손실")
def loop_log_probability():
    return other_loss(
        lambda y, p: -tf.reduce_mean(tf.math.log(tf.gather(p, y, axis=1, batch_dims=1)))
    )


@right("tape.train_loop", "XLA로 컴파일한 스텝")
def loop_compiled():
    def train(model, x, y, epochs, batch_size):
        optimizer = keras.optimizers.Adam(0.02)
        optimizer.build(model.trainable_variables)
        step = tf.function(lambda *batch: sparse_step(model, optimizer, *batch), jit_compile=True)
        batches = [
            (tf.constant(x[start : start + batch_size]), tf.constant(y[start : start + batch_size]))
            for start in range(0, len(x), batch_size)
        ]
        return [float(np.mean([step(*batch) for batch in batches])) for _ in range(epochs)]

    return train


@wrong("tape.train_loop", "마지막 층만 업데이트", expect="가중치 4개 가운데 2개가 바뀌지")
def loop_last_layer():
    def train(model, x, y, epochs, batch_size):
        loss_fn = keras.losses.SparseCategoricalCrossentropy()
        optimizer, history = keras.optimizers.Adam(0.02), []
        variables = model.trainable_variables[-2:]
        for _ in range(epochs):
            losses = []
            for start in range(0, len(x), batch_size):
                part = slice(start, start + batch_size)
                with tf.GradientTape() as tape:
                    loss = loss_fn(y[part], model(x[part], training=True))
                optimizer.apply(tape.gradient(loss, variables), variables)
                losses.append(float(loss))
            history.append(np.mean(losses))
        return history

    return train


@wrong("tape.train_loop", "에포크마다 한 번 업데이트", expect="배치마다 업데이트하지 않았습니다")
def loop_accumulated():
    def train(model, x, y, epochs, batch_size):
        loss_fn = keras.losses.SparseCategoricalCrossentropy()
        optimizer, history = keras.optimizers.Adam(0.02), []
        variables = model.trainable_variables
        for _ in range(epochs):
            losses, totals = [], [tf.zeros_like(variable) for variable in variables]
            for start in range(0, len(x), batch_size):
                part = slice(start, start + batch_size)
                with tf.GradientTape() as tape:
                    loss = loss_fn(y[part], model(x[part], training=True))
                gradients = tape.gradient(loss, variables)
                totals = [sum(pair) for pair in zip(totals, gradients, strict=True)]
                losses.append(float(loss))
            optimizer.apply(totals, variables)
            history.append(np.mean(losses))
        return history

    return train


# ------------------------------------------------------------------- 9-5 tape.custom_fit


@right("tape.custom_fit", "self.metrics를 돌며")
def fit_metrics():
    class TapeModel(keras.Model):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(y, y_pred)
            return {metric.name: metric.result() for metric in self.metrics}

    return TapeModel


@right("tape.custom_fit", "손실의 지표를 따로, compute_metrics, sample_weight")
def fit_own_tracker():
    class TapeModel(keras.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.own_loss = keras.metrics.Mean(name="loss")

        def train_step(self, data):
            x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compute_loss(x, y, y_pred, weight)
            self.optimizer.apply(
                tape.gradient(loss, self.trainable_weights), self.trainable_weights
            )
            self.own_loss.update_state(loss, sample_weight=tf.shape(x)[0])
            logs = self.compute_metrics(x, y, y_pred, weight)
            return {**logs, "loss": self.own_loss.result()}

        @property
        def metrics(self):
            return [*super().metrics, self.own_loss]

    return TapeModel


@right("tape.custom_fit", "케라스가 하는 대로")
def fit_like_keras():
    class TapeModel(keras.Model):
        @tf.function
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
            self.metrics[0].update_state(loss, sample_weight=tf.shape(y)[0])
            variables = self.trainable_variables
            self.optimizer.apply(tape.gradient(loss, variables), variables)
            return self.compute_metrics(x, y, y_pred, None)

    return TapeModel


@right("tape.custom_fit", "손실을 스스로 고르고 compile도 재정의")
def fit_own_compile():
    class TapeModel(keras.Model):
        def compile(self, optimizer, loss, metrics=(), **kwargs):
            super().compile(optimizer=optimizer, loss=loss, metrics=metrics, **kwargs)
            self.loss_fn = keras.losses.get(loss)

        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = tf.reduce_mean(self.loss_fn(y, y_pred))
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
            logs = {}
            for metric in self.metrics:
                if isinstance(metric, keras.metrics.Mean) and metric.name == "loss":
                    metric.update_state(loss)
                    logs["loss"] = metric.result()
                else:
                    metric.update_state(y, y_pred)
                    logs |= metric.result()
            return logs

    return TapeModel


def model_with(body):
    """`train_step(self, x, y)`이 있는 클래스."""

    class TapeModel(keras.Model):
        def train_step(self, data):
            return body(self, *data)

    return TapeModel


def updated(self, x, y, training=True, times=1):
    with tf.GradientTape() as tape:
        y_pred = self(x, training=training)
        loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
    gradients = tape.gradient(loss, self.trainable_variables)
    for _ in range(times):
        self.optimizer.apply(gradients, self.trainable_variables)
    return y_pred, loss


def reported(self, y, y_pred, loss):
    for metric in self.metrics:
        if metric.name == "loss":
            metric.update_state(loss)
        else:
            metric.update_state(y, y_pred)
    return {metric.name: metric.result() for metric in self.metrics}


@wrong(
    "tape.custom_fit",
    "이름이 train_steps",
    expect="케라스의 기본 `train_step`이 훈련했습니다",
    typical=True,
)
def fit_misspelt():
    class TapeModel(keras.Model):
        def train_steps(self, data):
            return {}

    return TapeModel


@wrong(
    "tape.custom_fit",
    "super().train_step",
    expect="`super().train_step(...)`을 부르지 않았는지",
    typical=True,
)
def fit_super():
    class TapeModel(keras.Model):
        def train_step(self, data):
            return super().train_step(data)

    return TapeModel


@wrong(
    "tape.custom_fit",
    "적용하지 않음",
    expect="그레이디언트를 적용하지 않은 것 같습니다",
    typical=True,
)
def fit_no_update():
    return model_with(lambda self, x, y: reported(self, y, *updated(self, x, y, times=0)))


@wrong("tape.custom_fit", "두 번 적용", expect="두 번 적용했습니다")
def fit_twice():
    return model_with(lambda self, x, y: reported(self, y, *updated(self, x, y, times=2)))


@wrong(
    "tape.custom_fit",
    "training을 넘기지 않음",
    expect="모델을 훈련 모드로 부르지 않았습니다",
    typical=True,
)
def fit_inference():
    return model_with(lambda self, x, y: reported(self, y, *updated(self, x, y, training=None)))


@wrong("tape.custom_fit", "마지막 배치의 손실만", expect="마지막 배치의 손실입니다")
def fit_last_loss():
    def body(self, x, y):
        y_pred, loss = updated(self, x, y)
        return reported(self, y, y_pred, loss) | {"loss": loss}

    return model_with(body)


@wrong(
    "tape.custom_fit",
    "손실의 지표까지 y로 업데이트",
    expect="`y`와 `y_pred`로 업데이트하지 않았는지",
    typical=True,
)
def fit_confused():
    def body(self, x, y):
        y_pred, _ = updated(self, x, y)
        for metric in self.metrics:
            metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}

    return model_with(body)


@wrong(
    "tape.custom_fit",
    "지표를 업데이트하지 않음",
    expect="한 번도 업데이트하지 않은 지표가 있습니다",
    typical=True,
)
def fit_untracked():
    def body(self, x, y):
        _, loss = updated(self, x, y)
        self.metrics[0].update_state(loss)
        return {metric.name: metric.result() for metric in self.metrics}

    return model_with(body)


@wrong("tape.custom_fit", "손실만 기록", expect="기록에 `mae`가 없습니다", typical=True)
def fit_only_loss():
    def body(self, x, y):
        y_pred, loss = updated(self, x, y)
        return {"loss": reported(self, y, y_pred, loss)["loss"]}

    return model_with(body)


@wrong(
    "tape.custom_fit",
    "self.loss를 함수로",
    expect="`self.compute_loss(x=x, y=y, y_pred=y_pred)`로",
    typical=True,
)
def fit_loss_string():
    def body(self, x, y):
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.loss(y, y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return reported(self, y, y_pred, loss)

    return model_with(body)


@wrong("tape.custom_fit", "Keras 2의 compiled_loss", expect="실행하다가 오류가 났습니다")
def fit_old():
    def body(self, x, y):
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compiled_loss(y, y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.minimize(gradients, self.trainable_variables)
        return reported(self, y, y_pred, loss)

    return model_with(body)


@wrong(
    "tape.custom_fit",
    "아무것도 돌려주지 않음",
    expect="이름 → 값인 딕셔너리를 돌려주세요",
    typical=True,
)
def fit_no_return():
    return model_with(lambda self, x, y: updated(self, x, y) and None)


@wrong("tape.custom_fit", "keras.Model을 상속하지 않음", expect="`class TapeModel(keras.Model):`")
def fit_plain_class():
    class TapeModel:
        def train_step(self, data):
            return {}

    return TapeModel


@wrong("tape.custom_fit", "클래스 대신 모델", expect="클래스가 있어야 하는데")
def fit_instance():
    inputs = keras.Input((3,))
    return fit_metrics()(inputs, keras.layers.Dense(1)(inputs))


@wrong("tape.custom_fit", "__init__이 인수를 받지 않음", expect="`TapeModel(inputs, outputs)`")
def fit_own_init():
    class TapeModel(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            return {}

    return TapeModel


@wrong(
    "tape.custom_fit",
    "정해 둔 손실",
    expect="`self.compute_loss(x=x, y=y, y_pred=y_pred)`가 `compile`에 준",
)
def fit_fixed_loss():
    def body(self, x, y):
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = keras.losses.SparseCategoricalCrossentropy()(y, y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return reported(self, y, y_pred, loss)

    return model_with(body)


@wrong(
    "tape.custom_fit", "학습률을 정해 두고 직접 뺌", expect="옵티마이저를 쓰지 않고 바꾸었습니다"
)
def fit_own_sgd():
    def body(self, x, y):
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
        for variable, gradient in zip(
            self.trainable_variables,
            tape.gradient(loss, self.trainable_variables),
            strict=True,
        ):
            variable.assign_sub(0.03 * gradient)
        return reported(self, y, y_pred, loss)

    return model_with(body)


# ------------------------------------------------------------------------- 9-6 tape.clip


@right("tape.clip", "tf.clip_by_global_norm")
def clip_global():
    def clipped_step(model, loss_fn, optimizer, x, y, max_norm):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        gradients, norm = tf.clip_by_global_norm(gradients, max_norm)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return norm

    return clipped_step


@right("tape.clip", "손으로 잰 노름, 파이썬 if, 파이썬 수로")
def clip_by_hand():
    def clipped_step(model, loss_fn, optimizer, x, y, max_norm):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        norm = sum(float(tf.reduce_sum(g**2)) for g in gradients) ** 0.5
        if norm > max_norm:
            gradients = [g * (max_norm / norm) for g in gradients]
        optimizer.apply(gradients, model.trainable_variables)
        return norm

    return clipped_step


@right("tape.clip", "tf.function, minimum, 작은 수를 더함")
def clip_graph():
    @tf.function
    def clipped_step(model, loss_fn, optimizer, x, y, max_norm):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        norm = tf.linalg.global_norm(gradients)
        scale = tf.minimum(1.0, max_norm / (norm + 1e-6))
        optimizer.apply([g * scale for g in gradients], model.trainable_variables)
        return norm

    return clipped_step


@right("tape.clip", "옵티마이저의 global_clipnorm")
def clip_optimizer():
    def clipped_step(model, loss_fn, optimizer, x, y, max_norm):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.global_clipnorm = max_norm
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return tf.linalg.global_norm(gradients)

    return clipped_step


@right("tape.clip", "한 벡터로 이어 붙여 넘파이로")
def clip_concatenated():
    def clipped_step(model, loss_fn, optimizer, x, y, max_norm):
        variables = model.trainable_variables
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, variables)
        flat = np.concatenate([ops.convert_to_numpy(g).ravel() for g in gradients])
        norm = np.linalg.norm(flat)
        factor = np.minimum(1.0, max_norm / norm)
        optimizer.apply_gradients(
            (g * factor, v) for g, v in zip(gradients, variables, strict=True)
        )
        return np.float32(norm)

    return clipped_step


def clip_with(
    cut, result=lambda gradients, clipped, loss: tf.linalg.global_norm(gradients), **more
):
    def clipped_step(model, loss_fn, optimizer, x, y, max_norm):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=more.get("training", True)))
        gradients = tape.gradient(loss, model.trainable_variables)
        clipped = cut(gradients, max_norm)
        if more.get("update", True):
            optimizer.apply(clipped, model.trainable_variables)
        return result(gradients, clipped, loss)

    return clipped_step


def cut_globally(gradients, max_norm):
    return tf.clip_by_global_norm(gradients, max_norm)[0]


@wrong("tape.clip", "하나씩 clip_by_norm", expect="그레이디언트마다 따로 잘랐습니다", typical=True)
def clip_each():
    return clip_with(lambda gradients, norm: [tf.clip_by_norm(g, norm) for g in gradients])


@wrong("tape.clip", "clip_by_value", expect="원소마다 값을 잘랐습니다", typical=True)
def clip_value():
    return clip_with(lambda gradients, norm: [tf.clip_by_value(g, -norm, norm) for g in gradients])


@wrong(
    "tape.clip", "자르지 않음", expect="자르지 않은 그레이디언트로 업데이트했습니다", typical=True
)
def clip_forgotten():
    return clip_with(lambda gradients, norm: gradients)


@wrong("tape.clip", "언제나 max_norm으로 맞춤", expect="작은데도 크기를 바꾸었습니다", typical=True)
def clip_always():
    def cut(gradients, max_norm):
        norm = tf.linalg.global_norm(gradients)
        return [g / norm * max_norm for g in gradients]

    return clip_with(cut)


@wrong("tape.clip", "자른 다음의 노름", expect="자른 다음의 노름입니다", typical=True)
def clip_after():
    return clip_with(cut_globally, lambda gradients, clipped, loss: tf.linalg.global_norm(clipped))


@wrong("tape.clip", "손실을 돌려줌", expect="노름이 아니라 손실을 돌려줍니다", typical=True)
def clip_loss():
    return clip_with(cut_globally, lambda gradients, clipped, loss: loss)


@wrong("tape.clip", "노름의 합", expect="그레이디언트마다의 노름을 더했습니다")
def clip_sum():
    return clip_with(
        cut_globally, lambda gradients, clipped, loss: sum(tf.norm(g) for g in gradients)
    )


@wrong("tape.clip", "제곱근을 빠뜨림", expect="제곱근을 씌우지 않았습니다", typical=True)
def clip_squared():
    return clip_with(
        cut_globally,
        lambda gradients, clipped, loss: sum(tf.reduce_sum(g**2) for g in gradients),
    )


@wrong("tape.clip", "노름을 둘 다 돌려줌", expect="1개의 수나 텐서를 돌려주어야 하는데")
def clip_pair():
    return clip_with(
        cut_globally, lambda gradients, clipped, loss: (loss, tf.linalg.global_norm(gradients))
    )


@wrong(
    "tape.clip",
    "training을 넘기지 않음",
    expect="모델을 훈련 모드로 부르지 않았습니다",
    typical=True,
)
def clip_inference():
    return clip_with(cut_globally, training=False)


@wrong("tape.clip", "적용하지 않음", expect="그레이디언트를 적용하지 않은 것 같습니다")
def clip_no_update():
    return clip_with(cut_globally, update=False)


@wrong("tape.clip", "결과를 풀지 않고 넘김", expect="실행하다가 오류가 났습니다")
def clip_not_unpacked():
    return clip_with(tf.clip_by_global_norm)


@wrong("tape.clip", "max_norm을 1로 정해 둠", expect="잘라서 업데이트합니다: ")
def clip_one():
    return clip_with(lambda gradients, norm: cut_globally(gradients, 1.0))


# --------------------------------------------------------------------- 9-7 tape.gan_step

bce = keras.losses.BinaryCrossentropy(from_logits=True)


@right("tape.gan_step", "테이프 두 개, 함께 업데이트")
def gan_two_tapes():
    def gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fake = generator(noise, training=True)
            real_logits = discriminator(real, training=True)
            fake_logits = discriminator(fake, training=True)
            d_loss = bce(tf.ones_like(real_logits), real_logits)
            d_loss += bce(tf.zeros_like(fake_logits), fake_logits)
            g_loss = bce(tf.ones_like(fake_logits), fake_logits)
        g_gradients = g_tape.gradient(g_loss, generator.trainable_variables)
        d_gradients = d_tape.gradient(d_loss, discriminator.trainable_variables)
        g_optimizer.apply_gradients(zip(g_gradients, generator.trainable_variables, strict=True))
        d_optimizer.apply_gradients(
            zip(d_gradients, discriminator.trainable_variables, strict=True)
        )
        return d_loss, g_loss

    return gan_step


@right("tape.gan_step", "지속하는 테이프 하나, tf.function, 딕셔너리 아닌 리스트")
def gan_persistent():
    @tf.function
    def gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        with tf.GradientTape(persistent=True) as tape:
            fake = generator(noise, training=True)
            logits = discriminator(tf.concat([real, fake], axis=0), training=True)
            rows = tf.shape(real)[0]
            real_logits, fake_logits = logits[:rows], logits[rows:]
            d_loss = tf.reduce_mean(
                tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(real_logits), real_logits)
            ) + tf.reduce_mean(
                tf.nn.sigmoid_cross_entropy_with_logits(tf.zeros_like(fake_logits), fake_logits)
            )
            g_loss = tf.reduce_mean(tf.math.softplus(-fake_logits))
        d_optimizer.apply(
            tape.gradient(d_loss, discriminator.trainable_variables),
            discriminator.trainable_variables,
        )
        g_optimizer.apply(
            tape.gradient(g_loss, generator.trainable_variables), generator.trainable_variables
        )
        return [d_loss, g_loss]

    return gan_step


def gan_in_turn(d_first, one_forward=False):
    def gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        def train_discriminator():
            fake = tf.stop_gradient(generator(noise, training=True))
            with tf.GradientTape() as tape:
                real_logits = discriminator(real, training=True)
                fake_logits = discriminator(fake, training=True)
                loss = bce(tf.ones_like(real_logits), real_logits)
                loss += bce(tf.zeros_like(fake_logits), fake_logits)
            variables = discriminator.trainable_variables
            d_optimizer.apply(tape.gradient(loss, variables), variables)
            return float(loss)

        def train_generator():
            with tf.GradientTape() as tape:
                logits = discriminator(generator(noise, training=True), training=True)
                loss = bce(tf.ones_like(logits), logits)
            variables = generator.trainable_variables
            g_optimizer.apply(tape.gradient(loss, variables), variables)
            return float(loss)

        if d_first:
            d_loss = train_discriminator()
            return d_loss, train_generator()
        g_loss = train_generator()
        return train_discriminator(), g_loss

    return gan_step


@right("tape.gan_step", "판별자를 먼저 업데이트하고 새 판별자로 생성자를")
def gan_d_first():
    return gan_in_turn(d_first=True)


@right("tape.gan_step", "생성자를 먼저 업데이트하고 새 생성자로 판별자를")
def gan_g_first():
    return gan_in_turn(d_first=False)


@right("tape.gan_step", "그레이디언트를 모두 구한 다음 생성자부터 적용, 넘파이로")
def gan_waiting():
    def gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        with tf.GradientTape() as tape:
            logits = discriminator(generator(noise, training=True), training=True)
            g_loss = tf.reduce_mean(
                keras.losses.binary_crossentropy(tf.ones_like(logits), logits, from_logits=True)
            )
        g_gradients = tape.gradient(g_loss, generator.trainable_variables)
        with tf.GradientTape() as tape:
            real_logits = discriminator(real, training=True)
            fake_logits = discriminator(generator(noise, training=True), training=True)
            d_loss = tf.reduce_mean(tf.math.softplus(-real_logits)) + tf.reduce_mean(
                tf.math.softplus(fake_logits)
            )
        d_gradients = tape.gradient(d_loss, discriminator.trainable_variables)
        g_optimizer.apply(g_gradients, generator.trainable_variables)
        d_optimizer.apply(d_gradients, discriminator.trainable_variables)
        return d_loss.numpy(), g_loss.numpy()

    return gan_step


def gan_with(
    d_loss=lambda real, fake: bce(tf.ones_like(real), real) + bce(tf.zeros_like(fake), fake),
    g_loss=lambda fake: bce(tf.ones_like(fake), fake),
    training=True,
    g_training=None,
    d_variables=lambda generator, discriminator: discriminator.trainable_variables,
    g_variables=lambda generator, discriminator: generator.trainable_variables,
    swapped=False,
    updates=(True, True),
    result=lambda d, g: (d, g),
):
    """바꾼 데가 있는 GAN의 스텝."""

    def gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fake = generator(noise, training=training if g_training is None else g_training)
            real_logits = discriminator(real, training=training)
            fake_logits = discriminator(fake, training=training)
            d, g = d_loss(real_logits, fake_logits), g_loss(fake_logits)
        d_list = d_variables(generator, discriminator)
        g_list = g_variables(generator, discriminator)
        d_gradients, g_gradients = d_tape.gradient(d, d_list), g_tape.gradient(g, g_list)
        if swapped:
            g_optimizer, d_optimizer = d_optimizer, g_optimizer
        if updates[0]:
            d_optimizer.apply(d_gradients, d_list)
        if updates[1]:
            g_optimizer.apply(g_gradients, g_list)
        return result(d, g)

    return gan_step


def both(generator, discriminator):
    return discriminator.trainable_variables + generator.trainable_variables


@wrong("tape.gan_step", "포화하는 손실", expect="포화하는 꼴", typical=True)
def gan_saturating():
    return gan_with(g_loss=lambda fake: -bce(tf.zeros_like(fake), fake))


@wrong("tape.gan_step", "판별자의 손실에서 부호만 바꾼 생성자의 손실", expect="생성자의 손실: 값이")
def gan_minimax():
    full = keras.losses.BinaryCrossentropy(from_logits=True)
    return gan_with(g_loss=lambda fake: -2 * full(tf.zeros_like(fake), fake))


@wrong("tape.gan_step", "생성자의 레이블이 0", expect="가짜의 레이블이 0입니다")
def gan_wrong_target():
    return gan_with(g_loss=lambda fake: bce(tf.zeros_like(fake), fake))


@wrong("tape.gan_step", "로짓을 확률로", expect="로짓을 확률로 다루었습니다", typical=True)
def gan_probabilities():
    probability = keras.losses.BinaryCrossentropy()
    return gan_with(
        lambda real, fake: (
            probability(tf.ones_like(real), real) + probability(tf.zeros_like(fake), fake)
        ),
        lambda fake: probability(tf.ones_like(fake), fake),
    )


@wrong(
    "tape.gan_step",
    "training을 넘기지 않음",
    expect="두 모델을 훈련 모드로 부르지 않았습니다",
    typical=True,
)
def gan_inference():
    return gan_with(training=None)


@wrong(
    "tape.gan_step",
    "생성자만 추론 모드",
    expect="`generator`를 훈련 모드로 부르지 않았습니다",
    never=("두 모델을 훈련 모드로 부르지",),
    typical=True,
)
def gan_generator_inference():
    return gan_with(g_training=False)


@wrong(
    "tape.gan_step",
    "판별자만 추론 모드",
    expect="`discriminator`를 훈련 모드로 부르지 않았습니다",
)
def gan_discriminator_inference():
    return gan_with(training=False, g_training=True)


@wrong("tape.gan_step", "판별자를 먼저, 생성자의 레이블이 0", expect="가짜의 레이블이 0입니다")
def gan_wrong_target_in_turn():
    return gan_d_first_with(g_loss=lambda fake: bce(tf.zeros_like(fake), fake))


@wrong("tape.gan_step", "판별자의 손실을 평균", expect="판별자의 손실을 평균했습니다", typical=True)
def gan_average():
    return gan_with(
        lambda real, fake: (bce(tf.ones_like(real), real) + bce(tf.zeros_like(fake), fake)) / 2
    )


def gan_d_first_with(
    d_loss=lambda real, fake: bce(tf.ones_like(real), real) + bce(tf.zeros_like(fake), fake),
    g_loss=lambda fake: bce(tf.ones_like(fake), fake),
    training=True,
):
    """판별자를 먼저 업데이트하고, 새 판별자로 생성자를 업데이트하는 스텝."""

    def gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        fake = generator(noise, training=training)
        with tf.GradientTape() as tape:
            d = d_loss(
                discriminator(real, training=training), discriminator(fake, training=training)
            )
        variables = discriminator.trainable_variables
        d_optimizer.apply(tape.gradient(d, variables), variables)
        with tf.GradientTape() as tape:
            fake = generator(noise, training=training)
            g = g_loss(discriminator(fake, training=training))
        variables = generator.trainable_variables
        g_optimizer.apply(tape.gradient(g, variables), variables)
        return d, g

    return gan_step


@right("tape.gan_step", "판별자를 먼저, 가짜는 테이프 밖에서")
def gan_one_after_another():
    return gan_d_first_with()


@wrong(
    "tape.gan_step",
    "판별자를 먼저, 이어 붙인 로짓의 손실",
    expect="판별자의 손실을 평균했습니다",
    never=("생성자만 `g_optimizer`로 업데이트합니다: ",),
)
def gan_together_in_one_loss():
    return gan_d_first_with(
        lambda real, fake: bce(
            tf.concat([tf.ones_like(real), tf.zeros_like(fake)], 0), tf.concat([real, fake], 0)
        )
    )


@wrong("tape.gan_step", "판별자를 먼저, 포화하는 손실", expect="포화하는 꼴")
def gan_saturating_in_turn():
    return gan_d_first_with(g_loss=lambda fake: -bce(tf.zeros_like(fake), fake))


@wrong("tape.gan_step", "판별자를 먼저, 추론 모드로", expect="훈련 모드로 부르지 않았습니다")
def gan_inference_in_turn():
    return gan_d_first_with(training=False)


@wrong("tape.gan_step", "진짜의 손실만", expect="가짜의 교차 엔트로피가 없습니다")
def gan_only_real():
    return gan_with(lambda real, fake: bce(tf.ones_like(real), real))


@wrong(
    "tape.gan_step",
    "진짜와 가짜의 레이블이 반대",
    expect="진짜와 가짜의 레이블이 바뀌었습니다",
    typical=True,
)
def gan_flipped():
    return gan_with(
        lambda real, fake: bce(tf.zeros_like(real), real) + bce(tf.ones_like(fake), fake)
    )


@wrong("tape.gan_step", "손실의 순서가 반대", expect="두 손실의 순서가 바뀌었습니다", typical=True)
def gan_swapped_results():
    return gan_with(result=lambda d, g: (g, d))


@wrong(
    "tape.gan_step",
    "옵티마이저가 반대",
    expect="옵티마이저가 다른 모델의 변수를 받았습니다",
    typical=True,
)
def gan_swapped_optimizers():
    return gan_with(swapped=True)


@wrong(
    "tape.gan_step",
    "판별자 스텝에서 생성자까지",
    expect="옵티마이저가 다른 모델의 변수를 받았습니다",
)
def gan_d_moves_g():
    return gan_with(d_variables=both)


@wrong(
    "tape.gan_step",
    "생성자 스텝에서 판별자까지",
    expect="옵티마이저가 다른 모델의 변수를 받았습니다",
)
def gan_g_moves_d():
    return gan_with(g_variables=both)


@wrong("tape.gan_step", "생성자의 손실로 판별자를 바꿈", expect="`generator.trainable_variables`만")
def gan_wrong_variables():
    return gan_with(g_variables=lambda generator, discriminator: discriminator.trainable_variables)


@wrong("tape.gan_step", "생성자를 업데이트하지 않음", expect="생성자의 가중치가 바뀌지 않았습니다")
def gan_without_g():
    return gan_with(updates=(True, False))


@wrong("tape.gan_step", "판별자를 업데이트하지 않음", expect="판별자의 가중치가 바뀌지 않았습니다")
def gan_without_d():
    return gan_with(updates=(False, True))


@wrong("tape.gan_step", "생성이 테이프 밖", expect="실행하다가 오류가 났습니다")
def gan_fake_outside():
    def gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        fake = generator(noise, training=True)
        with tf.GradientTape() as tape:
            logits = discriminator(fake, training=True)
            g_loss = bce(tf.ones_like(logits), logits)
        variables = generator.trainable_variables
        g_optimizer.apply(tape.gradient(g_loss, variables), variables)
        return g_loss, g_loss

    return gan_step


@wrong("tape.gan_step", "테이프 하나로 두 번", expect="테이프를 둘 쓰거나", typical=True)
def gan_one_tape():
    def gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        with tf.GradientTape() as tape:
            fake = discriminator(generator(noise, training=True), training=True)
            real_logits = discriminator(real, training=True)
            d_loss = bce(tf.ones_like(real_logits), real_logits) + bce(tf.zeros_like(fake), fake)
            g_loss = bce(tf.ones_like(fake), fake)
        for optimizer, loss, model in (
            (d_optimizer, d_loss, discriminator),
            (g_optimizer, g_loss, generator),
        ):
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
        return d_loss, g_loss

    return gan_step


@wrong("tape.gan_step", "noise를 쓰지 않고 새로 뽑음", expect="`noise`가 아닌 값을 `generator`에")
def gan_own_noise():
    step = gan_two_tapes()

    def gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        drawn = tf.random.normal(noise.shape) * 3
        return step(generator, discriminator, g_optimizer, d_optimizer, real, drawn)

    return gan_step


@wrong("tape.gan_step", "업데이트한 다음의 손실", expect="업데이트한 다음의 손실입니다")
def gan_losses_after():
    def gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        gan_two_tapes()(generator, discriminator, g_optimizer, d_optimizer, real, noise)
        fake = discriminator(generator(noise, training=True), training=True)
        real_logits = discriminator(real, training=True)
        d_loss = bce(tf.ones_like(real_logits), real_logits) + bce(tf.zeros_like(fake), fake)
        return d_loss, bce(tf.ones_like(fake), fake)

    return gan_step


@wrong("tape.gan_step", "돌려주지 않음", expect="아무것도 돌려주지 않습니다")
def gan_no_return():
    return gan_with(result=lambda d, g: None)


@wrong(
    "tape.train_step",
    "그레이디언트의 부호를 바꿈",
    expect="손실이 커지는 쪽으로 바뀌었습니다",
)
def train_step_ascending():
    def train_step(model, loss_fn, optimizer, x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        variables = model.trainable_variables
        gradients = [-gradient for gradient in tape.gradient(loss, variables)]
        optimizer.apply(gradients, variables)
        return loss

    return train_step


@wrong(
    "tape.derivative",
    "상관없는 함수에서 파이썬의 0.0",
    expect="`x`와 상관없는 함수의 도함수는 0",
    never=("하나로 더했습니다",),
)
def derivative_python_zero():
    def derivative(f, x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        gradient = tape.gradient(y, x)
        return 0.0 if gradient is None else gradient

    return derivative


def _judging_fakes(only, real_label=1.0):
    bce = keras.losses.BinaryCrossentropy(from_logits=True)

    def gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
            true = discriminator(real, training=True)
            fake = discriminator(generator(noise, training=True), training=True)
            d_loss = bce(tf.zeros_like(fake), fake)
            if not only:
                d_loss += bce(real_label * tf.ones_like(true), true)
            g_loss = bce(tf.ones_like(fake), fake)
        for tape, loss, model, optimizer in (
            (d_tape, d_loss, discriminator, d_optimizer),
            (g_tape, g_loss, generator, g_optimizer),
        ):
            variables = model.trainable_variables
            optimizer.apply(tape.gradient(loss, variables), variables)
        return d_loss, g_loss

    return gan_step


@wrong("tape.gan_step", "판별자의 손실에 가짜만", expect="진짜의 교차 엔트로피가 없습니다")
def gan_fakes_only():
    return _judging_fakes(only=True)


@wrong("tape.gan_step", "진짜의 레이블이 0.9", expect="진짜의 레이블이 1이 아니라 0.9입니다")
def gan_smooth_labels():
    return _judging_fakes(only=False, real_label=0.9)
