"""The running service: HTTPS, the workers, and what a person needs to know at the start. The use case behind `serve`.

One process answers (so that one reader of pulses wakes every open stream), in as many threads as streams may be open
and 16 more; two do jobs. All three end with this one, however it ends.
"""

import multiprocessing
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels

from library.store import open_store, sqlite_url, writing
from soundscape import tls
from soundscape.accounts import first_login
from soundscape.answering import load
from soundscape.config import Config, load_config, templates_of
from soundscape.machine import address
from soundscape.overlapping import OverlappingServer
from soundscape.parts import now_ms
from soundscape.ports import refuse_taken
from soundscape.renewing import Renewal
from soundscape.supervise import Workers
from soundscape.tls import Certificate

WHOLE, PREVIEW = "soundscape.app:create_app", "soundscape.app:create_preview_app"
SPARE_THREADS = 16
OVERLAP_S = 2.0
"""How long two processes answer when the certificate is renewed: from its app the next one goes on to listen
(judgement)."""
STOP_WITHIN_S = 5
"""What is not answered by then is cut off; players and desks come back by themselves (judgement)."""
LOGGING = {
    "handlers": {
        "console": {"formatter": "generic", "class": "logging.StreamHandler", "stream": "ext://sys.stderr"},
        "access": {"class": "logging.NullHandler"},
    }
}
"""Nothing is logged of requests: an address could hold a code, and who heard what is nobody's business."""

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
"""What stands for every address of the machine, and the one that it has for itself."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Place:
    """Where the service answers. ``certificate`` is None for plain HTTP."""

    host: str
    port: int
    certificate: Certificate | None

    @property
    def addresses(self) -> list[str]:
        """Addresses to open, the likeliest first."""
        scheme = "http" if self.certificate is None else "https"
        names = ["localhost"] if self.certificate is None else list(self.certificate.names)
        names = [name for name in names if not _of_no_use(name)]
        if self.host not in EVERYWHERE:
            names = list(dict.fromkeys((self.host, *names)))
        return [f"{scheme}://{f'[{name}]' if ':' in name else name}:{self.port}/" for name in names]


def _of_no_use(name: str) -> bool:
    """Addresses that lead nowhere from another machine, or that a browser does not take."""
    known = address(name)
    return known is not None and (known.is_loopback or known.is_link_local)


def serve(data: Path, say: Say, *, only_preview: bool = False, target: str | None = None) -> None:
    """Serve until SIGINT or SIGTERM.

    Parameters
    ----------
    data
        The data directory.
    say
        Told what a person should know, a line at a time.
    only_preview
        Serve the patients' preview alone: no staff, no rooms, no workers.
    target
        The app's factory, as ``module:function``.

    Raises
    ------
    BadConfiguration, BadRequest, UnreadableDatabase, PortTaken, PortRefused
    CertificateExpired, CertificateUnusable, NameNotCovered
        Before anything was started.
    """
    data.mkdir(parents=True, exist_ok=True)
    config = load_config(data)
    port = config.preview_port if only_preview else config.port
    refuse_taken(config.host, port)
    templates_of(data)  # a fault in them is said now
    login = _prepare_database(data, config, only_preview)
    place = Place(config.host, port, certificate_of(data, config, datetime.now(UTC)))
    server = _server(config, place, target or (PREVIEW if only_preview else WHOLE))
    workers = None if only_preview else Workers(data, say)
    threading.Thread(target=_announce, args=(place, login, say), daemon=True).start()
    if workers is not None:
        server.on_startup(workers.start)
    server.on_startup(partial(_hang_up, server))
    renewal = Renewal(partial(certificate_of, data, config), partial(_swap, data, server), say)
    server.on_startup(partial(renewal.start, place.certificate))
    multiprocessing.set_start_method("spawn", force=True)  # threads run already; a fork would copy their locks
    try:
        server.serve(target_loader=partial(load, data=data.absolute(), made=server.made))
    except SystemExit:
        if not server.interrupt_signal:  # the terminal's Ctrl-C may reach the answering process first
            raise
    finally:
        if workers is not None:
            workers.stop()
    say("Stopped. Everything is kept.")


def _prepare_database(data: Path, config: Config, only_preview: bool) -> str | None:
    """Bring the database up to date; return the one-time login of a fresh installation."""
    engine = open_store(config.database_url or sqlite_url(data))
    try:
        if only_preview:
            return None
        with writing(engine) as connection:
            return first_login(connection, now_ms())
    finally:
        engine.dispose()


def certificate_of(data: Path, config: Config, now: datetime) -> Certificate | None:
    """The certificate that the settings ask for, made or renewed where it is our own; None for plain HTTP.

    Raises
    ------
    CertificateExpired, CertificateUnusable, NameNotCovered
    """
    if config.plain_http:
        return None
    if config.certificate is not None and config.certificate_key is not None:
        return tls.own_certificate(data / config.certificate, data / config.certificate_key, now)
    return tls.ensure_certificate(data, config.names, now)


def _server(config: Config, place: Place, target: str) -> OverlappingServer:
    secure = place.certificate
    return OverlappingServer(
        target,
        address=place.host,
        port=place.port,
        interface=Interfaces.WSGI,
        blocking_threads=config.streams + SPARE_THREADS,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=OVERLAP_S,
        workers_kill_timeout=STOP_WITHIN_S,
        log_level=LogLevels.error,
        log_dictconfig=LOGGING,
        log_access=False,
        ssl_cert=None if secure is None else secure.cert_path,
        ssl_key=None if secure is None else secure.key_path,
    )


def _swap(data: Path, server: Any) -> None:
    """Let the next process answer. It reads the settings anew: where it could not, the last one had better go on.

    Raises
    ------
    BadConfiguration, BadRequest
    """
    load_config(data)
    templates_of(data)
    server.signal_handler_reload()


def _hang_up(server: Any) -> None:
    """A closed terminal stops the service, unless it was told to ignore that; reloading is not for us."""
    if _hang_up_ignored:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGHUP, server.signal_handler_interrupt)


_hang_up_ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
"""As `nohup` does; looked at before granian sets its own."""


def _announce(place: Place, login: str | None, say: Say) -> None:
    """Say where the service is as soon as it answers."""
    host = EVERYWHERE.get(place.host, place.host)
    pause = threading.Event()
    while True:
        with suppress(OSError), socket.create_connection((host, place.port), timeout=1.0):
            break
        pause.wait(0.1)
    first, *others = place.addresses
    if place.certificate is not None and place.certificate.said:
        say(place.certificate.said)
    say(f"Soundscape answers at {first}")
    if others:
        say(f"Also at {' '.join(others)}")
    if place.certificate is None:
        say("It speaks plain HTTP, as set: put a proxy with HTTPS before it. Rooms and sign-ins need HTTPS.")
    elif place.certificate.ca_path is not None:
        say(
            "Browsers warn until they trust this installation's authority. Install "
            f"{place.certificate.ca_path.absolute()} on the clinic's computers and tablets; its SHA-256 fingerprint is "
            f"{place.certificate.fingerprint}. The steps for each kind of device: {first}trust"
        )
    if login is not None:
        say(f"First sign-in, once and within a day: {first}first#{login}")
    say("Ctrl-C stops it.")
