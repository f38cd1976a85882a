"""Evidence를 판정해 Report를 만듭니다. 학습자의 객체는 보지 않습니다.

여기 없는 것: 관찰(`observe`), 문제와 참고 답안(`exercises`), Report의 모습(`report`).
"""

from __future__ import annotations

import importlib
from dataclasses import replace

from autograder.judge.problems import explain
from autograder.judge.settings import settings_note
from autograder.kinds import Exercise
from autograder.protocol import Challenge, Evidence
from autograder.report import Item, Report

UNUSABLE = ("other_keras", "made_in_graph")
"""어느 종류의 문제든 아무것도 볼 수 없는 답."""
_BROKEN = "관찰 기록이 망가져서 채점할 수 없습니다. 노트북을 처음부터 다시 실행하세요."
_UNSEEN = "답을 관찰하다가 오류가 나서 끝까지 보지 못했습니다."


def judge(exercise: Exercise, challenge: Challenge, evidence: Evidence) -> Report:
    """`evidence`가 무엇이든 Report를 돌려줍니다. 형식이 어긋난 Evidence는 0점입니다."""
    from autograder.observe.probe import same_randomness, same_registry
    from autograder.observe.quiet import quiet
    from autograder.observe.settings import course_settings

    module = importlib.import_module(f"autograder.judge.{exercise.kind}")
    attempted = evidence.facts.get("status") != "unattempted"
    note = settings_note(evidence.facts.get("settings")) if attempted else ""
    with quiet(), same_randomness(), same_registry(), course_settings():
        if (evidence.exercise, evidence.kind) != (challenge.exercise, challenge.kind):
            items = blank_items(exercise, challenge)
            note = "다른 문제의 관찰 기록이라 채점할 수 없습니다."
        elif not attempted:
            items = blank_items(exercise, challenge)
        elif evidence.facts.get("problem") in UNUSABLE:
            first, *rest = blank_items(exercise, challenge)
            message, _ = explain(evidence.facts, str(evidence.facts.get("subject")))
            items = [replace(first, message=message), *rest]
        else:
            try:
                items = module.items(exercise, challenge, evidence)
                if _unobserved(evidence):
                    # 검사의 오류이거나 검사를 건드린 코드입니다. 어느 쪽이든 강사가 표에서 보아야 합니다.
                    note = f"{note} {_UNSEEN}".strip()
            except (KeyError, IndexError, TypeError, ValueError, AttributeError, StopIteration):
                # 관찰은 학습자의 코드 곁에서 하므로 기록이 망가져 있을 수 있습니다.
                _require_sound(exercise, challenge)
                note = _BROKEN
                items = blank_items(exercise, challenge)
    return Report(exercise.id, exercise.number, exercise.title, tuple(items), attempted, note)


def blank_report(exercise: Exercise, note: str, *, attempted: bool = True) -> Report:
    """아무 항목도 얻지 못한 Report. 셀이 끝나지 못했거나 노트북을 읽을 수 없을 때 씁니다."""
    from autograder.kinds.telling import any_seed
    from autograder.observe.quiet import quiet
    from autograder.observe.settings import course_settings

    with quiet(), course_settings(), any_seed():
        items = blank_items(exercise, exercise.challenge(0))
    return Report(exercise.id, exercise.number, exercise.title, tuple(items), attempted, note)


def blank_items(exercise: Exercise, challenge: Challenge) -> list[Item]:
    """항목의 이름과 배점만 있고 점수는 0인 항목들."""
    module = importlib.import_module(f"autograder.judge.{exercise.kind}")
    nothing = Evidence(challenge.exercise, challenge.kind, {"status": "unattempted"})
    return [
        Item(item.name, item.points, 0, f"{item.name}: 확인하지 못했습니다.")
        for item in module.items(exercise, challenge, nothing)
    ]


def points_of(exercise: Exercise) -> float:
    """문제의 배점."""
    return blank_report(exercise, "").points


def _unobserved(evidence: Evidence) -> bool:
    """관찰하는 코드가 오류로 끝났는지. 묶인 문제는 부분마다 봅니다."""
    facts = evidence.facts
    parts = facts.get("parts", {}) if evidence.kind == "composite" else {}
    found = (facts, *(part["facts"] for part in parts.values()))
    return any(each.get("problem") == "observe" for each in found)


def _require_sound(exercise: Exercise, challenge: Challenge) -> None:
    """참고 답안도 판정할 수 없으면 망가진 것은 Evidence가 아니라 문제이므로 예외가 나갑니다."""
    from autograder.observe import observe

    module = importlib.import_module(f"autograder.judge.{exercise.kind}")
    module.items(exercise, challenge, observe(challenge, exercise.solution()))
