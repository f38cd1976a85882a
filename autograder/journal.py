"""학습자의 진도: 문제마다 가장 높은 점수와 마지막 Report를 파일 하나에 남깁니다.

여기 없는 것: 학급의 성적부(`grading.recording`), 진도를 보여 주는 함수(`learner`).
"""

from __future__ import annotations

import contextlib
import html
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.korean import DEEPER
from autograder.report import Report, number_text

_LAST: dict[str, Report] = {}


def journal_path() -> Path:
    """진도 파일의 자리. `AUTOGRADER_HOME`으로 바꿀 수 있습니다."""
    home = os.environ.get("AUTOGRADER_HOME")
    return (Path(home) if home else Path.home() / ".autograder") / "progress.json"


def record(report: Report) -> None:
    """Report를 남깁니다. 쓸 수 없는 곳이면 이 세션에서만 기억합니다."""
    _LAST[report.exercise] = report
    if not report.attempted or "NBGRADER_EXECUTION" in os.environ:
        return
    best = _read()
    before = best.get(report.exercise, {})
    best[report.exercise] = {
        "score": max(report.score, _number(before.get("score"))),
        "points": report.points,
        "last": report.to_dict(),
    }
    path = journal_path()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(json.dumps(best, ensure_ascii=False, indent=1), "utf-8")
        partial.replace(path)


def last_report(exercise_id: str) -> Report | None:
    """마지막으로 검사한 Report. 없으면 None."""
    if exercise_id in _LAST:
        return _LAST[exercise_id]
    stored = _read().get(exercise_id, {}).get("last")
    with contextlib.suppress(KeyError, TypeError):
        return Report.from_dict(stored)
    return None


def _read() -> dict[str, Any]:
    try:
        data = json.loads(journal_path().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {k: v for k, v in data.items() if isinstance(v, dict)} if isinstance(data, dict) else {}


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


@dataclass(frozen=True)
class Row:
    """진도표의 한 줄. `score`는 아직 검사하지 않았으면 None입니다."""

    unit: str
    number: str
    exercise: str
    title: str
    score: float | None
    points: float
    deeper: bool = False

    @property
    def share(self) -> float:
        """배점 가운데 얻은 비율."""
        return min((self.score or 0.0) / self.points, 1.0) if self.points else 0.0

    @property
    def solved(self) -> bool:
        """모두 맞았는지."""
        return self.score is not None and self.share >= 1


@dataclass(frozen=True)
class Overview:
    """강좌의 진도표."""

    rows: tuple[Row, ...]

    @property
    def solved(self) -> int:
        """모두 맞은 문제의 수."""
        return sum(row.solved for row in self.rows)

    @property
    def headline(self) -> str:
        """핵심과 더 깊이를 따로 센 한 줄."""
        counts = []
        for label, deeper in (("핵심", False), (DEEPER, True)):
            rows = [row for row in self.rows if row.deeper == deeper]
            if rows:
                counts.append(f"{label} 문제 {len(rows)}개 가운데 {sum(r.solved for r in rows)}개")
        return f"진도: {', '.join(counts)}를 풀었습니다."

    def __repr__(self) -> str:
        lines = [self.headline]
        unit = ""
        for row in self.rows:
            if row.unit != unit:
                unit = row.unit
                lines.append(f"[{unit}]")
            lines.append(f"  {_mark(row)} {row.number} {_title(row)}  {_score(row)}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        body = []
        unit = ""
        for row in self.rows:
            if row.unit != unit:
                unit = row.unit
                body.append(
                    f"<tr><th colspan='4' style='text-align:left;padding:8px 6px 2px'>"
                    f"{html.escape(unit)}</th></tr>"
                )
            bar = (
                "<div style='width:120px;height:8px;border-radius:4px;background:#8883'>"
                f"<div style='width:{row.share:.0%};height:8px;border-radius:4px;"
                "background:#2a9d6f'></div></div>"
            )
            cells = (_mark(row), f"{row.number} {html.escape(_title(row))}", bar, _score(row))
            body.append(
                "<tr>"
                + "".join(
                    f"<td style='text-align:left;padding:2px 6px;background:transparent'>{cell}</td>"
                    for cell in cells
                )
                + "</tr>"
            )
        return (
            f"<div><b>{self.headline}</b>"
            f"<table style='border-collapse:collapse'>{''.join(body)}</table></div>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self._repr_html_()}


def overview() -> Overview:
    """모든 문제의 진도표를 만듭니다."""
    from autograder.exercises import all_exercises
    from autograder.exercises.path import is_deeper
    from autograder.exercises.points import listed_points

    stored = _read()
    rows = []
    for exercise in all_exercises():
        best = stored.get(exercise.id)
        score = _number(best.get("score")) if best else None
        points = _number(best.get("points")) if best else 0.0
        rows.append(
            Row(
                exercise.unit,
                exercise.number,
                exercise.id,
                exercise.title.replace("`", ""),
                score,
                points or listed_points(exercise),
                is_deeper(exercise.id),
            )
        )
    return Overview(tuple(rows))


def _mark(row: Row) -> str:
    if row.score is None:
        return "○"
    return "●" if row.share >= 1 else "◐"


def _title(row: Row) -> str:
    return f"{row.title} · {DEEPER}" if row.deeper else row.title


def _score(row: Row) -> str:
    got = "–" if row.score is None else number_text(row.score)
    return f"{got} / {number_text(row.points)}점"
