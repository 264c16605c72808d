"""How quick the studio is in a browser: the figures of RESULTS.md, in one command.

    python -m benchmarks.page

Starts a studio on a data directory of its own, opens it in headless Chromium, plays an eight-bar
sample to a model several times, and prints medians. Times are from the click.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import psutil
import typer

from benchmarks.browser import Page, chromium, expect
from benchmarks.surroundings import ROOT, Quick, say_surroundings

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from servers import Server, free_port, wait_until_healthy

_ARRANGER = """[...document.querySelectorAll("*")].find(
  (e) => e.shadowRoot?.querySelector(".arranger"))?.shadowRoot"""
_PICTURE = f"() => {_ARRANGER}?.querySelector('canvas')?.toDataURL() ?? ''"
# the band of this seed is told of, and the arranger has painted another picture
_PICTURE_IS_THERE = f"""([said, before]) => new RegExp(said).test(document.body.innerText)
  && ![before, ""].includes(({_PICTURE})())"""
# no part waits for its sound any more
_SOUND_IS_THERE = f"() => [...{_ARRANGER}.querySelectorAll('.mark')].every((mark) => mark.hidden)"


def main(
    runs: Annotated[int, typer.Option(help="Bands to generate.")] = 11, quick: Quick = False
) -> None:
    """Prints first page, memory, click to picture, click to playable sound."""
    say_surroundings()
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "printed").open("w+b") as output:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "studio.cli", "serve", "--no-browser", "--port", str(port)],
            env={**os.environ, "TUTTI_DATA_DIR": folder},
            stdout=output,
            stderr=output,
        )
        server = Server(f"http://127.0.0.1:{port}", process, output)
        try:
            wait_until_healthy(server)
            _report(server, 1 if quick else runs)
        finally:
            server.stop()


def _report(server: Server, runs: int) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        began = time.perf_counter()
        page.goto(server.url)
        expect(page.get_by_role("button", name="C4", exact=True)).to_be_visible(timeout=30_000)
        _say("first page usable, s", time.perf_counter() - began)
        _say("web process, first page, MB", _resident_mb(server.process.pid))
        page.get_by_role("radio", name="Samples").click()
        page.get_by_role("combobox", name="A sample melody").click()
        page.get_by_role("option", name="Frère Jacques").click()
        _generate(page, 0)  # wakes the worker
        times = [_generate(page, seed) for seed in range(2, runs + 2)]
        _say("click to picture, s, median", statistics.median(t[0] for t in times))
        _say("click to picture, s, worst", max(t[0] for t in times))
        _say("click to playable sound, s, median", statistics.median(t[1] for t in times))
        _say("click to playable sound, s, worst", max(t[1] for t in times))
        _say("web process, afterwards, MB", _resident_mb(server.process.pid))


def _generate(page: Page, seed: int) -> tuple[float, float]:
    """Seconds from the click to the new picture, and to sound that can play."""
    spin = page.get_by_role("spinbutton", name="Seed")
    spin.fill(str(seed))
    spin.press("Enter")
    button = page.get_by_role("button", name="Generate the band")
    expect(button).to_be_enabled()
    page.wait_for_load_state("networkidle")
    before = page.evaluate(_PICTURE)
    began = time.perf_counter()
    button.click()
    # asked at every frame: an assertion's own retries are up to a second apart
    page.wait_for_function(_PICTURE_IS_THERE, arg=[rf"seed {seed}\b", before], timeout=60_000)
    picture = time.perf_counter() - began
    page.wait_for_function(_SOUND_IS_THERE, timeout=60_000)
    return picture, time.perf_counter() - began


def _say(name: str, value: float) -> None:
    typer.echo(f"{name:<38} {value:8.2f}")


def _resident_mb(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1024**2


if __name__ == "__main__":
    typer.run(main)
