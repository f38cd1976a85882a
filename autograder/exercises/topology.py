"""06 복잡한 그래프의 문제: 참고 답안, 물음, 항목, 힌트.

여기 없는 것: 모델의 판정(`judge.model`), 모델을 돌려주는 함수의 판정(`judge.transform`, `judge.finetune`), 맞고 틀린 답(`solutions/06_topology/answers.py`).
"""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from autograder.kinds import (
    FinetuneExercise,
    Flags,
    ModelExercise,
    Tokens,
    TransformExercise,
    TransformItem,
)


def tickets():
    title = keras.Input(shape=(None,), dtype="int32", name="title")
    body = keras.Input(shape=(None,), dtype="int32", name="body")
    tags = keras.Input(shape=(12,), name="tags")

    title_features = layers.Embedding(10000, 64)(title)
    title_features = layers.LSTM(128)(title_features)
    body_features = layers.Embedding(10000, 64)(body)
    body_features = layers.LSTM(32)(body_features)
    x = layers.Concatenate()([title_features, body_features, tags])

    priority = layers.Dense(1, activation="sigmoid", name="priority")(x)
    department = layers.Dense(4, activation="softmax", name="department")(x)
    model = keras.Model(inputs=[title, body, tags], outputs=[priority, department])
    return model


def resnet():
    inputs = keras.Input(shape=(32, 32, 3), name="img")
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    block1 = layers.MaxPooling2D(3)(x)

    x = layers.Conv2D(64, 3, activation="relu", padding="same")(block1)
    x = layers.Conv2D(64, 3, activation="relu", padding="same")(x)
    block2 = layers.Add()([x, block1])

    x = layers.Conv2D(64, 3, activation="relu", padding="same")(block2)
    x = layers.Conv2D(64, 3, activation="relu", padding="same")(x)
    block3 = layers.Add()([x, block2])

    x = layers.Conv2D(64, 3, activation="relu")(block3)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    model = keras.Model(inputs, outputs, name="toy_resnet")
    return model


def inception():
    inputs = keras.Input(shape=(32, 32, 3))
    branch1 = layers.Conv2D(16, 1, padding="same", activation="relu")(inputs)

    branch2 = layers.Conv2D(16, 1, padding="same", activation="relu")(inputs)
    branch2 = layers.Conv2D(24, 3, padding="same", activation="relu")(branch2)

    branch3 = layers.Conv2D(8, 1, padding="same", activation="relu")(inputs)
    branch3 = layers.Conv2D(12, 5, padding="same", activation="relu")(branch3)

    branch4 = layers.MaxPooling2D(3, strides=1, padding="same")(inputs)
    branch4 = layers.Conv2D(12, 1, padding="same", activation="relu")(branch4)

    outputs = layers.Concatenate()([branch1, branch2, branch3, branch4])
    model = keras.Model(inputs, outputs)
    return model


def shared_embedding():
    text_a = keras.Input(shape=(None,), dtype="int32", name="text_a")
    text_b = keras.Input(shape=(None,), dtype="int32", name="text_b")
    shared = layers.Embedding(1000, 128)

    encoded_a = layers.GlobalAveragePooling1D()(shared(text_a))
    encoded_b = layers.GlobalAveragePooling1D()(shared(text_b))

    prediction_a = layers.Dense(1, activation="sigmoid", name="prediction_a")(encoded_a)
    prediction_b = layers.Dense(1, activation="sigmoid", name="prediction_b")(encoded_b)
    model = keras.Model(inputs=[text_a, text_b], outputs=[prediction_a, prediction_b])
    return model


def features():
    def make_extractor(base):
        outputs = [
            layer.output for layer in base.layers if not isinstance(layer, layers.InputLayer)
        ]
        return keras.Model(inputs=base.inputs, outputs=outputs)

    return {"make_extractor": make_extractor}


