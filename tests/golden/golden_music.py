"""What Tutti plays today, as digests: everything here goes through the public API alone.

A case is a function that returns digests by name. `CASES` has one for each shipped model (every
sample melody and every melody in `melodies/`, with two seeds) and one for each other thing that a
user can ask for.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import studio

Digests = dict[str, str]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SAMPLES = ROOT / "assets" / "melodies"
MODELS = ROOT / "assets" / "models"
SEEDS = (0, 7)
SOUNDFONT = "timgm6mb"  # comes with pretty_midi, so it is the same everywhere
RISKS: dict[str, Any] = {"creative_risk": 1.4}
NARROW: dict[str, Any] = {"sampling_technique": "TopK", "sampling_threshold": 0.3}
BUSY = {"Bass": {"density": 8.0, "register": 40.0}, "Drums": {"density": 12.0}}
# one take, as it was written: what critics choose and how it is arranged are other cases
PLAIN: dict[str, Any] = {"device": "cpu", "choices": 1, "arrangement": None}
compose = partial(studio.compose, **PLAIN)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest_of(value: Any) -> str:
    """The digest of what JSON can say; numbers count to the last bit."""
    return digest(json.dumps(value, sort_keys=True, ensure_ascii=False).encode())


def melodies() -> dict[str, Path]:
    """The shipped samples and our own melodies in other metres, swung, played freely."""
    files = (*SAMPLES.glob("*.mid"), *(HERE / "melodies").glob("*.mid"))
    return {path.stem: path for path in sorted(files)}


def sample(name: str) -> Path:
    return melodies()[name]


def model_ids() -> list[str]:
    return sorted(path.parent.name for path in MODELS.glob("*/card.json"))


def notes_of(score: Any) -> list[Any]:
    """What a score says, whatever its types are called."""
    tracks = [
        [track.name, track.program, track.is_drum, [list(row(note)) for note in track.notes]]
        for track in score.tracks
    ]
    chords = [[mark.start_tick, mark.symbol] for mark in score.chords]
    return [score.title, score.tempo_bpm, str(score.metre), score.key, chords, tracks]


def row(note: Any) -> tuple[int, int, int, int]:
    return note.start_tick, note.pitch, note.duration_ticks, note.velocity


def recipe_of(piece: studio.Piece) -> Any:
    """The recipe of a piece as a file has it."""
    return piece.composition.recipe.to_json()


def told(pieces: Mapping[str, studio.Piece]) -> Digests:
    """The notes, the recipe and the nearest training passage of each piece."""
    result: Digests = {}
    for name, piece in pieces.items():
        near = piece.nearest
        result[name] = digest(piece.composition.midi)
        result[f"{name}: recipe"] = digest_of(recipe_of(piece))
        result[f"{name}: nearest"] = digest_of(None if near is None else asdict(near))
    return result


def model(id: str) -> Digests:
    """A shipped model on every melody."""
    result: Digests = {}
    others = []
    seeds = SEEDS[:1] if id.endswith("arcnn") else SEEDS  # it writes eight pieces for one
    for name, path in melodies().items():
        for seed in seeds:
            piece = compose(path, model=id, seed=seed)
            result[f"{name} {seed}"] = digest(piece.composition.midi)
            near = piece.nearest
            others.append([recipe_of(piece), near and asdict(near)])
    return result | {"recipes and nearest passages": digest_of(others)}


def knobs() -> Digests:
    """Knobs, chords that are given, part knobs, a track of a file."""
    joy, saints = sample("ode-to-joy"), sample("when-the-saints")
    chords = "D | A7 G | ? | Bm | Em A"
    return told(
        {
            "gan risk": compose(joy, model="pop-gan", seed=3, creative_risk=1.7),
            "gan no risk": compose(joy, model="symphony-gan", seed=3, creative_risk=0.0),
            "gan chords": compose(joy, model="rock-gan", seed=3, chords=chords),
            "gan chord risk": compose(joy, model="jazz-gan", seed=3, chord_risk=0.8),
            "gan track": compose(sample("three-tracks"), model="folk-transformer", track=2),
            "transformer risk": compose(saints, model="folk-transformer", seed=4, **RISKS),
            "transformer narrow": compose(
                saints, model="pop-transformer", seed=4, stay_in_key="On", **NARROW
            ),
            "transformer chords": compose(
                joy, model="jazz-transformer", seed=4, chords=chords, chord_risk=0.5,
                chord_strictness=0.6,
            ),
            "transformer parts": compose(
                saints, model="rock-transformer", seed=4, parts=BUSY, creative_risk=0.8
            ),
        }
    )  # fmt: skip


def takes() -> Digests:
    """Four bands at once."""
    pieces: dict[str, studio.Piece] = {}
    for id in ("pop-transformer", "rock-transformer", "jazz-gan"):
        found = studio.variations(
            sample("amazing-grace"), model=id, seed=21, chord_risk=0.4, **PLAIN
        )
        pieces |= {f"{id} {number}": piece for number, piece in enumerate(found, 1)}
    return told(pieces)


def bar_by_bar() -> Digests:
    """What there is of a piece after every bar."""
    result: Digests = {}
    for id in ("jazz-transformer", "bach-gan"):
        pieces = studio.stream(sample("frere-jacques"), model=id, seed=5, **PLAIN)
        midis = [piece.composition.midi.hex() for piece in pieces]
        result[f"{id} {len(midis)}"] = digest_of(midis)
    return result


def rewritten() -> Digests:
    """Bars written anew, once and once more, and the recipe of all that."""
    first = compose(sample("silent-night"), model="songwriter-transformer", seed=2)
    names = [track.name for track in first.score.tracks[1:]]
    bars = {names[0]: [2, 3], names[1]: [3, 9]}
    anew = studio.rewrite(first, bars, device="cpu")
    again = studio.rewrite(
        anew, {names[0]: [3]}, seed=99, device="cpu", parts={names[0]: {"density": 6.0}}, **RISKS
    )
    return told({"first": first, "anew": anew, "again": again, "replayed": replayed(again)})


def replayed(piece: studio.Piece, edits: Sequence[Mapping[str, Any]] = ()) -> studio.Piece:
    """The piece again, from its recipe as a file, with these edits in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recipe.json"
        piece.save_recipe(path)
        if edits:
            recipe = json.loads(path.read_text(encoding="utf-8"))
            path.write_text(json.dumps({**recipe, "format": 3, "edits": list(edits)}))
        return studio.replay(path, device="cpu")


