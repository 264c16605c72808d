"""What was asked of a part, measured on music that anyone can count."""

from __future__ import annotations

from helpers import BEAT, line

from studio.music.score import Metre, Note, Playing, Track, playing

BAR = 4 * BEAT
CHORDS = tuple(Note(beat * BEAT, pitch, BEAT) for beat in (0, 2) for pitch in (60, 64, 67))


def test_density_register_and_polyphony_are_means() -> None:
    track = Track("Keys", CHORDS)
    assert playing(track, range(1), BAR) == Playing(6.0, 191 / 3, 3.0)
    assert playing(track, range(2), BAR).density == 3.0  # an empty bar counts
    assert playing(Track("Bass", line([36, 43, 36, 43])), range(1), BAR) == Playing(4, 39.5, 1.0)


def test_density_is_of_four_quarters_whatever_the_metre() -> None:
    waltz = Metre(3, 4).bar_ticks
    assert playing(Track("Bass", line([36] * 6)), range(2), waltz).density == 4.0


def test_only_the_bars_that_are_meant_count() -> None:
    track = Track("Bass", (Note(0, 36, 2 * BAR), *(Note(BAR + i * BEAT, 48, 1) for i in range(4))))
    assert playing(track, {1}, BAR) == Playing(4.0, 48.0, 1.0)


def test_drums_have_no_register_and_silence_has_nothing() -> None:
    drums = Track("Drums", CHORDS, is_drum=True)
    assert playing(drums, range(1), BAR) == Playing(6.0, None, None)
    assert playing(Track("Keys"), range(4), BAR) == Playing(0.0, None, None)
    assert playing(Track("Keys", CHORDS), (), BAR) == Playing(0.0, None, None)
