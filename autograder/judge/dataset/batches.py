"""배치로 묶은 Dataset의 비교 방법: 짝, 값, 배치 크기, 빠짐과 겹침, 섞기.

여기 없는 것: 요소를 읽는 꼴(`judge.dataset.elements`), 파일을 쓰고 읽는 함수(`judge.dataset.tfrecords`).

샘플이 몇 번째였는지는 레이블로 알아봅니다. 그래서 Challenge의 레이블은 모두 다릅니다.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from autograder.judge.dataset.elements import Epoch, Failure, Step

CHANCE = -25.0
"""제대로 섞은 Dataset을 틀렸다고 할 확률의 로그. 약 1,000억분의 1입니다."""
SIGMAS = 6.5
"""고르게 섞은 차례에서 볼 수 없는 상관의 크기(표준편차의 배수). 우연일 확률은 약 250억분의 1입니다."""

_UNKNOWN = (
    "요소가 원래의 샘플 가운데 어느 것인지 알아볼 수 없습니다.",
    "이미지와 레이블이 샘플마다 한 쌍인지, 레이블을 바꾸지 않았는지 보세요.",
)
_UNBATCHED = (
    "요소 하나가 배치가 아니라 샘플 하나입니다.",
    "`batch(batch_size)`로 묶어야 배치 축이 생깁니다.",
)


def _source(step: Step, number: int) -> np.ndarray:
    """함수에 준 배열: 0은 x, 1은 y."""
    return step.challenge.arrays[step.question["args"][number]["array"]]


def pairs(step: Step) -> Failure | None:
    """`tf.data.Dataset`이고 요소가 (이미지, 레이블)의 튜플인지."""
    if trouble := _unusable(step):
        return trouble
    form, count = step.found["form"], len(step.found["spec"])
    if form == "single" or count < 2:
        return (
            "요소에 이미지와 레이블이 쌍으로 들어 있지 않습니다.",
            "`from_tensor_slices((x, y))`처럼 **튜플 하나**를 넣으면 요소가 `(x, y)`의 쌍이 됩니다.",
        )
    if form == "dict":
        return "요소가 튜플이 아니라 딕셔너리입니다.", "`(x, y)` 튜플로 만드세요."
    if count != 2:
        return f"요소의 텐서가 2개여야 하는데 {count}개입니다.", "요소는 `(x, y)`입니다."
    if step.swapped:
        return (
            "요소가 (이미지, 레이블)이 아니라 (레이블, 이미지)의 차례입니다.",
            "요소는 `(x, y)`입니다.",
        )
    return None


def _unusable(step: Step) -> Failure | None:
    """볼 것이 없으면 그 이유. 쌍이 아니어도 앞의 둘을 이미지와 레이블로 보고 나머지 항목을 판정합니다."""
    if step.trouble:
        return step.trouble
    if kind := step.not_tensors:
        return (
            f"요소의 이미지와 레이블이 텐서여야 하는데 `{kind}`입니다.",
            "`window`는 배치가 아니라 작은 Dataset으로 묶습니다. `batch(batch_size)`를 쓰세요."
            if step.uses("window")
            else "",
        )
    return None if step.epoch(0).parts else ("요소가 하나도 나오지 않습니다.", "")


def _empty(step: Step, number: int) -> Failure | None:
    """이 에포크에 아무것도 나오지 않으면 그 이유."""
    if step.epoch(number).parts:
        return None
    return (
        f"{number + 1}번째 에포크에는 샘플이 하나도 없습니다.",
        "한 번 쓰면 비는 제너레이터를 담았습니다. 돌 때마다 처음부터 다시 만들 수 있어야 합니다."
        if step.uses("fromgenerator", "flatmap")
        else "",
    )


def _twice(step: Step, epoch: Epoch) -> bool:
    """배치로 두 번 묶여 있는지."""
    sample = _source(step, 0).shape[1:]
    return all(len(s) == len(sample) + 2 and s[2:] == sample for s in epoch.shapes)


def _batched(step: Step, epoch: Epoch) -> bool:
    shape, source = epoch.shapes[0], _source(step, 0)
    # 샘플을 한 줄로 펴서 묶은 것은 축의 수가 모자라도 배치입니다.
    flattened = len(shape) > 1 and np.prod(shape[1:]) == np.prod(source.shape[1:])
    return flattened or len(shape) >= source.ndim


def _rows(step: Step, epoch: Epoch, number: int) -> np.ndarray | None:
    sample, part = _source(step, number).shape[1:], epoch.parts[number]
    if _twice(step, epoch):
        same = all(shape[2:] == sample for shape in part.shapes)
        return part.flat.reshape(-1, *sample) if same else None
    return part.rows(sample, batched=_batched(step, epoch))


def _keys(rows: np.ndarray) -> list[bytes]:
    rounded = np.round(rows.reshape(len(rows), -1).astype("float64"), 4) + 0.0
    return [row.tobytes() for row in rounded]


def _positions(rows: np.ndarray | None, source: np.ndarray) -> np.ndarray | None:
    """행마다 `source`에서의 번호. 하나라도 없으면 None."""
    if rows is None or not len(rows):
        return None
    places = {key: index for index, key in enumerate(_keys(source))}
    found = [places.get(key) for key in _keys(rows)]
    return None if None in found else np.array(found)


def _order(step: Step, number: int = 0) -> np.ndarray | None:
    """나온 샘플들의 원래 번호. 레이블로, 안 되면 이미지로 알아봅니다."""
    epoch = step.epoch(number)
    if not epoch.parts:
        return None
    if len(epoch.parts) > 1:
        order = _positions(_rows(step, epoch, 1), _source(step, 1))
        if order is not None:
            return order
    images = _rows(step, epoch, 0)
    for known in (_wanted_images(step), _source(step, 0)):
        order = _positions(images, known)
        if order is not None:
            return order
    return None


def _wanted_images(step: Step) -> np.ndarray:
    """참고 답안이 낸 이미지를 원래 순서로."""
    epoch = step.epoch(0, reference=True)
    labels, source = epoch.parts[1], _source(step, 1)
    order = _positions(labels.rows(source.shape[1:], batched=True), source)
    images = epoch.parts[0].rows(_source(step, 0).shape[1:], batched=True)
    assert order is not None and images is not None
    return images[np.argsort(order)]


def images(step: Step) -> Failure | None:
    """이미지의 자료형, 모양, 값."""
    if trouble := _unusable(step):
        return trouble
    epoch = step.epoch(0)
    part, wanted = epoch.parts[0], _wanted_images(step)
    if part.flat.dtype != wanted.dtype:
        return (
            f"이미지의 자료형이 `{wanted.dtype}`여야 하는데 `{part.flat.dtype}`입니다.",
            "`tf.cast(image, tf.float32)`로 바꾼 다음 나누세요.",
        )
    sample = wanted.shape[1:]
    shape = part.shapes[0][1:] if _batched(step, epoch) else part.shapes[0]
    if shape != sample and not _twice(step, epoch):
        return f"샘플 하나의 모양이 `{sample}`이어야 하는데 `{shape}`입니다.", ""
    rows = _rows(step, epoch, 0)
    if rows is None:
        return _UNKNOWN
    if not np.all(np.isfinite(rows)):
        return "이미지에 `NaN`이나 무한대가 있습니다.", ""
    order = _order(step)
    if order is not None and np.allclose(rows, wanted[order], rtol=1e-5, atol=1e-6):
        return None
    if _positions(rows, wanted) is not None and _close_to_some(rows, wanted):
        return None  # 값은 맞고 짝이 틀렸습니다. labels가 말합니다.
    return _image_values(rows, wanted, _source(step, 0), order)


def _close_to_some(rows: np.ndarray, wanted: np.ndarray) -> bool:
    places = _positions(rows, wanted)
    return places is not None and np.allclose(rows, wanted[places], rtol=1e-5, atol=1e-6)


def _image_values(
    rows: np.ndarray, wanted: np.ndarray, source: np.ndarray, order: np.ndarray | None
) -> Failure:
    scaled = "이미지의 값이 0과 1 사이여야 합니다."
    if rows.max() > 1.5:
        return f"{scaled} 지금은 최댓값이 {rows.max():.0f}입니다.", "255로 나누세요."
    if rows.max() < 0.01:
        twice = order is not None and np.allclose(rows * 255, wanted[order], rtol=1e-3, atol=1e-5)
        return f"{scaled} 지금은 너무 작습니다.", "255로 두 번 나누었습니다." if twice else ""
    if rows.min() < -0.01:
        return (
            f"{scaled} 지금은 음수가 있습니다.",
            "`[-1, 1]`로 바꾸지 말고 255로 나누기만 하세요."
            if order is not None and np.allclose(rows, 2 * wanted[order] - 1, atol=1e-3)
            else "255로 나누기만 하세요.",
        )
    if order is not None:
        ratio = rows[wanted[order] > 0] / wanted[order][wanted[order] > 0]
        if len(ratio) and np.ptp(ratio) < 1e-3 and abs(ratio.mean() - 1) > 1e-3:
            divisor = 255 / ratio.mean()
            advice = "언제나 255로 나누세요."
            if abs(divisor - source.max()) < 0.5:
                advice = f"데이터의 최댓값으로 나누면 데이터마다 밝기의 뜻이 달라집니다. {advice}"
            return f"이미지를 255가 아닌 수로 나누었습니다(약 {divisor:.4g}).", advice
        if not np.any(rows % 1):
            floored = np.array_equal(rows, np.floor(wanted[order]))
            return (
                "이미지의 값이 0과 1뿐입니다.",
                "나눈 몫의 소수가 버려졌습니다. `//`로 나누거나 나눈 다음에 정수로 바꾸지 않았는지 보세요."
                if floored
                else "",
            )
    return "이미지의 값이 명세와 다릅니다.", "255로 나누기만 하세요."


def labels(step: Step) -> Failure | None:
    """레이블의 자료형과 값, 이미지와의 짝."""
    if trouble := _unusable(step):
        return trouble
    if len(step.epoch(0).parts) < 2:
        return pairs(step)
    epoch, source = step.epoch(0), _source(step, 1)
    part = epoch.parts[1]
    if part.flat.dtype != source.dtype:
        return (
            f"레이블의 자료형이 `{source.dtype}` 그대로여야 하는데 `{part.flat.dtype}`입니다.",
            "레이블은 바꾸지 말고 그대로 두세요.",
        )
    batched = _batched(step, epoch)
    shape = part.shapes[0][1:] if batched and part.shapes[0] else part.shapes[0]
    shape = shape[1:] if _twice(step, epoch) else shape
    if shape != source.shape[1:]:
        return (
            f"레이블 하나의 모양이 `{source.shape[1:]}` 그대로여야 하는데 `{shape}`입니다.",
            "레이블은 바꾸지 말고 그대로 두세요.",
        )
    rows = _rows(step, epoch, 1)
    order = _positions(rows, source)
    if rows is None or order is None or not np.array_equal(rows, source[order]):
        return "레이블의 값이 원래와 다릅니다.", "레이블은 바꾸지 말고 그대로 두세요."
    found, wanted = _rows(step, epoch, 0), _wanted_images(step)
    for known in (wanted, _source(step, 0)):
        places = _positions(found, known)
        if places is None or len(set(places)) < 0.9 * len(set(order)):
            continue  # 바뀐 이미지가 우연히 다른 이미지와 같은 것은 짝이 아닙니다.
        if not np.array_equal(places, order):
            apart = step.outside("zip", "shuffle")
            return (
                "이미지와 레이블의 짝이 어긋났습니다.",
                "`x`와 `y`를 따로 섞으면 짝이 깨집니다. `(x, y)`를 한 Dataset에 담아 함께 섞으세요."
                if apart
                else "",
            )
    return None


_REPEATED = "`repeat`를 지우세요. 에포크를 되풀이하는 것은 `fit`의 `epochs`가 합니다."


def _endless(step: Step) -> str:
    """끝나지 않는 이유. `repeat`나 제너레이터를 쓴 것이 보일 때만 말합니다."""
    if any(each.get("count", -1) == -1 for each in step.operations("repeat")):
        return _REPEATED
    if step.uses("fromgenerator", "flatmap"):
        return "`from_generator`에 준 제너레이터가 끝나지 않습니다. 샘플을 한 번씩 다 내면 끝나게 하세요."
    return ""


def once(step: Step) -> Failure | None:
    """에포크마다 모든 샘플이 한 번씩 나오는지. 마지막 배치만 빠진 것은 `sizes`가 말합니다."""
    if trouble := _unusable(step):
        return trouble
    total, size = len(_source(step, 1)), int(step.question["args"][2]["value"])
    for number in range(len(step.found["epochs"])):
        if failure := _empty(step, number):
            return failure
        epoch, order = step.epoch(number), _order(step, number)
        seen = len(order) if order is not None else epoch.samples
        if not epoch.ended and seen > total:
            return (
                "데이터가 끝나지 않습니다. 한 에포크는 모든 샘플이 한 번씩 나오면 끝나야 합니다.",
                _endless(step),
            )
        if order is None:
            return _UNKNOWN
        counts = Counter(order.tolist())
        if max(counts.values()) > 1:
            return (
                "한 에포크에 같은 샘플이 여러 번 나옵니다.",
                _REPEATED if step.uses("repeat") else "",
            )
        missing = total - len(counts)
        # 다 꺼내 보지 않은 Dataset(작은 배치로 묶음)에서는 빠진 것이 무엇인지 알 수 없습니다.
        if epoch.ended and missing and missing != total % size:
            return f"한 에포크에 샘플 {total}개 가운데 {missing}개가 나오지 않습니다.", ""
    return None


def sizes(step: Step) -> Failure | None:
    """배치 크기와 마지막 배치."""
    if trouble := _unusable(step):
        return trouble
    epoch = step.epoch(0)
    if not _batched(step, epoch):
        return _UNBATCHED
    if _twice(step, epoch):
        return "배치로 두 번 묶여 있습니다.", "`batch`는 한 번만 부르세요."
    total, size = len(_source(step, 1)), int(step.question["args"][2]["value"])
    found = [shape[0] for shape in epoch.shapes]
    wanted = [shape[0] for shape in step.epoch(0, reference=True).shapes]
    if found == wanted[:-1]:
        if not _always_drops(step):
            return None  # 샘플을 빠뜨리는 것이 우연히 마지막 배치인 것은 once가 말합니다.
        dropped = any(each.get("drop") for each in step.operations("batch", "parallelbatch"))
        return (
            f"마지막 배치가 빠졌습니다. 샘플 {total}개를 {size}개씩 묶으면 {total % size}개가 남습니다.",
            "`drop_remainder=True`를 지우세요." if dropped else "",
        )
    # 빠지거나 되풀이되는 것은 once가, 배치끼리 섞인 것은 shuffled가 말합니다.
    whole, rest = divmod(sum(found), size)
    alone = [size] * whole + [rest] * (rest > 0)
    shuffled = step.question["kwargs"].get("shuffle") != {"value": False}
    if alone in (found, sorted(found, reverse=True) if shuffled else found):
        return None
    if found[: len(wanted)] == wanted or (not epoch.ended and set(found) == {size}):
        return None
    odd = next(count for count in found if count != size)
    if found.count(odd) == 1 and found[-1] == odd:
        return None
    if size in found:
        return (
            "배치마다의 샘플 수가 명세와 다릅니다.",
            f"마지막 배치만 {size}개보다 작을 수 있습니다.",
        )
    return (
        f"`batch_size`가 {size}인데 배치에 샘플이 {found[0]}개 들어 있습니다.",
        "`batch(batch_size)`처럼 받은 값을 그대로 쓰세요.",
    )


def _always_drops(step: Step) -> bool:
    """다 꺼내 본 Dataset마다 마지막 배치만 빠졌는지."""
    for number in range(len(step.challenge.facts["steps"])):
        other = Step(step.challenge, step.reference, step.evidence, number)
        if other.trouble or not other.epoch(0).ended:
            continue
        found, wanted = other.epoch(0).shapes, other.epoch(0, reference=True).shapes
        if [shape[:1] for shape in found] != [shape[:1] for shape in wanted[:-1]]:
            return False
    return True


def ordered(step: Step) -> Failure | None:
    """섞지 않으면 원래 순서인지."""
    if trouble := _unusable(step):
        return trouble
    for number in range(len(step.found["epochs"])):
        if failure := _empty(step, number):
            return failure
        order = _order(step, number)
        if order is None:
            return _UNKNOWN
        if np.any(np.diff(order[: len(_source(step, 1))]) <= 0):
            return (
                "`shuffle=False`인데 순서가 원래와 다릅니다.",
                "`if shuffle:` 안에서만 섞으세요." if step.uses("shuffle") else "",
            )
    return None


def shuffled(step: Step) -> Failure | None:
    """첫 에포크에서 데이터 전체를 고르게 섞는지."""
    if trouble := _unusable(step):
        return trouble
    order = _order(step)
    if order is None:
        return _UNKNOWN
    order, total = _among_seen(step, order)
    if np.all(np.diff(order) > 0):
        return "`shuffle=True`인데 순서가 원래 그대로입니다.", _unshuffled(step)
    return _poorly(step, order, total) or _too_small_buffer(step, order, total)


def _among_seen(step: Step, order: np.ndarray) -> tuple[np.ndarray, int]:
    """한 에포크의 차례와 샘플 수. 빠진 샘플은 `once`가 말하므로 나온 것들끼리의 번호로 바꿉니다."""
    total = len(_source(step, 1))
    order = order[:total]
    seen, ranks = np.unique(order, return_inverse=True)
    if step.epoch(0).ended and len(seen) == len(order):
        return ranks, len(seen)
    return order, total


def _too_small_buffer(step: Step, order: np.ndarray, total: int) -> Failure | None:
    """차례로는 알 수 없을 만큼만 작은 버퍼. `shuffle` 하나로 섞은 것이 보일 때만 말합니다."""
    shuffles = step.operations("shuffle")
    buffer = shuffles[0].get("buffer") if len(shuffles) == 1 else None
    if buffer is None or int(np.max(order - np.arange(len(order)))) >= buffer:
        return None
    advice = _small_buffer(step, total)
    return ("`shuffle`의 버퍼가 데이터보다 작습니다.", advice) if advice else None


def _unshuffled(step: Step) -> str:
    """섞이지 않은 이유."""
    if step.uses("shuffle"):
        buffers = [each.get("buffer") for each in step.operations("shuffle")]
        if all(buffer is not None and buffer <= 1 for buffer in buffers):
            return "`shuffle`의 버퍼가 1개면 순서가 바뀌지 않습니다. 버퍼 크기를 `len(x)`로 주세요."
        return ""
    if "shuffle" not in step.question["kwargs"] and _shuffles_when_told(step):
        return "`shuffle`을 주지 않고 부르면 섞지 않습니다. 매개변수의 기본값을 `True`로 하세요."
    return (
        "돌려준 Dataset에 `shuffle`이 없습니다. 썼다면 결과를 변수에 다시 담았는지 보세요. "
        "Dataset은 제자리에서 바뀌지 않습니다."
    )


def _shuffles_when_told(step: Step) -> bool:
    for number, question in enumerate(step.challenge.facts["steps"]):
        if question["kwargs"].get("shuffle") == {"value": True}:
            other = Step(step.challenge, step.reference, step.evidence, number)
            if not other.trouble and other.uses("shuffle"):
                return True
    return False


def _poorly(step: Step, order: np.ndarray, total: int) -> Failure | None:
    """고르게 섞이지 않았으면 그 이유. `order`는 나온 차례대로의 번호입니다."""
    if np.all(np.diff(order) < 0):
        return "섞이지 않고 순서만 거꾸로입니다.", ""
    next_to = np.abs(np.diff(order)) == 1
    if np.sum(next_to) > 20 + 0.2 * len(order):
        size = int(step.question["args"][2]["value"])
        # 배치의 끝에서 다음 배치의 처음으로 넘어가는 자리는 빼고 봅니다.
        ends = np.arange(size - 1, len(next_to), size)
        if np.mean(np.delete(next_to, ends)) > 0.9:
            if 2 * np.sum(~next_to) < len(ends):
                return "섞이지 않고, 원래 이웃하던 샘플이 거의 그대로 이웃합니다.", ""
            return (
                "배치끼리만 섞이고, 배치 안에서는 원래 이웃하던 샘플이 그대로 이웃합니다.",
                "`shuffle`을 `batch`보다 앞에 두세요." if _after_batch(step) else "",
            )
    if _log_chance(order, total) < CHANCE or _in_order(order):
        return "데이터 전체가 아니라 가까운 샘플끼리만 섞였습니다.", _small_buffer(step, total)
    if np.sum(next_to) > 20 + 0.2 * len(order):
        return "원래 이웃하던 샘플이 그대로 이웃하는 곳이 너무 많습니다.", _small_buffer(
            step, total
        )
    return None


def _after_batch(step: Step) -> bool:
    return step.outside("shuffle", "batch") or step.outside("shuffle", "parallelbatch")


def _small_buffer(step: Step, total: int) -> str:
    """버퍼가 데이터보다 작은 것이 보이면 그 말."""
    buffers = [each.get("buffer") for each in step.operations("shuffle")]
    if not buffers or _after_batch(step) or not all(b is not None and b < total for b in buffers):
        return ""
    return (
        f"`shuffle`의 버퍼가 데이터보다 작습니다({max(int(each or 0) for each in buffers)} < {total}). "
        "버퍼 크기를 샘플 수 `len(x)`로 주세요."
    )


def _in_order(order: np.ndarray) -> bool:
    """앞의 것이 앞에, 뒤의 것이 뒤에 나오는 경향이 우연이라기에는 너무 큰지.

    고르게 섞으면 번호와 자리의 상관은 평균 0, 표준편차 1/√(n − 1)입니다.
    """
    if len(order) < 3:
        return False
    return bool(np.corrcoef(order, np.arange(len(order)))[0, 1] * (len(order) - 1) ** 0.5 > SIGMAS)


def _log_chance(order: np.ndarray, total: int) -> float:
    """고르게 섞은 순서가 이만큼 작은 버퍼로 섞은 것처럼 보일 확률의 로그.

    버퍼가 b개면 i번째로 나오는 것은 원래 번호가 i + b보다 작습니다.
    """
    places = np.arange(len(order))
    buffer = int(np.max(order - places)) + 1
    left = total - places
    return float(np.sum(np.log(np.minimum(buffer, left) / left)))


def reshuffled(step: Step) -> Failure | None:
    """두 에포크의 순서가 서로 다르게 섞였는지."""
    if trouble := shuffled(step):
        return trouble
    if failure := _empty(step, 1):
        return failure
    first, second = _order(step, 0), _order(step, 1)
    if first is None or second is None:
        return _UNKNOWN
    total = len(_source(step, 1))
    first, second = first[:total], second[:total]
    same = min(len(first), len(second))
    if np.array_equal(first[:same], second[:same]):
        return (
            "두 에포크의 순서가 똑같습니다.",
            _repeated_order(step),
        )
    place = np.full(total, -1)
    place[first] = np.arange(len(first))
    relative = place[second]
    # 빠진 샘플은 `once`가 말합니다.
    if np.all(relative >= 0) and (failure := _poorly(step, relative, len(first))):
        return f"두 번째 에포크의 순서가 첫 번째와 비슷합니다. {failure[0]}", failure[1]
    return None


def _repeated_order(step: Step) -> str:
    """에포크마다 순서가 같은 이유."""
    if step.outside("cache", "shuffle"):
        return (
            "`cache()`가 `shuffle` 뒤에 있으면 섞인 순서까지 기억합니다. `shuffle`을 뒤로 옮기세요."
        )
    if not step.uses("shuffle"):
        return (
            "에포크마다 새로 섞는 것은 `shuffle`입니다. `shuffle`이 아닌 난수로 뽑은 순서는 에포크마다 "
            "같을 수 있습니다."
        )
    if any(each.get("reshuffle") is False for each in step.operations("shuffle")):
        return "`reshuffle_each_iteration=False`를 지우세요."
    return ""
