"""The Python API: the six lines that the README shows, and what they promise."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import scribe
import soundfile
from bands import compose
from helpers import ROOT, melody_file, tune

import studio
from studio.composing import load_band
from studio.ground.errors import BadKnob, BadMidi, BadModel, BadScore, TuttiError
from studio.measures import CopyIndex, Nearest
from studio.music import midi
from studio.music.melody import melody_from_json, sample_melody
from studio.music.score import Metre, Note, Score, Track

MODEL = "bach-gan"


def test_six_lines_from_a_tune_to_a_band(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    melody_file(Path("tune.mid"))
    piece = studio.compose("tune.mid", model=MODEL, seed=7)
    piece.save_midi("band.mid")
    piece.save_wav("band.wav")
    piece.save_recipe("recipe.json")
    read = midi.read(Path("band.mid").read_bytes()).score
    assert read.tracks == piece.score.tracks
    assert read.tracks[0].notes == tune().tracks[0].notes
    assert soundfile.info("band.wav").duration > read.duration_seconds
    assert piece.report[0].startswith("Kept: 16 notes")


def test_the_example_of_the_module_names_what_there_is() -> None:
    assert studio.__doc__ is not None
    assert 'piece = studio.compose("tune.mid", model="pop-gan", seed=7)' in studio.__doc__
    for name in studio.__all__:
        assert callable(getattr(studio, name))


def test_a_score_can_be_given_instead_of_a_file() -> None:
    piece = studio.compose(tune(2), model=MODEL, creative_risk=0.5)
    assert piece.score.tracks[0] == tune(2).tracks[0]
    assert piece.report == ()
    assert piece.composition.recipe.knobs == {"creative_risk": 0.5}


def test_a_key_that_is_set_is_obeyed_in_the_piece_its_file_and_its_recipe(tmp_path: Path) -> None:
    piece = studio.compose(sample_melody("twinkle"), model=MODEL, key="E flat minor")
    assert piece.score.key == "Eb minor"
    [told] = midi.read(piece.composition.midi).conductor.keys
    assert (told.sharps, told.mode) == (-6, 1)
    piece.save_recipe(tmp_path / "recipe.json")
    assert studio.replay(tmp_path / "recipe.json").composition.midi == piece.composition.midi
    heard = studio.compose(sample_melody("twinkle"), model=MODEL)
    assert heard.score.key == "C major"
    assert "key" not in heard.composition.recipe.to_json()
    with pytest.raises(BadKnob, match="'H moll' is no key"):
        studio.compose(sample_melody("twinkle"), model=MODEL, key="H moll")


def test_the_chords_that_a_file_names_can_be_kept(tmp_path: Path) -> None:
    chart = "Dm7 | G13 | C6 | Ebdim7"
    studio.compose(tune(4), model=MODEL, chords=chart).save_midi(tmp_path / "band.mid")
    piece = studio.compose(tmp_path / "band.mid", model=MODEL, seed=3, pickup=0, chords="file")
    assert piece.composition.recipe.chords == chart
    assert f"Chords in the file: {chart}." in piece.report
    assert [mark.symbol for mark in piece.score.chords] == chart.split(" | ")


def test_the_recipe_gives_the_same_bytes_again(tmp_path: Path) -> None:
    piece = studio.compose(sample_melody("greensleeves"), model=MODEL, seed=11, creative_risk=1.3)
    piece.save_recipe(tmp_path / "recipe.json")
    recipe = json.loads((tmp_path / "recipe.json").read_text(encoding="utf-8"))
    melody = melody_from_json(recipe["melody"])
    again = studio.compose(melody, model=recipe["model"], seed=recipe["seed"], **recipe["knobs"])
    assert again.composition.midi == piece.composition.midi
    assert again.composition.recipe.to_json() == recipe


@pytest.mark.parametrize(
    "damage",
    [{"metre": "4"}, {"notes": [[1]]}, {"notes": [[0, 60, 1, 999]]}, {"tempo_bpm": "fast"},
     {"program": 300}, {"notes": None}],
)  # fmt: skip
def test_a_damaged_recipe_is_one_sentence(damage: dict[str, object]) -> None:
    recipe = studio.compose(tune(1), model=MODEL).composition.recipe.to_json()["melody"]
    assert isinstance(recipe, dict)
    assert melody_from_json(recipe) == tune(1)
    with pytest.raises(TuttiError):
        melody_from_json({**recipe, **damage})


@pytest.fixture
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A model that writes bar by bar."""
    monkeypatch.setenv("TUTTI_DATA_DIR", str(tmp_path))
    return scribe.hire(monkeypatch, tmp_path / "models").name


