"""부른 결과 하나를 참고 답안의 결과와 비교해, 다르면 무엇이 다른지 말합니다."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judge.problems import explain
from autograder.protocol import Evidence


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
    if found["status"] != "seen":
        return explain(found, name)
    outputs, others = wanted["outputs"], found["outputs"]
    if not others and outputs:
        return "아무것도 돌려주지 않습니다(`None`).", "`return`을 빠뜨리지 않았는지 보세요."
    if len(outputs) != len(others):
        return f"결과가 {len(outputs)}개여야 하는데 {len(others)}개입니다.", ""
    for output, other in zip(outputs, others, strict=True):
        difference = _compare_output(
            output, other, reference, evidence, tolerance, check_dtype=check_dtype
        )
        if difference:
            return difference
    for key, array in wanted.get("variables", {}).items():
        value = evidence.arrays.get(found.get("variables", {}).get(key, ""))
        if not close(reference.arrays[array], value, tolerance):
            return (
                f"부른 다음 변수 `{key}`의 값이 명세와 다릅니다.",
                "`assign`으로 변수를 제자리에서 바꾸세요.",
            )
    return None


def _compare_output(
    output: dict[str, Any],
    other: dict[str, Any],
    reference: Evidence,
    evidence: Evidence,
    tolerance: float,
    *,
    check_dtype: bool,
) -> tuple[str, str] | None:
    if "array" not in other:
        return f"결과가 텐서가 아니라 `{other['type']}`입니다.", ""
    if output["shape"] != other["shape"]:
        wanted, found = tuple(output["shape"]), tuple(other["shape"])
        return f"결과의 모양이 `{wanted}`이어야 하는데 `{found}`입니다.", ""
    if check_dtype and output["dtype"] != other["dtype"]:
        return f"자료형이 `{output['dtype']}`여야 하는데 `{other['dtype']}`입니다.", ""
    value = evidence.arrays[other["array"]]
    if value.dtype.kind in "fc" and not np.all(np.isfinite(value)):
        return "결과에 `NaN`이나 무한대가 있습니다.", ""
    if not close(reference.arrays[output["array"]], value, tolerance):
        return "값이 명세와 다릅니다.", ""
    return None


def close(wanted: np.ndarray, found: np.ndarray | None, tolerance: float) -> bool:
    """값의 크기에 견준 오차가 `tolerance` 안인지."""
    if found is None or wanted.shape != found.shape:
        return False
    if not np.all(np.isfinite(found.astype("complex128"))):
        return False
    scale = float(np.max(np.abs(wanted), initial=0.0)) or 1.0
    return bool(np.allclose(wanted, found, rtol=tolerance, atol=tolerance * scale))
