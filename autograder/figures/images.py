"""이미지와 텐서를 그림으로: 샘플, 특성 맵, 숫자 칸.

여기 없는 것: 데이터를 읽는 일(`data.loading`), 훈련 기록과 예측의 그림(`figures.charts`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.figures import style
from autograder.figures.style import CannotDraw, picture
from autograder.figures.values import as_array, class_numbers, name_of, unsolved

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_SAMPLES = 40
MAX_CELLS = 12
MAX_SLICES = 8
CELL = 1.15


@picture
def show_samples(
    images: Any,
    labels: Any = None,
    names: Sequence[str] | Mapping[int, str] | None = None,
    predictions: Any = None,
    *,
    columns: int = 8,
    title: str | None = None,
) -> Figure:
    """이미지를 바둑판으로 보여 줍니다. 흑백과 컬러, 0–255와 0–1을 가리지 않습니다.

    `predictions`를 넣으면 틀린 예측을 붉은 테두리와 ✘로 표시하고 정답을 함께 적습니다.

    Args:
        images: 이미지 `(N, H, W)`, `(N, H, W, 1)`, `(N, H, W, 3)` 또는 한 장. 앞의 40장까지 그립니다.
        labels: 레이블 `(N,)`, 원-핫 `(N, K)`, 또는 글.
        names: 클래스 이름들.
        predictions: 예측 레이블 `(N,)` 또는 확률 `(N, K)`.
        columns: 한 줄에 놓을 수.
        title: 그림의 제목.
    """
    if unsolved(images):
        raise CannotDraw("먼저 문제를 풀면 여기에 이미지가 나옵니다.")
    if isinstance(predictions, type(...)):
        predictions = None
    pictures = image_batch(as_array(images), labels is not None)
    if not len(pictures):
        raise CannotDraw("이미지가 하나도 없습니다.")
    total = len(pictures)
    pictures = _visible(pictures)[:MAX_SAMPLES]
    answers = _labels(labels, total, "레이블")
    guesses = _labels(predictions, total, "예측")
    columns = max(1, min(columns, len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    lines = 0 if answers is None and guesses is None else 1
    if guesses is not None and answers is not None:
        lines = 2
    caption = 0.06 + 0.17 * lines
    head = 0.4 if title or total > len(pictures) else 0.05
    shown = _heading(title, len(pictures), total)
    width = max(columns * CELL + 0.1, style.title_width(shown, 11))
    figure = style.new_figure(width, head + rows * (CELL + caption) + 0.05)
    width, height = figure.get_size_inches()
    if shown:
        figure.text(0.1 / width, 1 - 0.22 / height, shown, fontsize=11, va="center_baseline")
    wrong = 0
    for index, image in enumerate(pictures):
        row, column = divmod(index, columns)
        x = 0.05 + column * CELL
        y = height - head - row * (CELL + caption) - caption - CELL
        axes = figure.add_axes(
            ((x + 0.06) / width, (y + 0.06) / height, (CELL - 0.12) / width, (CELL - 0.12) / height)
        )
        axes.imshow(image, cmap="gray", vmin=0, vmax=1)
        style.bare(axes)
        answer = None if answers is None else answers[index]
        guess = None if guesses is None else guesses[index]
        texts, missed = _caption(answer, guess, names)
        wrong += missed
        color = style.RED if missed else style.INK
        if missed:
            for spine in axes.spines.values():
                spine.set_visible(True)
                spine.set_color(style.RED)
                spine.set_linewidth(2.5)
        for line, text in enumerate(texts):
            figure.text(
                (x + CELL / 2) / width,
                (y + CELL + 0.06 + 0.17 * (len(texts) - 1 - line)) / height,
                style.shorten(text, 9, CELL - 0.06),
                fontsize=9,
                ha="center",
                va="center_baseline",
                color=color if line == 0 else style.MUTED,
            )
    words = f"{title or '샘플'}: 이미지 {len(pictures)}장, 모양 {pictures.shape[1:3]}"
    if guesses is not None and answers is not None:
        words += f", 틀린 예측 {wrong}장"
    return style.describe(figure, words)


def _heading(title: str | None, shown: int, total: int) -> str:
    if shown == total:
        return title or ""
    part = f"{total:,}장 가운데 앞의 {shown}장"
    return f"{title} · {part}" if title else part


def image_batch(images: np.ndarray, labelled: bool = False) -> np.ndarray:
    """이미지 묶음 `(N, H, W)` 또는 `(N, H, W, 3)`으로 맞춥니다. 한 장이면 N은 1입니다."""
    if images.dtype.kind not in "biuf":
        raise CannotDraw(
            f"자료형(dtype)이 `{images.dtype}`이라 이미지로 그릴 수 없습니다. 숫자 배열을 넣으세요."
        )
    if images.ndim == 2:
        side = math.isqrt(images.shape[1])
        # 한 줄로 편 이미지 (N, 784)
        if labelled and side > 1 and side * side == images.shape[1]:
            return images.reshape(-1, side, side)
        return images[np.newaxis]
    if images.ndim == 3 and images.shape[-1] in (1, 3, 4) and images.shape[1] > 4:
        images = images[np.newaxis]
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim == 4 and images.shape[-1] == 4:
        images = images[..., :3]
    if images.ndim == 3 or (images.ndim == 4 and images.shape[-1] == 3):
        return images
    raise CannotDraw(
        "이미지의 모양은 (N, 높이, 너비), (N, 높이, 너비, 1), (N, 높이, 너비, 3) 가운데 하나여야 하는데 "
        f"{images.shape}입니다."
    )


def _visible(images: np.ndarray) -> np.ndarray:
    """값을 0–1로. 0–255, 0–1이 아니면 가장 작은 값과 큰 값에 맞춥니다."""
    if images.dtype == np.uint8:
        return images / 255.0
    values = images.astype(float)
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.zeros_like(values)
    low, high = float(finite.min()), float(finite.max())
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
    if low >= 0 and high <= 1:
        return values
    if low >= 0 and high <= 255 and high > 2:
        return values / 255.0
    return (values - low) / ((high - low) or 1.0)


def _labels(values: Any, count: int, what: str) -> list[Any] | None:
    if values is None or values is Ellipsis:
        return None
    array = as_array(values)
    found = list(array) if array.dtype.kind in "USO" else list(class_numbers(array))
    if len(found) < count:
        raise CannotDraw(f"이미지는 {count:,}장인데 {what}은 {len(found):,}개입니다.")
    return found


def _caption(answer: Any, guess: Any, names: Any) -> tuple[list[str], bool]:
    """이미지 위에 적을 글과, 틀린 예측인지."""
    if guess is None:
        return ([] if answer is None else [name_of(answer, names)]), False
    if answer is None:
        return [f"예측 {name_of(guess, names)}"], False
    missed = bool(name_of(answer, names) != name_of(guess, names))
    if not missed:
        return [f"✔ {name_of(guess, names)}"], False
    return [f"✘ {name_of(guess, names)}", f"정답 {name_of(answer, names)}"], True


@picture
def show_feature_maps(outputs: Any, *, columns: int = 8, title: str | None = None) -> Figure:
    """합성곱 층의 출력을 채널마다 이미지 하나로 보여 줍니다. 첫 샘플의 앞쪽 채널만 그립니다.

    Args:
        outputs: 특성 맵 `(H, W, C)` 또는 `(N, H, W, C)`. 여러 층이면 리스트나 이름 → 배열.
        columns: 층마다 그릴 채널의 수.
        title: 그림의 제목.
    """
    if unsolved(outputs):
        raise CannotDraw("먼저 문제를 풀면 여기에 특성 맵이 나옵니다.")
    layers = _feature_layers(outputs)
    columns = max(1, min(columns, max(maps.shape[-1] for maps in layers.values())))
    named = any(layers)
    caption = 0.28 if named else 0.05
    head = 0.4 if title else 0.05
    width = max(columns * CELL + 0.1, style.title_width(title))
    figure = style.new_figure(width, head + len(layers) * (CELL + caption) + 0.05)
    width, height = figure.get_size_inches()
    if title:
        figure.text(0.1 / width, 1 - 0.22 / height, title, fontsize=12, va="center_baseline")
    for row, (name, maps) in enumerate(layers.items()):
        top = height - head - row * (CELL + caption)
        if named:
            text = f"{name}  {tuple(maps.shape)}" if name else str(tuple(maps.shape))
            figure.text(0.1 / width, (top - 0.16) / height, text, fontsize=9, va="center_baseline")
        low, high = float(maps.min()), float(maps.max())
        for channel in range(min(columns, maps.shape[-1])):
            x, y = 0.05 + channel * CELL, top - caption - CELL
            axes = figure.add_axes(
                (
                    (x + 0.05) / width,
                    (y + 0.05) / height,
                    (CELL - 0.1) / width,
                    (CELL - 0.1) / height,
                )
            )
            # 채널끼리 비교할 수 있도록 한 층은 같은 눈금을 씁니다.
            axes.imshow(
                maps[..., channel], cmap="viridis", vmin=low, vmax=high if high > low else low + 1
            )
            style.bare(axes)
    words = ", ".join(f"{name or '층'} {tuple(maps.shape)}" for name, maps in layers.items())
    return style.describe(figure, f"{title or '특성 맵'}: {words}")


def _feature_layers(outputs: Any) -> dict[str, np.ndarray]:
    if isinstance(outputs, Mapping):
        named = {str(name): as_array(value) for name, value in outputs.items()}
    elif isinstance(outputs, (list, tuple)):
        named = {f"{index + 1}번째": as_array(value) for index, value in enumerate(outputs)}
    else:
        named = {"": as_array(outputs)}
    layers = {}
    for name, maps in named.items():
        if maps.ndim == 4 and len(maps):
            maps = maps[0]
        if maps.ndim == 2:
            maps = maps[..., np.newaxis]
        if maps.ndim != 3 or maps.dtype.kind not in "biuf" or not maps.size:
            raise CannotDraw(
                "특성 맵의 모양은 (높이, 너비, 채널) 또는 (N, 높이, 너비, 채널)이어야 하는데 "
                f"{maps.shape}입니다."
            )
        layers[name] = np.nan_to_num(maps.astype(float))
    if not layers:
        raise CannotDraw("특성 맵이 하나도 없습니다.")
    return layers


@picture
def show_tensor(tensor: Any, *, title: str | None = None) -> Figure:
    """작은 텐서를 숫자가 적힌 색칠한 칸으로 보여 주고, 모양(shape)과 자료형(dtype)을 적습니다.

    랭크 3 이상이면 앞의 축을 따라 자른 조각을 나란히 놓습니다. 크면 앞부분만 보여 줍니다.

    Args:
        tensor: 텐서, 변수, 넘파이 배열, 리스트.
        title: 그림의 제목.
    """
    if unsolved(tensor):
        raise CannotDraw("먼저 문제를 풀면 여기에 텐서가 나옵니다.")
    array = as_array(tensor)
    if not array.size:
        raise CannotDraw(f"값이 없는 텐서입니다. 모양(shape)은 {array.shape}입니다.")
    slices, cut = tensor_slices(array)
    rows, columns = next(iter(slices.values())).shape
    texts = {key: [[cell_text(v) for v in row] for row in part] for key, part in slices.items()}
    longest = max(
        style.text_width(text, 9) for part in texts.values() for row in part for text in row
    )
    cell_width, cell_height = max(longest + 0.16, 0.42), 0.36
    named = len(slices) > 1
    part_width, part_height = columns * cell_width, rows * cell_height + (0.28 if named else 0.0)
    across = max(1, min(len(slices), int(10.0 // (part_width + 0.25))))
    down = math.ceil(len(slices) / across)
    dtype = "string" if array.dtype.kind in "US" else str(array.dtype)
    heading = f"모양(shape) {array.shape} · {dtype}" + (" · 앞부분만" if cut else "")
    heading = f"{title} · {heading}" if title else heading
    width = max(across * (part_width + 0.25) + 0.05, style.title_width(heading, 10))
    height = 0.42 + down * (part_height + 0.2)
    figure = style.new_figure(width, height)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    axes.text(0.15, 0.22, heading, fontsize=10, va="center_baseline")
    colors = _cell_colors(array)
    for index, (key, part) in enumerate(slices.items()):
        row_of, column_of = divmod(index, across)
        x = 0.15 + column_of * (part_width + 0.25)
        y = 0.42 + row_of * (part_height + 0.2)
        if named:
            axes.text(x, y + 0.12, key, fontsize=9, color=style.MUTED, va="center_baseline")
            y += 0.28
        for i in range(rows):
            for j in range(columns):
                _draw_cell(
                    axes,
                    x + j * cell_width,
                    y + i * cell_height,
                    (cell_width, cell_height),
                    texts[key][i][j],
                    colors(part[i, j]),
                )
    return style.describe(figure, f"{heading}: {str(array.tolist())[:200]}")


def tensor_slices(array: np.ndarray) -> tuple[dict[str, np.ndarray], bool]:
    """그릴 조각들(이름 → 행렬)과, 일부만인지. 랭크 0과 1도 한 줄짜리 행렬로 만듭니다."""
    if array.ndim < 2:
        array = array.reshape(1, -1)
    lead = array.shape[:-2]
    count = math.prod(lead)
    cut = count > MAX_SLICES or max(array.shape[-2:]) > MAX_CELLS
    parts = {}
    for flat in range(min(count, MAX_SLICES)):
        place = np.unravel_index(flat, lead) if lead else ()
        name = "[" + ", ".join(str(int(i)) for i in place) + "]"
        parts[name] = array[place][:MAX_CELLS, :MAX_CELLS]
    return parts, cut


def cell_text(value: Any) -> str:
    """칸에 적을 짧은 글."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if not math.isfinite(number):
            return str(number)
        if number == int(number) and abs(number) < 1e5:
            return f"{number:.0f}."
        return f"{number:.3g}".replace("e+0", "e").replace("e-0", "e-")
    text = str(value)
    return text if len(text) <= 12 else text[:11] + "…"


