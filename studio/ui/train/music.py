"""The music to learn from: which sets there are and what the data doctor says of one."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.catalog import Card
from studio.corpus.diagnosis import select
from studio.corpus.sets import (
    DIAGNOSIS,
    MusicSet,
    add_files,
    add_upload,
    find_set,
    sets,
    sets_folder,
)
from studio.corpus.sources import Source
from studio.corpus.sources import sources as all_sources
from studio.ground.errors import TuttiError
from studio.jobs.reading import DIAGNOSE, GATHER, DiagnoseRequest, GatherRequest
from studio.queue import Job, JsonObject
from studio.ui import house
from studio.ui.train import draft


@dataclass(frozen=True, slots=True)
class Selection:
    """A set with its diagnosis, and the names of the songs that the filters let through."""

    music: MusicSet
    diagnosis: JsonObject
    names: Sequence[str]

    @property
    def songs(self) -> list[JsonObject]:
        """Those songs, as the data doctor saw them."""
        names = set(self.names)
        return [song for song in self.diagnosis["kept"] if song["name"] in names]

    @property
    def windows(self) -> int:
        """How many windows of eight bars those songs give."""
        return sum(song["windows"] for song in self.songs)

    @property
    def only(self) -> list[str] | None:
        """Those songs where they are not all."""
        return None if len(self.names) == len(self.diagnosis["kept"]) else list(self.names)


def folder() -> Path:
    """Where all sets lie."""
    return sets_folder(house.settings().data_dir)


def there() -> list[MusicSet]:
    """The sets that are there."""
    return sets(folder())


def sources() -> dict[str, Source]:
    """What can be made a set: `builtin:KEY` and `public:KEY`, without what is a set already."""
    have = {f"{music.kind}:{music.key}" for music in there()}
    return {name: source for name, source in all_sources().items() if name not in have}


def chosen_set() -> MusicSet | None:
    """The set of the draft, where it is there still."""
    wanted = draft.draft().set
    if wanted is None:
        return None
    try:
        return find_set(folder(), wanted)
    except TuttiError:
        return None


def upload(files: Sequence[tuple[str, bytes]]) -> MusicSet:
    """A new set of one zip or of some MIDI files; raises BadMidi."""
    first = Path(files[0][0])
    if len(files) == 1 and first.suffix.lower() == ".zip":
        return add_upload(folder(), io.BytesIO(files[0][1]), first.stem)
    name = first.stem if len(files) == 1 else f"{first.stem} and {len(files) - 1} more"
    return add_files(folder(), files, name)


def gather(source: str) -> None:
    """Asks for music that is not there yet."""
    kind, _, key = source.partition(":")
    with draft.PROBLEM.catch():
        job = house.store().submit(GATHER, GatherRequest(kind, key).to_json(), house.owner())
        draft.change(gather=job)


def base_card() -> Card | None:
    """The card of the model that training is to go on from, where one is chosen."""
    wanted = draft.draft().base
    return house.model(wanted) if wanted else None


def wanted_layout(music: MusicSet) -> str | None:
    """How the songs are to be laid out: as the model has it that training goes on from, else as was
    chosen, else as the set says; None finds out."""
    base = base_card()
    return base.layout if base else draft.draft().layout or music.layout or None


def diagnosis(music: MusicSet) -> JsonObject | Job:
    """What the data doctor says of a set, or the job that finds out (it may have failed)."""
    layout = wanted_layout(music)
    asked = draft.draft().diagnosis
    same = asked and (asked["set"], asked["layout"]) == (music.id, layout)
    if asked and same and (job := house.job(asked["job"])):
        return job.result if job.state == "done" and job.result else job
    known = _written(music.id)
    if known is not None and layout in (None, known["layout"]):
        return known
    request = DiagnoseRequest(music.id, layout)
    job_id = house.store().submit(DIAGNOSE, request.to_json(), house.owner())
    draft.change(diagnosis={"set": music.id, "layout": layout, "job": job_id})
    return house.store().get(job_id, house.owner())


def windows_of(set_id: str, only: Sequence[str] | None = None) -> int:
    """How many windows a set holds, or only some of its songs; 0 where nobody knows yet."""
    kept = (_written(set_id) or {"kept": []})["kept"]
    return sum(song["windows"] for song in kept if only is None or song["name"] in only)


def choose(music: MusicSet, known: JsonObject) -> Selection:
    """The set as the draft's filters let it through."""
    values = draft.draft()
    names = select(known, values.filters)
    only = set(names if values.only is None else values.only)
    return Selection(music, known, [name for name in names if name in only])


def _written(set_id: str) -> JsonObject | None:
    try:
        known = json.loads((folder() / set_id / DIAGNOSIS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return known if isinstance(known, dict) else None
