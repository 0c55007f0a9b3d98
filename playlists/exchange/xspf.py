"""A list as XSPF: what VLC, Rhythmbox, Strawberry and many others open.

Read as a stream of elements, so that memory is bounded by the list and not by how it is nested. No document type, no
entity, nothing from elsewhere: what declares one is refused. Elements of other namespaces are passed over.
Source: XSPF Version 1 (Xiph.Org), namespace ``http://xspf.org/ns/0/``; ``xml:base`` as W3C's XML Base has it.
"""

import re
from collections.abc import Iterator
from html import escape
from typing import Any
from urllib.parse import urljoin
from xml.sax import ContentHandler, SAXParseException

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

from playlists.exchange.bounds import MOST_BYTES, MOST_LETTERS, bounded, refuse_entries, refuse_parts
from playlists.exchange.entry import Entry, Listing
from playlists.exchange.errors import (
    DamagedList,
    ForbiddenMarkup,
    ListTooLarge,
    NotAList,
    TextTooLong,
    WrongEncoding,
)
from playlists.exchange.locations import ENCODED_LETTERS, uri_of
from playlists.exchange.remarks import Remarks
from playlists.exchange.shareable import TEXTS, Fields, entry_of, fields_of, locate
from playlists.exchange.tidy import name_of, note_of

NAMESPACE = "http://xspf.org/ns/0/"
BASE = ("http://www.w3.org/XML/1998/namespace", "base")
FEATURE_NAMESPACES = "http://xml.org/sax/features/namespaces"

MOST_DEPTH = 64
MOST_ATTRIBUTES = 64
MOST_TAG_BYTES = 1 << 20
"""Between two ``<``: judgement, room for a picture written into the list. The parser holds as much at once."""
HEAD_BYTES = 1_024
DECLARED = re.compile(rb"[^<]*<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
NATIVE = {"utf-8", "utf-16", "utf-16le", "utf-16be"}
LIST_TEXTS = ("title", "creator", "annotation")
TRACK = ("playlist", "trackList", "track")


def read(data: bytes, remarks: Remarks) -> Listing:
    """Read a list.

    Raises
    ------
    NotAList, DamagedList, ForbiddenMarkup, WrongEncoding, TooManyEntries, TextTooLong, ListTooLarge
    """
    refuse_parts(data, b"<")
    _refuse_long_tags(data)
    _refuse_encoding(data)
    reader = _Reader(remarks)
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setFeature(FEATURE_NAMESPACES, True)
    parser.setContentHandler(reader)
    try:
        parser.feed(data)
        parser.close()
    except DefusedXmlException as error:
        raise ForbiddenMarkup(
            "The XML declares a document type or entities, which no list needs and which can be used to attack. "
            "Save the list anew as XSPF in the program that it comes from."
        ) from error
    except SAXParseException as error:
        where = f"line {error.getLineNumber()}, letter {error.getColumnNumber()}"
        raise DamagedList(
            f"The XML breaks off or is broken at {where} ({error.getMessage()}). Save it anew."
        ) from error
    return reader.listing()


def write(listing: Listing) -> bytes:
    """The list, in its plain form (:func:`playlists.exchange.tidy.tidied_list`), as UTF-8."""
    return "\n".join(_lines(listing)).encode()


def _lines(listing: Listing) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<playlist version="1" xmlns="{NAMESPACE}">'
    for name, text in zip(LIST_TEXTS, (listing.title, listing.creator, listing.note), strict=True):
        if text:
            yield f"  {_element(name, text)}"
    yield "  <trackList>"
    for entry in listing.entries:
        fields = fields_of(entry)
        yield "    <track>"
        if fields.path:
            yield f"      {_element('location', uri_of(fields.path))}"
        yield from (f"      {_element('identifier', uri)}" for uri in fields.identifiers)
        yield from (f"      {_element(name, text)}" for name, text in fields.texts.items())
        yield from (f'      <meta rel="{rel}">{escape(text, quote=False)}</meta>' for rel, text in fields.meta.items())
        yield "    </track>"
    yield "  </trackList>"
    yield "</playlist>\n"


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text, quote=False)}</{name}>"


