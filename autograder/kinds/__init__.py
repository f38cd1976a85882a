"""문제의 종류. 문제 하나는 제목, 배점, 참고 답안, 힌트로 이루어지며 정답을 담고 있습니다."""

from autograder.kinds.artifact import ArtifactExercise
from autograder.kinds.base import Exercise, Mistake
from autograder.kinds.composite import CompositeExercise
from autograder.kinds.dataset import DatasetExercise
from autograder.kinds.distributed import DistributedExercise
from autograder.kinds.function import FunctionExercise, Look
from autograder.kinds.graph import GraphExercise, GraphItem
from autograder.kinds.layer import LayerExercise
from autograder.kinds.model import Accuracy, Flags, ModelExercise, Tokens
from autograder.kinds.open import OpenExercise
from autograder.kinds.step import StepExercise, StepMistake
from autograder.kinds.transform import TransformExercise
from autograder.kinds.value import ValueExercise

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
