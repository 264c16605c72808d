"""The errors a user can meet: each is one sentence that says what to do next."""

__all__ = ["BadKnob", "BadMidi", "BadModel", "BadScore", "JobError", "SoundError", "TuttiError"]


class TuttiError(Exception):
    """Base of every error with a sentence for the user; on it the command line exits with 2."""


class BadScore(TuttiError, ValueError):
    """Notes, tracks or tempos outside the ranges that `studio.music.score` states."""


class BadMidi(TuttiError, ValueError):
    """A MIDI file that cannot be read, or that is outside the limits of `studio.music.midi`."""


class BadModel(TuttiError, ValueError):
    """A model folder that is missing, damaged or made for another version."""


class BadKnob(TuttiError, ValueError):
    """A setting or knob outside its range."""


class SoundError(TuttiError, RuntimeError):
    """A soundfont that is missing or unreadable, or a synthesiser that failed."""


class JobError(TuttiError, RuntimeError):
    """A job that failed, was cancelled or does not exist."""
