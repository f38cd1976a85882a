"""그래프의 판정: 값은 참고 답안과, 그래프는 있어야 할 연산과 트레이싱 횟수로 봅니다."""

from __future__ import annotations

import re
from typing import Any

from autograder.exercise import GraphExercise, GraphItem
from autograder.judge.compare import compare_call
from autograder.judge.problems import explain
from autograder.korean import with_particle
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

Failure = tuple[str, str]

PYTHON_OPS = ("EagerPyFunc", "PyFunc", "PyFuncStateless")
FAMILIES: dict[str, tuple[str, str, str]] = {
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
    "as a Python `bool`": "오토그래프가 바꾸지 못한 `if`나 `while`이 있습니다. "
    "`autograph=False`를 썼다면 지우세요.",
    "to a numpy array": "넘파이 함수는 그래프에 들어가지 못합니다. `tf.`로 시작하는 연산으로 바꾸세요.",
    "'numpy'": "그래프 안의 텐서에는 아직 값이 없어서 `.numpy()`를 쓸 수 없습니다.",
    "int() argument": "그래프 안의 텐서에는 아직 값이 없어서 파이썬 수로 바꿀 수 없습니다.",
    "singleton tf.Variable": "변수는 부를 때마다가 아니라 `__init__`에서 한 번만 만드세요.",
    "out of scope": "그래프 안의 텐서를 `self`에 담아 두면 다음에 쓸 수 없습니다. "
    "`tf.Variable`의 `assign_add`를 쓰세요.",
    "Binding inputs": "`input_signature`가 명세의 모양(shape)과 자료형(dtype)을 받는지 보세요.",
    "has dtype": "`/`는 결과가 실수입니다. 정수 나눗셈은 `//`입니다.",
    "is not callable": "`__call__` 메서드가 있어야 객체를 함수처럼 부를 수 있습니다.",
    "started as non-Tensor": "`while True`와 `break` 대신 `while n != 1`처럼 텐서를 조건으로 쓰세요.",
    "to use as boolean Tensor": "텐서로 된 조건은 참·거짓(`tf.bool`)이어야 합니다. "
    "`if n % 2:`가 아니라 `if n % 2 == 1:`처럼 비교를 쓰세요.",
    "recursion": "그래프 안에서 자기 자신을 부르면 트레이싱이 끝나지 않습니다. `while`을 쓰세요.",
}


