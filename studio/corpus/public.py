"""Public sets, fetched when the user asks, and never before, from the site of whoever publishes
them.

Each is pinned: of a repository's commit the files that are used must be, byte for byte, those that
were looked at when the entry was written (`content_sha256`), or nothing is kept. Sets whose terms
do not let one learn from them, or which no layout can use, are left out.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from studio.corpus import pop909
from studio.corpus.builtin import COLUMNS, Tell, as_table
from studio.corpus.fetching import fetch
from studio.corpus.scores import parse, scores_of
from studio.corpus.sets import UNFINISHED, MusicSet, store
from studio.errors import BadKnob, BadMidi, BadScore
from studio.machine import files
from studio.music import midi

SITE = "https://github.com"
_READING = 0.5  # share of the work that fetching is
Files = Mapping[str, bytes]
Made = Iterator[tuple[str, bytes, dict[str, str]]]  # a MIDI file's name, its bytes, facts of it


@dataclass(frozen=True, slots=True)
class Public:
    """A set as the page offers it, see `studio.corpus.builtin.BuiltIn`; `files` are patterns of the
    repository's paths at that commit, `megabytes` is a guess at what is downloaded, `convert` makes
    MIDI of the files."""

    name: str
    description: str
    licence: str
    follows: str
    harmony: str
    layout: str
    count: int
    genre: str
    repository: str
    commit: str
    files: tuple[str, ...]
    sha256: str
    megabytes: int
    convert: Callable[[Files, Tell], Made]

    @property
    def path(self) -> str:
        """Where the commit's archive lies on the site."""
        return f"{self.repository}/archive/{self.commit}.zip"


