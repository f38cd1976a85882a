"""그림의 모양(색, 글꼴)과 노트북에 보이는 법. 모든 그림이 이 모듈을 지납니다.

여기 없는 것: 글꼴 파일을 등록하는 일(`fonts`), 그림마다 그리는 것(`figures.charts`, `figures.flow`, `figures.images`).

색은 색각 이상이 있어도 구별되는 Okabe–Ito 색이고, 바탕은 밝은 화면과 어두운 화면
어디에서나 흰색입니다.
"""

from __future__ import annotations

import base64
import functools
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from autograder import fonts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#1F2933"
MUTED = "#66717D"
LINE = "#C9D0D8"
PAPER = "#FFFFFF"
BLUE = "#0072B2"
ORANGE = "#E69F00"
GREEN = "#009E73"
RED = "#D55E00"
PURPLE = "#CC79A7"
SKY = "#56B4E9"
CYCLE = (BLUE, RED, GREEN, ORANGE, PURPLE, SKY)
"""여러 선이나 막대를 그릴 때 차례로 쓰는 색."""

CSS_DPI = 80
"""그림 1인치가 화면에서 차지하는 픽셀 수."""
SHARPNESS = 2
"""화면 픽셀 하나에 그리는 점의 수. 고해상도 화면에서도 글자가 또렷합니다."""
MAX_PIXELS = 20_000
"""PNG 한 변의 최대 크기. 넘으면 덜 또렷하게 그립니다."""

_RC: Any = {
    "font.family": [fonts.FAMILY, fonts.FALLBACK],
    "font.size": 10.0,
    "font.weight": "normal",
    "font.style": "normal",
    "text.color": INK,
    "text.usetex": False,
    "text.parse_math": False,
    "figure.facecolor": PAPER,
    "figure.edgecolor": PAPER,
    "figure.titlesize": 12.0,
    "figure.titleweight": "normal",
    "figure.autolayout": False,
    "figure.constrained_layout.use": False,
    "savefig.facecolor": PAPER,
    "savefig.edgecolor": PAPER,
    "savefig.transparent": False,
    "axes.facecolor": PAPER,
    "axes.edgecolor": LINE,
    "axes.labelcolor": INK,
    "axes.labelsize": 10.0,
    "axes.labelweight": "normal",
    "axes.titlecolor": INK,
    "axes.titlesize": 11.0,
    "axes.titleweight": "normal",
    "axes.titlelocation": "center",
    "axes.titlepad": 8.0,
    "axes.linewidth": 0.8,
    "axes.grid": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": True,
    "axes.spines.bottom": True,
    "axes.unicode_minus": True,
    "axes.axisbelow": True,
    "axes.xmargin": 0.05,
    "axes.ymargin": 0.05,
    "axes.formatter.useoffset": False,
    "grid.color": "#E6EAEE",
    "grid.linewidth": 0.8,
    "grid.linestyle": "-",
    "grid.alpha": 1.0,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": "inherit",
    "ytick.labelcolor": "inherit",
    "xtick.labelsize": 9.0,
    "ytick.labelsize": 9.0,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "xtick.minor.visible": False,
    "ytick.minor.visible": False,
    "lines.linewidth": 1.8,
    "lines.linestyle": "-",
    "lines.marker": "None",
    "lines.markersize": 5.0,
    "patch.linewidth": 0.8,
    "legend.fontsize": 9.0,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "image.cmap": "viridis",
    "image.interpolation": "nearest",
    "image.origin": "upper",
    "path.sketch": None,
    "path.effects": [],
}


@contextmanager
def course_style() -> Iterator[None]:
    """이 안에서 만든 그림은 학습자가 바꾼 Matplotlib 설정의 영향을 받지 않습니다."""
    import matplotlib

    fonts.register()
    with matplotlib.rc_context(_RC):
        yield


def picture(build: Callable[..., Figure | None]) -> Callable[..., None]:
    """`Figure`를 만드는 함수를, 그것을 노트북에 한 번 보여 주고 None을 돌려주는 함수로 바꿉니다.

    만드는 함수는 `render.figure(...)`로 부를 수 있습니다. 학습자의 잘못으로 그릴 수 없는 때에
    만드는 함수는 `CannotDraw`를 일으키고, 보여 주는 함수는 그 한국어 문장을 출력합니다.
    """

    @functools.wraps(build)
    def render(*args: Any, **kwargs: Any) -> None:
        try:
            with course_style():
                figure = build(*args, **kwargs)
                if figure is not None:
                    show(figure)
        except CannotDraw as reason:
            print(reason)

    render.figure = build  # type: ignore[attr-defined]
    render.__annotations__ = {**build.__annotations__, "return": "None"}
    return render


class CannotDraw(Exception):
    """그릴 수 없는 이유를 학습자에게 말하는 한 문장."""


