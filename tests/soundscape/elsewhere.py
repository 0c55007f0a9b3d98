"""Lists as they come from other programs, sent as a page sends them, and the worker that reads them."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from library.store import writing
from playlists.exchange.entry import Listing
from soundscape import imports, spool
from soundscape.owned import shelves_of
from soundscape.secret import new_id
from soundscape.stores import imports as store
from soundscape.worker import Settings, Worker
from tests.soundscape.clinic import Clinic
from tests.soundscape.house import Browser, House

FORM = "multipart/form-data; boundary=cut"


def send(browser: Browser, name: str, content: bytes):
    """Send a file as the page's form does."""
    head = f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--cut--\r\n"
    headers = {"X-CSRFToken": browser.token()}
    return browser.client.post("/api/v1/imports", data=body, content_type=FORM, headers=headers)


def stored(house: House, listing: Listing, name: str = "elsewhere.m3u8") -> str:
    """A list that is there already, without a job."""
    shelves = shelves_of(house.engine)
    matches = shelves.found(listing.entries, lambda _share, _words: None)
    with writing(house.engine) as connection:
        found = imports.new_import(new_id(), "file", name, job_id=None, by="test", now_ms=house.clock())
        store.put_new(connection, found)
        imports.keep(connection, found.import_id, listing, matches, shelves.fingerprint)
    return found.import_id


def worker_of(clinic: House) -> Worker:
    """One that reads lists."""
    return Worker(Settings(data=clinic.data, config=clinic.parts.config, queue="lists", clock=clinic.clock))


def waiting(clinic: Clinic) -> list[str]:
    """The files that wait for their jobs."""
    folder = clinic.data / spool.FOLDER
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@contextmanager
def working(clinic: Clinic) -> Iterator[None]:
    """A worker does what comes, in a thread of its own."""
    worker = worker_of(clinic)
    thread = Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stopping.set()
        thread.join()


def work(clinic: House, job_id: str) -> None:
    """Do a job as a worker would, in this process."""
    worker = worker_of(clinic)
    try:
        worker.do(job_id)
    finally:
        worker._let_go()


def brought_in(clinic: Clinic, browser: Browser, name: str, content: bytes) -> dict:
    """A list that was sent and read, as the API shows it."""
    answer = send(browser, name, content)
    assert answer.status_code == 202, answer.text
    work(clinic, answer.json["job_id"])
    return browser.call("GET", f"/imports/{answer.json['import_id']}").json


def m3u8(*lines: tuple[str, str, float, str], title: str = "From elsewhere") -> bytes:
    """A list of (artist, title, seconds, path)."""
    text = ["#EXTM3U", f"#PLAYLIST:{title}"]
    for artist, piece, seconds, path in lines:
        text += [f"#EXTINF:{round(seconds)},{artist} - {piece}", path]
    return ("\n".join(text) + "\n").encode()
