"""힌트와 참고 답안처럼 노트북에 보여 주는 짧은 글.

여기 없는 것: Report의 모습(`report`), 무엇을 보여 줄지(`learner`).
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

from autograder.report import inline_html


@dataclass(frozen=True)
class Note:
    """제목, 글, 코드로 된 상자."""

    title: str
    text: str
    code: str = ""
    footer: str = ""

    def __repr__(self) -> str:
        return "\n".join(part for part in (self.title, self.text, self.code, self.footer) if part)

    def _repr_html_(self) -> str:
        code = (
            f"<pre style='margin:8px 0 0;padding:8px 10px;border:1px solid #8884;border-radius:4px;"
            f"background:transparent;color:inherit;white-space:pre-wrap'>{html.escape(self.code)}</pre>"
            if self.code
            else ""
        )
        footer = f"<div style='opacity:.7;margin-top:4px'>{inline_html(self.footer)}</div>"
        return (
            "<div style='border:1px solid #8884;border-left:5px solid #4a7dbd;border-radius:6px;"
            "padding:8px 12px;max-width:820px;line-height:1.55;font-size:14px'>"
            f"<b>{inline_html(self.title)}</b><div>{inline_html(self.text)}</div>{code}"
            f"{footer if self.footer else ''}</div>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self._repr_html_()}
