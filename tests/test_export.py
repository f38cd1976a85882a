"""Grades go where they must: what Canvas and Moodle take, who is who, and nothing lost or overwritten unsaid."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from answering import Answering, reference
from graded_class import Class
from lms import ENGLISH, KOREAN, Canvas, Moodle, Refused, moodle_gradebook

from autograder import cli, notebook
from autograder.errors import CourseError
from autograder.grading import export as exporting
from autograder.grading.collect import collect
from autograder.grading.course.folder import CourseFolder
from autograder.grading.export import Asked, Exported, export_class
from autograder.grading.grade import grade_class
from autograder.grading.lms import canvas, moodle
from autograder.grading.lms.filling import Wanted
from autograder.grading.lms.give_back import moodle_given, moodle_name
from autograder.grading.lms.marks import Marks, Student, scaled
from autograder.grading.lms.names import CANVAS, MOODLE, Given, remembered
from autograder.grading.lms.sheets import Sheet, parse_sheet
from autograder.grading.run.runner import Task
from autograder.grading.table import late_text

UNIT, FILE, CELL = "00_start", "start.ipynb", "start_first_tensor"
# nbgrader starts `alembic` by its name.
ACTIVATED = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

# --- pure rules ---------------------------------------------------------------------------------


def student(name: str, **more: str) -> Student:
    return Student(name, **more)


def given(lms: str, user: str, number: str, name: str = "") -> dict[str, Given]:
    return {UNIT: Given(lms, name, user, number)}


STUDENTS = {
    one.id: one
    for one in (
        Student("2026001", "철수", "김", "kim@a.ac.kr", canvas="501"),
        Student("2026002", "영희", "이", "young@a.ac.kr"),
        Student("2026003", "Gildong", "Hong", "hong@a.ac.kr"),
        Student("2026004", "민수", "박"),
        Student("2026005", "민수", "박"),
        Student("=cmd_77", given=given(MOODLE, "=cmd", "77")),
    )
}
MARKS = Marks(UNIT, 4, {"2026001": 4, "2026002": 2.5, "2026003": 0, "2026004": 1, "2026005": 3})
HERE = Canvas(
    {
        501: ("김철수", "2026001", "kim"),
        502: ("이영희", "2026002", "young"),
        503: ("Hong, Gildong", "", "hong"),
        504: ("박민수", "2026004", "p4"),
        505: ("박민수", "2026005", "p5"),
        506: ("최새롬", "2026006", "choi"),
    },
    {41: ("00 시작하기", 4), 42: ("01 즉시 실행", 40)},
    {(501, 42): "12.00", (506, 41): "3.00"},
)


def filled(here: Canvas, wanted: Wanted | None = None, marks: Marks = MARKS) -> canvas.Filled:
    sheet = parse_sheet(here.gradebook(), "성적표.csv")
    return canvas.fill(sheet, [marks], STUDENTS, wanted or Wanted())


def test_canvas_takes_the_filled_gradebook_and_only_our_scores_change() -> None:
    made = filled(HERE)
    after = HERE.imports(made.sheet.to_bytes())
    assert after == HERE.scores | {
        (501, 41): "4", (502, 41): "2.5", (503, 41): "0", (504, 41): "1", (505, 41): "3",
    }  # fmt: skip
    assert made.lost == []
    assert "성적부에 없는 사람 1명은 그대로 두었습니다: 최새롬" in " ".join(made.told)


def test_every_other_cell_of_the_gradebook_is_as_it_came() -> None:
    before = list(csv.reader(io.StringIO(HERE.gradebook().decode("utf-8-sig"))))
    data = filled(HERE).sheet.to_bytes()
    after = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\r\n") == len(before)
    column = before[0].index("00 시작하기 (41)")
    for old, new in zip(before, after, strict=True):
        assert old[:column] + old[column + 1 :] == new[:column] + new[column + 1 :]


@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("posting", [True, False])
@pytest.mark.parametrize("sis", [True, False])
def test_the_shapes_of_the_gradebook(mark: bool, posting: bool, sis: bool) -> None:
    here = Canvas(HERE.users, HERE.assignments, sis=sis)
    sheet = parse_sheet(here.gradebook(mark=mark, posting=posting), "성적표.csv")
    made = canvas.fill(sheet, [MARKS], STUDENTS, Wanted())
    data = made.sheet.to_bytes()
    assert data.startswith(b"\xef\xbb\xbf") is mark
    after = here.imports(data)
    assert after[501, 41] == "4" and after[503, 41] == "0"
    # Without the university's ids, two people of one name can't be told apart: said, not guessed.
    assert ((504, 41) in after) is sis
    assert (len(made.lost) == 2) is not sis
    if not sis:
        assert any("이름이 같은 학생이 여럿입니다(2026004, 2026005)" in one for one in made.told)


def test_a_row_that_points_at_two_students_gets_nothing() -> None:
    here = Canvas({501: ("김철수", "2026002", "kim")}, HERE.assignments)
    made = filled(here)
    assert here.imports(made.sheet.to_bytes()) == {}
    assert "여러 학생을 가리킵니다(2026001, 2026002)" in made.told[0]
    assert [line.split("(")[0] for line in made.lost][:2] == ["2026001 김철수", "2026002 이영희"]


def test_two_rows_of_one_student_get_nothing() -> None:
    here = Canvas(
        {601: ("김철수", "2026001", "a"), 602: ("김철수", "2026001", "b")}, HERE.assignments
    )
    made = filled(here)
    assert here.imports(made.sheet.to_bytes()) == {}
    assert "학생 2026001의 줄이 2개입니다" in made.told[0]


def test_ids_match_to_the_letter_names_do_not_need_to() -> None:
    here = Canvas(
        {701: ("김 철수", "2026-001", "x"), 702: ("Gildong Hong", "", "y")}, HERE.assignments
    )
    after = here.imports(filled(here).sheet.to_bytes())
    assert after == {(701, 41): "4", (702, 41): "0"}
    here = Canvas({701: ("다른이", "2026-001", "x")}, HERE.assignments)
    assert here.imports(filled(here).sheet.to_bytes()) == {}


def test_scores_that_were_there_are_told_when_they_change() -> None:
    here = Canvas(
        HERE.users,
        HERE.assignments,
        {(501, 41): "4.00", (502, 41): "1.00", (503, 41): "EX", (504, 41): "N/A"},
    )
    made = filled(here)
    after = here.imports(made.sheet.to_bytes())
    assert (after[501, 41], after[502, 41], after[503, 41]) == ("4.00", "2.5", "EX")
    assert "LMS에 있던 점수와 다른 것 1개: 2026002 이영희 1.00 → 2.5" in " ".join(made.told)
    assert [line.partition(": ")[2][:8] for line in made.lost] == [
        "캔버스에서 면제",
        "캔버스에서 과제",
    ]


def test_who_handed_in_nothing_stays_empty_unless_asked() -> None:
    marks = Marks(UNIT, 4, {"2026001": 4})
    here = Canvas(HERE.users, HERE.assignments, {(502, 41): "2.00"})
    assert here.imports(filled(here, None, marks).sheet.to_bytes()) == {
        (501, 41): "4", (502, 41): "2.00",
    }  # fmt: skip
    after = here.imports(filled(here, Wanted(missing_zero=True), marks).sheet.to_bytes())
    # A score that was given by hand is no empty cell; somebody we don't know gets no zero.
    assert after == {
        (501, 41): "4", (502, 41): "2.00", (503, 41): "0", (504, 41): "0", (505, 41): "0",
    }  # fmt: skip


def test_the_points_of_the_lms_are_never_guessed() -> None:
    here = Canvas(HERE.users, {41: ("00 시작하기", 100)})
    with pytest.raises(CourseError, match="100점 만점인데 00_start은\\(는\\) 4점") as refused:
        filled(here)
    assert "--out-of 100" in str(refused.value)
    after = here.imports(filled(here, Wanted(out_of=100)).sheet.to_bytes())
    assert (after[501, 41], after[502, 41]) == ("100", "62.5")
    after = here.imports(filled(here, Wanted(out_of=4)).sheet.to_bytes())
    assert after[502, 41] == "2.5"


@pytest.mark.parametrize(
    ("assignments", "column", "chosen"),
    [
        ({1: ("과제 1: 00_start", 4), 2: ("01_eager", 4)}, "", 1),
        ({1: ("시작하기", 4), 2: ("다시 시작하기 연습", 4)}, "", 1),
        ({1: ("과제 1", 4), 2: ("과제 2", 4)}, "과제 2", 2),
        ({1: ("과제 1", 4), 2: ("과제 1", 4)}, "2", 2),
        ({1: ("과제 1", 4), 2: ("과제 2", 4)}, "과제 1 (1)", 1),
        ({1: ("과제 1", 4), 2: ("과제 2", 4)}, "", 0),
        ({1: ("00_start", 4), 2: ("00_start 보충", 4)}, "", 0),
        ({1: ("과제 1", 4)}, "과제 9", 0),
    ],
)
def test_which_column_is_the_units(
    assignments: dict[int, tuple[str, float]], column: str, chosen: int
) -> None:
    here = Canvas(HERE.users, assignments)
    wanted = Wanted(columns={UNIT: column} if column else {})
    if not chosen:
        with pytest.raises(CourseError, match="하나로 정할 수 없습니다") as refused:
            filled(here, wanted)
        assert "--column" in str(refused.value) and "과제" in str(refused.value)
        return
    assert here.imports(filled(here, wanted).sheet.to_bytes())[501, chosen] == "4"


def test_canvas_without_its_gradebook_takes_what_we_know() -> None:
    there = Canvas(HERE.users | {503: ("Hong, Gildong", "2026003", "hong")}, HERE.assignments)
    made = canvas.build([MARKS], STUDENTS, Wanted())
    assert there.imports(made.sheet.to_bytes()) == {
        (501, 41): "4", (502, 41): "2.5", (503, 41): "0", (504, 41): "1", (505, 41): "3",
    }  # fmt: skip
    told = " ".join(made.told)
    assert "캔버스의 ID를 모르는 4명은 SIS User ID(학번)로" in told
    assert "과제의 아이디를 모릅니다" in told
    made = canvas.build([MARKS], STUDENTS, Wanted(columns={UNIT: "첫 과제 (41)"}))
    assert "과제의 아이디" not in " ".join(made.told)
    assert there.imports(made.sheet.to_bytes())[501, 41] == "4"


def test_names_that_excel_takes_for_formulas() -> None:
    """What people read gets an apostrophe; what an LMS matches by is exact or left out and named."""
    students = {
        "2026001": Student("2026001", "=HYPERLINK(1)", "", "a@b"),
        "-1": Student("-1", "빼기", "", "c@d"),
        "@x_5": Student("@x_5", given=given(CANVAS, "@x", "5")),
    }
    marks = Marks(UNIT, 4, dict.fromkeys(students, 1.0))
    made = canvas.build([marks], students, Wanted())
    rows = made.sheet.rows[2:]
    assert [row[:2] for row in rows] == [["'=HYPERLINK(1)", ""], ["'@x", "5"]]
    assert len(made.lost) == 1 and "수식처럼 시작합니다" in made.lost[0]
    made = moodle.build(marks, students, Wanted())
    assert [row[0] for row in made.sheet.rows] == ["idnumber", "2026001"]
    assert len(made.lost) == 2
    # An LMS' own words stay, whatever they are.
    here = Canvas({501: ("=HYPERLINK(1)", "2026001", "+1")}, HERE.assignments)
    sheet = parse_sheet(here.gradebook(), "성적표.csv")
    canvas.fill(sheet, [marks], students, Wanted())
    (row,) = [row for row in sheet.rows if row[1] == "501"]
    assert row[0] == "=HYPERLINK(1)" and row[3] == "+1"


MOODLE_PEOPLE = {
    11: ("김철수", "KIM@a.ac.kr", "", ""),
    12: ("이영희", "young@a.ac.kr", "1.00", '좋아요, "잘" 했어요\n다음에도'),
    13: ("Gildong Hong", "", "", ""),
    14: ("박민수", "", "", ""),
    77: ("=cmd", "", "", ""),
    99: ("청강생", "guest@a.ac.kr", "", ""),
}


@pytest.mark.parametrize("words", [KOREAN, ENGLISH], ids=["korean", "english"])
def test_moodle_takes_the_filled_worksheet(words: dict[str, str]) -> None:
    there = Moodle(MOODLE_PEOPLE, 4, words)
    marks = Marks(UNIT, 4, MARKS.scores | {"=cmd_77": 2})
    sheet = parse_sheet(there.worksheet(), "성적.csv")
    made = moodle.fill(sheet, marks, STUDENTS, Wanted())
    grades, comments = there.imports(made.sheet.to_bytes())
    assert grades == {11: 4, 12: 2.5, 13: 0, 77: 2}
    assert comments == {}
    told = " ".join(made.told)
    assert "이영희 1.00 → 2.5" in told and "청강생" in told
    assert "박민수 14: 이름이 같은 학생이 여럿입니다" in told
    assert [line[:7] for line in made.lost] == ["2026004", "2026005"]


def test_every_other_cell_of_the_worksheet_is_as_it_came() -> None:
    there = Moodle(MOODLE_PEOPLE, 4)
    before = list(csv.reader(io.StringIO(there.worksheet().decode("utf-8-sig"), newline="")))
    sheet = parse_sheet(there.worksheet(), "성적.csv")
    moodle.fill(sheet, MARKS, STUDENTS, Wanted())
    data = sheet.to_bytes()
    after = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert b"\r\n" not in data and data.startswith(b"\xef\xbb\xbf")
    for old, new in zip(before, after, strict=True):
        assert old[:4] + old[5:] == new[:4] + new[5:]


def test_what_moodle_would_skip_without_a_word_is_said() -> None:
    there = Moodle(MOODLE_PEOPLE, 4)
    marks = Marks(UNIT, 4, {"2026001": 5})
    made = moodle.fill(parse_sheet(there.worksheet(), "성적.csv"), marks, STUDENTS, Wanted())
    assert there.imports(made.sheet.to_bytes())[0] == {}
    assert made.lost == ["2026001 김철수(5점): 무들의 최대 성적 4점보다 커서 무들이 받지 않습니다"]


def test_moodles_points_are_never_guessed() -> None:
    there = Moodle(MOODLE_PEOPLE, 100)
    with pytest.raises(CourseError, match="무들의 과제는 100점 만점인데"):
        moodle.fill(parse_sheet(there.worksheet(), "성적.csv"), MARKS, STUDENTS, Wanted())
    made = moodle.fill(
        parse_sheet(there.worksheet(), "성적.csv"), MARKS, STUDENTS, Wanted(out_of=100)
    )
    assert there.imports(made.sheet.to_bytes())[0][12] == 62.5


def test_moodles_gradebook_refuses_everything_for_one_stranger() -> None:
    users = {name: "" for name in STUDENTS if name.isdigit()}
    marks = Marks(UNIT, 4, MARKS.scores | {"=cmd_77": 2})
    made = moodle.build(marks, STUDENTS, Wanted())
    assert moodle_gradebook(made.sheet.to_bytes(), users) == MARKS.scores
    assert made.lost == ["=cmd_77 =cmd(2점): 명단 없이 모아 무들이 아는 학번이나 메일을 모릅니다"]
    only = {"=cmd_77": STUDENTS["=cmd_77"]}
    with pytest.raises(CourseError, match="채점 워크시트를 내려받아"):
        moodle.build(Marks(UNIT, 4, {"=cmd_77": 2}), only, Wanted())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "비어 있습니다"),
        (b"PK\x03\x04", "엑셀 파일(xlsx)"),
        (b"a,b,c\n1,2,3\n", "캔버스의 성적표가 아닙니다"),
        (b'"a,b\n1', "CSV로 읽을 수 없습니다"),
    ],
)
def test_a_file_that_is_none(data: bytes, said: str) -> None:
    with pytest.raises(CourseError) as refused:
        canvas.fill(parse_sheet(data, "x.csv"), [MARKS], STUDENTS, Wanted())
    assert said in str(refused.value)


def test_a_worksheet_that_is_none() -> None:
    for text, said in (
        ("식별자,성적\n참가자1,\n", "마지막 수정됨(성적)"),
        ("이름,성적,마지막 수정됨(성적)\n", "식별자"),
        ("식별자,성적,척도,마지막 수정됨(성적)\n참가자1,,A B,-\n", "척도로 채점"),
    ):
        with pytest.raises(CourseError) as refused:
            moodle.fill(parse_sheet(text.encode(), "x.csv"), MARKS, STUDENTS, Wanted())
        assert said in str(refused.value)


def test_a_csv_that_excel_saved_again_comes_back_as_utf_8() -> None:
    sheet = parse_sheet("이름,점수,반\n김철수,3,가\n".encode("cp949"), "x.csv")
    assert sheet.to_bytes() == "\ufeff이름,점수,반\n김철수,3,가\n".encode()
    assert "UTF-8로 적었습니다" in sheet.told[0]
    semicolons = parse_sheet(b"Student;ID;Section\r\na;1;b\r\n", "x.csv")
    assert semicolons.rows[1] == ["a", "1", "b"]
    assert semicolons.to_bytes() == b"Student;ID;Section\r\na;1;b\r\n"
    assert Sheet([["a", 'b"c', "d\ne"]]).to_bytes() == b'\xef\xbb\xbfa,"b""c","d\ne"\r\n'


@pytest.mark.parametrize(
    ("score", "points", "out_of", "text"),
    [
        (4, 4, 100, 100),
        (1, 3, 1, 0.33),
        (2, 3, 1, 0.67),
        (1.005, 1, 1, 1.01),
        (0, 4, 10, 0),
        (0, 0, 9, 0),
    ],
)
def test_scaling(score: float, points: float, out_of: float, text: float) -> None:
    assert scaled(score, points, out_of) == text


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("김철수_11_assignsubmission_file_", "김철수_11_assignsubmission_file_/feedback.html"),
        ("김철수_11_assignsubmission_file", "김철수_11_assignsubmission_file/feedback.html"),
        (
            "김철수_11_assignsubmission_file_start.ipynb",
            "김철수_11_assignsubmission_file_feedback.html",
        ),
        ("김철수", ""),
    ],
)
def test_the_name_of_a_feedback_file_in_moodle(name: str, made: str) -> None:
    assert moodle_name(Given(MOODLE, name, "김철수", "11")) == made


def test_names_with_underscores_and_slashes_do_not_mislead_moodle() -> None:
    name = moodle_name(moodle_given("a_9_b/../c", "11"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "x")
    people = {9: ("", "", "", ""), 11: ("", "", "", "")}
    assert Moodle(people).takes_back(buffer.getvalue()) == {11: ("feedback.html", b"x")}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (7800, "2시간 10분 늦음"),
        (59, "1분 미만 늦음"),
        (60, "1분 늦음"),
        (86400 * 3 + 3600, "3일 1시간 늦음"),
    ],
)
def test_how_late(seconds: float, text: str) -> None:
    assert late_text(seconds) == text


# --- a class, from the zip to the zip -----------------------------------------------------------

ROSTER = """학번,이름,이메일,canvas id
2026001,김철수,kim@a.ac.kr,501
2026002,이영희,young@a.ac.kr,502
2026003,박민수,park@a.ac.kr,503
2026004,안낸이,ahn@a.ac.kr,504
"""
INTEGERS = "x = tf.constant([[1, 2, 3], [4, 5, 6]])"


def answered(task: Task) -> dict:
    """The reference, or integers where the notebook has them."""
    import tensorflow as tf

    if any(INTEGERS in cell.source for cell in task.cells):
        return {"x": tf.constant([[1, 2, 3], [4, 5, 6]])}
    return reference(task)


def make_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def made_class(root: Path, zipped: dict[str, str], roster: str = ROSTER) -> Class:
    """A class whose notebooks came in an LMS' zip under these names: name → "right" or "integers"."""
    course = Class(root / "course", UNIT)
    solved = {
        "right": notebook.text(course.solved()).encode(),
        "integers": notebook.text(course.solved(**{CELL: INTEGERS})).encode(),
    }
    path = make_zip(root / "받은것.zip", {name: solved[what] for name, what in zipped.items()})
    file = root / "명단.csv"
    file.write_text(roster, "utf-8")
    collect(UNIT, [path], course.root, file if roster else None)
    grade_class(UNIT, course.root, executor=Answering(answered))
    return course