def bases(random):
    """크기와 층의 수가 그때그때 다른 순차형, 갈라졌다 만나는 함수형, 입력이 둘인 함수형 모델.

    입력이 둘인 모델의 `layers`에서는 한 입력층이 다른 층들 사이에 있습니다.
    """
    made = [_chain(random), _branches(random), _two_inputs(random)]
    size, length = made[2].inputs[0].shape[-1], int(random.randint(5, 9))
    arrays = {
        "chain": random.uniform(0, 1, (3, *made[0].inputs[0].shape[1:])).astype("float32"),
        "branches": random.uniform(0, 1, (3, *made[1].inputs[0].shape[1:])).astype("float32"),
        "numbers": random.normal(0, 1, (3, size)).astype("float32"),
        "words": random.randint(0, 20, (3, length)).astype("int32"),
    }
    inputs = [
        {"tensor": "chain"},
        {"tensor": "branches"},
        {"list": [{"tensor": "numbers"}, {"tensor": "words"}]},
    ]
    classes = ["Sequential", "Functional", "Functional"]
    return [
        {"class": kind, "config": model.get_config(), "inputs": given}
        for kind, model, given in zip(classes, made, inputs, strict=True)
    ], arrays


def _chain(random):
    filters = [int(random.randint(3, 9)) for _ in range(random.randint(1, 4))]
    model = keras.Sequential([keras.Input((int(random.randint(12, 17)), 14, 3))], name="base")
    for number, count in enumerate(filters):
        name = f"conv{number}"
        model.add(layers.Conv2D(count, 3, padding="same", activation="relu", name=name))
    model.add(layers.MaxPooling2D(2, name="pool"))
    model.add(layers.GlobalAveragePooling2D(name="gap"))
    model.add(layers.Dense(int(random.randint(4, 12)), activation="tanh", name="hidden"))
    model.add(layers.Dense(int(random.randint(3, 7)), activation="softmax", name="classes"))
    return model


def _branches(random):
    width = int(random.randint(4, 9))
    inputs = keras.Input((10, 10, 2), name="image")
    x = layers.Conv2D(width, 3, activation="relu", padding="same", name="stem")(inputs)
    left = layers.Conv2D(width, 3, activation="relu", padding="same", name="left")(x)
    right = layers.Conv2D(int(random.randint(2, 6)), 1, activation="tanh", name="right")(x)
    x = layers.Add(name="skip")([left, x])
    x = layers.Concatenate(name="joined")([x, right])
    for number in range(random.randint(1, 3)):
        x = layers.Conv2D(width, 3, activation="relu", name=f"more{number}")(x)
    x = layers.Flatten(name="flat")(x)
    outputs = layers.Dense(int(random.randint(3, 7)), name="scores")(x)
    return keras.Model(inputs, outputs, name="base")


def _two_inputs(random):
    numbers = keras.Input((int(random.randint(4, 10)),), name="numbers")
    words = keras.Input((None,), dtype="int32", name="words")
    seen = layers.Dense(int(random.randint(3, 8)), activation="relu", name="seen")(numbers)
    read = layers.Embedding(20, int(random.randint(3, 8)), name="read")(words)
    read = layers.GlobalMaxPooling1D(name="longest")(read)
    read = layers.Dense(int(random.randint(3, 8)), activation="tanh", name="told")(read)
    both = layers.Concatenate(name="both")([seen, read])
    first = layers.Dense(1, activation="sigmoid", name="first")(both)
    second = layers.Dense(int(random.randint(2, 5)), name="second")(both)
    return keras.Model([numbers, words], [first, second], name="base")


