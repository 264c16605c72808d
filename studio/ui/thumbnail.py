"""A piece at a glance: a roll the size of a stamp, for a card or a row."""

from __future__ import annotations

from studio.music.score import Score
from studio.pictures import part_colour

_WIDTH, _HEIGHT, _GAP = 240, 72, 3
_STROKE = 2  # pixels high


def roll_thumbnail(score: Score) -> str:
    """The whole score as an SVG without texts. Strokes lie on whole pixels, so that there are never
    more than pixels."""
    lanes = [(index, track) for index, track in enumerate(score.tracks) if track.notes]
    ticks = max(score.bars, 1) * score.metre.bar_ticks
    high = (_HEIGHT - _GAP * (len(lanes) + 1)) / max(len(lanes), 1)
    paths = []
    for lane, (index, track) in enumerate(lanes):
        top = _GAP + lane * (high + _GAP)
        low = min(note.pitch for note in track.notes)
        span = max(max(note.pitch for note in track.notes) - low, 1)
        room = max(high - _STROKE, 0)
        strokes = {
            (
                note.start_tick * _WIDTH // ticks,
                round(top + room * (1 - (note.pitch - low) / span)),
                max(note.duration_ticks * _WIDTH // ticks, 1),
            )
            for note in track.notes
        }
        drawn = "".join(f"M{x} {y}h{wide}" for x, y, wide in sorted(strokes))
        paths.append(f'<path d="{drawn}" stroke="{part_colour(index)}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" '
        f'preserveAspectRatio="none" fill="none" stroke-width="{_STROKE}">{"".join(paths)}</svg>'
    )
