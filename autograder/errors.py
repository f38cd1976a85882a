"""코스의 예외. 모두 한국어 한 문장으로 무엇이 잘못되었고 무엇을 하면 되는지 말합니다."""

from __future__ import annotations

from collections.abc import Sequence


class CourseError(Exception):
    """잘못된 입력이나 빠진 준비.

    `message`는 무엇이 잘못되었는지, `remedy`는 무엇을 하면 되는지를 담은 문장입니다.
    명령줄은 둘을 이어 표준 오류에 한 줄로 보이고 종료 코드 2로 끝납니다.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message} {remedy}".strip())


class UnknownExercise(CourseError):
    """없는 문제 아이디. `exercise`는 물은 아이디, `matches`는 비슷한 아이디들입니다."""

    def __init__(self, exercise: str, matches: Sequence[str] = ()) -> None:
        self.exercise = exercise
        self.matches = tuple(matches)
        if self.matches:
            remedy = f"혹시 {', '.join(self.matches)}인가요?"
        else:
            remedy = "autograder exercises로 아이디를 확인하세요."
        super().__init__(f"문제 {exercise!r}이(가) 없습니다.", remedy)
