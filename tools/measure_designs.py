"""종합 과제의 그림을 위해 여러 설계의 파라미터 수와 정확도를 잽니다.

    python tools/measure_designs.py     # 빠진 훈련을 이어서 하고 autograder/data/designs.json에 씁니다
    python tools/measure_thresholds.py write    # docs/thresholds.md에도 옮깁니다

내장 cifar100을 Adam, 배치 32, 5 에포크로 훈련하고 판정용 데이터로 잽니다. `final.open`의 참고 모델은
20번 훈련해서, 문제의 문턱(04의 CNN의 문턱)을 예산 안에서 늘 넘는다는 것까지 봅니다. 원본이 있으면
참고 모델을 2 에포크만 20번 훈련한 결과도 적습니다(학습자는 더 오래 훈련합니다). 04의 CNN은 문턱을 정할 때 잰 결과
(`autograder/exercises/thresholds.json`)를 옮깁니다.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "autograder" / "data" / "designs.json"
REFERENCE = "배치 정규화 CNN"
"""`final.open`의 참고 모델."""
RUNS, REFERENCE_RUNS = 3, 20
EPOCHS = {"builtin": 5, "original": 2}
MEASURED = {"cifar100_cnn": "04의 CNN"}


def designs() -> dict[str, Any]:
    """이름 → 모델을 만드는 함수."""
    import keras
    from keras import layers

    from autograder.exercises import get

    def conv(filters: int, **options: Any) -> Any:
        return layers.Conv2D(filters, 3, padding="same", activation="relu", **options)

    def separable(filters: int) -> Any:
        return layers.SeparableConv2D(filters, 3, padding="same", activation="relu")

    def stacked(*body: Any) -> Any:
        last = layers.Dense(100, activation="softmax")
        return keras.Sequential([keras.Input((32, 32, 3)), *body, last])

    return {
        REFERENCE: get("final.open").reference,
        "선형 모델": lambda: stacked(layers.Flatten()),
        "은닉층 하나": lambda: stacked(layers.Flatten(), layers.Dense(128, activation="relu")),
        "작은 CNN": lambda: stacked(
            conv(16, strides=2),
            conv(32),
            layers.MaxPooling2D(2),
            conv(20),
            layers.MaxPooling2D(2),
            layers.Flatten(),
        ),
        "전역 풀링 CNN": lambda: stacked(
            conv(16, strides=2),
            conv(32),
            layers.MaxPooling2D(2),
            conv(64),
            layers.GlobalMaxPooling2D(),
        ),
        "분리 합성곱": lambda: stacked(
            conv(16, strides=2),
            layers.BatchNormalization(),
            separable(32),
            layers.MaxPooling2D(2),
            separable(24),
            layers.MaxPooling2D(2),
            layers.Flatten(),
        ),
    }


def measure(make: Any, seed: int, origin: str = "builtin") -> tuple[int, float]:
    """한 번 훈련한 모델의 파라미터 수와 판정용 데이터의 정확도."""
    import keras
    import numpy as np

    from autograder.data import judging_data, load_data
    from autograder.data.sets import get_set

    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    if origin == "builtin":
        (x, y), _ = get_set("cifar100").builtin()
    else:
        (x, y), _ = load_data("cifar100", quiet=True)
    model = make()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(x.astype("float32") / 255.0, y, epochs=EPOCHS[origin], batch_size=32, verbose=0)
    images, labels = judging_data("cifar100", 1000 + seed, origin=origin)  # type: ignore[arg-type]
    predicted = model.predict(images.astype("float32") / 255.0, batch_size=500, verbose=0)
    accuracy = float(np.mean(predicted.argmax(axis=-1) == labels))
    return int(model.count_params()), round(accuracy, 4)


def main() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.path.insert(0, str(ROOT))
    from autograder.data import data_source

    table: dict[str, Any] = json.loads(TABLE.read_text("utf-8")) if TABLE.is_file() else {}
    jobs = []
    for name in designs():
        table.setdefault(name, {"parameters": 0, "accuracy": []})
        runs = REFERENCE_RUNS if name == REFERENCE else RUNS
        jobs += [(name, seed, "builtin") for seed in range(len(table[name]["accuracy"]), runs)]
    if data_source("cifar100").origin == "original":
        done = len(table[REFERENCE].setdefault("original", []))
        jobs += [(REFERENCE, seed, "original") for seed in range(done, REFERENCE_RUNS)]
    for name, seed, origin in sorted(jobs, key=lambda job: job[1]):
        entry = table[name]
        entry["parameters"], accuracy = measure(designs()[name], seed, origin)
        entry["accuracy" if origin == "builtin" else origin].append(accuracy)
        save(table)
        print(name, origin, seed, entry["parameters"], accuracy, flush=True)
    path = ROOT / "autograder" / "exercises" / "thresholds.json"
    known = json.loads(path.read_text("utf-8"))
    for network, name in MEASURED.items():
        runs = known["runs"].get(network, {}).get("builtin", {}).get("full", [])
        if runs:
            table[name] = {"parameters": known["parameters"][network], "accuracy": runs}
    save(table)


def save(table: dict[str, Any]) -> None:
    lines = [
        f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(entry)}"
        for name, entry in table.items()
    ]
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
