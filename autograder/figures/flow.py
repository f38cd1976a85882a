"""모델 그림: 층, 설정, 출력 모양, 데이터의 흐름.

여기 없는 것: 흐름을 알아내는 일(`figures.flow_graph`), 자리를 정하는 일(`figures.flow_layout`), 층을 부르는 말(`figures.flow_words`).
"""

from __future__ import annotations

import importlib.util
import inspect
import re
from typing import TYPE_CHECKING, Any

from autograder.figures import style
from autograder.figures.style import CannotDraw, picture
from autograder.observe.problems import unattempted
from autograder.programs import graphviz

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from autograder.figures.flow_graph import Flow
    from autograder.figures.flow_layout import Arrow, Box, FrameBox, Layout

MARGIN = 0.15
HEAD = 0.42
LEGEND_ROW = 0.26
SHARED_COLORS = (style.RED, style.BLUE, style.GREEN, style.PURPLE, style.ORANGE)


@picture
def show_flow(
    model: Any, inputs: Any = None, *, title: str | None = None, depth: int | None = None
) -> Figure:
    """모델의 층과 출력 모양을 실행한 순서대로 그립니다.

    순차형, 함수형, 서브클래싱, 중첩 모델, 다중 입력과 출력을 가리지 않습니다. 무엇이라고 쓰였는지가
    아니라 한 번 실행해서 알아낸 흐름을 그리므로, Graphviz도 필요 없습니다.

    - 상자 왼쪽 위의 수가 실행 순서이고, 마지막 줄이 출력 모양(shape)입니다.
    - 안에 층이 있는 모델이나 층은 틀로 둘러쌉니다.
    - 여러 번 불린 층에는 같은 색과 번호로 "공유 1"이라고 적습니다.
    - `x + y`처럼 층이 아닌 연산은 점선 상자입니다.

    Args:
        model: 케라스 모델.
        inputs: 예시 입력(배치). 입력 모양을 모르는 서브클래싱 모델에만 필요합니다.
        title: 그림의 제목. 없으면 모델의 이름입니다.
        depth: 중첩된 모델을 몇 겹까지 펼칠지. 0이면 펼치지 않습니다. 없으면 모두 펼치되,
            층이 60개를 넘으면 안쪽부터 접습니다.
    """
    from autograder.figures.flow_layout import lay_out

    flow = _read(model, inputs, depth)
    figure = draw(flow, lay_out(flow, style.text_width), title or flow.name)
    return style.describe(figure, _in_words(flow, title or flow.name))


def show_model(model: Any, inputs: Any = None, *, title: str | None = None) -> None:
    """케라스의 `plot_model` 그림을 보여 줍니다. Graphviz(`dot`)가 없으면 `show_flow`로 그립니다.

    Args:
        model: 케라스 모델.
        inputs: 예시 입력. `show_flow`로 그릴 때만 씁니다.
        title: 그림의 제목. `show_flow`로 그릴 때만 씁니다.
    """
    try:
        _require_model(model)
    except CannotDraw as reason:
        print(reason)
        return
    data, problem = _plot_model(model)
    if data is not None:
        style.show_png(data, f"plot_model: {model.name}")
        return
    print(f"{problem} `show_flow`로 그립니다.")
    show_flow(model, inputs, title=title)


def _plot_model(model: Any) -> tuple[bytes | None, str]:
    """`plot_model`이 그린 PNG. 그릴 수 없으면 None과 이유."""
    program = graphviz()
    if program is None:
        return None, "`plot_model`에 필요한 Graphviz(`dot`)가 없어서"
    if importlib.util.find_spec("pydot") is None:
        return None, "`plot_model`에 필요한 pydot이 없어서"
    import keras

    try:
        dot = keras.utils.model_to_dot(
            model,
            show_shapes=True,
            show_layer_names=True,
            show_layer_activations=True,
            expand_nested=True,
            dpi=style.CSS_DPI * style.SHARPNESS,
        )
        return dot.create(prog=program, format="png"), ""
    except Exception:  # noqa: BLE001 - 모델에 따라 케라스도 pydot도 여러 예외를 던집니다
        return None, "`plot_model`이 그릴 수 없는 모델이어서"


