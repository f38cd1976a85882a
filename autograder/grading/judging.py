"""실행한 결과를 판정합니다. 성적부를 쓰는 쪽에서만 부릅니다.

여기 없는 것: 실행(`grading.batch`), 답 하나의 판정(`judge`), 성적부에 적는 일(`grading.recording`).
"""

from __future__ import annotations

from dataclasses import replace

from autograder.exercises import get
from autograder.grading import deaths
from autograder.grading.run.runner import Run, Task
from autograder.grading.store import Graded, Observed, Store, asked_by, judging_version
from autograder.grading.unfinished import notes
from autograder.judge import blank_report, judge
from autograder.kinds import Exercise
from autograder.protocol import Challenge, Evidence, from_bytes
from autograder.report import Report

BROKEN = "관찰 기록이 망가져서 채점할 수 없습니다. 노트북을 처음부터 다시 실행해 보세요."


def settle(store: Store, key: str, task: Task, run: Run) -> Graded:
    """실행을 판정해 관찰과 함께 보관합니다. 전에 끝까지 가지 못한 실행이 있었으면 이어서 셉니다."""
    before = store.get(key)
    cause = deaths.cause(run)
    causes = (*(before.deaths if before is not None else ()), *((cause,) if cause else ()))
    observed = observed_in(task, run)
    graded = Graded(
        run.results,
        run.outputs,
        judged(observed),
        run.seconds,
        sandbox=task.limits.sandbox,
        deaths=causes,
        died=bool(cause),
        judged_by=judging_version(),
        exercise_seconds=run.exercise_seconds,
    )
    store.put(key, graded, observed)
    return graded


def observed_in(task: Task, run: Run) -> Observed:
    """실행에서 보관할 것."""
    asked = {exercise: asked_by(exercise) for exercise in task.challenges}
    return Observed(task.challenges, run.evidence, notes(task.cells, run, task.limits), asked)


def judged(observed: Observed) -> dict[str, Report]:
    """관찰을 판정합니다. 어떻게 끝났든 물은 문제마다 Report가 하나씩 있습니다."""
    return {
        exercise: _report(
            get(exercise),
            from_bytes(Challenge, challenge),
            observed.evidence.get(exercise),
            observed.notes.get(exercise, ""),
        )
        for exercise, challenge in observed.challenges.items()
    }


def stored(store: Store, key: str) -> Graded | None:
    """보관한 결과. 판정이 그 뒤에 바뀌었으면 보관한 관찰을 다시 판정합니다. 쓸 수 있는 것이 없으면 None."""
    graded = store.get(key)
    if graded is None or graded.judged_by == judging_version():
        return graded
    observed = store.observed(key)
    if observed is None:
        return None
    graded = replace(graded, reports=judged(observed), judged_by=judging_version())
    store.put(key, graded)
    return graded


def blank_reports(exercises: list[str], note: str) -> dict[str, Report]:
    """노트북을 읽을 수 없을 때: 모든 문제가 0점이고 이유가 적힌 Report."""
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
