"""11 종합 과제의 문제: 참고 답안, 물음, 항목, 힌트.

여기 없는 것: 묶은 문제의 판정(`judge.composite`), 자유 설계의 판정(`judge.open`), 맞고 틀린 답(`solutions/11_final/answers.py`).
"""

from __future__ import annotations

import keras
from keras import layers, ops

from autograder.exercises.draws import odd_sizes
from autograder.exercises.prepare import scaled
from autograder.exercises.thresholds import thresholds
from autograder.judge.layer.looks import Equal, Used
from autograder.kinds import (
    Accuracy,
    CompositeExercise,
    LayerExercise,
    LayerItem,
    Mistake,
    ModelExercise,
    OpenExercise,
)
from autograder.kinds.composite import Part

IMAGE = (32, 32, 3)
CLASSES = 100
BUDGET = 60_000
"""`final.open`의 파라미터 예산: 04의 CNN(325,956개)의 5분의 1이 못 됩니다. 문턱은 04의 CNN의 것입니다."""


def three_ways():
    def stack():
        return [
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dense(100, activation="softmax"),
        ]

    class StackModel(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.stack = stack()

        def call(self, inputs):
            x = inputs
            for layer in self.stack:
                x = layer(x)
            return x

    def make_model(style):
        if style == "sequential":
            return keras.Sequential([keras.Input((32, 32, 3)), *stack()])
        if style == "functional":
            inputs = keras.Input((32, 32, 3))
            x = inputs
            for layer in stack():
                x = layer(x)
            return keras.Model(inputs, x)
        return StackModel()

    return {"make_model": make_model}


def own_block():
    @keras.saving.register_keras_serializable(package="final")
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
            x = self.second(self.first(inputs))
            return ops.relu(x + self.shortcut(inputs))

        def get_config(self):
            return {**super().get_config(), "filters": self.filters}

    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(inputs)
    x = ResidualBlock(16)(x)
    x = layers.MaxPooling2D(2)(x)
    x = ResidualBlock(32)(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    outputs = layers.Dense(100, activation="softmax")(x)
    model = keras.Model(inputs, outputs)
    return {"ResidualBlock": ResidualBlock, "model": model}


class _WithModel(dict):
    """블록 하나로 만든 답. 모델은 찾을 때 만듭니다: 이유를 찾을 때는 대개 블록만 있으면 됩니다."""

    def __missing__(self, name):
        block = self["ResidualBlock"]
        inputs = keras.Input((32, 32, 3))
        x = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(inputs)
        x = layers.MaxPooling2D(2)(block(16)(x))
        x = layers.Flatten()(layers.MaxPooling2D(2)(block(32)(x)))
        return keras.Model(inputs, layers.Dense(100, activation="softmax")(x))


def _blocks(call, inner="relu", bias=False, after_main=False):
    """`call(층, 입력)`으로 두 길을 잇는 블록과 그 모델. `after_main`이면 지름길이 본길의 값을 받습니다."""

    @keras.saving.register_keras_serializable(package="final")
    class ResidualBlock(layers.Layer):
        def __init__(self, filters, **kwargs):
            super().__init__(**kwargs)
            self.filters = filters
            self.first = layers.Conv2D(filters, 3, padding="same", activation=inner)
            self.second = layers.Conv2D(filters, 3, padding="same")
            self.shortcut = layers.Conv2D(filters, 1, use_bias=bias)

        def build(self, input_shape):
            self.first.build(input_shape)
            wide = (*input_shape[:-1], self.filters)
            self.second.build(wide)
            self.shortcut.build(wide if after_main else input_shape)

        def call(self, inputs):
            return call(self, inputs)

        def get_config(self):
            return {**super().get_config(), "filters": self.filters}

    return _WithModel(ResidualBlock=ResidualBlock)


def _main(block, inputs):
    return block.second(block.first(inputs))


def _no_relu():
    return _blocks(lambda block, x: _main(block, x) + block.shortcut(x))


def _no_relu_inside():
    return _blocks(lambda block, x: ops.relu(_main(block, x) + block.shortcut(x)), inner=None)


def _no_relu_at_all():
    return _blocks(lambda block, x: _main(block, x) + block.shortcut(x), inner=None)


def _relu_before_adding():
    return _blocks(lambda block, x: ops.relu(_main(block, x)) + block.shortcut(x))


def _relu_before_and_after():
    return _blocks(lambda block, x: ops.relu(ops.relu(_main(block, x)) + block.shortcut(x)))


def _relu_on_both():
    return _blocks(lambda block, x: ops.relu(_main(block, x)) + ops.relu(block.shortcut(x)))


def _relu_on_shortcut():
    return _blocks(lambda block, x: ops.relu(_main(block, x) + ops.relu(block.shortcut(x))))


def _shortcut_of_main():
    def call(block, x):
        x = _main(block, x)
        return ops.relu(x + block.shortcut(x))

    return _blocks(call, after_main=True)


def _shortcut_of_first():
    def call(block, x):
        x = block.first(x)
        return ops.relu(block.second(x) + block.shortcut(x))

    return _blocks(call, after_main=True)


def _product():
    return _blocks(lambda block, x: ops.relu(_main(block, x) * block.shortcut(x)))


def _difference():
    return _blocks(lambda block, x: ops.relu(_main(block, x) - block.shortcut(x)))


def _main_only():
    def call(block, x):
        block.shortcut(x)
        return ops.relu(_main(block, x))

    return _blocks(call)


def _identity_where_it_fits():
    def call(block, x):
        short = block.shortcut(x)
        return ops.relu(_main(block, x) + (x if x.shape[-1] == block.filters else short))

    return _blocks(call)


def _shortcut_bias():
    return _blocks(lambda block, x: ops.relu(_main(block, x) + block.shortcut(x)), bias=True)


AFTER_ADDING = "더한 **다음**에 `relu`를 한 번: `ops.relu(x + self.shortcut(inputs))`."
OWN_INPUT = "`x = self.first(x)`처럼 입력의 이름을 덮어쓰면 입력을 잃습니다. `self.shortcut(inputs)`로 블록이 받은 것을 넣으세요."
BLOCK_MISTAKES = (
    Mistake(
        make=_no_relu,
        message="마지막 `relu`가 없습니다. 본길과 지름길을 더한 값을 그대로 냅니다.",
        advice=AFTER_ADDING,
    ),
    Mistake(
        make=_no_relu_inside,
        message="본길의 첫 합성곱에 `relu`가 없습니다.",
        advice="`layers.Conv2D(filters, 3, padding='same', activation='relu')`",
    ),
    Mistake(
        make=_no_relu_at_all,
        message="`relu`가 한 번도 없습니다. 본길의 첫 합성곱 다음과 더한 다음에 있어야 합니다.",
        advice=AFTER_ADDING,
    ),
    Mistake(
        make=_relu_before_adding,
        message="`relu`를 더하기 전에 본길에만 했습니다.",
        advice=AFTER_ADDING,
    ),
    Mistake(
        make=_relu_before_and_after,
        message="본길의 둘째 합성곱 다음에도 `relu`가 있습니다.",
        advice="둘째 합성곱에는 활성화 함수가 없습니다. " + AFTER_ADDING,
    ),
    Mistake(
        make=_relu_on_both,
        message="`relu`를 두 길에 따로 한 다음 더했습니다.",
        advice=AFTER_ADDING,
    ),
    Mistake(
        make=_relu_on_shortcut,
        message="지름길에도 `relu`를 했습니다.",
        advice="지름길의 합성곱에는 활성화 함수가 없습니다. " + AFTER_ADDING,
    ),
    Mistake(
        make=_shortcut_of_main,
        message="지름길이 블록의 입력이 아니라 본길의 결과를 받습니다.",
        advice=OWN_INPUT,
    ),
    Mistake(
        make=_shortcut_of_first,
        message="지름길이 블록의 입력이 아니라 본길의 첫 합성곱의 결과를 받습니다.",
        advice=OWN_INPUT,
    ),
    Mistake(
        make=_product,
        message="두 길을 더하지 않고 곱했습니다.",
        advice="잔차 연결은 덧셈입니다: `x + self.shortcut(inputs)`.",
    ),
    Mistake(
        make=_difference,
        message="두 길을 더하지 않고 뺐습니다.",
        advice="잔차 연결은 덧셈입니다: `x + self.shortcut(inputs)`.",
    ),
    Mistake(
        make=_main_only,
        message="지름길을 더하지 않고 본길만 냅니다.",
        advice="잔차 연결은 덧셈입니다: `x + self.shortcut(inputs)`.",
    ),
    Mistake(
        make=_identity_where_it_fits,
        message="입력의 채널 수가 `filters`와 같으면 지름길의 합성곱을 쓰지 않습니다.",
        advice="지름길의 1×1 합성곱은 채널 수와 상관없이 늘 있습니다.",
    ),
    Mistake(
        make=_shortcut_bias,
        message="지름길의 합성곱에 편향이 있습니다.",
        advice="`layers.Conv2D(filters, 1, use_bias=False)`",
    ),
)


def own_loop():
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
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


def open_design():
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(20, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(100, activation="softmax"),
        ]
    )
    return model


def block_objects(random):
    channels, filters, more = odd_sizes(random, 2, 8, 3)
    height, width = int(random.randint(5, 8)), int(random.randint(5, 8))

    def images(count, depth):
        return random.normal(0, 1, (count, height, width, depth)).astype("float32")

    arrays = {"x": images(4, channels), "one": images(1, channels), "same": images(3, filters)}
    x, one, same = ({"tensor": name} for name in ("x", "one", "same"))
    both = [x, one]
    shape = [height, width, channels]
    inside = {"use": "model", "inputs": both, "shape": shape}
    objects = [
        {
            "args": [filters],
            "calls": [{"inputs": item, "training": None} for item in both],
            "uses": [
                {"use": "symbolic", "shape": shape},
                inside | {"style": "functional"},
                {"use": "config", "inputs": both},
                {"use": "file", "inputs": both, "registered": True},
            ],
        },
        {"args": [filters], "calls": [{"inputs": same, "training": None}]},
        {"kwargs": {"filters": more}, "calls": [{"inputs": x, "training": None}]},
    ]
    return objects, arrays


def _way(style):
    def model():
        return three_ways()["make_model"](style)

    return Part(
        title=f'`"{style}"`',
        call=("make_model", [style]),
        shown=style == "sequential",
        exercise=ModelExercise(
            **_inner(f"final.three_ways/{style}"),
            subjects=("model",),
            reference=model,
            inputs={"model": IMAGE},
            detailed=(),
            style=style,
        ),
    )


def _inner(name):
    """묶은 문제의 부분: 제목과 힌트는 묶음의 것을 씁니다."""
    return {
        "id": name,
        "unit": "11_final",
        "number": "",
        "title": "",
        "difficulty": 1,
        "minutes": 0,
        "hints": ("", "", ""),
    }


EXERCISES = (
    CompositeExercise(
        id="final.three_ways",
        unit="11_final",
        number="11-1",
        title="같은 신경망을 세 가지로",
        difficulty=3,
        minutes=40,
        subjects=("make_model",),
        reference=three_ways,
        parts={style: _way(style) for style in ("sequential", "functional", "subclass")},
        fresh=True,
        requirements=(
            '`make_model(style)`: `style`은 `"sequential"`, `"functional"`, `"subclass"` 가운데 하나',
            "어느 것을 주어도 아래의 신경망을 새로 만들어 돌려줍니다. 만드는 API만 다릅니다.",
            "부를 때마다 새로 만들어, 어느 두 모델도 가중치를 같이 쓰지 않습니다.",
        ),
        hints=(
            "세 갈래의 `if`가 필요합니다. 층의 목록은 세 번 적지 않아도 됩니다.",
            "층을 새로 만들어 리스트로 돌려주는 함수를 두고, 순차형은 리스트를 그대로, 함수형은 `for`로 이어서, "
            "서브클래싱은 `__init__`에서 리스트를 담아 씁니다.",
            "`if style == 'sequential': return keras.Sequential([keras.Input((32, 32, 3)), *stack()])`, "
            "함수형은 `for layer in stack(): x = layer(x)` 다음에 `keras.Model(inputs, x)`, "
            "서브클래싱은 `self.stack = stack()`을 담은 클래스의 객체를 돌려줍니다.",
        ),
    ),
    CompositeExercise(
        id="final.own_block",
        unit="11_final",
        number="11-2",
        title="잔차 블록과 그 모델",
        difficulty=4,
        minutes=45,
        subjects=("ResidualBlock", "model"),
        reference=own_block,
        parts={
            "block": Part(
                title="`ResidualBlock`",
                exercise=LayerExercise(
                    **_inner("final.own_block/block"),
                    subjects=("ResidualBlock",),
                    reference=own_block,
                    mistakes=BLOCK_MISTAKES,
                    base="layer",
                    objects=block_objects,
                    groups=(
                        LayerItem(
                            "출력이 명세와 같습니다", 3, Equal(((0, 0), (0, 1), (1, 0), (2, 0)))
                        ),
                        LayerItem(
                            "데이터 없이도 가중치와 출력의 모양을 압니다", 1, Used(((0, 0),))
                        ),
                        LayerItem("함수형 모델 안에서도 같은 값을 냅니다", 1, Used(((0, 1),))),
                        LayerItem("`get_config`로 되살아납니다", 2, Used(((0, 2),))),
                        LayerItem("파일에 저장했다가 읽어도 같습니다", 2, Used(((0, 3),))),
                    ),
                ),
            ),
            "model": Part(
                title="`model`",
                layers=("ResidualBlock", 2),
                exercise=ModelExercise(
                    **_inner("final.own_block/model"),
                    subjects=("model",),
                    reference=lambda: own_block()["model"],
                    inputs={"model": IMAGE},
                    detailed=(),
                    style="functional",
                ),
            ),
        },
        requirements=(
            "`ResidualBlock(filters)`: `keras.layers.Layer`의 하위 클래스",
            "본길: `Conv2D`(필터 `filters`, 커널 3, `same`, `relu`) 다음에 "
            "`Conv2D`(필터 `filters`, 커널 3, `same`, 활성화 함수 없음)",
            "지름길: `Conv2D`(필터 `filters`, 커널 1, 편향 없음). 입력의 채널 수와 상관없이 늘 있습니다.",
            "출력: `relu`(본길 + 지름길)",
            "`get_config`의 설정으로 되살아나고, `keras.saving.register_keras_serializable`로 등록해 "
            "파일에서 다시 읽을 수 있습니다.",
            "`model`: 입력이 `(32, 32, 3)`인 함수형 모델. 합성곱 16(커널 3, 스트라이드 2, `same`, `relu`) → `ResidualBlock(16)` → "
            "최대 풀링 2 → `ResidualBlock(32)` → 최대 풀링 2 → 평탄화 → `Dense` 100(`softmax`)",
        ),
        hints=(
            "블록은 08의 사용자 정의 층, 모델은 05의 함수형 그래프입니다. 두 길이 만나는 곳에서 더합니다.",
            "`__init__`에서 합성곱 셋을 만들고 `call`에서 `ops.relu(본길 + 지름길)`을 돌려줍니다. "
            "`__init__`은 `**kwargs`를 받아 `super().__init__(**kwargs)`에 넘깁니다.",
            "`call`: `x = self.second(self.first(inputs))`, `return ops.relu(x + self.shortcut(inputs))`. "
            "`get_config`: `return {**super().get_config(), 'filters': self.filters}`.",
        ),
    ),
    ModelExercise(
        id="final.own_loop",
        unit="11_final",
        number="11-3",
        title="직접 쓴 루프로 훈련하기",
        difficulty=4,
        minutes=50,
        subjects=("model",),
        reference=own_loop,
        inputs={"model": IMAGE},
        detailed=(),
        without_fit=True,
        accuracy=Accuracy(
            dataset="cifar100", thresholds=thresholds("cifar100_cnn"), prepare=scaled, points=5
        ),
        requirements=(
            "`model`: 문제 11-1의 신경망. 만드는 방식은 자유입니다.",
            "`fit`이나 `train_on_batch`를 부르지 않고 훈련합니다.",
        ),
        hints=(
            "`fit`이 하던 네 가지(순전파, 손실, 그레이디언트, 업데이트)를 배치마다 되풀이합니다.",
            "배치는 `tf.data.Dataset.from_tensor_slices((x, y)).shuffle(...).batch(32)`로 만듭니다. "
            "스텝 함수에 `@tf.function`을 붙이면 훨씬 빠릅니다.",
            "스텝: `with tf.GradientTape() as tape: loss = loss_fn(y, model(x, training=True))`, "
            "`grads = tape.gradient(loss, model.trainable_variables)`, "
            "`optimizer.apply_gradients(zip(grads, model.trainable_variables))`.",
        ),
    ),
    OpenExercise(
        id="final.open",
        unit="11_final",
        number="11-4",
        title="예산 안에서 가장 좋은 모델",
        difficulty=5,
        minutes=80,
        subjects=("model",),
        reference=open_design,
        inputs={"model": IMAGE},
        classes=CLASSES,
        budget=BUDGET,
        accuracy=Accuracy(
            dataset="cifar100", thresholds=thresholds("cifar100_cnn"), prepare=scaled, points=6
        ),
        requirements=(
            "`model`: [0, 1]로 바꾼 `(32, 32, 3)` 이미지를 받아 클래스 100개의 확률이나 로짓을 내는 케라스 모델",
            f"파라미터는 {BUDGET:,}개 이하입니다. 훈련하지 않는 것과 계산에 쓰는 큰 배열까지 모두 셉니다.",
            "`tf.function` 안에서도 부를 수 있습니다. `tf.py_function`이나 `tf.numpy_function`은 쓰지 않습니다.",
            "구조, 옵티마이저, 훈련하는 법은 자유입니다.",
            "예산을 지킨 모델의 정확도를 잽니다. 내장 데이터에서는 노트북에 없는 새 이미지로, 원본 데이터에서는 테스트 이미지로 잽니다.",
        ),
        hints=(
            "파라미터를 가장 많이 쓰는 곳부터 줄이세요. 합성곱은 생각보다 적게 씁니다.",
            "`Flatten` 앞에서 풀링을 한 번 더 하면 `Dense` 층이 4분의 1로 줄어듭니다. "
            "배치 정규화는 파라미터가 거의 들지 않으면서 훈련을 빠르게 합니다.",
            "합성곱 16(스트라이드 2) → 배치 정규화 → 합성곱 32 → 풀링 → 합성곱 20 → 풀링 → 평탄화 → "
            "`Dense` 100이면 예산의 4분의 3쯤입니다. Adam으로 5 에포크면 기준을 넘습니다.",
        ),
    ),
)
