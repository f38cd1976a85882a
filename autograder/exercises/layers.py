"""08 사용자 정의 층의 문제: 참고 답안, 물음, 항목, 힌트.

여기 없는 것: 볼 것의 판정(`judge.layer.looks`), 맞고 틀린 답(`solutions/08_layers/answers.py`).
"""

from __future__ import annotations

import keras
import numpy as np
from keras import layers, ops

from autograder.exercises.draws import odd_sizes, relu_units_alive
from autograder.judge.layer.looks import Equal, FreshGaussian, FreshInGraph, Gaussian, Used
from autograder.kinds import LayerExercise, LayerItem, Mistake


def dense():
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

    return {"CustomDense": CustomDense}


def block():
    class CustomLayer(layers.Layer):
        def __init__(self, hidden_dimension, hidden_dimension2, output_dimension, **kwargs):
            super().__init__(**kwargs)
            self.hidden1 = layers.Dense(hidden_dimension, activation="relu")
            self.hidden2 = layers.Dense(hidden_dimension2, activation="relu")
            self.out = layers.Dense(output_dimension, activation="softmax")

        def call(self, inputs):
            x = self.hidden1(inputs)
            x = self.hidden2(x)
            return self.out(x)

    return {"CustomLayer": CustomLayer}


def config():
    @keras.saving.register_keras_serializable(package="course")
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
            return {
                **super().get_config(),
                "units": self.units,
                "activation": keras.activations.serialize(self.activation),
            }

    return {"CustomDense": CustomDense}


def rnn():
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

    return {"CustomRNN": CustomRNN}


def noise():
    class TrainingNoise(layers.Layer):
        def __init__(self, stddev, **kwargs):
            super().__init__(**kwargs)
            self.stddev = stddev
            self.seed_generator = keras.random.SeedGenerator()

        def call(self, inputs, training=None):
            if not training:
                return inputs
            noise = keras.random.normal(
                ops.shape(inputs), stddev=self.stddev, seed=self.seed_generator
            )
            return inputs + noise

    return {"TrainingNoise": TrainingNoise}


# 흔한 오해 -------------------------------------------------------------------------------------


def _dense(call=None, axis=-1, activation=keras.activations.get):
    def make():
        class CustomDense(layers.Layer):
            def __init__(self, units, activation=None, **kwargs):
                super().__init__(**kwargs)
                self.units = units
                self.activation = get(activation)

            def build(self, input_shape):
                self.w = self.add_weight(shape=(input_shape[axis], self.units), name="w")
                self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

            def call(self, inputs):
                if call is not None:
                    return call(self, inputs)
                return self.activation(ops.matmul(inputs, self.w) + self.b)

        return {"CustomDense": CustomDense}

    get = activation
    return make


def _block(*names, order=(0, 1, 2)):
    def make():
        class CustomLayer(layers.Layer):
            def __init__(self, hidden_dimension, hidden_dimension2, output_dimension, **kwargs):
                super().__init__(**kwargs)
                given = (hidden_dimension, hidden_dimension2, output_dimension)
                sizes = [given[place] for place in order]
                self.chain = [
                    layers.Dense(size, activation=name)
                    for size, name in zip(sizes, names, strict=True)
                ]

            def call(self, inputs):
                x = inputs
                for layer in self.chain:
                    x = layer(x)
                return x

        return {"CustomLayer": CustomLayer}

    return make


def _rnn(step, first="tanh", second="tanh", start=0.0, backwards=False, keep=True):
    def make():
        class CustomRNN(layers.Layer):
            def __init__(self, units, **kwargs):
                super().__init__(**kwargs)
                self.units = units
                self.a = layers.Dense(units, activation=first)
                self.b = layers.Dense(units, activation=second)

            def call(self, inputs):
                state = ops.full((ops.shape(inputs)[0], self.units), start)
                inputs = ops.flip(inputs, axis=1) if backwards else inputs
                zeros, states = state, []
                for t in range(inputs.shape[1]):
                    state = step(self.a(inputs[:, t]), self.b(state if keep else zeros))
                    states.append(state)
                return ops.stack(states, axis=1)

        return {"CustomRNN": CustomRNN}

    return make


def _add(x, state):
    return x + state