def finetune():
    def make_transfer(base, num_classes):
        base.trainable = False
        inputs = keras.Input(shape=base.input_shape[1:])
        outputs = layers.Dense(num_classes, activation="softmax")(base(inputs))
        model = keras.Model(inputs, outputs)
        model.compile(
            optimizer=keras.optimizers.Adam(1e-3),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        return model

    def open_top(model, base, count):
        base.trainable = True
        for layer in base.layers[:-count]:
            layer.trainable = False
        for layer in base.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
        model.compile(
            optimizer=keras.optimizers.Adam(1e-5),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        return model

    return {"make_transfer": make_transfer, "open_top": open_top}


def trained(random):
    """미세 조정할 모델 둘: 합성곱의 함수형과 밀집 층의 순차형. 열 층의 수는 그때그때 다릅니다.

    열 층의 바로 아래와 첫 층은 모두 배치 정규화가 아닌, 가중치가 있는 층입니다. 하나를 더 열거나 덜 열면 드러납니다.
    """
    bases, arrays = [], {}
    for number, make in enumerate((_photo_base, _table_base)):
        model, count = make(random)
        classes = int(random.randint(3, 6))
        rows = 4 * classes
        shape = (rows, *model.input_shape[1:])
        arrays[f"x{number}"] = random.normal(0, 1, shape).astype("float32")
        arrays[f"y{number}"] = (np.arange(rows) % classes).astype("int32")
        bases.append(
            {
                "class": "Sequential" if isinstance(model, keras.Sequential) else "Functional",
                "config": model.get_config(),
                "seed": int(random.randint(2**31)),
                "x": f"x{number}",
                "y": f"y{number}",
                "classes": classes,
                "count": count,
            }
        )
    return bases, arrays


def _photo_base(random):
    width = int(random.randint(4, 7))
    inputs = keras.Input((int(random.randint(6, 9)), 6, 2), name="image")
    x = layers.Conv2D(width, 3, padding="same", use_bias=False, name="stem")(inputs)
    x = layers.BatchNormalization(name="stem_norm")(x)
    x = layers.Activation("tanh", name="stem_tanh")(x)
    kept = x = layers.Conv2D(width, 1, activation="tanh", name="below")(x)
    before = 5
    # 둘: `base.layers[count:]`가 여는 층이 `[-count:]`보다 적습니다. 아래의 표에서는 더 많습니다.
    for block in range(2):
        x = layers.Conv2D(width, 3, padding="same", use_bias=False, name=f"conv{block}")(x)
        x = layers.BatchNormalization(name=f"norm{block}")(x)
        x = layers.Activation("tanh", name=f"tanh{block}")(x)
    x = layers.Add(name="skip")([x, kept])
    outputs = layers.GlobalAveragePooling2D(name="pool")(x)
    model = keras.Model(inputs, outputs, name="photo_base")
    return model, len(model.layers) - before


def _table_base(random):
    width = int(random.randint(5, 9))
    model = keras.Sequential([keras.Input((int(random.randint(4, 8)),))], name="table_base")
    model.add(layers.Dense(width, name="first"))
    model.add(layers.BatchNormalization(name="first_norm"))
    model.add(layers.Dense(width, activation="tanh", name="below"))
    before = 3
    model.add(layers.Dense(width, activation="tanh", name="dense"))
    model.add(layers.BatchNormalization(name="norm"))
    return model, len(model.layers) - before


EXERCISES = (
    ModelExercise(
        id="topology.tickets",
        unit="06_topology",
        number="6-1",
        title="티켓을 나누는 모델: 입력 셋, 출력 둘",
        difficulty=3,
        minutes=30,
        subjects=("model",),
        reference=tickets,
        inputs={"model": {"title": Tokens(10000), "body": Tokens(10000), "tags": Flags(12)}},
        output_names=("priority", "department"),
        requirements=(
            "입력과 출력의 이름은 명세와 같아야 합니다. 입력의 차례는 상관없습니다.",
            "세 특성은 제목, 본문, 태그의 차례로 이어 붙입니다.",
        ),
        hints=(
            "입력마다 길을 따로 내고, 벡터가 된 다음에 한 번 만나고, 출력 둘로 다시 갈라집니다.",
            "`keras.Input`을 셋 만듭니다. 단어 번호의 입력은 `shape=(None,)`, `dtype='int32'`입니다. "
            "제목과 본문은 저마다 `Embedding`과 `LSTM`을 지나고, 태그는 그대로 이어 붙입니다.",
            "`x = layers.Concatenate()([title_features, body_features, tags])`, "
            "`priority = layers.Dense(1, activation='sigmoid', name='priority')(x)`, "
            "`model = keras.Model(inputs=[title, body, tags], outputs=[priority, department])`.",
        ),
    ),
    ModelExercise(
        id="topology.shared_embedding",
        unit="06_topology",
        number="6-2",
        title="임베딩 하나를 함께 쓰는 두 길",
        difficulty=2,
        minutes=20,
        subjects=("model",),
        reference=shared_embedding,
        inputs={"model": [Tokens(1000), Tokens(1000)]},
        output_names=("prediction_a", "prediction_b"),
        requirements=(
            "`Embedding` 층은 하나만 만들어 두 입력에 함께 씁니다. 마지막 `Dense` 층은 따로 만듭니다.",
            "`prediction_a`는 첫 번째 입력에서, `prediction_b`는 두 번째 입력에서 나옵니다.",
        ),
        hints=(
            "층을 공유하려면 같은 객체를 두 번 부릅니다. 층을 두 번 만들면 가중치도 둘이 됩니다.",
            "`shared = layers.Embedding(1000, 128)`을 한 번 만들고 `shared(text_a)`, "
            "`shared(text_b)`로 두 번 부릅니다. 그다음 `GlobalAveragePooling1D`로 벡터 하나를 만듭니다.",
            "`encoded_a = layers.GlobalAveragePooling1D()(shared(text_a))`, "
            "`prediction_a = layers.Dense(1, activation='sigmoid', name='prediction_a')(encoded_a)`. "
            "b도 같은 꼴입니다.",
        ),
    ),
    ModelExercise(
        id="topology.resnet",
        unit="06_topology",
        number="6-3",
        title="작은 ResNet",
        difficulty=3,
        minutes=25,
        subjects=("model",),
        reference=resnet,
        inputs={"model": (32, 32, 3)},
        hints=(
            "블록의 처음 텐서를 변수에 담아 두어야 나중에 더할 수 있습니다.",
            "`block1`에서 갈라진 길은 합성곱 둘을 지나고, 다른 길은 그대로 옵니다. "
            "`layers.Add()([x, block1])`에서 만납니다. 모양이 같아야 하므로 `padding='same'`입니다.",
            "`x = layers.Conv2D(64, 3, activation='relu', padding='same')(block1)`을 한 번 더 하고 "
            "`block2 = layers.Add()([x, block1])`. `block3`은 `block2`에서 같은 꼴로 만듭니다.",
        ),
    ),
    ModelExercise(
        id="topology.inception",
        unit="06_topology",
        number="6-4",
        title="인셉션 모듈",
        difficulty=3,
        minutes=25,
        subjects=("model",),
        reference=inception,
        inputs={"model": (32, 32, 3)},
        requirements=("네 갈래는 모두 모델의 입력에서 시작하고, 명세의 차례로 이어 붙입니다.",),
        hints=(
            "같은 입력 텐서를 네 번 씁니다. 갈래마다 변수의 이름을 다르게 하세요.",
            "네 갈래의 높이와 너비가 같아야 이어 붙일 수 있습니다. 합성곱도 풀링도 "
            "`padding='same'`이고, 풀링은 `strides=1`입니다.",
            "`branch4 = layers.MaxPooling2D(3, strides=1, padding='same')(inputs)` 다음에 "
            "`layers.Conv2D(12, 1, padding='same', activation='relu')`. 마지막은 "
            "`layers.Concatenate()([branch1, branch2, branch3, branch4])`.",
        ),
    ),
    TransformExercise(
        id="topology.features",
        unit="06_topology",
        number="6-5",
        title="모든 층의 출력을 꺼내기",
        difficulty=4,
        minutes=25,
        subjects=("make_extractor",),
        reference=features,
        bases=bases,
        groups=(
            TransformItem("순차형 모델", 2, (0,)),
            TransformItem("갈라졌다가 만나는 함수형 모델", 2, (1,)),
            TransformItem("입력과 출력이 둘인 함수형 모델", 2, (2,)),
        ),
        requirements=(
            "`make_extractor(base)`는 케라스 모델을 받아, 새 모델을 돌려줍니다.",
            "새 모델은 `base`와 같은 입력을 받아, 입력층을 뺀 `base`의 모든 층의 출력을 "
            "`base.layers`의 차례대로 리스트(나 튜플)로 냅니다.",
            "층을 새로 만들지 않습니다. 가중치는 `base`의 것이고, `base`는 바뀌지 않습니다.",
            "`base`는 순차형일 수도 함수형일 수도 있고, 입력이 여럿일 수도 있습니다. "
            "층은 저마다 한 번씩만 불렸습니다.",
        ),
        hints=(
            "한 그래프에서 끝을 여럿 고르면 됩니다. 층에서 나오는 텐서는 `layer.output`입니다.",
            "`base.layers`를 돌며 `layer.output`을 리스트에 모읍니다. 입력층은 "
            "`isinstance(layer, layers.InputLayer)`로 알아봅니다. 입력은 `base.inputs`입니다.",
            "`outputs = [layer.output for layer in base.layers if not isinstance(layer, "
            "layers.InputLayer)]`, `return keras.Model(inputs=base.inputs, outputs=outputs)`.",
        ),
    ),
    FinetuneExercise(
        id="topology.finetune",
        unit="06_topology",
        number="6-6",
        title="머리를 갈고 위쪽을 열기",
        difficulty=4,
        minutes=35,
        subjects=("make_transfer", "open_top"),
        reference=finetune,
        bases=trained,
        rates=(1e-3, 1e-5),
        requirements=(
            "`make_transfer(base, num_classes)`는 `base`를 동결하고, 그 출력에 "
            "`Dense(num_classes)`와 소프트맥스로 된 머리를 붙여, `Adam(1e-3)`과 "
            "`sparse_categorical_crossentropy`로 컴파일한 모델을 돌려줍니다.",
            "`open_top(model, base, count)`는 `base`의 마지막 `count`개 층(`base.layers[-count:]`)을 열고, "
            "`Adam(1e-5)`으로 다시 컴파일한 `model`을 돌려줍니다. 그보다 아래의 층은 그대로 동결합니다.",
            "배치 정규화의 이동 평균과 이동 분산은 두 단계 모두에서 움직이지 않습니다. "
            "열린 층의 `gamma`와 `beta`는 움직여도 됩니다.",
            "`base`는 순차형일 수도 함수형일 수도 있습니다. 입력과 출력은 하나씩이고 출력은 (배치, 특성)입니다. "
            "복제하지 않고 받은 `base`를 씁니다.",
            "머리에 다른 층은 넣지 않습니다. 검사는 함수를 부를 때마다 `fit`으로 한 스텝 훈련하고, "
            "움직인 가중치를 봅니다.",
        ),
        hints=(
            "동결하고, 붙이고, 컴파일합니다. 그다음에는 열고, 아래를 다시 동결하고, 다시 컴파일합니다. "
            "`trainable`은 `compile`보다 먼저입니다.",
            "`base.trainable = True`는 안의 층을 모두 엽니다. `base.layers[:-count]`의 층과 "
            "`layers.BatchNormalization`인 층은 `layer.trainable = False`로 되돌리세요.",
            "`outputs = layers.Dense(num_classes, activation='softmax')(base(inputs))`. "
            "`open_top`에서는 `for layer in base.layers[:-count]: layer.trainable = False` 다음에 "
            "`if isinstance(layer, layers.BatchNormalization)`인 층도 동결하고 "
            "`model.compile(optimizer=keras.optimizers.Adam(1e-5), ...)`.",
        ),
    ),
)
