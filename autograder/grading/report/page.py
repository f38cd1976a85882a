"""재료를 HTML 한 파일로. 모습은 `page/`의 템플릿과 CSS가 정하고, 셈은 다른 모듈이 합니다.

여기 없는 것: 그림 아래의 문장(`grading.report.words`), 파일에 쓰는 일(`grading.report.command`).

학생이 쓴 것(이름, 메시지, 코드)은 모두 템플릿이 이스케이프합니다. 스크립트도 밖의 자원도 없습니다.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.exercises.units import UNITS
from autograder.grading import last_table
from autograder.grading.report import words
from autograder.grading.report.alike import COMMON, Alike, alike
from autograder.grading.report.attention import LINE, InNeed, in_need
from autograder.grading.report.behaviour import Ending, Remark, endings, remarks
from autograder.grading.report.exercises import ExerciseView, exercise_views
from autograder.grading.report.facts import WAITING, ClassFacts, Student, UnitFacts
from autograder.grading.report.mistakes import Mistake, mistakes
from autograder.grading.report.statistics import FEWEST, histogram, mean, median
from autograder.grading.report.ways import Way, averages, ways
from autograder.report import inline_html, number_text

_FOLDER = Path(__file__).with_name("page")
_SPARK = (96, 28)
"""학생의 길을 그리는 선의 너비와 높이(px)."""


@dataclass(frozen=True)
class UnitView:
    """단원 하나에서 보일 것."""

    facts: UnitFacts
    bins: list[int]
    average: float
    middle: float
    exercises: list[ExerciseView]
    mistakes: list[Mistake]
    in_need: list[InNeed]
    absent: list[str]
    waiting: list[str]
    endings: list[Ending]
    remarks: list[Remark]
    alike: Alike
    by_hand: int
    """강사가 점수를 준 답의 수."""
    captions: dict[str, str]

    @property
    def number(self) -> str:
        """단원의 번호."""
        return UNITS[self.facts.unit].number


def rendered(facts: ClassFacts, *, hidden: bool = False) -> str:
    """보고서의 HTML."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": number_text,
        "percent": words.percent,
        "duration": words.duration,
        "names": words.names,
        # It escapes everything but the backquotes that it turns into <code>.
        "said": lambda text: Markup(inline_html(text)),
    }
    found = ways(facts)
    return environment.get_template("report.html.j2").render(
        css=Markup((_FOLDER / "report.css").read_text("utf-8")),
        course=facts.course,
        hidden=hidden,
        units=[view(unit) for unit in facts.units],
        ways=found,
        way_units=[UNITS[unit] for unit in facts.order],
        way_averages=averages(facts),
        ways_caption=words.ways(found),
        spark=spark,
        limits={"few": FEWEST, "line": LINE, "common": COMMON},
        made_at=last_table.now(),
        made_with=last_table.versions(),
    )


def view(facts: UnitFacts) -> UnitView:
    """단원 하나에서 보일 것을 셈합니다."""
    totals = [student.total or 0.0 for student in facts.scored]
    shares = [total / facts.points for total in totals] if facts.points else []
    found = mistakes(facts)
    answers, ends, similar = exercise_views(facts, found), endings(facts), alike(facts)
    return UnitView(
        facts,
        histogram(shares),
        mean(totals),
        median(totals),
        answers,
        found,
        in_need(facts),
        [student.label for student in facts.students if student.absent],
        [student.label for student in facts.students if student.status == WAITING],
        ends,
        remarks(facts),
        similar,
        _by_hand(facts.students),
        {
            "distribution": words.distribution(shares),
            "exercises": words.exercises(answers),
            "mistakes": words.mistakes(found),
            "endings": words.endings(ends),
            "alike": words.alike(similar),
        },
    )


def _by_hand(students: tuple[Student, ...]) -> int:
    return sum(answer.by_hand for student in students for answer in student.answers.values())


def spark(way: Way) -> Any:
    """학생의 길을 그린 선: SVG의 점들과 마지막 점. 내지 않은 단원에서 끊깁니다."""
    width, height = _SPARK
    step = (width - 8) / max(1, len(way.shares) - 1)
    lines: list[list[str]] = [[]]
    end = ("0", "0")
    for index, share in enumerate(way.shares):
        if share.value is None:
            lines.append([])
            continue
        level = min(max(share.value, 0.0), 1.0)
        x, y = 4 + index * step, 4 + (1 - level) * (height - 8)
        lines[-1].append(f"{x:.1f},{y:.1f}")
        end = (f"{x:.1f}", f"{y:.1f}")
    return {
        "width": width,
        "height": height,
        "lines": [" ".join(points) for points in lines if len(points) > 1],
        "dots": [point.split(",") for points in lines for point in points if len(points) == 1],
        "end": end,
    }
