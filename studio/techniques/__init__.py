"""Techniques: the ways to add a band to a melody, and how each learns it.

`techniques()` finds them by walking this folder, `technique(id)` gives one; `base.py` says what a
technique brings, `textbook.py` is one to read from top to bottom. To add one, put a file with a
`Technique` here: nothing else has to know of it. Nothing here loads torch before a model is built
or trained.
"""

from studio.techniques.base import Commission, Technique
from studio.techniques.critic import Critic
from studio.techniques.forms import Field
from studio.techniques.introspection import Thought
from studio.techniques.trainer import Trainer
from studio.techniques.walk import technique, techniques

__all__ = [
    "Commission",
    "Critic",
    "Field",
    "Technique",
    "Thought",
    "Trainer",
    "technique",
    "techniques",
]
