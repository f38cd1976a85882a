"""문제의 제목과 명세를 참고 답안에서 글로 만듭니다. 글과 검사가 어긋날 수 없습니다.

여기 없는 것: 층과 설정을 부르는 말(`judge.layer_names`), 노트북에 넣는 일(`authoring.fill`).
"""

from __future__ import annotations

from dataclasses import replace

from autograder.kinds import (
    Accuracy,
    CompositeExercise,
    Exercise,
    ModelExercise,
    OpenExercise,
    Tokens,
)
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
    if isinstance(exercise, CompositeExercise):
        for part in exercise.parts.values():
            if part.shown and isinstance(part.exercise, ModelExercise):
                bare = replace(part.exercise, detailed=None, style=None)
                lines += _model_lines(bare)
    if isinstance(exercise, OpenExercise):
        lines.append(_accuracy_line(exercise.accuracy))
    return "\n".join(lines)


def _model_lines(exercise: ModelExercise) -> list[str]:
    from autograder.judge.model.reference import specification_steps

    lines = []
    if exercise.style:
        names = ", ".join(f"`{name}`" for name in exercise.subjects)
        lines.append(f"- {names}: {_STYLE[exercise.style]}")
    if exercise.model_name:
        lines.append(f"- 모델의 이름(`name`)은 `{exercise.model_name}`입니다.")
    lines += [f"- {text}" for text in exercise.requirements]
    lines += [
        "- 적지 않은 설정은 케라스의 기본값이고, 적지 않은 층은 넣지 않습니다. "
        "가중치의 초깃값처럼 모델의 계산을 바꾸지 않는 것은 달라도 됩니다.",
        "",
    ]
    shown: set[str] = set()
    for part, steps in specification_steps(exercise).items():
        name = part.partition("[")[0]
        if name in shown or (exercise.detailed is not None and name not in exercise.detailed):
            continue
        shown.add(name)
        if len(exercise.inputs) > 1:
            each = " 하나" if name in exercise.counts else ""
            lines += [f"`{name}`{each}", ""]
        if any(_connection(steps, index) for index in range(len(steps))):
            lines += [
                "`←` 다음은 그 단계의 입력입니다. 적지 않은 단계는 바로 앞 단계에서 받습니다.",
                "",
            ]
        lines += _input_lines(exercise.inputs[name])
        lines += [
            f"{index + 1}. {_step_text(steps, index)}{_connection(steps, index)}"
            f"{_output(exercise, steps[index])}"
            for index in range(len(steps))
        ]
        lines.append("")
        if exercise.output_names:
            lines += ["- 출력은 차례가 아니라 이름으로 알아봅니다.", ""]
    if exercise.accuracy:
        lines.append(_accuracy_line(exercise.accuracy))
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _accuracy_line(accuracy: Accuracy) -> str:
    limits, name = accuracy.thresholds, _DATASETS[accuracy.dataset]
    return (
        f"- 훈련한 뒤 {name} 테스트 정확도가 내장 데이터에서는 {limits['builtin']:.0%}, "
        f"원본 데이터에서는 {limits['original']:.0%} 이상이어야 합니다. "
        "255로 나누어 [0, 1]로 바꾼 이미지로 잽니다."
    )


def _input_lines(wanted) -> list[str]:  # type: ignore[no-untyped-def]
    if isinstance(wanted, dict):
        texts = [f"`{name}` {_field(field)}" for name, field in wanted.items()]
    elif isinstance(wanted, list):
        texts = [f"{number}번째 {_field(field)}" for number, field in enumerate(wanted, 1)]
    else:
        texts = [_field(wanted)]
    return [f"0. 입력: {', '.join(texts)}"]


def _field(field) -> str:  # type: ignore[no-untyped-def]
    from autograder.kinds.model import field_shape

    text = f"모양 `{field_shape(field)}`"
    return f"{text} 자료형 `int32`" if isinstance(field, Tokens) else text


def _connection(steps, index: int) -> str:  # type: ignore[no-untyped-def]
    """바로 앞 단계에서 이어지지 않은 단계에는 무엇을 받는지 적습니다."""
    sources = steps[index].sources
    plain = index - 1 if index else "모델의 입력"
    if not sources or list(sources) == [plain]:
        return ""
    places = ", ".join(
        f"{s + 1}번" if isinstance(s, int) else f"입력 {s}" if s.startswith("`") else s
        for s in sources
    )
    return f" ← {places}"


def _output(exercise: ModelExercise, step) -> str:  # type: ignore[no-untyped-def]
    if step.output is None or not exercise.output_names:
        return ""
    return f" → 출력 `{exercise.output_names[step.output]}`"


def _step_text(steps, index: int) -> str:  # type: ignore[no-untyped-def]
    from autograder.judge.layer_names import layer_name, settings_text
    from autograder.judge.model.branches import first_use

    step, first = steps[index], first_use(steps, index)
    korean = layer_name(step.kind)
    named = f"`{step.kind}` 층" if f"`{step.kind}`" in korean else f"`{step.kind}` {korean}"
    if first != index:
        return f"{named}: {first + 1}번과 같은 층"
    text = settings_text(step.settings)
    return f"{named}: {text}" if text else named
