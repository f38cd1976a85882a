"""말썽을 부린 노트북: 끝까지 가지 못한 이유와 비고를, 같은 것끼리 모읍니다.

여기 없는 것: 실행을 멈추는 일(`grading.run.kernel`), 비고를 적는 일(`grading.judging`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.grading.report.facts import UnitFacts
from autograder.grading.run import kernel
from autograder.grading.run.runner import OUT_OF_TIME
from autograder.grading.table import BROKEN, MISSING, UNREADABLE

_STOPPED = {
    kernel.MEMORY: "메모리의 한도를 넘었습니다",
    kernel.SHORT: "컴퓨터의 메모리가 모자랐습니다",
    kernel.PROCESSES: "프로세스를 너무 많이 만들었습니다",
    kernel.DISK: "파일을 너무 많이 썼습니다",
    kernel.DIED: "커널이 죽었습니다",
    kernel.STUCK: "멈추라는 신호에도 멈추지 않아 껐습니다",
    OUT_OF_TIME: "노트북의 시간이 다 되었습니다",
    kernel.TIMEOUT: "셀의 시간이 다 되었습니다",
    kernel.FLOOD: "너무 많이 출력했습니다",
    kernel.ERROR: "끝까지 갔지만 오류가 난 셀이 있습니다",
}
# What happened to the whole hand-in comes before what happened to a cell.
_STATUS = {
    MISSING: "낸 파일에 노트북이 없습니다",
    UNREADABLE: "노트북을 읽을 수 없습니다",
    BROKEN: "채점하지 못했습니다",
}
FINE, UNKNOWN = "끝까지 실행되었습니다", "어떻게 끝났는지 기록이 없습니다"
_NUMBERS = re.compile(r"^(\d+-\d+(?:, \d+-\d+)*): ")
_QUOTED = re.compile(r"`[^`]*`|'[^']*'")


@dataclass(frozen=True)
class Ending:
    """노트북들이 끝난 모습 하나와 그 학생들."""

    said: str
    students: tuple[str, ...]

    @property
    def fine(self) -> bool:
        """아무 일 없이 끝났는지."""
        return self.said == FINE


@dataclass(frozen=True)
class Remark:
    """비고 하나와, 그 말을 들은 학생마다 문제의 번호와 따옴표 안의 것들."""

    said: str
    students: tuple[tuple[str, str], ...]


def endings(facts: UnitFacts) -> list[Ending]:
    """낸 노트북마다 어떻게 끝났는지. 한 노트북은 가장 무거운 이유 하나에만 듭니다."""
    found: dict[str, list[str]] = {}
    for student in facts.students:
        if student.status in _STATUS:
            said = _STATUS[student.status]
        elif student.readable and student.seconds is None:
            said = UNKNOWN
        elif student.readable:
            said = next((text for name, text in _STOPPED.items() if name in student.stopped), FINE)
        else:
            continue
        found.setdefault(said, []).append(student.label)
    order = [FINE, *reversed(_STOPPED.values()), *_STATUS.values(), UNKNOWN]
    return [Ending(said, tuple(found[said])) for said in order if said in found]


def remarks(facts: UnitFacts) -> list[Remark]:
    """비고들, 많은 학생이 들은 것부터. 문제의 번호와 따옴표 안만 다른 말은 하나로 모읍니다."""
    found: dict[str, list[tuple[str, str]]] = {}
    texts: dict[str, list[str]] = {}
    for student in facts.students:
        if student.absent:
            continue
        for text in student.remarks:
            numbers = _NUMBERS.match(text)
            rest = text[numbers.end() :] if numbers else text
            key = _QUOTED.sub("…", rest)
            texts.setdefault(key, []).append(rest)
            inner = [each.strip("`'") for each in _QUOTED.findall(rest)]
            about = ": ".join(
                [*([numbers[1]] if numbers else []), *([", ".join(inner)] if inner else [])]
            )
            found.setdefault(key, []).append((student.label, about))
    made = []
    for key, students in found.items():
        same = len(set(texts[key])) == 1
        told = tuple((who, _number_only(about) if same else about) for who, about in students)
        made.append(Remark(texts[key][0] if same else key, told))
    return sorted(made, key=lambda remark: -len(remark.students))


def _number_only(about: str) -> str:
    found = re.match(r"\d+-\d+(?:, \d+-\d+)*", about)
    return found[0] if found else ""
