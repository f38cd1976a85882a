"""샌드박스를 시험합니다: 막아야 할 것을 샌드박스 안에서 정말로 해 보고, 하나라도 되면 그 샌드박스는 없는 것으로 봅니다.

여기 없는 것: 벽을 만드는 명령(`grading.sandbox.walls`), 공격하는 노트북들(`tests/attacks.py`).
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from autograder.grading.sandbox import walls
from autograder.grading.sandbox.levels import Level, landlock
from autograder.grading.sandbox.session import Supervised, bubblewrap_program

SECONDS = 30.0
MUST_FAIL = ("read", "write", "list", "signal", "tcp", "udp")
MUST_WORK = ("own",)

# Runs behind the wall. Each name is what was possible.
PROGRAM = """
import json, os, socket, sys
canary, pid, port, result = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]

def can(action):
    try:
        action()
        return True
    except Exception:
        return False

def tcp():
    socket.create_connection(("127.0.0.1", port), 3).close()

def udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("127.0.0.1", port))
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


def holds(level: Level) -> bool:
    """`level`의 샌드박스가 여기에서 서고, 막아야 할 것을 모두 막는지."""
    if sys.platform != "linux":
        return False
    try:
        found = attempt(level)
    except Exception:  # noqa: BLE001 - 만들다 실패하면 없는 샌드박스입니다
        return False
    return all(found[name] for name in MUST_WORK) and not any(found[name] for name in MUST_FAIL)


def attempt(level: Level) -> dict[str, bool]:
    """샌드박스 안에서 되는 것과 안 되는 것. 샌드박스를 만들 수 없으면 예외가 그대로 나갑니다."""
    if level is Level.LANDLOCK and not landlock():
        raise RuntimeError("Landlock")
    base = Path(tempfile.mkdtemp(prefix="ag-"))
    outside = Path(tempfile.mkdtemp(prefix="ag-canary-"))
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        for name in ("package", "data", "home", "tmp", "r"):
            (base / name).mkdir()
        canary = outside / "canary"
        canary.write_text("secret", "utf-8")
        with _listening() as port:
            result = base / "r" / "result.json"
            program = [sys.executable, "-s", "-c", PROGRAM]
            _run(level, base, [*program, str(canary), str(victim.pid), str(port), str(result)])
            found: dict[str, bool] = json.loads(result.read_text("utf-8"))
        found["write"] |= canary.read_text("utf-8") != "secret"
        return found
    finally:
        victim.kill()
        victim.wait()
        for folder in (base, outside):
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _listening() -> Any:
    """연결을 받는 TCP 포트와, 같은 번호로 답하는 UDP 포트."""
    import threading

    with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        tcp.listen(8)
        port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    _, who = udp.recvfrom(16)
                    udp.sendto(b"y", who)

        threading.Thread(target=answer, daemon=True).start()
        yield port


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
