"""피드백이 성적부의 지금 것인지: 피드백을 만들 때의 성적부를 적어 두고 비교합니다.

여기 없는 것: 피드백을 만드는 일(`grading.course.feedback_page`), zip에 담는 일(`grading.lms.give_back`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.grading.files import write
from autograder.grading.lms.give_back import state_of


def note_made(root: Path, gradebook: Gradebook, unit: str, students: Iterable[str]) -> None:
    """`students`의 피드백을 지금의 성적부로 만들었다고 적습니다."""
    made = {student: _mark(gradebook, unit, student) for student in students}
    if made:
        noted = dict(sorted((_noted(root, unit) | made).items()))
        write(_path(root, unit), json.dumps(noted, ensure_ascii=False).encode())


def stale(root: Path, gradebook: Gradebook, unit: str, students: Iterable[str]) -> list[str]:
    """피드백을 만든 뒤에 성적부가 바뀐(점수를 고치거나 말을 적은) 학생들."""
    noted = _noted(root, unit)
    return [name for name in students if noted.get(name) != _mark(gradebook, unit, name)]


def _mark(gradebook: Gradebook, unit: str, student: str) -> str:
    text = json.dumps(state_of(gradebook, unit, student), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _noted(root: Path, unit: str) -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(_path(root, unit).read_text("utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def _path(root: Path, unit: str) -> Path:
    return root / ".autograder" / "feedback" / f"{unit}.json"
