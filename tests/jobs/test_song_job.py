"""A file of a set is seen in two colours and heard, as it is and before anything learns from it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import soundfile
from desk import OWNER, WORKER, plain
from helpers import chorale, pop_song
from hypothesis import given
from hypothesis import strategies as st

from studio.corpus.layouts import LAYOUTS
from studio.corpus.reading import Song
from studio.corpus.sets import add_upload, sets_folder
from studio.ground.errors import BadKnob, BadMidi
from studio.jobs.kinds import song
from studio.jobs.takes import sound_of
from studio.music import midi
from studio.music.score import Note, Score, Track
from studio.queue.context import Context
from studio.queue.records import JsonObject
from studio.queue.store import Store


def played(data_dir: Path, name: str, layout: str = "chorale") -> tuple[JsonObject, Path]:
    """What the job tells of a file, and where its sound is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(2):
            archive.writestr(f"{number}.mid", midi.write(chorale(number)))
        archive.writestr("broken.mid", b"MThd nonsense")
    music = add_upload(sets_folder(data_dir), buffer, "Chorales")
    request = song.Request(music.id, name, layout)
    store = Store.in_folder(data_dir)
    store.submit(song.KIND, request.to_json(), OWNER)
    job = store.claim(WORKER, 60.0)
    store.close()
    assert job is not None
    said: list[JsonObject] = []
    context = Context(job, data_dir, lambda _, data: said.append(data), lambda: None)
    song.run(request, context, plain(data_dir))
    (told,) = said
    return told, sound_of(data_dir, job.id)


def test_a_file_is_drawn_with_its_melody_and_rendered(tmp_path: Path) -> None:
    told, sound = played(tmp_path, "1.mid")
    score = chorale(1)
    assert told["more"] == 0
    assert len(told["notes"]) == score.note_count
    sung = sorted((row[0], row[2]) for row in told["notes"] if row[4])
    clock = score.clock
    assert sung == sorted(
        (round(clock.seconds_at(n.start_tick), 3), n.pitch) for n in score.tracks[0].notes
    )
    assert soundfile.info(sound).duration >= told["seconds"] - 0.1


def test_a_file_that_is_gone_or_broken_or_asked_for_oddly_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadMidi, match="choose another"):
        played(tmp_path, "no.mid")
    with pytest.raises(BadMidi):
        played(tmp_path, "broken.mid")
    with pytest.raises(BadKnob, match="layout"):
        played(tmp_path, "1.mid", "polka")


@pytest.mark.parametrize("layout", ["pop", "chorale", "band"])
def test_what_no_layout_can_use_is_drawn_without_a_melody(layout: str) -> None:
    alone = Score((Track("Bass", (Note(0, 40, 480), Note(480, 41, 480))),))
    rows = song.drawn(Song("x.mid", alone), LAYOUTS[layout])
    assert [row[2:] for row in rows] == [[40, 80, False], [41, 80, False]]


@given(st.integers(0, 9))
def test_the_sung_melody_of_a_piano_arrangement_is_the_melody(number: int) -> None:
    score = pop_song(number)
    rows = song.drawn(Song("x.mid", score), LAYOUTS["pop"])
    melody = {
        (round(score.clock.seconds_at(n.start_tick), 3), n.pitch) for n in score.tracks[0].notes
    }
    drawn = {(row[0], row[2]) for row in rows if row[4]}
    assert melody <= drawn
