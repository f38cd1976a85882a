"""`python -m autograder.authoring.lint [단원…]`: 고칠 글을 한 줄에 하나씩 보입니다.

여기 없는 것: 글을 모으는 일(`authoring.lint.sources`), 규칙(`authoring.lint.korean`, `authoring.lint.notebooks`).
"""

from __future__ import annotations

import sys

from autograder.errors import CourseError
from autograder.startup import import_tensorflow


def main(names: list[str]) -> int:
    """고칠 것이 있으면 1. 단원을 주면 그 단원만 봅니다."""
    import_tensorflow()
    from autograder.about import course_root
    from autograder.authoring.build import chosen_units
    from autograder.authoring.lint.sources import all_problems, unit_problems

    root = course_root()
    if names:
        problems = [line for unit in chosen_units(names) for line in unit_problems(unit, root)]
    else:
        problems = list(all_problems(root))
    print("\n".join(problems) or "고칠 것이 없습니다.")
    return int(bool(problems))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CourseError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
