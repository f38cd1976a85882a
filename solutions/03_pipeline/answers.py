"""03 tf.data: 맞는 답과 틀린 답."""

import itertools
from os.path import exists

import keras
import numpy as np
import tensorflow as tf

from autograder.authoring.answers import right, wrong

AUTOTUNE = tf.data.AUTOTUNE


def scale(image, label):
    return tf.cast(image, tf.float32) / 255.0, label


# ---------------------------------------------------------------- 3-1 pipeline.batches


@right("pipeline.batches", "명세 그대로, 샘플마다 map")
def batches_plain():
    def make_dataset(x, y, batch_size, shuffle=True):
        ds = tf.data.Dataset.from_tensor_slices((x, y))
        ds = ds.map(scale)
        if shuffle:
            ds = ds.shuffle(buffer_size=len(x))
        return ds.batch(batch_size)

    return make_dataset


@right("pipeline.batches", "묶은 다음에 map, cache, prefetch")
def batches_cached():
    def make_dataset(x, y, batch_size, shuffle=True):
        ds = tf.data.Dataset.from_tensor_slices((x, y)).cache()
        if shuffle:
            ds = ds.shuffle(ds.cardinality(), reshuffle_each_iteration=True)
        ds = ds.batch(batch_size, num_parallel_calls=AUTOTUNE, drop_remainder=False)
        return ds.map(scale, num_parallel_calls=AUTOTUNE).prefetch(AUTOTUNE)

    return make_dataset


@right("pipeline.batches", "넘파이로 미리 나눈 다음 자르기")
def batches_numpy():
    def make_dataset(x, y, batch_size, shuffle=True):
        x = x.astype("float32") / 255.0
        dataset = tf.data.Dataset.from_tensor_slices((x, y))
        dataset = dataset.shuffle(x.shape[0] * 2, seed=1) if shuffle else dataset
        return dataset.batch(batch_size)

    return make_dataset


@right("pipeline.batches", "케라스의 Rescaling 층으로, 두 Dataset을 zip")
def batches_rescaling():
    def make_dataset(x, y, batch_size, shuffle=True):
        rescale = keras.layers.Rescaling(1 / 255)
        images = tf.data.Dataset.from_tensor_slices(x)
        labels = tf.data.Dataset.from_tensor_slices(y)
        ds = tf.data.Dataset.zip((images, labels))
        if shuffle:
            ds = ds.shuffle(len(y))
        return ds.batch(batch_size).map(lambda a, b: (rescale(a), b))

    return make_dataset


@right("pipeline.batches", "from_generator로 배치를 직접")
def batches_generator():
    def make_dataset(x, y, batch_size, shuffle=True):
        def generate():
            order = np.random.permutation(len(x)) if shuffle else np.arange(len(x))
            for start in range(0, len(x), batch_size):
                chosen = order[start : start + batch_size]
                yield (x[chosen] / 255).astype(np.float32), y[chosen]

        spec = (
            tf.TensorSpec((None, *x.shape[1:]), tf.float32),
            tf.TensorSpec((None, *y.shape[1:]), tf.as_dtype(y.dtype)),
        )
        return tf.data.Dataset.from_generator(generate, output_signature=spec)

    return make_dataset


@right("pipeline.batches", "from_generator로 샘플 하나씩")
def batches_sample_generator():
    def make_dataset(x, y, batch_size, shuffle=True):
        signature = (tf.TensorSpec(x.shape[1:], x.dtype), tf.TensorSpec(y.shape[1:], y.dtype))
        ds = tf.data.Dataset.from_generator(
            lambda: zip(x, y, strict=True), output_signature=signature
        )
        if shuffle:
            ds = ds.shuffle(len(x))
        return ds.batch(batch_size).map(scale)

    return make_dataset


@right("pipeline.batches", "번호를 섞어 tf.gather")
def batches_indices():
    def make_dataset(x, y, batch_size, shuffle=True):
        images, labels = tf.constant(x), tf.constant(y)
        ds = tf.data.Dataset.range(len(x))
        if shuffle:
            ds = ds.shuffle(len(x))
        ds = ds.batch(batch_size)
        return ds.map(
            lambda rows: (
                tf.image.convert_image_dtype(tf.gather(images, rows), tf.float32),
                tf.gather(labels, rows),
            )
        )

    return make_dataset


@right("pipeline.batches", "딕셔너리로 자르고 튜플로 바꾸기")
def batches_dictionary():
    def make_dataset(x, y, batch_size, shuffle=True):
        ds = tf.data.Dataset.from_tensor_slices({"image": x, "label": y})
        ds = ds.batch(1).unbatch()
        if shuffle:
            ds = ds.shuffle(max(len(x), 1024))
        ds = ds.batch(batch_size)
        return ds.map(lambda each: (tf.cast(each["image"], "float32") * (1 / 255), each["label"]))

    return make_dataset


@right("pipeline.batches", "섞기를 켜고 끄는 버퍼 크기")
def batches_buffer_of_one():
    def make_dataset(x, y, batch_size, shuffle=True):
        return (
            tf.data.Dataset.from_tensor_slices((x, y))
            .shuffle(len(x) if shuffle else 1)
            .map(lambda a, b: (tf.divide(a, 255), b) if a.dtype != tf.uint8 else scale(a, b))
            .batch(batch_size)
            .with_options(tf.data.Options())
        )

    return make_dataset


@right("pipeline.batches", "image_dataset의 꼴을 본뜬 클래스의 메서드")
def batches_method():
    class Pipeline:
        def make_dataset(self, x, y, batch_size, shuffle=True):
            return batches_plain()(x, y, batch_size, shuffle).prefetch(2)

    return Pipeline().make_dataset


def _batches(*, prepare=None, buffer=None, before=None, after=None, change=scale, batch=None):
    """올바른 답에서 한 곳만 바꾼 함수."""

    def make_dataset(x, y, batch_size, shuffle=True):
        if prepare:
            x, y = prepare(x, y)
        ds = tf.data.Dataset.from_tensor_slices((x, y))
        if before:
            ds = before(ds)
        if shuffle:
            ds = ds.shuffle(buffer(x, batch_size) if buffer else len(x))
        ds = batch(ds, batch_size) if batch else ds.batch(batch_size)
        ds = ds.map(change)
        return after(ds) if after else ds

    return make_dataset


