"""정확도의 문턱. `tools/measure_thresholds.py`가 시드를 바꾸어 잰 결과에서 정합니다.

여기 없는 것: 재는 일(`tools/measure_thresholds.py`), 정확도의 판정(`judge.model.accuracy`).
"""

from __future__ import annotations

import functools
import json
from importlib.resources import files


@functools.cache
def _table() -> dict[str, dict[str, float]]:
    text = files("autograder.exercises").joinpath("thresholds.json").read_text("utf-8")
    return json.loads(text)["thresholds"]


def thresholds(network: str) -> dict[str, float]:
    """신경망의 이름 → {"builtin": 문턱, "original": 문턱}."""
    return dict(_table()[network])


def loss_threshold() -> float:
    """`transformer.train`의 손실의 문턱. `tools/measure_losses.py`가 잰 결과에서 정합니다."""
    text = files("autograder.exercises").joinpath("losses.json").read_text("utf-8")
    return float(json.loads(text)["threshold"])
