"""문제의 제목과 명세를 참고 답안에서 글로 만듭니다. 글과 검사가 어긋날 수 없습니다."""

from __future__ import annotations

from autograder.exercise import Exercise, ModelExercise
from autograder.report import number_text

_STYLE = {
    "sequential": "순차형(Sequential) API로 만듭니다.",
    "functional": "함수형 API로 만듭니다.",
    "subclass": "`keras.Model`을 상속한 클래스로 만듭니다.",
}
_DATASETS = {"mnist": "MNIST", "cifar100": "CIFAR-100"}


def markdown(exercise: Exercise) -> str:
    """노트북에 들어갈 문제의 머리글과 명세(마크다운)."""
    from autograder.judge import points_of

    level = "●" * exercise.difficulty + "○" * (5 - exercise.difficulty)
    lines = [
        f"### 문제 {exercise.number} · {exercise.title}",
        "",
        f"난이도 {level} · 예상 시간 {exercise.minutes}분 · "
        f"배점 {number_text(points_of(exercise))}점 · `{exercise.id}`",
        "",
        "**명세**",
        "",
    ]
    if isinstance(exercise, ModelExercise):
        lines += _model_lines(exercise)
    else:
        lines += [f"- {text}" for text in exercise.requirements]
    return "\n".join(lines)


def _model_lines(exercise: ModelExercise) -> list[str]:
    from autograder.judge.model import specification_steps

    lines = []
    if exercise.style:
        names = ", ".join(f"`{name}`" for name in exercise.subjects)
        lines.append(f"- {names}: {_STYLE[exercise.style]}")
    if exercise.model_name:
        lines.append(f"- 모델의 이름(`name`)은 `{exercise.model_name}`입니다.")
    lines += [f"- {text}" for text in exercise.requirements]
    lines.append("")
    shown: set[str] = set()
    for part, steps in specification_steps(exercise).items():
        name = part.partition("[")[0]
        if name in shown or (exercise.detailed is not None and name not in exercise.detailed):
            continue
        shown.add(name)
        if len(exercise.inputs) > 1:
            each = " 하나" if name in exercise.counts else ""
            lines += [f"`{name}`{each}", ""]
        shape = ", ".join(str(size) for size in exercise.inputs[name])
        comma = "," if len(exercise.inputs[name]) == 1 else ""
        lines.append(f"0. 입력: 모양 `({shape}{comma})`")
        lines += [f"{index}. {_step_text(step)}" for index, step in enumerate(steps, 1)]
        lines.append("")
    if exercise.accuracy:
        limits = exercise.accuracy.thresholds
        name = _DATASETS[exercise.accuracy.dataset]
        lines.append(
            f"- 훈련한 뒤 {name} 테스트 정확도가 내장 데이터에서는 {limits['builtin']:.0%}, "
            f"원본 데이터에서는 {limits['original']:.0%} 이상이어야 합니다."
        )
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _step_text(step) -> str:  # type: ignore[no-untyped-def]
    from autograder.judge.wording import layer_name, settings_text

    korean = layer_name(step.kind)
    named = f"`{step.kind}` 층" if f"`{step.kind}`" in korean else f"`{step.kind}` {korean}"
    text = settings_text(step.settings)
    return f"{named}: {text}" if text else named
