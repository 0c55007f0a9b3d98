"""The scores of the demo library, from the stillest to the most flowing.

The ladder of intensity follows what a session asks for: much around 0.15 for settling and
recovery, much around 0.5 for the plateau, and every step between. Ten invented ensembles, none with more than four
pieces and none twice in a row at one intensity, so that an artist need not return within three tracks.

Exactly one piece has a voice and exactly one a startle; both must be kept out of a strict clinic's lists.
"""

from soundscape.demo.flawed import FLAWED
from soundscape.demo.flowing import FLOWING
from soundscape.demo.free import FREE
from soundscape.demo.moving import MOVING
from soundscape.demo.score import Piece
from soundscape.demo.slow import SLOW

PIECES: tuple[Piece, ...] = (*FREE, *SLOW, *MOVING, *FLOWING, *FLAWED)