@wrong(
    "pipeline.batches",
    "섞기를 잊음",
    "`shuffle=True`인데 순서가 원래 그대로입니다",
    never=("다시 담았는지",),
    typical=True,
)
def batches_unshuffled():
    return _batches(buffer=lambda x, batch_size: 1)


@wrong(
    "pipeline.batches", "결과를 다시 담지 않음", "결과를 변수에 다시 담았는지 보세요", typical=True
)
def batches_lost_shuffle():
    def make_dataset(x, y, batch_size, shuffle=True):
        ds = tf.data.Dataset.from_tensor_slices((x, y)).map(scale)
        if shuffle:
            ds.shuffle(len(x))
        return ds.batch(batch_size)

    return make_dataset


@wrong(
    "pipeline.batches",
    "버퍼가 배치 크기",
    "가까운 샘플끼리만 섞였습니다",
    never=("배치끼리만",),
    typical=True,
)
def batches_small_buffer():
    return _batches(buffer=lambda x, batch_size: batch_size)


@wrong("pipeline.batches", "버퍼 100개", "`shuffle`의 버퍼가 데이터보다 작습니다")
def batches_buffer_100():
    return _batches(buffer=lambda x, batch_size: 100)


@wrong("pipeline.batches", "버퍼 1000개", "`shuffle`의 버퍼가 데이터보다 작습니다")
def batches_buffer_1000():
    return _batches(buffer=lambda x, batch_size: 1000)


@wrong("pipeline.batches", "버퍼 10000개", "`shuffle`의 버퍼가 데이터보다 작습니다")
def batches_buffer_10000():
    return _batches(buffer=lambda x, batch_size: 10_000)


@wrong("pipeline.batches", "버퍼가 10000개까지만", "`shuffle`의 버퍼가 데이터보다 작습니다")
def batches_buffer_at_most_10000():
    return _batches(buffer=lambda x, batch_size: min(len(x), 10_000))


@wrong("pipeline.batches", "버퍼가 데이터의 절반", "`shuffle`의 버퍼가 데이터보다 작습니다")
def batches_half_buffer():
    return _batches(buffer=lambda x, batch_size: len(x) // 2)


@wrong(
    "pipeline.batches",
    "묶은 다음에 섞음",
    "`shuffle`을 `batch`보다 앞에 두세요",
    never=("버퍼가", "받은 값을 그대로"),
    typical=True,
)
def batches_shuffled_batches():
    def make_dataset(x, y, batch_size, shuffle=True):
        ds = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch_size).map(scale)
        return ds.shuffle(len(x)) if shuffle else ds

    return make_dataset


@wrong(
    "pipeline.batches",
    "섞은 다음에 cache",
    "두 에포크의 순서가 똑같습니다",
    never=("reshuffle",),
    typical=True,
)
def batches_cache_after_shuffle():
    def make_dataset(x, y, batch_size, shuffle=True):
        ds = tf.data.Dataset.from_tensor_slices((x, y))
        if shuffle:
            ds = ds.shuffle(len(x))
        return ds.cache().batch(batch_size).map(scale)

    return make_dataset


@wrong(
    "pipeline.batches",
    "reshuffle_each_iteration=False",
    "`reshuffle_each_iteration=False`를 지우세요",
    never=("cache",),
)
def batches_not_reshuffled():
    def make_dataset(x, y, batch_size, shuffle=True):
        ds = tf.data.Dataset.from_tensor_slices((x, y))
        if shuffle:
            ds = ds.shuffle(len(x), reshuffle_each_iteration=False)
        return ds.batch(batch_size).map(scale)

    return make_dataset


@wrong(
    "pipeline.batches",
    "배열을 미리 한 번만 섞음",
    "두 에포크의 순서가 똑같습니다",
    never=("cache", "reshuffle"),
)
def batches_permuted_once():
    def make_dataset(x, y, batch_size, shuffle=True):
        order = np.random.permutation(len(x)) if shuffle else np.arange(len(x))
        ds = tf.data.Dataset.from_tensor_slices((x[order], y[order]))
        return ds.batch(batch_size).map(scale)

    return make_dataset


@wrong("pipeline.batches", "tf.random으로 뽑은 순열", "`shuffle`이 아닌 난수로")
def batches_permutation():
    # The graph's random operations start anew for every epoch when a seed is set.
    def make_dataset(x, y, batch_size, shuffle=True):
        def epoch(_):
            rows = tf.range(len(x))
            rows = tf.random.shuffle(rows) if shuffle else rows
            return tf.data.Dataset.from_tensor_slices((tf.gather(x, rows), tf.gather(y, rows)))

        return tf.data.Dataset.range(1).flat_map(epoch).map(scale).batch(batch_size)

    return make_dataset


@wrong(
    "pipeline.batches",
    "미리 섞고 에포크마다는 작은 버퍼로",
    "두 번째 에포크의 순서가 첫 번째와 비슷합니다",
)
def batches_permuted_once_then_buffer():
    def make_dataset(x, y, batch_size, shuffle=True):
        order = np.random.permutation(len(x)) if shuffle else np.arange(len(x))
        ds = tf.data.Dataset.from_tensor_slices((x[order], y[order]))
        ds = ds.shuffle(batch_size) if shuffle else ds
        return ds.batch(batch_size).map(scale)

    return make_dataset


@wrong("pipeline.batches", "x와 y를 따로 섞음", "이미지와 레이블의 짝이 어긋났습니다")
def batches_separately():
    def make_dataset(x, y, batch_size, shuffle=True):
        images = tf.data.Dataset.from_tensor_slices(x)
        labels = tf.data.Dataset.from_tensor_slices(y)
        if shuffle:
            images, labels = images.shuffle(len(x)), labels.shuffle(len(y))
        return tf.data.Dataset.zip((images, labels)).map(scale).batch(batch_size)

    return make_dataset


@wrong(
    "pipeline.batches", "언제나 섞음", "`shuffle=False`인데 순서가 원래와 다릅니다", typical=True
)
def batches_always():
    def make_dataset(x, y, batch_size, shuffle=True):
        ds = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x))
        return ds.batch(batch_size).map(scale)

    return make_dataset


@wrong(
    "pipeline.batches",
    "shuffle의 기본값이 False",
    "매개변수의 기본값을 `True`로 하세요",
    never=("다시 담았는지",),
)
def batches_default():
    def make_dataset(x, y, batch_size, shuffle=False):
        return _batches()(x, y, batch_size, shuffle)

    return make_dataset


