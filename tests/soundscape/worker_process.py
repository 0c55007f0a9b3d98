"""A worker with a short lease, so that a test need not wait long for it to expire."""

import sys
from pathlib import Path

from soundscape.worker import run_worker

if __name__ == "__main__":
    run_worker(Path(sys.argv[1]), sys.argv[2], supervised="--alone" not in sys.argv, lease_s=3.0)
