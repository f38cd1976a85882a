"""The class report: what is counted, what is said, what is hidden, and how the page looks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from answering import Answering, reference
from graded_class import Class, find, is_check
from markupsafe import escape
from playwright.sync_api import sync_playwright
from reported_class import class_of_forty

from autograder import cli
from autograder.errors import CourseError
from autograder.grading import grade, last_table
from autograder.grading.course.folder import CourseFolder, open_gradebook
from autograder.grading.report import alike, attention, behaviour, command, mistakes, statistics
from autograder.grading.report import words as said
from autograder.grading.report.exercises import exercise_views
from autograder.grading.report.facts import Answer, Asked, ClassFacts, Share, Student, UnitFacts
from autograder.grading.report.gather import gathered
from autograder.grading.report.hidden import (
    Scrubber,
    hidden,
    numbered,
    without_comments,
    without_files,
)
from autograder.grading.report.page import rendered, view
from autograder.grading.report.ways import ways
from autograder.grading.run import kernel
from autograder.grading.run.runner import Task
from autograder.grading.table import ABSENT, GRADED, MISSING, UNREADABLE, UNTOUCHED
from autograder.report import Item

UNIT, CELL, EXERCISE = "00_start", "start_first_tensor", "start.first_tensor"
NEXT = "03_pipeline"
HOSTILE = "<script>alert('여기')</script>"
HOME = "/" + "home"
ONE = Asked("a.one", "1-1", "첫째", 10)
TWO = Asked("a.two", "1-2", "둘째", 10)


def student(identity: str, *answers: Answer, status: str = GRADED, **more: Any) -> Student:
    given = dict(zip(("a.one", "a.two"), answers, strict=False))
    total = sum(answer.score for answer in answers)
    return Student(identity, "", status, total, answers=given, **({"seconds": 1.0} | more))


def unit(*students: Student, exercises: tuple[Asked, ...] = (ONE, TWO)) -> UnitFacts:
    return UnitFacts(UNIT, "시작하기", exercises, students)


def wrong(message: str, name: str = "층", code: str = "x = 1", advice: str = "") -> Answer:
    return Answer(6, items=(Item("입력", 6, 6), Item(name, 4, 0, message, advice)), code=code)


RIGHT = Answer(10, items=(Item("입력", 6, 6), Item("층", 4, 4)), code="x = 2")
LEFT = Answer(0, attempted=False, items=(Item("입력", 6, 0), Item("층", 4, 0)))


# --- numbers ----------------------------------------------------------------------------------


def test_shares_are_counted_by_tenths() -> None:
    assert statistics.histogram([]) == [0] * 10
    # 0.7 and 0.3 stand at the lower edge of their tenth, also as sums of floats.
    shares = [0, 0.0999, 0.1, 0.1 + 0.2, 0.7, 0.95, 1, 1.2, -0.1]
    assert statistics.histogram(shares) == [3, 1, 0, 1, 0, 0, 0, 1, 0, 3]


def test_mean_and_median() -> None:
    assert (statistics.mean([]), statistics.median([])) == (0, 0)
    assert (statistics.mean([1, 2, 6]), statistics.median([1, 2, 6])) == (3, 2)
    assert statistics.median([1, 2, 6, 7]) == 4


def test_discrimination_is_the_correlation_with_the_rest() -> None:
    scores = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    rest = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    totals = [score + other for score, other in zip(scores, rest, strict=True)]
    # Covariance 12.5 / sqrt(2.5 · 82.5)
    assert statistics.discrimination(scores, totals) == pytest.approx(0.8703882)
    falling = [score + other for score, other in zip(scores, rest[::-1], strict=True)]
    assert statistics.discrimination(scores, falling) == pytest.approx(-0.8703882)
    assert statistics.discrimination(scores[:9], totals[:9]) is None
    assert statistics.discrimination([1] * 10, totals) is None
    assert statistics.discrimination(scores, scores) is None


def test_a_fall_is_measured_against_the_class() -> None:
    # Before: 0.1 above the class, now 0.2 below it.
    assert statistics.fall([0.9, 0.9, 0.4], [0.8, 0.8, 0.6]) == pytest.approx(0.3)
    assert statistics.fall([0.9, 0.6], [0.9, 0.6]) == 0
    assert statistics.fall([0.5, 0.9], [0.6, 0.6]) == 0
    assert statistics.fall([None, 0.2], [0.8, 0.8]) == 0
    assert statistics.fall([0.8, None], [0.8, 0.5]) == pytest.approx(0.5)


# --- exercises --------------------------------------------------------------------------------


def test_an_exercise_is_described_by_those_who_could_be_read() -> None:
    slow = replace(RIGHT, seconds=9.0)
    facts = unit(
        student("a", replace(RIGHT, seconds=1.0), RIGHT),
        student("b", replace(wrong("틀림"), seconds=2.0), RIGHT),
        student("c", slow, LEFT),
        student("d", LEFT, LEFT, status=UNTOUCHED),
        student("e", Answer(0), Answer(0), status=UNREADABLE),
        Student("f", "", ABSENT),
    )
    first, second = exercise_views(facts, mistakes.mistakes(facts))
    assert (first.full, first.partial, first.wrong, first.untouched) == (2, 1, 0, 1)
    assert first.students == second.students == 4
    assert first.facility == pytest.approx((1 + 0.6 + 1 + 0) / 4)
    assert (first.seconds, first.longest) == (2.0, 9.0)
    assert first.discrimination is None and "학생이 적어" in first.silence
    assert second.untouched == 2
    assert any("4명 가운데 2명이 풀지 않았습니다" in flag for flag in second.flags)


def test_an_exercise_that_good_students_fail_is_flagged() -> None:
    facts = unit(
        *(student(f"good{n}", replace(RIGHT, score=1), RIGHT) for n in range(6)),
        *(student(f"weak{n}", replace(RIGHT, score=4), replace(RIGHT, score=2)) for n in range(6)),
    )
    first, second = exercise_views(facts, [])
    assert first.discrimination == second.discrimination == pytest.approx(-1)
    assert any("명세가 다르게 읽히지 않는지" in flag for flag in first.flags)
    assert any("배점의 25%만" in flag for flag in first.flags)
    assert not any("배점의" in flag for flag in second.flags)


def test_an_item_that_many_lose_is_flagged() -> None:
    facts = unit(*(student(str(n), wrong("유닛이 64개여야 합니다.")) for n in range(3)))
    (first, _) = exercise_views(facts, mistakes.mistakes(facts))
    assert "푼 3명 가운데 3명이 '층' 항목을 놓쳤습니다." in first.flags
    stopped = Answer(0, note="이 검사 앞의 코드 셀에서 오류가 났습니다: `NameError`.", code="x")
    facts = unit(*(student(str(n), stopped) for n in range(3)))
    (first, _) = exercise_views(facts, mistakes.mistakes(facts))
    assert "푼 3명 가운데 3명의 코드가 끝까지 실행되지 않았습니다." in first.flags
    told = said.mistakes(mistakes.mistakes(facts))
    assert told.startswith("가장 많은 것은 1-1의 코드가 끝까지 실행되지 않은 것으로, 푼 3명")


def test_everybody_alike_has_no_discrimination() -> None:
    (first, _) = exercise_views(unit(*(student(str(n), RIGHT, RIGHT) for n in range(12))), [])
    assert first.discrimination is None and first.silence == "모두 같은 점수라 말할 수 없습니다."
    (alone,) = exercise_views(
        unit(*(student(str(n), replace(RIGHT, score=n)) for n in range(11)), exercises=(ONE,)), []
    )
    assert alone.silence == "비교할 다른 점수가 없어 말할 수 없습니다."


# --- mistakes ---------------------------------------------------------------------------------


def test_mistakes_are_counted_by_item_and_message() -> None:
    narrow, wide = "유닛이 64개여야 하는데 32개입니다.", "유닛이 64개여야 하는데 128개입니다."
    facts = unit(
        student("a", wrong(narrow, code="a long cell", advice="세어 보세요."), RIGHT),
        student("b", wrong(narrow, code="short", advice="세어 보세요."), wrong("다름", "이름")),
        student("c", wrong(wide), RIGHT),
        student("d", RIGHT, LEFT),
    )
    first, second = mistakes.mistakes(facts)
    assert (first.exercise, first.item, first.students) == (ONE, "층", ("a", "b", "c"))
    assert [(each.message, each.students) for each in first.variants] == [
        (narrow, ("a", "b")),
        (wide, ("c",)),
    ]
    assert (first.attempted, second.attempted) == (4, 3)
    assert first.share == pytest.approx(0.75)
    assert (first.example_student, first.example_code) == ("b", "short")
    assert first.example_advice == "세어 보세요."


def test_messages_that_differ_only_in_values_are_one() -> None:
    told = [(str(n), f"정확도가 0.9 이상이어야 하는데 0.{n}1입니다.") for n in range(5)]
    (one,) = mistakes.variants(told)
    assert one.merged and one.message == "정확도가 0.9 이상이어야 하는데 …입니다."
    assert len(one.students) == 5
    assert [each.merged for each in mistakes.variants(told[:3])] == [False] * 3


@pytest.mark.parametrize(
    ("message", "bones"),
    [
        ("2번째 층: 유닛이 64개", "…번째 층: 유닛이 …개"),
        ("`relu`여야 하는데 `tanh`입니다", "…여야 하는데 …입니다"),
        ("값이 [1.0, -2e-3]입니다", "값이 …입니다"),
        ("Conv2D 층", "Conv2D 층"),
    ],
)
def test_the_bones_of_a_message(message: str, bones: str) -> None:
    assert mistakes.skeleton(message) == bones


def test_what_could_not_be_seen_is_no_mistake_of_its_own() -> None:
    unseen = Item("층", 4, 0, "층: 확인하지 못했습니다.")
    answer = Answer(0, items=(Item("입력", 6, 0, "모델이 아닙니다."), unseen))
    assert [item.message for item in mistakes.lost(answer, ONE)] == ["모델이 아닙니다."]
    error = "이 검사 앞의 코드 셀에서 오류가 났습니다: `NameError: name 'x'`."
    stopped = Answer(0, items=(unseen,), note=error)
    assert [item.message for item in mistakes.lost(stopped, ONE)] == [error]
    assert mistakes.lost(replace(answer, score=10, by_hand=True), ONE) == []
    assert mistakes.lost(LEFT, ONE) == []
    later = Item("정확도", 4, 0, "정확도: 모델의 구조가 명세와 같아지면 잽니다.")
    values = Item(
        "값", 2, 0, "층이 명세와 다릅니다. 층이 같아지면 값을 다시 비교합니다.", "위부터."
    )
    answer = Answer(0, items=(later, values, Item("층", 4, 0, "필터가 64개여야 합니다.")))
    assert [item.name for item in mistakes.lost(answer, ONE)] == ["층"]
    behind = Answer(0, items=(unseen,), note="앞에서 커널이 죽어 이 셀까지 실행되지 않았습니다.")
    assert mistakes.lost(behind, ONE) == []
    (need,) = attention.in_need(unit(student("a", RIGHT, behind)))
    assert (need.not_run, need.untouched, need.losses) == ((TWO,), (), ())


# --- who needs help ---------------------------------------------------------------------------


def test_who_needs_help_and_with_what() -> None:
    facts = unit(
        student("fine", RIGHT, RIGHT),
        student("skipped", RIGHT, LEFT),
        student("low", replace(wrong("유닛이 적습니다."), score=2), replace(RIGHT, score=3)),
        student("broken", Answer(0), Answer(0), status=UNREADABLE),
        Student("absent", "", ABSENT),
    )
    found = attention.in_need(facts)
    assert [each.student.id for each in found] == ["broken", "low", "skipped"]
    assert [loss.message for loss in found[1].losses] == ["유닛이 적습니다."]
    assert found[2].untouched == (TWO,) and found[2].share == 0.5


# --- near-identical answers -------------------------------------------------------------------

LONG = """\
def fit(values, steps):
    # Newton's way
    guess = 1.7
    for number in range(steps):
        guess = guess - (guess ** 3 - values) / (3 * guess ** 2 + 0.013)
        if number % 5 == 2:
            guess = guess * 0.91
    return tf.where(guess > 40, guess, guess / 7)
