"""`language` 관찰: 글의 앞부분을 넣었을 때 마지막 자리의 로짓을 적습니다. 다음 글자가 무엇인지는 모릅니다.

여기 없는 것: 손실을 재는 일(`judge.language`), 모델의 층을 적는 일(`observe.model`).

Challenge의 `facts`
- `name`: 모델의 이름
- `texts`: 글자 번호 `(N, T)`인 배열들의 이름. 하나마다 마지막 자리의 출력을 적습니다(마지막 자리만 내면 그것을).
- `same`: 배열 `one`과 `other`가 똑같은 앞자리의 수. 두 배열을 넣었을 때 그 자리들의 출력을 적습니다.
"""

from __future__ import annotations

import contextlib
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.observe.model import fitted, identify
from autograder.observe.problems import problem
from autograder.observe.started import untouched
from autograder.protocol import Challenge, Evidence

MOST = 32 * 2**20
"""출력 하나의 최대 크기(바이트)."""


def observe(challenge: Challenge, subject: dict[str, Any]) -> Evidence:
    """모델을 불러 로짓과 모양, 훈련한 흔적을 적습니다."""
    model: Any = subject.get(challenge.facts["name"])
    facts = identify(model)
    if facts["status"] != "seen":
        return Evidence(challenge.exercise, challenge.kind, facts)
    arrays: dict[str, np.ndarray] = {}
    texts = challenge.facts["texts"]
    facts |= {"shapes": {}, "failed": {}}
    for name in (*texts, "one", "other"):
        try:
            outputs = _outputs(model, challenge.arrays[name])
            if outputs is None:
                return Evidence(challenge.exercise, challenge.kind, facts | problem("returns_none"))
            if keras.tree.is_nested(outputs):
                facts["nested"] = {"type": type(outputs).__name__, "count": len(outputs)}
                only = keras.tree.flatten(outputs)
                if len(only) != 1:
                    break
                outputs = only[0]
            found = _array(outputs)
        except Exception as error:  # noqa: BLE001 - 학습자의 모델은 무엇이든 던집니다
            # Of one length: another may do, and what it says is judged.
            facts["failed"][name] = problem("call", error)
            continue
        facts["shapes"][name] = list(found.shape)
        if found.nbytes > MOST:
            continue
        if found.ndim == 3:
            arrays[name] = found[:, -1] if name in texts else found[:, : challenge.facts["same"]]
        elif found.ndim == 2 and name in texts:
            arrays[name] = found
    if len(facts["failed"]) == len(texts) + 2:
        return Evidence(challenge.exercise, challenge.kind, facts | facts["failed"][texts[0]])
    facts["fitted"] = fitted(getattr(model, "history", None))
    facts["batch_trained"] = getattr(model, "train_function", None) is not None
    with contextlib.suppress(Exception):
        values = [np.asarray(keras.ops.convert_to_numpy(w)) for w in model.trainable_weights]
        facts["started"] = untouched(values)
    return Evidence(challenge.exercise, challenge.kind, facts, arrays)


def _outputs(model: Any, tokens: np.ndarray) -> Any:
    """모델이 돌려주는 것. 하나뿐인 리스트면 그 하나입니다."""
    outputs = model(tf.convert_to_tensor(tokens), training=False)
    return outputs[0] if isinstance(outputs, (list, tuple)) and len(outputs) == 1 else outputs


def _array(outputs: Any) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(outputs), "float32")
