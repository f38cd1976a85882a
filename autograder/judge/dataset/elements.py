"""관찰한 Dataset의 요소를 판정하기 좋은 꼴로: 할 일 하나의 기록과, 에포크 하나의 배열들.

여기 없는 것: 비교 방법(`judge.dataset.batches`, `judge.dataset.tfrecords`), Dataset을 도는 일(`observe.dataset`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.judge.problems import explain
from autograder.korean import with_particle
from autograder.protocol import Challenge, Evidence

Failure = tuple[str, str]
"""(메시지, 조언)."""

_KINDS = {
    "NoneType": ("아무것도 돌려주지 않습니다(`None`).", "`return`을 빠뜨리지 않았는지 보세요."),
    "generator": (
        "Dataset이 아니라 파이썬 제너레이터를 돌려줍니다.",
        "`tf.data.Dataset.from_generator(...)`로 감싸거나 `from_tensor_slices`로 시작하세요.",
    ),
    "tuple": (
        "Dataset이 아니라 튜플을 돌려줍니다.",
        "`tf.data.Dataset.from_tensor_slices((x, y))`처럼 Dataset으로 만드세요.",
    ),
    "list": (
        "Dataset이 아니라 리스트를 돌려줍니다.",
        "배치를 미리 다 만들지 말고, 돌 때 만들도록 `tf.data.Dataset`을 돌려주세요.",
    ),
    "OwnedIterator": (
        "Dataset이 아니라 그 반복자(iterator)를 돌려줍니다.",
        "`iter(dataset)`은 한 번만 돌 수 있습니다. Dataset 자체를 돌려주세요.",
    ),
}


@dataclass(frozen=True)
class Step:
    """할 일 하나: 물은 것, 참고 답안의 기록, 관찰한 기록."""

    challenge: Challenge
    reference: Evidence
    evidence: Evidence
    number: int

    @property
    def question(self) -> dict[str, Any]:
        """Challenge가 물은 것."""
        return self.challenge.facts["steps"][self.number]

    @property
    def wanted(self) -> dict[str, Any]:
        """참고 답안의 기록."""
        return self.reference.facts["steps"][self.number]

    @property
    def found(self) -> dict[str, Any]:
        """관찰한 기록."""
        return self.evidence.facts["steps"][self.number]

    @property
    def trouble(self) -> Failure | None:
        """부르거나 돌지 못했으면 그 이유."""
        found, name = self.found, self.question.get("function", "")
        if found["status"] == "seen":
            return None
        kind = found.get("problem")
        if kind == "stub":
            return f"{with_particle(f'`{name}`', '을', '를')} 아직 쓰지 않았습니다.", ""
        if kind == "records":
            return (
                "쓴 파일에서 레코드를 하나씩 꺼낼 수 없습니다.",
                "`tf.io.TFRecordWriter`로 샘플 하나를 레코드 하나로 쓰세요.",
            )
        if kind == "not_dataset":
            return _not_dataset(str(found["type"]), bool(found["py_dataset"]))
        text, advice = explain(found, name)
        if found.get("inside") and "positional argument" in text:
            advice = "`map`에 준 함수는 요소의 부분마다 인수 하나를 받습니다. 요소가 `(이미지, 레이블)`이면 둘입니다."
        return text, advice

    def operations(self, *names: str) -> list[dict[str, Any]]:
        """Dataset을 만든 일들 가운데 이 이름의 것들을 바깥부터. 이름이 없으면 모두."""
        made = self.found.get("operations", [])
        return [each for each in made if not names or each["name"] in names]

    def uses(self, *names: str) -> bool:
        """Dataset을 만들 때 이 가운데 하나라도 썼는지. 다른 함수 안에서 쓴 것은 보이지 않습니다."""
        return bool(self.operations(*names))

    def outside(self, outer: str, inner: str) -> bool:
        """`inner`를 한 다음에 `outer`를 했는지."""
        names = [each["name"] for each in self.operations()]
        return outer in names and inner in names[names.index(outer) :]

    def epoch(self, number: int, *, reference: bool = False) -> Epoch:
        """`number`번째 에포크."""
        record, arrays = (
            (self.wanted, self.reference.arrays)
            if reference
            else (self.found, self.evidence.arrays)
        )
        epoch = record["epochs"][number]
        parts = [
            Part(arrays[part["array"]], [tuple(shape) for shape in part["shapes"]])
            for part in epoch["parts"]
        ]
        if not reference and self.swapped:
            parts.reverse()
        return Epoch(parts, bool(epoch["ended"]))

    @property
    def not_tensors(self) -> str:
        """요소에 텐서가 아닌 것(`Dataset`, `RaggedTensor` …)이 있으면 그 이름."""
        kinds = [str(each["type"]) for each in self.found.get("spec", [])]
        return next((kind.removesuffix("Spec") for kind in kinds if kind != "TensorSpec"), "")

    @property
    def swapped(self) -> bool:
        """요소의 두 부분이 바라는 것과 반대로 놓였는지. 샘플의 모양, 축의 수, 자료형의 차례로 알아봅니다."""
        found, wanted = self.found.get("spec", []), self.wanted.get("spec", [])
        if len(found) != 2 or len(wanted) != 2:
            return False
        shapes = [[each["shape"] for each in spec] for spec in (found, wanted)]
        if None not in shapes[0] and shapes[1][0] != shapes[1][1]:
            mine, theirs = ([shape[1:] for shape in pair] for pair in shapes)
            if mine in (theirs, theirs[::-1]) and theirs[0] != theirs[1]:
                return mine != theirs
            ranks, wished = ([len(shape) for shape in pair] for pair in shapes)
            if ranks[0] != ranks[1] and wished[0] != wished[1]:
                return (ranks[0] > ranks[1]) != (wished[0] > wished[1])
        kinds = [[each["dtype"] for each in spec] for spec in (found, wanted)]
        return kinds[0] != kinds[1] and kinds[0] == kinds[1][::-1]


def _not_dataset(kind: str, py_dataset: bool) -> Failure:
    if py_dataset:
        return (
            f"`tf.data.Dataset`이 아니라 `keras.utils.PyDataset`(`{kind}`)을 돌려줍니다.",
            "`PyDataset`은 `fit`에만 넣을 수 있습니다. 여기서는 `map`, `shuffle`, `batch`가 있는 "
            "`tf.data.Dataset`을 만듭니다.",
        )
    if kind in _KINDS:
        return _KINDS[kind]
    return (
        f"`tf.data.Dataset`이 아니라 `{kind}` 객체를 돌려줍니다.",
        "`tf.data.Dataset.from_tensor_slices(...)`처럼 Dataset을 만들어 돌려주세요.",
    )


@dataclass(frozen=True)
class Part:
    """요소의 한 부분(이미지나 레이블): 이어 담은 값과 요소마다의 모양."""

    flat: np.ndarray
    shapes: list[tuple[int, ...]]

    def rows(self, sample: tuple[int, ...], *, batched: bool) -> np.ndarray | None:
        """샘플마다 한 행인 배열. 요소의 모양이 샘플 `sample`의 배치가 아니면 None."""
        for shape in self.shapes:
            inner = shape[1:] if batched else shape
            if (batched and not shape) or int(np.prod(inner)) != int(np.prod(sample)):
                return None
        return self.flat.reshape(-1, *sample)


@dataclass(frozen=True)
class Epoch:
    """한 에포크에 나온 것."""

    parts: list[Part]
    ended: bool

    @property
    def samples(self) -> int:
        """첫 축을 배치로 볼 때의 샘플 수."""
        return sum(shape[0] if shape else 1 for shape in self.shapes)

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """첫 부분의, 요소마다의 모양."""
        return self.parts[0].shapes if self.parts else []
