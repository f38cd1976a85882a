"""샌드박스의 단계와 그 이름.

여기 없는 것: 만들 수 있는 것을 고르는 일(`grading.sandbox.choice`), 벽을 만드는 명령(`grading.sandbox.walls`).
"""

from __future__ import annotations

import enum
import functools


class Level(enum.IntEnum):
    """샌드박스의 단계. 클수록 많이 막습니다."""

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
    Level.NONE: "샌드박스가 없습니다. 시간과 출력의 한도만 있습니다",
    Level.LANDLOCK: "파일, 다른 프로세스, 네트워크를 막았습니다",
    Level.NAMESPACES: "파일, 프로세스, 네트워크를 따로 두었습니다",
}


def told(level: Level) -> str:
    """화면과 기록에 쓰는 한 줄."""
    return f"샌드박스 {level.value}({level.title}): {_TOLD[level]}."


@functools.cache
def landlock() -> bool:
    """이 컴퓨터에서 `sandlock.confine`을 쓸 수 있는지."""
    try:
        import sandlock

        return bool(sandlock.landlock_abi_version() >= sandlock.min_landlock_abi())
    except Exception:  # noqa: BLE001 - 설치되지 않았거나 커널이 모릅니다
        return False
