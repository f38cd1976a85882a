"""03 tf.data의 문제: 참고 답안, 물음, 항목, 힌트.

여기 없는 것: 비교 방법(`judge.dataset.batches`, `judge.dataset.tfrecords`), 맞고 틀린 답(`solutions/03_pipeline/answers.py`).
"""

from __future__ import annotations

from functools import partial

import numpy as np
import tensorflow as tf

from autograder.judge.dataset import batches as batched
from autograder.judge.dataset import tfrecords
from autograder.kinds import DatasetExercise, DatasetItem, Mistake


def batches():
    def make_dataset(x, y, batch_size, shuffle=True):
        dataset = tf.data.Dataset.from_tensor_slices((x, y))
        if shuffle:
            dataset = dataset.shuffle(len(x))
        dataset = dataset.batch(batch_size)
        dataset = dataset.map(
            lambda images, labels: (tf.cast(images, tf.float32) / 255.0, labels),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
        return dataset.prefetch(tf.data.AUTOTUNE)

    return {"make_dataset": make_dataset}


def tfrecord():
    def write_records(path, x, y):
        with tf.io.TFRecordWriter(path) as writer:
            for image, label in zip(x, y, strict=True):
                pixels = tf.train.BytesList(value=[image.tobytes()])
                number = tf.train.Int64List(value=[label])
                feature = {
                    "image": tf.train.Feature(bytes_list=pixels),
                    "label": tf.train.Feature(int64_list=number),
                }
                example = tf.train.Example(features=tf.train.Features(feature=feature))
                writer.write(example.SerializeToString())

    def read_records(path):
        features = {
            "image": tf.io.FixedLenFeature([], tf.string),
            "label": tf.io.FixedLenFeature([], tf.int64),
        }

        def parse(record):
            example = tf.io.parse_single_example(record, features)
            image = tf.io.decode_raw(example["image"], tf.uint8)
            return tf.reshape(image, (28, 28)), example["label"]

        return tf.data.TFRecordDataset(path).map(parse)

    return {"write_records": write_records, "read_records": read_records}


MANY = 12_000
"""섞기를 자세히 볼 때의 샘플 수. 흔히 적는 버퍼 크기(1000, 10000)보다 넉넉히 커야 우연과 갈립니다."""


LARGE = 512
"""샘플이 많을 때의 배치 크기."""


def batches_steps(random):
    """물음 넷: 섞기, 섞지 않기, 샘플이 많을 때, 레이블이 벡터일 때.

    레이블은 모두 달라서 샘플을 알아볼 수 있습니다. 이미지도 모두 다릅니다.
    """
    total = int(random.randint(200, 250))
    size = _leaving_some(random, total)
    count = int(random.randint(60, 90))
    many = MANY + int(random.randint(500))
    many += many % LARGE == 0
    dark = _different(random, (count, 4, 3, 2), int(random.randint(120, 190)))
    arrays = {
        "x0": _different(random, (total, 6, 5), 256),
        "y0": random.permutation(256)[:total].astype("uint8"),
        "x1": dark,
        "y1": random.choice(10**6, count, replace=False).astype("int64"),
        "x2": random.choice(2**16, many, replace=False)
        .astype("uint16")
        .view("uint8")
        .reshape(-1, 2),
        "y2": random.permutation(many).astype("int32"),
        "x3": _different(random, (37, 8), 256),
        "y3": random.uniform(-3, 3, (37, 3)).astype("float32"),
    }
    return [
        _make(0, size, total + 3, epochs=2),
        _make(1, _leaving_some(random, count), count + 3, {"shuffle": {"value": False}}, epochs=2),
        _make(2, LARGE, many // LARGE + 3, {"shuffle": {"value": True}}),
        _make(3, _leaving_some(random, 37), 40, {"shuffle": {"value": True}}),
    ], arrays


def _make(index, size, limit, kwargs=None, epochs=1):
    return {
        "do": "dataset",
        "function": "make_dataset",
        "args": [{"array": f"x{index}"}, {"array": f"y{index}"}, {"value": size}],
        "kwargs": kwargs or {},
        "epochs": epochs,
        "limit": limit,
    }


def _leaving_some(random, total):
    """나누어떨어지지 않는 배치 크기."""
    return int(random.choice([size for size in range(8, 24) if total % size]))


def _different(random, shape, high):
    """샘플이 모두 다른 uint8 이미지. 0과 가장 큰 값이 반드시 들어 있습니다."""
    images = random.randint(0, high, shape).astype("uint8")
    images[0], images[1] = 0, high - 1
    flat = images.reshape(shape[0], -1)
    flat[2:, 0] = 1 + np.arange(shape[0] - 2) % (high - 2)
    flat[2:, 1] = np.arange(shape[0] - 2) // (high - 2)
    return images


EXTREMES = (-(2**63), -1, 2**63 - 1, 2**53 + 1)
"""실수나 8바이트보다 짧은 정수를 거치면 달라지는 레이블."""


def tfrecord_steps(random):
    """두 파일을 쓰고 모두 읽은 다음, 레코드를 옮겨 담은 파일과 읽기 전에 바뀐 파일을 읽습니다.

    바뀐 파일에는 둘째 파일의 레코드가 첫 파일의 레코드 수만큼 있습니다. 첫 파일이 있던 자리에는 다른 것이 먼저 쓰여 있습니다.
    """
    # Whoever reads ten samples only gets it wrong with every seed.
    sizes = [int(size) for size in random.permutation(np.arange(11, 16))[:2]]
    arrays = {}
    for index, size in enumerate(sizes):
        arrays[f"x{index}"] = random.randint(0, 256, (size, 28, 28)).astype("uint8")
    arrays["x0"][1] = 0
    arrays["y0"] = random.randint(0, 10, sizes[0]).astype("uint8")
    arrays["y0"][:2] = 9, 0
    arrays["y1"] = random.randint(2**25, 2**40, sizes[1]).astype("int64")
    # The same one first: what cannot be written stops every wrong answer at the same place.
    arrays["y1"][:4] = EXTREMES
    first, second = "first.tfrecord", "second.tfrecord"
    write = [_write(first, 1), _write(first, 0), _write(second, 1)]
    files = [{"do": "records", "path": path, "limit": 40} for path in (first, second)]
    both = [
        [path, number]
        for path, size in zip((first, second), sizes, strict=True)
        for number in range(size)
    ]
    moved = [both[number] for number in random.permutation(len(both))]
    mixed = {"do": "mix", "path": "third.tfrecord", "records": moved}
    turned = {
        "do": "mix",
        "path": first,
        "records": [[second, number] for number in range(sizes[0])],
    }
    return [
        *write,
        *files,
        _read(first, epochs=2),
        _read(second),
        mixed,
        _read("third.tfrecord"),
        _read(first) | {"mix": turned},
    ], arrays


def _write(path, index):
    args = [{"path": path}, {"array": f"x{index}"}, {"array": f"y{index}"}]
    return {"do": "call", "function": "write_records", "args": args}


def _read(path, epochs=1):
    return {
        "do": "dataset",
        "function": "read_records",
        "args": [{"path": path}],
        "epochs": epochs,
        "limit": 40,
    }


def _changed(change):
    """읽은 (이미지, 레이블)을 `change`로 바꾸어 내는 답. 쓸 때 바꾼 것과 같은 값이 나옵니다."""
    pair = tfrecord()
    return pair | {"read_records": lambda path: pair["read_records"](path).map(change)}


def _through(dtype):
    return lambda image, label: (image, tf.cast(tf.cast(label, dtype), tf.int64))


def _through_jpeg(image, label):
    jpeg = tf.io.encode_jpeg(image[..., tf.newaxis])
    return tf.reshape(tf.io.decode_jpeg(jpeg), (28, 28)), label


EXERCISES = (
    DatasetExercise(
        id="pipeline.batches",
        unit="03_pipeline",
        number="3-1",
        title="훈련용 입력 파이프라인",
        difficulty=2,
        minutes=20,
        subjects=("make_dataset",),
        reference=batches,
        steps=batches_steps,
        groups=(
            DatasetItem(
                "요소가 (이미지, 레이블) 쌍인 `tf.data.Dataset`", 1, batched.pairs, (0, 1, 2, 3)
            ),
            DatasetItem("이미지는 [0, 1]의 `float32`", 2, batched.images, (0, 1, 3)),
            DatasetItem("레이블은 그대로, 이미지와 짝이 맞게", 1, batched.labels, (0, 1, 3)),
            DatasetItem("에포크마다 모든 샘플이 한 번씩", 1, batched.once, (0, 1, 2, 3)),
            DatasetItem("배치 크기와 마지막 배치", 1, batched.sizes, (0, 1, 2, 3)),
            DatasetItem("`shuffle=True`면 데이터 전체를 섞기", 2, batched.shuffled, (0, 2)),
            DatasetItem("에포크마다 새로 섞기", 1, batched.reshuffled, (0,)),
            DatasetItem("`shuffle=False`면 원래 순서", 1, batched.ordered, (1,)),
        ),
        requirements=(
            "`make_dataset(x, y, batch_size, shuffle=True)`는 요소가 (이미지 배치, 레이블 배치)인 "
            "`tf.data.Dataset`을 돌려줍니다.",
            "이미지 `x`는 `uint8`입니다. 255로 나누어 [0, 1]의 `float32`로 바꿉니다. "
            "샘플 하나의 모양은 그대로입니다.",
            "레이블 `y`는 값도 자료형도 그대로입니다.",
            "한 번 돌면(한 에포크) 모든 샘플이 한 번씩 나오고 끝납니다. `batch_size`로 나누어떨어지지 않으면 "
            "마지막 배치는 작습니다.",
            "`shuffle=True`면 데이터 **전체**를 고르게 섞고(버퍼는 `len(x)` 이상), 에포크마다 **새로** "
            "섞습니다. `shuffle=False`면 원래 순서입니다.",
        ),
        hints=(
            "필요한 단계는 넷입니다: 자르기, 섞기, 묶기, 바꾸기. 섞기는 묶기보다 앞이어야 합니다. 왜일까요?",
            "`tf.data.Dataset.from_tensor_slices((x, y))`로 시작해 `shuffle`, `batch`, `map`을 잇습니다. "
            "`shuffle`의 버퍼 크기는 숫자로 못박지 말고 `len(x)`로 주세요.",
            "`if shuffle:` 안에서 `dataset = dataset.shuffle(len(x))`, 그다음 "
            "`dataset = dataset.batch(batch_size)`, "
            "`dataset.map(lambda image, label: (tf.cast(image, tf.float32) / 255.0, label))`, "
            "끝에 `.prefetch(tf.data.AUTOTUNE)`.",
        ),
    ),
    DatasetExercise(
        id="pipeline.tfrecord",
        unit="03_pipeline",
        number="3-2",
        title="TFRecord로 쓰고 읽기",
        difficulty=3,
        minutes=30,
        subjects=("write_records", "read_records"),
        reference=tfrecord,
        steps=tfrecord_steps,
        groups=(
            DatasetItem(
                "`write_records`: 샘플 하나가 레코드 하나인 TFRecord 파일",
                2,
                tfrecords.file,
                (0, 1, 2, 3, 4),
            ),
            DatasetItem("`read_records`: 요소의 자료형과 모양", 2, tfrecords.spec, (5, 6)),
            DatasetItem("왕복: 쓴 값이 쓴 순서대로", 2, tfrecords.rows, (5, 6)),
            DatasetItem("두 번 돌아도 같은 값", 1, tfrecords.again, (5,)),
            DatasetItem("파일에 적힌 것만 보고 읽기", 2, tfrecords.alone, (8,)),
            DatasetItem("미리 다 읽지 않고 돌 때 읽기", 1, tfrecords.lazy, (9,)),
        ),
        mistakes=(
            Mistake(
                make=partial(_changed, _through(tf.float32)),
                others=(partial(_changed, _through(tf.float64)),),
                advice="레이블이 실수를 거치면 큰 정수가 달라집니다(`float32`는 2²⁴부터, `float64`는 2⁵³부터). "
                "`Int64List`에 담고 `tf.int64`로 꺼내세요.",
            ),
            Mistake(
                make=partial(_changed, _through(tf.int32)),
                others=tuple(partial(_changed, _through(kind)) for kind in (tf.uint8, tf.int16)),
                advice="레이블이 `int64`보다 짧은 정수를 거쳐 잘렸습니다. 처음부터 끝까지 `int64`로 두세요.",
            ),
            Mistake(
                make=partial(
                    _changed, lambda image, label: (tf.cast(image, tf.float32) / 255, label)
                ),
                advice="이미지를 255로 나누었습니다. 여기서는 쓴 값 그대로 냅니다.",
            ),
            Mistake(
                make=partial(_changed, _through_jpeg),
                advice="JPEG는 값을 조금 바꾸어 담습니다. 바이트 그대로 담거나 PNG를 쓰세요.",
            ),
            Mistake(
                make=partial(_changed, lambda image, label: (tf.transpose(image), label)),
                advice="이미지의 가로와 세로가 바뀌었습니다.",
            ),
        ),
        requirements=(
            "`write_records(path, x, y)`는 문자열 `path`가 가리키는 자리에 TFRecord 파일 하나를 씁니다. "
            "이미 파일이 있으면 바꿔 씁니다. 샘플 하나가 레코드 하나입니다.",
            "`x`는 모양 `(N, 28, 28)`인 `uint8` 배열, `y`는 모양 `(N,)`인 정수 배열입니다. "
            "레이블은 `int64`의 어떤 값이든 될 수 있습니다.",
            "`read_records(path)`는 요소가 (이미지, 레이블)인 `tf.data.Dataset`을 돌려줍니다. 이미지는 모양 "
            "`(28, 28)`인 `uint8`, 레이블은 `int64` 스칼라이고 `element_spec`에도 그렇게 보입니다.",
            "배치로 묶거나 섞지 않고 파일에 적힌 순서대로 냅니다. 몇 번을 돌아도 같습니다.",
            "파일에 적힌 것만 보고 읽습니다. 부를 때 다 읽어 두지 않고 `Dataset`을 **돌 때** 읽습니다.",
        ),
        hints=(
            "3-1처럼 `Dataset`을 만드는 일인데, 시작이 배열이 아니라 파일입니다. "
            "쓰는 쪽에서 이미지를 무엇으로 바꾸어 담았는지가 읽는 쪽을 정합니다.",
            "쓰기: `tf.io.TFRecordWriter`, `tf.train.Example`, 이미지는 `image.tobytes()`. "
            "읽기: `tf.data.TFRecordDataset(path)`에 `map`을 잇고, 그 안에서 "
            "`tf.io.parse_single_example`, `tf.io.decode_raw`, `tf.reshape`를 차례로 씁니다.",
            '`example = tf.io.parse_single_example(record, {"image": tf.io.FixedLenFeature([], '
            'tf.string), "label": tf.io.FixedLenFeature([], tf.int64)})`, '
            '`image = tf.reshape(tf.io.decode_raw(example["image"], tf.uint8), (28, 28))`, '
            '`return image, example["label"]`.',
        ),
    ),
)
