"""What lies on the Compose page's table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from studio.ground.errors import TuttiError
from studio.music.melody import melody_to_json
from studio.music.score import Score
from studio.queue import Job
from studio.ui import desk, house
from studio.ui.compose.work import Work, open_version

_OWN = (desk.ARRANGER, desk.LIBRARY)  # a melody that came from the piece itself


@dataclass(frozen=True, slots=True)
class Table:
    """What lies on the Compose page's table: the newest band whatever became of it, the piece that
    is worked on, the job that rewrites bars of it, and what kinds of things the band's job `said`
    before the piece was read: what is said since, the piece may lack."""

    job: Job | None
    work: Work | None
    rewrite: Job | None
    said: tuple[str, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether a band is being composed."""
        return self.job is not None and not self.job.ended and "played" not in self.said

    @property
    def chosen(self) -> bool:
        """Whether the piece was chosen, and is not just the newest band's."""
        return desk.draft().piece is not None

    def is_of(self, melody: Score) -> bool:
        """Whether the melody on the keyboard is that of what is shown."""
        if not melody.bars:  # of a band on chords alone these are the tune
            return self.work is not None and self.work.opened.score.title == melody.title
        takes = desk.draft().performance["takes"]
        if self.work is not None and takes and takes[-1]["source"] in _OWN:
            return True
        if self.work is not None and self.chosen and desk.draft().tune == desk.newest_take():
            return True  # none came since it was asked for, or opened
        notes = melody_to_json(melody)["notes"]
        if self.job is not None and notes == self.job.payload["melody"]["notes"]:
            return True
        work = self.work
        return work is not None and notes == melody_to_json(work.opened.score)["notes"]


def read_table() -> Table:
    """What is there now; what is gone is put away, with a sentence."""
    job, rewrite = desk.latest_piece(), _rewriting()
    if _is_melody() and (job is None or job.ended):
        return Table(None, None, rewrite)  # one has gone back before the band
    said = tuple(event.kind for event in house.store().events(job.id)) if job is not None else ()
    try:
        _receive(job, said)
        return Table(job, _find(job, said), rewrite, said)
    except TuttiError as error:
        desk.PROBLEM.tell(error)
        if desk.draft().piece is not None:
            desk.change(piece=None)
        return Table(job, None, rewrite, said)


def _receive(job: Job | None, said: Collection[str]) -> None:
    """A band that joins the piece on the table is shown as soon as it is there; where it does not
    come, the sentence that says why."""
    if (awaited := desk.draft().awaited) is None:
        return
    if job is None or job.id != awaited:
        desk.change(awaited=None)
    elif _is_kept(job, said):
        piece = house.library().of_job(house.owner(), job.id)
        mine = house.library().versions(piece.id) if piece else []
        version = next((version.id for version in mine if version.job == job.id), None)
        desk.change(awaited=None)
        if piece is not None and version is not None:
            desk.work_on(piece.id, version)
    elif job.ended:
        desk.change(awaited=None)
        if job.state == "failed":
            desk.PROBLEM.tell(job.error or "The band could not be composed: try again.")


def _is_melody() -> bool:
    """Whether the melody alone was put on the table."""
    chosen = desk.draft().piece
    return chosen is not None and chosen["id"] == desk.MELODY


def _find(job: Job | None, said: Collection[str]) -> Work | None:
    """What is worked on: what was chosen, else what the newest job has made; None where that is
    nothing. Raises JobError or BadScore where it is gone."""
    chosen = desk.draft().piece
    if chosen is not None and not _is_melody():
        return open_version(chosen["id"], chosen["version"])
    if job is None or not _is_kept(job, said):
        return None
    piece = house.library().of_job(house.owner(), job.id)
    return open_version(piece.id) if piece else None


def _is_kept(job: Job, said: Collection[str]) -> bool:
    """Whether the library has all that the job is going to make."""
    if not job.ended and "kept" not in said:
        return False
    return house.library().of_job(house.owner(), job.id) is not None


def _rewriting() -> Job | None:
    """The job that rewrites bars, while it does; one that has ended is done with: its version is
    shown, or the sentence that says why there is none."""
    job_id = desk.draft().remaking
    job = house.job(job_id)
    if job is not None and not job.ended:
        return job
    if job_id is not None:
        desk.change(remaking=None)
    if job is None:
        return None
    chosen, made = desk.draft().piece, job.result
    if made and chosen is not None and chosen["id"] == made["piece"]:
        desk.work_on(made["piece"], made["version"])
    if job.state == "failed":
        desk.PROBLEM.tell(job.error or "The bars could not be written anew: try again.")
    return None
