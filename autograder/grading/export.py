"""`autograder export`: 점수를 LMS가 그대로 가져오는 CSV로, 피드백을 LMS가 도로 받는 zip으로, 한 번에.

여기 없는 것: 표를 만드는 일(`grading.lms.export`), zip의 규칙(`grading.lms.give_back`), 학급 보고서(`grading.report`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.errors import CourseError
from autograder.grading.course.folder import CourseFolder, course_directory, require_course
from autograder.grading.course.hold import holding, wait_for_gradebook
from autograder.grading.course.trouble import explained
from autograder.grading.course.who import listed
from autograder.grading.files import write
from autograder.grading.lms import moodle
from autograder.grading.lms.export import EXPORTS
from autograder.grading.lms.freshness import stale
from autograder.grading.lms.give_back import graded_students, moodle_given, pack
from autograder.grading.lms.marks import Student, read_marks, read_students
from autograder.grading.lms.match import match
from autograder.grading.lms.names import Given, remembered
from autograder.grading.lms.sheets import read_sheet
from autograder.grading.recording import remake_feedback
from autograder.startup import import_tensorflow

LOST = 1
"""점수가 있으나 LMS의 파일에 적지 못한 학생이 있을 때의 종료 코드."""
_SQLITE = "sqlite:///"

CLICKS = {
    (
        "canvas",
        "grades",
    ): "캔버스: 성적표(Gradebook) → 가져오기(Import) → 이 파일 → 바뀔 점수를 보고 저장",
    ("canvas", "feedback"): "캔버스: 과제 → 제출물 다시 업로드(Re-Upload Submissions) → 이 zip",
    ("moodle", "sheet"): "무들: 과제 → 채점 워크시트를 업로드(Upload grading worksheet) → 이 파일",
    ("moodle", "grades"): "무들: 성적 → 가져오기(Import) → CSV 파일 → idnumber나 email로 맞추기",
    ("moodle", "feedback"): (
        "무들: 과제 → zip 파일로 여러 피드백 파일 업로드(Upload multiple feedback files in a zip) → 이 zip"
    ),
    ("csv", "grades"): "엑셀에서 바로 열립니다",
    ("csv", "feedback"): "풀면 학생마다 폴더가 있습니다",
}


@dataclass
class Made:
    """쓴 파일 하나: 무엇이 몇 명의 것인지, LMS에서 할 일."""

    path: Path
    what: str
    students: int
    clicks: str


@dataclass
class Exported:
    """내보낸 결과. `lost`는 점수가 있으나 적지 못한 학생, `told`는 그 밖에 알릴 것입니다."""

    files: list[Made] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """무엇을 어떻게 내보낼지(명령줄의 선택)."""

    to: str
    gradebook: Path | None = None
    out_of: float = 0.0
    missing_zero: bool = False
    columns: dict[str, str] = field(default_factory=dict)
    output: Path | None = None
    feedback: bool = True


def export(units: Sequence[str], course: Path | str, asked: Asked, *, wait: bool = True) -> int:
    """`units`의 점수와 피드백을 내보내고 표를 보입니다. 종료 코드를 돌려줍니다. 할 수 없으면 CourseError."""
    made = export_class(units, Path(course), asked, wait=wait)
    show(made, Console())
    return LOST if made.lost else 0


def export_class(
    units: Sequence[str], course: Path, asked: Asked, *, wait: bool = True
) -> Exported:
    """`export`에서 표를 보이는 것만 뺀 것."""
    for unit in units:
        require_course(course, unit)
    if asked.to == "moodle" and asked.gradebook is not None and len(units) > 1:
        raise CourseError(
            "무들의 채점 워크시트는 과제 하나의 것입니다.",
            "단원을 하나만 주고, 단원마다 따로 내보내세요.",
        )
    root = course.resolve()
    output = asked.output or course / "export"
    made = Exported()
    with holding(root, "autograder export", wait=wait), explained(root):
        coursedir = course_directory(root)
        _require_gradebook(coursedir, units)
        wait_for_gradebook(coursedir.db_url)
        for group in [[unit] for unit in units] if asked.to == "moodle" else [list(units)]:
            _grades(group, root, coursedir, asked, output, made)
        if asked.feedback:
            for unit in units:
                _feedback(unit, root, coursedir, asked, output, made)
    return made


def _grades(
    units: list[str],
    root: Path,
    coursedir: CourseDirectory,
    asked: Asked,
    output: Path,
    made: Exported,
) -> None:
    plugin = EXPORTS[asked.to](parent=coursedir.parent)
    plugin.assignment = units
    plugin.lms_file = str(asked.gradebook or "")
    plugin.out_of, plugin.missing_zero = asked.out_of, asked.missing_zero
    plugin.columns = asked.columns
    with _opened(coursedir) as gradebook:
        filled = plugin.filled(gradebook, root)
        students = read_students(gradebook, {unit: remembered(root, unit) for unit in units})
        for unit in units:
            made.lost += _never_graded(gradebook, coursedir, unit, students)
    made.lost += filled.lost
    made.told += filled.told
    path = output / f"{'+'.join(units)}-{asked.to}.csv"
    if asked.gradebook is not None and path.resolve() == asked.gradebook.resolve():
        raise CourseError(
            f"받은 파일 {path.name}을(를) 덮어쓰게 됩니다.", "--output에 다른 폴더를 주세요."
        )
    write(path, filled.sheet.to_bytes())
    sheet = asked.to == "moodle" and asked.gradebook is not None
    clicks = CLICKS[asked.to, "sheet" if sheet else "grades"]
    made.files.append(Made(path, "점수", len(filled.students), clicks))


def _feedback(
    unit: str,
    root: Path,
    coursedir: CourseDirectory,
    asked: Asked,
    output: Path,
    made: Exported,
) -> None:
    graded = graded_students(coursedir, unit)
    with _opened(coursedir) as gradebook:
        old = stale(root, gradebook, unit, graded)
    if old and asked.to != "canvas":
        # Scores or words changed since: nobody gets back what is no longer so.
        import_tensorflow()
        failed = remake_feedback(CourseFolder(root, unit, may_differ=True), old)
        for student, reason in failed.items():
            made.lost.append(f"{student}: 피드백을 다시 만들지 못했습니다. {reason}")
    with _opened(coursedir) as gradebook:
        students = read_students(gradebook, {unit: remembered(root, unit)})
        named = remembered(root, unit)
        if asked.to == "moodle" and asked.gradebook is not None:
            named = _from_worksheet(asked.gradebook, unit, students) | named
        packed = pack(asked.to, unit, students, coursedir, gradebook, named)
    if packed.left:
        shown = [students[name].shown for name in packed.left]
        hint = {
            "moodle": "과제의 채점 워크시트를 --gradebook으로 주면 거기서 알아냅니다.",
            "canvas": "캔버스에서 내려받은 제출물의 zip을 autograder collect로 모으면 알게 됩니다.",
        }[asked.to]
        made.told.append(
            f"{unit}: LMS가 붙인 이름을 몰라 피드백을 담지 못한 학생 {len(shown)}명: "
            f"{listed(shown)}. {hint}"
        )
    path = output / f"{unit}-feedback-{asked.to}.zip"
    if packed.students:
        write(path, packed.data)
        clicks = CLICKS[asked.to, "feedback"]
        made.files.append(Made(path, "피드백", len(packed.students), clicks))


def _from_worksheet(path: Path, unit: str, students: dict[str, Student]) -> dict[str, Given]:
    """채점 워크시트에서 알아낸, 무들이 붙일 이름."""
    sheet = read_sheet(path)
    places = moodle.columns(sheet.rows[0])
    lines = [moodle.line_of(places, row) for row in sheet.rows[1:]]
    people = [*students.values()]
    matched = match(lines, people, moodle.numbers_of(people, unit))
    return {
        owner: moodle_given(lines[place].name, lines[place].number)
        for place, owner in matched.found.items()
        if lines[place].number
    }


def _never_graded(
    gradebook: Gradebook, coursedir: CourseDirectory, unit: str, students: dict[str, Student]
) -> list[str]:
    """제출 폴더에는 있으나 성적부에 점수가 없는 학생들."""
    marks = read_marks(gradebook, unit)
    known = {*marks.scores, *marks.unfinished} if marks is not None else set()
    folder = Path(coursedir.root) / coursedir.submitted_directory
    waiting = sorted(path.parent.name for path in folder.glob(f"*/{unit}") if path.is_dir())
    return [
        f"{students[name].shown if name in students else name}: {unit}을 냈으나 아직 채점하지 "
        f"않았습니다. autograder grade {unit}으로 채점하세요."
        for name in waiting
        if name not in known and not name.startswith(".")
    ]


def _require_gradebook(coursedir: CourseDirectory, units: Sequence[str]) -> None:
    url = str(coursedir.db_url)
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).is_file():
        raise CourseError(
            f"{coursedir.root}에는 성적부가 없습니다.",
            f"먼저 autograder grade {units[0]}으로 채점하세요.",
        )


def _opened(coursedir: CourseDirectory) -> Gradebook:
    return Gradebook(coursedir.db_url, coursedir.course_id)


def show(made: Exported, console: Console) -> None:
    """무엇을 썼고 LMS에서 무엇을 누르면 되는지."""
    table = Table(title="내보낸 것", show_lines=True)
    table.add_column("파일", overflow="fold")
    table.add_column("내용")
    table.add_column("학생", justify="right")
    table.add_column("넣는 법", overflow="fold")
    for one in made.files:
        table.add_row(Text(one.path.name), one.what, f"{one.students}명", Text(one.clicks))
    console.print(table)
    if made.files:
        console.print(
            f"폴더: {made.files[0].path.parent}", soft_wrap=True, highlight=False, markup=False
        )
    for line in made.told:
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    if made.lost:
        console.print(f"적지 못한 점수 {len(made.lost)}개:")
        for line in made.lost:
            console.print(f"  {line}", soft_wrap=True, highlight=False, markup=False)
