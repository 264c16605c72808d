"""The arranger alone on a page, with what it tells Python printed as JSON and answered.

Streamlit runs this file twice over: the server imports it for `app`, each visit runs it as main.
The address chooses what is shown: `?piece=five`, `arranged` (in a form), `tune` (a
melody without a band), `written` (of which it is known how), `long`, `crowd` or `odd`; `&hold=1`
answers nothing; `&slow=1` has stems that are there only when asked for a second time.
"""

from __future__ import annotations

import base64
import io
import json
import math
import struct
import wave
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from studio.ui.guard import Guard

ROOT = Path(__file__).resolve().parents[2]
BAR_TICKS = 1920
SAMPLE_RATE_HZ = 8000
PARTS = [
    ("Melody", "Grand piano", 0, "#ffb454", 72),
    ("Keys", "Electric piano", 4, "#a78bfa", 60),
    ("Bass", "Finger bass", 33, "#4fd1c0", 38),
    ("Strings", "Strings", 48, "#f472b6", 55),
    ("Drums", "Brush kit", 0, "#60a5fa", 36),
]
CHORDS = ["C", "F", "C", "G7", "C", "Am", "F", "C", "Dm", "G7", "C", "F", "Dm", "G", "C", "C"]
FORM = {"text": "A3:0.4 B3:0.65 A2:0.8", "fills": [2, 5], "by_hand": ["Bass"]}
SCALE = [0, 2, 4, 5, 7, 9, 11, 12]


