"""내장 글: 언어 모델이 배우는 것이 눈에 보이도록 틀에서 만든 짧은 한국어 문장들.

여기 없는 것: 글자를 번호로 바꾸고 모델에 넣는 일(`exercises.transformer`), 티켓의 글(`data.tickets`).

한 줄에 한 문장입니다. 앞에 나온 글자를 보아야 맞힐 수 있는 자리(다음 날짜, 이어지는 수, 접수 번호, 거꾸로 쓴
글자, 받침을 따르는 조사)와 아무도 맞힐 수 없는 자리(무엇을 말할지)가 섞여 있습니다.
난수는 `np.random.RandomState`만 쓰므로 어느 컴퓨터에서나 같은 글이 나옵니다.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from autograder.korean import with_particle

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_WEEK = "월화수목금토일"
_LATER = {"하루": 1, "이틀": 2, "사흘": 3}
_SYLLABLES = "가나다라마바사아자차"

_THINGS = {
    "붉습니다": ("사과", "딸기", "노을", "장미"),
    "둥급니다": ("수박", "공", "달", "접시"),
    "차갑습니다": ("얼음", "눈", "바람", "강물"),
    "빠릅니다": ("기차", "말", "토끼", "화살"),
    "달콤합니다": ("꿀", "사탕", "감", "초콜릿"),
}
_TICKETS = {
    "결제": ("환불이 늦어요", "카드가 안 돼요", "두 번 빠져나갔어요"),
    "배송": ("상자가 깨졌어요", "아직 안 왔어요", "다른 집에 왔어요"),
    "계정": ("비밀번호를 잊었어요", "로그인이 안 돼요", "아이디를 바꾸고 싶어요"),
    "기술": ("화면이 멈춰요", "소리가 안 나요", "앱이 꺼져요"),
}
_SEASONS = {
    "봄": ("꽃이 피고", "제비가 오고", "새싹이 돋고"),
    "여름": ("비가 내리고", "매미가 울고", "나무가 짙고"),
    "가을": ("잎이 지고", "곡식이 익고", "하늘이 높고"),
    "겨울": ("눈이 쌓이고", "강이 얼고", "밤이 길고"),
}
_MOODS = ("나는 걷네", "너를 부르네", "우리는 웃네", "하루가 가네")


_STREAM, _TRAIN, _TEST, _JUDGING = 20190408, 0, 1, 2
_SAMPLES = (12000, 600)


def load_sentences(*, quiet: bool = False) -> tuple[str, str]:
    """강좌의 문장들: `(훈련할 글, 테스트할 글)`. 한 줄이 한 문장이고 줄마다 `\\n`으로 끝납니다.

    무엇을 주었는지 한 줄로 알립니다(`quiet=True`이면 알리지 않습니다).
    """
    train, test = _texts()
    if not quiet:
        print(
            f"sentences: 내장 글(한국어 문장) · 훈련 {_SAMPLES[0]:,}문장 {len(train):,}자, "
            f"테스트 {_SAMPLES[1]:,}문장 {len(test):,}자 · 코드로 만듦"
        )
    return train, test


@functools.cache
def _texts() -> tuple[str, str]:
    train, test = _SAMPLES
    return make_sentences(train, _STREAM, _TRAIN), make_sentences(test, _STREAM, _TEST)


@functools.cache
def sentence_characters() -> tuple[str, ...]:
    """훈련할 글에 나오는 글자들. 자리가 글자 번호입니다(`sorted(set(글))`의 차례)."""
    return tuple(sorted(set(_texts()[0])))


@functools.lru_cache(maxsize=16)
def judging_sentences(seed: int, rows: int, length: int) -> np.ndarray:
    """판정할 때 묻는 글: 문장의 처음에서 시작하는 글자 번호 int32 `(rows, length)`.

    `load_sentences`가 쓰지 않는 난수의 흐름입니다. 판정하는 쪽에서만 부르세요.
    """
    numbers = {character: number for number, character in enumerate(sentence_characters())}
    text = make_sentences(rows + length, _STREAM, _JUDGING, seed)
    starts, place = [], 0
    for line in text.splitlines(keepends=True)[:rows]:
        starts.append(place)
        place += len(line)
    found = [[numbers[c] for c in text[start : start + length]] for start in starts]
    return np.array(found, "int32")


def make_sentences(count: int, *stream: int) -> str:
    """문장 `count`개를 한 줄에 하나씩 적은 글. `stream`은 난수의 흐름입니다."""
    random = np.random.RandomState(list(stream))
    kinds = random.randint(len(_KINDS), size=count)
    return "".join(f"{_KINDS[kind](random)}\n" for kind in kinds)


def _next_day(random: np.random.RandomState) -> str:
    month = random.randint(12)
    # 달이 바뀌는 날은 드물지만 배워야 합니다.
    last = _DAYS[month]
    day = last if random.uniform() < 0.2 else random.randint(1, last + 1)
    month2, day2 = (month, day + 1) if day < last else ((month + 1) % 12, 1)
    return f"{month + 1}월 {day}일 다음 날은 {month2 + 1}월 {day2}일입니다."


def _weekday(random: np.random.RandomState) -> str:
    day, later = random.randint(7), _pick(random, tuple(_LATER))
    found = _WEEK[(day + _LATER[later]) % 7]
    return f"{_WEEK[day]}요일에서 {later} 지나면 {found}요일입니다."


def _counting(random: np.random.RandomState) -> str:
    step = random.randint(1, 4)
    start = random.randint(1, 60)
    numbers = ", ".join(str(start + step * place) for place in range(5))
    return f"{step}씩 세면 {numbers}."


def _addition(random: np.random.RandomState) -> str:
    one, other = random.randint(0, 10, 2)
    return f"{one} 더하기 {with_particle(str(other), '은', '는')} {one + other}입니다."


def _backwards(random: np.random.RandomState) -> str:
    word = "".join(random.permutation(list(_SYLLABLES))[: random.randint(3, 5)])
    if random.uniform() < 0.5:
        return f"{word} 따라 하면 {word}."
    return f"{word} 뒤집으면 {word[::-1]}."


def _thing(random: np.random.RandomState) -> str:
    how = _pick(random, tuple(_THINGS))
    one, other = random.permutation(_THINGS[how])[:2]
    return f"{with_particle(one, '은', '는')} {how}. {other}도 {how}."


def _ticket(random: np.random.RandomState) -> str:
    team = _pick(random, tuple(_TICKETS))
    number = random.randint(100, 1000)
    return f"{number}번 {_pick(random, _TICKETS[team])}. {team}팀이 {number}번을 봅니다."


def _poem(random: np.random.RandomState) -> str:
    season = _pick(random, tuple(_SEASONS))
    first, second = random.permutation(_SEASONS[season])[:2]
    return f"{season}이라 {first} {season}이라 {second} {_pick(random, _MOODS)}."


_KINDS: tuple[Callable[[np.random.RandomState], str], ...] = (
    _next_day,
    _weekday,
    _counting,
    _addition,
    _backwards,
    _thing,
    _ticket,
    _poem,
)


def _pick(random: np.random.RandomState, choices: tuple[str, ...]) -> str:
    return choices[random.randint(len(choices))]
