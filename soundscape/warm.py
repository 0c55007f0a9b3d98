"""What the first list of a service would wait for, done while it starts: compiling, and reading the library.

In a thread of its own, beside the first requests; a list that is asked for meanwhile waits for the same, no longer.
"""

from collections.abc import Mapping

from playlists.arc import Template
from playlists.compiled import compile_all
from playlists.errors import BadRequest, Infeasible
from playlists.fit import fit
from playlists.playlist import Request
from soundscape.ready import Ready

INFUSION_S = 2400.0
"""The usual session."""


def warm(ready: Ready, templates: Mapping[str, Template]) -> None:
    """Compile what a fit may run, read the library, and fit one list that nobody keeps."""
    compile_all()
    library = ready.now()
    try:
        fit(library, Request(infusion_s=INFUSION_S, template=next(iter(templates))), templates=templates)
    except (BadRequest, Infeasible):
        return  # nothing can be built from this library yet: there is nothing more to warm
