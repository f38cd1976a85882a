"""One notebook in its kernel: whatever its code does, the run comes back, soon and small.

No TensorFlow in these: a kernel is there in a second.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.grading import deaths
from autograder.grading.run import kernel
from autograder.grading.run.kernel import Bounds
from autograder.grading.run.outputs import Outputs
from autograder.grading.run.runner import (
    NOT_RUN,
    OUT_OF_TIME,
    Code,
    Limits,
    Run,
    Task,
    run_notebook,
)
from autograder.grading.sandbox.removing import remove_folder
from autograder.grading.unfinished import notes
from autograder.protocol import Challenge

CHECK = Code("pass", "sequential.mlp")


def run(*sources: str | Code, **settings: object) -> Run:
    cells = tuple(Code(source) if isinstance(source, str) else source for source in sources)
    limits = Limits(**settings.pop("limits", {}))  # type: ignore[arg-type]
    return run_notebook(Task(cells, limits=limits, **({"challenges": {}} | settings)))  # type: ignore[arg-type]


def text(made: Run, index: int) -> str:
    return "".join(output.get("text", "") for output in made.outputs[index])


def test_outputs_errors_and_the_cells_after_them() -> None:
    made = run(
        "print('가', end='\\r'); print('나')\nimport sys; print('오류', file=sys.stderr)\n41 + 1",
        "1 / 0",
        "_ + 1",
        "",
        "input()",
        "from IPython.display import display, HTML\n"
        "handle = display(HTML('<b>1</b>'), display_id=True)\nhandle.update(HTML('<b>2</b>'))\n"
        "display({'application/javascript': 'steal()', 'text/plain': 'x'}, raw=True)",
    )
    results = [kernel.DONE, kernel.ERROR, kernel.DONE, kernel.DONE, kernel.ERROR, kernel.DONE]
    assert made.results == results
    stdout, stderr, value = made.outputs[0]
    assert (stdout["name"], stdout["text"]) == ("stdout", "나\n")
    assert (stderr["name"], stderr["text"]) == ("stderr", "오류\n")
    assert (value["output_type"], value["data"]["text/plain"]) == ("execute_result", "42")
    assert made.outputs[1][0]["ename"] == "ZeroDivisionError"
    # The last value is still `_`, as in JupyterLab.
    assert made.outputs[2][0]["data"]["text/plain"] == "43"
    assert made.outputs[4][0]["ename"] == "StdinNotImplementedError"
    assert [output["data"] for output in made.outputs[5]] == [
        {"text/plain": "<IPython.core.display.HTML object>", "text/html": "<b>2</b>"},
        {"text/plain": "x"},
    ]


def test_messages_of_any_shape_are_messages() -> None:
    """A learner's code can send what it likes over the kernel's socket."""
    odd = (
        "ip = get_ipython()\nfor one in ([], 5, None, {'msg_id': []}, {'msg_id': {}}):\n"
        "    for part in ('content', 'header', 'parent_header', 'metadata'):\n"
        "        message = ip.kernel.session.msg('stream', {}, parent=ip.parent_header)\n"
        "        message[part] = one\n"
        "        try: ip.kernel.session.send(ip.kernel.iopub_socket, message)\n"
        "        except Exception: pass\n"
        "print('x' * 17_000_000)"
    )
    made = run(odd, "print('뒤')")
    assert made.results == [kernel.FLOOD, kernel.DONE]
    assert text(made, 1) == "뒤\n"


def test_after_a_cut_the_limits_hold_too() -> None:
    """Whoever does not answer when the connection is made anew has the time of a cell, watched."""
    cut = (
        "import time\nkernel = get_ipython().kernel\n"
        "async def silent(*_, **__):\n    held = [bytearray(2**26) for _ in range({blocks})]\n    time.sleep(99)\n"
        "kernel.shell_handlers['kernel_info_request'] = kernel.control_handlers['kernel_info_request'] = silent\n"
        "print('x' * 17_000_000)"
    )
    limits = {"cell_seconds": 20.0, "bounds": Bounds(memory=2**30)}
    made = run(cut.format(blocks=30), CHECK, limits=limits)
    assert made.results == [kernel.FLOOD, kernel.MEMORY]
    started = time.monotonic()
    made = run(cut.format(blocks=0), CHECK, limits={"cell_seconds": 4.0})
    assert made.results == [kernel.FLOOD, kernel.STUCK]
    assert time.monotonic() - started < 40


def test_a_link_in_place_of_the_evidence_folder_leads_nowhere(tmp_path: Path) -> None:
    outside = tmp_path / "sequential.mlp.npz"
    outside.write_bytes(b"outside")
    swap = (
        "import os, shutil\nfolder = os.environ['AUTOGRADER_RUN']\n"
        f"shutil.rmtree(folder + '/evidence'); os.symlink({str(tmp_path)!r}, folder + '/evidence')"
    )
    assert run(swap, CHECK).evidence == {}
    assert run(swap, CHECK, CHECK).evidence == {}
    assert outside.read_bytes() == b"outside"


def test_a_place_goes_whatever_was_made_in_it(tmp_path: Path) -> None:
    place = tmp_path / "place"
    (place / "a" / "b" / "c").mkdir(parents=True)
    (place / "a" / "link").symlink_to(tmp_path, target_is_directory=True)
    before = os.getcwd()
    try:
        os.chdir(place)
        for number in range(3000):
            os.mkdir("d")
            Path(f"f{number}").touch()
            os.chdir("d")
    finally:
        os.chdir(before)
    for name in ("a/b/c", "a/b", "a"):
        (place / name).chmod(0)
    remove_folder(place)
    assert list(tmp_path.iterdir()) == []
    remove_folder(place)


def test_an_endless_loop_costs_only_its_cell() -> None:
    made = run("before = 1", "while True: pass", "before + 1", limits={"cell_seconds": 2.0})
    assert made.results == [kernel.DONE, kernel.TIMEOUT, kernel.DONE]
    assert made.outputs[1][-1]["ename"] == "KeyboardInterrupt"
    assert made.outputs[2][0]["data"]["text/plain"] == "2"


@pytest.mark.parametrize(
    "loop",
    [
        "import time\nwhile True:\n    try: time.sleep(99)\n    except KeyboardInterrupt: pass",
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    ],
    ids=["except", "signal"],
)
def test_a_loop_that_ignores_the_interrupt_ends_with_the_kernel(loop: str) -> None:
    started = time.monotonic()
    made = run(
        "print('앞')",
        loop,
        CHECK,
        limits={"cell_seconds": 2.0},
    )
    assert made.results == [kernel.DONE, kernel.STUCK, NOT_RUN]
    assert text(made, 0) == "앞\n"
    assert time.monotonic() - started < 2 + kernel.GRACE + 30
    said = notes((Code(""), Code(""), CHECK), made, Limits(2.0))["sequential.mlp"]
    assert said == (
        "이 검사 앞의 코드 셀이 2초 안에 끝나지 않았고, 중단에도 응답하지 않아 커널을 껐습니다."
    )


def test_a_kernel_that_leaves_costs_the_unfinished_cells() -> None:
    made = run("print('앞')", "import os; print('지금', flush=True); os._exit(0)", CHECK)
    assert made.results == [kernel.DONE, kernel.DIED, NOT_RUN]
    assert text(made, 0) == "앞\n"
    said = notes((Code(""), Code(""), CHECK), made, Limits())["sequential.mlp"]
    assert "커널이 죽었습니다" in said and "os._exit()" in said


def test_the_time_of_an_exercise_is_all_since_the_check_before() -> None:
    later, never = Code("pass", "sequential.mnist"), Code("pass", "sequential.cifar100")
    made = run("import time; time.sleep(0.4)", "", CHECK, later, "import os; os._exit(0)", never)
    assert list(made.exercise_seconds) == ["sequential.mlp", "sequential.mnist"]
    assert made.exercise_seconds["sequential.mlp"] >= 0.4
    assert sum(made.exercise_seconds.values()) <= made.seconds


def test_a_notebook_has_its_time_too() -> None:
    made = run(
        "import time; time.sleep(60)",
        CHECK,
        limits={"cell_seconds": 50.0, "notebook_seconds": 4.0},
    )
    assert made.results == [OUT_OF_TIME, NOT_RUN]
    assert made.seconds < 40
    said = notes((Code(""), CHECK), made, Limits(50, 4))["sequential.mlp"]
    assert said == "노트북 전체가 4초 안에 끝나지 않아 여기서 멈추었습니다."


@pytest.mark.parametrize(
    "flood",
    [
        "while True: print('x' * 1000)",
        "print('x' * 40_000_000)",
        "from IPython.display import display\nwhile True: display(1)",
    ],
    ids=["lines", "one huge line", "messages"],
)
def test_a_flood_is_cut_while_it_streams(flood: str) -> None:
    made = run(flood, "'뒤'", limits={"cell_seconds": 100.0})
    assert made.results[0] == kernel.FLOOD
    assert made.results[1] == kernel.DONE
    assert sum(len(str(output)) for output in made.outputs[0]) < 2_000_000
    assert made.outputs[1][0]["data"]["text/plain"] == "'뒤'"


def test_long_output_is_kept_from_its_start_and_said_to_be_cut() -> None:
    made = run("print('처음'); print('x' * 1_000_000)", "import numpy; print('그다음')")
    assert made.results == [kernel.DONE, kernel.DONE]
    assert text(made, 0).startswith("처음\n")
    assert len(text(made, 0)) < 250_000
    assert "잘랐습니다" in text(made, 0)


def test_the_kernel_sees_nothing_of_the_grader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    monkeypatch.setenv("AUTOGRADER_DATA", str(tmp_path))
    made = run(
        "import os; print('\\n'.join(f'{k}={v}' for k, v in os.environ.items()))",
        "import os; print(os.path.expanduser('~')); print(os.getcwd()); print(os.listdir())",
        "open('note.txt', 'w').write('x'); import helper; helper.WHAT",
        files={"helper.py": b"WHAT = 'beside the notebook'", "../../escaped.py": b""},
    )
    assert made.results == [kernel.DONE] * 3
    environment = text(made, 0)
    assert "hunter2" not in environment and "gradebook" not in environment
    assert os.environ["HOME"] not in environment.replace(os.environ["PATH"], "")
    home, work, listing = text(made, 1).splitlines()
    assert home != os.environ["HOME"] and Path(work).name == "work"
    assert listing == "['helper.py']"
    assert made.outputs[2][-1]["data"]["text/plain"] == "'beside the notebook'"
    assert not Path(work).exists(), "the place of a run is gone afterwards"


@pytest.mark.parametrize("module", ["exercises", "kinds", "judge", "authoring", "grading", "cli"])
def test_the_kernel_cannot_import_the_trusted_side(module: str) -> None:
    made = run(
        "import autograder.learner, autograder.data, autograder.report",
        f"import autograder.{module}",
        "import os, autograder\n"
        "[name for _, _, names in os.walk(os.path.dirname(autograder.__file__)) for name in names"
        " if 'heldout' in name or 'thresholds' in name]",
    )
    assert made.results == [kernel.DONE, kernel.ERROR, kernel.DONE], made.outputs
    assert made.outputs[1][0]["ename"] == "ModuleNotFoundError"
    assert made.outputs[2][0]["data"]["text/plain"] == "[]"


def test_every_module_is_on_one_side_of_the_boundary(root: Path) -> None:
    from autograder.grading.sandbox.package import OBSERVING

    trusted = {"authoring", "cell_names.py", "cli.py", "exercises", "grading", "judge", "kinds"}
    trusted |= {"lab.py", "notebook.py"}
    names = {
        path.name
        for path in (root / "autograder").iterdir()
        if path.name != "__pycache__" and (path.is_dir() or path.suffix == ".py")
    }
    unknown = names - trusted - set(OBSERVING)
    assert not unknown, f"put {unknown} into package.OBSERVING or into this test's trusted side"
    assert not trusted & set(OBSERVING)


EVIDENCE = (
    "import os, pathlib\n"
    "folder = pathlib.Path(os.environ['AUTOGRADER_RUN']) / 'evidence'\n"
    "path = folder / 'sequential.mlp.npz'\n"
)


@pytest.mark.parametrize(
    ("before", "check", "expected"),
    [
        ("path.write_bytes(b'forged before')", "pass", None),
        ("", "path.write_bytes(b'by the check')", b"by the check"),
        ("path.symlink_to('/etc/passwd')", "pass", None),
        ("", "path.symlink_to('/etc/passwd')", None),
        ("", "os.mkfifo(path)", None),
        ("", "path.mkdir()", None),
        ("", "open(path, 'wb').truncate(2**33)", None),
        ("folder.rmdir()", "pass", None),
        ("", "path.write_bytes(b'x'); raise ValueError", None),
    ],
)
def test_only_a_plain_file_written_by_the_check_cell_is_evidence(
    before: str, check: str, expected: bytes | None
) -> None:
    made = run(EVIDENCE + before, Code(check, "sequential.mlp"))
    assert made.evidence.get("sequential.mlp") == expected


def test_challenges_lie_where_check_looks_for_them() -> None:
    data = Challenge("start.x", "value", {"subjects": ["x"]}, {"a": np.arange(3.0)}).to_bytes()
    made = run(
        "from autograder.protocol import Challenge, read\nimport os, pathlib\n"
        "read(Challenge, pathlib.Path(os.environ['AUTOGRADER_RUN'], 'challenges/start.x.npz'))"
        ".arrays['a'].sum()",
        challenges={"start.x": data},
    )
    assert made.outputs[0][0]["data"]["text/plain"] == "np.float64(3.0)"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_processes_left_behind_are_ended() -> None:
    made = run(
        "import subprocess\nsubprocess.Popen(['sleep', '1000'], start_new_session=True).pid",
    )
    pid = made.outputs[0][0]["data"]["text/plain"]
    state = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True)
    assert state.stdout.strip()[:1] in ("", "Z")


def test_original_data_reach_the_kernel(tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").write_bytes(b"data")
    made = run(
        "import os, pathlib\n"
        "print(pathlib.Path(os.environ['AUTOGRADER_DATA'], 'mnist.npz').read_text())\n"
        "print(pathlib.Path(os.environ['KERAS_HOME'], 'datasets/mnist.npz').read_text())",
        data=(str(tmp_path / "mnist.npz"),),
    )
    assert text(made, 0) == "data\ndata\n"


LAST = {
    "shell": ("execute_reply", {"status": "ok"}),
    "iopub": ("status", {"execution_state": "idle"}),
}


class Arriving:
    """Poller and session of a kernel whose last two messages come in the given order."""

    def __init__(self, order: tuple[str, ...]) -> None:
        self.waiting = list(order)

    def poll(self, timeout: int) -> list[tuple[str, int]]:
        if not self.waiting:
            time.sleep(timeout / 1000)
        return [(self.waiting.pop(0), 1)] if self.waiting else []

    def send(self, *_: object) -> dict[str, dict[str, str]]:
        return {"header": {"msg_id": "1"}}


@pytest.mark.parametrize("order", [("shell", "iopub"), ("iopub", "shell")])
def test_a_cell_ends_with_its_last_two_messages_whichever_comes_first(
    order: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reply and idle come on two sockets. To miss one of them cost ten seconds."""

    def receive(socket: str) -> dict[str, Any]:
        kind, content = LAST[socket]
        parent = {"msg_id": "1"}
        return {
            "header": {"msg_type": kind},
            "parent_header": parent,
            "content": content,
            "size": 1,
        }

    made = kernel.Kernel.__new__(kernel.Kernel)
    made._bounds, made._watched, made._connected = kernel.Bounds(), time.monotonic(), True
    made._shell, made._iopub, made._monitor = "shell", "iopub", "monitor"
    made._poller = made._session = Arriving(order)
    monkeypatch.setattr(made, "_receive", receive)
    monkeypatch.setattr(kernel.Kernel, "alive", property(lambda self: True))
    started = time.monotonic()
    assert made.run("1", 60, Outputs()) == kernel.DONE
    assert time.monotonic() - started < kernel.IDLE_SECONDS / 2


def test_a_machine_without_memory_left_stops_the_notebook_and_runs_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kernel, "memory_is_short", lambda: True)
    made = run_notebook(Task((Code("import time; time.sleep(30)"),), {}))
    assert made.results == [kernel.SHORT]
    assert deaths.cause(made) == "컴퓨터의 메모리가 모자라"
    # Nobody says that the notebook took it.
    cells = (Code("x = 1"), Code("check", "start.first_tensor"))
    stopped = Run([kernel.SHORT, NOT_RUN], [[], []])
    (said,) = notes(cells, stopped, Limits()).values()
    assert "채점하는 컴퓨터의 메모리가 모자라" in said
