"""노트북 하나를 실행하는 자리: 새 폴더, 관찰에 필요한 것만 든 패키지, 최소한의 환경 변수.

여기 없는 것: 무엇을 복사할지(`grading.sandbox.package`), 벽(`grading.sandbox.walls`), 셀의 실행(`grading.run.runner`).

커널에서 `import autograder`는 여기에 복사한 패키지를 불러옵니다. 문제와 정답(`exercises`),
판정(`judge`), 만들고 채점하는 코드(`authoring`, `grading`), 채점용 데이터는 복사하지 않습니다.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.sandbox.package import copy_observing_package
from autograder.grading.sandbox.process import Room
from autograder.grading.sandbox.removing import remove_folder
from autograder.protocol import RUN_VARIABLE

EVIDENCE_BYTES = 128 * 2**20
"""읽어들이는 Evidence 파일의 최대 크기."""

_FOLDERS = (
    "data",
    "doctor.py",
    "home",
    "keras/datasets",
    "package",
    "run/challenges",
    "run/evidence",
    "tmp",
    "work",
)
_PASSED_ON = (
    "CUDA_HOME",
    "CUDA_VISIBLE_DEVICES",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "SYSTEMROOT",
    "TZ",
    "WINDIR",
    "XLA_FLAGS",
)


@dataclass(frozen=True)
class Workplace:
    """실행하는 자리의 폴더들. 학습자의 코드는 이 안에 쓸 수 있습니다."""

    root: Path
    shared: Path
    """관찰하는 패키지가 있는 폴더. 따뜻한 프로세스의 노트북들이 함께 읽습니다."""

    @property
    def run(self) -> Path:
        """Challenge와 Evidence의 폴더."""
        return self.root / "run"

    @property
    def work(self) -> Path:
        """노트북의 작업 폴더."""
        return self.root / "work"

    def environment(self, threads: int) -> dict[str, str]:
        """커널의 환경 변수. 채점하는 사람의 설정과 비밀은 들어가지 않습니다."""
        home = self.root / "home"
        passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        # `dot` and the other programs of the environment this runs in.
        path = (str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))
        return passed | {
            RUN_VARIABLE: str(self.run),
            "AUTOGRADER_DATA": str(self.root / "data"),
            "AUTOGRADER_HOME": str(home / "autograder"),
            "HOME": str(home),
            "USERPROFILE": str(home),
            "IPYTHONDIR": str(home / "ipython"),
            # Behind walls joblib cannot lock, and says so in the learner's first cell.
            "JOBLIB_MULTIPROCESSING": "0",
            # A kernel without walls leaves when the process that started it is gone.
            **({"JPY_PARENT_PID": str(os.getpid())} if self.shared == self.root else {}),
            "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "KERAS_BACKEND": "tensorflow",
            "KERAS_HOME": str(self.root / "keras"),
            "MPLCONFIGDIR": str(home / "matplotlib"),
            "NBGRADER_EXECUTION": "autograde",
            "OMP_NUM_THREADS": str(threads),
            "PATH": os.pathsep.join(path),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": str(self.shared / "package"),
            "PYTHONUTF8": "1",
            "TEMP": str(self.root / "tmp"),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_NUM_INTEROP_THREADS": str(threads),
            "TF_NUM_INTRAOP_THREADS": str(threads),
            "TMP": str(self.root / "tmp"),
            "TMPDIR": str(self.root / "tmp"),
        }

    def lend(self, path: Path, seen: Path) -> None:
        """원본 데이터(npz 파일이나 케라스가 받은 것)를 커널의 `load_data`가 찾게 합니다.

        `seen`은 커널에서 보이는 그 데이터의 경로입니다.
        """
        folder = path.is_dir()
        name = "cifar-100-python" if folder else path.name
        if path.suffix == ".npz":
            (self.root / "data" / name).symlink_to(seen)
        (self.root / "keras" / "datasets" / name).symlink_to(seen, folder)

    def challenge(self, exercise: str, data: bytes) -> None:
        """Challenge 파일을 놓습니다."""
        (self.run / "challenges" / f"{exercise}.npz").write_bytes(data)

    def discard_evidence(self, exercise: str) -> None:
        """문제의 Evidence를 지웁니다. 채점 셀이 쓴 것만 남기려고 그 셀 바로 앞에서 부릅니다."""
        with contextlib.suppress(OSError), self._in_evidence() as folder:
            if folder is None:
                os.unlink(self._evidence(exercise))
            else:
                os.unlink(f"{exercise}.npz", dir_fd=folder)

    def evidence(self, exercise: str) -> bytes | None:
        """문제의 Evidence 파일. 없거나 보통 파일이 아니거나 너무 크면 None입니다."""
        # Nothing here may be trusted to be what it was: no links, no pipes that never end.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        flags |= getattr(os, "O_BINARY", 0)
        try:
            with self._in_evidence() as folder:
                name = self._evidence(exercise) if folder is None else f"{exercise}.npz"
                descriptor = os.open(name, flags, dir_fd=folder)
        except OSError:
            return None
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > EVIDENCE_BYTES:
                return None
            with open(descriptor, "rb", closefd=False) as file:
                data = file.read(EVIDENCE_BYTES + 1)
        except OSError:
            return None
        finally:
            os.close(descriptor)
        return data if len(data) <= EVIDENCE_BYTES else None

    def _evidence(self, exercise: str) -> Path:
        return self.run / "evidence" / f"{exercise}.npz"

    @contextlib.contextmanager
    def _in_evidence(self) -> Iterator[int | None]:
        """Evidence의 폴더. 가는 길에 심볼릭 링크가 있으면 `OSError`. 폴더를 열 수 없는 운영체제에서는 None."""
        if os.open not in os.supports_dir_fd:
            yield None
            return
        # The folders on the way are the learner's too: a link there would lead anywhere.
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        with contextlib.ExitStack() as stack:
            folder = None
            for name in (str(self.root), "run", "evidence"):
                folder = os.open(name, flags, dir_fd=folder)
                stack.callback(os.close, folder)
            yield folder


@contextlib.contextmanager
def workplace(
    files: dict[str, bytes], data: tuple[str, ...] = (), room: Room | None = None
) -> Iterator[Workplace]:
    """새 자리를 만들고, 나올 때 그 안에서 돌던 프로세스와 함께 없앱니다.

    `files`는 작업 폴더에 놓을 파일(상대 경로 → 내용), `data`는 원본 데이터의 경로들입니다.
    """
    # A short name: the path of a Unix socket has at most 107 characters.
    base = room.base if room is not None else None
    root = Path(tempfile.mkdtemp(prefix="ag-" if base is None else "", dir=base))
    # Walled places lie side by side in a folder of the one that has the package.
    place = Workplace(root, root if base is None else base.parent)
    try:
        for folder in _FOLDERS:
            (root / folder).mkdir(parents=True)
        for source in data:
            path = Path(source)
            place.lend(path, path if room is None else room.lend(path))
        if base is None:
            copy_observing_package(root / "package")
        for name, content in files.items():
            path = (place.work / name).resolve()
            if path.is_relative_to(place.work.resolve()):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        yield place
    finally:
        _end_processes_of(root)
        remove_folder(root)


def _end_processes_of(root: Path) -> None:
    """이 자리에서 생겨 커널과 다른 세션으로 빠져나간 프로세스를 끝냅니다(리눅스)."""
    if sys.platform != "linux":
        return
    mark = f"{RUN_VARIABLE}={root}{os.sep}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)
