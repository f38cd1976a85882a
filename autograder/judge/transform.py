"""모델을 돌려주는 함수의 판정: 참고 함수가 돌려준 모델과 출력을 하나씩 비교합니다.

여기 없는 것: 모델 하나의 판정(`judge.model`), 함수를 부르는 일(`observe.transform`).
"""

from __future__ import annotations

from typing import Any

from autograder.judge.compare import close
from autograder.judge.layer_names import with_batch
from autograder.judge.problems import explain
from autograder.judge.told_once import told_once
from autograder.kinds import TransformExercise
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

_TOLERANCE = 5e-3
_KEPT = "받은 모델의 층과 가중치를 그대로 쓰고, 받은 모델을 바꾸지 않습니다"
_KEPT_POINTS = 2.0


def items(exercise: TransformExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """`exercise.groups`의 항목과, 층을 그대로 썼는지의 항목."""
    from autograder.observe import observe

    name = exercise.subjects[0]
    titles = [(item.title, item.points) for item in exercise.groups] + [(_KEPT, _KEPT_POINTS)]
    if evidence.facts["status"] != "seen":
        message, advice = explain(evidence.facts, name)
        return [
            Item(
                title,
                points,
                0,
                message if not index else f"{title}: 확인하지 못했습니다.",
                "" if index else advice,
            )
            for index, (title, points) in enumerate(titles)
        ]
    reference = observe(challenge, exercise.solution())
    failures = (
        next(
            filter(None, (_failure(name, n, challenge, reference, evidence) for n in item.bases)),
            None,
        )
        for item in exercise.groups
    )
    return [*told_once(exercise.groups, failures), _kept_item(evidence)]


def _names(spec: dict[str, Any]) -> list[str]:
    """구조에 쓰인 배열의 이름들."""
    ((_, content),) = spec.items()
    return [content] if isinstance(content, str) else [n for item in content for n in _names(item)]


def _failure(
    name: str, number: int, challenge: Challenge, reference: Evidence, evidence: Evidence
) -> tuple[str, str] | None:
    wanted, found = reference.facts["results"][number], evidence.facts["results"][number]
    inputs = [challenge.arrays[key] for key in _names(challenge.facts["bases"][number]["inputs"])]
    if found["status"] != "seen":
        return explain(found, f"{name}(base)")
    answers = [reference.arrays[output["array"]] for output in wanted["outputs"]]
    given = [evidence.arrays.get(output.get("array", "")) for output in found["outputs"]]
    if len(answers) != len(given):
        message = f"출력이 {len(answers)}개여야 하는데 {len(given)}개입니다."
        return message, _count_advice(found, answers, given, inputs)
    different = [
        index
        for index, pair in enumerate(zip(answers, given, strict=True))
        if not close(*pair, _TOLERANCE)
    ]
    if not different:
        if found["nested"] or found["form"] == "dict":
            return (
                "출력의 값은 맞지만, 텐서를 바로 담은 리스트여야 합니다.",
                "`[layer.output, ...]`처럼 `layer.output`을 그대로 담으세요.",
            )
        return None
    if found["foreign"]:
        return (
            "받은 모델에 없던 가중치로 계산합니다.",
            "층을 새로 만들거나 복제하지 말고, 받은 모델의 텐서(`layer.output`)를 쓰세요.",
        )
    if all(any(close(answer, value, _TOLERANCE) for value in given) for answer in answers):
        advice = "`base.layers`의 차례대로 리스트에 담으세요."
        if found["form"] == "dict":
            advice = "딕셔너리의 출력은 이름의 차례로 늘어섭니다. 리스트로 주세요."
        return "출력들은 맞지만 차례가 다릅니다.", advice
    first = different[0]
    want, have = wanted["outputs"][first]["shape"], found["outputs"][first].get("shape")
    if have is None:
        return (
            f"{first + 1}번째 출력이 텐서가 아니라 `{found['outputs'][first]['type']}`입니다.",
            "",
        )
    if want != have:
        return (
            f"{first + 1}번째 출력의 모양이 `{with_batch(want)}`이어야 하는데 `{with_batch(have)}`입니다.",
            "층마다 그 층의 출력(`layer.output`)을 담으세요.",
        )
    return f"{first + 1}번째 출력의 값이 그 층의 출력과 다릅니다.", "`layer.output`을 담으세요."


def _count_advice(
    found: dict[str, Any], answers: list[Any], given: list[Any], inputs: list[Any]
) -> str:
    """출력의 수가 다를 때의 조언. 값을 비교해 알 수 있는 것만 말합니다."""

    def among(value: Any, values: list[Any]) -> bool:
        return value is not None and any(close(other, value, _TOLERANCE) for other in values)

    if found["same"]:
        return (
            "받은 모델을 그대로 돌려주었습니다. 출력만 바꾼 모델을 `keras.Model`로 새로 묶으세요."
        )
    if len(given) == 1 and among(given[0], answers[-1:]):
        return "마지막 층만이 아니라 모든 층의 출력을 리스트에 담으세요."
    if any(among(value, inputs) for value in given):
        return (
            "입력층의 출력까지 담았습니다. "
            "`isinstance(layer, keras.layers.InputLayer)`인 층은 빼세요."
        )
    lacking = [index for index, answer in enumerate(answers) if not among(answer, given)]
    if found["sequential"] and lacking == [0]:
        return (
            "첫 층이 빠졌습니다. 순차형 모델의 `layers`에는 입력층이 없으므로, "
            "`layers[1:]`로 자르면 진짜 층이 빠집니다."
        )
    if lacking:
        return "빠진 층이 있습니다. 입력층만 빼고 `base.layers`의 층을 모두 담으세요."
    return "같은 출력을 여러 번 담았습니다." if len(given) > len(answers) else ""


def _kept_item(evidence: Evidence) -> Item:
    results = [result for result in evidence.facts["results"] if result["status"] == "seen"]
    message, advice = _not_kept(results)
    if message:
        return Item(_KEPT, _KEPT_POINTS, 0, message, advice)
    if len(results) < len(evidence.facts["results"]):
        return Item(_KEPT, _KEPT_POINTS, 0, f"{_KEPT}: 확인하지 못했습니다.")
    return Item(_KEPT, _KEPT_POINTS, _KEPT_POINTS)


def _not_kept(results: list[dict[str, Any]]) -> tuple[str, str]:
    """받은 모델을 그대로 쓰지 않았으면 (메시지, 조언), 아니면 빈 문자열들."""
    if any(result["foreign"] for result in results):
        return (
            "돌려준 모델에 `base`에 없던 가중치가 있습니다.",
            "층을 새로 만들거나 `clone_model`로 복제하면 가중치를 함께 쓰지 않습니다.",
        )
    if any(result["base_changed"] for result in results):
        return "부른 다음 `base`의 층이나 가중치가 바뀌었습니다.", "`base`는 읽기만 하세요."
    if any(result["base_frozen"] for result in results):
        return (
            "부른 다음 `base`나 그 층의 `trainable`이 바뀌었습니다.",
            "층을 함께 쓰므로, 새 모델의 `trainable`을 바꾸면 `base`의 층도 바뀝니다.",
        )
    if added := next(filter(None, (result["added"] for result in results)), None):
        return (
            f"돌려준 모델에 `base`에 없던 층(`{'`, `'.join(added)}`)이 있습니다.",
            "`layer.output`을 그대로 담으세요.",
        )
    if any(result["same"] for result in results):
        return "받은 모델을 그대로 돌려주었습니다.", ""
    return "", ""
