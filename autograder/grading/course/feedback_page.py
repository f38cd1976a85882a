"""피드백을 HTML로 내보냅니다. 모습은 `feedback/`의 템플릿이 정하고, 여기서는 한 학급에 같은 일을 한 번만 합니다.

여기 없는 것: Report의 모습(`report`), 피드백을 만들라고 부르는 일(`grading.recording`), formgrader가 보이는 HTML(`grading.course.safe_html`).

학생의 글과 출력이 그대로 들어 있으므로, 페이지의 첫머리에서 브라우저에 어떤 스크립트도 실행하지 말라고 적습니다
(Content-Security-Policy). 그래서 수식은 스크립트 없이 그려지는 MathML입니다.
"""

from __future__ import annotations

import html
import re
from typing import Any
from unittest import mock

from jinja2 import BytecodeCache, pass_context
from jinja2.bccache import Bucket
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters import html as nbconvert_html
from nbconvert.filters.markdown_mistune import IPythonRenderer

from autograder.grading.course.safe_html import rendered


class _Compiled(BytecodeCache):
    """한 번 컴파일한 템플릿. 템플릿이 바뀌면 다시 컴파일합니다."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


_NO_ALT = re.compile(r"<img(?![^>]*\balt=)", re.IGNORECASE)


class _Unparsed:
    """nbconvert가 다 만든 HTML을 고치려고 읽는 `BeautifulSoup`의 자리에 놓습니다. 읽지 않고 그대로 돌려줍니다."""

    def __init__(self, text: str, features: str = "") -> None:
        self._text = text

    def select(self, selector: str) -> list[Any]:
        return []

    def __str__(self) -> str:
        return self._text


class _Renderer(IPythonRenderer):  # type: ignore[misc]
    """수식을 MathML로 적습니다. 읽을 수 없는 수식은 쓴 그대로 보입니다."""

    def inline_math(self, body: str) -> str:
        return _formula(body, "$", "inline")

    def block_math(self, body: str) -> str:
        return _formula(body, "$$", "block")

    def latex_environment(self, name: str, body: str) -> str:
        return _formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", "", "block")


def _formula(text: str, mark: str, display: str) -> str:
    try:
        return str(convert(text, display=display))
    except Exception:  # noqa: BLE001 - 학생이 쓴 수식은 무엇이든 될 수 있습니다
        return html.escape(f"{mark}{text}{mark}")


# The head has no other: one that a learner wrote could send the reader elsewhere.
_META = re.compile(r"<(?=meta\b)", re.IGNORECASE)


class FeedbackExporter(HTMLExporter):  # type: ignore[misc]
    """학생마다 새로 만들어도 템플릿을 다시 컴파일하지 않고, 만든 HTML을 다시 읽지 않는 HTMLExporter."""

    def _create_environment(self) -> Any:
        environment = super()._create_environment()
        environment.bytecode_cache = _COMPILED
        return environment

    def from_notebook_node(self, *arguments: Any, **named: Any) -> tuple[str, dict[str, Any]]:
        """nbconvert의 것과 같은 페이지. 그림의 alt만 글에서 바로 더합니다(그 일이 시간의 절반입니다)."""
        with mock.patch.object(nbconvert_html, "BeautifulSoup", _Unparsed, create=True):
            page, resources = super().from_notebook_node(*arguments, **named)
        head, end, body = page.partition("</head>")
        body = _META.sub("&lt;", _NO_ALT.sub('<img alt="노트북의 그림"', body))
        return head + end + body, resources

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """nbconvert의 것과 같지만 수식은 MathML입니다."""
        return rendered(
            context,
            source,
            _Renderer,
            anchor_link_text=self.anchor_link_text,
            exclude_anchor_links=self.exclude_anchor_links,
        )
