"""Which tracks may this session use, and if they are too few, what keeps the others out?

A track is used only if a person or a measure *cleared* it, the fit knows its energy, loudness and edges, and the
clinic's policy allows it. When the rest cannot fill the session, the refusal names what binds and what would do.
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from library.picture import title_of
from library.rights import preview_right
from library.span import MOST_TRIMMED_S
from library.track import Track
from playlists.cost import MIN_FADE_S
from playlists.errors import Infeasible
from playlists.plan import MIN_CUT_PIECE_S, MIN_PIECE_S
from playlists.playlist import Policy
from playlists.rules import check_policy
from playlists.span import music_span
from playlists.timeline import clock

REVIEW, REFUSED = "waiting for review", "refused"
UNKNOWN, SHORT = "without a measure the fit needs", f"with less than {MIN_PIECE_S} s of music"
EXCLUDED, ARTIST, ARRIVAL = "excluded", "by an excluded artist", "kept for the arrival"
ENERGY, STARTLE = "above the energy ceiling", "above the startle limit"
VOICE, RIGHTS, REPEAT = "not measured as instrumental", "that may not be previewed", "heard in the last"
BY_POLICY = (ENERGY, STARTLE, REPEAT, VOICE, RIGHTS, ARTIST, EXCLUDED)
"""What a clinic can lift with a stroke, the most often binding first."""


@dataclass(frozen=True)
class Candidates:
    """The tracks that may be used, sorted by id, and the others by what keeps each out."""

    tracks: tuple[Track, ...]
    kept_out: dict[str, list[Track]]


def choose(tracks: Iterable[Track], policy: Policy) -> Candidates:
    """Sort the library into what may be used and what may not.

    Raises
    ------
    BadRequest
        The policy contradicts itself.
    Infeasible
        Nothing may be used, or a required track or the one of the arrival may not.
    """
    check_policy(policy)
    known = {track.track_id: track for track in tracks}
    repeats = frozenset(itertools.chain(*policy.heard[: policy.no_repeat_sessions]))
    allowed: list[Track] = []
    kept_out: dict[str, list[Track]] = {}
    for track_id in sorted(known):
        against = _against(known[track_id], policy, repeats)
        kept_out.setdefault(against, []).append(known[track_id]) if against else allowed.append(known[track_id])
    _check_required(policy, known, kept_out)
    if not allowed:
        raise Infeasible(
            "No cleared track may be used." + _kept_out_in_words(kept_out, policy),
            "Clear tracks in review, or allow more." if known else "Scan a folder of music, then clear it in review.",
        )
    return Candidates(tuple(allowed), kept_out)


def check_length(candidates: Candidates, policy: Policy, total_s: int) -> None:
    """Refuse a session of ``total_s`` seconds that the candidates cannot fill, or the required tracks overfill."""
    shortest_s, longest_s = policy.crossfade_s
    reach_s = _reach_s(candidates.tracks, shortest_s, total_s)
    if reach_s < total_s:
        raise _too_little(candidates, policy, total_s, total_s - reach_s + shortest_s)
    needed = policy.required
    required = [length_s(track) for track in candidates.tracks if track.track_id in needed]
    if required:
        # All crossfades as long as they may be, and the longest cut as short as it may be.
        least_s = sum(required) - longest_s * (len(required) - 1) - max(0, max(required) - MIN_CUT_PIECE_S)
        if least_s - MOST_TRIMMED_S * (len(required) - 1) > total_s:  # else see playlists.trimming
            raise Infeasible(
                f"The {len(required)} required tracks last {clock(sum(required))}; the session is {clock(total_s)}.",
                f"At most {clock(total_s)} of required music fits: require {clock(least_s - total_s)} less.",
            )


def artist_of(track: Track) -> str | None:
    """The artist as compared: case and outer spaces do not matter; ``None`` where the file names none."""
    artist = (track.tags.artist or "").strip().casefold()
    return artist or None


def length_s(track: Track) -> int:
    """Whole seconds of music."""
    return music_span(track.analysis)[1]


def _against(track: Track, policy: Policy, repeats: frozenset[str]) -> str | None:
    """The first thing that speaks against a track, or ``None``."""
    analysis = track.analysis
    if track.verdict.status != "cleared":
        return REVIEW if track.verdict.status == "review" else REFUSED
    if track.track_id == policy.arrival_track:
        return ARRIVAL
    curves = (analysis.energy_curve, analysis.loudness_curve)
    edges = (analysis.music_from_s, analysis.music_to_s, analysis.loudness_lufs)
    if any(curve is None or not curve.values for curve in curves) or None in edges:
        return UNKNOWN
    if length_s(track) < MIN_PIECE_S:
        return SHORT
    if track.track_id in policy.exclude_tracks:
        return EXCLUDED
    if artist_of(track) in {artist.strip().casefold() for artist in policy.exclude_artists}:
        return ARTIST
    if track.track_id in repeats:
        return REPEAT
    if policy.vocals == "none" and analysis.vocals.verdict != "instrumental":
        return VOICE
    if policy.rights == "preview" and preview_right(track) != "yes":
        return RIGHTS
    # An unknown energy or startle is no small one.
    ceiling, limit = policy.energy_ceiling, policy.startle_limit_lu
    if ceiling is not None and (analysis.energy is None or analysis.energy > ceiling):
        return ENERGY
    if limit is not None and (analysis.startle is None or analysis.startle.score > limit):
        return STARTLE
    return None


def _check_required(policy: Policy, known: dict[str, Track], kept_out: dict[str, list[Track]]) -> None:
    arrival = policy.arrival_track
    if arrival is not None and known.get(arrival) not in kept_out.get(ARRIVAL, ()):
        title = title_of(known[arrival]) if arrival in known else f"Track {arrival}"
        raise Infeasible(
            f"{title} shall be kept for the arrival, but is no cleared piece of this library.",
            "Clear it in review, or choose another.",
        )
    for track_id in sorted(policy.required):
        if track_id not in known:
            raise Infeasible(f"Track {track_id} is required but not in the library.", "Scan it, or do not require it.")
        for against, tracks in kept_out.items():
            if known[track_id] in tracks:
                remedy = "Clear it in review" if against in (REVIEW, REFUSED) else "Allow it"
                raise Infeasible(
                    f"{title_of(known[track_id])} is required but {_in_words(against, policy)}.",
                    f"{remedy}, or do not require it.",
                )


def _too_little(candidates: Candidates, policy: Policy, total_s: int, missing_s: int) -> Infeasible:
    """What binds: one rule of the policy where lifting it alone would do, else the library."""
    have_s = sum(length_s(track) for track in candidates.tracks)
    have = f"{clock(have_s)} of cleared music, in {_pieces(len(candidates.tracks))}"
    if _reach_s(candidates.tracks, MIN_FADE_S, total_s) >= total_s:
        binds = f"With crossfades of at least {policy.crossfade_s[0]} s, {have}, cannot last {clock(total_s)}."
        return Infeasible(binds, f"It needs {minutes(missing_s)}, or crossfades of {MIN_FADE_S} s.")
    for against in BY_POLICY:
        with_these = [*candidates.tracks, *candidates.kept_out.get(against, ())]
        if _reach_s(with_these, policy.crossfade_s[0], total_s) < total_s:
            continue
        if against == ENERGY and policy.energy_ceiling is not None:
            binds = f"The energy ceiling of {policy.energy_ceiling:g} leaves {have}; {clock(total_s)} are asked for."
            enough = f"It needs {minutes(missing_s)} below energy {policy.energy_ceiling:g}"
            return Infeasible(
                binds, f"{enough}, or a ceiling of {_enough_ceiling(with_these, total_s, policy.crossfade_s[0]):g}."
            )
        kept_s = sum(length_s(track) for track in candidates.kept_out[against])
        binds = f"Without the music {_in_words(against, policy)} there is {have}; {clock(total_s)} are asked for."
        return Infeasible(binds, f"It needs {minutes(missing_s)}; this rule keeps out {clock(kept_s)}.")
    return Infeasible(
        f"Only {have}, is there." + _kept_out_in_words(candidates.kept_out, policy),
        f"{clock(total_s)} need at least {clock(missing_s)} more, since pieces overlap.",
    )


def _enough_ceiling(tracks: Sequence[Track], total_s: int, fade_s: int) -> float:
    """The lowest energy ceiling, to 0.01, that lets enough of these tracks in."""
    calm_first = sorted((track.analysis.energy or 0.0, length_s(track) - fade_s) for track in tracks)
    reaches_s = itertools.accumulate((length for _, length in calm_first), initial=fade_s)
    needed = next(k for k, reach_s in enumerate(reaches_s) if reach_s >= total_s)
    return math.ceil(calm_first[needed - 1][0] * 100) / 100


def _reach_s(tracks: Sequence[Track], fade_s: int, enough_s: int) -> int:
    """The longest session these tracks can fill, with crossfades of ``fade_s``; or ``enough_s`` or more."""
    reach_s = fade_s if tracks else 0
    for track in tracks:
        reach_s += length_s(track) - fade_s
        if reach_s >= enough_s:
            break
    return reach_s


def _kept_out_in_words(kept_out: dict[str, list[Track]], policy: Policy) -> str:
    parts = [f"{_pieces(len(tracks))} {_in_words(against, policy)}" for against, tracks in sorted(kept_out.items())]
    return f" Left out: {'; '.join(parts)}." if parts else ""


def _in_words(against: str, policy: Policy) -> str:
    """The reason with its limit: ``above the energy ceiling of 0.3``."""
    sessions = "session" if policy.no_repeat_sessions == 1 else f"{policy.no_repeat_sessions} sessions"
    limits = {ENERGY: f" of {policy.energy_ceiling}", STARTLE: f" of {policy.startle_limit_lu} LU"}
    limits[REPEAT] = f" {sessions}"
    return against + limits.get(against, "")


def _pieces(count: int) -> str:
    return "1 piece" if count == 1 else f"{count} pieces"


def minutes(seconds: int) -> str:
    """``14 more minutes``, rounded up."""
    whole = -(-seconds // 60)
    return "1 more minute" if whole == 1 else f"{whole} more minutes"
