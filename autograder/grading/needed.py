"""채점에 필요한 셀만 고릅니다. 확실하지 않으면 언제나 실행하는 쪽입니다.

여기 없는 것: 셀에서 이름을 읽는 일(`cell_names`), 통째로 다시 실행할지 정하는 일(`grading.run.runner`).

내보낸 그대로인 수업 셀은 답이나 검사와 이름을 함께 쓰거나 전역 설정을 바꿀 때만 실행합니다. 순수한 계산이고,
노트북을 실행하지 않습니다.
"""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Sequence

from autograder.cell_names import RESULT, Call, Function, Names, names_of

_BUILTINS = frozenset(dir(builtins))


def needed(cells: Sequence[tuple[str, bool]]) -> list[bool]:
    """셀마다 실행해야 하는지. 셀은 (소스, 내보낸 그대로인 수업 셀인지)입니다.

    첫 셀(준비)과 수업 셀이 아닌 것은 언제나 실행합니다. 뒤에서 앞으로 가며, 그다음의 셀이 읽을 이름을 만들거나
    바꾸는 수업 셀을 더합니다.
    """
    seen = [names_of(source) for source, _ in cells]
    _follow(seen)
    keep = [index == 0 or not lesson for index, (_, lesson) in enumerate(cells)]
    answers = [index for index, (_, lesson) in enumerate(cells) if not lesson]
    last = max(answers, default=-1)
    # What somebody put into a module, or into what nobody here has made, may be seen by everyone.
    imported = set[str]().union(*(one.imported for one in seen))
    known = set[str]().union(*(one.bound for one in seen)) - imported
    for index in answers:
        if seen[index].opaque:
            # Whoever can see everything may depend on everything before it.
            keep[:index] = [True] * index
    # What the set-up cell imported and nobody makes anew: calling it changes nothing.
    setup = (seen[0].bound if seen else set()).difference(*(one.bound for one in seen[1:]))
    setup |= _BUILTINS.difference(*(one.bound for one in seen))
    while True:
        before = list(keep)
        # What a function reads is read when it is called, wherever that is.
        always: set[str] = set()
        for one, kept in zip(seen, keep, strict=True):
            if kept:
                always |= one.inner
        live = set(always)
        for index in range(last, -1, -1):
            one = seen[index]
            made = _student_made(seen, answers, index) - setup
            keep[index] |= one.opaque or one.reaching or bool(one.stored - known)
            keep[index] |= bool((one.bound | one.changed | one.files) & (live - setup))
            # It goes on with something of the student's.
            keep[index] |= bool(one.changed & made)
            if keep[index]:
                live = (live - one.sure) | one.reads | one.files | always
        if keep == before:
            return keep


def _student_made(seen: Sequence[Names], answers: Sequence[int], index: int) -> set[str]:
    """`index`번째 셀이 볼 때 학생이 만든 것의 이름. 그 뒤에 수업이 반드시 다시 만든 이름은 수업의 것입니다."""
    found: set[str] = set()
    for earlier in range(index + 1):
        if earlier in answers:
            found |= seen[earlier].bound if earlier < index else set()
        else:
            found -= seen[earlier].sure
    return found


def _follow(seen: Sequence[Names]) -> None:
    """부른 함수가 바꾸는 것과, 앞의 셀에서 남의 것의 일부가 된 이름을 바꾸면 그 남의 것도 바꾼 것입니다."""
    keeping = set[str]().union(*(one.keeping for one in seen))
    assigned = set[str]().union(*(one.assigned for one in seen))
    defined = set[str]().union(*(one.bound for one in seen)) - assigned
    functions = _known_functions(seen, keeping, defined)
    parts: dict[str, set[str]] = {}
    for one in seen:
        for name, whole in one.parts.items():
            parts.setdefault(name, set()).update(whole)
    for one in seen:
        for call in one.calls:
            one.changed |= _changed_by(call, functions.get(call.name), keeping, defined)
        waiting, found = list(one.changed), set[str]()
        while waiting:
            name = waiting.pop()
            if name.endswith(RESULT) and name.removesuffix(RESULT) in defined:
                continue
            name = name.removesuffix(RESULT)
            if name not in found:
                found.add(name)
                waiting += parts.get(name, set()) - defined
        one.changed = found


def _known_functions(
    seen: Sequence[Names], keeping: set[str], defined: set[str]
) -> dict[str, Function]:
    """노트북에서 꼭 한 번 만드는 함수. 함수가 부르는 함수가 바꾸는 것까지 들어 있습니다."""
    times = Counter(name for one in seen for name in one.bound)
    found = {
        name: Function(function.parameters, set(function.changed), function.calls)
        for one in seen
        for name, function in one.functions.items()
        if times[name] == 1 and name not in one.assigned
    }
    while True:
        before = sum(len(function.changed) for function in found.values())
        for function in found.values():
            for call in function.calls:
                function.changed |= _changed_by(call, found.get(call.name), keeping, defined)
        if sum(len(function.changed) for function in found.values()) == before:
            return found


def _changed_by(
    call: Call, function: Function | None, keeping: set[str], defined: set[str]
) -> set[str]:
    """부르면 담긴 것이 바뀔 수 있는 이름. 모르는 것을 부르면 인수는 모두 그렇습니다."""
    if function is None and call.name in keeping:
        # Batch normalization and its like change themselves in training.
        return {call.name} if any(word != "mask" for word, _ in call.words) else set()
    every = set().union(*call.positions, *(names for _, names in call.words), set())
    if function is None:
        # A function or a class stays what it is when it is given to somebody.
        return every - defined
    outer = function.changed - set(function.parameters)
    if call.spread:
        return every | outer
    known = function.parameters
    given = [*zip(known, call.positions, strict=False), *call.words]
    beyond = call.positions[len(known) :]
    changed = (names for name, names in given if name in function.changed or name not in known)
    return outer.union(*changed, *beyond)
