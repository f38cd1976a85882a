"""그림: 한글 글꼴, 모델의 흐름, 훈련 기록, 샘플, 텐서. 어떤 값을 넣어도 예외와 경고가 없습니다."""

from __future__ import annotations

import inspect
import json
import logging
import os
import random
import subprocess
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import keras
import matplotlib
import numpy as np
import pytest
import tensorflow as tf
from fontTools.ttLib import TTFont
from keras import layers, ops

from autograder import figures, fonts
from autograder.figures import charts, images, style, values
from autograder.figures.flow import _path
from autograder.figures.flow_graph import Flow, Frame, Node, read_flow
from autograder.figures.flow_layout import (
    TEXT_SIZE,
    Arrow,
    FrameBox,
    Layout,
    balanced,
    frame_title,
    lay_out,
)
from autograder.figures.flow_words import operation_label, settings_of

ROOT = Path(__file__).parents[1]
HISTORY = {
    "loss": [2.0, 1.0, 0.5, 0.3],
    "accuracy": [0.3, 0.6, 0.8, 0.9],
    "val_loss": [1.9, 1.1, 0.9, 1.0],
    "val_accuracy": [0.35, 0.6, 0.7, 0.75],
}


@pytest.fixture(autouse=True)
def no_warnings_and_nothing_left_behind(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """어느 테스트에서도 경고, 글자가 없다는 기록, 남은 그림, 바뀐 설정이 없습니다."""
    import matplotlib.pyplot as plt

    before = dict(matplotlib.rcParams)
    call = keras.layers.Layer.__call__
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING, logger="matplotlib"):
        warnings.simplefilter("error")
        yield
    assert [r.getMessage() for r in caplog.records if r.name.startswith("matplotlib")] == []
    assert plt.get_fignums() == []
    assert dict(matplotlib.rcParams) == before
    assert keras.layers.Layer.__call__ is call


def build(function: Any, *arguments: Any, **options: Any) -> Any:
    """그림을 만들고 PNG까지 그려 봅니다."""
    with style.course_style():
        figure = function.figure(*arguments, **options)
        style.png(figure)
    return figure


def texts(figure: Any) -> list[str]:
    from matplotlib.text import Text

    return [item.get_text() for item in figure.findobj(Text) if item.get_text()]


def assert_nothing_clipped(figure: Any) -> None:
    """보이는 모든 글이 종이 안에 있습니다."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    with style.course_style():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        page, hidden = figure.bbox, _hidden_labels(figure)
        for item in figure.findobj(Text):
            if not item.get_text() or not item.get_visible() or id(item) in hidden:
                continue
            box = item.get_window_extent(canvas.get_renderer())
            assert box.x0 >= page.x0 - 1, (item.get_text(), box, page)
            assert box.x1 <= page.x1 + 1, (item.get_text(), box, page)
            assert box.y0 >= page.y0 - 1, (item.get_text(), box, page)
            assert box.y1 <= page.y1 + 1, (item.get_text(), box, page)


def _hidden_labels(figure: Any) -> set[int]:
    """축의 범위 밖이라 그려지지 않는 눈금의 글."""
    from matplotlib.axis import Tick, XTick

    hidden = set()
    for tick in figure.findobj(Tick):
        axis = tick.axes.xaxis if isinstance(tick, XTick) else tick.axes.yaxis
        low, high = sorted(axis.get_view_interval())
        if not low <= tick.get_loc() <= high:
            hidden |= {id(tick.label1), id(tick.label2)}
    return hidden


# 글꼴 -----------------------------------------------------------------------------------------


def test_the_font_has_all_the_korean_and_the_signs_the_course_uses() -> None:
    with TTFont(fonts.FILE) as font:
        characters = set(font.getBestCmap())
    wanted = {*range(0xAC00, 0xD7A4), *range(0x3131, 0x3164), *range(0x20, 0x7F)}
    wanted |= {ord(c) for c in "✔✘●○▲▼■★…→←↑↓·×÷±−–—≤≥≠≈∞√∑∂∇αβγεθλμπσΣΔ①②「」“”‘’°²³"}
    assert {chr(code) for code in wanted - characters} == set()
    assert fonts.FILE.stat().st_size < 1.4e6


def test_the_font_keeps_its_licence_and_gives_up_the_reserved_name() -> None:
    with TTFont(fonts.FILE) as font:
        records = {record.nameID: str(record) for record in font["name"].names}
    names = " ".join(records[i] for i in (1, 3, 4, 6)).lower()
    assert records[1] == fonts.FAMILY
    assert "nanum" not in names
    assert "나눔" not in "".join(records.values())
    assert "SIL Open Font License" in records[13]
    assert "NAVER Corporation" in records[0]
    licence = (fonts.FILE.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "Copyright (c) 2010, NAVER Corporation" in licence
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Reserved Font Name" in licence


def python(code: str, tmp_path: Path) -> dict[str, Any]:
    """새 프로세스에서 실행하고, 마지막에 출력한 JSON을 돌려줍니다. 경고는 오류입니다.

    오래된 Matplotlib은 저 혼자 DeprecationWarning을 냅니다.
    """
    strict = ("-W", "error", "-W", "ignore::DeprecationWarning")
    result = subprocess.run(
        [sys.executable, *strict, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=tmp_path,
        env={
            "PYTHONPATH": str(ROOT),
            "MPLCONFIGDIR": str(tmp_path),
            "MPLBACKEND": "agg",
            "HOME": str(tmp_path),
            "PATH": str(tmp_path),
            "TF_CPP_MIN_LOG_LEVEL": "3",
        },
    )
    assert result.returncode == 0, result.stderr
    # 글꼴 목록을 처음 만든다는 알림은 Matplotlib의 것입니다.
    lines = [line for line in result.stderr.splitlines() if "font cache" not in line]
    assert lines == []
    return dict(json.loads(result.stdout.splitlines()[-1]))


DRAW_KOREAN = """
    import io, json
    import matplotlib.font_manager as manager
    import matplotlib.pyplot as plt
    import numpy as np
    # 시스템 글꼴이 하나도 없는 컴퓨터처럼 만듭니다.
    ours = [e for e in manager.fontManager.ttflist if "mpl-data" in e.fname or "autograder" in e.fname]
    manager.fontManager.ttflist = ours
    manager.fontManager.afmlist = []
    korean = [e.name for e in ours if "mpl-data" not in e.fname]

    def pixels(text, **font):
        figure = plt.figure(figsize=(2, 1))
        plt.text(0.1, 0.4, text, fontsize=30, **font)
        plt.axis("off")
        buffer = io.BytesIO()
        plt.savefig(buffer, format="rgba")
        plt.close(figure)
        return np.frombuffer(buffer.getvalue(), dtype="uint8")

    from autograder.fonts import FILE
    plt.title("훈련 정확도 · 똠방각하")
    plt.plot([-1, 1])
    plt.savefig(io.BytesIO(), format="png")
    plt.title("굵은 글", fontweight="bold")
    plt.savefig(io.BytesIO(), format="png")
    plt.close("all")
    plain = pixels("가")
    print(json.dumps({
        "korean": korean,
        "same_as_ours": bool((plain == pixels("가", font=FILE)).all()),
        "differs": bool((plain != pixels("힣")).any()),
        "family": plt.rcParams["font.family"],
        "minus": plt.rcParams["axes.unicode_minus"],
    }))
