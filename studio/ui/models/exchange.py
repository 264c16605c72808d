"""Models come, go and are deleted: what happens on disk."""

from __future__ import annotations

import secrets
import shutil

from studio.catalog import Card, pack, unpack
from studio.ground.errors import BadModel
from studio.ui import house
from studio.ui.models import ears, shelf


def export(card: Card) -> bytes:
    """The model as one file; raises BadModel."""
    return pack(shelf.folder_of(card))


def bring_in(data: bytes) -> Card:
    """Puts the model of a file among the user's own; raises BadModel."""
    return unpack(data, shelf.own_folder())


def delete(card: Card) -> None:
    """Deletes an own model, at one stroke, and its place in the ear test; raises BadModel where it
    is a shipped one, or another one plays with its weights."""
    if not shelf.is_own(card):
        raise BadModel("Only models of your own can be deleted: this one belongs to Tutti.")
    heirs = [other.id for other in shelf.read_shelf().own if other.shares == card.id]
    if heirs:
        raise BadModel(f"The model {heirs[0]} plays with its weights: delete that one first.")
    grave = shelf.own_folder() / f".deleted-{secrets.token_hex(8)}"
    try:
        grave.mkdir()
        (shelf.own_folder() / card.id).rename(grave / card.id)
    except OSError as error:
        raise BadModel("The model could not be deleted: close what uses it, try again.") from error
    finally:
        shutil.rmtree(grave, ignore_errors=True)
    ears.forget(house.store(), card.id)
