"""제출 시각(`timestamp.txt`)을 사람과 LMS와 윈도우가 쓰는 대로 읽습니다.

여기 없는 것: 누가 냈는지(`grading.course.who`), 파일을 나누어 놓는 일(`grading.collect`).

nbgrader는 제가 쓰는 꼴만 읽고 나머지에서는 그 학생의 채점을 멈춥니다. 읽을 수 없는 시각은 없는 것으로 보고 알립니다.
"""

from __future__ import annotations

import codecs
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import dateutil.parser
from nbgrader.coursedir import CourseDirectory

FILE = "timestamp.txt"
KST = timezone(timedelta(hours=9), "KST")
_ZONES = {"KST": KST, "JST": KST, "Z": UTC, "UTC": UTC, "GMT": UTC}
_MOST_BYTES = 1000
# 2026년 10월 12일 월요일 오후 3:04:05, 2026. 10. 12. 오후 3:04, 2026-10-12 오후 3시
_KOREAN = re.compile(
    r"(?P<year>\d{4})\s*[년./-]\s*(?P<month>\d{1,2})\s*[월./-]\s*(?P<day>\d{1,2})\s*[일.]?,?\s*"
    r"(?:\(?[월화수목금토일](?:요일)?\)?,?\s*)?"
    r"(?P<half>오전|오후|AM|PM)?\s*(?P<hour>\d{1,2})\s*(?:시|:)\s*"
    r"(?:(?P<minute>\d{1,2})\s*(?:분|:)?\s*)?(?:(?P<second>\d{1,2})\s*초?)?(?:\.\d+)?\s*(?P<rest>.*)",
    re.S,
)


def decoded(data: bytes) -> str:
    """파일의 글. 윈도우가 붙이는 BOM과 UTF-16, 옛 한글 부호화도 읽습니다."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace").strip()
    try:
        return data.decode("utf-8").strip()
    except UnicodeDecodeError:
        return data.decode("cp949", "replace").strip()


def parsed(text: str) -> datetime | None:
    """글에 적힌 시각(시간대 있음). 날짜로 읽을 수 없으면 None.

    시간대가 없으면, 한국어로 적은 것은 한국 시간으로, 나머지는 nbgrader처럼 UTC로 봅니다.
    """
    found = _KOREAN.fullmatch(text)
    if found is not None and re.search("[가-힣]", text):
        return _korean(found)
    try:
        made = dateutil.parser.parse(text.strip("()"), tzinfos=_ZONES)
    except (ValueError, OverflowError, TypeError):
        return None
    return made if made.tzinfo is not None else made.replace(tzinfo=UTC)


def _korean(found: re.Match[str]) -> datetime | None:
    hour = int(found["hour"])
    if found["half"] in ("오후", "PM") and hour < 12:
        hour += 12
    elif found["half"] in ("오전", "AM") and hour == 12:
        hour = 0
    zone: Any = KST
    if rest := found["rest"].strip(" ()"):
        try:
            zone = dateutil.parser.parse(f"2000-01-01 00:00 {rest}", tzinfos=_ZONES).tzinfo
        except (ValueError, OverflowError):
            return None
    try:
        return datetime(
            int(found["year"]),
            int(found["month"]),
            int(found["day"]),
            hour,
            int(found["minute"] or 0),
            int(found["second"] or 0),
            tzinfo=zone or KST,
        )
    except ValueError:
        return None


def told(folder: Path) -> str:
    """강사에게 알릴 것: 읽을 수 없는 시각, 한국 시간으로 본 시각. 없으면 빈 문자열."""
    text = _text(folder)
    made = parsed(text) if text else None
    if not text:
        return ""
    if made is None:
        return (
            f"{FILE}의 '{text[:40]}'을(를) 시각으로 읽을 수 없어 제출 시각 없이 채점했습니다. "
            "2026-10-12 15:00:00 +0900 꼴로 고치고 다시 채점하세요."
        )
    if made.tzinfo is KST and not re.search(r"KST|\+0?9", text):
        return f"제출 시각 '{text[:40]}'을(를) 한국 시간으로 읽었습니다."
    return ""


def accept_dates() -> None:
    """nbgrader가 어디서나(formgrader, `nbgrader autograde`) 제출 시각을 이렇게 읽게 합니다."""
    CourseDirectory.get_existing_timestamp = _existing


def _existing(self: Any, folder: str) -> datetime | None:
    """nbgrader의 `get_existing_timestamp`: 시간대가 없는 UTC 시각."""
    text = _text(Path(folder))
    made = parsed(text) if text else None
    if made is None:
        if text:
            self.log.warning("Timestamp not understood: %s", text[:40])
        return None
    return made.astimezone(UTC).replace(tzinfo=None)


def _text(folder: Path) -> str:
    try:
        with (folder / FILE).open("rb") as file:
            return decoded(file.read(_MOST_BYTES))
    except OSError:
        return ""
