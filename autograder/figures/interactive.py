"""움직여 보는 그림: 값을 고르는 슬라이더와, 슬라이더가 없는 곳에서도 보이는 정지 그림.

여기 없는 것: 슬라이더가 바꾸는 그림들(`figures.charts`, `figures.images`), 노트북에 보이는 법(`figures.style`).
"""

from __future__ import annotations

import base64
import html
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograder.figures import style
from autograder.figures.values import unsolved

STILLS = 3
"""정지 그림에 나란히 놓는 그림의 수."""
CAPTION = 26
"""정지 그림에서 값을 적는 띠의 높이(화면 픽셀)."""

GAP = 24
"""정지 그림의 그림 사이(화면 픽셀). 가운데에 가는 선이 있습니다."""

_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_LIVE = ("JPY_SESSION_NAME", "VSCODE_PID", "COLAB_RELEASE_TAG")


def explore(
    draw: Callable[..., Any],
    *,
    still: Sequence[Mapping[str, Any]] | None = None,
    names: Mapping[str, str] | None = None,
    **choices: Sequence[Any],
) -> None:
    """`draw`의 인수를 슬라이더로 바꾸어 가며 그림을 봅니다.

    화면이 살아 있으면(주피터랩, 코랩, VS Code) 슬라이더가 나오고, 같은 출력에 정지 그림도 함께 담겨
    깃허브나 커널 없는 화면에서도 무언가 보입니다. `ipywidgets`가 없으면 정지 그림만 보입니다.

    Args:
        draw: 값 하나씩을 이름으로 받아 그림 하나를 그리는 함수. Matplotlib이나 강좌의 그림 함수를 씁니다.
        still: 정지 그림에 보일 값들. 없으면 첫 슬라이더의 처음, 가운데, 끝 값입니다.
        names: 슬라이더 이름 → 화면에 적을 한국어 이름.
        choices: 이름 → 고를 값들(하나 이상). 첫 값에서 시작합니다.

    Raises:
        ValueError: 고를 값이 없을 때.
    """
    if unsolved(draw):
        print("먼저 위의 문제를 풀면 여기에 움직이는 그림이 나옵니다.")
        return
    if not choices or any(not list(values) for values in choices.values()):
        raise ValueError("고를 값을 하나 이상 주세요: explore(draw, 이름=[값, 값])")
    options = {name: list(values) for name, values in choices.items()}
    labels = {name: (names or {}).get(name, name) for name in options}
    shown = [dict(values) for values in still] if still else _first_middle_last(options)
    data, width, height = _strip([_picture(draw, values) for values in shown], shown, labels)
    text = "[움직이는 그림] " + ", ".join(labels.values())
    if not style.in_notebook():
        print(text)
        return
    from IPython.display import display

    content: dict[str, Any] = {
        "image/png": base64.b64encode(data).decode("ascii"),
        "text/plain": text,
    }
    widget = _widget(draw, options, labels) if live() else None
    if widget is not None:
        # What every version of ipywidgets shows of itself; Colab's (7) has no `_repr_mimebundle_`.
        content[_WIDGET_VIEW] = {
            "version_major": 2,
            "version_minor": 0,
            "model_id": widget.model_id,
        }
    metadata = {"image/png": {"width": width, "height": height, "alt": text}}
    display(content, raw=True, metadata=metadata)


def live() -> bool:
    """슬라이더를 움직일 사람이 있는 화면인지. nbconvert나 채점으로 실행할 때는 아닙니다."""
    return any(name in os.environ for name in _LIVE) or "google.colab" in sys.modules


def _first_middle_last(options: dict[str, list[Any]]) -> list[dict[str, Any]]:
    first, *_ = options
    start = {name: values[0] for name, values in options.items()}
    count = len(options[first])
    picked = sorted({round(i * (count - 1) / (STILLS - 1)) for i in range(STILLS)})
    return [start | {first: options[first][index]} for index in picked]


