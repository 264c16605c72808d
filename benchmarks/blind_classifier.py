"""Two small judges that are told of some bands who plays, and guess of others.

One reads the piano roll: a convolutional network over beats and bars, trained in random keys. The
other reads the numbers of `studio.measures`: a network of one hidden layer. Each is trained several
times from other random weights, each time with a fifth of its songs set aside to stop in time, and
their odds are averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from studio.ground.errors import BadScore
from studio.measures.band import clash, coverage, notes_per_bar, onset_likeness
from studio.measures.features import cut_windows, describe
from studio.music import roll
from studio.music.roll import to_c
from studio.music.score import STEP_TICKS, Score

_BEAT, _BAR = 4, 4  # steps a beat, beats a bar: those of 4/4, a fixed stride in other metres
_WIDTH, _DROPOUT, _BATCH = 48, 0.2, 32
_DOWN, _UP = 5, 6  # semitones: every key once
_HIDDEN = 32
_FARTHEST = 4.0  # standard deviations
_RISING = 0.2  # of the updates, before the rate falls
_SET_ASIDE = 0.2  # of the songs
_LOOKS, _PATIENCE, _SURE = 20, 8, 0.02  # at the songs set aside; looks; nats

Rolls = NDArray[np.uint8]
Array = NDArray[np.float64]
Which = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Training:
    """How many judges, how many updates each at most, the largest rate, and how much weights
    decay."""

    judges: int
    updates: int
    rate: float
    decay: float


BY_ROLL = Training(judges=2, updates=1000, rate=3e-3, decay=0.02)
BY_FEATURES = Training(judges=5, updates=400, rate=3e-3, decay=0.05)
SHORT = Training(judges=1, updates=20, rate=3e-3, decay=0.05)


@dataclass(frozen=True, slots=True)
class Heard:
    """Bands as the judges hear them: in the signature of C, without loudness, tempo, instruments.
    `rolls` (band, track, 2, step, pitch), the melody's track first; `features` (band, feature), NaN
    where a band has none."""

    rolls: Rolls
    features: Array

    def __len__(self) -> int:
        return len(self.rolls)

    def take(self, which: Sequence[int]) -> Heard:
        """Some of them, in that order."""
        return Heard(self.rolls[which], self.features[which])


@dataclass(frozen=True, slots=True)
class Case:
    """Bands, what each is (0 or 1), and the song whose melody it plays to."""

    heard: Heard
    labels: Array
    songs: tuple[str, ...]


def hear(scores: Sequence[Score], signatures: Sequence[int], bars: int) -> Heard:
    """Pieces of `bars` bars in the same parts; `signatures` are their major tonics. Raises BadScore
    where there are none, or their parts differ."""
    longest = max((score.metre.bar_ticks for score in scores), default=0) * bars // STEP_TICKS
    steps = -(-longest // (_BEAT * _BAR)) * _BEAT * _BAR
    pieces = list(zip(scores, signatures, strict=True))
    rolls = [_rolls(score, to_c(signature), steps) for score, signature in pieces]
    # through the rolls, so that both judges hear the same notes: on the grid, at one loudness
    plain = [_plain(score, planes) for score, planes in zip(scores, rolls, strict=True)]
    features = _features(plain)
    return Heard(np.stack(rolls), features)


def pairs(people: Heard, others: Heard, songs: Sequence[str]) -> Case:
    """People's bands (0) and others' (1) to the same melodies, of these `songs`. Raises BadScore
    where their parts differ."""
    if people.rolls.shape != others.rolls.shape:
        raise BadScore("These bands have other parts than people's: compare those of the same.")
    both = Heard(
        np.concatenate([people.rolls, others.rolls]),
        np.concatenate([people.features, others.features]),
    )
    return Case(both, np.repeat([0.0, 1.0], len(people)), (*songs, *songs))


def by_roll(learn: Case, test: Case, how: Training = BY_ROLL) -> Array:
    """Log odds (band,) of the test's bands to be a 1, by their piano rolls."""
    known, unknown = _Cells(learn.heard.rolls), _Cells(test.heard.rolls)
    return _taught(lambda: _RollJudge(learn.heard.rolls.shape), known, unknown, learn, how)


