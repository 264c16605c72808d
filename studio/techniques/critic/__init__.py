"""The critic: a small network that has learned people's bands from a model's own.

It hears melody and band as piano rolls (`hearing`) and gives each bar log odds to be people's
(`network`). So it chooses among takes, and tells which bars and notes it doubts. How one is trained
says `studio.training.critic`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.ground.errors import BadModel
from studio.music.score import Score
from studio.techniques.critic.hearing import heard, place, slots_a_bar
from studio.techniques.critic.learning import Bands, learn
from studio.techniques.critic.network import CriticNet, shapes_of
from studio.techniques.lazy import torch
from studio.techniques.weights import Weights, answer, filled, weights_of

_FIRST, _MOST_TRACKS = "listeners.0.pitch.0.weight", 17


@dataclass(frozen=True, slots=True)
class Critic:
    """A network that listens to bands of so many `tracks`, the melody's counted."""

    @dataclass(frozen=True, slots=True)
    class Doubts:
        """How little a band is as people play, in nats of log odds: more is more doubtful, 0 is
        even odds. `bars` (bar,) of the whole band; `notes` of each part by its name, a number a
        note: how much better the piece would be without it, to the first order."""

        bars: tuple[float, ...]
        notes: Mapping[str, tuple[float, ...]]

    network: CriticNet
    tracks: int

    @classmethod
    def fresh(cls, tracks: int) -> Critic:
        """One that has learned nothing."""
        return cls(CriticNet(tracks).eval().requires_grad_(False), tracks)

    @classmethod
    def of(cls, weights: Weights, device: str = "cpu") -> Critic:
        """Raises BadModel where the weights are no critic's."""
        first = weights.get(_FIRST)
        tracks = first.shape[1] // 2 if first is not None and first.ndim == 4 else 0
        if not 0 < tracks <= _MOST_TRACKS:
            raise BadModel("The critic of this model does not fit: train it again.")
        return cls(filled(lambda: CriticNet(tracks), weights, device), tracks)

    @classmethod
    def learn(
        cls, bands: Iterable[tuple[Score, int, bool, str]], drums: Sequence[int], updates: int,
        seed: int,
    ) -> Critic:  # fmt: skip
        """One that has learned from bands of equal length: each with its signature, whether it is
        people's, and its song; `drums` are the tracks that have no key, 0 the melody."""
        heard_, people, songs = [], [], []
        for score, signature, by_people, song in bands:
            heard_.append(heard(score, signature, 0, score.bars))
            people.append(by_people)
            songs.append(song)
        network = learn(Bands(heard_, np.array(people), songs, drums), updates, seed)
        return cls(network, len(heard_[0]) // 2)

    @staticmethod
    def shapes(tracks: int) -> dict[str, tuple[int, ...]]:
        """The names and shapes of its weights; torch is not loaded for them."""
        return shapes_of(tracks)

    @property
    def weights(self) -> Weights:
        """As a model's folder keeps them."""
        return weights_of(self.network)

    def odds(
        self, takes: Sequence[Score], signature: int, first: int, end: int
    ) -> NDArray[np.float32]:
        """Log odds of each take's bars from `first` to before `end` to be people's, (take,)."""
        planes = np.stack([heard(take, signature, first, end) for take in takes])
        odds: NDArray[np.float32] = answer(self.network, planes.astype(np.float32)).mean(1)
        return odds

    def doubts(self, band: Score, signature: int) -> Critic.Doubts:
        """What it doubts of a band of the model's parts, on the grid, the melody first."""
        device = next(self.network.parameters()).device
        planes = torch.from_numpy(heard(band, signature, 0, band.bars)).float().to(device)
        planes.requires_grad_()
        odds = self.network(planes[None])[0]
        [gradient] = torch.autograd.grad(odds.sum(), planes)
        slope = gradient.cpu().numpy()
        bars = -odds.detach().cpu().numpy().reshape(band.bars, slots_a_bar(band)).mean(1)
        notes: dict[str, tuple[float, ...]] = {}
        for index, track in enumerate(band.tracks[1:], 1):
            found = []
            for note in track.notes:
                onset, sounding, row = place(note, band, signature, track.is_drum)
                struck, held = slope[2 * index, onset, row], slope[2 * index + 1, sounding, row]
                found.append(-float(struck + held.sum()))
            notes[track.name] = tuple(found)
        return Critic.Doubts(tuple(bars.tolist()), notes)
