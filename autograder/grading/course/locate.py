"""학생의 폴더에서 단원의 노트북을 찾습니다: 다른 이름, 다른 폴더, zip 속, 다른 단원의 것.

여기 없는 것: zip과 폴더를 읽는 일(`grading.course.archives`), 노트북을 바로잡는 일(`grading.submission`).

제자리(`<학생>/<단원>/<노트북>.ipynb`)에 있으면 그것이고, 하나로 분명하면 제자리에 베껴 놓고 알립니다. 분명하지 않으면
무엇이 있는지와 할 일을 말합니다. 여기서는 노트북을 읽기만 하고 실행하지 않습니다.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.exercises import unit_exercises
from autograder.exercises.units import UNITS
from autograder.grading import submission
from autograder.grading.course.archives import entries
from autograder.grading.course.who import listed
from autograder.grading.files import write
from autograder.notebook import checked_exercise

_MOST = 200
"""한 학생에게서 살펴볼 파일의 수."""
_STUB = "..."
_NOTEBOOKS = (".ipynb", ".zip")
_RENAMED = (".txt", ".json", ".crdownload", ".part", ".download", "")
"""윈도우와 브라우저가 노트북의 이름 끝을 이렇게 만들기도 합니다. 내용이 노트북일 때만 봅니다."""
_RENAMED_BYTES = 64 * 2**20
_EXPORTED = {
    ".html": "노트북을 내보낸 웹 페이지라",
    ".htm": "노트북을 내보낸 웹 페이지라",
    ".pdf": "노트북을 내보낸 PDF라",
    ".py": "노트북을 내보낸 파이썬 코드라",
}
_PACKED = (".7z", ".alz", ".bz2", ".egg", ".gz", ".rar", ".tar", ".tgz", ".xz")
_COLAB = b"colab.research.google.com"
_FOUND = "'{name}'에서 찾은 노트북을 채점했습니다."
PROPER = b"proper"
"""제자리의 파일을 채점한다는 표시."""


@dataclass(frozen=True)
class Candidate:
    """찾은 노트북: 학생의 폴더에서 본 이름, 내용, 속한 단원(모르면 빈 문자열), 푼 풀이 셀의 수."""

    name: str
    data: bytes
    unit: str
    solved: int


@dataclass(frozen=True)
class Located:
    """찾은 결과. `data`(노트북의 내용이나 `PROPER`)가 있으면 그것을 채점하고, 없으면 `note`가 이유입니다."""

    data: bytes | None = None
    note: str = ""


def locate(student: Path, target: Path) -> Located:
    """`student` 폴더에서 `target`(`<학생>/<단원>/<노트북>.ipynb`)에 둘 노트북을 찾습니다.

    제자리의 것 하나뿐이면 `data`가 `PROPER`입니다. 학생의 폴더에 아무 파일도 없으면 빈 `Located`입니다.
    """
    unit, place = target.parent.name, target.relative_to(student).as_posix()
    files = list(_files(student, unit))
    notebooks = [path for path in files if path.suffix.lower() in _NOTEBOOKS]
    if notebooks == [target]:
        return Located(PROPER)
    candidates = [made for path in notebooks for made in _candidates(path, student)]
    candidates += [made for path in files if (made := _renamed(path, student)) is not None]
    mine = [one for one in candidates if one.unit == unit]
    proper = next((one for one in candidates if one.name == place), None)
    chosen = _chosen(mine, proper)
    if chosen is not None and chosen is proper:
        return Located(PROPER, _beside(mine, proper, target.name))
    if chosen is not None:
        return Located(chosen.data, _FOUND.format(name=chosen.name))
    if proper is not None:
        # Broken, or of another unit: it lies where it should, so it is what was handed in.
        return Located(PROPER)
    if mine:
        return Located(
            None,
            f"이 단원의 노트북이 여럿입니다: {listed(sorted(one.name for one in mine), 3)}. "
            f"채점할 것을 {place}로 두고 다시 채점하세요.",
        )
    return Located(None, _nothing(candidates, files, student, target.name))


def put_in_place(target: Path, data: bytes) -> None:
    """`data`를 `target`에 둡니다. 거기 있던 것은 이름을 바꾸어 남깁니다."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        number = 1
        while (kept := target.with_name(f"{target.stem}.원래{number}{target.suffix}")).exists():
            number += 1
        target.rename(kept)
    write(target, data)


def _chosen(mine: list[Candidate], proper: Candidate | None) -> Candidate | None:
    """하나로 분명한 것: 제자리의 것. 제자리의 것이 손대지 않은 것이면 풀이가 있는 하나뿐인 것."""
    solved = [one for one in mine if one.solved]
    different = {one.data for one in solved}
    if proper in mine and (proper.solved or len(different) != 1):
        return proper
    if len(different) == 1:
        return solved[0]
    return mine[0] if len({one.data for one in mine}) == 1 else None


