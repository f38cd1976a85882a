"""07 모델 서브클래싱: 맞는 답과 틀린 답."""

import warnings

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from autograder.authoring.answers import right, wrong

# ---------------------------------------------------------------- 7-1 subclass.mnist


@right("subclass.mnist", "명세 그대로")
def mnist_plain():
    class CustomModel(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv1 = layers.Conv2D(32, 3, activation="relu")
            self.conv2 = layers.Conv2D(64, 3, activation="relu")
            self.flatten = layers.Flatten()
            self.fc1 = layers.Dense(128, activation="relu")
            self.fc2 = layers.Dense(10, activation="softmax")

        def call(self, x):
            x = self.conv1(x)
            x = self.conv2(x)
            x = self.flatten(x)
            x = self.fc1(x)
            x = self.fc2(x)
            return x

    return CustomModel()


@right("subclass.mnist", "속성은 거꾸로, 활성화 함수는 텐서플로 연산으로")
def mnist_reversed():
    class Net(keras.Model):
        def __init__(self, **kwargs):
            super(Net, self).__init__(**kwargs)  # noqa: UP008
            self.last = layers.Dense(10)
            self.hidden = layers.Dense(128)
            self.conv_b = layers.Conv2D(64, (3, 3))
            self.conv_a = layers.Conv2D(32, (3, 3))

        def call(self, inputs, training=None, mask=None):
            x = tf.nn.relu(self.conv_a(inputs))
            x = tf.nn.relu(self.conv_b(x))
            x = ops.reshape(x, (-1, 24 * 24 * 64))
            x = tf.nn.relu(self.hidden(x))
            return tf.nn.softmax(self.last(x))

    return Net()


@right("subclass.mnist", "층의 리스트를 for 문으로")
def mnist_list():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.convs = [layers.Conv2D(n, 3, activation="relu") for n in (32, 64)]
            self.head = [layers.Flatten(), layers.Dense(128, "relu"), layers.Dense(10, "softmax")]

        def call(self, x):
            for layer in self.convs + self.head:
                x = layer(x)
            return x

    return Net()


@right("subclass.mnist", "안에 순차형 모델과 함수형 모델")
def mnist_nested():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            inputs = keras.Input((28, 28, 1))
            x = layers.Conv2D(32, 3, activation="relu")(inputs)
            outputs = layers.Conv2D(64, 3, activation="relu")(x)
            self.features = keras.Model(inputs, outputs)
            self.classifier = keras.Sequential(
                [layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dense(10)]
            )
            self.softmax = layers.Softmax()

        def call(self, inputs):
            return self.softmax(self.classifier(self.features(inputs)))

    return Net()


@right("subclass.mnist", "build에서 층을 만들고 keras.Input으로 불러 둔 모델")
def mnist_build():
    class Net(keras.Model):
        def build(self, input_shape):
            self.conv1 = layers.Conv2D(32, 3, activation=keras.activations.relu)
            self.conv2 = layers.Conv2D(64, 3, activation=keras.activations.relu)
            self.flatten = layers.Reshape((-1,))
            self.dense1 = layers.Dense(128, activation=tf.nn.relu)
            self.dense2 = layers.Dense(10, activation=tf.nn.softmax)
            shape = tuple(input_shape)
            for layer in (self.conv1, self.conv2, self.flatten, self.dense1, self.dense2):
                layer.build(shape)
                shape = layer.compute_output_shape(shape)

        def call(self, inputs):
            x = self.flatten(self.conv2(self.conv1(inputs)))
            return self.dense2(self.dense1(x))

    model = Net()
    model(keras.Input((28, 28, 1)))
    return model


@right("subclass.mnist", "함수형 모델을 상속하고 call을 다시 쓴 클래스")
def mnist_inherited_functional():
    class Net(keras.Model):
        def __init__(self):
            inputs = keras.Input((28, 28, 1))
            x = layers.Conv2D(32, 3, activation="relu")(inputs)
            x = layers.Conv2D(64, 3, activation="relu")(x)
            x = layers.Flatten()(x)
            x = layers.Dense(128, activation="relu")(x)
            super().__init__(inputs, layers.Dense(10, activation="softmax")(x))

        def call(self, inputs, training=None, mask=None):
            return super().call(inputs, training=training, mask=mask)

    return Net()


def _mnist(*stack):
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.stack = list(stack)

        def call(self, x):
            for layer in self.stack:
                x = layer(x)
            return x

    return Net()


@right("subclass.mnist", "build((None, 28, 28, 1))을 부른 다음 넘김")
def mnist_marked_built():
    model = mnist_plain()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.build((None, 28, 28, 1))
    return model


@right("subclass.mnist", "합성곱 부분을 다른 서브클래싱 모델로")
def mnist_two_classes():
    class Features(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Conv2D(32, 3, activation="relu")
            self.second = layers.Conv2D(64, 3, activation="relu")

        def call(self, inputs):
            return self.second(self.first(inputs))

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.features = Features()
            self.flatten = layers.Flatten()
            for index, (units, activation) in enumerate([(128, "relu"), (10, "softmax")]):
                setattr(self, f"dense{index}", layers.Dense(units, activation=activation))

        def call(self, inputs, training=None):
            x = self.flatten(self.features(inputs, training=training))
            return self.dense1(self.dense0(x))

    return Net()


@wrong(
    "subclass.mnist",
    "시드의 실수: 두 번째 합성곱이 32개",
    expect="필터가 64개여야 하는데 32개입니다",
    typical=True,
)
def mnist_filters():
    return _mnist(
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong(
    "subclass.mnist",
    "순차형으로 만든 모델",
    expect="지금 `model`은 순차형 모델입니다",
    typical=True,
)
def mnist_sequential():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


@wrong(
    "subclass.mnist",
    "괄호를 빠뜨려 클래스를 넘김",
    expect="괄호를 붙여 객체를 만드세요",
    typical=True,
)
def mnist_class():
    class MnistModel(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(10)

        def call(self, inputs):
            return self.dense(inputs)

    return MnistModel


@wrong(
    "subclass.mnist", "return을 빠뜨림", expect="모델이 아무것도 돌려주지 않습니다", typical=True
)
def mnist_no_return():
    class MnistModel(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv1 = layers.Conv2D(32, 3, activation="relu")
            self.conv2 = layers.Conv2D(64, 3, activation="relu")
            self.flatten = layers.Flatten()
            self.dense1 = layers.Dense(128, activation="relu")
            self.dense2 = layers.Dense(10, activation="softmax")

        def call(self, inputs):
            x = self.conv2(self.conv1(inputs))
            x = self.dense1(self.flatten(x))
            self.dense2(x)

    return MnistModel()


@wrong("subclass.mnist", "Flatten을 부르지 않음", expect="`Flatten` 층: 빠졌습니다", typical=True)
def mnist_no_flatten():
    return _mnist(
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(64, 3, activation="relu"),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong(
    "subclass.mnist",
    "활성화 함수를 빠뜨림",
    expect="활성화 함수가 `relu`여야 하는데 없습니다",
    typical=True,
)
def mnist_no_activation():
    return _mnist(
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(64, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(128),
        layers.Dense(10, activation="softmax"),
    )


@wrong(
    "subclass.mnist",
    "층을 보통 객체에 담아 모델이 모름",
    expect="모델이 알지 못하는 가중치가 있습니다",
)
def mnist_hidden_layers():
    class Parts:
        pass

    class MnistModel(keras.Model):
        def __init__(self):
            super().__init__()
            self.parts = Parts()
            self.parts.conv1 = layers.Conv2D(32, 3, activation="relu")
            self.parts.conv2 = layers.Conv2D(64, 3, activation="relu")
            self.flatten = layers.Flatten()
            self.dense1 = layers.Dense(128, activation="relu")
            self.dense2 = layers.Dense(10, activation="softmax")

        def call(self, inputs):
            x = self.parts.conv2(self.parts.conv1(inputs))
            return self.dense2(self.dense1(self.flatten(x)))

    return MnistModel()


@wrong(
    "subclass.mnist",
    "__init__에서 super를 빠뜨림",
    expect="`super().__init__()`을 쓰세요",
    typical=True,
)
def mnist_no_super():
    class MnistModel(keras.Model):
        def __init__(self):
            self.conv1 = layers.Conv2D(32, 3, activation="relu")

        def call(self, inputs):
            return self.conv1(inputs)

    return MnistModel()


@wrong(
    "subclass.mnist",
    "층의 이름을 잘못 씀",
    expect="`dens2`가 없고 이름이 비슷한 `dense2`와 `dense1`",
    typical=True,
)
def mnist_forgotten_x():
    class MnistModel(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv1 = layers.Conv2D(32, 3, activation="relu")
            self.conv2 = layers.Conv2D(64, 3, activation="relu")
            self.flatten = layers.Flatten()
            self.dense1 = layers.Dense(128, activation="relu")
            self.dense2 = layers.Dense(10, activation="softmax")

        def call(self, inputs):
            x = self.conv1(inputs)
            x = self.conv2(x)
            x = self.flatten(x)
            x = self.dense1(x)
            return self.dens2(x)

    return MnistModel()


class _MnistParts(keras.Model):
    """명세의 층들. 틀린 답은 `call`만 다르게 씁니다."""

    def __init__(self):
        super().__init__()
        self.conv1 = layers.Conv2D(32, 3, activation="relu")
        self.conv2 = layers.Conv2D(64, 3, activation="relu")
        self.flatten = layers.Flatten()
        self.dense1 = layers.Dense(128, activation="relu")
        self.dense2 = layers.Dense(10, activation="softmax")

    def features(self, inputs):
        return self.flatten(self.conv2(self.conv1(inputs)))

    def scores(self, x):
        return self.dense2(self.dense1(x))


@wrong(
    "subclass.mnist",
    "x =을 빠뜨림",
    expect="2번째 합성곱 층: 부르지만 결과를 쓰지 않습니다",
    never=("층과 설정은 명세와 같지만", "합성곱 층: 빠졌습니다"),
    typical=True,
)
def mnist_lost_result():
    class Net(_MnistParts):
        def call(self, inputs):
            x = self.conv1(inputs)
            self.conv2(x)
            x = self.flatten(x)
            return self.scores(x)

    return Net()


@wrong(
    "subclass.mnist",
    "x 대신 inputs를 넣음",
    expect="1번째 합성곱 층: 부르지만 결과를 쓰지 않습니다",
    typical=True,
)
def mnist_skipped():
    class Net(_MnistParts):
        def call(self, inputs):
            x = self.conv1(inputs)
            x = self.conv2(inputs)
            return self.scores(self.flatten(x))

    return Net()


@wrong(
    "subclass.mnist",
    "call의 철자가 틀림",
    expect="`call`이 없고 이름이 비슷한 `cal`이 있습니다",
    never=("함수형 모델", "확인하지 못했습니다.  (0/1)"),
    typical=True,
)
def mnist_misspelt():
    class Net(_MnistParts):
        def cal(self, inputs):
            return self.scores(self.features(inputs))

    return Net()


@wrong(
    "subclass.mnist",
    "0을 곱한 층을 더함",
    expect="명세에 없는 층이 더 있습니다: 밀집 층(유닛 1개). 출력을 바꾸지 않지만",
    never=("값이 다릅니다", "계산 결과"),
)
def mnist_cancelled():
    class Net(_MnistParts):
        def __init__(self):
            super().__init__()
            self.extra = layers.Dense(1)

        def call(self, inputs):
            x = self.features(inputs)
            return self.scores(x + 0 * self.extra(x))

    return Net()


@wrong(
    "subclass.mnist",
    "부르지 않는 층에 가중치가 있음",
    expect="모델에 있지만 쓰지 않는 가중치가 있습니다",
    never=("use_bias",),
)
def mnist_unused_weights():
    class Net(_MnistParts):
        def __init__(self):
            super().__init__()
            self.extra = layers.Dense(10)
            self.extra.build((None, 128))

        def call(self, inputs):
            return self.scores(self.features(inputs))

    return Net()


@right("subclass.mnist", "부르지 않아 가중치가 없는 층이 남아 있음")
def mnist_left_over():
    class Net(_MnistParts):
        def __init__(self):
            super().__init__()
            self.extra = layers.Dense(10)

        def call(self, inputs):
            return self.scores(self.features(inputs))

    return Net()


@wrong("subclass.mnist", "call에서 255로 나눔", expect="받는 값이 앞 층의 출력이나 모델의 입력")
def mnist_scaled_in_call():
    class Net(_MnistParts):
        def call(self, inputs):
            return self.scores(self.features(inputs / 255.0))

    return Net()


# ------------------------------------------------------------- 7-2 subclass.cifar100


@right("subclass.cifar100", "명세 그대로", trained=False)
def cifar_plain():
    class CustomModel(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv1 = layers.Conv2D(16, 3, activation="relu")
            self.maxpool1 = layers.MaxPool2D((2, 2))
            self.conv2 = layers.Conv2D(32, 3, activation="relu")
            self.maxpool2 = layers.MaxPool2D((2, 2))
            self.flatten = layers.Flatten()
            self.fc1 = layers.Dense(256, activation="relu")
            self.fc2 = layers.Dense(100, activation="softmax")

        def call(self, x):
            x = self.conv1(x)
            x = self.maxpool1(x)
            x = self.conv2(x)
            x = self.maxpool2(x)
            x = self.flatten(x)
            x = self.fc1(x)
            return self.fc2(x)

    return CustomModel()


@right("subclass.cifar100", "풀링 층 하나를 두 번 부르고 tf.nn을 섞음", trained=False)
def cifar_one_pool():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.pool = layers.MaxPooling2D()
            self.convs = {"a": layers.Conv2D(16, 3), "b": layers.Conv2D(32, 3)}
            self.dense = [layers.Dense(256), layers.Dense(100)]

        def call(self, inputs):
            x = self.pool(tf.nn.relu(self.convs["a"](inputs)))
            x = self.pool(tf.nn.relu(self.convs["b"](x)))
            x = tf.reshape(x, (-1, 6 * 6 * 32))
            x = tf.nn.relu(self.dense[0](x))
            return ops.softmax(self.dense[1](x))

    return Net()


@right("subclass.cifar100", "활성화 함수를 층으로, 블록을 순차형으로", trained=False)
def cifar_blocks():
    def block(filters):
        return keras.Sequential(
            [layers.Conv2D(filters, 3), layers.ReLU(), layers.MaxPooling2D(2, strides=2)]
        )

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.blocks = [block(16), block(32)]
            self.head = keras.Sequential(
                [layers.Flatten(), layers.Dense(256, activation="relu"), layers.Dense(100)]
            )
            self.softmax = layers.Activation("softmax")

        def call(self, x, training=None):
            for part in self.blocks:
                x = part(x, training=training)
            return self.softmax(self.head(x))

    return Net()


@wrong(
    "subclass.cifar100", "클래스가 10개", expect="유닛이 100개여야 하는데 10개입니다", typical=True
)
def cifar_ten():
    return _mnist(
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


@wrong("subclass.cifar100", "풀링 하나를 빠뜨림", expect="최대 풀링 층: 빠졌습니다", typical=True)
def cifar_one_pool_missing():
    return _mnist(
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(100, activation="softmax"),
    )


@wrong(
    "subclass.cifar100",
    "평균 풀링",
    expect="`MaxPooling2D` 층이어야 하는데 `AveragePooling2D`",
    typical=True,
)
def cifar_average():
    return _mnist(
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, activation="relu"),
        layers.AveragePooling2D(2),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(100, activation="softmax"),
    )


@wrong(
    "subclass.cifar100",
    "맞는 구조지만 훈련하지 않음",
    expect="아직 훈련하지 않았어요",
    typical=True,
)
def cifar_untrained():
    return cifar_plain()


@wrong("subclass.cifar100", "층을 call에서 만듦", expect="`__init__`에서 만드세요", typical=True)
def cifar_layers_in_call():
    class Net(keras.Model):
        def call(self, x):
            x = layers.MaxPooling2D(2)(layers.Conv2D(16, 3, activation="relu")(x))
            x = layers.MaxPooling2D(2)(layers.Conv2D(32, 3, activation="relu")(x))
            x = layers.Dense(256, activation="relu")(layers.Flatten()(x))
            return layers.Dense(100, activation="softmax")(x)

    return Net()


class _CifarParts(keras.Model):
    """명세의 층들. 틀린 답은 `call`만 다르게 씁니다."""

    def __init__(self):
        super().__init__()
        self.conv1 = layers.Conv2D(16, 3, activation="relu")
        self.conv2 = layers.Conv2D(32, 3, activation="relu")
        self.pool1, self.pool2 = layers.MaxPooling2D(2), layers.MaxPooling2D(2)
        self.flatten = layers.Flatten()
        self.dense1 = layers.Dense(256, activation="relu")
        self.dense2 = layers.Dense(100, activation="softmax")


@wrong(
    "subclass.cifar100",
    "풀링의 x =을 빠뜨림",
    expect="최대 풀링 층: 부르지만 결과를 쓰지 않습니다",
    typical=True,
)
def cifar_lost_pool():
    class Net(_CifarParts):
        def call(self, inputs):
            x = self.pool1(self.conv1(inputs))
            x = self.conv2(x)
            self.pool2(x)
            return self.dense2(self.dense1(self.flatten(x)))

    return Net()


@wrong(
    "subclass.cifar100",
    "call의 철자가 틀림",
    expect="`call`이 없고 이름이 비슷한 `calls`가 있습니다",
    never=("함수형 모델",),
    typical=True,
)
def cifar_misspelt():
    class Net(_CifarParts):
        def calls(self, inputs):
            x = self.pool2(self.conv2(self.pool1(self.conv1(inputs))))
            return self.dense2(self.dense1(self.flatten(x)))

    return Net()


@wrong(
    "subclass.cifar100",
    "self를 빠뜨림",
    expect="`self.`을 붙였는지",
    typical=True,
)
def cifar_without_self():
    class Net(_CifarParts):
        def call(self, inputs):
            x = self.pool2(self.conv2(self.pool1(self.conv1(inputs))))
            return self.dense2(dense1(self.flatten(x)))  # noqa: F821

    return Net()


# -------------------------------------------------------- 7-3 subclass.training_flag


@right("subclass.training_flag", "training을 넘김")
def flag_plain():
    class DropoutNet(keras.Model):
        def __init__(self, rate):
            super().__init__()
            self.hidden = layers.Dense(32, activation="relu")
            self.dropout = layers.Dropout(rate)
            self.out = layers.Dense(10)

        def call(self, inputs, training=None):
            x = self.hidden(inputs)
            x = self.dropout(x, training=training)
            return self.out(x)

    return {"DropoutNet": DropoutNet}


@right("subclass.training_flag", "매개변수만 두고 케라스가 넘기게 함")
def flag_context():
    class DropoutNet(keras.Model):
        def __init__(self, rate=0.5, **kwargs):
            super().__init__(**kwargs)
            self.body = keras.Sequential(
                [layers.Dense(32), layers.ReLU(), layers.Dropout(rate), layers.Dense(10)]
            )

        def call(self, inputs, training=False):
            return self.body(inputs)

    return DropoutNet


@right("subclass.training_flag", "if training 안에서만 드롭아웃")
def flag_if():
    class DropoutNet(keras.Model):
        def __init__(self, rate):
            super().__init__()
            self.layer_list = [layers.Dense(32, "relu"), layers.Dense(10)]
            self.dropout = layers.Dropout(rate)

        def call(self, inputs, training=None):
            x = self.layer_list[0](inputs)
            if training:
                x = self.dropout(x, training=True)
            return self.layer_list[1](x)

    return DropoutNet


@right("subclass.training_flag", "tf.nn.dropout으로 직접")
def flag_by_hand():
    class DropoutNet(keras.Model):
        def __init__(self, rate):
            super().__init__()
            self.rate = rate
            self.a = layers.Dense(32)
            self.b = layers.Dense(10, activation="linear")

        def call(self, inputs, training=False):
            x = tf.nn.relu(self.a(inputs))
            if training:
                x = tf.nn.dropout(x, rate=self.rate)
            return self.b(x)

        def get_config(self):
            return {**super().get_config(), "rate": self.rate}

    return DropoutNet


@right("subclass.training_flag", "keras.Sequential을 상속")
def flag_sequential():
    class DropoutNet(keras.Sequential):
        def __init__(self, rate):
            super().__init__(
                [layers.Dense(32, activation="relu"), layers.Dropout(rate), layers.Dense(10)]
            )

    return DropoutNet


def _flag(call, base=keras.Model):
    class DropoutNet(base):
        def __init__(self, rate):
            super().__init__()
            self.rate = rate
            self.hidden = layers.Dense(32, activation="relu")
            self.dropout = layers.Dropout(rate)
            self.out = layers.Dense(10)

    DropoutNet.call = call
    return DropoutNet


@wrong(
    "subclass.training_flag",
    "언제나 training=False",
    expect="훈련 모드에서도 추론과 똑같이 계산합니다",
    typical=True,
    never=("`training` 매개변수가 있을 때만",),
)
def flag_never():
    def call(self, inputs, training=None):
        return self.out(self.dropout(self.hidden(inputs), training=False))

    return _flag(call)


@wrong(
    "subclass.training_flag",
    "training을 위치 인수로",
    expect="should be passed as a keyword argument",
    typical=True,
)
def flag_positional():
    def call(self, inputs, training=None):
        return self.out(self.dropout(self.hidden(inputs), training))

    return _flag(call)


@wrong(
    "subclass.training_flag",
    "언제나 training=True",
    expect="추론 모드에서도 난수를 씁니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def flag_always():
    def call(self, inputs, training=None):
        return self.out(self.dropout(self.hidden(inputs), training=True))

    return _flag(call)


@wrong(
    "subclass.training_flag",
    "기본값이 True",
    expect="추론 모드에서도 난수를 씁니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def flag_default_true():
    def call(self, inputs, training=True):
        return self.out(self.dropout(self.hidden(inputs), training=training))

    return _flag(call)


@wrong(
    "subclass.training_flag",
    "드롭아웃 층의 call을 바로 부름",
    expect="훈련 모드에서도 추론과 똑같이",
)
def flag_direct_call():
    def call(self, inputs, training=None):
        return self.out(self.dropout.call(self.hidden(inputs)))

    return _flag(call)


@wrong("subclass.training_flag", "rate 대신 1 - rate", expect="흔들리는 정도가 명세", typical=True)
def flag_keep_probability():
    class DropoutNet(keras.Model):
        def __init__(self, rate):
            super().__init__()
            self.hidden = layers.Dense(32, activation="relu")
            self.dropout = layers.Dropout(1 - rate)
            self.out = layers.Dense(10)

        def call(self, inputs, training=None):
            return self.out(self.dropout(self.hidden(inputs), training=training))

    return DropoutNet


@wrong("subclass.training_flag", "0.5로 고정", expect="흔들리는 정도가 명세", typical=True)
def flag_fixed_rate():
    class DropoutNet(keras.Model):
        def __init__(self, rate):
            super().__init__()
            self.hidden = layers.Dense(32, activation="relu")
            self.dropout = layers.Dropout(0.5)
            self.out = layers.Dense(10)

        def call(self, inputs, training=None):
            return self.out(self.dropout(self.hidden(inputs), training=training))

    return DropoutNet


@wrong("subclass.training_flag", "드롭아웃을 출력 뒤에", expect="흔들리는 정도가 명세")
def flag_after_output():
    def call(self, inputs, training=None):
        return self.dropout(self.out(self.hidden(inputs)), training=training)

    return _flag(call)


@wrong(
    "subclass.training_flag",
    "마지막에 softmax",
    expect="출력에 `softmax`가 있습니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def flag_softmax():
    def call(self, inputs, training=None):
        x = self.dropout(self.hidden(inputs), training=training)
        return ops.softmax(self.out(x))

    return _flag(call)


@wrong(
    "subclass.training_flag",
    "첫 층에 relu가 없음",
    expect="첫 번째 `Dense` 층에 활성화 함수 `relu`가 없습니다",
    never=("값이 명세와 다릅니다",),
)
def flag_no_relu():
    class DropoutNet(keras.Model):
        def __init__(self, rate):
            super().__init__()
            self.hidden = layers.Dense(32)
            self.dropout = layers.Dropout(rate)
            self.out = layers.Dense(10)

        def call(self, inputs, training=None):
            return self.out(self.dropout(self.hidden(inputs), training=training))

    return DropoutNet


@wrong("subclass.training_flag", "객체를 넘김", expect="객체가 아니라 클래스가 있어야 하는데")
def flag_instance():
    return flag_plain()["DropoutNet"](0.5)


@wrong("subclass.training_flag", "Layer를 상속", expect="`keras.Model`을 상속한 클래스입니다")
def flag_layer():
    def call(self, inputs, training=None):
        return self.out(self.dropout(self.hidden(inputs), training=training))

    return _flag(call, base=layers.Layer)


@right("subclass.training_flag", "난수로 직접 0을 만듦")
def flag_own_mask():
    class DropoutNet(keras.Model):
        def __init__(self, rate, seed=None):
            super().__init__()
            self.rate = rate
            self.generator = keras.random.SeedGenerator(seed)
            self.a = layers.Dense(32, activation="relu")
            self.b = layers.Dense(10)

        def call(self, x, training=False):
            h = self.a(x)
            keep = keras.random.uniform(ops.shape(h), seed=self.generator) >= self.rate
            dropped = h * ops.cast(keep, "float32") / (1 - self.rate)
            return self.b(dropped if training else h)

    return DropoutNet


@right("subclass.training_flag", "keras.random.dropout과 SeedGenerator")
def flag_random_dropout():
    def call(self, inputs, training=None):
        x = self.hidden(inputs)
        if training:
            x = keras.random.dropout(x, self.rate, seed=self.dropout.seed_generator)
        return self.out(x)

    return _flag(call)


@right("subclass.training_flag", "드롭아웃을 두 번에 나눔")
def flag_split():
    class DropoutNet(keras.Model):
        def __init__(self, rate):
            super().__init__()
            self.hidden = layers.Dense(32, activation="relu")
            half = 1 - (1 - rate) ** 0.5
            self.first, self.second = layers.Dropout(half), layers.Dropout(half, seed=3)
            self.out = layers.Dense(10)

        def call(self, inputs, training=None):
            x = self.first(self.hidden(inputs), training=training)
            return self.out(self.second(x, training=training))

    return DropoutNet


def _flag_layer(make):
    class DropoutNet(keras.Model):
        def __init__(self, rate):
            super().__init__()
            self.hidden = layers.Dense(32, activation="relu")
            self.dropout = make(rate)
            self.out = layers.Dense(10)

        def call(self, inputs, training=None):
            return self.out(self.dropout(self.hidden(inputs), training=training))

    return DropoutNet


@wrong("subclass.training_flag", "GaussianDropout", expect="흔들리지만 드롭아웃은 아닙니다")
def flag_gaussian():
    return _flag_layer(layers.GaussianDropout)


@wrong("subclass.training_flag", "분산이 같은 균등분포를 곱함", expect="드롭아웃은 아닙니다")
def flag_uniform():
    def call(self, inputs, training=None):
        x = self.hidden(inputs)
        if training:
            limit = (3 * self.rate / (1 - self.rate)) ** 0.5
            x = x * (1 + keras.random.uniform(ops.shape(x), -limit, limit))
        return self.out(x)

    return _flag(call)


@wrong("subclass.training_flag", "정수 시드로 뽑음", expect="두 번 불러도 같은 자리를")
def flag_integer_seed():
    def call(self, inputs, training=None):
        x = self.hidden(inputs)
        if training:
            x = keras.random.dropout(x, self.rate, seed=3)
        return self.out(x)

    return _flag(call)


@wrong(
    "subclass.training_flag",
    "앞의 모드를 기억함",
    expect="`training`을 주지 않으면 추론 모드입니다: ",
)
def flag_remembered():
    def call(self, inputs, training=None):
        if training is not None:
            self.mode = training
        x = self.dropout(self.hidden(inputs), training=getattr(self, "mode", False))
        return self.out(x)

    return _flag(call)


@wrong("subclass.training_flag", "모든 샘플에 같은 자리", expect="배치의 모든 샘플에서 같은 자리를")
def flag_shared_mask():
    return _flag_layer(lambda rate: layers.Dropout(rate, noise_shape=(1, 32)))


# ------------------------------------------------------------------ 7-4 subclass.tree


@right("subclass.tree", "self.call로 재귀")
def tree_plain():
    class TreeNet(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.leaf = layers.Dense(units, activation="tanh")
            self.node = layers.Dense(units, activation="tanh")

        def call(self, inputs):
            if isinstance(inputs, tuple):
                left, right = inputs
                both = ops.concatenate([self.call(left), self.call(right)], axis=-1)
                return self.node(both[None])[0]
            return self.leaf(inputs[None])[0]

    return {"TreeNet": TreeNet}


@right("subclass.tree", "self(...)로 재귀, expand_dims와 squeeze")
def tree_by_self():
    class TreeNet(keras.Model):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.node_layer = layers.Dense(units, activation=tf.nn.tanh)
            self.leaf_layer = layers.Dense(units, activation=tf.nn.tanh)

        def call(self, tree, training=None):
            if type(tree) is not tuple:
                return tf.squeeze(self.leaf_layer(tf.expand_dims(tree, 0)), 0)
            both = tf.concat([self(tree[0]), self(tree[1])], axis=0)
            return tf.squeeze(self.node_layer(tf.expand_dims(both, 0)), 0)

    return TreeNet


@right("subclass.tree", "도우미 메서드로 재귀, 배치 축은 처음부터")
def tree_helper():
    class TreeNet(keras.Model):
        def __init__(self, units=8):
            super().__init__()
            self.encode_leaf = keras.Sequential([layers.Dense(units), layers.Activation("tanh")])
            self.join = layers.Dense(units)

        def encode(self, tree):
            if isinstance(tree, (tuple, list)):
                left, right = (self.encode(child) for child in tree)
                return ops.tanh(self.join(layers.concatenate([left, right])))
            return self.encode_leaf(ops.reshape(tree, (1, -1)))

        def call(self, inputs):
            return ops.reshape(self.encode(inputs), (-1,))

    return TreeNet


@right("subclass.tree", "재귀 대신 스택으로, 가중치를 직접 곱함")
def tree_stack():
    class TreeNet(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.units = units
            self.leaf = layers.Dense(units, activation="tanh")
            self.node = layers.Dense(units, activation="tanh")

        def call(self, inputs):
            waiting, values = [(inputs, False)], []
            while waiting:
                tree, children_done = waiting.pop()
                if not isinstance(tree, tuple):
                    values.append(self.leaf(ops.expand_dims(tree, 0)))
                elif children_done:
                    right_value, left_value = values.pop(), values.pop()
                    values.append(self.node(ops.concatenate([left_value, right_value], -1)))
                else:
                    waiting += [(tree, True), (tree[1], False), (tree[0], False)]
            return values[0][0]

    return TreeNet


def _tree(call):
    class TreeNet(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.leaf = layers.Dense(units, activation="tanh")
            self.node = layers.Dense(units, activation="tanh")

    TreeNet.call = call
    return TreeNet


@wrong(
    "subclass.tree",
    "오른쪽을 먼저 이음",
    expect="오른쪽을 먼저 잇습니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def tree_swapped():
    def call(self, inputs):
        if not isinstance(inputs, tuple):
            return self.leaf(inputs[None])[0]
        left, right = inputs
        return self.node(ops.concatenate([self.call(right), self.call(left)])[None])[0]

    return _tree(call)


@wrong("subclass.tree", "이어 붙이지 않고 더함", expect="이어 붙이지 않고 더합니다", typical=True)
def tree_sum():
    def call(self, inputs):
        if not isinstance(inputs, tuple):
            return self.leaf(inputs[None])[0]
        left, right = inputs
        return self.node((self.call(left) + self.call(right))[None])[0]

    return _tree(call)


@wrong("subclass.tree", "배치 축을 떼지 않음", expect="배치 축을 떼지 않았습니다", typical=True)
def tree_batch_axis():
    def call(self, inputs):
        if not isinstance(inputs, tuple):
            return self.leaf(inputs[None])
        left, right = inputs
        return self.node(ops.concatenate([self.call(left), self.call(right)]))

    return _tree(call)


@wrong(
    "subclass.tree", "층을 call에서 만듦", expect="명세에 없는 가중치가 더 있습니다", typical=True
)
def tree_layers_in_call():
    class TreeNet(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.units = units

        def call(self, inputs):
            if not isinstance(inputs, tuple):
                return layers.Dense(self.units, activation="tanh")(inputs[None])[0]
            both = ops.concatenate([self.call(inputs[0]), self.call(inputs[1])])
            return layers.Dense(self.units, activation="tanh")(both[None])[0]

    return TreeNet


@wrong("subclass.tree", "노드에도 잎의 층을 씀", expect="잎 하나의 값", typical=True)
def tree_one_layer():
    class TreeNet(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.dense = layers.Dense(units, activation="tanh")

        def call(self, inputs):
            if not isinstance(inputs, tuple):
                return self.dense(inputs[None])[0]
            both = ops.concatenate([self.call(inputs[0]), self.call(inputs[1])])
            return self.dense(both[None])[0]

    return TreeNet


@wrong(
    "subclass.tree",
    "두 층짜리 트리만 읽음",
    expect="첫 잎과 마지막 잎만 읽습니다",
    never=("값이 명세와 다릅니다",),
)
def tree_shallow():
    def call(self, inputs):
        if not isinstance(inputs, tuple):
            return self.leaf(inputs[None])[0]
        flat = keras.tree.flatten(inputs)
        left, right = self.leaf(flat[0][None]), self.leaf(flat[-1][None])
        return self.node(ops.concatenate([left, right], axis=-1))[0]

    return _tree(call)


@wrong(
    "subclass.tree",
    "노드에 활성화 함수가 없음",
    expect="노드용 `Dense` 층에 활성화 함수 `tanh`가 없습니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def tree_linear_node():
    class TreeNet(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.leaf = layers.Dense(units, activation="tanh")
            self.node = layers.Dense(units)

        def call(self, inputs):
            if not isinstance(inputs, tuple):
                return self.leaf(inputs[None])[0]
            both = ops.concatenate([self.call(inputs[0]), self.call(inputs[1])])
            return self.node(both[None])[0]

    return TreeNet


@wrong(
    "subclass.tree",
    "노드의 갈래에 return이 없음",
    expect="`return`이 빠진 갈래가 없는지 보세요",
    typical=True,
)
def tree_no_return():
    def call(self, inputs):
        if not isinstance(inputs, tuple):
            return self.leaf(inputs[None])[0]
        left, right = inputs
        self.node(ops.concatenate([self.call(left), self.call(right)])[None])

    return _tree(call)


@wrong(
    "subclass.tree",
    "자식이 아니라 받은 것을 다시 넘김",
    expect="재귀가 멈추지 않습니다",
    typical=True,
)
def tree_endless():
    def call(self, inputs):
        if not isinstance(inputs, tuple):
            return self.leaf(inputs[None])[0]
        both = ops.concatenate([self.call(inputs), self.call(inputs)])
        return self.node(both[None])[0]

    return _tree(call)


@wrong(
    "subclass.tree",
    "튜플이 아니라 리스트인지 물음",
    expect="`isinstance(..., tuple)`",
    typical=True,
)
def tree_asks_list():
    def call(self, inputs):
        if not isinstance(inputs, list):
            return self.leaf(inputs[None])[0]
        both = ops.concatenate([self.call(inputs[0]), self.call(inputs[1])])
        return self.node(both[None])[0]

    return _tree(call)


@wrong("subclass.tree", "units를 8로 고정", expect="가중치의 모양이", typical=True)
def tree_fixed_units():
    class TreeNet(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.leaf = layers.Dense(8, activation="tanh")
            self.node = layers.Dense(8, activation="tanh")

        def call(self, inputs):
            if not isinstance(inputs, tuple):
                return self.leaf(inputs[None])[0]
            both = ops.concatenate([self.call(inputs[0]), self.call(inputs[1])])
            return self.node(both[None])[0]

    return TreeNet


@wrong("subclass.tree", "넘파이로 계산해 그래프가 끊김", expect="오류가 났습니다")
def tree_numpy():
    def call(self, inputs):
        if not isinstance(inputs, tuple):
            return self.leaf(np.array(inputs)[None])[0].numpy()
        both = np.concatenate([self.call(inputs[0]), self.call(inputs[1])])
        return self.node(both[None])[0].Numpy()

    return _tree(call)


@wrong(
    "subclass.training_flag",
    "call에 training 매개변수가 없음",
    expect="`fit`으로 훈련할 때도",
    typical=True,
)
def no_training_parameter():
    class DropoutNet(keras.Model):
        def __init__(self, rate, **kwargs):
            super().__init__(**kwargs)
            self.hidden = layers.Dense(32, activation="relu")
            self.dropout = layers.Dropout(rate)
            self.out = layers.Dense(10)

        def call(self, inputs):
            return self.out(self.dropout(self.hidden(inputs)))

    return DropoutNet


@wrong(
    "subclass.training_flag",
    "0으로 만들 자리를 한 번만 정해 둠",
    expect="늘 같은 자리를 0으로 만듭니다",
    never=("추론과 똑같이 계산합니다",),
)
def flag_fixed_mask():
    class DropoutNet(keras.Model):
        def __init__(self, rate, **kwargs):
            super().__init__(**kwargs)
            self.hidden = layers.Dense(32, activation="relu")
            self.out = layers.Dense(10)
            kept = np.random.default_rng(0).random((1, 32)) >= rate
            self.mask = (kept / (1 - rate)).astype("float32")

        def call(self, inputs, training=None):
            x = self.hidden(inputs)
            return self.out(x * self.mask if training else x)

    return DropoutNet


def _tree_of(leaf="tanh", node="tanh", deep=True, leaves_first=True):
    class TreeNet(keras.Model):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            made = {"leaf": leaf, "node": node}
            for name in made if leaves_first else reversed(made):
                setattr(self, name, layers.Dense(units, activation=made[name]))

        def one(self, inputs):
            return self.leaf(inputs[None])[0]

        def call(self, inputs):
            if not isinstance(inputs, tuple):
                return self.one(inputs)
            values = [self.call(child) if deep else self.one(child) for child in inputs]
            return self.node(ops.concatenate(values)[None])[0]

    return TreeNet


@wrong(
    "subclass.tree", "잎에만 relu", expect="잎용 `Dense` 층의 활성화 함수가 `tanh`가 아니라 `relu`"
)
def tree_relu_leaf():
    return _tree_of(leaf="relu")


@wrong("subclass.tree", "노드를 먼저 만들고, 잎에 sigmoid", expect="잎 하나의 값")
def tree_sigmoid_leaf():
    return _tree_of(leaf="sigmoid", leaves_first=False)


@wrong("subclass.tree", "자식이 잎인 노드만", expect="여러 층으로 중첩된 트리")
def tree_two_levels():
    return _tree_of(deep=False)


@wrong(
    "subclass.training_flag",
    "training을 뒤집음",
    expect="추론 모드에서 하고 훈련 모드에서는 하지 않습니다",
    never=("추론과 똑같이 계산합니다",),
)
def flag_upside_down():
    class DropoutNet(keras.Model):
        def __init__(self, rate, **kwargs):
            super().__init__(**kwargs)
            self.hidden = layers.Dense(32, activation="relu")
            self.dropout = layers.Dropout(rate)
            self.out = layers.Dense(10)

        def call(self, inputs, training=None):
            return self.out(self.dropout(self.hidden(inputs), training=not training))

    return DropoutNet
