"""01 즉시 실행의 문제: 참고 답안, 물음, 항목, 힌트.

여기 없는 것: 판정(`judge.function`), 맞고 틀린 답(`solutions/01_eager/answers.py`).
"""

from __future__ import annotations

from functools import partial

import numpy as np
import tensorflow as tf

from autograder.kinds import FunctionExercise, FunctionItem, Mistake
from autograder.kinds.function import Loop
from autograder.korean import with_particle
from autograder.observe.limits import TooLong


def make_batch():
    def make_batch(images):
        x = tf.cast(images, tf.float32) / 255.0
        return x[..., tf.newaxis]

    return {"make_batch": make_batch}


def standardize():
    def standardize(x):
        # float32로는 0.1 일곱 개의 평균이 0.1이 아니므로 float64로 계산합니다.
        x = tf.cast(x, tf.float64)
        mean = tf.reduce_mean(x, axis=0)
        std = tf.math.reduce_std(x, axis=0)
        return tf.cast(tf.math.divide_no_nan(x - mean, std), tf.float32)

    return {"standardize": standardize}


def momentum_step():
    def momentum_step(w, v, grad, lr, beta):
        v.assign(beta * v + grad)
        w.assign_sub(lr * v)

    return {"momentum_step": momentum_step}


def newton_sqrt():
    def newton_sqrt(a, tol=1e-6):
        x = a
        while abs(x * x - a) > tol * a:
            x = (x + a / x) / 2
        return x

    return {"newton_sqrt": newton_sqrt}


# ---------------------------------------------------------------- what is asked


def batch_cases(random):
    def images(count, low=0, high=256):
        return random.randint(low, high, (count, 28, 28)).astype("uint8")

    bright = images(int(random.randint(3, 8)))
    bright[0, 0, :2] = (0, 255)
    arrays = {
        "bright": bright,
        "single": images(1),
        "dark": images(int(random.randint(2, 5)), 3, int(random.randint(40, 90))),
        "none": np.zeros((int(random.randint(2, 5)), 28, 28), "uint8"),
        # More than the batch sizes that are often written as a number.
        "many": images(int(random.randint(129, 140))),
    }
    calls = [{"args": [{"array": name}]} for name in arrays]
    calls.append({"args": [{"tensor": "bright"}]})
    return calls, arrays


MOST = 200
"""값의 크기의 한계. `float32`에서 이웃한 두 수의 간격이 1.5e-5를 넘지 않습니다."""


def feature_cases(random):
    """열마다 평균과 표준편차가 다른 자료. 값이 모두 같은 열은 두 가지입니다.

    "constant"와 "zeros"의 열은 정수이고 행이 8개나 16개라서, 어떻게 평균을 내도 반올림되지 않습니다.
    "rounded"의 열은 `float32`에 정확히 담을 수 없는 수입니다. 평균이 우연히 맞는 열이 있으므로 많이 둡니다.
    """

    def features(rows, columns):
        """표준편차가 0.11과 20 사이인 열들. 하나는 아주 좁고, 하나는 평균이 0에서 멉니다."""
        narrow, far = random.permutation(columns)[:2]
        scales = random.uniform(0.5, 20, columns)
        scales[narrow] = random.uniform(0.11, 0.13)
        means = scales * random.uniform(-3, 3, columns)
        scales[far] = random.uniform(5, 10)
        means[far] = random.choice([-1, 1]) * random.uniform(100, 140)
        values = random.normal(0, 1, (rows, columns))
        values = (values - values.mean(axis=0)) / values.std(axis=0)
        return np.clip(values * scales + means, -MOST, MOST).astype("float32")

    def with_constants(rows, values):
        """값이 모두 같은 열들과 그렇지 않은 열들을 섞은 자료와, 각각의 자리."""
        varied = int(random.randint(3, 6))
        order = random.permutation(len(values) + varied)
        made = np.concatenate([np.tile(values, (rows, 1)), features(rows, varied)], axis=1)
        places = {
            "constant": np.flatnonzero(order < len(values)).tolist(),
            "varied": np.flatnonzero(order >= len(values)).tolist(),
        }
        return made[:, order].astype("float32"), places

    def inexact(count):
        whole, tenths = (
            random.randint(0, MOST, count),
            random.choice([1, 2, 3, 4, 6, 7, 8, 9], count),
        )
        return random.choice([-1, 1], count) * (whole + tenths / 10)

    def rows():
        return int(random.choice([8, 16]))

    columns = int(random.randint(3, 6))
    arrays = {"x": features(int(random.randint(8, 14)), columns)}
    arrays["square"] = features(columns + 5, columns + 5)
    arrays["row"] = np.append(inexact(3), random.randint(-9, 9)).astype("float32")[np.newaxis]
    whole = random.choice([-1, 1], 2) * random.randint(2, 60, 2)
    places = {}
    for name, count, values in (
        ("constant", rows(), whole),
        ("zeros", rows(), np.zeros(1)),
        ("rounded", int(random.randint(21, 45)), np.append(inexact(24), [0.1, 0.3, 1.7, 170.1])),
        ("few", 7, np.append(inexact(24), [0.1, 0.3, 1.7, 170.1])),
    ):
        arrays[name], places[name] = with_constants(count, values)
    names = ("x", "square", "constant", "zeros", "row", "rounded", "few")
    calls = [{"args": [{"array": name}], "columns": places.get(name, {})} for name in names]
    calls.append({"args": [{"tensor": "x"}]})
    return calls, arrays


