"""칸으로 나눈 그림: 축, 브로드캐스팅, 커널이 움직이는 자리, 층마다의 모양, 칸마다의 정책.

여기 없는 것: 텐서의 값을 칸에 적는 그림(`figures.images`), 상자와 화살표(`figures.boxes`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.figures import style
from autograder.figures.style import CannotDraw, picture
from autograder.figures.values import as_array, unsolved

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_SIDE = 12
CELL = 0.42
"""칸 하나의 크기(인치)."""
SHEETS = 64
"""겹쳐 그리는 채널의 수의 한계."""


@picture
def show_axes(tensor: Any, *, axis: int | None = None, title: str | None = None) -> Figure:
    """행렬의 두 축이 어느 방향인지, `axis`를 따라 합하면 무엇이 남는지 그립니다.

    Args:
        tensor: 랭크 2의 텐서나 배열.
        axis: 합할 축(0이나 1). 없으면 축의 방향만 그립니다.
        title: 그림의 제목.
    """
    if unsolved(tensor):
        raise CannotDraw("먼저 텐서를 만들면 여기에 축의 그림이 나옵니다.")
    array = as_array(tensor)
    if array.ndim != 2 or max(array.shape) > MAX_SIDE or axis not in (None, 0, 1, -1, -2):
        raise CannotDraw(
            f"랭크 2이고 한 변이 {MAX_SIDE}칸까지인 텐서의 축 0과 1을 그립니다. 모양은 {array.shape}입니다."
        )
    axis = None if axis is None else axis % 2
    rows, columns = array.shape
    left, right = 1.0, 1.9 if axis == 1 else 0.3
    top, bottom = 0.95 if title else 0.62, 1.0 if axis == 0 else 0.2
    width, height = left + CELL * columns + right, top + CELL * rows + bottom
    figure = style.new_figure(max(width, 3.2, left + style.title_width(title, 11)), height)
    axes = _paper(figure, left, top)
    colors = (style.BLUE, style.RED, style.GREEN, style.PURPLE, style.ORANGE, style.SKY)
    for (i, j), value in np.ndenumerate(array):
        color = style.tint(colors[(i if axis == 1 else j) % 6], 0.25) if axis is not None else None
        _cell(axes, i, j, _number(value), color or style.tint(style.BLUE, 0.1))
    if title:
        axes.text(0, -1.85, title, fontsize=11, va="center")
    _pointer(axes, (0, -0.55), (columns, -0.55), f"축 1: 열 {columns}개", (columns / 2, -0.95))
    _pointer(axes, (-0.5, 0), (-0.5, rows), f"축 0:\n행 {rows}개", (-1.45, rows / 2))
    words = f"모양 {array.shape}: 축 0은 아래로, 축 1은 오른쪽으로"
    if axis is not None:
        total = array.sum(axis=axis)
        for k, value in enumerate(total):
            i, j = (rows + 0.9, k) if axis == 0 else (k, columns + 1.2)
            _cell(axes, i, j, _number(value), style.tint(colors[k % 6], 0.25))
            start, end = ((k + 0.5, rows + 0.1), (k + 0.5, rows + 0.8))
            if axis == 1:
                start, end = (columns + 0.1, k + 0.5), (columns + 1.1, k + 0.5)
            _arrow(axes, start, end)
        place = (columns / 2, rows + 2.2) if axis == 0 else (columns + 2.4, rows / 2)
        axes.text(
            *place,
            f"axis={axis}\n모양 {total.shape}" if axis else f"axis={axis}  모양 {total.shape}",
            ha="center" if axis == 0 else "left",
            va="center",
            fontsize=9,
        )
        words += f". axis={axis}로 합하면 축 {axis}이 사라져 {total.tolist()}"
    return style.describe(figure, words)


@picture
def show_broadcast(left: Sequence[int], right: Sequence[int]) -> Figure:
    """두 모양이 브로드캐스팅으로 어떻게 맞추어지는지 그립니다. 흐린 칸이 늘어난 칸입니다.

    칸에 적힌 수는 그 칸이 어느 원래 칸에서 왔는지입니다.

    Args:
        left: 왼쪽 텐서의 모양. 축은 둘까지입니다.
        right: 오른쪽 텐서의 모양.
    """
    if unsolved(left) or unsolved(right):
        raise CannotDraw("먼저 두 모양을 정하면 여기에 그림이 나옵니다.")
    shapes = [tuple(int(size) for size in shape) for shape in (left, right)]
    if any(not 1 <= len(shape) <= 2 or max(shape) > MAX_SIDE for shape in shapes):
        raise CannotDraw(
            f"축이 하나나 둘이고 한 변이 {MAX_SIDE}칸까지인 모양을 그립니다: {shapes}."
        )
    try:
        full: tuple[int, ...] | None = np.broadcast_shapes(*shapes)
    except ValueError:
        full = None
    panels = [
        (f"왼쪽 {shapes[0]}", shapes[0], full or shapes[0], style.BLUE),
        (f"오른쪽 {shapes[1]}", shapes[1], full or shapes[1], style.ORANGE),
        (f"결과 {full}" if full else "결과 없음: 오류", full, full, style.GREEN),
    ]
    sizes = [(1, *shape)[-2:] for _, _, shape, _ in panels if shape]
    side = max(max(size) for size in sizes)
    step = max(side * 0.36, 1.25) + 0.3
    figure = style.new_figure(3 * step + 0.1, side * 0.36 + 0.55)
    width, height = figure.get_size_inches()
    for index, (title, shape, grown, color) in enumerate(panels):
        place = ((0.1 + index * step) / width, 0.05 / height, (step - 0.2) / width)
        axes = figure.add_axes((*place, (height - 0.5) / height))
        style.bare(axes)
        axes.set_xlim(0, (step - 0.2) / 0.36)
        axes.set_ylim((height - 0.5) / 0.36, 0)
        axes.set_title(title, fontsize=9.5, loc="left")
        if shape and grown:
            _grown(axes, (1, *shape)[-2:], (1, *grown)[-2:], color)
    return style.describe(
        figure, f"브로드캐스팅: {shapes[0]}와 {shapes[1]}의 결과 {full or '없음(오류)'}"
    )


def _grown(axes: Axes, own: tuple[int, ...], full: tuple[int, ...], color: str) -> None:
    for i in range(full[0]):
        for j in range(full[1]):
            first = i < own[0] and j < own[1]
            shade = style.tint(color, 0.75 if first else 0.15)
            _cell(axes, i, j, f"{i % own[0]},{j % own[1]}", shade, size=7)


@picture
def show_convolution(
    size: int = 5, kernel: int = 3, strides: int = 1, padding: str = "valid"
) -> Figure:
    """커널이 어느 자리에 놓이고 출력이 몇 칸인지 그립니다. 점선인 칸이 0으로 채운 패딩입니다.

    Args:
        size: 정사각형 입력의 한 변.
        kernel: 커널의 한 변.
        strides: 커널을 몇 칸씩 옮기는지.
        padding: `"valid"`(채우지 않음) 또는 `"same"`(가장자리를 0으로 채움).
    """
    if any(unsolved(value) for value in (size, kernel, strides, padding)):
        raise CannotDraw("먼저 크기를 정하면 여기에 합성곱의 그림이 나옵니다.")
    if padding not in ("valid", "same") or not 1 <= size <= MAX_SIDE or kernel < 1 or strides < 1:
        raise CannotDraw(f"한 변이 {MAX_SIDE}칸까지인 입력과 padding='valid', 'same'을 그립니다.")
    before = after = 0
    if padding == "same":
        count = math.ceil(size / strides)
        added = max((count - 1) * strides + kernel - size, 0)
        before, after = added // 2, added - added // 2
    else:
        count = (size - kernel) // strides + 1
    if count < 1:
        raise CannotDraw(f"입력 {size}칸이 커널 {kernel}칸보다 작아서 놓을 자리가 없습니다.")
    full = before + size + after
    step = 0.33
    figure = style.new_figure(step * (full + max(count, 2) + 3) + 0.3, step * full + 0.95)
    axes = _paper(figure, 0.15, 0.55, step)
    for i in range(full):
        for j in range(full):
            inside = before <= i < before + size and before <= j < before + size
            if inside:
                _cell(axes, i, j, "", style.tint(style.BLUE, 0.12), edge=style.MUTED)
            else:
                _cell(axes, i, j, "0", style.PAPER, size=8, edge=style.MUTED, dashed=True)
    middle = (full - count) / 2
    spots = [(0, 0, style.ORANGE), (0, 1, style.GREEN)][: min(count, 2)]
    for i in range(count):
        for j in range(count):
            _cell(
                axes, middle + i, full + 3 + j, "", style.tint(style.BLUE, 0.12), edge=style.MUTED
            )
    for number, (row, column, color) in enumerate(spots):
        _frame(axes, row * strides, column * strides, kernel, color, inset=0.06 * number)
        _cell(axes, middle + row, full + 3 + column, "", style.tint(color, 0.6), edge=style.MUTED)
    _arrow(axes, (full + 0.5, full / 2), (full + 2.5, full / 2))
    axes.text(0, -0.65, f"입력 {size}×{size}", fontsize=9.5, va="center")
    axes.text(full + 3, -0.65, f"출력 {count}×{count}", fontsize=9.5, va="center")
    words = f"커널 {kernel}×{kernel}, strides={strides}, padding='{padding}'"
    figure.text(
        0.15 / figure.get_size_inches()[0], 0.1 / figure.get_size_inches()[1], words, fontsize=9
    )
    return style.describe(figure, f"합성곱: 입력 {size}×{size}, {words}이면 출력 {count}×{count}")


@picture
def show_shapes(model: Any) -> Figure:
    """층마다 나오는 텐서를 겹친 판으로 그립니다. 판의 크기가 높이와 너비, 판의 수가 채널입니다.

    Args:
        model: 입력이 이미지 하나인, 한 줄로 이어진 모델.
    """
    if unsolved(model):
        raise CannotDraw("먼저 모델을 만들면 여기에 모양의 그림이 나옵니다.")
    try:
        shapes = {"input": tuple(model.input_shape[1:])}
        shapes |= {layer.name: tuple(layer.output.shape[1:]) for layer in model.layers}
    except (AttributeError, ValueError, TypeError) as error:
        raise CannotDraw("층마다의 모양을 알 수 없는 모델입니다. `Input`부터 쓰세요.") from error
    if any(len(shape) not in (1, 3) or None in shape for shape in shapes.values()):
        raise CannotDraw("이미지를 받아 벡터로 끝나는 모델의 모양을 그립니다.")
    tallest = max((shape[0] for shape in shapes.values() if len(shape) == 3), default=28)
    figure = style.new_figure(10, 3)
    axes = figure.add_axes((0.01, 0, 0.98, 1))
    left = 0.0
    for name, shape in shapes.items():
        flat = len(shape) == 1
        height = min(shape[0] / 12, 1.2 * tallest) if flat else shape[0]
        width, sheets = (1.2, 1) if flat else (shape[1], min(shape[2], SHEETS))
        for depth in reversed(range(sheets)):
            _sheet(axes, left + 0.8 * depth, 0.5 * depth - height / 2, width, height)
        text = f"{name}\n{shape}"
        wide = max(style.text_width(line, 9) for line in text.split("\n"))
        axes.text(left + width / 2, -0.72 * tallest, text, ha="center", va="top", fontsize=9)
        left += width + 0.8 * sheets + 8 + 5 * wide
    axes.set_xlim(-8, left)
    axes.set_ylim(-tallest, 0.72 * tallest)
    axes.set_aspect("equal")
    style.bare(axes)
    said = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    return style.describe(figure, f"층마다의 모양: {said}")


def _sheet(axes: Axes, x: float, y: float, width: float, height: float) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle((x, y), width, height, facecolor=style.tint(style.SKY, 0.4), edgecolor=style.BLUE)
    )


@picture
def show_policy(
    probabilities: Any,
    columns: int,
    *,
    words: Mapping[int, str] | None = None,
    start: int | None = None,
) -> Figure:
    """칸마다 네 방향의 확률을 화살표의 길이로 그립니다. 여러 번의 정책을 나란히 볼 수 있습니다.

    Args:
        probabilities: `(칸, 4)`, 또는 제목 → `(칸, 4)`. 네 방향은 위, 아래, 왼쪽, 오른쪽입니다.
        columns: 한 줄의 칸 수.
        words: 칸의 번호 → 적을 글. 글이 있는 칸에는 화살표를 그리지 않습니다.
        start: 파랗게 칠할, 출발하는 칸.
    """
    if unsolved(probabilities) or unsolved(columns):
        raise CannotDraw("먼저 정책을 훈련하면 여기에 그림이 나옵니다.")
    given = probabilities if isinstance(probabilities, Mapping) else {"": probabilities}
    panels = {str(title): as_array(value) for title, value in given.items()}
    for values in panels.values():
        if values.ndim != 2 or values.shape[1] != 4 or len(values) % columns:
            raise CannotDraw(f"모양이 (칸의 수, 4)여야 하는데 {values.shape}입니다.")
    rows = len(next(iter(panels.values()))) // columns
    step = 0.6
    width, height = step * columns + 0.3, step * rows + 0.45
    figure = style.new_figure(width * len(panels), height)
    for index, (title, values) in enumerate(panels.items()):
        left, bottom = (index * width + 0.15) / (width * len(panels)), 0.08 / height
        axes = figure.add_axes(
            (left, bottom, step * columns / (width * len(panels)), step * rows / height)
        )
        style.bare(axes)
        axes.set_xlim(0, columns)
        axes.set_ylim(rows, 0)
        axes.set_title(title, fontsize=10)
        for cell, chances in enumerate(values):
            i, j = divmod(cell, columns)
            text = (words or {}).get(cell, "")
            shade: Any = style.LINE if text else style.PAPER
            if cell == start:
                shade = style.tint(style.BLUE, 0.25)
            _cell(axes, i, j, text, shade, size=8, edge=style.MUTED)
            if not text:
                _four(axes, i + 0.5, j + 0.5, chances)
    return style.describe(figure, f"칸마다의 정책: {', '.join(panels) or '한 장'}")


def _four(axes: Axes, y: float, x: float, chances: np.ndarray) -> None:
    for (dy, dx), chance in zip(((-1, 0), (1, 0), (0, -1), (0, 1)), chances, strict=True):
        if chance > 0.03:
            _arrow(
                axes,
                (x, y),
                (x + 0.45 * dx * chance, y + 0.45 * dy * chance),
                color=style.RED,
                head=4 + 4 * float(chance),
            )


def _paper(figure: Figure, left: float, top: float, step: float = CELL) -> Axes:
    """왼쪽 위가 (0, 0)이고 칸 하나가 1인 종이. 아래로 갈수록 y가 커집니다."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes((0, 0, 1, 1))
    style.bare(axes)
    axes.set_xlim(-left / step, (width - left) / step)
    axes.set_ylim((height - top) / step, -top / step)
    return axes


