"""문제의 종류. 문제 하나는 제목, 배점, 참고 답안, 힌트로 이루어지며 정답을 담고 있습니다."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from autograder.protocol import Challenge


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """모든 문제의 공통점.

    `reference`는 참고 답안을 만드는 함수입니다. 답이 하나면 그 객체를, 여럿이면
    이름 → 객체 딕셔너리를 돌려줍니다. 함수의 소스가 그대로 `answer()`에 나오므로
    학습자가 읽을 코드로 씁니다.
    """

    id: str
    unit: str
    number: str
    title: str
    difficulty: int
    minutes: int
    subjects: tuple[str, ...]
    reference: Callable[[], Any]
    hints: tuple[str, str, str]
    requirements: tuple[str, ...] = ()
    pitfalls: dict[str, str] = field(default_factory=dict)

    kind: ClassVar[str] = ""

    def challenge(self, seed: int) -> Challenge:
        """`seed`로 정해지는 물음을 만듭니다."""
        facts, arrays = self.questions(np.random.RandomState(seed % 2**32))
        return Challenge(self.id, self.kind, {"subjects": list(self.subjects)} | facts, arrays)

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        """Challenge의 `facts`와 `arrays`."""
        raise NotImplementedError

    def solution(self) -> dict[str, Any]:
        """참고 답안을 이름 → 객체로."""
        made = self.reference()
        return made if isinstance(made, dict) else {self.subjects[0]: made}

    def solution_code(self) -> str:
        """참고 답안의 소스. `return model`은 `model = …`로 읽히도록 고칩니다."""
        source = textwrap.dedent(inspect.getsource(self.reference))
        body = source[source.index("\n", source.index("def ")) + 1 :]
        body = textwrap.dedent(body)
        returned = re.search(r"^return (.+)\Z", body, re.M | re.S)
        if returned is None:
            return body.rstrip()
        expression = returned.group(1).rstrip()
        kept = body[: returned.start()].rstrip()
        if expression == self.subjects[0] or expression.startswith("{"):
            return kept
        return f"{kept}\n{self.subjects[0]} = {expression}".strip()


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """정확도 항목: 어느 데이터셋에서 어느 문턱을 넘어야 하는지.

    `thresholds`는 데이터의 출처("builtin", "original") → 문턱(0–1),
    `prepare`는 uint8 이미지를 모델의 입력으로 바꾸는 함수입니다.
    """

    dataset: str
    thresholds: dict[str, float]
    prepare: Callable[[np.ndarray], np.ndarray]
    points: float = 3


@dataclass(frozen=True, kw_only=True)
class ModelExercise(Exercise):
    """모델을 만드는 문제.

    `inputs`는 부분의 이름 → 샘플 하나의 입력 모양, `style`은 요구하는 API("sequential",
    "functional", "subclass")입니다. `counts`는 모델의 리스트인 부분, `detailed`는 층마다 항목을
    두는 부분(없으면 전부), `model_name`은 요구하는 모델 이름, `shared`는 공유를 설명하는 항목의 이름입니다.
    """

    inputs: dict[str, tuple[int, ...]]
    style: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    detailed: tuple[str, ...] | None = None
    model_name: str | None = None
    shared: str | None = None
    accuracy: Accuracy | None = None
    training_matters: bool = False
    layer_points: float = 1
    whole_points: float = 2

    kind: ClassVar[str] = "model"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        arrays: dict[str, Any] = {}
        parts: dict[str, Any] = {}
        for name, shape in self.inputs.items():
            arrays[name] = random.uniform(0, 1, (6, *shape)).astype("float32")
            parts[name] = {"inputs": {"tensor": name}}
            if name in self.counts:
                parts[name]["count"] = self.counts[name]
        facts = {
            "parts": parts,
            "seeds": [int(random.randint(2**31)) for _ in range(2)],
            "training": self.training_matters,
            "weights": ["model"] if self.accuracy else [],
        }
        return facts, arrays


@dataclass(frozen=True, kw_only=True)
class ValueExercise(Exercise):
    """변수 하나에 값을 담는 문제."""

    kind: ClassVar[str] = "value"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"name": self.subjects[0]}, {}


Cases = Callable[[np.random.RandomState], tuple[list[dict[str, Any]], dict[str, np.ndarray]]]


@dataclass(frozen=True, kw_only=True)
class FunctionExercise(Exercise):
    """함수를 쓰는 문제. `cases(random)`은 부를 인수들과 배열을, 항목은 이름 → 부를 번호들입니다.

    `cases`의 한 항목은 `{"args": [구조, …], "kwargs": {…}}`입니다(구조는 `observe.structure` 참고).
    `groups`는 (항목 이름, 배점, 번호들)의 목록이며, 번호의 결과가 모두 참고 답안과 같으면 맞습니다.
    """

    cases: Cases
    groups: tuple[tuple[str, float, tuple[int, ...]], ...]
    tolerance: float = 1e-4
    check_dtype: bool = True

    kind: ClassVar[str] = "function"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        calls, arrays = self.cases(random)
        return {"name": self.subjects[0], "calls": calls}, arrays


@dataclass(frozen=True, kw_only=True)
class LayerExercise(Exercise):
    """층이나 모델의 클래스를 정의하는 문제.

    `objects(random)`은 만들 객체들과 배열을 돌려줍니다. `groups`는 (항목 이름, 배점, 비교 방법,
    (객체 번호, 호출 번호)들)의 목록입니다. 비교 방법은 "equal"(참고 답안과 같은 값),
    "noise"(훈련 모드에서 참고 답안과 같은 평균과 분산) 가운데 하나입니다.
    """

    objects: Cases
    groups: tuple[tuple[str, float, str, tuple[tuple[int, int], ...]], ...]
    base: str = "model"

    kind: ClassVar[str] = "layer"

    def questions(self, random: np.random.RandomState) -> tuple[dict[str, Any], dict[str, Any]]:
        objects, arrays = self.objects(random)
        facts = {
            "name": self.subjects[0],
            "objects": objects,
            "seed": int(random.randint(2**31)),
        }
        return facts, arrays
