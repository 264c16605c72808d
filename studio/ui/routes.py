"""The server's own addresses beside Streamlit's: components' modules, sprites, stems, finished
pieces, and models' pictures and packed files."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from studio.catalog.catalog import find
from studio.catalog.packing import pack
from studio.errors import BadModel, JobError
from studio.jobs.sprites import sprite_path
from studio.jobs.stems import stem_store
from studio.jobs.take_home import find_file
from studio.jobs.takes import sound_of
from studio.music.instruments import KEYBOARD
from studio.pictures import PICTURE_FILE
from studio.ui import house
from studio.ui.guard import owner_of

COMPONENTS = Path(__file__).parent / "components"
SPRITE_OWNER = "studio"  # sprites belong to nobody: every session plays the same


def sprite(request: Request) -> Response:
    """The keyboard's notes for an instrument; 202 while they are being rendered."""
    program = int(request.path_params["program"])
    if program not in KEYBOARD:
        return Response(status_code=404)
    sound = house.sound_name()
    path = sprite_path(house.settings().data_dir, sound, program)
    if path.exists():
        return FileResponse(path, media_type="audio/wav", headers={"cache-control": "no-cache"})
    asked = {"program": program, "sound": sound}
    with suppress(JobError):  # the queue is full: the browser asks again later
        known = [job for job in house.store().jobs(SPRITE_OWNER, limit=100) if job.payload == asked]
        if known and known[0].state == "failed":
            return Response(status_code=404)  # the keyboard's own soft tone has to do
        if not any(job.state in ("queued", "running") for job in known):
            house.store().submit("sprite", asked, SPRITE_OWNER)
    return Response(status_code=202)


def piece_sound(request: Request) -> Response:
    """The rendered mix of a piece, or of one of its takes, for its owner alone; ranges are
    answered, so one can seek."""
    owner = owner_of(request.headers)
    try:
        job = house.store().get(request.path_params["job_id"], owner or "nobody")
    except JobError:
        return Response(status_code=404)
    take = int(request.path_params.get("take", 1))
    path = sound_of(house.settings().data_dir, job.id, take)
    if not path.exists():
        return Response(status_code=404)
    return FileResponse(path, media_type="audio/wav")


def stem(request: Request) -> Response:
    """The sound of one part, named by all that it depends on; 202 while it is not rendered."""
    return _rendered(
        stem_store(house.settings().data_dir).find(request.path_params["name"]), "audio/wav"
    )


def loudness(request: Request) -> Response:
    """How loud the stems of a mix are played, named by them; 202 while one is not rendered."""
    path = stem_store(house.settings().data_dir).find_mix(request.path_params["name"])
    return _rendered(path, "application/json")


def _rendered(path: Path | None, media_type: str) -> Response:
    if path is None:
        return Response(status_code=202, headers={"cache-control": "no-store"})
    return FileResponse(path, media_type=media_type)


def taken_home(request: Request) -> Response:
    """The file that a job wrote of a piece, for its owner alone."""
    owner, job_id = owner_of(request.headers), request.path_params["job_id"]
    try:
        job = house.store().get(job_id, owner or "nobody")
    except JobError:
        return Response(status_code=404)
    path = find_file(house.settings().data_dir, job.id, job.result)
    if path is None or path.name != request.path_params["name"]:
        return Response(status_code=404)
    return FileResponse(path, filename=path.name, headers={"cache-control": "no-store"})


def model_picture(request: Request) -> Response:
    """The picture of a model that has one."""
    try:
        path = _model(request) / PICTURE_FILE
    except BadModel:
        return Response(status_code=404)
    if not path.is_file():
        return Response(status_code=404)
    return FileResponse(path, media_type="image/png", headers={"cache-control": "no-cache"})


def export(request: Request) -> Response:
    """A model as one file to keep or to give away."""
    try:
        folder = _model(request)
        packed = pack(folder)
    except BadModel:
        return Response(status_code=404)
    name = f'attachment; filename="{folder.name}.zip"'  # an id: small letters, digits, hyphens
    headers = {"content-disposition": name, "cache-control": "no-cache"}
    return Response(packed, media_type="application/zip", headers=headers)


def _model(request: Request) -> Path:
    return find(request.path_params["model_id"], house.settings().model_folders)


class Modules(StaticFiles):
    """Scripts and styles of the components, asked for anew each time: an update must never mix
    with modules of the version before."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response


ROUTES = [
    Route("/sprites/{program:int}.wav", sprite),
    Route("/stems/{name}.wav", stem),
    Route("/stems/{name}.json", loudness),
    Route("/take-home/{job_id}/{name}", taken_home),
    Route("/pieces/{job_id}/mix.wav", piece_sound),
    Route("/pieces/{job_id}/{take:int}/mix.wav", piece_sound),
    Route("/models/{model_id}/picture", model_picture),
    Route("/export/{model_id}", export),
    Mount("/components", Modules(directory=COMPONENTS)),
]
