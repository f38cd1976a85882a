"""00 시작하기의 문제: 참고 답안, 물음, 항목, 힌트.

여기 없는 것: 판정(`judge.value`), 맞고 틀린 답(`solutions/00_start/answers.py`).
"""

from __future__ import annotations

import tensorflow as tf

from autograder.kinds import Mistake, ValueExercise


def first_tensor():
    x = tf.constant([[1, 2, 3], [4, 5, 6]], dtype=tf.float32)
    return x


def _by_columns():
    return tf.constant([[1, 3, 5], [2, 4, 6]], dtype=tf.float32)


def _from_zero():
    return tf.constant([[0, 1, 2], [3, 4, 5]], dtype=tf.float32)


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
        mistakes=(
            Mistake(
                make=_by_columns,
                advice="위에서 아래로 채웠습니다. 첫 행을 왼쪽에서 오른쪽으로 채우고 다음 행으로 갑니다.",
            ),
            Mistake(
                make=_from_zero,
                advice="0부터 5까지입니다. 1부터 6까지 채우세요. `tf.range(1, 7)`의 끝 7은 들어가지 않습니다.",
            ),
        ),
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
