"""05 함수형 API: 맞는 답과 틀린 답."""

from __future__ import annotations

import functools

import keras
import tensorflow as tf
from keras import layers, ops

from autograder.authoring.answers import right, wrong

# --- functional.mlp ---------------------------------------------------------------------------


@right("functional.mlp", "명세대로 한 줄에 층 하나씩", trained=False)
def mlp_by_lines():
    inputs = keras.Input(shape=(784,), name="img")
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64, activation="relu")(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs=inputs, outputs=outputs, name="mnist_model")


@right("functional.mlp", "층을 먼저 만들고 거꾸로 정의한 뒤에 부름", trained=False)
def mlp_layers_first():
    classify = layers.Dense(10, activation="softmax")
    second = layers.Dense(64, activation="relu")
    first = layers.Dense(64, activation="relu")
    inputs = keras.Input(shape=(784,))
    return keras.Model(inputs, classify(second(first(inputs))), name="mnist_model")


@right("functional.mlp", "활성화 함수를 층으로 따로", trained=False)
def mlp_separate_activations():
    inputs = keras.layers.Input((784,))
    x = layers.ReLU()(layers.Dense(64)(inputs))
    x = layers.Activation("relu")(layers.Dense(64)(x))
    outputs = layers.Softmax()(layers.Dense(10)(x))
    return keras.models.Model(inputs, outputs, name="mnist_model")


@right("functional.mlp", "활성화 함수를 keras.ops로", trained=False)
def mlp_with_ops():
    inputs = keras.Input((784,))
    x = inputs
    for _ in range(2):
        x = ops.relu(layers.Dense(64)(x))
    outputs = ops.softmax(layers.Dense(10)(x))
    return keras.Model(inputs, outputs, name="mnist_model")


@right("functional.mlp", "은닉층을 순차형으로 묶어 층처럼 부름", trained=False)
def mlp_with_nested_sequential():
    hidden = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(64, "relu")])
    inputs = keras.Input((784,))
    outputs = layers.Dense(10, "softmax")(hidden(inputs))
    return keras.Model(inputs, outputs, name="mnist_model")


@right("functional.mlp", "활성화 함수를 문자열이 아니라 함수로", trained=False)
def mlp_with_function_activations():
    inputs = keras.Input(batch_shape=(None, 784), dtype="float32")
    x = layers.Dense(64, activation=tf.nn.relu)(inputs)
    x = layers.Dense(units=64, activation=keras.activations.relu)(x)
    outputs = layers.Dense(10, activation=keras.activations.softmax)(x)
    return keras.Model(inputs=inputs, outputs=outputs, name="mnist_model")


