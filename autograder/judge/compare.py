"""부른 결과 하나를 참고 답안의 결과와 비교해, 다르면 무엇이 다른지 말합니다.

여기 없는 것: 모델의 출력을 비교하는 일(`judge.model.match`), 오류를 한국어로 옮기는 일(`judge.problems`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.judge.layer_names import shape_advice
from autograder.judge.problems import explain
from autograder.korean import with_particle
from autograder.protocol import Evidence

WEIGHT_TOLERANCE = 0.02
"""훈련이 가중치에 더한 것이 다를 수 있는 비율. 합의 차례가 다른 기계에서는 5e-3까지 다릅니다."""
NO_RESULT = ("raised", "call")
"""비교할 결과가 없는 `Difference`의 종류."""
Describe = Callable[[np.ndarray, np.ndarray, list[int]], str]
"""(바라는 값, 나온 값, 본 마지막 축의 자리들) → 무엇이 다른지 재서 하는 말. 할 말이 없으면 빈 문자열."""


@dataclass(frozen=True)
class Difference:
    """무엇이 다른지.

    `kind`는 "raised"(오류가 남), "call"(그 밖의 이유로 끝나지 못함), "result"(개수, 모양, 자료형),
    "value"(값)입니다.
    """

    kind: str
    message: str
    advice: str = ""
    common: bool = False
    """이유가 여럿일 수 있는 모습인지(예: 변수가 그대로임)."""
    altered: bool = False
    """값은 맞지만 받은 것을 바꾸었는지."""


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
    part: str = "all",
    columns: list[int] | None = None,
    variables: tuple[str, ...] | None = None,
    describe: Describe | None = None,
) -> Difference | None:
    """같으면 None. `result`가 거짓이면 돌려준 값은 보지 않습니다. `before`는 부르기 전의 변수 값입니다.

    `part`, `columns`, `variables`는 무엇을 볼지입니다(`kinds.function.FunctionItem` 참고).
    """
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
        boxed = _boxed(wanted, found)
        if boxed and (len(outputs) == len(others) or found["type"] == "list"):
            return Difference("result", boxed)
        if len(outputs) != len(others):
            return Difference(
                "result", f"결과가 {len(outputs)}개여야 하는데 {len(others)}개입니다."
            )
        for output, other in zip(outputs, others, strict=True):
            unlike = _compare_output(
                output,
                other,
                reference,
                evidence,
                tolerance,
                check_dtype=check_dtype,
                part=part,
                columns=columns,
                describe=describe,
            )
            if unlike:
                return unlike
    for key, array in wanted.get("variables", {}).items():
        if variables is not None and key.rpartition("/")[2] not in variables:
            continue
        value = evidence.arrays.get(found.get("variables", {}).get(key, ""))
        if not close(reference.arrays[array], value, tolerance):
            return _variable_difference(
                key, reference.arrays[array], value, (before or {}).get(key)
            )
    if part != "value" and found.get("changed") and not wanted.get("changed"):
        if found.get("changed_lists"):
            return Difference(
                "value",
                "인수로 받은 리스트의 내용이 바뀝니다.",
                "`append`는 부른 쪽의 리스트까지 바꿉니다. `list(...)`로 베껴 쓰세요.",
                altered=True,
            )
        return Difference(
            "value",
            "인수로 받은 넘파이 배열의 내용이 바뀝니다.",
            "`x -= ...`나 `x[...] = ...`는 부른 쪽의 배열까지 바꿉니다. `x = x - ...`처럼 새로 만드세요.",
            altered=True,
        )
    return None


_BOXES = {"list": "파이썬 리스트", "tuple": "튜플", "dict": "딕셔너리"}


def _boxed(wanted: dict[str, Any], found: dict[str, Any]) -> str:
    """텐서 하나를 바로 돌려주지 않고 리스트나 튜플, 딕셔너리에 담았으면 그 말."""
    kind = found.get("type")
    if kind not in _BOXES or wanted.get("type", kind) in _BOXES:
        return ""
    alone = found["outputs"][0] if len(found["outputs"]) == 1 else {}
    if alone.get("type") == kind and len(alone.get("shape", ())) < 2:
        # A list of plain numbers is a value itself.
        return ""
    return f"결과가 텐서나 배열이 아니라 {_BOXES[kind]}입니다."


def _variable_difference(
    key: str,
    wanted: np.ndarray,
    value: np.ndarray | None,
    before: np.ndarray | None,
) -> Difference:
    name = f"`{key.rpartition('/')[2]}`"
    if value is not None and before is not None and np.array_equal(value, before):
        message = f"변수 {with_particle(name, '이', '가')} 부르기 전과 똑같습니다."
        return Difference("value", message, common=True)
    if value is not None and not np.all(np.isfinite(value)):
        return Difference("value", f"부른 다음 변수 {name}에 `NaN`이나 무한대가 있습니다.")
    told = f"부른 다음 변수 {name}의 값이 명세와 다릅니다."
    if value is None or value.shape != wanted.shape:
        return Difference("value", told)
    return Difference("value", f"{told} {_example(wanted, value)}")


def _compare_output(
    output: dict[str, Any],
    other: dict[str, Any],
    reference: Evidence,
    evidence: Evidence,
    tolerance: float,
    *,
    check_dtype: bool,
    part: str,
    columns: list[int] | None,
    describe: Describe | None,
) -> Difference | None:
    if "array" not in other:
        return Difference("result", f"결과가 텐서가 아니라 `{other['type']}`입니다.")
    value, answer = evidence.arrays[other["array"]], reference.arrays[output["array"]]
    if part == "value" and value.size == answer.size:
        # Shape and dtype are another item's; the values may be right all the same.
        tolerance = max(tolerance, _spacing(value, answer))
        value = _in_shape(value, answer, tolerance)
    elif output["shape"] != other["shape"]:
        wanted, found = tuple(output["shape"]), tuple(other["shape"])
        return Difference(
            "result",
            f"결과의 모양이 `{wanted}`이어야 하는데 `{found}`입니다.",
            shape_advice(wanted, found),
        )
    if part != "value" and check_dtype and output["dtype"] != other["dtype"]:
        return Difference(
            "result",
            f"결과의 자료형이 `{output['dtype']}`여야 하는데 `{other['dtype']}`입니다.",
            f"`tf.cast(x, tf.{output['dtype']})`로 바꾸거나, 처음부터 그 자료형으로 계산하세요.",
        )
    if part == "form":
        return None
    places = list(range(answer.shape[-1])) if answer.ndim else []
    if columns is not None:
        places = columns
        value, answer = value[..., columns], answer[..., columns]
    if _alike(answer, value, tolerance):
        return None
    if value.dtype.kind in "fc" and not np.all(np.isfinite(value)):
        return Difference("value", "결과에 `NaN`이나 무한대가 있습니다.")
    if value.ndim == 0:
        subject = with_particle(f"`{float(answer):.6g}`", "이어야", "여야")
        return Difference("value", f"값이 {subject} 하는데 `{float(value):.6g}`입니다.")
    told = describe(answer, value, places) if describe else ""
    return Difference("value", told or f"값이 명세와 다릅니다. {_example(answer, value, places)}")


def _spacing(value: np.ndarray, answer: np.ndarray) -> float:
    """`answer`보다 거친 실수 자료형이면 그 자료형으로 적을 수 있는 정확도, 아니면 0."""
    if value.dtype.kind != "f" or answer.dtype.kind != "f":
        return 0.0
    found, wanted = np.finfo(value.dtype).eps, np.finfo(answer.dtype).eps
    return 4 * float(found) if found > wanted else 0.0


def _in_shape(value: np.ndarray, answer: np.ndarray, tolerance: float) -> np.ndarray:
    """`answer`의 모양으로 놓은 `value`. 축의 차례만 다르면 값이 맞는 차례로 놓습니다."""
    if value.shape != answer.shape and sorted(value.shape) == sorted(answer.shape):
        for axes in itertools.permutations(range(value.ndim)):
            turned = value.transpose(axes)
            if turned.shape == answer.shape and _alike(answer, turned, tolerance):
                return turned
    return value.reshape(answer.shape)


def _example(wanted: np.ndarray, found: np.ndarray, places: list[int] | None = None) -> str:
    """가장 크게 다른 자리 하나. `places`는 마지막 축의 원래 자리들입니다."""
    far = np.abs(wanted.astype("complex128") - found.astype("complex128"))
    place = [int(index) for index in np.unravel_index(int(np.argmax(far)), far.shape)]
    answer, value = number(wanted[tuple(place)]), number(found[tuple(place)])
    if places and place:
        place[-1] = places[place[-1]]
    where = f"`{place}` 자리가" if place else "값이"
    if answer == value:
        return ""
    return f"{where} {with_particle(f'`{answer}`', '이어야', '여야')} 하는데 `{value}`입니다."


def number(value: np.generic) -> str:
    """수 하나를 메시지에 적는 꼴."""
    read = complex(value)
    return f"{read:.6g}" if read.imag else f"{read.real + 0.0:.6g}"


def close(wanted: np.ndarray, found: np.ndarray | None, tolerance: float) -> bool:
    """값의 크기에 비한 오차가 `tolerance` 안인지."""
    if found is None or wanted.shape != found.shape:
        return False
    if not np.all(np.isfinite(found.astype("complex128"))):
        return False
    scale = float(np.max(np.abs(wanted), initial=0.0)) or 1.0
    return bool(np.allclose(wanted, found, rtol=tolerance, atol=tolerance * scale))


def same_change(wanted: np.ndarray, found: np.ndarray | None) -> bool:
    """훈련이 가중치에 더한 것이 같은지. 가중치에 비하면 아주 작으므로, 더한 것끼리 비교합니다."""
    scale = float(np.max(np.abs(wanted), initial=0.0))
    return bool(
        found is not None
        and wanted.shape == found.shape
        and np.all(np.isfinite(found))
        and np.all(np.abs(wanted - found) <= WEIGHT_TOLERANCE * scale + 3e-6)
    )


def _alike(wanted: np.ndarray, found: np.ndarray, tolerance: float) -> bool:
    """`close`와 같지만, 바라는 값에 있는 `NaN`과 무한대는 같은 자리에 있어야 합니다(알려진 실수의 결과)."""
    odd = ~np.isfinite(wanted.astype("complex128"))
    if wanted.shape != found.shape or not np.any(odd):
        return close(wanted, found, tolerance)
    if not np.array_equal(wanted[odd], found[odd], equal_nan=True):
        return False
    return close(wanted[~odd], found[~odd], tolerance)
