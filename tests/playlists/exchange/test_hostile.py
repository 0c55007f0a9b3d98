"""Whatever somebody gives us as a list is read or refused, in words, in bounded time and memory."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.exchange import bounds
from playlists.exchange.errors import (
    DamagedList,
    ExchangeError,
    ForbiddenMarkup,
    ListTooLarge,
    NotAList,
    TextTooLong,
    TooManyEntries,
    WrongEncoding,
)
from playlists.exchange.reading import read_listing
from playlists.exchange.writing import FORMATS, KINDS, write_listing
from tests.playlists.exchange.made import FULL, read

ROOT = Path(__file__).resolve().parents[3]
SPACE_BYTES = 512 << 20
"""The whole address space of a process that reads: 16 times the largest list."""
MOST_SECONDS = 60.0
"""Judgement, on a slow machine that has other work."""
READER = """
import resource, sys
from pathlib import Path
from playlists.exchange.errors import ExchangeError
from playlists.exchange.reading import read_listing
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
path = Path(sys.argv[1])
try:
    print("read", len(read_listing(path, path.name).entries))
except ExchangeError as error:
    print(error.code, error)
"""

XSPF = '<playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList>{}</trackList></playlist>'
BASED = '<playlist xml:base="file:///{}"><trackList><track>{}</track></trackList></playlist>'
ATTRIBUTES = " ".join(f"a{n}=''" for n in range(100_000))
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


def in_little_memory(path: Path) -> str:
    """What a process says that reads the file and may not have more than ``SPACE_BYTES`` in all."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", READER, str(path), str(SPACE_BYTES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-800:]
    assert time.monotonic() - began < MOST_SECONDS
    return done.stdout


@pytest.mark.parametrize(
    "start",
    [
        LAUGHS,
        '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE l SYSTEM "http://example.org/l.dtd">',
        '<!DOCTYPE l [<!ENTITY % a SYSTEM "http://example.org/a"> %a;]>',
        "<!DOCTYPE playlist>",
    ],
)
def test_what_declares_entities_is_refused(start):
    with pytest.raises(ForbiddenMarkup, match="document type"):
        read((start + XSPF.format("<track><title>&i;</title></track>")).encode(), "a.xspf")


def test_an_entity_that_nothing_declares_is_damage():
    with pytest.raises(DamagedList, match="line 1"):
        read(XSPF.format("<track><title>&i;</title></track>").encode(), "a.xspf")


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ("<a>" * 100_000, "nests 65 deep"),
        (f"<track {ATTRIBUTES}/>", "100000 attributes"),
        (f'<track xmlns:x="{"n" * (1 << 20)}"/>', "bytes between two tags"),
        (f"<track><title>{'x' * (1 << 20)}</title></track>", "bytes between two tags"),
    ],
)
def test_xml_beyond_all_need_is_refused(inside, says):
    with pytest.raises(ForbiddenMarkup, match=says):
        read(XSPF.format(inside).encode(), "a.xspf")


@pytest.mark.parametrize("name", ["a.m3u8", "a.m3u", "a.xspf", "a.jspf", "a.csv", "a.json"])
def test_a_gigabyte_is_refused_unread(tmp_path, name):
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(1_000_000_000)
    assert in_little_memory(path).startswith(f"list_too_large {name}: The file has 1,000,000,000 bytes")


def test_a_stream_without_an_end_is_refused():
    with Path("/dev/zero").open("rb") as endless, pytest.raises(ListTooLarge, match="33,554,432"):
        read_listing(endless, "a.m3u8")


