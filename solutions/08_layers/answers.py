"""08 사용자 정의 층: 맞는 답과 틀린 답."""

from types import SimpleNamespace

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from autograder.authoring.answers import right, wrong

register = keras.saving.register_keras_serializable

# ------------------------------------------------------------------ 8-1 layers.dense


@right("layers.dense", "add_weight와 ops.matmul")
def dense_plain():
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.activation = keras.activations.get(activation)

        def build(self, input_shape):
            self.w = self.add_weight(
                shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="w"
            )
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

        def call(self, inputs):
            return self.activation(ops.matmul(inputs, self.w) + self.b)

    return CustomDense


@right("layers.dense", "예제 004처럼: super(이름, self), random_normal, tf.matmul, **kwargs 없음")
def dense_seed():
    class CustomDense(layers.Layer):
        def __init__(self, units=32, activation=None):
            super(CustomDense, self).__init__()  # noqa: UP008
            self.units = units
            self.activation = layers.Activation(activation) if activation else None

        def build(self, input_shape):
            self.w = self.add_weight(
                shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True
            )
            self.b = self.add_weight(
                shape=(self.units,), initializer="random_normal", trainable=True
            )

        def call(self, inputs):
            x = tf.matmul(inputs, self.w) + self.b
            return x if self.activation is None else self.activation(x)

    return CustomDense


@right("layers.dense", "keras.Variable을 build에서, b를 먼저")
def dense_variable():
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units, self.given = units, activation

        def build(self, input_shape):
            self.b = keras.Variable(np.zeros(self.units, "float32"), name="b")
            start = keras.initializers.HeNormal(seed=3)((input_shape[-1], self.units))
            self.w = keras.Variable(start, name="w")
            self.built = True

        def call(self, inputs):
            x = inputs @ self.w + self.b
            if self.given is None:
                return x
            if isinstance(self.given, str):
                return getattr(keras.activations, self.given)(x)
            return self.given(x)

    return CustomDense


@right("layers.dense", "안쪽에 Dense 층")
def dense_inner():
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.inner = layers.Dense(units, activation=activation)

        def call(self, inputs):
            return self.inner(inputs)

    return CustomDense


@right("layers.dense", "Dense를 상속")
def dense_inherited():
    class CustomDense(layers.Dense):
        pass

    return CustomDense


@right("layers.dense", "tensordot과 einsum, super().build, compute_output_shape까지")
def dense_tensordot():
    class CustomDense(keras.Layer):
        def __init__(self, units, activation=None, name=None, **kwargs):
            super().__init__(name=name, **kwargs)
            self.units = int(units)
            self.activation = tf.keras.activations.get(activation)

        def build(self, shape):
            self.kernel = self.add_weight(name="kernel", shape=(shape[-1], self.units))
            self.bias = self.add_weight(name="bias", shape=[self.units], initializer="zeros")
            super().build(shape)

        def call(self, x, training=None):
            return self.activation(tf.tensordot(x, self.kernel, axes=1) + self.bias)

        def compute_output_shape(self, shape):
            return (*shape[:-1], self.units)

    return CustomDense


@right("layers.dense", "처음 불렀을 때의 크기를 call이 아니라 build에서 리스트에 담음")
def dense_list():
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.parts = []
            self.activate = layers.Activation(activation or "linear")

        def build(self, input_shape):
            size = input_shape[-1]
            self.parts.append(self.add_weight(shape=(size, self.units), name="w"))
            self.parts.append(self.add_weight(shape=(self.units,), initializer="zeros", name="b"))

        @tf.function
        def call(self, inputs):
            w, b = self.parts
            return self.activate(tf.einsum("...d,du->...u", inputs, w) + b)

    return CustomDense


def _dense(call=None, build=None, activation=keras.activations.get):
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.activation = get(activation)

        def build(self, input_shape):
            self.w = self.add_weight(
                shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="w"
            )
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

        def call(self, inputs):
            return self.activation(ops.matmul(inputs, self.w) + self.b)

    get = activation
    if call:
        CustomDense.call = call
    if build:
        CustomDense.build = build
    return CustomDense


@wrong(
    "layers.dense", "tf.Variable은 층이 모름", expect="`self.w`에 담은 `tf.Variable`", typical=True
)
def dense_untracked():
    def build(self, input_shape):
        self.w = tf.Variable(tf.random.normal((input_shape[-1], self.units)))
        self.b = tf.Variable(tf.zeros(self.units))

    return _dense(build=build)


@wrong(
    "layers.dense",
    "넘파이 배열을 가중치로",
    expect="`self.w`에 담은 넘파이 배열",
    never=("값이 명세와 다릅니다",),
)
def dense_numpy():
    def build(self, input_shape):
        size = (input_shape[-1], self.units)
        self.w = np.random.default_rng(0).normal(size=size).astype("float32")
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

    return _dense(build=build)


@wrong("layers.dense", "보통 객체 안에 숨긴 가중치", expect="담은 `tf.Variable`은 층이 알지 못해서")
def dense_hidden():
    def build(self, input_shape):
        self.box = SimpleNamespace(
            w=tf.Variable(tf.random.normal((input_shape[-1], self.units))),
            b=tf.Variable(tf.zeros(self.units)),
        )

    def call(self, inputs):
        return self.activation(inputs @ self.box.w + self.box.b)

    return _dense(build=build, call=call)


@wrong(
    "layers.dense",
    "가중치를 call에서 만듦",
    expect="cannot add new elements of state",
    typical=True,
)
def dense_in_call():
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.activation = keras.activations.get(activation)

        def call(self, inputs):
            if not hasattr(self, "w"):
                self.w = self.add_weight(shape=(inputs.shape[-1], self.units), name="w")
                self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")
            return self.activation(ops.matmul(inputs, self.w) + self.b)

    return CustomDense


@wrong(
    "layers.dense",
    "층을 call에서 만듦",
    expect="층이 아는 가중치가 하나도 없습니다",
    never=(
        "추론 모드에서도 난수를",
        "값이 명세와 다릅니다",
    ),
    typical=True,
)
def dense_layer_in_call():
    def call(self, inputs):
        return layers.Dense(self.units, activation=self.activation)(inputs)

    def build(self, input_shape):
        pass

    return _dense(call=call, build=build)


@wrong("layers.dense", "입력 크기를 4로 못박음", expect="오류가 났습니다")
def dense_fixed_input():
    def build(self, input_shape):
        self.w = self.add_weight(shape=(20, self.units), name="w")
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

    return _dense(build=build)


@wrong(
    "layers.dense",
    "input_shape[1]을 씀",
    expect="마지막 축은 `input_shape[-1]`입니다",
    typical=True,
)
def dense_second_axis():
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.activation = keras.activations.get(activation)

        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[1], self.units), name="w")
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

        def call(self, inputs):
            return self.activation(ops.matmul(inputs, self.w) + self.b)

    return CustomDense


@wrong("layers.dense", "편향이 없음", expect="편향을 빠뜨리지 않았는지", typical=True)
def dense_no_bias():
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w")

    def call(self, inputs):
        return self.activation(ops.matmul(inputs, self.w))

    return _dense(build=build, call=call)


