"""Make autograder/fonts/AutograderGothic-Regular.ttf from NanumGothic-Regular.

NanumGothic covers far more than the pictures of this course need (Hanja, hinting programs,
editor tables: 4.7 MB). This script keeps all 11,172 modern Hangul syllables and the signs the
course uses, drops the rest, shares equal outlines between syllables, and renames the family:
the SIL Open Font License does not let a modified version carry the reserved name.

    python tools/make_font.py [NanumGothic.ttf] [--check]

The source is the file of the Debian and Ubuntu package ``fonts-nanum`` (20200506), recognised
by its SHA-256. The result is the same on every run; ``--check`` only compares.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import logging
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise
from pathlib import Path

from fontTools import subset
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.reorderGlyphs import reorderGlyphs
from fontTools.ttLib.tables._g_l_y_f import (
    Glyph,
    GlyphComponent,
    GlyphCoordinates,
    flagOnCurve,
)
from fontTools.ttLib.tables.ttProgram import Program

SOURCE = Path("/usr/share/fonts/truetype/nanum/NanumGothic.ttf")
SOURCE_SHA256 = "48a28e97b34fc8e5b157657633670cd1b7de126cfc414da65ce9c3d5bc8be733"
TARGET = Path(__file__).parents[1] / "autograder" / "fonts" / "AutograderGothic-Regular.ttf"
FAMILY = "Autograder Gothic"
POSTSCRIPT_NAME = "AutograderGothic-Regular"
VERSION = "1.0"

Contour = tuple[tuple[int, int, int], ...]  # (x, y, on curve) of each point

# Everything below is kept when the source has it. Other signs (☠ and the like) come from
# DejaVu Sans, which Matplotlib brings and which stands behind this font in `font.family`;
# but not in a text with a formula, so the commonest ones are drawn here (SIGNS).
RANGES = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x00FF),  # Latin-1: ± ² ³ · × ÷ °
    (0x0391, 0x03C9),  # Greek
    (0x2010, 0x203E),  # dashes, quotation marks, …, ※
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A9, 0x20A9),  # ₩
    (0x2100, 0x218F),  # ℃ № ™ ⅓ Ⅳ
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematical signs
    (0x2460, 0x2473),  # ① … ⑳
    (0x2500, 0x259F),  # lines and blocks
    (0x25A0, 0x266F),  # ■ ● ▲ ★ ☆ ♠
    (0x3000, 0x301C),  # Korean punctuation 「」『』【】〜
    (0x3131, 0x318E),  # jamo
    (0x3260, 0x327F),  # ㉠ ㉮
    (0x3380, 0x33DF),  # ㎏ ㎡ ㎳
    (0xAC00, 0xD7A3),  # all modern syllables
)

# Signs the source lacks: width of the stroke and the lines it follows, in units of 1/1000 em.
SIGNS: dict[str, tuple[int, list[list[tuple[int, int]]]]] = {
    "\N{MINUS SIGN}": (70, [[(59, 325), (601, 325)]]),
    "\N{CHECK MARK}": (75, [[(110, 370), (330, 120), (790, 720)]]),
    "\N{HEAVY CHECK MARK}": (150, [[(90, 390), (340, 130), (790, 690)]]),
    "\N{BALLOT X}": (75, [[(170, 90), (730, 690)], [(170, 690), (730, 90)]]),
    "\N{HEAVY BALLOT X}": (150, [[(150, 110), (750, 670)], [(150, 670), (750, 110)]]),
}


def make(source: bytes) -> bytes:
    """The font file made from the bytes of NanumGothic-Regular."""
    if hashlib.sha256(source).hexdigest() != SOURCE_SHA256:
        raise SystemExit("The source is not the NanumGothic.ttf this script was written for.")
    font = _cut(source)
    _add_signs(font)
    font = _sort_glyphs(font)
    _share_contours(font)
    _rename(font)
    result = _bytes(font)
    _compare_outlines(TTFont(io.BytesIO(source)), TTFont(io.BytesIO(result)))
    return result


def _bytes(font: TTFont) -> bytes:
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def _cut(source: bytes) -> TTFont:
    """Keep the wanted characters; drop hinting and editor tables."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    options = subset.Options(
        hinting=False, layout_features=[], notdef_outline=True, name_IDs=["*"], legacy_kern=True
    )
    options.drop_tables += ["TSI0", "TSI1", "TSI2", "TSI3", "TSI5"]
    font = TTFont(io.BytesIO(source), recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for low, high in RANGES for code in range(low, high + 1)])
    cutter.subset(font)
    return TTFont(io.BytesIO(_bytes(font)), recalcTimestamp=False)


