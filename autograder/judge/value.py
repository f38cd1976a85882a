"""값 하나의 판정: 텐서인지, 모양, 자료형, 값.

여기 없는 것: 함수의 결과(`judge.function`), 값을 읽는 일(`observe.value`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judge.compare import number
from autograder.judge.mistakes import Suspects
from autograder.judge.problems import explain
from autograder.kinds import ValueExercise
from autograder.korean import with_particle
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

_ALONE = "텐서 하나를 담고 있습니다. 대괄호를 하나 더 쓰지 않았는지, 줄 끝에 쉼표가 남지 않았는지 보세요."
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
    alone = bool(found.get("alone"))
    typed = alone or kind not in ("list", "tuple")
    checks = {
        "tensor": (
            found["tensor"],
            f"{topic} 텐서여야 하는데 `{kind}`입니다.",
            _ALONE if alone else _ADVICE.get(kind, ""),
        ),
        "shape": (
            seen == shape,
            f"모양이 `{shape}`이어야 하는데 `{seen}`입니다.",
            "안쪽 리스트 하나가 행 하나입니다.",
        ),
        "dtype": (
            found["dtype"] == dtype and typed,
            f"자료형이 `{dtype}`여야 하는데 `{found['dtype']}`입니다."
            if typed
            else f"자료형: `{kind}`에는 자료형이 없습니다.",
            _dtype_advice(found["dtype"], dtype) if typed else "",
        ),
        "value": (
            _same_values(answer, value),
            f"값이 다릅니다.{_where(answer, value)}",
            "" if _same_values(answer, value) else _cause(exercise, challenge, value),
        ),
    }
    return [
        Item(titles[key], 1, int(good), "" if good else message, "" if good else advice)
        for key, (good, message, advice) in checks.items()
    ]


def _same_values(wanted: np.ndarray, found: np.ndarray | None) -> bool:
    """차례로 읽은 값이 같은지. 모양은 다른 항목에서 봅니다."""
    return (
        found is not None
        and found.size == wanted.size
        and bool(np.allclose(found.reshape(-1), wanted.reshape(-1)))
    )


def _where(wanted: np.ndarray, found: np.ndarray | None) -> str:
    """처음으로 다른 자리."""
    if found is None or found.shape != wanted.shape or _same_values(wanted, found):
        return ""
    place = tuple(int(index) for index in np.argwhere(~np.isclose(found, wanted))[0])
    subject = with_particle(f"`{number(wanted[place])}`", "이어야", "여야")
    return f" `{list(place)}` 자리가 {subject} 하는데 `{number(found[place])}`입니다."


def _dtype_advice(found: str, wanted: str) -> str:
    give = f"{with_particle(f'`dtype=tf.{wanted}`', '을', '를')} 주세요."
    return f"정수만 적으면 `int32`가 됩니다. {give}" if found == "int32" else give


def _cause(exercise: ValueExercise, challenge: Challenge, value: np.ndarray | None) -> str:
    """값이 똑같은 알려진 실수의 조언."""
    mistake = Suspects(exercise, challenge).cause(
        lambda seen: _same_values(seen.arrays["value/0"], value)
    )
    return mistake.advice if mistake else ""
