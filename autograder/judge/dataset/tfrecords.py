"""TFRecord를 쓰고 읽는 함수의 비교 방법: 파일, 요소의 꼴, 왕복, 파일만 보고 읽기, 흘려 읽기.

여기 없는 것: 배치로 묶은 Dataset(`judge.dataset.batches`), 파일을 쓰게 하는 일(`observe.dataset`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judge.dataset.elements import Failure, Step
from autograder.judge.layer_names import shape_advice
from autograder.korean import with_particle

_PARTS = ("이미지", "레이블")


def file(step: Step) -> Failure | None:
    """쓴 파일이 있고, TFRecord이고, 샘플 하나가 레코드 하나인지. 쓰는 일이면 오류 없이 끝났는지."""
    if step.trouble:
        return step.trouble
    found = step.found
    if "exists" not in found:
        return None
    if not found["exists"]:
        if found["folder"]:
            saved = "dataset_spec.pb" in found.get("inside", [])
            return (
                "`path`에 파일이 아니라 폴더가 생겼습니다.",
                "`dataset.save(path)`가 아니라 `tf.io.TFRecordWriter(path)`를 쓰세요."
                if saved
                else "`tf.io.TFRecordWriter(path)`로 쓰세요.",
            )
        others = "`, `".join(found.get("others", []))
        return (
            "`path`에 파일이 생기지 않았습니다.",
            f"{with_particle(f'`{others}`', '은', '는')} 생겼습니다. 받은 경로에 그대로 쓰세요."
            if others
            else "`tf.io.TFRecordWriter(path)`로 받은 경로에 쓰세요.",
        )
    wanted, count = step.wanted["records"], found["records"]
    if count is None and found.get("cut"):
        return (
            "파일이 끝까지 쓰이지 않았습니다.",
            "파일을 닫아야 마지막 레코드까지 쓰입니다. `with`로 열거나 `writer.close()`를 부르세요.",
        )
    if count is None:
        return (
            "파일은 생겼지만 TFRecord로 읽을 수 없습니다.",
            "`tf.io.TFRecordWriter`로 쓰세요."
            if found["bytes"]
            else "파일이 비어 있습니다. `writer.write(...)`를 불렀는지, `with`로 파일을 닫았는지 보세요.",
        )
    if count != wanted:
        return f"샘플이 {wanted}개인데 레코드가 {count}개입니다.", _count_advice(step, count)
    return None


def _count_advice(step: Step, count: int) -> str:
    """레코드 수가 왜 다른지. 같은 경로에 쓴 것들의 샘플 수와 비교합니다."""
    sizes = [
        len(step.challenge.arrays[each["args"][2]["array"]])
        for each in step.challenge.facts["steps"]
        if each["do"] == "call" and each["args"][0]["path"] == step.question["path"]
    ]
    if len(sizes) > 1 and count == sum(sizes):
        return "있던 파일에 이어 썼습니다. 이미 파일이 있으면 바꿔 써야 합니다."
    if count in sizes[:-1]:
        return "먼저 쓴 파일이 그대로 있습니다. 이미 파일이 있으면 바꿔 써야 합니다."
    return "샘플마다 `writer.write(...)`를 한 번씩 부르세요."


def spec(step: Step) -> Failure | None:
    """`element_spec`이 참고 답안과 같은지."""
    if trouble := _trouble(step):
        return trouble
    found, wanted = step.found, step.wanted
    if found["form"] != wanted["form"] or len(found["spec"]) != len(wanted["spec"]):
        return (
            "요소가 (이미지, 레이블) 튜플이 아닙니다.",
            "`map`에 준 함수가 `return image, label`로 끝나는지 보세요.",
        )
    for part, want, have in zip(_PARTS, wanted["spec"], found["spec"], strict=True):
        if have["dtype"] != want["dtype"]:
            return (
                f"{part}의 자료형이 {with_particle('`' + want['dtype'] + '`', '이어야', '여야')} "
                f"하는데 `{have['dtype']}`입니다.",
                _dtype_advice(part, [each["dtype"] for each in found["spec"]], wanted["spec"]),
            )
        if have["shape"] != want["shape"]:
            shape = "알 수 없음" if have["shape"] is None else tuple(have["shape"])
            return (
                f"{part}의 모양이 `{tuple(want['shape'])}`이어야 하는데 `{shape}`입니다.",
                _shape_advice(step, want["shape"], have["shape"]),
            )
        if have["type"] != want["type"]:
            return f"{part}가 텐서가 아니라 `{have['type']}`입니다.", ""
    return None


def _dtype_advice(part: str, found: list[str], wanted: list[dict[str, Any]]) -> str:
    if found == [each["dtype"] for each in wanted][::-1]:
        return "이미지와 레이블의 자리가 바뀌었습니다. `return image, label`의 차례를 보세요."
    if part == _PARTS[0]:
        return "이미지는 쓴 그대로 `uint8`로 냅니다. 바이트는 `tf.io.decode_raw(…, tf.uint8)`로 풉니다."
    return "레이블은 `tf.int64`로 냅니다."


def _shape_advice(step: Step, want: list[int], have: list[int | None] | None) -> str:
    if have is None or None in have[-max(len(want), 1) :]:
        return (
            "바이트에는 모양이 적혀 있지 않습니다. `tf.reshape(image, (28, 28))`로 정하세요."
            if want
            else ""
        )
    if not want and have == [1]:
        return "`FixedLenFeature([], tf.int64)`의 `[]`가 스칼라라는 뜻입니다."
    if have[1:] == want and step.uses("batch", "parallelbatch"):
        return "요소 하나가 샘플 하나입니다. 여기서는 배치로 묶지 않습니다."
    if len(have) == 1 and have[0] == int(np.prod(want)):
        return "`tf.reshape(image, (28, 28))`로 모양을 정하세요."
    return shape_advice(tuple(want), tuple(have))


Row = list[np.ndarray]
"""요소 하나: 부분마다 한 줄로 편 값."""


def _rows(step: Step, number: int = 0, *, reference: bool = False) -> list[Row]:
    """한 에포크의 요소들. 배치로 묶은 요소는 샘플마다 나눕니다."""
    columns = []
    for part in step.epoch(number, reference=reference).parts:
        lengths = [int(np.prod(shape)) for shape in part.shapes]
        columns.append(np.split(part.flat, np.cumsum(lengths)[:-1]))
    rows = [list(row) for row in zip(*columns, strict=True)]
    return rows if reference else [single for row in rows for single in _singles(step, row)]


def _singles(step: Step, row: Row) -> list[Row]:
    sizes = [max(1, int(np.prod(part["shape"]))) for part in step.wanted["spec"]]
    counts = {part.size // size for part, size in zip(row, sizes, strict=False)}
    whole = len(row) == len(sizes) and all(
        part.size % size == 0 for part, size in zip(row, sizes, strict=True)
    )
    if not whole or len(counts) != 1 or (count := counts.pop()) < 2:
        return [row]
    return [list(single) for single in zip(*(np.split(part, count) for part in row), strict=True)]


def _trouble(step: Step) -> Failure | None:
    """부르거나 돌지 못한 이유. 읽을 파일을 쓰지 못한 것이면 그 이유."""
    if step.trouble is None:
        return None
    for number, question in enumerate(step.challenge.facts["steps"]):
        if question["do"] == "call" and question["args"][0] == step.question["args"][0]:
            other = Step(step.challenge, step.reference, step.evidence, number)
            if other.trouble:
                return other.trouble
    return step.trouble


def _same(wanted: list[Row], found: list[Row]) -> bool:
    return len(wanted) == len(found) and all(
        len(want) == len(have) and all(map(np.array_equal, want, have))
        for want, have in zip(wanted, found, strict=True)
    )


def _disordered(step: Step) -> Failure:
    advice = "`shuffle`을 지우세요." if step.uses("shuffle") else ""
    return "쓴 순서대로 나오지 않습니다.", advice


def _reordered(wanted: list[Row], found: list[Row]) -> bool:
    """`wanted`의 요소가 모두 있고 차례만 다른지."""
    return len(wanted) == len(found) and all(
        any(_same([want], [have]) for have in found) for want in wanted
    )


def rows(step: Step) -> Failure | None:
    """쓴 값이 쓴 순서대로 나오는지."""
    if trouble := _trouble(step):
        return trouble
    wanted, found = _rows(step, reference=True), _rows(step)
    if not step.epoch(0).ended:
        endless = "`repeat()`를 지우세요." if step.uses("repeat") else ""
        return "읽어도 읽어도 끝나지 않습니다.", endless
    if _same(wanted, found) or _same(wanted, [row[::-1] for row in found]):
        return None  # 자리가 바뀐 것은 spec이 말합니다.
    if len(found) != len(wanted):
        return (
            f"샘플이 {len(wanted)}개여야 하는데 {len(found)}개 나옵니다.",
            "`take`와 `skip`을 지우세요." if step.uses("take", "skip") else "",
        )
    if any(len(row) != 2 for row in found):
        return "요소가 (이미지, 레이블) 튜플이 아닙니다.", ""
    if _reordered(wanted, found):
        return _disordered(step)
    for index, part in enumerate(_PARTS):
        pairs = zip(wanted, found, strict=True)
        wrong = sum(not np.array_equal(want[index], have[index]) for want, have in pairs)
        if wrong:
            return f"{part}의 값이 쓴 것과 다릅니다(샘플 {len(wanted)}개 가운데 {wrong}개).", ""
    return None


def same_rows(step: Step, other: Step) -> bool:
    """두 답이 읽은 것이 똑같은지."""
    return not step.trouble and not other.trouble and _same(_rows(other), _rows(step))


def _own(step: Step) -> dict[str, list[Row]] | None:
    """경로 → 학습자의 함수가 그 파일에서 읽은 요소들. 샘플을 구별할 수 없으면 None.

    값이나 개수가 명세와 다르더라도, 옮긴 레코드를 옮긴 대로 읽는지는 이것과 비교해 알 수 있습니다.
    """
    found: dict[str, list[Row]] = {}
    for number, question in enumerate(step.challenge.facts["steps"]):
        if question["do"] != "dataset" or "mix" in question:
            continue
        path = question["args"][0]["path"]
        other = Step(step.challenge, step.reference, step.evidence, number)
        if other.trouble or path not in _written(step):
            continue
        count = _stored(step, path)
        found[path] = _rows(other)[: None if other.epoch(0).ended else count]
        if count is None or len(found[path]) != count:
            return None
    read = [row for path in found.values() for row in path]
    distinct = {tuple(part.tobytes() for part in row) for row in read}
    complete = set(found) == set(_written(step))
    # 같은 것이 조금 섞여 있어도(이어 쓴 파일) 차례는 알아볼 수 있습니다.
    return found if complete and 2 * len(distinct) >= len(read) else None


def _stored(step: Step, path: str) -> int | None:
    """학습자가 쓴 파일의 레코드 수. 읽을 수 없으면 None."""
    for number, question in enumerate(step.challenge.facts["steps"]):
        if question["do"] == "records" and question["path"] == path:
            return step.evidence.facts["steps"][number].get("records")
    return None


def _written(step: Step) -> list[str]:
    """쓰는 함수가 쓴 경로들."""
    questions = step.challenge.facts["steps"]
    return [each["args"][0]["path"] for each in questions if each["do"] == "call"]


def _wanted(own: dict[str, list[Row]], records: list[list[Any]]) -> list[Row]:
    """학습자의 함수가 `records`대로 옮긴 파일에서 읽어야 할 요소들."""
    return [own[path][number % len(own[path])] for path, number in records]


def _reads(step: Step, own: dict[str, list[Row]], records: list[list[Any]]) -> bool:
    """`records`대로 옮긴 파일을 그대로 읽는지. 늘 순서를 바꾸는 답이면 순서는 보지 않습니다(rows가 말합니다)."""
    wanted = _wanted(own, records)
    found = _rows(step)[: None if step.epoch(0).ended else len(wanted)]
    if _same(wanted, found):
        return True
    # 늘 순서를 바꾸는 답에서는 몇 번째가 어느 레코드인지 알 수 없고, 어느 파일의 것인지만 압니다.
    pool = [row for path in dict.fromkeys(path for path, _ in records) for row in own[path]]
    inside = all(any(_same([row], [known]) for known in pool) for row in found)
    return len(found) == len(wanted) and inside and _mixes(step)


def _mixes(step: Step) -> bool:
    """쓴 파일을 읽을 때부터 순서를 바꾸는지."""
    for number, question in enumerate(step.challenge.facts["steps"]):
        if question["do"] == "dataset" and "mix" not in question:
            other = Step(step.challenge, step.reference, step.evidence, number)
            if not other.trouble and (failure := rows(other)):
                return failure[0] == _disordered(other)[0]
    return False


def _basic(step: Step) -> Failure:
    """옮긴 레코드를 볼 수도 없게 하는, 더 앞선 이유."""
    for method, kinds in ((file, ("call", "records")), (rows, ("dataset",))):
        for number, question in enumerate(step.challenge.facts["steps"]):
            if question["do"] in kinds and "mix" not in question:
                other = Step(step.challenge, step.reference, step.evidence, number)
                if failure := method(other):
                    return failure
    return "읽은 샘플들이 서로 구별되지 않습니다.", ""


def again(step: Step) -> Failure | None:
    """두 번째로 돌아도 똑같이 나오는지."""
    if trouble := _trouble(step):
        return trouble
    first, second = _rows(step, 0), _rows(step, 1)
    if len({tuple(part.tobytes() for part in row) for row in first}) < 2:
        return _basic(step)
    if _same(first, second):
        return None
    if not second:
        return (
            "두 번째로 돌면 다릅니다. 아무것도 나오지 않습니다.",
            "한 번 쓰면 비는 제너레이터를 담았습니다. 돌 때마다 처음부터 다시 읽게 하세요."
            if step.uses("fromgenerator", "flatmap")
            else "",
        )
    if _reordered(first, second):
        shuffled = "`shuffle`을 지우세요." if step.uses("shuffle") else ""
        return "두 번째로 돌면 다릅니다. 순서가 바뀝니다.", shuffled
    return "두 번째로 돌면 다릅니다.", ""


def alone(step: Step) -> Failure | None:
    """다른 파일의 레코드로 만든 새 파일도 그 차례대로 읽는지."""
    path = step.question["args"][0]["path"]
    number, mix = next(
        (number, each)
        for number, each in enumerate(step.challenge.facts["steps"])
        if each["do"] == "mix" and each["path"] == path
    )
    own = _own(step)
    if own is None or step.evidence.facts["steps"][number]["status"] != "seen":
        return _basic(step)
    if not step.trouble and _reads(step, own, mix["records"]):
        return None
    if not step.trouble and _reordered(_wanted(own, mix["records"]), _rows(step)):
        return _disordered(step)
    return (
        "쓴 파일의 레코드를 새 파일로 옮겨 담으면 제대로 읽지 못합니다.",
        "파일에 적힌 것만 보고 읽으세요. 쓸 때의 배열이나 개수, 경로에 기대면 다른 파일을 읽지 못합니다.",
    )


def lazy(step: Step) -> Failure | None:
    """Dataset을 만든 다음 파일이 바뀌면 바뀐 것이 나오는지: 돌 때 읽는다는 뜻입니다."""
    own = _own(step)
    if own is None or step.found.get("problem") == "records":
        return _basic(step)
    if step.trouble:
        return step.trouble
    if _reads(step, own, step.question["mix"]["records"]):
        return None
    before = own[step.question["args"][0]["path"]]
    if not _reordered(before, _rows(step)):
        return "Dataset을 만든 다음 바뀐 파일을 제대로 읽지 못합니다.", ""
    return (
        "`read_records`를 부를 때 파일을 이미 다 읽어 둡니다.",
        "`tf.data.TFRecordDataset(path)`에 `map`을 이어 돌 때 읽게 하세요. "
        "그래야 메모리보다 큰 파일도 읽습니다.",
    )
