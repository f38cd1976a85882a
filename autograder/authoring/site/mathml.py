"""수식을 MathML로 적고 글꼴을 곁에 둡니다. 브라우저가 스스로 그리므로 스크립트가 없습니다.

여기 없는 것: 쪽을 엮는 일(`authoring.site.sphinx`).
"""

from __future__ import annotations

import io
import logging
from importlib.resources import files
from typing import Any

from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from latex2mathml.converter import convert
from sphinx.application import Sphinx

NAME = "mathml"
FONT = "course-math.woff"

# Latin and Greek, arrows and operators, and the italics that browsers put in for single letters.
_RANGES = (
    (0x0020, 0x007E),
    (0x00A0, 0x00FF),
    (0x0391, 0x03F5),
    (0x2010, 0x2044),
    (0x210E, 0x210E),  # italic h
    (0x2190, 0x21D5),
    (0x2200, 0x22FF),
    (0x1D434, 0x1D467),
    (0x1D6E2, 0x1D71B),
)


def register(app: Sphinx) -> None:
    """Sphinx의 수식 렌더러로 등록합니다."""
    app.add_html_math_renderer(NAME, (_inline, None), (_block, None))


def font() -> bytes:
    """수식의 글꼴(STIX Two Math, OFL)에서 강좌에 쓸 글자만 고른 것.

    첨자를 얼마나 내릴지는 수식의 글꼴만 압니다. 전화에는 흔히 없습니다.
    """
    # It tells of every glyph where something (absl) lets everyone speak.
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    source = files("ziamath").joinpath("fonts", "STIXTwoMath-Regular.ttf").read_bytes()
    chosen = TTFont(io.BytesIO(source), recalcTimestamp=False)
    options = subset.Options(name_IDs=["*"], hinting=False, layout_features=["ssty"])
    chooser = subset.Subsetter(options)
    chooser.populate(unicodes=[c for first, last in _RANGES for c in range(first, last + 1)])
    chooser.subset(chosen)
    chosen.flavor = "woff"
    made = io.BytesIO()
    chosen.save(made)
    return made.getvalue()


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(convert(node.astext()))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    formula = convert(node.astext(), display="block")
    writer.body.append(f'<div class="formula" tabindex="0" role="group">{formula}</div>')
    raise nodes.SkipNode
