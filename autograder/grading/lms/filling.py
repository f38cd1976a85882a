"""LMS에 보낼 표 하나와, 그것을 만들며 사람이 알아야 할 것들.

여기 없는 것: LMS마다의 열(`grading.lms.canvas`, `grading.lms.moodle`), 파일에 쓰는 일(`grading.lms.sheets`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.errors import CourseError
from autograder.grading.course.who import listed
from autograder.grading.lms.marks import Marks, Student, scaled
from autograder.grading.lms.sheets import Sheet
from autograder.report import number_text


@dataclass(frozen=True)
class Wanted:
    """어떻게 적을지: 만점(0이면 LMS의 것이나 단원의 것), 안 낸 사람에게 0점을 줄지, 단원 → 열의 제목."""

    out_of: float = 0.0
    missing_zero: bool = False
    columns: dict[str, str] = field(default_factory=dict)


@dataclass
class Filled:
    """만든 표. `lost`는 점수가 있으나 적지 못한 학생과 이유, `told`는 그 밖에 알릴 것입니다."""

    sheet: Sheet
    students: set[str] = field(default_factory=set)
    """점수를 적은 학생들."""
    lost: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def tell_unmatched(self, lines: Sequence[str]) -> None:
        """LMS에는 있으나 성적부의 누구인지 모르는 줄을 알립니다."""
        if lines:
            self.told.append(
                f"LMS의 파일에는 있으나 성적부에 없는 사람 {len(lines)}명은 그대로 두었습니다: "
                f"{listed(lines)}."
            )

    def tell_changed(self, changed: Sequence[str]) -> None:
        """LMS에 이미 있던 점수와 다른 것을 알립니다."""
        if changed:
            self.told.append(f"LMS에 있던 점수와 다른 것 {len(changed)}개: {listed(changed)}.")

    def fill_column(
        self,
        rows: Sequence[list[str]],
        column: int,
        found: Mapping[int, str],
        marks: Marks,
        students: dict[str, Student],
        wanted: Wanted,
        out_of: float,
        refused: Callable[[str, float], str],
    ) -> list[str]:
        """`rows`의 `column`에 점수를 적고, LMS에 있던 점수와 다른 것들을 돌려줍니다.

        `found`는 줄의 번호 → 학생의 아이디, `refused(칸의 글, 적을 점수)`는 LMS가 받지 않을 이유(없으면 빈 문자열)입니다.
        점수가 없는 사람의 칸은 `wanted.missing_zero`일 때 비어 있는 것만 0으로 씁니다.
        """
        changed: list[str] = []
        for place, owner in found.items():
            row, student = rows[place], students[owner]
            score = marks.scores.get(owner)
            if score is None:
                if wanted.missing_zero and not row[column].strip():
                    row[column] = "0"
                    self.students.add(owner)
                continue
            given = scaled(score, marks.points, out_of)
            if reason := refused(row[column].strip(), given):
                self.lose(student, given, reason)
                continue
            put(row, column, number_text(given), student.shown, changed)
            self.students.add(owner)
        return changed

    def lose(self, student: Student, score: float, reason: str) -> None:
        """점수를 적지 못한 학생."""
        self.lost.append(f"{student.shown}({number_text(score)}점): {reason}")


def full_marks(marks: Marks, theirs: float | None, wanted: Wanted, lms: str) -> float:
    """몇 점 만점으로 적을지. LMS의 만점이 다른데 정하지 않았으면 CourseError."""
    if wanted.out_of:
        return wanted.out_of
    if theirs is not None and abs(theirs - marks.points) > 0.005:
        raise CourseError(
            f"{lms}의 과제는 {number_text(theirs)}점 만점인데 {marks.unit}은(는) "
            f"{number_text(marks.points)}점 만점입니다.",
            f"{number_text(theirs)}점 만점으로 바꾸어 적으려면 --out-of {number_text(theirs)}, "
            f"점수를 그대로 적으려면 --out-of {number_text(marks.points)}을(를) 붙이세요.",
        )
    return marks.points


def score_text(score: float, marks: Marks, out_of: float) -> str:
    """LMS에 적을 점수."""
    return number_text(scaled(score, marks.points, out_of))


def number(text: str) -> float | None:
    """칸에 적힌 수. 수가 아니면 None."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def put(row: list[str], column: int, score: str, who: str, changed: list[str]) -> None:
    """칸에 점수를 적고, 다른 점수가 있었으면 `changed`에 더합니다."""
    there = row[column].strip()
    if number(there) == number(score):
        return
    if there not in ("", "-"):
        changed.append(f"{who} {there} → {score}")
    row[column] = score
