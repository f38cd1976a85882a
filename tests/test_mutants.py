"""참고 모델을 한 군데 바꾼 모델은 만점이 아니고, 메시지가 바꾼 곳을 말합니다."""

from __future__ import annotations

import pytest
from mutants import branches, graph_mutants, mutants, rebuild

from autograder.exercises import all_exercises, get
from autograder.judge import judge
from autograder.kinds import ModelExercise
from autograder.observe import observe

MODELS = [item for item in all_exercises() if isinstance(item, ModelExercise)]
GRAPHS = [item.id for item in MODELS if branches(item)]
MODEL_EXERCISES = [item.id for item in MODELS if item.id not in GRAPHS]
UNBUILDABLE_STYLES = ("sequential", "functional", None)  # None is built as functional

# 바꾸어도 같은 함수인 것들. 같은 값을 내므로 맞은 답이고, 만점이어야 합니다.
EQUIVALENT = {
    "sequential.mnist": {"model[2] Flatten 두 번"},
    "functional.mnist": {"model[2] Flatten 두 번"},
    "subclass.mnist": {"model[2] Flatten 두 번"},
    "sequential.cifar100": {"model[1] MaxPooling2D padding=same", "model[4] Flatten 두 번"},
    "functional.cifar100": {"model[1] MaxPooling2D padding=same", "model[4] Flatten 두 번"},
    "final.own_loop": {"model[1] MaxPooling2D padding=same", "model[4] Flatten 두 번"},
    "subclass.cifar100": {"model[1] MaxPooling2D padding=same", "model[4] Flatten 두 번"},
    "sequential.regularized": {
        "model[2] Flatten 두 번",
        "model[2] Flatten ↔ 다음",
    },
    "functional.autoencoder": {
        "encoder[2] MaxPooling2D padding=same",
        "decoder[0] Reshape 두 번",
    },
}


@pytest.mark.parametrize("exercise_id", MODEL_EXERCISES)
def test_no_mutant_keeps_full_points_and_the_message_names_the_change(exercise_id):
    exercise = get(exercise_id)
    challenge = exercise.challenge(20)
    missed, misnamed, equivalent, judged = [], [], set(), 0
    # Where the model is judged as a whole, the shape of what it gives is the message.
    whole = () if exercise.detailed is None or exercise.detailed else ("출력 모양이",)
    for mutant in mutants(exercise):
        try:
            subject = rebuild(exercise, mutant)
        except ValueError:
            # 만들 때 이미 오류가 나는 모델은 답이 될 수 없습니다.
            assert exercise.style in UNBUILDABLE_STYLES, mutant.name
            continue
        report = judge(exercise, challenge, observe(challenge, subject))
        judged += 1
        lost = [item for item in report.items if not item.passed and "정확도" not in item.name]
        if not lost:
            equivalent.add(mutant.name)
            if mutant.name not in EQUIVALENT.get(exercise_id, set()):
                missed.append(mutant.name)
        elif not any(sign in report.to_text() for sign in (*mutant.signs, *whole)):
            misnamed.append(f"{mutant.name}\n{report.to_text()}")
    assert not missed, "\n".join(missed)
    assert not misnamed, "\n\n".join(misnamed)
    assert equivalent == EQUIVALENT.get(exercise_id, set())
    assert judged >= (0 if exercise.counts else 15)


@pytest.mark.parametrize("exercise_id", GRAPHS)
def test_no_change_of_a_branching_model_keeps_full_points(exercise_id):
    exercise = get(exercise_id)
    challenge = exercise.challenge(20)
    missed, misnamed, judged = [], [], 0
    for mutant in graph_mutants(exercise):
        try:
            model = mutant.build()
        except ValueError:
            # 만들 때 이미 오류가 나는 모델은 답이 될 수 없습니다.
            continue
        report = judge(exercise, challenge, observe(challenge, {"model": model}))
        judged += 1
        if report.passed:
            missed.append(mutant.name)
        elif not any(sign in report.to_text() for sign in mutant.signs):
            misnamed.append(f"{mutant.name}\n{report.to_text()}")
    assert not missed, "\n".join(missed)
    assert not misnamed, "\n\n".join(misnamed)
    assert judged >= 10