def test_a_stream_gives_every_bar_and_ends_with_the_piece(writer: str) -> None:
    pieces = list(studio.stream(tune(4), model=writer, seed=2))
    ends = [max(track.end_tick for track in piece.score.tracks[1:]) for piece in pieces]
    assert ends == [1920, 3840, 5760, 7680]
    assert all(piece.score.tracks[0] == tune(4).tracks[0] for piece in pieces)
    whole = studio.compose(tune(4), model=writer, seed=2)
    assert pieces[-1].composition.midi == whole.composition.midi
    assert len(list(studio.stream(tune(4), model=MODEL))) == 1


def test_variations_are_of_the_seed_and_those_that_follow(writer: str) -> None:
    takes = studio.variations(tune(4), model=writer, seed=6, count=3)
    assert [take.composition.recipe.seed for take in takes] == [6, 7, 8]
    alone = studio.compose(tune(4), model=writer, seed=6)
    assert takes[0].composition.midi == alone.composition.midi
    for count in (0, 5, True, 2.0):
        with pytest.raises(BadKnob, match="1 to 4 takes"):
            studio.variations(tune(4), model=writer, count=count)  # type: ignore[arg-type]


def test_a_melody_goes_on_and_a_band_plays_its_chords(writer: str, tmp_path: Path) -> None:
    longer = studio.extend(tune(4), model=writer, extension_duration=2, sampling_technique="TopK")
    assert longer.score.bars == 6
    assert longer.score.tracks[0].notes[:16] == tune(4).tracks[0].notes
    longer.save_midi(tmp_path / "longer.mid")
    assert studio.read_melody(tmp_path / "longer.mid")[0].tracks == longer.score.tracks
    piece = studio.compose(longer.score, model=writer, chords=longer.chords)
    assert piece.score.bars == 6
    with pytest.raises(BadKnob, match="choose a Transformer"):
        studio.extend(tune(4), model=MODEL)


def test_a_part_goes_on_in_a_rhythm_and_its_recipe_replays(writer: str, tmp_path: Path) -> None:
    piece = studio.compose(tune(4), model=writer, seed=1, arrangement=None)
    kept = studio.keep_rhythm(piece, "Keys", bar=2, bars=[3])
    assert [track.name for track in kept.score.tracks] == list(piece.score.part_names)
    melody_file(tmp_path / "tap.mid", Score((Track("", (Note(0, 60, 240), Note(960, 60, 480))),)))
    tapped = studio.keep_rhythm(kept, "Bass", 1, played=tmp_path / "tap.mid")
    bass = tapped.score.tracks[tapped.score.part_index("Bass")].notes
    assert {note.start_tick % 1920 for note in bass} == {0, 960}
    assert len({note.start_tick for note in bass}) == 8
    tapped.save_recipe(tmp_path / "recipe.json")
    again = studio.replay(tmp_path / "recipe.json")
    assert again.composition.midi == tapped.composition.midi
    from_file = studio.keep_rhythm(tmp_path / "recipe.json", "Bass", 1, [1])
    assert from_file.score == again.score  # it has its own rhythm already
    with pytest.raises(BadKnob, match="melody is yours"):
        studio.keep_rhythm(piece, piece.score.part_names[0], 1)


