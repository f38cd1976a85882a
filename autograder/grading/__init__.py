"""학급을 채점합니다.

여기 없는 것: 노트북을 만드는 일(`authoring`), 답 하나의 판정(`judge`).

과정 폴더의 `nbgrader_config.py`에는 두 줄이면 됩니다.

>>> from autograder.grading import configure
>>> configure(get_config())
"""

from __future__ import annotations

from typing import Any

from autograder.startup import import_jsonschema

# Before anything here imports nbformat.
import_jsonschema()


def configure(config: Any) -> Any:
    """nbgrader의 `config`에 강좌의 채점, 빈칸, 피드백을 더합니다(`grading.course.config`)."""
    from autograder.grading.course import config as course

    return course.configure(config)
