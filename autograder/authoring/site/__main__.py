"""`python -m autograder.authoring.site [단원 …]`: 사이트를 `site/`에 만듭니다.

여기 없는 것: 엮는 일(`authoring.site.sphinx`), 노트북의 실행(`authoring.site.executed`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.about import course_root
from autograder.authoring.build import chosen_units
from autograder.authoring.site import sphinx
from autograder.authoring.site.cells import GLOSSARY, page
from autograder.authoring.site.combine import combine
from autograder.authoring.site.executed import Executed, executed
from autograder.authoring.site.pages import glossary_page, index_page
from autograder.authoring.templates import repository
from autograder.errors import CourseError
from autograder.exercises.units import Unit
from autograder.notebook import read


def build_site(
    units: Sequence[Unit], solved: Mapping[str, Executed], root: Path, site: Path, work: Path
) -> None:
    """단원들의 사이트를 `site`에 만듭니다. `solved`는 단원의 이름 → 실행한 것입니다."""
    address = repository(root)
    files: dict[str, bytes] = {}
    pages = {"index": index_page(units, address), GLOSSARY: glossary_page()}
    for unit in units:
        student = read(root / "notebooks" / unit.notebook)
        done = solved[unit.name]
        combined = combine(student, done.notebook)
        pages[unit.name] = page(unit, combined, done.mistakes, address, files)
    sphinx.weave(pages, files, site, work, address)


def main(arguments: Sequence[str]) -> int:
    """명령의 끝. 잘못되면 이유를 말하고 1."""
    try:
        root = course_root()
        units = chosen_units(arguments)
        cache = root / ".cache" / "site"
        solved = executed(units, root, cache)
        build_site(units, solved, root, root / "site", cache / "work")
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    print("✔ site/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