def _activations_mistakes():
    """층마다 활성화 함수 하나를 빠뜨리거나 바꾼 것."""
    right = ("relu", "relu", "softmax")
    swaps = [(place, None) for place in (2, 1, 0)] + [
        (place, other) for place in (2, 1, 0) for other in ("sigmoid", "tanh", "relu")
    ]
    for place, other in swaps:
        name = right[place]
        if other != name:
            names = (*right[:place], other, *right[place + 1 :])
            found = f"`{other}`입니다" if other else "없습니다"
            yield Mistake(
                make=_block(*names),
                message=f"{place + 1}번째 `Dense` 층의 활성화 함수가 `{name}`여야 하는데 {found}.",
                advice="층을 만들 때 `activation=...`으로 줍니다. 주지 않으면 활성화 함수가 없습니다.",
            )
    yield Mistake(
        make=_block(*right, order=(0, 0, 2)),
        message="2번째 `Dense` 층에 `hidden_dimension2`가 아니라 `hidden_dimension`을 씁니다.",
        advice="인수 셋을 차례로 한 번씩 쓰세요.",
    )
    yield Mistake(
        make=_block(*right, order=(0, 2, 1)),
        message="두 번째와 세 번째 인수의 순서가 바뀌었습니다.",
        advice="인수의 순서는 `hidden_dimension`, `hidden_dimension2`, `output_dimension`입니다.",
    )
    yield Mistake(
        make=_block(None, None, "softmax"),
        message="1번째와 2번째 `Dense` 층에 활성화 함수가 없습니다.",
        advice="층을 만들 때 `activation='relu'`를 주세요.",
    )


DENSE_MISTAKES = (
    Mistake(
        make=_dense(axis=1),
        advice="`w`의 모양에 `input_shape[1]`을 썼습니다. 입력이 `(N, T, D)`면 가운데 축은 `T`입니다. "
        "마지막 축은 `input_shape[-1]`입니다.",
    ),
    Mistake(
        make=_dense(lambda self, x: self.activation(ops.matmul(x, self.w))),
        message="편향 `b`를 더하지 않습니다.",
        advice="`ops.matmul(inputs, self.w) + self.b`를 활성화 함수에 넣으세요.",
    ),
    Mistake(
        make=_dense(lambda self, x: self.activation(ops.matmul(x, self.w)) + self.b),
        message="활성화 함수를 지난 다음에 편향 `b`를 더합니다.",
        advice="`x·w + b`를 모두 계산하고 나서 활성화 함수에 넣으세요.",
    ),
    Mistake(
        make=_dense(lambda self, x: ops.matmul(x, self.w) + self.b),
        message="받은 활성화 함수를 쓰지 않습니다. 언제나 `x·w + b`를 돌려줍니다.",
        advice="`self.activation(...)`에 넣어 돌려주세요.",
    ),
    Mistake(
        make=_dense(activation=lambda given: keras.activations.get(given or "relu")),
        message="`activation`을 주지 않아도 `relu`를 씌웁니다.",
        advice="`None`이면 그대로입니다. `keras.activations.get(None)`이 아무것도 하지 않는 함수입니다.",
    ),
    Mistake(
        make=_dense(activation=lambda given: keras.activations.relu),
        message="무엇을 주어도 `relu`를 씌웁니다.",
        advice="받은 `activation`을 `keras.activations.get(activation)`으로 바꾸어 쓰세요.",
    ),
)
RNN_MISTAKES = (
    Mistake(
        make=_rnn(_add, keep=False),
        message="시점마다 상태를 0에서 다시 시작합니다. 앞 시점의 상태가 이어지지 않습니다.",
        advice="`state = ...`로 바꾼 상태를 다음 시점에 쓰세요.",
    ),
    Mistake(
        make=_rnn(_add, start=1.0),
        message="처음 상태가 0이 아니라 1입니다.",
        advice="`ops.zeros(...)`로 시작하세요.",
    ),
    Mistake(
        make=_rnn(lambda x, state: ops.tanh(x + state), None, None),
        message="두 항을 더한 다음에 `tanh`를 한 번만 씌웁니다.",
        advice="`tanh`는 두 항에 따로 씌우고 나서 더합니다: `tanh(x_t·W + b) + tanh(h_{t−1}·U + c)`.",
    ),
    Mistake(
        make=_rnn(_add, "tanh", None),
        message="상태의 항 `h_{t−1}·U + c`에 `tanh`가 없습니다.",
        advice="두 `Dense` 층에 모두 `activation='tanh'`를 주세요.",
    ),
    Mistake(
        make=_rnn(_add, None, "tanh"),
        message="입력의 항 `x_t·W + b`에 `tanh`가 없습니다.",
        advice="두 `Dense` 층에 모두 `activation='tanh'`를 주세요.",
    ),
    Mistake(
        make=_rnn(_add, None, None),
        message="두 항에 모두 `tanh`가 없습니다.",
        advice="두 `Dense` 층에 모두 `activation='tanh'`를 주세요.",
    ),
    Mistake(
        make=_rnn(lambda x, state: ops.tanh(x + state)),
        message="`tanh`를 한 번 더 씌웁니다.",
        advice="두 항에 씌운 `tanh`가 전부입니다. 더한 값은 그대로 상태가 됩니다.",
    ),
    Mistake(
        make=_rnn(lambda x, state: x * state),
        message="두 항을 더하지 않고 곱합니다.",
        advice="`tanh(x_t·W + b) + tanh(h_{t−1}·U + c)`입니다.",
    ),
    Mistake(
        make=_rnn(_add, backwards=True),
        message="시점을 마지막부터 거꾸로 읽습니다.",
        advice="`t = 0`부터 차례로 읽으세요.",
    ),
    Mistake(
        make=_rnn(_add, "relu", "relu"),
        message="활성화 함수가 `tanh`가 아니라 `relu`입니다.",
        advice="두 `Dense` 층에 모두 `activation='tanh'`를 주세요.",
    ),
)


