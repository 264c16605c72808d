"""A reading reduced to its words; its payload says what comes of it."""

from __future__ import annotations

import json
import os
import sys
import threading
import time

from studio.ground.errors import BadMidi
from studio.jobs.reading_child import _teller
from studio.queue.records import JsonObject
from studio.queue.speaking import Say, speak


def read(payload: JsonObject, say: Say) -> JsonObject:
    if payload["key"] == "bad":
        raise BadMidi("This is no music: add MIDI files.")
    if payload["key"] == "crash":
        os._exit(7)
    say("pid", {"pid": os.getpid()})
    if payload["key"] == "long":
        time.sleep(600)
    tell = _teller(say)
    for step in range(1000):
        tell("Reading", step / 1000)
    tell("Packing", 1.0)
    threading.Event().wait(0)
    return {"set": "abc"}


if __name__ == "__main__":
    print("a library greets the world as it is imported", flush=True)
    speak(lambda _asked, say: read(json.loads(sys.argv[3]), say), int(sys.argv[4]))
