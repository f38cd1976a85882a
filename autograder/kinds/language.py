"""다음 글자를 맞히는 모델을 훈련하는 문제.

여기 없는 것: 판정하는 법(`judge.language`), 손실의 문턱(`exercises.thresholds`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.kinds.base import Exercise

# As for open models: the text is made from a number that is not beside the learner's code.
_SALT = "language model"
_DRAW = 20190407
_CAUSAL_ROWS = 8


@dataclass(frozen=True, kw_only=True)
class LanguageExercise(Exercise):
    """강좌의 문장들에서 다음 글자를 맞히는, 구조는 자유인 모델을 훈련하는 문제.

    모델은 글자 번호 `(N, T)`를 받아 로짓 `(N, T, 글자의 수)`를 냅니다. 학습자가 보지 못한 문장의 **앞부분만**
    물음으로 주고 마지막 자리의 로짓을 받아 옵니다. 다음 글자는 judge만 압니다. 그래서 뒤의 글자를 훔쳐보는
    모델도 여기에서는 볼 것이 없습니다.

    `loss`는 넘지 말아야 할 손실, `lengths`는 앞부분의 길이들, `rows`는 길이마다 물을 문장의 수입니다.
    """

    loss: float
    lengths: tuple[int, ...]
    rows: int = 200
    loss_points: float = 5

    kind: ClassVar[str] = "language"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        from autograder.data import sentence_characters

        size = len(sentence_characters())
        arrays = {f"text/{length}": self._drawn(length)[:, :length] for length in self.lengths}
        longest = max(self.lengths)
        one = random.randint(0, size, (_CAUSAL_ROWS, longest)).astype("int32")
        other = one.copy()
        other[:, longest // 2 :] = (one[:, longest // 2 :] + 1 + random.randint(size - 2)) % size
        arrays |= {"one": one, "other": other}
        facts = {
            "name": self.subjects[0],
            "texts": [f"text/{length}" for length in self.lengths],
            "same": longest // 2,
        }
        return facts, arrays

    def next_characters(self, length: int) -> np.ndarray:
        """길이가 `length`인 앞부분마다 그다음 글자와 그 다음다음 글자의 번호 `(rows, 2)`."""
        return self._drawn(length)[:, length:]

    def _drawn(self, length: int) -> np.ndarray:
        from autograder.data import judging_sentences

        digest = hashlib.sha256(f"{_SALT}:{_DRAW}:{length}".encode()).digest()
        seed = int.from_bytes(digest[:4], "big") % 2**31
        return judging_sentences(seed, self.rows, length + 2)
