"""Two commands on one folder, a folder that can't be written, a full disk, a locked gradebook: said, and nothing lost."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from answering import Answering
from graded_class import Class

from autograder import cli, notebook
from autograder.errors import CourseError
from autograder.grading import batch, files, recording
from autograder.grading.collect import collect
from autograder.grading.course import hold, trouble
from autograder.grading.course.folder import CourseFolder
from autograder.grading.export import Asked, export_class
from autograder.grading.grade import grade_class
from autograder.grading.run.runner import Run, Task
from autograder.grading.store import Store

UNIT, FILE = "00_start", "start.ipynb"

HOLD = """
import sys, time
from pathlib import Path
from autograder.grading.course.hold import holding
with holding(Path(sys.argv[1]), "autograder grade"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def course(tmp_path: Path) -> Class:
    made = Class(tmp_path / "course", UNIT)
    for name in ("kim", "lee", "park"):
        made.submit(name, made.solved())
    return made


@contextlib.contextmanager
def held(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that grades in `root`."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root)], stdout=subprocess.PIPE, text=True
    ) as other:
        try:
            assert other.stdout is not None and other.stdout.readline() == "held\n"
            yield other
        finally:
            other.kill()


def scores(course: Class) -> dict[str, float | None]:
    outcome = grade_class(UNIT, course.root, executor=Answering())
    assert not outcome.failed
    return {row.student: row.total for row in outcome.rows}


ALL = {"kim": 4, "lee": 4, "park": 4}

# --- two commands on one folder -----------------------------------------------------------------


def test_the_second_says_who_is_there_and_leaves(
    course: Class, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = course.submit("choi", course.solved()).rename(tmp_path / "choi_start.ipynb")
    shutil.rmtree(course.root / "submitted" / "choi")
    before = sorted(course.root.rglob("*"))
    with held(course.root) as other:
        for arguments in (
            ["grade", UNIT],
            ["rejudge", UNIT, "--write"],
            ["refresh", UNIT],
            ["export", UNIT, "--to", "csv"],
            ["restore", "x"],
            ["collect", UNIT, str(given)],
        ):
            with pytest.raises(SystemExit) as stopped:
                cli.main([*arguments, "--course", str(course.root), "--no-wait"])
            said = capsys.readouterr().err.splitlines()
            assert (stopped.value.code, len(said)) == (2, 1), said
            assert "부터 autograder grade(" in said[0] and f"프로세스 {other.pid})" in said[0]
            assert "이 과정 폴더를 쓰고 있습니다" in said[0]
        now = {path for path in course.root.rglob("*") if ".autograder" not in path.parts}
        assert sorted(now) == before


def test_the_second_waits_for_the_first(course: Class, capsys: pytest.CaptureFixture[str]) -> None:
    with held(course.root) as other:
        done: list[object] = []
        second = threading.Thread(target=lambda: done.append(scores(course)))
        second.start()
        deadline = time.monotonic() + 120
        printed = ""
        while "기다립니다" not in printed and time.monotonic() < deadline:
            time.sleep(0.1)
            printed += capsys.readouterr().out
        assert "이 과정 폴더를 쓰고 있어 끝나기를 기다립니다. 그만두려면 Ctrl+C를" in printed
        assert printed.count("기다립니다") == 1
        assert not (course.root / "gradebook.db").exists() and not done
        # However the first one ends, nothing of its hold is left.
        other.send_signal(signal.SIGKILL)
        second.join(300)
    assert done == [ALL]


def test_a_killed_grader_leaves_no_hold_behind(course: Class) -> None:
    with held(course.root) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
        with hold.holding(course.root, "x", wait=False):
            told = json.loads((course.root / ".autograder" / "lock.json").read_text("utf-8"))
            assert (told["process"], told["command"]) == (os.getpid(), "x")
    assert not (course.root / ".autograder" / "lock.json").exists()


def test_what_it_says_of_a_holder_that_left_no_note(course: Class) -> None:
    with held(course.root):
        (course.root / ".autograder" / "lock.json").write_text("{", "utf-8")
        with (
            pytest.raises(CourseError, match=r"^다른 autograder가 이 과정 폴더를 쓰고 있습니다"),
            hold.holding(course.root, "x", wait=False),
        ):
            pass


def test_two_real_graders_at_once(course: Class, tmp_path: Path) -> None:
    """Both come to the end with the same scores, one after the other."""
    code = (
        "import sys\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path\n"
        "from answering import Answering\n"
        "from autograder.grading.grade import grade_class\n"
        f"made = grade_class({UNIT!r}, Path(sys.argv[1]), executor=Answering())\n"
        "print(sorted((row.student, row.total, row.status) for row in made.rows))\n"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(course.root), str(Path(__file__).parent)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    answers = [one.communicate(timeout=300) for one in both]
    assert [one.returncode for one in both] == [0, 0], answers
    last = {out.splitlines()[-1] for out, _ in answers}
    assert last == {str([(name, 4.0, "채점함") for name in ALL])}
    copies = list((course.root / ".autograder" / "gradebook").glob("*.db"))
    assert len(copies) == 2


# --- a folder that can't be written ---------------------------------------------------------------


LOWERED = """
import ctypes, os, sys

if os.geteuid() == 0:
    # Files stay readable where the interpreter lies in root's folders; only root's power to write
    # whatever the permissions say goes.
    class Header(ctypes.Structure):
        _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]

    class Sets(ctypes.Structure):
        _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inherited")]

    read = 1 << 2  # CAP_DAC_READ_SEARCH
    sets = (Sets * 2)(Sets(read, read, 0), Sets(0, 0, 0))
    header = Header(0x20080522, 0)
    assert ctypes.CDLL(None).capset(ctypes.byref(header), sets) == 0

from autograder.cli import main

for command in sys.argv[2:]:
    try:
        main([*command.split("|"), "--course", sys.argv[1]])
    except SystemExit as stopped:
        print(stopped.code)
"""


def test_a_read_only_folder_is_said_in_one_sentence(course: Class, tmp_path: Path) -> None:
    """As somebody for whom the folder is read-only, also where the tests run as root."""
    assert scores(course) == ALL
    given = course.submit("choi", course.solved()).rename(tmp_path / "choi_start.ipynb")
    shutil.rmtree(course.root / "submitted" / "choi")
    before = {path: path.read_bytes() for path in course.root.rglob("*") if path.is_file()}
    commands = [f"grade|{UNIT}", f"collect|{UNIT}|{given}", f"export|{UNIT}|--to|csv"]
    everything = [course.root, *course.root.rglob("*")]
    for path in everything:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        done = subprocess.run(
            [sys.executable, "-c", LOWERED, str(course.root), *commands],
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
    finally:
        for path in everything:
            path.chmod(path.stat().st_mode | 0o200)
    said = done.stderr.splitlines()
    assert [line for line in done.stdout.splitlines() if line.isdigit()] == ["2", "2", "2"]
    assert len(said) == 3, done.stderr
    assert all("쓸 수 없습니다" in line and "권한" in line for line in said)
    after = {path: path.read_bytes() for path in course.root.rglob("*") if path.is_file()}
    assert after == before
    assert scores(course) == ALL


# --- a full disk ------------------------------------------------------------------------------------


def full(path: Path) -> OSError:
    return OSError(errno.ENOSPC, "No space left on device", str(path))


@pytest.mark.parametrize("folder", ["handed_in", "evidence", "runs", "grades.csv", "gradebook"])
def test_a_full_disk_stops_the_class_and_the_same_command_goes_on(
    course: Class, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = files.write

    def write(path: Path, data: bytes) -> None:
        if folder in path.parts[-3:] or path.name == folder or folder == path.parent.name:
            path.parent.mkdir(parents=True, exist_ok=True)
            raise full(path)
        if folder == "handed_in" and "handed_in" in path.parts:
            raise full(path)
        written(path, data)

    def copy(source: Path, target: Path) -> None:
        raise full(target)

    with monkeypatch.context() as patch:
        for module in (
            "autograder.grading.hand_ins",
            "autograder.grading.store",
            "autograder.grading.table",
        ):
            patch.setattr(f"{module}.write", write)
        if folder == "gradebook":
            CourseFolder(course.root, UNIT)
            patch.setattr("autograder.grading.course.backup._copy", copy)
        with pytest.raises(CourseError, match="디스크에 남은 자리가 없습니다") as raised:
            grade_class(UNIT, course.root, executor=Answering())
        assert "No space left on device" in str(raised.value)
        assert "자리를 비우고 같은 명령을 다시 실행하면 이어서 합니다" in str(raised.value)
    assert list(course.root.rglob("*.partial")) == []
    assert scores(course) == ALL


def test_a_full_disk_while_nbgrader_writes(course: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """nbgrader only tells it in its log: the disk is asked, so that nobody can say it in his name."""
    log = {"success": False, "log": "OSError: [Errno 28] No space left on device", "error": ""}
    with monkeypatch.context() as patch:
        patch.setattr("nbgrader.apps.api.NbGraderAPI.autograde", lambda *_, **__: log)
        outcome = grade_class(UNIT, course.root, executor=Answering())
        assert [row.student for row in outcome.failed] == list(ALL)
        patch.setattr(recording, "try_to_write", lambda path: (_ for _ in ()).throw(full(path)))
        with pytest.raises(CourseError, match="남은 자리가 없습니다"):
            grade_class(UNIT, course.root, executor=Answering())
    assert scores(course) == ALL


def test_what_a_worker_could_not_write_stops_too() -> None:
    store = Store(Path("none"))
    with pytest.raises(OSError, match="No space"):
        batch._settled(store, "", Task((), {}, {}, (), None), full(Path("x")))  # type: ignore[arg-type]
    other = OSError(errno.EPIPE, "pipe")
    assert batch._settled(store, "", Task((), {}, {}, (), None), other) is other  # type: ignore[arg-type]


SMALL = """
import resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from autograder.cli import main
main(sys.argv[2:])
"""


def test_a_real_write_that_does_not_fit(course: Class, tmp_path: Path) -> None:
    """The system's own error: no file may become bigger than this, as on a full disk."""
    given = tmp_path / "choi_start.ipynb"
    given.write_bytes(notebook.text(course.solved()).encode())
    before = sorted(course.root.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-c", SMALL, "1000", "collect", UNIT, str(given), "--course", str(course.root)],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    said = done.stderr.splitlines()
    assert (done.returncode, len(said)) == (2, 1), done.stderr
    assert "쓸 수 없습니다(File too large)" in said[0]
    # No half file is taken for a hand-in, and the same command does it once there is room.
    now = [path for path in course.root.rglob("*") if path.is_file()]
    assert [path for path in now if "choi" in path.parts] == []
    assert set(before) <= set(course.root.rglob("*"))
    collect(UNIT, [given], course.root)
    assert scores(course) == {"choi": 4} | ALL
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


# --- a locked gradebook ------------------------------------------------------------------------------


@contextlib.contextmanager
def locked(path: Path, how: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
    """Another program that is writing into the gradebook."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"BEGIN {how}")
    try:
        yield connection
    finally:
        connection.close()


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_locked_gradebook_is_said_and_the_same_command_goes_on(
    course: Class, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    CourseFolder(course.root, UNIT)
    monkeypatch.setattr(hold, "GRADEBOOK_SECONDS", 0.2)
    with locked(course.root / "gradebook.db", how):
        with pytest.raises(CourseError, match="다른 프로그램이 성적부를 쓰고 있어") as raised:
            grade_class(UNIT, course.root, executor=Answering())
        assert "database is locked" in str(raised.value)
        with pytest.raises(CourseError, match="다른 프로그램이 성적부를 쓰고 있어"):
            export_class([UNIT], course.root, Asked("csv"))
    assert scores(course) == ALL


class Locking(Answering):
    """Once the notebooks have run, somebody takes the gradebook."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.taken = path, contextlib.ExitStack()

    def run(self, task: Task) -> Run:
        made = super().run(task)
        self.taken.enter_context(locked(self.path))
        return made


def test_runs_are_kept_when_the_gradebook_is_taken_meanwhile(
    course: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    CourseFolder(course.root, UNIT)
    monkeypatch.setattr(hold, "GRADEBOOK_SECONDS", 0.2)
    asked = Locking(course.root / "gradebook.db")
    with asked.taken, pytest.raises(CourseError, match="이미 실행한 노트북은 보관되어"):
        grade_class(UNIT, course.root, executor=asked)
    again = Answering()
    grade_class(UNIT, course.root, executor=again)
    assert len(asked.tasks) == 1 and not again.tasks


def test_a_short_lock_is_waited_for(course: Class) -> None:
    CourseFolder(course.root, UNIT)
    with locked(course.root / "gradebook.db") as connection:
        timer = threading.Timer(1.0, connection.execute, ("ROLLBACK",))
        timer.start()
        assert scores(course) == ALL
        timer.join()


def test_a_lock_that_outlasts_nbgraders_patience_is_tried_again(
    course: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbgrader.apps.api import NbGraderAPI

    autograde, asked = NbGraderAPI.autograde, []

    def first_locked(self: NbGraderAPI, unit: str, student: str, **more: object) -> object:
        asked.append(student)
        if asked.count("lee") == 1 and student == "lee":
            return {"success": False, "error": "sqlite3.OperationalError: database is locked"}
        return autograde(self, unit, student, **more)

    monkeypatch.setattr(NbGraderAPI, "autograde", first_locked)
    assert scores(course) == ALL
    assert asked == ["kim", "lee", "lee", "park"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (full(Path("x")), "디스크에 남은 자리가 없습니다(No space left on device)."),
        (OSError(errno.EROFS, "Read-only file system", "x"), "x에 쓸 수 없습니다(Read-only file"),
        (PermissionError(errno.EACCES, "Permission denied", "x"), "x에 쓸 수 없습니다(Permission"),
        (sqlite3.OperationalError("database is locked"), "다른 프로그램이 성적부를 쓰고 있어"),
        (sqlite3.OperationalError("database or disk is full"), "디스크에 남은 자리가 없습니다"),
        (
            sqlite3.OperationalError("attempt to write a readonly database"),
            "쓸 수 없습니다(attempt",
        ),
        (
            sqlite3.DatabaseError("file is not a database"),
            "성적부를 읽거나 쓸 수 없습니다: file is",
        ),
    ],
)
def test_every_error_has_its_sentence_and_a_remedy(error: Exception, said: str) -> None:
    with pytest.raises(CourseError) as raised, trouble.explained(Path("course")):
        raise error
    assert said in raised.value.message and raised.value.remedy.endswith(".")
