"""How the mix sounds by the measures of the field: width, loudness, peaks, and what mono takes.

    python -m benchmarks.mix

renders what every model plays to the sample melodies and reads the WAV files. Side over mid is of
RMS amplitudes; loudness is pyloudnorm's, true peak that of scipy's polyphase filter at four times
the rate; mono is by how much the loudness changes when both channels are made their mean.
"""

from __future__ import annotations

import math
import tempfile
import time
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt
import pyloudnorm
import soundfile
import typer
from scipy.signal import resample_poly

from benchmarks.surroundings import Quick, say_surroundings
from studio.catalog import models as cards_in
from studio.composing import Request, load_band
from studio.ground import assets
from studio.music.melody import sample_melody, samples
from studio.sound import open_synth, render

Samples = npt.NDArray[np.floating]
_SPAN, _MARGIN, _FINER = 65_536, 256, 4


class Heard(NamedTuple):
    """Of stereo sound: side over mid; integrated loudness in LUFS; true peak in dB of full scale;
    and how much louder it is in mono, in LU."""

    width: float
    lufs: float
    peak_db: float
    mono_lu: float


def heard(audio: Samples, rate_hz: int) -> Heard:
    """The measures of stereo audio, (frames, 2), not silent."""
    mid, side = audio.sum(axis=1), audio[:, 0] - audio[:, 1]
    width = float(np.sqrt(np.square(side).sum() / np.square(mid).sum()))
    mono = np.repeat(audio.mean(axis=1, keepdims=True), 2, axis=1)
    lufs = lufs_of(audio, rate_hz)
    return Heard(width, lufs, true_peak_db(audio), lufs_of(mono, rate_hz) - lufs)


def lufs_of(audio: Samples, rate_hz: int) -> float:
    """Integrated loudness by ITU-R BS.1770-4."""
    return float(pyloudnorm.Meter(rate_hz).integrated_loudness(audio.astype(np.float64)))


def true_peak_db(audio: Samples) -> float:
    """The highest value at four times the rate, in dB of full scale."""
    peak = 1e-9
    for at in range(0, len(audio), _SPAN):
        span = audio[max(at - _MARGIN, 0) : at + _SPAN + _MARGIN]
        peak = max(peak, float(np.abs(resample_poly(span, _FINER, 1, axis=0)).max()))
    return 20 * math.log10(peak)


def main(
    models: Annotated[Path, typer.Option(help="A folder of models.")] = assets.SHIPPED,
    seed: Annotated[int, typer.Option(help="The bands' seed.")] = 1,
    quick: Quick = False,
) -> None:
    """Prints a row a model: of all melodies the lowest and the highest, and the processor's seconds
    for a minute of one part; a quick run, one model and melody."""
    say_surroundings()
    with open_synth() as synth, tempfile.TemporaryDirectory() as folder:
        print(f"played by {synth.name}")
        print(f"{'':24}{'side/mid':>12}{'LUFS':>16}{'peak, dB':>14}{'mono, LU':>14}{'s/min':>7}")
        for card in cards_in([models])[0][: 1 if quick else None]:
            band, found, seconds, minutes = load_band(models / card.id, "cpu"), [], 0.0, 0.0
            for sample in samples()[: 1 if quick else None]:
                score = band.compose(Request(sample_melody(sample.id), card.id, seed)).score
                wav, began = Path(folder) / "mix.wav", time.process_time()
                render(score, synth, wav)
                seconds += time.process_time() - began
                minutes += len(score.tracks) * score.duration_seconds / 60
                found.append(heard(*soundfile.read(wav)))
            width, lufs, peak_db, mono_lu = (
                f"{min(values):.{digits}f} … {max(values):.{digits}f}"
                for values, digits in zip(zip(*found, strict=True), (2, 1, 1, 1), strict=True)
            )
            row = f"{card.id:24}{width:>12}{lufs:>16}{peak_db:>14}{mono_lu:>14}"
            print(f"{row}{seconds / minutes:>7.2f}", flush=True)


if __name__ == "__main__":
    typer.run(main)
