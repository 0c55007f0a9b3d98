"""What a room's headphones hear: an audio server's null sink, recorded and compared with the session file.

Conventions: 48 kHz; samples float32 mono, full scale ±1; times in seconds of the recording.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from tests import needs
from tests.waiting import until

RATE_HZ = 48_000
GO = "if ! {{ echo -{0} > /proc/self/autogroup; }} 2> /dev/null; then renice -n -{1} $$ > /dev/null 2>&1; fi; exec"
GO_FIRST, GO_SECOND = GO.format(20, 10), GO.format(5, 2)
FIRST, SECOND = (("sh", "-c", f'{go} "$@"', "sh") for go in (GO_FIRST, GO_SECOND))
"""A room's tablet is a machine of its own: what it does not share with the tests that run beside it is the processor.
So is the server, but a tablet's sound goes before the files that it makes. Linux shares the processor out among
sessions first (sched(7), "autogroup"), so theirs go before all others. Within them nothing is changed, for Chromium
sets its pages' own value, and they would come behind its other processes. Where there are no such groups the processes
go first as far as they may; where neither can be set, what is started runs as it is.
"""
Sound = NDArray[np.float32]


@contextmanager
def null_sink(folder: Path) -> Iterator[dict[str, str]]:
    """An audio server of its own whose one sink goes nowhere; yields the environment that leads to it."""
    for name in ("pulseaudio", "pactl", "parec"):
        needs.program(name)
    run = folder / "pulse"
    run.mkdir(mode=0o700)
    # The client library reads HOME for its cookie, and root may not use the user's own runtime directory.
    environment = {
        **os.environ,
        "PULSE_RUNTIME_PATH": str(run),
        "HOME": str(folder),
        "PULSE_SERVER": f"unix:{run}/native",
    }
    arguments = ["-L", f"module-native-protocol-unix socket={run}/native auth-anonymous=1"]
    arguments += ["-L", f"module-null-sink sink_name=room rate={RATE_HZ}"]
    server = subprocess.Popen(
        [*FIRST, "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=yes", *arguments],
        env=environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        ask = partial(subprocess.run, ["pactl", "info"], env=environment, capture_output=True, check=False)
        until(lambda: ask().returncode == 0, 20, "the audio server")
        yield environment
    finally:
        server.terminate()
        server.wait(10)


def browser_of_a_room(folder: Path) -> Path:
    """A program that starts the browser before the other processes of this machine."""
    path = folder / "browser"
    path.write_text(f'#!/bin/sh\n{GO_FIRST} {needs.chromium()} "$@"\n')
    path.chmod(0o755)
    return path


class Recording:
    """The sink's monitor, written to a file as it is heard."""

    def __init__(self, path: Path, environment: dict[str, str]) -> None:
        self.path = path
        command = [
            *FIRST,
            "parec",
            "-d",
            "room.monitor",
            "--format=s16le",
            f"--rate={RATE_HZ}",
            "--channels=1",
            "--latency-msec=20",
        ]
        self._file = path.open("wb")
        self._process = subprocess.Popen(command, env=environment, stdout=self._file, start_new_session=True)

    def stop(self) -> Sound:
        """End it and return what was heard."""
        self._process.terminate()
        self._process.wait(10)
        self._file.close()
        return self.since(0.0)

    def since(self, from_s: float) -> Sound:
        """What was heard so far from this second on."""
        skipped = round(from_s * RATE_HZ) * 2
        return np.fromfile(self.path, dtype="<i2", offset=skipped).astype(np.float32) / 32768

    @property
    def seconds(self) -> float:
        """How much was recorded so far."""
        return self.path.stat().st_size / 2 / RATE_HZ


def decoded(path: Path, to_s: float) -> Sound:
    """The first seconds of a session file, both channels averaged as the sink's mono monitor does."""
    parts, have = [], 0
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("fltp", "stereo", RATE_HZ)
        for frame in container.decode(audio=0):
            for block in resampler.resample(frame):
                parts.append(block.to_ndarray().mean(axis=0))
                have += block.samples
            if have >= to_s * RATE_HZ:
                break
    return np.concatenate(parts)[: round(to_s * RATE_HZ)].astype(np.float32)


def rms(sound: Sound) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))
