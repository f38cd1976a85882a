"""학습자와 강사가 만나는 예외. 메시지는 한국어 문장이고 무엇을 하면 되는지 함께 말합니다.

여기 없는 것: 답에서 생긴 문제를 학습자에게 하는 말(`judge.problems`), 데이터의 오류(`data.originals`).
"""

from __future__ import annotations


class CourseError(Exception):
    """강좌가 알려 주는 오류: 무엇이 잘못되었는지(`message`)와 할 일(`remedy`).

    명령줄은 둘을 이어 표준 오류에 한 줄로 보이고 종료 코드 2로 끝납니다.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message} {remedy}".strip())

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownExercise(CourseError, KeyError):
    """없는 문제의 아이디. `near`는 비슷한 아이디들입니다."""

    def __init__(self, exercise_id: str, near: list[str]) -> None:
        self.exercise_id, self.near = exercise_id, near
        remedy = f"혹시 {', '.join(near)} 가운데 하나인가요?" if near else ""
        super().__init__(f"'{exercise_id}'라는 문제는 없습니다.", remedy)
