"""Voices that the AR-CNN writes to Bach's soprano, and by what they are measured."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.jsb_data import REST as SILENT
from benchmarks.jsb_data import Grid
from studio.composing import Band, Request
from studio.composing.performance import Performance
from studio.measures.features import cut_windows
from studio.measures.similarity_index import similarity
from studio.music.roll import LOW_PITCH
from studio.music.score import STEP_TICKS, Metre, Note, Score, Track
from studio.techniques.arcnn import ranking, rules, writing
from studio.techniques.arcnn.player import CANDIDATES, Page
from studio.techniques.arcnn.symbols import REST, Cells

STEPS = 128  # eight bars of 4/4
NAMES = ("Soprano", "Alto", "Tenor", "Bass")
_NOTES = 1000
_BEAT = 4


@dataclass(frozen=True, slots=True)
class Way:
    """How it is written: so many candidates, in so many looks at most."""

    name: str
    candidates: int
    looks: int


WAYS = (
    Way("one, no repair", 1, writing.FILLING),
    Way("one, repaired", 1, 96),
    Way(f"{CANDIDATES}, repaired and ranked", CANDIDATES, 96),
)


def symbols_of(grid: Grid) -> Cells:
    """A chorale of the file (step, voice in the order it is foretold in) as the studio's cells,
    soprano, alto, tenor, bass."""
    ordered = grid[:, (0, 2, 3, 1)]
    return np.where(ordered == SILENT, REST, ordered + 1)


def written(band: Band, chorale: Cells, way: Way, seed: int) -> tuple[Cells, float]:
    """Cells (step, voice) of eight bars to a chorale's soprano, in its own key, and the processor's
    seconds."""
    melody = score_of(chorale[:, :1])
    commission = Performance.of(band, Request(melody, band.card.id)).commission
    began = time.process_time()
    page = Page.of(band.module, band.card.parts, commission)
    how = writing.Writing(page.odds, page.free, page.rank, way.looks, 1.0, _NOTES)
    seeds = np.random.default_rng(seed).integers(2**31, size=way.candidates).tolist()
    drafts = how.candidates(page.symbols, page.struck, seeds)
    best = ranking.best(page.odds, drafts, page.free) if way.candidates > 1 else 0
    found = drafts.symbols[best].numpy()
    seconds = time.process_time() - began
    lower = np.where(found == REST, REST, found - page.shift)[:, 1:]
    return np.hstack([chorale[:, :1], lower]), seconds


def score_of(symbols: Cells) -> Score:
    """Cells as a score; a pitch that goes on is one note, for the file knows no other."""
    tracks = []
    for name, line in zip(NAMES, symbols.T, strict=False):
        begins = np.flatnonzero(np.diff(line, prepend=-1))
        ends = [*begins[1:].tolist(), len(line)]
        spans = zip(begins.tolist(), ends, strict=True)
        notes = [
            Note(a * STEP_TICKS, int(line[a]) + LOW_PITCH - 1, (b - a) * STEP_TICKS)
            for a, b in spans
            if line[a] != REST
        ]
        tracks.append(Track(name, tuple(notes), 19))
    return Score(tuple(tracks), 90.0, Metre(4, 4))


def measures(pieces: Sequence[Cells], bach: Sequence[Cells], spans: Cells) -> dict[str, float]:
    """Of all pieces, (step, voice) each, beside Bach's to the same sopranos; `spans`: the lowest
    and highest symbol of each voice in the chorales that were learned, (voice, 2)."""
    changes = sum(int((one[1:] != one[:-1]).any(1).sum()) for one in pieces)
    together = np.concatenate(pieces)
    outside = rules.is_sung(together) & ((together < spans[:, 0]) | (together > spans[:, 1]))
    return {
        "parallels per 100": 100 * sum(len(rules.parallels(one)) for one in pieces) / changes,
        "crossings": float(np.concatenate([rules.crossed(one).any(1) for one in pieces]).mean()),
        "notes out of range": float(outside[:, 1:].mean()),
        "flickers a bar": float(
            np.mean([rules.flickers(one).sum() for one in pieces]) * 16 / STEPS
        ),
        "agreement, beat": _mean_agreement(pieces, bach, _BEAT),
        "agreement, half bar": _mean_agreement(pieces, bach, 2 * _BEAT),
        "notes a bar": _a_bar([score_of(one).note_count for one in pieces]),
        "similarity index": similarity(_windows(bach), _windows(pieces), rounds=2).index,
    }


def _a_bar(counts: Sequence[int]) -> float:
    return float(np.mean(counts)) * 16 / STEPS


def _windows(pieces: Sequence[Cells]) -> list[Score]:
    return [window for one in pieces for window in cut_windows(score_of(one))]


def _mean_agreement(pieces: Sequence[Cells], bach: Sequence[Cells], steps: int) -> float:
    pairs = zip(pieces, bach, strict=True)
    return float(np.mean([agreement(one, other, steps) for one, other in pairs]))


def agreement(piece: Cells, other: Cells, steps: int) -> float:
    """The mean cosine of the pitch classes of the three lower voices, so many steps each time."""
    a, b = (_classes(one[:, 1:], steps) for one in (piece, other))
    sung = a.any(1) & b.any(1)
    a, b = a[sung], b[sung]
    cosine = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    return float(cosine.mean())


def _classes(lower: Cells, steps: int) -> Cells:
    """How often each pitch class sounds in each stretch of so many steps, (stretch, 12)."""
    found = np.zeros((len(lower) // steps, 12), np.int64)
    for step, voice in np.argwhere(rules.is_sung(lower[: len(found) * steps])):
        found[step // steps, (lower[step, voice] + LOW_PITCH - 1) % 12] += 1
    return found
