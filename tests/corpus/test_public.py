"""Public sets: fetched from a server of the test's own, and kept only where they are the very files
that were pinned."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from helpers import band_song

from studio.corpus import fetching, sets
from studio.corpus.diagnosis import diagnose
from studio.corpus.layouts import LAYOUTS
from studio.corpus.pop909 import on_grid
from studio.corpus.public import PUBLIC, content_sha256, gather_public, is_used
from studio.corpus.reading import read_songs
from studio.ground.errors import BadMidi
from studio.music import midi
from studio.music.harmony import STYLES
from studio.music.score import Note, Score, Track


class Site:
    """A web site that holds some archives by their paths."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                data = site.files.get(self.path[1:])
                self.send_response(404 if data is None else 200)
                self.end_headers()
                self.wfile.write(data or b"")

            def log_message(self, *words: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for path, data in files.items():
            packed.writestr(f"name-commit/{path}", data)
    return buffer.getvalue()


def publish(site: Site, key: str, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts files on the site as the set's archive, and pins them."""
    used = {path: data for path, data in files.items() if is_used(path, PUBLIC[key].files)}
    monkeypatch.setitem(PUBLIC, key, replace(PUBLIC[key], sha256=content_sha256(used)))
    site.files[PUBLIC[key].path] = archive(files)


def quiet(words: str, share: float) -> None:
    """Nobody listens."""


BANDS = {f"musics/{i}.mid": midi.write(band_song(i)) for i in range(3)}


def test_a_public_set_is_fetched_when_asked_and_checked(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = {"README.md": b"hello", "levels/musics/x.mid": b"other", "lumps/a.png": b"x" * 10_000}
    publish(site, "freedoom", BANDS | others, monkeypatch)
    told: list[float] = []
    made = gather_public(tmp_path, "freedoom", lambda _, share: told.append(share), site.url)
    assert site.asked == ["/" + PUBLIC["freedoom"].path]
    assert (made.kind, made.key, made.files) == ("public", "freedoom", 3)
    assert PUBLIC["freedoom"].commit in made.source
    assert told == sorted(told)
    found = diagnose(sets.music_of(tmp_path, made.id))
    assert (found["layout"], len(found["kept"])) == ("band", 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == [made.id]


def test_other_files_than_the_pinned_are_not_kept(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(site, "freedoom", BANDS, monkeypatch)
    changed = dict(BANDS)
    changed["musics/1.mid"] = BANDS["musics/1.mid"][:-1] + b"\x01"
    for files in (changed, dict(list(BANDS.items())[:2]), BANDS | {"musics/4.mid": b"more"}, {}):
        site.files[PUBLIC["freedoom"].path] = archive(files)
        with pytest.raises(BadMidi, match="is not Freedoom as it was checked"):
            gather_public(tmp_path, "freedoom", quiet, site.url)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_fetched_is_a_sentence(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadMidi, match="check the connection"):
        gather_public(tmp_path, "freedoom", quiet, site.url)
    with pytest.raises(BadMidi, match="check the connection"):
        gather_public(tmp_path, "freedoom", quiet, "http://127.0.0.1:9")
    site.files[PUBLIC["freedoom"].path] = b"no zip at all"
    with pytest.raises(BadMidi, match=r"not a zip|damaged"):
        gather_public(tmp_path, "freedoom", quiet, site.url)
    monkeypatch.setattr(fetching, "MAX_BYTES", 1000)
    site.files[PUBLIC["freedoom"].path] = bytes(100_000)
    with pytest.raises(BadMidi, match="far larger"):
        gather_public(tmp_path, "freedoom", quiet, site.url)
    assert list(tmp_path.iterdir()) == []


def test_every_entry_is_pinned_and_says_what_it_demands() -> None:
    for facts in PUBLIC.values():
        assert len(facts.commit) == 40
        assert len(facts.sha256) == 64
        assert facts.layout in LAYOUTS
        assert facts.harmony in STYLES
        assert facts.licence
        assert facts.follows.startswith("Your music is yours.")


def test_the_pin_does_not_depend_on_how_files_are_packed() -> None:
    turned = dict(reversed(BANDS.items()))
    assert content_sha256(BANDS) == content_sha256(turned)
    assert content_sha256(BANDS) != content_sha256({k + "x": v for k, v in BANDS.items()})


def performance(late: float = 0.05, bars: int = 12) -> dict[str, bytes]:
    """A song as POP909 has it: 0.4 s a beat in a file that says 120 bpm, the first downbeat on the
    second beat, everything a little late."""
    beat = 0.4
    ticks = round(beat / 0.5 * 480)

    def played(pitches: list[int]) -> tuple[Note, ...]:
        return tuple(
            Note(round((1 + i + late) * ticks), pitch, ticks - 20)
            for i, pitch in enumerate(pitches)
        )

    tracks = (
        Track("MELODY", played([72, 74, 76, 77] * bars)),
        Track("BRIDGE", played([60, 62, 64, 65] * bars)),
        Track("PIANO", played([40, 60, 64, 67] * bars)),
    )
    beats = "".join(f"{i * beat:.4f} {i % 2:.1f} {i % 4 == 1:.1f}\n" for i in range(4 * bars + 2))
    chords = f"{beat}\t{5 * beat}\tC:maj\n{5 * beat}\t{9 * beat}\tA:min7/b3\n"
    return {
        "007.mid": midi.write(Score(tracks, 120)),
        "beat_midi.txt": beats.encode(),
        "chord_midi.txt": chords.encode(),
        "key_audio.txt": b"0.0\t99.0\tC:maj\n",
    }


def test_a_performance_is_put_on_its_annotated_beats() -> None:
    song = on_grid(performance(), "007")
    assert song.regularity == 1
    assert song.score.tempo_bpm == 150
    melody = song.score.tracks[0].notes
    assert [note.start_tick for note in melody[:4]] == [1920, 2400, 2880, 3360]
    assert {note.duration_ticks for note in melody} == {480}
    assert [(m.start_tick, m.symbol) for m in song.score.chords] == [(1920, "C"), (3840, "Am7")]


@pytest.mark.parametrize("name", ["beat_midi.txt", "chord_midi.txt", "007.mid"])
def test_a_performance_that_lacks_something_is_a_sentence(name: str) -> None:
    files = performance()
    with pytest.raises(BadMidi):
        on_grid({k: v for k, v in files.items() if k != name}, "007")
    with pytest.raises(BadMidi):
        on_grid(files | {name: b"\xff\xfe nonsense\tx\ty"}, "007")


def test_pop909_becomes_songs_of_the_pop_layout(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        f"POP909/{number}/{name.replace('007', number)}": data
        for number in ("001", "002")
        for name, data in performance(0.02 if number == "001" else 0.1).items()
    }
    files["POP909/001/versions/001-v1.mid"] = b"another version"
    publish(site, "pop909", files, monkeypatch)
    made = gather_public(tmp_path, "pop909", quiet, site.url)
    path = sets.music_of(tmp_path, made.id)
    [first, _], refused = read_songs(path)
    assert refused == []
    assert (first.facts["key"], first.facts["downbeat_regularity"]) == ("C:maj", "1.000")
    assert first.melody == 0
    assert len(diagnose(path)["kept"]) == 2


def test_rags_are_read_from_humdrum(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "**kern\t**kern\n*staff2\t*staff1\n*clefF4\t*clefG2\n*M2/4\t*M2/4\n"
    bars = "".join(f"={i}\t={i}\n8C\t8cc\n8c\t8ee\n8G\t8gg\n8c\t8ee\n" for i in range(1, 21))
    rag = (head + bars + "==\t==\n*-\t*-\n").encode()
    publish(site, "joplin", {f"kern/{name}.krn": rag for name in ("a", "b")}, monkeypatch)
    made = gather_public(tmp_path, "joplin", quiet, site.url)
    songs, _ = read_songs(sets.music_of(tmp_path, made.id))
    assert [song.title for song in songs] == ["a (Scott Joplin)", "b (Scott Joplin)"]
    upper = songs[0].score.tracks[0].notes
    assert {note.pitch for note in upper} == {72, 76, 79}  # the right hand comes first
    assert songs[0].score.bars == 20
