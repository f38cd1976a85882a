"""끝나지 않는 학습자의 코드를 멈춥니다.

여기 없는 것: 셀의 시간과 메모리의 한도(`grading.run.kernel`), 노트북 전체의 시간(`grading.run.runner`).
"""

from __future__ import annotations

import contextlib
import ctypes
import threading
import time
from collections.abc import Callable, Iterator

WALL_FACTOR = 10
"""계산하지 않고 기다리기만 하는 코드는 이 배수만큼 더 기다립니다."""
_PAUSE = 0.05
_GRACE = 0.3
"""멈추라고 한 그래프가 스스로 끝나기를 기다리는 시간."""


class TooLong(BaseException):
    """정해진 시간 안에 끝나지 않았습니다. `except Exception`에 잡히지 않습니다."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """안의 파이썬 코드가 CPU를 `seconds`초 넘게 쓰면 `TooLong`으로 멈춥니다.

    다른 프로그램 때문에 느린 것은 세지 않으려고 CPU 시간을 재며, 벽시계로는 열 배까지 기다립니다.
    텐서플로 그래프 안의 반복(`tf.function`의 `while`)도 멈춥니다. 그 밖에 파이썬으로 돌아오지 않는
    C++ 코드는 멈추지 못합니다.
    """
    graphs, cancel = _cancellable_graphs()
    target = ctypes.c_ulong(threading.get_ident())
    finished = threading.Event()
    guard = threading.Lock()

    def interrupt() -> None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(target, ctypes.py_object(TooLong))

    def watch() -> None:
        cpu, wall = time.process_time(), time.monotonic()
        while not finished.wait(_PAUSE):
            used, waited = time.process_time() - cpu, time.monotonic() - wall
            if used > seconds or waited > WALL_FACTOR * seconds:
                with guard:
                    # Again and again: a bare `except:` inside a loop may swallow it.
                    if not finished.is_set():
                        cancel()
                # A cancelled graph raises by itself; an exception of ours in its midst does harm.
                if finished.wait(_GRACE):
                    return
                with guard:
                    if not finished.is_set():
                        interrupt()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        with graphs:
            yield
    finally:
        # An interrupt on its way must arrive here. Taking it back (with NULL) would leave CPython 3.11
        # and 3.12 looking for it for ever, which hangs as soon as a debugger traces.
        settled = False
        while not settled:
            try:
                with guard:
                    finished.set()
                for _ in range(10):
                    pass
                settled = True
            except TooLong:
                continue


def _cancellable_graphs() -> tuple[contextlib.AbstractContextManager[object], Callable[[], None]]:
    """안에서 실행한 그래프를 멈출 수 있는 컨텍스트와, 멈추는 함수. 멈춘 그래프는 `TooLong`입니다."""
    try:
        # Not a public module; without it a loop inside a graph simply cannot be stopped.
        from tensorflow.python.eager import cancellation

        manager = cancellation.CancellationManager()
        context = cancellation.CancellationManagerContext(manager)
    except (ImportError, AttributeError):
        return contextlib.nullcontext(), lambda: None

    stopped = threading.Event()

    @contextlib.contextmanager
    def graphs() -> Iterator[None]:
        try:
            with context:
                yield
        except Exception:
            # A failing graph cancels its manager too; what we cancelled ourselves comes too late.
            if stopped.is_set():
                raise TooLong from None
            raise

    def cancel() -> None:
        stopped.set()
        manager.start_cancel()

    return graphs(), cancel
