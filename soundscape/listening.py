"""What a page needs so that a person can listen to a track by its picture: that, its scale, its moments, the gain.

Conventions: the picture's scale is in its own units, as `library.picture` draws it; a gain is at most 0 dB, since a
page's player cannot lift.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from library.moments import Moment, heard, moments
from library.picture import LISTENING, LISTENING_WIDTH, listening_picture
from library.track import Track
from soundscape import pictures


@dataclass(frozen=True)
class Listening:
    """A track to listen to. ``plot`` is where the time axis stands; ``gain_db`` brings it near the level of lists."""

    track: Track
    picture: Markup
    moments: Sequence[Moment]
    gain_db: float

    @property
    def plot(self) -> dict[str, float]:
        """The picture's left, right and width, and between which heights a line for the place is drawn."""
        return {
            "left": LISTENING.left,
            "right": LISTENING.right,
            "width": LISTENING_WIDTH,
            "top": LISTENING.top,
            "bottom": LISTENING.axis_y,
        }

    def begins_s(self, moment: Moment) -> float:
        """Where in the track the sound of a moment begins."""
        return heard(moment, self.track.analysis.duration_s).from_s


def listening(track: Track, target_lufs: float) -> Listening:
    """Prepare a track to be listened to."""
    found, loudness_lufs = moments(track.analysis), track.analysis.loudness_lufs
    gain_db = 0.0 if loudness_lufs is None else round(min(0.0, target_lufs - loudness_lufs), 2)
    return Listening(track, pictures.inline(listening_picture(track, found)), found, gain_db)
