"""`autograder lab`: 강좌를 주피터랩으로 엽니다.

여기 없는 것: 설치된 것의 점검(`doctor`). 주피터의 설정 파일은 저장소의 tools/jupyter에 있습니다.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder import about
from autograder.errors import CourseError

SETTINGS = "tools/jupyter"


def lab(arguments: Sequence[str] = (), *, instructor: bool = False) -> int:
    """주피터랩을 켜고, 끝날 때까지 기다려 그 종료 코드를 돌려줍니다. `arguments`는 주피터랩에 그대로 줍니다.

    주피터랩이 없거나 강좌의 폴더가 아니면 CourseError.
    """
    root = about.course_root()
    if importlib.util.find_spec("jupyterlab") is None:
        raise CourseError(
            "주피터랩이 설치되어 있지 않습니다.",
            f"{about.install_command('classroom')} 명령으로 설치하세요.",
        )
    return subprocess.call(
        command(root, arguments), cwd=root, env=environment(root, os.environ, instructor)
    )


def command(root: Path, arguments: Sequence[str]) -> list[str]:
    """주피터랩을 켜는 명령."""
    as_root = ["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    return [
        *(sys.executable, "-m", "jupyterlab", *as_root),
        f"--ServerApp.root_dir={root}",
        "--LabApp.default_url=/lab/tree/notebooks",
        *arguments,
    ]


def environment(root: Path, given: Mapping[str, str], instructor: bool) -> dict[str, str]:
    """주피터랩의 환경 변수: 처음에는 한국어로, 강사가 아니면 강사의 도구는 숨깁니다.

    사람이 정한 설정(`JUPYTER_CONFIG_PATH`)도 함께 읽습니다. 터미널과 `!` 줄이 이 파이썬의 프로그램을 찾도록 `PATH`의
    맨 앞에 그 폴더를 둡니다.
    """
    names = ["course", "korean", *([] if instructor else ["learner"])]
    own = [str(root / SETTINGS / name) for name in names]
    return {
        **given,
        "JUPYTER_CONFIG_PATH": os.pathsep.join(
            filter(None, [*own, given.get("JUPYTER_CONFIG_PATH", "")])
        ),
        "PATH": os.pathsep.join(
            filter(None, [str(Path(sys.executable).parent), given.get("PATH", "")])
        ),
    }