def _normal(random, *shape):
    return random.normal(0, 1, shape).astype("float32")


def _calls(*names):
    return [{"inputs": {"tensor": name}} for name in names]


def dense_objects(random):
    features, units, wide, more = odd_sizes(random, 3, 9, 4)
    arrays = {
        # 행이 많아야 relu가 0으로 만드는 자리와 그대로 두는 자리가 유닛마다 있습니다.
        "x": _normal(random, int(random.randint(16, 24)), features),
        "one": _normal(random, 1, features),
        "wide": _normal(random, 4, wide + 2, wide),
        "steps": _normal(random, 2, 3, features),
    }
    x, one = {"tensor": "x"}, {"tensor": "one"}
    inside = {"use": "model", "inputs": [x, one], "head": 2}
    objects = [
        {
            "args": [units],
            "calls": _calls("x", "one", "x", "steps"),
            "uses": [
                {"use": "symbolic", "shape": [features]},
                inside | {"style": "functional", "train": True},
                inside | {"style": "sequential"},
                inside | {"style": "subclass"},
            ],
        },
        {"args": [units, "tanh"], "calls": _calls("x", "steps")},
        {
            "args": [units],
            "kwargs": {"activation": {"callable": "keras.activations.sigmoid"}},
            "calls": _calls("x"),
        },
        {"args": [], "kwargs": {"units": more, "activation": "relu"}, "calls": _calls("wide")},
        {"args": [more, None], "calls": _calls("wide")},
    ]
    return objects, arrays


def dense_telling(facts, arrays):
    (units,) = [
        item["kwargs"]["units"] for item in facts["objects"] if "units" in item.get("kwargs", {})
    ]
    return relu_units_alive(arrays["wide"], [units], facts["seed"], hidden=1)


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _relu(x):
    return np.maximum(x, 0)


def block_objects(random):
    features, first, second, last = odd_sizes(random, 4, 12, 4)
    more = odd_sizes(random, 3, 12, 3)
    arrays = {
        # 행이 적으면 relu가 어떤 유닛을 모든 행에서 0으로 만들어, 그 유닛의 가중치가 드러나지 않습니다.
        "x": _normal(random, int(random.randint(24, 32)), features),
        "one": _normal(random, 1, features),
        "wide": _normal(random, 24, features + 1),
    }
    x, one = {"tensor": "x"}, {"tensor": "one"}
    inside = {"use": "model", "inputs": [x, one]}
    names = ("hidden_dimension", "hidden_dimension2", "output_dimension")
    objects = [
        {
            "args": [first, second, last],
            "calls": _calls("x", "one", "x"),
            "uses": [
                {"use": "symbolic", "shape": [features]},
                inside | {"style": "sequential", "train": True},
                inside | {"style": "functional", "head": 2},
                inside | {"style": "subclass"},
            ],
        },
        {"kwargs": dict(zip(names, more, strict=True)), "calls": _calls("wide", "wide")},
    ]
    return objects, arrays


