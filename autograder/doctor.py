"""환경 점검: 무엇이 있고, 무엇이 없으며, 없으면 무엇을 하면 되는지.

여기 없는 것: 텐서플로를 조용히 불러오는 법(`startup`), 데이터를 찾는 일(`data.finding`), 샌드박스의 시험(`grading.sandbox.probe`).
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Literal

from autograder import about, programs
from autograder.journal import journal_path
from autograder.observe.quiet import quiet
from autograder.startup import overruled_backend

State = Literal["ok", "optional", "bad"]
MARKS: dict[State, str] = {"ok": "✔", "optional": "–", "bad": "✘"}

GIB = 2**30
ENOUGH_MEMORY = 2 * GIB
ENOUGH_DISK = 1 * GIB


@dataclass(frozen=True)
class Finding:
    """점검 하나의 결과. `state`가 "bad"면 강좌를 쓸 수 없고, "optional"이면 없어도 됩니다."""

    name: str
    state: State
    found: str
    remedy: str = ""


def doctor() -> int:
    """모든 점검을 하고 표로 보입니다. 꼭 있어야 할 것이 빠졌으면 1을 돌려줍니다."""
    from rich.console import Console
    from rich.table import Table

    findings = list(examine())
    table = Table("", "점검", "결과", "할 일", title=f"autograder {about.version()}")
    styles: dict[State, str] = {"ok": "green", "optional": "yellow", "bad": "bold red"}
    for finding in findings:
        mark = f"[{styles[finding.state]}]{MARKS[finding.state]}[/]"
        table.add_row(mark, finding.name, finding.found, finding.remedy)
    console = Console(highlight=False)
    console.print(table)
    bad = [finding.name for finding in findings if finding.state == "bad"]
    if bad:
        console.print(f"꼭 있어야 하는 것이 빠졌습니다: {', '.join(bad)}")
        return 1
    console.print("강좌를 쓸 준비가 되었습니다.")
    return 0


def examine() -> Iterator[Finding]:
    """점검을 차례대로 합니다. 점검 하나가 실패해도 나머지는 계속합니다."""
    for name, check in CHECKS:
        try:
            yield from check()
        except Exception as error:  # noqa: BLE001 - whatever is broken here is the finding
            yield Finding(name, "bad", f"{type(error).__name__}: {error}"[:200])


def python() -> Iterator[Finding]:
    """파이썬의 버전."""
    found = f"{platform.python_version()} ({sys.executable})"
    release = tuple(sys.version_info[:2])
    if release < (3, 11):
        yield Finding("파이썬", "bad", found, "파이썬 3.11 이상을 설치하세요.")
    elif release >= (3, 14):
        yield Finding("파이썬", "optional", found, "3.11–3.13에서 검사한 강좌입니다.")
    else:
        yield Finding("파이썬", "ok", found)


def keras() -> Iterator[Finding]:
    """텐서플로와 케라스를 실제로 불러옵니다."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if backend := overruled_backend():
        remedy = "환경 변수 KERAS_BACKEND를 지우거나 tensorflow로 바꾸세요."
        yield Finding("케라스", "bad", f"백엔드가 {backend}입니다.", remedy)
        return
    try:
        # TensorFlow greets on file descriptor 2, whatever TF_CPP_MIN_LOG_LEVEL says (2.21).
        with quiet():
            import keras
            import tensorflow as tf

            gpus = tf.config.list_physical_devices("GPU")
    except ImportError as error:
        command = 'pip install "tensorflow>=2.16.1" 명령으로 설치하세요.'
        yield Finding("텐서플로", "bad", f"불러올 수 없습니다: {error}", command)
        return
    release = tuple(int(part) for part in tf.__version__.split(".")[:2])
    if release < (2, 16):
        command = 'pip install --upgrade "tensorflow>=2.16.1" 명령으로 올리세요.'
        yield Finding("텐서플로", "bad", tf.__version__, command)
    else:
        yield Finding("텐서플로", "ok", tf.__version__)
    if keras.__version__.startswith("3"):
        yield Finding("케라스", "ok", keras.__version__)
    else:
        remedy = "환경 변수 TF_USE_LEGACY_KERAS를 지우고 케라스 3을 설치하세요."
        yield Finding("케라스", "bad", keras.__version__, remedy)
    devices = f"CPU {os.cpu_count()}개, GPU {len(gpus)}개"
    yield Finding("계산 장치", "ok", devices, "" if gpus else "GPU는 없어도 됩니다.")


