"""The server's own addresses beside Streamlit's: the pages' document, components' modules,
sprites, stems and finished pieces."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from studio.ground import assets
from studio.ground.errors import JobError, TuttiError
from studio.jobs.kinds import retrace
from studio.jobs.kinds import sprite as sprites
from studio.jobs.kinds.stems import stem_store
from studio.jobs.kinds.take_home import find_file
from studio.jobs.takes import sound_of
from studio.queue import Job
from studio.sound import StemStore
from studio.ui import house
from studio.ui.guard import owner_of
from studio.ui.pages import find_pages
from studio.ui.shell import document
from studio.ui.thumbnail import roll_thumbnail

COMPONENTS = Path(__file__).parent / "components"
_MEDIA = {".json": "application/json", ".ogg": "audio/ogg", ".wav": "audio/wav"}
_LOOKS, _LOOK_SECONDS = 50, 0.04  # at a file that is being made, in one answer
SPRITE_OWNER = "studio"  # sprites belong to nobody: every session plays the same


def sprite(request: Request) -> Response:
    """The keyboard's notes for an instrument; 202 while they are being rendered."""
    program = int(request.path_params["program"])
    if program not in range(128):
        return _file(None)
    sound = house.sound_name()
    path = sprites.sprite_path(house.settings().data_dir, sound, program)
    if path.exists():
        return FileResponse(path, media_type="audio/ogg", headers={"cache-control": "no-cache"})
    asked = sprites.Request(program, sound).to_json()
    with suppress(JobError):  # the queue is full: the browser asks again later
        known = [job for job in house.store().jobs(SPRITE_OWNER, limit=100) if job.payload == asked]
        if known and known[0].state == "failed":
            return _file(None)  # the keyboard's own soft tone has to do
        if not any(job.state in ("queued", "running") for job in known):
            house.store().submit(sprites.KIND, asked, SPRITE_OWNER)
    return Response(status_code=202)


def piece_sound(request: Request) -> Response:
    """The rendered mix of a piece, or of one of its takes, for its owner alone; ranges are
    answered, so one can seek."""
    job, take = _job(request), int(request.path_params.get("take", 1))
    path = sound_of(house.settings().data_dir, job.id, take) if job else None
    return _file(path if path and path.exists() else None)


def roll(request: Request) -> Response:
    """A version of a piece at a glance, for its owner alone; it never changes."""
    try:
        piece, version = request.path_params["piece"], request.path_params["version"]
        owner = owner_of(request.headers) or "nobody"
        drawing = roll_thumbnail(house.library().opened(piece, version, owner).score)
    except TuttiError:
        return _file(None)
    lasting = {"cache-control": "private, max-age=31536000, immutable"}
    return Response(drawing, media_type="image/svg+xml", headers=lasting)


async def replay(request: Request) -> Response:
    """How a version of a piece was written, for its owner alone; in `error` the sentence why that
    cannot be told; 202 while a worker is asked."""
    owner, asked = owner_of(request.headers) or "nobody", retrace.Request(**request.path_params)
    path, job = retrace.path(house.settings().data_dir, asked), None
    try:
        house.library().piece(asked.piece, owner)
        for _ in range(_LOOKS):
            if path.exists() or (job is not None and job.ended):
                break
            job = _job_of(asked, owner) if job is None else house.store().get(job.id, owner)
            await asyncio.sleep(_LOOK_SECONDS)
    except JobError as error:
        return _sorry(str(error))
    if path.exists():
        return FileResponse(path, media_type=_MEDIA[".json"], headers={"cache-control": "no-store"})
    if job is not None and job.ended:
        return _sorry(job.error or "How it was written could not be told: try again.")
    return _file(None, missing=202)


def _job_of(asked: retrace.Request, owner: str) -> Job:
    """The job that is asked for the same just now, or a new one."""
    store, payload = house.store(), asked.to_json()
    known = store.jobs(owner, ("queued", "running"))
    mine = [job for job in known if (job.kind, job.payload) == (retrace.KIND, payload)]
    return mine[0] if mine else store.get(store.submit(retrace.KIND, payload, owner), owner)


def _sorry(why: str) -> Response:
    return JSONResponse({"error": why}, headers={"cache-control": "no-store"})


async def stem(request: Request) -> Response:
    """The sound of one part, named by all that it depends on; 202 while it is not rendered."""
    return await _awaited(_stems().find_small, request.path_params["name"])


async def loudness(request: Request) -> Response:
    """How loud the stems of a mix are played, named by them; 202 while one is not rendered."""
    return await _awaited(_stems().find_mix, request.path_params["name"])


def taken_home(request: Request) -> Response:
    """The file that a job wrote of a piece, for its owner alone."""
    job = _job(request)
    path = find_file(house.settings().data_dir, job.id, job.result) if job else None
    if path is None or path.name != request.path_params["name"]:
        return _file(None)
    return FileResponse(path, filename=path.name, headers={"cache-control": "no-store"})


def _job(request: Request) -> Job | None:
    """The job that an address names, where it is of the owner who asks."""
    try:
        owner = owner_of(request.headers) or "nobody"
        return house.store().get(request.path_params["job_id"], owner)
    except JobError:
        return None


def _stems() -> StemStore:
    return stem_store(house.settings().data_dir)


async def _awaited(find: Callable[[str], Path | None], name: str) -> Response:
    """A file that is being made, the moment it is there; 202 where it takes long."""
    for _ in range(_LOOKS):
        if (path := find(name)) is not None:
            return _file(path)
        await asyncio.sleep(_LOOK_SECONDS)
    return _file(None, missing=202)


def _file(path: Path | None, missing: int = 404) -> Response:
    """The file, or that it is not there (yet)."""
    if path is None:
        return Response(status_code=missing, headers={"cache-control": "no-store"})
    return FileResponse(path, media_type=_MEDIA[path.suffix])


class Modules(StaticFiles):
    """Scripts and styles of the components, asked for anew each time: an update must never mix
    with modules of the version before."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response


ROUTES = [
    Route("/", document),
    *(Route(f"/{page.address}", document) for page in find_pages(assets.ROOT / "pages")),
    Route("/sprites/{program:int}.ogg", sprite),
    Route("/rolls/{piece}/{version}.svg", roll),
    Route("/replays/{piece}/{version}.json", replay),
    Route("/replays/{piece}/{version}/{looks:int}.json", replay),
    Route("/stems/{name}.ogg", stem),
    Route("/stems/{name}.json", loudness),
    Route("/take-home/{job_id}/{name}", taken_home),
    Route("/pieces/{job_id}/mix.wav", piece_sound),
    Route("/pieces/{job_id}/{take:int}/mix.wav", piece_sound),
    Mount("/components", Modules(directory=COMPONENTS)),
]
