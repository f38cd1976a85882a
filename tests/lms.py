"""What Canvas and Moodle do with a file that is given to them: their importers' rules, and what they give out.

The rules were read in Canvas' lib/gradebook_importer.rb and app/models/abstract_assignment.rb, and in
Moodle's mod/assign/feedback/offline, mod/assign/feedback/file and grade/import/csv.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath


class Refused(Exception):
    """The LMS takes nothing of the file."""


# --- Canvas -------------------------------------------------------------------------------------


TEST_STUDENT = "99"


@dataclass
class Canvas:
    """A course of Canvas: users by id with (sortable name, SIS id, login), assignments by id."""

    users: dict[int, tuple[str, str, str]]
    assignments: dict[int, tuple[str, float]]
    scores: dict[tuple[int, int], str] = field(default_factory=dict)
    sis: bool = True

    def gradebook(self, *, mark: bool = True, posting: bool = True) -> bytes:
        """The CSV of its gradebook's export."""
        info = ["Student", "ID", *(["SIS User ID"] if self.sis else []), "SIS Login ID", "Section"]
        titles = [f"{title} ({number})" for number, (title, _) in self.assignments.items()]
        totals = ["Assignments Current Score", "Final Score"]
        rows = [[*info, *titles, *totals]]
        if posting:
            rows.append(["", *[""] * (len(info) - 1), "Manual Posting", *[""] * (len(titles) + 1)])
        points = [f"{most:.2f}" for _, most in self.assignments.values()]
        rows.append(
            ["    Points Possible", *[""] * (len(info) - 1), *points, "(read only)", "(read only)"]
        )
        people = [*self.users.items(), (0, ("Student, Test", "", "test"))]
        for number, (name, sis, login) in people:
            cells = [self.scores.get((number, one), "") for one in self.assignments]
            ids = [str(number or TEST_STUDENT), *([sis] if self.sis else []), login, "A반"]
            rows.append([name, *ids, *cells, "12.50", ""])
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\r\n").writerows(rows)
        return (b"\xef\xbb\xbf" if mark else b"") + buffer.getvalue().encode()

    def imports(self, data: bytes) -> dict[tuple[int, int], str]:
        """(user, assignment) → the grade it would have; new assignments and users are refused."""
        rows = [
            row
            for row in csv.reader(io.StringIO(data.decode("utf-8")), strict=True)
            if any(cell.strip() for cell in row)
        ]
        header = rows[0]
        if not (len(header) > 3 and "Student" in header[0] and "ID" in header[1]):
            raise Refused("Invalid header row")
        student_columns, sis, login = 3, None, None
        if re.search(r"SIS\s+Login\s+ID", header[2]):
            student_columns, login = 4, 2
        elif re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3]):
            student_columns, sis, login = 5, 2, 3
        if "Section" not in header[student_columns - 1]:
            raise Refused("Invalid header row")
        columns = {}
        for place in range(student_columns, len(header)):
            if re.search("Current Score|Final Score", header[place]):
                continue
            found = re.fullmatch(r"(.*) \((\d+)\)", header[place])
            number = int(found[2]) if found else None
            if number not in self.assignments:
                titles = {title: one for one, (title, _) in self.assignments.items()}
                number = titles.get(header[place])
            if number is None:
                raise Refused(f"a new assignment: {header[place]}")
            columns[number] = place
        made = dict(self.scores)
        for row in rows[1:]:
            if "Points Possible" in row[0]:
                for number, place in columns.items():
                    if float(row[place]) != self.assignments[number][1]:
                        raise Refused(f"points of {number} would change to {row[place]}")
                continue
            if all(re.fullmatch(r"\s*(Manual Posting.*)?\s*", cell) for cell in row if cell):
                continue
            user = self._user(row, sis, login)
            if user == 0:
                continue
            for number, place in columns.items():
                if row[place] not in ("N/A",):
                    made[user, number] = row[place]
        return {key: score for key, score in made.items() if score}

    def _user(self, row: list[str], sis: int | None, login: int | None) -> int:
        if row[1] == TEST_STUDENT:
            return 0
        if row[1].isdigit() and int(row[1]) in self.users:
            return int(row[1])
        for column, place in ((sis, 1), (login, 2)):
            for number, person in self.users.items():
                if column is not None and row[column] and person[place] == row[column]:
                    return number
        for number, (name, _, _) in self.users.items():
            if row[0] == name:
                return number
        raise Refused(f"a new student: {row[0]}")

    def takes_back(self, data: bytes) -> dict[int, tuple[str, bytes]]:
        """A zip of re-uploaded submissions: user → (attachment's number, content)."""
        made = {}
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                parts = [one for one in PurePosixPath(name).name.split("_") if one != "LATE"]
                numbers = [one for one in parts if one.isascii() and one.isdigit()][:2]
                if len(numbers) == 2 and int(numbers[0]) in self.users:
                    made[int(numbers[0])] = (numbers[1], archive.read(name))
        return made


