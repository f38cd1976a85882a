"""피드백을 HTML로 내보냅니다. 모습은 `feedback/`의 템플릿이 정하고, 여기서는 한 학급에 같은 일을 한 번만 합니다.

여기 없는 것: Report의 모습(`report`), 피드백을 만들라고 부르는 일(`grading.recording`).
"""

from __future__ import annotations

import functools
import re
from typing import Any
from unittest import mock

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters import html as nbconvert_html
from nbconvert.filters import clean_html


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
        return _NO_ALT.sub('<img alt="노트북의 그림"', page), resources


@functools.lru_cache(maxsize=4096)
def cleaned(text: Any) -> Any:
    """nbconvert의 `clean_html`. 수업의 글은 모든 학생에게 같습니다."""
    return clean_html(text)
