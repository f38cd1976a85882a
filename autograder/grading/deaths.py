"""끝까지 실행되지 못한 노트북 가운데 학습자의 탓이 아닐 수 있는 것: 혼자 다시 실행한 뒤에야 점수가 됩니다.

여기 없는 것: 셀이 멈춘 이유를 학생에게 말하는 글(`grading.unfinished`), 다시 실행하는 일(`grading.batch`).
"""

from __future__ import annotations

from autograder.grading.run import kernel
from autograder.grading.run.runner import OUT_OF_TIME, Run
from autograder.grading.store import Graded

RUNS = 3
"""처음 한 번과 다시 하는 두 번. 모두 끝까지 가지 못하면 그대로 점수가 됩니다."""

_LOST = {
    kernel.DIED: "커널이 죽어",
    kernel.MEMORY: "메모리의 한도를 넘어",
    kernel.SHORT: "컴퓨터의 메모리가 모자라",
}
_LATE = (kernel.TIMEOUT, kernel.STUCK, OUT_OF_TIME)


def cause(run: Run) -> str:
    """다시 실행해 볼 이유. 끝까지 갔거나 다시 해도 같을 것이면 빈 문자열."""
    for result in run.results:
        if result in _LOST:
            return _LOST[result]
        # An endless loop ends the same way every time; slow work beside other programs does not.
        if result in _LATE and run.busy:
            return "컴퓨터가 바쁠 때 시간이 다 되어"
    return ""


def due(graded: Graded) -> bool:
    """다시 실행해야 점수가 되는지."""
    return graded.died and len(graded.deaths) < RUNS


def told(graded: Graded) -> str:
    """강사에게 하는 말. 한 번에 끝났으면 빈 문자열."""
    again = len(graded.deaths) - graded.died
    if not again:
        return ""
    said = f"{graded.deaths[0]} 혼자 다시 실행했습니다"
    if not graded.died:
        return f"{said}. 점수는 다시 실행한 것입니다."
    rest = "" if not due(graded) else " 다음에 채점할 때 한 번 더 실행합니다."
    return f"{said}({again}번, 결과는 같았습니다).{rest}"
