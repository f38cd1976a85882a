"""`build`가 쓰는 셀의 글: 머리글, 준비 셀, 바닥글.

여기 없는 것: 문제의 명세(`exercises.specification`), 단원의 제목과 만들 것(`exercises.units`), 그림(`authoring.pictures`), 시간을 재는 일(`authoring.path`), 셀에 넣는 일(`authoring.fill`).
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from autograder import about
from autograder.authoring import pictures
from autograder.authoring.path import Minutes
from autograder.errors import CourseError
from autograder.exercises.units import UNITS, Unit
from autograder.korean import DEEPER
from autograder.notebook import generated, parse

BRANCH = "main"
BADGE = "https://colab.research.google.com/assets/colab-badge.svg"

_BASIC = "answer, check, hint, load_data, progress, ready"
_SETUP = """\
import sys

if "google.colab" in sys.modules:  # Colab에서만 강좌의 패키지를 설치합니다
    package = "git+{repository}"
    get_ipython().run_line_magic("pip", f"install -q {{package}}")

from autograder import {basic}
{figures}
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops

keras.utils.set_random_seed(42)
print(f"텐서플로 {{tf.__version__}} · 케라스 {{keras.__version__}} · 넘파이 {{np.__version__}}")"""


def repository(root: Path) -> str:
    """저장소의 주소. `pyproject.toml`의 [project.urls] Repository 한 곳에서 옵니다."""
    file = root / "pyproject.toml"
    if file.is_file():
        urls = tomllib.loads(file.read_text("utf-8")).get("project", {}).get("urls", {})
        address = str(urls.get("Repository", ""))
    else:
        address = about.repository()
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", address):
        raise CourseError(
            f"저장소의 주소({address or '없음'})가 https://github.com/이름/저장소 꼴이 아닙니다.",
            "pyproject.toml의 [project.urls]에 Repository를 적으세요.",
        )
    return address


def colab(unit: Unit, address: str) -> str:
    """학생용 노트북을 Colab에서 여는 주소."""
    name = address.removeprefix("https://github.com/").removesuffix(".git")
    return (
        f"https://colab.research.google.com/github/{name}/blob/{BRANCH}/notebooks/{unit.notebook}"
    )


def header(unit: Unit, address: str, minutes: Minutes) -> str:
    """노트북의 첫 셀: 제목, 목적, 만들 것과 그 그림, 시간, 앞뒤 단원, Colab 배지."""
    return "\n\n".join(
        (
            f"# {unit.number} · {unit.title}",
            unit.purpose,
            f"**이 단원을 마치면** {unit.makes} 만들 수 있습니다.",
            pictures.markdown(unit),
            f"**예상 시간** {time_text(minutes)}",
            navigation(unit),
            f"[![Colab에서 열기]({BADGE})]({colab(unit, address)})",
        )
    )


def time_text(minutes: Minutes) -> str:
    """`핵심 1시간 · 더 깊이 1시간 30분`과, 건너뛰어도 된다는 말."""
    if not minutes.deeper:
        return f"핵심 {duration(minutes.core)}"
    return (
        f"핵심 {duration(minutes.core)} · {DEEPER} {duration(minutes.deeper)}. "
        f"제목에 ‘{DEEPER}’가 붙은 곳은 건너뛰어도 뒤를 배울 수 있습니다."
    )


def duration(minutes: int) -> str:
    """`150` → "2시간 30분"."""
    hours, rest = divmod(minutes, 60)
    return " ".join(f"{n}{unit}" for n, unit in ((hours, "시간"), (rest, "분")) if n) or "0분"


def footer(unit: Unit) -> str:
    """노트북의 마지막 셀."""
    return f"---\n\n{navigation(unit)}"


def navigation(unit: Unit) -> str:
    """앞 단원, 차례, 다음 단원으로 가는 한 줄."""
    units = list(UNITS.values())
    index = units.index(unit)
    parts = []
    if index > 0:
        before = units[index - 1]
        parts.append(f"[← 이전: {before.number} · {before.title}](../{before.notebook})")
    parts.append("[차례](../README.md)")
    if index + 1 < len(units):
        after = units[index + 1]
        parts.append(f"[다음: {after.number} · {after.title} →](../{after.notebook})")
    return " · ".join(parts)


def setup(cells: Sequence[NotebookNode], address: str) -> str:
    """준비 셀. 그림 함수는 노트북이 쓰는 것만 불러옵니다."""
    from autograder import figures

    names = sorted(set(figures.__all__) & _names(cells))
    line = f"from autograder.figures import {', '.join(names)}\n" if names else ""
    if len(line) > 100:
        listed = "".join(f"    {name},\n" for name in names)
        line = f"from autograder.figures import (\n{listed})\n"
    return _SETUP.format(repository=address, basic=_BASIC, figures=line)


def _names(cells: Sequence[NotebookNode]) -> set[str]:
    return {
        node.id
        for cell in cells
        if cell.cell_type == "code" and generated(cell)[0] != "setup"
        for node in ast.walk(parse(cell))
        if isinstance(node, ast.Name)
    }
