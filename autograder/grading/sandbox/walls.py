"""샌드박스를 만드는 명령: 무엇이 보이고 무엇을 쓸 수 있는지.

여기 없는 것: 프로세스를 켜는 일(`grading.sandbox.session`), 벽을 시험하는 일(`grading.sandbox.probe`).
"""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from autograder.grading.sandbox.levels import Level

_SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/sbin", "/opt/conda")
# What programs of the system read when they start; nothing of users, hosts or secrets.
_SETTINGS = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/ssl/openssl.cnf",
)
PACKAGE = "autograder"
SHARED = "/dev/shm"
"""`multiprocessing`의 자물쇠가 놓이는 곳."""
LINKS = 40
"""한 경로에서 따라가는 심볼릭 링크의 수."""


def interpreter_paths() -> list[Path]:
    """파이썬과 패키지가 있는 폴더들. 겹치는 것은 하나만."""
    found = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent.parent}
    found |= {Path(path) for path in site.getsitepackages()}
    found |= {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib")}
    real = {path.resolve() for path in found if path.is_dir()}
    system = tuple(Path(path) for path in _SYSTEM)
    kept = [path for path in real if not any(path.is_relative_to(other) for other in system)]
    return sorted(
        path for path in kept if not any(path != o and path.is_relative_to(o) for o in kept)
    )


def links(path: Path) -> dict[Path, str]:
    """`path`를 따라가며 지나는 심볼릭 링크들과 그것이 가리키는 곳."""
    found: dict[Path, str] = {}
    here, waiting, followed = Path(path.anchor), list(path.parts[1:]), 0
    while waiting and followed < LINKS:
        name = waiting.pop(0)
        here = here.parent if name == ".." else here / name
        if here.is_symlink():
            followed += 1
            found[here] = os.readlink(here)
            target = Path(found[here])
            waiting = [*target.parts[1 if target.is_absolute() else 0 :], *waiting]
            here = Path(target.anchor) if target.is_absolute() else here.parent
    return found


def installed_course() -> list[Path]:
    """설치된 이 강좌의 패키지들: 정답과 판정이 들어 있으므로 샌드박스 안에서는 보이지 않아야 합니다."""
    places = {Path(path) for path in (*site.getsitepackages(), site.getusersitepackages())}
    return [place / PACKAGE for place in sorted(places) if (place / PACKAGE).is_dir()]


def bubblewrap(program: Path, base: Path, command: Iterable[str]) -> list[str]:
    """`base`만 쓸 수 있는 이름 공간에서 `command`를 실행하는 명령.

    네트워크, 프로세스, IPC, 사용자, 호스트 이름이 따로이고, 인터프리터와 시스템은 읽기만 합니다.
    """
    words = [str(program), "--unshare-all", "--die-with-parent", "--new-session"]
    words += ["--hostname", "grading", "--cap-drop", "ALL"]
    for path in (*_SYSTEM, *_SETTINGS):
        if os.path.lexists(path):
            kind = "--symlink" if os.path.islink(path) and path.count("/") == 1 else "--ro-bind-try"
            words += [kind, os.readlink(path) if kind == "--symlink" else path, path]
    # Before what may lie in them: the interpreter's and the run's folders.
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    shown = interpreter_paths()
    # The interpreter may be called by a name that only leads to it: an environment that is a link,
    # a version that is one.
    named = links(Path(sys.executable)) | links(Path(sys.prefix)) | links(Path(sys.base_prefix))
    for link, target in named.items():
        if not any(link.is_relative_to(place) for place in (*map(Path, _SYSTEM), *shown)):
            words += ["--symlink", target, str(link)]
    for folder in shown:
        words += ["--ro-bind", str(folder), str(folder)]
    for folder in installed_course():
        words += ["--tmpfs", str(folder)]
    words += ["--bind", str(base), str(base)]
    for name in ("package", "data"):
        words += ["--ro-bind", f"{base}/{name}", f"{base}/{name}"]
    words += ["--chdir", str(base), "--"]
    return [*words, *command]


def readable(base: Path) -> list[str]:
    """Landlock이 읽게 둘 곳: 시스템, 인터프리터, 복사한 패키지. 설치된 강좌와 남의 자리는 빠집니다."""
    found = [path for path in (*_SYSTEM, *_SETTINGS, "/proc", "/sys") if os.path.exists(path)]
    hidden = installed_course()
    for folder in interpreter_paths():
        found += _without(folder, hidden)
    found += ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]
    return [*found, f"{base}/package", f"{base}/data"]


def writable(place: Path, level: Level) -> list[str]:
    """Landlock이 쓰게 둘 곳: 노트북의 자리와 `/dev/null`, 그리고 이름 공간 안의 것이면 프로세스들이 함께 쓰는 메모리."""
    own = [SHARED] if level is Level.NAMESPACES else []
    return [str(place), "/dev/null", *own]


def _without(folder: Path, hidden: list[Path]) -> list[str]:
    """`folder`에서 `hidden`을 뺀 나머지를 덮는 경로들."""
    inside = [path for path in hidden if path.is_relative_to(folder)]
    if not inside:
        return [str(folder)]
    if folder in inside:
        return []
    return [path for child in sorted(folder.iterdir()) for path in _without(child, inside)]
