"""층의 갈래와 설정을 그림에 쓸 짧은 말로 옮깁니다.

여기 없는 것: 판정의 메시지에서 층을 부르는 말(`judge.layer_names`), 상자의 자리(`figures.flow_layout`).
"""

from __future__ import annotations

from typing import Any

FAMILIES: dict[str, str] = {
    "입력·출력": "#66717D",
    "합성곱": "#0072B2",
    "풀링": "#009E73",
    "밀집": "#E69F00",
    "활성화": "#D55E00",
    "드롭아웃·정규화": "#CC79A7",
    "모양 바꾸기": "#999999",
    "합치기": "#B8A200",
    "순환": "#882255",
    "임베딩·전처리": "#44AA99",
    "어텐션": "#332288",
    "사용자 정의": "#1F2933",
    "모델": "#56B4E9",
    "층이 아닌 연산": "#66717D",
    "기타": "#7A8793",
    "연산": "#0072B2",
    "변수": "#E69F00",
    "변수 바꾸기": "#D55E00",
    "파이썬 부르기": "#CC79A7",
}
"""층과 연산의 갈래 → 색."""

_MEMBERS = {
    "밀집": "Dense EinsumDense",
    "활성화": "Activation ReLU LeakyReLU PReLU ELU Softmax",
    "드롭아웃·정규화": (
        "Dropout AlphaDropout GaussianDropout GaussianNoise SpatialDropout1D SpatialDropout2D "
        "SpatialDropout3D ActivityRegularization BatchNormalization LayerNormalization "
        "GroupNormalization UnitNormalization RMSNormalization SpectralNormalization"
    ),
    "모양 바꾸기": (
        "Flatten Reshape Permute RepeatVector ZeroPadding1D ZeroPadding2D ZeroPadding3D "
        "Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D UpSampling3D"
    ),
    "합치기": "Add Subtract Multiply Average Maximum Minimum Concatenate Dot",
    "순환": (
        "RNN SimpleRNN LSTM GRU Bidirectional ConvLSTM1D ConvLSTM2D ConvLSTM3D TimeDistributed "
        "SimpleRNNCell LSTMCell GRUCell StackedRNNCells"
    ),
    "임베딩·전처리": (
        "Embedding Masking Rescaling Resizing CenterCrop Normalization TextVectorization "
        "StringLookup IntegerLookup Hashing CategoryEncoding Discretization"
    ),
    "어텐션": "Attention AdditiveAttention MultiHeadAttention GroupQueryAttention",
}
_FAMILY = {name: family for family, names in _MEMBERS.items() for name in names.split()}

# 설정 이름 → 그림에 쓰는 말. {}에 값이 들어갑니다.
_FORMS = {
    "filters": "필터 {}",
    "units": "유닛 {}",
    "kernel_size": "{}",
    "pool_size": "{}",
    "size": "{}",
    "depth_multiplier": "깊이 배수 {}",
    "strides": "스트라이드 {}",
    "padding": "{}",
    "dilation_rate": "팽창 {}",
    "rate": "비율 {}",
    "stddev": "표준편차 {}",
    "return_sequences": "return_sequences",
    "num_heads": "헤드 {}",
    "key_dim": "key_dim {}",
    "target_shape": "{}",
    "dims": "{}",
    "n": "{}번",
    "cropping": "{}",
    "axis": "축 {}",
    "factor": "{}",
    "mode": "{}",
    "max_tokens": "단어 {}",
    "output_sequence_length": "길이 {}",
    "activation": "{}",
    "use_bias": "편향 없음",
    "negative_slope": "negative_slope {}",
    "kernel_regularizer": "{}",
}
# 이 값이면 적지 않습니다.
_USUAL: dict[str, tuple[Any, ...]] = {
    "strides": (1,),
    "dilation_rate": (1,),
    "depth_multiplier": (1,),
    "padding": ("valid",),
    "return_sequences": (False,),
    "activation": ("linear",),
    "use_bias": (True,),
    "negative_slope": (0,),
}
# 모든 층에 있는 설정은 알려 주는 것이 없습니다.
_BASE_KEYS = {"name", "trainable", "dtype", "autocast", "activity_regularizer", "build_config"}


def family_of(layer: Any) -> str:
    """층의 갈래: `FAMILIES`의 이름 가운데 하나."""
    import keras

    if isinstance(layer, keras.Model):
        return "모델"
    if type(layer).__module__.partition(".")[0] != "keras":
        return "사용자 정의"
    name = type(layer).__name__
    if name in _FAMILY:
        return _FAMILY[name]
    if "Pooling" in name:
        return "풀링"
    if "Conv" in name:
        return "합성곱"
    if name.startswith("Random"):
        return "임베딩·전처리"
    return "기타"


