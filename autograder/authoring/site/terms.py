"""쪽에 처음 나온 용어를 용어집으로 잇습니다.

여기 없는 것: 용어집의 글(`authoring.site.pages`), 쓰면 안 되는 말의 검사(`authoring.lint.korean`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.authoring.lint.korean import glossary

# After a term: the end of the word, or a particle that ends it (not the verb made from it).
_PARTICLES = (
    "이라고|이라는|이라면|에서는|에서도|으로는|으로도|으로|에서|에게|에는|에도|까지|부터|마다|보다|처럼|"
    "만큼|만을|만|이나|이란|이고|이며|이면|이지만|입니다|들은|들이|들을|들의|들|라고|라는|라면|란|로는|로도|"
    "로|와의|과의|와|과|은|는|이|가|을|를|의|에|도|나"
)
_END = rf"(?=(?:{_PARTICLES})?(?![가-힣A-Za-z0-9_]))"


@dataclass(frozen=True)
class Term:
    """용어집의 줄 하나. `anchor`는 용어집 쪽에서의 자리입니다."""

    english: str
    words: tuple[str, ...]
    meaning: str

    @property
    def anchor(self) -> str:
        """용어집 쪽의 자리: `term-batch-normalization`."""
        return "term-" + re.sub(r"[^a-z0-9]+", "-", self.english.lower()).strip("-")


def terms() -> list[Term]:
    """용어집의 용어들, 영어의 차례로."""
    entries = sorted(glossary(), key=lambda entry: str(entry["english"]).lower())
    return [
        Term(str(entry["english"]), _words(str(entry["use"])), str(entry["meaning"]))
        for entry in entries
    ]


def _words(use: str) -> tuple[str, ...]:
    """`필터 / 커널`, `자료형(dtype)`, `상속, 인스턴스` 안의 한국어 낱말들."""
    bare = re.sub(r"\([^)]*\)", "", use.partition(" (")[0])
    return tuple(word for part in re.split(r"[/,]", bare) if (word := part.strip(" `")))


class Finder:
    """글에서 아직 나오지 않은 용어를 찾습니다. 쪽마다 하나씩 만듭니다."""

    def __init__(self, known: Sequence[Term]) -> None:
        self._by_word = {word: term for term in known for word in term.words}
        longest_first = sorted(self._by_word, key=len, reverse=True)
        words = "|".join(re.escape(word) for word in longest_first)
        self._pattern = re.compile(rf"(?<![가-힣A-Za-z0-9_])(?:{words}){_END}")
        self._seen: set[str] = set()

    def split(self, text: str) -> Iterator[str | tuple[str, Term]]:
        """`text`를 그대로 둘 조각과, 처음 나온 (낱말, 용어)로 나눕니다."""
        begin = 0
        for found in self._pattern.finditer(text):
            term = self._by_word[found[0]]
            if term.anchor in self._seen:
                continue
            self._seen.add(term.anchor)
            if begin < found.start():
                yield text[begin : found.start()]
            yield found[0], term
            begin = found.end()
        if begin < len(text):
            yield text[begin:]
