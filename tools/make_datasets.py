"""내장 손글씨 숫자 파일을 만듭니다: UCI 8×8 숫자를 MNIST의 배치(28×28)로 부드럽게 그립니다.

    python tools/make_datasets.py            # datasets/ 에 쓰기
    python tools/make_datasets.py --check    # 저장소의 파일과 바이트까지 같은지 확인
    python tools/make_datasets.py --picture digits.png

원본 숫자는 scikit-learn의 `load_digits`에서 읽습니다(개발할 때만 필요합니다).
어느 컴퓨터에서나 같은 바이트가 나오도록 반올림이 정해진 연산(사칙연산과 비교)만 쓰고,
결과는 압축하지 않은 npz로 저장합니다(압축 결과는 zlib 구현마다 다릅니다).
"""

from __future__ import annotations

import argparse
import io
import sys
import zipfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "datasets"

PER_CLASS_TEST = 30
PER_CLASS_HELDOUT = 30
SPLIT_SEED = 20190407
ORDER_SEED = 20190408

FINE = 10  # 8×8의 한 칸을 가늘게 나누는 수
SHARPEN = 1.0  # 가는 획과 구멍이 뭉개지지 않게 이웃 평균과의 차이를 더하는 정도
LOW, HIGH = 0.36, 0.72  # 획의 가장자리: LOW 이하는 바탕, HIGH 이상은 잉크
BOX = 20  # MNIST: 숫자는 20×20 상자에 비율을 지켜 들어가고
SIZE = 28  # 28×28 그림의 한가운데에 무게중심이 옵니다


def _catmull_rom(t: float) -> tuple[float, float, float, float]:
    """네 이웃 값의 가중치. 원래 점을 지나는 매끄러운 3차 곡선입니다."""
    return (
        0.5 * (-t + 2 * t * t - t * t * t),
        0.5 * (2 - 5 * t * t + 3 * t * t * t),
        0.5 * (t + 4 * t * t - 3 * t * t * t),
        0.5 * (-t * t + t * t * t),
    )


def _enlarge(rows: np.ndarray) -> np.ndarray:
    """첫 축을 FINE배로 늘립니다: (n, …) → (n·FINE, …). 바깥은 0으로 봅니다."""
    count = rows.shape[0]
    padded = np.zeros((count + 4, *rows.shape[1:]))
    padded[2:-2] = rows
    fine = np.zeros((count * FINE, *rows.shape[1:]))
    for index in range(count * FINE):
        position = (index + 0.5) / FINE - 0.5
        base = int(np.floor(position))
        for tap, weight in enumerate(_catmull_rom(position - base)):
            fine[index] += weight * padded[base + 1 + tap]
    return fine


def _shrink(rows: np.ndarray, start: float, length: float, count: int) -> np.ndarray:
    """첫 축의 [start, start+length) 구간을 count칸으로 평균 냅니다(넓이 평균). 밖은 0입니다."""
    step = length / count
    result = np.zeros((count, *rows.shape[1:]))
    for index in range(count):
        low, high = start + index * step, start + (index + 1) * step
        for row in range(max(0, int(np.floor(low))), min(rows.shape[0], int(np.ceil(high)))):
            overlap = min(high, row + 1.0) - max(low, float(row))
            if overlap > 0:
                result[index] += (overlap / step) * rows[row]
    return result


def _centre(ink: np.ndarray) -> float:
    """첫 축에서 잉크의 무게중심. 정수로 세어 더하는 차례에 흔들리지 않습니다."""
    mass = np.rint(ink * 65536).astype(np.int64).sum(axis=1)
    return float((mass * (2 * np.arange(len(mass)) + 1)).sum()) / float(2 * mass.sum())


def _sharpen(cells: np.ndarray) -> np.ndarray:
    """이웃(가중치 1-2-1) 평균과의 차이를 더합니다: (8, 8) → (8, 8)."""
    padded = np.pad(cells, 1)
    blur = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    blur = (blur[:, :-2] + 2 * blur[:, 1:-1] + blur[:, 2:]) / 16
    return cells + SHARPEN * (cells - blur)


