"""문제마다의 배점을 곧바로: `build`가 적어 둔 `points.json`을 읽습니다. 적혀 있지 않은 문제만 judge에 묻습니다.

여기 없는 것: 항목마다의 배점을 정하는 일(`judge`), 그 파일을 쓰는 일(`authoring.pages`).
"""

from __future__ import annotations

import functools
import json
from importlib.resources import files

from autograder.kinds import Exercise

FILE = "points.json"


def listed_points(exercise: Exercise) -> float:
    """문제의 배점. 참고 답안을 만들지 않으므로 모든 문제의 배점을 볼 때도 빠릅니다."""
    from autograder.judge import points_of

    return _listed().get(exercise.id) or points_of(exercise)


@functools.cache
def _listed() -> dict[str, float]:
    path = files("autograder.exercises").joinpath(FILE)
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}
