"""수를 그림으로: 훈련 기록, 막대, 혼동 행렬, 예측 확률.

여기 없는 것: 이미지와 텐서의 그림(`figures.images`), 설계의 지도(`figures.designs`), 색과 글꼴(`figures.style`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.figures import style
from autograder.figures.style import CannotDraw, picture
from autograder.figures.values import as_array, class_numbers, name_of, unsolved

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS_PER_ROW = 3
PANEL_WIDTH, PANEL_HEIGHT = 4.2, 2.1
MAX_NUMBERED_CLASSES = 20

_WORDS = {
    "loss": "손실",
    "accuracy": "정확도",
    "acc": "정확도",
    "precision": "정밀도",
    "recall": "재현율",
    "mae": "평균 절대 오차",
    "mse": "평균 제곱 오차",
}
_SAME_METRIC = {
    "binary_accuracy": "accuracy",
    "categorical_accuracy": "accuracy",
    "sparse_categorical_accuracy": "accuracy",
    "mean_absolute_error": "mae",
    "mean_squared_error": "mse",
}
_HIGHER_IS_BETTER = ("accuracy", "acc", "precision", "recall", "auc")
_LOWER_IS_BETTER = ("loss", "mae", "mse", "error", "entropy")


@dataclass(frozen=True)
class Curve:
    """선 하나: 이름, 에포크들, 값들, 검증인지."""

    label: str
    epochs: tuple[int, ...]
    values: tuple[float, ...]
    validation: bool
    run: int


@picture
def plot_history(history: Any, *, title: str | None = None) -> Figure:
    """훈련 기록을 그립니다. 지표마다 훈련과 검증을 나란히 보고, 검증이 가장 좋은 에포크를 표시합니다.

    Args:
        history: `model.fit()`이 돌려준 값이나 그 `history` 딕셔너리.
            여러 번의 훈련을 비교하려면 `{"규제 없음": history1, "규제 있음": history2}`처럼
            이름과 함께 넣거나 리스트로 넣습니다.
        title: 그림의 제목.
    """
    if unsolved(history):
        raise CannotDraw("먼저 모델을 훈련하면 여기에 훈련 기록이 나옵니다.")
    panels = curves(history)
    columns = min(len(panels), PANELS_PER_ROW)
    rows = math.ceil(len(panels) / columns)
    legend = 0.21 * max(len(lines) for lines in panels.values())
    panel_height = 0.42 + PANEL_HEIGHT + 0.55 + legend + 0.1
    head = 0.4 if title else 0.0
    width = max(columns * PANEL_WIDTH + 0.1, style.title_width(title))
    figure = style.new_figure(width, rows * panel_height + head)
    width, height = figure.get_size_inches()
    if title:
        figure.text(0.15 / width, 1 - 0.27 / height, title, fontsize=12, va="center_baseline")
    words = []
    for index, (metric, lines) in enumerate(panels.items()):
        row, column = divmod(index, columns)
        left = column * PANEL_WIDTH + 0.65
        bottom = height - head - row * panel_height - 0.42 - PANEL_HEIGHT
        axes = figure.add_axes(
            (left / width, bottom / height, (PANEL_WIDTH - 0.75) / width, PANEL_HEIGHT / height)
        )
        _draw_curves(axes, metric, lines)
        words += [f"{metric_name(metric)} {_last(line)}" for line in lines]
    return style.describe(figure, f"{title or '훈련 기록'}: " + ", ".join(words))


def curves(history: Any) -> dict[str, list[Curve]]:
    """기록을 지표 → 선들로 옮깁니다. 손실이 맨 앞에 옵니다."""
    runs = _runs(history)
    panels: dict[str, list[Curve]] = {}
    for number, (label, (epochs, record)) in enumerate(runs.items()):
        for key in record:
            metric = key.removeprefix("val_")
            if metric in ("learning_rate", "lr"):
                continue
            validation = key != metric
            values = tuple(_number(value) for value in record[key])
            if not values:
                continue
            name = "검증" if validation else "훈련"
            curve = Curve(
                f"{label} · {name}" if label else name,
                tuple(epochs[: len(values)]) if epochs else tuple(range(1, len(values) + 1)),
                values,
                validation,
                number,
            )
            panels.setdefault(_SAME_METRIC.get(metric, metric), []).append(curve)
    if not panels:
        raise CannotDraw("훈련 기록이 비어 있습니다. `fit()`을 한 에포크 이상 실행하세요.")
    order = sorted(panels, key=lambda metric: (metric != "loss", not metric.endswith("loss")))
    return {metric: panels[metric] for metric in order}


def _runs(history: Any) -> dict[str, tuple[list[int], Mapping[str, Any]]]:
    """이름 → (에포크들, 기록). 하나뿐이면 이름은 빈 글입니다."""
    single = _record(history)
    if single is not None:
        return {"": single}
    if isinstance(history, Mapping):
        named = {str(label): _record(item) for label, item in history.items()}
    elif isinstance(history, Sequence) and not isinstance(history, (str, bytes)):
        named = {f"{index + 1}번째": _record(item) for index, item in enumerate(history)}
    else:
        named = {}
    found = {label: record for label, record in named.items() if record is not None}
    if not found or len(found) != len(named):
        raise CannotDraw(
            "`model.fit()`이 돌려준 값을 넣으세요. 예: `history = model.fit(...)`, "
            "`plot_history(history)`"
        )
    return found


def _record(item: Any) -> tuple[list[int], Mapping[str, Any]] | None:
    record = getattr(item, "history", item)
    if not isinstance(record, Mapping):
        return None
    if not all(isinstance(value, (list, tuple, np.ndarray)) for value in record.values()):
        return None
    first = getattr(item, "epoch", None)
    epochs = [int(epoch) + 1 for epoch in first] if isinstance(first, list) else []
    longest = max((len(value) for value in record.values()), default=0)
    return (epochs if len(epochs) >= longest else []), record


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def metric_name(metric: str) -> str:
    """지표의 한국어 이름: `department_accuracy` → "department 정확도"."""
    if metric in _WORDS:
        return _WORDS[metric]
    owner, _, kind = metric.rpartition("_")
    if owner and kind in _WORDS:
        return f"{owner} {_WORDS[kind]}"
    return metric


def best(metric: str, values: Sequence[float]) -> int | None:
    """가장 좋은 값의 자리. 어느 쪽이 좋은지 모르는 지표나 유한한 값이 없으면 None."""
    numbers = np.array(values, dtype=float)
    numbers[~np.isfinite(numbers)] = np.nan
    if np.isnan(numbers).all():
        return None
    if any(metric.endswith(word) for word in _LOWER_IS_BETTER):
        return int(np.nanargmin(numbers))
    if any(metric.endswith(word) for word in _HIGHER_IS_BETTER):
        return int(np.nanargmax(numbers))
    return None


def _last(line: Curve) -> str:
    return f"{line.label} {_short(line.values[-1])}({line.epochs[-1]}에포크)"


def _draw_curves(axes: Axes, metric: str, lines: list[Curve]) -> None:
    several = len({line.run for line in lines}) > 1
    for line in lines:
        color = style.CYCLE[(line.run if several else int(line.validation)) % len(style.CYCLE)]
        # 점선은 언제나 검증입니다. 여러 번을 비교할 때는 색이 실행을 나타냅니다.
        short = len(line.values) <= 15
        label = line.label
        place = best(metric, line.values) if line.validation else None
        if place is not None:
            extreme = "최고" if metric.endswith(_HIGHER_IS_BETTER) else "최저"
            label += f" ({extreme} {_short(line.values[place])}, {line.epochs[place]}에포크)"
        axes.plot(
            line.epochs,
            line.values,
            color=color,
            linestyle=(0, (4, 2)) if line.validation else "-",
            marker="o" if short else "None",
            markersize=3.5,
            label=label,
        )
        if place is not None:
            axes.plot(
                [line.epochs[place]],
                [line.values[place]],
                marker="o",
                markersize=9,
                markerfacecolor="none",
                markeredgecolor=color,
                markeredgewidth=1.5,
                linestyle="none",
            )
    if not any(math.isfinite(value) for line in lines for value in line.values):
        axes.text(0.5, 0.5, "값이 모두 NaN입니다", transform=axes.transAxes, ha="center")
        axes.set_yticks([])
    axes.set_title(metric_name(metric))
    axes.set_xlabel("에포크")
    axes.grid(axis="y")
    first, last = min(line.epochs[0] for line in lines), max(line.epochs[-1] for line in lines)
    axes.set_xticks(epoch_ticks(first, last))
    pad = max(0.03 * (last - first), 0.1 if last > first else 0.5)
    axes.set_xlim(first - pad, last + pad)
    # 선을 가리지 않도록 범례는 그림 아래에 둡니다.
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(0.0, -0.5 / PANEL_HEIGHT),
        borderaxespad=0.0,
        borderpad=0.0,
        handlelength=3.0,
        labelspacing=0.35,
    )


def epoch_ticks(first: int, last: int) -> list[int]:
    """눈금을 찍을 에포크. 언제나 정수이고 첫 에포크에서 시작합니다."""
    span = last - first + 1
    if span <= 10:
        return list(range(first, last + 1))
    steps = (size * 10**power for power in range(9) for size in (1, 2, 5))
    step = next(size for size in steps if span / size <= 8)
    ticks = [epoch for epoch in range(step, last + 1, step) if epoch - first >= step / 2]
    return [first, *ticks]


def _short(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞"
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if abs(value) >= 1e-3 else f"{value:.2e}"


@picture
def plot_bars(values: Mapping[str, Any], unit: str = "", *, title: str | None = None) -> Figure:
    """이름마다 막대 하나와 그 값을 그립니다. 걸린 시간이나 정확도를 비교할 때 씁니다.

    Args:
        values: 이름 → 수. 여러 번 잰 값이면 리스트로 넣으세요. 막대는 평균, 점은 하나하나입니다.
        unit: 값 뒤에 붙일 단위. 예: "초", "%".
        title: 그림의 제목.
    """
    if unsolved(values):
        raise CannotDraw("먼저 문제를 풀면 여기에 그림이 나옵니다.")
    if not isinstance(values, Mapping) or not values:
        raise CannotDraw(
            '이름과 값을 딕셔너리로 넣으세요. 예: `plot_bars({"즉시 실행": 1.2}, "초")`'
        )
    names = [str(name) for name in values]
    measured = [_measurements(value) for value in values.values()]
    means = [float(np.mean(numbers)) if numbers else math.nan for numbers in measured]
    finite = [number for numbers in measured for number in numbers] or [0.0]
    name_width = min(max(style.text_width(name, 10) for name in names), 3.0)
    head = 0.4 if title else 0.0
    written = [
        "아직 없음" if math.isnan(mean) else f"{_short(mean)}{_unit(unit)}" for mean in means
    ]
    room = max(style.text_width(text, 10) for text in written) + 0.4
    width = max(name_width + 4.25 + room, style.title_width(title))
    figure = style.new_figure(width, 0.3 + head + 0.42 * len(names))
    width, height = figure.get_size_inches()
    axes = figure.add_axes(
        ((name_width + 0.25) / width, 0.15 / height, 4.0 / width, 0.42 * len(names) / height)
    )
    style.bare(axes)
    places = range(len(names))
    axes.barh(
        places,
        [0.0 if math.isnan(mean) else mean for mean in means],
        height=0.6,
        color=style.BLUE,
    )
    low, high = min(0.0, *finite), max(0.0, *finite)
    span = (high - low) or 1.0
    for place, (name, text, numbers) in enumerate(zip(names, written, measured, strict=True)):
        reach = max([0.0, *numbers])
        gap = 0.02 if len(numbers) < 2 else 0.04
        axes.text(reach + gap * span, place, text, va="center_baseline", color=style.INK)
        label = style.shorten(name, 10, name_width + 0.05)
        axes.text(low - 0.02 * span, place, label, ha="right", va="center_baseline")
        if len(numbers) > 1:
            axes.plot(
                numbers,
                [place] * len(numbers),
                linestyle="none",
                marker="o",
                markersize=4,
                markerfacecolor=style.PAPER,
                markeredgecolor=style.INK,
                markeredgewidth=0.8,
                clip_on=False,
            )
    axes.set_xlim(low, high + 1e-12 + (0.0 if high > low else 1.0))
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.axvline(0.0, color=style.LINE, linewidth=1)
    if title:
        figure.text(0.15 / width, 1 - 0.28 / height, title, fontsize=12, va="center_baseline")
    pairs = [f"{name} {_short(mean)}{_unit(unit)}" for name, mean in zip(names, means, strict=True)]
    return style.describe(figure, f"{title or '막대그래프'}: " + ", ".join(pairs))


def _unit(unit: str) -> str:
    return unit if unit in ("", "%") or not unit.isascii() else f" {unit}"


def _measurements(value: Any) -> list[float]:
    if value is None or value is Ellipsis:
        return []
    try:
        numbers = np.asarray(as_array(value), dtype=float).reshape(-1)
    except (TypeError, ValueError):
        raise CannotDraw(f"막대의 값은 모두 수여야 하는데 `{value!r}`이 있습니다.") from None
    return [float(number) for number in numbers if math.isfinite(number)]


@picture
def plot_confusion(
    y_true: Any, y_pred: Any, names: Sequence[str] | None = None, *, title: str | None = None
) -> Figure:
    """혼동 행렬을 그립니다. 세로가 정답, 가로가 예측이고, 대각선이 맞은 것입니다.

    Args:
        y_true: 정답 레이블 `(N,)` 또는 원-핫 `(N, K)`.
        y_pred: 예측 레이블 `(N,)` 또는 확률 `(N, K)`.
        names: 클래스 이름들.
        title: 그림의 제목.
    """
    if unsolved(y_true) or unsolved(y_pred):
        raise CannotDraw("먼저 문제를 풀면 여기에 혼동 행렬이 나옵니다.")
    truth, guess = class_numbers(y_true), class_numbers(y_pred)
    if truth.dtype.kind not in "iu" or guess.dtype.kind not in "iu":
        raise CannotDraw("정답과 예측을 0부터 시작하는 클래스 번호로 넣으세요.")
    if len(truth) != len(guess) or not len(truth):
        raise CannotDraw(
            f"정답({len(truth)}개)과 예측({len(guess)}개)의 수가 같고 1개 이상이어야 합니다."
        )
    if min(truth.min(), guess.min()) < 0:
        raise CannotDraw("클래스 번호는 0부터 시작해야 합니다.")
    count = int(max(truth.max(), guess.max(), len(names or ()) - 1)) + 1
    matrix = np.zeros((count, count), dtype=int)
    np.add.at(matrix, (truth, guess), 1)
    figure = _confusion_figure(matrix, [name_of(i, names) for i in range(count)], title)
    accuracy = np.trace(matrix) / matrix.sum()
    return style.describe(figure, f"{title or '혼동 행렬'}: 정확도 {accuracy:.1%}")


def _confusion_figure(matrix: np.ndarray, labels: list[str], title: str | None) -> Figure:
    count = len(labels)
    numbered = count <= MAX_NUMBERED_CLASSES
    cell = max(0.5, min(0.8, 2.4 / count)) if numbered else max(6.0 / count, 0.05)
    label_width = min(max(style.text_width(label, 9) for label in labels), 1.4)
    # 이름이 칸보다 길면 가로축 이름을 세웁니다.
    upright = label_width > cell - 0.06
    left = label_width + 0.55
    bottom = 0.6 if not numbered else (label_width if upright else 0.15) + 0.5
    size = cell * count
    words = max(style.text_width(title or "", 12), 2.4)
    width, height = max(left + size + 0.2, words + 0.3), size + bottom + 0.75
    figure = style.new_figure(width, height)
    axes = figure.add_axes((left / width, bottom / height, size / width, size / height))
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    colors = np.ones((count, count, 3))
    for row in range(count):
        for column in range(count):
            color = style.BLUE if row == column else style.RED
            strength = share[row, column]
            # 드문 실수도 보이도록 대각선 밖은 더 진하게 시작합니다.
            strength = strength if row == column or not strength else 0.12 + 0.88 * strength
            colors[row, column] = style.tint(color, strength)
    axes.imshow(colors, aspect="auto")
    for spine in axes.spines.values():
        spine.set_visible(True)
    axes.tick_params(length=0)
    if numbered:
        short = [style.shorten(label, 9, 1.4) for label in labels]
        axes.set_xticks(range(count), short, rotation=90 if upright else 0)
        axes.set_yticks(range(count), short)
        for row in range(count):
            for column in range(count):
                if matrix[row, column]:
                    axes.text(
                        column,
                        row,
                        f"{matrix[row, column]:,}",
                        ha="center",
                        va="center_baseline",
                        fontsize=_fitting_size(f"{matrix[row, column]:,}", cell),
                        color=style.readable_ink(colors[row, column]),
                    )
    axes.set_xlabel("예측")
    axes.set_ylabel("정답")
    accuracy = np.trace(matrix) / matrix.sum()
    head, note = title or "혼동 행렬", f"정확도 {accuracy:.1%} · {matrix.sum():,}개"
    figure.text(0.15 / width, 1 - 0.25 / height, head, fontsize=12, va="center_baseline")
    figure.text(
        0.15 / width,
        1 - 0.5 / height,
        note,
        fontsize=9,
        color=style.MUTED,
        va="center_baseline",
    )
    return figure


def _fitting_size(text: str, width: float) -> float:
    size = 9.0
    while size > 5 and style.text_width(text, size) > width - 0.06:
        size -= 0.5
    return size


@picture
def plot_predictions(
    probabilities: Any,
    label: Any = None,
    names: Sequence[str] | None = None,
    *,
    top: int = 10,
    title: str | None = None,
) -> Figure:
    """샘플 하나의 예측 확률을 막대로 그립니다. 정답은 파란색, 틀린 예측은 붉은색입니다.

    Args:
        probabilities: 클래스마다의 확률 `(K,)` 또는 `(1, K)`.
        label: 정답 번호(또는 원-핫). 없어도 됩니다.
        names: 클래스 이름들.
        top: 클래스가 이보다 많으면 확률이 높은 것부터 이만큼만 그립니다.
        title: 그림의 제목.
    """
    if unsolved(probabilities):
        raise CannotDraw("먼저 문제를 풀면 여기에 예측이 나옵니다.")
    numbers = np.asarray(as_array(probabilities), dtype=float)
    if numbers.ndim == 2 and len(numbers) == 1:
        numbers = numbers[0]
    if numbers.ndim != 1 or not len(numbers):
        raise CannotDraw(
            f"샘플 하나의 확률 `(K,)`를 넣으세요. 받은 것의 모양은 {numbers.shape}입니다."
        )
    answer = None if label is None else int(class_numbers(np.atleast_1d(as_array(label)))[0])
    order = np.arange(len(numbers))
    if len(numbers) > top:
        order = np.argsort(-numbers, kind="stable")[:top]
        if answer is not None and answer not in order and 0 <= answer < len(numbers):
            order = np.append(order[:-1], answer)
        order = np.sort(order)
    labels = [name_of(int(index), names) for index in order]
    guess = int(np.argmax(numbers))
    name_width = min(max(style.text_width(name, 9) for name in labels), 2.0)
    head = 0.4 if title else 0.0
    width = max(name_width + 4.7, style.title_width(title))
    figure = style.new_figure(width, 0.3 + head + 0.27 * len(order))
    width, height = figure.get_size_inches()
    axes = figure.add_axes(
        ((name_width + 0.25) / width, 0.15 / height, 3.2 / width, 0.27 * len(order) / height)
    )
    style.bare(axes)
    is_probability = bool(np.all((numbers >= 0) & (numbers <= 1)))
    shown = numbers[order][np.isfinite(numbers[order])]
    low = 0.0 if is_probability else float(min([0.0, *shown]))
    high = 1.0 if is_probability else float(max([0.0, *shown]))
    span = (high - low) or 1.0
    for place, index in enumerate(order):
        color = style.LINE
        if index == answer or (answer is None and index == guess):
            color = style.BLUE
        elif index == guess:
            color = style.RED
        value = numbers[index]
        axes.barh(place, value, height=0.7, color=color)
        mark = " (정답)" if index == answer else ""
        text = (f"{value:.1%}" if is_probability else _short(float(value))) + mark
        axes.text(max(value, 0.0) + 0.02 * span, place, text, va="center_baseline", fontsize=9)
        name = style.shorten(labels[place], 9, name_width + 0.05)
        axes.text(low - 0.02 * span, place, name, va="center_baseline", ha="right", fontsize=9)
    axes.set_xlim(low, low + span)
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.axvline(0.0, color=style.LINE, linewidth=1)
    if title:
        figure.text(0.15 / width, 1 - 0.28 / height, title, fontsize=12, va="center_baseline")
    words = f"{title or '예측'}: {name_of(guess, names)} {numbers[guess]:.3g}"
    if answer is not None:
        words += f", 정답 {name_of(answer, names)}"
    return style.describe(figure, words)