def edited() -> Digests:
    """Recipes with other notes, instruments, chords, and bars made anew after that."""
    pieces: dict[str, studio.Piece] = {}
    for id in ("symphony-gan", "rock-transformer"):
        piece = compose(sample("ode-to-joy"), model=id, seed=8, chord_risk=0.2)
        melody, *parts = [track.name for track in piece.score.tracks]
        notes = [[0, 50, 900, 70], [960, 57, 480, 81], [1920, 62, 1500, 64]]
        tune = [[480 * i, 62 + (0, 2, 4, 5, 7)[i % 5], 480, 90] for i in range(48)]
        plain: dict[str, Any] = {"knobs": {"creative_risk": 0.9}, "parts": {}, "chords": None}
        edits: list[dict[str, Any]] = [
            {"part": parts[0], "notes": notes},
            {"part": parts[1], "program": 12},
            {"bars": {parts[0]: [2], parts[1]: [2, 3, 7]}, "seed": 31, **plain},
            {"part": melody, "notes": tune},
            {"bars": {parts[1]: [5]}, "seed": 32, **plain, "chords": [[0, "D"], [7680, "Bm"]]},
        ]
        if id == "rock-transformer":
            wish = {parts[0]: {"density": 5.0}}
            anew = {"bars": {parts[0]: [4, 6]}, "seed": 33, "knobs": {}, "parts": wish}
            edits.append({"rewrite": anew})
        pieces |= {f"{id} plain": replayed(piece), f"{id} edited": replayed(piece, edits)}
    return told(pieces)


def extended() -> Digests:
    """A melody that goes on, and a band to it."""
    result: Digests = {}
    topk: dict[str, Any] = {**NARROW, "sampling_threshold": 0.5, "input_duration": 4}
    wanted: list[tuple[str, str, dict[str, Any]]] = [
        ("pop-transformer", "twinkle", {}),
        ("bach-transformer", "we-wish-you", {"extension_duration": 4}),
        ("folk-transformer", "swung-pickup", {"extension_duration": 6, **topk}),
    ]
    for id, name, knobs in wanted:
        longer = studio.extend(sample(name), model=id, seed=13, device="cpu", **knobs)
        band = compose(longer.score, model=id, seed=13, chords=longer.chords)
        with tempfile.TemporaryDirectory() as folder:
            longer.save_midi(Path(folder) / "longer.mid")
            result[f"{id} {name}"] = digest((Path(folder) / "longer.mid").read_bytes())
        result[f"{id} {name}: chords"] = digest_of(longer.chords)
        result[f"{id} {name}: band"] = digest(band.composition.midi)
    return result


def planned() -> Digests:
    """Chord plans to choose from, for every kind of harmony."""
    result: Digests = {}
    for id in ("bach-gan", "jazz-gan", "pop-transformer", "rock-gan", "symphony-transformer"):
        for name, path in melodies().items():
            result[f"{id} {name}"] = digest_of(studio.plans(path, model=id, seed=3))
    return result


def thought() -> Digests:
    """What a Transformer thought, of a note that was composed and of one that was written anew."""
    piece = compose(sample("twinkle"), model="pop-transformer", seed=1)
    part = piece.score.tracks[1]
    anew = studio.rewrite(piece, {part.name: [1, 2]}, device="cpu")
    return {
        "composed": digest_of(asdict(studio.think(piece, part.name, 5, device="cpu"))),
        "rewritten": digest_of(asdict(studio.think(anew, part.name, 2, device="cpu"))),
    }


def tokens() -> Digests:
    """A piece as tokens and back."""
    piece = compose(sample("jingle-bells"), model="rock-gan", seed=6)
    result: Digests = {}
    for tokenizer in ("REMI", "TSD", "MIDILike"):
        data = studio.to_tokens(piece.score, tokenizer)
        result[tokenizer] = digest_of(data)
        result[f"{tokenizer}: back"] = digest_of(notes_of(studio.from_tokens(data)))
    return result


def sound() -> Digests:
    """The mix and the stems of a piece, by the name of what played them."""
    piece = compose(sample("frere-jacques"), model="rock-gan", seed=9)
    with tempfile.TemporaryDirectory() as folder:
        mix, stems = Path(folder) / "mix.wav", Path(folder) / "stems"
        name = studio.render(piece.score, mix, stems, SOUNDFONT)
        files = {"mix": mix, **{path.stem: path for path in sorted(stems.iterdir())}}
        return {f"{name}: {stem}": digest(path.read_bytes()) for stem, path in files.items()}


CASES: dict[str, Callable[[], Digests]] = {
    **{f"model {id}": partial(model, id) for id in model_ids()},
    "knobs": knobs,
    "takes": takes,
    "bar by bar": bar_by_bar,
    "rewritten": rewritten,
    "edited": edited,
    "extended": extended,
    "plans": planned,
    "thoughts": thought,
    "tokens": tokens,
    "sound": sound,
}