def test_a_rewritten_piece_keeps_the_rest_and_its_recipe_replays(
    writer: str, tmp_path: Path
) -> None:
    piece = studio.compose(tune(4), model=writer, seed=1, parts={"Keys": {"density": 2}})
    anew = studio.rewrite(piece, {"Keys": [2, 3]}, parts={"Keys": {"density": 8}})
    assert anew.score.tracks[1] == piece.score.tracks[1]
    starts = [note.start_tick // 1920 for note in anew.score.tracks[2].notes]
    assert [starts.count(bar) for bar in range(4)] == [2, 8, 8, 2]
    again = studio.rewrite(anew, {"Drums": (4,)}, seed=0, creative_risk=0.3)
    assert [each.seed for each in again.composition.recipe.rewrites] == [2, 0]
    again.save_recipe(tmp_path / "recipe.json")
    replayed = studio.replay(tmp_path / "recipe.json")
    assert replayed.composition.midi == again.composition.midi
    assert replayed.composition.recipe == again.composition.recipe
    from_file = studio.rewrite(tmp_path / "recipe.json", {"Bass": [1]})
    assert from_file.composition.midi == studio.rewrite(again, {"Bass": [1]}).composition.midi


@pytest.mark.parametrize(
    "damage",
    [{"bars": 0}, {"bars": "few"}, {"rewrites": 3}, {"rewrites": [{"bars": [1]}]}, {"parts": [1]}],
    ids=str,
)
def test_a_recipe_whose_rest_is_damaged_is_one_sentence(
    damage: dict[str, object], writer: str, tmp_path: Path
) -> None:
    recipe = studio.compose(tune(1), model=writer).composition.recipe.to_json()
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps({**recipe, **damage}))
    with pytest.raises(BadScore, match="no recipe, or a damaged one"):
        studio.replay(path)


BAD_MELODIES = {
    "no track": (Score(), "no melody yet"),
    "no notes": (Score((Track("Melody"),)), "no melody yet"),
    "two tracks": (Score(tune().tracks * 2), "no melody yet"),
    "257 bars": (replace(tune(257), tempo_bpm=120), "up to 256 bars"),
    "11 minutes": (replace(tune(65), tempo_bpm=24), r"up to 60 bars \(10 minutes\)"),
    "no sixteenths": (tune(2, Metre(1, 32)), "choose another"),
}


@pytest.mark.parametrize(("melody", "word"), BAD_MELODIES.values(), ids=list(BAD_MELODIES))
def test_a_melody_that_cannot_be_played_to_is_one_sentence(melody: Score, word: str) -> None:
    with pytest.raises(BadScore, match=word):
        studio.compose(melody, model=MODEL)


@pytest.mark.parametrize("seed", [-1, 2**31, 1.5, True, "7", None])
def test_a_seed_out_of_range_is_one_sentence(seed: object) -> None:
    with pytest.raises(BadKnob, match="whole number from 0"):
        studio.compose(tune(1), model=MODEL, seed=seed)  # type: ignore[arg-type]


def test_names_that_are_not_there_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="choose one of"):
        studio.compose(tune(1), model="nobody")
    with pytest.raises(BadKnob, match="no knob called 'volume'"):
        studio.compose(tune(1), model=MODEL, volume=11)
    with pytest.raises(BadMidi, match="cannot be opened"):
        studio.compose(tmp_path / "nowhere.mid", model=MODEL)
    with pytest.raises(BadKnob, match="no device"):
        studio.compose(tune(1), model=MODEL, device="abacus")


def test_models_are_named_with_their_cards() -> None:
    cards = studio.models()
    assert cards[MODEL].id == MODEL
    assert [part.name for part in cards[MODEL].parts] == ["Alto", "Tenor", "Bass"]


def test_the_chords_and_the_key_are_in_the_piece() -> None:
    piece = studio.compose(sample_melody("ode-to-joy"), model=MODEL)
    assert piece.score.key == "D major"
    assert len(piece.score.chords) > 8
    assert piece.score.title == "Ode to Joy"


