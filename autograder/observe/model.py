"""`model` 관찰: 모델을 실행해 층 호출, 가중치, 출력을 적습니다. 어떤 문제인지는 모릅니다.

여기 없는 것: 물음을 만드는 일(`kinds.model`), 판정(`judge.model`), 층 호출을 적는 법(`observe.trace`).

Challenge의 `facts`
- `parts`: 이름 → `{"inputs": 구조, "count": 몇 개짜리 리스트인지(없으면 하나)}`.
  `inputs`가 딕셔너리나 리스트면 입력이 여럿인 모델입니다. 모델이 이름으로 받든 차례로 받든 맞추어 넣습니다.
- `seeds`: 가중치를 채울 시드들. 시드마다 출력을 한 벌 적습니다.
- `loud`: `{"arrays": 이름들, "ends": 크기들}`. 둘째 시드부터는 이 배열들을 `LOUD`배 하고 가중치를
  `ends`로 채워(`probe.probe_values` 참고) 은닉층의 값이 큰 때를 봅니다. 비어 있으면 그대로 봅니다.
- `tables`: 임베딩의 어휘 크기들(없을 수 있음)
- `weights`: 실제 가중치를 담을 부분의 이름들(정확도를 잴 때).
"""

from __future__ import annotations

import contextlib
import difflib
import inspect
import re
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from autograder.observe import structure
from autograder.observe.probe import LOUD, Scale, probing, snapshot
from autograder.observe.problems import problem, unattempted
from autograder.observe.settings import full_precision_layers
from autograder.observe.trace import (
    UNKNOWN,
    LayerCall,
    Trace,
    eagerly,
    example_inputs,
    record_calls,
)
from autograder.protocol import Challenge, Evidence

_PROBLEMS = (structure.TooLarge, MemoryError)


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """이름 → 모델(또는 모델의 리스트)인 `subject`를 관찰합니다."""
    given = [
        item
        for one in subject.values()
        for item in (one if isinstance(one, (list, tuple)) else [one])
    ]
    with full_precision_layers(item for item in given if isinstance(item, keras.Model)):
        return _observe(challenge, subject)


def _observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    facts: dict[str, Any] = {"status": "seen", "parts": {}}
    arrays: dict[str, np.ndarray] = {}
    weights: list[Any] = []
    models: dict[str, Any] = {}
    prepared: dict[str, Any] = {}
    for name, question in challenge.facts["parts"].items():
        given = subject.get(name, _MISSING)
        if isinstance(given, (list, tuple)):
            facts.setdefault("counts", {})[name] = len(given)
        for part, item in items_of(name, given, question.get("count")):
            facts["parts"][part] = record = identify(item)
            if record["status"] == "seen":
                models[part] = item = _without_side_effects(item)
                try:
                    given = structure.build(question["inputs"], challenge.arrays)
                    inputs, names, trace = first_run(item, given, weights)
                    prepared[part] = [
                        _in_place(inputs, given, other)
                        for other in asked_inputs(challenge, question["inputs"])
                    ]
                    record |= _describe(item, trace) | {"input_names": names}
                except Exception as error:  # noqa: BLE001 - 학습자의 모델은 무엇이든 던집니다
                    facts["parts"][part] = _failed(record, "call", error)
                    near = _nearly(item, error)
                    facts["parts"][part] |= near | _calls_anyway(item, near, given)
    statuses = {record["status"] for record in facts["parts"].values()}
    if statuses == {"unattempted"}:
        facts["status"] = "unattempted"
    facts["weights"] = [
        {"shape": list(item.shape), "name": str(item.name), "trainable": bool(item.trainable)}
        for item in weights
    ]
    for name in challenge.facts.get("weights", []):
        if facts["parts"].get(name, {}).get("status") == "seen":
            ids = facts["parts"][name]["weights"]
            arrays |= {
                f"weights/{index}": snapshot(weights[index]).astype("float32") for index in ids
            }
    asked = fillings(challenge)
    state = [item for model in models.values() for item in model.variables]
    with probing(weights, state) as fill:
        for part, model in models.items():
            record = facts["parts"][part]
            if record["status"] != "seen":
                continue
            try:
                _run(part, model, prepared[part], asked, fill, record, arrays, weights)
            except _PROBLEMS as error:
                facts["parts"][part] = _failed(record, "huge", error)
            except Exception as error:  # noqa: BLE001
                facts["parts"][part] = _failed(record, "call", error)
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def fillings(challenge: Challenge) -> list[tuple[int, Scale]]:
    """가중치를 채우는 법들: 시드와 값의 크기."""
    loud = challenge.facts.get("loud")
    tables = frozenset(challenge.facts.get("tables", ()))
    louder = Scale(tables, frozenset(loud["ends"]) if loud else None)
    return [
        (seed, louder if index else Scale(tables))
        for index, seed in enumerate(challenge.facts["seeds"])
    ]


