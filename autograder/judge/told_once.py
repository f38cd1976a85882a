"""항목마다의 잘못을 Report의 항목으로. 같은 이유는 한 번만 말합니다.

여기 없는 것: 모델의 항목에서 같은 이유를 한 번만 말하는 일(`judge.model`), 잘못을 찾는 일(`judge.dataset`, `judge.transform`).
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.kinds.base import AskedItem
from autograder.report import Item


def nothing_seen(asked: Iterable[tuple[str, float]], message: str, advice: str) -> list[Item]:
    """답을 관찰하지 못했을 때의 항목들. `asked`는 (제목, 배점)이고, 이유는 첫 항목에서만 말합니다."""
    return [
        Item(
            title,
            points,
            0,
            f"{title}: 확인하지 못했습니다." if index else message,
            "" if index else advice,
        )
        for index, (title, points) in enumerate(asked)
    ]


def told_once(asked: Iterable[AskedItem], failures: Iterable[tuple[str, str] | None]) -> list[Item]:
    """`asked`의 항목들. `failures`는 항목마다 잘못된 점과 조언이고, 없으면 None입니다."""
    result: list[Item] = []
    told: list[tuple[str, str]] = []
    for item, failure in zip(asked, failures, strict=True):
        if failure is None:
            result.append(Item(item.title, item.points, item.points))
        elif failure in told:
            text = f"{item.title}: 위와 같은 이유로 확인하지 못했습니다."
            result.append(Item(item.title, item.points, 0, text))
        else:
            told.append(failure)
            text = f"{item.title}: {failure[0]}"
            result.append(Item(item.title, item.points, 0, text, failure[1]))
    return result
