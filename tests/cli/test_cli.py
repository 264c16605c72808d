"""The command line: what it writes, and that bad input is one sentence and status 2."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import scribe
import soundfile
from helpers import (
    BAD_FILES,
    CASES,
    ROOT,
    line,
    melody_file,
    run_cli,
    shift,
    train_tiny,
    tune,
    write_songs,
)
from helpers import chorale as made_up_chorale

import studio
from studio.catalog import models
from studio.music import midi
from studio.music.melody import melody_from_json, sample_melody
from studio.music.score import Score, Track

MOST_MEGABYTES = 256
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *words: run_cli(*words, capsys=capsys)


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's own folder, empty."""
    monkeypatch.setenv("TUTTI_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def tune_file(tmp_path: Path) -> Path:
    return melody_file(tmp_path / "tune.mid")


def refused(result: tuple[int, str, str]) -> str:
    """The one sentence on stderr of a command that ended with status 2."""
    status, out, err = result
    assert status == 2, (status, out, err)
    assert out == ""
    [sentence] = err.splitlines()
    assert "Traceback" not in sentence
    assert sentence.endswith(".")
    return sentence


# Composing


def test_compose_writes_midi_wav_and_recipe(cli: Run, tune_file: Path, tmp_path: Path) -> None:
    band, sound, recipe = (tmp_path / name for name in ("band.mid", "band.wav", "recipe.json"))
    status, out, err = cli(
        "compose", tune_file, "-o", band, "--wav", sound, "--recipe", recipe,
        "--model", "bach-gan", "--seed", "7", "--creative-risk", "0.5",
    )  # fmt: skip
    assert (status, err) == (0, "")
    assert "Kept: 16 notes" in out
    assert f"{band}: 4 bars of Melody, Alto, Tenor, Bass" in out
    score = midi.read(band.read_bytes()).score
    assert score.tracks[0].notes == tune().tracks[0].notes
    written = json.loads(recipe.read_text())
    assert (written["model"], written["seed"]) == ("bach-gan", 7)
    assert written["knobs"] == {"creative_risk": 0.5}
    assert melody_from_json(written["melody"]).tracks[0].notes == score.tracks[0].notes
    audio = soundfile.info(sound)
    assert (audio.samplerate, audio.channels) == (44_100, 2)
    assert audio.duration > score.duration_seconds


def test_a_melody_is_mended_by_the_model_that_ships(cli: Run, tmp_path: Path) -> None:
    played = sample_melody("twinkle")
    notes = list(played.tracks[0].notes)
    notes[9] = wrong = replace(notes[9], pitch=notes[9].pitch + 6)
    tune, mended = tmp_path / "tune.mid", tmp_path / "mended.mid"
    spoiled = played.with_tracks([replace(played.tracks[0], notes=tuple(notes))])
    tune.write_bytes(midi.write(spoiled))
    status, out, err = cli("fix", tune, "-o", mended)
    assert (status, err) == (0, "")
    assert "becomes" in out
    assert midi.read(mended.read_bytes()).score.tracks[0].notes[9] != wrong


def test_a_recipe_gives_the_same_bytes(cli: Run, tune_file: Path, tmp_path: Path) -> None:
    band, again, recipe = (tmp_path / name for name in ("band.mid", "again.mid", "recipe.json"))
    cli("compose", tune_file, "-o", band, "--recipe", recipe, "--seed", "3")
    assert cli("replay", recipe, "-o", again)[0] == 0
    assert again.read_bytes() == band.read_bytes()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 99}', '{"format": 1, "knobs": 3}'])
def test_a_bad_recipe_is_one_sentence(cli: Run, tmp_path: Path, text: str) -> None:
    recipe = tmp_path / "recipe.json"
    recipe.write_text(text)
    assert "recipe" in refused(cli("replay", recipe, "-o", tmp_path / "out.mid"))


def composed(cli: Run, melody: Path, *options: str) -> bytes:
    output = melody.with_name("out.mid")
    status, _, err = cli("compose", melody, "-o", output, "--model", "bach-gan", *options)
    assert (status, err) == (0, "")
    return output.read_bytes()


def test_the_same_words_give_the_same_bytes(cli: Run, tune_file: Path) -> None:
    first = composed(cli, tune_file, "--seed", "3")
    assert composed(cli, tune_file, "--seed", "3") == first
    assert composed(cli, tune_file, "--seed", "4") != first


def test_a_knob_is_an_option(cli: Run, tune_file: Path) -> None:
    calm = composed(cli, tune_file, "--creative-risk", "0")
    assert composed(cli, tune_file, "--creative-risk=0.0", "--seed", "0") == calm
    assert composed(cli, tune_file, "--creative-risk", "2") != calm


