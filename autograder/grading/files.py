"""파일을 씁니다. 쓰다가 멈추어도 반쪽 파일이 남지 않습니다.

여기 없는 것: 실행 결과의 꼴(`grading.store`), 노트북의 꼴(`notebook`).
"""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """`path`에 씁니다. 폴더가 없으면 만듭니다."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    partial.write_bytes(data)
    partial.replace(path)
