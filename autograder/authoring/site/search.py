"""한국어 검색: 낱말의 일부로도 찾습니다.

여기 없는 것: 찾은 것을 보여 주는 화면(Sphinx의 것, 말은 `authoring.site.chrome`).
"""

from __future__ import annotations

import re

from sphinx.search import SearchLanguage

LONGEST = 8
"""찾을 수 있는 한글 조각의 길이."""


class SearchKorean(SearchLanguage):
    """한글 낱말을 모든 조각으로도 색인합니다. 그래서 '합성곱'이 '합성곱층을'에서 찾아집니다.

    조사와 어미를 떼는 사전 없이, 화면의 코드는 Sphinx의 것 그대로입니다.
    """

    lang = "ko"
    language_name = "Korean"

    def split(self, input: str) -> list[str]:
        words = []
        for word in re.findall(r"\w+", input):
            words.append(word)
            for run in re.findall("[가-힣]+", word):
                words += pieces(run)
        return words

    def word_filter(self, word: str) -> bool:
        return not word.isdigit()


def pieces(run: str) -> list[str]:
    """한글만으로 된 낱말의 조각들. `합성곱` → 합, 합성, 합성곱, 성, 성곱, 곱."""
    return [
        run[begin:end]
        for begin in range(len(run))
        for end in range(begin + 1, min(len(run), begin + LONGEST) + 1)
    ]
