"""어느 샌드박스로 채점할지: 이 컴퓨터가 만들 수 있는 가장 높은 샌드박스와, 있어야 하는 샌드박스.

여기 없는 것: 정말로 막는지의 시험(`grading.sandbox.probe`), 단계의 이름(`grading.sandbox.levels`).
"""

from __future__ import annotations

import functools

from autograder.errors import CourseError
from autograder.grading.sandbox.levels import LEVELS, Level
from autograder.grading.sandbox.probe import why_not

_standing: set[Level] = set()


def missing(level: Level) -> str:
    """`level`의 샌드박스를 여기에서 쓸 수 없는 이유. 쓸 수 있으면 빈 문자열입니다.

    선 것은 다시 시험하지 않습니다. 서지 않은 것은 물을 때마다 다시 시험합니다: 바쁜 컴퓨터에서 한 번 실패한 일꾼이
    남은 노트북을 모두 돌려보내지 않도록.
    """
    if level is Level.NONE or level in _standing:
        return ""
    if not (why := why_not(level)):
        _standing.add(level)
    return why


def highest() -> Level:
    """이 컴퓨터에서 정말로 막은 것을 확인한 가장 높은 샌드박스."""
    return next(level for level in sorted(Level, reverse=True) if not missing(level))


@functools.cache
def best_level() -> Level:
    """명령 하나가 처음부터 끝까지 쓸 `highest()`."""
    return highest()


def required(minimum: str, allow_weaker: bool) -> Level:
    """채점에 쓸 샌드박스. `minimum`보다 낮으면 `allow_weaker`가 아닌 한 CourseError.

    `minimum`은 `LEVELS`의 이름입니다. 빈 문자열이면 파일과 네트워크를 막는 `landlock`입니다.
    """
    if minimum and minimum not in LEVELS:
        raise CourseError(
            f"'{minimum}'라는 샌드박스는 없습니다.", f"쓸 수 있는 이름: {', '.join(LEVELS)}."
        )
    wanted, found = LEVELS[minimum or Level.LANDLOCK.title], best_level()
    if found < wanted and not allow_weaker:
        why = missing(wanted)
        raise CourseError(
            f"이 컴퓨터에서는 학습자의 코드를 '{wanted.title}'만큼 막을 수 없습니다"
            f"(막을 수 있는 것: '{found.title}')." + (f" 시험한 결과: {why}." if why else ""),
            "리눅스에서 채점하거나, 위험을 알고도 채점하려면 --allow-weaker-sandbox를 붙이세요.",
        )
    return found
