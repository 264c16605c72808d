"""How a critic learns: from as many bands of people as of a model, in near keys, a few bars of each
at a time; it keeps the weights that knew best the songs set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.music.roll import Roll
from studio.techniques.critic.hearing import SLOT
from studio.techniques.critic.network import Counter, CriticNet, Listener
from studio.techniques.lazy import Module, Tensor, nn, torch

_BATCH = 12  # of people's, and as many of a model's
_RATE, _DECAY, _RISING, _LONGEST_STEP = 2e-3, 0.05, 0.1, 1.0
_LOOK_EVERY = 50  # updates
_ASIDE = 8  # one in so many songs
_SHIFT = 3  # semitones up or down
_SHORTEST = 1  # slots


@dataclass(frozen=True, slots=True)
class Bands:
    """What is heard of some bands, `planes` (2 track, step, PITCHES) of each; which are people's,
    and of which songs they are; `drums` are the tracks that have no key."""

    planes: Sequence[Roll]
    by_people: NDArray[np.bool_]
    songs: Sequence[str]
    drums: Sequence[int]

    @property
    def slots(self) -> int:
        """How many all of them have."""
        return min(len(planes[0]) for planes in self.planes) // SLOT


def learn(bands: Bands, updates: int, seed: int) -> CriticNet:
    """A network that has learned which bands are people's."""
    tracks = len(bands.planes[0]) // 2
    network = CriticNet(tracks)
    for number, listener in enumerate(network.listeners):
        listener.load_state_dict(_taught(lambda: Listener(tracks), bands, updates, [seed, number]))
    counted = _taught(lambda: Counter(tracks), bands, updates, [seed, len(network.listeners)])
    network.counter.load_state_dict(counted)
    return network.eval().requires_grad_(False)


def _taught(
    build: Callable[[], Module], bands: Bands, updates: int, seed: Sequence[int]
) -> Mapping[str, Tensor]:
    """The weights of one of those who listen."""
    rng = np.random.default_rng(seed)
    aside = _set_aside(bands.songs, rng)
    people, ours = (np.flatnonzero(~aside & (bands.by_people == who)) for who in (True, False))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**31)))
        network = build()
        optimiser = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=_DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, updates, pct_start=_RISING)
        least, kept = np.inf, network.state_dict()
        for update in range(1, updates + 1):
            which = np.concatenate([rng.choice(people, _BATCH), rng.choice(ours, _BATCH)])
            loss = _surprise(network.train()(_drawn(bands, which, rng)), bands, which)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), _LONGEST_STEP)
            optimiser.step()
            schedule.step()
            if update % _LOOK_EVERY == 0 or update == updates:
                found = _unseen(network.eval(), bands, np.flatnonzero(aside))
                if found < least:
                    least = found
                    kept = {name: value.clone() for name, value in network.state_dict().items()}
    return kept


def _drawn(bands: Bands, which: NDArray[np.int64], rng: np.random.Generator) -> Tensor:
    """A few slots of each, the same ones, in another key."""
    count = int(rng.integers(_SHORTEST, bands.slots + 1))
    first = int(rng.integers(bands.slots - count + 1))
    shift = int(rng.integers(-_SHIFT, _SHIFT + 1))
    cut = np.stack([bands.planes[i][:, first * SLOT : (first + count) * SLOT] for i in which])
    moved = np.roll(cut, shift, axis=3)
    for track in bands.drums:
        moved[:, 2 * track : 2 * track + 2] = cut[:, 2 * track : 2 * track + 2]
    return torch.from_numpy(moved).float()


def _surprise(odds: Tensor, bands: Bands, which: NDArray[np.int64]) -> Tensor:
    """Nats; people's bands count as much as the model's, however many there are."""
    theirs = torch.from_numpy(bands.by_people[which])
    each = nn.functional.softplus(torch.where(theirs, -odds.mean(1), odds.mean(1)))
    return (each[theirs].mean() + each[~theirs].mean()) / 2


def _unseen(network: Module, bands: Bands, which: NDArray[np.int64]) -> float:
    end = bands.slots * SLOT
    with torch.no_grad():
        odds = [
            network(torch.from_numpy(np.stack([bands.planes[i][:, :end] for i in some])).float())
            for some in np.array_split(which, -(-len(which) // 32))
        ]
    return float(_surprise(torch.cat(odds), bands, which))


def _set_aside(songs: Sequence[str], rng: np.random.Generator) -> NDArray[np.bool_]:
    names = np.unique(songs)
    return np.isin(songs, rng.permutation(names)[: max(len(names) // _ASIDE, 1)])
