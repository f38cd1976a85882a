"""LMS가 제출에 붙였던 이름을 단원마다 기억합니다. 성적과 피드백이 임자에게 돌아가게 합니다.

여기 없는 것: 파일의 이름에서 임자를 알아내는 일(`grading.course.who`), LMS의 줄과 맞추는 일(`grading.lms.match`).

`collect`가 적고 `export`가 읽습니다.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.grading.files import write

MOODLE, CANVAS = "무들", "캔버스"


@dataclass(frozen=True)
class Given:
    """제출 하나가 LMS에서 왔을 때의 것: 어느 LMS인지, 폴더나 파일의 이름, 거기 적힌 사람의 이름과 번호.

    번호는 캔버스에서는 사용자의 아이디이고, 무들에서는 그 과제에서만 쓰는 참가자 번호입니다.
    """

    lms: str
    name: str
    user: str
    number: str


def remember(root: Path, unit: str, given: dict[str, Given]) -> None:
    """학생 → 이름을 적습니다. 전에 적은 다른 학생의 것은 그대로 둡니다."""
    if given:
        kept = remembered(root, unit) | given
        made = {student: asdict(one) for student, one in sorted(kept.items())}
        write(_path(root, unit), json.dumps(made, ensure_ascii=False, indent=1).encode())


def remembered(root: Path, unit: str) -> dict[str, Given]:
    """적어 둔 것. 없거나 읽을 수 없으면 빈 딕셔너리."""
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
        found = json.loads(_path(root, unit).read_text("utf-8"))
        return {student: Given(**one) for student, one in found.items()}
    return {}


def _path(root: Path, unit: str) -> Path:
    return root / ".autograder" / "lms" / f"{unit}.json"
