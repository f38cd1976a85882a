"""부른 결과 하나를 참고 답안의 결과와 비교해, 다르면 무엇이 다른지 말합니다."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.judge.problems import explain
from autograder.judge.wording import shape_advice
from autograder.korean import with_particle
from autograder.protocol import Evidence

NO_RESULT = ("raised", "call")
"""비교할 결과가 없는 `Difference`의 종류."""


@dataclass(frozen=True)
class Difference:
    """무엇이 다른지.

    `kind`는 "raised"(오류가 남), "call"(그 밖의 까닭으로 끝나지 못함), "result"(개수, 모양, 자료형),
    "value"(값)입니다.
    """

    kind: str
    message: str
    advice: str = ""


def compare_call(
    name: str,
    wanted: dict[str, Any],
    found: dict[str, Any],
    reference: Evidence,
    evidence: Evidence,
    *,
    tolerance: float = 1e-4,
    check_dtype: bool = True,
) -> tuple[str, str] | None:
    """같으면 None, 다르면 (메시지, 조언)."""
    found_difference = difference(
        name, wanted, found, reference, evidence, tolerance=tolerance, check_dtype=check_dtype
    )
    if found_difference is None:
        return None
    return found_difference.message, found_difference.advice


def difference(
    name: str,
    wanted: dict[str, Any],
    found: dict[str, Any],
    reference: Evidence,
    evidence: Evidence,
    *,
    tolerance: float = 1e-4,
    check_dtype: bool = True,
    result: bool = True,
    before: dict[str, np.ndarray] | None = None,
) -> Difference | None:
    """같으면 None. `result`가 거짓이면 돌려준 값은 보지 않습니다. `before`는 부르기 전의 변수 값입니다."""
    if found["status"] != "seen":
        kind = "raised" if found.get("problem") == "call" else "call"
        return Difference(kind, *explain(found, name))
    if result:
        outputs, others = wanted["outputs"], found["outputs"]
        if not others and outputs:
            return Difference(
                "result",
                "아무것도 돌려주지 않습니다(`None`).",
                "`return`을 빠뜨리지 않았는지 보세요.",
            )
        if len(outputs) != len(others):
            return Difference(
                "result", f"결과가 {len(outputs)}개여야 하는데 {len(others)}개입니다."
            )
        for output, other in zip(outputs, others, strict=True):
            unlike = _compare_output(
                output, other, reference, evidence, tolerance, check_dtype=check_dtype
            )
            if unlike:
                return unlike
    for key, array in wanted.get("variables", {}).items():
        value = evidence.arrays.get(found.get("variables", {}).get(key, ""))
        if not close(reference.arrays[array], value, tolerance):
            return _variable_difference(key, value, (before or {}).get(key))
    if found.get("changed") and not wanted.get("changed"):
        return Difference(
            "value",
            "인수로 받은 넘파이 배열의 내용이 바뀝니다.",
            "`x -= ...`나 `x[...] = ...`는 부른 쪽의 배열까지 바꿉니다. `x = x - ...`처럼 새로 만드세요.",
        )
    return None


def _variable_difference(
    key: str, value: np.ndarray | None, before: np.ndarray | None
) -> Difference:
    name = f"`{key.rpartition('/')[2]}`"
    if value is not None and before is not None and np.array_equal(value, before):
        return Difference(
            "value",
            f"변수 {with_particle(name, '이', '가')} 부르기 전과 똑같습니다.",
            f"{name[:-1]} = ...`은 이름을 다른 텐서에 붙일 뿐입니다. "
            f"{name[:-1]}.assign(...)`으로 변수의 값을 바꾸세요.",
        )
    if value is not None and not np.all(np.isfinite(value)):
        return Difference("value", f"부른 다음 변수 {name}에 `NaN`이나 무한대가 있습니다.")
    return Difference("value", f"부른 다음 변수 {name}의 값이 명세와 다릅니다.")


def _compare_output(
    output: dict[str, Any],
    other: dict[str, Any],
    reference: Evidence,
    evidence: Evidence,
    tolerance: float,
    *,
    check_dtype: bool,
) -> Difference | None:
    if "array" not in other:
        return Difference("result", f"결과가 텐서가 아니라 `{other['type']}`입니다.")
    if output["shape"] != other["shape"]:
        wanted, found = tuple(output["shape"]), tuple(other["shape"])
        return Difference(
            "result",
            f"결과의 모양이 `{wanted}`이어야 하는데 `{found}`입니다.",
            shape_advice(wanted, found),
        )
    if check_dtype and output["dtype"] != other["dtype"]:
        return Difference(
            "result",
            f"결과의 자료형이 `{output['dtype']}`여야 하는데 `{other['dtype']}`입니다.",
            f"`tf.cast(x, tf.{output['dtype']})`로 바꾸거나, 처음부터 그 자료형으로 계산하세요.",
        )
    value = evidence.arrays[other["array"]]
    if value.dtype.kind in "fc" and not np.all(np.isfinite(value)):
        return Difference("value", "결과에 `NaN`이나 무한대가 있습니다.")
    answer = reference.arrays[output["array"]]
    if not close(answer, value, tolerance):
        if value.ndim == 0:
            subject = with_particle(f"`{float(answer):.6g}`", "이어야", "여야")
            return Difference("value", f"값이 {subject} 하는데 `{float(value):.6g}`입니다.")
        return Difference("value", "값이 명세와 다릅니다.")
    return None


def close(wanted: np.ndarray, found: np.ndarray | None, tolerance: float) -> bool:
    """값의 크기에 견준 오차가 `tolerance` 안인지."""
    if found is None or wanted.shape != found.shape:
        return False
    if not np.all(np.isfinite(found.astype("complex128"))):
        return False
    scale = float(np.max(np.abs(wanted), initial=0.0)) or 1.0
    return bool(np.allclose(wanted, found, rtol=tolerance, atol=tolerance * scale))
