"""Where students' files lie: found, taken when it is plain, and never called "미제출" when a file is there."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from answering import Answering
from graded_class import Class, find, is_check, without_metadata

from autograder import notebook
from autograder.grading import recording
from autograder.grading.course import timestamps
from autograder.grading.grade import grade_class
from autograder.notebook import magic_first

UNIT, CELL = "00_start", "start_first_tensor"
FILE = "start.ipynb"


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


Files = dict[str, bytes]
# What lies in a student's folder → (whether it is graded, what is said).
LAYOUTS: dict[str, tuple[Callable[[bytes, bytes, bytes], Files], bool, str]] = {
    "proper": (lambda right, empty, other: {f"{UNIT}/{FILE}": right}, True, ""),
    "no unit folder": (lambda r, e, o: {FILE: r}, True, "'start.ipynb'에서 찾은"),
    "capital letters": (lambda r, e, o: {f"00_Start/{FILE}": r}, True, "'00_Start/start.ipynb'"),
    "second attempt": (lambda r, e, o: {f"{UNIT}_attempt2/{FILE}": r}, True, "attempt2"),
    "nested": (lambda r, e, o: {f"{UNIT}/{UNIT}/{FILE}": r}, True, "에서 찾은"),
    "deep": (lambda r, e, o: {f"과제/제출/{UNIT}/{FILE}": r}, True, "에서 찾은"),
    "copy": (lambda r, e, o: {f"{UNIT}/start (1).ipynb": r}, True, "'00_start/start (1).ipynb'"),
    "copy of Drive": (lambda r, e, o: {f"{UNIT}/start.ipynb의 사본.ipynb": r}, True, "사본"),
    "moodle": (
        lambda r, e, o: {f"{UNIT}/홍길동_12345_assignsubmission_file_start.ipynb": r},
        True,
        "assignsubmission",
    ),
    "canvas": (lambda r, e, o: {f"{UNIT}/hong_12345_678_start-1.ipynb": r}, True, "start-1"),
    "decomposed name": (lambda r, e, o: {f"{UNIT}/완성.ipynb": r}, True, "에서 찾은"),
    "zip": (
        lambda r, e, o: {f"{UNIT}/start.zip": zipped(**{"start.ipynb": r})},
        True,
        "start.zip",
    ),
    "zip with a folder": (
        lambda r, e, o: {"hand in.zip": zipped(**{f"a/{FILE}": r, f"__MACOSX/._{FILE}": b"x"})},
        True,
        "hand in.zip",
    ),
    "zip and the same file": (
        lambda r, e, o: {f"{UNIT}/start.zip": zipped(**{FILE: r}), f"{UNIT}/{FILE}": r},
        True,
        "",
    ),
    "the empty one beside": (
        lambda r, e, o: {f"{UNIT}/{FILE}": e, f"{UNIT}/start-완성.ipynb": r},
        True,
        "start-완성.ipynb'에서 찾은",
    ),
    "two solved": (
        lambda r, e, o: {f"{UNIT}/{FILE}": r, f"{UNIT}/old.ipynb": r + b" "},
        True,
        "다른 노트북도 있습니다: 00_start/old.ipynb",
    ),
    "two solved, neither in place": (
        lambda r, e, o: {f"{UNIT}/a.ipynb": r, f"{UNIT}/b.ipynb": r + b" "},
        False,
        "이 단원의 노트북이 여럿입니다: 00_start/a.ipynb, 00_start/b.ipynb",
    ),
    "of another unit": (
        lambda r, e, o: {f"{UNIT}/eager.ipynb": o},
        False,
        "'00_start/eager.ipynb'은(는) 01_eager 단원의 노트북입니다",
    ),
    "another unit's folder": (lambda r, e, o: {f"01_eager/{FILE}": r}, False, "미제출"),
    "not of the course": (
        lambda r, e, o: {f"{UNIT}/mine.ipynb": b'{"nbformat": 4, "cells": []}'},
        False,
        "이 강좌의 노트북이 아닙니다",
    ),
    "a web page": (lambda r, e, o: {f"{UNIT}/start.html": b"<html>"}, False, "웹 페이지라"),
    "a text file": (
        lambda r, e, o: {f"{UNIT}/답.txt": b"x"},
        False,
        "제출된 파일: 00_start/답.txt",
    ),
    "a broken zip": (lambda r, e, o: {f"{UNIT}/start.zip": b"PK\x03\x04"}, False, "start.zip"),
    "capital file name": (lambda r, e, o: {f"{UNIT}/START.IPYNB": r}, True, "START.IPYNB"),
    "a folder of the topic": (lambda r, e, o: {f"start/{FILE}": r}, True, "'start/start.ipynb'"),
    "a folder with a space": (lambda r, e, o: {f"00 start/{FILE}": r}, True, "00 start"),
    "an ending that Windows added": (
        lambda r, e, o: {f"{UNIT}/start.ipynb.txt": r},
        True,
        "'00_start/start.ipynb.txt'에서 찾은",
    ),
    "an ending that a browser took": (
        lambda r, e, o: {f"{UNIT}/start.json": r},
        True,
        "start.json",
    ),
    "a download that did not end": (
        lambda r, e, o: {f"{UNIT}/start.ipynb.crdownload": r[: len(r) // 2]},
        False,
        "제출된 파일: 00_start/start.ipynb.crdownload",
    ),
    "units in one zip": (
        lambda r, e, o: {
            "과제.zip": zipped(**{f"{UNIT}/{FILE}": r, "01_eager/eager.ipynb": o, "읽기.txt": b"x"})
        },
        True,
        "과제.zip",
    ),
    "its checkpoint beside": (
        lambda r, e, o: {
            f"{UNIT}/{FILE}": r,
            f"{UNIT}/.ipynb_checkpoints/start-checkpoint.ipynb": e,
        },
        True,
        "",
    ),
    "a PDF": (lambda r, e, o: {f"{UNIT}/start.pdf": b"%PDF"}, False, "내보낸 PDF라"),
    "Python code": (lambda r, e, o: {f"{UNIT}/start.py": b"x = 1"}, False, "파이썬 코드라"),
    "another archive": (
        lambda r, e, o: {f"{UNIT}/start.7z": b"7z"},
        False,
        "'00_start/start.7z'은(는) zip이 아닌 압축 파일이라",
    ),
    "an address": (
        lambda r, e, o: {f"{UNIT}/주소.txt": b"https://colab.research.google.com/drive/1"},
        False,
        "코랩의 주소만",
    ),
    "nothing": (lambda r, e, o: {}, False, "미제출"),
    "only a timestamp": (
        lambda r, e, o: {f"{UNIT}/timestamp.txt": b"2026-01-01 UTC"},
        False,
        "start.ipynb 파일이 없습니다",
    ),
}


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], str]:
    # One notebook each of a few cells: to start the processes of a large class costs more.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recording, "FEW", len(LAYOUTS))
        return _laid_out(tmp_path_factory)


def _laid_out(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], str]:
    root = tmp_path_factory.mktemp("layouts")
    course = Class(root, UNIT)
    other = Class(tmp_path_factory.mktemp("other"), "01_eager").solved()
    contents = [notebook.text(made).encode() for made in (course.solved(), course.released, other)]
    for name, (made, _, _) in LAYOUTS.items():
        folder = root / "submitted" / name
        folder.mkdir(parents=True)
        for path, data in made(*contents).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
    (root / "submitted" / "loose.ipynb").write_bytes(contents[0])
    first = grade_class(UNIT, root, executor=Answering())
    again = grade_class(UNIT, root, executor=Answering())
    rows = {row.student: row for row in first.rows}
    assert {row.student: row.total for row in again.rows} == {
        name: row.total for name, row in rows.items()
    }
    return root, rows, (root / "grades.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_lies_there_is_graded_or_named(
    laid_out: tuple[Path, dict[str, Any], str], name: str
) -> None:
    _, rows, _ = laid_out
    _, graded, said = LAYOUTS[name]
    assert (rows[name].total == 4) is graded, rows[name]
    assert said in rows[name].remark
    if not said:
        assert "다른 노트북" not in rows[name].remark
    if not graded:
        assert rows[name].remark


def test_nothing_is_overwritten(laid_out: tuple[Path, dict[str, Any], str]) -> None:
    root, _, _ = laid_out
    folder = root / "submitted" / "the empty one beside" / UNIT
    assert sorted(path.name for path in folder.iterdir()) == [
        "start-완성.ipynb",
        "start.ipynb",
        "start.원래1.ipynb",
    ]


def test_a_file_of_nobody_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course = Class(tmp_path, UNIT)
    course.submit("kim", course.solved())
    (tmp_path / "submitted" / "start (2).ipynb").write_text("{}", "utf-8")
    grade_class(UNIT, tmp_path, executor=Answering())
    assert "채점하지 않은 파일: start (2).ipynb." in capsys.readouterr().out


# --- decisions are told -----------------------------------------------------------------------


def test_decisions_are_told(tmp_path: Path) -> None:
    import copy

    course = Class(tmp_path, UNIT)
    edited = course.solved()
    find(edited, is_check).source = 'print(check("start.first_tensor", my_x))'
    course.submit("edited", edited)
    spaced = course.solved()
    find(spaced, is_check).source = "# 내 검사\n" + find(spaced, is_check).source + "  "
    course.submit("spaced", spaced)
    deleted = course.solved()
    deleted.cells = [cell for cell in deleted.cells if not is_check(cell)]
    course.submit("deleted", deleted)
    doubled = course.solved()
    again = copy.deepcopy(doubled.cells[-2])
    again.source = "x = 1"
    doubled.cells.insert(-2, again)
    course.submit("doubled", doubled)
    course.submit("untouched", course.released)
    course.submit("colab", notebook.text(without_metadata(course.solved())))
    outcome = grade_class(UNIT, tmp_path, executor=Answering())
    found = {row.student: row.remark for row in outcome.rows}
    assert "0-1: 고친 검사 셀 대신 받은 그대로의 검사 셀로 채점했습니다" in found["edited"]
    assert '`check("start.first_tensor", x)`' in found["edited"]
    assert "0-1: 지워진 검사 셀을 다시 넣고 채점했습니다." in found["deleted"]
    assert "풀이 셀이 여럿이라 마지막 것을" in found["doubled"]
    assert found["spaced"] == found["colab"] == ""


def test_an_untouched_notebook_is_called_that(tmp_path: Path) -> None:
    course = Class(tmp_path, UNIT)
    course.submit("untouched", course.released)
    (row,) = grade_class(UNIT, tmp_path, executor=Answering(lambda task: {"x": ...})).rows
    assert (row.status, row.remark) == ("손대지 않음", "받은 그대로입니다. 푼 문제가 없습니다.")


# --- times ------------------------------------------------------------------------------------

TIMES = {
    "2026-10-12 15:00:00": (15, 0, 0),
    "2026-10-12 15:00:00.123456 UTC": (15, 0, 0),
    "2026-10-12 15:00:00 KST": (6, 0, 0),
    "2026-10-12 15:00:00 +0900": (6, 0, 0),
    "2026-10-12T15:00:00+09:00": (6, 0, 0),
    "2026-10-12T15:00:00Z": (15, 0, 0),
    "2026년 10월 12일 오후 3시": (6, 0, 0),
    "2026년 10월 12일 오후 3시 4분": (6, 4, 0),
    "2026년 10월 12일 월요일 오후 3:04:05": (6, 4, 5),
    "2026년 10월 12일 (월) 오후 3:04": (6, 4, 0),
    "2026. 10. 12. 오후 3:04:05": (6, 4, 5),
    "2026-10-12 오후 3:04:05": (6, 4, 5),
    "2026-10-12 오전 12:04:05 UTC": (0, 4, 5),
    "2026년 10월 12일 15:04": (6, 4, 0),
    "Monday, October 12, 2026 3:04:05 PM": (15, 4, 5),
    "10/12/2026 3:04 PM": (15, 4, 0),
    "Mon Oct 12 15:00:00 KST 2026": (6, 0, 0),
    "Mon, 12 Oct 2026 15:00:00 +0900": (6, 0, 0),
}


@pytest.mark.parametrize("text", TIMES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_times_are_read_as_people_and_programs_write_them(
    tmp_path: Path, text: str, encoding: str
) -> None:
    (tmp_path / "timestamp.txt").write_bytes(f"{text}\r\n".encode(encoding))
    log = SimpleNamespace(warning=lambda *_: None)
    found = timestamps._existing(SimpleNamespace(log=log), str(tmp_path))
    assert found is not None
    assert found.replace(microsecond=0) == datetime(2026, 10, 12, *TIMES[text])
    assert ("한국 시간으로 읽었습니다" in timestamps.told(tmp_path)) is (
        any("가" <= letter <= "힣" for letter in text) and "UTC" not in text
    )


@pytest.mark.parametrize("text", ["어제 밤", "2026년 13월 40일 오후 3시", "???", "9" * 5000])
def test_a_time_that_cannot_be_read_costs_nothing_and_is_told(tmp_path: Path, text: str) -> None:
    course = Class(tmp_path, UNIT)
    path = course.submit("kim", course.solved())
    (path.parent / "timestamp.txt").write_text(text, "utf-8")
    (row,) = grade_class(UNIT, tmp_path, executor=Answering()).rows
    assert row.total == 4
    assert "시각으로 읽을 수 없어 제출 시각 없이 채점했습니다" in row.remark
    assert "+0900 꼴로 고치고" in row.remark


def test_lateness_is_counted_from_what_was_written(tmp_path: Path) -> None:
    from autograder.grading.course.folder import CourseFolder

    course = Class(tmp_path, UNIT)
    path = course.submit("kim", course.solved())
    (path.parent / "timestamp.txt").write_bytes("2026년 10월 12일 오후 3시".encode("utf-16"))
    grade_class(UNIT, tmp_path, executor=Answering())
    with CourseFolder(tmp_path, UNIT).gradebook() as gradebook:
        found = gradebook.find_submission(UNIT, "kim").timestamp
    assert found == datetime(2026, 10, 12, 6, tzinfo=UTC).replace(tzinfo=None)


# --- Colab's form titles ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "moved"),
    [
        ("#@title 풀이\n%%time\nx = 1", "%%time\n#@title 풀이\nx = 1"),
        (
            "# @title\n\n#@markdown 말\n%%capture out\nx",
            "%%capture out\n# @title\n\n#@markdown 말\nx",
        ),
        ("%%time\nx = 1", "%%time\nx = 1"),
        ("#@title 풀이\nx = 1", "#@title 풀이\nx = 1"),
        ("x = 1\n%%time", "x = 1\n%%time"),
        ("# 그냥\ny = 2 %% 3", "# 그냥\ny = 2 %% 3"),
        ("", ""),
    ],
)
def test_a_title_above_a_cell_magic_is_moved_below(source: str, moved: str) -> None:
    assert magic_first(source) == moved
