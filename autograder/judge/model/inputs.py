"""모델의 입력과 출력의 이름, 모양, 자료형을 묻는 항목.

여기 없는 것: 출력의 이름(`judge.model.outputs`), 입력을 넣어 보는 일(`observe.model`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autograder.judge.problems import explain
from autograder.kinds import ModelExercise, Tokens
from autograder.kinds.model import Field, field_shape
from autograder.report import Item


def input_items(
    prefix: str, name: str, exercise: ModelExercise, part: dict[str, Any]
) -> list[Item]:
    """입력마다의 항목. 입력이 여럿이면 이름이나 차례로 봅니다."""
    wanted = exercise.inputs[name.partition("[")[0]]
    if isinstance(wanted, dict):
        return [_named_input_item(prefix, name, key, field, part) for key, field in wanted.items()]
    if isinstance(wanted, list):
        return [
            _numbered_input_item(prefix, name, number, wanted, part)
            for number in range(len(wanted))
        ]
    return [_input_item(prefix, name, wanted, part)]


def _input_item(prefix: str, name: str, field: Field, part: dict[str, Any]) -> Item:
    shape = field_shape(field)
    title = f"{prefix}입력 `{_field_text(field)}`"
    declared = part.get("declared_inputs") or []
    matches = not declared or declared == [[None, *shape]]
    if part["status"] == "seen" and matches:
        return _real(_with_dtype(Item(title, 1, 1), field, part, 0), field, part)
    if declared and (len(declared) > 1 or not _fits(declared[0], shape)):
        found = ", ".join(str(tuple(item[1:])).replace("None", "?") for item in declared)
        message = f"{prefix}입력 모양이 `{shape}`이어야 하는데 `{found}`입니다."
        return Item(
            title, 1, 0, message, "배치 축은 빼고 샘플 하나의 모양만 `keras.Input`에 적습니다."
        )
    if part["status"] == "seen":
        return Item(title, 1, 1)
    return _input_problem(Item(title, 1, 0), prefix, name, part)


def _real(item: Item, field: Field, part: dict[str, Any]) -> Item:
    """실수를 받을 입력을 정수로 선언하면 케라스가 소수를 버립니다."""
    dtypes = part.get("declared_dtypes") or []
    if isinstance(field, Tokens) or not dtypes or "float" in dtypes[0]:
        return item
    message = f"{item.name}: 자료형이 `float32`여야 하는데 `{dtypes[0]}`입니다."
    advice = "정수로 받으면 [0, 1]의 소수가 버려집니다. `keras.Input`의 `dtype`을 지우세요."
    return replace(item, score=0, message=message, advice=advice)


def _input_problem(item: Item, prefix: str, name: str, part: dict[str, Any]) -> Item:
    if part["status"] == "unattempted":
        return replace(item, message=f"{prefix}아직 풀지 않았어요")
    message, advice = explain(part, name)
    return replace(item, message=prefix + message, advice=advice)


_INPUT_ADVICE = "`keras.Input(shape=..., name=...)`의 이름으로 값을 찾아 넣습니다."
_DTYPE_ADVICE = '단어 번호는 정수입니다. `keras.Input(..., dtype="int32")`로 적으세요.'


def _named_input_item(prefix: str, name: str, key: str, field: Field, part: dict[str, Any]) -> Item:
    item = Item(f"{prefix}입력 `{key}`: `{_field_text(field)}`", 1, 1)
    declared = part.get("declared_names") or []
    if declared and key not in declared:
        found = ", ".join(f"`{other}`" for other in declared)
        message = f"{prefix}이름이 `{key}`인 입력이 없습니다. 지금 입력의 이름: {found}."
        return replace(item, score=0, message=message, advice=_INPUT_ADVICE)
    if declared:
        return _declared_item(item, f"{prefix}입력 `{key}`", field, part, declared.index(key))
    if part["status"] != "seen":
        return _input_problem(replace(item, score=0), prefix, name, part)
    if key not in part.get("input_names", []):
        message = f"{prefix}입력을 이름 `{key}`로 받지 않습니다."
        advice = f'`call`에서 `inputs["{key}"]`로 꺼내세요.'
        return replace(item, score=0, message=message, advice=advice)
    return item


def _numbered_input_item(
    prefix: str, name: str, number: int, wanted: list[Field], part: dict[str, Any]
) -> Item:
    item = Item(f"{prefix}{number + 1}번째 입력: `{_field_text(wanted[number])}`", 1, 1)
    declared = part.get("declared_inputs") or []
    if declared and len(declared) != len(wanted):
        message = f"{prefix}입력이 {len(wanted)}개여야 하는데 {len(declared)}개입니다."
        advice = "`keras.Model(inputs=[...], outputs=[...])`의 `inputs`에 모두 적으세요."
        return replace(item, score=0, message=message, advice=advice)
    if declared:
        return _declared_item(item, f"{prefix}{number + 1}번째 입력", wanted[number], part, number)
    if part["status"] != "seen":
        return _input_problem(replace(item, score=0), prefix, name, part)
    return item


def _declared_item(item: Item, what: str, field: Field, part: dict[str, Any], number: int) -> Item:
    """선언한 모양과 자료형을 봅니다. `number`는 몇 번째로 선언한 입력인지입니다."""
    shape, declared = field_shape(field), part["declared_inputs"][number]
    if declared[1:] == list(shape):
        return _with_dtype(item, field, part, number)
    found = str(tuple(declared[1:]))
    advice = "배치 축은 빼고 샘플 하나의 모양만 `keras.Input`에 적습니다."
    if isinstance(field, Tokens):
        advice = "문장의 길이는 샘플마다 다르므로 `shape=(None,)`으로 비워 둡니다."
    return replace(
        item,
        score=0,
        message=f"{what}의 모양이 `{shape}`이어야 하는데 `{found}`입니다.",
        advice=advice,
    )


def _with_dtype(item: Item, field: Field, part: dict[str, Any], number: int) -> Item:
    dtypes = part.get("declared_dtypes") or []
    if not isinstance(field, Tokens) or number >= len(dtypes) or "int" in dtypes[number]:
        return item
    message = f"{item.name}: 자료형이 `int32`여야 하는데 `{dtypes[number]}`입니다."
    return replace(item, score=0, message=message, advice=_DTYPE_ADVICE)


def _field_text(field: Field) -> str:
    return f"{field_shape(field)}" + (" int32" if isinstance(field, Tokens) else "")


def _fits(declared: list[int | None], shape: tuple[int | None, ...]) -> bool:
    """(None, None, 3)처럼 덜 정해진 모양도 그 입력을 받으면 맞습니다."""
    return len(declared) == len(shape) + 1 and all(
        have is None or have == want for have, want in zip(declared[1:], shape, strict=True)
    )
