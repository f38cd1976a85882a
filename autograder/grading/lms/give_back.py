"""피드백을 LMS가 도로 받는 zip에 담습니다: 이름의 규칙과 캔버스에 돌려줄 노트북.

여기 없는 것: 성적의 CSV(`grading.lms.export`), 피드백을 만드는 일(`grading.course.feedback_page`).

무들은 `성명_번호_assignsubmission_file` 폴더 안의 파일을 그 학생의 피드백 파일로 받습니다(`assignfeedback_file`의
`importziplib.php`). 캔버스는 내려받은 파일의 이름에서 사용자와 첨부의 번호를 읽어 제출의 댓글에 붙이되, 언제나 **낸 파일의
이름**(start.ipynb)으로 보입니다(`AbstractAssignment#infer_comment_context_from_filename`). 그래서 캔버스에는 HTML이
아니라 점수표와 메시지가 든 노트북을 돌려줍니다.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from autograder.exercises.units import UNITS
from autograder.grading.course.who import folder_name
from autograder.grading.lms.marks import Student
from autograder.grading.lms.names import CANVAS, MOODLE, Given
from autograder.report import Report, number_text

PAGE = "feedback.html"
_MOODLE = re.compile(
    r"(?P<prefix>.+?_\d+_assignsubmission_(?:file|onlinetext))(?P<rest>_.*)?", re.S
)


@dataclass
class Packed:
    """zip의 내용, 담은 학생들, 피드백은 있으나 LMS에서의 이름을 몰라 담지 못한 학생들."""

    data: bytes
    students: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def graded_students(coursedir: CourseDirectory, unit: str) -> list[str]:
    """`unit`을 실행해 채점한 노트북이 있는 학생들."""
    folder = Path(coursedir.root) / coursedir.autograded_directory
    file = Path(UNITS[unit].notebook).name
    return sorted(path.parent.parent.name for path in folder.glob(f"*/{unit}/{file}"))


def feedback_page(coursedir: CourseDirectory, unit: str, student: str) -> Path:
    """학생의 피드백 HTML이 있을 자리."""
    return (_place(coursedir, "feedback_directory", unit, student)).with_suffix(".html")


def pack(
    lms: str,
    unit: str,
    students: dict[str, Student],
    coursedir: CourseDirectory,
    gradebook: Gradebook,
    named: dict[str, Given],
) -> Packed:
    """`lms`("moodle", "canvas", "csv")가 받는 zip. `named`는 학생 → LMS가 붙인 이름입니다."""
    buffer, made = io.BytesIO(), Packed(b"")
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in graded_students(coursedir, unit):
            if name not in students:
                continue
            place = _name(lms, unit, name, named.get(name))
            if not place:
                made.left.append(name)
                continue
            if lms == "canvas":
                executed = _place(coursedir, "autograded_directory", unit, name)
                data = feedback_notebook(executed.read_bytes(), gradebook, unit, name)
            else:
                data = feedback_page(coursedir, unit, name).read_bytes()
            archive.writestr(place, data)
            made.students.append(name)
    made.data = buffer.getvalue()
    return made


def moodle_name(given: Given) -> str:
    """무들에서 받은 이름에 맞는, 피드백 파일의 이름."""
    found = _MOODLE.fullmatch(given.name)
    if found is None:
        return ""
    if found["rest"] in (None, "_"):
        return f"{given.name}/{PAGE}"
    # Downloaded without folders: everything of a student stands in the file's name.
    return f"{found['prefix']}_{PAGE}"


def moodle_given(name: str, number: str) -> Given:
    """채점 워크시트의 줄에서 만든 이름. 무들은 이름의 밑줄을 빈칸으로 바꿉니다."""
    plain = folder_name(name).replace("_", " ").strip() or "참가자"
    return Given(MOODLE, f"{plain}_{number}_assignsubmission_file", name, number)


def feedback_notebook(data: bytes, gradebook: Gradebook, unit: str, student: str) -> bytes:
    """채점하며 실행한 노트북의 맨 앞에 점수표를 넣은 것."""
    notebook = nbformat.reads(data.decode(), as_version=4)
    summary = nbformat.v4.new_markdown_cell(_summary(notebook, gradebook, unit, student))
    summary["id"] = "feedback"
    notebook.cells.insert(0, summary)
    notebook.nbformat_minor = max(5, notebook.nbformat_minor)
    return nbformat.writes(notebook).encode()


def _summary(notebook: Any, gradebook: Gradebook, unit: str, student: str) -> str:
    stored = gradebook.find_submission_notebook(Path(UNITS[unit].notebook).stem, unit, student)
    grades = {grade.name: grade for grade in stored.grades}
    penalty = float(stored.late_submission_penalty or 0)
    total, most = max(0.0, float(stored.score) - penalty), float(stored.max_score)
    lines = [f"# 피드백: {number_text(total)} / {number_text(most)}점", ""]
    lines += ["| 문제 | 점수 |", "|---|---:|"]
    texts = []
    for cell in notebook.cells:
        grade = grades.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if grade is None:
            continue
        told = cell.metadata.get("autograder", {}).get("report")
        report = Report.from_dict(told) if told else None
        title = f"{report.number} · {report.title}" if report else grade.name
        full = number_text(float(grade.max_score))
        cell_title = title.replace("|", "\\|")
        lines.append(f"| {cell_title} | {number_text(float(grade.score))} / {full} |")
        if report is not None:
            texts.append(report.to_text())
    if penalty:
        lines.append(f"| 지각 | −{number_text(penalty)} |")
    if texts:
        lines += ["", "```", *"\n\n".join(texts).replace("```", "ʼʼʼ").splitlines(), "```"]
    said = [one.manual_comment for one in stored.comments if one.manual_comment]
    lines += ["", *(f"> {line}" for text in said for line in str(text).splitlines())]
    lines += ["", "아래는 채점하며 실행한 노트북입니다."]
    return "\n".join(lines)


def state_of(gradebook: Gradebook, unit: str, student: str) -> list[Any]:
    """피드백에 적히는 것 가운데 성적부에만 있는 것. 달라지면 피드백이 낡은 것입니다."""
    try:
        submission = gradebook.find_submission(unit, student)
    except MissingEntry:
        return []
    made: list[Any] = []
    for notebook in submission.notebooks:
        made.append([notebook.name, notebook.late_submission_penalty])
        made += sorted(
            [grade.name, grade.auto_score, grade.manual_score, grade.extra_credit]
            for grade in notebook.grades
        )
        made += sorted(
            [one.name, one.auto_comment, one.manual_comment] for one in notebook.comments
        )
    return made


def _name(lms: str, unit: str, student: str, given: Given | None) -> str:
    if lms == "csv":
        return f"{student}/{Path(UNITS[unit].notebook).stem}.html"
    if given is None:
        return ""
    if lms == "canvas":
        return given.name if given.lms == CANVAS else ""
    return moodle_name(given) if given.lms == MOODLE else ""


def _place(coursedir: CourseDirectory, what: str, unit: str, student: str) -> Path:
    folder = coursedir.format_path(getattr(coursedir, what), student, unit)
    return Path(folder) / Path(UNITS[unit].notebook).name
