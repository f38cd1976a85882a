"""00 시작하기."""

from __future__ import annotations

import tensorflow as tf

from autograder.exercise import ValueExercise


def first_tensor():
    x = tf.constant([[1, 2, 3], [4, 5, 6]], dtype=tf.float32)
    return x


EXERCISES = (
    ValueExercise(
        id="start.first_tensor",
        unit="00_start",
        number="0-1",
        title="첫 번째 텐서",
        difficulty=1,
        minutes=5,
        subjects=("x",),
        reference=first_tensor,
        requirements=(
            "`x`는 2행 3열 텐서입니다.",
            "값은 1부터 6까지이고, 첫 행부터 왼쪽에서 오른쪽으로 채웁니다.",
            "자료형(dtype)은 `float32`입니다.",
        ),
        hints=(
            "리스트로 텐서를 만드는 함수는 이 노트북의 '텐서 하나 만들기' 절에 나옵니다.",
            "`tf.constant(중첩 리스트, dtype=...)`를 씁니다. 행 하나가 안쪽 리스트 하나입니다.",
            "`x = tf.constant([[1, 2, 3], [..., ..., ...]], dtype=tf.float32)`",
        ),
    ),
)