def _notes(part: int, bars: int, per_bar: int) -> list[list[int]]:
    """A tune that never repeats too soon: `per_bar` notes a bar, loud and soft."""
    if part == 4:
        hats = [[b * 240, 42, 60, 60 + 20 * (b % 2)] for b in range(bars * 8)]
        beats = [[b * 960, 36, 120, 110] for b in range(bars * 2)]
        return hats + beats + [[b * 960 + 480, 38, 120, 96] for b in range(bars * 2)]
    step = BAR_TICKS // per_bar
    root = PARTS[part][4]
    return [
        [i * step, root + SCALE[(i * 5 + i // per_bar + part) % 8], step - 20, 50 + (i * 37) % 70]
        for i in range(bars * per_bar)
    ]


def _part(index: int, bars: int, per_bar: int, stem: str) -> dict[str, Any]:
    name, instrument, program, colour, _ = PARTS[index]
    return {
        "name": name,
        "instrument": instrument,
        "program": program,
        "colour": colour,
        "is_drum": index == 4,
        "locked": False,
        "notes": _notes(index, bars, per_bar),
        "stem": stem,
    }


def arrangement(kind: str, stem: str = "/stem/{part}.wav") -> dict[str, Any]:
    """`five`: 8 bars of five parts. `long`: 64 bars, 10,000 notes. `song`: 256 bars of four parts,
    10,000 notes. `crowd`: 128 parts. `odd`: what
    should not come but may."""
    bars, density = {
        "long": (64, [28, 40, 32, 48, 4]), "song": (256, [8, 12, 12, 8]),
    }.get(kind, (8, [4, 8, 4, 2, 4]))  # fmt: skip
    parts = [_part(i, bars, many, stem.format(part=i)) for i, many in enumerate(density)]
    if kind == "crowd":
        parts = [{**parts[i % 4], "name": f"Part {i + 1}", "stem": None} for i in range(128)]
    if kind == "odd":
        parts[0]["name"] = "<script>window.hacked = 1</script>"
        parts[1]["notes"] = []
        parts[2]["notes"] += [[99 * BAR_TICKS, 60, 480, 80], [0, 300, -5, 900], ["x", 1, 2, 3]]
        parts[3]["instrument"] = "<img src=x onerror='window.hacked = 1'>"
        parts[3]["stem"] = None
        parts[4]["colour"] = "red; background: url(//evil.example)"
    if kind == "tune":
        parts = [{**parts[0], "stem": None}]
    chords = CHORDS if kind != "odd" else ["<b>C</b>", *CHORDS[1:]]
    return {
        "piece": kind,
        "version": "first",
        "take": 1,
        "revision": 1,
        "rendered": kind != "tune",
        "title": "Twinkle <script>window.hacked = 1</script>",
        "bars": bars,
        "metre": "4/4",
        "bar_ticks": BAR_TICKS,
        "ticks_per_beat": 480,
        "tempo_bpm": 120.0,
        "parts": parts,
        "chords": [[i * 960, chords[i % 16]] for i in range(bars * 2)],
        "mix": {},
        "takes": [{"take": i, "label": f"Take {i}"} for i in range(1, 5)],
        "form": FORM if kind == "arranged" else None,
        "can": {
            "regenerate": True,
            "rhythm": True,
            "chords": True,
            "form": True,
            "retrace": kind == "written",
        },
        "instruments": [[0, "Grand piano"], [4, "Electric piano"], [33, "Finger bass"]],
    }


def replay(vetoes: list[list[Any]]) -> dict[str, Any]:
    """Keys and bass, a note in each half bar; the second of the keys is an octave higher where C4
    was vetoed there."""
    keys = [[0, 0, 8 * i, 8 * i + 8, 60, False, 0.5, [[60, 0.5], [64, 0.25]]] for i in range(4)]
    bass = [[1, 1, 8 * i, 8 * i + 8, 36 + i, False, 0.9, [[36 + i, 0.9]]] for i in range(4)]
    if vetoes:
        keys[1] = [0, 0, 8, 16, 72, False, 0.25, [[64, 0.5], [72, 0.25], [None, 0.125]]]
    return {
        "ticks": [step * 120 for step in range(33)],
        "parts": [{"name": "Keys", "low": 55, "high": 84}, {"name": "Bass", "low": 30, "high": 50}],
        "known": [],
        "edits": [*keys, *bass, [2, 1, 24, 32, None, False, 0.02, [[39, 0.8], [40, 0.1]]]],
        "looks": 96,
        "vetoes": vetoes,
        "since": ["Bass"] if vetoes else [],
    }


def fog() -> dict[str, Any]:
    """Of the three looks in which `replay` was written, two options for each of 32 sixteenths of
    keys and bass."""
    pitches, odds = bytearray(), bytearray()
    for look in range(3):
        for step in range(32):
            pitches += bytes([60, 64, 36 + step // 8, 0])
            keys = look == 0
            bass = look < 2 or step >= 24
            odds += bytes([204 * keys, 51 * keys, 255 * bass, 0])
    packed = {"pitches": pitches, "odds": odds}
    told = {name: base64.b64encode(some).decode() for name, some in packed.items()}
    return {"looks": 3, "options": 2, **told}


_looks_for_replay: dict[str, int] = {}


def replayed(request: Request) -> Response:
    """The replay of a version, when it is asked for a second time."""
    version = str(request.path_params["version"])
    _looks_for_replay[version] = times = _looks_for_replay.get(version, 0) + 1
    if version == "gone":
        return JSONResponse({"error": "Bach has learned on since: generate the band again."})
    if times < 2:
        return Response(status_code=202)
    told = replay([["Keys", 960, 1920, 60]] if version == "vetoed" else [])
    looks = request.path_params.get("looks")
    return JSONResponse(told if looks is None else {**told, "fog": fog(), "looks": looks or 96})


def stem_wav(part: int, seconds: float) -> bytes:
    """A soft tone, stereo, 16 bit, with a click on each beat of 120 a minute."""
    count = int(seconds * SAMPLE_RATE_HZ)
    beat = SAMPLE_RATE_HZ // 2
    step = 2 * math.pi * 110 * (part + 1) / SAMPLE_RATE_HZ
    one = [int(3000 * math.sin(step * i)) + (9000 if i % beat < 8 else 0) for i in range(count)]
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE_HZ)
        out.writeframes(struct.pack(f"<{2 * count}h", *(value for v in one for value in (v, v))))
    return buffer.getvalue()


_wavs: dict[int, bytes] = {}
_asked: dict[str, int] = {}


def stem(request: Request) -> Response:
    """A stem; with `?slow=`, 202 and then 404 for a visitor who has not asked twice before."""
    part = int(request.path_params["part"])
    slow = request.query_params.get("slow")
    if slow:
        _asked[f"{slow}/{part}"] = times = _asked.get(f"{slow}/{part}", 0) + 1
        if times < 3:
            return Response(status_code=(202, 404)[times - 1])
    if part not in _wavs:
        _wavs[part] = stem_wav(part, 17.0)
    return Response(_wavs[part], media_type="audio/wav")


def answered(data: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The piece after `messages`, as a studio without models would answer them."""
    for message in messages:
        data = {**data, "revision": data["revision"] + 1}
        kind = message["kind"]
        keys = {"edit": "notes", "instrument": "program", "lock": "locked"}
        if kind in keys:
            key = keys[kind]
            data["parts"] = [
                {**part, key: message[key]} if part["name"] == message["part"] else part
                for part in data["parts"]
            ]
        elif kind == "mix":
            data["mix"] = message["mix"]
        elif kind == "chord":
            data["chords"] = [
                [tick, message["symbol"] if tick == message["tick"] else symbol]
                for tick, symbol in data["chords"]
            ]
        elif kind == "form":
            data["form"] = {**data["form"], "text": message["form"]}
        elif kind == "fill":
            others = {*data["form"]["fills"]} - {message["bar"]}
            fills = sorted({*others, message["bar"]} if message["fill"] else others)
            data["form"] = {**data["form"], "fills": fills}
        elif kind == "take":
            data["take"] = message["take"]
        elif kind == "veto":
            data["version"] = "vetoed" if message["vetoes"] else f"first-{message.get('looks')}"
        elif kind == "regenerate" and "looks" in message:
            data["version"] = "anew"
    return data


def page() -> None:
    from studio.ui.components import show_arranger

    st.set_page_config(layout="wide")
    known = st.session_state
    asked = st.query_params
    if "piece" not in known:
        slow = f"?slow={asked['slow']}" if "slow" in asked else ""
        known["piece"] = arrangement(asked.get("piece", "five"), "/stem/{part}.wav" + slow)
        known["told"] = []

    def received() -> None:
        fresh = [m for m in known["band"].messages if m["n"] > known.get("last", 0)]
        if not fresh:
            return
        known["last"] = fresh[-1]["n"]
        known["told"] = [*known["told"], *fresh]
        if "hold" not in asked:
            known["piece"] = answered(known["piece"], fresh)

    show_arranger(key="band", arrangement=known["piece"], on_messages=received)
    if "keyboard" in asked:
        from studio.ui.components import show_keyboard

        show_keyboard(
            key="keys",
            performance=None,
            sprite=None,
            instruments=[{"program": 0, "name": "Grand piano"}],
            storage_key="test",
            on_change=lambda: None,
        )
    st.text_input("Title")
    st.text(json.dumps(known["told"]))


if __name__ == "__main__":
    page()
else:
    app = st.App(
        Path(__file__),
        routes=[
            Route("/stem/{part:int}.wav", stem),
            Route("/replays/written/{version}.json", replayed),
            Route("/replays/written/{version}/{looks:int}.json", replayed),
            Mount("/components", StaticFiles(directory=ROOT / "studio" / "ui" / "components")),
        ],
        middleware=[Middleware(Guard)],
    )
