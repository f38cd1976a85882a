"""갈라지고 만나는 모델의 비교: 단계의 차례, 이어진 곳, 공유.

여기 없는 것: 한 줄인 모델의 정렬(`judge.model.align`), 다른 곳을 말하는 글(`judge.model.layers`), 흐름의 그림(`figures.flow_graph`).

실행 순서는 쓰는 사람마다 다르므로, 출력에서 거슬러 올라가며 만나는 차례로 단계를 늘어놓습니다.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from autograder.judge.model.align import GAP, Pair, align, distance
from autograder.judge.model.stages import (
    Step,
    activation_of,
    bridged,
    does_nothing,
    in_training,
    step_of,
)
from autograder.observe.trace import MODEL_INPUT, UNKNOWN, Trace

ORDERED = {"Concatenate", "Subtract", "Dot"}
"""입력의 차례가 뜻을 바꾸는 층."""
_MOST_PERMUTED = 4
_MOST_ORDERS = 60
_MOST_EXTENSIONS = 3000

Source = int | str
"""단계의 번호이거나 모델의 입력을 부르는 말."""


def is_graph(record: dict[str, Any]) -> bool:
    """한 줄이 아닌 모델인지: 입력이나 출력이 여럿이거나 두 갈래가 만나는 곳이 있습니다."""
    leaves = [call for call in record.get("calls", []) if call["leaf"]]
    return (
        any(len(call["sources"]) > 1 for call in leaves)
        or len(record.get("output_sources", [])) > 1
        or len(record.get("input_names", [])) > 1
    )


def graph_steps(
    record: dict[str, Any],
    labels: Sequence[str],
    outputs: Sequence[int] | None = None,
    visit: dict[int, tuple[int, ...]] | None = None,
) -> list[Step]:
    """한 부분의 기록을 출력에서 거슬러 올라간 차례의 단계들로 고칩니다.

    `labels`는 입력마다 부르는 말, `outputs`는 출력을 보는 차례, `visit`은 호출의 번호 →
    그 입력들을 먼저 따라가는 차례입니다(적지 않으면 쓰인 차례).
    """
    calls = {call["index"]: call for call in record.get("calls", [])}
    roots = record.get("output_sources", [])
    if outputs is not None:
        roots = [roots[number] for number in outputs]
    trained = in_training(record)
    steps: list[Step] = []
    places: dict[int, Source | None] = {}
    for number in _post_order(calls, roots, visit or {}):
        call = calls[number]
        sources = [
            _source(calls, places, number, position, labels)
            for position in range(len(call["sources"]))
        ]
        for position, bridge in enumerate(call["bridges"]):
            sources[position] = _bridge(steps, sources[position], bridge, call["input_shapes"])
        places[number] = _add(steps, call, sources, trained)
    bridges = record.get("output_bridges", [])
    if outputs is not None:
        bridges = [bridges[number] for number in outputs]
    for position, (root, bridge) in enumerate(zip(roots, bridges, strict=True)):
        place = _bridge(steps, places.get(root), bridge, [])
        if isinstance(place, int) and steps[place].output is None:
            steps[place] = replace(steps[place], output=position)
    return steps


def _post_order(
    calls: dict[int, Any], roots: Sequence[int], visit: dict[int, tuple[int, ...]]
) -> list[int]:
    """출력에서 거슬러 올라가며, 먼저 필요한 호출부터. 출력에 닿지 않는 호출은 맨 뒤에 옵니다."""
    leaves = [number for number, call in sorted(calls.items()) if call["leaf"]]
    done: dict[int, None] = {}
    entered: set[int] = set()
    for start in [*roots, *leaves]:
        stack = [start]
        while stack:
            number = stack[-1]
            if number in entered or number not in calls:
                stack.pop()
                if number in entered:
                    done.setdefault(number)
                continue
            entered.add(number)
            before = [
                _previous(calls, number) if source == UNKNOWN else source
                for source in calls[number]["sources"]
            ]
            if number in visit:
                before = [before[position] for position in visit[number]]
            stack += [source for source in reversed(before) if source not in entered]
    return list(done)


def _previous(calls: dict[int, Any], number: int) -> int:
    """어디에서 왔는지 모르는 텐서는 바로 앞의 호출에서 왔다고 봅니다."""
    return max((n for n, call in calls.items() if call["leaf"] and n < number), default=MODEL_INPUT)


def _source(
    calls: dict[int, Any],
    places: dict[int, Source | None],
    number: int,
    position: int,
    labels: Sequence[str],
) -> Source | None:
    call = calls[number]
    source = call["sources"][position]
    if source == UNKNOWN:
        source = _previous(calls, number)
    if source == MODEL_INPUT:
        origin = call["origins"][position] if position < len(call["origins"]) else None
        return labels[origin] if origin is not None and origin < len(labels) else labels[0]
    return places.get(source)


def _add(
    steps: list[Step],
    call: dict[str, Any],
    sources: list[Source | None],
    trained: dict[Any, dict[str, Any]],
) -> Source | None:
    """호출 하나를 단계로 더하고, 그 출력이 어느 단계의 것인지 돌려줍니다."""
    first = sources[0] if sources else None
    if does_nothing(call):
        return first
    step = step_of(call, trained)
    activation = activation_of(step)
    if activation is not None:
        return _activated(steps, first, activation)
    if step.kind == "Flatten" and isinstance(first, int) and len(steps[first].output_shape) == 2:
        return first
    known = tuple(source for source in sources if source is not None)
    steps.append(replace(step, sources=known, layer=call["layer"]))
    return len(steps) - 1


def _activated(steps: list[Step], source: Source | None, activation: str) -> Source:
    """앞 단계에 활성화 함수가 비어 있으면 채우고, 아니면 단계를 하나 더합니다."""
    if isinstance(source, int) and steps[source].settings.get("activation") == "linear":
        settings = steps[source].settings | {"activation": activation}
        steps[source] = replace(steps[source], settings=settings)
        return source
    sources = () if source is None else (source,)
    steps.append(Step("Activation", {"activation": activation}, sources=sources))
    return len(steps) - 1


def _bridge(
    steps: list[Step], source: Source | None, bridge: str | None, shapes: Sequence[Any]
) -> Source | None:
    """층이 아닌 연산(`tf.nn.relu`, `tf.reshape` 등)을 단계로 더합니다."""
    if not bridge:
        return source
    activation, shaped = bridged(bridge, shapes)
    if activation:
        source = _activated(steps, source, activation)
    if shaped is not None:
        steps.append(replace(shaped, sources=() if source is None else (source,)))
        source = len(steps) - 1
    return source


def best_alignment(
    wanted: list[Step],
    record: dict[str, Any],
    labels: Sequence[str],
    outputs: Sequence[int] | None,
) -> tuple[list[Step], list[Pair]]:
    """학습자의 단계들을 참고 단계들과 가장 가깝게 늘어놓아 나란히 맞춥니다."""
    best: tuple[float, list[Step], list[Pair]] | None = None
    for visit in itertools.islice(_visits(record), _MOST_ORDERS):
        found = graph_steps(record, labels, outputs, visit)
        # 똑같은 층이 여럿이면 맞추는 방법도 여럿이므로, 앞에서도 뒤에서도 맞추어 봅니다.
        for pairs in (align(wanted, found), _align_backwards(wanted, found)):
            cost = sum(_cost(wanted, found, pair) for pair in pairs) + 0.01 * len(
                connections(wanted, found, pairs)
            )
            if best is None or cost < best[0] - 1e-9:
                best = cost, found, pairs
        if best is not None and best[0] == 0:
            break
    assert best is not None
    return best[1], best[2]


def _align_backwards(wanted: list[Step], found: list[Step]) -> list[Pair]:
    def turned(index: int | None, steps: list[Step]) -> int | None:
        return None if index is None else len(steps) - 1 - index

    return [
        Pair(turned(pair.wanted, wanted), turned(pair.found, found))
        for pair in reversed(align(wanted[::-1], found[::-1]))
    ]


def _visits(record: dict[str, Any]) -> Iterator[dict[int, tuple[int, ...]]]:
    """여러 갈래가 만나는 곳에서 갈래를 따라가는 차례들. 쓰인 차례가 먼저입니다."""
    yield {}
    for call in record.get("calls", []):
        count = len(call["sources"])
        if call["leaf"] and 1 < count <= _MOST_PERMUTED:
            for order in itertools.permutations(range(count)):
                if list(order) != sorted(order):
                    yield {call["index"]: order}


def _cost(wanted: list[Step], found: list[Step], pair: Pair) -> float:
    if pair.wanted is None or pair.found is None:
        return GAP
    return distance(wanted[pair.wanted], found[pair.found])


def connections(
    wanted: list[Step], found: list[Step], pairs: list[Pair]
) -> dict[int, tuple[str, list[Source], list[Source]]]:
    """다르게 이어진 단계들: 번호 → (무엇이 다른지, 명세의 입력, 지금의 입력).

    무엇이 다른지는 "order"(차례), "source"(이어진 곳), "separate"(함께 써야 하는 층을 새로 만듦),
    "shared"(새로 만들어야 하는 층을 함께 씀), "unclear"(빠지거나 남는 층의 둘레라 말할 수 없음)입니다.

    입력은 명세의 단계 번호나 모델의 입력을 부르는 말로 적습니다.
    """
    to_found = {p.wanted: p.found for p in pairs if p.wanted is not None and p.found is not None}
    to_wanted = {there: here for here, there in to_found.items()}
    result: dict[int, tuple[str, list[Source], list[Source]]] = {}
    for index, other in to_found.items():
        step, mine = wanted[index], found[other]
        if step.kind != mine.kind:
            continue
        want = _through(step.sources, wanted, to_found)
        have = [
            to_wanted[s] if isinstance(s, int) else s
            for s in _through(mine.sources, found, to_wanted)
        ]
        added = any(isinstance(s, int) and s not in to_wanted for s in mine.sources)
        if want != list(step.sources) or added or len(have) != len(mine.sources):
            # 빠진 층이나 남는 층과 이어진 곳은 그 층의 메시지가 이미 말합니다.
            if sorted(map(str, want)) != sorted(map(str, have)):
                result[index] = ("unclear", want, have)
        elif sorted(map(str, want)) != sorted(map(str, have)):
            result[index] = ("source", want, have)
        elif step.kind in ORDERED and want != have:
            result[index] = ("order", want, have)
        elif step.parameters:
            first, second = first_use(wanted, index), first_use(found, other)
            if first != index and second == other:
                result[index] = ("separate", [first], [])
            elif first == index and second != other and second in to_wanted:
                result[index] = ("shared", [], [to_wanted[second]])
    return result


def _through(
    sources: Sequence[Source], steps: Sequence[Step], paired: Mapping[int, int]
) -> list[Source]:
    """짝이 없는 단계는 건너뛰고 그 앞의 단계로 거슬러 올라갑니다."""
    result: list[Source] = []
    for source in sources:
        if isinstance(source, int) and source not in paired:
            result += _through(steps[source].sources, steps, paired)
        else:
            result.append(source)
    return result


def first_use(steps: Sequence[Step], index: int) -> int:
    """같은 층을 처음 부른 단계의 번호. 한 번만 부른 층이면 자기 번호입니다."""
    layer = steps[index].layer
    if layer is None or not steps[index].parameters:
        return index
    return next(number for number, step in enumerate(steps) if step.layer == layer)


def weight_orders(trace: Trace) -> Iterator[list[int]]:
    """그래프가 허락하는 다른 실행 순서에서 가중치가 쓰이는 차례들.

    갈래들 사이에서는 어느 쪽을 먼저 실행해도 같은 모델이므로, 모양이 같은 가중치의 차례가 달라집니다.
    지금의 차례와 같은 것은 주지 않습니다.
    """
    calls = {call.index: call for call in trace.calls if call.leaf}
    before = {n: [s for s in call.sources if s in calls] for n, call in calls.items()}
    for number, call in calls.items():
        if UNKNOWN in call.sources:
            before[number] += [n for n in calls if n < number][-1:]
    shapes = [tuple(weight.shape) for weight in trace.weights]
    seen = {_signature(shapes, list(range(len(shapes))))}
    for extension in itertools.islice(_extensions(calls, before), _MOST_EXTENSIONS):
        order: list[int] = []
        for number in extension:
            order += [w for w in calls[number].weight_ids if w not in order]
        order += [w for w in range(len(shapes)) if w not in order]
        signature = _signature(shapes, order)
        if signature not in seen:
            seen.add(signature)
            yield order


def _extensions(calls: dict[int, Any], before: dict[int, list[int]]) -> Iterator[list[int]]:
    """가중치를 처음 쓰는 호출들을 그래프의 차례를 지키며 늘어놓는 모든 방법."""
    first: dict[int, int] = {}
    for number, call in calls.items():
        for weight in call.weight_ids:
            first.setdefault(weight, number)
    weighted = sorted({*first.values()} | {n for n, c in calls.items() if c.weight_ids})
    ancestors: dict[int, set[int]] = {}
    for number in sorted(calls):
        ancestors[number] = set().union(*({s} | ancestors[s] for s in before[number]))

    def extend(done: list[int]) -> Iterator[list[int]]:
        if len(done) == len(weighted):
            yield done
        for number in weighted:
            if number not in done and not (ancestors[number] & set(weighted)) - set(done):
                yield from extend([*done, number])

    yield from extend([])


def _signature(shapes: list[Any], order: list[int]) -> tuple[Any, ...]:
    groups: dict[Any, list[int]] = {}
    for index in order:
        groups.setdefault(shapes[index], []).append(index)
    return tuple(sorted((str(shape), tuple(group)) for shape, group in groups.items()))
