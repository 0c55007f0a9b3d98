"""Which letters do the bytes of a list mean? UTF-8 unless a mark says UTF-16 or UTF-32, or the format is an old one.

A ``.m3u`` has no encoding of its own: where it is not UTF-8 it is taken as Windows-1252, the successor of Latin-1 that
most programs wrote, and a remark says so. What has bytes that mean nothing there either is refused.
"""

import codecs

from playlists.exchange.errors import DamagedList, WrongEncoding
from playlists.exchange.remarks import Remarks

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16's, which begins the same
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
GUESSED = "The list is not in UTF-8; it was read as Windows-1252, and letters may be wrong"


def text_of(data: bytes, remarks: Remarks, *, old: bool) -> str:
    """The text without its mark; ``old``: the format may be in an encoding of the time before UTF-8.

    Raises
    ------
    WrongEncoding
        The bytes are no text in the encoding that they claim.
    DamagedList
        There is a NUL, which no text has.
    """
    mark, name = next(((mark, name) for mark, name in MARKS if data.startswith(mark)), (b"", "utf-8"))
    try:
        text = data[len(mark) :].decode(name)
    except UnicodeDecodeError as error:
        if mark or not old:
            raise _wrong(name, error) from error
        text = _guessed(data, remarks)
    if "\0" in text:
        raise DamagedList(
            f"There is a NUL at letter {text.index(chr(0)):,}: the file is no text, or not all of it. Save it anew."
        )
    return text


def _guessed(data: bytes, remarks: Remarks) -> str:
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _wrong("Windows-1252", error) from error
    remarks.add(GUESSED)
    return text


def _wrong(name: str, error: UnicodeDecodeError) -> WrongEncoding:
    return WrongEncoding(
        f"Byte {error.start:,} (0x{error.object[error.start]:02x}) is no letter in {name.upper()}. "
        "Save the list as UTF-8."
    )
