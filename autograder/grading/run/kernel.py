"""커널 프로세스 하나: 켜기, 셀 실행하기, 시간과 출력의 한도 지키기, 끄기.

여기 없는 것: 프로세스를 켜는 법(`grading.sandbox.process`), 셀의 차례와 결과(`grading.run.runner`).

nbclient와 다른 점은 셋입니다. 시간이 지나 중단했는데도 응답하지 않으면 커널을 끄고, 출력은
받는 동안에 자르며, 메시지 하나가 너무 크면 읽기 전에 끊습니다.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zmq
import zmq.utils.monitor
from jupyter_client.connect import write_connection_file
from jupyter_client.session import Session

from autograder.grading.run.outputs import Outputs
from autograder.grading.sandbox.process import (
    KernelProcess,
    Room,
    memory_is_short,
    memory_of,
    shared_memory,
    size_of,
    size_of_removed,
)

MESSAGE_BYTES = 16 * 2**20
"""메시지 하나의 최대 크기. 더 크면 ZeroMQ가 받지 않고 연결을 끊습니다."""
QUEUE = 64
START_SECONDS = 180.0
INTERRUPTS = (0.0, 2.0, 5.0)
"""중단을 알리는 때(초). 세 번 알려도 `GRACE` 안에 멈추지 않으면 커널을 끕니다."""
GRACE = 8.0
IDLE_SECONDS = 10.0
DRAIN_SECONDS = 5.0

DONE, ERROR, TIMEOUT, FLOOD, DIED, STUCK = "done", "error", "timeout", "flood", "died", "stuck"
"""셀의 결과: 끝남, 예외, 시간 초과로 중단, 출력이 많아 중단, 커널이 죽음, 중단되지 않아 끔."""
MEMORY, PROCESSES, DISK, SHORT = "memory", "processes", "disk", "short"
"""셀의 결과: 메모리, 프로세스의 수, 디스크의 한도를 넘어, 또는 컴퓨터의 메모리가 모자라 커널을 끔."""
WATCH_SECONDS = 1.0


@dataclass(frozen=True)
class Bounds:
    """커널과 커널이 만든 프로세스가 함께 쓸 수 있는 메모리(바이트), 프로세스의 수, 디스크(바이트)."""

    memory: int = 6 * 2**30
    processes: int = 128
    disk: int = 4 * 2**30


class KernelDidNotStart(RuntimeError):
    """커널이 켜지지 않았습니다. 학습자의 코드와는 상관없는 일입니다."""


class Kernel:
    """`with Kernel(room, folder, environment, cwd) as kernel:`로 쓰고, 나올 때 반드시 꺼집니다."""

    def __init__(
        self,
        room: Room,
        folder: Path,
        environment: dict[str, str],
        cwd: Path,
        bounds: Bounds | None = None,
    ) -> None:
        self._bounds, self._watched = bounds or Bounds(), 0.0
        self._shared = shared_memory()
        self._room, self._folder, self._environment, self._cwd = room, folder, environment, cwd
        self._context = zmq.Context()
        self._process: KernelProcess | None = None
        self._connected = False

    def __enter__(self) -> Kernel:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """커널의 프로세스가 살아 있는지."""
        return self._process is not None and self._process.alive

    def run(self, source: str, seconds: float, outputs: Outputs) -> str:
        """`source`를 실행하고 결과(`DONE` …)를 돌려줍니다. 출력은 `outputs`에 담깁니다."""
        content = {
            "code": source,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        if not self._connected:
            ended = self._listen_again(min(seconds, START_SECONDS))
            if ended:
                self.kill()
                return ended
        request = self._session.send(self._shell, "execute_request", content)
        assert request is not None
        asked = request["header"]["msg_id"]
        started = time.monotonic()
        stopped: float | None = None
        replied: float | None = None
        told, reason, status, idle = 0, DONE, "ok", False
        while True:
            now = time.monotonic()
            if stopped is None and replied is None:
                if outputs.flooded:
                    stopped, reason = now, FLOOD
                elif now - started >= seconds:
                    stopped, reason = now, TIMEOUT
            if stopped is not None and replied is None:
                if told < len(INTERRUPTS) and now - stopped >= INTERRUPTS[told]:
                    told += 1
                    self.interrupt()
                if now - stopped >= GRACE:
                    self.kill()
                    return STUCK if reason == TIMEOUT else reason
            if replied is not None and now - replied >= IDLE_SECONDS:
                break
            if not self.alive:
                self._drain(asked, outputs)
                return DIED if reason == DONE else reason
            if over := self._over():
                self.kill()
                return over
            ready = dict(self._poller.poll(200))
            if self._shell in ready:
                reply = self._receive(self._shell)
                if reply is not None and _asked(reply) == asked:
                    replied, status = time.monotonic(), str(reply["content"].get("status"))
            if self._monitor in ready:
                self._cut_off(outputs)
            if self._iopub in ready:
                # Reply and idle come on two sockets, in either order.
                idle |= self._collect(asked, outputs)
            if idle and replied is not None:
                break
        if reason != DONE:
            return reason
        return DONE if status == "ok" else ERROR

    def interrupt(self) -> None:
        """커널에서 돌고 있는 코드에 KeyboardInterrupt를 보냅니다."""
        if self._process is not None:
            self._process.signal(signal.SIGINT)

    def kill(self) -> None:
        """커널과 커널이 만든 프로세스를 끕니다."""
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """커널을 끄고 소켓을 닫습니다."""
        self.kill()
        self._context.destroy(linger=0)

    def _start(self) -> None:
        # IPC sockets can't be reached from other machines, and not by other users either.
        local = os.name == "posix"
        file, info = write_connection_file(
            str(self._folder / "kernel.json"),
            transport="ipc" if local else "tcp",
            ip=str(self._folder / "k") if local else "127.0.0.1",
            key=os.urandom(32).hex().encode(),
        )
        self._info: dict[str, Any] = dict(info)
        self._session = Session(key=info["key"].encode(), signature_scheme="hmac-sha256")
        self._shell = self._connect(zmq.DEALER, "shell_port")
        self._poller = zmq.Poller()
        self._poller.register(self._shell, zmq.POLLIN)
        self._listen()
        self._process = self._room.start(self._folder, self._cwd, file, self._environment)
        if self._wait_until_ready(START_SECONDS):
            raise KernelDidNotStart("커널을 켤 수 없습니다.")

    def _listen(self) -> None:
        self._iopub = self._connect(zmq.SUB, "iopub_port")
        self._monitor = self._iopub.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self._poller.register(self._iopub, zmq.POLLIN)

    def _listen_again(self, seconds: float) -> str:
        """ZeroMQ는 너무 큰 메시지를 보낸 쪽과 다시 이어 주지 않으므로 새로 잇습니다. 못 이으면 이유를 돌려줍니다."""
        self._poller.unregister(self._iopub)
        self._poller.unregister(self._monitor)
        self._iopub.disable_monitor()
        self._iopub.close(0)
        self._listen()
        return self._wait_until_ready(seconds, again=True)

    def _wait_until_ready(self, seconds: float, again: bool = False) -> str:
        """셸과 IOPub이 모두 이어질 때까지 기다립니다. 그 전의 출력은 받지 못합니다. 못 이으면 이유를 돌려줍니다."""
        deadline = time.monotonic() + seconds
        answered = heard = False
        asked: set[str] = set()
        asked_at = 0.0
        while not (answered and heard):
            if not self.alive:
                return DIED
            if time.monotonic() > deadline:
                return STUCK
            # What an earlier cell started goes on meanwhile.
            if again and (over := self._over()):
                return over
            # Heard only once the subscription has arrived, so it is asked again and again.
            if time.monotonic() - asked_at > 0.1:
                asked_at = time.monotonic()
                request = self._session.send(self._shell, "kernel_info_request", {})
                assert request is not None
                asked.add(request["header"]["msg_id"])
            ready = dict(self._poller.poll(100))
            for socket in (self._shell, self._iopub):
                message = self._receive(socket) if socket in ready else None
                if message is not None and _asked(message) in asked:
                    answered |= socket is self._shell
                    heard |= socket is self._iopub
        self._connected = True
        self._poller.register(self._monitor, zmq.POLLIN)
        return ""

    def _connect(self, kind: int, port: str) -> Any:
        info = self._info
        socket = self._context.socket(kind)
        socket.linger = 0
        socket.setsockopt(zmq.MAXMSGSIZE, MESSAGE_BYTES)
        socket.setsockopt(zmq.RCVHWM, QUEUE)
        if kind == zmq.SUB:
            socket.setsockopt(zmq.SUBSCRIBE, b"")
        separator = ":" if info["transport"] == "tcp" else "-"
        socket.connect(f"{info['transport']}://{info['ip']}{separator}{info[port]}")
        return socket

    def _receive(self, socket: Any) -> dict[str, Any] | None:
        """메시지 하나. 형식이 어긋난 메시지는 버립니다."""
        try:
            parts = socket.recv_multipart(zmq.NOBLOCK)
        except zmq.ZMQError:
            return None
        try:
            _, frames = self._session.feed_identities(parts)
            message: dict[str, Any] = self._session.deserialize(frames)
        except (ValueError, TypeError, KeyError, IndexError, RecursionError):
            return None
        parts_of_it = [message.get(name) for name in ("content", "header", "parent_header")]
        if not all(isinstance(part, dict) for part in parts_of_it):
            return None
        message["size"] = sum(len(part) for part in parts)
        return message

    def _collect(self, asked: str, outputs: Outputs) -> bool:
        """기다리던 요청이 끝났다는 소식이면 참."""
        message = self._receive(self._iopub)
        if message is None:
            return False
        if _asked(message) != asked:
            # Threads of earlier cells may go on printing: nobody reads it, but it counts.
            outputs.receive("", {}, message["size"])
            return False
        kind, content = message["header"].get("msg_type"), message["content"]
        if kind == "status":
            return content.get("execution_state") == "idle"
        outputs.receive(str(kind), content, message["size"])
        return False

    def _over(self) -> str:
        """넘은 한도. 없으면 빈 문자열. 볼 때가 아니면 보지 않습니다."""
        now = time.monotonic()
        if now - self._watched < WATCH_SECONDS or self._process is None:
            return ""
        self._watched = now
        processes = self._process.everything()
        if len(processes) > self._bounds.processes:
            return PROCESSES
        shared = shared_memory() - self._shared
        if max(memory_of(processes), shared) > self._bounds.memory:
            return MEMORY
        if memory_is_short():
            return SHORT
        size = size_of_removed(processes) + size_of(self._folder, self._bounds.disk)
        return DISK if size > self._bounds.disk else ""

    def _cut_off(self, outputs: Outputs) -> None:
        """연결이 끊겼습니다. 커널이 살아 있다면 메시지 하나가 너무 컸던 것입니다."""
        with contextlib.suppress(zmq.ZMQError):
            zmq.utils.monitor.recv_monitor_message(self._monitor, zmq.NOBLOCK)
        assert self._process is not None
        # A dying kernel closes its sockets a moment before it is gone.
        if not self._process.ended_within(1):
            outputs.overflow()
            self._connected = False

    def _drain(self, asked: str, outputs: Outputs) -> None:
        # Whoever outlives the kernel may go on sending.
        deadline = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < deadline and not outputs.flooded:
            if self._iopub not in dict(self._poller.poll(100)):
                return
            self._collect(asked, outputs)


def _asked(message: dict[str, Any]) -> str:
    """메시지가 답하는 요청의 번호. 학습자가 만든 메시지에서는 무엇이든 될 수 있습니다."""
    return str(message["parent_header"].get("msg_id"))
