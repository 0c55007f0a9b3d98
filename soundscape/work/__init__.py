"""What workers can do: one module a kind of job, and the table of them."""

from collections.abc import Callable

from soundscape.running import Done, Running
from soundscape.stores.jobs import Arguments
from soundscape.work.mixdown import make_mixdown
from soundscape.work.scan import scan_folder

WORK: dict[str, Callable[[Running, Arguments], Done]] = {"scan": scan_folder, "mixdown": make_mixdown}
