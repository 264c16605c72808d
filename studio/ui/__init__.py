"""The pages' tools: what the rooms below `ui/` share, a room a page.

Enter at `house`, for the store, the library and the engines behind all pages. `waiting` draws a job
until it has ended, a `Flash` is the sentence of a click that failed, a `PageDraft` what a reload
must not lose; `desk` is the Compose page's, on which other pages put something, too. `fields` are
a technique's knobs and settings as widgets, `say` writes times and names, `server` is for `app.py`.
A new page: a file in `pages/`, and a room here.
"""

from studio.ui import desk, fields, house, say, server, waiting
from studio.ui.drafts import PageDraft
from studio.ui.flash import Flash

__all__ = ["Flash", "PageDraft", "desk", "fields", "house", "say", "server", "waiting"]
