"""`autograder report`: 재료를 읽어 쪽을 쓰고, 쓴 자리를 말합니다.

여기 없는 것: 재료를 읽는 일(`grading.report.gather`), 쪽의 모습(`grading.report.page`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.errors import CourseError
from autograder.grading.course.folder import explained
from autograder.grading.files import write
from autograder.grading.report.gather import gathered
from autograder.grading.report.hidden import hidden, numbered
from autograder.grading.report.page import rendered

NAME, HIDDEN_NAME = "report.html", "report_anonymous.html"
"""과정 폴더에 쓰는 파일. 이름을 숨긴 것은 다음 채점이 덮어쓰지 않도록 따로 둡니다."""


def report(
    units: Sequence[str],
    course: Path | str = ".",
    output: Path | None = None,
    *,
    hide_names: bool = False,
) -> int:
    """`units`(없으면 채점한 모든 단원)의 학급 보고서를 쓰고 종료 코드를 돌려줍니다.

    `output`은 쓸 파일이고, 없으면 과정 폴더의 `report.html`(이름을 숨기면 `report_anonymous.html`)입니다.
    채점한 적이 없거나 쓸 수 없으면 CourseError.
    """
    path = written(units, Path(course), output, hide_names=hide_names)
    print(f"학급 보고서: {path}")
    return 0


def written(
    units: Sequence[str], course: Path, output: Path | None = None, *, hide_names: bool = False
) -> Path:
    """보고서를 쓰고 그 경로를 돌려줍니다."""
    facts = gathered(course, units)
    if hide_names:
        with explained(course):
            facts = hidden(facts, numbered(course, facts.people))
    path = (output or course / (HIDDEN_NAME if hide_names else NAME)).resolve()
    if path.is_dir():
        raise CourseError(f"{path}은(는) 폴더입니다.", "--output에 쓸 파일의 이름을 주세요.")
    with explained(path.parent):
        write(path, rendered(facts, hidden=hide_names).encode())
    return path


def after_grading(unit: str, course: Path) -> str:
    """채점한 뒤에 보고서를 쓰고 강사에게 할 말을 돌려줍니다. 쓰지 못해도 채점은 끝난 것입니다."""
    try:
        return f"학급 보고서: {written([unit], course)}"
    except Exception as error:  # noqa: BLE001 - scores and feedback are already there
        reason = str(error).strip().splitlines() or [type(error).__name__]
        return (
            f"학급 보고서는 쓰지 못했습니다({reason[0][:200]}). 점수와 피드백은 그대로입니다. "
            f"autograder report {unit} --course {course} 명령으로 다시 써 보세요."
        )
