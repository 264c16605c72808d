"""How large a score may be that is drawn."""

from __future__ import annotations

from studio.ground.errors import BadScore
from studio.music.score import Score

MAX_PARTS = 128
MAX_NOTES = 100_000
MAX_BARS = 1_000


def check_size(score: Score) -> None:
    """Raises BadScore for a score that no picture could show."""
    too_many = len(score.tracks) > MAX_PARTS or score.note_count > MAX_NOTES
    if too_many or score.bars > MAX_BARS or len(score.chords) > MAX_NOTES:
        raise BadScore("This piece is too large for a picture: take it home as MIDI.")
