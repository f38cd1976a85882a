"""관찰에서 생긴 문제를 학습자에게 하는 말로 옮깁니다.

여기 없는 것: 문제를 자료로 적는 법(`observe.problems`), 끝나지 못한 셀의 이유(`grading.unfinished`).
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from autograder.korean import with_particle
from autograder.observe.problems import without_values

_SENTENCES = {
    "none": "`{name}`의 값이 `None`입니다. 함수라면 `return`을 빠뜨리지 않았는지, "
    "`model = model.add(...)`처럼 쓰지 않았는지 보세요.",
    "missing": "{name_object} 넘기지 않았습니다. `check(...)`에 `{name}={name}`도 넘기세요.",
    "too_few": "`{whole}`에 모델이 {wanted}개여야 하는데 {found}개입니다.",
    "class": "`{name}`에 클래스 `{type}` 자체가 들어 있습니다. "
    "`{name} = {type}(...)`처럼 괄호를 붙여 객체를 만드세요.",
    "empty": "`{name}`에 층이 하나도 없습니다. `model.add(...)`로 더하거나 리스트에 넣으세요.",
    "layer": "`{name}`에 모델이 아니라 `{type}` 층 하나가 들어 있습니다. "
    "`keras.Sequential([...])`이나 `keras.Model(...)`로 모델을 만드세요.",
    "keras_tensor": "`{name}`에 모델이 아니라 출력 텐서(`KerasTensor`)가 들어 있습니다. "
    "`keras.Model(inputs, outputs)`로 묶으세요.",
    "function": "`{name}`에 함수 {type_subject} 들어 있습니다. 함수를 불러서 얻은 모델을 넣으세요.",
    "not_list": "`{whole}`에 모델의 리스트가 아니라 {type_subject} 들어 있습니다.",
    "not_model": "`{name}`에 케라스 모델이 아니라 `{type}` 객체가 들어 있습니다.",
    "instance": "`{name}`에는 객체가 아니라 클래스가 있어야 하는데 `{type}` 객체가 들어 있습니다.",
    "not_layer": "`{name}(...)`으로 만든 것이 케라스 모델이나 층이 아니라 `{type}`입니다. "
    "`class {name}(keras.Model):`로 상속했는지 보세요.",
    "bare_decorator": "`{name}`에 클래스가 아니라 {type_subject} 돌려준 함수가 들어 있습니다. "
    "데코레이터에 괄호가 빠졌습니다. `@keras.saving.{type}()`처럼 쓰세요.",
    "not_value": "{name_object} 텐서로 읽을 수 없습니다. 지금은 `{type}` 객체입니다.",
    "not_function": "`{name}`에 함수가 아니라 `{type}` 객체가 들어 있습니다.",
    "returns_none": "{name_subject} 아무것도 돌려주지 않습니다(`None`). "
    "`return`을 빠뜨리지 않았는지 보세요.",
    "slow": "{name_subject} 끝나지 않아 멈추었습니다(계산 시간 {seconds:g}초).",
    "returned_list": "`{name}`의 값이 모델이 아니라 파이썬 `{type}`입니다. "
    "`keras.Model(inputs, outputs)`로 묶어서 돌려주세요.",
    "huge": "출력이 너무 큽니다. 층의 크기를 명세와 비교해 보세요.",
    "call": "실행하다가 오류가 났습니다{where}: `{error}: {message}`",
    "construct": "객체를 만들다가 오류가 났습니다: `{error}: {message}`",
    "fit": "모델에 넣어 `fit`으로 훈련하다가 오류가 났습니다{where}: `{error}: {message}`",
    "predict": "모델에 넣어 `predict`를 하다가 오류가 났습니다{where}: `{error}: {message}`",
    "base_arguments": "`{name}(..., name='...')`처럼 모든 층에 있는 인수를 받지 못합니다: "
    "`{error}: {message}`",
    "get_config": "`get_config()`에서 오류가 났습니다: `{error}: {message}`",
    "config_type": "`get_config()`가 딕셔너리를 돌려주어야 하는데 `{type}`입니다.",
    "not_json": "`get_config()`의 결과를 JSON으로 쓸 수 없습니다: `{error}: {message}`",
    "from_config": "`{name}.from_config(config)`에서 오류가 났습니다: `{error}: {message}`",
    "config_class": "`from_config`가 `{name}` 객체가 아니라 `{type}` 객체를 돌려줍니다.",
    "save": "`.keras` 파일로 저장하다가 오류가 났습니다: `{error}: {message}`",
    "load": "저장한 `.keras` 파일을 다시 읽다가 오류가 났습니다: `{error}: {message}`",
    "other_keras": "`{name}`에 이 강좌의 케라스가 아니라 `{type}`로 만든 것이 들어 있습니다. `import keras`와 "
    "`from keras import layers`로 다시 만드세요(환경 변수 `TF_USE_LEGACY_KERAS`가 있으면 지우고 커널을 다시 시작하세요).",
    "made_in_graph": "{name_topic} 즉시 실행이 꺼진 채로(그래프 안에서) 만든 것이라 값을 볼 수 없습니다.",
    "observe": "검사하다가 오류가 났습니다: `{error}: {message}`",
}

ARRAY_ONLY = sorted(
    name for name in dir(np.ndarray) if not name.startswith("_") and name not in ("shape", "dtype")
)
"""넘파이 배열에만 있는 이름."""
LIMIT = 240
"""오류의 글에서 보여 줄 길이."""
_UNLIKE_SHAPES = (
    "계산하는 두 값의 모양을 출력해 보세요. 축을 줄인 값이 있다면, 줄인 축(`axis=`)이 맞는지, 줄인 축을 크기 "
    "1로 남겨야 하는지(`keepdims=True`) 보세요."
)
_SUPER = "`__init__`의 첫 줄에 `super().__init__()`을 쓰세요."
_UNLIKE_TYPES = "자료형이 다릅니다. `tf.cast`로 먼저 같게 하세요."
_TENSOR = r"'?(?:EagerTensor|SymbolicTensor|Tensor|KerasTensor)'?"
_ADVICE = tuple(
    (re.compile(sign), said)
    for sign, said in (
        ("could not be broadcast together", _UNLIKE_SHAPES),
        ("Incompatible shapes", _UNLIKE_SHAPES),
        ("required broadcastable shapes", _UNLIKE_SHAPES),
        (
            "Invalid filepath extension for saving",
            "SavedModel은 `model.export(path)`로 내보내고, "
            "`model.save`에는 `.keras`로 끝나는 이름을 줍니다.",
        ),
        (
            "Feature: .* is required but could not be found",
            "쓸 때의 특성 이름과 읽을 때의 이름이 같은지 보세요.",
        ),
        (
            "Key: .*Data types don't match",
            "쓸 때의 특성 종류와 읽을 때의 자료형이 같은지 보세요.",
        ),
        ("Input to reshape is a tensor with", "값의 개수와 `reshape`의 모양이 맞는지 보세요."),
        (r"you forgot to call `super\(\)\.__init__\(\)`", _SUPER),
        ("It looks like you are subclassing", _SUPER),
        (r"does not have a `call", "`call` 메서드의 이름과 들여쓰기를 확인하세요."),
        (
            r"expected min_ndim=(\d+), found ndim=(\d+)",
            "이 층은 축이 {0}개 이상인 값을 받는데 {1}개인 값이 들어갔습니다. 배치 축도 셉니다. "
            "샘플 하나라면 `x[None]`으로 배치 축을 더하세요.",
        ),
        (
            r"expected ndim=(\d+), found ndim=(\d+)",
            "이 층은 축이 {0}개인 값을 받는데 {1}개인 값이 들어갔습니다. 배치 축도 셉니다.",
        ),
        (
            "incompatible with the layer",
            "넣은 값의 모양이 이 층이 받는 모양과 다릅니다. 앞에서 나온 값의 모양을 확인하세요.",
        ),
        (
            r"Attempt to convert a value \(None\)",
            "값이 있어야 할 곳에 `None`이 들어갔습니다. `return`이 빠진 갈래가 없는지 보세요.",
        ),
        (
            "maximum recursion depth exceeded",
            "재귀가 멈추지 않습니다. 자기 자신을 다시 부르지 않고 끝나는 갈래가 있는지, "
            "다시 부를 때는 받은 것이 아니라 그 안의 것(자식)을 넘기는지 보세요.",
        ),
        (
            "tuple indices must be integers or slices, not (?:tuple|NoneType)",
            "튜플을 텐서처럼 썼습니다. `isinstance(..., tuple)`로 튜플인지 먼저 보세요.",
        ),
        (
            "(?:tuple|list) indices must be integers or slices, not str",
            "튜플이나 리스트를 딕셔너리처럼 썼습니다. 이름이 아니라 번호로 꺼냅니다.",
        ),
        (
            rf"{_TENSOR} object has no attribute 'numpy'",
            "그래프 안이나 모델을 만드는 동안의 텐서에는 값이 없어서 `.numpy()`를 쓸 수 없습니다.",
        ),
        (
            rf"{_TENSOR} object has no attribute '({'|'.join(ARRAY_ONLY)})'",
            "텐서에는 넘파이 배열의 메서드(`astype`, `reshape`, `mean` …)가 없습니다. "
            "`tf.cast`, `tf.reshape`, `tf.reduce_mean` 같은 함수는 텐서와 배열을 모두 받습니다.",
        ),
        (
            "ndarray' object has no attribute '(\\w+)'",
            "넘파이 배열에 없는 이름입니다: `{0}`. "
            "`tf.`로 시작하는 함수는 텐서와 배열을 모두 받습니다.",
        ),
        (
            r"was created by passing\s+non-serializable",
            "`get_config()`를 직접 쓰세요. `__init__`이 받는 이름으로 적고, 함수는 `keras.activations.serialize(...)`로 "
            "바꾸어 적습니다.",
        ),
        (
            "len is not well defined for a symbolic",
            "그래프 안이나 모델을 만드는 동안의 텐서에는 `len`을 쓸 수 없습니다. 크기는 `ops.shape(...)`로 알아내세요.",
        ),
        (
            "'NoneType' object has no attribute",
            "앞에서 만든 값이 `None`입니다. `return`을 빠뜨렸거나 `None`을 돌려주는 것을 불렀는지 보세요.",
        ),
        (
            rf"{_TENSOR} object does not support item assignment",
            "텐서는 바꿀 수 없습니다. 새 텐서를 만들거나 `tf.Variable`을 쓰세요.",
        ),
        (
            "Variable' object does not support item assignment",
            "변수의 원소는 `variable[...] = ...`가 아니라 `variable[...].assign(...)`으로 바꿉니다.",
        ),
        (
            "'(tuple|str)' object does not support item assignment",
            "`{0}`의 원소는 바꿀 수 없습니다. 새로 만드세요.",
        ),
        (
            "with `tf.Variable`s is not supported",
            "변수의 값을 바꾸려면 `assign`, `assign_add`, `assign_sub`를 쓰세요.",
        ),
        (r"cannot compute \w+ as input #\d+.* was expected to be", _UNLIKE_TYPES),
        ("Tensor conversion requested dtype", _UNLIKE_TYPES),
        (
            r"name '(\w+)' is not defined",
            "`{0}`라는 이름은 정의된 적이 없습니다. 철자가 맞는지, 객체에 담은 것이면 앞에 `self.`을 붙였는지 보세요.",
        ),
        (
            # `tf`와 `keras`는 안쪽 모듈의 이름으로 나옵니다.
            r"module '(\w+)[\w.]*' has no attribute '(\w+)'",
            "`{0}`에 없는 이름입니다: `{1}`. 철자와 대소문자, 지금 판에 있는 이름인지 보세요.",
        ),
        (
            r"type object '(\w+)' has no attribute '(\w+)'",
            "클래스 `{0}`에 없는 이름입니다: `{1}`. 철자와, 클래스가 아니라 객체의 것인지 보세요.",
        ),
        (
            r"'?(\w+)'? object has no attribute '(\w+)'",
            "`{0}` 객체에 없는 이름입니다: `{1}`. 철자를 보고, 스스로 만든 클래스라면 `__init__`에서 "
            "`self.{1} = ...`로 담았는지 보세요.",
        ),
        (
            "Only input tensors may be passed as positional",
            "텐서가 아닌 인수는 `training=training`처럼 이름을 붙여 넘기세요.",
        ),
        (
            "is out of scope",
            "`call`이나 `tf.function` 안에서 만든 텐서는 밖에서도, 다음에 부를 때도 쓸 수 없습니다. `self`에 텐서를 "
            "담아 두면 이렇게 됩니다.",
        ),
        (
            r"property '(input|output)' of .* object has no setter",
            "`self.input`과 `self.output`은 케라스가 쓰는 이름입니다. 다른 이름에 담으세요.",
        ),
        (
            r"property '(\w+)' of .* object has no setter",
            "바꿀 수 없는 속성(property)의 이름입니다: `{0}`. 다른 이름에 담으세요.",
        ),
        (
            r"(?:takes|missing) .*positional argument|Too many arguments were given",
            "함수나 메서드의 매개변수와, 부를 때 넘기는 인수의 수가 맞는지 보세요.",
        ),
        (
            r"[Gg]ot an unexpected keyword argument '(\w+)'",
            "부르는 함수나 메서드에 그런 매개변수(`{0}`)가 있는지 보세요.",
        ),
        (
            "has no defined input",
            "한 번도 부르지 않은 층이나 순차형 모델에는 `.input`이 없습니다. `keras.Input`으로 시작한 모델이라면 "
            "`.inputs`를 쓰세요.",
        ),
        (
            r"indices.* = (-?\d+) is not in \[0, (\d+)\)",
            "번호가 {0}인데 0 이상 {1} 미만이어야 합니다. 임베딩 층이라면 어휘 크기(첫 번째 인수)가 가장 큰 "
            "단어 번호보다 커야 합니다.",
        ),
        (
            "`inputs` not connected to `outputs`|is not connected to `inputs`",
            "출력이 `keras.Input`에서 나온 값으로 계산되었는지, 층에 `inputs`를 넣었는지 보세요.",
        ),
    )
)
"""오류의 글에서 찾을 정규식 → 조언. 그 글이 나오는 **모든** 오류에서 참인 말만 적습니다."""


def explain(record: dict[str, Any], name: str) -> tuple[str, str]:
    """문제의 기록을 (메시지, 조언)으로 바꿉니다. `name`은 학습자가 정의하는 이름입니다."""
    kind = record.get("problem", "observe")
    layer = record.get("layer")
    message = str(record.get("message") or "")
    cause = _core(without_values(message))
    text = _SENTENCES.get(kind, _SENTENCES["observe"]).format(
        name=name,
        whole=name.partition("[")[0],
        type=record.get("type", ""),
        type_subject=with_particle(f"`{record.get('type', '')}`", "이", "가"),
        name_object=with_particle(f"`{name}`", "을", "를"),
        name_topic=with_particle(f"`{name}`", "은", "는"),
        name_subject=with_particle(f"`{name}`", "이", "가"),
        seconds=float(record.get("seconds") or 0),
        where=f" (`{layer}` 층)" if layer else "",
        wanted=record.get("wanted"),
        found=record.get("found"),
        error=record.get("error", ""),
        message=shortened(cause).replace("`", "'"),
    )
    if record.get("near_names"):
        first, *others = (f"`{name}`" for name in record["near_names"])
        near = f"{with_particle(first, '과', '와')} {others[0]}" if others else first
        wanted = with_particle(f"`{record['wanted_name']}`", "이", "가")
        return (
            text,
            f"{wanted} 없고 이름이 비슷한 {with_particle(near, '이', '가')} 있습니다. 이름을 맞추세요.",
        )
    return text, advice_for(message, name, str(layer))


def advice_for(message: str, name: str = "", layer: str = "") -> str:
    """오류의 글이 말해 주는 다음에 볼 것. 없으면 빈 문자열.

    `name`은 학습자가 정의하는 이름, `layer`는 오류가 난 층의 클래스입니다.
    """
    if (own := _own_parameters(message, name)) is not None:
        return own
    if own := _own_attribute(message, {name, layer}):
        return own
    for sign, said in _ADVICE:
        if found := sign.search(message):
            return said.format(*found.groups())
    return ""


def _own_attribute(message: str, own: set[str]) -> str:
    """학습자의 클래스(`own`)의 객체에 담지 않은 이름을 썼으면 그 조언."""
    found = re.search(r"'(\w+)' object has no attribute '(\w+)'", message)
    if found is None or found[1] not in own:
        return ""
    return (
        f"`self.{found[2]} = ...`으로 담은 곳이 없습니다. 담은 이름과 쓰는 이름이 같은지, "
        "담는 메서드의 이름과 들여쓰기가 맞는지 보세요."
    )


def _own_parameters(message: str, name: str) -> str | None:
    """학습자가 정의한 함수나 클래스의 매개변수가 부르는 것과 맞지 않으면 그 조언."""
    called = re.search(
        r"([\w.<>]+)\(\) (?:takes|missing|got an unexpected keyword|got multiple values)", message
    )
    if called is None:
        return None
    names = set(called[1].split("."))
    if name in names or "<lambda>" in names:
        return "함수나 메서드의 매개변수가 명세와 같은지 보세요."
    return None


def shortened(text: str, limit: int = LIMIT) -> str:
    """긴 글을 뜻이 끊기지 않게 줄입니다. 무엇이 문제인지 말하는 앞과, 무엇이어야 하는지 말하는 끝을 남깁니다."""
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) <= limit:
        return text
    parts = re.split(r"(?<=[.!?:;,]) ", text)
    head, tail = [parts[0]], [parts[-1]] if len(parts) > 1 else []
    inner = parts[1:-1]
    room = limit - 2 - len(" ".join([*head, *tail]))
    # 앞뒤에서 번갈아, 들어가는 만큼만 남깁니다.
    front = True
    while inner and len(inner[0 if front else -1]) + 1 <= room:
        part = inner.pop(0 if front else -1)
        room -= len(part) + 1
        if front:
            head.append(part)
        else:
            tail.insert(0, part)
        front = not front
    kept = " ".join([*head, "…", *tail]) if inner or not tail else " ".join([*head, *tail])
    if len(kept) <= limit:
        return kept
    half = (limit - 3) // 2
    return f"{_words(text[:half])} … {_words(text[-half:], last=True)}"


def _words(text: str, *, last: bool = False) -> str:
    """낱말의 가운데에서 끊긴 조각에서 온전한 낱말들만."""
    head, space, rest = text.partition(" ") if last else text.rpartition(" ")
    return (rest if last else head) if space else text


def _core(message: str) -> str:
    """케라스와 오토그래프의 긴 오류에서 이유를 말하는 줄. 색을 내는 문자는 지웁니다."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", message)
    # 낱말 사이에서 줄을 바꾼 문장은 한 줄입니다.
    text = re.sub(r"(?<=[\w,`)])[ \t]*\n[ \t]*(?=[a-z])", " ", text)
    lines = [re.sub(r" (name: ?)$", "", line.strip()) for line in text.splitlines()]
    lines = [line for line in lines if line]
    causes = [line for line in lines if line.startswith("Exception encountered: ")]
    if causes:
        # 역직렬화의 오류는 안쪽에서 난 이유를 마지막에 적습니다.
        return causes[-1].removeprefix("Exception encountered: ")
    inner = [number for number, line in enumerate(lines) if line.endswith("Error encountered:")]
    if inner and lines[inner[-1] + 1 :]:
        # 출력의 모양을 알아내다가 난 오류는 `call`의 오류를 마지막에 적습니다.
        return _core("\n".join(lines[inner[-1] + 1 :]))
    nodes = [number for number, line in enumerate(lines) if line.startswith("[[")]
    if nodes and nodes[0] and lines[0].startswith("Graph execution error"):
        # 그래프의 오류는 어느 연산인지를 먼저, 이유를 마지막에 적습니다.
        return lines[nodes[0] - 1]
    if lines and lines[0].startswith("in user code"):
        # 오토그래프는 소스의 줄들을 먼저 적습니다. 이유는 그 뒤에 `ValueError: ...`로 시작합니다.
        raised = [re.match(r"\w*(?:Error|Exception): (.+)", line) for line in lines]
        places = [number for number, found in enumerate(raised) if found]
        if places:
            lines = [*(found[1] for found in raised if found), *lines[places[-1] + 1 :]]
    return _after(lines) or (lines or [""])[0]


def _after(lines: list[str]) -> str:
    """층을 부르다가 났다는 말을 빼고 첫 줄."""
    return next(
        (
            line
            for line in lines
            if "Exception encountered when calling" not in line
            and not line.startswith(("in user code", 'File "'))
        ),
        "",
    )


def several_outputs(nested: dict[str, Any]) -> tuple[str, str]:
    """텐서 하나가 아니라 값이 여럿인 것을 돌려준 모델(`type`, `count`)에 하는 말."""
    kind = with_particle(f"`{nested['type']}`", "을", "를")
    message = f"출력이 하나여야 합니다. 지금은 값이 {nested['count']}개인 {kind} 돌려줍니다."
    return message, "명세의 값을 내는 텐서 하나만 돌려주세요."


def wrong_arguments(
    told: str,
    name: str,
    inside: str = "함수나 메서드의 매개변수와, 부를 때 넘기는 인수가 맞는지 보세요.",
) -> str:
    """인수가 맞지 않는다는 오류의 글이면 조언. 함수 `name`이 아니라 그 안에서 부른 것의 오류면 `inside`입니다."""
    if not re.search("positional argument|unexpected keyword argument", told):
        return ""
    return "매개변수가 명세와 같은지 보세요." if f"{name}()" in told else inside
