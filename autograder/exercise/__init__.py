"""문제의 종류. 문제 하나는 제목, 배점, 참고 답안, 힌트로 이루어지며 정답을 담고 있습니다."""

from autograder.exercise.artifact import ArtifactExercise
from autograder.exercise.base import Exercise, Mistake
from autograder.exercise.composite import CompositeExercise
from autograder.exercise.dataset import DatasetExercise
from autograder.exercise.distributed import DistributedExercise
from autograder.exercise.function import FunctionExercise, Look
from autograder.exercise.graph import GraphExercise, GraphItem
from autograder.exercise.layer import LayerExercise
from autograder.exercise.model import Accuracy, Flags, ModelExercise, Tokens
from autograder.exercise.open import OpenExercise
from autograder.exercise.step import StepExercise, StepMistake
from autograder.exercise.transform import TransformExercise
from autograder.exercise.value import ValueExercise

__all__ = [
    "Accuracy",
    "ArtifactExercise",
    "CompositeExercise",
    "DatasetExercise",
    "DistributedExercise",
    "Exercise",
    "Flags",
    "FunctionExercise",
    "GraphExercise",
    "GraphItem",
    "LayerExercise",
    "Look",
    "Mistake",
    "ModelExercise",
    "OpenExercise",
    "StepExercise",
    "StepMistake",
    "Tokens",
    "TransformExercise",
    "ValueExercise",
]