MOODLE_ZIP = {
    f"김철수_11_assignsubmission_file_/{FILE}": "right",
    f"이영희_12_assignsubmission_file_/{FILE}": "integers",
    f"박민수_13_assignsubmission_file_{FILE}": "right",
}
CANVAS_ZIP = {
    f"gimcheolsu_501_9001_{FILE}": "right",
    f"iyeonghui_LATE_502_9002_{FILE}": "integers",
    "bagminsu_503_9003_start-2.ipynb": "right",
}


@pytest.fixture(scope="module")
def moodle_class(tmp_path_factory: pytest.TempPathFactory) -> Class:
    return made_class(tmp_path_factory.mktemp("moodle"), MOODLE_ZIP)


@pytest.fixture(scope="module")
def canvas_class(tmp_path_factory: pytest.TempPathFactory) -> Class:
    return made_class(tmp_path_factory.mktemp("canvas"), CANVAS_ZIP)


def files(made: Exported) -> dict[str, bytes]:
    return {one.path.name: one.path.read_bytes() for one in made.files}


def test_from_moodles_zip_to_its_worksheet_and_feedback(
    moodle_class: Class, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = {
        11: ("김철수", "kim@a.ac.kr", "", ""),
        12: ("이영희", "young@a.ac.kr", "", ""),
        13: ("박민수", "park@a.ac.kr", "", ""),
        14: ("안낸이", "ahn@a.ac.kr", "", ""),
    }
    there = Moodle(people)
    sheet = tmp_path / "성적-과제 1-77.csv"
    sheet.write_bytes(there.worksheet())
    asked = Asked("moodle", sheet, out_of=100, output=tmp_path / "out")
    assert exporting.export([UNIT], moodle_class.root, asked) == 0
    printed = capsys.readouterr().out
    assert "채점 워크시트를 업로드" in printed.replace("\n", "") or "워크시트" in printed
    data = (tmp_path / "out" / "00_start-moodle.csv").read_bytes()
    assert there.imports(data) == ({11: 100, 12: 75, 13: 100}, {})
    back = there.takes_back((tmp_path / "out" / "00_start-feedback-moodle.zip").read_bytes())
    assert {number: name for number, (name, _) in back.items()} == dict.fromkeys(
        (11, 12, 13), "feedback.html"
    )
    assert "<b>3</b> / 4점" in back[12][1].decode() and "2026002" in back[12][1].decode()
    assert sheet.read_bytes() == there.worksheet()


def test_moodle_without_the_worksheet(moodle_class: Class, tmp_path: Path) -> None:
    made = export_class([UNIT], moodle_class.root, Asked("moodle", output=tmp_path))
    users = dict.fromkeys(("2026001", "2026002", "2026003", "2026004"), "")
    data = files(made)["00_start-moodle.csv"]
    assert moodle_gradebook(data, users) == {"2026001": 4, "2026002": 3, "2026003": 4}
    zero = Asked("moodle", missing_zero=True, output=tmp_path)
    data = files(export_class([UNIT], moodle_class.root, zero))["00_start-moodle.csv"]
    assert moodle_gradebook(data, users)["2026004"] == 0


def test_from_canvas_zip_to_its_gradebook_and_feedback(canvas_class: Class, tmp_path: Path) -> None:
    there = Canvas(
        {501: ("김철수", "", "x1"), 502: ("이영희", "", "x2"), 503: ("박민수", "", "x3")},
        {41: ("00 시작하기", 4)},
    )
    sheet = tmp_path / "성적표.csv"
    sheet.write_bytes(there.gradebook())
    made = export_class([UNIT], canvas_class.root, Asked("canvas", sheet, output=tmp_path / "o"))
    assert made.lost == [] and made.told == []
    written = files(made)
    after = there.imports(written["00_start-canvas.csv"])
    assert after == {(501, 41): "4", (502, 41): "3", (503, 41): "4"}
    back = there.takes_back(written["00_start-feedback-canvas.zip"])
    assert {user: number for user, (number, _) in back.items()} == {
        501: "9001", 502: "9002", 503: "9003",
    }  # fmt: skip
    # Canvas shows it under the name of what was handed in: it must open as a notebook.
    opened = nbformat.reads(back[502][1].decode(), as_version=4)
    nbformat.validate(opened)
    assert opened.cells[0].source.startswith("# 피드백: 3 / 4점")
    assert "0-1" in opened.cells[0].source and "✘" in opened.cells[0].source


def test_canvas_without_its_gradebook(canvas_class: Class, tmp_path: Path) -> None:
    made = export_class([UNIT], canvas_class.root, Asked("canvas", output=tmp_path))
    there = Canvas(
        {501: ("a", "", ""), 502: ("b", "", ""), 503: ("c", "", "")}, {41: ("00 시작하기", 4)}
    )
    after = there.imports(files(made)["00_start-canvas.csv"])
    assert after == {(501, 41): "4", (502, 41): "3", (503, 41): "4"}


def test_a_plain_csv_and_folders(canvas_class: Class, tmp_path: Path) -> None:
    made = export_class([UNIT], canvas_class.root, Asked("csv", output=tmp_path))
    written = files(made)
    rows = list(csv.reader(io.StringIO(written["00_start-csv.csv"].decode("utf-8-sig"))))
    assert rows[0] == ["학생", "이름", "이메일", "00 시작하기 (/4)"]
    assert rows[1] == ["2026001", "김철수", "kim@a.ac.kr", "4"]
    assert rows[4] == ["2026004", "안낸이", "ahn@a.ac.kr", ""]
    with zipfile.ZipFile(io.BytesIO(written["00_start-feedback-csv.zip"])) as archive:
        assert archive.namelist() == [f"202600{n}/start.html" for n in (1, 2, 3)]


def test_what_collect_learned_is_kept(moodle_class: Class, canvas_class: Class) -> None:
    given = remembered(moodle_class.root, UNIT)
    assert given["2026001"] == Given(MOODLE, "김철수_11_assignsubmission_file_", "김철수", "11")
    given = remembered(canvas_class.root, UNIT)
    assert given["2026002"].number == "502"
    path = canvas_class.root / ".autograder" / "lms" / f"{UNIT}.json"
    kept = path.read_bytes()
    path.write_text("깨진 것", "utf-8")
    assert remembered(canvas_class.root, UNIT) == {}
    path.write_bytes(kept)


def test_without_a_roster_moodle_still_gets_everything_back(tmp_path: Path) -> None:
    """The names that Moodle gave are enough; two people of one name are kept apart by number."""
    course = made_class(
        tmp_path,
        {
            f"박민수_21_assignsubmission_file_/{FILE}": "right",
            f"박민수_22_assignsubmission_file_/{FILE}": "integers",
        },
        "",
    )
    there = Moodle({21: ("박민수", "", "", ""), 22: ("박민수", "", "", "")}, 4)
    sheet = tmp_path / "성적.csv"
    sheet.write_bytes(there.worksheet())
    made = export_class([UNIT], course.root, Asked("moodle", sheet))
    written = files(made)
    assert there.imports(written["00_start-moodle.csv"])[0] == {21: 4, 22: 3}
    assert sorted(there.takes_back(written["00_start-feedback-moodle.zip"])) == [21, 22]
    with pytest.raises(CourseError, match="채점 워크시트를 내려받아"):
        export_class([UNIT], course.root, Asked("moodle"))


def test_a_class_collected_before_names_were_kept(moodle_class: Class, tmp_path: Path) -> None:
    """The worksheet tells the names that the feedback needs."""
    path = moodle_class.root / ".autograder" / "lms" / f"{UNIT}.json"
    kept = path.read_bytes()
    path.unlink()
    try:
        there = Moodle({12: ("이영희", "young@a.ac.kr", "", "")}, 4)
        sheet = tmp_path / "성적.csv"
        sheet.write_bytes(there.worksheet())
        made = export_class([UNIT], moodle_class.root, Asked("moodle", sheet, output=tmp_path))
        assert sorted(there.takes_back(files(made)["00_start-feedback-moodle.zip"])) == [12]
        assert "피드백을 담지 못한 학생 2명: 2026001 김철수, 2026003 박민수" in " ".join(made.told)
        assert [line[:7] for line in made.lost] == ["2026001", "2026003"]
    finally:
        path.write_bytes(kept)


def test_who_was_never_graded_is_named(canvas_class: Class, tmp_path: Path) -> None:
    path = canvas_class.submit("2026004", canvas_class.solved())
    try:
        made = export_class([UNIT], canvas_class.root, Asked("csv", output=tmp_path))
        assert made.lost == [
            "2026004 안낸이: 00_start을 냈으나 아직 채점하지 않았습니다. "
            "autograder grade 00_start으로 채점하세요."
        ]
    finally:
        path.unlink()
        path.parent.rmdir()


# --- late, extra points, scores by hand -----------------------------------------------------------

DUE = datetime(2026, 10, 12, 9, 0)
DUE_TEXT = "2026-10-12 18:00+09:00"


@pytest.fixture
def late_class(tmp_path: Path) -> Class:
    """`late` is 2:10 late, `extended` has an extension, `early` is in time."""
    course = Class(tmp_path, UNIT)
    for name in ("early", "late", "extended", "untold"):
        path = course.submit(name, course.solved())
        minutes = -30 if name == "early" else 130
        if name != "untold":
            when = DUE + timedelta(minutes=minutes)
            path.with_name("timestamp.txt").write_text(f"{when} UTC\n", "utf-8")
    (tmp_path / "nbgrader_config.py").write_text(
        "from autograder.grading import configure\nc = get_config()  # noqa: F821\nconfigure(c)\n"
        + settings_of_the_page(),
        "utf-8",
    )
    # As docs/week.md says it, before anything was graded.
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "db", "assignment", "add", UNIT, "--duedate", DUE_TEXT],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, env=ACTIVATED,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    folder = CourseFolder(course.root, UNIT)
    with folder.gradebook() as gradebook:
        assert gradebook.find_assignment(UNIT).duedate == DUE
        gradebook.update_or_create_student("extended")
        gradebook.update_or_create_submission(UNIT, "extended")
        gradebook.grant_extension(UNIT, "extended", hours=3)
        gradebook.db.commit()
    return course


