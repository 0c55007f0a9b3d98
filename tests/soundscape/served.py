"""A house behind a real port: real threads answer real requests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import make_server

from tests.soundscape.house import House


@contextmanager
def served(house: House) -> Iterator[str]:
    """The address of a server that answers each request in a thread of its own."""
    server = make_server("127.0.0.1", 0, house.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
