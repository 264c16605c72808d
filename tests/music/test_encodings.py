"""Names as people wrote them, in whichever encoding."""

from __future__ import annotations

import pytest
from helpers import CASES, delta, header, note_events, track_chunk
from hypothesis import given
from hypothesis import strategies as st

from studio.music import midi
from studio.music.encodings import (
    BIG5,
    CYRILLIC,
    GBK,
    KOREAN,
    LATIN_1,
    SHIFT_JIS,
    decoded,
    encoding_of,
)

NAMES = {
    (
        SHIFT_JIS,
        "cp932",
    ): "メロディ 主旋律 ボーカル 歌 ベース ドラム 伴奏 ギター1 旋律A 弦 ﾒﾛﾃﾞｨ ﾎﾞｰｶﾙ ピアノ①",
    (GBK, "gbk"): "主旋律 人声 和弦 鼓 笛 二胡 伴奏 钢琴 贝斯 弦乐 MIDI音轨 音轨1 吉他",
    (
        BIG5,
        "big5",
    ): "主旋律 人聲 旋律 歌聲 弦樂 長笛 貝斯 伴奏 鋼琴 小提琴 吉他 打擊樂 音軌1 薩克斯風",
    (KOREAN, "euc-kr"): "멜로디 보컬 주선율 드럼 베이스 코드 피아노 바이올린 기타 반주",
    (CYRILLIC, "cp1251"): "голос Вокал ВОКАЛ Мелодия Соло_гитара Ударные Партия_1",
    (LATIN_1, "cp1252"): "Mélodie Ñ Größe CANÇÃO L’amour “Song” créée Flûte_à_bec Hörner Übung "  # noqa: RUF001
    "São_João Sång Trompète_–_solo ÉTÉ Año à Voz_española",  # noqa: RUF001
}  # _ stands for a space


@pytest.mark.parametrize(
    ("encoding", "codec", "name"),
    [(*way, name.replace("_", " ")) for way, names in NAMES.items() for name in names.split()],
)
def test_a_name_in_an_old_encoding_is_read(encoding: str, codec: str, name: str) -> None:
    text = name.encode(codec)
    assert encoding_of([b"Track 1", text]) == encoding
    assert decoded(text, encoding) == name


@pytest.mark.parametrize(
    ("codec", "names"),
    [
        ("big5", "主旋律 鋼琴 貝斯 鼓"),
        ("euc-kr", "노래 피아노 베이스 드럼"),
        ("cp1250", "Zpěv Kytara Bicí"),
        ("cp1250", "Głos Perkusja Śpiew"),
        ("koi8-r", "Мелодия Бас Скрипка"),
        ("cp1253", "Μελωδία Μπάσο"),
        ("cp1255", "שירה"),
        ("cp1256", "لحن"),
        ("cp1254", "Şarkı Davul"),  # noqa: RUF001
        ("mac_roman", "Mélodie Flöte"),
        ("gbk", "主旋律 琵琶 弦乐"),
        ("cp932", "歌 太鼓 琴"),
        ("utf-16", "Melody Mélodie メロディ"),
    ],
)
def test_a_name_that_is_a_known_word_tells_how_the_others_are_written(
    codec: str, names: str
) -> None:
    texts = [name.encode(codec) for name in names.split()]
    assert [decoded(text, encoding_of(texts)) for text in texts] == names.split()


@given(st.text())
def test_utf_8_is_always_itself(name: str) -> None:
    text = name.encode()
    assert encoding_of([text]) is None
    assert decoded(text, None) == name.removeprefix("\ufeff")


@given(st.lists(st.binary()))
def test_any_bytes_are_some_text(texts: list[bytes]) -> None:
    encoding = encoding_of(texts)
    assert all(isinstance(decoded(text, encoding), str) for text in texts)


def test_a_file_has_one_encoding_and_says_that_it_was_guessed() -> None:
    tracks = b"".join(
        track_chunk(b"\x00\xff\x03" + delta(len(text)) + text + note_events())
        for text in (name.encode("gbk") for name in ("主旋律", "弦乐", "钢琴"))
    )
    file = midi.read(header(3) + tracks)
    assert [track.name for track in file.score.tracks] == ["主旋律", "弦乐", "钢琴"]
    assert file.remarks == ("Guessed: its names are written in GBK.",)


def test_the_name_of_the_case_is_read() -> None:
    file = midi.read_path(CASES / "name_latin1.mid")
    assert [track.name for track in file.score.tracks] == ["Mélodie"]
