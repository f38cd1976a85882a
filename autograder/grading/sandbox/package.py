"""샌드박스 안에서 `import autograder`가 불러올 패키지: 관찰하는 쪽만 복사합니다. 정답과 판정과 채점은 빠집니다.

여기 없는 것: 복사해 둘 자리(`grading.run.workplace`, `grading.sandbox.session`), 보이게 둘 곳(`grading.sandbox.walls`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import autograder

PACKAGE = Path(autograder.__file__).resolve().parent


# An allow list: a new module of the trusted side must not get in because nobody thought of it.
OBSERVING = (
    "__init__.py",
    "about.py",
    "learner.py",
    "data",
    "doctor.py",
    "errors.py",
    "figures",
    "fonts",
    "journal.py",
    "korean.py",
    "observe",
    "protocol.py",
    "report.py",
    "startup.py",
    "note_box.py",
    "programs.py",
)


HELD_OUT = "heldout"
"""이름에 이것이 든 데이터 파일은 판정하는 쪽에서만 씁니다."""


def copy_observing_package(target: Path) -> None:
    """관찰하는 쪽에 필요한 패키지와 학습자도 쓰는 데이터만 `target`에 복사합니다."""
    package = target / PACKAGE.name
    package.mkdir()
    for name in OBSERVING:
        source = PACKAGE / name
        if source.is_dir():
            shutil.copytree(source, package / name, ignore=_left_out)
        elif source.is_file():
            shutil.copy2(source, package / name)
    for source in (PACKAGE / "_datasets", PACKAGE.parent / "datasets"):
        if source.is_dir():
            # Where an installed package has them; only what is built in.
            copied = package / "_datasets"
            copied.mkdir(exist_ok=True)
            for file in sorted(source.glob("*builtin*.npz")):
                if HELD_OUT not in file.name:
                    shutil.copy2(file, copied / file.name)
            break


def _left_out(_: str, names: list[str]) -> set[str]:
    return {name for name in names if HELD_OUT in name}
