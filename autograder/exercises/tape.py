"""09 GradientTape의 문제: 참고 답안, 물음, 항목, 힌트.

여기 없는 것: 볼 것의 판정(`judge.step`), 맞고 틀린 답(`solutions/09_tape/answers.py`).
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from autograder.exercises.draws import odd_number
from autograder.judge.step.line import ByTape, FitsLine
from autograder.judge.step.looks import (
    Fed,
    Logs,
    MovingAverages,
    Returns,
    Shaped,
    TrainingMode,
    Weights,
)
from autograder.judge.step.loop import (
    EveryBatch,
    InTrainingMode,
    Losses,
    Objective,
    Samples,
    Updated,
)
from autograder.judge.step.replay import ByAdam
from autograder.kinds import Mistake, StepExercise, StepItem, StepMistake

# ------------------------------------------------------------------- 9-1 tape.derivative


def derivative():
    def derivative(f, x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x, unconnected_gradients="zero")

    return derivative


ELEMENTWISE = "벡터와 행렬: 원소마다의 도함수, 합의 그레이디언트"


def derivative_scenes(random):
    a, b, c = (round(float(value), 3) for value in random.uniform(0.6, 1.8, 3))
    size = int(random.randint(4, 8))
    cubic = ["-", ["*", a, ["*", "x", ["*", "x", "x"]]], ["*", b, "x"]]
    wave = ["+", ["sin", ["*", a, "x"]], ["exp", ["*", b, "x"]]]
    smooth = ["+", ["*", "x", ["tanh", ["*", c, "x"]]], ["log", ["+", 1.0, ["*", "x", "x"]]]]
    total = ["sum", ["*", ["exp", ["sin", "x"]], ["maximum", ["*", b, "x"], -0.25]]]
    arrays = {
        "scalar": np.float32(random.uniform(0.4, 1.2)),
        "vector": random.uniform(-1.5, 1.5, size).astype("float32"),
        "matrix": random.uniform(-1.5, 1.5, (2, 3)).astype("float32"),
        "variable": np.float32(random.uniform(0.5, 1.5)),
    }
    number = round(float(random.uniform(1.2, 2.5)), 3)
    asked = [
        (cubic, {"value": number}),
        (wave, {"tensor": "scalar"}),
        (smooth, {"tensor": "vector"}),
        (total, {"array": "vector"}),
        (smooth, {"array": "matrix"}),
        (wave, {"variable": "variable"}),
        (["constant", c], {"tensor": "scalar"}),
        (["constant", c], {"tensor": "vector"}),
        (["derivative", smooth], {"tensor": "scalar"}),
        (["derivative", cubic], {"value": number}),
    ]
    scene = {"seed": 0, "note_tape": True}
    return [scene | {"calls": [[{"function": f}, x]]} for f, x in asked], arrays


def derivative_without_zero():
    def derivative(f, x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x)

    return derivative


def derivative_value():
    def derivative(f, x):
        return f(tf.convert_to_tensor(x))

    return derivative


def derivative_of_sum():
    find = derivative()

    def summed(f, x):
        return tf.reduce_sum(find(f, x))

    return summed


def derivative_cut():
    def derivative(f, x):
        x = tf.Variable(x)
        with tf.GradientTape() as tape:
            y = f(x)
        return tape.gradient(y, x, unconnected_gradients="zero")

    return derivative


# ------------------------------------------------------------ 9-2 tape.linear_regression


def linear_regression():
    def fit_line(x, y):
        mean, deviation = np.mean(x), np.std(x)
        z = (x - mean) / deviation
        w, b = tf.Variable(0.0), tf.Variable(0.0)
        for _ in range(100):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((w * z + b - y) ** 2)
            gradient_w, gradient_b = tape.gradient(loss, [w, b])
            w.assign_sub(0.1 * gradient_w)
            b.assign_sub(0.1 * gradient_b)
        return w / deviation, b - w * mean / deviation

    return fit_line


def linear_regression_scenes(random):
    """세 범위의 데이터. 어떻게 뽑혀도 알려진 실수들이 최소제곱과 또렷이 다릅니다.

    [−2, 2]에서는 평균이 0도, 표준편차가 1도 아니어서 되돌리는 식의 실수가 드러나고, 표준화하지 않은 경사 하강법도
    잘 됩니다. 잡음은 치우쳐 있어서 절댓값의 오차를 줄인 직선과 다릅니다.
    """
    arrays = {}
    for number, (low, high) in enumerate([(-2, 2), (0, 10), (100, 200)]):
        size = int(random.randint(30, 60))
        x = random.uniform(low, high, size)
        if number == 0:
            x = 0.8 * (x - x.mean()) / x.std() + random.choice([-0.35, 0.35])
            x = np.clip(x, low, high)
        w = random.choice([-1, 1]) * random.uniform(0.5, 3)
        skewed = random.choice([-1, 1]) * (random.exponential(1, size) - 1)
        noise = 0.15 * abs(w) * (high - low) * skewed
        arrays[f"x{number}"] = x.astype("float32")
        arrays[f"y{number}"] = (w * x + random.uniform(1, 6) + noise).astype("float32")

    def scene(number, **more):
        return {"seed": 0, "calls": [[{"array": f"x{number}"}, {"array": f"y{number}"}]]} | more

    return [scene(0), scene(1), scene(2), scene(0, zero_gradient=True)], arrays


# ------------------------------------------------------------------- 9-3 tape.train_step


def train_step():
    def train_step(model, loss_fn, optimizer, x, y):
        with tf.GradientTape() as tape:
            y_pred = model(x, training=True)
            loss = loss_fn(y, y_pred)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    return train_step


def train_step_scenes(random):
    features, hidden, classes = (int(random.randint(low, low + 4)) for low in (3, 4, 3))
    arrays = {}

    def batch(name, rows, kind):
        arrays[f"x_{name}"] = random.normal(0, 1, (rows, features)).astype("float32")
        if kind == "classes":
            arrays[f"y_{name}"] = random.randint(0, classes, rows).astype("int32")
        elif kind == "binary":
            arrays[f"y_{name}"] = random.randint(0, 2, (rows, 1)).astype("float32")
        else:
            arrays[f"y_{name}"] = random.normal(0, 2, (rows, 1)).astype("float32")
        return [{"tensor": f"x_{name}"}, {"tensor": f"y_{name}"}]

    def scene(layers, optimizer, loss, batches, **noted):
        return {
            "seed": int(random.randint(2**30)),
            "models": {"model": {"input": [features], "layers": layers} | noted},
            "optimizers": {"optimizer": [*optimizer, "model"]},
            "calls": [
                [{"model": "model"}, {"loss": loss}, {"optimizer": "optimizer"}, *batch(*item)]
                for item in batches
            ],
        }

    rate = odd_number(random, 0.3, 0.6)
    scenes = [
        scene(
            [["Dense", {"units": hidden, "activation": "tanh"}], ["Dense", {"units": classes}]],
            ["SGD", {"learning_rate": rate}],
            ["SparseCategoricalCrossentropy", {"from_logits": True}],
            [("a", 9, "classes")],
        ),
        scene(
            [
                ["Dense", {"units": hidden, "activation": "tanh"}],
                ["BatchNormalization", {"momentum": 0.8}],
                ["Dense", {"units": 1}],
            ],
            ["SGD", {"learning_rate": rate / 10}],
            ["MeanSquaredError", {}],
            [("b", 8, "values")],
            outputs=1,
            passes=100,
        ),
        scene(
            [
                ["Dense", {"units": hidden, "activation": "tanh"}],
                ["Dense", {"units": hidden, "activation": "relu", "trainable": False}],
                ["Dense", {"units": 1}],
            ],
            ["Adam", {"learning_rate": rate / 10}],
            ["BinaryCrossentropy", {"from_logits": True}],
            [("c", 8, "binary"), ("d", 8, "binary"), ("e", 5, "binary")],
        ),
    ]
    return scenes, arrays


def step_without_update():
    def train_step(model, loss_fn, optimizer, x, y):
        return loss_fn(y, model(x, training=True))

    return train_step


def step_loss_after():
    def train_step(model, loss_fn, optimizer, x, y):
        step(model, loss_fn, optimizer, x, y)
        return loss_fn(y, model(x, training=True))

    return train_step


def step_loss_after_inference():
    def train_step(model, loss_fn, optimizer, x, y):
        step(model, loss_fn, optimizer, x, y)
        return loss_fn(y, model(x))

    return train_step


def step_twice():
    def train_step(model, loss_fn, optimizer, x, y):
        loss, gradients = gradients_of(model, loss_fn, x, y)
        optimizer.apply(gradients, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return loss

    return train_step


def step_without_training():
    def train_step(model, loss_fn, optimizer, x, y):
        return step(model, loss_fn, optimizer, x, y, training=False)

    return train_step


def step_two_passes():
    def train_step(model, loss_fn, optimizer, x, y):
        model(x, training=True)
        return step(model, loss_fn, optimizer, x, y)

    return train_step


def step_summed():
    def train_step(model, loss_fn, optimizer, x, y):
        return step(model, lambda *given: len(x) * loss_fn(*given), optimizer, x, y)

    return train_step


def step_new_optimizer():
    def train_step(model, loss_fn, optimizer, x, y):
        fresh = type(optimizer).from_config(optimizer.get_config())
        return step(model, loss_fn, fresh, x, y)

    return train_step


def step_swapped():
    def train_step(model, loss_fn, optimizer, x, y):
        return step(model, lambda wanted, found: loss_fn(found, wanted), optimizer, x, y)

    return train_step


def gradients_of(model, loss_fn, x, y, training=True):
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=training))
    return loss, tape.gradient(loss, model.trainable_variables)


def step(model, loss_fn, optimizer, x, y, training=True):
    loss, gradients = gradients_of(model, loss_fn, x, y, training)
    optimizer.apply(gradients, model.trainable_variables)
    return loss


STEP_LOSS = "업데이트하기 전의 손실을 돌려줍니다"
STEP_UPDATE = "그레이디언트로 가중치를 한 번 업데이트합니다"
STEP_NEXT = "이어서 부르면 옵티마이저가 하던 대로 이어 갑니다"
STEP_MODE = "모델을 훈련 모드로 한 번 부릅니다"
NOT_UPDATED = StepMistake(
    make=step_without_update,
    about=(STEP_UPDATE, STEP_NEXT),
    message="가중치가 바뀌지 않았습니다. 그레이디언트를 적용하지 않은 것 같습니다.",
    advice="`optimizer.apply_gradients(zip(gradients, model.trainable_variables))`를 부르세요.",
)
NO_TRAINING = StepMistake(
    make=step_without_training,
    about=(STEP_MODE,),
    message="모델을 훈련 모드로 부르지 않았습니다.",
    advice="`model(x, training=True)`로 부르세요. 적지 않으면 추론 모드입니다.",
)

# ------------------------------------------------------------------- 9-4 tape.train_loop

LOOP_CLASSES, LOOP_FEATURES = 3, 4


def train_loop():
    def train(model, x, y, epochs, batch_size):
        loss_fn = keras.losses.SparseCategoricalCrossentropy()
        optimizer = keras.optimizers.Adam(0.02)

        @tf.function
        def train_step(x_batch, y_batch):
            with tf.GradientTape() as tape:
                y_pred = model(x_batch, training=True)
                loss = loss_fn(y_batch, y_pred)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x)).batch(batch_size)
        history = []
        for _ in range(epochs):
            losses = [float(train_step(x_batch, y_batch)) for x_batch, y_batch in dataset]
            history.append(sum(losses) / len(losses))
        return history

    return train


def blobs(random, rows):
    """무리 셋으로 나뉜 점들."""
    centers = 2.2 * np.linalg.qr(random.normal(size=(LOOP_FEATURES, LOOP_FEATURES)))[0]
    y = random.permutation(np.arange(rows) % LOOP_CLASSES)
    x = centers[y] + random.normal(0, 0.6, (rows, LOOP_FEATURES))
    return x.astype("float32"), y.astype("int64")


def train_loop_scenes(random):
    arrays = {}

    def scene(name, rows, batch_size, epochs, activation, *between):
        arrays[f"x_{name}"], arrays[f"y_{name}"] = blobs(random, rows)
        model = {
            "input": [LOOP_FEATURES],
            "layers": [
                ["Dense", {"units": 16, "activation": activation}],
                *between,
                ["Dense", {"units": LOOP_CLASSES, "activation": "softmax"}],
            ],
            "outputs": LOOP_CLASSES,
            "passes": 6 * rows * epochs + 100,
        }
        return {
            "seed": int(random.randint(2**30)),
            "models": {"model": model},
            "calls": [
                [
                    {"model": "model"},
                    {"array": f"x_{name}"},
                    {"array": f"y_{name}"},
                    {"value": epochs},
                    {"value": batch_size},
                ]
            ],
        }

    batch_size = int(random.choice([5, 6, 7]))
    # 마지막 배치는 절반이 넘습니다. 두 에포크를 이어 나누어도 배치의 수가 늘 같습니다.
    rows = 3 * batch_size + int(random.randint(batch_size // 2 + 1, batch_size))
    exact = int(random.randint(3, 6))
    dropout = ["Dropout", {"rate": 0.1}]
    return [
        scene("a", rows, batch_size, 2, "relu", dropout),
        # relu가 0에서 꺾이는 자리에서는 반올림이 다시 훈련한 결과를 바꿉니다.
        scene("b", 4 * exact, exact, 2, "tanh"),
    ], arrays


# ------------------------------------------------------------------- 9-5 tape.custom_fit


def custom_fit():
    class TapeModel(keras.Model):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(y, y_pred)
            return {metric.name: metric.result() for metric in self.metrics}

    return {"TapeModel": TapeModel}


FIT_UPDATE = "`fit`이 `train_step`을 불러 가중치를 업데이트합니다"
FIT_MODE = "모델을 훈련 모드로 부릅니다"
FIT_LOSS = "기록의 `loss`는 에포크의 평균 손실입니다"


def own_train_step(update=1, training=True, weighted=False, loss_metric="loss"):
    """`custom_fit`의 다른 답과 흔한 오해를 만듭니다."""

    class TapeModel(keras.Model):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=training)
                loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
            gradients = tape.gradient(loss, self.trainable_variables)
            for _ in range(update):
                self.optimizer.apply(gradients, self.trainable_variables)
            for metric in self.metrics:
                if metric.name == "loss" and loss_metric != "confused":
                    metric.update_state(loss, sample_weight=len(x) if weighted else None)
                else:
                    metric.update_state(y, y_pred)
            logs = {metric.name: metric.result() for metric in self.metrics}
            return logs | {"loss": loss} if loss_metric == "last" else logs

    return {"TapeModel": TapeModel}


def custom_fit_weighted():
    return own_train_step(weighted=True)


def custom_fit_without_update():
    return own_train_step(update=0)


def custom_fit_twice():
    return own_train_step(update=2)


def custom_fit_without_training():
    return own_train_step(training=False)


def custom_fit_confused():
    return own_train_step(loss_metric="confused")


def custom_fit_last():
    return own_train_step(loss_metric="last")


def custom_fit_scenes(random):
    features, hidden = int(random.randint(3, 6)), int(random.randint(4, 8))
    classes, size = int(random.randint(3, 5)), int(random.randint(6, 9))
    rows = 2 * size + int(random.randint(2, size - 2))
    arrays = {
        "x": random.normal(0, 1, (rows, features)).astype("float32"),
        "values": random.normal(0, 2, (rows, 1)).astype("float32"),
        "classes": random.randint(0, classes, rows).astype("int32"),
    }

    def scene(layers, optimizer, y, loss, metric, epochs, batch_size):
        fit = {"x": "x", "y": y, "loss": loss, "metrics": [metric], "epochs": epochs}
        return {
            "seed": int(random.randint(2**30)),
            "models": {"model": {"input": [features], "layers": layers}},
            "optimizers": {"optimizer": [*optimizer, "model"]},
            "fit": fit | {"model": "model", "optimizer": "optimizer", "batch_size": batch_size},
        }

    first = ["Dense", {"units": hidden, "activation": "tanh"}]
    return [
        scene(
            [first, ["Dense", {"units": classes, "activation": "softmax"}]],
            ["Adam", {"learning_rate": odd_number(random, 0.02, 0.05)}],
            "classes",
            "sparse_categorical_crossentropy",
            "accuracy",
            2,
            size,
        ),
        # One batch: what is noted of it does not depend on the update after it.
        scene(
            [first, ["BatchNormalization", {"momentum": 0.8}], ["Dense", {"units": 1}]],
            ["SGD", {"learning_rate": odd_number(random, 0.02, 0.05)}],
            "values",
            "mse",
            "mae",
            1,
            rows,
        ),
    ], arrays


# ------------------------------------------------------------------------- 9-6 tape.clip


def clip():
    def clipped_step(model, loss_fn, optimizer, x, y, max_norm):
        with tf.GradientTape() as tape:
            y_pred = model(x, training=True)
            loss = loss_fn(y, y_pred)
        gradients = tape.gradient(loss, model.trainable_variables)
        clipped, norm = tf.clip_by_global_norm(gradients, max_norm)
        optimizer.apply_gradients(zip(clipped, model.trainable_variables))
        return norm

    return clipped_step


def other_clip(cut, returned=tf.linalg.global_norm, training=True):
    """`cut`으로 자르고 `returned`를 돌려주는 답."""

    def clipped_step(model, loss_fn, optimizer, x, y, max_norm):
        loss, gradients = gradients_of(model, loss_fn, x, y, training)
        clipped = cut(gradients, max_norm)
        optimizer.apply(clipped, model.trainable_variables)
        return (
            {"loss": loss, "after": tf.linalg.global_norm(clipped)}.get(returned)
            if isinstance(returned, str)
            else returned(gradients)
        )

    return clipped_step


def by_global_norm(gradients, max_norm):
    return tf.clip_by_global_norm(gradients, max_norm)[0]


def each_by_norm(gradients, max_norm):
    return [tf.clip_by_norm(gradient, max_norm) for gradient in gradients]


def each_by_value(gradients, max_norm):
    return [tf.clip_by_value(gradient, -max_norm, max_norm) for gradient in gradients]


def always_scaled(gradients, max_norm):
    norm = tf.linalg.global_norm(gradients)
    return [gradient * max_norm / norm for gradient in gradients]


def clip_each():
    return other_clip(each_by_norm)


def clip_values():
    return other_clip(each_by_value)


def clip_always():
    return other_clip(always_scaled)


def clip_never():
    return other_clip(lambda gradients, max_norm: gradients)


def clip_norm_after():
    return other_clip(by_global_norm, "after")


def clip_loss():
    return other_clip(by_global_norm, "loss")


def clip_sum_of_norms():
    return other_clip(
        by_global_norm, lambda gradients: sum(tf.norm(gradient) for gradient in gradients)
    )


def clip_squared():
    return other_clip(by_global_norm, lambda gradients: tf.linalg.global_norm(gradients) ** 2)


def clip_without_training():
    return other_clip(by_global_norm, training=False)


def clip_without_update():
    def clipped_step(model, loss_fn, optimizer, x, y, max_norm):
        return tf.linalg.global_norm(gradients_of(model, loss_fn, x, y)[1])

    return clipped_step


CLIP_NORM = "자르기 전의 전역 노름을 돌려줍니다"
CLIP_LARGE = "노름이 `max_norm`보다 크면 잘라서 업데이트합니다"
CLIP_SMALL = "노름이 `max_norm`보다 작으면 그대로 업데이트합니다"
CLIP_MODE = "모델을 훈련 모드로 부르고, 이어서 불러도 됩니다"


def clip_scenes(random):
    features, hidden = int(random.randint(3, 6)), int(random.randint(4, 7))
    arrays = {}

    def scene(name, max_norm, optimizer, middle=(), calls=1, loss="MeanSquaredError", **settings):
        dense = ["Dense", {"units": hidden, "activation": "tanh"}]
        layers = [dense, *middle, ["Dense", {"units": 2}]]
        noted = {"outputs": 2, "passes": 200} if middle else {}
        given = []
        for number in range(calls):
            key = f"{name}{number}"
            arrays[f"x_{key}"] = random.normal(0, 1, (8, features)).astype("float32")
            if loss == "MeanSquaredError":
                arrays[f"y_{key}"] = random.normal(3, 2, (8, 2)).astype("float32")
            else:
                arrays[f"y_{key}"] = random.randint(0, 2, (8, 2)).astype("float32")
            given.append(
                [
                    {"model": "model"},
                    {"loss": [loss, settings]},
                    {"optimizer": "optimizer"},
                    {"tensor": f"x_{key}"},
                    {"tensor": f"y_{key}"},
                    {"value": max_norm},
                ]
            )
        return {
            "seed": int(random.randint(2**30)),
            "models": {"model": {"input": [features], "layers": layers} | noted},
            "optimizers": {"optimizer": [*optimizer, "model"]},
            "calls": given,
        }

    def rate(low, high):
        return {"learning_rate": odd_number(random, low, high)}

    small = odd_number(random, 0.3, 0.6)
    scale = ["TrainingScale", {"scale": 1.7}]
    return [
        scene("a", small, ["SGD", rate(0.3, 0.8)]),
        scene("b", 1000.0, ["SGD", rate(0.02, 0.05)]),
        scene(
            "c",
            small / 5,
            ["SGD", rate(0.5, 0.9) | {"momentum": 0.9}],
            [scale],
            calls=2,
            loss="BinaryCrossentropy",
            from_logits=True,
        ),
    ], arrays


# --------------------------------------------------------------------- 9-7 tape.gan_step


def gan_step():
    def gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        bce = keras.losses.BinaryCrossentropy(from_logits=True)
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fake = generator(noise, training=True)
            real_logits = discriminator(real, training=True)
            fake_logits = discriminator(fake, training=True)
            d_loss = bce(tf.ones_like(real_logits), real_logits) + bce(
                tf.zeros_like(fake_logits), fake_logits
            )
            g_loss = bce(tf.ones_like(fake_logits), fake_logits)
        d_gradients = d_tape.gradient(d_loss, discriminator.trainable_variables)
        g_gradients = g_tape.gradient(g_loss, generator.trainable_variables)
        d_optimizer.apply_gradients(zip(d_gradients, discriminator.trainable_variables))
        g_optimizer.apply_gradients(zip(g_gradients, generator.trainable_variables))
        return d_loss, g_loss

    return gan_step


def logits_loss(target, logits):
    return keras.losses.BinaryCrossentropy(from_logits=True)(target * tf.ones_like(logits), logits)


def other_gan(
    bce=logits_loss,
    saturating=False,
    training=(True, True),
    d_scale=1.0,
    targets=(1.0, 0.0, 1.0),
    updates="dg",
    returned=("d", "g"),
    after=False,
):
    """`gan_step`의 흔한 오해를 만듭니다. 레이블 `targets`는 진짜, 가짜, 생성자의 차례입니다."""

    def gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        def losses():
            fake = discriminator(generator(noise, training=training[0]), training=training[1])
            kept = discriminator(real, training=training[1])
            pairs = [(targets[0], kept), (targets[1], fake)]
            d_loss = d_scale * sum(bce(*pair) for pair in pairs if pair[0] is not None)
            return {"d": d_loss, "g": -bce(0.0, fake) if saturating else bce(targets[2], fake)}

        models = {"d": (discriminator, d_optimizer), "g": (generator, g_optimizer)}
        with tf.GradientTape(persistent=True) as tape:
            found = losses()
        pairs = {
            name: tape.gradient(found[name], model.trainable_variables)
            for name, (model, _) in models.items()
        }
        for name in updates:
            model, optimizer = models[name]
            optimizer.apply(pairs[name], model.trainable_variables)
        if after:
            found = losses()
        return tuple(found[name] for name in returned)

    return gan_step


def gan_saturating():
    return other_gan(saturating=True)


def probability_loss(target, logits):
    return keras.losses.BinaryCrossentropy()(target * tf.ones_like(logits), logits)


def gan_probabilities():
    return other_gan(bce=probability_loss)


def gan_without_training():
    return other_gan(training=(False, False))


def gan_g_without_training():
    return other_gan(training=(False, True))


def gan_d_without_training():
    return other_gan(training=(True, False))


def gan_average():
    return other_gan(d_scale=0.5)


def gan_flipped():
    return other_gan(targets=(0.0, 1.0, 1.0))


def gan_only_real():
    return other_gan(targets=(1.0, None, 1.0))


def gan_only_fake():
    return other_gan(targets=(None, 0.0, 1.0))


def gan_smoothed():
    return other_gan(targets=(0.9, 0.0, 1.0))


def gan_g_target():
    return other_gan(targets=(1.0, 0.0, 0.0))


def gan_without_g():
    return other_gan(updates="d")


def gan_without_d():
    return other_gan(updates="g")


def gan_swapped_losses():
    return other_gan(returned=("g", "d"))


def gan_losses_after():
    return other_gan(after=True)


GAN_D = "판별자의 손실"
GAN_G = "생성자의 손실"
GAN_D_UPDATE = "판별자만 `d_optimizer`로 업데이트합니다"
GAN_G_UPDATE = "생성자만 `g_optimizer`로 업데이트합니다"
GAN_MODE = "두 모델을 훈련 모드로 부릅니다"


def gan_scenes(random):
    noise, features, hidden = (int(random.randint(low, low + 3)) for low in (2, 3, 5))
    rows = int(random.randint(6, 10))
    arrays = {}

    def scene(name, optimizers, middle=(), calls=1):
        dense = ["Dense", {"units": hidden, "activation": "tanh"}]
        given = []
        noted = {"passes": 400} if name == "c" else {}
        for number in range(calls):
            key = f"{name}{number}"
            arrays[f"real_{key}"] = random.normal(1, 1, (rows, features)).astype("float32")
            arrays[f"noise_{key}"] = random.normal(0, 1, (rows, noise)).astype("float32")
            given.append(
                [
                    {"model": "generator"},
                    {"model": "discriminator"},
                    {"optimizer": "g_optimizer"},
                    {"optimizer": "d_optimizer"},
                    {"tensor": f"real_{key}"},
                    {"tensor": f"noise_{key}"},
                ]
            )
        return {
            "seed": int(random.randint(2**30)),
            "models": {
                "generator": {
                    "input": [noise],
                    "layers": [dense, *middle, ["Dense", {"units": features}]],
                    "outputs": features,
                }
                | noted,
                "discriminator": {
                    "input": [features],
                    "layers": [dense, *middle, ["Dense", {"units": 1}]],
                    "outputs": 1,
                }
                | noted,
            },
            "optimizers": {
                "g_optimizer": [*optimizers[0], "generator"],
                "d_optimizer": [*optimizers[1], "discriminator"],
            },
            "calls": given,
        }

    def made(kind, low, high):
        return [kind, {"learning_rate": round(float(random.uniform(low, high)), 3)}]

    scale = ["TrainingScale", {"scale": 1.6}]
    return [
        scene("a", [made("SGD", 0.3, 0.5), made("SGD", 0.6, 0.9)]),
        scene("b", [made("Adam", 0.02, 0.03), made("Adam", 0.04, 0.06)], calls=2),
        scene("c", [made("SGD", 0.3, 0.5), made("SGD", 0.6, 0.9)], [scale]),
    ], arrays


EXERCISES = (
    StepExercise(
        id="tape.derivative",
        unit="09_tape",
        number="9-1",
        title="어떤 함수든 미분하기",
        difficulty=2,
        minutes=15,
        subjects=("derivative",),
        reference=derivative,
        scenes=derivative_scenes,
        groups=(
            StepItem("파이썬 수와 스칼라 텐서에서의 도함수", 2, (Shaped(0), Shaped(1))),
            StepItem(ELEMENTWISE, 2, (Shaped(2), Shaped(3), Shaped(4))),
            StepItem("`tf.Variable`에서의 도함수", 1, (Shaped(5),)),
            StepItem("`x`와 상관없는 함수의 도함수는 0", 1, (Shaped(6), Shaped(7))),
            StepItem("도함수의 도함수", 1, (Shaped(8), Shaped(9))),
        ),
        mistakes=(
            Mistake(
                make=derivative_without_zero,
                message="`f`가 `x`와 상관없으면 `tape.gradient`가 `None`을 돌려줍니다.",
                advice="`tape.gradient(y, x, unconnected_gradients='zero')`를 쓰거나 `None`을 0으로 바꾸세요.",
            ),
            Mistake(
                make=derivative_value,
                message="도함수가 아니라 함수의 값 `f(x)`를 돌려줍니다.",
                advice="`tape.gradient(y, x)`를 돌려주세요.",
            ),
            StepMistake(
                make=derivative_of_sum,
                about=(ELEMENTWISE,),
                message="원소마다의 도함수를 하나로 더했습니다.",
                advice="`tape.gradient(y, x)`는 이미 `x`와 같은 모양입니다. 그대로 돌려주세요.",
            ),
            Mistake(
                make=derivative_cut,
                message="안쪽에서 구한 도함수가 바깥쪽 테이프와 끊어졌습니다.",
                advice="`tf.Variable(x)`나 `.numpy()`로 값을 옮기지 말고, "
                "`tf.convert_to_tensor(x)`를 `tape.watch`로 지켜보세요.",
            ),
        ),
        pitfalls={
            "near": "값이 가깝지만 정확하지 않습니다. `(f(x + h) - f(x)) / h` 같은 수치 미분이라면 "
            "테이프로 바꾸세요.",
            "not tf.Tensor or tf.Variable": "`tape.watch`는 텐서와 변수만 지켜봅니다. "
            "`tf.convert_to_tensor(x)`로 바꾼 것을 지켜보세요.",
            "has no attribute '_id'": "텐서와 변수로만 미분할 수 있습니다. "
            "`tf.convert_to_tensor(x)`로 바꾼 것을 `tape.watch`로 지켜보세요.",
        },
        requirements=(
            "`derivative(f, x)`는 `x`에서 잰 `f`의 도함수를 `x`와 같은 모양으로 돌려줍니다.",
            "`f`는 텐서플로 연산으로 쓴, 미분할 수 있는 함수입니다. 원소마다 계산하는 함수나 "
            "스칼라를 돌려주는 함수입니다.",
            "`x`는 파이썬 실수, 넘파이 배열, `tf.constant`, `tf.Variable` 가운데 하나이고(모두 float32), "
            "스칼라, 벡터, 행렬일 수 있습니다. 받은 변수의 값은 바꾸지 않습니다.",
            "`f`의 값이 `x`와 상관없으면 `None`이 아니라 0을 돌려줍니다.",
            "`derivative(lambda t: derivative(f, t), x)`처럼 두 번 미분할 수도 있어야 합니다.",
        ),
        hints=(
            "테이프는 `tf.Variable`만 저절로 지켜봅니다. 상수로 받은 `x`는 어떻게 해야 할까요?",
            "`x`를 `tf.convert_to_tensor`로 텐서로 바꾸고 `tape.watch(x)`로 지켜보게 합니다. "
            "`x`와 상관없는 함수에서는 `tape.gradient`가 `None`을 돌려주는데, "
            "`unconnected_gradients`로 바꿀 수 있습니다.",
            "`with tf.GradientTape() as tape:` 안에 `tape.watch(x)`와 `y = f(x)`를 쓰고, 밖에서 "
            "`return tape.gradient(y, x, unconnected_gradients='zero')`.",
        ),
    ),
    StepExercise(
        id="tape.linear_regression",
        unit="09_tape",
        number="9-2",
        title="경사 하강법으로 직선 맞추기",
        difficulty=3,
        minutes=25,
        subjects=("fit_line",),
        reference=linear_regression,
        scenes=linear_regression_scenes,
        groups=(
            StepItem("`x`가 −2에서 2 사이인 데이터", 2, (FitsLine(0), ByTape(3))),
            StepItem("`x`가 0에서 10 사이인 데이터", 2, (FitsLine(1), ByTape(3))),
            StepItem("`x`가 100에서 200 사이인 데이터", 1, (FitsLine(2), ByTape(3))),
        ),
        pitfalls=dict.fromkeys(
            ("and 'NoneType'", "'NoneType' and"),
            "그레이디언트가 `None`입니다. 손실을 `with` 블록 안에서 구했는지 보세요. "
            "변수는 `w = w - ...`가 아니라 `w.assign_sub(...)`로 바꿉니다.",
        ),
        requirements=(
            "`fit_line(x, y)`는 최소제곱 직선 `y ≈ w·x + b`의 `(w, b)`를 돌려줍니다. "
            "`x`와 `y`는 모양 `(N,)`의 float32 넘파이 배열입니다.",
            "`tf.GradientTape`로 구한 그레이디언트를 따라 `w`와 `b`를 조금씩 바꾸어 구합니다(경사 하강법).",
            "데이터의 범위 안에서 최소제곱 직선과의 차이가 `y`의 표준편차의 1 %를 넘지 않아야 합니다.",
            "`x`의 범위는 [−2, 2], [0, 10], [100, 200] 가운데 하나입니다. 계산 시간이 10초를 넘으면 멈춥니다.",
        ),
        hints=(
            "손실은 `(w·x + b − y)²`의 평균입니다. `x`가 커지면 같은 학습률에서 어떤 일이 생기나요?",
            "`w`와 `b`를 `tf.Variable(0.0)`으로 두고, 손실의 그레이디언트에 학습률을 곱해 `assign_sub`로 "
            "뺍니다. `x`를 평균 0, 표준편차 1로 표준화하면 같은 학습률이 어디에서나 통합니다.",
            "`z = (x - mean) / deviation`으로 `w·z + b`를 맞춘 다음, `w / deviation`과 "
            "`b - w * mean / deviation`을 돌려줍니다. 학습률 0.1로 100번이면 충분합니다.",
        ),
    ),
    StepExercise(
        id="tape.train_step",
        unit="09_tape",
        number="9-3",
        title="손으로 쓰는 훈련 스텝",
        difficulty=3,
        minutes=20,
        subjects=("train_step",),
        reference=train_step,
        scenes=train_step_scenes,
        groups=(
            StepItem(STEP_LOSS, 2, (Returns(0), Returns(2))),
            StepItem(STEP_UPDATE, 2, (Weights(0),)),
            StepItem(STEP_NEXT, 2, (Weights(2),)),
            StepItem(STEP_MODE, 2, (TrainingMode(1), Returns(1), Weights(1))),
        ),
        mistakes=(
            NOT_UPDATED,
            NO_TRAINING,
            StepMistake(
                make=step_two_passes,
                about=(STEP_MODE,),
                message="모델을 훈련 모드로 두 번 불렀습니다. 배치 정규화의 이동 평균도 두 번 바뀝니다.",
                advice="테이프 안에서 한 번만 부르고 그 출력으로 손실을 구하세요.",
            ),
            StepMistake(
                make=step_summed,
                about=(STEP_LOSS, STEP_UPDATE),
                message="손실에 샘플의 수를 곱했습니다(평균이 아니라 합입니다).",
                advice="`loss_fn(y, y_pred)`를 그대로 쓰세요. 이미 배치의 평균입니다.",
            ),
            StepMistake(
                make=step_loss_after,
                about=(STEP_LOSS,),
                message="업데이트한 다음의 손실입니다. 업데이트하기 전의 손실을 돌려주세요.",
                advice="테이프 안에서 구한 `loss`를 그대로 돌려주면 됩니다.",
            ),
            StepMistake(
                make=step_loss_after_inference,
                about=(STEP_LOSS,),
                message="업데이트한 다음의 손실입니다. 업데이트하기 전의 손실을 돌려주세요.",
                advice="테이프 안에서 구한 `loss`를 그대로 돌려주면 됩니다.",
            ),
            StepMistake(
                make=step_twice,
                about=(STEP_UPDATE,),
                message="같은 그레이디언트를 두 번 적용했습니다.",
                advice="`apply_gradients`나 `apply`는 한 번만 부르세요.",
            ),
            StepMistake(
                make=step_new_optimizer,
                about=(STEP_NEXT,),
                message="부를 때마다 옵티마이저를 새로 만들어, 모멘텀 같은 상태가 사라집니다.",
                advice="인수로 받은 `optimizer`를 쓰세요.",
            ),
            StepMistake(
                make=step_swapped,
                about=(STEP_LOSS,),
                message="손실 함수의 인수 순서가 바뀌었습니다.",
                advice="`loss_fn(y, y_pred)`: 레이블이 먼저입니다.",
            ),
        ),
        requirements=(
            "`train_step(model, loss_fn, optimizer, x, y)`는 배치 하나로 모델을 한 번 훈련하고, "
            "업데이트하기 전의 손실을 돌려줍니다.",
            "손실은 `loss_fn(y, y_pred)`이고, `y_pred`는 `model`을 훈련 모드로 한 번 부른 출력입니다.",
            "훈련 가능한 가중치를 모두, 인수로 받은 `optimizer`로 업데이트합니다.",
            "`fit`이나 `train_on_batch`를 쓰지 않습니다. `@tf.function`은 붙여도, 붙이지 않아도 됩니다.",
        ),
        hints=(
            "`fit`이 배치마다 하는 네 가지: 순전파, 손실, 그레이디언트, 업데이트.",
            "테이프 안에서 `model(x, training=True)`와 `loss_fn(y, y_pred)`를, 밖에서 "
            "`tape.gradient(loss, model.trainable_variables)`를 부릅니다.",
            "`optimizer.apply_gradients(zip(gradients, model.trainable_variables))`로 업데이트하고 "
            "`return loss`.",
        ),
    ),
    StepExercise(
        id="tape.train_loop",
        unit="09_tape",
        number="9-4",
        title="손으로 쓰는 훈련 루프",
        difficulty=4,
        minutes=30,
        subjects=("train",),
        reference=train_loop,
        scenes=train_loop_scenes,
        groups=(
            StepItem("에포크마다 모든 샘플을 한 번씩 씁니다", 2, (Samples(0), Samples(1))),
            StepItem("에포크마다의 평균 손실을 리스트로 돌려줍니다", 2, (Losses(0), Losses(1))),
            StepItem(
                "모델을 훈련 모드로 부르고 배치마다 업데이트합니다",
                1,
                (InTrainingMode(0), Updated(0), EveryBatch(1)),
            ),
            StepItem("희소 범주형 교차 엔트로피로 훈련합니다", 2, (Objective(0), Objective(1))),
            StepItem("한 번 만든 `Adam(0.02)`로 업데이트합니다", 1, (ByAdam(1, 0.02),)),
        ),
        pitfalls={
            "Unknown variable": "옵티마이저 하나는 모델 하나의 변수만 기억합니다. "
            "`train` 안에서 새로 만드세요."
        },
        requirements=(
            "`train(model, x, y, epochs, batch_size)`는 모델을 훈련하고, 에포크마다의 평균 손실을 담은 "
            "길이 `epochs`의 리스트(나 튜플, 배열)를 돌려줍니다. 손실은 배치마다 업데이트하기 전에 구한 것입니다.",
            "마지막 배치가 작을 때는 배치마다의 평균을 다시 평균해도, 모든 샘플의 손실을 평균해도 됩니다.",
            "배치마다 모델을 훈련 모드로 부르고, 훈련 가능한 가중치를 모두 업데이트합니다.",
            "`x`는 모양 `(N, 특성 수)`의 float32 배열, `y`는 모양 `(N,)`의 정수 레이블입니다. "
            "모델의 출력은 소프트맥스 확률입니다.",
            "에포크마다 모든 샘플을 정확히 한 번씩 씁니다. `batch_size`개씩 나누고, 모자라는 마지막 배치도 씁니다. "
            "순서는 섞어도 됩니다.",
            "손실은 희소 범주형 교차 엔트로피, 옵티마이저는 `train`을 시작할 때 한 번 만드는 "
            "`keras.optimizers.Adam(0.02)`입니다.",
            "`fit`이나 `train_on_batch`를 쓰지 않습니다.",
        ),
        hints=(
            "반복문이 두 겹입니다: 바깥은 에포크, 안쪽은 배치. 배치를 어떻게 나눌지 먼저 정하세요.",
            "`tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x)).batch(batch_size)`가 마지막 배치까지 "
            "줍니다. 배열을 `range(0, len(x), batch_size)`로 잘라도 됩니다.",
            "안쪽 반복문에서 9-3의 훈련 스텝을 하고 손실을 모읍니다. 에포크가 끝나면 평균을 "
            "`history.append(...)`로 담고, 모으던 것을 비웁니다.",
        ),
    ),
    StepExercise(
        id="tape.custom_fit",
        unit="09_tape",
        number="9-5",
        title="`fit`이 부르는 나만의 `train_step`",
        difficulty=4,
        minutes=25,
        subjects=("TapeModel",),
        reference=custom_fit,
        form="class",
        scenes=custom_fit_scenes,
        groups=(
            StepItem(FIT_UPDATE, 2, (Weights(0),)),
            StepItem(FIT_MODE, 2, (MovingAverages(1),)),
            StepItem(FIT_LOSS, 1, (Logs(1, "loss"), Logs(0, "loss", after=True))),
            StepItem(
                "기록에 `metrics`의 값이 있습니다",
                2,
                (Logs(1, "mae"), Logs(0, "accuracy", after=True)),
            ),
        ),
        alternatives=(custom_fit_weighted,),
        mistakes=(
            StepMistake(
                make=custom_fit_without_update,
                about=(FIT_UPDATE,),
                message="가중치가 바뀌지 않았습니다. 그레이디언트를 적용하지 않은 것 같습니다.",
                advice="`self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))`를 부르세요.",
            ),
            StepMistake(
                make=custom_fit_without_training,
                about=(FIT_MODE,),
                message="모델을 훈련 모드로 부르지 않았습니다.",
                advice="`self(x, training=True)`로 부르세요.",
            ),
            StepMistake(
                make=custom_fit_twice,
                about=(FIT_UPDATE,),
                message="같은 그레이디언트를 두 번 적용했습니다.",
                advice="`apply_gradients`나 `apply`는 한 번만 부르세요.",
            ),
            StepMistake(
                make=custom_fit_last,
                about=(FIT_LOSS,),
                message="에포크의 평균이 아니라 마지막 배치의 손실입니다.",
                advice="`name`이 `loss`인 지표를 `metric.update_state(loss)`로 업데이트하고 "
                "`metric.result()`를 돌려주세요.",
            ),
            StepMistake(
                make=custom_fit_confused,
                about=(FIT_LOSS,),
                message="손실을 모으는 지표를 `y`와 `y_pred`로 업데이트했습니다.",
                advice="`self.metrics`에는 손실의 평균(`loss`)도 들어 있습니다. "
                "그것만 `update_state(loss)`로 업데이트하세요.",
            ),
        ),
        pitfalls={
            r"TapeModel\.__init__\(\) .*positional argument": "`TapeModel(inputs, outputs)`로 만들 수 있어야 합니다. `__init__`을 "
            "쓰지 않거나, 받은 인수를 `super().__init__(*args, **kwargs)`로 넘기세요.",
            "metric has not yet been built": "한 번도 업데이트하지 않은 지표가 있습니다. `self.metrics`의 지표마다 "
            "`update_state`를 부르고, 지표의 이름 → 값인 딕셔너리를 돌려주세요.",
            "BroadcastTo": "손실을 모으는 지표까지 `y`와 `y_pred`로 업데이트하지 않았는지 보세요. "
            "이름이 `loss`인 지표는 `update_state(loss)`로 업데이트합니다.",
            "Toutput_types": "`train_step`이 아무것도 돌려주지 않으면 이 오류가 납니다. "
            "지표의 이름 → 값인 딕셔너리를 돌려주세요.",
            "Unknown variable": "옵티마이저가 모르는 변수를 받았습니다. `self.trainable_variables`를 "
            "업데이트하세요.",
            "'str' object is not callable": "`compile`에는 손실을 문자열로 줄 수도 있어 `self.loss`는 부를 수 "
            "없을 수 있습니다. `self.compute_loss(x=x, y=y, y_pred=y_pred)`로 구하세요.",
            "Graph execution error": "`self.compute_loss(x=x, y=y, y_pred=y_pred)`가 `compile`에 준 "
            "손실을 구합니다. 다른 손실을 쓰지 않았는지, 레이블과 출력의 모양이 맞는지 보세요.",
        },
        requirements=(
            "`TapeModel`은 `keras.Model`의 하위 클래스이고, 함수형 모델처럼 "
            "`TapeModel(inputs, outputs)`로 만듭니다.",
            "`train_step(self, data)`을 재정의합니다. `data`는 `(x, y)`이고, `tf.GradientTape`로 "
            "그레이디언트를 구해 업데이트합니다. 모델은 훈련 모드로 부르고, `super().train_step`은 쓰지 않습니다.",
            "`compile(optimizer=..., loss=..., metrics=[...])`과 `fit`이 그대로 동작합니다. "
            "`loss`와 `metrics`는 문자열일 수 있습니다.",
            "`fit`의 기록에는 에포크의 평균 손실 `loss`와 `metrics`의 값이 들어 있습니다.",
        ),
        hints=(
            "9-3의 훈련 스텝과 같은 일을 합니다. 모델은 `self`, 옵티마이저는 `self.optimizer`입니다.",
            "손실은 `self.compute_loss(x=x, y=y, y_pred=y_pred)`로 구합니다. 지표는 `self.metrics`를 돌면서 "
            "업데이트하는데, 이름이 `loss`인 지표만 손실로 업데이트합니다.",
            "`for metric in self.metrics:`에서 `metric.update_state(loss)`나 "
            "`metric.update_state(y, y_pred)`를 부르고, "
            "`return {metric.name: metric.result() for metric in self.metrics}`.",
        ),
    ),
    StepExercise(
        id="tape.clip",
        unit="09_tape",
        number="9-6",
        title="전역 노름으로 그레이디언트 자르기",
        difficulty=3,
        minutes=15,
        subjects=("clipped_step",),
        reference=clip,
        scenes=clip_scenes,
        groups=(
            StepItem(CLIP_NORM, 2, (Returns(0), Returns(1))),
            StepItem(CLIP_LARGE, 2, (Weights(0),)),
            StepItem(CLIP_SMALL, 1, (Weights(1),)),
            StepItem(CLIP_MODE, 1, (TrainingMode(2), Returns(2), Weights(2))),
        ),
        mistakes=(
            StepMistake(
                make=clip_without_update,
                about=(CLIP_LARGE, CLIP_SMALL),
                message="가중치가 바뀌지 않았습니다. 그레이디언트를 적용하지 않은 것 같습니다.",
                advice="자른 그레이디언트를 `optimizer.apply_gradients`에 넘기세요.",
            ),
            StepMistake(
                make=clip_each,
                about=(CLIP_LARGE,),
                message="그레이디언트마다 따로 잘랐습니다. 그러면 나아가는 방향이 달라집니다.",
                advice="`tf.clip_by_norm`이 아니라 `tf.clip_by_global_norm`을 쓰세요.",
            ),
            StepMistake(
                make=clip_values,
                about=(CLIP_LARGE,),
                message="원소마다 값을 잘랐습니다. 그러면 나아가는 방향이 달라집니다.",
                advice="`tf.clip_by_value`가 아니라 `tf.clip_by_global_norm`을 쓰세요.",
            ),
            StepMistake(
                make=clip_never,
                about=(CLIP_LARGE,),
                message="자르지 않은 그레이디언트로 업데이트했습니다.",
                advice="`tf.clip_by_global_norm`은 자른 것을 새로 돌려줍니다. 그것을 옵티마이저에 넘기세요.",
            ),
            StepMistake(
                make=clip_always,
                about=(CLIP_SMALL,),
                message="노름이 `max_norm`보다 작은데도 크기를 바꾸었습니다.",
                advice="`max_norm / norm`이 1보다 클 때는 곱하지 않습니다.",
            ),
            StepMistake(
                make=clip_norm_after,
                about=(CLIP_NORM,),
                message="자른 다음의 노름입니다. 자르기 전의 노름을 돌려주세요.",
                advice="`tf.clip_by_global_norm`이 돌려주는 두 번째 값이 자르기 전의 노름입니다.",
            ),
            StepMistake(
                make=clip_loss,
                about=(CLIP_NORM,),
                message="노름이 아니라 손실을 돌려줍니다.",
                advice="`tf.linalg.global_norm(gradients)`를 돌려주세요.",
            ),
            StepMistake(
                make=clip_sum_of_norms,
                about=(CLIP_NORM,),
                message="그레이디언트마다의 노름을 더했습니다.",
                advice="전역 노름은 모든 원소의 제곱을 더한 것의 제곱근입니다.",
            ),
            StepMistake(
                make=clip_squared,
                about=(CLIP_NORM,),
                message="제곱의 합에 제곱근을 씌우지 않았습니다.",
                advice="전역 노름은 모든 원소의 제곱을 더한 것의 제곱근입니다.",
            ),
            StepMistake(
                make=clip_without_training,
                about=(CLIP_MODE,),
                message="모델을 훈련 모드로 부르지 않았습니다.",
                advice="`model(x, training=True)`로 부르세요.",
            ),
        ),
        requirements=(
            "`clipped_step(model, loss_fn, optimizer, x, y, max_norm)`은 9-3의 훈련 스텝과 같되, "
            "그레이디언트를 전역 노름으로 잘라서 업데이트합니다.",
            "전역 노름은 모든 그레이디언트의 모든 원소를 제곱해 더한 것의 제곱근입니다.",
            "전역 노름이 `max_norm`보다 크면 모든 그레이디언트에 `max_norm / 전역 노름`을 곱하고, "
            "작으면 그대로 둡니다.",
            "자르기 전의 전역 노름을 돌려줍니다. `fit`이나 `train_on_batch`를 쓰지 않습니다.",
        ),
        hints=(
            "그레이디언트 전체를 하나의 긴 벡터로 보고 그 길이를 줄입니다. 방향은 그대로입니다.",
            "`tf.clip_by_global_norm(gradients, max_norm)`은 자른 그레이디언트와 자르기 전의 노름을 "
            "함께 돌려줍니다.",
            "`clipped, norm = tf.clip_by_global_norm(gradients, max_norm)`, "
            "`optimizer.apply_gradients(zip(clipped, model.trainable_variables))`, `return norm`.",
        ),
    ),
    StepExercise(
        id="tape.gan_step",
        unit="09_tape",
        number="9-7",
        title="GAN의 한 스텝",
        difficulty=5,
        minutes=35,
        subjects=("gan_step",),
        reference=gan_step,
        scenes=gan_scenes,
        groups=(
            StepItem(GAN_D, 1, tuple(Returns(scene, 0, "discriminator") for scene in (0, 1))),
            StepItem(
                GAN_G,
                2,
                (
                    Fed(2, "generator", 5),
                    *(Returns(scene, 1, "generator") for scene in (0, 1)),
                ),
            ),
            StepItem(GAN_D_UPDATE, 2, (Weights(0, "discriminator"),)),
            StepItem(GAN_G_UPDATE, 2, (Weights(0, "generator"),)),
            StepItem(
                "이어서 불러도 됩니다", 1, (Weights(1, "discriminator"), Weights(1, "generator"))
            ),
            StepItem(
                GAN_MODE,
                1,
                (
                    TrainingMode(2),
                    Returns(2, 0, "discriminator"),
                    Returns(2, 1, "generator"),
                    Weights(2, "discriminator"),
                    Weights(2, "generator"),
                ),
            ),
        ),
        turns={"generator": "discriminator", "discriminator": "generator"},
        mistakes=(
            StepMistake(
                make=gan_saturating,
                about=(GAN_G,),
                message="생성자의 손실이 포화하는 꼴 `log(1 − D(G(z)))`입니다.",
                advice="가짜의 레이블을 1로 둔 교차 엔트로피를 쓰세요: `bce(ones, fake_logits)`.",
            ),
            StepMistake(
                make=gan_probabilities,
                about=(GAN_D, GAN_G),
                message="로짓을 확률로 다루었습니다.",
                advice="`keras.losses.BinaryCrossentropy(from_logits=True)`를 쓰세요.",
            ),
            StepMistake(
                make=gan_average,
                about=(GAN_D,),
                message="판별자의 손실을 평균했습니다.",
                advice="진짜와 가짜의 교차 엔트로피를 더하세요. 2로 나누지 않습니다.",
            ),
            StepMistake(
                make=gan_flipped,
                about=(GAN_D,),
                message="판별자의 손실에서 진짜와 가짜의 레이블이 바뀌었습니다.",
                advice="진짜는 1, 가짜는 0입니다.",
            ),
            StepMistake(
                make=gan_only_real,
                about=(GAN_D,),
                message="판별자의 손실에 가짜의 교차 엔트로피가 없습니다.",
                advice="진짜(레이블 1)와 가짜(레이블 0)의 교차 엔트로피를 더하세요.",
            ),
            StepMistake(
                make=gan_only_fake,
                about=(GAN_D,),
                message="판별자의 손실에 진짜의 교차 엔트로피가 없습니다.",
                advice="진짜(레이블 1)와 가짜(레이블 0)의 교차 엔트로피를 더하세요.",
            ),
            StepMistake(
                make=gan_smoothed,
                about=(GAN_D,),
                message="판별자의 손실에서 진짜의 레이블이 1이 아니라 0.9입니다.",
                advice="레이블을 매끄럽게 하는 꼴은 여기서 쓰지 않습니다. 진짜는 1, 가짜는 0입니다.",
            ),
            StepMistake(
                make=gan_g_target,
                about=(GAN_G,),
                message="생성자의 손실에서 가짜의 레이블이 0입니다.",
                advice="생성자는 판별자를 속이려고 합니다. 레이블을 1로 두세요: `bce(ones, fake_logits)`.",
            ),
            StepMistake(
                make=gan_losses_after,
                about=(GAN_D, GAN_G),
                message="업데이트한 다음의 손실입니다.",
                advice="테이프 안에서 구한 손실을 그대로 돌려주면 됩니다.",
            ),
            StepMistake(
                make=gan_swapped_losses,
                about=(GAN_D, GAN_G),
                message="두 손실의 순서가 바뀌었습니다.",
                advice="`(d_loss, g_loss)`로 돌려주세요.",
            ),
            StepMistake(
                make=gan_without_g,
                about=(GAN_G_UPDATE,),
                message="생성자의 가중치가 바뀌지 않았습니다.",
                advice="`g_optimizer`로 `generator.trainable_variables`를 업데이트하세요.",
            ),
            StepMistake(
                make=gan_without_d,
                about=(GAN_D_UPDATE,),
                message="판별자의 가중치가 바뀌지 않았습니다.",
                advice="`d_optimizer`로 `discriminator.trainable_variables`를 업데이트하세요.",
            ),
            StepMistake(
                make=gan_without_training,
                about=(GAN_MODE,),
                message="두 모델을 훈련 모드로 부르지 않았습니다.",
                advice="`generator(noise, training=True)`, `discriminator(..., training=True)`로 부르세요.",
                others=(gan_g_without_training, gan_d_without_training),
            ),
        ),
        pitfalls={
            "Unknown variable": "옵티마이저가 다른 모델의 변수를 받았습니다. `d_optimizer`로는 "
            "`discriminator.trainable_variables`만, `g_optimizer`로는 `generator.trainable_variables`만 업데이트하세요."
        },
        requirements=(
            "`gan_step(generator, discriminator, g_optimizer, d_optimizer, real, noise)`는 두 모델을 한 번씩 "
            "훈련하고 `(d_loss, g_loss)`를 돌려줍니다. 손실은 그 모델을 업데이트하기 전의 값입니다.",
            "판별자는 로짓을 냅니다. 판별자의 손실은 진짜(`real`, 레이블 1)의 교차 엔트로피와 "
            "가짜(생성자가 만든 것, 레이블 0)의 교차 엔트로피의 합입니다.",
            "생성자의 손실은 가짜의 레이블을 1로 둔 교차 엔트로피입니다(포화하지 않는 꼴).",
            "생성자는 `g_optimizer`, 판별자는 `d_optimizer`로 자기 변수만 업데이트합니다. "
            "생성할 때는 늘 `noise`를 쓰고, 모델은 훈련 모드로 부릅니다.",
            "두 모델을 함께 업데이트해도, 판별자나 생성자를 먼저 업데이트하고 새 가중치로 이어 가도 됩니다.",
        ),
        hints=(
            "손실이 둘, 변수의 목록이 둘, 옵티마이저가 둘입니다. 서로 섞이지 않게 짝을 지으세요.",
            "테이프를 둘 열고 `fake = generator(noise, training=True)`를 안에서 만듭니다. "
            "`BinaryCrossentropy(from_logits=True)`에 `tf.ones_like(logits)`나 `tf.zeros_like(logits)`를 레이블로 줍니다.",
            "`d_loss = bce(ones, real_logits) + bce(zeros, fake_logits)`, `g_loss = bce(ones, fake_logits)`. "
            "`d_tape.gradient(d_loss, discriminator.trainable_variables)`와 "
            "`g_tape.gradient(g_loss, generator.trainable_variables)`를 각자의 옵티마이저로 적용합니다.",
        ),
    ),
)
