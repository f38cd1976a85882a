"""보고서가 아는 것: 단원마다 물은 문제, 학생마다 낸 답과 받은 점수.

여기 없는 것: 어디서 읽는지(`grading.report.gather`), 무엇을 셈하는지(`grading.report.exercises`, `grading.report.mistakes`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.grading.table import ABSENT, GRADED, UNTOUCHED
from autograder.report import Item

WAITING = "아직 채점하지 않음"
"""낸 것이 있지만 성적부에 점수가 없는 학생의 상태. 나머지는 `table`의 것입니다."""


@dataclass(frozen=True)
class Asked:
    """문제 하나: 아이디, 번호, 제목, 성적부의 배점."""

    id: str
    number: str
    title: str
    points: float


@dataclass(frozen=True)
class Answer:
    """한 학생이 한 문제에서 받은 점수와, 판정이 한 말과, 풀이 셀의 코드.

    `score`는 성적부의 것이라 강사가 준 점수도 들어 있습니다(`by_hand`). `seconds`는 앞 문제의 검사 다음부터 이 문제의
    검사까지 실행한 시간이고, 모르면 None입니다.
    """

    score: float
    attempted: bool = True
    by_hand: bool = False
    items: tuple[Item, ...] = ()
    note: str = ""
    code: str = ""
    seconds: float | None = None


@dataclass(frozen=True)
class Student:
    """한 학생이 한 단원에 낸 것. `answers`는 문제의 아이디 → 답, `total`은 감점까지 셈한 점수입니다."""

    id: str
    name: str
    status: str
    total: float | None = None
    penalty: float = 0.0
    answers: dict[str, Answer] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    """끝까지 가지 못한 셀의 결과들(`run.kernel`의 이름)."""
    seconds: float | None = None
    """노트북을 실행한 시간."""

    @property
    def label(self) -> str:
        """보고서에 적는 이름: 아이디와, 있으면 이름."""
        return f"{self.name} ({self.id})" if self.name and self.name != self.id else self.id

    @property
    def readable(self) -> bool:
        """노트북을 읽고 판정할 수 있었는지. 읽을 수 없는 제출의 0점은 문제의 탓이 아닙니다."""
        return self.status in (GRADED, UNTOUCHED)

    @property
    def absent(self) -> bool:
        """내지 않았는지."""
        return self.status == ABSENT


@dataclass(frozen=True)
class UnitFacts:
    """채점한 단원 하나. `lesson`은 강좌가 준 코드 셀(수업과 참고 답안)입니다."""

    unit: str
    title: str
    exercises: tuple[Asked, ...]
    students: tuple[Student, ...]
    lesson: tuple[str, ...] = ()
    graded_at: str = ""
    graded_with: str = ""

    @property
    def points(self) -> float:
        """배점의 합."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def scored(self) -> list[Student]:
        """점수가 있는 학생들."""
        return [student for student in self.students if student.total is not None]


@dataclass(frozen=True)
class Share:
    """한 학생이 한 단원에서 얻은 몫(0–1). 내지 않았으면 None."""

    unit: str
    value: float | None


@dataclass(frozen=True)
class ClassFacts:
    """보고서 하나의 재료: 과정의 이름, 자세히 볼 단원, 학생마다 채점한 모든 단원의 몫."""

    course: str
    units: tuple[UnitFacts, ...]
    order: tuple[str, ...] = ()
    """채점한 모든 단원, 차례대로."""
    ways: dict[str, tuple[Share, ...]] = field(default_factory=dict)
    """학생의 이름(`Student.label`) → 단원마다의 몫."""
    people: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """학생의 아이디 → 그 학생을 알아볼 수 있는 말들(아이디, 이름, 메일). 이름을 숨길 때 지웁니다."""
