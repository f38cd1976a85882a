"""끝나지 못한 문제마다 이유를 한국어 한두 문장으로 적습니다.

여기 없는 것: 다시 실행할지(`grading.deaths`), 관찰에서 생긴 문제의 말(`judge.problems`).
"""

from __future__ import annotations

from autograder.grading.run import kernel
from autograder.grading.run.runner import NOT_RUN, OUT_OF_TIME, Code, Limits, Run

_STOPPED = {
    kernel.TIMEOUT: "{cell}이 {seconds} 안에 끝나지 않아 중단했습니다.",
    kernel.STUCK: "{cell}이 {seconds} 안에 끝나지 않았고, 중단에도 응답하지 않아 커널을 껐습니다.",
    kernel.FLOOD: "{cell}이 너무 많이 출력해서 중단했습니다.",
    kernel.DIED: (
        "{cell}을 실행하다가 커널이 죽었습니다. 메모리가 모자랐거나 "
        "`os._exit()`처럼 커널을 끝내는 코드가 있을 수 있습니다."
    ),
    kernel.MEMORY: "{cell}이 메모리를 너무 많이 써서 커널을 껐습니다.",
    kernel.SHORT: "{cell}을 실행하다가 채점하는 컴퓨터의 메모리가 모자라 커널을 껐습니다.",
    kernel.PROCESSES: "{cell}이 프로세스를 너무 많이 만들어 커널을 껐습니다.",
    kernel.DISK: "{cell}이 파일을 너무 많이 써서 커널을 껐습니다.",
    OUT_OF_TIME: "노트북 전체가 {total} 안에 끝나지 않아 여기서 멈추었습니다.",
}
_BEFORE = {
    kernel.TIMEOUT: "앞의 셀이 끝나지 않아",
    kernel.STUCK: "앞의 셀이 끝나지 않아",
    kernel.FLOOD: "앞의 셀이 너무 많이 출력해서",
    kernel.DIED: "앞에서 커널이 죽어",
    kernel.MEMORY: "앞의 셀이 메모리를 너무 많이 써서",
    kernel.SHORT: "앞에서 채점하는 컴퓨터의 메모리가 모자라",
    kernel.PROCESSES: "앞의 셀이 프로세스를 너무 많이 만들어",
    kernel.DISK: "앞의 셀이 파일을 너무 많이 써서",
    OUT_OF_TIME: "노트북 전체의 시간이 다 되어",
}


def notes(cells: tuple[Code, ...], run: Run, limits: Limits) -> dict[str, str]:
    """문제의 아이디 → 이유. 할 말이 없는 문제는 들어 있지 않습니다.

    Evidence가 없는 문제에는 언제나 이유가 있습니다.
    """
    found: dict[str, str] = {}
    begin = 0
    for index, cell in enumerate(cells):
        if not cell.exercise:
            continue
        stopped = _stopped(begin, index, run, limits)
        before = range(begin, index)
        begin = index + 1
        if cell.exercise in run.evidence:
            if stopped:
                found[cell.exercise] = f"{stopped} 그때까지 만든 답을 검사했습니다."
            elif said := _errors(before, run):
                found[cell.exercise] = said
        else:
            found[cell.exercise] = stopped or _unfinished(before, index, run)
    return found


def duration(seconds: float) -> str:
    """`90` → "90초", `1200` → "20분"."""
    if seconds >= 120 and seconds % 60 == 0:
        return f"{seconds / 60:.0f}분"
    return f"{seconds:g}초"


def _stopped(begin: int, end: int, run: Run, limits: Limits) -> str:
    """앞 문제의 검사 다음부터 이 검사까지에서 끝까지 실행되지 못한 셀."""
    for index in range(begin, end + 1):
        if run.results[index] in _STOPPED:
            return _STOPPED[run.results[index]].format(
                cell="이 셀" if index == end else "이 검사 앞의 코드 셀",
                seconds=duration(limits.cell_seconds),
                total=duration(limits.notebook_seconds),
            )
    return ""


def _unfinished(before: range, index: int, run: Run) -> str:
    if run.results[index] == NOT_RUN:
        reason = _BEFORE.get(run.results[run.results.index(NOT_RUN) - 1], "앞에서 멈추어")
        return f"{reason} 이 셀까지 실행되지 않았습니다."
    if run.results[index] == kernel.ERROR:
        return _failed(before, index, run)
    return "검사 셀이 답을 관찰하지 못했습니다. 강좌의 패키지 `autograder`를 바꾸는 코드가 있는지 보세요."


def _errors(before: range, run: Run) -> str:
    """검사 앞의 셀들에서 난 첫 오류. 뒤의 오류는 대개 여기서 옵니다."""
    for index in before:
        if run.results[index] == kernel.ERROR:
            return f"이 검사 앞의 코드 셀에서 오류가 났습니다: {_error(run, index)}."
    return ""


def _failed(before: range, index: int, run: Run) -> str:
    earlier = _errors(before, run)
    return f"검사 셀에서 오류가 났습니다: {_error(run, index)}. {earlier}".strip()


def _error(run: Run, index: int) -> str:
    error = next((o for o in run.outputs[index] if o["output_type"] == "error"), None)
    if error is None:
        return "`Exception`"
    first = (error["evalue"].strip().splitlines() or [""])[0]
    message = f"{error['ename']}: {first}".replace("`", "'").rstrip(".")
    return f"`{message[:200]}`"