"""


@pytest.mark.parametrize(
    "first",
    [
        "import autograder",
        "import autograder.figures",
        "import matplotlib\n    import autograder.figures",
        "import matplotlib.pyplot\n    import autograder.figures",
        "import autograder.figures\n    import matplotlib.pyplot as p; p.rcdefaults()",
        "import autograder.figures\n    import matplotlib.pyplot as p; p.style.use('default')",
    ],
)
def test_plain_pyplot_writes_korean_where_no_system_font_is_found(
    first: str, tmp_path: Path
) -> None:
    seen = python(f"\n    {first}\n" + DRAW_KOREAN, tmp_path)
    assert set(seen["korean"]) == {fonts.FAMILY}
    assert seen["same_as_ours"]
    assert seen["differs"]
    assert seen["family"] == [fonts.FAMILY, fonts.FALLBACK]
    assert seen["minus"] is False


def test_without_us_the_same_picture_has_no_korean(tmp_path: Path) -> None:
    """위의 테스트가 무엇이라도 통과시키는 것이 아닌지 봅니다."""
    code = "\n    import warnings; warnings.simplefilter('ignore')\n    import logging\n"
    # autograder를 가져오기만 해도 글꼴이 준비되므로 파일의 자리만 줍니다.
    place = f"from pathlib import Path; FILE = Path({str(fonts.FILE)!r})"
    draw = DRAW_KOREAN.replace("from autograder.fonts import FILE", place)
    code += "    logging.disable(logging.WARNING)\n" + draw
    assert not python(code, tmp_path)["same_as_ours"]


def test_importing_the_figures_does_not_import_matplotlib_or_keras(tmp_path: Path) -> None:
    code = """
    import json, sys
    import autograder.figures
    heavy = [name for name in ("matplotlib", "keras", "tensorflow") if name in sys.modules]
    finders = len(sys.meta_path)
    import matplotlib.pyplot
    print(json.dumps({"heavy": heavy, "stepped_aside": len(sys.meta_path) == finders - 1}))
    """
    seen = python(code, tmp_path)
    assert seen["heavy"] == []


def test_a_font_the_learner_chose_stays_first(tmp_path: Path) -> None:
    code = """
    import json
    import matplotlib.pyplot as plt
    plt.rcParams["font.family"] = "DejaVu Serif"
    import autograder.figures
    print(json.dumps({"family": plt.rcParams["font.family"]}))
    """
    assert python(code, tmp_path)["family"] == ["DejaVu Serif", fonts.FAMILY, fonts.FALLBACK]


def test_the_measured_width_of_a_text_is_the_drawn_width() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with style.course_style():
        figure = style.new_figure(6, 1, dpi=100)
        for text in ("필터 32 · 3×3 · relu", "(None, 28, 28, 1)", "MultiHeadAttention", "똠방각하"):
            drawn = figure.text(0, 0, text, fontsize=12)
            box = drawn.get_window_extent(FigureCanvasAgg(figure).get_renderer())
            assert style.text_width(text, 12) == pytest.approx(box.width / 100, abs=0.06)
    assert style.shorten("가나다라마바사", 10, 0.5).endswith("…")
    assert style.text_width(style.shorten("가나다라마바사", 10, 0.5), 10) <= 0.5


# 노트북 ---------------------------------------------------------------------------------------


def test_in_a_notebook_each_picture_appears_once_and_as_nothing_else(tmp_path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    cells = [
        "import autograder.figures as figures",
        f"figures.plot_history({HISTORY})",
        "figures.show_tensor([[1, 2], [3, 4]])\nfigures.plot_bars({'가': 1})",
        "figures.plot_history(...)",
        "import matplotlib.pyplot as plt\nplt.plot([1, -2])\nplt.title('한글 제목')\nplt.show()",
        "figures.show_samples([[[0.0, 1.0], [1.0, 0.0]]])\nplt.get_fignums()",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # 주피터가 여는 커널처럼: Matplotlib의 backend를 따로 정하지 않습니다.
        environment = {k: v for k, v in os.environ.items() if k != "MPLBACKEND"}
        environment["PYTHONPATH"] = str(ROOT)
        NotebookClient(notebook, timeout=120).execute(env=environment, cwd=str(tmp_path))
    outputs = [cell.outputs for cell in notebook.cells]
    kinds = [[output.output_type for output in cell] for cell in outputs]
    assert kinds == [
        [],
        ["display_data"],
        ["display_data", "display_data"],
        ["stream"],
        ["display_data"],
        ["display_data", "execute_result"],
    ]
    picture = outputs[1][0]
    assert set(picture.data) == {"image/png", "text/plain"}
    assert picture.data["text/plain"].startswith("[그림] 훈련 기록: 손실 훈련 0.3")
    assert picture.metadata["image/png"]["width"] == 680
    assert outputs[3][0].name == "stdout"
    assert outputs[3][0].text == "먼저 모델을 훈련하면 여기에 훈련 기록이 나옵니다.\n"
    assert outputs[5][1].data["text/plain"] == "[]"


def test_outside_a_notebook_the_description_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert figures.plot_bars({"즉시 실행": 1.5}, "초") is None
    assert capsys.readouterr().out == "[그림] 막대그래프: 즉시 실행 1.5초\n"


@pytest.mark.parametrize("name", [n for n in figures.__all__ if n != "use_korean_font"])
def test_every_picture_has_a_korean_docstring(name: str) -> None:
    text = getattr(figures, name).__doc__
    assert any("가" <= c <= "힣" for c in text.splitlines()[0])
    assert "Args:" in text


# The least that can be drawn: here a title is the widest text.
LEAST: dict[str, tuple[Any, ...]] = {
    "plot_arrows": ({"가": [3.0, 1.0]},),
    "plot_bars": ({"가": 1.0},),
    "plot_confusion": ([0, 1], [0, 1]),
    "plot_history": ({"loss": [2.0, 1.0]},),
    "plot_landscape": (*np.mgrid[0:1:3j, 0:1:3j], np.ones((3, 3))),
    "plot_predictions": ([0.9, 0.1],),
    "show_axes": ([[1.0]],),
    "show_boxes": ({"가": (0, 0)},),
    "show_feature_maps": (np.zeros((8, 8, 1)),),
    "show_flow": (lambda: keras.Sequential([keras.Input((2,)), layers.Dense(1)]),),
    "show_graph": (lambda: tf.function(lambda x: x + 1), lambda: tf.constant(1.0)),
    "show_samples": (np.zeros((1, 8, 8)),),
    "show_tensor": (1.0,),
}


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in figures.__all__
        if "title" in inspect.signature(getattr(figures, name)).parameters
        and hasattr(getattr(figures, name), "figure")
    ],
)
def test_a_long_title_is_never_cut(name: str) -> None:
    arguments = [made() if inspect.isfunction(made) else made for made in LEAST[name]]
    title = "추론 모드에서는 몇 번을 불러도 그대로인 사진"
    figure = build(getattr(figures, name), *arguments, title=title)
    assert any(title in text for text in texts(figure))
    assert_nothing_clipped(figure)


@pytest.mark.parametrize("unsolved", [None, ...])
def test_unsolved_cells_get_a_sentence(unsolved: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for name in figures.__all__:
        if name == "use_korean_font":
            continue
        draw = getattr(figures, name)
        required = [
            parameter
            for parameter in inspect.signature(draw).parameters.values()
            if parameter.default is parameter.empty
            and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        ]
        assert draw(*[unsolved] * max(len(required), 1)) is None
        out, err = capsys.readouterr()
        assert out.startswith("먼저 ")
        assert out.endswith("나옵니다.\n")
        assert err == ""


# 모델의 흐름 ------------------------------------------------------------------------------------


def sequential() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ],
        name="mnist",
    )


def residual() -> keras.Model:
    inputs = keras.Input((8, 8, 3), name="img")
    first = layers.Conv2D(4, 3, padding="same")(inputs)
    second = layers.Conv2D(4, 3, padding="same")(first)
    third = layers.Conv2D(4, 3, padding="same")(second)
    joined = layers.Add()([first, third])
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(joined), name="residual")


def tickets() -> keras.Model:
    title = keras.Input((None,), name="title")
    body = keras.Input((None,), name="body")
    shared = layers.Embedding(100, 8)
    joined = layers.Concatenate()([layers.LSTM(4)(shared(title)), layers.LSTM(6)(shared(body))])
    outputs = {
        "priority": layers.Dense(1, name="priority")(joined),
        "department": layers.Dense(4, name="department")(joined),
    }
    return keras.Model([title, body], outputs, name="tickets")


def autoencoder() -> keras.Model:
    def part(name: str, *sizes: int) -> keras.Model:
        inputs = keras.Input((sizes[0],))
        x = inputs
        for size in sizes[1:]:
            x = layers.Dense(size)(x)
        return keras.Model(inputs, x, name=name)

    inputs = keras.Input((16,))
    return keras.Model(
        inputs, part("decoder", 2, 8, 16)(part("encoder", 16, 8, 2)(inputs)), name="autoencoder"
    )


def ensemble() -> keras.Model:
    inputs = keras.Input((128,))
    members = []
    for index in range(3):
        own = keras.Input((128,))
        members.append(keras.Model(own, layers.Dense(1)(own), name=f"member_{index}"))
    outputs = layers.Average()([member(inputs) for member in members])
    return keras.Model(inputs, outputs, name="ensemble")


def inception() -> keras.Model:
    inputs = keras.Input((8, 8, 3))
    one = layers.Conv2D(1, 1)(inputs)
    three = layers.Conv2D(3, 3, padding="same")(layers.Conv2D(2, 1)(inputs))
    five = layers.Conv2D(5, 5, padding="same")(layers.Conv2D(4, 1)(inputs))
    pooled = layers.MaxPooling2D(3, strides=1, padding="same")(inputs)
    branches = [one, three, five, layers.Conv2D(6, 1)(pooled)]
    return keras.Model(inputs, layers.Concatenate()(branches), name="inception")


def siamese() -> keras.Model:
    encoder = keras.Sequential([keras.Input((8,)), layers.Dense(4)], name="encoder")
    left, right = keras.Input((8,), name="left"), keras.Input((8,), name="right")
    outputs = layers.Subtract()([encoder(left), encoder(right)])
    return keras.Model([left, right], outputs, name="siamese")


def long_model() -> keras.Model:
    stack = [keras.Input((32, 32, 3))]
    for filters in (8, 8, 16, 16, 32, 32):
        stack += [
            layers.Conv2D(filters, 3, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]
    return keras.Sequential([*stack, layers.Flatten(), layers.Dense(10)], name="long")


class Block(layers.Layer):
    """층이 아닌 연산으로 이은 잔차 블록. 속성의 차례는 실행 순서와 다릅니다."""

    def __init__(self, filters: int, **options: Any) -> None:
        super().__init__(**options)
        self.shortcut = layers.Conv2D(filters, 1)
        self.second = layers.Conv2D(filters, 3, padding="same")
        self.first = layers.Conv2D(filters, 3, padding="same")

    def call(self, inputs: Any) -> Any:
        x = tf.nn.relu(self.first(inputs))
        return tf.nn.relu(self.second(x) + self.shortcut(inputs))


class Subclassed(keras.Model):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.last = layers.Dense(10)
        self.block = Block(4)

    def call(self, inputs: Any) -> Any:
        return tf.nn.softmax(self.last(ops.mean(self.block(inputs), axis=(1, 2))))


class Recurrent(keras.Model):
    """한 층의 결과가 여러 상자를 지나 뒤에서 쓰입니다."""

    def __init__(self) -> None:
        super().__init__()
        self.step, self.carry = layers.Dense(4), layers.Dense(4)

    def call(self, inputs: Any) -> Any:
        state, states = ops.zeros((1, 4)), []
        for turn in range(3):
            state = self.step(inputs[:, turn]) + self.carry(state)
            states.append(state)
        return ops.stack(states, axis=1)


class Attention(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.embed = layers.Embedding(50, 8)
        self.attend = layers.MultiHeadAttention(2, 4)
        self.norm = layers.LayerNormalization()
        self.recur = layers.Bidirectional(layers.LSTM(3))

    def call(self, tokens: Any) -> Any:
        x = self.embed(tokens)
        return self.recur(self.norm(x + self.attend(x, x)))


EXAMPLE = np.zeros((2, 8, 8, 3), "float32")
STYLES: dict[str, tuple[Callable[[], Any], Any]] = {
    "sequential": (sequential, None),
    "residual": (residual, None),
    "tickets": (tickets, None),
    "autoencoder": (autoencoder, None),
    "ensemble": (ensemble, None),
    "inception": (inception, None),
    "siamese": (siamese, None),
    "long": (long_model, None),
    "subclassed": (Subclassed, EXAMPLE),
    "recurrent": (Recurrent, np.zeros((2, 3, 5), "float32")),
    "attention": (Attention, np.zeros((1, 7), "int64")),
}


def links(flow: Flow) -> set[tuple[str, str]]:
    """상자의 이름으로 적은 흐름: "1 Conv2D" → "2 MaxPooling2D"."""

    def label(node: Node) -> str:
        if node.kind == "layer":
            return f"{node.order} {node.title}"
        return f"{node.title} {node.name}".strip()

    return {(label(flow.nodes[a]), label(flow.nodes[b])) for a, b in flow.edges}


def test_a_sequential_model_flows_straight_down() -> None:
    flow = read_flow(sequential())
    assert links(flow) == {
        ("입력", "1 Conv2D"),
        ("1 Conv2D", "2 MaxPooling2D"),
        ("2 MaxPooling2D", "3 Flatten"),
        ("3 Flatten", "4 Dropout"),
        ("4 Dropout", "5 Dense"),
        ("5 Dense", "출력"),
    }
    conv, pool = flow.nodes[1], flow.nodes[2]
    assert (conv.settings, conv.shape, conv.parameters) == (
        "필터 32 · 3×3 · relu",
        "(None, 26, 26, 32)",
        320,
    )
    assert (pool.settings, pool.family, conv.family) == ("2×2", "풀링", "합성곱")
    assert (flow.name, flow.layers, flow.parameters) == ("mnist", 5, 320 + 13 * 13 * 32 * 10 + 10)


def test_a_residual_connection_goes_around() -> None:
    assert links(read_flow(residual())) == {
        ("입력 img", "1 Conv2D"),
        ("1 Conv2D", "2 Conv2D"),
        ("2 Conv2D", "3 Conv2D"),
        ("1 Conv2D", "4 Add"),
        ("3 Conv2D", "4 Add"),
        ("4 Add", "5 GlobalAveragePooling2D"),
        ("5 GlobalAveragePooling2D", "출력"),
    }


def test_several_inputs_outputs_and_a_shared_layer() -> None:
    flow = read_flow(tickets())
    found = links(flow)
    embeddings = [node for node in flow.nodes if node.title == "Embedding"]
    assert [node.shared for node in embeddings] == [1, 1]
    assert [node.repeated for node in embeddings] == [False, True]
    assert embeddings[0].shape == "(None, None, 8)"
    assert {name for name, _ in found if name.startswith("입력")} == {"입력 title", "입력 body"}
    assert {name for _, name in found if name.startswith("출력")} == {
        "출력 priority",
        "출력 department",
    }
    heads = {node.name: node.order for node in flow.nodes if node.kind == "layer" and node.name}
    assert (f"{heads['priority']} Dense", "출력 priority") in found
    assert (f"{heads['department']} Dense", "출력 department") in found
    assert flow.parameters == tickets().count_params()
    assert flow.layers == 6


def test_branches_come_in_the_order_they_are_written() -> None:
    flow = read_flow(inception())
    steps = [(node.order, node.settings.split(" · ")[0]) for node in flow.nodes if node.order]
    assert steps == [
        (1, "필터 1"),
        (2, "필터 2"),
        (3, "필터 3"),
        (4, "필터 4"),
        (5, "필터 5"),
        (6, "3×3"),
        (7, "필터 6"),
        (8, "축 -1"),
    ]
    layout = lay_out(flow, style.text_width)
    order = {box.node.index: box.node.order for box in layout.boxes}
    joining = [arrow for arrow in layout.arrows if order[arrow.target] == 8]
    joining.sort(key=lambda arrow: arrow.points[-1][0])
    assert [order[arrow.source] for arrow in joining] == [1, 3, 5, 7]
    leaving = [arrow for arrow in layout.arrows if order[arrow.source] is None]
    leaving.sort(key=lambda arrow: arrow.points[-1][0])
    assert [order[arrow.target] for arrow in leaving] == [1, 2, 4, 6]


@pytest.mark.parametrize("named", [True, False])
def test_inputs_and_outputs_come_in_the_order_they_are_written(named: bool) -> None:
    model = tickets()
    if not named:
        model = keras.Model(model.inputs, [model.output[name] for name in model.output])
    flow = read_flow(model)
    boxes = sorted(lay_out(flow, style.text_width).boxes, key=lambda box: box.x)
    ends = [box.node.name for box in boxes if box.node.kind in ("input", "output")]
    assert sorted(ends[:2]) == ["priority", "title"]
    heads = [box.node for box in boxes if box.node.title == "Dense"]
    assert [node.name for node in heads] == ["priority", "department"]
    assert [node.order for node in heads] == [6, 7]
    assert [box.node.repeated for box in boxes if box.node.title == "Embedding"] == [False, True]


def test_a_model_may_take_a_dictionary_of_inputs() -> None:
    long, short = keras.Input((5,), name="long"), keras.Input((2,), name="a")
    outputs = layers.Dense(3)(layers.Concatenate()([long, short]))
    model = keras.Model({"long": long, "a": short}, outputs)
    assert links(read_flow(model)) == links(read_flow(keras.Model([long, short], outputs)))


def test_nested_models_become_frames() -> None:
    flow = read_flow(autoencoder())
    assert [(frame.name, frame.title) for frame in flow.frames] == [
        ("encoder", "Functional"),
        ("decoder", "Functional"),
    ]
    assert [node.frames for node in flow.nodes if node.kind == "layer"] == [(0,), (0,), (1,), (1,)]
    assert ("2 Dense", "3 Dense") in links(flow)
    folded = read_flow(autoencoder(), depth=0)
    assert [node.name for node in folded.nodes if node.kind == "layer"] == ["encoder", "decoder"]
    assert folded.folded
    assert ("1 Functional", "2 Functional") in links(folded)


def test_a_model_called_twice_is_one_shared_frame() -> None:
    flow = read_flow(siamese())
    assert [(frame.shared, frame.repeated) for frame in flow.frames] == [(1, False), (1, True)]
    assert flow.layers == 2
    assert links(flow) >= {("입력 left", "1 Dense"), ("입력 right", "2 Dense")}


def test_a_subclassed_model_is_drawn_in_execution_order_with_its_raw_operations() -> None:
    flow = read_flow(Subclassed(), EXAMPLE)
    assert links(flow) == {
        ("입력", "1 Conv2D"),
        ("1 Conv2D", "relu"),
        ("relu", "2 Conv2D"),
        ("입력", "3 Conv2D"),
        ("2 Conv2D", "+ → relu"),
        ("3 Conv2D", "+ → relu"),
        ("+ → relu", "mean"),
        ("mean", "4 Dense"),
        ("4 Dense", "softmax"),
        ("softmax", "출력"),
    }
    block = [node.title for node in flow.nodes if node.frames]
    assert block == ["Conv2D", "relu", "Conv2D", "Conv2D", "+ → relu"]
    assert flow.frames[0].title == "Block"
    assert flow.name == "Subclassed"


def test_keras_layers_with_layers_inside_stay_one_box() -> None:
    flow = read_flow(Attention(), np.zeros((1, 7), "int64"))
    found = [(node.title, node.settings) for node in flow.nodes if node.kind == "layer"]
    assert found == [
        ("Embedding", "50 → 8"),
        ("MultiHeadAttention", "헤드 2 · key_dim 4"),
        ("LayerNormalization", ""),
        ("Bidirectional", "LSTM · 유닛 3"),
    ]
    assert links(flow) >= {
        ("1 Embedding", "+"),
        ("2 MultiHeadAttention", "+"),
        ("+", "3 LayerNormalization"),
    }


def test_a_model_that_cannot_become_a_graph_is_still_read() -> None:
    # relu가 아무것도 바꾸지 않거나 모두 0으로 만드는 가중치에서는 알아볼 수 없습니다.
    keras.utils.set_random_seed(0)

    class Branching(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = layers.Dense(4), layers.Dense(2)

        def call(self, inputs: Any) -> Any:
            x = tf.nn.relu(self.first(inputs))
            # 값을 보고 갈라지므로 그래프로는 실행할 수 없습니다.
            return self.second(x) if float(ops.sum(x)) >= 0 else x

    example = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")
    assert links(read_flow(Branching(), example)) >= {
        ("1 Dense", "relu"),
        ("relu", "2 Dense"),
        ("2 Dense", "출력"),
    }


def test_frozen_layers_say_so() -> None:
    model = sequential()
    model.layers[0].trainable = False
    figure = build(figures.show_flow, model)
    assert "파라미터 320 · 동결" in texts(figure)


def drawn() -> list[float]:
    # In Keras 3.7 its own stream does not start again with set_random_seed.
    return [random.random(), float(np.random.rand()), float(tf.random.uniform(()))]


def test_reading_a_model_changes_nothing_in_it() -> None:
    model = sequential()
    before = [np.array(w) for w in model.get_weights()]
    keras.utils.set_random_seed(3)
    expected = drawn()
    keras.utils.set_random_seed(3)
    read_flow(model)
    assert drawn() == expected
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    assert model.predict(np.zeros((1, 28, 28, 1)), verbose=0).shape == (1, 10)


def test_settings_in_words() -> None:
    cases: list[tuple[Any, str]] = [
        (layers.Conv2D(8, (3, 5), strides=2, padding="same"), "필터 8 · 3×5 · 스트라이드 2 · same"),
        (layers.MaxPooling2D(3, strides=2), "3×3 · 스트라이드 2"),
        (layers.MaxPooling2D(3, strides=1, padding="same"), "3×3 · 스트라이드 1 · same"),
        (layers.MaxPooling2D((2, 3)), "2×3"),
        (layers.Dense(4, use_bias=False), "유닛 4 · 편향 없음"),
        (layers.Dense(4, kernel_regularizer=keras.regularizers.L2(0.04)), "유닛 4 · L2(0.04)"),
        (layers.Rescaling(1 / 255), "÷ 255"),
        (layers.Rescaling(1 / 127.5, offset=-1), "÷ 127.5 − 1"),
        (layers.BatchNormalization(), ""),
        (layers.Reshape((4, 4, 1)), "→ (4, 4, 1)"),
        (layers.Concatenate(axis=1), "축 1"),
        (layers.GRU(5, return_sequences=True), "유닛 5 · return_sequences"),
        (layers.TimeDistributed(layers.Dense(3)), "Dense · 유닛 3"),
        (layers.LeakyReLU(negative_slope=0.25), "negative_slope 0.25"),
        (layers.ReLU(), ""),
        (layers.ZeroPadding2D(1), "1"),
    ]
    assert [settings_of(layer, layer.get_config()) for layer, _ in cases] == [w for _, w in cases]


def test_operations_in_words() -> None:
    assert operation_label(["Cast", "Identity"]) == ""
    assert operation_label(["AddV2", "Relu"]) == "+ → relu"
    assert operation_label(["Erf", "Mul", "AddV2", "Sub"]) == "연산 4개"


# 배치 -----------------------------------------------------------------------------------------


def drawn_points(arrow: Arrow) -> np.ndarray:
    """화살표가 실제로 지나가는 점들(곡선도 잘게 나눕니다)."""
    from matplotlib.path import Path as Curve

    codes, points = _path(arrow.points)
    corners = Curve(points, codes).cleaned(curves=False).vertices[:-1]
    pieces = [np.linspace(a, b, 12) for a, b in pairwise(corners)]
    return np.concatenate(pieces)


def title_width(frame: FrameBox) -> float:
    return style.text_width(frame_title(frame.frame), TEXT_SIZE)


def assert_clean(layout: Layout, flow: Flow) -> None:
    """상자가 겹치지 않고, 화살표가 상자를 가로지르지 않고, 틀이 제 상자만 감쌉니다."""
    boxes = {box.node.index: box for box in layout.boxes}
    assert sorted(boxes) == [node.index for node in flow.nodes]
    slack = 1e-6
    for a in layout.boxes:
        assert -slack <= a.x <= a.x + a.width <= layout.width + slack
        assert -slack <= a.y <= a.y + a.height <= layout.height + slack
        for b in layout.boxes:
            apart = a.x + a.width <= b.x or b.x + b.width <= a.x
            assert a is b or apart or a.y + a.height <= b.y or b.y + b.height <= a.y
    for frame in layout.frames:
        for box in layout.boxes:
            inside = frame.x <= box.x and box.x + box.width <= frame.x + frame.width + slack
            inside &= frame.y <= box.y and box.y + box.height <= frame.y + frame.height + slack
            assert inside == (frame.frame.index in box.node.frames)
    assert [(arrow.source, arrow.target) for arrow in layout.arrows] == flow.edges
    for arrow in layout.arrows:
        source, target = boxes[arrow.source], boxes[arrow.target]
        (start_x, start_y), (end_x, end_y) = arrow.points[0], arrow.points[-1]
        assert start_y == pytest.approx(source.y + source.height)
        assert end_y == pytest.approx(target.y)
        assert source.x < start_x < source.x + source.width
        assert target.x < end_x < target.x + target.width
        x, y = drawn_points(arrow).T
        for frame in layout.frames:
            left, right = frame.title_x, frame.title_x + title_width(frame)
            through = (x > left) & (x < right) & (y > frame.y + 0.1) & (y < frame.y + 0.28)
            assert not through.any(), (source.node, target.node, frame)
        assert x.min() >= -0.01
        assert x.max() <= layout.width + 0.01
        assert y.min() >= -0.01
        assert y.max() <= layout.height + 0.01
        for box in layout.boxes:
            through = (x > box.x + 0.02) & (x < box.x + box.width - 0.02)
            through &= (y > box.y + 0.02) & (y < box.y + box.height - 0.02)
            assert not through.any(), (source.node, target.node, box.node)


@pytest.mark.parametrize("name", STYLES)
def test_every_style_of_model_is_laid_out_and_drawn_cleanly(name: str) -> None:
    make, example = STYLES[name]
    model = make()
    flow = read_flow(model, example)
    layout = lay_out(flow, style.text_width)
    assert_clean(layout, flow)
    figure = build(figures.show_flow, model, example)
    assert_nothing_clipped(figure)
    written = texts(figure)
    for node in flow.nodes:
        if node.kind == "layer":
            assert node.shape in written
            assert any(node.title.startswith(text.rstrip("…")) for text in written)
    legend = {node.family for node in flow.nodes} - {"입력·출력"}
    assert legend <= set(written)
    assert figure.get_label().startswith(f"{flow.name}: 층 {flow.layers}개")


@pytest.mark.parametrize("name", STYLES)
def test_the_text_of_a_box_stays_inside_the_box(name: str) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.patches import FancyBboxPatch

    make, example = STYLES[name]
    figure = build(figures.show_flow, make(), example)
    renderer = FigureCanvasAgg(figure).get_renderer()
    axes = figure.axes[0]
    boxes = [p.get_window_extent(renderer) for p in axes.patches if isinstance(p, FancyBboxPatch)]
    # "공유 1"은 일부러 상자의 모서리에 걸칩니다.
    for text in [text for text in axes.texts if not text.get_text().startswith("공유")]:
        extent = text.get_window_extent(renderer)
        around = [b for b in boxes if b.x0 <= extent.x0 <= b.x1 and b.y0 <= extent.y0 <= b.y1]
        assert all(extent.x1 <= box.x1 + 1 and extent.y1 <= box.y1 + 3 for box in around)


def test_a_long_model_wraps_into_columns_that_fit_a_notebook() -> None:
    flow = read_flow(long_model())
    layout = lay_out(flow, style.text_width)
    assert len({round(box.x + box.width / 2, 3) for box in layout.boxes}) == 3
    assert layout.width < 11
    assert layout.height < 9
    order = [box.node.order for box in layout.boxes if box.node.order]
    places = [(round(box.x, 3), box.y) for box in layout.boxes if box.node.order]
    assert [order for _, order in sorted(zip(places, order, strict=True))] == sorted(order)


def test_a_chain_is_drawn_as_one_straight_line() -> None:
    for make in (sequential, autoencoder):
        for arrow in lay_out(read_flow(make()), style.text_width).arrows:
            assert len({round(x, 6) for x, _ in arrow.points}) == 1


def test_arrows_that_pass_boxes_keep_their_own_lanes() -> None:
    layout = lay_out(read_flow(Recurrent(), np.zeros((2, 3, 5), "float32")), style.text_width)
    runs = []
    for arrow in layout.arrows:
        long = [
            (a[0], a[1], b[1])
            for a, b in pairwise(arrow.points)
            if abs(a[0] - b[0]) < 1e-6 and b[1] - a[1] > 0.6
        ]
        assert len({round(x, 3) for x, _, _ in long}) <= 1, arrow
        runs += [(arrow.source, *run) for run in long]
    for source, x, top, bottom in runs:
        for other, x_other, top_other, bottom_other in runs:
            apart = bottom <= top_other or bottom_other <= top
            assert source == other or apart or abs(x - x_other) > 0.1


def test_the_shape_is_never_cut() -> None:
    inner = keras.Sequential([keras.Input((96, 96, 128)), layers.Conv2D(1280, 3)], name="inner")
    inner.trainable = False
    model = keras.Sequential([keras.Input((96, 96, 128)), inner], name="outer")
    written = texts(build(figures.show_flow, model, depth=0))
    assert {"(None, 94, 94, 1280)", "파라미터 1,475,840 · 동결"} <= set(written)


def test_parallel_branches_stand_side_by_side() -> None:
    flow = read_flow(ensemble())
    layout = lay_out(flow, style.text_width)
    members = [box for box in layout.boxes if box.node.title == "Dense"]
    assert len({box.y for box in members}) == 1
    average = next(box for box in layout.boxes if box.node.title == "Average")
    assert average.x == pytest.approx(sorted(box.x for box in members)[1], abs=0.01)


def random_flow(seed: int) -> Flow:
    """아무렇게나 만든 흐름: 건너뛰는 화살표, 여러 겹의 틀, 여러 입력."""
    chance = random.Random(seed)
    nodes: list[Node] = []
    frames: list[Frame] = []
    edges: list[tuple[int, int]] = []
    around: tuple[int, ...] = ()
    for index in range(chance.randint(2, 45)):
        if chance.random() < 0.15 and len(around) < 3:
            frames.append(Frame(len(frames), "Block", "b", 10, None, False, around))
            around = (*around, len(frames) - 1)
        elif chance.random() < 0.2:
            around = around[:-1]
        kind = chance.choice(["layer", "layer", "layer", "operation"]) if index else "input"
        frames_here = around if index else ()
        nodes.append(
            Node(
                index,
                kind,
                chance.choice(["Dense", "+", "아주긴이름의층" * 4]),
                "밀집",
                shape="(None, 8)",
                order=index,
                frames=frames_here,
            )
        )
        for _ in range(chance.choice([1, 1, 1, 2, 4])):
            if index:
                near = max(0, index - chance.choice([1, 1, 2, 10]))
                edge = (chance.randint(near, index - 1), index)
                edges += [edge] if edge not in edges else []
    return Flow("random", len(nodes), 0, False, nodes, frames, edges)


@pytest.mark.parametrize("seed", range(60))
def test_any_flow_is_laid_out_cleanly(seed: int) -> None:
    flow = random_flow(seed)
    assert_clean(lay_out(flow, style.text_width), flow)


def test_columns_are_cut_where_few_arrows_cross() -> None:
    assert balanced([1, 1, 1, 1], [1, 1, 1, 1], 2) == [0, 0, 1, 1]
    few_after_the_fourth = [5, 5, 5, 1, 5, 5, 5, 5, 5, 5]
    assert balanced([1.0] * 10, few_after_the_fourth, 2) == [0] * 4 + [1] * 6
    assert balanced([5.0], [1], 3) == [0]
    assert balanced([], [], 3) == []


# 모델이 아닌 것 ---------------------------------------------------------------------------------


def said(capsys: pytest.CaptureFixture[str], *arguments: Any, **options: Any) -> str:
    assert figures.show_flow(*arguments, **options) is None
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_what_is_no_model_gets_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert "받은 것은 `int`입니다" in said(capsys, 3)
    assert "받은 것은 `list`입니다" in said(capsys, [1, 2])
    assert "`show_flow(Subclassed())`" in said(capsys, Subclassed)
    assert "예시 입력을 함께 넣으세요" in said(capsys, Subclassed())
    assert "예시 입력을 함께 넣으세요" in said(capsys, keras.Sequential([layers.Dense(1)]))

    class Stub(keras.Model):
        def call(self, inputs: Any) -> Any: ...

    assert said(capsys, Stub(), EXAMPLE).startswith("먼저 문제를 풀면")


def test_a_model_that_fails_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken(keras.Model):
        def call(self, inputs: Any) -> Any:
            raise ZeroDivisionError("0으로 나누었습니다")

    out = said(capsys, Broken(), EXAMPLE)
    assert out.startswith("모델을 실행하다 오류가 나서 그릴 수 없습니다. ZeroDivisionError: 0으로")
    wrong_shape = said(capsys, sequential(), np.zeros((1, 5, 5, 1), "float32"))
    assert "모델을 실행하다 오류가 나서" in wrong_shape
    assert "\x1b" not in wrong_shape
    assert "Exception encountered" not in wrong_shape
    # 실패한 뒤에도 다른 모델은 그대로 그릴 수 있습니다.
    assert said(capsys, sequential()).startswith("[그림] mnist: 층 5개")


def test_odd_models_are_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    class Nothing(keras.Model):
        def call(self, inputs: Any) -> Any:
            self.seen = inputs.shape
            return None

    class Constant(keras.Model):
        def call(self, inputs: Any) -> Any:
            return ops.ones((3,))

    assert said(capsys, Nothing(), EXAMPLE).startswith("[그림] Nothing: 층 1개")
    assert said(capsys, Constant(), [[1.0, 2.0]]).startswith("[그림] Constant")
    assert said(capsys, layers.Dense(3), np.ones((1, 2))).startswith("[그림] Dense: 층 1개")
    assert said(capsys, residual(), np.zeros((500, 8, 8, 3))).startswith("[그림] residual")
    assert said(capsys, sequential(), title="$x_1$ & 50%").startswith("[그림] $x_1$ & 50%")


def test_names_that_tensorflow_graphs_refuse_do_no_harm(
    capsys: pytest.CaptureFixture[str],
) -> None:
    named = keras.Sequential([keras.Input((2,)), layers.Dense(1, name="밀집_층_$")], name="내_모델")
    assert links(read_flow(named)) == {("입력", "1 Dense"), ("1 Dense", "출력")}
    assert said(capsys, named).startswith("[그림] 내_모델: 층 1개")
    # 케라스의 이름 범위가 열린 채로 남으면 다음 모델의 가중치 이름에 붙습니다.
    assert sequential().weights[0].path.startswith("mnist/conv2d")


def test_show_model_falls_back_to_show_flow(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)
    figures.show_model(sequential())
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "`plot_model`에 필요한 Graphviz(`dot`)가 없어서 `show_flow`로 그립니다."
    assert out[1].startswith("[그림] mnist: 층 5개")


def test_show_model_shows_what_dot_draws(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import pydot

    image = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes([0, 0, 0, 8, 0, 0, 0, 6])
    monkeypatch.setattr("shutil.which", lambda name, path=None: "dot")
    monkeypatch.setattr(pydot.Dot, "create", lambda self, **options: image)
    shown: list[bytes] = []
    monkeypatch.setattr(style, "show_png", lambda data, text: shown.append(data))
    figures.show_model(sequential())
    assert shown == [image]
    figures.show_model(Subclassed(), EXAMPLE)
    assert (
        "`plot_model`이 그릴 수 없는 모델이어서 `show_flow`로 그립니다." in capsys.readouterr().out
    )


# 훈련 기록 --------------------------------------------------------------------------------------


def test_history_of_a_real_fit() -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = np.random.default_rng(0).normal(size=(40, 4)), np.arange(40) % 2
    history = model.fit(x, y, epochs=3, validation_split=0.25, verbose=0)
    figure = build(figures.plot_history, history)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["손실", "정확도"]
    assert [axes.get_xlabel() for axes in figure.axes] == ["에포크", "에포크"]
    assert list(figure.axes[0].get_xticks()) == [1, 2, 3]
    labels = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    assert labels[0] == "훈련"
    assert labels[1].startswith("검증 (최고 ")
    later = model.fit(x, y, initial_epoch=3, epochs=5, verbose=0)
    assert charts.curves(later)["loss"][0].epochs == (4, 5)


def test_the_best_validation_epoch_is_marked() -> None:
    figure = build(figures.plot_history, HISTORY)
    marks = [
        (line.get_xdata()[0], line.get_ydata()[0])
        for axes in figure.axes
        for line in axes.lines
        if line.get_markerfacecolor() == "none"
    ]
    assert marks == [(3, 0.9), (4, 0.75)]
    assert "검증 (최저 0.9, 3에포크)" in texts(figure)
    assert "검증 (최고 0.75, 4에포크)" in texts(figure)
    assert charts.best("val_loss", [3.0, float("nan"), 1.0]) == 2
    assert charts.best("accuracy", [float("nan")]) is None
    assert charts.best("my_score", [1.0, 2.0]) is None


def test_runs_can_be_compared() -> None:
    other = {key: [value * 0.9 for value in numbers] for key, numbers in HISTORY.items()}
    panels = charts.curves({"규제 없음": HISTORY, "규제 있음": other})
    assert [curve.label for curve in panels["loss"]] == [
        "규제 없음 · 훈련",
        "규제 없음 · 검증",
        "규제 있음 · 훈련",
        "규제 있음 · 검증",
    ]
    figure = build(figures.plot_history, {"규제 없음": HISTORY, "규제 있음": other}, title="규제")
    colors = [line.get_color() for line in figure.axes[0].lines if len(line.get_xdata()) > 1]
    assert colors == [style.CYCLE[0]] * 2 + [style.CYCLE[1]] * 2
    # 선의 모양이 뜻하는 것은 한 번의 훈련을 그릴 때와 같습니다.
    for drawn in (figure, build(figures.plot_history, HISTORY)):
        lines = [line for line in drawn.axes[0].lines if len(line.get_xdata()) > 1]
        styles = [line.get_linestyle() for line in lines]
        assert styles == ["-", "--"] * (len(lines) // 2)
    listed = charts.curves([HISTORY, other])
    assert listed["accuracy"][2].label == "2번째 · 훈련"
    assert_nothing_clipped(figure)


def test_the_names_of_metrics() -> None:
    assert charts.metric_name("department_accuracy") == "department 정확도"
    assert charts.metric_name("loss") == "손실"
    assert charts.metric_name("my_metric") == "my_metric"
    panels = charts.curves(
        {"sparse_categorical_accuracy": [1.0], "loss": [1.0], "learning_rate": [1.0]}
    )
    assert list(panels) == ["loss", "accuracy"]


def test_epoch_ticks_are_integers_that_start_at_the_first_epoch() -> None:
    assert charts.epoch_ticks(1, 1) == [1]
    assert charts.epoch_ticks(1, 10) == list(range(1, 11))
    assert charts.epoch_ticks(4, 6) == [4, 5, 6]
    assert charts.epoch_ticks(1, 200) == [1, 50, 100, 150, 200]
    assert charts.epoch_ticks(1, 20) == [1, 5, 10, 15, 20]


@pytest.mark.parametrize(
    "history",
    [
        {"loss": [1.0]},
        {"loss": [float("nan")] * 3, "val_loss": [float("inf")] * 3},
        {"loss": [1e9, 2e-9], "val_loss": [1e9, 1e-9]},
        {"loss": np.linspace(1, 0, 300)},
        {"loss": [1, 2], "a_loss": [1, 2], "b_loss": [2, 3], "a_mae": [1, 2], "b_auc": [0, 1]},
        {"loss": [1.0, 2.0], "val_loss": [1.0]},
        {"loss": [tf.constant(1.0), np.float32(0.5)]},
        {"$loss$": [1.0, 2.0]},
    ],
)
def test_odd_histories_are_drawn(history: Any) -> None:
    assert_nothing_clipped(build(figures.plot_history, history))


@pytest.mark.parametrize("history", [3, "loss", {}, [], {"loss": 3}, {"loss": []}, [HISTORY, 3]])
def test_what_is_no_history_gets_a_sentence(
    history: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert figures.plot_history(history) is None
    out = capsys.readouterr().out
    assert "fit()" in out
    assert out.endswith(("세요.\n", "`\n"))


# 샘플, 텐서, 막대, 혼동 행렬 ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        ((3, 28, 28), 3),
        ((3, 28, 28, 1), 3),
        ((3, 32, 32, 3), 3),
        ((3, 32, 32, 4), 3),
        ((28, 28), 1),
        ((28, 28, 1), 1),
        ((32, 32, 3), 1),
        ((100, 8, 8), 40),
    ],
)
@pytest.mark.parametrize("kind", ["uint8", "float", "negative", "large", "nan", "bool"])
def test_samples_of_any_form(shape: tuple[int, ...], count: int, kind: str) -> None:
    numbers = np.random.default_rng(0).random(shape)
    made = {
        "uint8": (numbers * 255).astype("uint8"),
        "float": numbers.astype("float32"),
        "negative": numbers * 2 - 1,
        "large": numbers * 255,
        "nan": np.where(numbers > 0.5, np.nan, numbers),
        "bool": numbers > 0.5,
    }[kind]
    figure = build(figures.show_samples, tf.constant(made))
    assert len(figure.axes) == count
    drawn = figure.axes[0].images[0].get_array()
    assert 0 <= drawn.min() <= drawn.max() <= 1


def test_wrong_predictions_are_red_and_name_both() -> None:
    pictures = np.zeros((3, 8, 8), "uint8")
    names = ["티셔츠", "바지", "풀오버"]
    probabilities = np.eye(3)[[0, 2, 2]]
    figure = build(figures.show_samples, pictures, [0, 1, 2], names, probabilities, title="예측")
    assert texts(figure) == ["예측", "✔ 티셔츠", "✘ 풀오버", "정답 바지", "✔ 풀오버"]
    red = [axes.spines["left"].get_visible() for axes in figure.axes]
    assert red == [False, True, False]
    assert figure.get_label().endswith("틀린 예측 1장")
    assert_nothing_clipped(figure)
    untouched = build(figures.show_samples, pictures, np.eye(3), names, ...)
    assert texts(untouched) == names


def test_odd_samples_get_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    symbolic = keras.Input((28, 28, 1))
    odd: list[Any] = [np.zeros((2, 3, 4, 5, 6)), "고양이", object(), np.zeros((0, 8, 8)), symbolic]
    for value in [*odd, [[1], [2, 3]]]:
        assert figures.show_samples(value) is None
        out = capsys.readouterr().out
        assert out.endswith(("다.\n", "세요.\n"))
        assert "[그림]" not in out
    figures.show_samples(np.zeros((5, 8, 8)), [1, 2])
    assert capsys.readouterr().out == "이미지는 5장인데 레이블은 2개입니다.\n"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([1, 0, 2], [1, 0, 2]),
        (np.eye(3)[[1, 0, 2]], [1, 0, 2]),
        ([[1], [0]], [1, 0]),
        ([[0.9], [0.2]], [1, 0]),
        ([1.0, 0.0, 7.0], [1, 0, 7]),
        ([True, False], [1, 0]),
        (np.uint8(3), [3]),
    ],
)
def test_labels_become_class_numbers(labels: Any, expected: list[int]) -> None:
    assert values.class_numbers(labels).tolist() == expected


def test_names_of_labels() -> None:
    assert values.name_of(np.int64(1), ["a", "b"]) == "b"
    assert values.name_of(5, ["a"]) == "5"
    assert values.name_of(2, {2: "둘"}) == "둘"
    assert values.name_of("고양이", ["a"]) == "고양이"


def test_a_small_tensor_shows_numbers_and_shape() -> None:
    figure = build(
        figures.show_tensor, tf.constant([[1.5, -2.0], [0.001, 30000.0]]), title="가중치"
    )
    heading, *cells = texts(figure)
    assert heading == "가중치 · 모양(shape) (2, 2) · float32"
    assert cells == ["1.5", "-2.", "0.001", "30000."]
    assert_nothing_clipped(figure)
    parts, cut = images.tensor_slices(np.zeros((2, 3, 4)))
    assert (list(parts), cut) == (["[0]", "[1]"], False)
    parts, cut = images.tensor_slices(np.zeros((5, 5, 20, 20)))
    assert (len(parts), parts["[0, 0]"].shape, cut) == (8, (12, 12), True)


@pytest.mark.parametrize(
    "tensor",
    [
        3,
        [1, 2, 3],
        [True, False],
        ["가", "나"],
        [float("nan"), float("inf"), 1.0],
        np.zeros((2, 2, 2, 2)),
        np.full((40, 40), -1e-12),
        [1 + 2j],
        tf.Variable([1.0]),
        keras.Variable([1.0]),
        tf.constant([b"abc", b"\xff"]),
        tf.constant([1.0], tf.bfloat16),
    ],
)
def test_odd_tensors_are_drawn(tensor: Any) -> None:
    assert_nothing_clipped(build(figures.show_tensor, tensor))


@pytest.mark.parametrize(
    "tensor", [keras.Input((3,)), [], object(), [[1], [2, 3]], np.zeros((0, 3))]
)
def test_tensors_without_values_get_a_sentence(
    tensor: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert figures.show_tensor(tensor) is None
    out = capsys.readouterr().out
    assert out.endswith(("다.\n", "세요.\n"))
    assert "[그림]" not in out


@pytest.mark.parametrize(
    "bars",
    [
        {"하나": 1.0},
        {"즉시 실행": 0.123456, "그래프": 0.01, "아직": None, "못 잼": ...},
        {"음수": -1.5, "양수": 2},
        {"0": 0, "영": 0.0},
        {"여러 번": [1.0, 1.1, 0.9], "텐서": tf.constant(2.0)},
        {"아주 " * 30: 1e9, "nan": float("nan")},
        {1: 12345.678},
    ],
)
def test_bars_of_any_values(bars: Any) -> None:
    figure = build(figures.plot_bars, bars, "초", title="시간")
    assert_nothing_clipped(figure)
    assert "시간" in texts(figure)


def test_bars_write_their_numbers() -> None:
    figure = build(figures.plot_bars, {"가": 1.5, "나": [2.0, 4.0], "다": None}, "초")
    assert {"1.5초", "3초", "아직 없음"} <= set(texts(figure))
    assert charts.plot_bars.figure is not None  # type: ignore[attr-defined]


@pytest.mark.parametrize("bars", [3, {}, [1, 2], {"가": "나"}, {"가": object()}])
def test_what_are_no_bars_get_a_sentence(bars: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert figures.plot_bars(bars) is None
    assert "[그림]" not in capsys.readouterr().out


def test_confusion_counts_rows_as_truth() -> None:
    figure = build(figures.plot_confusion, [0, 0, 1, 1], np.eye(2)[[0, 1, 1, 1]], ["고양이", "개"])
    written = texts(figure)
    assert written.count("1") == 2
    assert written.count("2") == 1
    assert {"고양이", "개", "예측", "정답", "정확도 75.0% · 4개"} <= set(written)
    cells = {t.get_position(): t.get_text() for t in figure.axes[0].texts}
    assert cells == {(0, 0): "1", (1, 0): "1", (1, 1): "2"}
    assert_nothing_clipped(figure)


def test_large_confusions_are_drawn() -> None:
    y = np.arange(300) % 100
    assert_nothing_clipped(build(figures.plot_confusion, y, y))
    many = np.repeat(np.arange(10), 100_000)
    assert_nothing_clipped(build(figures.plot_confusion, many, many, ["아주 긴 클래스 이름"] * 10))


@pytest.mark.parametrize(
    ("truth", "guess"), [([1, 2], [1]), ([], []), (["a"], ["b"]), ([-1], [0]), ([0.3, 5.5], [0, 1])]
)
def test_odd_confusions_get_a_sentence(
    truth: Any, guess: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert figures.plot_confusion(truth, guess) is None
    out = capsys.readouterr().out
    assert out.endswith(("다.\n", "세요.\n"))
    assert "[그림]" not in out


def test_predictions_mark_the_answer() -> None:
    figure = build(figures.plot_predictions, [[0.1, 0.7, 0.2]], 2, ["가", "나", "다"])
    assert {"10.0%", "70.0%", "20.0% (정답)"} <= set(texts(figure))
    colors = [
        matplotlib.colors.to_hex(bar.get_facecolor()).upper() for bar in figure.axes[0].patches
    ]
    assert colors == [style.LINE, style.RED, style.BLUE]
    assert_nothing_clipped(figure)
    many = build(figures.plot_predictions, np.linspace(-3, 3, 100), 0, title="로짓")
    assert len(many.axes[0].patches) == 10
    assert any("(정답)" in text for text in texts(many))
    assert_nothing_clipped(many)


def test_odd_predictions_get_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for value in (np.zeros((2, 3)), [], 3.0, object()):
        assert figures.plot_predictions(value) is None
        assert "[그림]" not in capsys.readouterr().out


def test_feature_maps_show_channels_of_each_layer() -> None:
    maps = {"conv": np.random.default_rng(0).random((2, 6, 6, 3)), "pool": tf.zeros((3, 3, 12))}
    figure = build(figures.show_feature_maps, maps, title="특성 맵")
    assert len(figure.axes) == 3 + 8
    assert {"conv  (6, 6, 3)", "pool  (3, 3, 12)"} <= set(texts(figure))
    assert_nothing_clipped(figure)
    assert len(build(figures.show_feature_maps, np.zeros((4, 4))).axes) == 1


def test_odd_feature_maps_get_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for value in (3, [], {"가": [1.0]}, np.zeros((0, 3, 3, 1)), "글"):
        assert figures.show_feature_maps(value) is None
        out = capsys.readouterr().out
        assert out
        assert "[그림]" not in out


def test_pictures_ignore_what_the_learner_set(capsys: pytest.CaptureFixture[str]) -> None:
    """학습자가 바꾼 설정은 우리 그림에 스며들지 않고, 우리 그림도 그 설정을 바꾸지 않습니다."""
    odd = {
        "font.family": ["monospace"],
        "axes.facecolor": "black",
        "text.color": "white",
        "figure.constrained_layout.use": True,
        "font.size": 30.0,
        "image.origin": "lower",
    }
    with matplotlib.rc_context():
        for drawing, arguments in [
            (figures.plot_history, (HISTORY,)),
            (figures.show_tensor, ([[1, 2]],)),
            (figures.show_samples, (np.eye(8), None)),
        ]:
            with style.course_style():
                usual = style.png(drawing.figure(*arguments))[0]  # type: ignore[attr-defined]
            matplotlib.rcParams.update(odd)
            with style.course_style():
                changed = style.png(drawing.figure(*arguments))[0]  # type: ignore[attr-defined]
            assert usual == changed
            assert matplotlib.rcParams["axes.facecolor"] == "black"
            matplotlib.rcdefaults()


def test_attention_shows_who_looks_at_whom() -> None:
    looks = np.tril(np.ones((3, 4, 4)))
    figure = build(figures.show_attention, looks, "가 나\n", titles=["하나", "둘", "셋"])
    shown = texts(figure)
    # Every character stands at a row and at a column of each picture.
    assert shown.count("가") >= 6 and {"␣", "\\n", "둘"} <= set(shown)
    one = build(figures.show_attention, looks[0, :2] > 0, "가나", "가나다라")
    assert len(one.axes) == 1


@pytest.mark.parametrize(
    ("weights", "queries", "said"),
    [
        (..., "가", "먼저 위의 문제를 풀면"),
        (np.ones((2, 3)), "가나", "글자의 수 (2, 2)와"),
        (np.ones((60, 60)), "가" * 60, "48글자까지"),
    ],
)
def test_attention_that_cannot_be_drawn_is_told(
    weights: Any, queries: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert figures.show_attention(weights, queries) is None
    assert said in capsys.readouterr().out


# 상자, 칸, 방향 --------------------------------------------------------------------------------

CHAIN = ["가", "나\n두 줄의 글", "아주 긴 이름을 적은 상자", "라"]


def outlines(figure: Any) -> list[Any]:
    """상자들의 자리(픽셀)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.patches import FancyBboxPatch

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return [
        patch.get_window_extent(canvas.get_renderer()) for patch in figure.findobj(FancyBboxPatch)
    ]


