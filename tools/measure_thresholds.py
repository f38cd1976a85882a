"""정확도의 문턱을 정합니다: 참고 모델을 시드를 바꾸어 가며 훈련하고 판정용 데이터로 잽니다.

    python tools/measure_thresholds.py run      # 빠진 훈련을 이어서 하고 하나 끝날 때마다 적습니다
    python tools/measure_thresholds.py write    # 문턱을 계산하고 docs/thresholds.md를 씁니다

`run`은 언제 멈추어도 다음에 이어서 합니다. 원본(MNIST, CIFAR-100)은 `load_data`가 찾을 수
있을 때만 잽니다. 데이터나 참고 모델이 바뀌면 지문이 달라지고, 그러면 `run`은 거절합니다.
새로 재려면 `run --fresh 신경망/데이터`를 쓰세요.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "autograder" / "exercises" / "thresholds.json"
DESIGNS = ROOT / "autograder" / "data" / "designs.json"
LOSSES = ROOT / "autograder" / "exercises" / "losses.json"
PAGE = ROOT / "docs" / "thresholds.md"

RUNS = 20
BASELINE_RUNS = 3
MARGIN, DEVIATIONS = 0.01, 2


@dataclass(frozen=True)
class Protocol:
    """한 가지 훈련 방법. `model`은 "reference"(참고 모델)나 "linear"(소프트맥스 회귀)입니다."""

    text: str
    epochs: int
    runs: int = RUNS
    samples: int | None = None
    validation_split: float = 0.0
    optimizer: str = "adam"
    batch_size: int = 32
    model: str = "reference"

    @property
    def counts(self) -> bool:
        """문턱을 정하는 데 쓰이는지. 비교용(선형, 훈련 전)은 쓰이지 않습니다."""
        return self.model == "reference" and self.epochs > 0


def _full(runs: int = RUNS, **settings: Any) -> dict[str, Protocol]:
    return {
        "full": Protocol("Adam, 배치 32, 5 에포크, 전체", 5, runs, **settings),
        "split": Protocol(
            "Adam, 배치 32, 5 에포크, validation_split=0.2", 5, 10, validation_split=0.2
        ),
    }


def _baselines(epochs: int, samples: int | None = None) -> dict[str, Protocol]:
    return {
        "linear": Protocol(
            "선형 모델을 같은 방법으로", epochs, BASELINE_RUNS, samples, model="linear"
        ),
        "untrained": Protocol("훈련하지 않은 참고 모델", 0, BASELINE_RUNS),
    }


@dataclass(frozen=True)
class Network:
    title: str
    dataset: str
    exercise: str  # 참고 모델을 가져올 문제
    protocols: dict[str, dict[str, Protocol]]  # 데이터의 출처 → 이름 → 방법


# 원본은 짧게 훈련합니다. 학습자는 더 오래 훈련하므로 여기서 정한 문턱은 넉넉합니다.
NETWORKS: dict[str, Network] = {
    "mnist_mlp": Network(
        "784-64-64-10 다층 퍼셉트론",
        "mnist",
        "functional.mlp",
        {
            "builtin": {
                **_full(),
                "seed": Protocol(
                    "RMSprop, 배치 64, 5 에포크, validation_split=0.2",
                    5,
                    validation_split=0.2,
                    optimizer="rmsprop",
                    batch_size=64,
                ),
                **_baselines(5),
            },
            "original": {
                "full": Protocol("Adam, 배치 32, 1 에포크, 전체 60,000개", 1),
                **_baselines(1),
            },
        },
    ),
    "cifar100_cnn": Network(
        "합성곱 16 - 풀링 - 합성곱 32 - 풀링 - 256 - 100",
        "cifar100",
        "sequential.cifar100",
        {
            "builtin": {**_full(), **_baselines(5)},
            "original": {
                "full": Protocol("Adam, 배치 32, 2 에포크, 앞 25,000개", 2, samples=25000),
                **_baselines(2, 25000),
            },
        },
    ),
    "mnist_cnn": Network(
        "합성곱 32 - 합성곱 64 - 128 - 10",
        "mnist",
        "sequential.mnist",
        {
            "builtin": {**_full(), **_baselines(5)},
            "original": {
                "full": Protocol("Adam, 배치 32, 1 에포크, 앞 10,000개", 1, samples=10000),
                **_baselines(1, 10000),
            },
        },
    ),
}

ORIGINS = {"builtin": "내장", "original": "원본"}


# --- 계산 (순수 함수) ----------------------------------------------------------------------


def threshold(full: list[float], others: list[float]) -> float:
    """가장 나쁜 결과 − max(0.01, 2 × 표준편차), 소수 둘째 자리에서 내림."""
    margin = max(MARGIN, DEVIATIONS * statistics.stdev(full))
    # 0.57이 0.5699999…로 계산되어도 0.57이 되게 아주 조금 더합니다.
    return math.floor((min([*full, *others]) - margin) * 100 + 1e-9) / 100


def thresholds(runs: dict[str, Any]) -> dict[str, dict[str, float]]:
    """잰 결과 → 신경망 → 출처 → 문턱."""
    result: dict[str, dict[str, float]] = {}
    for name, network in NETWORKS.items():
        result[name] = {}
        for origin, protocols in network.protocols.items():
            measured = runs[name][origin]
            others = [
                accuracy
                for key, protocol in protocols.items()
                if protocol.counts and key != "full"
                for accuracy in measured.get(key, [])
            ]
            result[name][origin] = threshold(measured["full"], others)
    return result


def page(table: dict[str, Any]) -> str:
    """docs/thresholds.md의 내용."""
    runs, limits = table["runs"], table["thresholds"]
    lines = [
        "# 정확도의 문턱",
        "",
        "<!-- tools/measure_thresholds.py write 명령이 만든 파일입니다. 고치지 마세요. -->",
        "",
        "정확도 항목의 문턱은 문제와 데이터셋마다 다릅니다. 참고 모델을 시드를 바꾸어 "
        f"{RUNS}번 훈련하고, 학습자에게 주지 않는 판정용 데이터(`judging_data`)로 잰 정확도에서 "
        "정했습니다.",
        "",
        f"**문턱 = 가장 나쁜 결과 − max({MARGIN}, {DEVIATIONS} × 표준편차)**, "
        "소수 둘째 자리에서 내립니다. 표준편차는 기본 방법의 결과에서 구하고, 가장 나쁜 결과는 "
        "다른 방법(검증 데이터를 떼어 둔 훈련 등)의 결과까지 함께 봅니다. 그래서 "
        "명세대로 만들어 5 에포크를 훈련한 모델은 시드가 달라도 여유 있게 넘습니다.",
        "",
        "모두 `keras.utils.set_random_seed(시드)`로 시작하고, 입력은 255로 나누고, 손실은 "
        "희소 교차 엔트로피입니다. 내장 데이터는 학습자와 똑같이 훈련했습니다. 원본은 시간을 "
        "아끼려고 에포크와 샘플을 줄였습니다. 학습자는 더 오래 훈련하므로 문턱은 그만큼 넉넉합니다.",
        "",
        "| 신경망 | 데이터 | 기본 방법 | 문턱 | 가장 나쁨 | 평균 | 표준편차 | 선형 모델 | 훈련 전 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, network in NETWORKS.items():
        for origin, protocols in network.protocols.items():
            measured = runs[name][origin]
            counted = [a for key, p in protocols.items() if p.counts for a in measured[key]]
            full = measured["full"]
            lines.append(
                f"| `{name}` | {network.dataset} {ORIGINS[origin]} "
                f"| {protocols['full'].text} × {len(full)}번 | **{limits[name][origin]:.2f}** "
                f"| {min(counted):.3f} | {statistics.mean(full):.3f} "
                f"| {statistics.stdev(full):.3f} | {max(measured['linear']):.3f} "
                f"| {max(measured['untrained']):.3f} |"
            )
    lines += [
        "",
        "선형 모델은 소프트맥스 회귀(평탄화와 밀집 층 하나)를 같은 방법으로 훈련한 가장 좋은 "
        "결과입니다. CIFAR-100에서는 문턱이 선형 모델보다 훨씬 높습니다. MNIST는 선형 모델도 잘 "
        "맞히는 데이터라서 문턱만으로는 신경망의 구조를 가릴 수 없습니다. 구조는 판정의 다른 "
        "항목이 봅니다.",
        "",
        f"잰 환경: {', '.join(f'{key} {value}' for key, value in table['measured_with'].items())}, "
        "CPU.",
    ]
    for name, network in NETWORKS.items():
        lines += ["", f"## {name}: {network.title}"]
        for origin, protocols in network.protocols.items():
            measured = runs[name][origin]
            lines += ["", f"### {network.dataset} {ORIGINS[origin]}", ""]
            lines += ["| 무엇을 | 시드 0부터 차례로 |", "|---|---|"]
            for key, protocol in protocols.items():
                lines.append(f"| {protocol.text} | {_row(measured[key])} |")
    return "\n".join([*lines, *_open_design(), *_language()]) + "\n"


def _open_design() -> list[str]:
    """자유 설계(`final.open`)의 참고 모델을 잰 결과. tools/measure_designs.py가 잽니다."""
    entry = json.loads(DESIGNS.read_text("utf-8"))["배치 정규화 CNN"]
    return [
        "",
        f"## final.open의 참고 모델 (파라미터 {entry['parameters']:,}개)",
        "",
        "설계가 자유인 `final.open`은 `cifar100_cnn`의 문턱을 씁니다. 예산 안의 참고 모델이 그 문턱을 "
        "늘 넘는지 20번씩 확인했습니다.",
        "",
        "| 무엇을 | 가장 나쁨 | 시드 0부터 차례로 |",
        "|---|---|---|",
        *(
            f"| cifar100 {ORIGINS[origin]}: Adam, 배치 32, {epochs} 에포크, 전체 "
            f"| {min(entry[key]):.3f} | {_row(entry[key])} |"
            for origin, key, epochs in (("builtin", "accuracy", 5), ("original", "original", 2))
        ),
    ]


def _language() -> list[str]:
    """`transformer.train`의 손실. tools/measure_losses.py가 잽니다."""
    table = json.loads(LOSSES.read_text("utf-8"))
    losses = table["runs"]
    return [
        "",
        "## transformer.train: 다음 글자의 손실",
        "",
        "손실은 작을수록 좋으므로 **문턱 = 가장 나쁜 손실 + max(0.03, 2 × 표준편차)**, 소수 둘째 자리에서 올립니다. "
        "학습자가 보지 못한 문장의 앞부분에서 다음 글자의 교차 엔트로피를 잽니다.",
        "",
        "| 무엇을 | 문턱 | 가장 나쁨 | 평균 | 표준편차 | 시드 0부터 차례로 |",
        "|---|---|---|---|---|---|",
        f"| {table['how']} × {len(losses)}번 | **{table['threshold']:.2f}** | {max(losses):.3f} "
        f"| {statistics.mean(losses):.3f} | {statistics.stdev(losses):.3f} | {_row(losses)} |",
    ]


def _row(accuracies: list[float]) -> str:
    return " ".join(f"{accuracy:.4f}" for accuracy in accuracies)


def fingerprint(*arrays: Any) -> str:
    """배열들의 내용에서 만든 짧은 지문."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


