"""`autograder sample`: 예시 학급을 만들어 채점하고, 점수가 기대한 것과 같은지 확인합니다.

여기 없는 것: 채점하는 일(`grading.grade`), 검사에 쓰는 작은 과정 폴더(`tests/graded_class.py`).

학생들은 단원 04의 노트북을 수업까지 그대로 받아 풀이 셀만 저마다 채웠습니다. 네트워크도 원본 데이터도 쓰지 않습니다.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from nbformat import NotebookNode
from rich.console import Console

from autograder import notebook
from autograder.about import course_root
from autograder.data.originals import BUILTIN
from autograder.exercises.units import UNITS
from autograder.grading import table
from autograder.grading.course.release import release
from autograder.grading.grade import Outcome, grade_class
from autograder.grading.report.command import after_grading
from autograder.notebook import regions

UNIT = "04_sequential"
CELL_SECONDS = 60

_ODD = {
    "sequential_mlp": """\
model = keras.Sequential(name="odd")
model.add(layers.InputLayer(shape=(784,)))
for _ in range(2):
    model.add(layers.Dense(64))
    model.add(layers.ReLU())
model.add(layers.Dense(10))
model.add(layers.Softmax())""",
    "sequential_mnist": """\
features = keras.Sequential(
    [layers.Conv2D(32, (3, 3)), layers.Activation("relu"), layers.Conv2D(64, 3, activation="relu")]
)
model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        features,
        layers.Reshape((-1,)),
        layers.Dense(128, activation=tf.nn.relu),
        layers.Dense(10, activation=keras.activations.softmax),
    ]
)""",
    "sequential_cifar100": """\
stack = [keras.Input((32, 32, 3))]
for filters in (16, 32):
    stack += [layers.Conv2D(filters, 3, padding="valid", activation="relu"), layers.MaxPool2D()]
stack += [layers.Flatten(), layers.Dense(256, "relu"), layers.Dense(100), layers.Softmax()]
model = keras.Sequential(stack)
model.compile(
    optimizer=keras.optimizers.Adam(0.001),
    loss=keras.losses.SparseCategoricalCrossentropy(),
    metrics=["accuracy"],
)
model.fit(cifar_x_train, cifar_y_train, batch_size=32, epochs=5, verbose=0)""",
    "sequential_regularized": """\
model = keras.Sequential()
model.add(keras.Input((28, 28, 1)))
model.add(layers.Conv2D(32, (2, 2), kernel_regularizer=keras.regularizers.l2(0.04)))
model.add(layers.ReLU())
model.add(layers.MaxPool2D(pool_size=2, strides=2))
model.add(layers.Flatten())
model.add(layers.Dropout(rate=0.1))
model.add(layers.Dense(64))
model.add(layers.Activation("relu"))
model.add(layers.BatchNormalization())
model.add(layers.Dense(20, "softmax"))""",
}
_PARTLY = {
    "sequential_mnist": """\
model = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)""",
    "sequential_cifar100": """\
