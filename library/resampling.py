"""A stream of blocks at one rate becomes one at another, by soxr: output sample ``k`` lies at ``k / rate`` seconds."""

import numpy as np
import soxr
from numpy.typing import NDArray

Block = NDArray[np.float32]


class Resampler:
    """A stream of blocks (channels, n) at one rate becomes a stream at another."""

    def __init__(self, from_hz: int, to_hz: int, channels: int) -> None:
        self._channels = channels
        self._soxr = soxr.ResampleStream(from_hz, to_hz, channels, dtype="float32", quality="HQ")

    def feed(self, block: Block) -> Block:
        """Return what is ready of the resampled stream; it lags the input by the filter's length."""
        return self._chunk(block, last=False)

    def flush(self) -> Block:
        """Return the rest."""
        return self._chunk(np.empty((self._channels, 0), np.float32), last=True)

    def _chunk(self, block: Block, *, last: bool) -> Block:
        interleaved = np.ascontiguousarray(block.T)
        out: Block = self._soxr.resample_chunk(interleaved if self._channels > 1 else interleaved[:, 0], last=last)
        return np.ascontiguousarray(out.reshape(-1, self._channels).T)
