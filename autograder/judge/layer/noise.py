"""훈련 모드의 난수가 참고 답안과 같은 분포인지 봅니다.

여기 없는 것: 정해진 값의 비교(`judge.compare`), 무엇을 볼지(`judge.layer.looks`).
"""

from __future__ import annotations

import numpy as np

from autograder.korean import with_particle

NOISE_TOLERANCE = 0.3
"""훈련 모드에서 분산의 평균이 참고 답안과 다를 수 있는 비율. 행 1,000개로 재면 오차는 약 4 %입니다."""
COLUMN_TOLERANCE = 0.6
"""출력 하나하나의 분산이 다를 수 있는 비율. 행 1,000개로 재면 오차는 10 %를 넘지 않습니다."""
REPEATS = 0.05
"""참고 답안의 행 가운데 다른 행과 똑같은 것이 이보다 많으면 학습자의 행도 겹치는지 봅니다.

비율이 0.8을 넘는 드롭아웃은 은닉 유닛을 거의 다 0으로 만들어 행들이 겹치고, 곱하는 잡음은 겹치지 않습니다.
"""
ROUNDING = 1e-6
"""float32 계산에서 저절로 어긋나는 비율. 이보다 작게 흔들리는 것은 잡음이 아닙니다."""
DEVIATION_TOLERANCE = 0.08
"""더한 잡음의 표준편차가 다를 수 있는 비율. 값 6,000개로 재면 오차는 약 1 %입니다."""
KURTOSIS_TOLERANCE = 0.55
"""정규분포의 첨도 3과 다를 수 있는 크기. 값 6,000개로 재면 오차는 약 0.06입니다."""


def compare_noise(
    made: str,
    wanted: np.ndarray,
    found: np.ndarray,
    before: np.ndarray,
    inferred: np.ndarray | None = None,
    where: str = "",
) -> tuple[str, str] | None:
    """같은 입력을 되풀이한 행들의 평균과 분산이 참고 답안과 같은 드롭아웃이고, 부를 때마다 새것인지 봅니다.

    `before`는 바로 앞에서, `inferred`는 추론 모드에서 같은 입력으로 부른 결과입니다.
    `where`는 명세의 드롭아웃이 있는 곳입니다.
    """
    # 같은 값 1,000개를 float32로 더하면 평균이 어긋나서 없는 분산이 생깁니다.
    wanted, found, before = (array.astype("float64") for array in (wanted, found, before))
    inferred = None if inferred is None else inferred.astype("float64")
    place = f"드롭아웃의 자리가 {where or '명세와 같은 곳'}인지"
    want, have = float(np.mean(np.var(wanted, axis=0))), float(np.mean(np.var(found, axis=0)))
    still = max(1e-9 * want, ROUNDING**2 * float(np.mean(found**2)), 1e-18)
    if have <= still:
        moved = float(np.mean((found.mean(axis=0) - before.mean(axis=0)) ** 2))
        if float(np.mean(np.var(before, axis=0))) <= still < moved:
            return (
                "배치의 모든 샘플에서 같은 자리를 0으로 만듭니다.",
                "0으로 만들 자리는 샘플마다 따로 뽑습니다. `noise_shape`를 주지 않았는지, "
                "난수의 모양이 은닉층 출력의 모양과 같은지 보세요.",
            )
        if inferred is not None and float(np.mean(np.var(inferred, axis=0))) > still:
            return (
                "드롭아웃을 추론 모드에서 하고 훈련 모드에서는 하지 않습니다.",
                "`training`이 참일 때와 거짓일 때를 바꾸어 쓰지 않았는지 보세요.",
            )
        if inferred is not None and float(np.mean((found - inferred) ** 2)) > still:
            return (
                "훈련 모드의 값이 추론과 다르지만 흔들리지 않습니다. 늘 같은 자리를 0으로 만듭니다.",
                "0으로 만들 자리는 미리 정해 두지 말고 부를 때마다, 샘플마다 새로 뽑습니다.",
            )
        return (
            f"{with_particle(f'`{made}`', '이', '가')} 훈련 모드에서도 추론과 똑같이 계산합니다.",
            "`training` 값을 드롭아웃 층까지 넘겼는지 보세요.",
        )
    if _alike(found - found.mean(axis=0), before - before.mean(axis=0)):
        return (
            "두 번 불러도 같은 자리를 0으로 만듭니다.",
            "0으로 만들 자리는 부를 때마다 새로 뽑습니다. 같은 정수 시드를 주지 않았는지 보세요.",
        )
    if abs(have / want - 1) > NOISE_TOLERANCE:
        direction = "큽니다" if have > want else "작습니다"
        return (
            f"`{made}`의 훈련 모드 출력이 흔들리는 정도가 명세보다 {direction}"
            f"(분산 {have:.3g}, 명세 {want:.3g}).",
            f"`rate`를 그대로 드롭아웃 층에 주었는지, {place} 보세요.",
        )
    columns = np.var(found, axis=0) / np.maximum(np.var(wanted, axis=0), 1e-12)
    if np.any(np.abs(columns - 1) > COLUMN_TOLERANCE):
        return (
            "훈련 모드에서 출력마다 흔들리는 정도가 명세와 다릅니다.",
            f"{place} 보세요.",
        )
    error = np.sqrt(np.var(wanted, axis=0) * 2 / len(wanted))
    if np.any(np.abs(wanted.mean(axis=0) - found.mean(axis=0)) > 6 * error + 1e-5):
        return "훈련 모드 출력의 평균이 명세와 다릅니다.", "드롭아웃의 자리를 명세와 비교하세요."
    repeated = _repeated(wanted)
    if repeated > REPEATS and _repeated(found) < repeated / 4:
        return (
            "훈련 모드에서 은닉층의 값이 흔들리지만 드롭아웃은 아닙니다. 0이 되는 값이 모자랍니다.",
            "드롭아웃은 `rate`의 비율로 값을 0으로 만들고 나머지에 `1 / (1 - rate)`를 곱합니다. "
            "`layers.Dropout(rate)`가 그 층입니다.",
        )
    return None


