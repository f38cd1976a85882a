"""노트북을 새 커널에서 처음부터 끝까지 실행하고, 학습자가 보게 될 것을 확인합니다.

여기 없는 것: 실행하지 않고 아는 잘못(`authoring.refusals`), 제출을 가두어 실행하는 일(`grading.run`).
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from traitlets.config import Config

import autograder
from autograder.exercises import unit_exercises
from autograder.judge import points_of
from autograder.notebook import checked_exercise, place
from autograder.report import number_text

CELL_SECONDS = 600
"""한 셀에 주는 시간. 바쁜 기계에서도 넘지 않을 만큼 넉넉합니다."""

# What would make a run differ from a learner's: other data, other settings, silenced messages.
_DROPPED = (
    "AUTOGRADER_DATA",
    "AUTOGRADER_RUN",
    "MPLBACKEND",
    "NBGRADER_EXECUTION",
    "NBGRADER_VALIDATING",
    # With it ipykernel would not show what C++ code writes to stderr.
    "PYTEST_CURRENT_TEST",
    "PYTHONWARNINGS",
    "TF_CPP_MIN_LOG_LEVEL",
)


@dataclass(frozen=True)
class Outcome:
    """검사 셀의 출력에서 읽은 결과."""

    exercise: str
    score: float
    points: float
    headline: str
    text: str


@dataclass(frozen=True)
class Run:
    """실행한 노트북. `error`는 커널이 멈추었거나 시간을 넘긴 이유, 아니면 빈 문자열입니다."""

    notebook: NotebookNode
    seconds: float
    error: str = ""

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """문제의 아이디 → 검사 셀이 보여 준 결과. 보여 주지 않은 문제는 없습니다."""
        found = (_outcome(cell) for cell in self.notebook.cells)
        return {outcome.exercise: outcome for outcome in found if outcome}

    @property
    def noise(self) -> list[str]:
        """표준 오류에 나온 것과 예외의 출력."""
        lines = []
        for index, cell in enumerate(self.notebook.cells):
            for output in cell.get("outputs", []):
                if output.output_type == "stream" and output.name == "stderr":
                    lines.append(f"{place(index, cell)}: 표준 오류에 '{_short(output.text)}'")
                elif output.output_type == "error":
                    lines.append(
                        f"{place(index, cell)}: {output.ename}: {_short(str(output.evalue))}"
                    )
        return lines


def execute(
    notebook: NotebookNode,
    *,
    data: Path | None = None,
    cell_seconds: int = CELL_SECONDS,
    on_cell: Callable[[int], Any] | None = None,
    kernel: str = "python3",
    python: Path | None = None,
) -> Run:
    """`notebook`의 사본을 새 커널과 빈 폴더에서 실행합니다.

    `data`를 주지 않으면 내장 데이터만 보입니다. `on_cell(번호)`는 셀이 끝날 때마다 불립니다.
    다른 환경의 커널(`kernel`)이면 그 환경의 `python`을 줍니다. 강좌의 패키지도 거기에 설치된 것을 씁니다.
    """
    made = nbformat.from_dict(notebook)
    error, started = "", time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="autograder-run-") as folder:
        work = Path(folder, "work")
        work.mkdir()
        client = NotebookClient(
            made,
            timeout=cell_seconds,
            startup_timeout=120,
            kernel_name=kernel,
            config=_transport(Path(folder)),
            resources={"metadata": {"path": str(work)}},
        )
        if on_cell is not None:
            client.on_cell_complete = lambda cell, cell_index: on_cell(cell_index)
        try:
            client.execute(env=_environment(Path(folder), data, python))
        except CellExecutionError:
            # The cell's output tells it: see `noise`.
            pass
        except CellTimeoutError:
            error = f"셀이 {cell_seconds}초 안에 끝나지 않았습니다"
        except (DeadKernelError, RuntimeError) as raised:
            error = f"커널이 멈추었습니다: {_short(str(raised))}"
    return Run(made, time.perf_counter() - started, error)


def _transport(folder: Path) -> Config:
    """다른 사용자가 닿을 수 있는 포트 대신 이 폴더의 소켓을 씁니다. 윈도에는 없습니다."""
    if sys.platform == "win32":
        return Config()
    # The sockets are named after the connection file; without one, after the working folder.
    settings = {"transport": "ipc", "connection_file": str(folder / "kernel.json")}
    return Config({"KernelManager": settings})


def _environment(folder: Path, data: Path | None, python: Path | None) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key not in _DROPPED}
    environment["AUTOGRADER_HOME"] = str(folder / "progress")
    environment["KERAS_HOME"] = str(folder / "keras")
    if python is None:
        paths = [
            str(Path(autograder.__file__).parent.parent),
            *environment.get("PYTHONPATH", "").split(os.pathsep),
        ]
        environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(path for path in paths if path))
    else:
        environment.pop("PYTHONPATH", None)
    # `dot` and other programs of the environment this runs in.
    binaries = str((python or Path(sys.executable)).parent)
    environment["PATH"] = os.pathsep.join((binaries, environment.get("PATH", os.defpath)))
    if data is not None:
        environment["AUTOGRADER_DATA"] = str(data)
    return environment


def solution_faults(run: Run, unit: str) -> list[str]:
    """실행한 풀이 노트북에서 잘못된 것: 예외, 표준 오류, 만점이 아닌 문제."""
    faults = _faults(run)
    for exercise in unit_exercises(unit):
        outcome = run.outcomes.get(exercise.id)
        points = points_of(exercise)
        if outcome is None:
            faults.append(f"'{exercise.id}'의 검사 결과가 나오지 않았습니다.")
        elif (outcome.score, outcome.points) != (points, points):
            faults.append(
                f"'{exercise.id}'의 풀이가 {number_text(points)}점 만점이어야 하는데 "
                f"{number_text(outcome.score)}점입니다.\n{outcome.text}"
            )
    return faults


def untouched_faults(run: Run, unit: str) -> list[str]:
    """실행한, 손대지 않은 학생용 노트북에서 잘못된 것: 예외, 표준 오류, 얻은 점수."""
    faults = _faults(run)
    for exercise in unit_exercises(unit):
        outcome = run.outcomes.get(exercise.id)
        if outcome is None:
            faults.append(f"'{exercise.id}'의 검사 결과가 나오지 않았습니다.")
        elif outcome.score or outcome.headline != "아직 풀지 않았어요":
            faults.append(
                f"'{exercise.id}'를 풀지 않았는데 {number_text(outcome.score)}점, "
                f"'{outcome.headline}'라고 나옵니다."
            )
    return faults


def _faults(run: Run) -> list[str]:
    stopped = [f"{run.error}."] if run.error else []
    return stopped + [f"{line}이(가) 나왔습니다." for line in run.noise]


_HEAD = re.compile(r"문제 \S+ · .*\[([\d.]+) / ([\d.]+)점\] (.+)")


def _outcome(cell: NotebookNode) -> Outcome | None:
    exercise = checked_exercise(cell)
    for output in cell.get("outputs", []) if exercise else ():
        if output.output_type == "execute_result":
            shown = str(output.data.get("text/plain", ""))
            if head := _HEAD.match(shown):
                return Outcome(exercise, float(head[1]), float(head[2]), head[3], shown)
    return None


def _short(message: str) -> str:
    lines = [line for line in message.strip().splitlines() if line.strip()]
    return " / ".join(lines[-3:])[-300:]