@right("functional.mlp", "입력과 출력을 리스트로", trained=False)
def mlp_with_lists():
    inputs = keras.Input((784,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64, activation="relu")(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs=[inputs], outputs=[outputs], name="mnist_model")


@right("functional.mlp", "함수형 모델을 상속한 클래스", trained=False)
def mlp_as_functional_subclass():
    class MnistModel(keras.Model):
        def __init__(self, **kwargs):
            inputs = keras.Input((784,))
            x = layers.Dense(64, activation="relu")(inputs)
            x = layers.Dense(64, activation="relu")(x)
            super().__init__(inputs, layers.Dense(10, activation="softmax")(x), **kwargs)

    return MnistModel(name="mnist_model")


@wrong(
    "functional.mlp", "이름을 정하지 않음", expect="모델의 이름은 `mnist_model`입니다", typical=True
)
def mlp_without_name():
    inputs = keras.Input((784,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


@wrong(
    "functional.mlp", "두 번째 층도 inputs로 부름", expect="번째 밀집 층: 빠졌습니다", typical=True
)
def mlp_not_chained():
    inputs = keras.Input((784,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64, activation="relu")(inputs)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs, outputs, name="mnist_model")


@wrong("functional.mlp", "같은 층을 두 번 부름", expect="명세에 없는 층이 더 있습니다")
def mlp_same_layer_twice():
    inputs = keras.Input((784,))
    x = layers.Dense(64, activation="relu")(inputs)
    hidden = layers.Dense(64, activation="relu")
    outputs = layers.Dense(10, activation="softmax")(hidden(hidden(x)))
    return keras.Model(inputs, outputs, name="mnist_model")


@wrong("functional.mlp", "순차형으로 만듦", expect="지금 `model`은 순차형 모델입니다", typical=True)
def mlp_sequential():
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="mnist_model",
    )


@wrong(
    "functional.mlp",
    "이미지를 그대로 받음",
    expect="입력 모양이 `(784,)`이어야 하는데 `(28, 28)`",
    typical=True,
)
def mlp_image_input():
    inputs = keras.Input((28, 28))
    x = layers.Flatten()(inputs)
    x = layers.Dense(64, activation="relu")(x)
    x = layers.Dense(64, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x), name="mnist_model")


@wrong(
    "functional.mlp",
    "소프트맥스가 없음",
    expect="활성화 함수가 `softmax`여야 하는데 없습니다",
    typical=True,
)
def mlp_logits():
    inputs = keras.Input((784,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(10)(x), name="mnist_model")


@wrong(
    "functional.mlp",
    "은닉층의 활성화 함수를 하나 빠뜨림",
    expect="활성화 함수가 `relu`여야",
    typical=True,
)
def mlp_one_relu():
    inputs = keras.Input((784,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64)(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs, outputs, name="mnist_model")


@wrong(
    "functional.mlp",
    "모델이 아니라 출력 텐서",
    expect="출력 텐서(`KerasTensor`)가 들어 있습니다",
    typical=True,
)
def mlp_tensor():
    inputs = keras.Input((784,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64, activation="relu")(x)
    return layers.Dense(10, activation="softmax")(x)


@wrong("functional.mlp", "훈련하지 않음", expect="아직 훈련하지 않았어요", typical=True)
def mlp_untrained():
    return mlp_by_lines()


@wrong(
    "functional.mlp",
    "0을 곱한 층을 더함",
    expect="명세에 없는 층이 더 있습니다: 밀집 층(유닛 10개). 출력을 바꾸지 않지만",
    never=("값이 다릅니다", "계산 결과"),
)
def mlp_cancelled_layer():
    inputs = keras.Input((784,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64, activation="relu")(x)
    outputs = layers.Dense(10, activation="softmax")(x) + 0 * layers.Dense(10)(x)
    return keras.Model(inputs, outputs, name="mnist_model")


@right("functional.mlp", "ops.where로 쓴 렐루, 이름은 나중에", trained=False)
def mlp_where():
    inputs = keras.Input((784,))
    x = layers.Dense(64)(inputs)
    x = layers.Dense(64, "relu")(ops.where(x > 0, x, 0.0))
    model = keras.Model([inputs], [ops.softmax(layers.Dense(10)(x))])
    model.name = "mnist_model"
    return model


@right("functional.mlp", "reduce로 이음, 입력은 딕셔너리", trained=False)
def mlp_reduced():
    inputs = keras.Input((784,), name="pixels")
    stacked = [layers.Dense(64, "relu"), layers.Dense(64, "relu"), layers.Dense(10, "softmax")]
    outputs = functools.reduce(lambda x, layer: layer(x), stacked, inputs)
    return keras.Model({"pixels": inputs}, outputs, name="mnist_model")


@wrong(
    "functional.mlp",
    "모델 안에서 255로 나눔",
    expect="층이 아닌 연산을 지났습니다",
)
def mlp_scaled_inside():
    inputs = keras.Input((784,))
    x = layers.Dense(64, "relu")(inputs / 255.0)
    outputs = layers.Dense(10, "softmax")(layers.Dense(64, "relu")(x))
    return keras.Model(inputs, outputs, name="mnist_model")


# --- functional.mnist -------------------------------------------------------------------------


@right("functional.mnist", "명세대로")
def mnist_by_lines():
    inputs = keras.Input(shape=(28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    predictions = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs=inputs, outputs=predictions)


@right("functional.mnist", "Flatten 대신 Reshape, 인수는 모두 이름으로")
def mnist_reshape():
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(filters=32, kernel_size=(3, 3), padding="valid", activation="relu")(inputs)
    x = layers.Conv2D(filters=64, kernel_size=(3, 3), strides=1, activation="relu")(x)
    x = layers.Reshape((-1,))(x)
    x = layers.Dense(units=128, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(units=10, activation="softmax")(x))


@right("functional.mnist", "ops.reshape와 ops.relu로")
def mnist_ops():
    inputs = keras.Input((28, 28, 1))
    x = ops.relu(layers.Conv2D(32, 3)(inputs))
    x = ops.relu(layers.Conv2D(64, 3)(x))
    x = ops.reshape(x, (-1, 24 * 24 * 64))
    x = ops.relu(layers.Dense(128)(x))
    return keras.Model(inputs, ops.softmax(layers.Dense(10)(x)))


@right("functional.mnist", "특성 추출 모델과 분류 모델을 이어 붙임")
def mnist_nested():
    image = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu")(image)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    features = keras.Model(image, layers.Flatten()(x), name="features")
    vector = keras.Input((24 * 24 * 64,))
    x = layers.Dense(128, activation="relu")(vector)
    classifier = keras.Model(vector, layers.Dense(10, activation="softmax")(x), name="classifier")
    inputs = keras.Input((28, 28, 1))
    return keras.Model(inputs, classifier(features(inputs)))


@right("functional.mnist", "층의 리스트를 차례로 부름")
def mnist_loop():
    stack = [
        layers.Conv2D(32, 3),
        layers.ReLU(),
        layers.Conv2D(64, 3),
        layers.ReLU(),
        layers.Flatten(),
        layers.Dense(128),
        layers.Activation("relu"),
        layers.Dense(10),
        layers.Softmax(),
    ]
    inputs = x = keras.Input((28, 28, 1))
    for layer in stack:
        x = layer(x)
    return keras.Model(inputs, x)


@right("functional.mnist", "순차형 모델의 층을 함수형으로 다시 이음")
def mnist_from_sequential():
    base = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return keras.Model(base.inputs, base.outputs)


@wrong(
    "functional.mnist",
    "seed처럼 두 번째 합성곱도 32개",
    expect="필터가 64개여야 하는데 32개입니다",
    typical=True,
)
def mnist_narrow():
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


@wrong("functional.mnist", "Flatten이 없음", expect="`Flatten` 층: 빠졌습니다", typical=True)
def mnist_without_flatten():
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.Dense(128, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


@wrong(
    "functional.mnist",
    "첫 합성곱을 그래프에서 빠뜨림",
    expect="합성곱 층: 빠졌습니다",
    typical=True,
)
def mnist_not_chained():
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(inputs)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


@wrong("functional.mnist", "명세에 없는 풀링", expect="명세에 없는 층이 더 있습니다", typical=True)
def mnist_with_pooling():
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


@wrong("functional.mnist", "드롭아웃을 더함", expect="명세에 없는 층이 더 있습니다", typical=True)
def mnist_with_dropout():
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


@wrong(
    "functional.mnist",
    "서브클래싱으로 만듦",
    expect="지금 `model`은 서브클래싱 모델입니다",
    typical=True,
)
def mnist_subclass():
    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv1 = layers.Conv2D(32, 3, activation="relu")
            self.conv2 = layers.Conv2D(64, 3, activation="relu")
            self.flatten = layers.Flatten()
            self.dense1 = layers.Dense(128, activation="relu")
            self.dense2 = layers.Dense(10, activation="softmax")

        def call(self, inputs):
            x = self.conv2(self.conv1(inputs))
            return self.dense2(self.dense1(self.flatten(x)))

    return Network()


@wrong(
    "functional.mnist", "커널이 5", expect="커널 크기가 3×3이어야 하는데 5×5입니다", typical=True
)
def mnist_wide_kernel():
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 5, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


# --- functional.cifar100 ----------------------------------------------------------------------


@right("functional.cifar100", "seed의 이름 MaxPool2D로")
def cifar_maxpool():
    inputs = keras.Input(shape=(32, 32, 3))
    x = keras.layers.Conv2D(16, 3, activation="relu")(inputs)
    x = keras.layers.MaxPool2D((2, 2))(x)
    x = keras.layers.Conv2D(32, 3, activation="relu")(x)
    x = keras.layers.MaxPool2D((2, 2))(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(256, activation="relu")(x)
    outputs = keras.layers.Dense(100, activation="softmax")(x)
    return keras.Model(inputs=inputs, outputs=outputs)


@right("functional.cifar100", "합성곱 덩어리를 함수로")
def cifar_block():
    def block(x, filters):
        x = layers.Conv2D(filters, 3, activation="relu")(x)
        return layers.MaxPooling2D()(x)

    inputs = x = keras.Input((32, 32, 3))
    for filters in (16, 32):
        x = block(x, filters)
    x = layers.Dense(256, activation="relu")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(100, activation="softmax")(x))


@right("functional.cifar100", "풀링과 활성화를 ops로")
def cifar_ops():
    inputs = keras.Input((32, 32, 3))
    x = ops.max_pool(ops.relu(layers.Conv2D(16, 3)(inputs)), 2)
    x = ops.max_pool(ops.relu(layers.Conv2D(32, 3)(x)), 2)
    x = ops.relu(layers.Dense(256)(ops.reshape(x, (-1, 6 * 6 * 32))))
    return keras.Model(inputs, ops.softmax(layers.Dense(100)(x)))


@right("functional.cifar100", "ReLU를 풀링 다음에 둠")
def cifar_relu_after_pooling():
    # 최대 풀링과 ReLU는 순서를 바꾸어도 결과가 같습니다.
    inputs = keras.Input((32, 32, 3))
    x = layers.ReLU()(layers.MaxPooling2D(2)(layers.Conv2D(16, 3)(inputs)))
    x = layers.ReLU()(layers.MaxPooling2D(2)(layers.Conv2D(32, 3)(x)))
    x = layers.Dense(256, activation="relu")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(100, activation="softmax")(x))


@right("functional.cifar100", "특성 추출은 순차형, 전체는 함수형")
def cifar_nested():
    features = keras.Sequential(
        [
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
        ],
        name="features",
    )
    inputs = keras.Input((32, 32, 3))
    x = layers.Dense(256, activation="relu")(features(inputs))
    return keras.Model(inputs, layers.Dense(100, activation="softmax")(x))


def _cifar(classes=100, pooling=layers.MaxPooling2D, flatten=True, shape=(32, 32, 3), pools=2):
    inputs = keras.Input(shape)
    x = layers.Conv2D(16, 3, activation="relu")(inputs)
    x = pooling(2)(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    if pools == 2:
        x = pooling(2)(x)
    if flatten:
        x = layers.Flatten()(x)
    x = layers.Dense(256, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


@wrong(
    "functional.cifar100",
    "seed의 명세대로 Flatten이 없음",
    expect="`Flatten` 층: 빠졌습니다",
    typical=True,
)
def cifar_without_flatten():
    return _cifar(flatten=False)


@wrong(
    "functional.cifar100",
    "클래스가 10개",
    expect="유닛이 100개여야 하는데 10개입니다",
    typical=True,
)
def cifar_ten_classes():
    return _cifar(classes=10)


@wrong(
    "functional.cifar100",
    "평균 풀링",
    expect="`MaxPooling2D` 층이어야 하는데 `AveragePooling2D`",
    typical=True,
)
def cifar_average_pooling():
    return _cifar(pooling=layers.AveragePooling2D)


@wrong(
    "functional.cifar100",
    "두 번째 풀링이 없음",
    expect="2번째 최대 풀링 층: 빠졌습니다",
    typical=True,
)
def cifar_one_pooling():
    return _cifar(pools=1)


@wrong(
    "functional.cifar100",
    "흑백 입력",
    expect="입력 모양이 `(32, 32, 3)`이어야 하는데 `(32, 32, 1)`",
    typical=True,
)
def cifar_gray():
    return _cifar(shape=(32, 32, 1))


@wrong(
    "functional.cifar100",
    "활성화 함수가 없는 합성곱",
    expect="활성화 함수가 `relu`여야 하는데 없습니다",
    typical=True,
)
def cifar_linear():
    inputs = keras.Input((32, 32, 3))
    x = layers.MaxPooling2D(2)(layers.Conv2D(16, 3)(inputs))
    x = layers.MaxPooling2D(2)(layers.Conv2D(32, 3, activation="relu")(x))
    x = layers.Dense(256, activation="relu")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(100, activation="softmax")(x))


@wrong(
    "functional.cifar100",
    "합성곱에서 크기를 지킴",
    expect="패딩이 `valid`여야 하는데 `same`입니다",
    typical=True,
)
def cifar_same_padding():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(inputs)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Dense(256, activation="relu")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(100, activation="softmax")(x))


# --- functional.autoencoder -------------------------------------------------------------------


def _encoder_layers(image, pooling=3, last=layers.GlobalMaxPooling2D):
    x = layers.Conv2D(16, 3, activation="relu")(image)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.MaxPooling2D(pooling)(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.Conv2D(16, 3, activation="relu")(x)
    return last()(x)


def _decoder_layers(code, activation="relu", first=16, size=3):
    x = layers.Reshape((4, 4, 1))(code)
    x = layers.Conv2DTranspose(first, 3, activation="relu")(x)
    x = layers.Conv2DTranspose(32, 3, activation="relu")(x)
    x = layers.UpSampling2D(size)(x)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    return layers.Conv2DTranspose(1, 3, activation=activation)(x)


def _encoder(**changes):
    image = keras.Input((28, 28, 1))
    return keras.Model(image, _encoder_layers(image, **changes), name="encoder")


def _decoder(**changes):
    code = keras.Input((16,))
    return keras.Model(code, _decoder_layers(code, **changes), name="decoder")


def _joined(encoder, decoder):
    image = keras.Input((28, 28, 1))
    autoencoder = keras.Model(image, decoder(encoder(image)), name="autoencoder")
    return {"encoder": encoder, "decoder": decoder, "autoencoder": autoencoder}


@right("functional.autoencoder", "두 모델을 층처럼 부름")
def autoencoder_nested():
    return _joined(_encoder(), _decoder())


@right("functional.autoencoder", "인코더의 입력과 출력에 디코더를 이음")
def autoencoder_from_outputs():
    encoder, decoder = _encoder(), _decoder()
    autoencoder = keras.Model(encoder.input, decoder(encoder.output), name="autoencoder")
    return {"encoder": encoder, "decoder": decoder, "autoencoder": autoencoder}


@right("functional.autoencoder", "한 그래프에서 세 모델을 꺼냄")
def autoencoder_one_graph():
    image = keras.Input((28, 28, 1))
    code = _encoder_layers(image)
    restored = _decoder_layers(code)
    return {
        "encoder": keras.Model(image, code),
        "decoder": keras.Model(code, restored),
        "autoencoder": keras.Model(image, restored),
    }


@right("functional.autoencoder", "그래프를 다 그린 뒤 디코더의 층을 다시 부름")
def autoencoder_relinked():
    image = keras.Input((28, 28, 1))
    encoder = keras.Model(image, _encoder_layers(image))
    autoencoder = keras.Model(image, _decoder_layers(encoder.output))
    code = x = keras.Input((16,))
    for layer in autoencoder.layers[len(encoder.layers) :]:
        x = layer(x)
    return {"encoder": encoder, "decoder": keras.Model(code, x), "autoencoder": autoencoder}


@right("functional.autoencoder", "활성화와 전역 풀링을 ops로")
def autoencoder_ops():
    image = keras.Input((28, 28, 1))
    x = ops.relu(layers.Conv2D(16, 3)(image))
    x = ops.relu(layers.Conv2D(32, 3)(x))
    x = layers.MaxPool2D(3)(x)
    x = ops.relu(layers.Conv2D(32, 3)(x))
    x = ops.relu(layers.Conv2D(16, 3)(x))
    encoder = keras.Model(image, ops.max(x, axis=(1, 2)))
    code = keras.Input((16,))
    x = ops.reshape(code, (-1, 4, 4, 1))
    x = ops.relu(layers.Conv2DTranspose(16, 3)(x))
    x = ops.relu(layers.Conv2DTranspose(32, 3)(x))
    x = layers.UpSampling2D((3, 3))(x)
    x = ops.relu(layers.Conv2DTranspose(16, 3)(x))
    x = ops.relu(layers.Conv2DTranspose(1, 3)(x))
    return _joined(encoder, keras.Model(code, x))


@wrong(
    "functional.autoencoder",
    "오토인코더의 층을 모두 새로 만듦",
    expect="`autoencoder` 안에서 `encoder`의 가중치를 쓰지 않습니다",
    typical=True,
)
def autoencoder_new_layers():
    image = keras.Input((28, 28, 1))
    autoencoder = keras.Model(image, _decoder_layers(_encoder_layers(image)))
    return {"encoder": _encoder(), "decoder": _decoder(), "autoencoder": autoencoder}


@wrong(
    "functional.autoencoder",
    "디코더만 새로 만듦",
    expect="`autoencoder` 안에서 `decoder`의 가중치를 쓰지 않습니다",
    typical=True,
)
def autoencoder_new_decoder():
    encoder = _encoder()
    joined = _joined(encoder, _decoder())
    return joined | {"decoder": _decoder()}


@wrong(
    "functional.autoencoder",
    "전역 평균 풀링",
    expect="`GlobalMaxPooling2D` 층이어야 하는데",
    typical=True,
)
def autoencoder_average():
    return _joined(_encoder(last=layers.GlobalAveragePooling2D), _decoder())


@wrong(
    "functional.autoencoder",
    "마지막 활성화가 시그모이드",
    expect="`relu`여야 하는데 `sigmoid`입니다",
    typical=True,
)
def autoencoder_sigmoid():
    return _joined(_encoder(), _decoder(activation="sigmoid"))


@wrong(
    "functional.autoencoder",
    "풀링 크기가 2",
    expect="풀링 크기가 3×3이어야 하는데 2×2입니다",
    typical=True,
)
def autoencoder_pooling():
    return _joined(_encoder(pooling=2), _decoder())


@wrong(
    "functional.autoencoder",
    "업샘플링 크기가 2",
    expect="출력 모양이 `(None, 28, 28, 1)`이어야 하는데 `(None, 20, 20, 1)`입니다",
    typical=True,
)
def autoencoder_upsampling():
    return _joined(_encoder(), _decoder(size=2))


@wrong(
    "functional.autoencoder",
    "autoencoder가 부호만 냄",
    expect="출력 모양이 `(None, 28, 28, 1)`",
    typical=True,
)
def autoencoder_code_only():
    encoder, decoder = _encoder(), _decoder()
    image = keras.Input((28, 28, 1))
    return {
        "encoder": encoder,
        "decoder": decoder,
        "autoencoder": keras.Model(image, encoder(image)),
    }


@wrong(
    "functional.autoencoder", "디코더를 아직 만들지 않음", expect="`decoder` · 아직 풀지 않았어요"
)
def autoencoder_without_decoder():
    return {"encoder": _encoder(), "decoder": ..., "autoencoder": ...}


@wrong(
    "functional.autoencoder",
    "순차형으로 이음",
    expect="지금 `autoencoder`는 순차형 모델입니다",
    typical=True,
)
def autoencoder_sequential():
    encoder, decoder = _encoder(), _decoder()
    autoencoder = keras.Sequential([keras.Input((28, 28, 1)), encoder, decoder])
    return {"encoder": encoder, "decoder": decoder, "autoencoder": autoencoder}


@wrong("functional.autoencoder", "사이에 드롭아웃", expect="명세에 없는 층이 더 있습니다")
def autoencoder_dropout():
    models = _joined(_encoder(), _decoder())
    inputs = keras.Input((28, 28, 1))
    code = layers.Dropout(0.3)(models["encoder"](inputs))
    return models | {"autoencoder": keras.Model(inputs, models["decoder"](code))}


@wrong(
    "functional.autoencoder",
    "오토인코더를 두 번 지남",
    expect="`autoencoder` · 명세에 없는 층이 더 있습니다",
)
def autoencoder_twice():
    models = _joined(_encoder(), _decoder())
    image = keras.Input((28, 28, 1))
    twice = models["autoencoder"](models["autoencoder"](image))
    return models | {"autoencoder": keras.Model(image, twice)}


@wrong(
    "functional.autoencoder",
    "오토인코더를 넘기지 않음",
    expect="`autoencoder`를 넘기지 않았습니다",
    never=("`return`을 빠뜨리지 않았는지",),
)
def autoencoder_not_given():
    models = _joined(_encoder(), _decoder())
    del models["autoencoder"]
    return models


@right("functional.autoencoder", "디코더의 층을 하나씩 부름, 업샘플링은 ops.repeat로")
def autoencoder_repeat():
    code = keras.Input((16,))
    x = layers.Reshape((4, 4, -1))(code)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    x = layers.Conv2DTranspose(32, 3, activation="relu")(x)
    x = ops.repeat(ops.repeat(x, 3, axis=1), 3, axis=2)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    decoder = keras.Model(code, layers.Conv2DTranspose(1, 3, activation="relu")(x))
    encoder = _encoder()
    autoencoder = keras.Model(inputs=encoder.inputs, outputs=decoder(encoder.outputs[0]))
    return {"encoder": encoder, "decoder": decoder, "autoencoder": autoencoder}


@wrong(
    "functional.autoencoder",
    "인코더의 필터가 뒤바뀜",
    expect="`encoder` · 1번째 합성곱 층: 필터가 16개여야 하는데 32개입니다",
    never=("✘ `decoder` · ", "가중치가 이어져 있지 않아"),
)
def autoencoder_filters():
    image = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu")(image)
    x = layers.Conv2D(16, 3, activation="relu")(x)
    x = layers.MaxPooling2D(3)(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.Conv2D(16, 3, activation="relu")(x)
    encoder = keras.Model(image, layers.GlobalMaxPooling2D()(x))
    return _joined(encoder, _decoder())


@wrong(
    "functional.autoencoder",
    "부호에 밀집 층을 더함",
    expect="`encoder` · 명세에 없는 층이 더 있습니다",
    never=("✘ `decoder` · ", "따로 있어야 하는데 같은 것"),
)
def autoencoder_dense_code():
    image = keras.Input((28, 28, 1))
    encoder = keras.Model(image, layers.Dense(16)(_encoder_layers(image)))
    return _joined(encoder, _decoder())


@wrong(
    "functional.autoencoder",
    "디코더 앞에 밀집 층을 더함",
    expect="`decoder` · 명세에 없는 층이 더 있습니다",
    never=("✘ `encoder` · ", "따로 있어야 하는데 같은 것"),
)
def autoencoder_dense_decoder():
    code = keras.Input((16,))
    decoder = keras.Model(code, _decoder_layers(layers.Dense(16)(code)))
    return _joined(_encoder(), decoder)


@wrong(
    "functional.autoencoder",
    "복제한 층에 가중치를 옮겨 담음",
    expect="`autoencoder` 안에서 `encoder`의 가중치를 쓰지 않습니다",
    never=("층이 명세와 다릅니다",),
)
def autoencoder_copied():
    models = _joined(_encoder(), _decoder())
    copied = keras.models.clone_model(models["autoencoder"])
    copied.set_weights(models["autoencoder"].get_weights())
    return models | {"autoencoder": copied}


# --- functional.ensemble ----------------------------------------------------------------------


def _member(activation="sigmoid"):
    inputs = keras.Input((128,))
    return keras.Model(inputs, layers.Dense(1, activation=activation)(inputs))


def _ensemble(members, combine):
    inputs = keras.Input((128,))
    return {
        "members": members,
        "ensemble": keras.Model(inputs, combine([member(inputs) for member in members])),
    }


@right("functional.ensemble", "함수를 세 번 부르고 Average 층으로")
def ensemble_average():
    return _ensemble([_member() for _ in range(3)], layers.Average())


@right("functional.ensemble", "seed처럼 하나씩 이름을 붙여서")
def ensemble_named():
    model1, model2, model3 = _member(), _member(), _member()
    inputs = keras.Input(shape=(128,))
    y1, y2, y3 = model1(inputs), model2(inputs), model3(inputs)
    outputs = layers.average([y1, y2, y3])
    return {"members": [model1, model2, model3], "ensemble": keras.Model(inputs, outputs)}


@right("functional.ensemble", "더해서 셋으로 나눔")
def ensemble_operators():
    return _ensemble([_member() for _ in range(3)], lambda y: (y[0] + y[1] + y[2]) / 3)


@right("functional.ensemble", "쌓아서 ops.mean")
def ensemble_stack():
    return _ensemble([_member() for _ in range(3)], lambda y: ops.mean(ops.stack(y), axis=0))


@right("functional.ensemble", "설정으로 복제한 세 모델, 튜플, 거꾸로 부름")
def ensemble_clones():
    # 복제하면 이름까지 같아지므로 이름을 새로 줍니다.
    config = _member().get_config()
    members = tuple(keras.Model.from_config(config | {"name": name}) for name in "abc")
    inputs = keras.Input((128,))
    outputs = layers.Average()([member(inputs) for member in reversed(members)])
    return {"members": members, "ensemble": keras.Model(inputs, outputs)}


@right("functional.ensemble", "한 그래프 위의 세 모델")
def ensemble_one_graph():
    inputs = keras.Input((128,))
    outputs = [layers.Dense(1, activation="sigmoid")(inputs) for _ in range(3)]
    members = [keras.Model(inputs, output) for output in outputs]
    return {"members": members, "ensemble": keras.Model(inputs, layers.Average()(outputs))}


@wrong(
    "functional.ensemble",
    "모델 하나를 세 번",
    expect="가중치가 따로 있어야 하는데 같은 것입니다",
    typical=True,
)
def ensemble_one_model():
    return _ensemble([_member()] * 3, layers.Average())


@wrong(
    "functional.ensemble",
    "앙상블 안에서 모델을 새로 만듦",
    expect="`ensemble` 안에서 `members[0]`의 가중치를 쓰지 않습니다",
    typical=True,
)
def ensemble_new_members():
    inputs = keras.Input((128,))
    outputs = layers.Average()([_member()(inputs) for _ in range(3)])
    return {
        "members": [_member() for _ in range(3)],
        "ensemble": keras.Model(inputs, outputs),
    }


@wrong(
    "functional.ensemble",
    "첫 모델만 세 번 부름",
    expect="`ensemble` 안에서 `members[1]`의 가중치를 쓰지 않습니다",
    typical=True,
)
def ensemble_first_only():
    members = [_member() for _ in range(3)]
    inputs = keras.Input((128,))
    outputs = layers.Average()([members[0](inputs) for _ in members])
    return {"members": members, "ensemble": keras.Model(inputs, outputs)}


@wrong(
    "functional.ensemble",
    "더하고 나누지 않음",
    expect="`Average` 층이어야 하는데 `Add` 층입니다",
    typical=True,
)
def ensemble_sum():
    return _ensemble([_member() for _ in range(3)], layers.Add())


@wrong("functional.ensemble", "가장 큰 값", expect="`Average` 층이어야 하는데 `Maximum` 층입니다")
def ensemble_maximum():
    return _ensemble([_member() for _ in range(3)], layers.Maximum())


@wrong(
    "functional.ensemble",
    "평균을 내지 않고 이어 붙임",
    expect="출력 모양이 `(None, 1)`이어야",
    typical=True,
)
def ensemble_concatenate():
    return _ensemble([_member() for _ in range(3)], layers.Concatenate())


@wrong("functional.ensemble", "모델이 다섯", expect="모델이 3개여야 하는데 5개입니다")
def ensemble_of_five():
    members = [_member() for _ in range(5)]
    return _ensemble(members[:3], layers.Average()) | {"members": members}


@wrong("functional.ensemble", "평균 뒤에 드롭아웃", expect="명세에 없는 층이 더 있습니다")
def ensemble_dropout():
    dropout = layers.Dropout(0.2)
    return _ensemble([_member() for _ in range(3)], lambda y: dropout(layers.Average()(y)))


@wrong("functional.ensemble", "모델의 딕셔너리", expect="`members`에 모델의 리스트가 아니라")
def ensemble_dictionary():
    members = [_member() for _ in range(3)]
    return _ensemble(members, layers.Average()) | {
        "members": dict(zip("abc", members, strict=True))
    }


@wrong(
    "functional.ensemble",
    "모델이 둘",
    expect="`members`에 모델이 3개여야 하는데 2개입니다",
    never=("`None`입니다",),
    typical=True,
)
def ensemble_two():
    return _ensemble([_member() for _ in range(2)], layers.Average())


@wrong(
    "functional.ensemble",
    "시그모이드가 없음",
    expect="활성화 함수가 `sigmoid`여야 하는데 없습니다",
    typical=True,
)
def ensemble_linear():
    return _ensemble([_member(None) for _ in range(3)], layers.Average())


@right("functional.ensemble", "이어 붙여 축을 따라 평균")
def ensemble_concatenated_mean():
    return _ensemble(
        [_member() for _ in range(3)],
        lambda y: ops.mean(layers.Concatenate()(y), axis=-1, keepdims=True),
    )


@right("functional.ensemble", "더한 다음 Rescaling 층으로 셋으로 나눔")
def ensemble_rescaled():
    return _ensemble(
        [_member() for _ in range(3)], lambda y: layers.Rescaling(1 / 3)(layers.Add()(y))
    )


@right("functional.ensemble", "스스로 쓴 평균 층")
def ensemble_own_layer():
    class Mean(layers.Layer):
        def call(self, inputs):
            return sum(inputs) / len(inputs)

    return _ensemble([_member() for _ in range(3)], Mean())


@wrong("functional.ensemble", "가중 평균", expect="`ensemble` · `Average` 층: 빠졌습니다")
def ensemble_weighted():
    return _ensemble(
        [_member() for _ in range(3)], lambda y: 0.5 * y[0] + 0.25 * y[1] + 0.25 * y[2]
    )


@wrong(
    "functional.ensemble",
    "평균 위에 밀집 층을 더함",
    expect="`ensemble` · 명세에 없는 층이 더 있습니다",
    never=("세 모델은 가중치를 함께 쓰지 않고, `ensemble`은 그 가중치를 그대로 씁니다: ",),
)
def ensemble_dense_on_top():
    return _ensemble([_member() for _ in range(3)], lambda y: layers.Dense(1)(layers.Average()(y)))


@wrong(
    "functional.ensemble",
    "넷의 평균",
    expect="`ensemble` · 명세에 없는 층이 더 있습니다",
    never=("하는데 모델의 입력",),
)
def ensemble_of_four():
    return _ensemble([_member() for _ in range(4)], layers.Average())
