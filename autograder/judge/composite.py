"""묶은 문제의 판정: 부분마다 제 종류의 judge가 판정하고 항목을 이어 놓습니다."""

from __future__ import annotations

import importlib
from dataclasses import replace

from autograder.exercise import CompositeExercise
from autograder.exercise.composite import Part
from autograder.judge.problems import explain
from autograder.observe.composite import inner
from autograder.protocol import Challenge, Evidence
from autograder.report import Item


def items(exercise: CompositeExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """부분들의 항목을 차례로."""
    result: list[Item] = []
    found = evidence.facts.get("parts", {})
    for key, part in exercise.parts.items():
        asked = inner(challenge, key, challenge.facts["parts"][key])
        if key in found:
            seen = inner(evidence, key, found[key])
        else:
            seen = Evidence(asked.exercise, asked.kind, {"status": "unattempted"})
        name = part.call[0] if part.call else part.exercise.subjects[0]
        result += [_titled(part, item) for item in _part_items(part, asked, seen, name)]
    return result


def _part_items(part: Part, asked: Challenge, seen: Evidence, name: str) -> list[Item]:
    from autograder.judge import blank_items

    status = seen.facts.get("status")
    if (seen.exercise, seen.kind) == (asked.exercise, asked.kind) and status == "seen":
        module = importlib.import_module(f"autograder.judge.{part.exercise.kind}")
        return list(module.items(part.exercise, asked, seen))
    blank = blank_items(part.exercise, asked)
    if status == "unattempted":
        message, advice = "아직 풀지 않았어요.", ""
    else:
        message, advice = explain(seen.facts, name)
    return [replace(blank[0], message=message, advice=advice), *blank[1:]]


def _titled(part: Part, item: Item) -> Item:
    if not part.title:
        return item
    message = f"{part.title} · {item.message}" if item.message else ""
    return replace(item, name=f"{part.title} · {item.name}", message=message)
