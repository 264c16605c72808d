"""What the cards of the shared transformer say: one network learned all styles, so that each
carries the terms of all its sources."""

from __future__ import annotations

DATA = (
    "One network learned all styles. {own} The others: POP909 (Wang et al. 2020), Freedoom's game "
    "music, public-domain tunes of OpenEWLD and solos of the Weimar Jazz Database arranged by rule "
    "with MMA, the Groove MIDI Dataset's drummers (Gillick et al. 2019), OpenScore Orchestra, "
    "String Quartets and Lieder, the Nottingham tunes, and Bach's chorales."
)
LICENCE = (
    "POP909: MIT, the songs are commercial. Freedoom: BSD-3-Clause. OpenEWLD: public-domain "
    "scores. Weimar Jazz Database: Open Database License 1.0. MMA's patterns: GPL-2.0-or-later. "
    "Groove: CC BY 4.0. OpenScore: CC0, the orchestra's annotated themes CC BY-SA. Nottingham: "
    "GPL-3.0 repository of traditional tunes. Chorales: public domain, some of the encodings may "
    "not be used commercially."
)
FOLLOWS = (
    "Your music is yours: check that a result is not close to a song before you publish it. "
    "Because one network learned from all sets, and some encodings are for non-commercial use, "
    "take care before you use these weights commercially; if you publish them, name the sources "
    "and share alike. Whether the patterns' GPL reaches weights is an open question."
)
