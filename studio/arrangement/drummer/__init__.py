"""The drummer: drums for a band that has none, and people's timing and touch for one that has.

Enter at `load`, which reads the `Drummer`; a `Take` of theirs strikes a `Bar` for each bar that it
is given, which says how full and how loud it is to be and whether it is a fill. It learned from
people who played to a click: `strokes` holds what they do, `network` what is learned of it,
`training` how. Its weights are assets, so network and strokes change together with them.
"""

from studio.arrangement.drummer.bars import Bar
from studio.arrangement.drummer.drummer import Drummer, Take, load
from studio.arrangement.drummer.strokes import Strokes
from studio.arrangement.drummer.styles import STYLES

__all__ = ["STYLES", "Bar", "Drummer", "Strokes", "Take", "load"]
