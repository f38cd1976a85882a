"""`Flow`의 상자와 화살표를 종이 위의 자리로 옮깁니다. 순수한 계산이고 단위는 인치입니다.

여기 없는 것: 흐름을 알아내는 일(`figures.flow_graph`), 그리는 일(`figures.flow`).

데이터가 위에서 아래로 흐르게 줄을 세웁니다. 같은 줄에 선 상자는 서로 기다리지 않습니다.
여러 줄을 건너뛰는 화살표(스킵 연결)도 줄마다 제 자리를 차지하므로 상자를 가로지르지 않습니다.
중첩된 모델은 안쪽을 먼저 배치한 뒤 큰 상자 하나로 다룹니다. 길면 여러 단으로 나눕니다.

`pyelk` 0.3(ELK의 파이썬 판)으로 바꾸어 보았으나 틀을 넘는 화살표가 없고 긴 스킵 연결이 그림 밖으로 나가 쓰지 않습니다.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from autograder.figures.flow_graph import Flow, Frame, Node

BOX_WIDTH = 2.6
BOX_PAD = 0.14
TITLE_SIZE, TEXT_SIZE, NOTE_SIZE = 10.5, 9.0, 8.0
LINE_HEIGHT = 0.185
PILL_HEIGHT = 0.3
ROW_GAP = 0.3
SIDE_GAP = 0.32
LANE_WIDTH = 0.12
FRAME_PAD = 0.16
FRAME_HEAD = 0.36
FRAME_MARGIN = 0.14
TITLE_GAP = 0.08
COLUMN_GAP = 0.5
MAX_COLUMN_HEIGHT = 8.6
MAX_WIDTH = 11.0

Point = tuple[float, float]
Piece = tuple[int, list[Point]]
"""화살표가 틀 하나 안에서 지나는 길과, 이어 붙일 차례."""


@dataclass(frozen=True)
class Box:
    """상자 하나의 자리. (x, y)는 왼쪽 위 모서리이고 y는 아래로 커집니다."""

    node: Node
    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class FrameBox:
    """틀 하나의 자리. `title_x`는 제목이 시작하는 자리입니다."""

    frame: Frame
    x: float
    y: float
    width: float
    height: float
    title_x: float


@dataclass(frozen=True)
class Arrow:
    """보내는 상자에서 받는 상자까지 지나는 점들.

    이웃한 두 점은 x나 y가 같으면 직선으로, 아니면 위아래로 나가고 들어오는 곡선으로 잇습니다.
    """

    source: int
    target: int
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Layout:
    """그림 전체의 크기와 그 안의 자리들."""

    width: float
    height: float
    boxes: list[Box]
    frames: list[FrameBox]
    arrows: list[Arrow]


def lay_out(flow: Flow, measure: Callable[[str, float], float]) -> Layout:
    """`flow`를 배치합니다. `measure(글, 포인트)`는 글의 너비(인치)입니다."""
    block = _Container(flow, None, measure).lay_out()
    boxes: list[Box] = []
    frames: list[FrameBox] = []
    pieces: dict[int, list[Piece]] = {}
    block.place(0.0, 0.0, boxes, frames, pieces)
    arrows = []
    for edge, (source, target) in enumerate(flow.edges):
        ordered = sorted(pieces[edge], key=lambda piece: piece[0])
        points = [point for _, part in ordered for point in part]
        arrows.append(Arrow(source, target, tuple(_clean(points))))
    return Layout(block.width, block.height, boxes, frames, arrows)


def box_lines(node: Node, measure: Callable[[str, float], float]) -> tuple[str, ...]:
    """상자 안의 글: 제목, 설정, 출력 모양. 파라미터 수는 마지막 줄의 오른쪽에 들어갑니다."""
    if node.kind == "layer":
        lines = [line for line in (node.title, node.settings, node.shape) if line]
        note = parameters_note(node.parameters, node.repeated, node.frozen)
        room = BOX_WIDTH - 2 * BOX_PAD - (measure(note, NOTE_SIZE) + 0.1 if note else 0.0)
        if note and (len(lines) == 1 or measure(lines[-1], TEXT_SIZE) > room):
            lines.append("")
        return tuple(lines)
    if node.kind == "operation":
        return (node.title,)
    title = f"{node.title} {node.name}".strip()
    return (f"{title}  {node.shape}",)


def _box_size(node: Node, measure: Callable[[str, float], float]) -> tuple[float, float]:
    lines = box_lines(node, measure)
    if node.kind == "layer":
        return BOX_WIDTH, 0.2 + LINE_HEIGHT * len(lines)
    width = measure(lines[0], TEXT_SIZE) + 0.3
    return min(max(width, 0.45), 2 * BOX_WIDTH), PILL_HEIGHT


TOP, BOTTOM = -1, -2
"""틀의 위와 아래 경계."""


@dataclass
class _Item:
    """한 줄에 선 것: 상자, 안쪽 틀, 또는 지나가는 화살표의 자리(`lane`)."""

    width: float
    height: float
    order: float
    block: _Block | None = None
    lane: int | None = None
    rank: int = 0
    x: float = 0.0  # 가운데
    y: float = 0.0  # 위
    entries: dict[int, float] = field(default_factory=dict)  # 화살표 → 들어오는 자리(가운데에서)
    exits: dict[int, float] = field(default_factory=dict)

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height


class _Block:
    """배치가 끝난 상자나 틀. 자리는 왼쪽 위가 (0, 0)입니다."""

    width: float
    height: float
    entries: dict[int, float]
    exits: dict[int, float]

    def place(
        self,
        x: float,
        y: float,
        boxes: list[Box],
        frames: list[FrameBox],
        pieces: dict[int, list[Piece]],
    ) -> None:
        raise NotImplementedError


class _Leaf(_Block):
    def __init__(self, node: Node, measure: Callable[[str, float], float]) -> None:
        self.node = node
        self.lines = box_lines(node, measure)
        self.width, self.height = _box_size(node, measure)
        self.entries, self.exits = {}, {}

    def place(
        self,
        x: float,
        y: float,
        boxes: list[Box],
        frames: list[FrameBox],
        pieces: dict[int, list[Piece]],
    ) -> None:
        boxes.append(Box(self.node, self.lines, x, y, self.width, self.height))


class _Container(_Block):
    """틀 하나(또는 전체)의 안쪽."""

    def __init__(
        self, flow: Flow, frame: Frame | None, measure: Callable[[str, float], float]
    ) -> None:
        self.flow, self.frame, self.measure = flow, frame, measure
        self.depth = 0 if frame is None else len(frame.frames) + 1
        self.items: list[_Item] = []
        self.item_of_node: dict[int, int] = {}
        self.rows: list[list[_Item]] = []
        self.columns: list[int] = []  # 줄 → 단
        # 화살표 → 이 틀 안에서 지나는 것들
        self.routes: dict[int, list[_Item]] = {}
        self.paths: dict[int, list[Point]] = {}
        self.entries, self.exits = {}, {}
        self.width = self.height = 0.0
        self.title_x = FRAME_MARGIN

    # 배치 -----------------------------------------------------------------------------------

    def lay_out(self) -> _Container:
        self._make_items()
        links = self._links()
        self._rank(links)
        self._add_lanes(links)
        self._order()
        self._set_x()
        self._set_y()
        self._set_title()
        self._route()
        return self

    def _inside(self, node: Node) -> bool:
        return self.frame is None or self.frame.index in node.frames

    def _make_items(self) -> None:
        made: dict[int, int] = {}
        for node in self.flow.nodes:
            if not self._inside(node):
                continue
            if len(node.frames) > self.depth:
                inner = node.frames[self.depth]
                if inner not in made:
                    made[inner] = len(self.items)
                    block: _Block = _Container(
                        self.flow, self.flow.frames[inner], self.measure
                    ).lay_out()
                    self.items.append(_Item(block.width, block.height, len(self.items), block))
                self.item_of_node[node.index] = made[inner]
            else:
                self.item_of_node[node.index] = len(self.items)
                block = _Leaf(node, self.measure)
                self.items.append(_Item(block.width, block.height, len(self.items), block))

    def _links(self) -> dict[int, tuple[int, int]]:
        """화살표 → (보내는 것, 받는 것). 틀 밖은 TOP이나 BOTTOM입니다."""
        links = {}
        for edge, (source, target) in enumerate(self.flow.edges):
            first = self.item_of_node.get(source, TOP)
            second = self.item_of_node.get(target, BOTTOM)
            if (first, second) != (TOP, BOTTOM) and first != second:
                links[edge] = first, second
        return links

    def _rank(self, links: dict[int, tuple[int, int]]) -> None:
        before: dict[int, list[int]] = defaultdict(list)
        for first, second in links.values():
            if first != TOP and second != BOTTOM:
                before[second].append(first)
        # 보내는 것이 받는 것보다 늘 먼저 만들어집니다.
        for index, item in enumerate(self.items):
            item.rank = 1 + max((self.items[other].rank for other in before[index]), default=-1)

    def _add_lanes(self, links: dict[int, tuple[int, int]]) -> None:
        last = max((item.rank for item in self.items), default=0)
        lanes: dict[tuple[int, int], _Item] = {}
        for edge, (first, second) in links.items():
            start = -1 if first == TOP else self.items[first].rank
            stop = last + 1 if second == BOTTOM else self.items[second].rank
            source = self.flow.edges[edge][0]
            route = [] if first == TOP else [self.items[first]]
            for rank in range(start + 1, stop):
                if (source, rank) not in lanes:
                    # 지나가는 화살표는 상자의 오른쪽에 둡니다.
                    lane = _Item(LANE_WIDTH, 0.0, 1e6 + source, lane=source, rank=rank)
                    lanes[source, rank] = lane
                route.append(lanes[source, rank])
            if second != BOTTOM:
                route.append(self.items[second])
            self.routes[edge] = route
        rows: dict[int, list[_Item]] = defaultdict(list)
        for item in [*self.items, *lanes.values()]:
            rows[item.rank].append(item)
        self.rows = [sorted(rows[rank], key=lambda item: item.order) for rank in range(last + 1)]

    def _neighbours(self) -> tuple[dict[int, list[tuple[_Item, int]]], ...]:
        above: dict[int, list[tuple[_Item, int]]] = defaultdict(list)
        below: dict[int, list[tuple[_Item, int]]] = defaultdict(list)
        seen = set()
        for edge, route in self.routes.items():
            for first, second in pairwise(route):
                if first.lane is not None and (id(first), id(second)) in seen:
                    continue
                seen.add((id(first), id(second)))
                above[id(second)].append((first, edge))
                below[id(first)].append((second, edge))
        return above, below

    def _order(self) -> None:
        """화살표가 덜 엇갈리도록 줄 안의 차례를 바꿉니다."""
        above, below = self._neighbours()
        best = [list(row) for row in self.rows]
        best_crossings = self._crossings(below)
        for sweep in range(8):
            rows = self.rows if sweep % 2 == 0 else self.rows[::-1]
            near = above if sweep % 2 == 0 else below
            for row in rows:
                where = {id(item): index for other in self.rows for index, item in enumerate(other)}
                middles = {}
                for item in row:
                    others = [where[id(other)] for other, _ in near[id(item)]]
                    middle = sum(others) / len(others) if others else where[id(item)]
                    middles[id(item)] = middle, item.order
                row.sort(key=lambda item, middles=middles: middles[id(item)])  # type: ignore[misc]
            crossings = self._crossings(below)
            if crossings < best_crossings:
                best, best_crossings = [list(row) for row in self.rows], crossings
        self.rows = best

    def _crossings(self, below: dict[int, list[tuple[_Item, int]]]) -> int:
        count = 0
        for row, following in pairwise(self.rows):
            where = {id(item): index for index, item in enumerate(following)}
            ends = [
                (index, where[id(other)])
                for index, item in enumerate(row)
                for other, _ in below[id(item)]
            ]
            count += sum(
                (a - c) * (b - d) < 0 for i, (a, b) in enumerate(ends) for c, d in ends[:i]
            )
        return count

    def _set_x(self) -> None:
        for item in self.items:
            if item.block is not None:
                half = item.width / 2
                item.entries = {edge: x - half for edge, x in item.block.entries.items()}
                item.exits = {edge: x - half for edge, x in item.block.exits.items()}
        for row in self.rows:
            x = -sum(item.width for item in row) / 2 - SIDE_GAP * (len(row) - 1) / 2
            for item in row:
                item.x = x + item.width / 2
                x += item.width + SIDE_GAP
        above, below = self._neighbours()
        for sweep in range(12):
            rows = self.rows if sweep % 2 == 0 else self.rows[::-1]
            near, other_side = (above, below) if sweep % 2 == 0 else (below, above)
            for row in rows:
                wishes = []
                for item in row:
                    wish = self._wish(item, near[id(item)], sweep % 2 == 0)
                    if wish is None:
                        wish = self._wish(item, other_side[id(item)], sweep % 2 != 0)
                    wishes.append(item.x if wish is None else wish)
                _spread(row, wishes)
        self._straighten_lanes()
        self._spread_entries()

    @staticmethod
    def _wish(item: _Item, near: list[tuple[_Item, int]], upward: bool) -> float | None:
        """이웃과 곧게 이어지는 x. 상자는 이웃한 상자에, 지나가는 화살표는 제 앞뒤에 맞춥니다."""
        if item.lane is None:
            near = [pair for pair in near if pair[0].lane is None] or near
        wishes = []
        for other, edge in near:
            mine = item.entries if upward else item.exits
            theirs = other.exits if upward else other.entries
            wishes.append(other.x + theirs.get(edge, 0.0) - mine.get(edge, 0.0))
        return sum(wishes) / len(wishes) if wishes else None

    def _straighten_lanes(self) -> None:
        """한 화살표가 여러 줄을 지날 때 같은 x로 모읍니다(상자나 옆 화살표와 부딪히지 않을 때)."""
        chains: dict[int, list[_Item]] = defaultdict(list)
        for row in self.rows:
            for item in row:
                if item.lane is not None:
                    chains[item.lane].append(item)
        order = self._lanes_from_left(chains)
        highest: dict[int, float] = {}
        for lane in reversed(order):
            limits = [math.inf]
            for item in chains[lane]:
                row = self.rows[item.rank]
                for other in row[row.index(item) + 1 :][:1]:
                    left = other.left
                    if other.lane in highest:
                        left = highest[other.lane] - LANE_WIDTH / 2
                    limits.append(left - SIDE_GAP / 2 - LANE_WIDTH / 2)
            highest[lane] = min(limits)
        for lane in order:
            chain, low = chains[lane], -math.inf
            for item in chain:
                row = self.rows[item.rank]
                for other in row[: row.index(item)][-1:]:
                    low = max(low, other.right + SIDE_GAP / 2 + LANE_WIDTH / 2)
            if low > highest[lane]:
                continue
            middle = sum(item.x for item in chain) / len(chain)
            for item in chain:
                item.x = min(max(middle, low), highest[lane])

    def _lanes_from_left(self, chains: dict[int, list[_Item]]) -> list[int]:
        """왼쪽에 설 것부터. 줄마다 앞뒤가 다른 것들은 아무 차례나 좋습니다."""
        before: dict[int, set[int]] = {lane: set() for lane in chains}
        for row in self.rows:
            lanes = [item.lane for item in row if item.lane is not None]
            for first, second in pairwise(lanes):
                before[second].add(first)
        order: list[int] = []
        while len(order) < len(chains):
            left = [lane for lane in chains if lane not in order]
            free = [lane for lane in left if before[lane] <= set(order)]
            order.append((free or left)[0])
        return order

    def _spread_entries(self) -> None:
        """한 상자에 여러 화살표가 들어오면 자리를 나눕니다."""
        coming: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for edge, route in self.routes.items():
            if self.flow.edges[edge][1] not in self.item_of_node:
                continue
            if not isinstance(route[-1].block, _Leaf):
                continue
            before = route[-2] if len(route) > 1 else None
            start = route[-1].x if before is None else before.x + before.exits.get(edge, 0.0)
            coming[id(route[-1])].append((start, edge))
        for item in self.items:
            arrivals = sorted(coming[id(item)])
            # 바로 위에서 곧게 내려오는 화살표는 가운데로, 나머지는 그 옆으로 들어옵니다.
            middle = (len(arrivals) - 1) / 2
            for position, (x, _) in enumerate(arrivals):
                if abs(x - item.x) < 0.02:
                    middle = float(position)
            reach = max(middle, len(arrivals) - 1 - middle, 1.0)
            step = min(0.5, 0.36 * item.width / reach)
            for position, (_, edge) in enumerate(arrivals):
                item.entries[edge] = (position - middle) * step

    def _set_y(self) -> None:
        heights = [max((item.height for item in row), default=0.0) for row in self.rows]
        gaps = [self._gap(row) for row in range(len(self.rows) - 1)]
        self.columns = self._split(heights, gaps)
        head = FRAME_HEAD if self.frame is not None else 0.0
        pad = FRAME_PAD if self.frame is not None else 0.0
        # 틀 위에서 들어오는 화살표가 제목과 겹치지 않게 조금 내립니다.
        head += 0.1 if self.frame is not None else 0.0
        x = pad
        y = head
        bottom = 0.0
        for column in range(max(self.columns, default=0) + 1):
            numbers = [row for row, which in enumerate(self.columns) if which == column]
            members = [item for row in numbers for item in self.rows[row]]
            left = min((item.left for item in members), default=0.0)
            right = max((item.right for item in members), default=0.0)
            y = head + (self._turn(numbers[0] - 1) if column else 0.0)
            for row in numbers:
                for item in self.rows[row]:
                    item.x += x - left
                    item.y = y + (heights[row] - item.height) / 2
                    if item.lane is not None:
                        item.y, item.height = y, heights[row]
                y += heights[row] + (gaps[row] if row < len(gaps) else 0.0)
            if numbers[-1] < len(gaps):
                y -= gaps[numbers[-1]]
                y += self._turn(numbers[-1])
            bottom = max(bottom, y)
            x += right - left + COLUMN_GAP + 0.1 * self._turning(numbers[-1])
        last = max(self.columns, default=0)
        rightmost = [
            item
            for row, which in enumerate(self.columns)
            if which == last
            for item in self.rows[row]
        ]
        self.width = max((item.right for item in rightmost), default=0.0) + pad
        self.height = bottom + pad

    def _set_title(self) -> None:
        """틀의 제목을 위에서 들어오는 화살표가 지나지 않는 곳에 둡니다."""
        if self.frame is None:
            return
        title = self.measure(frame_title(self.frame), TEXT_SIZE)
        note = self.measure(parameters_note(self.frame.parameters, self.frame.repeated), NOTE_SIZE)
        room = title + note + 0.6
        if room > self.width:
            self._widen((room - self.width) / 2)
        arrows = sorted(
            route[0].x + route[0].entries.get(edge, 0.0)
            for edge, route in self.routes.items()
            if self.flow.edges[edge][0] not in self.item_of_node
        )
        for x in arrows:
            if self.title_x - TITLE_GAP < x < self.title_x + title + TITLE_GAP:
                self.title_x = x + TITLE_GAP
        if self.title_x + title > self.width - FRAME_MARGIN - (note + 0.2 if note else 0.0):
            # 화살표 사이에는 자리가 없으므로 화살표를 제목의 오른쪽으로 밉니다.
            self.title_x = FRAME_MARGIN
            self._widen(FRAME_MARGIN + title + TITLE_GAP - arrows[0])

    def _widen(self, side: float) -> None:
        """안쪽은 가운데에 둔 채 양옆을 넓힙니다."""
        for row in self.rows:
            for item in row:
                item.x += side
        self.width += 2 * side

    def _gap(self, row: int) -> float:
        """이 줄과 다음 줄의 사이. 옆으로 멀리 가는 화살표가 있으면 넓힙니다."""
        reach = 0.0
        for edge, route in self.routes.items():
            for first, second in pairwise(route):
                if first.rank == row:
                    start = first.x + first.exits.get(edge, 0.0)
                    reach = max(reach, abs(second.x + second.entries.get(edge, 0.0) - start))
        return ROW_GAP + (min(0.1 + 0.05 * reach, 0.45) if reach > 0.05 else 0.0)

    def _turning(self, row: int) -> int:
        """이 줄과 다음 줄 사이를 지나는 화살표의 수(같은 텐서는 한 번)."""
        return len(self._crossing_sources(row))

    def _turn(self, row: int) -> float:
        return 0.25 + 0.1 * self._turning(row)

    def _crossing_sources(self, row: int) -> list[int]:
        sources = {
            self.flow.edges[edge][0]
            for edge, route in self.routes.items()
            for first, second in pairwise(route)
            if first.rank == row
        }
        return sorted(sources)

    def _split(self, heights: list[float], gaps: list[float]) -> list[int]:
        """줄마다 몇 번째 단에 놓을지. 높이가 고르게, 너비를 넘지 않게 나눕니다."""
        total = sum(heights) + sum(gaps)
        width = max((row[-1].right - row[0].left for row in self.rows if row), default=1.0)
        limit = MAX_COLUMN_HEIGHT if self.frame is None else 1.3 * MAX_COLUMN_HEIGHT
        if total <= limit:
            return [0] * len(heights)
        possible = max(1, int((MAX_WIDTH + COLUMN_GAP) // (width + COLUMN_GAP + 0.1)))
        count = min(possible, math.ceil(total / MAX_COLUMN_HEIGHT))
        sizes = [height + gap for height, gap in zip(heights, [*gaps, 0.0], strict=True)]
        return balanced(sizes, [self._turning(row) for row in range(len(sizes))], count)

    # 화살표 ---------------------------------------------------------------------------------

    def _route(self) -> None:
        for edge, route in self.routes.items():
            points: list[Point] = []
            for first, second in pairwise(route):
                start = first.x + first.exits.get(edge, 0.0)
                end = second.x + second.entries.get(edge, 0.0)
                points.append((start, first.bottom))
                row_bottom = max(item.bottom for item in self.rows[first.rank])
                row_top = min(item.y for item in self.rows[second.rank])
                if self.columns[first.rank] == self.columns[second.rank]:
                    points += [(start, row_bottom), (end, row_top)]
                else:
                    points += self._around(first, second, start, end, edge)
                points.append((end, second.y))
            source, target = self.flow.edges[edge]
            if source not in self.item_of_node:
                entry = self.entries[edge] = route[0].x + route[0].entries.get(edge, 0.0)
                points = [(entry, 0.0), (entry, route[0].y), *points]
            if target not in self.item_of_node:
                leave = self.exits[edge] = route[-1].x + route[-1].exits.get(edge, 0.0)
                points = [*points, (leave, route[-1].bottom), (leave, self.height)]
            self.paths[edge] = points

    def _around(
        self, first: _Item, second: _Item, start: float, end: float, edge: int
    ) -> list[Point]:
        """단의 아래에서 다음 단의 위로 가는 길."""
        sources = self._crossing_sources(first.rank)
        position = sources.index(self.flow.edges[edge][0])
        column = self.columns[first.rank]
        members = [
            item
            for row, which in enumerate(self.columns)
            if which == column
            for item in self.rows[row]
        ]
        low = max(item.bottom for item in self.rows[first.rank]) + 0.14 + 0.1 * position
        high = min(item.y for item in self.rows[second.rank]) - 0.18 - 0.1 * position
        side = (
            max(item.right for item in members)
            + COLUMN_GAP / 2
            + 0.1 * (len(sources) - 1 - position)
        )
        return [(start, low), (side, low), (side, high), (end, high)]

    def place(
        self,
        x: float,
        y: float,
        boxes: list[Box],
        frames: list[FrameBox],
        pieces: dict[int, list[Piece]],
    ) -> None:
        if self.frame is not None:
            frames.append(FrameBox(self.frame, x, y, self.width, self.height, x + self.title_x))
        for item in self.items:
            if item.block is not None:
                item.block.place(x + item.left, y + item.y, boxes, frames, pieces)
        for edge, points in self.paths.items():
            source, target = self.flow.edges[edge]
            # 나오는 길은 깊은 틀부터, 들어가는 길은 얕은 틀부터 이어집니다.
            order = 0
            if source not in self.item_of_node:
                order = self.depth
            elif target not in self.item_of_node:
                order = -self.depth
            pieces.setdefault(edge, []).append((order, [(x + px, y + py) for px, py in points]))


def frame_title(frame: Frame) -> str:
    """틀의 제목: "encoder (Functional)"."""
    return f"{frame.name} ({frame.title})" if frame.name else frame.title


def parameters_note(count: int, repeated: bool = False, frozen: bool = False) -> str:
    """상자와 틀에 적는 파라미터 수. 같은 층이 다시 나오면 수를 되풀이하지 않습니다."""
    if not count:
        return ""
    return ("같은 가중치" if repeated else f"파라미터 {count:,}") + (" · 동결" if frozen else "")


def _spread(row: list[_Item], wishes: list[float]) -> None:
    """차례와 간격을 지키면서 바라는 자리에 가장 가깝게(최소 제곱) 놓습니다."""
    offsets, x = [], 0.0
    for index, item in enumerate(row):
        if index:
            x += row[index - 1].width / 2 + SIDE_GAP + item.width / 2
        offsets.append(x)
    # 단조 회귀: 간격을 뺀 자리가 커지기만 하면 됩니다.
    groups: list[tuple[float, float, int]] = []  # 평균, 무게, 수
    for item, wish, offset in zip(row, wishes, offsets, strict=True):
        mean, weight, count = wish - offset, (1.0 if item.lane is None else 1e-4), 1
        while groups and groups[-1][0] > mean:
            other, other_weight, other_count = groups.pop()
            mean = (mean * weight + other * other_weight) / (weight + other_weight)
            weight, count = weight + other_weight, count + other_count
        groups.append((mean, weight, count))
    position = 0
    for mean, _, count in groups:
        for _ in range(count):
            row[position].x = mean + offsets[position]
            position += 1


def balanced(sizes: list[float], cuts: list[int], count: int) -> list[int]:
    """`sizes`를 차례대로 `count`묶음으로 나눕니다. 결과는 저마다의 묶음 번호입니다.

    가장 큰 묶음이 가장 작아지게 하되, 조금 커지더라도 끊기는 화살표(`cuts`)가 적은 곳을 고릅니다.
    """
    if count <= 1 or not sizes:
        return [0] * len(sizes)
    low, high = max(sizes), sum(sizes)
    for _ in range(40):
        limit = (low + high) / 2
        if _pack(sizes, limit)[-1] < count:
            high = limit
        else:
            low = limit
    limit = 1.2 * high + 1e-6
    # best[i]: 앞의 i개를 나누는 가장 좋은 법 = (끊긴 화살표, 가장 큰 묶음, 자른 자리들)
    best: list[tuple[int, float, tuple[int, ...]]] = [(0, 0.0, ())]
    for end in range(1, len(sizes) + 1):
        ways = []
        for start in range(end):
            size = sum(sizes[start:end])
            cut, largest, places = best[start]
            if (size <= limit or end - start == 1) and len(places) + 1 < count + (start == 0):
                price = cut + (cuts[start - 1] ** 2 if start else 0)
                ways.append((price, max(largest, size), places + ((start,) if start else ())))
        best.append(min(ways, default=(10**9, math.inf, ())))
    if math.isinf(best[-1][1]):
        return _pack(sizes, high)
    starts = set(best[-1][2])
    return list(accumulate(int(index in starts) for index in range(len(sizes))))


def _pack(sizes: list[float], limit: float) -> list[int]:
    columns, column, filled = [], 0, 0.0
    for size in sizes:
        if filled and filled + size > limit + 1e-9:
            column, filled = column + 1, 0.0
        columns.append(column)
        filled += size
    return columns


def _clean(points: list[Point]) -> list[Point]:
    """겹친 점과, 곧은 길 가운데의 점을 뺍니다."""
    result: list[Point] = []
    for point in points:
        if result and abs(result[-1][0] - point[0]) < 1e-6 and abs(result[-1][1] - point[1]) < 1e-6:
            continue
        if len(result) > 1:
            (ax, _), (bx, _) = result[-2], result[-1]
            if abs(ax - bx) < 1e-6 and abs(bx - point[0]) < 1e-6:
                result[-1] = point
                continue
        result.append(point)
    return result