@pytest.mark.parametrize("places", ["row", "column", "slope", "grid"])
def test_boxes_never_overlap_and_hold_their_text(places: str) -> None:
    where = {
        "row": lambda i: (i, 0),
        "column": lambda i: (0, -i),
        "slope": lambda i: (0.4 * i, 0.6 * i),
        "grid": lambda i: (i % 2, i // 2),
    }[places]
    boxes = {text: where(i) for i, text in enumerate(CHAIN)}
    names = [text.split("\n")[0] for text in CHAIN]
    figure = build(figures.show_boxes, boxes, [" → ".join(names)], highlight=["라"])
    assert_nothing_clipped(figure)
    drawn = [box for box in outlines(figure) if box.width > 5]
    assert len(drawn) == len(CHAIN)
    for i, one in enumerate(drawn):
        assert not any(one.overlaps(other) for other in drawn[i + 1 :])
    assert "가→나, 나→아주 긴 이름을 적은 상자" in figure.get_label()


def test_an_arrow_back_goes_below_the_boxes_between_and_its_label_is_read() -> None:
    boxes = {text: (i, 0) for i, text in enumerate("가나다")}
    figure = build(figures.show_boxes, boxes, {"가 → 나 → 다": "", "다 → 가": "다음 배치"})
    assert_nothing_clipped(figure)
    label = next(
        item for item in figure.findobj(matplotlib.text.Text) if item.get_text() == "다음 배치"
    )
    axes = figure.axes[0]
    lowest = min(box.y0 for box in outlines(figure))
    assert axes.transData.transform(label.get_position())[1] < lowest


def test_panels_zones_and_notes_of_boxes() -> None:
    pair = {"가": (0, 1), "나": (0, 0)}
    figure = build(
        figures.show_boxes, {"하나": pair, "둘": pair}, {"하나": ["가 → 나"], "둘": ["나 → 가"]}
    )
    assert len(figure.axes) == 2 and {"하나", "둘"} <= set(texts(figure))
    assert "하나: 가, 나 / 가→나; 둘: 가, 나 / 나→가" in figure.get_label()
    one = build(figures.show_boxes, pair, zones=[("훈련", -1, 1)], notes={"곁의 글": (1, 0.5)})
    assert {"훈련", "곁의 글"} <= set(texts(one))
    assert_nothing_clipped(one)


def test_an_arrow_to_no_box_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert figures.show_boxes({"가": (0, 0)}, ["가 → 다"]) is None
    assert "'다'이라는 상자가 없습니다. 상자: 가" in capsys.readouterr().out


def test_trees_show_leaves_labels_and_vectors() -> None:
    trees = ["잎", ("가", ("나", "다")), (("가", "나"), "다")]
    figure = build(figures.show_trees, trees)
    assert [text for text in texts(figure) if text != " "] == [
        "잎",
        "가",
        "나",
        "다",
        "가",
        "나",
        "다",
    ]
    assert_nothing_clipped(figure)
    vectors = build(figures.show_trees, [("가", "나")], lambda tree: tf.ones(3) * len(tree))
    assert {"가", "나"} <= set(texts(vectors)) and len(vectors.axes[0].collections) == 3


@pytest.mark.parametrize(("axis", "left"), [(None, []), (0, ["11", "22", "33"]), (1, ["6", "60"])])
def test_axes_name_their_direction_and_what_a_sum_leaves(axis: int | None, left: list[str]) -> None:
    figure = build(figures.show_axes, tf.constant([[1, 2, 3], [10, 20, 30]]), axis=axis, title="합")
    shown = texts(figure)
    assert {"축 0:\n행 2개", "축 1: 열 3개", "1", "30", *left} <= set(shown)
    assert_nothing_clipped(figure)


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [((3, 1), (4,), "(3, 4)"), ((3, 4), (3,), "없음"), ((2,), (1,), "(2,)")],
)
def test_broadcasting_says_the_shape_or_that_there_is_none(
    left: tuple[int, ...], right: tuple[int, ...], result: str
) -> None:
    figure = build(figures.show_broadcast, left, right)
    assert f"결과 {result}" in " ".join(texts(figure))
    assert_nothing_clipped(figure)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("size", "kernel", "strides"), [(5, 3, 1), (5, 3, 2), (6, 3, 2), (6, 2, 2), (7, 5, 3)]
)
def test_the_drawn_convolution_has_the_size_that_keras_has(
    size: int, kernel: int, strides: int, padding: str
) -> None:
    layer = layers.Conv2D(1, kernel, strides=strides, padding=padding)
    count = layer.compute_output_shape((None, size, size, 1))[1]
    figure = build(figures.show_convolution, size, kernel, strides, padding)
    assert f"출력 {count}×{count}" in texts(figure)
    assert_nothing_clipped(figure)