def _cell_colors(array: np.ndarray) -> Any:
    """값 → 바탕색. 음수는 붉은 쪽, 양수는 푸른 쪽이고 0에 가까울수록 흽니다."""
    if array.dtype.kind not in "biuf":
        return lambda value: style.tint(style.MUTED, 0.1)
    numbers = array.astype(float)
    finite = np.abs(numbers[np.isfinite(numbers)])
    largest = float(finite.max()) if finite.size else 0.0

    def color(value: Any) -> tuple[float, float, float]:
        number = float(value)
        if not math.isfinite(number):
            return style.tint(style.ORANGE, 0.8)
        strength = 0.75 * abs(number) / largest if largest else 0.0
        return style.tint(style.BLUE if number >= 0 else style.RED, strength)

    return color


def _draw_cell(
    axes: Any, x: float, y: float, size: tuple[float, float], text: str, color: Any
) -> None:
    from matplotlib.patches import Rectangle

    width, height = size
    axes.add_patch(
        Rectangle((x, y), width, height, facecolor=color, edgecolor=style.PAPER, linewidth=1.5)
    )
    axes.add_patch(
        Rectangle((x, y), width, height, facecolor="none", edgecolor=style.LINE, linewidth=0.6)
    )
    axes.text(
        x + width / 2,
        y + height / 2,
        text,
        fontsize=9,
        ha="center",
        va="center_baseline",
        color=style.readable_ink(color),
    )