def settings_file() -> Iterator[Finding]:
    """케라스의 설정 파일. 검사는 강좌의 설정으로 하지만, 노트북에서 만드는 모델은 이 파일을 따릅니다."""
    file = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "keras.json"
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
        found = {key: settings.get(key, usual) for key, usual in _KERAS_JSON.items()}
    except FileNotFoundError:
        return
    except (OSError, ValueError, AttributeError) as error:
        yield Finding("케라스 설정", "optional", f"{file}을 읽을 수 없습니다: {error}", "지우세요.")
        return
    for key, value in found.items():
        if value != _KERAS_JSON[key]:
            remedy = f"{_KERAS_JSON[key]}로 바꾸거나 파일을 지우세요."
            yield Finding("케라스 설정", "optional", f"{file}의 {key}가 {value}입니다.", remedy)


_KERAS_JSON: dict[str, Any] = {
    "backend": "tensorflow",
    "image_data_format": "channels_last",
    "floatx": "float32",
    "epsilon": 1e-7,
}
"""`keras.json`에서 강좌에 영향을 주는 설정과 그 처음 값."""


def packages() -> Iterator[Finding]:
    """넘파이와 맷플롯립, 그림의 한글 글꼴."""
    for name, distribution in (("넘파이", "numpy"), ("맷플롯립", "matplotlib")):
        version = installed(distribution)
        if version:
            yield Finding(name, "ok", version)
        else:
            yield Finding(name, "bad", "없음", f"pip install {distribution} 명령으로 설치하세요.")
    yield korean_font()


def korean_font() -> Finding:
    """패키지의 글꼴에 한글이 있는지 맷플롯립의 글꼴 읽기로 확인합니다."""
    from matplotlib.ft2font import FT2Font

    for entry in resources.files("autograder.fonts").iterdir():
        if entry.name.endswith((".ttf", ".otf")):
            with resources.as_file(entry) as path:
                font = FT2Font(str(path))
                if font.get_char_index(ord("가")):
                    return Finding("한글 글꼴", "ok", font.family_name)
    remedy = "패키지를 다시 설치하세요. 그림의 한글이 네모로 보입니다."
    return Finding("한글 글꼴", "bad", "없음", remedy)


def graphviz() -> Iterator[Finding]:
    """`plot_model`에 필요한 `pydot`과 Graphviz. 없어도 강좌의 그림이 대신합니다."""
    if not installed("pydot"):
        yield Finding("pydot", "optional", "없음", "pip install pydot 명령으로 설치하세요.")
    program = programs.graphviz()
    if program is None:
        remedy = "plot_model 그림에만 필요합니다: pip install graphviz-pure"
        yield Finding("Graphviz", "optional", "없음", remedy)
        return
    done = subprocess.run([program, "-V"], capture_output=True, text=True, timeout=30)
    version = (done.stderr or done.stdout).strip().removeprefix("dot - ")
    if done.returncode:
        yield Finding("Graphviz", "optional", "실행되지 않음", "Graphviz를 다시 설치하세요.")
    else:
        yield Finding("Graphviz", "ok", version)


def classroom() -> Iterator[Finding]:
    """주피터랩과 nbgrader. 코랩에서는 없어도 됩니다."""
    command = f"{about.install_command('classroom')}"
    for name, distribution, purpose in (
        ("주피터랩", "jupyterlab", "이 컴퓨터에서 노트북을 열 때"),
        ("nbgrader", "nbgrader", "학급을 채점할 때"),
    ):
        version = installed(distribution)
        if version:
            yield Finding(name, "ok", version)
        else:
            yield Finding(name, "optional", "없음", f"{purpose} 필요합니다: {command}")