def describe(figure: Figure, text: str) -> Figure:
    """그림을 볼 수 없는 사람과 화면을 위한 설명을 붙입니다."""
    figure.set_label(text)
    return figure


def new_figure(width: float, height: float, **options: Any) -> Figure:
    """pyplot에 등록하지 않은 그림. 그래서 닫지 않아도 메모리에 남지 않습니다."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), **options)


def png(figure: Figure) -> tuple[bytes, int, int]:
    """그림의 PNG와, 화면에서 차지할 너비와 높이(픽셀)."""
    width, height = figure.get_size_inches()
    sharpness = min(SHARPNESS, MAX_PIXELS / (CSS_DPI * max(width, height)))
    buffer = io.BytesIO()
    with course_style():
        figure.savefig(buffer, format="png", dpi=CSS_DPI * sharpness)
    return buffer.getvalue(), round(width * CSS_DPI), round(height * CSS_DPI)


@contextmanager
def collected() -> Iterator[list[Figure]]:
    """이 안에서는 그림을 보여 주지 않고 모읍니다."""
    global _collecting
    before, _collecting = _collecting, []
    try:
        yield _collecting
    finally:
        _collecting = before


_collecting: list[Figure] | None = None


def show(figure: Figure) -> None:
    """그림을 한 번 보여 줍니다.

    노트북에서는 출력으로, 창을 띄울 수 있는 곳에서는 창으로, 아니면 설명 글로 보입니다.
    """
    if _collecting is not None:
        _collecting.append(figure)
    elif in_notebook():
        data, width, height = png(figure)
        _display(data, str(figure.get_label()), width=width, height=height)
    elif not _show_window(figure):
        print(f"[그림] {figure.get_label()}")


def show_png(data: bytes, text: str) -> None:
    """이미 만들어진 PNG를 노트북에 보여 줍니다."""
    if in_notebook():
        # PNG의 너비와 높이는 앞머리의 정해진 자리에 있습니다.
        width, height = (int.from_bytes(data[i : i + 4], "big") for i in (16, 20))
        _display(data, text, width=width // SHARPNESS, height=height // SHARPNESS)
    else:
        print(f"[그림] {text}")


def _display(data: bytes, text: str, **size: int) -> None:
    from IPython.display import display

    content = {
        "image/png": base64.b64encode(data).decode("ascii"),
        "text/plain": f"[그림] {text}",
    }
    display(content, raw=True, metadata={"image/png": {**size, "alt": text}})


def in_notebook() -> bool:
    """주피터 커널 안인지."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None


def _show_window(figure: Figure) -> bool:
    """창을 띄울 수 있으면 띄웁니다."""
    import matplotlib

    if matplotlib.get_backend().lower() in ("agg", "pdf", "svg", "ps", "pgf", "cairo", "template"):
        return False
    import matplotlib.pyplot as plt

    window = plt.figure(figsize=figure.get_size_inches(), dpi=CSS_DPI)
    if getattr(type(window.canvas), "required_interactive_framework", None) is None:
        plt.close(window)
        return False
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=CSS_DPI)
    buffer.seek(0)
    window.figimage(plt.imread(buffer))
    plt.show()
    plt.close(window)
    return True


def tint(color: str, strength: float) -> tuple[float, float, float]:
    """흰 종이에 `color`를 `strength`만큼(0–1) 섞은 색."""
    from matplotlib.colors import to_rgb

    red, green, blue = (1 - strength * (1 - channel) for channel in to_rgb(color))
    return red, green, blue


def readable_ink(color: Any) -> str:
    """`color` 바탕에서 읽기 쉬운 글자 색."""
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(color)
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.55 else PAPER


def bare(axes: Axes) -> None:
    """눈금과 테두리를 없앱니다."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


@functools.lru_cache(maxsize=4096)
def text_width(text: str, size: float) -> float:
    """`text`를 `size` 포인트로 썼을 때의 너비(인치)."""
    return sum(_advance(character) for character in text) * size / 72


def title_width(title: str | None, size: float = 12) -> float:
    """제목을 한 줄로 적는 그림의 가장 좁은 너비(인치)."""
    return text_width(title or "", size) + 0.3


@functools.lru_cache(maxsize=4096)
def _advance(character: str) -> float:
    """글자 하나의 너비(글자 크기의 배수)."""
    font = _metrics()
    if not font.get_char_index(ord(character)):
        return 1.0
    return font.load_char(ord(character)).linearHoriAdvance / 65536 / 100


@functools.lru_cache(maxsize=1)
def _metrics() -> Any:
    from matplotlib.ft2font import FT2Font

    font = FT2Font(str(fonts.FILE))
    font.set_size(100, 72)
    return font


def shorten(text: str, size: float, width: float) -> str:
    """`width`인치에 들어가도록 뒤를 "…"로 줄입니다."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"
