"""04 순차형(Sequential) API의 문제: 참고 답안, 물음, 항목, 힌트.

여기 없는 것: 판정(`judge.model`), 정확도의 문턱(`exercises.thresholds`), 맞고 틀린 답(`solutions/04_sequential/answers.py`).
"""

from __future__ import annotations

import keras
from keras import layers

from autograder.exercises.prepare import scaled, with_channel
from autograder.exercises.thresholds import thresholds
from autograder.kinds import Accuracy, ModelExercise


def mlp():
    model = keras.Sequential(
        [
            keras.Input(shape=(784,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return model


def mnist():
    model = keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return model


def cifar100():
    model = keras.Sequential(
        [
            keras.Input(shape=(32, 32, 3)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dense(100, activation="softmax"),
        ]
    )
    return model


def regularized():
    model = keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(32, 2, activation="relu", kernel_regularizer=keras.regularizers.L2(0.04)),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.1),
            layers.Dense(64, activation="relu"),
            layers.BatchNormalization(),
            layers.Dense(20, activation="softmax"),
        ]
    )
    return model


EXERCISES = (
    ModelExercise(
        id="sequential.mlp",
        unit="04_sequential",
        number="4-1",
        title="층 세 개를 쌓은 모델",
        difficulty=1,
        minutes=10,
        subjects=("model",),
        reference=mlp,
        inputs={"model": (784,)},
        style="sequential",
        hints=(
            "명세의 층은 위에서부터 데이터가 지나가는 순서입니다. '순차형 API' 절의 예제를 보세요.",
            "`keras.Sequential([...])` 안에 `keras.Input`과 `layers.Dense` 세 개를 차례로 넣습니다.",
            "`keras.Sequential([keras.Input(shape=(784,)), layers.Dense(64, activation='relu'), "
            "..., layers.Dense(10, activation=...)])`",
        ),
    ),
    ModelExercise(
        id="sequential.mnist",
        unit="04_sequential",
        number="4-2",
        title="MNIST 합성곱 신경망",
        difficulty=2,
        minutes=20,
        subjects=("model",),
        reference=mnist,
        inputs={"model": (28, 28, 1)},
        style="sequential",
        accuracy=Accuracy(
            dataset="mnist", thresholds=thresholds("mnist_cnn"), prepare=with_channel
        ),
        hints=(
            "합성곱 층의 출력은 세 축(높이, 너비, 채널)이고 밀집 층은 벡터를 받습니다. "
            "그 사이에 무엇이 필요한지 명세에서 찾아보세요.",
            "`layers.Conv2D(필터 수, 커널 크기, activation=...)` 둘, `layers.Flatten()`, "
            "`layers.Dense` 둘을 씁니다.",
            "`layers.Conv2D(32, 3, activation='relu')` 다음에 필터가 64개인 같은 층, "
            "`layers.Flatten()`, `layers.Dense(128, activation='relu')`, "
            "마지막은 클래스 10개의 소프트맥스입니다.",
        ),
    ),
    ModelExercise(
        id="sequential.cifar100",
        unit="04_sequential",
        number="4-3",
        title="CIFAR-100 합성곱 신경망",
        difficulty=3,
        minutes=30,
        subjects=("model",),
        reference=cifar100,
        inputs={"model": (32, 32, 3)},
        style="sequential",
        accuracy=Accuracy(
            dataset="cifar100", thresholds=thresholds("cifar100_cnn"), prepare=scaled
        ),
        hints=(
            "4-2의 모델과 다른 점은 입력의 모양, 풀링 층, 필터 수, 출력의 클래스 수입니다. "
            "`compile`과 `fit`도 직접 불러야 정확도 항목을 얻습니다.",
            "`layers.MaxPooling2D(2)`는 높이와 너비를 반으로 줄입니다. "
            "훈련은 `compile(optimizer='adam', loss='sparse_categorical_crossentropy', "
            "metrics=['accuracy'])` 다음에 `fit`입니다.",
            "`Conv2D(16, 3)` → `MaxPooling2D(2)` → `Conv2D(32, 3)` → `MaxPooling2D(2)` → "
            "`Flatten()` → `Dense(256)` → `Dense(100)`이고, 합성곱과 `Dense(256)`은 `relu`, "
            "마지막은 `softmax`입니다. 그다음 "
            "`model.fit(cifar_x_train, cifar_y_train, epochs=5, batch_size=32, verbose=2)`입니다.",
        ),
    ),
    ModelExercise(
        id="sequential.regularized",
        unit="04_sequential",
        number="4-4",
        title="과대적합을 막는 모델",
        difficulty=3,
        minutes=20,
        subjects=("model",),
        reference=regularized,
        inputs={"model": (28, 28, 1)},
        style="sequential",
        hints=(
            "규제는 층을 더하는 것이 아니라 합성곱 층의 인수입니다. "
            "드롭아웃과 배치 정규화는 따로 층이 있습니다.",
            "`kernel_regularizer=keras.regularizers.L2(...)`, `layers.Dropout(...)`, "
            "`layers.BatchNormalization()`을 명세의 자리에 넣습니다.",
            "`layers.Conv2D(32, 2, activation='relu', "
            "kernel_regularizer=keras.regularizers.L2(0.04))`로 시작해 `MaxPooling2D()`, "
            "`Flatten()`, `Dropout(0.1)`, `Dense(64, ...)`, `BatchNormalization()`, "
            "`Dense(20, ...)` 순서입니다.",
        ),
    ),
)