def settings_of(layer: Any, config: dict[str, Any]) -> str:
    """상자에 적을 중요한 설정: "필터 32 · 3×3 · relu"."""
    if type(layer).__module__.partition(".")[0] != "keras":
        return " · ".join(_own_settings(config)[:3])
    name = type(layer).__name__
    if name == "Embedding":
        return f"{config.get('input_dim')} → {config.get('output_dim')}"
    if name == "Rescaling":
        return _rescaling(config.get("scale"), config.get("offset"))
    # 다른 층을 감싼 층: Bidirectional, TimeDistributed, RNN
    inner = getattr(layer, "forward_layer", None) or getattr(layer, "layer", None)
    inner = inner or (layer.cell if name == "RNN" else None)
    if inner is not None:
        parts = [type(inner).__name__, settings_of(inner, inner.get_config())]
        return " · ".join(part for part in parts if part)
    parts = []
    for key, form in _FORMS.items():
        if key not in config or (key == "axis" and "Norm" in name):
            continue
        value = _tidy(key, config[key])
        usual = _USUAL.get(key, ())
        if key == "strides" and "pool_size" in config:
            usual = (config["pool_size"],)  # 풀링의 기본 스트라이드는 풀의 크기입니다.
        if value is None or value in usual or config[key] in usual:
            continue
        if key == "activation" and value == "tanh" and name in ("LSTM", "GRU", "SimpleRNN"):
            continue
        parts.append(form.format(value))
    return " · ".join(parts)


def _rescaling(scale: Any, offset: Any) -> str:
    if not isinstance(scale, (int, float)) or not isinstance(offset, (int, float)):
        return ""
    # 1/255처럼 나눗셈으로 쓴 값은 나눗셈으로 보입니다.
    inverse = 1 / scale if scale else 0.0
    whole = abs(inverse) > 1 and abs(inverse * 2 - round(inverse * 2)) < 1e-6
    text = f"÷ {inverse:g}" if whole else f"× {scale:.4g}"
    return text if not offset else f"{text} {'+' if offset > 0 else '−'} {abs(offset):g}"


def _own_settings(config: dict[str, Any]) -> list[str]:
    return [
        f"{key}={_tidy(key, value)}"
        for key, value in config.items()
        if key not in _BASE_KEYS and isinstance(value, (bool, int, float, str))
    ]


def _tidy(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        # 직렬화된 객체: {"class_name": "L2", "config": {"l2": 0.04}}
        inner = value.get("config")
        if isinstance(inner, str):
            return inner
        name = value.get("class_name") or value.get("registered_name")
        numbers = [
            f"{number:g}" for number in (inner or {}).values() if isinstance(number, (int, float))
        ]
        return f"{name}({', '.join(numbers)})" if numbers else name
    if isinstance(value, (list, tuple)):
        if key in ("target_shape", "dims"):
            return "→ " + str(tuple(value)) if key == "target_shape" else str(tuple(value))
        flat = [item for item in value if not isinstance(item, (list, tuple))]
        if len(flat) != len(value):
            # 패딩 ((1, 1), (1, 1))은 모두 같으면 1이라고만 씁니다.
            inner = {item for part in value if isinstance(part, (list, tuple)) for item in part}
            if len(inner) == 1 and not flat:
                return str(inner.pop())
            return str(value).replace("[", "(").replace("]", ")")
        if key in ("strides", "dilation_rate") and len(set(flat)) == 1:
            return flat[0]
        return "×".join(str(item) for item in flat)
    if isinstance(value, float):
        return f"{value:.4g}"
    return value


# 그래프의 연산 이름 → 그림에 쓰는 말. 빈 글은 적지 않는다는 뜻입니다.
_OPERATIONS = {
    "Identity": "",
    "IdentityN": "",
    "Cast": "",
    "Const": "",
    "Pack": "stack",
    "StopGradient": "stop_gradient",
    "AddV2": "+",
    "Add": "+",
    "AddN": "+",
    "BiasAdd": "+",
    "Sub": "−",
    "Mul": "×",
    "RealDiv": "÷",
    "Neg": "−",
    "ConcatV2": "concat",
    "StridedSlice": "[ ]",
    "GatherV2": "gather",
    "BatchMatMulV2": "matmul",
    "MatMul": "matmul",
    "ExpandDims": "expand_dims",
    "Relu": "relu",
    "SelectV2": "where",
    "While": "while",
    "StatelessWhile": "while",
    "If": "if",
    "StatelessIf": "if",
    "PartitionedCall": "tf.function",
    "StatefulPartitionedCall": "tf.function",
}
MAX_OPERATIONS = 3


def operation_label(types: list[str]) -> str:
    """층이 아닌 연산들의 짧은 이름: "+ → relu". 데이터를 바꾸지 않는 연산뿐이면 빈 글."""
    words: list[str] = []
    for name in types:
        word = _OPERATIONS.get(name, name.lower())
        if word and (not words or words[-1] != word):
            words.append(word)
    if len(words) > MAX_OPERATIONS:
        return f"연산 {len(words)}개"
    return " → ".join(words)
