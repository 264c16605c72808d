"""What is asked of the models: a band, or one of each genre, to the tune on the table. It goes into
the piece that is there where that is of the same tune, and it is never one that was there before,
unless somebody asked for just that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, replace
from itertools import count

from studio.catalog import models
from studio.composing import Recipe
from studio.composing import Request as BandRequest
from studio.ground.errors import TuttiError
from studio.jobs.kinds import compose, genres
from studio.jobs.place import Place
from studio.music.melody import melody_to_json
from studio.music.score import Score
from studio.queue import JsonObject
from studio.ui import desk, house
from studio.ui.compose.table import read_table
from studio.ui.compose.work import Work, newest_of, roots_of

_JOBS = 400  # that are looked through for what was there before
_CHOICES = ("chords", "key")  # of all bands
_OF_ONE = ("knobs", "chord_risk", "parts", "arrangement")  # which "all genres" leaves to the models


def band(request: BandRequest, exactly: bool) -> int:
    """Asks for a band, with its own seed where that is wanted `exactly`, else with the next that
    gives another one; the seed. Raises what `from_performance` and the store raise."""
    seed = request.seed
    if not exactly:
        seed = _next(seed, request.takes, _known(request.to_json()))
    work = _same_tune(request.melody)
    place = _place(work, request.melody)
    asked = {field.name: getattr(request, field.name) for field in fields(request)}
    _submit(compose.KIND, compose.Request(**{**asked, "seed": seed}, place=place).to_json(), work)
    return seed


def rest(work: Work) -> None:
    """Asks for all bars of a band that was stopped: those that are there come again as they were
    written, with the others after them. Raises BadScore for a damaged recipe."""
    band(replace(Recipe.from_json(work.opened.recipe).request, bars=None), exactly=True)


def every_genre(request: BandRequest, exactly: bool) -> int:
    """Asks for a band of each genre that the technique of a request's model plays, that model's
    first, to its melody, chords and key; the seed."""
    request.check()
    model, melody, seed = request.model, request.melody, request.seed
    cards, _ = models(house.settings().model_folders)
    kind = next(card.technique for card in cards if card.id == model)
    own = {card.genre: card.id for card in reversed(cards) if card.technique == kind}
    own |= {card.genre: model for card in cards if card.id == model}
    others = [card.id for card in cards if card.id in own.values() and card.id != model]
    ids = [model, *others][: genres.MOST]
    work = _same_tune(melody)
    place, chords, key = _place(work, melody), request.chords, request.key
    asked = genres.Request(
        ids, melody_to_json(melody), seed, place, chords, key, request.chain, arranged=True
    )  # fmt: skip
    if not exactly:
        asked = replace(asked, seed=_next(seed, 1, _known(asked.to_json())))
    _submit(genres.KIND, asked.to_json(), work)
    return asked.seed


def _submit(kind: str, payload: JsonObject, work: Work | None) -> None:
    job = house.store().submit(kind, payload, house.owner())
    if work is None:
        desk.change(piece=None, awaited=None, tune=desk.newest_take())
    else:  # it stays on the table, and can be heard, until the band is there
        desk.work_on(work.piece.id, work.opened.version.id, awaited=job, tune=desk.newest_take())


def _same_tune(melody: Score) -> Work | None:
    """What is on the table, where it is of that melody."""
    table = read_table()
    return table.work if table.is_of(melody) else None


def _place(work: Work | None, melody: Score) -> Place:
    if work is None:
        return Place(sound=house.sound_name())
    instruments, there = _instruments(work), work.opened
    played = there.recipe.get("melody", {}).get("program")
    if there.score.tracks and melody.tracks[0].program != played:
        instruments.pop(there.score.part_names[0], None)  # the keyboard's was chosen since
    return Place(work.piece.id, instruments, house.sound_name())


def _instruments(work: Work) -> dict[str, int]:
    """Those that somebody chose for parts of a piece: of two choices that in what is shown, else
    the later."""
    found: dict[str, int] = {}
    for recipe in (*_recipes(work), work.opened.recipe):
        edits = [edit for edit in recipe.get("edits", ()) if "program" in edit]
        found |= {str(edit["part"]): int(edit["program"]) for edit in edits}
    return found


def _recipes(work: Work) -> Iterator[JsonObject]:
    newest = [newest_of(work.history, take) for take in range(1, len(roots_of(work.history)) + 1)]
    for version in sorted(newest, key=lambda version: version.revision):
        with suppress(TuttiError):  # a damaged one has nothing to say
            yield house.library().opened(version.piece, version.id).recipe


def _next(seed: int, takes: int, known: set[int]) -> int:
    """The seed, or the first one after it whose takes are all new."""
    free = (
        start
        for start in (((seed + by) % (BandRequest.MAX_SEED + 1)) for by in count())
        if not known & {(start + take) % (BandRequest.MAX_SEED + 1) for take in range(takes)}
    )
    return next(free)


def _known(asked: JsonObject) -> set[int]:
    """The seeds with which what is asked for was there before."""
    jobs = house.store().jobs(house.owner(), limit=_JOBS)
    mine = [job for job in jobs if job.kind in (compose.KIND, genres.KIND)]
    return {
        (int(job.payload["seed"]) + take) % (BandRequest.MAX_SEED + 1)
        for job in mine
        if job.state != "failed" and _same(job.payload, asked)
        for take in range(int(job.payload.get("takes", 1)))
    }


def _same(before: Mapping[str, object], asked: Mapping[str, object]) -> bool:
    """Whether the same melody was played by the same model, or one of the same models, as the same
    choices say."""
    if _tune(before) != _tune(asked) or not _models(before) & _models(asked):
        return False
    several = "models" in before or "models" in asked
    choices = _CHOICES if several else (*_CHOICES, *_OF_ONE)
    # what an earlier version did not ask for was as it is where nothing is said
    return all((before.get(each) or None) == (asked.get(each) or None) for each in choices)


def _tune(payload: Mapping[str, object]) -> object:
    melody = payload["melody"]
    return melody["notes"] if isinstance(melody, Mapping) else None


def _models(payload: Mapping[str, object]) -> set[object]:
    several = payload.get("models")
    return set(several) if isinstance(several, list) else {payload.get("model")}
