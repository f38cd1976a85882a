"""성적부에서 읽은 학급: 누가 있고 무엇을 받았는지.

여기 없는 것: LMS의 표에 적는 일(`grading.lms.filling`), 화면의 표(`grading.table`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nbgrader.api import Assignment, Gradebook, MissingEntry

from autograder.exercises.units import UNITS
from autograder.grading.course.who import folder_name
from autograder.grading.lms.names import Given


@dataclass(frozen=True)
class Student:
    """성적부의 학생과, LMS가 그를 부르는 것들."""

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    canvas: str = ""
    """캔버스의 사용자 아이디."""
    given: dict[str, Given] = field(default_factory=dict)
    """단원 → `collect`가 기억한 LMS의 이름."""

    @property
    def name(self) -> str:
        """성명. 명단이 없었으면 LMS의 파일에 적혀 있던 이름."""
        if self.last and self.first and not _hangul(self.last + self.first):
            return f"{self.first} {self.last}"
        told = next((one.user for one in self.given.values()), "")
        return f"{self.last}{self.first}" or told

    @property
    def shown(self) -> str:
        """사람에게 보이는 이름."""
        return f"{self.id} {self.name}".strip() if self.name != self.id else self.id

    @property
    def made_up(self) -> bool:
        """아이디가 명단이 아니라 LMS의 파일 이름에서 나왔는지. 학교나 LMS는 모르는 아이디입니다."""
        names = {folder_name(f"{one.user}_{one.number}") for one in self.given.values()}
        return self.id in names and not self.email


@dataclass(frozen=True)
class Marks:
    """단원 하나의 점수: 만점, 학생의 아이디 → 점수(추가 점수를 더하고 지각 감점을 뺀 것)."""

    unit: str
    points: float
    scores: dict[str, float]
    unfinished: tuple[str, ...] = ()
    """성적부에 제출은 있으나 점수가 다 매겨지지 않은 학생들."""

    @property
    def title(self) -> str:
        """LMS에 보일 과제의 이름: "00 시작하기". 강좌의 단원이 아니면 과제의 이름 그대로입니다."""
        unit = UNITS.get(self.unit)
        return f"{unit.number} {unit.title}" if unit else self.unit


def read_students(gradebook: Gradebook, given: dict[str, dict[str, Given]]) -> dict[str, Student]:
    """성적부의 모든 학생, 아이디 순서대로. `given`은 단원마다 기억한 이름입니다."""
    made = {}
    for person in gradebook.students:
        theirs = {unit: names[person.id] for unit, names in given.items() if person.id in names}
        made[person.id] = Student(
            person.id,
            person.first_name or "",
            person.last_name or "",
            person.email or "",
            person.lms_user_id or "",
            theirs,
        )
    return dict(sorted(made.items()))


def read_marks(gradebook: Gradebook, unit: str) -> Marks | None:
    """`unit`의 점수. 성적부에 그런 과제가 없으면 None."""
    try:
        assignment: Assignment = gradebook.find_assignment(unit)
    except MissingEntry:
        return None
    scores, unfinished = {}, []
    for one in assignment.submissions:
        grades = [grade for notebook in one.notebooks for grade in notebook.grades]
        if any(grade.auto_score is None and grade.manual_score is None for grade in grades):
            unfinished.append(one.student.id)
            continue
        score = float(one.score) - float(one.late_submission_penalty or 0)
        scores[one.student.id] = max(0.0, score)
    made = dict(sorted(scores.items()))
    return Marks(unit, float(assignment.max_score), made, tuple(sorted(unfinished)))


def scaled(score: float, points: float, out_of: float) -> float:
    """`out_of`점 만점으로 바꾼 점수, 소수 둘째 자리까지(LMS가 보이고 비교하는 만큼)."""
    made = score * out_of / points if points else 0.0
    return round(made + 1e-9, 2)


def _hangul(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)