def filled(start: bytes, repeated: bytes, end: bytes) -> bytes:
    """As much of it as just fits."""
    return start + repeated * ((bounds.MOST_BYTES - len(start) - len(end)) // len(repeated)) + end


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.m3u8", filled(b"#EXTM3U\n", b"#\n", b""), "list_too_large"),
        ("a.m3u8", filled(b"#EXTM3U\n", b"# remark of many letters, of which there are not so many\n", b""), "read 0"),
        ("a.m3u8", filled(b"#EXTM3U\n", b"#SOUNDSCAPE-NOTE:words and more\n", b"a.mp3\n"), "text_too_long"),
        ("a.m3u8", filled(b"#EXTM3U\n", b"#EXTINF:1,a piece without a line\n", b""), "too_many_entries"),
        ("a.m3u8", filled(b"", b" ", b"x"), "not_a_list"),
        ("a.m3u8", filled("\U0001f3b5".encode(), b"x", b""), "damaged_list"),
        ("a.m3u8", filled(b"", b"./", b"x"), "damaged_list"),
        ("a.jspf", filled(b'{"playlist":{"track":[', b"{},", b"{}]}}"), "list_too_large"),
        ("a.jspf", filled(b'{"a":[', b"[],", b"[]]}"), "list_too_large"),
        (
            "a.jspf",
            filled(b'{"playlist":{"track":[', b'{"title":"the title of a rather long piece"},', b"{}]}}"),
            "too_many_entries",
        ),
        ("a.jspf", filled(b'{"playlist":{"title":"', b"x", b'"}}'), "text_too_long"),
        ("a.jspf", filled(b'{"playlist":{"a":', b"9", b"}}"), "read 0"),
        ("a.xspf", filled(b"<playlist>", b"<a/>", b"</playlist>"), "list_too_large"),
        ("a.xspf", filled(b"<playlist>", b"<a>a text of more than some length</a>", b"</playlist>"), "read 0"),
        ("a.xspf", filled(b"<playlist ", b'a="" ', b"/>"), "forbidden_markup"),
        ("a.jspf", b'{"playlist":{"track":[{"meta":[' + b'{"a":{}},' * 600_000 + b"{}]}]}}", "read 1"),
        ("a.xspf", XSPF.format("<track>" + "<location>http://a</location>" * 900_000 + "</track>").encode(), "read 1"),
        ("a.xspf", BASED.format("a/" * 500_000, "<location>b</location>" * 1_000).encode(), "text_too_long"),
        ("a.xspf", BASED.format("a/" * 2_000, "<location>b</location>" * 900_000).encode(), "read 1"),
        ("a.xspf", BASED.format("a/" * 2_000, "<location>%00</location>" * 900_000).encode(), "list_too_large"),
        ("a.xspf", BASED.format("a/" * 2_000, '<a xml:base="b"/>' * 1_500_000).encode(), "list_too_large"),
        ("a.xspf", BASED.format("", '<a xml:base="b/">' * 50 + "</a>" * 50 + "<a/>" * 999_000).encode(), "read 1"),
        ("a.jspf", filled('{"playlist":{"track":[{"info":"http://a/🎵'.encode(), b"x", b'"}]}}'), "read 1"),
        ("a.jspf", filled('{"playlist":{"track":[{"identifier":"urn:🎵'.encode(), b"x", b'"}]}}'), "read 1"),
        ("a.jspf", b'{"playlist":{"title":[' + b'{"a":{}},' * 600_000 + b'{}],"track":[{}]}}', "read 1"),
        ("a.m3u8", (b"%41" * 550 + b"\n") * bounds.MOST_ENTRIES, "read 20000"),
        ("a.m3u8", filled(b"", b"%41", b""), "damaged_list"),
        ("a.tsv", filled(b"Title\t\n", b'"' * 99_999 + b"\n", b""), "text_too_long"),
        ("a.csv", filled(b"Title\n", b"a,b\n", b""), "list_too_large"),
        ("a.csv", filled(b"Title\n", b"a title, and then very much more of it\n", b""), "too_many_entries"),
        ("a.csv", filled(b'Title\n"', b"a title that never ends ", b""), "damaged_list"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_largest_file_of_the_worst_kind_takes_bounded_memory_and_time(tmp_path, name, data, code):
    path = tmp_path / name
    path.write_bytes(data)
    assert in_little_memory(path).startswith(code)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.m3u8", b"#EXTM3U\n" + b"a.mp3\n" * 100_000),
        ("a.m3u", b"a.mp3\r\n" * 100_000),
        ("a.csv", b"Title\n" + b"a\n" * 100_000),
        ("a.jspf", b'{"playlist":{"track":[' + b",".join([b"{}"] * 100_000) + b"]}}"),
        ("a.json", b'{"entries":[' + b",".join([b"{}"] * 100_000) + b"]}"),
    ],
)
def test_a_list_of_100000_lines_is_refused_with_its_number(name, data):
    with pytest.raises(TooManyEntries, match=r"100,000 lines; at most 20,000"):
        read(data, name)


