"""How quick the studio is in a browser: the figures of RESULTS.md, in one command.

    python -m benchmarks.page

Starts a studio on a data directory of its own, opens it in headless Chromium, plays a sample of
eight bars to a model several times, and prints medians; then what the sound of a band of 12 and of
64 bars weighs, and how soon bands of all genres can be heard. Times are from the click.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import psutil
import typer

from benchmarks.browser import FilePayload, Page, Request, chromium, expect
from benchmarks.surroundings import ROOT, Quick, say_surroundings
from studio.music import midi
from studio.music.melody import sample_melody

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from hands import settled
from servers import Server, free_port, wait_until_healthy

_ARRANGER = """[...document.querySelectorAll("*")].find(
  (e) => e.shadowRoot?.querySelector(".arranger"))?.shadowRoot"""
_PICTURE = f"() => {_ARRANGER}?.querySelector('canvas')?.toDataURL() ?? ''"
# the band of this seed is told of, and the arranger has painted another picture
_PICTURE_IS_THERE = f"""([said, before]) => new RegExp(said).test(document.body.innerText)
  && ![before, ""].includes(({_PICTURE})())"""
# no part of a band waits for its sound any more
_SOUND_IS_THERE = f"""() => {_ARRANGER}?.querySelectorAll('.head').length > 1
  && [...{_ARRANGER}.querySelectorAll('.mark')].every((mark) => mark.hidden)"""
_BANDS = f"(count) => {_ARRANGER}?.querySelectorAll('.take').length >= count"
_LAST_IS_CHOSEN = f"""() => [...{_ARRANGER}.querySelectorAll('.take')].at(-1).ariaPressed === 'true'
  && ({_SOUND_IS_THERE})()"""
_GENERATE = re.compile("^Generate (the|another) band")
_GENRES = 7  # that the Transformer plays


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
        for bars in (12, 64):
            _import(page, bars)
            _say(f"sound of a band of {bars} bars, MB", _weight(page))
        _import(page, 4)
        page.get_by_role("radio", name="Transformer").click()
        settled(page)
        first, last = _all_genres(page)
        _say("all genres, 4 bars: first audible, s", first)
        _say("all genres, 4 bars: last audible, s", last)


def _import(page: Page, bars: int) -> None:
    """A sample's tune, cut or again and again, as a file that somebody brings."""
    sample = sample_melody("twinkle")
    track, bar_ticks = sample.tracks[0], sample.metre.bar_ticks
    notes = tuple(
        replace(note, start_tick=note.start_tick + turn * sample.bars * bar_ticks)
        for turn in range(-(-bars // sample.bars))
        for note in track.notes
    )
    inside = tuple(note for note in notes if note.end_tick <= bars * bar_ticks)
    data = midi.write(sample.with_tracks([replace(track, notes=inside)]))
    page.get_by_role("radio", name="Import").click()
    file = FilePayload(name=f"{bars} bars.mid", mimeType="audio/midi", buffer=data)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("heading", name=f"{bars} bars")).to_be_visible()
    settled(page)


def _weight(page: Page) -> float:
    """Megabytes that come to the browser from Generate until the band can be heard."""
    sizes: list[int] = []

    def weigh(request: Request) -> None:
        sizes.append(request.sizes()["responseBodySize"])

    page.on("requestfinished", weigh)
    page.get_by_role("button", name=_GENERATE).click()
    page.wait_for_function(_SOUND_IS_THERE, timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.remove_listener("requestfinished", weigh)
    return sum(sizes) / 1e6


def _all_genres(page: Page) -> tuple[float, float]:
    """Seconds until the first band can be heard, and until the last one is chosen and heard."""
    began = time.perf_counter()
    page.get_by_role("button", name="All genres").click()
    page.wait_for_function(_SOUND_IS_THERE, timeout=60_000)
    first = time.perf_counter() - began
    page.wait_for_function(_BANDS, arg=_GENRES, timeout=60_000)
    page.locator(".take").last.click()
    page.wait_for_function(_LAST_IS_CHOSEN, timeout=60_000)
    return first, time.perf_counter() - began


def _generate(page: Page, seed: int) -> tuple[float, float]:
    """Seconds from the click to the new picture, and to sound that can play."""
    spin = page.get_by_role("spinbutton", name="Seed")
    spin.fill(str(seed))
    spin.press("Enter")
    button = page.get_by_role("button", name=_GENERATE)
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