def test_a_key_can_be_set(cli: Run, tune_file: Path) -> None:
    assert midi.read(composed(cli, tune_file, "--key", "B flat minor")).score.key == "Bb minor"
    status, _, err = cli("compose", tune_file, "-o", tune_file.with_name("o.mid"), "--key", "Q")
    assert (status, err.count("\n")) == (2, 1)
    assert "'Q' is no key" in err


def test_a_pickup_and_the_file_s_grid_can_be_set(cli: Run, tmp_path: Path) -> None:
    path = melody_file(tmp_path / "tune.mid")
    read = midi.read(composed(cli, path, "--pickup", "1", "--keep-grid")).score
    assert read.tracks[0].notes[0].start_tick == 3 * 480
    status, _, err = cli("compose", path, "-o", tmp_path / "o.mid", "--pickup", "9")
    assert (status, err.count("\n")) == (2, 1)
    assert "less than 4" in err


def test_the_track_of_the_melody_can_be_chosen(cli: Run, tmp_path: Path) -> None:
    low, high = Track("Low", line([48, 50, 52, 53])), Track("Lead", line([72, 74, 76, 77]))
    path = melody_file(tmp_path / "two.mid", Score((low, high)))
    read = midi.read(composed(cli, path)).score
    assert read.tracks[0].notes == high.notes
    read = midi.read(composed(cli, path, "--track", "1")).score
    assert read.tracks[0].notes == low.notes


def test_ones_own_model_can_be_chosen(
    cli: Run, tune_file: Path, data_folder: Path, tiny_model: Path
) -> None:
    own = data_folder / "models" / "mine-gan"
    shutil.copytree(tiny_model, own)
    card = json.loads((own / "card.json").read_text())
    (own / "card.json").write_text(json.dumps({**card, "id": "mine-gan"}))
    output = tune_file.with_name("out.mid")
    status, out, _ = cli("compose", tune_file, "-o", output, "--model", "mine-gan")
    assert (status, "Alto, Tenor, Bass" in out) == (0, True)
    [line] = [line for line in out.splitlines() if "likeness" in line]
    assert re.match(r"Nearest training passage: 00[1-4], bar \d+, likeness 0\.\d\d\.$", line)


# Bad input


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_melody_is_one_sentence(cli: Run, name: str, tmp_path: Path) -> None:
    build, word = BAD_FILES[name]
    path = tmp_path / "bad.mid"
    path.write_bytes(build())
    sentence = refused(cli("compose", path, "-o", tmp_path / "out.mid", "--model", "bach-gan"))
    assert re.search(word, sentence)
    assert not (tmp_path / "out.mid").exists()


@pytest.mark.parametrize("name", [name for name in BAD_FILES if name != "only-drums"])
def test_a_bad_file_cannot_be_rendered(cli: Run, name: str, tmp_path: Path) -> None:
    build, word = BAD_FILES[name]
    path = tmp_path / "bad.mid"
    path.write_bytes(build())
    assert re.search(word, refused(cli("render", path, "-o", tmp_path / "out.wav")))
    assert not (tmp_path / "out.wav").exists()


BAD_WORDS: dict[str, tuple[list[str], str]] = {
    "track 0": (["--track", "0"], "choose track 1"),
    "track 9": (["--track", "9"], "has one track"),
    "seed too large": (["--seed", "2147483648"], "seed must be"),
    "seed below 0": (["--seed", "-1"], "seed must be"),
    "no such knob": (["--loudness", "11"], "no knob called 'loudness'"),
    "knob named like an argument": (["--melody", "1"], "no knob called 'melody'"),
    "knob out of range": (["--creative-risk", "2.1"], "from 0.0 to 2.0"),
    "knob below its range": (["--creative-risk", "-1"], "from 0.0 to 2.0"),
    "knob that is no number": (["--creative-risk", "nan"], "from 0.0 to 2.0"),
    "endless knob": (["--creative-risk", "inf"], "from 0.0 to 2.0"),
    "knob in words": (["--creative-risk", "much"], "needs a number"),
    "knob without a value": (["--creative-risk"], "needs a value"),
    "a word too many": (["again", "again"], "not an option"),
    "no such model": (["--model", "nobody"], "choose one of bach-arcnn"),
    "a path for a model": (["--model", "../../secrets"], "no model called"),
    "no such device": (["--device", "abacus"], "no device called"),
}


