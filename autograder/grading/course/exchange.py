"""nbgrader의 교환 폴더. 나누어 주고 모으는 것은 nbgrader가 하던 대로이고, 피드백을 내보내는 것만 여기 있습니다.

여기 없는 것: 과제를 내보내는 일(`grading.course.release`), 피드백을 만드는 일(`grading.course.feedback_page`).
"""

from __future__ import annotations

import glob
import re
from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback

from autograder.grading.course.archives import MARKS


class ReleaseFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]
    """교환 폴더로 내지 않은 학생을 건너뛰고 알립니다. nbgrader는 거기서 멈추어 나머지 학생의 것도 내보내지 않습니다."""

    def copy_files(self) -> None:
        """내보낼 수 있는 피드백만 내보냅니다."""
        kept = self.coursedir.student_id_exclude
        named = {name for name in kept.split(",") if name}
        if others := sorted(self._elsewhere() - named):
            self.log.warning(
                "교환 폴더로 내지 않아 피드백을 내보내지 않은 학생: %s. "
                "%s 폴더의 파일을 손수 전해 주세요.",
                ", ".join(others),
                self.coursedir.feedback_directory,
            )
        self.coursedir.student_id_exclude = ",".join(sorted(named | set(others)))
        try:
            super().copy_files()
        finally:
            self.coursedir.student_id_exclude = kept

    def _elsewhere(self) -> set[str]:
        """교환 폴더가 아닌 길로 낸 학생들."""
        pattern = self.coursedir.format_path(
            self.coursedir.feedback_directory,
            "(?P<student>.*)",
            self.coursedir.assignment_id,
            escape=True,
        )
        pages = map(Path, glob.glob(f"{self.src_path}/*.html"))
        found = (
            re.fullmatch(pattern, str(page.parent))
            for page in pages
            if not all((page.parent / mark).is_file() for mark in MARKS)
        )
        return {match["student"] for match in found if match}
