"""check, hint, answer, progress: 학습자가 만나는 모습."""

from __future__ import annotations

import json
import math
import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from autograder import UnknownExercise, answer, check, hint, progress, ready
from autograder.exercises import all_exercises, get
from autograder.judge import blank_report, judge
from autograder.observe import observe
from autograder.protocol import Evidence
from autograder.report import Item, Report

pytestmark = pytest.mark.usefixtures("references_once")

IDS = [exercise.id for exercise in all_exercises()]


class Raises(keras.Model):
    def call(self, inputs):
        raise RuntimeError("고장")


class ReturnsNothing(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(10)

    def call(self, inputs):
        self.dense(inputs)


class ReturnsText(keras.Model):
    def call(self, inputs):
        return "모델"


class Huge(keras.Model):
    def call(self, inputs):
        return tf.zeros((6, 20_000_000))


class NotANumber(keras.Model):
    def call(self, inputs):
        return tf.fill((6, 10), math.nan)


class Talks(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(10)

    def call(self, inputs):
        print("출력")
        print("오류 출력", file=sys.stderr)
        os.write(2, b"raw")
        return self.dense(inputs)


class Equal:
    """무엇과 비교해도 같다고 하는 객체."""

    def __eq__(self, other):
        return True

    __hash__ = None


def raising(*args, **kwargs):
    raise ValueError("고장")


def leaving(*args, **kwargs):
    sys.exit(1)


ODD = {
    "None": None,
    "Ellipsis": ...,
    "class": keras.Sequential,
    "layer": layers.Dense(10),
    "function": lambda *args: args,
    "raising function": raising,
    "leaving function": leaving,
    "number": 3,
    "nan": math.nan,
    "text": "모델",
    "list": [1, "2", None],
    "array": np.full((2, 3), np.nan),
    "object array": np.array([object()], dtype=object),
    "equal": Equal(),
    "empty": keras.Sequential(),
    "raises": Raises(),
    "nothing": ReturnsNothing(),
    "string": ReturnsText(),
    "huge": Huge(),
    "not a number": NotANumber(),
    "talks": Talks(),
    "keras tensor": keras.Input((3,)),
}


@pytest.mark.parametrize("exercise_id", IDS)
def test_every_odd_subject_gets_a_report_and_no_points_it_did_not_earn(
    exercise_id, capfd, monkeypatch
):
    monkeypatch.setattr("autograder.learner.secrets", SimpleNamespace(randbits=lambda bits: 20))
    subjects = get(exercise_id).subjects
    for name, odd in ODD.items():
        report = check(exercise_id, *[odd] * len(subjects))
        assert isinstance(report, Report), name
        assert report.outcome in ("wrong", "partial", "unattempted"), f"{name}\n{report}"
        assert report.score <= 0.35 * report.points, f"{name}\n{report}"
        assert math.isfinite(report.score)
        assert report.attempted is (odd is not ...), name
        assert report.to_html()
        assert "Traceback" not in report.to_text()
    assert capfd.readouterr().err == ""


def test_too_few_subjects_are_reported_by_name():
    solution = get("functional.autoencoder").solution()
    report = check("functional.autoencoder", encoder=solution["encoder"])
    assert not report.passed
    assert "`decoder`의 값이 `None`" in report.to_text()


def test_subjects_by_position_and_by_name_are_judged_alike():
    solution = get("functional.ensemble").solution()
    by_name = check("functional.ensemble", **solution)
    by_position = check("functional.ensemble", solution["members"], solution["ensemble"])
    assert by_name.passed
    assert by_position.passed


def test_an_unknown_exercise_names_near_ones():
    with pytest.raises(UnknownExercise, match=r"sequential\.mnist"):
        check("sequential.minst", ...)


def test_check_leaves_the_model_and_the_random_streams_alone():
    model = get("sequential.mlp").solution()["model"]
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    x, y = np.random.rand(8, 784).astype("float32"), np.zeros(8)
    model.fit(x, y, verbose=0)
    before = [
        keras.ops.convert_to_numpy(value).copy()
        for value in (*model.weights, *model.optimizer.variables)
    ]
    keras.utils.set_random_seed(7)
    expected = random.random(), np.random.rand(), layers.Dense(3).kernel_initializer.seed
    keras.utils.set_random_seed(7)
    check("sequential.mlp", model)
    assert (random.random(), np.random.rand(), layers.Dense(3).kernel_initializer.seed) == expected
    after = [
        keras.ops.convert_to_numpy(value).copy()
        for value in (*model.weights, *model.optimizer.variables)
    ]
    assert all(np.array_equal(one, two) for one, two in zip(before, after, strict=True))


def test_check_does_not_build_the_learners_unbuilt_sequential_model():
    model = keras.Sequential([layers.Dense(64, activation="relu"), layers.Dense(10)])
    assert not check("sequential.mlp", model).passed
    assert not model.built


def test_a_report_inside_nbgrader_is_a_plain_number(monkeypatch):
    report = check("start.first_tensor", tf.ones((2, 3)))
    assert not report._repr_mimebundle_()["text/plain"].startswith("3")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert report._repr_mimebundle_()["text/plain"] == "3.0"
    assert type(report.score) is float


@pytest.mark.parametrize("score", [math.nan, math.inf, -1.0, 99.0])
def test_a_score_is_finite_and_never_above_the_points(score):
    report = Report("a.b", "0-0", "제목", (Item("항목", 2, score),))
    assert 0 <= report.score <= 2


def test_a_report_survives_json():
    report = check("start.first_tensor", [1, 2])
    again = Report.from_dict(json.loads(json.dumps(report.to_dict())))
    assert again == report


def test_learner_text_cannot_break_out_of_the_html():
    item = Item("이름", 1, 0, "<script>alert(1)</script> `<b>` `홀수")
    text = Report("a.b", "0-0", "<i>제목</i>", (item,)).to_html()
    assert "<script>" not in text
    assert "<i>" not in text
    assert "<code>&lt;b&gt;</code>" in text


def test_hints_go_step_by_step_and_stay_at_the_last():
    texts = [hint("sequential.mnist").text for _ in range(4)]
    assert texts[0] != texts[1] != texts[2]
    assert texts[2] == texts[3]


def test_answer_says_how_it_differs_from_the_learners():
    model = keras.Sequential([keras.Input((784,)), layers.Dense(32, activation="relu")])
    check("sequential.mlp", model)
    shown = answer("sequential.mlp")
    assert "유닛이 64개여야 하는데 32개입니다" in shown.text
    assert "layers.Dense(64" in shown.code
    assert "return" not in shown.code
    check("sequential.mlp", get("sequential.mlp").solution()["model"])
    assert "맞았습니다" in answer("sequential.mlp").text


@pytest.mark.parametrize("exercise_id", IDS)
def test_the_shown_answer_defines_the_subjects(exercise_id, tmp_path):
    exercise = get(exercise_id)
    names = {"keras": keras, "layers": layers, "ops": keras.ops, "tf": tf, "np": np}
    # AutoGraph reads the source of what it turns into a graph.
    path = tmp_path / "answer.py"
    path.write_text(exercise.solution_code(), encoding="utf-8")
    exec(compile(exercise.solution_code(), str(path), "exec"), names)
    report = judge(
        exercise,
        challenge := exercise.challenge(3),
        observe(challenge, {name: names[name] for name in exercise.subjects}),
    )
    # What training decides is not asked of a model that the answer only makes.
    made = [item for item in report.items if not re.search("정확도|손실", item.name)]
    assert all(item.passed for item in made), report


def test_progress_keeps_the_best_score_and_survives_a_broken_file(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_HOME", str(tmp_path))
    solution = get("start.first_tensor").solution()["x"]
    check("start.first_tensor", solution)
    check("start.first_tensor", [1])
    row = next(row for row in progress().rows if row.exercise == "start.first_tensor")
    assert (row.score, row.points) == (4, 4)
    assert "문제" in repr(progress())
    assert "start" in progress()._repr_html_()
    (tmp_path / "progress.json").write_text("[깨진")
    assert progress().solved == 0
    check("start.first_tensor", solution)
    assert progress().solved == 1


def test_progress_in_an_unwritable_home_does_not_fail(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("AUTOGRADER_HOME", str(blocked / "inside"))
    assert check("start.first_tensor", [1]).attempted


def test_ready_says_what_to_solve_first(capsys):
    assert not ready(model=...)
    assert "`model`" in capsys.readouterr().out
    assert ready(model=3)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("exercise_id", IDS)
def test_forged_or_broken_evidence_gets_no_points(exercise_id):
    exercise = get(exercise_id)
    challenge = exercise.challenge(1)
    good = observe(challenge, exercise.solution())
    broken = [
        Evidence(exercise.id, exercise.kind, {"status": "seen"}),
        Evidence(exercise.id, exercise.kind, {}),
        Evidence(exercise.id, exercise.kind, good.facts, {}),
        Evidence("other.exercise", exercise.kind, good.facts, good.arrays),
        Evidence(exercise.id, "other", good.facts, good.arrays),
    ]
    for evidence in broken:
        report = judge(exercise, challenge, evidence)
        assert not report.passed
        assert math.isfinite(report.score)


@pytest.mark.parametrize("exercise_id", {get(name).kind: name for name in IDS}.values())
def test_what_could_not_be_observed_is_told(exercise_id):
    """Who empties the challenge while it is observed gets nothing; the instructor sees why."""
    exercise = get(exercise_id)
    challenge = exercise.challenge(1)
    evidence = observe(replace(challenge, facts={}, arrays={}), exercise.solution())
    report = judge(exercise, challenge, evidence)
    assert report.score < report.points
    assert re.search("[가-힣]", report.note), evidence.facts


def test_a_part_that_could_not_be_observed_is_told():
    exercise = get("final.own_block")
    challenge = exercise.challenge(1)
    parts = challenge.facts["parts"]
    emptied = {**parts, "block": parts["block"] | {"facts": {}}}
    asked = replace(challenge, facts=challenge.facts | {"parts": emptied})
    report = judge(exercise, challenge, observe(asked, exercise.solution()))
    assert 0 < report.score < report.points
    assert "끝까지 보지 못했습니다" in report.note


@pytest.mark.parametrize("exercise_id", IDS)
def test_points_are_whole_and_the_same_before_and_after_solving(exercise_id):
    exercise = get(exercise_id)
    challenge = exercise.challenge(5)
    blank = blank_report(exercise, "")
    solved = judge(exercise, challenge, observe(challenge, exercise.solution()))
    assert blank.points == solved.points == int(blank.points)
    assert [item.name for item in blank.items] == [item.name for item in solved.items]
    assert blank.score == 0


def test_observing_needs_neither_exercises_nor_judge():
    code = (
        "import sys\n"
        "sys.modules['autograder.exercises'] = sys.modules['autograder.judge'] = None\n"
        "import autograder.learner, autograder.observe.model, autograder.observe.layer\n"
        "import autograder.observe.function, autograder.observe.value\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def _stubs():
    class Untouched(keras.Model):
        """설명."""

        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            ...

        def call(self, inputs): ...

    class Begun(keras.Model):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.leaf = layers.Dense(units)

        def call(self, inputs): ...

    class Called(keras.Model):
        def call(self, inputs):
            return inputs

    return {Untouched: False, Begun: True, Called: True, keras.Model: True}


def test_only_an_untouched_class_counts_as_unattempted():
    for subject, attempted in _stubs().items():
        assert check("subclass.tree", subject).attempted is attempted, subject


def test_a_function_that_returns_its_argument_is_an_attempt():
    def stub(x): ...

    assert not observe_status(stub)
    assert observe_status(lambda x: x)


def observe_status(function):
    challenge = get("start.first_tensor").challenge(0)
    return observe(challenge, {"x": function}).facts["status"] != "unattempted"


def test_while_grading_only_observations_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The observing process has no exercises: the answers are not there to be shown."""
    monkeypatch.setenv("AUTOGRADER_RUN", str(tmp_path))
    (tmp_path / "challenges").mkdir()
    (tmp_path / "evidence").mkdir()
    get("start.first_tensor").challenge(3).write(tmp_path / "challenges" / "start.first_tensor.npz")
    for shown in (hint("start.first_tensor"), answer("start.first_tensor"), progress()):
        assert "채점하는 동안" in str(shown)
    assert "관찰" in repr(check("start.first_tensor", 3))
    assert [path.name for path in (tmp_path / "evidence").iterdir()] == ["start.first_tensor.npz"]
    assert "nowhere.at_all" in repr(check("nowhere.at_all", 3))
    assert len(list((tmp_path / "evidence").iterdir())) == 1
