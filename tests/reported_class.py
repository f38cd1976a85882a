"""A class of forty that was never graded: the facts of a report, drawn from a fixed seed.

`python tests/reported_class.py FILE` writes its report, as for the picture in docs/.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from autograder.grading.report.facts import Answer, Asked, ClassFacts, Share, Student, UnitFacts
from autograder.grading.run import kernel
from autograder.grading.table import ABSENT, GRADED, MISSING, UNREADABLE, UNTOUCHED
from autograder.report import Item

UNIT = "04_sequential"
FAMILY = "김이박최정강조윤장임한오서신권황안송류홍"
GIVEN = [
    "민준",
    "서연",
    "도윤",
    "지우",
    "하준",
    "서현",
    "시우",
    "하은",
    "주원",
    "수아",
    "지호",
    "다은",
    "예준",
    "채원",
    "건우",
    "유진",
    "현우",
    "소율",
    "태윤",
    "나윤",
]

# Number, id, title, and the items: name, points, difficulty (0 easy – 1 hard), what is said.
QUESTIONS = (
    ("4-1", "sequential.mlp", "층 세 개를 쌓은 모델", (
        ("입력 (784,)", 1, 0.05, "입력이 (784,)이어야 하는데 (28, 28)입니다."),
        ("1번째 밀집 층", 3, 0.1, "1번째 밀집 층: 유닛이 64개여야 하는데 128개입니다."),
        ("2번째 밀집 층", 2, 0.15, "2번째 밀집 층: 유닛이 64개여야 하는데 {n}개입니다."),
        ("3번째 밀집 층", 2, 0.2, "3번째 밀집 층: 활성화 함수가 `softmax`여야 하는데 `linear`입니다."),
    )),
    ("4-2", "sequential.mnist", "MNIST 합성곱 신경망", (
        ("입력 (28, 28, 1)", 1, 0.1, "입력이 (28, 28, 1)이어야 하는데 (28, 28)입니다."),
        ("1번째 합성곱 층", 4, 0.2, "1번째 합성곱 층: 커널이 3×3이어야 하는데 5×5입니다."),
        ("2번째 합성곱 층", 4, 0.55, "2번째 합성곱 층: 필터가 64개여야 하는데 32개입니다."),
        ("출력층", 4, 0.3, "출력층: 활성화 함수가 `softmax`여야 하는데 `sigmoid`입니다."),
    )),
    ("4-3", "sequential.cifar100", "CIFAR-100 분류", (
        ("1번째 합성곱 층", 4, 0.3, "1번째 합성곱 층: 필터가 16개여야 하는데 {n}개입니다."),
        ("풀링 층", 3, 0.4, "2번째 풀링 층이 없습니다."),
        ("컴파일", 3, 0.5, "손실이 `sparse_categorical_crossentropy`여야 하는데 `categorical_crossentropy`입니다."),
        ("정확도", 5, 0.75, "테스트 세트의 정확도가 0.20 이상이어야 하는데 0.{n}입니다."),
    )),
    ("4-4", "sequential.regularized", "규제를 더한 모델", (
        ("규제", 4, 0.6, "1번째 합성곱 층: L2 규제가 0.04여야 하는데 없습니다."),
        ("드롭아웃", 4, 0.45, "드롭아웃의 비율이 0.1이어야 하는데 0.{n}입니다."),
        ("배치 정규화", 4, 0.5, "배치 정규화 층이 밀집 층의 앞에 있습니다."),
    )),
)  # fmt: skip

PLAIN = """\
model = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D({filters}, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="{last}"),
    ]
)"""
OWN = """\
# {who}: 층을 하나씩 더했습니다
{net} = keras.Sequential(name="{net}")
sizes = [(32, 3), (48, 5), (64, 3)]
for {f}, {k} in sizes:
    {net}.add(layers.Conv2D({f}, kernel_size={k}, padding="valid"))
    if {f} > 40:
        {net}.add(layers.LeakyReLU(negative_slope=0.17))
    else:
        {net}.add(layers.Activation("relu"))
{net}.add(layers.GlobalAveragePooling2D())
{net}.add(layers.Dense(units=10))
{net}.add(layers.Softmax())
model = {net}"""


def asked() -> tuple[Asked, ...]:
    return tuple(
        Asked(name, number, title, sum(points for _, points, _, _ in items))
        for number, name, title, items in QUESTIONS
    )


def class_of_forty(seed: int = 7) -> ClassFacts:
    """Most did well, some did not, a few handed in what could not be run."""
    draw = random.Random(seed)
    students, ways = [], {}
    for index in range(40):
        identity = f"2026{index + 1:04}"
        name = FAMILY[index % len(FAMILY)] + GIVEN[index * 7 % len(GIVEN)]
        ability = draw.gauss(0.72, 0.2)
        made = student(draw, identity, name, ability, index)
        students.append(made)
        before = [min(1.0, max(0.1, ability + draw.gauss(0.12, 0.1))) for _ in range(4)]
        last = None if made.total is None else made.total / 48
        shares = [*before, last if index != 5 else min(last or 0, 0.35)]
        ways[made.label] = tuple(
            Share(unit, value)
            for unit, value in zip(
                ("00_start", "01_eager", "02_graph", "03_pipeline", UNIT), shares, strict=True
            )
        )
    unit = UnitFacts(
        UNIT,
        "순차형(Sequential) API",
        asked(),
        tuple(students),
        (PLAIN.format(filters=64, last="softmax"),),
        "2026-11-30 09:00",
        "autograder 0.1.0, 텐서플로 2.21.0, 케라스 3.15.0",
    )
    people = {made.id: (made.id, made.name) for made in students}
    return ClassFacts("딥러닝 입문", (unit,), tuple(s.unit for s in shares_of(ways)), ways, people)


def shares_of(ways: dict[str, tuple[Share, ...]]) -> tuple[Share, ...]:
    return next(iter(ways.values()))


def student(draw: random.Random, identity: str, name: str, ability: float, index: int) -> Student:
    if index in (11, 29, 37):
        return Student(identity, name, ABSENT, remarks=("미제출",))
    if index == 17:
        note = "제출한 파일을 노트북으로 읽을 수 없습니다. 파일이 깨졌거나 .ipynb 파일이 아닙니다."
        return Student(identity, name, UNREADABLE, 0.0, remarks=(note,))
    if index == 33:
        return Student(identity, name, MISSING, 0.0, remarks=("sequential.ipynb 파일이 없습니다.",))
    answers, remarks, stopped = {}, [], []
    for position, (number, exercise, _, items) in enumerate(QUESTIONS):
        if index == 22 or (ability < 0.5 and position > 1 and draw.random() < 0.6):
            answers[exercise] = Answer(0.0, attempted=False, items=blank(items))
            continue
        if index in (8, 26) and position == 2:
            note = "이 검사 앞의 코드 셀이 120초 안에 끝나지 않아 중단했습니다."
            answers[exercise] = Answer(
                0.0, items=blank(items), note=note, code="while True:\n    pass"
            )
            remarks.append(f"{number}: {note}")
            stopped.append(kernel.TIMEOUT)
            continue
        graded = tuple(
            Item(title, points, points)
            if draw.random() < ability + 0.45 - hard
            else Item(
                title,
                points,
                0,
                said.format(n=draw.randint(11, 19)),
                f"명세의 {title}를 다시 보세요.",
            )
            for title, points, hard, said in items
        )
        score = sum(item.score for item in graded)
        code = PLAIN.format(filters=draw.choice((32, 64)), last=draw.choice(("softmax", "sigmoid")))
        if position == 1 and index in (3, 19):
            words = ("net", "f", "k") if index == 3 else ("my_model", "filters", "kernel")
            code = OWN.format(who=name, net=words[0], f=words[1], k=words[2])
        seconds = draw.gauss((1.2, 3.0, 24.0, 2.5)[position], 0.3)
        answers[exercise] = Answer(score, True, False, graded, "", code, max(0.2, seconds))
    if index in (2, 14, 21):
        remarks.append("4-2: 고친 검사 셀 대신 받은 그대로의 검사 셀로 채점했습니다(`check(...)`).")
    status = GRADED if any(answer.attempted for answer in answers.values()) else UNTOUCHED
    total = sum(answer.score for answer in answers.values())
    return Student(
        identity, name, status, total, 0.0, answers, tuple(remarks), tuple(stopped), 35.0
    )


def blank(items: tuple[tuple[str, int, float, str], ...]) -> tuple[Item, ...]:
    return tuple(
        Item(title, points, 0, f"{title}: 확인하지 못했습니다.") for title, points, _, _ in items
    )


if __name__ == "__main__":
    from autograder.grading.report.page import rendered

    Path(sys.argv[1]).write_text(rendered(class_of_forty()), "utf-8")
