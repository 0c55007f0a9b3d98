"""Does the analysis need more memory for longer music? Peak memory of 5, 60 and 180 minutes of the same."""

import subprocess
import sys
import tempfile
from pathlib import Path

import av

from library import audio

ROOT = Path(__file__).parents[2]
LENGTHS_MIN = (5, 60, 180)
CODE = """
import sys
from pathlib import Path
from library.analysis.measure import measure
measure(Path(sys.argv[1]))
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""
"""Prints its peak in KiB. `ru_maxrss` would count what the process that starts it holds."""


def memory(files: list[str]) -> None:
    """Print the peak of one process for each length of the files, one after the other."""
    print("\n| length | peak memory, MiB |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for minutes in LENGTHS_MIN:
            long = Path(folder, f"{minutes}.flac")
            lengthen(files, minutes * 60, long)
            command = [sys.executable, "-c", CODE, str(long)]
            done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
            print(f"| {minutes} min | {int(done.stdout) / 1024:.0f} |", flush=True)
            long.unlink()


def lengthen(files: list[str], seconds: float, path: Path) -> None:
    """Write the files one after the other, over and over, as FLAC."""
    rate = 44_100
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=rate, layout="stereo", format="s16")
        written = 0
        while written < seconds * rate:
            for file in files:
                for block in audio.decode(file, sample_rate_hz=rate, stereo=True):
                    if written >= seconds * rate:
                        break
                    samples = (block.clip(-1, 1) * 32767).astype("int16").T.reshape(1, -1)
                    frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
                    frame.sample_rate = rate
                    written += frame.samples
                    container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