def items(exercise: GraphExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """`exercise.groups`의 항목마다 맞았는지."""
    from autograder.observe import observe

    if evidence.facts["status"] != "seen":
        message, advice = _explain(evidence.facts, exercise.subjects[0])
        return [
            Item(
                item.title,
                item.points,
                0,
                f"{item.title}: 확인하지 못했습니다." if index else message,
                "" if index else advice,
            )
            for index, item in enumerate(exercise.groups)
        ]
    reference = observe(challenge, exercise.solution())
    told: list[Failure] = []
    values_wrong = False
    result = []
    for item in exercise.groups:
        failure = _METHODS[item.method](item, exercise, challenge, reference, evidence)
        if failure is None:
            result.append(Item(item.title, item.points, item.points))
            continue
        if failure in told:
            text = f"{item.title}: 위와 같은 까닭으로 확인하지 못했습니다."
            result.append(Item(item.title, item.points, 0, text))
        elif item.method == "equal" and values_wrong:
            # Its advice supposes that the rest is right.
            text = f"{item.title}: 위의 값이 맞으면 확인합니다."
            result.append(Item(item.title, item.points, 0, text))
        else:
            told.append(failure)
            advice = failure[1] or item.advice
            result.append(Item(item.title, item.points, 0, f"{item.title}: {failure[0]}", advice))
        values_wrong = values_wrong or item.method == "equal"
    return result


def _explain(record: dict[str, Any], name: str) -> Failure:
    text, advice = explain(record, name)
    message = str(record.get("message") or "")
    return text, next((said for sign, said in _ADVICE.items() if sign in message), advice)


def _first_problem(evidence: Evidence, name: str) -> Failure | None:
    for call in evidence.facts["calls"]:
        if call["status"] != "seen":
            return _explain(call, name)
    return None


def _graph(
    item: GraphItem,
    exercise: GraphExercise,
    challenge: Challenge,
    reference: Evidence,
    evidence: Evidence,
) -> Failure | None:
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
        return _first_problem(evidence, name)
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


def _equal(
    item: GraphItem,
    exercise: GraphExercise,
    challenge: Challenge,
    reference: Evidence,
    evidence: Evidence,
) -> Failure | None:
    for number in item.detail:
        wanted, found = reference.facts["calls"][number], evidence.facts["calls"][number]
        if found["status"] != "seen":
            return _explain(found, exercise.subjects[0])
        difference = compare_call(
            exercise.subjects[0],
            wanted,
            found,
            reference,
            evidence,
            tolerance=exercise.tolerance,
            check_dtype=not exercise.integer,
        )
        if difference:
            return difference
        kind = found["outputs"][0]["dtype"]
        if exercise.integer and not kind.startswith(("int", "uint")):
            return f"결과가 정수여야 하는데 자료형이 `{kind}`입니다.", ""
    return None


def _ops(
    item: GraphItem,
    exercise: GraphExercise,
    challenge: Challenge,
    reference: Evidence,
    evidence: Evidence,
) -> Failure | None:
    pattern, message, advice = FAMILIES[item.detail]
    calls = [call for call in evidence.facts["calls"] if call["status"] == "seen"]
    if not calls:
        return _first_problem(evidence, exercise.subjects[0])
    if all(any(re.fullmatch(pattern, kind) for kind in call["ops"]) for call in calls):
        largest = max(sum(call["ops"].values()) for call in calls)
        if item.most is None or largest <= item.most:
            return None
        return (
            f"그래프에 연산이 {largest}개나 있습니다. 반복을 트레이싱할 때 펼쳐 놓았습니다.",
            "파이썬 `for`는 그래프에 같은 연산을 되풀이해서 적습니다. "
            "걸음을 `while`의 몸통에서 한 번만 적으세요.",
        )
    if not any(call["graphs"] for call in calls):
        return "그래프를 만들지 않습니다.", "`@tf.function`을 붙이세요."
    return message, advice


def _traces(
    item: GraphItem,
    exercise: GraphExercise,
    challenge: Challenge,
    reference: Evidence,
    evidence: Evidence,
) -> Failure | None:
    problem = _first_problem(evidence, exercise.subjects[0])
    if problem:
        return problem
    counts: dict[int, int] = {}
    asked: dict[int, int] = {}
    key = "total" if exercise.form == "function" else "traces"
    for call, record in zip(challenge.facts["calls"], evidence.facts["calls"], strict=True):
        counts[call.get("object", 0)] = record[key]
        asked[call.get("object", 0)] = asked.get(call.get("object", 0), 0) + 1
        if not record["graphs"]:
            return "그래프를 만들지 않습니다.", "`@tf.function`을 붙이세요."
    # A function that was traced before still counts: its traces are what the item is about.
    most = max(counts, key=lambda number: counts[number])
    if counts[most] <= item.detail:
        return None
    limit = "한 번만" if item.detail == 1 else f"{item.detail}번까지만"
    return f"트레이싱을 {limit} 해야 하는데 {counts[most]}번 했습니다.", (
        "`reduce_retracing=True`는 두 번째 모양을 보고 나서야 그래프를 넓힙니다. "
        "`input_signature`로 처음부터 알려 주세요."
        if counts[most] == 2
        else ""
    )


def _replaced(
    item: GraphItem,
    exercise: GraphExercise,
    challenge: Challenge,
    reference: Evidence,
    evidence: Evidence,
) -> Failure | None:
    name = challenge.facts["replace"]["name"]
    found = evidence.facts["replaced"]
    if evidence.facts["compiled"] == "concrete":
        return (
            "이미 만들어진 그래프 하나(`ConcreteFunction`)라서 무엇을 부르는지 볼 수 없습니다.",
            "`get_concrete_function`을 부르지 말고 `tf.function`을 그대로 두세요.",
        )
    if not found["found"]:
        return f"`{name}` 함수를 부르지 않습니다.", ""
    if found["status"] != "seen":
        return _explain(found, exercise.subjects[0])
    wanted = reference.facts["replaced"]
    if compare_call(name, wanted, found, reference, evidence, tolerance=exercise.tolerance):
        return (
            f"`{name}`의 결과를 명세대로 쓰지 않습니다.",
            f"{with_particle(f'`{name}`', '을', '를')} 다른 함수로 바꾸어 보아도 결과가 그에 맞게 달라지지 않습니다. "
            f"계산을 다시 쓰지 말고 `{name}(x)`를 부르세요.",
        )
    if not found["plain"]:
        return (
            f"`{name}`에도 `@tf.function`이 붙어 있습니다.",
            "가장 바깥 함수에만 붙이면 그 안에서 부르는 함수도 그래프가 됩니다.",
        )
    return None


_METHODS = {
    "graph": _graph,
    "equal": _equal,
    "ops": _ops,
    "traces": _traces,
    "replaced": _replaced,
}
