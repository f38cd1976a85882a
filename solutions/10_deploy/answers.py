"""10 저장과 배포: 맞는 답과 틀린 답."""

import functools
import io
import json
import os
import pickle
import shutil
import tempfile
import zipfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from autograder.authoring.answers import right, wrong


class CustomDense(layers.Layer):
    """노트북이 주는 층. 등록하지 않았습니다."""

    def __init__(self, units, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, inputs):
        return self.activation(ops.matmul(inputs, self.kernel) + self.bias)

    def get_config(self):
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "units": self.units, "activation": activation}


CUSTOM = {"CustomDense": CustomDense}


def pair(save_model, load_model):
    return {"save_model": save_model, "load_model": load_model}


def plain_save(model, path):
    model.save(path)


def plain_load(path):
    return keras.models.load_model(path, custom_objects=CUSTOM)


# ------------------------------------------------------------------ 10-1 deploy.roundtrip


@right("deploy.roundtrip", "model.save와 custom_objects")
def by_custom_objects():
    return pair(plain_save, plain_load)


@right("deploy.roundtrip", "custom_object_scope 안에서 읽음")
def by_scope():
    def save_model(model, path):
        keras.saving.save_model(model, path, overwrite=True)

    def load_model(path):
        with keras.saving.custom_object_scope(CUSTOM):
            return keras.saving.load_model(Path(path))

    return pair(save_model, load_model)


@right("deploy.roundtrip", "클래스를 등록해 둠")
def by_registering():
    @keras.saving.register_keras_serializable(package="course")
    class CustomDense(layers.Layer):
        def __init__(self, units, activation=None, **kwargs):
            super().__init__(**kwargs)
            self.units, self.activation = units, activation

        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w")
            self.b = self.add_weight(shape=(self.units,), name="b")

        def call(self, inputs):
            return keras.activations.get(self.activation)(inputs @ self.w + self.b)

        def get_config(self):
            own = {"units": self.units, "activation": self.activation}
            return {**super().get_config(), **own}

    def save_model(model, path):
        assert CustomDense.__name__
        model.save(Path(path))

    def load_model(path):
        return keras.models.load_model(path)

    return pair(save_model, load_model)


@right("deploy.roundtrip", "읽을 때 등록함")
def by_registering_late():
    def load_model(path):
        keras.saving.get_custom_objects()["CustomDense"] = CustomDense
        return keras.models.load_model(path)

    return pair(plain_save, load_model)


@right("deploy.roundtrip", "다른 이름으로 저장했다가 옮김")
def by_moving():
    def save_model(model, path):
        with tempfile.TemporaryDirectory() as folder:
            temporary = os.path.join(folder, "temporary.keras")
            model.save(temporary)
            shutil.move(temporary, path)

    def load_model(path):
        with open(path, "rb") as file, tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "copy.keras")
            copy.write_bytes(file.read())
            return keras.models.load_model(copy, custom_objects=CUSTOM)

    return pair(save_model, load_model)


@right("deploy.roundtrip", "partial로 만든 함수")
def by_partial():
    load_model = functools.partial(keras.models.load_model, custom_objects=CUSTOM)
    return pair(keras.Model.save, load_model)


@right("deploy.roundtrip", "구조, 가중치, 옵티마이저를 손으로 묶음")
def by_hand():
    def save_model(model, path):
        facts = {"model": model.to_json(), "loss": getattr(model, "loss", None)}
        arrays = {f"w{i}": value for i, value in enumerate(model.get_weights())}
        optimizer = getattr(model, "optimizer", None)
        if optimizer is not None:
            facts["optimizer"] = keras.saving.serialize_keras_object(optimizer)
            for i, item in enumerate(optimizer.variables):
                arrays[f"o{i}"] = ops.convert_to_numpy(item)
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("facts.json", json.dumps(facts))
            archive.writestr("arrays.npz", buffer.getvalue())

    def load_model(path):
        with zipfile.ZipFile(path) as archive:
            facts = json.loads(archive.read("facts.json"))
            arrays = np.load(io.BytesIO(archive.read("arrays.npz")))
            model = keras.models.model_from_json(facts["model"], custom_objects=CUSTOM)
            model.set_weights([arrays[f"w{i}"] for i in range(len(model.weights))])
            if "optimizer" in facts:
                optimizer = keras.saving.deserialize_keras_object(facts["optimizer"])
                model.compile(optimizer, facts["loss"])
                optimizer.build(model.trainable_variables)
                for i, item in enumerate(optimizer.variables):
                    item.assign(arrays[f"o{i}"])
        return model

    return pair(save_model, load_model)


@right("deploy.roundtrip", "혼합 정밀도를 켜고 끄지 않음")
def under_mixed_precision():
    def save_model(model, path):
        keras.config.set_dtype_policy("mixed_float16")
        model.save(path)

    return pair(save_model, plain_load)


@wrong(
    "deploy.roundtrip", "모델 대신 경로를 돌려줌", expect="모델이 아니라 `str` 객체를", typical=True
)
def returns_the_path():
    def load_model(path):
        plain_load(path)
        return path

    return pair(plain_save, load_model)