@wrong("pipeline.batches", "나누지 않음", "지금은 최댓값이 255입니다", typical=True)
def batches_unscaled():
    return _batches(change=lambda image, label: (tf.cast(image, tf.float32), label))


@wrong(
    "pipeline.batches",
    "자료형도 그대로",
    "자료형이 `float32`여야 하는데 `uint8`입니다",
    typical=True,
)
def batches_uint8():
    return _batches(change=lambda image, label: (image, label))


@wrong("pipeline.batches", "두 번 나눔", "255로 두 번 나누었습니다")
def batches_twice():
    return _batches(change=lambda image, label: scale(scale(image, label)[0], label))


@wrong("pipeline.batches", "넘파이로 나누어 float64", "`float32`여야 하는데 `float64`입니다")
def batches_float64():
    return _batches(prepare=lambda x, y: (x / 255, y), change=lambda image, label: (image, label))


@wrong("pipeline.batches", "float16", "`float32`여야 하는데 `float16`입니다")
def batches_float16():
    return _batches(change=lambda image, label: (tf.cast(image, tf.float16) / 255, label))


@wrong("pipeline.batches", "데이터의 최댓값으로 나눔", "255가 아닌 수로 나누었습니다")
def batches_by_maximum():
    return _batches(
        prepare=lambda x, y: ((x / x.max()).astype("float32"), y), change=lambda a, b: (a, b)
    )


@wrong("pipeline.batches", "256으로 나눔", "수로 나누었습니다(약 256)", never=("최댓값",))
def batches_by_256():
    return _batches(change=lambda image, label: (tf.cast(image, tf.float32) / 256, label))


@wrong("pipeline.batches", "[-1, 1]로 바꿈", "지금은 음수가 있습니다")
def batches_centred():
    return _batches(change=lambda image, label: (tf.cast(image, tf.float32) / 127.5 - 1, label))


