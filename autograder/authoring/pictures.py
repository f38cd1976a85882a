"""단원마다 만들 것의 그림: 노트북의 머리글에 그대로 들어가는 작은 SVG.

여기 없는 것: 머리글의 글(`authoring.templates`), 노트북 안에서 학습자가 그리는 그림(`figures`).

그림 파일이 따로 없는 코랩에서도 보이도록 `data:` 주소로 넣습니다. 글자는 읽는 사람의 글꼴로 그려집니다. 움직이는 길은
정말로 계산한 것입니다.
"""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Callable, Sequence

from autograder.exercises.units import Unit
from autograder.figures.style import BLUE, GREEN, INK, LINE, MUTED, ORANGE, PAPER, PURPLE, RED, SKY

WIDTH, HEIGHT = 640, 170
TINT = {BLUE: "#E3F0F8", RED: "#FBE9DF", GREEN: "#E0F3ED", ORANGE: "#FDF3DC", PURPLE: "#F8ECF2"}
SEVEN = (
    "........",
    ".#####..",
    ".....#..",
    "....#...",
    "...#....",
    "...#....",
    "...#....",
    "........",
)
THREE = (
    "........",
    "..###...",
    ".#...#..",
    "....#...",
    ".....#..",
    ".#...#..",
    "..###...",
    "........",
)


class Canvas:
    """한 장의 SVG. 그리는 메서드는 모두 왼쪽 위가 (0, 0)인 픽셀로 자리를 받습니다."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: int = 13,
        color: str = INK,
        anchor: str = "middle",
    ) -> None:
        """한 줄의 글. y는 글자의 밑줄입니다. 코드의 들여쓰기는 그대로 둡니다."""
        kept = words.replace("  ", "\u00a0" * 2)
        self._parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{color}" '
            f'text-anchor="{anchor}">{html.escape(kept)}</text>'
        )

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        words: str = "",
        color: str = BLUE,
        size: int = 13,
    ) -> None:
        """둥근 상자. 글은 `\\n`에서 줄을 바꿉니다."""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="6" '
            f'fill="{TINT.get(color, PAPER)}" stroke="{color}"/>'
        )
        lines = words.split("\n") if words else []
        for number, line in enumerate(lines):
            middle = y + h / 2 + size * 0.36 + (number - (len(lines) - 1) / 2) * size * 1.3
            self.text(x + w / 2, middle, line, size)

    def arrow(self, *points: tuple[float, float], color: str = MUTED) -> None:
        """꺾인 화살표."""
        path = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
        self._parts.append(
            f'<path d="{path}" fill="none" stroke="{color}" stroke-width="1.6" '
            'marker-end="url(#a)"/>'
        )

    def path(self, d: str, color: str = MUTED, fill: str = "none", width: float = 1.6) -> None:
        """SVG의 길 그대로."""
        self._parts.append(
            f'<path d="{d}" fill="{fill}" stroke="{color}" stroke-width="{width:g}"/>'
        )

    def dots(
        self, points: Sequence[tuple[float, float]], color: str = BLUE, radius: float = 4
    ) -> None:
        """점들."""
        self._parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{color}"/>' for x, y in points
        ]

    def cells(self, x: float, y: float, table: Sequence[Sequence[str]], size: float = 34) -> None:
        """수가 적힌 칸들."""
        for row, values in enumerate(table):
            for column, value in enumerate(values):
                self.box(x + column * size, y + row * size, size, size, value)

    def image(
        self, x: float, y: float, rows: Sequence[str], size: float = 10, color: str = INK
    ) -> None:
        """`#`이 칠한 칸인 작은 흑백 이미지."""
        side = size * len(rows)
        self.path(f"M{x:g} {y:g}h{side:g}v{side:g}h{-side:g}z", LINE, PAPER, 1)
        squares = "".join(
            f"M{x + column * size:g} {y + row * size:g}h{size:g}v{size:g}h{-size:g}z"
            for row, line in enumerate(rows)
            for column, mark in enumerate(line)
            if mark == "#"
        )
        self.path(squares, "none", color, 0)

    def svg(self) -> str:
        """완성한 그림."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
            f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
            '<defs><marker id="a" markerWidth="7" markerHeight="7" refX="6" refY="3.5" '
            f'orient="auto"><path d="M0 0L7 3.5L0 7z" fill="{MUTED}"/></marker></defs>'
            f'<rect x=".5" y=".5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="10" '
            f'fill="{PAPER}" stroke="{LINE}"/>{"".join(self._parts)}</svg>'
        )