def told_by_column(wanted, found, places):
    """어느 열의 평균이나 표준편차가 얼마인지."""
    for column, place in enumerate(places):
        answer, value = wanted[:, column], found[:, column].astype("float64")
        where = f"결과의 `[:, {place}]` 열"
        if not np.any(answer):
            far = np.abs(value).max()
            if far > 2e-3:
                first = value[np.argmax(np.abs(value))]
                there = with_particle(f"`{first:.3g}`", "이", "가")
                return f"값이 모두 같은 열은 0이어야 하는데, {where}에 {there} 있습니다."
            continue
        if abs(value.mean()) > 1e-2:
            return f"{where}의 평균이 0이어야 하는데 `{value.mean():.3g}`입니다."
        if abs(value.std() - 1) > 2e-3:
            return f"{where}의 표준편차가 1이어야 하는데 `{value.std():.3g}`입니다."
    return ""


def momentum_cases(random):
    def case(name, shape, times=1):
        for part in ("w", "v", "grad"):
            # Away from 0: what one of them contributes must show.
            sign = random.choice([-1, 1], shape or None)
            arrays[f"{name}/{part}"] = np.asarray(sign * random.uniform(0.5, 2, shape), "float32")
        arguments = [{"variable": f"{name}/w"}, {"variable": f"{name}/v"}]
        arguments += [{"tensor": f"{name}/grad"}]
        arguments += [{"value": round(random.uniform(0.05, 0.4), 3)}]
        arguments += [{"value": round(random.uniform(0.5, 0.95), 3)}]
        return {"args": arguments, "times": times}

    arrays: dict[str, np.ndarray] = {}
    columns = int(random.randint(2, 6))
    calls = [case("first", (columns,))]
    arrays["first/v"] = np.zeros(columns, "float32")
    calls += [case("vector", (columns + 1,)), case("matrix", (columns, 3))]
    calls += [case("scalar", ()), case("again", (columns, 2), times=3)]
    return calls, arrays


def moved_by_velocity(arguments, after):
    """학습자가 구한 속도로 움직인 가중치."""
    w, _, _, lr, _ = arguments
    return {"w": w - np.float32(lr) * after["v"]}


