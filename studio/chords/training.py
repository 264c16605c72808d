"""Trains the chord planner on every collection whose chords are known.

python -m studio.chords.training --pop ZIP --folk ZIP --leadsheets ZIP --jazz ZIP --into DIR
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from studio.chords.examples import IGNORED, Batch, Example, draw, example
from studio.chords.inputs import CHORDS, SEVENTHS
from studio.chords.network import PlannerNet
from studio.corpus.chords import ChordSong, read_chord_songs
from studio.corpus.windows import split
from studio.ground import assets
from studio.ground.device import prepare_torch
from studio.music.theory import NO_CHORD, TRIADS, transpose_triad

_LENGTHS, _LENGTH_SHARES = (16, 32, 64, 128, 224), (0.22, 0.13, 0.15, 0.25, 0.25)
_RATE, _WARM_UP_STEPS = 1.2e-3, 100
TUNING = 24  # every so manieth training song is kept for choosing the search's weights


def loss_of(net: PlannerNet, batch: Batch) -> Tensor:
    """Cross-entropy of triads, with a fifth of the sevenths' and three tenths of the keys'."""
    chords, sevenths, signatures = net(batch.inputs, batch.mask)
    loss = F.cross_entropy(
        chords.reshape(-1, CHORDS), batch.triads.reshape(-1), ignore_index=IGNORED,
        label_smoothing=0.05,
    )  # fmt: skip
    asked = batch.chosen[..., None, None].expand(-1, -1, 1, SEVENTHS)
    of_the_chord = sevenths.gather(2, asked).reshape(-1, SEVENTHS)
    wanted = batch.sevenths.reshape(-1)
    if (wanted != IGNORED).any():
        loss = loss + 0.2 * F.cross_entropy(of_the_chord, wanted, ignore_index=IGNORED)
    if (batch.signatures != IGNORED).any():
        loss = loss + 0.3 * F.cross_entropy(signatures, batch.signatures, ignore_index=IGNORED)
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


def learnt_from(songs: Sequence[ChordSong]) -> list[ChordSong]:
    """The training songs without those on which the search's weights are chosen."""
    return [song for i, song in enumerate(split(songs)[0]) if i % TUNING != TUNING - 1]


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
    tensors = {name: value.numpy() for name, value in net.state_dict().items()}
    assets.write_network(into, {**tensors, "transition": transition}, card)


def main(
    pop: Annotated[Path, typer.Option(help="POP909.")],
    folk: Annotated[Path, typer.Option(help="The Nottingham tunes.")],
    leadsheets: Annotated[Path, typer.Option(help="OpenEWLD.")],
    jazz: Annotated[Path, typer.Option(help="Solos of the Weimar Jazz Database.")],
    artsong: Annotated[Path, typer.Option(help="OpenScore Lieder.")],
    chorales: Annotated[Path, typer.Option(help="Bach's chorales.")],
    into: Annotated[Path, typer.Option(help="Where the planner goes.")],
    steps: Annotated[int, typer.Option(help="Updates.")] = 4000,
    seed: Annotated[int, typer.Option(help="The same seed, the same weights.")] = 0,
) -> None:
    """Trains the planner; about half an hour on one core."""
    prepare_torch()
    torch.manual_seed(seed)
    paths = {
        "pop": pop, "folk": folk, "leadsheets": leadsheets, "jazz": jazz, "artsong": artsong,
        "chorales": chorales,
    }  # fmt: skip
    kept = {style: learnt_from(read_chord_songs(path, style)) for style, path in paths.items()}
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
    "description": "Finds a melody's key and a chord for each half bar, seeing the whole tune "
    "and where it comes back.",
    "data": "POP909 (Wang et al. 2020), the Nottingham Music Database, OpenEWLD, solos of the "
    "Weimar Jazz Database, OpenScore Lieder and Bach's chorales; of the last two, the chords that "
    "the voices spell. Every twelfth song of each was held out, every twenty-fourth of the rest "
    "kept for choosing the search's weights.",
    "licence": "POP909: MIT. Nottingham: GPL-3.0 repository of traditional tunes. OpenEWLD: scores "
    "in the public domain. Weimar Jazz Database: Open Database License 1.0, attribution and "
    "share-alike for the database. OpenScore Lieder: CC0. Chorales: public domain, some "
    "encodings not for commercial use.",
    "follows": "Your music is yours: chord symbols are facts about harmony. If you publish these "
    "weights, name the sources.",
    "reproduce": "python -m studio.chords.training --pop pop909_quantised.zip --folk "
    "nottingham.zip --leadsheets openewld.zip --jazz jazz_wjd_solos.zip --artsong "
    "openscore_lieder.zip --chorales bach_chorales.zip --into assets/planner",
}


if __name__ == "__main__":
    typer.run(main)
