"""The kinds of jobs that workers do: one module a kind, and the table of them."""

from collections.abc import Callable

from soundscape.kinds.bring_in import bring_in
from soundscape.kinds.match import match_again
from soundscape.kinds.measure import measure_again
from soundscape.kinds.mixdown import make_mixdown
from soundscape.kinds.scan import scan_folder
from soundscape.kinds.standing import make_standing
from soundscape.kinds.successor import make_successor
from soundscape.kinds.take_home import write_take_home
from soundscape.running import Done, Running
from soundscape.stores.jobs import Arguments

WORK: dict[str, Callable[[Running, Arguments], Done]] = {
    "scan": scan_folder,
    "measure": measure_again,
    "mixdown": make_mixdown,
    "successor": make_successor,
    "standing": make_standing,
    "import": bring_in,
    "take_home": write_take_home,
    "match": match_again,
}
