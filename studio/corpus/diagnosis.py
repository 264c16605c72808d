"""The data doctor: what a set of music holds for training, before anything trains, as plain JSON.

It is what `tutti check` says (`studio.corpus.report`), with the band that the songs make. The pages
read it without torch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from studio.corpus.bands_of import Played, parts_of
from studio.corpus.report import Report, check, layout_like, text
from studio.corpus.sets import layout_of

__all__ = [
    "as_json", "check", "diagnose", "layout_like", "narrowed", "select", "text",
]  # fmt: skip


def diagnose(zip_path: Path, layout: str | None = None) -> dict[str, Any]:
    """What is kept and what is refused and why, JSON-ready.

    {"layout", "parts": [{"name", "program", "voices", "low", "high", "velocity", "is_drum",
    "accents"}], "kept": [{"name", "title", "bars", "windows", "tempo_bpm", "metre", "key",
    "instruments", "composer", "genre", "notes", "band"}], "refused": [{"name", "reason"}],
    "windows"}.

    Without a layout that of the set is taken, where it has one, else the one that keeps most.
    Raises BadMidi and BadKnob as `studio.corpus.report.check`.
    """
    return as_json(check(zip_path, layout or layout_of(zip_path)))


def as_json(report: Report) -> dict[str, Any]:
    """A report as `diagnose` gives it."""
    kept = [asdict(song) for song in report.kept]
    refused = [asdict(refusal) for refusal in report.refused]
    return _whole(report.layout, _plain(kept), refused)


def narrowed(diagnosis: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The diagnosis of these kept songs alone: their windows, the band that they make."""
    wanted = set(names)
    kept = [song for song in diagnosis["kept"] if song["name"] in wanted]
    return _whole(diagnosis["layout"], kept, diagnosis["refused"])


def select(diagnosis: Mapping[str, Any], filters: Mapping[str, Sequence[Any]]) -> list[str]:
    """Names of the kept songs that pass all filters: {"genre", "composer", "metre", "key",
    "instrument": any of these; "tempo_bpm": [low, high]}. A filter that is absent or empty lets all
    through."""
    tests = [_test(name, wanted) for name, wanted in filters.items() if wanted and name in _VALUES]
    return [song["name"] for song in diagnosis["kept"] if all(test(song) for test in tests)]


_VALUES: dict[str, Callable[[Mapping[str, Any]], Sequence[Any]]] = {
    "genre": lambda song: [song["genre"]],
    "composer": lambda song: [song["composer"]],
    "metre": lambda song: [song["metre"]],
    "key": lambda song: [song["key"]],
    "instrument": lambda song: song["instruments"],
    "tempo_bpm": lambda song: [song["tempo_bpm"]],
}


def _test(name: str, wanted: Sequence[Any]) -> Callable[[Mapping[str, Any]], bool]:
    value = _VALUES[name]
    if name == "tempo_bpm":
        low, high = wanted
        return lambda song: bool(low <= value(song)[0] <= high)
    return lambda song: not set(wanted).isdisjoint(value(song))


def _whole(
    layout: str, kept: list[dict[str, Any]], refused: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    bands = [[Played(**part) for part in song["band"]] for song in kept]
    return {
        "layout": layout,
        "parts": _plain([asdict(part) for part in parts_of(layout, bands)]),
        "kept": kept,
        "refused": list(refused),
        "windows": sum(song["windows"] for song in kept),
    }


def _plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with lists for tuples, as JSON gives them back."""
    plain: list[dict[str, Any]] = json.loads(json.dumps(rows))
    return plain
