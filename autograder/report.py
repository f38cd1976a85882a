"""Report: 항목마다 이름, 배점, 얻은 점수, 메시지. 노트북, 터미널, nbgrader에서 보이는 모습.

여기 없는 것: 점수를 정하는 일(`judge`), 힌트와 답의 상자(`note_box`), 학급의 표(`grading.table`).
"""

from __future__ import annotations

import html
import itertools
import math
import os
from dataclasses import dataclass, field
from typing import Any

from autograder.protocol import plain


@dataclass(frozen=True)
class Item:
    """채점 항목 하나. `message`는 무엇이 다른지, `advice`는 다음에 무엇을 볼지입니다."""

    name: str
    points: float
    score: float
    message: str = ""
    advice: str = ""

    @property
    def passed(self) -> bool:
        """배점을 모두 얻었는지."""
        return self.score >= self.points


@dataclass(frozen=True)
class Report:
    """`check`의 결과. 어느 화면에서나 그 화면에 맞게 보입니다."""

    exercise: str
    number: str
    title: str
    items: tuple[Item, ...]
    attempted: bool = True
    note: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def points(self) -> float:
        """배점의 합."""
        return _tidy(sum(item.points for item in self.items))

    @property
    def score(self) -> float:
        """얻은 점수. 0과 배점 사이의 유한한 수입니다."""
        total = sum(min(max(item.score, 0.0), item.points) for item in self.items)
        return _tidy(total) if self.attempted and math.isfinite(total) else 0.0

    @property
    def passed(self) -> bool:
        """모든 항목이 맞았는지."""
        return self.attempted and all(item.passed for item in self.items)

    @property
    def shown(self) -> tuple[Item, ...]:
        """화면에 보일 항목. 볼 것이 없어 확인하지 못한 항목이 이어지면 한 줄로 모읍니다."""
        rows: list[Item] = []
        for unseen, group in itertools.groupby(self.items, _unseen):
            run = list(group)
            rows += [_folded(run)] if unseen and len(run) >= FOLDED else run
        return tuple(rows)

    @property
    def outcome(self) -> str:
        """ "right", "partial", "wrong", "unattempted" 가운데 하나."""
        if not self.attempted:
            return "unattempted"
        if self.passed:
            return "right"
        return "partial" if self.score > 0 else "wrong"

    @property
    def headline(self) -> str:
        """결과를 한마디로."""
        return {
            "right": "맞았습니다",
            "partial": "일부 맞았습니다",
            "wrong": "아직 맞지 않습니다",
            "unattempted": "아직 풀지 않았어요",
        }[self.outcome]

    def to_dict(self) -> dict[str, Any]:
        """JSON으로 쓸 수 있는 딕셔너리."""
        return plain(
            {
                "exercise": self.exercise,
                "number": self.number,
                "title": self.title,
                "attempted": self.attempted,
                "note": self.note,
                "items": [vars(item) for item in self.items],
            }
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Report:
        """`to_dict()`를 되돌립니다."""
        items = tuple(Item(**item) for item in data["items"])
        return cls(**{**data, "items": items})

    def to_text(self) -> str:
        """터미널에서 읽는 글."""
        score = f"{number_text(self.score)} / {number_text(self.points)}점"
        lines = [f"문제 {self.number} · {self.title}   [{score}] {self.headline}"]
        if self.note:
            lines.append(f"  {self.note}")
        if not self.attempted:
            return "\n".join(lines)
        for item in self.shown:
            mark = "✔" if item.passed else "✘"
            earned = f"{number_text(item.score)}/{number_text(item.points)}"
            lines.append(f" {mark} {item.message or item.name}  ({earned})")
            if item.advice:
                lines.append(f"     {item.advice}")
        return "\n".join(lines)

    def to_html(self) -> str:
        """노트북과 피드백에 들어가는 HTML. 밝은 테마와 어두운 테마에서 모두 읽힙니다."""
        rows = "" if not self.attempted else "".join(map(_row, self.shown))
        note = f'<div class="ag-note">{inline_html(self.note)}</div>' if self.note else ""
        table = f"<table>{rows}</table>" if rows else ""
        return (
            f"{STYLE}<div class='ag-report ag-{self.outcome}'>"
            f"<div class='ag-head'><span class='ag-title'>문제 {html.escape(self.number)} · "
            f"{inline_html(self.title)}</span>"
            f"<span class='ag-badge'>{self.headline}</span>"
            f"<span class='ag-score'>{number_text(self.score)} / {number_text(self.points)}점"
            f"</span></div>{note}{table}</div>"
        )

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        # nbgrader는 text/plain이 수일 때만 부분 점수로 읽습니다.
        inside_nbgrader = "NBGRADER_EXECUTION" in os.environ
        text = repr(float(self.score)) if inside_nbgrader else self.to_text()
        return {"text/plain": text, "text/html": self.to_html()}


FOLDED = 3
"""확인하지 못한 항목이 이만큼 이어지면 한 줄로 모읍니다."""
_UNSEEN = "확인하지 못했습니다."
_SAME_CAUSE = "위와 같은 이유로"


def _unseen(item: Item) -> bool:
    return not item.passed and item.message.endswith(_UNSEEN) and not item.advice


def _folded(items: list[Item]) -> Item:
    cause = f"{_SAME_CAUSE} " if any(_SAME_CAUSE in item.message for item in items) else ""
    return Item(
        name=items[0].name,
        points=sum(item.points for item in items),
        score=sum(item.score for item in items),
        message=f"이어지는 항목 {len(items)}개는 {cause}{_UNSEEN}",
    )


def number_text(value: float) -> str:
    """점수를 글로: 3.0은 "3", 2.5는 "2.5"."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _tidy(value: float) -> float:
    return float(round(value, 6))


def _row(item: Item) -> str:
    mark = "✔" if item.passed else "✘"
    state = "ok" if item.passed else "no"
    advice = f"<div class='ag-advice'>{inline_html(item.advice)}</div>" if item.advice else ""
    earned = f"{number_text(item.score)}/{number_text(item.points)}"
    return (
        f"<tr class='ag-{state}'><td class='ag-mark'>{mark}</td>"
        f"<td>{inline_html(item.message or item.name)}{advice}</td>"
        f"<td class='ag-points'>{earned}</td></tr>"
    )


def inline_html(text: str) -> str:
    """`코드`만 글꼴을 바꾸고 나머지는 그대로 보이게 합니다."""
    parts = html.escape(text).split("`")
    for index in range(1, len(parts) - (len(parts) + 1) % 2, 2):
        parts[index] = f"<code>{parts[index]}</code>"
    return "".join(parts).replace("\n", "<br>")


STYLE = """<style>
.ag-report{--ag-line:#8884;--ag-ok:#12805c;--ag-no:#b3261e;--ag-part:#9a5b00;--ag-wait:#5f6368;
font-size:14px;line-height:1.55;border:1px solid var(--ag-line);border-left:5px solid var(--ag-c);
border-radius:6px;padding:8px 12px;margin:4px 0;max-width:820px;color:inherit;background:transparent}
@media (prefers-color-scheme:dark){.ag-report{--ag-ok:#4cc38a;--ag-no:#ff8a80;--ag-part:#f2b85c;
--ag-wait:#b0b4b9}}
[data-jp-theme-light="true"] .ag-report{--ag-ok:#12805c;--ag-no:#b3261e;--ag-part:#9a5b00;
--ag-wait:#5f6368}
[data-jp-theme-light="false"] .ag-report,html[theme=dark] .ag-report{--ag-ok:#4cc38a;
--ag-no:#ff8a80;--ag-part:#f2b85c;--ag-wait:#b0b4b9}
.ag-report.ag-right{--ag-c:var(--ag-ok)}.ag-report.ag-partial{--ag-c:var(--ag-part)}
.ag-report.ag-wrong{--ag-c:var(--ag-no)}.ag-report.ag-unattempted{--ag-c:var(--ag-wait)}
.ag-head{display:flex;gap:10px;align-items:baseline;flex-wrap:wrap}
.ag-title{font-weight:600;flex:1 1 auto}.ag-badge{color:var(--ag-c);font-weight:600}
.ag-score{font-variant-numeric:tabular-nums;font-weight:600}.ag-note{opacity:.85;margin-top:2px}
.ag-report table{width:100%;border-collapse:collapse;margin:6px 0 0;border:0;table-layout:auto}
.ag-report tr,.ag-report td{background:transparent!important;color:inherit;border:0}
.ag-report td{padding:3px 6px;text-align:left!important;vertical-align:top;
border-top:1px solid var(--ag-line);white-space:normal;max-width:none}
.ag-report td.ag-mark{width:1.4em;font-weight:700}.ag-report .ag-ok .ag-mark{color:var(--ag-ok)}
.ag-report .ag-no .ag-mark{color:var(--ag-no)}
.ag-report td.ag-points{text-align:right!important;white-space:nowrap;width:3.5em;
font-variant-numeric:tabular-nums}.ag-advice{opacity:.8;font-size:13px}
</style>"""
"""Report의 모습. HTML마다 앞에 붙습니다."""
