"""Can anything in this session make a patient start?

No second may be much louder than the second before it. The guard looks a second ahead and turns down what would break
that rule; it lets go by itself as the allowance grows with the music, and never amplifies. Music that keeps the rule
passes bit for bit unchanged. It begins in silence, so a session's start is a ramp whatever the first track does.

How it holds by construction. Sound is cut into steps of 100 ms. A rule compares the mean square of the ``window`` steps
that end at step *k* with that of as many steps that end one second earlier. When step *b* is decided, every window up
to ``b + 9`` has its past wholly behind it, so its budget is a known number, and one *cap* on the mean square of all
steps still open is found that keeps every window within its budget. The next step adds one window whose budget is
above zero, so a cap always exists. Gains are straight lines between the edges of steps, and an edge takes the lower
gain of its two steps: within a step the gain never exceeds what was planned.

Conventions: blocks are float32 of shape (2, n) at 48 kHz; powers are mean squares over both channels, full scale 1.
"""

import math
from collections import deque
from collections.abc import Sequence

import numpy as np

from library.audio import Block
from library.track import Record
from playlists.kernels import step_moments
from playlists.playlist import SAMPLE_RATE_HZ

STEP = SAMPLE_RATE_HZ // 10
SECOND = 10
"""Steps a second: how far the guard looks ahead, and how far back a rule compares."""
FLOOR = 1e-6
"""-60 dBFS: what is quieter counts as silence (DESIGN "Live")."""
RISE_DB = 9.0
"""Judgement: between one second and the next. A crescendo that swells by 9 dB a second is fast, but no fright."""
RELEASE = 10 ** (RISE_DB / 10 / SECOND)
"""How fast a cap may rise again, a factor of power a step: evenly, or the rise would come in stairs."""
SEAM_WINDOW = 30
SEAM_RISE_DB = 5.0
"""Judgement: over 3 s windows, where one track follows another. 1 dB below the 6 LU at which a mixdown is refused,
because loudness weighs frequencies and power does not."""
SEAM_TAIL = 30
"""A seam's rule holds this many steps longer than the crossfade: until its window has left the fade behind."""


class Softened(Record, frozen=True, kw_only=True):
    """A place that the guard turned down, by at most ``by_db``."""

    at_s: float
    by_db: float