def _cell(
    axes: Axes,
    row: float,
    column: float,
    text: str,
    color: Any,
    *,
    size: float = 9,
    edge: str = style.PAPER,
    dashed: bool = False,
) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle(
            (column, row),
            1,
            1,
            facecolor=color,
            edgecolor=edge,
            linestyle="--" if dashed else "-",
            linewidth=0.8,
        )
    )
    if text:
        axes.text(
            column + 0.5,
            row + 0.5,
            text,
            ha="center",
            va="center",
            fontsize=size,
            color=style.readable_ink(color),
        )


def _frame(
    axes: Axes, row: float, column: float, side: float, color: str, inset: float = 0
) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle(
            (column + inset, row + inset),
            side - 2 * inset,
            side - 2 * inset,
            facecolor="none",
            edgecolor=color,
            linewidth=2.4,
            zorder=3,
        )
    )


def _arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    color: str = style.MUTED,
    head: float = 10,
) -> None:
    look = {"arrowstyle": "-|>", "color": color, "mutation_scale": head, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=look)


def _pointer(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    text: str,
    place: tuple[float, float],
) -> None:
    _arrow(axes, start, end, style.INK)
    axes.text(*place, text, ha="center", va="center", fontsize=9)


def _number(value: Any) -> str:
    return f"{value:g}" if np.issubdtype(type(value), np.floating) else str(value)
