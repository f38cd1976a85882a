"""nbgrader의 전처리기 자리에 들어가는 것들. 여기서만 nbgrader와 우리 채점이 만납니다.

여기 없는 것: 노트북을 바로잡는 법(`grading.submission`), 실행(`grading.run`), 판정(`grading.judging`).

`RepairNotebook`은 정리 단계의 맨 앞에, `RunNotebook`은 `Execute` 자리에, `SaveReports`는
`SaveAutoGrades` 자리에 놓입니다. 셀마다의 점수는 출력이 아니라 Report에서 옵니다.
강좌의 문제가 없는 과제는 nbgrader가 하던 대로 채점합니다.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, SaveAutoGrades
from traitlets import Bool, Float, Integer, Unicode

from autograder.grading import deaths, submission
from autograder.grading.judging import blank_reports, settle, stored
from autograder.grading.planning import extra_files, fill_outputs, lesson_cells, plan
from autograder.grading.run.kernel import Bounds
from autograder.grading.run.runner import Limits, run_notebook
from autograder.grading.sandbox.choice import required
from autograder.grading.sandbox.levels import LEVELS, Level
from autograder.grading.store import Graded, Store
from autograder.grading.submission import MasterCell, UnreadableNotebook
from autograder.notebook import checked_exercise, grade_id
from autograder.report import Report
from autograder.startup import import_tensorflow

REPORTS = "autograder_reports"
"""전처리기 사이에서 Report들을 넘기는 `resources`의 이름."""
_REASON = "autograder_unreadable"


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]
    """깨진 파일을 만나도 예외 대신 빈 노트북과 이유를 내는 NotebookExporter."""

    def from_file(
        self, file_stream: Any, resources: Any = None, **settings: Any
    ) -> tuple[str, Any]:
        resources = {} if resources is None else resources
        try:
            if isinstance(file_stream, io.BytesIO):
                data = file_stream.read()
            else:
                with open(file_stream.name, "rb") as file:
                    data = file.read(submission.MAX_BYTES + 1)
            notebook = submission.read(data)
        except UnreadableNotebook as error:
            resources[_REASON] = str(error)
            notebook = nbformat.v4.new_notebook()
        else:
            # The second pass reads what the first one wrote, metadata and all.
            if self._is_second_pass():
                notebook = nbformat.reads(data.decode("utf-8-sig"), as_version=4)
        exported: tuple[str, Any] = self.from_notebook_node(notebook, resources, **settings)
        return exported

    def _is_second_pass(self) -> bool:
        classes = {type(preprocessor) for preprocessor in self._preprocessors}
        return RepairNotebook not in classes


class RepairNotebook(NbGraderPreprocessor):  # type: ignore[misc]
    """없어지거나 겹친 nbgrader 메타데이터를 성적부에 있는 것으로 되돌립니다."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        masters = master_cells(resources)
        reason = resources.get(_REASON, "")
        if reason:
            self.log.warning("Unreadable notebook: %s", reason)
            return submission.blank(masters, reason), resources
        nb.metadata.pop("autograder", None)
        return submission.repair(nb, masters), resources


