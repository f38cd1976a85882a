"""nbgrader의 설정. 과정 폴더의 `nbgrader_config.py`에 두 줄이면 됩니다.

여기 없는 것: 전처리기가 하는 일(`grading.course.preprocessors`), 과정 폴더를 만드는 일(`grading.course.folder`).

>>> from autograder.grading import configure
>>> configure(get_config())

그러면 formgrader의 Autograde 단추, `nbgrader autograde`, `autograder grade`가 같은 점수를 줍니다.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbgrader
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import ClearSolutions, DeduplicateIds, Execute, SaveAutoGrades

from autograder.grading.course.exchange import ReleaseFeedback
from autograder.grading.course.feedback_page import FeedbackExporter
from autograder.grading.course.preprocessors import (
    RepairNotebook,
    RunNotebook,
    SaveReports,
    SubmissionExporter,
)
from autograder.grading.course.release import KoreanStubs
from autograder.grading.course.safe_html import safe_html, safe_markdown
from autograder.grading.course.timestamps import accept_dates
from autograder.report import inline_html

TEMPLATES = Path(__file__).resolve().parent / "feedback"
_NBGRADER_TEMPLATES = (
    Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"
)


def configure(config: Any) -> Any:
    """`config`에 강좌의 채점, 빈칸, 피드백을 더합니다. 이미 적혀 있는 목록은 살립니다."""
    _replace(
        config.Autograde, "sanitize_preprocessors", Autograde, {DeduplicateIds: RepairNotebook}
    )
    _replace(
        config.Autograde,
        "autograde_preprocessors",
        Autograde,
        {Execute: RunNotebook, SaveAutoGrades: SaveReports},
    )
    _replace(
        config.GenerateAssignment,
        "preprocessors",
        GenerateAssignment,
        {ClearSolutions: KoreanStubs},
    )
    config.Autograde.exporter_class = SubmissionExporter
    accept_dates()
    # nbgrader's own folder stays in the list: the formgrader's pages are there.
    config.HTMLExporter.extra_template_basedirs = [str(TEMPLATES), str(_NBGRADER_TEMPLATES)]
    config.HTMLExporter.filters = {
        "report_text": inline_html,
        "clean_html": safe_html,
        "markdown2html": safe_markdown,
    }
    config.HTMLExporter.sanitize_html = True
    config.FeedbackExporter.filters = {"report_text": inline_html, "clean_html": safe_html}
    config.FeedbackExporter.sanitize_html = False
    config.GenerateFeedback.exporter_class = FeedbackExporter
    # Somebody's own exchange stays.
    if "release_feedback" not in config.ExchangeFactory:
        config.ExchangeFactory.release_feedback = ReleaseFeedback
    return config


def configured(config: Any) -> bool:
    """`configure`를 거친 설정인지."""
    return "exporter_class" in config.Autograde and (
        config.Autograde.exporter_class is SubmissionExporter
    )


def _replace(section: Any, name: str, owner: Any, replacements: dict[Any, Any]) -> None:
    current = section.get(name)
    if not isinstance(current, list):
        current = getattr(owner(), name)
    section[name] = [replacements.get(item, item) for item in current]
