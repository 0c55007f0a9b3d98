"""What was measured, as rows of a Markdown table: median / worst over the libraries."""

from collections.abc import Callable, Sequence
from statistics import median

Line = dict[str, object]


def _share(value: float) -> str:
    return f"{100 * value:.2f} %"


def _plain(value: float) -> str:
    return f"{value:.2f}"


COLUMNS: tuple[tuple[str, str, Callable[[float], str], bool], ...] = (
    ("fit, s", "seconds", _plain, False),
    ("from records, s", "records_s", _plain, False),
    ("gap of the fit's own proof", "gap", _share, False),
    ("above the proved bound", "to_proved", _share, False),
    ("above the best list", "over_best", _share, False),
    ("of greedy per second", "over_greedy", _plain, False),
    ("of greedy by next piece", "over_next_piece", _plain, False),
    ("of greedy by energy", "over_energy", _plain, False),
    ("twice the pool gains", "doubling_gain", _share, False),
    ("arc error", "arc_error", _plain, False),
    ("correlation", "arc_correlation", _plain, True),
    ("worst seam step, LU", "worst_step_lu", _plain, False),
    ("mean seam step, LU", "mean_step_lu", _plain, False),
    ("better shuffles", "better_shuffles", lambda value: f"{value:.0f}", False),
    ("preparing, s", "preparing_s", _plain, False),
    ("peak, MiB", "peak_mib", lambda value: f"{value:.0f}", False),
)
"""Heading, key, how it is written, and whether the least is the worst."""

HEAD = "\n".join(
    (
        "| tracks | minutes | libraries | " + " | ".join(heading for heading, *_ in COLUMNS) + " | proved | feasible |",
        "|" + "---|" * (len(COLUMNS) + 5),
    )
)


def row(size: object, minutes: object, lines: Sequence[Line]) -> str:
    """One row for the libraries of one size and sessions of one length."""
    cells = [str(size), f"{minutes:g}", str(len(lines))]
    for _, key, written, least_is_worst in COLUMNS:
        known = [float(line[key]) for line in lines if line.get(key) is not None]  # type: ignore[arg-type]
        worst = min if least_is_worst else max
        cells.append(f"{written(median(known))} / {written(worst(known))}" if known else "")
    proofs = [line["proved"] for line in lines if line.get("proved") is not None]
    cells.append(f"{sum(map(bool, proofs))} of {len(proofs)}" if proofs else "")
    asked = sum(1 + int(line["policies"]) for line in lines)  # type: ignore[call-overload]
    found = sum(int(bool(line["feasible"])) + int(line["policies_feasible"]) for line in lines)  # type: ignore[call-overload]
    cells.append(f"{found} of {asked}")
    return "| " + " | ".join(cells) + " |"
