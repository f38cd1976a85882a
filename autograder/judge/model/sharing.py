"""부분끼리 가중치를 함께 쓰는지 묻는 항목.

여기 없는 것: 한 모델 안에서 다시 부른 층(`judge.model.branches`), 층마다의 항목(`judge.model.layers`).
"""

from __future__ import annotations

from typing import Any

from autograder.kinds import ModelExercise
from autograder.korean import with_particle
from autograder.report import Item


def shared_item(
    exercise: ModelExercise, wanted: dict[str, Any], found: dict[str, Any], counts: dict[str, int]
) -> Item:
    """부분끼리 가중치를 함께 쓰는지 묻는 항목."""
    title = exercise.shared or ""
    for base, count in exercise.counts.items():
        if counts.get(base, count) != count:
            message = f"`{base}`에 모델이 {count}개여야 하는데 {counts[base]}개입니다."
            return Item(title, 2, 0, message)
    if any(found.get(name, {}).get("status") != "seen" for name in wanted):
        return Item(title, 2, 0, f"{title}: 확인하지 못했습니다.")
    names = list(wanted)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            if _alike(wanted, found, first, second):
                continue
            if _common(wanted, first, second):
                return Item(
                    title,
                    2,
                    0,
                    f"`{second}` 안에서 `{first}`의 가중치를 쓰지 않습니다.",
                    f"{with_particle(f'`{first}`', '을', '를')} 새로 만들지 말고 "
                    f"그대로 부르세요: `{first}(...)`.",
                )
            message = f"{with_particle(f'`{first}`', '과', '와')} `{second}`의 가중치가 따로 있어야 하는데 같은 것입니다."
            return Item(title, 2, 0, message, "같은 모델을 두 번 쓰지 말고 따로 만드세요.")
    return Item(title, 2, 2)


def same_sharing(wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    """어느 두 부분이 가중치를 함께 쓰는지가 명세와 같은지."""
    names = list(wanted)
    return all(
        _alike(wanted, found, first, second)
        for i, first in enumerate(names)
        for second in names[i + 1 :]
    )


def _alike(wanted: dict[str, Any], found: dict[str, Any], first: str, second: str) -> bool:
    """두 부분이 함께 쓰는 것이 명세와 같은지: 아무것도, 앞의 것을 모두, 또는 몇 개.

    앞의 것을 모두 쓴다면, 앞의 것에 층이 더 있거나 모자라는 것은 그 부분의 항목이 말합니다.
    """
    want, have = _common(wanted, first, second), _common(found, first, second)
    if not want:
        return not have
    whole = [len(parts.get(first, {}).get("weights", ())) for parts in (wanted, found)]
    return have == whole[1] > 0 if want == whole[0] else have == want


def _common(parts: dict[str, Any], first: str, second: str) -> int:
    return len(
        set(parts.get(first, {}).get("weights", ())) & set(parts.get(second, {}).get("weights", ()))
    )