def settings_of_the_page() -> str:
    """The late penalty that docs/week.md shows."""
    page = (Path(__file__).parent.parent / "docs" / "week.md").read_text("utf-8")
    assert f'nbgrader db assignment add {UNIT} --duedate "{DUE_TEXT}"' in page
    (settings,) = re.findall(r"```python\n(.*?)```", page, re.S)
    return settings


def test_late_and_extra_points_stand_in_the_table_and_everywhere(
    late_class: Class, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grade_class(UNIT, late_class.root, executor=Answering())
    plain = (late_class.root / "grades.csv").read_text("utf-8-sig").splitlines()
    assert plain[0] == "학생,이름,start.first_tensor,지각,합계,만점,상태,비고"
    assert 'late,,4,-0.4,3.6,4,채점함,"2시간 10분 늦음, 지각 감점 0.4점."' in plain
    assert "extended,,4,0,4,4,채점함," in plain and "untold,,4,0,4,4,채점함," in plain
    folder = CourseFolder(late_class.root, UNIT)
    with folder.gradebook() as gradebook:
        (found,) = gradebook.find_submission_notebook("start", UNIT, "early").grades
        found.extra_credit = 1
        gradebook.db.commit()
    outcome = grade_class(UNIT, late_class.root, executor=Answering())
    rows = {row.student: row for row in outcome.rows}
    assert (rows["early"].scores, rows["early"].extra, rows["early"].total) == (
        {"start.first_tensor": 4}, 1, 5,
    )  # fmt: skip
    plain = (late_class.root / "grades.csv").read_text("utf-8-sig").splitlines()
    assert plain[0].startswith("학생,이름,start.first_tensor,추가,지각,합계")
    from rich.console import Console

    from autograder.grading import table

    table.show(UNIT, outcome.columns, outcome.rows, Console(width=100))
    shown = capsys.readouterr().out
    assert "추가" in shown and "지각" in shown and "-0.4" in shown and "+1" in shown
    made = export_class([UNIT], late_class.root, Asked("csv", output=tmp_path / "out"))
    rows_of = list(csv.reader(io.StringIO(files(made)["00_start-csv.csv"].decode("utf-8-sig"))))
    assert {row[0]: row[3] for row in rows_of[1:]} == {
        "early": "5", "extended": "4", "late": "3.6", "untold": "4",
    }  # fmt: skip
    with zipfile.ZipFile(tmp_path / "out" / "00_start-feedback-csv.zip") as archive:
        page = archive.read("late/start.html").decode()
    assert "<b>3.6</b> / 4점" in page and "−0.4" in page


def test_nbgraders_own_zero_for_late_is_respected(late_class: Class) -> None:
    path = late_class.root / "nbgrader_config.py"
    path.write_text(
        "from autograder.grading import configure\nc = get_config()  # noqa: F821\nconfigure(c)\n"
        "c.LateSubmissionPlugin.penalty_method = 'zero'\n",
        "utf-8",
    )
    outcome = grade_class(UNIT, late_class.root, executor=Answering())
    totals = {row.student: row.total for row in outcome.rows}
    assert totals == {"early": 4, "extended": 4, "late": 0, "untold": 4}


def test_without_either_there_is_no_column(canvas_class: Class) -> None:
    first = (canvas_class.root / "grades.csv").read_text("utf-8-sig").splitlines()[0]
    assert first == "학생,이름,start.first_tensor,합계,만점,상태,비고"


def test_a_score_given_by_hand_is_given_back_with_its_feedback(
    canvas_class: Class, tmp_path: Path
) -> None:
    """Nobody gets a page that says otherwise than the gradebook."""
    folder = CourseFolder(canvas_class.root, UNIT)

    def by_hand(score: float | None, comment: str | None) -> None:
        with folder.gradebook() as gradebook:
            stored = gradebook.find_submission_notebook("start", UNIT, "2026002")
            stored.grades[0].manual_score = score
            stored.comments[0].manual_comment = comment
            gradebook.db.commit()

    def page() -> str:
        made = export_class([UNIT], canvas_class.root, Asked("csv", output=tmp_path))
        assert made.lost == []
        with zipfile.ZipFile(tmp_path / "00_start-feedback-csv.zip") as archive:
            return archive.read("2026002/start.html").decode()

    before = page()
    by_hand(3.75, "거의 맞았어요")
    try:
        after = page()
        assert "<b>3</b> / 4점" in before and "<b>3.75</b> / 4점" in after
        assert "거의 맞았어요" in after
        made = export_class([UNIT], canvas_class.root, Asked("canvas", output=tmp_path))
        back = Canvas({502: ("", "", "")}, {}).takes_back(
            files(made)["00_start-feedback-canvas.zip"]
        )
        assert "# 피드백: 3.75 / 4점" in back[502][1].decode()
        assert "거의 맞았어요" in json.loads(back[502][1])["cells"][0]["source"][-3]
    finally:
        by_hand(None, None)
        grade_class(UNIT, canvas_class.root, executor=Answering(answered))


# --- the command, and nbgrader's ------------------------------------------------------------------


def test_nbgrader_export_gives_the_same_files(canvas_class: Class, tmp_path: Path) -> None:
    there = Canvas({501: ("김철수", "2026001", "")}, {41: ("00 시작하기", 4)})
    sheet = tmp_path / "성적표.csv"
    sheet.write_bytes(there.gradebook())
    for name, more in (
        ("CanvasExport", [f"--CanvasExport.lms_file={sheet}"]),
        ("MoodleExport", []),
    ):
        target = tmp_path / f"{name}.csv"
        done = subprocess.run(
            [
                sys.executable, "-m", "nbgrader", "export",
                f"--exporter=autograder.grading.lms.export.{name}",
                f'--assignment=["{UNIT}"]', f"--to={target}", *more,
            ],
            cwd=canvas_class.root, capture_output=True, text=True, timeout=120, env=ACTIVATED,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        kind = "canvas" if name == "CanvasExport" else "moodle"
        asked = Asked(kind, sheet if more else None, output=tmp_path / "o", feedback=False)
        ours = files(export_class([UNIT], canvas_class.root, asked))[f"00_start-{kind}.csv"]
        assert target.read_bytes() == ours
    assert "적지 못한 점수: 2026002 이영희" not in done.stderr


def test_the_command_refuses_in_one_sentence(
    canvas_class: Class, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = Class(tmp_path / "ungraded", UNIT)
    empty.submit("kim", empty.solved())
    (tmp_path / "other.csv").write_text("a,b\n", "utf-8")
    root, other = str(canvas_class.root), str(tmp_path / "other.csv")
    for arguments, said in (
        ([UNIT, "--to", "canvas", "--course", str(tmp_path / "none")], "없습니다"),
        ([UNIT, "--to", "canvas", "--course", str(empty.root)], "성적부가 없습니다"),
        (["99", "--to", "canvas", "--course", root], "라는 단원은 없습니다"),
        (["01_eager", "--to", "csv", "--course", root], "과제 01_eager이(가) 없습니다"),
        ([UNIT, "--to", "canvas", "--course", root, "--gradebook", other], "성적표가 아닙니다"),
        ([UNIT, "--to", "canvas", "--course", root, "--gradebook", "x.csv"], "읽을 수 없습니다"),
        ([UNIT, "--to", "csv", "--course", root, "--out-of", "0"], "0보다 큰 수"),
        ([UNIT, "01_eager", "--to", "csv", "--course", root, "--column", "x"], "--column x"),
        ([UNIT, "01_eager", "--to", "moodle", "--course", root, "--gradebook", other], "하나의"),
        ([UNIT, "--to", "blackboard", "--course", root], "쓸 수 없는 값"),
    ):
        with pytest.raises(SystemExit) as stopped:
            cli.main(["export", *arguments])
        printed = capsys.readouterr().err.splitlines()
        assert (stopped.value.code, len(printed)) == (2, 1), printed
        assert said in printed[0]
    assert not (empty.root / "gradebook.db").exists()


def test_the_command_exits_with_one_when_a_score_goes_nowhere(
    canvas_class: Class, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "성적표.csv"
    sheet.write_bytes(Canvas({501: ("김철수", "", "")}, {41: ("00 시작하기", 4)}).gradebook())
    with pytest.raises(SystemExit) as stopped:
        cli.main(
            ["export", UNIT, "--to", "canvas", "--course", str(canvas_class.root),
             "--gradebook", str(sheet), "--output", str(tmp_path)]
        )  # fmt: skip
    assert stopped.value.code == 1
    printed = capsys.readouterr().out
    assert "적지 못한 점수 2개" in printed
    assert "2026003 박민수(4점): 성적표에서 누구인지 찾지 못했습니다" in printed


def test_the_lms_here_can_refuse() -> None:
    """The importers of these tests are not made of rubber."""
    with pytest.raises(Refused, match="header"):
        HERE.imports(b"Student,Name,X,Y\n")
    with pytest.raises(Refused, match="a new student"):
        HERE.imports(b"Student,ID,SIS Login ID,Section,00 x (41)\nnobody,1,,,3\n")
    with pytest.raises(Refused, match="a new assignment"):
        HERE.imports(b"Student,ID,SIS Login ID,Section,00 x (77)\n")
    with pytest.raises(Refused, match="invalidgradeimport"):
        Moodle(MOODLE_PEOPLE).imports("식별자,성적\n".encode())
    with pytest.raises(Refused, match="usermappingerror"):
        moodle_gradebook(b"idnumber,email,name,x\n9,,,1\n", {})
