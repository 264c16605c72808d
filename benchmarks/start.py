"""How long it takes from `./tutti` to a page that one can play on: the figures of RESULTS.md.

    python -m benchmarks.start

Each run starts the studio on a data folder of its own and opens it in a browser that has never
seen it; the browser itself runs already, as it does where one works. What `./tutti` does before it
starts Python, reading two files, takes some hundredths of a second more.
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

import typer

from benchmarks.browser import chromium, expect
from benchmarks.surroundings import ROOT, Quick, say_surroundings

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from servers import Server, free_port, wait_until_healthy

COMMAND = (sys.executable, "-P", "-m", "studio.cli", "serve", "--no-browser")


def main(runs: Annotated[int, typer.Option(help="Starts.")] = 7, quick: Quick = False) -> None:
    """Prints medians and worst: until the server answers, then until the first page is usable."""
    say_surroundings()
    starts = [_start() for _ in range(1 if quick else runs)]
    answers, pages, both = zip(*((a, p, a + p) for a, p in starts), strict=True)
    _say("the server answers, s", answers)
    _say("its first page is usable, s", pages)
    _say("from start to the first usable page, s", both)


def _start() -> tuple[float, float]:
    with (
        chromium() as browser,
        tempfile.TemporaryDirectory() as folder,
        (Path(folder) / "printed").open("w+b") as output,
    ):
        port = free_port()
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        began = time.perf_counter()
        process = subprocess.Popen(
            [*COMMAND, "--port", str(port)],
            env={**os.environ, "TUTTI_DATA_DIR": folder},
            stdout=output,
            stderr=output,
        )
        server = Server(f"http://127.0.0.1:{port}", process, output)
        try:
            wait_until_healthy(server)
            answered = time.perf_counter()
            page.goto(server.url)
            expect(page.get_by_role("button", name="C4", exact=True)).to_be_visible(timeout=30_000)
            return answered - began, time.perf_counter() - answered
        finally:
            server.stop()


def _say(what: str, seconds: tuple[float, ...]) -> None:
    print(f"{what:<42} {statistics.median(seconds):6.2f} (worst {max(seconds):.2f})", flush=True)


if __name__ == "__main__":
    typer.run(main)
