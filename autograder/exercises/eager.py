"""01 즉시 실행."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from autograder.exercise import FunctionExercise, Mistake
from autograder.exercise.function import Loop


def make_batch():
    def make_batch(images):
        x = tf.cast(images, tf.float32) / 255.0
        return x[..., tf.newaxis]

    return {"make_batch": make_batch}


def standardize():
    def standardize(x):
        mean = tf.reduce_mean(x, axis=0)
        std = tf.math.reduce_std(x, axis=0)
        return tf.math.divide_no_nan(x - mean, std)

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
    }
    arrays["tensor"] = images(int(random.randint(3, 8)))
    calls = [{"args": [{"array": name}]} for name in ("bright", "single", "dark", "none")]
    calls.append({"args": [{"tensor": "tensor"}]})
    return calls, arrays


def feature_cases(random):
    """열마다 평균과 크기가 다른 자료.

    상수인 열이 있는 자료는 행이 8개나 16개이고 그 값이 정수라서, 평균을 어떻게 내도 반올림 오차가 없습니다.
    """

    def features(rows, columns):
        scales = random.uniform(0.5, 20, columns)
        scales[random.randint(columns)] = random.uniform(0.1, 0.2)
        means = scales * random.uniform(-3, 3, columns)
        return (random.normal(0, 1, (rows, columns)) * scales + means).astype("float32")

    sizes = [(int(random.randint(8, 14)), int(random.randint(3, 6))) for _ in range(3)]
    arrays = {"x": features(*sizes[0]), "tensor": features(*sizes[1])}
    arrays["square"] = features(sizes[2][1], sizes[2][1])
    for name, value in (("constant", float(random.randint(2, 60))), ("zeros", 0.0)):
        columns = int(random.randint(3, 6))
        arrays[name] = features(int(random.choice([8, 16])), columns)
        arrays[name][:, random.randint(columns)] = value
    arrays["row"] = random.randint(-9, 9, (1, 4)).astype("float32")
    calls = [{"args": [{"array": name}]} for name in ("x", "square", "constant", "zeros", "row")]
    calls.append({"args": [{"tensor": "tensor"}]})
    return calls, arrays


def momentum_cases(random):
    def case(name, shape, times=1):
        for part in ("w", "v", "grad"):
            arrays[f"{name}/{part}"] = random.normal(0, 1, shape).astype("float32")
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
        call = {"args": [spec], "tolerance": 0.75 * (tol or 1e-6)}
        return call | ({"kwargs": {"tol": {"value": tol}}} if tol else {})

    calls = [case(power(0.2, 2)), case(power(-2, -0.2)), case(1.0), case(power(0.2, 2), "float32")]
    calls += [case(power(-11, -9)), case(power(-11, -9), "float32")]
    calls += [case(power(9, 11)), case(power(9, 11), "float32")]
    calls += [case(power(-3, 3), tol=tol) for tol in (0.1, 1e-3)]
    calls += [case(power(-3, 3), "float64", tol=1e-11), case(power(6, 8), "float64", tol=1e-11)]
    return calls, arrays


# ---------------------------------------------------------------- what is often done instead


def _divided_by_maximum(images):
    x = tf.cast(images, tf.float32)
    return tf.math.divide_no_nan(x, tf.reduce_max(x))[..., tf.newaxis]


def _not_scaled(images):
    return tf.cast(images, tf.float32)[..., tf.newaxis]


def _floored(images):
    return tf.cast(tf.cast(images, tf.int32) // 255, tf.float32)[..., tf.newaxis]


def _divided_by_256(images):
    return tf.cast(images, tf.float32)[..., tf.newaxis] / 256.0


def _minus_one_to_one(images):
    return tf.cast(images, tf.float32)[..., tf.newaxis] / 127.5 - 1.0


def _over_everything(x):
    return tf.math.divide_no_nan(x - tf.reduce_mean(x), tf.math.reduce_std(x))


def _over_rows(x):
    mean = tf.reduce_mean(x, axis=1, keepdims=True)
    return tf.math.divide_no_nan(x - mean, tf.math.reduce_std(x, axis=1, keepdims=True))


def _sample_deviation(x):
    rows = tf.cast(tf.shape(x)[0], tf.float32)
    std = tf.math.reduce_std(x, axis=0) * tf.sqrt(rows / tf.maximum(rows - 1, 1))
    return tf.math.divide_no_nan(x - tf.reduce_mean(x, axis=0), std)


def _by_variance(x):
    variance = tf.math.reduce_variance(x, axis=0)
    return tf.math.divide_no_nan(x - tf.reduce_mean(x, axis=0), variance)


def _only_centred(x):
    return x - tf.reduce_mean(x, axis=0)


def _between_zero_and_one(x):
    low, high = tf.reduce_min(x, axis=0), tf.reduce_max(x, axis=0)
    return tf.math.divide_no_nan(x - low, high - low)


def _with_old_velocity(w, v, grad, lr, beta):
    w.assign_sub(lr * v)
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
            ("여러 장의 이미지", 2, (0,)),
            ("이미지 한 장, 어두운 이미지, 검은 이미지", 1, (1, 2, 3)),
            ("넘파이 배열 대신 텐서를 받아도 같습니다", 1, (4,)),
        ),
        mistakes=(
            Mistake(
                make=lambda: _divided_by_maximum,
                advice="배치에서 가장 밝은 값으로 나누면 어두운 배치의 값이 달라집니다. "
                "항상 255로 나누세요.",
            ),
            Mistake(make=lambda: _not_scaled, advice="[0, 1]로 바꾸지 않았습니다. 255로 나누세요."),
            Mistake(make=lambda: _floored, advice="`//`는 몫만 남기는 나눗셈입니다. `/`를 쓰세요."),
            Mistake(
                make=lambda: _divided_by_256,
                advice="256이 아니라 255로 나눕니다. 그래야 가장 밝은 값이 1이 됩니다.",
            ),
            Mistake(make=lambda: _minus_one_to_one, advice="[-1, 1]이 아니라 [0, 1]로 바꾸세요."),
        ),
        requirements=(
            "`make_batch(images)`: `images`는 모양 `(N, 28, 28)`, 자료형 `uint8`인 넘파이 배열이나 텐서",
            "결과의 모양은 `(N, 28, 28, 1)`, 자료형은 `float32`(텐서나 배열)",
            "값은 255로 나누어 [0, 1]로 바꿉니다. `N`은 얼마든지 될 수 있습니다.",
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
            ("열마다 평균 0, 표준편차 1", 3, (0, 1)),
            ("값이 모두 같은 열은 0", 2, (2, 3, 4)),
            ("넘파이 배열 대신 텐서를 받아도 같습니다", 1, (5,)),
        ),
        tolerance=1e-3,
        mistakes=(
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
        ),
        advice={
            "값이 모두 같은 열은 0": "표준편차가 0인 열에서는 0/0이 `NaN`이 됩니다. "
            "`tf.math.divide_no_nan`이나 `tf.where`로 0이 되게 하세요.",
            "열마다 평균 0, 표준편차 1": "결과의 열마다 평균과 표준편차를 직접 출력해 보세요. "
            "분모에 더한 작은 수가 너무 크지 않은지도 보세요.",
        },
        requirements=(
            "`standardize(x)`: `x`는 모양 `(N, D)`, 자료형 `float32`인 넘파이 배열이나 텐서",
            "결과는 같은 모양의 `float32`(텐서나 배열)이고, 열마다 평균이 0, 표준편차가 1입니다. "
            "표준편차는 N으로 나누어 구합니다.",
            "값이 모두 같은 열은 `NaN`이 아니라 0이 됩니다. `N`이 1일 때도 그렇습니다.",
            "받은 배열의 내용은 바꾸지 않습니다.",
        ),
        hints=(
            "열마다 평균과 표준편차를 구하고, 빼고, 나눕니다. 모양 (N, D)와 (D,)의 계산은 브로드캐스팅이 합니다.",
            "`tf.reduce_mean(x, axis=0)`과 `tf.math.reduce_std(x, axis=0)`를 씁니다. "
            "0으로 나눌 때 0을 주는 함수는 `tf.math.divide_no_nan`입니다.",
            "`mean = tf.reduce_mean(x, axis=0)`, `std = tf.math.reduce_std(x, axis=0)`, "
            "`return tf.math.divide_no_nan(x - mean, std)`",
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
            ("속도가 0일 때의 첫 스텝", 1, (0,)),
            ("속도가 있을 때: 벡터, 행렬, 스칼라 변수", 3, (1, 2, 3)),
            ("이어서 세 번 부르기", 1, (4,)),
        ),
        result=False,
        mistakes=(
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
            ("보통 크기의 수", 2, (0, 1, 2, 3)),
            ("아주 작은 수와 아주 큰 수", 2, (4, 5, 6, 7)),
            ("`tol`이 정한 정확도", 1, (8, 9, 10, 11)),
        ),
        check_dtype=False,
        truth=lambda a, tol=1e-6: np.sqrt(np.float64(a)),
        seconds=2.0,
        advice={
            "아주 작은 수와 아주 큰 수": "x² − a가 작은지는 `a`에 견주어 보아야 합니다. "
            "작은 수에서는 너무 일찍 멈추고 큰 수에서는 끝나지 않을 수 있습니다.",
            "`tol`이 정한 정확도": "`tol`을 멈추는 조건에 쓰는지, `float64` 텐서를 받으면 "
            "`float64`로 계산하는지 보세요.",
            "보통 크기의 수": "x ← (x + a / x) / 2를 되풀이하는지, 멈추는 조건이 맞는지 보세요.",
        },
        loop=Loop(
            title="제곱근 함수 없이 되풀이해서 구합니다",
            points=2,
            advice="제곱근 함수 없이, x ← (x + a / x) / 2를 `while`로 되풀이하세요.",
            banned=("sqrt", "rsqrt", "isqrt"),
            banned_powers=(0.5, -0.5),
            banned_together=(("exp", "log"), ("exp2", "log2")),
        ),
        requirements=(
            "`newton_sqrt(a, tol=1e-6)`: `a`는 0보다 큰 파이썬 `float` 또는 `float32`·`float64` 스칼라 텐서",
            "결과는 `a`의 제곱근(스칼라)이고, 상대 오차 |결과 − √a| / √a가 `tol`보다 작습니다.",
            "x ← (x + a / x) / 2를 되풀이합니다. 제곱근 함수(`sqrt`, `** 0.5`)는 쓰지 않습니다.",
            "`a`는 10⁻¹¹처럼 작거나 10¹¹처럼 클 수 있습니다.",
            "`float64` 텐서를 받으면 `float64`로 계산합니다. `tol`이 1e-6보다 작은 것은 이때뿐입니다.",
        ),
        hints=(
            "몇 번 되풀이할지 미리 알 수 없습니다. 값을 보고 멈추는 `while`이 필요합니다.",
            "x² 과 `a`의 차이가 `a`에 견주어 작아지면 멈춥니다: `abs(x * x - a) > tol * a`인 동안 되풀이합니다.",
            "`x = a`에서 시작해 `while abs(x * x - a) > tol * a:` 안에서 `x = (x + a / x) / 2`, "
            "끝나면 `return x`",
        ),
    ),
)
