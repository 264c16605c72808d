"""Tutti: you play the melody, Tutti plays everything else.

    import studio
    piece = studio.compose("tune.mid", model="pop-gan", seed=7)
    piece.save_midi("band.mid")
    piece.save_wav("band.wav")

Heavy libraries are loaded by the functions that need them, so that importing this is quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from studio.catalog import Card
    from studio.composing import Band, Chain, Composition, Request
    from studio.composing.mending import Mended
    from studio.measures import Nearest
    from studio.music.melody import FilePartLine
    from studio.music.midi import Playback
    from studio.music.score import Score
    from studio.techniques import Thought

    Tune: TypeAlias = "str | Path | Score | Mended | LongerMelody"  # the last two name their past

__version__ = "0.1.0"
__all__ = [
    "LongerMelody", "Piece", "compose", "extend", "fix", "from_tokens", "keep_rhythm", "models",
    "plans", "read_melody", "render", "replay", "rewrite", "stream", "think", "to_tokens",
    "tracks", "train", "variations",
]  # fmt: skip

Wishes = Mapping[str, Mapping[str, float]]  # what parts are asked for, by the part's name
Arranged: TypeAlias = Mapping[str, Any]
USUAL: Arranged = MappingProxyType({})


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
        self.composition.recipe.write(Path(path))


def compose(
    melody: Tune | None, /, model: str = "pop-gan", seed: int = 0, device: str | None = None,
    track: int | None = None, chords: str = "", chord_risk: float = 0.0,
    parts: Wishes | None = None, key: str = "", pickup: float | None = None,
    keep_grid: bool = False, bars: int | None = None, metre: str = "",
    tempo_bpm: float | None = None, trim: bool = False, choices: int | None = None,
    arrangement: Arranged | None = USUAL, **knobs: float | str,
) -> Piece:  # fmt: skip
    """Adds a band to a melody: a MIDI file's path, or a score of one track.

    `track` chooses the file's melody track from 0; None takes the likeliest. `chords` fixes some or
    all of them, a bar between strokes (`C | F G | ? | C`), or is `file` for those it names;
    `chord_risk` 0-1 says how freely others are chosen; `key` sets the key, such as `E flat minor`,
    that is heard else; `pickup`, `keep_grid`, `trim` as in `read_melody`. `knobs` are the
    technique's, such as `creative_risk=1.2`; `parts` what single parts are asked for, where the
    technique can: `parts={"Bass": {"density": 8, "register": 40}}`. `arrangement` says what is not
    as usual in the genre, as `studio.arrangement.Arrangement` has it: `{"drums": "rock", "form":
    "A8 B8:0.8 A8"}`; with `None` the piece is what the model writes and no more.

    Without a melody, `None`, the band plays on the chords alone, in a `metre` such as `3/4`, at
    `tempo_bpm`, for as many `bars` as there are or are wanted; with one it stops after so many.
    Its critic chooses among `choices` takes, None: as the card says. Raises a TuttiError."""
    wanted, grid = (chords, chord_risk, parts, key), (pickup, keep_grid, trim)
    alone = (bars, metre, tempo_bpm)
    request, report = _request(melody, track, model, seed, knobs, *wanted, grid=grid, alone=alone)
    band, request = _band(model, device), replace(request, choices=choices)
    return _piece(band.compose(band.arranged(request, arrangement)), report)


def stream(
    melody: Tune | None, /, model: str = "pop-gan", seed: int = 0, device: str | None = None,
    track: int | None = None, chords: str = "", chord_risk: float = 0.0,
    parts: Wishes | None = None, key: str = "", pickup: float | None = None,
    keep_grid: bool = False, bars: int | None = None, metre: str = "",
    tempo_bpm: float | None = None, trim: bool = False, choices: int | None = None,
    arrangement: Arranged | None = USUAL, **knobs: float | str,
) -> Iterator[Piece]:  # fmt: skip
    """As `compose`, with what there is of the piece after every bar, the whole one last. A
    technique that plays all at once, such as the GAN, gives the whole one only. Raises a
    TuttiError with one sentence, when the first piece is asked for."""
    wanted, grid = (chords, chord_risk, parts, key), (pickup, keep_grid, trim)
    alone = (bars, metre, tempo_bpm)
    request, report = _request(melody, track, model, seed, knobs, *wanted, grid=grid, alone=alone)
    band, request = _band(model, device), replace(request, choices=choices)
    for composition in band.stream(band.arranged(request, arrangement)):
        yield _piece(composition, report)


def variations(
    melody: Tune | None, /, model: str = "pop-gan", seed: int = 0,
    device: str | None = None, track: int | None = None, chords: str = "", chord_risk: float = 0.0,
    parts: Wishes | None = None, count: int = 4, key: str = "", pickup: float | None = None,
    keep_grid: bool = False, bars: int | None = None, metre: str = "",
    tempo_bpm: float | None = None, trim: bool = False, choices: int | None = None,
    arrangement: Arranged | None = USUAL, **knobs: float | str,
) -> list[Piece]:  # fmt: skip
    """`count` bands on the same chords, of the seed and those that follow it; the rest as in
    `compose`. Four cost a Transformer less than twice one. Raises a TuttiError."""
    wanted, grid = (chords, chord_risk, parts, key), (pickup, keep_grid, trim)
    alone = (bars, metre, tempo_bpm)
    request, report = _request(melody, track, model, seed, knobs, *wanted, count, grid, alone)
    band, request = _band(model, device), replace(request, choices=choices)
    return [_piece(take, report) for take in band.takes(band.arranged(request, arrangement))]


def rewrite(
    piece: Piece | str | Path, bars: Mapping[str, Iterable[int]], /, seed: int | None = None,
    device: str | None = None, parts: Wishes | None = None, **knobs: float | str,
) -> Piece:  # fmt: skip
    """A piece, or what its recipe gives, with some bars written anew and all else untouched to the
    note: `studio.rewrite(piece, {"Keys": [3, 4]})`; bars are counted from 1.

    `seed` None takes the one after the piece's last. `knobs` are as they were unless given; `parts`
    as in `compose`. The chords stay. Raises a TuttiError with one sentence."""
    from studio.composing import Rewrite

    old = piece if isinstance(piece, Piece) else replay(piece, device)
    recipe = old.composition.recipe
    chosen = {name: tuple(sorted(set(numbers))) for name, numbers in bars.items()}
    all_knobs = {**recipe.newest.knobs, **knobs}
    seed = recipe.next_seed if seed is None else seed
    wanted = Rewrite(chosen, seed, all_knobs, parts or {}, None, True, recipe.newest.voiced)
    return Piece(_band(recipe.model, device).rewrite(old.score, recipe, wanted), old.report)


def keep_rhythm(
    piece: Piece | str | Path, part: str, /, bar: int, bars: Iterable[int] = (),
    played: Tune | None = None, device: str | None = None,
) -> Piece:  # fmt: skip
    """A piece, or what its recipe gives, in which a part goes on in the rhythm of its `bar`, from
    1, to the end of the section, or in `bars`: `studio.keep_rhythm(piece, "Bass", bar=3)`. Where
    one was `played`, a MIDI file or a score, in that. Raises a TuttiError with one sentence."""
    old, (rhythm, _) = piece if isinstance(piece, Piece) else replay(piece, device), _tune(played)
    return Piece(old.composition.in_rhythm(part, bar, bars, rhythm), old.report)


@dataclass(frozen=True, slots=True)
class LongerMelody:
    """A melody that went on; `chords` are those of all its bars, as `compose` takes them."""

    score: Score
    chords: str
    chain: Chain
    report: tuple[str, ...] = ()

    def save_midi(self, path: str | Path) -> None:
        """Writes the melody as a MIDI file."""
        from studio.music import midi

        Path(path).write_bytes(midi.write(self.score))


def extend(
    melody: Tune | None, /, model: str = "pop-transformer", seed: int = 0,
    device: str | None = None, track: int | None = None, chords: str = "", key: str = "",
    pickup: float | None = None, keep_grid: bool = False, bars: int | None = None, metre: str = "",
    tempo_bpm: float | None = None, trim: bool = False, **knobs: float | str,
) -> LongerMelody:  # fmt: skip
    """Goes on with a melody in its own style: `studio.extend("tune.mid", extension_duration=8)`;
    without one, writes a melody on chords: `studio.extend(None, chords="C | Am | F | G", bars=8)`.

    `chords` are those of what there is; `knobs` are those of the technique's extension, such as
    `sampling_technique="TopK"` or `input_duration=4`; the rest as in `compose`. Raises a TuttiError
    with one sentence."""
    wanted, grid = (chords, 0.0, None, key), (pickup, keep_grid, trim)
    alone = (bars, metre, tempo_bpm)
    request, report = _request(melody, track, model, seed, knobs, *wanted, grid=grid, alone=alone)
    longer = _band(model, device).extend(request)
    return LongerMelody(longer.melody, longer.chords, longer.chain, report)


def fix(
    melody: Tune, /, model: str = "bach-arcnn", seed: int = 0, device: str | None = None,
    track: int | None = None, chords: str = "", key: str = "", pickup: float | None = None,
    keep_grid: bool = False, trim: bool = False, **knobs: float | str,
) -> Mended:  # fmt: skip
    """What an AR-CNN would change in a melody; it may change all notes, or so many per cent as
    `maximum_input_notes_to_remove` says. What comes of it, as of `extend`, may be given on to all
    that takes a melody: recipes name it. Raises a TuttiError with one sentence."""
    wanted, grid = (chords, 0.0, None, key), (pickup, keep_grid, trim)
    request, report = _request(melody, track, model, seed, knobs, *wanted, grid=grid)
    mended = _band(model, device).mend(request)
    return replace(mended, report=(*report, *mended.report))


def think(piece: Piece, part: str, note: int, /, device: str | None = None) -> Thought:
    """What a Transformer thought as it wrote a note of a piece, counted from 1 in its part: the
    odds that each choice was drawn from, what the cut left of them, and what was looked at. Raises
    a TuttiError with one sentence."""
    asked, recipe = piece.composition.note(part, note), piece.composition.recipe
    return _band(recipe.model, device).think(recipe, part, asked)


def plans(
    melody: Tune, /, model: str = "pop-gan", seed: int = 0, track: int | None = None,
    key: str = "", pickup: float | None = None, keep_grid: bool = False, trim: bool = False,
) -> list[str]:  # fmt: skip
    """Chord plans to choose from, the likeliest first: give one to `compose` as `chords`. Raises a
    TuttiError with one sentence."""
    from studio.catalog import Card, find
    from studio.composing import Band
    from studio.ground import Settings
    from studio.music.harmony import write_chords

    request, _ = _request(melody, track, model, seed, key=key, grid=(pickup, keep_grid, trim))
    card = Card.read(find(model, Settings().model_folders))
    return [write_chords(plan, request.melody.metre) for plan in Band.plans(card, request)]


def replay(recipe: str | Path, /, device: str | None = None) -> Piece:
    """The piece that a `recipe.json` describes, byte for byte on the machine that made it. Raises
    BadScore where the file is no recipe, BadModel where its model is gone."""
    from studio.composing import Recipe

    read = Recipe.read(Path(recipe))
    return _piece(_band(read.model, device).replay(read))


def _piece(composition: Composition, report: tuple[str, ...] = ()) -> Piece:
    return Piece(composition, (*report, *composition.report))


def _request(
    melody: Tune | None, track: int | None, model: str, seed: int,
    knobs: Mapping[str, float | str] | None = None, chords: str = "", chord_risk: float = 0.0,
    parts: Wishes | None = None, key: str = "", takes: int = 1,
    grid: tuple[float | None, bool, bool] = (None, False, False),
    alone: tuple[int | None, str, float | None] = (None, "", None),
) -> tuple[Request, tuple[str, ...]]:  # fmt: skip
    """What is asked for, and what the import of the melody changed, whatever it was given as."""
    from studio.composing import Request
    from studio.ground.errors import BadKnob
    from studio.music.harmony import chords_alone, chords_text

    (bars, metre, tempo_bpm), (tune, report) = alone, _tune(melody, track, *grid)
    if tune is None:
        tune, chords = chords_alone(chords, bars, metre or "4/4", tempo_bpm or 100.0)
        bars = None
    elif metre or tempo_bpm:
        raise BadKnob("Metre and tempo are the melody's: leave them out, or the melody.")
    chords = chords_text(tune, per_beat=False) if chords.strip() == "file" else chords
    return Request(
        tune, model, seed, knobs or {}, chords, chord_risk, parts or {}, takes, bars, key,
        chain=getattr(melody, "chain", None),
    ), report  # fmt: skip


def _tune(given: Tune | None, *how: Any) -> tuple[Score | None, tuple[str, ...]]:
    """A melody, whatever it was given as, and what its import changed."""
    tune: Any = getattr(given, "score", given)
    return read_melody(tune, *how) if isinstance(tune, str | Path) else (tune, ())


def _band(model: str, device: str | None) -> Band:
    from studio.catalog import find
    from studio.composing import load_band
    from studio.ground import Settings

    settings = Settings()
    return load_band(find(model, settings.model_folders), device or settings.device)


def read_melody(
    path: str | Path, track: int | None = None, pickup: float | None = None,
    keep_grid: bool = False, trim: bool = False,
) -> tuple[Score, tuple[str, ...]]:  # fmt: skip
    """The melody of a MIDI file and the import report; raises BadMidi where there is none.
    `pickup` beats lie before the first bar line, 0 where bars are as in the file; None hears them.
    What is played freely is laid on the beats that are heard, unless `keep_grid`; bars of rest
    before the first note stay, so that all lines up with the song, unless `trim`."""
    from studio.music import melody, midi

    read = melody.from_file(midi.read_path(Path(path)), track, pickup, keep_grid, trim)
    return read.score, read.report


def tracks(path: str | Path) -> tuple[FilePartLine, ...]:
    """The parts of a MIDI file, and why one is taken for the melody; raises BadMidi."""
    from studio.music import melody, midi

    return melody.part_lines(midi.read_path(Path(path)))


def render(
    piece: Score | Playback | str | Path, path: str | Path, stems: str | Path | None = None,
    soundfont: str | None = None,
) -> str:  # fmt: skip
    """Renders a score to a WAV file, and its parts to the folder `stems` if given; returns what
    played it. A MIDI file, by its path, is played as it is: its tempos, pedal, bends, volume, pan
    and programs. Raises SoundError, and BadMidi for a file that cannot be read."""
    from studio.ground import Settings
    from studio.music import midi
    from studio.sound import open_synth
    from studio.sound import render as render_with

    settings = Settings()
    if isinstance(piece, str | Path):
        piece = midi.read_playback(Path(piece))
    with open_synth(settings.soundfont_folders, soundfont or settings.soundfont) as synth:
        render_with(piece, synth, Path(path), None if stems is None else Path(stems))
        if synth.notes_alone and isinstance(piece, midi.Playback):
            return f"{synth.name}, which know no pedal, bends, volume, pan or later programs"
        return synth.name


def models() -> Mapping[str, Card]:
    """The cards of all models that can play, by id."""
    from studio.catalog import models as cards
    from studio.ground import Settings

    return {card.id: card for card in cards(Settings().model_folders)[0]}


def train(
    name: str, data: str | Path | Iterable[str | Path], /, technique: str = "gan",
    preset: str = "Quick", layout: str = "", device: str | None = None,
    watch: Callable[[str, Mapping[str, Any]], None] | None = None, **settings: float,
) -> str:  # fmt: skip
    """Trains a model of your own and returns its id, for `compose(…, model=…)`.

    `data` is a zip or folder of MIDI files, several of them, or one set's name, such as
    `builtin:chorales`. `watch` is told all that happens, as `studio.training.events` has it:
    "epoch" with its losses and the similarity index, and more. A training of this name that was
    broken off goes on.

    Raises BadMidi for music that cannot be learned from, BadKnob for a setting, preset or layout
    there is not, BadModel for an unknown technique."""
    import shutil

    from studio.ground import Settings
    from studio.ground.device import choose_device, prepare_torch, threads_for_training
    from studio.training import Controls, RunSpec, events, inputs_of
    from studio.training import train as train_with

    own = Settings()
    words = [data] if isinstance(data, str | Path) else list(data)
    spec = RunSpec(
        name, technique=technique, settings=settings, layout=layout, preset=preset,
        data=tuple(map(str, words)),
    )  # fmt: skip
    inputs = inputs_of(spec, own)
    chosen = choose_device(device or own.device)
    prepare_torch(threads_for_training())
    to_the_end = Controls(stop_when_converged=False)
    folder = own.data_dir / "runs" / inputs.card.id
    for event in train_with(inputs, folder, own.data_dir / "models", chosen, lambda: to_the_end):
        if watch is not None:
            watch(*events.to_json(event))
    shutil.rmtree(folder, ignore_errors=True)
    return inputs.card.id


def to_tokens(piece: str | Path | Score, /, tokenizer: str = "REMI") -> dict[str, Any]:
    """A piece as MidiTok's tokens, ready for JSON. Raises a TuttiError."""
    from studio.export import to_tokens as write
    from studio.music import midi
    from studio.music.score import Score

    score = piece if isinstance(piece, Score) else midi.read_path(Path(piece)).score
    return write(score, tokenizer)


def from_tokens(data: Mapping[str, Any], /) -> Score:
    """The piece that such tokens say; raises a TuttiError."""
    from studio.export import from_tokens as read

    return read(data)
