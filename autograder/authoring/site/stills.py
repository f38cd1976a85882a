"""움직여 보는 그림(`explore`)의 정지 그림: 무엇을 움직이고, 움직이면 무엇을 알게 되는지.

여기 없는 것: 정지 그림을 그리는 일(`figures.interactive`), 보통 그림(`authoring.site.outputs`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from nbformat import NotebookNode

MARK = "[움직이는 그림] "


def handles(output: NotebookNode) -> str:
    """움직이는 그림의 출력이면 슬라이더들의 이름, 아니면 빈 문자열."""
    text = str(output.get("data", {}).get("text/plain", ""))
    return text.removeprefix(MARK) if text.startswith(MARK) else ""


def lesson(cells: Sequence[NotebookNode], index: int) -> tuple[str, bool]:
    """`index`번째 셀의 그림을 움직여 알게 되는 것을 말하는 글과, 그 글이 그림 바로 뒤에 있는지.

    뒤의 글이 곧바로 새 절이거나 접어 둔 글이면 그림 앞의 마지막 글입니다.
    """
    after = cells[index + 1] if index + 1 < len(cells) else None
    if after is not None and after.cell_type == "markdown":
        first = after.source.strip().partition("\n\n")[0]
        if first and not first.startswith(("#", "<", "---")):
            return first, True
    for cell in reversed(cells[:index]):
        if cell.cell_type == "markdown":
            texts = [
                text
                for text in cell.source.strip().split("\n\n")
                if text and not text.startswith(("#", "<", "|", "---", "```"))
            ]
            if texts:
                return texts[-1].strip(), False
    return "", False


def caption(names: str, told: tuple[str, bool], colab: str) -> str:
    """정지 그림 아래에 붙는 HTML."""
    text, follows = told
    again = "" if follows or not text else f" {plain(text)}"
    return (
        f'<p class="still-note"><strong>움직여 보는 그림</strong> · 슬라이더: {html.escape(names)}. '
        f"여기에는 값 몇 개의 정지 그림이 있습니다.{again} "
        f'<a href="{html.escape(colab)}">Colab에서 움직여 보기</a></p>'
    )


def plain(markdown: str) -> str:
    """마크다운의 굵은 글씨와 코드를 HTML로 바꾼 한 문단."""
    text = html.escape(" ".join(markdown.split()), quote=False)
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)
    return re.sub(r"`(.+?)`", r"<code>\1</code>", text)