@wrong(
    "deploy.roundtrip",
    "custom_objects를 잊음",
    expect="`custom_objects={'CustomDense': CustomDense}`로 알려 주거나",
    typical=True,
)
def forgot_custom():
    def load_model(path):
        return keras.models.load_model(path)

    return pair(plain_save, load_model)


@wrong("deploy.roundtrip", "저장할 때만 등록함", expect="등록하지 않은 클래스는")
def registers_while_saving():
    def save_model(model, path):
        keras.saving.get_custom_objects()["CustomDense"] = CustomDense
        model.save(path)

    def load_model(path):
        return keras.models.load_model(path)

    return pair(save_model, load_model)


@wrong(
    "deploy.roundtrip",
    "확장자를 또 붙임",
    expect="그 폴더에 있는 것: `model.keras.keras`",
    typical=True,
)
def suffix_twice():
    def save_model(model, path):
        model.save(path + ".keras")

    def load_model(path):
        return keras.models.load_model(path + ".keras", custom_objects=CUSTOM)

    return pair(save_model, load_model)


@wrong(
    "deploy.roundtrip",
    "path를 폴더로 만들어 그 안에 저장함",
    expect="파일 하나가 아니라 폴더입니다",
)
def saves_in_a_folder():
    def save_model(model, path):
        os.mkdir(path)
        model.save(os.path.join(path, "model.keras"))

    def load_model(path):
        return plain_load(os.path.join(path, "model.keras"))

    return pair(save_model, load_model)


@wrong("deploy.roundtrip", "load_model은 아직", expect="`load_model`을 아직 쓰지 않았습니다")
def only_saves():
    return pair(plain_save, ...)


@wrong("deploy.roundtrip", "path 대신 정해 둔 이름", expect="`path`에 파일이 없습니다")
def fixed_name():
    folder = tempfile.mkdtemp()

    def save_model(model, path):
        model.save(os.path.join(folder, "model.keras"))

    def load_model(path):
        return plain_load(os.path.join(folder, "model.keras"))

    return pair(save_model, load_model)


@wrong("deploy.roundtrip", "모델을 변수에 담아 둠", expect="모델을 그대로 돌려줍니다")
def keeps_the_model():
    kept = {}

    def save_model(model, path):
        kept["model"] = model
        model.save(path)

    def load_model(path):
        return kept["model"]

    return pair(save_model, load_model)


@wrong(
    "deploy.roundtrip",
    "path를 열쇠로 모델을 담아 둠",
    expect="저장할 때 변수에 적어 둔 것이 아니라",
)
def keeps_by_path():
    kept = {}

    def save_model(model, path):
        kept[path] = keras.models.clone_model(model)
        Path(path).touch()

    def load_model(path):
        return kept[path]

    return pair(save_model, load_model)


@wrong(
    "deploy.roundtrip",
    "마지막으로 저장한 파일만 읽음",
    expect="다른 때에 저장한 모델을 읽습니다",
    never=("`save_model`을 실행",),
)
def reads_the_last():
    kept = {}

    def save_model(model, path):
        model.save(path)
        kept["bytes"] = Path(path).read_bytes()

    def load_model(path):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "copy.keras")
            copy.write_bytes(kept["bytes"])
            return plain_load(copy)

    return pair(save_model, load_model)


@wrong(
    "deploy.roundtrip",
    "구조만 저장함",
    expect="구조만 저장했거나",
    typical=True,
)
def structure_only():
    def save_model(model, path):
        Path(path).write_text(model.to_json())

    def load_model(path):
        text = Path(path).read_text()
        return keras.models.model_from_json(text, custom_objects=CUSTOM)

    return pair(save_model, load_model)


@wrong(
    "deploy.roundtrip",
    "compile=False로 읽음",
    expect="읽을 때 `compile=False`를 주지 마세요",
    typical=True,
)
def without_compiling():
    def load_model(path):
        return keras.models.load_model(path, custom_objects=CUSTOM, compile=False)

    return pair(plain_save, load_model)


@wrong(
    "deploy.roundtrip",
    "구조와 가중치만 저장함",
    expect="옵티마이저가 처음 상태로 돌아갔습니다",
    typical=True,
)
def weights_without_state():
    def save_model(model, path):
        loss = getattr(model, "loss", None)
        optimizer = getattr(model, "optimizer", None)
        kept = optimizer and keras.saving.serialize_keras_object(optimizer)
        content = (model.to_json(), model.get_weights(), kept, loss)
        Path(path).write_bytes(pickle.dumps(content))

    def load_model(path):
        text, weights, optimizer, loss = pickle.loads(Path(path).read_bytes())
        model = keras.models.model_from_json(text, custom_objects=CUSTOM)
        model.set_weights(weights)
        if optimizer:
            model.compile(keras.saving.deserialize_keras_object(optimizer), loss)
        return model

    return pair(save_model, load_model)


