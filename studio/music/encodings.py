"""How old files write their names: MIDI does not say in which encoding.

UTF-8 proves itself. Of the others each fits many texts, so what counts is how its letters stand:
Latin-1 has single ones within words of ASCII, Chinese and Japanese pairs, Cyrillic whole words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

SHIFT_JIS, GBK, CYRILLIC, LATIN_1 = "Shift-JIS", "GBK", "Windows-1251", "Latin-1"
_CODECS = {SHIFT_JIS: "cp932", GBK: "gb18030", CYRILLIC: "cp1251", LATIN_1: "cp1252"}
_RUN = re.compile(rb"[\x80-\xff]+")
_AT_WORD = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
_ALONE = rb"(?<![A-Za-z\x80-\xff])(?:%s)(?![A-Za-z\x80-\xff])"
_KANA_OR_KANJI = rb"[\x81-\x9f][\x40-\x7e\x80-\xfc]"
_JAPANESE = re.compile(
    rb"%s[\x81-\x9f\xe0-\xea][\x40-\x7e\x80-\xfc]|%s" % (_KANA_OR_KANJI, _ALONE % _KANA_OR_KANJI)
)
_HALF_WIDTH = re.compile(_ALONE % rb"[\xa6-\xdf]{3,}")
_CHINESE = re.compile(rb"[\xa1-\xfe]{4,}|" + _ALONE % rb"[\xa1-\xfe]{2}")
_RARE_SIGNS = 0xD8  # lead byte of the second, rarer half of GB 2312
_CYRILLIC_WORD = re.compile(rb"[\xc0-\xdf]?[\xe0-\xff\xb8]+|[\xc0-\xdf]+")
_SMALL_LETTERS = 0xE0  # of Cyrillic
_SHORTEST_WORD = 3
_LONGEST_NAME = 4_000  # bytes; what is longer is no name


def encoding_of(texts: Iterable[bytes]) -> str | None:
    """The encoding of the texts that are not UTF-8, one for all of a file; None where all are."""
    old = b"\n".join(
        text for text in texts if len(text) <= _LONGEST_NAME and not _is(text, "utf-8")
    )
    if not old:
        return None
    runs = _RUN.findall(old)
    longest = max(map(len, runs))
    if _is(old, "cp932") and _JAPANESE.search(old):
        return SHIFT_JIS
    is_apart = longest >= _SHORTEST_WORD and not _AT_WORD.search(old)
    is_paired = all(len(run) % 2 == 0 for run in runs)
    is_small = any(byte >= _SMALL_LETTERS for byte in old)
    if is_apart and (is_small or not is_paired) and all(map(_CYRILLIC_WORD.fullmatch, runs)):
        return CYRILLIC
    leads = [lead for run in runs for lead in run[::2]]
    is_common = 2 * sum(lead < _RARE_SIGNS for lead in leads) > len(leads)
    if is_paired and is_common and _CHINESE.search(old) and _is(old, "gb18030"):
        return GBK
    if is_apart and _HALF_WIDTH.search(old) and _is(old, "cp932"):
        return SHIFT_JIS
    return LATIN_1


def decoded(text: bytes, encoding: str | None) -> str:
    """The text, by UTF-8 or else the file's encoding; none where it is no name."""
    if len(text) > _LONGEST_NAME:
        return ""
    for codec in ("utf-8-sig", _CODECS[encoding or LATIN_1]):
        if _is(text, codec):
            return text.decode(codec)
    return text.decode("latin-1")


def _is(text: bytes, codec: str) -> bool:
    try:
        text.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
