"""How old files write their names: MIDI does not say in which encoding.

UTF-8 proves itself, and so does an encoding in which a name is a word for a part, such as 主旋律.
Else what counts is how letters stand: Latin-1 has single ones within words of ASCII, Chinese,
Japanese and Korean pairs, Cyrillic whole words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from studio.music.tunes import known_letters

SHIFT_JIS, GBK, BIG5, KOREAN = "Shift-JIS", "GBK", "Big5", "EUC-KR"
CYRILLIC, LATIN_1 = "Windows-1251", "Latin-1"
_CODECS = {
    LATIN_1: "cp1252", SHIFT_JIS: "cp932", GBK: "gb18030", BIG5: "cp950", KOREAN: "cp949",
    CYRILLIC: "cp1251", "KOI8-R": "koi8-r", "Windows-1253": "cp1253", "Windows-1250": "cp1250",
    "Windows-1254": "cp1254", "Windows-1255": "cp1255", "Windows-1256": "cp1256",
    "Mac Roman": "mac_roman",
}  # fmt: skip
_COMMON = {GBK: "gb2312", BIG5: "big5", KOREAN: "euc_kr"}  # what is written in them mostly
_BYTE_ORDER = (b"\xff\xfe", b"\xfe\xff")  # by which UTF-16 begins
_FEWEST_LETTERS = 2  # of known words that prove an encoding
_RUN = re.compile(rb"[\x80-\xff]+")
_AT_WORD = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
_ALONE = rb"(?<![A-Za-z\x80-\xff])(?:%s)(?![A-Za-z\x80-\xff])"
_KANA_OR_KANJI = rb"[\x81-\x9f][\x40-\x7e\x80-\xfc]"
_JAPANESE = re.compile(
    rb"%s[\x81-\x9f\xe0-\xea][\x40-\x7e\x80-\xfc]|%s" % (_KANA_OR_KANJI, _ALONE % _KANA_OR_KANJI)
)
_HALF_WIDTH = re.compile(_ALONE % rb"[\xa6-\xdf]{3,}")
_CHINESE = re.compile(rb"[\xa1-\xfe]{4,}|" + _ALONE % rb"[\xa1-\xfe]{2}")
_PAIR = re.compile(rb"[\x80-\xff][\x40-\xff]")
_BIG5_LEADS = range(0xA4, 0xC0)  # Latin-1 has no letters there
_RARE_SIGNS = 0xD8  # lead byte of the second, rarer half of GB 2312
_CYRILLIC_WORD = re.compile(rb"[\xc0-\xdf]?[\xe0-\xff\xb8]+|[\xc0-\xdf]+")
_SMALL_LETTERS = 0xE0  # of Cyrillic
_SHORTEST_WORD = 3
_LONGEST_NAME = 4_000  # bytes; what is longer is no name


def encoding_of(texts: Iterable[bytes]) -> str | None:
    """The encoding of the texts that are neither UTF-8 nor UTF-16, one for all of a file; None
    where all are."""
    old = b"\n".join(
        text
        for text in texts
        if len(text) <= _LONGEST_NAME and not (text.startswith(_BYTE_ORDER) or _is(text, "utf-8"))
    )
    return (_of_words(old) or _of_letters(old)) if old else None


def _of_words(old: bytes) -> str | None:
    """The encoding in which a text has known words that are none in ASCII."""
    plain = known_letters(old.decode("ascii", "replace"))
    found = {
        name: known_letters(old.decode(codec)) for name, codec in _CODECS.items() if _is(old, codec)
    }
    best = max(found, key=lambda name: found[name], default=LATIN_1)
    return best if found.get(best, 0) >= plain + _FEWEST_LETTERS else None


def _of_letters(old: bytes) -> str:
    """The encoding by how letters stand in a text."""
    runs = _RUN.findall(old)
    longest = max(map(len, runs))
    if _is(old, "cp932") and _JAPANESE.search(old):
        return SHIFT_JIS
    is_apart = longest >= _SHORTEST_WORD and not _AT_WORD.search(old)
    is_paired = all(len(run) % 2 == 0 for run in runs)
    is_small = any(byte >= _SMALL_LETTERS for byte in old)
    if is_apart and (is_small or not is_paired) and all(map(_CYRILLIC_WORD.fullmatch, runs)):
        return CYRILLIC
    leads = [pair[0] for pair in _PAIR.findall(old)]
    is_common = 2 * sum(lead < _RARE_SIGNS for lead in leads) > len(leads)
    is_big5 = len(leads) > 1 and 2 * sum(lead in _BIG5_LEADS for lead in leads) >= len(leads)
    is_chinese = is_paired and is_common and bool(_CHINESE.search(old))
    if (is_chinese or is_big5) and (found := _of_pairs(old)):
        return found
    if is_apart and _HALF_WIDTH.search(old) and _is(old, "cp932"):
        return SHIFT_JIS
    return LATIN_1


def _of_pairs(old: bytes) -> str | None:
    """Which of the encodings that write a sign as a pair of bytes is likeliest."""
    import chardet

    fit = [name for name, codec in _COMMON.items() if _is(old, codec)]
    if len(fit) < 2:
        return fit[0] if fit else None
    codecs = {_CODECS[name]: name for name in fit} | {"big5": BIG5}
    told = chardet.detect(old, include_encodings=list(codecs), compat_names=False)
    return codecs.get(str(told["encoding"]), fit[0])


def decoded(text: bytes, encoding: str | None) -> str:
    """The text, by UTF-8 or else the file's encoding; none where it is no name."""
    if len(text) > _LONGEST_NAME:
        return ""
    codecs = ("utf-16",) if text.startswith(_BYTE_ORDER) else ()
    for codec in (*codecs, "utf-8-sig", _CODECS[encoding or LATIN_1]):
        if _is(text, codec):
            return text.decode(codec)
    return text.decode("latin-1")


def _is(text: bytes, codec: str) -> bool:
    try:
        text.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