def test_shapes_of_the_layers_of_a_model() -> None:
    figure = build(figures.show_shapes, sequential())
    assert any("(13, 13, 32)" in text for text in texts(figure))
    assert_nothing_clipped(figure)


def test_policies_arrows_and_landscapes() -> None:
    even = np.full((6, 4), 0.25)
    figure = build(figures.show_policy, {"처음": even, "끝": even}, 3, words={2: "보물"}, start=3)
    assert len(figure.axes) == 2 and texts(figure).count("보물") == 2
    arrows = build(
        figures.plot_arrows, {"원래": tf.constant([4.0, 1.0]), "0": [0, 0]}, title="자르기"
    )
    assert "원래 (4, 1)  길이 4.12" in texts(arrows)
    w, b = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 2, 9))
    gone = [(0.5, 0.5), (0.6, 0.4), (99, 99), (np.nan, 0)]
    hill = build(
        figures.plot_landscape,
        w,
        b,
        w**2 + b + 0.1,
        slopes=(w, b, 2 * w, b * 0),
        path=gone,
        best=(0, 0),
    )
    assert len(hill.axes[0].lines[0].get_xdata()) == 2
    for drawn in (figure, arrows, hill):
        assert_nothing_clipped(drawn)


@pytest.mark.parametrize(
    ("draw", "arguments"),
    [
        ("show_axes", (np.zeros(3),)),
        ("show_axes", (np.zeros((3, 40)),)),
        ("show_broadcast", ((1, 2, 3), (1,))),
        ("show_convolution", (2, 3)),
        ("show_convolution", (5, 3, 1, "full")),
        ("show_shapes", ("모델",)),
        ("show_policy", (np.zeros((5, 3)), 5)),
        ("plot_arrows", ({"하나": [1, 2, 3]},)),
        ("plot_landscape", (np.zeros((2, 2)),) * 3),
    ],
)
def test_what_cannot_be_drawn_gets_a_sentence(
    draw: str, arguments: tuple[Any, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert getattr(figures, draw)(*arguments) is None
    assert capsys.readouterr().out.rstrip().endswith((".", "]."))


def test_explore_takes_the_pictures_of_the_course(capsys: pytest.CaptureFixture[str]) -> None:
    from autograder.figures.interactive import _picture

    one = _picture(figures.show_broadcast, {"left": (3, 1), "right": (4,)})
    assert one != _picture(figures.show_broadcast, {"left": (3, 1), "right": (2,)})
    assert capsys.readouterr().out == ""
