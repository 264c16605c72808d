"""What the cards of the shared transformer say: one network learned all styles, so that each
carries the terms of all its sources."""

from __future__ import annotations

DESCRIPTIONS: dict[str, str] = {
    "pop": "Bass and electric piano. Broken chords and fills that answer the tune.",
    "rock": "Bass, guitar and drums. A beat with fills under held chords.",
    "jazz": "Bass, piano and drums. Swings; the bass walks.",
    "symphony": "Basses, strings, winds. Parts that move in lines of their own.",
    "folk": "Bass and steel guitar. At home with dances and waltzes.",
    "bach": "Alto, tenor and bass. Voices that lead to the cadence.",
    "songwriter": "Bass and piano. The piano of an art song.",
}

DATA = (
    "One network learned all styles. {own} The others: POP909 (Wang et al. 2020), Freedoom's game "
    "music, public-domain tunes of OpenEWLD and solos of the Weimar Jazz Database arranged by rule "
    "with MMA, the Groove MIDI Dataset's drummers (Gillick et al. 2019), OpenScore Orchestra, "
    "String Quartets and Lieder, the Nottingham tunes, and Bach's chorales."
)
OWN: dict[str, str] = {
    "pop": "This style: {songs} human piano arrangements of POP909 were learned from, {held_out} "
    "held out.",
    "rock": "This style: {songs} pieces of Freedoom and of rule-arranged tunes whose drums were "
    "exchanged for human ones were learned from, {held_out} held out; bass and guitar are for the "
    "larger part rule-arranged.",
    "jazz": "This style: {songs} rule-arranged pieces whose drums were exchanged for human ones "
    "were learned from, {held_out} held out.",
    "symphony": "This style: {songs} movements of symphonies and quartets were learned from, "
    "{held_out} held out.",
    "folk": "This style: the tunes of Nottingham and OpenEWLD, and {songs} of them with bass and "
    "guitar arranged by rule in country styles, were learned from, {held_out} held out.",
    "bach": "This style: {songs} chorales were learned from, {held_out} held out.",
    "songwriter": "This style: {songs} art songs with piano were learned from, {held_out} held "
    "out.",
}
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
