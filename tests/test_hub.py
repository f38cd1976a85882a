"""JupyterHub with its proxy, an instructor and two students with accounts of their own, end to end.

Only `make hub` runs it, as root: it makes three users and removes them.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from accounts import Account
from lab_server import free_port, started, wait_until_up

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "docs" / "jupyterhub"
PROXY = Path(sys.prefix) / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy"
TEACHER, KIM, LEE = NAMES = ("course-teacher", "course-kim", "course-lee")
UNIT, CELL, COURSE = "00_start", "start_first_tensor", "tf2"
ANSWERS = {
    KIM: "x = tf.constant([[1, 2, 3], [4, 5, 6]], dtype=tf.float32)",
    LEE: "x = tf.constant([[1, 2, 3], [4, 5, 6]])",
}
PASSWORD = "course"

pytestmark = [pytest.mark.hub, pytest.mark.timeout(3600)]


@pytest.fixture
def people() -> Iterator[dict[str, Account]]:
    """Three new users of this machine, gone afterwards."""
    if os.getuid() or not PROXY.exists():
        pytest.fail("root로 make hub를 실행하세요.")
    made = []
    try:
        for name in NAMES:
            subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", name], check=True)
            made.append(name)
        yield {name: _account(name) for name in made}
    finally:
        for name in made:
            _end_all_of(pwd.getpwnam(name).pw_uid)
            subprocess.run(["userdel", "--remove", name], capture_output=True, check=True)


def _end_all_of(uid: int) -> None:
    """End what a user of ours still runs: a user with processes can't be removed."""
    left = [each for each in psutil.process_iter() if uid in _uids(each)]
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, 20)


def _uids(process: psutil.Process) -> tuple[int, ...]:
    try:
        return tuple(process.uids())
    except psutil.Error:
        return ()


def _account(name: str) -> Account:
    user = pwd.getpwnam(name)
    become = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
    account = Account(name, user.pw_uid, user.pw_gid, Path(user.pw_dir), become)
    tried = subprocess.run(
        [*become, "/bin/sh", "-c", 'exec "$0" -c "import autograder"', sys.executable],
        cwd="/",
        capture_output=True,
        text=True,
    )
    assert tried.returncode == 0, (
        f"다른 사용자가 {sys.executable}을 실행할 수 없습니다: {tried.stderr}"
    )
    return account


@pytest.fixture
def shared() -> Iterator[Path]:
    """What all of them see: the exchange and the settings of docs/jupyterhub/."""
    place = Path(tempfile.mkdtemp(prefix="autograder-hub-"))
    place.chmod(0o755)
    (place / "exchange").mkdir()
    (place / "exchange").chmod(0o777)
    (place / "jupyter").mkdir()
    settings = (SETTINGS / "nbgrader_config.py").read_text("utf-8")
    assert "/srv/nbgrader/exchange" in settings
    (place / "jupyter" / "nbgrader_config.py").write_text(
        settings.replace("/srv/nbgrader/exchange", str(place / "exchange")), "utf-8"
    )
    yield place
    shutil.rmtree(place)


@contextlib.contextmanager
def hub(shared: Path) -> Iterator[str]:
    """A running JupyterHub with the settings of docs/jupyterhub/ and one password for everybody."""
    address = f"http://127.0.0.1:{free_port()}"
    folder = shared / "hub"
    folder.mkdir(mode=0o700)
    config = folder / "jupyterhub_config.py"
    config.write_text(
        f"load_subconfig({str(SETTINGS / 'jupyterhub_config.py')!r})\n"
        "c = get_config()\n"
        f"c.JupyterHub.bind_url = {address!r}\n"
        f"c.JupyterHub.hub_port = {free_port()}\n"
        f"c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:{(proxy := free_port())}'\n"
        "c.JupyterHub.authenticator_class = 'dummy'\n"
        f"c.DummyAuthenticator.password = {PASSWORD!r}\n"
        # As /etc/jupyter would be, without touching this machine's.
        f"c.Spawner.environment = {{'JUPYTER_CONFIG_PATH': {str(shared / 'jupyter')!r}, "
        "'CUDA_VISIBLE_DEVICES': '-1'}\n",
        "utf-8",
    )
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
    # It ends everybody's server before itself.
    with started(command, folder, folder / "hub.log", {"PATH": path}, 180) as program:
        wait_until_up(f"{address}/hub/login", program, folder / "hub.log")
        yield address
    left = [each for each in psutil.process_iter(["cmdline"]) if str(proxy) in _line(each)]
    assert not left, "허브가 끝났는데 프록시가 남았습니다."


def _line(process: psutil.Process) -> list[str]:
    return process.info["cmdline"] or []


