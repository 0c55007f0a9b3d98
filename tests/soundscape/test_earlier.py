"""Lists built after a session: its pieces are found by its code, with those of the sessions before it."""

import msgspec
import pytest

from library.store import writing
from playlists import shelf
from soundscape.earlier import heard_after
from soundscape.errors import NoSuch, WrongState
from soundscape.stores import sessions
from tests.soundscape.house import House
from tests.soundscape.lived import live_through, put_pieces

A, B = "a" * 64, "b" * 64


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("earlier"))
    put_pieces(house)
    return house


@pytest.fixture(scope="module")
def lived(house):
    """A session whose list was itself built after one that played B."""
    session_id = live_through(house, house.staff("clinician"), house.room())
    with writing(house.engine) as connection:
        session = sessions.get(connection, session_id)
        now = shelf.get(connection, session.playlist_id)
        policy = msgspec.structs.replace(now.request.policy, heard=((B,),))
        text = msgspec.json.encode(msgspec.structs.replace(now.request, policy=policy), order="deterministic").decode()
        table = shelf.playlist_table
        here = table.c.playlist_id == session.playlist_id
        connection.execute(table.update().where(here).values(request=text))
    return session


def test_what_was_heard_comes_first_then_what_that_list_was_built_after(house, lived):
    with house.engine.connect() as connection:
        assert heard_after(connection, f" {lived.code.lower()} ", house.clock()) == ((A, B), (B,))


def test_where_the_player_told_nothing_all_that_was_given_counts(house, lived):
    with writing(house.engine) as connection:
        silent = msgspec.structs.replace(
            lived, session_id="5" * 16, code="S2S2", started_ms=house.clock() + 10**9, ended_ms=None
        )
        sessions.put_new(connection, silent)
    with house.engine.connect() as connection:
        assert heard_after(connection, "S2S2", house.clock())[0] == (A, B)


def test_codes_of_nothing(house, lived):
    with writing(house.engine) as connection:
        planned = msgspec.structs.replace(lived, session_id="6" * 16, code="P2P2", state="planned", started_ms=None)
        sessions.put_new(connection, planned)
    with house.engine.connect() as connection:
        with pytest.raises(NoSuch, match="no session 'ZZZZ'"):
            heard_after(connection, "ZZZZ", house.clock())
        with pytest.raises(WrongState, match="P2P2 was never started"):
            heard_after(connection, "P2P2", house.clock())
