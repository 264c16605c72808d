"""What the models play to the sample melodies, as pictures to look at.

    python -m benchmarks.rolls --into rolls

draws a piano roll for each model and sample melody, `<model>/<sample>.png`, and all of a model's on
one sheet, `<model>.png`. Look for a bass that goes somewhere, chords that change with the harmony,
phrases that breathe, and an ending that ends.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import matplotlib.image
import typer
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.surroundings import Quick, say_surroundings
from studio.catalog import models as cards_in
from studio.composing import Request, load_band
from studio.ground import assets
from studio.music.melody import sample_melody, samples
from studio.pictures import Colour, roll_png

_COLUMNS = 2
_CELL_INCHES = (9.0, 2.6)


def main(
    into: Annotated[Path, typer.Option(help="The folder to draw into.")],
    models: Annotated[Path, typer.Option(help="A folder of models.")] = assets.SHIPPED,
    seed: Annotated[int, typer.Option(help="The bands' seed.")] = 1,
    quick: Quick = False,
) -> None:
    """Draws every model's piano rolls; a quick run, one model's of two melodies."""
    say_surroundings()
    for card in cards_in([models])[0][: 1 if quick else None]:
        band = load_band(models / card.id, "cpu")
        folder = into / card.id
        folder.mkdir(parents=True, exist_ok=True)
        pictures = {}
        for sample in samples()[: 2 if quick else None]:
            piece = band.compose(Request(sample_melody(sample.id), card.id, seed))
            pictures[f"{card.id}: {sample.title}, {piece.plan.key}"] = roll_png(piece.score)
            (folder / f"{sample.id}.png").write_bytes([*pictures.values()][-1])
        (into / f"{card.id}.png").write_bytes(contact_sheet(pictures))
        typer.echo(f"{card.id}: {len(pictures)} melodies")


def contact_sheet(pictures: Mapping[str, bytes]) -> bytes:
    """PNGs side by side under their titles, as one PNG."""
    rows = -(-len(pictures) // _COLUMNS)
    width, height = _CELL_INCHES
    figure = Figure((_COLUMNS * width, rows * height), dpi=100, facecolor=Colour.BACKGROUND)
    FigureCanvasAgg(figure)
    for place, (title, picture) in enumerate(pictures.items()):
        row, column = divmod(place, _COLUMNS)
        axes = figure.add_axes(
            ((column + 0.01) / _COLUMNS, 1 - (row + 0.98) / rows, 0.98 / _COLUMNS, 0.88 / rows)
        )
        axes.imshow(matplotlib.image.imread(io.BytesIO(picture)), aspect="auto")
        axes.set_axis_off()
        axes.set_title(title, color=Colour.TEXT, fontsize=10, pad=2)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


if __name__ == "__main__":
    typer.run(main)
