"""이름을 숨깁니다: 학생마다 늘 같은 번호를 주고, 글과 코드에 적힌 아이디와 이름을 그것으로 바꿉니다.

여기 없는 것: 재료를 읽는 일(`grading.report.gather`), 쪽의 모습(`grading.report.page`).
"""

from __future__ import annotations

import io
import json
import random
import re
import tokenize
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from autograder.grading.files import write
from autograder.grading.report.facts import Answer, ClassFacts, Student, UnitFacts

SEVERAL = "어느 학생"
"""여러 학생을 가리킬 수 있는 말(같은 이름) 대신 적는 것."""
_LONG = 5
"""이보다 짧은 영어 아이디는 낱말 전체가 같을 때에만 바꿉니다: kim이 skimage 안에도 있습니다."""
_HOMES = re.compile(r"((?:/home|/Users|[A-Za-z]:\\+Users)[/\\]+)[^/\\'\"`\s]+")
# Names of files in a remark: whoever names a file writes a name into it.
_FILE = re.compile(r"'.*'(?=에서 찾은|은\(는\))|'[^']*'")
_FILES = re.compile(
    r"(제출된 파일|여럿입니다|노트북도 있습니다): .*?(?=\. (?:노트북이 있으면|채점할 것을)|\.?$)"
)
_PARTS = re.compile(r"[\W_]+")
_HANGUL = re.compile("[가-힣]")
_AFTER = (tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)


def numbered(root: Path, students: Iterable[str]) -> dict[str, str]:
    """학생마다의 번호(`학생 07`). 한 번 준 번호는 `.autograder/`에 두어 다음에도 같습니다.

    차례를 섞으므로 번호에서 출석 번호를 짐작할 수 없습니다.
    """
    path = root / ".autograder" / "numbers.json"
    given: dict[str, int] = {}
    try:
        found = json.loads(path.read_text("utf-8"))
        given = {str(student): int(number) for student, number in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        pass
    fresh = [student for student in sorted(set(students)) if student not in given]
    if fresh:
        random.SystemRandom().shuffle(fresh)
        first = max(given.values(), default=0) + 1
        given |= {student: number for number, student in enumerate(fresh, first)}
        write(path, json.dumps(given, ensure_ascii=False).encode())
    width = max(2, len(str(max(given.values(), default=0))))
    return {student: f"학생 {number:0{width}}" for student, number in given.items()}


def hidden(facts: ClassFacts, numbers: dict[str, str]) -> ClassFacts:
    """아이디와 이름이 없는 재료. `numbers`는 학생의 아이디 → 번호입니다."""
    scrub = Scrubber(facts.people, numbers)
    labels = {
        student.label: numbers[student.id] for unit in facts.units for student in unit.students
    }
    return replace(
        facts,
        course=scrub.text(facts.course),
        units=tuple(_unit(unit, scrub, numbers) for unit in facts.units),
        ways={labels[who]: way for who, way in facts.ways.items() if who in labels},
        people={},
    )


def _unit(facts: UnitFacts, scrub: Scrubber, numbers: dict[str, str]) -> UnitFacts:
    students = [_student(student, scrub, numbers) for student in facts.students]
    return replace(facts, students=tuple(sorted(students, key=lambda student: student.id)))


def _student(student: Student, scrub: Scrubber, numbers: dict[str, str]) -> Student:
    return replace(
        student,
        id=numbers[student.id],
        name="",
        answers={name: _answer(answer, scrub) for name, answer in student.answers.items()},
        remarks=tuple(scrub.text(without_files(remark)) for remark in student.remarks),
    )


def _answer(answer: Answer, scrub: Scrubber) -> Answer:
    items = (
        replace(
            item,
            name=scrub.text(item.name),
            message=scrub.text(item.message),
            advice=scrub.text(item.advice),
        )
        for item in answer.items
    )
    return replace(
        answer, items=tuple(items), note=scrub.text(answer.note), code=scrub.code(answer.code)
    )


class Scrubber:
    """글과 코드에서 학생을 알아볼 수 있는 말을 번호로 바꿉니다."""

    def __init__(self, people: dict[str, tuple[str, ...]], numbers: dict[str, str]) -> None:
        owners: dict[str, set[str]] = {}
        for student, words in people.items():
            for word in set[str]().union(*map(_words, words)):
                owners.setdefault(word.casefold(), set()).add(numbers[student])
        self._new = {
            word: next(iter(found)) if len(found) == 1 else SEVERAL
            for word, found in owners.items()
        }
        longest = sorted(self._new, key=lambda word: (-len(word), word))
        self._pattern = re.compile("|".join(map(_pattern, longest)) or r"(?!)", re.IGNORECASE)

    def text(self, text: str) -> str:
        """아이디, 이름, 메일, 홈 폴더의 이름을 바꾼 글."""
        # macOS hands in Hangul in pieces.
        text = _HOMES.sub(r"\1…", unicodedata.normalize("NFC", text))
        return self._pattern.sub(lambda found: self._new[found[0].casefold()], text)

    def code(self, source: str) -> str:
        """주석과 설명도 뺀 코드: 명단에 없는 이름이 적혀 있을 수 있습니다."""
        return self.text(without_comments(source))


def _words(word: str) -> set[str]:
    """찾을 말: 그 말과, 아이디에 든 이름이나 번호(`김하늘_12345`)."""
    word = unicodedata.normalize("NFC", word.strip())
    parts = {
        part
        for part in _PARTS.split(word)
        if (_HANGUL.search(part) and len(part) > 1)
        or (len(part) >= _LONG and any(letter.isdigit() for letter in part))
    }
    return parts | ({word} if len(word) > 1 else set())


def _pattern(word: str) -> str:
    if _HANGUL.search(word) or len(word) >= _LONG:
        return re.escape(word)
    return rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])"


def without_files(remark: str) -> str:
    """파일의 이름을 가린 비고."""
    return _FILES.sub(r"\1: …", _FILE.sub("'…'", remark))


def without_comments(source: str) -> str:
    """주석과 설명(docstring)을 뺀 소스. 파이썬으로 읽을 수 없으면 `#` 뒤를 모두 뺍니다."""
    lines = source.split("\n")
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return "\n".join(line.partition("#")[0].rstrip() for line in lines)
    for index, token in reversed(list(enumerate(tokens))):
        (row, begin), (end_row, end) = token.start, token.end
        alone = token.type == tokenize.STRING and (
            (index == 0 or tokens[index - 1].type in _AFTER)
            and tokens[index + 1].type in (tokenize.NEWLINE, tokenize.COMMENT)
        )
        if token.type == tokenize.COMMENT or alone:
            kept = lines[row - 1][:begin] + ('"…"' if alone else "")
            lines[row - 1 : end_row] = [(kept + lines[end_row - 1][end:]).rstrip()]
    return "\n".join(line for line in lines if line.strip())
