"""A piece as the tokens that other people's models read and write, through MidiTok.

One stream for all parts, each note behind its program; drums are program -1. The grid is eight to a
beat of the metre, so sixteenths stand on it in every metre with halves to sixteenths as beats.
MidiTok is an extra (`tokens`), loaded when it is first needed; it loads torch, and asks no network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from studio.ground.errors import BadKnob, BadScore, TuttiError
from studio.music import midi
from studio.music.score import TEMPO_RANGE_BPM, TICKS_PER_BEAT, Metre, Note, Score, Track

LONGEST_NOTE_BEATS = 32  # of the metre; MIDILike knows no longest note
BEATS, UNITS = (1, 16), (2, 4, 8, 16)  # the metres: 1 to 16 beats of a half to a sixteenth
MAX_TOKENS = 1_000_000
_POSITIONS_A_BEAT = 8
_PITCHES = (0, 127)
TOKENIZERS: dict[str, str] = {
    "REMI": "bars and positions, then program, pitch, velocity and duration of each note",
    "TSD": "time shifts, then program, pitch, velocity and duration of each note",
    "MIDILike": "time shifts, and where each note begins and ends",
}


def to_tokens(score: Score, tokenizer: str = "REMI") -> dict[str, Any]:
    """The piece in tokens, ready for JSON: `tokens` by name, the same as `ids`, the `tokenizer`,
    its `configuration` as MidiTok saves and loads it, and the version of `miditok`.

    Notes go to the nearest position, loudness to one of 32 velocities, the tempo to a whole number
    of beats a minute. Parts of one program become one. Names, key and chords are not kept; with
    REMI and TSD a note lasts at most `LONGEST_NOTE_BEATS`.
    Raises BadKnob for a tokenizer not in `TOKENIZERS`, BadScore for a piece without notes or in a
    metre that has no token, TuttiError where MidiTok is not installed.
    """
    chosen = _tokenizer(tokenizer)
    if not score.note_count:
        raise BadScore("This piece holds no notes: choose one with a melody in it.")
    metre = score.metre
    if (metre.beats, metre.unit) not in chosen.time_signatures:
        raise BadScore(f"There is no token for a metre of {metre}: choose a piece in another.")
    import symusic  # comes with MidiTok

    sequence = chosen.encode(symusic.Score.from_midi(midi.write(score)))
    configuration = json.loads(json.dumps(chosen.to_dict()))  # as it will be read again
    return {
        "tokenizer": tokenizer,
        "configuration": configuration,
        "miditok": configuration["miditok_version"],
        "tokens": sequence.tokens,
        "ids": sequence.ids,
    }


def from_tokens(data: Mapping[str, Any]) -> Score:
    """The piece that `to_tokens` put into tokens, or that a model wrote in them.

    `data` needs `tokenizer` and `tokens`; where it has `ids`, they must say the same. Parts come in
    the order in which they first play, named by their instruments; a change of tempo or metre is
    not kept. Raises BadKnob for a tokenizer not in `TOKENIZERS`, BadScore for what cannot be read,
    TuttiError where MidiTok is not installed.
    """
    chosen = _tokenizer(data.get("tokenizer"))
    tokens = data.get("tokens")
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        raise BadScore("These are no tokens: give what was written, with a list of their names.")
    if len(tokens) > MAX_TOKENS:  # with more, the time of a note could leave 32 bits
        raise BadScore(f"These are more than {MAX_TOKENS:,} tokens: give those of one piece.")
    strange = next((token for token in tokens if token not in chosen.vocab), None)
    if strange is not None:
        raise BadScore(f"{strange[:40]!r} is no token that Tutti writes: use its configuration.")
    ids = [chosen.vocab[token] for token in tokens]
    if data.get("ids", ids) != ids:
        raise BadScore("The tokens and their ids do not agree: use the configuration Tutti writes.")
    parsed = chosen.decode(ids) if ids else None
    if parsed is None or not parsed.note_num():
        raise BadScore("These tokens hold no notes: choose others.")
    # what a model wrote may say anything of a note; the score's own checks come next
    scale = TICKS_PER_BEAT // parsed.ticks_per_quarter
    tracks = [_track(track, scale) for track in parsed.tracks]
    first = {token: place for place, token in reversed(list(enumerate(tokens)))}
    tracks.sort(key=lambda track: first.get(_program_token(track), 0))
    metre = parsed.time_signatures[0]
    return Score(tuple(tracks), parsed.tempos[0].qpm, Metre(metre.numerator, metre.denominator))


def _track(track: Any, scale: int) -> Track:
    notes = tuple(
        Note(note.time * scale, note.pitch, max(note.duration * scale, 1), note.velocity)
        for note in track.notes
    )
    return Track(track.name, notes, track.program, track.is_drum)


def _program_token(track: Track) -> str:
    return f"Program_{-1 if track.is_drum else track.program}"


def _tokenizer(name: object) -> Any:
    """MidiTok's tokenizer of that name in our configuration; raises BadKnob, TuttiError."""
    if not isinstance(name, str) or name not in TOKENIZERS:
        raise BadKnob(f"There is no tokenizer {name!r}: choose one of {', '.join(TOKENIZERS)}.")
    return _made(name)


@cache
def _made(name: str) -> Any:
    try:
        import miditok
    except ImportError as error:
        raise TuttiError(
            'Tokens need MidiTok: run pip install -c constraints.txt -e ".[tokens]" in the '
            "environment of Tutti."
        ) from error
    slowest, fastest = (round(tempo) for tempo in TEMPO_RANGE_BPM)
    configuration = miditok.TokenizerConfig(
        pitch_range=_PITCHES,
        drums_pitch_range=_PITCHES,
        beat_res={(0, LONGEST_NOTE_BEATS): _POSITIONS_A_BEAT},
        num_velocities=32,
        use_programs=True,
        use_tempos=True,
        tempo_range=(slowest, fastest),
        num_tempos=fastest - slowest + 1,
        use_time_signatures=True,
        time_signature_range=dict.fromkeys(UNITS, BEATS),
    )
    return cast(Any, getattr(miditok, name))(configuration)