def test_a_key_that_the_notes_deny_is_not_believed() -> None:
    in_e = tune(4, tonic=64)
    claimed = Score(in_e.tracks, key="C major")
    band = load_band(Path(studio.__file__).parents[1] / "assets" / "models" / MODEL, "cpu")
    assert compose(band, claimed).score.key == compose(band, in_e).score.key
    assert compose(band, claimed).score.key != "C major"
    kept = Score(in_e.tracks, key="E major")
    assert compose(band, kept).score.key == "E major"


def test_the_band_ends_with_the_bar_of_the_last_note() -> None:
    late = Score((Track("Melody", (*tune(1).tracks[0].notes, Note(1919, 72, 1))),))
    piece = studio.compose(late, model=MODEL)
    assert piece.score.bars == late.bars == 1


@dataclass(frozen=True)
class Learned:
    """A song that a model is said to have learned from."""

    name: str
    score: Score
    signature: int


def test_a_piece_names_the_training_passage_it_is_nearest_to(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTTI_DATA_DIR", str(tmp_path))
    own = tmp_path / "models" / "mine-gan"
    shutil.copytree(tiny_model, own)
    card = json.loads((own / "card.json").read_text())
    (own / "card.json").write_text(json.dumps({**card, "id": "mine-gan"}))
    melody = sample_melody("ode-to-joy")
    piece = studio.compose(melody, model="mine-gan")
    assert piece.nearest is not None
    assert 0 <= piece.nearest.likeness < 1
    assert piece.nearest.song in ("001", "002", "003", "004")
    signature = piece.composition.plan.key.signature
    CopyIndex.of([Learned("Itself", piece.score, signature)]).save(own)
    again = studio.compose(melody, model="mine-gan")
    assert again.nearest is not None
    assert (again.nearest.song, again.nearest.likeness) == ("Itself", 1.0)
    assert again.nearest.song_bar == again.nearest.bar
    assert again.composition.midi == piece.composition.midi
    assert again.composition.recipe == piece.composition.recipe


def test_a_model_without_an_index_plays_and_names_nothing(tiny_model: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(tiny_model, tmp_path / tiny_model.name))
    for file in own.glob("copies.*"):
        file.unlink()
    piece = compose(load_band(own, "cpu"), tune())
    assert piece.nearest is None
    assert piece.midi == compose(load_band(tiny_model, "cpu"), tune()).midi


@pytest.mark.parametrize(
    ("likeness", "close", "words"),
    [
        (0.43, False, "Nearest training passage: Tune, bar 12, likeness 0.43."),
        (0.85, False, "Nearest training passage: Tune, bar 12, likeness 0.85."),
        (0.91, True, "Bars 5 and 6 are very close to Tune, bar 12 (likeness 0.91): try another"),
        (1.0, True, "Bars 5 and 6 are the same as Tune, bar 12 (likeness 1.00): try another seed"),
    ],
)
def test_a_close_likeness_is_said_in_plain_words(likeness: float, close: bool, words: str) -> None:
    near = Nearest("Tune", 12, 5, likeness)
    assert near.is_close == close
    assert near.sentence.startswith(words)


def test_importing_is_quick_because_heavy_libraries_wait() -> None:
    heavy = {"torch", "numpy", "mido", "symusic", "matplotlib", "streamlit"}
    script = f"import sys, studio; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_piece_tells_what_was_thought_as_a_note_was_written() -> None:
    piece = studio.compose(sample_melody("twinkle"), model="bach-transformer", seed=1)
    thought = studio.think(piece, "Tenor", 3)
    [pitch] = [option.value for option in thought.options["pitch"] if option.taken]
    assert pitch == piece.score.tracks[2].notes[2].pitch
    for part, number in (("Kazoo", 1), ("Tenor", 0), ("Tenor", 10_000)):
        with pytest.raises(BadKnob, match=f"no note {number} of {part}"):
            studio.think(piece, part, number)
