"""조사를 발음에 맞게 붙이고, 여러 방이 같은 뜻으로 쓰는 말을 둡니다.

여기 없는 것: 용어와 문체의 검사(`authoring.lint.korean`), 층을 부르는 말(`judge.layer_names`).
"""

from __future__ import annotations

DEEPER = "더 깊이"
"""핵심만 따라가는 학습자가 건너뛰어도 되는 절과 문제의 제목에 붙는 말."""

# 읽을 때 받침으로 끝나는 숫자와 영어 글자. 예: 3(삼), 6(육), l(엘), n(엔)
_CLOSED_LAST = set("013678lmnbkpt")
_EXCEPTIONS = {
    "relu": False,
    "same": True,
    "none": False,
    "adam": True,
    "true": False,
    "name": True,
    "dtype": True,
    "trainable": True,
    "ensemble": True,
    "sqrt": False,
    "rsqrt": False,
    "isqrt": False,
    "newton_sqrt": False,
    "title": True,
    "fit_line": True,
    "nearest": False,
    "mlp": False,
    "str": True,
    "list": False,
    "dict": False,
    "int": False,
    "float": False,
}


def closed(text: str) -> bool:
    """`text`를 읽을 때 마지막 소리에 받침이 있는지."""
    word = text.rstrip(" `'\")]}.,")
    if not word:
        return False
    last = word[-1]
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % 28 != 0
    return _EXCEPTIONS.get(word.lower().lstrip("`"), last.lower() in _CLOSED_LAST)


def with_particle(text: str, after_closed: str, after_open: str) -> str:
    """`with_particle("3×3", "이어야", "여야")` → "3×3이어야"처럼 맞는 조사를 붙입니다."""
    return text + (after_closed if closed(text) else after_open)