def _add_signs(font: TTFont) -> None:
    """Draw the signs the source lacks, as strokes of even width."""
    for sign, (width, lines) in SIGNS.items():
        name, code = f"uni{ord(sign):04X}", ord(sign)
        outlines = [_stroke(line, width) for line in lines]
        font["glyf"][name] = _simple_glyph(outlines, font["glyf"])
        right = max(x for line in lines for x, _ in line)
        left = min(x for line in lines for x, _ in line)
        font["hmtx"][name] = (right + left, font["glyf"][name].xMin)
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[code] = name


def _stroke(line: list[tuple[int, int]], width: int) -> Contour:
    """The outline of a line of the given width, with sharp corners, running clockwise."""
    sides = []
    for path in (line, line[::-1]):
        steps = [
            (complex(*b) - complex(*a)) / abs(complex(*b) - complex(*a)) for a, b in pairwise(path)
        ]
        for i, point in enumerate(path):
            before, after = steps[max(i - 1, 0)], steps[min(i, len(steps) - 1)]
            middle = (before + after) / abs(before + after)
            reach = width / 2 / (middle.real * after.real + middle.imag * after.imag)
            sides.append(complex(*point) + middle * 1j * reach)
    return tuple((round(p.real), round(p.imag), flagOnCurve) for p in sides)


def _sort_glyphs(font: TTFont) -> TTFont:
    """Glyphs in the order of their characters: the character table shrinks to a few runs."""
    code_of: dict[str, int] = {}
    for code, name in font.getBestCmap().items():
        code_of.setdefault(name, code)
    first, *rest = font.getGlyphOrder()
    reorderGlyphs(font, [first, *sorted(rest, key=lambda name: code_of.get(name, 0x110000))])
    return TTFont(io.BytesIO(_bytes(font)), recalcTimestamp=False)


def _contours(glyph: Glyph, glyf: object) -> list[tuple[Contour, int, int]]:
    """Contours moved to the origin, each with the offset that puts it back."""
    coordinates, ends, flags = glyph.getCoordinates(glyf)
    result, start = [], 0
    for end in ends:
        points = [
            (int(x), int(y), flag & flagOnCurve)
            for (x, y), flag in zip(
                coordinates[start : end + 1], flags[start : end + 1], strict=True
            )
        ]
        start = end + 1
        left, low = min(p[0] for p in points), min(p[1] for p in points)
        first = min(range(len(points)), key=lambda i: (points[i][1], points[i][0]))
        points = points[first:] + points[:first]
        result.append((tuple((x - left, y - low, on) for x, y, on in points), left, low))
    return result


