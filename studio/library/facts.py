"""What a page says about a piece: facts beside the thing they are about."""

from __future__ import annotations

from dataclasses import asdict

from studio.composing import Composition
from studio.music.harmony import chords_text, write_chords
from studio.music.score import Score, playing
from studio.queue import JsonObject


def band_facts(piece: Composition) -> JsonObject:
    """The facts of a band that was just composed. How a part plays that something was asked of is
    measured in all bars that were written."""
    wishes = piece.recipe.parts
    asked = [
        {"name": track.name, "asked": wished}
        for track in piece.score.tracks[1:]
        if (wished := {name: value for name, value in wishes.get(track.name, {}).items() if value})
    ]
    known = {
        "written": piece.recipe.bars,
        "device": piece.device,
        "seconds": round(piece.seconds, 3),
        "asked": asked,
        "nearest": asdict(piece.nearest) if piece.nearest else None,
        "report": list(piece.report),
    }
    chords = write_chords(piece.plan, piece.score.metre)
    return {**facts_of(piece.score, piece.recipe.to_json(), known), "chords": chords}


def facts_of(score: Score, recipe: JsonObject, before: JsonObject | None = None) -> JsonObject:
    """The facts of a score; what only the composing knew (device, seconds, how much was written,
    what was asked of parts) is taken over from those `before`."""
    before = before or {}
    written = before.get("written") or score.bars
    return {
        "nearest": None,
        **before,
        "title": score.title,
        "bars": score.bars,
        "written": written,
        "key": score.key,
        "chords": chords_text(score, _by_the_beat(score)),
        "tempo_bpm": score.tempo_bpm,
        "metre": str(score.metre),
        "model": recipe.get("model"),
        "seed": _newest_seed(recipe),
        "chain": _chain(recipe),
        "parts": [
            {
                "name": track.name,
                "program": track.program,
                "is_drum": track.is_drum,
                "notes": len(track.notes),
            }
            for track in score.tracks
        ],
        "asked": _measured(score, before.get("asked") or [], written),
    }


def _chain(recipe: JsonObject) -> str | None:
    """How the melody came to be, in words; None where it was just played."""
    told = recipe.get("chain")
    text = told.get("text") if isinstance(told, dict) else None
    return text if isinstance(text, str) else None


def _newest_seed(recipe: JsonObject) -> object:
    """That of the bars that were written last, as far as a recipe of any Tutti tells."""
    edits = [each.get("rewrite", each) for each in recipe.get("edits", ())]
    asked = [each for each in edits if "seed" in each]
    return [recipe, *recipe.get("rewrites", ()), *asked][-1].get("seed")


def _measured(score: Score, rows: list[JsonObject], written: int) -> list[JsonObject]:
    """What parts were asked for, beside how they play now."""
    tracks = {track.name: track for track in score.tracks[1:]}
    bars = range(written)
    return [
        {**row, "got": asdict(playing(tracks[row["name"]], bars, score.metre.bar_ticks))}
        for row in rows
        if row.get("name") in tracks
    ]


def _by_the_beat(score: Score) -> bool:
    """Whether some chord begins elsewhere than at half a bar."""
    half = max(score.metre.bar_ticks // 2, 1)
    return any(mark.start_tick % half for mark in score.chords)