# --- Moodle -------------------------------------------------------------------------------------

ENGLISH = {
    "id": "Identifier", "participant": "Participant ", "name": "Full name", "email": "Email address",
    "status": "Status", "grade": "Grade", "most": "Maximum grade", "can": "Grade can be changed",
    "submitted": "Last modified (submission)", "changed": "Last modified (grade)",
    "comments": "Feedback comments",
}  # fmt: skip
KOREAN = {
    "id": "식별자", "participant": "참가자", "name": "전체 이름", "email": "이메일 주소",
    "status": "상태", "grade": "성적", "most": "최대 성적", "can": "성적을 바꿀 수 있음",
    "submitted": "마지막 수정됨(제출)", "changed": "마지막 수정됨(성적)", "comments": "피드백 코멘트",
}  # fmt: skip


@dataclass
class Moodle:
    """An assignment of Moodle: participants by number with (full name, e-mail, grade, comment)."""

    people: dict[int, tuple[str, str, str, str]]
    most: float = 100
    words: dict[str, str] = field(default_factory=lambda: KOREAN)

    def worksheet(self) -> bytes:
        """The offline grading worksheet."""
        words = self.words
        order = (
            "id",
            "name",
            "email",
            "status",
            "grade",
            "most",
            "can",
            "submitted",
            "changed",
            "comments",
        )
        rows = [[words[one] for one in order]]
        for number, (name, email, grade, comment) in self.people.items():
            rows.append(
                [f"{words['participant']}{number}", name, email, "제출 완료 - 채점되지 않음", grade,
                 f"{self.most:.2f}", "예", "2026년 10월 12일 월요일 오후 3:04", "-", comment]
            )  # fmt: skip
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(rows)
        return b"\xef\xbb\xbf" + buffer.getvalue().encode()

    def imports(self, data: bytes) -> tuple[dict[int, float], dict[int, str]]:
        """Participant → new grade, participant → changed comment."""
        text = data.decode("utf-8").removeprefix("\ufeff")
        header, *rows = list(csv.reader(io.StringIO(text), strict=True))
        words = self.words
        try:
            place = {one: header.index(words[one]) for one in ("id", "grade", "changed")}
        except ValueError:
            raise Refused("invalidgradeimport") from None
        comments = header.index(words["comments"])
        grades: dict[int, float] = {}
        changed: dict[int, str] = {}
        for row in rows:
            number = row[place["id"]][len(words["participant"]) :]
            if not number.isdigit() or int(number) not in self.people:
                continue
            _, _, before, comment = self.people[int(number)]
            grade = row[place["grade"]].strip()
            if row[comments] != comment:
                changed[int(number)] = row[comments]
            if grade and 0 <= float(grade) <= self.most and grade != before:
                grades[int(number)] = float(grade)
        return grades, changed

    def takes_back(self, data: bytes) -> dict[int, tuple[str, bytes]]:
        """A zip of feedback files: participant → (file's name, content)."""
        made = {}
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                if PurePosixPath(name).name.startswith((".", "~")):
                    continue
                parts = name.split("/")
                while parts:
                    info = parts.pop(0).split("_", 4)
                    if len(info) < 4 or not info[1].isdigit() or int(info[1]) not in self.people:
                        continue
                    if info[2:4] not in (
                        ["assignsubmission", "file"],
                        ["assignsubmission", "onlinetext"],
                    ):
                        continue
                    rest = "/".join([*info[4:], *parts])
                    made[int(info[1])] = (rest.strip("/"), archive.read(name))
                    break
        return made


def moodle_gradebook(data: bytes, users: dict[str, str]) -> dict[str, float]:
    """Moodle's CSV import into the gradebook, users by their idnumber: one stranger refuses all."""
    text = data.decode("utf-8").removeprefix("\ufeff")
    header, *rows = list(csv.reader(io.StringIO(text), strict=True))
    if header[0] != "idnumber":
        raise Refused("no user field")
    made = {}
    for row in rows:
        if row[0] not in users:
            raise Refused(f"usermappingerror: {row[0]}")
        made[row[0]] = float(row[3])
    return made