def _picture(draw: Callable[..., Any], values: Mapping[str, Any]) -> bytes:
    """`draw`가 그린 그림의 PNG. 그림은 pyplot에 남지 않습니다."""
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    before = set(plt.get_fignums())
    try:
        with style.course_style(), style.collected() as shown:
            drawn = draw(**values)
            if shown:
                drawn = shown[-1]
            figure = drawn if isinstance(drawn, Figure) else plt.gcf()
            buffer = io.BytesIO()
            figure.savefig(
                buffer, format="png", dpi=style.CSS_DPI * style.SHARPNESS, bbox_inches="tight"
            )
            return buffer.getvalue()
    finally:
        for number in set(plt.get_fignums()) - before:
            plt.close(number)


def _strip(
    pictures: list[bytes], values: list[dict[str, Any]], labels: dict[str, str]
) -> tuple[bytes, int, int]:
    """그림들을 값과 함께 옆으로 놓은 PNG와, 화면에서의 너비와 높이(픽셀)."""
    from matplotlib.figure import Figure
    from PIL import Image, ImageDraw

    images = [Image.open(io.BytesIO(data)).convert("RGB") for data in pictures]
    band, gap = CAPTION * style.SHARPNESS, GAP * style.SHARPNESS
    height = max(image.height for image in images) + band
    width = sum(image.width for image in images) + gap * (len(images) - 1)
    strip = Image.new("RGB", (width, height), "white")
    varied = [name for name in labels if len({repr(item.get(name)) for item in values}) > 1]
    dots = style.CSS_DPI * style.SHARPNESS
    left = 0
    for image, item in zip(images, values, strict=True):
        if left:
            # 그림 하나가 여러 칸이어도 어디까지가 한 그림인지 보이게 합니다.
            middle = left + gap // 2
            line = [(middle, 0), (middle, height)]
            ImageDraw.Draw(strip).line(line, fill=style.LINE, width=style.SHARPNESS)
            left += gap
        text = ", ".join(f"{labels[name]} = {_short(item[name])}" for name in varied or item)
        with style.course_style():
            caption = Figure(figsize=(image.width / dots, band / dots))
            caption.text(0.5, 0.5, text, ha="center", va="center", color=style.MUTED, size=10)
            buffer = io.BytesIO()
            caption.savefig(buffer, format="png", dpi=dots)
        strip.paste(Image.open(buffer).convert("RGB"), (left, 0))
        strip.paste(image, (left, band))
        left += image.width
    buffer = io.BytesIO()
    strip.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue(), strip.width // style.SHARPNESS, strip.height // style.SHARPNESS


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _image_html(data: bytes, alt: str) -> str:
    # 고해상도로 그렸으므로 화면에서는 작게 보입니다.
    width = int.from_bytes(data[16:20], "big") // style.SHARPNESS
    source = base64.b64encode(data).decode("ascii")
    return (
        f'<img src="data:image/png;base64,{source}" width="{width}" '
        f'style="max-width:100%" alt="{html.escape(alt)}">'
    )


def _widget(
    draw: Callable[..., Any], options: dict[str, list[Any]], labels: dict[str, str]
) -> Any | None:
    """슬라이더들과 그림. 한 번 그린 그림은 다시 그리지 않습니다."""
    try:
        import ipywidgets
    except ImportError:
        return None
    drawn: dict[tuple[int, ...], bytes] = {}
    # `ipywidgets.Image` would send its bytes in a binary message, which not every front end passes on.
    picture = ipywidgets.HTML()
    handles = {}
    for name, values in options.items():
        numbers = all(isinstance(value, (int, float)) for value in values)
        settings: dict[str, Any] = {
            "options": [(_short(value), index) for index, value in enumerate(values)],
            "value": 0,
            "description": labels[name],
            "style": {"description_width": "initial"},
        }
        if numbers and len(values) > 1:
            handles[name] = ipywidgets.SelectionSlider(continuous_update=False, **settings)
        else:
            handles[name] = ipywidgets.Dropdown(**settings)

    def redraw(_change: Any = None) -> None:
        chosen = tuple(handle.value for handle in handles.values())
        if chosen not in drawn:
            pairs = zip(options.items(), chosen, strict=True)
            drawn[chosen] = _picture(draw, {name: values[i] for (name, values), i in pairs})
        picture.value = _image_html(drawn[chosen], ", ".join(labels.values()))

    for handle in handles.values():
        handle.observe(redraw, names="value")
    redraw()
    return ipywidgets.VBox([*handles.values(), picture])
