"""묶은 문제의 판정: 부분마다 제 종류의 judge가 판정하고 항목을 이어 놓습니다."""

from __future__ import annotations

import importlib
import itertools
import json
from dataclasses import replace
from typing import Any

from autograder.exercise import CompositeExercise
from autograder.exercise.composite import Part
from autograder.judge.problems import explain
from autograder.korean import with_particle
from autograder.observe.composite import inner
from autograder.protocol import Challenge, Evidence
from autograder.report import Item


def items(exercise: CompositeExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """부분들의 항목을 차례로. 새로 만드는지 묻는 항목은 끝에 있습니다."""
    result: list[Item] = []
    found = evidence.facts.get("parts", {})
    for key, part in exercise.parts.items():
        asked = inner(challenge, key, challenge.facts["parts"][key])
        if key in found:
            seen = inner(evidence, key, found[key])
        else:
            seen = Evidence(asked.exercise, asked.kind, {"status": "unattempted"})
        name = part.call[0] if part.call else part.exercise.subjects[0]
        own = _part_items(part, asked, seen, name)
        if part.layers:
            own.append(_layers_item(*part.layers, found.get(key, {}).get("layers")))
        result += [_titled(part, item) for item in own]
    if exercise.fresh:
        result.append(_fresh_item(exercise, evidence.facts.get("again", {})))
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


def _layers_item(name: str, wanted: int, found: int | None) -> Item:
    title = f"`{name}` 층 {wanted}개로 만듭니다"
    if found is None:
        return Item(title, 1, 0, f"{title}: 확인하지 못했습니다.")
    if found >= wanted:
        return Item(title, 1, 1)
    have = f"{found}개입니다" if found else "없습니다"
    message = f"`{name}` 층이 {wanted}개 있어야 하는데 {have}."
    return Item(title, 1, 0, message, f"모델에 여러분의 `{name}` 객체를 만들어 넣으세요.")


def _fresh_item(exercise: CompositeExercise, again: dict[str, Any]) -> Item:
    title = "부를 때마다 새로 만듭니다"
    calls = {key: part.call for key, part in exercise.parts.items() if part.call}
    if set(again) != set(calls):
        return Item(title, 2, 0, f"{title}: 확인하지 못했습니다.")
    texts = {
        key: f"`{name}({', '.join(json.dumps(value, ensure_ascii=False) for value in args)})`"
        for key, (name, args) in calls.items()
    }
    for key, record in again.items():
        if record["status"] != "seen":
            message, advice = explain(record, calls[key][0])
            return Item(title, 2, 0, f"두 번째로 부른 {texts[key]}: {message}", advice)
        if record["same"]:
            twice = with_particle(texts[key], "을", "를")
            message = f"{twice} 두 번 부르면 같은 모델을 돌려줍니다."
            return Item(title, 2, 0, message, "모델은 함수 안에서 만드세요.")
    made = [(key, set(one)) for key, record in again.items() for one in record["weights"]]
    for (key, one), (other, two) in itertools.combinations(made, 2):
        if not one & two:
            continue
        if key == other:
            message = f"{with_particle(texts[key], '을', '를')} 두 번 불러 얻은 두 모델이"
        else:
            message = f"{with_particle(texts[key], '과', '와')} {texts[other]}의 모델이"
        advice = "층까지 함수 안에서 새로 만드세요. 한 모델을 훈련하면 다른 모델도 바뀝니다."
        return Item(title, 2, 0, f"{message} 가중치를 같이 씁니다.", advice)
    return Item(title, 2, 2)


def _titled(part: Part, item: Item) -> Item:
    if not part.title:
        return item
    message = f"{part.title} · {item.message}" if item.message else ""
    return replace(item, name=f"{part.title} · {item.name}", message=message)
