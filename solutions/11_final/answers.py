"""11 종합 과제: 맞는 답과 틀린 답."""

import functools
import tempfile

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from autograder import load_data
from autograder.authoring.answers import right, wrong

# ---------------------------------------------------------------- 11-1 final.three_ways


def _stack(first=16, dense=256, last="softmax"):
    return [
        layers.Conv2D(first, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(dense, activation="relu"),
        layers.Dense(100, activation=last),
    ]


def _sequential(stack):
    return keras.Sequential([keras.Input((32, 32, 3)), *stack])


def _functional(stack):
    inputs = x = keras.Input((32, 32, 3))
    for layer in stack:
        x = layer(x)
    return keras.Model(inputs, x)


class _Stacked(keras.Model):
    def __init__(self, stack):
        super().__init__()
        self.stack = stack

    def call(self, inputs):
        for layer in self.stack:
            inputs = layer(inputs)
        return inputs


@right("final.three_ways", "층의 목록 하나로 세 가지를")
def ways_stack():
    def make_model(style):
        if style == "sequential":
            return _sequential(_stack())
        if style == "functional":
            return _functional(_stack())
        return _Stacked(_stack())

    return make_model


@right("final.three_ways", "셋을 따로 적고 딕셔너리로 고름")
def ways_apart():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = layers.Dense(100)
            self.hidden = layers.Dense(256)
            self.conv_b = layers.Conv2D(32, (3, 3))
            self.conv_a = layers.Conv2D(16, (3, 3))
            self.pool = layers.MaxPool2D()

        def call(self, inputs, training=None):
            x = self.pool(tf.nn.relu(self.conv_a(inputs)))
            x = self.pool(tf.nn.relu(self.conv_b(x)))
            x = tf.nn.relu(self.hidden(ops.reshape(x, (-1, 6 * 6 * 32))))
            return tf.nn.softmax(self.out(x))

    def sequential():
        model = keras.Sequential()
        model.add(keras.Input((32, 32, 3)))
        for layer in _stack():
            model.add(layer)
        return model

    def functional():
        inputs = keras.Input((32, 32, 3))
        x = layers.ReLU()(layers.Conv2D(16, 3)(inputs))
        x = layers.MaxPooling2D()(x)
        x = layers.Conv2D(32, 3, activation=ops.relu)(x)
        x = layers.MaxPooling2D()(x)
        x = layers.Dense(256, "relu")(layers.Flatten()(x))
        return keras.Model(inputs, layers.Softmax()(layers.Dense(100)(x)))

    makers = {"sequential": sequential, "functional": functional, "subclass": Net}
    return lambda style: makers[style]()


@right("final.three_ways", "입력을 적지 않은 순차형, 순차형을 담은 서브클래싱")
def ways_nested():
    class Wrapped(keras.Model):
        def __init__(self):
            super().__init__()
            self.features = keras.Sequential(_stack()[:5])
            self.head = keras.Sequential(_stack()[5:])

        def call(self, inputs):
            return self.head(self.features(inputs))

    def make_model(style="sequential"):
        match style:
            case "sequential":
                return keras.Sequential(_stack())
            case "functional":
                inputs = keras.Input((32, 32, 3))
                return keras.Model(inputs, keras.Sequential(_stack())(inputs))
            case "subclass":
                return Wrapped()

    return make_model


@right("final.three_ways", "가중치가 없는 층은 같이 씀")
def ways_common_pool():
    pool = layers.MaxPooling2D(2)

    def stack():
        return [pool if isinstance(item, layers.MaxPooling2D) else item for item in _stack()]

    makers = {"sequential": _sequential, "functional": _functional, "subclass": _Stacked}
    return lambda style: makers[style](stack())


@right("final.three_ways", "만들어 둔 모델을 복사함")
def ways_clone():
    kept = {"sequential": _sequential(_stack()), "functional": _functional(_stack())}

    def make_model(style):
        return _Stacked(_stack()) if style == "subclass" else keras.models.clone_model(kept[style])

    return make_model


@wrong("final.three_ways", "늘 순차형", expect="지금 `model`은 순차형 모델입니다", typical=True)
def ways_always_sequential():
    return lambda style: _sequential(_stack())


@wrong(
    "final.three_ways",
    "서브클래싱 자리에 함수형",
    expect="지금 `model`은 함수형 모델입니다",
    typical=True,
)
def ways_no_subclass():
    return lambda style: _sequential(_stack()) if style == "sequential" else _functional(_stack())


@wrong(
    "final.three_ways",
    "서브클래싱만 돌려주지 않음",
    expect="`make_model`이 아무것도 돌려주지 않습니다",
    never=("새로 만듭니다: 확인하지",),
    typical=True,
)
def ways_missing():
    def make_model(style):
        if style == "sequential":
            return _sequential(_stack())
        if style == "functional":
            return _functional(_stack())
        return None

    return make_model


@wrong(
    "final.three_ways",
    "괄호를 빠뜨려 클래스를 돌려줌",
    expect="괄호를 붙여 객체를 만드세요",
    typical=True,
)
def ways_class():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.stack = _stack()

        def call(self, inputs):
            for layer in self.stack:
                inputs = layer(inputs)
            return inputs

    def make_model(style):
        if style == "subclass":
            return Net
        return _sequential(_stack()) if style == "sequential" else _functional(_stack())

    return make_model


@wrong(
    "final.three_ways",
    "함수형에서만 필터 32개",
    expect="필터가 16개여야 하는데 32개입니다",
    typical=True,
)
def ways_filters():
    def make_model(style):
        if style == "sequential":
            return _sequential(_stack())
        return _functional(_stack(first=32)) if style == "functional" else _Stacked(_stack())

    return make_model


@wrong(
    "final.three_ways",
    "서브클래싱에서 소프트맥스를 빠뜨림",
    expect="활성화 함수가 `softmax`여야 하는데 없습니다",
    typical=True,
)
def ways_logits():
    def make_model(style):
        if style == "sequential":
            return _sequential(_stack())
        return _functional(_stack()) if style == "functional" else _Stacked(_stack(last=None))

    return make_model


@wrong("final.three_ways", "모델 셋을 미리 만든 목록", expect="함수가 아니라")
def ways_list():
    return [_sequential(_stack()), _functional(_stack()), _Stacked(_stack())]


@wrong("final.three_ways", "매개변수가 없음", expect="매개변수가 명세와 같은지 보세요")
def ways_no_parameter():
    def make_model():
        return _sequential(_stack())

    return make_model


@wrong("final.three_ways", "다른 이름의 방식만 앎", expect="KeyError")
def ways_other_names():
    makers = {"seq": lambda: _sequential(_stack()), "func": lambda: _functional(_stack())}
    return lambda style: makers[style]()


@wrong(
    "final.three_ways", "층의 목록을 세 방식이 같이 씀", expect="가중치를 같이 씁니다", typical=True
)
def ways_shared():
    stack = _stack()
    makers = {"sequential": _sequential, "functional": _functional, "subclass": _Stacked}
    return lambda style: makers[style](stack)


@wrong("final.three_ways", "방식마다 층의 목록이 하나", expect='`make_model("sequential")`을 두 번')
def ways_shared_within():
    stacks = {"sequential": _stack(), "functional": _stack(), "subclass": _stack()}
    makers = {"sequential": _sequential, "functional": _functional, "subclass": _Stacked}
    return lambda style: makers[style](stacks[style])


@wrong("final.three_ways", "functools.cache", expect="같은 모델을 돌려줍니다")
def ways_cached():
    makers = {"sequential": _sequential, "functional": _functional, "subclass": _Stacked}
    return functools.cache(lambda style: makers[style](_stack()))


@wrong(
    "final.three_ways", "미리 만든 모델의 딕셔너리", expect="같은 모델을 돌려줍니다", typical=True
)
def ways_ready():
    kept = {
        "sequential": keras.Sequential(_stack()),
        "functional": _functional(_stack()),
        "subclass": _Stacked(_stack()),
    }
    return lambda style: kept[style]


@wrong("final.three_ways", "한 번만 만들 수 있음", expect="두 번째로 부른")
def ways_once():
    kept = {
        "sequential": _sequential(_stack()),
        "functional": _functional(_stack()),
        "subclass": _Stacked(_stack()),
    }
    return lambda style: kept.pop(style)


@wrong("final.three_ways", "함수형에만 드롭아웃", expect="명세에 없는 층이 더 있습니다")
def ways_dropout():
    def make_model(style):
        if style == "sequential":
            return _sequential(_stack())
        if style == "functional":
            return _functional([*_stack()[:5], layers.Dropout(0.5), *_stack()[5:]])
        return _Stacked(_stack())

    return make_model


# ---------------------------------------------------------------- 11-2 final.own_block


def _block_model(block, strides=2, flatten=True):
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, strides=strides, padding="same", activation="relu")(inputs)
    x = block(16)(x)
    x = layers.MaxPooling2D(2)(x)
    x = block(32)(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x) if flatten else layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(100, activation="softmax")(x))


