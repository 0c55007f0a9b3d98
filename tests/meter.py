"""Somebody else's meter: FFmpeg's ``ebur128`` through PyAV, and plain arithmetic on what PyAV decodes."""

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Powers = NDArray[np.float64]


def ebur128(path: Path, *, end_sample: int | None = None) -> dict[str, list[float]]:
    """Every value that the meter prints, 100 ms apart: M, S, I, LRA, true_peaks_ch0 ...; up to a sample if asked."""
    with tempfile.NamedTemporaryFile("r", suffix=".txt") as report:
        _run(path, report.name, end_sample)
        values: dict[str, list[float]] = {}
        for line in report:
            name, equals, value = line.partition("=")
            if equals and name.startswith("lavfi.r128."):
                values.setdefault(name.removeprefix("lavfi.r128."), []).append(float(value))
    return values


def true_peak_dbtp(values: dict[str, list[float]]) -> float:
    """The highest true peak of any channel in what `ebur128` gave."""
    return float(20 * np.log10(max(max(values[name]) for name in values if name.startswith("true_peaks_ch"))))


def _run(path: Path, report: str, end_sample: int | None) -> None:
    """The report is complete when this returns, because FFmpeg closes it with the graph."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        graph = av.filter.Graph()
        chain = [graph.add_abuffer(template=stream)]
        if end_sample is not None:
            chain.append(graph.add("atrim", f"end_sample={end_sample}"))
        chain.append(graph.add("ebur128", "peak=true:metadata=1:framelog=quiet"))
        chain.append(graph.add("ametadata", f"mode=print:file={report}"))
        chain.append(graph.add("abuffersink"))
        for left, right in itertools.pairwise(chain):
            left.link_to(right)
        graph.configure()
        for frame in container.decode(stream):
            graph.push(frame)
            _drain(graph)
        graph.push(None)
        _drain(graph)


def _drain(graph: av.filter.Graph) -> None:
    while True:
        try:
            graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def decoded(path: Path) -> Iterator[NDArray[np.float32]]:
    """Planar float frames as PyAV gives them, shape (channels, n)."""
    with av.open(str(path)) as container:
        convert = av.AudioResampler(format="fltp")
        for frame in container.decode(audio=0):
            for converted in convert.resample(frame):
                yield converted.to_ndarray()


def powers(path: Path, step: int) -> tuple[int, Powers]:
    """Number of samples, and the mean square over the channels of each whole ``step`` samples."""
    total, held, found = 0, np.zeros(0), []
    for block in decoded(path):
        total += block.shape[1]
        held = np.concatenate([held, np.square(block, dtype=np.float64).mean(axis=0)])
        whole = len(held) // step * step
        found.append(held[:whole].reshape(-1, step).mean(axis=1))
        held = held[whole:]
    return total, np.concatenate(found)


def level_db(power: Powers, floor_db: float) -> Powers:
    """Mean square as dB re full scale, floored."""
    return np.maximum(10 * np.log10(np.maximum(power, 1e-20)), floor_db)
