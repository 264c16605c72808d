"""The data doctor: what a set of music holds for training, before anything trains, as plain JSON.

It is what `tutti check` says (`studio.corpus.report`), with the band that the songs make. The pages
read it without torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from studio.corpus.bands_of import PartUse, parts_of
from studio.corpus.report import Report, check, layout_like, text
from studio.corpus.sets import layout_of
from studio.music.instruments import Part

__all__ = [
    "as_json", "check", "diagnose", "layout_like", "narrowed", "select", "text",
]  # fmt: skip

Json = dict[str, Any]
_FILTERS = ("genre", "composer", "metre", "key", "instrument", "tempo_bpm")


def diagnose(zip_path: Path, layout: str | None = None) -> Json:
    """What is kept and what is refused and why, JSON-ready.

    {"layout", "parts": [{"name", "program", "voices", "low", "high", "velocity", "is_drum",
    "accents"}], "kept": [{"name", "title", "bars", "windows", "tempo_bpm", "metre", "key",
    "instruments", "composer", "genre", "notes", "band"}], "refused": [{"name", "reason"}],
    "windows"}.

    Without a layout that of the set is taken, where it has one, else the one that keeps most.
    Raises BadMidi and BadKnob as `studio.corpus.report.check`.
    """
    return as_json(check(zip_path, layout or layout_of(zip_path)))


def as_json(report: Report) -> Json:
    """A report as `diagnose` gives it."""
    told: Json = TypeAdapter(Report).dump_python(report, mode="json")
    return _whole(report.layout, told["kept"], told["refused"])


def narrowed(diagnosis: Json, names: Sequence[str]) -> Json:
    """The diagnosis of these kept songs alone: their windows, the band that they make."""
    wanted = set(names)
    kept = [song for song in diagnosis["kept"] if song["name"] in wanted]
    return _whole(diagnosis["layout"], kept, diagnosis["refused"])


def select(diagnosis: Json, filters: Mapping[str, Sequence[Any]]) -> list[str]:
    """Names of the kept songs that pass all filters: {"genre", "composer", "metre", "key",
    "instrument": any of these; "tempo_bpm": [low, high]}. A filter that is absent or empty lets all
    through."""
    set_ones = [(name, filters[name]) for name in _FILTERS if filters.get(name)]
    return [
        song["name"]
        for song in diagnosis["kept"]
        if all(_passes(song, name, wanted) for name, wanted in set_ones)
    ]


def _passes(song: Json, name: str, wanted: Sequence[Any]) -> bool:
    if name == "tempo_bpm":
        low, high = wanted
        return bool(low <= song[name] <= high)
    own = song["instruments"] if name == "instrument" else [song[name]]
    return not set(wanted).isdisjoint(own)


def _whole(layout: str, kept: Sequence[Json], refused: Sequence[Json]) -> Json:
    bands = [[PartUse(**part) for part in song["band"]] for song in kept]
    parts = TypeAdapter(tuple[Part, ...]).dump_python(parts_of(layout, bands), mode="json")
    return {
        "layout": layout,
        "parts": parts,
        "kept": list(kept),
        "refused": list(refused),
        "windows": sum(song["windows"] for song in kept),
    }
