"""Use it: the finished model on Compose, its card, and a picture for it."""

from __future__ import annotations

import html
from pathlib import Path

import streamlit as st

from studio.catalog import Card, find
from studio.ground import files
from studio.pictures import PICTURE_FILE, BadPicture, small_png
from studio.queue import Job
from studio.ui import desk, fields, house, say


def show(job: Job) -> None:
    """Nothing before the model is there."""
    model = (job.result or {}).get("model")
    card = house.model(model) if model else None
    if card is None:
        return  # or deleted since
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="train_use"):
        shown = find(card.id, house.settings().model_folders) / PICTURE_FILE
        if shown.exists():
            st.image(shown.read_bytes(), width=44)
        st.html(
            f'<p class="tutti-says">{html.escape(card.title)} is ready to play.</p>',
            width="content",
        )
        if st.button("Play it on Compose", type="primary", key="train_play"):
            models = {**desk.draft().models, card.technique: card.id}
            desk.change(model=card.id, models=models)
            desk.visit()
        if st.button(
            "Ear test", key="train_ears", help="Two models play, and you are not told who."
        ):
            desk.visit("Models", "Ear test")
        with st.popover("Its card"):
            _tell(card)
        with st.popover("Change its picture" if shown.exists() else "Add a picture"):
            fields.upload(
                "A picture", f"picture-{card.id}", ["png", "jpg", "jpeg", "webp"], 10,
                "PNG, JPEG or WebP; it is made small and stays on this machine.",
                lambda data: _change_picture(data, shown.parent),
            )  # fmt: skip


def _tell(card: Card) -> None:
    """The card as it wrote itself."""
    parts = ", ".join(part.name for part in card.parts)
    st.markdown(
        f"**{say.plain(card.title)}** · {say.plain(parts)} · {card.parameters:,} parameters"
    )
    for title, text in (
        ("", card.description),
        ("Learned from.", card.data),
        ("Licence of the data.", card.licence),
        ("What that means for you.", card.follows),
        ("The same again:", card.reproduce),
    ):
        if text:
            st.markdown(f"**{title}** {say.plain(text)}" if title else say.plain(text))
    if "similarity" in card.measures:
        st.markdown(f"**Similarity index.** {card.measures['similarity']:g}")


def _change_picture(data: bytes, model_folder: Path) -> None:
    keep_picture(data, model_folder)
    st.rerun()


def keep_picture(data: bytes, model_folder: Path) -> None:
    """Writes the picture into a model's folder, whole or not at all; raises BadPicture."""
    try:
        files.write_whole(model_folder / PICTURE_FILE, small_png(data))
    except OSError as error:
        raise BadPicture("The picture could not be written: make room on the disk.") from error
