"""Process seconds for each file, as one JSON line; the first is taken once before, so that imports do not count."""

import json
import sys
import time
from collections.abc import Callable


def run(modes: dict[str, Callable[[str], object]]) -> None:
    """Take ``MODE FILE...`` from the command line and print ``{"seconds": [...]}``."""
    mode, *files = sys.argv[1:]
    look = modes[mode]
    look(files[0])
    seconds = []
    for file in files:
        begun = time.process_time()
        look(file)
        seconds.append(time.process_time() - begun)
    print(json.dumps({"seconds": seconds}))
