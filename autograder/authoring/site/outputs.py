"""셀의 출력을 HTML로: 글, 그림, 표와 Report.

여기 없는 것: 움직이는 그림의 설명(`authoring.site.stills`), 셀의 테두리와 코드(`authoring.site.cells`).
"""

from __future__ import annotations

import ast
import base64
import hashlib
import html
import re
import struct
from collections.abc import MutableMapping

from nbformat import NotebookNode

from autograder.notebook import parse

FOLDER = "figures"
"""그림 파일이 놓이는, 사이트 안의 폴더."""

SMALLEST = 0.6
"""그림을 이보다 줄이지 않습니다. 더 좁은 화면에서는 옆으로 밀어 봅니다."""
PHONE = 320
"""360픽셀 전화에서 그림이 차지할 수 있는 너비."""

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_NAMES = {
    "제목": ("title", "set_title", "suptitle"),
    "가로축": ("xlabel", "set_xlabel"),
    "세로축": ("ylabel", "set_ylabel"),
}


def output_html(output: NotebookNode, alt: str, files: MutableMapping[str, bytes]) -> str:
    """출력 하나의 HTML. 그림은 `files`에 자리 → PNG로 더합니다. 보일 것이 없으면 빈 문자열."""
    if output.output_type == "stream":
        return _text(output.text)
    if output.output_type == "error":
        return _text(f"{output.ename}: {output.evalue}")
    data = output.get("data", {})
    if "image/png" in data:
        described = output.metadata.get("image/png", {})
        return picture(
            base64.b64decode(data["image/png"]),
            str(described.get("alt", "")) or alt,
            described.get("width"),
            files,
        )
    if "text/html" in data:
        return _region("html", str(data["text/html"]), "표와 글")
    return _text(str(data.get("text/plain", "")))


def picture(png: bytes, alt: str, shown: int | None, files: MutableMapping[str, bytes]) -> str:
    """그림의 HTML. `shown`은 화면에서의 너비(픽셀), 없으면 PNG의 너비입니다."""
    width, height = struct.unpack(">II", png[16:24])
    name = f"{FOLDER}/{hashlib.sha256(png).hexdigest()[:16]}.png"
    files[name] = png
    wanted = shown or width
    least = round(SMALLEST * wanted)
    image = (
        f'<img src="{name}" width="{wanted}" height="{round(height * wanted / width)}" '
        f'style="min-width: {least}px" loading="lazy" alt="{html.escape(alt)}">'
    )
    return _region("wide" if least > PHONE else "picture", image, alt)


def described(cell: NotebookNode, section: str) -> str:
    """이름표 없는 그림의 대체 글: 코드가 적은 제목과 축의 이름, 없으면 절의 제목."""
    written: dict[str, list[str]] = {}
    for node in ast.walk(parse(cell)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", "")
        given = [(name, argument) for argument in node.args[:1]]
        given += [(keyword.arg or "", keyword.value) for keyword in node.keywords]
        for called, value in given:
            for label, names in _NAMES.items():
                if called in names and isinstance(value, ast.Constant):
                    written.setdefault(label, []).append(str(value.value))
    parts = [
        f"{label} {', '.join(dict.fromkeys(written[label]))}"
        for label in _NAMES
        if label in written
    ]
    return "그림: " + (" · ".join(parts) or section)


def _text(text: str) -> str:
    lines = [line.rpartition("\r")[2] for line in _ANSI.sub("", text).rstrip("\n").split("\n")]
    shown = html.escape("\n".join(lines))
    return f'<pre class="output" tabindex="0">{shown}</pre>' if shown.strip() else ""


def _region(kind: str, inner: str, label: str) -> str:
    # What may be wider than a phone can be moved with the keyboard too.
    reachable = (
        f' tabindex="0" role="group" aria-label="{html.escape(label)}"'
        if kind in ("wide", "html")
        else ""
    )
    return f'<div class="output {kind}"{reachable}>{inner}</div>'