def _beside(mine: list[Candidate], proper: Candidate, name: str) -> str:
    """제자리의 것을 채점할 때, 나란히 있는 노트북에 대한 말."""
    others = [one for one in mine if one is not proper]
    if not others:
        return ""
    if same := [one for one in others if one.data == proper.data]:
        return _FOUND.format(name=same[0].name)
    names = listed(sorted(one.name for one in others), 3)
    return f"{name}를 채점했습니다. 이 단원의 다른 노트북도 있습니다: {names}."


def _nothing(candidates: list[Candidate], files: list[Path], student: Path, name: str) -> str:
    """이 단원의 노트북이 없을 때 하는 말. 아무것도 없으면 빈 문자열."""
    if candidates:
        one = candidates[0]
        what = f"{one.unit} 단원의 노트북" if one.unit else "이 강좌의 노트북이 아닙니다"
        what += "입니다" if one.unit else ""
        return (
            f"{name} 파일이 없습니다. 제출된 '{one.name}'은(는) {what}. "
            "이 단원의 노트북을 다시 받아 제자리에 두고 채점하세요."
        )
    names = [path.relative_to(student).as_posix() for path in files]
    if not names:
        return ""
    suffixes = {each: Path(each).suffix.lower() for each in names}
    for each, suffix in suffixes.items():
        if suffix in _EXPORTED:
            return (
                f"{name} 파일이 없습니다. 제출된 '{each}'은(는) {_EXPORTED[suffix]} 채점할 수 "
                "없습니다. .ipynb 파일을 다시 내게 하세요."
            )
        if suffix in _PACKED:
            return (
                f"{name} 파일이 없습니다. 제출된 '{each}'은(는) zip이 아닌 압축 파일이라 풀지 "
                f"않았습니다. 풀어서 {name}를 제자리에 두고 다시 채점하세요."
            )
    if link := next((path for path in files if _only_a_link(path)), None):
        return (
            f"{name} 파일이 없습니다. 제출된 '{link.relative_to(student).as_posix()}'에는 코랩의 주소만 "
            "있습니다. 코랩에서 파일 → 다운로드 → .ipynb 다운로드로 받은 파일을 다시 내게 하세요."
        )
    return (
        f"{name} 파일이 없습니다. 제출된 파일: {listed(sorted(names), 3)}. "
        f"노트북이 있으면 이름을 {name}로 바꾸고 다시 채점하세요."
    )


def _files(student: Path, unit: str) -> Iterator[Path]:
    """이 단원의 것일 수 있는 파일들. 다른 단원의 폴더는 보지 않습니다."""
    for count, path in enumerate(sorted(student.rglob("*"))):
        if count >= _MOST:
            return
        parts = path.relative_to(student).parts
        elsewhere = {_plain(part) for part in parts[:-1]} & {_plain(name) for name in UNITS}
        hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
        if hidden or (elsewhere and _plain(unit) not in elsewhere) or path.is_symlink():
            continue
        if path.is_file() and not path.name.startswith("timestamp"):
            yield path


def _renamed(path: Path, student: Path) -> Candidate | None:
    """이름 끝이 노트북이 아니어도 내용이 이 강좌의 노트북이면 그것."""
    if path.suffix.lower() not in _RENAMED or path.stat().st_size > _RENAMED_BYTES:
        return None
    data = path.read_bytes()
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    made = described(path.relative_to(student).as_posix(), data)
    return made if made.unit else None


def _only_a_link(path: Path) -> bool:
    return path.stat().st_size < 4096 and _COLAB in path.read_bytes()


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _candidates(path: Path, student: Path) -> Iterator[Candidate]:
    above = path.parent.relative_to(student)
    for entry in entries(path):
        if not entry.trouble:
            yield described((above / entry.name).as_posix(), entry.data)


def described(name: str, data: bytes) -> Candidate:
    """노트북의 내용에서 단원과 푼 풀이 셀의 수를 알아냅니다. 노트북이 아니면 단원이 빈 문자열입니다."""
    try:
        made = submission.read(data)
    except submission.UnreadableNotebook:
        return Candidate(name, data, "", 0)
    owners = {exercise.id: unit for unit in UNITS for exercise in unit_exercises(unit)}
    asked = [owners[found] for cell in made.cells if (found := checked_exercise(cell)) in owners]
    unit = max(set(asked), key=asked.count) if asked else ""
    solved = sum(
        cell.cell_type == "code" and "nbgrader" in cell.metadata and _solved(cell.source)
        for cell in made.cells
        if not checked_exercise(cell)
    )
    if not any("nbgrader" in cell.metadata for cell in made.cells):
        # Through Colab the names of the cells are lost: a stub is seen by its three dots.
        solved = sum(
            cell.cell_type == "code" and _solved(cell.source) and "check(" not in cell.source
            for cell in made.cells
        )
    return Candidate(name, data, unit, solved)


def _solved(source: str) -> bool:
    lines = [line.split("#")[0].strip() for line in source.splitlines()]
    return any(lines) and not any(line.endswith(_STUB) for line in lines)
