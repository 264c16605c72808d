"""What a technique is: one class, which brings all that the rest of Tutti knows of it.

A file or folder of this package that holds a concrete `Technique` is one; nothing lists it. From
its Settings and Knobs grow the page's forms, the command line's options and the API's arguments,
from its losses the charts. `studio.techniques.textbook` is one to read from top to bottom.

Nothing here loads torch before a model is built or trained.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

import numpy as np

from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.roll import WINDOW_STEPS
from studio.music.score import Note, Score, Track
from studio.techniques import changes
from studio.techniques.forms import Extension, Form, Training
from studio.techniques.game import Game
from studio.techniques.introspection import Thought
from studio.techniques.lazy import Module
from studio.techniques.losses import HELD_OUT, Loss, loss_of
from studio.techniques.shapes import Shapes, shapes_elsewhere, shapes_of
from studio.techniques.trainer import Trainer
from studio.techniques.weights import Weights, filled

Player: TypeAlias = Any  # what a technique plays with: its network, as a rule
Values: TypeAlias = Any  # an instance of the technique's own Settings or Knobs
Act = Literal["write", "extend", "think", "mend", "retrace", "denoise"]
_BAR_STEPS = 16  # of 4/4


@dataclass(frozen=True, slots=True)
class EarlierBand:
    """What stays of an earlier band: its `parts`, on the sixteenth grid, and which (part, bar) are
    to be written anew, both counted from 0."""

    parts: tuple[Track, ...]
    rewritten: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Commission:
    """What a technique that writes bar by bar is asked for: a quantised melody of one track, its
    chords, what each part is asked for (`PartKnobs`, in the parts' order), what stays, and what
    is forbidden, in the order in which that was done."""

    melody: Score
    plan: ChordPlan
    knobs: Values
    asked: tuple[Values, ...] = ()
    kept: EarlierBand | None = None
    vetoes: tuple[changes.Veto, ...] = ()


class Takes(Protocol):
    """What there is of several bands; to who only listens, no more than from a bar on."""

    def __call__(self, since: int = 0) -> list[Score]: ...


# takes after every bar; what may be sent is which of them all go on from
Barwise: TypeAlias = Generator[Takes, changes.Onward | None, None]


class Technique(ABC):
    """A way to add a band to a melody. It says what it is called (`id`, `title`, `description`),
    what its trainer reports (`losses`, those first that a chart shows first), what training may set
    (`Settings`) and a composer turn (`Knobs`).

    The rest has defaults. `presets` are settings that go together, by name, those other than the
    default. `window_bars`: how long the passages are that it learns from, where that is not the
    usual `WINDOW_STEPS`. `gentle`: settings of a fine-tuning, beside a learning rate that is a
    quarter of before, and `gentle_updates`, how many updates it takes.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    losses: ClassVar[Mapping[str, Loss]]
    Settings: ClassVar[type[Training]] = Training
    Knobs: ClassVar[type[Form]] = Form
    PartKnobs: ClassVar[type[Form]] = Form  # what one part may be asked for
    ExtendKnobs: ClassVar[type[Extension]] = (
        Extension  # what a melody's continuation may be asked for
    )
    MendKnobs: ClassVar[type[Form]] = Form  # what the mending of a melody may be asked for
    Change: TypeAlias = changes.Change
    EarlierBand: TypeAlias = EarlierBand
    Fog: TypeAlias = changes.Fog
    Onward: TypeAlias = changes.Onward
    Takes: TypeAlias = Takes
    Veto: TypeAlias = changes.Veto
    Barwise: TypeAlias = Barwise
    Written: TypeAlias = changes.Written
    game: ClassVar[Game] = Game()  # who plays against whom
    presets: ClassVar[Mapping[str, Mapping[str, float | int]]] = {}
    window_bars: ClassVar[int | None] = None
    branches: ClassVar[bool] = False  # its `write` heeds what is sent
    harmonises: ClassVar[bool] = False  # finds chords of its own where nobody wrote any
    styles: ClassVar[Sequence[str]] = ()  # that one network can play, as windows number them
    gentle: ClassVar[Mapping[str, float | int]] = {}
    gentle_updates: ClassVar[int] = 90

    @abstractmethod
    def network(self, parts: Sequence[Part], settings: Values) -> Module:
        """The network that plays, of fresh weights; raises ValueError where parts and settings
        build none."""

    @abstractmethod
    def play(
        self, player: Player, parts: Sequence[Part], melody: Score, plan: ChordPlan, knobs: Values,
        rng: np.random.Generator,
    ) -> Score:  # fmt: skip
        """The melody (one quantised track) with a part for each of `parts` under it, as long as the
        melody's bars."""

    @abstractmethod
    def trainer(
        self, parts: Sequence[Part], settings: Values, device: str, weights: Weights | None = None
    ) -> Trainer:
        """Goes on from weights, or starts from fresh ones where there are none."""

    def build(
        self, parts: Sequence[Part], settings: Values, weights: Weights, device: str
    ) -> Player:
        """What `play` plays with: the network with its weights, and no gradients. Raises BadModel
        where the weights do not fit."""
        return filled(lambda: self.network(parts, settings), weights, device)

    # --- what not all can: a technique can what it overrides ------------------------------------

    def write(
        self, player: Player, parts: Sequence[Part], commission: Commission,
        rngs: Sequence[np.random.Generator],
    ) -> Barwise:  # fmt: skip
        """One band for each generator, bar by bar: after every bar, what makes scores of what there
        is of them. Where it `branches`, it may be sent there which of them all go on from. Each
        part may be asked for `PartKnobs`; of an earlier band that is gone on from, only the bars
        that are written anew count: the others are put back to the note."""
        raise NotImplementedError

    def extend(
        self, player: Player, melody: Score, plan: ChordPlan, knobs: Values,
        rng: np.random.Generator,
    ) -> tuple[Score, ChordPlan]:  # fmt: skip
        """A longer melody and its chords, turned by `ExtendKnobs`; where there are no notes yet, a
        melody on the chords that are given, as long as they are."""
        raise NotImplementedError

    def think(
        self, player: Player, parts: Sequence[Part], commission: Commission,
        rngs: Mapping[int, np.random.Generator], part: int, note: Note,
    ) -> Thought | None:  # fmt: skip
        """What a note of a part was drawn from and what was looked at; None where no note of the
        band is that one. `rngs` are its chance from the start, 0, and after so many bars on."""
        raise NotImplementedError

    def mend(
        self, player: Player, parts: Sequence[Part], melody: Score, plan: ChordPlan, knobs: Values,
        rng: np.random.Generator,
    ) -> tuple[changes.Change, ...]:  # fmt: skip
        """What it would change in a melody, a quantised track of one voice, note by note, turned
        by `MendKnobs`; raises BadKnob where these let nothing change."""
        raise NotImplementedError

    def retrace(
        self, player: Player, parts: Sequence[Part], commission: Commission,
        rng: np.random.Generator,
    ) -> Sequence[changes.Written]:  # fmt: skip
        """The edits, in their order, in which it writes the band that it plays to a commission."""
        raise NotImplementedError

    def denoise(
        self, player: Player, parts: Sequence[Part], commission: Commission,
        rng: np.random.Generator,
    ) -> Sequence[changes.Fog]:  # fmt: skip
        """What each look in which it writes that band thought of what it did not know yet."""
        raise NotImplementedError

    def shared_trainer(
        self, bands: Sequence[Sequence[Part]], settings: Values, device: str,
        weights: Weights | None = None,
    ) -> Trainer:  # fmt: skip
        """One network that learns to play the bands of all `styles`, by the windows' style."""
        raise NotImplementedError

    def can(self, act: Act) -> bool:
        """Whether it writes bar by bar, extends a melody, tells what it thought, mends a
        melody, tells edit by edit how it wrote, or look by look what it thought possible."""
        return getattr(type(self), act) is not getattr(Technique, act)

    def unfit(self, parts: Sequence[Part]) -> str:
        """Why it cannot play such a band, in a sentence that says what to do; "" where it can."""
        return ""

    def remark(self, melody: Score) -> str:
        """What a composer must know of how it reads a melody, in a sentence; "" where nothing."""
        return ""

    # --- what is known of it without training it ------------------------------------------------

    def shapes(self, parts: Sequence[Part], settings: Values) -> Shapes:
        """The names and shapes of its weights; raises ValueError where parts and settings build no
        network. Where torch is not loaded, a short process of its own says it."""
        if "torch" in sys.modules:
            return shapes_of(lambda: self.network(parts, settings))
        return shapes_elsewhere(self.id, parts, settings)

    def current_names(self, weights: Weights) -> Weights:
        """Weights as an older version named them, under the names of this one."""
        return weights

    def seconds_a_sample(self, settings: Values) -> float:
        """Processor seconds that a window takes to be learned from, on one core of the machine on
        which `studio.training.pace` was measured."""
        return 0.02

    def work(self, settings: Values, progress: float) -> float:
        """Which share of a training's work, 0-1, is done after that share of its steps: not the
        same where something joins late."""
        return progress

    @property
    def bars_a_window(self) -> int:
        """Bars of 4/4 in what it learns from at once."""
        return self.window_bars or WINDOW_STEPS // _BAR_STEPS

    @property
    def judge(self) -> str | None:
        """The loss that picks the epoch to be kept; None where the last one is."""
        return next((name for name, loss in self.losses.items() if loss.judges), None)

    @property
    def critic(self) -> str | None:
        """The loss of the network that learns to judge what is played; None where there is none."""
        return next((name for name, loss in self.losses.items() if loss.critic), None)

    @property
    def judged_by(self) -> str | None:
        """The column that picks it: the same loss on unseen music."""
        return HELD_OUT + self.judge if self.judge else None

    def loss_of(self, column: str) -> Loss | None:
        """What a column of a training's rows is, also one of unseen music; None for any other."""
        return loss_of(self.losses, column)