@wrong(
    "deploy.roundtrip",
    "읽은 뒤에 다시 컴파일함",
    expect="읽은 뒤에 다시 `compile`하면 저장한 옵티마이저를 버립니다",
    typical=True,
)
def compiles_again():
    def load_model(path):
        model = plain_load(path)
        model.compile("adam", "mse")
        return model

    return pair(plain_save, load_model)


@wrong(
    "deploy.roundtrip",
    "가중치만 저장함",
    expect="`save_weights`는 가중치만 저장합니다",
    typical=True,
)
def weights_only():
    def save_model(model, path):
        model.save_weights(path)

    return pair(save_model, plain_load)


@wrong(
    "deploy.roundtrip",
    "읽은 모델을 돌려주지 않음",
    expect="아무것도 돌려주지 않습니다",
    typical=True,
)
def returns_nothing():
    def load_model(path):
        keras.models.load_model(path, custom_objects=CUSTOM)

    return pair(plain_save, load_model)


@wrong(
    "deploy.roundtrip",
    "인수의 순서를 바꿈",
    expect="받는 차례는 모델, 경로입니다",
    never=("`self.이름 = ...`",),
    typical=True,
)
def swapped():
    def save_model(path, model):
        model.save(path)

    return pair(save_model, plain_load)


@wrong(
    "deploy.roundtrip",
    "SavedModel로 내보냄",
    expect="다시 훈련할 모델은 `model.save(path)`로 저장하세요",
    typical=True,
)
def exports():
    def save_model(model, path):
        model.export(path)

    return pair(save_model, plain_load)


# ------------------------------------------------------------------ 10-2 deploy.savedmodel


@right("deploy.savedmodel", "model.export")
def by_export():
    def export_model(model, path):
        model.export(path)

    return export_model


@right("deploy.savedmodel", "format을 적고 돌려주는 값이 있음")
def by_format():
    def export_model(model, path):
        model.export(Path(path), format="tf_saved_model")
        return path

    return export_model


@right("deploy.savedmodel", "ExportArchive")
def by_archive():
    def export_model(model, path):
        archive = keras.export.ExportArchive()
        archive.track(model)
        archive.add_endpoint(
            "serving_default",
            lambda x: model(x, training=False),
            input_signature=[tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)],
        )
        archive.write_out(path)

    return export_model


@right("deploy.savedmodel", "tf.saved_model.save와 시그니처")
def by_tensorflow():
    def export_model(model, path):
        module = tf.Module()
        module.model = model
        module.kept = [variable.value for variable in model.variables]
        spec = tf.TensorSpec([None, *model.input_shape[1:]], tf.float32, name="x")

        @tf.function(input_signature=[spec])
        def serve(x):
            return {"probability": model(x, training=False)}

        tf.saved_model.save(module, path, signatures={"serving_default": serve})

    return export_model


@right("deploy.savedmodel", "시그니처를 하나 더 둠")
def two_signatures():
    def export_model(model, path):
        archive = keras.export.ExportArchive()
        archive.track(model)
        spec = [tf.TensorSpec((None, *model.input_shape[1:]), "float32", name="features")]
        archive.add_endpoint("serving_default", model.__call__, input_signature=spec)
        archive.add_endpoint("best", lambda x: ops.argmax(model(x), -1), input_signature=spec)
        archive.write_out(path)

    return export_model


@wrong(
    "deploy.savedmodel",
    "model.save를 씀",
    expect="SavedModel은 `model.export(path)`로",
    typical=True,
)
def saves():
    def export_model(model, path):
        model.save(path)

    return export_model


@wrong(
    "deploy.savedmodel",
    ".keras 파일을 path에 둠",
    expect="`model.save`는 `.keras` 파일을 만듭니다",
    typical=True,
)
def saves_a_file():
    def export_model(model, path):
        model.save(path + ".keras")
        os.rename(path + ".keras", path)

    return export_model


@wrong(
    "deploy.savedmodel",
    "버전 폴더를 더함",
    expect="`path` 안의 폴더 `1`이 되었습니다",
    typical=True,
)
def version_folder():
    def export_model(model, path):
        model.export(os.path.join(path, "1"))

    return export_model


@wrong("deploy.savedmodel", "다른 이름의 폴더", expect="`path`에 아무것도 없습니다", typical=True)
def other_folder():
    def export_model(model, path):
        model.export(path + "_model")

    return export_model


@wrong("deploy.savedmodel", "아무것도 하지 않음", expect="`path`에 아무것도 없습니다")
def exports_nothing():
    def export_model(model, path):
        return model.export

    return export_model


def _by_function(
    training=False, batch=None, name="serving_default", dtype="float32", model_of=None
):
    def export_model(model, path):
        module = tf.Module()
        module.model = model = model_of(model) if model_of else model
        module.kept = [variable.value for variable in model.variables]
        spec = tf.TensorSpec([batch, *model.input_shape[1:]], dtype, name="x")

        @tf.function(input_signature=[spec])
        def serve(x):
            return model(tf.cast(x, "float32"), training=training)

        tf.saved_model.save(module, path, signatures={name: serve})

    return export_model


