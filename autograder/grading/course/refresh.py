"""`autograder refresh`: 과제를 지금의 강좌에 맞춥니다. 아직 없으면 만들고, 채점을 시작한 뒤에 바뀌었으면 고칩니다.

여기 없는 것: 과제를 처음 만드는 일(`grading.course.folder`), 다시 판정하는 일(`grading.rejudge`).

nbgrader의 generate_assignment는 제출이 있는 과제의 셀을 더하거나 빼지 못합니다. 여기서는 새 과제를 임시 폴더에서
만들어 셀을 옮깁니다. 남아 있는 문제의 손으로 준 점수와 강사의 말은 그대로이고, 바꾸기 전의 성적부와 노트북은 사본이 남습니다.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Comment, Grade, GradeCell, SolutionCell, SourceCell

from autograder.grading.course.backup import back_up, not_copied
from autograder.grading.course.folder import CONFIG, CourseFolder, require_course, solution_of
from autograder.grading.course.hold import holding
from autograder.grading.course.trouble import explained

_FIELDS: dict[type, tuple[str, ...]] = {
    GradeCell: ("max_score", "cell_type"),
    SolutionCell: (),
    SourceCell: ("cell_type", "locked", "source", "checksum"),
}


def refresh(unit: str, course: Path | str = ".", *, wait: bool = True) -> int:
    """`unit`의 과제를 지금의 강좌에 맞춥니다. 종료 코드를 돌려주고, 할 수 없으면 CourseError."""
    _begin(Path(course))
    require_course(Path(course), unit)
    with holding(Path(course), "autograder refresh", wait=wait):
        return _refresh(CourseFolder(Path(course), unit, may_differ=True))


def _refresh(folder: CourseFolder) -> int:
    unit = folder.unit.name
    with explained(folder.root), tempfile.TemporaryDirectory() as temporary:
        fresh = _fresh(Path(temporary), folder)
        copy = back_up(folder.coursedir)
        _keep_source(folder)
        added, removed = _merge(folder, fresh)
        for step in ("source", "release"):
            target = folder.root / step / unit / f"{folder.notebook}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(fresh.root / step / unit / target.name, target)
    print(f"과제 {unit}을(를) 지금의 강좌에 맞추었습니다.")
    for what, names in (("새 문제", added), ("없어진 문제", removed)):
        if names:
            print(f"{what}: {', '.join(names)}")
    if copy is not None:
        print(f"바꾸기 전의 성적부: {copy.relative_to(folder.root)}")
    elif note := not_copied(folder.coursedir):
        print(note)
    with folder.gradebook() as gradebook:
        begun = bool(gradebook.assignment_submissions(unit))
    if begun:
        print(
            f"이제 autograder grade {unit}으로 다시 채점하세요. "
            "손으로 준 점수와 강사의 말은 그대로입니다."
        )
    else:
        print(
            f"학생에게는 release/{unit}/의 노트북을 나누어 주세요. "
            f"교환 폴더를 쓰면 과정 폴더에서 nbgrader release_assignment {unit}을 실행하세요."
        )
    return 0


def _begin(root: Path) -> None:
    """빈 과정 폴더에 제출이 놓일 자리를 만듭니다. 과제를 나누어 주는 것이 제출을 모으는 것보다 먼저입니다."""
    if root.is_dir() and not (root / CONFIG).exists():
        # A folder that can't be written to is told by CourseFolder.
        with contextlib.suppress(OSError):
            (root / "submitted").mkdir(exist_ok=True)


def _fresh(place: Path, folder: CourseFolder) -> CourseFolder:
    """지금의 강좌에서 새로 만든 과제가 있는 과정 폴더."""
    (place / "submitted").mkdir()
    target = place / "source" / folder.unit.name / f"{folder.notebook}.ipynb"
    target.parent.mkdir(parents=True)
    shutil.copyfile(solution_of(folder.unit, folder.root), target)
    return CourseFolder(place, folder.unit.name)


def _keep_source(folder: CourseFolder) -> None:
    source = folder.root / "source" / folder.unit.name / f"{folder.notebook}.ipynb"
    if source.is_file():
        kept = folder.root / ".autograder" / "source"
        kept.mkdir(parents=True, exist_ok=True)
        stamp = f"{datetime.now():%Y-%m-%d_%H%M%S}"
        shutil.copyfile(source, kept / f"{folder.notebook}_{stamp}.ipynb")


def _merge(folder: CourseFolder, fresh: CourseFolder) -> tuple[list[str], list[str]]:
    """`fresh`의 셀들을 성적부로 옮기고, 생긴 문제와 없어진 문제의 아이디를 돌려줍니다."""
    before = {cell.exercise for cell in folder.masters() if cell.exercise}
    after = {cell.exercise for cell in fresh.masters() if cell.exercise}
    with fresh.gradebook() as made, folder.gradebook() as gradebook:
        new = made.find_notebook(fresh.notebook, fresh.unit.name)
        old = gradebook.find_notebook(folder.notebook, folder.unit.name)
        for kind, name, owned in (
            (GradeCell, "grade_cells", Grade),
            (SolutionCell, "solution_cells", Comment),
        ):
            _take(gradebook.db, old, kind, getattr(old, name), getattr(new, name), owned)
        # Their order is the order of the cells, and nothing hangs on them.
        for cell in list(old.source_cells):
            gradebook.db.delete(cell)
        gradebook.db.flush()
        for cell in new.source_cells:
            gradebook.db.add(SourceCell(notebook_id=old.id, name=cell.name, **_values(cell)))
        gradebook.db.commit()
    return sorted(after - before), sorted(before - after)


def _take(db: Any, notebook: Any, kind: type, have: Any, want: Any, owned: type) -> None:
    """셀의 줄을 이름으로 맞춥니다. 새 셀에는 제출마다 `owned`(점수나 말)의 빈 줄이 생깁니다."""
    known = {cell.name: cell for cell in have}
    wanted = {cell.name: cell for cell in want}
    for name, cell in known.items():
        if name not in wanted:
            for row in db.query(owned).filter(owned.cell_id == cell.id):  # type: ignore[attr-defined]
                db.delete(row)
            db.flush()
            db.delete(cell)
    for name, cell in wanted.items():
        if name in known:
            for field, value in _values(cell).items():
                setattr(known[name], field, value)
            continue
        made = kind(name=name, notebook_id=notebook.id, **_values(cell))
        db.add(made)
        db.flush()
        for submitted in notebook.submissions:
            db.add(owned(cell_id=made.id, notebook_id=submitted.id))
    db.flush()


def _values(cell: Any) -> dict[str, Any]:
    return {name: getattr(cell, name) for name in _FIELDS[type(cell)]}