def _answer(block, **options):
    return {"ResidualBlock": block, "model": _block_model(block, **options)}


@right("final.own_block", "__init__에서 만들고 build에서 짓는 블록")
def block_plain():
    @keras.saving.register_keras_serializable(package="final_plain")
    class ResidualBlock(layers.Layer):
        def __init__(self, filters, **kwargs):
            super().__init__(**kwargs)
            self.filters = filters
            self.first = layers.Conv2D(filters, 3, padding="same", activation="relu")
            self.second = layers.Conv2D(filters, 3, padding="same")
            self.shortcut = layers.Conv2D(filters, 1, use_bias=False)

        def build(self, input_shape):
            self.first.build(input_shape)
            self.second.build((*input_shape[:-1], self.filters))
            self.shortcut.build(input_shape)

        def call(self, inputs):
            return ops.relu(self.second(self.first(inputs)) + self.shortcut(inputs))

        def get_config(self):
            return {**super().get_config(), "filters": self.filters}

    return _answer(ResidualBlock)


@right("final.own_block", "build에서 층을 만들고 지름길을 먼저 부름")
def block_build():
    @keras.saving.register_keras_serializable(package="final_build")
    class ResidualBlock(layers.Layer):
        def __init__(self, filters, **kwargs):
            super().__init__(**kwargs)
            self.filters = filters

        def build(self, input_shape):
            wide = (*input_shape[:-1], self.filters)
            self.short = layers.Conv2D(self.filters, (1, 1), use_bias=False)
            self.short.build(input_shape)
            self.convs = [layers.Conv2D(self.filters, (3, 3), padding="same") for _ in range(2)]
            self.convs[0].build(input_shape)
            self.convs[1].build(wide)

        def call(self, inputs, training=None):
            short = self.short(inputs)
            x = self.convs[1](tf.nn.relu(self.convs[0](inputs)))
            return tf.nn.relu(tf.add(x, short))

        def get_config(self):
            config = super().get_config()
            config.update(filters=self.filters)
            return config

    return _answer(ResidualBlock)


