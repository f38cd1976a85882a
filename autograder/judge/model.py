"""모델의 판정: 참고 모델을 똑같이 관찰해서 두 Evidence를 비교합니다.

1. 같은 가중치에서 출력과 손실(규제)이 같으면 구조가 맞은 것입니다. 어떻게 썼는지는 묻지 않습니다.
2. 추론에 드러나지 않는 것(드롭아웃, 공유, 이름)은 따로 비교합니다.
3. 다르면 실행한 층을 참고 모델의 층과 나란히 맞추어, 다른 곳마다 항목으로 말합니다.
4. 정확도는 학습자의 가중치를 참고 모델에 옮겨 judge가 잽니다.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.exercise import ModelExercise, Tokens
from autograder.exercise.model import Field, field_shape
from autograder.judge import branches
from autograder.judge.accuracy import accuracy_item
from autograder.judge.align import Pair, align, differences
from autograder.judge.problems import explain
from autograder.judge.steps import Step, steps_of
from autograder.judge.wording import ADVICE, difference, layer_name, settings_text
from autograder.korean import with_particle
from autograder.observe import structure
from autograder.observe.model import first_run
from autograder.observe.probe import output_sizes, probe_values, probing
from autograder.observe.trace import Trace, record_calls
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

RELATIVE_TOLERANCE = 2e-3
"""출력의 차이를 출력이 퍼진 정도로 나눈 값의 한계. float32 오차는 1e-5쯤입니다."""

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
    matches = {
        name: _match(exercise, challenge, reference, evidence, name) for name in wanted_parts
    }
    equal = {name: bool(match) for name, match in matches.items()}
    # 갈래의 순서가 다르면 훈련 모드의 값은 견줄 수 없습니다.
    alike = {
        name: match != "same" or _trains_alike(exercise, reference, evidence, name)
        for name, match in matches.items()
    }
    unshared = bool(exercise.shared) and _sharing(wanted_parts) != _sharing(parts)
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
            prefix = "" if list(wanted_parts) == ["model"] else f"`{name}` · "
            part = parts.get(name) or {"status": "problem", "problem": "none"}
            group = _input_items(prefix, name, exercise, part)
            if exercise.output_names:
                group.append(_output_names_item(prefix, exercise.output_names, part))
            if name in detailed:
                group += _layer_items(
                    prefix,
                    name,
                    exercise,
                    wanted_parts[name],
                    part,
                    equal=equal[name],
                    alike=alike[name],
                )
            group.append(
                _whole_item(
                    prefix,
                    name,
                    exercise,
                    wanted_parts[name],
                    part,
                    evidence,
                    equal=equal[name],
                    alike=alike[name],
                    detailed=name in detailed,
                    unshared=unshared,
                )
            )
            groups.append(group)
        result += [_merged(base, names, same) for same in zip(*groups, strict=True)]
    if exercise.shared:
        counts = evidence.facts.get("counts", {})
        result.append(_shared_item(exercise, wanted_parts, parts, counts))
    if exercise.without_fit:
        result.append(_without_fit_item(parts.get("model", {})))
    if exercise.accuracy:
        result.append(
            accuracy_item(
                exercise, challenge, reference.facts, evidence, same_structure=equal["model"]
            )
        )
    return result


def _merged(base: str, names: list[str], items: tuple[Item, ...]) -> Item:
    """리스트인 부분은 항목을 하나로 모읍니다. 하나라도 틀리면 그 모델의 메시지를 보입니다."""
    first = next((item for item in items if not item.passed), items[0])
    return replace(first, name=items[0].name.replace(f"`{names[0]}`", f"`{base}`", 1))


def reference_evidence(exercise: ModelExercise, challenge: Challenge) -> Evidence:
    """참고 답안을 학습자의 답과 똑같이 관찰한 Evidence."""
    key = json.dumps(challenge.facts, sort_keys=True)
    return _observed_reference(exercise.id, key, _Held(exercise, challenge))


class _Held:
    """`lru_cache`가 비교하지 않을 인수."""

    def __init__(self, exercise: ModelExercise, challenge: Challenge) -> None:
        self.exercise, self.challenge = exercise, challenge

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@functools.lru_cache(maxsize=8)
def _observed_reference(exercise_id: str, key: str, held: _Held) -> Evidence:
    from autograder.observe import observe

    evidence = observe(held.challenge, held.exercise.solution())
    for part in evidence.facts["parts"].values():
        if part["status"] != "seen":
            raise RuntimeError(f"{exercise_id}의 참고 답안을 관찰할 수 없습니다: {part}")
    return evidence


def reference_trace(exercise: ModelExercise, part: str = "model") -> tuple[Any, Trace]:
    """참고 모델과 그 실행 기록. 학습자의 가중치를 옮길 때 씁니다."""
    model = exercise.solution()[part]
    shape = exercise.inputs[part]
    assert isinstance(shape, tuple)
    return model, record_calls(model, np.zeros((1, *shape), "float32"))


def specification_steps(exercise: ModelExercise) -> dict[str, list[Step]]:
    """부분의 이름 → 참고 모델의 단계들. 명세의 글을 쓸 때 씁니다."""
    evidence = reference_evidence(exercise, exercise.challenge(0))
    return {
        name: _wanted_steps(exercise, name, part) for name, part in evidence.facts["parts"].items()
    }


def _wanted_steps(exercise: ModelExercise, name: str, wanted: dict[str, Any]) -> list[Step]:
    if branches.is_graph(wanted):
        return branches.graph_steps(wanted, _labels(exercise, name, wanted))
    return steps_of(wanted)


def _compared(
    exercise: ModelExercise, name: str, wanted_part: dict[str, Any], part: dict[str, Any]
) -> tuple[list[Step], list[Step], list[Pair]]:
    """명세의 단계, 학습자의 단계, 나란히 맞춘 것."""
    wanted = _wanted_steps(exercise, name, wanted_part)
    if branches.is_graph(wanted_part) and part.get("calls"):
        order = _output_order(exercise, part)
        return wanted, *branches.best_alignment(wanted, part, _labels(exercise, name, part), order)
    found = steps_of(part)
    return wanted, found, align(wanted, found)


def _labels(exercise: ModelExercise, name: str, part: dict[str, Any]) -> list[str]:
    """입력마다 부르는 말. 차례는 모델에 넣은 차례입니다."""
    wanted = exercise.inputs[name.partition("[")[0]]
    if isinstance(wanted, dict):
        names = part.get("input_names") or []
        return [f"`{key}`" for key in (names if set(names) <= set(wanted) and names else wanted)]
    if isinstance(wanted, list):
        return [f"모델의 {number}번째 입력" for number in range(1, len(wanted) + 1)]
    return ["모델의 입력"]


def _output_order(exercise: ModelExercise, part: dict[str, Any]) -> list[int] | None:
    """출력을 명세의 차례로 보는 번호들. 이름이 명세와 다르면 None(있는 차례대로)."""
    names = part.get("output_names", [])
    if exercise.output_names and sorted(names) == sorted(exercise.output_names):
        return [names.index(name) for name in exercise.output_names]
    return None


def _in_order(exercise: ModelExercise, part: dict[str, Any], outputs: list[Any]) -> list[Any]:
    order = _output_order(exercise, part)
    if order is None or len(order) != len(outputs):
        return outputs
    return [outputs[number] for number in order]


def _detailed(exercise: ModelExercise, names: list[str]) -> list[str]:
    if exercise.detailed is None:
        return names
    return [name for name in names if name.partition("[")[0] in exercise.detailed]


def _match(
    exercise: ModelExercise,
    challenge: Challenge,
    reference: Evidence,
    evidence: Evidence,
    name: str,
) -> str:
    """추론의 값이 같으면 "same", 갈래를 실행한 순서만 다르면 "reordered", 다르면 ""."""
    wanted, found = reference.facts["parts"][name], evidence.facts.get("parts", {}).get(name, {})
    if found.get("status") != "seen" or found["untracked"]:
        return ""
    shapes = [
        sorted((w["shape"], w["trainable"]) for w in _weights(facts, part))
        for facts, part in ((reference.facts, wanted), (evidence.facts, found))
    ]
    if shapes[0] != shapes[1] or len(wanted["outputs"]) != len(found["outputs"]):
        return ""
    if not np.allclose(wanted["losses"], np.array(found["losses"], float), rtol=1e-3, atol=1e-6):
        return ""
    given = [
        [evidence.arrays.get(output.get("array")) for output in _in_order(exercise, found, outputs)]
        for outputs in found["outputs"]
    ]
    answers = [
        [reference.arrays.get(output["array"]) for output in outputs]
        for outputs in wanted["outputs"]
    ]
    if _all_close(answers, given):
        return "same"
    if len(reference.facts["parts"]) > 1 or not branches.is_graph(wanted):
        return ""
    others = _other_answers(exercise, challenge, name, given)
    return "reordered" if any(_all_close(other, given) for other in others) else ""


def _trains_alike(
    exercise: ModelExercise, reference: Evidence, evidence: Evidence, name: str
) -> bool:
    """훈련 모드에서도 참고 모델과 같은 값을 내는지. 드롭아웃이 있는 명세는 값을 견줄 수 없어 참입니다."""
    wanted, found = reference.facts["parts"][name], evidence.facts["parts"][name]
    if any(step.invisible for step in _wanted_steps(exercise, name, wanted)):
        return True
    want = [reference.arrays[output["array"]] for output in wanted["training_outputs"]]
    have = [
        evidence.arrays.get(output.get("array"))
        for output in _in_order(exercise, found, found["training_outputs"])
    ]
    return _all_close([want], [have])


def _all_close(wanted: list[list[Any]], found: list[list[Any]]) -> bool:
    return all(
        len(one) == len(other) and all(map(close, one, other))
        for one, other in zip(wanted, found, strict=True)
    )


def _other_answers(
    exercise: ModelExercise, challenge: Challenge, name: str, given: list[list[Any]]
) -> Iterator[list[list[Any]]]:
    """갈래를 다른 순서로 실행했을 때 참고 모델이 낼 출력들.

    관찰은 실행한 순서대로 값을 넣으므로, 갈래의 순서만 다른 같은 모델은 다른 값을 냅니다.
    """
    model = exercise.solution()[name]
    question = challenge.facts["parts"][name]["inputs"]
    inputs, _, trace = first_run(model, structure.build(question, challenge.arrays), [])
    with probing(trace.weights, model.variables):
        for order in branches.weight_orders(trace):
            answers: list[list[Any]] = []
            for seed, outputs in zip(challenge.facts["seeds"], given, strict=True):
                ordered = [trace.weights[index] for index in order]
                ends = output_sizes(trace.outputs) if answers else None
                values = probe_values(ordered, seed, ends)
                for weight, value in zip(ordered, values, strict=True):
                    weight.assign(value)
                arrays: dict[str, np.ndarray] = {}
                found = structure.collect("other", model(inputs, training=False), arrays)
                answers.append([arrays[output["array"]] for output in found])
                # 첫 시드에서 다르면 나머지는 볼 것이 없습니다.
                if not _all_close(answers[-1:], [outputs]):
                    break
            else:
                yield answers


def _weights(facts: dict[str, Any], part: dict[str, Any]) -> list[dict[str, Any]]:
    return [facts["weights"][index] for index in part["weights"]]


def close(wanted: np.ndarray | None, found: np.ndarray | None) -> bool:
    """두 출력이 float32 오차 안에서 같은지. 차이를 `wanted`가 퍼진 정도로 나누어 봅니다."""
    if wanted is None or found is None or wanted.shape != found.shape:
        return False
    if not np.all(np.isfinite(found)):
        return False
    spread = float(np.std(wanted)) or float(np.max(np.abs(wanted), initial=0.0)) or 1.0
    return float(np.max(np.abs(wanted - found), initial=0.0)) <= RELATIVE_TOLERANCE * spread


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
    if part["fitted"]:
        return Item(
            title,
            1,
            0,
            f"{title}. 이 모델에는 `fit`을 부른 적이 있습니다.",
            "모델을 새로 만들어 `tf.GradientTape`로 쓴 루프로만 훈련하세요.",
        )
    return Item(title, 1, 1)


def _name_item(wanted: str, part: dict[str, Any]) -> Item:
    name = f"모델의 이름은 `{wanted}`입니다"
    found = part.get("name")
    if found == wanted:
        return Item(name, 1, 1)
    message = f"{name}." + (f" 지금은 `{found}`입니다." if found else "")
    return Item(name, 1, 0, message, "`keras.Model(inputs, outputs, name=...)`으로 정합니다.")


def _input_items(
    prefix: str, name: str, exercise: ModelExercise, part: dict[str, Any]
) -> list[Item]:
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
        return _with_dtype(Item(title, 1, 1), field, part, 0)
    if declared and (len(declared) > 1 or not _fits(declared[0], shape)):
        found = ", ".join(str(tuple(item[1:])).replace("None", "?") for item in declared)
        message = f"{prefix}입력 모양이 `{shape}`이어야 하는데 `{found}`입니다."
        return Item(
            title, 1, 0, message, "배치 축은 빼고 샘플 하나의 모양만 `keras.Input`에 적습니다."
        )
    if part["status"] == "seen":
        return Item(title, 1, 1)
    return _input_problem(Item(title, 1, 0), prefix, name, part)


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


def _output_names_item(prefix: str, wanted: tuple[str, ...], part: dict[str, Any]) -> Item:
    listed = ", ".join(f"`{name}`" for name in wanted)
    title = f"{prefix}출력의 이름은 {listed}입니다"
    found = part.get("output_names", [])
    if sorted(found) == sorted(wanted):
        return Item(title, 1, 1)
    if part["status"] != "seen":
        return Item(title, 1, 0, f"{title}: 확인하지 못했습니다.")
    message = f"{title}." + (
        " 지금은 " + ", ".join(f"`{name}`" for name in found) + "입니다."
        if found
        else " 지금은 이름이 없습니다."
    )
    advice = "출력을 내는 층에 `name=`을 주거나, 출력을 이름 → 텐서의 딕셔너리로 주세요."
    return Item(title, 1, 0, message, advice)


def _fits(declared: list[int | None], shape: tuple[int | None, ...]) -> bool:
    """(None, None, 3)처럼 덜 정해진 모양도 그 입력을 받으면 맞습니다."""
    return len(declared) == len(shape) + 1 and all(
        have is None or have == want for have, want in zip(declared[1:], shape, strict=True)
    )


def _layer_items(
    prefix: str,
    part_name: str,
    exercise: ModelExercise,
    wanted_part: dict[str, Any],
    part: dict[str, Any],
    *,
    equal: bool,
    alike: bool,
) -> list[Item]:
    wanted, found, pairs = _compared(exercise, part_name, wanted_part, part)
    titles = step_titles(wanted)
    extra_name = f"{prefix}명세에 없는 층이 없습니다"
    if not found:
        worth = {f"{prefix}{title}": exercise.layer_points for title in titles} | {extra_name: 1.0}
        return [
            Item(name, points, 0, f"{name}: 확인하지 못했습니다.") for name, points in worth.items()
        ]
    if equal:
        pairs = _pair_invisible(wanted, found)
    verdicts = _verdicts(wanted, found, pairs, part["style"])
    result = []
    for index, title in enumerate(titles):
        message, advice = verdicts.get(index, ("", ""))
        score = 0 if message else exercise.layer_points
        number = f" 명세 {index + 1}번을 다시 보세요." if message else ""
        text = f"{prefix}{ordinal(wanted, index)}: {message}" if message else ""
        result.append(
            Item(f"{prefix}{title}", exercise.layer_points, score, text, (advice + number).strip())
        )
    told = _unasked(found, pairs) or ("" if alike else _TRAINS_DIFFERENTLY)
    if told:
        result.append(Item(extra_name, 1, 0, prefix + told, _COUNT_ADVICE))
    else:
        result.append(Item(extra_name, 1, 1))
    return result


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


def _verdicts(
    wanted: list[Step], found: list[Step], pairs: list[Pair], style: str
) -> dict[int, tuple[str, str]]:
    verdicts: dict[int, tuple[str, str]] = {}
    extra = [found[pair.found] for pair in pairs if pair.wanted is None and pair.found is not None]
    for pair in pairs:
        if pair.wanted is None:
            continue
        step = wanted[pair.wanted]
        if pair.found is None:
            moved = any(other.kind == step.kind and not differences(step, other) for other in extra)
            verdicts[pair.wanted] = (
                ("자리가 다릅니다.", "층의 순서를 명세와 비교해 보세요.")
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
                "층의 종류를 바꾸세요.",
            )
            continue
        different = differences(step, other)
        if different:
            sentences = [
                difference(key, step.settings[key], other.settings.get(key)) for key in different
            ]
            verdicts[pair.wanted] = (" ".join(sentences), ADVICE.get(different[0], ""))
    if any(step.sources for step in wanted):
        for index, told in branches.connections(wanted, found, pairs).items():
            if told[0] != "unclear":
                verdicts.setdefault(index, _connection_verdict(wanted, *told))
    return verdicts


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


def _whole_item(
    prefix: str,
    name: str,
    exercise: ModelExercise,
    wanted: dict[str, Any],
    part: dict[str, Any],
    evidence: Evidence,
    *,
    equal: bool,
    alike: bool,
    detailed: bool,
    unshared: bool,
) -> Item:
    title = f"{prefix}같은 가중치를 넣으면 명세의 모델과 같은 값을 냅니다"
    points = exercise.whole_points
    if equal:
        # 층마다 항목이 없는 부분에서는 추론에 드러나지 않는 것도 여기에서 말합니다.
        hidden = None if detailed else _hidden_difference(exercise, name, wanted, part, alike)
        if hidden is None:
            return Item(title, points, points)
        return Item(title, points, 0, prefix + hidden[0], hidden[1])
    if part["status"] == "unattempted":
        return Item(title, points, 0, f"{prefix}아직 풀지 않았어요")
    if part["status"] != "seen":
        message, advice = explain(part, name)
        return Item(title, points, 0, prefix + message, advice)
    message, advice = _why_different(
        exercise, name, wanted, part, evidence, detailed=detailed, unshared=unshared
    )
    return Item(title, points, 0, prefix + message, advice)


_SHAPE_ADVICE = "층마다 출력 모양을 명세대로 적어 보세요. `show_flow(모델)`이 그려 줍니다."


def _why_different(
    exercise: ModelExercise,
    name: str,
    wanted: dict[str, Any],
    part: dict[str, Any],
    evidence: Evidence,
    *,
    detailed: bool,
    unshared: bool,
) -> tuple[str, str]:
    outputs, others = wanted["outputs"][0], _in_order(exercise, part, part["outputs"][0])
    if not others:
        return "모델이 아무것도 돌려주지 않습니다.", "`call`의 마지막 줄에 `return`을 쓰세요."
    if len(outputs) != len(others):
        return f"출력이 {len(outputs)}개여야 하는데 {len(others)}개입니다.", ""
    for output, other in zip(outputs, others, strict=True):
        want, have = output.get("shape"), other.get("shape")
        if have is None:
            return f"출력이 텐서가 아니라 `{other['type']}`입니다.", ""
        if want[1:] == have[1:] and want != have:
            return (
                f"샘플을 {want[0]}개 넣었는데 출력은 {have[0]}개입니다.",
                "배치 축은 그대로 두어야 합니다.",
            )
        if want != have:
            which = _output_name(exercise, part, outputs.index(output))
            return (
                f"{which}출력 모양이 `{_shape(want)}`이어야 하는데 `{_shape(have)}`입니다.",
                _SHAPE_ADVICE,
            )
        if not np.all(np.isfinite(evidence.arrays[other["array"]])):
            return (
                "출력에 `NaN`이나 무한대가 있습니다.",
                "0으로 나누거나 log(0)을 하는 곳이 있는지 보세요.",
            )
    if part["untracked"]:
        return (
            "모델이 알지 못하는 가중치가 있습니다. 그런 가중치는 훈련되지 않습니다.",
            "층은 `call`이 아니라 `__init__`에서 만드세요. `self`에 담아야 모델이 압니다.",
        )
    different = _first_difference(exercise, name, wanted, part)
    if different:
        return (
            ("층이 명세와 달라서 계산 결과도 다릅니다.", "위의 ✘ 항목부터 고치세요.")
            if detailed
            else different
        )
    frozen = len(part["trainable"]) - sum(part["trainable"])
    if len(part["trainable"]) != len(wanted["trainable"]):
        want, have = len(wanted["trainable"]), len(part["trainable"])
        return (
            f"가중치의 수가 {want}개여야 하는데 {have}개입니다.",
            "층에 `use_bias`, `center`, `scale`처럼 가중치를 없애는 인수를 주지 않았는지 보세요.",
        )
    if frozen > len(wanted["trainable"]) - sum(wanted["trainable"]):
        return (
            "훈련되지 않는 가중치가 있습니다.",
            "층이나 모델의 `trainable`을 `False`로 바꾸지 않았는지 보세요.",
        )
    if not np.allclose(wanted["losses"], np.array(part["losses"], float), rtol=1e-3, atol=1e-6):
        return "규제(regularizer)로 더해지는 손실이 명세와 다릅니다.", ADVICE["kernel_regularizer"]
    if unshared:
        return (
            "층은 명세와 같지만 가중치가 이어져 있지 않아 값이 다릅니다.",
            "가중치를 함께 쓰는지 묻는 아래 항목을 보세요.",
        )
    return (
        "층과 설정은 명세와 같지만 계산 결과가 다릅니다.",
        "층 사이에 명세에 없는 연산이 있는지, 층을 부르는 순서와 입력이 맞는지 보세요.",
    )


def _output_name(exercise: ModelExercise, part: dict[str, Any], number: int) -> str:
    if _output_order(exercise, part) is None:
        return ""
    return f"`{exercise.output_names[number]}` "


def _first_difference(
    exercise: ModelExercise, name: str, wanted: dict[str, Any], part: dict[str, Any]
) -> tuple[str, str] | None:
    """나란히 맞춘 단계에서 처음으로 다른 곳의 (메시지, 조언). 모두 같으면 None."""
    first, second, pairs = _compared(exercise, name, wanted, part)
    return _first_told(first, second, pairs, part["style"])


def _first_told(
    wanted: list[Step], found: list[Step], pairs: list[Pair], style: str
) -> tuple[str, str] | None:
    verdicts = _verdicts(wanted, found, pairs, style)
    for index, (message, advice) in sorted(verdicts.items()):
        return f"{ordinal(wanted, index)}: {message}", advice
    told = _unasked(found, pairs)
    return (told, _COUNT_ADVICE) if told else None


def _hidden_difference(
    exercise: ModelExercise,
    name: str,
    wanted_part: dict[str, Any],
    part: dict[str, Any],
    alike: bool,
) -> tuple[str, str] | None:
    """추론의 값은 같은 두 모델이 훈련할 때 다른 점의 (메시지, 조언). 없으면 None."""
    wanted = _wanted_steps(exercise, name, wanted_part)
    if branches.is_graph(wanted_part):
        found = branches.graph_steps(part, _labels(exercise, name, part))
    else:
        found = steps_of(part)
    told = _first_told(wanted, found, _pair_invisible(wanted, found), part["style"])
    return told or (None if alike else (_TRAINS_DIFFERENTLY, ""))


def _shared_item(
    exercise: ModelExercise, wanted: dict[str, Any], found: dict[str, Any], counts: dict[str, int]
) -> Item:
    title = exercise.shared or ""
    for base, count in exercise.counts.items():
        if counts.get(base, count) != count:
            message = f"`{base}`에 모델이 {count}개여야 하는데 {counts[base]}개입니다."
            return Item(title, 2, 0, message)
    if any(found.get(name, {}).get("status") != "seen" for name in wanted):
        return Item(title, 2, 0, f"{title}: 확인하지 못했습니다.")
    if _sharing(wanted) == _sharing(found):
        return Item(title, 2, 2)
    names = list(wanted)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            want = _common(wanted, first, second)
            have = _common(found, first, second)
            if have < want:
                return Item(
                    title,
                    2,
                    0,
                    f"`{second}` 안에서 `{first}`의 가중치를 쓰지 않습니다.",
                    f"{with_particle(f'`{first}`', '을', '를')} 새로 만들지 말고 "
                    f"그대로 부르세요: `{first}(...)`.",
                )
            if have > want:
                message = f"{with_particle(f'`{first}`', '과', '와')} `{second}`의 가중치가 따로 있어야 하는데 같은 것입니다."
                return Item(title, 2, 0, message, "같은 모델을 두 번 쓰지 말고 따로 만드세요.")
    return Item(title, 2, 0, f"{title}: 가중치의 수가 명세와 다릅니다.")


def _sharing(parts: dict[str, Any]) -> list[int]:
    names = sorted(parts)
    return [_common(parts, first, second) for i, first in enumerate(names) for second in names[i:]]


def _common(parts: dict[str, Any], first: str, second: str) -> int:
    return len(
        set(parts.get(first, {}).get("weights", ())) & set(parts.get(second, {}).get("weights", ()))
    )


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
    text = settings_text(steps[index].settings)
    described = layer_name(steps[index].kind) + (f"({text})" if text else "")
    return f"{index + 1}번째 자리의 {described}"


def _shape(shape: list[int]) -> str:
    return "(" + ", ".join(["None", *(str(size) for size in shape[1:])]) + ")"
