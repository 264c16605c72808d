"""Tutti: you play the melody, Tutti plays everything else.

    import studio
    piece = studio.compose("tune.mid", model="pop-gan", seed=7)
    piece.save_midi("band.mid")
    piece.save_wav("band.wav")

Heavy libraries are loaded by the functions that need them, so that importing this is quick.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.catalog import Card
    from studio.composing import Composition
    from studio.measures.copies import Nearest
    from studio.score import Score

__version__ = "0.1.0"
__all__ = ["Piece", "compose", "models", "plans", "read_melody", "render", "replay"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A composed piece, as `compose` returns it; `report` says what the import changed."""

    composition: Composition
    report: tuple[str, ...] = ()

    @property
    def score(self) -> Score:
        """Melody first, then the band."""
        return self.composition.score

    @property
    def nearest(self) -> Nearest | None:
        """The training passage that the band is most like, with its likeness 0-1; see
        `Composition`."""
        return self.composition.nearest

    def save_midi(self, path: str | Path) -> None:
        """Writes the piece as a type 1 MIDI file."""
        Path(path).write_bytes(self.composition.midi)

    def save_wav(self, path: str | Path) -> None:
        """Renders the piece to a 44.1 kHz stereo WAV; raises SoundError where it cannot."""
        render(self.score, path)

    def save_recipe(self, path: str | Path) -> None:
        """Writes what gives this piece again: melody, model, knobs and seed, as JSON."""
        text = json.dumps(self.composition.recipe, indent=2, ensure_ascii=False)
        Path(path).write_text(text + "\n", encoding="utf-8")


def compose(
    melody: str | Path | Score,
    /,
    model: str = "pop-gan",
    seed: int = 0,
    device: str | None = None,
    track: int | None = None,
    chords: str = "",
    chord_risk: float = 0.0,
    **knobs: float,
) -> Piece:
    """Adds a band to a melody: a MIDI file's path, or a score of one track.

    `track` chooses the file's melody track from 0; None takes the likeliest. `chords` fixes some or
    all of them, a bar between strokes (`C | F G | ? | C`); `chord_risk` 0-1 says how freely the
    others are chosen. `knobs` are those of the model's technique, such as `creative_risk=1.2`.
    Raises a TuttiError with one sentence.
    """
    from studio.score import Score

    report: tuple[str, ...] = ()
    if isinstance(melody, Score):
        score = melody
    else:
        score, report = read_melody(melody, track)
    from studio.catalog import find
    from studio.composing import compose as compose_with
    from studio.composing import load_band
    from studio.settings import Settings

    settings = Settings()
    band = load_band(find(model, settings.model_folders), device or settings.device)
    return Piece(compose_with(band, score, seed, knobs, chords, chord_risk), report)


def plans(
    melody: str | Path | Score, /, model: str = "pop-gan", seed: int = 0, track: int | None = None
) -> list[str]:
    """Chord plans to choose from, the likeliest first: give one to `compose` as `chords`.

    Raises a TuttiError with one sentence.
    """
    from studio.catalog import find, read_card
    from studio.composing import planner
    from studio.leadsheet import write_chords
    from studio.planning import check, hear, plans_for
    from studio.score import Score
    from studio.settings import Settings

    score = melody if isinstance(melody, Score) else read_melody(melody, track)[0]
    check(score, seed)
    card = read_card(find(model, Settings().model_folders))
    found = plans_for(planner(), card, hear(score), seed=seed)
    return [write_chords(plan, score.metre) for plan in found]


def replay(recipe: str | Path, /, device: str | None = None) -> Piece:
    """The piece that a `recipe.json` describes, byte for byte on the machine that made it.

    Raises BadScore where the file is no recipe, BadModel where its model is gone.
    """
    from studio.composing import read_recipe
    from studio.errors import BadScore

    try:
        text = Path(recipe).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        name = Path(recipe).name
        raise BadScore(f"{name} cannot be opened: check its name and place.") from error
    order = read_recipe(text)
    return compose(
        order.melody,
        order.model,
        order.seed,
        device,
        chords=order.chords,
        chord_risk=order.chord_risk,
        **order.knobs,
    )


def read_melody(path: str | Path, track: int | None = None) -> tuple[Score, tuple[str, ...]]:
    """The melody of a MIDI file and the import report; raises BadMidi where there is none."""
    from studio import midi
    from studio.melody import from_file

    melody = from_file(midi.read_path(Path(path)), track)
    return melody.score, melody.report


def render(
    score: Score, path: str | Path, stems: str | Path | None = None, soundfont: str | None = None
) -> str:
    """Renders a score to a WAV file, and its parts to the folder `stems` if given; returns what
    played it. Raises SoundError."""
    from studio.settings import Settings
    from studio.sound.stems import write_mix, write_stems
    from studio.sound.synth import open_synth

    settings = Settings()
    with open_synth(settings.soundfont_folders, soundfont or settings.soundfont) as synth:
        write_mix(score, synth, Path(path))
        if stems is not None:
            write_stems(score, synth, Path(stems))
        return synth.name


def models() -> Mapping[str, Card]:
    """The cards of all models that can play, by id."""
    from studio.catalog import models as cards
    from studio.settings import Settings

    return {card.id: card for card in cards(Settings().model_folders)[0]}