"""
RENAMED = """\
def fit(v, n):
    '''My own idea.'''
    g = 1.7

    for i in range(n):
        g = g - (g**3 - v) / (3*g**2 + .013)
        if i % 5 == 2: g = g*0.91
    return tf.where(g > 40, g, g/7)
"""
OTHER = [
    f"def fit(values, steps):\n    return tf.reduce_{name}(values) * steps + {number}\n"
    for number, name in enumerate(("sum", "mean", "max", "min", "prod", "std"))
]


def compared(*codes: str, lesson: tuple[str, ...] = ()) -> alike.Alike:
    students = [
        student(f"s{number}", replace(RIGHT, code=code)) for number, code in enumerate(codes)
    ]
    return alike.alike(replace(unit(*students, exercises=(ONE,)), lesson=lesson))


def test_a_copy_with_other_names_is_found() -> None:
    (group,) = compared(LONG, *OTHER, RENAMED).groups
    assert group.students == ("s0", "s7") and group.how == alike.SAME_CODE
    assert group.similarity == 1 and group.only == group.rare > alike.LEAST
    assert compared(LONG, *OTHER, LONG).groups[0].how == alike.SAME_TEXT


def test_a_copy_with_a_changed_line_is_found() -> None:
    (group,) = compared(LONG, *OTHER, RENAMED.replace("0.91", "0.5")).groups
    assert group.how == alike.NEAR and alike.SIMILAR <= group.similarity < 1


def test_two_who_are_alike_again_are_told() -> None:
    code = replace(RIGHT, code=LONG)
    students = [
        student("a", code, code),
        student("b", replace(RIGHT, code=RENAMED), code),
        *(student(f"s{n}", *(replace(RIGHT, code=other),) * 2) for n, other in enumerate(OTHER)),
    ]
    facts = unit(*students)
    assert alike.alike(facts).repeated == [(("a", "b"), ["1-1", "1-2"])]
    assert "a, b: 여러 문제(1-1, 1-2)에서 닮았습니다." in rendered(
        ClassFacts("과정", (facts,), (UNIT,), {})
    )


def test_short_or_common_or_given_answers_are_not_reported() -> None:
    short = "x = tf.constant([[1, 2, 3], [4, 5, 6]])"
    assert compared(*[short] * 8).groups == ()
    assert compared(short, short, *OTHER).groups == ()
    # Half of the class wrote it: nothing unusual in this class.
    assert compared(*[LONG] * 6, *OTHER).groups == ()
    assert compared(LONG, RENAMED, *OTHER, lesson=(LONG,)).groups == ()


def test_a_few_answers_are_not_compared() -> None:
    found = compared(LONG, RENAMED, *OTHER[:3])
    assert found.groups == () and found.too_few == (ONE,) and found.compared == 0
    assert "비교하지 않았습니다" in said.alike(found)


def test_code_that_is_no_python_is_told() -> None:
    found = compared(LONG, RENAMED, "def (", "%%bash\nls (", *OTHER)
    assert found.unparsed == 2 and len(found.groups) == 1


def test_names_and_layout_are_taken_away() -> None:
    first = "class Block(layers.Layer):\n    def call(self, x):\n        self.conv = x\n        return self.conv"
    second = (
        'class B(layers.Layer):\n    """Doc."""\n    def call(self, inputs: tf.Tensor) -> tf.Tensor:'
        "\n        self.c1 = inputs  # here\n        return self.c1"
    )
    assert alike.canonical(first, numbered=True) == alike.canonical(second, numbered=True)
    # What the framework calls stays, and so do the values.
    assert "call" in alike.canonical(first, numbered=True)
    assert alike.canonical("x = Dense(64, name='a', activation='relu')", numbered=True) == (
        alike.canonical("y = Dense(64, activation='relu', name='b')", numbered=True)
    )
    assert alike.canonical("x = 64", numbered=True) != alike.canonical("x = 32", numbered=True)
    assert alike.canonical("a = b = 1\nc = a", numbered=True) != alike.canonical(
        "a = b = 1\nc = b", numbered=True
    )


# --- notebooks that misbehaved ----------------------------------------------------------------


def test_endings_and_remarks_are_grouped() -> None:
    moved = "4-{}: 고친 검사 셀 대신 받은 그대로의 검사 셀로 채점했습니다(`check({})`)."
    facts = unit(
        student("a", RIGHT, remarks=(moved.format(1, "x"),)),
        student(
            "b", RIGHT, stopped=(kernel.ERROR, kernel.TIMEOUT), remarks=(moved.format(2, "y"),)
        ),
        student("c", RIGHT, stopped=(kernel.DIED,)),
        student("d", status=UNREADABLE, remarks=("제출한 파일이 비어 있습니다.",)),
        student("e", status=MISSING),
        student("g", RIGHT, seconds=None),
        Student("f", "", ABSENT, remarks=("미제출",)),
    )
    found = {ending.said: ending.students for ending in behaviour.endings(facts)}
    assert found == {
        behaviour.FINE: ("a",),
        "셀의 시간이 다 되었습니다": ("b",),
        "커널이 죽었습니다": ("c",),
        "노트북을 읽을 수 없습니다": ("d",),
        "낸 파일에 노트북이 없습니다": ("e",),
        behaviour.UNKNOWN: ("g",),
    }
    first, second = behaviour.remarks(facts)
    assert first.students == (("a", "4-1: check(x)"), ("b", "4-2: check(y)"))
    assert first.said == "고친 검사 셀 대신 받은 그대로의 검사 셀로 채점했습니다(…)."
    assert second.students == (("d", ""),)
    assert "6명 가운데 1명의 노트북이" in said.endings(behaviour.endings(facts))


# --- over the units ---------------------------------------------------------------------------


def over(**shares: tuple[float | None, ...]) -> ClassFacts:
    order = ("00_start", "01_eager", "02_graph")
    made = {
        who: tuple(Share(name, value) for name, value in zip(order, values, strict=False))
        for who, values in shares.items()
    }
    return ClassFacts("과정", (), order[: len(next(iter(shares.values())))], made)


def test_those_who_fall_and_those_who_stop_come_first() -> None:
    shares = {"fell": (0.9, 0.9, 0.2), "gone": (0.9, 0.9, None)}
    found = ways(over(calm=(0.8, 0.8, 0.8), **shares))
    assert [(way.student, way.marked, way.stopped) for way in found] == [
        ("fell", True, False),
        ("gone", True, True),
        ("calm", False, False),
    ]
    # The class has 0.8667, 0.8667, 0.5: from 0.0333 above to 0.3 below.
    assert found[0].fell == pytest.approx(1 / 3)
    assert ways(over(calm=(0.8,))) == []
    # Hardly anybody has handed in the last unit yet.
    assert not any(way.stopped for way in ways(over(early=(0.9, 0.9, 0.8), gone=shares["gone"])))
    assert "1명이 마지막 단원에서" in said.ways(found) and "학생이 1명" in said.ways(found)


# --- captions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        ([], "점수가 있는 학생이 아직 없습니다."),
        ([1.0], "한 명이 냈고 만점입니다."),
        ([0.5], "한 명이 냈고 배점의 50%를 얻었습니다."),
        ([1.0, 1.0], "낸 2명이 모두 만점입니다."),
        (
            [0.95, 0.6, 0.2],
            "낸 3명 가운데 1명이 배점의 90% 이상을 얻었고, 1명은 절반에 못 미칩니다.",
        ),
        (
            [0.6, 0.7],
            "낸 2명 가운데 배점의 90% 이상을 얻은 학생은 없고, 절반에 못 미친 학생은 없습니다.",
        ),
    ],
)
def test_the_distribution_is_said_in_a_sentence(shares: list[float], told: str) -> None:
    assert said.distribution(shares) == told


def test_durations_and_long_lists_of_names() -> None:
    assert [said.duration(each) for each in (0.42, 59.6, 200)] == ["0.4초", "1분", "3분 20초"]
    assert said.names(["가", "나", "다"], 2) == "가, 나 외 1명"


# --- the page ---------------------------------------------------------------------------------


def hostile() -> ClassFacts:
    bad = wrong(f"{HOSTILE} `{HOSTILE}`", HOSTILE, code=f"x = '{HOSTILE}'", advice=HOSTILE)
    who = Student("s1", HOSTILE, GRADED, 6.0, answers={"a.one": bad}, remarks=(HOSTILE,))
    asked = replace(ONE, title=HOSTILE, number=HOSTILE)
    return ClassFacts(HOSTILE, (unit(who, exercises=(asked,)),), (UNIT,), {})


def test_what_students_write_is_never_markup() -> None:
    page = rendered(hostile())
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 9


def test_the_page_needs_nothing_from_outside() -> None:
    page = rendered(class_of_forty())
    assert "http:" not in page and "https:" not in page and "//" not in page.split("</style>")[0]
    assert not re.search(r"\b(src|srcset|data)=|@import|url\(", page)
    assert set(re.findall(r'href="(.)', page)) == {"#"}
    assert "default-src 'none'" in page and "prefers-color-scheme:dark" in page
    assert "@media print" in page


@pytest.mark.parametrize("count", [0, 1, 12])
def test_a_class_of_any_size_has_a_page(count: int) -> None:
    facts = unit(*(student(f"s{number}", RIGHT, RIGHT) for number in range(count)))
    page = rendered(ClassFacts("과정", (facts,), (UNIT,), {}))
    expected = {
        0: "점수가 있는 학생이 아직 없습니다",
        1: "한 명이 냈고 만점",
        12: "12명이 모두 만점",
    }
    assert expected[count] in page
    assert "단원을 지나며" not in page


def test_the_class_of_forty_shows_everything() -> None:
    facts = class_of_forty()
    page = rendered(facts)
    shown = view(facts.units[0])
    for text in shown.captions.values():
        assert escape(text) in page
    assert "미제출 3명" in page and "이름과 꾸밈만 다릅니다" in page
    assert "셀의 시간이 다 되었습니다" in page and "단원을 지나며" in page
    (group,) = shown.alike.groups
    assert group.exercise.number == "4-2" and len(group.students) == 2


# --- hidden names -----------------------------------------------------------------------------


def test_no_name_is_left_anywhere(tmp_path: Path) -> None:
    facts = class_of_forty()
    first = facts.units[0].students[0]
    assert first.name == "김민준"
    told = wrong(
        f"{first.name}이 만든 층 {first.id}",
        code=f"# {first.name}\n{first.id}_x = '{first.name}의 것'  # 홍길동",
        advice=f"{HOME}/gildong/x.py를 {first.id}가 보세요.",
    )
    marked = replace(
        first,
        answers=dict.fromkeys(first.answers, told),
        remarks=(f"'{first.id}_홍길동.ipynb'에서 찾은 노트북을 채점했습니다.",),
    )
    students = (marked, *facts.units[0].students[1:])
    facts = replace(facts, units=(replace(facts.units[0], students=students),))
    assert first.name in rendered(facts)

    numbers = numbered(tmp_path, facts.people)
    page = rendered(hidden(facts, numbers), hidden=True)
    for identity, name in facts.people.values():
        assert identity not in page and name not in page
    assert "홍길동" not in page and "gildong" not in page
    assert numbers[first.id] in page and "이름을 번호로" in page


def test_numbers_stay_and_do_not_follow_the_roster(tmp_path: Path) -> None:
    students = [f"s{number:03}" for number in range(60)]
    given = numbered(tmp_path, students)
    assert sorted(given.values())[0] == "학생 01" and len(set(given.values())) == 60
    assert [given[student] for student in students] != sorted(given.values())
    later = numbered(tmp_path, ["new", *students])
    assert {student: later[student] for student in students} == given
    assert later["new"] == "학생 61"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kim이 kim_model을", "학생 1이 학생 1_model을"),
        ("skimage, KIM", "skimage, 학생 1"),
        ("김하늘에게 하늘을", "학생 1에게 학생 1을"),
        (unicodedata.normalize("NFD", "김하늘"), "학생 1"),
        ("s2026001abc", "학생 2abc"),
        ("이바다_12345와 12345", "학생 3와 학생 3"),
        ("하늘@school.ac.kr", "학생 1@school.ac.kr"),
        (f"{HOME}/kim/a.py, C:\\Users\\lee\\b", f"{HOME}/…/a.py, C:\\Users\\…\\b"),
        ("평범한 말 x", "평범한 말 x"),
    ],
)
def test_words_that_name_somebody(text: str, told: str) -> None:
    people = {
        "kim": ("kim", "김하늘", "하늘"),
        "s2026001": ("s2026001", "x"),
        "이바다_12345": ("이바다_12345",),
    }
    numbers = {"kim": "학생 1", "s2026001": "학생 2", "이바다_12345": "학생 3"}
    assert Scrubber(people, numbers).text(text) == told


@pytest.mark.parametrize(
    ("remark", "told"),
    [
        ("'홍's.ipynb'에서 찾은 노트북을 채점했습니다.", "'…'에서 찾은 노트북을 채점했습니다."),
        (
            "a.ipynb 파일이 없습니다. 제출된 파일: 홍. 길동.txt, b.pdf. 노트북이 있으면 바꾸세요.",
            "a.ipynb 파일이 없습니다. 제출된 파일: …. 노트북이 있으면 바꾸세요.",
        ),
        (
            "a.ipynb를 채점했습니다. 이 단원의 다른 노트북도 있습니다: 홍길동.ipynb.",
            "a.ipynb를 채점했습니다. 이 단원의 다른 노트북도 있습니다: ….",
        ),
        ("받은 그대로입니다.", "받은 그대로입니다."),
    ],
)
def test_names_of_files_are_left_out_of_hidden_remarks(remark: str, told: str) -> None:
    assert without_files(remark) == told


def test_a_name_of_two_people_is_nobody() -> None:
    scrub = Scrubber({"a1": ("이바다",), "b2": ("이바다",)}, {"a1": "학생 1", "b2": "학생 2"})
    assert scrub.text("이바다입니다") == "어느 학생입니다"


def test_comments_are_left_out_of_hidden_code() -> None:
    source = (
        '"""나의 답."""\nx = "# 값"  # 내 이름\n\ndef f():\n    """설명\n    둘."""\n    return 1\n'
    )
    assert without_comments(source) == '"…"\nx = "# 값"\ndef f():\n    "…"\n    return 1'
    assert without_comments("x = (  # 이름\n!ls # 이름") == "x = (\n!ls"


# --- a graded class ---------------------------------------------------------------------------


def answer(task: Task) -> dict[str, Any]:
    import tensorflow as tf

    if EXERCISE not in task.challenges:
        return reference(task)
    sources = "".join(cell.source for cell in task.cells)
    if "INTEGERS" in sources:
        return {"x": tf.constant([[1, 2, 3], [4, 5, 6]], "int32")}
    return {"x": ...} if "여기에 코드를" in sources else reference(task)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Class:
    made = Class(tmp_path_factory.mktemp("course"), UNIT)
    made.submit("kim01", made.solved())
    made.submit("lee02", made.solved(**{CELL: f"# lee02 이바다\nx = 'INTEGERS {HOSTILE}'"}))
    made.submit("park3", "{")
    made.submit("choi4", made.released)
    made.submit("jung5", "no notebook", name="읽어주세요.txt")
    edited = made.solved()
    find(edited, is_check).source = f'check("{EXERCISE}", 1)'
    made.submit("seo06", edited)
    CourseFolder(made.root, UNIT)
    with open_gradebook(made.root) as gradebook:
        gradebook.update_or_create_student("lee02", last_name="이", first_name="바다")
        gradebook.update_or_create_student("han07", last_name="한", first_name="나무")
    grade.grade_class(UNIT, made.root, executor=Answering(answer))
    return made


def facts_of(course: Class, *units: str) -> tuple[ClassFacts, dict[str, Student]]:
    facts = gathered(course.root, units)
    return facts, {student.id: student for student in facts.units[0].students}


def test_what_grading_left_is_read(course: Class) -> None:
    facts, students = facts_of(course, UNIT)
    assert {who: student.status for who, student in students.items()} == {
        "choi4": UNTOUCHED,
        "han07": ABSENT,
        "jung5": MISSING,
        "kim01": GRADED,
        "lee02": GRADED,
        "park3": UNREADABLE,
        "seo06": GRADED,
    }
    totals = {who: student.total for who, student in students.items()}
    assert totals == {
        "choi4": 0,
        "han07": None,
        "jung5": 0,
        "kim01": 4,
        "lee02": 3,
        "park3": 0,
        "seo06": 4,
    }
    (asked,) = facts.units[0].exercises
    assert (asked.id, asked.number, asked.points) == (EXERCISE, "0-1", 4)
    assert "INTEGERS" in students["lee02"].answers[EXERCISE].code
    assert any("float32" in item.message for item in students["lee02"].answers[EXERCISE].items)
    assert students["lee02"].label == "이바다 (lee02)"
    assert any("고친 검사 셀" in remark for remark in students["seo06"].remarks)
    assert students["park3"].remarks and students["jung5"].remarks
    assert facts.units[0].graded_at and "텐서플로" in facts.units[0].graded_with


def test_without_the_last_table_most_is_known(course: Class, monkeypatch: Any) -> None:
    """As after the formgrader's Autograde button, or a grading by an earlier version."""
    _, before = facts_of(course, UNIT)
    monkeypatch.setattr(last_table, "kept", lambda *_: None)
    _, after = facts_of(course, UNIT)
    for who, student in before.items():
        assert (after[who].status, after[who].total) == (student.status, student.total)
        assert after[who].answers == student.answers


