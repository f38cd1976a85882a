"""04 순차형 API: 맞는 답과 틀린 답."""

import functools

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from autograder import load_data
from autograder.authoring.answers import right, wrong

SPARSE = "sparse_categorical_crossentropy"


def stack(*items):
    return keras.Sequential(list(items))


# 4-1 sequential.mlp


@right("sequential.mlp", "리스트로")
def mlp_list():
    return stack(
        keras.Input((784,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@right("sequential.mlp", "add로 하나씩, 이름도 붙여서")
def mlp_add():
    model = keras.Sequential(name="my_first_model")
    model.add(keras.Input(shape=(784,), name="pixels"))
    for index in range(2):
        model.add(layers.Dense(64, activation="relu", name=f"hidden_{index}"))
    model.add(layers.Dense(10, activation="softmax", name="digits"))
    return model


@right("sequential.mlp", "활성화 함수를 따로 층으로")
def mlp_activation_layers():
    return stack(
        keras.Input((784,)),
        layers.Dense(64),
        layers.ReLU(),
        layers.Dense(64),
        layers.Activation("relu"),
        layers.Dense(10),
        layers.Softmax(),
    )


@right("sequential.mlp", "Input 없이")
def mlp_without_input():
    return stack(
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@right("sequential.mlp", "순차형 안의 순차형")
def mlp_nested():
    hidden = stack(layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu"))
    return stack(keras.Input((784,)), hidden, layers.Dense(10, activation="softmax"))


@right("sequential.mlp", "활성화 함수를 함수로, 초기화는 He로")
def mlp_function_activations():
    options = {"kernel_initializer": "he_normal"}
    return stack(
        keras.Input((784,)),
        layers.Dense(64, activation=tf.nn.relu, **options),
        layers.Dense(64, activation=keras.ops.relu, **options),
        layers.Dense(10, activation=keras.activations.softmax),
    )


@right("sequential.mlp", "Sequential을 상속한 클래스")
def mlp_subclass_of_sequential():
    class Network(keras.Sequential):
        def __init__(self):
            super().__init__()
            self.add(keras.Input((784,)))
            self.add(layers.Dense(64, activation="relu"))
            self.add(layers.Dense(64, activation="relu"))
            self.add(layers.Dense(10, activation="softmax"))

    return Network()


@right("sequential.mlp", "pop으로 고쳐 가며, 훈련까지 한 뒤")
def mlp_popped_and_trained():
    model = stack(keras.Input((784,)), layers.Dense(64, activation="relu"), layers.Dense(7))
    model.pop()
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile("adam", SPARSE, metrics=["accuracy"])
    model.fit(np.zeros((8, 784), "float32"), np.zeros(8), verbose=0)
    return model


@right("sequential.mlp", "Flatten이 앞에 하나 더(아무 일도 하지 않음)")
def mlp_idle_flatten():
    return stack(
        layers.InputLayer(shape=(784,)),
        layers.Flatten(),
        layers.Dense(units=64, activation="relu"),
        layers.Dense(units=64, activation="relu"),
        layers.Dense(units=10, activation="softmax"),
    )


@wrong(
    "sequential.mlp", "두 번째 층이 32개", expect="유닛이 64개여야 하는데 32개입니다", typical=True
)
def mlp_narrow():
    return stack(
        keras.Input((784,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong(
    "sequential.mlp",
    "은닉층에 활성화 함수가 없음",
    expect="활성화 함수가 `relu`여야 하는데 없습니다",
    typical=True,
)
def mlp_linear():
    return stack(
        keras.Input((784,)),
        layers.Dense(64),
        layers.Dense(64),
        layers.Dense(10, activation="softmax"),
    )


@wrong(
    "sequential.mlp",
    "출력이 시그모이드",
    expect="활성화 함수가 `softmax`여야 하는데 `sigmoid`입니다",
    typical=True,
)
def mlp_sigmoid():
    return stack(
        keras.Input((784,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="sigmoid"),
    )


@wrong("sequential.mlp", "층 하나가 빠짐", expect="빠졌습니다", typical=True)
def mlp_shallow():
    return stack(
        keras.Input((784,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong("sequential.mlp", "은닉층이 하나 더", expect="명세에 없는 층이 더 있습니다", typical=True)
def mlp_deep():
    hidden = [layers.Dense(64, activation="relu") for _ in range(3)]
    return stack(keras.Input((784,)), *hidden, layers.Dense(10, activation="softmax"))


@wrong(
    "sequential.mlp",
    "이미지를 그대로 받음",
    expect="입력 모양이 `(784,)`이어야 하는데",
    typical=True,
)
def mlp_image_input():
    return stack(
        keras.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong("sequential.mlp", "add의 결과를 담음", expect="`model = model.add(...)`처럼", typical=True)
def mlp_none():
    model = keras.Sequential([keras.Input((784,))])
    return model.add(layers.Dense(64))


@wrong("sequential.mlp", "층의 리스트", expect="케라스 모델이 아니라 `list`")
def mlp_plain_list():
    return [layers.Dense(64), layers.Dense(64), layers.Dense(10)]


@wrong("sequential.mlp", "함수형으로", expect="순차형(Sequential) API로 만듭니다")
def mlp_functional():
    inputs = keras.Input((784,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


@wrong("sequential.mlp", "드롭아웃을 끼워 넣음", expect="명세에 없는 층이 더 있습니다")
def mlp_dropout():
    return stack(
        keras.Input((784,)),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0.2),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@right("sequential.mlp", "아무 일도 하지 않는 층이 끼어 있음")
def mlp_idle_layers():
    return stack(
        keras.Input((784,)),
        layers.Identity(),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0),
        layers.GaussianNoise(0.0),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong("sequential.mlp", "큰 값을 자르는 relu6", expect="`relu`여야 하는데 `relu6`입니다")
def mlp_relu6():
    return stack(
        keras.Input((784,)),
        layers.Dense(64, activation="relu6"),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong("sequential.mlp", "편향이 없음", expect="편향이 있어야 하는데 없습니다")
def mlp_without_bias():
    return stack(
        keras.Input((784,)),
        layers.Dense(64, activation="relu", use_bias=False),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


class _Jitter(layers.Layer):
    """훈련할 때만 잡음을 더하는 층."""

    def call(self, inputs, training=None):
        return inputs + tf.random.normal(tf.shape(inputs)) if training else inputs


@wrong("sequential.mlp", "훈련할 때만 일하는 자기 층", expect="`_Jitter` 층")
def mlp_own_noise():
    return stack(
        keras.Input((784,)),
        _Jitter(),
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong("sequential.mlp", "소프트맥스가 없음", expect="`softmax`여야 하는데 없습니다")
def mlp_logits():
    hidden = [layers.Dense(64, activation="relu") for _ in range(2)]
    return stack(keras.Input((784,)), *hidden, layers.Dense(10))


@wrong("sequential.mlp", "층의 차례가 바뀜", expect="명세의 층이 모두 있지만 차례가 다릅니다")
def mlp_order():
    return stack(
        keras.Input((784,)),
        layers.Dense(10, activation="softmax"),
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
    )


@right("sequential.mlp", "람다로 쓴 활성화 함수")
def mlp_lambdas():
    return stack(
        keras.Input((784,)),
        layers.Dense(64, lambda x: tf.maximum(x, 0.0)),
        layers.Dense(64, lambda x: ops.relu(x)),
        layers.Dense(10, lambda x: ops.softmax(x)),
    )


@right("sequential.mlp", "설정에서 다시 만들어 복제함")
def mlp_from_config():
    model = keras.Sequential.from_config(mlp_lists().get_config())
    return keras.models.clone_model(model)


def mlp_lists():
    dense = functools.partial(layers.Dense, activation="relu")
    return keras.Sequential(
        [keras.Input(batch_shape=(None, 784))]
        + [dense(64) for _ in range(2)]
        + [dense(10, activation=keras.activations.get("softmax"))]
    )


@right("sequential.mlp", "partial과 반복, 처음 부를 때 만들어짐")
def mlp_called():
    model = keras.Sequential(mlp_lists().layers)
    model(np.zeros((1, 784), "float32"))
    return model


@wrong(
    "sequential.mlp",
    "정수를 받는 입력",
    expect="자료형이 `float32`여야 하는데 `int32`입니다",
    never=("층이 아닌 연산을 지났습니다",),
)
def mlp_integers():
    return stack(keras.Input((784,), dtype="int32"), *mlp_lists().layers)


@wrong(
    "sequential.mlp",
    "샘플끼리의 소프트맥스",
    expect="`softmax`여야 하는데 `softmax(axis=0)`입니다",
    never=("층과 설정은 명세와 같지만",),
)
def mlp_softmax_axis():
    return stack(
        keras.Input((784,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(10),
        layers.Softmax(axis=0),
    )


# 4-2 sequential.mnist


@right("sequential.mnist", "명세 그대로, 훈련까지")
def mnist_trained():
    (x, y), _ = load_data("mnist", quiet=True)
    model = mnist_keywords()
    model.compile("adam", SPARSE, metrics=["accuracy"])
    model.fit(x[:12_000, ..., None] / np.float32(255), y[:12_000], epochs=5, verbose=0)
    return model


@right("sequential.mnist", "인수를 모두 이름으로", trained=False)
def mnist_keywords():
    return stack(
        keras.Input(shape=(28, 28, 1)),
        layers.Conv2D(
            filters=32, kernel_size=(3, 3), strides=1, padding="valid", activation="relu"
        ),
        layers.Conv2D(filters=64, kernel_size=(3, 3), strides=(1, 1), activation="relu"),
        layers.Flatten(data_format="channels_last"),
        layers.Dense(units=128, activation="relu"),
        layers.Dense(units=10, activation="softmax"),
    )


@right("sequential.mnist", "Reshape로 펴기", trained=False)
def mnist_reshape():
    return stack(
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(64, 3, activation="relu"),
        layers.Reshape((-1,)),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@right("sequential.mnist", "활성화 함수를 따로 층으로", trained=False)
def mnist_activation_layers():
    return stack(
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3),
        layers.ReLU(),
        layers.Conv2D(64, 3),
        layers.Activation("relu"),
        layers.Flatten(),
        layers.Activation("linear"),
        layers.Dense(128),
        layers.Activation(tf.nn.relu),
        layers.Dense(10),
        layers.Softmax(axis=-1),
    )


@right("sequential.mnist", "Input 없이, 강의 자료의 꼴로", trained=False)
def mnist_without_input():
    return stack(
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    )


@right("sequential.mnist", "특성 추출기와 분류기를 따로", trained=False)
def mnist_nested():
    extractor = stack(
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(64, 3, activation="relu"),
    )
    classifier = stack(
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )
    return stack(keras.Input((28, 28, 1)), extractor, classifier)


@right("sequential.mnist", "for 문과 배치 크기가 정해진 Input", trained=False)
def mnist_loop():
    model = keras.Sequential()
    model.add(keras.Input(batch_shape=(None, 28, 28, 1)))
    for filters in (32, 64):
        model.add(layers.Convolution2D(filters, [3, 3], activation="relu"))
    model.add(layers.Flatten())
    for units, activation in ((128, "relu"), (10, "softmax")):
        model.add(layers.Dense(units, activation))
    return model


@wrong(
    "sequential.mnist",
    "두 번째 합성곱이 32개(강의 자료의 실수)",
    expect="2번째 합성곱 층: 필터가 64개여야 하는데 32개입니다",
    typical=True,
)
def mnist_lecture():
    return stack(
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong("sequential.mnist", "Flatten이 없음", expect="`Flatten` 층: 빠졌습니다", typical=True)
def mnist_without_flatten():
    return stack(
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(64, 3, activation="relu"),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong("sequential.mnist", "Flatten 대신 전역 평균 풀링", expect="`Flatten` 층이어야 하는데")
def mnist_global_pooling():
    return stack(
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(64, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong(
    "sequential.mnist", "패딩이 same", expect="패딩이 `valid`여야 하는데 `same`입니다", typical=True
)
def mnist_same():
    return stack(
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Conv2D(64, 3, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong("sequential.mnist", "커널이 5", expect="커널 크기가 3×3이어야 하는데 5×5입니다")
def mnist_large_kernel():
    return stack(
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 5, activation="relu"),
        layers.Conv2D(64, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong("sequential.mnist", "풀링을 넣음", expect="명세에 없는 층이 더 있습니다", typical=True)
def mnist_pooling():
    return stack(
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong("sequential.mnist", "스트라이드가 2", expect="스트라이드가 1×1이어야 하는데 2×2입니다")
def mnist_strides():
    return stack(
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(64, 3, 2, activation="relu"),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong(
    "sequential.mnist",
    "소프트맥스가 없음",
    expect="활성화 함수가 `softmax`여야 하는데 없습니다",
    typical=True,
)
def mnist_logits():
    return stack(
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(64, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10),
    )


@wrong("sequential.mnist", "채널 축이 없는 입력", expect="`(28, 28, 1)`", typical=True)
def mnist_without_channel():
    return stack(
        keras.Input((28, 28)),
        layers.Reshape((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(64, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong("sequential.mnist", "입력을 층으로 나눔", expect="명세에 없는 층이 더 있습니다")
def mnist_rescaling():
    return stack(
        keras.Input((28, 28, 1)),
        layers.Rescaling(1 / 255),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(64, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong("sequential.mnist", "훈련하지 않음", expect="아직 훈련하지 않았어요", typical=True)
def mnist_untrained():
    return mnist_keywords()


@wrong(
    "sequential.mnist",
    "255로 나누지 않고 훈련",
    expect="255로 나누지 않고 훈련한 것 같습니다",
    typical=True,
)
def mnist_raw():
    # With luck even such a model is right about inputs in [0, 1].
    keras.utils.set_random_seed(102)
    (x, y), _ = load_data("mnist", quiet=True)
    model = mnist_keywords()
    model.compile("adam", SPARSE, metrics=["accuracy"])
    model.fit(x[:1200, ..., None].astype("float32"), y[:1200], epochs=2, verbose=0)
    return model


@wrong(
    "sequential.mnist",
    "가중치가 NaN이 됨",
    expect="가중치에 `NaN`이나 무한대가 있습니다",
    never=("학습률이 너무 크거나",),
)
def mnist_nan():
    model = mnist_keywords()
    model.set_weights([value * np.nan for value in model.get_weights()])
    return model


@wrong(
    "sequential.mnist",
    "모두 0인 가중치로 훈련(어느 사진에나 같은 답)",
    expect="같은 답",
    never=("255로 나누지 않고",),
)
def mnist_dead():
    (x, y), _ = load_data("mnist", quiet=True)
    model = mnist_keywords()
    model.set_weights([value * 0 for value in model.get_weights()])
    model.compile("adam", SPARSE, metrics=["accuracy"])
    model.fit(x[:64, ..., None] / np.float32(255), y[:64], epochs=1, verbose=0)
    return model


# 4-3 sequential.cifar100


@right("sequential.cifar100", "명세 그대로, 훈련까지")
def cifar100_trained():
    (x, y), _ = load_data("cifar100", quiet=True)
    model = cifar100_aliases()
    model.compile("adam", SPARSE, metrics=["accuracy"])
    model.fit(x / np.float32(255), y, epochs=5, batch_size=32, verbose=0)
    return model


@right("sequential.cifar100", "MaxPool2D라는 이름으로", trained=False)
def cifar100_aliases():
    return stack(
        keras.Input((32, 32, 3)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPool2D((2, 2)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPool2D((2, 2)),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(100, activation="softmax"),
    )


@right("sequential.cifar100", "활성화 함수를 따로, Reshape로 펴기", trained=False)
def cifar100_separate():
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for filters in (16, 32):
        model.add(layers.Conv2D(filters, (3, 3)))
        model.add(layers.Activation("relu"))
        model.add(layers.MaxPooling2D(pool_size=2, strides=2, padding="valid"))
    model.add(layers.Reshape((6 * 6 * 32,)))
    model.add(layers.Dense(256))
    model.add(layers.ReLU())
    model.add(layers.Dense(100))
    model.add(layers.Activation("softmax"))
    return model


@right("sequential.cifar100", "풀링 뒤에 relu(값이 같음)", trained=False)
def cifar100_relu_after_pooling():
    return stack(
        keras.Input((32, 32, 3)),
        layers.Conv2D(16, 3),
        layers.MaxPooling2D(2),
        layers.ReLU(),
        layers.Conv2D(32, 3),
        layers.MaxPooling2D(2),
        layers.ReLU(),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(100, activation="softmax"),
    )


@right("sequential.cifar100", "블록을 함수로, Input 없이", trained=False)
def cifar100_blocks():
    def block(filters):
        return stack(layers.Conv2D(filters, 3, activation="relu"), layers.MaxPooling2D())

    return stack(
        block(16),
        block(32),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(100, activation="softmax"),
    )


@wrong(
    "sequential.cifar100",
    "Flatten이 없음(강의 자료의 명세)",
    expect="`Flatten` 층: 빠졌습니다",
    typical=True,
)
def cifar100_without_flatten():
    return stack(
        keras.Input((32, 32, 3)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Dense(256, activation="relu"),
        layers.Dense(100, activation="softmax"),
    )


@wrong(
    "sequential.cifar100",
    "클래스가 10개",
    expect="유닛이 100개여야 하는데 10개입니다",
    typical=True,
)
def cifar100_ten():
    return stack(
        keras.Input((32, 32, 3)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong(
    "sequential.cifar100", "평균 풀링", expect="`MaxPooling2D` 층이어야 하는데 `AveragePooling2D`"
)
def cifar100_average():
    return stack(
        keras.Input((32, 32, 3)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.AveragePooling2D(2),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(100, activation="softmax"),
    )


@wrong(
    "sequential.cifar100",
    "필터 수가 거꾸로",
    expect="필터가 16개여야 하는데 32개입니다",
    typical=True,
)
def cifar100_reversed():
    return stack(
        keras.Input((32, 32, 3)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(100, activation="softmax"),
    )


@wrong(
    "sequential.cifar100", "둘째 풀링이 빠짐", expect="2번째 최대 풀링 층: 빠졌습니다", typical=True
)
def cifar100_one_pooling():
    return stack(
        keras.Input((32, 32, 3)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(100, activation="softmax"),
    )


@wrong(
    "sequential.cifar100", "풀링의 스트라이드가 1", expect="스트라이드가 2×2여야 하는데 1×1입니다"
)
def cifar100_pooling_strides():
    return stack(
        keras.Input((32, 32, 3)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(2, strides=1),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(100, activation="softmax"),
    )


@wrong(
    "sequential.cifar100",
    "compile만 하고 훈련하지 않음",
    expect="아직 훈련하지 않았어요",
    typical=True,
)
def cifar100_untrained():
    model = cifar100_aliases()
    model.compile("adam", SPARSE, metrics=["accuracy"])
    return model


@wrong(
    "sequential.cifar100",
    "조금만 훈련",
    expect="스텝 훈련했습니다",
    never=("5 에포크면 기준을 넘습니다",),
    typical=True,
)
def cifar100_hardly_trained():
    (x, y), _ = load_data("cifar100", quiet=True)
    model = cifar100_aliases()
    model.compile("adam", SPARSE, metrics=["accuracy"])
    model.fit(x[:2000] / np.float32(255), y[:2000], epochs=1, verbose=0)
    return model


# 4-4 sequential.regularized


def regularized(
    filters=32,
    kernel=2,
    penalty=keras.regularizers.L2,
    strength=0.04,
    pool=2,
    rate=0.1,
    units=64,
    classes=20,
):
    """명세의 층들. 틀린 답은 여기에서 한 곳을 바꿉니다."""
    return [
        keras.Input((28, 28, 1)),
        layers.Conv2D(filters, kernel, activation="relu", kernel_regularizer=penalty(strength)),
        layers.MaxPooling2D(pool),
        layers.Flatten(),
        layers.Dropout(rate),
        layers.Dense(units, activation="relu"),
        layers.BatchNormalization(),
        layers.Dense(classes, activation="softmax"),
    ]


@right("sequential.regularized", "리스트로")
def regularized_list():
    return keras.Sequential(regularized())


@right("sequential.regularized", "소문자 l2와 add로")
def regularized_add():
    model = keras.Sequential()
    model.add(keras.Input(shape=(28, 28, 1)))
    model.add(
        layers.Conv2D(32, (2, 2), activation="relu", kernel_regularizer=keras.regularizers.l2(0.04))
    )
    model.add(layers.MaxPool2D())
    model.add(layers.Flatten())
    model.add(layers.Dropout(rate=0.1, seed=1))
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.BatchNormalization())
    model.add(layers.Dense(20, activation="softmax"))
    return model


@right("sequential.regularized", "모델의 계산을 바꾸지 않는 설정: 초깃값, 제약, 이동 평균의 비율")
def regularized_free_settings():
    wanted = regularized()
    wanted[1].kernel_initializer = keras.initializers.HeNormal(seed=1)
    wanted[-3] = layers.Dense(
        64, activation="relu", bias_initializer="ones", kernel_constraint="max_norm"
    )
    wanted[-2] = layers.BatchNormalization(momentum=0.5, gamma_initializer="random_uniform")
    return stack(*wanted)


@right("sequential.regularized", "L1L2와 따로 쓴 활성화 함수")
def regularized_l1l2():
    return stack(
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 2, kernel_regularizer=keras.regularizers.L1L2(l2=0.04)),
        layers.ReLU(),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dropout(0.1),
        layers.Dense(64),
        layers.Activation("relu"),
        layers.BatchNormalization(momentum=0.9),
        layers.Dense(20),
        layers.Softmax(),
    )


def penalty(kernel):
    """L2 규제를 함수로."""
    return 0.04 * ops.sum(kernel * kernel)


def takes_functions_as_regularizers():
    """케라스 3.10까지는 `Regularizer` 객체만 받았습니다."""
    try:
        layers.Dense(1, kernel_regularizer=penalty).build((None, 1))
    except ValueError:
        return False
    return True


if takes_functions_as_regularizers():

    @right("sequential.regularized", "규제를 함수로")
    def regularized_by_function():
        items = regularized()
        items[1] = layers.Conv2D(32, 2, activation="relu", kernel_regularizer=penalty)
        return keras.Sequential(items)


@right("sequential.regularized", "Input 없이, 훈련한 뒤")
def regularized_trained():
    model = keras.Sequential(regularized()[1:])
    model.compile("adam", SPARSE)
    model.fit(np.random.rand(32, 28, 28, 1).astype("float32"), np.arange(32) % 20, verbose=0)
    return model


@right("sequential.regularized", "Flatten 앞의 드롭아웃(하는 일이 같음)")
def regularized_dropout_before_flatten():
    items = regularized()
    items[3], items[4] = items[4], items[3]
    return keras.Sequential(items)


@wrong("sequential.regularized", "좌우로 뒤집는 층", expect="`RandomFlip` 층")
def regularized_flipped():
    items = regularized()
    return keras.Sequential([items[0], layers.RandomFlip(), *items[1:]])


@wrong("sequential.regularized", "모델을 동결함", expect="훈련되지 않는 가중치가 있습니다")
def regularized_frozen():
    model = keras.Sequential(regularized())
    model.trainable = False
    return model


@wrong("sequential.regularized", "배치 정규화에 beta가 없음", expect="가중치의 수")
def regularized_without_beta():
    items = regularized()
    items[6] = layers.BatchNormalization(center=False)
    return keras.Sequential(items)


@wrong(
    "sequential.regularized",
    "규제가 없음",
    expect="커널 규제가 `L2(0.04)`여야 하는데 없습니다",
    typical=True,
)
def regularized_without_penalty():
    items = regularized()
    items[1] = layers.Conv2D(32, 2, activation="relu")
    return keras.Sequential(items)


@wrong("sequential.regularized", "규제의 계수가 0.4", expect="`L2(0.04)`", typical=True)
def regularized_strong():
    return keras.Sequential(regularized(strength=0.4))


@wrong("sequential.regularized", "L1 규제", expect="`L1(0.04)`")
def regularized_l1():
    return keras.Sequential(regularized(penalty=keras.regularizers.L1))


@wrong(
    "sequential.regularized", "규제가 밀집 층에", expect="커널 규제가 없어야 하는데", typical=True
)
def regularized_elsewhere():
    items = regularized()
    items[1] = layers.Conv2D(32, 2, activation="relu")
    items[5] = layers.Dense(64, "relu", kernel_regularizer=keras.regularizers.L2(0.04))
    return keras.Sequential(items)


@wrong(
    "sequential.regularized",
    "드롭아웃이 0.9",
    expect="비율이 0.1이어야 하는데 0.9입니다",
    typical=True,
)
def regularized_keep_rate():
    return keras.Sequential(regularized(rate=0.9))


@wrong("sequential.regularized", "드롭아웃이 빠짐", expect="드롭아웃 층: 빠졌습니다", typical=True)
def regularized_without_dropout():
    items = regularized()
    del items[4]
    return keras.Sequential(items)


@wrong(
    "sequential.regularized",
    "드롭아웃이 밀집 층 뒤에",
    expect="드롭아웃 층: 자리가 다릅니다",
    typical=True,
)
def regularized_late_dropout():
    items = regularized()
    items[4], items[5] = items[5], items[4]
    return keras.Sequential(items)


@wrong(
    "sequential.regularized",
    "배치 정규화가 빠짐",
    expect="배치 정규화 층: 빠졌습니다",
    typical=True,
)
def regularized_without_normalization():
    items = regularized()
    del items[6]
    return keras.Sequential(items)


@wrong("sequential.regularized", "층 정규화", expect="`BatchNormalization` 층이어야 하는데")
def regularized_layer_normalization():
    items = regularized()
    items[6] = layers.LayerNormalization()
    return keras.Sequential(items)


@wrong(
    "sequential.regularized",
    "커널이 3",
    expect="커널 크기가 2×2여야 하는데 3×3입니다",
    typical=True,
)
def regularized_kernel():
    return keras.Sequential(regularized(kernel=3))


@wrong("sequential.regularized", "풀링이 3", expect="풀링 크기가 2×2여야 하는데 3×3입니다")
def regularized_pool():
    return keras.Sequential(regularized(pool=3))


@wrong("sequential.regularized", "클래스가 10개", expect="유닛이 20개여야 하는데 10개입니다")
def regularized_ten():
    return keras.Sequential(regularized(classes=10))


def _regularized(number, layer):
    """명세의 층들에서 하나만 바꾼 모델. `number`는 명세의 번호입니다."""
    items = regularized()
    items[number] = layer
    return keras.Sequential(items)


class OwnL2(keras.regularizers.Regularizer):
    def __call__(self, x):
        return 0.04 * tf.reduce_sum(x**2)

    def get_config(self):
        return {}


@right("sequential.regularized", "규제를 스스로 쓴 클래스로")
def regularized_own_class():
    return _regularized(1, layers.Conv2D(32, 2, activation="relu", kernel_regularizer=OwnL2()))


@right("sequential.regularized", "규제를 설정 딕셔너리로")
def regularized_dictionary():
    penalty = {"class_name": "L2", "config": {"l2": 0.04}}
    return _regularized(1, layers.Conv2D(32, [2, 2], activation="relu", kernel_regularizer=penalty))


@wrong(
    "sequential.regularized",
    "계수가 반인 규제 함수",
    expect="커널 규제가 `L2(0.04)`여야 하는데 `다른 함수`입니다",
    never=("__lambda__",),
)
def regularized_half_lambda():
    return _regularized(
        1,
        layers.Conv2D(
            32, 2, activation="relu", kernel_regularizer=lambda w: 0.02 * ops.sum(ops.square(w))
        ),
    )


@wrong(
    "sequential.regularized",
    "샘플마다 같은 자리를 가리는 드롭아웃",
    expect="가리는 모양이 없어야 하는데",
)
def regularized_noise_shape():
    return _regularized(4, layers.Dropout(0.1, noise_shape=(1, 5408)))


@wrong(
    "sequential.regularized",
    "훈련하지 않을 때도 가리는 람다",
    expect="`Dropout` 층이어야 하는데 `Lambda` 층입니다",
)
def regularized_always_dropped():
    return _regularized(4, layers.Lambda(lambda x: tf.nn.dropout(x, 0.1)))