@right("final.own_block", "Add 층과 Activation 층, 부를 때 짓기")
def block_layers():
    @keras.saving.register_keras_serializable(package="final_layers")
    class ResidualBlock(layers.Layer):
        def __init__(self, filters=8, name=None, **kwargs):
            super().__init__(name=name, **kwargs)
            self.filters = filters
            self.main = keras.Sequential(
                [
                    layers.Conv2D(filters, 3, padding="same", activation="relu"),
                    layers.Conv2D(filters, 3, padding="same"),
                ]
            )
            self.short = layers.Conv2D(filters, 1, use_bias=False)
            self.add, self.relu = layers.Add(), layers.Activation("relu")

        def build(self, input_shape):
            self.main.build(input_shape)
            self.short.build(input_shape)

        def call(self, inputs):
            return self.relu(self.add([self.main(inputs), self.short(inputs)]))

        def get_config(self):
            return super().get_config() | {"filters": self.filters}

    return _answer(ResidualBlock)


@right("final.own_block", "get_config를 케라스에 맡김")
def block_automatic_config():
    @keras.saving.register_keras_serializable(package="final_auto")
    class ResidualBlock(layers.Layer):
        def __init__(self, filters, **kwargs):
            super().__init__(**kwargs)
            self.first = layers.Conv2D(filters, 3, padding="same", activation="relu")
            self.second = layers.Conv2D(filters, 3, padding="same")
            self.shortcut = layers.Conv2D(filters, 1, use_bias=False)

        def call(self, inputs):
            return ops.relu(self.second(self.first(inputs)) + self.shortcut(inputs))

    return _answer(ResidualBlock)


