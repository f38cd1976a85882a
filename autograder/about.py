"""이 패키지의 이름, 버전, 저장소 주소(모두 `pyproject.toml`에서 옵니다)와 강좌의 폴더.

여기 없는 것: 주소로 배지와 설치하는 줄을 만드는 일(`authoring.templates`), 설치된 것의 점검(`doctor`).
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from autograder.errors import CourseError

DISTRIBUTION = "autograder-tf-course"


def version() -> str:
    """설치된 버전. 설치하지 않고 저장소에서 바로 쓰면 "개발"입니다."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "개발"


def repository() -> str:
    """저장소의 주소(`[project.urls]`의 Repository). 설치하지 않았으면 빈 문자열입니다."""
    try:
        entries = metadata.metadata(DISTRIBUTION).get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    for entry in entries:
        label, _, address = entry.partition(",")
        if label.strip() == "Repository":
            return address.strip()
    return ""


def install_command(extra: str) -> str:
    """`extra`까지 설치하는 pip 명령 한 줄."""
    address = repository()
    source = f" @ git+{address}" if address else ""
    return f'pip install "{DISTRIBUTION}[{extra}]{source}"'


def course_root(start: Path | None = None) -> Path:
    """`solutions/`가 있는 가장 가까운 위쪽 폴더. 없으면 CourseError."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "solutions").is_dir():
            return folder
    raise CourseError("여기는 강좌의 폴더가 아닙니다.", "solutions/가 있는 폴더에서 실행하세요.")
