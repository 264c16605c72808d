"""What is asked of a training, by a page, on the command line or from Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from studio.ground.errors import JobError
from studio.ground.payload import checked
from studio.queue import JsonObject
from studio.training.pace import seconds_after, seconds_an_epoch, seconds_before


@dataclass(frozen=True, slots=True)
class Start:
    """The weights that an earlier `run` had after an epoch."""

    run: str
    epoch: int


@dataclass(frozen=True, slots=True)
class RunSpec:
    """A model's `name` and the music that it learns from: the id of a `set` of the data folder, of
    whose songs `only` some where they are named; or `data`, which are zips or folders of MIDI
    files, or one set that Tutti knows, such as `builtin:chorales`.

    It begins with nothing, and is laid out and learns as `layout`, `technique`, `preset` and
    `settings` say; or it is a shipped `genre` anew, with `drums` for its drums; or it goes on from
    the model `base`, or from `start`.
    """

    name: str = ""
    set: str = ""
    technique: str = "gan"
    settings: Mapping[str, int | float] = field(default_factory=dict)
    layout: str = ""
    only: list[str] | None = None
    base: str = ""
    start: Start | None = None
    stop_when_converged: bool = True
    preset: str = ""
    data: tuple[str, ...] = ()
    genre: str = ""
    drums: str = ""

    @classmethod
    def from_json(cls, payload: JsonObject) -> RunSpec:
        """What the store or a run's folder kept. Raises JobError where it asks for no training."""
        unfit = JobError("This asks for no training that Tutti knows: begin a new one.")
        return checked(cls, payload, unfit)

    def seconds_an_epoch(self, windows: int) -> float:
        """About how long it needs on this machine to go through so many windows once. Raises
        BadModel for an unknown technique, BadKnob for settings out of range."""
        return seconds_an_epoch(windows, self.technique, self.settings)

    def seconds(self, windows: int, epochs: int) -> tuple[float, float]:
        """About how long a training of so many windows and epochs needs on this machine: until its
        first epoch begins, and from then on until its model is there. Raises as
        `seconds_an_epoch`."""
        learning = epochs * self.seconds_an_epoch(windows)
        return seconds_before(windows), learning + seconds_after(epochs)

    def to_json(self) -> JsonObject:
        """The same for the store; names that say nothing of a training on a page are left out."""
        always = {"name", "set", "technique", "settings", "layout", "only", "base", "start"}
        always |= {"stop_when_converged", "preset"}
        return {name: value for name, value in asdict(self).items() if value or name in always}
