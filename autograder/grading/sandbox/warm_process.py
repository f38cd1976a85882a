"""샌드박스 안에서 도는 프로그램: 텐서플로를 한 번 불러 두고, 노트북마다 자신을 복제(fork)해 커널로 만듭니다.

여기 없는 것: 이 프로그램을 켜고 말을 거는 쪽(`grading.sandbox.session`), 벽을 만드는 명령(`grading.sandbox.walls`).

이 파일은 샌드박스 안에 복사되어 `python warm_process.py 소켓`으로 실행됩니다. 그래서 표준 라이브러리, `sandlock`,
복사된 관찰 패키지만 씁니다. 부모와는 한 줄에 JSON 하나로 이야기합니다.

- `{"fork": {"connection", "work", "environment", "read", "write", "limits", "refused", "confine"}}` → `{"forked": pid}`
- `{"signal": [pid, 번호]}`: 복제한 프로세스의 그룹에 신호를 보냅니다.
- 복제한 프로세스가 끝나면 `{"ended": pid}`를 보냅니다.

복제하기 전에는 텐서플로 연산도 ZeroMQ 소켓도 쓰지 않습니다. 연산을 한 번이라도 하면 그 뒤에 복제한
프로세스는 첫 연산에서 멈춥니다. 스레드가 불러온 직후보다 많으면 복제하지 않고 끝냅니다.
"""

from __future__ import annotations

import codecs
import contextlib
import gc
import importlib
import json
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from typing import Any

MODULES = (
    "numpy",
    "autograder",
    "autograder.startup",
    "matplotlib.figure",
    "matplotlib.font_manager",
    "matplotlib.backends.backend_agg",
    "IPython.core.interactiveshell",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipywidgets",
)
# Not pyplot: it joins itself to the kernel that is there when it is first imported.
CHANGED = 3
"""스레드가 생겼거나 앞의 노트북이 남긴 것이 있어서 더는 복제할 수 없을 때의 종료 코드."""
SHARED = "/dev/shm"


def main() -> None:
    """부모에게 이어져 부탁을 차례로 들어줍니다. 부모가 사라지면 끝납니다."""
    parent = socket.socket(socket.AF_UNIX)
    parent.connect(sys.argv[1])
    warm = os.environ.get("AUTOGRADER_WARM", "1") == "1"
    if warm:
        _import_everything()
    threads = _threads()
    gc.collect()
    gc.freeze()
    # A byte for each child that ends, so that one `select` waits for both.
    ended, wake = os.pipe()
    os.set_blocking(ended, False)
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _say(parent, {"ready": threads})
    waiting = b""
    while True:
        watched: list[Any] = [parent, ended]
        readable = select.select(watched, [], [])[0]
        if ended in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(ended, 4096)
            _report_ended(parent)
        if parent not in readable:
            continue
        received = parent.recv(65536)
        if not received:
            os._exit(0)
        waiting += received
        while b"\n" in waiting:
            line, _, waiting = waiting.partition(b"\n")
            request = json.loads(line)
            if "signal" in request:
                pid, number = request["signal"]
                with contextlib.suppress(OSError):
                    os.killpg(pid, number)
            elif _threads() > threads or _left_behind():
                os._exit(CHANGED)
            else:
                _fork(parent, (ended, wake), request["fork"])


def _import_everything() -> None:
    for name in MODULES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    from autograder.startup import import_tensorflow

    # Splitting the CPU is a setting, not an operation.
    import_tensorflow()
    for name in ("learner", "data", "observe.model", "observe.layer", "observe.step"):
        importlib.import_module(f"autograder.{name}")


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))


def _left_behind() -> bool:
    """앞의 노트북이 프로세스들이 함께 쓰는 메모리에 무엇을 남겼는지."""
    with contextlib.suppress(OSError):
        return bool(os.listdir(SHARED))
    return False


def _say(parent: socket.socket, message: dict[str, Any]) -> None:
    parent.sendall(json.dumps(message).encode() + b"\n")


def _report_ended(parent: socket.socket) -> None:
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        # What the notebook left running in its own group goes with it.
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
        _say(parent, {"ended": pid})