@right("final.own_block", "블록이 순차형 안에 있고, 파일에서 읽은 모델")
def block_inside():
    block = _block()
    inputs = keras.Input((32, 32, 3))
    front = keras.Sequential(
        [
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            block(16),
            layers.MaxPooling2D(2),
        ]
    )
    x = layers.MaxPooling2D(2)(block(32)(front(inputs)))
    outputs = layers.Dense(100, activation="softmax")(layers.Flatten()(x))
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/model.keras"
        keras.Model(inputs, outputs).save(path)
        return {"ResidualBlock": block, "model": keras.models.load_model(path)}


@right("final.own_block", "클래스의 셀만 다시 실행함")
def block_again():
    model = _block_model(_block())
    return {"ResidualBlock": _block(), "model": model}


def _block(*, add=True, relu=True, inner="relu", bias=False, config=True, skip=False):
    @keras.saving.register_keras_serializable(package="final_wrong")
    class ResidualBlock(layers.Layer):
        def __init__(self, filters, **kwargs):
            super().__init__(**kwargs)
            self.filters = filters
            self.first = layers.Conv2D(filters, 3, padding="same", activation=inner)
            self.second = layers.Conv2D(filters, 3, padding="same")
            self.shortcut = layers.Conv2D(filters, 1, use_bias=bias)

        def build(self, input_shape):
            self.first.build(input_shape)
            self.second.build((*input_shape[:-1], self.filters))
            self.shortcut.build(input_shape)

        def call(self, inputs):
            x = self.second(self.first(inputs))
            short = inputs if skip and inputs.shape[-1] == self.filters else self.shortcut(inputs)
            x = x + short if add else x * short
            return ops.relu(x) if relu else x

        def get_config(self):
            own = {"filters": self.filters} if config else {}
            return {**super().get_config(), **own}

    return ResidualBlock


@wrong("final.own_block", "더하지 않고 곱함", expect="두 길을 더하지 않고 곱했습니다", typical=True)
def block_product():
    return _answer(_block(add=False))


@wrong(
    "final.own_block",
    "마지막 relu를 빠뜨림",
    expect="마지막 `relu`가 없습니다",
    never=("값이 명세와 다릅니다", "`__init__`이 받은 인수를 모두 `get_config()`에"),
    typical=True,
)
def block_no_relu():
    return _answer(_block(relu=False))