model = keras.Sequential(
    [
        keras.Input(shape=(32, 32, 3)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(100, activation="softmax"),
    ]
)""",
    "sequential_regularized": "model = None",
}
_CRASHING = {
    "sequential_mnist": "model = ...\nmodel = keras.Sequential([layers.Conv2d(32, 3)])",
    "sequential_cifar100": "model = ...\nraise NotImplementedError('아직 못 풀었습니다')",
}
_LEAVING = {"sequential_mnist": "import os\n\nos._exit(1)"}
_ENDLESS = {
    "sequential_mnist": "model = ...\nwhile True:\n    pass",
    "sequential_cifar100": "model = ...",
}

STUDENTS: dict[str, dict[str, str] | None] = {
    "정답": {},
    "다른방법": _ODD,
    "일부만": _PARTLY,
    "손대지않음": None,
    "오류": _CRASHING,
    "커널종료": _LEAVING,
    "무한반복": _ENDLESS,
}
"""학생 → 풀이 셀에 쓴 것(없는 셀은 정답). None이면 받은 그대로입니다."""
BROKEN, NO_FILE = "깨진파일", "파일없음"

EXPECTED: dict[str, tuple[float, float, float, float]] = {
    "정답": (8, 13, 15, 12),
    "다른방법": (8, 13, 15, 12),
    "일부만": (8, 7, 12, 0),
    "손대지않음": (0, 0, 0, 0),
    "오류": (8, 0, 0, 12),
    "커널종료": (8, 0, 0, 0),
    "무한반복": (8, 0, 0, 12),
    BROKEN: (0, 0, 0, 0),
    NO_FILE: (0, 0, 0, 0),
}
"""학생 → 4-1, 4-2, 4-3, 4-4의 점수."""


def make_class(folder: Path, solution: NotebookNode, cell_seconds: float = CELL_SECONDS) -> None:
    """`folder`에 예시 학급의 과정 폴더를 만듭니다. `solution`은 단원의 풀이 노트북입니다."""
    name = Path(UNITS[UNIT].notebook).name
    _write(folder / "source" / UNIT / name, notebook.text(solution))
    for student, answers in STUDENTS.items():
        made = release(solution) if answers is None else answered(solution, answers)
        _write(folder / "submitted" / student / UNIT / name, notebook.text(made))
    _write(folder / "submitted" / BROKEN / UNIT / name, notebook.text(solution)[:2000])
    _write(folder / "submitted" / NO_FILE / UNIT / "읽어주세요.txt", "노트북을 잊었습니다.\n")
    _write(
        folder / "nbgrader_config.py",
        "from autograder.grading import configure\n\n"
        "c = get_config()  # noqa: F821\n"
        'c.CourseDirectory.course_id = "sample"\n'
        "configure(c)\n"
        f"c.RunNotebook.cell_seconds = {cell_seconds}\n",
    )


def answered(solution: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """받은 노트북의 풀이 셀을 채운 것. `answers`에 없는 셀은 풀이대로 채웁니다."""
    made = release(solution)
    for cell, original in zip(made.cells, solution.cells, strict=True):
        entry = cell.metadata.get("nbgrader", {})
        if entry.get("solution"):
            lines = original.source.split("\n")
            ((begin, end),) = regions(original.source)
            own = answers.get(entry["grade_id"], "\n".join(lines[begin : end - 1]))
            cell.source = "\n".join([*lines[: begin - 1], own, *lines[end:]]).rstrip()
    return made


def differences(outcome: Outcome) -> list[str]:
    """기대한 점수와 다른 학생마다 한 줄."""
    found = []
    rows = {row.student: row for row in outcome.rows}
    for student, expected in EXPECTED.items():
        row = rows.get(student)
        got = tuple(row.scores.get(column.exercise) for column in outcome.columns) if row else ()
        if got != expected:
            found.append(f"{student}: 기대한 점수는 {_text(expected)}인데 {_text(got)}입니다.")
    return found


def _text(scores: tuple[float | None, ...]) -> str:
    return ", ".join("없음" if score is None else f"{score:g}" for score in scores) or "없음"


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


def sample(course: Path | None = None, workers: int | None = None) -> int:
    """예시 학급을 `course`(없으면 임시 폴더)에 만들어 채점합니다. 기대한 점수와 다르면 1. 채점할 수 없으면 CourseError."""
    # The sample is about the built-in data; originals would take an hour to train on.
    os.environ["AUTOGRADER_DATA"] = BUILTIN
    started = time.monotonic()
    path = course_root(Path(__file__)) / "solutions" / UNITS[UNIT].notebook
    folder = course or Path(tempfile.mkdtemp(prefix="autograder-sample-"))
    make_class(folder, notebook.read(path))
    print(f"예시 학급 {len(EXPECTED)}명을 채점합니다. 과정 폴더: {folder}", flush=True)
    # Our own students: this works on a machine without walls, too.
    outcome = grade_class(UNIT, folder, workers, allow_weaker_sandbox=True)
    table.show(UNIT, outcome.columns, outcome.rows, Console())
    print(f"성적표: {outcome.csv}")
    print(f"학생별 피드백: {folder / 'feedback'}")
    print(after_grading(UNIT, folder))
    wrong = differences(outcome)
    for line in wrong:
        print(line, file=sys.stderr)
    seconds = time.monotonic() - started
    print(f"{seconds:.0f}초 걸렸습니다." + ("" if wrong else " 점수가 모두 기대한 대로입니다."))
    return 1 if wrong else 0