def asked_inputs(challenge: Challenge, inputs: Any) -> list[Any]:
    """시드마다 넣을 입력. `inputs`는 그 구조입니다."""
    loud = challenge.facts.get("loud") or {"arrays": []}
    louder = {name: challenge.arrays[name] * np.float32(LOUD) for name in loud["arrays"]}
    return [
        structure.build(inputs, {**challenge.arrays, **louder} if index else challenge.arrays)
        for index, _ in enumerate(challenge.facts["seeds"])
    ]


def _in_place(prepared: Any, given: Any, other: Any) -> Any:
    """`given`을 늘어놓은 `prepared`와 같은 꼴로 `other`를 늘어놓습니다."""
    places = {
        id(before): after
        for before, after in zip(keras.tree.flatten(given), keras.tree.flatten(other), strict=True)
    }
    return keras.tree.map_structure(lambda item: places[id(item)], prepared)


def _failed(record: dict[str, Any], kind: str, error: BaseException) -> dict[str, Any]:
    """실행하지 못한 모델도 이름과 만든 방식은 압니다."""
    known = ("style", "type", "name", "declared_inputs", "declared_names", "declared_dtypes")
    return problem(kind, error) | {key: record[key] for key in known}


def first_run(model: Any, given: Any, weights: list[Any]) -> tuple[Any, list[str], Trace]:
    """모델이 받는 꼴로 `given`을 넣어 실행합니다: (넣은 것, 입력의 이름들, 기록).

    입력이 여럿일 때 그래프가 있는 모델은 입력의 이름이 물은 것과 같으면 이름으로, 아니면 차례로 맞춥니다.
    그래프가 없는 모델은 딕셔너리를 받지 못하면 리스트로 넣습니다.
    """
    first: Exception | None = None
    for inputs, names in _arrangements(model, given):
        mark = len(weights)
        try:
            trace = record_calls(model, inputs, weights=weights, configs=False)
            _idle_weights_last(trace, weights, mark)
            return inputs, names, trace
        except Exception as error:  # noqa: BLE001 - 학습자의 모델은 무엇이든 던집니다
            del weights[mark:]
            first = first or error
    assert first is not None
    raise first


def _idle_weights_last(trace: Trace, weights: list[Any], mark: int) -> None:
    """출력에 닿지 않는 층의 가중치를 뒤로 보내, 모양이 같은 다른 가중치의 차례가 밀리지 않게 합니다.

    어디에서 왔는지 모르는 텐서가 있으면 닿지 않는지 알 수 없으므로 그대로 둡니다.
    """
    leaves = {call.index: call for call in trace.leaves}
    reached: set[int] = set()
    waiting = list(trace.output_sources)
    while waiting:
        number = waiting.pop()
        if number == UNKNOWN:
            return
        if number in leaves and number not in reached:
            reached.add(number)
            waiting += leaves[number].sources
    used = {index for number in reached for index in leaves[number].weight_ids}
    order = sorted(range(mark, len(weights)), key=lambda index: index not in used)
    moved = {before: mark + after for after, before in enumerate(order)}
    weights[mark:] = [weights[index] for index in order]
    for call in trace.calls:
        call.weight_ids = [moved.get(index, index) for index in call.weight_ids]


def arranged(model: Any, given: Any) -> Any:
    """참고 모델처럼 입력을 이름과 차례대로 받는 모델에 넣을 꼴."""
    return _arrangements(model, given)[0][0]


def _arrangements(model: Any, given: Any) -> list[tuple[Any, list[str]]]:
    if not isinstance(given, (dict, list)):
        return [(given, [])]
    values = list(given.values()) if isinstance(given, dict) else given
    asked = list(given) if isinstance(given, dict) else []
    declared = _declared_inputs(model)
    if not declared:
        by_name = [(given, sorted(asked))] if isinstance(given, dict) else []
        return [*by_name, (values, []), (tuple(values), [])]
    names = [str(tensor.name) for tensor in declared]
    if isinstance(given, dict) and set(names) <= set(given):
        values = [given[name] for name in names]
    # 입력의 수가 다르면 케라스의 오류가 그 이유를 말합니다.
    packed = values
    if len(values) == len(declared):
        packed = keras.tree.pack_sequence_as(model.input, values)
    return [(packed, names)]


def _declared_inputs(model: Any) -> list[Any]:
    if isinstance(model, keras.Sequential) or _is_functional(model):
        return list(getattr(model, "inputs", None) or [])
    return []


