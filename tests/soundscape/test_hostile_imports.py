"""Lists that somebody made to do harm, sent as anybody sends one: refused in words, and nothing of them stays."""

import io

import pytest

from soundscape import spool
from tests.soundscape.elsewhere import FORM, brought_in, m3u8, send, waiting

GIGABYTE = 1 << 30
XSPF = '<playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList>{}</trackList></playlist>'
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
STOLEN = '<!DOCTYPE l [<!ENTITY i SYSTEM "file:///etc/passwd">]>'
TITLE = XSPF.format("<track><title>&i;</title></track>")
HEAD = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.m3u8"\r\n\r\n'


class Endless(io.RawIOBase):
    """A form whose file does not end, and how much of it was taken."""

    def __init__(self) -> None:
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        start = HEAD[self.taken : self.taken + len(buffer)]
        buffer[:] = start + b"x" * (len(buffer) - len(start))
        self.taken += len(buffer)
        return len(buffer)


def sent_without_end(curator, **told):
    stream = Endless()
    headers = {"X-CSRFToken": curator.token()}
    answer = curator.client.post(
        "/api/v1/imports", content_type=FORM, headers=headers, environ_overrides={"wsgi.input": stream, **told}
    )
    return answer, stream.taken


def test_a_gigabyte_is_refused_before_it_is_read(clinic, curator):
    answer, taken = sent_without_end(curator, CONTENT_LENGTH=str(GIGABYTE))
    assert answer.status_code == 413, answer.text
    assert "larger than 32 MiB" in answer.json["detail"]
    assert taken <= 1 << 20
    assert waiting(clinic) == []


def test_what_does_not_say_how_much_it_is_is_refused_when_it_is_too_much(clinic, curator, monkeypatch):
    monkeypatch.setattr(spool, "MOST_BYTES", 1 << 20)
    answer, taken = sent_without_end(curator, HTTP_TRANSFER_ENCODING="chunked", **{"wsgi.input_terminated": True})
    assert answer.status_code in (413, 422), answer.text
    assert "larger" in answer.json["detail"]
    assert taken <= 4 << 20
    assert (waiting(clinic), curator.call("GET", "/imports").json) == ([], [])


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xspf", (LAUGHS + TITLE).encode(), "document type"),
        ("a.xspf", (STOLEN + TITLE).encode(), "document type"),
        ("a.m3u8", b"#EXTM3U\n" + b"a.mp3\n" * 100_000, "100,000 lines; at most 20,000"),
        ("a.csv", b"Title\n" + b"a\n" * 100_000, "100,000 lines; at most 20,000"),
        ("a.m3u8", "#EXTM3U\n#EXTINF:1,Für\na\n".encode("latin-1"), "UTF-8"),
        ("a.jspf", b'{"playlist":{"title":"\xfc"}}', "UTF-8"),
        ("a.xspf", b'<?xml version="1.0" encoding="klingon"?><playlist/>', "encoding"),
        ("a.jspf", b'{"playlist":' + b"[" * 100_000, "JSON"),
        ("a.m3u8", b"#EXTM3U\na\0b.mp3\n", "NUL"),
        ("a.zip", b"PK\x03\x04" + bytes(1000), "M3U8, M3U, XSPF"),
    ],
    ids=["laughs", "entity", "lines", "rows", "latin", "bytes", "klingon", "nested", "nul", "zip"],
)
def test_a_hostile_file_is_refused_in_words_on_its_page(clinic, curator, name, content, says):
    shown = brought_in(clinic, curator, name, content)
    assert shown["state"] == "failed"
    assert shown["problem"].startswith(f"{name}: ")
    assert says in shown["problem"]
    assert "root:" not in shown["problem"]
    assert len(shown["problem"]) < 500
    assert "It could not be read: " in curator.client.get(f"/imports/{shown['import_id']}").text
    assert (waiting(clinic), shown["lines"]) == ([], [])


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../../../etc/passwd", "passwd"),
        (r"..\\..\\windows\\a.m3u8", "a.m3u8"),
        ("/etc/cron.d/a.m3u8", "a.m3u8"),
        ("..", ".."),
        ("", "a list"),
        ("\u202eu3m.a", "u3m.a"),
        ("a" * 5000 + ".m3u8", "a" * 195 + ".m3u8"),
    ],
)
def test_a_file_lies_by_its_id_whatever_it_is_called(clinic, curator, sent, shown):
    answer = send(curator, sent, m3u8(("A", "B", 60.0, "c.flac")))
    assert answer.status_code == 202, answer.text
    assert answer.json["name"] == shown
    assert waiting(clinic) == [answer.json["import_id"]]


def test_what_a_line_names_outside_the_library_is_a_name_and_nothing_more(clinic, curator):
    places = ("../../../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", str(clinic.data / "soundscape.db"))
    lines = [("Nobody", f"Nothing {place[:3]}", 9.0, place) for place in places]
    shown = brought_in(clinic, curator, "a.m3u8", m3u8(*lines, ("Nobody", "Net", 9.0, "http://169.254.169.254/x")))
    assert [line["sound"]["listen"] for line in shown["lines"]] == [None] * 5
    assert {line["verdict"] for line in shown["lines"]} == {"missing"}
    assert shown["lines"][4]["location"] is None
    written = curator.client.get(f"/api/v1/imports/{shown['import_id']}/export?format=m3u8").text
    assert "root:" not in written