class _Reader(ContentHandler):
    """Gathers the texts of the elements that matter by where they stand; everything else is only counted."""

    def __init__(self, remarks: Remarks) -> None:
        super().__init__()
        self._remarks = remarks
        self._path: list[str] = []
        self._bases: list[str] = [""]
        self._joined_letters = 0
        self._text: list[str] | None = None
        self._letters = 0
        self._rel = ""
        self._list_texts: dict[str, str] = {}
        self._fields = Fields()
        self._entries: list[Entry] = []

    def listing(self) -> Listing:
        """What was read."""
        return Listing(
            title=name_of(self._list_texts.get("title"), "The list's title"),
            creator=name_of(self._list_texts.get("creator"), "The list's creator"),
            note=note_of(self._list_texts.get("annotation")),
            entries=tuple(self._entries),
        )

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: Any) -> None:  # noqa: N802 - SAX names it
        namespace, local = name
        # Some programs leave the namespace out; an element of another one is not ours, whatever its name.
        ours = local if namespace in {NAMESPACE, None} else f"{{}}{local}"
        if not self._path and ours != "playlist":
            raise NotAList(f"The XML is a {local[:40]!r} and no XSPF playlist. Save the list as XSPF.")
        if len(self._path) >= MOST_DEPTH or len(attrs) > MOST_ATTRIBUTES:
            raise ForbiddenMarkup(
                f"The XML nests {len(self._path) + 1} deep and has {len(attrs)} attributes in one place; a list needs "
                f"at most {MOST_DEPTH} and {MOST_ATTRIBUTES}. Save it anew as XSPF."
            )
        self._path.append(ours)
        self._bases.append(bounded(self._joined(bounded(attrs.get(BASE, ""), "An xml:base")), "An xml:base"))
        here = tuple(self._path)
        if here == TRACK:
            self._fields = Fields()
        self._text = [] if _wanted(here) else None
        self._letters = 0
        self._rel = attrs.get((None, "rel"), "")

    def characters(self, content: str) -> None:
        if self._text is None:
            return
        self._letters += len(content)
        if self._letters > MOST_LETTERS * ENCODED_LETTERS:
            raise TextTooLong(
                f"A {self._path[-1]} has more than {MOST_LETTERS * ENCODED_LETTERS:,} letters and begins "
                f"{''.join([*self._text, content])[:40]!r}. Shorten it in the program that wrote the list."
            )
        self._text.append(content)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: N802 - SAX names it
        here = tuple(self._path)
        if self._text is not None:
            self._keep(here, "".join(self._text))
        self._text = None
        if here == TRACK:
            refuse_entries(len(self._entries) + 1)
            self._entries.append(entry_of(self._fields, len(self._entries) + 1))
        self._path.pop()
        self._bases.pop()

    def _keep(self, here: tuple[str, ...], text: str) -> None:
        if len(here) == 2:
            self._list_texts.setdefault(here[1], text)
        elif here[-1] == "location":
            if self._fields.path is None and (written := text.strip()):
                locate(self._fields, self._joined(written), len(self._entries) + 1, self._remarks)
        elif here[-1] == "identifier":
            self._fields.identifiers.append(text)
        elif here[-1] == "meta":
            self._fields.meta.setdefault(self._rel, text)
        else:
            self._fields.texts.setdefault(here[-1], text)

    def _joined(self, address: str) -> str:
        """An address as it is meant below the nearest base; all that bases add is bounded as the list itself is."""
        base = self._bases[-1]
        if not base or not address:
            return address or base
        self._joined_letters += len(base)
        if self._joined_letters > MOST_BYTES:
            raise ListTooLarge(
                f"With its xml:base {base[:40]!r} written out, the list's places have more than the {MOST_BYTES:,} "
                "letters that are read. Save it anew with whole paths, or divide it."
            )
        try:
            return urljoin(base, address)
        except ValueError:  # a bracket in it that is not closed: taken as it was written, and judged there
            return address


def _wanted(here: tuple[str, ...]) -> bool:
    if len(here) == 2:
        return here[1] in LIST_TEXTS
    return here[:-1] == TRACK and here[-1] in {*TEXTS, "location", "identifier", "meta"}


def _refuse_encoding(data: bytes) -> None:
    """Refuse a declared encoding that the parser cannot read: it takes Unicode's own and those of one byte a letter."""
    declared = DECLARED.match(data[:HEAD_BYTES].replace(b"\0", b""))
    name = declared[1].decode("ascii") if declared else "utf-8"
    try:
        readable = name.lower() in NATIVE or len(bytes(range(256)).decode(name, "replace")) == 256
    except (LookupError, UnicodeError):  # no encoding that Python knows, or none of texts
        readable = False
    if not readable:
        raise WrongEncoding(f"The XML declares the encoding {name!r}, which is not read here. Save it as UTF-8.")


def _refuse_long_tags(data: bytes) -> None:
    """Refuse before the parser gathers a tag of a million attributes."""
    at = 0
    while at < len(data):
        following = data.find(b"<", at)
        end = len(data) if following < 0 else following
        if end - at > MOST_TAG_BYTES:
            raise ForbiddenMarkup(
                f"The XML has {end - at:,} bytes between two tags at byte {at:,}; at most {MOST_TAG_BYTES:,} are read. "
                "Save it anew as XSPF, without pictures."
            )
        at = end + 1