def test_an_xspf_of_100000_pieces_is_refused_at_the_first_that_is_too_many():
    with pytest.raises(TooManyEntries, match=r"20,001 lines"):
        read(XSPF.format("<track/>" * 100_000).encode(), "a.xspf")


def test_the_longest_list_is_read():
    found = read(b"#EXTM3U\n" + b"#EXTINF:60,A - B\nfolder/a.mp3\n" * bounds.MOST_ENTRIES, "a.m3u8")
    assert len(found.entries) == bounds.MOST_ENTRIES


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.m3u8", b"#EXTM3U\n#EXTINF:1," + b"x" * 5_000 + b"\na\n"),
        ("a.xspf", XSPF.format(f"<track><title>{'x' * 5_000}</title></track>").encode()),
        ("a.xspf", XSPF.format(f"<track><title>{'x' * 50_000}</title></track>").encode()),
        ("a.jspf", b'{"playlist":{"track":[{"creator":"' + b"x" * 5_000 + b'"}]}}'),
        ("a.csv", b"Title\n" + b"x" * 5_000),
    ],
)
def test_a_name_of_5000_letters_is_refused(name, data):
    with pytest.raises(TextTooLong, match="begins 'xxxx"):
        read(data, name)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b'{"playlist":' + b"[" * 100_000, DamagedList),
        (b'{"playlist":{"track":[{"meta":' + b'{"a":' * 100_000, DamagedList),
        (b'{"playlist":{"track":[{"duration":NaN}]}}', DamagedList),
        (b'{"playlist":{"track":[{"duration":Infinity}]}}', DamagedList),
        (b'{"playlist":{"track":[{"duration":1e999}]}}', DamagedList),
        (b'{"playlist":{"track":[{"title":"\\ud800"}]}}', DamagedList),
        (b'{"playlist":{"track":7}}', DamagedList),
        (b'{"playlist":null}', DamagedList),
        (b'{"music":[]}', DamagedList),
        (b"[]", NotAList),
        (b'"playlist"', NotAList),
    ],
)
def test_json_that_is_no_list_is_refused(data, error):
    with pytest.raises(error):
        read(data, "a.jspf" if error is DamagedList else "a.txt")


@pytest.mark.parametrize("number", ["9" * 400, "-" + "9" * 5_000, "1e300", "-5", "0"])
def test_a_length_beyond_all_music_is_not_told(number):
    data = f'{{"playlist":{{"track":[{{"title":"a","duration":{number}}}]}}}}'.encode()
    try:
        assert read(data, "a.jspf").entries[0].length_s is None
    except DamagedList as error:
        assert "JSON" in str(error)  # noqa: PT017 - either is right


