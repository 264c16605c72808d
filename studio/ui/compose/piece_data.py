"""What the arranger is shown of a piece, as JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from studio.music.instruments import PROGRAMS, instrument_name
from studio.music.score import TICKS_PER_BEAT, Score
from studio.pictures import part_colour
from studio.techniques import techniques
from studio.ui.compose.work import Work, roots_of
from studio.ui.library import part_sounds


def arrangement(
    work: Work,
    stems: Sequence[str],
    done: int,
    free: bool,
    chords: Sequence[Any] | None = None,
    attention: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The piece for the component; `stems` are names, one a part, `done` the last message dealt
    with, `free` whether bars can be asked for now; `chords` are those that are being played in
    just now, in place of the score's; `attention` what a model looked at as it wrote a note, see
    `studio.ui.components.arranger`."""
    score, piece = work.opened.score, work.piece
    written = bool(work.opened.recipe.get("model")) and len(score.tracks) > 1
    thinks = written and can_think(work.opened.recipe)
    return {
        "piece": piece.id,
        "take": work.take,
        "revision": piece.revision,
        "title": piece.name,
        "bars": max(score.bars, 1),
        "metre": str(score.metre),
        "bar_ticks": score.metre.bar_ticks,
        "ticks_per_beat": TICKS_PER_BEAT,
        "tempo_bpm": score.tempo_bpm,
        "tempos": [list(mark) for mark in score.tempos],
        "parts": _parts(score, stems, piece.locks),
        "chords": list(chords or [[mark.start_tick, mark.symbol] for mark in score.chords]),
        "mix": piece.mix,
        "loudness": part_sounds.loudness(stems),
        "takes": [
            {"take": number, "label": root.label}
            for number, root in enumerate(roots_of(work.history), 1)
        ],
        "can": {
            "regenerate": written and free,
            "chords": written and free,
            "think": thinks and free,
        },
        "instruments": list(enumerate(PROGRAMS)),
        "done": done,
        "attention": attention,
    }


def can_think(recipe: Mapping[str, Any]) -> bool:
    """Whether the model that wrote a piece can tell what it thought: one that draws all notes at
    once has nothing to tell of one of them."""
    kind = techniques()[0].get(str(recipe.get("technique")))
    return kind is not None and kind.can("think")


def _parts(score: Score, stems: Sequence[str], locks: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "instrument": instrument_name(track.program, track.is_drum),
            "program": track.program,
            "colour": part_colour(index),
            "is_drum": track.is_drum,
            "locked": name in locks,
            "notes": [n.row for n in track.notes],
            "stem": f"/stems/{stem}.ogg",
        }
        for index, (name, track, stem) in enumerate(
            zip(score.part_names, score.tracks, stems, strict=True)
        )
    ]
