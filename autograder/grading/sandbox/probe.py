"""샌드박스를 시험합니다: 막아야 할 것을 샌드박스 안에서 정말로 해 보고, 하나라도 되면 그 샌드박스는 없는 것으로 봅니다.

여기 없는 것: 벽을 만드는 명령(`grading.sandbox.walls`), 공격하는 노트북들(`tests/attacks.py`).
"""

from __future__ import annotations

import contextlib
import json
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from autograder.grading.sandbox import walls
from autograder.grading.sandbox.levels import Level, landlock
from autograder.grading.sandbox.session import Supervised, bubblewrap_program

SECONDS = 120.0
TRIES, PAUSE = 3, 0.5
"""시험을 끝내지 못하면 이만큼까지 해 보고, 그 사이에 쉬는 시간(초)."""
MUST_FAIL = {
    "read": "밖의 파일 읽기",
    "write": "밖의 파일에 쓰기",
    "list": "밖의 폴더 보기",
    "signal": "다른 프로세스 보기",
    "tcp": "TCP 연결",
    "udp": "UDP 연결",
}
MUST_WORK = ("own",)

# Runs behind the wall. Each name is what was possible.
PROGRAM = """
import json, os, socket, sys
canary, pid, tcp_port, udp_port, result = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5]

def can(action):
    try:
        action()
        return True
    except Exception:
        return False

def tcp():
    socket.create_connection(("127.0.0.1", tcp_port), 3).close()

def udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("127.0.0.1", udp_port))
        s.send(b"x")
        s.settimeout(1)
        assert s.recv(1) == b"y"

found = {
    "read": can(lambda: open(canary).read()),
    "write": can(lambda: open(canary, "a").write("x")),
    "list": can(lambda: os.listdir(os.path.dirname(canary))),
    "signal": can(lambda: os.kill(pid, 0)) and os.path.exists(f"/proc/{pid}/fd") and can(lambda: os.listdir(f"/proc/{pid}/fd")),
    "tcp": can(tcp),
    "udp": can(udp),
    "own": can(lambda: open(result + ".own", "w").write("x")),
}
with open(result, "w") as file:
    json.dump(found, file)
"""


def why_not(level: Level) -> str:
    """`level`의 샌드박스를 여기에서 쓸 수 없는 이유. 서고, 막아야 할 것을 모두 막으면 빈 문자열입니다.

    시험을 끝내지 못한 것은 그때만의 일일 수 있으므로 다시 해 봅니다. 막지 못한 것은 한 번이면 됩니다.
    """
    if sys.platform != "linux":
        return "리눅스가 아닙니다"
    why = ""
    for number in range(TRIES):
        time.sleep(PAUSE if number else 0)
        try:
            found = attempt(level)
        except Exception as error:  # noqa: BLE001 - 만들다 실패하면 없는 샌드박스입니다
            why = f"시험을 끝내지 못했습니다({_said(error)})"
            continue
        if leaks := [told for name, told in MUST_FAIL.items() if found[name]]:
            return f"막지 못한 것이 있습니다({', '.join(leaks)})"
        if all(found[name] for name in MUST_WORK):
            return ""
        why = "안에서 자기 자리에 쓸 수 없습니다"
    return why


def _said(error: Exception) -> str:
    """오류의 이름과 마지막 줄. 벽을 만드는 프로그램이 한 말이 있으면 그것입니다."""
    told = getattr(error, "stderr", None) or str(error)
    lines = (told.decode("utf-8", "replace") if isinstance(told, bytes) else told).split("\n")
    return ": ".join([type(error).__name__, *[line.strip() for line in lines if line.strip()][-1:]])


def attempt(level: Level) -> dict[str, bool]:
    """샌드박스 안에서 되는 것과 안 되는 것. 샌드박스를 만들 수 없으면 예외가 그대로 나갑니다."""
    if level is Level.LANDLOCK and not landlock():
        raise RuntimeError("Landlock")
    base = Path(tempfile.mkdtemp(prefix="ag-"))
    outside = Path(tempfile.mkdtemp(prefix="ag-canary-"))
    victim = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({2 * SECONDS})"])
    try:
        for name in ("package", "data", "home", "tmp", "r"):
            (base / name).mkdir()
        canary = outside / "canary"
        canary.write_text("secret", "utf-8")
        with _listening() as ports:
            result = base / "r" / "result.json"
            program = [sys.executable, "-s", "-c", PROGRAM]
            _run(
                level, base, [*program, str(canary), str(victim.pid), *map(str, ports), str(result)]
            )
            found: dict[str, bool] = json.loads(result.read_text("utf-8"))
        found["write"] |= canary.read_text("utf-8") != "secret"
        return found
    finally:
        victim.kill()
        victim.wait()
        for folder in (base, outside):
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _listening() -> Iterator[tuple[int, int]]:
    """연결을 받는 TCP 포트와 답하는 UDP 포트."""
    done = threading.Event()
    with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        # A number of its own for each: the one that is free for TCP may be taken for UDP.
        for each in (tcp, udp):
            each.bind(("127.0.0.1", 0))
        tcp.listen(8)

        def answer() -> None:
            while not done.is_set():
                if select.select([udp], [], [], 0.05)[0]:
                    with contextlib.suppress(OSError):
                        _, who = udp.recvfrom(16)
                        udp.sendto(b"y", who)

        answering = threading.Thread(target=answer, daemon=True)
        answering.start()
        try:
            yield tcp.getsockname()[1], udp.getsockname()[1]
        finally:
            # Closing a socket that another thread waits for would leave its port taken.
            done.set()
            answering.join()


def _run(level: Level, base: Path, command: list[str]) -> None:
    if level is Level.NAMESPACES:
        walled = walls.bubblewrap(bubblewrap_program(), base, command)
        subprocess.run(walled, timeout=SECONDS, capture_output=True, check=True)
        return
    process = Supervised(base, command, {"PATH": "/usr/bin:/bin"})
    deadline = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
