"""묶은 문제의 판정: 부분마다 제 종류의 judge가 판정하고 항목을 이어 놓습니다.

여기 없는 것: 부분마다의 판정(`judge`), 부분을 관찰하는 일(`observe.composite`), 묶는 법(`kinds.composite`).
"""

from __future__ import annotations

import importlib
import itertools
import json
from dataclasses import replace
from typing import Any, TypeVar

from autograder.judge.problems import explain
from autograder.kinds import CompositeExercise, Exercise, Mistake
from autograder.kinds.composite import Part
from autograder.korean import with_particle
from autograder.observe.composite import inner
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

_E = TypeVar("_E", bound=Exercise)


def items(exercise: CompositeExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """부분들의 항목을 차례로. 새로 만드는지 묻는 항목은 끝에 있습니다."""
    result: list[Item] = []
    found = evidence.facts.get("parts", {})
    mistake: Mistake | None = None
    told: set[str] = set()
    for key, part in exercise.parts.items():
        asked = inner(challenge, key, challenge.facts["parts"][key])
        if key in found:
            seen = inner(evidence, key, found[key])
        else:
            seen = Evidence(asked.exercise, asked.kind, {"status": "unattempted"})
        name = part.call[0] if part.call else part.exercise.subjects[0]
        own = _part_items(part, asked, seen, name, told)
        if mistake is None:
            mistake = _mistake(part, own)
        elif not all(item.passed for item in own):
            own = _with_own(mistake, part, asked, seen, own)
        if part.layers:
            own.append(_layers_item(*part.layers, found.get(key, {}).get("layers")))
        result += [_titled(part, item) for item in own]
    if exercise.fresh:
        result.append(_fresh_item(exercise, evidence.facts))
    return result


def _mistake(part: Part, own: list[Item]) -> Mistake | None:
    """이 부분의 항목이 이유로 말한 오해."""
    lost = [item.message for item in own if not item.passed]
    for mistake in part.exercise.mistakes:
        if mistake.message and any(mistake.message in message for message in lost):
            return mistake
    return None


def _as_if(exercise: _E, mistake: Mistake) -> _E:
    """참고 답안이 `mistake`의 답인 부분."""

    def reference() -> dict[str, Any]:
        made = mistake.make()
        return {name: made[name] for name in exercise.subjects}

    return replace(exercise, id=f"{exercise.id}/{mistake.message}", reference=reference)


def _with_own(
    mistake: Mistake, part: Part, asked: Challenge, seen: Evidence, own: list[Item]
) -> list[Item]:
    """앞에서 말한 오해만 빼면 맞는 부분은 맞은 것입니다."""
    if seen.facts.get("status") != "seen":
        return own
    module = importlib.import_module(f"autograder.judge.{part.exercise.kind}")
    if not all(item.passed for item in module.items(_as_if(part.exercise, mistake), asked, seen)):
        return own
    note = "위에서 말한 것만 고치면 명세의 모델과 같은 값을 냅니다."
    return [
        item if item.passed else Item(item.name, item.points, item.points, note) for item in own
    ]


def _part_items(
    part: Part, asked: Challenge, seen: Evidence, name: str, told: set[str]
) -> list[Item]:
    """부분의 항목들. 볼 수 없는 이유를 앞 부분에서 이미 말했으면(`told`) 되풀이하지 않습니다."""
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
        if message in told:
            message, advice = f"{blank[0].name}: 위와 같은 이유로 확인하지 못했습니다.", ""
        told.add(message)
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


def _fresh_item(exercise: CompositeExercise, facts: dict[str, Any]) -> Item:
    title = "부를 때마다 새로 만듭니다"
    calls = {key: part.call for key, part in exercise.parts.items() if part.call}
    # 처음부터 모델을 만들지 못한 것은 제 항목이 말합니다. 만든 것들만 봅니다.
    again = {key: record for key, record in facts.get("again", {}).items() if key in calls}
    if not again:
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
