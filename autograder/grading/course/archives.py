"""폴더와 zip에 든 노트북을 읽습니다. 풀어 쓰지 않고 내용만 읽으므로 zip 속의 경로는 이름일 뿐입니다.

여기 없는 것: 누구의 것인지(`grading.course.who`), 어느 단원의 것인지(`grading.course.locate`).

zip 속의 zip도 봅니다. 너무 크거나 너무 깊은 것은 읽지 않고 알립니다.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.grading.course.timestamps import FILE as TIMESTAMP

MOST_FILES = 20_000
MOST_BYTES = 4 * 2**30
"""한 번에 읽어들이는 것을 모두 합한 최대 크기."""
DEPTH = 3
FILE_BYTES = 100 * 2**20
SECRET = "submission_secret.txt"
"""교환 폴더로 낸 제출에 nbgrader가 넣는 파일. 피드백을 내보낼 때 학생이 찾을 이름이 여기에서 나옵니다."""
MARKS = (SECRET, TIMESTAMP)
"""제출의 폴더에 노트북과 함께 있는, nbgrader의 파일."""


@dataclass(frozen=True)
class Entry:
    """찾은 파일: 준 것에서 시작하는 이름(NFC, `/`로 나눔), 내용, 고친 때. 읽지 못했으면 `trouble`에 이유가 있습니다."""

    name: str
    data: bytes = b""
    when: datetime | None = None
    trouble: str = ""


class _Budget:
    def __init__(self) -> None:
        self.files, self.bytes = MOST_FILES, MOST_BYTES

    def take(self, size: int) -> bool:
        self.files, self.bytes = self.files - 1, self.bytes - size
        return self.files >= 0 and self.bytes >= 0


def entries(path: Path) -> Iterator[Entry]:
    """`path`(노트북, zip, 폴더)에 든 노트북과 `MARKS`, 노트북이 아닌 것들의 이름."""
    yield from _of(path, path.name, _Budget())


def _of(path: Path, name: str, budget: _Budget) -> Iterator[Entry]:
    if path.is_dir():
        for child in sorted(path.iterdir()):
            if not child.name.startswith(".") and not child.is_symlink():
                yield from _of(child, f"{name}/{child.name}", budget)
        return
    try:
        status = path.stat()
        if _kind(path.name) == "other":
            yield Entry(_plain(name), trouble="노트북이 아닙니다")
        elif status.st_size > FILE_BYTES and _kind(path.name) != "zip":
            yield Entry(_plain(name), trouble="너무 큽니다")
        elif not budget.take(status.st_size):
            yield Entry(_plain(name), trouble="읽을 것이 너무 많아 여기서 그만두었습니다")
        else:
            when = datetime.fromtimestamp(status.st_mtime)
            yield from _content(path.read_bytes(), name, when, budget, DEPTH)
    except OSError as error:
        yield Entry(_plain(name), trouble=f"읽을 수 없습니다({error.strerror})")


def _content(
    data: bytes, name: str, when: datetime | None, budget: _Budget, depth: int
) -> Iterator[Entry]:
    if _kind(name) != "zip":
        yield Entry(_plain(name), data, when)
        return
    if depth == 0:
        yield Entry(_plain(name), trouble="zip 속의 zip이 너무 깊습니다")
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError):
        yield Entry(_plain(name), trouble="zip 파일이 깨졌습니다")
        return
    with archive:
        for info in archive.infolist():
            yield from _member(archive, info, name, budget, depth)


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, budget: _Budget, depth: int
) -> Iterator[Entry]:
    inside = f"{name}/{_decoded(info)}"
    parts = inside.split("/")
    if info.is_dir() or "__MACOSX" in parts or parts[-1].startswith("."):
        return
    if _kind(inside) == "other":
        yield Entry(_plain(inside), trouble="노트북이 아닙니다")
        return
    if info.file_size > FILE_BYTES:
        yield Entry(_plain(inside), trouble="너무 큽니다")
        return
    if info.flag_bits & 1:
        yield Entry(_plain(inside), trouble="암호가 걸려 있습니다")
        return
    if not budget.take(info.file_size):
        yield Entry(_plain(inside), trouble="읽을 것이 너무 많아 여기서 그만두었습니다")
        return
    try:
        with archive.open(info) as file:
            # What the archive says of the size need not be so.
            data = file.read(FILE_BYTES + 1)
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        yield Entry(_plain(inside), trouble="zip에서 꺼낼 수 없습니다")
        return
    try:
        when: datetime | None = datetime(*info.date_time)
    except ValueError:
        when = None
    yield from _content(data, inside, when, budget, depth - 1)


def _kind(name: str) -> str:
    if name.replace("\\", "/").rpartition("/")[2] in MARKS:
        return "mark"
    suffix = name.lower().rpartition(".")[2]
    return {"ipynb": "notebook", "zip": "zip"}.get(suffix, "other")


def _decoded(info: zipfile.ZipInfo) -> str:
    """zip에 적힌 이름. 윈도우의 압축 폴더는 한글을 표시 없이 cp949로 적습니다."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).replace("\\", "/")
