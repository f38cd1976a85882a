"""커널이 되는 프로세스 하나: 켜고, 신호를 보내고, 끝냅니다. 샌드박스의 단계마다 켜는 법이 다릅니다.

여기 없는 것: 셀을 실행하는 일(`grading.run.kernel`), 따뜻한 프로세스(`grading.sandbox.session`).
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import psutil

from autograder.grading.sandbox.levels import Level, landlock
from autograder.grading.sandbox.session import Session

CROWD = 64
"""프로세스가 이보다 많으면 샌드박스 안의 것을 한꺼번에 끝냅니다."""
SPARE = 0.03
"""컴퓨터의 메모리가 이만큼도 남지 않으면 노트북을 멈춥니다. 학습자의 탓이 아닐 수 있으므로 혼자 다시 실행합니다."""
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


class KernelProcess(Protocol):
    """켜진 커널의 프로세스."""

    @property
    def alive(self) -> bool:
        """살아 있는지."""

    def signal(self, number: int) -> None:
        """프로세스와 그것이 만든 프로세스에 신호를 보냅니다."""

    def kill(self) -> None:
        """만든 프로세스까지 모두 끝냅니다."""

    def ended_within(self, seconds: float) -> bool:
        """`seconds`초 안에 끝났는지."""

    def everything(self) -> list[psutil.Process]:
        """노트북의 코드가 도는 프로세스 모두."""


class Room(Protocol):
    """커널을 켜는 곳."""

    base: Path | None
    """노트북의 자리를 만들 폴더. None이면 어디든 됩니다."""

    def lend(self, path: Path) -> Path:
        """원본 데이터를 커널이 읽을 수 있는 경로로."""

    def start(
        self, place: Path, work: Path, connection: str, environment: dict[str, str]
    ) -> KernelProcess:
        """연결 파일 `connection`으로 커널을 켭니다."""


@contextlib.contextmanager
def opened(level: Level, threads: int) -> Iterator[Room]:
    """`level`의 샌드박스가 있는 방. 따뜻한 프로세스는 나온 뒤에도 다음 노트북을 기다립니다."""
    if level is Level.NONE:
        yield _Open()
    elif _keeps_warm(level):
        yield _Walled(_kept_session(level, threads))
    else:
        # Nothing keeps two notebooks of one process apart: a process for each.
        with Session(level, warm=False, threads=threads) as session:
            yield _Walled(session)


def keep_warm(level: Level, threads: int) -> None:
    """`opened`가 쓸 따뜻한 프로세스를 미리 켭니다. 그런 것을 쓰지 않는 단계면 아무것도 하지 않습니다."""
    if _keeps_warm(level):
        _kept_session(level, threads)


def _keeps_warm(level: Level) -> bool:
    return level is Level.NAMESPACES and landlock()


_SESSIONS: dict[tuple[int, int, Level, int], Session] = {}


def _kept_session(level: Level, threads: int) -> Session:
    # Walls stand no longer than the thread that built them.
    running = {thread.ident for thread in threading.enumerate()}
    for old in [old for old in _SESSIONS if old[0] == os.getpid() and old[1] not in running]:
        _SESSIONS.pop(old).close()
    key = os.getpid(), threading.get_ident(), level, threads
    session = _SESSIONS.get(key)
    if session is None or not session.usable:
        if session is not None:
            session.close()
        session = _SESSIONS[key] = Session(level, threads=threads)
    return session


def close_sessions() -> None:
    """이 프로세스가 켜 둔 따뜻한 프로세스를 모두 끝냅니다."""
    for key in [key for key in _SESSIONS if key[0] == os.getpid()]:
        _SESSIONS.pop(key).close()


class _Walled:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.base: Path | None = session.places

    def lend(self, path: Path) -> Path:
        return self.session.lend(path)

    def start(
        self, place: Path, work: Path, connection: str, environment: dict[str, str]
    ) -> KernelProcess:
        return _Forked(self.session, self.session.fork(place, work, connection, environment))


class _Forked:
    """샌드박스 안에서 복제한 프로세스. `pid`는 샌드박스 안의 번호입니다."""

    def __init__(self, session: Session, pid: int) -> None:
        self.session, self.pid = session, pid

    @property
    def alive(self) -> bool:
        return not self.session.has_ended(self.pid)

    def signal(self, number: int) -> None:
        self.session.signal(self.pid, number)

    def kill(self) -> None:
        # Whoever left the group, and whoever stopped the one that should kill it.
        if len(self.everything()) > CROWD:
            # They are made faster than they can be ended one by one.
            self.session.close()
            return
        self.signal(KILL)
        if not self.session.has_ended(self.pid, 2.0) or self.everything():
            for process in self.everything():
                with contextlib.suppress(psutil.Error):
                    process.kill()
        if not self.session.has_ended(self.pid, 5.0):
            self.session.close()

    def ended_within(self, seconds: float) -> bool:
        return self.session.has_ended(self.pid, seconds)

    def everything(self) -> list[psutil.Process]:
        return self.session.forked_processes()


class _Open:
    base: Path | None = None

    def lend(self, path: Path) -> Path:
        return path

    def start(
        self, place: Path, work: Path, connection: str, environment: dict[str, str]
    ) -> KernelProcess:
        return _Plain(work, connection, environment)


class _Plain:
    """샌드박스 없이 켠 프로세스."""

    def __init__(self, work: Path, connection: str, environment: dict[str, str]) -> None:
        program = [sys.executable, "-m", "ipykernel_launcher", "-f", connection]
        self._process = subprocess.Popen(
            [*program, "--HistoryManager.hist_file=:memory:"],
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=os.name == "posix",
        )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: int) -> None:
        # Windows has no such signal for a child; there the kernel is switched off a moment later.
        with contextlib.suppress(OSError, ValueError):
            if os.name == "posix":
                # The kernel leads its own session; the group outlives it when it left children.
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)

    def kill(self) -> None:
        self.signal(KILL)
        with contextlib.suppress(OSError):
            self._process.kill()
        self.ended_within(10)

    def ended_within(self, seconds: float) -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return not self.alive

    def everything(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            leader = psutil.Process(self._process.pid)
            return [leader, *leader.children(recursive=True)]
        return []


def memory_of(processes: list[psutil.Process]) -> int:
    """프로세스들이 쓰는 메모리(바이트). 함께 쓰는 것은 나누어 세고, 커널이 그 메모리를 찾는 페이지 테이블도 셉니다."""
    total = sum(_page_tables(process.pid) for process in processes)
    for process in processes:
        with contextlib.suppress(psutil.Error):
            try:
                total += process.memory_full_info().pss
            except (psutil.AccessDenied, AttributeError):
                total += process.memory_info().rss
    return total


def _page_tables(pid: int) -> int:
    # Reading one byte of each of a million places takes no memory of the process's own.
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/status", "rb") as file:
        for line in file:
            if line.startswith(b"VmPTE:"):
                return int(line.split()[1]) * 1024
    return 0


def memory_is_short() -> bool:
    """컴퓨터에 남은 메모리가 거의 없는지. 어느 프로세스의 것으로도 세지 않는 메모리도 있습니다."""
    memory = psutil.virtual_memory()
    return bool(memory.available < SPARE * memory.total)


def shared_memory() -> int:
    """컴퓨터의 프로세스들이 함께 쓰려고 만든 메모리(바이트). 만든 프로세스의 메모리로 세지 않을 때가 있습니다."""
    return int(getattr(psutil.virtual_memory(), "shared", 0))


def size_of(folder: Path, enough: int) -> int:
    """폴더에 든 파일들이 차지하는 자리(바이트). `enough`를 넘으면 더 세지 않습니다."""
    total, waiting = 0, [folder]
    while waiting and total <= enough:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    with contextlib.suppress(OSError):
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(Path(entry.path))
                        else:
                            total += _room_of(entry.stat(follow_symlinks=False))
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                # Nobody could say how much lies below.
                return enough + 1
    return total


def size_of_removed(processes: list[psutil.Process]) -> int:
    """지웠지만 프로세스가 열어 두어 아직 자리를 차지하는 파일들의 크기(바이트)."""
    found: dict[tuple[int, int], int] = {}
    for process in processes:
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{process.pid}/fd"):
                with contextlib.suppress(OSError):
                    status = os.stat(f"/proc/{process.pid}/fd/{name}")
                    if stat.S_ISREG(status.st_mode) and not status.st_nlink:
                        found[status.st_dev, status.st_ino] = _room_of(status)
        with contextlib.suppress(OSError, ValueError):
            with open(f"/proc/{process.pid}/maps", "rb") as file:
                # What is called /dev/zero is memory that processes share.
                removed = [
                    line.split()
                    for line in file
                    if line.endswith(b"(deleted)\n") and b" /dev/zero " not in line
                ]
            for places, _, _, device, inode, *_ in removed:
                first, last = (int(place, 16) for place in places.split(b"-"))
                major, minor = (int(number, 16) for number in device.split(b":"))
                found.setdefault((os.makedev(major, minor), int(inode)), last - first)
    return sum(found.values())


def _room_of(status: os.stat_result) -> int:
    # A file with holes takes less than it says.
    return int(getattr(status, "st_blocks", 0)) * 512
