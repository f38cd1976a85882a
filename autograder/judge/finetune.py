"""미세 조정의 판정: 한 스텝에 움직인 가중치가 움직여야 하는 것인지, 얼마나 움직였는지 봅니다.

여기 없는 것: 모델을 훈련해 적는 일(`observe.finetune`), 출력만 보는 모델의 함수(`judge.transform`).

모델을 어떻게 잇고 무엇으로 동결했는지는 묻지 않습니다. `Adam`의 첫 스텝은 그레이디언트의 크기와 상관없이
학습률만큼 움직이므로, 움직인 만큼이 곧 옵티마이저와 학습률입니다.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.judge.compare import close
from autograder.judge.problems import explain
from autograder.judge.told_once import told_once
from autograder.kinds import FinetuneExercise
from autograder.kinds.base import AskedItem
from autograder.korean import with_particle
from autograder.protocol import Challenge, Evidence
from autograder.report import Item

_TOLERANCE = 5e-3
_STILL = 1e-9
"""이보다 적게 움직였으면 그대로입니다."""
_NEAR_RATE = (0.6, 1.5)
"""`Adam`의 첫 스텝이 학습률의 이 배수 안이면 그 학습률입니다."""
_LIKE_ADAM = ("AdamW", "Adamax", "Nadam", "Lion")
"""첫 스텝이 `Adam`처럼 학습률만큼인 케라스의 다른 옵티마이저. 학습자가 `Adam`을 상속한 것은 괜찮습니다."""
_NOISE = 1e-3
"""동결한 `base`와 `Dense`의 출력은 훈련 모드에서도 이보다 가깝습니다."""
_FREEZE = "`compile`하기 전에 `base.trainable = False`로 동결하세요."
_BATCH_NORM = "`BatchNormalization` 층마다 `layer.trainable = False`를 주면 추론 모드로 계산하고 통계도 바꾸지 않습니다."

Failure = tuple[str, str]


def items(exercise: FinetuneExercise, challenge: Challenge, evidence: Evidence) -> list[Item]:
    """두 단계의 항목들."""
    first, second = exercise.rates
    asked = [
        AskedItem("머리: `base`의 출력에 소프트맥스 층 하나", 2),
        AskedItem("첫 단계: `base`는 그대로", 2),
        AskedItem(f"첫 단계: 머리가 `Adam({_shown(first)})`으로 움직임", 2),
        AskedItem("둘째 단계: 마지막 층들과 머리가 움직임", 2),
        AskedItem("둘째 단계: 그 아래의 층은 그대로", 2),
        AskedItem("둘째 단계: 배치 정규화의 통계는 그대로", 2),
        AskedItem(f"둘째 단계: 새 `Adam({_shown(second)})`의 크기로 움직임", 2),
    ]
    if evidence.facts["status"] != "seen":
        message, advice = explain(evidence.facts, exercise.subjects[0])
        return told_once(asked, [(message, advice)] * len(asked))
    judged = [
        _Base(exercise, question, records, challenge, evidence)
        for question, records in zip(
            challenge.facts["bases"], evidence.facts["results"], strict=True
        )
    ]
    looks = ("head", "frozen", "first_rate", "top", "low", "statistics", "second_rate")
    failures = [
        next(filter(None, (getattr(base, look)() for base in judged)), None) for look in looks
    ]
    return told_once(asked, failures)


@dataclass
class _Base:
    exercise: FinetuneExercise
    question: dict[str, Any]
    records: list[dict[str, Any]]
    challenge: Challenge
    evidence: Evidence

    def __post_init__(self) -> None:
        from autograder.observe.finetune import filled

        base = filled(self.question)
        self.features = np.asarray(base(self._given("x"), training=False))
        places = {id(w): n for n, layer in enumerate(base.layers) for w in layer.weights}
        norms = {
            id(w)
            for layer in base.layers
            if type(layer).__name__ == "BatchNormalization"
            for w in layer.weights
        }
        bottom = len(base.layers) - self.question["count"]
        # 위쪽 배치 정규화의 gamma와 beta는 열어도 열지 않아도 됩니다.
        self.roles = [
            "statistic"
            if "moving" in str(weight.name)
            else "low"
            if places[id(weight)] < bottom
            else "free"
            if id(weight) in norms
            else "top"
            for weight in base.weights
        ]

    def _given(self, key: str) -> np.ndarray:
        return self.challenge.arrays[self.question[key]]

    def _subject(self, phase: int) -> str:
        return with_particle(f"`{self.exercise.subjects[phase]}`", "이", "가")

    def _stopped(self, phase: int) -> Failure | None:
        """그 단계를 볼 수 없게 하는 것."""
        record, name = self.records[phase], self.exercise.subjects[phase]
        if record["status"] == "unattempted":
            return "아직 풀지 않았어요.", ""
        if record["status"] == "skipped":
            return f"{self._subject(0)} 모델을 돌려주면 확인합니다.", ""
        if record["status"] != "seen":
            return explain(record, name)
        if not record["compiled"]:
            return (
                f"{self._subject(phase)} 돌려준 모델이 컴파일되지 않았습니다.",
                "함수 안에서 `model.compile(optimizer=..., loss=...)`까지 하세요.",
            )
        if "fit" in record:
            return self._not_trained(record["fit"], name)
        return None

    def _not_trained(self, record: dict[str, Any], name: str) -> Failure:
        if "Unknown variable" in str(record.get("message")):
            return (
                "앞 단계의 옵티마이저가 새로 연 가중치를 모릅니다(`Unknown variable`).",
                "옵티마이저는 처음 본 가중치만 업데이트합니다. `compile`에 새 `Adam`을 주세요.",
            )
        message, advice = explain(record, name)
        return message, advice or "`compile`에 준 손실이 정수 레이블을 받는지 보세요."

    def head(self) -> Failure | None:
        """출력이 `base`의 출력에 `Dense` 하나를 붙인 소프트맥스인지."""
        record, classes = self.records[0], self.question["classes"]
        if record["status"] != "seen" or not record["compiled"]:
            return self._stopped(0)
        if record["missing"]:
            return (
                "받은 `base`의 가중치를 쓰지 않는 모델입니다.",
                "`clone_model`로 복제하거나 새로 만들지 말고, 받은 `base`를 부르세요.",
            )
        outputs = self.evidence.arrays[record["outputs"]]
        wanted = (len(self.features), classes)
        if outputs.shape != wanted:
            return (
                f"출력의 모양이 `{(None, *wanted[1:])}`이어야 하는데 `{(None, *outputs.shape[1:])}`입니다.",
                "마지막 `Dense`의 유닛 수는 `num_classes`입니다.",
            )
        shapes = {tuple(item["shape"]) for item in record["head"]}
        size = self.features.shape[-1]
        if shapes != {(classes,), (size, classes)} or len(record["head"]) != len(shapes):
            found = ", ".join(f"`{shape}`" for shape in sorted(shapes, key=str)) or "없습니다"
            return (
                "머리에는 `Dense` 층 하나의 가중치(`kernel`과 `bias`)만 있어야 합니다. "
                f"지금 새로 생긴 가중치의 모양: {found}.",
                "",
            )
        values = {
            tuple(item["shape"]): self.evidence.arrays[item["array"]] for item in record["head"]
        }
        scores = self.features @ values[(size, classes)] + values[(classes,)]
        return _compared(scores, outputs) or self._extra()

    def _extra(self) -> Failure | None:
        """머리에 가중치가 없는 다른 것이 있는지. `base`가 움직였으면 어느 쪽인지 모릅니다."""
        record = self.records[0]
        if record.get("added", 0) > _STILL:
            return (
                "머리에 명세에 없는 규제가 있습니다.",
                "`Dense(num_classes)`에 `kernel_regularizer` 따위를 주지 마세요.",
            )
        if record.get("noise", 0.0) > _NOISE and "fit" not in record and not self.frozen():
            return (
                "머리가 훈련 모드에서 다른 값을 냅니다. `Dropout`처럼 명세에 없는 층이 있습니다.",
                "머리는 `Dense(num_classes)`와 소프트맥스뿐입니다.",
            )
        return None

    def frozen(self) -> Failure | None:
        """첫 단계에서 `base`의 가중치가 그대로인지."""
        if stopped := self._stopped(0):
            return stopped
        record = self.records[0]
        moved = {
            role for role, size in zip(self.roles, record["moved"], strict=True) if size > _STILL
        }
        if not moved:
            return None
        if moved == {"statistic"}:
            return "`base`의 배치 정규화 통계가 움직였습니다.", _BATCH_NORM
        return "머리만 훈련해야 하는데 `base`의 가중치도 움직였습니다.", _FREEZE

    def first_rate(self) -> Failure | None:
        """첫 단계에서 머리가 그 학습률과 손실로 움직였는지."""
        if stopped := self._stopped(0):
            return stopped
        record = self.records[0]
        if wrong := self._size(record["head_moved"], 0, "머리의 가중치가"):
            return wrong
        # 머리나 동결이 달라서 손실이 다르면 앞의 항목이 말합니다.
        return None if self.head() or self.frozen() else self._loss(0)

    def _loss(self, phase: int) -> Failure | None:
        """훈련하기 전의 출력과 레이블에서 나와야 하는 손실로 훈련했는지."""
        record, labels = self.records[phase], self._given("y")
        outputs = self.evidence.arrays[record["outputs"]]
        chances = outputs[np.arange(len(labels)), labels]
        wanted = float(np.mean(-np.log(np.clip(chances, 1e-7, 1))))
        if abs(float(record["loss"]) - wanted) <= 0.01 * max(wanted, 0.1):
            return None
        return (
            f"손실이 {wanted:.3f}이어야 하는데 {float(record['loss']):.3f}입니다.",
            "정수 레이블과 소프트맥스의 손실은 `sparse_categorical_crossentropy`입니다.",
        )

    def top(self) -> Failure | None:
        """둘째 단계에서 위쪽 층과 머리가 모두 움직였는지."""
        if stopped := self._stopped(1):
            return stopped
        record, count = self.records[1], self.question["count"]
        if self._another_head():
            return (
                "둘째 단계의 모델에 첫 단계에서 훈련한 머리가 없습니다.",
                "머리를 새로 만들면 첫 단계가 헛일이 됩니다. 받은 `model`을 다시 컴파일해 돌려주세요.",
            )
        sizes = self._of("top")
        if all(size > _STILL for size in sizes):
            if min(record["head_moved"], default=0.0) > _STILL:
                return None
            return "머리가 움직이지 않았습니다.", "머리의 `trainable`은 `True`로 둡니다."
        open_now = [
            flag
            for flag, role in zip(record["trainable"], self.roles, strict=True)
            if role == "top"
        ]
        # 다른 옵티마이저의 걸음은 float32의 끝자리보다 작을 수 있습니다. 크기는 마지막 항목이 말합니다.
        tiny = record["optimizer"] != "Adam" and not record["same_optimizer"]
        if all(open_now) and (tiny or self._no_gradient()):
            return None
        if all(open_now) and record["same_optimizer"]:
            return (
                "`trainable`은 바뀌었지만 마지막 층들이 움직이지 않았습니다.",
                "한 번 훈련한 모델은 그때의 훈련 함수를 다시 씁니다. "
                "`trainable`을 바꾼 다음 새 옵티마이저로 `compile`을 다시 하세요.",
            )
        if not any(open_now) and record["was_open"]:
            return (
                f"`base`의 마지막 {count}개 층이 움직이지 않았습니다. 그 층들이 아직 동결되어 있습니다.",
                "층마다 동결했다면 층마다 여세요. `base.trainable`이 이미 `True`이면 다시 `True`를 넣어도 "
                "안의 층은 열리지 않습니다.",
            )
        if not any(size > _STILL for size in sizes):
            return (
                f"`base`의 마지막 {count}개 층이 움직이지 않았습니다.",
                "`base.trainable = True`로 연 다음, 아래쪽 층(`base.layers[:-count]`)만 다시 동결하세요.",
            )
        return (
            f"`base`의 마지막 {count}개 층 가운데 일부만 움직였습니다.",
            "마지막 `count`개는 `base.layers[-count:]`입니다. 배치 정규화가 아닌 층은 모두 엽니다.",
        )

    def _another_head(self) -> bool:
        """첫 단계가 끝났을 때와 다른 값에서 둘째 단계의 머리가 시작하는지."""
        heads: list[list[np.ndarray]] = []
        for record, key in zip(self.records, ("trained", "array"), strict=True):
            found = [self.evidence.arrays.get(item.get(key)) for item in record["head"]]
            if any(value is None for value in found):
                return False
            heads.append([value for value in found if value is not None])
        before, after = heads
        return any(
            not any(one.shape == other.shape and close(one, other, _STILL) for other in after)
            for one in before
        )

    def low(self) -> Failure | None:
        """둘째 단계에서 아래쪽 층이 그대로인지."""
        if stopped := self._stopped(1):
            return stopped
        low, top = self._of("low"), self._of("top")
        if not any(size > _STILL for size in low):
            return None
        count = self.question["count"]
        if all(size > _STILL for size in [*low, *top]):
            return (
                "`base`의 층이 모두 움직였습니다.",
                "`base.trainable = True`는 안의 층을 모두 엽니다. "
                "아래쪽 층(`base.layers[:-count]`)은 다시 `trainable = False`로 두세요.",
            )
        return (
            f"마지막 {count}개보다 아래에 있는 층이 움직였습니다.",
            "아래쪽은 `base.layers[:-count]`, 마지막 `count`개는 `base.layers[-count:]`입니다.",
        )

    def statistics(self) -> Failure | None:
        """둘째 단계에서 배치 정규화의 통계가 그대로인지."""
        if stopped := self._stopped(1):
            return stopped
        if not any(size > _STILL for size in self._of("statistic")):
            return None
        return (
            "배치 정규화의 이동 평균이나 이동 분산이 움직였습니다.",
            f"{_BATCH_NORM} 함수형 모델에 적은 `base(x, training=False)`는 `fit`이 훈련 모드로 덮어씁니다.",
        )

    def second_rate(self) -> Failure | None:
        """둘째 단계에서 움직인 것들이 작은 학습률만큼 움직였는지."""
        if stopped := self._stopped(1):
            return stopped
        record = self.records[1]
        moved = [size for size in [*record["moved"], *record["head_moved"]] if size > _STILL]
        shown = [
            size
            for size, role in zip(record["moved"], self.roles, strict=True)
            if role != "statistic" and size > _STILL
        ]
        if not moved:
            return None if self._no_gradient() else ("아무 가중치도 움직이지 않았습니다.", "")
        wrong = self._size(shown or record["head_moved"], 1, "가중치가")
        # 움직이지 않은 머리는 앞의 항목이 말합니다.
        if not wrong and max(record["head_moved"], default=0.0) > _STILL:
            wrong = self._size(record["head_moved"], 1, "머리의 가중치가")
        return wrong or (None if self.head() or self.statistics() else self._loss(1))

    def _no_gradient(self) -> bool:
        """새 `Adam`인데도 움직이지 않을 수 있는지.

        출력이 확률이 아니면 로그를 자른 손실의, 머리에 다른 층이 있으면 죽은 relu의 그레이디언트가 0일 수 있습니다.
        """
        record = self.records[1]
        outputs = self.evidence.arrays[record["outputs"]]
        chances = outputs.min() >= 0 and np.allclose(outputs.sum(-1), 1, atol=1e-3)
        other = not chances or self._more_than_a_head()
        return other and record["optimizer"] == "Adam" and not record["same_optimizer"]

    def _more_than_a_head(self) -> bool:
        return len(self.records[0]["head"]) > 2

    def _of(self, role: str) -> list[float]:
        moved = self.records[1]["moved"]
        return [size for size, own in zip(moved, self.roles, strict=True) if own == role]

    def _size(self, sizes: list[float], phase: int, what: str) -> Failure | None:
        """가장 많이 움직인 것이 그 단계의 학습률만큼인지."""
        rate, record = self.exercise.rates[phase], self.records[phase]
        size = max(sizes, default=0.0)
        low, high = (bound * rate for bound in _NEAR_RATE)
        if low <= size <= high:
            if record["optimizer"] not in _LIKE_ADAM:
                return None
            return (
                f"옵티마이저가 `Adam`이 아니라 `{record['optimizer']}`입니다.",
                f"`keras.optimizers.Adam({_shown(rate)})`을 쓰세요.",
            )
        adam = record["optimizer"] == "Adam" and np.isclose(
            record.get("rate", 0.0), rate, rtol=0.05
        )
        if adam and self._more_than_a_head():
            # 죽은 relu 뒤의 걸음은 작고, 정규화의 통계는 크게 움직입니다. 머리의 층은 앞의 항목이 말합니다.
            return None
        if not size > _STILL:
            return f"{what} 움직이지 않았습니다.", "`compile`에 준 옵티마이저를 보세요."
        advice = f"`Adam`의 첫 스텝은 학습률만큼 움직입니다. `keras.optimizers.Adam({_shown(rate)})`을 쓰세요."
        if record["optimizer"] != "Adam":
            advice += f" 지금은 `{record['optimizer']}`입니다."
        elif phase and record.get("same_optimizer"):
            advice += " 지금은 앞 단계의 옵티마이저를 그대로 씁니다."
        return (
            f"{what} 한 스텝에 {_shown(rate)}만큼 움직여야 하는데 {_shown(size)}만큼 움직였습니다.",
            advice,
        )


def _shown(size: float) -> str:
    """`1e-05`가 아니라 학습자가 코드에 쓰는 꼴 `1e-5`로."""
    shown = f"{size:.1e}".replace("e-0", "e-").replace("e+0", "e").replace(".0e", "e")
    return shown if size < 0.01 else f"{size:.2g}"


def _compared(scores: np.ndarray, outputs: np.ndarray) -> Failure | None:
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    if close(powers / powers.sum(-1, keepdims=True), outputs, _TOLERANCE):
        return None
    if close(scores, outputs, _TOLERANCE):
        return "출력이 확률이 아닙니다.", '마지막 `Dense`에 `activation="softmax"`를 주세요.'
    if close(1 / (1 + np.exp(-scores)), outputs, _TOLERANCE):
        return (
            "출력이 소프트맥스가 아니라 시그모이드입니다.",
            '여러 클래스 가운데 하나를 고르므로 `activation="softmax"`입니다.',
        )
    return (
        "출력이 `base`의 출력에 `Dense`와 소프트맥스를 붙인 값과 다릅니다.",
        "`base`의 마지막 출력에 다른 층 없이 `Dense` 하나만 붙이고, 추론 모드의 값이 같은지 보세요.",
    )
