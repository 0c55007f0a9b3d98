"""May it be played? An analysis and a policy become *cleared*, *review* or *refused*, with every reason and its times.

*Cleared* needs every safety measure known and good. *Review* means a person should hear the named seconds and decide;
*refused* means the measures leave little doubt. What is unknown is never cleared.
"""

from library.span import silences_left
from library.track import Analysis, Record, StartleKind, Status, Verdict

SHORTEST_TRACK_S = 30.0


class ClearingPolicy(Record, frozen=True, kw_only=True):
    """What a clinic clears without listening. The defaults are the strict ones; all are judgement."""

    hit_review_lu: float = 10.0
    hit_refuse_lu: float = 15.0
    """A hit is the true startle: the mixdown softens no single note."""
    surge_review_lu: float = 16.0
    surge_refuse_lu: float = 25.0
    """A surge, music that comes back from a rest, is softened by the mixdown to 9 dB a second; beyond this it would be
    audibly held back."""
    energy_review: float = 0.85
    """Above this the whole piece is battle; below, the arc decides where it has a place."""
    shortest_s: float = SHORTEST_TRACK_S

    def limits_lu(self, kind: StartleKind) -> tuple[float, float]:
        """The sudden rises above which a person should hear the track, and above which it is refused."""
        if kind == "hit":
            return self.hit_review_lu, self.hit_refuse_lu
        return self.surge_review_lu, self.surge_refuse_lu


def judge(analysis: Analysis, policy: ClearingPolicy | None = None) -> Verdict:
    """Return the verdict on one analysis, refusals named first."""
    policy = policy or ClearingPolicy()
    found = [*_voices(analysis), *_startle(analysis, policy), *_silence(analysis), *_character(analysis, policy)]
    found += [("review", f"unknown {field}: {analysis.unknown[field]}") for field in _missing(analysis)]
    if not found:
        return Verdict(status="cleared")
    status: Status = "refused" if any(status == "refused" for status, _ in found) else "review"
    return Verdict(status=status, reasons=tuple(text for _, text in sorted(found, key=lambda f: f[0] != "refused")))


Finding = tuple[Status, str]


def _voices(analysis: Analysis) -> list[Finding]:
    vocals = analysis.vocals
    if vocals.verdict == "instrumental":
        return []
    if vocals.verdict == "unknown":
        return [("review", f"voices unknown: {analysis.unknown.get('vocals', 'not measured')}")]
    where = ", ".join(
        f"{s.kind} at {clock(s.from_s)}-{clock(s.to_s)} (probability {s.probability:.2f})" for s in vocals.segments
    )
    if vocals.verdict == "vocal":
        return [("refused", f"a voice: {where or 'throughout'}")]
    return [("review", f"perhaps a voice: {where or 'somewhere'}")]


def _startle(analysis: Analysis, policy: ClearingPolicy) -> list[Finding]:
    return [
        (
            "refused" if event.jump_lu > policy.limits_lu(event.kind)[1] else "review",
            f"sudden: a {event.kind} of {event.jump_lu:.0f} LU at {clock(event.at_s)}",
        )
        for event in (analysis.startle.events if analysis.startle is not None else ())
        if event.jump_lu > policy.limits_lu(event.kind)[0]
    ]


def _silence(analysis: Analysis) -> list[Finding]:
    return [
        ("review", f"silent for {span.to_s - span.from_s:.1f} s at {clock(span.from_s)}")
        for span in silences_left(analysis)
    ] + [("review", f"damaged at {clock(at_s)}: a click or a skip may be heard") for at_s in analysis.damaged_at_s]


def _character(analysis: Analysis, policy: ClearingPolicy) -> list[Finding]:
    found: list[Finding] = []
    if analysis.energy is not None and analysis.energy > policy.energy_review:
        found.append(("review", f"intense: energy {analysis.energy:.2f}, above {policy.energy_review:.2f}"))
    if analysis.duration_s < policy.shortest_s:
        found.append(("review", f"short: {analysis.duration_s:.0f} s, under {policy.shortest_s:.0f} s"))
    return found


NEEDED = ("loudness_lufs", "true_peak_dbtp", "energy", "startle", "music_from_s", "music_to_s")
"""Without these a track cannot be levelled, placed or trusted; tempo and key may be unknown."""


def _missing(analysis: Analysis) -> list[str]:
    return [field for field in NEEDED if getattr(analysis, field) is None]


def clock(seconds: float) -> str:
    """Minutes and seconds as people read them: 4:05."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