def _read(model: Any, inputs: Any, depth: int | None) -> Flow:
    _require_model(model)
    from autograder.figures.flow_graph import NoInputs, read_flow

    try:
        return read_flow(model, inputs, depth)
    except NoInputs:
        raise CannotDraw(
            "이 모델은 아직 입력 모양을 모릅니다. "
            "`show_flow(model, x_train[:1])`처럼 예시 입력을 함께 넣으세요."
        ) from None
    except Exception as error:  # noqa: BLE001 - 학습자의 모델은 무엇이든 던질 수 있습니다
        raise CannotDraw(
            f"모델을 실행하다 오류가 나서 그릴 수 없습니다. {type(error).__name__}: {_reason(error)}"
        ) from None


def _reason(error: Exception) -> str:
    """오류 메시지의 알맹이 한 줄. 케라스가 앞에 붙이는 말과 색을 바꾸는 문자를 뺍니다."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    useful = [line for line in lines if not line.startswith("Exception encountered when calling")]
    return (useful or lines or [""])[0][:300]


def _require_model(model: Any) -> None:
    if model is None or unattempted(model) or unattempted(type(model)):
        raise CannotDraw("먼저 문제를 풀면 여기에 모델 그림이 나옵니다.")
    import keras

    if isinstance(model, keras.layers.Layer):
        return
    if inspect.isclass(model):
        raise CannotDraw(
            f"클래스가 아니라 모델 객체를 넣으세요. 예: `show_flow({model.__name__}())`"
        )
    raise CannotDraw(f"케라스 모델을 넣으세요. 받은 것은 `{type(model).__name__}`입니다.")


def _in_words(flow: Flow, title: str) -> str:
    steps = [
        f"{node.order}. {node.title} {node.shape}" for node in flow.nodes if node.kind == "layer"
    ]
    return f"{title}: 층 {flow.layers}개, 파라미터 {flow.parameters:,}개. " + ", ".join(steps)


def draw(flow: Flow, layout: Layout, title: str, subtitle: str | None = None) -> Figure:
    """배치가 끝난 모델이나 그래프를 그립니다. `subtitle`이 없으면 층과 파라미터의 수를 적습니다."""
    subtitle = _subtitle(flow) if subtitle is None else subtitle
    families = list(dict.fromkeys(node.family for node in flow.nodes))
    families = [family for family in families if family != "입력·출력"]
    width = max(layout.width + 2 * MARGIN, _title_width(title, subtitle))
    legend_rows = _legend_rows(families, width - 2 * MARGIN)
    height = HEAD + layout.height + 2 * MARGIN + LEGEND_ROW * len(legend_rows)
    figure = style.new_figure(width, height)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    left = (width - layout.width) / 2
    axes.set_xlim(-left, width - left)
    axes.set_ylim(height - HEAD - MARGIN, -HEAD - MARGIN)
    axes.axis("off")
    _draw_title(axes, title, subtitle, -left + MARGIN)
    for frame in layout.frames:
        _draw_frame(axes, frame)
    for arrow in layout.arrows:
        _draw_arrow(axes, arrow)
    for box in layout.boxes:
        _draw_box(axes, box)
    y = layout.height + MARGIN + LEGEND_ROW / 2
    for row in legend_rows:
        _draw_legend(axes, row, -left + MARGIN, y)
        y += LEGEND_ROW
    return figure


def _subtitle(flow: Flow) -> str:
    folded = " · 안쪽 모델은 접었습니다" if flow.folded else ""
    return f"층 {flow.layers}개 · 파라미터 {flow.parameters:,}개{folded}"


def _title_width(title: str, subtitle: str) -> float:
    words = style.text_width(title, 12) + 0.2 + style.text_width(subtitle, 9)
    return words + 2 * MARGIN + 0.1


def _draw_title(axes: Axes, title: str, subtitle: str, x: float) -> None:
    axes.text(x, -HEAD / 2 - MARGIN / 2, title, fontsize=12, va="center_baseline")
    x += style.text_width(title, 12) + 0.2
    axes.text(
        x,
        -HEAD / 2 - MARGIN / 2,
        subtitle,
        fontsize=9,
        color=style.MUTED,
        va="center_baseline",
    )


def _color(family: str) -> str:
    from autograder.figures.flow_words import FAMILIES

    return FAMILIES[family]


def _rounded(axes: Axes, x: float, y: float, width: float, height: float, **options: Any) -> None:
    from matplotlib.patches import FancyBboxPatch

    radius = options.pop("radius", 0.06)
    shape = f"round,pad=0,rounding_size={min(radius, height / 2)}"
    axes.add_patch(FancyBboxPatch((x, y), width, height, boxstyle=shape, **options))


def _draw_frame(axes: Axes, box: FrameBox) -> None:
    from autograder.figures.flow_layout import (
        FRAME_MARGIN,
        NOTE_SIZE,
        TEXT_SIZE,
        frame_title,
        parameters_note,
    )

    depth = len(box.frame.frames)
    fill = style.tint("#8A97A6", 0.10 + 0.07 * min(depth, 3))
    _rounded(
        axes,
        box.x,
        box.y,
        box.width,
        box.height,
        facecolor=fill,
        edgecolor="#8A97A6",
        linewidth=0.9,
        zorder=0.5 + 0.01 * depth,
    )
    # 화살표가 글을 지나가면 글이 앞에 보입니다.
    behind = {"facecolor": fill, "edgecolor": "none", "pad": 1.0}
    options: dict[str, Any] = {"va": "center_baseline", "zorder": 5, "bbox": behind}
    title = frame_title(box.frame)
    axes.text(box.title_x, box.y + 0.19, title, fontsize=TEXT_SIZE, **options)
    note = parameters_note(box.frame.parameters, box.frame.repeated)
    if note:
        x = box.x + box.width - FRAME_MARGIN
        options |= {"ha": "right", "color": style.MUTED}
        axes.text(x, box.y + 0.19, note, fontsize=NOTE_SIZE, **options)
    if box.frame.shared is not None:
        _draw_badge(axes, box.x + box.width - 0.1, box.y, box.frame.shared)


def _draw_badge(axes: Axes, right: float, y: float, number: int) -> None:
    """같은 층이라는 표시. 상자의 오른쪽 위 모서리에 걸칩니다."""
    text = f"공유 {number}"
    width = style.text_width(text, 8) + 0.16
    color = SHARED_COLORS[(number - 1) % len(SHARED_COLORS)]
    _rounded(
        axes,
        right - width,
        y - 0.1,
        width,
        0.2,
        radius=0.1,
        facecolor=color,
        edgecolor=style.PAPER,
        linewidth=0.8,
        zorder=6,
    )
    axes.text(
        right - width / 2,
        y,
        text,
        fontsize=8,
        color=style.readable_ink(color),
        ha="center",
        va="center_baseline",
        zorder=7,
    )


def _draw_box(axes: Axes, box: Box) -> None:
    from autograder.figures.flow_layout import TEXT_SIZE

    node = box.node
    color = _color(node.family)
    if node.kind != "layer":
        plain = node.kind == "operation"
        _rounded(
            axes,
            box.x,
            box.y,
            box.width,
            box.height,
            radius=0.15,
            facecolor=style.PAPER if plain else style.tint(color, 0.16),
            edgecolor=color,
            linewidth=0.9,
            linestyle=(0, (3, 2)) if plain else "-",
            zorder=3,
        )
        axes.text(
            box.x + box.width / 2,
            box.y + box.height / 2,
            style.shorten(box.lines[0], TEXT_SIZE, box.width - 0.2),
            fontsize=TEXT_SIZE,
            ha="center",
            va="center_baseline",
            zorder=4,
        )
        return
    shared = None
    if node.shared is not None:
        shared = SHARED_COLORS[(node.shared - 1) % len(SHARED_COLORS)]
    _rounded(
        axes,
        box.x,
        box.y,
        box.width,
        box.height,
        facecolor=style.tint(color, 0.13),
        edgecolor=shared or color,
        linewidth=2.0 if shared else 0.9,
        zorder=3,
    )
    _rounded(
        axes,
        box.x + 0.045,
        box.y + 0.05,
        0.06,
        box.height - 0.1,
        radius=0.03,
        facecolor=color,
        edgecolor="none",
        zorder=3.5,
    )
    _write_box(axes, box)
    if node.shared is not None:
        _draw_badge(axes, box.x + box.width - 0.1, box.y, node.shared)


def _write_box(axes: Axes, box: Box) -> None:
    from autograder.figures.flow_layout import (
        BOX_PAD,
        LINE_HEIGHT,
        NOTE_SIZE,
        TEXT_SIZE,
        TITLE_SIZE,
        parameters_note,
    )

    node = box.node
    x, right = box.x + BOX_PAD + 0.04, box.x + box.width - BOX_PAD + 0.04
    y = box.y + 0.1 + LINE_HEIGHT / 2
    options: dict[str, Any] = {"va": "center_baseline", "zorder": 4}
    order = f"{node.order}"
    axes.text(x, y, order, fontsize=TEXT_SIZE, color=style.MUTED, **options)
    x_title = x + style.text_width(order, TEXT_SIZE) + 0.08
    title = style.shorten(node.title, TITLE_SIZE, right - x_title)
    axes.text(x_title, y, title, fontsize=TITLE_SIZE, **options)
    x_name = x_title + style.text_width(title, TITLE_SIZE) + 0.08
    if node.name and right - x_name > 0.3:
        name = style.shorten(node.name, TEXT_SIZE, right - x_name)
        axes.text(x_name, y, name, fontsize=TEXT_SIZE, color=style.MUTED, **options)
    note = parameters_note(node.parameters, node.repeated, node.frozen)
    for line in box.lines[1:]:
        y += LINE_HEIGHT
        axes.text(x, y, style.shorten(line, TEXT_SIZE, right - x), fontsize=TEXT_SIZE, **options)
    if note:
        axes.text(right, y, note, fontsize=NOTE_SIZE, color=style.MUTED, ha="right", **options)


def _draw_arrow(axes: Axes, arrow: Arrow) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    codes, points = _path(arrow.points)
    axes.add_patch(
        FancyArrowPatch(
            path=Path(points, codes),
            arrowstyle="-|>,head_length=4,head_width=2.2",
            mutation_scale=1.0,
            shrinkA=0,
            shrinkB=0,
            facecolor=style.MUTED,
            edgecolor=style.MUTED,
            linewidth=1.1,
            joinstyle="round",
            capstyle="round",
            zorder=2,
        )
    )


def _path(points: Any) -> tuple[list[int], list[tuple[float, float]]]:
    """점들을 잇는 길: 곧은 곳은 직선(모서리는 둥글게), 비스듬한 곳은 곡선."""
    from matplotlib.path import Path

    codes: list[int] = [int(Path.MOVETO)]
    path = [points[0]]
    for index in range(1, len(points)):
        (ax, ay), (bx, by) = points[index - 1], points[index]
        if abs(ax - bx) > 1e-6 and abs(ay - by) > 1e-6:
            middle = (ay + by) / 2
            path += [(ax, middle), (bx, middle), (bx, by)]
            codes += [int(Path.CURVE4)] * 3
            continue
        corner = index + 1 < len(points) and _is_corner(*points[index - 1 : index + 2])
        if not corner:
            path.append((bx, by))
            codes.append(int(Path.LINETO))
            continue
        cx, cy = points[index + 1]
        radius = min(0.1, abs(bx - ax) + abs(by - ay), (abs(cx - bx) + abs(cy - by)) / 2)
        before = (bx - _sign(bx - ax) * radius, by - _sign(by - ay) * radius)
        after = (bx + _sign(cx - bx) * radius, by + _sign(cy - by) * radius)
        path += [before, (bx, by), after]
        codes += [int(Path.LINETO), int(Path.CURVE3), int(Path.CURVE3)]
    return codes, path


def _is_corner(a: Any, b: Any, c: Any) -> bool:
    """가로에서 세로로, 또는 세로에서 가로로 꺾이는 곳인지."""
    first_level, second_level = abs(a[1] - b[1]) < 1e-6, abs(b[1] - c[1]) < 1e-6
    first_plumb, second_plumb = abs(a[0] - b[0]) < 1e-6, abs(b[0] - c[0]) < 1e-6
    return (first_level and second_plumb) or (first_plumb and second_level)


def _sign(value: float) -> float:
    return 0.0 if abs(value) < 1e-9 else (1.0 if value > 0 else -1.0)


def _legend_rows(families: list[str], width: float) -> list[list[str]]:
    rows: list[list[str]] = [[]]
    used = 0.0
    for family in families:
        needed = 0.34 + style.text_width(family, 8.5)
        if rows[-1] and used + needed > width:
            rows.append([])
            used = 0.0
        rows[-1].append(family)
        used += needed
    return [row for row in rows if row]


def _draw_legend(axes: Axes, families: list[str], x: float, y: float) -> None:
    for family in families:
        operation = family == "층이 아닌 연산"
        color = _color(family)
        _rounded(
            axes,
            x,
            y - 0.06,
            0.12,
            0.12,
            radius=0.03,
            facecolor=style.PAPER if operation else color,
            edgecolor=color,
            linestyle=(0, (2, 1.5)) if operation else "-",
        )
        axes.text(x + 0.17, y, family, fontsize=8.5, color=style.MUTED, va="center_baseline")
        x += 0.34 + style.text_width(family, 8.5)