@wrong(
    "layers.dense",
    "만들었지만 더하지 않은 편향",
    expect="편향 `b`를 더하지 않습니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def dense_unused_bias():
    return _dense(call=lambda self, inputs: self.activation(ops.matmul(inputs, self.w)))


@wrong(
    "layers.dense",
    "편향을 활성화 함수 뒤에 더함",
    expect="활성화 함수를 지난 다음에 편향 `b`를 더합니다",
    never=("값이 명세와 다릅니다",),
)
def dense_bias_after():
    return _dense(call=lambda self, x: self.activation(ops.matmul(x, self.w)) + self.b)


@wrong(
    "layers.dense",
    "활성화 함수를 쓰지 않음",
    expect="받은 활성화 함수를 쓰지 않습니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def dense_no_activation():
    return _dense(call=lambda self, inputs: ops.matmul(inputs, self.w) + self.b)


@wrong("layers.dense", "이름을 함수로 바꾸지 않음", expect="is not callable", typical=True)
def dense_raw_activation():
    return _dense(activation=lambda given: given or (lambda x: x))


@wrong("layers.dense", "함수는 받지 못함", expect="활성화 함수를 이름, 함수, `None`으로 받습니다: ")
def dense_names_only():
    return _dense(activation=lambda given: getattr(tf.nn, given) if given else tf.identity)


@wrong(
    "layers.dense",
    "None이면 relu",
    expect="`activation`을 주지 않아도 `relu`를 씌웁니다",
    never=("값이 명세와 다릅니다",),
)
def dense_default_relu():
    return _dense(activation=lambda given: keras.activations.get(given or "relu"))


@wrong("layers.dense", "w가 훈련되지 않음", expect="`w` 가중치는 훈련되지 않습니다", typical=True)
def dense_frozen():
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w", trainable=False)
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

    return _dense(build=build)


@wrong("layers.dense", "w를 0으로 시작", expect="모두 같은 값으로 시작합니다", typical=True)
def dense_zeros():
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="zeros", name="w")
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

    return _dense(build=build)


@wrong("layers.dense", "그레이디언트를 끊음", expect="그레이디언트가 이 가중치까지 흐르는지")
def dense_stopped():
    def call(self, inputs):
        return self.activation(ops.matmul(inputs, ops.stop_gradient(self.w.value)) + self.b)

    return _dense(call=call)


@wrong("layers.dense", "넘파이로 계산", expect="모델을 그릴 때는 값이 없습니다")
def dense_by_numpy():
    def call(self, inputs):
        x = np.matmul(ops.convert_to_numpy(inputs), self.w.numpy()) + self.b.numpy()
        return self.activation(ops.convert_to_tensor(x))

    return _dense(call=call)


@wrong("layers.dense", "return을 빠뜨림", expect="아무것도 돌려주지 않습니다", typical=True)
def dense_no_return():
    def call(self, inputs):
        self.activation(ops.matmul(inputs, self.w) + self.b)

    return _dense(call=call)


@wrong("layers.dense", "super().__init__()을 빠뜨림", expect="super().__init__()", typical=True)
def dense_no_super():
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None):
            self.units = units
            self.activation = keras.activations.get(activation)

        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w")
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

        def call(self, inputs):
            return self.activation(inputs @ self.w + self.b)

    return CustomDense


@wrong("layers.dense", "객체를 넘김", expect="객체가 아니라 클래스가 있어야 하는데")
def dense_instance():
    return _dense()(4)


@wrong(
    "layers.dense",
    "Layer가 아닌 클래스",
    expect="케라스 모델이나 층이 아니라",
    never=("class CustomDense(keras.Model)",),
)
def dense_module():
    class CustomDense(tf.Module):
        def __init__(self, units, activation=None):
            super().__init__()
            self.units = units

        def __call__(self, inputs):
            return inputs

    return CustomDense


@wrong("layers.dense", "인수의 이름이 다름", expect="multiple values for keyword argument")
def dense_other_names():
    class CustomDense(layers.Dense):
        def __init__(self, n, act=None, **kwargs):
            super().__init__(n, activation=act, **kwargs)

    return CustomDense


@wrong("layers.dense", "build에서 만든 상태를 부를 때마다 다시 만듦", expect="가중치")
def dense_rebuilt():
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.activation = keras.activations.get(activation)

        def call(self, inputs):
            w = self.add_weight(shape=(inputs.shape[-1], self.units), name="w")
            b = self.add_weight(shape=(self.units,), name="b")
            return self.activation(ops.matmul(inputs, w) + b)

    return CustomDense


