"""The process that reads music: gathers a set, or looks one through.

    python -m studio.jobs.reading_child DATA_DIR KIND PAYLOAD PARENT_PID

It never loads torch.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from studio.corpus import sources
from studio.corpus.diagnosis import diagnose
from studio.corpus.sets import DIAGNOSIS, music_of, sets_folder
from studio.ground import files
from studio.jobs.reading import GATHER, DiagnoseRequest, GatherRequest
from studio.queue import JsonObject, speak

Say = Callable[[str, JsonObject], None]

TELL_SECONDS = 0.2  # no page looks more often


def gather(data_dir: Path, request: GatherRequest, say: Say) -> JsonObject:
    """Says its stages; returns {"set": id}. Raises what the gatherer raises, BadKnob for a source
    there is not."""
    made = sources.gather(sets_folder(data_dir), f"{request.source}:{request.key}", _teller(say))
    return {"set": made.id}


def look(data_dir: Path, request: DiagnoseRequest, say: Say) -> JsonObject:
    """Returns the diagnosis, which is kept with the set; raises BadMidi where there is no set."""
    music = music_of(sets_folder(data_dir), request.set)
    say("stage", {"text": "Reading every song", "share": 0.1})
    found = diagnose(music, request.layout)
    text = json.dumps(found, ensure_ascii=False) + "\n"
    files.write_whole(music.parent / DIAGNOSIS, text, durable=True)
    return found


def _teller(say: Say) -> Callable[[str, float], None]:
    told_at, told = 0.0, ""

    def tell(text: str, share: float) -> None:
        nonlocal told_at, told
        now = time.monotonic()
        if text != told or now > told_at + TELL_SECONDS:
            told_at, told = now, text
            say("stage", {"text": text, "share": share})

    return tell


def _read(data_dir: Path, kind: str, payload: JsonObject, say: Say) -> JsonObject:
    if kind == GATHER:
        return gather(data_dir, GatherRequest.from_json(payload), say)
    return look(data_dir, DiagnoseRequest.from_json(payload), say)


if __name__ == "__main__":
    folder, kind, payload, parent_pid = sys.argv[1:]
    speak(lambda _asked, say: _read(Path(folder), kind, json.loads(payload), say), int(parent_pid))
