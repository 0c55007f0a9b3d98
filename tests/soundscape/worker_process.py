"""A worker with a short lease, so that a test need not wait long for it to expire."""

import sys
from pathlib import Path

from soundscape.worker import run_workers

if __name__ == "__main__":
    run_workers(Path(sys.argv[1]), sys.argv[2].split(","), supervised="--alone" not in sys.argv, lease_s=3.0)
