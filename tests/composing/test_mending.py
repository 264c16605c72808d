"""A melody is mended note by note, and what a band was written of can be told and vetoed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import train_tiny, tune
from typer.testing import CliRunner

import studio
from studio.cli.commands import app
from studio.composing import Band, Recipe, Request, Rewrite, load_band
from studio.composing.chain import Chain
from studio.composing.mending import Mended
from studio.ground.errors import BadKnob, BadScore
from studio.music import midi
from studio.music.harmony import chords_alone, implied_triads
from studio.music.score import Note, Score, map_notes, one_at_a_time
from studio.music.theory import NO_CHORD, Key
from studio.techniques import Technique

NONE = {"maximum_input_notes_to_remove": 0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_tiny("arcnn", "bach", tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def band(folder: Path) -> Band:
    return load_band(folder, "cpu")


@pytest.fixture
def odd() -> Score:
    """A tune, played a little late, with notes that are far out of place."""
    played = tune(4)
    notes = [
        replace(note, start_tick=note.start_tick + 7, pitch=note.pitch + 13 * (number % 5 == 2))
        for number, note in enumerate(played.tracks[0].notes)
    ]
    return played.with_tracks([replace(played.tracks[0], notes=tuple(notes))])


def test_a_mended_note_keeps_its_time_and_loudness(band: Band, odd: Score) -> None:
    mended = band.mend(Request(odd, band.card.id))
    assert mended.changes
    assert len(mended.sentences) == len(mended.changes)
    mine = odd.tracks[0].notes
    for change in mended.changes:
        if change.before:
            assert change.before in mine
        if change.before and change.after:
            assert replace(change.after, pitch=change.before.pitch) == change.before
    touched = {change.before for change in mended.changes}
    assert {note for note in mine if note not in touched} <= {*mended.score.tracks[0].notes}


def test_each_change_is_taken_back_alone(band: Band, odd: Score) -> None:
    mended = band.mend(Request(odd, band.card.id))
    everything = range(len(mended.changes))
    assert mended.without(everything) == odd
    for place, change in enumerate(mended.changes):
        others = mended.without([place]).tracks[0].notes
        assert change.before is None or change.before in others
        assert mended.without([*everything][:place] + [*everything][place + 1 :]) != odd


def test_limits_that_forbid_any_change_are_one_sentence(band: Band, odd: Score) -> None:
    gap = odd.with_tracks([replace(odd.tracks[0], notes=odd.tracks[0].notes[::2])])
    mended = band.mend(Request(gap, band.card.id, knobs=NONE))  # rests may be filled
    assert not any(one.before for one in mended.changes)
    held = [replace(note, duration_ticks=480) for note in odd.tracks[0].notes]
    whole = odd.with_tracks([replace(odd.tracks[0], notes=tuple(held))])
    for knobs, says in ((NONE, "let more input notes"), ({"sampling_iterations": 0}, "1 or more")):
        with pytest.raises(BadKnob, match=says):
            band.mend(Request(whole, band.card.id, knobs=knobs))


@pytest.mark.parametrize(
    ("by", "says"), [(0, ""), (-24, "two octaves higher"), (12, "an octave lower")]
)
def test_a_melody_that_is_moved_to_be_read_says_so_and_comes_back(
    band: Band, by: int, says: str
) -> None:
    far = tune(2).with_tracks(
        [map_notes(tune(2).tracks[0], lambda n: replace(n, pitch=n.pitch + by))]
    )
    mended = band.mend(Request(far, band.card.id))
    piece = band.compose(Request(far, band.card.id))
    for report in (mended.report, piece.report):
        assert [says in line for line in report] == ([True] if says else [])
    pitches = [note.pitch for note in far.tracks[0].notes]
    assert all(
        min(pitches) - 12 <= n.pitch <= max(pitches) + 12 for n in mended.score.tracks[0].notes
    )
    assert piece.score.tracks[0] == far.tracks[0]


def test_of_chords_the_highest_note_is_mended_and_no_two_become_one(band: Band, odd: Score) -> None:
    under = [
        replace(note, pitch=note.pitch - by) for note in odd.tracks[0].notes for by in (3, 5, 8)
    ]
    full = odd.with_tracks(
        [replace(odd.tracks[0], notes=tuple(sorted((*odd.tracks[0].notes, *under))))]
    )
    mended = band.mend(Request(full, band.card.id))
    assert any("only the highest" in line for line in mended.report)
    assert all(one.before in odd.tracks[0].notes for one in mended.changes if one.before)
    assert {*under} <= {*mended.score.tracks[0].notes}
    assert one_at_a_time(mended.score.tracks[0]) == mended.score.tracks[0]


def test_chords_alone_are_no_melody_to_mend(band: Band) -> None:
    empty, chords = chords_alone("C | F", 2, "4/4", 100.0)
    with pytest.raises(BadScore, match="no notes"):
        band.mend(Request(empty, band.card.id, chords=chords))


def test_a_flat_that_is_written_an_octave_up_is_named_so(band: Band) -> None:
    note = Note(960, 71, 480, 80)
    change = Technique.Change(note, replace(note, pitch=70), 0.5, 0.1, ((70, 0.5), (None, 0.2)))
    mended = Mended(tune(2), (change,), Key(6, flats=True), Chain(tune(2)))
    assert mended.sentences == ["Bar 1, beat 3: C♭5 becomes B♭4, 50 % likely"]
    told = mended.to_json()["changes"]
    assert told == [{
        "before": [960, 71, 480, 80], "after": [960, 70, 480, 80], "text": mended.sentences[0],
        "options": "B♭4 50 %, a rest 20 %",
    }]  # fmt: skip


def test_a_veto_is_kept_in_the_recipe_and_replayed(band: Band) -> None:
    piece = band.compose(Request(tune(2), band.card.id))
    edit = band.retrace(piece.recipe)[3]
    part = band.card.parts[edit.part].name
    veto = (part, edit.start_tick, edit.end_tick, edit.pitch)
    other = band.compose(replace(piece.recipe.request, vetoes=(veto,)))
    recipe = Recipe.from_json(other.recipe.to_json())
    assert recipe.vetoes == (veto,)
    assert band.replay(recipe).midi == other.midi
    sung = other.score.tracks[1 + edit.part].notes
    assert not any(forbidden(note, veto) for note in sung)


def forbidden(note: Note, veto: tuple[str, int, int, int | None]) -> bool:
    _, start, end, pitch = veto
    return note.pitch == pitch and note.start_tick < end and start < note.end_tick


def test_what_a_technique_cannot_do_is_one_sentence(tiny_model: Path) -> None:
    gan = load_band(tiny_model, "cpu")
    with pytest.raises(BadKnob, match="cannot mend"):
        gan.mend(Request(tune(2), gan.card.id))
    with pytest.raises(BadKnob, match="no replay"):
        gan.retrace(gan.compose(Request(tune(2), gan.card.id)).recipe)
    with pytest.raises(BadKnob, match="no vetoes"):
        gan.compose(Request(tune(2), gan.card.id, vetoes=(("Alto", 0, 480, 60),)))


def test_the_command_line_mends_a_file(
    folder: Path, odd: Score, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTTI_DATA_DIR", str(tmp_path))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / folder.name).symlink_to(folder)
    source, out = tmp_path / "tune.mid", tmp_path / "mended.mid"
    source.write_bytes(midi.write(odd))
    done = CliRunner().invoke(app, ["fix", str(source), "-o", str(out), "--model", folder.name])
    assert done.exit_code == 0, done.output
    mended = studio.fix(source, folder.name)
    assert [line for line in done.output.splitlines() if "becomes" in line]
    assert out.read_bytes() == midi.write(mended.score)
    options = ["--take-back", "1", "--seed", "0"]
    CliRunner().invoke(app, ["fix", str(source), "-o", str(out), "--model", folder.name, *options])
    assert out.read_bytes() == midi.write(mended.without([0]))
    with pytest.raises(BadKnob, match="no change 99"):
        mended.take_back(1, 99)
    kept = mended.take_back(1)
    piece = studio.compose(kept, folder.name)
    assert piece.score.tracks[0].notes == kept.score.tracks[0].notes
    (step,) = (piece.composition.recipe.chain or Chain(odd)).steps
    assert (step.act, step.model, step.taken_back) == ("fix", folder.name, (1,))
    again = studio.fix(kept, folder.name)
    assert [one.act for one in again.chain.steps] == ["fix", "fix"]
    assert again.chain.tune == mended.played


def test_a_veto_is_of_what_the_model_wrote_last(band: Band) -> None:
    """Of bars that were rewritten it is kept with the rewrite, and its replay is of these bars."""
    piece = band.compose(Request(tune(2), band.card.id))
    anew = band.rewrite(piece.score, piece.recipe, Rewrite({"Bass": (1,)}, 5, {}, {}))
    told = band.retrace(anew.recipe)
    assert {band.card.parts[one.part].name for one in told} == {"Bass"}
    assert len(band.denoise(anew.recipe)) >= 1 + max(one.look for one in told)
    edit = told[0]
    veto = ("Bass", edit.start_tick, edit.end_tick, edit.pitch)
    recipe = anew.recipe.with_vetoes((veto,))
    assert recipe.newest.vetoes == (veto,)
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe
    bass = band.replay(recipe).score.tracks[-1]
    sounding = [n for n in bass.notes if n.start_tick < veto[2] and veto[1] < n.end_tick]
    assert all(note.pitch != edit.pitch for note in sounding)


def test_the_chords_of_a_piece_are_those_that_its_voices_sing(band: Band) -> None:
    piece = band.compose(Request(tune(2), band.card.id))
    ticks = piece.plan.unit_ticks
    notes = [note for track in piece.score.tracks for note in track.notes]
    sung = implied_triads(notes, len(piece.plan.triads), ticks)
    named = [
        (new, old) for new, old in zip(piece.plan.triads, sung, strict=True) if old != NO_CHORD
    ]
    assert named
    assert all(new == old for new, old in named)
    assert piece.score.chords == piece.plan.marks()
    typed = band.compose(Request(tune(2), band.card.id, chords="C | G7"))
    assert [mark.symbol for mark in typed.score.chords] == ["C", "G7"]
