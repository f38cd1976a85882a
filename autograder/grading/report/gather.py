"""과정 폴더에서 보고서의 재료를 읽습니다: 성적부, 채점한 노트북, 보관한 실행. 쓰는 것도 실행하는 것도 없습니다.

여기 없는 것: 재료의 모양(`grading.report.facts`), 실행한 것을 보관하는 일(`grading.store`).

점수는 성적부에서, 판정이 한 말과 코드는 `autograded/`의 노트북에서 옵니다. 그래서 formgrader의 Autograde 단추로
채점했어도, 강사가 점수를 고쳤어도 그대로 보입니다.
"""

from __future__ import annotations

import contextlib
import json
import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning

from autograder.errors import CourseError
from autograder.exercises.units import UNITS
from autograder.grading import last_table
from autograder.grading.course.folder import course_directory, explained, student_folders
from autograder.grading.course.preprocessors import read_masters
from autograder.grading.hand_ins import HandIns
from autograder.grading.last_table import LastTable
from autograder.grading.report.facts import (
    WAITING,
    Answer,
    Asked,
    ClassFacts,
    Share,
    Student,
    UnitFacts,
)
from autograder.grading.run import kernel
from autograder.grading.run.runner import NOT_RUN, SKIPPED
from autograder.grading.store import Graded, Store
from autograder.grading.submission import MasterCell
from autograder.grading.table import ABSENT, BROKEN, GRADED, MISSING, UNREADABLE, UNTOUCHED
from autograder.korean import DEEPER
from autograder.report import Report

_HEADING = re.compile(rf"^#+ 문제 (\S+) · (.+?)(?: · {DEEPER})?$", re.M)


@dataclass
class _Executed:
    """채점한 노트북에서 읽은 것: 문제마다의 Report와 풀이 셀의 코드, 다시 실행했다는 말."""

    reports: dict[str, Report] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    again: str = ""

    @property
    def unreadable(self) -> bool:
        """읽을 수 없던 제출을 대신한 노트북인지: 모든 문제에 같은 이유만 있고 풀이 셀이 없습니다."""
        notes = {report.note for report in self.reports.values()}
        return not self.codes and len(notes) == 1 and "" not in notes


def gathered(root: Path, units: Sequence[str]) -> ClassFacts:
    """`root`에서 `units`(없으면 채점한 모든 단원)의 재료를 읽습니다.

    없는 단원이거나 채점한 적이 없으면 CourseError.
    """
    root = root.resolve()
    for unit in units:
        if unit not in UNITS:
            raise CourseError(f"'{unit}'라는 단원은 없습니다.", f"단원: {', '.join(UNITS)}.")
    with explained(root), warnings.catch_warnings():
        # nbgrader's own use of SQLAlchemy; nothing an instructor could do about it.
        warnings.simplefilter("ignore", SAWarning)
        coursedir = course_directory(root)
        _require_gradebook(coursedir, root, units)
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            graded = _graded_units(gradebook)
            if missing := [unit for unit in units if unit not in graded] or (
                [] if graded else [""]
            ):
                raise _never_graded(root, missing[0])
            folder = _Folder(root, coursedir, gradebook)
            chosen = tuple(folder.unit(unit) for unit in graded if unit in units or not units)
            return ClassFacts(
                str(coursedir.course_id) or root.name,
                chosen,
                tuple(graded),
                folder.ways(graded, {facts.unit: facts for facts in chosen}),
                folder.people(chosen),
            )


def _require_gradebook(coursedir: CourseDirectory, root: Path, units: Sequence[str]) -> None:
    """성적부가 없으면 CourseError. 열어 보는 것만으로 nbgrader가 새로 만들기 때문입니다."""
    kind, _, path = str(coursedir.db_url).partition(":///")
    if kind == "sqlite" and not (root / path).is_file():
        raise _never_graded(root, units[0] if units else "")


def _never_graded(root: Path, unit: str) -> CourseError:
    said = f" {unit} 단원을" if unit else ""
    return CourseError(
        f"{root}에는{said} 채점한 기록이 없습니다.",
        f"먼저 autograder grade {unit or '<단원>'} --course {root} 명령으로 채점하세요.",
    )


def _graded_units(gradebook: Gradebook) -> list[str]:
    """제출을 채점한 단원들, 차례대로."""
    found = {
        assignment.name for assignment in gradebook.assignments if assignment.num_submissions > 0
    }
    return [unit for unit in UNITS if unit in found]


