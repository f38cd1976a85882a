"""문제의 종류. 문제 하나는 제목, 배점, 참고 답안, 힌트로 이루어지며 정답을 담고 있습니다.

여기 없는 것: 문제들(`exercises`), 판정(`judge`), 관찰(`observe`).
"""

from autograder.kinds.artifact import ArtifactExercise
from autograder.kinds.base import Exercise, Mistake
from autograder.kinds.composite import CompositeExercise
from autograder.kinds.dataset import DatasetExercise, DatasetItem
from autograder.kinds.distributed import DistributedExercise
from autograder.kinds.finetune import FinetuneExercise
from autograder.kinds.function import FunctionExercise, FunctionItem
from autograder.kinds.graph import GraphExercise, GraphItem, GraphLook
from autograder.kinds.language import LanguageExercise
from autograder.kinds.layer import Carried, LayerExercise, LayerItem, LayerLook
from autograder.kinds.model import Accuracy, Flags, ModelExercise, Tokens
from autograder.kinds.open import OpenExercise
from autograder.kinds.step import StepExercise, StepItem, StepLook, StepMistake
from autograder.kinds.transform import TransformExercise, TransformItem
from autograder.kinds.value import ValueExercise

__all__ = [
    "Accuracy",
    "ArtifactExercise",
    "Carried",
    "CompositeExercise",
    "DatasetExercise",
    "DatasetItem",
    "DistributedExercise",
    "Exercise",
    "FinetuneExercise",
    "Flags",
    "FunctionExercise",
    "FunctionItem",
    "GraphExercise",
    "GraphItem",
    "GraphLook",
    "LanguageExercise",
    "LayerExercise",
    "LayerItem",
    "LayerLook",
    "Mistake",
    "ModelExercise",
    "OpenExercise",
    "StepExercise",
    "StepItem",
    "StepLook",
    "StepMistake",
    "Tokens",
    "TransformExercise",
    "TransformItem",
    "ValueExercise",
]