def by_features(learn: Case, test: Case, how: Training = BY_FEATURES) -> Array:
    """Log odds (band,) of the test's bands to be a 1, by their features."""
    known, unknown = _standardised(learn.heard.features, test.heard.features)
    count = learn.heard.features.shape[1]
    return _taught(lambda: _FeatureJudge(count), known, unknown, learn, how)


# What is heard


def _rolls(score: Score, semitones: int, steps: int) -> Rolls:
    planes = (
        roll.encode(track.notes if track.is_drum else roll.moved(track.notes, semitones), steps)
        for track in score.tracks
    )
    return np.stack(list(planes))


def _plain(score: Score, planes: Rolls) -> Score:
    tracks = zip(score.tracks, planes, strict=True)
    return replace(
        score,
        tracks=tuple(replace(track, notes=roll.decode(plane)) for track, plane in tracks),
        key="C major",
    )


def _features(scores: Sequence[Score]) -> Array:
    """Mean and spread of the features of each piece's two-bar windows, and what is measured over
    the whole."""
    cuts = [cut_windows(score) for score in scores]
    found = np.split(
        describe([window for cut in cuts for window in cut]).values,
        np.cumsum([len(cut) for cut in cuts])[:-1],
    )
    whole = [
        [clash(score), coverage(score), onset_likeness(score), notes_per_bar(score)]
        for score in scores
    ]
    rows = [[_mean(values), _spread(values)] for values in found]
    return np.concatenate([np.reshape(rows, (len(scores), -1)), whole], axis=1)


def _mean(values: Array) -> Array:
    known = ~np.isnan(values)
    total, count = np.where(known, values, 0.0).sum(0), known.sum(0)
    mean: Array = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return mean


def _spread(values: Array) -> Array:
    return np.sqrt(_mean((values - _mean(values)) ** 2))


def _standardised(known: Array, unknown: Array) -> tuple[_Rows, _Rows]:
    """Both in standard deviations from the mean of the first; what is missing is the mean."""
    mean, spread = _mean(known), _spread(known)
    scale = np.where(spread > 0, spread, 1.0)

    def moved(values: Array) -> _Rows:
        apart = np.nan_to_num((values - mean) / scale).clip(-_FARTHEST, _FARTHEST)
        return _Rows(torch.tensor(apart, dtype=torch.float32))

    return moved(known), moved(unknown)


# The judge of piano rolls


class _Cells:
    """Rolls as the list of their cells that sound: a hundredth of them does."""

    def __init__(self, rolls: Rolls) -> None:
        band, track, plane, step, pitch = np.nonzero(rolls)
        self._steps = rolls.shape[3]
        self._step, self._pitch = step, pitch
        self._channel = (track * 2 + plane) * roll.PITCHES
        self._begins = np.searchsorted(band, np.arange(len(rolls) + 1))

    def __len__(self) -> int:
        return len(self._begins) - 1

    def draw(self, which: Which, semitones: int) -> tuple[Tensor, Tensor, int]:
        """Of some bands, transposed: the row (band x steps + step) and the channel (track, plane
        and pitch) of each sounding cell, and how many bands they are."""
        spans = [np.arange(self._begins[i], self._begins[i + 1]) for i in which.tolist()]
        cells = np.concatenate(spans)
        rows = np.repeat(np.arange(len(which)), [len(span) for span in spans]) * self._steps
        channels = self._channel[cells] + (self._pitch[cells] + semitones) % roll.PITCHES
        return torch.from_numpy(rows + self._step[cells]), torch.from_numpy(channels), len(which)