class Person:
    """Somebody at the hub: logs in with the form, starts the own server and speaks to it."""

    def __init__(self, address: str, name: str) -> None:
        import requests

        self.address, self.name = address, name
        session = requests.Session()
        session.get(f"{address}/hub/login").raise_for_status()
        form = {"username": name, "password": PASSWORD, "_xsrf": session.cookies["_xsrf"]}
        session.post(f"{address}/hub/login", data=form).raise_for_status()
        answer = session.post(
            f"{address}/hub/api/users/{name}/tokens",
            headers={"X-XSRFToken": session.cookies.get("_xsrf", path="/hub/")},
            json={},
        )
        answer.raise_for_status()
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"token {answer.json()['token']}"
        self.session.post(f"{address}/hub/api/users/{name}/server").raise_for_status()
        deadline = time.monotonic() + 180
        while not self._user()["server"]:
            assert time.monotonic() < deadline, f"{name}의 서버가 180초 안에 뜨지 않았습니다."
            time.sleep(1)

    def _user(self) -> Any:
        return self.session.get(f"{self.address}/hub/api/users/{self.name}").json()

    def ask(self, method: str, path: str, **settings: Any) -> Any:
        """The JSON that the own server answers."""
        answer = self.session.request(
            method, f"{self.address}/user/{self.name}/{path}", timeout=600, **settings
        )
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[-2000:]}"
        return answer.json() if answer.text else None

    def done(self, path: str) -> None:
        """A button of the formgrader: it says whether nbgrader could do it."""
        said = self.ask("POST", f"formgrader/api/{path}")
        assert said["success"], f"{path}: {said['error']}\n{said['log']}"

    def assignments(self, action: str = "") -> Any:
        """The assignment list, after `action` (fetch, submit, fetch_feedback) on the assignment."""
        asked = {"course_id": COURSE, "assignment_id": UNIT}
        if action:
            said = self.ask("POST", f"assignments/{action}", json=asked)
        else:
            said = self.ask("GET", "assignments", params={"course_id": COURSE})
        assert said["success"], said
        return said["value"]

    def solve(self, answer: str) -> None:
        """Write the answer into the fetched notebook, as JupyterLab saves it."""
        path = f"api/contents/{UNIT}/start.ipynb"
        model = self.ask("GET", path)
        for cell in model["content"]["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == CELL:
                cell["source"] = answer
        self.ask("PUT", path, json={"type": "notebook", "content": model["content"]})


def test_a_class_works_at_a_hub(people: dict[str, Account], shared: Path) -> None:
    seen = {"JUPYTER_CONFIG_PATH": str(shared / "jupyter")}
    account = people[TEACHER]
    course = account.own(account.home / COURSE, 0o700)
    account.own(account.home / ".jupyter")
    (account.home / ".jupyter" / "nbgrader_config.py").write_text(
        "from pathlib import Path\nc = get_config()\n"
        f'c.CourseDirectory.root = str(Path.home() / "{COURSE}")\n',
        "utf-8",
    )
    account.run(course, "autograder.cli", "refresh", UNIT, **seen)

    with hub(shared) as address:
        teacher = Person(address, TEACHER)
        students = [Person(address, name) for name in ANSWERS]
        teacher.done(f"assignment/{UNIT}/release")

        for student in students:
            (released,) = student.assignments()
            assert (released["assignment_id"], released["status"]) == (UNIT, "released")
            student.assignments("fetch")
            student.solve(ANSWERS[student.name])
            said = student.ask("POST", "assignments/validate", json={"path": f"{UNIT}/start.ipynb"})
            assert said["success"]
            assert bool(said["value"].get("failed")) == (student.name == LEE), said
            (submitted,) = (
                each for each in student.assignments("submit") if each["status"] == "submitted"
            )
            assert len(submitted["submissions"]) == 1
            # What is an instructor's is not a student's.
            assert student.ask("GET", "formgrader/api/assignments") == []

        teacher.done(f"assignment/{UNIT}/collect")
        for name in ANSWERS:
            teacher.done(f"submission/{UNIT}/{name}/autograde")
        rows = teacher.ask("GET", f"formgrader/api/submissions/{UNIT}")
        assert {row["student"]: row["score"] for row in rows} == {KIM: 4, LEE: 3}
        # The command finds everything done and gives the same.
        table = account.run(course, "autograder.cli", "grade", UNIT, "--workers", "1", **seen)
        assert "제출 2명 / 2명 · 평균 3.5점" in table
        teacher.done(f"assignment/{UNIT}/release_feedback")

        for student in students:
            (mine,) = (
                each
                for each in student.assignments("fetch_feedback")
                if each["status"] == "submitted"
            )
            (submission,) = mine["submissions"]
            folder = submission["local_feedback_path"]
            page = student.ask("GET", f"api/contents/{folder}/start.html")["content"]
            wrong = "자료형이 <code>float32</code>여야 하는데" in page
            assert wrong == (student.name == LEE)
        for name in ANSWERS:
            looked = subprocess.run(
                [*people[name].prefix, "ls", str(course)], capture_output=True, text=True
            )
            assert looked.returncode != 0 and "Permission denied" in looked.stderr
