"""강좌의 그림: 모델의 흐름, 훈련 기록, 샘플, 텐서, 상자와 화살표. 글자는 어디에서나 한국어로 보입니다.

여기 없는 것: 모델의 층 호출을 기록하는 일(`observe.trace`), 한글 글꼴(`fonts`), Report의 모습(`report`).

모든 함수는 그림을 한 번 보여 주고 None을 돌려줍니다. 아직 풀지 않은 칸(`...`)을 넣으면 오류 대신
한국어 문장을 출력합니다.
"""

from __future__ import annotations

from autograder.figures.attention import show_attention
from autograder.figures.boxes import show_boxes, show_trees
from autograder.figures.charts import plot_bars, plot_confusion, plot_history, plot_predictions
from autograder.figures.designs import plot_designs
from autograder.figures.directions import plot_arrows, plot_landscape
from autograder.figures.flow import show_flow, show_model
from autograder.figures.function_graph import show_graph
from autograder.figures.grids import (
    show_axes,
    show_broadcast,
    show_convolution,
    show_policy,
    show_shapes,
)
from autograder.figures.images import show_feature_maps, show_samples, show_tensor
from autograder.figures.interactive import explore
from autograder.fonts import use_korean_font, use_korean_font_when_needed

__all__ = [
    "explore",
    "plot_arrows",
    "plot_bars",
    "plot_confusion",
    "plot_designs",
    "plot_history",
    "plot_landscape",
    "plot_predictions",
    "show_attention",
    "show_axes",
    "show_boxes",
    "show_broadcast",
    "show_convolution",
    "show_feature_maps",
    "show_flow",
    "show_graph",
    "show_model",
    "show_policy",
    "show_samples",
    "show_shapes",
    "show_tensor",
    "show_trees",
    "use_korean_font",
]

use_korean_font_when_needed()