@wrong(
    "final.own_block",
    "가운데 relu를 빠뜨림",
    expect="본길의 첫 합성곱에 `relu`가 없습니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def block_no_inner_relu():
    return _answer(_block(inner=None))


def _block_of(call, inner="relu", register=True, after_main=False, **extra):
    """`call(블록, 입력)`이 두 길을 잇는 블록. `after_main`이면 지름길이 본길의 결과를 받습니다."""

    class ResidualBlock(layers.Layer):
        def __init__(self, filters, **kwargs):
            super().__init__(**kwargs)
            self.filters = filters
            self.first = layers.Conv2D(filters, 3, padding="same", activation=inner)
            self.second = layers.Conv2D(filters, 3, padding="same", **extra)
            self.shortcut = layers.Conv2D(filters, 1, use_bias=False)

        def build(self, input_shape):
            self.first.build(input_shape)
            wide = (*input_shape[:-1], self.filters)
            self.second.build(wide)
            self.shortcut.build(wide if after_main else input_shape)

        def call(self, inputs):
            return call(self, inputs)

        def get_config(self):
            return {**super().get_config(), "filters": self.filters}

    if register:
        keras.saving.register_keras_serializable(package="final_other")(ResidualBlock)
    return ResidualBlock


def _added(block, inputs):
    return block.second(block.first(inputs)) + block.shortcut(inputs)


@wrong("final.own_block", "등록하지 않음", expect="케라스에 등록되어 있지 않아서", typical=True)
def block_unregistered():
    return _answer(_block_of(lambda block, x: ops.relu(_added(block, x)), register=False))


@wrong(
    "final.own_block",
    "둘째 합성곱에도 relu",
    expect="본길의 둘째 합성곱 다음에도 `relu`가 있습니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def block_second_relu():
    return _answer(_block_of(lambda block, x: ops.relu(_added(block, x)), activation="relu"))


@wrong(
    "final.own_block",
    "더하기 전에 relu",
    expect="`relu`를 더하기 전에 본길에만 했습니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def block_relu_first():
    return _answer(
        _block_of(lambda block, x: block.shortcut(x) + ops.relu(block.second(block.first(x))))
    )


@wrong(
    "final.own_block",
    "지름길을 더하지 않음",
    expect="지름길을 더하지 않고 본길만 냅니다",
    typical=True,
)
def block_no_shortcut():
    def call(block, inputs):
        block.shortcut(inputs)
        return ops.relu(block.second(block.first(inputs)))

    return _answer(_block_of(call))


@wrong("final.own_block", "__init__이 kwargs를 받지 않음", expect="`**kwargs`를 받아", typical=True)
def block_no_kwargs():
    @keras.saving.register_keras_serializable(package="final_bare")
    class ResidualBlock(_block()):
        def __init__(self, filters):
            super().__init__(filters)

    return _answer(ResidualBlock)


@wrong(
    "final.own_block", "지름길에 편향", expect="편향이 없는 층에는 `use_bias=False`", typical=True
)
def block_bias():
    return _answer(_block(bias=True))


@wrong(
    "final.own_block",
    "채널이 같으면 지름길에 합성곱을 쓰지 않음",
    expect="지름길의 합성곱을 쓰지 않습니다",
    never=("값이 명세와 다릅니다",),
    typical=True,
)
def block_identity():
    return _answer(_block(skip=True))


@wrong(
    "final.own_block",
    "get_config에 filters가 없음",
    expect="`__init__`이 받은 인수를 모두 `get_config()`에 적어야 합니다",
    typical=True,
)
def block_no_config():
    return _answer(_block(config=False))


@wrong("final.own_block", "모델의 첫 합성곱에 스트라이드가 없음", expect="`model`")
def block_strides():
    return _answer(_block(), strides=1)


@wrong("final.own_block", "평탄화 대신 전역 평균 풀링", expect="`model`")
def block_global():
    return _answer(_block(), flatten=False)


@wrong("final.own_block", "모델만 만들지 않음", expect="`model`의 값이 `None`입니다")
def block_without_model():
    return {"ResidualBlock": _block(), "model": None}


@wrong(
    "final.own_block",
    "모델에 블록을 쓰지 않음",
    expect="`ResidualBlock` 층이 2개 있어야 하는데 없습니다",
    typical=True,
)
def block_unused():
    def plain(filters):
        def add(x):
            main = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
            main = layers.Conv2D(filters, 3, padding="same")(main)
            return layers.ReLU()(layers.Add()([main, layers.Conv2D(filters, 1, use_bias=False)(x)]))

        return add

    return {"ResidualBlock": _block(), "model": _block_model(plain)}


@wrong("final.own_block", "블록 하나는 다른 클래스", expect="2개 있어야 하는데 1개입니다")
def block_other_class():
    class OtherBlock(layers.Layer):
        def __init__(self, filters, **kwargs):
            super().__init__(**kwargs)
            self.first = layers.Conv2D(filters, 3, padding="same", activation="relu")
            self.second = layers.Conv2D(filters, 3, padding="same")
            self.shortcut = layers.Conv2D(filters, 1, use_bias=False)

        def call(self, inputs):
            return ops.relu(self.second(self.first(inputs)) + self.shortcut(inputs))

    block = _block()
    model = _block_model(lambda filters: (block if filters == 16 else OtherBlock)(filters))
    return {"ResidualBlock": block, "model": model}


@wrong("final.own_block", "모델에 드롭아웃", expect="명세에 없는 층이 더 있습니다")
def block_dropout():
    answer = _answer(_block())
    inputs = keras.Input((32, 32, 3))
    return answer | {"model": keras.Model(inputs, answer["model"](layers.Dropout(0.2)(inputs)))}


@wrong("final.own_block", "클래스 대신 객체", expect="클래스가 있어야 하는데")
def block_instance():
    block = _block()
    return {"ResidualBlock": block(16), "model": _block_model(block)}


# ---------------------------------------------------------------- 11-3 final.own_loop


@right("final.own_loop", "함수형", trained=False)
def loop_functional():
    return _functional(_stack())


@right("final.own_loop", "서브클래싱", trained=False)
def loop_subclass():
    return _Stacked(_stack())


@right("final.own_loop", "compile까지만 한 순차형", trained=False)
def loop_compiled():
    model = _sequential(_stack())
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@right("final.own_loop", "손실을 model.history에 모음", trained=False)
def loop_own_history():
    model = _functional(_stack())
    model.history = [0.1]
    return model


@right("final.own_loop", "루프로 훈련하고 evaluate와 predict로 봄", trained=False)
def loop_watched():
    x, y = np.zeros((4, 32, 32, 3), "float32"), np.zeros(4)
    model = loop_compiled()
    with tf.GradientTape() as tape:
        loss = model.compute_loss(x, y, model(x, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    model.optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    model.evaluate(x, y, verbose=0)
    model.predict(x, verbose=0)
    return model


@wrong("final.own_loop", "fit으로 훈련함", expect="`fit`을 부른 적이 있습니다", typical=True)
def loop_fit():
    model = _sequential(_stack())
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(np.zeros((4, 32, 32, 3)), np.zeros(4), epochs=1, verbose=0)
    return model


@wrong(
    "final.own_loop",
    "train_on_batch로 훈련함",
    expect="`train_on_batch`를 부른 적이 있습니다",
    typical=True,
)
def loop_on_batch():
    model = loop_compiled()
    model.train_on_batch(np.zeros((4, 32, 32, 3)), np.zeros(4))
    return model


@wrong("final.own_loop", "다른 신경망", expect="유닛이 256개여야 하는데 64개입니다", typical=True)
def loop_other():
    return _functional(_stack(dense=64))


@wrong("final.own_loop", "훈련하지 않음", expect="아직 훈련하지 않았어요", typical=True)
def loop_untrained():
    return _functional(_stack())


@functools.cache
def _images():
    (x, y), _ = load_data("cifar100", quiet=True)
    return (x[:3200] / 255).astype("float32"), y[:3200].reshape(-1)


def _loop(model, updates, rate=0.002):
    """`compile`도 `fit`도 부르지 않는 짧은 루프."""
    optimizer = keras.optimizers.Adam(rate)
    loss_function = keras.losses.SparseCategoricalCrossentropy()

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_function(y, model(x, training=True))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    x, y = _images()
    batches = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(3200, seed=1).repeat().batch(32)
    for images, labels in batches.take(updates):
        step(images, labels)
    return model


@wrong(
    "final.own_loop",
    "루프로 조금만 훈련함",
    expect="테스트 정확도가 50% 이상이어야 하는데",
    never=("아직 훈련하지 않았어요",),
    typical=True,
)
def loop_short():
    return _loop(_functional(_stack()), 60)


@wrong(
    "final.own_loop",
    "학습률이 너무 커서 배우지 못함",
    expect="아무것이나 찍은 것과 다르지 않습니다",
    never=("아직 훈련하지 않았어요",),
    typical=True,
)
def loop_learns_nothing():
    return _loop(_functional(_stack()), 2, rate=0.5)


@wrong(
    "final.own_loop", "소프트맥스를 빠뜨림", expect="활성화 함수가 `softmax`여야 하는데 없습니다"
)
def loop_logits():
    return _functional(_stack(last=None))


@wrong("final.own_loop", "가중치가 NaN", expect="`NaN`이나 무한대가 있습니다", typical=True)
def loop_nan():
    model = _functional(_stack())
    model.set_weights([np.full_like(weight, np.nan) for weight in model.get_weights()])
    return model


# ---------------------------------------------------------------- 11-4 final.open


@right("final.open", "배치 정규화 CNN", trained=False)
def open_reference():
    return _small(layers.BatchNormalization())


@right("final.open", "전역 풀링과 로짓, 서브클래싱", trained=False)
def open_subclass():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv = layers.Conv2D(32, 3, strides=2, activation="relu")
            self.pool = layers.GlobalMaxPooling2D()
            self.out = layers.Dense(100)

        def call(self, inputs, training=None):
            return self.out(self.pool(self.conv(inputs)))

    return Net()


@right("final.open", "모델 안에서 증강과 정규화", trained=False)
def open_augmented():
    return _small(layers.Rescaling(2.0, -1.0), layers.RandomFlip("horizontal"))


@right("final.open", "모양을 보고 갈라지는 call", trained=False)
def open_python_flow():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.convs = [layers.Conv2D(8, 3, strides=2, activation="relu") for _ in range(6)]
            self.out = layers.Dense(100)

        def call(self, inputs, training=False):
            x = inputs
            for conv in self.convs:
                if x.shape[1] < 7:
                    break
                x = conv(x)
            x = tf.reshape(x, (tf.shape(x)[0], x.shape[1] * x.shape[2] * x.shape[3]))
            return self.out(tf.nn.dropout(x, 0.5) if training else x)

    model = Net()
    model(np.zeros((1, 32, 32, 3), "float32"))
    return model


@right("final.open", "값을 보고 갈라지는 call", trained=False)
def open_value_flow():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = _small()

        @tf.function
        def call(self, inputs):
            x = inputs
            if tf.reduce_max(x) > 2.0:
                x = x / 255.0
            return self.inner(x)

    return Net()


@right("final.open", "증강과 어텐션, 층 정규화", trained=False)
def open_attention():
    inputs = keras.Input((32, 32, 3))
    x = layers.RandomTranslation(0.1, 0.1)(layers.RandomFlip()(inputs))
    x = layers.RandomContrast(0.1)(layers.RandomRotation(0.1)(x))
    x = layers.Reshape((64, 32))(layers.Conv2D(32, 4, strides=4)(x))
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 16)(x, x))
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(100, activation="softmax")(x))


def _small(*first):
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            *first,
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(20, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(100, activation="softmax"),
        ]
    )


@wrong(
    "final.open",
    "예산을 넘음",
    expect="파라미터가 60,000개 이하여야 하는데 325,956개입니다",
    typical=True,
)
def open_large():
    return _sequential(_stack())


@wrong("final.open", "상수로 숨긴 파라미터", expect="가중치가 아닌 상수입니다", typical=True)
def open_hidden():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.table = tf.constant(np.random.normal(size=(3072, 100)).astype("float32"))
            self.flatten = layers.Flatten()

        def call(self, inputs):
            return tf.matmul(self.flatten(inputs), self.table)

    return Net()


@wrong("final.open", "넘파이 배열로 숨긴 파라미터", expect="가중치가 아닌 상수입니다")
def open_hidden_numpy():
    table = np.random.normal(size=(3072, 100)).astype("float32")

    class Net(keras.Model):
        def call(self, inputs):
            return tf.matmul(tf.reshape(inputs, (-1, 3072)), table)

    return Net()


@wrong("final.open", "모델이 모르는 변수", expect="가중치가 아닌 상수입니다")
def open_hidden_variable():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.table = tf.Variable(np.zeros((3072, 100), "float32"))

        def call(self, inputs):
            return tf.matmul(tf.reshape(inputs, (-1, 3072)), self.table)

    return Net()


@wrong("final.open", "numpy_function 뒤에 숨긴 모델", expect="파라미터를 셀 수 없습니다")
def open_numpy_function():
    large = _sequential(_stack())

    class Net(keras.Model):
        def call(self, inputs):
            outputs = tf.numpy_function(lambda x: np.asarray(large(x)), [inputs], tf.float32)
            return tf.ensure_shape(outputs, (None, 100))

    return Net()


@wrong("final.open", "py_function 뒤에 숨긴 모델", expect="파라미터를 셀 수 없습니다")
def open_py_function():
    large = _sequential(_stack())

    class Net(keras.Model):
        @tf.function
        def call(self, inputs):
            return tf.ensure_shape(tf.py_function(large, [inputs], tf.float32), (None, 100))

    return Net()


@wrong("final.open", "텐서를 넘파이로 꺼내 숨긴 모델", expect="파라미터를 셀 수 없습니다")
def open_numpy():
    large = _sequential(_stack())

    class Net(keras.Model):
        def call(self, inputs):
            return tf.constant(np.asarray(large(inputs.numpy())))

    return Net()


@wrong("final.open", "출력이 둘", expect="출력이 하나여야 합니다", typical=True)
def open_two_outputs():
    inputs = keras.Input((32, 32, 3))
    x = layers.GlobalAveragePooling2D()(inputs)
    return keras.Model(inputs, [layers.Dense(100)(x), layers.Dense(2)(x)])


@wrong("final.open", "출력이 딕셔너리", expect="출력이 하나여야 합니다")
def open_dictionary():
    inputs = keras.Input((32, 32, 3))
    x = layers.GlobalAveragePooling2D()(inputs)
    return keras.Model(inputs, {"p": layers.Dense(100)(x)})


@wrong(
    "final.open",
    "클래스가 10개",
    expect="출력의 모양이 `(N, 100)`이어야 하는데 `(N, 10)`입니다",
    typical=True,
)
def open_ten():
    return keras.Sequential([keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10)])