def browser() -> Iterator[Finding]:
    """브라우저 검사를 하는 개발자만 쓰는 크로미움."""
    for program in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        path = shutil.which(program)
        if path:
            yield Finding("크로미움", "ok", path)
            return
    remedy = "make test의 브라우저 검사에만 필요합니다: apt install chromium"
    yield Finding("크로미움", "optional", "없음", remedy)


def data() -> Iterator[Finding]:
    """데이터셋마다 원본과 내장 가운데 무엇이 쓰이는지."""
    from autograder.data import data_status

    for line in data_status():
        name = f"데이터 {line.name}"
        if line.problem is not None or line.source is None:
            message = line.problem.message if line.problem else "없음"
            yield Finding(name, "bad", message, line.problem.remedy if line.problem else "")
        elif line.source.origin == "original":
            yield Finding(name, "ok", f"원본 ({line.source.path})")
        else:
            remedy = f"내장으로 충분합니다. 원본은 autograder data fetch {line.name}"
            yield Finding(name, "ok", "내장", remedy if line.downloadable else "")


def folders() -> Iterator[Finding]:
    """쓸 수 있는 폴더와 남은 자리."""
    for name, folder in (
        ("지금 폴더", Path.cwd()),
        ("임시 폴더", Path(tempfile.gettempdir())),
        ("진도 폴더", existing(journal_path().parent)),
    ):
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            remedy = "쓸 수 있는 폴더에서 다시 실행하세요."
            yield Finding(name, "bad", f"{folder}에 쓸 수 없습니다: {error.strerror}", remedy)
            continue
        free = shutil.disk_usage(folder).free
        found = f"{folder} ({gib(free)} 비어 있음)"
        if free < ENOUGH_DISK:
            yield Finding(name, "optional", found, f"{gib(ENOUGH_DISK)}쯤 비워 두세요.")
        else:
            yield Finding(name, "ok", found)


def existing(folder: Path) -> Path:
    """`folder`, 아직 없으면 그것이 만들어질 가장 가까운 위쪽 폴더."""
    while not folder.exists():
        folder = folder.parent
    return folder


def memory() -> Iterator[Finding]:
    """쓸 수 있는 메모리. 컨테이너의 한도가 더 작으면 그 값입니다."""
    available = available_memory()
    if available is None:
        yield Finding("메모리", "optional", "이 운영체제에서는 알 수 없습니다.")
    elif available < ENOUGH_MEMORY:
        remedy = f"다른 프로그램을 닫으세요. 훈련에는 {gib(ENOUGH_MEMORY)}쯤 있어야 합니다."
        yield Finding("메모리", "optional", f"{gib(available)} 쓸 수 있음", remedy)
    else:
        yield Finding("메모리", "ok", f"{gib(available)} 쓸 수 있음")


def available_memory() -> int | None:
    """쓸 수 있는 메모리(바이트). 알 수 없으면 None."""
    found: list[int] = []
    meminfo = Path("/proc/meminfo")
    if meminfo.is_file():
        for line in meminfo.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                found.append(int(line.split()[1]) * 1024)
    elif hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    limit, used = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")
    if limit.is_file() and used.is_file():
        most = limit.read_text(encoding="ascii").strip()
        if most.isdigit():
            found.append(max(0, int(most) - int(used.read_text(encoding="ascii"))))
    return min(found, default=None)


def gib(size: int) -> str:
    """바이트를 GiB로 적습니다."""
    return f"{size / GIB:.1f} GiB"


def installed(distribution: str) -> str:
    """설치된 배포판의 버전. 없으면 빈 문자열."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


CHECKS: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
    ("파이썬", python),
    ("텐서플로", keras),
    ("케라스 설정", settings_file),
    ("패키지", packages),
    ("Graphviz", graphviz),
    ("수업 도구", classroom),
    ("크로미움", browser),
    ("데이터", data),
    ("폴더", folders),
    ("메모리", memory),
)
