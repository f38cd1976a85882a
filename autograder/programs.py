"""바깥 프로그램을 찾습니다.

여기 없는 것: 찾은 프로그램으로 그리는 일(`figures.flow`), 브라우저를 찾는 일과 점검(`doctor`).
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path


def graphviz() -> str | None:
    """`plot_model`이 쓸 Graphviz의 경로: 시스템의 `dot`, 없으면 pip으로 설치한 `graphviz-pure`. 둘 다 없으면 None."""
    # A kernel's PATH need not hold the folder of its own environment.
    here = str(Path(sys.executable).parent)
    beside = os.pathsep.join((here, os.environ.get("PATH", os.defpath)))
    return shutil.which("dot") or shutil.which("graphviz-pure", path=beside)