def draw(digit: np.ndarray) -> np.ndarray:
    """8×8 숫자(0…16) 하나를 MNIST처럼 그립니다: uint8 (28, 28), 검은 바탕에 흰 글씨."""
    fine = _enlarge(_enlarge(_sharpen(digit.astype(np.float64) / 16)).T).T
    edge = np.clip((fine - LOW) / (HIGH - LOW), 0.0, 1.0)
    ink = edge * edge * (3 - 2 * edge)

    used_rows = np.flatnonzero((ink > 0.5).any(axis=1))
    used_columns = np.flatnonzero((ink > 0.5).any(axis=0))
    height = int(used_rows[-1] - used_rows[0] + 1)
    width = int(used_columns[-1] - used_columns[0] + 1)
    pixel = max(height, width) / BOX  # 결과의 한 화소가 덮는 가는 칸 수

    top = _centre(ink) - pixel * SIZE / 2
    left = _centre(ink.T) - pixel * SIZE / 2
    small = _shrink(ink, top, pixel * SIZE, SIZE)
    small = _shrink(small.T, left, pixel * SIZE, SIZE).T
    return np.floor(small * 255 + 0.5).clip(0, 255).astype(np.uint8)


def split(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """훈련·테스트·판정용 번호. 클래스마다 테스트와 판정용을 같은 수만큼 뽑습니다."""
    random = np.random.RandomState(SPLIT_SEED)
    train, test, heldout = [], [], []
    for label in range(10):
        members = random.permutation(np.flatnonzero(labels == label))
        test.append(members[:PER_CLASS_TEST])
        heldout.append(members[PER_CLASS_TEST : PER_CLASS_TEST + PER_CLASS_HELDOUT])
        train.append(members[PER_CLASS_TEST + PER_CLASS_HELDOUT :])
    order = np.random.RandomState(ORDER_SEED)
    return (
        order.permutation(np.concatenate(train)),
        order.permutation(np.concatenate(test)),
        order.permutation(np.concatenate(heldout)),
    )


def npz_bytes(arrays: dict[str, np.ndarray]) -> bytes:
    """압축도 시각도 없는 npz. 같은 배열이면 언제나 같은 바이트입니다."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, member.getvalue())
    return buffer.getvalue()


def make() -> dict[str, bytes]:
    """만들 파일들: 이름 → 내용."""
    from sklearn.datasets import load_digits

    source = load_digits()
    labels = source.target.astype(np.uint8)
    pictures = np.stack([draw(digit) for digit in source.images])
    train, test, heldout = split(labels)
    return {
        "mnist_builtin.npz": npz_bytes(
            {
                "x_train": pictures[train],
                "y_train": labels[train],
                "x_test": pictures[test],
                "y_test": labels[test],
            }
        ),
        "mnist_builtin_heldout.npz": npz_bytes({"x": pictures[heldout], "y": labels[heldout]}),
    }


def save_picture(path: Path) -> None:
    """내장 숫자와 도형을 눈으로 보는 그림을 저장합니다."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    sys.path.insert(0, str(ROOT))
    from autograder.data import load_data

    (digits, _), _ = load_data("mnist", quiet=True)
    (shapes, _), _ = load_data("cifar100", quiet=True)
    rows, columns = 8, 16
    sheet = np.zeros((2 * rows * 32, columns * 32, 3), np.uint8)
    for index in range(rows * columns):
        y, x = 32 * (index // columns), 32 * (index % columns)
        sheet[y + 2 : y + 30, x + 2 : x + 30] = digits[index][..., None]
        sheet[y + rows * 32 : y + rows * 32 + 32, x : x + 32] = shapes[index]
    plt.imsave(path, np.repeat(np.repeat(sheet, 2, axis=0), 2, axis=1))


def main() -> int:
    parser = argparse.ArgumentParser(description="내장 손글씨 숫자 파일을 만듭니다.")
    parser.add_argument("--check", action="store_true", help="쓰지 않고 같은지만 확인합니다")
    parser.add_argument("--picture", type=Path, help="샘플 그림을 저장할 png")
    options = parser.parse_args()
    if options.picture:
        save_picture(options.picture)
        print(f"{options.picture}에 그렸습니다.")
        return 0
    different = []
    for name, content in make().items():
        path = TARGET / name
        if options.check:
            if not path.is_file() or path.read_bytes() != content:
                different.append(name)
        else:
            TARGET.mkdir(exist_ok=True)
            path.write_bytes(content)
            print(f"{name}: {len(content):,}바이트")
    if different:
        print(
            f"저장소의 파일이 다릅니다: {', '.join(different)}. "
            "python tools/make_datasets.py로 다시 만드세요."
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
