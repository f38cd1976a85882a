"""층마다의 항목: 나란히 맞춘 단계에서 다른 곳과, 추론에 드러나지 않는 층을 말합니다.

여기 없는 것: 나란히 맞추는 일(`judge.model.align`, `judge.model.branches`), 모델 전체의 항목(`judge.model.whole`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from autograder.judge.layer_names import difference, layer_name, setting_advice, settings_text
from autograder.judge.model import branches
from autograder.judge.model.align import Pair, differences
from autograder.judge.model.part import Part
from autograder.judge.model.reference import compared, labels, wanted_steps
from autograder.judge.model.stages import (
    Step,
    does_nothing,
    in_training,
    split_by_use,
    step_of,
    steps_of,
)
from autograder.kinds import ModelExercise
from autograder.korean import with_particle
from autograder.observe.trace import UNKNOWN
from autograder.report import Item


def layer_items(part: Part) -> list[Item]:
    """한 부분의 층마다의 항목과, 명세에 없는 층이 없는지 묻는 항목.

    추론의 값이 같은 모델이면 추론에 드러나지 않는 층만 따집니다.
    """
    prefix, points = part.prefix, part.exercise.layer_points
    wanted, found, pairs = compared(part.exercise, part.name, part.wanted, part.found)
    titles = step_titles(wanted)
    extra_name = f"{prefix}명세에 없는 층이 없습니다"
    if not found:
        worth = {f"{prefix}{title}": points for title in titles} | {extra_name: 1.0}
        return [
            Item(name, most, 0, f"{name}: 확인하지 못했습니다.") for name, most in worth.items()
        ]
    if part.equal or part.surplus:
        pairs = _pair_invisible(wanted, found)
    lost = split_by_use(part.found)[1]
    if part.idle:
        # 추론과 같은 값을 내므로, 불렀어도 결과를 쓰지 않은 것입니다.
        lost += [found[p.found] for p in pairs if p.wanted is not None and p.found is not None]
        pairs = [replace(p, found=None) if p.wanted is not None else p for p in pairs]
    verdicts = _verdicts(wanted, found, pairs, part.found["style"], lost)
    # 오류가 나서 멈춘 모델에서는 부르지 못한 층이 있는지 알 수 없습니다.
    partial = bool(part.found.get("partial"))
    unreached = {p.wanted for p in pairs if p.found is None} if partial else set()
    reached = [p.wanted for p in pairs if p.wanted is not None and p.wanted not in unreached]
    chain = not branches.is_graph(part.wanted)
    result = []
    for index, title in enumerate(titles):
        message, advice = verdicts.get(index, ("", ""))
        if index in unreached:
            name = f"{prefix}{title}"
            if chain and any(other > index for other in reached):
                text = f"{prefix}{ordinal(wanted, index)}: 뒤에 있어야 하는 층을 먼저 불렀습니다."
                advice = f"{_COUNT_ADVICE} 명세 {index + 1}번을 다시 보세요."
                result.append(Item(name, points, 0, text, advice))
            else:
                result.append(Item(name, points, 0, f"{name}: 확인하지 못했습니다."))
            continue
        score = 0 if message else points
        number = f" 명세 {index + 1}번을 다시 보세요." if message else ""
        text = f"{prefix}{ordinal(wanted, index)}: {message}" if message else ""
        result.append(Item(f"{prefix}{title}", points, score, text, (advice + number).strip()))
    told, advice = _unasked(found, pairs), _COUNT_ADVICE
    if part.surplus or (not told and not part.equal):
        told, advice = surplus_text(part)
    if not told and not part.alike:
        told, advice = _TRAINS_DIFFERENTLY, ""
    if partial and not told:
        result.append(Item(extra_name, 1, 0, f"{extra_name}: 확인하지 못했습니다."))
    elif told:
        result.append(Item(extra_name, 1, 0, prefix + told, advice))
    else:
        result.append(Item(extra_name, 1, 1))
    return result


def surplus_text(part: Part) -> tuple[str, str]:
    """명세에 없지만 출력에 닿지 않는 가중치를 말하는 (메시지, 조언). 없으면 빈 문자열들."""
    wanted, found, pairs = compared(part.exercise, part.name, part.wanted, part.found)
    lost = [step for step in split_by_use(part.found)[1] if step.parameters]
    if part.surplus:
        lost += [found[p.found] for p in pairs if p.wanted is None and p.found is not None]
    else:
        # 명세의 층인데 결과를 쓰지 않은 것은 그 층의 항목이 말합니다.
        for pair in pairs:
            if pair.wanted is not None and pair.found is None:
                mine = next((x for x in lost if x.kind == wanted[pair.wanted].kind), None)
                lost = [step for step in lost if step is not mine]
    steps = [step for step in lost if step.parameters]
    if steps:
        named = ", ".join(_described(step) for step in steps)
        return (
            f"명세에 없는 층이 더 있습니다: {named}. 출력을 바꾸지 않지만 가중치는 모델에 남습니다.",
            "그 층을 지우세요.",
        )
    if part.surplus:
        return (
            "모델에 있지만 쓰지 않는 가중치가 있습니다.",
            "`call`에서 부르지 않는 층이나 가중치를 지우세요.",
        )
    return "", ""


def differences_told(
    exercise: ModelExercise, name: str, wanted_part: dict[str, Any], part: dict[str, Any]
) -> int:
    """나란히 맞춘 단계에서 다른 곳의 수."""
    wanted, found, pairs = compared(exercise, name, wanted_part, part)
    extra = sum(pair.wanted is None for pair in pairs)
    return extra + len(_verdicts(wanted, found, pairs, part["style"]))


_COUNT_ADVICE = "층의 수와 순서를 명세와 비교해 보세요."
_TRAINS_DIFFERENTLY = (
    "훈련 모드에서는 명세의 모델과 다른 값을 냅니다. 훈련할 때만 일하는 연산이 있는지 보세요."
)


def _unasked(found: list[Step], pairs: list[Pair]) -> str:
    """명세에 없는 층을 말하는 문장. 없으면 빈 문자열."""
    extra = [pair.found for pair in pairs if pair.wanted is None and pair.found is not None]
    if not extra:
        return ""
    return f"명세에 없는 층이 더 있습니다: {', '.join(_where(found, index) for index in extra)}."


def _pair_invisible(wanted: list[Step], found: list[Step]) -> list[Pair]:
    """계산이 같으면 추론에 드러나지 않는 층만 따집니다. 나머지는 어떻게 썼든 맞습니다."""
    # 층 없이 쓴 계산(`ops.mean` 등)이 있으면 단계의 수가 다르므로, 가중치가 있는 층만 셉니다.
    count_all = sum(step.mixes for step in wanted) == sum(step.mixes for step in found)
    places = _invisible_places(found, count_all)
    pairs = []
    for index, place in _invisible_places(wanted, count_all).items():
        match = next((other for other, there in places.items() if there == place), None)
        if match is not None:
            places.pop(match)
        pairs.append(Pair(index, match))
    return pairs + [Pair(None, index) for index in places]


def _invisible_places(steps: list[Step], count_all: bool) -> dict[int, int]:
    """추론에 드러나지 않는 단계의 번호 → 그 앞에서 값을 섞는 단계의 수.

    모양만 바꾸는 층의 앞과 뒤는 같은 자리입니다.
    """
    places, before = {}, 0
    for index, step in enumerate(steps):
        if step.invisible:
            places[index] = before
        before += step.mixes and (count_all or step.parameters > 0)
    return places


_MISSING_MERGE = {
    "Add": "두 갈래를 `layers.Add()([x, y])`로 더해 잇습니다.",
    "Concatenate": "갈래들을 `layers.Concatenate()([x, y])`로 이어 붙입니다.",
}
_CONNECTION_ADVICE = {
    "order": "리스트에 적은 차례대로 이어 붙습니다. 차례를 명세와 비교하세요.",
    "source": "층을 부를 때 괄호에 넣은 텐서를 보세요. `show_flow(모델)`로 그리면 잘 보입니다.",
    "separate": "층을 한 번만 만들어 변수에 담고, 그 층을 여러 번 부르세요.",
    "shared": "층을 따로 만들어 하나씩 부르세요.",
}
_MISSING = {
    "sequential": "`{}` 층을 명세의 자리에 넣으세요.",
    "functional": "층을 만들었어도 `x = 층(x)`로 잇지 않으면 그래프에서 빠집니다.",
    "subclass": "`__init__`에서 만든 층을 `call`에서 모두 부르는지 보세요.",
}


_SHUFFLED = "명세의 층이 모두 있지만 차례가 다릅니다. 층의 순서를 명세와 비교해 보세요."
_MOVED = ("자리가 다릅니다.", "층의 순서를 명세와 비교해 보세요.")
_IDLE = (
    "훈련 모드에서도 추론과 같은 값을 냅니다.",
    "드롭아웃 층의 결과를 받아 다음 층에 넘기는지 보세요.",
)
_LOST = (
    "부르지만 결과를 쓰지 않습니다.",
    "`x = self.층(x)`처럼 결과를 다시 담아 다음 층에 넘기세요.",
)


def _verdicts(
    wanted: list[Step],
    found: list[Step],
    pairs: list[Pair],
    style: str,
    lost: Sequence[Step] = (),
) -> dict[int, tuple[str, str]]:
    """단계의 번호 → (메시지, 조언). `lost`는 결과를 쓰지 않는 단계들입니다."""
    left = list(lost)
    verdicts: dict[int, tuple[str, str]] = {}
    shuffled = _same_layers(wanted, found)
    extra = [found[pair.found] for pair in pairs if pair.wanted is None and pair.found is not None]
    for pair in pairs:
        if pair.wanted is None:
            continue
        step = wanted[pair.wanted]
        if pair.found is None:
            idle = next((one for one in left if one.kind == step.kind), None)
            if idle is not None:
                left.remove(idle)
                verdicts[pair.wanted] = _LOST
                continue
            moved = any(other.kind == step.kind and not differences(step, other) for other in extra)
            verdicts[pair.wanted] = (
                _MOVED
                if moved
                else (
                    "빠졌습니다.",
                    _MISSING_MERGE.get(step.kind) or _MISSING[style].format(step.kind),
                )
            )
            continue
        other = found[pair.found]
        if other.kind != step.kind:
            verdicts[pair.wanted] = (
                f"`{step.kind}` 층이어야 하는데 `{other.kind}` 층입니다.",
                _SHUFFLED if shuffled else "층의 종류를 바꾸세요.",
            )
            continue
        different = differences(step, other)
        if different:
            sentences = [
                difference(key, step.settings[key], other.settings.get(key)) for key in different
            ]
            advice = _SHUFFLED if shuffled else setting_advice(different[0], step.kind)
            verdicts[pair.wanted] = " ".join(sentences), advice
    if any(step.sources for step in wanted):
        for index, told in branches.connections(wanted, found, pairs).items():
            if told[0] != "unclear":
                verdicts.setdefault(index, _connection_verdict(wanted, *told))
    return verdicts


def _same_layers(wanted: list[Step], found: list[Step]) -> bool:
    """한 줄인 두 모델의 층이 차례만 빼고 같은지."""
    left = list(found)
    for step in wanted:
        mine = next((x for x in left if x.kind == step.kind and not differences(step, x)), None)
        if mine is None or step.sources:
            return False
        left.remove(mine)
    return not left


def _connection_verdict(
    wanted: list[Step], kind: str, want: list[Any], have: list[Any]
) -> tuple[str, str]:
    advice = _CONNECTION_ADVICE[kind]
    if kind == "separate":
        first = with_particle(ordinal(wanted, want[0]), "과", "와")
        return f"{first} 같은 층이어야 하는데 새로 만든 층입니다.", advice
    if kind == "shared":
        first = with_particle(ordinal(wanted, have[0]), "과", "와")
        return f"새로 만든 층이어야 하는데 {first} 같은 층입니다.", advice
    first, second = (
        ", ".join(ordinal(wanted, s) if isinstance(s, int) else s for s in sources)
        for sources in (want, have)
    )
    subject = "입력의 차례가" if kind == "order" else "입력이"
    return f"{subject} {with_particle(first, '이어야', '여야')} 하는데 {second}입니다.", advice


def first_difference(part: Part) -> tuple[str, str] | None:
    """나란히 맞춘 단계에서 처음으로 다른 곳의 (메시지, 조언). 모두 같으면 None."""
    wanted, found, pairs = compared(part.exercise, part.name, part.wanted, part.found)
    lost = split_by_use(part.found)[1]
    return _first_told(wanted, found, pairs, part.found["style"], lost)


def _first_told(
    wanted: list[Step],
    found: list[Step],
    pairs: list[Pair],
    style: str,
    lost: Sequence[Step],
) -> tuple[str, str] | None:
    verdicts = _verdicts(wanted, found, pairs, style, lost)
    for index, (message, advice) in sorted(verdicts.items()):
        return f"{ordinal(wanted, index)}: {message}", advice
    told = _unasked(found, pairs)
    return (told, _COUNT_ADVICE) if told else None


def unknown_operation(part: Part) -> tuple[str, str] | None:
    """층이 아닌 연산을 지난 값을 받는 첫 층을 말하는 (메시지, 조언). 없으면 None."""
    advice = "층 사이에 더하거나 곱하거나 나누는 연산이 있는지 보세요."
    known = in_training(part.found)
    for call in part.found["calls"]:
        if call["leaf"] and not does_nothing(call) and UNKNOWN in call["sources"]:
            step = step_of(call, known)
            return (
                f"{with_particle(_described(step), '이', '가')} 받는 값이 앞 층의 출력이나 모델의 입력 "
                "그대로가 아닙니다. 층이 아닌 연산을 지났습니다.",
                advice,
            )
    if UNKNOWN in part.found["output_sources"]:
        message = "모델의 출력이 마지막 층의 출력 그대로가 아닙니다. 층이 아닌 연산을 지났습니다."
        return message, advice
    return None


def hidden_difference(part: Part) -> tuple[str, str] | None:
    """추론의 값은 같은 두 모델이 훈련할 때 다른 점의 (메시지, 조언). 없으면 None."""
    wanted = wanted_steps(part.exercise, part.name, part.wanted)
    record, lost = split_by_use(part.found)
    if branches.is_graph(part.wanted):
        found = branches.graph_steps(record, labels(part.exercise, part.name, record))
    else:
        found = steps_of(record)
    if part.idle:
        return _IDLE
    told = _first_told(wanted, found, _pair_invisible(wanted, found), part.found["style"], lost)
    return told or (None if part.alike else (_TRAINS_DIFFERENTLY, ""))


def ordinal(steps: list[Step], index: int) -> str:
    """같은 종류 가운데 몇 번째인지: "2번째 합성곱 층"."""
    kind = steps[index].kind
    total = sum(step.kind == kind for step in steps)
    if total == 1:
        return layer_name(kind)
    return f"{sum(step.kind == kind for step in steps[: index + 1])}번째 {layer_name(kind)}"


def step_titles(steps: list[Step]) -> list[str]:
    """항목의 이름: "2번째 합성곱 층: 필터 64개, 커널 3×3, 활성화 함수 `relu`"."""
    titles = []
    for index, step in enumerate(steps):
        first = branches.first_use(steps, index)
        text = settings_text(step.settings)
        if first != index:
            text = f"{with_particle(ordinal(steps, first), '과', '와')} 같은 층"
        titles.append(ordinal(steps, index) + (f": {text}" if text else ""))
    return titles


def _where(steps: list[Step], index: int) -> str:
    return f"{index + 1}번째 자리의 {_described(steps[index])}"


def _described(step: Step) -> str:
    text = settings_text(step.settings)
    return layer_name(step.kind) + (f"({text})" if text else "")
