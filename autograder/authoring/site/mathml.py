"""수식을 MathML로 그립니다. 브라우저가 스스로 보여 주므로 스크립트와 글꼴이 따로 없습니다.

여기 없는 것: 쪽을 엮는 일(`authoring.site.sphinx`).
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

NAME = "mathml"


def register(app: Sphinx) -> None:
    """Sphinx의 수식 렌더러로 등록합니다."""
    app.add_html_math_renderer(NAME, (_inline, None), (_block, None))


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(convert(node.astext()))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    formula = convert(node.astext(), display="block")
    writer.body.append(f'<div class="formula" tabindex="0" role="group">{formula}</div>')
    raise nodes.SkipNode
