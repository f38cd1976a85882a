"""`finetune` 관찰: 머리를 붙인 모델과 위쪽을 연 모델을 한 스텝씩 훈련해, 어느 가중치가 얼마나 움직였는지 적습니다.

여기 없는 것: 물음을 만드는 일(`kinds.finetune`), 판정(`judge.finetune`), 출력만 보는 모델의 함수(`observe.transform`).

Challenge의 `facts`
- `subjects`: 머리를 붙이는 함수와 위쪽을 여는 함수의 이름
- `bases`: 넣을 모델들. `{"class", "config", "seed": 가중치를 채울 시드, "x": 입력의 배열, "y": 레이블의 배열,
  "classes": 클래스의 수, "count": 열 층의 수}`
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.observe.limits import TooLong, time_limit
from autograder.observe.model import identify
from autograder.observe.probe import probe_values, snapshot
from autograder.observe.problems import not_callable, problem, unattempted
from autograder.observe.transform import built
from autograder.protocol import Challenge, Evidence

SECONDS = 20.0
"""함수를 부르거나 한 스텝을 훈련하는 데 쓸 수 있는 CPU 시간(초)."""
_LOST = 1e30
_MOST = 4096
"""머리의 가중치를 적어 둘 크기. 더 크면 명세의 머리가 아닙니다."""


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """두 함수를 모델마다 차례로 부르고, 부를 때마다 한 스텝 훈련합니다."""
    functions = [subject.get(name) for name in challenge.facts["subjects"]]
    usable = [_usable(function) for function in functions]
    arrays: dict[str, np.ndarray] = {}
    results = [
        _Result(f"{number}", question, challenge.arrays, arrays).observe(functions, usable)
        for number, question in enumerate(challenge.facts["bases"])
    ]
    return Evidence(
        challenge.exercise, challenge.kind, {"status": "seen", "results": results}, arrays
    )


def filled(question: dict[str, Any]) -> Any:
    """물음에 적힌, 가중치까지 정해진 모델."""
    base = built(question)
    for weight, value in zip(
        base.weights, probe_values(base.weights, question["seed"]), strict=True
    ):
        weight.assign(value)
    return base


def _usable(function: Any) -> dict[str, Any] | None:
    if unattempted(function):
        return {"status": "unattempted"}
    return not_callable(function)


class _Result:
    def __init__(
        self,
        name: str,
        question: dict[str, Any],
        given: dict[str, np.ndarray],
        arrays: dict[str, np.ndarray],
    ) -> None:
        self.name, self.question, self.arrays = name, question, arrays
        self.x, self.y = given[question["x"]], given[question["y"]]
        self.base = filled(question)
        self.own = {id(weight) for weight in self.base.weights}

    def observe(
        self, functions: list[Any], usable: list[dict[str, Any] | None]
    ) -> list[dict[str, Any]]:
        """두 단계의 기록. 앞 단계에서 모델을 얻지 못하면 뒤 단계는 볼 수 없습니다."""
        make, open_top = functions
        if usable[0]:
            return [usable[0], usable[1] or {"status": "skipped"}]
        first, model = self._phase("frozen", make, self.base, self.question["classes"])
        if usable[1] or model is None:
            return [first, usable[1] or {"status": "skipped"}]
        before = getattr(model, "optimizer", None)
        was_open = bool(self.base.trainable)
        second, opened = self._phase("opened", open_top, model, self.base, self.question["count"])
        if opened is not None:
            second["same_optimizer"] = getattr(opened, "optimizer", None) is before
            second["was_open"] = was_open
        return [first, second]

    def _phase(self, when: str, function: Any, *args: Any) -> tuple[dict[str, Any], Any]:
        """(함수를 부르고 한 스텝 훈련한 기록, 돌려준 모델). 모델을 얻지 못했으면 None."""
        try:
            with time_limit(SECONDS):
                model = function(*args)
        except TooLong:
            return problem("slow", seconds=SECONDS), None
        except Exception as error:  # noqa: BLE001 - 학습자의 함수는 무엇이든 던집니다
            return problem("call", error), None
        if model is None:
            return problem("returns_none"), None
        record = identify(model)
        if record["status"] != "seen":
            return record, None
        try:
            with time_limit(SECONDS):
                return record | self._trained(when, model), model
        except TooLong:
            return problem("slow", seconds=SECONDS), None
        except Exception as error:  # noqa: BLE001 - 오류가 나는 모델도 있습니다
            return problem("call", error), None

    def _trained(self, when: str, model: Any) -> dict[str, Any]:
        outputs = f"{self.name}/{when}/outputs"
        self.arrays[outputs] = np.asarray(snapshot(model(self.x, training=False)))
        known = {id(weight) for weight in model.weights}
        head = [weight for weight in model.weights if id(weight) not in self.own]
        record: dict[str, Any] = {
            "outputs": outputs,
            "missing": len(self.own - known),
            "optimizer": type(getattr(model, "optimizer", None)).__name__,
            "rate": _rate(model),
            "noise": self._noise(model, self.arrays[outputs]) if when == "frozen" else 0.0,
            "compiled": bool(getattr(model, "compiled", False)),
            "trainable": [bool(_among(weight, model)) for weight in self.base.weights],
            "head": [],
        }
        before = [snapshot(weight) for weight in self.base.weights]
        head_before = [snapshot(weight) for weight in head]
        if not record["compiled"]:
            return record
        for number, value in enumerate(head_before):
            key = f"{self.name}/{when}/head/{number}"
            record["head"].append({"shape": list(value.shape), "array": key})
            if value.size <= _MOST:
                self.arrays[key] = value
        try:
            record |= self._losses(model)
            model.fit(self.x, self.y, batch_size=len(self.x), epochs=1, shuffle=False, verbose=0)
        except Exception as error:  # noqa: BLE001 - 손실이나 옵티마이저가 맞지 않을 수 있습니다
            return record | {"fit": problem("fit", error)}
        for item, weight in zip(record["head"], head, strict=True):
            value = snapshot(weight)
            if value.size <= _MOST:
                item["trained"] = f"{item['array']}/trained"
                self.arrays[item["trained"]] = value
        record["moved"] = _moved(before, self.base.weights)
        record["head_moved"] = _moved(head_before, head)
        return record

    def _losses(self, model: Any) -> dict[str, float]:
        """컴파일한 손실과 그 가운데 층이 더한 것(규제). `train_step`을 다시 쓴 모델은 기록에 손실이 없을 수 있습니다."""
        outputs = model(self.x, training=False)
        added = float(sum(float(snapshot(loss)) for loss in model.losses))
        return {
            "loss": float(snapshot(model.compute_loss(x=self.x, y=self.y, y_pred=outputs))),
            "added": added,
        }

    def _noise(self, model: Any, outputs: np.ndarray) -> float:
        """훈련 모드의 출력이 추론 모드와 다른 만큼. 부르지 못하면 0."""
        try:
            trained = np.asarray(snapshot(model(self.x, training=True)))
        except Exception:  # noqa: BLE001 - 훈련 모드로 부를 수 없는 모델도 있습니다
            return 0.0
        if trained.shape != outputs.shape:
            return 0.0
        return float(np.nan_to_num(np.max(np.abs(trained - outputs), initial=0.0)))


def _rate(model: Any) -> float:
    """옵티마이저의 학습률. 없거나 수가 아니면 0."""
    try:
        return float(snapshot(model.optimizer.learning_rate))
    except Exception:  # noqa: BLE001 - 옵티마이저는 무엇이든 될 수 있습니다
        return 0.0


def _among(weight: Any, model: Any) -> bool:
    return any(weight is item for item in model.trainable_weights)


def _moved(before: list[np.ndarray], weights: list[Any]) -> list[float]:
    """가중치마다 가장 많이 움직인 원소가 움직인 만큼. `NaN`이 되었으면 아주 큰 수입니다."""
    changes = [
        np.abs(snapshot(weight).astype("float64") - value)
        for weight, value in zip(weights, before, strict=True)
    ]
    return [
        float(np.max(np.nan_to_num(change, nan=_LOST, posinf=_LOST), initial=0.0))
        for change in changes
    ]
