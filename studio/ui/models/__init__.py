"""The Models page: every model with its card, curves and samples, two side by side, and the blind
ear test.

Enter at `read_shelf`: what models there are at this moment. The list on the left chooses one, the
views show it. Only `exchange` changes what lies on disk; the ear test's votes are `ears`.
"""

from studio.ui.models.shelf import names, read_shelf
from studio.ui.models.views import bring_in_model, show_head, show_list, show_view

__all__ = ["bring_in_model", "names", "read_shelf", "show_head", "show_list", "show_view"]