def _start(c: Canvas) -> None:
    c.cells(60, 50, (("1", "2", "3"), ("4", "5", "6")))
    c.text(111, 140, "텐서 (2, 3) float32", 12, MUTED)
    c.arrow((190, 84), (270, 84))
    c.text(230, 74, "check", 12, MUTED)
    c.box(285, 44, 290, 80, color=GREEN)
    for y, line in ((70, "✔ 모양 (2, 3)"), (90, "✔ 자료형 float32"), (110, "✔ 값 1부터 6까지")):
        c.text(300, y, line, 13, GREEN, "start")
    c.text(555, 92, "4 / 4점", 18, INK, "end")


def _eager(c: Canvas) -> None:
    for level in (0.15, 0.4, 0.75, 1.2):
        rx, ry = 215 * math.sqrt(level), 62 * math.sqrt(level)
        c.path(
            f"M{360 - rx:.0f} 85a{rx:.0f} {ry:.0f} 0 1 0 {2 * rx:.0f} 0a{rx:.0f} {ry:.0f} 0 1 0 {-2 * rx:.0f} 0",
            SKY,
            width=1,
        )
    spots, place, speed = [], [-4.0, 1.15], [0.0, 0.0]
    for _ in range(22):
        spots.append((360 + 52 * place[0], 85 - 45 * place[1]))
        speed = [0.75 * speed[0] + place[0], 0.75 * speed[1] + 14 * place[1]]
        place = [place[0] - 0.045 * speed[0], place[1] - 0.045 * speed[1]]
    c.path("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in spots), RED)
    c.dots(spots, RED, 3)
    c.text(360, 92, "★", 20)
    c.text(615, 155, "w.assign_sub(lr * v)", 13, INK, "end")
    c.text(30, 148, "한 걸음마다 값을 봅니다", 12, MUTED, "start")


def _graph(c: Canvas) -> None:
    c.box(30, 35, 180, 100, color=BLUE)
    for y, line in ((62, "@tf.function"), (86, "def f(x, y):"), (110, "    return relu(x @ y)")):
        c.text(42, y, line, 13, INK, "start")
    c.arrow((220, 85), (300, 85))
    c.text(260, 75, "한 번 트레이싱", 12, MUTED)
    c.box(320, 35, 50, 30, "x", GREEN)
    c.box(320, 105, 50, 30, "y", GREEN)
    c.box(415, 70, 80, 30, "MatMul", ORANGE)
    c.box(530, 70, 70, 30, "Relu", ORANGE)
    c.arrow((370, 50), (412, 76))
    c.arrow((370, 120), (412, 94))
    c.arrow((495, 85), (527, 85))
    c.text(520, 128, "그래프로 몇 번이든 실행", 12, MUTED)


def _pipeline(c: Canvas) -> None:
    names = (
        ("데이터", GREEN),
        ("map", BLUE),
        ("shuffle", BLUE),
        ("batch", BLUE),
        ("prefetch", BLUE),
        ("모델", RED),
    )
    for index, (name, color) in enumerate(names):
        c.box(25 + 101 * index, 70, 82, 36, name, color)
        if index:
            c.arrow((7 + 101 * index, 88), (22 + 101 * index, 88))
    for left, kinds in ((40, (0, 0, 0, 1, 1, 1)), (242, (1, 0, 1, 0, 0, 1))):
        for index, kind in enumerate(kinds):
            c.dots([(left + 11 * index, 128)], (BLUE, ORANGE)[kind])
    for group in range(3):
        x = 340 + 30 * group
        c.path(f"M{x} 120h24v16h-24z", LINE)
        c.dots([(x + 7, 128)], BLUE, 4)
        c.dots([(x + 17, 128)], ORANGE, 4)
    c.text(320, 42, "읽고, 바꾸고, 섞고, 묶어서, 미리 준비해 둡니다", 13, MUTED)


def _stack(c: Canvas, x: float, side: float, count: int, color: str) -> None:
    for index in range(count):
        shift = 5 * index
        left, top = x + shift, 85 - side / 2 - 8 + shift
        c.path(f"M{left:g} {top:g}h{side:g}v{side:g}h{-side:g}z", color, TINT[color], 1.2)


def _sequential(c: Canvas) -> None:
    c.image(30, 45, SEVEN)
    c.arrow((118, 85), (150, 85))
    _stack(c, 160, 66, 4, BLUE)
    c.arrow((248, 85), (275, 85))
    _stack(c, 285, 40, 6, ORANGE)
    c.arrow((356, 85), (386, 85))
    c.box(394, 50, 26, 70, color=GREEN)
    c.arrow((424, 85), (452, 85))
    for digit, share in ((1, 0.05), (2, 0.09), (7, 0.82), (9, 0.04)):
        y = 36 + 27 * (1, 2, 7, 9).index(digit)
        c.text(468, y + 14, str(digit), 14)
        c.path(
            f"M482 {y}h{130 * share:.0f}v18h-{130 * share:.0f}z",
            "none",
            RED if digit == 7 else LINE,
            0,
        )
    c.text(193, 152, "합성곱", 12, MUTED)
    c.text(318, 152, "풀링", 12, MUTED)
    c.text(407, 152, "밀집", 12, MUTED)
    c.text(545, 152, "7일 확률 82%", 12, MUTED)


def _functional(c: Canvas) -> None:
    c.image(40, 45, THREE)
    c.arrow((128, 85), (155, 85))
    c.path("M162 40L262 66V104L162 130z", BLUE, TINT[BLUE])
    c.text(210, 90, "인코더")
    c.arrow((266, 85), (288, 85))
    for index in range(16):
        x, y = 294 + 13 * (index % 4), 59 + 13 * (index // 4)
        c.path(f"M{x} {y}h11v11h-11z", "none", (BLUE, SKY, ORANGE, LINE)[(index * 7) % 4], 0)
    c.arrow((350, 85), (372, 85))
    c.path("M378 66L478 40V130L378 104z", GREEN, TINT[GREEN])
    c.text(430, 90, "디코더")
    c.arrow((484, 85), (510, 85))
    c.image(518, 45, THREE, color="#5B6570")
    c.text(80, 148, "784칸", 12, MUTED)
    c.text(320, 148, "숫자 16개", 12, MUTED)
    c.text(558, 148, "되살린 784칸", 12, MUTED)


def _topology(c: Canvas) -> None:
    for y, name in ((20, "제목"), (69, "본문"), (118, "태그")):
        c.box(25, y, 64, 32, name, GREEN)
        c.arrow((89, y + 16), (132, 85))
    c.box(136, 68, 76, 34, "이어 붙임", ORANGE)
    for y, name in ((40, "부서"), (96, "급한 정도")):
        c.arrow((212, 85), (250, y + 17))
        c.box(253, y, 78, 34, name, RED)
    c.path("M357 20V150", LINE)
    c.box(380, 69, 50, 32, "입력", GREEN)
    c.arrow((430, 85), (447, 85))
    c.box(450, 69, 52, 32, "층", BLUE)
    c.arrow((502, 85), (519, 85))
    c.box(522, 69, 30, 32, "+", ORANGE, 16)
    c.arrow((552, 85), (569, 85))
    c.box(572, 69, 50, 32, "출력", RED)
    c.arrow((405, 69), (405, 38), (537, 38), (537, 66))
    c.text(471, 30, "지름길", 12, MUTED)


def _subclass(c: Canvas) -> None:
    c.box(30, 22, 250, 128, color=BLUE)
    code = (
        "class Mine(keras.Model):",
        "  def __init__(self): …",
        "  def call(self, x,",
        "           training=None): …",
    )
    for index, line in enumerate(code):
        c.text(44, 54 + 24 * index, line, 13, INK, "start")
    for top, title, kept in ((30, "훈련할 때", (0, 2, 3, 5)), (98, "추론할 때", range(6))):
        c.arrow((285, 86), (330, top + 22))
        c.text(375, top + 27, title, 13)
        c.dots([(435 + 28 * i, top + 22) for i in range(6)], LINE, 9)
        c.dots([(435 + 28 * i, top + 22) for i in kept], BLUE, 9)
    c.text(505, 86, "같은 모델, 다른 움직임", 12, MUTED)


def _layers(c: Canvas) -> None:
    c.box(25, 40, 150, 90, color=ORANGE)
    c.text(100, 64, "나만의 층", 14)
    c.box(42, 78, 50, 34, "w", PURPLE)
    c.box(108, 78, 50, 34, "b", PURPLE)
    c.arrow((180, 85), (215, 85))
    for index, (name, color) in enumerate(
        (("입력", GREEN), ("나만의 층", ORANGE), ("Dense", BLUE))
    ):
        c.box(222, 24 + 44 * index, 96, 32, name, color)
        if index:
            c.arrow((270, 12 + 44 * index), (270, 22 + 44 * index))
    c.arrow((324, 85), (372, 85))
    c.text(348, 76, "저장", 12, MUTED)
    c.path("M380 50h50l18 18v62h-68z", MUTED, PAPER)
    c.text(414, 104, ".keras", 13)
    c.arrow((454, 85), (500, 85))
    c.text(477, 76, "읽기", 12, MUTED)
    c.box(508, 52, 108, 66, "같은 층,\n같은 출력", GREEN)


def _tape(c: Canvas) -> None:
    places = (
        (40, 28, "1 순전파"),
        (170, 28, "2 손실"),
        (170, 108, "3 역전파"),
        (40, 108, "4 업데이트"),
    )
    for x, y, name in places:
        c.box(x, y, 96, 36, name, BLUE if y < 60 else ORANGE)
    c.arrow((136, 46), (167, 46))
    c.arrow((218, 64), (218, 105))
    c.arrow((170, 126), (139, 126))
    c.arrow((88, 108), (88, 67))
    c.path("M350 20V140H610", MUTED)
    curve = [(352 + 10 * i, 138 - 108 * math.exp(-i / 6) - 6 * (i % 3 == 0)) for i in range(26)]
    c.path("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in curve), RED, width=2.2)
    c.text(340, 30, "손실", 12, MUTED, "end")
    c.text(605, 157, "스텝", 12, MUTED, "end")
    c.arrow((275, 86), (315, 86))


def _deploy(c: Canvas) -> None:
    c.box(25, 62, 90, 46, "훈련한\n모델", BLUE, 12)
    c.arrow((115, 85), (150, 85))
    c.path("M158 52h44l16 16v50h-60z", MUTED, PAPER)
    c.text(188, 100, ".keras", 12)
    c.arrow((224, 85), (262, 85))
    c.box(270, 50, 110, 70, "서버\nSavedModel", ORANGE)
    c.arrow((470, 68), (386, 68))
    c.arrow((386, 104), (470, 104))
    c.text(428, 58, "이미지", 12, MUTED)
    c.text(428, 122, "“7입니다”", 12, MUTED)
    c.path(
        "M485 30h64a8 8 0 0 1 8 8v96a8 8 0 0 1-8 8h-64a8 8 0 0 1-8-8v-96a8 8 0 0 1 8-8z", INK, PAPER
    )
    c.image(489, 46, SEVEN, 7)
    c.text(517, 126, "7", 18, RED)
    c.text(600, 90, "물어보기", 12, MUTED)


def _final(c: Canvas) -> None:
    c.path("M90 18V138H600", MUTED)
    c.path("M430 18V138", RED, width=1.2)
    c.text(436, 32, "예산: 파라미터 60,000개", 12, RED, "start")
    c.dots(
        [(140, 118), (200, 92), (260, 100), (330, 76), (380, 88), (470, 66), (540, 104), (575, 58)],
        SKY,
        6,
    )
    c.path("M140 118L200 92L330 76L470 66L575 58", LINE, width=1)
    c.text(392, 56, "★", 26, ORANGE)
    c.text(376, 44, "여러분의 설계", 13, INK, "end")
    c.text(82, 30, "정확도", 12, MUTED, "end")
    c.text(598, 156, "파라미터", 12, MUTED, "end")


def _transformer(c: Canvas) -> None:
    letters = "나무는 잎을 달"
    for index, letter in enumerate(letters):
        c.box(60 + 46 * index, 104, 38, 38, letter, GREEN, 16)
    c.box(60 + 46 * len(letters) + 34, 104, 38, 38, "고", RED, 16)
    last = 60 + 46 * (len(letters) - 1) + 19
    for index, weight in ((0, 1.2), (1, 2.6), (4, 3.4), (5, 1.8), (6, 1.0)):
        x = 60 + 46 * index + 19
        c.path(
            f"M{last} 102C{last} {100 - 13 * (8 - index)} {x} {100 - 13 * (8 - index)} {x} 102",
            BLUE,
            width=weight,
        )
    c.arrow((last + 23, 123), (last + 59, 123))
    c.text(545, 128, "다음 글자", 12, MUTED)
    c.text(500, 40, "무엇을 얼마나 볼까요?", 13, MUTED)


_DRAWN: dict[str, tuple[Callable[[Canvas], None], str]] = {
    "start": (
        _start,
        "1부터 6까지 담은 텐서를 check에 넣으면 모양, 자료형, 값이 맞아 4점을 받습니다",
    ),
    "eager": (
        _eager,
        "길쭉한 골짜기의 등고선 위를, 변수가 한 걸음씩 내려가 가장 낮은 곳에 닿는 길",
    ),
    "graph": (
        _graph,
        "tf.function을 붙인 함수가 트레이싱을 거쳐 연산을 화살표로 이은 그래프가 됩니다",
    ),
    "pipeline": (
        _pipeline,
        "데이터가 map, shuffle, batch, prefetch를 지나 배치로 묶여 모델에 들어갑니다",
    ),
    "sequential": (_sequential, "손글씨 7이 합성곱, 풀링, 밀집 층을 지나 숫자마다의 확률이 됩니다"),
    "functional": (
        _functional,
        "손글씨를 인코더가 숫자 16개로 줄이고 디코더가 다시 그림으로 되살립니다",
    ),
    "topology": (
        _topology,
        "입력 셋이 만나 출력 둘로 갈라지는 모델과, 지름길이 층을 건너뛰어 더해지는 모델",
    ),
    "subclass": (
        _subclass,
        "클래스로 쓴 모델 하나가 훈련할 때는 유닛을 몇 개 끄고 추론할 때는 모두 켭니다",
    ),
    "layers": (
        _layers,
        "가중치가 든 나만의 층을 모델에 끼워 저장하고, 파일에서 같은 층으로 되살립니다",
    ),
    "tape": (_tape, "순전파, 손실, 역전파, 업데이트를 되풀이하는 고리와 줄어드는 손실의 곡선"),
    "deploy": (
        _deploy,
        "훈련한 모델을 파일로 저장해 서버에 올리고, 휴대폰이 이미지를 보내 답을 받습니다",
    ),
    "final": (
        _final,
        "파라미터 수와 정확도의 그림에서 예산 안의 가장 높은 곳에 놓인 여러분의 설계",
    ),
    "transformer": (_transformer, "앞의 글자들을 서로 다른 세기로 보고 다음 글자를 고르는 모델"),
}


def svg(unit: Unit) -> str:
    """단원의 그림."""
    canvas = Canvas()
    _DRAWN[unit.module][0](canvas)
    return canvas.svg()


def markdown(unit: Unit) -> str:
    """머리글에 넣을 한 줄: 대체 글과 `data:` 주소."""
    data = base64.b64encode(svg(unit).encode()).decode()
    return f"![{_DRAWN[unit.module][1]}](data:image/svg+xml;base64,{data})"
