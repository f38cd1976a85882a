"""그림 아래에 적는 한 문장들: 무엇이 보이는지.

여기 없는 것: 셈(`grading.report.statistics`), 쪽의 모습(`grading.report.page`).
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.grading.report.alike import FEWEST, Alike
from autograder.grading.report.behaviour import Ending
from autograder.grading.report.exercises import ExerciseView
from autograder.grading.report.facts import UnitFacts
from autograder.grading.report.mistakes import STOPPED, Mistake
from autograder.grading.report.statistics import mean
from autograder.grading.report.ways import FELL, Way

HIGH, LOW = 0.9, 0.5


def percent(share: float) -> str:
    """0.724 → "72%"."""
    return f"{share:.0%}"


def duration(seconds: float) -> str:
    """`0.42` → "0.4초", `200` → "3분 20초"."""
    if seconds < 10:
        return f"{seconds:.1f}초"
    minutes, rest = divmod(round(seconds), 60)
    return " ".join(f"{n}{unit}" for n, unit in ((minutes, "분"), (rest, "초")) if n)


def names(students: Sequence[str], most: int = 8) -> str:
    """이름들을 한 줄로. 많으면 "외 12명"으로 줄입니다."""
    shown = ", ".join(students[:most])
    left = len(students) - most
    return f"{shown} 외 {left}명" if left > 0 else shown


def distribution(shares: Sequence[float]) -> str:
    """점수의 분포에서 보이는 것."""
    count = len(shares)
    if not count:
        return "점수가 있는 학생이 아직 없습니다."
    if all(share >= 1 for share in shares):
        return "한 명이 냈고 만점입니다." if count == 1 else f"낸 {count}명이 모두 만점입니다."
    if count == 1:
        return f"한 명이 냈고 배점의 {percent(shares[0])}를 얻었습니다."
    high = sum(share >= HIGH - 1e-9 for share in shares)
    low = sum(share < LOW - 1e-9 for share in shares)
    first = (
        f"{high}명이 배점의 {percent(HIGH)} 이상을 얻었고"
        if high
        else f"배점의 {percent(HIGH)} 이상을 얻은 학생은 없고"
    )
    second = f"{low}명은 절반에 못 미칩니다" if low else "절반에 못 미친 학생은 없습니다"
    return f"낸 {count}명 가운데 {first}, {second}."


def exercises(views: Sequence[ExerciseView]) -> str:
    """문제마다의 막대에서 보이는 것."""
    if not views or not views[0].students:
        return "채점할 수 있던 노트북이 아직 없습니다."
    hard = min(views, key=lambda view: view.facility)
    easy = max(views, key=lambda view: view.facility)
    if len(views) == 1:
        return f"낸 학생들은 이 문제에서 평균으로 배점의 {percent(hard.facility)}를 얻었습니다."
    if easy.facility - hard.facility < 0.005:
        return f"어느 문제에서나 평균으로 배점의 {percent(hard.facility)}를 얻었습니다."
    return (
        f"가장 어려운 문제는 {hard.asked.number}(정답률 {percent(hard.facility)}), "
        f"가장 쉬운 문제는 {easy.asked.number}(정답률 {percent(easy.facility)})입니다."
    )


def mistakes(found: Sequence[Mistake]) -> str:
    """실수의 목록에서 보이는 것."""
    if not found:
        return "판정이 틀렸다고 한 것이 없습니다."
    first = found[0]
    if first.item == STOPPED:
        return (
            f"가장 많은 것은 {first.exercise.number}의 코드가 끝까지 실행되지 않은 것으로, "
            f"푼 {first.attempted}명 가운데 {len(first.students)}명입니다."
        )
    return (
        f"가장 많은 학생이 점수를 잃은 곳은 {first.exercise.number}의 '{first.item}'입니다. "
        f"푼 {first.attempted}명 가운데 {len(first.students)}명이 잃었습니다."
    )


def endings(found: Sequence[Ending]) -> str:
    """노트북들이 끝난 모습에서 보이는 것."""
    count = sum(len(ending.students) for ending in found)
    fine = sum(len(ending.students) for ending in found if ending.fine)
    if not count:
        return "낸 노트북이 아직 없습니다."
    if fine == count:
        return f"낸 {count}명의 노트북이 모두 오류 없이 끝까지 실행되었습니다."
    return f"낸 {count}명 가운데 {fine}명의 노트북이 오류 없이 끝까지 실행되었습니다."


def alike(found: Alike) -> str:
    """닮은 답에서 보이는 것."""
    if not found.compared:
        return (
            f"문제마다 답이 {FEWEST}개는 있어야 무엇이 흔한 답인지 알 수 있어, 비교하지 않았습니다."
        )
    plain = (
        f" {found.plain}개는 흔한 코드로만 되어 있어 비교할 것이 없었습니다." if found.plain else ""
    )
    if not found.groups:
        return f"답 {found.compared}개를 비교했고, 눈에 띄게 닮은 것은 없습니다.{plain}"
    return f"답 {found.compared}개를 비교해 눈에 띄게 닮은 무리 {len(found.groups)}개를 찾았습니다.{plain}"


def ways(found: Sequence[Way]) -> str:
    """단원을 지나는 길에서 보이는 것."""
    fell = sum(way.fell >= FELL for way in found)
    stopped = sum(way.stopped for way in found)
    said = []
    if fell:
        said.append(
            f"{len(found)}명 가운데 {fell}명이 마지막 단원에서 학급의 평균과 비교해 "
            f"{FELL * 100:.0f}%포인트 넘게 떨어졌습니다."
        )
    if stopped:
        said.append(f"전에는 냈지만 마지막 단원을 내지 않은 학생이 {stopped}명입니다.")
    return " ".join(said) or f"{len(found)}명 가운데 눈에 띄게 떨어진 학생은 없습니다."


def average(facts: UnitFacts) -> float:
    """낸 학생들의 평균 점수."""
    return mean([student.total or 0.0 for student in facts.scored])