def block_telling(facts, arrays):
    first, second = facts["objects"]
    asked = ((arrays["x"], first["args"]), (arrays["wide"], [*second["kwargs"].values()]))
    return all(relu_units_alive(x, sizes, facts["seed"], hidden=2) for x, sizes in asked)


def config_objects(random):
    features, units, more = odd_sizes(random, 3, 9, 3)
    arrays = {
        "x": _normal(random, 5, features),
        "one": _normal(random, 1, features),
        "steps": _normal(random, 2, features + 1, features),
    }
    both = [{"tensor": "x"}, {"tensor": "one"}]
    name = f"layer_{random.randint(100, 1000)}"
    base = {"use": "config", "inputs": both}
    file = {"use": "file", "inputs": both, "head": 2, "registered": True}
    objects = [
        {
            "args": [units, "tanh"],
            "calls": _calls("x", "one"),
            "uses": [
                base,
                base | {"kwargs": {"name": name, "trainable": False}},
                {"use": "config", "kwargs": {"name": name, "dtype": "float64"}},
                file,
            ],
        },
        {
            "args": [more],
            "kwargs": {"activation": {"callable": "keras.activations.sigmoid"}},
            "calls": _calls("x"),
            "uses": [base, file],
        },
        {"args": [more], "calls": _calls("steps"), "uses": [base, file | {"style": "sequential"}]},
    ]
    return objects, arrays


def rnn_objects(random):
    features, units, more = odd_sizes(random, 3, 9, 3)
    # 모델 안에서는 시점마다 그래프가 길어지므로 짧은 입력을 씁니다. 긴 입력은 그냥 불러 봅니다.
    steps = 3
    arrays = {
        "x": _normal(random, 5, steps, features),
        "one": _normal(random, 1, steps, features),
        "many": _normal(random, 7, steps, features),
        "long": _normal(random, 3, int(random.randint(5, 8)), features),
        "wide": _normal(random, 2, 3, features + 9),
    }
    x, many = {"tensor": "x"}, {"tensor": "many"}
    inside = {"use": "model", "head": 2}
    objects = [
        {
            "args": [units],
            "calls": _calls("x", "one", "many", "x", "long"),
            "uses": [
                {"use": "symbolic", "shape": [steps, features]},
                inside | {"style": "functional", "inputs": [x, many], "train": True},
                inside | {"style": "subclass", "inputs": [x]},
            ],
        },
        {"kwargs": {"units": more}, "calls": _calls("wide", "wide")},
    ]
    return objects, arrays


def noise_objects(random):
    rows = 64
    arrays = {
        "x": (_normal(random, rows, 12, 8) * random.uniform(0.5, 3)).astype("float32"),
        "one": _normal(random, 1, 5),
        "table": _normal(random, 900, 7),
        "few": _normal(random, 1, 7),
    }
    x, table = {"tensor": "x"}, {"tensor": "table"}
    calls = [
        {"inputs": x, "training": False},
        {"inputs": x, "training": None},
        {"inputs": x, "training": True},
        {"inputs": x, "training": True},
        {"inputs": {"tensor": "one"}, "training": False},
        {"inputs": x, "training": None},
    ]
    # `layers.GaussianNoise`는 1보다 큰 표준편차를 받지 않습니다. 그것으로 쓴 답도 맞습니다.
    low, high = round(random.uniform(0.15, 0.5), 2), round(random.uniform(0.65, 0.9), 2)
    flat = [{"inputs": table, "training": value} for value in (True, True, False)]
    objects = [
        {
            "args": [low],
            "calls": calls,
            "uses": [
                {"use": "graph", "inputs": x, "training": True, "times": 3},
                {"use": "model", "style": "sequential", "inputs": [table, {"tensor": "few"}]},
            ],
        },
        {
            "kwargs": {"stddev": high},
            "calls": flat,
            "uses": [{"use": "graph", "inputs": table, "training": True, "times": 2}],
        },
    ]
    return objects, arrays


