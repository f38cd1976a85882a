"""값 하나의 판정: 텐서인지, 모양, 자료형, 값."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import ValueExercise
from autograder.judge.problems import explain
from autograder.korean import with_particle
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

_ADVICE = {
    "list": "파이썬 리스트입니다. `tf.constant(...)`로 텐서를 만드세요.",
    "tuple": "파이썬 튜플입니다. `tf.constant(...)`로 텐서를 만드세요.",
    "ndarray": "넘파이 배열입니다. `tf.constant(...)`로 텐서를 만드세요.",
    "RaggedTensor": "행마다 길이가 다를 수 있는 텐서입니다. `tf.constant(...)`로 보통의 텐서를 만드세요.",
    "SparseTensor": "0이 아닌 값만 담는 텐서입니다. `tf.constant(...)`로 보통의 텐서를 만드세요.",
    "ResourceVariable": "변수(`tf.Variable`)입니다. 여기서는 값이 바뀌지 않는 텐서를 씁니다.",
    "Variable": "케라스 변수입니다. 여기서는 값이 바뀌지 않는 텐서를 씁니다.",
}


def items(exercise: ValueExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """텐서, 모양, 자료형, 값의 네 항목."""
    from autograder.observe import observe

    name = exercise.subjects[0]
    reference = observe(challenge, exercise.solution())
    wanted, answer = reference.facts["value"], reference.arrays["value/0"]
    shape, dtype = tuple(wanted["shape"]), wanted["dtype"]
    topic = with_particle(f"`{name}`", "은", "는")
    titles = {
        "tensor": f"{topic} 텐서입니다",
        "shape": f"모양 `{shape}`",
        "dtype": f"자료형 `{dtype}`",
        "value": "값",
    }
    if evidence.facts["status"] != "seen":
        message, advice = explain(evidence.facts, name)
        texts = [message] + [
            f"{title}: 확인하지 못했습니다." for title in list(titles.values())[1:]
        ]
        advices = [advice, "", "", ""]
        return [
            Item(title, 1, 0, text, said)
            for title, text, said in zip(titles.values(), texts, advices, strict=True)
        ]
    found: dict[str, Any] = evidence.facts["value"]
    # Text has a shape, but no value to compare.
    value = evidence.arrays.get(found.get("array", ""))
    seen, kind = tuple(found["shape"]), str(found["type"])
    checks = {
        "tensor": (
            found["tensor"],
            f"{topic} 텐서여야 하는데 `{kind}`입니다.",
            _ADVICE.get(kind, ""),
        ),
        "shape": (
            seen == shape,
            f"모양이 `{shape}`이어야 하는데 `{seen}`입니다.",
            "안쪽 리스트 하나가 행 하나입니다.",
        ),
        "dtype": (
            found["dtype"] == dtype,
            f"자료형이 `{dtype}`여야 하는데 `{found['dtype']}`입니다.",
            "정수만 적으면 `int32`가 됩니다. `dtype=`을 주세요."
            if "int" in found["dtype"]
            else f"{with_particle(f'`dtype=tf.{dtype}`', '을', '를')} 주세요.",
        ),
        "value": (
            value is not None and seen == shape and bool(np.allclose(value, answer)),
            "값이 다릅니다. 1부터 6까지 행마다 왼쪽에서 오른쪽으로 채우세요.",
            "",
        ),
    }
    return [
        Item(titles[key], 1, int(good), "" if good else message, "" if good else advice)
        for key, (good, message, advice) in checks.items()
    ]
