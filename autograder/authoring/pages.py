"""`build`가 만드는 쪽: 강좌의 차례, 용어집, README의 단원표, 배점의 표.

여기 없는 것: 노트북 안의 셀(`authoring.templates`), 파일에 쓰는 일(`authoring.build`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from autograder.authoring.lint.korean import glossary
from autograder.authoring.templates import colab
from autograder.errors import CourseError
from autograder.exercises.points import FILE
from autograder.exercises.units import UNITS
from autograder.report import number_text

BEGIN = "<!-- 단원표: make build가 씁니다 -->"
END = "<!-- 단원표 끝 -->"


def pages(root: Path, address: str) -> dict[Path, str]:
    """쪽마다 자리 → 내용. README에 단원표의 자리가 없으면 CourseError."""
    readme, points = root / "README.md", judged_points()
    made = {
        root / "notebooks" / "README.md": course_map(address, points),
        root / "notebooks" / "glossary.md": glossary_page(),
    }
    if readme.is_file():
        made[readme] = with_unit_table(readme.read_text("utf-8"))
    package = root / "autograder" / "exercises"
    if package.is_dir():
        made[package / FILE] = points_table(points)
    return made


def judged_points() -> dict[str, float]:
    """문제의 아이디 → 배점. 참고 답안을 모두 만들어 보므로 몇 초 걸립니다."""
    from autograder.exercises import unit_exercises
    from autograder.judge import points_of

    exercises = [exercise for unit in UNITS for exercise in unit_exercises(unit)]
    return {exercise.id: points_of(exercise) for exercise in exercises}


def points_table(points: Mapping[str, float]) -> str:
    """`points.json`: 문제의 아이디 → 배점. `progress()`가 참고 답안을 모두 만들지 않고 읽습니다."""
    listed = {name: json.loads(number_text(value)) for name, value in points.items()}
    return json.dumps(listed, indent=1) + "\n"


def course_map(address: str, points: Mapping[str, float]) -> str:
    """`notebooks/README.md`: 단원의 그림과, 시간, 문제, 배점의 표. `points`는 문제의 아이디 → 배점입니다."""
    from autograder.exercises import unit_exercises

    lines = [
        "# 차례",
        "",
        "위에서부터 차례로 배웁니다. 노트북마다 따로 실행할 수 있습니다. "
        "낱말은 [용어집](glossary.md)에 모았습니다.",
        "",
        *_picture(),
        "",
        "| 단원 | 배우는 것 | 먼저 | 시간 | 문제 | 배점 | |",
        "|---|---|---|--:|--:|--:|---|",
    ]
    minutes, count, total = 0, 0, 0.0
    for unit in UNITS.values():
        exercises = unit_exercises(unit.name)
        worth = sum(points[exercise.id] for exercise in exercises)
        minutes, count, total = minutes + unit.minutes, count + len(exercises), total + worth
        needs = ", ".join(name.partition("_")[0] for name in unit.needs)
        lines.append(
            f"| [{unit.number} · {unit.title}]({unit.notebook}) | {unit.purpose} | {needs} "
            f"| {duration(unit.minutes)} | {len(exercises)} | {number_text(worth)} "
            f"| [Colab]({colab(unit, address)}) |"
        )
    lines.append(f"| 모두 | | | {duration(minutes)} | {count} | {number_text(total)} | |")
    lines += ["", "## 문제", "", "| 문제 | 제목 | 난이도 | 시간 | 배점 |", "|---|---|---|--:|--:|"]
    for unit in UNITS.values():
        for exercise in unit_exercises(unit.name):
            level = "●" * exercise.difficulty + "○" * (5 - exercise.difficulty)
            lines.append(
                f"| [{exercise.number}]({unit.notebook}) · `{exercise.id}` | {exercise.title} "
                f"| {level} | {duration(exercise.minutes)} | {number_text(points[exercise.id])} |"
            )
    return "\n".join(lines) + "\n"


def _picture() -> list[str]:
    """단원의 앞뒤 관계. 깃허브와 주피터랩이 그림으로 보여 줍니다."""
    lines = ["```mermaid", "graph LR"]
    for unit in UNITS.values():
        lines.append(f'  u{unit.number}["{unit.number} {unit.title}"]')
    for unit in UNITS.values():
        for name in unit.needs:
            lines.append(f"  u{name.partition('_')[0]} --> u{unit.number}")
    return [*lines, "```"]


def glossary_page() -> str:
    """`notebooks/glossary.md`: 글의 검사가 쓰는 용어집과 같은 표."""
    lines = [
        "# 용어집",
        "",
        "이 강좌는 한 가지 뜻에 한 낱말만 씁니다. 다른 책에서는 다른 낱말을 만날 수 있습니다. "
        "[차례](README.md)로 돌아갑니다.",
        "",
        "| 영어 | 이 강좌의 말 | 뜻 | 다른 곳에서 만나는 말 |",
        "|---|---|---|---|",
    ]
    for term in sorted(glossary(), key=lambda term: term["english"].lower()):
        use = term["use"].partition(" (")[0]
        other = ", ".join(f"`{word}`" for word in term["avoid"])
        lines.append(f"| {term['english']} | **{use}** | {term['meaning']} | {other} |")
    return "\n".join(lines) + "\n"


def with_unit_table(readme: str) -> str:
    """`readme`의 표시 사이에 단원표를 넣은 글. 표시가 없으면 CourseError."""
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        raise CourseError(
            "README.md에 단원표의 자리가 없습니다.", f"{BEGIN} 줄과 {END} 줄을 한 번씩 적으세요."
        )
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    rows = [
        f"| [{unit.number} {unit.title}](notebooks/{unit.notebook}) | {unit.purpose} |"
        for unit in UNITS.values()
    ]
    table = "\n".join(["| 단원 | 배우는 것 |", "|---|---|", *rows])
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def duration(minutes: int) -> str:
    """`150` → "2시간 30분"."""
    hours, rest = divmod(minutes, 60)
    return " ".join(f"{n}{unit}" for n, unit in ((hours, "시간"), (rest, "분")) if n)
