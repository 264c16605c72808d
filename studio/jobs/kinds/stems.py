"""The stems job: the sound of each part of a version, rendered once for all pieces that have it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.ground.payload import Payload
from studio.jobs.tools import Tools
from studio.library import Library
from studio.queue import Context, JsonObject, Store
from studio.sound import StemStore

KIND, FOLDER = "stems", "stems"


@dataclass(frozen=True, slots=True)
class Request(Payload):
    """The version whose stems are wanted; `sound` names what plays, engine and soundfont."""

    piece: str
    version: str
    sound: str


def stem_store(data_dir: Path) -> StemStore:
    """Where the stems of a data folder lie."""
    return StemStore(data_dir / FOLDER)


def want_stems(store: Store, owner: str, request: Request) -> str:
    """The id of the job that renders a version's stems, submitted unless it is there; one that
    renders those of an earlier version of the piece is cancelled. Raises JobError."""
    for job in store.jobs(owner, ("queued", "running")):
        if job.kind != KIND or job.payload["piece"] != request.piece:
            continue
        if job.payload == request.to_json() and not job.cancel_requested:
            return job.id
        store.cancel(job.id)
    return store.submit(KIND, request.to_json(), owner)


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """Renders what is not there yet: `stem` {"part", "name"} for each part as it is. The result has
    their names in order, and how many were `rendered`.

    Raises BadScore where the version is damaged, SoundError where it is over 20 minutes long or the
    disk is full.
    """
    with Library.in_folder(context.data_dir) as library:
        score = library.opened(request.piece, request.version, context.job.owner).score
    stems = stem_store(context.data_dir)
    names = stems.names(score, request.sound)
    context.check()
    rendered = 0
    parts = zip(score.part_names, names, stems.render(score, names, tools.synth), strict=True)
    for part, name, fresh in parts:
        rendered += fresh
        context.emit("stem", {"part": part, "name": name})
    stems.mix(score, names)
    if rendered:
        stems.forget()
    return {"stems": list(names), "rendered": rendered}
