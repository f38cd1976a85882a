"""`step` 관찰: 훈련 스텝, 훈련 루프, `fit`을 정해진 모델과 옵티마이저와 배치로 실행해 봅니다.

여기 없는 것: 물음을 만드는 일(`kinds.step`), 판정(`judge.step`), 순전파를 적는 층(`observe.passes`).

Challenge의 `facts`
- `name`: 학습자가 정의한 함수나 클래스의 이름
- `form`: "function"이나 "class"
- `scenes`: 장면들. 장면마다 모델과 옵티마이저를 새로 만듭니다.
  - `seed`: 가중치를 채울 시드
  - `models`: 이름 → `{"input": 모양, "layers": [[층, 설정], …]}`. 순전파를 적으려면
    `"passes": 자리 수`와 `"outputs": 출력의 수`를 더합니다.
  - `optimizers`: 이름 → [클래스, 설정, 업데이트할 모델]
  - `calls`: 부를 인수들의 목록. 인수는 `{"model": 이름}`, `{"optimizer": 이름}`,
    `{"loss": [클래스, 설정]}`, `{"function": 식}`이나 `observe.structure`의 구조입니다.
  - `fit`: `calls` 대신, 클래스로 만든 모델을 훈련하는 조건. `by_hand`가 참이면 `fit`이 하는 일을
    즉시 실행으로 합니다.
  - `zero_gradient`: 참이면 테이프가 구하는 그레이디언트를 모두 0으로 바꾸어 실행합니다.
  - `load`: 있으면, 부를 때마다 먼저 넣을 가중치들(모델 → 배열의 이름들). 앞의 결과와 상관없이 이어 갑니다.
  - `note_tape`: 참이면 테이프를 어떻게 썼는지 셉니다.
- `only`: 있으면 그 번호의 장면만 실행합니다.
"""

from __future__ import annotations

import contextlib
import inspect
import time
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.observe import structure
from autograder.observe.expression import function_of
from autograder.observe.limits import TooLong, time_limit
from autograder.observe.passes import Helper, Passes
from autograder.observe.probe import probe_values, snapshot
from autograder.observe.problems import not_callable, problem
from autograder.protocol import Challenge, Evidence

SECONDS = 10.0
"""한 번 부르는 데 쓸 수 있는 CPU 시간(초)."""
ZERO_SECONDS = 0.3
"""`zero_gradient`에서, 그레이디언트를 처음 구한 다음부터 쓸 수 있는 CPU 시간(초)."""
WATCHED = ("fit", "train_on_batch", "train_step")
"""썼는지 적어 두는 케라스의 메서드."""


class TrainingScale(Helper):
    """훈련 모드에서만 값을 키우는 층. 모델을 어느 모드로 불렀는지가 값에 드러납니다."""

    def __init__(self, scale: float = 2.0, **settings: Any) -> None:
        super().__init__(**settings)
        self.scale = scale

    def call(self, inputs: Any, training: Any = None) -> Any:
        return inputs * self.scale if training else inputs


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """`subject[이름]`을 장면마다 실행합니다."""
    given = subject.get(challenge.facts["name"])
    found = _unusable(given, challenge.facts["form"])
    if found is not None:
        return Evidence(challenge.exercise, challenge.kind, found)
    arrays: dict[str, np.ndarray] = {}
    only = challenge.facts.get("only")
    scenes: list[dict[str, Any]] = []
    seconds = SECONDS
    for number, scene in enumerate(challenge.facts["scenes"]):
        if only not in (None, number):
            scenes.append({"status": "skipped"})
            continue
        scenes.append(_Scene(str(number), scene, challenge.arrays, arrays, seconds).observe(given))
        if any(call.get("problem") == "slow" for call in scenes[-1].get("calls", ())):
            # 끝나지 않는 것을 한 번 보았으면 나머지는 오래 기다리지 않습니다.
            seconds = 0.5
    facts = {"status": "seen", "scenes": scenes}
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def graph_of(question: dict[str, Any], passes: Passes | None = None) -> tuple[Any, Any]:
    """`models`에 적힌 모델의 입력과 출력."""
    inputs = outputs = keras.Input(tuple(question["input"]), dtype="float32")
    chain = [
        TrainingScale(**settings)
        if kind == "TrainingScale"
        else getattr(keras.layers, kind)(**settings)
        for kind, settings in question["layers"]
    ]
    if passes is not None:
        chain = [passes.entry(), *chain, passes.exit()]
    for layer in chain:
        outputs = layer(outputs)
    return inputs, outputs


