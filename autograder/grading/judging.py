"""실행한 결과를 판정합니다. 성적부를 쓰는 쪽에서만 부릅니다."""

from __future__ import annotations

from dataclasses import replace

from autograder.exercises import get
from autograder.grading.run.runner import Run, Task
from autograder.grading.store import Graded
from autograder.grading.unfinished import notes
from autograder.judge import blank_report, judge
from autograder.kinds import Exercise
from autograder.protocol import Challenge, Evidence, from_bytes
from autograder.report import Report

BROKEN = "관찰 기록이 망가져서 채점할 수 없습니다. 노트북을 처음부터 다시 실행해 보세요."


def grade_run(task: Task, run: Run) -> Graded:
    """실행을 판정합니다. 어떻게 끝났든 `task`의 모든 문제에 Report가 하나씩 있습니다."""
    explained = notes(task.cells, run, task.limits)
    made = {
        exercise: _report(
            get(exercise),
            from_bytes(Challenge, challenge),
            run.evidence.get(exercise),
            explained.get(exercise, ""),
        )
        for exercise, challenge in task.challenges.items()
    }
    return Graded(run.results, run.outputs, made, run.seconds)


def blank_reports(exercises: list[str], note: str) -> dict[str, Report]:
    """노트북을 읽을 수 없을 때: 모든 문제가 0점이고 까닭이 적힌 Report."""
    return {exercise: blank_report(get(exercise), note) for exercise in exercises}


def _report(exercise: Exercise, challenge: Challenge, evidence: bytes | None, note: str) -> Report:
    if evidence is None:
        return blank_report(exercise, note)
    try:
        made = judge(exercise, challenge, from_bytes(Evidence, evidence))
    except Exception:  # noqa: BLE001
        # Written beside the learner's code, evidence can be anything at all. Only when the
        # reference answer fails too is it our own mistake.
        judge(exercise, challenge, _reference_evidence(exercise, challenge))
        return blank_report(exercise, BROKEN)
    if note and not made.passed:
        made = replace(made, note=f"{note} {made.note}".strip())
    return made


def _reference_evidence(exercise: Exercise, challenge: Challenge) -> Evidence:
    from autograder.observe import observe

    return observe(challenge, exercise.solution())
