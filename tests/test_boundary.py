"""The boundary: a Report is the same when Challenge and Evidence went through files between two
processes, of which the observing one has neither the exercises nor the judge."""

from __future__ import annotations

import contextlib
import json
import linecache
import re
import subprocess
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.exercises import all_exercises, get
from autograder.grading.run.workplace import EVIDENCE_BYTES, copy_observing_package, workplace
from autograder.judge import judge
from autograder.kinds import Exercise
from autograder.observe import observe
from autograder.protocol import Challenge, Evidence, from_bytes
from autograder.report import Report

# One observing process serves all cases, so they stay on one worker.
pytestmark = [
    pytest.mark.xdist_group("boundary"),
    pytest.mark.usefixtures("references_once"),
]

SEED = 20190401

# Runs beside the learner's code: all it has is the copied package and a folder per case.
OBSERVER = """
import json, linecache, os, pathlib, sys

def names_space():
    import keras, numpy, tensorflow
    return {"keras": keras, "layers": keras.layers, "ops": keras.ops, "np": numpy, "tf": tensorflow}

for module in ("exercises", "kinds", "judge", "authoring", "grading"):
    try:
        __import__(f"autograder.{module}")
    except ModuleNotFoundError as error:
        assert error.name == f"autograder.{module}", error
    else:
        raise AssertionError(f"autograder.{module} can be imported")

from autograder import check
import keras

for case in json.loads(pathlib.Path("cases.json").read_text("utf-8")):
    os.environ["AUTOGRADER_RUN"] = case["folder"]
    # The messages of Keras name layers by their number in the process.
    keras.utils.clear_session()
    keras.utils.set_random_seed(7)
    space = names_space()
    try:
        # AutoGraph reads the source of a function, as it can in a notebook.
        code, name = case["code"], "<" + case["folder"] + ">"
        linecache.cache[name] = len(code), None, code.splitlines(True), name
        exec(compile(code, name, "exec"), space)
    except Exception:
        pass  # a wrong answer may not even run: then its names are missing
    shown = check(case["exercise"], **{name: space.get(name) for name in case["subjects"]})
    assert not hasattr(shown, "score"), shown
loaded = [name for name in sys.modules if name.startswith(("autograder.ex", "autograder.judge"))]
assert not loaded, loaded
"""


@dataclass(frozen=True)
class Case:
    exercise: str
    name: str
    code: str


def mutants(code: str) -> dict[str, str]:
    """Wrong answers from the right one, each still Python that defines the same names."""
    found = {
        "another number": re.sub(r"\b(\d*[2-9]\d*)\b", lambda m: str(int(m[1]) + 1), code, count=3),
        "another activation": re.sub(
            "relu|softmax|tanh", lambda m: "elu" if m[0] == "tanh" else "tanh", code
        ),
    }
    # For short answers with neither of them.
    more = {
        "another operator": code.replace(" * ", " + ", 1),
        "nothing returned": re.sub(r"^( +)return ", r"\1_ = ", code, flags=re.M),
        "a call left out": re.sub(r"^( +)\w+\.\w+\(.*\)$", r"\1pass", code, flags=re.M),
    }
    made = {name: text for name, text in found.items() if text != code}
    return made or {name: text for name, text in more.items() if text != code}


def cases_of(exercise: Exercise) -> list[Case]:
    code = exercise.solution_code()
    made = {"right": code} | mutants(code)
    made["untouched"] = "\n".join(f"{name} = ..." for name in exercise.subjects)
    made["None"] = "\n".join(f"{name} = None" for name in exercise.subjects)
    made["half"] = f"{code}\n{exercise.subjects[-1]} = int"
    return [Case(exercise.id, name, text) for name, text in made.items()]


CASES = [case for exercise in all_exercises() for case in cases_of(exercise)]


