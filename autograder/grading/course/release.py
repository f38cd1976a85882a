"""과제를 내보낼 때 쓰는 것: `authoring`으로 난 하나뿐인 문입니다.

여기 없는 것: 학생용 사본을 만드는 법(`authoring.release`), 과정 폴더에 쓰는 일(`grading.course.folder`).
"""

from __future__ import annotations

from autograder.authoring.release import KoreanStubs, release

__all__ = ["KoreanStubs", "release"]
