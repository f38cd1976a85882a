"""A class of 40 as Moodle and Canvas hand it out, to follow docs/week.md with: zips, worksheet, gradebook.

    python tools/class_of_40.py FOLDER      makes FOLDER/moodle and FOLDER/canvas

The notebooks are the unit's real ones; the answers are right, half right, untouched and broken. The
same every time.
"""

from __future__ import annotations

import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from lms import Canvas, Moodle  # noqa: E402

from autograder import notebook  # noqa: E402
from autograder.exercises.units import UNITS  # noqa: E402
from autograder.grading.course.release import release  # noqa: E402
from autograder.grading.sample import answered  # noqa: E402

UNIT, CELL, POINTS = "00_start", "start_first_tensor", 4
FAMILY = "김이박최정강조윤장임"
GIVEN = (
    "서준", "하윤", "도현", "지우", "민수", "수아", "예준", "지호", "은서", "시우",
    "다은", "현우", "채원", "건우", "유진", "선우", "소율", "재윤", "나은", "태민",
)  # fmt: skip
RIGHT = (
    "x = tf.constant([[1, 2, 3], [4, 5, 6]], dtype=tf.float32)",
    "x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])",
    "x = tf.reshape(tf.range(1.0, 7.0), (2, 3))",
    'x = tf.convert_to_tensor(np.arange(1, 7).reshape(2, 3).astype("float32"))',
    "x = tf.cast(tf.reshape(tf.range(1, 7), (2, 3)), tf.float32)",
)
WRONG = (
    "x = tf.constant([[1, 2, 3], [4, 5, 6]])",
    "x = tf.constant(np.arange(1.0, 7.0).reshape(2, 3))",
    "x = tf.constant([1, 2, 3, 4, 5, 6], dtype=tf.float32)",
    "x = tf.constant([[1, 2], [3, 4], [5, 6]], dtype=tf.float32)",
    "x = [[1, 2, 3], [4, 5, 6]]",
    "x = tf.constat([[1, 2, 3], [4, 5, 6]])",
)
UNTOUCHED, ABSENT, PAGE = {6, 29}, {13, 38}, {21}
"""Whose notebook is as it was given out, who handed in nothing, who handed in a web page."""


@dataclass(frozen=True)
class Student:
    """One of the 40: a number from 1, and what the university calls him."""

    number: int

    @property
    def id(self) -> str:
        """The number at the university."""
        return f"2026{self.number:03d}"

    @property
    def name(self) -> str:
        """The name; the 5th and the 25th have the same."""
        number = 5 if self.number == 25 else self.number
        return FAMILY[(number + (number - 1) // 20) % 10] + GIVEN[(number - 1) % 20]

    @property
    def email(self) -> str:
        """The address at the university."""
        return f"{self.id}@univ.ac.kr"


CLASS = [Student(number) for number in range(1, 41)]


def handed_in(student: Student) -> tuple[str, bytes] | None:
    """The file's ending and what is in it; None if nothing was handed in."""
    solution = notebook.read(ROOT / "solutions" / UNITS[UNIT].notebook)
    number = student.number
    if number in ABSENT:
        return None
    if number in PAGE:
        return ".html", b"<html><body>start</body></html>"
    if number in UNTOUCHED:
        made = release(solution)
    else:
        # Three of ten are wrong in one of the usual ways.
        code = (
            WRONG[number % len(WRONG)] if number % 10 in (3, 6, 8) else RIGHT[number % len(RIGHT)]
        )
        made = answered(solution, {CELL: f"# {student.name}의 답\n{code}"})
    return ".ipynb", notebook.text(made).encode()


def make(folder: Path) -> None:
    """Write what the two LMSs would hand out."""
    moodle = Moodle({11000 + one.number: (one.name, one.email, "", "") for one in CLASS})
    canvas = Canvas(
        {700 + one.number: (one.name, one.id, one.email) for one in CLASS},
        {4301: ("00 시작하기", 100), 4302: ("01 즉시 실행", 100)},
    )
    files = {one: made for one in CLASS if (made := handed_in(one)) is not None}
    _zip(
        folder / "moodle" / "딥러닝-00 시작하기-77.zip",
        {
            f"{one.name}_{11000 + one.number}_assignsubmission_file_/start{ending}": data
            for one, (ending, data) in files.items()
        },
    )
    (folder / "moodle" / "성적-00 시작하기-77.csv").write_bytes(moodle.worksheet())
    _zip(
        folder / "canvas" / "submissions.zip",
        {
            f"{one.name}_{'LATE_' if one.number % 11 == 0 else ''}{700 + one.number}_"
            f"{88000 + one.number}_start{'-1' if one.number % 7 == 0 else ''}{ending}": data
            for one, (ending, data) in files.items()
        },
    )
    (folder / "canvas" / "2026-10-12T0900_Grades-딥러닝.csv").write_bytes(canvas.gradebook())


def _zip(path: Path, files: dict[str, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("쓰는 법: python tools/class_of_40.py 폴더")
    make(Path(sys.argv[1]))
