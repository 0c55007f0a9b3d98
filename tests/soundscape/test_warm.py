"""What a service does while it starts spares the first list its compiling and reading."""

from numba.core.dispatcher import Dispatcher

from benchmarks.made_up_tracks import make_library
from library.catalogue import Catalogue, FileState
from library.store import open_store, sqlite_url
from playlists import arc, cheapest, coarse, memory, polish
from playlists.compiled import compile_all
from playlists.fit import fit
from playlists.playlist import Request
from soundscape.ready import Ready
from soundscape.warm import warm


def compiled():
    """How often each function of the fit was compiled or loaded, by what it is given."""
    modules = (cheapest, coarse, memory, polish)
    return {
        f"{module.__name__}.{name}": len(function.signatures)
        for module in modules
        for name, function in vars(module).items()
        if isinstance(function, Dispatcher)
    }


def test_a_fit_compiles_nothing_more():
    compile_all()
    before = compiled()
    assert all(before[f"playlists.{name}"] for name in ("cheapest.cost_to_go", "memory._cost_to_go", "coarse._table"))
    fit(make_library(30, 4), Request(infusion_s=5400.0))
    assert compiled() == before


def test_the_library_is_read_and_an_empty_one_is_no_failure(tmp_path):
    engine = open_store(sqlite_url(tmp_path))
    catalogue = Catalogue(engine)
    ready = Ready(catalogue)
    warm(ready, arc.load_templates())
    for track in make_library(20, 0):
        file = FileState(path=f"/music/{track.track_id}", size_bytes=1, modified_ns=1)
        catalogue.put_track(file, track.track_id, track.tags, track.analysis, track.verdict)
    warm(ready, arc.load_templates())
    assert len(ready.now().tracks) == 20
    engine.dispose()
