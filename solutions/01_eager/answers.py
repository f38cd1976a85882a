"""01 즉시 실행: 맞는 답과 틀린 답."""

import decimal
import functools
import math
import statistics

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from autograder.authoring.answers import right, wrong

# ---------------------------------------------------------------- 1-1 eager.make_batch


@right("eager.make_batch", "tf.cast와 tf.newaxis")
def batch_plain():
    def make_batch(images):
        return (tf.cast(images, tf.float32) / 255.0)[..., tf.newaxis]

    return make_batch


@right("eager.make_batch", "tf.expand_dims를 먼저, 곱셈으로")
def batch_expand_first():
    def make_batch(images):
        images = tf.expand_dims(images, axis=-1)
        return tf.cast(images, "float32") * (1 / 255)

    return make_batch


@right("eager.make_batch", "넘파이로 바꾸어 배열을 돌려줌")
def batch_numpy():
    def make_batch(images):
        images = np.array(images)
        return images.reshape(-1, 28, 28, 1).astype(np.float32) / np.float32(255)

    return make_batch


@right("eager.make_batch", "tf.image.convert_image_dtype")
def batch_image():
    def make_batch(images):
        x = tf.convert_to_tensor(images)
        return tf.image.convert_image_dtype(tf.stack([x], axis=3), tf.float32)

    return make_batch


@right("eager.make_batch", "tf.function이 붙은 keras.ops")
def batch_graph():
    @tf.function
    def make_batch(images):
        x = ops.cast(images, "float32")
        return ops.reshape(x, (-1, 28, 28, 1)) / 255

    return make_batch


@right("eager.make_batch", "한 장씩 바꾸어 쌓기")
def batch_one_by_one():
    def make_batch(images):
        made = [tf.reshape(tf.cast(image, tf.float32), (28, 28, 1)) / 255 for image in images]
        return tf.stack(made)

    return make_batch


@right("eager.make_batch", "케라스의 Rescaling 층과 lambda")
def batch_layer():
    return lambda images: keras.layers.Rescaling(1 / 255)(tf.convert_to_tensor(images)[..., None])


@wrong("eager.make_batch", "텐서에 astype을 씀", expect="`tf.cast`, `tf.reshape`", typical=True)
def batch_astype():
    def make_batch(images):
        return images.astype("float32")[..., np.newaxis] / 255

    return make_batch


@wrong(
    "eager.make_batch",
    "넘파이의 나눗셈은 float64",
    expect="자료형이 `float32`여야 하는데 `float64`",
    typical=True,
)
def batch_double():
    def make_batch(images):
        return np.asarray(images)[..., np.newaxis] / 255.0

    return make_batch


@wrong("eager.make_batch", "축을 앞에 더함", expect="모양이", typical=True)
def batch_wrong_axis():
    def make_batch(images):
        return (tf.cast(images, tf.float32) / 255.0)[tf.newaxis]

    return make_batch


@wrong("eager.make_batch", "축을 더하지 않음", expect="28, 28, 1)`이어야 하는데", typical=True)
def batch_no_axis():
    def make_batch(images):
        return tf.cast(images, tf.float32) / 255.0

    return make_batch


@wrong("eager.make_batch", "가장 큰 값으로 나눔", expect="언제나 255로 나누세요", typical=True)
def batch_max():
    def make_batch(images):
        x = tf.cast(images, tf.float32)
        return (x / tf.maximum(tf.reduce_max(x), 1.0))[..., tf.newaxis]

    return make_batch


@wrong("eager.make_batch", "나누지 않음", expect="255로 나누세요", typical=True)
def batch_not_scaled():
    def make_batch(images):
        return tf.cast(images, tf.float32)[..., tf.newaxis]

    return make_batch


