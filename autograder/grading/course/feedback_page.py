"""피드백을 HTML로 내보냅니다. 모습은 `feedback/`의 템플릿이 정하고, 여기서는 한 학급에 같은 일을 한 번만 합니다.

여기 없는 것: Report의 모습(`report`), 피드백을 만들라고 부르는 일(`grading.recording`).
"""

from __future__ import annotations

import functools
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from nbconvert.exporters import HTMLExporter
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


class FeedbackExporter(HTMLExporter):  # type: ignore[misc]
    """학생마다 새로 만들어도 템플릿을 다시 컴파일하지 않는 HTMLExporter."""

    def _create_environment(self) -> Any:
        environment = super()._create_environment()
        environment.bytecode_cache = _COMPILED
        return environment


@functools.lru_cache(maxsize=4096)
def cleaned(text: Any) -> Any:
    """nbconvert의 `clean_html`. 수업의 글은 모든 학생에게 같습니다."""
    return clean_html(text)
