"""What training may set and what a composer may turn, for the Transformer technique."""

from __future__ import annotations

from studio.techniques.forms import EPOCHS, Extension, Form, Training, choice, setting

BARS = 16  # of a passage that is learned from


class Settings(Training):
    epochs: int = setting(12, 1, 2000, EPOCHS, first=True)
    learning_rate: float = setting(
        0.0008,
        0.00001,
        0.01,
        "How far an update moves the weights; in the last third it falls to 0.",
        first=True,
    )
    batch_size: int = setting(8, 1, 256, "Passages of sixteen bars in one update.")
    width: int = setting(256, 64, 1024, "Features of an event, in multiples of 64.", network=True)
    layers: int = setting(4, 1, 16, "Layers of attention, one over the other.", network=True)
    dropout: float = setting(
        0.1, 0.0, 0.8, "Share of features that are left out at random in training."
    )
    any_key: float = setting(
        0.5, 0.0, 1.0, "Share of passages that are learned from in a key drawn at random."
    )
    sing: float = setting(
        0.2, 0.0, 1.0, "Share of passages whose melody and chords are learned, to extend a melody."
    )
    warm_up: float = setting(
        0.25,
        0.0,
        1.0,
        "Longest share of the training in which updates grow to their full size; it takes 200 "
        "updates at most. 1: just 200, however short the training is.",
    )
    style: int = setting(7, 0, 15, "Which style it plays in, by number: 7 is a style of your own.")


# Quick is for minutes on two cores; Textbook takes what DeepComposer's own form began with.
PRESETS: dict[str, dict[str, float | int]] = {
    "Quick": {"epochs": 24, "learning_rate": 0.002, "batch_size": 4, "width": 128, "layers": 2},
    "Best": {"epochs": 60},
    "Textbook": {"epochs": 10, "learning_rate": 0.001, "batch_size": 64},
}


SAMPLING = ("Nucleus", "TopK")
_RISK = "How freely each note is drawn: 0 takes the likeliest, 1 as the model learned, 2 is daring."
_TECHNIQUE = (
    "Unlikely pitches are left out before one is drawn. Nucleus keeps the likeliest that together "
    "have the threshold's share of the probability: few where the model is sure, many where it is "
    "not. TopK always keeps the same number. Rhythm is drawn from all."
)
_THRESHOLD = (
    "How much is kept to draw from: of Nucleus a share of the probability, of TopK a share of all "
    "pitches. Less is safer and plainer, 1 leaves nothing out."
)


class Knobs(Form):
    """What a composer may turn."""

    creative_risk: float = setting(1.0, 0.0, 2.0, _RISK)
    sampling_technique: int = choice(0, SAMPLING, _TECHNIQUE)
    sampling_threshold: float = setting(0.98, 0.05, 1.0, _THRESHOLD)
    chord_strictness: float = setting(
        0.0,
        0.0,
        1.0,
        "How closely pitches keep to the chord that sounds: 0 with as many other notes as people "
        "play, 1 chord tones only.",
    )
    stay_in_key: int = choice(
        0, ("Off", "On"), "On: no note outside the scale, but for those of the chords."
    )


class PartKnobs(Form):
    """What one part may be asked for; 0 leaves it to the model."""

    density: float = setting(0.0, 0.0, 32.0, "Notes in four beats; 0 leaves it to the model.")
    register: float = setting(
        0.0,
        0.0,
        100.0,
        "Its middle, as a MIDI pitch (60 is C4); 0 leaves it to the model.",
    )
    polyphony: float = setting(
        0.0, 0.0, 6.0, "How many notes begin together on average; 0 leaves it to the model."
    )


class ExtendKnobs(Extension):
    """What is asked of a melody's continuation; DeepComposer's names."""

    sampling_technique: int = choice(0, SAMPLING, _TECHNIQUE)
    sampling_threshold: float = setting(0.95, 0.05, 1.0, _THRESHOLD)
    creative_risk: float = setting(0.95, 0.0, 2.0, _RISK)
    input_duration: int = setting(16, 1, 16, "How many of the last bars are listened to.")
    extension_duration: int = setting(8, 1, 32, "How many bars are added.")
    stay_in_key: int = choice(1, ("Off", "On"), "On: no note outside the scale.")
