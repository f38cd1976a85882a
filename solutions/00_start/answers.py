"""00 시작하기: 맞는 답과 틀린 답."""

import keras
import numpy as np
import tensorflow as tf

from autograder.authoring.answers import right, wrong


@right("start.first_tensor", "정수 리스트와 dtype")
def by_dtype():
    return tf.constant([[1, 2, 3], [4, 5, 6]], dtype=tf.float32)


@right("start.first_tensor", "소수 리스트")
def by_floats():
    return tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


@right("start.first_tensor", "range와 reshape")
def by_range():
    return tf.reshape(tf.range(1.0, 7.0), (2, 3))


@right("start.first_tensor", "값 여섯 개와 shape")
def by_shape():
    return tf.constant([1, 2, 3, 4, 5, 6], dtype="float32", shape=(2, 3))


@right("start.first_tensor", "정수 텐서를 cast")
def by_cast():
    return tf.cast(tf.reshape(tf.range(1, 7), (2, 3)), tf.float32)


@right("start.first_tensor", "넘파이 배열에서")
def from_numpy():
    return tf.convert_to_tensor(np.arange(1, 7, dtype="float32").reshape(2, 3))


@right("start.first_tensor", "keras.ops로")
def by_keras_ops():
    return keras.ops.reshape(keras.ops.arange(1, 7, dtype="float32"), (2, 3))


@right("start.first_tensor", "행을 쌓아서")
def by_stack():
    return tf.stack([tf.constant([1.0, 2.0, 3.0]), tf.constant([4.0, 5.0, 6.0])])


@wrong(
    "start.first_tensor",
    "자료형을 주지 않음",
    expect="자료형이 `float32`여야 하는데 `int32`",
    typical=True,
)
def integers():
    return tf.constant([[1, 2, 3], [4, 5, 6]])


@wrong(
    "start.first_tensor", "float64", expect="자료형이 `float32`여야 하는데 `float64`", typical=True
)
def doubles():
    return tf.constant(np.arange(1.0, 7.0).reshape(2, 3))


@wrong(
    "start.first_tensor", "한 줄", expect="모양이 `(2, 3)`이어야 하는데 `(6,)`입니다", typical=True
)
def flat():
    return tf.constant([1, 2, 3, 4, 5, 6], dtype=tf.float32)


@wrong(
    "start.first_tensor", "3행 2열", expect="모양이 `(2, 3)`이어야 하는데 `(3, 2)`", typical=True
)
def tall():
    return tf.constant([[1, 2], [3, 4], [5, 6]], dtype=tf.float32)


@wrong("start.first_tensor", "열부터 채움", expect="위에서 아래로 채웠습니다", typical=True)
def by_columns():
    return tf.constant([[1, 3, 5], [2, 4, 6]], dtype=tf.float32)


@wrong("start.first_tensor", "0부터", expect="0부터 5까지입니다", typical=True)
def from_zero():
    return tf.reshape(tf.range(6, dtype=tf.float32), (2, 3))


@wrong("start.first_tensor", "파이썬 리스트", expect="텐서여야 하는데 `list`입니다", typical=True)
def python_list():
    return [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


@wrong("start.first_tensor", "넘파이 배열", expect="텐서여야 하는데 `ndarray`입니다", typical=True)
def numpy_array():
    return np.array([[1, 2, 3], [4, 5, 6]], dtype="float32")


@wrong("start.first_tensor", "변수", expect="텐서여야 하는데 `ResourceVariable`입니다")
def variable():
    return tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


@wrong("start.first_tensor", "래기드 텐서", expect="텐서여야 하는데 `RaggedTensor`입니다")
def ragged():
    return tf.ragged.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


@wrong("start.first_tensor", "희소 텐서", expect="텐서여야 하는데 `SparseTensor`입니다")
def sparse():
    return tf.sparse.from_dense([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


@wrong("start.first_tensor", "텐서라는 이름의 클래스", expect="텐서여야 하는데 `MyTensor`입니다")
def named_tensor():
    class MyTensor:
        dtype, shape = "float32", (2, 3)

        def __array__(self, dtype=None, copy=None):
            return np.arange(1, 7, dtype="float32").reshape(2, 3)

    return MyTensor()


@wrong("start.first_tensor", "bfloat16", expect="자료형이 `float32`여야 하는데 `bfloat16`입니다")
def brain_floats():
    return tf.constant([[1, 2, 3], [4, 5, 6]], dtype=tf.bfloat16)


@wrong("start.first_tensor", "글자 텐서", expect="자료형이 `float32`여야 하는데 `string`입니다")
def strings():
    return tf.constant([["1", "2", "3"], ["4", "5", "6"]])


@wrong("start.first_tensor", "글자", expect="`x`")
def text():
    return "[[1, 2, 3], [4, 5, 6]]"


@wrong("start.first_tensor", "아무것도 없음", expect="`None`")
def nothing():
    return None


@right("start.first_tensor", "누적 합과 reshape")
def cumulated():
    return tf.reshape(tf.cumsum(tf.ones(6)), (2, 3))


@right("start.first_tensor", "linspace와 -1인 축")
def spaced():
    return tf.reshape(tf.linspace(1.0, 6.0, 6), [2, -1])


@wrong("start.first_tensor", "줄 끝에 남은 쉼표", expect="줄 끝에 쉼표가 남지 않았는지 보세요")
def trailing_comma():
    return {"x": (tf.reshape(tf.range(1.0, 7.0), (2, 3)),)}