def test_of_a_key_that_comes_twice_the_last_counts():
    (entry,) = read(b'{"playlist":{"track":[{"title":"a","title":"b"}]}}', "a.jspf").entries
    assert entry.title == "b"


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("a.xspf", b'<?xml version="1.0" encoding="shift_jis"?><playlist/>', WrongEncoding),
        ("a.xspf", b'<?xml version="1.0" encoding="zip"?><playlist/>', WrongEncoding),
        ("a.xspf", '<?xml version="1.0" encoding="gbk"?><playlist/>'.encode("utf-16"), WrongEncoding),
        ("a.m3u8", "#EXTM3U\n#EXTINF:1,Für\na\n".encode("latin-1"), WrongEncoding),
        ("a.m3u", b"caf\x81.mp3\n", WrongEncoding),
        ("a.m3u8", b"\xff\xfea\x00\x00\xd8", WrongEncoding),
        ("a.jspf", b'{"playlist":{"title":"\xfc"}}', WrongEncoding),
        ("a.xspf", b'<?xml version="1.0" encoding="klingon"?><playlist/>', WrongEncoding),
        ("a.m3u8", b"#EXTM3U\na\0b.mp3\n", DamagedList),
        ("a.m3u", b"\0" * 100, DamagedList),
        ("a.csv", b"Title\na\0b\n", DamagedList),
        ("a.m3u8", b"", NotAList),
        ("a.m3u8", b"\xef\xbb\xbf \n", NotAList),
        ("a.mp3", b"ID3\x04rubbish", NotAList),
        ("a.csv", b"Year,Price\n1,2\n", NotAList),
        ("a.xspf", b"<html><body/></html>", NotAList),
        ("a.xspf", b"rubbish", DamagedList),
        ("a.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\na.ts\n", NotAList),
    ],
)
def test_what_is_no_text_or_no_list_is_refused(name, data, error):
    with pytest.raises(error) as refused:
        read(data, name)
    assert refused.value.code == error.code
    assert "." in str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_tells_the_encoding(encoding):
    (entry,) = read("#EXTM3U\r\n#EXTINF:60,Für Élise\r\nmusic/élise.flac\r\n".encode(encoding), "a.m3u8").entries
    assert (entry.title, entry.location) == ("Für Élise", "music/élise.flac")


def test_an_old_encoding_is_guessed_and_said():
    found = read("#EXTM3U\n#EXTINF:60,Für – Élise\nélise.mp3\n".encode("cp1252"), "a.m3u")
    assert found.entries[0].title == "Für – Élise"
    assert found.remarks == ("The list is not in UTF-8; it was read as Windows-1252, and letters may be wrong.",)


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "cp1252", "koi8-r"])
def test_xml_says_its_encoding_itself(encoding):
    letters = "Дождь" if encoding == "koi8-r" else "Élise"
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + XSPF.format(f"<track><title>{letters}</title></track>")
    assert read(text.encode(encoding), "a.xspf").entries[0].title == letters


@given(st.binary(max_size=200), st.sampled_from(["a.m3u8", "a.m3u", "a.xspf", "a.jspf", "a.csv", "a.json", "a"]))
def test_any_bytes_are_read_or_refused(data, name):
    for start in (b"", b"#EXTM3U\n", b"<playlist><trackList><track>", b'{"playlist":{', b"Title,File\n"):
        try:
            read(start + data, name)
        except ExchangeError as error:
            assert str(error)  # noqa: PT017 - it may be read, too


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path, make):
    make(tmp_path / "a.m3u8")
    with pytest.raises(NotAList, match="Choose a file"):
        read_listing(tmp_path / "a.m3u8", "a.m3u8")


def test_nothing_that_a_list_names_is_opened(tmp_path):
    """A list that names a pipe: who opened it would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    path = tmp_path / "a.m3u8"
    path.write_text(f"#EXTM3U\n{tmp_path / 'pipe'}\n/dev/zero\n", encoding="utf-8")
    assert [entry.location for entry in read_listing(path, path.name).entries] == [str(tmp_path / "pipe"), "/dev/zero"]


@given(st.sampled_from(FORMATS), st.integers(min_value=0), st.binary(max_size=4), st.integers(0, 8))
def test_a_list_that_is_spoiled_anywhere_is_read_or_refused(form, at, spoiled, lost):
    whole = write_listing(FULL, form)
    at %= len(whole)
    try:
        found = read(whole[:at] + spoiled + whole[at + lost :], f"a{KINDS[form].ending}")
    except ExchangeError as error:
        assert str(error)  # noqa: PT017 - it may be read, too
    else:
        assert all(entry.page is None or entry.page.startswith("http") for entry in found.entries)
        assert all("\0" not in (entry.location or "") for entry in found.entries)
