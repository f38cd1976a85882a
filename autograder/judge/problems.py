"""관찰에서 생긴 문제를 학습자에게 하는 말로 옮깁니다."""

from __future__ import annotations

import re
from typing import Any

from autograder.korean import with_particle

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
    "observe": "검사하다가 오류가 났습니다: `{error}: {message}`",
}

_NOT_AN_ARRAY = (
    "텐서에는 넘파이 배열의 메서드(`astype`, `reshape`, `mean` …)가 없습니다. "
    "`tf.cast`, `tf.reshape`, `tf.reduce_mean` 같은 함수는 텐서와 배열을 모두 받습니다."
)
_UNLIKE_SHAPES = (
    "계산하는 두 값의 모양을 출력해 보세요. 줄인 축(`axis=`)이 맞는지, 줄인 축을 크기 1로 남겨야 하는지"
    "(`keepdims=True`) 보세요."
)
_ADVICE = {
    "could not be broadcast together": _UNLIKE_SHAPES,
    "Incompatible shapes": _UNLIKE_SHAPES,
    "required broadcastable shapes": _UNLIKE_SHAPES,
    "Invalid filepath extension for saving": "SavedModel은 `model.export(path)`로 내보내고, "
    "`model.save`에는 `.keras`로 끝나는 이름을 줍니다.",
    "is required but could not be found": "쓸 때의 특성 이름과 읽을 때의 이름이 같은지 보세요.",
    "Data types don't match": "쓸 때의 특성 종류와 읽을 때의 자료형이 같은지 보세요.",
    "Input to reshape is a tensor with": "값의 개수와 `reshape`의 모양이 맞는지 보세요.",
    "you forgot to call `super().__init__()`": "`__init__`의 첫 줄에 `super().__init__()`을 쓰세요.",
    "It looks like you are subclassing": "`__init__`의 첫 줄에 `super().__init__()`을 쓰세요.",
    "does not have a `call": "`call` 메서드의 이름과 들여쓰기를 확인하세요.",
    "found ndim=1": "`Dense` 층에는 배치 축이 필요합니다. `x[None]`으로 만드세요.",
    "expected min_ndim": "앞 층의 출력 모양과 이 층이 받는 모양이 다릅니다.",
    "incompatible with the layer": "앞 층의 출력 모양과 이 층이 받는 모양이 다릅니다.",
    "Attempt to convert a value (None)": "값이 있어야 할 곳에 `None`이 들어갔습니다. "
    "`return`이 빠진 갈래가 없는지 보세요.",
    "maximum recursion depth exceeded": "재귀가 멈추지 않습니다. 자기 자신을 다시 부르지 않고 끝나는 "
    "갈래가 있는지, 다시 부를 때는 받은 것이 아니라 그 안의 것(자식)을 넘기는지 보세요.",
    "tuple indices must be": "튜플을 텐서처럼 썼습니다. `isinstance(..., tuple)`로 튜플인지 먼저 보세요.",
    "EagerTensor object has no attribute": _NOT_AN_ARRAY,
    "EagerTensor' object has no attribute": _NOT_AN_ARRAY,
    "ndarray' object has no attribute": "넘파이 배열에는 없는 이름입니다. "
    "`tf.`로 시작하는 함수는 텐서와 배열을 모두 받습니다.",
    "object does not support item assignment": "텐서는 바꿀 수 없습니다. "
    "새 텐서를 만들거나 `tf.Variable`을 쓰세요.",
    "with `tf.Variable`s is not supported": "변수의 값을 바꾸려면 `assign`, `assign_add`, "
    "`assign_sub`를 쓰세요.",
    "cannot compute": "두 값의 자료형이 다릅니다. `tf.cast`로 먼저 같게 하세요.",
    "Tensor conversion requested dtype": "두 값의 자료형이 다릅니다. `tf.cast`로 먼저 같게 하세요.",
    "' is not defined": "이 이름은 정의된 적이 없습니다. 철자가 맞는지, 객체에 담은 것이면 앞에 `self.`을 붙였는지 보세요.",
    "Only input tensors may be passed as positional": "`training=training`처럼 이름을 붙여 넘기세요.",
    "is out of scope": "`call`에서 `self`에 텐서를 담아 두면 다음에 부를 때 쓸 수 없습니다.",
    "has no setter": "`self.input`과 `self.output`은 케라스가 쓰는 이름입니다. 다른 이름에 담으세요.",
    "positional argument": "함수나 메서드의 매개변수가 명세와 같은지 보세요.",
    "unexpected keyword argument": "함수나 메서드의 매개변수가 명세와 같은지 보세요.",
    "has no defined input": "순차형 모델에는 `.input`이 없습니다. `.inputs`를 쓰세요.",
    "is not in [0, ": "임베딩의 어휘 크기(첫 번째 인수)가 가장 큰 단어 번호보다 커야 합니다.",
    "inputs not connected to outputs": "층에 `inputs`를 넣었는지 보세요. "
    "`input`은 파이썬 내장 함수입니다.",
}