class RiseGuard:
    """A stream of blocks in, the same stream out a little over a second later.

    Parameters
    ----------
    seams
        The crossfades as (first sample, sample after the last).
    from_silence
        False where the sound is faded in by a player out of other sound: its first seconds then rise from that.
    """

    def __init__(self, seams: Sequence[tuple[int, int]] = (), *, from_silence: bool = True) -> None:
        zones = [range(begin // STEP, -(-end // STEP) + SEAM_TAIL) for begin, end in seams]
        self._plan = _Plan(zones, past_power=0.0 if from_silence else 1.0)
        self._partial: Block = np.zeros((2, 0), np.float32)
        self._pending: deque[Block] = deque()
        self._fed = self._given = 0
        self._softened: list[Softened] = []
        self._until_s = -math.inf

    def feed(self, block: Block) -> Block:
        """Take in a block, return what is decided by now: shape (2, a multiple of ``STEP``)."""
        self._fed += block.shape[1]
        samples = np.concatenate([self._partial, block], axis=1)
        count = samples.shape[1] // STEP
        self._partial = samples[:, count * STEP :]
        decided: list[Block] = [np.zeros((2, 0), np.float32)]
        for number, moments in enumerate(_moments(samples)):
            self._pending.append(samples[:, number * STEP : (number + 1) * STEP])
            edges = self._plan.push(moments)
            if edges is not None:
                decided.append(self._apply(self._pending.popleft(), *edges))
        return np.concatenate(decided, axis=1)

    def flush(self) -> Block:
        """Return the rest; all in all as much comes out as was fed."""
        missing = self._fed - self._given
        silence = np.zeros((2, (SECOND + 1) * STEP - self._partial.shape[1] % STEP), np.float32)
        return self.feed(silence)[:, :missing]

    def softened(self) -> tuple[Softened, ...]:
        """The places turned down by 0.1 dB or more; less than a second apart they are one."""
        return tuple(place for place in self._softened if place.by_db >= 0.1)

    def _apply(self, step: Block, begin: float, end: float) -> Block:
        at, self._given = self._given, self._given + STEP
        if begin == end == 1.0:
            return step
        self._note(at / SAMPLE_RATE_HZ, -20.0 * math.log10(min(begin, end)))
        return step * (begin + (end - begin) * _RAMP).astype(np.float32)

    def _note(self, at_s: float, by_db: float) -> None:
        if at_s - self._until_s < 1.0:
            last = self._softened[-1]
            self._softened[-1] = Softened(at_s=last.at_s, by_db=max(last.by_db, by_db))
        else:
            self._softened.append(Softened(at_s=at_s, by_db=by_db))
        self._until_s = at_s


_RAMP = np.arange(STEP) / STEP


class _Step(Record, frozen=True, kw_only=True):
    """A step's mean square, weighted so that its power under any straight gain is known: see :meth:`power`."""

    early: float
    middle: float
    late: float

    def power(self, begin: float, end: float) -> float:
        """The step's mean square when its gain runs in a line from ``begin`` to ``end``."""
        return begin * begin * self.early + 2.0 * begin * end * self.middle + end * end * self.late


def _moments(samples: Block) -> list[_Step]:
    """Measure each whole step: its power times (1 - r)**2, r (1 - r) and r**2, where r runs from 0 to 1."""
    return [_Step(early=p - 2 * q + r, middle=q - r, late=r) for p, q, r in step_moments(samples, STEP).tolist()]


class _Plan:
    """Decides the gain at each edge between steps. Fed steps; answers for the step eleven before."""

    def __init__(self, seams: Sequence[range], past_power: float) -> None:
        self._seams = seams
        self._open: deque[_Step] = deque()
        self._powers: deque[float] = deque()
        """Of the open steps, at a gain of 1."""
        self._past = deque([past_power] * SEAM_WINDOW, SEAM_WINDOW)
        """Mean squares of the decided steps, as they leave; the newest may still come out lower than it stands."""
        self._budgets: deque[list[tuple[int, float]]] = deque(maxlen=SECOND)
        """For each window that ends in an open step: (steps of the window, what they may sum up to)."""
        self._newest: _Step | None = None
        self._begin = self._gain = 1.0
        self._limit = math.inf
        """The cap in force."""
        self._decided = 0

    def push(self, step: _Step) -> tuple[float, float] | None:
        """Take in a step; return the gains at both edges of the newest step that is wholly decided."""
        self._open.append(step)
        self._powers.append(step.power(1.0, 1.0))
        if len(self._open) < SECOND:
            return None
        gain = self._decide()
        edge = min(self._gain, gain)
        edges = None
        if self._newest is not None:
            self._past[-1] = self._newest.power(self._begin, edge)
            edges = self._begin, edge
        self._newest = self._open.popleft()
        self._powers.popleft()
        self._begin, self._gain = edge, gain
        self._past.append(self._newest.power(edge, gain))
        self._decided += 1
        return edges

    def _decide(self) -> float:
        """The gain wished for the first open step: 1 where that keeps every rule."""
        powers = list(self._powers)
        self._budgets.append(self._new_budgets(list(self._past)))
        if self._limit == math.inf and self._cap(powers, newest_only=True) == math.inf:
            return 1.0
        # Now the newest step's end may be turned down; count only what is sure of it when it serves as the past.
        if self._newest is not None:
            sure = self._newest.power(self._begin, 0.0)
            self._budgets[-1] = self._new_budgets([*list(self._past)[:-1], sure])
        cap = min(self._cap(powers), self._limit * RELEASE)
        self._limit = cap if cap < max(powers) else math.inf
        return min(1.0, math.sqrt(cap / powers[0])) if powers[0] > 0.0 else 1.0

    def _new_budgets(self, past: list[float]) -> list[tuple[int, float]]:
        """What the windows ending in the last open step may sum up to; their past is decided."""
        rules = [(SECOND, RISE_DB)]
        if any(self._decided + SECOND - 1 in seam for seam in self._seams):
            rules.append((SEAM_WINDOW, SEAM_RISE_DB))
        return [(window, 10 ** (db / 10) * max(sum(past[-window:]), window * FLOOR)) for window, db in rules]

    def _cap(self, powers: list[float], *, newest_only: bool = False) -> float:
        """The highest mean square of open steps that keeps every window ending in one of them within its budget."""
        past, cap = list(self._past), math.inf
        windows = list(enumerate(self._budgets, start=SECOND - len(self._budgets)))
        for end, budgets in windows[-1:] if newest_only else windows:
            for window, budget in budgets:
                behind = window - 1 - end
                cap = min(cap, _level(powers[: end + 1], budget - (sum(past[-behind:]) if behind else 0.0)))
        return cap


def _level(powers: list[float], room: float) -> float:
    """The level at which to cut off powers so that they sum up to at most ``room``; infinite if they do as they are."""
    if sum(powers) <= room:
        return math.inf
    for index, power in enumerate(sorted(powers)):
        share = room / (len(powers) - index)
        if share <= power:
            return max(share, 0.0)
        room -= power
    return math.inf
