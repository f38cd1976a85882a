"""05 함수형 API의 문제: 참고 답안, 물음, 항목, 힌트.

여기 없는 것: 판정(`judge.model`), 정확도의 문턱(`exercises.thresholds`), 맞고 틀린 답(`solutions/05_functional/answers.py`).
"""

from __future__ import annotations

import keras
from keras import layers

from autograder.exercises.prepare import flattened
from autograder.exercises.thresholds import thresholds
from autograder.kinds import Accuracy, ModelExercise


def mlp():
    inputs = keras.Input(shape=(784,), name="img")
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64, activation="relu")(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    model = keras.Model(inputs=inputs, outputs=outputs, name="mnist_model")
    return model


def mnist():
    inputs = keras.Input(shape=(28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    model = keras.Model(inputs=inputs, outputs=outputs)
    return model


def cifar100():
    inputs = keras.Input(shape=(32, 32, 3))
    x = layers.Conv2D(16, 3, activation="relu")(inputs)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(256, activation="relu")(x)
    outputs = layers.Dense(100, activation="softmax")(x)
    model = keras.Model(inputs=inputs, outputs=outputs)
    return model


def autoencoder():
    image = keras.Input(shape=(28, 28, 1), name="original_img")
    x = layers.Conv2D(16, 3, activation="relu")(image)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.MaxPooling2D(3)(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.Conv2D(16, 3, activation="relu")(x)
    code = layers.GlobalMaxPooling2D()(x)
    encoder = keras.Model(image, code, name="encoder")

    code_input = keras.Input(shape=(16,), name="encoded_img")
    x = layers.Reshape((4, 4, 1))(code_input)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    x = layers.Conv2DTranspose(32, 3, activation="relu")(x)
    x = layers.UpSampling2D(3)(x)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    restored = layers.Conv2DTranspose(1, 3, activation="relu")(x)
    decoder = keras.Model(code_input, restored, name="decoder")

    autoencoder_input = keras.Input(shape=(28, 28, 1), name="img")
    outputs = decoder(encoder(autoencoder_input))
    autoencoder = keras.Model(autoencoder_input, outputs, name="autoencoder")
    return {"encoder": encoder, "decoder": decoder, "autoencoder": autoencoder}


def ensemble():
    def make_member():
        inputs = keras.Input(shape=(128,))
        outputs = layers.Dense(1, activation="sigmoid")(inputs)
        return keras.Model(inputs, outputs)

    members = [make_member() for _ in range(3)]

    inputs = keras.Input(shape=(128,))
    outputs = layers.Average()([member(inputs) for member in members])
    ensemble = keras.Model(inputs, outputs)
    return {"members": members, "ensemble": ensemble}


EXERCISES = (
    ModelExercise(
        id="functional.mlp",
        unit="05_functional",
        number="5-1",
        title="함수형으로 만든 `mnist_model`",
        difficulty=1,
        minutes=15,
        subjects=("model",),
        reference=mlp,
        inputs={"model": (784,)},
        style="functional",
        model_name="mnist_model",
        accuracy=Accuracy(dataset="mnist", thresholds=thresholds("mnist_mlp"), prepare=flattened),
        hints=(
            "함수형 API는 입력 텐서에서 시작해 층을 하나씩 부르고, 처음과 끝을 `keras.Model`에 줍니다.",
            "`inputs = keras.Input(shape=(784,))`, `x = layers.Dense(...)(inputs)` 식으로 이어 갑니다. "
            "모델 이름은 `keras.Model(..., name=...)`입니다.",
            "`x = layers.Dense(64, activation='relu')(inputs)`를 한 번 더 하고, "
            "`outputs = layers.Dense(10, activation='softmax')(x)`, "
            "`model = keras.Model(inputs, outputs, name='mnist_model')`.",
        ),
    ),
    ModelExercise(
        id="functional.mnist",
        unit="05_functional",
        number="5-2",
        title="함수형 MNIST 합성곱 신경망",
        difficulty=2,
        minutes=15,
        subjects=("model",),
        reference=mnist,
        inputs={"model": (28, 28, 1)},
        style="functional",
        hints=(
            "4-2와 같은 층입니다. 층을 리스트에 넣는 대신 앞 층의 출력 텐서로 부릅니다.",
            "`x = layers.Conv2D(32, 3, activation='relu')(inputs)`처럼 괄호가 둘입니다. "
            "앞은 층을 만들고 뒤는 층을 부릅니다.",
            "`x = layers.Flatten()(x)` 다음 `x = layers.Dense(128, activation='relu')(x)`, "
            "`outputs = layers.Dense(10, activation='softmax')(x)`, "
            "`model = keras.Model(inputs, outputs)`.",
        ),
        pitfalls={},
    ),
    ModelExercise(
        id="functional.cifar100",
        unit="05_functional",
        number="5-3",
        title="함수형 CIFAR-100 합성곱 신경망",
        difficulty=2,
        minutes=15,
        subjects=("model",),
        reference=cifar100,
        inputs={"model": (32, 32, 3)},
        style="functional",
        hints=(
            "입력의 채널이 셋이고 풀링 층이 둘입니다. 층마다 출력 모양을 적어 보면 빠진 것이 보입니다.",
            "`layers.MaxPooling2D(2)(x)`와 `layers.Flatten()(x)`도 다른 층처럼 부릅니다.",
            "`Conv2D(16, 3)` → `MaxPooling2D(2)` → `Conv2D(32, 3)` → `MaxPooling2D(2)` → "
            "`Flatten()` → `Dense(256)` → `Dense(100, activation='softmax')`를 "
            "`x = 층(x)`로 이어 쓰고 `keras.Model(inputs, outputs)`로 묶습니다.",
        ),
    ),
    ModelExercise(
        id="functional.autoencoder",
        unit="05_functional",
        number="5-4",
        title="한 그래프, 세 모델: 오토인코더",
        difficulty=4,
        minutes=30,
        subjects=("encoder", "decoder", "autoencoder"),
        reference=autoencoder,
        inputs={"encoder": (28, 28, 1), "decoder": (16,), "autoencoder": (28, 28, 1)},
        detailed=("encoder", "decoder"),
        style="functional",
        shared="`autoencoder`는 `encoder`와 `decoder`의 가중치를 그대로 씁니다",
        requirements=(
            "`autoencoder`는 `encoder`와 같은 입력을 받아, `encoder`의 출력을 `decoder`에 넣은 결과를 냅니다. "
            "층을 새로 만들지 않고 두 모델의 가중치를 그대로 씁니다.",
        ),
        hints=(
            "모델도 층처럼 부를 수 있습니다. 새로 만들지 않고 부르면 가중치를 함께 씁니다.",
            "`encoder`와 `decoder`를 각각 `keras.Model`로 만든 뒤, 새 `keras.Input`을 "
            "`encoder`에 넣고 그 결과를 `decoder`에 넣습니다.",
            "`img = keras.Input(shape=(28, 28, 1))`, "
            "`autoencoder = keras.Model(img, decoder(encoder(img)))`. "
            "`decoder`는 `layers.Reshape((4, 4, 1))`로 시작합니다.",
        ),
    ),
    ModelExercise(
        id="functional.ensemble",
        unit="05_functional",
        number="5-5",
        title="모델 셋의 평균: 앙상블",
        difficulty=3,
        minutes=15,
        subjects=("members", "ensemble"),
        reference=ensemble,
        inputs={"members": (128,), "ensemble": (128,)},
        counts={"members": 3},
        detailed=("members",),
        style="functional",
        shared="세 모델은 가중치를 함께 쓰지 않고, `ensemble`은 그 가중치를 그대로 씁니다",
        requirements=(
            "`members`는 구조가 같은 모델 셋의 리스트(나 튜플)이며, 가중치를 함께 쓰지 않습니다.",
            "`ensemble`은 같은 입력을 세 모델에 넣고 출력의 평균을 냅니다.",
        ),
        hints=(
            "모델 하나를 세 번 부르는 것이 아니라, 모델 셋을 만들어 한 번씩 부릅니다.",
            "모델을 만드는 함수를 쓰고 세 번 부릅니다. 평균은 `layers.Average()([y1, y2, y3])`입니다.",
            "`members = [make_member() for _ in range(3)]`, "
            "`outputs = layers.Average()([member(inputs) for member in members])`, "
            "`ensemble = keras.Model(inputs, outputs)`.",
        ),
    ),
)
