"""What a training may set, and what a composer turns."""

from __future__ import annotations

from studio.techniques.forms import EPOCHS, Form, Training, setting


class Settings(Training):
    epochs: int = setting(250, 1, 2000, EPOCHS, first=True)
    learning_rate: float = setting(
        0.001, 0.00001, 0.01, "How far an update moves the weights.", first=True
    )
    batch_size: int = setting(16, 1, 256, "Passages in one update.")
    layers: int = setting(3, 1, 8, "Layers of attention.", network=True)
    width: int = setting(
        128, 32, 512, "Features of a sixteenth, in multiples of 32; a quarter has twice as many.",
        network=True,
    )  # fmt: skip
    dropout: float = setting(
        0.1, 0.0, 0.5, "Share of features that are left out at random in training."
    )
    any_key: float = setting(0.1, 0.0, 1.0, "Share of passages that are learned in another key.")


_RISK = (
    "How freely each note is drawn among those that are plausible: low takes the likeliest, "
    "high chooses evenly."
)


class Knobs(Form):
    """What a composer may turn for voices under a melody, which stays as it is: DeepComposer's
    names and ranges."""

    creative_risk: float = setting(1.0, 0.5, 6.0, _RISK)
    sampling_iterations: int = setting(
        96, 0, 100,
        "How often the model looks at the piece at most, first to write it, then to mend what "
        "breaks a rule. 1 writes all at once, 0 nothing.",
    )  # fmt: skip
    maximum_notes_to_add: int = setting(
        500, 50, 1000, "After so many notes no new one begins: what is there is held on."
    )


class MendKnobs(Form):
    """What may be turned where it mends a melody: DeepComposer's names, ranges and order."""

    maximum_input_notes_to_remove: int = setting(
        100, 0, 100,
        "Share of your notes, in per cent, that may go or become others. At 0 only rests are "
        "filled.",
    )  # fmt: skip
    maximum_notes_to_add: int = setting(500, 50, 1000, "How many changes there may be.")
    sampling_iterations: int = setting(
        96, 0, 100,
        "How often the model looks at the melody at most: each look changes a few notes, and it "
        "stops where nothing is out of place. 0 changes nothing.",
    )  # fmt: skip
    creative_risk: float = setting(1.0, 0.5, 6.0, _RISK)