def _calls_anyway(model: Any, near: dict[str, Any], given: Any) -> dict[str, Any]:
    """실행하지 못한 모델에서 층의 설정만이라도 적습니다.

    물은 입력을 받지 못하는 모델은 스스로 밝힌 입력으로, `call`의 이름을 잘못 쓴 모델은 그 메서드로 실행합니다.
    그래도 오류가 나면 그때까지 부른 층만 적고 `partial`이라고 적습니다.
    """
    called = _called(model, near["near_names"][0]) if _lacks_call(near) else None
    try:
        if called:
            with called:
                return _calls(record_calls(model, given))
        return _calls(record_calls(model, example_inputs(model)))
    except Exception:  # noqa: BLE001 - 다음에 해 볼 것이 있습니다
        pass
    try:
        return _calls(record_calls(model, given))
    except Exception as error:  # noqa: BLE001 - 오류가 나기 전에 끝난 호출만 압니다
        trace = getattr(error, "partial_trace", None)
        return _calls(trace) | {"partial": True} if trace and trace.leaves else {}


def _lacks_call(near: dict[str, Any]) -> bool:
    return near.get("wanted_name") == "call" and bool(near["near_names"])


@contextlib.contextmanager
def _called(model: Any, name: str) -> Iterator[None]:
    """안에서는 `model(...)`이 `call` 대신 `name` 메서드를 부릅니다."""
    kind = type(model)
    kind.call = lambda self, inputs, training=None, mask=None: getattr(self, name)(inputs)
    try:
        yield
    finally:
        del kind.call


def _run(
    part: str,
    model: Any,
    inputs: list[Any],
    asked: list[tuple[int, Scale]],
    fill: Any,
    record: dict[str, Any],
    arrays: dict[str, np.ndarray],
    weights: list[Any],
) -> None:
    def add_outputs(index: int, outputs: Any) -> None:
        record["outputs"].append(structure.collect(f"{part}/{index}", outputs, arrays))
        record["losses"].append(float(sum(float(loss) for loss in model.losses)))

    record["outputs"], record["losses"] = [], []
    fill(*asked[0])
    trace = record_calls(model, inputs[0], weights=weights, merges=True)
    record |= _calls(trace)
    add_outputs(0, trace.outputs)
    # 훈련 모드에서만 일하는 층은 여기서 드러납니다. 이때 바뀌는 이동 평균은 다음에 다시 채웁니다.
    trained = record_calls(
        model, inputs[0], training=True, weights=weights, bridges=False, configs=False
    )
    record["training_calls"] = [_call(call) for call in trained.leaves]
    record["training_outputs"] = structure.collect(f"{part}/training", trained.outputs, arrays)
    # 층 호출은 한 번만 적으면 됩니다.
    for index, values in enumerate(asked[1:], start=1):
        fill(*values)
        with eagerly():
            outputs = model(inputs[index], training=False)
        add_outputs(index, outputs)


def _calls(trace: Trace) -> dict[str, Any]:
    """층 호출과, 출력이 어디에서 왔는지."""
    facts: dict[str, Any] = {
        "calls": [_call(call) for call in [*trace.calls, *trace.merges] if not call.inner],
        "output_sources": trace.output_sources,
        "output_bridges": trace.output_bridges,
    }
    if isinstance(trace.outputs, dict):
        facts["output_names"] = sorted(str(name) for name in trace.outputs)
    return facts


def items_of(name: str, given: Any, count: int | None) -> list[tuple[str, Any]]:
    """부분의 이름과 모델. 리스트가 아니거나 모자라면 그 자리마다 문제를 적을 값을 둡니다."""
    if count is None:
        return [(name, given)]
    items = list(given) if isinstance(given, (list, tuple)) else [_NotList(given)] * count
    items = items[:count] + [_TooFew(count, len(items))] * (count - len(items))
    return [(f"{name}[{index}]", item) for index, item in enumerate(items)]


_MISSING = object()
"""넘기지 않은 이름."""


class _TooFew:
    """모델이 모자란 리스트에서 빈 자리."""

    def __init__(self, wanted: int, found: int) -> None:
        self.counts = {"wanted": wanted, "found": found}


class _NotList:
    """모델의 리스트가 있어야 할 자리에 있던 것."""

    def __init__(self, given: Any) -> None:
        self.given = given