@pytest.fixture(scope="module")
def observed(references_once: None) -> dict[tuple[str, str], bytes]:
    """Evidence of every case, written in the observing process. An exercise asks all of them the same."""
    with workplace({}) as place:
        listed: list[dict[str, Any]] = []
        for number, case in enumerate(CASES):
            exercise = get(case.exercise)
            folder = place.root / "run" / str(number)
            (folder / "challenges").mkdir(parents=True)
            (folder / "evidence").mkdir()
            exercise.challenge(SEED).write(folder / "challenges" / f"{exercise.id}.npz")
            listed.append(
                {
                    "folder": str(folder),
                    "exercise": exercise.id,
                    "subjects": list(exercise.subjects),
                    "code": case.code,
                }
            )
        (place.work / "cases.json").write_text(json.dumps(listed), "utf-8")
        done = subprocess.run(
            [sys.executable, "-c", OBSERVER],
            cwd=place.work,
            env=place.environment(1),
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return {
            (case.exercise, case.name): Path(
                entry["folder"], "evidence", f"{case.exercise}.npz"
            ).read_bytes()
            for case, entry in zip(CASES, listed, strict=True)
        }


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.exercise}-{case.name}")
def test_the_report_is_the_same_through_files(
    case: Case, observed: dict[tuple[str, str], bytes]
) -> None:
    exercise = get(case.exercise)
    data = observed[case.exercise, case.name]
    assert len(data) < EVIDENCE_BYTES
    challenge = from_bytes(Challenge, exercise.challenge(SEED).to_bytes())
    observed_here = observe(challenge, subjects(exercise, case.code))
    through_files = judged(exercise, challenge, from_bytes(Evidence, data))
    here = judged(exercise, challenge, observed_here)
    assert through_files.to_dict() == here.to_dict()
    assert through_files.points == here.points > 0
    if case.name == "right":
        missing = [item.name for item in through_files.items if not item.passed]
        # An untrained answer can only miss the accuracy or the loss.
        assert len(missing) <= 1 and all("정확도" in name or "손실" in name for name in missing)
    if case.name in ("untouched", "None"):
        assert through_files.score == 0
        assert through_files.attempted == (case.name == "None")


def judged(exercise: Exercise, challenge: Challenge, evidence: Evidence) -> Report:
    import keras

    # The reference answer drops out at random too, and its variance stands in a message.
    keras.utils.set_random_seed(11)
    return judge(exercise, challenge, evidence)


def subjects(exercise: Exercise, code: str) -> dict[str, Any]:
    import keras
    import numpy
    import tensorflow

    keras.utils.clear_session()
    keras.utils.set_random_seed(7)
    space: dict[str, Any] = {
        "keras": keras,
        "layers": keras.layers,
        "ops": keras.ops,
        "np": numpy,
        "tf": tensorflow,
    }
    # AutoGraph reads the source of a function, as it can in a notebook.
    name = f"<{exercise.id} {zlib.crc32(code.encode())}>"
    linecache.cache[name] = len(code), None, code.splitlines(True), name
    with contextlib.suppress(Exception):
        exec(compile(code, name, "exec"), space)
    return {name: space.get(name) for name in exercise.subjects}


def test_every_exercise_has_a_wrong_answer_among_the_cases() -> None:
    for exercise in all_exercises():
        names = {case.name for case in CASES if case.exercise == exercise.id}
        assert {"right", "untouched", "None"} < names
        assert names - {"right", "untouched", "None", "half"}, exercise.id


def test_the_copied_package_has_no_answers(tmp_path: Path) -> None:
    copy_observing_package(tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "mnist_builtin.npz" for path in files)
    assert not [path for path in files if "heldout" in path.name or "exercise" in path.name]
    text = "".join(path.read_text("utf-8") for path in files if path.suffix == ".py")
    for exercise in all_exercises():
        lines = [line.strip() for line in exercise.solution_code().splitlines()]
        telling = [line for line in lines if len(line) > 30]
        assert not [line for line in telling if line in text], exercise.id


def test_evidence_never_says_how_good_it_is(observed: dict[tuple[str, str], bytes]) -> None:
    for data in observed.values():
        facts = json.dumps(from_bytes(Evidence, data).facts)
        assert not re.search(r'"(score|points|passed|correct)"', facts)