def _repeated(rows: np.ndarray) -> float:
    """다른 행과 똑같은 행의 비율."""
    rounded = np.round(rows / max(float(np.std(rows)), 1e-12) * 1000)
    counts = np.unique(rounded, axis=0, return_counts=True)[1]
    return float(counts[counts > 1].sum()) / len(rows)


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    if not min(float(np.std(one)), float(np.std(other))) > 0:
        return 0.0
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def _alike(noise: np.ndarray, later: np.ndarray) -> bool:
    """두 번 뽑은 잡음이 같은 것인지. 따로 뽑은 잡음의 상관계수는 0에 가깝습니다."""
    if not min(float(np.std(noise)), float(np.std(later))) > 0:
        return False
    return float(np.corrcoef(noise.ravel(), later.ravel())[0, 1]) > 0.3


_REPEATED = 1e-3
"""두 번 뽑은 잡음의 차이가 표준편차의 이만큼도 안 되면 같은 잡음입니다."""
_SAME = (
    "두 번 불러도 같은 잡음이 나옵니다.",
    "잡음은 `call`에서 부를 때마다 새로 뽑습니다. 같은 정수 시드를 주거나, "
    "그래프에서 한 번만 실행되는 넘파이로 뽑지 않았는지 보세요.",
)


def compare_freshness(
    made: str, source: np.ndarray, wanted: np.ndarray, found: list[np.ndarray]
) -> tuple[str, str] | None:
    """어떤 잡음이든 더했고, 부를 때마다 새것인지."""
    noises = [array.astype("float64") - source for array in found]
    true = float(np.std(wanted - source))
    if not np.all(np.isfinite(noises[0])):
        return "결과에 `NaN`이나 무한대가 있습니다.", ""
    if max(map(_size, noises)) < 0.02 * true:
        return (
            f"{with_particle(f'`{made}`', '이', '가')} 훈련 모드에서도 입력을 그대로 돌려줍니다.",
            "`call(self, inputs, training=None)`으로 받은 `training`이 참일 때 잡음을 더하세요.",
        )
    # 같은 입력으로 불렀으므로 같은 잡음이면 결과도 같습니다.
    if any(_size(noise - noises[0]) < _REPEATED * true for noise in noises[1:]):
        return _SAME
    return None


def _size(noise: np.ndarray) -> float:
    """0에서 떨어진 정도. 모든 값에 같은 수를 더한 것도 잡음이라 평균을 빼지 않습니다."""
    return float(np.sqrt(np.mean(np.square(noise))))