def test_scores_given_by_hand_count(course: Class) -> None:
    def give(score: float | None) -> None:
        with open_gradebook(course.root) as gradebook:
            (found,) = gradebook.find_submission_notebook("start", UNIT, "lee02").grades
            found.manual_score = score
            gradebook.db.commit()

    give(4)
    try:
        facts, students = facts_of(course, UNIT)
        assert students["lee02"].total == 4 and students["lee02"].answers[EXERCISE].by_hand
        assert mistakes.mistakes(facts.units[0]) == []
        assert "손으로 준 점수 1개" in rendered(facts)
    finally:
        give(None)


def test_the_command_writes_one_file_without_tensorflow(course: Class) -> None:
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in ('tensorflow', 'keras'):\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "from autograder.cli import main\n"
        f"main(['report', '--course', {str(course.root)!r}, '--hide-names'])\n"
    )
    before = files(course.root)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    path = course.root / command.HIDDEN_NAME
    assert done.stdout == f"학급 보고서: {path}\n"
    assert files(course.root) - before == {path, course.root / ".autograder" / "numbers.json"}
    page = path.read_text("utf-8")
    for word in ("kim01", "lee02", "park3", "choi4", "jung5", "seo06", "han07", "바다", "나무"):
        assert word not in page, word
    assert "<script" not in page and "INTEGERS" in page


