"""All that is measured on one library, in a process of its own: so its peak of memory is that of the fits alone.

``python -m benchmarks.fit.one_library '{"size": 60, ...}'`` prints one JSON line for each length of session.
"""

import resource
import sys
import time
from pathlib import Path

import msgspec

from benchmarks.fit.libraries import drawn, made_up, prepared
from benchmarks.fit.measures import Measured, compare, describe, feasible, policies, prove, timed, with_policy
from playlists.fit import fit
from playlists.playlist import Request
from playlists.prepared import Prepared, prepare

FROM_RECORDS = 1000
"""Up to so many tracks the fit is also timed from the records, features and all."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What to measure on which library."""

    size: int
    seed: int
    minutes: tuple[float, ...]
    tail: float
    template: str
    nodes: int
    """Budget of the proof; 0 leaves it out."""
    data: str | None = None


def run(task: Task) -> list[dict[str, object]]:
    """The measures of each length."""
    begun = time.process_time()
    stock = _stock(task)
    preparing_s = time.process_time() - begun
    requests = {
        minutes: Request(infusion_s=60 * minutes, tail_s=60 * task.tail, template=task.template)
        for minutes in task.minutes
    }
    fits = {minutes: timed(stock, request) for minutes, request in requests.items()}
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # before anything else is measured
    lines = []
    for minutes, request in requests.items():
        playlist, seconds = fits[minutes]
        measured = Measured(task.size, minutes, task.seed, playlist is not None, seconds)
        line = {"preparing_s": preparing_s, "peak_mib": peak_mib, "tracks": len(stock.tracks)}
        if playlist is not None:
            describe(measured, stock, playlist, request)
            compare(measured, stock, request)
            if task.nodes and len(stock.tracks) <= FROM_RECORDS:
                prove(measured, stock, request, task.nodes)
            if len(stock.tracks) <= FROM_RECORDS:
                line["records_s"] = _from_records(task, stock, request)
        drawn_policies = policies(stock, task.seed) if minutes == min(requests) else []
        asked = [feasible(stock, with_policy(request, policy)) for policy in drawn_policies]
        line |= {"policies": len(asked), "policies_feasible": sum(asked)}
        lines.append(line | measured.record())
    return lines


def _stock(task: Task) -> Prepared:
    if task.data is None:
        return prepared(task.size, task.seed)
    tracks = {track.track_id: track for track in drawn(Path(task.data), task.size, task.seed)}
    return prepare(tracks.values(), lambda track_ids: [tracks[track_id] for track_id in track_ids])


def _from_records(task: Task, stock: Prepared, request: Request) -> float:
    tracks = (
        [stock.whole([track.track_id])[track.track_id] for track in stock.tracks]
        if task.data is not None
        else list(made_up(task.size, task.seed))
    )
    begun = time.process_time()
    fit(tracks, request)
    return time.process_time() - begun


if __name__ == "__main__":
    for found in run(msgspec.json.decode(sys.argv[1], type=Task)):
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
