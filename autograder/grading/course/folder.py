"""nbgrader의 과정 폴더. 채점에 없는 것(설정, source/, 성적부의 과제)은 여기서 만듭니다.

여기 없는 것: 학생의 노트북을 찾는 일(`grading.course.locate`), 바뀐 과제에 맞추는 일(`grading.course.refresh`).
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry, SourceCell
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import compute_checksum

from autograder import notebook
from autograder.about import course_root
from autograder.errors import CourseError
from autograder.exercises import unit_exercises
from autograder.exercises.units import UNITS, Unit
from autograder.grading.course.config import configure, configured
from autograder.grading.course.hold import wait_for_gradebook
from autograder.grading.course.locate import PROPER, locate
from autograder.grading.course.preprocessors import read_masters
from autograder.grading.course.trouble import explained
from autograder.grading.planning import lesson_cells
from autograder.grading.submission import MasterCell
from autograder.judge import points_of
from autograder.kinds import Exercise

CONFIG = "nbgrader_config.py"
_CONFIG_TEXT = """\
# autograder가 만든 nbgrader의 설정입니다. 고쳐 써도 됩니다.
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "{course_id}"

# formgrader의 Autograde 단추와 nbgrader autograde가 autograder grade와 같은 점수를 주게 합니다.
try:
    from autograder.grading import configure
except ImportError:
    # 강좌의 패키지가 없는 파이썬입니다. nbgrader가 제 방식으로 채점하는 대신 오류를 내게 합니다.
    c.Autograde.autograde_preprocessors = ["autograder.grading.course.preprocessors.RunNotebook"]
else:
    configure(c)

