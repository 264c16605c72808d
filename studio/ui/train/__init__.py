"""The Train page: music, settings, live curves, and the epochs to listen to.

Enter at `shown_run`: the training that is looked at. The panel on the left chooses music and
settings, shows the queue and trains; the stage is the run, or the data doctor. `run_state` follows
a training's events, `lines` and `panels` draw histories, on the Models page, too. Nothing here
trains: it submits a `RunSpec`, and watches.
"""

from studio.ui.train import lines, panels
from studio.ui.train.data_panel import show as choose_data
from studio.ui.train.queue_panel import show as show_queue
from studio.ui.train.runs import shown as shown_run
from studio.ui.train.settings_panel import show as choose_settings
from studio.ui.train.settings_panel import train_button
from studio.ui.train.stage import show as show_stage

__all__ = [
    "choose_data", "choose_settings", "lines", "panels", "show_queue", "show_stage", "shown_run",
    "train_button",
]  # fmt: skip