def root_cases(random):
    def power(low, high):
        return float(10.0 ** random.uniform(low, high))

    arrays: dict[str, np.ndarray] = {}

    def case(value, dtype=None, tol=None):
        spec = {"value": value}
        if dtype is not None:
            name = f"a{len(arrays)}"
            arrays[name] = np.asarray(value, dtype)
            spec = {"tensor": name}
        # Twice this is allowed: once of the root, once of the result.
        call = {"args": [spec], "tolerance": 0.5 * (tol or 1e-6)}
        return call | ({"kwargs": {"tol": {"value": tol}}} if tol else {})

    def drawn(low, high, limit, fits):
        """어디에서 시작하든 `limit(a)`에서 멈춘 값의 상대 오차가 `fits`인 수. 틀린 답이 우연히 맞지 않습니다."""
        while True:
            value = power(low, high)
            starts = (value, 1.0, value / 2, (value + 1) / 2)
            errors = [abs(_stopped(value, x, limit(value)) / np.sqrt(value) - 1) for x in starts]
            if all(map(fits, errors)):
                return value

    def small():
        """차이를 `tol`과 바로 비교해도 충분히 정확한 수."""
        return drawn(-2, -0.2, lambda a: 1e-6, lambda error: error < 4e-7)

    def hard(low, high):
        """1e-6에서 멈추면 1e-11까지 맞지는 않는 수. 되풀이할수록 맞는 자릿수가 두 배가 됩니다."""
        return drawn(low, high, lambda a: 1e-6 * a, lambda error: error > 1e-10)

    calls = [case(power(0.2, 2)), case(small()), case(1.0), case(power(0.2, 2), "float32")]
    calls += [case(power(-11, -9)), case(power(-11, -9), "float32")]
    calls += [case(power(9, 11)), case(power(9, 11), "float32")]
    calls += [case(power(-3, -2), tol=0.1), case(power(1, 3), tol=1e-3)]
    calls += [case(hard(low, low + 2), "float64", tol=1e-11) for low in (-8, -1, 6)]
    return calls, arrays


def _stopped(a, x, limit):
    while abs(x * x - a) > limit:
        x = (x + a / x) / 2
    return x


# ---------------------------------------------------------------- what is often done instead


def _divided_by_maximum(divide, axis=None):
    def make_batch(images):
        x = tf.cast(images, tf.float32)
        return divide(x, tf.reduce_max(x, axis=axis, keepdims=True))[..., tf.newaxis]

    return make_batch


def _not_scaled(images):
    return tf.cast(images, tf.float32)[..., tf.newaxis]


