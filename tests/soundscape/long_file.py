"""Measure one file in this process and print how long it is and how much memory that took, as JSON.

With ``--without-voices`` the voice detector hears nothing: it looks at one minute at a time whatever the length, and
takes four times as long as everything else together.
"""

import json
import sys
from pathlib import Path

import numpy as np

from library.analysis import vocals
from library.analysis.measure import measure

if __name__ == "__main__":
    if "--without-voices" in sys.argv:
        vocals.without_held_tones = lambda samples, medians: samples
        vocals._probabilities = lambda samples: np.zeros((len(samples) // 160, 2), np.float32)
    found = measure(Path(sys.argv[1]))
    # Not `ru_maxrss`: that begins with what the process had that started this one.
    status = Path("/proc/self/status").read_text()
    memory_mb = int(status.split("VmHWM:")[1].split()[0]) / 1024
    print(json.dumps({"duration_s": found.duration_s, "memory_mb": memory_mb, "unknown": found.unknown}))  # noqa: T201
