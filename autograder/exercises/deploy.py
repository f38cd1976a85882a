"""10 저장과 배포의 문제: 참고 답안, 물음, 항목, 힌트.

여기 없는 것: 문제의 꼴(`kinds.artifact`, `kinds.distributed`), 판정(`judge.artifact`, `judge.distributed`), 맞고 틀린 답(`solutions/10_deploy/answers.py`).
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from autograder.kinds import ArtifactExercise, DistributedExercise


def roundtrip():
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.activation = keras.activations.get(activation)

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

        def call(self, inputs):
            return self.activation(ops.matmul(inputs, self.kernel) + self.bias)

        def get_config(self):
            activation = keras.activations.serialize(self.activation)
            return {**super().get_config(), "units": self.units, "activation": activation}

    def save_model(model, path):
        model.save(path)

    def load_model(path):
        return keras.saving.load_model(path, custom_objects={"CustomDense": CustomDense})

    return {"save_model": save_model, "load_model": load_model}


def savedmodel():
    def export_model(model, path):
        model.export(path)

    return {"export_model": export_model}


def lite():
    import tempfile

    def to_lite(model):
        with tempfile.TemporaryDirectory() as folder:
            model.export(folder + "/exported")
            converter = tf.lite.TFLiteConverter.from_saved_model(folder + "/exported")
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            return converter.convert()

    return {"to_lite": to_lite}


def distribute():
    def distributed_step(strategy, build_model, x, y):
        global_batch = len(x)
        with strategy.scope():
            model = build_model()
            optimizer = keras.optimizers.SGD(learning_rate=0.1)
        loss_function = keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, reduction="none"
        )

        def replica_step(x, y):
            with tf.GradientTape() as tape:
                per_sample = loss_function(y, model(x, training=True))
                loss = tf.reduce_sum(per_sample) / global_batch
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            return loss

        @tf.function
        def step(x, y):
            losses = strategy.run(replica_step, args=(x, y))
            return strategy.reduce("SUM", losses, axis=None)

        dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(global_batch)
        (batch,) = strategy.experimental_distribute_dataset(dataset)
        return step(*batch)

    return {"distributed_step": distributed_step}


# ------------------------------------------------------------------ challenges


def _dense(units, activation=None, kind="Dense"):
    return {"class": kind, "config": {"units": units, "activation": activation}}


def _network(random, arrays, name, shape, parts, *, rows=6, classes=0):
    """층의 설명에 이름과 가중치를 더합니다. 가중치의 모양은 모델을 한 번 만들어 알아냅니다."""
    from autograder.observe import described

    network = {
        "name": name,
        "input": {"name": f"{name}_input", "shape": list(shape)},
        "layers": parts,
        "weights": [],
    }
    known = described.OWN_CLASSES
    inputs = keras.Input(tuple(shape))
    x = inputs
    for part in parts:
        x = (known.get(part["class"]) or getattr(layers, part["class"]))(**part["config"])(x)
    kinds = [
        (f"{name}/{number}", tuple(weight.shape), "variance" in str(weight.name))
        for number, weight in enumerate(keras.Model(inputs, x).weights)
    ]
    network["weights"] = [key for key, *_ in kinds]
    network["x"], network["y"] = f"{name}/x", f"{name}/y"
    while True:
        for key, size, variance in kinds:
            arrays[key] = _weight(random, size, variance)
        arrays[network["x"]] = random.normal(0, 1, (rows, *shape)).astype("float32")
        if len(shape) > 1 or _tells(network, arrays):
            break
    width = int(x.shape[-1])
    arrays[network["y"]] = (
        random.randint(0, classes, rows) if classes else random.normal(0, 1, (rows, width))
    ).astype("int64" if classes else "float32")
    return network


def _weight(random, size, variance):
    if variance:
        return random.uniform(0.5, 3, size).astype("float32")
    value = random.normal(0, 1, size)
    if len(size) > 1:
        return (value / (value.size / size[-1]) ** 0.5).astype("float32")
    return (value * 0.5 + 0.2).astype("float32")


def _tells(network, arrays):
    """입력이나 어느 가중치를 바꾸어도 출력이 바뀌는지. 죽은 `relu`만 있거나 소프트맥스가 굳은 모델은 아닙니다."""
    random = np.random.RandomState(0)
    weights = [arrays[key] for key in network["weights"]]
    wanted = _output(network, weights, arrays[network["x"]])
    scale = np.max(np.abs(wanted))
    if np.max(np.abs(wanted - wanted[:1])) < 0.05 * scale:
        return False
    for index, weight in enumerate(weights):
        moved = weight + 0.2 * np.mean(np.abs(weight)) * random.normal(0, 1, weight.shape)
        changed = [*weights[:index], moved, *weights[index + 1 :]]
        if np.max(np.abs(_output(network, changed, arrays[network["x"]]) - wanted)) < 0.005 * scale:
            return False
    return True


def _output(network, weights, x):
    """`Dense`와 배치 정규화로 된 모델의 추론 모드의 출력. 넘파이로 빨리 계산합니다."""
    left = list(weights)
    for part in network["layers"]:
        activation = part["config"].get("activation")
        if part["class"] == "BatchNormalization":
            gamma, beta, mean, variance = (left.pop(0) for _ in range(4))
            # Weights in another order may hold a variance below 0: `nan`, which is told from the answer.
            with np.errstate(invalid="ignore"):
                x = gamma * (x - mean) / np.sqrt(variance + 1e-3) + beta
        elif part["class"] in ("Dense", "CustomDense"):
            x = x @ left.pop(0) + left.pop(0)
        if activation == "relu":
            x = np.maximum(x, 0)
        elif activation == "tanh":
            x = np.tanh(x)
        elif activation == "softmax":
            powers = np.exp(x - np.max(x, axis=-1, keepdims=True))
            x = powers / np.sum(powers, axis=-1, keepdims=True)
    return x


def roundtrip_networks(random):
    arrays: dict[str, np.ndarray] = {}

    def units(low=3, high=9):
        return int(random.randint(low, high))

    plain = [
        _dense(units(), "relu"),
        {"class": "BatchNormalization", "config": {}},
        _dense(units()),
    ]
    other = [_dense(units(), "tanh"), _dense(units(), "softmax")]
    custom = [_dense(units(), "tanh", "CustomDense"), _dense(units())]

    def width(parts):
        """첫 층의 유닛 수와 다른 입력의 크기. 같으면 뒤집힌 행렬이 드러나지 않습니다."""
        taken = parts[0]["config"]["units"]
        return int(random.choice([size for size in range(3, 9) if size != taken]))

    networks = [
        _network(random, arrays, "first", (width(plain),), plain),
        _network(random, arrays, "second", (width(other),), other),
        _network(random, arrays, "custom", (width(custom),), custom),
    ]
    networks[0]["compile"] = {
        "optimizer": {
            "class": "Adam",
            "config": {"learning_rate": round(float(random.uniform(0.01, 0.1)), 3)},
        },
        "loss": "mse",
        "seed": int(random.randint(2**31)),
    }
    return networks, arrays


def savedmodel_networks(random):
    arrays: dict[str, np.ndarray] = {}
    networks = []
    # The first network is no answer to the input of the second.
    widths = random.choice(range(4, 10), 2, replace=False)
    for name, width in zip(("first", "second"), map(int, widths), strict=True):
        hidden = int(random.randint(4, 10))
        parts = [
            _dense(hidden, "relu"),
            {"class": "BatchNormalization", "config": {}},
            {"class": "Dropout", "config": {"rate": 0.5}},
            _dense(int(random.randint(2, 6)), "softmax"),
        ]
        network = _network(random, arrays, name, (width,), parts, rows=7)
        networks.append(network | {"batches": [int(random.randint(1, 3)), 7]})
    return networks, arrays


def lite_networks(random):
    arrays: dict[str, np.ndarray] = {}
    # Tensors of fewer than 1024 numbers are never quantised.
    conv = {"filters": int(random.randint(32, 41)), "kernel_size": 3, "activation": "relu"}
    parts = [
        {"class": "Conv2D", "config": conv},
        {"class": "MaxPooling2D", "config": {"pool_size": 2}},
        {"class": "Flatten", "config": {}},
        _dense(int(random.randint(90, 121)), "relu"),
        _dense(int(random.randint(40, 61))),
    ]
    network = _network(random, arrays, "net", (8, 8, 4), parts, rows=16)
    # The course's pictures are in [0, 1]: a representative dataset of such pictures is right.
    arrays[network["x"]] = random.uniform(0, 1, (16, 8, 8, 4)).astype("float32")
    return [network], arrays


LEARNING_RATE = 0.1


def distribute_network(random):
    """평균의 평균처럼 흔한 실수의 손실과 그레이디언트가 맞는 것과 뚜렷이 다를 때까지 다시 뽑습니다."""
    while True:
        networks, arrays = _distribute_network(random)
        if _tells_mistakes(networks[0], arrays):
            return networks, arrays


def _tells_mistakes(network, arrays):
    x, y = arrays["x"].astype("float64"), arrays["y"]
    first, shift, second, other_shift = (arrays[name] for name in network["weights"])
    hidden = np.tanh(x @ first + shift)
    logits = hidden @ second + other_shift
    powers = np.exp(logits - logits.max(1, keepdims=True))
    chances = powers / powers.sum(1, keepdims=True)
    losses = -np.log(chances[np.arange(len(y)), y])
    errors = chances - np.eye(chances.shape[1])[y]
    each = np.einsum("nh,nc->nhc", hidden, errors).reshape(len(y), -1)
    for parts in (np.array_split(np.arange(len(y)), 2), [np.s_[::2], np.s_[1::2]]):
        for values, apart in ((losses[:, None], 0.01), (each, 0.03)):
            right = values.mean(0)
            means = [values[part].mean(0) for part in parts]
            for wrong in (sum(means) / 2, *means):
                if np.max(np.abs(wrong - right)) < apart * np.max(np.abs(right)):
                    return False
    return True


def _distribute_network(random):
    arrays: dict[str, np.ndarray] = {}
    classes = int(random.randint(3, 6))
    parts = [_dense(int(random.randint(4, 9)), "tanh"), _dense(classes)]
    # Odd, so that a remainder can be dropped; what is left of it is no size that people write down.
    rows = int(random.choice([7, 11]))
    width = int(random.randint(3, 7))
    network = _network(random, arrays, "net", (width,), parts, rows=rows, classes=classes)
    arrays["x"], arrays["y"] = arrays.pop(network["x"]), arrays.pop(network["y"])
    return [network], arrays


EXERCISES = (
    ArtifactExercise(
        id="deploy.roundtrip",
        unit="10_deploy",
        number="10-1",
        title="저장하고 다시 읽기",
        difficulty=2,
        minutes=15,
        subjects=("save_model", "load_model"),
        reference=roundtrip,
        form="keras",
        networks=roundtrip_networks,
        requirements=(
            "`save_model(model, path)`: 모델을 `path`에 파일 하나로 저장합니다. "
            "`path`는 `.keras`로 끝나는 문자열입니다.",
            "`load_model(path)`: 그 파일만 보고 모델을 되살려 돌려줍니다. "
            "파일을 다른 곳으로 옮기거나 이름을 바꾼 뒤에도 읽습니다.",
            "위에서 만든 `CustomDense`가 든 모델도 됩니다. 이 클래스는 아직 등록하지 않았습니다.",
            "훈련을 이어서 할 수 있도록 옵티마이저의 상태까지 되살립니다.",
        ),
        hints=(
            "모델에는 구조와 가중치, 옵티마이저의 상태를 **한꺼번에** 저장하는 메서드가 있습니다. "
            "읽을 때 모르는 이름은 우리가 알려 주어야 합니다.",
            "저장은 `model.save(path)`입니다. 읽을 때는 `keras.saving.load_model`의 "
            "`custom_objects`에 이름 → 클래스의 딕셔너리를 줍니다.",
            "`return keras.saving.load_model(path, custom_objects={'CustomDense': CustomDense})`",
        ),
    ),
    ArtifactExercise(
        id="deploy.savedmodel",
        unit="10_deploy",
        number="10-2",
        title="SavedModel로 내보내기",
        difficulty=2,
        minutes=10,
        subjects=("export_model",),
        reference=savedmodel,
        form="savedmodel",
        networks=savedmodel_networks,
        requirements=(
            "`export_model(model, path)`: 모델을 `path` 폴더에 SavedModel로 내보냅니다. "
            "`path`는 아직 없는 폴더의 이름(문자열)입니다.",
            "케라스 없이 `tf.saved_model.load(path)`로 읽습니다.",
            "시그니처 `serving_default`가 있고, 입력 하나(`float32`)를 받아 모델과 같은 값을 냅니다(추론 모드).",
            "배치 크기는 몇이어도 됩니다.",
        ),
        hints=(
            "`.keras` 파일은 케라스가 읽는 파일입니다. 서빙에는 그래프가 든 폴더가 필요합니다.",
            "케라스 3에서는 `model.save`가 아니라 `model.export`가 SavedModel을 만듭니다.",
            "함수의 몸통은 `model.export(path)` 한 줄입니다.",
        ),
    ),
    ArtifactExercise(
        id="deploy.lite",
        unit="10_deploy",
        number="10-3",
        title="휴대폰에 넣을 모델",
        difficulty=3,
        minutes=20,
        subjects=("to_lite",),
        reference=lite,
        form="lite",
        networks=lite_networks,
        requirements=(
            "`to_lite(model)`: 모델을 LiteRT(TFLite)로 변환한 **바이트**를 돌려줍니다.",
            "바이트의 수는 float32 가중치(가중치 하나에 4바이트)의 절반보다 작습니다.",
            "입력과 출력은 `float32`입니다.",
            "[0, 1]의 입력을 넣으면 원래 모델과 가까운 값을 냅니다: 오차(제곱 평균의 제곱근)가 출력의 "
            "표준편차의 8 %보다 작습니다.",
        ),
        hints=(
            "`tf.lite.TFLiteConverter`로 변환합니다. 그대로 변환하면 가중치는 float32로 남습니다.",
            "`converter.optimizations = [tf.lite.Optimize.DEFAULT]`를 주면 가중치를 8비트 정수로 양자화합니다.",
            "`model.export(폴더)` → `converter = tf.lite.TFLiteConverter.from_saved_model(폴더)` → "
            "`optimizations`를 정하고 → `return converter.convert()`",
        ),
    ),
    DistributedExercise(
        id="deploy.distribute",
        unit="10_deploy",
        number="10-4",
        title="두 장치에서 훈련 스텝 하나",
        difficulty=5,
        minutes=35,
        subjects=("distributed_step",),
        reference=distribute,
        network=distribute_network,
        learning_rate=LEARNING_RATE,
        requirements=(
            "`distributed_step(strategy, build_model, x, y)`: 전체 배치 `(x, y)`로 훈련 스텝을 "
            "**한 번** 하고, 업데이트하기 전의 손실을 수 하나로 돌려줍니다.",
            "`build_model()`은 컴파일하지 않은 모델을 만들고, `strategy.scope()` 안에서 부릅니다. 출력은 로짓입니다.",
            "손실은 `SparseCategoricalCrossentropy(from_logits=True)`를 **전체 배치**에서 평균한 값, "
            "옵티마이저는 `SGD(learning_rate=0.1)`입니다.",
            "배치를 `strategy`의 replica들이 나누어 맡습니다. 모든 샘플을 어느 replica든 맡아야 합니다.",
            "샘플의 수는 replica의 수로 나누어떨어지지 않을 수도 있습니다. "
            "샘플을 더 채워 맞추었다면 손실에서는 빼세요.",
            "손실과 업데이트한 가중치가 장치 하나로 계산한 것과 같습니다.",
        ),
        hints=(
            "세 가지를 나누어 생각하세요: 변수는 어디에서 만드나(scope), 한 replica는 무엇을 하나, "
            "replica들의 손실을 어떻게 합치나.",
            "모델과 옵티마이저는 `with strategy.scope():` 안에서. replica의 함수는 샘플마다의 손실"
            "(`reduction='none'`)을 더해 **전체** 배치 크기로 나눕니다. "
            "`strategy.run`으로 실행하고 `strategy.reduce('SUM', ...)`으로 더합니다.",
            "`loss = tf.reduce_sum(per_sample) / len(전체 x)`, "
            "`batch = next(iter(strategy.experimental_distribute_dataset(dataset)))`, "
            "`losses = strategy.run(replica_step, args=batch)`, "
            "`return strategy.reduce('SUM', losses, axis=None)`.",
        ),
    ),
)
