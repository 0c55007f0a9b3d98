"""Answers as text: tables and sentences for people, JSON lines for programs."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from library.audio import readable
from library.picture import tempo_words, title_of, track_picture
from library.track import Track
from library.verdict import clock
from playlists.playlist import Playlist
from soundscape.console import say, table

if TYPE_CHECKING:  # what only one command makes, another need not wait for
    from playlists.sets import ListSet
    from soundscape.analyse import Finding
    from soundscape.build import Session
    from soundscape.doctor import Check


def json_line(value: object) -> None:
    """One object on one line of stdout."""
    click.echo(msgspec.json.encode(value, enc_hook=str).decode())


def finding(found: "Finding", *, as_json: bool) -> None:
    """One analysed file: the analysis record of DESIGN, or a few lines for a person."""
    if found.track is None:
        if as_json:
            json_line(
                {"path": readable(found.path), "error": {"code": found.error_code, "message": found.error_message}}
            )
        say(f"Failed: {found.error_message}")
    elif as_json:
        json_line(analysis_record(found.track))
    else:
        for line in _track_lines(found.track):
            click.echo(line)


def analysis_record(track: Track) -> dict[str, object]:
    """The record of ``analyse --json``; its keys are a contract."""
    return {
        "path": readable(track.paths[0]),
        "track_id": track.track_id,
        **msgspec.structs.asdict(track.analysis),
        "tags": track.tags,
        "verdict": track.verdict,
    }


def _track_lines(track: Track) -> Iterable[str]:
    heard = track.analysis
    yield f"{title_of(track)} ({readable(track.paths[0])})"
    yield f"  {track.verdict.status}" + "".join(f"; {reason}" for reason in track.verdict.reasons)
    facts = [clock(heard.duration_s), tempo_words(heard), heard.key or "key unknown"]
    facts += [f"energy {heard.energy:.2f}"] if heard.energy is not None else ["energy unknown"]
    if heard.loudness_lufs is not None:
        facts.append(f"{heard.loudness_lufs:.1f} LUFS")
    if heard.true_peak_dbtp is not None:
        facts.append(f"{heard.true_peak_dbtp:.1f} dBTP")
    yield f"  {', '.join(facts)}; voices: {heard.vocals.verdict}"


def library(tracks: Iterable[Track]) -> None:
    """Every track with its verdict, and the counts."""
    held = sorted(tracks, key=lambda track: title_of(track).casefold())
    table(
        ["title", "verdict", "energy", "tempo", "length", "reasons"],
        (
            [
                title_of(track),
                track.verdict.status,
                "unknown" if track.analysis.energy is None else f"{track.analysis.energy:.2f}",
                tempo_words(track.analysis),
                clock(track.analysis.duration_s),
                "; ".join(track.verdict.reasons),
            ]
            for track in held
        ),
    )
    counts = Counter(track.verdict.status for track in held)
    say(f"{len(held)} tracks: {counts['cleared']} cleared, {counts['review']} to review, {counts['refused']} refused.")


def session(built: "Session", *, as_json: bool) -> None:
    """A built session: exactly one JSON object, or the list and where its files are."""
    playlist = built.playlist
    if as_json:
        json_line(playlist)
        return
    _list(playlist, built.tracks)
    if playlist.mixdown is not None:
        facts = playlist.mixdown
        lowered = f", {facts.lowered_db:.1f} dB below the target because peaks win" if facts.lowered_db else ""
        say(f"{facts.loudness_lufs:.1f} LUFS{lowered}, true peak {facts.true_peak_dbtp:.1f} dBTP.")
        click.echo(f"Session: {readable(facts.path)}")
    if built.picture is not None:
        click.echo(f"Picture: {readable(built.picture)}")


def sets(found: "ListSet", tracks: Mapping[str, Track], *, as_json: bool) -> None:
    """Several lists: exactly one JSON object, or each list and what they have in common."""
    if as_json:
        json_line(found)
        return
    for playlist in found.playlists:
        _list(playlist, tracks)
    say(
        f"{len(found.playlists)} lists. Any two share {found.overlap_mean * 100:.0f} % of the session on average and "
        f"{found.overlap_most * 100:.0f} % at most; the dearest costs {found.dearest:.2f} times the first."
    )


def _list(playlist: Playlist, tracks: Mapping[str, Track]) -> None:
    table(["", "at", "title", "artist", "phase", "why"], _item_rows(playlist, tracks))
    for note in playlist.notes:
        say(f"Note: {note}")
    say(_summary(playlist))


def _item_rows(playlist: Playlist, tracks: Mapping[str, Track]) -> Iterable[Sequence[str]]:
    for number, item in enumerate(playlist.items, start=1):
        track = tracks[item.track_id]
        artist = track.tags.artist or ""
        yield [str(number), clock(item.start_s), title_of(track), artist, item.phase, item.why]


def _summary(playlist: Playlist) -> str:
    minutes = f"{int(playlist.total_s // 60)}:{playlist.total_s % 60:06.3f}"
    pieces = f"{len(playlist.items)} pieces"
    if playlist.gap is None:
        return f"{minutes} exactly, {pieces}."
    if playlist.gap == 0:
        return f"{minutes} exactly, {pieces}, proved the best list possible."
    return f"{minutes} exactly, {pieces}, at most {playlist.gap * 100:.1f} % from the best list possible."


def checks(found: Iterable["Check"], *, as_json: bool) -> None:
    """What the doctor found."""
    for check in found:
        if as_json:
            json_line(check)
        else:
            click.echo(f"{'ok  ' if check.good else 'FAIL'}  {check.what}: {check.found}")


def write_track_picture(track: Track) -> Path:
    """Draw a track into the working directory, under a name that is a file name anywhere."""
    stem = re.sub(r"[^\w .()-]", "_", readable(Path(track.paths[0]).stem))[:100]
    path = Path(f"{stem}.svg")
    path.write_text(track_picture(track), encoding="utf-8")
    return path
