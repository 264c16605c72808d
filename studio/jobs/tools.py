"""What the worker that composes keeps warm between its jobs."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from pathlib import Path

from studio.catalog import find, models
from studio.composing import Band, load_band
from studio.ground import Settings
from studio.ground.device import choose_device, device_name
from studio.ground.errors import BadKnob, BadModel, TuttiError
from studio.queue import JsonObject
from studio.sound import Engine, open_synth


class Tools:
    """The settings, models and soundfont of a data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.settings = Settings(data_dir=data_dir)
        self._bands: dict[Path, tuple[int, Band]] = {}

    def band(self, model_id: str) -> Band:
        """The model, loaded if need be, and anew where its files changed; raises BadModel."""
        folder = find(model_id, self.settings.model_folders)
        stamp = (folder / "card.json").stat().st_mtime_ns
        known = self._bands.get(folder)
        if known is None or known[0] != stamp:
            known = (stamp, load_band(folder, self.settings.device))
            self._bands[folder] = known
        return known[1]

    def writer(self, recipe: JsonObject) -> Band:
        """The model that wrote the piece of a recipe, as it was then; raises BadKnob where none
        did, BadModel where it is gone or has learned on."""
        if not recipe.get("model"):
            raise BadKnob("No model wrote this piece: generate a band first.")
        band = self.band(str(recipe["model"]))
        if recipe.get("weights") not in (None, band.weights_id):
            raise BadModel(
                f"{band.card.title} has learned on since it wrote this piece: generate the band "
                "again."
            )
        return band

    @cached_property
    def synth(self) -> Engine:
        """What plays; raises SoundError."""
        return open_synth(self.settings.soundfont_folders, self.settings.soundfont)

    def warm_up(self) -> JsonObject:
        """Loads models and soundfont, so that the first band is as quick as the next, and says what
        there is. What is broken is left for the job that asks for it to report."""
        facts: JsonObject = {}
        try:
            facts["device"] = device_name(choose_device(self.settings.device))
        except TuttiError as error:
            facts["device"] = str(error)
        for card in models(self.settings.model_folders)[0]:
            with suppress(TuttiError):
                self.band(card.id)
        with suppress(TuttiError):
            facts["sound"] = self.synth.name
        return facts