# 셀 하나와 노트북 하나에 주는 시간(초)
# c.RunNotebook.cell_seconds = 120
# c.RunNotebook.notebook_seconds = 1200
"""

READY, NO_FILE, NOT_SUBMITTED = "ready", "no file", "not submitted"


@dataclass(frozen=True)
class Submission:
    """학생 한 명의 제출. `note`는 채점할 파일이 없는 이유이거나, 어디서 찾았는지입니다."""

    student: str
    status: str
    path: Path | None = None
    note: str = ""
    elsewhere: bytes | None = None
    """다른 곳에서 찾아 제자리(`path`)에 둘 노트북의 내용."""


class CourseFolder:
    """과정 폴더와 단원 하나. 만들 때 빠진 것을 채우고, 채울 수 없으면 CourseError입니다.

    성적부의 문제와 배점이 강좌의 것과 달라도 CourseError이며, `may_differ`면 괜찮습니다.
    """

    def __init__(self, folder: Path, unit: str, *, may_differ: bool = False) -> None:
        require_course(folder, unit)
        self.unit: Unit = UNITS[unit]
        self.notebook = Path(self.unit.notebook).stem
        self.root = folder.resolve()
        self.exercises: tuple[Exercise, ...] = unit_exercises(unit)
        _find_own_programs()
        self._write_config()
        self._load()
        if not self._submitted_folder().is_dir():
            raise CourseError(
                f"{self._submitted_folder()} 폴더가 없습니다.",
                f"submitted/<학생>/{unit}/{self.notebook}.ipynb로 모은 뒤 다시 실행하세요.",
            )
        with explained(self.root):
            wait_for_gradebook(self.coursedir.db_url)
            self._prepare_assignment(may_differ)

    @contextlib.contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """열린 성적부."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            yield gradebook

    def submissions(self) -> list[Submission]:
        """성적부의 명단과 submitted/에 있는 모든 학생, 이름 순서대로."""
        with self.gradebook() as gradebook:
            students = {student.id for student in gradebook.students}
        folder = self._submitted_folder()
        students |= student_folders(folder)
        return [self._submission(student) for student in sorted(students)]

    def extra_folders(self, student: str) -> tuple[Path, Path]:
        """노트북과 함께 놓을 파일이 있는 폴더: 학생의 것, 그것을 덮는 원본의 것."""
        return (
            Path(
                self.coursedir.format_path(
                    self.coursedir.submitted_directory, student, self.unit.name
                )
            ),
            self._source_folder(),
        )

    def lesson_cells(self) -> frozenset[str]:
        """내보낸 그대로면 채점에 필요한 것만 실행할 셀들의 소스."""
        return lesson_cells(self._source_folder() / f"{self.notebook}.ipynb")

    def _source_folder(self) -> Path:
        return Path(
            self.coursedir.format_path(self.coursedir.source_directory, ".", self.unit.name)
        )

    def resources(self, student: str) -> dict[str, Any]:
        """nbgrader의 전처리기가 받는 `resources`."""
        return {
            "nbgrader": {
                "student": student,
                "assignment": self.unit.name,
                "notebook": self.notebook,
                "db_url": self.coursedir.db_url,
            }
        }

    def feedback_made(self, student: str) -> dict[str, Any]:
        """학생의 피드백을 만들고, nbgrader의 API가 돌려주는 것(success, error, log)을 돌려줍니다."""
        made: dict[str, Any] = self.api.generate_feedback(self.unit.name, student)
        return made

    def feedback(self, student: str) -> Path:
        """학생의 피드백 파일."""
        folder = self.coursedir.format_path(
            self.coursedir.feedback_directory, student, self.unit.name
        )
        return Path(folder) / f"{self.notebook}.html"

    def _submitted_folder(self) -> Path:
        return self.root / self.coursedir.submitted_directory

    def loose_files(self) -> list[str]:
        """submitted/에 학생의 폴더 없이 놓인 노트북과 zip의 이름, 그리고 글로 적을 수 없는 이름."""
        return sorted(
            entry.name.encode("utf-8", "backslashreplace").decode()
            for entry in self._submitted_folder().iterdir()
            if not _written(entry.name)
            or (entry.is_file() and entry.suffix.lower() in (".ipynb", ".zip"))
        )

    def _submission(self, student: str) -> Submission:
        folder = Path(
            self.coursedir.format_path(self.coursedir.submitted_directory, student, self.unit.name)
        )
        path = folder / f"{self.notebook}.ipynb"
        found = locate(folder.parent, path)
        if found.data is not None:
            elsewhere = None if found.data is PROPER else found.data
            return Submission(student, READY, path, found.note, elsewhere)
        if found.note or folder.is_dir():
            note = found.note or f"{path.name} 파일이 없습니다."
            return Submission(student, NO_FILE, note=note)
        return Submission(student, NOT_SUBMITTED, note="미제출")

    def _write_config(self) -> None:
        path = self.root / CONFIG
        if not path.exists():
            with explained(self.root):
                path.write_text(_CONFIG_TEXT.format(course_id=self.root.name), "utf-8")

    def _load(self) -> None:
        """과정 폴더의 설정을 nbgrader가 하는 대로 읽습니다."""
        app, self.missing_configuration = _configured(self.root)
        self.config = app.config
        self.coursedir = CourseDirectory(parent=app, root=str(self.root))
        self.api = NbGraderAPI(self.coursedir, parent=app)

    def masters(self) -> list[MasterCell]:
        """성적부에 있는 이 단원의 셀들."""
        with self.gradebook() as gradebook:
            return read_masters(gradebook, self.notebook, self.unit.name)

    def take_points(self) -> None:
        """성적부와 source/의 배점을 강좌의 것으로 바꿉니다."""
        points = {exercise.id: points_of(exercise) for exercise in self.exercises}
        owners = {
            cell.grade_id: cell.exercise for cell in self.masters() if cell.points is not None
        }
        with self.gradebook() as gradebook:
            stored = gradebook.find_notebook(self.notebook, self.unit.name)
            for cell in stored.grade_cells:
                if owners.get(cell.name) in points:
                    cell.max_score = points[owners[cell.name]]
            for cell in stored.source_cells:
                if owners.get(cell.name) in points:
                    cell.checksum = _checksum(cell, points[owners[cell.name]])
            gradebook.db.commit()
        path = self._source_folder() / f"{self.notebook}.ipynb"
        if not path.is_file():
            return
        made = notebook.read(path)
        for cell in made.cells:
            entry = cell.metadata.get("nbgrader", {})
            if entry.get("grade") and owners.get(entry.get("grade_id")) in points:
                entry["points"] = points[owners[entry["grade_id"]]]
        path.write_text(notebook.text(made), "utf-8")

    def _prepare_assignment(self, may_differ: bool) -> None:
        try:
            masters = self.masters()
        except MissingEntry:
            self._make_source()
            result = self.api.generate_assignment(self.unit.name, force=True)
            if not result["success"]:
                raise CourseError(
                    f"nbgrader가 과제 {self.unit.name}을(를) 만들지 못했습니다: "
                    f"{_last_line(result)}.",
                    f"{self.root / 'source' / self.unit.name}의 노트북을 확인하세요.",
                ) from None
            masters = self.masters()
        points = {cell.exercise: cell.points for cell in masters if cell.points is not None}
        if not may_differ:
            self._require_same(points)

    def _require_same(self, points: dict[str, float]) -> None:
        """성적부의 문제와 배점이 강좌의 것과 다르면 CourseError."""
        name = self.unit.name
        remedy = (
            f"autograder refresh {name}으로 과제를 지금의 강좌에 맞추세요. "
            "손으로 준 점수와 강사의 말은 그대로입니다."
        )
        for exercise in self.exercises:
            if exercise.id not in points:
                raise CourseError(
                    f"성적부의 과제 {name}에 문제 {exercise.id}이(가) 없습니다.", remedy
                )
            if points[exercise.id] != points_of(exercise):
                raise CourseError(
                    f"문제 {exercise.id}의 배점이 성적부에서는 {points[exercise.id]:g}점인데 "
                    f"강좌에서는 {points_of(exercise):g}점입니다.",
                    remedy,
                )
        known = {exercise.id for exercise in self.exercises}
        if gone := sorted(set(points) - known - {""}):
            raise CourseError(
                f"성적부의 과제 {name}에 있는 문제 {gone[0]}이(가) 지금의 강좌에는 없습니다.",
                remedy,
            )

    def _make_source(self) -> None:
        folder = self._source_folder()
        target = folder / f"{self.notebook}.ipynb"
        if target.is_file():
            return
        solution = solution_of(self.unit, self.root)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(solution, target)