def compare_gaussian(
    made: str, source: np.ndarray, wanted: np.ndarray, found: list[np.ndarray]
) -> tuple[str, str] | None:
    """입력에 더한 잡음이 참고 답안과 같은 정규분포이고 값마다, 부를 때마다 새것인지 봅니다."""
    failure = compare_freshness(made, source, wanted, found)
    if failure:
        return failure
    noise, true = found[0].astype("float64") - source, float(np.std(wanted - source))
    deviation = float(np.std(noise))
    if deviation < 0.02 * true:
        return (
            "모든 값에 같은 수를 더합니다.",
            "잡음은 값마다 따로 뽑습니다. 잡음의 모양은 입력의 모양과 같아야 합니다. `ops.shape(inputs)`를 쓰세요.",
        )
    if any(_alike(noise, later.astype("float64") - source) for later in found[1:]):
        return _SAME
    if np.all(found[0] >= 0) and float(np.mean(found[0] == 0)) > 0.1:
        return (
            "결과에 음수가 없고 0이 많습니다. 음수를 0으로 바꿉니다.",
            "잡음을 더한 값을 `relu`에 넣지 말고 그대로 돌려주세요.",
        )
    if abs(_correlation(found[0], source)) < 0.1 and _correlation(noise, source) < -0.1:
        return (
            "결과가 입력과 상관없습니다. 입력에 더하지 않고 잡음만 돌려줍니다.",
            "`inputs + noise`를 돌려주세요.",
        )
    flat = np.abs(source) < np.median(np.abs(source))
    halves = np.std(noise[flat]), np.std(noise[~flat])
    if not 0.8 < halves[0] / max(halves[1], 1e-12) < 1.25:
        share = noise / np.where(np.abs(source) < 1e-3, np.inf, source)
        products = np.std(share[flat]), np.std(share[~flat])
        multiplied = 0.8 < products[0] / max(products[1], 1e-12) < 1.25
        return (
            "잡음의 크기가 입력의 크기에 따라 달라집니다.",
            "입력에 곱하지 말고 더하세요." if multiplied else "",
        )
    failure = _shared(noise, deviation)
    if failure:
        return failure
    if abs(deviation / true - 1) > DEVIATION_TOLERANCE:
        return (
            f"{with_particle(f'`{made}`', '이', '가')} 더한 잡음의 표준편차가 "
            f"{with_particle(f'{true:.3g}', '이어야', '여야')} 하는데 {deviation:.3g}입니다.",
            _deviation_advice(deviation, true),
        )
    if abs(float(np.mean(noise))) > 8 * true / np.sqrt(noise.size):
        return f"잡음의 평균이 0이어야 하는데 {np.mean(noise):.3g}입니다.", ""
    kurtosis = float(np.mean(((noise - noise.mean()) / deviation) ** 4))
    if abs(kurtosis - 3) > KURTOSIS_TOLERANCE:
        return (
            "잡음이 정규분포(가우스 분포)가 아닙니다.",
            "`keras.random.normal`이나 `tf.random.normal`로 뽑으세요.",
        )
    return None


def _shared(noise: np.ndarray, deviation: float) -> tuple[str, str] | None:
    """축을 따라 같은 잡음을 되풀이해 더했는지: 그러면 그 축의 평균을 내도 작아지지 않습니다."""
    for axis, size in enumerate(noise.shape):
        # 평균의 분산에 `size`를 곱하면 따로 뽑은 잡음은 1쯤, 되풀이한 잡음은 `size`쯤입니다.
        if size > 1 and np.var(noise.mean(axis=axis)) * size > np.sqrt(size) * deviation**2:
            who = "배치의 모든 샘플에" if axis == 0 else f"{axis}번 축을 따라"
            return (
                f"{who} 같은 잡음을 더합니다.",
                "잡음의 모양은 입력의 모양과 같아야 합니다. `ops.shape(inputs)`를 쓰세요.",
            )
    return None


def _deviation_advice(deviation: float, true: float) -> str:
    if abs(deviation / true**2 - 1) < DEVIATION_TOLERANCE:
        return "표준편차의 자리에 제곱한 값(분산)을 주었습니다."
    if abs(deviation / np.sqrt(true) - 1) < DEVIATION_TOLERANCE:
        return "표준편차의 자리에 제곱근을 주었습니다."
    if abs(deviation - 1) < DEVIATION_TOLERANCE:
        return "받은 `stddev`를 쓰지 않고 표준편차 1인 잡음을 더합니다."
    return "받은 `stddev`가 그대로 잡음의 표준편차가 되는지 보세요."
