"""무들의 채점 워크시트와 성적부 가져오기: 열의 규칙.

여기 없는 것: 파일을 읽고 쓰는 일(`grading.lms.sheets`), 성적부를 읽는 일(`grading.lms.marks`), 캔버스의 규칙(`grading.lms.canvas`).

규칙은 무들의 소스에서 왔습니다. 워크시트(`mod/assign/gradingtable.php`, `assignfeedback_offline`)는 쓰는 사람의 언어로
이름 붙인 열 가운데 식별자, 성적, 마지막 수정됨(성적)이 있어야 받고, 최대 성적을 넘거나 0보다 작은 점수는 말없이 건너뜁니다.
영어 이름은 소스의 lang/en, 한국어 이름은 무들의 한국어 언어팩(3.0의 것)에서 왔고, 뒤의 판에서 다를 만한 것을 더했습니다.
성적부 가져오기(`gradeimport_csv`)는 모르는 사람이 한 명이라도 있으면 모두 거절하고, 빈 칸은 있던 점수를 지웁니다.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from autograder.errors import CourseError
from autograder.grading.lms.filling import (
    Filled,
    Wanted,
    full_marks,
    number,
    score_text,
)
from autograder.grading.lms.marks import Marks, Student
from autograder.grading.lms.match import Line, match
from autograder.grading.lms.names import MOODLE
from autograder.grading.lms.sheets import Sheet, formula, safe
from autograder.report import number_text

_COLUMNS = {
    "identifier": ("identifier", "식별자"),
    "name": ("fullname", "firstname/surname", "firstname/lastname", "전체이름", "성명", "이름"),
    "email": ("emailaddress", "email", "이메일주소", "이메일"),
    "id": ("idnumber", "id번호", "학번", "식별번호"),
    "login": ("username", "사용자아이디", "사용자명", "사용자이름", "아이디"),
    "grade": ("grade", "성적", "점수"),
    "most": ("maximumgrade", "최대성적", "최고성적", "최대점수"),
    "scale": ("scale", "척도"),
    "changed": ("lastmodified(grade)", "마지막수정됨(성적)", "마지막수정(성적)", "최종수정(성적)"),
}
_PARTICIPANT = re.compile(r"\D*(\d+)\s*", re.S)


def numbers_of(students: Sequence[Student], unit: str) -> dict[str, str]:
    """학생 → 참가자 번호. 과제마다 다른 번호라 그 단원의 제출에서 안 것만 씁니다."""
    found = {}
    for student in students:
        one = student.given.get(unit)
        if one is not None and one.lms == MOODLE:
            found[student.id] = one.number
    return found


def fill(sheet: Sheet, marks: Marks, students: dict[str, Student], wanted: Wanted) -> Filled:
    """과제의 채점 워크시트에서 성적 열만 채웁니다. 나머지 줄과 칸은 그대로입니다."""
    made = Filled(sheet, told=list(sheet.told))
    places = columns(sheet.rows[0])
    _require_worksheet(places)
    width = len(sheet.rows[0])
    people = [row for row in sheet.rows[1:] if any(row)]
    for row in people:
        row.extend([""] * (width - len(row)))
    lines = [line_of(places, row) for row in people]
    matched = match(lines, [*students.values()], numbers_of([*students.values()], marks.unit))
    for place, reason in matched.doubtful.items():
        made.told.append(f"워크시트의 {lines[place].shown}: {reason}. 적지 않았습니다.")
    known = {*matched.found, *matched.doubtful}
    made.tell_unmatched([line.shown for place, line in enumerate(lines) if place not in known])
    grade = places["grade"]
    most = {number(row[places["most"]]) for row in people} if "most" in places else set()
    theirs = most.pop() if len(most) == 1 else None
    out_of = full_marks(marks, theirs, wanted, "무들")

    def too_much(_: str, score: float) -> str:
        if theirs is None or score <= theirs:
            return ""
        return f"무들의 최대 성적 {number_text(theirs)}점보다 커서 무들이 받지 않습니다"

    changed = made.fill_column(
        people, grade, matched.found, marks, students, wanted, out_of, too_much
    )
    for owner in sorted(marks.scores.keys() - set(matched.found.values())):
        made.lose(students[owner], marks.scores[owner], "워크시트에서 누구인지 찾지 못했습니다")
    made.tell_changed(changed)
    return made


def build(marks: Marks, students: dict[str, Student], wanted: Wanted) -> Filled:
    """워크시트 없이, 성적부 가져오기에 쓸 CSV를 만듭니다. 무들이 모르는 사람과 빈 칸은 넣지 않습니다."""
    out_of = full_marks(marks, None, wanted, "무들")
    title = wanted.columns.get(marks.unit) or marks.title
    made = Filled(Sheet([["idnumber", "email", "name", title]]))
    for student in students.values():
        score = marks.scores.get(student.id)
        if score is None and not wanted.missing_zero:
            continue
        given = score or 0.0
        if student.made_up:
            made.lose(student, given, "명단 없이 모아 무들이 아는 학번이나 메일을 모릅니다")
        elif formula(student.id) or formula(student.email):
            made.lose(student, given, "아이디가 엑셀의 수식처럼 시작합니다. 무들에서 직접 넣으세요")
        else:
            made.sheet.rows.append(
                [student.id, student.email, safe(student.name), score_text(given, marks, out_of)]
            )
            made.students.add(student.id)
    if not made.students:
        raise CourseError(
            "무들이 알아볼 학번이나 메일이 있는 학생이 없습니다.",
            "무들의 과제에서 채점 워크시트를 내려받아 --gradebook으로 주세요.",
        )
    return made


def columns(header: Sequence[str]) -> dict[str, int]:
    """아는 열 → 자리. 영어와 한국어의 이름을 모두 알아봅니다."""
    keys = [re.sub(r"\s+", "", unicodedata.normalize("NFC", name)).casefold() for name in header]
    found = {}
    for what, names in _COLUMNS.items():
        place = next((keys.index(name) for name in names if name in keys), None)
        if place is not None:
            found[what] = place
    return found


def line_of(places: dict[str, int], row: list[str]) -> Line:
    """워크시트의 줄에 적힌 것."""

    def value(what: str) -> str:
        return row[places[what]].strip() if what in places and places[what] < len(row) else ""

    participant = _PARTICIPANT.fullmatch(value("identifier"))
    return Line(
        participant[1] if participant else "",
        value("id"),
        value("email"),
        value("login"),
        value("name"),
    )


def _require_worksheet(places: dict[str, int]) -> None:
    remedy = (
        "무들의 과제에서 채점 워크시트 다운로드(Download grading worksheet)로 받은 CSV를 고치지 "
        "않고 주세요. 그런 메뉴가 없으면 과제의 설정에서 오프라인 채점 워크시트를 켜세요."
    )
    for what, name in (
        ("identifier", "식별자(Identifier)"),
        ("grade", "성적(Grade)"),
        ("changed", "마지막 수정됨(성적)(Last modified (grade))"),
    ):
        if what not in places:
            raise CourseError(f"무들의 채점 워크시트가 아닙니다. {name}의 열이 없습니다.", remedy)
    if "scale" in places and "most" not in places:
        raise CourseError(
            "무들의 과제가 점수가 아니라 척도로 채점하게 되어 있습니다.",
            "과제의 설정에서 성적의 유형을 점수로 바꾸고 워크시트를 다시 받으세요.",
        )
