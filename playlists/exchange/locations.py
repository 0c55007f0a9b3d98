"""What does the place that a list gives for a file say, and may it be the file that we know?

Nothing here touches a file: a location is text, compared with paths that are known already. A list never makes us open
what it names. Paths may be of any system: ``/music/a.flac``, ``C:\\Music\\a.flac``, ``\\\\server\\share\\a.flac``,
``../a.flac``, a ``file:`` address (RFC 8089) or an ``smb:`` one, which names a file on the house's own server. Other
addresses are no sources of sound in a room; those of web pages are kept for people.

In its plain form a relative path has no ``./`` before it, but where it would be taken for something else without:
``./data:1/a.flac`` (RFC 3986, 4.2).
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import takewhile
from urllib.parse import quote, unquote, urlsplit

from library.track import Record
from playlists.exchange.bounds import MOST_LETTERS

SCHEMES = ("about", "blob", "cdda", "data", "file", "http", "https", "javascript", "mailto", "pipe", "spotify", "urn")
"""Judgement: those that are written without ``//``. Any other word before a colon may be an album's ("Re:member")."""
ADDRESS = re.compile(rf"([a-z][a-z0-9+.\-]+(?=://)|{'|'.join(SCHEMES)}):(?! )", re.ASCII | re.IGNORECASE)
"""Two letters and more: one is a drive. A blank after the colon is a title's ("Data: Kyrie.flac")."""
OF_FILES = {"file", "smb"}
DRIVE = re.compile(r"/?([A-Za-z])[:|](?=[\\/]|$)")
UNC = re.compile(r"[\\/]{2}(?=[^\\/])")
HERE = re.compile(r"(?:\./+)+")
COLON_FIRST = re.compile(r"[^/\\]*:")
SEPARATORS = re.compile(r"[\\/]+")
BLANKS = " \t"
STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

ENCODED_LETTERS = 12
"""Four bytes of UTF-8, each as ``%F0``."""

NO_SOUND = "An address on the net is no source of sound here"
UNREADABLE = "A file's place that holds control letters, is too long or cannot be decoded was left out"
ENOUGH_PARTS = 3
"""Judgement: artist, album and file. Two folders of the same name with the same file are another disc too often."""
WHOLE_PARTS = 2
"""Judgement: a bare "01.flac" says too little, with its folder it does."""


class Place(Record, frozen=True, kw_only=True):
    """What a list's line points at: a path, or nothing and ``refused`` says why; ``page`` is an address for people."""

    path: str | None = None
    page: str | None = None
    refused: str | None = None


def place_of(written: str, *, uri: bool) -> Place:
    """Read a location as it was written; ``uri``: in this format a path has its letters percent-encoded."""
    if len(written) > MOST_LETTERS * ENCODED_LETTERS:
        return Place(refused=UNREADABLE)
    text = written.strip(BLANKS)
    address = ADDRESS.match(text)
    try:
        if address and address[1].lower() in OF_FILES:
            return _safe(_of_file_address(text[address.end() :]))
        if address:
            return Place(page=page_of(text), refused=NO_SOUND)
        return _safe(unquote(text, errors="strict") if uri and not DRIVE.match(text) else text)
    except UnicodeDecodeError:
        return Place(refused=UNREADABLE)


def path_of(location: str | None) -> str | None:
    """A location in its plain form; None for what is no safe path."""
    return _safe(location).path if location else None


def uri_of(path: str) -> str:
    """A path as an address, as XSPF and JSPF want it; a relative one stays relative. Windows' separators become ``/``
    where a drive or a server is named."""
    drive = DRIVE.match(path)
    if drive and not path.startswith("/"):
        return f"file:///{drive[1]}:{quote(path[2:].replace(chr(92), '/'))}"
    if UNC.match(path):
        return f"file://{quote(path[2:].replace(chr(92), '/'))}"
    if path.startswith("/"):
        return f"file:///{quote(path.lstrip('/'))}"
    return quote(path)


def unmistakable(path: str) -> str:
    """A path in its plain form, with ``./`` before it where another program may take its first name for a scheme."""
    return f"./{path}" if COLON_FIRST.match(path) and not DRIVE.match(path) else path


def page_of(text: str | None) -> str | None:
    """The address of a web page, its odd letters percent-encoded; None for anything else."""
    if text is None or len(text) > MOST_LETTERS:
        return None
    address = text.strip()
    try:
        split = urlsplit(address)
        told = split.scheme in {"http", "https"} and split.hostname and split.port != 0
    except ValueError:  # a port that is no number, a bracket that is not closed
        return None
    if not told:
        return None
    start, mark, fragment = address.partition("#")
    plain = start.partition("://")[0].lower() + "://" + start.partition("://")[2]
    encoded = _encoded(plain) + mark + _encoded(fragment)
    return encoded if len(encoded) <= MOST_LETTERS else None


def parts_of(path: str) -> tuple[str, ...]:
    """The names on the way to a file, without drive, ``.`` and ``..``; where ``..`` climbs above what the path names,
    only what lies below counts."""
    parts: list[str] = []
    drive = DRIVE.match(path)
    for part in SEPARATORS.split(path[drive.end() if drive else 0 :]):
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(part)
    return tuple(parts)


def agreeing(one: Iterable[str], other: Iterable[str]) -> int:
    """How many names are the same from the first on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def same_file(location: str, known_path: str) -> bool:
    """Whether two paths probably name one file: three last parts in common but for case and composition, or the whole
    of either if it has two, or the same path altogether."""
    one, other = _alike(location), _alike(known_path)
    common = agreeing(reversed(one), reversed(other))
    return bool(common) and (
        common >= ENOUGH_PARTS or common == len(one) == len(other) or WHOLE_PARTS <= common == min(len(one), len(other))
    )


def _of_file_address(rest: str) -> str:
    """The path of what follows ``file:``, decoded; who may log in at a server is no part of it."""
    if not rest.startswith("//"):
        path, server = unquote(rest, errors="strict"), ""
    else:
        host, slash, tail = rest[2:].partition("/")
        server, path = unquote(host, errors="strict"), unquote(slash + tail, errors="strict")
    drive = DRIVE.match(path)
    if drive:
        path = f"{drive[1]}:{path[drive.end() :]}"
    if DRIVE.fullmatch(server):
        return f"{server[0]}:{path}"
    server = server.rpartition("@")[2]
    return path if server.lower() in {"", "localhost"} else f"//{server}{path}"


def _plain(written: str) -> str:
    """Without blanks around it, and without the ``./`` that means nothing."""
    text = written.strip(BLANKS)
    here = HERE.match(text)
    if here is None:
        return text
    path = text[here.end() :]
    needed = ADDRESS.match(path) or DRIVE.match(path) or path.startswith(tuple(BLANKS))
    return f"./{path}" if needed else path


def _safe(path: str) -> Place:
    plain = _plain(path)
    if len(plain) > MOST_LETTERS or any(unicodedata.category(c) in {"Cc", "Cs"} for c in plain):
        return Place(refused=UNREADABLE)
    if ADDRESS.match(plain):
        return Place(refused=NO_SOUND)
    return Place(path=plain or None)


def _alike(path: str) -> tuple[str, ...]:
    return tuple(unicodedata.normalize("NFC", part).casefold() for part in parts_of(path))


def _encoded(address: str) -> str:
    return STRAY_PERCENT.sub("%25", quote(address, safe="%/:?@!$&'()*+,;=~-._", errors="replace"))