def gather_public(folder: Path, key: str, tell: Tell, base_url: str | None = None) -> MusicSet:
    """Fetches the public set `key` and keeps it under `folder`; `tell` hears what is done and the
    share (0-1) that is through. `base_url` stands for the site where a copy is nearer.

    Raises BadKnob for a set there is not, BadMidi where it cannot be fetched or is not what was
    pinned; then nothing is kept.
    """
    if key not in PUBLIC:
        raise BadKnob(f"There is no public set called {key!r}: choose one of {', '.join(PUBLIC)}.")
    facts = PUBLIC[key]
    source = f"{SITE}/{facts.repository}, commit {facts.commit}."
    made = MusicSet(
        "", facts.name, "public", source, facts.licence, facts.follows, key=key,
        harmony=facts.harmony, layout=facts.layout,
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as scratch:
        url = f"{base_url or SITE}/{facts.path}"
        words = f"Fetching {facts.name} from {facts.repository}"
        bytes_due = 1_000_000 * facts.megabytes
        archive = fetch(url, Path(scratch), bytes_due, lambda share: tell(words, _READING * share))
        files = _files(archive, facts.files)
    if content_sha256(files) != facts.sha256:
        raise BadMidi(f"What came is not {facts.name} as it was checked: nothing of it was kept.")
    return store(folder, made, _members(facts, files, tell))


def content_sha256(files: Files) -> str:
    """SHA-256 over the files' paths and the SHA-256 of each, in the order of the paths: the same
    however they are packed."""
    lines = [f"{path} {hashlib.sha256(files[path]).hexdigest()}\n" for path in sorted(files)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def is_used(path: str, patterns: tuple[str, ...]) -> bool:
    """Whether a path of the repository is among the files that a set is made of; a star stands for
    one name, not for folders."""
    depth = path.count("/")
    return any(fnmatch(path, each) and each.count("/") == depth for each in patterns)


def _files(archive: Path, patterns: tuple[str, ...]) -> dict[str, bytes]:
    """What of a commit's archive is used, by its path in the repository."""
    found: dict[str, bytes] = {}
    try:
        with archive.open("rb") as file:
            files.check_directory(file)
            file.seek(0)
            with zipfile.ZipFile(file) as packed:
                for member in packed.infolist():
                    path = member.filename.partition("/")[2]  # the folder is the commit's
                    if is_used(path, patterns):
                        found[path] = files.read_member(packed, member, midi.MAX_BYTES)
    except files.UNREADABLE as error:
        raise BadMidi("What came is damaged: try again later.") from error
    return found


def _members(facts: Public, files: Files, tell: Tell) -> Iterator[tuple[str, bytes]]:
    rows: list[dict[str, str]] = []

    def tell_reading(words: str, share: float) -> None:
        tell(words, _READING + (1 - _READING) * share)

    for name, data, more in facts.convert(files, tell_reading):
        row = {"file": name, "title": PurePosixPath(name).stem, "genre": facts.genre}
        rows.append(row | {"source": facts.repository} | more)
        yield name, data
    yield "manifest.csv", as_table(rows, (*COLUMNS, "downbeat_regularity"))


def _as_they_are(files: Files, tell: Tell) -> Made:
    for number, path in enumerate(sorted(files)):
        tell("Packing", number / len(files))
        yield PurePosixPath(path).name, files[path], {}


def _tunes_first(files: Files, tell: Tell) -> Made:
    for name, data, _ in _as_they_are(files, tell):
        yield name, data, {"melody_track": "0"}


def _on_grid(files: Files, tell: Tell) -> Made:
    """POP909's performances, see `studio.corpus.pop909`."""
    songs: dict[str, dict[str, bytes]] = {}
    for path, data in files.items():
        place = PurePosixPath(path)
        songs.setdefault(place.parent.name, {})[place.name] = data
    for done, number in enumerate(sorted(songs)):
        tell(f"Reading song {number}", done / len(songs))
        try:
            song = pop909.on_grid(songs[number], number)
        except (BadMidi, BadScore):
            continue
        key = songs[number].get("key_audio.txt", b"").decode().split()[2:3]
        row = {
            "title": song.score.title,
            "melody_track": "1",
            "key": key[0] if key else "",
            "downbeat_regularity": f"{song.regularity:.3f}",
        }
        yield f"{number}.mid", midi.write(song.score), row


def _printed(files: Files, tell: Tell) -> Made:
    """Rags in Humdrum, as music21 reads them; the left hand is the lower staff."""
    with tempfile.TemporaryDirectory() as scratch:
        for done, path in enumerate(sorted(files)):
            stem = PurePosixPath(path).stem
            tell(f"Reading {stem}", done / len(files))
            file = Path(scratch) / f"{done}.krn"
            file.write_bytes(files[path])
            stream = parse(file)
            scores = [] if stream is None else scores_of(stream, stem, _RAG_BPM, (_PIANO,))
            for number, score in enumerate(scores, 1):
                name = f"{stem}-{number}.mid" if len(scores) > 1 else f"{stem}.mid"
                row = {"title": stem, "composer": "Scott Joplin", "melody_track": "1"}
                yield name, midi.write(score), row


_RAG_BPM, _PIANO = 92.0, 3
_YOURS = "Your music is yours."

PUBLIC: dict[str, Public] = {
    "pop909": Public(
        name="POP909",
        description="909 Chinese pop songs in piano arrangements by people, with chords. Teaches "
        "bass and keys; only the half with a steady downbeat is kept.",
        licence="MIT for arrangements and annotations; the songs themselves are commercial.",
        follows=f"{_YOURS} A model keeps no song, but it learned from arrangements of commercial "
        "ones: check that a result is not close to one before you publish it.",
        harmony="pop",
        layout="pop",
        count=909,
        genre="pop",
        repository="music-x-lab/POP909-Dataset",
        commit="d83e6edba6872a704f5d3b8b32f5cb540088dae6",
        files=(
            "POP909/[0-9][0-9][0-9]/[0-9][0-9][0-9].mid",
            "POP909/[0-9][0-9][0-9]/beat_midi.txt",
            "POP909/[0-9][0-9][0-9]/chord_midi.txt",
            "POP909/[0-9][0-9][0-9]/key_audio.txt",
        ),
        sha256="c4daa644be38668914c1ca0efc40fcc5278a6f8306cce8d4f5b20f4209c5539c",
        megabytes=150,
        convert=_on_grid,
    ),
    "nottingham": Public(
        name="Nottingham tunes",
        description="1,000 British and American folk tunes with held chords. Teaches a plain bass "
        "and guitar: the chords change as people wrote them, but nobody strums them.",
        licence="The tunes are nearly all traditional; the collection's repository is GPL-3.0.",
        follows=f"{_YOURS} If you publish a model, name the collection; whether its GPL reaches "
        "weights is an open question.",
        harmony="folk",
        layout="folk",
        count=1034,
        genre="folk",
        repository="jukedeck/nottingham-dataset",
        commit="0992bb6cd864f6d4b90d6663e08c0ef53ffaa08f",
        files=("MIDI/*.mid",),
        sha256="b577d311a24fda7d65962bf0d2b91e0a0284fc742dbc32ce624c6667d4ff0b8b",
        megabytes=10,
        convert=_tunes_first,
    ),
    "freedoom": Public(
        name="Freedoom",
        description="The music of a free game: rock and metal by people, full band. Teaches bass, "
        "keys or guitars, and drums.",
        licence="BSD-3-Clause.",
        follows=f"{_YOURS} If you publish a model, name Freedoom and keep its notice.",
        harmony="pop",
        layout="band",
        count=112,
        genre="rock",
        repository="freedoom/freedoom",
        commit="d14dbbee3b6fbfb2c11cdb65eb61216e86d4ee85",
        files=("musics/*.mid",),
        sha256="38936ce6ad586b432b13c93cfdc30929b116f147f0649a0d851cf31d08567857",
        megabytes=40,
        convert=_as_they_are,
    ),
    "openmsx": Public(
        name="OpenMSX",
        description="The music of a railway game: blues, jazz, rock and pop by people, full band. "
        "Few pieces in many styles.",
        licence="GPL-2.0.",
        follows=f"{_YOURS} If you publish a model, name OpenMSX; whether its GPL reaches weights "
        "is an open question.",
        harmony="pop",
        layout="band",
        count=31,
        genre="game",
        repository="OpenTTD/OpenMSX",
        commit="5ecb59b97e13fe65b22014583b2c9aa46a2b9e63",
        files=("src/*.mid",),
        sha256="8f7feda93c549f92377afba355c6576bc39ce9ce2605775f7fae703c0e6ece9f",
        megabytes=2,
        convert=_as_they_are,
    ),
    "joplin": Public(
        name="Joplin's rags",
        description="47 piano pieces by Scott Joplin. Teaches the left hand's bass and the rest of "
        "the piano under a tune.",
        licence="The music is in the public domain; this edition by Craig Stuart Sapp is CC "
        "BY-NC-SA 4.0: not for commercial use.",
        follows=f"{_YOURS} Do not use the model commercially; if you publish it, name the edition "
        "and share alike.",
        harmony="folk",
        layout="songwriter",
        count=47,
        genre="ragtime",
        repository="craigsapp/joplin",
        commit="ad0840eb97e89fac7e89a94325a3d7526b0dc200",
        files=("kern/*.krn",),
        sha256="f692a4371b6c0619f198ab52003de073c987b37c1ce412a009e667e29bfe73df",
        megabytes=30,
        convert=_printed,
    ),
}