@pytest.mark.parametrize(("words", "answer"), BAD_WORDS.values(), ids=list(BAD_WORDS))
def test_bad_words_are_one_sentence(
    cli: Run, words: list[str], answer: str, tune_file: Path, tmp_path: Path
) -> None:
    usual = [] if "--model" in words else ["--model", "bach-gan"]
    assert answer in refused(cli("compose", tune_file, "-o", tmp_path / "out.mid", *usual, *words))
    assert not (tmp_path / "out.mid").exists()


def test_a_missing_melody_is_one_sentence(cli: Run, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.mid", tmp_path):
        for command in ("compose", "render"):
            sentence = refused(cli(command, path, "-o", tmp_path / "out"))
            assert f"{path.name} cannot be opened" in sentence


def test_a_folder_that_is_not_there_is_one_sentence(
    cli: Run, tune_file: Path, tmp_path: Path
) -> None:
    nowhere = tmp_path / "nowhere"
    output = ["-o", str(tmp_path / "out.mid"), "--model", "bach-gan"]
    for words in (
        ("compose", tune_file, "-o", nowhere / "out.mid", "--model", "bach-gan"),
        ("compose", tune_file, *output, "--recipe", nowhere / "recipe.json"),
        ("compose", tune_file, *output, "--wav", nowhere / "out.wav"),
        ("render", tune_file, "-o", nowhere / "out.wav"),
    ):
        status, _, err = cli(*words)
        assert status == 2
        [sentence] = err.splitlines()
        assert "nowhere" in sentence


def test_a_missing_soundfont_is_one_sentence(cli: Run, tune_file: Path, tmp_path: Path) -> None:
    words = ("render", tune_file, "-o", tmp_path / "out.wav", "--soundfont", "nobody.sf2")
    assert "nobody.sf2" in refused(cli(*words))


def test_a_broken_model_folder_is_one_sentence(
    cli: Run, tune_file: Path, data_folder: Path, tiny_model: Path
) -> None:
    own = data_folder / "models" / "mine-gan"
    shutil.copytree(tiny_model, own)
    (own / "card.json").write_text("{}")
    output = tune_file.with_name("out.mid")
    sentence = refused(cli("compose", tune_file, "-o", output, "--model", "mine-gan"))
    assert sentence == "The card of the model mine-gan is missing or damaged: reinstall it."
    status, out, err = cli("models")
    assert (status, "bach-gan" in out, err) == (0, True, sentence + "\n")
    status, out, _ = cli("doctor")
    assert (status, sentence in out) == (0, True)


WRAPPER = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(done.returncode, peak // (1024 * 1024 if sys.platform == "darwin" else 1024))
print(done.stderr, end="")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource usage of children")
@pytest.mark.parametrize("name", ["just-under-5-mb", "header-claims-4-gb"])
def test_a_bad_file_takes_little_memory(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.mid"
    path.write_bytes(BAD_FILES[name][0]())
    words = [
        sys.executable,
        "-m",
        "studio.cli",
        "compose",
        str(path),
        "-o",
        str(tmp_path / "o.mid"),
    ]
    done = subprocess.run(
        [sys.executable, "-c", WRAPPER, *words],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    first, *err = done.stdout.splitlines()
    status, megabytes = map(int, first.split())
    assert status == 2
    assert len(err) == 1
    assert re.search(BAD_FILES[name][1], err[0])
    assert megabytes < MOST_MEGABYTES


# The other commands


def test_tracks_lists_the_parts_of_a_file_and_says_which_is_taken(cli: Run) -> None:
    status, out, err = cli("tracks", CASES / "pick_other_language.mid")
    assert (status, err) == (0, "")
    assert [line.split("  ")[0] for line in out.splitlines()] == ["", "1", "2"]
    assert re.search(r"^1 +Gesang +Voice oohs +32 +A3 to A4 +taken: its name says so$", out, re.M)
    assert re.search(r"^2 +Klavier +Grand piano +64 +C5 to C6$", out, re.M)


def test_models_are_listed_and_their_cards_printed(cli: Run, data_folder: Path) -> None:
    status, out, err = cli("models")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    cards = models()[0]
    assert [row.split()[0] for row in lines] == [card.id for card in cards]
    status, out, _ = cli("models", "--json")
    printed = json.loads(out)
    assert status == 0
    assert [card["id"] for card in printed] == [card.id for card in cards]
    assert all(card["licence"] and card["follows"] and card["parts"] for card in printed)


def test_render_writes_the_mix_and_its_stems(cli: Run, tmp_path: Path) -> None:
    score = tune(1)
    band = Track("Bass", line([36, 36, 43, 43]), 33)
    path = melody_file(tmp_path / "band.mid", score.with_tracks([*score.tracks, band]))
    status, out, err = cli("render", path, "-o", tmp_path / "o.wav", "--stems", tmp_path / "stems")
    assert (status, err) == (0, "")
    assert "played by" in out
    assert soundfile.info(tmp_path / "o.wav").samplerate == 44_100
    stems = sorted(file.name for file in (tmp_path / "stems").iterdir())
    assert len(stems) == 2
    assert any("bass" in name.lower() for name in stems)


@pytest.mark.parametrize(
    ("name", "seconds"), [("render_tempo_change", 48.0), ("render_pedal", 4.0)]
)
def test_render_plays_the_file_as_long_as_it_lasts(
    cli: Run, tmp_path: Path, name: str, seconds: float
) -> None:
    status, out, _ = cli("render", ROOT / f"tests/cases/{name}.mid", "-o", tmp_path / "o.wav")
    assert status == 0
    assert f"{seconds} s, played by" in out
    assert seconds <= soundfile.info(tmp_path / "o.wav").duration <= seconds + 2.5


def test_doctor_says_what_there_is(cli: Run, data_folder: Path) -> None:
    status, out, err = cli("doctor")
    assert (status, err) == (0, "")
    rows = dict(row.split(maxsplit=1) for row in out.splitlines() if not row.startswith("Note"))
    assert rows["Tutti"] == studio.__version__
    assert "bach-gan" in rows["Models"]
    assert rows["Data"] == f"{data_folder} (writable)"
    assert rows["Device"]
    assert rows["Synth"]
    assert "timgm6mb" in out.lower()
    assert not data_folder.exists()  # looking changes nothing


def test_doctor_names_a_device_that_is_not_there(
    cli: Run, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTTI_DEVICE", "abacus")
    status, out, _ = cli("doctor")
    assert (status, "no device called 'abacus'" in out) == (0, True)


def test_help_names_every_command(cli: Run) -> None:
    status, out, _ = cli("--help")
    assert status == 0
    for command in (
        "serve", "compose", "extend", "rewrite", "models", "render", "train", "doctor",
    ):  # fmt: skip
        assert command in out
    status, out, _ = cli("compose", "--help")
    assert status == 0
    for option in ("--model", "--seed", "--track", "--wav", "--recipe", "--creative-risk"):
        assert option in out.replace("\n", "").replace(" ", "")


# What a technique that writes bar by bar can do beside


@pytest.fixture
def writer(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A model that writes bar by bar."""
    return scribe.hire(monkeypatch, data_folder / "models").name


def notes_by_bar(path: Path, part: str) -> list[int]:
    [track] = [track for track in midi.read(path.read_bytes()).score.tracks if track.name == part]
    starts = [note.start_tick // 1920 for note in track.notes]
    return [starts.count(bar) for bar in range(4)]


def test_parts_and_choices_are_asked_for_by_name(
    cli: Run, tune_file: Path, tmp_path: Path, writer: str
) -> None:
    band, recipe = tmp_path / "band.mid", tmp_path / "band.json"
    status, _, err = cli(
        "compose", tune_file, "-o", band, "--model", writer, "--recipe", recipe,
        "--sampling-technique", "topk", "--part", "Bass density=8", "--part", "Bass register=40",
        "--part", "Keys density=2",
    )  # fmt: skip
    assert (status, err) == (0, "")
    written = json.loads(recipe.read_text())
    assert written["parts"] == {"Bass": {"density": 8, "register": 40}, "Keys": {"density": 2}}
    assert written["knobs"]["sampling_technique"] == 1
    assert notes_by_bar(band, "Bass") == [8, 8, 8, 8]
    assert notes_by_bar(band, "Keys") == [2, 2, 2, 2]
    again = tmp_path / "again.mid"
    assert cli("replay", recipe, "-o", again)[0] == 0
    assert again.read_bytes() == band.read_bytes()


def test_takes_are_numbered_files_each_with_its_recipe(
    cli: Run, tune_file: Path, tmp_path: Path, writer: str
) -> None:
    words = ("compose", tune_file, "-o", tmp_path / "band.mid", "--model", writer, "--seed", "7")
    status, _, err = cli(*words, "--takes", "4", "--recipe", tmp_path / "r.json")
    assert (status, err) == (0, "")
    files = [tmp_path / f"band-{take}.mid" for take in range(1, 5)]
    assert len({file.read_bytes() for file in files}) == 4
    assert not (tmp_path / "band.mid").exists()
    recipes = [json.loads((tmp_path / f"r-{take}.json").read_text()) for take in range(1, 5)]
    assert [recipe["seed"] for recipe in recipes] == [7, 8, 9, 10]
    assert cli(*words)[0] == 0
    assert (tmp_path / "band.mid").read_bytes() == files[0].read_bytes()


def test_extend_writes_a_longer_melody(
    cli: Run, tune_file: Path, tmp_path: Path, writer: str
) -> None:
    output = tmp_path / "longer.mid"
    status, out, err = cli(
        "extend", tune_file, "-o", output, "--model", writer, "--extension-duration", "3",
        "--chords", "C | F | G | C", "--sampling-technique=Nucleus", "--stay-in-key", "off",
    )  # fmt: skip
    assert (status, err) == (0, "")
    assert "Chords: C | F | G | C | " in out
    score = midi.read(output.read_bytes()).score
    assert score.bars == 7
    assert score.tracks[0].notes[:16] == tune().tracks[0].notes


def test_rewrite_changes_those_bars_and_its_recipe_gives_the_piece(
    cli: Run, tune_file: Path, tmp_path: Path, writer: str
) -> None:
    first, second, third = (tmp_path / name for name in ("1.json", "2.json", "3.json"))
    band, anew = tmp_path / "band.mid", tmp_path / "anew.mid"
    cli("compose", tune_file, "-o", band, "--model", writer, "--recipe", first, "--seed", "4")
    words = ("rewrite", first, "-o", anew, "--part", "Keys density=8", "--part", "Drums")
    status, out, err = cli(*words, "--bars", "2,4", "--recipe", second)
    assert (status, err) == (0, "")
    assert "bars 2,4 of Keys and Drums written anew, seed 5" in out
    assert notes_by_bar(anew, "Keys") == [4, 8, 4, 8]
    before, after = (midi.read(path.read_bytes()).score.tracks for path in (band, anew))
    assert after[:2] == before[:2]
    assert after[3] != before[3]
    words = ("rewrite", second, "-o", tmp_path / "last.mid", "--part", "Bass", "--bars", "1-3")
    assert cli(*words, "--seed", "9", "--recipe", third)[0] == 0
    again = tmp_path / "again.mid"
    assert cli("replay", third, "-o", again)[0] == 0
    assert again.read_bytes() == (tmp_path / "last.mid").read_bytes()
    rewrites = json.loads(third.read_text())["rewrites"]
    assert [each["bars"] for each in rewrites] == [
        {"Keys": [2, 4], "Drums": [2, 4]},
        {"Bass": [1, 2, 3]},
    ]


def test_a_part_keeps_a_rhythm_and_its_recipe_gives_the_piece(
    cli: Run, tune_file: Path, tmp_path: Path, writer: str
) -> None:
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    band, kept, again = (tmp_path / name for name in ("band.mid", "kept.mid", "again.mid"))
    cli("compose", tune_file, "-o", band, "--model", writer, "--recipe", first, "--plain")
    words = ("rhythm", first, "-o", kept, "--part", "Keys", "--bar", "2", "--bars", "3-4")
    status, out, err = cli(*words, "--recipe", second)
    assert (status, err) == (0, "")
    assert "Keys has the rhythm of bar 2 in bars 3-4" in out
    bars = notes_by_bar(kept, "Keys")
    assert bars[2] == bars[3] == bars[1]
    cli("replay", second, "-o", again)
    assert again.read_bytes() == kept.read_bytes()
    bass = ("--part", "Bass", "--bar", "1", "--tap", tune_file)
    assert f"the rhythm of {tune_file.name}" in cli("rhythm", first, "-o", kept, *bass)[1]
    for more, answer in (
        (("--part", "Tuba", "--bar", "1"), "no part called"),
        (("--part", "Keys", "--bar", "9"), "no bar 9"),
        (("--part", "Keys", "--bar", "1", "--bars", "x"), "names no bars"),
        (("--part", "Melody", "--bar", "1"), "melody is yours"),
    ):
        assert answer in refused(cli("rhythm", first, "-o", tmp_path / "no.mid", *more))
    assert "another name" in refused(cli("rhythm", first, "-o", first, *bass))
    assert "another name" in refused(cli("rhythm", first, "-o", tune_file, *bass))
    assert not (tmp_path / "no.mid").exists()


BAD_WISHES: dict[str, tuple[list[str], str]] = {
    "no such part": (["--part", "Tuba density=8"], "no part called 'Tuba'"),
    "no such wish": (["--part", "Bass loudness=8"], "no knob called 'loudness'"),
    "a wish in words": (["--part", "Bass density=much"], "needs a number"),
    "a wish out of range": (["--part", "Bass density=99"], "from 0.0 to 32.0"),
    "no part named": (["--part", "density=8"], "names no part"),
    "no such choice": (["--sampling-technique", "TopTop"], "one of Nucleus, TopK"),
    "knob named like an argument": (["--parts", "1"], "no knob called 'parts'"),
    "knob named like another": (["--count", "1"], "no knob called 'count'"),
    "no takes": (["--takes", "0"], "--takes"),
    "too many takes": (["--takes", "5"], "--takes"),
}


@pytest.mark.parametrize(("words", "answer"), BAD_WISHES.values(), ids=list(BAD_WISHES))
def test_wishes_that_cannot_be_are_one_sentence(
    cli: Run, words: list[str], answer: str, tune_file: Path, tmp_path: Path, writer: str
) -> None:
    usual = ["compose", tune_file, "-o", tmp_path / "out.mid", "--model", writer]
    assert answer in refused(cli(*usual, *words))
    assert list(tmp_path.glob("out*")) == []


def test_parts_of_a_model_that_takes_no_wishes_are_one_sentence(
    cli: Run, tune_file: Path, tmp_path: Path
) -> None:
    usual = ["compose", tune_file, "-o", tmp_path / "out.mid", "--model", "bach-gan"]
    assert "choose a Transformer" in refused(cli(*usual, "--part", "Bass density=8"))


BAD_EXTENSIONS: dict[str, tuple[list[str], str]] = {
    "by nothing": (["--extension-duration", "0"], "from 1 to 32"),
    "a model that cannot": (["--model", "bach-gan"], "cannot go on with a melody"),
    "no such model": (["--model", "nobody"], "no model called"),
    "no such knob": (["--density", "3"], "no knob called 'density'"),
    "no chord": (["--chords", "C | Quux"], "is no chord"),
    "no seed": (["--seed", "-1"], "seed must be"),
}


@pytest.mark.parametrize(("words", "answer"), BAD_EXTENSIONS.values(), ids=list(BAD_EXTENSIONS))
def test_an_extension_that_cannot_be_is_one_sentence(
    cli: Run, words: list[str], answer: str, tune_file: Path, tmp_path: Path, writer: str
) -> None:
    usual = [] if "--model" in words else ["--model", writer]
    assert answer in refused(cli("extend", tune_file, "-o", tmp_path / "out.mid", *usual, *words))
    assert not (tmp_path / "out.mid").exists()


def test_a_melody_of_256_bars_is_not_extended(cli: Run, tmp_path: Path, writer: str) -> None:
    path = melody_file(tmp_path / "long.mid", replace(tune(256), tempo_bpm=120))
    words = ("extend", path, "-o", tmp_path / "out.mid", "--model", writer)
    assert "up to 256 bars" in refused(cli(*words))


BAD_REWRITES: dict[str, tuple[list[str], str]] = {
    "no such part": (["--part", "Tuba", "--bars", "1"], "Tuba"),
    "a bar too far": (["--part", "Bass", "--bars", "5"], "no bar 5 of Bass"),
    "bar 0": (["--part", "Bass", "--bars", "0"], "count from 1"),
    "an endless range": (["--part", "Bass", "--bars", "1-999999999999"], "count from 1"),
    "backwards": (["--part", "Bass", "--bars", "3-2"], "count from 1"),
    "bars in words": (["--part", "Bass", "--bars", "three"], "names no bars"),
    "no bars": (["--part", "Bass", "--bars", ""], "names no bars"),
    "no part": (["--bars", "1"], "--part"),
}


@pytest.mark.parametrize(("words", "answer"), BAD_REWRITES.values(), ids=list(BAD_REWRITES))
def test_a_rewrite_that_cannot_be_is_one_sentence(
    cli: Run, words: list[str], answer: str, tune_file: Path, tmp_path: Path, writer: str
) -> None:
    recipe = tmp_path / "r.json"
    cli("compose", tune_file, "-o", tmp_path / "b.mid", "--model", writer, "--recipe", recipe)
    assert answer in refused(cli("rewrite", recipe, "-o", tmp_path / "out.mid", *words))
    assert not (tmp_path / "out.mid").exists()


def test_what_cannot_be_rewritten_is_one_sentence(
    cli: Run, tune_file: Path, tmp_path: Path, data_folder: Path
) -> None:
    recipe, bars = tmp_path / "r.json", ("--part", "Alto", "--bars", "1")
    band = tmp_path / "b.mid"
    cli("compose", tune_file, "-o", band, "--model", "bach-gan", "--recipe", recipe)
    words = ("-o", tmp_path / "out.mid", *bars)
    assert "choose a Transformer" in refused(cli("rewrite", recipe, *words))
    assert "cannot be opened" in refused(cli("rewrite", band, *words))
    recipe.with_name("x.json").write_text("{}")
    assert "no recipe" in refused(cli("rewrite", recipe.with_name("x.json"), *words))
    assert "cannot be opened" in refused(cli("rewrite", tmp_path / "nowhere.json", *words))
    assert "another name" in refused(cli("rewrite", recipe, "-o", recipe, *bars))


def test_train_makes_a_model_that_plays(
    cli: Run, tune_file: Path, data_folder: Path, tmp_path: Path
) -> None:
    songs = write_songs(tmp_path / "songs", [made_up_chorale(seed) for seed in range(3)])
    into = data_folder / "models"
    words = ["train", "--genre", "bach", "--data", songs, "--into", into]
    status, out, err = cli(*words, "--epochs", "1", "--device", "cpu")
    assert (status, err) == (0, "")
    assert "epoch 1/1" in out
    assert f"{into / 'bach-gan'} is ready" in out
    assert (into / "bach-gan" / "weights.safetensors").is_file()


def test_several_sets_of_songs_and_every_setting_are_options(
    cli: Run, data_folder: Path, tmp_path: Path
) -> None:
    sets = [
        write_songs(tmp_path / name, [made_up_chorale(seed, 8) for seed in seeds])
        for name, seeds in (("one", range(3)), ("two", range(3, 6)))
    ]
    status, _, err = cli(
        "train", "--genre", "bach", "--data", sets[0], "--data", sets[1], "--device", "cpu",
        "--epochs", "1", "--width", "16", "--learning-rate=0.0005", "--seed", "3",
    )  # fmt: skip
    assert (status, err) == (0, "")
    card = json.loads((data_folder / "models" / "bach-gan" / "card.json").read_text())
    assert card["data"] == "one and two: 5 songs were learned from, 1 held out."
    settings = card["settings"]
    assert (settings["epochs"], settings["width"], settings["seed"]) == (1, 16, 3)
    assert settings["learning_rate"] == 0.0005


def test_a_model_of_ones_own_is_trained_from_a_folder_and_plays(
    cli: Run, tune_file: Path, data_folder: Path, tmp_path: Path
) -> None:
    songs = write_songs(tmp_path / "my songs", [made_up_chorale(seed) for seed in range(4)])
    words = ["train", "--name", "My Choir", "--data", songs, "--preset", "quick", "--epochs", "1"]
    status, out, err = cli(*words, "--layout", "chorale", "--device", "cpu")
    assert (status, err) == (0, "")
    assert "epoch 1/1" in out
    assert "my-choir-gan is ready: choose it with --model my-choir-gan." in out
    card = json.loads((data_folder / "models" / "my-choir-gan" / "card.json").read_text())
    assert card["title"] == "My Choir"
    assert card["settings"]["width"] == 32  # the preset's
    assert card["data"].startswith("my songs: files of the user's own. 3 songs were learned from")
    assert not list((data_folder / "runs").iterdir())
    band = tmp_path / "band.mid"
    assert cli("compose", tune_file, "-o", band, "--model", "my-choir-gan")[0] == 0


def test_a_training_that_was_broken_off_goes_on_only_when_asked(
    cli: Run, data_folder: Path, tmp_path: Path
) -> None:
    from studio.ground import Settings
    from studio.training import RunSpec, events, inputs_of, train

    songs = write_songs(tmp_path / "songs", [made_up_chorale(seed) for seed in range(4)])
    small = {"epochs": 2, "width": 16}
    spec = RunSpec("Choir", settings=small, layout="chorale", data=(str(songs),))
    inputs = inputs_of(spec, Settings(data_dir=data_folder))
    folder = data_folder / "runs" / inputs.card.id
    begun = train(inputs, folder, data_folder / "models", "cpu")
    next(event for event in begun if isinstance(event, events.Epoch))
    words = ["train", "--name", "Choir", "--data", songs, "--layout", "chorale", "--device", "cpu"]
    words += ["--epochs", "2", "--width", "16"]
    assert "go on with --resume" in refused(cli(*words))
    status, out, _ = cli(*words, "--resume")
    assert status == 0
    assert "epoch 1/2" not in out
    assert "epoch 2/2" in out
    history = (data_folder / "models" / "choir-gan" / "history.jsonl").read_text().splitlines()
    assert [json.loads(row)["epoch"] for row in history] == [1, 2]


BAD_ORDERS: dict[str, tuple[list[str], str]] = {
    "no name": ([], "--name for a model of your own"),
    "no such preset": (["--name", "x", "--preset", "swift"], "choose one of Quick, Best, Textbook"),
    "no such set": (["--name", "x", "--data", "builtin:polkas"], "There is no set called"),
    "nowhere": (["--name", "x", "--data", "nowhere.zip"], "There is no nowhere.zip"),
    "two wishes": (["--genre", "pop", "--from", "pop-gan"], "not both"),
}


@pytest.mark.parametrize(("words", "answer"), BAD_ORDERS.values(), ids=list(BAD_ORDERS))
def test_an_order_that_cannot_be_is_one_sentence(
    cli: Run, words: list[str], answer: str, tmp_path: Path, data_folder: Path
) -> None:
    data = [] if "--data" in words else ["--data", str(tmp_path)]
    assert answer in refused(cli("train", *data, *words))


BAD_TRAININGS: dict[str, tuple[list[str], str]] = {
    "no such genre": (["--genre", "polka"], "choose one of pop, "),
    "no such technique": (["--technique", "telepathy"], "no technique"),
    "no epochs": (["--epochs", "0"], "Epochs must be"),
    "no such seed": (["--seed", "-1"], "Seed must be"),
    "no such setting": (["--loudness", "11"], "no knob called 'loudness'"),
    "a setting in words": (["--width", "wide"], "--width needs a number"),
    "a setting without a value": (["--width"], "needs a value"),
    "a word too many": (["again", "again"], "see tutti train --help"),
    "no data": (["--data", "nowhere.zip"], "neither a folder nor a zip"),
}


@pytest.mark.parametrize(("words", "answer"), BAD_TRAININGS.values(), ids=list(BAD_TRAININGS))
def test_a_training_that_cannot_be_is_one_sentence(
    cli: Run, words: list[str], answer: str, tmp_path: Path
) -> None:
    usual = ["--genre", "bach", "--data", str(tmp_path), "--into", str(tmp_path / "models")]
    assert answer in refused(cli("train", *usual, *words))


def test_tiny_models_of_both_genres_share_one_recipe_format(
    cli: Run, tune_file: Path, data_folder: Path, tmp_path: Path
) -> None:
    train_tiny("gan", "pop", data_folder)
    folder = data_folder / "models"
    card = json.loads((folder / "pop-gan" / "card.json").read_text())
    (folder / "pop-gan").rename(folder / "own-gan")
    (folder / "own-gan" / "card.json").write_text(json.dumps({**card, "id": "own-gan"}))
    keys = []
    for model in ("own-gan", "bach-gan"):
        recipe = tmp_path / f"{model}.json"
        words = ("compose", tune_file, "-o", tmp_path / "o.mid", "--model", model)
        assert cli(*words, "--recipe", recipe)[0] == 0
        keys.append(set(json.loads(recipe.read_text())))
    assert keys[0] == keys[1]


@pytest.mark.parametrize(
    "words",
    [
        ["nosuch"],
        ["compose"],
        ["compose", "tune.mid"],
        ["compose", "tune.mid", "-o", "band.mid", "--seed", "abc"],
        ["serve", "--port", "99999"],
        ["train", "--genre"],
    ],
    ids=" ".join,
)
def test_a_wrong_word_is_one_sentence_and_a_hint(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run_cli(*words, capsys=capsys)
    assert (status, out) == (2, "")
    assert err.endswith(". See tutti --help.\n")
    assert err.count("\n") == 1
    assert ".." not in err


def test_a_band_never_overwrites_its_melody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    melody = tmp_path / "tune.mid"
    melody.write_bytes(midi.write(tune(4)))
    before = melody.read_bytes()
    status, _, err = run_cli("compose", melody, "-o", melody, capsys=capsys)
    assert status == 2
    assert "another name" in err
    assert melody.read_bytes() == before


def test_bars_of_rest_stay_or_are_trimmed(cli: Run, tmp_path: Path) -> None:
    late = replace(tune(2), tracks=(shift(tune(2).tracks[0], 3 * 1920),))
    path, out = melody_file(tmp_path / "late.mid", late), tmp_path / "out.mid"
    _, said, _ = cli("compose", path, "-o", out)
    assert "Kept: 3 bars of rest" in said
    tracks = midi.read_path(out).score.tracks
    assert {track.notes[0].start_tick // 1920 for track in tracks} == {3}
    _, said, _ = cli("compose", path, "-o", out, "--trim")
    assert "3 empty bars" in said
    assert midi.read_path(out).score.tracks[0].notes[0].start_tick == 0