def require_course(folder: Path, unit: str) -> None:
    """`unit`을 채점할 수 있는 과정 폴더가 아니면 CourseError. 아무것도 쓰지 않습니다."""
    if unit not in UNITS:
        raise CourseError(f"'{unit}'라는 단원은 없습니다.", f"단원: {', '.join(UNITS)}.")
    if not folder.is_dir():
        raise CourseError(
            f"과정 폴더 {folder}이(가) 없습니다.", "--course에 nbgrader 과정 폴더를 주세요."
        )
    if not os.access(folder, os.W_OK):
        raise CourseError(
            f"과정 폴더 {folder}에 쓸 수 없습니다.",
            "읽기 전용 디스크라면 쓸 수 있는 곳에 베껴서, 아니면 폴더의 권한을 바꾸고 다시 실행하세요.",
        )
    if not (folder / CONFIG).exists() and not (folder / "submitted").is_dir():
        raise CourseError(
            f"{folder}에는 제출된 노트북이 없습니다.",
            f"submitted/<학생>/{UNITS[unit].notebook}로 모은 뒤 다시 실행하세요.",
        )


def _nbgrader(root: Path) -> tuple[NbGrader, bool]:
    """과정 폴더의 설정을 읽은 nbgrader와, 설정에 강좌의 채점이 빠져 있어 더했는지."""
    app = NbGrader()
    app.log_level = logging.CRITICAL
    # A broken setting must not silently become nbgrader's own way of grading.
    app.raise_config_file_errors = True
    app.initialize([], root=str(root))
    # The log goes where nbgrader's own API collects it, not to the instructor's screen.
    for handler in list(app.log.handlers):
        app.log.removeHandler(handler)
    app.log.addHandler(logging.NullHandler())
    app.log.propagate = False
    app.log.setLevel(logging.INFO)
    missing = not configured(app.config)
    if missing:
        configure(app.config)
    return app, missing


