"""벽의 높이: 이 컴퓨터에서 무엇까지 막을 수 있는지. 막아야 할 것을 정말로 해 보고 정합니다."""

from __future__ import annotations

import enum
import functools

from autograder.errors import CourseError


class Level(enum.IntEnum):
    """벽의 높이. 클수록 많이 막습니다."""

    NONE = 0
    """시간과 출력의 한도만 있습니다."""
    LANDLOCK = 2
    """파일과 다른 프로세스와 네트워크를 커널의 규칙(Landlock, seccomp)으로 막습니다."""
    NAMESPACES = 3
    """파일과 프로세스와 네트워크가 따로인 이름 공간 안에서 돌고, 노트북마다 Landlock을 더합니다."""

    @property
    def title(self) -> str:
        """명령에 쓰는 이름."""
        return self.name.lower()


LEVELS = {level.title: level for level in Level}
_TOLD = {
    Level.NONE: "벽이 없습니다. 시간과 출력의 한도만 있습니다",
    Level.LANDLOCK: "파일, 다른 프로세스, 네트워크를 막았습니다",
    Level.NAMESPACES: "파일, 프로세스, 네트워크를 따로 두었습니다",
}


def told(level: Level) -> str:
    """화면과 기록에 쓰는 한 줄."""
    return f"샌드박스 {level.value}({level.title}): {_TOLD[level]}."


@functools.cache
def best_level() -> Level:
    """이 컴퓨터에서 정말로 막은 것을 확인한 가장 높은 벽."""
    from autograder.grading.sandbox.probe import holds

    for level in sorted(Level, reverse=True):
        if level is Level.NONE or holds(level):
            return level
    return Level.NONE


def required(minimum: str, allow_weaker: bool) -> Level:
    """채점에 쓸 벽. `minimum`보다 낮으면 `allow_weaker`가 아닌 한 CourseError.

    `minimum`은 `LEVELS`의 이름입니다. 빈 문자열이면 파일과 네트워크를 막는 `landlock`입니다.
    """
    if minimum and minimum not in LEVELS:
        raise CourseError(
            f"'{minimum}'라는 샌드박스는 없습니다.", f"쓸 수 있는 이름: {', '.join(LEVELS)}."
        )
    wanted, found = LEVELS[minimum or Level.LANDLOCK.title], best_level()
    if found < wanted and not allow_weaker:
        raise CourseError(
            f"이 컴퓨터에서는 학습자의 코드를 '{wanted.title}'만큼 막을 수 없습니다"
            f"(막을 수 있는 것: '{found.title}').",
            "리눅스에서 채점하거나, 위험을 알고도 채점하려면 --allow-weaker-sandbox를 붙이세요.",
        )
    return found


@functools.cache
def landlock() -> bool:
    """이 컴퓨터에서 `sandlock.confine`을 쓸 수 있는지."""
    try:
        import sandlock

        return bool(sandlock.landlock_abi_version() >= sandlock.min_landlock_abi())
    except Exception:  # noqa: BLE001 - 설치되지 않았거나 커널이 모릅니다
        return False
