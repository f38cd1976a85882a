"""07 모델 서브클래싱의 문제: 참고 답안, 물음, 항목, 힌트.

여기 없는 것: 볼 것의 판정(`judge.layer.looks`), 모델의 판정(`judge.model`), 맞고 틀린 답(`solutions/07_subclass/answers.py`).
"""

from __future__ import annotations

import keras
import numpy as np
from keras import layers, ops

from autograder.exercises.draws import ALIVE, odd_sizes, relu_units_alive, relu_values
from autograder.exercises.prepare import scaled
from autograder.exercises.thresholds import thresholds
from autograder.judge.layer.looks import Dropped, Equal
from autograder.kinds import Accuracy, Carried, LayerExercise, LayerItem, Mistake, ModelExercise


def mnist():
    class MnistModel(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
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
            return self.dense2(x)

    model = MnistModel()
    return model


def cifar100():
    class CifarModel(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.conv1 = layers.Conv2D(16, 3, activation="relu")
            self.pool1 = layers.MaxPooling2D(2)
            self.conv2 = layers.Conv2D(32, 3, activation="relu")
            self.pool2 = layers.MaxPooling2D(2)
            self.flatten = layers.Flatten()
            self.dense1 = layers.Dense(256, activation="relu")
            self.dense2 = layers.Dense(100, activation="softmax")

        def call(self, inputs):
            x = self.pool1(self.conv1(inputs))
            x = self.pool2(self.conv2(x))
            x = self.flatten(x)
            x = self.dense1(x)
            return self.dense2(x)

    model = CifarModel()
    return model


def training_flag():
    class DropoutNet(keras.Model):
        def __init__(self, rate, **kwargs):
            super().__init__(**kwargs)
            self.hidden = layers.Dense(32, activation="relu")
            self.dropout = layers.Dropout(rate)
            self.outputs_layer = layers.Dense(10)

        def call(self, inputs, training=None):
            x = self.hidden(inputs)
            x = self.dropout(x, training=training)
            return self.outputs_layer(x)

    return {"DropoutNet": DropoutNet}


def tree():
    class TreeNet(keras.Model):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.leaf = layers.Dense(units, activation="tanh")
            self.node = layers.Dense(units, activation="tanh")

        def call(self, inputs):
            if not isinstance(inputs, tuple):
                return self.leaf(inputs[None])[0]
            left, right = inputs
            children = ops.concatenate([self.call(left), self.call(right)])
            return self.node(children[None])[0]

    return {"TreeNet": TreeNet}


# 흔한 오해 -------------------------------------------------------------------------------------


def _net(hidden="relu", last=None):
    def make():
        class DropoutNet(keras.Model):
            def __init__(self, rate):
                super().__init__()
                self.hidden = layers.Dense(32, activation=hidden)
                self.dropout = layers.Dropout(rate)
                self.last = layers.Dense(10, activation=last)

            def call(self, inputs, training=None):
                return self.last(self.dropout(self.hidden(inputs), training=training))

        return {"DropoutNet": DropoutNet}

    return make


def _tree(leaf="tanh", node="tanh", join=None, reach=None):
    """`join`은 (왼쪽, 오른쪽)의 값을 노드에 넣을 것으로, `reach`는 트리에서 자식을 고릅니다."""

    def make():
        class TreeNet(keras.Model):
            def __init__(self, units):
                super().__init__()
                self.leaf = layers.Dense(units, activation=leaf)
                self.node = layers.Dense(units, activation=node)

            def call(self, inputs):
                if not isinstance(inputs, tuple):
                    return self.leaf(inputs[None])[0]
                left, right = inputs if reach is None else reach(inputs)
                values = [self.call(left), self.call(right)]
                values = values if join is None else join(*values)
                return self.node(ops.concatenate(values)[None])[0]

        return {"TreeNet": TreeNet}

    return make


def tree_on_leaves(known):
    """`known`의 (잎, 값)에서 잎의 값을 찾아 명세대로 노드의 값을 구하는 답."""

    class TreeNet(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.leaf = layers.Dense(units)
            self.node = layers.Dense(units, activation="tanh")

        def call(self, inputs):
            if not isinstance(inputs, tuple):
                self.leaf(inputs[None])
                return next(
                    ops.convert_to_tensor(own)
                    for leaf, own in known
                    if np.array_equal(leaf, np.asarray(inputs))
                )
            left, right = inputs
            children = ops.concatenate([self.call(left), self.call(right)])
            return self.node(children[None])[0]

    return {"TreeNet": TreeNet}


def tree_keeping_batch():
    class TreeNet(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.leaf = layers.Dense(units, activation="tanh")
            self.node = layers.Dense(units, activation="tanh")

        def call(self, inputs):
            if not isinstance(inputs, tuple):
                return self.leaf(inputs[None])
            left, right = inputs
            return self.node(ops.concatenate([self.call(left), self.call(right)], axis=-1))

    return {"TreeNet": TreeNet}


def tree_joining_rows():
    class TreeNet(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.leaf = layers.Dense(units, activation="tanh")
            self.node = layers.Dense(units, activation="tanh")

        def call(self, inputs):
            if not isinstance(inputs, tuple):
                return self.leaf(inputs[None])
            left, right = inputs
            return self.node(ops.concatenate([self.call(left), self.call(right)], axis=0))

    return {"TreeNet": TreeNet}


def first_and_last(tree):
    flat = keras.tree.flatten(tree)
    return flat[0], flat[-1]


BETWEEN = "은닉층과 출력층 사이"
DROPOUT_ROWS = 1000
"""드롭아웃의 평균과 분산을 재려고 되풀이하는 행의 수."""


def dropout_objects(random):
    arrays = {
        "x": random.normal(0, 1, (40, 12)).astype("float32"),
        "row": np.repeat(random.normal(0, 1, (1, 12)), DROPOUT_ROWS, axis=0).astype("float32"),
    }
    x, row = {"tensor": "x"}, {"tensor": "row"}
    calls = [
        {"inputs": x, "training": False},
        {"inputs": x, "training": None},
        {"inputs": row, "training": True},
        {"inputs": row, "training": True},
        {"inputs": row, "training": "fit"},
        # 앞의 호출이 훈련이었다는 것을 기억하면 안 됩니다.
        {"inputs": x, "training": None},
        # 훈련 모드의 값이 추론과 같은지 볼 값입니다.
        {"inputs": row, "training": False},
    ]
    # 비율이 커야 은닉 유닛이 거의 다 0이 되어, 곱하는 다른 잡음과 드롭아웃이 갈립니다.
    low, high = round(random.uniform(0.15, 0.3), 2), round(random.uniform(0.8, 0.86), 2)
    return [{"args": [low], "calls": calls}, {"args": [high], "calls": calls}], arrays


def dropout_telling(facts, arrays):
    """은닉 유닛이 모두 살아 있고, 되풀이하는 행에서도 셋에 하나는 살아 있는지."""
    sizes, seed = [32, 10], facts["seed"]
    (row,) = relu_values(arrays["row"][:1], sizes, seed, hidden=1)
    enough = int(np.sum(row > ALIVE)) >= 10
    return enough and relu_units_alive(arrays["x"], sizes, seed, hidden=1)


def tree_objects(random):
    def leaf(name):
        return {"tensor": name}

    def node(left, right):
        return {"tuple": [left, right]}

    arrays = {name: random.normal(0, 1, 5).astype("float32") for name in "abcdef"}
    a, b, c, d, e, f = (leaf(name) for name in "abcdef")
    trees = [
        node(node(a, b), node(c, node(d, e))),
        a,
        node(a, b),
        node(b, a),
        node(node(node(node(a, b), c), d), e),
        node(f, node(e, node(d, c))),
    ]
    # 다른 잎들은 노드를 학습자 자신의 잎의 값에서 이어 볼 때 씁니다.
    calls = [{"inputs": item, "training": None} for item in (*trees, b, c, d, e, f)]
    units, others = odd_sizes(random, 3, 12, 2)
    few = [calls[2], calls[1], calls[3]]
    return [{"args": [units], "calls": calls}, {"args": [others], "calls": few}], arrays


EXERCISES = (
    ModelExercise(
        id="subclass.mnist",
        unit="07_subclass",
        number="7-1",
        title="서브클래싱 MNIST 합성곱 신경망",
        difficulty=2,
        minutes=20,
        subjects=("model",),
        reference=mnist,
        inputs={"model": (28, 28, 1)},
        style="subclass",
        requirements=(
            "가중치가 있는 층은 `call` 밖에서(보통 `__init__`) 한 번만 만들어 `self`에 담고, `call` 메서드에서 부릅니다.",
            "`call`의 입력이 모델의 입력, 돌려주는 값이 모델의 출력입니다.",
        ),
        hints=(
            "층은 `__init__`에서 만들어 `self`에 담고, `call`에서는 부르기만 합니다.",
            "`super().__init__()`을 먼저 부르고 `self.conv1 = layers.Conv2D(...)`처럼 층을 담습니다. "
            "`call`에서 `x = self.conv1(inputs)`부터 차례로 부릅니다.",
            "`__init__`에 `Conv2D(32, 3)`, `Conv2D(64, 3)`, `Flatten()`, `Dense(128)`, `Dense(10)`을 "
            "담고 `call`에서 같은 순서로 부른 뒤 마지막 결과를 `return`합니다. "
            "그리고 `model = 클래스이름()`.",
        ),
    ),
    ModelExercise(
        id="subclass.cifar100",
        unit="07_subclass",
        number="7-2",
        title="서브클래싱 CIFAR-100 합성곱 신경망",
        difficulty=3,
        minutes=25,
        subjects=("model",),
        reference=cifar100,
        inputs={"model": (32, 32, 3)},
        style="subclass",
        accuracy=Accuracy(
            dataset="cifar100", thresholds=thresholds("cifar100_cnn"), prepare=scaled
        ),
        requirements=(
            "가중치가 있는 층은 `call` 밖에서(보통 `__init__`) 한 번만 만들어 `self`에 담고, `call` 메서드에서 부릅니다.",
            "`call`의 입력이 모델의 입력, 돌려주는 값이 모델의 출력입니다.",
        ),
        hints=(
            "7-1과 쓰는 법은 같고 풀링 층이 둘 더 있습니다. 훈련까지 해야 정확도 항목을 얻습니다.",
            "풀링 층도 `__init__`에 담습니다. `compile`과 `fit`은 순차형 모델과 똑같이 씁니다.",
            "`call`에서 `x = self.pool1(self.conv1(inputs))`, `x = self.pool2(self.conv2(x))`, "
            "`x = self.flatten(x)`, `x = self.dense1(x)`, `return self.dense2(x)`.",
        ),
    ),
    LayerExercise(
        id="subclass.training_flag",
        unit="07_subclass",
        number="7-3",
        title="훈련할 때만 드롭아웃",
        difficulty=3,
        minutes=20,
        subjects=("DropoutNet",),
        reference=training_flag,
        objects=dropout_objects,
        groups=(
            LayerItem(
                "추론 모드(`training=False`)의 출력이 명세와 같습니다", 2, Equal(((0, 0), (1, 0)))
            ),
            LayerItem(
                "`training`을 주지 않으면 추론 모드입니다",
                1,
                Equal(((0, 1), (1, 1), (0, 5), (1, 5))),
            ),
            LayerItem(
                "훈련 모드에서 `rate`의 비율로 드롭아웃합니다",
                2,
                Dropped(((0, 3), (1, 3)), BETWEEN),
            ),
            LayerItem(
                "`fit`으로 훈련할 때도 드롭아웃합니다", 1, Dropped(((0, 4), (1, 4)), BETWEEN)
            ),
        ),
        telling=dropout_telling,
        own={
            (0, 1): ((0, 0), np.array),
            (0, 5): ((0, 0), np.array),
            (1, 1): ((1, 0), np.array),
            (1, 5): ((1, 0), np.array),
        },
        mistakes=(
            Mistake(
                make=_net(last="softmax"),
                message="출력에 `softmax`가 있습니다. 마지막 `Dense` 층에는 활성화 함수가 없어야 합니다.",
                advice="`layers.Dense(10)`의 값을 그대로 돌려주세요.",
            ),
            Mistake(
                make=_net(last="relu"),
                message="출력에 `relu`가 있습니다. 마지막 `Dense` 층에는 활성화 함수가 없어야 합니다.",
                advice="`layers.Dense(10)`의 값을 그대로 돌려주세요.",
            ),
            Mistake(
                make=_net(hidden=None),
                message="첫 번째 `Dense` 층에 활성화 함수 `relu`가 없습니다.",
                advice="`layers.Dense(32, activation='relu')`입니다.",
            ),
            Mistake(
                make=_net(hidden="tanh"),
                message="첫 번째 `Dense` 층의 활성화 함수가 `relu`여야 하는데 `tanh`입니다.",
                advice="`layers.Dense(32, activation='relu')`입니다.",
            ),
        ),
        requirements=(
            "`DropoutNet(rate)`로 만드는 `keras.Model`의 하위 클래스이고, 다음 층을 차례로 부릅니다.",
            "`Dense` 층: 유닛 32개, 활성화 함수 `relu`",
            "드롭아웃 층: 비율 `rate`, 훈련 모드에서만 동작(`fit`으로 훈련할 때도). `training`을 주지 않으면 추론 모드입니다.",
            "`Dense` 층: 유닛 10개, 활성화 함수 없음",
        ),
        hints=(
            "드롭아웃은 훈련할 때만 동작해야 합니다. 모델은 지금이 훈련인지 어떻게 알까요?",
            "`call(self, inputs, training=None)`으로 받아 드롭아웃 층에 `training=training`으로 넘깁니다.",
            "`x = self.hidden(inputs)`, `x = self.dropout(x, training=training)`, "
            "`return self.out(x)`. `self.dropout = layers.Dropout(rate)`입니다.",
        ),
    ),
    LayerExercise(
        id="subclass.tree",
        unit="07_subclass",
        number="7-4",
        title="트리를 읽는 재귀 모델",
        difficulty=5,
        minutes=35,
        subjects=("TreeNet",),
        reference=tree,
        objects=tree_objects,
        groups=(
            LayerItem("잎 하나의 값", 1, Equal(((0, 1),))),
            LayerItem("노드 하나: 왼쪽과 오른쪽을 이어 붙인 값", 2, Equal(((0, 2), (0, 3))), (0,)),
            LayerItem("여러 층으로 중첩된 트리", 2, Equal(((0, 0), (0, 4), (0, 5))), (0, 1)),
            LayerItem("다른 `units`로 만든 모델", 1, Equal(((1, 0), (1, 1), (1, 2))), (0, 1, 2)),
        ),
        carried=Carried(sources=(1, 6, 7, 8, 9, 10), make=tree_on_leaves),
        own={(1, 0): None, (1, 1): None, (1, 2): None},
        mistakes=(
            Mistake(
                make=_tree(join=lambda left, right: [right, left]),
                message="왼쪽과 오른쪽의 순서가 바뀌었습니다. 오른쪽을 먼저 잇습니다.",
                advice="`ops.concatenate([왼쪽, 오른쪽])`의 차례로 이으세요.",
            ),
            Mistake(
                make=_tree(node=None),
                message="노드용 `Dense` 층에 활성화 함수 `tanh`가 없습니다.",
                advice="`layers.Dense(units, activation='tanh')`입니다.",
            ),
            Mistake(
                make=_tree(leaf=None),
                message="잎용 `Dense` 층에 활성화 함수 `tanh`가 없습니다.",
                advice="`layers.Dense(units, activation='tanh')`입니다.",
            ),
            Mistake(
                make=_tree(leaf=None, node=None),
                message="두 `Dense` 층에 모두 활성화 함수 `tanh`가 없습니다.",
                advice="`layers.Dense(units, activation='tanh')`입니다.",
            ),
            Mistake(
                make=_tree(node="relu"),
                message="노드용 `Dense` 층의 활성화 함수가 `tanh`가 아니라 `relu`입니다.",
                advice="`layers.Dense(units, activation='tanh')`입니다.",
            ),
            Mistake(
                make=_tree(leaf="relu"),
                message="잎용 `Dense` 층의 활성화 함수가 `tanh`가 아니라 `relu`입니다.",
                advice="`layers.Dense(units, activation='tanh')`입니다.",
            ),
            Mistake(
                make=_tree(leaf="relu", node="relu"),
                message="활성화 함수가 `tanh`가 아니라 `relu`입니다.",
                advice="`layers.Dense(units, activation='tanh')`입니다.",
            ),
            Mistake(
                make=tree_keeping_batch,
                others=(tree_joining_rows,),
                advice="`x[None]`으로 더한 배치 축을 떼지 않았습니다. `Dense` 층의 결과에서 `[0]`으로 꺼내세요.",
            ),
            Mistake(
                make=_tree(join=lambda left, right: [left + right]),
                message="두 자식의 값을 이어 붙이지 않고 더합니다.",
                advice="`ops.concatenate([왼쪽, 오른쪽])`으로 이으세요.",
            ),
            Mistake(
                make=_tree(join=lambda left, right: [left, left]),
                message="오른쪽 자식을 쓰지 않고 왼쪽을 두 번 잇습니다.",
                advice="`ops.concatenate([왼쪽, 오른쪽])`으로 두 자식을 모두 이으세요.",
            ),
            Mistake(
                make=_tree(reach=first_and_last),
                message="트리의 첫 잎과 마지막 잎만 읽습니다. 중첩된 트리를 끝까지 따라 내려가지 않습니다.",
                advice="자식도 트리입니다. 자식마다 `self.call(자식)`을 부르세요.",
            ),
        ),
        requirements=(
            "`TreeNet(units)`로 만드는 `keras.Model`의 하위 클래스입니다.",
            "잎은 벡터 `(D,)`: 잎용 `Dense` 층(유닛 `units`, 활성화 함수 `tanh`)을 지나 벡터 `(units,)`",
            "노드는 튜플 `(왼쪽, 오른쪽)`: 두 자식의 값을 왼쪽, 오른쪽 순서로 이어 붙여 노드용 "
            "`Dense` 층(유닛 `units`, 활성화 함수 `tanh`)을 지나 벡터 `(units,)`",
            "잎은 모두 같은 층을, 노드는 모두 같은 층을 씁니다(가중치 공유).",
        ),
        hints=(
            "트리의 정의가 재귀입니다: 노드의 값은 두 자식의 값으로 정해지고, 자식도 트리입니다.",
            "`isinstance(inputs, tuple)`로 노드와 잎을 나눕니다. 노드면 `self.call(left)`와 "
            "`self.call(right)`를 이어 붙입니다. `Dense` 층은 배치 축이 필요하니 "
            "`x[None]`으로 넣고 `[0]`으로 꺼냅니다.",
            "잎: `return self.leaf(inputs[None])[0]`. 노드: "
            "`children = ops.concatenate([self.call(left), self.call(right)])`, "
            "`return self.node(children[None])[0]`.",
        ),
    ),
)
