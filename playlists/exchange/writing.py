"""Writes a list as any of the formats that other programs read."""

from collections.abc import Mapping
from typing import Literal, get_args

from library.track import Record
from playlists.exchange import jspf, m3u8, sheet, xspf
from playlists.exchange.entry import Listing
from playlists.exchange.errors import UnwritablePath
from playlists.exchange.locations import path_of
from playlists.exchange.tidy import tidied_list

Format = Literal["m3u8", "xspf", "jspf", "csv", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)


class Kind(Record, frozen=True, kw_only=True):
    """How a format is told to a browser and to a file system."""

    media_type: str
    ending: str


KINDS: Mapping[str, Kind] = {
    "m3u8": Kind(media_type="application/vnd.apple.mpegurl", ending=".m3u8"),
    "xspf": Kind(media_type="application/xspf+xml", ending=".xspf"),
    "jspf": Kind(media_type="application/jspf+json", ending=".jspf"),
    "csv": Kind(media_type="text/csv; charset=utf-8", ending=".csv"),
    "json": Kind(media_type="application/json", ending=".json"),
}


def write_listing(listing: Listing, form: Format) -> bytes:
    """The list in its plain form (:mod:`playlists.exchange.tidy`); reading it gives just that again, as far as the
    format carries it: CSV holds the pieces only.

    Raises
    ------
    TextTooLong
    UnwritablePath
    """
    for entry in listing.entries:
        _refuse_unwritable(entry.location)
    plain = tidied_list(listing)
    if form == "m3u8":
        return m3u8.write(plain)
    if form == "xspf":
        return xspf.write(plain)
    if form == "jspf":
        return jspf.write(plain)
    return sheet.write_csv(plain) if form == "csv" else sheet.write_json(plain)


def _refuse_unwritable(location: str | None) -> None:
    """Refuse rather than hand on a list in which a file is missing and nobody knows."""
    if location and path_of(location) is None:
        raise UnwritablePath(
            f"The path {location[:300]!a} cannot stand in a list: it is not in UTF-8, holds control letters, is too "
            "long or is an address. Rename the file and scan again, or take names only."
        )