def _floored(images):
    return tf.cast(tf.cast(images, tf.int32) // 255, tf.float32)[..., tf.newaxis]


def _divided_by_256(images):
    return tf.cast(images, tf.float32)[..., tf.newaxis] / 256.0


def _minus_one_to_one(images):
    return tf.cast(images, tf.float32)[..., tf.newaxis] / 127.5 - 1.0


def _standardized(centre, spread):
    """`float64`로 계산하므로 값이 모두 같은 열은 반올림 없이 0이 됩니다."""

    def standardize(x):
        x = tf.cast(x, tf.float64)
        return tf.cast(tf.math.divide_no_nan(x - centre(x), spread(x)), tf.float32)

    return standardize


def _mean(x):
    return tf.reduce_mean(x, axis=0)


def _std(x):
    return tf.math.reduce_std(x, axis=0)


def _sample_std(x):
    rows = tf.cast(tf.shape(x)[0], x.dtype)
    return _std(x) * tf.sqrt(rows / tf.maximum(rows - 1, 1))


_over_everything = _standardized(tf.reduce_mean, tf.math.reduce_std)
_over_rows = _standardized(
    lambda x: tf.reduce_mean(x, axis=1, keepdims=True),
    lambda x: tf.math.reduce_std(x, axis=1, keepdims=True),
)
_sample_deviation = _standardized(_mean, _sample_std)
_by_variance = _standardized(_mean, lambda x: tf.math.reduce_variance(x, axis=0))
_only_centred = _standardized(_mean, lambda x: tf.ones_like(x[0]))
_only_divided = _standardized(lambda x: 0.0, _std)
_between_zero_and_one = _standardized(
    lambda x: tf.reduce_min(x, axis=0),
    lambda x: tf.reduce_max(x, axis=0) - tf.reduce_min(x, axis=0),
)


def _with_large(small):
    return _standardized(_mean, lambda x: _std(x) + small)


def _with_large_variance(small):
    return _standardized(_mean, lambda x: tf.sqrt(tf.math.reduce_variance(x, axis=0) + small))


def _zero_by_zero(x):
    x = tf.cast(x, tf.float64)
    return tf.cast((x - _mean(x)) / _std(x), tf.float32)


def _rounded(mean, small=0.0, small_variance=0.0, divide=tf.math.divide_no_nan):
    """`float32`의 평균과 표준편차. `mean`은 더하는 차례가 다른 방법들입니다."""

    def standardize(x):
        centred = tf.convert_to_tensor(x) - mean(x)
        variance = tf.convert_to_tensor(mean(centred**2)) + small_variance
        return divide(centred, tf.sqrt(variance) + small)

    return standardize


def _numpy_mean(x):
    return np.mean(np.asarray(x), axis=0)


def _column_means(x):
    return tf.stack([tf.reduce_mean(column) for column in tf.transpose(x)])


def _numpy_column_means(x):
    return np.stack([np.mean(column) for column in np.asarray(x).T.copy()])


def _with_old_velocity(w, v, grad, lr, beta):
    w.assign_sub(lr * v)
    v.assign(beta * v + grad)


def _nesterov(w, v, grad, lr, beta):
    v.assign(beta * v + grad)
    w.assign_sub(lr * (beta * v + grad))


def _nothing_assigned(w, v, grad, lr, beta):
    return w - lr * (beta * v + grad), beta * v + grad


def _only_weights_assigned(w, v, grad, lr, beta):
    w.assign_sub(lr * (beta * v + grad))


def _only_velocity_assigned(w, v, grad, lr, beta):
    v.assign(beta * v + grad)


def _uphill(w, v, grad, lr, beta):
    v.assign(beta * v + grad)
    w.assign_add(lr * v)


def _moving_average(w, v, grad, lr, beta):
    v.assign(beta * v + (1 - beta) * grad)
    w.assign_sub(lr * v)


def _without_momentum(w, v, grad, lr, beta):
    v.assign(beta * v + grad)
    w.assign_sub(lr * grad)


def _rate_in_velocity(w, v, grad, lr, beta):
    v.assign(beta * v + lr * grad)
    w.assign_sub(v)


def _velocity_added(w, v, grad, lr, beta):
    v.assign_add(beta * v + grad)
    w.assign_sub(lr * v)


_STARTS = (lambda a: a, lambda a: a * 0 + 1.0, lambda a: a / 2, lambda a: (a + 1) / 2)
"""흔히 시작하는 값."""


def _searching(stops, start, dtype=None):
    """`stops(x, 앞의 x, a, tol, 센 횟수)`까지 되풀이합니다. 끝나지 않을 것이면 바로 그만둡니다."""

    def newton_sqrt(a, tol=1e-6):
        # Scalars of NumPy are as exact as tensors, and many times faster.
        a = np.asarray(a, dtype)[()]
        number = a.dtype.type
        x, previous, tol = number(start(a)), None, number(tol)
        for count in range(200):
            if stops(x, previous, a, tol, count):
                return x
            previous, x = x, number((x + a / x) / number(2))
        raise TooLong

    return newton_sqrt


def _each_start(*stops, dtype=None):
    makes = [partial(_searching, each, start, dtype) for each in stops for start in _STARTS]
    return {"make": makes[0], "others": tuple(makes[1:])}


def _absolute(x, previous, a, tol, count):
    return abs(x * x - a) <= tol


def _absolute_step(x, previous, a, tol, count):
    return previous is not None and abs(x - previous) <= tol


def _one_sided(x, previous, a, tol, count):
    return x * x - a <= tol * a


def _other_side(x, previous, a, tol, count):
    return a - x * x <= tol * a


def _always_same(x, previous, a, tol, count):
    return abs(x * x - a) <= 1e-6 * a


def _always_same_step(x, previous, a, tol, count):
    return previous is not None and abs(x - previous) <= 1e-6 * x


def _counted(most):
    return lambda x, previous, a, tol, count: count == most


def _relative(x, previous, a, tol, count):
    return abs(x * x - a) <= tol * a


def _relative_step(x, previous, a, tol, count):
    return previous is not None and abs(x - previous) <= tol * x


EXERCISES = (
    FunctionExercise(
        id="eager.make_batch",
        unit="01_eager",
        number="1-1",
        title="이미지를 배치로",
        difficulty=1,
        minutes=10,
        subjects=("make_batch",),
        reference=make_batch,
        cases=batch_cases,
        groups=(
            FunctionItem(
                "모양 `(N, 28, 28, 1)`, 자료형 `float32`, 받은 배열은 그대로",
                1,
                (0, 1, 2, 3, 4),
                part="form",
            ),
            FunctionItem(
                "255로 나눈 값(이미지 한 장, 어두운 이미지, 검은 이미지도)",
                2,
                (0, 1, 2, 3, 4),
                part="value",
            ),
            FunctionItem("넘파이 배열 대신 텐서를 받아도 같습니다", 1, (5,), part="value", like=0),
        ),
        mistakes=(
            Mistake(
                make=lambda: _divided_by_maximum(tf.math.divide_no_nan),
                others=tuple(
                    partial(_divided_by_maximum, divide, axis)
                    for divide in (tf.divide, tf.math.divide_no_nan)
                    for axis in (None, (1, 2))
                ),
                advice="가장 밝은 값으로 나누면 어두운 이미지의 값이 달라지고, 검은 이미지에서는 나눌 수 "
                "없습니다. 언제나 255로 나누세요.",
            ),
            Mistake(make=lambda: _not_scaled, advice="[0, 1]로 바꾸지 않았습니다. 255로 나누세요."),
            Mistake(
                make=lambda: _floored,
                advice="나눈 몫의 소수가 버려졌습니다. `//`로 나누거나 나눈 다음에 정수로 바꾸지 않았는지 보세요.",
            ),
            Mistake(
                make=lambda: _divided_by_256,
                advice="256이 아니라 255로 나눕니다. 그래야 가장 밝은 값이 1이 됩니다.",
            ),
            Mistake(make=lambda: _minus_one_to_one, advice="[-1, 1]이 아니라 [0, 1]로 바꾸세요."),
        ),
        requirements=(
            "`make_batch(images)`: `images`는 모양 `(N, 28, 28)`, 자료형 `uint8`인 넘파이 배열이나 텐서",
            "결과의 모양은 `(N, 28, 28, 1)`, 자료형은 `float32`(텐서나 배열)",
            "값은 255로 나누어 [0, 1]로 바꿉니다. `N`은 1부터 얼마든지 될 수 있습니다.",
            "받은 배열의 내용은 바꾸지 않습니다.",
        ),
        hints=(
            "할 일은 셋입니다: 자료형 바꾸기, 나누기, 축 하나 더하기. 순서도 생각해 보세요.",
            "`tf.cast(x, tf.float32)`는 배열과 텐서를 모두 받습니다. "
            "축은 `x[..., tf.newaxis]`나 `tf.expand_dims(x, -1)`로 더합니다.",
            "`x = tf.cast(images, tf.float32) / 255.0` 다음에 `return x[..., tf.newaxis]`",
        ),
    ),
    FunctionExercise(
        id="eager.standardize",
        unit="01_eager",
        number="1-2",
        title="열마다 표준화하기",
        difficulty=2,
        minutes=15,
        subjects=("standardize",),
        reference=standardize,
        cases=feature_cases,
        groups=(
            FunctionItem(
                "같은 모양의 `float32`, 받은 배열은 그대로", 1, tuple(range(7)), part="form"
            ),
            FunctionItem(
                "열마다 평균 0, 표준편차 1", 2, (0, 1, 2, 3, 5, 6), part="value", columns="varied"
            ),
            FunctionItem("값이 모두 같은 열은 0", 1, (2, 3, 4), part="value", columns="constant"),
            FunctionItem(
                "0.1처럼 평균이 반올림되는 열도 0", 1, (5, 6), part="value", columns="constant"
            ),
            FunctionItem("넘파이 배열 대신 텐서를 받아도 같습니다", 1, (7,), part="value", like=0),
        ),
        tolerance=1e-3,
        describe=told_by_column,
        mistakes=(
            Mistake(
                make=lambda: _zero_by_zero,
                others=tuple(
                    partial(_rounded, mean, divide=tf.divide)
                    for mean in (_mean, _numpy_mean, _column_means, _numpy_column_means)
                ),
                advice="표준편차가 0인 열에서는 0/0이 `NaN`이 됩니다. "
                "`tf.math.divide_no_nan`이나 `tf.where`로 0이 되게 하세요.",
            ),
            Mistake(
                make=lambda: _rounded(_mean),
                others=(
                    *(
                        partial(_rounded, mean)
                        for mean in (_numpy_mean, _column_means, _numpy_column_means)
                    ),
                    *(partial(_rounded, _mean, small) for small in (1e-8, 1e-7, 1e-6)),
                    *(partial(_rounded, _mean, small_variance=small) for small in (1e-12, 1e-7)),
                ),
                advice="`float32`로 낸 평균이 반올림되어 원래의 수와 조금 다릅니다. 그래서 표준편차가 정확히 0이 "
                "아닙니다(0.1 일곱 개면 7.5e-9). `float64`로 바꾸어 계산하거나, 열의 최댓값과 최솟값이 같은지 "
                "보세요.",
            ),
            Mistake(
                make=lambda: _over_everything,
                advice="전체의 평균과 표준편차를 썼습니다. `axis=0`으로 열마다 구하세요.",
            ),
            Mistake(
                make=lambda: _over_rows,
                advice="행마다 표준화했습니다. 샘플(행)을 따라 줄이려면 `axis=0`입니다.",
            ),
            Mistake(
                make=lambda: _sample_deviation,
                advice="표준편차를 N−1로 나누어 구했습니다. 여기서는 N으로 나눕니다"
                "(`ddof=0`, `tf.math.reduce_std`의 방식).",
            ),
            Mistake(
                make=lambda: _by_variance,
                advice="분산으로 나누었습니다. 분산의 제곱근인 표준편차로 나누세요.",
            ),
            Mistake(
                make=lambda: _only_centred,
                advice="평균만 빼고 나누지 않았습니다. 표준편차로 나누세요.",
            ),
            Mistake(
                make=lambda: _between_zero_and_one,
                advice="최솟값과 최댓값으로 [0, 1]에 맞추는 것은 표준화가 아닙니다. "
                "평균을 빼고 표준편차로 나누세요.",
            ),
            Mistake(
                make=lambda: _only_divided,
                advice="표준편차로 나누기만 했습니다. 먼저 열마다 평균을 빼세요.",
            ),
            Mistake(
                make=lambda: _with_large(0.1),
                others=(
                    *(partial(_with_large, small) for small in (1, 0.01, 1e-3)),
                    *(partial(_with_large_variance, small) for small in (1, 0.1, 0.01, 1e-3, 1e-4)),
                ),
                advice="분모에 더한 수가 너무 큽니다. 표준편차가 0.1인 열도 있습니다. 1e-7처럼 작은 수를 쓰세요.",
            ),
        ),
        requirements=(
            "`standardize(x)`: `x`는 모양 `(N, D)`, 자료형 `float32`인 넘파이 배열이나 텐서. 값의 크기는 200 "
            "이하이고, 값이 모두 같지 않은 열의 표준편차는 0.1보다 큽니다.",
            "결과는 같은 모양의 `float32`(텐서나 배열)이고, 열마다 평균이 0, 표준편차가 1입니다. "
            "표준편차는 N으로 나누어 구합니다.",
            "값이 모두 같은 열은 `NaN`이 아니라 0이 됩니다. `N`이 1일 때도 그렇습니다.",
            "0.1이 일곱 개인 열처럼, `float32`로 낸 평균이 반올림되어 표준편차가 정확히 0이 되지 않는 열도 0이 됩니다.",
            "받은 배열의 내용은 바꾸지 않습니다.",
        ),
        hints=(
            "열마다 평균과 표준편차를 구하고, 빼고, 나눕니다. 모양 (N, D)와 (D,)의 계산은 브로드캐스팅이 합니다.",
            "`tf.reduce_mean(x, axis=0)`과 `tf.math.reduce_std(x, axis=0)`를 씁니다. "
            "0으로 나눌 때 0을 주는 함수는 `tf.math.divide_no_nan`입니다. "
            "`float64`로 바꾸어 계산하면 값이 모두 같은 열의 평균이 반올림되지 않습니다.",
            "`x = tf.cast(x, tf.float64)`, `mean = tf.reduce_mean(x, axis=0)`, "
            "`std = tf.math.reduce_std(x, axis=0)`, "
            "`return tf.cast(tf.math.divide_no_nan(x - mean, std), tf.float32)`",
        ),
    ),
    FunctionExercise(
        id="eager.momentum_step",
        unit="01_eager",
        number="1-3",
        title="변수를 제자리에서 바꾸는 모멘텀",
        difficulty=3,
        minutes=20,
        subjects=("momentum_step",),
        reference=momentum_step,
        cases=momentum_cases,
        groups=(
            FunctionItem("속도 `v`", 2, (0, 1, 2, 3), variables=("v",)),
            FunctionItem(
                "가중치 `w`를 바뀐 속도로",
                2,
                (0, 1, 2, 3),
                variables=("w",),
                follows=moved_by_velocity,
            ),
            FunctionItem("이어서 세 번 부르기", 1, (4,)),
        ),
        result=False,
        mistakes=(
            Mistake(
                make=lambda: _nothing_assigned,
                advice="`v = ...`과 `w = ...`은 이름을 다른 텐서에 붙일 뿐입니다. "
                "`v.assign(...)`으로 변수의 값을 바꾸세요.",
            ),
            Mistake(
                make=lambda: _only_velocity_assigned,
                advice="`w = ...`은 이름을 다른 텐서에 붙일 뿐입니다. `w.assign_sub(...)`로 변수의 값을 바꾸세요.",
            ),
            Mistake(
                make=lambda: _only_weights_assigned,
                advice="`v = ...`은 이름을 다른 텐서에 붙일 뿐입니다. `v.assign(...)`으로 변수의 값을 바꾸세요.",
            ),
            Mistake(
                make=lambda: _nesterov,
                advice="네스테로프 모멘텀의 식입니다. 여기서는 `w`에서 `lr * v`를 뺍니다.",
            ),
            Mistake(
                make=lambda: _with_old_velocity,
                advice="바꾸기 전의 `v`로 `w`를 움직였습니다. `v`를 먼저 바꾸세요.",
            ),
            Mistake(
                make=lambda: _uphill,
                advice="`w`가 반대로 움직였습니다. 손실이 줄어드는 쪽은 `w - lr * v`입니다.",
            ),
            Mistake(
                make=lambda: _moving_average,
                advice="`(1 - beta)`를 곱하지 않습니다. 명세의 식은 `beta * v + grad`입니다.",
            ),
            Mistake(
                make=lambda: _without_momentum,
                advice="`w`를 움직일 때 `grad`가 아니라 `v`를 쓰세요.",
            ),
            Mistake(
                make=lambda: _rate_in_velocity, advice="`lr`은 `v`가 아니라 `w`를 바꿀 때 곱합니다."
            ),
            Mistake(
                make=lambda: _velocity_added,
                advice="`assign_add`는 지금 값에 더합니다. `v.assign(beta * v + grad)`로 바꾸세요.",
            ),
        ),
        requirements=(
            "`momentum_step(w, v, grad, lr, beta)`: `w`와 `v`는 같은 모양의 `tf.Variable`, "
            "`grad`는 같은 모양의 텐서, `lr`과 `beta`는 파이썬 수",
            "먼저 속도를 바꿉니다: v ← beta · v + grad",
            "바뀐 속도로 가중치를 바꿉니다: w ← w − lr · v",
            "두 변수의 값을 제자리에서 바꿉니다. 무엇을 돌려주는지는 보지 않습니다.",
        ),
        hints=(
            "`w = ...`은 이름을 새 값에 붙일 뿐입니다. 변수의 값을 바꾸는 메서드가 따로 있습니다.",
            "`v.assign(새 값)`으로 바꾸고, `w.assign_sub(뺄 값)`으로 뺍니다. `v`가 먼저입니다.",
            "`v.assign(beta * v + grad)` 다음에 `w.assign_sub(lr * v)`",
        ),
    ),
    FunctionExercise(
        id="eager.newton_sqrt",
        unit="01_eager",
        number="1-4",
        title="뉴턴 방법으로 제곱근 구하기",
        difficulty=3,
        minutes=25,
        subjects=("newton_sqrt",),
        reference=newton_sqrt,
        cases=root_cases,
        groups=(
            FunctionItem("보통 크기의 수", 2, (0, 1, 2, 3)),
            FunctionItem("아주 작은 수와 아주 큰 수", 2, (4, 5, 6, 7)),
            FunctionItem("`tol`이 정한 정확도", 1, tuple(range(8, 13))),
        ),
        check_dtype=False,
        truth=lambda a, tol=1e-6: np.sqrt(np.float64(a)),
        seconds=2.0,
        mistakes=(
            Mistake(
                **_each_start(_absolute, _absolute_step),
                advice="차이를 `a`와 비교하지 않고 `tol`과 바로 비교합니다. "
                "그러면 작은 수에서는 너무 일찍 멈추고 큰 수에서는 끝나지 않습니다. `tol * a`와 비교하세요.",
            ),
            Mistake(
                **_each_start(_counted(1)),
                advice="한 번만 되풀이한 값과 같습니다. 반복문이 있는지, `return`이 그 안에 있지 않은지 보세요.",
            ),
            Mistake(
                **_each_start(_counted(0)),
                advice="한 번도 되풀이하지 않은 값과 같습니다. `return`의 들여쓰기, 멈추는 조건, x를 바꾸는 식을 보세요.",
            ),
            Mistake(
                **_each_start(_one_sided, _other_side),
                advice="차이가 음수일 때 바로 멈춘 값과 같습니다. 멈추는 조건에 절댓값(`abs(x * x - a)`)을 빠뜨리지 "
                "않았는지 보세요.",
            ),
            Mistake(
                **_each_start(_always_same, _always_same_step),
                advice="`tol`이 얼마든 1e-6에서 멈춥니다. 멈추는 조건에 `tol`을 쓰세요.",
            ),
            *(
                Mistake(
                    **_each_start(_counted(count)),
                    advice=f"{count}번만 되풀이한 값과 같습니다. 몇 번이 필요한지는 수마다 다르므로, "
                    "값을 보고 멈추는 `while`을 쓰세요.",
                )
                for count in (5, 10, 20)
            ),
            Mistake(
                **_each_start(_relative, _relative_step, dtype="float32"),
                advice="`float64` 텐서를 받아도 `float32`로 계산합니다. `float32`로는 1e-11까지 맞출 수 없습니다. "
                "받은 자료형 그대로 계산하세요.",
            ),
        ),
        loop=Loop(
            title="제곱근 함수 없이 되풀이해서 구합니다",
            points=2,
            advice="제곱근 함수 없이, x ← (x + a / x) / 2를 `while`로 되풀이하세요.",
            banned=("sqrt", "rsqrt", "isqrt"),
            banned_powers=(0.5, -0.5),
            banned_together=(("exp", "log"), ("exp2", "log2")),
            divides=True,
        ),
        requirements=(
            "`newton_sqrt(a, tol=1e-6)`: `a`는 0보다 큰 파이썬 `float` 또는 `float32`·`float64` 스칼라 텐서",
            "결과는 `a`의 제곱근(스칼라)이고, 상대 오차 |결과 − √a| / √a가 `tol`보다 작습니다.",
            "x ← (x + a / x) / 2를 되풀이합니다. 제곱근 함수(`sqrt`, `** 0.5`)나 "
            "지수와 로그는 쓰지 않습니다.",
            "`a`는 10⁻¹¹처럼 작거나 10¹¹처럼 클 수 있습니다.",
            "`float64` 텐서를 받으면 `float64`로 계산합니다. `tol`이 1e-6보다 작은 것은 이때뿐입니다.",
        ),
        hints=(
            "몇 번 되풀이할지 미리 알 수 없습니다. 값을 보고 멈추는 `while`이 필요합니다.",
            "x² 과 `a`의 차이가 `a`에 비해 작아지면 멈춥니다: `abs(x * x - a) > tol * a`인 동안 되풀이합니다.",
            "`x = a`에서 시작해 `while abs(x * x - a) > tol * a:` 안에서 `x = (x + a / x) / 2`, "
            "끝나면 `return x`",
        ),
    ),
)
