"""그래프에서 볼 것(Look)과 그 판정: 값, 연산, 트레이싱 횟수, 정말로 부른 함수.

여기 없는 것: 항목으로 모으는 일(`judge.graph`), 값 하나의 비교(`judge.compare`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, TypeVar

import numpy as np

from autograder.judge.compare import compare_call, difference
from autograder.judge.problems import explain
from autograder.kinds import GraphExercise, GraphLook
from autograder.korean import with_particle
from autograder.protocol import Challenge, Evidence

Failure = tuple[str, str]


PYTHON_OPS = ("EagerPyFunc", "PyFunc", "PyFuncStateless")


Family = Literal["while", "assign"]

FAMILIES: dict[Family, tuple[str, str, str]] = {
    "while": (
        r"(Stateless)?While",
        "그래프에 `While` 연산이 없습니다.",
        "텐서 `n`의 값을 조건으로 하는 파이썬 `while`을 쓰면 오토그래프가 `While`로 바꿉니다.",
    ),
    "assign": (
        r"Assign(Add|Sub)?VariableOp|Resource(Sparse)?Apply\w+|ResourceScatter\w+"
        r"|ResourceStridedSliceAssign",
        "그래프 안에서 변수를 바꾸지 않습니다.",
        "`tf.function` 안에서 `self.total.assign_add(v)`처럼 변수를 바꾸세요.",
    ),
}


_ADVICE = {
    "as a Python `bool`": "그래프 안의 텐서를 파이썬의 참·거짓으로 썼습니다. 파이썬의 `max`, `and`, `not`은 "
    "`tf.maximum`, `tf.logical_and`, `tf.logical_not`으로 바꾸고, `autograph=False`를 썼다면 지우세요.",
    "to a numpy array": "넘파이 함수는 그래프에 들어가지 못합니다. `tf.`로 시작하는 연산으로 바꾸세요.",
    "'numpy'": "그래프 안의 텐서에는 아직 값이 없어서 `.numpy()`를 쓸 수 없습니다.",
    r"int\(\) argument": "그래프 안의 텐서에는 아직 값이 없어서 파이썬 수로 바꿀 수 없습니다.",
    "singleton tf.Variable": "변수는 부를 때마다가 아니라 `__init__`에서 한 번만 만드세요.",
    "out of scope": "그래프 안에서 만든 텐서를 `self`나 리스트에 담아 두면 다음에 쓸 수 없습니다. "
    "기억할 값은 `tf.Variable`에 담고 `assign_add`로 더하세요.",
    "Can not cast TensorSpec": "`input_signature`가 명세의 모양(shape)과 자료형(dtype)을 받는지 보세요.",
    r"has dtype u?int\d+ .*but dtype float|has dtype float\d+ .*but dtype u?int": "`/`는 결과가 "
    "실수입니다. 정수 나눗셈은 `//`입니다.",
    "before the loop, but": "반복의 앞과 뒤에서 변수의 자료형(dtype)과 모양(shape)이 같아야 합니다.",
    "started as non-Tensor": "`while True`와 `break` 대신 `while n != 1`처럼 텐서를 조건으로 쓰세요.",
    "to use as boolean Tensor": "텐서로 된 조건은 참·거짓(`tf.bool`)이어야 합니다. "
    "`if n % 2:`가 아니라 `if n % 2 == 1:`처럼 비교를 쓰세요.",
    "recursion": "그래프 안에서 자기 자신을 부르면 트레이싱이 끝나지 않습니다. `while`을 쓰세요.",
}


Case = tuple[GraphExercise, Challenge, Evidence]
"""문제, 물음, 참고 답안의 Evidence."""


def explained(record: dict[str, Any], name: str) -> Failure:
    text, advice = explain(record, name)
    message = str(record.get("message") or "")
    found = next((said for sign, said in _ADVICE.items() if re.search(sign, message)), None)
    if found is None and f"'{name}' object is not callable" in message:
        found = "`__call__` 메서드가 있어야 객체를 함수처럼 부를 수 있습니다."
    return text, advice if found is None else found


def _first_problem(evidence: Evidence, name: str) -> Failure | None:
    for call in evidence.facts["calls"]:
        if call["status"] != "seen":
            return explained(call, name)
    return None


def _example(number: int, case: Case, evidence: Evidence) -> str:
    """무엇을 넣었을 때 어떻게 다른지."""
    _, challenge, reference = case
    ((_, name),) = challenge.facts["calls"][number]["args"][0].items()
    given = challenge.arrays[name]
    wanted, found = (
        one.arrays[one.facts["calls"][number]["outputs"][0]["array"]]
        for one in (reference, evidence)
    )
    if wanted.ndim == 0:
        if given.dtype.kind not in "iu":
            return ""
        return f" {with_particle(f'`{int(given)}`', '을', '를')} 넣었을 때입니다."
    if not np.all(np.isfinite(found)):
        return ""
    place = np.unravel_index(int(np.argmax(np.abs(wanted - found))), wanted.shape)
    if given.shape == wanted.shape:
        given = given[place]
    elif given.shape[:1] == wanted.shape:
        given = given[place[0]]
    else:
        return ""
    shown = np.array2string(given, precision=3, separator=", ")
    return f" 그 자리에 넣은 값은 `{shown}`입니다."


_Found = TypeVar("_Found", bound=GraphLook)


def looks_of(exercise: GraphExercise, kind: type[_Found]) -> list[_Found]:
    """문제의 항목들이 보는 것 가운데 `kind`."""
    return [item.look for item in exercise.groups if isinstance(item.look, kind)]


@dataclass(frozen=True)
class InGraph(GraphLook):
    """그래프로 실행되고, 그래프 안에서 파이썬을 부르지 않습니다."""

    def failure(self, case: Case, evidence: Evidence) -> Failure | None:
        exercise, _, _ = case
        name, calls = exercise.subjects[0], evidence.facts["calls"]
        ran = [call.get("graphs", 0) for call in calls if call["status"] == "seen"]
        if exercise.form == "function" and evidence.facts["compiled"] is None:
            subject = with_particle(f"`{name}`", "은", "는")
            if ran and all(ran):
                return (
                    f"{subject} 보통의 파이썬 함수이고, 그 안에서 `tf.function`을 부릅니다.",
                    f"`{name}` 자체에 `@tf.function`을 붙이세요.",
                )
            return (
                f"{subject} 보통의 파이썬 함수입니다.",
                "`def` 바로 윗줄에 `@tf.function`을 붙이세요.",
            )
        if not ran:
            # A `tf.function` that fails is one all the same; why it fails is told where values are asked.
            return None if exercise.form == "function" else _first_problem(evidence, name)
        if not all(ran):
            return (
                "부를 때 그래프를 실행하지 않습니다.",
                "`def __call__` 바로 윗줄에 `@tf.function`을 붙이세요.",
            )
        for call in calls:
            for kind in PYTHON_OPS:
                if kind in call.get("ops", {}):
                    return (
                        f"그래프 안에서 파이썬을 다시 부릅니다(`{kind}` 연산).",
                        "`tf.py_function`과 `tf.numpy_function`은 파이썬을 그대로 실행합니다. "
                        "`tf.`로 시작하는 연산으로 바꾸세요.",
                    )
        return None


@dataclass(frozen=True)
class Equal(GraphLook):
    """`calls`번째 호출들의 결과가 참고 답안과 같습니다."""

    calls: tuple[int, ...]
    explainable: ClassVar[bool] = True

    def failure(self, case: Case, evidence: Evidence) -> Failure | None:
        unlike = self.unlike(case, evidence)
        # Where the objects began is what is wrong then, and another item's.
        shared = unlike and looks_of(case[0], Apart) and _one_for_all(case, evidence)
        return None if shared else unlike

    def unlike(self, case: Case, evidence: Evidence) -> Failure | None:
        """참고 답안과 처음으로 다른 것."""
        exercise, _, reference = case
        for number in self.calls:
            wanted, found = reference.facts["calls"][number], evidence.facts["calls"][number]
            if found["status"] != "seen":
                return explained(found, exercise.subjects[0])
            unlike = difference(
                exercise.subjects[0],
                wanted,
                found,
                reference,
                evidence,
                tolerance=exercise.tolerance,
                check_dtype=not exercise.integer,
            )
            if unlike and unlike.kind == "value":
                return unlike.message + _example(number, case, evidence), unlike.advice
            if unlike:
                return unlike.message, unlike.advice
            kind = found["outputs"][0]["dtype"]
            if exercise.integer and not kind.startswith(("int", "uint")):
                return f"결과가 정수여야 하는데 자료형이 `{kind}`입니다.", ""
        return None


@dataclass(frozen=True)
class Operations(GraphLook):
    """모든 그래프에 `family`의 연산이 있습니다.

    `most`를 주면 연산이 그보다 많아도 안 됩니다(반복을 펼친 그래프는 아주 큽니다).
    """

    family: Family
    most: int | None = None

    def failure(self, case: Case, evidence: Evidence) -> Failure | None:
        exercise, _, _ = case
        pattern, message, advice = FAMILIES[self.family]
        calls = [call for call in evidence.facts["calls"] if call["status"] == "seen"]
        if not calls:
            return _first_problem(evidence, exercise.subjects[0])
        if all(any(re.fullmatch(pattern, kind) for kind in call["ops"]) for call in calls):
            largest = max(sum(call["ops"].values()) for call in calls)
            if self.most is None or largest <= self.most:
                return None
            return (
                f"그래프에 연산이 {largest}개나 있습니다. 반복을 트레이싱할 때 펼쳐 놓았습니다.",
                "파이썬 `for`는 그래프에 같은 연산을 되풀이해서 적습니다. "
                "걸음을 `while`의 몸통에서 한 번만 적으세요.",
            )
        if not any(call["graphs"] for call in calls):
            return "그래프를 만들지 않습니다.", "`@tf.function`을 붙이세요."
        return message, advice


@dataclass(frozen=True)
class Apart(Equal):
    """객체마다 같은 값을 차례로 줍니다.

    `calls`번째 호출들의 결과가 참고 답안과 같거나, 그 앞의 값이 틀렸으면 객체끼리는 서로 같습니다.
    """

    def failure(self, case: Case, evidence: Evidence) -> Failure | None:
        failure = self.unlike(case, evidence)
        exercise, challenge, _ = case
        if failure is not None and _one_for_all(case, evidence):
            return (
                "객체들이 변수 하나를 함께 씁니다. 다른 객체에 더한 값까지 합에 들어갑니다.",
                "변수를 클래스나 전역이 아니라 `__init__`에서 `self`에 담으세요.",
            )
        before = [other for other in looks_of(exercise, Equal) if type(other) is Equal]
        if failure is None or not any(other.failure(case, evidence) for other in before):
            return failure
        # Every object is given the same numbers in turn, so what each answers is the same, too.
        steps: dict[int, list[Any]] = {}
        for call, record in zip(challenge.facts["calls"], evidence.facts["calls"], strict=True):
            if record["status"] != "seen" or not record["outputs"]:
                return failure
            steps.setdefault(call.get("object", 0), []).append(record)
        if any(other.failure(case, evidence) for other in looks_of(exercise, Operations)):
            return failure
        first, *others = steps.values()
        same = all(
            compare_call("", want, have, evidence, evidence, tolerance=exercise.tolerance) is None
            for records in others
            for want, have in zip(first, records, strict=False)
        )
        return None if same else failure


def _one_for_all(case: Case, evidence: Evidence) -> bool:
    """참고 답안의 객체 하나를 끝까지 부른 것과 같은지. 전에 불러 본 것이 남아 있어 같은 만큼 떨어져 있어도 됩니다."""
    from autograder.observe import observe

    exercise, challenge, _ = case
    calls = [call | {"object": 0} for call in challenge.facts["calls"]]
    alone = replace(challenge, facts=challenge.facts | {"calls": calls})
    wanted = _results(observe(alone, exercise.solution()))
    found = _results(evidence)
    if wanted is None or found is None or wanted.shape != found.shape:
        return False
    apart = found - wanted
    scale = float(np.max(np.abs([wanted, found]), initial=1.0))
    return bool(np.ptp(apart) <= exercise.tolerance * scale)


def _results(evidence: Evidence) -> np.ndarray | None:
    """부를 때마다 나온 수들. 하나라도 수 하나가 아니면 None."""
    found = []
    for call in evidence.facts["calls"]:
        if call["status"] != "seen" or len(call["outputs"]) != 1:
            return None
        value = evidence.arrays.get(call["outputs"][0].get("array", ""))
        if value is None or value.size != 1 or not np.all(np.isfinite(value)):
            return None
        found.append(float(value.reshape(())))
    return np.array(found)


@dataclass(frozen=True)
class Traces(GraphLook):
    """트레이싱이 `most`번을 넘지 않습니다. `advice`는 이유와 상관없이 참인 조언입니다."""

    most: int
    advice: str = ""
    explainable: ClassVar[bool] = True

    def failure(self, case: Case, evidence: Evidence) -> Failure | None:
        exercise, challenge, _ = case
        records = evidence.facts["calls"]
        ran = [record for record in records if record["status"] == "seen"]
        if 2 * len(ran) <= len(records):
            return _first_problem(evidence, exercise.subjects[0])
        if not all(record["graphs"] for record in ran):
            return "그래프를 만들지 않습니다.", "`@tf.function`을 붙이세요."
        key = "total" if exercise.form == "function" else "traces"
        counts: dict[int, int] = {}
        for call, record in zip(challenge.facts["calls"], records, strict=True):
            counts[call.get("object", 0)] = record.get(key, 0)
        # A function that was traced before still counts: its traces are what the item is about.
        most = max(counts.values())
        if most <= self.most:
            return None
        limit = "한 번만" if self.most == 1 else f"{self.most}번까지만"
        return f"트레이싱을 {limit} 해야 하는데 {most}번 했습니다.", self.advice


@dataclass(frozen=True)
class Replaced(GraphLook):
    """`GraphExercise.replace`의 함수를 정말로 부릅니다. `advice`는 부르지 않을 때의 조언입니다."""

    advice: str

    def failure(self, case: Case, evidence: Evidence) -> Failure | None:
        exercise, challenge, reference = case
        name = challenge.facts["replace"]["name"]
        found = evidence.facts["replaced"]
        if evidence.facts["compiled"] == "concrete":
            return (
                "이미 만들어진 그래프 하나(`ConcreteFunction`)라서 무엇을 부르는지 볼 수 없습니다.",
                "`get_concrete_function`을 부르지 말고 `tf.function`을 그대로 두세요.",
            )
        if not found["found"]:
            return f"`{name}` 함수를 부르지 않습니다.", self.advice
        if found["status"] != "seen":
            return explained(found, exercise.subjects[0])
        wanted = reference.facts["replaced"]
        if not found["outputs"]:
            return "아무것도 돌려주지 않습니다(`None`).", "`return`을 빠뜨리지 않았는지 보세요."
        if compare_call(name, wanted, found, reference, evidence, tolerance=exercise.tolerance):
            # What a wrong answer makes of the result is not asked here, only whether it uses it.
            original = evidence.facts["calls"][0]
            right = all(
                other.failure(case, evidence) is None for other in looks_of(exercise, Equal)
            )
            unchanged = original["status"] == "seen" and not compare_call(
                name, original, found, evidence, evidence, tolerance=exercise.tolerance
            )
            if right and not unchanged:
                return (
                    f"`{name}`의 결과를 명세대로 쓰지 않습니다.",
                    f"{with_particle(f'`{name}`', '을', '를')} 다른 함수로 바꾸어 보면 명세와 다른 값이 나옵니다. "
                    f"두 함수가 저마다 명세의 계산만 하는지, 한쪽의 계산이 다른 쪽에 들어 있지 않은지 보세요.",
                )
            if unchanged:
                return (
                    f"`{name}`의 결과를 명세대로 쓰지 않습니다.",
                    f"{with_particle(f'`{name}`', '을', '를')} 다른 함수로 바꾸어 보아도 결과가 그에 맞게 "
                    f"달라지지 않습니다. 계산을 다시 쓰지 말고 `{name}(x)`를 부르세요.",
                )
        if not found["plain"]:
            return (
                f"`{name}`에도 `@tf.function`이 붙어 있습니다.",
                "가장 바깥 함수에만 붙이면 그 안에서 부르는 함수도 그래프가 됩니다.",
            )
        return None
