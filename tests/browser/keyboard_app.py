"""The keyboard alone on a page, with what it tells Python printed as JSON.

Streamlit runs this file twice over: the server imports it for `app`, each visit runs it as main.
"""

from __future__ import annotations

import io
import json
import math
import struct
import wave
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOT = Path(__file__).resolve().parents[2]
PITCHES = [48, 60, 72, 84]
SECONDS_PER_NOTE = 3.0
SAMPLE_RATE_HZ = 8000
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws: wss: data: blob:"
)


def sprite_wav() -> bytes:
    """One slowly decaying sine for each of PITCHES, mono, 16 bit."""
    count = int(SECONDS_PER_NOTE * SAMPLE_RATE_HZ)
    samples = [
        int(
            12000
            * math.exp(-i / count)
            * math.sin(2 * math.pi * 440 * 2 ** ((pitch - 69) / 12) * i / SAMPLE_RATE_HZ)
        )
        for pitch in PITCHES
        for i in range(count)
    ]
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE_HZ)
        out.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return buffer.getvalue()


asked: dict[str, int] = {}


async def sprite(request: Request) -> Response:
    """Not ready the first time each visitor asks."""
    visitor = request.query_params.get("visitor", "")
    asked[visitor] = asked.get(visitor, 0) + 1
    if asked[visitor] == 1:
        return Response(status_code=202)
    return Response(sprite_wav(), media_type="audio/wav")


class Policy:
    """Sends the content security policy of the studio, which keeps everything at home."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", POLICY.encode()),
                ]
            await send(message)

        await self.app(scope, receive, with_policy)


def sample_performance(revision: int) -> dict[str, object]:
    notes = [
        {"start_seconds": i * 0.5, "duration_seconds": 0.4, "pitch": 60 + 2 * i, "velocity": 80}
        for i in range(8)
    ]
    take = {"id": "sample", "source": "sample", "name": "Sample <b>tune</b>", "tempo_bpm": 120}
    return {
        "revision": revision,
        "tempo_bpm": 120,
        "metre": "4/4",
        "metronome": True,
        "count_in": True,
        "quantise": "off",
        "octave": 4,
        "program": 0,
        "takes": [{**take, "metre": "4/4", "metronome": True, "notes": notes}],
        "trim": None,
    }


def page() -> None:
    from studio.ui.components import show_keyboard

    st.set_page_config(layout="wide")

    def received() -> None:
        st.session_state["performance"] = st.session_state["keys"].performance
        st.session_state["messages"] = st.session_state.get("messages", 0) + 1

    known = st.session_state.get("performance")
    if st.button("Push a sample"):
        known = sample_performance((known or {"revision": 0})["revision"] + 1)
        st.session_state["performance"] = known
    visitor = st.query_params.get("visitor", "")
    show_keyboard(
        key="keys",
        performance=known,
        sprite={
            "url": f"/sprite.wav?visitor={visitor}",
            "program": 0,
            "seconds_per_note": SECONDS_PER_NOTE,
            "pitches": PITCHES,
        },
        instruments=[{"program": 0, "name": "Grand piano"}, {"program": 40, "name": "Violin"}],
        storage_key="test",
        on_change=received,
    )
    st.text_input("Title")
    st.text(json.dumps(st.session_state.get("performance")), help=None)
    st.text(f"messages: {st.session_state.get('messages', 0)}")


if __name__ == "__main__":
    page()
else:
    app = st.App(
        Path(__file__),
        routes=[
            Route("/sprite.wav", sprite),
            Mount("/components", StaticFiles(directory=ROOT / "studio" / "ui" / "components")),
        ],
        middleware=[Middleware(Policy)],
    )
