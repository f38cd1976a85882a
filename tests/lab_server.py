"""A real Jupyter server in a process of its own, for the tests that speak to one."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "course"


@dataclass(frozen=True)
class Server:
    """A running server: its address and the file of what it says."""

    address: str
    log: Path

    def page(self, path: str) -> str:
        """The address of a page for a browser that has not been here."""
        return f"{self.address}/{path}{'&' if '?' in path else '?'}token={TOKEN}"

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON that the server answers to what an extension's button sends."""
        request = urllib.request.Request(
            f"{self.address}/{path}",
            json.dumps(body).encode(),
            {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.load(answer)


IDLE = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  return panel?.sessionContext?.session?.kernel?.status === 'idle'
    && panel.content.widgets.length > 5;
}"""
"""When the page's kernel waits for work."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def jupyterlab(files: Path, place: Path, **environment: str) -> Iterator[Server]:
    """JupyterLab on the folder `files`, started in it; its own things go to `place`."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        f"--ServerApp.root_dir={files}",
        f"--ServerApp.port={port}",
        f"--IdentityProvider.token={TOKEN}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=",
    ]
    settings = {"PYTHONPATH": str(ROOT), "AUTOGRADER_HOME": str(place / "home")} | environment
    with started(command, files, place / "lab.log", settings) as server:
        wait_until_up(f"{address}/api?token={TOKEN}", server, place / "lab.log")
        yield Server(address, place / "lab.log")


@contextlib.contextmanager
def started(
    command: list[str],
    folder: Path,
    log: Path,
    environment: dict[str, str],
    seconds_to_end: float = 20,
) -> Iterator[subprocess.Popen]:
    """A program that runs until the block ends."""
    with log.open("w") as out:
        program = subprocess.Popen(
            command, cwd=folder, stdout=out, stderr=out, env=os.environ | environment
        )
        try:
            yield program
        finally:
            program.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(seconds_to_end)
            program.kill()
            program.wait()


def wait_until_up(address: str, program: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert program.poll() is None, log.read_text()
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(address, timeout=5)
            return
        time.sleep(0.5)
    pytest.fail(f"90초 안에 뜨지 않았습니다: {address}\n" + log.read_text())


@contextlib.contextmanager
def browser_page(chromium: str, height: int = 900) -> Iterator[Page]:
    """A page of the system's Chromium, 1280 wide."""
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=chromium,
            args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser.new_page(viewport={"width": 1280, "height": height})
        browser.close()
