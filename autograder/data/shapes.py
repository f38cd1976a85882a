"""내장 cifar100: 도형 10가지 × 색 10가지 = 100 클래스의 그림을 코드로 그립니다.

여기 없는 것: 원본 CIFAR-100(`data.originals`)과 그 이름(`data.names`), 학습자가 부르는 함수(`data.loading`).

난수는 `np.random.RandomState`의 정수와 균등 난수만 쓰고(이 흐름은 넘파이가 바꾸지 않습니다),
그림은 사칙연산·제곱근·비교로만 그립니다. 그래서 어느 컴퓨터에서나 같은 바이트가 나옵니다.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

SIZE = 32

# 배경색의 한가운데쯤 놓인 색이라, 배경보다 밝을 때도 어두울 때도 있습니다(선형 모델이 헷갈립니다).
COLOURS: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("빨간", (205, 55, 50)),
    ("주황", (225, 130, 45)),
    ("노란", (220, 205, 65)),
    ("초록", (60, 150, 65)),
    ("하늘색", (90, 185, 220)),
    ("파란", (55, 80, 200)),
    ("보라", (130, 65, 170)),
    ("분홍", (230, 130, 180)),
    ("갈색", (120, 80, 45)),
    ("회색", (130, 130, 130)),
)

Plane = np.ndarray  # float32 (N, 32, 32)


def _dot(x: Plane, y: Plane, turn: float) -> Plane:
    """`turn`(도) 방향으로 잰 좌표. 0도는 위쪽입니다."""
    # 반올림한 상수라서 수학 라이브러리가 달라도 같습니다.
    s, c = round(math.sin(math.radians(turn)), 6), round(math.cos(math.radians(turn)), 6)
    return x * np.float32(s) + y * np.float32(c)


def _disc(x: Plane, y: Plane, cx: float, cy: float, radius: float) -> Plane:
    dx, dy = x - np.float32(cx), y - np.float32(cy)
    return np.sqrt(dx * dx + dy * dy) - np.float32(radius)


def _box(x: Plane, y: Plane, cx: float, cy: float, half_w: float, half_h: float) -> Plane:
    return np.maximum(
        np.abs(x - np.float32(cx)) - np.float32(half_w),
        np.abs(y - np.float32(cy)) - np.float32(half_h),
    )


def _circle(x: Plane, y: Plane) -> Plane:
    return _disc(x, y, 0, 0, 0.86)


def _ring(x: Plane, y: Plane) -> Plane:
    return np.abs(_disc(x, y, 0, 0, 0.70)) - np.float32(0.25)


def _triangle(x: Plane, y: Plane) -> Plane:
    sides = [_dot(x, y, turn) for turn in (60, 180, 300)]
    return np.maximum(np.maximum(sides[0], sides[1]), sides[2]) - np.float32(0.52)


def _square(x: Plane, y: Plane) -> Plane:
    return _box(x, y, 0, 0, 0.76, 0.76)


def _star(x: Plane, y: Plane) -> Plane:
    # 오각별은 다섯 반평면 가운데 넷 이상에 드는 점의 모임이므로 두 번째로 큰 값이 경계입니다.
    first = _dot(x, y, 36)
    second = np.full_like(first, -9)
    for turn in (108, 180, 252, 324):
        side = _dot(x, y, turn)
        second = np.maximum(second, np.minimum(first, side))
        first = np.maximum(first, side)
    return second - np.float32(0.36)


def _cross(x: Plane, y: Plane) -> Plane:
    return np.minimum(_box(x, y, 0, 0, 0.95, 0.27), _box(x, y, 0, 0, 0.27, 0.95))


def _half_moon(x: Plane, y: Plane) -> Plane:
    return np.maximum(_disc(x, y, 0, -0.40, 1.0), np.float32(-0.40) - y)


def _heart(x: Plane, y: Plane) -> Plane:
    tip = np.maximum(
        np.abs(x) + np.abs(y + np.float32(0.08)) - np.float32(0.86), y - np.float32(0.4)
    )
    lobes = _disc(np.abs(x), y, 0.43, 0.36, 0.47)
    return np.minimum(tip * np.float32(0.70), lobes)


def _hourglass(x: Plane, y: Plane) -> Plane:
    waist = (np.abs(x) - np.abs(y)) * np.float32(0.70) - np.float32(0.06)
    return np.maximum(waist, np.abs(y) - np.float32(0.86))


def _arrow(x: Plane, y: Plane) -> Plane:
    head = np.maximum((np.abs(x) + y - np.float32(0.95)) * np.float32(0.70), np.float32(0.10) - y)
    return np.minimum(head, _box(x, y, 0, -0.40, 0.26, 0.55))


SHAPES: tuple[tuple[str, Callable[[Plane, Plane], Plane]], ...] = (
    ("원", _circle),
    ("고리", _ring),
    ("세모", _triangle),
    ("네모", _square),
    ("별", _star),
    ("십자", _cross),
    ("반달", _half_moon),
    ("하트", _heart),
    ("모래시계", _hourglass),
    ("화살표", _arrow),
)

CLASS_NAMES: tuple[str, ...] = tuple(
    f"{colour} {shape}" for shape, _ in SHAPES for colour, _ in COLOURS
)
"""레이블 → 이름. 레이블 = 10 × 도형 번호 + 색 번호."""

RADIUS = (8.5, 11.5)  # 도형의 반지름(화소)
SHIFT = 3.5  # 가운데에서 벗어나는 정도(화소)
TURN = 15.0  # 기울어지는 각도(도)
NOISE = 18  # 화소 잡음의 폭
TINT = 22  # 도형 색이 흔들리는 폭
_CHUNK = 500


def _between(random: np.random.RandomState, low: float, high: float, *shape: int) -> np.ndarray:
    return (low + (high - low) * random.random_sample(shape)).astype(np.float32)


def _coverage(distance: Plane, scale: np.ndarray) -> Plane:
    """거리(도형 단위)를 화소가 덮이는 정도 0…1로 바꿉니다."""
    return np.clip(np.float32(0.5) - distance * scale, 0, 1)


def _draw(shapes: np.ndarray, colours: np.ndarray, random: np.random.RandomState) -> np.ndarray:
    count = len(shapes)
    column = (count, 1, 1)
    grid = np.arange(SIZE, dtype=np.float32) - np.float32((SIZE - 1) / 2)
    px, py = grid[None, None, :], -grid[None, :, None]

    palette = np.array([rgb for _, rgb in COLOURS], np.float32)
    own = palette[colours]

    # 배경: 아무 색이나 뽑되, 세 번 뽑아 도형의 색에서 가장 먼 것
    candidates = _between(random, 10, 245, 3, count, 3)
    gap = candidates - own
    # 세 항의 합은 더하는 차례까지 적어야 어디서나 같은 값입니다.
    far = gap[..., 0] * gap[..., 0] + gap[..., 1] * gap[..., 1] + gap[..., 2] * gap[..., 2]
    start = candidates[far.argmax(axis=0), np.arange(count)]
    slope = _between(random, -1.8, 1.8, count, 2)
    shade = slope[:, :1, None] * px + slope[:, 1:, None] * py
    image = start[:, None, None, :] + shade[..., None]

    def paint(cover: Plane, colour: np.ndarray) -> None:
        nonlocal image
        image += cover[..., None] * (colour[:, None, None, :] - image)

    def blob(reach: float, low: float, high: float) -> Plane:
        cx, cy = _between(random, -reach, reach, *column), _between(random, -reach, reach, *column)
        w, h = _between(random, low, high, *column), _between(random, low, high, *column)
        edge = np.maximum(np.abs(px - cx) - w, np.abs(py - cy) - h)
        return np.clip(np.float32(0.5) - edge, 0, 1)

    # 배경에 놓인 다른 색 조각
    paint(blob(15.0, 1.0, 3.5), palette[random.randint(0, 10, count, np.int64)])

    # 도형
    radius = _between(random, *RADIUS, *column)
    cx, cy = _between(random, -SHIFT, SHIFT, *column), _between(random, -SHIFT, SHIFT, *column)
    # 코사인 함수 대신 반각 공식: t = tan(각도/2)
    limit = round(math.tan(math.radians(TURN / 2)), 6)
    t = _between(random, -limit, limit, *column)
    one = np.float32(1)
    cos, sin = (one - t * t) / (one + t * t), (t + t) / (one + t * t)
    dx, dy = px - cx, py - cy
    x, y = (cos * dx + sin * dy) / radius, (cos * dy - sin * dx) / radius
    cover = np.empty((count, SIZE, SIZE), np.float32)
    for index, (_, distance) in enumerate(SHAPES):
        chosen = np.flatnonzero(shapes == index)
        if len(chosen):
            cover[chosen] = _coverage(distance(x[chosen], y[chosen]), radius[chosen])
    paint(cover, own + _between(random, -TINT, TINT, count, 3))

    # 도형을 가리는 무채색 조각
    hide = _between(random, 40, 220, count, 1) + _between(random, -20, 20, count, 3)
    paint(blob(11.0, 0.8, 2.4), hide)

    noise = np.frombuffer(random.bytes(image.size), np.uint8).reshape(image.shape)
    image += (noise.astype(np.float32) - np.float32(127.5)) * np.float32(2 * NOISE / 255)
    return np.clip(np.floor(image + np.float32(0.5)), 0, 255).astype(np.uint8)


def draw_shapes(count: int, *stream: int) -> tuple[np.ndarray, np.ndarray]:
    """도형 그림 `count`장을 그립니다.

    `stream`은 난수의 흐름을 고르는 0 이상의 정수들입니다(같으면 같은 그림).
    클래스마다 같은 수를 그리고(나누어떨어지지 않으면 하나 차이) 섞습니다.
    반환: uint8 (count, 32, 32, 3), int64 (count, 1).
    """
    random = np.random.RandomState(np.array(stream, np.uint32))
    labels = random.permutation(np.arange(count) % len(CLASS_NAMES))
    parts = [
        _draw(labels[at : at + _CHUNK] // 10, labels[at : at + _CHUNK] % 10, random)
        for at in range(0, count, _CHUNK)
    ]
    images = np.concatenate(parts) if parts else np.empty((0, SIZE, SIZE, 3), np.uint8)
    return images, labels.astype(np.int64)[:, None]