@wrong("final.open", "훈련하지 않음", expect="아직 훈련하지 않았어요", typical=True)
def open_untrained():
    return _small()


@wrong(
    "final.open",
    "루프로 조금만 훈련함",
    expect="테스트 정확도가 50% 이상이어야 하는데",
    never=("아직 훈련하지 않았어요",),
    typical=True,
)
def open_short():
    return _loop(_small(), 60)


@wrong("final.open", "28×28 흑백을 받는 모델", expect="실행하다가 오류가 났습니다", typical=True)
def open_mnist():
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(100)])


@wrong(
    "final.open", "모델이 아니라 함수", expect="함수를 불러서 얻은 모델을 넣으세요", typical=True
)
def open_function():
    return lambda images: np.zeros((len(images), 100))


@wrong(
    "final.own_block",
    "입력의 이름을 덮어씀",
    expect="지름길이 블록의 입력이 아니라 본길의 결과를 받습니다",
    never=("값이 명세와 다릅니다", "층이 아닌 연산"),
)
def block_overwritten():
    def call(block, x):
        x = block.first(x)
        x = block.second(x)
        return ops.relu(x + block.shortcut(x))

    return _answer(_block_of(call, after_main=True))


@wrong(
    "final.own_block",
    "지름길에도 relu",
    expect="지름길에도 `relu`를 했습니다",
    never=("값이 명세와 다릅니다", "층이 아닌 연산"),
)
def block_relu_on_shortcut():
    def call(block, x):
        return ops.relu(block.second(block.first(x)) + ops.relu(block.shortcut(x)))

    return _answer(_block_of(call))


@wrong(
    "final.open",
    "call에서 층을 새로 만듦",
    expect="`__init__`에서 한 번만 만드세요",
    never=(".numpy()",),
)
def open_layers_in_call():
    class Network(keras.Model):
        def call(self, images):
            return layers.Dense(100)(layers.GlobalAveragePooling2D()(images))

    return Network()
