"""훈련 모드의 난수가 참고 답안과 같은 분포인지 봅니다."""

from __future__ import annotations

import numpy as np

from autograder.korean import with_particle

NOISE_TOLERANCE = 0.3
"""훈련 모드에서 분산의 평균이 참고 답안과 다를 수 있는 비율. 행 400개로 재면 오차는 약 5 %입니다."""
COLUMN_TOLERANCE = 0.6
"""출력 하나하나의 분산이 다를 수 있는 비율. 행 400개로 재면 오차는 약 10 %입니다."""
DEVIATION_TOLERANCE = 0.08
"""더한 잡음의 표준편차가 다를 수 있는 비율. 값 6,000개로 재면 오차는 약 1 %입니다."""
KURTOSIS_TOLERANCE = 0.55
"""정규분포의 첨도 3과 다를 수 있는 크기. 값 6,000개로 재면 오차는 약 0.06입니다."""


def compare_noise(made: str, wanted: np.ndarray, found: np.ndarray) -> tuple[str, str] | None:
    """같은 입력을 되풀이한 행들의 평균과 분산이 참고 답안과 같은지 봅니다."""
    want, have = float(np.mean(np.var(wanted, axis=0))), float(np.mean(np.var(found, axis=0)))
    if have <= 1e-9 * max(want, 1e-9) or have < 0.02 * want:
        return (
            f"{with_particle(f'`{made}`', '이', '가')} 훈련 모드에서도 추론과 똑같이 계산합니다.",
            "`training` 값을 드롭아웃 층까지 넘겼는지 보세요.",
        )
    if abs(have / want - 1) > NOISE_TOLERANCE:
        direction = "큽니다" if have > want else "작습니다"
        return (
            f"`{made}`의 훈련 모드 출력이 흔들리는 정도가 명세보다 {direction}"
            f"(분산 {have:.3g}, 명세 {want:.3g}).",
            "`rate`를 그대로 드롭아웃 층에 주었는지, 드롭아웃의 자리가 맞는지 보세요.",
        )
    columns = np.var(found, axis=0) / np.maximum(np.var(wanted, axis=0), 1e-12)
    if np.any(np.abs(columns - 1) > COLUMN_TOLERANCE):
        return (
            "훈련 모드에서 출력마다 흔들리는 정도가 명세와 다릅니다.",
            "드롭아웃의 자리가 은닉층과 출력층 사이인지 보세요.",
        )
    error = np.sqrt(np.var(wanted, axis=0) * 2 / len(wanted))
    if np.any(np.abs(wanted.mean(axis=0) - found.mean(axis=0)) > 6 * error + 1e-5):
        return "훈련 모드 출력의 평균이 명세와 다릅니다.", "드롭아웃의 자리를 명세와 비교하세요."
    return None


def compare_gaussian(
    made: str, source: np.ndarray, wanted: np.ndarray, found: list[np.ndarray]
) -> tuple[str, str] | None:
    """입력에 더한 잡음이 참고 답안과 같은 정규분포이고 값마다, 부를 때마다 새것인지 봅니다."""
    noises = [array.astype("float64") - source for array in found]
    noise, true = noises[0], float(np.std(wanted - source))
    deviation = float(np.std(noise))
    if not np.all(np.isfinite(noise)):
        return "결과에 `NaN`이나 무한대가 있습니다.", ""
    if deviation < 0.02 * true:
        return (
            f"{with_particle(f'`{made}`', '이', '가')} 훈련 모드에서도 입력을 그대로 돌려줍니다.",
            "`call(self, inputs, training=None)`으로 받은 `training`이 참일 때 잡음을 더하세요.",
        )
    for later in noises[1:]:
        if float(np.corrcoef(noise.ravel(), later.ravel())[0, 1]) > 0.3:
            return (
                "두 번 불러도 같은 잡음이 나옵니다.",
                "잡음은 `call`에서 부를 때마다 새로 뽑습니다. 같은 정수 시드를 주거나, "
                "그래프에서 한 번만 실행되는 넘파이로 뽑지 않았는지 보세요.",
            )
    flat = np.abs(source) < np.median(np.abs(source))
    halves = np.std(noise[flat]), np.std(noise[~flat])
    if not 0.8 < halves[0] / max(halves[1], 1e-12) < 1.25:
        return "잡음의 크기가 입력의 크기에 따라 달라집니다.", "입력에 곱하지 말고 더하세요."
    failure = _shared(noise, deviation)
    if failure:
        return failure
    if abs(deviation / true - 1) > DEVIATION_TOLERANCE:
        return (
            f"`{made}`이 더한 잡음의 표준편차가 {true:.3g}이어야 하는데 {deviation:.3g}입니다.",
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
        if size > 1 and np.var(noise.mean(axis=axis)) * size > 2.5 * deviation**2:
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