def _fork(parent: socket.socket, pipes: tuple[int, int], asked: dict[str, Any]) -> None:
    pid = os.fork()
    if pid:
        _say(parent, {"forked": pid})
        return
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()
        parent.close()
        for descriptor in pipes:
            os.close(descriptor)
        _become_kernel(asked)
    finally:
        os._exit(1)


def _become_kernel(asked: dict[str, Any]) -> None:
    """이 프로세스를 커널로: 제 폴더, 제 환경 변수, 제 난수, 샌드박스, 한도."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    # Whatever is needed before the wall stands is imported here: in the learner's folder a module of
    # the same name may lie beside the notebook.
    import resource

    from ipykernel.kernelapp import IPKernelApp

    if asked["confine"]:
        from sandlock import Sandbox, confine
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["work"])
    sys.argv = ["ipykernel_launcher"]
    for name, limit in asked["limits"].items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        value = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (value, value))
    if asked["confine"]:
        # Landlock refuses a rule for a path that is not there.
        read, write = (
            [path for path in asked[name] if os.path.exists(path)] for name in ("read", "write")
        )
        confine(Sandbox(fs_readable=read, fs_writable=write))
    _give_up(bytes.fromhex(asked["refused"]))
    sys.path[:] = ["", *(path for path in sys.path if path)]
    random.seed()
    tempfile.tempdir = None
    tempfile._name_sequence = None  # type: ignore[attr-defined]
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    _without_terminal()
    application = IPKernelApp.instance()
    application.initialize(["-f", asked["connection"], "--HistoryManager.hist_file=:memory:"])
    application.start()
    os._exit(0)


def _give_up(refused: bytes) -> None:
    """관리자의 권한을 내려놓고(인터프리터를 읽는 데 쓰는 것은 남기고), 시스템 호출을 거절하는 규칙(BPF 프로그램)을 겁니다. 안 되면 OSError."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)

    def done(result: int) -> None:
        if result:
            raise OSError(ctypes.get_errno(), "prctl")

    bounding, last = 24, int(_text("/proc/sys/kernel/cap_last_cap", "0"))
    for capability in range(last + 1):
        # Refused to whoever has none.
        libc.prctl(bounding, capability, 0, 0, 0)
    reading = 1 << 2  # CAP_DAC_READ_SEARCH

    def keep(effective: int, permitted: int) -> int:
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        return int(libc.capset(header, (ctypes.c_uint32 * 6)(effective, permitted)))

    if keep(0, reading) or _readable(os.__file__):
        done(keep(0, 0))
    else:
        # Read only by this one, as some who grade are set up; the wall still says what is read.
        done(keep(reading, reading))
    done(libc.prctl(38, 1, 0, 0, 0))  # PR_SET_NO_NEW_PRIVS
    if refused:
        filled = ctypes.create_string_buffer(refused, len(refused))
        given = struct.pack("@HP", len(refused) // 8, ctypes.addressof(filled))
        done(libc.prctl(22, 2, ctypes.c_char_p(given), 0, 0))  # PR_SET_SECCOMP, by a filter


def _readable(path: str) -> bool:
    try:
        with open(path, "rb"):
            return True
    except OSError:
        return False


def _without_terminal() -> None:
    """`!`로 부른 명령을 파이프로 돌립니다. 터미널(`/dev/ptmx`)은 샌드박스 안에 없습니다."""
    from ipykernel import zmqshell
    from IPython.core import interactiveshell

    def system(command: str) -> int:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        with subprocess.Popen(
            ["/bin/sh", "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as child:
            assert child.stdout is not None
            while data := child.stdout.read1():  # type: ignore[attr-defined]
                sys.stdout.write(decoder.decode(data))
                sys.stdout.flush()
        return child.returncode

    for module in (interactiveshell, zmqshell):
        module.system = system


def _text(path: str, otherwise: str) -> str:
    with contextlib.suppress(OSError), open(path, encoding="ascii") as file:
        return file.read()
    return otherwise


if __name__ == "__main__":
    main()
