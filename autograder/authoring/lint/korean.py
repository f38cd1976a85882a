"""용어와 문체: 용어집(`glossary.json`)에서 피할 말, 입말이 아닌 낱말, 번역 투, 합니다체가 아닌 문장을 찾습니다.

여기 없는 것: 노트북의 짜임(`authoring.lint.notebooks`), 코드와 주소를 빼는 일(`authoring.lint.prose`), 조사(`korean`).
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from autograder.authoring.lint.prose import prose


@dataclass(frozen=True)
class Problem:
    """글에서 찾은 것. `line`은 글 안의 줄 번호(첫 줄이 1)입니다."""

    line: int
    rule: str
    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.line}번째 줄: [{self.rule}] '{self.found}' → {self.remedy}"


# Naming another word once, beside the English one, is wanted: 층(layer, 레이어).
_NAMED_ONCE = re.compile(r"\([A-Za-z][A-Za-z -]*, [^()\n]*\)")

_STYLE: tuple[tuple[str, str, str], ...] = (
    (
        "번역 투",
        r"에 의(해|하여|한)(?![가-힣]*존)",
        "'…이(가) …합니다'처럼 하는 쪽을 주어로 쓰세요",
    ),
    (
        "번역 투",
        r"(되어|돼)[지진집질졌]|보여[진집질졌]|쓰여[진집질졌]|불리[워우]",
        "'됩니다', '보입니다'처럼 한 번만 입음꼴로 쓰세요",
    ),
    ("번역 투", r"(?<![가-힣])그것(은|의|들)", "가리키는 것의 이름을 쓰거나 빼세요"),
    (
        "번역 투",
        r"[을를] (가지고 있|가집니다|가진다|가지는|가지며|갖는|갖습니다|갖고 있)",
        "'…이(가) 있습니다'라고 쓰세요",
    ),
    ("번역 투", r"에 있어서?(?= )|함에 있어", "'…에서', '…할 때'라고 쓰세요"),
    ("번역 투", r"것이 가능(합|하)", "'…할 수 있습니다'라고 쓰세요"),
    ("합니다체", r"(?<![니시])다\.(?=\s|$)", "'…합니다.', '…입니다.'로 끝맺으세요"),
    ("합니다체", r"하십시오|하시오|하시기 바랍니다|해라\.", "부탁은 '…하세요'로 쓰세요"),
    ("낱말", r"견[주줘줍준줄줌]", "'비교하다'라고 쓰세요"),
    ("낱말", r"까닭", "'이유'라고 쓰세요"),
    ("낱말", r"듣지 않(?!았)", "설정이라면 '무시되는', '소용이 없는'이라고 쓰세요"),
    ("물결표", "~", "주피터랩과 GitHub은 물결표 둘 사이에 취소선을 긋습니다. '1–5절'처럼 쓰세요"),
)


@functools.cache
def glossary() -> tuple[dict[str, Any], ...]:
    """용어집: 영어(`english`), 쓸 말(`use`), 피할 말(`avoid`), 뜻(`meaning`), 찾는 정규식(`find`)."""
    text = files("autograder.authoring.lint").joinpath("glossary.json").read_text("utf-8")
    return tuple(json.loads(text))


@functools.cache
def _rules() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    terms = tuple(
        ("용어", re.compile("|".join(f"(?:{one})" for one in term["find"])), f"'{term['use']}'")
        for term in glossary()
        if term["find"]  # 용어집에만 있고 피할 말은 없는 낱말
    )
    return terms + tuple(
        (rule, re.compile(pattern, re.M), remedy) for rule, pattern, remedy in _STYLE
    )


def korean_problems(markdown: str) -> list[Problem]:
    """마크다운(또는 글 한 토막)에서 고칠 말을 모두 찾습니다."""
    # Only the other word is taken out, so that what is around it is still read.
    text = _NAMED_ONCE.sub("□", prose(markdown))
    problems = []
    for rule, pattern, remedy in _rules():
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            whole = text.split("\n")[line - 1]
            if rule == "합니다체" and whole.lstrip().startswith(">"):
                continue
            problems.append(Problem(line, rule, _around(text, match), remedy))
    return sorted(problems, key=lambda problem: problem.line)


def _around(text: str, match: re.Match[str]) -> str:
    """찾은 것이 든 낱말들."""
    start = max(text.rfind(mark, 0, match.start()) for mark in " \n\t") + 1
    ends = [text.find(mark, match.end()) for mark in " \n\t"]
    end = min((end for end in ends if end >= 0), default=len(text))
    return text[start:end].strip()
