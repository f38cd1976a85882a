"""배치로 묶은 Dataset의 비교 방법: 짝, 값, 배치 크기, 빠짐과 겹침, 섞기.

샘플이 몇 번째였는지는 레이블로 알아봅니다. 그래서 Challenge의 레이블은 모두 다릅니다.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from autograder.judge.elements import Epoch, Failure, Step

CHANCE = -25.0
"""제대로 섞은 Dataset을 틀렸다고 할 확률의 로그. 약 1,000억분의 1입니다."""

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
    if step.trouble:
        return step.trouble
    form, count = step.found["form"], len(step.found["spec"])
    if form == "dict":
        return "요소가 튜플이 아니라 딕셔너리입니다.", "`(x, y)` 튜플로 만드세요."
    if form == "single":
        return (
            "요소에 이미지와 레이블이 쌍으로 들어 있지 않습니다.",
            "`from_tensor_slices((x, y))`처럼 **튜플 하나**를 넣으면 요소가 `(x, y)`의 쌍이 됩니다.",
        )
    if count != 2:
        return f"요소의 텐서가 2개여야 하는데 {count}개입니다.", "요소는 `(x, y)`입니다."
    if not step.epoch(0).parts:
        return "요소가 하나도 나오지 않습니다.", ""
    return None


def _batched(step: Step, epoch: Epoch) -> bool:
    shape, source = epoch.shapes[0], _source(step, 0)
    # 샘플을 한 줄로 펴서 묶은 것은 축의 수가 모자라도 배치입니다.
    flattened = len(shape) > 1 and np.prod(shape[1:]) == np.prod(source.shape[1:])
    return flattened or len(shape) >= source.ndim


def _rows(step: Step, epoch: Epoch, number: int) -> np.ndarray | None:
    sample = _source(step, number).shape[1:]
    return epoch.parts[number].rows(sample, batched=_batched(step, epoch))


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
    if len(epoch.parts) != 2:
        return None
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
    if trouble := pairs(step):
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
    if shape != sample:
        if _batched(step, epoch) and shape[1:] == sample:
            return "배치로 두 번 묶여 있습니다.", "`batch`는 한 번만 부르세요."
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
        return f"{scaled} 지금은 너무 작습니다.", "255로 두 번 나누지 않았는지 보세요."
    if rows.min() < -0.01:
        return (
            f"{scaled} 지금은 음수가 있습니다.",
            "평균을 빼거나 `[-1, 1]`로 바꾸지 말고 255로 나누기만 하세요.",
        )
    if order is not None:
        ratio = rows[wanted[order] > 0] / wanted[order][wanted[order] > 0]
        if len(ratio) and np.ptp(ratio) < 1e-3:
            return (
                "이미지를 255가 아닌 수로 나누었습니다.",
                "데이터의 최댓값으로 나누면 데이터마다 밝기의 뜻이 달라집니다. 언제나 255로 나누세요.",
            )
        if not np.any(rows % 1):
            return "이미지의 값이 0과 1뿐입니다.", "나눈 다음에 정수로 바꾸지 않았는지 보세요."
    return "이미지의 값이 명세와 다릅니다.", "255로 나누기만 하세요."


def labels(step: Step) -> Failure | None:
    """레이블의 자료형과 값, 이미지와의 짝."""
    if trouble := pairs(step):
        return trouble
    epoch, source = step.epoch(0), _source(step, 1)
    part = epoch.parts[1]
    if part.flat.dtype != source.dtype:
        return (
            f"레이블의 자료형이 `{source.dtype}` 그대로여야 하는데 `{part.flat.dtype}`입니다.",
            "레이블은 바꾸지 말고 그대로 두세요.",
        )
    batched = _batched(step, epoch)
    shape = part.shapes[0][1:] if batched and part.shapes[0] else part.shapes[0]
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
        if places is not None and not np.array_equal(places, order):
            return (
                "이미지와 레이블의 짝이 어긋났습니다.",
                "`x`와 `y`를 따로 섞으면 짝이 깨집니다. `(x, y)`를 한 Dataset에 담아 함께 섞으세요.",
            )
    return None


def once(step: Step) -> Failure | None:
    """에포크마다 모든 샘플이 한 번씩 나오는지. 마지막 배치만 빠진 것은 `sizes`가 말합니다."""
    if trouble := pairs(step):
        return trouble
    total, size = len(_source(step, 1)), int(step.question["args"][2]["value"])
    for number in range(len(step.found["epochs"])):
        epoch = step.epoch(number)
        if not epoch.ended:
            return (
                "데이터가 끝나지 않습니다. 한 에포크는 모든 샘플이 한 번씩 나오면 끝나야 합니다.",
                "`repeat()`를 지우세요. 에포크를 되풀이하는 것은 `fit`의 `epochs`가 합니다.",
            )
        if not epoch.parts:
            return (
                f"{number + 1}번째 에포크에는 샘플이 하나도 없습니다.",
                "한 번 쓰면 비는 제너레이터를 담지 않았는지 보세요. "
                "돌 때마다 처음부터 다시 만들 수 있어야 합니다.",
            )
        order = _order(step, number)
        if order is None:
            return _UNKNOWN
        counts = Counter(order.tolist())
        missing = total - len(counts)
        if max(counts.values()) > 1:
            return (
                "한 에포크에 같은 샘플이 여러 번 나옵니다.",
                "`repeat`를 쓰거나 복원 추출로 뽑지 않았는지 보세요.",
            )
        if missing and missing != total % size:
            return f"한 에포크에 샘플 {total}개 가운데 {missing}개가 나오지 않습니다.", ""
    return None


def sizes(step: Step) -> Failure | None:
    """배치 크기와 마지막 배치."""
    if trouble := pairs(step):
        return trouble
    epoch = step.epoch(0)
    if not _batched(step, epoch):
        return _UNBATCHED
    total, size = len(_source(step, 1)), int(step.question["args"][2]["value"])
    found = [shape[0] for shape in epoch.shapes]
    wanted = [shape[0] for shape in step.epoch(0, reference=True).shapes]
    if found == wanted:
        return None
    if found[0] != wanted[0]:
        return (
            f"`batch_size`가 {size}인데 배치에 샘플이 {found[0]}개 들어 있습니다.",
            "`batch(batch_size)`처럼 받은 값을 그대로 쓰세요.",
        )
    if found == wanted[:-1]:
        return (
            f"마지막 배치가 빠졌습니다. 샘플 {total}개를 {size}개씩 묶으면 {total % size}개가 남습니다.",
            "`drop_remainder=True`를 지우세요.",
        )
    if epoch.ended:
        return (
            "배치마다의 샘플 수가 명세와 다릅니다.",
            f"마지막 배치만 {size}개보다 작을 수 있습니다.",
        )
    return None  # 끝나지 않는 것은 once가 말합니다.


def ordered(step: Step) -> Failure | None:
    """섞지 않으면 원래 순서인지."""
    if trouble := pairs(step):
        return trouble
    for number in range(len(step.found["epochs"])):
        order = _order(step, number)
        if order is None:
            return _UNKNOWN
        total = len(_source(step, 1))
        if not np.array_equal(order[:total], np.arange(min(len(order), total))):
            return (
                "`shuffle=False`인데 순서가 원래와 다릅니다.",
                "`if shuffle:` 안에서만 섞으세요.",
            )
    return None


def shuffled(step: Step) -> Failure | None:
    """첫 에포크에서 데이터 전체를 고르게 섞는지."""
    if trouble := pairs(step):
        return trouble
    order = _order(step)
    if order is None:
        return _UNKNOWN
    total = len(_source(step, 1))
    order = order[:total]
    if np.all(np.diff(order) > 0):
        return (
            "`shuffle=True`인데 순서가 원래 그대로입니다.",
            "`shuffle(버퍼 크기)`의 결과를 변수에 다시 담았는지 보세요. Dataset은 제자리에서 바뀌지 않습니다.",
        )
    return _poorly(order, total)


def _poorly(order: np.ndarray, total: int) -> Failure | None:
    """고르게 섞이지 않았으면 그 까닭. `order`는 나온 차례대로의 번호입니다."""
    neighbours = int(np.sum(np.abs(np.diff(order)) == 1))
    if neighbours > 20 + 0.2 * len(order):
        return (
            "배치끼리만 섞이고, 배치 안에서는 원래 이웃하던 샘플이 그대로 이웃합니다.",
            "`shuffle`을 `batch`보다 앞에 두세요.",
        )
    if _log_chance(order, total) < CHANCE:
        return (
            "데이터 전체가 아니라 가까운 샘플끼리만 섞였습니다.",
            "`shuffle`의 버퍼가 데이터보다 작습니다. 버퍼 크기를 샘플 수 `len(x)`로 주세요.",
        )
    return None


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
    first, second = _order(step, 0), _order(step, 1)
    if first is None or second is None:
        return _UNKNOWN
    total = len(_source(step, 1))
    first, second = first[:total], second[:total]
    same = min(len(first), len(second))
    if np.array_equal(first[:same], second[:same]):
        return (
            "두 에포크의 순서가 똑같습니다.",
            "`cache()`가 `shuffle` 뒤에 있으면 섞인 순서까지 기억합니다. `shuffle`을 뒤로 옮기세요. "
            "`reshuffle_each_iteration=False`나, 순서를 `shuffle`이 아닌 난수로 한 번만 뽑은 것은 "
            "아닌지도 보세요.",
        )
    place = np.full(total, -1)
    place[first] = np.arange(len(first))
    relative = place[second]
    if np.all(relative >= 0) and (failure := _poorly(relative, total)):
        return f"두 번째 에포크의 순서가 첫 번째와 비슷합니다. {failure[0]}", failure[1]
    return None


METHODS: dict[str, Callable[[Step], Failure | None]] = {
    "pairs": pairs,
    "images": images,
    "labels": labels,
    "once": once,
    "sizes": sizes,
    "ordered": ordered,
    "shuffled": shuffled,
    "reshuffled": reshuffled,
}
