"""방향을 화살표로: 원점에서 뻗은 벡터, 두 가중치의 손실 지도와 그 위를 내려간 길.

여기 없는 것: 상자를 잇는 화살표(`figures.boxes`), 훈련 기록의 선(`figures.charts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.figures import style
from autograder.figures.style import CannotDraw, picture
from autograder.figures.values import as_array, unsolved

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@picture
def plot_arrows(arrows: Mapping[str, Any], *, title: str | None = None) -> Figure:
    """원점에서 뻗은 2차원 벡터들을 그립니다. 방향과 길이를 비교할 때 씁니다.

    Args:
        arrows: 이름 → 수 둘인 벡터.
        title: 그림의 제목.
    """
    if unsolved(arrows) or any(unsolved(vector) for vector in arrows.values()) or not arrows:
        raise CannotDraw("먼저 벡터를 만들면 여기에 화살표가 나옵니다.")
    vectors = {name: as_array(vector).astype("float64") for name, vector in arrows.items()}
    if any(v.shape != (2,) or not np.isfinite(v).all() for v in vectors.values()):
        raise CannotDraw("수 둘인 벡터를 화살표로 그립니다.")
    ends = np.array([(0.0, 0.0), *vectors.values()])
    low, high = ends.min(axis=0), ends.max(axis=0)
    span = np.maximum(high - low, 0.35 * float((high - low).max() or 1))
    figure = style.new_figure(7.6, min(0.95 + 4.2 * span[1] / span[0], 5.5))
    axes = figure.add_axes((0.06, 0.16, 0.5, 0.7))
    # 긴 것부터 굵게: 방향이 같은 화살표도 서로를 가리지 않습니다.
    order = sorted(vectors, key=lambda name: -float(np.hypot(*vectors[name])))
    for name, color in zip(vectors, (style.MUTED, *style.CYCLE), strict=False):
        rank = order.index(name)
        axes.annotate(
            "",
            (vectors[name][0], vectors[name][1]),
            (0, 0),
            arrowprops={
                "arrowstyle": "-|>",
                "color": color,
                "linewidth": 3.4 - min(rank, 2),
                "shrinkA": 0,
                "shrinkB": 0,
                "mutation_scale": 14,
            },
            zorder=3 + rank,
        )
        length = np.hypot(*vectors[name])
        x, y = vectors[name]
        axes.plot([], [], color=color, label=f"{name} ({x:.3g}, {y:.3g})  길이 {length:.3g}")
    axes.set_xlim(low[0] - 0.08 * span[0], low[0] + 1.08 * span[0])
    axes.set_ylim(low[1] - 0.15 * span[1], low[1] + 1.15 * span[1])
    axes.set_aspect("equal")
    axes.grid(color=style.LINE, linewidth=0.5)
    figure.legend(loc="center left", bbox_to_anchor=(0.57, 0.5))
    if title:
        axes.set_title(title, loc="left")
    said = ", ".join(f"{name} {vector.tolist()}" for name, vector in vectors.items())
    return style.describe(figure, f"{title or '벡터'}: {said}")


@picture
def plot_landscape(
    w: Any,
    b: Any,
    loss: Any,
    *,
    slopes: Sequence[Any] | None = None,
    path: Any = None,
    best: Sequence[float] | None = None,
    title: str | None = None,
) -> Figure:
    """두 가중치의 손실을 지도로 그립니다. 진할수록 손실이 큽니다.

    Args:
        w: 지도의 점마다 첫 가중치 `(행, 열)`.
        b: 지도의 점마다 둘째 가중치.
        loss: 지도의 점마다 손실(0보다 큰 수).
        slopes: 화살표를 그릴 곳과 그레이디언트 `(w, b, w 방향, b 방향)`. 반대쪽을 가리키고 길이는 같습니다.
        path: 지나온 자리 `(걸음, 2)`. 지도를 벗어난 다음은 그리지 않습니다.
        best: 손실이 가장 작은 자리. 별로 그립니다.
        title: 그림의 제목.
    """
    if any(unsolved(value) for value in (w, b, loss)):
        raise CannotDraw("먼저 손실을 구하면 여기에 손실의 지도가 나옵니다.")
    across, up, high = (as_array(value).astype("float64") for value in (w, b, loss))
    if across.ndim != 2 or not across.shape == up.shape == high.shape or not (high > 0).all():
        raise CannotDraw("모양이 같은 (행, 열) 셋과, 0보다 큰 손실을 넣으세요.")
    figure = style.new_figure(5.2, 3.9)
    axes = figure.add_axes((0.11, 0.13, 0.85, 0.76))
    levels = np.geomspace(high.min(), high.max() * 1.0001, 16)
    axes.contourf(across, up, high, levels=levels, norm="log", cmap="Blues")
    if slopes is not None:
        x, y, dx, dy = (as_array(value).astype("float64") for value in slopes)
        length = np.maximum(np.hypot(dx, dy), 1e-12)
        axes.quiver(
            x,
            y,
            -dx / length,
            -dy / length,
            scale=18,
            color=style.RED,
            width=0.004,
            alpha=0.7 if path is None else 0.3,
        )
    if path is not None:
        steps = as_array(path).astype("float64")[:, :2]
        middle = np.array([across.mean(), up.mean()])
        reach = np.array([np.ptp(across), np.ptp(up)])
        # `nan`인 자리도 벗어난 것입니다.
        away = ~(np.abs(steps - middle) <= reach).all(axis=1)
        steps = steps[: away.argmax()] if away.any() else steps
        axes.plot(*steps.T, "o-", color=style.INK, markersize=3, linewidth=1)
    if best is not None:
        axes.plot(*best, "*", color=style.INK, markersize=10)
    axes.set_xlim(across.min(), across.max())
    axes.set_ylim(up.min(), up.max())
    axes.set_xlabel("w")
    axes.set_ylabel("b")
    axes.set_title(title or "손실의 지도", loc="left")
    return style.describe(
        figure, f"{title or '손실의 지도'}: 손실 {high.min():.3g}부터 {high.max():.3g}까지"
    )