def identify(item: Any) -> dict[str, Any]:
    """모델인지, 모델이면 어느 방식으로 만들었는지. 모델이 아니면 무엇인지를 적습니다."""
    if isinstance(item, _NotList):
        if item.given is None or item.given is _MISSING or unattempted(item.given):
            return identify(item.given)
        return problem("not_list", type=type(item.given).__name__)
    if item is _MISSING:
        return problem("missing")
    if isinstance(item, _TooFew):
        return problem("too_few") | item.counts
    if unattempted(item):
        return {"status": "unattempted"}
    kind = type(item).__name__
    if item is None:
        return problem("none")
    if inspect.isclass(item):
        return problem("class", type=item.__name__)
    if isinstance(item, keras.Model):
        if isinstance(item, keras.Sequential) and not item.layers:
            return problem("empty", type=kind, style="sequential")
        # super().__init__()을 부르지 않은 모델에는 이름도 없습니다.
        name = str(getattr(item, "name", ""))
        return {"status": "seen", "type": kind, "name": name} | _style(item)
    if isinstance(item, keras.layers.Layer):
        return problem("layer", type=kind)
    if isinstance(item, keras.KerasTensor):
        return problem("keras_tensor", type=kind)
    if callable(item):
        return problem("function", type=getattr(item, "__name__", kind))
    return problem("not_model", type=kind)


def _style(model: Any) -> dict[str, Any]:
    if isinstance(model, keras.Sequential):
        style = "sequential"
    elif _is_functional(model):
        style = "functional"
    elif type(model) is keras.Model:
        style = "unknown"
    else:
        style = "subclass"
    declared = (
        model.inputs
        if style in ("sequential", "functional") and getattr(model, "inputs", None)
        else []
    )
    return {
        "style": style,
        "declared_inputs": [
            [None if n is None else int(n) for n in item.shape] for item in declared
        ],
        "declared_names": [str(item.name) for item in declared],
        "declared_dtypes": [str(item.dtype) for item in declared],
    }


def _is_functional(model: Any) -> bool:
    # 함수형 모델을 상속해 call을 다시 쓴 클래스는 서브클래싱입니다.
    functional = next((c for c in type(model).__mro__ if c.__name__ == "Functional"), None)
    return functional is not None and type(model).call is functional.call  # type: ignore[attr-defined]


_LACKS = re.compile(r"'(?P<type>\w+)' object has no attribute '(?P<wanted>\w+)'")


def _nearly(model: Any, error: Exception) -> dict[str, Any]:
    """잘못 쓴 이름과 닮은 이름들: `call`이 없는 모델이면 메서드, 없는 속성을 찾았으면 속성."""
    if type(model).call is keras.Model.call:
        inherited = set(dir(keras.Model))
        names = [
            n for n in dir(model) if n not in inherited and inspect.isroutine(_stored(model, n))
        ]
        wanted = "call"
    elif found := _LACKS.search(str(error)):
        # 케라스가 다시 던진 예외에는 객체가 남아 있지 않습니다.
        wanted = found["wanted"]
        names = [n for n in vars(model) if not n.startswith("_")]
        names = names if found["type"] == type(model).__name__ else []
    else:
        return {}
    return {"wanted_name": wanted, "near_names": difflib.get_close_matches(wanted, names, 2, 0.6)}


def _stored(model: Any, name: str) -> Any:
    return inspect.getattr_static(model, name, None)


def _without_side_effects(model: Any) -> Any:
    """아직 입력 모양을 모르는 순차형 모델은 복사본을 관찰해, 학습자의 모델을 그대로 둡니다."""
    if isinstance(model, keras.Sequential) and not model.built:
        try:
            return keras.models.clone_model(model)
        except Exception:  # noqa: BLE001 - 복사할 수 없는 층이 있으면 원본을 씁니다
            return model
    return model


def _describe(model: Any, trace: Trace) -> dict[str, Any]:
    ids: list[int] = []
    for call in trace.calls:
        ids += [index for index in call.weight_ids if index not in ids]
    optimizer = getattr(model, "optimizer", None)
    tracked = {id(weight) for weight in model.weights}
    return {
        "weights": ids,
        "untracked": sum(id(trace.weights[index]) not in tracked for index in ids),
        "fitted": fitted(getattr(model, "history", None)),
        # `train_on_batch`는 기록을 남기지 않지만 훈련 함수를 만듭니다.
        "batch_trained": getattr(model, "train_function", None) is not None,
        "trained_steps": 0 if optimizer is None else int(optimizer.iterations),
        "trainable": [bool(weight.trainable) for weight in model.weights],
        "output_names": [str(name) for name in getattr(model, "output_names", None) or []],
    }


def fitted(history: Any) -> bool:
    """`fit`이 남긴 기록인지. `evaluate`도 빈 기록을 남기는 버전이 있습니다."""
    return isinstance(history, keras.callbacks.History) and bool(getattr(history, "epoch", ()))


def _call(call: LayerCall) -> dict[str, Any]:
    record = {key: value for key, value in vars(call).items() if key != "layer_id"}
    return record | {"layer": call.layer_id}
