"""`explore`: sliders where somebody can move them, a still picture everywhere."""

from __future__ import annotations

import base64
import io

import pytest

from autograder.figures import explore, interactive, style

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """What `explore` displays, as in a notebook."""
    import IPython.display

    outputs: list[dict] = []
    monkeypatch.setattr(style, "in_notebook", lambda: True)
    monkeypatch.setattr(IPython.display, "display", lambda data, **_: outputs.append(data))
    for name in interactive._LIVE:
        monkeypatch.delenv(name, raising=False)
    return outputs


def draw(width: int = 1, color: str = "b") -> None:
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(figsize=(2, 1))
    axes.plot([0, width], [0, 1], color)


def size(data: bytes) -> tuple[int, int]:
    from PIL import Image

    return Image.open(io.BytesIO(data)).size


def test_without_a_live_screen_only_the_still_picture_is_shown(shown: list[dict]) -> None:
    explore(draw, width=[1, 2, 3, 4, 5])
    (content,) = shown
    assert WIDGET not in content
    wide, _ = size(base64.b64decode(content["image/png"]))
    shown.clear()
    explore(draw, width=[1, 2, 3], still=[{"width": 2}])
    narrow, _ = size(base64.b64decode(shown[0]["image/png"]))
    assert wide > 2.5 * narrow


def test_the_pictures_of_the_still_stand_apart() -> None:
    import numpy as np
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), "blue").save(buffer, format="PNG")
    values = [{"width": number} for number in (1, 2, 3)]
    data, _, _ = interactive._strip([buffer.getvalue()] * 3, values, {"width": "폭"})
    row = np.array(Image.open(io.BytesIO(data)).convert("RGB"))[-20]
    inside = (row == (0, 0, 255)).all(axis=-1)
    edges = np.flatnonzero(np.diff(inside)) + 1
    assert inside.sum() == 180
    assert len(edges) == 4
    for end, start in edges.reshape(2, 2):
        # Wider than the room between two panels of one picture, with a line in the middle.
        assert start - end >= 16 * style.SHARPNESS
        assert (row[end:start] != 255).any()


def test_a_live_screen_gets_handles_and_the_still_picture_together(
    shown: list[dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "x.ipynb")
    explore(draw, width=[1, 2], color=["b", "r"])
    (content,) = shown
    assert WIDGET in content
    assert "image/png" in content


def test_moving_a_handle_draws_that_choice_once() -> None:
    calls: list[dict] = []

    def note(**values: object) -> None:
        calls.append(values)
        draw()

    widget = interactive._widget(
        note, {"width": [1, 2], "color": ["b", "r"]}, {"width": "폭", "color": "색"}
    )
    slider, menu, picture = widget.children
    assert (slider.description, menu.description) == ("폭", "색")
    slider.value = 1
    menu.value = 1
    slider.value = 0
    slider.value = 1
    assert calls == [
        {"width": 1, "color": "b"},
        {"width": 2, "color": "b"},
        {"width": 2, "color": "r"},
        {"width": 1, "color": "r"},
    ]
    # An image in text: `ipywidgets.Image` sends binary messages, which Colab once dropped.
    assert picture.value.startswith('<img src="data:image/png;base64,iVBOR')
    assert 'alt="폭, 색"' in picture.value


def test_the_view_is_named_without_a_method_of_newer_ipywidgets(
    shown: list[dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Colab's ipywidgets 7 has no `_repr_mimebundle_`."""
    import ipywidgets

    monkeypatch.setenv("JPY_SESSION_NAME", "x.ipynb")
    monkeypatch.delattr(ipywidgets.Widget, "_repr_mimebundle_")
    made, make = [], interactive._widget
    monkeypatch.setattr(interactive, "_widget", lambda *a: made.append(make(*a)) or made[0])
    explore(draw, width=[1, 2])
    assert shown[0][WIDGET]["model_id"] == made[0].model_id


def test_pictures_do_not_pile_up_in_pyplot(shown: list[dict]) -> None:
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    explore(draw, width=[1, 2, 3])
    assert plt.get_fignums() == before


@pytest.mark.parametrize("choices", [{}, {"width": []}])
def test_nothing_to_choose_is_said(choices: dict) -> None:
    with pytest.raises(ValueError, match="고를 값"):
        explore(draw, **choices)
