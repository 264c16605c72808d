"""What the old store and library say when they are opened, as plain JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import doors
from golden_music import digest, digest_of, notes_of
from old_files import NAMES, data_folder

Told = dict[str, Any]
OWNERS = ("owner", "other")


def told_jobs() -> Told:
    """Every job with what it was asked, what it said and what came of it."""
    result: Told = {}
    with data_folder() as folder:
        store = doors.open_store(folder)
        for owner in OWNERS:
            jobs = store.jobs(NAMES[owner])
            result[owner] = [
                {
                    "job": [job.id, job.kind, job.state, job.attempt, store.place(job.id)],
                    "asked": digest_of(job.payload),
                    "result": digest_of(job.result),
                    "error": job.error,
                    "said": [[event.kind, event.sequence] for event in store.events(job.id)],
                    "events": digest_of([event.data for event in store.events(job.id)]),
                    "takes": _takes(folder, job.id),
                    "file": _file(folder, job),
                }
                for job in jobs
            ]
        store.close()
    return result


def told_drafts() -> Told:
    """What pages keep, the melody on the keyboard, and the tally of the ear test."""
    with data_folder() as folder:
        store = doors.open_store(folder)
        drafts = {name: store.load_draft(NAMES["owner"], name) for name in _DRAFTS}
        compose = drafts["compose"]
        assert compose is not None
        melody = doors.from_performance(compose.data["performance"])
        takes = compose.data["performance"]["takes"]
        free = doors.from_performance({**compose.data["performance"], "takes": takes[:1]})
        result: Told = {
            name: [draft.revision, digest_of(draft.data)] if draft else None
            for name, draft in drafts.items()
        }
        result["melody"] = [digest_of(notes_of(melody.score)), list(melody.report)]
        result["free"] = [digest_of(notes_of(free.score)), free.score.tempo_bpm]
        result["votes"] = dict(doors.ratings(store))
        store.close()
    return result


def told_library() -> Told:
    """Every piece with its versions, and what each of them holds."""
    with data_folder() as folder:
        store = doors.open_store(folder)
        library = doors.Library(store)
        result: Told = {}
        for owner in OWNERS:
            owned = library.pieces(NAMES[owner])
            deleted = library.pieces(NAMES[owner], deleted=True)
            result[owner] = [_piece(library, piece) for piece in (*owned, *deleted)]
        found = library.pieces(NAMES["owner"], search="KANON frère")
        result["found"] = [piece.id for piece in found]
        store.close()
    return result


def _piece(library: Any, piece: Any) -> Told:
    facts = asdict(piece)
    versions = library.versions(piece.id)
    return {
        "piece": {name: facts[name] for name in _PIECE},
        "deleted": piece.deleted_at is not None,
        "versions": [
            {**{k: v for k, v in asdict(one).items() if k not in ("at", "piece")}}
            | _opened(library, piece.id, one.id)
            for one in versions
        ],
    }


def _opened(library: Any, piece: str, version: str) -> Told:
    work = library.opened(piece, version)
    return {
        "title": work.score.title,
        "score": digest_of(notes_of(work.score)),
        "recipe": digest_of(work.recipe),
        "facts": digest_of(work.facts),
        "midi": digest(doors.write_midi(work.score)),
    }


def _takes(folder: Path, job_id: str) -> list[str]:
    """The pieces that a job wrote, take by take."""
    result = []
    for take in range(1, 5):
        place = doors.take_folder(folder, job_id, take)
        if place.exists():
            result.append(digest_of(notes_of(doors.score_in(place))))
    return result


def _file(folder: Path, job: Any) -> list[str] | None:
    """The file that was taken home."""
    if job.kind != "take_home":
        return None
    path = doors.find_file(folder, job.id, job.result)
    assert path is not None
    return [path.name, digest(path.read_bytes())]


_DRAFTS = ("compose", "train", "models", "nothing")
_PIECE = ("id", "name", "tags", "favourite", "head", "revision", "mix", "locks")

TELLERS: dict[str, Callable[[], Told]] = {
    "jobs": told_jobs,
    "drafts": told_drafts,
    "library": told_library,
}