def explain(record: dict[str, Any], name: str) -> tuple[str, str]:
    """문제의 기록을 (메시지, 조언)으로 바꿉니다. `name`은 학습자가 정의하는 이름입니다."""
    kind = record.get("problem", "observe")
    layer = record.get("layer")
    message = str(record.get("message") or "")
    first_line = _core(message)
    text = _SENTENCES.get(kind, _SENTENCES["observe"]).format(
        name=name,
        whole=name.partition("[")[0],
        type=record.get("type", ""),
        type_subject=with_particle(f"`{record.get('type', '')}`", "이", "가"),
        name_object=with_particle(f"`{name}`", "을", "를"),
        name_subject=with_particle(f"`{name}`", "이", "가"),
        seconds=float(record.get("seconds") or 0),
        where=f" (`{layer}` 층)" if layer else "",
        wanted=record.get("wanted"),
        found=record.get("found"),
        error=record.get("error", ""),
        message=first_line.replace("`", "'")[:240],
    )
    if record.get("near_names"):
        first, *others = (f"`{name}`" for name in record["near_names"])
        near = f"{with_particle(first, '과', '와')} {others[0]}" if others else first
        wanted = with_particle(f"`{record['wanted_name']}`", "이", "가")
        return (
            text,
            f"{wanted} 없고 이름이 비슷한 {with_particle(near, '이', '가')} 있습니다. 이름을 맞추세요.",
        )
    advice = next((said for sign, said in _ADVICE.items() if sign in message), "")
    return text, advice or _missing_attribute(message, {name, str(layer)})


def _missing_attribute(message: str, own: set[str]) -> str:
    """없는 이름을 썼을 때의 조언. `own`은 학습자의 클래스 이름들입니다."""
    found = re.search(r"module '([\w.]+)' has no attribute '(\w+)'", message)
    if found:
        # `tf`와 `keras`는 안쪽 모듈의 이름으로 나옵니다.
        module = found[1].partition(".")[0]
        missing = with_particle(f"`{found[2]}`", "이라는", "라는")
        return f"`{module}`에는 {missing} 이름이 없습니다. 철자와 대소문자를 보세요."
    found = re.search(r"(?:type object )?'(\w+)'(?: object)? has no attribute '(\w+)'", message)
    if found and found[1] in own:
        return (
            f"`self.{found[2]} = ...`으로 담은 곳이 없습니다. 담은 이름과 쓰는 이름이 같은지, "
            "담는 메서드의 이름과 들여쓰기가 맞는지 보세요."
        )
    if found and found[1] == "NoneType":
        return "값이 있어야 할 곳에 `None`이 들어 있습니다. `return`을 빠뜨린 함수가 없는지 보세요."
    if found:
        return (
            f"`{found[1]}` 객체에는 `{found[2]}`라는 이름이 없습니다. 철자와 객체의 종류를 보세요."
        )
    return ""


def _core(message: str) -> str:
    """케라스의 긴 오류에서 까닭을 말하는 줄. 색을 내는 문자는 지웁니다."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", message)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith("Exception encountered: ")]
    if causes:
        # 역직렬화의 오류는 안쪽에서 난 까닭을 마지막에 적습니다.
        return causes[-1].removeprefix("Exception encountered: ")
    told = [line for line in lines if not line.startswith("Exception encountered when calling")]
    return (told or lines or [""])[0]