@wrong(
    "pipeline.batches", "정수로 나눔", "이미지의 값이 0과 1뿐입니다", never=("짝이 어긋났습니다",)
)
def batches_whole():
    return _batches(change=lambda image, label: (tf.cast(image // 255, tf.float32), label))


@wrong("pipeline.batches", "축을 더함", "샘플 하나의 모양이")
def batches_channel():
    return _batches(change=lambda image, label: (scale(image, label)[0][..., None], label))


@wrong("pipeline.batches", "이미지를 펴서 냄", "`(6, 5)`이어야 하는데 `(30,)`입니다")
def batches_flattened():
    return _batches(
        change=lambda a, b: (tf.reshape(scale(a, b)[0], (tf.shape(a)[0], -1)), b),
    )


@wrong("pipeline.batches", "레이블을 int64로", "그대로여야 하는데 `int64`입니다")
def batches_cast_labels():
    return _batches(change=lambda a, b: (scale(a, b)[0], tf.cast(b, tf.int64)))


@wrong("pipeline.batches", "레이블을 원-핫 인코딩", "레이블의 자료형이")
def batches_one_hot():
    return _batches(
        prepare=lambda x, y: (x, y if y.ndim > 1 else np.eye(10)[y % 10].astype("float32"))
    )


@wrong("pipeline.batches", "레이블도 나눔", "레이블의 자료형이", never=("여러 번 나옵니다",))
def batches_scaled_labels():
    return _batches(change=lambda a, b: (scale(a, b)[0], tf.cast(b, tf.float32) / 255))


@wrong("pipeline.batches", "drop_remainder", "마지막 배치가 빠졌습니다", typical=True)
def batches_drop():
    return _batches(batch=lambda ds, size: ds.batch(size, drop_remainder=True))


@wrong("pipeline.batches", "repeat()", "데이터가 끝나지 않습니다", typical=True)
def batches_endless():
    return _batches(after=lambda ds: ds.repeat())


@wrong("pipeline.batches", "섞기 전에 repeat()", "데이터가 끝나지 않습니다")
def batches_endless_before():
    return _batches(before=lambda ds: ds.repeat())


@wrong("pipeline.batches", "repeat(2)", "한 에포크에 같은 샘플이 여러 번 나옵니다")
def batches_repeat():
    return _batches(after=lambda ds: ds.repeat(2))


@wrong("pipeline.batches", "끝나지 않는 제너레이터", "데이터가 끝나지 않습니다", never=("repeat",))
def batches_cycle():
    def make_dataset(x, y, batch_size, shuffle=True):
        signature = (tf.TensorSpec(x.shape[1:], x.dtype), tf.TensorSpec(y.shape[1:], y.dtype))
        ds = tf.data.Dataset.from_generator(
            lambda: itertools.cycle(zip(x, y, strict=True)), output_signature=signature
        )
        return ds.shuffle(len(x)).batch(batch_size).map(scale)

    return make_dataset


@wrong(
    "pipeline.batches",
    "한 번 쓰면 비는 제너레이터",
    "2번째 에포크에는 샘플이 하나도 없습니다",
    never=("알아볼 수 없습니다",),
)
def batches_exhausted():
    def make_dataset(x, y, batch_size, shuffle=True):
        order = np.random.permutation(len(x)) if shuffle else np.arange(len(x))
        pairs = ((x[row], y[row]) for row in order)
        signature = (tf.TensorSpec(x.shape[1:], x.dtype), tf.TensorSpec(y.shape[1:], y.dtype))
        ds = tf.data.Dataset.from_generator(lambda: pairs, output_signature=signature)
        return ds.batch(batch_size).map(scale)

    return make_dataset


@wrong("pipeline.batches", "하나를 건너뜀", "나오지 않습니다", never=("순서가 원래와",))
def batches_skip():
    return _batches(before=lambda ds: ds.skip(1))


@wrong("pipeline.batches", "앞의 배치 하나만", "나오지 않습니다")
def batches_take():
    return _batches(after=lambda ds: ds.take(3))


@wrong(
    "pipeline.batches",
    "배치로 묶지 않음",
    "요소 하나가 배치가 아니라 샘플 하나입니다",
    never=("끝나지 않습니다",),
)
def batches_unbatched():
    return _batches(batch=lambda ds, size: ds)


@wrong(
    "pipeline.batches", "두 번 묶음", "배치로 두 번 묶여 있습니다", never=("알아볼 수 없습니다",)
)
def batches_batched_twice():
    return _batches(batch=lambda ds, size: ds.batch(size).batch(1))


@wrong(
    "pipeline.batches",
    "배치 크기를 32로 못박음",
    "`batch(batch_size)`처럼 받은 값을 그대로",
    never=("끝나지 않습니다",),
    typical=True,
)
def batches_fixed_size():
    return _batches(batch=lambda ds, size: ds.batch(32))


@wrong("pipeline.batches", "레이블을 빠뜨림", "이미지와 레이블이 쌍으로 들어 있지 않습니다")
def batches_images_only():
    def make_dataset(x, y, batch_size, shuffle=True):
        return tf.data.Dataset.from_tensor_slices(x / 255).shuffle(len(x)).batch(batch_size)

    return make_dataset


@wrong(
    "pipeline.batches",
    "딕셔너리 요소",
    "요소가 튜플이 아니라 딕셔너리입니다",
    never=("확인하지 못했습니다",),
)
def batches_dictionaries():
    return _batches(after=lambda ds: ds.map(lambda a, b: {"image": a, "label": b}))


@wrong("pipeline.batches", "가중치까지 셋", "텐서가 2개여야 하는데 3개입니다")
def batches_triples():
    return _batches(after=lambda ds: ds.map(lambda a, b: (a, b, tf.ones(len(a)))))


@wrong("pipeline.batches", "return을 빠뜨림", "아무것도 돌려주지 않습니다", typical=True)
def batches_no_return():
    def make_dataset(x, y, batch_size, shuffle=True):
        _batches()(x, y, batch_size, shuffle)

    return make_dataset


@wrong("pipeline.batches", "PyDataset", "`keras.utils.PyDataset`(`Batches`)을 돌려줍니다")
def batches_py_dataset():
    class Batches(keras.utils.PyDataset):
        def __init__(self, x, y, batch_size):
            super().__init__()
            self.x, self.y, self.batch_size = x / np.float32(255), y, batch_size

        def __len__(self):
            return -(-len(self.x) // self.batch_size)

        def __getitem__(self, index):
            rows = slice(index * self.batch_size, (index + 1) * self.batch_size)
            return self.x[rows], self.y[rows]

    return lambda x, y, batch_size, shuffle=True: Batches(x, y, batch_size)


@wrong("pipeline.batches", "제너레이터 함수", "파이썬 제너레이터를 돌려줍니다")
def batches_yield():
    def make_dataset(x, y, batch_size, shuffle=True):
        for start in range(0, len(x), batch_size):
            rows = slice(start, start + batch_size)
            yield x[rows] / np.float32(255), y[rows]

    return make_dataset


@wrong("pipeline.batches", "배치의 리스트", "리스트를 돌려줍니다")
def batches_list():
    return lambda x, y, batch_size, shuffle=True: list(_batches()(x, y, batch_size, shuffle))


@wrong("pipeline.batches", "반복자", "그 반복자(iterator)를 돌려줍니다")
def batches_iterator():
    return lambda x, y, batch_size, shuffle=True: iter(_batches()(x, y, batch_size, shuffle))


@wrong("pipeline.batches", "함수가 아니라 Dataset", "함수가 아니라")
def batches_not_function():
    return _batches()(np.zeros((9, 4), "uint8"), np.arange(9), 4)


@wrong("pipeline.batches", "x가 두 번", "인수 하나를 받습니다")
def batches_raises():
    return _batches(change=lambda image: (image, image))


@right("pipeline.batches", "padded_batch와 아주 큰 버퍼")
def batches_padded():
    def make_dataset(x, y, batch_size, shuffle=True):
        ds = tf.data.Dataset.from_tensors((x, y)).unbatch()
        if shuffle:
            ds = ds.shuffle(10**6, seed=7)
        return ds.map(scale).padded_batch(batch_size)

    return make_dataset


@right("pipeline.batches", "apply, 나란히 만드는 배치와 결정적인 순서")
def batches_options():
    def make_dataset(x, y, batch_size, shuffle=True):
        ds = tf.data.Dataset.from_tensor_slices((x, y))
        if shuffle:
            ds = ds.apply(lambda each: each.shuffle(each.cardinality()))
        options = tf.data.Options()
        options.deterministic = True
        ds = ds.batch(batch_size, num_parallel_calls=2).map(scale, num_parallel_calls=2)
        return ds.with_options(options)

    return make_dataset


@wrong("pipeline.batches", "버퍼가 하나 모자람", expect="`shuffle`의 버퍼가 데이터보다 작습니다")
def batches_buffer_one_less():
    return _batches(buffer=lambda x, batch_size: len(x) - 1)


@wrong(
    "pipeline.batches",
    "레이블과 이미지의 자리를 바꿈",
    expect="(이미지, 레이블)이 아니라 (레이블, 이미지)의 차례입니다",
    never=("이미지의 자료형이", "요소 하나가 배치가 아니라", "알아볼 수 없습니다"),
)
def batches_swapped():
    return _batches(after=lambda ds: ds.map(lambda image, label: (label, image)))


@wrong(
    "pipeline.batches",
    "자리를 바꾸고 나누지 않음",
    expect="지금은 최댓값이 255입니다",
    never=("요소 하나가 배치가 아니라", "알아볼 수 없습니다"),
)
def batches_swapped_unscaled():
    return _batches(change=lambda image, label: (label, tf.cast(image, tf.float32)))


@wrong(
    "pipeline.batches",
    "앞의 백 개만",
    expect="개가 나오지 않습니다",
    never=("가까운 샘플끼리만", "순서가 원래 그대로"),
)
def batches_first_hundred():
    return _batches(before=lambda ds: ds.take(100))


@wrong(
    "pipeline.batches",
    "거꾸로 놓음",
    expect="섞이지 않고 순서만 거꾸로입니다",
    never=("가까운 샘플끼리만",),
)
def batches_reversed():
    def make_dataset(x, y, batch_size, shuffle=True):
        if shuffle:
            x, y = x[::-1], y[::-1]
        return tf.data.Dataset.from_tensor_slices((x, y)).batch(batch_size).map(scale)

    return make_dataset


@wrong(
    "pipeline.batches",
    "시작하는 자리만 바꿈",
    expect="원래 이웃하던 샘플이 거의 그대로 이웃합니다",
    never=("배치끼리만",),
)
def batches_rolled():
    def make_dataset(x, y, batch_size, shuffle=True):
        if shuffle:
            start = int(np.random.randint(1, len(x)))
            x, y = np.roll(x, start, axis=0), np.roll(y, start, axis=0)
        return tf.data.Dataset.from_tensor_slices((x, y)).batch(batch_size).map(scale)

    return make_dataset


@wrong(
    "pipeline.batches",
    "batch 대신 window",
    expect="텐서여야 하는데 `Dataset`입니다",
    never=("샘플 하나의 모양이", "레이블의 자료형이"),
)
def batches_window():
    def make_dataset(x, y, batch_size, shuffle=True):
        ds = tf.data.Dataset.from_tensor_slices((x, y))
        if shuffle:
            ds = ds.shuffle(len(x))
        return ds.map(scale).window(batch_size)

    return make_dataset


# ---------------------------------------------------------------- 3-2 pipeline.tfrecord


def bytes_feature(value):
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def int64_feature(*values):
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def example_bytes(**feature):
    features = tf.train.Features(feature=feature)
    return tf.train.Example(features=features).SerializeToString()


def write_plain(path, x, y):
    with tf.io.TFRecordWriter(path) as writer:
        for image, label in zip(x, y, strict=True):
            writer.write(
                example_bytes(image=bytes_feature(image.tobytes()), label=int64_feature(label))
            )


FEATURES = {
    "image": tf.io.FixedLenFeature([], tf.string),
    "label": tf.io.FixedLenFeature([], tf.int64),
}


def parse(record):
    example = tf.io.parse_single_example(record, FEATURES)
    image = tf.reshape(tf.io.decode_raw(example["image"], tf.uint8), (28, 28))
    return image, example["label"]


def read_plain(path):
    return tf.data.TFRecordDataset(path).map(parse)


def tfrecord(write=write_plain, read=read_plain):
    return {"write_records": write, "read_records": read}


@right("pipeline.tfrecord", "명세 그대로")
def tfrecord_plain():
    return tfrecord()


@right("pipeline.tfrecord", "serialize_tensor와 parse_tensor, ensure_shape")
def tfrecord_serialized():
    def write_records(path, x, y):
        writer = tf.io.TFRecordWriter(path)
        for i in range(len(x)):
            image = tf.io.serialize_tensor(x[i]).numpy()
            writer.write(example_bytes(i=bytes_feature(image), l=int64_feature(int(y[i]))))
        writer.close()

    def read_records(path):
        def decode(record):
            found = tf.io.parse_single_example(
                record,
                {
                    "i": tf.io.FixedLenFeature((), tf.string),
                    "l": tf.io.FixedLenFeature((), tf.int64),
                },
            )
            image = tf.io.parse_tensor(found["i"], out_type=tf.uint8)
            return tf.ensure_shape(image, (28, 28)), found["l"]

        return tf.data.TFRecordDataset([path], num_parallel_reads=1).map(decode, AUTOTUNE)

    return tfrecord(write_records, read_records)


@right("pipeline.tfrecord", "화소를 Int64List로")
def tfrecord_integers():
    def write_records(path, x, y):
        with tf.io.TFRecordWriter(path) as writer:
            for image, label in zip(x.reshape(len(x), -1), y, strict=True):
                writer.write(
                    example_bytes(pixels=int64_feature(*image), label=int64_feature(label))
                )

    def read_records(path):
        features = {
            "pixels": tf.io.FixedLenFeature([28, 28], tf.int64),
            "label": tf.io.FixedLenFeature([], tf.int64),
        }

        def decode(record):
            found = tf.io.parse_single_example(record, features)
            return tf.cast(found["pixels"], tf.uint8), found["label"]

        return tf.data.TFRecordDataset(path).map(decode).prefetch(1)

    return tfrecord(write_records, read_records)


@right("pipeline.tfrecord", "PNG로 압축해서")
def tfrecord_png():
    def write_records(path, x, y):
        with tf.io.TFRecordWriter(path) as writer:
            for image, label in zip(x, y, strict=True):
                png = tf.io.encode_png(image[..., tf.newaxis]).numpy()
                writer.write(example_bytes(image=bytes_feature(png), label=int64_feature(label)))

    def read_records(path):
        def decode(record):
            found = tf.io.parse_single_example(record, FEATURES)
            image = tf.io.decode_png(found["image"], channels=1)
            return tf.ensure_shape(tf.squeeze(image, -1), [28, 28]), found["label"]

        return tf.data.TFRecordDataset(path).map(decode)

    return tfrecord(write_records, read_records)


@right("pipeline.tfrecord", "GZIP으로 압축한 파일")
def tfrecord_gzip():
    def write_records(path, x, y):
        with tf.io.TFRecordWriter(path, options="GZIP") as writer:
            for image, label in zip(x, y, strict=True):
                writer.write(
                    example_bytes(image=bytes_feature(image.tobytes()), label=int64_feature(label))
                )

    return tfrecord(
        write_records,
        lambda path: tf.data.TFRecordDataset(path, compression_type="GZIP").map(parse),
    )


@right("pipeline.tfrecord", "Example 없이 바이트를 이어 붙여서")
def tfrecord_raw():
    def write_records(path, x, y):
        with tf.io.TFRecordWriter(path) as writer:
            for image, label in zip(x, y, strict=True):
                writer.write(image.tobytes() + np.int64(label).tobytes())

    def read_records(path):
        def decode(record):
            image = tf.io.decode_raw(tf.strings.substr(record, 0, 784), tf.uint8)
            label = tf.io.decode_raw(tf.strings.substr(record, 784, 8), tf.int64)
            return tf.reshape(image, [28, 28]), tf.reshape(label, [])

        return tf.data.TFRecordDataset(path).map(decode)

    return tfrecord(write_records, read_records)


@right("pipeline.tfrecord", "from_generator로 한 레코드씩 파이썬에서")
def tfrecord_generator():
    def read_records(path):
        def generate():
            for record in tf.data.TFRecordDataset(path).as_numpy_iterator():
                example = tf.train.Example.FromString(record)
                pixels = example.features.feature["image"].bytes_list.value[0]
                label = example.features.feature["label"].int64_list.value[0]
                yield np.frombuffer(pixels, np.uint8).reshape(28, 28), label

        return tf.data.Dataset.from_generator(
            generate,
            output_signature=(tf.TensorSpec((28, 28), tf.uint8), tf.TensorSpec((), tf.int64)),
        )

    return tfrecord(read=read_records)


@right("pipeline.tfrecord", "모양까지 파일에 적고 배치로 한꺼번에 풀기")
def tfrecord_shapes():
    def write_records(path, x, y):
        with tf.io.TFRecordWriter(str(path)) as writer:
            for image, label in zip(x, y, strict=True):
                writer.write(
                    example_bytes(
                        image=bytes_feature(np.asarray(image).tobytes()),
                        label=int64_feature(label),
                        shape=int64_feature(*image.shape),
                    )
                )

    def read_records(path):
        features = FEATURES | {"shape": tf.io.FixedLenFeature([2], tf.int64)}

        def decode(records):
            found = tf.io.parse_example(records, features)
            images = tf.io.decode_raw(found["image"], tf.uint8)
            return tf.reshape(images, (-1, 28, 28)), found["label"]

        return tf.data.TFRecordDataset(path).batch(4).map(decode).unbatch()

    return tfrecord(write_records, read_records)


@right("pipeline.tfrecord", "읽은 것을 cache, 개수도 미리 세어 둠")
def tfrecord_cached():
    def read_records(path):
        count = sum(1 for _ in tf.data.TFRecordDataset(path))
        return read_plain(path).apply(tf.data.experimental.assert_cardinality(count)).cache()

    return tfrecord(read=read_records)


@wrong(
    "pipeline.tfrecord", "read_records를 아직 쓰지 않음", "`read_records`를 아직 쓰지 않았습니다"
)
def tfrecord_half():
    def read_records(path): ...

    return tfrecord(read=read_records)


@wrong(
    "pipeline.tfrecord",
    "write_records를 아직 쓰지 않음",
    "`write_records`를 아직 쓰지 않았습니다",
    never=("NotFoundError",),
)
def tfrecord_other_half():
    return tfrecord(write=...)


@wrong(
    "pipeline.tfrecord", "모양을 정하지 않음", "바이트에는 모양이 적혀 있지 않습니다", typical=True
)
def tfrecord_flat():
    def read_records(path):
        def decode(record):
            example = tf.io.parse_single_example(record, FEATURES)
            return tf.io.decode_raw(example["image"], tf.uint8), example["label"]

        return tf.data.TFRecordDataset(path).map(decode)

    return tfrecord(read=read_records)


@wrong("pipeline.tfrecord", "parse_tensor의 모양을 모름", "이어야 하는데 `알 수 없음`입니다")
def tfrecord_unknown_shape():
    def read_records(path):
        def decode(record):
            image, label = parse(record)
            return tf.io.parse_tensor(tf.io.serialize_tensor(image), tf.uint8), label

        return tf.data.TFRecordDataset(path).map(decode)

    return tfrecord(read=read_records)


@wrong(
    "pipeline.tfrecord", "이미지를 float32로 나눔", "이미지의 자료형이 `uint8`이어야", typical=True
)
def tfrecord_scaled():
    return tfrecord(read=lambda path: read_plain(path).map(scale))


@wrong(
    "pipeline.tfrecord",
    "레이블을 int32로",
    "레이블의 자료형이 `int64`여야 하는데 `int32`입니다",
    typical=True,
)
def tfrecord_int32():
    return tfrecord(read=lambda path: read_plain(path).map(lambda a, b: (a, tf.cast(b, tf.int32))))


@wrong("pipeline.tfrecord", "레이블을 실수로 담음", "레이블이 실수를 거치면", typical=True)
def tfrecord_float_labels():
    def write_records(path, x, y):
        with tf.io.TFRecordWriter(path) as writer:
            for image, label in zip(x, y, strict=True):
                number = tf.train.Feature(float_list=tf.train.FloatList(value=[label]))
                writer.write(example_bytes(image=bytes_feature(image.tobytes()), label=number))

    def read_records(path):
        features = FEATURES | {"label": tf.io.FixedLenFeature([], tf.float32)}

        def decode(record):
            example = tf.io.parse_single_example(record, features)
            image = tf.reshape(tf.io.decode_raw(example["image"], tf.uint8), (28, 28))
            return image, tf.cast(example["label"], tf.int64)

        return tf.data.TFRecordDataset(path).map(decode)

    return tfrecord(write_records, read_records)


@wrong("pipeline.tfrecord", "레이블의 모양이 (1,)", "`[]`가 스칼라라는 뜻입니다")
def tfrecord_label_vector():
    def read_records(path):
        features = FEATURES | {"label": tf.io.FixedLenFeature([1], tf.int64)}

        def decode(record):
            example = tf.io.parse_single_example(record, features)
            image = tf.reshape(tf.io.decode_raw(example["image"], tf.uint8), (28, 28))
            return image, example["label"]

        return tf.data.TFRecordDataset(path).map(decode)

    return tfrecord(read=read_records)


@wrong("pipeline.tfrecord", "레이블을 uint8로 한 번 바꿈", "짧은 정수를 거쳐 잘렸습니다")
def tfrecord_small_labels():
    return tfrecord(write=lambda path, x, y: write_plain(path, x, y.astype("uint8")))


@wrong("pipeline.tfrecord", "레이블의 부호를 버림", "레이블의 값이 쓴 것과 다릅니다")
def tfrecord_absolute_labels():
    return tfrecord(write=lambda path, x, y: write_plain(path, x, [abs(int(n)) % 2**63 for n in y]))


def _label_bytes(encode, decode):
    """레이블을 바이트로 담는 쓰기와 읽기."""

    def write_records(path, x, y):
        with tf.io.TFRecordWriter(path) as writer:
            for image, label in zip(x, y, strict=True):
                writer.write(
                    example_bytes(
                        image=bytes_feature(image.tobytes()), label=bytes_feature(encode(label))
                    )
                )

    def read_records(path):
        features = FEATURES | {"label": tf.io.FixedLenFeature([], tf.string)}

        def parse_bytes(record):
            example = tf.io.parse_single_example(record, features)
            image = tf.reshape(tf.io.decode_raw(example["image"], tf.uint8), (28, 28))
            return image, tf.cast(decode(example["label"]), tf.int64)

        return tf.data.TFRecordDataset(path).map(parse_bytes)

    return tfrecord(write_records, read_records)


@right("pipeline.tfrecord", "레이블을 글자로")
def tfrecord_text_labels():
    return _label_bytes(
        lambda label: str(label).encode(), lambda text: tf.strings.to_number(text, tf.int64)
    )


@wrong("pipeline.tfrecord", "레이블을 float64로", "레이블이 실수를 거치면")
def tfrecord_float64_labels():
    return _label_bytes(
        lambda label: np.float64(label).tobytes(),
        lambda text: tf.reshape(tf.io.decode_raw(text, tf.float64), ()),
    )


@wrong("pipeline.tfrecord", "레이블을 6바이트로", "레이블의 값이 쓴 것과 다릅니다")
def tfrecord_six_bytes():
    def decode(text):
        digits = tf.cast(tf.io.decode_raw(text, tf.uint8, fixed_length=6), tf.int64)
        return tf.reduce_sum(digits * tf.constant([256**n for n in range(6)], tf.int64))

    return _label_bytes(lambda label: (int(label) % 2**48).to_bytes(6, "little"), decode)


@wrong("pipeline.tfrecord", "있던 파일에 이어 씀", "있던 파일에 이어 썼습니다")
def tfrecord_appended():
    def write_records(path, x, y):
        kept = list(tf.data.TFRecordDataset(path).as_numpy_iterator()) if exists(path) else []
        write_plain(path, x, y)
        new = list(tf.data.TFRecordDataset(path).as_numpy_iterator())
        with tf.io.TFRecordWriter(path) as writer:
            for record in kept + new:
                writer.write(record)

    return tfrecord(write=write_records)


@wrong("pipeline.tfrecord", "파일이 있으면 쓰지 않음", "먼저 쓴 파일이 그대로 있습니다")
def tfrecord_kept():
    def write_records(path, x, y):
        if not exists(path):
            write_plain(path, x, y)

    return tfrecord(write=write_records)


@wrong("pipeline.tfrecord", "JPEG로 담음", "JPEG는 값을 조금 바꾸어 담습니다", typical=True)
def tfrecord_jpeg():
    def write_records(path, x, y):
        with tf.io.TFRecordWriter(path) as writer:
            for image, label in zip(x, y, strict=True):
                jpeg = tf.io.encode_jpeg(image[..., None]).numpy()
                writer.write(example_bytes(image=bytes_feature(jpeg), label=int64_feature(label)))

    def read_records(path):
        def decode(record):
            example = tf.io.parse_single_example(record, FEATURES)
            image = tf.io.decode_jpeg(example["image"])
            return tf.reshape(image, (28, 28)), example["label"]

        return tf.data.TFRecordDataset(path).map(decode)

    return tfrecord(write_records, read_records)


@wrong("pipeline.tfrecord", "가로세로를 바꿈", "가로와 세로가 바뀌었습니다")
def tfrecord_transposed():
    return tfrecord(read=lambda path: read_plain(path).map(lambda a, b: (tf.transpose(a), b)))


@wrong(
    "pipeline.tfrecord",
    "이미지와 레이블의 자리를 바꿈",
    "이미지와 레이블의 자리가 바뀌었습니다",
    never=("쓴 것과 다릅니다",),
)
def tfrecord_swapped():
    return tfrecord(read=lambda path: read_plain(path).map(lambda a, b: (b, a)))


@wrong("pipeline.tfrecord", "딕셔너리로 냄", "요소가 (이미지, 레이블) 튜플이 아닙니다")
def tfrecord_dictionary():
    return tfrecord(read=lambda path: read_plain(path).map(lambda a, b: {"image": a, "label": b}))


@wrong("pipeline.tfrecord", "섞어서 냄", "쓴 순서대로 나오지 않습니다", typical=True)
def tfrecord_shuffled():
    return tfrecord(read=lambda path: read_plain(path).shuffle(100, seed=3))


@wrong(
    "pipeline.tfrecord", "거꾸로 씀", "쓴 순서대로 나오지 않습니다", never=("섞지", "`shuffle`을")
)
def tfrecord_backwards():
    return tfrecord(write=lambda path, x, y: write_plain(path, x[::-1], y[::-1]))


@wrong("pipeline.tfrecord", "마지막을 빠뜨림", "레코드가", never=("확인하지 못했습니다",))
def tfrecord_short():
    return tfrecord(write=lambda path, x, y: write_plain(path, x[:-1], y[:-1]))


@wrong("pipeline.tfrecord", "끝없이 되풀이", "읽어도 읽어도 끝나지 않습니다")
def tfrecord_endless():
    return tfrecord(read=lambda path: read_plain(path).repeat())


@wrong("pipeline.tfrecord", "배치로 묶음", "여기서는 배치로 묶지 않습니다", typical=True)
def tfrecord_batched():
    return tfrecord(read=lambda path: read_plain(path).batch(4))


@wrong(
    "pipeline.tfrecord",
    "레코드 하나에 모두 담음",
    "레코드가 1개입니다",
    never=("쓸 때의 배열이나",),
)
def tfrecord_one_record():
    def write_records(path, x, y):
        with tf.io.TFRecordWriter(path) as writer:
            images = bytes_feature(tf.io.serialize_tensor(x).numpy())
            labels = bytes_feature(tf.io.serialize_tensor(y.astype("int64")).numpy())
            writer.write(example_bytes(image=images, label=labels))

    def read_records(path):
        features = FEATURES | {"label": tf.io.FixedLenFeature([], tf.string)}

        def decode(record):
            example = tf.io.parse_single_example(record, features)
            images = tf.io.parse_tensor(example["image"], tf.uint8)
            labels = tf.io.parse_tensor(example["label"], tf.int64)
            return tf.data.Dataset.from_tensor_slices(
                (tf.ensure_shape(images, (None, 28, 28)), tf.ensure_shape(labels, (None,)))
            )

        return tf.data.TFRecordDataset(path).flat_map(decode)

    return tfrecord(write_records, read_records)


@wrong(
    "pipeline.tfrecord", "np.savez로 씀", "TFRecord로 읽을 수 없습니다", never=("쓸 때의 배열이나",)
)
def tfrecord_numpy():
    def write_records(path, x, y):
        with open(path, "wb") as file:
            np.savez(file, x=x, y=y.astype("int64"))

    def read_records(path):
        with np.load(path) as stored:
            return tf.data.Dataset.from_tensor_slices((stored["x"], stored["y"]))

    return tfrecord(write_records, read_records)


@wrong(
    "pipeline.tfrecord",
    "dataset.save",
    "파일이 아니라 폴더가 생겼습니다",
    never=("쓸 때의 배열이나",),
)
def tfrecord_folder():
    def write_records(path, x, y):
        tf.data.Dataset.from_tensor_slices((x, y.astype("int64"))).save(path)

    return tfrecord(write_records, tf.data.Dataset.load)


@wrong(
    "pipeline.tfrecord",
    "경로에 확장자를 더함",
    "`first.tfrecord.tfrecord`는 생겼습니다",
    never=("쓸 때의 배열이나",),
)
def tfrecord_suffix():
    return tfrecord(
        lambda path, x, y: write_plain(path + ".tfrecord", x, y),
        lambda path: read_plain(path + ".tfrecord"),
    )


@wrong("pipeline.tfrecord", "마지막 배열을 기억함", "파일에 적힌 것만 보고 읽으세요")
def tfrecord_globals():
    memory = {}

    def write_records(path, x, y):
        write_plain(path, x, y)
        memory[path] = (x, y.astype("int64"))

    def read_records(path):
        return tf.data.Dataset.from_tensor_slices(memory.get(path, (memory and x_last(memory))))

    def x_last(memory):
        return list(memory.values())[-1]

    return tfrecord(write_records, read_records)


@wrong("pipeline.tfrecord", "쓸 때의 개수를 기억함", "샘플이")
def tfrecord_remembered_count():
    memory = []

    def write_records(path, x, y):
        write_plain(path, x, y)
        memory.append(len(x))

    return tfrecord(write_records, lambda path: read_plain(path).take(min(memory)))


@wrong(
    "pipeline.tfrecord",
    "부를 때 다 읽음",
    "부를 때 파일을 이미 다 읽어 둡니다",
    never=("리스트",),
    typical=True,
)
def tfrecord_eager():
    def read_records(path):
        pairs = list(read_plain(path))
        images = np.stack([image.numpy() for image, _ in pairs])
        return tf.data.Dataset.from_tensor_slices((images, [int(label) for _, label in pairs])).map(
            lambda image, label: (image, tf.cast(label, tf.int64))
        )

    return tfrecord(read=read_records)


@wrong("pipeline.tfrecord", "한 번만 돌 수 있음", "두 번째로 돌면 다릅니다")
def tfrecord_once():
    def read_records(path):
        iterator = iter(read_plain(path))
        return tf.data.Dataset.from_generator(
            lambda: iterator,
            output_signature=(tf.TensorSpec((28, 28), tf.uint8), tf.TensorSpec((), tf.int64)),
        )

    return tfrecord(read=read_records)


@wrong("pipeline.tfrecord", "이름이 다른 특성", "실행하다가 오류가 났습니다", typical=True)
def tfrecord_other_name():
    def write_records(path, x, y):
        with tf.io.TFRecordWriter(path) as writer:
            for image, label in zip(x, y, strict=True):
                writer.write(
                    example_bytes(img=bytes_feature(image.tobytes()), label=int64_feature(label))
                )

    return tfrecord(write=write_records)


@wrong("pipeline.tfrecord", "return을 빠뜨림", "아무것도 돌려주지 않습니다", typical=True)
def tfrecord_no_return():
    def read_records(path):
        read_plain(path)

    return tfrecord(read=read_records)


@wrong("pipeline.tfrecord", "늘 같은 샘플", "이미지의 값이 쓴 것과 다릅니다")
def tfrecord_constant():
    return tfrecord(
        read=lambda path: read_plain(path).map(lambda a, b: (tf.zeros_like(a), tf.zeros_like(b)))
    )


@wrong("pipeline.tfrecord", "배치마다 나오는 리스트", "리스트를 돌려줍니다")
def tfrecord_list():
    return tfrecord(read=lambda path: list(read_plain(path)))


@right("pipeline.tfrecord", "SequenceExample에 행마다")
def tfrecord_sequence():
    def write_records(path, x, y):
        with tf.io.TFRecordWriter(path) as writer:
            for image, label in zip(x, y, strict=True):
                rows = [bytes_feature(row.tobytes()) for row in image]
                example = tf.train.SequenceExample(
                    context=tf.train.Features(feature={"label": int64_feature(label)}),
                    feature_lists=tf.train.FeatureLists(
                        feature_list={"rows": tf.train.FeatureList(feature=rows)}
                    ),
                )
                writer.write(example.SerializeToString())

    def read_records(path):
        def decode(record):
            label, rows = tf.io.parse_single_sequence_example(
                record,
                {"label": tf.io.FixedLenFeature([], tf.int64)},
                {"rows": tf.io.FixedLenSequenceFeature([], tf.string)},
            )
            image = tf.io.decode_raw(rows["rows"], tf.uint8)
            return tf.ensure_shape(image, (28, 28)), label["label"]

        return tf.data.TFRecordDataset(path).map(decode)

    return tfrecord(write_records, read_records)


@right("pipeline.tfrecord", "화소를 실수로, interleave로 읽기")
def tfrecord_floats():
    def write_records(path, x, y):
        with tf.io.TFRecordWriter(path) as writer:
            for image, label in zip(x, y, strict=True):
                pixels = tf.train.FloatList(value=image.flatten().astype(float))
                writer.write(
                    example_bytes(
                        pixels=tf.train.Feature(float_list=pixels), label=int64_feature(label)
                    )
                )

    def read_records(path):
        features = {
            "pixels": tf.io.FixedLenFeature([28, 28], tf.float32),
            "label": tf.io.FixedLenFeature([], tf.int64),
        }

        def decode(record):
            example = tf.io.parse_single_example(record, features)
            return tf.cast(example["pixels"], tf.uint8), example["label"]

        paths = tf.data.Dataset.from_tensors(path)
        return paths.interleave(tf.data.TFRecordDataset, cycle_length=1).map(decode)

    return tfrecord(write_records, read_records)


@wrong(
    "pipeline.tfrecord",
    "파일을 닫지 않음",
    expect="파일을 닫아야 마지막 레코드까지 쓰입니다",
    never=("`tf.io.TFRecordWriter`로 쓰세요",),
)
def tfrecord_not_closed():
    writers = []

    def write_records(path, x, y):
        writer = tf.io.TFRecordWriter(path)
        writers.append(writer)
        for image, label in zip(x, y, strict=True):
            writer.write(
                example_bytes(image=bytes_feature(image.tobytes()), label=int64_feature(label))
            )

    return tfrecord(write_records)


@wrong("pipeline.tfrecord", "앞의 열 개만 읽음", expect="`take`와 `skip`을 지우세요")
def tfrecord_ten():
    return tfrecord(read=lambda path: read_plain(path).take(10))
