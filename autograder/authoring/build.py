"""`autograder build`: 풀이 노트북(solutions/)에서 학생용 노트북(notebooks/)을 만듭니다.

여기 없는 것: 셀의 글(`authoring.templates`), 거절하는 이유(`authoring.refusals`), 노트북의 실행(`authoring.verify`).

한 단원은 두 걸음입니다.

1. 계획(`plan`, 몇 초): 생성 셀을 채우고, nbgrader의 전처리기로 풀이를 빈칸으로 바꾸고,
   실행하지 않고 알 수 있는 잘못을 모두 찾습니다. 같은 풀이는 언제나 같은 바이트가 됩니다.
2. 실행(`verify`, 1–2분): 풀이 노트북은 만점이어야 하고, 손대지 않은 학생용 노트북은
   끝까지 조용히 실행되고 0점이어야 합니다.

`--check`는 1만 하고 파일과 비교합니다(2는 `tests/test_notebooks.py`가 합니다).
`--check`가 없으면 바뀐 단원만 2까지 하고, 잘못이 없는 단원만 씁니다.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.nbgraderformat import ValidationError

from autograder.about import course_root
from autograder.authoring import templates
from autograder.authoring.fill import fill
from autograder.authoring.pages import pages
from autograder.authoring.path import path_problems
from autograder.authoring.refusals import exercise_problems, solution_problems, student_problems
from autograder.authoring.release import release
from autograder.errors import CourseError
from autograder.exercises import unit_exercises
from autograder.exercises.units import UNITS, Unit
from autograder.notebook import read, text, tidy
from autograder.startup import import_tensorflow

FAILED = 1
"""어긋난 파일이나 거절된 단원이 있을 때의 종료 코드."""


@dataclass(frozen=True)
class Plan:
    """단원 하나의 결과: 써야 할 파일의 내용과, 쓰면 안 되는 이유들."""

    unit: Unit
    files: dict[Path, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    solution: NotebookNode | None = None
    student: NotebookNode | None = None

    @property
    def changed(self) -> list[Path]:
        """디스크의 내용과 다른 파일들."""
        return [path for path, content in self.files.items() if _current(path) != content]


def build(
    units: Sequence[str], check: bool = False, root: Path | None = None, run: bool = True
) -> int:
    """단원들의 학생용 노트북을 만들거나(`check`면 비교만 하고) 종료 코드를 돌려줍니다.

    `units`가 비어 있으면 모든 단원과 차례, 용어집, README의 단원표입니다. `run`이 False면
    노트북을 실행하지 않습니다. 없는 단원이나 과정 폴더가 아니면 CourseError.
    """
    root = course_root() if root is None else root
    chosen = chosen_units(units)
    import_tensorflow()
    plans = [plan(unit, root) for unit in chosen]
    refused = _strays(root, units)
    changed: list[Path] = []
    for made in plans:
        problems = list(made.problems)
        if not problems and made.changed and run and not check:
            problems = verify(made)
        if problems:
            refused[_solution_path(made.unit, root)] = problems
        else:
            changed += made.changed
            if not check:
                _write(made.files)
    if not units:
        made_pages = pages(root, templates.repository(root))
        changed += [path for path, content in made_pages.items() if _current(path) != content]
        if not check:
            _write(made_pages)
    _report(root, changed, refused, check, len(chosen))
    return FAILED if refused or (check and changed) else 0


def plan(unit: Unit, root: Path) -> Plan:
    """단원의 파일을 만들되 쓰지는 않습니다. 노트북을 실행하지도 않습니다."""
    path = _solution_path(unit, root)
    if not path.is_file():
        return Plan(unit, problems=("풀이 노트북이 없습니다.",))
    address = templates.repository(root)
    solution = tidy(read(path), unit.name)
    problems = fill(solution, unit, address)
    if problems:
        return Plan(unit, problems=tuple(problems))
    problems = solution_problems(solution) + path_problems(solution, unit_exercises(unit.name))
    try:
        student = release(solution)
    except (RuntimeError, ValueError, ValidationError) as error:
        return Plan(unit, problems=(*problems, f"nbgrader가 거절했습니다: {error}."))
    problems += student_problems(solution, student)
    problems += exercise_problems(unit.name, root)
    files = {path: text(solution), root / "notebooks" / unit.notebook: text(student)}
    return Plan(unit, files, tuple(problems), solution, student)


def verify(made: Plan) -> list[str]:
    """풀이와 학생용 노트북을 실행해 보고 잘못된 것을 돌려줍니다."""
    from rich.progress import Progress, TimeElapsedColumn

    from autograder.authoring.verify import execute, solution_faults, untouched_faults

    faults: list[str] = []
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), transient=True) as bar:
        for label, notebook, judge in (
            ("풀이", made.solution, solution_faults),
            ("학생용", made.student, untouched_faults),
        ):
            assert notebook is not None
            task = bar.add_task(f"{made.unit.name} {label} 실행", total=len(notebook.cells))
            done = execute(notebook, on_cell=partial(_advance, bar, task))
            faults += [f"{label} 노트북: {fault}" for fault in judge(done, made.unit.name)]
    return faults


def _advance(bar: Any, task: Any, index: int) -> None:
    bar.update(task, completed=index + 1)


def chosen_units(names: Sequence[str]) -> list[Unit]:
    """이름이 가리키는 단원들, 없으면 모두. 없는 단원이면 CourseError."""
    unknown = [name for name in names if name not in UNITS]
    if unknown:
        raise CourseError(f"'{unknown[0]}'라는 단원은 없습니다.", f"단원: {', '.join(UNITS)}.")
    return [unit for name, unit in UNITS.items() if not names or name in names]


def _strays(root: Path, units: Sequence[str]) -> dict[Path, list[str]]:
    if units:
        return {}
    known = {root / "notebooks" / unit.notebook for unit in UNITS.values()}
    return {
        path: ["이 노트북을 만드는 단원이 없습니다. 지우세요."]
        for path in sorted((root / "notebooks").rglob("*.ipynb"))
        if path not in known and ".ipynb_checkpoints" not in path.parts
    }


def _solution_path(unit: Unit, root: Path) -> Path:
    return root / "solutions" / unit.notebook


def _current(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else None


def _write(files: dict[Path, str]) -> None:
    for path, content in files.items():
        if _current(path) == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        partial.write_bytes(content.encode())
        partial.replace(path)


def _report(
    root: Path, changed: list[Path], refused: dict[Path, list[str]], check: bool, count: int
) -> None:
    for path, problems in refused.items():
        print(f"✘ {path.relative_to(root)}")
        for problem in problems:
            print("   - " + problem.replace("\n", "\n     "))
    for path in changed:
        word = "지금의 풀이와 다릅니다" if check else "새로 썼습니다"
        print(f"{'✘' if check else '✔'} {path.relative_to(root)}: {word}")
    if refused:
        print("고친 뒤 autograder build를 다시 실행하세요.")
    elif check and changed:
        print("autograder build를 실행하고 바뀐 파일을 함께 커밋하세요.")
    elif not changed:
        print(f"단원 {count}개 모두 지금의 풀이와 같습니다.")
