"""사람이 읽는 글만 남깁니다: 코드, 주소, HTML 태그를 뺀 마크다운과 파이썬 소스의 한국어 글.

여기 없는 것: 무엇을 고칠지(`authoring.lint.korean`), 어느 파일을 읽을지(`authoring.lint.sources`).
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

_HANGUL = re.compile("[가-힣]")
_HIDDEN = (
    re.compile(r"^(```|~~~).*?^\1", re.M | re.S),
    re.compile(r"<(pre|code|style|script)\b.*?</\1>", re.S),
    re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.S),
    re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$", re.S),
    re.compile(r"\]\([^)\s]*\)"),
    re.compile(r"<https?://[^>]*>|https?://\S+"),
    re.compile(r"<!--.*?-->|</?[a-zA-Z][^>]*>", re.S),
)


def prose(markdown: str) -> str:
    """마크다운에서 글만 남긴 것. 줄 번호는 그대로입니다."""
    for pattern in _HIDDEN:
        markdown = pattern.sub(_blank, markdown)
    return markdown


def _blank(match: re.Match[str]) -> str:
    # A mark of something named there keeps its neighbours apart; line breaks keep their number.
    return "□" + "\n" * match.group().count("\n")


def words(text: str) -> int:
    """글의 낱말 수. 표와 코드와 그림은 세지 않습니다."""
    lines = [line for line in prose(text).split("\n") if not line.lstrip().startswith("|")]
    return sum(bool(re.search(r"\w", word)) for word in " ".join(lines).split())


def python_texts(source: str) -> Iterator[tuple[int, str]]:
    """파이썬 소스의 한국어 문자열과 주석: (줄 번호, 글). 끼워 넣은 값은 `□`입니다."""
    tree = ast.parse(source)
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in ast.walk(node)} - {id(node)}
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "□" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in inside:
                continue
            text = node.value
        else:
            continue
        if _HANGUL.search(text):
            yield node.lineno, text
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and _HANGUL.search(token.string):
            yield token.start[0], token.string.lstrip("# ")