@wrong(
    "deploy.savedmodel", "훈련 모드로 내보냄", expect="추론 모드(`training=False`)로", typical=True
)
def training_mode():
    return _by_function(training=True)


@wrong(
    "deploy.savedmodel",
    "배치 크기 1로 굳음",
    expect="배치 크기가 다른 입력을 받지 못합니다",
    typical=True,
)
def batch_of_one():
    return _by_function(batch=1)


@wrong("deploy.savedmodel", "배치 크기 32로 굳음", expect="배치 크기가 다른 입력을 받지 못합니다")
def batch_of_32():
    return _by_function(batch=32)


@wrong(
    "deploy.savedmodel",
    "시그니처의 이름이 다름",
    expect="지금 있는 시그니처: `predict`",
    typical=True,
)
def other_signature():
    return _by_function(name="predict")


@wrong("deploy.savedmodel", "입력이 정수", expect="`float32`여야 하는데 `int32`입니다")
def integer_input():
    return _by_function(dtype="int32")


@wrong(
    "deploy.savedmodel",
    "구조만 같은 새 모델",
    expect="받은 `model`의 가중치가 파일에 없습니다",
    never=("추론 모드(`training=False`)로",),
    typical=True,
)
def fresh_model():
    return _by_function(model_of=keras.models.clone_model)


@wrong(
    "deploy.savedmodel",
    "처음 받은 모델만 내보냄",
    expect="다른 모델이 아니라 받은 `model`을 내보내세요",
)
def first_model_only():
    first = []

    def export_model(model, path):
        first.append(model)
        first[0].export(path)

    return export_model


@wrong("deploy.savedmodel", "시그니처가 없음", expect="지금 있는 시그니처: 없음", typical=True)
def no_signature():
    def export_model(model, path):
        module = tf.Module()
        module.weights = [tf.Variable(value) for value in model.get_weights()]
        tf.saved_model.save(module, path)

    return export_model


# ------------------------------------------------------------------ 10-3 deploy.lite


def _converter(model, folder):
    path = os.path.join(folder, "exported")
    model.export(path)
    return tf.lite.TFLiteConverter.from_saved_model(path)


@right("deploy.lite", "SavedModel에서 변환")
def lite_from_saved_model():
    def to_lite(model):
        with tempfile.TemporaryDirectory() as folder:
            converter = _converter(model, folder)
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            return converter.convert()

    return to_lite


@right("deploy.lite", "고정된 배치 크기 1의 SavedModel에서")
def lite_from_module():
    def to_lite(model):
        module = tf.Module()
        module.kept = [variable.value for variable in model.variables]
        spec = tf.TensorSpec((1, *model.input_shape[1:]), tf.float32)
        module.serve = tf.function(lambda x: model(x, training=False), input_signature=[spec])
        with tempfile.TemporaryDirectory() as folder:
            tf.saved_model.save(module, folder, signatures=module.serve)
            converter = tf.lite.TFLiteConverter.from_saved_model(folder)
            converter.optimizations = {tf.lite.Optimize.DEFAULT}
            return converter.convert()

    return to_lite


@right("deploy.lite", "대표 데이터로 전부 8비트 정수로, 입출력은 float32")
def lite_full_integer():
    def to_lite(model):
        random = np.random.default_rng(0)
        shape = (1, *model.input_shape[1:])
        with tempfile.TemporaryDirectory() as folder:
            converter = _converter(model, folder)
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.representative_dataset = lambda: (
                [random.uniform(0, 1, shape).astype("float32")] for _ in range(100)
            )
            return converter.convert()

    return to_lite


@right("deploy.lite", "파일에 썼다가 읽고 bytearray로")
def lite_through_a_file():
    def to_lite(model):
        with tempfile.TemporaryDirectory() as folder:
            converter = _converter(model, folder)
            converter.optimizations = [tf.lite.Optimize.OPTIMIZE_FOR_SIZE]
            file = Path(folder, "model.tflite")
            file.write_bytes(converter.convert())
            return bytearray(file.read_bytes())

    return to_lite


def _lite(change=None, result=None, other=None):
    def to_lite(model):
        model = other(model) if other else model
        with tempfile.TemporaryDirectory() as folder:
            converter = _converter(model, folder)
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            if change:
                change(converter, model)
            content = converter.convert()
            return result(content) if result else content

    return to_lite


@wrong("deploy.lite", "양자화하지 않음", expect="양자화하지 않았습니다", typical=True)
def lite_float():
    def change(converter, model):
        converter.optimizations = []

    return _lite(change)


@wrong("deploy.lite", "float16", expect="가중치를 16비트로 줄이면", typical=True)
def lite_half():
    def change(converter, model):
        converter.target_spec.supported_types = [tf.float16]

    return _lite(change)


