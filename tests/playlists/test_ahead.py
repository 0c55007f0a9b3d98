"""A stream run ahead in a thread gives what it gives, in order, and stops when it is left."""

import threading

import pytest

from playlists.ahead import Ahead


def counting(to, closed):
    try:
        yield from range(to)
    finally:
        closed.set()


def test_it_gives_everything_in_order_and_ends():
    closed = threading.Event()
    assert list(Ahead(counting(100, closed))) == list(range(100))
    assert closed.is_set()


def test_left_early_the_stream_is_closed_and_its_thread_ended():
    closed, before = threading.Event(), threading.active_count()
    with Ahead(counting(10**9, closed)) as numbers:
        assert next(numbers) == 0
    assert closed.is_set()
    assert threading.active_count() == before
    assert list(numbers) == []


def test_an_error_is_raised_where_its_item_would_have_come():
    def failing():
        yield 1
        raise OSError("the disk is gone")

    numbers = Ahead(failing())
    assert next(numbers) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(numbers)
    assert list(numbers) == []
