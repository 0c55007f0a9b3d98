"""Answers a request for a file as HTTP wants it: whole, in ranges, not modified, or not at all.

The caller has already decided that the file may be read. What RFC 9110 (HTTP Semantics, 2022) says, and what we chose
where it leaves a choice:

- Range is defined for GET alone (14.2); on HEAD it is ignored, and HEAD's headers are those of the whole file.
- Preconditions come first, in the order of 13.2.2; Range counts only where the answer would else be 200.
- ``If-Range`` compares strongly (13.1.5): a weak tag never matches, a date only if it is exactly ``Last-Modified``.
- A malformed header or another unit is ignored (14.2 "MAY ignore" and "MUST ignore"): 200 and the whole file.
- Of a set, what lies outside the file is dropped; if nothing is left: 416 with the true size (15.5.17). A suffix of an
  empty file is called satisfiable in 14.1.2, yet no ``Content-Range`` can state it: 416 too.
- **A range answer is at most 1 MiB.** 15.3.7: a server may send "only a subset of the data requested"; the answer says
  itself what it holds, and the client asks for the rest. A range answer is thus one read, complete in memory before
  it is sent; only a whole file (200) is read while it goes out.
- Several ranges: what overlaps, touches or is less than 80 bytes apart is made one (15.3.7.2), so no byte is sent
  twice; what is left goes out in the order asked, as ``multipart/byteranges`` if it is more than one. A set of more
  than eight is ignored (14.2): players ask for one, and only attacks for hundreds.

Behind nginx the caller names the file's internal address, and nginx does all of this itself (``accel``).
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from io import FileIO
from itertools import chain
from pathlib import Path

from flask import Request, Response
from werkzeug.http import http_date, parse_date, unquote_etag

from soundscape.errors import MediaGone
from soundscape.range_header import Part, capped, parts_wanted

RANGE_CAP_BYTES = 1 << 20
"""The most that one range answer carries: the chunk of our manifests, 26 s of music at 320 kbit/s (judgement)."""
BLOCK_BYTES = 1 << 18
"""What is in memory at a time while a whole file is sent (judgement)."""


class FileCutShort(MediaGone):
    """The file became shorter while it was being read."""

    code = "media_cut_short"


class _Blocks:
    """A file's first ``length`` bytes in blocks; closes the file when the server is done or gives up.

    A class and not a generator, because closing a generator that never began runs none of its code.
    """

    def __init__(self, file: FileIO, length: int) -> None:
        self._file = file
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if not self._left:
            raise StopIteration
        block = self._file.read(min(BLOCK_BYTES, self._left))
        if not block:
            raise FileCutShort(f"The file ended {self._left} bytes early while it was being sent.")
        self._left -= len(block)
        return block

    def close(self) -> None:
        self._file.close()


def serve_file(
    path: Path,
    *,
    mime: str,
    etag: str,
    request: Request,
    last_modified_ms: int | None = None,
    names_bytes: bool = True,
    cache: str = "private, no-cache",
    accel: str | None = None,
    cap_bytes: int = RANGE_CAP_BYTES,
) -> Response:
    """Answer a GET or HEAD for one file.

    Parameters
    ----------
    path
        The file; the caller has checked the right to it.
    mime
        Its media type, sent as it is.
    etag
        What names its content, without quotes; it becomes a strong entity tag.
    request
        Its method and its headers ``Range`` and ``If-...`` are read, nothing else.
    last_modified_ms
        Milliseconds since 1970 UTC, for ``Last-Modified``; without it dates in conditions are ignored.
    names_bytes
        Whether ``etag`` names these very bytes (a SHA-256 of the file). A track's id does not: it survives retagging.
        False adds the size and time of the file as opened to the tag.
    cache
        ``Cache-Control``. The default lets a browser keep the bytes, but ask each time, so that a right that was taken
        away counts at once.
    accel
        The address of the same file in a location that nginx marks ``internal``. The answer is then empty and only
        names it; nginx sends the file and settles conditions and ranges, with entity tags of its own.
    cap_bytes
        The most that one range answer carries.

    Returns
    -------
    Response
        200, 206, 304, 412 or 416.

    Raises
    ------
    MediaGone
        The file vanished after the caller had found it, or cannot be read.
    FileCutShort
        It became shorter while it was read.
    """
    with ExitStack() as stack:
        file = stack.enter_context(_opened(path))
        stat = os.fstat(file.fileno())
        size = stat.st_size
        answer = Response(content_type=mime)
        answer.set_etag(etag if names_bytes else f"{etag}-{size:x}-{stat.st_mtime_ns:x}")
        answer.headers["Accept-Ranges"] = "bytes"
        answer.headers["Cache-Control"] = cache
        if last_modified_ms is not None:
            answer.last_modified = datetime.fromtimestamp(last_modified_ms // 1000, UTC)
        if accel is not None:
            answer.headers["X-Accel-Redirect"] = accel
            return answer
        refused = _precondition(request, answer)
        if refused is not None:
            return _without_content(answer, refused)
        parts = _wanted(request, answer, size)
        if parts is None:
            answer.content_length = size
            if request.method != "HEAD":
                answer.response = _Blocks(file, size)
                stack.pop_all()  # the body closes the file
            return answer
        if not parts:
            answer.headers["Content-Range"] = f"bytes */{size}"
            return _without_content(answer, 416)
        return _partial(answer, file, capped(parts, cap_bytes), size)


def _opened(path: Path) -> FileIO:
    try:
        return path.open("rb", buffering=0)
    except FileNotFoundError as gone:
        raise MediaGone(
            "This file is no longer where it was. Scan its folder, or make the session file again."
        ) from gone
    except OSError as error:
        raise _unreadable(error) from error


def _unreadable(error: OSError) -> MediaGone:
    """Without the file's name, which a veiled preview must not tell."""
    return MediaGone(f"This file cannot be read ({error.strerror}). Connect its disk again.")


