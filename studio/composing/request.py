"""What is asked of a band: by a page, a job, the command line or Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import ClassVar

from studio.arrangement import Arrangement
from studio.composing.chain import Chain, Knobs, Melody
from studio.composing.lead_in import bars_before, chart_from
from studio.ground.errors import BadKnob, BadScore
from studio.ground.payload import Payload
from studio.music.harmony import read_chart
from studio.music.melody import from_bar
from studio.music.score import ALWAYS_BARS, STEP_TICKS
from studio.music.theory import Key, read_key

Veto = tuple[str, int, int, int | None]  # part, ticks from and to, and the pitch not to sound
Chosen = tuple[int, int]  # up to which bar after the lead-in, and which of the takes, from 0
Wishes = Mapping[str, Knobs]  # what parts are asked for: part knobs by the part's name


@dataclass(frozen=True, slots=True)
class Request(Payload):
    """A band to a `melody` of one track, of a bar or more: the `model` that plays it, the `knobs`
    of its technique, what single `parts` are asked for; `chords` that fix some or all, as
    `studio.music.harmony` reads them, and `chord_risk` 0-1, how freely the others are chosen. A
    melody without notes is as long as they are: then the band plays on chords alone.

    `key` is the one to play in, such as `E flat minor`, empty where it is to be heard. `takes` are
    of the seed and those that follow it, on the same chords; `bars` stops the band after so many.
    Sixths and sevenths of `chords` are `voiced`, though a model may leave them out. `vetoes` are
    kept to by techniques that write edit by edit, in the order in which they were given. `chain` is
    what was done to the tune before, where anything was; the `arrangement` what is done to what the
    model plays, None where that is nothing. A band that `waits` is silent in whole bars of rest
    before the melody and the first chord that is given.

    A model's critic chooses each passage among so many `choices`, None for as many as the model's
    card says; `chosen` are those that were chosen, of a band that is to be played again.
    """

    MAX_SEED: ClassVar[int] = 2**31 - 1
    MOST_TAKES: ClassVar[int] = 4
    MOST_CHOICES: ClassVar[int] = 16

    melody: Melody
    model: str
    seed: int = 0
    knobs: Knobs = field(default_factory=dict)
    chords: str = ""
    chord_risk: float = 0.0
    parts: Wishes = field(default_factory=dict)
    takes: int = 1
    bars: int | None = None
    key: str = ""
    voiced: bool = True
    vetoes: tuple[Veto, ...] = ()
    chain: Chain | None = None
    choices: int | None = None
    chosen: tuple[Chosen, ...] = ()
    waits: bool = True
    arrangement: Arrangement | None = None

    @property
    def lead_in(self) -> int:
        """The bars for which the band waits."""
        return bars_before(self.melody, self.chords) if self.waits else 0

    @property
    def after_lead_in(self) -> Request:
        """The same from the bar on in which the band comes in."""
        lead_in = self.lead_in
        if not lead_in:
            return self
        ticks = lead_in * self.melody.metre.bar_ticks
        vetoes = tuple((part, a - ticks, b - ticks, pitch) for part, a, b, pitch in self.vetoes)
        return replace(
            self, melody=from_bar(self.melody, lead_in), vetoes=vetoes, waits=False,
            chords=chart_from(self.chords, lead_in), bars=self.bars and max(self.bars - lead_in, 1),
        )  # fmt: skip

    @property
    def fills_chords(self) -> bool:
        """Whether there are chords whose sixths and sevenths are voiced."""
        return self.voiced and bool(self.chords.strip())

    @property
    def wanted_key(self) -> Key | None:
        """The key that is set, if any; raises BadKnob for what is none."""
        return read_key(self.key) if self.key.strip() else None

    def check(self) -> None:
        """Raises BadScore for a melody that cannot be played to, BadKnob for a seed, a key or a
        number of takes that is none."""
        melody = self.melody
        alone = [] if any(track.notes for track in melody.tracks) else read_chart(self.chords)
        if len(melody.tracks) != 1 or not (melody.bars or any(map(any, alone))):
            raise BadScore(
                "There is no melody yet: play one, choose a sample, import a file, or type chords."
            )
        if max(melody.bars, len(alone)) > max(melody.most_bars, ALWAYS_BARS):
            raise BadScore(f"A melody can have up to {melody.longest}: shorten it.")
        if melody.metre.bar_ticks % STEP_TICKS:
            raise BadScore(
                f"The metre {melody.metre} has no sixteenths: choose another, such as 4/4."
            )
        if type(self.seed) is not int or not 0 <= self.seed <= self.MAX_SEED:
            raise BadKnob(f"The seed must be a whole number from 0 to {self.MAX_SEED}.")
        if type(self.takes) is not int or not 1 <= self.takes <= self.MOST_TAKES:
            raise BadKnob(f"There can be 1 to {self.MOST_TAKES} takes at once.")
        choices = 1 if self.choices is None else self.choices
        if type(choices) is not int or not 1 <= choices <= self.MOST_CHOICES:
            raise BadKnob(f"A band can be chosen among 1 to {self.MOST_CHOICES} takes.")
        ends = [0, *(bar for bar, _ in self.chosen)]
        rising = all(a < b for a, b in pairwise(ends))
        if not rising or not all(0 <= take < self.MOST_CHOICES for _, take in self.chosen):
            raise BadKnob("What was chosen of this band is damaged: generate it again.")
        _ = self.wanted_key

    @property
    def seeds(self) -> list[int]:
        """A seed for each take."""
        return [next_seed(self.seed, take) for take in range(self.takes)]


def next_seed(seed: int, by: int = 1) -> int:
    """The seed that follows; after the largest, 0."""
    return (seed + by) % (Request.MAX_SEED + 1)