def _configured(root: Path) -> tuple[NbGrader, bool]:
    """`_nbgrader`. 설정을 읽을 수 없으면 CourseError."""
    try:
        return _nbgrader(root)
    except (Exception, SystemExit) as error:
        raise CourseError(
            f"{root / CONFIG}을(를) 읽을 수 없습니다: {error}.",
            "설정을 고치거나, 파일을 지우고 다시 실행하세요(새로 만들어 줍니다).",
        ) from error


def course_directory(root: Path) -> CourseDirectory:
    """과정 폴더의 설정을 읽은, nbgrader의 CourseDirectory."""
    _find_own_programs()
    app, _ = _configured(root.resolve())
    return CourseDirectory(parent=app, root=str(root.resolve()))


@contextlib.contextmanager
def open_gradebook(root: Path) -> Iterator[Gradebook]:
    """과정 폴더의 설정이 가리키는 성적부."""
    coursedir = course_directory(root)
    with explained(root), Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        yield gradebook


@functools.cache
def _api(root: Path) -> NbGraderAPI:
    app, _ = _nbgrader(root)
    return NbGraderAPI(CourseDirectory(parent=app, root=str(root)), parent=app)


def student_folders(submitted: Path) -> set[str]:
    """`submitted`에서 학생의 것인 폴더들의 이름. 읽을 수 없으면 OSError."""
    return {
        entry.name
        for entry in submitted.iterdir()
        if entry.is_dir() and not entry.name.startswith(".") and _written(entry.name)
    }


def _written(name: str) -> bool:
    """성적부와 표에 적을 수 있는 이름인지. 압축을 푼 프로그램이 한글을 잘못 적으면 그렇지 않습니다."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def make_feedback(root: Path, unit: str, student: str) -> dict[str, Any]:
    """다른 프로세스에서 `CourseFolder.feedback_made`가 하는 일."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made: dict[str, Any] = _api(root).generate_feedback(unit, student)
    return made


def _checksum(cell: SourceCell, points: float) -> str:
    """nbgrader가 검사 셀에 적어 두는 값. 배점도 들어 있습니다."""
    made = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")(cell.source)
    made.metadata["nbgrader"] = {"grade": True, "grade_id": cell.name, "points": points}
    return str(compute_checksum(made))


def solution_of(unit: Unit, folder: Path) -> Path:
    """풀이 노트북: 이 패키지가 든 저장소, 과정 폴더의 위쪽, 지금 폴더의 위쪽에서 찾습니다."""
    for start in (Path(__file__), folder, Path.cwd()):
        with contextlib.suppress(CourseError):
            path = course_root(start) / "solutions" / unit.notebook
            if path.is_file():
                return path
    raise CourseError(
        f"풀이 노트북 solutions/{unit.notebook}을(를) 찾을 수 없습니다.",
        f"강좌의 저장소에서 실행하거나, 노트북을 {folder}/source/{unit.name}/에 놓으세요.",
    )


def _find_own_programs() -> None:
    # nbgrader starts `alembic` by its name, also where the environment isn't activated.
    folder = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    if folder not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join((folder, path))


def _last_line(result: dict[str, Any]) -> str:
    lines = str(result.get("error") or result.get("log") or "").strip().splitlines()
    return lines[-1] if lines else "알 수 없는 오류"
