"""How quick the arranger is in a browser: one table.

    python -m benchmarks.arranger

Opens the arranger alone (`tests/browser/arranger_app.py`) in headless Chromium: frames a second
while 64 bars with 10,000 notes play and 256 with as many, all in sight or turned page by page;
first paint of eight bars and of 256 from the call that mounts the component; the scripts' size;
Play to sound. Stems are ready.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from benchmarks.browser import Browser, Page, chromium
from benchmarks.surroundings import ROOT, Quick, say_surroundings

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from arranger_app import arrangement
from servers import start_streamlit

FRAMES_SECONDS = 4.0
_ROOT_OF = """[...document.querySelectorAll("*")].find(
  (e) => e.shadowRoot?.querySelector(".arranger")).shadowRoot"""

# how often the browser came to draw, and how long each of our turns took
_FRAMES = """async (seconds) => {
  const times = [];
  await new Promise((done) => {
    const turn = (now) => {
      times.push(now);
      if (now - times[0] < 1000 * seconds) requestAnimationFrame(turn);
      else done();
    };
    requestAnimationFrame(turn);
  });
  const gaps = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b);
  return {
    rate: (1000 * gaps.length) / (times.at(-1) - times[0]),
    late: gaps[Math.floor(gaps.length * 0.99)],
  };
}"""

# mounts the component once more, in a root of its own, and times it until its canvas is painted
_FIRST_PAINT = f"""async (data) => {{
  const style = {_ROOT_OF}.querySelector("style")?.textContent ?? "";
  const {{ default: mount }} = await import("/components/arranger/main.js");
  const host = document.body.appendChild(document.createElement("div"));
  host.style.cssText = "position:fixed; inset:0; width:1100px; z-index:9; background:#0f1216";
  const root = host.attachShadow({{ mode: "open" }});
  const sheet = document.createElement("style");
  sheet.textContent = style;
  root.append(sheet);
  const began = performance.now();
  const leave = mount({{ data, parentElement: root, setTriggerValue() {{}} }});
  const box = root.querySelector(".scroll");
  while (!box.dataset.painted) await new Promise((go) => requestAnimationFrame(go));
  const took = performance.now() - began;
  leave();
  host.remove();
  return took;
}}"""

# from the click until samples leave the mixer: what is connected to the speaker is listened to as
# well, and not for longer than five seconds
_CLICK_TO_SOUND = f"""async () => {{
  const root = {_ROOT_OF};
  const connect = AudioNode.prototype.connect;
  let meter = null;
  AudioNode.prototype.connect = function (target, ...more) {{
    if (target instanceof AudioDestinationNode) {{
      meter ??= new AnalyserNode(this.context, {{ fftSize: 1024 }});
      connect.call(this, meter);
    }}
    return connect.call(this, target, ...more);
  }};
  const began = performance.now();
  root.querySelector(".round.main").click();
  const heard = new Float32Array(1024);
  for (;;) {{
    await new Promise((go) => setTimeout(go, 1));
    meter?.getFloatTimeDomainData(heard);
    if (heard.some((value) => Math.abs(value) > 0.003)) break;
    if (performance.now() - began > 5000) throw new Error("Nothing is heard.");
  }}
  AudioNode.prototype.connect = connect;
  return performance.now() - began + 1000 * (meter.context.outputLatency || 0);
}}"""


def main(
    runs: Annotated[int, typer.Option(help="First paints to time.")] = 9, quick: Quick = False
) -> None:
    """Prints one table."""
    say_surroundings()
    runs, seconds = (1, 0.2) if quick else (runs, FRAMES_SECONDS)
    with _server() as url, chromium() as browser:
        _print_sizes(browser, url)
        page = _open(browser, f"{url}/?piece=five")
        for kind, bars in (("five", 8), ("song", 256)):
            paints = [page.evaluate(_FIRST_PAINT, arrangement(kind)) for _ in range(runs)]
            _say(f"first paint, {bars} bars, median", statistics.median(paints), "ms", "< 200")
            _say(f"first paint, {bars} bars, worst", max(paints), "ms", "< 200")
        page.wait_for_timeout(1000)  # stems are fetched and decoded
        _say("Play to sound, stems ready", page.evaluate(_CLICK_TO_SOUND), "ms", "< 300")
        page.close()
        for kind, bars in (("long", 64), ("song", 256)):
            _print_frames(browser, f"{url}/?piece={kind}", f"{bars} bars", seconds)


def _print_sizes(browser: Browser, url: str) -> None:
    page = _open(browser, f"{url}/?piece=five")
    loaded: list[dict[str, Any]] = page.evaluate(
        """performance.getEntriesByType("resource")
          .filter(({ name }) => name.includes("/components/"))
          .map((entry) => entry.toJSON())"""
    )
    page.close()
    own = [entry for entry in loaded if "/arranger/" in entry["name"]]
    _say("script, as it crosses the wire", sum(e["transferSize"] for e in own) / 1000, "kB", "< 60")
    _say("script, unpacked, with comments", sum(e["decodedBodySize"] for e in own) / 1000, "kB", "")
    shared = sum(e["transferSize"] for e in loaded) - sum(e["transferSize"] for e in own)
    _say("shared with the keyboard, on the wire", shared / 1000, "kB", "")


def _print_frames(browser: Browser, url: str, what: str, seconds: float) -> None:
    page = _open(browser, url)
    page.get_by_role("button", name="Play", exact=True).click()
    _say_frames(f"{what}, playing, pages turned", page.evaluate(_FRAMES, seconds))
    zoom = page.get_by_role("button", name="See more bars")
    for _ in range(10):
        zoom.click()
    _say_frames(f"{what}, playing, all 10,000 notes in sight", page.evaluate(_FRAMES, seconds))
    scrolling = page.evaluate_handle(f"{_ROOT_OF}.querySelector('.scroll')")
    for _ in range(5):
        page.get_by_role("button", name="See fewer bars").click()
    page.evaluate(
        """(box) => {
          const turn = () => {
            box.scrollLeft = (box.scrollLeft + 8) % 3000;
            requestAnimationFrame(turn);
          };
          turn();
        }""",
        scrolling,
    )
    _say_frames(f"{what}, playing while one scrolls", page.evaluate(_FRAMES, seconds))
    page.close()


def _open(browser: Browser, url: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.goto(url)
    page.locator(".scroll[data-painted]").wait_for()
    return page


@contextmanager
def _server() -> Iterator[str]:
    """The address of a page with the arranger alone."""
    server = start_streamlit(ROOT / "tests" / "browser" / "arranger_app.py", env={})
    try:
        yield server.url
    finally:
        server.stop()


def _say_frames(name: str, frames: dict[str, float]) -> None:
    _say(f"{name}: frames a second", frames["rate"], "", "60")
    _say(f"{name}: one frame in 100 takes over", frames["late"], "ms", "")


def _say(name: str, value: float, unit: str, target: str) -> None:
    print(f"{name:<62}{value:>8.1f} {unit:<4}{target:>7}")


if __name__ == "__main__":
    typer.run(main)