class _RollJudge(nn.Module):
    """Sixteenths to beats to bars, a convolution over three of each; mean and most over time."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        _, tracks, planes, self.steps, pitches = shape
        self.pitch = nn.Embedding(tracks * planes * pitches, _WIDTH)
        nn.init.normal_(self.pitch.weight, std=0.2)
        self.bias = nn.Parameter(torch.zeros(_WIDTH))
        self.to_beats = nn.Linear(_BEAT * _WIDTH, _WIDTH)
        self.beats = nn.Conv1d(_WIDTH, _WIDTH, 3, padding=1)
        self.to_bars = nn.Linear(_BAR * _WIDTH, _WIDTH)
        self.bars = nn.Conv1d(_WIDTH, _WIDTH, 3, padding=1)
        self.dropout = nn.Dropout(_DROPOUT)
        self.odds = nn.Linear(2 * _WIDTH, 1)

    def forward(self, rows: Tensor, channels: Tensor, count: int) -> Tensor:
        sounding = self.pitch(channels)
        x = sounding.new_zeros(count * self.steps, _WIDTH).index_add(0, rows, sounding)
        x = functional.gelu(x + self.bias)
        x = functional.gelu(self.to_beats(x.view(count, -1, _BEAT * _WIDTH)))
        x = self._and_neighbours(x, self.beats)
        x = functional.gelu(self.to_bars(x.reshape(count, -1, _BAR * _WIDTH)))
        x = self._and_neighbours(x, self.bars)
        found: Tensor = self.odds(torch.cat([x.mean(1), x.amax(1)], 1))[:, 0]
        return found

    def _and_neighbours(self, x: Tensor, convolution: nn.Conv1d) -> Tensor:
        around = convolution(x.transpose(1, 2)).transpose(1, 2)
        found: Tensor = self.dropout(x + functional.gelu(around))
        return found


# The judge of features


class _Rows:
    """The features of some bands, standardised."""

    def __init__(self, values: Tensor) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    def draw(self, which: Which, semitones: int) -> tuple[Tensor]:
        """Those of some bands, which do not hang on the key."""
        return (self._values[torch.from_numpy(which)],)


class _FeatureJudge(nn.Module):
    """One hidden layer."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Dropout(_DROPOUT / 2), nn.Linear(features, _HIDDEN), nn.GELU(),
            nn.Dropout(_DROPOUT), nn.Linear(_HIDDEN, 1), nn.Flatten(0),
        )  # fmt: skip

    def forward(self, values: Tensor) -> Tensor:
        found: Tensor = self.layers(values)
        return found


# Training


_Bands = _Cells | _Rows


def _taught(
    build: Callable[[], nn.Module], known: _Bands, unknown: _Bands, learn: Case, how: Training
) -> Array:
    """The mean log odds (band,) that several judges give the unknown bands."""
    everyone = np.arange(len(unknown))
    total = np.zeros(len(unknown))
    for seed in range(how.judges):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            judge = build()
            _fit(judge, known, learn, how, np.random.default_rng(seed))
        with torch.no_grad():
            total += judge(*unknown.draw(everyone, 0)).numpy()
    return total / how.judges


def _fit(
    judge: nn.Module, known: _Bands, learn: Case, how: Training, rng: np.random.Generator
) -> None:
    """Trains a judge and leaves it, no longer learning, with the weights that knew best the songs
    set aside; stops where these are sure or have long not got better."""
    labels = torch.tensor(learn.labels, dtype=torch.float32)
    aside = _set_aside(learn.songs, rng)
    lesson, check = np.flatnonzero(~aside), np.flatnonzero(aside)
    optimiser = torch.optim.AdamW(judge.parameters(), how.rate, weight_decay=how.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, how.rate, how.updates, pct_start=_RISING
    )
    best, best_look, kept = np.inf, 0, _weights(judge)
    for look in range(_LOOKS):
        judge.train()
        for _ in range(how.updates // _LOOKS):
            which = rng.choice(lesson, _BATCH)
            semitones = int(rng.integers(-_DOWN, _UP + 1))
            loss = _loss(judge, known, labels, which, semitones)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        judge.eval()
        with torch.no_grad():
            aside_loss = _loss(judge, known, labels, check, 0).item()
        if aside_loss < best:
            best, best_look, kept = aside_loss, look, _weights(judge)
        if best < _SURE or look - best_look >= _PATIENCE:
            break
    judge.load_state_dict(kept)


def _loss(judge: nn.Module, known: _Bands, labels: Tensor, which: Which, semitones: int) -> Tensor:
    odds = judge(*known.draw(which, semitones))
    return functional.binary_cross_entropy_with_logits(odds, labels[torch.from_numpy(which)])


def _weights(judge: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in judge.state_dict().items()}


def _set_aside(songs: Sequence[str], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which bands belong to the fifth of the songs that the judge does not learn from."""
    names = np.unique(songs)
    return np.isin(songs, rng.permutation(names)[: max(int(len(names) * _SET_ASIDE), 1)])