def _precondition(request: Request, answer: Response) -> int | None:
    """The status that ends the request before Range is looked at, in the order of RFC 9110, 13.2.2."""
    etag = answer.get_etag()[0] or ""
    modified = answer.last_modified
    if "If-Match" in request.headers:
        if not request.if_match.is_strong(etag) and not request.if_match.star_tag:
            return 412
    elif modified and request.if_unmodified_since and modified > request.if_unmodified_since:
        return 412
    if "If-None-Match" in request.headers:
        if request.if_none_match.contains_weak(etag):
            return 304
    elif modified and request.if_modified_since and modified <= request.if_modified_since:
        return 304
    return None


def _wanted(request: Request, answer: Response, size: int) -> list[Part] | None:
    """The parts to send; None for the whole file, empty if none of them lies in it."""
    header = request.headers.get("Range")
    if header is None or request.method != "GET" or not _if_range(request.headers.get("If-Range"), answer):
        return None
    return parts_wanted(header, size)


def _if_range(header: str | None, answer: Response) -> bool:
    """Whether Range may be honoured; an own reading, as werkzeug's drops whether a tag was weak."""
    if header is None:
        return True
    date = parse_date(header)
    if date is not None:
        return answer.last_modified is not None and http_date(date) == http_date(answer.last_modified)
    tag, weak = unquote_etag(header.strip())
    return header.strip().endswith('"') and not weak and tag == answer.get_etag()[0]


def _read(file: FileIO, part: Part) -> bytes:
    try:
        data = os.pread(file.fileno(), part.stop - part.first, part.first)
    except OSError as error:
        raise _unreadable(error) from error
    if len(data) != part.stop - part.first:
        raise FileCutShort(f"The file has only {len(data)} bytes from {part.first} on; it had more when opened.")
    return data


def _partial(answer: Response, file: FileIO, parts: list[Part], size: int) -> Response:
    """Complete a 206 of one part, or of several (RFC 9110, 15.3.7.1 and 15.3.7.2)."""
    answer.status_code = 206
    stated = [f"bytes {part.first}-{part.stop - 1}/{size}" for part in parts]
    if len(parts) == 1:
        answer.headers["Content-Range"] = stated[0]
        answer.set_data(_read(file, parts[0]))
        return answer
    mime = answer.headers["Content-Type"]
    boundary = secrets.token_hex(16)  # 128 random bits: not in the music by chance
    heads = [f"\r\n--{boundary}\r\nContent-Type: {mime}\r\nContent-Range: {where}\r\n\r\n".encode() for where in stated]
    bodies = (_read(file, part) for part in parts)
    answer.headers["Content-Type"] = f"multipart/byteranges; boundary={boundary}"
    answer.set_data(
        b"".join((*chain.from_iterable(zip(heads, bodies, strict=True)), f"\r\n--{boundary}--\r\n".encode()))
    )
    return answer


def _without_content(answer: Response, status: int) -> Response:
    """Turn an answer into one that describes no content."""
    answer.status_code = status
    del answer.headers["Content-Type"]
    if status != 304:  # there a length would speak of the file (RFC 9110, 8.6)
        answer.content_length = 0
    return answer
