"""층이나 모델 클래스의 판정: 참고 클래스로 같은 일을 해서 값, 가중치, 훈련 모드를 비교합니다."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.judge import mistakes
from autograder.judge.compare import close, compare_call
from autograder.judge.layer.in_use import compare_own, compare_use
from autograder.judge.layer.noise import compare_freshness, compare_gaussian, compare_noise
from autograder.judge.layer.weights import compare_weights, strays_of
from autograder.judge.problems import explain
from autograder.kinds import LayerExercise, Mistake
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

MAX_ORDERS = 24
"""모양이 같은 가중치를 정의한 순서로 시험해 볼 최대 가짓수."""

RATE_TOLERANCE = 0.08
"""드롭아웃 층이 0으로 만든 값의 비율이 명세와 다를 수 있는 크기."""
_ADVICE = {
    "cannot add new elements of state": "가중치와 층은 `call`이 아니라 `build`나 `__init__`에서 만드세요.",
    "Matrix size-incompatible": "곱하는 두 행렬의 모양이 맞지 않습니다. 앞 행렬의 열과 뒤 행렬의 행의 수가 "
    "같아야 합니다. 입력의 크기는 `build(self, input_shape)`의 `input_shape[-1]`입니다.",
    "'str' object is not callable": "문자열을 함수처럼 불렀습니다. 활성화 함수의 이름이라면 "
    "`keras.activations.get(activation)`이 함수로 바꾸어 줍니다.",
    "does not have a `call": "`call` 메서드가 없습니다. 이름의 철자와 들여쓰기를 보세요.",
}
_BASES = {
    "model": "`keras.Model`을 상속한 클래스입니다",
    "layer": "`keras.layers.Layer`를 상속한 클래스입니다",
}


def items(exercise: LayerExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """상속, 가중치, `exercise.groups`의 항목들."""
    name = exercise.subjects[0]
    titles = [_BASES[exercise.base], exercise.weights_title]
    if evidence.facts["status"] != "seen":
        return _failed(name, titles, exercise, evidence)
    judging = _Judging(exercise, challenge, evidence)
    weights = _weights_item(exercise, titles[1], judging.reference, evidence)
    result = [_base_item(exercise, evidence), weights]
    # 같은 오류를 항목마다 되풀이하지 않습니다.
    told = [(weights.message, weights.advice)]
    judging.wrong = not weights.passed
    for title, points, method, places in exercise.groups:
        failure = judging.failure(method, places)
        judging.wrong |= failure is not None and method == "equal"
        judging.failed.add(method) if failure else None
        if failure is None:
            result.append(Item(title, points, points))
        elif any(failure[0].endswith(message) for message, _ in told if message):
            # 다른 자리에서 본 같은 까닭입니다. 그 자리의 조언은 엉뚱한 곳을 가리킵니다.
            result.append(
                Item(title, points, 0, f"{title}: 위와 같은 까닭으로 확인하지 못했습니다.")
            )
        else:
            told.append(failure)
            result.append(Item(title, points, 0, f"{title}: {failure[0]}", failure[1]))
    return result


_Failure = tuple[str, str]
_NOTHING = ("아무것도 돌려주지 않습니다(`None`).", "`return`을 빠뜨리지 않았는지 보세요.")
_Place = tuple[int, int]


class _Judging:
    """한 번의 판정. `wrong`은 앞의 항목에서 값이나 가중치가 이미 틀렸는지입니다."""

    def __init__(self, exercise: LayerExercise, challenge: Challenge, evidence: Evidence) -> None:
        self.exercise, self.challenge = exercise, challenge
        self.name = exercise.subjects[0]
        first = _observe_solution(exercise, challenge)
        self.evidence = _all_filled(first, evidence)
        self.reference = _reference(exercise, challenge, first, self.evidence)
        self.wrong = False
        self.failed: set[str] = set()
        self.known: Mistake | None = None
        self.unexplained = False
        self.unsteady: _Failure | None = None

    def failure(self, method: str, places: tuple[_Place, ...]) -> _Failure | None:
        """`places`에서 처음으로 다른 것."""
        for place in places:
            failure = self._compare(method, *place)
            if failure is None:
                continue
            if method != "equal":
                return failure
            mistake = self._cause(place, places)
            if mistake is not None:
                return mistake.message or failure[0], mistake.advice
            self.unsteady = self.unsteady or self._unsteady(*place)
            return self._weights_failure(place[0]) or self.unsteady or failure
        return None

    def _cause(self, place: _Place, places: tuple[_Place, ...]) -> Mistake | None:
        """학습자의 답과 똑같은 오해. 먼저 다른 자리 하나에서 견주고, 같은 것만 나머지도 봅니다."""
        objects = self.evidence.facts["objects"]
        if self.unexplained or all(record["status"] != "seen" for record in objects):
            return None
        thing, number = place
        question = self.challenge.facts["objects"][thing]
        alone = question | {"calls": [question["calls"][number]], "uses": []}
        for mistake in sorted(self.exercise.mistakes, key=lambda one: one is not self.known):
            for make in (mistake.make, *mistake.others):
                seen = self._made(make, [alone])
                if not self._agree(seen, (0, 0), place):
                    continue
                objects = self.challenge.facts["objects"]
                whole = self._made(make, [item | {"uses": []} for item in objects])
                if self._explains(places, whole):
                    self.known = mistake
                    return mistake
        self.unexplained = True
        return None

    def _made(self, make: Callable[[], Any], objects: list[dict[str, Any]]) -> Evidence:
        """오해로 쓴 답을 관찰한 것. 쓰는 자리(`uses`)는 묻지 않습니다."""
        facts = self.challenge.facts | {"objects": objects, "eager": True}
        return mistakes.evidence_of(self.exercise, replace(self.challenge, facts=facts), make)

    def _weights_failure(self, thing: int) -> _Failure | None:
        """이 객체의 가중치를 참고 답안처럼 채울 수 없어 값을 견줄 수 없으면 그 까닭."""
        found = self.evidence.facts["objects"][thing]
        wanted = self.reference.facts["objects"][thing]
        if found["status"] != "seen" or ("filled" in found and not found["strays"]):
            return None
        if found.get("failed_first"):
            return _explained(found["failed_first"], self.name)
        shapes = [sorted(item["shape"] for item in one["weights"]) for one in (wanted, found)]
        if shapes[0] == shapes[1]:
            return None
        return compare_weights(wanted["weights"], found["weights"], found["hidden"])

    def _compare(self, method: str, thing: int, number: int) -> _Failure | None:
        found = self.evidence.facts["objects"][thing]
        if found["status"] != "seen":
            return _explained(found, self.name)
        question = self.challenge.facts["objects"][thing]
        wanted = self.reference.facts["objects"][thing]
        if method == "use":
            calls = found.get("calls", [])
            if calls and calls[0]["status"] == "seen" and not calls[0]["outputs"]:
                return _NOTHING
            asked, want, have = (record["uses"][number] for record in (question, wanted, found))
            failure = compare_use(self.name, asked, want, have, self.reference, self.evidence)
            if failure and self.wrong and have["status"] == "seen":
                if self.unsteady:
                    return self.unsteady
                own = compare_own(self.name, asked, found, have, failure, self.evidence)
                return (self._weights_failure(thing) or failure) if own == failure else own
            return failure
        if method == "equal":
            return self._equal(thing, number)
        return self._random(method, thing, number)

    # 정해진 값 --------------------------------------------------------------------------------

    def _equal(self, thing: int, number: int) -> _Failure | None:
        want = self._call(self.reference, thing, number)
        have = self._call(self.evidence, thing, number)
        failure = compare_call(self.name, want, have, self.reference, self.evidence)
        if failure is None:
            return None
        if have["status"] != "seen":
            return _explained(have, self.name)
        if self.wrong and (thing, number) in self.exercise.own and self._own(thing, number):
            return None
        return failure

    def _call(self, evidence: Evidence, thing: int, number: int) -> dict[str, Any]:
        record: dict[str, Any] = evidence.facts["objects"][thing]["calls"][number]
        return record

    def _value(self, evidence: Evidence, thing: int, number: int) -> np.ndarray | None:
        """텐서 하나를 돌려주었으면 그 값."""
        record = evidence.facts["objects"][thing]
        calls = record.get("calls", [])
        if record["status"] != "seen" or calls[number]["status"] != "seen":
            return None
        outputs = calls[number]["outputs"]
        if len(outputs) != 1 or "array" not in outputs[0]:
            return None
        return evidence.arrays[outputs[0]["array"]]

    def _own(self, thing: int, number: int) -> bool:
        """값은 이미 틀렸지만 학습자의 값끼리는 맞는지."""
        have, want = (self._value(one, thing, number) for one in (self.evidence, self.reference))
        relation = self.exercise.own[thing, number]
        if have is None or want is None or have.shape != want.shape:
            return False
        if relation is None:
            return bool(np.all(np.isfinite(have)))
        other = self._value(self.evidence, *relation[0])
        return other is not None and close(relation[1](other.astype("float64")), have, 1e-4)

    def _unsteady(self, thing: int, number: int) -> _Failure | None:
        """추론 모드에서 같은 입력으로 부른 다른 결과와도 다른지: 난수를 씁니다."""
        asked = self.challenge.facts["objects"][thing]["calls"]
        mine = self._value(self.evidence, thing, number)
        if asked[number].get("training") or mine is None or self._weights_failure(thing):
            return None
        for other, call in enumerate(asked):
            same = call["inputs"] == asked[number]["inputs"] and not call.get("training")
            again = self._value(self.evidence, thing, other) if same else None
            if other == number or again is None or call.get("training") == "fit":
                continue
            # 주지 않은 것과 비교하면 기본값이 True라서 다를 수도 있습니다.
            comparable = asked[number].get("training") is False or call.get("training") is None
            if comparable and not close(again, mine, 1e-4):
                return (
                    "같은 입력인데 부를 때마다 값이 다릅니다. 추론 모드에서도 난수를 씁니다.",
                    "`training`이 참일 때만 난수를 쓰는지, `training`의 기본값이 `None`이나 "
                    "`False`인지 보세요.",
                )
        return None

    def _explains(self, places: tuple[_Place, ...], seen: Evidence) -> bool:
        """오해로 쓴 답이 값을 보는 자리마다 학습자의 답과 똑같은지."""
        asked = [group[3] for group in self.exercise.groups if group[2] == "equal"]
        everywhere = {place for group in asked for place in group}
        alike = {place for place in everywhere if self._agree(seen, place, place)}
        return alike == everywhere or (len(places) > 1 and set(places) <= alike)

    def _agree(self, seen: Evidence, place: _Place, mine: _Place) -> bool:
        want, have = seen.facts["objects"][place[0]], self.evidence.facts["objects"][mine[0]]
        if want["status"] == have["status"] == "seen":
            want, have = self._call(seen, *place), self._call(self.evidence, *mine)
        if want["status"] != "seen" or have["status"] != "seen":
            keys = ("status", "problem", "error")
            return [want.get(key) for key in keys] == [have.get(key) for key in keys]
        return compare_call("", want, have, seen, self.evidence) is None

    # 난수 ------------------------------------------------------------------------------------

    def _random(self, method: str, thing: int, number: int) -> _Failure | None:
        question, wanted, found = (
            one["objects"][thing]
            for one in (self.challenge.facts, self.reference.facts, self.evidence.facts)
        )
        if method == "graph noise":
            asked, want, have = (record["uses"][number] for record in (question, wanted, found))
            if have["status"] != "seen":
                return _explained(have, self.name)
            results, expected = have["outputs"], want["outputs"]
        else:
            asked, want, have = (record["calls"][number] for record in (question, wanted, found))
            # 바로 앞의 호출과 같은 입력이어야 합니다.
            records = [have] if method == "gaussian" else [have, found["calls"][number - 1]]
            for record in records:
                if record["status"] != "seen":
                    return _explained(record, self.name)
            expected, results = [want["outputs"]], [record["outputs"] for record in records]
        for item in results:
            if not item:
                return _NOTHING
            shape = expected[0][0]["shape"]
            if item[0].get("shape") != shape:
                return (
                    f"결과의 모양이 `{tuple(shape)}`이어야 하는데 "
                    f"`{tuple(item[0].get('shape') or ())}`입니다.",
                    "",
                )
        wants = [self.reference.arrays[item[0]["array"]] for item in expected]
        haves = [self.evidence.arrays[item[0]["array"]] for item in results]
        made = f"{self.name}({_arguments(question)})"
        if method == "noise":
            return self._dropout(made, asked, (want, have), wants[0], haves)
        source = self.challenge.arrays[asked["inputs"]["tensor"]]
        if method != "gaussian" and "gaussian" in self.failed:
            # 어떤 잡음인지는 앞의 항목에서 보았습니다.
            return compare_freshness(made, source, wants[0], haves)
        return compare_gaussian(made, source, wants[0], haves)

    def _dropout(
        self,
        made: str,
        asked: dict[str, Any],
        records: tuple[dict[str, Any], dict[str, Any]],
        wanted: np.ndarray,
        found: list[np.ndarray],
    ) -> _Failure | None:
        failure = compare_noise(made, wanted, *found)
        if failure is None:
            return None
        if asked.get("training") == "fit" and "noise" in self.failed:
            still = compare_noise(made, wanted, found[1], found[1])
            if still and still[0] == failure[0]:
                return failure
            # 명세와 다른 드롭아웃이면 앞의 항목에서 말했습니다. 여기서는 그것과 같은지만 봅니다.
            return _told_for(asked, compare_noise(made, found[1], *found))
        rates = [
            [layer["dropped"] for layer in record["layers"] if layer["class"] == "Dropout"]
            for record in records
        ]
        (rate,), have = rates[0], rates[1]
        if len(have) == 1 and have[0] is not None and rate is not None:
            if abs(have[0] - rate) > RATE_TOLERANCE:
                share = f"드롭아웃 층이 값의 {have[0]:.0%}를 0으로 만듭니다(명세 {rate:.0%})."
                return failure[0], f"{share} 받은 `rate`를 그대로 드롭아웃 층에 주세요."
            if self.wrong and not compare_noise(made, found[0], *found):
                # 드롭아웃은 맞고, 그 앞이나 뒤의 계산이 틀렸습니다.
                return None
        return _told_for(asked, failure)


def _explained(found: dict[str, Any], name: str) -> _Failure:
    message, advice = explain(found, name)
    if found.get("problem") == "not_layer":
        kind = found.get("type", "")
        return f"`{name}(...)`으로 만든 것이 케라스 모델이나 층이 아니라 `{kind}`입니다.", ""
    text = str(found.get("message"))
    return message, next((said for sign, said in _ADVICE.items() if sign in text), advice)


def _all_filled(reference: Evidence, evidence: Evidence) -> Evidence:
    """훈련되지 않거나 층이 모르는 가중치까지 채워야 참고 답안과 모양이 같으면 그렇게 부른 결과로 바꿉니다.

    가중치의 잘못은 가중치의 항목이 말하고, 계산이 맞는지는 그것과 상관없이 봅니다.
    """
    objects = []
    for wanted, found in zip(reference.facts["objects"], evidence.facts["objects"], strict=True):
        if found["status"] == "seen" and "all" in found and "weights" in wanted:
            shapes = [
                sorted(item["shape"] for item in weights)
                for weights in (wanted["weights"], found["weights"], found["all"]["weights"])
            ]
            if shapes[1] != shapes[0] == shapes[2]:
                found = found | {"calls": found["all"]["calls"], "filled": found["all"]["weights"]}
        objects.append(found)
    return replace(evidence, facts=evidence.facts | {"objects": objects})


def _reference(
    exercise: LayerExercise, challenge: Challenge, reference: Evidence, evidence: Evidence
) -> Evidence:
    """참고 답안을 관찰한 것. 같은 Evidence라면 드롭아웃이 버린 자리까지 언제나 같습니다.

    모양이 같은 가중치를 학습자가 다른 순서로 정의했으면 참고 답안의 가중치도 그 순서로 채웁니다.
    """
    questions, reordered = [], False
    for number, question in enumerate(challenge.facts["objects"]):
        order = _order(exercise, challenge, number, reference, evidence)
        questions.append(question | {"order": order} if order else question)
        reordered = reordered or order is not None
    if reordered:
        changed = replace(challenge, facts=challenge.facts | {"objects": questions})
        reference = _observe_solution(exercise, changed)
    return reference


def _observe_solution(exercise: LayerExercise, challenge: Challenge) -> Evidence:
    from autograder.observe import observe

    # 케라스는 시드를 정하지 않은 층의 시드를 파이썬의 난수에서 뽑습니다.
    random.seed(int(challenge.facts["seed"]))
    asked = replace(challenge, facts=challenge.facts | {"eager": True})
    return observe(asked, exercise.solution())


def _order(
    exercise: LayerExercise,
    challenge: Challenge,
    number: int,
    reference: Evidence,
    evidence: Evidence,
) -> list[int] | None:
    """학습자의 값과 같아지는 순서. 그대로 같거나 그런 순서가 없으면 None."""
    want, have = reference.facts["objects"][number], evidence.facts["objects"][number]
    question = challenge.facts["objects"][number]
    calls = [i for i, call in enumerate(question.get("calls", [])) if not call.get("training")]
    if have["status"] != "seen" or not calls:
        return None
    filled = have.get("filled", have["weights"])
    if sorted(item["shape"] for item in filled) != sorted(i["shape"] for i in want["weights"]):
        return None
    first = calls[0]

    def agrees(wanted: Evidence, index: int, call: int) -> bool:
        record = wanted.facts["objects"][index]["calls"][call]
        return compare_call("", record, have["calls"][first], wanted, evidence) is None

    if agrees(reference, number, first):
        return None
    for order in _orders([tuple(item["shape"]) for item in want["weights"]]):
        asked = question | {"calls": [question["calls"][first]], "uses": [], "order": order}
        alone = replace(challenge, facts=challenge.facts | {"objects": [asked]})
        if agrees(_observe_solution(exercise, alone), 0, 0):
            return order
    return None


def _orders(shapes: list[tuple[int, ...]]) -> list[list[int]]:
    """모양이 같은 자리끼리만 바꾼 순서들, 그대로인 것은 빼고."""
    places: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for index, shape in enumerate(shapes):
        places[shape].append(index)
    groups = list(places.values())
    found = []
    for parts in itertools.product(*(itertools.permutations(group) for group in groups)):
        order = list(range(len(shapes)))
        for group, part in zip(groups, parts, strict=True):
            for place, value in zip(group, part, strict=True):
                order[place] = value
        if order != sorted(order):
            found.append(order)
        if len(found) >= MAX_ORDERS:
            break
    return found


def _failed(
    name: str, titles: list[str], exercise: LayerExercise, evidence: Evidence
) -> list[Item]:
    message, advice = explain(evidence.facts, name)
    rest = [(titles[1], 1.0)] + [(title, points) for title, points, *_ in exercise.groups]
    return [Item(titles[0], 1, 0, message, advice)] + [
        Item(title, points, 0, f"{title}: 확인하지 못했습니다.") for title, points in rest
    ]


def _base_item(exercise: LayerExercise, evidence: Evidence) -> Item:
    title = _BASES[exercise.base]
    if evidence.facts.get(exercise.base):
        return Item(title, 1, 1)
    base = "keras.Model" if exercise.base == "model" else "keras.layers.Layer"
    return Item(title, 1, 0, f"{title}.", f"`class {exercise.subjects[0]}({base}):`로 시작하세요.")


def _weights_item(
    exercise: LayerExercise, title: str, reference: Evidence, evidence: Evidence
) -> Item:
    failure: tuple[str, str] | None = None
    seen = False
    for wanted, found in zip(reference.facts["objects"], evidence.facts["objects"], strict=True):
        if found["status"] != "seen":
            failure = failure or _explained(found, exercise.subjects[0])
        elif found.get("failed_first"):
            failure = failure or _explained(found["failed_first"], exercise.subjects[0])
        elif "weights" in wanted:
            seen = True
            unlike = compare_weights(wanted["weights"], found["weights"], found["hidden"])
            if unlike := unlike or strays_of(found):
                return Item(title, 1, 0, *unlike)
    # 오류가 난 객체의 가중치는 볼 수 없습니다. 그 오류는 그 객체를 묻는 항목이 말합니다.
    if failure and not seen:
        return Item(title, 1, 0, *failure)
    return Item(title, 1, 1)


def _arguments(question: dict[str, Any]) -> str:
    given = [str(value) for value in question.get("args", [])]
    given += [f"{key}={value}" for key, value in question.get("kwargs", {}).items()]
    return ", ".join(given)


def _told_for(asked: dict[str, Any], failure: tuple[str, str] | None) -> tuple[str, str] | None:
    if failure and asked.get("training") == "fit" and "훈련 모드에서도" in failure[0]:
        return (
            failure[0].replace("훈련 모드에서도", "`fit`으로 훈련할 때도"),
            "`fit`은 `call`에 `training` 매개변수가 있을 때만 훈련 모드로 부릅니다.",
        )
    return failure
