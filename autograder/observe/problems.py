"""관찰하다 생긴 문제를 자료로 적는 법과, 아직 풀지 않은 답을 알아보는 법.

여기 없는 것: 학습자에게 하는 말(`judge.problems`), 시간이 다 되어 멈추는 일(`observe.limits`).
"""

from __future__ import annotations

import dis
import inspect
import re
import tempfile
from types import FunctionType
from typing import Any


def problem(kind: str, error: BaseException | None = None, **more: Any) -> dict[str, Any]:
    """문제 하나의 기록. `kind`는 judge가 한국어로 옮길 짧은 영어 이름입니다."""
    record: dict[str, Any] = {"status": "problem", "problem": kind, **more}
    if error is not None:
        record["error"] = type(error).__name__
        record["message"] = _short(str(error))
        record["layer"] = getattr(error, "failed_layer", None)
    return record


def not_callable(given: Any) -> dict[str, Any] | None:
    """함수여야 할 `given`을 부를 수 없을 때의 기록. 부를 수 있으면 None."""
    if callable(given):
        return None
    return problem("none" if given is None else "not_function", type=type(given).__name__)


def graph_problem(kind: str, error: BaseException, **more: Any) -> dict[str, Any]:
    """그래프를 만들거나 실행하다가 난 문제의 기록. 긴 오류에서 이유를 말하는 줄을 고릅니다."""
    record = problem(kind, error, **more)
    text = str(error)
    if "in user code:" in text:
        # AutoGraph repeats the learner's stack first; the reason is the last line that names an error.
        reasons = re.findall(r"^\s*(\w+(?:Error|Exception|Warning)): (.+)$", text, re.M)
        if reasons:
            record["error"], record["message"] = reasons[-1][0], reasons[-1][1][:600]
    elif text.startswith("Graph execution error"):
        # Where it happened comes first, at length; the reason is the last line in words.
        lines = [line.strip() for line in text.splitlines()[1:]]
        told = [
            line for line in lines if line and not line.startswith(("[[", "File ", "Detected "))
        ]
        if told:
            record["message"] = told[-1][:600]
    return record


def unattempted(subject: Any) -> bool:
    """아직 풀지 않은 답인지: `...`, 또는 몸통이 `...`뿐인 함수와 클래스."""
    if subject is Ellipsis:
        return True
    if isinstance(subject, (list, tuple)) and subject:
        return all(item is Ellipsis for item in subject)
    if isinstance(subject, dict) and subject:
        return all(unattempted(item) for item in subject.values())
    function = _python_function(subject)
    if function is not None:
        return _is_stub(function)
    if inspect.isclass(subject):
        methods = [
            function for item in vars(subject).values() if (function := _python_function(item))
        ]
        return bool(methods) and all(map(_is_stub, methods))
    return False


# 이 강좌의 케라스(`keras`)와 이름만 같은 클래스를 담은 패키지들: 케라스 2, 텐서플로 안에 남은 옛 케라스.
_OTHER_KERAS = ("tf_keras", "tensorflow.python.keras")


def other_keras(item: Any) -> str:
    """`item`(이나 그 안의 첫 것)이 다른 케라스로 만든 객체나 클래스면 그 패키지의 이름, 아니면 빈 문자열."""
    if isinstance(item, (list, tuple)):
        return next(filter(None, map(other_keras, item[:3])), "")
    kind = item if inspect.isclass(item) else type(item)
    modules = [str(getattr(base, "__module__", "")) for base in getattr(kind, "__mro__", ())]
    return next(
        (
            package
            for package in _OTHER_KERAS
            if any(module == package or module.startswith(f"{package}.") for module in modules)
        ),
        "",
    )


def unusable(subject: Any) -> dict[str, Any]:
    """어느 종류의 문제에서든 볼 수 없는 것이 답에 있으면 그 이유의 기록, 없으면 빈 딕셔너리."""
    for name, item in subject.items() if isinstance(subject, dict) else ():
        if package := other_keras(item):
            return problem("other_keras", type=package, subject=name)
        if _made_in_graph(item):
            return problem("made_in_graph", subject=name)
    return {}


