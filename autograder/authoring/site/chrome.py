"""쪽의 테두리에 나오는 말: Sphinx와 Furo가 영어로 남기는 것을 한국어로 바꿉니다.

여기 없는 것: 쪽의 글(`authoring.site.cells`, `authoring.site.pages`).
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from autograder.errors import CourseError

CATALOG = {
    "Skip to content": "본문으로 건너뛰기",
    "Back to top": "맨 위로",
    "On this page": "이 쪽의 차례",
    "Home": "첫 쪽",
    "Made with ": "만든 도구: ",
    "Next": "다음",
    "Previous": "이전",
    "Search": "찾기",
    "Link to this heading": "이 제목의 링크",
    "Link to this equation": "이 수식의 링크",
    "Link to this image": "이 그림의 링크",
    "Link to this table": "이 표의 링크",
    "Link to this code": "이 코드의 링크",
    "Link to this term": "이 용어의 링크",
    "Link to this definition": "이 정의의 링크",
}
"""메시지 카탈로그에 더하는 말. Sphinx의 한국어 카탈로그에 있는 것은 그것이 먼저입니다."""

PAGES = {
    'aria-label="Toggle site navigation sidebar"': 'aria-label="단원 목록 열고 닫기"',
    'aria-label="Toggle table of contents sidebar"': 'aria-label="이 쪽의 차례 열고 닫기"',
    'aria-label="Toggle Light / Dark / Auto color theme"': 'aria-label="밝게, 어둡게, 자동"',
    "Toggle navigation of ": "펼치고 접기: ",
    "Toggle Light / Dark / Auto color theme": "밝게, 어둡게, 자동",
    "Toggle table of contents sidebar": "이 쪽의 차례 열고 닫기",
    "Toggle site navigation sidebar": "단원 목록 열고 닫기",
    "<title>Light mode</title>": "<title>밝게</title>",
    "<title>Dark mode</title>": "<title>어둡게</title>",
    "<title>Auto light/dark, in light mode</title>": "<title>자동(지금은 밝게)</title>",
    "<title>Auto light/dark, in dark mode</title>": "<title>자동(지금은 어둡게)</title>",
    "<title>Contents</title>": "<title>이 쪽의 차례</title>",
    "<title>Menu</title>": "<title>단원 목록</title>",
    "<title>Expand</title>": "<title>펼치기</title>",
}
"""템플릿에 그대로 적힌 말: HTML의 조각 → 바꾼 것."""

REACH = {
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="단원 목록">',
    '<aside class="toc-drawer': '<aside aria-label="이 쪽의 차례" class="toc-drawer',
    # Code that is wider than the screen is moved with the keyboard.
    '<div class="highlight"><pre>': '<div class="highlight"><pre tabindex="0">',
    '<div class="table-wrapper': '<div tabindex="0" role="group" aria-label="표" class="table-wrapper',
    '<th class="head"><p></p></th>': "<td></td>",
    '<div id="search-results">': '<h1>찾기</h1><div id="search-results">',
}
"""화면을 읽어 주는 프로그램과 키보드에 모자란 것: HTML의 조각 → 바꾼 것."""

COPY_BUTTON = {
    "'copy': 'Copy'": "'copy': '복사'",
    "'copy_to_clipboard': 'Copy to clipboard'": "'copy_to_clipboard': '코드 복사'",
    "'copy_success': 'Copied!'": "'copy_success': '복사했습니다'",
    "'copy_failure': 'Failed to copy'": "'copy_failure': '복사하지 못했습니다'",
}
"""복사 단추의 스크립트에 적힌 말."""


def write_catalog(folder: Path) -> None:
    """`folder`에 Sphinx가 읽을 메시지 카탈로그를 씁니다."""
    catalog = Catalog(locale="ko")
    for english, korean in CATALOG.items():
        catalog.add(english, korean)
    path = folder / "ko" / "LC_MESSAGES" / "sphinx.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_mo(file, catalog)


def translate(site: Path) -> None:
    """만들어진 사이트에 남은 영어를 바꿉니다. 바꿀 말이 스크립트에 없으면 CourseError."""
    for path in site.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        for english, korean in (PAGES | REACH).items():
            text = text.replace(english, korean)
        path.write_text(text, encoding="utf-8")
    script = site / "_static" / "copybutton.js"
    text = script.read_text(encoding="utf-8")
    for english, korean in COPY_BUTTON.items():
        if english not in text:
            raise CourseError(f"sphinx-copybutton이 바뀌었습니다: {english}이(가) 없습니다.")
        text = text.replace(english, korean, 1)
    script.write_text(text, encoding="utf-8")
