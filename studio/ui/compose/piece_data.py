"""What the arranger is shown of a piece, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from studio.music.instruments import KEYBOARD, PROGRAMS, instrument_name
from studio.music.score import TICKS_PER_BEAT, Score
from studio.pictures import part_colour
from studio.queue import JsonObject
from studio.techniques import techniques
from studio.ui.compose.bands import bands, left_out
from studio.ui.compose.form_data import form_data
from studio.ui.compose.work import Work
from studio.ui.desk import MELODY, sprite
from studio.ui.library import part_sounds

_SHEET_BARS = 8  # of a page on which nothing is written yet


def arrangement(
    work: Work,
    stems: Sequence[str],
    done: int,
    asked: JsonObject | None = None,
    attention: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The piece for the component; `stems` are names, one a part, `done` the last message dealt
    with, `asked` what a worker is making of it just now, None while it can be asked for more;
    `attention` what a model looked at as it wrote a note, see `studio.ui.components.arranger`."""
    score, piece, version = work.opened.score, work.piece, work.opened.version
    written = bool(work.opened.recipe.get("model")) and len(score.tracks) > 1
    tells, free = can_tell(work.opened.recipe), asked is None
    chords, form = (asked or {}).get("chords"), form_data(work.opened.recipe, asked or {})
    return {
        **_grid(score, max(score.bars, 1)),
        "piece": piece.id,
        "version": version.id,
        "take": work.take,
        "revision": piece.revision,
        "title": piece.name,
        "change": version.text if version.is_of_bars else "",
        "parts": [
            {**part, "locked": part["name"] in piece.locks, "stem": part_sounds.address(stem)}
            for part, stem in zip(_parts(score), stems, strict=True)
        ],
        "chords": list(chords or [[mark.start_tick, mark.symbol] for mark in score.chords]),
        "form": form,
        "mix": piece.mix,
        "loudness": part_sounds.loudness(stems),
        "takes": bands(work),
        "left_out": left_out(work),
        "can": {
            "regenerate": written and free,
            "rhythm": len(score.tracks) > 1 and free,
            "chords": written and free,
            "form": free,
            **{what: can and written and free for what, can in tells.items()},
        },
        "instruments": list(enumerate(PROGRAMS)),
        "done": done,
        "attention": attention,
    }


def of_melody(melody: Score, take: int, revision: int, done: int) -> dict[str, Any]:
    """A melody that has no band yet, as a piece of one part that the browser plays itself, with a
    bar to go on in; another tune is another `take`."""
    return {
        **_grid(melody, min(max(melody.bars + 1, _SHEET_BARS), max(melody.most_bars, melody.bars))),
        "piece": MELODY,
        "take": take,
        "revision": revision,
        "title": melody.title or "Your melody",
        "rendered": False,
        "parts": _parts(melody),
        "instruments": sorted(KEYBOARD.items()),
        "done": done,
    }


def can_tell(recipe: Mapping[str, Any]) -> dict[str, bool]:
    """Whether the model that wrote a piece can tell what it thought of a note, and how it wrote the
    piece: one that draws all notes at once has nothing to tell."""
    kind = techniques()[0].get(str(recipe.get("technique")))
    return {
        "think": kind is not None and kind.can("think"),
        "retrace": kind is not None and kind.can("retrace"),
    }


def _grid(score: Score, bars: int) -> dict[str, Any]:
    return {
        "bars": bars,
        "metre": str(score.metre),
        "bar_ticks": score.metre.bar_ticks,
        "ticks_per_beat": TICKS_PER_BEAT,
        "tempo_bpm": score.tempo_bpm,
        "tempos": [list(mark) for mark in score.tempos],
    }


def _parts(score: Score) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "instrument": instrument_name(track.program, track.is_drum),
            "program": track.program,
            "colour": part_colour(index),
            "is_drum": track.is_drum,
            "sprite": None if track.is_drum else sprite(track.program),
            "notes": [n.row for n in track.notes],
        }
        for index, (name, track) in enumerate(zip(score.part_names, score.tracks, strict=True))
    ]