class _Folder:
    """열린 성적부와 과정 폴더."""

    def __init__(self, root: Path, coursedir: CourseDirectory, gradebook: Gradebook) -> None:
        self._root, self._coursedir, self._gradebook = root, coursedir, gradebook
        self._store = Store(root)
        self._names = {
            student.id: f"{student.last_name or ''}{student.first_name or ''}"
            for student in gradebook.students
        }
        self._present = self._names.keys() | _folders(root / coursedir.submitted_directory)

    def unit(self, unit: str) -> UnitFacts:
        """단원 하나의 재료."""
        notebook = Path(UNITS[unit].notebook).stem
        masters = read_masters(self._gradebook, notebook, unit)
        owners = {cell.grade_id: cell.exercise or cell.grade_id for cell in masters}
        table = last_table.kept(self._root, unit)
        stored = {found.student_id: found for found in self._gradebook.assignment_submissions(unit)}
        told = set(table.students) if table else set()
        executed = {
            student: _read(self._path("autograded", student, unit, notebook), owners)
            for student in stored
        }
        blank = _read(self._path("release", ".", unit, notebook), owners).codes
        students = tuple(
            self._student(student, unit, owners, blank, stored.get(student), executed, table)
            for student in sorted(self._present | stored.keys() | told)
        )
        lesson = _cells(self._path("source", ".", unit, notebook))
        reports = [found.reports for found in executed.values()]
        exercises = tuple(_asked(masters, reports, lesson))
        code = tuple(cell["source"] for cell in lesson if cell["cell_type"] == "code")
        return UnitFacts(
            unit,
            UNITS[unit].title,
            exercises,
            students,
            code,
            table.when if table else "",
            table.made_with if table else "",
        )

    def ways(
        self, graded: Iterable[str], read: dict[str, UnitFacts]
    ) -> dict[str, tuple[Share, ...]]:
        """학생마다 채점한 모든 단원에서 얻은 몫."""
        shares: dict[str, dict[str, float]] = {}
        for unit in graded:
            if unit in read:
                points = read[unit].points
                totals = {each.id: each.total for each in read[unit].scored}
            else:
                points = float(self._gradebook.find_assignment(unit).max_score)
                totals = {
                    found.student_id: _total(found)
                    for found in self._gradebook.assignment_submissions(unit)
                }
            for student, total in totals.items():
                if total is not None and points:
                    shares.setdefault(student, {})[unit] = total / points
        return {
            Student(student, self._names.get(student, ""), GRADED).label: tuple(
                Share(unit, own.get(unit)) for unit in graded
            )
            for student, own in sorted(shares.items())
        }

    def people(self, units: Sequence[UnitFacts]) -> dict[str, tuple[str, ...]]:
        """학생마다 그를 알아볼 수 있는 말들."""
        found: dict[str, tuple[str, ...]] = {
            student.id: (student.id,) for facts in units for student in facts.students
        }
        for student in self._gradebook.students:
            first, last = student.first_name or "", student.last_name or ""
            mail = student.email or ""
            words = (last + first, first + last, f"{last} {first}", f"{first} {last}", first)
            own = (student.id, *words, mail, mail.partition("@")[0], student.lms_user_id or "")
            found[student.id] = tuple(dict.fromkeys(word for word in own if word.strip()))
        return found

    def _student(
        self,
        student: str,
        unit: str,
        owners: dict[str, str],
        blank: dict[str, str],
        stored: Any,
        executed: dict[str, _Executed],
        table: LastTable | None,
    ) -> Student:
        name = self._names.get(student, "")
        status, notes = table.students.get(student, ("", ())) if table else ("", ())
        if stored is None or status in (ABSENT, BROKEN):
            handed = (self._root / self._coursedir.submitted_directory / student / unit).is_dir()
            return Student(student, name, status or (WAITING if handed else ABSENT), remarks=notes)
        found = executed[student]
        run = self._run(student, unit, found)
        answers = _answers(stored, owners, blank, found, run)
        if found.reports and found.unreadable:
            status = UNREADABLE
        elif found.reports:
            status = GRADED if any(a.attempted for a in answers.values()) else UNTOUCHED
        return Student(
            student,
            name,
            status or MISSING,
            _total(stored),
            float(stored.late_submission_penalty or 0.0),
            answers,
            notes or tuple(_notes(found)),
            _stopped(run),
            run.seconds if run is not None else None,
        )

    def _run(self, student: str, unit: str, found: _Executed) -> Graded | None:
        """채점한 노트북이 나온 실행. 그 뒤에 다른 길로 다시 채점했으면 None.

        노트북을 읽을 수 없으면 판정은 보관한 실행의 것입니다.
        """
        key = HandIns(self._root, unit).noted(student).get("key")
        run = self._store.get(str(key)) if key else None
        if run is not None and not found.reports:
            found.reports = run.reports
        return run if run is not None and found.reports == run.reports else None

    def _path(self, step: str, student: str, unit: str, notebook: str) -> Path:
        folder = getattr(self._coursedir, f"{step}_directory")
        return Path(self._coursedir.format_path(folder, student, unit)) / f"{notebook}.ipynb"


