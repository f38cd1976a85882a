"""출력의 이름: 명세와 같은지, 서로 바뀌었는지.

여기 없는 것: 출력의 값(`judge.model.match`), 입력의 항목(`judge.model.inputs`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from autograder.judge.model.layers import differences_told
from autograder.judge.model.match import Match
from autograder.judge.model.part import Part
from autograder.judge.model.reference import output_order
from autograder.kinds import ModelExercise
from autograder.korean import with_particle
from autograder.report import Item


def crossings(
    exercise: ModelExercise, found: dict[str, Any], matched: Match
) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """출력의 이름을 서로 바꾸어 붙인 기록과, 지금의 이름 → 바꾼 이름. 값이 이미 같으면 주지 않습니다."""
    names = found.get("output_names", [])
    if matched.equal or matched.surplus or not found.get("outputs"):
        return
    if output_order(exercise, found) is None:
        return
    for other in itertools.permutations(names):
        changed = {now: then for now, then in zip(names, other, strict=True) if now != then}
        if changed:
            yield found | {"output_names": list(other)}, changed


def closer(
    exercise: ModelExercise,
    name: str,
    wanted: dict[str, Any],
    uncrossed: dict[str, Any],
    found: dict[str, Any],
) -> bool:
    """이름을 바꾸어 붙인 기록의 층들이 명세에 더 가까운지."""
    after, before = (differences_told(exercise, name, wanted, item) for item in (uncrossed, found))
    return after < before


def output_names_item(part: Part) -> Item:
    """출력의 이름을 묻는 항목."""
    wanted = part.exercise.output_names
    listed = ", ".join(f"`{name}`" for name in wanted)
    title = f"{part.prefix}출력의 이름은 {listed}입니다"
    found = part.found.get("output_names", [])
    if part.crossed:
        now, then = next(iter(part.crossed.items()))
        message = (
            f"{title}. 이름이 서로 바뀌었습니다: "
            f"{with_particle(f'`{then}`', '이어야', '여야')} 하는 출력의 이름이 `{now}`입니다."
        )
        advice = "이름을 준 층과 그 층이 받는 텐서를 하나씩 짝지어 보세요."
        return Item(title, 1, 0, message, advice)
    if sorted(found) == sorted(wanted):
        return Item(title, 1, 1)
    if part.found["status"] != "seen":
        return Item(title, 1, 0, f"{title}: 확인하지 못했습니다.")
    message = f"{title}." + (
        " 지금은 " + ", ".join(f"`{name}`" for name in found) + "입니다."
        if found
        else " 지금은 이름이 없습니다."
    )
    advice = "출력을 내는 층에 `name=`을 주거나, 출력을 이름 → 텐서의 딕셔너리로 주세요."
    return Item(title, 1, 0, message, advice)
