"""How quick the studio is in a browser: the figures of RESULTS.md, in one command.

    python -m benchmarks.page

Starts a studio on a data directory of its own, opens it in headless Chromium, plays an eight-bar
sample to a model several times, and prints medians. Times are from the click.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from typing import Annotated

import typer
from playwright.sync_api import Page, expect, sync_playwright

_PICTURE_IS_THERE = """said => document.body.innerText.includes(said)
  && document.querySelector('[data-testid="stMain"] img')?.complete"""


def main(runs: Annotated[int, typer.Option(help="Bands to generate.")] = 11) -> None:
    """Prints first page, memory, click to picture, click to playable sound."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "studio.cli",
                "serve",
                "--no-browser",
                "--port",
                str(port),
            ],
            env={**os.environ, "TUTTI_DATA_DIR": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _report(f"http://127.0.0.1:{port}", server.pid, runs)
        finally:
            server.terminate()
            server.wait(10)


def _report(url: str, server_pid: int, runs: int) -> None:
    _wait_until_up(url)
    with sync_playwright() as playwright:
        executable = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        began = time.perf_counter()
        page.goto(url)
        expect(page.get_by_role("button", name="C4", exact=True)).to_be_visible(timeout=30_000)
        _say("first page usable, s", time.perf_counter() - began)
        _say("web process, first page, MB", _resident_mb(server_pid))
        page.get_by_role("radio", name="Samples").click()
        page.get_by_role("combobox", name="A sample melody").click()
        page.get_by_role("option", name="Frère Jacques").click()
        _generate(page, 0)  # wakes the worker
        times = [_generate(page, seed) for seed in range(2, runs + 2)]
        _say("click to picture, s, median", statistics.median(t[0] for t in times))
        _say("click to picture, s, worst", max(t[0] for t in times))
        _say("click to playable sound, s, median", statistics.median(t[1] for t in times))
        _say("click to playable sound, s, worst", max(t[1] for t in times))
        _say("web process, afterwards, MB", _resident_mb(server_pid))
        browser.close()


def _generate(page: Page, seed: int) -> tuple[float, float]:
    """Seconds from the click to the new picture, and to sound that can play."""
    spin = page.get_by_role("spinbutton", name="Seed")
    spin.fill(str(seed))
    spin.press("Enter")
    button = page.get_by_role("button", name="Generate the band")
    expect(button).to_be_enabled()
    page.wait_for_load_state("networkidle")
    began = time.perf_counter()
    button.click()
    # asked at every frame: an assertion's own retries are up to a second apart
    page.wait_for_function(_PICTURE_IS_THERE, arg=f"seed {seed} ·", timeout=60_000)
    picture = time.perf_counter() - began
    page.wait_for_function("document.querySelector('audio')?.readyState >= 3", timeout=60_000)
    return picture, time.perf_counter() - began


def _say(name: str, value: float) -> None:
    typer.echo(f"{name:<38} {value:8.2f}")


def _resident_mb(pid: int) -> float:
    shown = subprocess.run(  # ps is where Linux and macOS agree
        ["ps", "-o", "rss=", "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    )
    return int(shown.stdout) / 1024


def _wait_until_up(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise SystemExit("The studio did not start.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    typer.run(main)
