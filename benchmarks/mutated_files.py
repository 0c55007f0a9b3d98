"""What becomes of broken files? 600 of them, of seven formats and thirteen kinds, made from real music by seeds.

``python benchmarks/mutated_files.py [COUNT]``. Each is examined as a scan examines it. Asked of each: a result or a
clean error within 30 s and 600 MiB; no file made from voices, and none of which a part was not played, passed as
instrumental without a word of damage. Ends with 1 where one is not so. Music: ``accuracy/sources.py``.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))  # runs from a checkout, installed or not

from benchmarks.accuracy.sources import SHARED
from library import workers
from library.errors import AnalysisDied, AnalysisFailed
from library.verdict import ClearingPolicy, judge
from library.workers import Examined
from tests.mutations import CHANNELS, RATES_HZ, Mutated, mutated_files

SECONDS = 12.0
SOURCES = (
    ("vocal/audio_example.mp3", True),
    ("vocal/nino_women.opus", True),
    ("vocal/sol_alto1_ros.opus", True),
    ("vocal/uni_bass_ros.opus", True),
    ("vocal/vocadito_1.opus", True),
    ("instrumental/Gold_Rush.mp3", False),
    ("instrumental/442789__lena-orsa__happy-music-pistachio-ice-cream-ragtime.hq.ogg", False),
    ("instrumental/147793__setuniman__sweet-waltz-0i-22mi.hq.ogg", False),
)
MOST_S, MOST_MIB = 30.0, 600.0
AT_ANY_LENGTH = ClearingPolicy(shortest_s=0.0)
"""Whether a file is passed is the verdict's to say, but that these are short must not protect them."""
UNPLAYED_S = 0.1
"""Less than this not played is a packet or two (judgement)."""

examine = workers._examine


class Cost(NamedTuple):
    """What one file took."""

    seconds: float
    peak_mib: float


def weighed(path: str) -> Examined:
    """Examine a file, and note beside it what that took, also where it failed."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    begun = time.perf_counter()
    try:
        return examine(path)
    finally:
        status = Path("/proc/self/status").read_text()
        peak_mib = int(status.split("VmHWM:")[1].split()[0]) / 1024
        Path(f"{path}.cost").write_text(json.dumps(Cost(time.perf_counter() - begun, peak_mib)))


class Fate(NamedTuple):
    """What became of one file."""

    file: Mutated
    result: Examined | BaseException
    cost: Cost | None

    @property
    def outcome(self) -> str:
        if isinstance(self.result, Examined):
            assert self.result.analysis is not None
            return "damage reported" if self.result.analysis.damaged_at_s else "taken as whole"
        return type(self.result).__name__

    @property
    def voices(self) -> str | None:
        return self.result.analysis.vocals.verdict if isinstance(self.result, Examined) else None

    @property
    def unplayed_s(self) -> float:
        """Seconds of the whole file's sound that were not decoded."""
        assert isinstance(self.result, Examined)
        analysis, suffix = self.result.analysis, self.file.path.suffix
        samples = analysis.duration_s * analysis.sample_rate_hz
        channels = analysis.channels if suffix in (".wav", ".aiff") else CHANNELS
        return (self.file.sound - samples * channels) / CHANNELS / RATES_HZ[suffix][0]

    def faults(self) -> Iterator[str]:
        """What must not be."""
        if self.cost is not None and (self.cost.seconds > MOST_S or self.cost.peak_mib > MOST_MIB):
            yield f"took {self.cost.seconds:.0f} s and {self.cost.peak_mib:.0f} MiB"
        if isinstance(self.result, AnalysisFailed | AnalysisDied):
            yield f"no clean error: {self.result!r}"
        if isinstance(self.result, Examined) and judge(self.result.analysis, AT_ANY_LENGTH).status == "cleared":
            if self.file.vocal:
                yield "made from voices, passed as instrumental"
            if self.unplayed_s > UNPLAYED_S:
                yield f"{self.unplayed_s:.2f} s not played, passed as instrumental"


def fates(folder: Path, count: int) -> list[Fate]:
    """Make the files and examine them, two at a time."""
    sources = [(SHARED / name, vocal) for name, vocal in SOURCES]
    files = {str(file.path): file for file in mutated_files(folder, sources, SECONDS, count)}
    workers._examine = weighed
    found = []
    for path, result in workers.examine_all(list(files), frozenset(), 2):
        cost = Path(f"{path}.cost")
        found.append(Fate(files[path], result, Cost(*json.loads(cost.read_text())) if cost.exists() else None))
    return found


def table(title: str, rows: list[tuple[str, str]]) -> None:
    """Print how often each pair occurs."""
    columns = sorted({column for _, column in rows})
    counts = Counter(rows)
    print(f"\n| {title} | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for name in dict.fromkeys(name for name, _ in rows):
        print(f"| {name} | {' | '.join(str(counts[name, column]) for column in columns)} |")


def report(found: list[Fate]) -> None:
    """Print what the tables do not show."""
    print(f"\n{len(found)} files. Taken as whole though a part was not played, by what was heard of voices:")
    for fate in found:
        if fate.outcome == "taken as whole" and fate.unplayed_s > UNPLAYED_S:
            print(f"  {fate.file.path.name}: {fate.unplayed_s:.2f} s, {fate.voices}")
    print("Taken as whole and without a voice though made from voices:")
    for fate in found:
        if fate.outcome == "taken as whole" and fate.file.vocal and fate.voices == "instrumental":
            print(f"  {fate.file.path.name}: {'; '.join(judge(fate.result.analysis, AT_ANY_LENGTH).reasons)}")
    hidden = [fate for fate in found if fate.outcome == "damage reported" and fate.voices == "instrumental"]
    print(f"For review for their damage alone: {len(hidden)}, of them {sum(f.file.vocal for f in hidden)} of voices.")
    costs = [fate.cost for fate in found if fate.cost is not None]
    print(f"Most time {max(c.seconds for c in costs):.1f} s, most memory {max(c.peak_mib for c in costs):.0f} MiB.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=600, metavar="COUNT")
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as folder:
        found = sorted(fates(Path(folder), count), key=lambda fate: fate.file)
    table("format", [(fate.file.path.suffix, fate.outcome) for fate in found])
    table("kind", [(fate.file.kind, fate.outcome) for fate in found])
    report(found)
    faults = [f"{fate.file.path.name}: {fault}" for fate in found for fault in fate.faults()]
    print("\n".join(faults) or "No fault.")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
