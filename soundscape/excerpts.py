"""Parts of a piece to be heard alone: the forty-five seconds that stand for it, and the moments that are in doubt.

The stretch that stands for it is the one whose intensity lies nearest to the piece's own median throughout: not its
quiet beginning and not its one great moment. Voices, sudden rises and quiet spans are avoided where the piece has room
to. A moment (`library.moments`) is heard with a little of what is around it. Each part fades in and out, plays at the
clinic's target loudness, and its peaks stay under the ceiling of a session file.

Made on the first request, in 1.2 s of computing where the stretch begins at 1:00 and 2.4 s where it begins at 10:00 of
a FLAC (decoding starts at the beginning of the file). Kept in `<data>/excerpts/`, under a name that holds all it
depends on: the track's content, the rules here, the target.
"""

import os
import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from library.analysis.loudness import Loudness
from library.audio import Block, decode
from library.errors import LibraryError
from library.moments import Moment, heard
from library.track import Analysis, Span, Track
from playlists.encode import FORMATS, Encoder, space_needed
from playlists.levels import MOST_GAIN_DB
from playlists.limiter import Limiter
from playlists.mixdown import CEILING_DBTP
from playlists.playlist import SAMPLE_RATE_HZ
from playlists.render import LIMIT_DB
from soundscape.errors import MediaGone

VERSION = 1
"""Raised when the rules here change; older excerpts are then no longer found."""
FOLDER = "excerpts"
LENGTH_S = 45
"""Judgement: long enough to feel a slow piece, short enough to hear a list of twelve in ten minutes."""
FADE_S = 2.0
MOMENT_FADE_S = 0.5
"""Long enough not to startle, short enough to leave a moment's own seconds as they are (judgement)."""
FORM = replace(FORMATS[".m4a"], bit_rate=160_000)
"""0.9 MB for a phone's network; AAC is transparent for most music from about 128 kbit/s on."""

VOICE_COST, STARTLE_COST, QUIET_COST = 1.0, 0.3, 0.5
"""Judgement, in units of energy (0..1): a second of voice, a stretch with one sudden rise, a second of quiet. Energies
of calm music differ by 0.1 or so, so each of these outweighs a better fit."""


def excerpt(track: Track, data: Path, target_lufs: float) -> Path:
    """The file of a track's excerpt, made if it is not there yet.

    Raises
    ------
    MediaGone
        No file of the track can be read.
    NoSpaceLeft
    """
    out = data / FOLDER / f"{track.track_id}-v{VERSION}-{-target_lufs:g}lufs.m4a"
    return _kept(out, track, lambda: stretch(track.analysis), FADE_S, target_lufs)


def moment_sound(track: Track, moment: Moment, data: Path, target_lufs: float) -> Path:
    """The file of a moment of a track, made if it is not there yet.

    Raises
    ------
    MediaGone
        No file of the track can be read.
    NoSpaceLeft
    """
    span = heard(moment, track.analysis.duration_s)
    place = f"{round(span.from_s * 1000)}-{round(span.to_s * 1000)}ms"
    out = data / FOLDER / f"{track.track_id}-{place}-v{VERSION}-{-target_lufs:g}lufs.m4a"
    return _kept(out, track, lambda: span, MOMENT_FADE_S, target_lufs)


def _kept(out: Path, track: Track, span_of: Callable[[], Span], fade_s: float, target_lufs: float) -> Path:
    """``out``, made of a stretch of the track if it is not there yet."""
    if out.exists():
        return out
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.stem}.{uuid.uuid4().hex}.part.m4a")
    try:
        samples = levelled(faded(_read(sound_file(track), span_of()), fade_s), target_lufs)
        with space_needed(out), Encoder(part, FORM) as encoder:
            encoder.feed(samples)
        # Two who ask at once both make it, and the later one replaces the same bytes.
        os.replace(part, out)  # noqa: PTH105
    finally:
        part.unlink(missing_ok=True)
    return out


def sound_file(track: Track) -> Path:
    """The first of a track's files that is there.

    Raises
    ------
    MediaGone
    """
    for path in map(Path, track.paths):
        if path.is_file():
            return path
    raise MediaGone("The file of this piece is not where it was. Ask the clinic; the other pieces can be heard.")