EXERCISES: tuple[LayerExercise, ...] = (
    LayerExercise(
        id="layers.dense",
        unit="08_layers",
        number="8-1",
        title="밀집 층을 직접 쓰기",
        difficulty=2,
        minutes=20,
        subjects=("CustomDense",),
        reference=dense,
        base="layer",
        fill="trainable",
        objects=dense_objects,
        groups=(
            LayerItem(
                "`activation(x·w + b)`를 계산합니다", 2, Equal(((0, 0), (0, 1), (0, 2), (0, 3)))
            ),
            LayerItem(
                "활성화 함수를 이름, 함수, `None`으로 받습니다",
                2,
                Equal(((1, 0), (1, 1), (2, 0), (3, 0), (4, 0))),
            ),
            LayerItem("데이터 없이도 가중치와 출력의 모양을 압니다", 1, Used(((0, 0),))),
            LayerItem("세 가지 모델 안에서 같은 값을 냅니다", 1, Used(((0, 2), (0, 3)))),
            LayerItem("`fit`으로 `w`와 `b`가 훈련됩니다", 2, Used(((0, 1),))),
        ),
        own={
            (1, 0): ((0, 0), np.tanh),
            (1, 1): ((0, 3), np.tanh),
            (2, 0): ((0, 0), _sigmoid),
            (3, 0): ((4, 0), _relu),
            (4, 0): None,
        },
        telling=dense_telling,
        mistakes=DENSE_MISTAKES,
        requirements=(
            "`CustomDense(units, activation=None)`로 만드는 `keras.layers.Layer`의 하위 클래스입니다.",
            "입력은 `(N, D)`나 `(N, T, D)`입니다. 마지막 축의 크기 `D`는 처음 쓸 때 압니다.",
            "가중치: 난수로 시작하는 `w (D, units)`와 `b (units,)`. 둘 다 훈련 가능합니다.",
            "출력: `activation(x·w + b)`. `activation`은 이름(`'relu'`), 함수, `None`(그대로) 가운데 "
            "하나입니다.",
            "순차형, 함수형, 서브클래싱 모델에 넣을 수 있고 `fit`으로 훈련됩니다.",
        ),
        hints=(
            "`w`의 모양에는 입력의 마지막 축 `D`가 들어갑니다. `D`를 처음으로 아는 메서드는 무엇일까요?",
            "`build(self, input_shape)`에서 `self.add_weight(shape=..., initializer=..., name=...)`로 "
            "만듭니다. 활성화 함수는 `keras.activations.get(activation)`이 세 가지를 모두 함수로 바꾸어 줍니다.",
            "`build`: `self.w = self.add_weight(shape=(input_shape[-1], self.units), "
            "initializer='glorot_uniform', name='w')`, `b`는 `shape=(self.units,)`, "
            "`initializer='zeros'`. `call`: `return self.activation(ops.matmul(inputs, self.w) + self.b)`.",
        ),
    ),
    LayerExercise(
        id="layers.block",
        unit="08_layers",
        number="8-2",
        title="층 셋을 한 층으로 묶기",
        difficulty=2,
        minutes=15,
        subjects=("CustomLayer",),
        reference=block,
        base="layer",
        fill="trainable",
        objects=block_objects,
        groups=(
            LayerItem("출력이 명세와 같습니다", 2, Equal(((0, 0), (0, 1), (0, 2)))),
            LayerItem("크기를 이름으로 주어도 됩니다", 1, Equal(((1, 0), (1, 1)))),
            LayerItem("데이터 없이도 가중치와 출력의 모양을 압니다", 1, Used(((0, 0),))),
            LayerItem("순차형 모델에 넣어 `fit`으로 훈련됩니다", 2, Used(((0, 1),))),
            LayerItem(
                "함수형과 서브클래싱 모델 안에서 같은 값을 냅니다", 1, Used(((0, 2), (0, 3)))
            ),
        ),
        own={(1, 0): None, (1, 1): None},
        telling=block_telling,
        mistakes=tuple(_activations_mistakes()),
        requirements=(
            "`CustomLayer(hidden_dimension, hidden_dimension2, output_dimension)`로 만드는 "
            "`keras.layers.Layer`의 하위 클래스이고, 다음 층을 차례로 부릅니다.",
            "`Dense` 층: 유닛 `hidden_dimension`개, 활성화 함수 `relu`",
            "`Dense` 층: 유닛 `hidden_dimension2`개, 활성화 함수 `relu`",
            "`Dense` 층: 유닛 `output_dimension`개, 활성화 함수 `softmax`",
            "순차형, 함수형, 서브클래싱 모델에 넣을 수 있고 `fit`으로 훈련됩니다.",
        ),
        hints=(
            "안쪽 층도 가중치처럼 `self`에 담습니다. 인수 셋이 모두 쓰였는지 세어 보세요.",
            "`__init__`에서 `layers.Dense(...)` 셋을 만들어 `self`에 담고 `call`에서 차례로 부릅니다. "
            "`build`는 쓰지 않아도 됩니다.",
            "`self.hidden1 = layers.Dense(hidden_dimension, activation='relu')`, "
            "`self.hidden2 = layers.Dense(hidden_dimension2, activation='relu')`, "
            "`self.out = layers.Dense(output_dimension, activation='softmax')`.",
        ),
    ),
    LayerExercise(
        id="layers.config",
        unit="08_layers",
        number="8-3",
        title="저장하고 되살리는 층",
        difficulty=3,
        minutes=25,
        subjects=("CustomDense",),
        reference=config,
        base="layer",
        fill="trainable",
        objects=config_objects,
        groups=(
            LayerItem("출력이 문제 8-1과 같습니다", 1, Equal(((0, 0), (0, 1), (1, 0), (2, 0)))),
            LayerItem(
                "`get_config` → JSON → `from_config`로 같은 층이 됩니다",
                3,
                Used(((0, 0), (1, 0), (2, 0))),
            ),
            LayerItem("`name`, `trainable`, `dtype`도 되살아납니다", 2, Used(((0, 1), (0, 2)))),
            LayerItem(
                "`.keras` 파일로 저장했다가 `custom_objects` 없이 읽습니다",
                2,
                Used(((0, 3), (1, 1), (2, 1))),
            ),
        ),
        mistakes=DENSE_MISTAKES,
        requirements=(
            "문제 8-1의 `CustomDense(units, activation=None)`에 저장하는 힘을 더합니다.",
            "`name`, `trainable`, `dtype`처럼 모든 층에 있는 인수도 받습니다.",
            "`CustomDense.from_config(layer.get_config())`는 설정이 모두 같은 새 층입니다. "
            "`get_config()`의 결과는 JSON으로 쓸 수 있어야 합니다.",
            "이 층이 든 모델을 `.keras` 파일로 저장하면 `custom_objects` 없이 읽을 수 있습니다.",
        ),
        hints=(
            "파일에는 클래스의 코드가 없습니다. 어떤 클래스인지(등록)와 어떤 인수로 만들었는지(설정)만 있습니다.",
            "클래스 위에 `@keras.saving.register_keras_serializable(package='course')`를 쓰고, "
            "`__init__`은 `**kwargs`를 받아 `super().__init__(**kwargs)`에 넘깁니다. "
            "함수는 JSON이 아니므로 `keras.activations.serialize`로 바꾸어 적습니다.",
            "`get_config`: `return {**super().get_config(), 'units': self.units, "
            "'activation': keras.activations.serialize(self.activation)}`. "
            "`from_config`는 쓰지 않아도 됩니다.",
        ),
    ),
    LayerExercise(
        id="layers.rnn",
        unit="08_layers",
        number="8-4",
        title="배치 크기를 가리지 않는 순환 층",
        difficulty=4,
        minutes=30,
        subjects=("CustomRNN",),
        reference=rnn,
        base="layer",
        fill="trainable",
        objects=rnn_objects,
        groups=(
            LayerItem(
                "모든 시점의 상태가 명세와 같습니다", 3, Equal(((0, 0), (0, 3), (1, 0), (1, 1)))
            ),
            LayerItem(
                "부를 때마다 배치 크기와 시점의 수가 달라도 됩니다",
                1,
                Equal(((0, 1), (0, 2), (0, 4))),
            ),
            LayerItem("배치 크기를 정하지 않은 `keras.Input`을 받습니다", 2, Used(((0, 0),))),
            LayerItem("모델에 넣어 `fit`으로 훈련됩니다", 2, Used(((0, 1), (0, 2)))),
        ),
        own={(0, 1): None, (0, 2): None, (0, 4): None},
        mistakes=RNN_MISTAKES,
        requirements=(
            "`CustomRNN(units)`로 만드는 `keras.layers.Layer`의 하위 클래스입니다.",
            "입력 `x`는 모양 `(N, T, D)`, 출력은 모든 시점의 상태 `(N, T, units)`입니다.",
            "`h_t = tanh(x_t·W + b) + tanh(h_{t−1}·U + c)`이고 처음 상태 `h_0`은 0입니다.",
            "가중치: 난수로 시작하는 `W (D, units)`와 `U (units, units)`, 그리고 `b (units,)`와 `c (units,)`. "
            "모든 시점이 같은 가중치를 씁니다.",
            "배치 크기 `N`과 시점의 수 `T`는 부를 때마다 달라도 되고, `N`은 정하지 않아도(`None`) 됩니다. 모델에 넣어 `fit`으로 훈련됩니다.",
        ),
        hints=(
            "`inputs.shape[0]`은 모델을 그릴 때 `None`입니다. 실행할 때의 배치 크기는 어떻게 알까요?",
            "`Dense(units, activation='tanh')` 둘을 `__init__`에 담습니다. 처음 상태는 "
            "`ops.zeros((ops.shape(inputs)[0], self.units))`, 시점은 `for t in range(inputs.shape[1])`로 돕니다.",
            "시점마다 `state = self.from_input(inputs[:, t]) + self.from_state(state)`를 구해 리스트에 "
            "모으고, 마지막에 `return ops.stack(states, axis=1)`.",
        ),
    ),
    LayerExercise(
        id="layers.noise",
        unit="08_layers",
        number="8-5",
        title="훈련할 때만 잡음을 더하는 층",
        difficulty=3,
        minutes=20,
        subjects=("TrainingNoise",),
        reference=noise,
        base="layer",
        fill="none",
        weights_title="훈련할 가중치가 없습니다",
        objects=noise_objects,
        groups=(
            LayerItem(
                "추론할 때는 입력을 그대로 돌려줍니다",
                2,
                Equal(((0, 0), (0, 1), (0, 4), (0, 5), (1, 2))),
            ),
            LayerItem(
                "훈련할 때는 표준편차가 `stddev`인 정규분포의 잡음을 더합니다",
                2,
                Gaussian(((0, 2), (1, 0))),
            ),
            LayerItem("부를 때마다 새 잡음을 더합니다", 1, FreshGaussian(((0, 3), (1, 1)))),
            LayerItem(
                "그래프 안에서도 부를 때마다 새 잡음을 더합니다", 2, FreshInGraph(((0, 0), (1, 0)))
            ),
            LayerItem("모델에 넣어 추론할 수 있습니다", 1, Used(((0, 1),))),
        ),
        requirements=(
            "`TrainingNoise(stddev)`로 만드는 `keras.layers.Layer`의 하위 클래스입니다. 훈련할 가중치는 없습니다.",
            "훈련할 때(`training=True`): 입력에 평균 0, 표준편차 `stddev`인 정규분포의 잡음을 더합니다. "
            "값마다, 부를 때마다 새로 뽑습니다.",
            "그 밖에(`training=False`나 주지 않았을 때): 입력을 그대로 돌려줍니다.",
            "`tf.function`과 `fit` 안에서도 똑같이 동작합니다.",
        ),
        hints=(
            "층이 훈련인지 아는 길은 `call`의 매개변수 하나뿐입니다. 이름이 정해져 있습니다.",
            "`call(self, inputs, training=None)`으로 받아 `training`이 참일 때만 "
            "`keras.random.normal(ops.shape(inputs), stddev=...)`을 더합니다.",
            "`__init__`에서 `self.seed_generator = keras.random.SeedGenerator()`, `call`에서 "
            "`if not training: return inputs`, `return inputs + keras.random.normal(ops.shape(inputs), "
            "stddev=self.stddev, seed=self.seed_generator)`.",
        ),
    ),
)
