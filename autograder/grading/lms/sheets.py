"""LMS의 CSV를 받은 그대로 읽고 쓰는 일: 부호화, BOM, 나누는 글자, 줄바꿈.

여기 없는 것: 열의 뜻(`grading.lms.canvas`, `grading.lms.moodle`), 우리의 표(`grading.table`).
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import CourseError
from autograder.grading.course.timestamps import decoded

# A cell that begins so is a formula to Excel and its like.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_DELIMITERS = ",;\t"


@dataclass
class Sheet:
    """줄과 칸. 칸의 글은 받은 그대로이며, 고친 칸만 달라집니다."""

    rows: list[list[str]]
    mark: bool = True
    """앞에 BOM이 있는지(UTF-8)."""
    delimiter: str = ","
    newline: str = "\r\n"
    told: list[str] = field(default_factory=list)
    """받은 그대로 쓸 수 없어 바꾼 것."""

    def to_bytes(self) -> bytes:
        """파일의 내용(UTF-8)."""
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=self.delimiter, lineterminator=self.newline).writerows(
            self.rows
        )
        return (codecs.BOM_UTF8 if self.mark else b"") + buffer.getvalue().encode()


def read_sheet(path: Path) -> Sheet:
    """`path`의 CSV. 읽을 수 없거나 비어 있으면 CourseError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CourseError(
            f"{path}을(를) 읽을 수 없습니다: {error.strerror}.", "경로를 다시 확인하세요."
        ) from error
    return parse_sheet(data, path.name)


def parse_sheet(data: bytes, name: str) -> Sheet:
    """`data`가 CSV가 아니거나 비어 있으면 CourseError. `name`은 오류에서 부르는 이름입니다."""
    if data.startswith(b"PK\x03\x04"):
        raise CourseError(
            f"{name}은(는) CSV가 아니라 엑셀 파일(xlsx)입니다.", "LMS에서 CSV로 다시 받으세요."
        )
    told = []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Excel saves a CSV in its own encoding; LMSs take UTF-8.
        text = decoded(data)
        told.append(f"{name}이(가) UTF-8이 아니어서(엑셀에서 저장한 듯합니다) UTF-8로 적었습니다.")
    first = next(csv.reader(io.StringIO(text)), [])
    line = text[: text.find("\n") + 1 or len(text)]
    delimiter = max(_DELIMITERS, key=line.count) if len(first) < 3 else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise CourseError(
            f"{name}을(를) CSV로 읽을 수 없습니다: {error}.", "LMS에서 다시 받으세요."
        ) from error
    if not any(any(row) for row in rows):
        raise CourseError(f"{name}이(가) 비어 있습니다.", "LMS에서 다시 받으세요.")
    newline = "\r\n" if "\r\n" in text else "\n"
    mark = data.startswith(codecs.BOM_UTF8) or bool(told)
    return Sheet(rows, mark, delimiter, newline, told)


def formula(text: str) -> bool:
    """엑셀이 수식으로 읽을 글인지."""
    return text.startswith(_FORMULA)


def safe(text: str) -> str:
    """사람이 읽는 칸의 글: 엑셀이 수식으로 읽을 것 앞에는 작은따옴표를 붙입니다."""
    return f"'{text}" if formula(text) else text
