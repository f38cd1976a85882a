"""학생이 쓴 HTML에서 강사의 브라우저가 실행할 것을 뺍니다. formgrader는 노트북을 주피터 서버의 주소에서 보여 주므로,
거기서 도는 스크립트는 강사가 할 수 있는 일을 모두 할 수 있습니다.

여기 없는 것: 피드백의 HTML(`grading.course.feedback_page`). 거기에서는 브라우저가 어떤 스크립트도 실행하지 않습니다.
"""

from __future__ import annotations

import base64
import functools
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.report import STYLE

_TAGS = {
    *bleach.ALLOWED_TAGS,
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "span", "br", "hr", "pre", "figure"),
    *("figcaption", "details", "summary", "sub", "sup", "small", "s", "u", "del", "ins", "kbd"),
    *("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *("dl", "dt", "dd", "img"),
}
_PICTURES = ("data:image/png;", "data:image/jpeg;", "data:image/gif;", "http://", "https://")
_EVERYWHERE = ("class", "id", "style", "title", "lang", "role", "tabindex", "aria-label")
_CSS = CSSSanitizer()


def _of_picture(_: str, name: str, value: str) -> bool:
    if name == "src":
        return value.strip().lower().startswith(_PICTURES)
    return name in ("alt", "width", "height", *_EVERYWHERE)


_ATTRIBUTES: dict[str, Any] = {
    "*": list(_EVERYWHERE),
    "a": ["href", "title"],
    "col": ["span", "width"],
    "details": ["open"],
    "img": _of_picture,
    "td": ["colspan", "rowspan", "align"],
    "th": ["colspan", "rowspan", "align", "scope"],
}


MOST_KEPT = 20_000
"""이보다 긴 글은 다시 나오지 않는 출력이므로 기억해 두지 않습니다."""


def safe_html(text: Any) -> str:
    """`text`(HTML)에서 글과 표와 그림만 남깁니다. SVG(바이트)는 그림으로 바꿉니다. 스크립트는 글이 됩니다."""
    if isinstance(text, bytes):
        # As a picture, what is in it is never run.
        data = base64.b64encode(text).decode()
        return f'<img alt="노트북의 그림" src="data:image/svg+xml;base64,{data}">'
    text = str(text)
    # The style of the reports is ours; anybody may use it.
    ours = STYLE if text.startswith(STYLE) else ""
    text = text.removeprefix(STYLE)
    return ours + (_kept if len(text) <= MOST_KEPT else _cleaned)(text)


def _cleaned(text: str) -> str:
    return str(
        bleach.clean(
            text,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            protocols=[*bleach.ALLOWED_PROTOCOLS, "data"],
            css_sanitizer=_CSS,
        )
    )


# The lesson's words and code are the same for every student.
_kept = functools.lru_cache(maxsize=4096)(_cleaned)


def rendered(
    context: Any, source: str, renderer: type[IPythonRenderer] = IPythonRenderer, **settings: Any
) -> str:
    """마크다운 `source`의 HTML. 셀에 붙은 그림은 템플릿의 `context`에서 찾습니다."""
    attachments = context.get("cell", {}).get("attachments", {})
    made = renderer(escape=False, attachments=attachments, **settings)
    return str(MarkdownWithMath(renderer=made).render(source))


@pass_context
def safe_markdown(context: Any, source: str) -> str:
    """nbconvert의 `markdown2html`이 만드는 것에서 글과 표와 그림만 남긴 HTML."""
    return safe_html(rendered(context, source))
