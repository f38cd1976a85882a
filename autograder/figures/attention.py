"""어텐션의 그림: 어느 글자가 어느 글자를 얼마나 보는지.

여기 없는 것: 특성 맵과 텐서의 그림(`figures.images`), 훈련 기록의 그림(`figures.charts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.figures import style
from autograder.figures.style import CannotDraw, picture
from autograder.figures.values import as_array, unsolved

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS_PER_ROW = 4
SHORT = 12
"""글자가 이보다 많으면 한 줄에 절반만 놓습니다."""
MAX_CHARACTERS = 48
CELL = 0.2
"""칸 하나의 크기(인치)."""
EDGE = 0.55


@picture
def show_attention(
    weights: Any,
    queries: Sequence[str],
    keys: Sequence[str] | None = None,
    *,
    titles: Sequence[str] | None = None,
) -> Figure:
    """비율이나 마스크를 칸으로 그립니다. 행은 보는 글자, 열은 보이는 글자이고 진할수록 많이 봅니다.

    Args:
        weights: `(T, S)`나, 여러 장이면 `(장, T, S)`. 실수나 불리언입니다.
        queries: 행의 글자 T개.
        keys: 열의 글자 S개. 없으면 `queries`입니다.
        titles: 장마다의 제목.
    """
    if unsolved(weights):
        raise CannotDraw("먼저 위의 문제를 풀면 여기에 어텐션의 그림이 나옵니다.")
    array = as_array(weights).astype("float64")
    array = array[None] if array.ndim == 2 else array
    rows, columns = [*queries], [*(queries if keys is None else keys)]
    if array.ndim != 3 or array.shape[1:] != (len(rows), len(columns)):
        raise CannotDraw(
            f"비율의 모양 {array.shape}의 마지막 두 축이 글자의 수 ({len(rows)}, {len(columns)})와 "
            "다릅니다. 행이 보는 글자, 열이 보이는 글자입니다."
        )
    if max(len(rows), len(columns)) > MAX_CHARACTERS:
        raise CannotDraw(f"글자가 너무 많습니다. {MAX_CHARACTERS}글자까지 그립니다.")
    across = min(len(array), PANELS_PER_ROW if len(columns) <= SHORT else PANELS_PER_ROW // 2)
    down = -(-len(array) // across)
    width = max(CELL * len(columns), 1.5) + EDGE
    height = max(CELL * len(rows), 1.0) + EDGE + (0.4 if titles else 0.1)
    figure = style.new_figure(across * width, down * height, layout="constrained")
    for number, one in enumerate(array):
        axes = figure.add_subplot(down, across, number + 1)
        _draw(axes, one, rows, columns)
        if titles:
            axes.set_title(titles[number], fontsize=10, pad=16)
    return style.describe(
        figure, f"어텐션: 보는 글자 {''.join(rows)}, 보이는 글자 {''.join(columns)}"
    )


def _draw(axes: Axes, weights: np.ndarray, rows: list[str], columns: list[str]) -> None:
    axes.imshow(weights, cmap="Blues", vmin=0, vmax=max(float(np.nanmax(weights)), 1e-9))
    axes.set_xticks(range(len(columns)), [_shown(text) for text in columns], fontsize=8)
    axes.set_yticks(range(len(rows)), [_shown(text) for text in rows], fontsize=8)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_xticks(np.arange(-0.5, len(columns)), minor=True)
    axes.set_yticks(np.arange(-0.5, len(rows)), minor=True)
    axes.grid(which="minor", color="white", linewidth=0.6)
    axes.grid(which="major", visible=False)
    axes.tick_params(which="minor", length=0)


def _shown(text: str) -> str:
    return {"\n": "\\n", " ": "␣"}.get(text, text)
