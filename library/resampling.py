"""A stream of blocks at one rate becomes one at another, by soxr: output sample ``k`` lies at ``k / rate`` seconds."""

import numpy as np
import soxr
from numpy.typing import NDArray

Block = NDArray[np.float32]


class Resampler:
    """A stream of blocks (channels, n) at one rate becomes a stream at another.

    Each channel has a stream of its own: blocks are planar, and laying them out anew cost a quarter of the time.
    """

    def __init__(self, from_hz: int, to_hz: int, channels: int) -> None:
        self._streams = [soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality="HQ") for _ in range(channels)]

    def feed(self, block: Block) -> Block:
        """Return what is ready of the resampled stream; it lags the input by the filter's length."""
        return self._chunk(block, last=False)

    def flush(self) -> Block:
        """Return the rest."""
        return self._chunk(np.empty((len(self._streams), 0), np.float32), last=True)

    def _chunk(self, block: Block, *, last: bool) -> Block:
        channels = zip(self._streams, block, strict=True)
        return np.stack([one.resample_chunk(np.ascontiguousarray(samples), last=last) for one, samples in channels])