def _made_in_graph(item: Any) -> bool:
    """즉시 실행이 꺼진 채로(또는 그래프 안에서) 만들어 변수에 값이 없는 모델이나 층인지."""
    if isinstance(item, (list, tuple)):
        return any(map(_made_in_graph, item[:3]))
    if inspect.isclass(item):
        return False
    try:
        variables = [getattr(one, "value", one) for one in getattr(item, "variables", ())]
        return any(getattr(one, "_in_graph_mode", False) is True for one in variables)
    except Exception:  # noqa: BLE001 - 망가진 모델은 변수를 말하지 못합니다
        return False


def _python_function(item: Any) -> FunctionType | None:
    """파이썬 함수. `@tf.function`을 붙인 것이면 그 안의 함수입니다."""
    if type(item).__module__.partition(".")[0] == "tensorflow":
        item = getattr(item, "python_function", None)
    return item if isinstance(item, FunctionType) else None


def _is_stub(function: FunctionType) -> bool:
    """몸통이 `...`이나 독스트링뿐이어서 바로 None을 돌려주는 함수인지.

    `super().__init__()`만 부르는 `__init__`도 아직 쓰지 않은 것입니다.
    """
    if function.__name__ == "__init__" and _only_calls_super(function):
        return True
    done = [
        (instruction.opname, instruction.argval)
        for instruction in dis.get_instructions(function)
        if instruction.opname not in ("RESUME", "NOP", "CACHE", "COPY_FREE_VARS", "MAKE_CELL")
    ]
    return done in (
        [("LOAD_CONST", None), ("RETURN_VALUE", None)],
        [("RETURN_CONST", None)],
    )


def _only_calls_super(function: FunctionType) -> bool:
    """받은 인수를 하나도 쓰지 않고 `super().__init__(**kwargs)`만 부르는지."""
    code = function.__code__
    if not set(code.co_names) <= {"super", "__init__"}:
        return False
    used: set[str] = set()
    for instruction in dis.get_instructions(function):
        if instruction.opname.startswith(("LOAD_FAST", "LOAD_DEREF", "LOAD_CLOSURE")):
            value = instruction.argval
            used |= set(value) if isinstance(value, tuple) else {value}
    return used <= {*code.co_varnames[:1], "__class__", "kwargs", "args"}


_DROPPED = (
    # `<tf.Tensor: shape=(2,), dtype=float32, numpy=array(...)>`와 `<Variable path=..., value=...>`의 값
    (re.compile(r",?\s*\b(?:numpy|value)=[^<>]*>"), ">"),
    (re.compile(r"\{\{(?:function_node|node) [^}]*\}\}\s*"), ""),
    # 오토그래프가 함수를 옮겨 쓰며 붙인 이름
    (re.compile(r"(?:\w+\.<locals>\.)*\btf__(?=\w+\()"), ""),
)
_NUMBERS = re.compile(r"\[(?:[\s\d.,\[\]+\-eEjinfa]|\.\.\.){40,}\]")


def without_values(text: str) -> str:
    """오류의 글에서 텐서의 값과 긴 배열을 뺍니다. 모양, 자료형, 이름, 나머지 글은 그대로입니다."""
    for pattern, instead in _DROPPED:
        text = pattern.sub(instead, text)
    return _NUMBERS.sub("[…]", text)


def _short(text: str, limit: int = 1200) -> str:
    text = without_values(text)
    # 임시 폴더의 이름은 실행할 때마다 달라 학습자에게 뜻이 없습니다.
    folder = re.escape(tempfile.gettempdir())
    text = re.sub(rf"{folder}[\\/]tmp\w{{8}}", "(임시 폴더)", text.strip())
    # 긴 오류의 이유는 첫머리나 끝에 있습니다.
    return text if len(text) <= limit else f"{text[: limit // 2]} …\n{text[-limit // 2 :]}"