def stretch(analysis: Analysis) -> Span:
    """Where the most typical 45 seconds of a piece are; all of its music where there is no more.

    Of stretches that fit equally well, the earliest.
    """
    from_s = analysis.music_from_s or 0.0
    to_s = analysis.duration_s if analysis.music_to_s is None else analysis.music_to_s
    if to_s - from_s <= LENGTH_S:
        return Span(from_s=from_s, to_s=to_s)
    first, last = int(np.ceil(from_s)), max(int(np.ceil(from_s)), int(to_s) - LENGTH_S)
    cost = _cost_a_second(analysis, first, last + LENGTH_S)
    sums = np.concatenate([[0.0], np.cumsum(cost)])
    best = first + int(np.argmin(np.round(sums[LENGTH_S:] - sums[:-LENGTH_S], 6)))
    # A last stretch of a short piece may reach a fraction of a second past the music; it begins that much earlier.
    begin_s = min(float(best), to_s - LENGTH_S)
    return Span(from_s=begin_s, to_s=begin_s + LENGTH_S)


def _cost_a_second(analysis: Analysis, first: int, stop: int) -> NDArray[np.float64]:
    """How untypical or unwelcome each second from ``first`` up to ``stop`` is, shape (stop - first,)."""
    seconds = np.arange(first, stop)
    cost = np.zeros(len(seconds))
    curve = analysis.energy_curve
    if curve is not None and curve.values:
        times_s = curve.hop_s * np.arange(len(curve.values))
        energy = np.interp(seconds + 0.5, times_s, curve.values)
        cost += np.abs(energy - np.median(energy))
    voices = [(voice.from_s, voice.to_s) for voice in analysis.vocals.segments]
    quiet = [(span.from_s, span.to_s) for span in analysis.quiet_spans]
    for spans, price in ((voices, VOICE_COST), (quiet, QUIET_COST)):
        for from_s, to_s in spans:
            cost[(seconds + 1 > from_s) & (seconds < to_s)] += price
    for event in analysis.startle.events if analysis.startle else ():
        # One moment weighs as much as energy that is off by this throughout.
        cost[seconds == int(event.at_s)] += STARTLE_COST * LENGTH_S
    return cost


def stretch_of(path: Path, from_s: float, length_s: float) -> Block:
    """The samples of a stretch, stereo at 48 kHz, shape (2, n).

    Raises
    ------
    MediaGone
    """
    return _read(path, Span(from_s=from_s, to_s=from_s + length_s))


def _read(path: Path, span: Span) -> Block:
    """The samples of a stretch, stereo at 48 kHz, shape (2, n)."""
    wanted = round((span.to_s - span.from_s) * SAMPLE_RATE_HZ)
    blocks: list[Block] = []
    held = 0
    try:
        for block in decode(path, sample_rate_hz=SAMPLE_RATE_HZ, stereo=True, from_s=span.from_s):
            blocks.append(block)
            held += block.shape[1]
            if held >= wanted:
                break
    except LibraryError as error:
        raise MediaGone("The file of this piece cannot be read. Ask the clinic; the others can be heard.") from error
    if not blocks:
        raise MediaGone("The file of this piece is shorter than it was. Ask the clinic; the others can be heard.")
    return np.concatenate(blocks, axis=1)[:, :wanted]


def faded(samples: Block, fade_s: float) -> Block:
    """The same with half a cosine of ``fade_s`` at both ends, less where it is shorter than both."""
    length = min(round(fade_s * SAMPLE_RATE_HZ), samples.shape[1] // 2)
    ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(length) / max(length, 1))).astype(np.float32)
    envelope = np.ones(samples.shape[1], np.float32)
    envelope[:length] = ramp
    envelope[samples.shape[1] - length :] = ramp[::-1]
    return samples * envelope


def levelled(samples: Block, target_lufs: float) -> Block:
    """The same at the target loudness, or as near as peaks and noise allow: the rules of a session file.

    Near silence stays as it is: lifting it would lift hiss.
    """
    loudness = Loudness(SAMPLE_RATE_HZ, channels=2)
    loudness.feed(samples)
    found = loudness.result()
    if found.loudness_lufs is None or found.true_peak_dbtp is None:
        return samples
    limit_at_dbtp = CEILING_DBTP - FORM.overshoot_db
    wished_db = min(target_lufs - found.loudness_lufs, MOST_GAIN_DB)
    for_peaks_db = found.true_peak_dbtp + wished_db - limit_at_dbtp - LIMIT_DB
    gain_db = wished_db - max(0.0, for_peaks_db)
    limiter = Limiter(limit_at_dbtp)
    ready = limiter.feed(samples * np.float32(10.0 ** (gain_db / 20.0)))
    return np.concatenate([ready, limiter.flush()], axis=1)
