"""핵심과 더 깊이를 곧바로: `build`가 적어 둔 `path.json`을 읽습니다. 노트북이 없는 코랩에서도 읽을 수 있습니다.

여기 없는 것: 노트북에서 시간을 재고 표시를 읽는 일(`authoring.path`), 그 파일을 쓰는 일(`authoring.pages`).
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib.resources import files

FILE = "path.json"


@dataclass(frozen=True)
class UnitPath:
    """단원 하나: 핵심과 더 깊이에 드는 시간(분), 더 깊이인 문제의 아이디."""

    core: int
    deeper: int
    deeper_exercises: tuple[str, ...] = ()


def unit_path(name: str) -> UnitPath:
    """단원의 핵심과 더 깊이. 적어 둔 것이 없으면 0분입니다."""
    return _listed().get(name, UnitPath(0, 0))


def is_deeper(exercise_id: str) -> bool:
    """핵심만 따라갈 때 건너뛰어도 되는 문제인지."""
    return any(exercise_id in unit.deeper_exercises for unit in _listed().values())


@functools.cache
def _listed() -> dict[str, UnitPath]:
    path = files("autograder.exercises").joinpath(FILE)
    if not path.is_file():
        return {}
    units = json.loads(path.read_text("utf-8"))
    return {
        name: UnitPath(unit["core"], unit["deeper"], tuple(unit["deeper_exercises"]))
        for name, unit in units.items()
    }