def _share_contours(font: TTFont) -> None:
    """Draw the same ㄱ, ㅏ, ㄴ … once: contours found in several syllables become components."""
    glyf, hmtx = font["glyf"], font["hmtx"]
    code_of = {name: code for code, name in font.getBestCmap().items()}
    syllables = {
        name: _contours(glyf[name], glyf)
        for name in font.getGlyphOrder()
        if 0xAC00 <= code_of.get(name, 0) <= 0xD7A3 and not glyf[name].isComposite()
    }
    uses = Counter(shape for contours in syllables.values() for shape, _, _ in contours)
    parts: dict[tuple[Contour, ...], str] = {}

    def part(shapes: tuple[tuple[Contour, int, int], ...]) -> tuple[str, int, int]:
        """The glyph that holds these contours, made when first needed, and its offset."""
        left, low = min(s[1] for s in shapes), min(s[2] for s in shapes)
        moved = tuple(
            tuple((x + dx - left, y + dy - low, on) for x, y, on in shape)
            for shape, dx, dy in shapes
        )
        if moved not in parts:
            name = parts[moved] = f"part{len(parts):05d}"
            glyf[name] = _simple_glyph(moved, glyf)
            hmtx[name] = (0, glyf[name].xMin)
        return parts[moved], left, low

    for name, contours in syllables.items():
        shared = [c for c in contours if uses[c[0]] > 1 and len(c[0]) > 4]
        if not shared:
            continue
        alone = tuple(c for c in contours if c not in shared)
        groups = [(c,) for c in shared] + ([alone] if alone else [])
        glyph = Glyph()
        glyph.numberOfContours = -1
        glyph.components = []
        for group in groups:
            component = GlyphComponent()
            component.glyphName, component.x, component.y = part(group)
            component.flags = 0
            glyph.components.append(component)
        glyph.recalcBounds(glyf)
        glyf[name] = glyph


def _simple_glyph(contours: Sequence[Contour], glyf: object) -> Glyph:
    glyph = Glyph()
    glyph.numberOfContours = len(contours)
    points = [point for contour in contours for point in contour]
    glyph.coordinates = GlyphCoordinates([(x, y) for x, y, _ in points])
    glyph.flags = bytearray(on for _, _, on in points)
    glyph.endPtsOfContours = [end - 1 for end in accumulate(len(c) for c in contours)]
    glyph.program = Program()
    glyph.program.fromBytecode(b"")
    glyph.recalcBounds(glyf)
    return glyph


def _rename(font: TTFont) -> None:
    """A name of our own in every record; copyright, designers and licence stay."""
    old = font["name"]
    records = {
        0: "Copyright (c) 2010, NAVER Corporation (http://www.nhncorp.com). "
        + old.getDebugName(0)
        + " Modified for the autograder course: cut, outlines shared, renamed.",
        1: FAMILY,
        2: "Regular",
        3: f"{VERSION};{POSTSCRIPT_NAME}",
        4: FAMILY,
        5: f"Version {VERSION}",
        6: POSTSCRIPT_NAME,
        9: old.getDebugName(9),
        10: "A subset of version 3.021 of a typeface by NAVER Corporation, "
        "made by tools/make_font.py.",
        13: "This Font Software is licensed under the SIL Open Font License, Version 1.1. "
        "The full text is in OFL.txt beside this file.",
        14: "https://openfontlicense.org",
    }
    old.names = []
    for name_id, text in records.items():
        old.setName(text, name_id, 3, 1, 0x409)


def _compare_outlines(source: TTFont, result: TTFont) -> None:
    """Every character kept must look exactly as it did."""

    def outline(font: TTFont, name: str) -> Counter[object]:
        glyphs = font.getGlyphSet()
        pen = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(pen)
        contours: Counter[object] = Counter()
        current: list[tuple[float, float]] = []
        for operator, points in pen.value:
            if operator in ("closePath", "endPath"):
                contours[frozenset(current)] += 1
                current = []
            else:
                current.extend(point for point in points if point is not None)
        return contours

    before, after = source.getBestCmap(), result.getBestCmap()
    for code, name in after.items():
        if chr(code) in SIGNS:
            continue
        same = outline(source, before[code]) == outline(result, name)
        if not same or source["hmtx"][before[code]][0] != result["hmtx"][name][0]:
            raise SystemExit(f"The outline of U+{code:04X} changed.")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", nargs="?", type=Path, default=SOURCE)
    parser.add_argument("--check", action="store_true", help="only compare, write nothing")
    arguments = parser.parse_args()
    made = make(arguments.source.read_bytes())
    if arguments.check:
        same = TARGET.exists() and TARGET.read_bytes() == made
        print("same" if same else f"{TARGET.name} differs from what this script makes")
        return 0 if same else 1
    TARGET.write_bytes(made)
    print(f"{TARGET.name}: {len(made):,} bytes, {len(TTFont(TARGET).getBestCmap()):,} characters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
