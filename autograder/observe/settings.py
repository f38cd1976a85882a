"""강좌의 설정: 검사하는 동안만 케라스와 텐서플로를 강좌의 설정으로 두고, 끝나면 학습자의 것으로 되돌립니다.

여기 없는 것: 다른 설정을 학습자에게 하는 말(`judge.settings`), 화면에 쓰는 것을 막는 일(`observe.quiet`).

`keras.json`, 노트북의 한 셀, 열어 둔 `scope()`가 바꾼 것이 참고 답안과 판정까지 바꾸지 않게 합니다. 학습자가
이미 만든 모델은 만들 때의 설정 그대로입니다. 무엇이 달랐는지는 `settings_found()`가 적고, 그것을 어떻게 말할지는
`judge.settings`에 있습니다.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.backend.common import global_state
from tensorflow.python.data.ops import debug_mode
from tensorflow.python.distribute import distribute_lib
from tensorflow.python.eager import context as eager_context
from tensorflow.python.framework import ops as tf_ops
from tensorflow.python.framework import tensor_shape

POLICY = "float32"
EPSILON = 1e-7
IMAGE_DATA_FORMAT = "channels_last"
_MISSING = object()


def settings_found() -> dict[str, str]:
    """강좌의 설정과 다른 것: 이름 → 지금 값. 모두 같으면 빈 딕셔너리."""
    return {name: found for name, look in _LOOKS.items() if (found := look())}


@contextlib.contextmanager
def course_settings() -> Iterator[None]:
    """안에서는 강좌의 설정이고, 나올 때 들어오기 전의 설정으로 되돌립니다."""
    with ExitStack() as stack:
        for setting in _SETTINGS:
            stack.enter_context(setting())
        yield


def _policy_name() -> str:
    """정해 둔 자료형 정책의 이름. 공개 API는 부르기만 해도 정책이 그때의 `floatx`로 굳어지므로 쓰지 않습니다."""
    policy = global_state.get_global_attribute("dtype_policy")
    return POLICY if policy is None else str(policy.name)


def _unless(usual: object, found: object) -> str:
    return "" if found == usual else str(found)


_LOOKS: dict[str, Callable[[], str]] = {
    "backend": lambda: _unless("tensorflow", keras.config.backend()),
    "eager": lambda: "" if tf.executing_eagerly() else "off",
    "image_data_format": lambda: _unless(IMAGE_DATA_FORMAT, keras.config.image_data_format()),
    "dtype_policy": lambda: _unless(POLICY, _policy_name()),
    "floatx": lambda: _unless(POLICY, keras.config.floatx()),
    "epsilon": lambda: _unless(EPSILON, keras.config.epsilon()),
    "functions_run_eagerly": lambda: _unless(False, tf.config.functions_run_eagerly()),
    "strategy": lambda: (
        type(tf.distribute.get_strategy()).__name__ if tf.distribute.has_strategy() else ""
    ),
    "name_scope": lambda: _scope_name(),
}


def _scope_name() -> str:
    if not tf.executing_eagerly():
        return ""
    return str(eager_context.context().scope_name or "").rstrip("/")


@contextlib.contextmanager
def _keras_config() -> Iterator[None]:
    config = keras.config
    floatx, epsilon = config.floatx(), config.epsilon()
    data_format = config.image_data_format()
    # 정하지 않은 것은 정하지 않은 채로 되돌려야 나중의 `set_floatx`가 그대로 듣습니다.
    kept = {
        name: global_state.get_global_attribute(name, _MISSING)
        for name in ("dtype_policy", "name_scope_stack")
    }
    limits = _training_limits()
    config.set_floatx("float32")
    config.set_epsilon(EPSILON)
    config.set_image_data_format(IMAGE_DATA_FORMAT)
    config.set_dtype_policy(POLICY)
    global_state.set_global_attribute("name_scope_stack", None)
    for name in limits:
        getattr(config, f"set_{name}")(None)
    try:
        yield
    finally:
        config.set_floatx(floatx)
        config.set_epsilon(epsilon)
        config.set_image_data_format(data_format)
        for name, value in kept.items():
            global_state.set_global_attribute(name, None if value is _MISSING else value)
        for name, value in limits.items():
            getattr(config, f"set_{name}")(value)


def _training_limits() -> dict[str, int | None]:
    """`fit`의 에포크와 스텝을 줄이는 설정(케라스 3.12부터, `KERAS_MAX_EPOCHS`로도 정합니다)."""
    return {
        name: getattr(keras.config, name)()
        for name in ("max_epochs", "max_steps_per_epoch")
        if hasattr(keras.config, f"set_{name}")
    }


@contextlib.contextmanager
def _eager() -> Iterator[None]:
    with eager_context.eager_mode():
        yield


@contextlib.contextmanager
def _version_2() -> Iterator[None]:
    """`tf.compat.v1.disable_v2_behavior()`가 끈, 즉시 실행이 아닌 나머지."""
    v1 = tf.compat.v1
    shapes, equality = tensor_shape._TENSORSHAPE_V2_OVERRIDE, tf.Tensor._USE_EQUALITY
    resources, control_flow = v1.resource_variables_enabled(), v1.control_flow_v2_enabled()
    tensor_shape._TENSORSHAPE_V2_OVERRIDE = True
    tf.Tensor._USE_EQUALITY = True
    v1.enable_resource_variables()
    v1.enable_control_flow_v2()
    try:
        yield
    finally:
        tensor_shape._TENSORSHAPE_V2_OVERRIDE = shapes
        tf.Tensor._USE_EQUALITY = equality
        if not resources:
            v1.disable_resource_variables()
        if not control_flow:
            v1.disable_control_flow_v2()


@contextlib.contextmanager
def _run_modes() -> Iterator[None]:
    """`tf.function`과 `tf.data`를 즉시 실행하게 한 설정."""
    functions, pipelines = tf.config.functions_run_eagerly(), debug_mode.DEBUG_MODE
    tf.config.run_functions_eagerly(False)
    debug_mode.DEBUG_MODE = False
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(functions)
        debug_mode.DEBUG_MODE = pipelines


@contextlib.contextmanager
def _no_op_callbacks() -> Iterator[None]:
    """`tf.debugging.enable_check_numerics()`가 연산마다 끼워 넣는 것. LiteRT는 그것을 옮기지 못합니다."""
    context = eager_context.context()
    callbacks = list(context.op_callbacks)
    for callback in callbacks:
        context.remove_op_callback(callback)
    try:
        yield
    finally:
        for callback in callbacks:
            context.add_op_callback(callback)


@contextlib.contextmanager
def _full_precision() -> Iterator[None]:
    """GPU의 TensorFloat-32는 곱셈의 가수를 10비트로 줄여, 맞는 답도 판정의 오차를 넘을 수 있습니다."""
    allowed = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    try:
        yield
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(allowed)


@contextlib.contextmanager
def _no_scopes() -> Iterator[None]:
    """열어 둔 `tf.name_scope`, `tf.device`, 분산 전략의 `scope()` 밖에서 실행합니다."""
    context = eager_context.context()
    name = context.scope_name
    graph = tf_ops.get_default_graph()
    creators = graph._variable_creator_stack
    strategy = tf.distribute.has_strategy()
    context.scope_name = ""
    graph._variable_creator_stack = []
    if strategy:
        distribute_lib._push_per_thread_mode(distribute_lib._get_default_replica_mode())
    try:
        with tf.device(None):
            yield
    finally:
        if strategy:
            distribute_lib._pop_per_thread_mode()
        graph._variable_creator_stack = creators
        context.scope_name = name


@contextlib.contextmanager
def full_precision_layers(models: Iterable[Any]) -> Iterator[None]:
    """안에서는 `models`의 층이 가중치의 자료형으로 계산합니다.

    `mixed_float16`으로 만든 모델도 구조가 같으면 같은 모델입니다. 반정밀도의 오차를 다른 구조로 보지 않게 합니다.
    """
    kept = []
    try:
        for layer in {id(item): item for model in models for item in _layers(model)}.values():
            # `super().__init__()`을 부르지 않은 층에는 정책이 없습니다.
            policy: Any = getattr(layer, "_dtype_policy", None)
            if str(getattr(policy, "name", "")).startswith("mixed_"):
                kept.append((layer, policy))
                layer.dtype_policy = policy.variable_dtype
        yield
    finally:
        for layer, policy in kept:
            layer.dtype_policy = policy


def _layers(model: Any) -> list[Any]:
    # `super().__init__()`을 부르지 않은 모델에는 층의 목록도 없습니다.
    try:
        return list(model._flatten_layers())
    except Exception:  # noqa: BLE001 - 망가진 모델은 관찰이 그 이유를 말합니다
        return []


def _floating_point_errors() -> AbstractContextManager[Any]:
    return np.errstate(divide="warn", over="warn", under="ignore", invalid="warn")


_SETTINGS: tuple[Callable[[], AbstractContextManager[Any]], ...] = (
    _eager,
    _version_2,
    _keras_config,
    _run_modes,
    _no_op_callbacks,
    _full_precision,
    _no_scopes,
    _floating_point_errors,
)