@contextlib.contextmanager
def plain_precision() -> Iterator[None]:
    """안에서 만드는 층은 float32입니다. 학습자가 켜 둔 자료형 정책은 나올 때 되돌립니다."""
    policy, float_type = keras.config.dtype_policy(), keras.config.floatx()
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_floatx(float_type)
        keras.config.set_dtype_policy(policy)


def _passes(question: dict[str, Any]) -> Passes:
    return Passes(question["passes"], question["input"][-1], question["outputs"])


def _unusable(given: Any, form: str) -> dict[str, Any] | None:
    if form == "function" or given is None:
        return not_callable(given)
    if not inspect.isclass(given):
        return problem("instance", type=type(given).__name__)
    return None if issubclass(given, keras.Model) else problem("not_layer", type=given.__name__)


class _Scene:
    def __init__(
        self,
        name: str,
        scene: dict[str, Any],
        given: dict[str, np.ndarray],
        arrays: dict[str, np.ndarray],
        seconds: float,
    ) -> None:
        self.name, self.scene, self.given, self.arrays = name, scene, given, arrays
        self.seconds = seconds
        self.models: dict[str, Any] = {}
        self.passes: dict[str, Passes] = {}
        self.optimizers: dict[str, Any] = {}
        self.record: dict[str, Any] = {"status": "seen", "calls": []}

    def observe(self, subject: Any) -> dict[str, Any]:
        used: set[str] = set()
        with _noting(used):
            try:
                with plain_precision():
                    self._prepare(subject)
                if "fit" in self.scene:
                    self.record["calls"].append(self._fit(self.scene["fit"]))
                else:
                    for number, arguments in enumerate(self.scene["calls"]):
                        self._load(number)
                        self.record["calls"].append(self._call(number, subject, arguments))
                        if self.record["calls"][-1]["status"] != "seen":
                            break
            except structure.TooLarge as error:
                self.record = problem("huge", error)
            except Exception as error:  # noqa: BLE001 - 학습자의 코드는 무엇이든 던집니다
                self.record = problem("call", error)
        self.record["used"] = sorted(used)
        for name, passes in self.passes.items():
            key = f"{self.name}/passes/{name}"
            self.record.setdefault("passes", {})[name] = passes.collect(key, self.arrays)
        return self.record

    def _prepare(self, subject: Any) -> None:
        make = subject if "fit" in self.scene else keras.Model
        for order, (name, question) in enumerate(self.scene.get("models", {}).items()):
            if "passes" in question:
                self.passes[name] = _passes(question)
            model = self.models[name] = make(*graph_of(question, self.passes.get(name)))
            for weight, value in zip(
                model.weights,
                probe_values(model.weights, self.scene["seed"] + order),
                strict=True,
            ):
                weight.assign(value)
        for name, (kind, settings, model) in self.scene.get("optimizers", {}).items():
            self.optimizers[name] = getattr(keras.optimizers, kind)(**settings)
            # `tf.function`은 처음 부를 때가 아니면 옵티마이저의 변수를 만들 수 없습니다.
            self.optimizers[name].build(self.models[model].trainable_variables)
        self.record["before"] = self._weights("before")
        # Moving averages: no optimizer changes them.
        self.record["averages"] = {
            name: [index for index, weight in enumerate(model.weights) if not weight.trainable]
            for name, model in self.models.items()
        }

    def _load(self, number: int) -> None:
        for name, keys in self.scene.get("load", {}).get(str(number), {}).items():
            for weight, key in zip(self.models[name].weights, keys, strict=True):
                weight.assign(self.given[key])

    def _weights(self, when: str) -> dict[str, list[str]]:
        keys: dict[str, list[str]] = {}
        for name, model in self.models.items():
            keys[name] = []
            for index, weight in enumerate(model.weights):
                key = f"{self.name}/{when}/{name}/{index}"
                self.arrays[key] = snapshot(weight)
                keys[name].append(key)
        return keys

    def _state(self, when: str) -> dict[str, Any]:
        return {
            "status": "seen",
            "weights": self._weights(when),
            "iterations": {
                name: int(optimizer.iterations) for name, optimizer in self.optimizers.items()
            },
        }

    def _call(self, number: int, subject: Any, arguments: list[Any]) -> dict[str, Any]:
        variables: dict[str, Any] = {}
        args = [self._argument(spec, subject, variables) for spec in arguments]
        when = f"call{number}"
        start = self._weights(f"start{number}")
        if self.scene.get("zero_gradient"):
            return self._zero_gradient(f"{self.name}/{when}/out", subject, args)
        tape: dict[str, int] = {}
        noting = _noting_tape(tape) if self.scene.get("note_tape") else contextlib.nullcontext()
        try:
            with noting, time_limit(self.seconds):
                result = subject(*args)
            outputs = structure.collect(f"{self.name}/{when}/out", result, self.arrays)
        except TooLong:
            return problem("slow", seconds=self.seconds)
        except structure.TooLarge as error:
            return problem("huge", error)
        except Exception as error:  # noqa: BLE001 - 학습자의 함수는 무엇이든 던집니다
            return problem("call", error)
        kept = {key: f"{self.name}/{when}/var/{key}" for key in variables}
        self.arrays |= {kept[key]: variable.numpy() for key, variable in variables.items()}
        record = {"none": result is None, "type": type(result).__name__, "outputs": outputs}
        if tape:
            record["tape"] = tape
        return record | {"start": start, "variables": kept} | self._state(when)

    def _zero_gradient(self, name: str, subject: Any, args: list[Any]) -> dict[str, Any]:
        asked: list[float] = []
        record: dict[str, Any] = {"status": "seen"}
        try:
            with _zero_gradients(asked), time_limit(self.seconds):
                result = subject(*args)
            record["none"], record["type"] = result is None, type(result).__name__
            record["outputs"] = structure.collect(name, result, self.arrays)
        except _Enough:
            pass
        except TooLong:
            if not asked:
                return problem("slow", seconds=self.seconds)
        except Exception:  # noqa: BLE001 - 오류는 그레이디언트를 바꾸지 않은 장면이 말합니다
            pass
        return record | {"gradient": bool(asked)}

    def _argument(self, spec: Any, subject: Any, variables: dict[str, Any]) -> Any:
        ((form, content),) = spec.items()
        if form == "model":
            return self.models[content]
        if form == "optimizer":
            return self.optimizers[content]
        if form == "loss":
            kind, settings = content
            return getattr(keras.losses, kind)(**settings)
        if form == "function":
            return function_of(content, subject)
        return structure.build(spec, self.given, variables)

    def _fit(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            with time_limit(self.seconds):
                history = self._history(question)
        except TooLong:
            return problem("slow", seconds=self.seconds)
        except Exception as error:  # noqa: BLE001 - 학습자의 `train_step`은 무엇이든 던집니다
            return problem("call", error)
        return self._state("fit") | {"history": history}

    def _history(self, question: dict[str, Any]) -> dict[str, list[float | None]]:
        model = self.models[question["model"]]
        with plain_precision():
            model.compile(
                optimizer=self.optimizers[question["optimizer"]],
                loss=question["loss"],
                metrics=list(question["metrics"]),
            )
        x, y = self.given[question["x"]], self.given[question["y"]]
        size, epochs = question["batch_size"], question["epochs"]
        if question.get("by_hand"):
            logs = [_epoch_by_hand(model, x, y, size) for _ in range(epochs)]
            return {key: _numbers(entry[key] for entry in logs) for key in logs[-1]}
        done = model.fit(x, y, batch_size=size, epochs=epochs, shuffle=False, verbose=0)
        return _flat(done.history)


def _epoch_by_hand(model: Any, x: np.ndarray, y: np.ndarray, size: int) -> dict[str, float]:
    model.reset_metrics()
    logs: dict[str, Any] = {}
    for start in range(0, len(x), size):
        part = slice(start, start + size)
        logs = model.train_step((tf.constant(x[part]), tf.constant(y[part])))
    found: dict[str, float] = {}
    for key, value in logs.items():
        entries = value.items() if isinstance(value, dict) else [(key, value)]
        found |= {str(name): float(entry) for name, entry in entries}
    return found


def _flat(history: dict[str, Any]) -> dict[str, list[float | None]]:
    """케라스 3.9 앞에서는 지표들이 `compile_metrics`라는 이름의 딕셔너리로 들어 있습니다."""
    found: dict[str, list[float | None]] = {}
    for key, values in history.items():
        if values and all(isinstance(value, dict) for value in values):
            found |= _flat({inner: [value.get(inner) for value in values] for inner in values[0]})
        else:
            found[str(key)] = _numbers(values)
    return found


def _numbers(values: Any) -> list[float | None]:
    numbers: list[float | None] = []
    for value in values:
        try:
            numbers.append(float(value))
        except (TypeError, ValueError):
            numbers.append(None)
    return numbers


@contextlib.contextmanager
def _noting(used: set[str]) -> Iterator[None]:
    """`keras.Model`의 `WATCHED` 메서드를 쓰면 `used`에 적습니다."""
    replaced = []
    for name in WATCHED:
        owner = next(item for item in keras.Model.__mro__ if name in vars(item))
        original = vars(owner)[name]
        replaced.append((owner, name, original))
        setattr(owner, name, _noted(name, original, used))
    try:
        yield
    finally:
        for owner, name, original in replaced:
            setattr(owner, name, original)


def _noted(name: str, original: Any, used: set[str]) -> Any:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        used.add(name)
        return original(self, *args, **kwargs)

    return method


@contextlib.contextmanager
def _noting_tape(counts: dict[str, int]) -> Iterator[None]:
    """테이프가 몇 번 지켜보고, 그레이디언트를 몇 번 구했고, 그 가운데 몇 번이 `None`이었는지 셉니다."""
    methods = {name: getattr(tf.GradientTape, name) for name in ("watch", "gradient", "jacobian")}
    counts |= {"watched": 0, "asked": 0, "none": 0}

    @tf.autograph.experimental.do_not_convert
    def watch(*args: Any, **kwargs: Any) -> Any:
        counts["watched"] += 1
        return methods["watch"](*args, **kwargs)

    def asking(method: Any) -> Any:
        @tf.autograph.experimental.do_not_convert
        def asked(*args: Any, **kwargs: Any) -> Any:
            found = method(*args, **kwargs)
            counts["asked"] += 1
            counts["none"] += all(item is None for item in tf.nest.flatten(found))
            return found

        return asked

    tf.GradientTape.watch = watch
    for name in ("gradient", "jacobian"):
        setattr(tf.GradientTape, name, asking(methods[name]))
    try:
        yield
    finally:
        for name, method in methods.items():
            setattr(tf.GradientTape, name, method)


class _Enough(BaseException):
    """0인 그레이디언트를 따라 오래 돌았습니다."""


@contextlib.contextmanager
def _zero_gradients(asked: list[float]) -> Iterator[None]:
    """테이프가 0인 그레이디언트를 줍니다. 구할 때마다 쓴 CPU 시간을 `asked`에 적습니다."""
    methods = {name: getattr(tf.GradientTape, name) for name in ("gradient", "jacobian")}
    before = tf.config.functions_run_eagerly()
    # 미리 트레이싱한 `tf.function` 안의 테이프도 봅니다.
    tf.config.run_functions_eagerly(True)
    for name, method in methods.items():
        setattr(tf.GradientTape, name, _zeroed(method, asked))
    try:
        yield
    finally:
        for name, method in methods.items():
            setattr(tf.GradientTape, name, method)
        tf.config.run_functions_eagerly(before)


def _zeroed(method: Any, asked: list[float]) -> Any:
    def zero(found: Any) -> Any:
        return None if found is None else tf.zeros_like(tf.convert_to_tensor(found))

    def zeroed(*args: Any, **kwargs: Any) -> Any:
        asked.append(time.process_time())
        if asked[-1] - asked[0] > ZERO_SECONDS:
            raise _Enough
        return tf.nest.map_structure(zero, method(*args, **kwargs))

    return zeroed
