"""제출된 것은 증거입니다: 학습자의 코드가 돌기 전에 한 번 읽어 사본을 두고, 무엇을 채점했는지 학생마다 적습니다.

여기 없는 것: 제출을 찾는 일(`grading.course.locate`), 읽은 것을 바로잡는 일(`grading.submission`).
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.grading.files import write

_NOTEBOOK = "notebook.ipynb"


@dataclass(frozen=True)
class HandIn:
    """읽은 그대로의 제출: 노트북 파일의 내용과 함께 낸 파일들(상대 경로 → 내용)."""

    notebook: bytes
    files: dict[str, bytes]

    @property
    def digest(self) -> str:
        """내용의 지문(SHA-256)."""
        digest = hashlib.sha256(hashlib.sha256(self.notebook).digest())
        for name, data in sorted(self.files.items()):
            digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
        return digest.hexdigest()


class HandIns:
    """과정 폴더의 단원 하나에 제출된 것들의 사본과 기록."""

    def __init__(self, course: Path, unit: str) -> None:
        self.folder = course / ".autograder" / "handed_in" / unit

    def keep(self, student: str, handed: HandIn) -> Path:
        """사본을 두고 그 경로를 돌려줍니다. 같은 것이 있으면 그대로 둡니다."""
        path = self.folder / student / f"{handed.digest[:16]}.zip"
        if not path.is_file():
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(_NOTEBOOK, handed.notebook)
                for name, data in handed.files.items():
                    archive.writestr(f"files/{name}", data)
            write(path, buffer.getvalue())
        return path

    def note(self, student: str, digest: str, key: str) -> None:
        """학생의 점수가 어느 제출의 어느 실행(`key`)에서 나왔는지 적습니다."""
        write(self._record(student), json.dumps({"handed_in": digest, "key": key}).encode())

    def noted(self, student: str) -> dict[str, Any]:
        """`note`로 적은 것: handed_in, key. 없으면 빈 딕셔너리."""
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(self._record(student).read_text("utf-8"))
            return found if isinstance(found, dict) else {}
        return {}

    def students(self) -> list[str]:
        """적은 것이 있는 학생들, 이름 순서대로."""
        return sorted(path.parent.name for path in self.folder.glob("*/graded.json"))

    def _record(self, student: str) -> Path:
        return self.folder / student / "graded.json"