def builtin_fingerprint(dataset: str) -> str:
    """내장 데이터(훈련 데이터와 판정용 데이터)의 지문."""
    from autograder.data import judging_data
    from autograder.data.sets import get_set

    (x_train, y_train), _ = get_set(dataset).builtin()
    return fingerprint(x_train, y_train, *judging_data(dataset, 0, origin="builtin"))


# --- 훈련 ----------------------------------------------------------------------------------


def read() -> dict[str, Any]:
    return json.loads(TABLE.read_text("utf-8"))


def save(table: dict[str, Any]) -> None:
    text = json.dumps(table, ensure_ascii=False, indent=1)
    # 정확도의 목록은 한 줄에 씁니다.
    text = _one_line_lists(text)
    partial = TABLE.with_name(TABLE.name + ".partial")
    partial.write_text(text + "\n", "utf-8")
    partial.replace(TABLE)


def _one_line_lists(text: str) -> str:
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        if inside:
            lines[-1] += line.strip() if line.strip() in ("]", "],") else line.strip() + " "
            inside = line.strip() not in ("]", "],")
            if not inside:
                lines[-1] = lines[-1].replace(" ]", "]")
        else:
            lines.append(line)
            inside = line.endswith("[")
    return "\n".join(lines)


def _model(network: Network, protocol: Protocol) -> tuple[Any, Callable[[Any], Any]]:
    import keras

    from autograder.exercises import get

    exercise = get(network.exercise)
    prepare = exercise.accuracy.prepare
    if protocol.model == "reference":
        return exercise.reference(), prepare
    (shape,) = exercise.inputs.values()
    classes = exercise.reference().output_shape[-1]
    return (
        keras.Sequential(
            [
                keras.Input(shape),
                keras.layers.Flatten(),
                keras.layers.Dense(classes, activation="softmax"),
            ]
        ),
        prepare,
    )


