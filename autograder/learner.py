"""학습자가 노트북에서 부르는 함수: check, hint, answer, progress, ready.

여기 없는 것: 데이터(`data`), 그림(`figures`), 판정(`judge`), 진도 파일(`journal`).
"""

from __future__ import annotations

import os
import secrets
import sys
import time
from pathlib import Path
from typing import Any

from autograder.korean import with_particle
from autograder.observe import observe
from autograder.observe.problems import unattempted
from autograder.protocol import RUN_VARIABLE, Challenge, read


def check(exercise_id: str, *subjects: Any, **named: Any) -> Any:
    """답을 검사해 Report를 돌려줍니다.

    `check("sequential.mnist", model)`처럼 아이디 다음에 명세의 이름 순서대로 넘기거나,
    `check("functional.autoencoder", encoder=..., decoder=..., autoencoder=...)`처럼 이름으로 넘깁니다.
    답이 무엇이든 예외를 던지지 않습니다. 없는 아이디면 `UnknownExercise`입니다.
    채점하는 동안에는 관찰한 것만 파일에 남깁니다.
    """
    if RUN_VARIABLE in os.environ:
        return _observe_for_grading(Path(os.environ[RUN_VARIABLE]), exercise_id, subjects, named)
    from autograder import journal
    from autograder.exercises import get
    from autograder.judge import judge

    started = time.perf_counter()
    exercise = get(exercise_id)
    challenge = exercise.challenge(secrets.randbits(31))
    report = judge(exercise, challenge, observe(challenge, _bind(challenge, subjects, named)))
    object.__setattr__(report, "seconds", time.perf_counter() - started)
    journal.record(report)
    if os.environ.get("NBGRADER_EXECUTION") == "validate" and not report.passed:
        # Validate shows what a check writes to standard error, and of what it returns the number.
        print(report.to_text(), file=sys.stderr)
    return report


_NOT_WHILE_GRADING = "채점하는 동안에는 힌트, 참고 답안, 진도를 보이지 않습니다."


class Observed:
    """채점하는 동안 `check`가 돌려주는 것. 점수는 채점이 끝난 뒤에 나옵니다."""

    def __init__(self, exercise_id: str) -> None:
        self.exercise = exercise_id

    def __repr__(self) -> str:
        return f"{self.exercise}: 답을 관찰했습니다. 점수는 채점이 끝난 뒤에 나옵니다."


def _observe_for_grading(
    folder: Path, exercise_id: str, subjects: tuple[Any, ...], named: dict[str, Any]
) -> Observed:
    path = folder / "challenges" / f"{exercise_id}.npz"
    if not path.is_file():
        return Observed(exercise_id)
    challenge = read(Challenge, path)
    evidence = observe(challenge, _bind(challenge, subjects, named))
    evidence.write(folder / "evidence" / f"{exercise_id}.npz")
    return Observed(exercise_id)


def _bind(challenge: Challenge, subjects: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    names = challenge.facts["subjects"]
    bound = dict(zip(names, subjects, strict=False)) | {
        name: value for name, value in named.items() if name in names
    }
    return {name: bound.get(name) for name in names}


def hint(exercise_id: str) -> Any:
    """힌트를 보여 줍니다. 부를 때마다 한 단계씩 더 자세해집니다."""
    if RUN_VARIABLE in os.environ:
        return _NOT_WHILE_GRADING
    from autograder.exercises import get
    from autograder.note_box import Note

    exercise = get(exercise_id)
    step = _HINT_STEPS.get(exercise_id, 0)
    _HINT_STEPS[exercise_id] = min(step + 1, len(exercise.hints) - 1)
    more = "더 알고 싶으면 `hint`를 한 번 더 부르세요." if step + 1 < len(exercise.hints) else ""
    title = f"힌트 {step + 1}/{len(exercise.hints)} · 문제 {exercise.number}"
    return Note(title, exercise.hints[step], footer=more)


_HINT_STEPS: dict[str, int] = {}


def answer(exercise_id: str) -> Any:
    """참고 답안을 보여 주고, 마지막으로 검사한 답과 무엇이 다른지 말합니다."""
    if RUN_VARIABLE in os.environ:
        return _NOT_WHILE_GRADING
    from autograder import journal
    from autograder.exercises import get
    from autograder.note_box import Note

    exercise = get(exercise_id)
    last = journal.last_report(exercise_id)
    if last is None or not last.attempted:
        difference = "아직 답을 검사하지 않았습니다. 먼저 풀어 보고 비교하면 더 많이 배웁니다."
    elif last.passed:
        difference = (
            "여러분의 답도 맞았습니다. 쓴 방법이 다르면 어느 쪽이 읽기 쉬운지 비교해 보세요."
        )
    else:
        lines = [item.message for item in last.items if not item.passed and item.message]
        difference = "여러분의 답과 다른 점:\n" + "\n".join(f"- {line}" for line in lines)
    return Note(
        f"참고 답안 · 문제 {exercise.number}",
        difference,
        code=exercise.solution_code(),
        footer=_TRAINING if getattr(exercise, "accuracy", None) else "",
    )


_TRAINING = (
    "훈련은 `model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', "
    "metrics=['accuracy'])` 다음에 `model.fit(x_train, y_train, epochs=5, batch_size=32)`입니다."
)


def progress() -> Any:
    """강좌의 진도를 보여 줍니다."""
    if RUN_VARIABLE in os.environ:
        return _NOT_WHILE_GRADING
    from autograder import journal

    return journal.overview()


def ready(*subjects: Any, **named: Any) -> bool:
    """앞 문제를 풀었는지. 아직이면 무엇을 먼저 풀지 한 줄로 알리고 False.

    `if ready(model=model):`처럼 써서, 풀지 않은 노트북도 끝까지 실행되게 합니다.
    """
    missing = [name for name, value in named.items() if _empty(value)]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        print(
            f"먼저 위의 문제를 풀어 {with_particle(names, '을', '를')} 만드세요. "
            "그러면 이 셀에 결과가 나옵니다."
        )
        return False
    if any(_empty(value) for value in subjects):
        print("먼저 위의 문제를 푸세요. 그러면 이 셀에 결과가 나옵니다.")
        return False
    return True


def _empty(value: Any) -> bool:
    return value is None or unattempted(value)