@wrong("eager.make_batch", "정수로 나눈 다음 float32로", expect="나눈 몫의 소수가 버려졌습니다")
def batch_floor():
    def make_batch(images):
        return tf.cast(np.asarray(images) // 255, tf.float32)[..., tf.newaxis]

    return make_batch


@wrong("eager.make_batch", "256으로 나눔", expect="256이 아니라 255로", typical=True)
def batch_256():
    def make_batch(images):
        return tf.cast(images, tf.float32)[..., tf.newaxis] / 256

    return make_batch


@wrong("eager.make_batch", "[-1, 1]로 바꿈", expect="[-1, 1]이 아니라 [0, 1]")
def batch_symmetric():
    def make_batch(images):
        return tf.cast(images, tf.float32)[..., tf.newaxis] / 127.5 - 1

    return make_batch


@wrong("eager.make_batch", "배치 크기를 못박음", expect="실행하다가 오류가 났습니다")
def batch_fixed_size():
    def make_batch(images):
        return tf.reshape(tf.cast(images, tf.float32), (32, 28, 28, 1)) / 255

    return make_batch


@wrong("eager.make_batch", "return을 빠뜨림", expect="아무것도 돌려주지 않습니다", typical=True)
def batch_no_return():
    def make_batch(images):
        images = tf.cast(images, tf.float32)[..., tf.newaxis] / 255

    return make_batch


@wrong("eager.make_batch", "받은 배열을 고침", expect="인수로 받은 넘파이 배열의 내용이 바뀝니다")
def batch_changes():
    def make_batch(images):
        result = tf.cast(images, tf.float32)[..., tf.newaxis] / 255
        if isinstance(images, np.ndarray):
            images[:] = 0
        return result

    return make_batch


@wrong("eager.make_batch", "파이썬 리스트를 돌려줌", expect="배열이 아니라 파이썬 리스트입니다")
def batch_list():
    def make_batch(images):
        return (tf.cast(images, tf.float32)[..., tf.newaxis] / 255).numpy().tolist()

    return make_batch


@wrong("eager.make_batch", "함수가 아니라 결과를 넘김", expect="함수가 아니라")
def batch_value():
    return tf.zeros((3, 28, 28, 1))


@right("eager.make_batch", "표에서 찾아 tf.gather")
def batch_table():
    table = tf.range(256, dtype=tf.float32) / 255

    def make_batch(images):
        return tf.gather(table, tf.cast(images, tf.int32))[..., tf.newaxis]

    return make_batch


@right("eager.make_batch", "화소마다 파이썬으로")
def batch_pixels():
    def make_batch(images):
        rows = [[[[p / 255] for p in row] for row in image] for image in np.array(images).tolist()]
        return tf.constant(rows, tf.float32)

    return make_batch


@right("eager.make_batch", "나눌 수를 partial로, einsum으로 축을")
def batch_partial():
    def scaled(scale, images):
        return tf.einsum("nhw,c->nhwc", tf.cast(images, tf.float32), tf.constant([1 / scale]))

    return functools.partial(scaled, 255.0)


@right("eager.make_batch", "부를 수 있는 객체와 Dataset")
def batch_object():
    class MakeBatch:
        def __call__(self, images):
            pictures = tf.data.Dataset.from_tensor_slices(images)
            scaled = pictures.map(lambda image: tf.cast(image[..., None], tf.float32) / 255.0)
            return next(iter(scaled.batch(len(images))))

    return MakeBatch()


@wrong("eager.make_batch", "이미지마다 가장 큰 값으로 나눔", expect="언제나 255로 나누세요")
def batch_each_maximum():
    def make_batch(images):
        x = tf.cast(images, tf.float32)[..., tf.newaxis]
        return x / tf.reduce_max(x, axis=(1, 2, 3), keepdims=True)

    return make_batch


@wrong(
    "eager.make_batch",
    "나눈 다음 uint8로",
    expect="나눈 다음에 정수로 바꾸지 않았는지 보세요",
    never=("`/`를 쓰세요",),
)
def batch_cast_late():
    def make_batch(images):
        return tf.cast(tf.convert_to_tensor(images) / 255, tf.uint8)[..., tf.newaxis]

    return make_batch


@wrong(
    "eager.make_batch",
    "앞의 서른두 장만",
    expect="28, 28, 1)`이어야 하는데 `(32, 28, 28, 1)`입니다",
)
def batch_first_images():
    def make_batch(images):
        return (tf.cast(images, tf.float32)[..., tf.newaxis] / 255.0)[:32]

    return make_batch


@wrong("eager.make_batch", "튜플에 담아 돌려줌", expect="결과가 텐서나 배열이 아니라 튜플입니다")
def batch_tuple():
    def make_batch(images):
        return tf.cast(images, tf.float32)[..., tf.newaxis] / 255.0, None

    return make_batch


@wrong(
    "eager.make_batch",
    "float16을 돌려줌",
    expect="`float32`여야 하는데 `float16`입니다",
    never=("값이 명세와 다릅니다",),
)
def batch_half():
    def make_batch(images):
        return tf.cast(images, tf.float16)[..., tf.newaxis] / 255

    return make_batch


# ---------------------------------------------------------------- 1-2 eager.standardize


@right("eager.standardize", "float64로 바꾸어 tf의 평균과 표준편차, divide_no_nan")
def standard_plain():
    def standardize(x):
        x = tf.cast(x, tf.float64)
        mean = tf.reduce_mean(x, axis=0)
        std = tf.math.reduce_std(x, axis=0)
        return tf.cast(tf.math.divide_no_nan(x - mean, std), tf.float32)

    return standardize


@right("eager.standardize", "float32 그대로, 최댓값과 최솟값이 같은 열을 0으로")
def standard_extremes():
    def standardize(x):
        std = tf.math.reduce_std(x, axis=0)
        scaled = tf.math.divide_no_nan(x - tf.reduce_mean(x, axis=0), std)
        same = tf.reduce_max(x, axis=0) == tf.reduce_min(x, axis=0)
        return tf.where(same, 0.0, scaled)

    return standardize


@right("eager.standardize", "넘파이의 float64와 np.where")
def standard_numpy():
    def standardize(x):
        x = np.asarray(x, dtype="float64")
        std = x.std(axis=0)
        return ((x - x.mean(axis=0)) / np.where(std == 0, 1, std)).astype("float32")

    return standardize


@right("eager.standardize", "float32 그대로, 표준편차가 아주 작은 열을 0으로")
def standard_threshold():
    def standardize(x):
        x = np.asarray(x)
        std = np.std(x, axis=0, keepdims=True)
        return np.where(std < 1e-3, np.float32(0), (x - np.mean(x, axis=0)) / np.maximum(std, 1e-3))

    return standardize


@right("eager.standardize", "첫 행을 먼저 빼서")
def standard_first_row():
    def standardize(x):
        x = x - tf.convert_to_tensor(x)[0]
        std = tf.math.reduce_std(x, axis=0)
        return tf.math.divide_no_nan(x - tf.reduce_mean(x, axis=0), std)

    return standardize


@right("eager.standardize", "float64의 tf.nn.moments와 아주 작은 수 더하기")
def standard_moments():
    def standardize(x):
        x = tf.cast(x, "float64")
        mean, variance = tf.nn.moments(x, axes=[0], keepdims=True)
        return tf.cast((x - mean) / (tf.sqrt(variance) + 1e-7), "float32")

    return standardize


@right("eager.standardize", "float64의 tf.nn.batch_normalization")
def standard_batch_norm():
    def standardize(x):
        x = tf.cast(x, tf.float64)
        mean, variance = tf.nn.moments(x, axes=0)
        return tf.cast(tf.nn.batch_normalization(x, mean, variance, None, None, 1e-6), tf.float32)

    return standardize


@right("eager.standardize", "케라스의 Normalization 층에 첫 행을 뺀 것을")
def standard_layer():
    def standardize(x):
        x = np.asarray(x)
        layer = keras.layers.Normalization(axis=-1)
        layer.adapt(x - x[0])
        return layer(x - x[0])

    return standardize


@right("eager.standardize", "열마다 for 문으로")
def standard_columns():
    def standardize(x):
        columns = []
        for j in range(x.shape[1]):
            column = tf.convert_to_tensor(x)[:, j]
            centred = column - tf.reduce_mean(column)
            std = tf.sqrt(tf.reduce_mean(centred**2))
            same = tf.reduce_all(column == column[0])
            columns.append(tf.zeros_like(column) if same else centred / std)
        return tf.stack(columns, axis=1)

    return standardize


@right("eager.standardize", "float64로 계산하고 float32로 돌려주는 tf.function")
def standard_double():
    @tf.function
    def standardize(x):
        wide = tf.cast(x, tf.float64)
        centred = wide - tf.reduce_mean(wide, 0)
        std = tf.math.reduce_std(wide, 0)
        return tf.cast(tf.where(std > 0, centred / std, 0.0), tf.float32)

    return standardize


@right("eager.standardize", "float64의 keras.ops와 NaN을 0으로")
def standard_nan():
    def standardize(x):
        x = ops.cast(x, "float64")
        return ops.cast(ops.nan_to_num((x - ops.mean(x, axis=0)) / ops.std(x, axis=0)), "float32")

    return standardize


@wrong(
    "eager.standardize",
    "float32 그대로 divide_no_nan",
    expect="평균이 반올림되어 원래의 수와 조금 다릅니다",
    never=("0/0",),
    typical=True,
)
def standard_single():
    def standardize(x):
        mean = tf.reduce_mean(x, axis=0)
        std = tf.math.reduce_std(x, axis=0)
        return tf.math.divide_no_nan(x - mean, std)

    return standardize


@wrong(
    "eager.standardize",
    "float32 그대로 np.where(std == 0)",
    expect="평균이 반올림되어 원래의 수와 조금 다릅니다",
)
def standard_single_numpy():
    def standardize(x):
        x = np.asarray(x)
        std = x.std(axis=0)
        return (x - x.mean(axis=0)) / np.where(std == 0, 1, std)

    return standardize


@wrong(
    "eager.standardize",
    "float32 그대로 1e-7을 더함",
    expect="평균이 반올림되어 원래의 수와 조금 다릅니다",
)
def standard_single_small():
    def standardize(x):
        mean, variance = tf.nn.moments(tf.convert_to_tensor(x), axes=[0], keepdims=True)
        return (x - mean) / (tf.sqrt(variance) + 1e-7)

    return standardize


@wrong(
    "eager.standardize",
    "float32 그대로 열마다 for 문으로",
    expect="평균이 반올림되어 원래의 수와 조금 다릅니다",
)
def standard_single_columns():
    def standardize(x):
        columns = []
        for column in tf.unstack(tf.convert_to_tensor(x), axis=1):
            centred = column - tf.reduce_mean(column)
            std = tf.sqrt(tf.reduce_mean(centred**2))
            columns.append(centred / std if std > 0 else tf.zeros_like(column))
        return tf.stack(columns, axis=1)

    return standardize


@wrong(
    "eager.standardize",
    "케라스의 Normalization 층",
    expect="0.1처럼 평균이 반올림되는 열도 0: 값이 모두 같은 열은 0이어야 하는데",
)
def standard_single_layer():
    def standardize(x):
        layer = keras.layers.Normalization(axis=-1)
        layer.adapt(np.asarray(x))
        return layer(x)

    return standardize


@wrong("eager.standardize", "0으로 나눔", expect="0/0이 `NaN`이 됩니다", typical=True)
def standard_zero_division():
    def standardize(x):
        return (x - tf.reduce_mean(x, axis=0)) / tf.math.reduce_std(x, axis=0)

    return standardize


@wrong(
    "eager.standardize",
    "전체의 평균과 표준편차",
    expect="전체의 평균과 표준편차를 썼습니다",
    typical=True,
)
def standard_everything():
    def standardize(x):
        return tf.math.divide_no_nan(x - tf.reduce_mean(x), tf.math.reduce_std(x))

    return standardize


@wrong(
    "eager.standardize",
    "행마다 표준화",
    expect="샘플(행)을 따라 줄이려면 `axis=0`입니다",
    typical=True,
)
def standard_rows():
    def standardize(x):
        x = np.asarray(x)
        mean, std = x.mean(1, keepdims=True), x.std(1, keepdims=True)
        return (x - mean) / np.where(std == 0, 1, std)

    return standardize


@wrong("eager.standardize", "행의 평균을 keepdims 없이", expect="`keepdims=True`")
def standard_no_keepdims():
    def standardize(x):
        mean = tf.reduce_mean(x, axis=1)
        return tf.math.divide_no_nan(x - mean, tf.math.reduce_std(x, axis=1))

    return standardize


@wrong("eager.standardize", "N-1로 나눈 표준편차", expect="N−1로 나누어 구했습니다", typical=True)
def standard_ddof():
    def standardize(x):
        x = np.asarray(x)
        if len(x) == 1:
            return np.zeros_like(x)
        std = x.std(axis=0, ddof=1)
        return ((x - x.mean(axis=0)) / np.where(std == 0, 1, std)).astype("float32")

    return standardize


@wrong("eager.standardize", "분산으로 나눔", expect="분산으로 나누었습니다", typical=True)
def standard_variance():
    def standardize(x):
        mean, variance = tf.nn.moments(tf.convert_to_tensor(x), axes=0)
        return tf.math.divide_no_nan(x - mean, variance)

    return standardize


@wrong("eager.standardize", "평균만 뺌", expect="평균만 빼고 나누지 않았습니다")
def standard_centred():
    def standardize(x):
        return x - tf.reduce_mean(x, axis=0)

    return standardize


@wrong("eager.standardize", "평균을 빼지 않음", expect="표준편차로 나누기만 했습니다", typical=True)
def standard_not_centred():
    def standardize(x):
        return tf.math.divide_no_nan(x, tf.math.reduce_std(x, axis=0))

    return standardize


@wrong("eager.standardize", "[0, 1]에 맞춤", expect="표준화가 아닙니다")
def standard_min_max():
    def standardize(x):
        low = tf.reduce_min(x, axis=0)
        return tf.math.divide_no_nan(x - low, tf.reduce_max(x, axis=0) - low)

    return standardize


@wrong(
    "eager.standardize", "분모에 0.1을 더함", expect="분모에 더한 수가 너무 큽니다", never=("0/0",)
)
def standard_large_epsilon():
    def standardize(x):
        return (x - tf.reduce_mean(x, axis=0)) / (tf.math.reduce_std(x, axis=0) + 0.1)

    return standardize


@wrong(
    "eager.standardize",
    "0이 아니라 1로 채움",
    expect="열에 `1`이 있습니다",
    never=("0/0", "반올림되어"),
)
def standard_ones():
    def standardize(x):
        std = tf.math.reduce_std(x, axis=0)
        scaled = (x - tf.reduce_mean(x, axis=0)) / std
        return tf.where(std == 0, tf.ones_like(scaled), scaled)

    return standardize


@wrong("eager.standardize", "상수인 열을 버림", expect="결과의 모양이")
def standard_drops():
    def standardize(x):
        x = np.asarray(x)
        x = x[:, x.std(axis=0) > 0]
        return (x - x.mean(axis=0)) / x.std(axis=0)

    return standardize


@wrong(
    "eager.standardize",
    "받은 배열을 제자리에서 고침",
    expect="인수로 받은 넘파이 배열의 내용이 바뀝니다",
    typical=True,
)
def standard_in_place():
    def standardize(x):
        x -= np.mean(x, axis=0)
        std = np.std(x, axis=0)
        return x / np.where(std == 0, 1, std)

    return standardize


@wrong(
    "eager.standardize",
    "float64를 돌려줌",
    expect="자료형이 `float32`여야 하는데 `float64`",
    typical=True,
)
def standard_float64():
    def standardize(x):
        x = np.asarray(x, dtype="float64")
        std = x.std(axis=0)
        return (x - x.mean(axis=0)) / np.where(std == 0, 1, std)

    return standardize


@wrong("eager.standardize", "층 정규화(행마다)", expect="행마다 표준화했습니다")
def standard_layer_norm():
    return lambda x: keras.layers.LayerNormalization(center=False, scale=False)(x)


@right("eager.standardize", "statistics 모듈로 열마다")
def standardize_statistics():
    def standardize(x):
        columns = zip(*np.asarray(x).astype(float).tolist(), strict=True)
        done = []
        for column in columns:
            mean, spread = statistics.fmean(column), statistics.pstdev(column)
            done.append([(value - mean) / spread if spread else 0.0 for value in column])
        return np.array(done, dtype=np.float32).T

    return standardize


@wrong(
    "eager.standardize",
    "행과 열을 바꾸어 돌려줌",
    expect="축의 순서가 다릅니다",
    never=("값이 모두 같은 열은 0이어야",),
)
def standardize_transposed():
    def standardize(x):
        x = tf.cast(x, tf.float64)
        mean, std = tf.reduce_mean(x, axis=0), tf.math.reduce_std(x, axis=0)
        return tf.transpose(tf.cast(tf.math.divide_no_nan(x - mean, std), tf.float32))

    return standardize


# ---------------------------------------------------------------- 1-3 eager.momentum_step


@right("eager.momentum_step", "assign과 assign_sub")
def momentum_plain():
    def momentum_step(w, v, grad, lr, beta):
        v.assign(beta * v + grad)
        w.assign_sub(lr * v)

    return momentum_step


@right("eager.momentum_step", "새 속도를 먼저 구해 두고 둘 다 돌려줌")
def momentum_new_velocity():
    def momentum_step(w, v, grad, lr, beta):
        velocity = v * beta + grad
        w.assign(w - lr * velocity)
        v.assign(velocity)
        return w, v

    return momentum_step


@right("eager.momentum_step", "tf.function")
def momentum_graph():
    @tf.function
    def momentum_step(w, v, grad, lr, beta):
        v.assign(beta * v)
        v.assign_add(grad)
        w.assign_add(-lr * v)

    return momentum_step


@right("eager.momentum_step", "넘파이로 계산해 assign")
def momentum_numpy():
    def momentum_step(w, v, grad, lr, beta):
        velocity = beta * v.numpy() + grad.numpy()
        v.assign(velocity)
        w.assign(w.numpy() - lr * velocity)

    return momentum_step


@right("eager.momentum_step", "assign이 돌려주는 변수를 이어 씀")
def momentum_chained():
    return lambda w, v, grad, lr, beta: w.assign_sub(lr * v.assign(beta * v + grad))


@right("eager.momentum_step", "v와 w를 한꺼번에 풀어 쓴 식")
def momentum_expanded():
    def momentum_step(w, v, grad, lr=0.1, beta=0.9):
        w.assign(w - lr * beta * v - lr * grad)
        v.assign(tf.add(tf.multiply(v, beta), grad))

    return momentum_step


@wrong(
    "eager.momentum_step", "이름만 바꿈", expect="변수 `w`가 부르기 전과 똑같습니다", typical=True
)
def momentum_rebinding():
    def momentum_step(w, v, grad, lr, beta):
        v = beta * v + grad
        w = w - lr * v
        return w, v

    return momentum_step


@wrong(
    "eager.momentum_step",
    "v는 바꾸고 w는 이름만",
    expect="변수 `w`가 부르기 전과 똑같습니다.  (0/2)\n"
    "     `w = ...`은 이름을 다른 텐서에 붙일 뿐입니다",
)
def momentum_half():
    def momentum_step(w, v, grad, lr, beta):
        v.assign(beta * v + grad)
        w = w - lr * v

    return momentum_step


@wrong("eager.momentum_step", "새 변수를 만들어 돌려줌", expect="부르기 전과 똑같습니다")
def momentum_new_variables():
    def momentum_step(w, v, grad, lr, beta):
        v = tf.Variable(beta * v + grad)
        return tf.Variable(w - lr * v), v

    return momentum_step


@wrong("eager.momentum_step", "옛 속도로 움직임", expect="`v`를 먼저 바꾸세요", typical=True)
def momentum_old():
    def momentum_step(w, v, grad, lr, beta):
        w.assign_sub(lr * v)
        v.assign(beta * v + grad)

    return momentum_step


@wrong(
    "eager.momentum_step", "더하는 쪽으로 움직임", expect="`w`가 반대로 움직였습니다", typical=True
)
def momentum_uphill():
    def momentum_step(w, v, grad, lr, beta):
        v.assign(beta * v + grad)
        w.assign_add(lr * v)

    return momentum_step


@wrong(
    "eager.momentum_step",
    "(1 - beta)를 곱함",
    expect="`(1 - beta)`를 곱하지 않습니다",
    typical=True,
)
def momentum_average():
    def momentum_step(w, v, grad, lr, beta):
        v.assign(beta * v + (1 - beta) * grad)
        w.assign_sub(lr * v)

    return momentum_step


@wrong(
    "eager.momentum_step", "w를 grad로 움직임", expect="`grad`가 아니라 `v`를 쓰세요", typical=True
)
def momentum_plain_descent():
    def momentum_step(w, v, grad, lr, beta):
        v.assign(beta * v + grad)
        w.assign_sub(lr * grad)

    return momentum_step


@wrong(
    "eager.momentum_step",
    "lr을 속도에 곱함",
    expect="`lr`은 `v`가 아니라 `w`를 바꿀 때 곱합니다",
    typical=True,
)
def momentum_rate():
    def momentum_step(w, v, grad, lr, beta):
        v.assign(beta * v + lr * grad)
        w.assign_sub(v)

    return momentum_step


@wrong(
    "eager.momentum_step",
    "assign 대신 assign_add",
    expect="`assign_add`는 지금 값에 더합니다",
    typical=True,
)
def momentum_added():
    def momentum_step(w, v, grad, lr, beta):
        v.assign_add(beta * v + grad)
        w.assign_sub(lr * v)

    return momentum_step


@wrong("eager.momentum_step", "네스테로프 모멘텀", expect="네스테로프 모멘텀의 식입니다")
def momentum_nesterov():
    def momentum_step(w, v, grad, lr, beta):
        v.assign(beta * v + grad)
        w.assign_sub(lr * (beta * v + grad))

    return momentum_step


@wrong(
    "eager.momentum_step",
    "처음 만든 속도를 전역에 두고 씀",
    expect="변수 `v`가 부르기 전과 똑같습니다",
    never=("이름을 다른 텐서에",),
)
def momentum_global():
    memory = {}

    def momentum_step(w, v, grad, lr, beta):
        key = tuple(w.shape)
        memory[key] = beta * memory.get(key, tf.zeros_like(grad)) + grad
        w.assign_sub(lr * memory[key])

    return momentum_step


@wrong(
    "eager.momentum_step",
    "변수에 -=",
    expect="`assign`, `assign_add`, `assign_sub`를 쓰세요",
    typical=True,
)
def momentum_minus_equals():
    def momentum_step(w, v, grad, lr, beta):
        v *= beta
        v += grad
        w -= lr * v

    return momentum_step


@right("eager.momentum_step", "가변 인수와 조각의 assign")
def momentum_slices():
    def momentum_step(*given):
        w, v, grad, lr, beta = given
        v[...].assign(beta * v + grad)
        w[...].assign(w - lr * v)

    return momentum_step


@right("eager.momentum_step", "원시 연산 하나로")
def momentum_raw():
    def momentum_step(w, v, grad, lr, beta):
        tf.raw_ops.ResourceApplyMomentum(
            var=w.handle,
            accum=v.handle,
            lr=tf.constant(lr, w.dtype),
            grad=grad,
            momentum=tf.constant(beta, w.dtype),
        )

    return momentum_step


@wrong(
    "eager.momentum_step",
    "케라스의 SGD를 새로 만들어 씀",
    expect="변수 `v`가 부르기 전과 똑같습니다",
)
def momentum_keras():
    def momentum_step(w, v, grad, lr, beta):
        keras.optimizers.SGD(lr, momentum=beta).apply_gradients([(grad, w)])

    return momentum_step


# ---------------------------------------------------------------- 1-4 eager.newton_sqrt


@right("eager.newton_sqrt", "a에서 시작해 x²과 a를 비교")
def root_plain():
    def newton_sqrt(a, tol=1e-6):
        x = a
        while abs(x * x - a) > tol * a:
            x = (x + a / x) / 2
        return x

    return newton_sqrt


@right("eager.newton_sqrt", "1에서 시작해 앞뒤의 차이를 비교")
def root_steps():
    def newton_sqrt(a, tol=1e-6):
        x, previous = 0 * a + 1, 0 * a
        while abs(x - previous) > tol * x:
            previous, x = x, 0.5 * (x + a / x)
        return x

    return newton_sqrt


@right("eager.newton_sqrt", "while True와 break, 텐서로 바꾸어")
def root_break():
    def newton_sqrt(a, tol=1e-6):
        a = tf.convert_to_tensor(a)
        x = tf.ones_like(a)
        while True:
            better = (x + a / x) / 2.0
            if tf.abs(better - x) / better <= tol:
                return better
            x = better

    return newton_sqrt


@right("eager.newton_sqrt", "재귀")
def root_recursive():
    def improve(x, a, tol):
        if abs(x * x / a - 1) < tol:
            return x
        return improve((x + a / x) / 2, a, tol)

    def newton_sqrt(a, tol=1e-6):
        return improve(a, a, tol)

    return newton_sqrt


@right("eager.newton_sqrt", "tf.Variable과 assign")
def root_variable():
    def newton_sqrt(a, tol=1e-6):
        a = tf.convert_to_tensor(a)
        x = tf.Variable(a)
        while tf.abs(x**2 - a) > tol * a:
            x.assign((x + a / x) / 2)
        return x

    return newton_sqrt


@right("eager.newton_sqrt", "tf.while_loop")
def root_while_loop():
    def newton_sqrt(a, tol=1e-6):
        a = tf.convert_to_tensor(a)
        (x,) = tf.while_loop(
            lambda x: tf.abs(x * x - a) > tol * a, lambda x: ((x + a / x) / 2,), (a,)
        )
        return x

    return newton_sqrt


@right("eager.newton_sqrt", "넘파이 float64와 넉넉한 횟수의 for")
def root_for():
    def newton_sqrt(a, tol=1e-6):
        a = np.float64(a)
        x = (a + 1) / 2
        for _ in range(1000):
            step = (x - a / x) / 2
            x -= step
            if abs(step) < tol * x / 2:
                break
        return x

    return newton_sqrt


@right("eager.newton_sqrt", "파이썬 float으로 바꾸고 횟수도 세기")
def root_float():
    def newton_sqrt(a, tol=1e-6):
        a, x, count = float(a), 1.0, 0
        while not abs(x * x - a) <= tol * a:
            x -= (x * x - a) / (2 * x)
            count += 1
        return tf.constant(x, tf.float64)

    return newton_sqrt


@right("eager.newton_sqrt", "tf.function과 오토그래프")
def root_autograph():
    @tf.function
    def improve(a, tol):
        x = a
        while tf.abs(x * x - a) > tol * a:
            x = (x + a / x) / 2
        return x

    def newton_sqrt(a, tol=1e-6):
        a = tf.convert_to_tensor(a)
        return improve(a, tf.constant(tol, a.dtype))

    # The loop is in `improve`, a graph that newton_sqrt calls.
    return newton_sqrt


@wrong("eager.newton_sqrt", "절대 오차로 멈춤", expect="`tol * a`와 비교하세요", typical=True)
def root_absolute():
    def newton_sqrt(a, tol=1e-6):
        x = a
        while abs(x * x - a) > tol and x > 0:
            better = (x + a / x) / 2
            if better == x:
                break
            x = better
        return x

    return newton_sqrt


@wrong("eager.newton_sqrt", "끝나지 않는 반복", expect="끝나지 않아 멈추었습니다", typical=True)
def root_endless():
    def newton_sqrt(a, tol=1e-6):
        x = 1.0
        while True:
            x = (x + a / x) / 2
        return x

    return newton_sqrt


@wrong(
    "eager.newton_sqrt",
    "절댓값을 빠뜨림",
    expect="절댓값(`abs(x * x - a)`)을 빠뜨리지 않았는지",
    typical=True,
)
def root_no_abs():
    def newton_sqrt(a, tol=1e-6):
        x = a
        while x * x - a > tol * a:
            x = (x + a / x) / 2
        return x

    return newton_sqrt


@wrong("eager.newton_sqrt", "열 번만 되풀이", expect="10번만 되풀이한 값과 같습니다", typical=True)
def root_ten():
    def newton_sqrt(a, tol=1e-6):
        x = a
        for _ in range(10):
            x = (x + a / x) / 2
        return x

    return newton_sqrt


@wrong(
    "eager.newton_sqrt",
    "math.sqrt",
    expect="`newton_sqrt`의 코드에 `sqrt`가 있습니다",
    typical=True,
)
def root_math():
    return lambda a, tol=1e-6: math.sqrt(a)


@wrong(
    "eager.newton_sqrt", "** 0.5", expect="`newton_sqrt`의 코드에 `** 0.5`가 있습니다", typical=True
)
def root_power():
    def newton_sqrt(a, tol=1e-6):
        return a**0.5

    return newton_sqrt


@right("eager.newton_sqrt", "0.5를 곱하고 pow로 제곱함")
def root_pow_squares():
    def newton_sqrt(a, tol=1e-6):
        half, x = 0.5, a
        while abs(pow(half * 2 * x, 2) - a) > tol * a and tf.pow(0.5 * (x + a / x), 2) >= 0:
            x = half * (x + a * x**-1)
        return x

    return newton_sqrt


@right("eager.newton_sqrt", "2의 거듭제곱에서 시작")
def root_good_start():
    def newton_sqrt(a, tol=1e-6):
        a = np.float64(a)
        x = 2.0 ** round(math.log2(a) * 0.5)
        while abs(x * x - a) > tol * a:
            x -= 0.5 * (x - a / x)
        return x

    return newton_sqrt


def _from(start):
    def newton_sqrt(a, tol=1e-6):
        x = start(a)
        while abs(x * x - a) > tol * a:
            x = (x + a / x) / 2
        return x

    return newton_sqrt


@wrong("eager.newton_sqrt", "tf.pow", expect="`newton_sqrt`의 코드에 `** 0.5`가 있습니다")
def root_tf_pow():
    return _from(lambda a: tf.pow(a, tf.constant(0.5, getattr(a, "dtype", tf.float32))))


@wrong("eager.newton_sqrt", "pow", expect="`newton_sqrt`의 코드에 `** 0.5`가 있습니다")
def root_pow():
    return _from(lambda a: pow(float(a), 1 / 2))


@wrong("eager.newton_sqrt", "np.power", expect="`newton_sqrt`의 코드에 `** 0.5`가 있습니다")
def root_np_power():
    return _from(lambda a: np.power(np.float64(a), 0.5))


@wrong("eager.newton_sqrt", "이름에 담은 지수", expect="`newton_sqrt`의 코드에 `** 0.5`가 있습니다")
def root_named_power():
    def newton_sqrt(a, tol=1e-6):
        half = 0.5
        x = a**half
        while abs(x * x - a) > tol * a:
            x = (x + a / x) / 2
        return x

    return newton_sqrt


@wrong("eager.newton_sqrt", "기본값으로 받은 지수", expect="코드에 `** 0.5`가 있습니다")
def root_default_power():
    def newton_sqrt(a, tol=1e-6, half=0.5):
        x = a**half
        while abs(x * x - a) > tol * a:
            x = (x + a / x) / 2
        return x

    return newton_sqrt


@wrong("eager.newton_sqrt", "지수와 로그로 구하고 되풀이", expect="코드에 `exp`, `log`가 있습니다")
def root_exponent_loop():
    return _from(lambda a: math.exp(math.log(a) / 2))


@wrong("eager.newton_sqrt", "조금 일찍 멈춤", expect="상대 오차가 `")
def root_early():
    def newton_sqrt(a, tol=1e-6):
        x = a
        while abs(x * x - a) > max(tol, 1e-9) * a:
            x = (x + a / x) / 2
        return x * (1 + 1e-9)

    return newton_sqrt


@wrong(
    "eager.newton_sqrt", "지수와 로그로", expect="`newton_sqrt`의 코드에 `exp`, `log`가 있습니다"
)
def root_exponent():
    def newton_sqrt(a, tol=1e-6):
        a = tf.cast(a, tf.float64)
        return tf.exp(tf.math.log(a) / 2)

    return newton_sqrt


@wrong("eager.newton_sqrt", "다른 함수 안에서 sqrt를 부름", expect="코드에 `sqrt`가 있습니다")
def root_hidden():
    def exact(a):
        return math.sqrt(a)

    def newton_sqrt(a, tol=1e-6):
        x = a
        while abs(x - exact(a)) > tol * x:
            x = (x + a / x) / 2
        return x

    return newton_sqrt


@wrong(
    "eager.newton_sqrt",
    "반복식의 2를 빠뜨림",
    expect="값이 맞으면 확인합니다",
    never=("절댓값", "번만 되풀이"),
)
def root_no_half():
    def newton_sqrt(a, tol=1e-6):
        x = a
        for _ in range(100):
            if abs(x * x - a) <= tol * a:
                break
            x = x + a / x
        return x

    return newton_sqrt


@wrong(
    "eager.newton_sqrt", "늘 float32로 계산", expect="받은 자료형 그대로 계산하세요", typical=True
)
def root_single():
    def newton_sqrt(a, tol=1e-6):
        a = tf.cast(a, tf.float32)
        x, left = a, 200
        while tf.abs(x * x - a) > tol * a and left:
            x, left = (x + a / x) / 2, left - 1
        return x

    return newton_sqrt


@wrong("eager.newton_sqrt", "tol을 쓰지 않음", expect="멈추는 조건에 `tol`을 쓰세요", typical=True)
def root_fixed_tol():
    def newton_sqrt(a, tol=1e-6):
        x = a
        while abs(x * x - a) > 1e-6 * a:
            x = (x + a / x) / 2
        return x

    return newton_sqrt


@wrong(
    "eager.newton_sqrt", "tol을 받지 않음", expect="매개변수가 명세와 같은지 보세요", typical=True
)
def root_no_tol():
    def newton_sqrt(a):
        x = a
        while abs(x * x - a) > 1e-6 * a:
            x = (x + a / x) / 2
        return x

    return newton_sqrt


@right("eager.newton_sqrt", "decimal로 넉넉히 되풀이")
def root_decimal():
    def newton_sqrt(a, tol=1e-6):
        with decimal.localcontext() as context:
            context.prec = 40
            number = decimal.Decimal(float(a))
            x = number
            for _ in range(150):
                x = (x + number / x) / 2
            return float(x)

    return newton_sqrt


@right("eager.newton_sqrt", "reduce로 되풀이")
def root_reduce():
    def newton_sqrt(a, tol=1e-6):
        a = tf.convert_to_tensor(a)
        return functools.reduce(lambda x, _: (x + a / x) / 2, range(100), a)

    return newton_sqrt


@right("eager.newton_sqrt", "줄지 않을 때까지, 나눗셈은 함수로")
def root_decreasing():
    def newton_sqrt(a, tol=1e-6):
        a = tf.convert_to_tensor(a)
        x = tf.maximum(a, 1)
        while True:
            better = 0.5 * (x + tf.divide(a, x))
            if better >= x:
                return x
            x = better

    return newton_sqrt


@right("eager.newton_sqrt", "같은 식을 미분의 꼴로, 재귀의 인수로")
def root_derivative():
    def newton_sqrt(a, tol=1e-6, x=None):
        x = a if x is None else x
        if abs(x * x - a) <= tol * a:
            return x
        return newton_sqrt(a, tol, x - (x * x - a) / (2 * x))

    return newton_sqrt


@right("eager.newton_sqrt", "역수를 거듭제곱으로")
def root_reciprocal():
    def newton_sqrt(a, tol=1e-6):
        x = a
        while abs(x * x - a) > tol * a:
            x = 0.5 * (x + a * x**-1)
        return x

    return newton_sqrt


@wrong("eager.newton_sqrt", "이분법", expect="되풀이하며 바뀌는 값으로 나누는 식이 없습니다")
def root_bisection():
    def newton_sqrt(a, tol=1e-6):
        a = tf.convert_to_tensor(a)
        low, high = tf.zeros_like(a), tf.maximum(a, 1)
        for _ in range(150):
            middle = (low + high) / 2
            low, high = (middle, high) if middle * middle < a else (low, middle)
        return (low + high) / 2

    return newton_sqrt


@wrong("eager.newton_sqrt", "이분법, a에 비해 작아질 때까지", expect="나누는 식이 없습니다")
def root_bisection_relative():
    def newton_sqrt(a, tol=1e-6):
        low, high = a * 0, a + 1
        while True:
            middle = 0.5 * (low + high)
            if abs(middle**2 - a) / a <= tol or middle in (low, high):
                return middle
            if middle**2 < a:
                low = middle
            else:
                high = middle

    return newton_sqrt


@wrong(
    "eager.newton_sqrt",
    "리스트에 담아 돌려줌",
    expect="결과가 텐서나 배열이 아니라 파이썬 리스트입니다",
)
def root_list():
    def newton_sqrt(a, tol=1e-6):
        a = tf.convert_to_tensor(a)
        x = a
        for _ in range(100):
            x = (x + a / x) / 2
        return [x]

    return newton_sqrt


@wrong(
    "eager.newton_sqrt",
    "한 번만 계산",
    expect="한 번만 되풀이한 값과 같습니다",
    never=("절댓값",),
)
def root_single_step():
    def newton_sqrt(a, tol=1e-6):
        x = a
        x = (x + a / x) / 2
        return x

    return newton_sqrt


@wrong(
    "eager.newton_sqrt",
    "바뀌지 않는 식을 되풀이",
    expect="한 번도 되풀이하지 않은 값과 같습니다",
    never=("처음 값을 돌려줍니다",),
)
def root_still():
    def newton_sqrt(a, tol=1e-6):
        x = a
        for _ in range(50):
            x = (x + a) / 2
        return x

    return newton_sqrt


@wrong(
    "eager.newton_sqrt",
    "rsqrt로",
    expect="`newton_sqrt`의 코드에 `rsqrt`가 있습니다",
)
def root_rsqrt():
    def newton_sqrt(a, tol=1e-6):
        return a * tf.math.rsqrt(a)

    return newton_sqrt
