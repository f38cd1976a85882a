"""학생 한 명의 일감: 제출을 한 번 읽고, nbgrader의 정리 단계와 똑같이 정리해 실행할 것을 만듭니다.

여기 없는 것: 제출을 바로잡는 법(`grading.submission`), 실행할 것을 만드는 법(`grading.planning`), 실행(`grading.batch`).
"""

from __future__ import annotations

import glob
import io
from dataclasses import dataclass, field

import nbformat
from nbgrader.converters import Autograde
from sqlalchemy.exc import SQLAlchemyError

from autograder.errors import CourseError
from autograder.grading import submission
from autograder.grading.course import timestamps
from autograder.grading.course.folder import READY, CourseFolder, Submission
from autograder.grading.course.locate import put_in_place
from autograder.grading.course.preprocessors import RunNotebook
from autograder.grading.files import of_the_disk
from autograder.grading.hand_ins import HandIn, HandIns
from autograder.grading.planning import Planned, extra_files, plan


@dataclass
class Work:
    """제출과, 읽은 그대로의 것, 실행할 것, 읽을 수 없는 이유, 채점기의 오류."""

    submission: Submission
    handed: HandIn | None = None
    planned: Planned | None = None
    reason: str = ""
    failure: str = ""
    told: list[str] = field(default_factory=list)
    """점수에 앞서 강사가 알아야 할, 채점하며 내린 결정."""

    @property
    def student(self) -> str:
        """학생의 아이디."""
        return self.submission.student

    @property
    def key(self) -> str:
        """실행의 열쇠. 실행할 것이 없으면 빈 문자열."""
        return "" if self.planned is None else self.planned.key


def read(work: Work, folder: CourseFolder, hand_ins: HandIns) -> None:
    """제출을 (다른 곳에서 찾았으면 제자리에 놓고) 읽어 사본을 둡니다. 한 학생의 파일 때문에 멈추지 않습니다."""
    if work.submission.status != READY:
        return
    if glob.escape(work.student) != work.student:
        # nbgrader takes the folder's name as a pattern and would not find it.
        work.failure = "학생 폴더의 이름에는 *, ?, [를 쓸 수 없습니다. 이름을 바꾸고"
        return
    try:
        if work.submission.elsewhere is not None and work.submission.path is not None:
            put_in_place(work.submission.path, work.submission.elsewhere)
        work.handed = handed_in(folder, work.submission)
    except Exception as error:
        if of_the_disk(error):
            raise
        work.failure = f"제출을 읽지 못했습니다: {short(error)}"
    else:
        hand_ins.keep(work.student, work.handed)
        said = work.submission.note, timestamps.told(folder.extra_folders(work.student)[0])
        work.told += [note for note in said if note]


def prepare(work: Work, folder: CourseFolder, workers: int) -> None:
    """읽은 제출을 정리해 실행할 것을 만듭니다. 한 학생의 파일 때문에 멈추지 않습니다."""
    path = work.submission.path
    if work.handed is None or path is None:
        return
    try:
        converter = Autograde(coursedir=folder.coursedir, parent=folder.api)
        exporter = converter.exporter_class(parent=converter, config=converter.config)
        for preprocessor in converter.sanitize_preprocessors:
            exporter.register_preprocessor(preprocessor, enabled=True)
        place = {"name": path.stem, "path": str(path.parent)}
        text, _ = exporter.from_file(
            io.BytesIO(work.handed.notebook),
            resources=folder.resources(work.student) | {"metadata": place},
        )
        notebook = nbformat.reads(text, as_version=4)
        work.reason = submission.unreadable(notebook)
        work.told += submission.decisions(notebook)
        if not work.reason:
            limits = RunNotebook(parent=exporter).limits(workers)
            files = work.handed.files | extra_files(folder.extra_folders(work.student)[1])
            work.planned = plan(
                notebook, dict(sorted(files.items())), limits, folder.lesson_cells()
            )
    except (CourseError, SQLAlchemyError):
        raise
    except Exception as error:
        if of_the_disk(error):
            raise
        # One student's file must not stop the class.
        work.failure = f"제출을 정리하지 못했습니다: {short(error)}"


def handed_in(folder: CourseFolder, given: Submission) -> HandIn:
    """지금 제출 폴더에 있는 것."""
    assert given.path is not None
    with given.path.open("rb") as file:
        data = file.read(submission.MAX_BYTES + 1)
    return HandIn(data, extra_files(folder.extra_folders(given.student)[0]))


def short(error: Exception) -> str:
    """오류의 이름과 첫 줄."""
    first = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}"[:200].rstrip(".") + "."