class RunNotebook(NbGraderPreprocessor):  # type: ignore[misc]
    """노트북을 격리해 실행하고 판정합니다. 이미 끝난 실행이 보관되어 있으면 그것을 씁니다."""

    cell_seconds = Float(120.0, help="셀 하나에 주는 시간(초)").tag(config=True)
    notebook_seconds = Float(1200.0, help="노트북 하나에 주는 시간(초)").tag(config=True)
    threads = Integer(0, help="노트북 하나가 쓰는 스레드 수. 0이면 CPU의 수").tag(config=True)
    memory = Float(6.0, help="노트북 하나가 쓸 수 있는 메모리(GiB)").tag(config=True)
    processes = Integer(128, help="노트북 하나가 만들 수 있는 프로세스의 수").tag(config=True)
    disk = Float(4.0, help="노트북 하나가 쓸 수 있는 디스크(GiB)").tag(config=True)
    sandbox = Unicode(
        "", help=f"있어야 할 샌드박스: {', '.join(LEVELS)}. 비어 있으면 landlock"
    ).tag(config=True)
    allow_weaker_sandbox = Bool(
        False, help="있어야 할 샌드박스를 만들 수 없어도 채점합니다(위험합니다)"
    ).tag(config=True)

    run_again = Bool(True, help="끝까지 실행되지 못한 노트북을 다시 실행할지(모두 세 번까지)").tag(
        config=True
    )

    def level(self) -> Level:
        """설정된 만큼의 샌드박스. 만들 수 없으면 CourseError."""
        return required(self.sandbox, self.allow_weaker_sandbox)

    def limits(self, workers: int = 1) -> Limits:
        """설정된 한도. 스레드는 `workers`개의 노트북이 나누어 씁니다. 샌드박스를 만들 수 없으면 CourseError."""
        cpus = os.cpu_count() or 1
        threads = self.threads or max(1, cpus // workers)
        bounds = Bounds(int(self.memory * 2**30), self.processes, int(self.disk * 2**30))
        return Limits(self.cell_seconds, self.notebook_seconds, threads, bounds, int(self.level()))

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        exercises = [name for name in map(graded_exercise, nb.cells) if name]
        reason = submission.unreadable(nb)
        if not exercises:
            # Nothing of this course in it: as nbgrader does it.
            executed: tuple[NotebookNode, Any] = Execute(parent=self.parent).preprocess(
                nb, resources
            )
            return executed
        import_tensorflow()
        if reason:
            graded = Graded([], [], blank_reports(exercises, reason), 0)
        else:
            names = resources["nbgrader"]
            released = self._source(names["assignment"]) / f"{names['notebook']}.ipynb"
            graded = self._graded(nb, Path(resources["metadata"]["path"]), released)
        resources[REPORTS] = graded.reports
        return fill_outputs(nb, graded), resources

    def _source(self, assignment: str) -> Path:
        """과제의 원본이 있는 폴더. 과정 폴더가 nbgrader의 현재 폴더입니다."""
        coursedir = getattr(getattr(self.parent, "parent", None), "coursedir", None)
        if coursedir is None:
            return Path("source", assignment)
        return Path(coursedir.format_path(coursedir.source_directory, ".", assignment))

    def _graded(self, nb: NotebookNode, folder: Path, released: Path) -> Graded:
        # nbgrader works with the course folder as the current one.
        store = Store(Path.cwd())
        planned = plan(nb, extra_files(folder), self.limits(), lesson_cells(released))
        graded = stored(store, planned.key)
        while graded is None or (self.run_again and deaths.due(graded)):
            task = planned.task()
            graded = settle(store, planned.key, task, run_notebook(task))
        return graded

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        return cell, resources


class SaveReports(SaveAutoGrades):  # type: ignore[misc]
    """검사 셀의 점수를 Report에서 성적부로 옮깁니다. 강사가 준 점수는 건드리지 않습니다."""

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        report: Report | None = resources.get(REPORTS, {}).get(graded_exercise(cell))
        if report is None:
            super()._add_score(cell, resources)
            return
        grade = self.gradebook.find_grade(
            cell.metadata["nbgrader"]["grade_id"],
            self.notebook_id,
            self.assignment_id,
            self.student_id,
        )
        grade.auto_score = min(report.score, float(grade.max_score))
        grade.needs_manual_grade = grade.manual_score is not None
        self.gradebook.db.commit()


def graded_exercise(cell: NotebookNode) -> str:
    """점수가 걸린 검사 셀이면 문제의 아이디, 아니면 빈 문자열."""
    return checked_exercise(cell) if utils.is_grade(cell) else ""


def master_cells(resources: Any) -> list[MasterCell]:
    """성적부에 있는 노트북의 셀들, 문제의 순서대로."""
    names = resources["nbgrader"]
    with Gradebook(names["db_url"]) as gradebook:
        return read_masters(gradebook, names["notebook"], names["assignment"])


def read_masters(gradebook: Gradebook, notebook: str, assignment: str) -> list[MasterCell]:
    """열린 성적부에서 `master_cells`를 읽습니다."""
    stored = gradebook.find_notebook(notebook, assignment)
    points = {cell.name: float(cell.max_score) for cell in stored.grade_cells}
    points |= {cell.name: float(cell.max_score) for cell in stored.task_cells}
    tasks = {cell.name for cell in stored.task_cells}
    solutions = {cell.name for cell in stored.solution_cells}
    checks = {}
    for cell in stored.source_cells:
        if cell.name in points and cell.cell_type == "code":
            checks[cell.name] = checked_exercise(nbformat.v4.new_code_cell(cell.source))
    # "sequential_mnist_2" belongs to the exercise with the longest name it begins with.
    owners = sorted((name for name in checks.values() if name), key=len, reverse=True)
    made = []
    for cell in stored.source_cells:
        metadata: dict[str, Any] = {
            "cell_type": cell.cell_type,
            "checksum": cell.checksum,
            "grade": cell.name in points and cell.name not in tasks,
            "grade_id": cell.name,
            "locked": bool(cell.locked),
            "schema_version": 3,
            "solution": cell.name in solutions,
            "task": cell.name in tasks,
        }
        if cell.name in points:
            metadata["points"] = points[cell.name]
        owner = checks.get(cell.name) or next(
            (
                name
                for name in owners
                if f"{cell.name}_".startswith(f"{grade_id(name)}_") and cell.name in solutions
            ),
            "",
        )
        made.append(
            MasterCell(
                cell.name, cell.source, cell.cell_type, metadata, owner, points.get(cell.name)
            )
        )
    return made
