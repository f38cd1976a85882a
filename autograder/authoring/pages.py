"""`build`가 만드는 쪽: 강좌의 차례, 용어집, README의 단원표, 배점의 표, 핵심과 더 깊이의 표.

여기 없는 것: 시간을 재는 일(`authoring.path`), 노트북 안의 셀(`authoring.templates`), 파일에 쓰는 일(`authoring.build`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from autograder.authoring.lint.korean import glossary
from autograder.authoring.path import LAST_CORE, path_table
from autograder.authoring.templates import colab, duration
from autograder.errors import CourseError
from autograder.exercises.path import FILE as PATH_FILE
from autograder.exercises.path import UnitPath
from autograder.exercises.points import FILE
from autograder.exercises.units import UNITS
from autograder.korean import DEEPER
from autograder.report import number_text

BEGIN = "<!-- 단원표: make build가 씁니다 -->"
END = "<!-- 단원표 끝 -->"


def pages(root: Path, address: str) -> dict[Path, str]:
    """쪽마다 자리 → 내용. README에 단원표의 자리가 없으면 CourseError."""
    readme, points, path = root / "README.md", judged_points(), path_table(root)
    made = {
        root / "notebooks" / "README.md": course_map(address, points, path),
        root / "notebooks" / "glossary.md": glossary_page(),
        root / "solutions" / "README.md": solutions_page(),
    }
    if readme.is_file():
        made[readme] = with_unit_table(readme.read_text("utf-8"), path)
    package = root / "autograder" / "exercises"
    if package.is_dir():
        made[package / FILE] = points_table(points)
        made[package / PATH_FILE] = written_path(path)
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


def written_path(path: Mapping[str, UnitPath]) -> str:
    """`path.json`: 단원 → 핵심과 더 깊이의 시간, 더 깊이인 문제. 노트북이 없는 곳에서도 읽습니다."""
    return json.dumps({name: asdict(unit) for name, unit in path.items()}, indent=1) + "\n"


def solutions_page() -> str:
    """`solutions/README.md`: 풀이 노트북의 **차례** 링크가 가리키는 곳."""
    lines = [
        "# 풀이의 차례",
        "",
        "답이 적힌 노트북입니다. 배우는 사람은 [차례](../notebooks/README.md)에서 시작하세요. "
        "고치는 법은 [함께 만들기](../CONTRIBUTING.md#노트북-고치기와-만들기)에 있습니다.",
        "",
        *(f"- [{unit.number} · {unit.title}]({unit.notebook})" for unit in UNITS.values()),
    ]
    return "\n".join(lines) + "\n"


def core_line(path: Mapping[str, UnitPath]) -> str:
    """핵심만 따라가면 얼마나 걸리는지 한 줄로."""
    core = sum(path[name].core for name in UNITS if name <= LAST_CORE)
    return (
        f"**핵심**만 따라가면 {LAST_CORE[:2]}까지 {duration(core)}입니다. "
        f"제목에 **{DEEPER}**가 붙은 절과 문제는 건너뛰어도 뒤를 배울 수 있습니다."
    )


def course_map(address: str, points: Mapping[str, float], path: Mapping[str, UnitPath]) -> str:
    """`notebooks/README.md`: 단원의 그림과, 시간, 문제, 배점의 표. `points`는 문제의 아이디 → 배점입니다."""
    from autograder.exercises import unit_exercises

    lines = [
        "# 차례",
        "",
        "위에서부터 차례로 배웁니다. 노트북마다 따로 실행할 수 있습니다. "
        "낱말은 [용어집](glossary.md)에 모았습니다.",
        "",
        core_line(path),
        "",
        *_picture(),
        "",
        f"| 단원 | 배우는 것 | 먼저 | 핵심 | {DEEPER} | 문제 | 배점 | |",
        "|---|---|---|--:|--:|--:|--:|---|",
    ]
    count, total = 0, 0.0
    for unit in UNITS.values():
        exercises = unit_exercises(unit.name)
        worth = sum(points[exercise.id] for exercise in exercises)
        count, total = count + len(exercises), total + worth
        needs = ", ".join(name.partition("_")[0] for name in unit.needs)
        lines.append(
            f"| [{unit.number} · {unit.title}]({unit.notebook}) | {unit.purpose} | {needs} "
            f"| {duration(path[unit.name].core)} | {duration(path[unit.name].deeper)} "
            f"| {len(exercises)} | {number_text(worth)} "
            f"| [Colab]({colab(unit, address)}) |"
        )
    core, deeper = (
        duration(sum(getattr(unit, depth) for unit in path.values()))
        for depth in ("core", "deeper")
    )
    lines.append(f"| 모두 | | | {core} | {deeper} | {count} | {number_text(total)} | |")
    lines += ["", "## 문제", "", "| 문제 | 제목 | 길 | 난이도 | 시간 | 배점 |"]
    lines.append("|---|---|---|---|--:|--:|")
    for unit in UNITS.values():
        for exercise in unit_exercises(unit.name):
            depth = DEEPER if exercise.id in path[unit.name].deeper_exercises else "핵심"
            level = "●" * exercise.difficulty + "○" * (5 - exercise.difficulty)
            lines.append(
                f"| [{exercise.number}]({unit.notebook}) · `{exercise.id}` | {exercise.title} "
                f"| {depth} | {level} | {duration(exercise.minutes)} | {number_text(points[exercise.id])} |"
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


def with_unit_table(readme: str, path: Mapping[str, UnitPath]) -> str:
    """`readme`의 표시 사이에 단원표를 넣은 글. 표시가 없으면 CourseError."""
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        raise CourseError(
            "README.md에 단원표의 자리가 없습니다.", f"{BEGIN} 줄과 {END} 줄을 한 번씩 적으세요."
        )
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    rows = [
        f"| [{unit.number} {unit.title}](notebooks/{unit.notebook}) | {unit.purpose} "
        f"| {duration(path[unit.name].core)} | {duration(path[unit.name].deeper)} |"
        for unit in UNITS.values()
    ]
    head = [core_line(path), "", f"| 단원 | 배우는 것 | 핵심 | {DEEPER} |", "|---|---|--:|--:|"]
    table = "\n".join([*head, *rows])
    return f"{before}{BEGIN}\n{table}\n{END}{after}"