@wrong("deploy.lite", "입력과 출력까지 int8", expect="입력이 `int8`입니다", typical=True)
def lite_integer_input():
    def change(converter, model):
        random = np.random.default_rng(0)
        shape = (1, *model.input_shape[1:])
        converter.representative_dataset = lambda: (
            [random.uniform(0, 1, shape).astype("float32")] for _ in range(20)
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8

    return _lite(change)


@wrong(
    "deploy.lite",
    "대표 데이터의 범위가 틀림",
    expect="대표 데이터에서 잰 입력의 범위가 [0, 0.1]입니다",
    typical=True,
)
def lite_wrong_range():
    def change(converter, model):
        random = np.random.default_rng(0)
        shape = (1, *model.input_shape[1:])
        converter.representative_dataset = lambda: (
            [random.uniform(0, 0.1, shape).astype("float32")] for _ in range(20)
        )

    return _lite(change)


@right("deploy.lite", "혼합 정밀도를 켜고 끄지 않음")
def lite_under_mixed_precision():
    def to_lite(model):
        keras.config.set_dtype_policy("mixed_float16")
        return _lite()(model)

    return to_lite


@wrong(
    "deploy.lite",
    "대표 데이터가 0–255",
    expect="[0, 1]의 이미지를 `representative_dataset`으로 주세요",
    typical=True,
)
def lite_pixels():
    def change(converter, model):
        random = np.random.default_rng(0)
        shape = (1, *model.input_shape[1:])
        converter.representative_dataset = lambda: (
            [random.uniform(0, 255, shape).astype("float32")] for _ in range(20)
        )

    return _lite(change)


@wrong("deploy.lite", "SavedModel 폴더의 이름을 돌려줌", expect="바이트가 아니라 `str`")
def lite_folder():
    def to_lite(model):
        folder = tempfile.mkdtemp()
        model.export(folder + "/exported")
        return folder + "/exported"

    return to_lite


@wrong("deploy.lite", "변환기를 돌려줌", expect="바이트가 아니라", typical=True)
def lite_converter():
    def to_lite(model):
        with tempfile.TemporaryDirectory() as folder:
            return _converter(model, folder)

    return to_lite


@wrong("deploy.lite", "파일의 경로를 돌려줌", expect="바이트가 아니라 `str`", typical=True)
def lite_path():
    folder = tempfile.mkdtemp()

    def result(content):
        file = Path(folder, "model.tflite")
        file.write_bytes(content)
        return str(file)

    return _lite(result=result)


@wrong("deploy.lite", ".keras 파일의 바이트", expect="LiteRT의 파일이 아닙니다")
def lite_keras_bytes():
    def to_lite(model):
        with tempfile.TemporaryDirectory() as folder:
            model.save(Path(folder, "model.keras"))
            return Path(folder, "model.keras").read_bytes()

    return to_lite


@wrong("deploy.lite", "잘린 바이트", expect="파일이 온전하지 않습니다")
def lite_truncated():
    return _lite(result=lambda content: content[: len(content) // 2])


@wrong("deploy.lite", "돌려주지 않음", expect="아무것도 돌려주지 않습니다", typical=True)
def lite_nothing():
    return _lite(result=lambda content: None)


@wrong(
    "deploy.lite", "구조만 같은 새 모델", expect="받은 `model`의 가중치가 없습니다", typical=True
)
def lite_fresh():
    return _lite(other=keras.models.clone_model)


# ------------------------------------------------------------------ 10-4 deploy.distribute


def _samples():
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")


def _split(strategy, x, y, size=None):
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(size or len(x))
    return next(iter(strategy.experimental_distribute_dataset(dataset)))


def _step(
    share=None,
    combine="SUM",
    optimizer=lambda: keras.optimizers.SGD(0.1),
    split=_split,
    grow=None,
):
    """몫을 셈하는 법과 합치는 법만 바꾼 스텝."""

    def distributed_step(strategy, build_model, x, y):
        total = len(x)
        with strategy.scope():
            model = build_model()
            rule = optimizer()
        loss_function = _samples()

        def replica(x, y):
            with tf.GradientTape() as tape:
                losses = loss_function(y, model(x, training=True))
                loss = share(losses, total) if share else tf.reduce_sum(losses) / total
                loss_for_gradient = grow(loss) if grow else loss
            gradients = tape.gradient(loss_for_gradient, model.trainable_variables)
            rule.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            return loss

        @tf.function
        def step(batch):
            return strategy.run(replica, args=batch)

        losses = step(split(strategy, x, y))
        return strategy.reduce(combine, losses, axis=None) if combine else losses

    return distributed_step


@right("deploy.distribute", "합을 전체 배치 크기로 나눔")
def distribute_sum():
    return _step()


@right("deploy.distribute", "compute_average_loss, optimizer.apply, 파이썬 수")
def distribute_average():
    def distributed_step(strategy, build_model, x, y):
        with strategy.scope():
            model = build_model()
            optimizer = keras.optimizers.SGD(learning_rate=0.1)
            optimizer.build(model.trainable_variables)

        def replica(inputs):
            features, labels = inputs
            with tf.GradientTape() as tape:
                each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, model(features))
                loss = tf.nn.compute_average_loss(each, global_batch_size=len(x))
            weights = model.trainable_weights
            optimizer.apply(tape.gradient(loss, weights), weights)
            return loss

        batch = _split(strategy, x, y)
        losses = tf.function(strategy.run)(replica, args=(batch,))
        return float(strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None))

    return distributed_step


@right("deploy.distribute", "즉시 실행, 옵티마이저는 replica 밖에서 손으로")
def distribute_by_hand():
    def distributed_step(strategy, build_model, x, y):
        with strategy.scope():
            model = build_model()
        loss_function = keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, reduction="sum"
        )

        def replica(x, y):
            with tf.GradientTape() as tape:
                loss = loss_function(y, model(x, training=True))
            return loss, tape.gradient(loss, model.trainable_variables)

        losses, gradients = strategy.run(replica, args=_split(strategy, x, y))
        for weight, parts in zip(model.trainable_variables, gradients, strict=True):
            weight.assign_sub(0.1 * strategy.reduce("SUM", parts, axis=None) / len(x))
        return strategy.reduce("SUM", losses, axis=None) / len(x)

    return distributed_step


