"""모델의 판정: 참고 모델을 똑같이 관찰해서 두 Evidence를 비교합니다.

여기 없는 것: 관찰(`observe.model`), 구조가 자유인 모델(`judge.open`), 명세의 글(`exercises.specification`).

1. 같은 가중치에서 출력과 손실(규제)이 같으면 구조가 맞은 것입니다. 어떻게 썼는지는 묻지 않습니다.
2. 추론에 드러나지 않는 것(드롭아웃, 공유, 이름)은 따로 비교합니다.
3. 다르면 실행한 층을 참고 모델의 층과 나란히 맞추어, 다른 곳마다 항목으로 말합니다.
4. 정확도는 학습자의 가중치를 참고 모델에 옮겨 judge가 잽니다.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autograder.judge.model.accuracy import accuracy_item
from autograder.judge.model.inputs import input_items
from autograder.judge.model.layers import layer_items
from autograder.judge.model.match import match
from autograder.judge.model.outputs import closer, crossings, output_names_item
from autograder.judge.model.part import Part
from autograder.judge.model.reference import reference_evidence
from autograder.judge.model.sharing import same_sharing, shared_item
from autograder.judge.model.whole import whole_item
from autograder.kinds import ModelExercise
from autograder.korean import with_particle
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

_STYLES = {
    "sequential": ("순차형(Sequential) API로 만듭니다", "`keras.Sequential`을 쓰세요."),
    "functional": (
        "함수형 API로 만듭니다",
        "`keras.Input`에서 시작해 `keras.Model(inputs, outputs)`로 묶으세요.",
    ),
    "subclass": (
        "`keras.Model`을 상속한 클래스로 만듭니다",
        "`class 이름(keras.Model):`에 `__init__`과 `call`을 쓰고 객체를 만드세요.",
    ),
}
_STYLE_NAMES = {
    "sequential": "순차형 모델",
    "functional": "함수형 모델",
    "subclass": "서브클래싱 모델",
}


def items(exercise: ModelExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """항목들을 만듭니다."""
    reference = reference_evidence(exercise, challenge)
    wanted_parts, parts = reference.facts["parts"], evidence.facts.get("parts", {})
    crossed: dict[str, dict[str, str]] = {}
    matches = {}
    for name, wanted in wanted_parts.items():
        found = parts.get(name) or {"status": "problem", "problem": "missing"}
        matched = match(exercise, challenge, reference, evidence, name, found)
        for uncrossed, renamed in crossings(exercise, found, matched):
            again = match(exercise, challenge, reference, evidence, name, uncrossed)
            if again.equal or again.surplus or closer(exercise, name, wanted, uncrossed, found):
                matched, crossed[name] = again, renamed
                parts = parts | {name: uncrossed}
                break
        matches[name] = matched
    unshared = bool(exercise.shared) and not same_sharing(wanted_parts, parts)
    result: list[Item] = []
    if exercise.style:
        result.append(_style_item(exercise.style, parts))
    if exercise.model_name:
        result.append(_name_item(exercise.model_name, parts.get("model", {})))
    detailed = _detailed(exercise, list(wanted_parts))
    for base in exercise.inputs:
        names = [name for name in wanted_parts if name.partition("[")[0] == base]
        groups = []
        for name in names:
            part = Part(
                exercise=exercise,
                name=name,
                prefix="" if list(wanted_parts) == ["model"] else f"`{name}` · ",
                wanted=wanted_parts[name],
                found=parts.get(name) or {"status": "problem", "problem": "missing"},
                arrays=evidence.arrays,
                equal=matches[name].equal,
                alike=matches[name].alike,
                surplus=matches[name].surplus,
                idle=matches[name].idle,
                crossed=crossed.get(name, {}),
                detailed=name in detailed,
                unshared=unshared,
            )
            groups.append(_part_items(part))
        result += [_merged(base, names, same) for same in zip(*groups, strict=True)]
    if exercise.shared:
        counts = evidence.facts.get("counts", {})
        result.append(shared_item(exercise, wanted_parts, parts, counts))
    if exercise.without_fit:
        result.append(_without_fit_item(parts.get("model", {})))
    if exercise.accuracy:
        result.append(
            accuracy_item(
                exercise,
                challenge,
                evidence,
                same_structure=matches["model"].equal,
            )
        )
    return result


def _part_items(part: Part) -> list[Item]:
    result = input_items(part.prefix, part.name, part.exercise, part.found)
    if part.exercise.output_names:
        result.append(output_names_item(part))
    if part.detailed:
        result += layer_items(part)
    return told_once([*result, whole_item(part)])


def told_once(items: list[Item]) -> list[Item]:
    """같은 이유는 한 번만 말합니다."""
    told: set[str] = set()
    result = []
    for item in items:
        if not item.passed and item.message in told:
            text = f"{item.name}: 위와 같은 이유로 확인하지 못했습니다."
            item = replace(item, message=text, advice="")
        told.add(item.message)
        result.append(item)
    return result


def _merged(base: str, names: list[str], items: tuple[Item, ...]) -> Item:
    """리스트인 부분은 항목을 하나로 모읍니다. 하나라도 틀리면 그 모델의 메시지를 보입니다."""
    first = next((item for item in items if not item.passed), items[0])
    return replace(first, name=items[0].name.replace(f"`{names[0]}`", f"`{base}`", 1))


def _detailed(exercise: ModelExercise, names: list[str]) -> list[str]:
    if exercise.detailed is None:
        return names
    return [name for name in names if name.partition("[")[0] in exercise.detailed]


def _style_item(style: str, parts: dict[str, Any]) -> Item:
    name, advice = _STYLES[style]
    for part, record in parts.items():
        found = record.get("style")
        if found != style:
            kind = _STYLE_NAMES.get(str(found))
            message = (
                f"{name}. 지금 {with_particle(f'`{part}`', '은', '는')} {kind}입니다."
                if kind
                else f"{name}. {with_particle(f'`{part}`', '은', '는')} 아직 모델이 아닙니다."
            )
            return Item(name, 1, 0, message, advice)
    return Item(name, 1, 1) if parts else Item(name, 1, 0, name, advice)


def _without_fit_item(part: dict[str, Any]) -> Item:
    title = "`fit`을 부르지 않고 훈련합니다"
    if part.get("status") != "seen":
        return Item(title, 1, 0, f"{title}: 확인하지 못했습니다.")
    used = "fit" if part["fitted"] else "train_on_batch" if part["batch_trained"] else ""
    if not used:
        return Item(title, 1, 1)
    message = f"{title}. 이 모델에는 {with_particle(f'`{used}`', '을', '를')} 부른 적이 있습니다."
    advice = "모델을 새로 만들어 `tf.GradientTape`로 쓴 루프로만 훈련하세요."
    return Item(title, 1, 0, message, advice)


def _name_item(wanted: str, part: dict[str, Any]) -> Item:
    name = f"모델의 이름은 `{wanted}`입니다"
    found = part.get("name")
    if found == wanted:
        return Item(name, 1, 1)
    message = f"{name}." + (f" 지금은 `{found}`입니다." if found else "")
    return Item(name, 1, 0, message, "`keras.Model(inputs, outputs, name=...)`으로 정합니다.")
