"""Trains the chord planner on every collection whose chords are known.

python -m studio.training.planner --pop ZIP --folk ZIP --leadsheets ZIP --jazz ZIP --into DIR
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from safetensors.numpy import save as save_tensors
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from studio.corpus.chords import ChordSong, read_chord_songs
from studio.corpus.windows import split
from studio.device import prepare_torch
from studio.planner.inputs import CHORDS, INPUTS, SEVENTHS, UNKNOWN, Tune, rows, shifted, tune_of
from studio.planner.network import PlannerNet
from studio.theory import NO_CHORD, TRIADS, transpose_triad

UNITS_A_BATCH = 4096
_SHARES = {
    "pop": 0.44, "folk": 0.2, "leadsheets": 0.16, "jazz": 0.06, "artsong": 0.08, "chorales": 0.06,
}  # fmt: skip
_LENGTHS, _LENGTH_SHARES = (16, 32, 64, 128, 224), (0.3, 0.15, 0.15, 0.2, 0.2)
_IN_C, _STYLE_TOLD, _EDGES_SEEN, _SOME_KNOWN = 0.85, 0.8, 0.6, 0.45
_RATE, _WARM_UP_STEPS = 1.5e-3, 60
_IGNORED = -1


@dataclass(frozen=True, slots=True)
class Example:
    """A song and its features."""

    song: ChordSong
    tune: Tune
    triads: NDArray[np.int64]
    sevenths: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batch:
    """`inputs` (batch, unit, INPUTS), `mask` (batch, unit), targets; `_IGNORED` where none."""

    inputs: Tensor
    mask: Tensor
    triads: Tensor
    sevenths: Tensor
    signatures: Tensor


def example(song: ChordSong) -> Example:
    """A song with its features computed once."""
    tune = tune_of(song.notes, song.metre, len(song.triads), song.unit_ticks)
    return Example(song, tune, np.array(song.triads), np.array(song.sevenths))


def draw(examples: Mapping[str, Sequence[Example]], rng: np.random.Generator, units: int) -> Batch:
    """Crops of `units` from songs of all styles: mostly in C, else in a random key whose signature
    is to be found; in some of them part of the chords is given."""
    size = max(UNITS_A_BATCH // units, 1)
    inputs = np.zeros((size, units, INPUTS), np.float32)
    mask = np.zeros((size, units), np.float32)
    triads = np.full((size, units), _IGNORED)
    sevenths = np.full((size, units), _IGNORED)
    signatures = np.full(size, _IGNORED)
    styles = [style for style in _SHARES if examples.get(style)]
    shares = np.array([_SHARES[style] for style in styles])
    for row in range(size):
        style = styles[rng.choice(len(styles), p=shares / shares.sum())]
        songs = examples[style]
        lengths = np.array([len(one.triads) for one in songs], float)
        one = songs[rng.choice(len(songs), p=lengths / lengths.sum())]
        start = 2 * int(rng.integers(0, max(len(one.triads) - units, 0) // 2 + 1))
        crop = slice(start, min(start + units, len(one.triads)))
        count = crop.stop - crop.start
        in_c = rng.random() < _IN_C
        shift = (-one.song.signature if in_c else int(rng.integers(12))) % 12
        truth = shifted(one.triads[crop], shift)
        given = _given(count, rng)
        told = style if rng.random() < _STYLE_TOLD else None
        known = np.where(given, truth, UNKNOWN)
        edges = bool(rng.random() < _EDGES_SEEN)
        inputs[row, :count] = rows(one.tune, shift, in_c, known, told, crop, edges)
        mask[row, :count] = 1
        triads[row, :count] = np.where(given, _IGNORED, truth)
        sevenths[row, :count] = one.sevenths[crop]
        if not in_c:
            signatures[row] = (one.song.signature + shift) % 12
    return Batch(*(torch.from_numpy(a) for a in (inputs, mask, triads, sevenths, signatures)))


def _given(count: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which chords are given: mostly none, else a random share, singly or in groups of four."""
    if rng.random() >= _SOME_KNOWN:
        return np.zeros(count, bool)
    share = rng.random()
    if rng.random() < 0.5:
        return rng.random(count) < share
    return np.repeat(rng.random(count // 4 + 1) < share, 4)[:count]


def loss_of(net: PlannerNet, batch: Batch) -> Tensor:
    """Cross-entropy of triads, with a fifth of the sevenths' and three tenths of the keys'."""
    chords, sevenths, signatures = net(batch.inputs, batch.mask)
    loss = F.cross_entropy(
        chords.reshape(-1, CHORDS),
        batch.triads.reshape(-1),
        ignore_index=_IGNORED,
        label_smoothing=0.05,
    )
    loss = loss + 0.2 * F.cross_entropy(
        sevenths.reshape(-1, SEVENTHS), batch.sevenths.reshape(-1), ignore_index=_IGNORED
    )
    if (batch.signatures != _IGNORED).any():
        loss = loss + 0.3 * F.cross_entropy(signatures, batch.signatures, ignore_index=_IGNORED)
    return loss


def learn(
    net: PlannerNet, examples: Mapping[str, Sequence[Example]], steps: int, seed: int
) -> Iterator[tuple[int, float]]:
    """Trains in place for `steps`, cosine rate, a running mean of the weights at the end; yields
    the step and the mean loss of the last hundred."""
    rng = np.random.default_rng(seed)
    optimiser = torch.optim.AdamW(net.parameters(), _RATE, betas=(0.9, 0.98), weight_decay=0.05)
    mean = {name: value.clone() for name, value in net.state_dict().items()}
    recent: list[float] = []
    net.train()
    for step in range(steps):
        rate = _RATE * min(1.0, (step + 1) / _WARM_UP_STEPS)
        rate *= 0.5 + 0.5 * float(np.cos(np.pi * step / steps))
        for group in optimiser.param_groups:
            group["lr"] = rate + 1e-5
        batch = draw(examples, rng, int(rng.choice(_LENGTHS, p=_LENGTH_SHARES)))
        with torch.autocast("cpu", torch.bfloat16):
            loss = loss_of(net, batch)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        recent.append(loss.item())
        keep = min(0.998, step / (step + 20))
        for name, value in net.state_dict().items():
            mean[name].lerp_(value, 1 - keep)
        if (step + 1) % 100 == 0:
            yield step + 1, float(np.mean(recent[-100:]))
    net.load_state_dict(mean)
    net.eval()


def transitions(songs: Sequence[ChordSong]) -> NDArray[np.float64]:
    """Log probabilities of the next triad in the signature of C, (2, TRIADS, TRIADS); the first
    axis is 1 where it begins a bar."""
    counts = np.full((2, TRIADS, TRIADS), 0.1)
    for song in songs:
        moved = [transpose_triad(triad, -song.signature) for triad in song.triads]
        for unit in range(1, len(moved)):
            if NO_CHORD not in (moved[unit - 1], moved[unit]):
                strong = int(unit * song.unit_ticks % song.metre.bar_ticks == 0)
                counts[strong, moved[unit - 1], moved[unit]] += 1
    logs: NDArray[np.float64] = np.log(counts / counts.sum(-1, keepdims=True))
    return logs


def save(
    net: PlannerNet, transition: NDArray[np.float64], card: dict[str, object], into: Path
) -> None:
    """Writes weights (fp16) and card."""
    into.mkdir(parents=True, exist_ok=True)
    tensors = {name: v.numpy().astype(np.float16) for name, v in net.state_dict().items()}
    tensors["transition"] = transition.astype(np.float16)
    (into / "weights.safetensors").write_bytes(save_tensors(tensors))
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    (into / "card.json").write_text(text, encoding="utf-8")


def main(
    pop: Annotated[Path, typer.Option(help="POP909.")],
    folk: Annotated[Path, typer.Option(help="The Nottingham tunes.")],
    leadsheets: Annotated[Path, typer.Option(help="OpenEWLD.")],
    jazz: Annotated[Path, typer.Option(help="Solos of the Weimar Jazz Database.")],
    artsong: Annotated[Path, typer.Option(help="OpenScore Lieder.")],
    chorales: Annotated[Path, typer.Option(help="Bach's chorales.")],
    into: Annotated[Path, typer.Option(help="Where the planner goes.")],
    steps: Annotated[int, typer.Option(help="Updates.")] = 3000,
    seed: Annotated[int, typer.Option(help="The same seed, the same weights.")] = 0,
) -> None:
    """Trains the planner; about half an hour on one core."""
    prepare_torch()
    torch.manual_seed(seed)
    paths = {
        "pop": pop, "folk": folk, "leadsheets": leadsheets, "jazz": jazz, "artsong": artsong,
        "chorales": chorales,
    }  # fmt: skip
    kept = {style: split(read_chord_songs(path, style))[0] for style, path in paths.items()}
    examples = {style: [example(song) for song in songs] for style, songs in kept.items()}
    net = PlannerNet()
    began = time.monotonic()
    for step, loss in learn(net, examples, steps, seed):
        typer.echo(f"step {step}/{steps}  {time.monotonic() - began:.0f} s  loss {loss:.3f}")
    everything = [song for songs in kept.values() for song in songs]
    save(net, transitions(everything), {**CARD, "steps": steps, "seed": seed}, into)
    typer.echo(f"{into} is ready.")


CARD: dict[str, object] = {
    "title": "Chord planner",
    "description": "Finds a melody's key and a triad for each half bar, seeing the whole tune.",
    "data": "POP909 (Wang et al. 2020), the Nottingham Music Database, OpenEWLD, solos of the "
    "Weimar Jazz Database, OpenScore Lieder and Bach's chorales; of the last two, the chords that "
    "the voices spell. Every twelfth song of each was held out.",
    "licence": "POP909: MIT. Nottingham: GPL-3.0 repository of traditional tunes. OpenEWLD: scores "
    "in the public domain. Weimar Jazz Database: Open Database License 1.0, attribution and "
    "share-alike for the database. OpenScore Lieder: CC0. Chorales: public domain, some "
    "encodings not for commercial use.",
    "follows": "Your music is yours: chord symbols are facts about harmony. If you publish these "
    "weights, name the sources.",
    "reproduce": "python -m studio.training.planner --pop pop909_quantised.zip --folk "
    "nottingham.zip --leadsheets openewld.zip --jazz jazz_wjd_solos.zip --artsong "
    "openscore_lieder.zip --chorales bach_chorales.zip --into assets/planner",
}


if __name__ == "__main__":
    typer.run(main)
