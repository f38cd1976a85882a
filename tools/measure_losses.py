"""`transformer.train`의 손실 문턱을 정합니다: 참고 모델을 시드를 바꾸어 가며 직접 쓴 루프로 훈련하고 판정하듯 잽니다.

    python tools/measure_losses.py run --seconds 600    # 빠진 훈련을 이어서 하고 하나 끝날 때마다 적습니다
    python tools/measure_losses.py write                # 문턱을 계산해 적습니다

언제 멈추어도 다음에 이어서 합니다. 글이나 참고 모델이 바뀌면 지문이 달라지고, 그러면 거절합니다.
처음부터 다시 재려면 `run --fresh`를 쓰세요. 표는 `tools/measure_thresholds.py write`가 docs/thresholds.md에 씁니다.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "autograder" / "exercises" / "losses.json"
EXERCISE = "transformer.train"
RUNS = 20
STEPS, BATCH, RATE, WINDOW = 800, 32, 3e-3, 40
MARGIN, DEVIATIONS = 0.03, 2
PROTOCOL = f"Adam({RATE:g}), 배치 {BATCH}, {STEPS}스텝"


def threshold(losses: list[float]) -> float:
    """가장 나쁜 손실 + max(0.03, 2 × 표준편차), 소수 둘째 자리에서 올림."""
    margin = max(MARGIN, DEVIATIONS * statistics.stdev(losses))
    return math.ceil((max(losses) + margin) * 100 - 1e-9) / 100


def fingerprint() -> str:
    """훈련할 글과 판정할 글, 참고 모델의 크기에서 만든 지문."""
    from autograder.data import load_sentences
    from autograder.exercises import get

    exercise = get(EXERCISE)
    digest = hashlib.sha256("".join(load_sentences(quiet=True)).encode())
    for name, array in sorted(exercise.challenge(0).arrays.items()):
        if name.startswith("text/"):
            digest.update(array.tobytes())
    digest.update(str(exercise.reference().count_params()).encode())
    return digest.hexdigest()[:16]


def measure(seed: int) -> float:
    """한 번 훈련하고 판정할 때처럼 손실을 잽니다."""
    import keras
    import numpy as np
    import tensorflow as tf

    from autograder.data import load_sentences, sentence_characters
    from autograder.exercises import get
    from autograder.judge.language import measured_loss
    from autograder.observe import observe

    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    numbers = {character: number for number, character in enumerate(sentence_characters())}
    ids = np.array([numbers[character] for character in load_sentences(quiet=True)[0]], "int32")
    starts = np.flatnonzero(np.r_[True, ids[:-1] == numbers["\n"]])
    starts = starts[starts < len(ids) - WINDOW]
    exercise = get(EXERCISE)
    model = exercise.reference()
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(RATE)

    @tf.function
    def step(x: Any, y: Any) -> None:
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)

    random = np.random.default_rng(seed)
    for _ in range(STEPS):
        rows = ids[random.choice(starts, BATCH)[:, None] + np.arange(WINDOW + 1)]
        step(tf.constant(rows[:, :-1]), tf.constant(rows[:, 1:]))
    challenge = exercise.challenge(0)
    evidence = observe(challenge, {"model": model})
    return round(measured_loss(exercise, challenge, evidence), 4)


def read() -> dict[str, Any]:
    return json.loads(TABLE.read_text("utf-8"))


def save(table: dict[str, Any]) -> None:
    text = json.dumps(table | {"runs": "…"}, ensure_ascii=False, indent=1)
    TABLE.write_text(text.replace('"…"', json.dumps(table["runs"])) + "\n", "utf-8")


def run(seconds: float, *, fresh: bool) -> None:
    """빠진 훈련을 `seconds` 동안 이어서 합니다."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    table = read()
    if fresh:
        table |= {"runs": [], "fingerprint": ""}
    now = fingerprint()
    if table["fingerprint"] not in ("", now):
        sys.exit("글이나 참고 모델이 잴 때와 다릅니다. --fresh로 결과를 지우고 다시 재세요.")
    end = time.monotonic() + seconds
    while len(table["runs"]) < RUNS and time.monotonic() < end:
        started = time.monotonic()
        seed = len(table["runs"])
        loss = measure(seed)
        table = read() | {"runs": [*table["runs"], loss], "fingerprint": now, "how": PROTOCOL}
        save(table)
        print(f"시드 {seed}: {loss:.4f} ({time.monotonic() - started:.1f}초)", flush=True)
    print(f"남은 훈련: {RUNS - len(table['runs'])}번")


def main() -> None:
    parser = argparse.ArgumentParser(description="손실의 문턱을 정합니다.")
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="빠진 훈련을 이어서 합니다")
    running.add_argument("--seconds", type=float, default=math.inf, help="이만큼 지나면 멈춥니다")
    running.add_argument("--fresh", action="store_true", help="지우고 처음부터 잽니다")
    commands.add_parser("write", help="문턱을 씁니다")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if options.command == "run":
        run(options.seconds, fresh=options.fresh)
    else:
        table = read()
        table["threshold"] = threshold(table["runs"])
        save(table)
        print(f"{EXERCISE}: {table['threshold']:.2f} ({len(table['runs'])}번)")


if __name__ == "__main__":
    main()
