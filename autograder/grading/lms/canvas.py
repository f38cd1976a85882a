"""캔버스의 성적표 CSV: 열의 규칙.

여기 없는 것: 파일을 읽고 쓰는 일(`grading.lms.sheets`), 성적부를 읽는 일(`grading.lms.marks`), 무들의 규칙(`grading.lms.moodle`).

규칙은 캔버스의 소스에서 왔습니다(`lib/gradebook_exporter.rb`, `lib/gradebook_importer.rb`). 첫 줄은 Student(또는
LastName, FirstName), ID, …, Section과 "제목 (아이디)"이고, 열의 이름은 어느 언어에서나 영어입니다. 다음은 있으면
Manual Posting의 줄, Points Possible의 줄입니다. 빈 칸을 올리면 있던 점수를 지우므로 모르는 칸은 받은 그대로 둡니다.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.errors import CourseError
from autograder.grading.course.who import listed, name_key
from autograder.grading.lms.filling import (
    Filled,
    Wanted,
    full_marks,
    number,
    score_text,
)
from autograder.grading.lms.marks import Marks, Student
from autograder.grading.lms.match import Line, match
from autograder.grading.lms.names import CANVAS
from autograder.grading.lms.sheets import Sheet, formula, safe
from autograder.report import number_text

_ASSIGNMENT = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)", re.S)
_POSTING = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.I | re.S)
_READ_ONLY = re.compile(r"read\s+only|읽기", re.I)
_TEST_STUDENT = "studenttest"
_NOT_GRADED = ("N/A", "EX")
"""과제를 받지 않은 사람, 면제된 사람의 칸. 점수를 적지 않습니다."""


def numbers_of(students: Sequence[Student]) -> dict[str, str]:
    """학생 → 캔버스의 사용자 아이디: 낸 파일의 이름이나 명단에서 안 것."""
    found = {}
    for student in students:
        told = {one.number for one in student.given.values() if one.lms == CANVAS}
        if student.canvas or len(told) == 1:
            found[student.id] = student.canvas or told.pop()
    return found


def fill(
    sheet: Sheet, classes: Sequence[Marks], students: dict[str, Student], wanted: Wanted
) -> Filled:
    """캔버스에서 받은 성적표의 과제 열을 채웁니다. 나머지 줄과 칸은 그대로입니다."""
    made = Filled(sheet, told=list(sheet.told))
    header = [name.strip() for name in sheet.rows[0]]
    _require_gradebook(header)
    section = header.index("Section")
    width = len(header)
    for row in sheet.rows:
        row.extend([""] * (width - len(row)))
    points = next((row for row in sheet.rows[1:] if "Points Possible" in row[0]), None)
    people = [row for row in sheet.rows[1:] if row is not points and _is_person(row)]
    matched = match([_line(header, row) for row in people], [*students.values()],
                    numbers_of([*students.values()]))  # fmt: skip
    for place, reason in matched.doubtful.items():
        made.told.append(f"성적표의 {people[place][0]}: {reason}. 적지 않았습니다.")
    placed = set(matched.found.values())
    known = {*matched.found, *matched.doubtful}
    strangers = [row[0] for place, row in enumerate(people) if place not in known]
    made.tell_unmatched(strangers)
    changed: list[str] = []
    for marks in classes:
        column = _column(header, section, points, marks, wanted)
        theirs = number(points[column]) if points is not None else None
        out_of = full_marks(marks, theirs, wanted, "캔버스")
        changed += made.fill_column(
            people,
            column,
            matched.found,
            marks,
            students,
            wanted,
            out_of,
            _not_graded,
        )
        for owner in sorted(marks.scores.keys() - placed):
            made.lose(students[owner], marks.scores[owner], "성적표에서 누구인지 찾지 못했습니다")
    made.tell_changed(changed)
    return made


def _not_graded(cell: str, _: float) -> str:
    """캔버스가 점수를 받지 않는 칸이면 그 이유."""
    if cell not in _NOT_GRADED:
        return ""
    said = "면제된" if cell == "EX" else "과제를 받지 않은"
    return f"캔버스에서 {said} 사람입니다({cell})"


def build(classes: Sequence[Marks], students: dict[str, Student], wanted: Wanted) -> Filled:
    """성적표 없이 만듭니다. 캔버스가 알아볼 것이 하나도 없는 학생은 빼고 말합니다."""
    titles = [wanted.columns.get(marks.unit) or marks.title for marks in classes]
    outs = [full_marks(marks, None, wanted, "캔버스") for marks in classes]
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles]
    points = ["    Points Possible", "", "", "", "", *map(number_text, outs)]
    made = Filled(Sheet([header, points]))
    numbers = numbers_of([*students.values()])
    by_sis = 0
    for student in students.values():
        scores = [marks.scores.get(student.id) for marks in classes]
        if not wanted.missing_zero and all(score is None for score in scores):
            continue
        sis = "" if student.made_up else student.id
        told = [numbers.get(student.id, ""), sis, student.email]
        reason = "캔버스의 ID도 학번도 모릅니다" if not any(told[:2]) else ""
        if any(formula(text) for text in told):
            reason = "아이디가 엑셀의 수식처럼 시작합니다. 캔버스에서 직접 넣으세요"
        if reason:
            for score in scores:
                if score is not None:
                    made.lose(student, score, reason)
            continue
        by_sis += not told[0]
        cells = [
            "0" if score is None and wanted.missing_zero
            else "" if score is None else score_text(score, marks, out_of)
            for score, marks, out_of in zip(scores, classes, outs, strict=True)
        ]  # fmt: skip
        made.sheet.rows.append([safe(student.name), *told, "", *cells])
        made.students.add(student.id)
    if by_sis:
        made.told.append(
            f"캔버스의 ID를 모르는 {by_sis}명은 SIS User ID(학번)로 찾게 했습니다. 확실하게 하려면 "
            "캔버스의 성적표에서 내보낸 CSV를 --gradebook으로 주세요."
        )
    if not all(_ASSIGNMENT.fullmatch(title) for title in titles):
        made.told.append(
            "과제의 아이디를 모릅니다. 캔버스에 같은 제목의 과제가 없으면 가져올 때 새 과제를 만들지 "
            "묻습니다. 있는 과제에 넣으려면 캔버스에서 내보낸 CSV를 --gradebook으로 주세요."
        )
    return made


def _require_gradebook(header: list[str]) -> None:
    first = header[0].lstrip("\ufeff")
    named = first == "Student" or header[:2] == ["LastName", "FirstName"]
    if not named or "ID" not in header or "Section" not in header:
        raise CourseError(
            "캔버스의 성적표가 아닙니다. 첫 줄에 Student, ID, Section이 있어야 합니다.",
            "캔버스의 성적표(Gradebook)에서 내보내기(Export)로 받은 CSV를 고치지 않고 주세요.",
        )


def _is_person(row: list[str]) -> bool:
    filled = [cell for cell in row if cell]
    if not filled or all(_POSTING.fullmatch(cell) for cell in filled):
        return False
    return name_key(row[0]) != _TEST_STUDENT


def _line(header: list[str], row: list[str]) -> Line:
    def value(name: str) -> str:
        return row[header.index(name)].strip() if name in header else ""

    name = row[0] if header[0] != "LastName" else f"{row[0]}, {row[1]}"
    # What Canvas writes so that Excel takes the name for no formula.
    if quoted := re.fullmatch(r'="(.*)"', name, re.S):
        name = quoted[1]
    login = value("SIS Login ID")
    email = login if "@" in login else ""
    return Line(value("ID"), value("SIS User ID"), email, login, name)


def _column(
    header: list[str], section: int, points: list[str] | None, marks: Marks, wanted: Wanted
) -> int:
    """단원의 열. 하나로 정해지지 않으면 CourseError."""
    found = {}
    for place in range(section + 1, len(header)):
        title = _ASSIGNMENT.fullmatch(header[place])
        if title and (points is None or not _READ_ONLY.search(points[place])):
            found[place] = title
    asked = wanted.columns.get(marks.unit, "")
    if asked:
        chosen = [
            place
            for place, title in found.items()
            if asked in (header[place], title["title"], title["id"])
        ]
    else:
        chosen = [place for place, title in found.items() if _is_of(title["title"], marks)]
    if len(chosen) == 1:
        return chosen[0]
    names = listed([header[place] for place in chosen or found]) or "없음"
    what = f"'{asked}'라는 과제" if asked else f"{marks.unit}의 과제로 보이는 열"
    raise CourseError(
        f"성적표에서 {what}를 하나로 정할 수 없습니다({len(chosen)}개). 과제의 열: {names}.",
        f'--column "{marks.unit}=과제의 제목"으로 정하세요.',
    )


def _is_of(title: str, marks: Marks) -> bool:
    key, unit = name_key(title), name_key(marks.unit)
    own = name_key(marks.title)
    return unit in key or own in key or name_key(marks.title.partition(" ")[2] or unit) == key
