"""Which tracks lie where a list says that they lie?

A list was written on another machine, so only the end of a path can agree: the file's name without its ending, and the
folders above it. Two parts that agree tell a track as far as they tell anything: "Disc 1/Track 01" lies everywhere, and
"Nocturnes/01 Nocturne" below Pollini is not the one below Rubinstein.
"""

import re
from collections.abc import Iterable, Sequence

from playlists.exchange.folding import plain
from playlists.exchange.locations import agreeing, parts_of
from playlists.exchange.names import read_name

ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}$")
ANYWHERE = re.compile(
    r"(?:disc|disk|cd|side|track|titel|piste|music|audio|unknown(?: artist| album)?|various artists)?[\s_\-.\d]*"
)
LONGEST = 1_000
"""Letters from the end of a path that are looked at."""
MOST_OF_A_NAME = 200
"""Files of one name that are looked at: what so many share tells nothing."""

Tail = tuple[str, ...]


def tail(path: str) -> Tail:
    """The last three parts of a path, folded, the file's name first and without its ending."""
    parts = parts_of(path[-LONGEST:])[-3:]
    return tuple(plain(part) for part in (file_name(path), *parts[-2::-1])) if parts else ()


def file_name(path: str) -> str:
    """The name of a file as it may stand for a title."""
    return ENDING.sub("", "".join(parts_of(path[-LONGEST:])[-1:]))


def tells(parts: Tail) -> bool:
    """Whether a file of this name lies only in one place as far as anybody knows."""
    return bool(parts) and not ANYWHERE.fullmatch(parts[0]) and not read_name(parts[0]).is_generic


def telling_parts(path: str, known_paths: Iterable[str]) -> int:
    """How many parts of ``path`` tell that it is one of the known ones: folders that lie anywhere do not count, and
    nothing does (0) where both sides name folders that are not the same."""
    return max((_telling(tail(path), tail(known)) for known in known_paths), default=0)


class Places:
    """Tracks by the ends of their paths; tracks are known by their place in a list."""

    def __init__(self, paths: Sequence[Iterable[str]]) -> None:
        self._by_name: dict[str, list[tuple[int, Tail]]] = {}
        for place, ours in enumerate(paths):
            for found in {tail(path) for path in ours}:
                if found and len(known := self._by_name.setdefault(found[0], [])) < MOST_OF_A_NAME:
                    known.append((place, found))

    def at(self, path: str) -> tuple[int, list[int]]:
        """How many parts agree at most, and the tracks of which so many do; (0, []) where no file has the name."""
        wanted = tail(path)
        if not wanted:
            return 0, []
        common = [(agreeing(wanted, found), place) for place, found in self._by_name.get(wanted[0], ())]
        most = max((count for count, _ in common), default=0)
        return most, sorted({place for count, place in common if count == most})


def _telling(one: Tail, other: Tail) -> int:
    common = min(len(one), len(other))
    if agreeing(one, other) < common:
        return 0
    return 1 + sum(not ANYWHERE.fullmatch(folder) for folder in one[1:common])
