"""채점의 결과: 화면의 표와 `grades.csv`.

여기 없는 것: 성적부에 적는 일(`grading.recording`), 문제 하나의 Report(`report`), 진도표(`journal`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from unicodedata import category

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.grading.files import write
from autograder.report import number_text

GRADED, UNTOUCHED, MISSING, UNREADABLE, ABSENT, BROKEN = (
    "채점함",
    "손대지 않음",
    "파일 없음",
    "읽을 수 없음",
    "미제출",
    "채점 실패",
)
"""학생의 상태."""

# The first sentence, or all of it where there is no end of a sentence.
_FIRST = re.compile(r".*?다\.|.*", re.S)


@dataclass(frozen=True)
class Column:
    """문제 하나: 아이디, 번호, 배점."""

    exercise: str
    number: str
    points: float


@dataclass
class Row:
    """학생 한 명. `scores`는 문제의 아이디 → 점수이고, 제출하지 않았으면 비어 있습니다.

    `total`은 성적부의 것입니다: 문제의 점수를 모두 더하고, 추가 점수 `extra`를 더하고, 지각 감점 `penalty`를 뺀 것.
    """

    student: str
    status: str
    scores: dict[str, float] = field(default_factory=dict)
    total: float | None = None
    _: KW_ONLY
    penalty: float = 0.0
    extra: float = 0.0
    late: float = 0.0
    """마감보다 늦은 시간(초)."""
    notes: list[str] = field(default_factory=list)
    name: str = ""

    @property
    def remark(self) -> str:
        """비고에 적는 글."""
        return " ".join(self._late() + self.notes)

    @property
    def short_remark(self) -> str:
        """화면의 표에 적는 글: 비고마다 첫 문장."""
        return "\n".join(self._late() + [_FIRST.match(note)[0] for note in self.notes])  # type: ignore[index]

    def _late(self) -> list[str]:
        said = [late_text(self.late)] if self.late else []
        said += [f"지각 감점 {number_text(self.penalty)}점"] if self.penalty else []
        return [f"{', '.join(said)}."] if said else []


def late_text(seconds: float) -> str:
    """마감보다 얼마나 늦었는지: 7,800초는 "2시간 10분 늦음"."""
    minutes = int(seconds // 60)
    parts = (minutes // 1440, "일"), (minutes // 60 % 24, "시간"), (minutes % 60, "분")
    told = " ".join(f"{number}{unit}" for number, unit in parts if number)
    return f"{told or '1분 미만'} 늦음"


def extras(rows: Sequence[Row]) -> list[tuple[str, Callable[[Row], float]]]:
    """누구라도 가진 것만 있는 열: 이름과 값(더하는 것은 +, 빼는 것은 −)."""
    found: list[tuple[str, Callable[[Row], float]]] = []
    if any(row.extra for row in rows):
        found.append(("추가", lambda row: row.extra))
    if any(row.penalty or row.late for row in rows):
        found.append(("지각", lambda row: 0 - row.penalty))
    return found


def show(unit: str, columns: Sequence[Column], rows: Sequence[Row], console: Console) -> None:
    """표를 화면에 보입니다."""
    points = sum(column.points for column in columns)
    table = Table(title=f"{unit} 채점 결과", show_lines=any(row.remark for row in rows))
    table.add_column("학생", overflow="fold", max_width=20)
    named = any(row.name for row in rows)
    if named:
        table.add_column("이름", overflow="fold")
    for column in columns:
        table.add_column(
            f"{column.number}\n[dim]/{number_text(column.points)}[/dim]", justify="right"
        )
    more = extras(rows)
    for name, _ in more:
        table.add_column(name, justify="right")
    table.add_column(f"합계\n[dim]/{number_text(points)}[/dim]", justify="right", style="bold")
    table.add_column("비고", overflow="fold", min_width=16)
    for row in rows:
        cells = [_score(row.scores.get(column.exercise), column.points) for column in columns]
        cells += [Text(_signed(value(row))) for _, value in more]
        total = Text("–" if row.total is None else number_text(row.total))
        # Student names and notes are not markup.
        who = [_said(row.student), *([_said(row.name)] if named else [])]
        table.add_row(*who, *cells, total, _said(row.short_remark))
    graded = [row.total for row in rows if row.total is not None]
    if graded:
        table.caption = (
            f"제출 {len(graded)}명 / {len(rows)}명 · "
            f"평균 {number_text(sum(graded) / len(graded))}점"
        )
    console.print(table)


def write_csv(path: Path, columns: Sequence[Column], rows: Sequence[Row]) -> None:
    """`grades.csv`를 씁니다. 엑셀이 한글을 바로 읽도록 BOM이 있는 UTF-8입니다."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    more = extras(rows)
    named = [*(column.exercise for column in columns), *(name for name, _ in more)]
    writer.writerow(["학생", "이름", *named, "합계", "만점", "상태", "비고"])
    points = number_text(sum(column.points for column in columns))
    for row in rows:
        scores = [_plain(row.scores.get(column.exercise)) for column in columns]
        scores += ["" if row.total is None else number_text(value(row)) for _, value in more]
        writer.writerow(
            [
                _cell(row.student),
                _cell(row.name),
                *scores,
                _plain(row.total),
                points,
                row.status,
                _cell(_visible(row.remark)),
            ]
        )
    write(path, buffer.getvalue().encode("utf-8-sig"))


def _said(text: str) -> Text:
    return Text(_visible(text))


def _visible(text: str) -> str:
    """화면을 지우거나 글의 방향을 바꾸는 문자 대신 �를 둔 글. 오류의 말과 폴더의 이름은 학생이 짓습니다."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if category(letter)[0] == "C" and letter not in "\n\t"
        else letter
        for letter in text
    )


def _score(score: float | None, points: float) -> Text:
    if score is None:
        return Text("–", "dim")
    style = "green" if score >= points else "red" if score <= 0 else "yellow"
    return Text(number_text(score), style)


def _signed(value: float) -> str:
    return "" if not value else f"+{number_text(value)}" if value > 0 else number_text(value)


def _plain(score: float | None) -> str:
    return "" if score is None else number_text(score)


def _cell(text: str) -> str:
    """엑셀이 수식으로 읽을 글 앞에 작은따옴표를 붙입니다."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
