"""How a piece is arranged beyond the notes that its model writes: form, drums, touch, who plays.

Enter at `Arrangement`, what is wanted. `form` hears a tune's phrases and sections, `arranged` lets
parts enter and leave with them and gives them people's timing, and `drummer` is a network that
learned from people on the kit: `begin` gives a take of theirs, who goes on bar by bar. Its weights
are assets. What a model wrote is never lost: an arrangement is a choice of the recipe.
"""

from studio.arrangement.arrangement import Arrangement, arranged, begin
from studio.arrangement.drummer import STYLES, Take
from studio.arrangement.form import Form, form_of, read_form

__all__ = ["STYLES", "Arrangement", "Form", "Take", "arranged", "begin", "form_of", "read_form"]