@wrong(
    "layers.dense",
    "build의 이름이 틀림",
    expect="`self.w = ...`으로 담은 곳이 없습니다",
)
def dense_misspelt_build():
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def bulid(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w")

        def call(self, inputs):
            return ops.matmul(inputs, self.w)

    return CustomDense


@wrong("layers.dense", "call의 이름이 틀림", expect="`call` 메서드가 없습니다")
def dense_misspelt_call():
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def cal(self, inputs):
            return inputs

    return CustomDense


@wrong(
    "layers.dense",
    "모듈에 없는 함수",
    expect="없는 이름입니다: `redcue_sum`",
    never=("self.",),
)
def dense_misspelt_function():
    def call(self, inputs):
        return tf.redcue_sum(inputs[..., None] * self.w, axis=-2) + self.b

    return _dense(call=call)


@wrong(
    "layers.dense",
    "LoRA처럼 가중치를 더 둠",
    expect="명세에 없는 것은 `lora_a`, `lora_b`입니다",
    never=("편향이",),
)
def dense_lora():
    def build(self, input_shape):
        size = input_shape[-1]
        self.w = self.add_weight(shape=(size, self.units), name="w")
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")
        self.lora_a = self.add_weight(shape=(size, 2), initializer="zeros", name="lora_a")
        self.lora_b = self.add_weight(shape=(2, self.units), initializer="zeros", name="lora_b")

    def call(self, inputs):
        return self.activation(inputs @ (self.w + self.lora_a @ self.lora_b) + self.b)

    return _dense(build=build, call=call)


@wrong(
    "layers.dense",
    "출력에 곱하는 가중치를 더 둠",
    expect="그 모양의 가중치는 `b`, `scale`입니다",
    never=("편향이", "use_bias"),
)
def dense_scaled():
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w")
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")
        self.scale = self.add_weight(shape=(self.units,), initializer="ones", name="scale")

    def call(self, inputs):
        return self.activation(inputs @ self.w * self.scale + self.b)

    return _dense(build=build, call=call)


# ------------------------------------------------------------------ 8-2 layers.block


@right("layers.block", "__init__에서 만든 층 셋")
def block_plain():
    class CustomLayer(layers.Layer):
        def __init__(self, hidden_dimension, hidden_dimension2, output_dimension, **kwargs):
            super().__init__(**kwargs)
            self.hidden1 = layers.Dense(hidden_dimension, activation="relu")
            self.hidden2 = layers.Dense(hidden_dimension2, activation="relu")
            self.out = layers.Dense(output_dimension, activation="softmax")

        def call(self, inputs):
            return self.out(self.hidden2(self.hidden1(inputs)))

    return CustomLayer


@right("layers.block", "예제 000처럼 build에서, 고칠 곳만 고침")
def block_seed():
    class CustomLayer(layers.Layer):
        def __init__(self, hidden_dimension, hidden_dimension2, output_dimension):
            self.hidden_dimension = hidden_dimension
            self.hidden_dimension2 = hidden_dimension2
            self.output_dimension = output_dimension
            super(CustomLayer, self).__init__()  # noqa: UP008

        def build(self, input_shape):
            self.dense_layer1 = layers.Dense(self.hidden_dimension, activation="relu")
            self.dense_layer2 = layers.Dense(self.hidden_dimension2, activation="relu")
            self.dense_layer3 = layers.Dense(self.output_dimension, activation="softmax")

        def call(self, inputs):
            x = self.dense_layer1(inputs)
            x = self.dense_layer2(x)
            return self.dense_layer3(x)

    return CustomLayer


@right("layers.block", "build에서 안쪽 층까지 build")
def block_built():
    class CustomLayer(layers.Layer):
        def __init__(self, hidden_dimension, hidden_dimension2, output_dimension, **kwargs):
            super().__init__(**kwargs)
            self.sizes = (hidden_dimension, hidden_dimension2, output_dimension)
            self.chain = [
                layers.Dense(size, activation=name)
                for size, name in zip(self.sizes, ("relu", "relu", "softmax"), strict=True)
            ]

        def build(self, input_shape):
            shape = input_shape
            for layer in self.chain:
                layer.build(shape)
                shape = layer.compute_output_shape(shape)
            super().build(input_shape)

        def call(self, inputs):
            x = inputs
            for layer in self.chain:
                x = layer(x)
            return x

    return CustomLayer


@right("layers.block", "안에 Sequential")
def block_sequential():
    class CustomLayer(layers.Layer):
        def __init__(self, hidden_dimension, hidden_dimension2, output_dimension, name=None):
            super().__init__(name=name)
            self.net = keras.Sequential(
                [
                    layers.Dense(hidden_dimension),
                    layers.ReLU(),
                    layers.Dense(hidden_dimension2),
                    layers.Activation("relu"),
                    layers.Dense(output_dimension),
                    layers.Softmax(),
                ]
            )

        def call(self, inputs, training=None):
            return self.net(inputs, training=training)

    return CustomLayer


@right("layers.block", "가중치를 모두 직접")
def block_by_hand():
    class CustomLayer(layers.Layer):
        def __init__(self, hidden_dimension, hidden_dimension2, output_dimension, **kwargs):
            super().__init__(**kwargs)
            self.sizes = [hidden_dimension, hidden_dimension2, output_dimension]

        def build(self, input_shape):
            before = [input_shape[-1], *self.sizes]
            for number, (rows, columns) in enumerate(zip(before[:-1], self.sizes, strict=True)):
                setattr(self, f"w{number}", self.add_weight(shape=(rows, columns)))
                setattr(self, f"b{number}", self.add_weight(shape=(columns,), initializer="zeros"))

        def call(self, x):
            x = tf.nn.relu(tf.matmul(x, self.w0) + self.b0)
            x = tf.nn.relu(tf.matmul(x, self.w1) + self.b1)
            return tf.nn.softmax(tf.matmul(x, self.w2) + self.b2)

    return CustomLayer


@right(
    "layers.block",
    "모델을 상속",
)
def block_model():
    class CustomLayer(keras.Model):
        def __init__(self, hidden_dimension, hidden_dimension2, output_dimension):
            super().__init__()
            self.last = layers.Dense(output_dimension, activation=tf.nn.softmax)
            self.second = layers.Dense(hidden_dimension2, activation=tf.nn.relu)
            self.first = layers.Dense(hidden_dimension, activation=tf.nn.relu)

        def call(self, inputs):
            return self.last(self.second(self.first(inputs)))

    return CustomLayer


def _block(make, call=None):
    class CustomLayer(layers.Layer):
        def __init__(self, hidden_dimension, hidden_dimension2, output_dimension, **kwargs):
            super().__init__(**kwargs)
            self.sizes = (hidden_dimension, hidden_dimension2, output_dimension)
            make(self, *self.sizes)

        def call(self, inputs):
            return self.c(self.b(self.a(inputs)))

    if call:
        CustomLayer.call = call
    return CustomLayer


def _three(self, first, second, last, names=("relu", "relu", "softmax")):
    self.a = layers.Dense(first, activation=names[0])
    self.b = layers.Dense(second, activation=names[1])
    self.c = layers.Dense(last, activation=names[2])


@wrong("layers.block", "예제 000의 오타", expect="name 'ouput_dimension' is not defined")
def block_typo():
    class CustomLayer(layers.Layer):
        def __init__(self, hidden_dimension, hidden_dimension2, output_dimension):
            super().__init__()
            self.output_dimension = ouput_dimension  # noqa: F821

        def call(self, inputs):
            return inputs

    return CustomLayer


@wrong(
    "layers.block",
    "예제 000처럼 hidden_dimension2를 쓰지 않음",
    expect="2번째 `Dense` 층에 `hidden_dimension2`가 아니라",
    typical=True,
)
def block_unused():
    return _block(lambda self, first, second, last: _three(self, first, first, last))


@wrong(
    "layers.block",
    "출력에 softmax가 없음",
    expect="활성화 함수가 `softmax`여야 하는데 없습니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def block_no_softmax():
    return _block(lambda self, *sizes: _three(self, *sizes, ("relu", "relu", None)))


@wrong(
    "layers.block",
    "두 번째 층에 relu가 없음",
    expect="2번째 `Dense` 층의 활성화 함수가 `relu`여야 하는데 없습니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def block_no_relu():
    return _block(lambda self, *sizes: _three(self, *sizes, ("relu", None, "softmax")))


@wrong(
    "layers.block",
    "sigmoid",
    expect="`softmax`여야 하는데 `sigmoid`입니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def block_sigmoid():
    return _block(lambda self, *sizes: _three(self, *sizes, ("relu", "relu", "sigmoid")))


@wrong("layers.block", "같은 층을 두 번 부름", expect="오류가 났습니다")
def block_shared():
    return _block(_three, lambda self, x: self.c(self.b(self.b(self.a(x)))))


@wrong("layers.block", "두 번째 층을 부르지 않음", expect="가중치의 모양이")
def block_skipped():
    return _block(_three, lambda self, x: self.c(self.a(x)))


@wrong(
    "layers.block", "보통 객체에 숨긴 층", expect="담은 층을 바깥 층이 알지 못합니다", typical=True
)
def block_hidden():
    def make(self, *sizes):
        self.box = SimpleNamespace()
        _three(self.box, *sizes)

    return _block(make, lambda self, x: self.box.c(self.box.b(self.box.a(x))))


@wrong("layers.block", "함수 안에 숨긴 층", expect="층이 아는 가중치가 하나도 없습니다")
def block_closure():
    def make(self, *sizes):
        box = SimpleNamespace()
        _three(box, *sizes)
        self.run = lambda x: box.c(box.b(box.a(x)))

    return _block(make, lambda self, x: self.run(x))


@wrong(
    "layers.block", "층을 call에서 만듦", expect="층이 아는 가중치가 하나도 없습니다", typical=True
)
def block_in_call():
    def call(self, inputs):
        box = SimpleNamespace()
        _three(box, *self.sizes)
        return box.c(box.b(box.a(inputs)))

    return _block(lambda self, *sizes: None, call)


@wrong("layers.block", "동결한 층", expect="`kernel` 가중치는 훈련되지 않습니다")
def block_frozen():
    def make(self, *sizes):
        _three(self, *sizes)
        self.a.trainable = False

    return _block(make)


@wrong("layers.block", "매개변수의 이름이 다름", expect="unexpected keyword argument", typical=True)
def block_other_names():
    class CustomLayer(layers.Layer):
        def __init__(self, hidden1, hidden2, output):
            super().__init__()
            _three(self, hidden1, hidden2, output)

        def call(self, inputs):
            return self.c(self.b(self.a(inputs)))

    return CustomLayer


@wrong(
    "layers.block",
    "마지막 두 인수의 순서가 바뀜",
    expect="두 번째와 세 번째 인수의 순서가 바뀌었습니다",
    typical=True,
)
def block_order():
    class CustomLayer(layers.Layer):
        def __init__(self, hidden_dimension, output_dimension, hidden_dimension2):
            super().__init__()
            _three(self, hidden_dimension, hidden_dimension2, output_dimension)

        def call(self, inputs):
            return self.c(self.b(self.a(inputs)))

    return CustomLayer


@wrong("layers.block", "드롭아웃을 더 넣음", expect="`fit`으로 훈련됩니다", never=("중간에서 끊",))
def block_dropout():
    def make(self, *sizes):
        _three(self, *sizes)
        self.drop = layers.Dropout(0.5)

    def call(self, inputs, training=None):
        return self.c(self.drop(self.b(self.a(inputs)), training=training))

    return _block(make, call)


@wrong("layers.block", "첫 번째 층에 relu가 없음", expect="1번째 `Dense` 층의 활성화 함수가")
def block_no_first_relu():
    return _block(lambda self, *sizes: _three(self, *sizes, (None, "relu", "softmax")))


@wrong("layers.block", "return이 없음", expect="아무것도 돌려주지 않습니다", never=("ops.shape",))
def block_no_return():
    def call(self, inputs):
        self.c(self.b(self.a(inputs)))

    return _block(_three, call)


# ------------------------------------------------------------------ 8-3 layers.config


@right("layers.config", "등록하고 get_config를 씀")
def config_plain():
    @register(package="course")
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.activation = keras.activations.get(activation)

        def build(self, input_shape):
            self.w = self.add_weight(
                shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="w"
            )
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

        def call(self, inputs):
            return self.activation(ops.matmul(inputs, self.w) + self.b)

        def get_config(self):
            config = super().get_config()
            config.update(units=self.units, activation=keras.activations.serialize(self.activation))
            return config

    return CustomDense


@right("layers.config", "이름 없이 등록, from_config에서 함수로")
def config_from_config():
    @register()
    class CustomDense(_dense()):
        def get_config(self):
            base = super().get_config()
            base["size"] = self.units
            base["activation_name"] = self.activation.__name__
            return base

        @classmethod
        def from_config(cls, config):
            config = dict(config)
            units = config.pop("size")
            activation = config.pop("activation_name")
            return cls(units, activation=activation, **config)

    return CustomDense


@right("layers.config", "serialize_keras_object로 적음")
def config_serialized():
    @register(package="mine", name="MyDense")
    class CustomDense(_dense()):
        def __init__(self, units, activation=None, **kwargs):
            if isinstance(activation, dict):
                activation = keras.saving.deserialize_keras_object(activation)
            super().__init__(units, activation, **kwargs)

        def get_config(self):
            return {
                **super().get_config(),
                "units": self.units,
                "activation": keras.saving.serialize_keras_object(self.activation),
            }

    return CustomDense


@right("layers.config", "안쪽 Dense의 설정을 빌림")
def config_inner():
    @register(package="course")
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.inner = layers.Dense(units, activation=activation, dtype=self.dtype_policy)

        def call(self, inputs):
            return self.inner(inputs)

        def get_config(self):
            inner = self.inner.get_config()
            return super().get_config() | {key: inner[key] for key in ("units", "activation")}

    return CustomDense


@right("layers.config", "Dense를 상속하고 등록만")
def config_inherited():
    @tf.keras.utils.register_keras_serializable("course")
    class CustomDense(layers.Dense):
        pass

    return CustomDense


@right("layers.config", "name, trainable, dtype을 하나씩 받음")
def config_named():
    @register(package="course")
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, name=None, trainable=True, dtype=None):
            super().__init__(name=name, trainable=trainable, dtype=dtype)
            self.units = units
            self.activation = keras.activations.get(activation)

        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w")
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

        def call(self, inputs):
            return self.activation(tf.matmul(inputs, self.w) + self.b)

        def get_config(self):
            return {
                "name": self.name,
                "trainable": self.trainable,
                "dtype": self.dtype_policy.name,
                "units": self.units,
                "activation": keras.activations.serialize(self.activation),
            }

    return CustomDense


def _config(get_config, base=None, registered=True, init=None):
    class CustomDense(base or _dense()):
        pass

    CustomDense.__name__ = CustomDense.__qualname__ = "CustomDense"
    if get_config:
        CustomDense.get_config = get_config
    if init:
        CustomDense.__init__ = init
    return register(package="course")(CustomDense) if registered else CustomDense


def _full(self):
    return {
        **layers.Layer.get_config(self),
        "units": self.units,
        "activation": keras.activations.serialize(self.activation),
    }


@wrong("layers.config", "등록하지 않음", expect="케라스에 등록되어 있지 않아서", typical=True)
def config_unregistered():
    return _config(_full, registered=False)


@wrong(
    "layers.config",
    "activation을 적지 않음",
    expect="`get_config()`의 결과에 `activation`이 없습니다",
    typical=True,
)
def config_no_activation():
    return _config(lambda self: {**layers.Layer.get_config(self), "units": self.units})


@wrong(
    "layers.config",
    "units를 적지 않음",
    expect="`__init__`이 받은 인수를 모두 `get_config()`에",
    typical=True,
)
def config_no_units():
    return _config(
        lambda self: {
            **layers.Layer.get_config(self),
            "activation": keras.activations.serialize(self.activation),
        }
    )


@wrong(
    "layers.config", "예제 004처럼 자기 인수만 적음", expect="되살린 층의 `name`은", typical=True
)
def config_own_only():
    return _config(
        lambda self: {
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
        }
    )


@wrong("layers.config", "함수를 그대로 적음", expect="JSON으로 쓸 수 없습니다", typical=True)
def config_function():
    return _config(
        lambda self: {
            **layers.Layer.get_config(self),
            "units": self.units,
            "activation": self.activation,
        }
    )


@wrong(
    "layers.config",
    "**kwargs를 받지 않음",
    expect="처럼 모든 층에 있는 인수를 받지 못합니다",
    typical=True,
)
def config_no_kwargs():
    def init(self, units, activation=None):
        layers.Layer.__init__(self)
        self.units = units
        self.activation = keras.activations.get(activation)

    return _config(_full, init=init)


@wrong("layers.config", "**kwargs를 넘기지 않음", expect="로 만들었는데 `name`이", typical=True)
def config_kwargs_dropped():
    def init(self, units, activation=None, **kwargs):
        layers.Layer.__init__(self)
        self.units = units
        self.activation = keras.activations.get(activation)

    return _config(_full, init=init)


@wrong("layers.config", "기본값을 적음", expect="되살린 층")
def config_defaults():
    return _config(
        lambda self: {**layers.Layer.get_config(self), "units": self.units, "activation": None}
    )


@wrong(
    "layers.config",
    "return을 빠뜨림",
    expect="`get_config()`가 딕셔너리를 돌려주어야 하는데",
    typical=True,
)
def config_no_return():
    def get_config(self):
        config = layers.Layer.get_config(self)
        config.update(units=self.units)

    return _config(get_config)


@wrong("layers.config", "키의 이름이 다름", expect="unexpected keyword argument")
def config_other_key():
    def init(self, units, activation=None, name=None, trainable=True, dtype=None):
        layers.Layer.__init__(self, name=name, trainable=trainable, dtype=dtype)
        self.units = units
        self.activation = keras.activations.get(activation)

    def get_config(self):
        config = _full(self)
        config["size"] = config.pop("units")
        return config

    return _config(get_config, init=init)


@wrong("layers.config", "name만 빠뜨림", expect="되살린 층의 `name`은")
def config_no_name():
    def get_config(self):
        config = _full(self)
        del config["name"]
        return config

    return _config(get_config)


@wrong("layers.config", "dtype만 빠뜨림", expect="되살린 층의 `dtype`은")
def config_no_dtype():
    def get_config(self):
        config = _full(self)
        del config["dtype"]
        return config

    return _config(get_config)


@wrong("layers.config", "trainable만 빠뜨림", expect="되살린 층의 `trainable`은")
def config_no_trainable():
    def get_config(self):
        config = _full(self)
        del config["trainable"]
        return config

    return _config(get_config)


@wrong("layers.config", "from_config가 같은 객체를 돌려줌", expect="가중치를 함께 씁니다")
def config_same():
    class Remembering(_dense()):
        last = None

        def get_config(self):
            type(self).last = self
            return _full(self)

        @classmethod
        def from_config(cls, config):
            return cls.last

    return _config(None, base=Remembering)


@wrong("layers.config", "from_config가 Dense를 돌려줌", expect="객체가 아니라 `Dense` 객체를")
def config_other_class():
    class Borrowing(_dense()):
        @classmethod
        def from_config(cls, config):
            return layers.Dense.from_config(config)

    return _config(_full, base=Borrowing)


@wrong("layers.config", "층이 모르는 가중치", expect="`self.w`에 담은 `tf.Variable`")
def config_untracked():
    return _config(_full, base=dense_untracked())


@wrong(
    "layers.config",
    "데코레이터에 괄호가 없음",
    expect="데코레이터에 괄호가 빠졌습니다",
    never=("로 시작하세요", "상속했는지"),
    typical=True,
)
def config_bare_decorator():
    class Plain(_dense()):
        def get_config(self):
            return _full(self)

    return keras.saving.register_keras_serializable(Plain)


@wrong(
    "layers.config",
    "편향을 더하지 않는 층",
    expect="편향 `b`를 더하지 않습니다",
    never=("되살린 층", "다시 읽은 모델"),
)
def config_unused_bias():
    return _config(_full, base=dense_unused_bias())


# ------------------------------------------------------------------ 8-4 layers.rnn


@right("layers.rnn", "Dense 둘과 파이썬 for")
def rnn_plain():
    class CustomRNN(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.from_input = layers.Dense(units, activation="tanh")
            self.from_state = layers.Dense(units, activation="tanh")

        def call(self, inputs):
            state = ops.zeros((ops.shape(inputs)[0], self.units))
            states = []
            for t in range(inputs.shape[1]):
                state = self.from_input(inputs[:, t]) + self.from_state(state)
                states.append(state)
            return ops.stack(states, axis=1)

    return CustomRNN


@right("layers.rnn", "예제 004를 고침: tf.shape, tf.stack")
def rnn_seed():
    class CustomRNN(layers.Layer):
        def __init__(self, units):
            super(CustomRNN, self).__init__()  # noqa: UP008
            self.units = units
            self.projection_1 = layers.Dense(units=units, activation="tanh")
            self.projection_2 = layers.Dense(units=units, activation="tanh")

        def call(self, inputs):
            outputs = []
            state = tf.zeros(shape=(tf.shape(inputs)[0], self.units))
            for t in range(inputs.shape[1]):
                x = inputs[:, t, :]
                h = self.projection_1(x)
                y = h + self.projection_2(state)
                state = y
                outputs.append(y)
            return tf.stack(outputs, axis=1)

    return CustomRNN


@right("layers.rnn", "가중치를 직접, 상태의 것을 먼저, 상태는 입력에서")
def rnn_weights():
    class CustomRNN(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, shape):
            self.c = self.add_weight(shape=(self.units,), initializer="zeros", name="c")
            self.u = self.add_weight(shape=(self.units, self.units), name="u")
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")
            self.w = self.add_weight(shape=(shape[-1], self.units), name="w")

        def call(self, inputs):
            from_inputs = ops.tanh(inputs @ self.w + self.b)
            state = ops.zeros_like(from_inputs[:, 0])
            states = []
            for t in range(inputs.shape[1]):
                state = from_inputs[:, t] + ops.tanh(state @ self.u + self.c)
                states.append(state)
            return ops.stack(states, axis=1)

    return CustomRNN


@right("layers.rnn", "keras.layers.RNN과 자기 셀")
def rnn_cell():
    class Cell(layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.units = self.state_size = self.output_size = units
            self.from_input = layers.Dense(units, activation="tanh")
            self.from_state = layers.Dense(units, activation="tanh")

        def build(self, shape):
            self.from_input.build(shape)
            self.from_state.build((None, self.units))

        def call(self, inputs, states):
            state = self.from_input(inputs) + self.from_state(states[0])
            return state, [state]

    class CustomRNN(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.rnn = layers.RNN(Cell(units), return_sequences=True)

        def call(self, inputs):
            return self.rnn(inputs)

    return CustomRNN


@right("layers.rnn", "keras.layers.RNN을 상속")
def rnn_inherited():
    class Cell(layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.state_size = units

        def build(self, shape):
            units = self.state_size
            self.w = self.add_weight(shape=(shape[-1], units))
            self.b = self.add_weight(shape=(units,), initializer="zeros")
            self.u = self.add_weight(shape=(units, units))
            self.c = self.add_weight(shape=(units,), initializer="zeros")

        def call(self, inputs, states, training=None):
            (before,) = states
            state = ops.tanh(inputs @ self.w + self.b) + ops.tanh(before @ self.u + self.c)
            return state, (state,)

    class CustomRNN(layers.RNN):
        def __init__(self, units, **kwargs):
            super().__init__(Cell(units), return_sequences=True, **kwargs)

    return CustomRNN


@right("layers.rnn", "ops.scan")
def rnn_scan():
    class CustomRNN(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, shape):
            self.w = self.add_weight(shape=(shape[-1], self.units), name="w")
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")
            self.u = self.add_weight(shape=(self.units, self.units), name="u")
            self.c = self.add_weight(shape=(self.units,), initializer="zeros", name="c")

        def call(self, inputs):
            given = ops.tanh(ops.matmul(inputs, self.w) + self.b)

            def step(state, x):
                state = x + ops.tanh(ops.matmul(state, self.u) + self.c)
                return state, state

            first = ops.zeros((ops.shape(inputs)[0], self.units))
            _, states = ops.scan(step, first, ops.swapaxes(given, 0, 1))
            return ops.swapaxes(states, 0, 1)

    return CustomRNN


@right("layers.rnn", "tf.scan과 tf.transpose")
def rnn_tf_scan():
    class CustomRNN(layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.units = units
            self.b = layers.Dense(units, "tanh")
            self.a = layers.Dense(units, "tanh")

        def build(self, shape):
            self.a.build(shape)
            self.b.build((None, self.units))

        def call(self, inputs):
            given = tf.transpose(self.a(inputs), (1, 0, 2))
            states = tf.scan(
                lambda state, x: x + self.b(state), given, initializer=tf.zeros_like(given[0])
            )
            return tf.transpose(states, (1, 0, 2))

    return CustomRNN


@right("layers.rnn", "처음 시점은 따로, unstack")
def rnn_unstack():
    class CustomRNN(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.pair = {"x": layers.Dense(units), "h": layers.Dense(units)}

        def call(self, inputs):
            states = []
            for x in tf.unstack(inputs, axis=1):
                now = tf.tanh(self.pair["x"](x))
                before = states[-1] if states else tf.zeros_like(now)
                states.append(now + tf.tanh(self.pair["h"](before)))
            return tf.concat([state[:, None] for state in states], axis=1)

    return CustomRNN


@right("layers.rnn", "그래프의 반복(tf.while_loop와 TensorArray)")
def rnn_while():
    class CustomRNN(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, shape):
            self.w = self.add_weight(shape=(shape[-1], self.units), name="w")
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")
            self.u = self.add_weight(shape=(self.units, self.units), name="u")
            self.c = self.add_weight(shape=(self.units,), initializer="zeros", name="c")

        def compute_output_shape(self, shape):
            return (shape[0], shape[1], self.units)

        @tf.function
        def call(self, inputs):
            steps = tf.shape(inputs)[1]
            found = tf.TensorArray(tf.float32, size=steps)
            state = tf.zeros((tf.shape(inputs)[0], self.units))
            for t in tf.range(steps):
                x = tf.tanh(tf.matmul(inputs[:, t], self.w) + self.b)
                state = x + tf.tanh(tf.matmul(state, self.u) + self.c)
                found = found.write(t, state)
            return tf.transpose(found.stack(), (1, 0, 2))

    return CustomRNN


def _rnn(call, first="tanh", second="tanh"):
    class CustomRNN(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.a = layers.Dense(units, activation=first)
            self.b = layers.Dense(units, activation=second)

    CustomRNN.call = call
    return CustomRNN


def _steps(self, inputs, state, step):
    states = []
    for t in range(inputs.shape[1]):
        state = step(inputs[:, t], state)
        states.append(state)
    return ops.stack(states, axis=1)


def _zeros(self, inputs):
    return ops.zeros((ops.shape(inputs)[0], self.units))


@wrong(
    "layers.rnn",
    "예제 004 그대로: 정해진 배치 크기",
    expect="`ops.shape(inputs)[0]`을 쓰세요",
    typical=True,
)
def rnn_static():
    def call(self, inputs):
        state = tf.zeros(shape=(inputs.shape[0], self.units))
        return _steps(self, inputs, state, lambda x, state: self.a(x) + self.b(state))

    return _rnn(call)


@wrong("layers.rnn", "배치 크기를 처음 본 것으로 못박음", expect="배치 크기와 시점의 수가 달라도")
def rnn_first_batch():
    class CustomRNN(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.a = layers.Dense(units, activation="tanh")
            self.b = layers.Dense(units, activation="tanh")
            self.size = None

        def call(self, inputs):
            self.size = self.size or inputs.shape[0]
            state = ops.zeros((self.size, self.units))
            return _steps(self, inputs, state, lambda x, state: self.a(x) + self.b(state))

    return CustomRNN


@wrong("layers.rnn", "배치 크기 1로 시작해서 늘어나기를 바람", expect="모양이")
def rnn_reshaped():
    def call(self, inputs):
        state = _zeros(self, inputs)
        states = _steps(self, inputs, state, lambda x, state: self.a(x) + self.b(state))
        return tf.reshape(states, (-1, inputs.shape[1] * self.units))

    return _rnn(call)


@wrong("layers.rnn", "모양을 잃는 reshape", expect="출력의 마지막 축의 크기를 모릅니다")
def rnn_lost_shape():
    def call(self, inputs):
        state = _zeros(self, inputs)
        states = _steps(self, inputs, state, lambda x, state: self.a(x) + self.b(state))
        return tf.reshape(states, (tf.shape(states)[0], inputs.shape[1], -1))

    return _rnn(call)


@wrong("layers.rnn", "마지막 상태만", expect="하나만 꺼내지 않았는지", typical=True)
def rnn_last_only():
    def call(self, inputs):
        state = _zeros(self, inputs)
        states = _steps(self, inputs, state, lambda x, state: self.a(x) + self.b(state))
        return states[:, -1]

    return _rnn(call)


@wrong("layers.rnn", "시점을 첫 축에 쌓음", expect="축의 순서가 다릅니다", typical=True)
def rnn_time_major():
    def call(self, inputs):
        state = _zeros(self, inputs)
        states = _steps(self, inputs, state, lambda x, state: self.a(x) + self.b(state))
        return ops.swapaxes(states, 0, 1)

    return _rnn(call)


@wrong(
    "layers.rnn",
    "상태를 이어 주지 않음",
    expect="앞 시점의 상태가 이어지지 않습니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def rnn_no_state():
    def call(self, inputs):
        zeros = _zeros(self, inputs)
        return _steps(self, inputs, zeros, lambda x, state: self.a(x) + self.b(zeros))

    return _rnn(call)


@wrong(
    "layers.rnn",
    "처음 상태가 1",
    expect="처음 상태가 0이 아니라 1입니다",
    never=("값이 명세와 다릅니다",),
)
def rnn_ones():
    def call(self, inputs):
        state = _zeros(self, inputs) + 1
        return _steps(self, inputs, state, lambda x, state: self.a(x) + self.b(state))

    return _rnn(call)


@wrong(
    "layers.rnn",
    "tanh를 밖에서 한 번만",
    expect="`tanh`를 한 번만 씌웁니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def rnn_outer_tanh():
    def call(self, inputs):
        state = _zeros(self, inputs)
        return _steps(self, inputs, state, lambda x, state: ops.tanh(self.a(x) + self.b(state)))

    return _rnn(call, None, None)


@wrong(
    "layers.rnn",
    "상태 쪽에 tanh가 없음",
    expect="상태의 항 `h_{t−1}·U + c`에 `tanh`가 없습니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def rnn_linear_state():
    def call(self, inputs):
        state = _zeros(self, inputs)
        return _steps(self, inputs, state, lambda x, state: self.a(x) + self.b(state))

    return _rnn(call, "tanh", None)


@wrong(
    "layers.rnn", "더하지 않고 곱함", expect="더하지 않고 곱합니다", never=("값이 명세와 다릅니다",)
)
def rnn_product():
    def call(self, inputs):
        state = _zeros(self, inputs)
        return _steps(self, inputs, state, lambda x, state: self.a(x) * self.b(state))

    return _rnn(call)


@wrong(
    "layers.rnn",
    "시점을 거꾸로",
    expect="시점을 마지막부터 거꾸로 읽습니다",
    never=("값이 명세와 다릅니다",),
)
def rnn_backwards():
    def call(self, inputs):
        state = _zeros(self, inputs)
        inputs = ops.flip(inputs, axis=1)
        return _steps(self, inputs, state, lambda x, state: self.a(x) + self.b(state))

    return _rnn(call)


@wrong("layers.rnn", "첫 시점을 빠뜨림", expect="결과의 모양이")
def rnn_skips_first():
    def call(self, inputs):
        state = _zeros(self, inputs)
        return _steps(self, inputs[:, 1:], state, lambda x, state: self.a(x) + self.b(state))

    return _rnn(call)


@wrong("layers.rnn", "부를 때마다 이어지는 상태", expect="`self`에 텐서를 담아 두면", typical=True)
def rnn_stateful():
    class CustomRNN(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.a = layers.Dense(units, activation="tanh")
            self.b = layers.Dense(units, activation="tanh")
            self.state = None

        def call(self, inputs):
            if self.state is None or self.state.shape[0] != inputs.shape[0]:
                self.state = _zeros(self, inputs)
            states = _steps(self, inputs, self.state, lambda x, h: self.a(x) + self.b(h))
            self.state = states[:, -1]
            return states

    return CustomRNN


@wrong("layers.rnn", "시점마다 새 층", expect="빠진 가중치가 있습니다", typical=True)
def rnn_layers_per_step():
    def call(self, inputs):
        def step(x, state):
            dense = layers.Dense(self.units, activation="tanh")
            return dense(x) + self.b(state)

        return _steps(self, inputs, _zeros(self, inputs), step)

    return _rnn(call)


@wrong("layers.rnn", "SimpleRNN을 그대로", expect="빠진 가중치가 있습니다")
def rnn_simple():
    class CustomRNN(layers.SimpleRNN):
        def __init__(self, units, **kwargs):
            super().__init__(units, return_sequences=True, **kwargs)

    return CustomRNN


@wrong("layers.rnn", "파이썬 숫자로 꺼냄", expect="모델을 그릴 때는 값이 없습니다")
def rnn_numpy():
    def call(self, inputs):
        state = tf.zeros((len(inputs.numpy()), self.units))
        return _steps(self, inputs, state, lambda x, state: self.a(x) + self.b(state))

    return _rnn(call)


@wrong("layers.rnn", "상태를 지나는 그레이디언트를 끊음", expect="그레이디언트가 이 가중치까지")
def rnn_truncated():
    def call(self, inputs):
        def step(x, state):
            return self.a(x) + self.b(ops.stop_gradient(state))

        return _steps(self, inputs, _zeros(self, inputs), step)

    return _rnn(call)


@wrong("layers.rnn", "입력 쪽에 tanh가 없음", expect="입력의 항 `x_t·W + b`에 `tanh`가 없습니다")
def rnn_linear_input():
    def call(self, inputs):
        state = _zeros(self, inputs)
        return _steps(self, inputs, state, lambda x, state: self.a(x) + self.b(state))

    return _rnn(call, None, "tanh")


# ------------------------------------------------------------------ 8-5 layers.noise


@right("layers.noise", "keras.random과 SeedGenerator")
def noise_plain():
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev, **kwargs):
            super().__init__(**kwargs)
            self.stddev = stddev
            self.seed_generator = keras.random.SeedGenerator(3)

        def call(self, inputs, training=None):
            if not training:
                return inputs
            return inputs + keras.random.normal(
                ops.shape(inputs), stddev=self.stddev, seed=self.seed_generator
            )

    return TrainingNoise


@right("layers.noise", "tf.random.normal")
def noise_tf():
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev):
            super().__init__()
            self.stddev = stddev

        def call(self, inputs, training=False):
            if training:
                return inputs + self.stddev * tf.random.normal(tf.shape(inputs))
            return inputs

    return TrainingNoise


@right("layers.noise", "시드를 주지 않은 keras.random")
def noise_global():
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev, **kwargs):
            super().__init__(**kwargs)
            self.stddev = stddev

        def call(self, x, training=None):
            return x + keras.random.normal(ops.shape(x), 0.0, self.stddev) if training else x

    return TrainingNoise


@right("layers.noise", "안에 GaussianNoise")
def noise_inner():
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev, **kwargs):
            super().__init__(**kwargs)
            # GaussianNoise는 표준편차를 0 이상 1 이하로만 받으므로 크기를 나중에 맞춥니다.
            self.stddev = stddev
            self.inner = layers.GaussianNoise(1.0)

        def call(self, inputs, training=None):
            noise = self.inner(ops.zeros_like(inputs), training=training)
            return inputs + noise * self.stddev

    return TrainingNoise


@right("layers.noise", "곱해서 끄기, 훈련되지 않는 가중치에 담은 stddev")
def noise_weight():
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev, **kwargs):
            super().__init__(**kwargs)
            self.supports_masking = True
            self.stddev = self.add_weight(
                shape=(),
                initializer=keras.initializers.Constant(stddev),
                trainable=False,
                name="stddev",
            )

        def call(self, inputs, training=None):
            noise = tf.random.normal(tf.shape(inputs)) * self.stddev
            return inputs + (1.0 if training else 0.0) * noise

        def get_config(self):
            return {**super().get_config(), "stddev": float(self.stddev.numpy())}

    return TrainingNoise


@right("layers.noise", "ops.cond와 tf.random.Generator")
def noise_generator():
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev, **kwargs):
            super().__init__(**kwargs)
            self.stddev = stddev
            self.generator = tf.random.Generator.from_seed(1)

        def call(self, inputs, training=None):
            return ops.cond(
                bool(training),
                lambda: inputs + self.generator.normal(tf.shape(inputs), stddev=self.stddev),
                lambda: inputs,
            )

    return TrainingNoise


@right("layers.noise", "두 정규분포의 합")
def noise_sum():
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev, **kwargs):
            super().__init__(**kwargs)
            self.each = stddev / 2**0.5

        def call(self, inputs, training=None):
            if training is None or not training:
                return inputs
            shape = tf.shape(inputs)
            first, second = (tf.random.normal(shape, 0.0, self.each) for _ in range(2))
            return inputs + first - second

    return TrainingNoise


def _noise(draw, *, default=None, when=bool):
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev, **kwargs):
            super().__init__(**kwargs)
            self.stddev = stddev

        def call(self, inputs, training=default):
            return draw(self, inputs) if when(training) else inputs

    return TrainingNoise


@wrong(
    "layers.noise",
    "언제나 더함",
    expect="추론 모드에서도 난수를 씁니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def noise_always():
    return _noise(lambda self, x: x + tf.random.normal(tf.shape(x), 0, self.stddev), when=any_time)


def any_time(training):
    return True


@wrong(
    "layers.noise", "training이 아니면 더함", expect="훈련 모드에서도 입력을 그대로", typical=True
)
def noise_inverted():
    return _noise(
        lambda self, x: x + tf.random.normal(tf.shape(x), 0, self.stddev),
        when=lambda training: not training,
    )


@wrong(
    "layers.noise",
    "기본값이 True",
    expect="추론 모드에서도 난수를 씁니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def noise_default():
    return _noise(lambda self, x: x + tf.random.normal(tf.shape(x), 0, self.stddev), default=True)


@wrong(
    "layers.noise",
    "False가 아니면 더함",
    expect="추론 모드에서도 난수를 씁니다",
    never=("값이 명세와 다릅니다",),
)
def noise_not_false():
    return _noise(
        lambda self, x: x + tf.random.normal(tf.shape(x), 0, self.stddev),
        when=lambda training: training is not False,
    )


@wrong("layers.noise", "다른 이름의 매개변수", expect="훈련 모드에서도 입력을 그대로", typical=True)
def noise_other_name():
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev, **kwargs):
            super().__init__(**kwargs)
            self.stddev = stddev

        def call(self, inputs, is_training=False):
            if is_training:
                return inputs + tf.random.normal(tf.shape(inputs), 0, self.stddev)
            return inputs

    return TrainingNoise


@wrong(
    "layers.noise",
    "넘파이 난수: 그래프에서 얼어붙음",
    expect="그래프에서 한 번만 실행되는 넘파이",
    typical=True,
)
def noise_frozen():
    return _noise(lambda self, x: x + np.random.normal(0, self.stddev, x.shape).astype("float32"))


@wrong("layers.noise", "같은 정수 시드", expect="두 번 불러도 같은 잡음이 나옵니다", typical=True)
def noise_fixed_seed():
    return _noise(lambda self, x: x + keras.random.normal(ops.shape(x), stddev=self.stddev, seed=1))


@wrong("layers.noise", "잡음을 한 번만 뽑아 둠", expect="두 번 불러도 같은 잡음이 나옵니다")
def noise_kept():
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev, **kwargs):
            super().__init__(**kwargs)
            self.stddev = stddev

        def build(self, shape):
            full = [1000, *shape[1:]]
            self.noise = np.random.default_rng(0).normal(0, self.stddev, full).astype("float32")

        def call(self, inputs, training=None):
            if not training:
                return inputs
            return inputs + self.noise[: inputs.shape[0]]

    return TrainingNoise


@wrong(
    "layers.noise", "분산을 표준편차 자리에", expect="제곱한 값(분산)을 주었습니다", typical=True
)
def noise_variance():
    return _noise(lambda self, x: x + tf.random.normal(tf.shape(x), 0, self.stddev**2))


@wrong("layers.noise", "stddev를 쓰지 않음", expect="받은 `stddev`를 쓰지 않고", typical=True)
def noise_unit():
    return _noise(lambda self, x: x + tf.random.normal(tf.shape(x)))


@wrong("layers.noise", "stddev를 평균 자리에", expect="표준편차가")
def noise_mean_place():
    return _noise(lambda self, x: x + tf.random.normal(tf.shape(x), self.stddev))


@wrong("layers.noise", "평균이 0이 아님", expect="잡음의 평균이 0이어야 하는데")
def noise_shifted():
    return _noise(lambda self, x: x + tf.random.normal(tf.shape(x), self.stddev / 2, self.stddev))


@wrong("layers.noise", "균등분포", expect="정규분포(가우스 분포)가 아닙니다")
def noise_uniform():
    def draw(self, x):
        half = self.stddev * 3**0.5
        return x + tf.random.uniform(tf.shape(x), -half, half)

    return _noise(draw)


@wrong("layers.noise", "곱하는 잡음", expect="입력에 곱하지 말고 더하세요")
def noise_product():
    return _noise(lambda self, x: x * (1 + tf.random.normal(tf.shape(x), 0, self.stddev)))


@wrong("layers.noise", "배치 전체에 같은 잡음", expect="배치의 모든 샘플에 같은 잡음을")
def noise_per_batch():
    return _noise(lambda self, x: x + tf.random.normal(tf.shape(x)[1:], 0, self.stddev))


@wrong("layers.noise", "샘플마다 수 하나", expect="축을 따라 같은 잡음을 더합니다")
def noise_per_sample():
    def draw(self, x):
        shape = [tf.shape(x)[0]] + [1] * (len(x.shape) - 1)
        return x + tf.random.normal(shape, 0, self.stddev)

    return _noise(draw)


@wrong(
    "layers.noise",
    "잡음만 돌려줌",
    expect="입력에 더하지 않고 잡음만 돌려줍니다",
    never=("두 번 불러도 같은 잡음",),
    typical=True,
)
def noise_only():
    return _noise(lambda self, x: tf.random.normal(tf.shape(x), 0, self.stddev))


@wrong(
    "layers.noise", "relu까지", expect="음수를 0으로 바꿉니다", never=("두 번 불러도 같은 잡음",)
)
def noise_relu():
    return _noise(lambda self, x: tf.nn.relu(x + tf.random.normal(tf.shape(x), 0, self.stddev)))


@wrong("layers.noise", "훈련되는 stddev", expect="가중치가 없어야 하는데", never=("표준편차가 0.",))
def noise_trainable():
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev, **kwargs):
            super().__init__(**kwargs)
            self.stddev = self.add_weight(
                shape=(), initializer=keras.initializers.Constant(stddev), name="stddev"
            )

        def call(self, inputs, training=None):
            if not training:
                return inputs
            return inputs + tf.random.normal(tf.shape(inputs)) * self.stddev

    return TrainingNoise


@wrong("layers.noise", "모델을 그릴 때 실패", expect="오류가 났습니다", never=("in user code",))
def noise_numpy_shape():
    def draw(self, x):
        return x + tf.random.normal(x.numpy().shape, 0, self.stddev)

    return _noise(draw)


@wrong("layers.noise", "추론할 때 None", expect="아무것도 돌려주지 않습니다", typical=True)
def noise_no_else():
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev, **kwargs):
            super().__init__(**kwargs)
            self.stddev = stddev

        def call(self, inputs, training=None):
            if training:
                return inputs + tf.random.normal(tf.shape(inputs), 0, self.stddev)

    return TrainingNoise


@wrong(
    "layers.rnn",
    "마지막 시점을 빠뜨림",
    expect="결과의 모양이",
    never=("가중치가 그대로입니다",),
)
def rnn_one_step_short():
    class CustomRNN(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.x = layers.Dense(units, activation="tanh")
            self.h = layers.Dense(units, activation="tanh")

        def call(self, inputs):
            state, states = ops.zeros((ops.shape(inputs)[0], self.units)), []
            for step in range(inputs.shape[1] - 1):
                state = self.x(inputs[:, step]) + self.h(state)
                states.append(state)
            return ops.stack(states, axis=1)

    return CustomRNN


@wrong(
    "layers.config",
    "get_config를 쓰지 않음",
    expect="must override",
)
def config_left_to_keras():
    @register(package="answers_left")
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.activation = keras.activations.get(activation)

        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w")
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

        def call(self, inputs):
            return self.activation(inputs @ self.w + self.b)

    return CustomDense


@wrong("layers.dense", "w의 두 축이 뒤바뀜", expect="의 두 축이 뒤바뀌었습니다")
def dense_turned():
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.activation = keras.activations.get(activation)

        def build(self, input_shape):
            self.w = self.add_weight(shape=(self.units, input_shape[-1]), name="w")
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

        def call(self, inputs):
            return self.activation(inputs @ ops.transpose(self.w) + self.b)

    return CustomDense


@right("layers.noise", "케라스의 GaussianNoise를 안에 담음")
def noise_by_keras():
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev, **kwargs):
            super().__init__(**kwargs)
            self.noise = layers.GaussianNoise(stddev)

        def call(self, inputs, training=None):
            return self.noise(inputs, training=training)

    return TrainingNoise


@wrong(
    "layers.noise",
    "수 하나를 뽑아 모든 값에 더함",
    expect="모든 값에 같은 수를 더합니다",
    never=("훈련 모드에서도 입력을", "두 번 불러도 같은 잡음"),
)
def noise_one_number():
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev, **kwargs):
            super().__init__(**kwargs)
            self.stddev = stddev
            self.generator = keras.random.SeedGenerator()

        def call(self, inputs, training=None):
            if not training:
                return inputs
            return inputs + keras.random.normal((), stddev=self.stddev, seed=self.generator)

    return TrainingNoise
