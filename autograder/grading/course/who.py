"""파일의 이름과 명단에서 누구의 제출인지 알아냅니다. LMS마다 이름을 붙이는 법이 다릅니다.

여기 없는 것: 제출 시각을 읽는 일(`grading.course.timestamps`), 파일을 나누어 놓는 일(`grading.collect`).
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.errors import CourseError
from autograder.grading.course.timestamps import decoded
from autograder.grading.lms.names import CANVAS, MOODLE, Given

_COLUMNS = {
    # Canvas' own "ID" is a number of Canvas; the university's stands in the columns of the SIS.
    "id": ("학번", "아이디", "sisuserid", "idnumber", "id번호", "studentid", "userid", "username",
           "loginid", "sisloginid", "id", "학생번호", "사용자이름", "사용자명"),
    "number": ("canvasid", "moodleid", "번호", "participantid", "식별자", "identifier", "id"),
    "canvas": ("canvasid",),
    "name": ("이름", "성명", "name", "student", "fullname", "학생", "displayname", "전체이름"),
    "first": ("firstname", "이름(명)", "명", "givenname"),
    "last": ("lastname", "surname", "성", "familyname"),
    "email": ("email", "이메일", "emailaddress", "이메일주소", "메일"),
}  # fmt: skip
_NOBODY = {"pointspossible", "studenttest"}
"""캔버스의 성적표에 있으나 사람이 아닌 줄."""


@dataclass(frozen=True)
class Person:
    """명단의 한 사람. `id`가 과정 폴더의 이름이 됩니다."""

    id: str
    name: str = ""
    email: str = ""
    first: str = ""
    last: str = ""
    number: str = ""
    canvas: str = ""
    """캔버스의 사용자 아이디."""


@dataclass(frozen=True)
class Owner:
    """파일의 임자: 학생의 아이디, 이름, 몇 번째 제출인지, 낸 때(UTC). 아이디가 비었으면 알아내지 못했습니다."""

    student: str = ""
    name: str = ""
    attempt: int = 0
    when: datetime | None = None
    how: str = ""
    given: Given | None = None
    """LMS가 붙인 이름."""


@dataclass
class Roster:
    """명단. 비어 있으면 파일의 이름이 곧 학생입니다."""

    people: list[Person] = field(default_factory=list)

    def find(self, *told: str) -> Person | None:
        """`told`(아이디, 이름, 메일) 가운데 하나로 단 한 사람이 정해지면 그 사람."""
        for text in told:
            found = [person for person in self.people if name_key(text) in _keys(person)]
            if len(found) == 1:
                return found[0]
        return None

    def named_in(self, name: str) -> Person | None:
        """파일의 이름에 적힌 사람. 아이디가 먼저이고, 단 한 사람으로 정해져야 합니다."""
        words = {name_key(word) for word in re.split(r"[\s_\-./()\[\]+,]+", name) if word}
        for pick in ("id", "number", "name"):
            found = [
                person for person in self.people if name_key(getattr(person, pick)) in words - {""}
            ]
            if len(found) == 1:
                return found[0]
        joined = name_key(name)
        found = [p for p in self.people if len(name_key(p.name)) > 1 and name_key(p.name) in joined]
        return found[0] if len(found) == 1 else None


def read_roster(path: Path) -> Roster:
    """명단 CSV(또는 탭으로 나눈 것). 아이디나 이름의 열이 없으면 CourseError."""
    try:
        text = decoded(path.read_bytes())
    except OSError as error:
        raise CourseError(
            f"명단 {path}을(를) 읽을 수 없습니다: {error.strerror}.", "경로를 다시 확인하세요."
        ) from error
    lines = text.splitlines()
    mark = max(",;\t", key=lambda each: lines[0].count(each)) if lines else ","
    rows = list(csv.DictReader(io.StringIO(text), delimiter=mark))
    header = {name: name_key(name or "") for name in (rows[0] if rows else {})}
    columns = {
        what: next((name for known in names for name, key in header.items() if key == known), None)
        for what, names in _COLUMNS.items()
    }
    if columns["id"] is None and columns["name"] is None and columns["first"] is None:
        raise CourseError(
            f"명단 {path}에 학생의 열이 없습니다.",
            "첫 줄에 '학번'이나 'id', '이름'이나 'name'을 열의 이름으로 적으세요.",
        )

    if columns["last"] and not columns["first"]:
        # "성, 이름": what stands beside the family name is the given name.
        columns["first"], columns["name"] = columns["name"], None
    if {"sisuserid", "sisloginid"} & set(header.values()):
        columns["canvas"] = next((name for name, key in header.items() if key == "id"), None)

    def value(row: dict[str, str], what: str) -> str:
        column = columns[what]
        return (row.get(column) or "").strip() if column else ""

    people = []
    for row in rows:
        first, last = value(row, "first"), value(row, "last")
        name = value(row, "name") or _full(last, first)
        identity = value(row, "id") or value(row, "email").partition("@")[0] or name
        if not identity or name_key(name) in _NOBODY:
            continue
        number = re.sub(r"(?i)^(participant|참가자)\s*", "", value(row, "number"))
        people.append(
            Person(identity, name, value(row, "email"), first, last, number, value(row, "canvas"))
        )
    return Roster(_told_apart(people, path))


def _told_apart(people: list[Person], path: Path) -> list[Person]:
    """아이디가 같은 두 사람을 LMS의 번호로 가립니다. 가릴 수 없으면 CourseError."""
    different = list(dict.fromkeys(people))
    shared = Counter(name_key(person.id) for person in different)
    made = [
        replace(person, id=f"{person.id}_{person.number}")
        if shared[name_key(person.id)] > 1 and person.number
        else person
        for person in different
    ]
    for identity, count in Counter(name_key(person.id) for person in made).items():
        if count > 1:
            same = next(person.id for person in made if name_key(person.id) == identity)
            raise CourseError(
                f"명단 {path}에 아이디가 '{same}'인 사람이 {count}명입니다.",
                "사람마다 다른 학번의 열을 넣고 다시 실행하세요.",
            )
    return made


def owner(name: str, unit: str, notebook: str, roster: Roster) -> Owner:
    """`name`(`/`로 나눈 경로)의 임자."""
    for pattern, how in _PATTERNS:
        for part in reversed(name.split("/")):
            if found := pattern.fullmatch(part):
                return _known(found.groupdict(), how, roster, name, part)
    parts = name.split("/")
    folders = parts[:-1]
    for index in range(len(folders) - 1, 0, -1):
        above = name_key(folders[index - 1])
        within = name_key(folders[index]).startswith(name_key(unit))
        if within and not above.startswith(name_key(unit)) and above != "submitted":
            return _known({"user": folders[index - 1]}, "과정 폴더", roster, name)
    if person := roster.named_in(name):
        return Owner(person.id, person.name, _copies(parts[-1]), how="명단")
    own = _own_words(parts[-1], notebook)
    inside = [
        f for f in folders[1:] if not f.lower().endswith(".zip") and name_key(f) != name_key(unit)
    ]
    if inside and not roster.people:
        return Owner(folder_name(inside[-1]), "", _copies(parts[-1]), how="폴더의 이름")
    if own and not roster.people:
        return Owner(folder_name(own), "", _copies(parts[-1]), how="파일의 이름")
    return Owner()


_TIME = r"(?P<time>\d{4}-\d\d-\d\d[- T]\d\d[-:]\d\d[-:]\d\d(?: UTC)?)"
_PATTERNS = tuple(
    (re.compile(pattern, re.S), how)
    for pattern, how in (
        (rf"(?P<user>[^+]+)\+[^+]+\+{_TIME}(?:\.\d+)?(?: UTC)?(?:\+.*)?", "nbgrader 교환 폴더"),
        (rf".*?_(?P<user>[^_]+)_attempt_{_TIME}(?:_.*|\.\w+)?", "블랙보드"),
        (r"(?P<user>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)(?:_.*)?", MOODLE),
        (
            r"(?P<user>[^_]+)_(?:(?i:late)_)?(?P<number>\d+)_(?P<second>\d+)_"
            r".+?(?:-(?P<attempt>\d+))?\.ipynb",
            CANVAS,
        ),
        (r"(?P<user>.+?) - .+\.ipynb", "구글 클래스룸"),
    )
)


def _known(
    found: dict[str, str | None], how: str, roster: Roster, name: str, part: str = ""
) -> Owner:
    user = (found.get("user") or "").strip()
    number = found.get("number") or ""
    given = Given(how, part, user, number) if how in (MOODLE, CANVAS) else None
    person = roster.find(number, user) or roster.named_in(name)
    when = _when(found.get("time") or "")
    attempt = int(found.get("attempt") or _copies(name.rpartition("/")[2]))
    if person is not None:
        return Owner(person.id, person.name, attempt, when, how, given)
    if roster.people:
        return Owner("", user, attempt, when, how, given)
    # Two people may have one name: the LMS's number keeps them apart.
    student = f"{user}_{number}" if number else user
    return Owner(folder_name(student), user, attempt, when, how, given)


def _when(text: str) -> datetime | None:
    numbers = [int(each) for each in re.findall(r"\d+", text)[:6]]
    try:
        return datetime(*numbers, tzinfo=UTC) if len(numbers) == 6 else None  # type: ignore[misc, arg-type]
    except ValueError:
        return None


def _copies(file: str) -> int:
    """`sequential (2).ipynb`의 2. 없으면 0."""
    found = re.search(r"\((\d+)\)\.ipynb$", file)
    return int(found[1]) if found else 0


def _own_words(file: str, notebook: str) -> str:
    """파일의 이름에서 과제의 이름과 사본의 표시를 뺀 것."""
    stem = re.sub(r"\.ipynb$", "", file, flags=re.I)
    stem = re.sub(r"\(\d+\)|의 사본|사본|^Copy of |-Copy\d+|\.ipynb", "", stem)
    stem = re.sub(rf"(?i){re.escape(notebook)}|과제|제출|^\d\d(?=_)|final|완성", "", stem)
    return stem.strip(" _-.")


def folder_name(text: str) -> str:
    """폴더의 이름으로 쓸 수 있는 글. nbgrader가 무늬로 읽는 글자는 뺍니다."""
    return re.sub(r"[\\/:*?\"<>|\[\]]+", "_", text).strip(" .") or ""


def _keys(person: Person) -> set[str]:
    names = (
        person.id,
        person.number,
        person.name,
        person.email,
        person.email.partition("@")[0],
        person.last + person.first,
        person.first + person.last,
    )
    return {name_key(name) for name in names} - {""}


def _full(last: str, first: str) -> str:
    hangul = bool(re.search("[가-힣]", last + first))
    return last + first if hangul else f"{first} {last}".strip()


def name_key(text: str) -> str:
    """비교할 때의 글: NFC, 소문자, 빈칸과 문장 부호 없이."""
    return re.sub(r"[\s_.\-,'\"]+", "", unicodedata.normalize("NFC", str(text))).casefold()


def listed(names: Iterable[str], most: int = 10) -> str:
    """이름들을 한 줄로."""
    shown = list(names)
    return ", ".join(shown[:most]) + (" …" if len(shown) > most else "")