def _folders(submitted: Path) -> set[str]:
    with contextlib.suppress(OSError):
        return student_folders(submitted)
    return set()


def _cells(path: Path) -> list[dict[str, Any]]:
    """노트북의 셀들. 읽을 수 없으면 비어 있습니다."""
    return list(_json(path).get("cells", []))


def _json(path: Path) -> dict[str, Any]:
    """노트북 파일의 내용. 소스는 한 문자열로 잇습니다."""
    with contextlib.suppress(OSError, ValueError, RecursionError, TypeError, AttributeError):
        made = json.loads(path.read_text("utf-8"))
        for cell in made["cells"]:
            cell["source"] = "".join(cell.get("source", ""))
            cell["metadata"] = dict(cell.get("metadata", {}))
        return dict(made)
    return {}


def _read(path: Path, owners: dict[str, str]) -> _Executed:
    """채점한 노트북에서 Report와 코드를 읽습니다. 없거나 망가졌으면 비어 있습니다."""
    made = _json(path)
    found = _Executed(
        again=str(made.get("metadata", {}).get("autograder", {}).get("run_again", ""))
    )
    codes: dict[str, list[str]] = {}
    for cell in made.get("cells", []):
        entry = cell["metadata"].get("nbgrader", {})
        with contextlib.suppress(KeyError, TypeError, AttributeError):
            report = Report.from_dict(cell["metadata"]["autograder"]["report"])
            found.reports[report.exercise] = report
        if entry.get("solution") and (owner := owners.get(str(entry.get("grade_id")))):
            codes.setdefault(owner, []).append(cell["source"])
    found.codes = {owner: "\n\n".join(sources).strip() for owner, sources in codes.items()}
    return found


def _answers(
    stored: Any,
    owners: dict[str, str],
    blank: dict[str, str],
    found: _Executed,
    run: Graded | None,
) -> dict[str, Answer]:
    """문제마다의 답. 점수는 성적부에 적힌 것이고, `blank`는 받은 그대로의 풀이 셀입니다."""
    scores: dict[str, float] = {}
    by_hand = set()
    for notebook in stored.notebooks:
        for grade in notebook.grades:
            owner = owners.get(grade.name, grade.name)
            scores[owner] = scores.get(owner, 0.0) + float(grade.score or 0.0)
            if grade.manual_score is not None:
                by_hand.add(owner)
    made = {}
    for owner, score in scores.items():
        report = found.reports.get(owner)
        code = found.codes.get(owner, "")
        attempted = report.attempted if report is not None else bool(score)
        if report is not None and report.note and blank.get(owner, code) != code:
            # What was written stopped before there was anything to look at.
            attempted = True
        made[owner] = Answer(
            score,
            attempted,
            owner in by_hand,
            report.items if report is not None else (),
            report.note if report is not None else "",
            code,
            run.exercise_seconds.get(owner) if run is not None else None,
        )
    return made


def _total(stored: Any) -> float:
    return float(stored.score or 0.0) - float(stored.late_submission_penalty or 0.0)


def _stopped(run: Graded | None) -> tuple[str, ...]:
    aside = (kernel.DONE, SKIPPED, NOT_RUN)
    return () if run is None else tuple(each for each in run.results if each not in aside)


def _notes(found: _Executed) -> list[str]:
    """마지막 표가 없을 때의 비고: 채점한 노트북에 적힌 것."""
    notes = [f"{report.number}: {report.note}" for report in found.reports.values() if report.note]
    return [*([found.again] if found.again else []), *notes]


def _asked(
    masters: Sequence[MasterCell],
    reports: Sequence[dict[str, Report]],
    lesson: Sequence[dict[str, Any]],
) -> Iterable[Asked]:
    """성적부의 점수가 걸린 셀들: 번호와 제목은 Report나 노트북의 제목에서 옵니다."""
    seen = {name: report for found in reports for name, report in found.items()}
    headings = {}
    for cell in lesson:
        if cell["cell_type"] == "markdown" and (heading := _HEADING.search(cell["source"])):
            headings[cell["source"]] = heading
    for master in masters:
        if master.points is None:
            continue
        name = master.exercise or master.grade_id
        report = seen.get(name)
        heading = next((h for text, h in headings.items() if f"`{name}`" in text), None)
        if report is not None:
            yield Asked(name, report.number, report.title, master.points)
        elif heading is not None:
            yield Asked(name, heading[1], heading[2], master.points)
        else:
            yield Asked(name, name, "", master.points)
