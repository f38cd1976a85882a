"""층과 설정을 한국어로 부르는 말.

여기 없는 것: 오류를 한국어로 옮기는 말(`judge.problems`), 그림에 쓰는 짧은 말(`figures.flow_words`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from autograder.korean import with_particle

LAYER_NAMES = {
    "Dense": "밀집 층",
    "Conv1D": "1차원 합성곱 층",
    "Conv2D": "합성곱 층",
    "Conv2DTranspose": "전치 합성곱 층",
    "SeparableConv2D": "분리 합성곱 층",
    "DepthwiseConv2D": "깊이별 합성곱 층",
    "MaxPooling2D": "최대 풀링 층",
    "AveragePooling2D": "평균 풀링 층",
    "GlobalMaxPooling2D": "전역 최대 풀링 층",
    "GlobalAveragePooling2D": "전역 평균 풀링 층",
    "GlobalAveragePooling1D": "전역 평균 풀링 층",
    "Flatten": "`Flatten` 층",
    "Reshape": "`Reshape` 층",
    "Dropout": "드롭아웃 층",
    "BatchNormalization": "배치 정규화 층",
    "LayerNormalization": "층 정규화 층",
    "UpSampling2D": "업샘플링 층",
    "Embedding": "임베딩 층",
    "LSTM": "`LSTM` 층",
    "Average": "`Average` 층",
    "Add": "`Add` 층",
    "Concatenate": "`Concatenate` 층",
}

SETTINGS: dict[str, tuple[str, str]] = {
    "filters": ("필터 수", "필터 {}개"),
    "units": ("유닛 수", "유닛 {}개"),
    "kernel_size": ("커널 크기", "커널 {}"),
    "pool_size": ("풀링 크기", "풀링 크기 {}"),
    "size": ("업샘플링 크기", "크기 {}"),
    "target_shape": ("목표 모양", "목표 모양 `{}`"),
    "rate": ("비율", "비율 {}"),
    "strides": ("스트라이드", "스트라이드 {}"),
    "padding": ("패딩", "패딩 `{}`"),
    "dilation_rate": ("팽창률", "팽창률 {}"),
    "groups": ("그룹 수", "그룹 {}개"),
    "use_bias": ("편향", "편향 {}"),
    "interpolation": ("보간 방법", "보간 `{}`"),
    "input_dim": ("어휘 크기", "어휘 {}개"),
    "output_dim": ("임베딩 차원", "{}차원"),
    "mask_zero": ("0번 가리기", "0번 가리기 {}"),
    "return_sequences": ("모든 시점의 출력", "모든 시점의 출력 {}"),
    "axis": ("이어 붙이는 축", "축 {}"),
    "activation": ("활성화 함수", "활성화 함수 `{}`"),
    "kernel_regularizer": ("커널 규제", "커널 규제 `{}`"),
    "bias_regularizer": ("편향 규제", "편향 규제 `{}`"),
    "activity_regularizer": ("출력 규제", "출력 규제 `{}`"),
    "noise_shape": ("가리는 모양", "가리는 모양 `{}`"),
}
"""설정 → (이름, 명세에 적는 꼴). 순서는 명세와 메시지에 나오는 순서입니다."""

ALWAYS_SHOWN = {"filters", "units", "kernel_size", "pool_size", "size", "target_shape", "rate"}
USUAL: dict[str, Any] = {
    "padding": "valid",
    "dilation_rate": "1×1",
    "groups": 1,
    "use_bias": "있음",
    "interpolation": "nearest",
    "activation": "linear",
    "kernel_regularizer": "없음",
    "bias_regularizer": "없음",
    "activity_regularizer": "없음",
    "mask_zero": "아니요",
    "return_sequences": "아니요",
    "axis": -1,
    "noise_shape": "없음",
}
"""적지 않아도 되는 기본값."""

_ADVICE = {
    "filters": "합성곱 층의 첫 번째 인수가 필터 수입니다.",
    "units": "`Dense`나 `LSTM`의 첫 번째 인수가 유닛 수입니다.",
    "kernel_size": "합성곱 층의 두 번째 인수가 커널 크기입니다.",
    "pool_size": "풀링 층의 첫 번째 인수가 풀링 크기입니다.",
    "size": "`UpSampling2D`의 첫 번째 인수가 크기입니다.",
    "rate": "`Dropout`의 인수는 버리는 비율입니다.",
    "strides": "`strides`를 적지 않으면 합성곱은 1, 풀링은 풀링 크기를 씁니다.",
    "padding": "주지 않으면 `padding='valid'`입니다. 다른 값은 명세에 있을 때만 줍니다.",
    "activation": "층을 만들 때 `activation=...`으로 줍니다. 주지 않으면 활성화 함수가 없습니다.",
    "use_bias": "층을 만들 때 `use_bias`로 정합니다. 주지 않으면 편향이 있습니다.",
    "kernel_regularizer": "명세에 규제가 있으면 `kernel_regularizer=keras.regularizers.L2(...)`로 주고, "
    "없으면 지웁니다.",
    "input_dim": "`Embedding`의 첫 번째 인수가 어휘 크기(단어의 수)입니다.",
    "output_dim": "`Embedding`의 두 번째 인수가 임베딩 차원입니다.",
    "return_sequences": "`return_sequences=False`(기본값)면 마지막 시점의 출력만 냅니다.",
    "axis": "특성이나 채널은 마지막 축입니다. `Concatenate`의 기본값 `axis=-1`을 쓰세요.",
    "target_shape": "`Reshape`의 인수는 샘플 하나의 목표 모양입니다.",
    "noise_shape": "`noise_shape`를 주지 않으면 자리마다 따로 가립니다. 그 인수를 지우세요.",
}


def setting_advice(key: str, kind: str = "") -> str:
    """설정 `key`가 다를 때의 조언. `kind`는 층의 클래스입니다."""
    if key == "activation" and kind == "LSTM":
        return "층을 만들 때 `activation=...`으로 줍니다. 주지 않으면 `LSTM`은 `tanh`를 씁니다."
    return _ADVICE.get(key, "")


def with_batch(shape: Sequence[int]) -> tuple[int | None, ...]:
    """출력의 모양에서 배치 크기를 `None`으로 바꾼 것."""
    return (None, *shape[1:])


def layer_name(kind: str) -> str:
    """층 클래스의 한국어 이름."""
    return LAYER_NAMES.get(kind, f"`{kind}` 층")


def settings_text(settings: dict[str, Any], skip: tuple[str, ...] = ()) -> str:
    """명세에 적을 설정: "필터 32개, 커널 3×3, 활성화 함수 `relu`". 기본값은 적지 않습니다."""
    parts = []
    for key, (_, form) in SETTINGS.items():
        if key not in settings or key in skip:
            continue
        value = settings[key]
        if key == "strides":
            usual = settings.get("pool_size", "1×1")
            if value == usual:
                continue
        elif key not in ALWAYS_SHOWN and value == USUAL.get(key):
            continue
        parts.append(form.format(value))
    return ", ".join(parts)


def difference(key: str, wanted: Any, found: Any) -> str:
    """설정 하나가 다를 때의 문장: "필터가 64개여야 하는데 32개입니다."."""
    counted = {"filters": "필터", "units": "유닛", "groups": "그룹"}
    if key in counted:
        subject = with_particle(counted[key], "이", "가")
        return f"{subject} {wanted}개여야 하는데 {found}개입니다."
    name = SETTINGS[key][0]
    subject = with_particle(name, "이", "가")
    if key == "activation":
        if wanted == "linear":
            return f"활성화 함수가 없어야 하는데 {_ends(f'`{found}`')}."
        if found == "linear":
            return f"활성화 함수가 {_must(f'`{wanted}`')} 하는데 없습니다."
    if key == "use_bias":
        return "편향이 있어야 하는데 없습니다." if wanted == "있음" else "편향이 없어야 합니다."
    if found == "없음":
        return f"{subject} {_must(f'`{wanted}`')} 하는데 없습니다."
    if wanted == "없음":
        return f"{subject} 없어야 하는데 {_ends(f'`{found}`')}."
    if wanted in ("예", "아니요"):
        values = {"예": "`True`", "아니요": "`False`"}
        subject = with_particle(f"`{key}`", "이", "가")
        return f"{subject} {values[wanted]}여야 하는데 {values.get(found, '다른 값')}입니다."
    if isinstance(found, float):
        # 실행에서 잰 비율에는 아래 자리가 많습니다.
        found = round(found, 3)
    quoted = isinstance(wanted, str) and not wanted[:1].isdigit()
    left, right = (f"`{wanted}`", f"`{found}`") if quoted else (str(wanted), str(found))
    return f"{subject} {_must(left)} 하는데 {_ends(right)}."


def _must(text: str) -> str:
    return with_particle(text, "이어야", "여야")


def _ends(text: str) -> str:
    return text + "입니다"


def shape_advice(wanted: Sequence[int | None], found: Sequence[int | None]) -> str:
    """모양이 어떻게 다른지 알아볼 수 있으면 그 말, 아니면 빈 문자열."""
    wanted, found = tuple(wanted), tuple(found)
    if missing := _left_out(wanted, found):
        return f"{_axis(wanted, missing)} 없습니다. " + (
            "크기가 1인 축은 `tf.newaxis`나 `keepdims=True`로 둡니다."
            if wanted[missing[0]] == 1
            else "그 축을 따라 합치거나 하나만 꺼내지 않았는지 보세요."
        )
    if extra := _left_out(found, wanted):
        return f"{_axis(found, extra)} 더 있습니다. " + (
            "크기가 1인 축은 `tf.squeeze`나 `[0]`으로 없앱니다."
            if found[extra[0]] == 1
            else "그 축을 따라 합치거나 하나를 꺼내야 하지 않는지 보세요."
        )
    if wanted != found and Counter(wanted) == Counter(found):
        return "축의 순서가 다릅니다. 쌓거나 자르는 축(`axis=`)을 보세요."
    return ""


def _left_out(longer: tuple[int | None, ...], shorter: tuple[int | None, ...]) -> list[int]:
    """`longer`에서 빼면 `shorter`가 되는 축의 번호들."""
    return [axis for axis in range(len(longer)) if longer[:axis] + longer[axis + 1 :] == shorter]


def _axis(shape: tuple[int | None, ...], places: list[int]) -> str:
    """축을 부르는 말(주격). 이웃한 축의 크기가 같으면 어느 쪽인지 알 수 없습니다."""
    if len(places) > 1:
        return "축 하나가"
    size = shape[places[0]]
    return f"{places[0] + 1}번째 축" + ("이" if size is None else f"(크기 {size})이")