@right("deploy.distribute", "값을 손으로 나누어 줌")
def distribute_from_function():
    def split(strategy, x, y):
        count = strategy.num_replicas_in_sync

        def part(context):
            number = context.replica_id_in_sync_group
            return tf.constant(x[number::count]), tf.constant(y[number::count])

        return strategy.experimental_distribute_values_from_function(part)

    return _step(split=split)


@right("deploy.distribute", "numpy로 돌려줌")
def distribute_numpy():
    step = _step()
    return lambda strategy, build_model, x, y: step(strategy, build_model, x, y).numpy()


def _padded(fill, weigh=True):
    """배치를 replica 수의 배수로 채우고, 채운 샘플의 무게를 0으로 둡니다."""

    def distributed_step(strategy, build_model, x, y):
        total = len(x)
        more = -total % strategy.num_replicas_in_sync
        weights = np.concatenate([np.ones(total), np.full(more, 0.0 if weigh else 1.0)])
        x, y = np.concatenate([x, fill(x)[:more]]), np.concatenate([y, y[:more]])
        with strategy.scope():
            model = build_model()
            optimizer = keras.optimizers.SGD(0.1)
        loss_function = _samples()

        def replica(x, y, weights):
            with tf.GradientTape() as tape:
                each = loss_function(y, model(x, training=True)) * weights
                loss = tf.reduce_sum(each) / total
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            return loss

        data = tf.data.Dataset.from_tensor_slices((x, y, weights.astype("float32")))
        (batch,) = strategy.experimental_distribute_dataset(data.batch(len(x)))
        losses = tf.function(strategy.run)(replica, args=batch)
        return strategy.reduce("SUM", losses, axis=None)

    return distributed_step


@right("deploy.distribute", "0으로 채우고 무게를 0으로")
def distribute_padded():
    return _padded(np.zeros_like)


@right("deploy.distribute", "첫 샘플을 한 번 더 넣고 무게를 0으로")
def distribute_repeated():
    return _padded(lambda x: x)


@right("deploy.distribute", "혼합 정밀도를 켜고 끄지 않음")
def distribute_mixed_precision():
    step = _step()

    def distributed_step(strategy, build_model, x, y):
        keras.config.set_dtype_policy("mixed_float16")
        return step(strategy, build_model, x, y)

    return distributed_step


@wrong(
    "deploy.distribute", "채운 샘플까지 손실에 넣음", expect="더 넣은 샘플이 있으면 손실에서 빼거나"
)
def distribute_padding_counts():
    return _padded(np.zeros_like, weigh=False)


@wrong("deploy.distribute", "모델을 scope 밖에서 만듦", expect="`with strategy.scope():` 안에서")
def distribute_outside():
    def distributed_step(strategy, build_model, x, y):
        model = build_model()
        return _step()(strategy, lambda: model, x, y)

    return distributed_step


@wrong("deploy.distribute", "그레이디언트를 더함", expect="경사 하강법은 그레이디언트를 뺍니다")
def distribute_ascent():
    return _step(grow=lambda loss: -loss)


@wrong(
    "deploy.distribute",
    "replica마다 평균을 내고 평균함",
    expect="그 평균을 다시 평균했습니다",
    typical=True,
)
def distribute_mean_of_means():
    return _step(share=lambda losses, total: tf.reduce_mean(losses) / 2)


@wrong("deploy.distribute", "replica마다 평균을 내고 더함", expect="두 배쯤", typical=True)
def distribute_sum_of_means():
    return _step(share=lambda losses, total: tf.reduce_mean(losses))


@wrong("deploy.distribute", "평균을 내고 MEAN으로 합침", expect="그레이디언트가 두 배쯤 큽니다")
def distribute_mean():
    return _step(share=lambda losses, total: tf.reduce_mean(losses), combine="MEAN")


@wrong(
    "deploy.distribute", "나누지 않음", expect="전체 배치 크기 `len(x)`로 나누세요", typical=True
)
def distribute_no_division():
    return _step(share=lambda losses, total: tf.reduce_sum(losses))


