"""Makes the demo library: renders every piece in several processes and writes ``demo.json``, the truth about them.

``demo.json`` is written last, so its presence means that a run was completed.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import msgspec

from library.track import Pulse, Record, Span
from soundscape.demo.files import ENCODINGS, file_name, write
from soundscape.demo.harmony import key_of
from soundscape.demo.pieces import PIECES
from soundscape.demo.render import render
from soundscape.demo.score import Piece, Shape

DEMO_VERSION = 1
"""Raised whenever a piece sounds different: an older folder is then made again."""
MANIFEST = "demo.json"

Progress = Callable[[str, int, int], None]
"""Called after each piece with its title, how many are done, and how many there are."""


class Truth(Record, frozen=True, kw_only=True):
    """What is known of one file because we made it; ``intensity`` is intended, the rest is exact."""

    path: str
    title: str
    artist: str
    key: str
    tempo_bpm: float | None
    pulse: Pulse
    intensity: float
    shape: Shape
    vocal_segments: tuple[Span, ...]
    startle_at_s: tuple[float, ...]
    duration_s: float


class Manifest(Record, frozen=True, kw_only=True):
    """Contents of ``demo.json``; ``path`` is relative to its folder."""

    version: int
    pieces: tuple[Truth, ...]


def make_demo(
    folder: Path, *, workers: int = 2, progress: Progress | None = None, pieces: Sequence[Piece] = PIECES
) -> Path:
    """Synthesise the demo library into ``folder``; a second call finds it complete and does nothing.

    Parameters
    ----------
    folder : Path
        Where the files go; made if missing.
    workers : int
        Processes; 1 renders in this one.
    progress : callable, optional
        ``(title, done, total)`` after each piece, in the order they are finished.
    pieces : sequence of Piece
        Which pieces, all by default.

    Returns
    -------
    Path
        The manifest, ``demo.json``.
    """
    manifest = folder / MANIFEST
    if _complete(manifest, pieces):
        return manifest
    folder.mkdir(parents=True, exist_ok=True)
    manifest.unlink(missing_ok=True)
    truths: dict[str, Truth] = {}
    for truth in _made(pieces, folder, workers):
        truths[truth.title] = truth
        if progress:
            progress(truth.title, len(truths), len(pieces))
    answer = Manifest(version=DEMO_VERSION, pieces=tuple(truths[piece.title] for piece in pieces))
    unfinished = manifest.with_name(f".{MANIFEST}.part")
    unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(answer), indent=1))
    return unfinished.replace(manifest)


def make_piece(piece: Piece, folder: Path) -> Truth:
    """Render and write one piece; runs in a worker process."""
    recording = render(piece, ENCODINGS[piece.format].rate_hz)
    path = write(recording, piece, folder)
    return Truth(
        path=path.name,
        title=piece.title,
        artist=piece.artist,
        key=key_of(piece),
        tempo_bpm=piece.tempo_bpm,
        pulse=piece.pulse,
        intensity=piece.intensity,
        shape=piece.shape,
        vocal_segments=recording.vocal_segments,
        startle_at_s=recording.startle_at_s,
        duration_s=recording.duration_s,
    )


def _made(pieces: Sequence[Piece], folder: Path, workers: int) -> Iterator[Truth]:
    """Each piece's truth as it is finished; the long ones go first, so that no worker ends alone."""
    ordered = sorted(pieces, key=lambda piece: -piece.length_s)
    if workers == 1:
        yield from (make_piece(piece, folder) for piece in ordered)
        return
    # "spawn": a forked copy of a threaded server (or of FFmpeg's and the FFT's threads) may hang.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for future in as_completed([pool.submit(make_piece, piece, folder) for piece in ordered]):
            yield future.result()


def _complete(manifest: Path, pieces: Sequence[Piece]) -> bool:
    """Whether an earlier run of this version made all of these files."""
    try:
        found = msgspec.json.decode(manifest.read_bytes(), type=Manifest)
    except (FileNotFoundError, msgspec.DecodeError):
        return False
    names = {truth.path for truth in found.pieces}
    return found.version == DEMO_VERSION and all(
        file_name(piece) in names and (manifest.parent / file_name(piece)).is_file() for piece in pieces
    )
