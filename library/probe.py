"""Does a file begin with music that can be decoded? Asked in a process of its own.

What strangers send may be made to break a decoder, and a server must not break with it.
``python -m library.probe FILE`` ends with 0, or says on stderr why not and ends with 3.
"""

import os
import subprocess
import sys
from pathlib import Path

from library import audio
from library.errors import AnalysisDied, AnalysisTimedOut, LibraryError, UnreadableAudio

LONGEST_S = 30.0
"""The first seconds of an honest file take a fraction of one; importing the decoder, half a second (judgement)."""

REFUSED = 3


def probe(path: Path) -> None:
    """Decode the first seconds of a file in another process.

    Raises
    ------
    UnreadableAudio
        It cannot be decoded; the words are those of :mod:`library.audio`, without the path.
    AnalysisDied, AnalysisTimedOut
        The decoder died of it, or did not come to an end.
    """
    command = [sys.executable, "-m", "library.probe", os.fspath(path)]
    surroundings = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    try:
        done = subprocess.run(  # noqa: S603 - this Python, this module, and a path that is only opened
            command, env=surroundings, capture_output=True, text=True, timeout=LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise AnalysisTimedOut(f"decoding did not begin within {LONGEST_S:.0f} s. Export it again.") from error
    if done.returncode == REFUSED:
        raise UnreadableAudio(done.stderr.strip())
    if done.returncode:
        raise AnalysisDied("the decoder died of it. Export it again.")


def main() -> None:
    path = Path(sys.argv[1])
    try:
        next(audio.decode(path), None)
    except LibraryError as error:
        print(str(error).removeprefix(f"{audio.readable(path)}: "), file=sys.stderr)  # noqa: T201
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