@wrong(
    "deploy.distribute",
    "전체로 나누고 MEAN으로 합침",
    expect="전체 배치 크기로 나눈 값을 replica 수로 한 번 더",
    typical=True,
)
def distribute_divided_twice():
    return _step(combine="MEAN")


@wrong("deploy.distribute", "PerReplica를 그대로 돌려줌", expect="`PerReplica`", typical=True)
def distribute_per_replica():
    return _step(combine=None)


@wrong(
    "deploy.distribute", "전략을 쓰지 않음", expect="build_model()`을 scope 밖에서", typical=True
)
def distribute_ignored():
    def distributed_step(strategy, build_model, x, y):
        model = build_model()
        loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        with tf.GradientTape() as tape:
            loss = loss_function(y, model(x, training=True))
        weights = model.trainable_variables
        keras.optimizers.SGD(0.1).apply(tape.gradient(loss, weights), weights)
        return loss

    return distributed_step


@wrong("deploy.distribute", "scope 안에서 그냥 훈련", expect="replica 2개 가운데 0개만 일했습니다")
def distribute_no_run():
    def distributed_step(strategy, build_model, x, y):
        with strategy.scope():
            model = build_model()
        loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        with tf.GradientTape() as tape:
            loss = loss_function(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        for weight, gradient in zip(model.trainable_variables, gradients, strict=True):
            weight.assign_sub(0.1 * gradient)
        return loss

    return distributed_step


@wrong(
    "deploy.distribute", "두 replica에 배치를 통째로", expect="일을 나누지 않았습니다", typical=True
)
def distribute_whole():
    def split(strategy, x, y):
        return tf.constant(x), tf.constant(y)

    return _step(share=lambda losses, total: tf.reduce_mean(losses) / 2, split=split)


@wrong(
    "deploy.distribute", "한 replica에만 줌", expect="샘플을 하나도 받지 않은 replica가 있습니다"
)
def distribute_to_one():
    def split(strategy, x, y):
        def part(context):
            size = len(x) if context.replica_id_in_sync_group == 0 else 0
            return tf.constant(x[:size]), tf.constant(y[:size])

        return strategy.experimental_distribute_values_from_function(part)

    return _step(split=split)


def _returning(change):
    step = _step()
    return lambda strategy, build_model, x, y: change(step(strategy, build_model, x, y))


@right("deploy.distribute", "수를 담은 변수로 돌려줌")
def distribute_variable():
    return _returning(tf.Variable)


@wrong("deploy.distribute", "문자열로 돌려줌", expect="손실이 수 하나가 아니라 `str`")
def distribute_text():
    return _returning(lambda loss: f"{float(loss):.4f}")


@wrong("deploy.distribute", "모양이 (1,)인 텐서", expect="모양이 `(1,)`인 `EagerTensor`")
def distribute_shape_one():
    return _returning(lambda loss: tf.reshape(loss, (1,)))


@wrong("deploy.distribute", "train_on_batch", expect="일을 나누지 않았습니다", typical=True)
def distribute_train_on_batch():
    def distributed_step(strategy, build_model, x, y):
        with strategy.scope():
            model = build_model()
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            model.compile(keras.optimizers.SGD(0.1), loss)
        return model.train_on_batch(x, y)

    return distributed_step


@wrong("deploy.distribute", "작은 배치만 씀", expect="아무도 받지 않았습니다")
def distribute_small():
    return _step(split=lambda strategy, x, y: _split(strategy, x, y, 4))


@wrong("deploy.distribute", "Adam", expect="`Adam` 같은 다른 옵티마이저", typical=True)
def distribute_adam():
    return _step(optimizer=lambda: keras.optimizers.Adam(0.1))


@wrong(
    "deploy.distribute", "학습률 0.01", expect="학습률이 0.01인 것처럼 바뀌었습니다", typical=True
)
def distribute_default_rate():
    return _step(optimizer=keras.optimizers.SGD)


@wrong("deploy.distribute", "업데이트하지 않음", expect="가중치가 그대로입니다")
def distribute_no_update():
    return _step(optimizer=lambda: keras.optimizers.SGD(0.0))


@wrong("deploy.distribute", "replica 하나의 손실만", expect="replica 하나의 손실만 돌려줍니다")
def distribute_first():
    step = _step(combine=None)

    def distributed_step(strategy, build_model, x, y):
        losses = step(strategy, build_model, x, y)
        return strategy.experimental_local_results(losses)[0]

    return distributed_step


@wrong("deploy.distribute", "돌려주지 않음", expect="아무것도 돌려주지 않습니다", typical=True)
def distribute_nothing():
    step = _step()

    def distributed_step(strategy, build_model, x, y):
        step(strategy, build_model, x, y)

    return distributed_step


@wrong(
    "deploy.distribute", "업데이트한 뒤의 손실", expect="업데이트한 뒤의 손실입니다", typical=True
)
def distribute_after():
    def distributed_step(strategy, build_model, x, y):
        made = []

        def build():
            made.append(build_model())
            return made[0]

        _step()(strategy, build, x, y)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        return loss(y, made[0](x))

    return distributed_step


@wrong("deploy.distribute", "두 스텝 훈련함", expect="업데이트를 두 번 했습니다", typical=True)
def distribute_twice():
    def distributed_step(strategy, build_model, x, y):
        made = []

        def build():
            if not made:
                made.append(build_model())
            return made[0]

        loss = _step()(strategy, build, x, y)
        _step()(strategy, build, x, y)
        return loss

    return distributed_step


@wrong("deploy.distribute", "로짓인 줄 모름", expect="`from_logits=True`를 주세요", typical=True)
def distribute_from_probabilities():
    def distributed_step(strategy, build_model, x, y):
        total = len(x)
        with strategy.scope():
            model = build_model()
            optimizer = keras.optimizers.SGD(0.1)
        loss_function = keras.losses.SparseCategoricalCrossentropy(reduction="sum")

        def replica(x, y):
            with tf.GradientTape() as tape:
                loss = loss_function(y, model(x)) / total
            weights = model.trainable_variables
            optimizer.apply(tape.gradient(loss, weights), weights)
            return loss

        losses = strategy.run(replica, args=_split(strategy, x, y))
        return strategy.reduce("SUM", losses, axis=None)

    return distributed_step


def _breaking(at):
    """모델은 scope 안에서 만들었지만 도중에 오류가 나는 스텝."""

    def distributed_step(strategy, build_model, x, y):
        total = len(x)
        with strategy.scope():
            model = build_model()
            rule = keras.optimizers.SGD(0.1)

        def replica(x, y):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(_samples()(y, model(x, training=True))) / total
            gradients = tape.gradient(loss, model.trainable_variables)
            if at == "update":
                rule.aply(gradients, model.trainable_variables)
            rule.apply(gradients, model.trainable_variables)
            return loss

        losses = strategy.run(replica, args=_split(strategy, x, y))
        return losses.sum() if at == "sum" else strategy.reduce("SUMM", losses, axis=None)

    return distributed_step


@wrong("deploy.distribute", "업데이트에서 오류", expect="`aply`")
def distribute_typo():
    return _breaking("update")


@wrong("deploy.distribute", "손실을 더하다가 오류", expect="돌려준 손실이 장치 하나로")
def distribute_bad_sum():
    return _breaking("sum")


@wrong(
    "deploy.distribute",
    "남는 샘플을 버림",
    expect="1개는 아무도 받지 않았습니다",
    never=("이어야 하는데", "장치 하나로 훈련한 가중치와 다릅니다", "위와 같은 이유로"),
)
def distribute_dropped():
    def split(strategy, x, y):
        even = len(x) // 2 * 2
        return _split(strategy, x[:even], y[:even])

    return _step(split=split)


@wrong("deploy.distribute", "replica 수로만 나눔", expect="replica 수로 나누었습니다")
def distribute_by_replicas():
    return _step(share=lambda losses, total: tf.reduce_sum(losses) / 2)


@wrong(
    "deploy.distribute",
    "scope 안의 손실을 기본값으로 만듦",
    expect="기본값으로 만든 손실은 replica 수로 나눕니다",
)
def distribute_scaled_loss():
    def distributed_step(strategy, build_model, x, y):
        with strategy.scope():
            model = build_model()
            optimizer = keras.optimizers.SGD(0.1)
            mean = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

        def replica(features, labels):
            with tf.GradientTape() as tape:
                share = tf.cast(tf.shape(labels)[0], tf.float32) / len(x)
                loss = mean(labels, model(features, training=True)) * share
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            return loss

        losses = tf.function(strategy.run)(replica, args=_split(strategy, x, y))
        return strategy.reduce("SUM", losses, axis=None)

    return distributed_step


@wrong("deploy.distribute", "묶음을 하나의 인수로 넘김", expect="인수를 차례로 담은 튜플입니다")
def distribute_one_argument():
    def distributed_step(strategy, build_model, x, y):
        with strategy.scope():
            model = build_model()

        def replica(features, labels):
            return tf.reduce_sum(_samples()(labels, model(features)))

        losses = strategy.run(replica, args=(_split(strategy, x, y),))
        return strategy.reduce("SUM", losses, axis=None) / len(x)

    return distributed_step


@wrong("deploy.roundtrip", "읽은 다음 복제함", expect="읽은 다음 모델을 새로 만들었습니다")
def cloned_after_loading():
    def load_model(path):
        objects = {"CustomDense": CustomDense}
        return keras.models.clone_model(keras.saving.load_model(path, custom_objects=objects))

    return pair(lambda model, path: model.save(path), load_model)


@wrong(
    "deploy.roundtrip",
    "확장자를 한 번 더 붙여 읽음",
    expect="이미 `.keras`로 끝납니다",
    never=("옮겼습니다",),
)
def twice_the_suffix():
    return pair(
        lambda model, path: model.save(path),
        lambda path: keras.saving.load_model(f"{path}.keras"),
    )


@wrong("deploy.savedmodel", "model.save에 save_format", expect="`model.export(path)`를 쓰세요")
def saved_with_format():
    def export_model(model, path):
        model.save(path, save_format="tf")

    return export_model