def files(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts}


def test_names_are_shown_when_nobody_asks(course: Class, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "class.html"
    assert command.report([UNIT], course.root, target) == 0
    page = target.read_text("utf-8")
    assert "이바다 (lee02)" in page and "한나무 (han07)" in page
    assert "미제출 1명" in page and "<script" not in page
    assert "고친 검사 셀 대신" in page


def test_two_units_make_ways(course: Class, capsys: pytest.CaptureFixture[str]) -> None:
    other = Class(course.root, NEXT)
    other.submit("kim01", other.solved())
    grade.grade(NEXT, course.root, executor=Answering(answer))
    printed = capsys.readouterr().out
    assert f"학급 보고서: {course.root / command.NAME}" in printed
    assert command.NAME not in {path.name for path in course.root.glob("submitted/**/*")}
    facts, _ = facts_of(course)
    assert [unit.unit for unit in facts.units] == [UNIT, NEXT]
    found = {way.student: way for way in ways(facts)}
    assert [share.value for share in found["kim01"].shares] == [1, 1]
    assert found["이바다 (lee02)"].shares[1].value is None
    one, _ = facts_of(course, NEXT)
    assert one.order == (UNIT, NEXT) and one.ways == facts.ways
    assert "단원을 지나며" in (course.root / command.NAME).read_text("utf-8")


def test_a_report_that_cannot_be_written_fails_no_grading(
    course: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> str:
        raise RuntimeError("no page today")

    monkeypatch.setattr(command, "rendered", broken)
    told = command.after_grading(UNIT, course.root)
    assert "no page today" in told and "점수와 피드백은 그대로입니다" in told
    assert f"autograder report {UNIT}" in told


@pytest.mark.parametrize("units", [[], [UNIT]])
def test_a_class_that_was_never_graded_is_told(
    units: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "submitted" / "kim" / UNIT).mkdir(parents=True)
    with pytest.raises(SystemExit) as stopped:
        cli.main(["report", *units, "--course", str(tmp_path)])
    assert stopped.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "채점한 기록이 없습니다" in line and "autograder grade" in line
    assert not list(tmp_path.glob("*.db")) and not list(tmp_path.glob("*.html"))


def test_units_and_places_that_are_not_there_are_told(course: Class, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="'05_funct'라는 단원은 없습니다"):
        command.report(["05_funct"], course.root)
    with pytest.raises(CourseError, match="05_functional 단원을 채점한 기록이 없습니다"):
        command.report(["05_functional"], course.root)
    with pytest.raises(CourseError, match="폴더입니다"):
        command.report([UNIT], course.root, tmp_path)


def test_broken_settings_are_told(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text("c = (")
    with pytest.raises(CourseError, match=r"nbgrader_config.py을\(를\) 읽을 수 없습니다"):
        command.report([], tmp_path)


def test_a_damaged_notebook_stops_no_report(course: Class) -> None:
    path = course.root / "autograded" / "kim01" / UNIT / "start.ipynb"
    kept = path.read_text("utf-8")
    try:
        for broken in ("{", "[]", '{"cells": 3}', '{"cells": [{"cell_type": "code"}]}'):
            path.chmod(0o644)
            path.write_text(broken, "utf-8")
            _, students = facts_of(course, UNIT)
            assert (students["kim01"].status, students["kim01"].total) == (GRADED, 4)
            assert students["kim01"].answers[EXERCISE].items
        path.write_text(kept.replace('"solution": true', '"solution": false'), "utf-8")
        _, students = facts_of(course, UNIT)
        assert (students["kim01"].status, students["kim01"].answers[EXERCISE].code) == (GRADED, "")
    finally:
        path.write_text(kept, "utf-8")


def test_a_folder_whose_name_is_no_text_stops_no_report(course: Class, tmp_path: Path) -> None:
    """What an unzipping program makes of Korean names; `grade` tells that it is left aside."""
    folder = course.root / "submitted" / os.fsdecode("홍길동".encode("cp949")) / UNIT
    folder.mkdir(parents=True)
    try:
        path = command.written((UNIT,), course.root, tmp_path / "report.html")
        assert "lee02" in path.read_text("utf-8")
    finally:
        shutil.rmtree(folder.parent)


# --- in a browser -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    with sync_playwright() as started:
        opened = started.chromium.launch(
            executable_path=chromium, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_fits_and_asks_for_nothing(
    browser: Any, tmp_path: Path, width: int, scheme: Any
) -> None:
    path = tmp_path / "report.html"
    facts = class_of_forty()
    path.write_text(rendered(replace(facts, units=(*facts.units, *hostile().units))), "utf-8")
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert asked == [path.as_uri()] and complaints == []
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")
    page.close()
