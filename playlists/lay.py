"""From a list on the grid of whole seconds to items in samples, each with the reason why it is there.

Conventions: a piece's music begins at the sample where its silence ends; everything else follows from whole seconds. A
session that is no whole number of seconds takes the missing part of a second off its last piece.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from library.track import Track
from playlists.alternatives import alternatives_of
from playlists.arc import Arc
from playlists.cost import MIN_FADE_S, SCALE, Costs, Features, Wide, crossfade_costs, cut_costs, key_steps
from playlists.levels import gain_curve
from playlists.plan import Found, Plan
from playlists.playlist import SAMPLE_RATE_HZ, Alternative, Item
from playlists.span import trim_words
from playlists.timeline import seconds

OPENING_FADE_S = 6
"""The session rises out of silence. Judgement: DOMAIN asks for a ramp at every start; half a long crossfade."""
OWN_ENDING_FADE_S = 2
"""A piece that ends by itself only needs its last noise faded. Judgement."""
CUT_FADE_S = 10
"""A piece that is cut fades out for as long. Judgement: within the 8 .. 12 s in which a fade sounds meant."""


@dataclass(frozen=True)
class Reason:
    """Why a piece is where it is, in words, and what else could have been there."""

    why: str
    alternatives: tuple[Alternative, ...] = ()


def items_of(
    tracks: Sequence[Track], features: Features, found: Found, arc: Arc, total_n: int, reasons: Sequence[Reason]
) -> tuple[Item, ...]:
    """The items of a list that lasts exactly ``total_n`` samples."""
    starts_s = [*found.starts, None]
    items: list[Item] = []
    for k, j in enumerate(found.order):
        start_n, next_s = found.starts[k] * SAMPLE_RATE_HZ, starts_s[k + 1]
        whole_n = int(features.length_s[j]) * SAMPLE_RATE_HZ
        length_n = min(whole_n, total_n - start_n)
        from_n = int(features.from_n[j])
        own_ending = whole_n - length_n < SAMPLE_RATE_HZ
        closing_s = OWN_ENDING_FADE_S if own_ending else CUT_FADE_S
        from_s, to_s = seconds(from_n), seconds(from_n + length_n)
        items.append(
            Item(
                track_id=tracks[j].track_id,
                start_s=float(found.starts[k]),
                from_s=from_s,
                to_s=to_s,
                fade_in_s=float(OPENING_FADE_S) if k == 0 else items[-1].fade_out_s,
                fade_out_s=float(closing_s if next_s is None else found.starts[k] + int(features.length_s[j]) - next_s),
                gain_curve=gain_curve(tracks[j].analysis, from_s, to_s),
                phase=arc.phase_at(seconds(start_n + length_n // 2)),
                why=reasons[k].why,
                alternatives=reasons[k].alternatives,
            )
        )
    return tuple(items)


def achieved(features: Features, found: Found, total_s: int) -> npt.NDArray[np.float64]:
    """Intensity of the list at each whole second, 0..1; in a crossfade the two energies, weighed by their power."""
    mixed = np.zeros(total_s)
    for k, (j, start_s) in enumerate(zip(found.order, found.starts, strict=True)):
        energy = features.energy[j][: total_s - start_s] / 1000
        here = slice(start_s, start_s + len(energy))
        fade_s = found.starts[k - 1] + int(features.length_s[found.order[k - 1]]) - start_s if k else 0
        share = np.ones(len(energy))
        share[:fade_s] = np.sin(np.arange(fade_s) / max(1, fade_s) * (np.pi / 2)) ** 2
        mixed[here] = mixed[here] * (1.0 - share) + energy * share
    return mixed


def breakdown(costs: Costs, lengths: Wide, found: Found) -> dict[str, float]:
    """What each term of :data:`playlists.cost.TERMS` adds to the list's cost, and their ``total``."""
    order, starts = np.array(found.order), np.array(found.starts)
    ends = starts + lengths[order]
    whole: dict[str, int] = {"arc": int(costs.arc[order, starts].sum())}
    whole |= {name: int(matrix[order[:-1], order[1:]].sum()) for name, matrix in costs.transition.items()}
    fades = ends[:-1] - starts[1:]
    whole["crossfade"] = int(crossfade_costs()[fades - MIN_FADE_S].sum())
    whole["cut"] = int(cut_costs(ends[-1:] - costs.arc.shape[1])[0])
    whole |= {name: int(vector[order].sum()) for name, vector in costs.track.items()}
    assert sum(whole.values()) == found.cost
    return {name: value / SCALE for name, value in whole.items()} | {"total": found.cost / SCALE}


def reasons_of(
    tracks: Sequence[Track], features: Features, plan: Plan, found: Found, arc: Arc, wished: Wide, *, searched: bool
) -> list[Reason]:
    """One plain sentence or three for each piece: how it meets the arc, how it follows, what was next best.

    Where nothing was ``searched`` no next best is named.
    """
    others = alternatives_of(tracks, plan, found) if searched else [()] * len(found.order)
    reasons = []
    for k, (j, start_s) in enumerate(zip(found.order, found.starts, strict=True)):
        energy = features.energy[j][: len(wished) - start_s]
        error = float(np.abs(energy - wished[start_s : start_s + len(energy)]).mean()) / 1000
        phase = arc.phase_at(start_s + len(energy) / 2)
        parts = [f"Within {error:.2f} of the intensity wished in the {phase}"]
        if k:
            parts.append(_follows(features.take([found.order[k - 1]]), features.take([j])))
        parts.append(trim_words(tracks[j].analysis))
        rest = " It was asked for." if plan.required[j] else _next_in_words(others[k]) if searched else ""
        reasons.append(Reason("; ".join(filter(None, parts)) + "." + rest, others[k]))
    return reasons


def _next_in_words(alternatives: Sequence[Alternative]) -> str:
    """The nearest of the alternatives; all of them stand beside the sentence."""
    if not alternatives:
        return " No other piece fits here."
    dearer = alternatives[0].costs_more
    by = "nearly as good" if abs(dearer) < 0.05 else f"{dearer:+.1f}"
    return f" The next best here was {alternatives[0].title} ({by})."


def _follows(before: Features, after: Features) -> str:
    """What joins two pieces, in words; empty where nothing stands out."""
    same, close = [], False
    if not np.isnan(before.key[0, 0] + after.key[0, 0]):
        steps = float(key_steps(before.key, after.key)[0, 0])
        same += ["key"] if steps == 0.0 else []
        close = 0.0 < steps <= 1.0
    apart = abs(float(before.tempo_octave[0] - after.tempo_octave[0])) % 1.0
    same += ["pulse"] if min(apart, 1.0 - apart) < 0.07 else []  # a twentieth of the tempo
    if not same:
        return "close in key to the piece before" if close else ""
    return f"same {' and '.join(same)} as the piece before" + (", close in key" if close else "")
