"""설계의 지도: 여러 모델의 파라미터 수와 정확도를 한 그림에.

여기 없는 것: 재는 일(`tools/measure_designs.py`), 다른 막대와 선(`figures.charts`).
"""

from __future__ import annotations

import functools
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from autograder.figures import style
from autograder.figures.style import CannotDraw, picture
from autograder.figures.values import unsolved

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@functools.cache
def measured_designs() -> dict[str, dict[str, Any]]:
    """이름 → {"parameters": 수, "accuracy": 시드마다 잰 정확도}. `tools/measure_designs.py`가 쟀습니다."""
    text = files("autograder.data").joinpath("designs.json").read_text("utf-8")
    return dict(json.loads(text))


@picture
def plot_designs(mine: Any = (), *, budget: int | None = None, goal: float | None = None) -> Figure:
    """여러 설계의 파라미터 수(가로)와 테스트 정확도(세로)를 그립니다. 내장 CIFAR-100에서 잰 것입니다.

    Args:
        mine: 여러분의 모델 (파라미터 수, 정확도). 없으면 그리지 않습니다.
        budget: 파라미터의 예산. 세로선으로 그립니다.
        goal: 넘어야 할 정확도. 가로선으로 그립니다.
    """
    if unsolved(mine):
        raise CannotDraw("먼저 문제를 풀면 여기에 여러분의 모델이 나옵니다.")
    figure = style.new_figure(8.4, 4.4)
    axes = figure.add_axes((0.09, 0.14, 0.88, 0.8))
    for name, entry in measured_designs().items():
        runs, size = entry["accuracy"], entry["parameters"]
        mean = sum(runs) / len(runs)
        axes.plot([size, size], [min(runs), max(runs)], color=style.BLUE, linewidth=2, alpha=0.5)
        axes.plot(size, mean, "o", color=style.BLUE, markersize=6)
        plate = {"facecolor": style.PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 1}
        # 예산의 선을 넘지 않게, 예산 안의 이름은 왼쪽에 씁니다.
        offset, align = (-11, "right") if budget and size <= budget else (11, "left")
        axes.annotate(
            name,
            (size, mean),
            (offset, 0),
            textcoords="offset points",
            ha=align,
            va="center",
            bbox=plate,
        )
    if budget is not None:
        axes.axvline(budget, color=style.RED, linestyle="--", linewidth=1)
        axes.text(budget * 1.03, 0.01, f"예산 {budget:,}개", color=style.RED, va="bottom")
    if goal is not None:
        axes.axhline(goal, color=style.GREEN, linestyle="--", linewidth=1)
        axes.text(9_500, goal + 0.008, f"기준 {goal:.0%}", color=style.GREEN, va="bottom")
    text = ", ".join(measured_designs())
    if len(mine):
        size, accuracy = int(mine[0]), float(mine[1])
        star = axes.plot(
            size, accuracy, "*", color=style.ORANGE, markersize=17, markeredgecolor=style.INK
        )
        # 별 옆에 쓰면 다른 설계의 이름과 겹칩니다. 왼쪽 위에 이를 수 있는 설계는 없습니다.
        axes.legend(star, ["여러분의 모델"], loc="upper left", frameon=False, handletextpad=0.2)
        text += f", 여러분의 모델 {size:,}개 {accuracy:.0%}"
    axes.set_xscale("log")
    axes.set_xlim(9_000, 1_500_000)
    axes.set_ylim(0, 0.8)
    ticks = (10_000, 30_000, 100_000, 300_000, 1_000_000)
    axes.set_xticks(
        ticks, [f"{tick // 10_000}만" if tick >= 10_000 else str(tick) for tick in ticks]
    )
    axes.minorticks_off()
    axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8], ["0%", "20%", "40%", "60%", "80%"])
    axes.set_xlabel("파라미터")
    axes.set_ylabel("테스트 정확도")
    axes.grid(color=style.LINE, linewidth=0.5)
    return style.describe(figure, f"설계의 지도: {text}")
