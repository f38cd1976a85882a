"""과제를 내보낼 때 쓰는 것: `authoring`으로 난 하나뿐인 문입니다."""

from __future__ import annotations

from autograder.authoring.release import KoreanStubs, release

__all__ = ["KoreanStubs", "release"]
