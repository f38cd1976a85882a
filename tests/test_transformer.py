"""What the unit 12 needs of the kinds: layouts of weights, masks, random text, and its measured loss."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from autograder.authoring.answers import load_answers
from autograder.data import load_sentences, sentence_characters
from autograder.data.sentences import make_sentences
from autograder.exercises import get, transformer
from autograder.exercises.thresholds import loss_threshold
from autograder.judge import judge
from autograder.judge.layer.reference import MAX_ORDERS, _orders
from autograder.observe import observe, structure
from autograder.observe.tabled import TabledModel, next_logits
from autograder.protocol import Challenge, Evidence

ROOT = Path(__file__).resolve().parent.parent
LOSSES = json.loads((ROOT / "autograder" / "exercises" / "losses.json").read_text("utf-8"))


def report_of(exercise_id: str, subject: Any, seed: int = 1) -> Any:
    exercise = get(exercise_id)
    challenge = exercise.challenge(seed)
    return judge(exercise, challenge, observe(challenge, {exercise.subjects[0]: subject}))


# --- the text ---------------------------------------------------------------------------------


def test_the_sentences_are_the_same_everywhere_and_split() -> None:
    train, test = load_sentences(quiet=True)
    assert (train, test) == load_sentences(quiet=True)
    assert set(test) <= set(train) == set(sentence_characters())
    assert len(sentence_characters()) == 167
    assert max(map(len, train.splitlines())) <= 40
    assert make_sentences(3, 1) == make_sentences(3, 1) != make_sentences(3, 2)


def test_the_sentences_are_true() -> None:
    lines = make_sentences(2000, 9).splitlines()
    sums = [line.split() for line in lines if "더하기" in line]
    assert len(sums) > 100
    for one, _, other, total in sums:
        assert int(one) + int(other[:-1]) == int(total.removesuffix("입니다.")), (one, other)
    tickets = [line for line in lines if "팀이" in line]
    for line in tickets:
        assert line.count(line.partition("번")[0]) == 2, line
    assert "2월 28일 다음 날은 3월 1일입니다." in lines
    assert "12월 31일 다음 날은 1월 1일입니다." in lines
    starts = Counter(line[:2] for line in lines)
    assert len(starts) > 50


def test_the_sentences_are_announced(capsys: pytest.CaptureFixture[str]) -> None:
    load_sentences()
    assert "sentences: 내장 글" in capsys.readouterr().out


# --- the kinds --------------------------------------------------------------------------------


def test_weights_with_an_axis_of_heads_are_as_right_as_without() -> None:
    for make in (transformer.heads, transformer.heads_with_axes):
        assert report_of("transformer.heads", make()["MultiHead"]).passed
    slip = transformer._heads(scale=lambda heads, size, width: 1.0, axes=True)()
    text = report_of("transformer.heads", slip["MultiHead"]).to_text()
    assert "점수를 나누지 않습니다" in text


def test_layers_change_places_with_their_kernel_and_bias() -> None:
    shapes: list[tuple[int, ...]] = [(3, 4), (4,), (3, 4), (4,), (3, 4), (4,), (2,)]
    orders = _orders(shapes)
    assert len(orders) == MAX_ORDERS
    together = orders[:5]
    assert all(order[0] + 1 == order[1] and order[2] + 1 == order[3] for order in together)
    assert [2, 3, 0, 1, 4, 5, 6] in together


def test_padded_places_may_hold_anything() -> None:
    class Noisy(transformer.block()["Block"]):  # type: ignore[misc]
        def call(self, x: Any, training: Any = None, mask: Any = None) -> Any:
            y = super().call(x, training=training, mask=mask)
            return y if mask is None else keras.ops.where(mask[:, :, None], y, 1e6)

    report = report_of("transformer.block", Noisy)
    lost = {item.name for item in report.items if not item.passed}
    assert not {name for name in lost if "`mask`가 거짓인" in name}, report.to_text()


def test_a_list_that_is_changed_is_seen_and_the_next_question_is_not() -> None:
    facts = {"name": "f", "calls": 2 * [{"args": [{"value": [1, 2]}]}]}
    challenge = Challenge("a.b", "function", facts)

    def grow(items: list[int]) -> list[int]:
        items.append(3)
        return items

    evidence = observe(challenge, {"f": grow})
    assert [call["changed_lists"] for call in evidence.facts["calls"]] == [True, True]
    assert facts["calls"][0]["args"][0]["value"] == [1, 2]
    assert evidence.arrays["1/out/0"].tolist() == [1, 2, 3]


def test_numbers_of_numpy_in_a_list_are_one_value() -> None:
    arrays: dict[str, np.ndarray] = {}
    (record,) = structure.collect("x", [1, np.int64(2), np.int32(3)], arrays)
    assert arrays[record["array"]].tolist() == [1, 2, 3]


# --- text from a model ------------------------------------------------------------------------


def test_the_tabled_model_says_what_its_tables_say() -> None:
    random = np.random.RandomState(0)
    tables = [random.normal(size=(5, 5)).astype("float32") for _ in range(3)]
    model, tokens = TabledModel(tables, 4), [3, 1, 4, 0, 2]
    found = keras.ops.convert_to_numpy(model(np.array([tokens[-4:]])))[0, -1]
    assert np.allclose(found, next_logits(tables, 4, tokens), atol=1e-5)
    assert np.allclose(model(np.array([[2]]))[0, 0], next_logits(tables, 4, [2]), atol=1e-5)
    with pytest.raises(ValueError, match="마지막 4개만"):
        model(np.array([tokens]))


def test_chance_does_not_cost_a_right_generator_its_points() -> None:
    exercise = get("transformer.generate")
    for seed in range(25):
        drawn = _draws(exercise, exercise.challenge(seed))
        assert abs(drawn[0].surprise(drawn[0].temperature)) < 0.8 * transformer.FAR
        for change, _, _ in transformer._OTHER_TEMPERATURES:
            assert transformer.gain(drawn, change) < 0, seed


def test_other_temperatures_are_told_apart_whatever_is_asked() -> None:
    made = {answer.name: answer.make for answer in load_answers("12_transformer", ROOT)}
    exercise = get("transformer.generate")
    for seed in range(8):
        for name, said in (
            ("온도를 쓰지 않음", "온도가 1인 것처럼"),
            ("온도를 곱함", "온도를 곱한 것처럼"),
        ):
            challenge = exercise.challenge(seed)
            text = judge(
                exercise, challenge, observe(challenge, {"generate": made[name]()})
            ).to_text()
            assert said in text, (seed, text)


def _draws(exercise: Any, challenge: Challenge) -> list[Any]:
    """The draws of the reference at the places where they are judged."""
    calls = [challenge.facts["calls"][number] for number in (3, 7)]
    alone = Challenge(challenge.exercise, "function", challenge.facts | {"calls": calls})
    alone.arrays.update(challenge.arrays)
    evidence: Evidence = observe(alone, exercise.solution())
    return [
        transformer._Draws(evidence.arrays[f"{number}/out/0"], call, challenge.arrays)
        for number, call in enumerate(calls)
    ]


# --- the measured loss ------------------------------------------------------------------------


def _tool() -> Any:
    path = ROOT / "tools" / "measure_losses.py"
    spec = importlib.util.spec_from_file_location("measure_losses", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["measure_losses"] = module
    spec.loader.exec_module(module)
    return module


def test_the_loss_asked_for_is_the_one_measured() -> None:
    tool = _tool()
    exercise: Any = get("transformer.train")
    assert exercise.loss == loss_threshold() == tool.threshold(LOSSES["runs"])
    assert len(LOSSES["runs"]) == len(set(LOSSES["runs"])) == tool.RUNS
    assert LOSSES["fingerprint"] == tool.fingerprint(), "tools/measure_losses.py로 다시 재세요."
    # Far below what counting the character before can do, and safely above the worst run.
    assert max(LOSSES["runs"]) + 0.03 <= exercise.loss <= 1.0


def test_an_untrained_model_is_told_so() -> None:
    inputs = keras.Input((None,), dtype="int32")
    model = keras.Model(inputs, layers.Dense(167)(layers.Embedding(167, 4)(inputs)))
    assert "아직 훈련하지 않았어요" in report_of("transformer.train", model).to_text()


# --- one mistake, one item ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exercise", "name", "titles"),
    [
        ("transformer.attention", "√d로 나누지 않음", ["마스크가 없을 때의 값"]),
        ("transformer.attention", "키의 수로 나눔", ["마스크가 없을 때의 값"]),
        ("transformer.generate", "마지막 토큰만 넣음", ["온도가 0이면 가장 큰 로짓을 고릅니다"]),
        ("transformer.generate", "39개만 넣음", ["글이 길어지면 마지막 40개만 봅니다"]),
        ("transformer.generate", "자르지 않음", ["글이 길어지면 마지막 40개만 봅니다"]),
        (
            "transformer.generate",
            "남긴 top_k개를 고르게 뽑음",
            ["`top_k`개 가운데에서만 뽑습니다"],
        ),
        (
            "transformer.generate",
            "난수 생성기를 반복문 안에서 만듦",
            ["온도만큼 고르게, 확률대로 뽑습니다"],
        ),
        (
            "transformer.generate",
            "받은 prompt에 더함",
            ["온도가 0이면 가장 큰 로짓을 고릅니다"],
        ),
    ],
)
@pytest.mark.parametrize("seed", [0, 2])
def test_one_mistake_costs_its_own_item(
    exercise: str, name: str, titles: list[str], seed: int
) -> None:
    answers = load_answers("12_transformer", ROOT)
    subject = next(one for one in answers if (one.exercise, one.name) == (exercise, name)).make()
    report = report_of(exercise, subject, seed)
    assert [item.name for item in report.items if not item.passed] == titles


@pytest.mark.parametrize("seed", range(5, 11))
def test_drawing_rightly_is_never_called_even(seed: int) -> None:
    subject = transformer.generate_reference()
    assert report_of("transformer.generate", subject, seed).passed


def test_a_gradient_that_is_zero_by_nature_is_not_judged_by_its_rounding() -> None:
    """Softmax gives the keys' bias no gradient: what it moves by is rounding, 100 times over on a bad draw."""
    exercise = get("transformer.block")
    challenge = exercise.challenge(1)
    evidence = observe(challenge, exercise.solution())
    heads, size, _ = challenge.facts["objects"][0]["args"]
    # The biases of queries, keys and values, in this order.
    for number, points in ((1, 0), (2, 1)):
        key = f"0/use1/trained/{heads}x{size}/{number}"
        moved = evidence.arrays | {key: evidence.arrays[key] + np.float32(1e-2)}
        report = judge(exercise, challenge, Evidence(**{**vars(evidence), "arrays": moved}))
        assert report.points - report.score == points, report.to_text()
