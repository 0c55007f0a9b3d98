"""Reads a list whatever it was written as: known by what it begins with, else by the ending of its name.

Nothing that a list names is ever opened. Time and memory are bounded (:mod:`playlists.exchange.bounds`): a file that is
too large is refused before it is read whole.
"""

from pathlib import Path, PurePath
from typing import BinaryIO

import msgspec

from library.track import Record
from playlists.exchange import jspf, m3u8, sheet, xspf
from playlists.exchange.bounds import MOST_BYTES, refuse_bytes
from playlists.exchange.encodings import MARKS, text_of
from playlists.exchange.entry import Listing
from playlists.exchange.errors import DamagedList, ExchangeError, NotAList
from playlists.exchange.remarks import Remarks

HEAD_BYTES = 4_096
TABLES = {".csv", ".tsv"}
M3U = {".m3u", ".m3u8"}
JSON = {".json", ".jspf"}
BEGINNINGS = {"<": ".xspf", "#EXTM3U": ".m3u8", "{": ".json"}
KNOWN = "M3U8, M3U, XSPF, JSPF, CSV and JSON"


class _Kind(Record, frozen=True, kw_only=True):
    """What a JSON file is, by what it has; its members are not looked into."""

    playlist: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    entries: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def read_listing(source: BinaryIO | Path, name: str) -> Listing:
    """Read a list.

    Parameters
    ----------
    source
        The file, or what comes of it; read to its end, or just beyond the most bytes that a list may have.
    name
        The file's name, whose ending tells what the content leaves open.

    Raises
    ------
    ExchangeError
        One of :mod:`playlists.exchange.errors`: no list, too large, damaged, in a wrong encoding. Its message begins
        with ``name``.
    OSError
        The file cannot be read.
    """
    remarks = Remarks()
    try:
        listing = _read(_bytes_of(source), PurePath(name).suffix.lower(), remarks)
    except ExchangeError as error:
        raise type(error)(f"{name}: {error}") from error
    return msgspec.structs.replace(listing, remarks=remarks.told())


def _read(data: bytes, ending: str, remarks: Remarks) -> Listing:
    begins = _beginning(data)
    if not begins:
        raise NotAList("The file is empty, or only blanks where a list would begin. Choose another one.")
    told = next((kind for start, kind in BEGINNINGS.items() if begins.startswith(start)), ending)
    if told == ".xspf":
        return xspf.read(data, remarks)
    if told in M3U:
        return m3u8.read(text_of(data, remarks, old=ending != ".m3u8"), remarks)
    if told in JSON:
        return _of_json(text_of(data, remarks, old=False), remarks)
    if told in TABLES:
        return sheet.read_csv(text_of(data, remarks, old=True), remarks)
    raise NotAList(f"The file begins with {begins[:20]!r} and is none of {KNOWN}. Save the list as one of these.")


def _of_json(text: str, remarks: Remarks) -> Listing:
    kind = jspf.decoded(text, _Kind)
    if kind.playlist is not msgspec.UNSET:
        return jspf.read(text, remarks)
    if kind.entries is not msgspec.UNSET:
        return sheet.read_json(text, remarks)
    raise DamagedList("The JSON has neither a playlist nor entries, so it is no list. Save it as JSPF.")


def _bytes_of(source: BinaryIO | Path) -> bytes:
    if isinstance(source, Path):
        if source.exists() and not source.is_file():
            raise NotAList("This is a folder or a device and no file. Choose a file.")
        refuse_bytes(source.stat().st_size)
        with source.open("rb") as file:
            return _bytes_of(file)
    parts, count = [], 0
    while count <= MOST_BYTES and (part := source.read(1 << 20)):
        parts.append(part)
        count += len(part)
    refuse_bytes(count, at_least=True)
    return b"".join(parts)


def _beginning(data: bytes) -> str:
    """The first letters after a mark and blanks; what cannot be decoded here is judged later."""
    mark, name = next(((mark, name) for mark, name in MARKS if data.startswith(mark)), (b"", "utf-8"))
    return data[len(mark) : HEAD_BYTES].decode(name, "replace").lstrip()
