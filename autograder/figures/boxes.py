"""상자와 화살표: 일의 순서, 데이터가 가는 길, 가지를 치는 트리.

여기 없는 것: 모델에서 읽어 낸 흐름(`figures.flow`), 그래프의 연산(`figures.function_graph`), 칸으로 나눈 그림(`figures.grids`).

자리는 칸의 번호처럼 대강만 적습니다. 상자의 글이 길면 칸이 넓어지므로 서로 겹치지 않습니다.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.figures import style
from autograder.figures.style import CannotDraw, picture
from autograder.figures.values import as_array, unsolved

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE = 9.5
PAD = 0.11
GAP = 0.42
"""같은 줄의 두 상자 사이(인치). 화살표가 들어갑니다."""
RISE = 0.4
"""위아래 두 상자 사이(인치)."""
EDGE = 0.15
BOW = 0.13
"""비켜 가는 화살표가 곧은 선에서 가장 멀리 떨어지는 거리(두 끝의 거리의 배수)."""
HEAD = 0.36
LINE_HEIGHT = SIZE * 1.35 / 72
LEAF, LEVEL = 0.62, 0.72
"""트리의 잎 하나와 한 층이 차지하는 크기(인치)."""


@dataclass
class _Box:
    text: str
    column: float
    row: float
    x: float = 0.0
    y: float = 0.0

    @property
    def width(self) -> float:
        return max(style.text_width(line, SIZE) for line in self.text.split("\n")) * 1.04 + 2 * PAD

    @property
    def height(self) -> float:
        return LINE_HEIGHT * (self.text.count("\n") + 1) + 2 * PAD


@dataclass(frozen=True)
class _Arrow:
    start: str
    end: str
    label: str


@picture
def show_boxes(
    boxes: Mapping[str, Any],
    arrows: Sequence[str] | Mapping[str, Any] = (),
    *,
    title: str | None = None,
    highlight: Collection[str] = (),
    notes: Mapping[str, tuple[float, float]] | None = None,
    zones: Sequence[tuple[str, float, float]] = (),
) -> Figure:
    """상자를 자리에 놓고 화살표로 잇습니다. 상자의 이름은 글의 첫 줄입니다.

    Args:
        boxes: 글 → 자리 `(가로, 세로)`. 여러 장을 나란히 그리려면 제목 → `{글: 자리}`.
        arrows: `"가 → 나 → 다"`의 목록, 또는 `"가 → 나"` → 화살표에 적을 글. 여러 장이면 제목 → 목록.
        title: 그림의 제목.
        highlight: 노랗게 칠할 상자의 이름들.
        notes: 상자 없이 적을 글 → 자리.
        zones: 바탕을 칠할 (이름, 왼쪽, 오른쪽). 자리와 같은 눈금입니다.
    """
    if unsolved(boxes) or not boxes:
        raise CannotDraw("먼저 상자를 정하면 여기에 그림이 나옵니다.")
    many = all(isinstance(value, Mapping) for value in boxes.values())
    panels = dict(boxes) if many else {title or "": boxes}
    drawn = []
    for name, places in panels.items():
        given = arrows[name] if many and isinstance(arrows, Mapping) else arrows
        drawn.append(_Panel(name, places, _arrows(given), notes or {}, zones))
    top = HEAD if any(panels) else 0.0
    width = sum(panel.width for panel in drawn)
    height = top + max(panel.height for panel in drawn)
    figure = style.new_figure(width, height)
    left = 0.0
    for panel in drawn:
        axes = figure.add_axes(
            (
                left / width,
                (height - top - panel.height) / height,
                panel.width / width,
                panel.height / height,
            )
        )
        panel.draw(axes, highlight)
        if panel.title:
            figure.text(
                (left + panel.width / 2) / width,
                1 - 0.2 / height,
                panel.title,
                ha="center",
                va="center_baseline",
                fontsize=11,
            )
        left += panel.width
    said = "; ".join(panel.said() for panel in drawn)
    return style.describe(figure, f"{title or '상자와 화살표'}: {said}")


def _arrows(given: Sequence[str] | Mapping[str, Any]) -> list[_Arrow]:
    labels = given if isinstance(given, Mapping) else dict.fromkeys(given, "")
    return [
        _Arrow(start.strip(), end.strip(), str(label))
        for chain, label in labels.items()
        for start, end in pairwise(chain.split("→"))
    ]


class _Panel:
    """그림 한 장: 상자를 인치로 놓고, 그립니다."""

    def __init__(
        self,
        title: str,
        places: Mapping[str, tuple[float, float]],
        arrows: list[_Arrow],
        notes: Mapping[str, tuple[float, float]],
        zones: Sequence[tuple[str, float, float]],
    ) -> None:
        self.title, self.arrows, self.zones = title, arrows, zones
        self.boxes = {
            text.split("\n")[0].strip(): _Box(text, float(column), float(row))
            for text, (column, row) in places.items()
        }
        self.notes = [
            _Box(text, float(column), float(row)) for text, (column, row) in notes.items()
        ]
        unknown = {end for arrow in arrows for end in (arrow.start, arrow.end)} - {*self.boxes}
        if unknown:
            raise CannotDraw(
                f"화살표에 적은 '{min(unknown)}'이라는 상자가 없습니다. "
                f"상자: {', '.join(self.boxes)}."
            )
        every = [*self.boxes.values(), *self.notes]
        self.across = self._unit_across(every)
        for box in every:
            box.x = box.column * self.across
        self.up = self._unit_up(every)
        for box in every:
            box.y = box.row * self.up
        self.bends = [self._bend(arrow) for arrow in arrows]
        self.left = min(box.x - box.width / 2 for box in every) - EDGE
        self.right = max(box.x + box.width / 2 for box in every) + EDGE
        self.bottom = min(box.y - box.height / 2 for box in every) - EDGE
        self.top = max(box.y + box.height / 2 for box in every) + EDGE
        for arrow, bend in zip(self.arrows, self.bends, strict=True):
            peak = self.boxes[arrow.start].y + bend * self._length(arrow)
            room = 0.3 if arrow.label else 0.1
            self.bottom = min(self.bottom, peak - room)
            self.top = max(self.top, peak + room)
        if zones:
            self.left = min(self.left, min(zone[1] for zone in zones) * self.across)
            self.right = max(self.right, max(zone[2] for zone in zones) * self.across)
            self.top += 0.25
        self.width = max(self.right - self.left, style.text_width(title, 11) + 2 * EDGE)
        self.height = self.top - self.bottom

    def _unit_across(self, boxes: list[_Box]) -> float:
        """가로 한 칸(인치): 같은 줄의 상자가 겹치지 않고, 그 사이에 화살표와 글이 들어갑니다."""
        unit = 0.55
        labels = {(arrow.start, arrow.end): arrow.label for arrow in self.arrows}
        for one, other in combinations(boxes, 2):
            apart = abs(one.column - other.column)
            if apart < 1e-6 or abs(one.row - other.row) >= 0.5:
                continue
            names = one.text.split("\n")[0].strip(), other.text.split("\n")[0].strip()
            label = labels.get(names) or labels.get(names[::-1]) or ""
            gap = max(GAP, style.text_width(label, SIZE) + 0.3 if label else 0)
            unit = max(unit, ((one.width + other.width) / 2 + gap) / apart)
        return unit

    def _unit_up(self, boxes: list[_Box]) -> float:
        """세로 한 칸(인치): 위아래의 상자가 겹치지 않습니다."""
        unit = 0.3
        for one, other in combinations(boxes, 2):
            apart = abs(one.row - other.row)
            beside = abs(one.x - other.x) >= (one.width + other.width) / 2
            if apart >= 0.5 or (apart > 1e-6 and not beside):
                room = EDGE if beside else RISE
                unit = max(unit, ((one.height + other.height) / 2 + room) / apart)
        return unit

    def _bend(self, arrow: _Arrow) -> float:
        """사이의 상자를 비켜 가는 정도(두 끝의 거리의 배수): 앞으로 가면 위로, 되돌아가면 아래로."""
        start, end = self.boxes[arrow.start], self.boxes[arrow.end]
        low, high = sorted((start.x, end.x))
        blocked = abs(start.row - end.row) < 1e-6 and any(
            low < box.x < high and abs(box.y - start.y) < box.height / 2
            for box in self.boxes.values()
        )
        return blocked * BOW * float(np.sign(end.x - start.x))

    def _length(self, arrow: _Arrow) -> float:
        return abs(self.boxes[arrow.end].x - self.boxes[arrow.start].x)

    def draw(self, axes: Axes, highlight: Collection[str]) -> None:
        style.bare(axes)
        extra = (self.width - (self.right - self.left)) / 2
        axes.set_xlim(self.left - extra, self.right + extra)
        axes.set_ylim(self.bottom, self.top)
        for name, left, right in self.zones:
            axes.axvspan(left * self.across, right * self.across, color="#F0F3F6", zorder=-1)
            axes.text(
                left * self.across + 0.08,
                self.top - 0.1,
                name,
                va="top",
                fontsize=SIZE,
                color=style.MUTED,
            )
        patches = {}
        for name, box in self.boxes.items():
            color = style.ORANGE if name in highlight else style.BLUE
            patches[name] = self._box(axes, box, color)
        for arrow, bend in zip(self.arrows, self.bends, strict=True):
            self._arrow(axes, arrow, bend, patches)
        for note in self.notes:
            axes.text(
                note.x,
                note.y,
                note.text,
                ha="center",
                va="center",
                fontsize=SIZE,
                color=style.MUTED,
            )

    @staticmethod
    def _box(axes: Axes, box: _Box, color: str) -> Any:
        from matplotlib.patches import FancyBboxPatch

        corner = (box.x - box.width / 2 + 0.05, box.y - box.height / 2 + 0.05)
        patch = FancyBboxPatch(
            corner,
            box.width - 0.1,
            box.height - 0.1,
            boxstyle="round,pad=0.05",
            facecolor=style.tint(color, 0.14),
            edgecolor=color,
        )
        axes.add_patch(patch)
        axes.text(box.x, box.y, box.text, ha="center", va="center", fontsize=SIZE, linespacing=1.35)
        return patch

    def _arrow(self, axes: Axes, arrow: _Arrow, bend: float, patches: dict[str, Any]) -> None:
        start, end = self.boxes[arrow.start], self.boxes[arrow.end]
        axes.annotate(
            "",
            (end.x, end.y),
            (start.x, start.y),
            arrowprops={
                "arrowstyle": "-|>",
                "color": style.MUTED,
                # 앞으로 가는 화살표는 왼쪽인 위로, 되돌아가는 화살표는 왼쪽인 아래로 휩니다.
                "connectionstyle": f"arc3,rad={-2 * abs(bend)}",
                "patchA": patches[arrow.start],
                "patchB": patches[arrow.end],
                "shrinkA": 1,
                "shrinkB": 1,
            },
        )
        if not arrow.label:
            return
        level = abs(start.y - end.y) < 0.05
        middle = (start.y + end.y) / 2 + bend * self._length(arrow)
        inside = (start.x + start.width / 2 * np.sign(end.x - start.x)) if level else start.x
        other = (end.x - end.width / 2 * np.sign(end.x - start.x)) if level else end.x
        axes.text(
            (inside + other) / 2 + (0 if level else 0.07),
            middle + (0.13 * (-1 if bend < 0 else 1) if level else 0),
            arrow.label,
            ha="center" if level else "left",
            va="center",
            fontsize=SIZE,
            color=style.BLUE,
        )

    def said(self) -> str:
        paths = ", ".join(
            f"{arrow.start}→{arrow.end}" + (f" ({arrow.label})" if arrow.label else "")
            for arrow in self.arrows
        )
        names = ", ".join(box.text.replace("\n", " ") for box in self.boxes.values())
        return f"{self.title + ': ' if self.title else ''}{names}" + (
            f" / {paths}" if paths else ""
        )


@picture
def show_trees(trees: Any, label: Callable[[Any], Any] | None = None) -> Figure:
    """튜플로 된 트리들을 나란히 그립니다. 튜플이 아닌 것이 잎입니다.

    Args:
        trees: 트리들의 리스트. 예: `[("가", ("나", "다"))]`.
        label: 트리를 받아 그 자리에 보일 것을 내는 함수. 글이면 그대로 적고, 벡터면 칸을 색칠합니다
            (파랑이 +, 빨강이 −). 없으면 잎만 적습니다.
    """
    if unsolved(trees) or not len(trees):
        raise CannotDraw("먼저 트리를 만들면 여기에 그림이 나옵니다.")
    nodes = list(_nodes(list(trees)))
    leaves = max(node.x for node in nodes) + 1
    depth = max(node.depth for node in nodes)
    shown = [_shown(node.tree, label) for node in nodes]
    wide = max((len(value) for value in shown if not isinstance(value, str)), default=0)
    texts = max(style.text_width(value, SIZE) for value in ("", *shown) if isinstance(value, str))
    leaf = max(LEAF, 0.16 * wide + 0.25, texts + 0.4)
    figure = style.new_figure(leaf * leaves + 0.2, LEVEL * depth + 0.8)
    axes = figure.add_axes((0, 0, 1, 1))
    style.bare(axes)
    axes.set_xlim(-0.1 - leaf / 2, leaf * (leaves - 0.5) + 0.1)
    axes.set_ylim(-LEVEL * depth - 0.45, 0.35)
    for node in nodes:
        for child in node.children:
            axes.plot(
                [leaf * node.x, leaf * child.x],
                [-LEVEL * node.depth, -LEVEL * child.depth],
                color=style.MUTED,
                linewidth=1,
                zorder=1,
            )
    for node, value in zip(nodes, shown, strict=True):
        x, y = leaf * node.x, -LEVEL * node.depth
        if isinstance(value, str):
            _mark(axes, value, x, y)
        else:
            _cells(axes, value, x, y)
            if not node.children:
                axes.text(x, y - 0.26, str(node.tree), ha="center", va="center", fontsize=SIZE)
    words = ", ".join(value for value in shown if isinstance(value, str) and value)
    return style.describe(figure, f"트리 {len(trees)}개: {words or '벡터를 색칠한 칸'}")


@dataclass
class _Node:
    tree: Any
    depth: int
    x: float
    children: list[_Node]


def _nodes(trees: list[Any]) -> Iterator[_Node]:
    """마디들. 잎은 왼쪽부터 한 칸씩, 위의 마디는 자식들의 가운데에 놓입니다."""
    free = 0.0

    def place(tree: Any, depth: int) -> _Node:
        nonlocal free
        if not isinstance(tree, tuple):
            free += 1
            return _Node(tree, depth, free - 1, [])
        children = [place(child, depth + 1) for child in tree]
        middle = sum(child.x for child in children) / max(len(children), 1)
        return _Node(tree, depth, middle, children)

    def walk(node: _Node) -> Iterator[_Node]:
        yield node
        for child in node.children:
            yield from walk(child)

    for tree in trees:
        yield from walk(place(tree, 0))
        free += 0.5


def _shown(tree: Any, label: Callable[[Any], Any] | None) -> Any:
    if label is None:
        return "" if isinstance(tree, tuple) else str(tree)
    value = label(tree)
    return value if isinstance(value, str) else np.ravel(as_array(value))


def _mark(axes: Axes, text: str, x: float, y: float) -> None:
    color = style.ORANGE if text else style.BLUE
    axes.text(
        x,
        y,
        text or " ",
        ha="center",
        va="center",
        fontsize=SIZE,
        bbox={"boxstyle": "round,pad=0.4", "fc": style.tint(color, 0.25), "ec": color},
    )


def _cells(axes: Axes, values: np.ndarray, x: float, y: float) -> None:
    places = x + 0.16 * (np.arange(len(values)) - (len(values) - 1) / 2)
    axes.scatter(
        places,
        np.full(len(values), y),
        c=values,
        cmap="RdBu",
        vmin=-1,
        vmax=1,
        marker="s",
        s=110,
        edgecolors=style.MUTED,
        linewidths=0.6,
        zorder=2,
    )
