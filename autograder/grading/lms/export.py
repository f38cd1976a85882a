"""nbgrader의 내보내기 플러그인: 성적부를 캔버스와 무들이 그대로 가져오는 CSV로, 또는 우리의 CSV로.

여기 없는 것: 열의 규칙(`grading.lms.canvas`, `grading.lms.moodle`), 피드백의 zip(`grading.lms.give_back`), 명령(`grading.export`).

>>> nbgrader export --exporter=autograder.grading.lms.export.CanvasExport \\
...     --assignment='["00_start"]' --CanvasExport.lms_file=캔버스.csv --to=올릴것.csv
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins.export import ExportPlugin
from traitlets import Bool, Dict, Float, Unicode

from autograder.errors import CourseError
from autograder.grading.files import write
from autograder.grading.lms import canvas, moodle
from autograder.grading.lms.filling import Filled, Wanted, full_marks, score_text
from autograder.grading.lms.marks import Marks, Student, read_marks, read_students
from autograder.grading.lms.names import remembered
from autograder.grading.lms.sheets import Sheet, read_sheet, safe
from autograder.report import number_text


class LmsExport(ExportPlugin):  # type: ignore[misc]
    """아래 셋의 바탕. 무엇을 적었고 무엇을 적지 못했는지는 기록(log)에 남습니다."""

    lms_file = Unicode("", help="LMS에서 내보낸 CSV. 주면 과제의 열만 채웁니다").tag(config=True)
    out_of = Float(0.0, help="몇 점 만점으로 적을지. 0이면 그대로").tag(config=True)
    missing_zero = Bool(False, help="내지 않은 사람에게 0점을 적을지").tag(config=True)
    columns = Dict(help="과제(단원) → LMS에서의 제목").tag(config=True)

    name = "lms"
    """파일의 이름에 쓰는 말."""

    def export(self, gradebook: Gradebook) -> None:
        """nbgrader가 부릅니다. `to`가 비었으면 지금 폴더에 씁니다."""
        target = Path(self.to or f"{self.name}.csv")
        made = self.filled(gradebook, self._root())
        write(target, made.sheet.to_bytes())
        self.log.info("학생 %d명의 점수를 %s에 적었습니다.", len(made.students), target)
        for line in made.told:
            self.log.warning("%s", line)
        for line in made.lost:
            self.log.warning("적지 못한 점수: %s", line)

    def filled(self, gradebook: Gradebook, root: Path) -> Filled:
        """만든 표. `root`는 과정 폴더입니다. 만들 수 없으면 CourseError."""
        units = [str(unit) for unit in self.assignment]
        units = units or [assignment.name for assignment in gradebook.assignments]
        classes = []
        for unit in units:
            marks = read_marks(gradebook, unit)
            if marks is None:
                raise CourseError(
                    f"성적부에 과제 {unit}이(가) 없습니다.",
                    f"먼저 autograder grade {unit}으로 채점하세요.",
                )
            classes.append(marks)
        students = read_students(gradebook, {unit: remembered(root, unit) for unit in units})
        if self.student:
            asked = {str(student) for student in self.student}
            students = {name: one for name, one in students.items() if name in asked}
            classes = [_only(marks, asked) for marks in classes]
        wanted = Wanted(self.out_of, self.missing_zero, dict(self.columns))
        made = self._made(classes, students, wanted)
        for marks in classes:
            made.lost += [
                f"{students[name].shown}: {marks.unit}의 채점이 끝나지 않았습니다. "
                f"autograder grade {marks.unit}으로 채점하세요."
                for name in marks.unfinished
            ]
        return made

    def _made(self, classes: list[Marks], students: dict[str, Student], wanted: Wanted) -> Filled:
        raise NotImplementedError

    def _sheet(self) -> Sheet | None:
        return read_sheet(Path(self.lms_file)) if self.lms_file else None

    def _root(self) -> Path:
        coursedir: Any = getattr(self.parent, "coursedir", None)
        return Path(coursedir.root) if coursedir is not None else Path()


class CanvasExport(LmsExport):
    """캔버스의 성적표 가져오기(Gradebook Import)가 받는 CSV."""

    name = "canvas"

    def _made(self, classes: list[Marks], students: dict[str, Student], wanted: Wanted) -> Filled:
        sheet = self._sheet()
        if sheet is None:
            return canvas.build(classes, students, wanted)
        return canvas.fill(sheet, classes, students, wanted)


class MoodleExport(LmsExport):
    """무들이 받는 CSV: `lms_file`이 있으면 과제의 채점 워크시트, 없으면 성적부 가져오기. 과제 하나만 됩니다."""

    name = "moodle"

    def _made(self, classes: list[Marks], students: dict[str, Student], wanted: Wanted) -> Filled:
        if len(classes) != 1:
            raise CourseError("무들의 CSV에는 과제를 하나만 담습니다.", "과제마다 따로 내보내세요.")
        sheet = self._sheet()
        if sheet is None:
            return moodle.build(classes[0], students, wanted)
        return moodle.fill(sheet, classes[0], students, wanted)


class PlainExport(LmsExport):
    """엑셀에서 바로 열리는 CSV: 학생마다 한 줄, 과제마다 한 열."""

    name = "csv"

    def _made(self, classes: list[Marks], students: dict[str, Student], wanted: Wanted) -> Filled:
        outs = [full_marks(marks, None, wanted, "") for marks in classes]
        titles = [
            f"{wanted.columns.get(marks.unit) or marks.title} (/{number_text(most)})"
            for marks, most in zip(classes, outs, strict=True)
        ]
        made = Filled(Sheet([["학생", "이름", "이메일", *titles]]))
        for student in students.values():
            cells = []
            for marks, most in zip(classes, outs, strict=True):
                score = marks.scores.get(student.id)
                if score is None:
                    cells.append("0" if wanted.missing_zero else "")
                else:
                    cells.append(score_text(score, marks, most))
                    made.students.add(student.id)
            who = (student.id, student.name, student.email)
            made.sheet.rows.append([*map(safe, who), *cells])
        return made


EXPORTS: dict[str, type[LmsExport]] = {
    one.name: one for one in (CanvasExport, MoodleExport, PlainExport)
}


def _only(marks: Marks, asked: set[str]) -> Marks:
    scores = {name: score for name, score in marks.scores.items() if name in asked}
    unfinished = tuple(name for name in marks.unfinished if name in asked)
    return Marks(marks.unit, marks.points, scores, unfinished)
