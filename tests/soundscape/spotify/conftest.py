"""A clinic and the Spotify that it asks, before and after they are connected."""

import pytest

from library.store import open_store, sqlite_url
from soundscape.spotify.place import Place
from tests.soundscape.spotify import elsewhere
from tests.soundscape.spotify.asking import Clinic


@pytest.fixture
def clinic(tmp_path):
    """Not connected yet."""
    engine = open_store(sqlite_url(tmp_path))
    with elsewhere.running() as spotify:
        place = Place(
            client_id="0123456789abcdef",
            api=f"{spotify.address}/v1",
            accounts=f"{spotify.address}/accounts",
            pauses_s=(0.01, 0.02, 0.03),
        )
        yield Clinic(spotify, place, engine, tmp_path)
    engine.dispose()


@pytest.fixture
def connected(clinic):
    """Connected, and nothing asked since."""
    clinic.connect()
    clinic.spotify.asked.clear()
    return clinic