@functools.cache
def _training_data(dataset: str, origin: str, samples: int | None) -> Any:
    from autograder.data import data_source, load_data
    from autograder.data.sets import get_set

    if origin == "builtin":
        (x, y), _ = get_set(dataset).builtin()
    else:
        assert data_source(dataset).origin == "original"
        (x, y), _ = load_data(dataset, quiet=True)
    return x[:samples].copy(), y[:samples].copy()


def measure(name: str, origin: str, protocol: Protocol, seed: int) -> float:
    """한 번 훈련하고 판정용 데이터의 정확도를 잽니다."""
    import keras
    import numpy as np

    from autograder.data import judging_data

    network = NETWORKS[name]
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    model, prepare = _model(network, protocol)
    if protocol.epochs:
        x, y = _training_data(network.dataset, origin, protocol.samples)
        model.compile(
            optimizer=protocol.optimizer,
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        model.fit(
            prepare(x),
            y,
            epochs=protocol.epochs,
            batch_size=protocol.batch_size,
            validation_split=protocol.validation_split,
            verbose=0,
        )
    # 내장 cifar100은 판정할 때마다 새 그림이므로 여기서도 시드마다 바꾸어 그 흔들림까지 잽니다.
    x, y = judging_data(network.dataset, 1000 + seed, origin=origin)
    predicted = model.predict(prepare(x), batch_size=500, verbose=0).argmax(axis=-1)
    return round(float(np.mean(predicted == y)), 4)


def _pending(table: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    """아직 재지 않은 것. 시드 번호가 작은 것부터라서 일찍 멈추어도 모든 문턱을 어림할 수 있습니다."""
    jobs = []
    for name, network in NETWORKS.items():
        for origin, protocols in network.protocols.items():
            for key, protocol in protocols.items():
                done = len(table["runs"].get(name, {}).get(origin, {}).get(key, []))
                jobs += [(seed, name, origin, key) for seed in range(done, protocol.runs)]
    jobs.sort(key=lambda job: job[0])
    return [(name, origin, key, seed) for seed, name, origin, key in jobs]


def _check_fingerprints(table: dict[str, Any]) -> None:
    for dataset in sorted({network.dataset for network in NETWORKS.values()}):
        now = builtin_fingerprint(dataset)
        if table["data"].setdefault(dataset, now) != now:
            sys.exit(
                f"내장 {dataset} 데이터가 잴 때와 다릅니다. --fresh로 그 데이터의 결과를 지우세요."
            )
    for name, network in NETWORKS.items():
        now = _model(network, Protocol("", 0))[0].count_params()
        if table["parameters"].setdefault(name, now) != now:
            sys.exit(f"{name} 참고 모델이 잴 때와 다릅니다. --fresh로 그 결과를 지우세요.")


def run(seconds: float, fresh: list[str]) -> None:
    """빠진 훈련을 `seconds` 동안 이어서 합니다."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import numpy
    import tensorflow

    from autograder.data import data_source

    table = read()
    for part in ("runs", "data", "parameters"):
        table.setdefault(part, {})
    for chosen in fresh:
        name, _, origin = chosen.partition("/")
        table["runs"].get(name, {}).pop(origin, None)
        table["parameters"].pop(name, None)
        if origin == "builtin":
            table["data"].pop(NETWORKS[name].dataset, None)
    table["measured_with"] = {
        "TensorFlow": tensorflow.__version__,
        "Keras": keras.__version__,
        "NumPy": numpy.__version__,
    }
    _check_fingerprints(table)
    save(table)
    end = time.monotonic() + seconds
    for name, origin, key, seed in _pending(table):
        if time.monotonic() > end:
            break
        if origin == "original" and data_source(NETWORKS[name].dataset).origin != "original":
            continue
        started = time.monotonic()
        accuracy = measure(name, origin, NETWORKS[name].protocols[origin][key], seed)
        table = read()  # 그 사이에 고친 것을 덮어쓰지 않게 다시 읽습니다
        table["runs"].setdefault(name, {}).setdefault(origin, {}).setdefault(key, []).append(
            accuracy
        )
        save(table)
        took = time.monotonic() - started
        print(f"{name} {origin} {key} 시드 {seed}: {accuracy:.4f} ({took:.1f}초)", flush=True)
    print(f"남은 훈련: {len(_pending(table))}번")


def write() -> None:
    """문턱을 계산해 thresholds.json에 넣고 표를 씁니다."""
    table = read()
    table["thresholds"] = thresholds(table["runs"])
    save(table)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(table), "utf-8")
    for name, limits in table["thresholds"].items():
        print(name, limits)


def main() -> None:
    parser = argparse.ArgumentParser(description="정확도의 문턱을 정합니다.")
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="빠진 훈련을 이어서 합니다")
    running.add_argument("--seconds", type=float, default=math.inf, help="이만큼 지나면 멈춥니다")
    running.add_argument(
        "--fresh", nargs="*", default=[], metavar="신경망/데이터", help="지우고 다시 잴 것"
    )
    commands.add_parser("write", help="문턱과 표를 씁니다")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if options.command == "run":
        run(options.seconds, options.fresh)
    else:
        write()


if __name__ == "__main__":
    main()
